//! Operators that count, drop, sort and group rows.

use super::*;
use crate::error::{Detail, ErrorType};
use crate::functions::Aggregate;
use crate::plan::physical::{Expand, Way};
use crate::semantic::bound::{AggregateCall, SortKey};

fn unwind(list: Expr, to: u32) -> Op {
    Op::Unwind { list, slot: Slot(to) }
}

/// Two nodes, the first with three relationships and the second with two, as rows that count so often.
fn weighted() -> (Arc<Version>, Vec<Op>) {
    let mut graph = Version::new();
    let rel_type = graph.intern_rel_type("R");
    let nodes: Vec<NodeId> = (0..2).map(|_| graph.create_node(&[], &[]).unwrap()).collect();
    for (from, to) in [(0, 0), (0, 1), (0, 1), (1, 0), (1, 1)] {
        graph.create_rel(rel_type, nodes[from], nodes[to], &[]).unwrap();
    }
    let (types, way) = (TypeTest::Any, Way::Outgoing);
    let count = Expand { from: Slot(0), rel: Slot(8), to: Slot(9), types, way, distinct_from: vec![] };
    (Arc::new(graph), vec![Op::Unit, scan(0), Op::ExpandCount(count)])
}

fn aggregate(aggregate: Aggregate, distinct: bool, arguments: Vec<Expr>) -> AggregateCall {
    AggregateCall { aggregate, distinct, arguments, span: Span::default() }
}

#[test]
fn skip_and_limit_cut_through_multiplicities() {
    let (graph, source) = weighted();
    for skip in 0..7 {
        for limit in 0..7 {
            let mut ops = source.clone();
            ops.push(Op::Skip(constant(skip)));
            ops.push(Op::Limit { count: constant(limit), exhaust: false });
            let all = ["n0", "n0", "n0", "n1", "n1"];
            let expected: Vec<&str> = all.into_iter().skip(skip as usize).take(limit as usize).collect();
            assert_eq!(run(&plan(ops, &[0]), &graph), expected, "{skip} {limit}");
        }
    }
}

#[test]
fn row_counts_are_checked() {
    let (graph, _) = weighted();
    for (count, detail) in
        [(constant(-1), Detail::NegativeIntegerArgument), (constant(1.5), Detail::InvalidArgumentType)]
    {
        let ops = vec![Op::Unit, scan(0), Op::Limit { count, exhaust: false }];
        let error = run_with(&plan(ops, &[0]), &graph, Settings::default()).unwrap_err();
        assert_eq!((error.error_type(), error.detail()), (ErrorType::SyntaxError, detail));
    }
}

#[test]
fn aggregates_count_every_equal_row() {
    let (graph, mut ops) = weighted();
    ops.push(unwind(ints(&[1, 10]), 1));
    let keys = vec![(Slot(2), slot(0))];
    let aggregates = vec![
        (Slot(3), aggregate(Aggregate::CountStar, false, vec![])),
        (Slot(4), aggregate(Aggregate::Sum, false, vec![slot(1)])),
        (Slot(5), aggregate(Aggregate::Collect, false, vec![slot(1)])),
        (Slot(6), aggregate(Aggregate::Count, true, vec![slot(1)])),
    ];
    ops.push(Op::Aggregate { keys, aggregates });
    let rows = run(&plan(ops, &[2, 3, 4, 6]), &graph);
    assert_eq!(rows, ["n0 6 33 2", "n1 4 22 2"]);
}

#[test]
fn aggregation_without_keys_gives_a_row_for_no_rows() {
    let graph = Arc::new(Version::new());
    let aggregates = vec![(Slot(1), aggregate(Aggregate::CountStar, false, vec![]))];
    let ops = vec![Op::Unit, scan(0), Op::Aggregate { keys: vec![], aggregates: aggregates.clone() }];
    assert_eq!(run(&plan(ops, &[1]), &graph), ["0"]);
    let keys = vec![(Slot(2), slot(0))];
    let ops = vec![Op::Unit, scan(0), Op::Aggregate { keys, aggregates }];
    assert!(run(&plan(ops, &[1]), &graph).is_empty());
}

#[test]
fn distinct_takes_equal_numbers_of_both_types_for_one() {
    let graph = Arc::new(Version::new());
    let list =
        Value::list(vec![Value::Int(2), Value::Null, Value::Float(2.0), Value::Int(1), Value::Null, Value::Int(2)]);
    let ops = vec![Op::Unit, unwind(constant(list), 0), Op::Distinct(vec![Slot(0)])];
    assert_eq!(run(&plan(ops, &[0]), &graph), ["2", "null", "1"]);
}

#[test]
fn sorting_is_stable_and_can_be_cut_short() {
    let graph = Arc::new(Version::new());
    let mut random = Random(5);
    let numbers: Vec<i64> = (0..300).map(|_| random.below(10) as i64).collect();
    let source = || vec![Op::Unit, unwind(ints(&(0..300).collect::<Vec<_>>()), 0), unwind(constant(Value::Int(0)), 1)];
    let key = expr(ExprKind::Index { base: Box::new(ints(&numbers)), index: Box::new(slot(0)) });
    let mut expected: Vec<i64> = (0..300).collect();
    expected.sort_by_key(|&at| std::cmp::Reverse(numbers[at as usize]));
    for limit in [None, Some(0), Some(7), Some(299), Some(1000)] {
        let mut ops = source();
        let keys = vec![SortKey { expr: key.clone(), descending: true }];
        ops.push(Op::Sort { keys, limit: limit.map(|count: i64| constant(count)) });
        ops.push(Op::Limit { count: constant(limit.unwrap_or(i64::MAX)), exhaust: false });
        let expected: Vec<String> = expected.iter().take(limit.unwrap_or(300) as usize).map(i64::to_string).collect();
        assert_eq!(run(&plan(ops, &[0]), &graph), expected);
    }
}

#[test]
fn limits_stop_a_run() {
    let random = RandomGraph::new(31, 40, 0);
    let ops = || vec![Op::Unit, scan(0), scan(1), scan(2)];
    let settings = Settings { max_rows: Some(10), ..Settings::default() };
    let error = run_with(&plan(ops(), &[0]), &random.graph, settings).unwrap_err();
    assert_eq!(error.detail(), Detail::RowLimit);
    let mut eager = ops();
    eager.push(Op::Eager);
    let settings = Settings { max_memory: Some(10_000), ..Settings::default() };
    let error = run_with(&plan(eager, &[0]), &random.graph, settings).unwrap_err();
    assert_eq!(error.detail(), Detail::MemoryLimit);
    let settings = Settings { timeout: Some(std::time::Duration::ZERO), ..Settings::default() };
    let error = run_with(&plan(ops(), &[0]), &random.graph, settings).unwrap_err();
    assert_eq!(error.detail(), Detail::Timeout);
    let settings = Settings::default();
    settings.cancel.store(true, std::sync::atomic::Ordering::Relaxed);
    let error = run_with(&plan(ops(), &[0]), &random.graph, settings).unwrap_err();
    assert_eq!(error.error_type(), ErrorType::Cancelled);
}

#[test]
fn profiles_count_rows_of_each_operator() {
    let (graph, source) = weighted();
    let settings = Settings { profile: true, ..Settings::default() };
    let plan = plan(source, &[0]);
    let mut execution = begun(&plan, &graph, settings).unwrap();
    while execution.next_row().unwrap().is_some() {}
    let profile = execution.finish().profile;
    assert_eq!(profile.len(), 3);
    assert_eq!(profile.iter().map(|entry| entry.rows).collect::<Vec<_>>(), [5, 2, 1]);
}
