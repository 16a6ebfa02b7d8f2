//! The saved graph that ships is the one that the shipped text gives.

use standpoint::Graph;
use standpoint::io::encode::{Encoding, value};
use standpoint::store::Version;
use standpoint::value::{NodeId, Value};
use std::path::Path;

#[test]
fn the_saved_graph_equals_its_text() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("graphs");
    let saved = Graph::open(folder.join("peace-talks.graph")).unwrap();
    let told = Graph::in_memory();
    let loaded = told.load_facts(&std::fs::read_to_string(folder.join("peace-talks.facts")).unwrap()).unwrap();
    assert_eq!((loaded.sources, loaded.entities, loaded.facts), (1, 79, 111));
    let (saved, told) = (content(&saved.snapshot()), content(&told.snapshot()));
    assert_eq!(saved.len(), 80 + 111);
    assert_eq!(saved, told, "save it anew: standpoint graphs/peace-talks.facts -c '.save graphs/peace-talks.graph'");
}

#[test]
fn a_graph_that_is_saved_and_opened_is_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.graph");
    let graph = Graph::create(&path).unwrap();
    graph
        .run("CREATE (:A {x: [1, 2.5], t: datetime('2025-11-21T10:00[Europe/Kyiv]')})-[:T {d: duration('P1M')}]->(:B)")
        .unwrap();
    assert!(!graph.has_unsaved_changes());
    let again = Graph::open(&path).unwrap();
    assert_eq!(content(&again.snapshot()), content(&graph.snapshot()), "from the log");
    graph.save().unwrap();
    let again = Graph::open(&path).unwrap();
    assert_eq!(content(&again.snapshot()), content(&graph.snapshot()));
    assert!(Graph::create(&path).is_err(), "a file that is there is not begun anew");
}

/// Every node and relationship with all it holds, without identifiers, sorted.
fn content(graph: &Version) -> Vec<String> {
    let node = |id: NodeId| {
        let mut shown = json(graph, &Value::Node(id));
        shown["_element_id"].take();
        shown.to_string()
    };
    let mut lines: Vec<String> = graph.node_ids().map(node).collect();
    for (rel_type, name) in graph.catalog().rel_types() {
        for rel in graph.rel_ids(rel_type) {
            let (start, end) = graph.endpoints(rel).unwrap();
            let properties = &json(graph, &Value::Rel(rel))["_properties"];
            lines.push(format!("{name} {} {} {properties}", node(start), node(end)));
        }
    }
    lines.sort();
    lines
}

fn json(graph: &Version, what: &Value) -> serde_json::Value {
    let mut bytes = Vec::new();
    value(&mut bytes, graph, what, Encoding::Typed);
    serde_json::from_slice::<serde_json::Value>(&bytes).unwrap()["_value"].take()
}
