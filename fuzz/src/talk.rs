//! Targets for what other programs send: conversations, and whole texts of facts.

use super::disk::MemoryDisk;
use super::files::{content, meaning, on};
use serde_json::Value as Json;
use standpoint::io::cypher;
use standpoint::io::encode::Encoding;
use standpoint::io::protocol::{Options, serve};
use standpoint::syntax::script;
use standpoint::{Graph, RunOptions};

/// The longest conversation, in lines: each may take as long as a statement may.
const MOST_LINES: usize = 16;

/// The longest text of facts, in lines.
const MOST_FACTS: usize = 200;

/// What a graph knows before it is told more.
const ALREADY_KNOWN: &str =
    "CREATE (a:Actor {name: 'Kyiv', aliases: ['Ukraine']})-[:OPPOSES {confidence: 0.9}]->(:Idea {name: 'concessions'})";

/// Lines of any bytes as a conversation on a small graph: every line is answered by events that are JSON, of which the
/// last is a summary or an error and no error is a defect of the library; values that were sent come back the same;
/// and the graph is well at the end.
pub fn protocol(data: &[u8]) {
    let lines = data.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty()).count();
    if lines > MOST_LINES {
        return;
    }
    for encoding in [Encoding::Typed, Encoding::Plain] {
        let graph = super::small_graph();
        let events = answered(&graph, data, encoding);
        let ends = events.iter().filter(|event| matches!(name(event), "Summary" | "Error")).count();
        assert_eq!(ends, lines, "answers, and requests");
        assert_eq!(graph.snapshot().problems(), Vec::<String>::new());
        if encoding == Encoding::Typed {
            let records = events.iter().filter(|event| name(event) == "Record");
            records.take(4).for_each(|record| assert_comes_back(&graph, &record["_body"]));
        }
    }
}

/// A whole text of facts told to a graph in a file: all of it or nothing is there, the graph is well, the same after it
/// was closed and opened, and the statements that it is exported as make it anew.
pub fn load(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if text.lines().count() > MOST_FACTS {
        return;
    }
    let disk = MemoryDisk::default();
    let graph = Graph::create_with("x.graph", on(&disk)).unwrap_or_else(|error| panic!("{error}"));
    graph.run(ALREADY_KNOWN).unwrap_or_else(|error| panic!("{error}"));
    let before = content(&graph.snapshot());
    let loaded = graph.load_facts(text);
    assert_eq!(graph.snapshot().problems(), Vec::<String>::new());
    let after = content(&graph.snapshot());
    if let Err(error) = loaded {
        assert_eq!(after, before, "something stays of a text that was refused");
        return super::check_span(text, &error);
    }
    assert_makes_anew(&graph);
    graph.close().unwrap_or_else(|error| panic!("{error}"));
    let again = Graph::open_with("x.graph", on(&disk)).unwrap_or_else(|error| panic!("saved, and then: {error}"));
    assert_eq!(content(&again.snapshot()), after, "closed and opened again");
}

/// The statements that export a graph make the same one.
fn assert_makes_anew(graph: &Graph) {
    let statements = exported(graph);
    let again = Graph::in_memory();
    for range in script::statements(&statements) {
        let statement = &statements[range.unwrap_or_else(|error| panic!("{error}: {statements}"))];
        if let Err(error) = again.run(statement) {
            panic!("{error}: {statement}");
        }
    }
    assert_eq!(meaning(&again.snapshot()), meaning(&graph.snapshot()), "made anew by {statements}");
}

fn exported(graph: &Graph) -> String {
    let mut out = Vec::new();
    cypher::write(&graph.snapshot(), &mut out).unwrap_or_else(|error| panic!("{error}"));
    String::from_utf8(out).unwrap_or_else(|error| panic!("{error}"))
}

fn name(event: &Json) -> &str {
    event["$event"].as_str().unwrap_or_else(|| panic!("no event: {event}"))
}

fn answered(graph: &Graph, requests: &[u8], encoding: Encoding) -> Vec<Json> {
    let run = RunOptions { timeout: Some(std::time::Duration::from_millis(200)), ..super::limits() };
    let options = Options { encoding, test_hooks: true, max_line: 1 << 16, run };
    let mut out = Vec::new();
    serve(&mut graph.session(), requests, &mut out, &options).unwrap_or_else(|error| panic!("{error}"));
    let text = String::from_utf8(out).unwrap_or_else(|error| panic!("{error}"));
    let events = text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")));
    let events: Vec<Json> = events.collect();
    let defect = |event: &&Json| event["_body"][0]["type"] == "Internal";
    if let Some(event) = events.iter().find(defect) {
        panic!("{event}");
    }
    events
}

/// A typed value that is sent back as a parameter is given as it was; one that belongs to the graph is refused.
fn assert_comes_back(graph: &Graph, values: &Json) {
    let text = values.to_string();
    if ["\"Node\"", "\"Relationship\"", "\"Path\""].iter().any(|of_graph| text.contains(of_graph)) {
        return;
    }
    let request = serde_json::json!({"statement": "RETURN $values", "parameters": {"values": values}});
    let events = answered(graph, request.to_string().as_bytes(), Encoding::Typed);
    let record = events.iter().find(|event| name(event) == "Record");
    let back = record.unwrap_or_else(|| panic!("{values} cannot be sent: {events:?}"));
    assert_eq!(&back["_body"][0]["_value"], values);
}
