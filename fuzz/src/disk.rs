//! A disk in memory that holds a few files and never fails.

use standpoint::persist::disk::{Disk, DiskFile, DiskLock, DiskReader, Locking};
use std::collections::BTreeMap;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

type Bytes = Arc<Mutex<Vec<u8>>>;

/// The disk. Clones are the same one.
#[derive(Clone, Debug, Default)]
pub struct MemoryDisk(Arc<Mutex<BTreeMap<PathBuf, Bytes>>>);

impl MemoryDisk {
    /// Puts a file on the disk.
    pub fn put(&self, path: &str, bytes: &[u8]) {
        self.files().insert(PathBuf::from(path), Arc::new(Mutex::new(bytes.to_vec())));
    }

    /// The bytes of a file, where it is there.
    pub fn get(&self, path: &str) -> Option<Vec<u8>> {
        self.file(Path::new(path)).ok().map(|file| held(&file).clone())
    }

    fn files(&self) -> MutexGuard<'_, BTreeMap<PathBuf, Bytes>> {
        held(&self.0)
    }

    fn file(&self, path: &Path) -> io::Result<Bytes> {
        self.files().get(path).cloned().ok_or_else(|| io::Error::from(ErrorKind::NotFound))
    }
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Disk for MemoryDisk {
    fn reader(&self, path: &Path) -> io::Result<Box<dyn DiskReader>> {
        let file = self.file(path)?;
        let bytes = held(&file).clone();
        Ok(Box::new(bytes))
    }

    fn length(&self, path: &Path) -> io::Result<u64> {
        match path == Path::new(".") {
            true => Ok(0),
            false => self.file(path).map(|file| held(&file).len() as u64),
        }
    }

    fn create(&self, path: &Path, _: &Path) -> io::Result<Box<dyn DiskFile>> {
        let bytes = Bytes::default();
        self.files().insert(path.to_owned(), Arc::clone(&bytes));
        Ok(Box::new(MemoryFile(bytes)))
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        Ok(Box::new(MemoryFile(self.file(path)?)))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let file = self.file(from)?;
        let mut files = self.files();
        files.remove(from);
        files.insert(to.to_owned(), file);
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.files().remove(path).map(drop).ok_or_else(|| io::Error::from(ErrorKind::NotFound))
    }

    fn sync_folder(&self, _: &Path) -> io::Result<()> {
        Ok(())
    }

    fn lock(&self, _: &Path) -> io::Result<Locking> {
        Ok(Locking::Held(Box::new(Unlocked)))
    }
}

/// Nobody else uses the disk.
#[derive(Debug)]
struct Unlocked;

impl DiskLock for Unlocked {}

#[derive(Debug)]
struct MemoryFile(Bytes);

impl DiskFile for MemoryFile {
    fn write(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let mut file = held(&self.0);
        let start = usize::try_from(offset).map_err(io::Error::other)?;
        let end = start + bytes.len();
        let length = file.len().max(end);
        file.resize(length, 0);
        file[start..end].copy_from_slice(bytes);
        Ok(())
    }

    fn truncate(&mut self, length: u64) -> io::Result<()> {
        held(&self.0).truncate(usize::try_from(length).unwrap_or(usize::MAX));
        Ok(())
    }

    fn sync(&mut self) -> io::Result<()> {
        Ok(())
    }
}
