//! The conversation: requests in, events out, one after another until the requests end.

use super::super::decode::invalid;
use super::super::encode::Encoding;
use super::events::{Broken, Events};
use super::lines::{Line, Lines};
use super::request::{Control, Request, Run, Table, read};
use crate::algo::{Procedure, Signature};
use crate::error::{Detail, Error, Result};
use crate::session::{RunOptions, Session};
use crate::value::Value;
use serde_json::{Value as Json, json};
use std::io::{self, BufRead, Write};
use std::time::Instant;

/// The version of the protocol.
pub const VERSION: u32 = 1;

/// The most bytes of a request unless something else is said.
pub const MAX_LINE: usize = 16 << 20;

/// How a conversation is led.
#[derive(Clone, Debug)]
pub struct Options {
    /// How values are written.
    pub encoding: Encoding,
    /// Whether requests that serve tests are allowed: emptying the graph, and procedures that are tables.
    pub test_hooks: bool,
    /// The most bytes of a request.
    pub max_line: usize,
    /// How statements are run where a request says nothing else.
    pub run: RunOptions,
}

impl Default for Options {
    fn default() -> Self {
        Options { encoding: Encoding::Typed, test_hooks: false, max_line: MAX_LINE, run: RunOptions::default() }
    }
}

/// Answers requests until they end. A transaction that is open then is rolled back.
///
/// ```
/// use standpoint::Graph;
/// use standpoint::io::protocol::{Options, serve};
///
/// let graph = Graph::in_memory();
/// let mut events = Vec::new();
/// let requests = r#"{"id": 1, "statement": "RETURN 1 AS one"}"#;
/// serve(&mut graph.session(), requests.as_bytes(), &mut events, &Options::default())?;
/// let events = String::from_utf8(events).expect("events are text");
/// assert!(events.starts_with(r#"{"$event":"Header","_body":{"fields":["one"]},"id":1}"#));
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Errors
/// When the requests cannot be read or the events cannot be written.
pub fn serve(session: &mut Session, input: impl BufRead, output: impl Write, options: &Options) -> io::Result<()> {
    let mut lines = Lines::new(input, options.max_line);
    let mut server = Server { session, events: Events::new(output, options.encoding), options };
    let mut served = Ok(());
    while served.is_ok() {
        served = match lines.next()? {
            Line::End => break,
            Line::Blank => Ok(()),
            Line::Text(line) => server.line(line),
            Line::Wrong(error) => server.events.error(&error, "", None),
        };
    }
    if session.in_transaction() {
        // It cannot fail while a transaction is open.
        let _ = session.rollback();
    }
    served
}

struct Server<'a, W> {
    session: &'a mut Session,
    events: Events<W>,
    options: &'a Options,
}

impl<W: Write> Server<'_, W> {
    fn line(&mut self, line: &str) -> io::Result<()> {
        let begun = Instant::now();
        let (id, request) = read(line, self.options.test_hooks);
        let id = id.as_deref();
        match request {
            Ok(Request::Run(run)) => self.run(&run, id, begun),
            Ok(Request::Control(control)) => match self.control(control) {
                Ok(body) => self.events.summary(&body, id),
                Err(error) => self.events.error(&error, "", id),
            },
            Err(error) => self.events.error(&error, "", id),
        }
    }

    fn run(&mut self, run: &Run, id: Option<&str>, begun: Instant) -> io::Result<()> {
        let default = &self.options.run;
        let options = RunOptions {
            read_only: run.read_only || default.read_only,
            max_rows: least(run.max_rows, default.max_rows),
            timeout: least(run.timeout, default.timeout),
            ..default.clone()
        };
        let answer = self.session.run_with(&run.statement, &run.parameters, &options);
        let written = answer
            .map_err(Broken::Statement)
            .and_then(|mut answer| self.events.write_answer(&mut answer, id, (&run.statement, run.counters, begun)));
        match written {
            Ok(_) => Ok(()),
            Err(Broken::Stream(error)) => Err(error),
            Err(Broken::Statement(error)) => {
                self.end_after_limit(&error);
                self.events.error(&error, &run.statement, id)
            }
        }
    }

    /// A limit of rows or time ends the open transaction too: what it was to do cannot be done within its limits.
    fn end_after_limit(&mut self, error: &Error) {
        if matches!(error.detail(), Detail::RowLimit | Detail::Timeout) && self.session.in_transaction() {
            // It cannot fail while a transaction is open.
            let _ = self.session.rollback();
        }
    }

    fn control(&mut self, control: Control) -> Result<Json> {
        match control {
            Control::Hello => return Ok(self.hello()),
            Control::Begin => self.session.begin()?,
            Control::Commit => self.session.commit()?,
            Control::Rollback => self.session.rollback()?,
            Control::Reset => self.session.clear()?,
            Control::Procedure(table) => self.session.graph().register(procedure(table)?),
        }
        Ok(json!({}))
    }

    fn hello(&self) -> Json {
        let hooks: &[&str] = if self.options.test_hooks { &["reset", "procedure"] } else { &[] };
        let capabilities: Vec<&str> = hooks.iter().copied().chain(["transactions"]).collect();
        let server = format!("standpoint {}", env!("CARGO_PKG_VERSION"));
        json!({"server": server, "protocol": VERSION, "capabilities": capabilities})
    }
}

/// The stricter of two limits.
fn least<T: Ord + Copy>(asked: Option<T>, given: Option<T>) -> Option<T> {
    match (asked, given) {
        (Some(asked), Some(given)) => Some(asked.min(given)),
        (asked, given) => asked.or(given),
    }
}

/// The procedure that a table stands for; its columns are brought into the order of the signature.
fn procedure(table: Table) -> Result<Procedure> {
    let signature = Signature::parse(&table.signature)?;
    let order = columns(&signature, &table.fields)?;
    let width = table.fields.len();
    let ordered = |row: Vec<Value>| match row.len() == width {
        true => Ok(order.iter().map(|at| row[*at].clone()).collect()),
        false => Err(invalid(format!("a row has {} values instead of {width}", row.len()))),
    };
    let rows: Result<Vec<Vec<Value>>> = table.values.into_iter().map(ordered).collect();
    Procedure::from_table(signature, rows?)
}

/// Where in a row each input and output of a signature stands.
fn columns(signature: &Signature, fields: &[String]) -> Result<Vec<usize>> {
    let parameters = signature.inputs.iter().chain(&signature.outputs);
    let names: Vec<&str> = parameters.map(|parameter| &*parameter.name).collect();
    let order: Option<Vec<usize>> = names.iter().map(|name| fields.iter().position(|field| field == name)).collect();
    match order {
        Some(order) if fields.len() == names.len() => Ok(order),
        _ => {
            let message = format!("`fields` are {}, but the signature names {}", fields.join(", "), names.join(", "));
            Err(invalid(message))
        }
    }
}
