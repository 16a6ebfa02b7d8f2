//! The examples of `docs/cypher.md`: what it says is there works, what it says is not there is refused.

use standpoint::io::LocalFiles;
use standpoint::{Answer, Graph, RunOptions, Session};
use std::path::Path;
use std::sync::Arc;

const GRAPH: &str = "CREATE (a:Person {name: 'Ann', age: 40})-[:KNOWS {since: 2001}]->(:Person {name: 'Bob', age: 30}),
                            (a)-[:OWNS]->(:Dog {name: 'Rex', age: 4})";

#[test]
fn the_manual_tells_the_truth() {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/cypher.md")).unwrap();
    let rows: Vec<_> = text.lines().filter_map(row).collect();
    assert!(rows.len() > 90, "only {} examples", rows.len());
    let mut wrong = Vec::new();
    for (there, example) in rows {
        match (there, run(&example)) {
            ("yes", Err(error)) => wrong.push(format!("{example}: {error}")),
            ("no", Ok(())) => wrong.push(format!("{example}: it works")),
            ("yes" | "no", _) => {}
            _ => wrong.push(format!("{example}: neither yes nor no")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What the second and third cells of a line of a table hold, if it gives an example.
fn row(line: &str) -> Option<(&str, String)> {
    let line = line.strip_prefix("| ")?.strip_suffix("` |")?;
    let (before, example) = line.rsplit_once(" | `")?;
    let (_, there) = before.rsplit_once(" | ")?;
    Some((there, example.replace("\\|", "|")))
}

fn run(statement: &str) -> standpoint::error::Result<()> {
    let graph = Graph::in_memory();
    graph.keep_history(Some(Default::default()))?;
    let mut session = graph.session();
    drain(&mut session, GRAPH)?;
    drain(&mut session, statement)
}

fn drain(session: &mut Session, statement: &str) -> standpoint::error::Result<()> {
    let files = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scripts/files");
    let options = RunOptions { files: Some(Arc::new(LocalFiles::below(files))), ..RunOptions::default() };
    let parameters = [("x".into(), standpoint::Value::Int(1))].into_iter().collect();
    let mut answer: Answer = session.run_with(statement, &parameters, &options)?;
    while answer.next_row()?.is_some() {}
    Ok(())
}
