//! Statements that several threads work on give the same rows, in the same order, and the same errors as with one.

use standpoint::{Graph, RunOptions, Session};
use std::num::NonZeroUsize;

/// People with ages, some of them floats equal to integers, who follow each other; and towns.
const GRAPH: &[&str] = &[
    "UNWIND range(0, 4999) AS i CREATE (:P {i: i, age: CASE i % 7 WHEN 3 THEN toFloat(i % 50) ELSE i % 50 END, \
     weight: i * 0.1, town: CASE i % 11 WHEN 0 THEN null ELSE 'town ' + (i % 13) END})",
    "CREATE INDEX p FOR (p:P) ON (p.i)",
    "UNWIND range(0, 11999) AS k MATCH (a:P {i: k * 31 % 5000}) MATCH (b:P {i: (k * k + 7) % 4999}) \
     CREATE (a)-[:F {since: k % 900}]->(b)",
];

const STATEMENTS: &[&str] = &[
    "MATCH (p:P) RETURN p.age, count(*)",
    "MATCH (p:P) RETURN p.town, p.age, count(p.town), sum(p.i), avg(p.weight), sum(p.weight)",
    "MATCH (a:P)-[:F]->(b) RETURN b.town, count(DISTINCT a), count(DISTINCT a.age), count(*)",
    "MATCH (a:P)-[:F]->(b)-[:F]->(c) RETURN a.town, count(DISTINCT c)",
    "MATCH (a:P)-[f:F]->(b) WHERE f.since > 300 AND f.since <= 800 RETURN f.since, sum(b.age), count(*)",
    "MATCH ()-[f:F]->() WHERE f.since >= 100 RETURN count(*)",
    "MATCH (p:P) WHERE p.age > 3000 RETURN p.town, count(*)",
    "MATCH (p:P) RETURN p.i ORDER BY p.town, p.age",
    "MATCH (p:P) RETURN p.i, p.town ORDER BY p.age DESC LIMIT 700",
    "MATCH (a:P)-[:F]->(b) RETURN b.i ORDER BY b.town SKIP 5 LIMIT 9",
    "MATCH (p:P) WITH p.town AS town, count(*) AS n MATCH (q:P {town: town}) RETURN town, n, sum(q.i) ORDER BY town",
    "MATCH (p:P) OPTIONAL MATCH (p)-[:F]->(q:P {i: p.i + 31}) RETURN q.town, count(*), count(q)",
    "MATCH (a:P)-[:F]->(b)-[:F]->(a) RETURN a.i, count(*)",
    "MATCH (p:P) WHERE p.i > 100 AND p.i < 3 RETURN count(*)",
    "MATCH (p:P) RETURN count(*) AS n UNION ALL MATCH (p:P) RETURN count(DISTINCT p.town) AS n",
    "MATCH (p:P) RETURN p.town, min(p.age), max(p.age), min(p.weight), max(p.i), max(p.town)",
    "MATCH (a:P)-[f:F]->(b) RETURN f.since, max(b.age), min(a.town), max(b.weight)",
    "MATCH (p:P) RETURN min(p.age), max(p.town), min(p.i), max(p.weight), max(DISTINCT p.age), min(p.none)",
    // What depends on the order of rows.
    "MATCH (p:P) RETURN p.age, collect(p.i)[0..3], min(p.age), stDev(p.weight)",
];

/// What fails: the first row that does, in order.
const FAILING: &[&str] = &[
    "MATCH (p:P) RETURN sum(10 / (p.i - 4321)), count(*)",
    "MATCH (p:P) RETURN count(p.i + date(p.town)), sum(1 % (p.i - 17))",
    "MATCH (p:P) RETURN p.i ORDER BY 1 / (p.i - 2500), p.town",
];

fn given(session: &mut Session, statement: &str, threads: usize, batch_size: usize) -> Result<Vec<String>, String> {
    let threads = NonZeroUsize::new(threads);
    let options = RunOptions { threads, batch_size, share_from: 0, ..RunOptions::default() };
    let rows = session.run_with(statement, &Default::default(), &options).and_then(|mut answer| answer.rows());
    match rows {
        Ok(rows) => Ok(rows.iter().map(|row| format!("{row:?}")).collect()),
        Err(error) => Err(error.to_string()),
    }
}

#[test]
fn rows_their_order_and_errors_do_not_depend_on_how_many_threads_work() {
    let graph = Graph::in_memory();
    let mut session = graph.session();
    for statement in GRAPH {
        session.run(statement).unwrap();
    }
    for statement in STATEMENTS.iter().chain(FAILING) {
        let alone = given(&mut session, statement, 1, 2048);
        for (threads, batch_size) in [(2, 2048), (3, 100), (5, 7)] {
            let shared = given(&mut session, statement, threads, batch_size);
            assert!(shared == alone, "{statement} with {threads} threads: {shared:?} is not {alone:?}");
        }
        assert_eq!(alone.is_err(), FAILING.contains(statement), "{statement}: {alone:?}");
    }
}

#[test]
fn plans_say_where_work_is_shared() {
    let graph = Graph::in_memory();
    let mut session = graph.session();
    session.run(GRAPH[0]).unwrap();
    let operators = |session: &mut Session, threads: usize, share_from| {
        let threads = NonZeroUsize::new(threads);
        let options = RunOptions { threads, share_from, ..RunOptions::default() };
        let text = "EXPLAIN MATCH (p:P) WHERE p.age > 3 RETURN p.town, count(*)";
        let answer = session.run_with(text, &Default::default(), &options).unwrap();
        answer.summary().plan.iter().map(|step| step.operator).collect::<Vec<_>>()
    };
    assert_eq!(operators(&mut session, 2, 0), ["Project", "Aggregate", "Morsels", "NodeScan", "Unit"]);
    let alone = ["Project", "Aggregate", "NodeScan", "Unit"];
    assert_eq!(operators(&mut session, 1, 0), alone);
    assert_eq!(operators(&mut session, 2, 1_000_000), alone);
}
