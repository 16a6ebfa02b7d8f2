//! What is read of a graph's file before a row is given away, so that whoever shows the row finds it read: then a file that
//! turns out to be damaged is an error of the answer, not something that is missing in what is shown.

use crate::store::Version;
use crate::value::{RelTypeId, Value};

/// What was read for the rows that were given away.
#[derive(Clone, Debug, Default)]
pub(super) struct Shown {
    /// The nodes, by which other things are named, too.
    nodes: bool,
    rel_types: Vec<RelTypeId>,
}

impl Shown {
    /// Reads what shows the values of a row.
    pub(super) fn read(&mut self, graph: &Version, values: &[Value]) {
        values.iter().for_each(|value| self.value(graph, value));
    }

    fn value(&mut self, graph: &Version, value: &Value) {
        match value {
            Value::Node(_) => self.nodes(graph),
            Value::Rel(rel) => self.rels(graph, rel.rel_type),
            Value::Path(path) => {
                self.nodes(graph);
                path.rels.iter().for_each(|rel| self.rels(graph, rel.rel_type));
            }
            Value::List(items) => self.read(graph, items),
            Value::Map(entries) => entries.values().for_each(|value| self.value(graph, value)),
            _ => {}
        }
    }

    fn nodes(&mut self, graph: &Version) {
        if !std::mem::replace(&mut self.nodes, true) {
            graph.read_nodes();
        }
    }

    fn rels(&mut self, graph: &Version, rel_type: RelTypeId) {
        if !self.rel_types.contains(&rel_type) {
            self.nodes(graph);
            self.rel_types.push(rel_type);
            graph.read_rels(rel_type);
        }
    }
}
