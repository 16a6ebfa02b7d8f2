//! Answers as tables of Markdown.

use super::{cell, write_error};
use crate::error::Result;
use crate::session::Answer;
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
    let mut count = 0;
    while let Some(row) = answer.next_row()? {
        let cells: Vec<String> = row.values().iter().map(|value| escaped(&cell::text(row.graph(), value))).collect();
        writeln!(out, "| {} |", cells.join(" | ")).map_err(|error| write_error(&error))?;
        count += 1;
    }
    Ok(count)
}

/// The text where nothing of it is taken for a border or for markup of HTML.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('|', "\\|").replace('<', "\\<").replace('⏎', "<br>")
}
