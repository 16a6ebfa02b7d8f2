//! A version in pieces to be written: the sections of each group with their checksums, in the order in which they stand in
//! the file. It does not know where in the file that is.

use super::columns::store;
use super::format::{Owner, StoredValue, encode};
use crate::store::{self, Column, Columns, StoredAdjacency, StoredRels, Version, store_column};
use crate::value::{KeyId, LabelId, RelTypeId, Value};
use std::collections::BTreeMap;
use std::io;

/// Takes a piece.
pub(super) type Give<'a> = &'a mut dyn FnMut(Piece) -> io::Result<()>;

/// The bytes of a section.
#[derive(Debug)]
pub(super) struct Part {
    content: Content,
    checksum: u32,
}

#[derive(Debug)]
enum Content {
    Bytes(Vec<u8>),
    /// Numbers of a machine on which they are little-endian.
    Numbers(Vec<u32>),
}

/// What belongs together in the table.
#[derive(Debug)]
pub(super) enum Piece {
    /// The nodes that have one set of labels.
    Nodes { labels: Vec<u32>, ids: Part },
    /// The relationships of one type.
    Rels(Box<RelsPiece>),
    /// The values of one key.
    Column(Box<ColumnPiece>),
}

#[derive(Debug)]
pub(super) struct RelsPiece {
    pub(super) rel_type: u32,
    pub(super) row_bound: u32,
    pub(super) loops: u64,
    pub(super) prints: [u64; 2],
    /// By start and by end: the segments, and the labels with their counts.
    pub(super) ends: [(Part, Vec<(u32, u64)>); 2],
    /// By start and by end: nodes, ends, neighbours and rows.
    pub(super) adjacency: [[Part; 4]; 2],
    pub(super) row_table: Part,
}

#[derive(Debug)]
pub(super) struct ColumnPiece {
    pub(super) owner: Owner,
    pub(super) key: u32,
    /// The segments that have a column.
    pub(super) at: Part,
    pub(super) segments: Part,
    pub(super) bytes: Part,
    pub(super) dictionary: Part,
    pub(super) dictionary_ends: Part,
}

impl Part {
    pub(super) fn of_bytes(bytes: Vec<u8>) -> Part {
        Part { checksum: crc32fast::hash(&bytes), content: Content::Bytes(bytes) }
    }

    pub(super) fn of_numbers(numbers: Vec<u32>) -> Part {
        if cfg!(target_endian = "little") {
            let checksum = crc32fast::hash(bytemuck::cast_slice(&numbers));
            return Part { checksum, content: Content::Numbers(numbers) };
        }
        Part::of_bytes(numbers.iter().flat_map(|number| number.to_le_bytes()).collect())
    }

    pub(super) fn bytes(&self) -> &[u8] {
        match &self.content {
            Content::Bytes(bytes) => bytes,
            Content::Numbers(numbers) => bytemuck::cast_slice(numbers),
        }
    }

    pub(super) fn checksum(&self) -> u32 {
        self.checksum
    }
}

/// Gives all nodes, relationships and values of a version.
pub(super) fn pieces(version: &Version, give: Give<'_>) -> io::Result<()> {
    give_nodes(version, give)?;
    version.catalog().rel_types().try_for_each(|(rel_type, _)| give_rels(version, rel_type, give))
}

fn give_nodes(version: &Version, give: Give<'_>) -> io::Result<()> {
    let mut groups: BTreeMap<Vec<LabelId>, Vec<u32>> = BTreeMap::new();
    for segment in 0..version.segments() {
        for (labels, mut nodes) in version.shapes_of(segment) {
            groups.entry(labels).or_default().append(&mut nodes);
        }
    }
    for (labels, ids) in groups {
        let labels = labels.into_iter().map(|label| label.0).collect();
        give(Piece::Nodes { labels, ids: Part::of_numbers(ids) })?;
    }
    give_columns(Owner::Nodes, version.node_columns(), give)
}

fn give_rels(version: &Version, rel_type: RelTypeId, give: Give<'_>) -> io::Result<()> {
    let Some(stored) = version.stored_rels(rel_type) else { return Ok(()) };
    let noted = version.noted_rels(rel_type, &stored.adjacency[0]);
    let StoredRels { row_bound, adjacency, row_table } = stored;
    let rels = RelsPiece {
        rel_type: rel_type.0,
        row_bound,
        loops: noted.loops,
        prints: noted.prints,
        ends: noted.ends.map(ends_parts),
        adjacency: adjacency.map(adjacency_parts),
        row_table: Part::of_numbers(row_table),
    };
    give(Piece::Rels(Box::new(rels)))?;
    give_columns(Owner::Rels(rel_type.0), version.rel_columns(rel_type), give)
}

fn ends_parts(ends: store::NotedEnds) -> (Part, Vec<(u32, u64)>) {
    let labels = ends.labels.into_iter().map(|(label, count)| (label.0, count)).collect();
    (Part::of_numbers(ends.segments), labels)
}

fn adjacency_parts(stored: StoredAdjacency<Vec<u32>>) -> [Part; 4] {
    let StoredAdjacency { nodes, ends, neighbours, rows } = stored;
    [nodes, ends, neighbours, rows].map(Part::of_numbers)
}

fn give_columns<'a>(
    owner: Owner,
    segments: impl Iterator<Item = (u32, &'a Columns)>,
    give: Give<'_>,
) -> io::Result<()> {
    let mut by_key: BTreeMap<KeyId, Vec<(u32, &Column)>> = BTreeMap::new();
    for (segment, columns) in segments {
        columns.iter().for_each(|(key, column)| by_key.entry(key).or_default().push((segment, column)));
    }
    for (KeyId(key), columns) in by_key {
        let at = Part::of_numbers(columns.iter().map(|(segment, _)| *segment).collect());
        let stored = store_column(&columns, &others);
        let stored = stored.ok_or_else(|| io::Error::other("a value that no property holds, or too much text"))?;
        give(Piece::Column(Box::new(ColumnPiece {
            owner,
            key,
            at,
            segments: Part::of_numbers(stored.segments),
            bytes: Part::of_bytes(stored.bytes),
            dictionary: Part::of_bytes(stored.dictionary),
            dictionary_ends: Part::of_numbers(stored.dictionary_ends),
        })))?;
    }
    Ok(())
}

/// The bytes of values without a form of their own.
fn others(values: &[Value]) -> Option<Vec<u8>> {
    let values: Option<Vec<StoredValue>> = values.iter().map(store).collect();
    encode(&values?).ok()
}
