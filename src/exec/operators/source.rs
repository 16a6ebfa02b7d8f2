//! Operators without input.

use super::super::chunk::{Chunk, Live};
use super::super::column::Column;
use super::super::context::Context;
use super::Operator;
use crate::error::{Error, Result};
use crate::plan::physical::StoredCount;
use crate::semantic::bound::{Slot, TypeTest};
use crate::store::Version;
use std::collections::BTreeSet;

/// One row without values.
#[derive(Default)]
pub(super) struct Unit {
    done: bool,
}

impl Operator for Unit {
    fn next(&mut self, cx: &mut Context) -> Result<Option<Chunk>> {
        let first = !std::mem::replace(&mut self.done, true);
        Ok(first.then(|| Chunk::new(cx.frame(), 1)))
    }

    fn reset(&mut self) {
        self.done = false;
    }
}

/// The rows that the enclosing operator hands in.
pub(super) struct Argument {
    live: Live,
    done: bool,
}

impl Argument {
    pub(super) fn new(live: Live) -> Argument {
        Argument { live, done: false }
    }
}

impl Operator for Argument {
    fn next(&mut self, cx: &mut Context) -> Result<Option<Chunk>> {
        if std::mem::replace(&mut self.done, true) {
            return Ok(None);
        }
        let chunk = cx.argument().ok_or_else(|| Error::internal("a plan needs an argument and has none"))?;
        let chunk = chunk.gather(&chunk.positions(), &self.live);
        Ok((!chunk.is_empty()).then_some(chunk))
    }

    fn reset(&mut self) {
        self.done = false;
    }
}

/// One row of numbers that the graph keeps count of.
pub(super) struct StoredCounts {
    counts: Vec<(Slot, StoredCount)>,
    done: bool,
}

impl StoredCounts {
    pub(super) fn new(counts: Vec<(Slot, StoredCount)>) -> StoredCounts {
        StoredCounts { counts, done: false }
    }
}

impl Operator for StoredCounts {
    fn next(&mut self, cx: &mut Context) -> Result<Option<Chunk>> {
        if std::mem::replace(&mut self.done, true) {
            return Ok(None);
        }
        let mut chunk = Chunk::new(cx.frame(), 1);
        for (slot, count) in &self.counts {
            let number = i64::try_from(stored(cx.graph(), count)).unwrap_or(i64::MAX);
            chunk.set(*slot, Column::Ints(vec![number]));
        }
        Ok(Some(chunk))
    }

    fn reset(&mut self) {
        self.done = false;
    }
}

fn stored(graph: &Version, count: &StoredCount) -> u64 {
    match count {
        StoredCount::Nodes(None) => graph.node_count(),
        StoredCount::Nodes(Some(label)) => graph.label_count(*label),
        StoredCount::Rels(TypeTest::Any) => graph.rel_count(),
        StoredCount::Rels(TypeTest::OneOf(types)) => {
            let types: BTreeSet<_> = types.iter().copied().collect();
            types.into_iter().map(|rel_type| graph.rel_type_count(rel_type)).sum()
        }
    }
}

/// Stands where a plan is not well formed.
pub(super) struct Broken;

impl Operator for Broken {
    fn next(&mut self, _: &mut Context) -> Result<Option<Chunk>> {
        Err(Error::internal("a source has an input"))
    }

    fn reset(&mut self) {}
}
