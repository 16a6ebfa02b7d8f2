//! A predicate on the labels of a pattern's node becomes part of the pattern.
//!
//! `MATCH (n) WHERE n:L = MATCH (n:L)`. The order of a pattern then knows of it, and a scan may begin at the label; so do
//! the rules over what every node with a label has.

use super::{Action, Rule};
use crate::plan::logical::{Operator, Pipeline};
use crate::semantic::bound::{Expr, ExprKind, LabelTest, PatternNode};

pub(super) const RULE: Rule =
    Rule { name: "label_predicates", equation: "MATCH (n) WHERE n:L = MATCH (n:L)", action: Action::Pipeline(rewrite) };

fn rewrite(pipeline: &mut Pipeline) {
    for step in &mut pipeline.steps {
        if let Operator::Match(graph) = step {
            let nodes = &mut graph.pattern.nodes;
            graph.predicates.retain(|predicate| !absorbed(nodes, predicate));
        }
    }
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
