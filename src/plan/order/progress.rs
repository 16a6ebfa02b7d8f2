//! The way to an order: what is known by now, and what each next step costs.

use super::facts::{Facts, Joinable};
use super::{Step, way};
use crate::plan::estimate::bounded;
use crate::plan::join::Part;
use crate::plan::slots::SlotSet;
use crate::semantic::bound::{Slot, VarLength};

/// The effort of a relationship found by its type, one after another, against one found at its node.
const SUCCESSIVE: f64 = 0.5;
/// The effort of the ends of a relationship found by its type: they lie anywhere.
const SCATTERED: f64 = 1.5;
/// The effort of keeping a row to be found by its value, against making one.
const KEPT: f64 = 2.0;

/// What was done so far on the way to an order.
#[derive(Clone)]
pub(super) struct Progress {
    pub(super) steps: Vec<Step>,
    pub(super) known: Vec<bool>,
    pub(super) scanned: Vec<bool>,
    pub(super) placed: Vec<bool>,
    /// The slots of the pattern that rows hold by now, but those of the row itself.
    pub(super) held: SlotSet,
    pub(super) left: usize,
    /// Rows that are really made for one row of the input: multiplied rows count once.
    pub(super) rows: f64,
    pub(super) cost: f64,
}

impl Progress {
    /// Before the first step, with the nodes that the row holds and those that are found by name.
    pub(super) fn new(facts: &Facts<'_>) -> Progress {
        let mut progress = Progress {
            steps: Vec::new(),
            known: facts.nodes.iter().map(|node| node.bound).collect(),
            scanned: vec![false; facts.nodes.len()],
            placed: vec![false; facts.rels.len()],
            held: SlotSet::new(),
            left: facts.rels.len(),
            rows: 1.0,
            cost: 0.0,
        };
        for index in 0..facts.nodes.len() {
            if !facts.nodes[index].bound && facts.nodes[index].entity.is_some() {
                progress.take(facts, Step::Node(index));
            }
        }
        progress
    }

    pub(super) fn finish(mut self, facts: &Facts<'_>, choose: fn(&Progress, &Facts<'_>) -> Option<Step>) -> Progress {
        while let Some(step) = choose(&self, facts) {
            self.take(facts, step);
        }
        self
    }

    /// Whether nothing is left to do.
    pub(super) fn is_done(&self) -> bool {
        self.left == 0 && self.known.iter().all(|known| *known)
    }

    pub(super) fn take(&mut self, facts: &Facts<'_>, step: Step) {
        (self.rows, self.cost) = self.after(facts, step);
        self.steps.push(step);
        match step {
            Step::Node(node) => {
                self.known[node] = true;
                self.scanned[node] = true;
                self.held.insert(facts.nodes[node].slot);
            }
            Step::Join(part) => self.joined(&facts.parts[part].part),
            Step::RelScan(rel) | Step::Rel { rel, .. } => {
                self.placed[rel] = true;
                self.left -= 1;
                self.held.insert(facts.rels[rel].slot);
                self.held.extend(facts.rels[rel].length.iter().flat_map(VarLength::lists));
                for node in [facts.rels[rel].left, facts.rels[rel].right] {
                    if !std::mem::replace(&mut self.known[node], true) {
                        self.held.insert(facts.nodes[node].slot);
                    }
                }
            }
        }
    }

    /// The rows after a step, and the cost of everything up to then. What hangs at nodes that become known is weighed;
    /// rows of which it is nothing are dropped.
    pub(super) fn after(&self, facts: &Facts<'_>, step: Step) -> (f64, f64) {
        let (mut rows, effort) = self.outcome(facts, step);
        let mut cost = self.cost + effort;
        if !facts.graph.weights.is_empty() {
            for node in self.reached(facts, step) {
                let slot = facts.nodes[node].slot;
                for (_, weight) in facts.graph.weights.iter().filter(|(at, _)| *at == slot) {
                    cost += facts.statistics.weighing(weight, rows);
                    rows = bounded(rows * facts.statistics.weight_share(weight));
                }
            }
        }
        (rows, cost)
    }

    /// The nodes that become known by a step; those of a part are weighed within it.
    fn reached(&self, facts: &Facts<'_>, step: Step) -> impl Iterator<Item = usize> {
        let (first, second) = match step {
            Step::Node(node) => (Some(node), None),
            Step::RelScan(rel) | Step::Rel { rel, .. } => {
                let (left, right) = (facts.rels[rel].left, facts.rels[rel].right);
                (Some(left), (left != right).then_some(right))
            }
            Step::Join(_) => (None, None),
        };
        let open = |node: &usize| !self.known[*node];
        first.filter(open).into_iter().chain(second.filter(open))
    }

    fn joined(&mut self, part: &Part) {
        part.nodes.iter().for_each(|node| self.known[*node] = true);
        part.rels.iter().for_each(|rel| self.placed[*rel] = true);
        self.left -= part.rels.len();
        self.held.union_with(&part.own);
    }

    /// The rows after a step, and its effort.
    pub(super) fn outcome(&self, facts: &Facts<'_>, step: Step) -> (f64, f64) {
        let (rows, effort) = match step {
            Step::Node(node) => {
                let scanned = self.rows * facts.scans[node];
                (bounded(scanned * facts.node_shares[node]), scanned)
            }
            Step::RelScan(rel) => self.rel_scan(facts, rel),
            Step::Rel { rel, forward } => self.rel_step(facts, rel, forward),
            Step::Join(part) => return self.join(facts, &facts.parts[part]),
        };
        if facts.pairs.is_empty() {
            return (rows, effort);
        }
        let added = |slot| facts.writes(step, slot);
        (bounded(rows * self.newly_tested(&facts.pairs, added)), effort)
    }

    /// The share of rows that those predicates keep that can be tested once some slots are added.
    fn newly_tested(&self, predicates: &[(SlotSet, f64)], added: impl Fn(Slot) -> bool) -> f64 {
        let known = |slot: Slot| self.held.contains(slot) || added(slot);
        let new = |slots: &SlotSet| !slots.is_subset(&self.held) && slots.iter().all(known);
        predicates.iter().filter(|(slots, _)| new(slots)).map(|(_, share)| share).product()
    }

    /// The part is matched once for all rows; each row looks for its value, and finds rows.
    fn join(&self, facts: &Facts<'_>, joined: &Joinable) -> (f64, f64) {
        let share = self.newly_tested(&joined.loose, |slot| joined.part.own.contains(slot));
        let rows = bounded(self.rows * joined.rows * share);
        (rows, (joined.cost + joined.rows * KEPT) / facts.input + self.rows + rows)
    }

    fn rel_scan(&self, facts: &Facts<'_>, index: usize) -> (f64, f64) {
        let rel = &facts.rels[index];
        let found = facts.rel_seeks[index].unwrap_or_else(|| facts.statistics.rels(&rel.types));
        let scanned = self.rows * found;
        let forward = way(rel.direction, true);
        let left = arrival_share(facts, rel.left, facts.statistics.far_ends(&rel.types, forward.reversed()));
        let right = arrival_share(facts, rel.right, facts.statistics.far_ends(&rel.types, forward));
        let passing = scanned * facts.rel_shares[index];
        let ends = if self.asks_for_ends(facts, index) { passing * SCATTERED } else { 0.0 };
        (bounded(passing * left * right), scanned * SUCCESSIVE + ends)
    }

    /// Whether anything but the relationship itself matters when it is found by its type.
    fn asks_for_ends(&self, facts: &Facts<'_>, index: usize) -> bool {
        let rel = &facts.rels[index];
        [rel.left, rel.right].into_iter().any(|node| {
            let tests = !facts.graph.label_tests(&facts.nodes[node]).is_empty() || facts.nodes[node].entity.is_some();
            tests || facts.node_used[node] || facts.at_node[node].len() > 1
        })
    }

    fn rel_step(&self, facts: &Facts<'_>, index: usize, forward: bool) -> (f64, f64) {
        let rel = &facts.rels[index];
        let (from, to) = if forward { (rel.left, rel.right) } else { (rel.right, rel.left) };
        let way = way(rel.direction, forward);
        let population = facts.population(from, self.scanned[from]);
        if rel.bound {
            return (self.rows, self.rows);
        }
        if self.known[to] {
            let (found, walked) = match &rel.length {
                None => {
                    let found = facts.statistics.between(&rel.types, way, population);
                    (found, found)
                }
                // All trails are walked, wherever they lead.
                Some(length) => (1.0, facts.statistics.trails(&rel.types, way, length, population).max(1.0)),
            };
            let rows = bounded(self.rows * found * facts.rel_shares[index]);
            return (rows, bounded(self.rows + self.rows * walked));
        }
        if self.only_counts(facts, index, to) {
            return (self.rows, self.rows);
        }
        let found = match &rel.length {
            None => facts.statistics.degree(&rel.types, way, population),
            Some(length) => facts.statistics.trails(&rel.types, way, length, population),
        };
        let arrived = arrival_share(facts, to, facts.statistics.far_ends(&rel.types, way));
        let made = bounded(self.rows * found);
        (bounded(made * arrived * facts.rel_shares[index]), self.rows + made)
    }

    /// Whether nothing but the number of relationships matters when this one is followed now.
    fn only_counts(&self, facts: &Facts<'_>, index: usize, to: usize) -> bool {
        let node = &facts.nodes[to];
        let plain = facts.graph.label_tests(node).is_empty() && node.entity.is_none() && facts.at_node[to].len() == 1;
        let unused = !facts.node_used[to] && !facts.rel_used[index] && facts.rels[index].length.is_none();
        let clash = facts.clashes.get(index).is_none_or(|others| others.iter().any(|other| !self.placed[*other]));
        plain && unused && !clash
    }
}

/// The share of rows that stay when a node is reached among `ends` possible ones.
fn arrival_share(facts: &Facts<'_>, node: usize, ends: f64) -> f64 {
    let tests = facts.graph.label_tests(&facts.nodes[node]);
    let labels: f64 = tests.into_iter().map(|test| facts.statistics.label_share(test, ends)).product();
    labels * facts.node_shares[node] * facts.node_seeks[node]
}
