use super::disk::{DiskFile, RealDisk};
use super::*;
use crate::error::{Detail, ErrorType};
use crate::store::{
    ConstraintDefinition, ConstraintKind, History, IndexDefinition, IndexKind, PropertyType, Retention, ScalarType,
    SchemaTarget, Seek, Step, Store, Touched, Version,
};
use crate::value::temporal::{Date, DateTime, Duration, LocalDateTime, LocalTime, Time};
use crate::value::{LabelId, NodeId, RelId, Value, compare};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration as Wait;

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

pub(super) fn values() -> Vec<Value> {
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

pub(super) fn bytes(graph: &Version) -> Vec<u8> {
    let mut file = Memory::default();
    write::write(graph, [9; 16], &mut file).unwrap();
    file.0
}

/// The graph of a file, all of it; the first thing that is wrong with it.
fn read_whole(bytes: &[u8]) -> Result<read::Found, format::Problem> {
    let found = read::read(Arc::new(bytes.to_vec()), "x.graph")?;
    found.version.read_all().map_err(format::Problem::Told)?;
    Ok(found)
}

pub(super) fn salvage(bytes: &[u8]) -> Result<read::Found, format::Problem> {
    read::salvage(Arc::new(bytes.to_vec()))
}

/// A file that is only bytes.
#[derive(Debug, Default)]
struct Memory(Vec<u8>);

impl DiskFile for Memory {
    fn write(&mut self, offset: u64, bytes: &[u8]) -> std::io::Result<()> {
        let (start, end) = (offset as usize, offset as usize + bytes.len());
        self.0.resize(self.0.len().max(end), 0);
        self.0[start..end].copy_from_slice(bytes);
        Ok(())
    }
    fn truncate(&mut self, length: u64) -> std::io::Result<()> {
        self.0.truncate(length as usize);
        Ok(())
    }
    fn sync(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn open(path: &Path) -> Result<(Arc<GraphFile>, Version), crate::Error> {
    GraphFile::open(path, OpenOptions::default()).map(|(file, version)| (Arc::new(file), version))
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
    let read = read_whole(&bytes(&graph)).unwrap().version;
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
    let mut read = read_whole(&bytes(&sample())).unwrap().version;
    let opposes = read.catalog().rel_type("OPPOSES").unwrap();
    let before = read.row_bound(opposes);
    let node = read.create_node(&[], &[]).unwrap();
    let rel = read.create_rel(opposes, node, node, &[]).unwrap();
    assert_eq!(rel, RelId { rel_type: opposes, row: before });
    assert!(read.contains_node(NodeId(0)));
}

/// What changes a graph may do before anybody has read of it.
fn changes() -> Vec<fn(&mut Version)> {
    vec![
        |graph| {
            let opposes = graph.catalog().rel_type("OPPOSES").unwrap();
            graph.create_rel(opposes, NodeId(1), NodeId(1), &[]).unwrap();
        },
        |graph| {
            let opposes = graph.catalog().rel_type("OPPOSES").unwrap();
            assert!(graph.delete_rel(RelId { rel_type: opposes, row: 1 }));
        },
        |graph| {
            let mixed = graph.catalog().key("mixed").unwrap();
            graph.set_node_property(NodeId(4), mixed, Value::string("new")).unwrap();
            graph.set_node_property(NodeId(3), mixed, Value::Null).unwrap();
        },
        |graph| {
            let (opposes, mixed) =
                (graph.catalog().rel_type("OPPOSES").unwrap(), graph.catalog().key("mixed").unwrap());
            graph.set_rel_property(RelId { rel_type: opposes, row: 3 }, mixed, Value::Int(7)).unwrap();
        },
        |graph| {
            graph.rels_of(NodeId(2)).into_iter().for_each(|rel| assert!(graph.delete_rel(rel)));
            graph.delete_node(NodeId(2)).unwrap();
        },
        |graph| {
            let label = graph.catalog().label("Actor").unwrap();
            assert!(graph.add_label(NodeId(0), label));
        },
    ]
}

#[test]
fn what_is_changed_before_it_was_read_is_as_if_it_had_been() {
    let whole: Arc<Vec<u8>> = Arc::new(bytes(&sample()));
    let changes = changes();
    for first in 0..changes.len() {
        for second in 0..changes.len() {
            let mut read = read::read(Arc::clone(&whole) as Arc<dyn disk::DiskReader>, "x.graph").unwrap().version;
            let mut expected = sample();
            let before = read.clone();
            let chosen = if first == second { vec![first] } else { vec![first, second] };
            for change in chosen {
                changes[change](&mut read);
                changes[change](&mut expected);
            }
            assert_eq!(content(&read), content(&expected), "{first} {second}");
            assert_eq!(read.problems(), Vec::<String>::new());
            assert_eq!(content(&before), content(&sample()), "the version before");
            assert!(read.damage().is_none());
        }
    }
}

#[test]
fn an_empty_graph_is_a_graph() {
    let read = read_whole(&bytes(&Version::new())).unwrap().version;
    assert_eq!(content(&read), content(&Version::new()));
}

#[test]
fn every_changed_byte_is_found_or_harmless() {
    let graph = sample();
    let whole = bytes(&graph);
    let expected = content(&graph);
    for at in 0..whole.len() {
        let mut changed = whole.clone();
        changed[at] ^= 0x41;
        if let Ok(read) = read_whole(&changed) {
            assert_eq!(content(&read.version), expected, "byte {at}");
        }
    }
}

/// The sample with a history of two commits.
fn sample_with_history() -> Version {
    let mut graph = sample();
    graph.set_history(Some(History::new(Retention { age: None, commits: Some(9) }, 5)));
    for (sequence, time) in [(8, 10), (9, 20)] {
        let before = graph.clone();
        graph.start_record();
        let node = graph.node_ids().nth(sequence as usize).unwrap();
        graph.rels_of(node).into_iter().for_each(|rel| assert!(graph.delete_rel(rel)));
        graph.delete_node(node).unwrap();
        let label = graph.intern_label(&format!("New {sequence}"));
        graph.create_node(&[label], &[]).unwrap();
        let record = graph.take_record().unwrap();
        history::keep(&mut graph, &before, sequence, time, || Touched::by(&record)).unwrap();
        graph.set_sequence(sequence);
    }
    graph
}

#[test]
fn a_history_comes_back_and_every_changed_byte_of_it_is_found() {
    let graph = sample_with_history();
    let whole = bytes(&graph);
    let read = read_whole(&whole).unwrap().version;
    assert_eq!(read.history(), graph.history());
    let first = history::as_recorded(&read, 5).unwrap();
    assert_eq!((content(&first), first.sequence()), (content(&sample()), 7));
    assert_eq!(history::problems(&read), Vec::<String>::new());
    let header = format::Header::from_bytes(&whole).unwrap();
    let table = format::Table::decode(&whole[header.table.offset as usize..], header.format).unwrap();
    let steps = table.history.unwrap().steps;
    for at in steps.offset..steps.offset + steps.length {
        let mut changed = whole.clone();
        changed[at as usize] ^= 0x41;
        assert!(read_whole(&changed).is_err(), "byte {at}");
        let salvaged = salvage(&changed).unwrap();
        assert_eq!(salvaged.problems, ["the checksum of the history is wrong"]);
        assert_eq!((content(&salvaged.version), salvaged.version.history()), (content(&graph), None));
    }
}

#[test]
fn a_history_that_does_not_fit_is_damage_and_no_panic() {
    let graph = sample_with_history();
    let steps: Vec<Step> = graph.history().unwrap().steps().cloned().collect();
    for (at, byte) in (0..steps[1].content.len()).flat_map(|at| [0, 1, 0x7f, 0xff].map(|byte| (at, byte))) {
        let mut content = steps[1].content.to_vec();
        content[at] = byte;
        let changed = vec![steps[0].clone(), Step { content: Arc::from(content), ..steps[1].clone() }];
        let mut damaged = graph.clone();
        damaged.set_history(History::restored(Retention::default(), 5, changed));
        if let Ok(then) = history::as_recorded(&damaged, 5) {
            assert!(then.sequence() == 7);
        }
        history::problems(&damaged);
    }
    let mut damaged = graph;
    damaged.set_history(History::restored(Retention::default(), 5, vec![Step { names: [0; 3], ..steps[1].clone() }]));
    let error = history::as_recorded(&damaged, 5).unwrap_err();
    assert_eq!(error.error_type(), ErrorType::Corrupt);
}

#[test]
fn relationships_are_salvaged_while_one_of_their_directions_is_whole() {
    let graph = sample();
    let whole = bytes(&graph);
    let header = format::Header::from_bytes(&whole).unwrap();
    let table = format::Table::decode(&whole[header.table.offset as usize..], header.format).unwrap();
    let [outgoing, incoming] = &table.rels[0].adjacency;
    let damaged = |sections: &[format::Section]| {
        let mut bytes = whole.clone();
        sections.iter().for_each(|section| bytes[section.offset as usize] ^= 1);
        assert!(read_whole(&bytes).is_err());
        salvage(&bytes).unwrap()
    };
    let parts = |group: &format::AdjacencyGroup| [group.nodes, group.ends, group.neighbours, group.rows];
    for section in parts(outgoing).into_iter().chain(parts(incoming)).chain([table.rels[0].row_table]) {
        let found = damaged(&[section]);
        assert_eq!(content(&found.version), content(&graph));
        assert_eq!(found.problems, ["the checksum of a section of relationships is wrong"]);
    }
    let found = damaged(&[outgoing.rows, incoming.ends]);
    let lost = ["the checksum of a section of relationships is wrong", "the relationships `OPPOSES` are lost"];
    assert_eq!((found.version.rel_count(), found.problems.as_slice()), (0, &lost.map(str::to_owned)[..]));
    let found = damaged(&[table.nodes[0].ids]);
    assert_eq!(found.version.problems(), Vec::<String>::new());
    assert!(found.version.rel_count() > 0 && found.version.rel_count() < graph.rel_count(), "{:?}", found.problems);
}

#[test]
fn every_cut_is_found() {
    let whole = bytes(&sample());
    for length in 0..whole.len() {
        assert!(read_whole(&whole[..length]).is_err(), "cut at {length}");
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
fn a_save_without_a_folder_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    assert!(save(&sample(), &folder.path().join("no/such/folder.graph")).is_err());
    let path = folder.path().join("x.graph");
    save(&sample(), &path).unwrap();
    assert_eq!(files(folder.path()), ["x.graph"]);
    assert_eq!(content(&open(&path).unwrap().1), content(&sample()));
}

/// The names of the files of a folder.
fn files(folder: &Path) -> Vec<String> {
    let name = |entry: std::io::Result<std::fs::DirEntry>| entry.unwrap().file_name().into_string().unwrap();
    let mut files: Vec<String> = std::fs::read_dir(folder).unwrap().map(name).collect();
    files.sort();
    files
}

/// Commits one change.
fn commit(file: &Arc<GraphFile>, store: &Store, change: impl FnOnce(&mut Version)) -> crate::Result<()> {
    let mut write = store.write(Wait::from_secs(10))?;
    file.acquire(&mut write)?;
    write.start_record();
    change(write.version_mut());
    file.commit(store, write).map(drop)
}

fn add(name: &str) -> impl FnOnce(&mut Version) {
    move |version| {
        let key = version.intern_key("name");
        version.create_node(&[], &[(key, Value::string(name))]).unwrap();
    }
}

/// A graph of three commits whose process ended without closing it.
fn crashed(folder: &Path) -> (std::path::PathBuf, Vec<String>) {
    let path = folder.join("x.graph");
    save(&sample(), &path).unwrap();
    let (file, version) = open(&path).unwrap();
    let store = Store::new(version);
    for name in ["one", "two", "three"] {
        commit(&file, &store, add(name)).unwrap();
    }
    let content = content(&store.snapshot());
    std::mem::forget(file);
    std::fs::remove_file(folder.join("x.graph-lock")).unwrap();
    (path, content)
}

#[test]
fn commits_are_in_the_log_until_the_graph_is_closed() {
    let folder = tempfile::tempdir().unwrap();
    let (path, expected) = crashed(folder.path());
    assert_eq!(files(folder.path()), ["x.graph", "x.graph-wal"]);
    let (file, version) = open(&path).unwrap();
    assert_eq!(content(&version), expected);
    assert_eq!(file.recovery(), Recovery { commits: 3, dropped: 0, sequence: 10 });
    let store = Store::new(version);
    commit(&file, &store, add("four")).unwrap();
    assert_eq!(files(folder.path()), ["x.graph", "x.graph-lock", "x.graph-wal"]);
    file.close(&store, store.write(Wait::from_secs(1)).unwrap()).unwrap();
    assert_eq!(files(folder.path()), ["x.graph"]);
    let (again, version) = open(&path).unwrap();
    assert_eq!(content(&version), content(&store.snapshot()));
    assert_eq!(again.recovery(), Recovery { commits: 0, dropped: 0, sequence: 11 });
}

#[test]
fn every_cut_of_the_log_leaves_a_prefix_of_its_commits() {
    let folder = tempfile::tempdir().unwrap();
    let (path, _) = crashed(folder.path());
    let log = folder.path().join("x.graph-wal");
    let whole = std::fs::read(&log).unwrap();
    let mut last = 0;
    for length in log::HEADER..=whole.len() {
        std::fs::write(&log, &whole[..length]).unwrap();
        let (file, version) = open(&path).unwrap();
        let nodes = (version.node_count() - sample().node_count()) as usize;
        assert_eq!(file.recovery().commits as usize, nodes);
        assert!(nodes >= last);
        last = nodes;
    }
    assert_eq!(last, 3);
}

#[test]
fn every_changed_byte_of_the_log_is_found_or_drops_only_the_last_commit() {
    let folder = tempfile::tempdir().unwrap();
    let (path, _) = crashed(folder.path());
    let log = folder.path().join("x.graph-wal");
    let whole = std::fs::read(&log).unwrap();
    for at in 0..whole.len() {
        let mut changed = whole.clone();
        changed[at] ^= 0x41;
        std::fs::write(&log, &changed).unwrap();
        match recover::recover(&RealDisk, &path) {
            Ok(found) => {
                assert_eq!(found.recovery.commits, 2, "byte {at}");
                assert!(found.recovery.dropped > 0, "byte {at}");
            }
            Err(error) => assert_eq!(error.error_type(), ErrorType::Corrupt, "byte {at}: {error}"),
        }
    }
}

#[test]
fn a_commit_that_changes_nothing_is_none() {
    let folder = tempfile::tempdir().unwrap();
    let (path, _) = crashed(folder.path());
    let (file, version) = open(&path).unwrap();
    let store = Store::new(version);
    let before = std::fs::metadata(folder.path().join("x.graph-wal")).unwrap().len();
    commit(&file, &store, |_| {}).unwrap();
    assert_eq!(store.snapshot().sequence(), 10);
    assert_eq!(std::fs::metadata(folder.path().join("x.graph-wal")).unwrap().len(), before);
}

#[test]
fn damage_names_its_place_and_number() {
    let folder = tempfile::tempdir().unwrap();
    let (path, _) = crashed(folder.path());
    let log = folder.path().join("x.graph-wal");
    let mut bytes = std::fs::read(&log).unwrap();
    bytes[log::HEADER + 40] ^= 1;
    std::fs::write(&log, &bytes).unwrap();
    let error = open(&path).unwrap_err();
    assert_eq!(error.detail(), Detail::Damaged);
    assert!(error.message().contains("at byte 64, record 8 is bad, but record 9 follows it"), "{error}");
    assert_eq!(std::fs::read(&log).unwrap(), bytes, "nothing was changed");
}

#[test]
fn a_log_of_another_graph_or_another_time_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (path, _) = crashed(folder.path());
    let saved = std::fs::read(&path).unwrap();
    save(&sample(), &folder.path().join("y.graph")).unwrap();
    std::fs::copy(folder.path().join("y.graph"), &path).unwrap();
    let error = open(&path).unwrap_err();
    assert_eq!(error.detail(), Detail::WrongLog);
    assert!(error.message().contains("the log of another graph"), "{error}");
    std::fs::write(&path, &saved).unwrap();
    let (file, version) = open(&path).unwrap();
    let store = Store::new(version);
    commit(&file, &store, add("four")).unwrap();
    file.checkpoint(&store).unwrap();
    std::fs::write(&path, &saved).unwrap();
    let error = open(&path).unwrap_err();
    assert_eq!(error.detail(), Detail::WrongLog);
    assert!(error.message().contains("goes on from commit 11, and the graph's file ends with 7"), "{error}");
}

#[test]
fn a_second_writer_is_told_who_holds_the_graph_and_readers_are_not_kept_out() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.graph");
    save(&sample(), &path).unwrap();
    let (first, version) = open(&path).unwrap();
    let (second, other) = open(&path).unwrap();
    let (store, others) = (Store::new(version), Store::new(other));
    commit(&first, &store, add("one")).unwrap();
    let error = commit(&second, &others, add("two")).unwrap_err();
    assert_eq!(error.detail(), Detail::Locked);
    assert!(error.message().contains(&format!("process {}", std::process::id())), "{error}");
    assert!(second.refresh(&mut others.write(Wait::from_secs(1)).unwrap()).unwrap());
    assert_eq!(content(&others.snapshot()), content(&store.snapshot()));
    first.close(&store, store.write(Wait::from_secs(1)).unwrap()).unwrap();
    // Who waited goes on from what the other has left.
    commit(&second, &others, add("two")).unwrap();
    assert_eq!(others.snapshot().node_count(), store.snapshot().node_count() + 1);
    commit(&first, &store, add("three")).unwrap_err();
}

#[test]
fn commits_of_many_threads_reach_the_disk_together_and_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.graph");
    save(&Version::new(), &path).unwrap();
    let (file, version) = open(&path).unwrap();
    let store = Store::new(version);
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let (file, store) = (&file, &store);
            scope.spawn(move || {
                for at in 0..50 {
                    commit(file, store, add(&format!("{thread} {at}"))).unwrap();
                    if at == 25 {
                        file.checkpoint(store).unwrap();
                    }
                }
            });
        }
    });
    let expected = content(&store.snapshot());
    assert_eq!(store.snapshot().sequence(), 400);
    std::mem::forget(file);
    let found = recover::recover(&RealDisk, &path).unwrap();
    assert_eq!(content(&found.version), expected);
    assert!(found.saved > 0);
}
