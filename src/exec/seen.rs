//! The different nodes, or integers, of each group.
//!
//! Few are kept in a set. Many nodes are marked, for one group at a time: rows of a group mostly stand together. What
//! was marked is also written down, so that a group that comes back after another can be taken up again, in a set.

use super::column::Column;
use super::context::Context;
use super::memory::Held;
use crate::error::Result;
use crate::value::{NodeId, Value};
use hashbrown::HashSet;

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

    /// The groups, each with each of its nodes.
    fn iter(&self) -> impl Iterator<Item = (u32, u32)> {
        let ends = self.begun.iter().skip(1).map(|(_, start)| *start).chain([self.nodes.len()]);
        let groups = self.begun.iter().zip(ends);
        groups.flat_map(|((group, start), end)| self.nodes[*start..end].iter().map(|node| (*group, *node)))
    }
}
