//! Numbers about a version: what the planner estimates from beyond the exact counts, and the memory used.

use super::column::Columns;
use super::entities::Entities;
use super::tree::Tree;
use super::{Direction, Version};
use crate::value::{KeyId, LabelId, RelTypeId, Value};

/// Nodes in a sample.
const SAMPLE: usize = 256;

/// Bytes by what they are used for. Strings that several values share are counted once for each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MemoryUse {
    /// Neighbours, rows and offsets, both directions.
    pub adjacency: usize,
    /// Where relationships start and end, by row.
    pub endpoints: usize,
    /// Nodes: live and label bitmaps.
    pub nodes: usize,
    /// Property columns of nodes, without text.
    pub node_columns: usize,
    /// Property columns of relationships, without text.
    pub rel_columns: usize,
    /// Text of string properties.
    pub strings: usize,
    /// The index of names and aliases.
    pub entities: usize,
    /// Property indexes, without text.
    pub indexes: usize,
}

impl MemoryUse {
    /// All of it.
    pub fn total(&self) -> usize {
        self.adjacency
            + self.endpoints
            + self.nodes
            + self.node_columns
            + self.rel_columns
            + self.strings
            + self.entities
            + self.indexes
    }
}

impl Version {
    /// The memory used.
    pub fn memory(&self) -> MemoryUse {
        let entities = self.entities.get().map_or(0, Entities::bytes);
        let indexes = self.schema.indexes.iter().filter_map(|index| index.tree.get()).map(Tree::bytes).sum();
        let mut used = MemoryUse { nodes: self.nodes.bytes(), entities, indexes, ..MemoryUse::default() };
        let (columns, strings) = columns_bytes(self.nodes.all_columns());
        used.node_columns += columns;
        used.strings += strings;
        for table in self.rels.iter() {
            let (adjacency, endpoints) = table.bytes();
            let (columns, strings) = columns_bytes(table.all_columns());
            used.adjacency += adjacency;
            used.endpoints += endpoints;
            used.rel_columns += columns;
            used.strings += strings;
        }
        used
    }

    /// Nodes spread evenly over the graph, or over those with a label: all when there are few.
    pub fn sample_nodes(&self, label: Option<LabelId>) -> Vec<u32> {
        let total = label.map_or(self.node_count(), |label| self.label_count(label)) as usize;
        let step = total.div_ceil(SAMPLE).max(1);
        let (mut sample, mut nodes, mut next) = (Vec::new(), Vec::new(), 0);
        for segment in 0..self.segments() {
            nodes.clear();
            self.scan(segment, label, &mut nodes);
            while next < nodes.len() {
                sample.push(nodes[next]);
                next += step;
            }
            next -= nodes.len();
        }
        sample
    }

    /// How many relationships of a type and direction a node has on average: any node, exactly, or one with the label,
    /// estimated from a sample.
    pub fn average_degree(&self, label: Option<LabelId>, rel_type: RelTypeId, direction: Direction) -> f64 {
        let Some(label) = label else {
            return self.rel_type_count(rel_type) as f64 / (self.node_count().max(1)) as f64;
        };
        let (sample, adjacency) = (self.sample_nodes(Some(label)), self.adjacency(rel_type, direction));
        let degrees: u64 = sample.iter().map(|node| u64::from(adjacency.degree(*node))).sum();
        degrees as f64 / sample.len().max(1) as f64
    }

    /// How many nodes have a value for the key.
    pub fn node_key_count(&self, key: KeyId) -> u64 {
        let columns = self.nodes.all_columns().filter_map(|columns| columns.column(key));
        columns.map(|column| u64::from(column.len())).sum()
    }

    /// Which part of the nodes with a label, or of all, has a property for which the test holds, estimated from a sample.
    pub fn selectivity(&self, label: Option<LabelId>, key: KeyId, test: impl Fn(&Value) -> bool) -> f64 {
        let sample = self.sample_nodes(label);
        let held = sample.iter().filter(|node| test(&self.nodes.property(**node, key))).count();
        held as f64 / sample.len().max(1) as f64
    }
}

fn columns_bytes<'a>(segments: impl Iterator<Item = &'a Columns>) -> (usize, usize) {
    segments.flat_map(Columns::iter).fold((0, 0), |(own, text), (_, column)| {
        let bytes = column.bytes();
        (own + bytes.0, text + bytes.1)
    })
}
