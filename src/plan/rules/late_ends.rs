//! The ends of relationships are looked up for those that pass a test of the relationship alone.
//!
//! `SCAN (a)-[r:T]->(b); FILTER p(r) = SCAN r:T; FILTER p(r); ENDS (a)-[r]->(b)`, when `a` or `b` is read afterwards.

use super::scan_tests::is_test;
use super::{Action, Rule, for_each_chain_of};
use crate::plan::liveness;
use crate::plan::physical::{Expand, Node, Op, Plan, Way};
use crate::plan::slots::Reads;
use crate::semantic::bound::{BoundQuery, Slot, TypeTest};

pub(super) const RULE: Rule = Rule {
    name: "late_ends",
    equation: "SCAN (a)-[r:T]->(b); FILTER p(r) = SCAN r:T; FILTER p(r); ENDS (a)-[r]->(b)",
    action: Action::Plan(rewrite),
};

fn rewrite(plan: &mut Plan, query: &BoundQuery) {
    liveness::fill(plan, query);
    let mut frame = plan.frame;
    for_each_chain_of(plan, &mut |chain| {
        let mut at = 0;
        while at + 1 < chain.len() {
            if let Some((rel, ends)) = filtered_scan(chain, at, query)
                && frame <= u32::MAX - 2
            {
                let unread = [Slot(frame), Slot(frame + 1)];
                frame += 2;
                move_ends(chain, at, (rel, ends), unread);
            }
            at += 1;
        }
    });
    plan.frame = frame;
    plan.slot_names.resize(frame as usize, None);
}

/// The relationship and the ends of a scan whose filter reads the relationship alone, when an end is live after it.
fn filtered_scan(chain: &[Node], at: usize, query: &BoundQuery) -> Option<(Slot, [Slot; 2])> {
    let (Op::RelScan { rel, from, to, .. }, Op::Filter(predicates)) = (&chain[at].op, &chain[at + 1].op) else {
        return None;
    };
    let alone = predicates.iter().all(|predicate| Reads::of(query, predicate).iter().all(|slot| slot == *rel));
    let live = |slot: &Slot| chain[at + 1].live.contains(slot);
    // What the scan tests itself needs no ends either.
    let alone = alone && !predicates.iter().all(|predicate| is_test(predicate, *rel));
    (alone && (live(from) || live(to))).then_some((*rel, [*from, *to]))
}

fn move_ends(chain: &mut Vec<Node>, at: usize, (slot, [from, to]): (Slot, [Slot; 2]), unread: [Slot; 2]) {
    if let Op::RelScan { from, to, .. } = &mut chain[at].op {
        [*from, *to] = unread;
    }
    let (types, way, distinct_from) = (TypeTest::Any, Way::Outgoing, Vec::new());
    let expand = Expand { from, rel: slot, to, types, way, distinct_from };
    let estimate = chain[at + 1].estimate;
    chain.insert(at + 2, Node::new(Op::ExpandBound { expand, from_known: false, to_known: false }, estimate));
}
