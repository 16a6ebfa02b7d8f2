//! Expansions that only count: rows are multiplied by the number of relationships, or pairs of them, at a node.

use super::super::chunk::{Chunk, multiplied};
use super::super::context::Context;
use super::expand::node_at;
use super::legs::Legs;
use super::used::Used;
use super::{Operator, Stage};
use crate::error::Result;
use crate::plan::physical::{Expand, Way};
use crate::semantic::bound::{Slot, TypeTest};
use crate::store::Version;
use crate::value::NodeId;

/// Multiplies each row by a number that the graph says.
pub(super) struct Counting {
    input: Stage,
    node: Slot,
    what: What,
}

enum What {
    /// The relationships at the node, without those bound in these slots.
    Degree { legs: Legs, distinct_from: Vec<Slot> },
    /// The pairs of different relationships, one of each arm.
    Pairs { arms: [Legs; 2], common: Common },
}

/// The relationships that both arms can bind.
enum Common {
    Legs(Legs),
    SelfLoops(Legs),
}

impl Common {
    fn count(&self, graph: &Version, node: NodeId) -> u64 {
        match self {
            Common::Legs(legs) => legs.count(graph, node),
            Common::SelfLoops(legs) => legs.self_loops(graph, node),
        }
    }
}

impl Counting {
    pub(super) fn degree(input: Stage, plan: &Expand) -> Counting {
        let legs = Legs::new(&plan.types, plan.way);
        Counting { input, node: plan.from, what: What::Degree { legs, distinct_from: plan.distinct_from.clone() } }
    }

    pub(super) fn pairs(input: Stage, node: Slot, arms: &[(TypeTest, Way); 2]) -> Counting {
        let arms = [Legs::new(&arms[0].0, arms[0].1), Legs::new(&arms[1].0, arms[1].1)];
        let common = match arms[0].common(&arms[1]) {
            (Some(_), legs) => Common::Legs(legs),
            (None, legs) => Common::SelfLoops(legs),
        };
        Counting { input, node, what: What::Pairs { arms, common } }
    }

    fn count(&self, graph: &Version, chunk: &Chunk, position: usize) -> Result<u64> {
        let Some(node) = node_at(chunk, self.node, position)? else { return Ok(0) };
        match &self.what {
            What::Degree { legs, distinct_from } => {
                let used = Used::of(chunk, position, distinct_from);
                let bound = used.items().iter().filter(|&&rel| {
                    let ends = graph.endpoints(rel);
                    legs.fits_type(rel.rel_type) && ends.is_some_and(|ends| legs.follow(node, ends).is_some())
                });
                Ok(legs.count(graph, node).saturating_sub(bound.count() as u64))
            }
            What::Pairs { arms: [left, right], common } => {
                let left = left.count(graph, node);
                let pairs = if left == 0 { 0 } else { multiplied(left, right.count(graph, node))? };
                Ok(pairs.saturating_sub(common.count(graph, node)))
            }
        }
    }
}

impl Operator for Counting {
    fn next(&mut self, cx: &mut Context) -> Result<Option<Chunk>> {
        while let Some(mut chunk) = self.input.next(cx)? {
            let mut times = vec![0u64; chunk.len];
            let mut kept = Vec::with_capacity(chunk.rows());
            for position in chunk.positions() {
                cx.tick()?;
                let count = self.count(cx.graph(), &chunk, position as usize)?;
                if count > 0 {
                    times[position as usize] = multiplied(chunk.times(position as usize), count)?;
                    kept.push(position);
                }
            }
            if !kept.is_empty() {
                chunk.multiplicity = Some(times);
                chunk.selection = (kept.len() < chunk.len).then_some(kept);
                return Ok(Some(chunk));
            }
        }
        Ok(None)
    }

    fn reset(&mut self) {
        self.input.reset();
    }
}
