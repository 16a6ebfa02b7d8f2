//! Builds path values from the nodes and relationships of a row.

use super::eval::{deleted_node, deleted_rel};
use crate::error::{Error, Result};
use crate::semantic::bound::Slot;
use crate::store::Version;
use crate::value::{NodeId, Path, RelId, Value};
use std::sync::Arc;

/// The path through slots: node, relationship or list of relationships, node, and so on. Null when one is null.
pub(super) fn build(graph: &Version, steps: &[Slot], read: &dyn Fn(Slot) -> Value) -> Result<Value> {
    let mut path = Path { nodes: Vec::with_capacity(steps.len() / 2 + 1), rels: Vec::with_capacity(steps.len() / 2) };
    for (index, &slot) in steps.iter().enumerate() {
        let value = read(slot);
        if value.is_null() {
            return Ok(Value::Null);
        }
        if index % 2 == 0 { add_node(&mut path, &value)? } else { add_rels(graph, &mut path, &value)? }
    }
    Ok(Value::Path(Arc::new(path)))
}

/// Adds the node where the path is to stand after the relationships added so far.
fn add_node(path: &mut Path, value: &Value) -> Result<()> {
    let Value::Node(node) = value else { return Err(wrong_step(value)) };
    if path.nodes.len() == path.rels.len() {
        path.nodes.push(*node);
    } else if path.nodes.last() != Some(node) {
        return Err(Error::internal("a path does not hang together"));
    }
    Ok(())
}

fn add_rels(graph: &Version, path: &mut Path, value: &Value) -> Result<()> {
    match value {
        // The node after it stands in the row, so that a deleted relationship needs no look at the graph.
        Value::Rel(rel) => path.rels.push(*rel),
        Value::List(items) => {
            for item in items.iter() {
                let Value::Rel(rel) = item else { return Err(wrong_step(item)) };
                let last = path.nodes.last().copied().ok_or_else(deleted_node)?;
                path.nodes.push(other_end(graph, *rel, last)?);
                path.rels.push(*rel);
            }
        }
        other => return Err(wrong_step(other)),
    }
    Ok(())
}

/// The end of a relationship that is not this one.
pub(super) fn other_end(graph: &Version, rel: RelId, node: NodeId) -> Result<NodeId> {
    let (start, end) = graph.endpoints(rel).ok_or_else(deleted_rel)?;
    Ok(if start == node { end } else { start })
}

fn wrong_step(value: &Value) -> Error {
    Error::type_error(format!("a path needs nodes and relationships, not a value of type {}", value.type_name()))
}
