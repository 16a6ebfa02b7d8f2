//! The nodes and relationships that an answer holds, wherever in its values they stand.

use super::facts::Unsaid;
use crate::error::Result;
use crate::session::Answer;
use crate::store::Version;
use crate::text::counted;
use crate::value::{NodeId, RelId, Value};
use std::collections::HashSet;
use std::hash::Hash;

/// Nodes and relationships, each once, in the order in which rows name them.
#[derive(Debug, Default)]
pub(super) struct Elements {
    pub(super) nodes: Vec<NodeId>,
    pub(super) rels: Vec<RelId>,
    /// How many values are neither: nothing of the graph.
    others: u64,
    /// How many rows there were.
    pub(super) rows: u64,
    seen: (HashSet<NodeId>, HashSet<RelId>),
}

impl Elements {
    /// What all remaining rows of an answer hold.
    ///
    /// # Errors
    /// What goes wrong while computing them.
    pub(super) fn of(answer: &mut Answer) -> Result<Elements> {
        let mut elements = Elements::default();
        while let Some(row) = answer.next_row()? {
            let before = elements.len();
            elements.rows += 1;
            row.values().iter().for_each(|value| elements.value(value));
            answer.keep((elements.len() - before) * 4 * size_of::<RelId>() as u64)?;
        }
        Ok(elements)
    }

    /// The nodes in order, with the ends of relationships also where no row names them.
    pub(super) fn nodes_with_ends(&self, graph: &Version) -> Vec<NodeId> {
        let ends = self.rels.iter().filter_map(|rel| graph.endpoints(*rel)).flat_map(|(start, end)| [start, end]);
        let mut nodes: Vec<NodeId> = self.nodes.iter().copied().chain(ends).collect();
        nodes.sort_unstable();
        nodes.dedup();
        nodes
    }

    /// What of the values neither nodes nor relationships can say.
    pub(super) fn unsaid(&self) -> Unsaid {
        let what = || counted(self.others, "value that is", "values that are") + " nothing of the graph";
        let first: Vec<String> = (self.others > 0).then(what).into_iter().collect();
        Unsaid { count: first.len() as u64, first }
    }

    fn len(&self) -> u64 {
        (self.nodes.len() + self.rels.len()) as u64
    }

    fn value(&mut self, value: &Value) {
        match value {
            Value::Node(node) => self.node(*node),
            Value::Rel(rel) => self.rel(*rel),
            Value::Path(path) => {
                path.nodes.iter().for_each(|node| self.node(*node));
                path.rels.iter().for_each(|rel| self.rel(*rel));
            }
            Value::List(items) => items.iter().for_each(|item| self.value(item)),
            Value::Map(entries) => entries.values().for_each(|value| self.value(value)),
            Value::Null => {}
            _ => self.others += 1,
        }
    }

    fn node(&mut self, node: NodeId) {
        once(&mut self.nodes, &mut self.seen.0, node);
    }

    fn rel(&mut self, rel: RelId) {
        once(&mut self.rels, &mut self.seen.1, rel);
    }
}

fn once<T: Copy + Eq + Hash>(list: &mut Vec<T>, seen: &mut HashSet<T>, item: T) {
    if seen.insert(item) {
        list.push(item);
    }
}
