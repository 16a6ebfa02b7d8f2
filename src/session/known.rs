//! What is known between two entities, as the arrow facts it was told in.

use super::answer::Row;
use super::entity::Node;
use crate::store::Version;
use crate::syntax::facts::format::{name, verb};
use crate::value::{Value, format};

/// A row of subject, verb, object, date, confidence and source as a fact:
/// `Moscow -supports-> 28-point plan {2025-11-20, 0.75} [ki-1121]`.
pub(super) fn fact(row: &Row) -> String {
    let said = |column: &str| row.get(column).ok().filter(|value| !value.is_null());
    let shown = |column: &str| said(column).map(|value| text(row.graph(), value));
    let part = |column: &str| shown(column).unwrap_or_default();
    let arrow = said("verb").and_then(Value::as_str).map(verb).unwrap_or_default();
    let meta: Vec<String> = [shown("date"), shown("confidence")].into_iter().flatten().collect();
    let meta = if meta.is_empty() { String::new() } else { format!(" {{{}}}", meta.join(", ")) };
    let cite = shown("source").map(|source| format!(" [{source}]")).unwrap_or_default();
    format!("{} -{arrow}-> {}{meta}{cite}", part("subject"), part("object"))
}

fn text(graph: &Version, value: &Value) -> String {
    match value {
        Value::Node(id) => {
            Node::read(graph, *id).display_name().map_or_else(|| "(unnamed)".to_owned(), |text| name(&text))
        }
        other => format::to_text(other),
    }
}
