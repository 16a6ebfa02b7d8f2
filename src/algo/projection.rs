//! Which part of a graph an algorithm looks at.

use crate::error::{Error, Result};
use crate::store::Version;
use crate::value::{LabelId, NodeId, RelTypeId, Value};

/// Some labels and some relationship types of a graph.
#[derive(Clone, Debug, Default)]
pub struct Projection {
    /// Nodes that have one of these labels; every node when there are none.
    pub labels: Vec<LabelId>,
    /// Relationships of these types; `None` for every type.
    pub types: Option<Vec<RelTypeId>>,
}

impl Projection {
    /// The whole graph.
    pub fn all() -> Projection {
        Projection::default()
    }

    /// Every node, and the relationships of the given types.
    pub fn of_types(types: &[RelTypeId]) -> Projection {
        Projection { labels: Vec::new(), types: Some(types.to_vec()) }
    }

    /// A projection from the two arguments that most procedures take: types and labels.
    ///
    /// # Errors
    /// As [`Projection::from_values`].
    pub fn from_arguments(version: &Version, arguments: &[Value]) -> Result<Projection> {
        let argument = |index: usize| arguments.get(index).unwrap_or(&Value::Null);
        Projection::from_values(version, argument(0), argument(1))
    }

    /// A projection from arguments of a procedure: lists of names, or null for all. Names that the graph does not
    /// have are left out.
    ///
    /// # Errors
    /// When something else than text is in a list.
    pub fn from_values(version: &Version, types: &Value, labels: &Value) -> Result<Projection> {
        let catalog = version.catalog();
        let types = names(types)?.map(|names| names.iter().filter_map(|name| catalog.rel_type(name)).collect());
        let labels = names(labels)?;
        let known = labels.iter().flatten().filter_map(|name| catalog.label(name)).collect::<Vec<_>>();
        if labels.is_some() && known.is_empty() {
            return Ok(Projection { labels: vec![LabelId(u32::MAX)], types });
        }
        Ok(Projection { labels: known, types })
    }

    /// Whether the node takes part.
    pub fn has_node(&self, version: &Version, node: NodeId) -> bool {
        match &self.labels[..] {
            [] => version.contains_node(node),
            labels => labels.iter().any(|label| version.has_label(node, *label)),
        }
    }

    /// Whether relationships of the type take part.
    pub fn has_type(&self, rel_type: RelTypeId) -> bool {
        self.types.as_ref().is_none_or(|types| types.contains(&rel_type))
    }

    /// Appends the nodes of a segment that take part, in ascending order.
    pub fn scan(&self, version: &Version, segment: u32, out: &mut Vec<u32>) {
        let start = out.len();
        match &self.labels[..] {
            [] => version.scan(segment, None, out),
            [label] => version.scan(segment, Some(*label), out),
            labels => {
                labels.iter().for_each(|label| version.scan(segment, Some(*label), out));
                let mut found = out.split_off(start);
                found.sort_unstable();
                found.dedup();
                out.append(&mut found);
            }
        }
    }
}

fn names(value: &Value) -> Result<Option<Vec<&str>>> {
    match value {
        Value::Null => Ok(None),
        Value::List(items) => items.iter().map(name).collect::<Result<_>>().map(Some),
        other => name(other).map(|name| Some(vec![name])),
    }
}

fn name(value: &Value) -> Result<&str> {
    value.as_str().ok_or_else(|| Error::type_error(format!("a name is expected, not {}", value.type_name())))
}
