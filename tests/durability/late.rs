//! Damage that is found when a statement first needs what is damaged: an error, never an answer that is not so, and nothing
//! that replaces the file.

use standpoint::error::ErrorType;
use standpoint::{Error, Graph, Result};
use std::path::{Path, PathBuf};

const GRAPH: &[&str] = &[
    "CREATE INDEX FOR (a:Actor) ON (a.n)",
    "UNWIND range(1, 30) AS n CREATE (:Actor:State {name: 'actor ' + n, n: n, at: [n, 'x']})",
    "UNWIND range(1, 9) AS n CREATE (:Proposal {name: 'plan ' + n, weight: n / 7.0, aliases: ['the plan ' + n]})",
    "MATCH (a:Actor), (p:Proposal) WHERE (a.n + id(p)) % 4 = 0 CREATE (a)-[:OPPOSES {confidence: 1.0 / a.n, quote: a.name}]->(p)",
    "MATCH (a:Actor), (b:Actor {n: a.n * 2}) CREATE (b)-[:FOLLOWS {since: date('2025-11-21')}]->(a), (a)-[:FOLLOWS]->(a)",
    "MATCH (a:Actor {n: 7}) DETACH DELETE a",
];

const QUESTIONS: &[&str] = &[
    "MATCH (n) RETURN n",
    "MATCH (n) RETURN count(n), sum(n.weight)",
    "MATCH (a:Actor {n: 8}) RETURN a.name",
    "MATCH (a)-[r]->(b) RETURN a.name, type(r), r.confidence, b.name",
    "MATCH ()-[r:OPPOSES]->() RETURN collect(r) AS all",
    "MATCH (a:Actor)-[:FOLLOWS]->(a) RETURN count(*)",
    "MATCH p = (:Actor {n: 4})-[*1..2]->() RETURN p",
    "MATCH (n) WHERE NOT (n)--() RETURN n.name",
    "? ?who -opposes-> the plan 3",
    "? actor 1 -supports-> plan 2",
];

fn saved(folder: &Path) -> PathBuf {
    let path = folder.join("x.graph");
    let graph = Graph::create(&path).unwrap();
    GRAPH.iter().for_each(|statement| drop(graph.run(statement).unwrap()));
    graph.close().unwrap();
    path
}

/// An answer as it is shown.
fn shown(graph: &Graph, question: &str) -> Result<String> {
    let mut answer = graph.run(question)?;
    let mut out = Vec::new();
    standpoint::io::json::write_lines(&mut answer, &mut out)?;
    Ok(format!("{}{:?}", String::from_utf8(out).unwrap(), answer.summary().known))
}

fn is_about_the_file(error: &Error) -> bool {
    error.error_type() == ErrorType::Corrupt && error.message().contains("x.graph` is damaged")
}

/// Changes one byte after another, a few at a time apart, and hands over what opens nevertheless.
fn with_each_damage(path: &Path, step: usize, mut check: impl FnMut(Graph, &[u8])) -> (usize, usize) {
    let whole = std::fs::read(path).unwrap();
    let (mut tried, mut opened) = (0, 0);
    for at in (0..whole.len()).step_by(step) {
        let mut changed = whole.clone();
        changed[at] ^= 0x41;
        std::fs::write(path, &changed).unwrap();
        tried += 1;
        match Graph::open(path) {
            Ok(graph) => {
                opened += 1;
                check(graph, &changed);
            }
            Err(error) => assert!(error.error_type() == ErrorType::Corrupt, "byte {at}: {error}"),
        }
    }
    std::fs::write(path, whole).unwrap();
    (tried, opened)
}

#[test]
fn a_damaged_graph_gives_right_answers_or_errors() {
    let folder = tempfile::tempdir().unwrap();
    let path = saved(folder.path());
    let whole = Graph::open(&path).unwrap();
    let expected: Vec<String> = QUESTIONS.iter().map(|question| shown(&whole, question).unwrap()).collect();
    drop(whole);
    let (mut refused, mut seed) = (0, 0);
    let (tried, opened) = with_each_damage(&path, 53, |graph, changed| {
        // Each time another question comes first.
        seed += 1;
        let order = (0..QUESTIONS.len()).map(|at| (at + seed) % QUESTIONS.len());
        let mut damaged = false;
        for at in order {
            match shown(&graph, QUESTIONS[at]) {
                Ok(answer) => assert!(!damaged && answer == expected[at], "{}: {answer}", QUESTIONS[at]),
                Err(error) => {
                    assert!(is_about_the_file(&error), "{}: {error}", QUESTIONS[at]);
                    damaged = true;
                }
            }
        }
        if damaged {
            refused += 1;
            assert!(is_about_the_file(&graph.run("CREATE (:After)").unwrap_err()));
            assert!(is_about_the_file(&graph.snapshot().read_all().unwrap_err()));
        }
        let closed = graph.close();
        assert!(closed.is_ok() || damaged);
        assert_eq!(std::fs::read(&path).unwrap(), changed, "nothing was changed");
    });
    assert!(tried > 100 && refused > opened / 2 && refused > 20, "{refused} of {opened} of {tried}");
}

#[test]
fn what_is_damaged_and_was_not_needed_does_not_replace_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = saved(folder.path());
    let log = folder.path().join("x.graph-wal");
    let (mut kept, nodes) = (0, Graph::open(&path).unwrap().snapshot().node_count());
    with_each_damage(&path, 71, |graph, changed| {
        let written = graph.run("CREATE (:After)-[:AFTER]->(:After)");
        match (written, graph.close()) {
            (Ok(_), Ok(())) => assert_ne!(std::fs::read(&path).unwrap(), changed, "it was harmless"),
            (written, closed) => {
                if let Err(error) = &written {
                    assert!(is_about_the_file(error), "{error}");
                }
                assert_eq!(std::fs::read(&path).unwrap(), changed, "the damaged file is left as it is");
                if written.is_ok() {
                    let error = closed.unwrap_err();
                    assert!(error.message().contains("is damaged"), "{error}");
                    kept += 1;
                    let graph = Graph::open_read_only(&path).unwrap();
                    assert_eq!(graph.snapshot().node_count(), nodes + 2, "the commit is in the log");
                }
            }
        }
        let _ = std::fs::remove_file(&log);
    });
    assert!(kept > 5, "{kept}");
}
