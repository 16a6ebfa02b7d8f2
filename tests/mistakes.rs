//! What users get wrong, and what they are told.
//!
//! A file in `mistakes/` has blocks parted by blank lines: a statement, a line `----`, and the classification with the
//! whole message: type, phase and detail, then text, place and hints. A block without `----` only runs. Lines that
//! begin with `#` are comments; `\t` in a statement is a tab. Each statement starts from the graph that blocks without
//! `----` have made.

use crate::golden;
use standpoint::Graph;
use standpoint::cli::report::{self, Source};
use standpoint::error::Error;
use std::collections::BTreeSet;
use std::path::Path;

#[test]
fn messages_say_what_is_wrong_and_where() {
    let files = golden::files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mistakes"), "test");
    assert!(!files.is_empty());
    let rewritten = |file: &Path| rewrite(&std::fs::read_to_string(file).unwrap());
    let wrong: Vec<String> = files.iter().filter_map(|file| golden::compare(file, &rewritten(file))).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_mistake_is_told_twice() {
    let mut seen = BTreeSet::new();
    for file in golden::files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mistakes"), "test") {
        let text = std::fs::read_to_string(file).unwrap();
        for (statement, _) in text.split("\n\n").filter_map(|block| block.split_once("\n----")) {
            assert!(seen.insert(statement.trim().to_owned()), "{statement}");
        }
    }
    assert!(seen.len() >= 120, "only {} mistakes", seen.len());
}

fn rewrite(text: &str) -> String {
    let graph = Graph::in_memory();
    let mut written = String::new();
    for block in text.split("\n\n").map(|block| block.trim_matches('\n')) {
        let code: String = block
            .lines()
            .take_while(|line| *line != "----")
            .fold(String::new(), |code, line| if line.starts_with('#') { code } else { code + line + "\n" });
        let code = code.trim_end().replace("\\t", "\t");
        let head = block.split("\n----").next().unwrap();
        if block.contains("\n----") {
            written += &format!("{head}\n----\n{}\n", told(&graph, &code));
        } else {
            if !code.is_empty() {
                graph.run(&code).unwrap();
            }
            written += &format!("{block}\n\n");
        }
    }
    written.trim_end().to_owned() + "\n"
}

/// What a user is told about a statement: its error, or the remarks on it.
fn told(graph: &Graph, code: &str) -> String {
    let source = Source { file: None, text: code, offset: 0 };
    let mut session = graph.session();
    session.begin().unwrap();
    let answer = session.run(code).and_then(|mut answer| answer.rows().map(|_| answer));
    match answer {
        Ok(answer) => {
            let remarks = answer.summary().notifications.iter();
            let remarks: String = remarks.map(|remark| report::notification(remark, source, None)).collect();
            if remarks.is_empty() { "nothing\n".to_owned() } else { remarks }
        }
        Err(error) => format!("{}\n{}", classified(&error), report::error(&error, source)),
    }
}

fn classified(error: &Error) -> String {
    format!("{} {} {}", error.error_type().as_str(), error.phase().as_str(), error.detail().as_str())
}
