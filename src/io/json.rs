//! Answers as plain JSON: an array of objects, or an object a line.
//!
//! Plain JSON has fewer types than the language: temporal values are their texts, `NaN` and the infinities are the
//! texts of their names.

use crate::error::Result;
use crate::session::entity::{Node, Relationship};
use crate::session::{Answer, Row};
use crate::store::Version;
use crate::value::{Map, Value};
use serde_json::{Value as Json, json};
use std::io::Write;

/// Writes one object a row, a row a line; gives how many rows there were.
///
/// # Errors
/// What goes wrong while computing the rows or writing them.
pub fn write_lines(answer: &mut Answer, out: &mut dyn Write) -> Result<u64> {
    let mut count = 0;
    while let Some(row) = answer.next_row()? {
        writeln!(out, "{}", object(&row)).map_err(|error| super::write_error(&error))?;
        count += 1;
    }
    Ok(count)
}

/// Writes an array with one object a row; gives how many rows there were. A statement without columns writes nothing.
///
/// # Errors
/// What goes wrong while computing the rows or writing them.
pub fn write_array(answer: &mut Answer, out: &mut dyn Write) -> Result<u64> {
    if answer.columns().is_empty() {
        return Ok(0);
    }
    let mut count = 0;
    write!(out, "[").map_err(|error| super::write_error(&error))?;
    while let Some(row) = answer.next_row()? {
        let separator = if count == 0 { "\n" } else { ",\n" };
        write!(out, "{separator}{}", object(&row)).map_err(|error| super::write_error(&error))?;
        count += 1;
    }
    let end = if count == 0 { "]" } else { "\n]" };
    writeln!(out, "{end}").map_err(|error| super::write_error(&error))?;
    Ok(count)
}

/// A value as plain JSON.
pub fn plain(graph: &Version, value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(value) => Json::Bool(*value),
        Value::Int(value) => json!(value),
        Value::Float(value) if value.is_finite() => json!(value),
        Value::Float(value) => Json::String(crate::value::format::float(*value)),
        Value::String(text) => Json::String(text.to_string()),
        Value::List(items) => items.iter().map(|item| plain(graph, item)).collect(),
        Value::Map(entries) => map(graph, entries),
        Value::Node(id) => node(graph, &Node::read(graph, *id)),
        Value::Rel(id) => relationship(graph, &Relationship::read(graph, *id)),
        Value::Path(path) => {
            let mut steps = Vec::new();
            for (at, id) in path.nodes.iter().enumerate() {
                steps.push(plain(graph, &Value::Node(*id)));
                steps.extend(path.rels.get(at).map(|rel| plain(graph, &Value::Rel(*rel))));
            }
            Json::Array(steps)
        }
        Value::Date(value) => Json::String(value.to_string()),
        Value::LocalTime(value) => Json::String(value.to_string()),
        Value::Time(value) => Json::String(value.to_string()),
        Value::LocalDateTime(value) => Json::String(value.to_string()),
        Value::DateTime(value) => Json::String(value.to_string()),
        Value::Duration(value) => Json::String(value.to_string()),
    }
}

/// The row as an object with its columns in order.
fn object(row: &Row) -> String {
    let field = |(name, value): (&std::sync::Arc<str>, &Value)| {
        format!("{}:{}", Json::String(name.to_string()), plain(row.graph(), value))
    };
    let fields: Vec<String> = row.columns().iter().zip(row.values()).map(field).collect();
    format!("{{{}}}", fields.join(","))
}

fn map(graph: &Version, entries: &Map) -> Json {
    Json::Object(entries.iter().map(|(key, value)| (key.to_string(), plain(graph, value))).collect())
}

fn node(graph: &Version, node: &Node) -> Json {
    let labels: Vec<&str> = node.labels.iter().map(|label| &**label).collect();
    json!({"elementId": node.id.0.to_string(), "labels": labels, "properties": map(graph, &node.properties)})
}

fn relationship(graph: &Version, relationship: &Relationship) -> Json {
    json!({
        "elementId": relationship.id.packed().to_string(),
        "type": &*relationship.rel_type,
        "startNodeElementId": relationship.start.0.to_string(),
        "endNodeElementId": relationship.end.0.to_string(),
        "properties": map(graph, &relationship.properties),
    })
}
