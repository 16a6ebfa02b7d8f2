//! Whole queries, from text to rows, against hand-written loops over compressed rows in the same process.
//!
//! Run with `cargo bench --bench query`. Times are medians; ratios are to the hand-written loop.

#![allow(clippy::print_stdout, reason = "a benchmark reports to people")]

mod common;

use common::{FOLLOWS, PERSONS, follows, median, people};
use standpoint::value::NodeId;
use standpoint::{Graph, RunOptions};
use std::path::Path;
use std::time::{Duration, Instant};

fn main() {
    let pairs = follows(PERSONS, FOLLOWS);
    let path = std::env::temp_dir().join(format!("standpoint-bench-{}.graph", std::process::id()));
    let graph = saved_and_opened(&pairs, &path);
    let _ = std::fs::remove_file(&path);
    let rows = Rows::new(&pairs);

    let (hand, count) = median_of(|| rows.pairs_by_degree());
    compare("two hops, count(*)", "MATCH (a)-[:FOLLOWS]->(b)-[:FOLLOWS]->(c) RETURN count(*)", &graph, hand, count);
    let (hand, count) = median_of(|| rows.pairs_by_loop());
    let query = "MATCH (a:Person)-[:FOLLOWS]->(b:Person)-[:FOLLOWS]->(c:Person) RETURN count(*)";
    compare("two hops with labels, count(*)", query, &graph, hand, count);
    let (hand, count) = median_of(|| rows.pairs_enumerated());
    let query = "MATCH (a)-[:FOLLOWS]->(b)-[:FOLLOWS]->(c) WITH c, a RETURN max(id(c) + id(a)) > 0, count(*)";
    compare_last("two hops, every row made", query, &graph, hand, count);
    let (hand, count) = median_of(|| rows.degree_count());
    compare("one hop, count(*)", "MATCH (:Person)-[:FOLLOWS]->(x) RETURN count(*)", &graph, hand, count);
    let (hand, count) = median_of(|| rows.reached());
    let query = "MATCH (a:Person) WHERE id(a) = 0 MATCH (a)-[:FOLLOWS*1..2]->(b) RETURN count(DISTINCT b)";
    compare("reached within two hops of one person", query, &graph, hand, count);
    joins();
}

/// How many there are on either side of a join.
const SIDE: i64 = 10_000;

/// Two labels that nothing but a value joins, against a hash table, and against a product with a filter.
fn joins() {
    let graph = Graph::in_memory();
    for label in ["Left", "Right"] {
        let create = format!("UNWIND range(1, {SIDE}) AS i CREATE (:{label} {{k: i * 7919 % {SIDE}, i: i}})");
        assert!(graph.run(&create).is_ok());
    }
    let keys = || (1..=SIDE).map(|i| i * 7919 % SIDE);
    let (hand, count) = median_of(|| {
        let right: std::collections::HashSet<i64> = keys().collect();
        keys().filter(|key| right.contains(key)).count() as u64
    });
    let query = "MATCH (a:Left), (b:Right) WHERE a.k = b.k RETURN count(*)";
    compare("10,000 and 10,000 joined by a property", query, &graph, hand, count);
    let options = RunOptions { disabled_rules: ["hash_join".to_owned()].into(), ..RunOptions::default() };
    let begun = Instant::now();
    let answer = graph.session().run_with(query, &Default::default(), &options);
    let row = answer.and_then(|mut answer| answer.next_row());
    assert!(row.is_ok_and(|row| row.is_some()), "the product gives no row");
    report("the same as a product", begun.elapsed());
}

/// Builds the graph, saves it, opens it again, and reports the times.
fn saved_and_opened(pairs: &[(NodeId, NodeId)], path: &Path) -> Graph {
    let begun = Instant::now();
    let (version, _, _) = people(PERSONS, pairs);
    report("building", begun.elapsed());
    let begun = Instant::now();
    assert!(standpoint::persist::save(&version, path).is_ok(), "the graph could not be saved");
    report("saving", begun.elapsed());
    let begun = Instant::now();
    let opened = Graph::open(path);
    report("opening", begun.elapsed());
    println!("{:<44} {:>12} bytes", "file", std::fs::metadata(path).map_or(0, |metadata| metadata.len()));
    match opened {
        Ok(graph) => graph,
        Err(error) => panic!("the graph could not be opened: {error}"),
    }
}

/// Compressed rows by start, and the number of relationships that end at each node.
struct Rows {
    offsets: Vec<u32>,
    targets: Vec<u32>,
    incoming: Vec<u64>,
    loops: u64,
}

impl Rows {
    fn new(pairs: &[(NodeId, NodeId)]) -> Rows {
        let nodes = PERSONS as usize;
        let mut pairs: Vec<(u32, u32)> = pairs.iter().map(|(from, to)| (from.0, to.0)).collect();
        pairs.sort_unstable();
        let mut offsets = vec![0; nodes + 1];
        let mut incoming = vec![0; nodes];
        for (from, to) in &pairs {
            offsets[*from as usize + 1] += 1;
            incoming[*to as usize] += 1;
        }
        for node in 0..nodes {
            offsets[node + 1] += offsets[node];
        }
        let loops = pairs.iter().filter(|(from, to)| from == to).count() as u64;
        Rows { offsets, targets: pairs.into_iter().map(|pair| pair.1).collect(), incoming, loops }
    }

    fn at(&self, node: usize) -> &[u32] {
        &self.targets[self.offsets[node] as usize..self.offsets[node + 1] as usize]
    }

    fn nodes(&self) -> std::ops::Range<usize> {
        0..self.incoming.len()
    }

    /// Pairs of different relationships that meet: products of degrees.
    fn pairs_by_degree(&self) -> u64 {
        self.nodes().map(|node| self.incoming[node] * self.at(node).len() as u64).sum::<u64>() - self.loops
    }

    /// The same by going along every relationship and adding the degree of its end.
    fn pairs_by_loop(&self) -> u64 {
        let at = |from: usize| self.at(from).iter().map(|to| self.at(*to as usize).len() as u64).sum::<u64>();
        self.nodes().map(at).sum::<u64>() - self.loops
    }

    /// The same by visiting every pair.
    fn pairs_enumerated(&self) -> u64 {
        let mut count = 0;
        let mut greatest = 0;
        for from in self.nodes() {
            for to in self.at(from) {
                for end in self.at(*to as usize) {
                    count += 1;
                    greatest = greatest.max(from as u64 + u64::from(*end));
                }
            }
        }
        std::hint::black_box(greatest);
        count - self.loops
    }

    fn degree_count(&self) -> u64 {
        self.nodes().map(|node| self.at(node).len() as u64).sum()
    }

    fn reached(&self) -> u64 {
        let mut seen = vec![false; self.incoming.len()];
        for first in self.at(0) {
            seen[*first as usize] = true;
            for second in self.at(*first as usize) {
                seen[*second as usize] = true;
            }
        }
        seen.iter().filter(|seen| **seen).count() as u64
    }
}

/// How often each thing is timed.
const RUNS: usize = 5;

fn median_of(mut run: impl FnMut() -> u64) -> (Duration, u64) {
    median(RUNS, &mut run)
}

fn compare(what: &str, query: &str, graph: &Graph, hand: Duration, expected: u64) {
    compare_column(what, query, graph, hand, expected, 0);
}

fn compare_last(what: &str, query: &str, graph: &Graph, hand: Duration, expected: u64) {
    compare_column(what, query, graph, hand, expected, 1);
}

/// Runs a query several times, checks its number and reports the ratio.
fn compare_column(what: &str, query: &str, graph: &Graph, hand: Duration, expected: u64, column: usize) {
    let (time, given) = median(RUNS, || {
        let row = graph.run(query).and_then(|mut answer| answer.next_row());
        match row {
            Ok(Some(row)) => row.values()[column].clone(),
            other => panic!("{query} gave {other:?}"),
        }
    });
    assert_eq!(given.as_int(), i64::try_from(expected).ok(), "{query}");
    let ratio = time.as_secs_f64() / hand.as_secs_f64();
    println!("{what:<44} {:>12.3} ms   hand {:>9.3} ms   x {ratio:.2}", ms(time), ms(hand));
}

fn report(what: &str, time: Duration) {
    println!("{what:<44} {:>12.3} ms", ms(time));
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
