//! Whatever a statement is doing, it stops soon after it was cancelled.

use standpoint::error::Detail;
use standpoint::{CancelToken, Graph, RunOptions};
use std::time::{Duration, Instant};

/// Statements that would run for hours, one for each operator and growing function.
const ENDLESS: &[&str] = &[
    // Scans and patterns.
    "MATCH (a), (b), (c), (d), (e), (f) RETURN count(a.i + b.i)",
    "MATCH ()-[r]->(), ()-[s]->(), ()-[t]->(), ()-[u]->() WHERE r.w + s.w + t.w + u.w < 0 RETURN r",
    "MATCH (a)-->(b)-->(c)-->(d)-->(e)-->(f)-->(g) WHERE a.i + g.i < 0 RETURN a",
    "MATCH (a:N {i: 0})-[r*]->(b) WHERE size(r) < 0 RETURN b",
    "MATCH (a:N {i: 0}) ((x)-[r]->(y) WHERE x.i <> y.i){3,} (b) RETURN sum(size(r))",
    "MATCH (a), (b), (c) WHERE a <> b MATCH p = allShortestPaths((a)-[*]-(b)) RETURN sum(length(p))",
    "MATCH (a), (b), (c), (d) OPTIONAL MATCH (a)-->(x)-->(b) WHERE x.i + a.i < 0 RETURN count(x)",
    "MATCH (a), (b), (c), (d) WHERE EXISTS { MATCH (a)-->(x)-->(b) WHERE x.i + a.i < 0 } RETURN count(*)",
    "MATCH (a), (b), (c), (d) RETURN sum(COUNT { MATCH (a)-->(x)-->(b) WHERE x.i > 1 })",
    "MATCH (a), (b), (c), (d) RETURN sum(size(COLLECT { MATCH (a)-->(x)-->(b) RETURN x }))",
    "MATCH (a), (b), (c), (d) RETURN sum(size([(a)-->(x)-->(b) | x.i]))",
    "MATCH (a), (b), (c), (d) CALL { WITH a, b MATCH (a)-->(x)-->(b) RETURN count(x) AS n } RETURN sum(n)",
    // Rows.
    "UNWIND range(1, 1000000) AS a UNWIND range(1, 1000000) AS b RETURN max(a * b)",
    "UNWIND range(1, 1000000) AS a UNWIND range(1, 1000000) AS b RETURN a % 7, count(DISTINCT b % 9)",
    "UNWIND range(1, 1000000) AS a UNWIND range(1, 1000000) AS b WITH DISTINCT a % 7 AS x, b % 9 AS y RETURN x, y",
    "UNWIND range(1, 1000000) AS a UNWIND range(1, 1000000) AS b RETURN a, b ORDER BY b % 100, a LIMIT 10",
    "UNWIND range(1, 1000000) AS a UNWIND range(1, 1000000) AS b RETURN a SKIP 999999999999",
    "UNWIND range(1, 1000000) AS a UNWIND range(1, 1000000) AS b RETURN a % 5 AS x UNION RETURN 1 AS x",
    "UNWIND range(1, 1000000) AS a UNWIND range(1, 1000000) AS b CALL db.labels() YIELD label RETURN count(label)",
    "UNWIND range(1, 1000000) AS a CALL algo.components() YIELD node RETURN count(node)",
    // Expressions.
    "RETURN [a IN range(1, 1000000) WHERE any(b IN range(1, 1000000) WHERE b < 0)]",
    "RETURN reduce(s = 0, a IN range(1, 1000000) | reduce(t = 0, b IN range(1, 1000000) | t + 1) - 1000000)",
    "RETURN all(a IN range(1, 1000000) WHERE none(b IN range(1, 1000000) WHERE b < 0))",
    "UNWIND range(1, 1000000) AS a RETURN max(size(range(a, 1000000)))",
    "UNWIND range(1, 1000000) AS a RETURN max(size(reverse(range(1, 100000)) + tail(range(1, 100000))))",
    "WITH reduce(t = 'ab', i IN range(1, 14) | t + t) AS t UNWIND range(1, 1000000) AS a \
     RETURN max(size(replace(toUpper(t + a), 'A', 'xy')))",
    "WITH reduce(t = 'ab', i IN range(1, 14) | t + t) AS t UNWIND range(1, 1000000) AS a RETURN max(size(split(t, 'b')))",
    "WITH reduce(t = 'ab', i IN range(1, 14) | t + t) AS t UNWIND range(1, 1000000) AS a \
     WITH t + a AS u WHERE u =~ '(a*b*)*c' RETURN u",
    "UNWIND range(1, 1000000) AS a WITH range(1, 100000) AS l, a WHERE a + 1000000 IN l RETURN a",
    "UNWIND range(1, 1000000) AS a WITH range(1, 100000) AS l, a RETURN count(l = range(1, 100000))",
    // Changes.
    "UNWIND range(1, 1000000) AS a UNWIND range(1, 1000000) AS b WITH a WHERE b < 0 CREATE (:X)",
    "MATCH (n:N {i: 0}) FOREACH (a IN range(1, 1000000) | FOREACH (b IN range(1, 1000000) | SET n.x = b))",
    "FOREACH (a IN range(1, 1000000) | FOREACH (b IN range(1, 1000000) | MERGE (:N {i: 0})))",
];

/// A clique of sixty nodes.
fn clique() -> Graph {
    let graph = Graph::in_memory();
    graph.run("UNWIND range(0, 59) AS i CREATE (:N {i: i})").unwrap();
    graph.run("MATCH (a:N), (b:N) WHERE a <> b CREATE (a)-[:D {w: 1}]->(b)").unwrap();
    graph
}

/// How long after the cancelling a statement ended; `None` when it ended before.
fn time_to_stop(graph: &Graph, statement: &str, wait: Duration) -> Option<Duration> {
    let cancel = CancelToken::default();
    let options = RunOptions { cancel: cancel.clone(), ..RunOptions::default() };
    std::thread::scope(|scope| {
        let canceller = scope.spawn(move || {
            std::thread::sleep(wait);
            cancel.cancel();
            Instant::now()
        });
        let answer = graph.session().run_with(statement, &Default::default(), &options);
        let error = answer.and_then(|mut answer| answer.rows()).map(|rows| rows.len()).expect_err(statement);
        let ended = Instant::now();
        assert_eq!(error.detail(), Detail::Cancelled, "{statement}: {error}");
        ended.checked_duration_since(canceller.join().unwrap())
    })
}

#[test]
fn whatever_runs_stops_when_it_is_cancelled() {
    let graph = clique();
    let mut random = 7u64;
    for statement in ENDLESS {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let wait = Duration::from_micros(5_000 + (random >> 33) % 60_000);
        let late = time_to_stop(&graph, statement, wait).unwrap_or_default();
        // A debug build on a busy machine is slow; docs/limits.md has what a release build takes.
        assert!(late < Duration::from_secs(5), "{statement}: {late:?}");
        println!("{:>8.1} ms  {statement}", late.as_secs_f64() * 1e3);
    }
}

#[test]
fn a_timeout_counts_from_the_text_on() {
    let graph = clique();
    let options = RunOptions { timeout: Some(Duration::ZERO), ..RunOptions::default() };
    let answer = graph.session().run_with("RETURN 1", &Default::default(), &options);
    let error = answer.and_then(|mut answer| answer.rows()).unwrap_err();
    assert_eq!(error.detail(), Detail::Timeout);
}
