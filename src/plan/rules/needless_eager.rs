//! Rows need not be held back on their way into or out of a clause that changes the graph where nothing on that side
//! reads the graph.
//!
//! `eager (P) ; W = P ; W` when `P` reads no graph, and `W ; eager (Q) = W ; Q` when `Q` reads and changes none: what is
//! computed then is the same before and after the changes. A file of any length can so be loaded in transactions
//! without being held in memory.

use super::{Action, Rule};
use crate::plan::physical::{Node, Op, Plan};
use crate::semantic::bound::{BoundQuery, Expr, ExprKind};

pub(super) const RULE: Rule = Rule {
    name: "needless_eager",
    equation: "P; EAGER; W; EAGER; Q = P; W; Q, where neither P nor Q reads the graph",
    action: Action::Plan(rewrite),
};

fn rewrite(plan: &mut Plan, _: &BoundQuery) {
    let mut chain = std::mem::replace(&mut plan.root, Node::from_chain(Vec::new())).into_chain();
    let before = chain.iter().take_while(|node| is_apart(&node.op, meets_no_entity)).count();
    let after = chain.len() - chain.iter().rev().take_while(|node| is_apart(&node.op, looks_into_nothing)).count();
    let mut at = 0;
    chain.retain(|node| {
        let outside = at < before || at >= after;
        at += 1;
        !(outside && matches!(node.op, Op::Eager))
    });
    plan.root = Node::from_chain(chain);
}

/// Whether an operator gives the same rows whatever the graph holds, judged by its expressions.
fn is_apart(op: &Op, harmless: fn(&Expr) -> bool) -> bool {
    let known = matches!(
        op,
        Op::Unit
            | Op::LoadCsv(_)
            | Op::Unwind { .. }
            | Op::Project(_)
            | Op::Filter(_)
            | Op::Aggregate { .. }
            | Op::Distinct(_)
            | Op::Sort { .. }
            | Op::Skip(_)
            | Op::Limit { .. }
            | Op::Eager
    );
    known && op.expressions().into_iter().all(harmless)
}

/// Whether an expression reads no graph in rows that hold no entity. (One given as a parameter is read when its row is
/// made.)
fn meets_no_entity(expr: &Expr) -> bool {
    let mut parts = true;
    expr.for_each_child(&mut |part| parts &= meets_no_entity(part));
    parts && !matches!(expr.kind, ExprKind::Subquery(_) | ExprKind::Entity(_))
}

/// Whether an expression reads no graph in rows that may hold entities: it takes values as they are.
fn looks_into_nothing(expr: &Expr) -> bool {
    let mut parts = true;
    expr.for_each_child(&mut |part| parts &= looks_into_nothing(part));
    let plain = matches!(
        expr.kind,
        ExprKind::Const(_)
            | ExprKind::Parameter(_)
            | ExprKind::Slot(_)
            | ExprKind::List(_)
            | ExprKind::Map(_)
            | ExprKind::Not(_)
            | ExprKind::And(_)
            | ExprKind::Or(_)
            | ExprKind::Binary(..)
            | ExprKind::Compare(..)
            | ExprKind::IsNull { .. }
            | ExprKind::Case { .. }
    );
    parts && plain
}
