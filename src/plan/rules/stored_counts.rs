//! Counts that the graph keeps anyway are read, not counted.
//!
//! `MATCH (n:L) RETURN count(*)` is the number of nodes with the label; `MATCH ()-[:T]->() RETURN count(*)` that of
//! relationships of the type.

use super::{Action, Rule};
use crate::functions::Aggregate;
use crate::plan::physical::{Node, Op, Plan, StoredCount, Way};
use crate::semantic::bound::{AggregateCall, BoundQuery, Slot};

pub(super) const RULE: Rule = Rule {
    name: "stored_counts",
    equation: "AGGREGATE count(*) (SCAN n:L) = |L|; AGGREGATE count(*) (EXPAND ()-[:T]->() (SCAN)) = |T|",
    action: Action::Plan(rewrite),
};

fn rewrite(plan: &mut Plan, _: &BoundQuery) {
    let root = std::mem::replace(&mut plan.root, Node::from_chain(Vec::new()));
    let mut chain = root.into_chain();
    let at = chain.iter().position(|node| matches!(node.op, Op::Aggregate { .. }));
    if let Some(at) = at
        && let Some(slots) = counted_rows(&chain[at].op)
        && let Some(count) = stored(&chain[..at])
    {
        let counts = slots.into_iter().map(|slot| (slot, count.clone())).collect();
        chain.splice(..=at, [Node::new(Op::StoredCounts(counts), 1.0)]);
    }
    plan.root = Node::from_chain(chain);
}

/// The slots of an aggregation that only counts all rows.
fn counted_rows(op: &Op) -> Option<Vec<Slot>> {
    let Op::Aggregate { keys, aggregates } = op else { return None };
    let counts = |call: &AggregateCall| call.aggregate == Aggregate::CountStar;
    let all = keys.is_empty() && aggregates.iter().all(|(_, call)| counts(call));
    all.then(|| aggregates.iter().map(|(slot, _)| *slot).collect())
}

fn stored(chain: &[Node]) -> Option<StoredCount> {
    let [Node { op: Op::Unit, .. }, Node { op: first, .. }, rest @ ..] = chain else { return None };
    match (first, rest) {
        (Op::NodeScan { label, .. }, []) => Some(StoredCount::Nodes(*label)),
        (Op::RelScan { types, .. }, []) => Some(StoredCount::Rels(types.clone())),
        (Op::NodeScan { label: None, slot, .. }, [Node { op: Op::Expand(expand) | Op::ExpandCount(expand), .. }]) => {
            let each_once = expand.way != Way::Both && expand.from == *slot && expand.distinct_from.is_empty();
            each_once.then(|| StoredCount::Rels(expand.types.clone()))
        }
        _ => None,
    }
}
