//! Input that is wrong, huge or malicious: a clear error that names the place, an exit code that is not 0, and a graph
//! file that is as it was.

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

/// Runs the program on a copy of the shipped graph; gives its exit code and what it said. Results must be empty, and the
/// file must not have changed.
fn refused(name: &str, content: &[u8]) -> (i32, String) {
    let folder = tempfile::tempdir().unwrap();
    let graph = folder.path().join("g.graph");
    std::fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("graphs/peace-talks.graph"), &graph).unwrap();
    let before = std::fs::read(&graph).unwrap();
    std::fs::write(folder.path().join(name), content).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_standpoint"))
        .args(["g.graph", "-f", name])
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert_eq!(std::fs::read(&graph).unwrap(), before, "the graph has changed");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2, "something was left behind");
    assert!(output.stdout.is_empty(), "results: {}", String::from_utf8_lossy(&output.stdout));
    (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
}

#[track_caller]
fn check(name: &str, content: &[u8], expected: &[&str]) {
    let (code, said) = refused(name, content);
    assert_eq!(code, 1, "{said}");
    assert!(said.len() < 2000, "the message is long: {}", said.len());
    for part in expected {
        assert!(said.contains(part), "no `{part}` in {said}");
    }
}

#[test]
fn a_hundred_thousand_brackets() {
    for (open, close) in [("(", ")"), ("[", "]"), ("{a:", "}"), ("CASE WHEN true THEN ", " END")] {
        let text = format!("RETURN {}1{}", open.repeat(100_000), close.repeat(100_000));
        check("deep.cypher", text.as_bytes(), &["nested more than", "deep.cypher:1:"]);
    }
    let unclosed = format!("RETURN {}", "(".repeat(100_000));
    check("open.cypher", unclosed.as_bytes(), &["open.cypher:1:"]);
}

#[test]
fn fifty_megabytes() {
    let text = format!("RETURN [{}1]", "1,".repeat(25_000_000));
    check("big.cypher", text.as_bytes(), &["50000010 bytes", "big.cypher:1:1"]);
}

#[test]
fn text_that_is_no_text() {
    check("bad.cypher", b"RETURN 1;\nRETURN \xff\xfe;", &["bad.cypher:2:8", "not UTF-8"]);
    check("zero.cypher", b"RETURN \0", &["zero.cypher:1:8"]);
}

#[test]
fn slips_in_facts_tell_nothing() {
    let text = "[a] \"x\"\nOslo -supports-> annexation\nKyiv -opposes- > annexation\n";
    check("slip.facts", text.as_bytes(), &["slip.facts:3:6", "` -opposes-> `"]);
    check("open.facts", b"Kyiv -opposes-> annexation {0.9\n", &["open.facts:1:"]);
    check("bullet.facts", b"- buy milk\n", &["bullet.facts:1:"]);
}

#[test]
fn an_error_in_a_script_names_its_line_and_stops_it() {
    check("two.cypher", b"// one\nMATCH (n)\n  RETURN m;\nRETURN 1;", &["two.cypher:3:10", "`m`"]);
    check("name.cypher", b"MATCH (@Kviv) RETURN 1", &["did you mean `Kyiv`?"]);
    check("function.cypher", b"RETURN toUper('a')", &["toUpper", "function.cypher:1:8"]);
}

#[test]
fn a_query_that_would_need_everything() {
    let text = "UNWIND range(1, 100000) AS a UNWIND range(1, 100000) AS b RETURN collect(a + b)";
    let (code, said) = refused_with(text, &["--memory", "50MB"]);
    assert_eq!(code, 5, "{said}");
    let text = "MATCH (a)-[*]-(b) RETURN count(*)";
    let (code, said) = refused_with(text, &["--timeout", "300ms"]);
    assert_eq!(code, 5, "{said}");
    let (code, said) = refused_with("UNWIND range(1, 100) AS x RETURN x", &["--max-rows", "99"]);
    assert!(code == 5 && said.contains("more than 99 rows"), "{code} {said}");
    let text = "RETURN range(0, 1000000000000)";
    let (code, said) = refused_with(text, &[]);
    assert!(code != 0 && said.starts_with("error: "), "{code} {said}");
}

fn refused_with(statement: &str, options: &[&str]) -> (i32, String) {
    let graph = Path::new(env!("CARGO_MANIFEST_DIR")).join("graphs/peace-talks.graph");
    let output = Command::new(env!("CARGO_BIN_EXE_standpoint"))
        .arg(graph)
        .args(options)
        .args(["--readonly", "-c", statement])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    (output.status.code().unwrap_or(-1), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn values_that_nest_or_double_without_end() {
    for statement in [
        "RETURN reduce(x = [], i IN range(1, 200000) | [x])",
        "RETURN reduce(x = {a: 1}, i IN range(1, 200000) | {a: x})",
        "RETURN reduce(x = [1], i IN range(1, 200) | [x, x])",
        "RETURN reduce(x = 'a', i IN range(1, 200) | x + x)",
    ] {
        let (code, said) = refused_with(statement, &["--memory", "200MB"]);
        assert_eq!(code, 5, "{statement}: {said}");
    }
}

#[test]
fn files_that_are_no_graphs() {
    let folder = tempfile::tempdir().unwrap();
    let mut state = 7u32;
    let mut random = String::new();
    while random.len() < 5000 {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let _ = write!(random, "{state:x}");
    }
    std::fs::write(folder.path().join("random.graph"), random).unwrap();
    let whole = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("graphs/peace-talks.graph")).unwrap();
    std::fs::write(folder.path().join("cut.graph"), &whole[..whole.len() / 2]).unwrap();
    for (name, expected) in [("random.graph", "is not a graph"), ("cut.graph", "is damaged")] {
        let output = Command::new(env!("CARGO_BIN_EXE_standpoint"))
            .args([name, "-c", "CREATE (:A)"])
            .current_dir(folder.path())
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(3));
        assert!(String::from_utf8_lossy(&output.stderr).contains(expected));
    }
    assert_eq!(std::fs::read(folder.path().join("cut.graph")).unwrap(), whole[..whole.len() / 2]);
}

/// A complete graph of forty nodes has more trails than anyone can count; where only their ends matter, none is.
#[test]
fn ends_are_reached_where_trails_are_countless() {
    let graph = standpoint::Graph::in_memory();
    graph.run("UNWIND range(1, 40) AS i CREATE (:N {i: i})").unwrap();
    graph.run("MATCH (a:N), (b:N) WHERE a.i < b.i CREATE (a)-[:R]->(b), (b)-[:R]->(a)").unwrap();
    let options = standpoint::RunOptions { timeout: Some(std::time::Duration::from_secs(60)), ..Default::default() };
    for (query, expected) in [
        ("MATCH (:N {i: 1})-[:R*]->(b) RETURN count(DISTINCT b)", 40),
        ("MATCH (:N {i: 1})-[:R*..7]-(b) RETURN count(DISTINCT b.i)", 40),
        ("MATCH (a:N) WHERE EXISTS { (a)-[:R]->+(:N {i: 1}) } RETURN count(a)", 40),
        ("MATCH (a:N) WHERE NOT EXISTS { (a)-[:R*]-(a) } RETURN count(a)", 0),
    ] {
        let mut answer = graph.session().run_with(query, &Default::default(), &options).unwrap();
        let row = answer.next_row().unwrap().unwrap();
        assert_eq!(row.values()[0].as_int(), Some(expected), "{query}");
    }
}
