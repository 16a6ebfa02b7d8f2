//! The graph that readers and the one writer share.
//!
//! A reader takes the current version and keeps it as long as it likes; nothing blocks it. A writer changes a private
//! clone and publishes it; a clone that is dropped was never seen by anybody. It does not know files: what must
//! be on disk before a version is published is the caller's work, between the last change and the commit.

use super::{Snapshot, Version};
use crate::error::{Detail, Error, ErrorType, Result};
use arc_swap::ArcSwap;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A graph with a current version, any number of readers and one writer at a time. Clones are the same graph.
#[derive(Clone, Debug, Default)]
pub struct Store {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    current: ArcSwap<Version>,
    /// Whether a writer is at work.
    writing: Mutex<bool>,
    finished: Condvar,
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
        let mut writing = self.shared.writing.lock().unwrap_or_else(PoisonError::into_inner);
        while *writing {
            let left = until.map_or(Duration::MAX, |until| until.saturating_duration_since(Instant::now()));
            if left.is_zero() {
                let message = "another writer is at work on this graph";
                return Err(Error::runtime(ErrorType::Conflict, Detail::Locked, message));
            }
            // Waking up now and then is harmless, and some platforms refuse very long waits.
            let left = left.min(Duration::from_secs(3600));
            let woken = self.shared.finished.wait_timeout(writing, left).unwrap_or_else(PoisonError::into_inner);
            writing = woken.0;
        }
        *writing = true;
        drop(writing);
        let base = self.snapshot();
        Ok(WriteGuard { version: Version::clone(&base), base, shared: Arc::clone(&self.shared) })
    }
}

/// The right to change a graph, with the private version that is being changed. Dropping it takes everything back.
#[derive(Debug)]
pub struct WriteGuard {
    shared: Arc<Shared>,
    base: Snapshot,
    version: Version,
}

impl WriteGuard {
    /// The version from which the change started.
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

    /// Publishes the change and gives the new current version.
    pub fn commit(mut self) -> Snapshot {
        let mut version = std::mem::take(&mut self.version);
        version.set_sequence(self.base.sequence() + 1);
        let version = Arc::new(version);
        self.shared.current.store(Arc::clone(&version));
        version
    }
}

impl Drop for WriteGuard {
    fn drop(&mut self) {
        *self.shared.writing.lock().unwrap_or_else(PoisonError::into_inner) = false;
        self.shared.finished.notify_one();
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
}
