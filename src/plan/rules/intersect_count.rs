//! Two relationships that meet at a node of which nothing is needed are counted by intersecting what leads to it.
//!
//! `EXPAND (x)-[r]-(c); EXPAND INTO (y)-[s]-(c) = × |{(r, s): both lead to the same c}|`, when `r`, `s` and `c` are not
//! live. The two must be different where the pattern says so.

use super::{Action, Rule, for_each_chain_of};
use crate::plan::liveness;
use crate::plan::physical::{Expand, Node, Op, Plan};
use crate::semantic::bound::BoundQuery;

pub(super) const RULE: Rule = Rule {
    name: "intersect_count",
    equation: "EXPAND (x)-[r]-(c); EXPAND INTO (y)-[s]-(c) = × |ends(x) ∩ ends(y)|, when r, s and c are not live",
    action: Action::Plan(rewrite),
};

fn rewrite(plan: &mut Plan, query: &BoundQuery) {
    liveness::fill(plan, query);
    for_each_chain_of(plan, &mut |chain| {
        let mut at = 0;
        while at + 1 < chain.len() {
            if let Some(arms) = arms(&chain[at], &chain[at + 1]) {
                let estimate = chain[at].estimate.min(chain[at + 1].estimate);
                let live = chain[at + 1].live.clone();
                let node = Node { live, ..Node::new(Op::IntersectCount(Box::new(arms)), estimate) };
                chain.splice(at..=at + 1, [node]);
            }
            at += 1;
        }
    });
}

/// The two expansions as they are seen from the nodes that are known.
fn arms(first: &Node, second: &Node) -> Option<[Expand; 2]> {
    let (Op::Expand(open), Op::ExpandInto(into)) = (&first.op, &second.op) else { return None };
    let dead = [open.rel, open.to, into.rel].iter().all(|slot| !second.live.contains(slot));
    let (meets, other) =
        ([into.from, into.to].contains(&open.to), if into.to == open.to { into.from } else { into.to });
    if !dead || !meets || other == open.to || open.from == open.to {
        return None;
    }
    let way = if into.to == open.to { into.way } else { into.way.reversed() };
    Some([open.clone(), Expand { from: other, to: open.to, way, ..into.clone() }])
}
