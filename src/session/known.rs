//! A relationship as the arrow fact it is, for people.

use super::entity::{Node, Relationship};
use crate::store::Version;
use crate::syntax::facts::format::{name, verb};
use crate::value::{NodeId, Value, format};

/// The text of a value: a relationship as `Kyiv -opposes-> 28-point plan {2025-11-21, 0.9} [ki-1121 12]`, anything
/// else as a literal would be.
pub(super) fn text(graph: &Version, value: &Value) -> String {
    match value {
        Value::Rel(id) => fact(graph, &Relationship::read(graph, *id)),
        Value::Node(id) => node_name(graph, *id),
        other => format::to_text(other),
    }
}

fn fact(graph: &Version, fact: &Relationship) -> String {
    let (start, end) = (node_name(graph, fact.start), node_name(graph, fact.end));
    let said = |key: &str| fact.properties.get(key).map(format::to_text);
    let meta: Vec<String> = [said("date"), said("confidence")].into_iter().flatten().collect();
    let meta = if meta.is_empty() { String::new() } else { format!(" {{{}}}", meta.join(", ")) };
    let cite = match (said("source"), said("locator")) {
        (Some(source), Some(locator)) => format!(" [{source} {locator}]"),
        (Some(source), None) => format!(" [{source}]"),
        _ => String::new(),
    };
    format!("{start} -{}-> {end}{meta}{cite}", verb(&fact.rel_type))
}

fn node_name(graph: &Version, id: NodeId) -> String {
    Node::read(graph, id).display_name().map_or_else(|| "(unnamed)".to_owned(), |text| name(&text))
}
