//! Patterns of clauses that follow each other are matched as one, so that the order is chosen for both together.
//!
//! `MATCH A; MATCH B = MATCH A ⋈ B`, when they have a node in common and no relationship of `A` may be one of `B`: those
//! of one pattern are all different, those of two need not be. A predicate of `B` over what `A` binds must not be able
//! to fail: it could be computed before a predicate of `A`.

use super::{Action, Rule};
use crate::plan::logical::{Operator, Pipeline, QueryGraph, may_clash};
use crate::plan::slots::{Reads, SlotSet};
use crate::semantic::bound::{BoundQuery, Expr, ExprKind, LabelTest, PatternRel, Slot};

pub(super) const RULE: Rule = Rule {
    name: "join_patterns",
    equation: "MATCH A; MATCH B = MATCH A ⋈ B, when no relationship of A may be one of B",
    action: Action::Joined(rewrite),
};

/// The most relationships of a joined pattern: of more than these the best order is not looked for among all.
const MOST: usize = 10;

fn rewrite(pipeline: &mut Pipeline, query: &BoundQuery) {
    let mut steps: Vec<Operator> = Vec::with_capacity(pipeline.steps.len());
    for step in std::mem::take(&mut pipeline.steps) {
        match (steps.last_mut(), step) {
            (Some(Operator::Match(first)), Operator::Match(second)) if may_join(first, &second, query) => {
                join(first, second);
            }
            (_, step) => steps.push(step),
        }
    }
    pipeline.steps = steps;
}

fn may_join(first: &QueryGraph, second: &QueryGraph, query: &BoundQuery) -> bool {
    let (left, right) = (&first.pattern, &second.pattern);
    let plain = |rel: &PatternRel| !rel.bound && rel.length.is_none();
    let common = right.nodes.iter().any(|node| left.nodes.iter().any(|other| other.slot == node.slot));
    let apart = || left.rels.iter().all(|rel| right.rels.iter().all(|other| !may_clash(rel, other)));
    let written: SlotSet = second.writes().collect();
    let entities: SlotSet = entities(first).chain(entities(second)).collect();
    let harmless = |predicate: &Expr| {
        let reads = Reads::of(query, predicate);
        let own = predicate.is_steady() && reads.iter().all(|slot| written.contains(slot));
        own || cannot_fail(predicate, &entities)
    };
    common
        && left.rels.len() + right.rels.len() <= MOST
        && left.rels.iter().chain(&right.rels).all(plain)
        && right.nodes.iter().all(|node| node.entity.is_none())
        && apart()
        && second.predicates.iter().all(harmless)
}

/// The slots of the nodes and relationships that it binds.
fn entities(graph: &QueryGraph) -> impl Iterator<Item = Slot> + '_ {
    let nodes = graph.pattern.nodes.iter().filter(|node| !node.bound).map(|node| node.slot);
    nodes.chain(graph.pattern.rels.iter().filter(|rel| !rel.bound).map(|rel| rel.slot))
}

fn join(first: &mut QueryGraph, second: QueryGraph) {
    let nodes = &mut first.pattern.nodes;
    let mut places = Vec::with_capacity(second.pattern.nodes.len());
    for node in second.pattern.nodes {
        let known = nodes.iter_mut().enumerate().find(|(_, other)| other.slot == node.slot);
        places.push(match known {
            Some((at, other)) => {
                other.labels = both(other.labels.take(), node.labels);
                at
            }
            None => {
                nodes.push(node);
                nodes.len() - 1
            }
        });
    }
    let moved = |rel: PatternRel| PatternRel { left: places[rel.left], right: places[rel.right], ..rel };
    first.pattern.rels.extend(second.pattern.rels.into_iter().map(moved));
    first.pattern.paths.extend(second.pattern.paths);
    first.predicates.extend(second.predicates);
}

fn both(left: Option<LabelTest>, right: Option<LabelTest>) -> Option<LabelTest> {
    match (left, right) {
        (Some(LabelTest::And(mut tests)), Some(right)) => {
            tests.push(right); // many clauses make no deep test
            Some(LabelTest::And(tests))
        }
        (Some(left), Some(right)) => Some(LabelTest::And(vec![left, right])),
        (left, right) => left.or(right),
    }
}

/// Whether a predicate has a value in any row, where some slots hold entities.
fn cannot_fail(expr: &Expr, entities: &SlotSet) -> bool {
    let plain = match &expr.kind {
        ExprKind::Const(_)
        | ExprKind::Parameter(_)
        | ExprKind::Slot(_)
        | ExprKind::Compare(..)
        | ExprKind::IsNull { .. }
        | ExprKind::HasLabels { .. } => true,
        ExprKind::Property { base, .. } => matches!(base.kind, ExprKind::Slot(slot) if entities.contains(slot)),
        ExprKind::And(parts) | ExprKind::Or(parts) => parts.iter().all(is_truth),
        ExprKind::Not(inner) => is_truth(inner),
        _ => false,
    };
    let mut parts = true;
    expr.for_each_child(&mut |part| parts &= cannot_fail(part, entities));
    plain && parts
}

/// Whether it is true, false or null whatever the row.
fn is_truth(expr: &Expr) -> bool {
    matches!(
        expr.kind,
        ExprKind::Compare(..)
            | ExprKind::IsNull { .. }
            | ExprKind::HasLabels { .. }
            | ExprKind::And(_)
            | ExprKind::Or(_)
            | ExprKind::Not(_)
    )
}
