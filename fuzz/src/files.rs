//! Targets for the files of a graph: what is opened from any bytes is well, and comes back when it was written again.
//!
//! Every input is tried as it is and with its checksums put right, so that what stands behind them is reached too.

use super::disk::MemoryDisk;
use standpoint::error::ErrorType;
use standpoint::persist::salvage;
use standpoint::session::{OpenOptions, Retention};
use standpoint::store::Version;
use standpoint::value::{KeyId, NodeId};
use standpoint::{Error, Graph, Result, RunOptions, Value};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

const GRAPH: &str = "x.graph";
const LOG: &str = "x.graph-wal";

/// A graph's file of any bytes.
pub fn graph_file(data: &[u8]) {
    for bytes in [data.to_vec(), graph_with_right_checksums(data)] {
        let disk = MemoryDisk::default();
        disk.put(GRAPH, &bytes);
        check(&disk);
    }
}

/// A log of any bytes beside a small graph.
pub fn log(data: &[u8]) {
    for bytes in [data.to_vec(), log_with_right_checksums(data, &BASE)] {
        let disk = MemoryDisk::default();
        disk.put(GRAPH, &BASE);
        disk.put(LOG, &bytes);
        check(&disk);
    }
}

/// A graph with its file and its log, made by statements of which the last ones are in the log; `None` when one of them
/// fails.
pub fn saved(statements: &[&str], logged: &[&str]) -> Option<(Vec<u8>, Vec<u8>)> {
    saved_with(None, statements, logged)
}

/// The same of a graph that may keep a history.
pub fn saved_with(history: Option<Retention>, statements: &[&str], logged: &[&str]) -> Option<(Vec<u8>, Vec<u8>)> {
    let disk = MemoryDisk::default();
    let graph = Graph::create_with(GRAPH, OpenOptions { history, ..on(&disk) }).ok()?;
    let limits = RunOptions { timeout: Some(Duration::from_secs(1)), ..RunOptions::default() };
    let run = |statement: &&str| graph.session().run_with(statement, &Default::default(), &limits).is_ok();
    if !statements.iter().all(run) {
        return None;
    }
    graph.save().ok()?;
    let file = disk.get(GRAPH)?;
    logged.iter().all(run).then_some(())?;
    Some((file, disk.get(LOG)?))
}

/// The graph that logs go on from.
static BASE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let statements =
        ["CREATE INDEX FOR (n:B) ON (n.k)", "CREATE CONSTRAINT FOR (n:A) REQUIRE n.name IS UNIQUE", super::SMALL_GRAPH];
    let Some((file, _)) = saved(&statements, &["CREATE ()"]) else { panic!("the graph that logs go on from") };
    file
});

/// What logs of the base are made of: the log of some statements on it.
pub fn log_after(statements: &[&str]) -> Option<Vec<u8>> {
    let disk = MemoryDisk::default();
    disk.put(GRAPH, &BASE);
    let graph = Graph::open_with(GRAPH, on(&disk)).ok()?;
    statements.iter().all(|statement| graph.run(statement).is_ok()).then_some(())?;
    disk.get(LOG)
}

/// Options for graphs on a disk.
pub fn on(disk: &MemoryDisk) -> OpenOptions {
    OpenOptions { disk: Arc::new(disk.clone()), ..OpenOptions::default() }
}

/// Opening gives an error about the files, or a graph that is well and that can be changed, saved and opened again.
fn check(disk: &MemoryDisk) {
    let salvaged = salvage(disk, Path::new(GRAPH));
    if let Ok(salvaged) = &salvaged {
        assert_well(&salvaged.version);
    }
    let graph = match Graph::open_with(GRAPH, on(disk)) {
        Ok(graph) => graph,
        Err(error) => return assert_about_files(&error),
    };
    let opened = graph.snapshot();
    if let Err(error) = opened.read_all() {
        assert!(graph.run("CREATE (:After)").is_err(), "a damaged graph is not changed");
        return assert_about_files(&error);
    }
    assert_well(&opened);
    match salvaged {
        Ok(salvaged) => {
            assert_eq!(salvaged.problems, Vec::<String>::new(), "in a graph that can be opened");
            assert_eq!(content(&salvaged.version), content(&opened), "salvaged, and opened");
        }
        Err(error) => panic!("cannot be salvaged, and can be opened: {error}"),
    }
    match change(graph) {
        Ok(expected) => {
            let again = Graph::open_with(GRAPH, on(disk)).unwrap_or_else(|error| panic!("saved, and then: {error}"));
            assert_well(&again.snapshot());
            assert_eq!(content(&again.snapshot()), expected, "saved and opened again");
        }
        // Its identifiers may be used up.
        Err(error) => assert_eq!(error.error_type(), ErrorType::ResourceLimit, "{error}"),
    }
}

/// Changes and closes a graph; gives what it then held.
fn change(graph: Graph) -> Result<Vec<String>> {
    graph.run("CREATE (:After {n: 1})-[:AFTER]->(:After)")?;
    let content = content(&graph.snapshot());
    graph.close()?;
    Ok(content)
}

fn assert_well(version: &Version) {
    assert_eq!(version.problems(), Vec::<String>::new());
}

fn assert_about_files(error: &Error) {
    assert!(matches!(error.error_type(), ErrorType::Corrupt | ErrorType::Io), "{error:?}");
}

/// Everything a graph holds, as text.
pub fn content(graph: &Version) -> Vec<String> {
    let catalog = graph.catalog();
    let mut lines = vec![format!("{} nodes, {} relationships", graph.node_count(), graph.rel_count())];
    for node in graph.node_ids() {
        lines.push(format!("{node:?} {:?} {:?}", graph.node_labels(node), graph.node_properties(node)));
    }
    for (rel_type, name) in catalog.rel_types() {
        for rel in graph.rel_ids(rel_type) {
            lines.push(format!("{name} {rel:?} {:?} {:?}", graph.endpoints(rel), graph.rel_properties(rel)));
        }
    }
    lines.extend(catalog.labels().map(|(id, name)| format!("{id:?} {name}")));
    lines.extend(catalog.keys().map(|(id, name)| format!("{id:?} {name}")));
    let indexes = graph.indexes().map(|index| format!("{index:?}"));
    let schema: BTreeSet<String> = indexes.chain(graph.constraints().map(|of| format!("{of:?}"))).collect();
    lines.extend(schema);
    lines
}

/// What a graph says, whatever the identifiers of its parts and names are.
pub fn meaning(graph: &Version) -> Vec<String> {
    let catalog = graph.catalog();
    let properties = |properties: Vec<(KeyId, Value)>| {
        let pairs = properties.into_iter().map(|(key, value)| format!("{}: {value:?}", catalog.key_name(key)));
        pairs.collect::<BTreeSet<String>>()
    };
    let node = |node: NodeId| {
        let labels = graph.node_labels(node).into_iter().map(|label| catalog.label_name(label));
        format!("{:?} {:?}", labels.collect::<BTreeSet<_>>(), properties(graph.node_properties(node)))
    };
    let mut lines: Vec<String> = graph.node_ids().map(node).collect();
    for (rel_type, name) in catalog.rel_types() {
        for rel in graph.rel_ids(rel_type) {
            let ends = graph.endpoints(rel).map(|(from, to)| (node(from), node(to)));
            lines.push(format!("{name} {ends:?} {:?}", properties(graph.rel_properties(rel))));
        }
    }
    lines.sort_unstable();
    lines
}

/// A file of a graph whose checksums are right, as far as what it says of its sections is possible.
fn graph_with_right_checksums(data: &[u8]) -> Vec<u8> {
    let mut file = data.to_vec();
    if file.len() < 64 {
        return file;
    }
    file[..8].copy_from_slice(b"STNDPT\r\n");
    let (start, length) = (number(&file, 32), number(&file, 40));
    if let Some(table) = stretch(&file, start, length) {
        for at in table.clone().start..table.end.saturating_sub(19) {
            repair_section(&mut file, at);
        }
        put_checksum(&mut file, table, 48);
    }
    put_checksum(&mut file, 0..60, 60);
    file
}

/// Puts the checksum right where offset, length and checksum of a section seem to stand in the table.
fn repair_section(file: &mut [u8], at: usize) {
    let (start, length) = (number(file, at), number(file, at + 8));
    if start >= 64
        && start % 64 == 0
        && let Some(section) = stretch(file, start, length)
    {
        put_checksum(file, section, at + 16);
    }
}

/// A log of the graph's file whose records have right numbers and checksums.
fn log_with_right_checksums(data: &[u8], graph: &[u8]) -> Vec<u8> {
    let mut log = data.to_vec();
    if log.len() < 64 {
        return log;
    }
    log[..8].copy_from_slice(b"STNDLG\r\n");
    log[8..12].copy_from_slice(&2u32.to_le_bytes());
    log[16..32].copy_from_slice(&graph[16..32]);
    let mut sequence = table_sequence(graph);
    log[32..40].copy_from_slice(&sequence.to_le_bytes());
    put_checksum(&mut log, 0..60, 60);
    let mut at = 64;
    while at + 32 < log.len() {
        sequence += 1;
        let left = log.len() - at - 32;
        let length = (number(&log, at) as u32 as usize).clamp(1, left);
        log[at..at + 4].copy_from_slice(&(length as u32).to_le_bytes());
        log[at + 8..at + 16].copy_from_slice(&sequence.to_le_bytes());
        let end = at + 32 + length;
        let mut record = log[at..at + 4].to_vec();
        record.extend(&log[at + 8..end]);
        log[at + 4..at + 8].copy_from_slice(&crc32fast::hash(&record).to_le_bytes());
        at = end;
    }
    log
}

/// The number of the last commit in a graph's file.
fn table_sequence(graph: &[u8]) -> u64 {
    number(graph, number(graph, 32) as usize)
}

fn put_checksum(file: &mut [u8], of: std::ops::Range<usize>, at: usize) {
    let checksum = crc32fast::hash(&file[of]);
    file[at..at + 4].copy_from_slice(&checksum.to_le_bytes());
}

fn stretch(file: &[u8], start: u64, length: u64) -> Option<std::ops::Range<usize>> {
    let start = usize::try_from(start).ok()?;
    let end = start.checked_add(usize::try_from(length).ok()?)?;
    (end <= file.len()).then_some(start..end)
}

fn number(bytes: &[u8], at: usize) -> u64 {
    let mut number = [0; 8];
    number.copy_from_slice(&bytes[at..at + 8]);
    u64::from_le_bytes(number)
}
