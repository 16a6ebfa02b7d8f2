//! The table of functions: every example runs, and `docs/functions.md` says what the table says.

use crate::golden;
use standpoint::functions::{self, Category, Function};
use standpoint::value::format::literal;
use standpoint::{Graph, Session};
use std::fmt::Write;
use std::path::Path;

const GRAPH: &str = "CREATE (:Person {name: 'Ann', age: 40})-[:KNOWS {since: 2001}]->(:Person {name: 'Bob', age: 30})";

const HEAD: &str = "# Functions

Every function of Standpoint's openCypher, made from the table that the engine itself reads; a test runs every example.
The examples know `p`, the path `(a:Person {name: 'Ann'})-[r:KNOWS {since: 2001}]->(b:Person {name: 'Bob'})`.
Names may be written in any case. Parameters in brackets may be left out. A null argument gives null, unless the
description says otherwise.
";

#[test]
fn examples_give_what_they_say() {
    let mut session = Graph::in_memory().session();
    value(&mut session, GRAPH);
    let mut wrong = Vec::new();
    for function in functions::all() {
        for (example, expected) in function.examples {
            let given =
                value(&mut session, &format!("MATCH p = (a {{name: 'Ann'}})-[r]->(b) RETURN {example} AS value"));
            if given != *expected {
                wrong.push(format!("{example} is {given}, not {expected}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The last value of what a statement gives, or the error.
fn value(session: &mut Session, statement: &str) -> String {
    let mut last = String::new();
    let mut read = || -> standpoint::error::Result<()> {
        let mut answer = session.run(statement)?;
        while let Some(row) = answer.next_row()? {
            last = row.values().first().map(|value| literal(value, &**row.graph())).unwrap_or_default();
        }
        Ok(())
    };
    read().map_or_else(|error| error.to_string(), |()| last)
}

#[test]
fn the_reference_is_current() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/functions.md");
    let mut text = HEAD.to_owned();
    for category in Category::ALL {
        let _ = write!(text, "\n## {category}\n\n| Function | What it gives | Examples |\n|---|---|---|\n");
        for function in functions::all().filter(|function| function.category == category) {
            text += &row(function);
        }
    }
    assert_eq!(golden::compare(&file, &text), None);
}

fn row(function: &Function) -> String {
    let examples: Vec<String> =
        function.examples.iter().map(|(example, value)| format!("`{}` is `{}`", cell(example), cell(value))).collect();
    format!("| `{}` | {} | {} |\n", cell(&function.signature()), cell(function.summary), examples.join(", "))
}

/// A bar would end the cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
