//! Every query text of the openCypher TCK goes through the parser, the printer and the classifier.

#![allow(clippy::unwrap_used, clippy::print_stderr)] // a test may panic, and says when there is nothing to test

use standpoint::error::Detail;
use standpoint::syntax::script::{Language, classify};
use standpoint::syntax::{parse_statement, unparse};
use std::fs;
use std::path::{Path, PathBuf};

/// A query of a scenario, with the error that the scenario wants of it.
struct Case {
    place: String,
    text: String,
    wanted: Option<String>,
}

/// What the parser itself has to find; the rest is for the binder.
const OF_THE_PARSER: [&str; 7] = [
    "UnexpectedSyntax",
    "InvalidNumberLiteral",
    "IntegerOverflow",
    "FloatingPointOverflow",
    "InvalidUnicodeLiteral",
    "InvalidUnicodeCharacter",
    "InvalidRelationshipPattern",
];

#[test]
fn every_query_of_the_tck_is_understood() {
    let mut wrong = Vec::new();
    for case in cases() {
        match (parse_statement(&case.text), case.wanted.as_deref()) {
            (Ok(_), Some(detail)) if of_the_parser(&case, detail) => {
                wrong.push(format!("{}: no {detail}\n{}", case.place, case.text));
            }
            (Err(error), Some(detail)) if of_the_parser(&case, detail) && error.detail().as_str() == detail => {}
            (Err(error), _) => {
                wrong.push(format!("{}: {} {error}\n{}", case.place, error.detail().as_str(), case.text));
            }
            _ => {}
        }
    }
    assert!(wrong.is_empty(), "{} queries:\n{}", wrong.len(), wrong.join("\n\n"));
}

#[test]
fn every_query_of_the_tck_is_written_and_read_back() {
    for case in cases() {
        let Ok(statement) = parse_statement(&case.text) else { continue };
        let text = unparse::statement(&statement);
        match parse_statement(&text) {
            Ok(again) => assert_eq!(again, statement, "{}: {text}", case.place),
            Err(error) => panic!("{}: {error}: {text}", case.place),
        }
    }
}

#[test]
fn every_query_of_the_tck_is_classified_as_cypher() {
    for case in cases() {
        assert!(matches!(classify(&case.text), Language::Cypher), "{}: {}", case.place, case.text);
    }
}

/// A pattern where a value is expected is grammatical; the binder refuses it.
fn of_the_parser(case: &Case, detail: &str) -> bool {
    let pattern_as_value = detail == Detail::UnexpectedSyntax.as_str() && case.place.contains("Pattern1.feature");
    OF_THE_PARSER.contains(&detail) && !pattern_as_value
}

/// All queries of all feature files; none, said plainly, when the TCK is not there.
fn cases() -> Vec<Case> {
    let Some(folder) = tck() else {
        eprintln!("the TCK is absent: set OPENCYPHER_TCK to its folder to run this test");
        return Vec::new();
    };
    let mut files = Vec::new();
    feature_files(&folder, &mut files);
    assert!(files.len() > 200, "{} holds only {} feature files", folder.display(), files.len());
    files.iter().flat_map(|file| queries(file)).collect()
}

fn tck() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/tck");
    let folder = std::env::var_os("OPENCYPHER_TCK").map_or(beside, PathBuf::from);
    folder.is_dir().then_some(folder)
}

fn feature_files(folder: &Path, files: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            feature_files(&path, files);
        } else if path.extension().is_some_and(|ending| ending == "feature") {
            files.push(path);
        }
    }
}

/// The query texts of a file, with the examples of outlines filled in.
fn queries(file: &Path) -> Vec<Case> {
    let text = fs::read_to_string(file).unwrap();
    let name = file.file_name().unwrap().to_string_lossy().into_owned();
    let mut cases = Vec::new();
    let mut scenario = Vec::new();
    for line in text.lines().filter(|line| !line.trim_start().starts_with('#')).chain(["Scenario:"]) {
        if line.trim_start().starts_with("Scenario") {
            cases.extend(scenario_queries(&name, &scenario));
            scenario.clear();
        }
        scenario.push(line);
    }
    cases
}

fn scenario_queries(file: &str, lines: &[&str]) -> Vec<Case> {
    let title = lines.first().map_or("", |line| line.trim());
    let (mut texts, mut open) = (Vec::new(), None::<String>);
    for line in lines {
        match (&mut open, line.trim() == "\"\"\"") {
            (None, true) => open = Some(String::new()),
            (Some(_), true) => texts.extend(open.take()),
            (Some(text), false) => {
                text.push_str(line);
                text.push('\n');
            }
            (None, false) => {}
        }
    }
    let wanted = lines.iter().find_map(|line| wanted(line));
    let last = texts.len().saturating_sub(1);
    let mut cases = Vec::new();
    for row in examples(lines) {
        for (index, text) in texts.iter().enumerate() {
            let filled = row.iter().fold(text.clone(), |text, (key, value)| text.replace(&format!("<{key}>"), value));
            let wanted = wanted.clone().filter(|_| index == last);
            cases.push(Case { place: format!("{file} {title}"), text: filled, wanted });
        }
    }
    cases
}

fn wanted(line: &str) -> Option<String> {
    let (_, detail) =
        line.trim().strip_prefix("Then a SyntaxError should be raised at compile time")?.split_once(':')?;
    Some(detail.trim().to_owned())
}

/// The rows of the example tables; one empty row when there are none.
fn examples(lines: &[&str]) -> Vec<Vec<(String, String)>> {
    let mut rows = Vec::new();
    let mut header: Option<Vec<String>> = None;
    let mut inside = false;
    for line in lines.iter().map(|line| line.trim()) {
        if line.starts_with("Examples:") {
            (inside, header) = (true, None);
        } else if inside && line.starts_with('|') {
            let cells: Vec<String> = cells(line);
            match &header {
                None => header = Some(cells),
                Some(keys) => rows.push(keys.iter().cloned().zip(cells).collect()),
            }
        }
    }
    if rows.is_empty() { vec![Vec::new()] } else { rows }
}

/// The cells of a table row; `\|` is a bar inside a cell.
fn cells(line: &str) -> Vec<String> {
    let hidden = line.replace("\\|", "\u{1}");
    let inner = hidden.trim_matches('|');
    inner.split('|').map(|cell| cell.trim().replace('\u{1}', "|")).collect()
}
