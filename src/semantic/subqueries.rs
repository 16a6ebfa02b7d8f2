//! `CALL { … }`, `EXISTS`, `COUNT`, `COLLECT`, and patterns inside expressions.

use super::Binder;
use super::bound::{
    Arm, BoundClause, Expr, ExprKind, Pattern, Projection, Slot, Subquery, SubqueryId, SubqueryResult, Transactions,
    Union,
};
use super::clauses::{Place, returns};
use super::patterns::NewVariables;
use super::scope::{Entry, Imports, Scope};
use super::types::Type;
use super::walk::query_writes;
use crate::error::{Detail, Error, Result};
use crate::functions::TypeSet;
use crate::span::Span;
use crate::syntax::ast::{self, MatchMode, Name, OnError, PathPattern, Query, Shortest, SubqueryKind};
use crate::value::Value;
use std::collections::BTreeMap;

impl Binder<'_> {
    /// Binds `CALL { … }`; its columns become variables.
    pub(super) fn call_subquery(
        &mut self,
        optional: bool,
        imports: Option<&ast::Imports>,
        query: &Query,
        transactions: Option<&ast::InTransactions>,
        span: Span,
    ) -> Result<BoundClause> {
        let transactions = transactions.map(|transactions| self.transactions(transactions)).transpose()?;
        let ((bound, columns), read) = match imports {
            Some(ast::Imports::All) => {
                let scope = self.scope.enclosed();
                self.in_subquery(scope, |binder| binder.query(query, Place::Call))?
            }
            Some(ast::Imports::Names(names)) => {
                let scope = self.imported(names)?;
                self.in_subquery(scope, |binder| binder.query(query, Place::Call))?
            }
            None => {
                let around = self.scope.clone();
                self.in_subquery(Scope::default(), |binder| binder.importing_query(query, &around))?
            }
        };
        for (name, slot) in columns.into_iter().zip(&bound.columns) {
            self.must_be_free(&Name { text: name.clone(), span })?;
            self.scope.insert(name, Entry::visible(*slot));
        }
        let transactions = transactions.map(|transactions| self.report(transactions)).transpose()?;
        let (unit, writes) = (!returns(query), query_writes(query));
        Ok(BoundClause::Subquery { optional, query: bound, imports: read.all, unit, writes, transactions })
    }

    /// Binds `IN TRANSACTIONS` but for its report, which only what follows the subquery sees.
    fn transactions<'q>(&mut self, of: &'q ast::InTransactions) -> Result<(Transactions, Option<&'q Name>)> {
        if !self.frames.is_empty() {
            let message = "`IN TRANSACTIONS` cannot stand inside another subquery";
            return Err(Error::syntax(Detail::InvalidClauseComposition, message).at(of.span));
        }
        for number in [of.workers.as_ref(), of.on_error.as_ref().and_then(|policy| policy.seconds.as_ref())] {
            self.without_rows(number, "`CONCURRENT` and `FOR … SECONDS`", TypeSet::NUMBER)?;
        }
        let rows = self.without_rows(of.rows.as_ref(), "`OF … ROWS`", TypeSet::INT)?;
        if let Some(Expr { kind: ExprKind::Const(Value::Int(..1)), span }) = rows {
            let message = "a transaction takes at least one row";
            return Err(Error::syntax(Detail::NegativeIntegerArgument, message).at(span));
        }
        let on_error = of.on_error.as_ref().and_then(|policy| policy.outcome).unwrap_or_default();
        if let (Some(status), OnError::Fail) = (&of.status, on_error) {
            let message = "`REPORT STATUS` needs `ON ERROR CONTINUE` or `ON ERROR BREAK`";
            let error = Error::syntax(Detail::InvalidClauseComposition, message).at(status.span);
            return Err(error.hint("without them the statement fails with its first transaction that does"));
        }
        Ok((Transactions { rows, on_error, status: None, span: of.span }, of.status.as_ref()))
    }

    /// Declares the variable of the report.
    fn report(&mut self, (transactions, status): (Transactions, Option<&Name>)) -> Result<Transactions> {
        let Some(name) = status else { return Ok(transactions) };
        self.must_be_free(name)?;
        let status = Some(self.declare(&name.text, Type::of(TypeSet::MAP)));
        Ok(Transactions { status, ..transactions })
    }

    /// The scope of a subquery that imports these names; none may be bound twice.
    fn imported(&mut self, names: &[Name]) -> Result<Scope> {
        let mut entries = BTreeMap::new();
        for name in names {
            let slot = self.variable(name)?;
            entries.insert(name.text.clone(), Entry::visible(slot));
        }
        Ok(self.scope.of_imports(entries))
    }

    /// Binds a query whose parts may each begin with a `WITH` that imports.
    fn importing_query(&mut self, query: &Query, around: &Scope) -> Result<(Union, super::clauses::Columns)> {
        let mut stripped = query.clone();
        let singles =
            std::iter::once(&mut stripped.first).chain(stripped.unions.iter_mut().map(|(_, _, single)| single));
        let mut scopes = Vec::new();
        for single in singles {
            let scope = self.leading_imports(single, around)?;
            if scope.is_some() {
                single.clauses.remove(0);
            }
            scopes.push(scope.unwrap_or_else(|| around.of_imports(BTreeMap::new())));
        }
        self.query_with_starts(&stripped, Place::Call, scopes)
    }

    /// Binds a subquery expression.
    pub(super) fn subquery(&mut self, kind: SubqueryKind, query: &Query, span: Span) -> Result<(ExprKind, Type)> {
        if query_writes(query) {
            let message = "a subquery in an expression cannot change the graph";
            return Err(Error::syntax(Detail::InvalidClauseComposition, message).at(span));
        }
        let scope = self.scope.enclosed();
        let ((query, _), imports) = self.in_subquery(scope, |binder| binder.query(query, Place::Expression))?;
        let (result, ty) = match kind {
            SubqueryKind::Exists => (SubqueryResult::Exists, Type::BOOL),
            SubqueryKind::Count => (SubqueryResult::Count, Type::of(TypeSet::INT)),
            SubqueryKind::Collect => {
                let [column] = query.columns[..] else {
                    let message = "`COLLECT` needs a query with exactly one column";
                    return Err(Error::syntax(Detail::InvalidClauseComposition, message).at(span));
                };
                (SubqueryResult::Collect(column), Type::list_of(self.type_of(column).set))
            }
        };
        Ok((self.add_subquery(result, query, imports), ty))
    }

    /// Binds a path pattern that stands as an expression.
    pub(super) fn pattern_expression(
        &mut self,
        path: &PathPattern,
        predicate: bool,
        span: Span,
    ) -> Result<(ExprKind, Type)> {
        if let Some(shortest) = path.shortest {
            return self.shortest_path(path, shortest);
        }
        if !predicate {
            let message = "a pattern can only stand where a condition is expected";
            let error = Error::syntax(Detail::UnexpectedSyntax, message).at(span);
            return Err(error.hint("a pattern comprehension `[(a)-->(b) | b]` gives what a pattern finds"));
        }
        let scope = self.scope.enclosed();
        let (query, imports) = self.in_subquery(scope, |binder| {
            let found =
                binder.match_pattern(std::slice::from_ref(path), MatchMode::default(), NewVariables::Refused)?;
            Ok(matching(found, Vec::new(), Vec::new()))
        })?;
        Ok((self.add_subquery(SubqueryResult::Exists, query, imports), Type::BOOL))
    }

    /// Binds `shortestPath(…)` as an expression: a path, or a list of all shortest paths.
    fn shortest_path(&mut self, path: &PathPattern, shortest: Shortest) -> Result<(ExprKind, Type)> {
        for name in path.nodes.iter().filter_map(|node| node.variable.as_ref()) {
            self.variable(name)?;
        }
        let scope = self.scope.enclosed();
        let ((query, slot), imports) = self.in_subquery(scope, |binder| {
            let (mut pattern, predicates) =
                binder.match_pattern(std::slice::from_ref(path), MatchMode::default(), NewVariables::Allowed)?;
            let slot = binder.new_slot(None, Type::PATH);
            let steps = path_steps(&pattern)?;
            pattern.rels.iter_mut().for_each(|rel| rel.named = true);
            pattern.paths.push(super::bound::PatternPath { slot, steps });
            Ok((matching((pattern, predicates), Vec::new(), vec![slot]), slot))
        })?;
        let (result, ty) = match shortest {
            Shortest::Single => (SubqueryResult::First(slot), Type::PATH),
            Shortest::All => (SubqueryResult::Collect(slot), Type::list_of(TypeSet::PATH)),
        };
        Ok((self.add_subquery(result, query, imports), ty))
    }

    /// Binds a pattern comprehension.
    pub(super) fn pattern_comprehension(
        &mut self,
        path: &PathPattern,
        predicate: Option<&ast::Expr>,
        result: &ast::Expr,
    ) -> Result<(ExprKind, Type)> {
        let scope = self.scope.enclosed();
        let ((query, slot, element), imports) = self.in_subquery(scope, |binder| {
            let (pattern, mut predicates) =
                binder.match_pattern(std::slice::from_ref(path), MatchMode::default(), NewVariables::Allowed)?;
            if let Some(predicate) = predicate {
                predicates.extend(binder.condition(predicate)?);
            }
            let place = "in a pattern comprehension";
            let (result, ty) = binder.without_aggregates(place, |binder| binder.expr(result))?;
            let slot = binder.new_slot(None, ty);
            let project = BoundClause::Project(Projection {
                grouping: None,
                items: vec![(slot, result)],
                distinct: false,
                order_by: Vec::new(),
                skip: None,
                limit: None,
                visible: vec![slot],
            });
            Ok((matching((pattern, predicates), vec![project], vec![slot]), slot, ty))
        })?;
        let kind = self.add_subquery(SubqueryResult::Collect(slot), query, imports);
        Ok((kind, Type::list_of(element.set)))
    }

    fn add_subquery(&mut self, kind: SubqueryResult, query: Union, imports: Imports) -> ExprKind {
        let id = SubqueryId(u32::try_from(self.subqueries.len()).unwrap_or(u32::MAX));
        self.subqueries.push(Subquery { kind, query, imports: imports.all, local_imports: imports.local });
        ExprKind::Subquery(id)
    }
}

/// A query that matches a pattern and goes on with some clauses.
fn matching((pattern, predicates): (Pattern, Vec<Expr>), then: Vec<BoundClause>, columns: Vec<Slot>) -> Union {
    let mut clauses = vec![BoundClause::Match { optional: false, pattern, predicates }];
    clauses.extend(then);
    Union { arms: vec![Arm { clauses, columns: columns.clone() }], all: false, columns }
}

/// The slots along the only relationship of a pattern.
fn path_steps(pattern: &Pattern) -> Result<Vec<Slot>> {
    let [rel] = &pattern.rels[..] else { return Err(Error::internal("a shortest path of several relationships")) };
    let node = |at: usize| pattern.nodes.get(at).map(|node| node.slot);
    match (node(rel.left), node(rel.right)) {
        (Some(left), Some(right)) => Ok(vec![left, rel.slot, right]),
        _ => Err(Error::internal("a relationship without ends")),
    }
}
