//! Indexes, constraints and rules.

use super::Binder;
use super::bound::{SchemaChange, SchemaRule};
use crate::error::{Detail, Error, Result};
use crate::store::{ConstraintKind, IndexKind, PropertyType, ScalarType, SchemaKind, SchemaTarget};
use crate::syntax::ast::{self, Demand, DemandedType, SchemaCommand};
use crate::text::nearest;

/// Other names of types.
const SYNONYMS: [(&str, ScalarType); 9] = [
    ("BOOL", ScalarType::Boolean),
    ("VARCHAR", ScalarType::String),
    ("INT", ScalarType::Integer),
    ("SIGNED INTEGER", ScalarType::Integer),
    ("TIME WITHOUT TIMEZONE", ScalarType::LocalTime),
    ("TIME WITH TIMEZONE", ScalarType::ZonedTime),
    ("TIMESTAMP WITHOUT TIMEZONE", ScalarType::LocalDateTime),
    ("TIMESTAMP WITH TIMEZONE", ScalarType::ZonedDateTime),
    ("TIMESTAMP", ScalarType::ZonedDateTime),
];

impl Binder<'_> {
    pub(super) fn schema(&mut self, command: &SchemaCommand) -> Result<SchemaChange> {
        Ok(match command {
            SchemaCommand::CreateIndex { kind, rule } => {
                let kind = match kind {
                    ast::IndexKind::Range => IndexKind::Range,
                    ast::IndexKind::Text => IndexKind::Text,
                };
                if let (IndexKind::Text, Some(second)) = (kind, rule.keys.get(1)) {
                    let message = "a text index has one property";
                    return Err(Error::syntax(Detail::UnexpectedSyntax, message).at(second.span));
                }
                SchemaChange::CreateIndex { kind, rule: self.schema_rule(rule)? }
            }
            SchemaCommand::CreateConstraint { demand, rule } => {
                let kind = constraint_kind(demand)?;
                if let (ConstraintKind::Exists | ConstraintKind::Type(_), Some(second)) = (&kind, rule.keys.get(1)) {
                    let message = "this constraint has one property; make one for each";
                    return Err(Error::syntax(Detail::UnexpectedSyntax, message).at(second.span));
                }
                SchemaChange::CreateConstraint { kind, rule: self.schema_rule(rule)? }
            }
            SchemaCommand::CreateRule(rule) => SchemaChange::CreateRule(Box::new(self.rule(rule)?)),
            SchemaCommand::Drop { kind, name, if_exists } => SchemaChange::Drop {
                kind: match kind {
                    ast::SchemaKind::Index => SchemaKind::Index,
                    ast::SchemaKind::Constraint => SchemaKind::Constraint,
                    ast::SchemaKind::Rule => SchemaKind::Rule,
                },
                name: name.text.clone(),
                if_exists: *if_exists,
                span: name.span,
            },
        })
    }

    fn schema_rule(&mut self, rule: &ast::SchemaRule) -> Result<SchemaRule> {
        let unnamed = || Error::internal("a statement that changes the schema has no identifiers for its names");
        let element = &rule.element.text;
        let target = match rule.node {
            true => self.names.label(element).map(SchemaTarget::Label),
            false => self.names.rel_type(element).map(SchemaTarget::RelType),
        };
        let keys: Option<Vec<_>> = rule.keys.iter().map(|key| self.names.key(&key.text)).collect();
        Ok(SchemaRule {
            name: rule.name.as_ref().map(|name| name.text.clone()),
            if_not_exists: rule.if_not_exists,
            target: target.ok_or_else(unnamed)?,
            keys: keys.ok_or_else(unnamed)?,
            span: rule.name.as_ref().unwrap_or(&rule.element).span,
        })
    }
}

fn constraint_kind(demand: &Demand) -> Result<ConstraintKind> {
    Ok(match demand {
        Demand::Unique => ConstraintKind::Unique,
        Demand::NotNull => ConstraintKind::Exists,
        Demand::Key => ConstraintKind::Key,
        Demand::Types(types) => {
            let mut types: Vec<PropertyType> = types.iter().map(property_type).collect::<Result<_>>()?;
            types.sort_unstable();
            types.dedup();
            ConstraintKind::Type(types)
        }
    })
}

fn property_type(demanded: &DemandedType) -> Result<PropertyType> {
    let list = matches!(&*demanded.name, "LIST" | "ARRAY");
    match (&demanded.of, list) {
        (Some(of), true) => scalar_type(of, demanded).map(PropertyType::List),
        (None, false) => scalar_type(&demanded.name, demanded).map(PropertyType::Scalar),
        (None, true) => {
            Err(unknown_type(&demanded.name, demanded).hint("say what is in the list, as in `LIST<STRING NOT NULL>`"))
        }
        (Some(_), false) => Err(unknown_type(&demanded.name, demanded).hint("only a `LIST` is of something")),
    }
}

fn scalar_type(name: &str, demanded: &DemandedType) -> Result<ScalarType> {
    let known = || ScalarType::ALL.into_iter().map(|(scalar, name)| (name, scalar)).chain(SYNONYMS);
    if let Some((_, scalar)) = known().find(|(other, _)| *other == name) {
        return Ok(scalar);
    }
    let error = unknown_type(name, demanded);
    Err(match nearest(name, known().map(|(name, _)| name)) {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None => {
            let names: Vec<&str> = ScalarType::ALL.into_iter().map(|(_, name)| name).collect();
            error.hint(format!("there are {} and lists of them", names.join(", ")))
        }
    })
}

fn unknown_type(name: &str, demanded: &DemandedType) -> Error {
    Error::syntax(Detail::UnexpectedSyntax, format!("no property has the type `{name}`")).at(demanded.span)
}
