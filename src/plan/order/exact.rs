//! The cheapest of all orders of a pattern that is not large.
//!
//! What a step costs and gives depends on what is known and placed and on how many rows there are, not on the way there,
//! and fewer rows never make a step dearer. So of two ways to the same state one that costs no more and has no more rows
//! is as good as the other, whatever follows: dynamic programming over these states. They are looked at in the order of
//! their cost, so that none is looked at that costs as much as the best order, or as the one that is known already.

use super::facts::Facts;
use super::greedy::{joinable, scannable, unknown_nodes, usable};
use super::{Progress, Step, greedy};
use std::cmp::Ordering;
use std::collections::{BinaryHeap, HashMap};

/// Of patterns with more relationships not all orders are looked at.
const MOST: usize = 10;
/// The most nodes of such a pattern: they are bits of a number.
const NODES: usize = 64;
/// How many states are looked at at most; where that is not enough the order that is known stays.
const STATES: usize = 4096;
/// Looking at a state takes about as long as making so many rows: no more of them are looked at than running the known
/// order would take.
const STATE: f64 = 500.0;
/// A node that is found among so few may be looked for at any time.
const FEW: f64 = 16.0;
/// An order that costs less is run in less time than a better one is found.
const WORTHWHILE: f64 = 1000.0;

/// The cheapest order, where it is worth while to look for it; otherwise a good one.
pub(super) fn best(facts: &Facts<'_>) -> Option<Progress> {
    let known = greedy::best(facts)?;
    let small = (2..=MOST).contains(&facts.rels.len()) && facts.nodes.len() <= NODES;
    if !small || known.cost * facts.input < WORTHWHILE {
        return Some(known);
    }
    let states = (known.cost * facts.input / STATE).min(STATES as f64) as usize;
    Some(cheaper(facts, known.cost, states).unwrap_or(known))
}

/// What is known and placed.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct State {
    nodes: u64,
    rels: u64,
    /// The nodes without a label that were looked for by themselves, and from which there is more to follow: fewer
    /// relationships are expected there than at those that were reached.
    scanned: u64,
}

/// What states are told apart by.
struct Shape {
    unlabelled: u64,
    /// For each node, the relationships at it.
    at_node: Vec<u64>,
}

/// A state that can be gone to.
struct Open {
    cost: f64,
    rows: f64,
    state: State,
    /// From which of those looked at, and how.
    from: usize,
    step: Step,
    /// Which of those found it is.
    number: usize,
}

/// The cheapest order of those that cost less than a bound, if there is one and it is found soon enough.
pub(super) fn cheaper(facts: &Facts<'_>, bound: f64, states: usize) -> Option<Progress> {
    let bound = bound * (1.0 - 1e-9);
    let shape = Shape {
        unlabelled: bits((0..facts.nodes.len()).filter(|node| facts.population(*node, false) == 0.0)),
        at_node: facts.at_node.iter().map(|rels| bits(rels.iter().copied())).collect(),
    };
    let mut seen = vec![Progress::new(facts)];
    let mut least: HashMap<State, f64, foldhash::fast::FixedState> = HashMap::default();
    let (mut open, mut number) = (BinaryHeap::new(), 0);
    let mut at = 0;
    loop {
        let progress = &seen[at];
        let state = State::of(progress, &shape);
        for step in steps(progress, facts) {
            let (rows, cost) = progress.after(facts, step);
            let next = state.after(facts, step, &shape);
            if cost < bound && least.get(&next).is_none_or(|least| rows < *least) {
                number += 1;
                open.push(Open { cost, rows, state: next, from: at, step, number });
            }
        }
        let next = loop {
            let next: Open = open.pop()?;
            let known = least.entry(next.state).or_insert(f64::INFINITY);
            if next.rows < *known {
                *known = next.rows;
                break next;
            }
        };
        let mut progress = seen[next.from].clone();
        progress.take(facts, next.step);
        if progress.is_done() {
            return Some(progress);
        }
        if seen.len() >= states {
            return None;
        }
        at = seen.len();
        seen.push(progress);
    }
}

/// All steps that can come next. Where a relationship can be followed, nodes are looked for by themselves only when few
/// are found at once.
pub(super) fn steps(progress: &Progress, facts: &Facts<'_>) -> Vec<Step> {
    let mut steps = usable(progress, facts);
    let all = steps.is_empty();
    steps.extend(joinable(progress, facts));
    steps.extend(unknown_nodes(progress).filter(|node| all || facts.scans[*node] <= FEW).map(Step::Node));
    if !has_begun(progress, facts) {
        steps.extend((0..facts.rels.len()).filter(|rel| scannable(facts, progress, *rel)).map(Step::RelScan));
    }
    steps
}

/// Whether anything was done but looking up entities. Relationships are scanned once, not again for each row.
fn has_begun(progress: &Progress, facts: &Facts<'_>) -> bool {
    let named = |step: &Step| matches!(step, Step::Node(node) if facts.nodes[*node].entity.is_some());
    !progress.steps.iter().all(named)
}

fn bits(places: impl Iterator<Item = usize>) -> u64 {
    places.fold(0, |bits, place| bits | 1 << place)
}

fn set(flags: &[bool]) -> u64 {
    bits((0..flags.len()).filter(|at| flags[*at]))
}

impl State {
    fn of(progress: &Progress, shape: &Shape) -> State {
        let (nodes, rels) = (set(&progress.known), set(&progress.placed));
        State { nodes, rels, scanned: set(&progress.scanned) }.reduced(shape)
    }

    fn after(mut self, facts: &Facts<'_>, step: Step, shape: &Shape) -> State {
        match step {
            Step::Node(node) => {
                self.nodes |= 1 << node;
                self.scanned |= 1 << node;
            }
            Step::RelScan(rel) | Step::Rel { rel, .. } => {
                self.nodes |= 1 << facts.rels[rel].left | 1 << facts.rels[rel].right;
                self.rels |= 1 << rel;
            }
            Step::Join(part) => {
                let part = &facts.parts[part].part;
                self.nodes |= bits(part.nodes.iter().copied());
                self.rels |= bits(part.rels.iter().copied());
            }
        }
        self.reduced(shape)
    }

    /// Without what does not matter any more.
    fn reduced(mut self, shape: &Shape) -> State {
        self.scanned &= shape.unlabelled;
        let mut left = self.scanned;
        while left != 0 {
            let node = left.trailing_zeros() as usize;
            left &= left - 1;
            if shape.at_node[node] & !self.rels == 0 {
                self.scanned &= !(1 << node);
            }
        }
        self
    }
}

impl Ord for Open {
    /// The cheapest is the greatest, and of equally cheap ones that found first.
    fn cmp(&self, other: &Open) -> Ordering {
        other.cost.total_cmp(&self.cost).then(other.number.cmp(&self.number))
    }
}

impl PartialOrd for Open {
    fn partial_cmp(&self, other: &Open) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Open {
    fn eq(&self, other: &Open) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Open {}
