//! What stays the same while orders of a query graph are tried.

use super::{Progress, SMALL, Step};
use crate::plan::estimate::Statistics;
use crate::plan::join::{Part, clashes, parts};
use crate::plan::logical::QueryGraph;
use crate::plan::share::Populations;
use crate::plan::slots::{Reads, SlotSet};
use crate::semantic::bound::{BoundQuery, Expr, PatternNode, PatternRel, Slot, VarLength};
use std::collections::HashMap;

/// A way to find a good order.
pub(super) type Search = fn(&Facts<'_>) -> Option<Progress>;

/// What stays the same while orders are tried.
pub(super) struct Facts<'a> {
    pub(super) graph: &'a QueryGraph,
    pub(super) nodes: &'a [PatternNode],
    pub(super) rels: &'a [PatternRel],
    pub(super) statistics: &'a Statistics<'a>,
    /// For each node and relationship, the share of rows that the predicates over it alone keep.
    pub(super) node_shares: Vec<f64>,
    pub(super) rel_shares: Vec<f64>,
    /// For each node, the relationships at it.
    pub(super) at_node: Vec<Vec<usize>>,
    /// For each relationship, the slots of the pattern that its inner predicates read.
    pub(super) waits: Vec<SlotSet>,
    /// For each node, how many a search for it gives.
    pub(super) scans: Vec<f64>,
    /// For each relationship that an index finds, how many.
    pub(super) rel_seeks: Vec<Option<f64>>,
    /// For each node that an index finds, the share of those with its label that it finds.
    pub(super) node_seeks: Vec<f64>,
    /// For each relationship, those it may clash with; nothing at all in large patterns.
    pub(super) clashes: Vec<Vec<usize>>,
    /// For each node and relationship, whether its value is used.
    pub(super) node_used: Vec<bool>,
    pub(super) rel_used: Vec<bool>,
    /// The predicates over several slots of the pattern, each with the share of rows that it keeps.
    pub(super) pairs: Vec<(SlotSet, f64)>,
    /// The parts that may be joined by value.
    pub(super) parts: Vec<Joinable>,
    /// For how many rows all this is done.
    pub(super) input: f64,
}

/// A part that may be joined by value, in its own best order.
pub(super) struct Joinable {
    pub(super) part: Part,
    pub(super) steps: Vec<Step>,
    pub(super) rows: f64,
    pub(super) cost: f64,
    /// The predicates that read something of it and are not its own, with the slots of the pattern that they read and the
    /// share of rows that they keep.
    pub(super) loose: Vec<(SlotSet, f64)>,
}

impl<'a> Facts<'a> {
    pub(super) fn new(
        graph: &'a QueryGraph,
        needed: &SlotSet,
        query: &BoundQuery,
        statistics: &'a Statistics<'a>,
        rows: Option<f64>,
        search: Search,
    ) -> Facts<'a> {
        let (nodes, rels) = (graph.pattern.nodes.as_slice(), graph.pattern.rels.as_slice());
        let writes: SlotSet = graph.writes().collect();
        let reads: Vec<(SlotSet, &Expr)> =
            graph.predicates.iter().map(|each| (Reads::of(query, each).intersection(&writes), each)).collect();
        let mut used = needed.clone();
        reads.iter().for_each(|(slots, _)| used.union_with(slots));
        used.extend(graph.pattern.paths.iter().flat_map(|path| path.steps.iter().copied()));
        used.extend(graph.weights.iter().map(|(node, _)| *node));
        let among = Populations::of(statistics, nodes, rels);
        let weighed = |(at, (slots, predicate)): (usize, (SlotSet, &Expr))| {
            let share = if graph.is_covered(at) { 1.0 } else { statistics.share_of(predicate, &among) };
            (slots, share)
        };
        let weighed: Vec<(SlotSet, f64)> = reads.into_iter().enumerate().map(weighed).collect();
        let shares = shares(&weighed);
        let parts = rows.map_or_else(Vec::new, |_| parts(graph, query));
        let parts =
            parts.into_iter().map(|part| Joinable::new(part, (graph, &used), query, statistics, &weighed, search));
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
            parts: parts.collect(),
            pairs: weighed.into_iter().filter(|(slots, _)| slots.iter().nth(1).is_some()).collect(),
            input: rows.unwrap_or(1.0).max(1.0),
        }
    }

    /// Whether a step writes a slot.
    pub(super) fn writes(&self, step: Step, slot: Slot) -> bool {
        let of_rel = |rel: usize| {
            let rel = &self.rels[rel];
            let ends = [rel.left, rel.right].map(|node| self.nodes[node].slot);
            rel.slot == slot
                || ends.contains(&slot)
                || rel.length.iter().flat_map(VarLength::lists).any(|list| list == slot)
        };
        match step {
            Step::Node(node) => self.nodes[node].slot == slot,
            Step::RelScan(rel) | Step::Rel { rel, .. } => of_rel(rel),
            Step::Join(part) => self.parts[part].part.own.contains(slot),
        }
    }

    /// The number of nodes among which a pattern node was found; 0 when it was reached.
    pub(super) fn population(&self, node: usize, scanned: bool) -> f64 {
        let label = self.statistics.rarest_label(self.nodes[node].labels.as_ref());
        match label {
            Some(label) => self.statistics.labelled(label),
            None if scanned => self.statistics.nodes(),
            None => 0.0,
        }
    }
}

impl Joinable {
    /// `used` are the slots of the whole that matter, `weighed` its predicates with what they read of it and keep.
    fn new(
        part: Part,
        (whole, used): (&QueryGraph, &SlotSet),
        query: &BoundQuery,
        statistics: &Statistics<'_>,
        weighed: &[(SlotSet, f64)],
        search: Search,
    ) -> Joinable {
        let mut needed = used.clone();
        let outside: Vec<usize> = (0..whole.pattern.rels.len()).filter(|rel| !part.rels.contains(rel)).collect();
        needed.extend(clashes(&part, whole, &outside).into_iter().map(|(_, inner)| inner));
        let touches = |slots: &SlotSet| slots.iter().any(|slot| part.own.contains(slot));
        let loose =
            weighed.iter().enumerate().filter(|(at, (slots, _))| !part.predicates.contains(at) && touches(slots));
        let loose = loose.map(|(_, each)| each.clone()).collect();
        let best = search(&Facts::new(&part.graph, &needed, query, statistics, None, search));
        let (steps, rows, cost) = best.map_or((Vec::new(), 1.0, f64::MAX), |best| (best.steps, best.rows, best.cost));
        Joinable { part, steps, rows, cost, loose }
    }
}

/// For each slot, the share of rows that the predicates over it alone keep.
fn shares(predicates: &[(SlotSet, f64)]) -> HashMap<Slot, f64> {
    let mut shares = HashMap::new();
    for (slots, share) in predicates {
        let mut slots = slots.iter();
        if let (Some(slot), None) = (slots.next(), slots.next()) {
            *shares.entry(slot).or_insert(1.0) *= share;
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
