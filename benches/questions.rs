//! Questions about who follows whom and lives where, run in process with the text given each time, and questions in
//! eight spellings that mean the same.
//!
//! Run with `cargo bench --bench questions`. Times are medians. For spellings, the ratio is that of the slowest to the
//! fastest: one beyond 2 means that a plan depends on how a question is put.

#![allow(clippy::print_stdout, reason = "a benchmark reports to people")]

mod common;

use common::median;
use common::social::social;
use common::spell::spellings;
use standpoint::value::{Map, Value};
use standpoint::{RunOptions, Session};
use std::sync::Arc;
use std::time::Duration;

/// How often each thing is timed.
const RUNS: usize = 9;

fn main() {
    let graph = social();
    let mut session = graph.session();
    for (name, text) in QUESTIONS {
        let (time, rows) = timed(&mut session, text);
        println!("{name:<10} {:>12.4} ms   {rows} rows", ms(time));
    }
    println!();
    for (name, text) in QUESTIONS {
        compare_spellings(&mut session, name, text);
    }
}

/// Asks a question in all spellings, in turns, and tells the fastest and the slowest.
fn compare_spellings(session: &mut Session, name: &str, text: &str) {
    let spellings = spellings(text);
    let answers: Vec<_> = spellings.iter().map(|(_, text)| rows(session, text)).collect();
    for ((_, text), answer) in spellings.iter().zip(&answers) {
        assert!(answer == &answers[0], "`{text}` gives {answer:?} instead of {:?}", answers[0]);
    }
    let mut times: Vec<(f64, &str)> =
        spellings.iter().map(|(spelling, text)| (ms(timed(session, text).0), *spelling)).collect();
    times.sort_by(|left, right| left.0.total_cmp(&right.0));
    let ((least, fastest), (most, slowest)) = (times[0], times[times.len() - 1]);
    println!("{name:<10} {least:>10.4} ms ({fastest}) to {most:>10.4} ms ({slowest})   x {:.2}", most / least);
    for (time, spelling) in times.iter().filter(|(time, _)| *time > 2.0 * least) {
        let text = spellings.iter().find(|(other, _)| other == spelling).map_or("", |(_, text)| text);
        println!("    {time:>10.4} ms   {text}");
    }
}

/// The rows of an answer in words.
fn rows(session: &mut Session, text: &str) -> Vec<String> {
    let answer = session.run_with(text, &parameters(), &RunOptions::default());
    match answer.and_then(|mut answer| answer.rows()) {
        Ok(rows) => rows.iter().map(|row| format!("{:?}", row.values())).collect(),
        Err(error) => panic!("{text}: {error}"),
    }
}

fn parameters() -> Map {
    [("id", 17), ("a", 17), ("b", 4711)].map(|(name, id)| (Arc::from(name), Value::Int(id))).into()
}

/// The median time of a question, and how many rows it gives.
fn timed(session: &mut Session, text: &str) -> (Duration, usize) {
    let parameters = parameters();
    median(RUNS, || {
        let answer = session.run_with(text, &parameters, &RunOptions::default());
        match answer.and_then(|mut answer| answer.rows()) {
            Ok(rows) => rows.len(),
            Err(error) => panic!("{text}: {error}"),
        }
    })
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

const QUESTIONS: &[(&str, &str)] = &[
    (
        "q1",
        "MATCH (f:Person)-[:FOLLOWS]->(p:Person) RETURN p.id AS id, p.name AS name, count(f.id) AS n ORDER BY n DESC, id LIMIT 3",
    ),
    (
        "q2",
        "MATCH (f:Person)-[:FOLLOWS]->(p:Person) WITH p, count(f.id) AS n ORDER BY n DESC, p.id LIMIT 1 MATCH (p)-[:LIVES_IN]->(c:City) RETURN p.name, n, c.city, c.country",
    ),
    (
        "q3",
        "MATCH (p:Person)-[:LIVES_IN]->(c:City)-[:CITY_IN]->(s:State)-[:STATE_IN]->(co:Country) WHERE co.country = 'United States' RETURN c.city AS city, avg(p.age) AS a ORDER BY a, city LIMIT 5",
    ),
    (
        "q4",
        "MATCH (p:Person)-[:LIVES_IN]->(c:City)-[:CITY_IN]->(s:State)-[:STATE_IN]->(co:Country) WHERE p.age >= 30 AND p.age <= 40 RETURN co.country AS country, count(p.id) AS n ORDER BY n DESC LIMIT 3",
    ),
    (
        "q5",
        "MATCH (p:Person)-[:HAS_INTEREST]->(i:Interest) WHERE toLower(i.interest) = 'interest 7' AND toLower(p.gender) = 'male' WITH p, i MATCH (p)-[:LIVES_IN]->(c:City) WHERE c.city = 'City 5' RETURN count(p.id) AS n",
    ),
    (
        "q6",
        "MATCH (p:Person)-[:HAS_INTEREST]->(i:Interest) WHERE toLower(i.interest) = 'interest 9' AND toLower(p.gender) = 'female' WITH p, i MATCH (p)-[:LIVES_IN]->(c:City) RETURN count(p.id) AS n, c.city AS city ORDER BY n DESC, city LIMIT 5",
    ),
    (
        "q7",
        "MATCH (p:Person)-[:LIVES_IN]->(c:City)-[:CITY_IN]->(s:State) WHERE p.age >= 23 AND p.age <= 30 AND s.country = 'Canada' WITH p, s MATCH (p)-[:HAS_INTEREST]->(i:Interest) WHERE toLower(i.interest) = 'interest 3' RETURN count(p.id) AS n, s.state AS state ORDER BY n DESC, state LIMIT 1",
    ),
    ("q8", "MATCH (a:Person)-[:FOLLOWS]->(b:Person)-[:FOLLOWS]->(c:Person) RETURN count(*) AS n"),
    (
        "q9",
        "MATCH (a:Person)-[:FOLLOWS]->(b:Person)-[:FOLLOWS]->(c:Person) WHERE b.age < 50 AND c.age > 25 RETURN count(*) AS n",
    ),
    ("by id", "MATCH (p:Person {id: $id}) RETURN p.name AS name, p.age AS age"),
    ("1 hop", "MATCH (p:Person {id: $id})-[:FOLLOWS]->(f:Person) RETURN count(f.id) AS n"),
    ("1 hop rows", "MATCH (p:Person {id: $id})-[:FOLLOWS]->(f:Person) RETURN f.id AS id, f.name AS name ORDER BY id"),
    (
        "2 hops",
        "MATCH (p:Person {id: $id})-[:FOLLOWS]->(b:Person)-[:FOLLOWS]->(c:Person) RETURN count(DISTINCT c.id) AS n",
    ),
    (
        "3 hops",
        "MATCH (p:Person {id: $id})-[:FOLLOWS]->(b:Person)-[:FOLLOWS]->(c:Person)-[:FOLLOWS]->(d:Person) RETURN count(*) AS n",
    ),
    (
        "2 of set",
        "MATCH (a:Person)-[:FOLLOWS]->(b:Person)-[:FOLLOWS]->(c:Person) WHERE a.age = 30 WITH a.id AS aid, count(DISTINCT c.id) AS k RETURN sum(k) AS n",
    ),
    (
        "triangles",
        "MATCH (a:Person)-[:FOLLOWS]->(b:Person)-[:FOLLOWS]->(c:Person), (a)-[:FOLLOWS]->(c) RETURN count(*) AS n",
    ),
    ("mutual", "MATCH (a:Person)-[:FOLLOWS]->(b:Person)-[:FOLLOWS]->(a) RETURN count(*) AS n"),
    ("1 to 4", "MATCH (p:Person {id: $id})-[:FOLLOWS*1..4]->(q:Person) RETURN count(DISTINCT q.id) AS n"),
    (
        "shortest",
        "MATCH (a:Person {id: $a}), (b:Person {id: $b}) MATCH p = shortestPath((a)-[:FOLLOWS*..10]->(b)) RETURN length(p) AS n",
    ),
    (
        "groups",
        "MATCH (a:Person)-[:FOLLOWS]->(b:Person) RETURN a.gender AS g, b.age AS age, count(*) AS n ORDER BY n DESC, g, age LIMIT 10",
    ),
    ("since", "MATCH (a:Person)-[f:FOLLOWS]->(b:Person) WHERE f.since >= 20230101 RETURN count(*) AS n"),
    (
        "since, by",
        "MATCH (a:Person)-[f:FOLLOWS]->(b:Person) WHERE f.since >= 20240101 RETURN b.id AS id, count(*) AS n ORDER BY n DESC, id LIMIT 5",
    ),
    ("first", "MATCH (p:Person) WHERE p.age > 50 RETURN p.id AS id, p.name AS name ORDER BY name LIMIT 20"),
];
