//! The table of functions.
//!
//! Takes values and a read-only view of the graph. Every function is one entry of a family's table: its name,
//! parameters, result, examples and code. Lookup, arity and type checks, help, completion and `SHOW FUNCTIONS` all
//! read the table; nothing about a function is said anywhere else.

#[macro_use]
mod entry;
pub mod aggregate;
mod arguments;
mod coll;
mod convert;
pub(crate) mod evidence;
pub(crate) mod exact;
mod facts;
mod form;
mod graph;
mod hedges;
mod list;
mod math;
mod predicate;
mod random;
mod round;
mod scalar;
pub(crate) mod sorting;
mod string;
mod temporal;
mod trig;
mod type_set;

pub use type_set::TypeSet;

pub use graph::{deleted, node_properties, rel_properties};

use crate::error::Result;
use crate::store::Version;
use crate::text;
use crate::value::Value;
use std::collections::HashMap;
use std::fmt;
use std::sync::LazyLock;

/// One function.
#[derive(Debug)]
pub struct Function {
    /// The name, in its usual spelling; lookup ignores case.
    pub name: &'static str,
    /// What it is about.
    pub category: Category,
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

/// What a function is about, as `SHOW FUNCTIONS` and the manual group them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Category {
    /// From many rows one value.
    Aggregating,
    /// Lists.
    List,
    /// Roots, powers and logarithms.
    Logarithmic,
    /// Numbers.
    Numeric,
    /// True or false.
    Predicate,
    /// Anything that gives a single value.
    Scalar,
    /// Text.
    String,
    /// Dates, times and durations.
    Temporal,
    /// Angles.
    Trigonometric,
}

impl Category {
    /// Every category, in order of name.
    pub const ALL: [Category; 9] = [
        Category::Aggregating,
        Category::List,
        Category::Logarithmic,
        Category::Numeric,
        Category::Predicate,
        Category::Scalar,
        Category::String,
        Category::Temporal,
        Category::Trigonometric,
    ];
}

impl fmt::Display for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// How a function computes.
#[derive(Clone, Copy, Debug)]
pub enum Body {
    /// From the arguments of one row. `null` never reaches it: a null argument gives null.
    Strict(Scalar),
    /// From the type of a relationship alone, which is the only argument; null as for [`Body::Strict`].
    OfType(Scalar),
    /// From the arguments of one row, null included.
    Lenient(Scalar),
    /// The relationships in the arguments of one row, null included: an executor may gather those of many rows at once.
    Cited(Scalar),
    /// From the arguments of many rows.
    Aggregate(Aggregate),
    /// By a syntax of its own, which is given here; no call of that name has a body to run.
    Form(&'static str),
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
    /// What long loops ask now and then whether to go on.
    pub watch: &'a dyn Watch,
}

/// Tells long loops whether to go on.
pub trait Watch: fmt::Debug {
    /// Fails when the statement was cancelled or its time is over.
    ///
    /// # Errors
    /// `Cancelled`, or `ResourceLimit`/`Timeout`.
    fn check(&self) -> Result<()>;

    /// How many bytes of memory the statement has left.
    fn room(&self) -> u64;
}

/// A watch that lets everything run to its end.
#[derive(Clone, Copy, Debug)]
pub struct Unwatched;

impl Watch for Unwatched {
    fn check(&self) -> Result<()> {
        Ok(())
    }

    fn room(&self) -> u64 {
        u64::MAX
    }
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
    /// The relationships in any number of values, each once: what `CITE` gathers of the rows of a group.
    Cited,
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
        self.name.ends_with(".realtime") || self.is_random()
    }

    /// Whether it is by intent different at each call.
    pub fn is_random(&self) -> bool {
        random::FUNCTIONS.iter().any(|function| function.name == self.name)
    }

    /// Whether it aggregates.
    pub fn is_aggregate(&self) -> bool {
        matches!(self.body, Body::Aggregate(_))
    }

    /// The function as help shows it, e.g. `left(original :: STRING, length :: INTEGER) :: STRING`; optional
    /// parameters stand in brackets.
    pub fn signature(&self) -> String {
        if let Body::Form(form) = self.body {
            return format!("{form} :: {}", self.result);
        }
        let mut parts: Vec<String> = self.parameters.iter().map(Parameter::to_string).collect();
        if self.variadic {
            parts.push("...".to_string());
        }
        format!("{}({}) :: {}", self.name, parts.join(", "), self.result)
    }
}

impl fmt::Display for Function {
    /// The signature, what the function is for, and its examples: what help shows.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n  {} ({})", self.signature(), self.summary, self.category)?;
        self.examples.iter().try_for_each(|(example, value)| write!(f, "\n  {example} = {value}"))
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
    coll::FUNCTIONS,
    convert::FUNCTIONS,
    form::FUNCTIONS,
    facts::FUNCTIONS,
    graph::FUNCTIONS,
    hedges::FUNCTIONS,
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
