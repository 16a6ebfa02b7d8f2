//! A sort of which only the first rows are wanted keeps no more than those.
//!
//! `limit n (skip m (sort k)) = limit n (skip m (top (m + n) k))`. The skipped number must be a constant (or there is
//! none), so that the sum cannot fail.

use super::{Action, Rule};
use crate::plan::logical::{Operator, Pipeline};
use crate::semantic::bound::{Expr, ExprKind};
use crate::value::Value;

pub(super) const RULE: Rule = Rule {
    name: "top_k",
    equation: "SORT k; SKIP m; LIMIT n = TOP (m + n) k; SKIP m; LIMIT n",
    action: Action::Pipeline(rewrite),
};

fn rewrite(pipeline: &mut Pipeline) {
    for at in 0..pipeline.steps.len() {
        let wanted = match (pipeline.steps.get(at + 1), pipeline.steps.get(at + 2)) {
            (Some(Operator::Limit(count)), _) => Some(count.clone()),
            (Some(Operator::Skip(skip)), Some(Operator::Limit(count))) => sum(skip, count),
            _ => None,
        };
        if let (Some(Operator::Sort { limit, .. }), Some(wanted)) = (pipeline.steps.get_mut(at), wanted) {
            *limit = Some(wanted);
        }
    }
}

fn sum(skip: &Expr, count: &Expr) -> Option<Expr> {
    let (ExprKind::Const(Value::Int(skipped)), ExprKind::Const(Value::Int(counted))) = (&skip.kind, &count.kind) else {
        return None;
    };
    let both_count = *skipped >= 0 && *counted >= 0;
    let sum = skipped.checked_add(*counted).filter(|_| both_count)?;
    Some(Expr::new(ExprKind::Const(Value::Int(sum)), count.span))
}
