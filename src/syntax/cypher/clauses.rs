//! The clauses.

use super::{Builder, Parts, name, span_of, unforeseen};
use crate::error::{Detail, Error, Result};
use crate::span::Span;
use crate::syntax::ast::{
    Clause, ClauseKind, ErrorPolicy, Expr, ExprKind, Imports, InTransactions, LabelExpr, MatchMode, Name, OnError,
    ProcedureCall, Projection, ProjectionItem, RemoveItem, SetItem, SortItem, Yield,
};
use pest::iterators::Pair;
use standpoint_grammar::cypher::Rule;

impl Builder<'_> {
    pub(super) fn clause(&self, pair: Pair<'_, Rule>) -> Result<Clause> {
        let span = span_of(&pair);
        Ok(Clause { kind: self.clause_kind(pair)?, span })
    }

    fn clause_kind(&self, pair: Pair<'_, Rule>) -> Result<ClauseKind> {
        let rule = pair.as_rule();
        let unknown = unforeseen(&pair);
        let mut parts = Parts::of(pair);
        match rule {
            Rule::match_clause => {
                let optional = parts.accept(Rule::kw_optional);
                self.match_body(&mut parts, optional)
            }
            Rule::with_clause => self.with(parts),
            Rule::return_clause => Ok(ClauseKind::Return(self.projection(parts.required()?)?)),
            Rule::finish_clause => Ok(ClauseKind::Finish),
            Rule::unwind_clause => self.unwind(parts),
            Rule::let_clause => Ok(ClauseKind::Let(parts.map(|item| self.let_item(item)).collect::<Result<_>>()?)),
            Rule::filter_clause => Ok(ClauseKind::Filter(self.expression(parts.required()?)?)),
            Rule::order_clause => self.order_clause(&mut parts),
            Rule::create_clause => Ok(ClauseKind::Create(self.paths(&mut parts)?)),
            Rule::merge_clause => self.merge(parts),
            Rule::set_clause => Ok(ClauseKind::Set(self.set_items(parts)?)),
            Rule::remove_clause => self.remove(parts),
            Rule::delete_clause => self.delete(parts),
            Rule::foreach_clause => self.foreach(parts),
            Rule::load_csv_clause => self.load_csv(parts),
            Rule::call_subquery => self.call_subquery(parts),
            Rule::call_procedure => self.call_procedure(parts),
            _ => Err(unknown),
        }
    }

    /// The pattern and `WHERE` of a `MATCH`, or of a pattern that stands for one.
    pub(super) fn match_body(&self, parts: &mut Parts<'_>, optional: bool) -> Result<ClauseKind> {
        let mode = match_mode(parts);
        let pattern = self.paths(parts)?;
        Ok(ClauseKind::Match { optional, mode, pattern, predicate: self.where_part(parts)? })
    }

    pub(super) fn where_part(&self, parts: &mut Parts<'_>) -> Result<Option<Expr>> {
        let part = parts.optional(Rule::where_part).or_else(|| parts.optional(Rule::where_before_bar));
        part.map(|part| self.expression(Parts::of(part).required()?)).transpose()
    }

    fn with(&self, mut parts: Parts<'_>) -> Result<ClauseKind> {
        let projection = self.projection(parts.required()?)?;
        Ok(ClauseKind::With { projection, predicate: self.where_part(&mut parts)? })
    }

    fn unwind(&self, mut parts: Parts<'_>) -> Result<ClauseKind> {
        let list = self.expression(parts.required()?)?;
        Ok(ClauseKind::Unwind { list, variable: name(&parts.required()?)? })
    }

    fn let_item(&self, pair: Pair<'_, Rule>) -> Result<(Name, Expr)> {
        let mut parts = Parts::of(pair);
        let variable = name(&parts.required()?)?;
        parts.accept(Rule::assign);
        Ok((variable, self.expression(parts.required()?)?))
    }

    fn order_clause(&self, parts: &mut Parts<'_>) -> Result<ClauseKind> {
        let (order_by, skip, limit) = self.order_parts(parts)?;
        Ok(ClauseKind::Order { order_by, skip, limit })
    }

    fn merge(&self, mut parts: Parts<'_>) -> Result<ClauseKind> {
        let pattern = self.path(parts.required()?)?;
        let (mut on_create, mut on_match) = (Vec::new(), Vec::new());
        for action in parts {
            let items = if action.as_rule() == Rule::on_create { &mut on_create } else { &mut on_match };
            items.extend(self.set_items(Parts::of(Parts::of(action).required()?))?);
        }
        Ok(ClauseKind::Merge { pattern, on_create, on_match })
    }

    fn delete(&self, mut parts: Parts<'_>) -> Result<ClauseKind> {
        let detach = parts.accept(Rule::kw_detach);
        Ok(ClauseKind::Delete { detach, targets: self.expressions(parts)? })
    }

    fn foreach(&self, mut parts: Parts<'_>) -> Result<ClauseKind> {
        let variable = name(&parts.required()?)?;
        parts.accept(Rule::op_in);
        let list = self.expression(parts.required()?)?;
        let body = parts.map(|clause| self.clause(clause)).collect::<Result<_>>()?;
        Ok(ClauseKind::Foreach { variable, list, body })
    }

    fn call_subquery(&self, mut parts: Parts<'_>) -> Result<ClauseKind> {
        let optional = parts.accept(Rule::kw_optional);
        let imports = parts.optional(Rule::imports).map(|part| self.imports(Parts::of(part))).transpose()?;
        let query = self.query(parts.required()?)?;
        let transactions = parts.optional(Rule::transactions).map(|part| self.transactions(part)).transpose()?;
        Ok(ClauseKind::Subquery { optional, imports, query, transactions })
    }

    fn load_csv(&self, mut parts: Parts<'_>) -> Result<ClauseKind> {
        let headers = parts.accept(Rule::kw_headers);
        parts.accept(Rule::kw_from);
        let source = self.expression(parts.required()?)?;
        let variable = name(&parts.required()?)?;
        let terminator = parts.optional(Rule::terminator).map(|part| self.terminator(part)).transpose()?;
        Ok(ClauseKind::LoadCsv { headers, source, variable, terminator })
    }

    fn terminator(&self, pair: Pair<'_, Rule>) -> Result<char> {
        let text = self.expression(Parts::of(pair).required()?)?;
        let only = match &text.kind {
            ExprKind::String(text) => Some(text.chars()).filter(|chars| chars.clone().count() == 1),
            _ => None,
        };
        let mark = only.and_then(|mut chars| chars.next()).filter(|mark| !matches!(mark, '"' | '\n' | '\r'));
        mark.ok_or_else(|| {
            unexpected("`FIELDTERMINATOR` is one character as a text, no quotation mark or line break", text.span)
        })
    }

    fn imports(&self, mut parts: Parts<'_>) -> Result<Imports> {
        if parts.accept(Rule::star) { Ok(Imports::All) } else { self.names(parts).map(Imports::Names) }
    }

    fn call_procedure(&self, mut parts: Parts<'_>) -> Result<ClauseKind> {
        let optional = parts.accept(Rule::kw_optional);
        let name = dotted_name(&parts.required()?)?;
        let arguments = parts.optional(Rule::arguments).map(|part| self.expressions(Parts::of(part))).transpose()?;
        let (yields, predicate) = match parts.optional(Rule::yields) {
            Some(part) => self.yields(Parts::of(part))?,
            None => (Yield::Implicit, None),
        };
        Ok(ClauseKind::Call(ProcedureCall { optional, name, arguments, yields, predicate }))
    }

    fn yields(&self, mut parts: Parts<'_>) -> Result<(Yield, Option<Expr>)> {
        if parts.accept(Rule::star) {
            return Ok((Yield::All, self.where_part(&mut parts)?));
        }
        parts.accept(Rule::nothing);
        let mut items = Vec::new();
        while let Some(item) = parts.optional(Rule::yield_item) {
            let mut item = Parts::of(item);
            let column = name(&item.required()?)?;
            items.push((column, item.next().map(|alias| name(&alias)).transpose()?));
        }
        Ok((Yield::Items(items), self.where_part(&mut parts)?))
    }
}

/// `IN TRANSACTIONS`.
impl Builder<'_> {
    fn transactions(&self, pair: Pair<'_, Rule>) -> Result<InTransactions> {
        let span = span_of(&pair);
        let mut parts = Parts::of(pair);
        parts.accept(Rule::op_in);
        let workers = parts.optional(Rule::workers);
        let mut made = InTransactions {
            concurrent: workers.is_some(),
            workers: None,
            rows: None,
            on_error: None,
            status: None,
            span,
        };
        if let Some(expr) = workers.and_then(|pair| Parts::of(pair).optional(Rule::expression)) {
            made.workers = Some(self.expression(expr)?);
        }
        for part in parts {
            self.transaction_part(part, &mut made)?;
        }
        Ok(made)
    }

    fn transaction_part(&self, pair: Pair<'_, Rule>, made: &mut InTransactions) -> Result<()> {
        let (rule, span) = (pair.as_rule(), span_of(&pair));
        let mut parts = Parts::of(pair);
        let twice = match rule {
            Rule::batch_rows => made.rows.replace(self.expression(parts.required()?)?).is_some(),
            Rule::on_error => made.on_error.replace(self.error_policy(parts.required()?)?).is_some(),
            _ => made.status.replace(name(&parts.required()?)?).is_some(),
        };
        if twice { Err(unexpected("this is said twice", span)) } else { Ok(()) }
    }

    fn error_policy(&self, pair: Pair<'_, Rule>) -> Result<ErrorPolicy> {
        if pair.as_rule() == Rule::on_error_do {
            return Ok(ErrorPolicy { retry: false, seconds: None, outcome: Some(on_error(pair)) });
        }
        let mut parts = Parts::of(pair);
        let seconds = parts.optional(Rule::expression).map(|pair| self.expression(pair)).transpose()?;
        Ok(ErrorPolicy { retry: true, seconds, outcome: parts.optional(Rule::on_error_do).map(on_error) })
    }
}

/// Projections.
impl Builder<'_> {
    pub(super) fn projection(&self, pair: Pair<'_, Rule>) -> Result<Projection> {
        let span = span_of(&pair);
        let mut parts = Parts::of(pair);
        let distinct = parts.accept(Rule::kw_distinct);
        let star = parts.accept(Rule::star);
        let mut items = Vec::new();
        while let Some(item) = parts.optional(Rule::projection_item) {
            items.push(self.projection_item(Parts::of(item))?);
        }
        self.cut(Projection { distinct, star, items, order_by: Vec::new(), skip: None, limit: None, span }, parts)
    }

    /// A projection with the `ORDER BY`, `SKIP` and `LIMIT` that follow.
    pub(super) fn cut(&self, projection: Projection, mut parts: Parts<'_>) -> Result<Projection> {
        let (order_by, skip, limit) = self.order_parts(&mut parts)?;
        Ok(Projection { order_by, skip, limit, ..projection })
    }

    /// `ORDER BY`, `SKIP` and `LIMIT`, each of which may be missing.
    fn order_parts(&self, parts: &mut Parts<'_>) -> Result<(Vec<SortItem>, Option<Expr>, Option<Expr>)> {
        let order_by = match parts.optional(Rule::order_by) {
            Some(part) => Parts::of(part).map(|item| self.sort_item(item)).collect::<Result<_>>()?,
            None => Vec::new(),
        };
        let skip = parts.optional(Rule::skip).map(|part| self.expression(Parts::of(part).required()?)).transpose()?;
        let limit = parts.optional(Rule::limit).map(|part| self.expression(Parts::of(part).required()?)).transpose()?;
        Ok((order_by, skip, limit))
    }

    fn projection_item(&self, mut parts: Parts<'_>) -> Result<ProjectionItem> {
        let expr = self.expression(parts.required()?)?;
        let alias = parts.next().map(|alias| name(&alias)).transpose()?;
        let text = if alias.is_some() { "" } else { expr.span.of(self.text) };
        Ok(ProjectionItem { text: text.into(), expr, alias })
    }

    fn sort_item(&self, pair: Pair<'_, Rule>) -> Result<SortItem> {
        let mut parts = Parts::of(pair);
        let expr = self.expression(parts.required()?)?;
        parts.accept(Rule::ascending);
        let descending = parts.accept(Rule::descending);
        let nulls_first = parts.next().map(|nulls| nulls.as_rule() == Rule::nulls_first);
        Ok(SortItem { expr, descending, nulls_first })
    }
}

/// `SET` and `REMOVE`, whose targets the grammar takes as any operand.
impl Builder<'_> {
    fn set_items(&self, parts: Parts<'_>) -> Result<Vec<SetItem>> {
        parts.map(|item| self.set_item(item)).collect()
    }

    fn set_item(&self, pair: Pair<'_, Rule>) -> Result<SetItem> {
        let mut parts = Parts::of(pair);
        let target = self.operand(parts.required()?)?;
        let span = target.span;
        let operator = parts.next().map(|pair| pair.as_rule());
        let value = parts.next().map(|value| self.expression(value)).transpose()?;
        match (target.kind, operator, value) {
            (ExprKind::Property { base, key }, Some(Rule::assign), Some(value)) => {
                Ok(SetItem::Property { target: *base, key, value })
            }
            (ExprKind::Index { base, index }, Some(Rule::assign), Some(value)) => {
                Ok(SetItem::Element { target: *base, key: *index, value })
            }
            (ExprKind::Variable(variable), Some(Rule::assign), Some(value)) => Ok(SetItem::Replace { variable, value }),
            (ExprKind::Variable(variable), Some(Rule::assign_add), Some(value)) => {
                Ok(SetItem::Merge { variable, value })
            }
            (ExprKind::HasLabels { base, labels }, None, None) => {
                let (variable, labels) = labelled(*base, labels, span)?;
                Ok(SetItem::Labels { variable, labels })
            }
            _ => {
                Err(not_settable("set", "`n.key = value`, `n[key] = value`, `n = map`, `n += map` or `n:Label`", span))
            }
        }
    }

    fn remove(&self, parts: Parts<'_>) -> Result<ClauseKind> {
        Ok(ClauseKind::Remove(parts.map(|target| self.remove_item(target)).collect::<Result<_>>()?))
    }

    fn remove_item(&self, pair: Pair<'_, Rule>) -> Result<RemoveItem> {
        let target = self.operand(pair)?;
        match target.kind {
            ExprKind::Property { base, key } => Ok(RemoveItem::Property { target: *base, key }),
            ExprKind::Index { base, index } => Ok(RemoveItem::Element { target: *base, key: *index }),
            ExprKind::HasLabels { base, labels } => {
                let (variable, labels) = labelled(*base, labels, target.span)?;
                Ok(RemoveItem::Labels { variable, labels })
            }
            _ => Err(not_settable("removed", "`n.key`, `n[key]` or `n:Label`", target.span)),
        }
    }
}

fn match_mode(parts: &mut Parts<'_>) -> MatchMode {
    match parts.optional(Rule::match_mode) {
        Some(mode) if Parts::of(mode.clone()).accept(Rule::kw_repeatable) => MatchMode::RepeatableElements,
        _ => MatchMode::DifferentRelationships,
    }
}

fn on_error(pair: Pair<'_, Rule>) -> OnError {
    let mut parts = Parts::of(pair);
    if parts.accept(Rule::kw_continue) {
        OnError::Continue
    } else if parts.accept(Rule::kw_break) {
        OnError::Break
    } else {
        OnError::Fail
    }
}

/// The name of a procedure or function, each part without its backticks.
pub(super) fn dotted_name(pair: &Pair<'_, Rule>) -> Result<Name> {
    let span = Span::new(pair.as_span().start(), pair.as_span().end());
    Ok(Name { text: super::literals::dotted_text(pair.as_str(), span)?, span })
}

/// The variable and labels of `n:A:B`.
fn labelled(base: Expr, labels: LabelExpr, span: Span) -> Result<(Name, Vec<LabelExpr>)> {
    let ExprKind::Variable(variable) = base.kind else {
        return Err(unexpected("labels are set on or removed from a variable, as in `n:Label`", span));
    };
    let wanted = match labels {
        LabelExpr::And(labels) => labels,
        label => vec![label],
    };
    if wanted.iter().all(|label| matches!(label, LabelExpr::Label(_) | LabelExpr::Dynamic { any: false, .. })) {
        return Ok((variable, wanted));
    }
    Err(unexpected("only plain labels can be set or removed, as in `n:Label:Other`", span))
}

fn not_settable(done: &str, forms: &str, span: Span) -> Error {
    unexpected(&format!("this cannot be {done}: expected {forms}"), span)
}

fn unexpected(message: &str, span: Span) -> Error {
    Error::syntax(Detail::UnexpectedSyntax, message).at(span)
}
