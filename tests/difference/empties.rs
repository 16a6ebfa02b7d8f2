//! Why an answer is empty: the part that is named is the one that fits nothing.

use super::graphs::Data;
use super::{failure, limits, queries, run};
use standpoint::Graph;

/// A pattern that fits something, in parts; of each part also one that fits nothing.
const PARTS: [(&str, &str); 9] = [
    ("a:A", "a:None"),
    ("k: 1", "k: 99"),
    ("j: 'x'", "j: 'y'"),
    ("-[r:R {w: 1}]->", "-[r:NONE {w: 1}]->"),
    ("w: 1", "w: 99"),
    ("b:B", "b:None"),
    ("b.k = 2", "b.k = 99"),
    ("a.j STARTS WITH 'x'", "a.j STARTS WITH 'z'"),
    ("r.w < 2", "r.w < 0"),
];
const PATTERN: &str =
    "MATCH (a:A {k: 1, j: 'x'})-[r:R {w: 1}]->(b:B) WHERE b.k = 2 AND a.j STARTS WITH 'x' AND r.w < 2 RETURN b";

#[test]
fn the_part_that_fits_nothing_is_named() {
    let graph = Graph::in_memory();
    graph
        .run("CREATE (:A {k: 1, j: 'x'})-[:R {w: 1}]->(:B {k: 2}), (:A {k: 1})<-[:S {w: 1}]-(:B), (:C {k: 99, w: 99})")
        .unwrap();
    let why = |text: &str| graph.session().why_empty(text, &Default::default(), &limits()).unwrap();
    assert_eq!(why(PATTERN), None);
    for (part, without) in PARTS {
        for before in ["", "MATCH (c:C) ", "UNWIND [1, 2] AS x WITH x WHERE x > 1 "] {
            let text = format!("{before}{}", PATTERN.replacen(part, without, 1));
            let why = why(&text).unwrap();
            assert_eq!(why.span.of(&text), without, "{text}: {why}");
        }
    }
}

#[test]
fn every_empty_answer_is_explained_and_no_other() {
    run("empties", 150, |random, tally| {
        let data = Data::random(random);
        let graph = data.build();
        (0..10).find_map(|_| {
            let query = queries::reading(random);
            tally.add(&graph, &query.text);
            failure(&data, &query.text, |data| {
                let graph = data.build();
                let answer = graph.session().run_with(&query.text, &Default::default(), &limits());
                let empty = answer.and_then(|mut answer| Ok(answer.rows()?.is_empty())).ok()?;
                match graph.session().why_empty(&query.text, &Default::default(), &limits()) {
                    Ok(why) => (why.is_some() != empty).then(|| format!("empty: {empty}; {why:?}")),
                    Err(error) => Some(error.to_string()),
                }
            })
        })
    });
}
