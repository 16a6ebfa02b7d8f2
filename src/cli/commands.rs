//! Dot-commands: one table from which running, help and completion derive.

use super::app::{App, Asked, Stop};
use super::overwrite::writable;
use super::report::{self, Source};
use super::{files, help, history, identity, import, main, queries, results, schema, settings, view, views, watch};
use crate::error::{Detail, Error, ErrorType, Result};
use crate::io::proofs::Proofs;
use crate::session::{OpenOptions, RunOptions};
use crate::text::{counted, nearest};
use std::path::Path;
use std::time::Instant;

/// A dot-command.
#[derive(Debug)]
pub struct Command {
    /// Its name, without the dot.
    pub name: &'static str,
    /// Its arguments, as help shows them.
    pub arguments: &'static str,
    /// What its argument is, for completion.
    pub completes: Completes,
    /// What it does, in a sentence.
    pub summary: &'static str,
    run: Run,
}

/// What a command runs with its argument.
#[derive(Debug)]
enum Run {
    /// A function of its own.
    Own(fn(&mut App, &str) -> Result<Flow>),
    /// The setting of its name: tells it, or sets it.
    Setting,
}

/// What stands after a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Completes {
    /// Nothing that could be completed.
    Nothing,
    /// A file.
    File,
    /// A label.
    Label,
    /// One of these words.
    Words(&'static [&'static str]),
    /// A topic of help.
    Topic,
    /// A format of results.
    Format,
    /// A setting.
    Setting,
    /// An entity, after `@`.
    Entity,
    /// A statement.
    Statement,
    /// A query kept under a name, and its parameters.
    Query,
}

/// What happens after a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// The next statement.
    Continue,
    /// The end.
    Quit,
    /// Something that the command ran has stopped, and was reported.
    Stop(Stop),
}

/// Every dot-command, in order of name.
pub const COMMANDS: &[Command] = &[
    Command {
        name: "alias",
        arguments: "NAME = OTHER",
        completes: Completes::Entity,
        summary: "gives an entity a further name",
        run: Run::Own(identity::alias),
    },
    setting(
        "as-of",
        "[DATE|now]",
        Completes::Words(&["now"]),
        "asks about a day or moment: relationships that do not hold then take no part",
    ),
    setting(
        "as-recorded",
        "[DATE|now]",
        Completes::Words(&["now"]),
        "asks what was known at a day or moment, where the graph keeps a history",
    ),
    Command {
        name: "begin",
        arguments: "",
        completes: Completes::Nothing,
        summary: "opens a transaction: what follows is kept as a whole or not at all",
        run: Run::Own(|app, _| app.session.begin().map(|()| Flow::Continue)),
    },
    setting(
        "cite",
        "[on|off]",
        Completes::Words(&["on", "off"]),
        "sets whether each row says which relationships it rests on, or tells",
    ),
    Command {
        name: "commit",
        arguments: "",
        completes: Completes::Nothing,
        summary: "ends the transaction and keeps what it changed",
        run: Run::Own(commit),
    },
    Command {
        name: "cypher",
        arguments: "[STATEMENT]",
        completes: Completes::Statement,
        summary: "shows the openCypher of the last statement, or of this one",
        run: Run::Own(cypher),
    },
    Command {
        name: "delete-query",
        arguments: "NAME",
        completes: Completes::Query,
        summary: "deletes a query that was kept",
        run: Run::Own(queries::delete),
    },
    setting(
        "echo",
        "[on|off]",
        Completes::Words(&["on", "off"]),
        "sets whether each statement is shown before it runs, or tells",
    ),
    Command {
        name: "edit",
        arguments: "",
        completes: Completes::Nothing,
        summary: "opens the last statement in $VISUAL or $EDITOR, and runs what comes of it",
        run: Run::Own(results::edit),
    },
    Command {
        name: "explain",
        arguments: "STATEMENT",
        completes: Completes::Statement,
        summary: "shows how a statement would be run, without running it",
        run: Run::Own(explain),
    },
    Command {
        name: "export",
        arguments: "[--overwrite] FILE",
        completes: Completes::File,
        summary: "writes the whole graph to a file: statements, facts or a picture, as its ending says",
        run: Run::Own(files::export_to),
    },
    Command {
        name: "find",
        arguments: "TEXT",
        completes: Completes::Entity,
        summary: "finds entities by name and alias, also when nearly right",
        run: Run::Own(views::find::run),
    },
    Command {
        name: "graph",
        arguments: "@NAME",
        completes: Completes::Entity,
        summary: "draws who stands how to an entity, and it to others",
        run: Run::Own(views::card::run),
    },
    Command {
        name: "help",
        arguments: "[TOPIC]",
        completes: Completes::Topic,
        summary: "lists what there is, or tells about a topic, a command or a function",
        run: Run::Own(help::run),
    },
    Command {
        name: "history",
        arguments: "[RETENTION|off]",
        completes: Completes::Words(&["all", "off"]),
        summary: "lists what was recorded when; or keeps that from now on: `all`, `90d`, `1000 commits`",
        run: Run::Own(history::run),
    },
    setting(
        "ids",
        "[on|off]",
        Completes::Words(&["on", "off"]),
        "sets whether nodes and relationships are shown with their numbers, or tells",
    ),
    Command {
        name: "import",
        arguments: "[--skip-bad] LABEL=FILE …",
        completes: Completes::File,
        summary: "adds the rows of CSV, TSV and JSON-lines files to the graph, as `standpoint import` reads them",
        run: Run::Own(import::into_graph),
    },
    Command {
        name: "info",
        arguments: "[@NAME]",
        completes: Completes::Entity,
        summary: "tells about the graph and its file, or about an entity",
        run: Run::Own(views::info::run),
    },
    setting("keys", "[emacs|vi]", Completes::Words(&["emacs", "vi"]), "sets whose keys edit a line, or tells"),
    Command {
        name: "labels",
        arguments: "",
        completes: Completes::Nothing,
        summary: "lists the labels",
        run: Run::Own(schema::labels),
    },
    Command {
        name: "last",
        arguments: "",
        completes: Completes::Nothing,
        summary: "shows every row and whole cells of the last answer",
        run: Run::Own(results::last),
    },
    Command {
        name: "log",
        arguments: "[FILE|off]",
        completes: Completes::File,
        summary: "writes what is typed and answered from now on to the end of a file too, or no longer",
        run: Run::Own(results::log),
    },
    Command {
        name: "matrix",
        arguments: "[ROWS -> COLUMNS]",
        completes: Completes::Label,
        summary: "draws who supports and opposes what, blocs side by side; labels choose rows and columns",
        run: Run::Own(views::matrix::run),
    },
    setting(
        "maxrows",
        "[N|all]",
        Completes::Words(&["all"]),
        "sets how many rows of a result are shown on a terminal, or tells",
    ),
    Command {
        name: "merge",
        arguments: "NAME = OTHER",
        completes: Completes::Entity,
        summary: "joins two entities that are one: the other goes into the first",
        run: Run::Own(identity::merge),
    },
    setting("mode", "[FORMAT]", Completes::Format, "sets how results are written, or tells"),
    setting("null", "[TEXT]", Completes::Nothing, "sets what stands for null in tables, or tells"),
    Command {
        name: "once",
        arguments: "[--overwrite] FILE",
        completes: Completes::File,
        summary: "writes the next result to a file; its ending says the format",
        run: Run::Own(results::once),
    },
    Command {
        name: "open",
        arguments: "FILE",
        completes: Completes::File,
        summary: "opens another graph; a `.facts` text is loaded into memory",
        run: Run::Own(open),
    },
    Command {
        name: "output",
        arguments: "[[--overwrite] FILE|stdout]",
        completes: Completes::File,
        summary: "writes all results from now on to a file, or to standard output again",
        run: Run::Own(results::output),
    },
    setting(
        "pager",
        "[on|off|COMMAND]",
        Completes::Words(&["on", "off"]),
        "sets what pages results longer than the screen, or tells",
    ),
    Command {
        name: "param",
        arguments: "[NAME [VALUE]]",
        completes: Completes::Nothing,
        summary: "shows the parameters, or sets one to an openCypher value",
        run: Run::Own(settings::param),
    },
    Command {
        name: "queries",
        arguments: "",
        completes: Completes::Nothing,
        summary: "lists the queries that were kept",
        run: Run::Own(queries::list),
    },
    Command {
        name: "quit",
        arguments: "",
        completes: Completes::Nothing,
        summary: "leaves",
        run: Run::Own(|_, _| Ok(Flow::Quit)),
    },
    Command {
        name: "read",
        arguments: "FILE",
        completes: Completes::File,
        summary: "runs the statements of a file; a `.facts` file is told whole or not at all",
        run: Run::Own(read),
    },
    Command {
        name: "refresh",
        arguments: "",
        completes: Completes::Nothing,
        summary: "brings in what other processes have committed to the graph's file",
        run: Run::Own(refresh),
    },
    Command {
        name: "rollback",
        arguments: "",
        completes: Completes::Nothing,
        summary: "ends the transaction and takes back what it changed",
        run: Run::Own(|app, _| app.session.rollback().map(|()| Flow::Continue)),
    },
    Command {
        name: "run",
        arguments: "NAME [PARAMETER=VALUE …]",
        completes: Completes::Query,
        summary: "runs a query that was kept, with these parameters",
        run: Run::Own(queries::run),
    },
    Command {
        name: "save",
        arguments: "[[--overwrite] FILE]",
        completes: Completes::File,
        summary: "brings the file up to the log (a checkpoint); with a name, goes on in a copy of that name",
        run: Run::Own(save),
    },
    Command {
        name: "save-query",
        arguments: "NAME [STATEMENT]",
        completes: Completes::Query,
        summary: "keeps the last statement, or this one, under a name for `.run`",
        run: Run::Own(queries::save),
    },
    Command {
        name: "schema",
        arguments: "[LABEL]",
        completes: Completes::Label,
        summary: "shows labels, relationship types and property keys with their counts",
        run: Run::Own(schema::run),
    },
    Command {
        name: "set",
        arguments: "[NAME [VALUE]]",
        completes: Completes::Setting,
        summary: "shows how everything is set, or sets it",
        run: Run::Own(settings::set),
    },
    Command {
        name: "shell",
        arguments: "COMMAND",
        completes: Completes::Nothing,
        summary: "runs a command of the system; only a person can",
        run: Run::Own(results::shell),
    },
    Command {
        name: "timeline",
        arguments: "[@NAME]",
        completes: Completes::Entity,
        summary: "lists what was said of an entity, or all, by date",
        run: Run::Own(views::timeline::run),
    },
    setting(
        "timer",
        "[on|off]",
        Completes::Words(&["on", "off"]),
        "sets whether scripts report the time of each statement, or tells",
    ),
    Command {
        name: "types",
        arguments: "",
        completes: Completes::Nothing,
        summary: "lists the relationship types, with what they join",
        run: Run::Own(schema::types),
    },
    Command {
        name: "undo",
        arguments: "[N]",
        completes: Completes::Nothing,
        summary: "makes the graph what it was before the last change, or the last N",
        run: Run::Own(results::undo),
    },
    Command {
        name: "unmerge",
        arguments: "NAME",
        completes: Completes::Entity,
        summary: "takes an entity out of the one that it went into, exactly as it was",
        run: Run::Own(identity::unmerge),
    },
    Command {
        name: "view",
        arguments: "[QUESTION]",
        completes: Completes::Statement,
        summary: "opens a page with the picture of a question's answer, or of the whole graph, in the browser",
        run: Run::Own(view::run),
    },
    setting(
        "warnings",
        "[on|off]",
        Completes::Words(&["on", "off"]),
        "sets whether remarks on statements are shown, or tells",
    ),
    Command {
        name: "watch",
        arguments: "SECONDS [STATEMENT]",
        completes: Completes::Nothing,
        summary: "asks the last question, or this one, again and again until Ctrl-C",
        run: Run::Own(watch::run),
    },
    Command {
        name: "why",
        arguments: "[QUESTION]",
        completes: Completes::Statement,
        summary: "tells what the last answer rests on, or why it is empty; or that of another question",
        run: Run::Own(why),
    },
    setting("width", "[N|auto]", Completes::Words(&["auto"]), "sets how wide tables are, or tells"),
];

/// What many type from habit, with the command that it means.
const ALIASES: &[(&str, &str)] = &[("?", "help"), ("exit", "quit"), ("q", "quit")];

const fn setting(name: &'static str, arguments: &'static str, completes: Completes, summary: &'static str) -> Command {
    Command { name, arguments, completes, summary, run: Run::Setting }
}

/// Runs a line that begins with a dot. A command may be shortened as long as it is clear which one is meant.
///
/// # Errors
/// When there is no such command, or it fails.
pub fn run(app: &mut App, line: &str, source: Source<'_>) -> Result<Flow> {
    let line = line.trim().trim_start_matches('.');
    let (name, argument) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let name = name.trim_end_matches(';');
    let command = find(ALIASES.iter().find(|(alias, _)| *alias == name).map_or(name, |(_, name)| name))?;
    let argument = argument.trim();
    let argument = if command.completes == Completes::Statement { argument } else { argument.trim_end_matches(';') };
    let begun = source.text.get(source.offset..).map_or(0, |rest| rest.find(argument).unwrap_or(0));
    let ran = match command.run {
        Run::Own(run) => run(app, argument),
        Run::Setting => settings::run(app, command.name, argument),
    };
    ran.map_err(|error| error.shifted(if argument.is_empty() { 0 } else { begun }))
}

/// The command of that name, or the only one that begins so.
///
/// # Errors
/// When there is none, or several begin so.
pub fn find(name: &str) -> Result<&'static Command> {
    if let Some(command) = COMMANDS.iter().find(|command| command.name == name) {
        return Ok(command);
    }
    let begun: Vec<&Command> = COMMANDS.iter().filter(|command| command.name.starts_with(name)).collect();
    match begun.as_slice() {
        [command] if !name.is_empty() => Ok(command),
        [] => {
            let error = Error::syntax(Detail::UnknownCommand, format!("there is no command `.{name}`"));
            Err(match nearest(name, COMMANDS.iter().map(|command| command.name)) {
                Some(near) => error.hint(format!("did you mean `.{near}`?")),
                None => error.hint("`.help` lists the commands"),
            })
        }
        several => {
            let names: Vec<String> = several.iter().map(|command| format!("`.{}`", command.name)).collect();
            let message = format!("`.{name}` could be {}", names.join(", "));
            Err(Error::syntax(Detail::UnknownCommand, message))
        }
    }
}

/// An error at the first word of a statement, with the command that may have been meant by it.
pub(super) fn or_command(error: Error, text: &str) -> Error {
    let statement = text.trim_start();
    let word = statement.split(|c: char| c.is_whitespace() || c == ';').next().unwrap_or_default().to_lowercase();
    let first = error.span().is_some_and(|span| span.start as usize == text.len() - statement.len());
    let understood = error.detail() == Detail::InvalidClauseComposition;
    if error.error_type() != ErrorType::SyntaxError || understood || !first {
        return error;
    }
    let names = || COMMANDS.iter().map(|command| command.name);
    let near = match error.hints().is_empty() {
        true => nearest(&word, names()),
        false => names().find(|name| *name == word && !error.hints().iter().any(|hint| hint.contains("`."))),
    };
    match near {
        Some(name) => error.hint(format!("did you mean the command `.{name}`?")),
        None => error,
    }
}

fn commit(app: &mut App, _: &str) -> Result<Flow> {
    let before = app.state();
    app.session.commit()?;
    app.note_change(before);
    Ok(Flow::Continue)
}

fn cypher(app: &mut App, argument: &str) -> Result<Flow> {
    let text = if argument.is_empty() { app.session.last_cypher() } else { Some(app.session.cypher_of(argument)?) };
    match text {
        Some(text) => app.print(&text)?,
        None => app.say("nothing was asked yet"),
    }
    Ok(Flow::Continue)
}

fn explain(app: &mut App, argument: &str) -> Result<Flow> {
    need(argument, "a statement")?;
    let begun = Instant::now();
    let answer = app.session.explain(argument, &app.parameters, &app.options)?;
    app.show(answer, begun, Source { file: None, text: argument, offset: 0 })?;
    Ok(Flow::Continue)
}

/// An answer without rows is explained by the part of the question that left none, another by its citations.
fn why(app: &mut App, argument: &str) -> Result<Flow> {
    let given = if argument.is_empty() { app.asked.clone() } else { Some(app.with_parameters(argument)?) };
    let Some(Asked { text, parameters }) = given else {
        app.say("nothing was asked yet");
        return Ok(Flow::Continue);
    };
    let source = Source { file: None, text: &text, offset: 0 };
    if let Some(why) = app.session.why_empty(&text, &parameters, &app.options)? {
        app.print(&report::why_empty(&why, source, app.room().width))?;
        return Ok(Flow::Continue);
    }
    let options = RunOptions { cite: true, read_only: true, ..app.options.clone() };
    let begun = Instant::now();
    let answer = app.session.run_with(&text, &parameters, &options)?;
    let derived = answer.graph().derived().is_some();
    app.show(answer, begun, source)?;
    if derived && app.writes_tables() {
        let text = Proofs::of(&mut app.session.run_with(&text, &parameters, &options)?)?;
        app.print(text.trim_end())?;
    }
    Ok(Flow::Continue)
}

fn open(app: &mut App, argument: &str) -> Result<Flow> {
    need(argument, "a file")?;
    need_no_transaction(app)?;
    if app.session.graph().has_unsaved_changes() {
        let changes = counted(app.session.graph().unsaved_changes(), "change is", "changes are");
        return Err(Error::syntax(Detail::InvalidUse, format!("{changes} not saved")).hint("`.save FILE` first"));
    }
    let options = OpenOptions { read_only: app.options.read_only, ..OpenOptions::default() };
    let graph = main::open_graph(Path::new(argument), options, &mut |text| app.say(text))?;
    app.session.graph().clone().close()?;
    app.session = graph.session();
    app.before.clear();
    Ok(Flow::Continue)
}

fn read(app: &mut App, argument: &str) -> Result<Flow> {
    need(argument, "a file")?;
    Ok(match app.run_file(Path::new(argument)) {
        Ok(()) => Flow::Continue,
        Err(stop) => Flow::Stop(stop),
    })
}

fn refresh(app: &mut App, _: &str) -> Result<Flow> {
    need_no_transaction(app)?;
    let news = if app.session.graph().refresh()? { "the graph has changed" } else { "nothing has changed" };
    app.say(news);
    Ok(Flow::Continue)
}

fn save(app: &mut App, argument: &str) -> Result<Flow> {
    need_no_transaction(app)?;
    let graph = app.session.graph().clone();
    if argument.is_empty() {
        graph.save()?;
    } else {
        let own = graph.path().is_some_and(|path| same_file(&path, Path::new(argument)));
        graph.save_as(if own { Path::new(argument) } else { writable(app, "save", argument)? })?;
    }
    if let Some(path) = graph.path() {
        app.say(&format!("saved {}", path.display()));
    }
    Ok(Flow::Continue)
}

fn same_file(one: &Path, other: &Path) -> bool {
    one == other || one.canonicalize().is_ok_and(|one| other.canonicalize().is_ok_and(|other| one == other))
}

pub(super) fn need(argument: &str, what: &str) -> Result<()> {
    if argument.is_empty() {
        return Err(Error::syntax(Detail::InvalidUse, format!("the command needs {what}")));
    }
    Ok(())
}

pub(super) fn need_no_transaction(app: &App) -> Result<()> {
    if app.session.in_transaction() {
        let error = Error::syntax(Detail::InvalidUse, "a transaction is open");
        return Err(error.hint("`.commit` or `.rollback` ends it"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_stand_in_order_and_are_found_by_a_clear_beginning() {
        assert!(COMMANDS.is_sorted_by_key(|command| command.name));
        assert_eq!(find("sch").unwrap().name, "schema");
        assert!(find("s").unwrap_err().message().contains("`.save`, `.save-query`, `.schema`"));
        assert_eq!(find("opne").unwrap_err().hints(), ["did you mean `.open`?"]);
        assert!(find("").is_err());
        assert!(
            ALIASES.iter().all(|(alias, name)| COMMANDS.iter().all(|known| known.name != *alias) && find(name).is_ok())
        );
    }
}
