//! Shapes of statements that are known to make engines slow, each beside one that asks for the same or less in the plainest
//! way: an anchor behind a second pattern, `UNWIND` or `WITH`; chains of `OPTIONAL MATCH`; long paths; variable lengths in
//! groups and undirected in a dense graph; one row beside a large relation; labels of the ends of a relationship that an
//! index has found.
//!
//! Run with `cargo bench --bench shapes`. Times are medians. Two that mean the same must give the same.

#![allow(clippy::print_stdout, reason = "a benchmark reports to people")]

mod common;

use common::median;
use common::social::social;
use standpoint::value::{Map, Value};
use standpoint::{RunOptions, Session};
use std::sync::Arc;
use std::time::Duration;

/// How often each thing is timed.
const RUNS: usize = 9;
/// After how long a question without an end is given up.
const PATIENCE: Duration = Duration::from_millis(200);

/// A line of steps, a graph where all follow all, and an index over relationships.
const MORE: &[&str] = &[
    "UNWIND range(0, 999) AS i CREATE (:Step {i: i})",
    "CREATE INDEX FOR (s:Step) ON (s.i)",
    "UNWIND range(0, 998) AS i MATCH (a:Step {i: i}) MATCH (b:Step {i: i + 1}) CREATE (a)-[:NEXT]->(b)",
    "UNWIND range(0, 6) AS i CREATE (:Dense {i: i})",
    "MATCH (a:Dense), (b:Dense) WHERE a.i < b.i CREATE (a)-[:D]->(b)",
    "MATCH ()-[l:LIVES_IN]->() SET l.no = id(l)",
    "CREATE INDEX FOR ()-[l:LIVES_IN]-() ON (l.no)",
];

/// A name, a statement, and the plain one that gives the same.
const SAME: &[(&str, &str, &str)] = &[
    (
        "second pattern",
        "MATCH (a:Person {id: $a}), (c:City {city: 'City 5'}) MATCH (a)-[:FOLLOWS]->(b) RETURN count(*)",
        "MATCH (a:Person {id: $a})-[:FOLLOWS]->(b), (c:City {city: 'City 5'}) RETURN count(*)",
    ),
    (
        "after UNWIND",
        "UNWIND [$a] AS id MATCH (a:Person {id: id})-[:FOLLOWS]->(b) RETURN count(*)",
        "MATCH (a:Person {id: $a})-[:FOLLOWS]->(b) RETURN count(*)",
    ),
    (
        "after WITH",
        "WITH $a AS id MATCH (b)<-[:FOLLOWS]-(a:Person) WHERE id = a.id RETURN count(*)",
        "MATCH (a:Person {id: $a})-[:FOLLOWS]->(b) RETURN count(*)",
    ),
    (
        "one row beside",
        "UNWIND [{id: $a}] AS row MATCH (a:Person)-[:FOLLOWS]->(b:Person) WHERE a.id = row.id RETURN count(*)",
        "MATCH (a:Person {id: $a})-[:FOLLOWS]->(b) RETURN count(*)",
    ),
    (
        "one row, no index",
        "UNWIND [{age: 30}] AS row MATCH (a:Person)-[:FOLLOWS]->(b:Person) WHERE a.age = row.age RETURN count(*)",
        "MATCH (a:Person)-[:FOLLOWS]->(b:Person) WHERE a.age = 30 RETURN count(*)",
    ),
    (
        "ends of an index",
        "MATCH (a:Person)-[l:LIVES_IN {no: 77}]->(c:City) RETURN count(*)",
        "MATCH ()-[l:LIVES_IN {no: 77}]->() RETURN count(*)",
    ),
    ("sorted, counted", "MATCH (p:Person) WITH p ORDER BY p.age RETURN count(*)", "MATCH (p:Person) RETURN count(*)"),
    ("a whole type", "MATCH (a)-[f:FOLLOWS]->(b) RETURN count(f)", "MATCH ()-[:FOLLOWS]->() RETURN count(*)"),
    (
        "ten optional",
        "MATCH (p:Person {id: $a}) OPTIONAL MATCH (p)-[:LIVES_IN]->(c) OPTIONAL MATCH (c)-[:CITY_IN]->(s) \
         OPTIONAL MATCH (s)-[:STATE_IN]->(k) OPTIONAL MATCH (p)-[:NEXT]->(x1) OPTIONAL MATCH (x1)-[:NEXT]->(x2) \
         OPTIONAL MATCH (x2)-[:NEXT]->(x3) OPTIONAL MATCH (x3)-[:NEXT]->(x4) OPTIONAL MATCH (x4)-[:NEXT]->(x5) \
         OPTIONAL MATCH (x5)-[:NEXT]->(x6) OPTIONAL MATCH (x6)-[:NEXT]->(x7) RETURN k.country, x7",
        "MATCH (p:Person {id: $a})-[:LIVES_IN]->()-[:CITY_IN]->()-[:STATE_IN]->(k) RETURN k.country, null",
    ),
    (
        "ten optional, all",
        "MATCH (p:Person) OPTIONAL MATCH (p)-[:LIVES_IN]->(c) OPTIONAL MATCH (c)-[:CITY_IN]->(s) \
         OPTIONAL MATCH (s)-[:STATE_IN]->(k) OPTIONAL MATCH (p)-[:NEXT]->(x1) OPTIONAL MATCH (x1)-[:NEXT]->(x2) \
         OPTIONAL MATCH (x2)-[:NEXT]->(x3) OPTIONAL MATCH (x3)-[:NEXT]->(x4) OPTIONAL MATCH (x4)-[:NEXT]->(x5) \
         OPTIONAL MATCH (x5)-[:NEXT]->(x6) OPTIONAL MATCH (x6)-[:NEXT]->(x7) RETURN k.country AS c, count(*) ORDER BY c",
        "MATCH (p:Person)-[:LIVES_IN]->()-[:CITY_IN]->()-[:STATE_IN]->(k) RETURN k.country AS c, count(*) ORDER BY c",
    ),
    (
        "27 hops",
        "MATCH (:Step {i: 3})-[:NEXT]->()-[:NEXT]->()-[:NEXT]->()-[:NEXT]->()-[:NEXT]->()-[:NEXT]->()-[:NEXT]->()\
         -[:NEXT]->()-[:NEXT]->()-[:NEXT]->()-[:NEXT]->()-[:NEXT]->()-[:NEXT]->()-[:NEXT]->()-[:NEXT]->()-[:NEXT]->()\
         -[:NEXT]->()-[:NEXT]->()-[:NEXT]->()-[:NEXT]->()-[:NEXT]->()-[:NEXT]->()-[:NEXT]->()-[:NEXT]->()-[:NEXT]->()\
         -[:NEXT]->()-[:NEXT]->(s) RETURN s.i",
        "MATCH (:Step {i: 3})-[:NEXT*27]->(s) RETURN s.i",
    ),
    (
        "*0..3 in groups",
        "MATCH (p:Person {age: 30})-[:FOLLOWS*0..3]->(q) WITH p, count(DISTINCT q) AS n RETURN sum(n)",
        "MATCH (p:Person {age: 30}) RETURN sum(size(COLLECT { MATCH (p)-[:FOLLOWS*0..3]->(q) RETURN DISTINCT q }))",
    ),
    (
        "dense, either way",
        "MATCH (a:Dense {i: 0})-[:D*1..6]-(b) RETURN count(*)",
        "MATCH (b)-[:D*1..6]-(a:Dense {i: 0}) RETURN count(*)",
    ),
    ("dense, reached", "MATCH (a:Dense {i: 0})-[:D*]-(b) RETURN count(DISTINCT b)", "MATCH (b:Dense) RETURN count(*)"),
];

/// Questions of so many answers that nobody can wait for them: they end with an error, in time.
const ENDLESS: &[&str] = &[
    "MATCH (a:Dense)-[:D*]-(b:Dense) RETURN count(*)",
    "MATCH p = (:Person)-[:FOLLOWS*]-(:Person) RETURN max(length(p))",
];

fn main() {
    let graph = social();
    let mut session = graph.session();
    for statement in MORE {
        session.run(statement).expect("more is added");
    }
    for (name, shape, plain) in SAME {
        let (given, expected) = (rows(&mut session, shape), rows(&mut session, plain));
        assert!(given == expected, "{name} gives {given:?} instead of {expected:?}");
        let (shape, plain) = (timed(&mut session, shape), timed(&mut session, plain));
        println!("{name:<20} {:>10.4} ms, plainly {:>10.4} ms   x {:.2}", ms(shape), ms(plain), ms(shape) / ms(plain));
    }
    for text in ENDLESS {
        let options = RunOptions { timeout: Some(PATIENCE), ..RunOptions::default() };
        let time = median(RUNS, || {
            let answer = session.run_with(text, &Map::new(), &options).and_then(|mut answer| answer.rows());
            assert!(answer.is_err(), "{text} has an answer");
        });
        println!("{:>10.1} ms until {} ms are over: {text}", ms(time.0), PATIENCE.as_millis());
    }
}

fn timed(session: &mut Session, text: &str) -> Duration {
    median(RUNS, || rows(session, text)).0
}

/// The rows of an answer in words.
fn rows(session: &mut Session, text: &str) -> Vec<String> {
    let parameters = Map::from([(Arc::from("a"), Value::Int(17))]);
    let answer = session.run_with(text, &parameters, &RunOptions::default());
    match answer.and_then(|mut answer| answer.rows()) {
        Ok(rows) => rows.iter().map(|row| format!("{:?}", row.values())).collect(),
        Err(error) => panic!("{text}: {error}"),
    }
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
