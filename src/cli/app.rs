//! Running statements and showing what they give, for the shell and for scripts alike.

use super::commands::{self, Flow};
use super::log::Log;
use super::output::{self, Format, Room, Written};
use super::paint::Paint;
use super::progress::{Progress, Unit};
use super::report::{self, Source, nowhere};
use super::target::Target;
use super::texts::Notation;
use super::{footer, notes, parameters, terminal, wrap};
use crate::error::{Detail, Error, ErrorType, Result};
use crate::io::encode::Encoding;
use crate::io::protocol::Events;
use crate::io::write_error;
use crate::session::{Answer, Graph, Notification, Row, RunOptions, Session};
use crate::span::line_column;
use crate::store::Snapshot;
use crate::syntax::script::{self, Language};
use crate::value::Map;
use std::collections::HashSet;
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// The most files that may read each other.
const READ_DEPTH: usize = 16;

/// How many states before a change are kept, to be gone back to.
const STEPS_BACK: usize = 100;

/// The most rows and bytes of an answer that are kept, to be shown again.
const KEPT: (usize, u64) = (100_000, 64 << 20);

/// How a person is asked something, after a prompt; `None` when there is no answer.
pub type Ask = fn(&str) -> Option<String>;

/// A statement with the values of its parameters, as it can be asked again.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// The statement.
    pub text: String,
    /// The parameters that there were, those that a person was asked for among them.
    pub parameters: Map,
}

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
    /// Where results go.
    pub target: Target,
    /// Asks a person, where one is there.
    pub ask: Option<Ask>,
    /// What is said before the first prompt.
    pub introduction: Option<&'static str>,
    /// The last statement, as it was typed.
    pub typed: String,
    /// The last statement, when it only reads.
    pub asked: Option<Asked>,
    /// The last answer, for a person.
    pub(super) last: Last,
    /// The graph before each of the last changes, the newest last, while a person is there.
    pub(super) before: Vec<Snapshot>,
    /// How many rows were given, where a no counts as none.
    pub(super) rows: u64,
    /// The code of the first statement that failed, where others were run after it.
    failed: Option<u8>,
    progress: Option<Progress>,
    err: Box<dyn Write>,
    out_closed: Arc<AtomicBool>,
    reading: usize,
    /// Whether what runs now is the user's own: typed, an argument, or their settings, rather than a text from elsewhere.
    own: bool,
}

/// What the user can set.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How results are written.
    pub format: Format,
    /// The most columns of characters of a table; `None` for those of the terminal.
    pub width: Option<usize>,
    /// The most rows of a table on a terminal; `None` for all.
    pub max_rows: Option<usize>,
    /// What stands for null in tables.
    pub null: Arc<str>,
    /// Whether results go to a terminal unless they are redirected.
    pub terminal: bool,
    /// The colours of results and of messages.
    pub paint: (Paint, Paint),
    /// Whether the time of each statement is shown.
    pub timer: bool,
    /// Whether remarks on statements are shown.
    pub warnings: bool,
    /// Whether statements are shown before they run.
    pub echo: bool,
    /// Whether nothing is said but errors and warnings.
    pub quiet: bool,
    /// Whether a script goes on after a statement that failed.
    pub keep_going: bool,
    /// Whether a person is there: then each result has a footer and changes are reported.
    pub interactive: bool,
    /// Whether it is said why a result is empty.
    pub why_empty: bool,
    /// Whether nodes and relationships have their numbers beside them.
    pub ids: bool,
    /// Whose keys edit a line.
    pub keys: Keys,
}

/// Whose keys edit a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Keys {
    /// Those of Emacs.
    #[default]
    Emacs,
    /// Those of vi.
    Vi,
}

impl Keys {
    /// Those of that name.
    pub fn named(name: &str) -> Option<Keys> {
        [Keys::Emacs, Keys::Vi].into_iter().find(|keys| keys.name() == name)
    }

    /// Their name.
    pub fn name(self) -> &'static str {
        match self {
            Keys::Emacs => "emacs",
            Keys::Vi => "vi",
        }
    }
}

/// What there is of the last answer to be shown again.
#[derive(Debug)]
pub(super) enum Last {
    /// Nothing was answered.
    Nothing,
    /// It was too large to be kept.
    TooLarge,
    /// All rows.
    Kept(Box<Answer>),
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
        App {
            session: graph.session(),
            settings,
            options,
            parameters: Map::new(),
            target: Target::new(out),
            ask: None,
            introduction: None,
            typed: String::new(),
            asked: None,
            last: Last::Nothing,
            before: Vec::new(),
            rows: 0,
            failed: None,
            progress: None,
            err,
            out_closed,
            reading: 0,
            own: true,
        }
    }

    /// A conversation about a new graph of which nobody hears anything.
    #[cfg(test)]
    pub(super) fn silent() -> App {
        let settings = Settings {
            format: Format::Table,
            width: None,
            max_rows: None,
            null: Arc::from(""),
            terminal: false,
            paint: Default::default(),
            timer: false,
            warnings: true,
            echo: false,
            quiet: true,
            keep_going: false,
            interactive: false,
            why_empty: false,
            ids: false,
            keys: Keys::Emacs,
        };
        let out = (Box::new(io::sink()) as Box<dyn Write>, Arc::default());
        App::new(&Graph::in_memory(), settings, RunOptions::default(), out, Box::new(io::sink()))
    }

    /// Runs all statements of a text, one after another, up to the first that fails, or past it where that is wanted.
    ///
    /// # Errors
    /// Why it stopped.
    pub fn run_text(&mut self, text: &str, file: Option<&str>) -> Result<(), Stop> {
        for statement in script::statements(text) {
            let source = Source { file, text, offset: 0 };
            let range = statement.map_err(|error| self.fail(&error, source))?;
            let source = Source { offset: range.start, ..source };
            match self.run_statement(&text[range], source) {
                Err(Stop::Failed(code)) if self.settings.keep_going => self.failed = self.failed.or(Some(code)),
                outcome => outcome?,
            }
        }
        Ok(())
    }

    /// The code of the first statement that failed although running went on.
    pub fn failed(&self) -> Option<u8> {
        self.failed
    }

    /// Runs a file: statements, or facts when its name ends with `.facts`, or those in the blocks of a Markdown file.
    ///
    /// # Errors
    /// Why it stopped.
    pub fn run_file(&mut self, path: &Path) -> Result<(), Stop> {
        let name = path.display().to_string();
        let text = read_text(path).map_err(|error| self.fail(&error, nowhere()))?;
        if let Some(notation @ (Notation::Facts | Notation::Markdown)) = Notation::of(path) {
            return self.load_facts(&text, &name, notation);
        }
        self.run_foreign(|app| app.run_nested(|app| app.run_text(&text, Some(&name))))
    }

    /// Runs the user's settings: a file of statements.
    ///
    /// # Errors
    /// Why it stopped.
    pub fn run_settings(&mut self, path: &Path) -> Result<(), Stop> {
        let text = read_text(path).map_err(|error| self.fail(&error, nowhere()))?;
        self.run_nested(|app| app.run_text(&text, Some(&path.display().to_string())))
    }

    /// Runs a text that may come from elsewhere: it does not choose programs that are run.
    ///
    /// # Errors
    /// Why it stopped.
    pub fn run_foreign(&mut self, run: impl FnOnce(&mut App) -> Result<(), Stop>) -> Result<(), Stop> {
        let own = std::mem::replace(&mut self.own, false);
        let result = run(self);
        self.own = own;
        result
    }

    /// Whether what runs now is the user's own.
    pub(super) fn is_own(&self) -> bool {
        self.own
    }

    /// Runs what is no part of what was typed: a file, a query kept under a name.
    pub(super) fn run_nested(&mut self, run: impl FnOnce(&mut App) -> Result<(), Stop>) -> Result<(), Stop> {
        if self.reading >= READ_DEPTH {
            let error = Error::syntax(Detail::NestingTooDeep, "files read each other too deeply");
            return Err(self.fail(&error, nowhere()));
        }
        self.reading += 1;
        let result = run(self);
        self.reading -= 1;
        result
    }

    /// Whether what runs now was typed by a person.
    pub(super) fn is_typed(&self) -> bool {
        self.settings.interactive && self.reading == 0
    }

    fn load_facts(&mut self, text: &str, name: &str, notation: Notation) -> Result<(), Stop> {
        let before = self.state();
        let begun = Instant::now();
        // Long texts are told without a person who types, too.
        let meter = self.options.meter.clone().or_else(|| io::stderr().is_terminal().then(Arc::default));
        let progress = meter.clone().map(|meter| Progress::watch(meter, Unit::Lines));
        let options = RunOptions { meter, ..self.options.clone() };
        let loaded = match notation {
            Notation::Markdown => self.session.load_markdown_with(text, &options),
            _ => self.session.load_facts_with(text, &options),
        };
        drop(progress);
        match loaded.map_err(|error| self.stopped(error, begun)) {
            Ok(loaded) => {
                self.note_change(before);
                self.say(&format!("{name}: {loaded}"));
                Ok(())
            }
            Err(error) => Err(self.fail(&error, Source { file: Some(name), text, offset: 0 })),
        }
    }

    fn run_statement(&mut self, text: &str, source: Source<'_>) -> Result<(), Stop> {
        if self.settings.echo {
            self.say(text);
        }
        self.target.note(&format!("▸ {}", text.trim()));
        let ran = self.run_one(text, source);
        if let Some(Err(error)) = self.target.log.as_mut().map(Log::bring) {
            self.target.log = None;
            return Err(self.fail(&error.hint("the transcript ends here"), nowhere()));
        }
        ran
    }

    fn run_one(&mut self, text: &str, source: Source<'_>) -> Result<(), Stop> {
        if script::classify(text) == Language::Command {
            return match commands::run(self, text.trim(), source) {
                Ok(Flow::Continue) => Ok(()),
                Ok(Flow::Quit) => Err(Stop::Quit),
                Ok(Flow::Stop(stop)) => Err(stop),
                Err(error) => Err(self.fail(&error, source)),
            };
        }
        self.query(text, source).map_err(|error| self.fail(&commands::or_command(error, text), source))
    }

    /// Runs a statement of either language and shows what it gives.
    ///
    /// # Errors
    /// What is wrong with the statement, or goes wrong while it runs.
    pub fn query(&mut self, text: &str, source: Source<'_>) -> Result<()> {
        text.clone_into(&mut self.typed);
        let asked = self.with_parameters(text)?;
        self.ask_again(asked, source)
    }

    /// Runs a statement with its parameters and shows what it gives.
    ///
    /// # Errors
    /// As [`App::query`].
    pub(super) fn ask_again(&mut self, asked: Asked, source: Source<'_>) -> Result<()> {
        self.asked = None;
        let before = self.state();
        let begun = Instant::now();
        self.progress = self.options.meter.clone().map(|meter| Progress::watch(meter, Unit::Rows));
        let answer = self.session.run_with(&asked.text, &asked.parameters, &self.options);
        self.note_change(before);
        let writes = answer.as_ref().is_ok_and(|answer| answer.summary().writes);
        let asks = answer.as_ref().is_ok_and(|answer| !writes && !answer.columns().is_empty());
        let rows = self.rows;
        let given = answer.and_then(|answer| self.give(answer, begun, source));
        self.progress = None;
        let mut remarks = given.map_err(|error| self.stopped(error, begun))?;
        let told = match asks && self.rows == rows {
            true => self.say_why_empty(&asked, source, &mut remarks),
            false => Ok(()),
        };
        self.warn(&remarks, source);
        self.asked = (!writes).then_some(asked);
        told
    }

    /// An error of a statement that began then: to a person who stopped it, it matters how long it had run, and not where
    /// it was.
    fn stopped(&self, error: Error, begun: Instant) -> Error {
        if !self.settings.interactive || error.error_type() != ErrorType::Cancelled {
            return error;
        }
        let message = format!("{} after {}", error.message(), footer::milliseconds(begun.elapsed()));
        Error::new(error.error_type(), error.phase(), error.detail(), message)
    }

    /// A statement with the parameters that there are, and those that a person is asked for because it needs them.
    pub(super) fn with_parameters(&mut self, text: &str) -> Result<Asked> {
        let mut asked = Asked { text: text.to_owned(), parameters: self.parameters.clone() };
        let Some(ask) = self.ask else { return Ok(asked) };
        for name in script::parameters(text) {
            if asked.parameters.contains_key(name.as_str()) {
                continue;
            }
            let Some(written) = ask(&format!("${name} = ")) else { break };
            self.target.note(&format!("${name} = {written}"));
            asked.parameters.insert(Arc::from(name), parameters::value(&written)?);
        }
        Ok(asked)
    }

    /// The graph as it is, where a person is there who may want to go back to it.
    pub(super) fn state(&self) -> Option<Snapshot> {
        self.settings.interactive.then(|| self.session.graph().snapshot())
    }

    /// Keeps the graph as it was, when it has changed since, to be gone back to.
    pub(super) fn note_change(&mut self, before: Option<Snapshot>) {
        let now = self.session.graph().snapshot().sequence();
        let Some(before) = before.filter(|before| before.sequence() != now) else { return };
        if self.before.len() == STEPS_BACK {
            self.before.remove(0);
        }
        self.before.push(before);
    }

    /// Says why a question gave no rows, where that is asked for; a person is told in a line, when it is found soon. A
    /// remark on the very part that leaves none is told together with that, and once.
    fn say_why_empty(&mut self, asked: &Asked, source: Source<'_>, remarks: &mut Vec<Notification>) -> Result<()> {
        const SOON: Duration = Duration::from_millis(200);
        if self.settings.why_empty {
            if let Some(mut why) = self.session.why_empty(&asked.text, &asked.parameters, &self.options)? {
                report::take_remark(&mut why, remarks);
                self.message(&report::why_empty(&why, source, self.message_width()));
            }
        } else if self.settings.interactive {
            let options = RunOptions { timeout: Some(SOON), ..self.options.clone() };
            let found = self.session.why_empty(&asked.text, &asked.parameters, &options);
            let Ok(Some(mut why)) = found else { return Ok(()) };
            match report::take_remark(&mut why, remarks) {
                true => self.message(&report::remark(&why, source, self.message_width())),
                false => self.say(&why.to_string()),
            }
        }
        Ok(())
    }

    /// Writes an answer with all that belongs to it.
    ///
    /// # Errors
    /// What goes wrong while computing or writing the rows.
    pub fn show(&mut self, answer: Answer, begun: Instant, source: Source<'_>) -> Result<()> {
        let remarks = self.give(answer, begun, source)?;
        self.warn(&remarks, source);
        Ok(())
    }

    /// Writes an answer; gives the remarks on it, which are not told yet.
    fn give(&mut self, answer: Answer, begun: Instant, source: Source<'_>) -> Result<Vec<Notification>> {
        self.last = Last::Nothing;
        let interactive = self.settings.interactive;
        let answer = if interactive { answer.copying(KEPT.0, KEPT.1) } else { answer };
        let answer = self.write(answer, begun, source)?;
        let remarks = answer.summary().notifications.clone();
        if interactive && !answer.columns().is_empty() {
            self.last = answer.copy().map_or(Last::TooLarge, |answer| Last::Kept(Box::new(answer)));
        }
        Ok(remarks)
    }

    fn write(&mut self, mut answer: Answer, begun: Instant, source: Source<'_>) -> Result<Answer> {
        let format = self.target.format(self.settings.format);
        let yes_no = answer.summary().yes_no;
        if format == Format::Table
            && let Some(yes) = yes_no
        {
            let verdict = verdict(&mut answer, yes)?;
            self.rows += u64::from(yes);
            return self.print(&verdict).map(|()| answer);
        }
        let room = self.room();
        let file = self.target.file().map(|path| path.display().to_string());
        let progress = self.progress.take();
        let written = self
            .target
            .write(progress, |out| output::write(&mut answer, (format, &room), (source.statement(), begun), out))?;
        self.rows += yes_no.map_or(written.rows, u64::from);
        self.footer(&answer, &written, begun.elapsed());
        if let Some(file) = file.filter(|_| self.settings.interactive) {
            self.say(&format!("written to {file}"));
        }
        Ok(answer)
    }

    /// Whether what is written now is a table.
    pub(super) fn writes_tables(&self) -> bool {
        self.target.format(self.settings.format) == Format::Table
    }

    /// The room for a table that is written now.
    pub(super) fn room(&self) -> Room {
        let screen = self.settings.terminal && self.target.file().is_none();
        Room {
            width: self.settings.width.or_else(|| screen.then(terminal::width).flatten()),
            rows: self.settings.max_rows.filter(|_| screen),
            null: Arc::clone(&self.settings.null),
            paint: if screen { self.settings.paint.0 } else { Paint::default() },
            ids: self.settings.ids,
        }
    }

    /// The remarks on a statement, each once.
    fn warn(&mut self, remarks: &[Notification], source: Source<'_>) {
        if !self.settings.warnings {
            return;
        }
        let mut said = HashSet::new();
        for notification in remarks {
            if said.insert(&notification.message) {
                let text = report::notification(notification, source, self.message_width());
                self.message(&text);
            }
        }
    }

    /// Rows, changes and time, for a person; what is not seen of the rows, for everybody.
    fn footer(&mut self, answer: &Answer, written: &Written, time: Duration) {
        let remedy = if self.settings.interactive { ".last" } else { "--format line" };
        let mut parts = footer::parts(answer.columns().len(), written, answer.summary(), remedy);
        if self.settings.interactive {
            parts.push(footer::milliseconds(time));
            self.say(&parts.join(", "));
        } else if self.settings.timer {
            self.say(&footer::milliseconds(time));
        } else if written.left_out + written.columns_left_out > 0 {
            self.say(&parts.join(", "));
        }
        if written.unsaid.count > 0 {
            let text = format!("warning: the format cannot say all of the answer:\n{}", written.unsaid);
            self.message(&text);
        }
    }

    /// Writes a text as result.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn print(&mut self, text: &str) -> Result<()> {
        let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
        let progress = self.progress.take();
        self.target.write(progress, |out| write!(out, "{text}{end}").map_err(|error| write_error(&error)))
    }

    /// Says something that is no result. Whether anybody listens does not matter.
    pub fn say(&mut self, text: &str) {
        if self.settings.quiet {
            return;
        }
        self.target.note(text);
        let width = self.message_width();
        let text = width.map_or_else(|| text.to_owned(), |width| wrap::text(text, width));
        let _ = writeln!(self.err, "{text}");
    }

    /// Writes an error or a warning.
    fn message(&mut self, text: &str) {
        self.progress = None;
        self.target.note(text.trim_end());
        let text = report::painted(text, self.settings.paint.1, self.message_width());
        let _ = self.err.write_all(text.as_bytes());
    }

    /// The width that messages are broken for: a person's terminal.
    fn message_width(&self) -> Option<usize> {
        self.settings.interactive.then(terminal::width).flatten()
    }

    /// Reports an error, as an event too where results are events; gives why running stops.
    pub fn fail(&mut self, error: &Error, source: Source<'_>) -> Stop {
        if self.target.format(self.settings.format) == Format::TypedJsonl {
            // Whether anybody reads it shows in `out_closed`.
            let _ = self.target.write(None, |out| {
                let told = Events::new(out, Encoding::Typed).error(error, source.statement(), None);
                told.map_err(|error| write_error(&error))
            });
        }
        if self.out_closed.load(Ordering::Relaxed) {
            return Stop::Closed;
        }
        let text = report::error_within(error, source, self.message_width());
        self.message(&text);
        Stop::Failed(exit_code(error))
    }
}

/// What a question without variables is answered to a person: yes, or no with what is known instead.
fn verdict(answer: &mut Answer, yes: bool) -> Result<String> {
    let row = answer.next_row()?;
    let values = row.as_ref().map(Row::values).unwrap_or_default();
    let cited = values.last().filter(|_| answer.summary().cited);
    let known = &answer.summary().known;
    Ok(match (yes, known.as_slice()) {
        (true, _) => format!("Yes.\n{}", cited.map(|cited| notes::below(answer.graph(), cited)).unwrap_or_default()),
        (false, []) => "No. Nothing else is known between the two.".to_owned(),
        (false, [one]) => format!("No. Known instead: {one}"),
        (false, many) => format!("No. Known instead:\n  {}", many.join("\n  ")),
    })
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
pub(super) fn read_only() -> Error {
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
