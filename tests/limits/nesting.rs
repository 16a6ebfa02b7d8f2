//! Texts and values that nest deeply, repeat endlessly or are huge: an answer or a short error, on a small stack.

use standpoint::error::{Detail, Error};
use standpoint::value::{Map, Value};
use standpoint::{Graph, RunOptions};
use std::sync::Arc;
use std::time::Duration;

/// Runs what it is given on a thread with the stack that a new thread of a program has.
fn on_a_small_stack<T: Send>(run: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(2 << 20).spawn_scoped(scope, run).unwrap();
        thread.join().unwrap()
    })
}

fn run(text: &str, parameters: &Map) -> Result<(), Error> {
    let options = RunOptions { timeout: Some(Duration::from_secs(600)), ..RunOptions::default() };
    let graph = Graph::in_memory();
    graph.session().run_with(text, parameters, &options)?.rows().map(drop)
}

/// A text that repeats a part.
fn repeated(before: &str, part: &str, times: usize, after: &str) -> String {
    format!("{before}{}{after}", part.repeat(times))
}

/// The parts made from each number, joined.
fn joined(times: usize, between: &str, part: impl Fn(usize) -> String) -> String {
    (0..times).map(part).collect::<Vec<_>>().join(between)
}

/// The texts, and the error each gives, if any.
fn texts() -> Vec<(String, Option<Detail>)> {
    let deep = Some(Detail::NestingTooDeep);
    // More operators than a plan may have.
    let large = Some(Detail::InputTooLarge);
    let n = 2100;
    vec![
        (joined(n, " UNION ALL ", |_| "RETURN 1 AS x".to_owned()), large),
        (joined(n, " UNION ", |at| format!("RETURN {at} AS x")), large),
        (repeated("WITH 1 AS x ", "WITH x + 1 AS x ", n, "RETURN x"), large),
        (joined(n, " ", |at| format!("MATCH (n{at})")) + " RETURN 1", large),
        (repeated("", "MATCH (n:A) ", n, "RETURN 1"), None),
        (repeated("", "OPTIONAL MATCH (n) ", n, "RETURN 1"), large),
        (repeated("MATCH (a)", "-->()", n, " RETURN 1"), large),
        (repeated("CREATE (a)", "-[:R]->()", n, ""), None),
        (repeated("", "MERGE (:A) WITH 1 AS x ", n, "RETURN x"), large),
        (repeated("RETURN CASE 1 ", "WHEN 2 THEN 3 ", n, "END"), None),
        (repeated("RETURN true", " AND true", n, ""), None),
        (repeated("RETURN 1", " + 1", n, ""), deep),
        (repeated("RETURN ", "NOT ", n, "true"), deep),
        (repeated("RETURN ", "- ", n, "1"), deep),
        (repeated("WITH {a: 1} AS x RETURN x", ".a", n, ""), deep),
        (repeated("WITH [1] AS x RETURN x", "[0]", n, ""), deep),
        (repeated("RETURN 1", " IS NULL", n, ""), deep),
        (repeated("RETURN 0", " < 1", n, ""), deep),
        (repeated("MATCH (n:", "!", n, "A) RETURN n"), deep),
        (format!("MATCH (n:{}) RETURN n", joined(n, "|", |at| format!("A{at}"))), None),
        (format!("MATCH ()-[:{}]->() RETURN 1", joined(n, "|", |at| format!("A{at}"))), None),
        (format!("RETURN {}", joined(n, ",", |at| format!("{at} AS c{at}"))), None),
        (format!("UNWIND [1] AS x RETURN x ORDER BY {}", joined(n, ",", |at| format!("x + {at}"))), None),
        (format!("RETURN {{{}}}", joined(n, ",", |at| format!("k{at}: {at}"))), None),
        (format!("MATCH {} RETURN 1", joined(200, ",", |at| format!("(a{at})-->(b{at})"))), deep),
        (
            repeated(
                "MATCH (n) WHERE ",
                "EXISTS { MATCH (n)-->(m) WHERE ",
                60,
                &repeated("true", " }", 60, " RETURN n"),
            ),
            deep,
        ),
        (repeated("", "CALL { ", 90, &repeated("RETURN 1 AS x", " } RETURN x", 90, "")), deep),
        (repeated("RETURN ", "[x IN [1] | ", 90, &repeated("1", "]", 90, "")), None),
        (joined(600, " UNION ALL ", |_| "RETURN 1 AS x".to_owned()), None),
        (joined(600, " UNION ", |at| format!("RETURN {at} AS x")), None),
        (repeated("WITH 1 AS x ", "WITH x + 1 AS x ", 900, "RETURN x"), deep),
        (joined(900, " ", |at| format!("MATCH (n{at})")) + " RETURN 1", deep),
        (repeated("", "MATCH (n) ", 900, "RETURN 1"), None),
        (repeated("", "OPTIONAL MATCH (n) ", 400, "RETURN 1"), deep),
        (repeated("MATCH (a)", "-->()", 900, " RETURN 1"), deep),
        (repeated("", "MERGE (:A) WITH 1 AS x ", 900, "RETURN x"), large),
        (repeated("WITH 1 AS x ", "WITH [x] AS x ", 250, "RETURN x"), deep),
        (repeated("WITH 1 AS x ", "WITH {a: x} AS x ", 250, "RETURN x"), deep),
        ("RETURN reduce(x = [], i IN range(1, 200000) | [x])".to_owned(), deep),
        (
            "UNWIND [1, 2, 1] AS i WITH reduce(x = [i], j IN range(1, 195) | [x]) AS l \
          WITH DISTINCT l ORDER BY l RETURN l = l, l IN [l], toString(size(l)), collect(l), max(l)"
                .to_owned(),
            None,
        ),
        ("RETURN 'a' =~ '(((((a{100}){100}){100}){100}){100})'".to_owned(), Some(Detail::InvalidArgumentValue)),
        (repeated("RETURN 'a' =~ '", "(a|", 5000, &repeated("b", ")", 5000, "'")), Some(Detail::InvalidArgumentValue)),
        (repeated("RETURN 'a' =~ '", "a*", 100_000, "'"), Some(Detail::InvalidArgumentValue)),
        ("RETURN reduce(x = 'a', i IN range(1, 15) | x + x) =~ '(a*)*b'".to_owned(), None),
        (repeated("? ?a", " -b-> ?c", n, ""), large),
    ]
}

#[test]
fn long_and_deep_texts_end_on_a_small_stack() {
    let mut wrong = Vec::new();
    for (text, expected) in texts() {
        let detail = on_a_small_stack(|| run(&text, &Map::new()).err().map(|error| error.detail()));
        if detail != expected {
            wrong.push((text.chars().take(60).collect::<String>(), detail));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn names_and_texts_of_a_million_letters_give_short_messages() {
    let long = "a".repeat(1_000_000);
    for text in [
        format!("RETURN `{long}`"),
        format!("RETURN {long}(1)"),
        format!("CALL {long}()"),
        format!("MATCH (@`{long}`) RETURN 1"),
        format!("RETURN {}", "1".repeat(1_000_000)),
        format!("RETURN date('{long}')"),
        format!("RETURN 'a' =~ '({long}'"),
        format!("RETURN ${long}"),
        format!("WITH 1 AS `{long}`, 2 AS `{long}` RETURN 1"),
    ] {
        let error = run(&text, &Map::new()).unwrap_err();
        assert!(error.to_string().len() < 2000, "{} bytes: {}", error.to_string().len(), &text[..40]);
    }
    let sizes = format!("CREATE (n:`{long}` {{`{long}`: '{long}'}})-[:`{long}`]->(m) RETURN n.`{long}`, labels(n)");
    run(&sizes, &Map::new()).unwrap();
}

#[test]
fn parameters_that_nest_without_end_are_refused() {
    let mut deep = Value::Null;
    for _ in 0..100_000 {
        deep = Value::list(vec![deep]);
    }
    let many: Vec<(Arc<str>, Value)> = (0..100_000i64).map(|at| (Arc::from(format!("p{at}")), at.into())).collect();
    let mut parameters: Map = many.into_iter().collect();
    on_a_small_stack(|| {
        run("RETURN $p7 + $p99999", &parameters).unwrap();
        parameters.insert(Arc::from("deep"), deep);
        let error = run("RETURN size($deep)", &parameters).unwrap_err();
        assert_eq!(error.detail(), Detail::NestingTooDeep);
    });
}
