//! Where only the ends of trails matter, and not how often each is met, nodes are reached breadth first.
//!
//! A trail of least length to a node visits no node twice, so that what a walk of some length within the limits reaches, a
//! trail reaches, and the other way round, as long as the least length is zero or one. A trail back to where it began
//! is the one case that needs a look at relationships: the operator takes care of it. What comes after must not
//! notice how often a row is there: it removes duplicates, or only asks whether there is a row.

use super::{Action, Rule, for_each_chain_of};
use crate::functions::Aggregate;
use crate::plan::liveness;
use crate::plan::physical::{ApplyMode, Node, Op, Plan, VarExpand};
use crate::semantic::bound::{AggregateCall, BoundQuery, Expr, Slot, SubqueryResult};

pub(super) const RULE: Rule = Rule {
    name: "reach",
    equation: "DISTINCT b: TRAILS (a)-[*min..max]-(b) = DISTINCT b: REACH (a)-[*min..max]-(b), when min <= 1",
    action: Action::Plan(rewrite),
};

fn rewrite(plan: &mut Plan, query: &BoundQuery) {
    liveness::fill(plan, query);
    for_each_chain_of(plan, &mut |chain| {
        for node in chain.iter_mut() {
            existence(&mut node.op);
        }
        replace(chain, false);
    });
    for subplan in plan.subqueries.iter_mut().flatten().filter(|each| each.result == SubqueryResult::Exists) {
        replace_in(&mut subplan.root);
    }
}

/// Of the plan inside, only whether it gives a row matters.
fn existence(op: &mut Op) {
    let Op::Apply { inner, mode, .. } = op else { return };
    if matches!(mode, ApplyMode::Semi | ApplyMode::Anti | ApplyMode::Result(SubqueryResult::Exists, _)) {
        replace_in(inner);
    }
}

fn replace_in(root: &mut Node) {
    let mut chain = std::mem::replace(root, Node::from_chain(Vec::new())).into_chain();
    replace(&mut chain, true);
    *root = Node::from_chain(chain);
}

/// Goes from the end of a chain to its beginning. `unseen`: how often rows are there does not show at this place.
fn replace(chain: &mut [Node], mut unseen: bool) {
    for node in chain.iter_mut().rev() {
        if unseen
            && let Op::VarExpand(expand) = &node.op
            && only_ends_matter(expand, &node.live)
        {
            node.op = Op::Reach(expand.clone());
        }
        unseen = removes_duplicates(&node.op) || unseen && works_by_row(&node.op);
    }
}

fn only_ends_matter(expand: &VarExpand, live: &[Slot]) -> bool {
    let plain = expand.rounds.is_none() && expand.distinct_from.is_empty() && !expand.rels_known && !expand.repeats;
    plain && expand.min <= 1 && !live.contains(&expand.rels)
}

fn removes_duplicates(op: &Op) -> bool {
    let once = |(_, call): &(Slot, AggregateCall)| {
        (call.distinct || matches!(call.aggregate, Aggregate::Min | Aggregate::Max))
            && call.arguments.iter().all(Expr::is_steady)
    };
    match op {
        Op::Distinct(_) => true,
        Op::Aggregate { keys, aggregates } => {
            keys.iter().all(|(_, key)| key.is_steady()) && aggregates.iter().all(once)
        }
        _ => false,
    }
}

/// Whether equal rows give equal rows.
fn works_by_row(op: &Op) -> bool {
    match op {
        Op::LabelFilter { .. } | Op::NodeScan { .. } | Op::Expand(_) | Op::ExpandInto(_) | Op::VarExpand(_) => true,
        Op::Reach(_) => true,
        Op::Filter(predicates) => predicates.iter().all(Expr::is_steady),
        Op::Project(items) => items.iter().all(|(_, expr)| expr.is_steady()),
        _ => false,
    }
}
