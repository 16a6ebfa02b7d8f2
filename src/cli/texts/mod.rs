//! `fmt`, `check`, `diff`, `apply` and `merge`: texts of facts as files.

mod arguments;
mod input;

use super::app::{exit_code, read_text};
use super::main::{NO_GRAPH, failed, standard_input};
use super::replace::replace;
use super::report::{self, Source, nowhere};
use crate::error::{Detail, Error, ErrorType, Result};
use crate::io::facts::check::{Finding, Text, check};
use crate::io::facts::{self, Difference, Unsaid};
use crate::io::write_error;
use crate::session::{Graph, OpenOptions};
use crate::store::both;
use crate::value::temporal::Date;
pub use arguments::{Check, Texts};
pub(super) use input::Notation;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// The exit code when the answer is that something differs, conflicts, or may be wrong.
const DIFFERENT: u8 = 1;
/// The exit code when there is no answer.
const TROUBLE: u8 = 2;

/// Runs a command; gives the exit code.
pub(super) fn run(texts: &Texts) -> u8 {
    match texts {
        Texts::Fmt { files, check } => fmt(files, *check),
        Texts::Check(arguments) => check_files(arguments).unwrap_or_else(|error| failed(&error, TROUBLE)),
        Texts::Diff { a, b } => diff(a, b).unwrap_or_else(|error| failed(&error, TROUBLE)),
        Texts::Apply { graph, patch } => apply(graph, patch),
        Texts::Merge { base, a, b, output } => {
            merge([base, a, b], output.as_deref()).unwrap_or_else(|error| failed(&error, TROUBLE))
        }
    }
}

fn fmt(files: &[PathBuf], check: bool) -> u8 {
    let codes = files.iter().map(|file| match formatted(file) {
        Ok((before, after)) if is_standard(file) => {
            written(&after, if check && before != after { DIFFERENT } else { 0 })
        }
        Ok((before, after)) if before == after => 0,
        Ok(_) if check => written(&format!("{}\n", file.display()), DIFFERENT),
        Ok((_, after)) => replace(file, &after).map_or_else(|error| failed(&error, TROUBLE), |()| 0),
        Err(report) => {
            let _ = io::stderr().write_all(report.as_bytes());
            TROUBLE
        }
    });
    codes.max().unwrap_or(0)
}

/// A text as it is and as it should be, or a report of why not.
fn formatted(file: &Path) -> std::result::Result<(String, String), String> {
    let text = text_of(file).map_err(|error| report::error(&error, nowhere()))?;
    let format = if Notation::of(file) == Some(Notation::Markdown) { facts::format_markdown } else { facts::format };
    match format(&text) {
        Ok(after) => Ok((text, after)),
        Err(error) => Err(report::error(&error, Source { file: Some(&name_of(file)), text: &text, offset: 0 })),
    }
}

fn check_files(arguments: &Check) -> Result<u8> {
    let mut read = Vec::new();
    for file in &arguments.files {
        read.push((name_of(file), text_of(file)?, Notation::of(file) == Some(Notation::Markdown)));
    }
    let texts: Vec<Text<'_>> =
        read.iter().map(|(file, text, markdown)| Text { file, text, markdown: *markdown }).collect();
    let known = arguments.graph.as_deref().map(input::graph).transpose()?;
    let known = known.map(|graph| graph.snapshot());
    let today = arguments.today.map_or_else(today, Ok)?;
    let findings = check(&texts, known.as_deref(), today);
    let lines = findings.iter().map(|finding| if arguments.json { json(finding) } else { finding.to_string() });
    let out: String = lines.map(|line| line + "\n").collect();
    Ok(written(&out, if findings.is_empty() { 0 } else { DIFFERENT }))
}

fn json(finding: &Finding) -> String {
    serde_json::json!({
        "file": finding.file,
        "line": finding.line,
        "column": finding.column,
        "kind": finding.kind,
        "message": finding.message,
        "hint": finding.hint,
    })
    .to_string()
}

/// The day of the clock, in the universal time.
fn today() -> Result<Date> {
    const DAY: u64 = 24 * 60 * 60;
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    Date::from_days((seconds / DAY) as i64).ok_or_else(|| Error::internal("the clock shows no day"))
}

fn diff(a: &Path, b: &Path) -> Result<u8> {
    let size = std::fs::metadata(b).map_or(0, |file| file.len());
    let (old, new) = both(size as usize, || input::graph(a), || input::graph(b));
    let difference: Difference = facts::diff(&old?.snapshot(), &new?.snapshot())?;
    let code = written(&difference.to_string(), if difference.lines.is_empty() { 0 } else { DIFFERENT });
    Ok(if tell(&difference.unsaid) { TROUBLE } else { code })
}

/// Tells what facts cannot say; whether there is anything.
fn tell(unsaid: &Unsaid) -> bool {
    if unsaid.count > 0 {
        let _ = write!(io::stderr(), "warning: facts cannot say {} of what is there:\n{unsaid}", unsaid.count);
    }
    unsaid.count > 0
}

fn apply(path: &Path, patch: &Path) -> u8 {
    let graph = match saved(path) {
        Ok(graph) => graph,
        Err(error) => return failed(&error, NO_GRAPH),
    };
    let text = match text_of(patch) {
        Ok(text) => text,
        Err(error) => return failed(&error, DIFFERENT),
    };
    let applied = facts::apply(&mut graph.session(), &text);
    let closed = graph.close();
    match (applied, closed) {
        (Err(error), _) => {
            let source = Source { file: Some(&name_of(patch)), text: &text, offset: 0 };
            let _ = io::stderr().write_all(report::error(&error, source).as_bytes());
            exit_code(&error)
        }
        (_, Err(error)) => failed(&error, NO_GRAPH),
        (Ok(applied), Ok(())) => {
            let _ = writeln!(io::stderr(), "{}: {applied}", path.display());
            0
        }
    }
}

/// A saved graph, to be changed.
fn saved(path: &Path) -> Result<Graph> {
    if Notation::of(path).is_some() {
        let message = format!("`{}` is a text, and only a saved graph can be changed", path.display());
        let error = Error::runtime(ErrorType::ArgumentError, Detail::InvalidUse, message);
        return Err(error.hint("a text is changed by `patch` or `git apply`"));
    }
    Graph::open_with(path, OpenOptions::default())
}

fn merge(paths: [&PathBuf; 3], output: Option<&Path>) -> Result<u8> {
    let [base, a, b] = paths.map(|path| input::graph(path));
    let merged = facts::merge(&base?.snapshot(), &a?.snapshot(), &b?.snapshot())?;
    if tell(&merged.unsaid) {
        return Ok(TROUBLE);
    }
    let text = merged.text()?;
    for conflict in &merged.conflicts {
        let _ = writeln!(io::stderr(), "conflict: {}", conflict.what);
    }
    let code = if merged.conflicts.is_empty() { 0 } else { DIFFERENT };
    match output {
        None => Ok(written(&text, code)),
        Some(file) => replace(file, &text).map(|()| code),
    }
}

/// Writes to standard output; gives the code, or another when nothing could be written.
fn written(text: &str, code: u8) -> u8 {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => code,
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => code,
        Err(error) => failed(&write_error(&error), TROUBLE),
    }
}

fn is_standard(file: &Path) -> bool {
    file == Path::new("-")
}

fn name_of(file: &Path) -> String {
    if is_standard(file) { "<stdin>".to_owned() } else { file.display().to_string() }
}

/// A file as text, or standard input.
fn text_of(file: &Path) -> Result<String> {
    if is_standard(file) { standard_input() } else { read_text(file) }
}
