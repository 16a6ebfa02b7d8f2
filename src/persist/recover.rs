//! A graph as it was at its last commit: the checkpoint in its file, and what the log beside it adds.
//!
//! Reads and never writes, so it serves a writer that begins and a reader beside a writer alike. What a crash has torn off
//! the end of a log was never confirmed and is left out, which is told; everything else that is wrong is an error.

use super::disk::{self, Disk, DiskReader, read_part, with_suffix};
use super::format::{self, Problem};
use super::log::{self, Found};
use super::{changes, history, read};
use crate::error::{Detail, Error, ErrorType, Result};
use crate::store::{Touched, Version};
use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// How often the two files are read anew when a writer changed one between them.
const ATTEMPTS: u32 = 8;

/// What was found when a graph was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recovery {
    /// Commits that were in the log and not yet in the file.
    pub commits: u64,
    /// Bytes at the end of the log that a crash left of a commit which was never confirmed.
    pub dropped: u64,
    /// The number of the last commit.
    pub sequence: u64,
}

/// A graph that was read, and what it was read from.
#[derive(Debug)]
pub(super) struct Recovered {
    pub(super) version: Version,
    pub(super) graph: [u8; 16],
    /// The number of the commit that the file holds.
    pub(super) saved: u64,
    pub(super) log: Option<LogEnd>,
    pub(super) recovery: Recovery,
    /// What tells whether somebody has written since.
    pub(super) stamp: Stamp,
}

/// What tells one state of the two files from another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    /// The header of the graph's file, with the checksum of all that it leads to.
    graph: Vec<u8>,
    /// The header of the log, and its length.
    log: Option<(Vec<u8>, u64)>,
}

impl Stamp {
    pub(super) fn of(disk: &dyn Disk, path: &Path) -> std::io::Result<Stamp> {
        let begins = |path: &Path, most: usize| -> std::io::Result<(Vec<u8>, u64)> {
            let reader = disk.reader(path)?;
            Ok((read_part(&*reader, 0, most as u64)?, reader.length()))
        };
        let log = match begins(&log_path(path), log::HEADER) {
            Ok(found) => Some(found),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        Ok(Stamp { graph: begins(path, format::HEADER)?.0, log })
    }
}

/// Where a log ends.
#[derive(Clone, Copy, Debug)]
pub(super) struct LogEnd {
    /// The end of its last whole record.
    pub(super) offset: u64,
    /// The number of that record's commit.
    pub(super) sequence: u64,
    /// The length of the file.
    pub(super) length: u64,
}

/// The name of the log of a graph's file.
pub(super) fn log_path(path: &Path) -> std::path::PathBuf {
    with_suffix(path, "-wal")
}

/// Reads a graph.
pub(super) fn recover(disk: &dyn Disk, path: &Path) -> Result<Recovered> {
    let opening = |error| unopened(path, &error);
    let mut attempt = 1;
    loop {
        // The stamp is taken first: what is written between the two is then read once more, not overlooked.
        let stamp = Stamp::of(disk, path).map_err(opening)?;
        match try_recover(disk, path, stamp.clone()) {
            // A writer that puts a new file and a new log in place can do so between the readings of the two.
            Err(error) if error.error_type() == ErrorType::Corrupt && attempt < ATTEMPTS => {
                if Stamp::of(disk, path).map_err(opening)? == stamp {
                    return Err(error);
                }
                std::thread::sleep(Duration::from_millis(1 << attempt));
                attempt += 1;
            }
            outcome => return outcome,
        }
    }
}

fn try_recover(disk: &dyn Disk, path: &Path, stamp: Stamp) -> Result<Recovered> {
    let name = path.display().to_string();
    let reader = disk.reader(path).map_err(|error| unopened(path, &error))?;
    let found = read::read(Arc::from(reader), &name).map_err(|problem| problem.about(&name))?;
    let read::Found { version, graph, .. } = found;
    let mut recovered = Recovered::of(version, graph, stamp);
    let path = log_path(path);
    if let Some(log) = read_log(disk, &path).map_err(|error| unopened(&path, &error))? {
        let replayed = replay(&mut recovered, &log, &path.display().to_string(), u64::MAX);
        // What the log goes on from comes first: without it the log may not fit.
        recovered.version.unless_damaged(replayed)?;
    }
    Ok(recovered)
}

impl Recovered {
    /// What the file alone holds.
    fn of(version: Version, graph: [u8; 16], stamp: Stamp) -> Recovered {
        let saved = version.sequence();
        let recovery = Recovery { sequence: saved, ..Recovery::default() };
        Recovered { version, graph, saved, log: None, recovery, stamp }
    }
}

/// The bytes of a log, if there is one.
fn read_log(disk: &dyn Disk, path: &Path) -> std::io::Result<Option<Vec<u8>>> {
    match disk.reader(path) {
        Ok(reader) => read_part(&*reader, 0, u64::MAX).map(Some),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn unopened(path: &Path, error: &std::io::Error) -> Error {
    disk::failed(format!("cannot open `{}`", path.display()), error)
}

/// What is left of a graph whose files are damaged.
#[derive(Debug)]
pub struct Salvaged {
    /// All that could be read.
    pub version: Version,
    /// What is wrong with the files, in words.
    pub problems: Vec<String>,
    /// What was found in the log.
    pub recovery: Recovery,
}

/// Reads all that can be read of a graph's file and its log: every section whose checksum is right, and the log up to
/// the first bad record. Nothing is written.
///
/// # Errors
/// `Io` when the file cannot be read; `Corrupt` when not even its header and table can be.
pub fn salvage(disk: &dyn Disk, path: &Path) -> Result<Salvaged> {
    let name = path.display().to_string();
    let reader: Arc<dyn DiskReader> = disk.reader(path).map_err(|error| unopened(path, &error))?.into();
    let read = || read::salvage(Arc::clone(&reader)).map_err(|problem| problem.about(&name));
    let read::Found { version, graph, problems } = read()?;
    let mut problems: Vec<String> = problems.into_iter().map(|why| format!("`{name}`: {why}")).collect();
    let stamp = Stamp::of(disk, path).map_err(|error| unopened(path, &error))?;
    let mut recovered = Recovered::of(version, graph, stamp);
    let log = log_path(path);
    match read_log(disk, &log) {
        Ok(None) => {}
        Ok(Some(bytes)) => {
            let name = log.display().to_string();
            if let Err(error) = replay(&mut recovered, &bytes, &name, u64::MAX) {
                problems.push(error.message().to_owned());
                // A part of the commit that failed may be there: once more, and only up to it.
                let whole = recovered.recovery.commits;
                recovered.version = read()?.version;
                recovered.recovery.commits = 0;
                let _ = replay(&mut recovered, &bytes, &name, whole);
            }
        }
        Err(error) => problems.push(format!("cannot open `{}`: {error}", log.display())),
    }
    recovered.version.settle();
    problems.extend(history::problems(&recovered.version));
    recovered.recovery.sequence = recovered.version.sequence();
    Ok(Salvaged { version: recovered.version, problems, recovery: recovered.recovery })
}

/// Makes the changes of a log that the version does not have yet, of so many commits at most.
fn replay(recovered: &mut Recovered, log: &[u8], name: &str, most: u64) -> Result<()> {
    let header = log::Header::from_bytes(log).map_err(|problem| problem.about(name))?;
    if header.graph != recovered.graph {
        let error = wrong_log(format!("`{name}` is the log of another graph"));
        return Err(
            error.hint("it belongs to a file that once had this name; put it out of the way if it is not needed")
        );
    }
    if header.base > recovered.saved {
        let (base, saved) = (header.base, recovered.saved);
        let error = wrong_log(format!("`{name}` goes on from commit {base}, and the graph's file ends with {saved}"));
        return Err(error.hint("the file is older than its log: a copy of it may be the right one"));
    }
    let mut end = LogEnd { offset: log::HEADER as u64, sequence: header.base, length: log.len() as u64 };
    while recovered.recovery.commits < most {
        match log::look(log, end.offset as usize, end.sequence + 1) {
            Found::Entry(entry) => {
                if entry.sequence > recovered.version.sequence() {
                    apply(&mut recovered.version, &entry).map_err(|why| damage(name, &entry.offset, &why))?;
                    recovered.recovery.commits += 1;
                }
                end = LogEnd { offset: entry.end, sequence: entry.sequence, ..end };
            }
            Found::End => break,
            Found::Torn => {
                recovered.recovery.dropped = end.length - end.offset;
                break;
            }
            Found::Damage(why) => return Err(damage(name, &end.offset, &why)),
        }
    }
    if recovered.recovery.commits > 0 {
        recovered.version.settle();
    }
    recovered.recovery.sequence = recovered.version.sequence();
    recovered.log = Some(end);
    Ok(())
}

/// Makes the changes of one commit. What was committed holds to the constraints, so a commit that does not is damage.
fn apply(version: &mut Version, entry: &log::Entry<'_>) -> std::result::Result<(), String> {
    // Without a history nobody needs the state before, which then is not copied when it is changed.
    let before = version.history().map(|_| version.clone());
    let mut touched = Touched::default();
    let made = changes::decode(entry.content, |change| {
        touched.add(&change);
        version.apply(&change).map_err(Problem::from)
    });
    let made = made.and_then(|()| version.check_constraints().map_err(Problem::from));
    let nothing = Version::new();
    let before = before.as_ref().unwrap_or(&nothing);
    let kept = |()| history::keep(version, before, entry.sequence, entry.time, || touched).map_err(Problem::from);
    let made = made.and_then(kept);
    made.map_err(|problem| match problem {
        Problem::Damaged(why) => format!("record {} cannot be replayed: {why}", entry.sequence),
        _ => format!("record {} cannot be replayed", entry.sequence),
    })?;
    version.set_sequence(entry.sequence);
    Ok(())
}

fn damage(name: &str, offset: &u64, why: &str) -> Error {
    Problem::damaged(format!("at byte {offset}, {why}")).about(name)
}

fn wrong_log(message: String) -> Error {
    Error::runtime(ErrorType::Corrupt, Detail::WrongLog, message)
}
