//! Properties of the rows that a sort leaves are read after it; those that it sorts by, it reads itself.
//!
//! `PROJECT n.k → x; TOP c BY s = TOP c BY s; PROJECT n.k → x`, where `n.k` stands for `x` in `s`. Reading a property of a node
//! or relationship of a pattern cannot fail, so that nobody can tell of which rows it was read.

use super::{Action, Rule, for_each_chain_of};
use crate::plan::physical::{Node, Op, Plan};
use crate::plan::slots::{Reads, SlotSet};
use crate::semantic::bound::{BoundQuery, Expr, ExprKind, Slot, SortKey};
use std::sync::Arc;

pub(super) const RULE: Rule = Rule {
    name: "late_project",
    equation: "PROJECT n.k → x; TOP c BY s(x) = TOP c BY s(n.k); PROJECT n.k → x",
    action: Action::Plan(rewrite),
};

fn rewrite(plan: &mut Plan, query: &BoundQuery) {
    for_each_chain_of(plan, &mut |chain| {
        let mut at = 1;
        while at < chain.len() {
            if let Some(moved) = take(chain, at, query) {
                let end = if chain.get(at + 1).is_some_and(|node| matches!(node.op, Op::Limit { .. })) { 2 } else { 1 };
                let estimate = chain[at + end - 1].estimate;
                chain.insert(at + end, Node::new(Op::Project(Arc::new(moved)), estimate));
                let before = chain.len();
                drop_empty(chain, at);
                at = at + end - (before - chain.len());
            }
            at += 1;
        }
    });
}

/// Drops those of the projections before a place that compute nothing any more.
fn drop_empty(chain: &mut Vec<Node>, mut at: usize) {
    while let Some(Op::Project(items)) = at.checked_sub(1).map(|below| &chain[below].op) {
        at -= 1;
        if items.is_empty() {
            chain.remove(at);
        }
    }
}

/// Takes out of the projections before a sort what it does not need.
fn take(chain: &mut [Node], at: usize, query: &BoundQuery) -> Option<Vec<(Slot, Expr)>> {
    let Op::Sort { keys, limit: Some(limit) } = &chain[at].op else { return None };
    let mut needed = Reads::new(query);
    let later = |at: usize, key: &SortKey| at > 0 && matches!(key.expr.kind, ExprKind::Slot(_));
    let others = keys.iter().enumerate().filter(|(at, key)| !later(*at, key));
    needed.exprs(others.map(|(_, key)| &key.expr).chain([limit]));
    if let Some(Op::Limit { count, .. }) = chain.get(at + 1).map(|node| &node.op) {
        needed.expr(count);
    }
    let first = at - chain[..at].iter().rev().take_while(|node| matches!(node.op, Op::Project(_))).count();
    let entities = entities(&chain[..first]);
    let items = || {
        chain[first..at].iter().flat_map(|node| match &node.op {
            Op::Project(items) => items.as_slice(),
            _ => &[],
        })
    };
    items().for_each(|(_, expr)| needed.expr(expr));
    let late = |(slot, expr): &(Slot, Expr)| {
        let ExprKind::Property { base, .. } = &expr.kind else { return false };
        let read = matches!(base.kind, ExprKind::Slot(slot) if entities.contains(slot));
        read && !needed.slots.contains(*slot)
    };
    let computed: SlotSet = items().map(|(slot, _)| *slot).collect();
    let hidden = entities.intersection(&computed).iter().next().is_some();
    if hidden || !items().any(late) {
        return None;
    }
    let mut moved = Vec::new();
    for node in &mut chain[first..at] {
        if let Op::Project(items) = &mut node.op {
            let (away, rest): (Vec<_>, Vec<_>) = items.iter().cloned().partition(late);
            *items = Arc::new(rest);
            moved.extend(away);
        }
    }
    if let Op::Sort { keys, .. } = &mut chain[at].op {
        keys.iter_mut().for_each(|key| read_itself(&mut key.expr, &moved));
    }
    Some(moved)
}

/// Puts what a slot would hold in its place.
fn read_itself(expr: &mut Expr, moved: &[(Slot, Expr)]) {
    if let ExprKind::Slot(read) = expr.kind
        && let Some((_, item)) = moved.iter().find(|(slot, _)| *slot == read)
    {
        *expr = item.clone();
    }
}

/// The slots that hold nodes and relationships of patterns, and nothing else.
fn entities(chain: &[Node]) -> SlotSet {
    let mut found = SlotSet::new();
    for node in chain {
        match &node.op {
            Op::NodeScan { slot, .. } | Op::NameSeek { slot, .. } => _ = found.insert(*slot),
            Op::IndexSeek { target, .. } => found.extend(target.slots()),
            Op::RelScan { rel, from, to, .. } => found.extend([*rel, *from, *to]),
            Op::Expand(expand) => found.extend([expand.rel, expand.to]),
            Op::Aggregate { keys, .. } => {
                let kept = keys.iter().filter(|(slot, key)| matches!(key.kind, ExprKind::Slot(read) if read == *slot));
                found = kept.map(|(slot, _)| *slot).collect::<SlotSet>().intersection(&found);
            }
            Op::Unit | Op::RowCounts(_) => {}
            op if op.keeps_or_multiplies() => {}
            _ => found = SlotSet::new(),
        }
    }
    found
}
