//! `.help` and `standpoint help`: what can be read offline. One table of topics, whose texts are those of the
//! documentation.

use super::app::App;
use super::arguments::Arguments;
use super::commands::{COMMANDS, Command, Flow, find};
use crate::error::{Detail, Error, Result};
use crate::functions;
use crate::text::nearest;
use clap::CommandFactory;

/// Something to read about.
#[derive(Debug)]
pub struct Topic {
    /// Its name.
    pub name: &'static str,
    /// What it is about, in few words.
    pub summary: &'static str,
    /// What there is to read.
    pub text: &'static str,
}

/// Every topic.
pub const TOPICS: &[Topic] = &[
    topic("tutorial", "a first quarter of an hour", include_str!("../../docs/tutorial.md")),
    topic("facts", "arrow facts: to tell, to ask, to read back", include_str!("../../docs/facts.md")),
    topic("texts", "facts in files: check, compare, merge, version control", include_str!("../../docs/texts.md")),
    topic("analysis", "why empty, citations, contradictions, confidence", include_str!("../../docs/analysis.md")),
    topic("rules", "relationships that follow from others, and why", include_str!("../../docs/rules.md")),
    topic("dispute", "from the texts of two people to answers", include_str!("../../docs/dispute.md")),
    topic("cypher", "which openCypher there is", include_str!("../../docs/cypher.md")),
    topic("functions", "every function with examples", include_str!("../../docs/functions.md")),
    topic("shell", "the shell: keys, completion, views", include_str!("../../docs/shell.md")),
    topic("keys", "the keys of the shell", KEYS),
    topic("command-line", "options, exit codes, scripts", include_str!("../../docs/command-line.md")),
    topic("embedding", "a graph in a Rust program", include_str!("../../docs/embedding.md")),
    topic("import", "CSV, TSV and JSON-lines files", include_str!("../../docs/import.md")),
    topic("protocol", "requests in JSON, for other programs", include_str!("../../docs/protocol.md")),
    topic("limits", "what no statement may exceed", include_str!("../../docs/limits.md")),
    topic("reliability", "what is promised, and how it is tested", include_str!("../../docs/reliability.md")),
    topic("format", "the files of a graph", include_str!("../../docs/format.md")),
    topic("performance", "how fast it is", include_str!("../../docs/performance.md")),
];

const fn topic(name: &'static str, summary: &'static str, text: &'static str) -> Topic {
    Topic { name, summary, text }
}

/// The keys of the shell.
pub const KEYS: &str = "\
Enter          runs what is complete, otherwise begins a new line
Alt-Enter      begins a new line
Tab            completes, or lists what could stand there
Right, Ctrl-E  takes the grey rest of an earlier line
Up, Down       earlier and later lines
Page Up, Down  earlier and later lines that begin with what stands before the cursor
Ctrl-R         searches earlier lines
Alt-.          the last word of the line before, of a fact its last name
Ctrl-X Ctrl-E  opens the line in $VISUAL or $EDITOR
Ctrl-A Ctrl-E  the beginning and the end of the line
Ctrl-W Ctrl-U  deletes the word, the line before the cursor
Ctrl-L         clears the screen
Ctrl-C         drops what is typed, or cancels the statement that runs
Ctrl-D         leaves, on an empty line
`.keys vi` takes the keys of vi instead.
";

/// `.help [TOPIC]`.
///
/// # Errors
/// When there is nothing of that name.
pub(super) fn run(app: &mut App, argument: &str) -> Result<Flow> {
    let text = about(argument)?;
    app.print(&text)?;
    Ok(Flow::Continue)
}

/// What there is to read about something; without a name, the list of everything.
///
/// # Errors
/// When there is nothing of that name.
pub(super) fn about(name: &str) -> Result<String> {
    let name = name.trim();
    if name.is_empty() {
        return Ok(overview());
    }
    if let Some(topic) = TOPICS.iter().find(|topic| topic.name.eq_ignore_ascii_case(name)) {
        return Ok(topic.text.to_owned());
    }
    if let Some(function) = functions::lookup(name.trim_end_matches("()")) {
        return Ok(function.to_string());
    }
    if let Some(command) = Arguments::command().find_subcommand_mut(name) {
        return Ok(command.render_long_help().to_string());
    }
    match find(name.trim_start_matches('.')) {
        Ok(command) => Ok(format!("{}\n  {}", shape(command), command.summary)),
        Err(error) if name.starts_with('.') => Err(error),
        Err(_) => Err(unknown(name)),
    }
}

fn unknown(name: &str) -> Error {
    let error = Error::syntax(Detail::UnknownCommand, format!("there is no help about `{name}`"));
    let topics = TOPICS.iter().map(|topic| topic.name).chain(COMMANDS.iter().map(|command| command.name));
    match nearest(name, topics.chain(functions::all().map(|function| function.name))) {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None => error.hint("`.help` lists what there is"),
    }
}

fn shape(command: &Command) -> String {
    format!(".{} {}", command.name, command.arguments).trim_end().to_owned()
}

fn overview() -> String {
    let mut text = String::from(LANGUAGE);
    for command in COMMANDS {
        text += &format!("  {:<26} {}\n", shape(command), command.summary);
    }
    text += "Topics, as in `.help facts`; functions by name, as in `.help substring`\n";
    for topic in TOPICS {
        text += &format!("  {:<26} {}\n", topic.name, topic.summary);
    }
    text
}

const LANGUAGE: &str = "\
Ask        ? ?who -opposes-> territorial concessions
           ? ?a -supports-> ?p & ?b -opposes-> ?p & ?p : Proposal
           ? Moscow -opposes-> 28-point plan            (answers yes or no)
Tell       + Kyiv -opposes-> 28-point plan {2025-11-21, 0.9} [ki-1121]
Retract    - Kyiv -opposes-> 28-point plan
Source     [ki-1121] \"What is in the 28-point plan\" 2025-11-21
Anything else is openCypher and ends with `;`
           MATCH (@Kyiv)-[r:OPPOSES]->(x) RETURN x, r.confidence ORDER BY x.name;
Commands, which may be shortened
";
