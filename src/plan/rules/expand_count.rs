//! An expansion whose finds nobody reads multiplies rows instead of making them.
//!
//! `expand (a)-[r]->(b) = a × degree(a)`, when neither `r` nor `b` is live afterwards.

use super::{Action, Rule, for_each_chain_of};
use crate::plan::liveness;
use crate::plan::physical::{Node, Op, Plan};
use crate::semantic::bound::BoundQuery;

pub(super) const RULE: Rule = Rule {
    name: "expand_count",
    equation: "EXPAND (a)-[r]-(b) = × degree(a), when r and b are not live",
    action: Action::Plan(rewrite),
};

fn rewrite(plan: &mut Plan, query: &BoundQuery) {
    liveness::fill(plan, query);
    for_each_chain_of(plan, &mut |chain| chain.iter_mut().for_each(count));
}

fn count(node: &mut Node) {
    if let Op::Expand(expand) = &node.op
        && !node.live.contains(&expand.rel)
        && !node.live.contains(&expand.to)
    {
        node.op = Op::ExpandCount(expand.clone());
    }
}
