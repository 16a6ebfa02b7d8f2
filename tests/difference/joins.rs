//! Patterns that only equal values join, of all kinds of values: matched part by part, and as a product.

use super::graphs::{Data, LABELS, Node, Rel, TYPES};
use super::queries::Order;
use super::random::Random;
use super::{Given, compare, failure, give, limits, run, show, variants};
use standpoint::error::ErrorType;
use standpoint::{Graph, RunOptions};
use std::cell::Cell;

/// Values of which some are equal and of different types, some equal to none, not even to themselves, and some nearly equal.
const VALUES: [&str; 26] = [
    "0",
    "-0.0",
    "1",
    "1.0",
    "2",
    "2.0",
    "9007199254740992",
    "9007199254740993",
    "9007199254740992.0",
    "9223372036854775807",
    "9223372036854775807.0",
    "0.0 / 0.0",
    "1.0 / 0.0",
    "'a'",
    "'1'",
    "'é'",
    "true",
    "[1, 2]",
    "[1.0, 2.0]",
    "[0.0 / 0.0]",
    "date('2025-11-21')",
    "datetime('2025-11-21T12:30+01:00')",
    "datetime('2025-11-21T11:30Z')",
    "time('12:30+01:00')",
    "duration('P1D')",
    "duration('PT24H')",
];

fn data(random: &mut Random) -> Data {
    let some = random.between(3, VALUES.len());
    let value = |random: &mut Random| random.percent(80).then(|| *random.of(&VALUES[..some]));
    let small = |random: &mut Random| random.percent(80).then(|| random.below(4) as i64);
    let node = |random: &mut Random| Node {
        labels: LABELS.into_iter().filter(|_| random.percent(50)).collect(),
        k: small(random),
        v: value(random),
    };
    let nodes: Vec<Node> = (0..random.between(4, 24)).map(|_| node(random)).collect();
    let rel = |random: &mut Random| Rel {
        rel_type: TYPES[random.below(2)],
        from: random.below(nodes.len()),
        to: random.below(nodes.len()),
        k: small(random),
        v: value(random),
    };
    let rels = (0..random.between(2, 16)).map(|_| rel(random)).collect();
    Data { nodes, rels }
}

/// Says that two nodes or relationships have equal values.
fn equal(random: &mut Random, x: &str, y: &str) -> String {
    let forms = [
        "{x}.v = {y}.v",
        "{x}.v = {y}.v",
        "{x}.k = {y}.k",
        "{x}.k = {y}.v",
        "{x}.k = {y}.k AND {x}.v = {y}.v",
        "[{x}.v, {x}.k] = [{y}.v, {y}.k]",
        "{a: {x}.v} = {a: {y}.v}",
        "{x}.k + 1 = {y}.k",
        "{x}.v + 1 = {y}.v",
        "toString({x}.v) = toString({y}.v)",
        "{x}.k * 2 = {y}.k AND {y}.v = {x}.v",
        "{x}.k = id({y})",
        "{x} = {y}",
    ];
    let form = random.pick(&forms);
    let (x, y) = if random.percent(50) { (x, y) } else { (y, x) };
    form.replace("{x}", x).replace("{y}", y)
}

/// A list of values as a literal.
fn list(random: &mut Random) -> String {
    let items: Vec<&str> = (0..random.between(0, 6)).map(|_| *random.of(&VALUES)).collect();
    format!("[{}, null]", ["1"].into_iter().chain(items).collect::<Vec<_>>().join(", "))
}

fn query(random: &mut Random) -> String {
    let mut eq = |x, y| equal(random, x, y);
    let (ab, bc, bd, ad) = (eq("a", "b"), eq("b", "c"), eq("b", "d"), eq("a", "d"));
    let rels = eq("r", "s");
    let values = list(random);
    let match_part = match random.below(12) {
        0 | 1 => format!("MATCH (a:A), (b:B) WHERE {ab}"),
        2 => format!("MATCH (a)-[r]->(b), (c)-[s]->(d) WHERE {bd}"),
        3 => format!("MATCH (a)-[r:R]-(b), (c:B)-[s]->(d) WHERE {bd} AND a.k >= 1 AND {ad}"),
        4 => format!("MATCH (a)-[r:R*0..2]->(b), (c)-[s:R|S]->(d) WHERE {bd}"),
        5 => format!("MATCH (a:A), (b:B), (c:C) WHERE {ab} AND {bc}"),
        6 => format!("UNWIND {values} AS x MATCH (a:A) WHERE a.v = x"),
        7 => format!("UNWIND {values} AS x MATCH (a:A)-[r]->(b) WHERE x = b.v AND b.k < 3"),
        8 => format!("MATCH (a:A) MATCH (b)-[r:S]->(c) WHERE {ab}"),
        9 => format!("MATCH (a:A) OPTIONAL MATCH (b:B) WHERE {ab}"),
        10 => format!("MATCH (a) WHERE EXISTS {{ MATCH (b:B) WHERE {ab} }}"),
        _ => format!("MATCH ()-[r:R]->(), ()-[s]->(a) WHERE {rels}"),
    };
    let names = ["a", "b", "c", "d", "r", "s"].into_iter();
    let bound = |name: &&str| {
        let hidden = *name == "b" && match_part.contains("EXISTS");
        let long = *name == "r" && match_part.contains('*');
        !hidden && !long && (match_part.contains(&format!("({name}")) || match_part.contains(&format!("[{name}")))
    };
    let columns: Vec<String> = names.filter(bound).map(|name| format!("{name}.id AS {name}")).collect();
    match random.below(5) {
        0 => format!("{match_part} RETURN count(*)"),
        1 => format!("{match_part} RETURN a.k AS k, count(*) AS n"),
        2 => format!("{match_part} WITH a, count(*) AS n RETURN a.id, n"),
        _ => format!("{match_part} RETURN {}", columns.join(", ")),
    }
}

/// Where the variants differ. Which error is met, and whether one is, depends on the order of a pattern.
fn disagreement(graph: &Graph, text: &str, variants: &[RunOptions]) -> Option<String> {
    let mut first: Option<Given> = None;
    for options in variants {
        match (&first, give(graph, text, options, Order::Open)) {
            (_, Given::Error(ErrorType::Internal, _)) => {
                return Some(format!("an internal error with {}", show(options)));
            }
            (_, Given::TooMuch) => return None,
            (_, Given::Error(..)) => {}
            (None, rows) => first = Some(rows),
            (Some(plain), rows) if *plain != rows => {
                return Some(format!("{}\nwith {}", compare(plain, &rows), show(options)));
            }
            (Some(_), _) => {}
        }
    }
    None
}

#[test]
fn parts_joined_by_value_are_those_of_the_product() {
    let (queries, joined) = (Cell::new(0_u32), Cell::new(0_u32));
    run("joins", 400, |random, tally| {
        let data = data(random);
        let graph = data.build();
        (0..10).find_map(|_| {
            let query = query(random);
            tally.add(&graph, &query);
            queries.set(queries.get() + 1);
            joined.set(joined.get() + u32::from(is_joined(&graph, &query)));
            let variants = variants(random);
            failure(&data, &query, |data| disagreement(&data.build(), &query, &variants))
        })
    });
    assert!(joined.get() * 4 >= queries.get(), "{} of {} queries were joined", joined.get(), queries.get());
}

fn is_joined(graph: &Graph, query: &str) -> bool {
    let answer = graph.session().run_with(&format!("EXPLAIN {query}"), &Default::default(), &limits());
    let lines = answer.and_then(|mut answer| answer.rows()).unwrap_or_default();
    lines
        .iter()
        .any(|row| row.values().iter().any(|value| value.as_str().is_some_and(|text| text.contains("HashJoin"))))
}
