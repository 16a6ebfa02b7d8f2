//! Files that earlier versions of the program have written: opened by this one, for ever after.
//!
//! `tests/formats/` holds saved graphs of each version of the format, for each a log that goes on from it, and what both
//! hold: one graph with every kind of value, one with every kind of index and constraint, one with rules, and one that
//! keeps a history. With `UPDATE_EXPECTED=1`
//! those of the current version are written, where there are none yet.

use crate::golden;
use standpoint::Graph;
use standpoint::session::{OpenOptions, Retention};
use standpoint::store::Version;
use standpoint::value::format::{NoGraph, literal};
use std::path::{Path, PathBuf};

/// Statements that leave every kind of value, and every kind of change in the log.
const SAVED: &[&str] = &[
    "CREATE (:Actor:State {name: 'Kyiv', aliases: ['Київ', 'Kiev'], n: 1, f: -0.0, yes: true})",
    "CREATE (:Proposal {name: '28-point plan', d: date('2025-11-21'), t: time('10:00+01:00'), l: localtime('23:59')})",
    "CREATE (:Proposal {m: localdatetime('2025-11-21T10:00'), z: datetime('2025-11-21T10:00[Europe/Kyiv]')})",
    "MATCH (a:Actor), (p:Proposal) CREATE (a)-[:OPPOSES {confidence: 0.9, mixed: [1, 2]}]->(p)",
    "UNWIND range(1, 1500) AS n CREATE (:Many {n: n, word: 'w' + (n % 7), mixed: CASE n % 3 WHEN 0 THEN n ELSE 'x' END})",
    "MATCH (a:Many), (b:Many {n: a.n * 2}) CREATE (a)-[:NEXT]->(b)",
    "MATCH (n:Many {n: 77}) DETACH DELETE n",
];
const LOGGED: &[&str] = &[
    "CREATE (:Actor {name: 'Moscow', spent: duration('P1M2DT3S')})-[:PROPOSES {at: date('2025-11-20')}]->(:Proposal)",
    "MATCH (n:Many {n: 5}) SET n:Few, n.word = null, n.mixed = 1.5 REMOVE n:Many",
    "MATCH (:Actor)-[r:OPPOSES]->() SET r.confidence = 1",
    "MATCH (n:Many {n: 9}) DETACH DELETE n",
];

/// The same for definitions: each kind is there, made in the log, and dropped in the log.
const SAVED_SCHEMA: &[&str] = &[
    "CREATE (:Actor {name: 'Kyiv', n: 1, d: date('2025-11-21')})-[:OPPOSES {confidence: 0.9}]->(:Actor {name: 'Moscow', n: 2})",
    "CREATE INDEX by_n FOR (a:Actor) ON (a.n)",
    "CREATE INDEX `by both` FOR (a:Actor) ON (a.n, a.d)",
    "CREATE TEXT INDEX by_words FOR (a:Actor) ON (a.name)",
    "CREATE INDEX by_confidence FOR ()-[r:OPPOSES]-() ON (r.confidence)",
    "CREATE CONSTRAINT one_name FOR (a:Actor) REQUIRE a.name IS UNIQUE",
    "CREATE CONSTRAINT actor_key FOR (a:Actor) REQUIRE (a.name, a.n) IS NODE KEY",
    "CREATE CONSTRAINT typed FOR (a:Actor) REQUIRE a.n IS :: INTEGER | FLOAT | LIST<DATE NOT NULL>",
    "CREATE CONSTRAINT sure FOR ()-[r:OPPOSES]-() REQUIRE r.confidence IS NOT NULL",
    "DROP CONSTRAINT actor_key",
    "CREATE CONSTRAINT named FOR (p:Person) REQUIRE (p.name) IS NODE KEY",
];
const LOGGED_SCHEMA: &[&str] = &[
    "CREATE (:Actor {name: 'Europe', n: 3})",
    "DROP INDEX by_words",
    "CREATE TEXT INDEX words FOR ()-[r:OPPOSES]-() ON (r.quote)",
    "DROP CONSTRAINT typed",
    "CREATE CONSTRAINT typed FOR ()-[r:OPPOSES]-() REQUIRE r.confidence IS :: FLOAT",
];

/// The same for rules.
const SAVED_RULES: &[&str] = &[
    "CREATE (:Actor {name: 'Kyiv'})-[:OPPOSES]->(:Plan)<-[:OPPOSES]-(:Actor {name: 'Oslo'})",
    "CREATE RULE allied FOR (a)-[:ALLIED]->(b) WHEN MATCH (a)-[:OPPOSES]->()<-[:OPPOSES]-(b) WHERE NOT (a)-[:MET]->(b)",
    "CREATE RULE `any way` FOR (a)-[:LINKED]->(b) WHEN MATCH (a)--(b)",
];
const LOGGED_RULES: &[&str] = &[
    "DROP RULE `any way`",
    "CREATE RULE further FOR (a)-[:ALLIED]->(b) WHEN MATCH (a)-[:ALLIED]->()-[:ALLIED]->(b)",
    "MATCH (a)-[:ALLIED]->(b) CREATE (a)-[:MET]->(b)",
];

/// The same for changes that are taken back.
const SAVED_HISTORY: &[&str] = &[
    "CREATE (:Actor {name: 'Kyiv'})-[:OPPOSES {since: date('2025-11-21'), confidence: 0.9}]->(:Proposal {name: 'plan'})",
    "CREATE INDEX by_name FOR (a:Actor) ON (a.name)",
    "MATCH ()-[r:OPPOSES]->() DELETE r",
    "MATCH (a:Actor) SET a:State, a.name = 'Ukraine'",
];
const LOGGED_HISTORY: &[&str] = &[
    "MATCH (n) DETACH DELETE n",
    "CREATE (:Actor {name: 'Moscow', at: time('10:00+01:00')})-[:PROPOSES]->(:Proposal)",
    "DROP INDEX by_name",
];

/// A graph that is written.
struct Sample {
    /// The ending of its name.
    ending: &'static str,
    history: bool,
    saved: &'static [&'static str],
    logged: &'static [&'static str],
}

const GRAPHS: &[Sample] = &[
    Sample { ending: "-schema", history: false, saved: SAVED_SCHEMA, logged: LOGGED_SCHEMA },
    Sample { ending: "-rules", history: false, saved: SAVED_RULES, logged: LOGGED_RULES },
    Sample { ending: "-history", history: true, saved: SAVED_HISTORY, logged: LOGGED_HISTORY },
    Sample { ending: "", history: false, saved: SAVED, logged: LOGGED },
];

#[test]
fn files_of_every_version_of_the_format_open() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats");
    for sample in GRAPHS {
        let current = folder.join(format!("format-{}{}.graph", current_format(sample), sample.ending));
        if golden::updating() && !current.exists() {
            write(&current, sample);
        }
        assert!(current.exists(), "the format has changed: UPDATE_EXPECTED=1 writes the files of the new version");
    }
    for file in golden::files(&folder, "graph") {
        // Opened in a copy, so that nothing can be written here.
        let copies = tempfile::tempdir().unwrap();
        let copy = copies.path().join("x.graph");
        std::fs::copy(&file, &copy).unwrap();
        let saved = dump(&Graph::open(&copy).unwrap().snapshot());
        std::fs::copy(log_of(&file), log_of(&copy)).unwrap();
        let graph = Graph::open(&copy).unwrap();
        let stem = file.file_stem().unwrap().to_string_lossy();
        let sample = GRAPHS.iter().find(|sample| stem.ends_with(sample.ending)).unwrap();
        assert_eq!(graph.recovery().commits as usize, sample.logged.len());
        assert_eq!(graph.snapshot().problems(), Vec::<String>::new());
        let text = format!("{saved}\n-- with the log\n{}{}", dump(&graph.snapshot()), dump_history(&graph));
        let difference = golden::compare(&file.with_extension("txt"), &text);
        assert!(difference.is_none(), "{}", difference.unwrap_or_default());
        graph.run("CREATE (:After)").unwrap();
        graph.close().unwrap();
    }
}

fn log_of(path: &Path) -> PathBuf {
    path.with_extension("graph-wal")
}

/// The version of the format that is written now.
fn current_format(sample: &Sample) -> u32 {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.graph");
    create(&path, sample).close().unwrap();
    let bytes = std::fs::read(&path).unwrap();
    u32::from_le_bytes(bytes[8..12].try_into().unwrap())
}

fn create(path: &Path, sample: &Sample) -> Graph {
    let history = sample.history.then(Retention::default);
    Graph::create_with(path, OpenOptions { history, ..OpenOptions::default() }).unwrap()
}

fn write(path: &Path, sample: &Sample) {
    let folder = tempfile::tempdir().unwrap();
    let new = folder.path().join("x.graph");
    let graph = create(&new, sample);
    sample.saved.iter().for_each(|statement| drop(graph.run(statement).unwrap()));
    graph.save().unwrap();
    sample.logged.iter().for_each(|statement| drop(graph.run(statement).unwrap()));
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::copy(&new, path).unwrap();
    std::fs::copy(log_of(&new), log_of(path)).unwrap();
}

/// What was known before each commit, and what is said of moments before the first.
fn dump_history(graph: &Graph) -> String {
    let now = graph.snapshot();
    let Some(history) = now.history() else { return String::new() };
    let mut text = format!("\n-- {}\n", graph.as_recorded(history.since() - 1).unwrap_err());
    for step in history.steps() {
        let then = graph.as_recorded(step.time - 1).unwrap();
        assert_eq!(then.problems(), Vec::<String>::new());
        text += &format!("\n-- before {}\n{}", step.time, dump(&then));
    }
    text
}

/// Everything that a graph holds; long runs of nodes and relationships as their number and a checksum.
fn dump(graph: &Version) -> String {
    let catalog = graph.catalog();
    let properties = |properties: Vec<(standpoint::value::KeyId, standpoint::Value)>| {
        let shown = properties
            .into_iter()
            .map(|(key, value)| format!("{}: {}", catalog.key_name(key), literal(&value, &NoGraph)));
        shown.collect::<Vec<_>>().join(", ")
    };
    let mut lines = vec![format!("commit {}", graph.sequence())];
    for node in graph.node_ids() {
        let labels: Vec<&str> = graph.node_labels(node).into_iter().map(|label| &**catalog.label_name(label)).collect();
        lines.push(format!("node {} {} {{{}}}", node.0, labels.join(":"), properties(graph.node_properties(node))));
    }
    for (rel_type, name) in catalog.rel_types() {
        for rel in graph.rel_ids(rel_type) {
            let (from, to) = graph.endpoints(rel).unwrap();
            let properties = properties(graph.rel_properties(rel));
            lines.push(format!("{name} {} {} {} {{{properties}}}", rel.row, from.0, to.0));
        }
    }
    lines.extend(graph.indexes().map(|index| index.statement(graph.catalog())));
    lines.extend(graph.constraints().map(|constraint| constraint.statement(graph.catalog())));
    lines.extend(graph.rules().iter().map(|rule| rule.statement.to_string()));
    let short = lines.iter().filter(|line| !line.contains("Many") && !line.starts_with("NEXT"));
    let mut text: String = short.map(|line| format!("{line}\n")).collect();
    text += &format!("{} lines, checksum {:08x}\n", lines.len(), crc32fast::hash(lines.join("\n").as_bytes()));
    text
}
