//! What groups rest on, gathered for all of them at once.
//!
//! What is only listed at a node, since nothing else reads it, is not listed for each row: kept is at which nodes, for each
//! group, and the lists are made when all rows are known, for each of these nodes once.

use super::column::Column;
use super::context::Context;
use super::memory::Held;
use super::operators::weigh::Weigher;
use crate::error::{Error, Result};
use crate::functions::Aggregate;
use crate::functions::evidence::Evidence;
use crate::plan::physical::{Node, Op};
use crate::plan::weight::Weight;
use crate::semantic::bound::{AggregateCall, ExprKind, Slot};
use crate::value::arithmetic::check_list_size;
use crate::value::{NodeId, RelId, RelLists, Value};

/// How many more than were known may wait at least before those that came again are dropped.
const WAITING: usize = 4096;

/// The relationships that groups rest on.
#[derive(Default)]
pub(super) struct Citations {
    evidence: Evidence,
    /// For each argument, the nodes at which something is to be listed.
    nodes: Vec<Pairs>,
    groups: usize,
}

/// What is to be listed at nodes for an argument of `cited`: relationships that are counted there and have no rows.
pub(super) struct AtNode {
    /// The slot of the aggregate.
    aggregate: Slot,
    argument: usize,
    weigher: Weigher,
}

impl AtNode {
    /// Forgets what is known: the graph may have changed.
    pub(super) fn forget(&mut self) {
        self.weigher.forget();
    }
}

/// What the arguments of `cited` have listed at nodes, where the rows come from a plan.
pub(super) fn at_nodes(input: Option<&Node>, aggregates: &[(Slot, AggregateCall)]) -> Vec<AtNode> {
    let mut all = Vec::new();
    for (aggregate, call) in aggregates.iter().filter(|(_, call)| call.aggregate == Aggregate::Cited) {
        for (argument, expr) in call.arguments.iter().enumerate() {
            let ExprKind::Slot(slot) = expr.kind else { continue };
            let weight = input.and_then(|input| counted(input, slot));
            all.extend(weight.map(|weight| AtNode { aggregate: *aggregate, argument, weigher: Weigher::new(&weight) }));
        }
    }
    all
}

/// What is counted where a plan would otherwise bind a relationship in a slot.
fn counted(plan: &Node, slot: Slot) -> Option<Weight> {
    plan.chain().find_map(|node| match &node.op {
        Op::ExpandCount(expand) if expand.rel == slot => Some(Weight::cited_relationships(expand)),
        Op::Weigh { weight, .. } if weight.cited().first() == Some(&slot) => Some(weight.clone()),
        op => op.inner_plans().find_map(|inner| counted(inner, slot)),
    })
}

/// Nodes of groups, some perhaps more than once.
#[derive(Clone, Default)]
struct Pairs {
    /// A group and a node, in the higher and the lower half.
    pairs: Vec<u64>,
    /// How many were left when those that came again were dropped last.
    known: usize,
}

impl Pairs {
    #[inline]
    fn push(&mut self, group: u32, node: u32) {
        let pair = u64::from(group) << 32 | u64::from(node);
        if self.pairs.last() == Some(&pair) {
            return;
        }
        if self.pairs.len() >= 2 * self.known + WAITING {
            self.settle();
        }
        self.pairs.push(pair);
    }

    fn settle(&mut self) {
        self.pairs.sort_unstable();
        self.pairs.dedup();
        self.known = self.pairs.len();
    }

    /// Each once, in order.
    fn settled(mut self) -> Vec<u64> {
        self.settle();
        self.pairs
    }

    fn iter(&self) -> impl Iterator<Item = (u32, u32)> {
        self.pairs.iter().map(|pair| ((pair >> 32) as u32, *pair as u32))
    }
}

impl Citations {
    /// Makes room for so many groups.
    pub(super) fn resize(&mut self, groups: usize) {
        self.groups = groups;
    }

    /// Adds what rows rest on to their groups.
    pub(super) fn add(&mut self, cx: &Context, groups: &[u32], arguments: &[&Column], held: &mut Held) -> Result<()> {
        let before = self.bytes();
        self.nodes.resize(arguments.len(), Pairs::default());
        let Citations { evidence, nodes, .. } = self;
        for (column, pairs) in arguments.iter().zip(nodes) {
            cx.work(groups.len() as u64)?;
            let rows = groups.iter().copied().enumerate();
            match column {
                Column::Rels(rels) => rows.zip(rels).for_each(|((_, group), rel)| evidence.push(group, *rel)),
                Column::Nodes(nodes) => rows.zip(nodes).for_each(|((_, group), node)| pairs.push(group, *node)),
                Column::RelLists(lists) => {
                    cx.work(lists.rels().len() as u64)?;
                    rows.zip(lists.iter())
                        .for_each(|((_, group), list)| list.iter().for_each(|rel| evidence.push(group, *rel)));
                }
                column => rows.for_each(|(row, group)| match column.get(row) {
                    Value::Node(NodeId(node)) => pairs.push(group, node),
                    value => evidence.add(group, &value),
                }),
            }
        }
        held.grow(cx, self.bytes().saturating_sub(before))
    }

    /// Adds what others have; `groups` are the groups here of those there.
    pub(super) fn join(&mut self, cx: &Context, other: &Citations, groups: &[u32], held: &mut Held) -> Result<()> {
        let before = self.bytes();
        self.evidence.join(&other.evidence, |group| groups[group as usize]);
        self.nodes.resize(other.nodes.len().max(self.nodes.len()), Pairs::default());
        for (all, more) in self.nodes.iter_mut().zip(&other.nodes) {
            more.iter().for_each(|(group, node)| all.push(groups[group as usize], node));
        }
        held.grow(cx, self.bytes().saturating_sub(before))
    }

    /// The list of each group; `slot` is that of the aggregate.
    pub(super) fn finish(self, cx: &Context, slot: Slot, at: &mut [AtNode], held: &mut Held) -> Result<Column> {
        cx.work(self.evidence.len() as u64)?;
        let mut lists = self.evidence.into_lists(self.groups);
        let mut hanging = Vec::new();
        for (argument, pairs) in self.nodes.into_iter().enumerate().filter(|(_, pairs)| !pairs.pairs.is_empty()) {
            let of = at.iter().position(|at| at.aggregate == slot && at.argument == argument);
            hanging.push((of.ok_or_else(|| Error::internal("nobody knows what is cited at a node"))?, pairs.settled()));
        }
        if !hanging.is_empty() {
            let mut pairs: Vec<_> = hanging.iter().map(|(of, pairs)| (*of, pairs.as_slice())).collect();
            lists = with_hanging(cx, &lists, &mut pairs, at, held)?;
        }
        lists.iter().try_for_each(|list| check_list_size(list.len(), cx.value_limit()))?;
        Ok(Column::RelLists(lists))
    }

    fn bytes(&self) -> u64 {
        let pairs = self.nodes.iter().map(|pairs| size_of_val(pairs.pairs.as_slice()) as u64);
        self.evidence.bytes() + pairs.sum::<u64>()
    }
}

/// The lists of groups with what counts at their nodes, each once and in order. `pairs` says for some of `at` at which
/// nodes, in order of group.
fn with_hanging(
    cx: &Context,
    lists: &RelLists,
    pairs: &mut [(usize, &[u64])],
    at: &mut [AtNode],
    held: &mut Held,
) -> Result<RelLists> {
    let mut all = RelLists::with_capacity(lists.len(), 2 * lists.rels().len());
    held.grow(cx, all.bytes())?;
    let mut codes: Vec<u64> = Vec::new();
    for (group, list) in lists.iter().enumerate() {
        codes.clear();
        codes.extend(list.iter().map(|rel| rel.packed()));
        for (of, pairs) in &mut *pairs {
            while let Some((pair, rest)) = pairs.split_first().filter(|(pair, _)| **pair >> 32 == group as u64) {
                at[*of].weigher.list(cx, *pair as u32, &mut |rel_type, rows| {
                    codes.extend(rows.iter().map(|&row| RelId { rel_type, row }.packed()));
                })?;
                check_list_size(codes.len(), cx.value_limit())?;
                *pairs = rest;
            }
        }
        codes.sort_unstable();
        codes.dedup();
        let before = all.bytes();
        all.push(codes.iter().map(|code| RelId::unpacked(*code)));
        held.grow(cx, all.bytes() - before)?;
    }
    Ok(all)
}
