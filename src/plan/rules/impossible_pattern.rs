//! A pattern with a label or type that the graph does not know matches nothing, and nothing is read to find that out.
//!
//! `MATCH (n:Unknown) P = FILTER false; MATCH (n:Unknown) P`.

use super::{Action, Rule};
use crate::plan::estimate::conjuncts;
use crate::plan::logical::QueryGraph;
use crate::plan::slots::SlotSet;
use crate::semantic::bound::{BoundQuery, Expr, ExprKind, LabelTest, PatternRel, TypeTest};
use crate::value::Value;

pub(super) const RULE: Rule = Rule {
    name: "impossible_pattern",
    equation: "MATCH p = FILTER false; MATCH p, when p needs a label or type that does not exist",
    action: Action::Graph(rewrite),
};

fn rewrite(graph: &mut QueryGraph, _: &SlotSet, _: &BoundQuery) {
    let pattern = &graph.pattern;
    let nodes = pattern.nodes.iter().any(|node| conjuncts(node.labels.as_ref()).contains(&&LabelTest::Never));
    if nodes || pattern.rels.iter().any(impossible) {
        graph.predicates.insert(0, Expr::new(ExprKind::Const(Value::Bool(false)), Default::default()));
    }
}

fn impossible(rel: &PatternRel) -> bool {
    let needed = rel.length.as_ref().is_none_or(|length| length.min > 0);
    needed && matches!(&rel.types, TypeTest::OneOf(types) if types.is_empty())
}
