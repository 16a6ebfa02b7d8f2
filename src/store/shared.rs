//! The graph that readers and the one writer share.
//!
//! A reader takes the current version and keeps it as long as it likes; nothing blocks it. A writer changes a private
//! clone and publishes it; a clone that is dropped was never seen by anybody. It does not know files: what must
//! be on disk before a version is published is the caller's work. A caller that waits for a disk ends its change first
//! ([`WriteGuard::finish`]), so that the next writer can go on from there, and publishes when the disk has it.

use super::{Record, Snapshot, Version};
use crate::error::{Detail, Error, ErrorType, Result};
use arc_swap::ArcSwap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A graph with a current version, any number of readers and one writer at a time. Clones are the same graph.
#[derive(Clone, Debug, Default)]
pub struct Store {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    current: ArcSwap<Version>,
    writing: Mutex<Writing>,
    ended: Condvar,
}

#[derive(Debug, Default)]
struct Writing {
    /// Whether a writer is at work.
    busy: bool,
    /// The last finished version while it is not published.
    finished: Option<Snapshot>,
}

impl Shared {
    fn writing(&self) -> MutexGuard<'_, Writing> {
        self.writing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store {
    /// A graph that starts with the given version.
    pub fn new(version: Version) -> Store {
        let current = ArcSwap::from_pointee(version);
        Store { shared: Arc::new(Shared { current, ..Shared::default() }) }
    }

    /// The current version.
    pub fn snapshot(&self) -> Snapshot {
        self.shared.current.load_full()
    }

    /// Starts a change, waiting for another writer to finish, but no longer than `wait`.
    ///
    /// # Errors
    /// `Conflict`/`Locked` when the other writer does not finish in time.
    pub fn write(&self, wait: Duration) -> Result<WriteGuard> {
        let until = Instant::now().checked_add(wait);
        let mut writing = self.shared.writing();
        while writing.busy {
            let left = until.map_or(Duration::MAX, |until| until.saturating_duration_since(Instant::now()));
            if left.is_zero() {
                let message = "another writer is at work on this graph";
                return Err(Error::runtime(ErrorType::Conflict, Detail::Locked, message));
            }
            // Waking up now and then is harmless, and some platforms refuse very long waits.
            let left = left.min(Duration::from_secs(3600));
            writing = self.shared.ended.wait_timeout(writing, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        writing.busy = true;
        let base = writing.finished.clone().unwrap_or_else(|| self.snapshot());
        drop(writing);
        Ok(WriteGuard { version: Version::clone(&base), base, shared: Arc::clone(&self.shared), last: true })
    }

    /// Makes a finished version, and with it those it came from, the current one.
    pub fn publish(&self, version: &Snapshot) {
        let mut writing = self.shared.writing();
        if version.sequence() > self.snapshot().sequence() {
            self.shared.current.store(Arc::clone(version));
        }
        if writing.finished.as_ref().is_some_and(|finished| finished.sequence() <= version.sequence()) {
            writing.finished = None;
        }
    }

    /// Forgets the finished versions that were not published: the next writer starts from the current one.
    pub fn retreat(&self) {
        self.shared.writing().finished = None;
    }
}

/// The right to change a graph, with the private version that is being changed. Dropping it takes everything back.
#[derive(Debug)]
pub struct WriteGuard {
    shared: Arc<Shared>,
    base: Snapshot,
    version: Version,
    /// Whether the next writer may begin when it is dropped.
    last: bool,
}

impl WriteGuard {
    /// The version from which the change started: the current one, or one that was finished and is not published yet.
    pub fn base(&self) -> &Snapshot {
        &self.base
    }

    /// The version as changed so far. A clone of it is a savepoint.
    pub fn version(&self) -> &Version {
        &self.version
    }

    /// The version, for changing or for going back to a savepoint.
    pub fn version_mut(&mut self) -> &mut Version {
        &mut self.version
    }

    /// Writes down what is changed from now on.
    pub fn start_record(&mut self) {
        self.version.start_record();
    }

    /// What was changed since [`WriteGuard::start_record`].
    pub fn take_record(&mut self) -> Option<Record> {
        self.version.take_record()
    }

    /// Starts anew from a version that somebody else made, and publishes that.
    pub fn rebase(&mut self, version: Version) {
        self.version = version.clone();
        self.base = Arc::new(version);
        self.shared.current.store(Arc::clone(&self.base));
        self.shared.writing().finished = None;
    }

    /// Publishes the change and gives the new current version.
    pub fn commit(mut self) -> Snapshot {
        let version = self.take_version();
        self.shared.current.store(Arc::clone(&version));
        version
    }

    /// What was changed so far as a change of its own, to be committed while this one keeps the right to change the
    /// graph. Once it is, this one goes on from there ([`WriteGuard::go_on`]).
    pub fn step(&self, version: Version) -> WriteGuard {
        let (shared, base) = (Arc::clone(&self.shared), Arc::clone(&self.base));
        WriteGuard { shared, base, version, last: false }
    }

    /// Goes on from a step that was committed.
    pub fn go_on(&mut self, committed: Snapshot) {
        self.base = committed;
    }

    /// Ends the change without publishing it: later writers start from it, readers do not see it until
    /// [`Store::publish`].
    pub fn finish(mut self) -> Snapshot {
        let version = self.take_version();
        self.shared.writing().finished = Some(Arc::clone(&version));
        version
    }

    fn take_version(&mut self) -> Snapshot {
        let mut version = self.version.take();
        version.take_record();
        version.set_sequence(self.base.sequence() + 1);
        Arc::new(version)
    }
}

impl Drop for WriteGuard {
    fn drop(&mut self) {
        if !self.last {
            return;
        }
        self.shared.writing().busy = false;
        self.shared.ended.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHORT: Duration = Duration::from_millis(10);

    #[test]
    fn a_commit_is_seen_by_later_snapshots_only() {
        let store = Store::default();
        let before = store.snapshot();
        let mut guard = store.write(SHORT).unwrap();
        guard.version_mut().create_node(&[], &[]).unwrap();
        assert_eq!(store.snapshot().node_count(), 0);
        let after = guard.commit();
        assert_eq!((before.node_count(), after.node_count(), store.snapshot().node_count()), (0, 1, 1));
        assert_eq!((before.sequence(), after.sequence()), (0, 1));
    }

    #[test]
    fn dropping_the_guard_takes_everything_back() {
        let store = Store::default();
        let mut guard = store.write(SHORT).unwrap();
        guard.version_mut().create_node(&[], &[]).unwrap();
        drop(guard);
        assert_eq!(store.snapshot().node_count(), 0);
        assert!(store.write(SHORT).is_ok());
    }

    #[test]
    fn a_second_writer_waits_and_then_gives_up() {
        let store = Store::default();
        let guard = store.write(SHORT).unwrap();
        assert_eq!(store.write(SHORT).unwrap_err().detail(), Detail::Locked);
        let waiting = std::thread::spawn(move || store.write(Duration::from_secs(30)).unwrap().commit().sequence());
        std::thread::sleep(SHORT);
        assert_eq!(guard.commit().sequence(), 1);
        assert_eq!(waiting.join().unwrap(), 2);
    }

    #[test]
    fn a_finished_change_is_the_base_of_the_next_and_seen_when_published() {
        let store = Store::default();
        let mut first = store.write(SHORT).unwrap();
        first.version_mut().create_node(&[], &[]).unwrap();
        let first = first.finish();
        let mut second = store.write(SHORT).unwrap();
        assert_eq!((second.base().sequence(), store.snapshot().node_count()), (1, 0));
        second.version_mut().create_node(&[], &[]).unwrap();
        let second = second.finish();
        store.publish(&second);
        store.publish(&first);
        assert_eq!((store.snapshot().node_count(), store.snapshot().sequence()), (2, 2));
        store.write(SHORT).unwrap().finish();
        store.retreat();
        assert_eq!(store.write(SHORT).unwrap().base().sequence(), 2);
    }

    #[test]
    fn starting_anew_drops_what_was_changed() {
        let store = Store::default();
        let mut other = Version::new();
        other.create_node(&[], &[]).unwrap();
        other.set_sequence(9);
        let mut guard = store.write(SHORT).unwrap();
        guard.version_mut().intern_label("Lost");
        guard.rebase(other);
        assert_eq!(store.snapshot().sequence(), 9);
        let after = guard.commit();
        assert_eq!((after.sequence(), after.node_count(), after.catalog().label("Lost")), (10, 1, None));
    }
}
