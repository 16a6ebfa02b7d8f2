//! Groups of one row each are the rows.
//!
//! A scan gives every node once, and what follows it keeps or multiplies rows. Grouped by the node, each row is a
//! group, and `count(*)` is how often it counts.

use super::{Action, Rule, for_each_chain_of};
use crate::functions::Aggregate;
use crate::plan::physical::{Node, Op, Plan};
use crate::semantic::bound::{BoundQuery, ExprKind, Slot};

pub(super) const RULE: Rule = Rule {
    name: "row_counts",
    equation: "AGGREGATE count(*) BY n (SCAN n; × …) = ROW COUNTS (SCAN n; × …)",
    action: Action::Plan(rewrite),
};

fn rewrite(plan: &mut Plan, _: &BoundQuery) {
    for_each_chain_of(plan, &mut |chain| {
        for at in 0..chain.len() {
            if let Some(slots) = counted(chain, at) {
                chain[at].op = Op::RowCounts(slots);
            }
        }
    });
}

/// The slots of the counts, when the aggregation at a place has one row for each group.
fn counted(chain: &[Node], at: usize) -> Option<Vec<Slot>> {
    let Op::Aggregate { keys, aggregates } = &chain[at].op else { return None };
    let [Node { op: Op::Unit, .. }, Node { op: Op::NodeScan { slot: scanned, .. }, .. }, rest @ ..] = &chain[..at]
    else {
        return None;
    };
    let [(slot, key)] = keys.as_slice() else { return None };
    let by_scanned = slot == scanned && matches!(key.kind, ExprKind::Slot(read) if read == *scanned);
    let keeps = |node: &Node| node.op.keeps_or_multiplies();
    let counts = aggregates.iter().all(|(_, call)| call.aggregate == Aggregate::CountStar);
    (by_scanned && counts && rest.iter().all(keeps)).then(|| aggregates.iter().map(|(slot, _)| *slot).collect())
}
