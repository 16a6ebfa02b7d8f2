//! Rules: what their bodies may be, and what they look for.

use super::Binder;
use super::bound::{Expr, ExprKind, NewRule, Slot, Subquery, Union};
use super::clauses::Place;
use super::names::NameKind;
use super::reads::{Look, for_each_look, types_read};
use crate::error::{Detail, Error, ErrorType, Phase, Result};
use crate::functions::{Category, Function, TypeSet};
use crate::span::Span;
use crate::syntax::ast::{Moment, Name, RuleCommand, Statement};
use crate::syntax::facts::build;
use crate::syntax::unparse;
use crate::value::Value;
use std::sync::Arc;

/// The question that a rule asks: where it derives a relationship to start and to end.
pub fn question(rule: &RuleCommand, moment: Option<Moment>) -> Statement {
    let item = |variable: &Name, alias| build::item(build::variable(variable), &build::name(alias, variable.span));
    let span = rule.start.span;
    let ends = build::projection(vec![item(&rule.start, "start"), item(&rule.end, "end")], false, span);
    let clauses = rule.body.iter().cloned().chain([build::return_(ends)]).collect();
    Statement { cite: Some(span), moment, ..build::statement(clauses, span) }
}

/// A rule by its statement, which is written as the rule was kept.
pub(super) fn statement(rule: &RuleCommand) -> String {
    let plain = RuleCommand { or_replace: false, if_not_exists: false, ..rule.clone() };
    unparse::rule(&plain)
}

impl Binder<'_> {
    /// Binds a rule. Of its body only what it looks for is kept.
    pub(super) fn rule(&mut self, rule: &RuleCommand) -> Result<NewRule> {
        self.introduce(NameKind::RelType, &rule.rel_type);
        let head = self.names.rel_type(&rule.rel_type.text);
        let (slots, subqueries, parameters) = (self.slots.len(), self.subqueries.len(), self.parameters.len());
        let (body, _) = self.query(&question(rule, None).query, Place::Statement)?;
        if let Some((name, span)) = self.parameters.get(parameters) {
            let message = format!("a rule holds for everybody: it cannot have the parameter `${name}`");
            return Err(unsteady(message, *span));
        }
        for (slot, variable) in body.columns.iter().zip([&rule.start, &rule.end]) {
            let ty = self.type_of(*slot);
            if !ty.fits(TypeSet::NODE) {
                return Err(super::types::mismatch(
                    "an end of a derived relationship",
                    TypeSet::NODE,
                    ty,
                    variable.span,
                ));
            }
        }
        check_body(&body, &self.subqueries)?;
        let (needs, excludes) = types_read(&body, &self.subqueries);
        self.slots.truncate(slots);
        self.subqueries.truncate(subqueries);
        Ok(NewRule {
            name: rule.name.text.clone(),
            or_replace: rule.or_replace,
            if_not_exists: rule.if_not_exists,
            head: head.ok_or_else(|| Error::internal("a statement that changes the schema has no identifiers"))?,
            statement: Arc::from(statement(rule)),
            needs,
            excludes,
            span: rule.name.span,
        })
    }
}

/// What a body finds must follow from the graph alone, whoever asks and whenever.
fn check_body(body: &Union, subqueries: &[Subquery]) -> Result<()> {
    let mut nodes = Vec::new();
    for arm in body.arms.iter().chain(subqueries.iter().flat_map(|subquery| &subquery.query.arms)) {
        for clause in &arm.clauses {
            if let super::bound::BoundClause::Match { pattern, .. } = clause {
                nodes.extend(pattern.nodes.iter().map(|node| node.slot));
            }
        }
    }
    let mut problem = None;
    for_each_look(body, subqueries, &mut |look| {
        let found = match look {
            Look::Procedure(name, span) => Some(unsteady(format!("a rule cannot call `{name}`"), span)),
            Look::File(span) => Some(unsteady("a rule cannot read files".to_owned(), span)),
            Look::Expr(expr) => check_call(expr, &nodes),
            Look::Types(..) | Look::Merge(_) => None,
        };
        if problem.is_none() {
            problem = found;
        }
    });
    problem.map_or(Ok(()), Err)
}

/// Refuses functions whose value is another at each call, or that tell how a relationship is kept.
fn check_call(expr: &Expr, nodes: &[Slot]) -> Option<Error> {
    let ExprKind::Call { function, arguments } = &expr.kind else { return None };
    if function.is_volatile() || tells_the_time(function, arguments) {
        let message = format!(
            "what a rule derives follows from the graph alone: `{}` gives something else each time",
            function.name
        );
        return Some(unsteady(message, expr.span));
    }
    let of_node = |argument: &Expr| matches!(argument.kind, ExprKind::Slot(slot) if nodes.contains(&slot));
    let numbers = ["id", "elementId"].contains(&function.name) && !arguments.iter().all(of_node);
    if numbers || ["isDerived", "derivedBy", "cited"].contains(&function.name) {
        let message =
            format!("a rule cannot ask for `{}` of a relationship, which may be derived itself", function.name);
        return Some(unsteady(message, expr.span));
    }
    None
}

/// Whether a call gives the present moment.
fn tells_the_time(function: &Function, arguments: &[Expr]) -> bool {
    let zone_alone = |argument: &Expr| match &argument.kind {
        ExprKind::Map(entries) => entries.iter().all(|(key, _)| &**key == "timezone"),
        ExprKind::Const(Value::Map(entries)) => entries.keys().all(|key| &**key == "timezone"),
        _ => false,
    };
    let ending = [".transaction", ".statement", ".realtime"].iter().any(|ending| function.name.ends_with(ending));
    function.name == "timestamp"
        || function.category == Category::Temporal && (ending || arguments.iter().all(zone_alone))
}

fn unsteady(message: String, span: Span) -> Error {
    Error::new(ErrorType::SemanticError, Phase::Compile, Detail::InvalidUse, message).at(span)
}
