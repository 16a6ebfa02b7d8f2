//! Where only the number of matches is wanted, relationships that must be different are counted by inclusion and
//! exclusion instead of being compared.
//!
//! With one factor for each pair that could be the same, `Π (1 - [r = s]) = Σ (-1)^|S| · [all pairs of S are the same]`
//! over the sets `S` of pairs. The pairs of `S` put the relationships into groups, and a group is one relationship: its
//! ends are the same nodes, its types those that fit all. So each term counts the matches of a smaller pattern in which
//! nothing need be different, and those are products of degrees and weights. Equal groups come from several sets; their
//! signs add up.
//!
//! Relationships that point both ways would be the same in two ways, and are left alone. A predicate is computed for
//! matches that the pattern does not have, so that only predicates that cannot fail are allowed.

use super::no_loops::{self, needs_loop};
use super::{Action, Rule, rewrite_graph};
use crate::functions::Aggregate;
use crate::plan::Options;
use crate::plan::estimate::{Counts, Statistics};
use crate::plan::logical::{Operator, Pipeline, QueryGraph, Source};
use crate::plan::merge::{ends, groups};
use crate::plan::order::cost;
use crate::plan::slots::SlotSet;
use crate::semantic::bound::{AggregateCall, BoundQuery, Expr, ExprKind, LabelTest, Slot, TypeTest};
use crate::span::Span;
use crate::syntax::ast::{BinaryOp, PatternDirection};
use crate::value::Value;
use std::collections::BTreeMap;

pub(super) const RULE: Rule = Rule {
    name: "inclusion_exclusion",
    equation: "count(*) of MATCH with r ≠ s = count(*) of MATCH - count(*) of MATCH with r = s",
    action: Action::Weighed(rewrite),
};

/// The most pairs: four relationships of which any two may be the same.
const PAIRS: usize = 6;

fn rewrite(pipeline: &mut Pipeline, query: &BoundQuery, counts: &dyn Counts, options: &Options) {
    let Some((graph, counted, slot)) = counted(pipeline) else { return };
    let mut graph = graph.clone();
    if options.allows(no_loops::RULE.name) && !query.writes {
        graph.apart = no_loops::apart(&graph, counts);
    }
    let pairs = pairs(&graph);
    if pairs.is_empty() || pairs.len() > PAIRS || !suits(&graph, &pairs) {
        return;
    }
    let mut terms = terms(&graph, &pairs);
    terms.retain(|(_, term)| query.writes || !is_impossible(term, counts));
    let effort = |graph: &QueryGraph| {
        let mut graph = graph.clone();
        rewrite_graph(&mut graph, &SlotSet::new(), query, counts, options);
        cost(&graph, &SlotSet::new(), query, &Statistics::new(counts))
    };
    if terms.iter().map(|(_, term)| effort(term)).sum::<f64>() < effort(&graph) {
        *pipeline = summed(terms, &counted.clone(), slot, std::mem::take(&mut pipeline.steps));
    }
}

/// The pattern of a pipeline that begins with counting its matches, the count, and where it goes.
fn counted(pipeline: &Pipeline) -> Option<(&QueryGraph, &AggregateCall, Slot)> {
    let [Operator::Match(graph), Operator::Aggregate { keys, aggregates }, ..] = pipeline.steps.as_slice() else {
        return None;
    };
    let [(slot, call)] = aggregates.as_slice() else { return None };
    let plain = matches!(pipeline.source, Source::Unit) && keys.is_empty() && call.aggregate == Aggregate::CountStar;
    plain.then_some((graph, call, *slot))
}

/// The pairs of relationships that could be the same.
fn pairs(graph: &QueryGraph) -> Vec<(usize, usize)> {
    let rels = &graph.pattern.rels;
    let all = (0..rels.len()).flat_map(|left| (left + 1..rels.len()).map(move |right| (left, right)));
    all.filter(|(left, right)| graph.may_clash(&rels[*left], &rels[*right])).collect()
}

fn suits(graph: &QueryGraph, pairs: &[(usize, usize)]) -> bool {
    let single = |at: usize| {
        let rel = &graph.pattern.rels[at];
        !rel.bound && rel.length.is_none() && rel.direction != PatternDirection::Either
    };
    let plain = graph.pattern.paths.is_empty() && graph.pattern.nodes.iter().all(|node| node.entity.is_none());
    plain && pairs.iter().all(|(left, right)| single(*left) && single(*right)) && graph.predicates.iter().all(is_test)
}

/// Whether an expression is a truth value and cannot fail.
fn is_test(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Compare(_, left, right) => is_operand(left) && is_operand(right),
        ExprKind::IsNull { operand, .. } => is_operand(operand),
        ExprKind::HasLabels { base, .. } => matches!(base.kind, ExprKind::Slot(_)),
        ExprKind::Not(inner) => is_test(inner),
        ExprKind::And(parts) | ExprKind::Or(parts) => parts.iter().all(is_test),
        _ => false,
    }
}

fn is_operand(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Const(_) | ExprKind::Parameter(_) | ExprKind::Slot(_) => true,
        ExprKind::Property { base, .. } => matches!(base.kind, ExprKind::Slot(_)),
        _ => false,
    }
}

/// Whether a relationship of a pattern is a self-loop of a type that has none.
fn is_impossible(term: &QueryGraph, counts: &dyn Counts) -> bool {
    needs_loop(term, &(0..term.pattern.nodes.len()).collect::<Vec<_>>(), counts)
}

/// The patterns of the terms, each with how often it counts.
fn terms(graph: &QueryGraph, pairs: &[(usize, usize)]) -> Vec<(i64, QueryGraph)> {
    let mut times: BTreeMap<Vec<usize>, i64> = BTreeMap::new();
    for set in 0_u32..1 << pairs.len() {
        let chosen = pairs.iter().enumerate().filter(|(at, _)| set & (1 << at) != 0).map(|(_, pair)| *pair);
        let groups = groups(graph.pattern.rels.len(), chosen);
        *times.entry(groups).or_default() += if set.count_ones() % 2 == 0 { 1 } else { -1 };
    }
    let there = times.into_iter().filter(|(_, times)| *times != 0);
    there.filter_map(|(groups, times)| Some((times, term(graph, pairs, &groups)?))).collect()
}

/// The pattern in which the relationships of a group are one; `None` when none can have its types.
fn term(graph: &QueryGraph, pairs: &[(usize, usize)], rel_groups: &[usize]) -> Option<QueryGraph> {
    let rels = &graph.pattern.rels;
    let same = rels.iter().zip(rel_groups).flat_map(|(rel, first)| {
        let (kept, gone) = (ends(&rels[*first]), ends(rel));
        [(kept.0, gone.0), (kept.1, gone.1)]
    });
    let node_groups = groups(graph.pattern.nodes.len(), same);
    let mut term = graph.clone();
    merge_rels(&mut term, pairs, rel_groups)?;
    merge_nodes(&mut term, &node_groups);
    let slots = slots(graph.pattern.nodes.iter().map(|node| node.slot).collect(), &node_groups)
        .chain(slots(rels.iter().map(|rel| rel.slot).collect(), rel_groups))
        .collect();
    term.predicates.iter_mut().for_each(|predicate| replace(predicate, &slots));
    Some(term)
}

/// Each slot with that of the first of its group.
fn slots(slots: Vec<Slot>, groups: &[usize]) -> impl Iterator<Item = (Slot, Slot)> {
    groups.iter().enumerate().map(move |(at, first)| (slots[at], slots[*first]))
}

fn merge_rels(term: &mut QueryGraph, pairs: &[(usize, usize)], groups: &[usize]) -> Option<()> {
    let rels = std::mem::take(&mut term.pattern.rels);
    let mut types: Vec<TypeTest> = rels.iter().map(|rel| rel.types.clone()).collect();
    for (at, first) in groups.iter().enumerate().filter(|(at, first)| at != *first) {
        types[*first] = both(&types[*first], &types[at])?;
    }
    for (at, mut rel) in rels.into_iter().enumerate().filter(|(at, _)| groups[*at] == *at) {
        rel.types = types[at].clone();
        rel.repeats |= pairs.iter().any(|(left, right)| [*left, *right].contains(&at));
        term.pattern.rels.push(rel);
    }
    Some(())
}

/// The types that pass both tests; `None` when there are none.
fn both(left: &TypeTest, right: &TypeTest) -> Option<TypeTest> {
    match (left, right) {
        (TypeTest::Any, other) | (other, TypeTest::Any) => Some(other.clone()),
        (TypeTest::OneOf(left), TypeTest::OneOf(right)) => {
            let types: Vec<_> = left.iter().copied().filter(|each| right.contains(each)).collect();
            (!types.is_empty()).then_some(TypeTest::OneOf(types))
        }
    }
}

fn merge_nodes(term: &mut QueryGraph, groups: &[usize]) {
    let nodes = std::mem::take(&mut term.pattern.nodes);
    let mut places = vec![0; nodes.len()];
    for (at, node) in nodes.into_iter().enumerate() {
        if groups[at] == at {
            places[at] = term.pattern.nodes.len();
            term.pattern.nodes.push(node);
        } else {
            places[at] = places[groups[at]];
            let kept = &mut term.pattern.nodes[places[at]].labels;
            let tests: Vec<LabelTest> = kept.take().into_iter().chain(node.labels).collect();
            *kept = if tests.len() > 1 { Some(LabelTest::And(tests)) } else { tests.into_iter().next() };
        }
    }
    for rel in &mut term.pattern.rels {
        (rel.left, rel.right) = (places[rel.left], places[rel.right]);
    }
}

fn replace(expr: &mut Expr, slots: &BTreeMap<Slot, Slot>) {
    if let ExprKind::Slot(slot) = &mut expr.kind {
        *slot = slots.get(slot).copied().unwrap_or(*slot);
    }
    expr.for_each_child_mut(&mut |child| replace(child, slots));
}

/// The sum over the terms: one row for each, with the count in its slot.
fn summed(terms: Vec<(i64, QueryGraph)>, count: &AggregateCall, slot: Slot, steps: Vec<Operator>) -> Pipeline {
    let read = |slot| Expr::new(ExprKind::Slot(slot), Span::default());
    let constant = |times| Box::new(Expr::new(ExprKind::Const(Value::Int(times)), Span::default()));
    let arm = |(times, graph): (i64, QueryGraph)| {
        let product = ExprKind::Binary(BinaryOp::Multiply, constant(times), Box::new(read(slot)));
        let counted = Operator::Aggregate { keys: Vec::new(), aggregates: vec![(slot, count.clone())] };
        let product = Operator::Project(vec![(slot, Expr::new(product, Span::default()))]);
        (Pipeline { source: Source::Unit, steps: vec![Operator::Match(graph), counted, product] }, vec![slot])
    };
    let arms = terms.into_iter().map(arm).collect();
    let sum = AggregateCall { aggregate: Aggregate::Sum, arguments: vec![read(slot)], ..count.clone() };
    let total = Operator::Aggregate { keys: Vec::new(), aggregates: vec![(slot, sum)] };
    let rest = std::iter::once(total).chain(steps.into_iter().skip(2));
    Pipeline { source: Source::Union { arms, columns: vec![slot] }, steps: rest.collect() }
}
