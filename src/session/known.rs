//! Relationships as the arrow facts that would tell them.

use super::entity::{Node, Relationship};
use crate::store::Version;
use crate::syntax::facts::format::{name, verb};
use crate::syntax::facts::precision_key;
use crate::value::format::to_text;
use crate::value::{NodeId, RelId, Value};
use std::collections::HashMap;
use std::sync::Arc;

/// A relationship as a fact, with its dates, modality, confidence and source, and without what else it says:
/// `Moscow -supports-> 28-point plan {2025-11-20, 0.75} [ki-1121 p. 3]`.
pub fn fact(graph: &Version, rel: RelId) -> String {
    let rel = Relationship::read(graph, rel);
    let said = |key: &str| rel.properties.get(key).map(to_text);
    let dated = |key: &str| dated(key, said);
    let span = match (dated("since"), dated("until")) {
        (None, None) => None,
        (since, until) => Some(format!("{}..{}", since.unwrap_or_default(), until.unwrap_or_default())),
    };
    let meta: Vec<String> = [dated("date"), span, said("modality"), said("confidence")].into_iter().flatten().collect();
    let meta = if meta.is_empty() { String::new() } else { format!(" {{{}}}", meta.join(", ")) };
    let cite = [said("source"), said("locator")].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let cite = if cite.is_empty() { String::new() } else { format!(" [{cite}]") };
    format!("{} -{}-> {}{meta}{cite}", end(graph, rel.start), verb(&rel.rel_type), end(graph, rel.end))
}

/// A date of what has these properties, as precise as it was told: `2025-11` where no more than the month is known.
pub(crate) fn dated(key: &str, said: impl Fn(&str) -> Option<String>) -> Option<String> {
    let unknown = match said(&precision_key(key)).as_deref() {
        Some("year") => 2,
        Some("month") => 1,
        _ => 0,
    };
    said(key).map(|day| day.rsplitn(unknown + 1, '-').last().unwrap_or_default().to_owned())
}

fn end(graph: &Version, node: NodeId) -> String {
    Node::read(graph, node).display_name().map_or_else(|| "(unnamed)".to_owned(), |text| name(&text))
}

/// The titles of sources, where they have one, by what facts cite them by.
pub fn source_titles(graph: &Version) -> HashMap<Arc<str>, Option<Arc<str>>> {
    let catalog = graph.catalog();
    let known = (catalog.label("Source"), catalog.key("id"), catalog.key("title"));
    let (Some(label), Some(id), Some(title)) = known else { return HashMap::new() };
    let text = |node, key| match graph.node_property(node, key) {
        Value::String(text) => Some(text),
        _ => None,
    };
    let nodes: Vec<NodeId> = graph.nodes_of(Some(label)).collect();
    // Of several with one name the first counts.
    nodes.into_iter().rev().filter_map(|node| Some((text(node, id)?, text(node, title)))).collect()
}
