//! Rows multiplied by the number of pairs of relationships from two nodes that lead to the same node.
//!
//! What the second node leads to is marked; what the first leads to is looked up among the marks. Rows that follow
//! each other mostly have the same second node, so that its marks serve many of them. Where one is new and has many
//! more relationships, it is searched instead. A relationship of a pair is compared with those bound before, and with
//! the other, by its identity.

use super::super::chunk::{Chunk, multiplied, too_many_rows};
use super::super::context::Context;
use super::super::memory::Held;
use super::expand::node_at;
use super::legs::Legs;
use super::used::Used;
use super::{Operator, Stage};
use crate::error::Result;
use crate::plan::physical::Expand;
use crate::semantic::bound::Slot;
use crate::store::Version;
use crate::value::{NodeId, RelId, RelTypeId};

/// How many times as many relationships the second node must have for being searched.
const SKEWED: u64 = 16;
/// In so many rows the second node is searched before any marks are made.
const FEW: u64 = 64;

/// Multiplies each row by the number of pairs.
pub(super) struct Intersection {
    input: Stage,
    arms: [Arm; 2],
    /// Whether the two must be different.
    differ: bool,
    marks: Marks,
    searched: u64,
    held: Held,
}

struct Arm {
    from: Slot,
    legs: Legs,
    distinct_from: Vec<Slot>,
}

/// The relationships from one node by where they lead.
#[derive(Default)]
struct Marks {
    node: Option<NodeId>,
    /// For each node, the round in which it was marked last.
    rounds: Vec<u32>,
    /// The relationship that leads there.
    rels: Vec<RelId>,
    round: u32,
    /// Whether two relationships lead to one node.
    parallel: bool,
}

impl Intersection {
    pub(super) fn new(input: Stage, arms: &[Expand; 2]) -> Intersection {
        let [first, second] = arms;
        let differ = second.distinct_from.contains(&first.rel);
        let arm = |expand: &Expand, without: Option<Slot>| Arm {
            from: expand.from,
            legs: Legs::new(&expand.types, expand.way),
            distinct_from: expand.distinct_from.iter().copied().filter(|slot| Some(*slot) != without).collect(),
        };
        let arms = [arm(first, None), arm(second, Some(first.rel))];
        Intersection { input, arms, differ, marks: Marks::default(), searched: 0, held: Held::default() }
    }

    fn count(&mut self, cx: &Context, chunk: &Chunk, position: usize) -> Result<u64> {
        let [first, second] = &self.arms;
        let (Some(left), Some(right)) = (node_at(chunk, first.from, position)?, node_at(chunk, second.from, position)?)
        else {
            return Ok(0);
        };
        let row = Row { used: [first.used(chunk, position), second.used(chunk, position)], differ: self.differ };
        let graph = cx.graph();
        if self.marks.node != Some(right) {
            let few = self.marks.rounds.is_empty() && self.searched < FEW;
            let skewed = || second.legs.count(graph, right) > SKEWED * first.legs.count(graph, left).max(1);
            if few || skewed() {
                self.searched += 1;
                return row.search(cx, (first, left), (second, right));
            }
            self.mark(cx, right)?;
        }
        if self.marks.parallel {
            return row.search(cx, (&self.arms[0], left), (&self.arms[1], right));
        }
        row.look_up(cx, (&self.arms[0], left), &self.marks)
    }

    fn mark(&mut self, cx: &Context, node: NodeId) -> Result<()> {
        let bound = cx.graph().node_bound() as usize;
        if self.marks.rounds.len() != bound {
            self.held.set(cx, ((size_of::<u32>() + size_of::<RelId>()) * bound) as u64)?;
            self.marks.rounds = vec![0; bound];
            self.marks.rels = vec![RelId { rel_type: RelTypeId(0), row: 0 }; bound];
            self.marks.round = 0;
        }
        self.marks.begin(node);
        let marks = &mut self.marks;
        self.arms[1].legs.for_each_slice(cx.graph(), node, &mut |rel_type, ends, rows| {
            ends.iter().zip(rows).for_each(|(&end, &row)| marks.set(end, RelId { rel_type, row }));
            cx.work(ends.len() as u64)
        })
    }
}

impl Arm {
    fn used(&self, chunk: &Chunk, position: usize) -> Used {
        Used::of(chunk, position, &self.distinct_from)
    }
}

impl Marks {
    fn begin(&mut self, node: NodeId) {
        if self.round == u32::MAX {
            self.rounds.fill(0);
            self.round = 0;
        }
        self.round += 1;
        self.node = Some(node);
        self.parallel = false;
    }

    fn set(&mut self, end: u32, rel: RelId) {
        let round = &mut self.rounds[end as usize];
        self.parallel |= *round == self.round;
        *round = self.round;
        self.rels[end as usize] = rel;
    }

    fn get(&self, end: u32) -> Option<RelId> {
        (self.rounds[end as usize] == self.round).then(|| self.rels[end as usize])
    }
}

/// What a row says of its pairs.
struct Row {
    used: [Used; 2],
    differ: bool,
}

impl Row {
    fn admits(&self, left: RelId, right: RelId) -> bool {
        !(self.used[0].contains(left) || self.used[1].contains(right) || self.differ && left == right)
    }

    /// Goes along the first node's relationships and looks each end up among the marks.
    fn look_up(&self, cx: &Context, (arm, node): (&Arm, NodeId), marks: &Marks) -> Result<u64> {
        let mut count = 0;
        arm.legs.for_each_slice(cx.graph(), node, &mut |rel_type, ends, rows| {
            for (&end, &row) in ends.iter().zip(rows) {
                if let Some(right) = marks.get(end) {
                    count += u64::from(self.admits(RelId { rel_type, row }, right));
                }
            }
            cx.work(ends.len() as u64)
        })?;
        Ok(count)
    }

    /// Goes along the first node's relationships and searches each end among the second's.
    fn search(&self, cx: &Context, first: (&Arm, NodeId), (second, right): (&Arm, NodeId)) -> Result<u64> {
        let graph: &Version = cx.graph();
        let mut count = 0u64;
        first.0.legs.for_each_slice(graph, first.1, &mut |rel_type, ends, rows| {
            for (&end, &row) in ends.iter().zip(rows) {
                let mut found = 0u64;
                second.legs.for_each_between(graph, right, NodeId(end), &mut |other| {
                    found += u64::from(self.admits(RelId { rel_type, row }, other));
                });
                count = count.checked_add(found).ok_or_else(too_many_rows)?;
            }
            cx.work(ends.len() as u64)
        })?;
        Ok(count)
    }
}

impl Operator for Intersection {
    fn next(&mut self, cx: &mut Context) -> Result<Option<Chunk>> {
        while let Some(mut chunk) = self.input.next(cx)? {
            let mut times = vec![0u64; chunk.len];
            let mut positions = chunk.positions();
            for &position in &positions {
                let at = position as usize;
                times[at] = multiplied(chunk.times(at), self.count(cx, &chunk, at)?)?;
            }
            positions.retain(|&at| times[at as usize] > 0);
            if !positions.is_empty() {
                chunk.multiplicity = Some(times);
                chunk.selection = (positions.len() < chunk.len).then_some(positions);
                return Ok(Some(chunk));
            }
        }
        self.forget();
        Ok(None)
    }

    fn reset(&mut self) {
        self.input.reset();
        self.forget();
    }
}

impl Intersection {
    /// Forgets the marks: the graph may have changed.
    fn forget(&mut self) {
        self.marks = Marks::default();
        self.searched = 0;
        self.held.release();
    }
}
