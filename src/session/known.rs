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

/// A relationship as a value that stands for itself: the fact in words, its ends by name, its source with title and
/// address, and what it says of the fact; of one that is derived, the rule and
/// the numbers of its premises. What is not known is left out; dates are as exact as they were told.
pub fn citation(graph: &Version, sources: &Sources, id: RelId) -> Value {
    let rel = Relationship::read(graph, id);
    let title = |node| Node::read(graph, node).display_name().map(text_value);
    let source = sources.of_fact(graph, id);
    let of_source = |key| source.and_then(|source| sources.text(graph, source, key)).map(Value::String);
    let said = |key: &str| rel.properties.get(key).cloned();
    let day = |key: &str| dated(key, |key| rel.properties.get(key).map(to_text)).map(text_value);
    let number = |rel: RelId| text_value(rel.packed().to_string());
    let proof = graph.proof(id);
    let entries = [
        ("elementId", Some(number(id))),
        ("fact", Some(text_value(fact(graph, id)))),
        ("subject", title(rel.start)),
        ("type", Some(Value::String(Arc::clone(&rel.rel_type)))),
        ("object", title(rel.end)),
        ("source", said("source")),
        ("title", of_source("title")),
        ("url", of_source("url")),
        ("locator", said("locator")),
        ("date", day("date")),
        ("since", day("since")),
        ("until", day("until")),
        ("modality", said("modality")),
        ("confidence", said("confidence")),
        ("quote", said("quote")),
        ("rule", proof.map(|proof| Value::String(Arc::clone(&proof.rule.name)))),
        ("premises", proof.map(|proof| Value::list(proof.premises.iter().map(|rel| number(*rel)).collect()))),
    ];
    Value::map(entries.into_iter().filter_map(|(key, value)| Some((Arc::from(key), value?))).collect())
}

/// The sources of a graph, by what facts cite them by.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    nodes: HashMap<Arc<str>, NodeId>,
}

impl Sources {
    /// The sources of a graph; of several with one name the first counts.
    pub fn of(graph: &Version) -> Sources {
        let mut nodes = HashMap::new();
        source_nodes(graph).for_each(|(name, node)| _ = nodes.entry(name).or_insert(node));
        Sources { nodes }
    }

    /// The source that a relationship cites.
    pub fn of_fact(&self, graph: &Version, rel: RelId) -> Option<NodeId> {
        self.nodes.get(graph.rel_property_named(rel, "source").as_str()?).copied()
    }

    /// A text that a source has.
    pub fn text(&self, graph: &Version, source: NodeId, key: &str) -> Option<Arc<str>> {
        match graph.node_property_named(source, key) {
            Value::String(text) => Some(text),
            _ => None,
        }
    }
}

/// The nodes that are sources, each with what facts cite it by, in order of node.
pub(crate) fn source_nodes(graph: &Version) -> impl Iterator<Item = (Arc<str>, NodeId)> + '_ {
    let known = graph.catalog().label("Source").zip(graph.catalog().key("id"));
    let named = |node, id| match graph.node_property(node, id) {
        Value::String(name) => Some((name, node)),
        _ => None,
    };
    known.into_iter().flat_map(move |(label, id)| graph.nodes_of(Some(label)).filter_map(move |node| named(node, id)))
}

fn text_value(text: String) -> Value {
    Value::String(Arc::from(text))
}
