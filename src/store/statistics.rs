//! Numbers about a version: the memory used.

use super::Version;
use super::column::Columns;
use super::entities::Entities;
use super::tree::Tree;

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
        let entities = self.names.gathered().map_or(0, Entities::bytes);
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
}

fn columns_bytes<'a>(segments: impl Iterator<Item = &'a Columns>) -> (usize, usize) {
    segments.flat_map(Columns::iter).fold((0, 0), |(own, text), (_, column)| {
        let bytes = column.bytes();
        (own + bytes.0, text + bytes.1)
    })
}
