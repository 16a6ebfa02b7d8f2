use super::*;
use crate::error::{Detail, ErrorType};
use crate::store::{
    ConstraintDefinition, ConstraintKind, IndexDefinition, IndexKind, PropertyType, ScalarType, SchemaTarget, Seek,
};
use crate::value::temporal::{Date, DateTime, Duration, LocalDateTime, LocalTime, Time};
use crate::value::{LabelId, NodeId, RelId, Value, compare};
use std::sync::Arc;

/// A graph with every type of value, holes among its identifiers, loops and parallel relationships.
fn sample() -> Version {
    let mut graph = Version::new();
    let (actor, state) = (graph.intern_label("Actor"), graph.intern_label("State"));
    graph.intern_label("Unused");
    let (name, aliases, mixed) = (graph.intern_key("name"), graph.intern_key("aliases"), graph.intern_key("mixed"));
    let opposes = graph.intern_rel_type("OPPOSES");
    let mut nodes = Vec::new();
    for (at, value) in values().into_iter().enumerate() {
        let labels: &[LabelId] = match at % 3 {
            0 => &[],
            1 => &[actor],
            _ => &[actor, state],
        };
        let alias = Value::list(vec![Value::string(format!("alias {at}"))]);
        let properties = [(name, Value::string(format!("Név {at}"))), (aliases, alias), (mixed, value)];
        nodes.push(graph.create_node(labels, &properties).unwrap());
    }
    for at in 0..nodes.len() {
        let to = nodes[at / 2];
        let rel = graph.create_rel(opposes, nodes[at], to, &[(mixed, Value::Int(at as i64))]).unwrap();
        graph.create_rel(opposes, nodes[at], to, &[]).unwrap();
        if at % 4 == 1 {
            graph.delete_rel(rel);
        }
    }
    let lone = graph.create_node(&[state], &[]).unwrap();
    graph.create_node(&[state], &[]).unwrap();
    graph.delete_node(lone).unwrap();
    graph.set_sequence(7);
    add_schema(&mut graph);
    graph
}

/// An index and a constraint of every kind.
fn add_schema(graph: &mut Version) {
    let catalog = graph.catalog().clone();
    let label = SchemaTarget::Label(catalog.label("State").unwrap());
    let rel_type = SchemaTarget::RelType(catalog.rel_type("OPPOSES").unwrap());
    let (name, mixed) = (catalog.key("name").unwrap(), catalog.key("mixed").unwrap());
    for (at, (kind, target, keys)) in [
        (IndexKind::Range, label, vec![mixed]),
        (IndexKind::Range, label, vec![name, mixed]),
        (IndexKind::Text, label, vec![name]),
        (IndexKind::Range, rel_type, vec![mixed]),
    ]
    .into_iter()
    .enumerate()
    {
        graph.create_index(IndexDefinition { name: Arc::from(format!("index {at}")), kind, target, keys }).unwrap();
    }
    let types = vec![PropertyType::Scalar(ScalarType::String), PropertyType::List(ScalarType::Date)];
    for (at, (kind, target, keys)) in [
        (ConstraintKind::Unique, label, vec![name]),
        (ConstraintKind::Type(types), label, vec![name]),
        (ConstraintKind::Type(vec![PropertyType::Scalar(ScalarType::Integer)]), rel_type, vec![mixed]),
    ]
    .into_iter()
    .enumerate()
    {
        let name = Arc::from(format!("constraint {at}"));
        graph.create_constraint(ConstraintDefinition { name, kind, target, keys }).unwrap();
    }
}

fn values() -> Vec<Value> {
    let local = LocalDateTime { seconds: -5, nanos: 17 };
    vec![
        Value::Bool(true),
        Value::Int(i64::MIN),
        Value::Int(3),
        Value::Float(-0.0),
        Value::Float(f64::NAN),
        Value::string(""),
        Value::string("Київ"),
        Value::Date(Date { days: -719_162 }),
        Value::LocalTime(LocalTime { nanos: 86_399_999_999_999 }),
        Value::Time(Time { nanos: 1, offset: -3600 }),
        Value::LocalDateTime(local),
        Value::DateTime(Arc::new(DateTime { local, offset: 3600, zone: Some(Arc::from("Europe/Stockholm")) })),
        Value::Duration(Arc::new(Duration { months: 1, days: -2, seconds: 3, nanos: 4 })),
        Value::list(vec![Value::Int(1), Value::string("a")]),
        Value::list(Vec::new()),
    ]
}

fn bytes(graph: &Version) -> Vec<u8> {
    let mut file = std::io::Cursor::new(Vec::new());
    write::write(graph, &mut file).unwrap();
    file.into_inner()
}

/// Everything a graph holds, as text.
fn content(graph: &Version) -> Vec<String> {
    let mut lines = vec![format!("{} nodes, {} relationships", graph.node_count(), graph.rel_count())];
    for node in graph.node_ids() {
        lines.push(format!("{node:?} {:?} {:?}", graph.node_labels(node), graph.node_properties(node)));
    }
    for (rel_type, name) in graph.catalog().rel_types() {
        for rel in graph.rel_ids(rel_type) {
            lines.push(format!("{name} {rel:?} {:?} {:?}", graph.endpoints(rel), graph.rel_properties(rel)));
        }
    }
    lines.extend(graph.catalog().labels().map(|(id, name)| format!("{id:?} {name} {}", graph.label_count(id))));
    lines.extend(graph.catalog().keys().map(|(id, name)| format!("{id:?} {name}")));
    for index in graph.indexes() {
        lines.push(format!("{index:?} {:?} {:?}", graph.index_size(&index.name), graph.seek(&index.name, &Seek::All)));
    }
    lines.extend(graph.constraints().map(|constraint| format!("{constraint:?}")));
    lines
}

#[test]
fn a_graph_comes_back_as_it_was() {
    let graph = sample();
    let read = read::read(&bytes(&graph)).unwrap();
    assert_eq!(content(&read), content(&graph));
    assert_eq!(read.sequence(), 7);
    assert_eq!(read.resolve("alias 3"), graph.resolve("alias 3"));
    let mixed = graph.catalog().key("mixed").unwrap();
    for node in graph.node_ids() {
        let (a, b) = (graph.node_property(node, mixed), read.node_property(node, mixed));
        assert!(compare::order(&a, &b).is_eq(), "{a:?} {b:?}");
        assert_eq!(read.rels_of(node), graph.rels_of(node));
    }
}

#[test]
fn identifiers_go_on_where_they_ended() {
    let mut read = read::read(&bytes(&sample())).unwrap();
    let opposes = read.catalog().rel_type("OPPOSES").unwrap();
    let before = read.row_bound(opposes);
    let node = read.create_node(&[], &[]).unwrap();
    let rel = read.create_rel(opposes, node, node, &[]).unwrap();
    assert_eq!(rel, RelId { rel_type: opposes, row: before });
    assert!(read.contains_node(NodeId(0)));
}

#[test]
fn an_empty_graph_is_a_graph() {
    let read = read::read(&bytes(&Version::new())).unwrap();
    assert_eq!(content(&read), content(&Version::new()));
}

#[test]
fn a_file_of_the_first_format_opens_without_a_schema() {
    let graph = sample();
    let opened = read::read(&format::in_first_format(&bytes(&graph))).unwrap();
    assert_eq!(opened.indexes().count() + opened.constraints().count(), 0);
    let graph_alone = |graph: &Version| content(graph).into_iter().filter(|line| !line.contains("Definition")).count();
    assert_eq!(content(&opened).len(), graph_alone(&graph));
    assert_eq!(opened.resolve("alias 3"), graph.resolve("alias 3"));
}

#[test]
fn every_changed_byte_is_found_or_harmless() {
    let graph = sample();
    let whole = bytes(&graph);
    let expected = content(&graph);
    for at in 0..whole.len() {
        let mut changed = whole.clone();
        changed[at] ^= 0x41;
        if let Ok(read) = read::read(&changed) {
            assert_eq!(content(&read), expected, "byte {at}");
        }
    }
}

#[test]
fn every_cut_is_found() {
    let whole = bytes(&sample());
    for length in 0..whole.len() {
        assert!(read::read(&whole[..length]).is_err(), "cut at {length}");
    }
}

#[test]
fn foreign_and_newer_files_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.graph");
    let error_of = |bytes: &[u8]| {
        std::fs::write(&path, bytes).unwrap();
        open(&path).unwrap_err()
    };
    assert_eq!(error_of(b"PK\x03\x04 not a graph").detail(), Detail::Foreign);
    assert_eq!(error_of(b"").detail(), Detail::Foreign);
    let mut newer = bytes(&Version::new());
    newer[8] = 9;
    let error = error_of(&newer);
    assert_eq!((error.error_type(), error.detail()), (ErrorType::Corrupt, Detail::NewerVersion));
    assert!(error.message().contains("format 9"), "{error}");
    let error = open(&folder.path().join("missing.graph")).unwrap_err();
    assert_eq!(error.error_type(), ErrorType::Io);
}

#[test]
fn a_failed_save_leaves_the_old_file_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.graph");
    save(&sample(), &path).unwrap();
    let before = std::fs::read(&path).unwrap();
    let failed = replace::replace(&path, |_| Err(std::io::Error::other("no space")));
    assert!(failed.is_err());
    assert_eq!(std::fs::read(&path).unwrap(), before);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    assert!(save(&sample(), &folder.path().join("no/such/folder.graph")).is_err());
}
