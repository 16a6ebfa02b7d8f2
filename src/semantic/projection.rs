//! `WITH` and `RETURN`: scopes, and aggregation taken apart.
//!
//! Items without aggregates are the grouping keys. In an item with aggregates every aggregate becomes a slot, and
//! what stands beside them may only be made of constants, of keys that are variables, and of properties that are keys.

use super::Binder;
use super::bound::{AggregateCall, ExprKind, Grouping, Projection, Slot, SortKey};
use super::scope::{Access, Entry, Scope, ungrouped};
use super::types::{Type, mismatch};
use super::walk::{contains_aggregate, is_property_of_variable, variables};
use super::{bound, bound::Expr};
use crate::error::{Detail, Error, Result};
use crate::functions::{Aggregate, TypeSet};
use crate::span::Span;
use crate::syntax::ast;
use crate::value::Value;
use std::borrow::Cow;
use std::sync::Arc;

/// Whether aggregates may stand at a place.
pub(super) enum Aggregation {
    /// They may not; the text says where the place is.
    Forbidden(&'static str),
    /// They may, and are collected.
    Allowed(Box<Collector>),
    /// The place is inside an aggregate.
    Inside,
}

/// Aggregates found so far in a projection.
pub(super) struct Collector {
    /// The names that the arguments of an aggregate see.
    input: Scope,
    /// The replacements from here on do not hold inside an aggregate.
    base: usize,
    calls: Vec<(ast::Expr, Slot, AggregateCall)>,
    /// Whether the rows are grouped already: `ORDER BY`.
    grouped: bool,
}

/// An expression whose value is in a slot, as long as its variables mean what they meant.
pub(super) struct Replacement {
    expr: ast::Expr,
    variables: Vec<(Arc<str>, Option<Entry>)>,
    slot: Slot,
    /// Whether it may not be a part of an expression with aggregates.
    whole_only: bool,
}

/// A bound projection with the scopes that follow it.
pub(super) struct Projected {
    pub(super) projection: Projection,
    pub(super) columns: Vec<(Arc<str>, Slot)>,
    /// What later clauses see.
    pub(super) scope: Scope,
    /// The conjuncts of `WHERE`.
    pub(super) filter: Option<Vec<Expr>>,
}

/// A projection item with its column's name.
struct Item<'a> {
    name: Arc<str>,
    expr: Cow<'a, ast::Expr>,
    aggregates: bool,
}

/// The items of a projection, bound.
struct BoundItems {
    items: Vec<(Slot, Expr)>,
    grouping_keys: Vec<(Slot, Expr)>,
    collector: Option<Box<Collector>>,
}

impl Binder<'_> {
    /// Binds the body of `WITH` or `RETURN` and its `WHERE` in the present scope, which stays in force.
    pub(super) fn project(&mut self, projection: &ast::Projection, predicate: Option<&ast::Expr>) -> Result<Projected> {
        let items = self.projection_items(projection)?;
        let grouped = items.iter().any(|item| item.aggregates);
        let bound = if grouped { self.grouped_items(&items)? } else { self.plain_items(&items)? };
        let columns: Vec<(Arc<str>, Slot)> =
            items.iter().zip(&bound.items).map(|(item, (slot, _))| (item.name.clone(), *slot)).collect();
        let closed = grouped || projection.distinct;
        let (order_by, calls) = self.order_by(projection, &items, &columns, bound.collector, closed)?;
        let skip = self.row_count(projection.skip.as_ref(), "`SKIP`")?;
        let limit = self.row_count(projection.limit.as_ref(), "`LIMIT`")?;
        let scope = with_columns(self.scope.forgotten(closed), &columns);
        let filter = predicate.map(|predicate| self.filter(predicate, &items, &columns, closed)).transpose()?;
        let aggregates = calls.into_iter().map(|(_, slot, call)| (slot, call)).collect();
        let grouping = grouped.then_some(Grouping { keys: bound.grouping_keys, aggregates });
        let mut visible = columns.iter().map(|(_, slot)| *slot).collect();
        self.keep_visible(filter.as_deref().unwrap_or_default(), &mut visible);
        let (items, distinct) = (bound.items, projection.distinct);
        let projection = Projection { grouping, items, distinct, order_by, skip, limit, visible };
        Ok(Projected { projection, columns, scope, filter })
    }

    /// The items with `*` written out.
    fn projection_items<'p>(&mut self, projection: &'p ast::Projection) -> Result<Vec<Item<'p>>> {
        let mut items: Vec<Item<'p>> = Vec::with_capacity(projection.items.len());
        if projection.star {
            for (name, slot) in self.scope.own() {
                self.read(slot);
                let variable = ast::Name { text: name.clone(), span: projection.span };
                let expr = ast::Expr { kind: ast::ExprKind::Variable(variable), span: projection.span };
                items.push(Item { name, expr: Cow::Owned(expr), aggregates: false });
            }
        }
        for item in &projection.items {
            let name = match (&item.alias, &item.expr.kind) {
                (Some(alias), _) => alias.text.clone(),
                (None, ast::ExprKind::Variable(variable)) => variable.text.clone(),
                (None, _) => item.text.clone(),
            };
            if items.iter().any(|other| other.name == name) {
                let span = item.alias.as_ref().map_or(item.expr.span, |alias| alias.span);
                let message = format!("there is more than one column named `{name}`");
                return Err(Error::syntax(Detail::ColumnNameConflict, message).at(span));
            }
            let aggregates = contains_aggregate(&item.expr);
            items.push(Item { name, expr: Cow::Borrowed(&item.expr), aggregates });
        }
        Ok(items)
    }

    fn plain_items(&mut self, items: &[Item<'_>]) -> Result<BoundItems> {
        let mut bound = Vec::with_capacity(items.len());
        for item in items {
            let (expr, ty) = self.expr(&item.expr)?;
            bound.push((self.column_slot(item, &expr, ty), expr));
        }
        Ok(BoundItems { items: bound, grouping_keys: Vec::new(), collector: None })
    }

    /// The slot of a column: its own when a variable is passed on under its name.
    fn column_slot(&mut self, item: &Item<'_>, expr: &Expr, ty: Type) -> Slot {
        match (&item.expr.kind, &expr.kind) {
            (ast::ExprKind::Variable(name), ExprKind::Slot(slot)) if name.text == item.name => *slot,
            _ => self.new_slot(Some(&item.name), ty),
        }
    }

    fn grouped_items(&mut self, items: &[Item<'_>]) -> Result<BoundItems> {
        let mut slots = vec![None; items.len()];
        let mut keys = Vec::new();
        for (item, slot) in items.iter().zip(&mut slots).filter(|(item, _)| !item.aggregates) {
            let (expr, ty) = self.expr(&item.expr)?;
            let key = self.column_slot(item, &expr, ty);
            *slot = Some(key);
            keys.push((key, expr));
        }
        let base = self.replacements.len();
        let input = self.enter_groups(items, &slots);
        let collector = Collector { input, base, calls: Vec::new(), grouped: false };
        let outside = std::mem::replace(&mut self.aggregation, Aggregation::Allowed(Box::new(collector)));
        let mut bound = Vec::with_capacity(items.len());
        for (item, slot) in items.iter().zip(slots) {
            bound.push(match slot {
                Some(slot) => (slot, Expr::new(ExprKind::Slot(slot), item.expr.span)),
                None => {
                    let (expr, ty) = self.expr(&item.expr)?;
                    (self.new_slot(Some(&item.name), ty), expr)
                }
            });
        }
        self.replacements.truncate(base);
        let mut collector = taken(std::mem::replace(&mut self.aggregation, outside))?;
        self.scope = std::mem::take(&mut collector.input);
        Ok(BoundItems { items: bound, grouping_keys: keys, collector: Some(collector) })
    }

    /// Enters the scope in which only grouping keys are visible; gives the scope before.
    fn enter_groups(&mut self, items: &[Item<'_>], slots: &[Option<Slot>]) -> Scope {
        let mut scope = self.scope.restricted(Access::Ungrouped);
        let keys = || items.iter().zip(slots).filter_map(|(item, slot)| slot.map(|slot| (item, slot)));
        for (item, slot) in keys() {
            if let ast::ExprKind::Variable(name) = &item.expr.kind {
                scope.insert(name.text.clone(), Entry::visible(slot));
            }
        }
        for (item, slot) in keys() {
            if is_property_of_variable(&item.expr) && !matches!(item.expr.kind, ast::ExprKind::Variable(_)) {
                let variables = meanings(&item.expr, &scope);
                let expr = item.expr.clone().into_owned();
                self.replacements.push(Replacement { expr, variables, slot, whole_only: false });
            }
        }
        std::mem::replace(&mut self.scope, scope)
    }

    /// Binds `ORDER BY`; gives the sort keys and all aggregates of the projection.
    #[allow(clippy::type_complexity)] // the calls go straight into the grouping
    fn order_by(
        &mut self,
        projection: &ast::Projection,
        items: &[Item<'_>],
        columns: &[(Arc<str>, Slot)],
        collector: Option<Box<Collector>>,
        closed: bool,
    ) -> Result<(Vec<SortKey>, Vec<(ast::Expr, Slot, AggregateCall)>)> {
        let grouped = collector.is_some();
        let base = self.replacements.len();
        let before = self.before(closed);
        let scope = with_columns(before, columns);
        if closed {
            self.replace_items(items, columns, &scope, grouped);
        }
        let input = std::mem::replace(&mut self.scope, scope);
        let aggregation = match collector {
            Some(mut collector) => {
                (collector.grouped, collector.base) = (true, base);
                Aggregation::Allowed(collector)
            }
            None => Aggregation::Forbidden("in `ORDER BY` of a projection without aggregates"),
        };
        let outside = std::mem::replace(&mut self.aggregation, aggregation);
        let mut keys = Vec::with_capacity(projection.order_by.len());
        for item in &projection.order_by {
            let aggregating = std::mem::replace(&mut self.aggregating_sort, grouped && contains_aggregate(&item.expr));
            let (expr, _) = self.expr(&item.expr)?;
            self.aggregating_sort = aggregating;
            // Null counts as the greatest value; where it is to stand elsewhere, whether it is null is sorted by first.
            if let Some(first) = item.nulls_first.filter(|first| *first != item.descending) {
                let is_null = ExprKind::IsNull { operand: Box::new(expr.clone()), negated: false };
                keys.push(SortKey { expr: Expr::new(is_null, expr.span), descending: first });
            }
            keys.push(SortKey { expr, descending: item.descending });
        }
        self.scope = input;
        self.replacements.truncate(base);
        let inside = std::mem::replace(&mut self.aggregation, outside);
        let calls = if grouped { taken(inside)?.calls } else { Vec::new() };
        Ok((keys, calls))
    }

    /// What `ORDER BY` and `WHERE` see beside the columns: nothing from before once rows are grouped or made distinct.
    fn before(&self, closed: bool) -> Scope {
        if closed { self.scope.restricted(Access::Gone) } else { self.scope.clone() }
    }

    /// Binds the `WHERE` of a projection. It runs after the projection.
    fn filter(
        &mut self,
        predicate: &ast::Expr,
        items: &[Item<'_>],
        columns: &[(Arc<str>, Slot)],
        closed: bool,
    ) -> Result<Vec<Expr>> {
        let base = self.replacements.len();
        let scope = with_columns(self.before(closed), columns);
        if closed {
            self.replace_items(items, columns, &scope, false);
        }
        let input = std::mem::replace(&mut self.scope, scope);
        let filter = self.condition(predicate)?;
        self.scope = input;
        self.replacements.truncate(base);
        Ok(filter)
    }

    /// Lets what follows the projection use projected expressions whose variables no column hides.
    fn replace_items(&mut self, items: &[Item<'_>], columns: &[(Arc<str>, Slot)], scope: &Scope, aggregates: bool) {
        for (item, (_, slot)) in items.iter().zip(columns).filter(|(item, _)| aggregates || !item.aggregates) {
            let names = variables(&item.expr);
            let same = |name: &Arc<str>| {
                self.scope.get(name).map(|entry| entry.slot) == scope.get(name).map(|entry| entry.slot)
            };
            if names.iter().all(same) {
                let whole_only = !item.aggregates && !names.is_empty() && !is_property_of_variable(&item.expr);
                let variables = meanings(&item.expr, scope);
                let expr = item.expr.clone().into_owned();
                self.replacements.push(Replacement { expr, variables, slot: *slot, whole_only });
            }
        }
    }

    /// The slot that already holds the value of an expression.
    pub(super) fn replaced(&mut self, expr: &ast::Expr) -> Result<Option<Slot>> {
        let holds = |replacement: &&Replacement| {
            let same = |(name, entry): &(Arc<str>, Option<Entry>)| self.scope.get(name) == *entry;
            replacement.expr == *expr && replacement.variables.iter().all(same)
        };
        let Some(found) = self.replacements.iter().rev().find(holds) else { return Ok(None) };
        if found.whole_only && self.aggregating_sort {
            return Err(ungrouped("this expression").at(expr.span));
        }
        let slot = found.slot;
        self.read(slot);
        Ok(Some(slot))
    }

    /// Binds something in which no aggregate may stand.
    pub(super) fn without_aggregates<T>(
        &mut self,
        place: &'static str,
        bind: impl FnOnce(&mut Self) -> Result<T>,
    ) -> Result<T> {
        let aggregation = std::mem::replace(&mut self.aggregation, Aggregation::Forbidden(place));
        let sorting = std::mem::replace(&mut self.aggregating_sort, false);
        let position = std::mem::replace(&mut self.predicate_position, false);
        let bound = bind(self)?;
        self.aggregation = aggregation;
        self.aggregating_sort = sorting;
        self.predicate_position = position;
        Ok(bound)
    }

    /// Whether the place is inside an aggregate.
    pub(super) fn inside_aggregate(&self) -> bool {
        matches!(self.aggregation, Aggregation::Inside)
    }

    /// Binds the call of an aggregate to the slot that holds its result.
    pub(super) fn aggregate(
        &mut self,
        call: &ast::Expr,
        aggregate: Aggregate,
        distinct: bool,
        bind: impl FnOnce(&mut Self) -> Result<(Vec<Expr>, Type)>,
    ) -> Result<(ExprKind, Type)> {
        let mut collector = match std::mem::replace(&mut self.aggregation, Aggregation::Inside) {
            Aggregation::Allowed(collector) => collector,
            Aggregation::Inside => return Err(nested(call.span)),
            Aggregation::Forbidden(place) => return Err(misplaced(place, call.span)),
        };
        let known = collector.calls.iter().find(|(known, _, _)| known == call).map(|(_, slot, _)| *slot);
        let slot = match known {
            Some(slot) => slot,
            None => {
                let (arguments, ty) = self.aggregate_arguments(&mut collector, call.span, bind)?;
                let slot = self.new_slot(None, ty);
                let bound = AggregateCall { aggregate, distinct, arguments, span: call.span };
                collector.calls.push((call.clone(), slot, bound));
                slot
            }
        };
        self.aggregation = Aggregation::Allowed(collector);
        Ok((ExprKind::Slot(slot), self.type_of(slot)))
    }

    /// Binds the arguments of an aggregate over the rows before grouping.
    fn aggregate_arguments(
        &mut self,
        collector: &mut Collector,
        span: Span,
        bind: impl FnOnce(&mut Self) -> Result<(Vec<Expr>, Type)>,
    ) -> Result<(Vec<Expr>, Type)> {
        let suspended = self.replacements.split_off(collector.base.min(self.replacements.len()));
        if collector.grouped {
            let (arguments, ty) = bind(self)?;
            self.replacements.extend(suspended);
            let reads_rows = arguments.iter().any(|argument| !self.slots_read(argument).is_empty());
            return if reads_rows {
                Err(misplaced("over a column that is already grouped", span))
            } else {
                Ok((arguments, ty))
            };
        }
        std::mem::swap(&mut self.scope, &mut collector.input);
        let bound = bind(self)?;
        std::mem::swap(&mut self.scope, &mut collector.input);
        self.replacements.extend(suspended);
        Ok(bound)
    }

    /// Binds `SKIP` or `LIMIT`.
    fn row_count(&mut self, count: Option<&ast::Expr>, keyword: &'static str) -> Result<Option<Expr>> {
        let bound = self.without_rows(count, keyword, TypeSet::INT)?;
        if let Some(Expr { kind: ExprKind::Const(Value::Int(..0)), span }) = bound {
            let message = format!("{keyword} must not be negative");
            return Err(Error::syntax(Detail::NegativeIntegerArgument, message).at(span));
        }
        Ok(bound)
    }

    /// Binds a number that depends on no row.
    pub(super) fn without_rows(
        &mut self,
        number: Option<&ast::Expr>,
        what: &'static str,
        needs: TypeSet,
    ) -> Result<Option<Expr>> {
        let Some(number) = number else { return Ok(None) };
        let closed = self.scope.closed();
        let scope = std::mem::replace(&mut self.scope, closed);
        let known_subqueries = self.subqueries.len();
        let (bound, ty) = self.without_aggregates("where no row is at hand", |binder| binder.expr(number))?;
        self.scope = scope;
        if self.subqueries.len() > known_subqueries {
            let message = format!("{what} cannot depend on what the graph holds");
            return Err(Error::syntax(Detail::NonConstantExpression, message).at(number.span));
        }
        if !ty.fits(needs) {
            return Err(mismatch(what, needs, ty, number.span));
        }
        Ok(Some(bound))
    }

    /// Adds the slots that a filter reads to those that stay visible.
    fn keep_visible(&self, filter: &[Expr], visible: &mut Vec<Slot>) {
        for slot in filter.iter().flat_map(|expr| self.slots_read(expr)) {
            if !visible.contains(&slot) {
                visible.push(slot);
            }
        }
    }

    /// The slots of the row that an expression reads.
    fn slots_read(&self, expr: &Expr) -> Vec<Slot> {
        let mut found = Vec::new();
        self.collect_slots(expr, &mut found);
        found
    }

    fn collect_slots(&self, expr: &Expr, found: &mut Vec<Slot>) {
        match &expr.kind {
            ExprKind::Slot(slot) => found.push(*slot),
            ExprKind::Path(steps) => found.extend(steps),
            ExprKind::Subquery(bound::SubqueryId(id)) => {
                if let Some(subquery) = self.subqueries.get(*id as usize) {
                    let local = &subquery.local_imports;
                    found.extend(subquery.imports.iter().filter(|slot| !local.contains(slot)));
                }
            }
            _ => {}
        }
        expr.for_each_child(&mut |child| self.collect_slots(child, found));
    }
}

/// What the variables of an expression mean in a scope.
fn meanings(expr: &ast::Expr, scope: &Scope) -> Vec<(Arc<str>, Option<Entry>)> {
    variables(expr).into_iter().map(|name| (name.clone(), scope.get(&name))).collect()
}

fn with_columns(mut scope: Scope, columns: &[(Arc<str>, Slot)]) -> Scope {
    for (name, slot) in columns {
        scope.insert(name.clone(), Entry::visible(*slot));
    }
    scope
}

fn taken(aggregation: Aggregation) -> Result<Box<Collector>> {
    match aggregation {
        Aggregation::Allowed(collector) => Ok(collector),
        _ => Err(Error::internal("the aggregates of a projection were lost")),
    }
}

fn nested(span: Span) -> Error {
    let message = "an aggregate cannot stand inside another";
    Error::syntax(Detail::NestedAggregation, message).at(span).hint("aggregate in a `WITH` first")
}

pub(super) fn misplaced(place: &str, span: Span) -> Error {
    let message = format!("an aggregate cannot stand {place}");
    Error::syntax(Detail::InvalidAggregation, message).at(span).hint("aggregate in a `WITH` first")
}
