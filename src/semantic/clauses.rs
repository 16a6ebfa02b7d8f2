//! Queries, unions and the order of clauses.

use super::Binder;
use super::bound::{Arm, BoundClause, LoadCsv, Slot, Union};
use super::negation::conjuncts;
use super::projection::misplaced as misplaced_aggregate;
use super::scope::{Entry, Scope, already_bound};
use super::types::{Type, mismatch};
use super::walk::{clause_writes, contains_aggregate, is_updating, transactions};
use crate::error::{Detail, Error, Result};
use crate::functions::TypeSet;
use crate::span::Span;
use crate::syntax::ast::{
    Clause, ClauseKind, Expr, ExprKind, MatchMode, Name, PathPattern, Projection, ProjectionItem, Query, SingleQuery,
    Yield,
};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Where a query stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// It is the statement.
    Statement,
    /// It stands in `CALL { … }`.
    Call,
    /// It stands in `EXISTS`, `COUNT` or `COLLECT`, where it may end with any clause.
    Expression,
}

/// The names of the columns of a query, in order.
pub(super) type Columns = Vec<Arc<str>>;

impl Binder<'_> {
    /// Binds a query. Every part of it starts in the present scope, which is in force again afterwards.
    pub(super) fn query(&mut self, query: &Query, place: Place) -> Result<(Union, Columns)> {
        let starts = vec![self.scope.clone(); query.unions.len() + 1];
        self.query_with_starts(query, place, starts)
    }

    /// Binds a query whose parts start in these scopes.
    pub(super) fn query_with_starts(
        &mut self,
        query: &Query,
        place: Place,
        starts: Vec<Scope>,
    ) -> Result<(Union, Columns)> {
        check_unions(query)?;
        check_transactions(query)?;
        let around = self.scope.clone();
        let mut starts = starts.into_iter();
        self.scope = starts.next().unwrap_or_default();
        let (first, columns) = self.single(&query.first, place)?;
        let mut arms = vec![first];
        for ((_, span, single), start) in query.unions.iter().zip(starts) {
            self.scope = start;
            let (mut arm, names) = self.single(single, place)?;
            arm.columns = aligned(&columns, &names, &arm.columns).ok_or_else(|| {
                let message = "the parts of a `UNION` must have columns of the same names";
                Error::syntax(Detail::DifferentColumnsInUnion, message).at(*span)
            })?;
            arms.push(arm);
        }
        self.scope = around;
        let slots = self.union_columns(&columns, &arms);
        let all = query.unions.first().is_some_and(|(all, _, _)| *all);
        Ok((Union { arms, all, columns: slots }, columns))
    }

    /// The slots of a union's columns; those of its only arm when there is one.
    fn union_columns(&mut self, columns: &Columns, arms: &[Arm]) -> Vec<Slot> {
        if let [only] = arms {
            return only.columns.clone();
        }
        let mut slots = Vec::with_capacity(columns.len());
        for (at, name) in columns.iter().enumerate() {
            let types = arms.iter().filter_map(|arm| arm.columns.get(at)).map(|slot| self.type_of(*slot));
            let ty = types.fold(Type::NULL, Type::or);
            slots.push(self.new_slot(Some(name), ty));
        }
        slots
    }

    fn single(&mut self, single: &SingleQuery, place: Place) -> Result<(Arm, Columns)> {
        check_order(single, place)?;
        let mut clauses = Vec::with_capacity(single.clauses.len());
        let mut columns = Vec::new();
        let standalone = single.clauses.len() == 1 && place == Place::Statement;
        for clause in &single.clauses {
            match &clause.kind {
                ClauseKind::Return(projection) => columns = self.returned(projection, &mut clauses)?,
                ClauseKind::Show(show) => columns = self.show(show, &mut clauses)?,
                ClauseKind::Call(call) if standalone => {
                    columns = self.procedure_call(call, true, clause.span, &mut clauses)?;
                }
                _ => self.clause(clause, &mut clauses)?,
            }
        }
        let (names, slots) = columns.into_iter().unzip();
        Ok((Arm { clauses, columns: slots }, names))
    }

    /// Binds one clause that is no `RETURN`.
    pub(super) fn clause(&mut self, clause: &Clause, out: &mut Vec<BoundClause>) -> Result<()> {
        match &clause.kind {
            ClauseKind::Match { optional, mode, pattern, predicate } => {
                out.push(self.matching(*optional, *mode, pattern, predicate.as_ref())?);
                Ok(())
            }
            ClauseKind::Unwind { list, variable } => self.unwind(list, variable, out),
            ClauseKind::With { projection, predicate } => self.with(projection, predicate.as_ref(), out),
            ClauseKind::Return(projection) => self.returned(projection, out).map(drop),
            ClauseKind::Let(items) => self.let_items(items, clause.span, out),
            ClauseKind::Filter(predicate) => {
                out.push(BoundClause::Filter(self.condition_in("in `FILTER`", predicate)?));
                Ok(())
            }
            ClauseKind::Order { order_by, skip, limit } => {
                let (order_by, skip, limit) = (order_by.clone(), skip.clone(), limit.clone());
                self.with(&Projection { order_by, skip, limit, ..everything(clause.span) }, None, out)
            }
            ClauseKind::Create(paths) => {
                out.push(BoundClause::Create(self.creation(paths)?));
                Ok(())
            }
            ClauseKind::Merge { pattern, on_create, on_match } => {
                out.push(self.merge(pattern, on_create, on_match)?);
                Ok(())
            }
            ClauseKind::Set(items) => {
                out.push(BoundClause::Set(self.set_items(items)?));
                Ok(())
            }
            ClauseKind::Remove(items) => {
                out.push(BoundClause::Set(self.remove_items(items)?));
                Ok(())
            }
            ClauseKind::Delete { detach, targets } => {
                out.push(self.delete(*detach, targets)?);
                Ok(())
            }
            ClauseKind::Foreach { variable, list, body } => {
                out.push(self.foreach(variable, list, body)?);
                Ok(())
            }
            ClauseKind::Call(call) => self.procedure_call(call, false, clause.span, out).map(drop),
            ClauseKind::Finish => Ok(()),
            ClauseKind::Schema(command) => {
                out.push(BoundClause::Schema(self.schema(command)?));
                Ok(())
            }
            ClauseKind::Show(show) => self.show(show, out).map(drop),
            ClauseKind::Subquery { optional, imports, query, transactions } => {
                let transactions = transactions.as_ref();
                out.push(self.call_subquery(*optional, imports.as_ref(), query, transactions, clause.span)?);
                Ok(())
            }
            ClauseKind::LoadCsv { headers, source, variable, terminator } => {
                out.push(self.load_csv(*headers, source, variable, *terminator)?);
                Ok(())
            }
        }
    }

    fn matching(
        &mut self,
        optional: bool,
        mode: MatchMode,
        paths: &[PathPattern],
        predicate: Option<&Expr>,
    ) -> Result<BoundClause> {
        self.without_aggregates("in `MATCH`", |binder| {
            let (pattern, mut predicates) =
                binder.match_pattern(paths, mode, super::patterns::NewVariables::Allowed)?;
            if let Some(predicate) = predicate {
                predicates.extend(binder.condition(predicate)?);
            }
            Ok(BoundClause::Match { optional, pattern, predicates })
        })
    }

    fn unwind(&mut self, list: &Expr, variable: &Name, out: &mut Vec<BoundClause>) -> Result<()> {
        let (list, ty) = self.without_aggregates("in `UNWIND`", |binder| binder.expr(list))?;
        self.must_be_free(variable)?;
        let single = Type::of(TypeSet(ty.set.0 & !TypeSet::LIST.0));
        let slot = self.declare(&variable.text, single.or(ty.elements()));
        out.push(BoundClause::Unwind { list, slot });
        Ok(())
    }

    fn load_csv(
        &mut self,
        headers: bool,
        source: &Expr,
        variable: &Name,
        terminator: Option<char>,
    ) -> Result<BoundClause> {
        let (source, ty) = self.without_aggregates("in `LOAD CSV`", |binder| binder.expr(source))?;
        if !ty.fits(TypeSet::STRING) {
            return Err(mismatch("the name of the file", TypeSet::STRING, ty, source.span));
        }
        self.must_be_free(variable)?;
        let record = if headers { Type::of(TypeSet::MAP) } else { Type::list_of(TypeSet::STRING) };
        let row = self.declare(&variable.text, record);
        let line = self.new_slot(None, Type::of(TypeSet::INT));
        let file = self.new_slot(None, Type::of(TypeSet::STRING));
        self.scope.enter_csv(line, file);
        Ok(BoundClause::LoadCsv(LoadCsv { headers, source, terminator: terminator.unwrap_or(','), row, line, file }))
    }

    fn with(&mut self, projection: &Projection, predicate: Option<&Expr>, out: &mut Vec<BoundClause>) -> Result<()> {
        let projected = self.project(projection, predicate)?;
        let unnamed = projection.items.iter().find(|item| item.alias.is_none() && !is_variable(&item.expr));
        if let Some(item) = unnamed {
            let message = format!("`{}` needs a name in `WITH`", item.text);
            let error = Error::syntax(Detail::NoExpressionAlias, message).at(item.expr.span);
            return Err(error.hint(format!("write `{} AS name`", item.text)));
        }
        self.scope = projected.scope;
        out.push(BoundClause::Project(projected.projection));
        out.extend(projected.filter.map(BoundClause::Filter));
        Ok(())
    }

    /// `LET`: everything so far and the new variables.
    fn let_items(&mut self, items: &[(Name, Expr)], span: Span, out: &mut Vec<BoundClause>) -> Result<()> {
        let mut projected = Vec::with_capacity(items.len());
        for (at, (variable, value)) in items.iter().enumerate() {
            self.must_be_free(variable)?;
            if items.iter().take(at).any(|(earlier, _)| earlier.text == variable.text) {
                return Err(already_bound(variable));
            }
            if contains_aggregate(value) {
                return Err(misplaced_aggregate("in `LET`", value.span));
            }
            projected.push(ProjectionItem { expr: value.clone(), alias: Some(variable.clone()), text: Arc::from("") });
        }
        self.with(&Projection { items: projected, ..everything(span) }, None, out)
    }

    fn returned(&mut self, projection: &Projection, out: &mut Vec<BoundClause>) -> Result<Vec<(Arc<str>, Slot)>> {
        if projection.star && self.scope.own().is_empty() {
            let message = "`RETURN *` needs at least one variable";
            return Err(Error::syntax(Detail::NoVariablesInScope, message).at(projection.span));
        }
        let projected = self.project(projection, None)?;
        out.push(BoundClause::Project(projected.projection));
        Ok(projected.columns)
    }

    /// Binds a condition into its conjuncts.
    pub(super) fn condition(&mut self, predicate: &Expr) -> Result<Vec<super::bound::Expr>> {
        self.condition_in("in `WHERE`", predicate)
    }

    fn condition_in(&mut self, place: &'static str, predicate: &Expr) -> Result<Vec<super::bound::Expr>> {
        let (bound, _) = self.without_aggregates(place, |binder| binder.boolean(predicate, true))?;
        Ok(conjuncts(bound))
    }

    /// The scope in which an arm of `CALL { … }` starts without imports in parentheses: nothing is visible, but a
    /// leading `WITH` of plain variables reads the scope around it.
    pub(super) fn leading_imports(&mut self, single: &SingleQuery, around: &Scope) -> Result<Option<Scope>> {
        let Some(Clause { kind: ClauseKind::With { projection, predicate: None }, .. }) = single.clauses.first() else {
            return Ok(None);
        };
        if !imports_only(projection) {
            return Ok(None);
        }
        let mut scope = around.of_imports(BTreeMap::new());
        if projection.star {
            for (name, slot) in around.own() {
                scope.insert(name, Entry::visible(slot));
            }
        }
        for item in &projection.items {
            let ExprKind::Variable(name) = &item.expr.kind else { continue };
            let Some(entry) = around.get(&name.text) else { return Err(self.undefined(name)) };
            scope.insert(name.text.clone(), entry);
        }
        Ok(Some(scope))
    }
}

/// Whether a `WITH` at the start of `CALL { … }` only names variables.
fn imports_only(projection: &Projection) -> bool {
    let plain = projection.items.iter().all(|item| item.alias.is_none() && is_variable(&item.expr));
    let bare = projection.order_by.is_empty() && projection.skip.is_none() && projection.limit.is_none();
    plain && bare && !projection.distinct
}

fn is_variable(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Variable(_))
}

/// The slots of an arm in the order of the union's columns, when the names agree.
fn aligned(columns: &Columns, names: &Columns, slots: &[Slot]) -> Option<Vec<Slot>> {
    if columns.len() != names.len() {
        return None;
    }
    let slot_of = |column| names.iter().position(|name| name == column).and_then(|at| slots.get(at)).copied();
    columns.iter().map(slot_of).collect()
}

/// `IN TRANSACTIONS` commits what was done before it, so that nothing may have been done but in transactions.
fn check_transactions(query: &Query) -> Result<()> {
    let singles = || std::iter::once(&query.first).chain(query.unions.iter().map(|(_, _, single)| single));
    if !query.unions.is_empty()
        && let Some(span) = singles().flat_map(|single| &single.clauses).find_map(transactions)
    {
        return Err(misplaced("`IN TRANSACTIONS` cannot stand in a `UNION`", span));
    }
    let mut wrote = false;
    for clause in singles().flat_map(|single| &single.clauses) {
        match transactions(clause) {
            Some(span) if wrote => {
                let message = "`IN TRANSACTIONS` cannot follow a clause that changes the graph";
                return Err(misplaced(message, span).hint("change the graph in another statement before"));
            }
            Some(_) => {}
            None => wrote |= clause_writes(clause),
        }
    }
    Ok(())
}

/// `*`
fn everything(span: Span) -> Projection {
    Projection { distinct: false, star: true, items: Vec::new(), order_by: Vec::new(), skip: None, limit: None, span }
}

fn misplaced(message: impl Into<String>, span: Span) -> Error {
    Error::syntax(Detail::InvalidClauseComposition, message).at(span)
}

fn check_unions(query: &Query) -> Result<()> {
    let Some((first, _, _)) = query.unions.first() else { return Ok(()) };
    match query.unions.iter().find(|(all, _, _)| all != first) {
        Some((_, span, _)) => Err(misplaced("`UNION` and `UNION ALL` cannot be mixed in one query", *span)),
        None => Ok(()),
    }
}

fn check_order(single: &SingleQuery, place: Place) -> Result<()> {
    let Some((last, before)) = single.clauses.split_last() else {
        return Err(misplaced("a query needs at least one clause", single.span));
    };
    let ends = |clause: &&Clause| matches!(clause.kind, ClauseKind::Return(_) | ClauseKind::Finish);
    if let Some(early) = before.iter().find(ends) {
        let message = format!("`{}` must be the last clause", clause_name(&early.kind));
        let error = misplaced(message, early.span);
        return Err(error.hint("a `;` parts two statements; `WITH` hands rows on to more clauses"));
    }
    let complete = place == Place::Expression || may_end(last, before.is_empty());
    if complete {
        return Ok(());
    }
    let message = format!("a query cannot end with `{}`", clause_name(&last.kind));
    Err(misplaced(message, last.span).hint("end it with `RETURN` or with a clause that changes the graph"))
}

/// Whether a query may end with the clause.
fn may_end(clause: &Clause, alone: bool) -> bool {
    match &clause.kind {
        ClauseKind::Return(_) | ClauseKind::Finish | ClauseKind::Show(_) => true,
        ClauseKind::Call(call) => alone || (call.yields == Yield::Implicit && call.predicate.is_none()),
        ClauseKind::Subquery { query, .. } => !returns(query),
        kind => is_updating(kind) || clause_writes(clause),
    }
}

/// Whether a query has columns.
pub(super) fn returns(query: &Query) -> bool {
    matches!(query.first.clauses.last(), Some(Clause { kind: ClauseKind::Return(_), .. }))
}

/// The keyword of a clause.
pub(super) fn clause_name(kind: &ClauseKind) -> &'static str {
    match kind {
        ClauseKind::Match { optional: false, .. } => "MATCH",
        ClauseKind::Match { optional: true, .. } => "OPTIONAL MATCH",
        ClauseKind::Unwind { .. } => "UNWIND",
        ClauseKind::With { .. } => "WITH",
        ClauseKind::Return(_) => "RETURN",
        ClauseKind::Let(_) => "LET",
        ClauseKind::Filter(_) => "FILTER",
        ClauseKind::Order { order_by, .. } if !order_by.is_empty() => "ORDER BY",
        ClauseKind::Order { skip: Some(_), .. } => "SKIP",
        ClauseKind::Order { .. } => "LIMIT",
        ClauseKind::Finish => "FINISH",
        ClauseKind::Schema(_) => "CREATE or DROP",
        ClauseKind::Show(_) => "SHOW",
        ClauseKind::Create(_) => "CREATE",
        ClauseKind::Merge { .. } => "MERGE",
        ClauseKind::Set(_) => "SET",
        ClauseKind::Remove(_) => "REMOVE",
        ClauseKind::Delete { .. } => "DELETE",
        ClauseKind::Foreach { .. } => "FOREACH",
        ClauseKind::LoadCsv { .. } => "LOAD CSV",
        ClauseKind::Call(_) | ClauseKind::Subquery { .. } => "CALL",
    }
}
