//! The modes of `Apply`, with one run for many rows and one for each.

use super::*;
use crate::plan::physical::{ApplyMode, Expand, Way};
use crate::semantic::bound::SubqueryResult;
use crate::syntax::ast::CompareOp;
use std::sync::Arc;

fn hop(from: u32, rel: u32, to: u32) -> Op {
    let types = TypeTest::Any;
    Op::Expand(Expand {
        from: Slot(from),
        rel: Slot(rel),
        to: Slot(to),
        types,
        way: Way::Outgoing,
        distinct_from: vec![],
    })
}

fn applied(before: &[Op], inner: &[Op], mode: &ApplyMode, columns: &[u32], random: &RandomGraph) -> Vec<String> {
    let rows = |row_id| {
        let mut ops = before.to_vec();
        ops.push(Op::Apply { inner: Box::new(chain(inner.to_vec())), mode: mode.clone(), row_id, transactions: None });
        run(&plan(ops, columns), &random.graph)
    };
    let together = rows(Some(Slot(10)));
    assert_eq!(together, rows(None), "{mode:?}");
    together
}

#[test]
fn every_mode_gives_the_same_for_many_rows_and_for_each() {
    let random = RandomGraph::new(21, 12, 15);
    let inner = || vec![Op::Argument, hop(0, 1, 2), hop(2, 3, 4)];
    let modes = [
        ApplyMode::Inner,
        ApplyMode::Optional(vec![Slot(1), Slot(2), Slot(3), Slot(4)]),
        ApplyMode::Semi,
        ApplyMode::Anti,
        ApplyMode::Result(SubqueryResult::Exists, Slot(5)),
        ApplyMode::Result(SubqueryResult::Count, Slot(5)),
        ApplyMode::Result(SubqueryResult::Collect(Slot(4)), Slot(5)),
        ApplyMode::Result(SubqueryResult::First(Slot(4)), Slot(5)),
        ApplyMode::Unit,
    ];
    for mode in &modes {
        let columns: &[u32] = match mode {
            ApplyMode::Inner | ApplyMode::Optional(_) => &[0, 1, 2, 3, 4],
            ApplyMode::Result(..) => &[0, 5],
            _ => &[0],
        };
        let rows = applied(&[Op::Unit, scan(0)], &inner(), mode, columns, &random);
        assert!(matches!(mode, ApplyMode::Anti | ApplyMode::Semi) || rows.len() >= 12, "{mode:?}");
    }
}

#[test]
fn semi_and_anti_divide_the_rows() {
    let random = RandomGraph::new(22, 20, 14);
    let rows = |mode| applied(&[Op::Unit, scan(0)], &[Op::Argument, hop(0, 1, 2)], &mode, &[0], &random);
    let (with, without) = (rows(ApplyMode::Semi), rows(ApplyMode::Anti));
    assert!(!with.is_empty() && !without.is_empty());
    let naive = random.nodes.iter().filter(|node| !random.hops(**node, &TypeTest::Any, Way::Outgoing).is_empty());
    assert_eq!(with, naive.map(|node| format!("n{}", node.0)).collect::<Vec<_>>());
    assert_eq!(with.len() + without.len(), 20);
}

#[test]
fn optional_keeps_the_order_of_the_outer_rows() {
    let random = RandomGraph::new(23, 20, 14);
    let mode = ApplyMode::Optional(vec![Slot(1), Slot(2)]);
    let rows = applied(&[Op::Unit, scan(0)], &[Op::Argument, hop(0, 1, 2)], &mode, &[0], &random);
    let mut deduplicated = rows.clone();
    deduplicated.dedup();
    assert_eq!(deduplicated, random.nodes.iter().map(|node| format!("n{}", node.0)).collect::<Vec<_>>());
    assert!(rows.len() >= 20);
}

#[test]
fn multiplicities_of_both_plans_are_multiplied() {
    let random = RandomGraph::new(24, 6, 20);
    let count = |from: u32| {
        let types = TypeTest::Any;
        Op::ExpandCount(Expand {
            from: Slot(from),
            rel: Slot(7),
            to: Slot(8),
            types,
            way: Way::Outgoing,
            distinct_from: vec![],
        })
    };
    let before = vec![Op::Unit, scan(0), count(0)];
    let inner = vec![Op::Argument, hop(0, 1, 2), count(2)];
    let rows = applied(&before, &inner, &ApplyMode::Inner, &[0, 2], &random);
    let mut naive = Vec::new();
    for &node in &random.nodes {
        let hops = random.hops(node, &TypeTest::Any, Way::Outgoing);
        for _ in 0..hops.len() {
            for (_, to) in &hops {
                let times = random.hops(*to, &TypeTest::Any, Way::Outgoing).len();
                naive.extend(std::iter::repeat_n(format!("n{} n{}", node.0, to.0), times));
            }
        }
    }
    assert_eq!(sorted(rows), sorted(naive));
}

#[test]
fn inner_unions_are_put_back_in_order() {
    let random = RandomGraph::new(25, 5, 10);
    let arm = || (chain(vec![Op::Argument, hop(0, 1, 2)]), vec![Slot(2)]);
    let union = vec![Op::Union { arms: vec![arm(), arm()], columns: vec![Slot(4)] }];
    let rows = applied(&[Op::Unit, scan(0)], &union, &ApplyMode::Optional(vec![Slot(4)]), &[0, 4], &random);
    let nodes: Vec<&str> = rows.iter().map(|row| row.split(' ').next().unwrap()).collect();
    assert!(nodes.is_sorted());
}

#[test]
fn uncorrelated_filters_see_the_outer_row() {
    let random = RandomGraph::new(26, 4, 0);
    let same = expr(ExprKind::Compare(CompareOp::Equal, Box::new(slot(0)), Box::new(slot(1))));
    let inner = vec![Op::Argument, scan(1), Op::Filter(Arc::new(vec![same]))];
    let rows = applied(&[Op::Unit, scan(0)], &inner, &ApplyMode::Inner, &[0, 1], &random);
    assert_eq!(rows, ["n0 n0", "n1 n1", "n2 n2", "n3 n3"]);
}
