//! Queries that would need a hundred gigabytes end with a clear error, and the process stays near its budget.

use standpoint::error::Detail;
use standpoint::{Graph, RunOptions};
use std::io::Read;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// What a statement may hold.
const BUDGET_MIB: u64 = 16;
/// What the process may take at most: three times the budget, and what the program itself needs.
const PEAK_MIB: u64 = 3 * BUDGET_MIB + 64;

/// A hundred nodes, and a clique of forty.
const NODES: &str = "UNWIND range(0, 99) AS i CREATE (:N {i: i})";
const CLIQUE: &str = "MATCH (a:N), (b:N) WHERE a.i < 40 AND b.i < 40 AND a <> b CREATE (a)-[:D]->(b)";
/// A grid of layers, each node joined to all of the next layer.
const LAYERS: &str = "UNWIND range(0, 29) AS l UNWIND range(0, 5) AS i CREATE (:S {l: l, i: i})";
const GRID: &str = "MATCH (a:S), (b:S) WHERE a.l + 1 = b.l CREATE (a)-[:E]->(b)";
/// A chain of twenty thousand nodes.
const BEADS: &str = "UNWIND range(0, 20000) AS i CREATE (:L {i: i})";
const CHAIN: &str = "MATCH (a:L) WITH a ORDER BY a.i WITH collect(a) AS l UNWIND range(0, size(l) - 2) AS i \
                     WITH l[i] AS a, l[i + 1] AS b CREATE (a)-[:C]->(b)";

/// Each shape: what prepares the graph, and the statement; `ROWS` stands for ten thousand million rows `a`, `b`.
const SHAPES: &[(&[&str], &str)] = &[
    // Aggregates and groups.
    (&[], "ROWS RETURN collect(a + b)"),
    (&[], "ROWS RETURN collect('text ' + a + b)"),
    (&[], "ROWS RETURN collect(DISTINCT a * 100000 + b)"),
    (&[], "ROWS RETURN count(DISTINCT {a: a, b: b})"),
    (&[], "ROWS RETURN a * 100000 + b AS k, count(*)"),
    (&[], "ROWS RETURN a, b, sum(a), max(b)"),
    (&[], "ROWS RETURN a * 100000 + b AS k, max(toString(a) + '---------------------------------' + b)"),
    (&[], "ROWS RETURN percentileCont(a + b, 0.5)"),
    (&[], "ROWS WITH DISTINCT a, b RETURN count(*)"),
    (&[], "ROWS RETURN a, b UNION ROWS RETURN b AS a, a AS b"),
    // Sorting.
    (&[], "ROWS RETURN a, b ORDER BY b, a"),
    (&[], "ROWS RETURN a, b ORDER BY toString(a) + b DESC"),
    (&[], "ROWS RETURN a, b ORDER BY b, a LIMIT 5000000000"),
    // Single values.
    (&[], "RETURN range(1, 4000000000)"),
    (&[], "RETURN [i IN range(1, 500000) | range(i, i + 1000)]"),
    (&[], "RETURN [x IN range(1, 10000) | [y IN range(1, 100000) | x * y]]"),
    (&[], "RETURN [i IN range(1, 500000) | toString(i) + '---------------------------------']"),
    (&[], "RETURN [range(1, 200000), range(2, 200000), range(3, 200000), range(4, 200000), range(5, 200000)]"),
    (&[], "RETURN {a: range(1, 200000), b: range(2, 200000), c: range(3, 200000), d: range(4, 200000), e: 5}"),
    (&[], "RETURN reduce(x = 'a', i IN range(1, 200) | x + x)"),
    (&[], "RETURN reduce(x = 'ab', i IN range(1, 200) | x || x)"),
    (&[], "RETURN reduce(x = 'a', i IN range(1, 200) | replace(x, 'a', 'aaaaaaaa'))"),
    (&[], "RETURN reduce(x = [1], i IN range(1, 200) | x + x)"),
    (&[], "RETURN reduce(x = [1], i IN range(1, 200) | [x, x])"),
    (&[], "RETURN reduce(x = {a: 'abc'}, i IN range(1, 200) | {a: x.a + x.a, b: x})"),
    (&[], "WITH reduce(x = 'a', i IN range(1, 22) | x + x) AS t RETURN size(split(t, ''))"),
    (
        &[],
        "WITH 'abc' AS x WITH x + x + x + x AS x WITH x + x + x + x + x + x + x + x AS x \
           RETURN reduce(y = x, i IN range(1, 60) | y + x + y)",
    ),
    // Rows that carry much.
    (&[], "UNWIND range(1, 100000) AS x WITH x, range(x, x + 100000) AS l RETURN x, l ORDER BY l[5]"),
    (&[], "WITH reduce(x = 'a', i IN range(1, 18) | x + x) AS t UNWIND range(1, 10000) AS x RETURN collect(t + x)"),
    (
        &[],
        "UNWIND range(1, 10000) AS x CALL { WITH x UNWIND range(1, 10000) AS y RETURN collect(x * y) AS l } \
           RETURN collect(l)",
    ),
    // Patterns.
    (&[NODES], "MATCH (a:N), (b:N), (c:N), (d:N), (e:N) RETURN collect([a, b, c, d, e])"),
    (&[NODES], "MATCH (a:N), (b:N), (c:N), (d:N), (e:N) RETURN a, b, c, d, e ORDER BY a.i + b.i"),
    (&[NODES, CLIQUE], "MATCH p = (a:N {i: 0})-[:D*]->(b) RETURN collect(p)"),
    (&[NODES, CLIQUE], "MATCH (a:N {i: 0})-[r:D*..12]->(b) RETURN count(DISTINCT r)"),
    (&[NODES, CLIQUE], "RETURN [(a:N)-[:D]->(b)-[:D]->(c)-[:D]->(d)-[:D]->(e) | [a, b, c, d, e]]"),
    (&[NODES], "MATCH (a:N) RETURN COLLECT { MATCH (b:N), (c:N), (d:N), (e:N) RETURN [a, b, c, d, e] }"),
    (&[NODES], "MATCH (a:N) OPTIONAL MATCH (b:N), (c:N), (d:N), (e:N) RETURN collect([a, b, c, d, e])"),
    (
        &[NODES, CLIQUE],
        "MATCH (a)-[:D]->(b)-[:D]->(c)-[:D]->(d), (p)-[:D]->(q)-[:D]->(r)-[:D]->(s) \
           WHERE [a.i, d.i] = [p.i, s.i] RETURN count(b.i + q.i)",
    ),
    (&[BEADS, CHAIN], "MATCH p = (:L {i: 0})-[:C*]->(b) RETURN collect(p)"),
    (
        &[LAYERS, GRID],
        "MATCH (a:S {l: 0, i: 0}), (b:S {l: 29, i: 0}) MATCH p = allShortestPaths((a)-[:E*]->(b)) \
                       RETURN collect(p)",
    ),
    // Changes.
    (&[], "UNWIND range(1, 500000) AS i CREATE (:M {i: i})-[:R {since: i}]->(:M)"),
    (&[], "WITH reduce(x = 'a', i IN range(1, 16) | x + x) AS t UNWIND range(1, 100000) AS i CREATE ({t: t + i})"),
    (&[NODES], "WITH reduce(x = 'a', i IN range(1, 19) | x + x) AS t MATCH (n) SET n.t = t + n.i"),
    (
        &[],
        "WITH reduce(x = 'a', i IN range(1, 12) | x + x) AS t \
           FOREACH (j IN range(1, 100000) | FOREACH (i IN range(1, 100000) | CREATE (:M {t: t + i})))",
    ),
    (&[NODES], "MATCH (x:N) ROWS SET x.p = a RETURN count(*)"),
    (&[NODES], "MATCH (a:N), (b:N), (c:N), (d:N) CREATE (a)-[:Z]->(b)"),
];

/// Statements that build far more than the budget, but hold little of it at once, with what they give.
const FITTING: &[(&str, i64)] = &[
    ("UNWIND range(1, 200) AS x WITH x, range(x, x + 100000) AS l RETURN sum(l[5])", 21_100),
    ("UNWIND range(1, 200) AS x WITH range(x, x + 100000) AS l WHERE 300 IN l RETURN count(l)", 200),
    (
        "WITH reduce(x = 'a', i IN range(1, 20) | x + x) AS t UNWIND range(10, 99) AS x RETURN size(max(t + x))",
        1_048_578,
    ),
    ("UNWIND range(1, 100) AS x RETURN max(size(reverse(range(x, 30000)) + tail(range(x, 30000))))", 59_999),
    ("UNWIND range(1, 200) AS x WITH x ORDER BY size(range(x, 100000)) LIMIT 1 RETURN x", 200),
];

#[test]
fn values_that_are_not_kept_need_no_room_together() {
    for (statement, wanted) in FITTING {
        let options = RunOptions { memory: Some(BUDGET_MIB << 20), ..RunOptions::default() };
        let answer = Graph::in_memory().session().run_with(statement, &Default::default(), &options);
        let given: Vec<(i64,)> = answer.and_then(|answer| answer.into_typed()).unwrap();
        assert_eq!(given, [(*wanted,)], "{statement}");
    }
}

#[test]
fn what_would_need_a_hundred_gigabytes_ends_near_the_budget() {
    let rows = "UNWIND range(1, 100000) AS a UNWIND range(1, 100000) AS b";
    let (next, measured) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let work = || {
        while let Some((before, shape)) = SHAPES.get(next.fetch_add(1, Ordering::Relaxed)) {
            let peak = refused_for_memory(before, &shape.replace("ROWS", rows));
            measured.fetch_add(usize::from(peak.is_some()), Ordering::Relaxed);
        }
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..2).map(|_| scope.spawn(work)).collect();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
    });
    assert!(measured.into_inner() * 2 > SHAPES.len() || !cfg!(target_os = "linux"), "most have been measured");
}

/// Gives the most memory that the process took, where that can be known.
#[track_caller]
fn refused_for_memory(before: &[&str], statement: &str) -> Option<u64> {
    let budget = format!("{BUDGET_MIB}MB");
    let mut command = Command::new(env!("CARGO_BIN_EXE_standpoint"));
    command.args(["--memory", &budget, "--timeout", "900s"]);
    for text in before.iter().chain([&statement]) {
        command.args(["-c", text]);
    }
    let (code, said, peak) = run(command);
    assert_eq!(code, Some(5), "{statement}: {said}");
    assert!(said.contains("memory") || said.contains("bytes"), "{statement}: {said}");
    assert!(peak.is_none_or(|peak| peak <= PEAK_MIB), "{statement}: the process took {peak:?} MiB");
    peak
}

/// Runs a program; gives its exit code, what it said, and the most memory it took in MiB, where that can be known.
fn run(mut command: Command) -> (Option<i32>, String, Option<u64>) {
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut peak = None;
    let code = loop {
        peak = peak_mib(child.id()).max(peak);
        match child.try_wait().unwrap() {
            Some(status) => break status.code(),
            None => std::thread::sleep(Duration::from_millis(2)),
        }
    };
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    (code, said, peak)
}

/// The most memory a running process has taken so far. For a moment after it was made, a process still has the memory
/// and the name of the one that made it.
fn peak_mib(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    status.strip_prefix("Name:\tstandpoint\n")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? / 1024)
}

/// A statement counts before it is run: its text, its tree and its plan.
#[test]
fn a_long_text_counts_against_the_budget() {
    let options = RunOptions { memory: Some(1 << 20), ..RunOptions::default() };
    let run = |numbers: usize| {
        let text = format!("RETURN size([{}1])", "1,".repeat(numbers));
        let mut answer = Graph::in_memory().session().run_with(&text, &Default::default(), &options)?;
        answer.rows().map(|rows| rows.len())
    };
    assert_eq!(run(500).unwrap(), 1);
    let error = run(5000).unwrap_err();
    assert_eq!(error.detail(), Detail::MemoryLimit);
    assert!(error.message().contains("1 MiB"), "{error}");
    // What is left after the statement itself is less than its budget.
    let rows = |text: &str| Graph::in_memory().session().run_with(text, &Default::default(), &options)?.rows();
    let sort = "UNWIND range(1, 9000) AS x RETURN x ORDER BY x DESC";
    assert!(rows(sort).is_ok());
    let padded = format!("{sort} /*{}*/, 1", "x".repeat(3000));
    assert_eq!(rows(&padded).unwrap_err().detail(), Detail::MemoryLimit);
}
