//! `CITE`: each row says which relationships it rests on.
//!
//! The bound query is widened, so that planner and executor need to know nothing of it. On the way through the clauses a
//! row keeps its evidence: the relationships that each pattern bound. A projection gathers it into one column; a group
//! has the evidence of all its rows, and so has a row that stands for duplicates. A subquery inside an expression is
//! asked once more for the evidence of its rows.

use super::bound::{
    AggregateCall, Arm, BoundClause, BoundQuery, Column, Expr, ExprKind, Grouping, Notification, Pattern, Projection,
    Slot, Subquery, SubqueryId, SubqueryResult, Union, for_each_subquery,
};
use crate::error::{Detail, Error, Result};
use crate::functions::{self, Aggregate, Function};
use crate::span::Span;
use std::sync::Arc;

/// The name of the column.
const COLUMN: &str = "cited";

/// Adds the column `cited` to a query.
///
/// # Errors
/// When the query changes the graph, or has no rows to cite for.
pub(super) fn cite(query: &mut BoundQuery, span: Span) -> Result<()> {
    if query.writes {
        let message = "`CITE` asks what an answer rests on: a statement that changes the graph has nothing to cite";
        return Err(Error::syntax(Detail::InvalidClauseComposition, message).at(span));
    }
    let returns = |arm: &Arm| matches!(arm.clauses.last(), Some(BoundClause::Project(_)));
    if query.columns.is_empty() || !query.query.arms.iter().all(returns) {
        let message = "`CITE` adds a column to `RETURN`, which is missing";
        return Err(Error::syntax(Detail::InvalidClauseComposition, message).at(span));
    }
    let written = query.query.clone();
    let mut citing = Citing::new(query, span)?;
    let widened = citing.union(written, &[]);
    let (silent, subqueries) = (citing.silent, citing.added);
    query.query = widened.query;
    query.subqueries.extend(subqueries);
    query.cited = true;
    query.columns.push(Column { name: free_name(&query.columns), slot: widened.cited });
    if silent {
        query.notifications.push(Notification {
            code: "NotCited",
            message: "what procedures give and patterns inside list expressions are not cited".to_owned(),
            span,
            hint: None,
        });
    }
    Ok(())
}

fn free_name(columns: &[Column]) -> Arc<str> {
    let taken = |name: &str| columns.iter().any(|column| &*column.name == name);
    let numbered = (2..).map(|number| format!("{COLUMN}_{number}"));
    let free = std::iter::once(COLUMN.to_owned()).chain(numbered).find(|name| !taken(name));
    Arc::from(free.unwrap_or_default())
}

/// A query with the slot in which its rows have their evidence.
struct Widened {
    query: Union,
    cited: Slot,
}

struct Citing<'q> {
    frame: &'q mut u32,
    slot_names: &'q mut Vec<Option<Arc<str>>>,
    /// The subqueries of the statement.
    subqueries: Vec<Subquery>,
    /// The subqueries that ask for evidence.
    added: Vec<Subquery>,
    /// Whether something was left out that cannot be cited.
    silent: bool,
    function: &'static Function,
    span: Span,
}

impl<'q> Citing<'q> {
    fn new(query: &'q mut BoundQuery, span: Span) -> Result<Citing<'q>> {
        let function =
            functions::lookup("cited").ok_or_else(|| Error::internal("there is no function to cite with"))?;
        let subqueries = query.subqueries.clone();
        let (frame, slot_names) = (&mut query.frame, &mut query.slot_names);
        Ok(Citing { frame, slot_names, subqueries, added: Vec::new(), silent: false, function, span })
    }

    fn fresh_slot(&mut self) -> Slot {
        let slot = Slot(*self.frame);
        *self.frame = self.frame.saturating_add(1);
        self.slot_names.push(None);
        slot
    }

    fn slot(&self, slot: Slot) -> Expr {
        Expr::new(ExprKind::Slot(slot), self.span)
    }

    /// The relationships in the evidence, each once.
    fn gathered(&self, evidence: Vec<Expr>) -> Expr {
        Expr::new(ExprKind::Call { function: self.function, arguments: evidence }, self.span)
    }

    /// Widens a query that reads the given slots of what is around it.
    fn union(&mut self, union: Union, imports: &[Slot]) -> Widened {
        let alone = union.arms.len() == 1;
        let distinct = !union.all && !alone;
        let mut columns = union.columns;
        let mut cited = None;
        let arms: Vec<Arm> = union
            .arms
            .into_iter()
            .map(|arm| {
                let arm = self.arm(arm);
                cited = arm.columns.last().copied();
                arm
            })
            .collect();
        let cited = cited.filter(|_| alone).unwrap_or_else(|| self.fresh_slot());
        columns.push(cited);
        let query = Union { arms, all: union.all || distinct, columns };
        if distinct { self.without_duplicates(query, cited, imports) } else { Widened { query, cited } }
    }

    /// Rows of a union that are equal become one, with the evidence of all.
    fn without_duplicates(&mut self, query: Union, cited: Slot, imports: &[Slot]) -> Widened {
        let columns: Vec<Slot> = query.columns.iter().copied().filter(|slot| *slot != cited).collect();
        let source = BoundClause::Subquery {
            optional: false,
            query,
            imports: imports.to_vec(),
            unit: false,
            writes: false,
            transactions: None,
        };
        let mut projection = plain(&columns, self.span);
        let cited = self.grouped(&mut projection, vec![self.slot(cited)]);
        let columns: Vec<Slot> = columns.into_iter().chain([cited]).collect();
        let arm = Arm { clauses: vec![source, BoundClause::Project(projection)], columns: columns.clone() };
        Widened { query: Union { arms: vec![arm], all: true, columns }, cited }
    }

    /// Widens an arm; its last column is its evidence.
    fn arm(&mut self, arm: Arm) -> Arm {
        let mut evidence = Vec::new();
        let mut clauses = Vec::with_capacity(arm.clauses.len());
        for clause in arm.clauses {
            self.clause(clause, &mut evidence, &mut clauses);
        }
        let mut columns = arm.columns;
        let cited = match (clauses.last(), evidence.as_slice()) {
            (Some(BoundClause::Project(_)), [Expr { kind: ExprKind::Slot(cited), .. }]) => *cited,
            _ => {
                let mut projection = plain(&columns, self.span);
                let cited = self.carried(&mut projection, evidence);
                clauses.push(BoundClause::Project(projection));
                cited
            }
        };
        columns.push(cited);
        Arm { clauses, columns }
    }

    fn clause(&mut self, clause: BoundClause, evidence: &mut Vec<Expr>, out: &mut Vec<BoundClause>) {
        match clause {
            BoundClause::Match { optional, mut pattern, predicates } => {
                self.pattern(&mut pattern, evidence);
                out.push(BoundClause::Match { optional, pattern, predicates: predicates.clone() });
                self.conditions(&predicates, evidence);
            }
            BoundClause::Project(projection) => self.project(projection, evidence, out),
            BoundClause::Subquery { optional, query, imports, unit: false, writes, transactions } => {
                let Widened { query, cited } = self.union(query, &imports);
                evidence.push(self.slot(cited));
                out.push(BoundClause::Subquery { optional, query, imports, unit: false, writes, transactions });
            }
            BoundClause::Filter(predicates) => {
                self.conditions(&predicates, evidence);
                out.push(BoundClause::Filter(predicates));
            }
            BoundClause::Unwind { list, slot } => {
                self.expressions(std::slice::from_ref(&list), evidence);
                out.push(BoundClause::Unwind { list, slot });
            }
            other => {
                self.silent |= matches!(other, BoundClause::Call { .. });
                out.push(other);
            }
        }
    }

    /// What a pattern binds is evidence, and must be at hand.
    fn pattern(&mut self, pattern: &mut Pattern, evidence: &mut Vec<Expr>) {
        for rel in pattern.rels.iter_mut().filter(|rel| !rel.bound) {
            rel.named = true;
            evidence.push(Expr::new(ExprKind::Slot(rel.slot), self.span));
            let predicates = rel.length.iter().flat_map(|length| &length.predicates);
            self.silent |= predicates.into_iter().any(has_subquery);
        }
    }

    fn project(&mut self, mut projection: Projection, evidence: &mut Vec<Expr>, out: &mut Vec<BoundClause>) {
        let mut of_rows = std::mem::take(evidence);
        let read: Vec<Expr> = match projection.grouping.as_ref() {
            Some(grouping) => {
                let keys = grouping.keys.iter().map(|(_, key)| key);
                keys.chain(grouping.aggregates.iter().flat_map(|(_, call)| &call.arguments)).cloned().collect()
            }
            None => projection.items.iter().map(|(_, item)| item.clone()).collect(),
        };
        self.expressions(&read, &mut of_rows);
        let cited = match (projection.grouping.is_some(), projection.distinct) {
            (false, false) => self.carried(&mut projection, of_rows),
            (false, true) => {
                projection.distinct = false;
                self.grouped(&mut projection, of_rows)
            }
            (true, false) => self.grouped(&mut projection, of_rows),
            (true, true) => {
                let of_groups = self.grouped(&mut projection, of_rows);
                let mut once = self.once(&mut projection, of_groups);
                out.push(BoundClause::Project(projection));
                let cited = self.grouped(&mut once, vec![self.slot(of_groups)]);
                projection = once;
                cited
            }
        };
        evidence.push(self.slot(cited));
        out.push(BoundClause::Project(projection));
    }

    /// The second of two projections that a distinct one of groups becomes: the first has the groups with their evidence,
    /// the second takes out duplicates, and sorts and limits what is left.
    fn once(&mut self, groups: &mut Projection, cited: Slot) -> Projection {
        let items: Vec<Slot> = groups.items.iter().map(|(slot, _)| *slot).filter(|slot| *slot != cited).collect();
        let mut once = plain(&items, self.span);
        once.visible.clone_from(&groups.visible);
        once.visible.retain(|slot| *slot != cited);
        (once.order_by, once.skip, once.limit) =
            (std::mem::take(&mut groups.order_by), groups.skip.take(), groups.limit.take());
        groups.distinct = false;
        once
    }

    /// Adds the evidence of a row to a projection.
    fn carried(&mut self, projection: &mut Projection, evidence: Vec<Expr>) -> Slot {
        let cited = self.fresh_slot();
        projection.items.push((cited, self.gathered(evidence)));
        projection.visible.push(cited);
        cited
    }

    /// Adds the evidence of all rows of a group to a projection, which becomes one of groups when it is none.
    fn grouped(&mut self, projection: &mut Projection, evidence: Vec<Expr>) -> Slot {
        let collected = self.fresh_slot();
        let call = AggregateCall { aggregate: Aggregate::Cited, distinct: false, arguments: evidence, span: self.span };
        let mut grouping = projection.grouping.take().unwrap_or_else(|| {
            let same = projection.items.iter().map(|(slot, _)| (*slot, self.slot(*slot))).collect();
            Grouping { keys: std::mem::replace(&mut projection.items, same), aggregates: Vec::new() }
        });
        grouping.aggregates.push((collected, call));
        projection.grouping = Some(grouping);
        let of_rows = vec![self.slot(collected)];
        self.carried(projection, of_rows)
    }

    /// What conditions rest on that hold. Where nothing was found, as by `NOT EXISTS`, there is nothing to cite.
    fn conditions(&mut self, conditions: &[Expr], evidence: &mut Vec<Expr>) {
        let found_nothing = |condition: &Expr| {
            let ExprKind::Not(negated) = &condition.kind else { return false };
            let ExprKind::Subquery(SubqueryId(at)) = negated.kind else { return false };
            self.subqueries.get(at as usize).is_some_and(|subquery| subquery.kind == SubqueryResult::Exists)
        };
        let others: Vec<Expr> = conditions.iter().filter(|condition| !found_nothing(condition)).cloned().collect();
        self.expressions(&others, evidence);
    }

    /// What the subqueries in expressions rest on.
    fn expressions(&mut self, expressions: &[Expr], evidence: &mut Vec<Expr>) {
        let mut ids = Vec::new();
        expressions.iter().for_each(|expr| for_each_subquery(expr, &mut |id| ids.push(id)));
        for SubqueryId(at) in ids {
            let Some(subquery) = self.subqueries.get(at as usize).cloned() else { continue };
            if !subquery.local_imports.is_empty() {
                self.silent = true;
                continue;
            }
            let Widened { query, cited } = self.union(subquery.query, &subquery.imports);
            let id = SubqueryId(u32::try_from(self.subqueries.len() + self.added.len()).unwrap_or(u32::MAX));
            self.added.push(Subquery { kind: SubqueryResult::Collect(cited), query, ..subquery });
            evidence.push(Expr::new(ExprKind::Subquery(id), self.span));
        }
    }
}

fn has_subquery(expr: &Expr) -> bool {
    let mut found = false;
    for_each_subquery(expr, &mut |_| found = true);
    found
}

/// A projection that passes slots on.
fn plain(slots: &[Slot], span: Span) -> Projection {
    let same = |slot: &Slot| (*slot, Expr::new(ExprKind::Slot(*slot), span));
    Projection {
        grouping: None,
        items: slots.iter().map(same).collect(),
        distinct: false,
        order_by: Vec::new(),
        skip: None,
        limit: None,
        visible: slots.to_vec(),
    }
}
