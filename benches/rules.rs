//! What follows from rules, against the same by hand: everything that is reached over relationships, and what a statement
//! pays that sees nothing of it.
//!
//! Run with `cargo bench --bench rules`. Times are medians.

#![allow(clippy::print_stdout, reason = "a benchmark reports to people")]

mod common;

use common::{Sequence, median};
use standpoint::Graph;
use std::collections::HashSet;
use std::time::Duration;

/// How often each thing is timed.
const RUNS: usize = 5;

fn main() {
    // Many small parts, and one long chain: much is derived at once, and little in many rounds.
    let mut sequence = Sequence::new(7);
    let parts: Vec<(u32, u32)> = (0..10_000)
        .map(|_| {
            let part = sequence.below(100) * 100;
            (part + sequence.below(100), part + sequence.below(100))
        })
        .collect();
    closure("10,000 relationships in 100 parts", 10_000, &parts);
    let chain: Vec<(u32, u32)> = (0..1_000).map(|node| (node, node + 1)).collect();
    closure("a chain of 1,000", 1_001, &chain);
}

fn closure(what: &str, nodes: u32, pairs: &[(u32, u32)]) {
    println!("{what}");
    let graph = graph(nodes, pairs);
    let (hand, expected) = median(RUNS, || reached(nodes, pairs));
    report("by hand, breadth first from each node", hand);
    let reach = "MATCH (a) MATCH (a)-[:E*1..]->(b) WITH DISTINCT a, b RETURN count(*)";
    report("MATCH (a)-[:E*1..]->(b), distinct ends", timed(&graph, reach, expected, false));
    let question = "MATCH ()-[r:R]->() RETURN count(r)";
    for (name, step) in [("linear", "(a)-[:R]->(m)-[:E]->(b)"), ("squaring", "(a)-[:R]->(m)-[:R]->(b)")] {
        run(&graph, "CREATE OR REPLACE RULE base FOR (a)-[:R]->(b) WHEN MATCH (a)-[:E]->(b)");
        run(&graph, &format!("CREATE OR REPLACE RULE step FOR (a)-[:R]->(b) WHEN MATCH {step}"));
        report(&format!("a {name} rule, derived after a commit"), timed(&graph, question, expected, true));
        report("  asked again", timed(&graph, question, expected, false));
        report(
            "  a question that sees nothing of it, after a commit",
            timed(&graph, "MATCH ()-[r:E]->() RETURN count(r)", pairs.len() as u64, true),
        );
    }
    run(&graph, "DROP RULE base");
    run(&graph, "DROP RULE step");
    report("the same without rules", timed(&graph, "MATCH ()-[r:E]->() RETURN count(r)", pairs.len() as u64, true));
}

fn graph(nodes: u32, pairs: &[(u32, u32)]) -> Graph {
    let graph = Graph::in_memory();
    run(&graph, &format!("UNWIND range(0, {}) AS i CREATE (:N {{i: i}})", nodes - 1));
    run(&graph, "CREATE INDEX by_i FOR (n:N) ON (n.i)");
    for some in pairs.chunks(1_000) {
        let rows: Vec<String> = some.iter().map(|(from, to)| format!("[{from}, {to}]")).collect();
        let rows = rows.join(", ");
        run(&graph, &format!("UNWIND [{rows}] AS p MATCH (a:N {{i: p[0]}}), (b:N {{i: p[1]}}) CREATE (a)-[:E]->(b)"));
    }
    graph
}

fn run(graph: &Graph, text: &str) {
    assert!(graph.run(text).is_ok(), "{text}");
}

/// How long a question takes, on a new version each time or on the same one.
fn timed(graph: &Graph, question: &str, expected: u64, anew: bool) -> Duration {
    let mut times = Vec::new();
    for round in 0..RUNS {
        if anew {
            run(graph, &format!("MATCH (n:N {{i: 0}}) SET n.round = {round}"));
        }
        let (time, given) = median(1, || {
            let row = graph.run(question).and_then(|mut answer| answer.next_row());
            row.ok().flatten().and_then(|row| row.values()[0].as_int())
        });
        assert_eq!(given, i64::try_from(expected).ok(), "{question}");
        times.push(time);
    }
    times.sort_unstable();
    times[times.len() / 2]
}

/// How many pairs there are of a node and another that is reached from it.
fn reached(nodes: u32, pairs: &[(u32, u32)]) -> u64 {
    let mut next = vec![Vec::new(); nodes as usize];
    pairs.iter().for_each(|(from, to)| next[*from as usize].push(*to));
    let mut count = 0;
    for start in 0..nodes {
        let mut seen = HashSet::new();
        let mut open = next[start as usize].clone();
        while let Some(node) = open.pop() {
            if seen.insert(node) {
                open.extend(&next[node as usize]);
            }
        }
        count += seen.len() as u64;
    }
    count
}

fn report(what: &str, time: Duration) {
    println!("  {what:<56} {:>12.3} ms", time.as_secs_f64() * 1e3);
}
