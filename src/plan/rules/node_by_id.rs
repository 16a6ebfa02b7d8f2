//! A node whose identifier is given is looked up, not searched for.
//!
//! `MATCH (n) WHERE id(n) = x = NODE n BY x; FILTER id(n) = x`, when `x` does not depend on the pattern.

use super::{Action, Rule};
use crate::plan::logical::QueryGraph;
use crate::plan::slots::{Reads, SlotSet};
use crate::semantic::bound::{BoundQuery, Expr, ExprKind, Slot, for_each_subquery};
use crate::syntax::ast::CompareOp;

pub(super) const RULE: Rule = Rule {
    name: "node_by_id",
    equation: "MATCH (n) WHERE id(n) = x = NODE n BY x; FILTER id(n) = x, when x does not depend on the pattern",
    action: Action::Graph(rewrite),
};

fn rewrite(graph: &mut QueryGraph, _: &SlotSet, query: &BoundQuery) {
    let writes: SlotSet = graph.writes().collect();
    let found: Vec<(Slot, Expr)> = graph.predicates.iter().filter_map(|each| given(each, &writes, query)).collect();
    for (slot, id) in found {
        let nodes = &graph.pattern.nodes;
        let looked_for = nodes.iter().any(|node| node.slot == slot && !node.bound && node.entity.is_none());
        if looked_for && graph.ids.iter().all(|(other, _)| *other != slot) {
            graph.ids.push((slot, id));
        }
    }
}

/// The slot whose identifier an equality gives, and the identifier.
fn given(predicate: &Expr, writes: &SlotSet, query: &BoundQuery) -> Option<(Slot, Expr)> {
    let ExprKind::Compare(CompareOp::Equal, left, right) = &predicate.kind else { return None };
    let (slot, id) = match (identified(left), identified(right)) {
        (Some(slot), _) => (slot, right),
        (None, Some(slot)) => (slot, left),
        (None, None) => return None,
    };
    let free = Reads::of(query, id).intersection(writes).iter().next().is_none();
    (free && !has_subquery(id)).then(|| (slot, (**id).clone()))
}

/// The slot `n` of `id(n)`.
fn identified(expr: &Expr) -> Option<Slot> {
    let ExprKind::Call { function, arguments } = &expr.kind else { return None };
    match arguments.as_slice() {
        [Expr { kind: ExprKind::Slot(slot), .. }] if function.name == "id" => Some(*slot),
        _ => None,
    }
}

fn has_subquery(expr: &Expr) -> bool {
    let mut found = false;
    for_each_subquery(expr, &mut |_| found = true);
    found
}
