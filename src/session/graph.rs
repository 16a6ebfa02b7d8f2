//! A graph as a program holds it.

use super::answer::Answer;
use super::facts::Loaded;
use super::state::Session;
use crate::algo::{Procedure, Registry};
use crate::error::{Detail, Error, ErrorType, Result};
use crate::persist;
use crate::store::{Snapshot, Store, Version, WriteGuard};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

/// The longest that a writer waits for another.
const WRITER_WAIT: Duration = Duration::from_secs(30);

/// A graph: in memory, and in a file where it has one. Clones are handles to the same graph; they may be used on
/// different threads.
///
/// ```
/// # fn main() -> standpoint::error::Result<()> {
/// let graph = standpoint::Graph::in_memory();
/// graph.run("+ Kyiv -opposes-> territorial concessions {2025-11-21, 0.9} [ki-1121]")?;
/// let mut answer = graph.run("? ?who -opposes-> territorial concessions")?;
/// let row = answer.next_row()?.expect("one row");
/// assert_eq!(row.node("who")?.display_name().as_deref(), Some("Kyiv"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Graph {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    store: Store,
    procedures: RwLock<Arc<Registry>>,
    file: Mutex<File>,
}

/// Where the graph is saved, and which state was.
#[derive(Debug, Default)]
struct File {
    path: Option<PathBuf>,
    saved: u64,
}

impl Graph {
    /// An empty graph without a file.
    pub fn in_memory() -> Graph {
        Graph::over(Version::new(), None)
    }

    /// Opens a saved graph.
    ///
    /// # Errors
    /// `Io` when the file cannot be read, `Corrupt` when it is no graph, is damaged or of a newer version.
    pub fn open(path: impl AsRef<Path>) -> Result<Graph> {
        let path = path.as_ref();
        Ok(Graph::over(persist::open(path)?, Some(path.to_owned())))
    }

    /// An empty graph that will be saved to a file. The file is written by [`Graph::save`], not before.
    ///
    /// # Errors
    /// When there is such a file already.
    pub fn create(path: impl AsRef<Path>) -> Result<Graph> {
        let path = path.as_ref();
        if path.exists() {
            let message = format!("`{}` exists already", path.display());
            return Err(Error::runtime(ErrorType::Io, Detail::Io, message).hint("open it instead"));
        }
        Ok(Graph::over(Version::new(), Some(path.to_owned())))
    }

    fn over(version: Version, path: Option<PathBuf>) -> Graph {
        let saved = version.sequence();
        let store = Store::new(version);
        let file = Mutex::new(File { path, saved });
        Graph { inner: Arc::new(Inner { store, procedures: RwLock::default(), file }) }
    }

    /// Runs one statement of either language, without parameters.
    ///
    /// # Errors
    /// What is wrong with the statement, or goes wrong while it runs. Nothing of a failed statement stays.
    pub fn run(&self, text: &str) -> Result<Answer> {
        self.session().run(text)
    }

    /// Tells all facts of a `.facts` text, or none when one of its lines is wrong.
    ///
    /// # Errors
    /// The first wrong line, with its place.
    pub fn load_facts(&self, text: &str) -> Result<Loaded> {
        self.session().load_facts(text)
    }

    /// A conversation with the graph: it remembers what was said last.
    pub fn session(&self) -> Session {
        Session::new(self.clone())
    }

    /// The current state. It never changes, whatever is written later.
    pub fn snapshot(&self) -> Snapshot {
        self.inner.store.snapshot()
    }

    /// Makes a procedure known to `CALL`; one of the same name is replaced.
    pub fn register(&self, procedure: Procedure) {
        let mut procedures = self.inner.procedures.write().unwrap_or_else(PoisonError::into_inner);
        Arc::make_mut(&mut procedures).register(procedure);
    }

    /// Takes away everything that the graph holds, and the procedures registered with it.
    ///
    /// # Errors
    /// `Conflict` when another writer does not end.
    pub fn clear(&self) -> Result<()> {
        let mut write = self.write()?;
        *write.version_mut() = Version::new();
        write.commit();
        *self.inner.procedures.write().unwrap_or_else(PoisonError::into_inner) = Arc::default();
        Ok(())
    }

    /// Writes the graph to its file.
    ///
    /// # Errors
    /// When it has no file, or the file cannot be written; then the file is as it was.
    pub fn save(&self) -> Result<()> {
        match self.path() {
            Some(path) => self.save_as(path),
            None => {
                let message = "the graph has no file yet";
                Err(Error::runtime(ErrorType::Io, Detail::InvalidUse, message).hint("save it under a name"))
            }
        }
    }

    /// Writes the graph to a file, which is its file from now on.
    ///
    /// # Errors
    /// When the file cannot be written; then it is as it was.
    pub fn save_as(&self, path: impl AsRef<Path>) -> Result<()> {
        let mut file = self.file();
        let snapshot = self.snapshot();
        persist::save(&snapshot, path.as_ref())?;
        *file = File { path: Some(path.as_ref().to_owned()), saved: snapshot.sequence() };
        Ok(())
    }

    /// Counts the current state as saved: it came from somewhere else and can be had again.
    pub fn forget_changes(&self) {
        let mut file = self.file();
        file.saved = self.snapshot().sequence();
    }

    /// The graph's file.
    pub fn path(&self) -> Option<PathBuf> {
        self.file().path.clone()
    }

    /// Whether something was written since the graph was opened or saved.
    pub fn has_unsaved_changes(&self) -> bool {
        self.file().saved != self.snapshot().sequence()
    }

    fn file(&self) -> std::sync::MutexGuard<'_, File> {
        self.inner.file.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn procedures(&self) -> Arc<Registry> {
        Arc::clone(&self.inner.procedures.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The right to change the graph; waits for another writer.
    pub(super) fn write(&self) -> Result<WriteGuard> {
        self.inner.store.write(WRITER_WAIT)
    }
}
