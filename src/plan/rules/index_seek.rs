//! Nodes and relationships whose properties an index knows are looked up.
//!
//! `MATCH (n:L) WHERE n.k = x = SEEK n IN index; FILTER n.k = x`, and likewise for `IN`, `<` and its kin, `STARTS WITH`
//! and `IS NOT NULL`, when `x` depends neither on the pattern nor on chance.

use super::{Action, Rule};
use crate::plan::estimate::{Counts, conjuncts};
use crate::plan::logical::{Bound, IndexSeek, Probe, QueryGraph};
use crate::plan::slots::{Reads, SlotSet};
use crate::semantic::bound::{BoundQuery, Expr, ExprKind, LabelTest, Slot, TypeTest};
use crate::store::{IndexDefinition, IndexKind, SchemaTarget, Seek};
use crate::syntax::ast::{BinaryOp, CompareOp, PatternDirection};
use crate::value::{KeyId, Value};
use std::sync::Arc;

pub(super) const RULE: Rule = Rule {
    name: "index_seek",
    equation: "MATCH (n:L) WHERE n.k = x = SEEK n BY x; FILTER n.k = x, when an index has L and k and x is known before",
    action: Action::Counted(rewrite),
};

/// The elements of a list whose length is not known.
pub(super) const LIST_LENGTH: f64 = 10.0;
/// Below this share of what there is, a stretch of an index is better than a look at everything.
const WORTHWHILE: f64 = 0.7;

/// What a predicate says about a property of a slot.
struct Said<'g> {
    /// The predicate's place.
    at: usize,
    slot: Slot,
    key: KeyId,
    test: Test<'g>,
}

#[derive(Clone, Copy)]
enum Test<'g> {
    Equal(&'g Expr),
    In(&'g Expr),
    Lower(&'g Expr, bool),
    Upper(&'g Expr, bool),
    Prefix(&'g Expr),
    /// It contains a text, or ends with one.
    Text,
    Present,
}

fn rewrite(graph: &mut QueryGraph, query: &BoundQuery, counts: &dyn Counts) {
    let indexes = counts.indexes();
    if indexes.is_empty() {
        return;
    }
    let writes: SlotSet = graph.writes().collect();
    let said: Vec<Said<'_>> =
        graph.predicates.iter().enumerate().filter_map(|(at, predicate)| said(at, predicate, &writes, query)).collect();
    let best = |(slot, target): (Slot, SchemaTarget)| {
        let fitting = indexes.iter().filter(|index| index.target == target);
        let seeks = fitting.filter_map(|index| seek(slot, index, &said, counts));
        seeks.min_by(|left, right| left.estimate.total_cmp(&right.estimate))
    };
    let mut seeks: Vec<IndexSeek> = Vec::new();
    for seek in targets(graph).into_iter().filter_map(best) {
        match seeks.iter_mut().find(|other| other.slot == seek.slot) {
            Some(other) if other.estimate > seek.estimate => *other = seek,
            Some(_) => {}
            None => seeks.push(seek),
        }
    }
    graph.seeks = seeks;
}

/// The slots that are looked for, each with what it is sure to be.
fn targets(graph: &QueryGraph) -> Vec<(Slot, SchemaTarget)> {
    let mut targets = Vec::new();
    for node in graph.pattern.nodes.iter().filter(|node| !node.bound && node.entity.is_none()) {
        for test in conjuncts(node.labels.as_ref()) {
            if let LabelTest::Has(label) = test {
                targets.push((node.slot, SchemaTarget::Label(*label)));
            }
        }
    }
    for rel in graph.pattern.rels.iter().filter(|rel| !rel.bound && rel.length.is_none()) {
        if let (TypeTest::OneOf(types), true) = (&rel.types, rel.direction != PatternDirection::Either)
            && let [rel_type] = types.as_slice()
        {
            targets.push((rel.slot, SchemaTarget::RelType(*rel_type)));
        }
    }
    targets
}

/// What a predicate says, when the other side is known before the pattern is matched.
fn said<'g>(at: usize, predicate: &'g Expr, writes: &SlotSet, query: &BoundQuery) -> Option<Said<'g>> {
    let (base, test) = match &predicate.kind {
        ExprKind::Compare(op, left, right) => match (property(left), property(right)) {
            (Some(base), _) if is_known(right, writes, query) => (base, comparison(*op, right)?),
            (_, Some(base)) if is_known(left, writes, query) => (base, comparison(op.mirrored(), left)?),
            _ => return None,
        },
        ExprKind::Binary(BinaryOp::In, left, right) if is_known(right, writes, query) => {
            (property(left)?, Test::In(right))
        }
        ExprKind::Binary(BinaryOp::StartsWith, left, right) if is_known(right, writes, query) => {
            (property(left)?, Test::Prefix(right))
        }
        ExprKind::Binary(BinaryOp::EndsWith | BinaryOp::Contains, left, _) => (property(left)?, Test::Text),
        ExprKind::IsNull { operand, negated: true } => (property(operand)?, Test::Present),
        _ => return None,
    };
    Some(Said { at, slot: base.0, key: base.1, test })
}

pub(super) fn property(expr: &Expr) -> Option<(Slot, KeyId)> {
    match &expr.kind {
        ExprKind::Property { base, id: Some(key), .. } => match base.kind {
            ExprKind::Slot(slot) => Some((slot, *key)),
            _ => None,
        },
        _ => None,
    }
}

fn comparison(op: CompareOp, other: &Expr) -> Option<Test<'_>> {
    Some(match op {
        CompareOp::Equal => Test::Equal(other),
        CompareOp::Less => Test::Upper(other, false),
        CompareOp::LessEqual => Test::Upper(other, true),
        CompareOp::Greater => Test::Lower(other, false),
        CompareOp::GreaterEqual => Test::Lower(other, true),
        CompareOp::NotEqual => return None,
    })
}

/// Whether an expression has one value for each row, whatever the pattern finds.
fn is_known(expr: &Expr, writes: &SlotSet, query: &BoundQuery) -> bool {
    expr.is_steady() && Reads::of(query, expr).intersection(writes).iter().next().is_none()
}

/// How an index finds a slot, if what is said of it suffices.
fn seek(slot: Slot, index: &Arc<IndexDefinition>, said: &[Said<'_>], counts: &dyn Counts) -> Option<IndexSeek> {
    let of_key = |key: KeyId| said.iter().filter(move |each| each.slot == slot && each.key == key);
    let equal = |key: KeyId| of_key(key).find(|each| matches!(each.test, Test::Equal(_)));
    let (probe, covers) = match (index.kind, index.keys.as_slice()) {
        (IndexKind::Range, [key]) => single(&of_key(*key).collect::<Vec<_>>())?,
        (IndexKind::Range, keys) => {
            let found: Option<Vec<&Said<'_>>> = keys.iter().map(|key| equal(*key)).collect();
            equality(&found?)
        }
        (IndexKind::Text, keys) => text(&of_key(*keys.first()?).collect::<Vec<_>>())?,
    };
    let estimate = estimate(index, &probe, counts);
    let all = match index.target {
        SchemaTarget::Label(label) => counts.labelled(label),
        SchemaTarget::RelType(rel_type) => counts.typed(rel_type),
    };
    let narrow = matches!(probe, Probe::Equal(_) | Probe::In(_));
    let worthwhile = narrow || estimate <= all as f64 * WORTHWHILE;
    worthwhile.then(|| IndexSeek { slot, index: Some(Arc::clone(index)), probe, estimate, covers })
}

type Found = (Probe, Vec<usize>);

fn equality(said: &[&Said<'_>]) -> Found {
    let values = said.iter().filter_map(|each| match each.test {
        Test::Equal(expr) => Some(expr.clone()),
        _ => None,
    });
    (Probe::Equal(values.collect()), said.iter().map(|each| each.at).collect())
}

/// The narrowest probe of one key.
fn single(said: &[&Said<'_>]) -> Option<Found> {
    let first = |wanted: fn(&Test<'_>) -> bool| said.iter().copied().find(|each| wanted(&each.test));
    if let Some(found) = first(|test| matches!(test, Test::Equal(_))) {
        return Some(equality(&[found]));
    }
    if let Some(Said { at, test: Test::In(list), .. }) = first(|test| matches!(test, Test::In(_))) {
        return Some((Probe::In((*list).clone()), vec![*at]));
    }
    if let Some(Said { at, test: Test::Prefix(text), .. }) = first(|test| matches!(test, Test::Prefix(_))) {
        return Some((Probe::Prefix((*text).clone()), vec![*at]));
    }
    let (mut lower, mut upper, mut covers) = (None, None, Vec::new());
    for each in said {
        let (bound, side) = match each.test {
            Test::Lower(expr, within) => ((expr.clone(), within), &mut lower),
            Test::Upper(expr, within) => ((expr.clone(), within), &mut upper),
            _ => continue,
        };
        if side.is_none() {
            *side = Some(bound);
            covers.push(each.at);
        }
    }
    if !covers.is_empty() {
        return Some((Probe::Range { lower, upper }, covers));
    }
    let present = first(|test| matches!(test, Test::Present))?;
    Some((Probe::All, vec![present.at]))
}

/// What an index of texts finds: it has no other values, so that equality serves only where a text is sure.
fn text(said: &[&Said<'_>]) -> Option<Found> {
    let is_text = |expr: &Expr| matches!(&expr.kind, ExprKind::Const(Value::String(_)));
    let equal = said.iter().copied().find(|each| matches!(each.test, Test::Equal(expr) if is_text(expr)));
    if let Some(found) = equal {
        return Some(equality(&[found]));
    }
    for each in said {
        if let Test::Prefix(text) = each.test {
            return Some((Probe::Prefix(text.clone()), vec![each.at]));
        }
    }
    said.iter().any(|each| matches!(each.test, Test::Text)).then(|| (Probe::All, Vec::new()))
}

/// How many a probe finds: counted where the values are known, guessed from the number of different values elsewhere.
fn estimate(index: &IndexDefinition, probe: &Probe, counts: &dyn Counts) -> f64 {
    let (size, each) = counts.index_spread(&index.name);
    let found = |seek: Seek<'_>| counts.found(&index.name, &seek) as f64;
    match probe {
        Probe::Equal(values) => constants(values).map_or(each, |values| found(Seek::Equal(&values))),
        Probe::In(list) => match constant(list) {
            Some(Value::List(items)) => items.iter().map(|item| found(Seek::Equal(std::slice::from_ref(item)))).sum(),
            _ => each * LIST_LENGTH,
        },
        Probe::Range { lower, upper } => {
            let known = |bound: &Bound| bound.as_ref().and_then(|(expr, within)| Some((constant(expr)?, *within)));
            let values = (known(lower), known(upper));
            if (values.0.is_some(), values.1.is_some()) == (lower.is_some(), upper.is_some()) {
                found(Seek::Range { lower: borrowed(&values.0), upper: borrowed(&values.1) })
            } else {
                size * if lower.is_some() && upper.is_some() { 0.1 } else { 0.3 }
            }
        }
        Probe::Prefix(text) => match constant(text) {
            Some(Value::String(text)) => found(Seek::Prefix(&text)),
            _ => size * 0.1,
        },
        Probe::All => size,
    }
}

fn borrowed(bound: &Option<(Value, bool)>) -> Option<(&Value, bool)> {
    bound.as_ref().map(|(value, within)| (value, *within))
}

fn constants(exprs: &[Expr]) -> Option<Vec<Value>> {
    exprs.iter().map(constant).collect()
}

/// The value of an expression that is the same for every run.
pub(super) fn constant(expr: &Expr) -> Option<Value> {
    match &expr.kind {
        ExprKind::Const(value) => Some(value.clone()),
        ExprKind::List(items) => constants(items).map(Value::list),
        _ => None,
    }
}
