//! The program from its arguments to its exit code.

use super::app::{App, Settings, Stop, decode, exit_code, read_text};
use super::arguments::{Arguments, Mode, Task};
use super::output::{Format, Room};
use super::report::{self, Source};
use super::streams::Output;
use super::{files, import, stdio};
use crate::error::{Detail, Error, Result};
use crate::session::{Graph, OpenOptions, RunOptions};
use crate::value::{Map, Value};
use std::ffi::OsString;
use std::io::{BufWriter, IsTerminal, Read, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// The code of wrong arguments.
pub(super) const USAGE: u8 = 2;
/// The code of a graph that cannot be opened or written.
pub(super) const NO_GRAPH: u8 = 3;

/// How a person is talked to when neither `-c` nor `-f` is given and there is a terminal.
pub type Shell = fn(&mut App) -> Result<()>;

/// Runs the program; gives its exit code.
pub fn main(arguments: impl IntoIterator<Item = OsString>, shell: Shell) -> u8 {
    let (arguments, tasks) = match Arguments::read(arguments) {
        Ok(read) => read,
        Err(error) => {
            let _ = error.print();
            return if error.use_stderr() { USAGE } else { 0 };
        }
    };
    match &arguments.mode {
        Some(Mode::Stdio(arguments)) => return stdio::run(arguments),
        Some(Mode::Verify { graph }) => return files::verify(graph),
        Some(Mode::Import(arguments)) => return import::run(arguments),
        Some(Mode::Export { graph, to, salvage }) => return files::export(graph, *to, *salvage),
        None => {}
    }
    let mut err = std::io::stderr();
    let graph = match graph_of(arguments.graph.as_deref(), arguments.limits.opening()) {
        Ok(graph) => graph,
        Err(error) => {
            let _ = err.write_all(report::error(&error, nowhere()).as_bytes());
            return NO_GRAPH;
        }
    };
    let mut app = match app_of(&arguments, &graph, tasks.is_empty()) {
        Ok(app) => app,
        Err(error) => {
            let _ = err.write_all(report::error(&error, nowhere()).as_bytes());
            return USAGE;
        }
    };
    watch_interrupts(&app.options);
    if app.settings.interactive {
        let code = match shell(&mut app) {
            Ok(()) => 0,
            Err(error) => finish(app.fail(&error, nowhere())),
        };
        return code.max(close(&mut app));
    }
    let outcome = if arguments.atomic { run_atomically(&mut app, &tasks) } else { run_tasks(&mut app, &tasks) };
    let code = outcome.map_or_else(finish, |()| 0);
    end_transaction(&mut app);
    code.max(close(&mut app))
}

/// Opens a graph by its file's name: a saved graph, a `.facts` text, or a name for a new graph.
///
/// # Errors
/// When there is a file but it cannot be read as what it should be.
pub fn open_graph(path: &Path, options: OpenOptions, say: &mut dyn FnMut(&str)) -> Result<Graph> {
    if path.extension().is_some_and(|ending| ending == "facts") {
        let graph = Graph::in_memory();
        let text = read_text(path)?;
        graph.load_facts(&text).map_err(|error| located(&error, path, &text))?;
        graph.forget_changes();
        return Ok(graph);
    }
    if path.exists() || options.read_only {
        let graph = Graph::open_with(path, options)?;
        tell_recovery(path, &graph, say);
        return Ok(graph);
    }
    let graph = Graph::create_later(path, options)?;
    say(&format!("`{}` is new: it is made with the first change", path.display()));
    Ok(graph)
}

/// Says what a crash left of a commit that was never confirmed, and is not part of the graph.
fn tell_recovery(path: &Path, graph: &Graph, say: &mut dyn FnMut(&str)) {
    let recovery = graph.recovery();
    if recovery.dropped > 0 && !graph.is_read_only() {
        say(&format!(
            "note: the log of `{}` ends inside a commit that was not confirmed: {} bytes after commit {} are dropped",
            path.display(),
            recovery.dropped,
            recovery.sequence,
        ));
    }
}

/// The error with its place in the text as part of the message, for a file that is not shown.
fn located(error: &Error, path: &Path, text: &str) -> Error {
    let name = path.display().to_string();
    let report = report::error(error, Source { file: Some(&name), text, offset: 0 });
    let report = report.strip_prefix("error: ").unwrap_or(&report).trim_end().to_owned();
    Error::new(error.error_type(), error.phase(), error.detail(), report)
}

/// The graph to work on: one in memory when no file is named.
///
/// # Errors
/// When the file cannot be read, or is missing and may only be read.
pub(super) fn graph_of(path: Option<&Path>, options: OpenOptions) -> Result<Graph> {
    let Some(path) = path else { return Ok(Graph::in_memory()) };
    open_graph(path, options, &mut |text| {
        let _ = writeln!(std::io::stderr(), "{text}");
    })
}

fn app_of(arguments: &Arguments, graph: &Graph, no_tasks: bool) -> Result<App> {
    let terminal = std::io::stdout().is_terminal();
    let interactive = no_tasks && terminal && std::io::stdin().is_terminal();
    let format = arguments.format.unwrap_or(if terminal { Format::Table } else { Format::Jsonl });
    let room = if terminal { terminal_room() } else { Room::default() };
    let settings = Settings { format, room, timer: false, interactive };
    let files = Some(Arc::new(crate::io::LocalFiles::anywhere()) as Arc<dyn crate::session::Files>);
    let options =
        RunOptions { files, as_of: arguments.as_of.clone(), cite: arguments.cite, ..arguments.limits.options() };
    let (out, closed): (Box<dyn Write>, Arc<AtomicBool>) = if interactive {
        let (out, closed) = Output::new(std::io::stdout());
        (Box::new(out), closed)
    } else {
        let (out, closed) = Output::new(BufWriter::with_capacity(1 << 16, std::io::stdout()));
        (Box::new(out), closed)
    };
    let mut app = App::new(graph, settings, options, (out, closed), Box::new(std::io::stderr()));
    app.parameters = parameters(&arguments.parameters)?;
    Ok(app)
}

/// The room of the terminal; tables of results beyond it show their first and last rows.
fn terminal_room() -> Room {
    const ROWS_SHOWN: usize = 40;
    let columns = std::env::var("COLUMNS").ok().and_then(|text| text.parse().ok());
    Room {
        width: terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)).or(columns),
        rows: Some(ROWS_SHOWN),
    }
}

/// Reads `name=value`: the value is an openCypher expression, or text when it is none. A value that has the form of an
/// expression and cannot be computed, such as a number that is too large, is an error.
fn parameters(written: &[String]) -> Result<Map> {
    let graph = Graph::in_memory();
    let mut parameters = Map::new();
    for parameter in written {
        let Some((name, text)) = parameter.split_once('=') else {
            let message = format!("`-p {parameter}` is not of the form `-p name=value`");
            return Err(Error::syntax(Detail::InvalidUse, message));
        };
        let literal = graph.run(&format!("RETURN {text} AS value")).and_then(|mut answer| answer.next_row());
        let value = match literal {
            Ok(Some(row)) => row.get("value")?.clone(),
            Err(error) if !is_no_expression(&error) => {
                let message = format!("`-p {parameter}`: {}", error.message());
                let named = Error::new(error.error_type(), error.phase(), error.detail(), message);
                return Err(error.hints().iter().fold(named, |named, hint| named.hint(hint)));
            }
            _ => Value::string(text),
        };
        parameters.insert(Arc::from(name.trim_start_matches('$')), value);
    }
    Ok(parameters)
}

fn is_no_expression(error: &Error) -> bool {
    let details =
        [Detail::UnexpectedSyntax, Detail::UnexpectedInput, Detail::UndefinedVariable, Detail::InvalidUnicodeCharacter];
    details.contains(&error.detail())
}

fn watch_interrupts(options: &RunOptions) {
    let cancel = options.cancel.clone();
    // Without a handler an interrupt ends the program, which is also right.
    let _ = ctrlc::set_handler(move || cancel.cancel());
}

fn run_tasks(app: &mut App, tasks: &[Task]) -> Result<(), Stop> {
    for task in tasks {
        match task {
            Task::Text(text) => app.run_text(text, None)?,
            Task::File(path) => app.run_file(path)?,
        }
    }
    if tasks.is_empty() {
        let text = standard_input().map_err(|error| app.fail(&error, nowhere()))?;
        app.run_text(&text, Some("<stdin>"))?;
    }
    Ok(())
}

fn standard_input() -> Result<String> {
    let mut bytes = Vec::new();
    let read = std::io::stdin().lock().read_to_end(&mut bytes);
    read.map_err(|error| Error::io("cannot read standard input", &error))?;
    decode(bytes, "<stdin>")
}

/// A transaction that nobody committed is not kept, and that is said.
fn end_transaction(app: &mut App) {
    if app.session.rollback().is_ok() {
        app.say("warning: the open transaction was rolled back");
    }
}

/// Runs everything as one transaction, which is kept when all of it went well.
fn run_atomically(app: &mut App, tasks: &[Task]) -> Result<(), Stop> {
    app.session.begin().map_err(|error| app.fail(&error, nowhere()))?;
    match run_tasks(app, tasks) {
        Ok(()) | Err(Stop::Quit) if app.session.in_transaction() => {
            app.session.commit().map_err(|error| app.fail(&error, nowhere()))
        }
        outcome => outcome,
    }
}

/// Closes the graph; gives the code for the program to end with.
fn close(app: &mut App) -> u8 {
    match app.session.graph().clone().close() {
        Ok(()) => 0,
        Err(error) => {
            app.fail(&error, nowhere());
            exit_code(&error).max(NO_GRAPH)
        }
    }
}

fn finish(stop: Stop) -> u8 {
    match stop {
        Stop::Failed(code) => code,
        Stop::Quit | Stop::Closed => 0,
    }
}

pub(super) fn nowhere() -> Source<'static> {
    Source { file: None, text: "", offset: 0 }
}
