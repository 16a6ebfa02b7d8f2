//! What is computed from a node alone, one part of it a property that no two nodes share, groups rows as the node does.
//! Whether a property is unique is read from an index that has as many different values as the label has nodes;
//! the plan of a statement that only reads is run only where it has.
//!
//! `AGGREGATE BY n.k, f(n), … = AGGREGATE BY n, …; PROJECT n.k, f(n)`, and `count(DISTINCT n.k) = count(DISTINCT n)`.

use super::{Action, Rule};
use crate::functions::Aggregate;
use crate::plan::estimate::Counts;
use crate::plan::grounds::Fact;
use crate::plan::logical::{Operator, Pipeline};
use crate::plan::slots::Reads;
use crate::semantic::bound::{AggregateCall, BoundQuery, Expr, ExprKind, Slot};
use crate::store::{IndexKind, SchemaTarget};
use crate::value::{KeyId, LabelId};
use std::sync::Arc;

pub(super) const RULE: Rule = Rule {
    name: "unique_key",
    equation: "AGGREGATE BY n.k, f(n) = AGGREGATE BY n; n.k, f(n), and count(DISTINCT n.k) = count(DISTINCT n), when no two L \
               share k, MATCH binds n to an L and nothing is written",
    action: Action::CountedPipeline(rewrite),
};

fn rewrite(pipeline: &mut Pipeline, query: &BoundQuery, counts: &dyn Counts) {
    if query.writes {
        return;
    }
    let mut labelled: Vec<(Slot, LabelId)> = Vec::new();
    let mut steps = Vec::with_capacity(pipeline.steps.len());
    for mut step in std::mem::take(&mut pipeline.steps) {
        let mut after = None;
        match &mut step {
            Operator::Match(graph) => labelled.extend(super::labelled(graph)),
            Operator::Aggregate { keys, aggregates } => {
                let unique = |expr: &Expr| unique_property(expr, &labelled, counts);
                aggregates.iter_mut().for_each(|(_, call)| by_node(call, &unique));
                after = group_by_node(keys, query, &unique).map(Operator::Project);
            }
            _ => {}
        }
        steps.push(step);
        steps.extend(after);
    }
    pipeline.steps = steps;
}

/// The node of a property that no other node has the same value of.
fn unique_property(expr: &Expr, labelled: &[(Slot, LabelId)], counts: &dyn Counts) -> Option<Slot> {
    let ExprKind::Property { base, id: Some(key), .. } = &expr.kind else { return None };
    let ExprKind::Slot(slot) = base.kind else { return None };
    let mut labels = labelled.iter().filter(|(other, _)| *other == slot);
    labels.any(|(_, label)| is_unique(*label, *key, counts)).then_some(slot)
}

fn is_unique(label: LabelId, key: KeyId, counts: &dyn Counts) -> bool {
    counts.indexes().iter().any(|index| {
        let about = index.target == SchemaTarget::Label(label) && index.keys.as_slice() == [key];
        about && index.kind == IndexKind::Range && counts.is_so(Fact::Unique(label, Arc::clone(&index.name)))
    })
}

/// Counts nodes instead of their keys.
fn by_node(call: &mut AggregateCall, unique: &dyn Fn(&Expr) -> Option<Slot>) {
    let [argument] = call.arguments.as_mut_slice() else { return };
    if call.aggregate == Aggregate::Count
        && call.distinct
        && let Some(slot) = unique(argument)
    {
        *argument = Expr::new(ExprKind::Slot(slot), argument.span);
    }
}

type Items = Vec<(Slot, Expr)>;

/// Puts a node in the place of the keys that are computed from it; gives those keys.
fn group_by_node(keys: &mut Items, query: &BoundQuery, unique: &dyn Fn(&Expr) -> Option<Slot>) -> Option<Items> {
    let node = keys.iter().find_map(|(_, key)| unique(key))?;
    if keys.iter().any(|(slot, _)| *slot == node) {
        return None;
    }
    let of_node = |key: &Expr| {
        let reads = Reads::of(query, key);
        key.is_steady() && reads.iter().eq([node])
    };
    let (computed, mut rest): (Items, Items) = std::mem::take(keys).into_iter().partition(|(_, key)| of_node(key));
    let span = computed.first().map(|(_, key)| key.span).unwrap_or_default();
    rest.insert(0, (node, Expr::new(ExprKind::Slot(node), span)));
    *keys = rest;
    Some(computed)
}
