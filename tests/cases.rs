//! Single statements of openCypher with the answer that the language gives them.
//!
//! A file in `cases/` has blocks parted by blank lines, each on a graph of its own: statements that prepare the graph,
//! each ended by `;`, then the statement in question, a line `----`, and its answer in the notation of the openCypher TCK: the columns and
//! rows, sorted unless the statement orders them, and the effects on the graph; or an error's type, phase and detail.
//! Lines that begin with `#` are comments.

use crate::golden;
use crate::tck::{content::Content, notation};
use standpoint::error::{Error, Phase, Result};
use standpoint::{Graph, RunOptions};
use std::path::Path;

#[test]
fn statements_give_what_the_language_says() {
    let files = golden::files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases"), "test");
    assert!(!files.is_empty());
    let mut wrong = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let written = rewrite(&text, &RunOptions::default());
        wrong.extend(golden::compare(&file, &written));
        for options in variants() {
            if rewrite(&text, &options) != written {
                wrong.push(format!("{} gives another result with {options:?}", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Ways to run that must not change a result.
fn variants() -> [RunOptions; 2] {
    [
        RunOptions { batch_size: 1, kernels: false, ..RunOptions::default() },
        RunOptions { batch_size: 2, optimize: false, ..RunOptions::default() },
    ]
}

/// The file with its answers as they are now.
fn rewrite(text: &str, options: &RunOptions) -> String {
    let block = |block: &str| {
        let (statements, _) = block.split_once("\n----").unwrap_or_else(|| panic!("no ---- in\n{block}"));
        let statements = statements.trim_start_matches('\n');
        format!("{statements}\n----\n{}", run(statements, options))
    };
    text.trim_end().split("\n\n").map(block).collect::<Vec<_>>().join("\n")
}

fn run(text: &str, options: &RunOptions) -> String {
    let code: String = text.lines().filter(|line| !line.starts_with('#')).map(|line| format!("{line}\n")).collect();
    let (first, last) = code.rsplit_once(";\n").unwrap_or(("", &code));
    let graph = Graph::in_memory();
    for statement in first.split(";\n").filter(|statement| !statement.is_empty()) {
        graph.run(statement).unwrap_or_else(|error| panic!("{statement}: {error}"));
    }
    let before = Content::of(&graph.snapshot());
    let mut answer = give(&graph, last, options).unwrap_or_else(|error| class(&error));
    let effects = Content::of(&graph.snapshot()).effects(&before);
    if !effects.is_empty() {
        let effects: Vec<String> = effects.iter().map(|(name, count)| format!("{name} {count}")).collect();
        answer += &format!("{}\n", effects.join(", "));
    }
    answer
}

fn give(graph: &Graph, statement: &str, options: &RunOptions) -> Result<String> {
    let mut answer = graph.session().run_with(statement, &Default::default(), options)?;
    let columns = answer.columns().join(" | ");
    let mut rows = Vec::new();
    while let Some(row) = answer.next_row()? {
        let cells = row.values().iter().map(|value| notation::actual(row.graph(), value, false));
        rows.push(cells.collect::<Vec<_>>().join(" | "));
    }
    if !statement.contains("ORDER BY") {
        rows.sort();
    }
    let lines = Some(columns).filter(|columns| !columns.is_empty()).into_iter().chain(rows);
    Ok(lines.map(|line| line + "\n").collect())
}

/// The class of an error.
fn class(error: &Error) -> String {
    let phase = match error.phase() {
        Phase::Compile => "compile time",
        Phase::Runtime => "runtime",
    };
    format!("{} at {phase}: {}\n", error.error_type().as_str(), error.detail().as_str())
}
