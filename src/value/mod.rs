//! Values: what a property holds, an expression gives and a row carries.
//!
//! Takes nothing but the error type. Gives the [`Value`] type, the three relations over it (equality with null,
//! total order, grouping), arithmetic, temporal types and text forms. It deliberately does not know the graph: a
//! node or a relationship is an identifier here, and only a snapshot can say what it holds.

pub mod arithmetic;
pub mod compare;
pub mod format;
mod normal;
mod rel_lists;
mod size;
pub mod temporal;
pub mod types;

pub use normal::NormalForm;
pub use rel_lists::RelLists;
pub use size::{Content, MAX_DEPTH, MAX_VALUES, Nested, Shape, heap_bytes, share_bytes};
use std::collections::BTreeMap;
use std::sync::Arc;
use temporal::{Date, DateTime, Duration, LocalDateTime, LocalTime, Time};

/// The identifier of a node: dense, from 0, never reused while the graph is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub u32);

/// The identifier of a relationship type in a graph's catalog.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RelTypeId(pub u32);

/// The identifier of a label in a graph's catalog.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LabelId(pub u32);

/// The identifier of a property key in a graph's catalog.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(pub u32);

/// The identifier of a relationship: its type and its row among the relationships of that type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RelId {
    /// The type.
    pub rel_type: RelTypeId,
    /// The row within the type.
    pub row: u32,
}

impl RelId {
    /// One number that tells relationships apart, in the same order: the type in the high half, the row in the low.
    pub fn packed(self) -> u64 {
        (u64::from(self.rel_type.0) << 32) | u64::from(self.row)
    }

    /// The inverse of [`RelId::packed`].
    pub fn unpacked(packed: u64) -> RelId {
        RelId { rel_type: RelTypeId((packed >> 32) as u32), row: packed as u32 }
    }
}

/// A walk through the graph: one more node than relationships; relationship `i` joins node `i` and node `i + 1`, in
/// either direction.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Path {
    /// The nodes in order.
    pub nodes: Vec<NodeId>,
    /// The relationships in order.
    pub rels: Vec<RelId>,
}

/// A map value: keys in order of code points.
pub type Map = BTreeMap<Arc<str>, Value>;

/// Any value of the language. Cheap to clone: what is large is shared.
///
/// There is no `PartialEq`: Cypher has three relations, and [`compare`] has all of them.
#[derive(Clone, Debug, Default)]
pub enum Value {
    /// The missing or unknown value.
    #[default]
    Null,
    /// True or false.
    Bool(bool),
    /// A 64-bit signed integer.
    Int(i64),
    /// A 64-bit binary floating-point number.
    Float(f64),
    /// Text.
    String(Arc<str>),
    /// A list.
    List(Arc<Nested<Vec<Value>>>),
    /// A map from text to values.
    Map(Arc<Nested<Map>>),
    /// A node.
    Node(NodeId),
    /// A relationship.
    Rel(RelId),
    /// A path.
    Path(Arc<Path>),
    /// A calendar date.
    Date(Date),
    /// A time of day without a zone.
    LocalTime(LocalTime),
    /// A time of day with an offset from UTC.
    Time(Time),
    /// A date and time without a zone.
    LocalDateTime(LocalDateTime),
    /// A date and time in a zone.
    DateTime(Arc<DateTime>),
    /// A length of time in months, days, seconds and nanoseconds.
    Duration(Arc<Duration>),
}

impl Value {
    /// A text value.
    pub fn string(text: impl AsRef<str>) -> Value {
        Value::String(Arc::from(text.as_ref()))
    }

    /// A list value.
    pub fn list(items: Vec<Value>) -> Value {
        Value::List(Arc::new(items.into()))
    }

    /// A map value.
    pub fn map(map: Map) -> Value {
        Value::Map(Arc::new(map.into()))
    }

    /// An integer that says how many; the greatest integer for more than that.
    pub fn count(number: impl TryInto<i64>) -> Value {
        Value::Int(number.try_into().unwrap_or(i64::MAX))
    }

    /// Whether this is null.
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// The text of a text value.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The integer of an integer value.
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Value::Int(number) => Some(*number),
            _ => None,
        }
    }

    /// The name of the value's type as error messages write it, e.g. `String`.
    pub fn type_name(&self) -> &'static str {
        match self {
            Value::Null => "Null",
            Value::Bool(_) => "Boolean",
            Value::Int(_) => "Integer",
            Value::Float(_) => "Float",
            Value::String(_) => "String",
            Value::List(_) => "List",
            Value::Map(_) => "Map",
            Value::Node(_) => "Node",
            Value::Rel(_) => "Relationship",
            Value::Path(_) => "Path",
            Value::Date(_) => "Date",
            Value::LocalTime(_) => "LocalTime",
            Value::Time(_) => "Time",
            Value::LocalDateTime(_) => "LocalDateTime",
            Value::DateTime(_) => "DateTime",
            Value::Duration(_) => "Duration",
        }
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Value::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Value::Int(value)
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Value::Float(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Value::string(value)
    }
}

impl From<Option<i64>> for Value {
    fn from(value: Option<i64>) -> Self {
        value.map_or(Value::Null, Value::Int)
    }
}

impl From<Option<f64>> for Value {
    fn from(value: Option<f64>) -> Self {
        value.map_or(Value::Null, Value::Float)
    }
}

impl From<Option<bool>> for Value {
    fn from(value: Option<bool>) -> Self {
        value.map_or(Value::Null, Value::Bool)
    }
}
