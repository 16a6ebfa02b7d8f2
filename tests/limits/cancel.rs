//! Whatever a statement is doing, it stops soon after it was cancelled.

use crate::difference::random::Random;
use crate::durability::amount;
use standpoint::error::Detail;
use standpoint::{CancelToken, Graph, RunOptions};
use std::path::Path;
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
    "MATCH (a), (b), (c), (d) OPTIONAL MATCH (a)-->(x)-->(b) WHERE x.i + c.i + d.i < 0 RETURN count(x)",
    "MATCH (a), (b), (c), (d) WHERE EXISTS { MATCH (a)-->(x)-->(b) WHERE x.i + c.i + d.i < 0 } \
     RETURN count(*)",
    "MATCH (a), (b), (c), (d) RETURN sum(COUNT { MATCH (a)-->(x)-->(b) WHERE x.i > c.i + d.i })",
    "MATCH (a), (b), (c), (d) RETURN sum(size(COLLECT { MATCH (a)-->(x)-->(b) RETURN x.i + c.i + d.i }))",
    "MATCH (a), (b), (c), (d) RETURN sum(size([(a)-->(x)-->(b) | x.i + c.i + d.i]))",
    "MATCH (a), (b), (c), (d) CALL { WITH a, b, c, d MATCH (a)-->(x)-->(b) \
     WHERE x.i > c.i + d.i RETURN count(x) AS n } RETURN sum(n)",
    "MATCH (c), (d) MATCH p = SHORTEST 9 (a:N)-[r*]-(b:N) WHERE length(p) + c.i + d.i < 0 RETURN p",
    "MATCH p = SHORTEST 3 GROUPS (a:N {i: 0})-[r*2..]-(b:N {i: 1}) RETURN sum(length(p))",
    "MATCH (a), (b), (c), (d) MATCH p = ANY 2 (a)-[r:D*2..5]->(d) RETURN sum(length(p))",
    "MATCH (a), (b), (c) MATCH p = shortestPath((a)-[*]-(b)) WHERE length(p) > 9 RETURN count(p)",
    "MATCH (a), (b), (c), (d), (e) MATCH (x:N {i: a.i + b.i + c.i + d.i + e.i}) RETURN count(x.i + a.i)",
    "MATCH (a), (b), (c), (d) MATCH (a)-[r]->(b)-[s]->(c) WHERE r.w + s.w > a.i + d.i RETURN count(r.w + d.i)",
    "MATCH (a)-->(b)-->(c)-->(d)-->(e), (x)-->(y)-->(z) WHERE e.i = x.i RETURN count(a.i + c.i + z.i)",
    "MATCH (a)-->(b)-->(c)-->(d)-->(e) WITH a, e MATCH (x)-->(y)-->(z) WHERE x.i + 1 = e.i RETURN sum(a.i + z.i)",
    // Rows.
    "UNWIND range(1, 1000000) AS a UNWIND range(1, 1000000) AS b RETURN max(a * b)",
    "UNWIND range(1, 1000000) AS a UNWIND range(1, 1000000) AS b RETURN a % 7, count(DISTINCT b % 9)",
    "UNWIND range(1, 1000000) AS a UNWIND range(1, 1000000) AS b WITH DISTINCT a % 7 AS x, b % 9 AS y RETURN x, y",
    "UNWIND range(1, 1000000) AS a UNWIND range(1, 1000000) AS b RETURN a, b ORDER BY b % 100, a LIMIT 10",
    "UNWIND range(1, 1000000) AS a UNWIND range(1, 1000000) AS b RETURN a SKIP 999999999999",
    "UNWIND range(1, 1000000) AS a UNWIND range(1, 1000000) AS b RETURN a % 5 AS x UNION RETURN 1 AS x",
    "UNWIND range(1, 1000000) AS a UNWIND range(1, 1000000) AS b CALL db.labels() YIELD label RETURN count(label)",
    "UNWIND range(1, 1000000) AS a CALL algo.components() YIELD node RETURN count(node)",
    "UNWIND range(1, 1000000) AS a CALL algo.strongComponents() YIELD node RETURN count(node)",
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
    // Each of these holds many rows, and then begins anew.
    "UNWIND range(1, 100000) AS x CALL { WITH x UNWIND range(1, 300000) AS a WITH a ORDER BY a % 1000, -a \
     RETURN max(a) AS m } RETURN sum(m)",
    "UNWIND range(1, 100000) AS x CALL { WITH x UNWIND range(1, 300000) AS a RETURN percentileDisc(-a % 999, 0.5) AS m } \
     RETURN sum(m)",
    "UNWIND range(1, 100000) AS x CALL { WITH x UNWIND range(1, 300000) AS a WITH a % 100000 AS k, collect(a) AS l \
     RETURN max(size(l)) AS m } RETURN sum(m)",
    "UNWIND range(1, 100000) AS x CALL { WITH x UNWIND range(1, 300000) AS a WITH collect([-a, 1]) AS l \
     UNWIND l AS y WITH DISTINCT y ORDER BY y RETURN count(y) AS m } RETURN sum(m)",
    // Changes.
    "UNWIND range(1, 3000000) AS a CREATE (:X {a: a})-[:Y]->(:X)",
    "UNWIND range(1, 3000000) AS a MATCH (n:N {i: a % 60}) SET n.x = a, n:Seen REMOVE n:Seen",
    "UNWIND range(1, 3000000) AS a MERGE (:M {a: a % 300})",
    "UNWIND range(1, 3000000) AS a CREATE (x:X)-[:Y]->(:X {a: a}) DETACH DELETE x",
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

/// How long after the cancelling a statement ended, by the clock and by the work of its thread; `None` when it ended
/// before.
fn time_to_stop(graph: &Graph, statement: &str, wait: Duration) -> Option<(Duration, Duration)> {
    let cancel = CancelToken::default();
    let options = RunOptions { cancel: cancel.clone(), ..RunOptions::default() };
    let working = work_of(Path::new("/proc/thread-self/schedstat"));
    let thread = std::fs::read_link("/proc/thread-self").unwrap_or_default();
    std::thread::scope(|scope| {
        let canceller = scope.spawn(move || {
            std::thread::sleep(wait);
            let work = work_of(&Path::new("/proc").join(thread).join("schedstat"));
            cancel.cancel();
            (Instant::now(), work)
        });
        let answer = graph.session().run_with(statement, &Default::default(), &options);
        let given = answer.and_then(|mut answer| answer.rows()).map(|rows| rows.len());
        let (ended, work) = (Instant::now(), work_of(Path::new("/proc/thread-self/schedstat")));
        let (cancelled, before) = canceller.join().unwrap();
        let error = given.err()?;
        assert_eq!(error.detail(), Detail::Cancelled, "{statement}: {error}");
        assert!(before >= working, "time went back");
        Some((ended.saturating_duration_since(cancelled), work.saturating_sub(before)))
    })
}

/// How long a thread has run on a processor, where the system tells.
fn work_of(path: &Path) -> Duration {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    Duration::from_nanos(text.split(' ').next().and_then(|nanos| nanos.parse().ok()).unwrap_or_default())
}

/// `STANDPOINT_CANCELS` says how often each statement is cancelled; the first time early, later at any time of its first
/// two seconds.
#[test]
fn whatever_runs_stops_when_it_is_cancelled() {
    let mut random = Random::new(amount("STANDPOINT_SEED", 7));
    let mut slowest = (Duration::ZERO, Duration::ZERO, "");
    for round in 0..amount("STANDPOINT_CANCELS", 1) {
        for statement in ENDLESS {
            let most = if round == 0 { 65_000 } else { 2_000_000 };
            let wait = Duration::from_micros(random.between(5_000, most) as u64);
            let Some((late, work)) = time_to_stop(&clique(), statement, wait) else {
                assert!(round > 0, "{statement} is over before it is cancelled");
                continue;
            };
            // A debug build on a busy machine is slow; docs/limits.md has what a release build takes.
            assert!(late < Duration::from_secs(5), "{statement}: {late:?}");
            println!("{:>8.1} ms, worked {:>6.1} ms  {statement}", millis(late), millis(work));
            slowest = slowest.max((work, late, statement));
        }
    }
    println!("slowest: {:.1} ms of work, {:.1} ms in all: {}", millis(slowest.0), millis(slowest.1), slowest.2);
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

#[test]
fn a_timeout_counts_from_the_text_on() {
    let graph = clique();
    let options = RunOptions { timeout: Some(Duration::ZERO), ..RunOptions::default() };
    let answer = graph.session().run_with("RETURN 1", &Default::default(), &options);
    let error = answer.and_then(|mut answer| answer.rows()).unwrap_err();
    assert_eq!(error.detail(), Detail::Timeout);
}
