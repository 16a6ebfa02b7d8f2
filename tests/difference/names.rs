//! Nodes looked for by name, in graphs that are not small, before and after names are gathered.

use super::queries::Order;
use super::random::Random;
use super::{Given, determined, limits, normal};
use standpoint::value::Map;
use standpoint::{Graph, RunOptions, Value};

/// Names of six hundred nodes: texts that differ in case alone, lists, numbers, and none.
const CREATE: &str = "UNWIND range(1, 600) AS i \
    CREATE (n {i: i, name: ['a', 'b', 'A', 'a b', '', 5, 1.5, ['a', 'c'], null, 'b'][(i * 7919 + i / 11) % 10]})";

const QUESTIONS: [&str; 13] = [
    "MATCH (n {name: 'a'}) RETURN n.i",
    "MATCH (n {name: 'none'}) RETURN n.i",
    "MATCH (n:A) WHERE n.name = $text RETURN n.i",
    "MATCH (n) WHERE $text = n.name AND n.i > 50 RETURN n.i",
    "MATCH (n) WHERE n.name IN $texts RETURN n.i",
    "MATCH (n) WHERE n.name IN ['a', '', 'none', 'a'] RETURN n.i",
    "MATCH (n {name: $number}) RETURN n.i",
    "MATCH (n) WHERE n.name IN $mixed RETURN n.i",
    "MATCH (n) WHERE n.name IN $number RETURN n.i",
    "MATCH (n) WHERE n.name = $nothing OR n.name IN $nothing RETURN n.i",
    "MATCH (a {name: 'a'})-[:R]->(b:A {name: 'A'}) RETURN a.i, b.i",
    "MATCH (a {name: 'A'}), (b:A {name: $text}) RETURN a.i, b.i",
    "UNWIND [1, 2] AS x OPTIONAL MATCH (n {name: 'a b'}) RETURN x, n.i",
];

fn parameters() -> Map {
    let text = |text: &str| Value::from(text);
    let values = [
        ("text", text("b")),
        ("texts", Value::list(vec![text("b"), text("A")])),
        ("mixed", Value::list(vec![text("b"), Value::Int(5), Value::Null])),
        ("number", Value::Int(5)),
        ("nothing", Value::Null),
    ];
    values.into_iter().map(|(name, value)| (name.into(), value)).collect()
}

fn ask(graph: &Graph, text: &str, options: &RunOptions) -> Given {
    match graph.session().run_with(text, &parameters(), options).and_then(|mut answer| answer.rows()) {
        Ok(rows) => {
            let texts: Vec<Vec<String>> = rows.iter().map(|row| row.values().iter().map(normal).collect()).collect();
            Given::Rows(determined(&texts, Order::Open))
        }
        Err(error) => Given::Error(error.error_type(), error.detail()),
    }
}

#[test]
fn names_find_what_a_scan_finds() {
    let (mut random, mut sought) = (Random::new(5), 0);
    let graph = Graph::in_memory();
    graph.run(CREATE).unwrap();
    graph.run("MATCH (n) WHERE n.i % 2 = 0 SET n:A").unwrap();
    graph.run("MATCH (a), (b) WHERE b.i = a.i + 1 CREATE (a)-[:R]->(b)").unwrap();
    for round in 0..60 {
        let text = random.pick(&QUESTIONS);
        let plain = ask(&graph, text, &RunOptions { optimize: false, ..limits() });
        for batch_size in [1, 7, 2048] {
            assert_eq!(ask(&graph, text, &RunOptions { batch_size, ..limits() }), plain, "{text}");
        }
        if let Given::Rows(lines) = ask(&graph, &format!("EXPLAIN {text}"), &limits()) {
            sought += usize::from(lines.iter().any(|line| line.contains("NameSeek")));
        }
        let name = random.pick(&["'a'", "'A'", "['b']", "7"]);
        graph.run(&format!("MATCH (n) WHERE n.i % 41 = {} SET n.name = {name}", round % 41)).unwrap();
    }
    assert!(sought > 30, "{sought} of 60 questions looked for a name");
}
