//! Answers as comma-separated values.

use super::cell;
use super::encode::{self, Encoding};
use crate::error::Result;
use crate::session::Answer;
use crate::store::Version;
use crate::value::Value;
use std::io::Write;

/// Writes a header and the rows; gives how many rows there were. Null is an empty field, empty text is `""`; lists,
/// maps, nodes, relationships and paths are JSON.
///
/// # Errors
/// What goes wrong while computing the rows or writing them.
pub fn write(answer: &mut Answer, out: &mut dyn Write) -> Result<u64> {
    if answer.columns().is_empty() {
        return Ok(0);
    }
    let header: Vec<String> = answer.columns().iter().map(|name| field(name)).collect();
    writeln!(out, "{}", header.join(",")).map_err(|error| super::write_error(&error))?;
    let mut count = 0;
    while let Some(row) = answer.next_row()? {
        let fields: Vec<String> = row.values().iter().map(|value| value_field(row.graph(), value)).collect();
        writeln!(out, "{}", fields.join(",")).map_err(|error| super::write_error(&error))?;
        count += 1;
    }
    Ok(count)
}

fn value_field(graph: &Version, value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) if text.is_empty() => "\"\"".to_owned(),
        Value::String(text) => field(text),
        Value::List(_) | Value::Map(_) | Value::Node(_) | Value::Rel(_) | Value::Path(_) => {
            let mut json = Vec::new();
            encode::value(&mut json, graph, value, Encoding::Plain);
            field(&String::from_utf8_lossy(&json))
        }
        other => field(&cell::text(graph, other)),
    }
}

/// The text as a field: quoted when it holds a comma, a quote or a line break.
fn field(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}
