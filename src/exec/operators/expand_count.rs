//! Expansions that only count: rows are multiplied by the number of relationships at a node.

use super::super::chunk::{Chunk, Live};
use super::super::column::Column;
use super::super::context::Context;
use super::expand::node_at;
use super::legs::Legs;
use super::used::Used;
use super::{Operator, Stage};
use crate::error::Result;
use crate::plan::physical::Expand;
use crate::semantic::bound::Slot;

/// Multiplies each row by the number of relationships at a node, without those bound in some slots.
pub(super) struct Counting {
    input: Stage,
    node: Slot,
    legs: Legs,
    distinct_from: Vec<Slot>,
    /// Where the node goes, when an aggregate is to list there what counts.
    cited: Option<Slot>,
}

impl Counting {
    pub(super) fn new(input: Stage, live: &Live, plan: &Expand) -> Counting {
        let legs = Legs::new(&plan.types, plan.way);
        let cited = live.contains(plan.rel).then_some(plan.rel);
        Counting { input, node: plan.from, legs, distinct_from: plan.distinct_from.clone(), cited }
    }

    /// For each row, how many there are.
    fn counts(&self, cx: &Context, chunk: &Chunk) -> Result<Vec<u64>> {
        if let (Column::Nodes(nodes), []) = (chunk.column(self.node), self.distinct_from.as_slice()) {
            cx.check()?;
            return Ok(match &chunk.selection {
                None => self.legs.counts(cx.graph(), nodes),
                Some(selection) => {
                    let nodes: Vec<u32> = selection.iter().map(|at| nodes[*at as usize]).collect();
                    self.legs.counts(cx.graph(), &nodes)
                }
            });
        }
        (0..chunk.rows()).map(|row| self.count(cx, chunk, chunk.position(row))).collect()
    }

    fn count(&self, cx: &Context, chunk: &Chunk, position: usize) -> Result<u64> {
        cx.tick()?;
        let graph = cx.graph();
        let Some(node) = node_at(chunk, self.node, position)? else { return Ok(0) };
        let used = Used::of(chunk, position, &self.distinct_from);
        let bound = used.items().iter().filter(|&&rel| {
            let ends = graph.endpoints(rel);
            self.legs.fits_type(rel.rel_type) && ends.is_some_and(|ends| self.legs.follow(node, ends).is_some())
        });
        Ok(self.legs.count(graph, node).saturating_sub(bound.count() as u64))
    }
}

impl Operator for Counting {
    fn next(&mut self, cx: &mut Context) -> Result<Option<Chunk>> {
        while let Some(chunk) = self.input.next(cx)? {
            let counts = self.counts(cx, &chunk)?;
            let Some(mut kept) = chunk.multiply(counts)? else { continue };
            if let Some(slot) = self.cited {
                kept.set(slot, kept.column(self.node).clone());
            }
            return Ok(Some(kept));
        }
        Ok(None)
    }

    fn reset(&mut self) {
        self.input.reset();
    }
}
