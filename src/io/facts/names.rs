//! Which nodes are entities, in which order they are told, and what stands for each.

use crate::store::{Resolution, Version};
use crate::text::fold;
use crate::value::{KeyId, NodeId, Value};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// What the reader of the text knows so far.
pub(super) struct Names<'a> {
    graph: &'a Version,
    keys: Keys,
    /// A graph with the names and aliases that were told, and nothing else.
    told: Version,
    told_keys: [KeyId; 2],
    /// The nodes there by those here.
    nodes: HashMap<NodeId, NodeId>,
    /// Whether the reader knows the graph whole.
    whole: bool,
}

/// The keys of names and aliases, where the graph has them.
#[derive(Clone, Copy)]
struct Keys([Option<KeyId>; 2]);

impl Keys {
    fn of(graph: &Version) -> Keys {
        Keys(["name", "aliases"].map(|name| graph.catalog().key(name)))
    }

    fn name(self, graph: &Version, node: NodeId) -> Option<Arc<str>> {
        match graph.node_property(node, self.0[0]?) {
            Value::String(name) => Some(name),
            _ => None,
        }
    }

    fn aliases(self, graph: &Version, node: NodeId) -> Vec<Arc<str>> {
        let aliases = self.0[1].map(|key| graph.node_property(node, key));
        let Some(Value::List(items)) = aliases else { return Vec::new() };
        items
            .iter()
            .filter_map(|item| if let Value::String(text) = item { Some(Arc::clone(text)) } else { None })
            .collect()
    }
}

impl<'a> Names<'a> {
    pub(super) fn new(graph: &'a Version) -> Names<'a> {
        let mut told = Version::new();
        let told_keys = ["name", "aliases"].map(|name| told.intern_key(name));
        Names { graph, keys: Keys::of(graph), told, told_keys, nodes: HashMap::new(), whole: false }
    }

    /// Names for a reader who knows the graph.
    pub(super) fn of_whole(graph: &'a Version) -> Names<'a> {
        Names { whole: true, ..Names::new(graph) }
    }

    pub(super) fn name_of(&self, node: NodeId) -> Option<Arc<str>> {
        self.keys.name(self.graph, node)
    }

    /// Whether a line that begins with this name makes a new entity.
    pub(super) fn is_free(&self, name: &str) -> bool {
        self.whole || self.told.resolve(name) == Resolution::Unknown
    }

    /// Notes that a node was told with a name and aliases.
    pub(super) fn note(&mut self, node: NodeId, values: [Option<Value>; 2]) {
        if self.whole {
            return;
        }
        let properties = self.told_keys.into_iter().zip(values);
        let properties: Vec<(KeyId, Value)> = properties.filter_map(|(key, value)| Some((key, value?))).collect();
        if let Ok(told) = self.told.create_node(&[], &properties) {
            self.nodes.insert(node, told);
        }
    }

    /// A text that denotes this node and no other of those that were told.
    pub(super) fn text_for(&self, node: NodeId) -> Option<Arc<str>> {
        let (known, node_there) = match self.whole {
            true => (self.graph, node),
            false => (&self.told, *self.nodes.get(&node)?),
        };
        let texts = self.name_of(node).into_iter().chain(self.keys.aliases(self.graph, node));
        texts.into_iter().find(|text| !text.is_empty() && known.resolve(text) == Resolution::One(node_there))
    }

    /// The nodes with a name, so that one whose name is an alias of another comes before that: the other way round its
    /// name would be taken for the other.
    pub(super) fn in_order_of_telling(graph: &Version) -> Vec<NodeId> {
        let keys = Keys::of(graph);
        let named = || graph.node_ids().filter_map(|node| Some((node, keys.name(graph, node)?)));
        let by_name: HashMap<String, NodeId> = named().map(|(node, name)| (fold(&name), node)).collect();
        let (mut order, mut seen) = (Vec::new(), HashSet::new());
        for (node, _) in named() {
            let mut path = vec![(node, false)];
            while let Some((node, done)) = path.pop() {
                if done {
                    order.push(node);
                } else if seen.insert(node) {
                    path.push((node, true));
                    let aliases = keys.aliases(graph, node);
                    path.extend(aliases.iter().filter_map(|alias| Some((*by_name.get(&fold(alias))?, false))));
                }
            }
        }
        order
    }
}
