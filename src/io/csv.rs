//! Answers as values separated by commas, or by tabs.

use super::cell;
use super::citations::Citations;
use super::encode::{self, Encoding};
use crate::error::Result;
use crate::session::Answer;
use crate::store::Version;
use crate::value::Value;
use std::io::Write;

/// Writes a header and the rows with a character between fields; gives how many rows there were. Null is an empty field, empty text is `""`; lists,
/// maps, nodes, relationships and paths are JSON.
///
/// # Errors
/// What goes wrong while computing the rows or writing them.
pub fn write(answer: &mut Answer, separator: char, out: &mut dyn Write) -> Result<u64> {
    if answer.columns().is_empty() {
        return Ok(0);
    }
    let header: Vec<String> = answer.columns().iter().map(|name| field(name, separator)).collect();
    let between = separator.to_string();
    writeln!(out, "{}", header.join(&between)).map_err(|error| super::write_error(&error))?;
    let mut count = 0;
    let citations = Citations::of(answer);
    while let Some(row) = answer.next_row()? {
        let values = citations.values(&row);
        let fields = values.iter().map(|value| value_field(row.graph(), value, separator));
        writeln!(out, "{}", fields.collect::<Vec<String>>().join(&between))
            .map_err(|error| super::write_error(&error))?;
        count += 1;
    }
    Ok(count)
}

fn value_field(graph: &Version, value: &Value, separator: char) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) if text.is_empty() => "\"\"".to_owned(),
        Value::String(text) => field(text, separator),
        Value::List(_) | Value::Map(_) | Value::Node(_) | Value::Rel(_) | Value::Path(_) => {
            let mut json = Vec::new();
            encode::value(&mut json, graph, value, Encoding::Plain);
            field(&String::from_utf8_lossy(&json), separator)
        }
        other => field(&cell::text(graph, other), separator),
    }
}

/// The text as a field: quoted when it holds the separator, a quote or a line break.
fn field(text: &str, separator: char) -> String {
    let quoted = text.contains([separator, '"', '\n', '\r']);
    if quoted { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}
