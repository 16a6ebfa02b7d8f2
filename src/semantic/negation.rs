//! Conditions without negations that say nothing: `NOT NOT p = p`, `NOT (p OR q) = NOT p AND NOT q`, `NOT (a = b) = a <> b`
//! and the other way round. In logic of three values these hold for null, too; `NOT (a < b)` is not `a >= b`, as neither
//! is true of what is no number.

use super::bound::{Expr, ExprKind};
use crate::syntax::ast::CompareOp;

/// The negation of a condition.
pub(super) fn negation(operand: Expr) -> ExprKind {
    match operand.kind {
        ExprKind::Not(inner) if inner.is_truth() => inner.kind,
        ExprKind::Compare(CompareOp::Equal, left, right) => ExprKind::Compare(CompareOp::NotEqual, left, right),
        ExprKind::Compare(CompareOp::NotEqual, left, right) => ExprKind::Compare(CompareOp::Equal, left, right),
        kind => ExprKind::Not(Box::new(Expr { kind, ..operand })),
    }
}

/// Splits a condition into the parts that must all hold.
pub(super) fn conjuncts(mut condition: Expr) -> Vec<Expr> {
    let span = condition.span;
    loop {
        let inner = match condition.kind {
            ExprKind::And(parts) => return parts.into_iter().flat_map(conjuncts).collect(),
            ExprKind::Not(inner) => *inner,
            _ => return vec![condition],
        };
        match inner.kind {
            // A condition that is no truth value is an error, negated twice or not.
            ExprKind::Not(twice) => condition = *twice,
            ExprKind::Or(parts) => {
                let negated = parts.into_iter().map(|part| Expr::new(negation(part), span));
                return negated.flat_map(conjuncts).collect();
            }
            kind => return vec![Expr::new(ExprKind::Not(Box::new(Expr { kind, ..inner })), span)],
        }
    }
}
