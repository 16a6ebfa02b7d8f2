//! The table of functions.
//!
//! Takes values and a read-only view of the graph. Every function is one entry of a family's table: its name,
//! parameters, result, examples and code. Lookup, arity and type checks, help, completion and `SHOW FUNCTIONS` all
//! read the table; nothing about a function is said anywhere else.

mod temporal;

use crate::error::Result;
use crate::store::Version;
use crate::value::Value;
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
    pub const ANY: TypeSet = TypeSet((1 << 15) - 1);

    /// Whether some type is in both sets.
    pub fn meets(self, other: TypeSet) -> bool {
        self.0 & other.0 != 0
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
    /// One sentence for people.
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

/// The function of that name in any case, or `None`.
pub fn lookup(_name: &str) -> Option<&'static Function> {
    None
}

/// Every function, in order of name.
pub fn all() -> impl Iterator<Item = &'static Function> {
    std::iter::empty()
}
