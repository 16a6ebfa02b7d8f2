//! Bulk import: a graph made of files at once.
//!
//! Takes files of nodes and of relationships as comma-separated values, JSON lines or, with the feature `parquet`, Parquet
//! (`parquet`). Each file is cut into blocks of
//! whole records (`blocks`), which several threads turn into typed columns (`rows`, `json`, `column`, `built`), texts that
//! come again as codes (`texts`); keys of nodes are gathered (`keys`, `nodes`), relationships find their ends by them (`ends`, `rels`), and the columns become a
//! version without a step for each row. It does not know where the graph is kept.

mod bad;
mod blocks;
mod built;
mod column;
mod ends;
mod file;
mod header;
mod into;
mod json;
mod keys;
mod kind;
mod named;
mod nodes;
#[cfg(feature = "parquet")]
mod parquet;
#[cfg(not(feature = "parquet"))]
#[path = "no_parquet.rs"]
mod parquet;
mod pass;
mod rels;
mod rows;
mod source;
#[cfg(test)]
mod tests;
mod texts;
mod threads;

pub use source::Source;

use crate::error::Result;
use crate::session::Graph;
use crate::store::Version;
use bad::Bad;
use file::Input;
use nodes::NodeFile;
use std::sync::atomic::{AtomicU64, Ordering};

/// How an import is done.
#[derive(Clone, Debug)]
pub struct Options {
    /// How many threads work.
    pub threads: usize,
    /// Whether bad rows are left out. Otherwise the first one ends the import.
    pub skip_bad: bool,
    /// What parts fields, where it is not what a file's ending says.
    pub delimiter: Option<String>,
}

impl Default for Options {
    /// As many threads as there are processors.
    fn default() -> Options {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        Options { threads, skip_bad: false, delimiter: None }
    }
}

/// How far an import is, for whoever watches it from another thread.
#[derive(Debug, Default)]
pub struct Progress {
    total: AtomicU64,
    done: AtomicU64,
}

impl Progress {
    /// The bytes that are to be read, and those that were.
    pub fn bytes(&self) -> (u64, u64) {
        (self.total.load(Ordering::Relaxed), self.done.load(Ordering::Relaxed))
    }

    fn advance(&self, bytes: u64) {
        self.done.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Counts a file anew.
    fn take_back(&self, bytes: u64) {
        let back = |done: u64| Some(done.saturating_sub(bytes));
        let _ = self.done.fetch_update(Ordering::Relaxed, Ordering::Relaxed, back);
    }
}

/// An imported graph.
#[derive(Debug)]
pub struct Imported {
    /// The graph, in memory.
    pub graph: Graph,
    /// How many rows were left out.
    pub skipped: u64,
    /// What was wrong with the first of them, each with its file and line.
    pub bad: Vec<String>,
    /// The label and the property of each file's keys, where it has both.
    pub keys: Vec<(String, String)>,
}

/// Makes a graph of files.
///
/// ```
/// use standpoint::io::import::{Options, Progress, Source, import};
/// # fn main() -> standpoint::Result<()> {
/// # let folder = tempfile::tempdir().expect("a folder");
/// let people = folder.path().join("people.csv");
/// std::fs::write(&people, "name,age\nAnn,40\nBob,\n").expect("a file");
/// let source = Source::parse(&format!("Person={}", people.display()))?;
/// let imported = import(&[source], &Options::default(), &Progress::default())?;
/// assert_eq!(imported.graph.snapshot().node_count(), 2);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// When a file cannot be read, a header is wrong, or a row is and such are not left out; the message has the file and
/// the line.
pub fn import(sources: &[Source], options: &Options, progress: &Progress) -> Result<Imported> {
    let options = Options { threads: options.threads.max(1), ..options.clone() };
    let inputs: Result<Vec<Input>> = sources.iter().map(|source| Input::open(source, &options)).collect();
    let (rels, nodes): (Vec<Input>, Vec<Input>) = inputs?.into_iter().partition(|input| input.layout.rels);
    let total = rels.iter().chain(&nodes).map(|input| input.length).sum();
    progress.total.store(total, Ordering::Relaxed);
    let files: Result<Vec<NodeFile>> =
        nodes.into_iter().map(|input| NodeFile::read(input, &options, progress)).collect();
    let mut files = files?;
    nodes::check_between(&mut files, &options)?;
    let mut version = Version::new();
    nodes::build(&mut files, &mut version)?;
    let mut skipped = Skipped::default();
    files.iter().for_each(|file| skipped.add(&file.bad, &file.name));
    let (by_type, left_out) = rels::read(rels, &files, &options, progress)?;
    left_out.iter().for_each(|(name, bad)| skipped.add(bad, name));
    let keys = files.iter().filter_map(key_of).collect();
    drop(files);
    by_type.build(&mut version, &options)?;
    version.set_sequence(1);
    Ok(Imported { graph: Graph::from_version(version), skipped: skipped.count, bad: skipped.messages, keys })
}

/// Rows that were left out of all files.
#[derive(Default)]
struct Skipped {
    count: u64,
    messages: Vec<String>,
}

impl Skipped {
    fn add(&mut self, bad: &Bad, name: &str) {
        self.count += bad.count;
        self.messages.extend(bad.messages(name));
        bad::shorten(&mut self.messages);
    }
}

fn key_of(file: &NodeFile) -> Option<(String, String)> {
    Some((file.labels.first()?.to_string(), file.key.as_ref()?.to_string()))
}
