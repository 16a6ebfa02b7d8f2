//! Answers as tables of Markdown. What rows cite stands in footnotes below.

use super::citations::{Note, Notes};
use super::{cell, write_error};
use crate::error::Result;
use crate::session::{Answer, Row};
use crate::value::Value;
use std::io::Write;

/// Writes a table; gives how many rows there were.
///
/// # Errors
/// What goes wrong while computing the rows or writing them.
pub fn write(answer: &mut Answer, out: &mut dyn Write) -> Result<u64> {
    if answer.columns().is_empty() {
        return Ok(0);
    }
    let header: Vec<String> = answer.columns().iter().map(|name| escaped(name)).collect();
    let rule = vec!["---"; header.len()].join(" | ");
    writeln!(out, "| {} |\n| {rule} |", header.join(" | ")).map_err(|error| write_error(&error))?;
    let (mut count, mut notes) = (0, answer.summary().cited.then(Notes::default));
    while let Some(row) = answer.next_row()? {
        let cells = cells(&row, notes.as_mut());
        writeln!(out, "| {} |", cells.join(" | ")).map_err(|error| write_error(&error))?;
        count += 1;
    }
    let notes = notes.unwrap_or_default();
    // Empty lines around them: a line below a footnote would belong to it.
    let text: String = notes.texts(answer.graph()).map(|note| footnote(&note)).collect();
    let text = if text.is_empty() { text } else { format!("\n{text}\n") };
    out.write_all(text.as_bytes()).map_err(|error| write_error(&error))?;
    Ok(count)
}

/// The cells of a row; its last refers to footnotes, when there are any.
fn cells(row: &Row, notes: Option<&mut Notes>) -> Vec<String> {
    let cell = |value: &Value| escaped(&cell::text(row.graph(), value));
    match (notes, row.values().split_last()) {
        (Some(notes), Some((cited, values))) => {
            let marks = notes.numbers(cited).iter().map(|number| format!("[^{number}]")).collect::<String>();
            values.iter().map(cell).chain([marks]).collect()
        }
        _ => row.values().iter().map(cell).collect(),
    }
}

fn footnote(note: &Note) -> String {
    let title = note.remark().map(|remark| format!(" — {}", escaped(&remark))).unwrap_or_default();
    format!("[^{}]: {}{title}\n", note.number, escaped(&note.fact))
}

/// The text where nothing of it is taken for a border or for markup of HTML.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('|', "\\|").replace('<', "\\<").replace('⏎', "<br>")
}
