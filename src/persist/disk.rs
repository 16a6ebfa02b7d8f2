//! The disk as this layer meets it.
//!
//! Everything that reaches a file goes through [`Disk`] and [`DiskFile`], a dozen operations in all, so that a test can be
//! the disk: one that loses what was not synced, or fails at the worst moment. [`RealDisk`] is the one of the system.

use crate::error::{Detail, Error, ErrorType};
use std::fmt::{Debug, Display};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
#[cfg(not(unix))]
use std::io::{Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Files by path.
pub trait Disk: Debug + Send + Sync {
    /// A file that is there, for reading. It stays the one it is when another takes its name.
    ///
    /// # Errors
    /// When it is no file, is not there, or cannot be read.
    fn reader(&self, path: &Path) -> io::Result<Box<dyn DiskReader>>;

    /// The length of a file, or anything for a folder.
    ///
    /// # Errors
    /// `NotFound` when it is not there.
    fn length(&self, path: &Path) -> io::Result<u64>;

    /// An empty file in place of any that was there, with the permissions of `like` where that exists.
    ///
    /// # Errors
    /// When it cannot be made.
    fn create(&self, path: &Path, like: &Path) -> io::Result<Box<dyn DiskFile>>;

    /// A file that is there, for changing.
    ///
    /// # Errors
    /// When it cannot be opened.
    fn open(&self, path: &Path) -> io::Result<Box<dyn DiskFile>>;

    /// Gives a file another name, in place of a file of that name.
    ///
    /// # Errors
    /// When it cannot; then both are as they were.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Removes a file.
    ///
    /// # Errors
    /// When it cannot, or is not there.
    fn remove(&self, path: &Path) -> io::Result<()>;

    /// Brings what was created, renamed and removed in a folder to the disk.
    ///
    /// # Errors
    /// When it cannot; then a crash may take any of it back.
    fn sync_folder(&self, folder: &Path) -> io::Result<()>;

    /// Takes a lock file, which it makes. Dropping the lock gives it back.
    ///
    /// # Errors
    /// When the lock file cannot be made.
    fn lock(&self, path: &Path) -> io::Result<Locking>;
}

/// A file that is open for reading.
pub trait DiskReader: Debug + Send + Sync {
    /// Its length when it was opened.
    fn length(&self) -> u64;

    /// Fills a buffer with the bytes from an offset on.
    ///
    /// # Errors
    /// `UnexpectedEof` when there are not so many; any other when it cannot be read.
    fn read(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()>;
}

/// Bytes in memory are read as a file is.
impl DiskReader for Vec<u8> {
    fn length(&self) -> u64 {
        self.len() as u64
    }

    fn read(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        let start = usize::try_from(offset).ok();
        let bytes = start.and_then(|start| self.get(start..)?.get(..buffer.len()));
        buffer.copy_from_slice(bytes.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }
}

/// The bytes of a file from an offset on, no more than `most`; fewer where the file ends.
pub(super) fn read_part(reader: &dyn DiskReader, offset: u64, most: u64) -> io::Result<Vec<u8>> {
    let room = reader.length().saturating_sub(offset).min(most);
    let room = usize::try_from(room).map_err(|_| io::ErrorKind::OutOfMemory)?;
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(room).map_err(|_| io::Error::from(io::ErrorKind::OutOfMemory))?;
    bytes.resize(room, 0);
    reader.read(offset, &mut bytes)?;
    Ok(bytes)
}

/// An open file.
pub trait DiskFile: Debug + Send {
    /// Writes bytes at an offset, at most at the end.
    ///
    /// # Errors
    /// When not all were written; how many were is not known.
    fn write(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()>;

    /// Cuts the file to a length.
    ///
    /// # Errors
    /// When it cannot.
    fn truncate(&mut self, length: u64) -> io::Result<()>;

    /// Brings everything written to the disk.
    ///
    /// # Errors
    /// When it cannot; then nothing is known about what was written since the last success.
    fn sync(&mut self) -> io::Result<()>;
}

/// A lock that is held until it is dropped.
pub trait DiskLock: Debug + Send {}

/// The outcome of asking for a lock.
#[derive(Debug)]
pub enum Locking {
    /// It is held now.
    Held(Box<dyn DiskLock>),
    /// Somebody else holds it: the process, where it is known.
    Taken(Option<u32>),
}

/// The disk of the system.
#[derive(Clone, Copy, Debug, Default)]
pub struct RealDisk;

impl Disk for RealDisk {
    fn reader(&self, path: &Path) -> io::Result<Box<dyn DiskReader>> {
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        if metadata.is_dir() {
            return Err(io::Error::from(io::ErrorKind::IsADirectory));
        }
        if !metadata.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a file"));
        }
        Ok(Box::new(RealReader { file, length: metadata.len() }))
    }

    fn length(&self, path: &Path) -> io::Result<u64> {
        fs::metadata(path).map(|metadata| metadata.len())
    }

    fn create(&self, path: &Path, like: &Path) -> io::Result<Box<dyn DiskFile>> {
        if let Err(error) = fs::remove_file(path)
            && error.kind() != io::ErrorKind::NotFound
        {
            return Err(error);
        }
        let file = OpenOptions::new().write(true).create_new(true).open(path)?;
        if let Ok(metadata) = fs::metadata(like) {
            file.set_permissions(metadata.permissions())?;
        }
        Ok(Box::new(RealFile(file)))
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        Ok(Box::new(RealFile(OpenOptions::new().write(true).open(path)?)))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    /// Where folders cannot be opened, as on Windows, the rename has to do.
    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        match File::open(folder) {
            Ok(folder) => folder.sync_all(),
            Err(_) => Ok(()),
        }
    }

    fn lock(&self, path: &Path) -> io::Result<Locking> {
        loop {
            let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(fs::TryLockError::WouldBlock) => return Ok(Locking::Taken(holder(path))),
                Err(fs::TryLockError::Error(error)) => return Err(error),
            }
            if sign(&file, path)? {
                return Ok(Locking::Held(Box::new(RealLock { path: path.to_owned(), _file: file })));
            }
        }
    }
}

#[derive(Debug)]
struct RealReader {
    file: File,
    length: u64,
}

impl DiskReader for RealReader {
    fn length(&self) -> u64 {
        self.length
    }

    #[cfg(unix)]
    fn read(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        std::os::unix::fs::FileExt::read_exact_at(&self.file, buffer, offset)
    }

    /// Elsewhere a file has one place where it is read, so one reads at a time.
    #[cfg(not(unix))]
    fn read(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        static READING: std::sync::Mutex<()> = std::sync::Mutex::new(());
        let _alone = READING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut file = &self.file;
        file.seek(SeekFrom::Start(offset))?;
        std::io::Read::read_exact(&mut file, buffer)
    }
}

#[derive(Debug)]
struct RealFile(File);

impl DiskFile for RealFile {
    #[cfg(unix)]
    fn write(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        std::os::unix::fs::FileExt::write_all_at(&self.0, bytes, offset)
    }

    #[cfg(not(unix))]
    fn write(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.0.seek(SeekFrom::Start(offset))?;
        self.0.write_all(bytes)
    }

    fn truncate(&mut self, length: u64) -> io::Result<()> {
        self.0.set_len(length)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.0.sync_data()
    }
}

/// A locked file. It is removed while the lock is still held; who then locks the removed file finds that out by reading
/// its own mark from the path.
#[derive(Debug)]
struct RealLock {
    path: PathBuf,
    _file: File,
}

impl DiskLock for RealLock {}

impl Drop for RealLock {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// Writes the process and a mark of its own into a locked file; whether the file at the path then holds them.
fn sign(mut file: &File, path: &Path) -> io::Result<bool> {
    static MARKS: AtomicU64 = AtomicU64::new(0);
    let nanos = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default().as_nanos();
    let mark = format!("{} {}-{nanos}\n", std::process::id(), MARKS.fetch_add(1, Ordering::Relaxed));
    file.set_len(0)?;
    file.write_all(mark.as_bytes())?;
    Ok(fs::read(path).is_ok_and(|found| found == mark.as_bytes()))
}

/// The process that a lock file names.
fn holder(path: &Path) -> Option<u32> {
    fs::read_to_string(path).ok()?.split_whitespace().next()?.parse().ok()
}

/// A file being written from its start to its end, in pieces of a good size.
pub(super) struct Pour<'a> {
    file: &'a mut dyn DiskFile,
    buffer: Vec<u8>,
    /// Where the buffer's first byte goes.
    offset: u64,
    /// Up to where everything was brought to the disk.
    synced: u64,
}

impl<'a> Pour<'a> {
    const PIECE: usize = 1 << 18;
    /// So much is brought to the disk while more is made, so that little is left to wait for at the end.
    const AHEAD: u64 = 1 << 26;

    pub(super) fn into(file: &'a mut dyn DiskFile) -> Pour<'a> {
        Pour { file, buffer: Vec::with_capacity(Self::PIECE), offset: 0, synced: 0 }
    }

    /// How many bytes were put so far.
    pub(super) fn position(&self) -> u64 {
        self.offset + self.buffer.len() as u64
    }

    pub(super) fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        if bytes.len() >= Self::PIECE {
            self.flush()?;
            return self.write(bytes);
        }
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= Self::PIECE { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        let mut buffer = std::mem::take(&mut self.buffer);
        self.write(&buffer)?;
        buffer.clear();
        self.buffer = buffer;
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write(self.offset, bytes)?;
        self.offset += bytes.len() as u64;
        if self.offset - self.synced >= Self::AHEAD {
            self.file.sync()?;
            self.synced = self.offset;
        }
        Ok(())
    }

    /// Writes what is left, and these bytes over the first ones.
    pub(super) fn finish(mut self, first: &[u8]) -> io::Result<()> {
        self.flush()?;
        self.file.write(0, first)
    }
}

/// Writes a new file beside `path` with `fill`, brings it to the disk and puts it in place of `path`. When anything before
/// the last step fails, `path` is as it was and nothing is left beside it. Gives the file, which is still open.
pub(super) fn replace(
    disk: &dyn Disk,
    path: &Path,
    fill: impl FnOnce(&mut dyn DiskFile) -> io::Result<()>,
) -> Result<Box<dyn DiskFile>, NotReplaced> {
    let new = with_suffix(path, "-new");
    let filled = disk.create(&new, path).and_then(|mut file| {
        fill(&mut *file)?;
        file.sync()?;
        Ok(file)
    });
    let file = match filled {
        Ok(file) => file,
        Err(error) => {
            let _ = disk.remove(&new);
            return Err(NotReplaced::AsBefore(error));
        }
    };
    if let Err(error) = disk.rename(&new, path) {
        let _ = disk.remove(&new);
        return Err(NotReplaced::Unknown(error));
    }
    disk.sync_folder(folder_of(path)).map_err(NotReplaced::Unknown)?;
    Ok(file)
}

/// Why a file was not replaced.
#[derive(Debug)]
pub(super) enum NotReplaced {
    /// The old file is in place.
    AsBefore(io::Error),
    /// Either file may be in place after a crash.
    Unknown(io::Error),
}

impl NotReplaced {
    pub(super) fn error(&self) -> &io::Error {
        match self {
            NotReplaced::AsBefore(error) | NotReplaced::Unknown(error) => error,
        }
    }
}

/// The error of something that could not be done with the files of a graph.
pub(super) fn failed(doing: impl Display, error: &io::Error) -> Error {
    Error::runtime(ErrorType::Io, Detail::GraphFile, format!("{doing}: {error}"))
}

/// The folder in which a file is.
pub(super) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// The path with something appended to its name.
pub(super) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_is_held_by_one_names_it_and_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.graph-lock");
        let Locking::Held(lock) = RealDisk.lock(&path).unwrap() else { panic!("nobody holds it") };
        let Locking::Taken(holder) = RealDisk.lock(&path).unwrap() else { panic!("it is held") };
        assert_eq!(holder, Some(std::process::id()));
        drop(lock);
        assert!(!path.exists());
        assert!(matches!(RealDisk.lock(&path).unwrap(), Locking::Held(_)));
    }

    #[test]
    fn many_who_take_and_leave_a_lock_never_hold_it_together() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.graph-lock");
        let inside = AtomicU64::new(0);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let mut taken = 0;
                    while taken < 200 {
                        if let Locking::Held(lock) = RealDisk.lock(&path).unwrap() {
                            assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0);
                            assert_eq!(inside.fetch_sub(1, Ordering::SeqCst), 1);
                            drop(lock);
                            taken += 1;
                        }
                    }
                });
            }
        });
    }

    #[test]
    fn a_failed_replacement_leaves_the_old_file_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.graph");
        fs::write(&path, b"before").unwrap();
        let failed = replace(&RealDisk, &path, |file| {
            file.write(0, b"half")?;
            Err(io::Error::other("no space"))
        });
        assert!(matches!(failed, Err(NotReplaced::AsBefore(_))));
        assert_eq!(fs::read(&path).unwrap(), b"before");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        replace(&RealDisk, &path, |file| file.write(0, b"after")).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"after");
    }

    #[test]
    fn pieces_large_and_small_come_out_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        let mut file = RealDisk.create(&path, &path).unwrap();
        let mut pour = Pour::into(&mut *file);
        let mut expected = Vec::new();
        for size in [3, 0, Pour::PIECE, 70_000, 200_000, 5 * Pour::PIECE, 1] {
            let piece: Vec<u8> = (0..size).map(|at| (at % 251) as u8).collect();
            pour.put(&piece).unwrap();
            expected.extend(piece);
            assert_eq!(pour.position(), expected.len() as u64);
        }
        pour.finish(b"abc").unwrap();
        expected[..3].copy_from_slice(b"abc");
        assert_eq!(fs::read(&path).unwrap(), expected);
    }
}
