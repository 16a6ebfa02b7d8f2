//! Answers with a line for each value: for rows that are too wide for a table, and for all that a node holds.

use crate::error::Result;
use crate::io::cell::Cells;
use crate::io::{citations, write_error};
use crate::session::Answer;
use std::io::Write;
use unicode_width::UnicodeWidthStr;

/// Writes `column = value` lines, the names one below the other, and an empty line between rows; gives how many rows
/// there were. Nodes and relationships stand with all their properties, and with their numbers where these are wanted.
///
/// # Errors
/// What goes wrong while computing the rows or writing them.
pub(super) fn write(answer: &mut Answer, numbers: bool, out: &mut dyn Write) -> Result<u64> {
    let columns: Vec<String> = answer.columns().iter().map(|name| name.to_string()).collect();
    let widest = columns.iter().map(|name| name.width()).max().unwrap_or(0);
    let (mut count, cited) = (0, answer.summary().cited);
    while let Some(row) = answer.next_row()? {
        let mut text = String::new();
        if count > 0 {
            text.push('\n');
        }
        for (at, (name, value)) in columns.iter().zip(row.values()).enumerate() {
            let space = " ".repeat(widest - name.width());
            let value = match cited && at + 1 == columns.len() {
                true => citations::facts(row.graph(), value).join("; "),
                false => Cells { graph: row.graph(), numbers }.whole(value),
            };
            text += format!("{space}{name} = {value}").trim_end();
            text.push('\n');
        }
        out.write_all(text.as_bytes()).map_err(|error| write_error(&error))?;
        count += 1;
    }
    Ok(count)
}
