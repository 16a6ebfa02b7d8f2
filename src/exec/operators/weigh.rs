//! Rows multiplied by what hangs at a node: relationships are counted, and the tests of their far ends made, without
//! making rows.
//!
//! How often a far end counts is found out once and kept for each node. The first ends are tested one adjacency at a
//! time; when many were, whole segments of nodes are tested at once. A test that fails for a node that was tested
//! beforehand does not fail the statement: from then on only ends that are met are tested.
//!
//! Where relationships that count are cited, their slot gets the node: the aggregate that gathers them lists them there.

use super::super::chunk::{Chunk, added, multiplied};
use super::super::column::Column;
use super::super::context::Context;
use super::super::eval::logic::label_test;
use super::super::eval::vector::{Rows, eval_truths};
use super::super::memory::Held;
use super::expand::node_at;
use super::legs::Legs;
use super::rel_tests::RelTests;
use super::{Operator, Stage};
use crate::error::Result;
use crate::plan::weight::{self, Weight};
use crate::semantic::bound::{Expr, LabelTest, Slot};
use crate::store::SEGMENT;
use crate::value::{NodeId, RelTypeId};
use hashbrown::HashMap;

/// How many ends are tested before whole segments are.
const FEW: usize = 1024;
/// What stands for a node of which nothing is known yet.
const UNKNOWN: u64 = u64::MAX;

/// Multiplies each row by the weight of a node.
pub(super) struct Weigh {
    input: Stage,
    node: Slot,
    weigher: Weigher,
    /// Where the node goes, at which what counts is to be listed.
    cited: Option<Slot>,
}

/// Finds the weight of a node, and lists what counts there.
pub(in crate::exec) struct Weigher(Kind);

enum Kind {
    Branch(Box<Branch>),
    Pair(Box<Pair>),
}

struct Branch {
    legs: Legs,
    /// `None` when every relationship counts.
    tests: Option<RelTests>,
    /// Whether its relationships are listed.
    cited: bool,
    /// `None` when every end counts once.
    ends: Option<Ends>,
}

struct Pair {
    arms: [Branch; 2],
    /// The relationships that both arms can bind; only self-loops when `loops`.
    common: Legs,
    loops: bool,
}

/// The far ends of a branch.
struct Ends {
    slot: Slot,
    labels: Vec<LabelTest>,
    predicates: Vec<Expr>,
    weighers: Vec<Weigher>,
    known: Known,
    /// Whether an end is found as quickly as what is known of it.
    cheap: bool,
    tested: usize,
    /// Whether whole segments may be tested.
    ahead: bool,
    held: Held,
}

/// How often nodes count, as far as it is known.
enum Known {
    Few(HashMap<u32, u64, foldhash::fast::FixedState>),
    Many(Vec<u64>),
}

impl Weigh {
    pub(super) fn new(input: Stage, node: Slot, weight: &Weight) -> Weigh {
        Weigh { input, node, weigher: Weigher::new(weight), cited: weight.cited().first().copied() }
    }
}

impl Operator for Weigh {
    fn next(&mut self, cx: &mut Context) -> Result<Option<Chunk>> {
        while let Some(chunk) = self.input.next(cx)? {
            self.weigher.expect(cx, chunk.rows() as u64)?;
            let weights = (0..chunk.rows()).map(|row| {
                cx.tick()?;
                let node = node_at(&chunk, self.node, chunk.position(row))?;
                node.map_or(Ok(0), |node| self.weigher.of(cx, node.0))
            });
            let weights = weights.collect::<Result<Vec<u64>>>()?;
            let Some(mut kept) = chunk.multiply(weights)? else { continue };
            if let Some(slot) = self.cited {
                kept.set(slot, kept.column(self.node).clone());
            }
            return Ok(Some(kept));
        }
        Ok(None)
    }

    /// What is known is forgotten: the graph may have changed.
    fn reset(&mut self) {
        self.input.reset();
        self.weigher.forget();
    }
}

/// What is called with relationships of a type, by their rows.
type Visit<'v> = &'v mut dyn FnMut(RelTypeId, &[u32]);

impl Weigher {
    /// Forgets what is known: the graph may have changed.
    pub(in crate::exec) fn forget(&mut self) {
        match &mut self.0 {
            Kind::Branch(branch) => branch.forget(),
            Kind::Pair(pair) => pair.arms.iter_mut().for_each(Branch::forget),
        }
    }

    pub(in crate::exec) fn new(weight: &Weight) -> Weigher {
        match weight {
            Weight::Branch(branch) => Weigher(Kind::Branch(Box::new(Branch::new(branch)))),
            Weight::Pair(arms) => {
                let [left, right] = arms.each_ref().map(Branch::new);
                let (common, loops) = left.legs.common(&right.legs);
                Weigher(Kind::Pair(Box::new(Pair { arms: [left, right], common, loops })))
            }
        }
    }

    /// Says that so many nodes are about to be weighed.
    fn expect(&mut self, cx: &Context, nodes: u64) -> Result<()> {
        match &mut self.0 {
            Kind::Branch(branch) => branch.expect(cx, nodes),
            Kind::Pair(_) => Ok(()), // its arms test no relationships
        }
    }

    fn of(&mut self, cx: &Context, node: u32) -> Result<u64> {
        match &mut self.0 {
            Kind::Branch(branch) => branch.of(cx, node),
            Kind::Pair(pair) => pair.of(cx, node),
        }
    }

    /// Calls `visit` with the relationships that count at a node, where they are cited.
    pub(in crate::exec) fn list(&mut self, cx: &Context, node: u32, visit: Visit<'_>) -> Result<()> {
        match &mut self.0 {
            Kind::Branch(branch) if branch.cited => branch.list(cx, node, visit),
            Kind::Branch(_) | Kind::Pair(_) => Ok(()),
        }
    }
}

impl Branch {
    fn new(branch: &weight::Branch) -> Branch {
        let plain = |weight: &Weight| matches!(weight, Weight::Branch(branch) if branch.is_plain());
        let ends = (!branch.is_only_tested()).then(|| Ends {
            slot: branch.end,
            labels: branch.labels.clone(),
            predicates: branch.predicates.clone(),
            weighers: branch.weights.iter().map(Weigher::new).collect(),
            known: Known::Few(HashMap::default()),
            cheap: branch.labels.is_empty() && branch.predicates.is_empty() && branch.weights.iter().all(plain),
            tested: 0,
            ahead: true,
            held: Held::default(),
        });
        let tests = RelTests::new(branch.rel, &branch.tests);
        Branch { legs: Legs::new(&branch.types, branch.way), tests, cited: branch.cited, ends }
    }

    fn forget(&mut self) {
        self.tests.iter_mut().for_each(RelTests::forget);
        if let Some(ends) = &mut self.ends {
            ends.known = Known::Few(HashMap::default());
            ends.tested = 0;
            ends.held.release();
            ends.weighers.iter_mut().for_each(Weigher::forget);
        }
    }

    /// Says that so many nodes are about to be weighed.
    fn expect(&mut self, cx: &Context, nodes: u64) -> Result<()> {
        let Some(tests) = &mut self.tests else { return Ok(()) };
        self.legs.expected(cx.graph(), nodes).try_for_each(|(rel_type, rels)| tests.expect(cx, rel_type, rels))
    }

    fn of(&mut self, cx: &Context, node: u32) -> Result<u64> {
        let Branch { legs, tests, ends, .. } = self;
        match (tests, ends) {
            (None, None) => Ok(legs.count(cx.graph(), NodeId(node))),
            (None, Some(ends)) => sum(cx, legs, node, |_, neighbours, _| ends.total(cx, neighbours)),
            (Some(tests), None) => sum(cx, legs, node, |rel_type, _, rows| tests.count(cx, rel_type, rows)),
            (Some(tests), Some(ends)) => sum(cx, legs, node, |rel_type, neighbours, rows| {
                ends.total(cx, &tests.passing(cx, rel_type, neighbours, rows)?.0)
            }),
        }
    }

    /// Calls `visit` with the relationships that count, and with what is cited at their ends.
    fn list(&mut self, cx: &Context, node: u32, visit: Visit<'_>) -> Result<()> {
        let Branch { legs, tests, ends, .. } = self;
        legs.for_each_slice(cx.graph(), NodeId(node), &mut |rel_type, neighbours, rows| {
            cx.work(neighbours.len() as u64)?;
            match tests {
                Some(tests) => {
                    let (neighbours, rows) = tests.passing(cx, rel_type, neighbours, rows)?;
                    list_slice(cx, ends, rel_type, &neighbours, &rows, visit)
                }
                None => list_slice(cx, ends, rel_type, neighbours, rows, visit),
            }
        })
    }

    /// How often an end counts that [`Branch::of`] has met.
    fn end(&mut self, cx: &Context, end: u32) -> Result<u64> {
        match &mut self.ends {
            None => Ok(1),
            Some(ends) => ends.total(cx, &[end]),
        }
    }
}

/// The sum over the slices of relationships at a node of what each counts.
fn sum(
    cx: &Context,
    legs: &Legs,
    node: u32,
    mut count: impl FnMut(RelTypeId, &[u32], &[u32]) -> Result<u64>,
) -> Result<u64> {
    let mut sum = 0u64;
    legs.for_each_slice(cx.graph(), NodeId(node), &mut |rel_type, neighbours, rows| {
        sum = added(sum, count(rel_type, neighbours, rows)?)?;
        Ok(())
    })?;
    Ok(sum)
}

/// Calls `visit` with those of these relationships whose ends count, and with what is cited at those.
fn list_slice(
    cx: &Context,
    ends: &mut Option<Ends>,
    rel_type: RelTypeId,
    neighbours: &[u32],
    rows: &[u32],
    visit: Visit<'_>,
) -> Result<()> {
    let Some(ends) = ends else {
        visit(rel_type, rows);
        return Ok(());
    };
    for (&end, row) in neighbours.iter().zip(rows) {
        if ends.total(cx, &[end])? > 0 {
            visit(rel_type, std::slice::from_ref(row));
            ends.weighers.iter_mut().try_for_each(|weigher| weigher.list(cx, end, visit))?;
        }
    }
    Ok(())
}

impl Pair {
    fn of(&mut self, cx: &Context, node: u32) -> Result<u64> {
        let [left, right] = &mut self.arms;
        let first = left.of(cx, node)?;
        let pairs = if first == 0 { 0 } else { multiplied(first, right.of(cx, node)?)? };
        if pairs == 0 {
            return Ok(0);
        }
        Ok(pairs.saturating_sub(self.same(cx, node)?))
    }

    /// The relationships that both arms count, with how often their ends count in both.
    fn same(&mut self, cx: &Context, node: u32) -> Result<u64> {
        let [left, right] = &mut self.arms;
        if self.loops {
            let loops = self.common.self_loops(cx.graph(), NodeId(node));
            return if loops == 0 { Ok(0) } else { Ok(loops * left.end(cx, node)? * right.end(cx, node)?) };
        }
        if left.ends.is_none() && right.ends.is_none() {
            return Ok(self.common.count(cx.graph(), NodeId(node)));
        }
        let mut sum = 0u64;
        self.common.for_each_slice(cx.graph(), NodeId(node), &mut |_, neighbours, _| {
            for &end in neighbours {
                let both = multiplied(left.end(cx, end)?, right.end(cx, end)?)?;
                sum = added(sum, both)?;
            }
            Ok(())
        })?;
        Ok(sum)
    }
}

impl Ends {
    /// How often a node counts that passes the tests.
    fn weight(&mut self, cx: &Context, node: u32) -> Result<u64> {
        let mut weight = 1;
        for weigher in &mut self.weighers {
            weight = if weight == 0 { 0 } else { multiplied(weight, weigher.of(cx, node)?)? };
        }
        Ok(weight)
    }

    /// How often these nodes count together, when each is cheap.
    fn computed(&mut self, cx: &Context, nodes: &[u32]) -> Result<u64> {
        cx.work(nodes.len() as u64)?;
        self.tested += nodes.len();
        let mut sum = 0u64;
        for node in nodes {
            sum = added(sum, self.weight(cx, *node)?)?;
        }
        Ok(sum)
    }

    /// How often these nodes count together.
    fn total(&mut self, cx: &Context, nodes: &[u32]) -> Result<u64> {
        if self.cheap && self.tested < FEW {
            return self.computed(cx, nodes);
        }
        match self.known.total(nodes)? {
            Some(total) => Ok(total),
            None => {
                self.learn(cx, nodes)?;
                Ok(self.known.total(nodes)?.unwrap_or_default())
            }
        }
    }

    /// Finds out how often nodes count.
    fn learn(&mut self, cx: &Context, nodes: &[u32]) -> Result<()> {
        let mut unknown: Vec<u32> = nodes.iter().copied().filter(|node| self.known.get(*node) == UNKNOWN).collect();
        unknown.dedup();
        self.tested += unknown.len();
        if self.tested > FEW && self.ahead {
            self.spread(cx)?;
            self.learn_segments(cx, &unknown);
            unknown.retain(|node| self.known.get(*node) == UNKNOWN);
        }
        self.test(cx, &unknown)
    }

    /// Finds out about all nodes of the segments of some.
    fn learn_segments(&mut self, cx: &Context, nodes: &[u32]) {
        let mut all = Vec::new();
        for run in nodes.chunk_by(|left, right| left / SEGMENT == right / SEGMENT) {
            all.clear();
            cx.graph().scan(run[0] / SEGMENT, None, &mut all);
            all.retain(|node| self.known.get(*node) == UNKNOWN);
            if self.test(cx, &all).is_err() {
                self.ahead = false;
                return;
            }
        }
    }

    /// Makes room for all nodes.
    fn spread(&mut self, cx: &Context) -> Result<()> {
        let Known::Few(few) = &self.known else { return Ok(()) };
        let bound = cx.graph().node_bound() as usize;
        self.held.grow(cx, size_of::<u64>() as u64 * bound as u64)?;
        let mut many = vec![UNKNOWN; bound];
        few.iter().for_each(|(node, weight)| many[*node as usize] = *weight);
        self.known = Known::Many(many);
        Ok(())
    }

    /// Tests and weighs nodes; nothing is known of them after an error.
    fn test(&mut self, cx: &Context, nodes: &[u32]) -> Result<()> {
        if nodes.is_empty() {
            return Ok(());
        }
        let passing = self.passing(cx, nodes)?;
        let mut weights = Vec::with_capacity(passing.len());
        self.weighers.iter_mut().try_for_each(|weigher| weigher.expect(cx, passing.len() as u64))?;
        for &node in &passing {
            weights.push(self.weight(cx, node)?);
        }
        nodes.iter().for_each(|node| self.known.set(*node, 0));
        passing.iter().zip(weights).for_each(|(node, weight)| self.known.set(*node, weight));
        Ok(())
    }

    /// The nodes that pass the tests.
    fn passing(&self, cx: &Context, nodes: &[u32]) -> Result<Vec<u32>> {
        cx.check()?;
        let fits = |node: &&u32| self.labels.iter().all(|test| label_test(cx.graph(), NodeId(**node), test));
        let mut nodes: Vec<u32> = nodes.iter().filter(fits).copied().collect();
        for predicate in &self.predicates {
            if nodes.is_empty() {
                break;
            }
            let mut chunk = Chunk::new(cx.frame(), nodes.len());
            chunk.set(self.slot, Column::Nodes(nodes));
            let mut truths = eval_truths(cx, predicate, Rows::of(&chunk))?.into_iter();
            nodes = match chunk.take(self.slot) {
                Column::Nodes(nodes) => nodes,
                _ => Vec::new(),
            };
            nodes.retain(|_| truths.next().unwrap_or(false));
        }
        Ok(nodes)
    }
}

impl Known {
    fn get(&self, node: u32) -> u64 {
        match self {
            Known::Few(known) => known.get(&node).copied().unwrap_or(UNKNOWN),
            Known::Many(known) => known.get(node as usize).copied().unwrap_or(UNKNOWN),
        }
    }

    fn set(&mut self, node: u32, weight: u64) {
        match self {
            Known::Few(known) => _ = known.insert(node, weight),
            Known::Many(known) => known[node as usize] = weight,
        }
    }

    /// The sum over nodes; `None` when one is not known.
    fn total(&self, nodes: &[u32]) -> Result<Option<u64>> {
        let mut sum = 0u64;
        for node in nodes {
            match self.get(*node) {
                UNKNOWN => return Ok(None),
                weight => sum = added(sum, weight)?,
            }
        }
        Ok(Some(sum))
    }
}
