//! Patterns of clauses that follow each other are matched as one, so that the order is chosen for both together.
//!
//! `MATCH A; MATCH B = MATCH A ⋈ B`, when they have a node in common, or a value of one must be equal to one of the other,
//! and no relationship of `A` may be one of `B`: those of one pattern are all different, those of two need not be. Where
//! `A` has predicates, one of `B` over what `A` binds must not be able to fail: it could be computed before them.

use super::{Action, Rule};
use crate::plan::join::{cannot_fail, entities, is_link};
use crate::plan::logical::{Operator, Pipeline, QueryGraph, may_clash};
use crate::plan::slots::{Reads, SlotSet};
use crate::semantic::bound::{BoundQuery, Expr, LabelTest, PatternRel};

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
    let mut known = entities(first);
    let linked = second.predicates.iter().any(|each| is_link(each, &known, &written, query));
    known.union_with(&entities(second));
    let harmless = |predicate: &Expr| {
        let reads = Reads::of(query, predicate);
        let first_alike = first.predicates.is_empty() || reads.iter().all(|slot| written.contains(slot));
        (predicate.is_steady() && first_alike) || cannot_fail(predicate, &known)
    };
    (common || linked)
        && left.rels.len() + right.rels.len() <= MOST
        && left.rels.iter().chain(&right.rels).all(plain)
        && right.nodes.iter().all(|node| node.entity.is_none())
        && apart()
        && second.predicates.iter().all(harmless)
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
