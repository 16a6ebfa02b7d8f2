//! Subqueries inside expressions are computed for many rows at once, before the expression.
//!
//! `f(SUBQUERY q) = APPLY q → x; f(x)`, and a conjunct that is `EXISTS q` or its negation keeps or drops rows by
//! itself. A subquery stays in the expression where it might not be computed at all (`CASE`) or is computed for each
//! element of a list.

use super::{Action, Rule};
use crate::plan::lower::apply;
use crate::plan::physical::{ApplyMode, Node, Op, Plan, Subplan};
use crate::semantic::bound::{BoundQuery, Expr, ExprKind, Slot, SubqueryId, SubqueryResult};
use std::sync::Arc;

pub(super) const RULE: Rule = Rule {
    name: "hoist_subqueries",
    equation: "f(SUBQUERY q) = APPLY q → x; f(x);  FILTER EXISTS q = SEMI APPLY q;  FILTER NOT EXISTS q = ANTI APPLY q",
    action: Action::Plan(rewrite),
};

fn rewrite(plan: &mut Plan, query: &BoundQuery) {
    let mut hoist = Hoist { query, subplans: plan.subqueries.clone(), frame: plan.frame };
    hoist.plan(&mut plan.root);
    for subplan in plan.subqueries.iter_mut().flatten() {
        hoist.plan(&mut subplan.root);
    }
    plan.frame = hoist.frame;
    plan.slot_names.resize(plan.frame as usize, None);
}

struct Hoist<'a> {
    query: &'a BoundQuery,
    subplans: Vec<Option<Subplan>>,
    frame: u32,
}

impl Hoist<'_> {
    fn fresh_slot(&mut self) -> Slot {
        let slot = Slot(self.frame);
        self.frame = self.frame.saturating_add(1);
        slot
    }

    fn plan(&mut self, root: &mut Node) {
        let chain = std::mem::replace(root, Node::from_chain(Vec::new())).into_chain();
        let mut done: Vec<Node> = Vec::with_capacity(chain.len());
        for mut node in chain {
            node.op.inner_plans_mut().into_iter().for_each(|inner| self.plan(inner));
            self.operator(node, &mut done);
        }
        *root = Node::from_chain(done);
    }

    fn operator(&mut self, mut node: Node, done: &mut Vec<Node>) {
        if let Op::Filter(predicates) = node.op {
            return self.filter(Arc::unwrap_or_clone(predicates), node.estimate, done);
        }
        if let Some(expressions) = hoistable(&mut node.op) {
            expressions.into_iter().for_each(|expr| self.expr(expr, done));
        }
        done.push(node);
    }

    /// Predicates are tested in their order; a subquery that is a whole predicate stands between the others.
    fn filter(&mut self, predicates: Vec<Expr>, estimate: f64, done: &mut Vec<Node>) {
        let mut pending = Vec::new();
        for mut predicate in predicates {
            if let Some((id, mode)) = self.existence(&predicate) {
                flush(&mut pending, estimate, done);
                self.apply(id, mode, done);
            } else if self.contains_hoistable(&predicate) {
                flush(&mut pending, estimate, done);
                self.expr(&mut predicate, done);
                pending.push(predicate);
            } else {
                pending.push(predicate);
            }
        }
        flush(&mut pending, estimate, done);
    }

    fn existence(&self, predicate: &Expr) -> Option<(SubqueryId, ApplyMode)> {
        let (id, mode) = match &predicate.kind {
            ExprKind::Subquery(id) => (*id, ApplyMode::Semi),
            ExprKind::Not(inner) => match inner.kind {
                ExprKind::Subquery(id) => (id, ApplyMode::Anti),
                _ => return None,
            },
            _ => return None,
        };
        let exists = self.result(id)? == SubqueryResult::Exists;
        exists.then_some((id, mode))
    }

    /// What a subquery gives, if it can be computed before its expression.
    fn result(&self, id: SubqueryId) -> Option<SubqueryResult> {
        let subquery = self.query.subqueries.get(id.0 as usize)?;
        subquery.local_imports.is_empty().then_some(subquery.kind)
    }

    fn contains_hoistable(&self, expr: &Expr) -> bool {
        match &expr.kind {
            ExprKind::Subquery(id) => self.result(*id).is_some(),
            _ if guards(expr) => false,
            _ => {
                let mut found = false;
                expr.for_each_child(&mut |child| found |= self.contains_hoistable(child));
                found
            }
        }
    }

    /// Computes the subqueries of an expression before it and puts slots in their places.
    fn expr(&mut self, expr: &mut Expr, done: &mut Vec<Node>) {
        if let ExprKind::Subquery(id) = expr.kind {
            if let Some(result) = self.result(id) {
                let slot = self.fresh_slot();
                self.apply(id, ApplyMode::Result(result, slot), done);
                expr.kind = ExprKind::Slot(slot);
            }
        } else if !guards(expr) {
            expr.for_each_child_mut(&mut |child| self.expr(child, done));
        }
    }

    fn apply(&mut self, id: SubqueryId, mode: ApplyMode, done: &mut Vec<Node>) {
        let subplan = self.subplans.get(id.0 as usize).and_then(Option::as_ref);
        let Some(mut inner) = subplan.map(|subplan| subplan.root.clone()) else { return };
        self.plan(&mut inner);
        let rows = done.last().map_or(1.0, |node| node.estimate);
        let node = apply(inner, mode, rows, || self.fresh_slot());
        done.push(node);
    }
}

fn flush(pending: &mut Vec<Expr>, estimate: f64, done: &mut Vec<Node>) {
    if !pending.is_empty() {
        done.push(Node::new(Op::Filter(Arc::new(std::mem::take(pending))), estimate));
    }
}

/// Whether the parts of an expression may stay uncomputed, or are computed many times.
fn guards(expr: &Expr) -> bool {
    matches!(
        expr.kind,
        ExprKind::Case { .. } | ExprKind::Comprehension { .. } | ExprKind::Quantifier { .. } | ExprKind::Reduce { .. }
    )
}

/// The expressions of an operator that are computed once for each row and before it changes anything.
fn hoistable(op: &mut Op) -> Option<Vec<&mut Expr>> {
    match op {
        Op::Project(items) => Some(Arc::make_mut(items).iter_mut().map(|(_, expr)| expr).collect()),
        Op::Unwind { list, .. } => Some(vec![list]),
        Op::Aggregate { keys, aggregates } => {
            let arguments = aggregates.iter_mut().flat_map(|(_, call)| &mut call.arguments);
            Some(keys.iter_mut().map(|(_, expr)| expr).chain(arguments).collect())
        }
        Op::Sort { keys, .. } => Some(keys.iter_mut().map(|key| &mut key.expr).collect()),
        Op::ProcedureCall { arguments, .. } => Some(arguments.iter_mut().collect()),
        _ => None,
    }
}
