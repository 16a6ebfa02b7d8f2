//! A disk in memory that can lose its power, and fail.
//!
//! What was written and not synced is remembered as such. After a power cut each 512 bytes of it are there or not, each
//! cut of a file happened or not, and so each name that was made, changed or removed since its folder was synced.

use crate::difference::random::Random;
use standpoint::persist::disk::{Disk, DiskFile, DiskLock, DiskReader, Locking};
use std::collections::BTreeMap;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

const BLOCK: usize = 512;

/// A disk. Clones are the same one.
#[derive(Clone, Debug, Default)]
pub(crate) struct SimulatedDisk(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    now: Content,
    locked: bool,
    /// Operations so far that change something.
    operations: u64,
    failure: Option<Failure>,
    /// What the disk held before each operation, with the mark at that time, where asked for.
    moments: Option<Vec<Moment>>,
    mark: u64,
}

/// The disk before an operation.
#[derive(Clone, Debug)]
pub(crate) struct Moment {
    content: Content,
    /// What the test had marked last.
    pub(crate) mark: u64,
    /// The operation.
    pub(crate) operation: String,
}

/// When the disk fails, and how.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Failure {
    /// The number of the operation that fails.
    pub(crate) at: u64,
    /// With which error.
    pub(crate) kind: ErrorKind,
    /// Whether a write that fails has written a part.
    pub(crate) short: bool,
    /// Whether every later operation fails too.
    pub(crate) lasting: bool,
}

#[derive(Clone, Debug, Default)]
struct Content {
    files: Vec<File>,
    names: BTreeMap<PathBuf, usize>,
    synced_names: BTreeMap<PathBuf, usize>,
    unsynced_names: Vec<Naming>,
}

#[derive(Clone, Debug, Default)]
struct File {
    bytes: Vec<u8>,
    synced: Vec<u8>,
    unsynced: Vec<Change>,
}

#[derive(Clone, Debug)]
enum Change {
    Write(usize, Vec<u8>),
    Truncate(usize),
}

#[derive(Clone, Debug)]
enum Naming {
    Create(PathBuf, usize),
    Rename(PathBuf, PathBuf, usize),
    Remove(PathBuf),
}

impl Naming {
    fn apply(&self, names: &mut BTreeMap<PathBuf, usize>) {
        match self {
            Naming::Create(path, file) => drop(names.insert(path.clone(), *file)),
            Naming::Rename(from, to, file) => {
                names.remove(from);
                names.insert(to.clone(), *file);
            }
            Naming::Remove(path) => drop(names.remove(path)),
        }
    }
}

impl File {
    fn apply(bytes: &mut Vec<u8>, change: &Change) {
        match change {
            Change::Write(offset, written) => {
                bytes.resize(bytes.len().max(offset + written.len()), 0);
                bytes[*offset..offset + written.len()].copy_from_slice(written);
            }
            Change::Truncate(length) => bytes.truncate(*length),
        }
    }

    /// What is left of the file after a power cut.
    fn cut(&self, random: &mut Random) -> File {
        let mut bytes = self.synced.clone();
        // Often all or nothing of what was not synced is there, else any part of it.
        let odds = *random.of(&[0, 100, 50, 90, 10]);
        for change in &self.unsynced {
            match change {
                Change::Truncate(_) if random.percent(odds) => File::apply(&mut bytes, change),
                Change::Truncate(_) => {}
                Change::Write(offset, written) => {
                    for (start, block) in blocks(*offset, written) {
                        if random.percent(odds) {
                            File::apply(&mut bytes, &Change::Write(start, block.to_vec()));
                        }
                    }
                }
            }
        }
        File { synced: bytes.clone(), bytes, unsynced: Vec::new() }
    }
}

/// A write in pieces that end at multiples of the block's length in the file.
fn blocks(offset: usize, written: &[u8]) -> Vec<(usize, &[u8])> {
    let (mut start, mut rest, mut out) = (offset, written, Vec::new());
    while !rest.is_empty() {
        let (block, after) = rest.split_at(rest.len().min(BLOCK - start % BLOCK));
        out.push((start, block));
        start += block.len();
        rest = after;
    }
    out
}

impl Moment {
    /// The disk as it is found after the power was cut at this moment.
    pub(crate) fn after_power_cut(&self, random: &mut Random) -> SimulatedDisk {
        let mut names = self.content.synced_names.clone();
        let odds = *random.of(&[0, 100, 50]);
        for naming in &self.content.unsynced_names {
            if random.percent(odds) {
                naming.apply(&mut names);
            }
        }
        let files = self.content.files.iter().map(|file| file.cut(random)).collect();
        SimulatedDisk::holding(Content { files, synced_names: names.clone(), names, unsynced_names: Vec::new() })
    }
}

impl SimulatedDisk {
    fn holding(now: Content) -> SimulatedDisk {
        SimulatedDisk(Arc::new(Mutex::new(State { now, ..State::default() })))
    }

    /// From now on remembers the disk before each operation.
    pub(crate) fn remember_moments(&self) {
        self.state().moments = Some(Vec::new());
    }

    /// The remembered moments, and this one.
    pub(crate) fn moments(&self) -> Vec<Moment> {
        let mut state = self.state();
        let last = Moment { content: state.now.clone(), mark: state.mark, operation: "the end".to_owned() };
        let mut moments = state.moments.take().unwrap_or_default();
        moments.push(last);
        moments
    }

    /// This moment.
    pub(crate) fn moment(&self) -> Moment {
        let state = self.state();
        Moment { content: state.now.clone(), mark: state.mark, operation: "now".to_owned() }
    }

    /// Marks what has happened so far.
    pub(crate) fn mark(&self, mark: u64) {
        self.state().mark = mark;
    }

    /// Fails at some operation, or no more.
    pub(crate) fn fail(&self, failure: Option<Failure>) {
        self.state().failure = failure;
    }

    /// Operations so far that change something.
    pub(crate) fn operations(&self) -> u64 {
        self.state().operations
    }

    /// Gives back the lock of a process that is gone.
    pub(crate) fn forget_lock(&self) {
        self.state().locked = false;
    }

    /// The names of the files.
    pub(crate) fn names(&self) -> Vec<String> {
        self.state().now.names.keys().map(|path| path.display().to_string()).collect()
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }
}

impl State {
    /// Counts an operation; an error when it has to fail. The flag says that a part is to be done before.
    fn operation(&mut self, what: impl FnOnce() -> String) -> Result<(), (io::Error, bool)> {
        self.operations += 1;
        let (content, mark) = (&self.now, self.mark);
        if let Some(moments) = &mut self.moments {
            moments.push(Moment { content: content.clone(), mark, operation: what() });
        }
        match self.failure {
            Some(failure) if failure.at == self.operations => Err((io::Error::from(failure.kind), failure.short)),
            Some(failure) if failure.lasting && failure.at < self.operations => {
                Err((io::Error::from(failure.kind), false))
            }
            _ => Ok(()),
        }
    }

    fn simple(&mut self, what: impl FnOnce() -> String) -> io::Result<()> {
        self.operation(what).map_err(|(error, _)| error)
    }

    fn file(&self, path: &Path) -> io::Result<usize> {
        self.now.names.get(path).copied().ok_or_else(|| io::Error::from(ErrorKind::NotFound))
    }

    fn rename_now(&mut self, naming: Naming) {
        naming.apply(&mut self.now.names);
        self.now.unsynced_names.push(naming);
    }

    fn change_now(&mut self, file: usize, change: Change) {
        let file = &mut self.now.files[file];
        File::apply(&mut file.bytes, &change);
        file.unsynced.push(change);
    }
}

impl Disk for SimulatedDisk {
    fn reader(&self, path: &Path) -> io::Result<Box<dyn DiskReader>> {
        let state = self.state();
        Ok(Box::new(state.now.files[state.file(path)?].bytes.clone()))
    }

    fn length(&self, path: &Path) -> io::Result<u64> {
        let state = self.state();
        if path == Path::new("/") {
            return Ok(0);
        }
        Ok(state.now.files[state.file(path)?].bytes.len() as u64)
    }

    fn create(&self, path: &Path, _: &Path) -> io::Result<Box<dyn DiskFile>> {
        let mut state = self.state();
        state.simple(|| format!("create {}", path.display()))?;
        let file = state.now.files.len();
        state.now.files.push(File::default());
        state.rename_now(Naming::Create(path.to_owned(), file));
        Ok(Box::new(Handle { disk: self.clone(), file }))
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        let file = self.state().file(path)?;
        Ok(Box::new(Handle { disk: self.clone(), file }))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut state = self.state();
        state.simple(|| format!("rename {}", to.display()))?;
        let file = state.file(from)?;
        state.rename_now(Naming::Rename(from.to_owned(), to.to_owned(), file));
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let mut state = self.state();
        state.simple(|| format!("remove {}", path.display()))?;
        state.file(path)?;
        state.rename_now(Naming::Remove(path.to_owned()));
        Ok(())
    }

    fn sync_folder(&self, _: &Path) -> io::Result<()> {
        let mut state = self.state();
        state.simple(|| "sync the folder".to_owned())?;
        state.now.synced_names = state.now.names.clone();
        state.now.unsynced_names.clear();
        Ok(())
    }

    fn lock(&self, _: &Path) -> io::Result<Locking> {
        let mut state = self.state();
        if std::mem::replace(&mut state.locked, true) {
            return Ok(Locking::Taken(Some(1)));
        }
        Ok(Locking::Held(Box::new(Lock(self.clone()))))
    }
}

#[derive(Debug)]
struct Lock(SimulatedDisk);

impl DiskLock for Lock {}

impl Drop for Lock {
    fn drop(&mut self) {
        self.0.forget_lock();
    }
}

#[derive(Debug)]
struct Handle {
    disk: SimulatedDisk,
    file: usize,
}

impl DiskFile for Handle {
    fn write(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let mut state = self.disk.state();
        let offset = offset as usize;
        assert!(offset <= state.now.files[self.file].bytes.len(), "a write beyond the end");
        let outcome = state.operation(|| format!("write {} bytes", bytes.len()));
        let written = match &outcome {
            Ok(()) => bytes,
            Err((_, true)) => &bytes[..bytes.len() / 2],
            Err((_, false)) => &[],
        };
        state.change_now(self.file, Change::Write(offset, written.to_vec()));
        outcome.map_err(|(error, _)| error)
    }

    fn truncate(&mut self, length: u64) -> io::Result<()> {
        let mut state = self.disk.state();
        state.simple(|| format!("truncate to {length}"))?;
        state.change_now(self.file, Change::Truncate(length as usize));
        Ok(())
    }

    /// A sync that fails leaves what was not synced as it was: it may still be lost.
    fn sync(&mut self) -> io::Result<()> {
        let mut state = self.disk.state();
        state.simple(|| "sync".to_owned())?;
        let file = &mut state.now.files[self.file];
        file.synced = file.bytes.clone();
        file.unsynced.clear();
        Ok(())
    }
}
