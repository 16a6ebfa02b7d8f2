//! What a version tells about its nodes and relationships where they are written out. What is gone has no labels and no
//! properties.

use super::Version;
use crate::value::format::Entities;
use crate::value::{KeyId, NodeId, RelId, Value};
use std::sync::Arc;

impl Entities for Version {
    fn labels(&self, node: NodeId) -> Vec<Arc<str>> {
        self.node_labels(node).into_iter().map(|label| Arc::clone(self.catalog().label_name(label))).collect()
    }

    fn node_properties(&self, node: NodeId) -> Vec<(Arc<str>, Value)> {
        named(self, Version::node_properties(self, node))
    }

    fn rel_type(&self, rel: RelId) -> Arc<str> {
        Arc::clone(self.catalog().rel_type_name(rel.rel_type))
    }

    fn rel_properties(&self, rel: RelId) -> Vec<(Arc<str>, Value)> {
        named(self, Version::rel_properties(self, rel))
    }

    fn endpoints(&self, rel: RelId) -> Option<(NodeId, NodeId)> {
        Version::endpoints(self, rel)
    }
}

fn named(version: &Version, properties: Vec<(KeyId, Value)>) -> Vec<(Arc<str>, Value)> {
    let catalog = version.catalog();
    properties.into_iter().map(|(key, value)| (Arc::clone(catalog.key_name(key)), value)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Result;
    use crate::value::Path;
    use crate::value::format::literal;

    #[test]
    fn paths_are_written_out() -> Result<()> {
        let mut graph = Version::new();
        let (label, rel_type, name) = (graph.intern_label("A"), graph.intern_rel_type("T"), graph.intern_key("name"));
        let a = graph.create_node(&[label], &[(name, "x".into())])?;
        let b = graph.create_node(&[], &[])?;
        let rel = graph.create_rel(rel_type, a, b, &[(name, Value::Int(1))])?;
        let path = Value::Path(Arc::new(Path { nodes: vec![b, a], rels: vec![rel] }));
        assert_eq!(literal(&path, &graph), "<()<-[:T {name: 1}]-(:A {name: 'x'})>");
        graph.delete_rel(rel);
        assert_eq!(literal(&Value::Rel(rel), &graph), "[:T]");
        Ok(())
    }
}
