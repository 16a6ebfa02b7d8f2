//! Definitions of indexes, constraints and rules, between the store's types and those on disk.

use super::format::{self, Problem, Target};
use crate::store::{
    ConstraintDefinition, ConstraintKind, IndexDefinition, IndexKind, PropertyType, RuleDefinition, ScalarType,
    SchemaTarget, TypesRead, Version,
};
use crate::value::{KeyId, LabelId, RelTypeId};
use std::sync::Arc;

/// The schema of a version.
pub(super) fn of(version: &Version) -> format::Schema {
    format::Schema {
        indexes: version.own_indexes().map(|index| index_to_disk(index)).collect(),
        constraints: version.constraints().map(|constraint| constraint_to_disk(constraint)).collect(),
    }
}

/// The rules of a version.
pub(super) fn rules_of(version: &Version) -> Vec<format::Rule> {
    version.rules().iter().map(|rule| rule_to_disk(rule)).collect()
}

/// Creates what a file defines in a version that holds everything else. Only what has been read is checked against its
/// constraints: what is saved holds to them.
pub(super) fn restore(
    schema: &format::Schema,
    rules: &[format::Rule],
    (version, read): (&mut Version, bool),
) -> Result<(), Problem> {
    for index in &schema.indexes {
        version.create_index(index_from_disk(index))?;
    }
    for constraint in &schema.constraints {
        let constraint = constraint_from_disk(constraint);
        match read {
            true => version.create_constraint(constraint)?,
            false => version.restore_constraint(constraint)?,
        }
    }
    for rule in rules {
        version.create_rule(rule_from_disk(rule))?;
    }
    Ok(())
}

pub(super) fn index_to_disk(index: &IndexDefinition) -> format::Index {
    format::Index {
        name: index.name.to_string(),
        kind: match index.kind {
            IndexKind::Range => format::IndexKind::Range,
            IndexKind::Text => format::IndexKind::Text,
        },
        target: target_to_disk(index.target),
        keys: index.keys.iter().map(|key| key.0).collect(),
    }
}

pub(super) fn index_from_disk(index: &format::Index) -> IndexDefinition {
    IndexDefinition {
        name: Arc::from(index.name.as_str()),
        kind: match index.kind {
            format::IndexKind::Range => IndexKind::Range,
            format::IndexKind::Text => IndexKind::Text,
        },
        target: target_from_disk(index.target),
        keys: index.keys.iter().copied().map(KeyId).collect(),
    }
}

pub(super) fn constraint_to_disk(constraint: &ConstraintDefinition) -> format::Constraint {
    let kind = match &constraint.kind {
        ConstraintKind::Unique => format::ConstraintKind::Unique,
        ConstraintKind::Exists => format::ConstraintKind::Exists,
        ConstraintKind::Key => format::ConstraintKind::Key,
        ConstraintKind::Type(types) => format::ConstraintKind::Type(types.iter().map(type_to_disk).collect()),
    };
    let keys = constraint.keys.iter().map(|key| key.0).collect();
    format::Constraint { name: constraint.name.to_string(), kind, target: target_to_disk(constraint.target), keys }
}

pub(super) fn constraint_from_disk(constraint: &format::Constraint) -> ConstraintDefinition {
    ConstraintDefinition {
        name: Arc::from(constraint.name.as_str()),
        kind: match &constraint.kind {
            format::ConstraintKind::Unique => ConstraintKind::Unique,
            format::ConstraintKind::Exists => ConstraintKind::Exists,
            format::ConstraintKind::Key => ConstraintKind::Key,
            format::ConstraintKind::Type(types) => ConstraintKind::Type(types.iter().map(type_from_disk).collect()),
        },
        target: target_from_disk(constraint.target),
        keys: constraint.keys.iter().copied().map(KeyId).collect(),
    }
}

pub(super) fn rule_to_disk(rule: &RuleDefinition) -> format::Rule {
    let types = |read: &TypesRead| (read.any, read.types.iter().map(|rel_type| rel_type.0).collect());
    format::Rule {
        name: rule.name.to_string(),
        head: rule.head.0,
        statement: rule.statement.to_string(),
        needs: types(&rule.needs),
        excludes: types(&rule.excludes),
    }
}

pub(super) fn rule_from_disk(rule: &format::Rule) -> RuleDefinition {
    let read = |(any, types): &(bool, Vec<u32>)| TypesRead {
        any: *any,
        types: types.iter().copied().map(RelTypeId).collect(),
    };
    RuleDefinition {
        name: Arc::from(rule.name.as_str()),
        head: RelTypeId(rule.head),
        statement: Arc::from(rule.statement.as_str()),
        needs: read(&rule.needs),
        excludes: read(&rule.excludes),
    }
}

fn target_to_disk(target: SchemaTarget) -> Target {
    match target {
        SchemaTarget::Label(label) => Target::Label(label.0),
        SchemaTarget::RelType(rel_type) => Target::RelType(rel_type.0),
    }
}

fn target_from_disk(target: Target) -> SchemaTarget {
    match target {
        Target::Label(label) => SchemaTarget::Label(LabelId(label)),
        Target::RelType(rel_type) => SchemaTarget::RelType(RelTypeId(rel_type)),
    }
}

fn type_to_disk(property_type: &PropertyType) -> (format::ScalarType, bool) {
    let (scalar, list) = match property_type {
        PropertyType::Scalar(scalar) => (scalar, false),
        PropertyType::List(scalar) => (scalar, true),
    };
    (scalar_to_disk(*scalar), list)
}

fn type_from_disk(stored: &(format::ScalarType, bool)) -> PropertyType {
    let scalar = scalar_from_disk(stored.0);
    if stored.1 { PropertyType::List(scalar) } else { PropertyType::Scalar(scalar) }
}

macro_rules! scalars {
    ($($name:ident),*) => {
        fn scalar_to_disk(scalar: ScalarType) -> format::ScalarType {
            match scalar { $(ScalarType::$name => format::ScalarType::$name),* }
        }

        fn scalar_from_disk(scalar: format::ScalarType) -> ScalarType {
            match scalar { $(format::ScalarType::$name => ScalarType::$name),* }
        }
    };
}

scalars!(Boolean, String, Integer, Float, Date, LocalTime, ZonedTime, LocalDateTime, ZonedDateTime, Duration);
