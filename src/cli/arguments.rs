//! The arguments of the program.

use super::output::{FORMATS, Format};
use super::paint::When;
pub use super::texts::{Check, Texts};
use crate::io::protocol::MAX_LINE;
use crate::session::{Durability, OpenOptions, Retention, RunOptions};
use crate::value::Value;
use crate::value::temporal::{Date, parse};
use clap::builder::PossibleValue;
use clap::{ArgMatches, Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::LazyLock;
use std::time::Duration;

/// The arguments, as written.
#[derive(Clone, Debug, Parser)]
#[command(
    name = "standpoint",
    version,
    args_conflicts_with_subcommands = true,
    disable_help_subcommand = true,
    about = "A knowledge graph of who supports, opposes and proposes what, since when, and according to whom",
    after_help = AFTER_HELP
)]
pub struct Arguments {
    /// The graph to open: a saved `.graph` file, or a `.facts` text that is loaded into memory [env: STANDPOINT_GRAPH]
    pub graph: Option<PathBuf>,

    /// What to run and how
    #[command(flatten)]
    pub running: Running,

    /// What to do instead
    #[command(subcommand)]
    pub mode: Option<Mode>,
}

const AFTER_HELP: &str = "\
Without -c and -f: the shell on a terminal, otherwise statements from standard input.
A statement ends with `;` or is a one-line arrow fact (`? ?who -opposes-> X`).

Exit codes: 0 well, 1 a statement failed or there is a difference, 2 wrong arguments, 3 the graph cannot be
opened or written, 4 no rows (--exit-status), 5 a limit was reached, 130 interrupted.

Begin with `standpoint demo`; `standpoint help` lists what can be read offline.";

/// What to run and how.
#[derive(Clone, Debug, Args)]
pub struct Running {
    /// Run this statement (repeatable, in order with -f)
    #[arg(short = 'c', long = "command", value_name = "STATEMENT")]
    pub commands: Vec<String>,

    /// Run the statements of this file, `-` for standard input; a `.facts` file, and the ```facts blocks of a `.md` file, are
    /// told whole or not at all (repeatable)
    #[arg(short = 'f', long = "file", value_name = "FILE")]
    pub files: Vec<PathBuf>,

    /// How results are written [default: table on a terminal, jsonl on a pipe]
    #[arg(long, value_enum, value_name = "FORMAT", help_heading = "Results")]
    pub format: Option<Format>,

    /// A parameter: `-p name=value`, the value an openCypher literal or, failing that, text (repeatable)
    #[arg(short = 'p', long = "param", value_name = "NAME=VALUE")]
    pub parameters: Vec<String>,

    /// Parameters as a JSON object; `-p` wins over it
    #[arg(long = "params", value_name = "FILE")]
    pub parameter_file: Option<PathBuf>,

    /// Ask about this day or moment: relationships that do not hold then take no part, e.g. 2025-11-01
    #[arg(long, value_name = "DATE", value_parser = moment)]
    pub as_of: Option<Value>,

    /// Ask what was known at this day or moment, where the graph keeps a history
    #[arg(long, value_name = "DATE", value_parser = moment)]
    pub as_recorded: Option<Value>,

    /// Keep a history for `--as-recorded`, of a new graph from its beginning: all, or as much as 90d, 1000commits
    #[arg(long, value_name = "RETENTION", value_parser = retention)]
    pub history: Option<Retention>,

    /// Add a column to each answer that says which relationships a row rests on
    #[arg(long, help_heading = "Results")]
    pub cite: bool,

    /// Say of each answer without rows which part of the question left none, and what there is instead
    #[arg(long, help_heading = "Results")]
    pub why_empty: bool,

    /// Keep all that the script changes when all of it goes well, and nothing otherwise
    #[arg(short = '1', long, help_heading = "Scripts")]
    pub atomic: bool,

    /// Go on after a statement that failed; the exit code is that of the first
    #[arg(long, conflicts_with = "atomic", help_heading = "Scripts")]
    pub keep_going: bool,

    /// End with code 4 when there was no row, or the answer was no
    #[arg(short = 'e', long, help_heading = "Scripts")]
    pub exit_status: bool,

    /// Write each statement to standard error before it runs
    #[arg(long, help_heading = "Scripts")]
    pub echo: bool,

    /// Write nothing to standard error but errors and warnings
    #[arg(short = 'q', long, help_heading = "Scripts")]
    pub quiet: bool,

    /// Tell the time of each statement
    #[arg(short = 'v', long, conflicts_with = "quiet", help_heading = "Scripts")]
    pub verbose: bool,

    /// Colours: auto (on a terminal; NO_COLOR and CLICOLOR_FORCE are honoured), always, never
    #[arg(
        long,
        value_enum,
        value_name = "WHEN",
        default_value = "auto",
        hide_possible_values = true,
        help_heading = "Results"
    )]
    pub color: When,

    /// Run this file first [default in the shell: $XDG_CONFIG_HOME/standpoint/rc]
    #[arg(long, value_name = "FILE", help_heading = "Scripts")]
    pub init: Option<PathBuf>,

    /// Run no such file
    #[arg(long, conflicts_with = "init", help_heading = "Scripts")]
    pub no_init: bool,

    /// What no statement may exceed
    #[command(flatten)]
    pub limits: Limits,
}

/// What the program does, when that is named.
#[derive(Clone, Debug, Subcommand)]
pub enum Mode {
    /// Talk to a graph, as without a command
    Shell {
        /// The graph to open [env: STANDPOINT_GRAPH]
        graph: Option<PathBuf>,
        /// What to run and how
        #[command(flatten)]
        running: Running,
    },
    /// Run statements and write what they give
    Query {
        /// The graph
        graph: PathBuf,
        /// The statements; `-` takes them from standard input
        #[arg(value_name = "STATEMENT")]
        statements: Vec<String>,
        /// What to run and how
        #[command(flatten)]
        running: Running,
    },
    /// Tell a graph files: facts, Markdown with ```facts blocks, statements
    Load {
        /// The graph, which is made when there is none
        graph: PathBuf,
        /// The files
        #[arg(required = true, value_name = "FILE")]
        sources: Vec<PathBuf>,
        /// Tell what would be done, and keep nothing
        #[arg(long)]
        dry_run: bool,
        /// What to run and how
        #[command(flatten)]
        running: Running,
    },
    /// Try it: a graph that comes with the program, in memory
    Demo {
        /// What to run and how
        #[command(flatten)]
        running: Running,
    },
    /// Tell what is in a graph and in which state its file is
    Info {
        /// The graph
        graph: PathBuf,
        /// What to run and how
        #[command(flatten)]
        running: Running,
    },
    /// Tell the labels, relationship types and keys of a graph with their counts
    Schema {
        /// The graph
        graph: PathBuf,
        /// One label instead of all
        label: Option<String>,
        /// What to run and how
        #[command(flatten)]
        running: Running,
    },
    /// Open a page with the picture of a graph, or of a statement's answer, in the browser [env: BROWSER]
    View {
        /// The graph
        graph: PathBuf,
        /// The statement; without one, the whole graph
        statement: Option<String>,
        /// What to run and how
        #[command(flatten)]
        running: Running,
    },
    /// Answer requests in JSON, one a line, from standard input (see docs/protocol.md)
    Stdio(Stdio),
    /// Check a graph's file and its log, and tell what is wrong (exit code 3)
    Verify {
        /// The graph
        graph: PathBuf,
    },
    /// Write a graph as text that makes it anew
    Export {
        /// The graph
        graph: PathBuf,
        /// As what: cypher (statements), facts (what they cannot say is told, and ends with exit code 1), svg and html
        /// (pictures, of which the same holds)
        #[arg(long, value_enum, value_name = "NOTATION", default_value = "cypher", hide_possible_values = true)]
        to: Notation,
        /// Write what can still be read of a damaged graph, and tell what is wrong
        #[arg(long)]
        salvage: bool,
    },
    /// Make a graph of CSV, TSV or JSON-lines files (see docs/import.md)
    Import(Import),
    /// Read about a topic, a command, a dot-command or a function
    Help {
        /// What to read about; without, all that there is to read
        topic: Vec<String>,
    },
    /// Write the completions of a shell
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Write the manual page
    Man {
        /// That of one command
        command: Option<String>,
    },
    /// The commands for texts of facts
    #[command(flatten)]
    Texts(Texts),
}

/// The arguments of `import`.
#[derive(Clone, Debug, Args)]
#[command(
    after_help = "The first column of a file of nodes is their key; the first two columns of a file of relationships are the\n\
        keys of their ends. Types are inferred from all values of a column; a header may say them (`age:int`,\n\
        `since:date`, `tags:string[]`), and what a column is for (`:ID`, `:START_ID`, `:END_ID`, `:LABEL`, `:TYPE`).\n\
        \n\
        standpoint import talks.graph Person=people.csv Person:Author=authors.csv Person-KNOWS->Person=knows.csv"
)]
pub struct Import {
    /// The graph's file, which is made
    pub graph: PathBuf,

    /// What to read: `Label=nodes.csv`, `Label-TYPE->Label=rels.csv`; also .tsv and .jsonl
    #[arg(required = true, value_name = "SOURCE")]
    pub sources: Vec<String>,

    /// Leave bad rows out and tell how many; otherwise the first one ends the import and nothing is written
    #[arg(long)]
    pub skip_bad: bool,

    /// Make a uniqueness constraint for the key of each label, by which keys are found quickly
    #[arg(long)]
    pub unique_keys: bool,

    /// Replace the graph's file when there is one
    #[arg(long)]
    pub overwrite: bool,

    /// Keep a history from then on: all, or as much as 90d, 1000commits
    #[arg(long, value_name = "RETENTION", value_parser = retention)]
    pub history: Option<Retention>,

    /// What parts fields [default: a comma, in .tsv files a tab]
    #[arg(long, value_name = "CHARACTER", value_parser = delimiter)]
    pub delimiter: Option<char>,

    /// How many threads work [default: one for each processor]
    #[arg(long, value_name = "N")]
    pub threads: Option<NonZeroUsize>,
}

/// The notations that a graph is exported in.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Notation {
    /// openCypher statements.
    Cypher,
    /// Arrow facts.
    Facts,
    /// A picture in SVG.
    Svg,
    /// A page with a picture.
    Html,
}

/// The arguments of `stdio`.
#[derive(Clone, Debug, Args)]
pub struct Stdio {
    /// The graph to open [default: a new one in memory]
    #[arg(long, value_name = "FILE")]
    pub graph: Option<PathBuf>,

    /// Write plain JSON values, in which some types are lost
    #[arg(long)]
    pub plain: bool,

    /// Allow the requests that serve tests: `reset` and `procedure`
    #[arg(long)]
    pub test_hooks: bool,

    /// The most bytes of a request
    #[arg(long, value_name = "N", default_value_t = MAX_LINE)]
    pub max_line: usize,

    /// How statements are run
    #[command(flatten)]
    pub limits: Limits,
}

/// What no statement may exceed.
#[derive(Clone, Copy, Debug, Args)]
pub struct Limits {
    /// Refuse statements that change the graph, and never write: also beside a process that changes it
    #[arg(long, help_heading = "Limits")]
    pub readonly: bool,

    /// When a commit is on the disk: full (before it is confirmed), normal (soon after), off (when the graph is closed)
    #[arg(
        long,
        value_enum,
        value_name = "LEVEL",
        default_value = "full",
        hide_possible_values = true,
        help_heading = "Limits"
    )]
    pub durability: Level,

    /// Stop a statement after this time, e.g. 500ms, 30s, 5m
    #[arg(long, value_name = "TIME", value_parser = duration, help_heading = "Limits")]
    pub timeout: Option<Duration>,

    /// Stop a statement that needs more memory than this, e.g. 512MB, 4GB [default: 8GB]
    #[arg(long, value_name = "SIZE", value_parser = size, help_heading = "Limits")]
    pub memory: Option<u64>,

    /// Stop a statement whose result has more rows than this
    #[arg(long, value_name = "NUMBER", help_heading = "Limits")]
    pub max_rows: Option<u64>,

    /// The most threads that may work on a statement [default: one for each processor]
    #[arg(long, value_name = "N", help_heading = "Limits")]
    pub threads: Option<NonZeroUsize>,
}

impl Limits {
    /// How statements are run within the limits.
    pub fn options(&self) -> RunOptions {
        let defaults = RunOptions::default();
        RunOptions {
            read_only: self.readonly,
            timeout: self.timeout,
            memory: self.memory.or(defaults.memory),
            max_rows: self.max_rows,
            threads: self.threads,
            ..defaults
        }
    }

    /// How the graph is opened.
    pub fn opening(&self) -> OpenOptions {
        OpenOptions { read_only: self.readonly, durability: self.durability.0, ..OpenOptions::default() }
    }
}

/// When a commit is on the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Level(pub Durability);

impl ValueEnum for Level {
    fn value_variants<'a>() -> &'a [Self] {
        &[Level(Durability::Full), Level(Durability::Normal), Level(Durability::Off)]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(match self.0 {
            Durability::Full => "full",
            Durability::Normal => "normal",
            Durability::Off => "off",
        }))
    }
}

/// One thing to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Task {
    /// Statements given as text.
    Text(String),
    /// A file of statements or facts.
    File(PathBuf),
    /// Statements from standard input.
    Input,
    /// The page of a statement's answer, or of the whole graph when it is empty.
    Page(String),
}

impl ValueEnum for Format {
    fn value_variants<'a>() -> &'a [Self] {
        static ALL: LazyLock<Vec<Format>> = LazyLock::new(|| FORMATS.iter().map(|entry| entry.format).collect());
        &ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let entry = FORMATS.iter().find(|entry| entry.format == *self)?;
        Some(PossibleValue::new(entry.name).help(entry.summary))
    }
}

impl Arguments {
    /// Reads the arguments; gives them with the tasks of `-c` and `-f` in the order written.
    ///
    /// # Errors
    /// clap's own: usage errors, and the texts of `--help` and `--version`.
    pub fn read(arguments: impl IntoIterator<Item = std::ffi::OsString>) -> Result<(Self, Vec<Task>), clap::Error> {
        let matches = Arguments::command().try_get_matches_from(arguments)?;
        let parsed = Arguments::from_arg_matches(&matches)?;
        let inner = matches.subcommand().map_or(&matches, |(_, inner)| inner);
        let tasks = parsed.running().map(|running| running.tasks(inner)).unwrap_or_default();
        Ok((parsed, tasks))
    }

    /// What to run and how, where statements are run.
    fn running(&self) -> Option<&Running> {
        match &self.mode {
            None => Some(&self.running),
            Some(
                Mode::Shell { running, .. }
                | Mode::Query { running, .. }
                | Mode::Load { running, .. }
                | Mode::Demo { running }
                | Mode::Info { running, .. }
                | Mode::Schema { running, .. }
                | Mode::View { running, .. },
            ) => Some(running),
            Some(_) => None,
        }
    }
}

impl Running {
    /// The tasks of `-c` and `-f` in the order written.
    fn tasks(&self, matches: &ArgMatches) -> Vec<Task> {
        let places = |id: &str| matches.indices_of(id).map(Iterator::collect::<Vec<_>>).unwrap_or_default();
        let file = |path: PathBuf| if path.as_os_str() == "-" { Task::Input } else { Task::File(path) };
        let texts = places("commands").into_iter().zip(self.commands.iter().cloned().map(Task::Text));
        let files = places("files").into_iter().zip(self.files.iter().cloned().map(file));
        let mut tasks: Vec<(usize, Task)> = texts.chain(files).collect();
        tasks.sort_by_key(|(place, _)| *place);
        tasks.into_iter().map(|(_, task)| task).collect()
    }
}

/// One character that no quotation or line needs; `\t` is a tab.
fn delimiter(text: &str) -> Result<char, String> {
    let text = if text == "\\t" { "\t" } else { text };
    let mut characters = text.chars();
    match (characters.next(), characters.next()) {
        (Some('"' | '\n' | '\r'), None) => Err("that character has another meaning".to_owned()),
        (Some(character), None) => Ok(character),
        _ => Err("it is one character".to_owned()),
    }
}

/// A day: `2025-11-01`.
///
/// # Errors
/// When the text is none.
pub(super) fn day(text: &str) -> Result<Date, String> {
    parse::date(text).map_err(|_| format!("`{text}` is no date like 2025-11-01"))
}

/// A day or a moment: `2025-11-01`, `2025-11-01T12:00`, `2025-11-01T12:00Z`.
///
/// # Errors
/// When the text is neither.
pub(super) fn moment(text: &str) -> Result<Value, String> {
    let date = parse::date(text).map(Value::from);
    let local = || parse::local_date_time(text).map(Value::from);
    let found = date.or_else(|_| local()).or_else(|_| parse::date_time(text).map(Value::from));
    found.map_err(|_| format!("`{text}` is neither a date like 2025-11-01 nor a datetime like 2025-11-01T12:00"))
}

/// How much of a history is kept: `all`, `90d`, `1000 commits`.
///
/// # Errors
/// When the text says nothing of the kind.
pub(super) fn retention(text: &str) -> Result<Retention, String> {
    if text == "all" {
        return Ok(Retention::default());
    }
    let wrong = || format!("`{text}` is neither `all` nor an age like `90d` nor a number like `1000 commits`");
    let (number, unit) = number_and_unit(text).map_err(|_| wrong())?;
    if matches!(unit, "commit" | "commits") && number.fract() == 0.0 {
        return Ok(Retention { commits: Some(number as u64), age: None });
    }
    let days = match unit {
        "d" | "day" | "days" => 1.0,
        "w" | "week" | "weeks" => 7.0,
        "y" | "year" | "years" => 365.25,
        _ => return duration(text).map(|age| Retention { age: Some(age), commits: None }).map_err(|_| wrong()),
    };
    let age = Duration::try_from_secs_f64(number * days * 86_400.0).map_err(|_| wrong())?;
    Ok(Retention { age: Some(age), commits: None })
}

fn duration(text: &str) -> Result<Duration, String> {
    let (number, unit) = number_and_unit(text)?;
    let seconds = match unit {
        "ms" => number / 1000.0,
        "" | "s" => number,
        "m" | "min" => number * 60.0,
        "h" => number * 3600.0,
        _ => return Err(format!("`{unit}` is no unit of time: use ms, s, m or h")),
    };
    Duration::try_from_secs_f64(seconds).map_err(|_| "that is no length of time".to_owned())
}

fn size(text: &str) -> Result<u64, String> {
    let (number, unit) = number_and_unit(text)?;
    let scale = match unit.to_ascii_uppercase().as_str() {
        "" | "B" => 1.0,
        "K" | "KB" | "KIB" => 1024.0,
        "M" | "MB" | "MIB" => 1024.0 * 1024.0,
        "G" | "GB" | "GIB" => 1024.0 * 1024.0 * 1024.0,
        _ => return Err(format!("`{unit}` is no unit of size: use KB, MB or GB")),
    };
    Ok((number * scale) as u64)
}

fn number_and_unit(text: &str) -> Result<(f64, &str), String> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let number = number.parse().map_err(|_| format!("`{text}` does not begin with a number"))?;
    Ok((number, unit.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(arguments: &[&str]) -> (Arguments, Vec<Task>) {
        let arguments = std::iter::once("standpoint").chain(arguments.iter().copied());
        Arguments::read(arguments.map(Into::into)).unwrap()
    }

    #[test]
    fn tasks_keep_the_order_they_are_written_in() {
        let (arguments, tasks) = read(&["x.graph", "-c", "a", "-f", "b.cypher", "-c", "c"]);
        assert_eq!(arguments.graph, Some(PathBuf::from("x.graph")));
        assert_eq!(tasks, [Task::Text("a".into()), Task::File("b.cypher".into()), Task::Text("c".into())]);
    }

    #[test]
    fn times_and_sizes_have_units() {
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(duration("1.5m"), Ok(Duration::from_secs(90)));
        assert!(duration("-1s").is_err() && duration("3 parsecs").is_err());
        assert_eq!(size("2kb"), Ok(2048));
        assert_eq!(size("1GiB"), Ok(1 << 30));
        assert!(size("GB").is_err());
    }

    #[test]
    fn a_history_is_kept_for_a_time_or_so_many_commits() {
        let days = |days: u64| Ok(Retention { age: Some(Duration::from_secs(days * 86_400)), commits: None });
        assert_eq!(retention("all"), Ok(Retention::default()));
        assert_eq!((retention("90d"), retention("2 weeks")), (days(90), days(14)));
        assert_eq!(retention("1h"), Ok(Retention { age: Some(Duration::from_secs(3600)), commits: None }));
        assert_eq!(retention("1000 commits"), Ok(Retention { age: None, commits: Some(1000) }));
        for wrong in ["some", "5 parsecs", "-1d", "1.5 commits", "", "1e400d"] {
            assert!(retention(wrong).is_err(), "{wrong}");
        }
    }
}
