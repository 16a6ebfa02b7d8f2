//! Looking through a syntax tree without binding it.

use crate::functions::{self, Function};
use crate::span::Span;
use crate::syntax::ast::{
    Clause, ClauseKind, Expr, ExprKind, LabelExpr, MapProjectionItem, Name, PathPattern, Query, Statement,
};
use std::sync::Arc;

/// Whether a statement changes the graph, apart from what the procedures it calls do.
pub fn writes(statement: &Statement) -> bool {
    query_writes(&statement.query)
}

/// Whether a statement changes indexes or constraints.
pub fn changes_schema(statement: &Statement) -> bool {
    statement.query.first.clauses.iter().any(|clause| matches!(clause.kind, ClauseKind::Schema(_)))
}

/// Whether a query changes the graph.
pub(super) fn query_writes(query: &Query) -> bool {
    let rest = query.unions.iter().map(|(_, _, single)| single);
    std::iter::once(&query.first).chain(rest).any(|single| single.clauses.iter().any(clause_writes))
}

/// Where a statement says that it commits as it goes (`IN TRANSACTIONS`), if it does.
pub fn commits(statement: &Statement) -> Option<Span> {
    let query = &statement.query;
    let rest = query.unions.iter().map(|(_, _, single)| single);
    std::iter::once(&query.first).chain(rest).flat_map(|single| &single.clauses).find_map(transactions)
}

/// The place of a clause's `IN TRANSACTIONS`.
pub(super) fn transactions(clause: &Clause) -> Option<Span> {
    match &clause.kind {
        ClauseKind::Subquery { transactions, .. } => transactions.as_ref().map(|transactions| transactions.span),
        _ => None,
    }
}

pub(super) fn clause_writes(clause: &Clause) -> bool {
    match &clause.kind {
        ClauseKind::Subquery { query, transactions, .. } => transactions.is_some() || query_writes(query),
        kind => is_updating(kind),
    }
}

/// Whether a clause by itself is an updating one.
pub(super) fn is_updating(kind: &ClauseKind) -> bool {
    matches!(
        kind,
        ClauseKind::Create(_)
            | ClauseKind::Merge { .. }
            | ClauseKind::Set(_)
            | ClauseKind::Remove(_)
            | ClauseKind::Delete { .. }
            | ClauseKind::Foreach { .. }
            | ClauseKind::Schema(_)
    )
}

/// Whether an aggregate function is called in the expression itself: not in a subquery, nor in what a comprehension or
/// its kin computes for each element, where none may stand.
pub(super) fn contains_aggregate(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::CountStar => true,
        ExprKind::Call { name, .. } if is_aggregate(name) => true,
        ExprKind::ListComprehension { list, .. } | ExprKind::Quantifier { list, .. } => contains_aggregate(list),
        ExprKind::Reduce { initial, list, .. } => contains_aggregate(initial) || contains_aggregate(list),
        ExprKind::PatternComprehension { .. } => false,
        _ => {
            let mut found = false;
            for_each_child(expr, &mut |child| found = found || contains_aggregate(child));
            found
        }
    }
}

fn is_aggregate(name: &Name) -> bool {
    functions::lookup(&name.text).is_some_and(Function::is_aggregate)
}

/// The names of all variables in an expression, those of comprehensions included.
pub(super) fn variables(expr: &Expr) -> Vec<Arc<str>> {
    let mut found: Vec<Arc<str>> = Vec::new();
    any(expr, &mut |part| {
        if let ExprKind::Variable(name) = &part.kind
            && !found.contains(&name.text)
        {
            found.push(name.text.clone());
        }
        false
    });
    found
}

/// Whether an expression is a variable or a property of one.
pub(super) fn is_property_of_variable(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Variable(_) => true,
        ExprKind::Property { base, .. } => is_property_of_variable(base),
        _ => false,
    }
}

/// The labels of a test that is a plain list of labels, as `CREATE` needs it.
pub(super) fn plain_labels(labels: &LabelExpr) -> Option<Vec<&Name>> {
    match labels {
        LabelExpr::Label(name) => Some(vec![name]),
        LabelExpr::And(parts) => {
            let lists: Option<Vec<Vec<&Name>>> = parts.iter().map(plain_labels).collect();
            lists.map(|lists| lists.into_iter().flatten().collect())
        }
        _ => None,
    }
}

/// Whether an expression or a part of it fulfils a condition; subqueries are not entered.
pub(super) fn any(expr: &Expr, test: &mut dyn FnMut(&Expr) -> bool) -> bool {
    if test(expr) {
        return true;
    }
    let mut found = false;
    for_each_child(expr, &mut |child| found = found || any(child, test));
    found
}

fn for_each_child(expr: &Expr, visit: &mut dyn FnMut(&Expr)) {
    match &expr.kind {
        ExprKind::Null
        | ExprKind::Bool(_)
        | ExprKind::Int(_)
        | ExprKind::Float(_)
        | ExprKind::String(_)
        | ExprKind::Parameter(_)
        | ExprKind::Variable(_)
        | ExprKind::CountStar
        | ExprKind::Subject
        | ExprKind::Subquery { .. } => {}
        ExprKind::List(parts) | ExprKind::And(parts) | ExprKind::Or(parts) => parts.iter().for_each(visit),
        ExprKind::Map(items) => items.iter().for_each(|(_, part)| visit(part)),
        ExprKind::MapProjection { base, items } => {
            visit(base);
            for item in items {
                if let MapProjectionItem::Entry(_, part) = item {
                    visit(part);
                }
            }
        }
        ExprKind::HasLabels { base, labels } => {
            visit(base);
            for_each_in_labels(labels, visit);
        }
        ExprKind::Property { base: inner, .. }
        | ExprKind::Unary { operand: inner, .. }
        | ExprKind::Test { operand: inner, .. }
        | ExprKind::IsNull { operand: inner, .. } => visit(inner),
        ExprKind::Index { base: left, index: right } | ExprKind::Binary { left, right, .. } => {
            visit(left);
            visit(right);
        }
        ExprKind::Slice { base, from, to } => {
            visit(base);
            from.iter().chain(to).for_each(|part| visit(part));
        }
        ExprKind::Comparison { first, rest } => {
            visit(first);
            rest.iter().for_each(|(_, part)| visit(part));
        }
        ExprKind::Call { arguments, .. } => arguments.iter().for_each(visit),
        ExprKind::Case { subject, branches, otherwise } => {
            subject.iter().for_each(|part| visit(part));
            for (condition, result) in branches {
                visit(condition);
                visit(result);
            }
            otherwise.iter().for_each(|part| visit(part));
        }
        ExprKind::ListComprehension { list, predicate, result, .. } => {
            visit(list);
            predicate.iter().chain(result).for_each(|part| visit(part));
        }
        ExprKind::PatternComprehension { pattern, predicate, result } => {
            for_each_in_path(pattern, visit);
            predicate.iter().for_each(|part| visit(part));
            visit(result);
        }
        ExprKind::Quantifier { list, predicate, .. } => {
            visit(list);
            predicate.iter().for_each(|part| visit(part));
        }
        ExprKind::Reduce { initial, list, step, .. } => {
            visit(initial);
            visit(list);
            visit(step);
        }
        ExprKind::Pattern(pattern) => for_each_in_path(pattern, visit),
    }
}

fn for_each_in_labels(labels: &LabelExpr, visit: &mut dyn FnMut(&Expr)) {
    match labels {
        LabelExpr::Label(_) | LabelExpr::Any(_) => {}
        LabelExpr::Not(inner) => for_each_in_labels(inner, visit),
        LabelExpr::And(parts) | LabelExpr::Or(parts) => parts.iter().for_each(|part| for_each_in_labels(part, visit)),
        LabelExpr::Dynamic { names, .. } => visit(names),
    }
}

/// Whether any name in a test of labels or types is computed.
pub(super) fn is_dynamic(labels: &LabelExpr) -> bool {
    let mut found = false;
    for_each_in_labels(labels, &mut |_| found = true);
    found
}

fn for_each_in_path(path: &PathPattern, visit: &mut dyn FnMut(&Expr)) {
    let labels = path.nodes.iter().filter_map(|node| node.labels.as_ref());
    let types = path.rels.iter().filter_map(|rel| rel.type_test.as_ref());
    labels.chain(types).for_each(|test| for_each_in_labels(test, &mut *visit));
    path.predicate.iter().for_each(&mut *visit);
    let nodes = path.nodes.iter().flat_map(|node| node.properties.iter().chain(&node.predicate));
    let rels = path.rels.iter().flat_map(|rel| rel.properties.iter().chain(&rel.predicate));
    nodes.chain(rels).for_each(&mut *visit);
    for group in path.rels.iter().filter_map(|rel| rel.group.as_ref()) {
        for_each_in_path(&group.path, visit);
        group.predicate.iter().for_each(&mut *visit);
    }
}
