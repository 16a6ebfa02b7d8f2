//! Rows multiplied by the number of pairs of relationships from two nodes that lead to the same node.
//!
//! What one of the nodes leads to is marked; what the other leads to is looked up among the marks. Rows that follow
//! each other mostly have one of the two in common, so that its marks serve many of them. Where one is new and one of the two
//! has many more relationships, that one is searched instead. A relationship of a pair is compared with those bound before, and with
//! the other, by its identity.

use super::super::chunk::{Chunk, added};
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
use crate::value::{NodeId, RelId};
use hashbrown::HashMap;
use std::cell::OnceCell;

/// How many times as many relationships a node must have for being searched.
const SKEWED: u64 = 16;
/// In so many rows a node is searched before any marks are made.
const FEW: u64 = 64;

/// Multiplies each row by the number of pairs.
pub(super) struct Intersection {
    input: Stage,
    arms: [Arm; 2],
    /// Whether the two must be different.
    differ: bool,
    marks: Marks,
    /// The two nodes of the row before.
    last: Option<[NodeId; 2]>,
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
    /// Whose relationships they are, and of which arm.
    of: Option<(NodeId, usize)>,
    /// For each node, the round in which it was marked last.
    rounds: Vec<u32>,
    round: u32,
    /// For nodes to which more than one relationship leads, how many more.
    parallel: HashMap<u32, u64, foldhash::fast::FixedState>,
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
        Intersection { input, arms, differ, marks: Marks::default(), last: None, searched: 0, held: Held::default() }
    }

    fn count(&mut self, cx: &Context, chunk: &Chunk, position: usize) -> Result<u64> {
        let [first, second] = &self.arms;
        let (Some(left), Some(right)) = (node_at(chunk, first.from, position)?, node_at(chunk, second.from, position)?)
        else {
            return Ok(0);
        };
        let row = Row {
            chunk,
            position,
            arms: &self.arms,
            nodes: [left, right],
            differ: self.differ,
            used: OnceCell::new(),
            near: OnceCell::new(),
        };
        let graph = cx.graph();
        let last = self.last.replace([left, right]);
        let known = [(right, 1), (left, 0)].into_iter().find(|of| self.marks.of == Some(*of));
        let mut marked = known.map_or(1, |(_, arm)| arm);
        if known.is_none() {
            let few = self.marks.rounds.is_empty() && self.searched < FEW;
            let counts = [first.legs.count(graph, left), second.legs.count(graph, right)];
            if let Some(walked) = skewed(counts, few) {
                self.searched += 1;
                return row.search(cx, walked);
            }
            // Marks of one node for itself serve no other row, and marking takes longer than looking up. Otherwise those of
            // the node that the row before had, too, may serve the next rows.
            marked = match last {
                _ if left == right => usize::from(counts[1] <= counts[0]),
                Some([before, other]) => usize::from(before != left || other == right),
                None => 1,
            };
            self.marks.mark(cx, row.nodes[marked], (marked, &self.arms[marked].legs), &mut self.held)?;
        }
        row.look_up(cx, 1 - marked, &self.marks)
    }
}

/// Which of two nodes with so many relationships is walked, to search the other: where one has many more, or in any case.
fn skewed([first, second]: [u64; 2], in_any_case: bool) -> Option<usize> {
    match in_any_case {
        true => Some(usize::from(first > second)),
        false if second > SKEWED * first.max(1) => Some(0),
        false => (first > SKEWED * second.max(1)).then_some(1),
    }
}

impl Marks {
    /// Marks what a node leads to.
    fn mark(&mut self, cx: &Context, node: NodeId, (arm, legs): (usize, &Legs), held: &mut Held) -> Result<()> {
        let bound = cx.graph().node_bound() as usize;
        if self.rounds.len() != bound {
            held.set(cx, (size_of::<u32>() * bound) as u64)?;
            self.rounds = vec![0; bound];
            self.round = 0;
        }
        self.begin((node, arm));
        legs.for_each_slice(cx.graph(), node, &mut |_, ends, _| {
            ends.iter().for_each(|end| self.set(*end));
            cx.work(ends.len() as u64)
        })
    }

    fn begin(&mut self, of: (NodeId, usize)) {
        if self.round == u32::MAX {
            self.rounds.fill(0);
            self.round = 0;
        }
        self.round += 1;
        self.of = Some(of);
        self.parallel.clear();
    }

    fn set(&mut self, end: u32) {
        let round = &mut self.rounds[end as usize];
        if *round == self.round {
            *self.parallel.entry(end).or_default() += 1;
        }
        *round = self.round;
    }

    /// How many relationships lead to a node that is marked.
    fn count(&self, end: u32) -> u64 {
        1 + self.parallel.get(&end).copied().unwrap_or(0)
    }

    fn has(&self, end: u32) -> bool {
        self.rounds[end as usize] == self.round
    }
}

/// A row, its two nodes, and what it says of their pairs.
struct Row<'a> {
    chunk: &'a Chunk,
    position: usize,
    arms: &'a [Arm; 2],
    nodes: [NodeId; 2],
    differ: bool,
    /// The relationships bound before, of each arm.
    used: OnceCell<[Used; 2]>,
    /// The ends of those.
    near: OnceCell<Vec<NodeId>>,
}

impl Row<'_> {
    fn used(&self) -> &[Used; 2] {
        self.used
            .get_or_init(|| self.arms.each_ref().map(|arm| Used::of(self.chunk, self.position, &arm.distinct_from)))
    }

    /// Whether a pair that leads to a node may have a relationship twice, or one that was bound before: then the two
    /// nodes are one, or it is an end of that relationship.
    fn is_doubtful(&self, graph: &Version, end: u32) -> bool {
        if self.differ && self.nodes[0] == self.nodes[1] {
            return true;
        }
        if self.arms.iter().all(|arm| arm.distinct_from.is_empty()) {
            return false;
        }
        let near = self.near.get_or_init(|| {
            let rels = self.used().iter().flat_map(Used::items);
            rels.filter_map(|&rel| graph.endpoints(rel)).flat_map(|(from, to)| [from, to]).collect()
        });
        near.contains(&NodeId(end))
    }

    /// The pairs of a relationship of one of the two nodes and those of the other that lead to its end.
    fn pairs(&self, graph: &Version, walked: usize, end: u32, rel: RelId) -> u64 {
        let (used, searched) = (self.used(), 1 - walked);
        let mut count = 0;
        self.arms[searched].legs.for_each_between(graph, self.nodes[searched], NodeId(end), &mut |other| {
            let taken = used[walked].contains(rel) || used[searched].contains(other) || self.differ && rel == other;
            count += u64::from(!taken);
        });
        count
    }

    /// Goes along the relationships of one of the two nodes and looks each end up among the marks of the other.
    fn look_up(&self, cx: &Context, walked: usize, marks: &Marks) -> Result<u64> {
        let graph = cx.graph();
        let mut count = 0;
        let never_doubtful = self.arms.iter().all(|arm| arm.distinct_from.is_empty())
            && !(self.differ && self.nodes[0] == self.nodes[1]);
        self.arms[walked].legs.for_each_slice(graph, self.nodes[walked], &mut |rel_type, ends, rows| {
            if never_doubtful && marks.parallel.is_empty() {
                count += ends.iter().map(|end| u64::from(marks.has(*end))).sum::<u64>();
                return cx.work(ends.len() as u64);
            }
            for (&end, &row) in ends.iter().zip(rows) {
                if marks.has(end) {
                    let doubtful = self.is_doubtful(graph, end);
                    let pairs = || self.pairs(graph, walked, end, RelId { rel_type, row });
                    count += if doubtful { pairs() } else { marks.count(end) };
                }
            }
            cx.work(ends.len() as u64)
        })?;
        Ok(count)
    }

    /// Goes along the relationships of one of the two nodes and searches each end among those of the other.
    fn search(&self, cx: &Context, walked: usize) -> Result<u64> {
        let graph = cx.graph();
        let mut count = 0u64;
        self.arms[walked].legs.for_each_slice(graph, self.nodes[walked], &mut |rel_type, ends, rows| {
            for (&end, &row) in ends.iter().zip(rows) {
                let found = self.pairs(graph, walked, end, RelId { rel_type, row });
                count = added(count, found)?;
            }
            cx.work(ends.len() as u64)
        })?;
        Ok(count)
    }
}

impl Operator for Intersection {
    fn next(&mut self, cx: &mut Context) -> Result<Option<Chunk>> {
        while let Some(chunk) = self.input.next(cx)? {
            let pairs = (0..chunk.rows()).map(|row| self.count(cx, &chunk, chunk.position(row)));
            let pairs = pairs.collect::<Result<Vec<u64>>>()?;
            let kept = chunk.multiply(pairs)?;
            if kept.is_some() {
                return Ok(kept);
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
        self.last = None;
        self.searched = 0;
        self.held.release();
    }
}
