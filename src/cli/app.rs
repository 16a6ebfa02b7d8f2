//! Running statements and showing what they give, for the shell and for scripts alike.

use super::commands::{self, Flow};
use super::notes;
use super::output::{self, Format, Room};
use super::report::{self, Source};
use crate::error::{Detail, Error, ErrorType, Result};
use crate::io::encode::Encoding;
use crate::io::protocol::Events;
use crate::session::{Answer, Graph, Row, RunOptions, Session, Summary};
use crate::span::line_column;
use crate::syntax::script::{self, Language};
use crate::value::{Map, Value};
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// The most files that may read each other.
const READ_DEPTH: usize = 16;

/// A conversation with its settings and streams.
pub struct App {
    /// The conversation.
    pub session: Session,
    /// What the user set.
    pub settings: Settings,
    /// How statements are run.
    pub options: RunOptions,
    /// Parameters of statements.
    pub parameters: Map,
    out: Box<dyn Write>,
    err: Box<dyn Write>,
    out_closed: Arc<AtomicBool>,
    reading: usize,
}

/// What the user can set.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// How results are written.
    pub format: Format,
    /// The room for tables.
    pub room: Room,
    /// Whether the time of each statement is shown.
    pub timer: bool,
    /// Whether a person is there: then each result has a footer and changes are reported.
    pub interactive: bool,
}

/// Why running stopped. It has been reported already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// A statement failed; the code the program should end with.
    Failed(u8),
    /// `.quit`.
    Quit,
    /// Nobody reads the results any more.
    Closed,
}

impl App {
    /// A conversation that writes results to `out` and everything else to `err`. `out_closed` says that nobody reads
    /// the results any more.
    pub fn new(
        graph: &Graph,
        settings: Settings,
        options: RunOptions,
        (out, out_closed): (Box<dyn Write>, Arc<AtomicBool>),
        err: Box<dyn Write>,
    ) -> App {
        let session = graph.session();
        App { session, settings, options, parameters: Map::new(), out, err, out_closed, reading: 0 }
    }

    /// Runs all statements of a text, one after another, up to the first that fails.
    ///
    /// # Errors
    /// Why it stopped.
    pub fn run_text(&mut self, text: &str, file: Option<&str>) -> Result<(), Stop> {
        for statement in script::statements(text) {
            let source = Source { file, text, offset: 0 };
            let range = statement.map_err(|error| self.fail(&error, source))?;
            let source = Source { offset: range.start, ..source };
            self.run_statement(&text[range], source)?;
        }
        Ok(())
    }

    /// Runs a file: statements, or facts when its name ends with `.facts`.
    ///
    /// # Errors
    /// Why it stopped.
    pub fn run_file(&mut self, path: &Path) -> Result<(), Stop> {
        let name = path.display().to_string();
        let text = read_text(path).map_err(|error| self.fail(&error, Source { file: None, text: "", offset: 0 }))?;
        if path.extension().is_some_and(|ending| ending == "facts") {
            return self.load_facts(&text, &name);
        }
        if self.reading >= READ_DEPTH {
            let error = Error::syntax(Detail::NestingTooDeep, format!("`{name}`: files read each other too deeply"));
            return Err(self.fail(&error, Source { file: None, text: "", offset: 0 }));
        }
        self.reading += 1;
        let result = self.run_text(&text, Some(&name));
        self.reading -= 1;
        result
    }

    fn load_facts(&mut self, text: &str, name: &str) -> Result<(), Stop> {
        if self.options.read_only {
            let error = read_only();
            return Err(self.fail(&error, Source { file: None, text: "", offset: 0 }));
        }
        match self.session.load_facts(text) {
            Ok(loaded) => {
                self.say(&format!("{name}: {loaded}"));
                Ok(())
            }
            Err(error) => Err(self.fail(&error, Source { file: Some(name), text, offset: 0 })),
        }
    }

    fn run_statement(&mut self, text: &str, source: Source<'_>) -> Result<(), Stop> {
        if script::classify(text) == Language::Command {
            return match commands::run(self, text.trim(), source) {
                Ok(Flow::Continue) => Ok(()),
                Ok(Flow::Quit) => Err(Stop::Quit),
                Ok(Flow::Stop(stop)) => Err(stop),
                Err(error) => Err(self.fail(&error, source)),
            };
        }
        let begun = Instant::now();
        let answer = self.session.run_with(text, &self.parameters, &self.options);
        let shown = answer.and_then(|answer| self.show(answer, begun, source));
        shown.map_err(|error| self.fail(&error, source))
    }

    /// Writes an answer with all that belongs to it.
    ///
    /// # Errors
    /// What goes wrong while computing or writing the rows.
    pub fn show(&mut self, mut answer: Answer, begun: Instant, source: Source<'_>) -> Result<()> {
        for notification in &answer.summary().notifications {
            let text = report::notification(notification, source);
            let _ = self.err.write_all(text.as_bytes());
        }
        if self.settings.format == Format::Table
            && let Some(verdict) = verdict(&mut answer)?
        {
            self.print(&verdict)?;
            return Ok(());
        }
        let shape = (self.settings.format, self.settings.room);
        let rows = output::write(&mut answer, shape, (source.statement(), begun), &mut *self.out)?;
        self.out.flush().map_err(|error| Error::io("cannot write the result", &error))?;
        self.footer(&answer, rows, begun.elapsed());
        Ok(())
    }

    /// Rows, changes and time, for a person.
    fn footer(&mut self, answer: &Answer, rows: u64, time: Duration) {
        let mut parts = Vec::new();
        if !answer.columns().is_empty() {
            parts.push(if rows == 1 { "1 row".to_owned() } else { format!("{rows} rows") });
        }
        parts.extend(changes(answer.summary()));
        if self.settings.interactive {
            parts.push(milliseconds(time));
            self.say(&parts.join(", "));
        } else if self.settings.timer {
            self.say(&milliseconds(time));
        }
    }

    /// Writes a line of result.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn print(&mut self, text: &str) -> Result<()> {
        let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
        let written = write!(self.out, "{text}{end}").and_then(|()| self.out.flush());
        written.map_err(|error| Error::io("cannot write the result", &error))
    }

    /// Says something that is no result. Whether anybody listens does not matter.
    pub fn say(&mut self, text: &str) {
        let _ = writeln!(self.err, "{text}");
    }

    /// Reports an error, as an event too where results are events; gives why running stops.
    pub fn fail(&mut self, error: &Error, source: Source<'_>) -> Stop {
        if self.settings.format == Format::TypedJsonl {
            // Whether anybody reads it shows in `out_closed`.
            let _ = Events::new(&mut *self.out, Encoding::Typed).error(error, source.statement(), None);
        }
        if self.out_closed.load(Ordering::Relaxed) {
            return Stop::Closed;
        }
        let text = report::error(error, source);
        let _ = self.err.write_all(text.as_bytes());
        Stop::Failed(exit_code(error))
    }
}

/// What a question without variables is answered to a person: yes, or no with what is known instead.
fn verdict(answer: &mut Answer) -> Result<Option<String>> {
    if !answer.summary().yes_no {
        return Ok(None);
    }
    let row = answer.next_row()?;
    let values = row.as_ref().map(Row::values).unwrap_or_default();
    let yes = matches!(values.first(), Some(Value::Bool(true)));
    let cited = values.last().filter(|_| answer.summary().cited);
    let known = &answer.summary().known;
    Ok(Some(match (yes, known.as_slice()) {
        (true, _) => format!("Yes.\n{}", cited.map(|cited| notes::below(answer.graph(), cited)).unwrap_or_default()),
        (false, []) => "No. Nothing else is known between the two.".to_owned(),
        (false, [one]) => format!("No. Known instead: {one}"),
        (false, many) => format!("No. Known instead:\n  {}", many.join("\n  ")),
    }))
}

/// What a statement changed, in words.
fn changes(summary: &Summary) -> Option<String> {
    if let Some(told) = &summary.told {
        return Some(told.clone());
    }
    let counters = &summary.counters;
    let number = |count: u64, one: &str, many: &str| match count {
        0 => None,
        1 => Some(format!("1 {one}")),
        count => Some(format!("{count} {many}")),
    };
    let parts: Vec<String> = [
        number(counters.nodes_created, "node created", "nodes created"),
        number(counters.rels_created, "relationship created", "relationships created"),
        number(counters.nodes_deleted, "node deleted", "nodes deleted"),
        number(counters.rels_deleted, "relationship deleted", "relationships deleted"),
        number(counters.properties_set, "property set", "properties set"),
        number(counters.labels_added, "label added", "labels added"),
        number(counters.labels_removed, "label removed", "labels removed"),
        number(counters.indexes_added, "index added", "indexes added"),
        number(counters.indexes_removed, "index removed", "indexes removed"),
        number(counters.constraints_added, "constraint added", "constraints added"),
        number(counters.constraints_removed, "constraint removed", "constraints removed"),
    ]
    .into_iter()
    .flatten()
    .collect();
    match parts.as_slice() {
        [] if summary.writes => Some("nothing changed".to_owned()),
        [] => None,
        parts => Some(parts.join(", ")),
    }
}

fn milliseconds(time: Duration) -> String {
    let milliseconds = time.as_secs_f64() * 1000.0;
    if milliseconds < 10.0 { format!("{milliseconds:.1} ms") } else { format!("{milliseconds:.0} ms") }
}

/// A file as text.
///
/// # Errors
/// When it cannot be read, or is not UTF-8: then with the line and column of the first wrong byte.
pub fn read_text(path: &Path) -> Result<String> {
    let bytes = std::fs::read(path).map_err(|error| Error::io(format!("cannot read `{}`", path.display()), &error))?;
    decode(bytes, &path.display().to_string())
}

/// Bytes as text.
///
/// # Errors
/// When they are not UTF-8, with the line and column of the first wrong byte.
pub fn decode(bytes: Vec<u8>, name: &str) -> Result<String> {
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let before = String::from_utf8_lossy(&error.as_bytes()[..valid]).into_owned();
        let (line, column) = line_column(&before, before.len());
        let message = format!("{name}:{line}:{column}: the text is not UTF-8");
        Error::syntax(Detail::UnexpectedInput, message)
    })
}

/// The error of a change that read-only mode refuses.
fn read_only() -> Error {
    Error::runtime(ErrorType::Conflict, Detail::ReadOnly, "the graph is open read-only")
}

/// The code the program ends with after an error.
pub fn exit_code(error: &Error) -> u8 {
    match (error.error_type(), error.detail()) {
        (ErrorType::Cancelled, _) => 130,
        (ErrorType::ResourceLimit, _) => 5,
        (ErrorType::Corrupt, _) | (_, Detail::Locked | Detail::GraphFile | Detail::LogFailed) => 3,
        _ => 1,
    }
}
