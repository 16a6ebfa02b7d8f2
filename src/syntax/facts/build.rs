//! Small pieces of the openCypher tree, each with the place of the text it stands for.

use super::ast::{PartialDate, Value};
use crate::span::Span;
use crate::syntax::ast::{
    Clause, ClauseKind, CompareOp, Expr, ExprKind, LabelExpr, MatchMode, Mode, Name, NodePattern, PathPattern,
    PatternDirection, Projection, ProjectionItem, Query, RelPattern, SetItem, SingleQuery, SortItem, Statement,
};
use std::sync::Arc;

pub(crate) fn name(text: impl Into<Arc<str>>, span: Span) -> Name {
    Name { text: text.into(), span }
}

pub(crate) fn expr(kind: ExprKind, span: Span) -> Expr {
    Expr { kind, span }
}

pub(crate) fn variable(of: &Name) -> Expr {
    expr(ExprKind::Variable(of.clone()), of.span)
}

pub(super) fn string(text: impl Into<Arc<str>>, span: Span) -> Expr {
    expr(ExprKind::String(text.into()), span)
}

pub(super) fn strings(names: &[Name], span: Span) -> Expr {
    list(names.iter().map(|name| string(name.text.clone(), name.span)).collect(), span)
}

pub(super) fn list(items: Vec<Expr>, span: Span) -> Expr {
    expr(ExprKind::List(items), span)
}

pub(super) fn null(span: Span) -> Expr {
    expr(ExprKind::Null, span)
}

pub(super) fn float(number: f64, span: Span) -> Expr {
    expr(ExprKind::Float(number), span)
}

pub(crate) fn property(of: &Name, key: &str, span: Span) -> Expr {
    expr(ExprKind::Property { base: Box::new(variable(of)), key: name(key, span) }, span)
}

pub(crate) fn call(function: &str, arguments: Vec<Expr>, span: Span) -> Expr {
    expr(ExprKind::Call { name: name(function, span), distinct: false, arguments }, span)
}

pub(super) fn collect_distinct(argument: Expr, span: Span) -> Expr {
    expr(ExprKind::Call { name: name("collect", span), distinct: true, arguments: vec![argument] }, span)
}

/// `date('2025-11-21')`
pub(super) fn date(day: String, span: Span) -> Expr {
    call("date", vec![string(day, span)], span)
}

/// The first day of a date.
pub(super) fn first_day(of: PartialDate, span: Span) -> Expr {
    date(of.first_day(), span)
}

/// The last day of a date.
pub(super) fn last_day(of: PartialDate, span: Span) -> Expr {
    date(of.last_day(), span)
}

/// A value; a date of less precision is its first day.
pub(super) fn value(of: &Value, span: Span) -> Expr {
    match of {
        Value::Int(number) => expr(ExprKind::Int(*number), span),
        Value::Float(number) => float(*number, span),
        Value::Bool(truth) => expr(ExprKind::Bool(*truth), span),
        Value::Date(date) => first_day(*date, span),
        Value::String(text) => string(text.clone(), span),
        Value::List(items) => list(items.iter().map(|item| value(item, span)).collect(), span),
    }
}

pub(super) fn compare(left: Expr, op: CompareOp, right: Expr) -> Expr {
    let span = left.span.to(right.span);
    expr(ExprKind::Comparison { first: Box::new(left), rest: vec![(op, right)] }, span)
}

pub(super) fn equal(left: Expr, right: Expr) -> Expr {
    compare(left, CompareOp::Equal, right)
}

pub(super) fn is_null(operand: Expr) -> Expr {
    let span = operand.span;
    expr(ExprKind::IsNull { operand: Box::new(operand), negated: false }, span)
}

/// All of the conditions; `None` when there is none.
pub(crate) fn all(mut conditions: Vec<Expr>) -> Option<Expr> {
    if conditions.len() > 1 {
        let span = conditions.iter().map(|one| one.span).reduce(Span::to).unwrap_or_default();
        return Some(expr(ExprKind::And(conditions), span));
    }
    conditions.pop()
}

/// One of the conditions; `None` when there is none.
pub(super) fn any(mut conditions: Vec<Expr>) -> Option<Expr> {
    if conditions.len() > 1 {
        let span = conditions.iter().map(|one| one.span).reduce(Span::to).unwrap_or_default();
        return Some(expr(ExprKind::Or(conditions), span));
    }
    conditions.pop()
}

/// `:A`, `:A:B`; `None` without labels.
pub(super) fn labels(names: &[Name]) -> Option<LabelExpr> {
    match names {
        [] => None,
        [one] => Some(LabelExpr::Label(one.clone())),
        many => Some(LabelExpr::And(many.iter().cloned().map(LabelExpr::Label).collect())),
    }
}

/// `(variable)`
pub(super) fn node(variable: Option<Name>, span: Span) -> NodePattern {
    NodePattern { variable, entity: None, labels: None, properties: None, predicate: None, span }
}

/// `(variable@entity)`
pub(super) fn entity(variable: Option<Name>, entity: &Name) -> NodePattern {
    NodePattern { entity: Some(entity.clone()), ..node(variable, entity.span) }
}

/// `-[variable:TYPES]->`
pub(super) fn rel(variable: Option<Name>, types: Vec<Name>, direction: PatternDirection, span: Span) -> RelPattern {
    RelPattern {
        variable,
        types,
        type_test: None,
        group: None,
        direction,
        length: None,
        properties: None,
        predicate: None,
        span,
    }
}

pub(super) fn path(nodes: Vec<NodePattern>, rels: Vec<RelPattern>, span: Span) -> PathPattern {
    PathPattern { variable: None, shortest: None, selector: None, predicate: None, nodes, rels, span }
}

pub(super) fn match_(path: PathPattern, conditions: Vec<Expr>) -> Clause {
    let span = path.span;
    Clause {
        kind: ClauseKind::Match {
            optional: false,
            mode: MatchMode::default(),
            pattern: vec![path],
            predicate: all(conditions),
        },
        span,
    }
}

pub(super) fn merge(node: NodePattern) -> Clause {
    let span = node.span;
    let pattern = path(vec![node], Vec::new(), span);
    Clause { kind: ClauseKind::Merge { pattern, on_create: Vec::new(), on_match: Vec::new() }, span }
}

pub(super) fn set(of: &Name, key: &str, value: Expr, span: Span) -> SetItem {
    SetItem::Property { target: variable(of), key: name(key, span), value }
}

/// `expression AS alias`
pub(crate) fn item(expr: Expr, alias: &Name) -> ProjectionItem {
    ProjectionItem { expr, text: alias.text.clone(), alias: Some(alias.clone()) }
}

/// A variable passed on under its own name.
pub(super) fn same(of: &Name) -> ProjectionItem {
    ProjectionItem { expr: variable(of), alias: None, text: of.text.clone() }
}

pub(crate) fn projection(items: Vec<ProjectionItem>, distinct: bool, span: Span) -> Projection {
    Projection { distinct, star: false, items, order_by: Vec::new(), skip: None, limit: None, span }
}

pub(super) fn ascending(expr: Expr) -> SortItem {
    SortItem { expr, descending: false, nulls_first: None }
}

pub(super) fn with(projection: Projection) -> Clause {
    let span = projection.span;
    Clause { kind: ClauseKind::With { projection, predicate: None }, span }
}

pub(crate) fn return_(projection: Projection) -> Clause {
    let span = projection.span;
    Clause { kind: ClauseKind::Return(projection), span }
}

pub(super) fn single(clauses: Vec<Clause>, span: Span) -> SingleQuery {
    SingleQuery { clauses, span }
}

pub(crate) fn statement(clauses: Vec<Clause>, span: Span) -> Statement {
    Statement {
        mode: Mode::Run,
        cite: None,
        moment: None,
        recorded: None,
        query: Query { first: single(clauses, span), unions: Vec::new() },
        span,
    }
}
