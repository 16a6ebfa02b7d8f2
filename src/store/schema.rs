//! What a graph's schema says: the definitions of indexes, constraints and rules.
//!
//! Plain data with the identifiers of one catalog. It does not know what an index contains nor how a constraint is
//! checked.

use super::Catalog;
use crate::value::{KeyId, LabelId, RelTypeId, Value};
use std::fmt;
use std::sync::Arc;

/// How many indexes, how many constraints and how many rules a graph has at most.
pub const MAX_SCHEMA: usize = 1_000;
/// How many properties an index or constraint covers at most.
pub const MAX_SCHEMA_KEYS: usize = 32;

/// What a schema has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // each is what it names
pub enum SchemaKind {
    Index,
    Constraint,
    Rule,
}

impl SchemaKind {
    /// The word for one.
    pub fn noun(self) -> &'static str {
        match self {
            SchemaKind::Index => "index",
            SchemaKind::Constraint => "constraint",
            SchemaKind::Rule => "rule",
        }
    }
}

/// What an index or constraint is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SchemaTarget {
    /// The nodes with a label.
    Label(LabelId),
    /// The relationships of a type.
    RelType(RelTypeId),
}

impl SchemaTarget {
    /// The name of its label or type.
    pub fn name(self, catalog: &Catalog) -> &Arc<str> {
        match self {
            SchemaTarget::Label(label) => catalog.label_name(label),
            SchemaTarget::RelType(rel_type) => catalog.rel_type_name(rel_type),
        }
    }

    /// Whether it is about nodes.
    pub fn is_node(self) -> bool {
        matches!(self, SchemaTarget::Label(_))
    }
}

/// Which values an index has, and what it can find.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IndexKind {
    /// All values, in order: equality, ranges and beginnings of texts.
    Range,
    /// Texts alone: their equality, beginnings and parts.
    Text,
}

impl IndexKind {
    /// The name, as `SHOW INDEXES` writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            IndexKind::Range => "RANGE",
            IndexKind::Text => "TEXT",
        }
    }
}

/// The definition of an index. Whoever has its label or type and a value for every key is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexDefinition {
    /// Its name, which no other index and no constraint has.
    pub name: Arc<str>,
    /// What it finds.
    pub kind: IndexKind,
    /// Whose properties.
    pub target: SchemaTarget,
    /// The properties, in order; several make a composite index.
    pub keys: Vec<KeyId>,
}

/// What a constraint demands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConstraintKind {
    /// No two have equal values for all of the keys. Where one is absent, nothing is demanded.
    Unique,
    /// The property is there.
    Exists,
    /// All properties are there, and no two have equal values for all of them.
    Key,
    /// The value, where there is one, is of one of these types.
    Type(Vec<PropertyType>),
}

impl ConstraintKind {
    /// Whether it demands different values, for which it has an index of its own.
    pub fn is_unique(&self) -> bool {
        matches!(self, ConstraintKind::Unique | ConstraintKind::Key)
    }
}

impl fmt::Display for ConstraintKind {
    /// As `REQUIRE` writes it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ConstraintKind::Unique => f.write_str("IS UNIQUE"),
            ConstraintKind::Exists => f.write_str("IS NOT NULL"),
            ConstraintKind::Key => f.write_str("IS KEY"),
            ConstraintKind::Type(types) => {
                let types: Vec<String> = types.iter().map(ToString::to_string).collect();
                write!(f, "IS :: {}", types.join(" | "))
            }
        }
    }
}

/// The definition of a constraint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConstraintDefinition {
    /// Its name, which no other constraint has, nor any index but its own.
    pub name: Arc<str>,
    /// What it demands.
    pub kind: ConstraintKind,
    /// Of whom.
    pub target: SchemaTarget,
    /// The properties, in order.
    pub keys: Vec<KeyId>,
}

impl ConstraintDefinition {
    /// The index that a constraint on uniqueness has. It comes and goes with the constraint.
    pub fn index(&self) -> Option<IndexDefinition> {
        self.kind.is_unique().then(|| IndexDefinition {
            name: Arc::clone(&self.name),
            kind: IndexKind::Range,
            target: self.target,
            keys: self.keys.clone(),
        })
    }
}

/// Which relationship types a rule looks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TypesRead {
    /// Whether it may be any type.
    pub any: bool,
    /// The types, ascending.
    pub types: Vec<RelTypeId>,
}

impl TypesRead {
    /// Whether a type is among them.
    pub fn contains(&self, rel_type: RelTypeId) -> bool {
        self.any || self.types.contains(&rel_type)
    }
}

/// A rule: wherever its body is matched, there is a relationship between two nodes of the match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleDefinition {
    /// Its name, which nothing else of the schema has.
    pub name: Arc<str>,
    /// The type of what it derives.
    pub head: RelTypeId,
    /// The statement that makes it.
    pub statement: Arc<str>,
    /// The types of relationships that must be there; more of them never lead to less.
    pub needs: TypesRead,
    /// The types of relationships that must not be there, or are counted.
    pub excludes: TypesRead,
}

/// The types that the scalar values of properties have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)] // the names are those of the types
pub enum ScalarType {
    Boolean,
    String,
    Integer,
    Float,
    Date,
    LocalTime,
    ZonedTime,
    LocalDateTime,
    ZonedDateTime,
    Duration,
}

impl ScalarType {
    /// Every type with its name.
    pub const ALL: [(ScalarType, &'static str); 10] = [
        (ScalarType::Boolean, "BOOLEAN"),
        (ScalarType::String, "STRING"),
        (ScalarType::Integer, "INTEGER"),
        (ScalarType::Float, "FLOAT"),
        (ScalarType::Date, "DATE"),
        (ScalarType::LocalTime, "LOCAL TIME"),
        (ScalarType::ZonedTime, "ZONED TIME"),
        (ScalarType::LocalDateTime, "LOCAL DATETIME"),
        (ScalarType::ZonedDateTime, "ZONED DATETIME"),
        (ScalarType::Duration, "DURATION"),
    ];

    /// The name, as `IS ::` writes it.
    pub fn as_str(self) -> &'static str {
        ScalarType::ALL.iter().find(|(each, _)| *each == self).map_or("", |(_, name)| name)
    }

    /// Whether a value is of the type.
    pub fn fits(self, value: &Value) -> bool {
        match self {
            ScalarType::Boolean => matches!(value, Value::Bool(_)),
            ScalarType::String => matches!(value, Value::String(_)),
            ScalarType::Integer => matches!(value, Value::Int(_)),
            ScalarType::Float => matches!(value, Value::Float(_)),
            ScalarType::Date => matches!(value, Value::Date(_)),
            ScalarType::LocalTime => matches!(value, Value::LocalTime(_)),
            ScalarType::ZonedTime => matches!(value, Value::Time(_)),
            ScalarType::LocalDateTime => matches!(value, Value::LocalDateTime(_)),
            ScalarType::ZonedDateTime => matches!(value, Value::DateTime(_)),
            ScalarType::Duration => matches!(value, Value::Duration(_)),
        }
    }
}

/// A type that a constraint can demand of a property.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PropertyType {
    /// A scalar.
    Scalar(ScalarType),
    /// A list of scalars of one type.
    List(ScalarType),
}

impl PropertyType {
    /// Whether a value is of the type.
    pub fn fits(self, value: &Value) -> bool {
        match (self, value) {
            (PropertyType::Scalar(scalar), value) => scalar.fits(value),
            (PropertyType::List(scalar), Value::List(items)) => items.iter().all(|item| scalar.fits(item)),
            (PropertyType::List(_), _) => false,
        }
    }
}

impl fmt::Display for PropertyType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PropertyType::Scalar(scalar) => f.write_str(scalar.as_str()),
            PropertyType::List(scalar) => write!(f, "LIST<{} NOT NULL>", scalar.as_str()),
        }
    }
}
