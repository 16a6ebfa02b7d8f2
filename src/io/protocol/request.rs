//! Requests: a line of JSON as what it asks for.

use super::super::decode::{self, Written, entries, invalid};
use crate::error::{Error, Result};
use crate::text::nearest;
use crate::value::{Map, Value};
use std::time::Duration;

/// A request.
#[derive(Debug)]
pub(super) enum Request {
    /// A statement to run.
    Run(Box<Run>),
    /// Something else than a statement.
    Control(Control),
}

/// A statement with how to run it.
#[derive(Debug, Default)]
pub(super) struct Run {
    /// The statement, of either language.
    pub(super) statement: String,
    /// Its parameters.
    pub(super) parameters: Map,
    /// Whether the summary says what was counted.
    pub(super) counters: bool,
    /// Whether a statement that writes is refused.
    pub(super) read_only: bool,
    /// The most rows it may give.
    pub(super) max_rows: Option<u64>,
    /// The longest it may take.
    pub(super) timeout: Option<Duration>,
}

/// A request that is no statement.
#[derive(Debug)]
pub(super) enum Control {
    /// Says what the other side is.
    Hello,
    /// Opens a transaction.
    Begin,
    /// Ends the transaction and keeps what it changed.
    Commit,
    /// Ends the transaction and takes back what it changed.
    Rollback,
    /// Empties the graph and forgets the procedures.
    Reset,
    /// Makes a procedure known whose rows are a table.
    Procedure(Table),
}

/// A procedure whose rows are a table.
#[derive(Debug, Default)]
pub(super) struct Table {
    /// How it is called and what it gives, as it is written.
    pub(super) signature: String,
    /// The names of the columns, those of the signature in any order.
    pub(super) fields: Vec<String>,
    /// The rows.
    pub(super) values: Vec<Vec<Value>>,
}

/// The controls by name, and whether they serve tests only.
const CONTROLS: &[(&str, bool)] =
    &[("hello", false), ("begin", false), ("commit", false), ("rollback", false), ("reset", true), ("procedure", true)];

/// What a field is for, and how it is read.
type Field<T> = (&'static str, fn(&mut T, Written<'_>) -> Result<()>);

/// The fields of a statement's request besides `id`.
const RUN_FIELDS: &[Field<Run>] = &[
    ("statement", |run, json| text_to(&mut run.statement, json)),
    ("parameters", |run, json| {
        run.parameters = decode::named_values(json)?;
        Ok(())
    }),
    ("includeCounters", |run, json| {
        run.counters = decode::flag(json)?;
        Ok(())
    }),
    ("accessMode", |run, json| {
        run.read_only = access_mode(&decode::string(json)?)?;
        Ok(())
    }),
    ("maxRows", |run, json| {
        run.max_rows = Some(count(json)?);
        Ok(())
    }),
    ("timeoutMs", |run, json| {
        run.timeout = Some(Duration::from_millis(count(json)?));
        Ok(())
    }),
];

/// The fields of a control besides `id` and `control`.
const TABLE_FIELDS: &[Field<Table>] = &[
    ("signature", |table, json| text_to(&mut table.signature, json)),
    ("fields", |table, json| {
        let names: Result<Vec<String>> =
            decode::items(json)?.into_iter().map(|name| Ok(decode::string(name)?.into())).collect();
        table.fields = names?;
        Ok(())
    }),
    ("values", |table, json| {
        let rows: Result<Vec<Vec<Value>>> = decode::items(json)?.into_iter().map(row).collect();
        table.values = rows?;
        Ok(())
    }),
];

/// Reads a line: the request's id as it is written, where it has a right one, and the request.
pub(super) fn read(line: &str, test_hooks: bool) -> (Option<String>, Result<Request>) {
    let mut fields = match entries(line) {
        Ok(entries) => entries.0,
        Err(error) => return (None, Err(error)),
    };
    // Clients write absent values as null.
    fields.retain(|(_, value)| value.get() != "null");
    let id = match fields.iter().position(|(name, _)| name == "id").map(|at| fields.remove(at).1) {
        Some(id) if is_id(id) => Some(id.get().to_owned()),
        Some(id) => return (None, Err(invalid(format!("`id` is a string or an integer, not {}", id.get())))),
        None => None,
    };
    let control = fields.iter().position(|(name, _)| name == "control").map(|at| fields.remove(at).1);
    let request = match control {
        Some(control) => control_of(control, &fields, test_hooks).map(Request::Control),
        None => run_of(&fields).map(|run| Request::Run(Box::new(run))),
    };
    (id, request)
}

type Given<'a> = (std::borrow::Cow<'a, str>, Written<'a>);

fn run_of(fields: &[Given<'_>]) -> Result<Run> {
    let mut run = Run::default();
    fill(&mut run, RUN_FIELDS, fields)?;
    if fields.iter().any(|(name, _)| name == "statement") {
        return Ok(run);
    }
    Err(invalid("a request has a `statement` or a `control`"))
}

fn control_of(name: Written<'_>, fields: &[Given<'_>], test_hooks: bool) -> Result<Control> {
    let name = decode::string(name)?;
    let known = CONTROLS.iter().find(|(known, _)| *known == name);
    let Some((_, for_tests)) = known else {
        return Err(unknown("control", &name, CONTROLS.iter().map(|(name, _)| *name)));
    };
    if *for_tests && !test_hooks {
        return Err(
            invalid(format!("the control `{name}` serves tests only")).hint("start with `--test-hooks` to allow it")
        );
    }
    let mut table = Table::default();
    fill(&mut table, if name == "procedure" { TABLE_FIELDS } else { &[] }, fields)?;
    Ok(match &*name {
        "hello" => Control::Hello,
        "begin" => Control::Begin,
        "commit" => Control::Commit,
        "rollback" => Control::Rollback,
        "reset" => Control::Reset,
        _ => Control::Procedure(table),
    })
}

fn fill<T>(target: &mut T, known: &[Field<T>], fields: &[Given<'_>]) -> Result<()> {
    for (name, value) in fields {
        let Some((_, read)) = known.iter().find(|(known, _)| known == name) else {
            return Err(unknown("field", name, known.iter().map(|(name, _)| *name).chain(["id"])));
        };
        read(target, value).map_err(|error| of_field(name, &error))?;
    }
    Ok(())
}

/// The error of a field; that of a parameter names the parameter and nothing else.
fn of_field(name: &str, error: &Error) -> Error {
    if name == "parameters" && error.message().starts_with("parameter ") {
        return error.clone();
    }
    let named = Error::new(error.error_type(), error.phase(), error.detail(), format!("`{name}`: {}", error.message()));
    error.hints().iter().fold(named, |named, hint| named.hint(hint))
}

fn unknown<'a>(what: &str, name: &str, known: impl Iterator<Item = &'a str> + Clone) -> Error {
    let shown: String = name.chars().take(40).collect();
    let error = invalid(format!("there is no {what} `{shown}`"));
    match nearest(name, known.clone()) {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None => {
            error.hint(format!("there are {}", known.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")))
        }
    }
}

fn is_id(json: Written<'_>) -> bool {
    decode::whole_number(json).is_ok() || decode::string(json).is_ok()
}

fn text_to(target: &mut String, json: Written<'_>) -> Result<()> {
    *target = decode::string(json)?.into();
    Ok(())
}

fn access_mode(name: &str) -> Result<bool> {
    match name {
        "Read" => Ok(true),
        "Write" => Ok(false),
        _ => Err(invalid(format!("`{name}` is neither `Read` nor `Write`"))),
    }
}

fn count(json: Written<'_>) -> Result<u64> {
    let number = decode::whole_number(json)?;
    u64::try_from(number).map_err(|_| invalid(format!("{number} is negative")))
}

fn row(json: Written<'_>) -> Result<Vec<Value>> {
    decode::items(json)?.into_iter().map(|value| decode::any(value, 2)).collect()
}
