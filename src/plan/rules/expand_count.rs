//! An expansion whose finds nobody reads multiplies rows instead of making them.
//!
//! `expand (a)-[r]->(b) = a × degree(a)`, when neither `r` nor `b` is live afterwards.
//!
//! Where `r` is only to be cited for groups, all relationships at `a` that fit are cited instead: those that this row must
//! not bind again are cited by it as well.

use super::{Action, Rule, for_each_chain_of};
use crate::functions::Aggregate;
use crate::plan::liveness::{self, own_reads};
use crate::plan::physical::{Expand, Node, Op, Plan};
use crate::plan::slots::Reads;
use crate::semantic::bound::{AggregateCall, BoundQuery, Expr, ExprKind, Slot};

pub(super) const RULE: Rule = Rule {
    name: "expand_count",
    equation: "EXPAND (a)-[r]-(b) = × degree(a), when r and b are not live",
    action: Action::Plan(rewrite),
};

fn rewrite(plan: &mut Plan, query: &BoundQuery) {
    liveness::fill(plan, query);
    for_each_chain_of(plan, &mut |chain| {
        for at in 0..chain.len() {
            let Op::Expand(expand) = &chain[at].op else { continue };
            let live = |slot: &Slot| chain[at].live.contains(slot);
            if !live(&expand.to) && (!live(&expand.rel) || is_only_cited(expand, &chain[at + 1..], query)) {
                chain[at].op = Op::ExpandCount(expand.clone());
            }
        }
    });
}

/// Whether the relationship of an expansion is read by nothing but aggregates that cite it, and that cite those from which
/// it must be different too.
fn is_only_cited(expand: &Expand, after: &[Node], query: &BoundQuery) -> bool {
    let passes = |node: &Node| {
        let by_itself = matches!(node.op, Op::Expand(_) | Op::ExpandInto(_) | Op::Project(_) | Op::Morsels(_));
        (by_itself || node.op.keeps_or_multiplies()) && !own_reads(&node.op, query).contains(expand.rel)
    };
    let Some(end) = after.iter().position(|node| !passes(node)) else { return false };
    let Op::Aggregate { keys, aggregates } = &after[end].op else { return false };
    let unread = |expr: &Expr| Reads::of(query, expr).iter().all(|slot| slot != expand.rel);
    let cited = |call: &AggregateCall| {
        let fits = cites(call, expand.rel) && expand.distinct_from.iter().all(|other| cites(call, *other));
        fits && call.arguments.iter().all(|argument| is_slot(argument, expand.rel) || unread(argument))
    };
    let counted = |call: &AggregateCall| cited(call) || call.arguments.iter().all(unread);
    keys.iter().all(|(_, key)| unread(key)) && aggregates.iter().all(|(_, call)| counted(call))
}

/// Whether an aggregate cites what is in a slot.
fn cites(call: &AggregateCall, slot: Slot) -> bool {
    call.aggregate == Aggregate::Cited && call.arguments.iter().any(|argument| is_slot(argument, slot))
}

fn is_slot(expr: &Expr, slot: Slot) -> bool {
    matches!(expr.kind, ExprKind::Slot(read) if read == slot)
}
