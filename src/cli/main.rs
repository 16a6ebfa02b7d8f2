//! The program from its arguments to its exit code.

use super::app::{App, Keys, Settings, Stop, decode, exit_code};
use super::arguments::{Arguments, Mode, Task};
use super::output::Format;
use super::paint::Paint;
use super::report::{self, Source, nowhere};
use super::streams::Output;
use super::texts::Notation;
use super::work::{Place, Work};
use super::{demo, files, folders, generated, help, import, pager, parameters, stdio, terminal, texts, view};
use crate::error::{Detail, Error, Result};
use crate::session::{Graph, OpenOptions, RunOptions};
use crate::store::History;
use std::ffi::OsString;
use std::io::{BufWriter, ErrorKind, IsTerminal, Read, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// The code of wrong arguments.
pub(super) const USAGE: u8 = 2;
/// The code of a graph that cannot be opened or written.
pub(super) const NO_GRAPH: u8 = 3;
/// The code of an answer without rows, where that is asked for.
const NO_ROWS: u8 = 4;

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
    match arguments.mode.as_ref().and_then(without_statements) {
        Some(code) => code,
        None => Work::of(arguments, tasks).map_or(USAGE, |work| run(&work, shell)),
    }
}

/// Runs a mode that runs no statements; gives the exit code, or `None` for the others.
fn without_statements(mode: &Mode) -> Option<u8> {
    Some(match mode {
        Mode::Stdio(arguments) => stdio::run(arguments),
        Mode::Verify { graph } => files::verify(graph),
        Mode::Import(arguments) => import::run(arguments),
        Mode::Texts(command) => texts::run(command),
        Mode::Export { graph, to, salvage } => files::export(graph, *to, *salvage),
        Mode::Help { topic } => read_about(&topic.join(" ")),
        Mode::Completions { shell } => wrote(generated::completions(*shell, &mut std::io::stdout())),
        Mode::Man { command } => match generated::manual(command.as_deref(), &mut std::io::stdout()) {
            Some(written) => wrote(written),
            None => failed(&Error::syntax(Detail::UnknownCommand, "there is no such command"), USAGE),
        },
        Mode::Shell { .. }
        | Mode::Query { .. }
        | Mode::Load { .. }
        | Mode::Demo { .. }
        | Mode::Info { .. }
        | Mode::Schema { .. }
        | Mode::View { .. } => return None,
    })
}

/// Writes what there is to read; gives the exit code.
fn read_about(topic: &str) -> u8 {
    match help::about(topic) {
        Ok(text) => wrote(std::io::stdout().write_all(text.as_bytes())),
        Err(error) => failed(&error, USAGE),
    }
}

/// The code after something was written; a reader who went away is no error.
fn wrote(written: std::io::Result<()>) -> u8 {
    match written {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            failed(&Error::io("cannot write to standard output", &error), 1)
        }
        _ => 0,
    }
}

/// Reports an error where there is no conversation; gives the code.
pub(super) fn failed(error: &Error, code: u8) -> u8 {
    let _ = std::io::stderr().write_all(report::error(error, nowhere()).as_bytes());
    code
}

/// Opens the graph, runs what is asked for, and closes it; gives the exit code.
fn run(work: &Work, shell: Shell) -> u8 {
    let opened = match &work.place {
        Place::Memory => Ok(Graph::in_memory()),
        Place::File(path) => {
            let options = OpenOptions { history: work.running.history, ..work.running.limits.opening() };
            graph_of(Some(path), options)
        }
        Place::Demo => demo::graph(),
    };
    let opened = opened.and_then(|graph| keep_history(&graph, work).map(|()| graph));
    let graph = match opened {
        Ok(graph) => graph,
        Err(error) => return failed(&error, NO_GRAPH),
    };
    let mut app = match app_of(work, &graph) {
        Ok(app) => app,
        Err(error) => return failed(&error, USAGE),
    };
    watch_interrupts(&app.options);
    if let Err(stop) = initialise(&mut app, work) {
        return finish(stop).max(close(&mut app));
    }
    if app.settings.interactive {
        let code = match shell(&mut app) {
            Ok(()) => 0,
            Err(error) => finish(app.fail(&error, nowhere())),
        };
        return code.max(close(&mut app));
    }
    let outcome = match (work.dry_run, work.running.atomic) {
        (true, _) => run_dry(&mut app, work),
        (false, true) => run_atomically(&mut app, work),
        (false, false) => run_tasks(&mut app, work),
    };
    let code = outcome.map_or_else(finish, |()| app.failed().unwrap_or(0));
    let code = if code == 0 && work.running.exit_status && app.rows == 0 { NO_ROWS } else { code };
    end_transaction(&mut app);
    code.max(close(&mut app))
}

/// Keeps the history that was asked for, unless the graph keeps it so already.
fn keep_history(graph: &Graph, work: &Work) -> Result<()> {
    let asked = work.running.history;
    if asked.is_none() || graph.snapshot().history().map(History::retention) == asked {
        return Ok(());
    }
    graph.keep_history(asked)?;
    graph.forget_changes();
    Ok(())
}

/// Runs the file that is run first: the one that was named, or in the shell that of the user, where there is one.
fn initialise(app: &mut App, work: &Work) -> Result<(), Stop> {
    if work.running.no_init {
        return Ok(());
    }
    let usual = || folders::config("rc").filter(|path| app.settings.interactive && path.exists());
    let Some(path) = work.running.init.clone().or_else(usual) else { return Ok(()) };
    match app.run_settings(&path) {
        // A person can still work when the settings are wrong, and was told.
        Err(Stop::Failed(_)) if app.settings.interactive => Ok(()),
        outcome => outcome,
    }
}

/// Opens a graph by its file's name: a saved graph, a text of facts or statements that makes one in memory, or a name
/// for a new graph.
///
/// # Errors
/// When there is a file but it cannot be read as what it should be.
pub fn open_graph(path: &Path, options: OpenOptions, say: &mut dyn FnMut(&str)) -> Result<Graph> {
    if let Some(notation) = Notation::of(path) {
        return notation.graph(path);
    }
    if path.exists() || options.read_only {
        let graph = Graph::open_with(path, options).map_err(|error| with_advice(error, path))?;
        tell_recovery(path, &graph, say);
        return Ok(graph);
    }
    let graph = Graph::create_later(path, options)?;
    let near = near_file(path).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
    say(&format!("`{}` is new: it is made with the first change{near}", path.display()));
    Ok(graph)
}

/// An error of a file that cannot be opened as a graph, with what may have been meant.
fn with_advice(error: Error, path: &Path) -> Error {
    let table = path.extension().is_some_and(|ending| ["csv", "tsv", "jsonl"].iter().any(|known| ending == *known));
    if table && error.detail() == Detail::Foreign {
        return error.hint(format!("`standpoint import NEW.graph Label={}` makes a graph of it", path.display()));
    }
    match near_file(path).filter(|_| !path.exists()) {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None => error,
    }
}

/// A file beside the one that is missing, of nearly its name.
fn near_file(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_str()?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let files = std::fs::read_dir(folder).ok()?.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let graphs: Vec<String> =
        files.filter(|file| [".graph", ".facts"].iter().any(|ending| file.ends_with(ending))).collect();
    let near = crate::text::nearest(name, graphs.iter().map(String::as_str))?;
    Some(path.with_file_name(near).display().to_string())
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
pub(super) fn located(error: &Error, path: &Path, text: &str) -> Error {
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

/// The most rows of a table on a terminal, unless the user says something else.
const ROWS_SHOWN: usize = 40;
/// The lines of the screen that a table in the shell needs besides its rows: borders, footer, prompts.
const LINES_BESIDES: usize = 9;

/// How many rows of a table are shown on a terminal: in the shell as many as fit.
fn rows_shown(interactive: bool) -> usize {
    let height = interactive.then(terminal::height).flatten();
    height.map_or(ROWS_SHOWN, |height| height.saturating_sub(LINES_BESIDES).clamp(4, ROWS_SHOWN))
}

fn app_of(work: &Work, graph: &Graph) -> Result<App> {
    let running = &work.running;
    let (stdout, stderr) = (std::io::stdout(), std::io::stderr());
    let terminal = stdout.is_terminal();
    let interactive = work.reads && work.tasks.is_empty() && terminal && std::io::stdin().is_terminal();
    let settings = Settings {
        format: running.format.unwrap_or(if terminal { Format::Table } else { Format::Jsonl }),
        width: None,
        max_rows: Some(rows_shown(interactive)),
        null: Arc::from(""),
        terminal,
        paint: (Paint::of(running.color, &stdout), Paint::of(running.color, &stderr)),
        timer: running.verbose,
        warnings: true,
        echo: running.echo,
        quiet: running.quiet,
        keep_going: running.keep_going,
        interactive,
        why_empty: running.why_empty,
        ids: false,
        keys: Keys::default(),
    };
    let (out, closed): (Box<dyn Write>, Arc<AtomicBool>) = if interactive {
        let (out, closed) = Output::new(stdout);
        (Box::new(out), closed)
    } else {
        let (out, closed) = Output::new(BufWriter::with_capacity(1 << 16, stdout));
        (Box::new(out), closed)
    };
    let mut app = App::new(graph, settings, options(work, interactive), (out, closed), Box::new(stderr));
    app.parameters = parameters::given(running.parameter_file.as_deref(), &running.parameters)?;
    if interactive {
        app.target.pager = pager::command();
    }
    app.introduction = (work.place == Place::Demo).then_some(demo::INTRODUCTION);
    Ok(app)
}

/// How statements are run. Who is there sees how far they have come.
fn options(work: &Work, interactive: bool) -> RunOptions {
    let running = &work.running;
    let limits = running.limits.options();
    RunOptions {
        files: Some(Arc::new(crate::io::LocalFiles::anywhere()) as Arc<dyn crate::session::Files>),
        as_of: running.as_of.clone(),
        as_recorded: running.as_recorded.clone(),
        cite: running.cite,
        meter: interactive.then(Arc::default),
        read_only: limits.read_only || work.place == Place::Demo,
        ..limits
    }
}

fn watch_interrupts(options: &RunOptions) {
    let cancel = options.cancel.clone();
    // Without a handler an interrupt ends the program, which is also right.
    let _ = ctrlc::set_handler(move || cancel.cancel());
}

fn run_tasks(app: &mut App, work: &Work) -> Result<(), Stop> {
    let standard = [Task::Input];
    let tasks = if work.tasks.is_empty() && work.reads { &standard[..] } else { &work.tasks[..] };
    for task in tasks {
        match task {
            Task::Text(text) => app.run_text(text, None)?,
            Task::File(path) => app.run_file(path)?,
            Task::Page(statement) => {
                let source = Source { file: None, text: statement, offset: 0 };
                view::show(app, statement).map_err(|error| app.fail(&error, source))?;
            }
            Task::Input => {
                let text = standard_input().map_err(|error| app.fail(&error, nowhere()))?;
                app.run_foreign(|app| app.run_text(&text, Some("<stdin>")))?;
            }
        }
    }
    Ok(())
}

/// All of standard input as text.
pub(super) fn standard_input() -> Result<String> {
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
fn run_atomically(app: &mut App, work: &Work) -> Result<(), Stop> {
    app.session.begin().map_err(|error| app.fail(&error, nowhere()))?;
    match run_tasks(app, work) {
        Ok(()) | Err(Stop::Quit) if app.session.in_transaction() => {
            app.session.commit().map_err(|error| app.fail(&error, nowhere()))
        }
        outcome => outcome,
    }
}

/// Runs everything and takes it back.
fn run_dry(app: &mut App, work: &Work) -> Result<(), Stop> {
    app.session.begin().map_err(|error| app.fail(&error, nowhere()))?;
    run_tasks(app, work)?;
    if app.session.rollback().is_ok() {
        app.say("nothing was kept: this was a dry run");
    }
    Ok(())
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
