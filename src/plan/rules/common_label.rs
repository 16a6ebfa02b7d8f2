//! A label that every node has is no condition. The count is exact, and the plan of a statement that only reads is
//! run only where it is.
//!
//! `MATCH (n:L) P = MATCH (n) P` when as many nodes have the label as there are nodes.

use super::{Action, Rule};
use crate::plan::estimate::Counts;
use crate::plan::grounds::Fact;
use crate::plan::logical::QueryGraph;
use crate::semantic::bound::{BoundQuery, LabelTest};

pub(super) const RULE: Rule = Rule {
    name: "common_label",
    equation: "MATCH (n:L) P = MATCH (n) P, when every node has the label L and nothing is written",
    action: Action::Counted(rewrite),
};

fn rewrite(graph: &mut QueryGraph, query: &BoundQuery, counts: &dyn Counts) {
    if query.writes {
        return;
    }
    // A node that the row already holds may be null, which has no label.
    for node in graph.pattern.nodes.iter_mut().filter(|node| !node.bound) {
        node.labels = node.labels.take().and_then(|test| without_common(test, counts));
    }
}

/// The test without the labels that every node has; nothing when it always holds.
fn without_common(test: LabelTest, counts: &dyn Counts) -> Option<LabelTest> {
    match test {
        LabelTest::Has(label) if counts.is_so(Fact::Common(label)) => None,
        LabelTest::And(parts) => {
            let mut parts: Vec<_> = parts.into_iter().filter_map(|part| without_common(part, counts)).collect();
            match parts.len() {
                0 => None,
                1 => parts.pop(),
                _ => Some(LabelTest::And(parts)),
            }
        }
        other => Some(other),
    }
}
