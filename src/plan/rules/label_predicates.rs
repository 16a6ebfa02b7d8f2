//! A predicate on the labels of a pattern's node becomes part of the pattern.
//!
//! `MATCH (n) WHERE n:L = MATCH (n:L)`. The order of a pattern then knows of it, and a scan may begin at the label.

use super::{Action, Rule};
use crate::plan::logical::QueryGraph;
use crate::plan::slots::SlotSet;
use crate::semantic::bound::{BoundQuery, Expr, ExprKind, LabelTest, PatternNode};

pub(super) const RULE: Rule =
    Rule { name: "label_predicates", equation: "MATCH (n) WHERE n:L = MATCH (n:L)", action: Action::Graph(rewrite) };

fn rewrite(graph: &mut QueryGraph, _: &SlotSet, _: &BoundQuery) {
    let nodes = &mut graph.pattern.nodes;
    graph.predicates.retain(|predicate| !absorbed(nodes, predicate));
}

/// Whether the predicate was a test of a node's labels and now is part of that node.
fn absorbed(nodes: &mut [PatternNode], predicate: &Expr) -> bool {
    let ExprKind::HasLabels { base, labels } = &predicate.kind else { return false };
    let ExprKind::Slot(slot) = base.kind else { return false };
    let Some(node) = nodes.iter_mut().find(|node| node.slot == slot && !node.bound) else { return false };
    node.labels = Some(match node.labels.take() {
        None => labels.clone(),
        Some(LabelTest::And(mut tests)) => {
            tests.push(labels.clone());
            LabelTest::And(tests)
        }
        Some(test) => LabelTest::And(vec![test, labels.clone()]),
    });
    true
}
