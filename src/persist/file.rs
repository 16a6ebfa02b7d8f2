//! The file of a graph while it is open: its log, its lock, and when each is written.
//!
//! Takes finished changes and gives them back published: a commit is appended to the log and brought to the disk before any
//! reader sees it. Commits that wait at the same time reach the disk together. A checkpoint writes a snapshot to a
//! new file while commits go on, puts it in place, and then begins the log anew with what came since; at every moment
//! in between the two files on the disk give the last commit.
//!
//! Nothing is written, not even the lock, before the first change. From then on until it is closed no other process
//! changes the graph; any number may read it.

use super::disk::{self, Disk, DiskFile, DiskLock, Locking, NotReplaced, RealDisk, folder_of, replace, with_suffix};
use super::log::{self, Commit, Log};
use super::recover::{LogEnd, Recovered, Recovery, Stamp, log_path, recover};
use super::write;
use crate::error::{Detail, Error, ErrorType, Result};
use crate::store::{Retention, Snapshot, Version, WriteGuard};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The longest that a commit of the level `Normal` waits until it is brought to the disk.
pub(super) const SYNC_EVERY: Duration = Duration::from_secs(1);

/// When a commit is on the disk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// Before it is confirmed: it survives a power cut.
    #[default]
    Full,
    /// Within a second: it survives the end of the process, and a power cut may take the commits of the last second and
    /// those that the disk is just being brought, never a part of one.
    Normal,
    /// When the graph is saved or closed.
    Off,
}

/// How a graph is opened.
#[derive(Clone, Debug)]
pub struct OpenOptions {
    /// Refuse every change, and never write.
    pub read_only: bool,
    /// When a commit is on the disk.
    pub durability: Durability,
    /// Keep a history from the beginning: of a graph that is made. One that exists goes on as it is, and
    /// [`Graph::keep_history`](crate::Graph::keep_history) changes that.
    pub history: Option<Retention>,
    /// Write a checkpoint when the log has grown by so many bytes; `None` only when asked and when closed.
    pub checkpoint_after: Option<u64>,
    /// A commit of at least so many changes that make up most of the graph writes the file anew, instead of the log and the
    /// file later.
    pub rewrite_from: usize,
    /// The disk.
    pub disk: Arc<dyn Disk>,
}

impl Default for OpenOptions {
    fn default() -> OpenOptions {
        OpenOptions {
            read_only: false,
            durability: Durability::default(),
            history: None,
            checkpoint_after: Some(16 << 20),
            rewrite_from: 1 << 16,
            disk: Arc::new(RealDisk),
        }
    }
}

/// The file of a graph.
#[derive(Debug)]
pub struct GraphFile {
    /// As it was named, for people.
    path: PathBuf,
    /// Where it is, with links followed.
    pub(super) place: PathBuf,
    pub(super) options: OpenOptions,
    state: Mutex<State>,
    /// Something in the state has changed that others may wait for.
    pub(super) turned: Condvar,
    /// Held while a checkpoint is written.
    pub(super) checkpointing: Mutex<()>,
    pub(super) worker: Mutex<Option<std::thread::JoinHandle<()>>>,
}

#[derive(Debug, Default)]
pub(super) struct State {
    /// The identifier of the graph; `None` while there is no file.
    pub(super) graph: Option<[u8; 16]>,
    /// What was on the disk when it was read, to see whether somebody else wrote since.
    stamp: Option<Stamp>,
    /// Where the log ended then.
    log_end: Option<LogEnd>,
    pub(super) lock: Option<Box<dyn DiskLock>>,
    pub(super) log: Slot,
    /// Commits that wait to be appended, and the version after the last of them.
    pub(super) waiting: Vec<Commit>,
    pub(super) newest: Option<Snapshot>,
    /// The number of the last commit that is as durable as asked for.
    pub(super) durable: u64,
    /// The number of the commit in the file.
    pub(super) saved: u64,
    /// The commits since a running checkpoint took its snapshot.
    pub(super) tail: Option<Vec<Commit>>,
    pub(super) log_length: u64,
    /// The length of the log at which the next checkpoint begins.
    pub(super) checkpoint_at: u64,
    pub(super) last_sync: Option<Instant>,
    /// Whether a thread waits to bring commits to the disk.
    pub(super) sync_planned: bool,
    /// Why nothing can be written any more.
    pub(super) failed: Option<String>,
    pub(super) recovery: Recovery,
}

/// The log in the state.
#[derive(Debug, Default)]
pub(super) enum Slot {
    #[default]
    None,
    Open(Log),
    /// Somebody is writing it.
    Busy,
}

/// Opening.
impl GraphFile {
    /// Opens a graph's file and gives the graph as of its last commit. Nothing is written.
    ///
    /// # Errors
    /// `Io` when it cannot be read; `Corrupt` when it or its log is no graph, of a newer format, damaged, or does not
    /// belong to the other.
    pub fn open(path: &Path, options: OpenOptions) -> Result<(GraphFile, Version)> {
        let file = GraphFile::at(path, options);
        let version = file.load(&mut file.state())?;
        Ok((file, version))
    }

    /// A file that does not exist yet. It is made with the first [`GraphFile::acquire`].
    ///
    /// # Errors
    /// When there is such a file already, or no folder for it.
    pub fn new(path: &Path, options: OpenOptions) -> Result<GraphFile> {
        let file = GraphFile::at(path, options);
        let doing = || format!("cannot create `{}`", path.display());
        file.disk().length(folder_of(&file.place)).map_err(|error| disk::failed(doing(), &error))?;
        match file.disk().length(&file.place) {
            Ok(_) => Err(exists(path)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(file),
            Err(error) => Err(disk::failed(doing(), &error)),
        }
    }

    /// A file that is made now of a version, in place of any that was there.
    ///
    /// # Errors
    /// `Conflict` when somebody is changing that file; `Io` when it cannot be written.
    pub fn replacing(path: &Path, options: OpenOptions, version: &Version) -> Result<GraphFile> {
        let file = GraphFile::at(path, options);
        let mut state = file.state();
        state.lock = Some(file.take_lock()?);
        if file.disk().length(&log_path(&file.place)).is_ok() {
            let message = format!("`{}` was not closed: its log may hold commits", path.display());
            return Err(
                Error::runtime(ErrorType::Conflict, Detail::InvalidUse, message).hint("open and close it first")
            );
        }
        file.begin(&mut state, version)?;
        drop(state);
        Ok(file)
    }

    fn at(path: &Path, options: OpenOptions) -> GraphFile {
        GraphFile {
            path: path.to_owned(),
            place: std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned()),
            options,
            state: Mutex::default(),
            turned: Condvar::new(),
            checkpointing: Mutex::default(),
            worker: Mutex::default(),
        }
    }

    /// The file as it was named.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it is the file of that name.
    pub fn is_at(&self, path: &Path) -> bool {
        path == self.path || std::fs::canonicalize(path).is_ok_and(|place| place == self.place)
    }

    /// The options it was opened with.
    pub fn options(&self) -> &OpenOptions {
        &self.options
    }

    /// What was found when the graph was read last.
    pub fn recovery(&self) -> Recovery {
        self.state().recovery
    }

    /// The number of the commit that the file itself holds.
    pub fn saved(&self) -> u64 {
        self.state().saved
    }

    pub(super) fn disk(&self) -> &dyn Disk {
        &*self.options.disk
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn load(&self, state: &mut State) -> Result<Version> {
        let Recovered { version, graph, saved, log, recovery, stamp } = recover(self.disk(), &self.place)?;
        state.graph = Some(graph);
        state.stamp = Some(stamp);
        state.log_end = log;
        state.saved = saved;
        state.durable = version.sequence();
        state.recovery = recovery;
        Ok(version)
    }

    pub(super) fn io(&self, doing: &str, path: &Path, error: &io::Error) -> Error {
        disk::failed(format!("cannot {doing} `{}`", path.display()), error)
    }
}

impl State {
    pub(super) fn set_log(&mut self, log: Log, checkpoint_after: Option<u64>) {
        self.log_length = log.length();
        self.checkpoint_at = log.length().saturating_add(checkpoint_after.unwrap_or(u64::MAX));
        self.log = Slot::Open(log);
    }

    /// Forgets what is known of the disk: from now on others may write.
    pub(super) fn release(&mut self) {
        (self.stamp, self.log_end, self.log) = (None, None, Slot::None);
        self.lock = None;
    }
}

/// Becoming the writer.
impl GraphFile {
    /// Makes sure that this handle may write: takes the lock, and starts the change anew from what somebody else wrote
    /// meanwhile; whether there was anything. Called with the right to change the graph, before anything is changed.
    ///
    /// # Errors
    /// `Conflict` when the graph is open read-only or another process is its writer, which the message names; `Io` when
    /// an earlier commit could not be written.
    pub fn acquire(&self, write: &mut WriteGuard) -> Result<bool> {
        let mut state = self.state();
        self.check(&state)?;
        if state.lock.is_some() {
            return Ok(false);
        }
        if self.options.read_only {
            let message = "the graph is open read-only";
            return Err(Error::runtime(ErrorType::Conflict, Detail::ReadOnly, message));
        }
        let (lock, mut changed) = (self.take_lock()?, false);
        if state.graph.is_some() {
            changed = self.catch_up(&mut state, write)?;
            self.open_log(&mut state)?;
        } else if self.disk().length(&self.place).is_ok() {
            return Err(exists(&self.path));
        } else {
            self.begin(&mut state, write.base())?;
        }
        state.lock = Some(lock);
        Ok(changed)
    }

    /// Reads what others have written since the graph was read; whether there was anything.
    ///
    /// # Errors
    /// As [`GraphFile::open`].
    pub fn refresh(&self, write: &mut WriteGuard) -> Result<bool> {
        let mut state = self.state();
        if state.lock.is_some() || state.graph.is_none() {
            return Ok(false);
        }
        self.catch_up(&mut state, write)
    }

    fn catch_up(&self, state: &mut State, write: &mut WriteGuard) -> Result<bool> {
        let unchanged = state.stamp.is_some() && state.stamp == Stamp::of(self.disk(), &self.place).ok();
        if !unchanged {
            write.rebase(self.load(state)?);
        }
        Ok(!unchanged)
    }

    fn take_lock(&self) -> Result<Box<dyn DiskLock>> {
        let name = self.path.display();
        match self.disk().lock(&with_suffix(&self.place, "-lock")) {
            Ok(Locking::Held(lock)) => Ok(lock),
            Ok(Locking::Taken(holder)) => {
                let who = holder.map_or_else(|| "another process".to_owned(), |pid| format!("process {pid}"));
                let message = format!("`{name}` is being changed by {who}");
                let error = Error::runtime(ErrorType::Conflict, Detail::Locked, message);
                Err(error.hint("only one process at a time changes a graph; others can read it"))
            }
            Err(error) => {
                let hint = "a graph that is only read needs no right to write its folder";
                Err(disk::failed(format!("cannot lock `{name}` for writing"), &error).hint(hint))
            }
        }
    }

    /// Makes the file, with an identifier of its own.
    fn begin(&self, state: &mut State, version: &Version) -> Result<()> {
        let graph = write::identifier();
        self.write_graph(graph, version).map_err(|error| self.io("save", &self.path, error.error()))?;
        state.graph = Some(graph);
        state.saved = version.sequence();
        state.durable = version.sequence();
        self.open_log(state)
    }

    /// Opens the log at the end of what was read, or begins one.
    fn open_log(&self, state: &mut State) -> Result<()> {
        if self.options.durability == Durability::Off {
            return Ok(());
        }
        let end = state.log_end.take().filter(|end| end.sequence == state.durable);
        let log = match end {
            Some(end) => self.reopen(end).map_err(|error| self.io("open", &log_path(&self.place), &error))?,
            None => {
                let begun = self.begin_log(state.graph.unwrap_or_default(), state.durable, &[]);
                begun.map_err(|error| self.io("write", &log_path(&self.place), error.error()))?
            }
        };
        state.set_log(log, self.options.checkpoint_after);
        Ok(())
    }

    /// Opens a log that is there, without what a crash tore off.
    fn reopen(&self, end: LogEnd) -> io::Result<Log> {
        let mut file = self.disk().open(&log_path(&self.place))?;
        if end.offset < end.length {
            file.truncate(end.offset)?;
        }
        file.sync()?;
        Ok(Log::new(file, end.offset))
    }

    pub(super) fn begin_log(
        &self,
        graph: [u8; 16],
        base: u64,
        commits: &[Commit],
    ) -> std::result::Result<Log, NotReplaced> {
        let bytes = log::whole(log::Header { graph, base }, commits);
        let file = replace(self.disk(), &log_path(&self.place), |file| file.write(0, &bytes))?;
        Ok(Log::new(file, bytes.len() as u64))
    }

    pub(super) fn write_graph(
        &self,
        graph: [u8; 16],
        version: &Version,
    ) -> std::result::Result<Box<dyn DiskFile>, NotReplaced> {
        replace(self.disk(), &self.place, |file| write::write(version, graph, file))
    }
}

fn exists(path: &Path) -> Error {
    let message = format!("`{}` exists already", path.display());
    Error::runtime(ErrorType::Io, Detail::GraphFile, message).hint("open it instead")
}
