//! Comparisons of a property with something fixed are made while a scan reads it, a segment at a time.
//!
//! `SCAN n; FILTER n.k < c = SCAN n WHERE n.k < c`. Such a comparison cannot fail, so that it does not matter when it is
//! made.

use super::{Action, Rule, for_each_chain_of};
use crate::plan::physical::{Node, Op, Plan};
use crate::semantic::bound::{BoundQuery, Expr, ExprKind, Slot};
use crate::syntax::ast::CompareOp;
use std::sync::Arc;

pub(super) const RULE: Rule = Rule {
    name: "scan_tests",
    equation: "SCAN n; FILTER n.k < c AND p = SCAN n WHERE n.k < c; FILTER p",
    action: Action::Plan(rewrite),
};

fn rewrite(plan: &mut Plan, _: &BoundQuery) {
    for_each_chain_of(plan, &mut |chain| {
        let mut at = 0;
        while at < chain.len() {
            push_down(chain, at);
            at += 1;
        }
    });
}

/// Gives the scan at a place what it can test of the filter after it.
fn push_down(chain: &mut Vec<Node>, at: usize) {
    let handed_out = chain.get(at + 1).is_some_and(|node| matches!(node.op, Op::Morsels(_)));
    let filter = if handed_out { at + 2 } else { at + 1 };
    let (Some(slot), Some(Node { op: Op::Filter(predicates), estimate, .. })) =
        (scanned(&chain[at].op), chain.get(filter))
    else {
        return;
    };
    let (now, later): (Vec<Expr>, Vec<Expr>) = predicates.iter().cloned().partition(|each| is_test(each, slot));
    if now.is_empty() {
        return;
    }
    if later.is_empty() {
        let estimate = *estimate;
        chain.remove(filter);
        chain[at..filter].iter_mut().for_each(|node| node.estimate = estimate);
    } else {
        chain[filter].op = Op::Filter(Arc::new(later));
    }
    if let Op::NodeScan { tests, .. } | Op::RelScan { tests, .. } = &mut chain[at].op {
        tests.extend(now);
    }
}

/// What a scan gives.
fn scanned(op: &Op) -> Option<Slot> {
    match op {
        Op::NodeScan { slot, .. } => Some(*slot),
        Op::RelScan { rel, .. } => Some(*rel),
        _ => None,
    }
}

/// Whether a scan of the slot can make the test.
pub(super) fn is_test(predicate: &Expr, slot: Slot) -> bool {
    let read = |expr: &Expr| match &expr.kind {
        ExprKind::Property { base, id: Some(_), .. } => matches!(base.kind, ExprKind::Slot(read) if read == slot),
        _ => false,
    };
    match &predicate.kind {
        ExprKind::And(parts) => parts.iter().all(|part| is_test(part, slot)),
        ExprKind::Compare(op, left, right) if *op != CompareOp::NotEqual => {
            let plain = |expr: &Expr| matches!(expr.kind, ExprKind::Const(_) | ExprKind::Parameter(_));
            (read(left) && plain(right)) || (plain(left) && read(right))
        }
        _ => false,
    }
}
