//! Operators that change the graph.

use super::*;
use crate::error::{Detail, ErrorType};
use crate::plan::physical::{Expand, Way};
use crate::semantic::bound::{CreateItem, PatternPath, Properties, SetItem};
use crate::value::KeyId;
use std::sync::Arc;

fn node_item(to: u32, properties: Vec<(KeyId, Expr)>) -> CreateItem {
    CreateItem::Node {
        slot: Slot(to),
        labels: vec![],
        named: vec![],
        properties: Properties::Items(properties),
        entity: None,
    }
}

fn rel_item(to: u32, rel_type: RelTypeId, ends: (u32, u32)) -> CreateItem {
    CreateItem::Rel {
        slot: Slot(to),
        rel_type: crate::semantic::bound::NewType::Known(rel_type),
        from: Slot(ends.0),
        to: Slot(ends.1),
        properties: Properties::Items(vec![]),
        span: Span::default(),
    }
}

fn property(of: u32, key: KeyId) -> Expr {
    expr(ExprKind::Property { base: Box::new(slot(of)), key: Arc::from("k"), id: Some(key) })
}

fn unwound(numbers: &[i64]) -> Vec<Op> {
    vec![Op::Unit, Op::Unwind { list: ints(numbers), slot: Slot(0) }]
}

#[test]
fn later_items_see_earlier_ones_and_paths_run_through_both() {
    let mut graph = Version::new();
    let (key, rel_type) = (graph.intern_key("k"), graph.intern_rel_type("R"));
    let graph = Arc::new(graph);
    for batch in [1, 2, 2048] {
        let mut ops = unwound(&[7, 8, 9]);
        let items = vec![
            node_item(1, vec![(key, slot(0))]),
            node_item(2, vec![(key, property(1, key))]),
            rel_item(3, rel_type, (1, 2)),
        ];
        let paths = vec![PatternPath { slot: Slot(4), steps: vec![Slot(1), Slot(3), Slot(2)] }];
        ops.push(Op::Create { items: Arc::new(items), paths: Arc::new(paths) });
        ops.push(Op::Project(Arc::new(vec![(Slot(5), property(2, key))])));
        let (rows, outcome) = update(ops, &[1, 3, 5], &graph, batch).unwrap();
        assert_eq!(rows, ["n0 r0.0 7", "n2 r0.1 8", "n4 r0.2 9"]);
        let counters = outcome.counters;
        assert_eq!((counters.nodes_created, counters.rels_created, counters.properties_set), (6, 3, 6));
        assert_eq!((outcome.graph.node_count(), graph.node_count()), (6, 0));
    }
}

#[test]
fn a_relationship_needs_both_ends() {
    let mut graph = Version::new();
    let rel_type = graph.intern_rel_type("R");
    let items = vec![node_item(1, vec![]), rel_item(3, rel_type, (1, 2))];
    let error =
        update(vec![Op::Unit, Op::Create { items: Arc::new(items), paths: Arc::default() }], &[], &Arc::new(graph), 1)
            .unwrap_err();
    assert_eq!(error.error_type(), ErrorType::SemanticError);
}

#[test]
fn rows_that_count_several_times_create_several_times() {
    let random = RandomGraph::new(41, 3, 7);
    let (types, way) = (TypeTest::Any, Way::Outgoing);
    let count = Expand { from: Slot(0), rel: Slot(8), to: Slot(9), types, way, distinct_from: vec![] };
    let ops = vec![
        Op::Unit,
        scan(0),
        Op::ExpandCount(count),
        Op::Create { items: Arc::new(vec![node_item(1, vec![])]), paths: Arc::default() },
    ];
    let (rows, outcome) = update(ops, &[0, 1], &random.graph, 2).unwrap();
    assert_eq!((rows.len(), outcome.graph.node_count()), (7, 10));
}

fn merge_on(key: KeyId, value: Expr) -> Op {
    let same = expr(ExprKind::Compare(
        crate::syntax::ast::CompareOp::Equal,
        Box::new(property(1, key)),
        Box::new(value.clone()),
    ));
    Op::Merge {
        inner: Box::new(chain(vec![Op::Argument, scan(1), Op::Filter(Arc::new(vec![same]))])),
        items: vec![node_item(1, vec![(key, value)])],
        paths: vec![],
        on_create: vec![SetItem::Property { target: slot(1), key: KeyId(1), value: constant("new") }],
        on_match: vec![SetItem::Property { target: slot(1), key: KeyId(1), value: constant("old") }],
    }
}

#[test]
fn merge_finds_what_earlier_rows_created() {
    let mut graph = Version::new();
    let (key, mark) = (graph.intern_key("k"), graph.intern_key("mark"));
    let graph = Arc::new(graph);
    for batch in [1, 2048] {
        let mut ops = unwound(&[1, 2, 1]);
        ops.push(merge_on(key, slot(0)));
        let (rows, outcome) = update(ops, &[0, 1], &graph, batch).unwrap();
        assert_eq!(rows, ["1 n0", "2 n1", "1 n0"]);
        let marks: Vec<_> = (0..2).map(|id| outcome.graph.node_property(NodeId(id), mark)).collect();
        assert_eq!(marks.iter().map(|mark| mark.as_str()).collect::<Vec<_>>(), [Some("old"), Some("new")]);
    }
}

#[test]
fn merge_refuses_null_properties() {
    let mut graph = Version::new();
    let key = graph.intern_key("k");
    let ops = vec![Op::Unit, merge_on(key, constant(Value::Null))];
    let error = update(ops, &[], &Arc::new(graph), 1).unwrap_err();
    assert_eq!((error.error_type(), error.detail()), (ErrorType::SemanticError, Detail::MergeReadOwnWrites));
}

#[test]
fn set_builds_on_earlier_rows_and_replaces_all() {
    let mut graph = Version::new();
    let (key, other) = (graph.intern_key("k"), graph.intern_key("other"));
    graph.create_node(&[], &[(key, Value::Int(0)), (other, Value::Int(5))]).unwrap();
    let graph = Arc::new(graph);
    let sum = expr(ExprKind::Binary(crate::syntax::ast::BinaryOp::Add, Box::new(property(1, key)), Box::new(slot(0))));
    let mut ops = unwound(&[1, 2, 3]);
    ops.extend([scan(1), Op::Set(vec![SetItem::Property { target: slot(1), key, value: sum }])]);
    let (_, outcome) = update(ops, &[], &graph, 2).unwrap();
    assert_eq!(outcome.graph.node_property(NodeId(0), key).as_int(), Some(6));
    let map = constant(Value::map([(Arc::from("fresh"), Value::Int(1))].into()));
    let ops = vec![Op::Unit, scan(1), Op::Set(vec![SetItem::Replace { target: Slot(1), value: map }])];
    let (_, outcome) = update(ops, &[], &graph, 2).unwrap();
    let properties = outcome.graph.node_properties(NodeId(0));
    assert_eq!(properties.len(), 1);
    assert_eq!(&**outcome.graph.catalog().key_name(properties[0].0), "fresh");
}

#[test]
fn deleting_takes_relationships_first_and_guards_connected_nodes() {
    let random = RandomGraph::new(42, 4, 9);
    let delete = |detach| Op::Delete { detach, targets: vec![slot(0)] };
    let error = update(vec![Op::Unit, scan(0), delete(false)], &[], &random.graph, 2).unwrap_err();
    assert_eq!(error.detail(), Detail::DeleteConnectedNode);
    let (rows, outcome) = update(vec![Op::Unit, scan(0), delete(true)], &[0], &random.graph, 2).unwrap();
    assert_eq!((rows.len(), outcome.graph.node_count(), outcome.graph.rel_count()), (4, 0, 0));
    assert_eq!((outcome.counters.nodes_deleted, outcome.counters.rels_deleted), (4, 9));
}

#[test]
fn deleted_entities_cannot_be_read() {
    let mut graph = Version::new();
    let key = graph.intern_key("k");
    graph.create_node(&[], &[(key, Value::Int(1))]).unwrap();
    let delete = Op::Delete { detach: false, targets: vec![slot(0)] };
    let read = Op::Project(Arc::new(vec![(Slot(1), property(0, key))]));
    let error = update(vec![Op::Unit, scan(0), delete, read], &[1], &Arc::new(graph), 2).unwrap_err();
    assert_eq!((error.error_type(), error.detail()), (ErrorType::EntityNotFound, Detail::DeletedEntityAccess));
}

#[test]
fn foreach_runs_for_each_element_and_keeps_the_rows() {
    let mut graph = Version::new();
    let key = graph.intern_key("k");
    graph.intern_key("mark");
    let inner = Box::new(chain(vec![Op::Argument, merge_on(key, slot(2))]));
    let mut ops = unwound(&[1, 2]);
    ops.push(Op::Foreach { slot: Slot(2), list: ints(&[5, 6, 5]), inner });
    let (rows, outcome) = update(ops, &[0], &Arc::new(graph), 1).unwrap();
    assert_eq!(rows, ["1", "2"]);
    assert_eq!(outcome.graph.node_count(), 2);
}

#[test]
fn a_limit_above_changes_reads_to_the_end() {
    let graph = Arc::new(Version::new());
    let mut ops = unwound(&[1, 2, 3]);
    ops.push(Op::Create { items: Arc::new(vec![node_item(1, vec![])]), paths: Arc::default() });
    ops.push(Op::Limit { count: constant(0), exhaust: true });
    let (rows, outcome) = update(ops, &[0], &graph, 1).unwrap();
    assert_eq!((rows.len(), outcome.graph.node_count()), (0, 3));
}
