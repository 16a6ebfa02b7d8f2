//! Sets of types, as the parameters and results of functions have them.

use crate::value::Value;
use std::fmt;
use std::ops::{BitAnd, BitOr};

/// A set of value types, for checks before anything runs. Null fits everywhere and is not counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TypeSet(pub u32);

#[allow(missing_docs)] // each names the type it holds
impl TypeSet {
    pub const NONE: TypeSet = TypeSet(0);
    pub const BOOL: TypeSet = TypeSet(1);
    pub const INT: TypeSet = TypeSet(1 << 1);
    pub const FLOAT: TypeSet = TypeSet(1 << 2);
    pub const STRING: TypeSet = TypeSet(1 << 3);
    pub const LIST: TypeSet = TypeSet(1 << 4);
    pub const MAP: TypeSet = TypeSet(1 << 5);
    pub const NODE: TypeSet = TypeSet(1 << 6);
    pub const REL: TypeSet = TypeSet(1 << 7);
    pub const PATH: TypeSet = TypeSet(1 << 8);
    pub const DATE: TypeSet = TypeSet(1 << 9);
    pub const LOCAL_TIME: TypeSet = TypeSet(1 << 10);
    pub const TIME: TypeSet = TypeSet(1 << 11);
    pub const LOCAL_DATE_TIME: TypeSet = TypeSet(1 << 12);
    pub const DATE_TIME: TypeSet = TypeSet(1 << 13);
    pub const DURATION: TypeSet = TypeSet(1 << 14);
    pub const NUMBER: TypeSet = TypeSet(Self::INT.0 | Self::FLOAT.0);
    pub const ENTITY: TypeSet = TypeSet(Self::NODE.0 | Self::REL.0);
    pub const TEMPORAL: TypeSet = TypeSet(
        Self::DATE.0
            | Self::LOCAL_TIME.0
            | Self::TIME.0
            | Self::LOCAL_DATE_TIME.0
            | Self::DATE_TIME.0
            | Self::DURATION.0,
    );
    /// Those whose values may take any amount of memory.
    pub const GROWING: TypeSet = TypeSet(Self::STRING.0 | Self::LIST.0 | Self::MAP.0);
    pub const ANY: TypeSet = TypeSet((1 << 15) - 1);

    /// Whether some type is in both sets.
    pub fn meets(self, other: TypeSet) -> bool {
        self.0 & other.0 != 0
    }

    /// The type of a value; empty for null.
    pub fn of(value: &Value) -> TypeSet {
        match value {
            Value::Null => TypeSet::NONE,
            Value::Bool(_) => TypeSet::BOOL,
            Value::Int(_) => TypeSet::INT,
            Value::Float(_) => TypeSet::FLOAT,
            Value::String(_) => TypeSet::STRING,
            Value::List(_) => TypeSet::LIST,
            Value::Map(_) => TypeSet::MAP,
            Value::Node(_) => TypeSet::NODE,
            Value::Rel(_) => TypeSet::REL,
            Value::Path(_) => TypeSet::PATH,
            Value::Date(_) => TypeSet::DATE,
            Value::LocalTime(_) => TypeSet::LOCAL_TIME,
            Value::Time(_) => TypeSet::TIME,
            Value::LocalDateTime(_) => TypeSet::LOCAL_DATE_TIME,
            Value::DateTime(_) => TypeSet::DATE_TIME,
            Value::Duration(_) => TypeSet::DURATION,
        }
    }
}

/// The names of single types, as `IS ::` and `valueType()` write them.
const TYPE_NAMES: [(TypeSet, &str); 15] = [
    (TypeSet::BOOL, "BOOLEAN"),
    (TypeSet::INT, "INTEGER"),
    (TypeSet::FLOAT, "FLOAT"),
    (TypeSet::STRING, "STRING"),
    (TypeSet::LIST, "LIST<ANY>"),
    (TypeSet::MAP, "MAP"),
    (TypeSet::NODE, "NODE"),
    (TypeSet::REL, "RELATIONSHIP"),
    (TypeSet::PATH, "PATH"),
    (TypeSet::DATE, "DATE"),
    (TypeSet::LOCAL_TIME, "LOCAL TIME"),
    (TypeSet::TIME, "ZONED TIME"),
    (TypeSet::LOCAL_DATE_TIME, "LOCAL DATETIME"),
    (TypeSet::DATE_TIME, "ZONED DATETIME"),
    (TypeSet::DURATION, "DURATION"),
];

impl fmt::Display for TypeSet {
    /// The names of the types, joined by `|`; `ANY` for all of them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == TypeSet::ANY {
            return f.write_str("ANY");
        }
        let names: Vec<&str> = TYPE_NAMES.iter().filter(|(set, _)| self.meets(*set)).map(|(_, name)| *name).collect();
        f.write_str(&names.join(" | "))
    }
}

impl BitOr for TypeSet {
    type Output = TypeSet;
    fn bitor(self, other: TypeSet) -> TypeSet {
        TypeSet(self.0 | other.0)
    }
}

impl BitAnd for TypeSet {
    type Output = TypeSet;
    fn bitand(self, other: TypeSet) -> TypeSet {
        TypeSet(self.0 & other.0)
    }
}
