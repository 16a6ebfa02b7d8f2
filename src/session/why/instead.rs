//! What there is where a part of a question leaves nothing.

use super::steps::{Part, Step};
use super::{Asking, int, item, named, projection};
use crate::error::Result;
use crate::span::Span;
use crate::syntax::ast::{
    BinaryOp, Clause, ClauseKind, CompareOp, Expr, ExprKind, LabelExpr, MatchMode, Name, PathPattern, Projection,
    SortItem,
};
use crate::syntax::facts::build;
use crate::text::nearest;
use crate::value::Value;
use crate::value::compare::order;
use crate::value::format::{NoGraph, literal};
use std::sync::Arc;

/// The most things that are named.
const SHOWN: i64 = 5;

/// What there is instead of what a step asks for, where `left` gives rows.
pub(super) fn hints(asking: &Asking<'_>, left: &[Clause], step: &Step) -> Result<Vec<String>> {
    let nowhere = Span::default();
    match &step.part {
        Part::Node => Ok(Vec::new()),
        Part::Rel(turned) => other_direction(asking, left, turned),
        Part::Types { rel, types, turned } => {
            let mut hints = match rel {
                Some(rel) => names(asking, left, rel, build::call("type", vec![build::variable(rel)], nowhere), types)?,
                None => Vec::new(),
            };
            hints.extend(other_direction(asking, left, turned)?);
            Ok(hints)
        }
        Part::Labels { node, labels } => {
            let mut clauses = left.to_vec();
            let list = build::call("labels", vec![build::variable(node)], nowhere);
            clauses.push(Clause { kind: ClauseKind::Unwind { list, variable: named("why label") }, span: nowhere });
            let wanted = if let LabelExpr::Label(label) = labels { vec![label.clone()] } else { Vec::new() };
            names(asking, &clauses, node, build::variable(&named("why label")), &wanted)
        }
        Part::Property { of, key, value } => {
            values(asking, left, &build::property(of, &key.text, nowhere), key, Some(value))
        }
        Part::Where(condition) => match compared(condition) {
            Some((of, key, value)) => values(asking, left, &of, &key, value.as_ref()),
            None => Ok(Vec::new()),
        },
    }
}

/// Labels or types that are there with how many have them, the most frequent first, and the one that was meant.
fn names(asking: &Asking<'_>, left: &[Clause], of: &Name, name: Expr, wanted: &[Name]) -> Result<Vec<String>> {
    let by_number = SortItem { expr: build::variable(&named("n")), descending: true, nulls_first: None };
    let by_name = SortItem { expr: build::variable(&named("name")), descending: false, nulls_first: None };
    let count = ExprKind::Call { name: named("count"), distinct: true, arguments: vec![build::variable(of)] };
    let items = vec![item(name, "name"), item(build::expr(count, Span::default()), "n")];
    let rows = asking.given(left, Projection { order_by: vec![by_number, by_name], ..projection(items) })?;
    let found: Vec<(&str, i64)> =
        rows.iter().filter_map(|row| Some((row.first()?.as_str()?, row.get(1)?.as_int()?))).collect();
    let near = wanted.iter().find_map(|wanted| nearest(&wanted.text, found.iter().map(|(name, _)| *name)));
    let near = near.map(|near| format!("did you mean `{near}`?"));
    let shown: Vec<String> =
        found.iter().take(SHOWN as usize).map(|(name, number)| format!("`{name}` ({number})")).collect();
    let there = (!shown.is_empty()).then(|| format!("there is {}", shown.join(", ")));
    Ok(near.into_iter().chain(there).collect())
}

/// Whether the path is there when its last relationship points the other way.
fn other_direction(asking: &Asking<'_>, left: &[Clause], turned: &PathPattern) -> Result<Vec<String>> {
    // Variables of the path that `left` binds already stay bound: its nodes are the same.
    let kind = ClauseKind::Match {
        optional: false,
        mode: MatchMode::RepeatableElements,
        pattern: vec![only_last(turned)],
        predicate: None,
    };
    let mut clauses = left.to_vec();
    clauses.push(Clause { kind, span: Span::default() });
    let there = asking.any(&clauses).unwrap_or(false);
    Ok(there.then(|| "there is one in the other direction".to_owned()).into_iter().collect())
}

/// The last relationship of a path with its ends, under a name of its own.
fn only_last(path: &PathPattern) -> PathPattern {
    let mut last = path.clone();
    last.nodes = path.nodes.iter().rev().take(2).rev().cloned().collect();
    last.rels = path.rels.iter().rev().take(1).cloned().collect();
    last.nodes.iter_mut().for_each(|node| {
        (node.entity, node.labels, node.properties, node.predicate) = (None, None, None, None);
    });
    last.rels.iter_mut().for_each(|rel| rel.variable = None);
    last
}

/// The values of a property that are there: near ones, or from the least to the greatest.
fn values(asking: &Asking<'_>, left: &[Clause], of: &Expr, key: &Name, wanted: Option<&Expr>) -> Result<Vec<String>> {
    let mut clauses = left.to_vec();
    let there = ExprKind::IsNull { operand: Box::new(of.clone()), negated: true };
    clauses.push(Clause { kind: ClauseKind::Filter(build::expr(there, Span::default())), span: Span::default() });
    let distinct = Projection { distinct: true, limit: Some(int(500)), ..projection(vec![item(of.clone(), "value")]) };
    let rows = asking.given(&clauses, distinct)?;
    let mut values: Vec<Value> = rows.into_iter().filter_map(|row| row.into_iter().next()).collect();
    values.sort_by(order);
    if values.is_empty() {
        return Ok(vec![format!("nothing there has `{}`", key.text)]);
    }
    let wanted = wanted.map(|wanted| texts(asking, wanted)).unwrap_or_default();
    let near = |wanted: &Arc<str>| nearest(wanted, values.iter().filter_map(Value::as_str));
    if let Some(near) = wanted.iter().find_map(near) {
        return Ok(vec![format!("did you mean {}?", literal(&Value::string(near), &NoGraph))]);
    }
    let shown = |value: &Value| crate::text::beginning(&literal(value, &NoGraph));
    let (first, last) = (values.first().map(shown), values.last().map(shown));
    Ok(match values.len() {
        1 => first.into_iter().map(|only| format!("`{}` is {only} there", key.text)).collect(),
        few if few <= SHOWN as usize => {
            let all: Vec<String> = values.iter().map(shown).collect();
            vec![format!("`{}` is {} there", key.text, all.join(", "))]
        }
        _ => {
            vec![format!("`{}` is from {} to {} there", key.text, first.unwrap_or_default(), last.unwrap_or_default())]
        }
    })
}

/// The texts that something is to be equal to: one, or one of a list.
fn texts(asking: &Asking<'_>, wanted: &Expr) -> Vec<Arc<str>> {
    match &wanted.kind {
        ExprKind::String(text) => vec![Arc::clone(text)],
        ExprKind::List(items) => items.iter().flat_map(|item| texts(asking, item)).collect(),
        ExprKind::Parameter(name) => match asking.parameters.get(&*name.text) {
            Some(Value::String(text)) => vec![Arc::clone(text)],
            Some(Value::List(items)) => items
                .iter()
                .filter_map(|item| if let Value::String(text) = item { Some(Arc::clone(text)) } else { None })
                .collect(),
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// The property that a condition compares, its key, and what it is to be equal to.
fn compared(condition: &Expr) -> Option<(Expr, Name, Option<Expr>)> {
    let (left, right) = match &condition.kind {
        ExprKind::Comparison { first, rest } => match rest.as_slice() {
            [(CompareOp::Equal, right)] => (&**first, Some(right)),
            _ => (&**first, None),
        },
        ExprKind::Binary { op: BinaryOp::In, left, right } => (&**left, Some(&**right)),
        ExprKind::Binary { left, .. } => (&**left, None),
        ExprKind::IsNull { operand, .. } => (&**operand, None),
        _ => return None,
    };
    let key_of = |expr: &Expr| match &expr.kind {
        ExprKind::Property { base, key } if matches!(base.kind, ExprKind::Variable(_)) => Some(key.clone()),
        _ => None,
    };
    match (key_of(left), right) {
        (Some(key), right) => Some((left.clone(), key, right.cloned())),
        (None, Some(right)) => key_of(right).map(|key| (right.clone(), key, Some(left.clone()))),
        _ => None,
    }
}
