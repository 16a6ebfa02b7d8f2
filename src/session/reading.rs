//! Which version of the graph a statement reads. Every statement that only asks gets its version here.

use super::graph::Graph;
use super::options::RunOptions;
use super::transaction::Transaction;
use crate::error::Result;
use crate::store::Snapshot;
use crate::syntax::ast::Statement;
use crate::value::Map;

/// What there is to read: the graph, and the transaction that is open on it.
#[derive(Clone, Copy)]
pub(super) struct Reading<'a> {
    pub(super) graph: &'a Graph,
    pub(super) transaction: Option<&'a Transaction>,
}

impl Reading<'_> {
    /// The graph as it is now: with what the open transaction changed.
    pub(super) fn now(self) -> Snapshot {
        self.transaction.map_or_else(|| self.graph.snapshot(), Transaction::snapshot)
    }

    /// The version that a statement reads.
    ///
    /// # Errors
    /// When there is none such as the statement asks for.
    pub(super) fn version(self, _statement: &Statement, _parameters: &Map, _options: &RunOptions) -> Result<Snapshot> {
        Ok(self.now())
    }
}
