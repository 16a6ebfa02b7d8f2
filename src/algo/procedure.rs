//! Procedures: what `CALL` runs, whether it comes with the engine, from the user, or from a test.

use crate::error::{Detail, Error, ErrorType, Result};
use crate::store::Version;
use crate::text::nearest;
use crate::value::Value;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// What a procedure may use beside its arguments.
#[derive(Clone, Copy)]
pub struct ProcedureContext<'a> {
    /// The graph.
    pub version: &'a Version,
    /// Fails when the query was cancelled or its time is over. Long loops call it now and then.
    pub check: &'a dyn Fn() -> Result<()>,
    /// How many bytes of memory the query has left.
    pub room: u64,
}

impl<'a> ProcedureContext<'a> {
    /// A context that nobody cancels, with all memory there is.
    pub fn new(version: &'a Version) -> ProcedureContext<'a> {
        ProcedureContext { version, check: &|| Ok(()), room: u64::MAX }
    }
}

impl ProcedureContext<'_> {
    /// Refuses work that needs so many bytes at once when there are not as many left. It counts nothing.
    ///
    /// # Errors
    /// `ResourceLimit`/`MemoryLimit`.
    pub fn needs(&self, bytes: u64) -> Result<()> {
        if bytes <= self.room {
            return Ok(());
        }
        let message = format!("the procedure needs about {bytes} bytes of memory, and {} are left", self.room);
        Err(Error::runtime(ErrorType::ResourceLimit, Detail::MemoryLimit, message))
    }

    /// Refuses an algorithm over the whole graph that there is no memory left for: a copy with dense numbers, and a
    /// row for each node.
    ///
    /// # Errors
    /// `ResourceLimit`/`MemoryLimit`.
    pub fn needs_whole_graph(&self) -> Result<()> {
        const NODE_BYTES: u64 = 128;
        const REL_BYTES: u64 = 32;
        let nodes = self.version.node_count().saturating_mul(NODE_BYTES);
        self.needs(nodes.saturating_add(self.version.rel_count().saturating_mul(REL_BYTES)))
    }
}

/// Looks at whether to go on once in so many steps.
pub(super) struct Steps<'a> {
    check: &'a dyn Fn() -> Result<()>,
    done: Cell<usize>,
}

impl<'a> Steps<'a> {
    pub(super) fn new(check: &'a dyn Fn() -> Result<()>) -> Steps<'a> {
        Steps { check, done: Cell::new(0) }
    }

    /// Counts a step, as a node or a relationship that is visited.
    pub(super) fn step(&self) -> Result<()> {
        const STRETCH: usize = 4096;
        self.done.set(self.done.get().wrapping_add(1));
        if self.done.get().is_multiple_of(STRETCH) { (self.check)() } else { Ok(()) }
    }
}

/// What a procedure gives: one value for each output in every row.
pub type Rows = Vec<Vec<Value>>;

/// The code of a procedure: arguments to rows.
pub type Run = Arc<dyn Fn(&ProcedureContext<'_>, &[Value]) -> Result<Rows> + Send + Sync>;

/// A procedure.
#[derive(Clone)]
pub struct Procedure {
    /// How it is called and what it gives.
    pub signature: Signature,
    /// Its code.
    pub run: Run,
}

impl fmt::Debug for Procedure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Procedure({})", self.signature)
    }
}

impl Procedure {
    /// Runs the procedure after checking the arguments: their number, and their types, where an argument may be left
    /// out when it has a default. Whole numbers become floats where floats are expected.
    ///
    /// # Errors
    /// When an argument does not fit, and what the procedure itself reports.
    pub fn call(&self, context: &ProcedureContext<'_>, arguments: &[Value]) -> Result<Rows> {
        let arguments = self.signature.accept(arguments)?;
        (self.run)(context, &arguments)
    }
}

/// How a procedure is called and what it gives.
#[derive(Clone, Debug)]
pub struct Signature {
    /// The full name, e.g. `db.labels`.
    pub name: Arc<str>,
    /// What it takes, those with a default last.
    pub inputs: Vec<Parameter>,
    /// The columns that it gives; a procedure without any passes each row on unchanged.
    pub outputs: Vec<Parameter>,
    /// What it does, in a sentence.
    pub summary: Arc<str>,
}

/// An input or output of a procedure.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// The name.
    pub name: Arc<str>,
    /// What values it has.
    pub value_type: ValueType,
    /// Whether null is among them.
    pub nullable: bool,
    /// What an input is when it is left out.
    pub default: Option<Value>,
}

impl Parameter {
    /// A parameter with a type as it is written, e.g. `INTEGER?`; nothing when there is no such type.
    pub fn new(name: &str, written_type: &str) -> Option<Parameter> {
        let (base, nullable) = match written_type.trim().strip_suffix('?') {
            Some(base) => (base, true),
            None => (written_type, false),
        };
        let value_type = ValueType::parse(base)?;
        Some(Parameter { name: Arc::from(name), value_type, nullable, default: None })
    }

    /// Whether the parameter can have the value.
    pub fn accepts(&self, value: &Value) -> bool {
        if value.is_null() { self.nullable } else { self.value_type.accepts(value) }
    }
}

impl fmt::Display for Parameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = if self.nullable { "?" } else { "" };
        write!(f, "{} :: {}{mark}", self.name, self.value_type.as_str())
    }
}

/// The types that signatures name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // the names are those of the types
pub enum ValueType {
    Any,
    Boolean,
    Integer,
    Float,
    Number,
    String,
    List,
    Map,
    Node,
    Relationship,
    Path,
    Date,
    LocalTime,
    Time,
    LocalDateTime,
    DateTime,
    Duration,
}

/// Every type with its name in signatures.
const TYPES: &[(ValueType, &str)] = &[
    (ValueType::Any, "ANY"),
    (ValueType::Boolean, "BOOLEAN"),
    (ValueType::Integer, "INTEGER"),
    (ValueType::Float, "FLOAT"),
    (ValueType::Number, "NUMBER"),
    (ValueType::String, "STRING"),
    (ValueType::List, "LIST"),
    (ValueType::Map, "MAP"),
    (ValueType::Node, "NODE"),
    (ValueType::Relationship, "RELATIONSHIP"),
    (ValueType::Path, "PATH"),
    (ValueType::Date, "DATE"),
    (ValueType::LocalTime, "LOCALTIME"),
    (ValueType::Time, "TIME"),
    (ValueType::LocalDateTime, "LOCALDATETIME"),
    (ValueType::DateTime, "DATETIME"),
    (ValueType::Duration, "DURATION"),
];

impl ValueType {
    /// The type of a name; lists may name what is in them, as in `LIST OF STRING` or `LIST<STRING>`.
    pub fn parse(name: &str) -> Option<ValueType> {
        let name = name.trim().to_ascii_uppercase();
        if name.starts_with("LIST") {
            return Some(ValueType::List);
        }
        TYPES.iter().find(|(_, known)| *known == name).map(|(value_type, _)| *value_type)
    }

    /// The name in signatures.
    pub fn as_str(self) -> &'static str {
        TYPES.iter().find(|(value_type, _)| *value_type == self).map_or("ANY", |(_, name)| name)
    }

    /// Whether a value that is not null has the type, or can be taken for it: a whole number for a float.
    pub fn accepts(self, value: &Value) -> bool {
        match self {
            ValueType::Any => true,
            ValueType::Number | ValueType::Float => matches!(value, Value::Int(_) | Value::Float(_)),
            _ => self == ValueType::of(value),
        }
    }

    /// The type of a value; null is of any.
    pub fn of(value: &Value) -> ValueType {
        match value {
            Value::Null => ValueType::Any,
            Value::Bool(_) => ValueType::Boolean,
            Value::Int(_) => ValueType::Integer,
            Value::Float(_) => ValueType::Float,
            Value::String(_) => ValueType::String,
            Value::List(_) => ValueType::List,
            Value::Map(_) => ValueType::Map,
            Value::Node(_) => ValueType::Node,
            Value::Rel(_) => ValueType::Relationship,
            Value::Path(_) => ValueType::Path,
            Value::Date(_) => ValueType::Date,
            Value::LocalTime(_) => ValueType::LocalTime,
            Value::Time(_) => ValueType::Time,
            Value::LocalDateTime(_) => ValueType::LocalDateTime,
            Value::DateTime(_) => ValueType::DateTime,
            Value::Duration(_) => ValueType::Duration,
        }
    }
}

impl Signature {
    /// The fewest and the most arguments.
    pub fn arity(&self) -> (usize, usize) {
        let required = self.inputs.iter().filter(|input| input.default.is_none()).count();
        (required, self.inputs.len())
    }

    /// The arguments as the procedure's code gets them, one for each input.
    fn accept(&self, arguments: &[Value]) -> Result<Vec<Value>> {
        let (fewest, most) = self.arity();
        if arguments.len() < fewest || arguments.len() > most {
            let message = format!("`{}` cannot be called with {} arguments", self.name, arguments.len());
            return Err(Error::runtime(ErrorType::ProcedureError, Detail::InvalidNumberOfArguments, message)
                .hint(format!("it is `{self}`")));
        }
        let inputs = self.inputs.iter().enumerate();
        inputs.map(|(index, input)| self.accept_one(input, arguments.get(index))).collect()
    }

    fn accept_one(&self, input: &Parameter, argument: Option<&Value>) -> Result<Value> {
        let Some(value) = argument.or(input.default.as_ref()) else {
            return Err(Error::internal(format!("`{}` has no argument for `{}`", self.name, input.name)));
        };
        if argument.is_some() && !input.accepts(value) {
            let (name, expected) = (&input.name, input.value_type.as_str());
            let message = format!("`{name}` of `{}` is {expected}, not {}", self.name, value.type_name());
            return Err(Error::type_error(message).hint(format!("it is `{self}`")));
        }
        match (input.value_type, value) {
            (ValueType::Float, Value::Int(number)) => Ok(Value::Float(*number as f64)),
            _ => Ok(value.clone()),
        }
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |parameters: &[Parameter]| parameters.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        write!(f, "{}({}) :: ({})", self.name, list(&self.inputs), list(&self.outputs))
    }
}

/// A procedure that comes with the engine, as data. Types are as they are written; inputs whose type ends in `=` are
/// null when left out.
#[derive(Clone, Copy, Debug)]
pub struct BuiltIn {
    /// The full name.
    pub name: &'static str,
    /// Names and types of what it takes.
    pub inputs: &'static [(&'static str, &'static str)],
    /// Names and types of what it gives.
    pub outputs: &'static [(&'static str, &'static str)],
    /// What it does, in a sentence.
    pub summary: &'static str,
    /// Its code.
    pub run: fn(&ProcedureContext<'_>, &[Value]) -> Result<Rows>,
}

impl BuiltIn {
    /// The procedure that the data describes.
    pub fn procedure(&self) -> Procedure {
        let signature = Signature {
            name: Arc::from(self.name),
            inputs: self.inputs.iter().map(built_in_parameter).collect(),
            outputs: self.outputs.iter().map(built_in_parameter).collect(),
            summary: Arc::from(self.summary),
        };
        Procedure { signature, run: Arc::new(self.run) }
    }
}

fn built_in_parameter((name, written): &(&str, &str)) -> Parameter {
    let (written, default) = match written.strip_suffix('=') {
        Some(written) => (written, Some(Value::Null)),
        None => (*written, None),
    };
    let any = Parameter { name: Arc::from(*name), value_type: ValueType::Any, nullable: true, default: None };
    Parameter { default, ..Parameter::new(name, written).unwrap_or(any) }
}

/// The procedures that can be called, by name.
#[derive(Clone, Debug)]
pub struct Registry {
    procedures: BTreeMap<Arc<str>, Procedure>,
}

impl Default for Registry {
    fn default() -> Self {
        let mut registry = Registry { procedures: BTreeMap::new() };
        super::PROCEDURES.iter().for_each(|built_in| registry.register(built_in.procedure()));
        registry
    }
}

impl Registry {
    /// Adds a procedure, in the place of one of the same name.
    pub fn register(&mut self, procedure: Procedure) {
        self.procedures.insert(Arc::clone(&procedure.signature.name), procedure);
    }

    /// The procedure of a name, if there is one.
    pub fn get(&self, name: &str) -> Option<&Procedure> {
        self.procedures.get(name)
    }

    /// The procedure of a name.
    ///
    /// # Errors
    /// `ProcedureError`/`ProcedureNotFound` at compile time, with names that are near.
    pub fn find(&self, name: &str) -> Result<&Procedure> {
        self.get(name).ok_or_else(|| {
            let message = format!("there is no procedure `{name}`");
            let error =
                Error::new(ErrorType::ProcedureError, crate::error::Phase::Compile, Detail::ProcedureNotFound, message);
            match nearest(name, self.procedures.keys().map(|name| &**name)) {
                Some(near) => error.hint(format!("did you mean `{near}`?")),
                None => error,
            }
        })
    }

    /// Every procedure in order of name.
    pub fn iter(&self) -> impl Iterator<Item = &Procedure> {
        self.procedures.values()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn doubler() -> Procedure {
        let signature = Signature {
            name: Arc::from("test.double"),
            inputs: vec![Parameter::new("in", "FLOAT?").unwrap()],
            outputs: vec![Parameter::new("out", "FLOAT?").unwrap()],
            summary: Arc::from("Doubles."),
        };
        let run: Run = Arc::new(|_, arguments| match arguments {
            [Value::Float(number)] => Ok(vec![vec![Value::Float(number * 2.0)]]),
            _ => Ok(vec![vec![Value::Null]]),
        });
        Procedure { signature, run }
    }

    #[test]
    fn every_built_in_signature_is_well_formed() {
        for built_in in crate::algo::PROCEDURES {
            for (_, written) in built_in.inputs.iter().chain(built_in.outputs) {
                let written = written.trim_end_matches('=');
                assert!(Parameter::new("x", written).is_some(), "{}: {written}", built_in.name);
            }
            let inputs = built_in.procedure().signature.inputs;
            assert!(inputs.is_sorted_by_key(|input| input.default.is_some()), "{}", built_in.name);
            assert!(built_in.summary.ends_with('.'));
        }
    }

    #[test]
    fn arguments_are_checked_and_widened() {
        let (version, double) = (Version::new(), doubler());
        let call = |arguments: &[Value]| double.call(&ProcedureContext::new(&version), arguments);
        assert!(matches!(call(&[Value::Int(2)]).unwrap()[0][0], Value::Float(4.0)));
        assert!(call(&[Value::Null]).unwrap()[0][0].is_null());
        assert_eq!(call(&[Value::string("x")]).unwrap_err().detail(), Detail::InvalidArgumentType);
        assert_eq!(call(&[]).unwrap_err().detail(), Detail::InvalidNumberOfArguments);
        assert_eq!(double.signature.to_string(), "test.double(in :: FLOAT?) :: (out :: FLOAT?)");
    }

    #[test]
    fn the_registry_finds_its_own_and_others() {
        let mut registry = Registry::default();
        registry.register(doubler());
        assert!(registry.find("test.double").is_ok());
        assert!(registry.find("db.labels").is_ok());
        let error = registry.find("db.lables").unwrap_err();
        assert_eq!(error.detail(), Detail::ProcedureNotFound);
        assert_eq!(error.hints(), ["did you mean `db.labels`?"]);
        assert!(registry.iter().map(|it| &it.signature.name).is_sorted());
    }
}
