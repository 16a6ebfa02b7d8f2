//! The graph in memory.
//!
//! Takes changes, one at a time, to nodes, relationships, labels and properties. Gives versions: immutable states that
//! share what has not changed, with vectorised reads, exact counts, sorted adjacency and the entity index. It does not
//! know queries, files or who is asking.
//!
//! # Layout
//! A [`Version`] is a handful of shared pointers to directories of segments. A **segment** of [`SEGMENT`] consecutive
//! identifiers is the unit of copying: a change copies the segments it touches and the pages that lead to them, once
//! for each version that is still held.
//!
//! - `nodes`: for each segment of nodes, bitmaps of the live ones and of each label, and property columns.
//! - `relationships`: for each type, adjacency by start and by end in segments of nodes (`adjacency`), and segments of
//!   rows (`rows`) with where a relationship starts, whether it is there, and property columns.
//! - `column`: the values of one key in one segment, packed and typed.
//! - `entities`: an index over names and aliases; `names` looks names up, through it once somebody has asked for some, and keeps
//!   it in step with changes. `similar` judges which are near.
//! - `history`: how each commit is taken back, where a graph keeps that; `differences` finds the changes.
//! - `ends`: how many relationships have a node with a label at an end.
//! - `schema`, `index`, `tree`: what indexes and constraints there are, and the persistent trees that indexes keep values
//!   in; `maintain` and `constraints` keep them in step with changes and check them. `search` looks through columns where
//!   nothing was gathered yet.
//! - `vocabulary`: the names, indexes and rules of a version, which statements are bound and planned with.
//! - `rules`, `derived`: what rules there are, and relationships that follow from them, which only a version that is read
//!   may have.
//! - `stored`, `stored_columns`: all of this as a file keeps it; `stretch` lets segments have parts of what was read.
//! - `unread`, `deferred`: relationships and columns that are read from a file when somebody first asks for them.
//!
//! # Bytes for each relationship
//! Neighbour and row in both directions are 4 × 4 = 16 bytes. The start by row is stored as runs, and the end not at
//! all, when rows were loaded in bulk in order of start and end: the end stands beside the row in the start's
//! adjacency. Offsets cost 4 bytes for each node, type and direction, or nothing where few nodes have the type. At 24
//! relationships a node that is about 17 bytes in all. Rows that came one by one in no order have both ends packed in as
//! few bits as the identifiers need: about 21 bytes in all with 100,000 nodes.

mod adjacency;
mod bits;
mod bounds;
mod bulk;
mod catalog;
mod change;
mod check;
mod column;
mod constraints;
mod deferred;
mod denoted;
mod derived;
mod differences;
mod directory;
mod ends;
mod entities;
mod gather;
mod history;
mod index;
mod load;
mod maintain;
mod names;
mod nodes;
mod record;
mod relationships;
mod restore;
mod revert;
mod rows;
mod rules;
mod sample;
mod schema;
mod schema_text;
mod search;
mod shared;
pub mod similar;
mod spelling;
mod statistics;
mod storable;
mod stored;
mod stored_columns;
mod stretch;
#[cfg(test)]
mod tests;
mod tree;
mod unread;
mod version;
mod vocabulary;

pub(crate) use adjacency::range_of;
pub use bounds::Bounds;
pub use catalog::Catalog;
pub use change::NewRel;
pub(crate) use column::{Cell, Column, Columns};
pub(crate) use deferred::{Damage, Load};
pub use derived::{Derived, Proof};
pub use differences::{Touched, changes_between};
pub(crate) use gather::TextNumbers;
pub use history::{History, Retention, Step};
pub use index::Seek;
pub use load::{BuiltRels, CodedTexts, JoinedTexts, PropertyColumn, RelColumns, Values};
pub use record::{Change, Record};
pub(crate) use restore::both;
pub use revert::Reverted;
pub use rules::{Stratum, strata};
pub use sample::{Population, Sample};
pub use schema::{
    ConstraintDefinition, ConstraintKind, IndexDefinition, IndexKind, MAX_SCHEMA, MAX_SCHEMA_KEYS, PropertyType,
    RuleDefinition, ScalarType, SchemaKind, SchemaTarget, TypesRead,
};
pub use shared::{Store, WriteGuard};
pub use statistics::MemoryUse;
pub use storable::check_storable;
pub(crate) use stored::{StoredAdjacency, StoredRels};
pub(crate) use stored_columns::{StoredColumn, store as store_column};
pub(crate) use unread::{FileNodes, NotedEnds, NotedRels, UnreadColumn, UnreadRels};
pub use version::{Adjacency, Version};
pub(crate) use vocabulary::Vocabulary;

use crate::value::{NodeId, Value};
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

    fn index(self) -> usize {
        match self {
            Direction::Outgoing => 0,
            Direction::Incoming => 1,
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

/// A state that nobody changes any more.
pub type Snapshot = Arc<Version>;

/// The segment of an identifier or row, and its place there.
#[inline]
fn split(id: u32) -> (u32, u16) {
    (id / SEGMENT, (id % SEGMENT) as u16)
}

/// The inverse of [`split`].
#[inline]
fn join(segment: u32, place: u16) -> u32 {
    segment * SEGMENT + u32::from(place)
}
