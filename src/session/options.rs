//! How a statement is run: its limits, and switches that never change an answer.

use crate::error::Result;
use crate::exec::{Files, Meter, cancelled, overdue};
use crate::value::Value;
use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Cancels running statements from another thread; clones cancel the same.
///
/// ```
/// use standpoint::CancelToken;
///
/// let token = CancelToken::default();
/// token.clone().cancel();
/// assert!(token.is_cancelled());
/// ```
#[derive(Clone, Debug, Default)]
pub struct CancelToken(Arc<AtomicBool>);

impl CancelToken {
    /// Stops what runs with the token, now and later, until [`CancelToken::reset`].
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Lets statements run again.
    pub fn reset(&self) {
        self.0.store(false, Ordering::Relaxed);
    }

    /// Whether it was cancelled.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    pub(super) fn flag(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.0)
    }
}

/// How a statement is run.
///
/// ```
/// use standpoint::{Graph, RunOptions};
/// use std::time::Duration;
///
/// let options = RunOptions { timeout: Some(Duration::from_millis(50)), ..RunOptions::default() };
/// let graph = Graph::in_memory();
/// let endless = "UNWIND range(1, 100000) AS a UNWIND range(1, 100000) AS b RETURN max(a + b)";
/// let answer = graph.session().run_with(endless, &Default::default(), &options);
/// let error = answer.and_then(|mut answer| answer.rows()).unwrap_err();
/// assert_eq!(error.detail(), standpoint::error::Detail::Timeout);
/// ```
#[derive(Clone, Debug)]
pub struct RunOptions {
    /// The longest it may take, from its text on.
    pub timeout: Option<Duration>,
    /// About the most bytes that it may hold at once: what operators keep, values being built, what it adds to the graph.
    pub memory: Option<u64>,
    /// The most rows it may give.
    pub max_rows: Option<u64>,
    /// The most threads that may work on it, where that is limited; without, one for each processor.
    pub threads: Option<NonZeroUsize>,
    /// From about how many rows on that operators give each other the work is shared between threads; fewer are not
    /// worth it.
    pub share_from: u64,
    /// The files that `LOAD CSV` may read; without, none. `LocalFiles` of the module `io` are those of this machine.
    pub files: Option<Arc<dyn Files>>,
    /// The moment that statements without `AS OF` or `BETWEEN` ask about, a date or datetime; without, relationships
    /// take part whenever they hold.
    pub as_of: Option<Value>,
    /// The moment whose knowledge statements without `AS RECORDED` ask about, a date or datetime; without, all that is
    /// recorded.
    pub as_recorded: Option<Value>,
    /// Whether each row of what is asked says which relationships it rests on, as with `CITE`.
    pub cite: bool,
    /// Whether what rules derive is seen; without, only what is stored.
    pub rules: bool,
    /// Refuse statements that change the graph.
    pub read_only: bool,
    /// Tells another thread how far it has come.
    pub meter: Option<Arc<Meter>>,
    /// Cancels it from another thread.
    pub cancel: CancelToken,
    /// The most rows in a batch of the executor.
    pub batch_size: usize,
    /// Whether plans are rewritten; off, clauses run as they are written.
    pub optimize: bool,
    /// Names of optimizer rules that are not applied, of [`RULES`](crate::plan::rules::RULES).
    pub disabled_rules: BTreeSet<String>,
    /// Whether typed kernels compute expressions; off, the reference interpreter computes all.
    pub kernels: bool,
}

impl RunOptions {
    /// Fails when what began then was cancelled or its time is over.
    pub(super) fn check(&self, begun: Instant) -> Result<()> {
        match self.timeout {
            _ if self.cancel.is_cancelled() => Err(cancelled()),
            Some(timeout) if begun.elapsed() >= timeout => Err(overdue()),
            _ => Ok(()),
        }
    }
}

impl Default for RunOptions {
    fn default() -> Self {
        RunOptions {
            timeout: None,
            memory: Some(8 << 30),
            max_rows: None,
            threads: None,
            share_from: 5_000,
            files: None,
            as_of: None,
            as_recorded: None,
            cite: false,
            rules: true,
            read_only: false,
            meter: None,
            cancel: CancelToken::default(),
            batch_size: 2048,
            optimize: true,
            disabled_rules: BTreeSet::new(),
            kernels: true,
        }
    }
}
