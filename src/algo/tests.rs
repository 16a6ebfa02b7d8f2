//! petgraph's algorithms on the views, and the procedures.

use super::*;
use crate::store::Version;
use crate::value::{KeyId, NodeId, RelTypeId, Value};
use petgraph::algo::{connected_components, dijkstra, has_path_connecting, is_cyclic_directed, kosaraju_scc, toposort};
use petgraph::visit::{
    Bfs, EdgeCount, EdgeRef, GetAdjacencyMatrix, IntoEdgeReferences, IntoNodeReferences, NodeCount, NodeIndexable,
    Reversed, UndirectedAdaptor,
};
use proptest::prelude::*;
use std::cell::Cell;

const NEAR: RelTypeId = RelTypeId(0);
const FAR: RelTypeId = RelTypeId(1);
const COST: KeyId = KeyId(0);

/// Six nodes; 0 → 1 → 2 → 0 by `NEAR`, 2 → 3 → 4 by `FAR`, 5 alone; node 4 is `Odd`.
fn graph() -> Version {
    let mut version = Version::new();
    let (odd, even) = (version.intern_label("Odd"), version.intern_label("Even"));
    assert_eq!((version.intern_rel_type("NEAR"), version.intern_rel_type("FAR")), (NEAR, FAR));
    assert_eq!(version.intern_key("cost"), COST);
    for node in 0..6 {
        version.create_node(&[if node == 4 { odd } else { even }], &[]).unwrap();
    }
    for (rel_type, from, to, cost) in
        [(NEAR, 0, 1, 1), (NEAR, 1, 2, 1), (NEAR, 2, 0, 5), (FAR, 2, 3, 2), (FAR, 3, 4, 2)]
    {
        version.create_rel(rel_type, NodeId(from), NodeId(to), &[(COST, Value::Int(cost))]).unwrap();
    }
    version
}

#[test]
fn petgraph_runs_on_the_version_itself() {
    let (version, all) = (graph(), Projection::all());
    let view = GraphView::new(&version, &all);
    assert_eq!((view.node_count(), view.edge_count(), view.node_bound()), (6, 5, 6));
    let distances = dijkstra(view, 0, None, |edge| version.rel_property(*edge.weight(), COST).as_int().unwrap());
    assert_eq!((distances[&4], distances.get(&5)), (6, None));
    let mut bfs = Bfs::new(view, 3);
    assert_eq!(std::iter::from_fn(|| bfs.next(view)).collect::<Vec<_>>(), [3, 4]);
    let mut bfs = Bfs::new(Reversed(view), 3);
    assert_eq!(std::iter::from_fn(|| bfs.next(Reversed(view))).count(), 4);
    assert!(has_path_connecting(UndirectedAdaptor(view), 4, 0, None));
    assert!(is_cyclic_directed(view));
    assert!(toposort(view, None).is_err());
    assert_eq!(view.node_references().count(), 6);
    view.adjacency_matrix();
    assert!(view.is_adjacent(&(), 2, 3) && !view.is_adjacent(&(), 3, 2));
}

#[test]
fn a_projection_leaves_out_types_and_labels() {
    let mut version = graph();
    version.delete_node(NodeId(5)).unwrap();
    let far = Projection::of_types(&[FAR]);
    let view = GraphView::new(&version, &far);
    let order = toposort(view, None).unwrap();
    let position = |node| order.iter().position(|other| *other == node);
    assert!(position(2) < position(3) && position(3) < position(4));
    assert_eq!((order.len(), view.edge_count()), (5, 2));
    let even = Projection { labels: vec![version.catalog().label("Even").unwrap()], types: None };
    let view = GraphView::new(&version, &even);
    assert_eq!((view.node_count(), view.edge_count()), (4, 4));
    assert!(!view.is_adjacent(&(), 3, 4));
    assert_eq!(kosaraju_scc(view).len(), 2);
}

#[test]
fn the_compact_copy_is_the_same_graph() {
    let mut version = graph();
    version.delete_node(NodeId(5)).unwrap();
    let compact = Compact::new(&ProcedureContext::new(&version), &Projection::of_types(&[FAR])).unwrap();
    assert_eq!((compact.node_count(), compact.edge_count()), (5, 2));
    assert_eq!(connected_components(&compact), 3);
    assert_eq!(compact.number(NodeId(4)), Some(4));
    assert_eq!((compact.successors(3), compact.predecessors(3).collect::<Vec<_>>()), (&[4][..], vec![2]));
    let graph = compact.to_petgraph();
    let ends = graph.edge_indices().filter_map(|edge| graph.edge_endpoints(edge));
    assert!(ends.map(|(a, b)| (graph[a].0, graph[b].0)).eq([(2, 3), (3, 4)]));
    assert_eq!(compact.edge_references().map(|edge| edge.weight().row).collect::<Vec<_>>(), [0, 1]);
}

fn call(version: &Version, name: &str, arguments: &[Value]) -> crate::error::Result<Vec<String>> {
    let registry = Registry::default();
    let rows = registry.find(name)?.call(&ProcedureContext::new(version), arguments)?;
    Ok(rows.iter().map(|row| format!("{row:?}")).collect())
}

#[test]
fn components_are_numbered_by_their_least_node() {
    let version = graph();
    let numbers = |numbered: Vec<(NodeId, u32)>| numbered.into_iter().map(|pair| pair.1).collect::<Vec<_>>();
    let context = ProcedureContext::new(&version);
    assert_eq!(numbers(components(&context, &Projection::all()).unwrap()), [0, 0, 0, 0, 0, 1]);
    assert_eq!(numbers(components(&context, &Projection::of_types(&[FAR])).unwrap()), [0, 1, 2, 2, 2, 3]);
    assert_eq!(numbers(strong_components(&context, &Projection::all()).unwrap()), [0, 0, 0, 1, 2, 3]);
    let nothing = Value::list(vec![Value::string("No such label")]);
    assert!(call(&version, "algo.components", &[Value::Null, nothing]).unwrap().is_empty());
    let near = Value::string("NEAR");
    assert_eq!(call(&version, "algo.strongComponents", &[near]).unwrap()[1], "[Node(NodeId(1)), Int(0)]");
    assert!(call(&version, "algo.components", &[Value::list(vec![Value::Int(1)])]).is_err());
}

#[test]
fn shortest_paths_count_relationships_or_weights() {
    let mut version = graph();
    let direct = version.create_rel(FAR, NodeId(0), NodeId(3), &[(COST, Value::Float(10.5))]).unwrap();
    let path = |weight| {
        shortest_path(&version, &Projection::all(), NodeId(0), NodeId(4), weight, &|| Ok(())).unwrap().unwrap()
    };
    assert_eq!(path(None).path.nodes, [0, 3, 4].map(NodeId));
    assert_eq!((path(None).path.rels[0], path(None).distance), (direct, 2.0));
    assert_eq!((path(Some(COST)).path.rels.len(), path(Some(COST)).distance), (4, 6.0));
    let from_to = |from, to| [Value::Node(NodeId(from)), Value::Node(NodeId(to)), Value::Null, Value::string("cost")];
    assert!(call(&version, "algo.shortestPath", &from_to(4, 0)).unwrap().is_empty());
    assert!(call(&version, "algo.shortestPath", &from_to(0, 4)).unwrap()[0].ends_with("Float(6.0)]"));
    version.set_rel_property(direct, COST, Value::Int(-1)).unwrap();
    assert!(call(&version, "algo.shortestPath", &from_to(0, 4)).is_err());
    version.set_rel_property(direct, COST, Value::Null).unwrap();
    assert!(call(&version, "algo.shortestPath", &from_to(0, 4)).unwrap()[0].ends_with("Float(6.0)]"));
    assert!(call(&version, "algo.shortestPath", &[Value::Null, Value::Null]).unwrap().is_empty());
}

#[test]
fn names_in_use_are_listed() {
    let version = graph();
    assert_eq!(call(&version, "db.labels", &[]).unwrap(), [r#"[String("Even")]"#, r#"[String("Odd")]"#]);
    assert_eq!(call(&version, "db.relationshipTypes", &[]).unwrap().len(), 2);
    assert_eq!(call(&version, "db.propertyKeys", &[]).unwrap(), [r#"[String("cost")]"#]);
}

#[test]
fn a_cancelled_query_stops_an_algorithm() {
    const NODES: u32 = 10_000;
    let mut version = Version::new();
    version.intern_rel_type("R");
    (0..NODES).for_each(|_| drop(version.create_node(&[], &[])));
    for node in 1..NODES {
        version.create_rel(NEAR, NodeId(node - 1), NodeId(node), &[]).unwrap();
    }
    for name in ["algo.components", "algo.strongComponents"] {
        let runs = |looks: usize| {
            let left = Cell::new(looks);
            let check = || {
                let fewer = left.get().checked_sub(1).ok_or_else(|| crate::error::Error::internal("stop"))?;
                left.set(fewer);
                Ok(())
            };
            let context = ProcedureContext { check: &check, ..ProcedureContext::new(&version) };
            Registry::default().find(name).unwrap().call(&context, &[]).is_ok()
        };
        let needed = (0..1000).find(|looks| runs(*looks)).unwrap();
        assert!(needed > 12 && !runs(needed - 1), "{name} has looked {needed} times");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn our_components_agree_with_petgraph(ends in proptest::collection::vec((0u32..60, 0u32..60), 0..70)) {
        let mut version = Version::new();
        version.intern_rel_type("R");
        (0..60).for_each(|_| drop(version.create_node(&[], &[])));
        for (from, to) in &ends {
            version.create_rel(NEAR, NodeId(*from), NodeId(*to), &[]).unwrap();
        }
        let context = ProcedureContext::new(&version);
        let compact = Compact::new(&context, &Projection::all()).unwrap();
        let ours = components(&context, &Projection::all()).unwrap();
        let count = ours.iter().map(|pair| pair.1).max().map_or(0, |last| last as usize + 1);
        prop_assert_eq!(count, connected_components(&compact));
        let strong = strong_components(&context, &Projection::all()).unwrap();
        let count = strong.iter().map(|pair| pair.1).max().map_or(0, |last| last as usize + 1);
        prop_assert_eq!(count, kosaraju_scc(&compact.to_petgraph()).len());
        prop_assert!(compact.edge_references().map(|edge| (edge.source(), edge.target())).all(|pair| ends.contains(&pair)));
    }
}
