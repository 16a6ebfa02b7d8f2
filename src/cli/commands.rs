//! Dot-commands: one table from which running, help and completion derive.

use super::app::{App, Stop};
use super::output::Format;
use super::report::Source;
use super::{arguments, main, schema};
use crate::error::{Detail, Error, Result};
use crate::functions;
use crate::session::OpenOptions;
use crate::text::nearest;
use crate::value::format::to_text;
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
    run: fn(&mut App, &str) -> Result<Flow>,
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
    /// A command's name.
    Command,
    /// A statement.
    Statement,
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
        name: "as-of",
        arguments: "[DATE|now]",
        completes: Completes::Words(&["now"]),
        summary: "asks about a day or moment: relationships that do not hold then take no part",
        run: as_of,
    },
    Command {
        name: "begin",
        arguments: "",
        completes: Completes::Nothing,
        summary: "opens a transaction: what follows is kept as a whole or not at all",
        run: |app, _| app.session.begin().map(|()| Flow::Continue),
    },
    Command {
        name: "cite",
        arguments: "[on|off]",
        completes: Completes::Words(&["on", "off"]),
        summary: "sets whether each row says which relationships it rests on, or tells",
        run: cite,
    },
    Command {
        name: "commit",
        arguments: "",
        completes: Completes::Nothing,
        summary: "ends the transaction and keeps what it changed",
        run: |app, _| app.session.commit().map(|()| Flow::Continue),
    },
    Command {
        name: "cypher",
        arguments: "[STATEMENT]",
        completes: Completes::Statement,
        summary: "shows the openCypher of the last statement, or of this one",
        run: cypher,
    },
    Command {
        name: "explain",
        arguments: "STATEMENT",
        completes: Completes::Statement,
        summary: "shows how a statement would be run, without running it",
        run: explain,
    },
    Command {
        name: "help",
        arguments: "[COMMAND|FUNCTION]",
        completes: Completes::Command,
        summary: "lists the commands, or tells about a command or a function",
        run: help,
    },
    Command {
        name: "mode",
        arguments: "[table|csv|json|jsonl|typed-jsonl]",
        completes: Completes::Words(&["table", "csv", "json", "jsonl", "typed-jsonl"]),
        summary: "sets how results are written, or tells",
        run: mode,
    },
    Command {
        name: "open",
        arguments: "FILE",
        completes: Completes::File,
        summary: "opens another graph; a `.facts` text is loaded into memory",
        run: open,
    },
    Command {
        name: "quit",
        arguments: "",
        completes: Completes::Nothing,
        summary: "leaves",
        run: |_, _| Ok(Flow::Quit),
    },
    Command {
        name: "read",
        arguments: "FILE",
        completes: Completes::File,
        summary: "runs the statements of a file; a `.facts` file is told whole or not at all",
        run: read,
    },
    Command {
        name: "refresh",
        arguments: "",
        completes: Completes::Nothing,
        summary: "brings in what other processes have committed to the graph's file",
        run: refresh,
    },
    Command {
        name: "rollback",
        arguments: "",
        completes: Completes::Nothing,
        summary: "ends the transaction and takes back what it changed",
        run: |app, _| app.session.rollback().map(|()| Flow::Continue),
    },
    Command {
        name: "save",
        arguments: "[FILE]",
        completes: Completes::File,
        summary: "brings the file up to the log (a checkpoint); with a name, goes on in a copy of that name",
        run: save,
    },
    Command {
        name: "schema",
        arguments: "[LABEL]",
        completes: Completes::Label,
        summary: "shows labels, relationship types and property keys with their counts",
        run: schema::run,
    },
    Command {
        name: "timer",
        arguments: "[on|off]",
        completes: Completes::Words(&["on", "off"]),
        summary: "sets whether scripts report the time of each statement, or tells",
        run: timer,
    },
];

/// Runs a line that begins with a dot. A command may be shortened as long as it is clear which one is meant.
///
/// # Errors
/// When there is no such command, or it fails.
pub fn run(app: &mut App, line: &str, source: Source<'_>) -> Result<Flow> {
    let line = line.trim().trim_start_matches('.');
    let (name, argument) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let command = find(name.trim_end_matches(';'))?;
    let argument = argument.trim();
    let argument = if command.completes == Completes::Statement { argument } else { argument.trim_end_matches(';') };
    let begun = source.text.get(source.offset..).map_or(0, |rest| rest.find(argument).unwrap_or(0));
    (command.run)(app, argument).map_err(|error| error.shifted(if argument.is_empty() { 0 } else { begun }))
}

/// The command of that name, or the only one that begins so.
fn find(name: &str) -> Result<&'static Command> {
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

fn help(app: &mut App, argument: &str) -> Result<Flow> {
    let shape = |command: &Command| format!(".{} {}", command.name, command.arguments).trim_end().to_owned();
    if let Some(function) = functions::lookup(argument.trim_end_matches("()")) {
        app.print(&function.to_string())?;
        return Ok(Flow::Continue);
    }
    if !argument.is_empty() {
        let command = find(argument.trim_start_matches('.'))?;
        app.print(&format!("{}\n  {}", shape(command), command.summary))?;
        return Ok(Flow::Continue);
    }
    let mut text = String::from(LANGUAGE_HELP);
    for command in COMMANDS {
        text += &format!("  {:<32} {}\n", shape(command), command.summary);
    }
    app.print(&text)?;
    Ok(Flow::Continue)
}

const LANGUAGE_HELP: &str = "\
Ask        ? ?who -opposes-> territorial concessions
           ? ?a -supports-> ?p & ?b -opposes-> ?p & ?p : Proposal
           ? Moscow -opposes-> 28-point plan            (answers yes or no)
Tell       + Kyiv -opposes-> 28-point plan {2025-11-21, 0.9} [ki-1121]
Retract    - Kyiv -opposes-> 28-point plan
Source     [ki-1121] \"What is in the 28-point plan\" 2025-11-21
Anything else is openCypher and ends with `;`
           MATCH (@Kyiv)-[r:OPPOSES]->(x) RETURN x, r.confidence ORDER BY x.name;
Commands
";

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

fn mode(app: &mut App, argument: &str) -> Result<Flow> {
    let names = || Format::ALL.iter().map(|(name, _, _)| *name);
    if argument.is_empty() {
        let current = Format::ALL.iter().find(|(_, format, _)| *format == app.settings.format);
        app.print(current.map_or("", |(name, _, _)| name))?;
        return Ok(Flow::Continue);
    }
    app.settings.format = Format::named(argument).ok_or_else(|| {
        let known: Vec<&str> = names().collect();
        let error = Error::syntax(Detail::InvalidUse, format!("there is no mode `{argument}`"));
        match nearest(argument, names()) {
            Some(near) => error.hint(format!("did you mean `{near}`?")),
            None => error.hint(format!("the modes are {}", known.join(", "))),
        }
    })?;
    Ok(Flow::Continue)
}

fn as_of(app: &mut App, argument: &str) -> Result<Flow> {
    match argument {
        "" => {
            let moment = app.options.as_of.as_ref().map(to_text);
            app.print(moment.as_deref().unwrap_or("now"))?;
        }
        "now" => app.options.as_of = None,
        text => {
            let moment = arguments::moment(text).map_err(|message| Error::syntax(Detail::InvalidUse, message))?;
            app.options.as_of = Some(moment);
        }
    }
    Ok(Flow::Continue)
}

fn cite(app: &mut App, argument: &str) -> Result<Flow> {
    app.options.cite = switched(app, argument, app.options.cite)?;
    Ok(Flow::Continue)
}

fn timer(app: &mut App, argument: &str) -> Result<Flow> {
    app.settings.timer = switched(app, argument, app.settings.timer)?;
    Ok(Flow::Continue)
}

/// What a switch is set to; without an argument it is told and stays.
fn switched(app: &mut App, argument: &str, now: bool) -> Result<bool> {
    match argument {
        "" => {
            app.print(if now { "on" } else { "off" })?;
            Ok(now)
        }
        "on" => Ok(true),
        "off" => Ok(false),
        _ => Err(Error::syntax(Detail::InvalidUse, "it is either `on` or `off`")),
    }
}

fn open(app: &mut App, argument: &str) -> Result<Flow> {
    need(argument, "a file")?;
    need_no_transaction(app)?;
    if app.session.graph().has_unsaved_changes() {
        let message = "the graph has changes that are not saved";
        return Err(Error::syntax(Detail::InvalidUse, message).hint("`.save FILE` first"));
    }
    let options = OpenOptions { read_only: app.options.read_only, ..OpenOptions::default() };
    let graph = main::open_graph(Path::new(argument), options, &mut |text| app.say(text))?;
    app.session.graph().clone().close()?;
    app.session = graph.session();
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
        graph.save_as(argument)?;
    }
    if let Some(path) = graph.path() {
        app.say(&format!("saved {}", path.display()));
    }
    Ok(Flow::Continue)
}

fn need(argument: &str, what: &str) -> Result<()> {
    if argument.is_empty() {
        return Err(Error::syntax(Detail::InvalidUse, format!("the command needs {what}")));
    }
    Ok(())
}

fn need_no_transaction(app: &App) -> Result<()> {
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
        assert!(find("s").unwrap_err().message().contains("`.save`, `.schema`"));
        assert_eq!(find("opne").unwrap_err().hints(), ["did you mean `.open`?"]);
        assert!(find("").is_err());
    }
}
