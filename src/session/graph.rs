//! A graph as a program holds it.

use super::answer::Answer;
use super::facts::Loaded;
use super::near::NearNames;
use super::past::Past;
use super::plans::Plans;
use super::rules::Derivations;
use super::state::Session;
use crate::algo::{Procedure, Registry};
use crate::error::{Detail, Error, ErrorType, Result};
use crate::exec::Counters;
use crate::persist::{self, Durability, GraphFile, OpenOptions, Recovery, Salvaged, history};
use crate::store::{History, Retention, Snapshot, Store, Version, WriteGuard};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
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
    plans: Plans,
    derivations: Derivations,
    near_names: NearNames,
    past: Past,
    home: RwLock<Home>,
}

/// Where the graph lives.
#[derive(Clone, Debug)]
enum Home {
    /// In memory; with the number of the state that can be had again from elsewhere.
    Memory(u64),
    File(Arc<GraphFile>),
}

impl Drop for Inner {
    /// Closes the file. What cannot be written now is in its log, and the next opening finds it there.
    fn drop(&mut self) {
        let home = self.home.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let (Home::File(file), Ok(write)) = (home, self.store.write(WRITER_WAIT)) {
            let _ = file.close(&self.store, write);
        }
    }
}

/// Opening and closing.
impl Graph {
    /// An empty graph without a file.
    pub fn in_memory() -> Graph {
        Graph::over(Version::new(), Home::Memory(0))
    }

    /// Opens a saved graph, as of its last commit. Every change is on the disk before it is seen. The first change takes
    /// the right to change the file; others can read it meanwhile.
    ///
    /// Relationships and properties are read when a statement first needs them, and only then is found whether they are
    /// damaged: such a statement, and all that follow on this graph, fail. [`Version::read_all`] reads all of it at once.
    ///
    /// # Errors
    /// `Io` when the file cannot be read, `Corrupt` when it is no graph, is damaged or of a newer version.
    pub fn open(path: impl AsRef<Path>) -> Result<Graph> {
        Graph::open_with(path, OpenOptions::default())
    }

    /// Opens a saved graph to read it, also beside a process that changes it, or where nothing can be written.
    /// [`Graph::refresh`] brings in what was committed since.
    ///
    /// # Errors
    /// As [`Graph::open`].
    pub fn open_read_only(path: impl AsRef<Path>) -> Result<Graph> {
        Graph::open_with(path, OpenOptions { read_only: true, ..OpenOptions::default() })
    }

    /// Opens a saved graph.
    ///
    /// # Errors
    /// As [`Graph::open`].
    pub fn open_with(path: impl AsRef<Path>, options: OpenOptions) -> Result<Graph> {
        let (file, version) = GraphFile::open(path.as_ref(), options)?;
        Ok(Graph::over(version, Home::File(Arc::new(file))))
    }

    /// An empty graph in a new file.
    ///
    /// ```
    /// # fn main() -> standpoint::error::Result<()> {
    /// # let folder = tempfile::tempdir().expect("a folder");
    /// # let path = folder.path().join("talks.graph");
    /// let graph = standpoint::Graph::create(&path)?;
    /// graph.run("+ Kyiv -opposes-> territorial concessions")?; // from here on it survives a crash
    /// graph.close()?;
    /// assert_eq!(standpoint::Graph::open(&path)?.snapshot().rel_count(), 1);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When there is such a file already, or it cannot be written.
    pub fn create(path: impl AsRef<Path>) -> Result<Graph> {
        Graph::create_with(path, OpenOptions::default())
    }

    /// An empty graph in a new file.
    ///
    /// # Errors
    /// As [`Graph::create`].
    pub fn create_with(path: impl AsRef<Path>, options: OpenOptions) -> Result<Graph> {
        let graph = Graph::create_later(path, options)?;
        drop(graph.write()?);
        Ok(graph)
    }

    /// An empty graph whose file is made with the first change.
    ///
    /// # Errors
    /// When there is such a file already, or no folder for it.
    pub fn create_later(path: impl AsRef<Path>, options: OpenOptions) -> Result<Graph> {
        let mut version = Version::new();
        version.set_history(options.history.map(|retention| History::new(retention, history::now())));
        let file = GraphFile::new(path.as_ref(), options)?;
        Ok(Graph::over(version, Home::File(Arc::new(file))))
    }

    /// Checks the files of a graph and reads all of it that can be read, into memory. What is wrong comes with it: bad
    /// checksums, a bad log, and parts that do not agree with each other. Nothing is written.
    ///
    /// # Errors
    /// `Io` when the file cannot be read; `Corrupt` when not even its header and table can be.
    pub fn salvage(path: impl AsRef<Path>) -> Result<(Graph, Vec<String>)> {
        let Salvaged { version, mut problems, .. } = persist::salvage(&persist::disk::RealDisk, path.as_ref())?;
        problems.extend(version.problems());
        let home = Home::Memory(version.sequence());
        Ok((Graph::over(version, home), problems))
    }

    /// A graph in memory that begins with a version somebody made. It counts as unsaved.
    pub fn from_version(version: Version) -> Graph {
        Graph::over(version, Home::Memory(u64::MAX))
    }

    fn over(version: Version, home: Home) -> Graph {
        let home = RwLock::new(home);
        let (store, procedures, plans) = (Store::new(version), RwLock::default(), Plans::default());
        let (derivations, near_names, past) = (Derivations::default(), NearNames::default(), Past::default());
        let inner = Inner { store, procedures, plans, derivations, near_names, past, home };
        Graph { inner: Arc::new(inner) }
    }

    /// Brings everything into the file, removes the log and lets others change the graph. Dropping the last handle does
    /// the same, and cannot tell what went wrong.
    ///
    /// # Errors
    /// When the file cannot be written; the log then keeps what the file lacks. `Conflict` when a transaction is open.
    pub fn close(self) -> Result<()> {
        let Home::File(file) = self.home() else { return Ok(()) };
        let write = self.inner.store.write(WRITER_WAIT)?;
        file.close(&self.inner.store, write)
    }

    /// Reads what other processes have committed since the graph was opened or refreshed; whether there was anything. A
    /// graph that this program has changed is always up to date.
    ///
    /// # Errors
    /// As [`Graph::open`].
    pub fn refresh(&self) -> Result<bool> {
        let Home::File(file) = self.home() else { return Ok(false) };
        let changed = file.refresh(&mut self.inner.store.write(WRITER_WAIT)?)?;
        if changed {
            self.inner.past.forget();
        }
        Ok(changed)
    }

    /// What was found in the log when the graph was read last.
    pub fn recovery(&self) -> Recovery {
        match self.home() {
            Home::File(file) => file.recovery(),
            Home::Memory(_) => Recovery::default(),
        }
    }

    /// Whether it was opened to be read only.
    pub fn is_read_only(&self) -> bool {
        matches!(self.home(), Home::File(file) if file.options().read_only)
    }

    fn home(&self) -> Home {
        self.inner.home.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Using it.
impl Graph {
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

    /// The current state. It never changes, whatever is written later. Of a graph that was opened, what reads it without a
    /// statement asks [`Version::damage`] afterwards, or [`Version::read_all`] before.
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
    /// `Conflict` when another writer does not end; what a commit can fail with.
    pub fn clear(&self) -> Result<()> {
        let mut write = self.write()?;
        write.version_mut().clear();
        self.commit(write)?;
        *self.inner.procedures.write().unwrap_or_else(PoisonError::into_inner) = Arc::default();
        Ok(())
    }

    /// Gives the graph the content of an earlier state of it, as a change like any other: it is logged, and can be taken back
    /// itself. Gives what was changed. It takes time in proportion to the graph.
    ///
    /// ```
    /// # fn main() -> standpoint::error::Result<()> {
    /// let graph = standpoint::Graph::in_memory();
    /// let before = graph.snapshot();
    /// graph.run("+ Kyiv -opposes-> territorial concessions")?;
    /// assert_eq!(graph.revert(&before)?.nodes_deleted, 2);
    /// assert_eq!(graph.snapshot().node_count(), 0);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// `Conflict` when the state is not one of this graph, or another writer does not end; what a commit can fail with.
    pub fn revert(&self, earlier: &Snapshot) -> Result<Counters> {
        let mut write = self.write()?;
        let done = write.version_mut().revert_to(earlier)?;
        let counters = Counters {
            nodes_created: done.nodes_created,
            nodes_deleted: done.nodes_deleted,
            rels_created: done.rels_created,
            rels_deleted: done.rels_deleted,
            properties_set: done.properties_set,
            labels_added: done.labels_added,
            labels_removed: done.labels_removed,
            ..Counters::default()
        };
        if counters.changed() || done.schema {
            self.commit(write)?;
        }
        Ok(counters)
    }

    /// Keeps from now on how each commit is taken back, within a retention, so that `AS RECORDED` can ask what was known
    /// earlier; changes the retention where that is kept already; `None` forgets all of it. It is a change like any other.
    ///
    /// ```
    /// # fn main() -> standpoint::error::Result<()> {
    /// let graph = standpoint::Graph::in_memory();
    /// graph.keep_history(Some(Default::default()))?;
    /// graph.run("+ Kyiv -opposes-> territorial concessions")?;
    /// let before = graph.snapshot().history().expect("a history").since();
    /// assert_eq!(graph.as_recorded(before)?.node_count(), 0);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// `Conflict` when another writer does not end; what a commit can fail with.
    pub fn keep_history(&self, retention: Option<Retention>) -> Result<()> {
        let mut write = self.write()?;
        write.version_mut().keep_history(retention);
        self.commit(write)?;
        Ok(())
    }

    /// The state that was current at a moment, in microseconds since 1970, which graphs know that keep a history. It never
    /// changes. The time that it takes goes by what was changed since; the states that were asked for last are kept.
    ///
    /// # Errors
    /// `InvalidUse` when the graph keeps no history; `NumberOutOfRange` when the moment is before its beginning, which the
    /// error names; `Corrupt` when the history is damaged.
    pub fn as_recorded(&self, time: u64) -> Result<Snapshot> {
        self.inner.past.as_recorded(&self.snapshot(), time)
    }

    /// Brings the graph's file up to the last commit and shortens its log: a checkpoint. Commits go on meanwhile. It also
    /// happens by itself, when the log has grown long and when the graph is closed.
    ///
    /// # Errors
    /// When it has no file, or the file cannot be written; then the file and its log are as they were.
    pub fn save(&self) -> Result<()> {
        let Home::File(file) = self.home() else {
            let message = "the graph has no file yet";
            return Err(Error::runtime(ErrorType::Io, Detail::InvalidUse, message).hint("save it under a name"));
        };
        drop(self.write()?);
        file.checkpoint(&self.inner.store)
    }

    /// Writes the graph to a file, which is its file from now on. A file of that name is replaced.
    ///
    /// # Errors
    /// When the file cannot be written; then it is as it was. `Conflict` when somebody is changing that file.
    pub fn save_as(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let options = match self.home() {
            Home::File(file) if file.is_at(path) => return self.save(),
            Home::File(file) => OpenOptions { read_only: false, ..file.options().clone() },
            Home::Memory(_) => OpenOptions::default(),
        };
        let write = self.inner.store.write(WRITER_WAIT)?;
        self.settle(write.base())?;
        let file = GraphFile::replacing(path, options, write.base())?;
        let mut home = self.inner.home.write().unwrap_or_else(PoisonError::into_inner);
        let before = std::mem::replace(&mut *home, Home::File(Arc::new(file)));
        drop(home);
        match before {
            Home::File(file) => file.close(&self.inner.store, write),
            Home::Memory(_) => Ok(()),
        }
    }

    /// Writes the current state to another file, in place of any that was there. It is not the graph's file afterwards.
    ///
    /// # Errors
    /// When the file cannot be written; then it is as it was. `Conflict` when somebody is changing that file.
    pub fn save_copy(&self, path: impl AsRef<Path>) -> Result<()> {
        persist::save(&self.snapshot(), path.as_ref())
    }

    /// Counts the current state of a graph without a file as saved: it came from somewhere else and can be had again.
    pub fn forget_changes(&self) {
        let mut home = self.inner.home.write().unwrap_or_else(PoisonError::into_inner);
        if let Home::Memory(saved) = &mut *home {
            *saved = self.snapshot().sequence();
        }
    }

    /// The graph's file.
    pub fn path(&self) -> Option<PathBuf> {
        match self.home() {
            Home::File(file) => Some(file.path().to_owned()),
            Home::Memory(_) => None,
        }
    }

    /// Whether something would be lost if the process ended now: changes of a graph without a file, or of one whose
    /// commits are not logged.
    pub fn has_unsaved_changes(&self) -> bool {
        self.unsaved_changes() > 0
    }

    /// How many commits would be lost if the process ended now.
    ///
    /// ```
    /// # fn main() -> standpoint::error::Result<()> {
    /// let graph = standpoint::Graph::in_memory();
    /// graph.run("+ Kyiv -opposes-> territorial concessions")?;
    /// graph.run("MATCH (n) SET n.checked = true")?;
    /// assert_eq!(graph.unsaved_changes(), 2);
    /// # Ok(())
    /// # }
    /// ```
    pub fn unsaved_changes(&self) -> u64 {
        let saved = match self.home() {
            Home::File(file) if file.options().durability != Durability::Off => return 0,
            Home::File(file) => file.saved(),
            Home::Memory(saved) => saved,
        };
        self.snapshot().sequence().saturating_sub(saved)
    }

    pub(super) fn procedures(&self) -> Arc<Registry> {
        Arc::clone(&self.inner.procedures.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The index by which names are found that are almost known.
    pub(super) fn near_names(&self) -> &NearNames {
        &self.inner.near_names
    }

    /// Earlier versions that were gone back to.
    pub(super) fn past(&self) -> &Past {
        &self.inner.past
    }

    /// The plans of statements that were run before.
    pub(super) fn plans(&self) -> &Plans {
        &self.inner.plans
    }

    /// Versions with what follows from their rules.
    pub(super) fn derivations(&self) -> &Derivations {
        &self.inner.derivations
    }

    /// The right to change the graph; waits for another writer.
    pub(super) fn write(&self) -> Result<WriteGuard> {
        let mut write = self.inner.store.write(WRITER_WAIT)?;
        if let Home::File(file) = self.home()
            && file.acquire(&mut write)?
        {
            self.inner.past.forget();
        }
        let logged = |file: &GraphFile| file.options().durability != Durability::Off;
        if write.base().history().is_some() || matches!(self.home(), Home::File(file) if logged(&file)) {
            write.start_record();
        }
        Ok(write)
    }

    /// Ends a change: brings it to the disk where the graph has a file, publishes it, and gives the new state. Every change
    /// of a graph comes through here.
    pub(super) fn commit(&self, write: WriteGuard) -> Result<Snapshot> {
        self.unless_damaged(Ok(()))?;
        match self.home() {
            Home::File(file) => file.commit(&self.inner.store, write),
            Home::Memory(_) => persist::commit_in_memory(write),
        }
    }

    /// An outcome, unless the graph's file was found to be damaged while something of it was read: then that is the outcome.
    pub(super) fn unless_damaged<T>(&self, outcome: Result<T>) -> Result<T> {
        self.inner.store.snapshot().unless_damaged(outcome)
    }

    /// Waits until a state that a writer started from is on the disk, before anybody is told what it holds.
    pub(super) fn settle(&self, base: &Snapshot) -> Result<()> {
        match self.home() {
            Home::File(file) => file.settle(&self.inner.store, base),
            Home::Memory(_) => Ok(()),
        }
    }
}
