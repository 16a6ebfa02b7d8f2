//! What the fuzzer calls: one function a target, each taking bytes and panicking when something is wrong.
//!
//! A new target is a function here, a line in [`TARGETS`], a file of two lines in `fuzz_targets/` and a `[[bin]]` in
//! `Cargo.toml`. The tests of the library run every function over its seeds.

pub mod disk;
pub mod files;
pub mod talk;

use standpoint::error::Detail;
use standpoint::syntax::{facts, parse_statement, script, unparse};
use standpoint::{Graph, Result, RunOptions};
use std::sync::LazyLock;
use std::time::Duration;

/// A target.
pub type Target = fn(&[u8]);

/// All targets by name.
pub const TARGETS: &[(&str, Target)] = &[
    ("parser", parser),
    ("query", query),
    ("facts", facts),
    ("load", talk::load),
    ("protocol", talk::protocol),
    ("graph_file", files::graph_file),
    ("log", files::log),
];

/// Text → tree → text → tree: both trees are equal. Splitting a text into statements loses nothing but separators.
pub fn parser(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let _ = script::classify(text);
    for range in script::statements(text).flatten() {
        assert!(text.get(range.clone()).is_some(), "{range:?} is no part of the text");
    }
    let statement = match parse_statement(text) {
        Ok(statement) => statement,
        Err(error) => return check_span(text, &error),
    };
    let written = unparse::statement(&statement);
    match parse_statement(&written) {
        Ok(again) => assert_eq!(statement, again, "written as {written}"),
        Err(error) => panic!("{error}: {written}"),
    }
}

/// Any statement on a small graph, under limits: no panic, no internal error, the place of an error inside the text,
/// and the same rows with and without optimizer and kernels where the rows are determined.
pub fn query(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let plain = RunOptions { optimize: false, kernels: false, batch_size: 1, ..limits() };
    let (first, second) = (give(text, &limits()), give(text, &plain));
    for given in [&first, &second] {
        if let Err(error) = given {
            check_span(text, error);
        }
    }
    if let (Ok(Some(first)), Ok(Some(second))) = (first, second)
        && is_determined(text)
    {
        assert_eq!(first, second, "with and without optimizer");
    }
}

/// A text of arrow facts: no panic; its canonical form is one; what it tells can be told twice.
pub fn facts(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let entries = facts::read(text).filter_map(Result::ok).count();
    let ahead = facts::read_with(text, |entries| entries.filter_map(Result::ok).count());
    assert_eq!(ahead, entries, "read ahead");
    if let Ok(formatted) = facts::format_file(text) {
        let again = facts::format_file(&formatted.sorted);
        assert!(again.as_ref().is_ok_and(|again| again.sorted == formatted.sorted), "{again:?} of {formatted:?}");
    }
    if entries > 200 {
        return;
    }
    let graph = Graph::in_memory();
    if let Err(error) = graph.load_facts(text) {
        return check_span(text, &error);
    }
    let nodes = graph.snapshot().node_count();
    if graph.load_facts(text).is_ok() {
        assert_eq!(graph.snapshot().node_count(), nodes, "telling again makes new entities");
    }
}

const SMALL_GRAPH: &str =
    "CREATE (a:A:B {k: 1, v: 'a', name: 'x'})-[:R {k: 1}]->(b:B {k: 2, v: 1.5})-[:S]->(c:C {v: [1, 2]}),
    (a)-[:R]->(b), (c)-[:T {k: 2}]->(a), (b)-[:R]->(b), (:A {k: 3, v: true}), (:C {v: date('2025-11-21')})";

fn limits() -> RunOptions {
    RunOptions {
        timeout: Some(Duration::from_millis(500)),
        memory: Some(32 << 20),
        max_rows: Some(1000),
        ..RunOptions::default()
    }
}

/// The small graph. Nothing changes it.
static GRAPH: LazyLock<Graph> = LazyLock::new(small_graph);

fn small_graph() -> Graph {
    let graph = Graph::in_memory();
    if let Err(error) = graph.run(SMALL_GRAPH) {
        panic!("the small graph cannot be made: {error}");
    }
    graph
}

/// The rows of a statement as sorted texts; nothing when it changes the graph.
fn give(text: &str, options: &RunOptions) -> Result<Option<Vec<String>>> {
    let read_only = RunOptions { read_only: true, ..options.clone() };
    match rows(&GRAPH, text, &read_only) {
        Err(error) if error.detail() == Detail::ReadOnly => rows(&small_graph(), text, options).map(|_| None),
        given => given.map(Some),
    }
}

fn rows(graph: &Graph, text: &str, options: &RunOptions) -> Result<Vec<String>> {
    let mut answer = graph.session().run_with(text, &Default::default(), options)?;
    let mut rows: Vec<String> = answer.rows()?.iter().map(|row| format!("{:?}", row.values())).collect();
    rows.sort();
    Ok(rows)
}

/// Whether a text holds none of the words that leave open which rows come, or let them depend on time and chance.
fn is_determined(text: &str) -> bool {
    const OPEN: [&str; 22] = [
        "limit",
        "skip",
        "rand",
        "uuid",
        "time",
        "date",
        "collect",
        "head",
        "last",
        "[",
        "reduce",
        "shortest",
        "any",
        "explain",
        "profile",
        "call",
        "min",
        "max",
        "avg",
        "sum",
        "std",
        "percentile",
    ];
    let lower = text.to_lowercase();
    !OPEN.iter().any(|word| lower.contains(word))
}

/// An error is no defect of the library, and its place is in the text.
fn check_span(text: &str, error: &standpoint::Error) {
    assert_ne!(error.error_type().as_str(), "Internal", "{error}");
    if let Some(span) = error.span() {
        assert!(text.get(span.start as usize..span.end as usize).is_some(), "{span:?} is no part of the text: {error}");
    }
}
