//! What side effects are measured on: what a graph holds, and how two states of it differ.

use super::notation;
use standpoint::store::Version;
use standpoint::value::{KeyId, Value};
use std::collections::{BTreeMap, BTreeSet};

/// What side effects are measured on.
#[derive(Clone, Default)]
pub struct Content {
    nodes: BTreeSet<String>,
    rels: BTreeSet<String>,
    labels: BTreeSet<String>,
    properties: BTreeSet<(String, String, String)>,
}

impl Content {
    pub fn of(graph: &Version) -> Content {
        let mut content = Content::default();
        for node in graph.node_ids() {
            let names = graph.node_labels(node);
            let labels = names.iter().map(|label| graph.catalog().label_name(*label).to_string());
            content.add_node(&node.0.to_string(), labels, texts(graph, graph.node_properties(node)));
        }
        for (rel_type, _) in graph.catalog().rel_types() {
            for rel in graph.rel_ids(rel_type) {
                content.add_relationship(&rel.packed().to_string(), texts(graph, graph.rel_properties(rel)));
            }
        }
        content
    }

    /// Adds a node by its identifier, with the canonical texts of its properties.
    pub fn add_node(&mut self, id: &str, labels: impl Iterator<Item = String>, properties: Vec<(String, String)>) {
        self.nodes.insert(id.to_owned());
        self.labels.extend(labels);
        self.properties.extend(properties.into_iter().map(|(key, value)| (format!("node {id}"), key, value)));
    }

    /// Adds a relationship by its identifier, with the canonical texts of its properties.
    pub fn add_relationship(&mut self, id: &str, properties: Vec<(String, String)>) {
        self.rels.insert(id.to_owned());
        self.properties.extend(properties.into_iter().map(|(key, value)| (format!("relationship {id}"), key, value)));
    }

    /// The side effects that lead from `before` to here; those of zero are left out.
    pub fn effects(&self, before: &Content) -> BTreeMap<String, usize> {
        let mut effects = BTreeMap::new();
        let mut count = |name: &str, number: usize| {
            if number > 0 {
                effects.insert(name.to_owned(), number);
            }
        };
        count("+nodes", self.nodes.difference(&before.nodes).count());
        count("-nodes", before.nodes.difference(&self.nodes).count());
        count("+relationships", self.rels.difference(&before.rels).count());
        count("-relationships", before.rels.difference(&self.rels).count());
        count("+labels", self.labels.difference(&before.labels).count());
        count("-labels", before.labels.difference(&self.labels).count());
        count("+properties", self.properties.difference(&before.properties).count());
        count("-properties", before.properties.difference(&self.properties).count());
        effects
    }
}

fn texts(graph: &Version, properties: Vec<(KeyId, Value)>) -> Vec<(String, String)> {
    let text = |(key, value)| (graph.catalog().key_name(key).to_string(), notation::actual(graph, &value, false));
    properties.into_iter().map(text).collect()
}
