//! The different nodes, or integers, of each group.
//!
//! Few are kept in a set. Many nodes are marked, for one group at a time: rows of a group mostly stand together. What
//! was marked is also written down, so that a group that comes back after another can be taken up again, in a set.

use super::column::Column;
use super::context::Context;
use super::memory::Held;
use super::totals::Joined;
use crate::error::Result;
use crate::value::{NodeId, Value};
use hashbrown::HashSet;
use std::ops::Range;

type Set<T> = HashSet<(u32, T), foldhash::fast::FixedState>;

/// About how many bytes an item of a set takes.
const ITEM_BYTES: u64 = 24;
/// Below this many nodes no marks are made.
const FEW: usize = 512;
/// One node in so many must have been met before marks are made.
const PART: usize = 64;

/// What was met.
#[derive(Default)]
pub(super) struct Seen {
    items: Items,
    held: Held,
}

#[derive(Default)]
enum Items {
    #[default]
    None,
    Ints(Set<i64>),
    Nodes(Set<u32>),
    Marked(Marks),
    /// Nodes of groups that come and go.
    Mixed(Set<u32>),
}

/// Nodes of one group after another.
struct Marks {
    /// For each node, the round in which it was met last.
    rounds: Vec<u32>,
    round: u32,
    group: u32,
    /// The groups that were met, each with where its nodes begin.
    begun: Vec<(u32, usize)>,
    nodes: Vec<u32>,
    /// For each group, whether it was met.
    met: Vec<bool>,
}

impl Seen {
    /// Counts the values of a column that are new to their groups; `false`, and nothing is counted, when it holds
    /// something else than before, or something else than nodes and integers.
    pub(super) fn add(&mut self, cx: &Context, column: &Column, groups: &[u32], counts: &mut [u64]) -> Result<bool> {
        cx.work(groups.len() as u64)?;
        match (column, &mut self.items) {
            (Column::Ints(numbers), Items::None) => {
                self.items = Items::Ints(Set::default());
                self.add_ints(cx, numbers, groups, counts)
            }
            (Column::Ints(numbers), Items::Ints(_)) => self.add_ints(cx, numbers, groups, counts),
            (Column::Nodes(nodes), Items::None) => {
                self.items = Items::Nodes(Set::default());
                self.add_nodes(cx, nodes, groups, counts)
            }
            (Column::Nodes(nodes), Items::Nodes(_) | Items::Marked(_) | Items::Mixed(_)) => {
                self.add_nodes(cx, nodes, groups, counts)
            }
            _ => Ok(false),
        }
    }

    fn add_ints(&mut self, cx: &Context, numbers: &[i64], groups: &[u32], counts: &mut [u64]) -> Result<bool> {
        let Items::Ints(set) = &mut self.items else { return Ok(false) };
        let before = set.len();
        insert_all(set, numbers, groups, counts);
        self.held.grow(cx, ITEM_BYTES * (set.len() - before) as u64)?;
        Ok(true)
    }

    fn add_nodes(&mut self, cx: &Context, nodes: &[u32], groups: &[u32], counts: &mut [u64]) -> Result<bool> {
        match &mut self.items {
            Items::Nodes(set) | Items::Mixed(set) => {
                let before = set.len();
                insert_all(set, nodes, groups, counts);
                self.held.grow(cx, ITEM_BYTES * (set.len() - before) as u64)?;
                self.mark_if_many(cx, groups.last().copied().unwrap_or_default())?;
            }
            Items::Marked(marks) => {
                let before = marks.nodes.len();
                let done = marks.add(nodes, groups, counts);
                self.held.grow(cx, 4 * (marks.nodes.len() - before) as u64)?;
                if done < nodes.len() {
                    self.mix(cx)?;
                    return self.add_nodes(cx, &nodes[done..], &groups[done..], counts);
                }
            }
            Items::None | Items::Ints(_) => return Ok(false),
        }
        Ok(true)
    }

    /// Goes over to marks; `group` is the one that goes on.
    fn mark_if_many(&mut self, cx: &Context, group: u32) -> Result<()> {
        let Items::Nodes(set) = &mut self.items else { return Ok(()) };
        let bound = cx.graph().node_bound() as usize;
        if set.len() < FEW || set.len() < bound / PART {
            return Ok(());
        }
        let mut all: Vec<(u32, u32)> = set.drain().collect();
        // The present group last.
        all.sort_unstable_by_key(|(other, node)| (*other == group, *other, *node));
        let mut marks = Marks::new(bound);
        let (groups, nodes): (Vec<u32>, Vec<u32>) = all.into_iter().unzip();
        marks.add(&nodes, &groups, &mut []);
        self.items = Items::Marked(marks);
        self.held.set(cx, 4 * (bound + nodes.len()) as u64)
    }

    /// Goes over to a set for good.
    fn mix(&mut self, cx: &Context) -> Result<()> {
        let Items::Marked(marks) = &self.items else { return Ok(()) };
        self.held.grow(cx, ITEM_BYTES * marks.nodes.len() as u64)?;
        self.items = Items::Mixed(marks.iter().collect());
        Ok(())
    }

    /// Takes in what another has seen, of groups joined to those here, and counts it; `more` are the other's counts.
    /// `false`, and nothing is done, when they hold different things.
    pub(super) fn join(
        &mut self,
        cx: &Context,
        other: &mut Seen,
        joined: &Joined<'_>,
        counts: &mut [u64],
        more: &[u64],
    ) -> Result<bool> {
        self.held.grow(cx, other.held.bytes())?;
        match (&mut self.items, std::mem::take(&mut other.items)) {
            (_, Items::None) => {}
            (Items::Ints(set), Items::Ints(others)) => insert_joined(set, others, joined, counts),
            (Items::Marked(marks), Items::Marked(others)) => marks.join(&others, joined, counts, more),
            (Items::Nodes(set) | Items::Mixed(set), Items::Nodes(others) | Items::Mixed(others)) => {
                insert_joined(set, others, joined, counts);
            }
            (Items::Nodes(set) | Items::Mixed(set), Items::Marked(others)) => {
                insert_joined(set, others.iter(), joined, counts);
            }
            (Items::Marked(_), Items::Nodes(others) | Items::Mixed(others)) => {
                self.mix(cx)?;
                if let Items::Mixed(set) = &mut self.items {
                    insert_joined(set, others, joined, counts);
                }
            }
            (Items::None, items) => {
                self.items = items.joined(joined);
                joined.groups.iter().zip(more).for_each(|(group, more)| counts[*group as usize] += more);
            }
            (_, items) => {
                other.items = items;
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Calls `visit` with each group and each of its values, and forgets them.
    pub(super) fn for_each(&mut self, mut visit: impl FnMut(u32, Value) -> Result<()>) -> Result<()> {
        match std::mem::take(&mut self.items) {
            Items::None => Ok(()),
            Items::Ints(set) => set.into_iter().try_for_each(|(group, number)| visit(group, Value::Int(number))),
            Items::Nodes(set) | Items::Mixed(set) => {
                set.into_iter().try_for_each(|(group, node)| visit(group, node_value(node)))
            }
            Items::Marked(marks) => marks.iter().try_for_each(|(group, node)| visit(group, node_value(node))),
        }
    }
}

fn node_value(node: u32) -> Value {
    Value::Node(NodeId(node))
}

/// Inserts what another set has of groups joined to those here, and counts what is new.
fn insert_joined<T: Copy + std::hash::Hash + Eq>(
    set: &mut Set<T>,
    others: impl IntoIterator<Item = (u32, T)>,
    joined: &Joined<'_>,
    counts: &mut [u64],
) {
    for (group, item) in others {
        let group = joined.groups[group as usize];
        if set.insert((group, item)) {
            counts[group as usize] += 1;
        }
    }
}

impl Items {
    /// The same items, of the groups joined to theirs.
    fn joined(self, joined: &Joined<'_>) -> Items {
        let group = |group: u32| joined.groups[group as usize];
        match self {
            Items::None => Items::None,
            Items::Ints(set) => Items::Ints(set.into_iter().map(|(other, item)| (group(other), item)).collect()),
            Items::Nodes(set) => Items::Nodes(set.into_iter().map(|(other, item)| (group(other), item)).collect()),
            Items::Mixed(set) => Items::Mixed(set.into_iter().map(|(other, item)| (group(other), item)).collect()),
            Items::Marked(marks) => Items::Mixed(marks.iter().map(|(other, item)| (group(other), item)).collect()),
        }
    }
}

fn insert_all<T: Copy + std::hash::Hash + Eq>(set: &mut Set<T>, items: &[T], groups: &[u32], counts: &mut [u64]) {
    for (&item, &group) in items.iter().zip(groups) {
        if set.insert((group, item)) {
            counts[group as usize] += 1;
        }
    }
}

impl Marks {
    fn new(bound: usize) -> Marks {
        Marks { rounds: vec![0; bound], round: 0, group: 0, begun: Vec::new(), nodes: Vec::new(), met: Vec::new() }
    }

    /// Takes in nodes until one is of a group that was left; how many. Without counts nothing is counted.
    fn add(&mut self, nodes: &[u32], groups: &[u32], counts: &mut [u64]) -> usize {
        for (done, (&node, &group)) in nodes.iter().zip(groups).enumerate() {
            if (self.begun.is_empty() || group != self.group) && !self.begin(group) {
                return done;
            }
            let round = &mut self.rounds[node as usize];
            if *round != self.round {
                *round = self.round;
                self.nodes.push(node);
                if let Some(count) = counts.get_mut(group as usize) {
                    *count += 1;
                }
            }
        }
        nodes.len()
    }

    /// Begins a group; not one that was met before.
    fn begin(&mut self, group: u32) -> bool {
        let at = group as usize;
        if self.met.len() <= at {
            self.met.resize(at + 1, false);
        }
        if std::mem::replace(&mut self.met[at], true) || self.round == u32::MAX {
            return false;
        }
        self.round += 1;
        self.group = group;
        self.begun.push((group, self.nodes.len()));
        true
    }

    /// Takes in the nodes of groups joined to those here, and counts them; `more` are the others' counts.
    fn join(&mut self, others: &Marks, joined: &Joined<'_>, counts: &mut [u64], more: &[u64]) {
        let mut stretches: Vec<(u32, Range<usize>)> = self.stretches().collect();
        stretches.sort_unstable_by_key(|(group, stretch)| (*group, stretch.start));
        for (other, stretch) in others.stretches() {
            let group = joined.groups[other as usize];
            let nodes = &others.nodes[stretch];
            self.begun.push((group, self.nodes.len()));
            let from = stretches.partition_point(|(known, _)| *known < group);
            let known = stretches[from..].iter().take_while(|(known, _)| *known == group);
            let known: Vec<Range<usize>> = known.map(|(_, stretch)| stretch.clone()).collect();
            if known.is_empty() {
                counts[group as usize] += more[other as usize];
                self.nodes.extend_from_slice(nodes);
            } else {
                counts[group as usize] += self.take_new(&known, nodes);
            }
        }
    }

    /// Takes in those nodes that are not in some stretches; how many.
    fn take_new(&mut self, known: &[Range<usize>], nodes: &[u32]) -> u64 {
        if self.round == u32::MAX {
            self.rounds.fill(0);
            self.round = 0;
        }
        self.round += 1;
        for node in known.iter().flat_map(|stretch| &self.nodes[stretch.clone()]) {
            self.rounds[*node as usize] = self.round;
        }
        let before = self.nodes.len();
        self.nodes.extend(nodes.iter().filter(|node| self.rounds[**node as usize] != self.round));
        (self.nodes.len() - before) as u64
    }

    /// The groups, each with where its nodes stand; one may come again.
    fn stretches(&self) -> impl Iterator<Item = (u32, Range<usize>)> {
        let ends = self.begun.iter().skip(1).map(|(_, start)| *start).chain([self.nodes.len()]);
        self.begun.iter().zip(ends).map(|((group, start), end)| (*group, *start..end))
    }

    /// The groups, each with each of its nodes.
    fn iter(&self) -> impl Iterator<Item = (u32, u32)> {
        self.stretches().flat_map(|(group, stretch)| self.nodes[stretch].iter().map(move |node| (group, *node)))
    }
}
