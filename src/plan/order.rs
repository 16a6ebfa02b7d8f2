//! The order in which the parts of one query graph are matched.
//!
//! Takes a query graph, what is needed of it afterwards and statistics. Gives [`Step`]s. By cost: from each of the
//! most selective places to begin, the cheapest step comes next, and the cheapest of these orders wins. Otherwise: in
//! the order in which the pattern is written.

use super::estimate::{Statistics, bounded};
use super::logical::QueryGraph;
use super::physical::Way;
use super::share::Populations;
use super::slots::{Reads, SlotSet};
use crate::semantic::bound::{BoundQuery, Expr, PatternNode, PatternRel, Slot, VarLength};
use crate::syntax::ast::PatternDirection;
use std::collections::HashMap;

/// How many beginnings are tried for one pattern.
const BEGINNINGS: usize = 16;
/// Patterns with more nodes or relationships get one beginning.
const SMALL: usize = 64;

/// The effort of a relationship found by its type, one after another, against one found at its node.
const SUCCESSIVE: f64 = 0.5;
/// The effort of the ends of a relationship found by its type: they lie anywhere.
const SCATTERED: f64 = 1.5;
/// The effort of gathering what one row rests on.
const GATHERED: f64 = 3.0;

/// One step of matching a query graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// A node is looked for by itself: by its name, its rarest label, or among all.
    Node(usize),
    /// A relationship and both its ends are looked for by its type.
    RelScan(usize),
    /// A relationship is followed from its left node, or from its right one.
    Rel {
        /// Which.
        rel: usize,
        /// From its left node.
        forward: bool,
    },
}

/// The order by expected cost. `needed` are the slots that are read after the pattern, its paths included.
pub fn by_cost(graph: &QueryGraph, needed: &SlotSet, query: &BoundQuery, statistics: &Statistics<'_>) -> Vec<Step> {
    let facts = Facts::new(graph, needed, query, statistics);
    best(&facts).map(|best| best.steps).unwrap_or_default()
}

fn best(facts: &Facts<'_>) -> Option<Progress> {
    let begin = Progress::new(facts);
    let beginnings = beginnings(facts, &begin);
    let tried = beginnings.into_iter().map(|step| {
        let mut progress = begin.clone();
        step.into_iter().for_each(|step| progress.take(facts, step));
        progress.finish(facts, cheapest)
    });
    tried.min_by(|left, right| left.cost.total_cmp(&right.cost))
}

/// The expected effort of the cheapest order, and of gathering what its rows rest on where that is asked for.
pub fn cost(graph: &QueryGraph, needed: &SlotSet, query: &BoundQuery, statistics: &Statistics<'_>) -> f64 {
    let facts = Facts::new(graph, needed, query, statistics);
    let gathering = if graph.cited.iter().next().is_none() { 0.0 } else { GATHERED };
    best(&facts).map_or(f64::MAX, |best| best.cost + gathering * best.rows)
}

/// The order in which the pattern is written.
pub fn as_written(graph: &QueryGraph, query: &BoundQuery, statistics: &Statistics<'_>) -> Vec<Step> {
    let facts = Facts::new(graph, &SlotSet::new(), query, statistics);
    Progress::new(&facts).finish(&facts, first_written).steps
}

/// Which way a relationship is followed from its left node, or from its right one.
pub fn way(direction: PatternDirection, forward: bool) -> Way {
    match (direction, forward) {
        (PatternDirection::Either, _) => Way::Both,
        (PatternDirection::Right, true) | (PatternDirection::Left, false) => Way::Outgoing,
        (PatternDirection::Right, false) | (PatternDirection::Left, true) => Way::Incoming,
    }
}

/// What stays the same while orders are tried.
struct Facts<'a> {
    graph: &'a QueryGraph,
    nodes: &'a [PatternNode],
    rels: &'a [PatternRel],
    statistics: &'a Statistics<'a>,
    /// For each node and relationship, the share of rows that the predicates over it alone keep.
    node_shares: Vec<f64>,
    rel_shares: Vec<f64>,
    /// For each node, the relationships at it.
    at_node: Vec<Vec<usize>>,
    /// For each relationship, the slots of the pattern that its inner predicates read.
    waits: Vec<SlotSet>,
    /// For each node, how many a search for it gives.
    scans: Vec<f64>,
    /// For each relationship that an index finds, how many.
    rel_seeks: Vec<Option<f64>>,
    /// For each node that an index finds, the share of those with its label that it finds.
    node_seeks: Vec<f64>,
    /// For each relationship, those it may clash with; nothing at all in large patterns.
    clashes: Vec<Vec<usize>>,
    /// For each node and relationship, whether its value is used.
    node_used: Vec<bool>,
    rel_used: Vec<bool>,
}

impl<'a> Facts<'a> {
    fn new(graph: &'a QueryGraph, needed: &SlotSet, query: &BoundQuery, statistics: &'a Statistics<'a>) -> Facts<'a> {
        let (nodes, rels) = (graph.pattern.nodes.as_slice(), graph.pattern.rels.as_slice());
        let writes: SlotSet = graph.writes().collect();
        let reads: Vec<(SlotSet, &Expr)> =
            graph.predicates.iter().map(|each| (Reads::of(query, each).intersection(&writes), each)).collect();
        let mut used = needed.clone();
        reads.iter().for_each(|(slots, _)| used.union_with(slots));
        used.extend(graph.pattern.paths.iter().flat_map(|path| path.steps.iter().copied()));
        used.extend(graph.weights.iter().map(|(node, _)| *node));
        let uncovered: Vec<(SlotSet, &Expr)> = reads
            .iter()
            .enumerate()
            .filter(|(at, _)| !graph.is_covered(*at))
            .map(|(_, (slots, predicate))| (slots.clone(), *predicate))
            .collect();
        let shares = shares(&uncovered, statistics, &Populations::of(statistics, nodes, rels));
        let share = |slot: Slot| shares.get(&slot).copied().unwrap_or(1.0);
        let mut at_node = vec![Vec::new(); nodes.len()];
        for (index, rel) in rels.iter().enumerate() {
            at_node[rel.left].push(index);
            if rel.right != rel.left {
                at_node[rel.right].push(index);
            }
        }
        Facts {
            graph,
            nodes,
            rels,
            statistics,
            node_shares: nodes.iter().map(|node| share(node.slot)).collect(),
            rel_shares: rels.iter().map(|rel| share(rel.slot)).collect(),
            at_node,
            waits: rels.iter().map(|rel| waits(rel, &writes, query)).collect(),
            scans: nodes.iter().map(|node| scan(node, graph, statistics)).collect(),
            rel_seeks: rels.iter().map(|rel| graph.seek(rel.slot).map(|seek| seek.estimate)).collect(),
            node_seeks: nodes.iter().map(|node| seek_share(node, graph, statistics)).collect(),
            clashes: if rels.len() > SMALL { Vec::new() } else { graph.clashes() },
            node_used: nodes.iter().map(|node| used.contains(node.slot)).collect(),
            rel_used: rels.iter().map(|rel| used.contains(rel.slot)).collect(),
        }
    }

    /// The number of nodes among which a pattern node was found; 0 when it was reached.
    fn population(&self, node: usize, scanned: bool) -> f64 {
        let label = self.statistics.rarest_label(self.nodes[node].labels.as_ref());
        match label {
            Some(label) => self.statistics.labelled(label),
            None if scanned => self.statistics.nodes(),
            None => 0.0,
        }
    }
}

/// For each slot, the share of rows that the predicates over it alone keep.
fn shares(predicates: &[(SlotSet, &Expr)], statistics: &Statistics<'_>, among: &Populations) -> HashMap<Slot, f64> {
    let mut shares = HashMap::new();
    for (slots, predicate) in predicates {
        let mut slots = slots.iter();
        if let (Some(slot), None) = (slots.next(), slots.next()) {
            *shares.entry(slot).or_insert(1.0) *= statistics.share_of(predicate, among);
        }
    }
    shares
}

/// What the predicates on each relationship of a variable length read of the pattern.
fn waits(rel: &PatternRel, writes: &SlotSet, query: &BoundQuery) -> SlotSet {
    let mut reads = Reads::new(query);
    reads.exprs(rel.length.iter().flat_map(|length| &length.predicates));
    reads.slots.intersection(writes)
}

/// How many nodes a search for a pattern node gives.
fn scan(node: &PatternNode, graph: &QueryGraph, statistics: &Statistics<'_>) -> f64 {
    let given = graph.ids.iter().any(|(slot, _)| *slot == node.slot);
    let found = graph.seek(node.slot).map(|seek| seek.estimate);
    if given { 1.0 } else { found.unwrap_or_else(|| statistics.scan(node)) }
}

/// Which share of the nodes that a scan would give an index finds.
fn seek_share(node: &PatternNode, graph: &QueryGraph, statistics: &Statistics<'_>) -> f64 {
    let Some(seek) = graph.seek(node.slot) else { return 1.0 };
    let all = statistics.scan(node);
    if all > 0.0 { (seek.estimate / all).min(1.0) } else { 1.0 }
}

/// What was done so far on the way to an order.
#[derive(Clone)]
struct Progress {
    steps: Vec<Step>,
    known: Vec<bool>,
    scanned: Vec<bool>,
    placed: Vec<bool>,
    /// The slots of the pattern that rows hold by now, but those of the row itself.
    held: SlotSet,
    left: usize,
    /// Rows that are really made for one row of the input: multiplied rows count once.
    rows: f64,
    cost: f64,
}

impl Progress {
    /// Before the first step, with the nodes that the row holds and those that are found by name.
    fn new(facts: &Facts<'_>) -> Progress {
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

    fn finish(mut self, facts: &Facts<'_>, choose: fn(&Progress, &Facts<'_>) -> Option<Step>) -> Progress {
        while let Some(step) = choose(&self, facts) {
            self.take(facts, step);
        }
        self
    }

    fn take(&mut self, facts: &Facts<'_>, step: Step) {
        let (rows, effort) = self.outcome(facts, step);
        self.cost += effort;
        self.rows = rows;
        self.steps.push(step);
        match step {
            Step::Node(node) => {
                self.known[node] = true;
                self.scanned[node] = true;
                self.held.insert(facts.nodes[node].slot);
                self.weigh(facts, node);
            }
            Step::RelScan(rel) | Step::Rel { rel, .. } => {
                self.placed[rel] = true;
                self.left -= 1;
                self.held.insert(facts.rels[rel].slot);
                self.held.extend(facts.rels[rel].length.iter().flat_map(VarLength::lists));
                for node in [facts.rels[rel].left, facts.rels[rel].right] {
                    if !std::mem::replace(&mut self.known[node], true) {
                        self.held.insert(facts.nodes[node].slot);
                        self.weigh(facts, node);
                    }
                }
            }
        }
    }

    /// The effort of weighing what hangs at a node; rows of which it is nothing are dropped.
    fn weigh(&mut self, facts: &Facts<'_>, node: usize) {
        for (_, weight) in facts.graph.weights.iter().filter(|(slot, _)| *slot == facts.nodes[node].slot) {
            self.cost += facts.statistics.weighing(weight, self.rows);
            self.rows = bounded(self.rows * facts.statistics.weight_share(weight));
        }
    }

    /// The rows after a step, and its effort.
    fn outcome(&self, facts: &Facts<'_>, step: Step) -> (f64, f64) {
        match step {
            Step::Node(node) => {
                let scanned = self.rows * facts.scans[node];
                (bounded(scanned * facts.node_shares[node]), scanned)
            }
            Step::RelScan(rel) => self.rel_scan(facts, rel),
            Step::Rel { rel, forward } => self.rel_step(facts, rel, forward),
        }
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
            let found = match &rel.length {
                None => facts.statistics.between(&rel.types, way, population),
                Some(_) => 1.0,
            };
            let rows = bounded(self.rows * found * facts.rel_shares[index]);
            return (rows, self.rows + self.rows * found);
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

/// The first steps worth trying: nothing when the known nodes reach somewhere, otherwise the cheapest scans.
fn beginnings(facts: &Facts<'_>, progress: &Progress) -> Vec<Option<Step>> {
    if !usable(progress, facts).is_empty() {
        return vec![None];
    }
    let mut steps: Vec<Step> = unknown_nodes(progress).map(Step::Node).collect();
    steps.extend((0..facts.rels.len()).filter(|rel| scannable(facts, progress, *rel)).map(Step::RelScan));
    steps.sort_by(|left, right| {
        let effort = |step: &Step| progress.outcome(facts, *step).0;
        effort(left).total_cmp(&effort(right))
    });
    let large = facts.rels.len().max(facts.nodes.len()) > SMALL;
    steps.truncate(if large { 1 } else { BEGINNINGS });
    if steps.is_empty() { vec![None] } else { steps.into_iter().map(Some).collect() }
}

/// Whether a relationship can be looked for by its type: one directed relationship between two unknown nodes. It
/// must not clash with relationships placed before, which a scan does not compare.
fn scannable(facts: &Facts<'_>, progress: &Progress, index: usize) -> bool {
    let rel = &facts.rels[index];
    let single = !rel.bound && rel.length.is_none() && rel.direction != PatternDirection::Either;
    let open = rel.left != rel.right && !progress.known[rel.left] && !progress.known[rel.right];
    single && open && progress.left == facts.rels.len()
}

fn unknown_nodes(progress: &Progress) -> impl Iterator<Item = usize> + '_ {
    (0..progress.known.len()).filter(|node| !progress.known[*node])
}

/// The relationships that can be followed now, in the order in which they are written. When all nodes are known, and
/// all that is left waits for something, it need not wait.
fn usable(progress: &Progress, facts: &Facts<'_>) -> Vec<Step> {
    let open = || (0..facts.rels.len()).filter(|rel| !progress.placed[*rel]);
    let ready = open().filter(|rel| facts.waits[*rel].is_subset(&progress.held));
    let steps: Vec<Step> = ready.filter_map(|rel| follow(progress, facts, rel)).collect();
    if steps.is_empty() && unknown_nodes(progress).next().is_none() {
        return open().filter_map(|rel| follow(progress, facts, rel)).collect();
    }
    steps
}

/// From which end a relationship can be followed now.
fn follow(progress: &Progress, facts: &Facts<'_>, index: usize) -> Option<Step> {
    let rel = &facts.rels[index];
    let (left, right) = (progress.known[rel.left], progress.known[rel.right]);
    let shortest = rel.length.as_ref().is_some_and(|length| length.shortest.is_some());
    let found_by_itself = rel.bound && rel.length.is_none();
    let usable = if shortest { left && right } else { left || right || found_by_itself };
    usable.then_some(Step::Rel { rel: index, forward: left || !right })
}

fn cheapest(progress: &Progress, facts: &Facts<'_>) -> Option<Step> {
    let by_outcome = |steps: &mut dyn Iterator<Item = Step>| {
        let weighed = steps.map(|step| (progress.outcome(facts, step), step));
        let best = weighed.min_by(|(left, _), (right, _)| left.0.total_cmp(&right.0).then(left.1.total_cmp(&right.1)));
        best.map(|(_, step)| step)
    };
    by_outcome(&mut usable(progress, facts).into_iter())
        .or_else(|| by_outcome(&mut unknown_nodes(progress).map(Step::Node)))
}

fn first_written(progress: &Progress, facts: &Facts<'_>) -> Option<Step> {
    let next = usable(progress, facts).into_iter().next();
    next.or_else(|| {
        let open = facts.rels.iter().zip(&progress.placed).filter(|(_, placed)| !**placed);
        let mut ends = open.flat_map(|(rel, _)| [rel.left, rel.right]);
        let end = ends.find(|node| !progress.known[*node]);
        end.or_else(|| unknown_nodes(progress).next()).map(Step::Node)
    })
}
