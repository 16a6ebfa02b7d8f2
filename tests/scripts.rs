//! Statements with what they give, as text.
//!
//! A file in `scripts/` has blocks parted by blank lines: statements, a line `----`, and what the last of them gives.
//! A block without `----` only runs. Each file has a graph of its own. `EXPLAIN` shows a plan; lines that begin with
//! `#` are comments. `LOAD CSV` finds the files of `scripts/files/`.

use crate::golden;
use standpoint::cli::report::{self, Source};
use standpoint::io::{LocalFiles, cell};
use standpoint::syntax::script;
use standpoint::{Answer, Graph, RunOptions, Session};
use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;

#[test]
fn scripts_give_what_they_should() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scripts");
    let files = golden::files(&folder, "test");
    assert!(!files.is_empty());
    let mut wrong = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let written = rewrite(&text, &with_files(&folder, RunOptions::default()));
        wrong.extend(golden::compare(&file, &written));
        for options in variants() {
            let other = strip_plans(&rewrite(&text, &with_files(&folder, options.clone())));
            let written = strip_plans(&written);
            if other != written {
                let difference = golden::difference(&written, &other);
                wrong.push(format!("{} gives another result with {options:?}\n{difference}", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The same with the files of `scripts/files` for `LOAD CSV`.
fn with_files(folder: &Path, options: RunOptions) -> RunOptions {
    RunOptions { files: Some(Arc::new(LocalFiles::below(folder.join("files")))), ..options }
}

/// Ways to run that must not change a result.
fn variants() -> [RunOptions; 2] {
    [
        RunOptions { batch_size: 1, kernels: false, ..RunOptions::default() },
        RunOptions { batch_size: 2, optimize: false, ..RunOptions::default() },
    ]
}

/// The file with its results as they are now.
fn rewrite(text: &str, options: &RunOptions) -> String {
    let mut session = Graph::in_memory().session();
    let mut written = String::new();
    for block in text.split("\n\n") {
        let block = block.trim_matches('\n');
        let (statements, expects) = match block.split_once("\n----") {
            Some((statements, _)) => (statements, true),
            None => (block, false),
        };
        let result = run(&mut session, statements, options);
        let _ = match expects {
            true => write!(written, "{statements}\n----\n{result}\n"),
            false => {
                assert!(!result.starts_with("error"), "{statements}\n{result}");
                write!(written, "{statements}\n\n")
            }
        };
    }
    written.trim_end().to_owned() + "\n"
}

/// Plans are not results: blocks that explain are left out.
fn strip_plans(text: &str) -> String {
    text.split("\n\n").filter(|block| !block.contains("EXPLAIN")).collect::<Vec<_>>().join("\n\n")
}

fn run(session: &mut Session, text: &str, options: &RunOptions) -> String {
    let code: String =
        text.lines().map(|line| if line.starts_with('#') { "\n".into() } else { format!("{line}\n") }).collect();
    let mut result = String::new();
    for range in script::statements(&code) {
        let outcome = range.and_then(|range| {
            let answer = session.run_with(&code[range.clone()], &Default::default(), options);
            answer.and_then(|mut answer| show(&mut answer)).map_err(|error| error.shifted(range.start))
        });
        match outcome {
            Ok(shown) => result = shown,
            Err(error) => return report::error(&error, Source { file: None, text: &code, offset: 0 }),
        }
    }
    result
}

fn show(answer: &mut Answer) -> standpoint::error::Result<String> {
    let mut text = String::new();
    if !answer.columns().is_empty() {
        text += &(answer.columns().join(" | ") + "\n");
    }
    while let Some(row) = answer.next_row()? {
        let cells: Vec<String> = row.values().iter().map(|value| cell::text(row.graph(), value)).collect();
        text += &(cells.join(" | ") + "\n");
    }
    let summary = answer.summary();
    for notification in &summary.notifications {
        let hint = notification.hint.as_ref().map(|name| format!(" ({name})")).unwrap_or_default();
        let _ = writeln!(text, "warning: {}{hint}", notification.message);
    }
    if summary.writes {
        let _ = writeln!(text, "{:?}", summary.counters);
    }
    Ok(text)
}
