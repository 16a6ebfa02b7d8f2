//! What side effects are measured on: what a graph holds, and how two states of it differ.

use super::notation;
use standpoint::store::Version;
use standpoint::value::{KeyId, NodeId, RelId, Value};
use std::collections::{BTreeMap, BTreeSet};

/// What side effects are measured on.
#[derive(Clone, Default)]
pub struct Content {
    nodes: BTreeSet<NodeId>,
    rels: BTreeSet<RelId>,
    labels: BTreeSet<String>,
    properties: BTreeSet<(String, String, String)>,
}

impl Content {
    pub fn of(graph: &Version) -> Content {
        let mut content = Content::default();
        let mut nodes = Vec::new();
        for segment in 0..graph.segments() {
            graph.scan(segment, None, &mut nodes);
        }
        for node in nodes.into_iter().map(NodeId) {
            content.nodes.insert(node);
            let names = graph.node_labels(node);
            content.labels.extend(names.iter().map(|label| graph.catalog().label_name(*label).to_string()));
            content.add_properties(graph, &format!("{node:?}"), graph.node_properties(node));
        }
        let types: Vec<_> = graph.catalog().rel_types().map(|(id, _)| id).collect();
        for rel_type in types {
            for row in 0..graph.row_bound(rel_type) {
                let rel = RelId { rel_type, row };
                if graph.contains_rel(rel) {
                    content.rels.insert(rel);
                    content.add_properties(graph, &format!("{rel:?}"), graph.rel_properties(rel));
                }
            }
        }
        content
    }

    fn add_properties(&mut self, graph: &Version, entity: &str, properties: Vec<(KeyId, Value)>) {
        for (key, value) in properties {
            let key = graph.catalog().key_name(key).to_string();
            self.properties.insert((entity.to_owned(), key, notation::actual(graph, &value, false)));
        }
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
