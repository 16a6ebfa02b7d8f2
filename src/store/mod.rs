//! The graph in memory.
#![allow(unused_variables, clippy::unimplemented)]

use crate::error::Result;
use crate::value::{KeyId, LabelId, NodeId, RelId, RelTypeId, Value};
use std::sync::Arc;

/// The number of consecutive node identifiers in a segment.
pub const SEGMENT: u32 = 1024;

/// Which relationships of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Those that start at it.
    Outgoing,
    /// Those that end at it.
    Incoming,
}

impl Direction {
    /// The other one.
    pub fn reversed(self) -> Direction {
        match self {
            Direction::Outgoing => Direction::Incoming,
            Direction::Incoming => Direction::Outgoing,
        }
    }
}

/// What a name or alias denotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// Exactly one node.
    One(NodeId),
    /// No node.
    Unknown,
    /// Several nodes.
    Ambiguous(Vec<NodeId>),
}

/// The names of labels, relationship types and property keys, each with a dense identifier from 0.
#[derive(Clone, Debug, Default)]
pub struct Catalog;

impl Catalog {
    /// The identifier of a label.
    pub fn label(&self, name: &str) -> Option<LabelId> {
        unimplemented!()
    }
    /// The name of a label.
    pub fn label_name(&self, id: LabelId) -> &Arc<str> {
        unimplemented!()
    }
    /// The identifier of a relationship type.
    pub fn rel_type(&self, name: &str) -> Option<RelTypeId> {
        unimplemented!()
    }
    /// The name of a relationship type.
    pub fn rel_type_name(&self, id: RelTypeId) -> &Arc<str> {
        unimplemented!()
    }
    /// The identifier of a property key.
    pub fn key(&self, name: &str) -> Option<KeyId> {
        unimplemented!()
    }
    /// The name of a property key.
    pub fn key_name(&self, id: KeyId) -> &Arc<str> {
        unimplemented!()
    }
    /// Every label, in order of identifier.
    pub fn labels(&self) -> impl Iterator<Item = (LabelId, &Arc<str>)> {
        std::iter::empty()
    }
    /// Every relationship type, in order of identifier.
    pub fn rel_types(&self) -> impl Iterator<Item = (RelTypeId, &Arc<str>)> {
        std::iter::empty()
    }
    /// Every property key, in order of identifier.
    pub fn keys(&self) -> impl Iterator<Item = (KeyId, &Arc<str>)> {
        std::iter::empty()
    }
}

/// The relationships of one type and direction at one node: neighbours in ascending order, each with the row of the
/// relationship that leads to it. Parallel relationships stand side by side; a self-loop stands once in each
/// direction.
#[derive(Clone, Debug)]
pub enum Adjacent<'a> {
    /// Slices of the base arrays: no change is pending in this segment.
    Base {
        /// The neighbours.
        neighbours: &'a [u32],
        /// The rows of the relationships.
        rows: &'a [u32],
    },
    /// Base and delta merged.
    Merged {
        /// The neighbours.
        neighbours: Vec<u32>,
        /// The rows of the relationships.
        rows: Vec<u32>,
    },
}

impl Adjacent<'_> {
    /// The neighbours.
    pub fn neighbours(&self) -> &[u32] {
        match self {
            Adjacent::Base { neighbours, .. } => neighbours,
            Adjacent::Merged { neighbours, .. } => neighbours,
        }
    }
    /// The rows of the relationships, beside the neighbours.
    pub fn rows(&self) -> &[u32] {
        match self {
            Adjacent::Base { rows, .. } => rows,
            Adjacent::Merged { rows, .. } => rows,
        }
    }
}

/// One column of property values gathered for many entities, in their order.
#[derive(Clone, Debug)]
pub enum Gathered {
    /// All integers; no nulls.
    Ints(Vec<i64>),
    /// All floats; no nulls.
    Floats(Vec<f64>),
    /// All booleans; no nulls.
    Bools(Vec<bool>),
    /// Anything.
    Values(Vec<Value>),
}

/// One state of a graph. Cheap to clone: a clone shares everything until one of the two is changed.
#[derive(Clone, Debug, Default)]
pub struct Version;

/// A state that nobody changes any more.
pub type Snapshot = Arc<Version>;

impl Version {
    /// An empty graph.
    pub fn new() -> Version {
        Version
    }
    /// The names.
    pub fn catalog(&self) -> &Catalog {
        unimplemented!()
    }
    /// The identifier of a label, made when there is none.
    pub fn intern_label(&mut self, name: &str) -> LabelId {
        unimplemented!()
    }
    /// The identifier of a relationship type, made when there is none.
    pub fn intern_rel_type(&mut self, name: &str) -> RelTypeId {
        unimplemented!()
    }
    /// The identifier of a property key, made when there is none.
    pub fn intern_key(&mut self, name: &str) -> KeyId {
        unimplemented!()
    }

    /// How many nodes there are.
    pub fn node_count(&self) -> u64 {
        unimplemented!()
    }
    /// How many nodes have the label.
    pub fn label_count(&self, label: LabelId) -> u64 {
        unimplemented!()
    }
    /// How many relationships there are.
    pub fn rel_count(&self) -> u64 {
        unimplemented!()
    }
    /// How many relationships have the type.
    pub fn rel_type_count(&self, rel_type: RelTypeId) -> u64 {
        unimplemented!()
    }
    /// How many distinct nodes relationships of the type have at that end.
    pub fn rel_type_nodes(&self, rel_type: RelTypeId, direction: Direction) -> u64 {
        unimplemented!()
    }

    /// One more than the greatest node identifier ever given out.
    pub fn node_bound(&self) -> u32 {
        unimplemented!()
    }
    /// The number of node segments, some of which may be empty.
    pub fn segments(&self) -> u32 {
        unimplemented!()
    }
    /// Appends the live nodes of a segment in ascending order: all, or those with the label.
    pub fn scan(&self, segment: u32, label: Option<LabelId>, out: &mut Vec<u32>) {
        unimplemented!()
    }
    /// Whether the node exists.
    pub fn contains_node(&self, node: NodeId) -> bool {
        unimplemented!()
    }
    /// Whether the node exists and has the label.
    pub fn has_label(&self, node: NodeId, label: LabelId) -> bool {
        unimplemented!()
    }
    /// The labels of a node in order of identifier.
    pub fn node_labels(&self, node: NodeId) -> Vec<LabelId> {
        unimplemented!()
    }
    /// A property of a node; null when it or the node is absent.
    pub fn node_property(&self, node: NodeId, key: KeyId) -> Value {
        unimplemented!()
    }
    /// The properties of a node in order of key identifier.
    pub fn node_properties(&self, node: NodeId) -> Vec<(KeyId, Value)> {
        unimplemented!()
    }
    /// A property of many nodes.
    pub fn gather_node_property(&self, nodes: &[u32], key: KeyId) -> Gathered {
        unimplemented!()
    }

    /// Whether the relationship exists.
    pub fn contains_rel(&self, rel: RelId) -> bool {
        unimplemented!()
    }
    /// The nodes where the relationship starts and ends.
    pub fn endpoints(&self, rel: RelId) -> Option<(NodeId, NodeId)> {
        unimplemented!()
    }
    /// One more than the greatest row ever given out for the type.
    pub fn row_bound(&self, rel_type: RelTypeId) -> u32 {
        unimplemented!()
    }
    /// A property of a relationship; null when it or the relationship is absent.
    pub fn rel_property(&self, rel: RelId, key: KeyId) -> Value {
        unimplemented!()
    }
    /// The properties of a relationship in order of key identifier.
    pub fn rel_properties(&self, rel: RelId) -> Vec<(KeyId, Value)> {
        unimplemented!()
    }
    /// A property of many relationships of one type.
    pub fn gather_rel_property(&self, rel_type: RelTypeId, rows: &[u32], key: KeyId) -> Gathered {
        unimplemented!()
    }

    /// The relationships of one type and direction at a node.
    pub fn adjacent(&self, node: NodeId, rel_type: RelTypeId, direction: Direction) -> Adjacent<'_> {
        unimplemented!()
    }
    /// How many relationships of one type and direction a node has.
    pub fn degree(&self, node: NodeId, rel_type: RelTypeId, direction: Direction) -> u32 {
        unimplemented!()
    }
    /// The types that the node may have relationships of, in order of identifier; never leaves one out.
    pub fn types_at(&self, node: NodeId, direction: Direction) -> Vec<RelTypeId> {
        unimplemented!()
    }

    /// What a name or alias denotes: exactly first, then without regard to case.
    pub fn resolve(&self, name: &str) -> Resolution {
        unimplemented!()
    }
    /// Known names and aliases that are near to a text, nearest first.
    pub fn similar_names(&self, name: &str, limit: usize) -> Vec<Arc<str>> {
        unimplemented!()
    }

    /// Creates a node.
    ///
    /// # Errors
    /// When the identifiers are used up, or a value cannot be stored.
    pub fn create_node(&mut self, labels: &[LabelId], properties: &[(KeyId, Value)]) -> Result<NodeId> {
        unimplemented!()
    }
    /// Gives a node a label; whether it did not have it.
    pub fn add_label(&mut self, node: NodeId, label: LabelId) -> bool {
        unimplemented!()
    }
    /// Takes a label from a node; whether it had it.
    pub fn remove_label(&mut self, node: NodeId, label: LabelId) -> bool {
        unimplemented!()
    }
    /// Sets a property of a node; null removes it.
    ///
    /// # Errors
    /// `TypeError`/`InvalidPropertyType` when the value cannot be stored (maps, entities, paths, and lists of them).
    pub fn set_node_property(&mut self, node: NodeId, key: KeyId, value: Value) -> Result<()> {
        unimplemented!()
    }
    /// Creates a relationship.
    ///
    /// # Errors
    /// When an end does not exist, the rows are used up, or a value cannot be stored.
    pub fn create_rel(
        &mut self,
        rel_type: RelTypeId,
        from: NodeId,
        to: NodeId,
        properties: &[(KeyId, Value)],
    ) -> Result<RelId> {
        unimplemented!()
    }
    /// Sets a property of a relationship; null removes it.
    ///
    /// # Errors
    /// As [`Version::set_node_property`].
    pub fn set_rel_property(&mut self, rel: RelId, key: KeyId, value: Value) -> Result<()> {
        unimplemented!()
    }
    /// Deletes a relationship; whether it existed.
    pub fn delete_rel(&mut self, rel: RelId) -> bool {
        unimplemented!()
    }
    /// Deletes a node that has no relationships; whether it existed.
    ///
    /// # Errors
    /// `ConstraintVerificationFailed`/`DeleteConnectedNode` when it has relationships.
    pub fn delete_node(&mut self, node: NodeId) -> Result<bool> {
        unimplemented!()
    }
    /// All relationships of a node in both directions; a self-loop once.
    pub fn rels_of(&self, node: NodeId) -> Vec<RelId> {
        unimplemented!()
    }
}
