//! The share of rows that predicates keep.
//!
//! A predicate over one property of a node with a label, or of a relationship of a type, is tried on a sample of the
//! values. What a sample cannot decide is a guess.

use super::estimate::Statistics;
use super::weight::Branch;
use crate::semantic::bound::{Expr, ExprKind, PatternNode, PatternRel, Slot, TypeTest};
use crate::store::{Population, Sample};
use crate::syntax::ast::{BinaryOp, CompareOp};
use crate::value::{LabelId, Value, compare};
use std::collections::HashMap;

/// Whom the entities in slots are of, where that is known.
#[derive(Clone, Debug, Default)]
pub struct Populations(HashMap<Slot, Population>);

impl Populations {
    /// Those of the nodes and relationships of a pattern.
    pub fn of(statistics: &Statistics<'_>, nodes: &[PatternNode], rels: &[PatternRel]) -> Populations {
        let mut all = Populations::default();
        for node in nodes {
            all.node(node.slot, statistics.rarest_label(node.labels.as_ref()));
        }
        for rel in rels.iter().filter(|rel| rel.length.is_none()) {
            all.rel(rel.slot, &rel.types);
        }
        all
    }

    /// Those of the relationships and far ends of a branch.
    pub fn of_branch(statistics: &Statistics<'_>, branch: &Branch) -> Populations {
        let labels = branch.labels.iter().filter_map(|test| statistics.rarest_label(Some(test)));
        let rarest = labels.min_by(|left, right| statistics.labelled(*left).total_cmp(&statistics.labelled(*right)));
        let mut all = Populations::default();
        all.node(branch.end, rarest);
        all.rel(branch.rel, &branch.types);
        all
    }

    fn rel(&mut self, slot: Slot, types: &TypeTest) {
        if let TypeTest::OneOf(types) = types
            && let [only] = types.as_slice()
        {
            self.0.insert(slot, Population::Rels(*only));
        }
    }

    fn node(&mut self, slot: Slot, label: Option<LabelId>) {
        self.0.insert(slot, Population::Nodes(label));
    }
}

impl Statistics<'_> {
    /// The share of rows for which a predicate is expected to be true.
    pub fn share_of(&self, predicate: &Expr, among: &Populations) -> f64 {
        if let Some(share) = self.sampled(predicate, among) {
            return share;
        }
        match &predicate.kind {
            ExprKind::Const(Value::Bool(true)) => 1.0,
            ExprKind::Const(_) => 0.0,
            ExprKind::And(parts) => parts.iter().map(|part| self.share_of(part, among)).product(),
            ExprKind::Or(parts) => parts.iter().map(|part| self.share_of(part, among)).sum::<f64>().min(1.0),
            ExprKind::Not(inner) => 1.0 - self.share_of(inner, among),
            ExprKind::Compare(CompareOp::Equal, left, right) => self.share_of_equal([left, right], among),
            ExprKind::Compare(CompareOp::NotEqual, ..) | ExprKind::IsNull { negated: true, .. } => 0.9,
            ExprKind::Compare(..) => 0.3,
            ExprKind::IsNull { .. } | ExprKind::Binary(BinaryOp::In, ..) => 0.2,
            ExprKind::Binary(..) => 0.1,
            _ => 0.5,
        }
    }

    /// The share of rows for which all predicates are expected to be true.
    pub fn share_of_all<'e>(&self, predicates: impl IntoIterator<Item = &'e Expr>, among: &Populations) -> f64 {
        predicates.into_iter().map(|predicate| self.share_of(predicate, among)).product()
    }

    /// The share of pairs of which two values are equal: the values of the side that has fewer are expected on the other.
    fn share_of_equal(&self, sides: [&Expr; 2], among: &Populations) -> f64 {
        let of = |side: &Expr| {
            let ExprKind::Property { .. } = side.kind else { return None };
            let (slot, key) = side.only_property()?;
            Some(self.counts().sample(*among.0.get(&slot)?, key)?.equal_share())
        };
        sides.into_iter().filter_map(of).min_by(f64::total_cmp).unwrap_or(0.1)
    }

    fn sampled(&self, predicate: &Expr, among: &Populations) -> Option<f64> {
        let (slot, key) = predicate.only_property()?;
        let sample = self.counts().sample(*among.0.get(&slot)?, key)?;
        by_values(predicate, &sample).or_else(|| by_equality(predicate, &sample))
    }
}

/// What the values of a sample say of a predicate that can be computed from one.
fn by_values(predicate: &Expr, sample: &Sample) -> Option<f64> {
    computed(predicate, &Value::Null)?;
    Some(sample.share(|value| computed(predicate, value).is_some_and(|truth| matches!(truth, Value::Bool(true)))))
}

/// What is to be expected of a predicate that asks for one value, whatever it is.
fn by_equality(predicate: &Expr, sample: &Sample) -> Option<f64> {
    match &predicate.kind {
        ExprKind::Compare(CompareOp::Equal, left, right) if left.is_fixed() != right.is_fixed() => {
            Some(sample.equal_share())
        }
        ExprKind::Compare(CompareOp::NotEqual, left, right) if left.is_fixed() != right.is_fixed() => {
            Some(1.0 - sample.equal_share())
        }
        _ => None,
    }
}

/// The value of an expression whose only property has some value; `None` for one that is not computed here.
fn computed(expr: &Expr, property: &Value) -> Option<Value> {
    let truth = |expr: &Expr| match computed(expr, property)? {
        Value::Bool(truth) => Some(Some(truth)),
        Value::Null => Some(None),
        _ => None,
    };
    Some(match &expr.kind {
        ExprKind::Const(value) => value.clone(),
        ExprKind::Property { .. } => property.clone(),
        ExprKind::Compare(op, left, right) => op.holds(&computed(left, property)?, &computed(right, property)?).into(),
        ExprKind::Binary(BinaryOp::In, item, list) => contains(&computed(list, property)?, &computed(item, property)?)?,
        ExprKind::IsNull { operand, negated } => Value::Bool(computed(operand, property)?.is_null() != *negated),
        ExprKind::Not(inner) => truth(inner)?.map(|truth| !truth).into(),
        ExprKind::And(parts) => joined(parts.iter().map(truth), false)?,
        ExprKind::Or(parts) => joined(parts.iter().map(truth), true)?,
        _ => return None,
    })
}

fn contains(list: &Value, item: &Value) -> Option<Value> {
    let Value::List(items) = list else { return None };
    Some(Value::Bool(items.iter().any(|each| compare::equals(each, item) == Some(true))))
}

/// `AND` (decisive value false) and `OR` (true).
fn joined(parts: impl Iterator<Item = Option<Option<bool>>>, decisive: bool) -> Option<Value> {
    let parts: Vec<Option<bool>> = parts.collect::<Option<_>>()?;
    let decided = parts.contains(&Some(decisive)).then_some(decisive);
    let unknown = parts.contains(&None);
    Some(decided.or_else(|| (!unknown).then_some(!decisive)).into())
}

impl CompareOp {
    /// The operator that says the same with its sides exchanged.
    #[must_use]
    pub fn mirrored(self) -> CompareOp {
        match self {
            CompareOp::Less => CompareOp::Greater,
            CompareOp::LessEqual => CompareOp::GreaterEqual,
            CompareOp::Greater => CompareOp::Less,
            CompareOp::GreaterEqual => CompareOp::LessEqual,
            same => same,
        }
    }

    /// Whether a comparison is true; `None` when that is unknown.
    pub fn holds(self, left: &Value, right: &Value) -> Option<bool> {
        match self {
            CompareOp::Equal => compare::equals(left, right),
            CompareOp::NotEqual => compare::equals(left, right).map(|truth| !truth),
            CompareOp::Less => compare::less(left, right),
            CompareOp::LessEqual => compare::less_or_equal(left, right),
            CompareOp::Greater => compare::greater(left, right),
            CompareOp::GreaterEqual => compare::greater_or_equal(left, right),
        }
    }
}
