//! Questions about who follows whom and lives where, run in process with the text given each time, and questions in
//! several spellings that mean the same.
//!
//! Run with `cargo bench --bench questions`. Times are medians. For spellings, the ratio is that of the slowest to the
//! fastest: one beyond 2 means that a plan depends on how a question is put.

#![allow(clippy::print_stdout, reason = "a benchmark reports to people")]

mod common;

use common::{FEW_FOLLOWS as FOLLOWS, FEW_PERSONS as PERSONS, Sequence, follows, median};
use standpoint::store::{Values, Version};
use standpoint::value::{Map, NodeId, RelTypeId, Value};
use standpoint::{Graph, RunOptions, Session};
use std::sync::Arc;
use std::time::Duration;

/// Cities; persons live in the first few.
const CITIES: u32 = 2_000;
const LARGE_CITIES: u32 = 60;
const STATES: u32 = 60;
const INTERESTS: u32 = 41;
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
    for (name, spellings) in SPELLINGS {
        let times: Vec<f64> = spellings.iter().map(|text| ms(timed(&mut session, text).0)).collect();
        let (least, most) = times.iter().fold((f64::MAX, 0f64), |(l, m), time| (l.min(*time), m.max(*time)));
        println!("{name:<20} {least:>10.4} ms to {most:>10.4} ms   x {:.2}", most / least);
    }
}

/// The median time of a question, and how many rows it gives.
fn timed(session: &mut Session, text: &str) -> (Duration, usize) {
    let parameters: Map =
        [("id", 17), ("a", 17), ("b", 4711)].map(|(name, id)| (Arc::from(name), Value::Int(id))).into();
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

/// The graph: persons who follow each other, have interests and live in cities of states of three countries.
fn social() -> Graph {
    let mut version = Version::new();
    let mut sequence = Sequence::new(7);
    let countries = nodes(&mut version, "Country", 3, |id| vec![("country", country(id))]);
    let states = nodes(&mut version, "State", STATES, |id| {
        vec![("state", Value::string(format!("State {id}"))), ("country", country(id % 3))]
    });
    let cities = nodes(&mut version, "City", CITIES, |id| {
        vec![("city", Value::string(format!("City {id}"))), ("country", country(id % STATES % 3))]
    });
    let interests =
        nodes(&mut version, "Interest", INTERESTS, |id| vec![("interest", Value::string(format!("Interest {id}")))]);
    let persons = nodes(&mut version, "Person", PERSONS, |id| {
        let age = 18 + i64::from(sequence.below(43));
        let gender = if sequence.below(2) == 0 { "male" } else { "female" };
        let name = Value::string(format!("Person {} {id}", sequence.below(1000)));
        vec![("name", name), ("age", Value::Int(age)), ("gender", Value::string(gender))]
    });
    let mut relate = |name: &str, ends: Vec<(NodeId, NodeId)>| -> RelTypeId {
        let rel_type = version.intern_rel_type(name);
        version.bulk_rels(rel_type, &ends).expect("both ends exist");
        rel_type
    };
    relate("STATE_IN", (0..STATES).map(|id| (states[id as usize], countries[id as usize % 3])).collect());
    relate("CITY_IN", (0..CITIES).map(|id| (cities[id as usize], states[(id % STATES) as usize])).collect());
    let home = |_: &NodeId| cities[sequence.below(LARGE_CITIES) as usize];
    relate("LIVES_IN", persons.iter().map(home).zip(&persons).map(|(city, person)| (*person, city)).collect());
    let mut sequence = Sequence::new(8);
    let hobby = |person: &NodeId| [(); 2].map(|()| (*person, interests[sequence.below(INTERESTS) as usize]));
    relate("HAS_INTEREST", persons.iter().flat_map(hobby).collect());
    let pairs = follows(PERSONS, FOLLOWS);
    let pairs: Vec<_> = pairs.iter().map(|(from, to)| (persons[from.0 as usize], persons[to.0 as usize])).collect();
    let rel_type = relate("FOLLOWS", pairs);
    let since = version.intern_key("since");
    let rows: Vec<u32> = (0..FOLLOWS as u32).collect();
    let mut sequence = Sequence::new(9);
    let dates = rows.iter().map(|_| 20_150_101 + 10_000 * i64::from(sequence.below(10)));
    let dates = Values::Ints(dates.collect());
    version.load_rel_property(rel_type, since, &rows, &dates).expect("the relationships exist");
    opened(&version)
}

/// Saves a version and opens it as a graph with keys and an index.
fn opened(version: &Version) -> Graph {
    let path = std::env::temp_dir().join(format!("standpoint-questions-{}.graph", std::process::id()));
    standpoint::persist::save(version, &path).expect("the graph can be saved");
    let graph = Graph::open(&path).expect("the graph can be opened");
    for label in ["Person", "City", "State", "Country", "Interest"] {
        let statement = format!("CREATE CONSTRAINT FOR (n:{label}) REQUIRE n.id IS UNIQUE");
        graph.run(&statement).expect("identifiers are unique");
    }
    graph.run("CREATE INDEX FOR (p:Person) ON (p.name)").expect("names can be indexed");
    let _ = std::fs::remove_file(&path);
    graph
}

fn country(id: u32) -> Value {
    Value::string(["United States", "Canada", "United Kingdom"][id as usize % 3])
}

/// Nodes of one label with identifiers from 0 on, as the property `id`, and other properties.
fn nodes(
    version: &mut Version,
    label: &str,
    count: u32,
    mut properties: impl FnMut(u32) -> Vec<(&'static str, Value)>,
) -> Vec<NodeId> {
    let label = version.intern_label(label);
    let mut node = |id| {
        let mut all = properties(id);
        all.push(("id", Value::Int(i64::from(id))));
        let all: Vec<_> = all.into_iter().map(|(key, value)| (version.intern_key(key), value)).collect();
        version.create_node(&[label], &all).expect("identifiers suffice")
    };
    (0..count).map(&mut node).collect()
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

/// Questions, each in spellings that mean the same.
const SPELLINGS: &[(&str, &[&str])] = &[
    (
        "two hops",
        &[
            "MATCH (a:Person)-[:FOLLOWS]->(b:Person)-[:FOLLOWS]->(c:Person) WHERE b.age < 50 RETURN count(*)",
            "MATCH (x:Person)-[:FOLLOWS]->(y:Person)-[:FOLLOWS]->(z:Person) WHERE y.age < 50 RETURN count(*)",
            "MATCH (c:Person)<-[:FOLLOWS]-(b:Person)<-[:FOLLOWS]-(a:Person) WHERE b.age < 50 RETURN count(*)",
            "MATCH (b:Person)-[:FOLLOWS]->(c:Person), (a:Person)-[:FOLLOWS]->(b) WHERE b.age < 50 RETURN count(*)",
            "MATCH (a:Person)-[:FOLLOWS]->(b:Person)-[:FOLLOWS]->(c:Person) WHERE NOT (NOT (b.age < 50)) RETURN count(*)",
            "MATCH (a:Person)-[:FOLLOWS]->(b:Person)-[:FOLLOWS]->(c:Person) WHERE 50 > b.age RETURN count(*)",
        ],
    ),
    (
        "one person",
        &[
            "MATCH (p:Person {id: $id})-[:FOLLOWS]->(f:Person) RETURN count(*)",
            "MATCH (f:Person)<-[:FOLLOWS]-(p:Person {id: $id}) RETURN count(*)",
            "MATCH (p:Person)-[:FOLLOWS]->(f:Person) WHERE p.id = $id RETURN count(*)",
            "MATCH (p:Person)-[:FOLLOWS]->(f:Person) WHERE $id = p.id RETURN count(*)",
            "MATCH (p:Person) WHERE p.id = $id MATCH (p)-[:FOLLOWS]->(f:Person) RETURN count(*)",
            "MATCH (p:Person {id: $id}) WITH p MATCH (p)-[:FOLLOWS]->(f:Person) RETURN count(*)",
        ],
    ),
    (
        "mutual",
        &[
            "MATCH (a:Person)-[:FOLLOWS]->(b:Person)-[:FOLLOWS]->(a) RETURN count(*)",
            "MATCH (b:Person)<-[:FOLLOWS]-(a:Person)<-[:FOLLOWS]-(b) RETURN count(*)",
            "MATCH (a:Person)-[:FOLLOWS]->(b:Person), (b)-[:FOLLOWS]->(a) RETURN count(*)",
            "MATCH (a:Person)-[:FOLLOWS]->(b:Person), (a)<-[:FOLLOWS]-(b) RETURN count(*)",
            "MATCH (y:Person)-[:FOLLOWS]->(x:Person)-[:FOLLOWS]->(y) RETURN count(*)",
            "MATCH (b)-[:FOLLOWS]->(a:Person), (a)-[:FOLLOWS]->(b:Person) RETURN count(*)",
        ],
    ),
];
