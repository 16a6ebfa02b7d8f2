//! How far a run has come, for whoever watches it from another thread.

use std::sync::atomic::{AtomicU64, Ordering};

/// What a run has done so far. It is written now and then while the run goes on; a run that nobody watches pays nothing.
///
/// ```
/// use std::sync::Arc;
/// use standpoint::{Graph, RunOptions, session::Meter};
///
/// let meter = Arc::new(Meter::default());
/// let options = RunOptions { meter: Some(Arc::clone(&meter)), ..RunOptions::default() };
/// let mut session = Graph::in_memory().session();
/// session.run_with("UNWIND range(1, 1000) AS x RETURN max(x)", &Default::default(), &options)?.rows()?;
/// assert!(meter.rows() >= 1000);
/// # Ok::<(), standpoint::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct Meter {
    rows: AtomicU64,
    expected: AtomicU64,
    memory: AtomicU64,
}

impl Meter {
    /// How many rows the operators have given each other.
    pub fn rows(&self) -> u64 {
        self.rows.load(Ordering::Relaxed)
    }

    /// About how many rows they are going to give each other; 0 when nobody estimated it.
    pub fn expected(&self) -> u64 {
        self.expected.load(Ordering::Relaxed)
    }

    /// About how many bytes they hold.
    pub fn memory(&self) -> u64 {
        self.memory.load(Ordering::Relaxed)
    }

    /// Notes how many rows are expected, and begins to count.
    pub(crate) fn begin(&self, expected: f64) {
        self.rows.store(0, Ordering::Relaxed);
        self.memory.store(0, Ordering::Relaxed);
        self.expected.store(expected as u64, Ordering::Relaxed);
    }

    /// Notes rows that an operator gave, and what all of them hold.
    pub(crate) fn note(&self, rows: u64, memory: u64) {
        self.rows.fetch_add(rows, Ordering::Relaxed);
        self.memory.store(memory, Ordering::Relaxed);
    }
}
