//! The arguments of the commands for texts of facts.

use crate::cli::arguments::day;
use crate::value::temporal::Date;
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// The commands for texts of facts. A text is a `.facts` file, a Markdown file with blocks fenced as `facts`, or a
/// `.cypher` file; a graph may stand in each, or be saved.
#[derive(Clone, Debug, Subcommand)]
pub enum Texts {
    /// Write texts of facts canonically, in place; `-` is from standard input to standard output
    Fmt {
        /// .facts files, and Markdown files of which the blocks fenced as facts are written anew
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Write nothing, name the files that would change, and end with exit code 1 if there are any
        #[arg(long)]
        check: bool,
    },
    /// Find what may be wrong in texts of facts; exit code 1 if there is anything (see docs/facts.md)
    Check(Check),
    /// Compare two graphs, as the lines of a patch that makes the first into the second; exit codes as of diff
    Diff {
        /// The first: saved, or a text
        a: PathBuf,
        /// The second
        b: PathBuf,
    },
    /// Apply a patch to a saved graph, all of it or nothing: `+` and `-` lines, or a unified diff of .facts files
    Apply {
        /// The graph
        graph: PathBuf,
        /// The patch; `-` is standard input
        patch: PathBuf,
    },
    /// Merge what two made of a common beginning, as facts; conflicts are told, and end with exit code 1
    Merge {
        /// The common beginning: saved, or a text
        base: PathBuf,
        /// What one made of it
        a: PathBuf,
        /// What another made of it
        b: PathBuf,
        /// Write the facts to this file instead of standard output
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
}

/// The arguments of `check`.
#[derive(Clone, Debug, Args)]
pub struct Check {
    /// .facts and Markdown files; what one declares, the others may use
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// A graph whose names and verbs are known too
    #[arg(long, value_name = "GRAPH")]
    pub graph: Option<PathBuf>,
    /// Write each finding as a JSON object, one a line
    #[arg(long)]
    pub json: bool,
    /// The day after which dates are in the future [default: the day of the clock]
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub today: Option<Date>,
}
