//! The table of functions.
//!
//! Takes values and a read-only view of the graph. Every function is one entry of a family's table: its name,
//! parameters, result, examples and code. Lookup, arity and type checks, help, completion and `SHOW FUNCTIONS` all
//! read the table; nothing about a function is said anywhere else.

#[macro_use]
mod entry;
pub mod aggregate;
mod arguments;
mod convert;
mod graph;
mod list;
mod math;
mod predicate;
mod random;
mod round;
mod scalar;
mod string;
mod temporal;
mod trig;

pub use graph::{deleted, node_properties, rel_properties};

use crate::error::Result;
use crate::store::Version;
use crate::text;
use crate::value::Value;
use std::collections::HashMap;
use std::fmt;
use std::ops::{BitAnd, BitOr};
use std::sync::LazyLock;

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

/// The names of single types, each as [`Value::type_name`] writes it.
const TYPE_NAMES: [(TypeSet, &str); 15] = [
    (TypeSet::BOOL, "Boolean"),
    (TypeSet::INT, "Integer"),
    (TypeSet::FLOAT, "Float"),
    (TypeSet::STRING, "String"),
    (TypeSet::LIST, "List"),
    (TypeSet::MAP, "Map"),
    (TypeSet::NODE, "Node"),
    (TypeSet::REL, "Relationship"),
    (TypeSet::PATH, "Path"),
    (TypeSet::DATE, "Date"),
    (TypeSet::LOCAL_TIME, "LocalTime"),
    (TypeSet::TIME, "Time"),
    (TypeSet::LOCAL_DATE_TIME, "LocalDateTime"),
    (TypeSet::DATE_TIME, "DateTime"),
    (TypeSet::DURATION, "Duration"),
];

impl fmt::Display for TypeSet {
    /// The names of the types, joined by `or`; `Any` for all of them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == TypeSet::ANY {
            return f.write_str("Any");
        }
        let names: Vec<&str> = TYPE_NAMES.iter().filter(|(set, _)| self.meets(*set)).map(|(_, name)| *name).collect();
        f.write_str(&names.join(" or "))
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

/// One function.
#[derive(Debug)]
pub struct Function {
    /// The name, in its usual spelling; lookup ignores case.
    pub name: &'static str,
    /// The parameters.
    pub parameters: &'static [Parameter],
    /// Whether the last parameter may be given any number of times.
    pub variadic: bool,
    /// What it gives.
    pub result: TypeSet,
    /// What it computes.
    pub body: Body,
    /// What it is for, in a sentence without a full stop.
    pub summary: &'static str,
    /// Expressions and the text of their values; they run as tests.
    pub examples: &'static [(&'static str, &'static str)],
}

/// One parameter of a function.
#[derive(Debug)]
pub struct Parameter {
    /// The name shown in signatures.
    pub name: &'static str,
    /// What it accepts.
    pub accepts: TypeSet,
    /// Whether it may be left out.
    pub optional: bool,
}

/// How a function computes.
#[derive(Clone, Copy, Debug)]
pub enum Body {
    /// From the arguments of one row. `null` never reaches it: a null argument gives null.
    Strict(Scalar),
    /// From the arguments of one row, null included.
    Lenient(Scalar),
    /// From the arguments of many rows.
    Aggregate(Aggregate),
}

/// The code of a function of one row.
pub type Scalar = fn(&CallContext<'_>, &[Value]) -> Result<Value>;

/// What a function may look at besides its arguments.
#[derive(Clone, Copy, Debug)]
pub struct CallContext<'a> {
    /// The graph as this statement sees it.
    pub graph: &'a Version,
    /// The moment the statement began: nanoseconds since 1970-01-01T00:00Z. All current times in a statement agree.
    pub now: i128,
    /// The most bytes one value may take: lists and strings that would be larger are refused.
    pub max_value_bytes: u64,
}

/// The aggregate functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Aggregate {
    /// `count(*)`: rows.
    CountStar,
    /// `count(x)`: values that are not null.
    Count,
    /// `sum(x)`.
    Sum,
    /// `avg(x)`.
    Avg,
    /// `min(x)` in the total order.
    Min,
    /// `max(x)` in the total order.
    Max,
    /// `collect(x)`: a list of the values that are not null.
    Collect,
    /// `stDev(x)`: of a sample.
    StDev,
    /// `stDevP(x)`: of a population.
    StDevP,
    /// `percentileCont(x, p)`: interpolated.
    PercentileCont,
    /// `percentileDisc(x, p)`: the nearest value.
    PercentileDisc,
}

impl Function {
    /// The least and the greatest number of arguments; `None` for no limit.
    pub fn arity(&self) -> (usize, Option<usize>) {
        let least = self.parameters.iter().filter(|parameter| !parameter.optional).count();
        (least, (!self.variadic).then_some(self.parameters.len()))
    }

    /// The parameter that the argument at `index` fills.
    pub fn parameter(&self, index: usize) -> Option<&'static Parameter> {
        self.parameters.get(index).or_else(|| self.parameters.last().filter(|_| self.variadic))
    }

    /// Whether two calls with the same arguments in one statement may give different values, so that a call must
    /// neither be computed ahead nor shared.
    pub fn is_volatile(&self) -> bool {
        let random = || random::FUNCTIONS.iter().any(|function| function.name == self.name);
        self.name.ends_with(".realtime") || random()
    }

    /// The function as help shows it, e.g. `substring(original :: String, start :: Integer, [length :: Integer])`.
    pub fn signature(&self) -> String {
        let mut parts: Vec<String> = self.parameters.iter().map(Parameter::to_string).collect();
        if self.variadic {
            parts.push("...".to_string());
        }
        format!("{}({}) :: {}", self.name, parts.join(", "), self.result)
    }
}

impl fmt::Display for Parameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Parameter { name, accepts, optional } = self;
        if *optional { write!(f, "[{name} :: {accepts}]") } else { write!(f, "{name} :: {accepts}") }
    }
}

/// The families, each a table of its own module.
static FAMILIES: &[&[Function]] = &[
    aggregate::FUNCTIONS,
    convert::FUNCTIONS,
    graph::FUNCTIONS,
    list::FUNCTIONS,
    math::FUNCTIONS,
    predicate::FUNCTIONS,
    random::FUNCTIONS,
    scalar::FUNCTIONS,
    string::FUNCTIONS,
    temporal::FUNCTIONS,
    trig::FUNCTIONS,
];

/// Every function by its name in lower case.
static BY_NAME: LazyLock<HashMap<String, &'static Function>> = LazyLock::new(|| {
    let functions = FAMILIES.iter().flat_map(|family| family.iter());
    functions.map(|function| (function.name.to_ascii_lowercase(), function)).collect()
});

/// Every function in order of name.
static SORTED: LazyLock<Vec<&'static Function>> = LazyLock::new(|| {
    let mut functions: Vec<&'static Function> = FAMILIES.iter().flat_map(|family| family.iter()).collect();
    functions.sort_by_key(|function| function.name.to_ascii_lowercase());
    functions
});

/// The function of that name in any case, or `None`.
///
/// ```
/// assert_eq!(standpoint::functions::lookup("TOUPPER").unwrap().name, "toUpper");
/// ```
pub fn lookup(name: &str) -> Option<&'static Function> {
    BY_NAME.get(&name.to_ascii_lowercase()).copied()
}

/// Every function, in order of name.
pub fn all() -> impl Iterator<Item = &'static Function> {
    SORTED.iter().copied()
}

/// The name of the function nearest to an unknown name, when one is near.
///
/// ```
/// assert_eq!(standpoint::functions::similar("toUper"), Some("toUpper"));
/// ```
pub fn similar(name: &str) -> Option<&'static str> {
    text::nearest(name, all().map(|function| function.name))
}

#[cfg(test)]
mod tests;
