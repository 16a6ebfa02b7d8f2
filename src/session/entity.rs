//! Nodes, relationships and paths as a caller holds them: with their labels, types and properties, apart from any
//! snapshot.

use crate::store::Version;
use crate::value::{Map, NodeId, Path, RelId, Value};
use std::sync::Arc;

/// A node with what it holds.
#[derive(Clone, Debug)]
pub struct Node {
    /// Its identifier, stable while the graph is open.
    pub id: NodeId,
    /// Its labels, sorted.
    pub labels: Vec<Arc<str>>,
    /// Its properties.
    pub properties: Map,
}

/// A relationship with what it holds.
#[derive(Clone, Debug)]
pub struct Relationship {
    /// Its identifier, stable while the graph is open.
    pub id: RelId,
    /// Its type.
    pub rel_type: Arc<str>,
    /// Where it starts.
    pub start: NodeId,
    /// Where it ends.
    pub end: NodeId,
    /// Its properties.
    pub properties: Map,
}

impl Node {
    /// The node as the graph holds it; a node that was deleted has neither labels nor properties.
    pub fn read(graph: &Version, id: NodeId) -> Node {
        let catalog = graph.catalog();
        let mut labels: Vec<_> = graph.node_labels(id).iter().map(|label| catalog.label_name(*label).clone()).collect();
        labels.sort();
        let properties = graph.node_properties(id);
        Node { id, labels, properties: named(graph, properties) }
    }

    /// The name people know the node by: its `name`, or `title`, or `id`, where it has one.
    ///
    /// ```
    /// # fn main() -> standpoint::error::Result<()> {
    /// let graph = standpoint::Graph::in_memory();
    /// graph.run("CREATE (:Actor {name: 'Kyiv'})")?;
    /// let mut answer = graph.run("MATCH (a:Actor) RETURN a")?;
    /// let row = answer.next_row()?.expect("one row");
    /// assert_eq!(row.node("a")?.display_name().as_deref(), Some("Kyiv"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn display_name(&self) -> Option<String> {
        ["name", "title", "id"].iter().find_map(|key| match self.properties.get(*key) {
            Some(Value::String(text)) => Some(text.to_string()),
            Some(Value::Int(number)) => Some(number.to_string()),
            _ => None,
        })
    }
}

impl Relationship {
    /// The relationship as the graph holds it; one that was deleted has no properties and joins node 0 to itself.
    pub fn read(graph: &Version, id: RelId) -> Relationship {
        let (start, end) = graph.endpoints(id).unwrap_or((NodeId(0), NodeId(0)));
        let rel_type = graph.catalog().rel_type_name(id.rel_type).clone();
        let properties = graph.rel_properties(id);
        Relationship { id, rel_type, start, end, properties: named(graph, properties) }
    }
}

/// Whether the relationship at that place of a path points along the path.
pub fn points_forward(graph: &Version, path: &Path, at: usize) -> bool {
    let Some(rel) = path.rels.get(at) else { return true };
    graph.endpoints(*rel).is_none_or(|(start, _)| Some(&start) == path.nodes.get(at))
}

fn named(graph: &Version, properties: Vec<(crate::value::KeyId, Value)>) -> Map {
    properties.into_iter().map(|(key, value)| (graph.catalog().key_name(key).clone(), value)).collect()
}
