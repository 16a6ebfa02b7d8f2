//! What reading costs while changes are pending: questions to a graph after single commits, against the same graph compacted.
//!
//! Run with `cargo bench --bench deltas`. Times are the least of several runs, taken in turns; ` -- loop N PENDING` asks
//! question N ten times of the graph with changes pending (`1`) or compacted (`0`), for a profiler that counts instructions.

#![allow(clippy::print_stdout, reason = "a benchmark reports to people")]

mod common;

use common::{FEW_FOLLOWS, FEW_PERSONS, FOLLOWS, PERSONS, Sequence, follows, people};
use standpoint::persist::save;
use standpoint::value::Map;
use standpoint::{Graph, RunOptions, Value};
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Sizes of the graphs: sets S and M of the comparison with other engines.
const SETS: [(&str, u32, usize); 2] = [("S", FEW_PERSONS, FEW_FOLLOWS), ("M", PERSONS, FOLLOWS)];
/// Single commits before the questions.
const COMMITS: usize = 10_000;
/// How often each question is asked.
const RUNS: usize = 15;

const QUESTIONS: &[(&str, &str)] = &[
    ("one hop, counted", "MATCH (:Person)-[:FOLLOWS]->(b) WHERE b.age > 50 RETURN count(*)"),
    ("two hops, counted", "MATCH (a)-[:FOLLOWS]->(b)-[:FOLLOWS]->(c) RETURN count(*)"),
    ("one hop, every row made", "MATCH (a)-[:FOLLOWS]->(b) WITH a, b RETURN max(id(a) + id(b))"),
    ("groups by the end", "MATCH (a)-[:FOLLOWS]->(b) RETURN b.age AS age, count(*) ORDER BY age"),
    ("most followed", "MATCH (a)-[:FOLLOWS]->(b) WITH b, count(a) AS n ORDER BY n DESC, id(b) LIMIT 3 RETURN id(b), n"),
    ("relationships scanned", "MATCH (a)-[f:FOLLOWS]->(b) WHERE id(a) < id(b) RETURN count(f)"),
    ("reached in four steps", "MATCH (a) WHERE id(a) = 7 MATCH (a)-[:FOLLOWS*1..4]->(b) RETURN count(DISTINCT b)"),
    (
        "triangles of some",
        "MATCH (a)-[:FOLLOWS]->(b)-[:FOLLOWS]->(c), (a)-[:FOLLOWS]->(c) WHERE id(a) < 500 RETURN count(*)",
    ),
];

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let asked = arguments.iter().position(|argument| argument == "loop").map(|at| {
        let number = |at: usize| arguments.get(at).and_then(|number| number.parse::<usize>().ok()).unwrap_or_default();
        (number(at + 1), number(at + 2))
    });
    for (name, persons, count) in SETS {
        let [compacted, pending] = graphs(persons, count);
        if let Some((question, which)) = asked {
            let graph = if which == 0 { &compacted } else { &pending };
            (0..10).for_each(|_| _ = answer(graph, QUESTIONS[question].1));
            return;
        }
        println!(
            "set {name}, {} relationships, of which {COMMITS} came by single commits",
            pending.snapshot().rel_count()
        );
        for (what, question) in QUESTIONS {
            compare(what, question, &compacted, &pending);
        }
    }
}

/// The same graph compacted, and with changes pending.
fn graphs(persons: u32, count: usize) -> [Graph; 2] {
    let pending = Graph::from_version(people(persons, &follows(persons, count)).0);
    let (mut session, mut sequence) = (pending.session(), Sequence::new(5));
    for _ in 0..COMMITS {
        let ends = ["a", "b"].map(|name| (Arc::from(name), Value::Int(i64::from(sequence.below(persons)))));
        let create = "MATCH (a), (b) WHERE id(a) = $a AND id(b) = $b CREATE (a)-[:FOLLOWS]->(b)";
        session.run_with(create, &ends.into_iter().collect(), &RunOptions::default()).expect("committed");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("compacted.graph");
    save(&pending.snapshot(), &path).expect("saved");
    let compacted = Graph::open(&path).expect("opened");
    // Everything is read before the folder is gone.
    compacted.run("MATCH (a)-[:FOLLOWS]->(b) RETURN count(b.age)").and_then(|mut answer| answer.rows()).expect("read");
    [compacted, pending]
}

fn answer(graph: &Graph, question: &str) -> (Duration, String) {
    let options = RunOptions { threads: NonZeroUsize::new(1), ..RunOptions::default() };
    let begun = Instant::now();
    let rows = graph.session().run_with(question, &Map::new(), &options).and_then(|mut answer| answer.rows());
    (begun.elapsed(), format!("{:?}", rows.expect("a right question")))
}

fn compare(what: &str, question: &str, compacted: &Graph, pending: &Graph) {
    let mut least = [Duration::MAX; 2];
    for _ in 0..RUNS {
        let [(one, expected), (other, given)] = [compacted, pending].map(|graph| answer(graph, question));
        assert_eq!(given, expected, "{question}");
        least = [least[0].min(one), least[1].min(other)];
    }
    let [one, other] = least.map(|time| time.as_secs_f64() * 1e3);
    println!("{what:<28} compacted {one:>9.3} ms   pending {other:>9.3} ms   x {:.2}", other / one);
}
