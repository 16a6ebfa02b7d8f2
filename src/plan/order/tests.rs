//! The exact search against all orders there are.

use super::facts::Facts;
use super::{Progress, exact, greedy};
use crate::plan::build::pipelines;
use crate::plan::estimate::Statistics;
use crate::plan::logical::{Operator, QueryGraph};
use crate::plan::slots::SlotSet;
use crate::plan::tests::{Numbers, equal, int, name_of, patterns_of};
use crate::semantic::bound::{BoundQuery, Slot};
use proptest::prelude::*;

/// Tries every order; those that cost as much as the best one so far are left.
fn all_orders(facts: &Facts<'_>, progress: &Progress, least: &mut f64) {
    if progress.cost >= *least {
        return;
    }
    if progress.is_done() {
        *least = progress.cost;
        return;
    }
    for step in exact::steps(progress, facts) {
        let mut next = progress.clone();
        next.take(facts, step);
        all_orders(facts, &next, least);
    }
}

/// The pattern of a query, with predicates over its nodes: single ones and pairs.
fn graph(query: &BoundQuery, singles: &[usize], pairs: &[(usize, usize)]) -> QueryGraph {
    let Some(Operator::Match(graph)) = pipelines(query).root.steps.into_iter().next() else {
        panic!("no pattern: {query:?}")
    };
    let slot = |at: &usize| graph.pattern.nodes[at % graph.pattern.nodes.len()].slot;
    let mut predicates: Vec<_> = singles.iter().map(|at| equal(name_of(slot(at)), int(1))).collect();
    predicates.extend(pairs.iter().map(|(left, right)| equal(name_of(slot(left)), name_of(slot(right)))));
    QueryGraph { predicates, ..graph }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn no_order_costs_less_than_the_one_found(
        (query, _) in patterns_of(0..7),
        singles in proptest::collection::vec(0..4_usize, 0..3),
        pairs in proptest::collection::vec((0..4_usize, 0..4_usize), 0..2),
        rows in prop_oneof![Just(None), Just(Some(1.0)), Just(Some(1000.0))],
    ) {
        let graph = graph(&query, &singles, &pairs);
        let needed: SlotSet = query.columns.iter().map(|column| column.slot).collect::<SlotSet>();
        let statistics = Statistics::new(&Numbers);
        let facts = Facts::new(&graph, &needed, &query, &statistics, rows, greedy::best);
        let greedy = greedy::best(&facts).unwrap();
        let found = exact::cheaper(&facts, greedy.cost, usize::MAX);
        if let Some(found) = &found {
            prop_assert!(found.cost < greedy.cost && found.is_done());
            let held: Vec<Slot> = found.held.iter().collect();
            prop_assert_eq!(held, greedy.held.iter().collect::<Vec<_>>());
        }
        let mut least = greedy.cost * (1.0 + 1e-9);
        all_orders(&facts, &Progress::new(&facts), &mut least);
        let cost = found.map_or(greedy.cost, |found| found.cost);
        prop_assert!((cost - least).abs() <= 1e-6 * least, "{cost} is not {least}");
    }
}
