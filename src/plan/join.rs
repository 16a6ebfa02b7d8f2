//! Parts of a query graph that nothing but equal values joins to the rest.
//!
//! Takes a query graph. Gives those of its parts that no relationship ties to another, that read nothing of the row, and
//! of which a predicate says that a value is equal to one outside: such a part can be matched once for all rows and be
//! found by that value.

use super::logical::{IndexSeek, QueryGraph};
use super::merge::groups;
use super::slots::{Reads, SlotSet};
use crate::semantic::bound::{BoundQuery, Expr, ExprKind, Pattern, PatternRel, Slot, VarLength};
use crate::syntax::ast::CompareOp;

/// Patterns with more nodes or relationships are not taken apart.
const SMALL: usize = 64;

/// A part of a query graph.
#[derive(Clone, Debug)]
pub struct Part {
    /// It alone, with the predicates that read nothing else.
    pub graph: QueryGraph,
    /// The places of its nodes in the whole.
    pub nodes: Vec<usize>,
    /// The places of its relationships in the whole.
    pub rels: Vec<usize>,
    /// The places of its predicates in the whole.
    pub predicates: Vec<usize>,
    /// What joins it to the rest.
    pub keys: Vec<Key>,
    /// The slots that it writes.
    pub own: SlotSet,
}

/// A predicate that says that a value outside of a part is equal to one of the part.
#[derive(Clone, Debug)]
pub struct Key {
    /// The place of the predicate.
    pub predicate: usize,
    /// The value outside.
    pub outer: Expr,
    /// The value of the part.
    pub inner: Expr,
    /// The slots of the pattern that the value outside is computed from.
    pub needs: SlotSet,
    /// Whether neither value can fail to be computed.
    pub sure: bool,
}

/// The parts of a query graph that values join to the rest.
pub fn parts(graph: &QueryGraph, query: &BoundQuery) -> Vec<Part> {
    let (nodes, rels) = (&graph.pattern.nodes, &graph.pattern.rels);
    if nodes.len().max(rels.len()) > SMALL || !graph.predicates.iter().any(is_equality) {
        return Vec::new();
    }
    let writes: SlotSet = graph.writes().collect();
    let first = groups(nodes.len(), rels.iter().map(|rel| (rel.left, rel.right)));
    let of = |at: usize| {
        let nodes = (0..nodes.len()).filter(|node| first[*node] == at).collect();
        let rels = (0..rels.len()).filter(|rel| first[rels[*rel].left] == at).collect();
        part(graph, nodes, rels, &writes, query)
    };
    (0..nodes.len()).filter(|node| first[*node] == *node).filter_map(of).collect()
}

/// Whether a predicate compares two values of which neither is the same for all rows.
fn is_equality(predicate: &Expr) -> bool {
    match &predicate.kind {
        ExprKind::Compare(CompareOp::Equal, left, right) => !left.is_fixed() && !right.is_fixed(),
        _ => false,
    }
}

fn part(graph: &QueryGraph, nodes: Vec<usize>, rels: Vec<usize>, writes: &SlotSet, query: &BoundQuery) -> Option<Part> {
    let pattern = &graph.pattern;
    let open = nodes.iter().all(|node| !pattern.nodes[*node].bound && pattern.nodes[*node].entity.is_none());
    if !open || rels.iter().any(|rel| pattern.rels[*rel].bound) {
        return None;
    }
    let mut own: SlotSet = nodes.iter().map(|node| pattern.nodes[*node].slot).collect();
    own.extend(rels.iter().map(|rel| pattern.rels[*rel].slot));
    own.extend(rels.iter().flat_map(|rel| pattern.rels[*rel].length.iter().flat_map(VarLength::lists)));
    let entities = entities(graph);
    let all = graph.predicates.iter().enumerate();
    let keys: Vec<Key> = all.filter_map(|(at, each)| key((at, each), &own, writes, &entities, query)).collect();
    if keys.is_empty() {
        return None;
    }
    let within = |predicate: &Expr| {
        let reads = Reads::of(query, predicate);
        reads.is_subset(&own) && reads.iter().next().is_some()
    };
    let predicates: Vec<usize> = (0..graph.predicates.len()).filter(|at| within(&graph.predicates[*at])).collect();
    let alone = alone(graph, &nodes, &rels, &predicates, &own);
    stands_alone(&alone, &own, query).then_some(Part { graph: alone, nodes, rels, predicates, keys, own })
}

/// The slots that hold nodes and relationships of the pattern, and nothing else.
pub fn entities(graph: &QueryGraph) -> SlotSet {
    let nodes = graph.pattern.nodes.iter().filter(|node| !node.bound).map(|node| node.slot);
    let single = |rel: &&PatternRel| !rel.bound && rel.length.is_none();
    nodes.chain(graph.pattern.rels.iter().filter(single).map(|rel| rel.slot)).collect()
}

/// What a predicate says of a value of the slots `own` and of one outside.
fn key(
    (predicate, expr): (usize, &Expr),
    own: &SlotSet,
    writes: &SlotSet,
    entities: &SlotSet,
    query: &BoundQuery,
) -> Option<Key> {
    let ExprKind::Compare(CompareOp::Equal, left, right) = &expr.kind else { return None };
    if !expr.is_steady() {
        return None;
    }
    let reads = |expr: &Expr| Reads::of(query, expr);
    let (of_left, of_right) = (reads(left), reads(right));
    let is_own = |reads: &SlotSet| reads.is_subset(own) && reads.iter().next().is_some();
    let is_outer = |reads: &SlotSet| reads.iter().next().is_some() && !reads.iter().any(|slot| own.contains(slot));
    let (outer, inner, reads) = if is_own(&of_right) && is_outer(&of_left) {
        (left, right, of_left)
    } else if is_own(&of_left) && is_outer(&of_right) {
        (right, left, of_right)
    } else {
        return None;
    };
    let sure = cannot_fail(outer, entities) && cannot_fail(inner, entities);
    let (outer, inner) = (outer.as_ref().clone(), inner.as_ref().clone());
    Some(Key { predicate, outer, inner, needs: reads.intersection(writes), sure })
}

/// The query graph of some nodes and relationships, with these predicates.
fn alone(graph: &QueryGraph, nodes: &[usize], rels: &[usize], predicates: &[usize], own: &SlotSet) -> QueryGraph {
    let place = |node: usize| nodes.iter().position(|each| *each == node).unwrap_or(0);
    let moved = |rel: &PatternRel| PatternRel { left: place(rel.left), right: place(rel.right), ..rel.clone() };
    let seek = |seek: &IndexSeek| {
        let covered = |at: &usize| predicates.iter().position(|each| each == at);
        IndexSeek { covers: seek.covers.iter().filter_map(covered).collect(), ..seek.clone() }
    };
    QueryGraph {
        pattern: Pattern {
            nodes: nodes.iter().map(|node| graph.pattern.nodes[*node].clone()).collect(),
            rels: rels.iter().map(|rel| moved(&graph.pattern.rels[*rel])).collect(),
            paths: Vec::new(),
        },
        predicates: predicates.iter().map(|at| graph.predicates[*at].clone()).collect(),
        ids: graph.ids.iter().filter(|(slot, _)| own.contains(*slot)).cloned().collect(),
        seeks: graph.seeks.iter().filter(|seek| own.contains(seek.slot)).map(seek).collect(),
        weights: graph.weights.iter().filter(|(slot, _)| own.contains(*slot)).cloned().collect(),
        apart: graph.apart.clone(),
        cited: graph.cited.clone(),
        grouped: None,
        implied: graph.implied.clone(),
    }
}

/// Whether matching a query graph reads nothing but what it writes.
fn stands_alone(graph: &QueryGraph, own: &SlotSet, query: &BoundQuery) -> bool {
    let mut reads = Reads::new(query);
    graph.reads(&mut reads);
    reads.exprs(graph.seeks.iter().flat_map(|seek| seek.probe.expressions()));
    reads.slots.is_subset(own)
}

/// Whether an expression has a value in any row, where some slots hold entities.
pub fn cannot_fail(expr: &Expr, entities: &SlotSet) -> bool {
    let plain = match &expr.kind {
        ExprKind::Const(_)
        | ExprKind::Parameter(_)
        | ExprKind::Slot(_)
        | ExprKind::Compare(..)
        | ExprKind::IsNull { .. }
        | ExprKind::HasLabels { .. } => true,
        ExprKind::Property { base, .. } => matches!(base.kind, ExprKind::Slot(slot) if entities.contains(slot)),
        ExprKind::And(parts) | ExprKind::Or(parts) => parts.iter().all(Expr::is_truth),
        ExprKind::Not(inner) => inner.is_truth(),
        _ => false,
    };
    let mut parts = true;
    expr.for_each_child(&mut |part| parts &= cannot_fail(part, entities));
    plain && parts
}

/// Whether a predicate of a later pattern joins it by value to what an earlier one binds.
pub fn is_link(predicate: &Expr, earlier: &SlotSet, later: &SlotSet, query: &BoundQuery) -> bool {
    let ExprKind::Compare(CompareOp::Equal, left, right) = &predicate.kind else { return false };
    let of = |expr: &Expr, slots: &SlotSet| {
        let reads = Reads::of(query, expr);
        reads.is_subset(slots) && reads.iter().next().is_some()
    };
    let linked = |one: &Expr, other: &Expr| of(one, earlier) && of(other, later);
    predicate.is_steady() && (linked(left, right) || linked(right, left))
}

/// The relationships of a part that could be the same as one outside, each with that one.
pub fn clashes(part: &Part, whole: &QueryGraph, outside: &[usize]) -> Vec<(Slot, Slot)> {
    let rels = &whole.pattern.rels;
    let all = outside.iter().flat_map(|outer| part.rels.iter().map(move |inner| (&rels[*outer], &rels[*inner])));
    all.filter(|(outer, inner)| whole.may_clash(outer, inner)).map(|(outer, inner)| (outer.slot, inner.slot)).collect()
}
