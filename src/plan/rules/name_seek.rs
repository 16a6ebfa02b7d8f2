//! Nodes are looked up by their names, which every graph knows for its entities.
//!
//! `MATCH (n) WHERE n.name = 'x' = SEEK n NAMED 'x'; FILTER n.name = 'x'`, and likewise for `IN`, when what is looked for is
//! the same for all rows. An index, or a label that few nodes have, is better.

use super::index_seek::{LIST_LENGTH, constant, property};
use super::{Action, Rule};
use crate::plan::estimate::{Counts, Statistics};
use crate::plan::logical::{IndexSeek, Probe, QueryGraph};
use crate::semantic::bound::{BoundQuery, Expr, ExprKind, PatternNode, Slot};
use crate::store::Population;
use crate::syntax::ast::{BinaryOp, CompareOp};
use crate::value::{KeyId, Value};

pub(super) const RULE: Rule = Rule {
    name: "name_seek",
    equation: "MATCH (n) WHERE n.name = x = SEEK n NAMED x; FILTER n.name = x, when x is the same for all rows",
    action: Action::Counted(rewrite),
};

/// So few nodes are looked at one by one as quickly.
const FEW: f64 = 256.0;
/// A label that only one node in so many has is the better beginning: names may have to be looked for among all nodes.
const RARE: f64 = 8.0;

fn rewrite(graph: &mut QueryGraph, _: &BoundQuery, counts: &dyn Counts) {
    let Some(key) = counts.name_key() else { return };
    let statistics = Statistics::new(counts);
    if graph.predicates.is_empty() || statistics.nodes() < FEW {
        return;
    }
    let found = graph.pattern.nodes.iter().filter(|node| is_open(graph, node) && is_common(node, &statistics));
    let seeks: Vec<IndexSeek> = found.filter_map(|node| seek(graph, node.slot, key, counts)).collect();
    graph.seeks.extend(seeks);
}

/// Whether nothing better than a scan finds a node.
fn is_open(graph: &QueryGraph, node: &PatternNode) -> bool {
    !node.bound && node.entity.is_none() && graph.seek(node.slot).is_none()
}

fn is_common(node: &PatternNode, statistics: &Statistics<'_>) -> bool {
    let scanned = statistics.scan(node);
    scanned >= FEW && scanned * RARE >= statistics.nodes()
}

fn seek(graph: &QueryGraph, slot: Slot, key: KeyId, counts: &dyn Counts) -> Option<IndexSeek> {
    let named = graph.predicates.iter().enumerate();
    let (at, probe) = named.filter_map(|(at, each)| Some((at, probe(each, slot, key)?))).next()?;
    let share = counts.sample(Population::Nodes(None), key)?.equal_share();
    let names = match &probe {
        Probe::In(list) => match constant(list) {
            Some(Value::List(items)) => items.len() as f64,
            _ => LIST_LENGTH,
        },
        _ => 1.0,
    };
    let estimate = (counts.nodes() as f64 * share * names).min(counts.nodes() as f64);
    Some(IndexSeek { slot, index: None, probe, estimate, covers: vec![at] })
}

/// What a predicate says of the name of a slot.
fn probe(predicate: &Expr, slot: Slot, key: KeyId) -> Option<Probe> {
    let is_name = |expr: &Expr| property(expr) == Some((slot, key));
    match &predicate.kind {
        ExprKind::Compare(CompareOp::Equal, left, right) if is_name(left) && may_be(right, is_text) => {
            Some(Probe::Equal(vec![right.as_ref().clone()]))
        }
        ExprKind::Compare(CompareOp::Equal, left, right) if is_name(right) && may_be(left, is_text) => {
            Some(Probe::Equal(vec![left.as_ref().clone()]))
        }
        ExprKind::Binary(BinaryOp::In, left, right) if is_name(left) && may_be(right, is_texts) => {
            Some(Probe::In(right.as_ref().clone()))
        }
        _ => None,
    }
}

/// Whether an expression is the same for all rows and may have such a value.
fn may_be(expr: &Expr, such: fn(&Value) -> bool) -> bool {
    match constant(expr) {
        Some(value) => such(&value),
        None => matches!(expr.kind, ExprKind::Parameter(_)),
    }
}

fn is_text(value: &Value) -> bool {
    matches!(value, Value::String(_))
}

fn is_texts(value: &Value) -> bool {
    matches!(value, Value::List(items) if items.iter().all(is_text))
}
