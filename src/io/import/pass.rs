//! One pass through a file by several threads: the parts that they have read, and whether they go on.

use super::Options;
use super::rows::Part;
use crate::error::Result;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

/// What the threads that read a file share.
pub(super) struct Pass {
    skip_bad: bool,
    /// The parts, each with its place among them.
    parts: Mutex<Vec<(usize, Part)>>,
    stopped: AtomicBool,
}

impl Pass {
    pub(super) fn new(options: &Options) -> Pass {
        Pass { skip_bad: options.skip_bad, parts: Mutex::default(), stopped: AtomicBool::new(false) }
    }

    pub(super) fn goes_on(&self) -> bool {
        !self.stopped.load(Ordering::Relaxed)
    }

    pub(super) fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }

    /// Adds a part. One with a bad row ends the pass unless such are left out.
    pub(super) fn add(&self, place: usize, part: Part) {
        if part.bad.count > 0 && !self.skip_bad {
            self.stop();
        }
        self.parts.lock().unwrap_or_else(PoisonError::into_inner).push((place, part));
    }

    /// The parts in order, once the threads have ended with an outcome.
    ///
    /// # Errors
    /// The first bad row unless such are left out, or else the outcome.
    pub(super) fn finish(self, outcome: Result<()>, name: &str) -> Result<Vec<Part>> {
        let mut parts = self.parts.into_inner().unwrap_or_else(PoisonError::into_inner);
        parts.sort_by_key(|(place, _)| *place);
        let bad = parts.iter().find_map(|(_, part)| part.bad.first_error(name)).filter(|_| !self.skip_bad);
        bad.map_or(outcome, Err)?;
        Ok(parts.into_iter().map(|(_, part)| part).collect())
    }
}
