//! Earlier versions of a graph that were gone back to, kept for the next who asks about the same time.

use crate::error::Result;
use crate::persist::history;
use crate::store::{Snapshot, Version};
use std::sync::{Arc, Mutex, PoisonError};

/// How many versions are kept.
const KEPT: usize = 4;

/// The versions that were asked for last, the latest one last. Everything here could be forgotten at any time.
#[derive(Debug, Default)]
pub(super) struct Past {
    kept: Mutex<Vec<Snapshot>>,
}

impl Past {
    /// What a committed version was at a moment, in microseconds since 1970.
    ///
    /// # Errors
    /// When that is not known.
    pub(super) fn as_recorded(&self, version: &Snapshot, time: u64) -> Result<Snapshot> {
        let Some(commit) =
            version.history().filter(|history| time >= history.since()).map(|_| commit_at(version, time))
        else {
            return history::as_recorded(version, time).map(Arc::new);
        };
        if commit == version.sequence() {
            return Ok(Arc::clone(version));
        }
        let nearest = self.nearest(commit, version.sequence());
        if let Some(found) = nearest.as_ref().filter(|near| near.sequence() == commit) {
            return Ok(Arc::clone(found));
        }
        let then = Arc::new(history::as_recorded(nearest.as_ref().unwrap_or(version), time)?);
        self.keep(&then);
        Ok(then)
    }

    /// Forgets all versions: the graph is another.
    pub(super) fn forget(&self) {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// The kept version from which it is the shortest way back to a commit.
    fn nearest(&self, commit: u64, newest: u64) -> Option<Snapshot> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let before = kept.iter().filter(|version| (commit..newest).contains(&version.sequence()));
        before.min_by_key(|version| version.sequence()).cloned()
    }

    fn keep(&self, version: &Snapshot) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT {
            kept.remove(0);
        }
        kept.push(Arc::clone(version));
    }
}

/// The number of the last commit up to a moment.
fn commit_at(version: &Version, time: u64) -> u64 {
    let mut later = version.history().into_iter().flat_map(|history| history.steps().rev());
    let first = later.by_ref().take_while(|step| step.time > time).last();
    first.map_or(version.sequence(), |step| step.sequence.saturating_sub(1))
}
