//! The relationships of a type as a file keeps them: both directions and the rows, each as it stands in memory. So
//! nothing is made of single relationships when a graph is opened.
//!
//! Nothing is believed of what was stored. That each part is in order is looked at; that the three say the same is seen
//! by their prints, sums of a hash of each relationship, which differ when the parts do unless somebody made them agree
//! on purpose. What is left to [`Version::problems`] is such a purpose.

use super::adjacency::AdjSegment;
use super::change::absent;
use super::relationships::RelTable;
use super::restore::{Restored, both};
use super::rows::{End, RowSegment};
use super::stretch::Stretch;
use super::{Direction, SEGMENT, Version, split};
use crate::error::{Error, Result};
use crate::value::RelTypeId;
use std::ops::{Deref, Range};
use std::sync::Arc;

/// One direction.
#[derive(Clone, Debug, Default)]
pub(crate) struct StoredAdjacency<A> {
    /// The nodes that have relationships, ascending.
    pub(crate) nodes: A,
    /// For each of them, where its neighbours end.
    pub(crate) ends: A,
    /// The neighbours of one node after those of another, ascending.
    pub(crate) neighbours: A,
    /// Beside each neighbour the relationship's row; those of parallel relationships ascend.
    pub(crate) rows: A,
}

/// All relationships of one type.
#[derive(Clone, Debug, Default)]
pub(crate) struct StoredRels<A> {
    /// One more than the greatest row ever given out.
    pub(crate) row_bound: u32,
    /// By start, and by end.
    pub(crate) adjacency: [StoredAdjacency<A>; 2],
    /// For each segment of rows its number and its rows.
    pub(crate) row_table: A,
}

/// Numbers as they were read.
type Read = Arc<[u32]>;

impl Version {
    /// The relationships of a type to be stored; `None` when there are none.
    pub(crate) fn stored_rels(&self, rel_type: RelTypeId) -> Option<StoredRels<Vec<u32>>> {
        let table = self.table(rel_type).filter(|table| table.count() > 0)?;
        let adjacency = [Direction::Outgoing, Direction::Incoming].map(|direction| stored_adjacency(table, direction));
        let mut row_table = Vec::new();
        for (segment, rows) in table.row_table() {
            // A segment that is still being filled says by its length where the next row is.
            if rows.has_any() || rows.len() < SEGMENT as usize {
                row_table.push(segment);
                rows.append_to(&mut row_table);
            }
        }
        Some(StoredRels { row_bound: table.row_bound(), adjacency, row_table })
    }

    /// Puts in all relationships of a type that never had one.
    ///
    /// # Errors
    /// When the parts are out of order or do not agree, or an end does not exist; then nothing was put in.
    pub(crate) fn install_stored_rels(&mut self, rel_type: RelTypeId, stored: &StoredRels<Read>) -> Result<()> {
        if self.row_bound(rel_type) > 0 || self.must_go_one_by_one() {
            return Err(Error::internal("stored relationships are for a type that has none"));
        }
        self.check_rel_type(rel_type)?;
        let nodes = stored.adjacency.iter().flat_map(|adjacency| adjacency.nodes.iter());
        if nodes.into_iter().any(|node| !self.nodes.contains(*node)) {
            return Err(absent("node"));
        }
        let mut table = restored(stored).ok_or_else(|| {
            let name = self.catalog().rel_type_name(rel_type);
            Error::internal(format!("the parts of the relationships `{name}` do not agree"))
        })?;
        self.count_ends(&mut table);
        self.install(rel_type, table);
        Ok(())
    }
}

fn stored_adjacency(table: &RelTable, direction: Direction) -> StoredAdjacency<Vec<u32>> {
    let count = table.count() as usize;
    let mut stored = StoredAdjacency::<Vec<u32>>::default();
    stored.neighbours.reserve_exact(count);
    stored.rows.reserve_exact(count);
    for (segment, adjacency) in table.adjacency(direction).iter() {
        let mut end = stored.neighbours.len() as u32;
        adjacency.for_each_degree(|place, degree| {
            end += degree;
            stored.nodes.push(super::join(segment, place));
            stored.ends.push(end);
        });
        match adjacency.whole() {
            Some((neighbours, rows)) => {
                stored.neighbours.extend_from_slice(neighbours);
                stored.rows.extend_from_slice(rows);
            }
            None => adjacency.places().for_each(|place| {
                let adjacent = adjacency.adjacent(place);
                stored.neighbours.extend_from_slice(adjacent.neighbours());
                stored.rows.extend_from_slice(adjacent.rows());
            }),
        }
    }
    stored
}

impl<A: Deref<Target = [u32]>> StoredAdjacency<A> {
    /// The relationships of a direction by row: row, start and end; `None` when the parts do not fit.
    pub(crate) fn rels(&self, direction: Direction) -> Option<Vec<[u32; 3]>> {
        let mut rels = Vec::with_capacity(self.rows.len());
        for (node, range) in self.nodes.iter().zip(self.ranges()?) {
            let pairs = self.neighbours[range.clone()].iter().zip(&self.rows[range]);
            rels.extend(pairs.map(|(neighbour, row)| match direction {
                Direction::Outgoing => [*row, *node, *neighbour],
                Direction::Incoming => [*row, *neighbour, *node],
            }));
        }
        rels.sort_unstable();
        Some(rels)
    }

    /// Where the neighbours of each node stand, at least one for each.
    fn ranges(&self) -> Option<impl Iterator<Item = Range<usize>> + '_> {
        let whole = self.ends.last().map_or(0, |last| *last as usize);
        let fits = self.nodes.len() == self.ends.len()
            && [self.neighbours.len(), self.rows.len()] == [whole; 2]
            && self.ends.first().is_none_or(|first| *first > 0)
            && self.nodes.is_sorted_by(|a, b| a < b)
            && self.ends.is_sorted_by(|a, b| a < b);
        let starts = std::iter::once(&0).chain(self.ends.iter());
        fits.then(|| starts.zip(self.ends.iter()).map(|(start, end)| *start as usize..*end as usize))
    }

    /// The sums of what each relationship gives, of its node, neighbour and row; `None` when those of a node are out of
    /// order.
    pub(super) fn sums<const N: usize>(&self, parts: impl Fn(u32, u32, u32) -> [u64; N] + Sync) -> Option<[u64; N]>
    where
        A: Sync,
    {
        let _fits = self.ranges()?;
        let middle = self.nodes.len() / 2;
        let (one, other) = both(
            self.rows.len(),
            || self.sums_of(0..middle, &parts),
            || self.sums_of(middle..self.nodes.len(), &parts),
        );
        Some(added(one?, other?))
    }

    /// The sums over the nodes at some places.
    fn sums_of<const N: usize>(
        &self,
        nodes: Range<usize>,
        parts: impl Fn(u32, u32, u32) -> [u64; N],
    ) -> Option<[u64; N]> {
        let (mut sums, mut ordered) = ([0u64; N], true);
        let mut start = nodes.start.checked_sub(1).map_or(0, |before| self.ends[before] as usize);
        for (node, end) in self.nodes[nodes.clone()].iter().zip(&self.ends[nodes]) {
            let range = start..*end as usize;
            start = range.end;
            let (neighbours, rows) = (&self.neighbours[range.clone()], &self.rows[range]);
            let rows = &rows[..neighbours.len()];
            let mut least = 0;
            for at in 0..neighbours.len() {
                let (neighbour, row) = (neighbours[at], rows[at]);
                let place = u64::from(neighbour) << 32 | u64::from(row);
                ordered &= least <= place;
                least = place.saturating_add(1);
                sums = added(sums, parts(*node, neighbour, row));
            }
        }
        ordered.then_some(sums)
    }
}

impl StoredAdjacency<Read> {
    /// The segments, whose arrays are stretches of what was stored.
    pub(super) fn segments(&self) -> Option<Vec<(u32, AdjSegment)>> {
        let mut ranges = self.ranges()?;
        let mut segments = Vec::new();
        for nodes in self.nodes.chunk_by(|a, b| a / SEGMENT == b / SEGMENT) {
            let (mut whole, mut ends) = (None, Vec::with_capacity(nodes.len()));
            for (node, range) in nodes.iter().zip(ranges.by_ref()) {
                let start = whole.get_or_insert(range.start..range.start).start;
                whole = Some(start..range.end);
                ends.push((split(*node).1, (range.end - start) as u32));
            }
            let whole = whole?;
            let part = |array| Stretch::of(array, whole.clone());
            let segment = AdjSegment::with_places(&ends, part(&self.neighbours)?, part(&self.rows)?);
            segments.push((nodes[0] / SEGMENT, segment));
        }
        Some(segments)
    }
}

#[inline]
fn added<const N: usize>(mut sums: [u64; N], parts: [u64; N]) -> [u64; N] {
    for at in 0..N {
        sums[at] = sums[at].wrapping_add(parts[at]);
    }
    sums
}

/// The table of what was stored, when its parts agree.
fn restored(stored: &StoredRels<Read>) -> Option<RelTable> {
    let [outgoing, incoming] = &stored.adjacency;
    let count = outgoing.rows.len();
    let of_incoming = || {
        let sums = incoming.sums(|node, neighbour, row| [print(neighbour, node, row)])?;
        Some((incoming.segments()?, sums))
    };
    let of_rest = || {
        let rows = StoredRows::of(&stored.row_table, stored.row_bound)?;
        let own = |from: u32, to: u32| u64::from(from == to);
        let sums = match rows.beside.contains(&true) {
            true => outgoing
                .sums(|from, to, row| [print(from, to, row), row_print(&rows.beside, from, to, row), own(from, to)])?,
            false => {
                let [print, loops] = outgoing.sums(|from, to, row| [print(from, to, row), own(from, to)])?;
                [print, print, loops]
            }
        };
        Some((outgoing.segments()?, sums, rows))
    };
    let (incoming, rest) = both(count, of_incoming, of_rest);
    let ((incoming, [backward]), (outgoing, [forward, by_row, loops], rows)) = (incoming?, rest?);
    let agree = forward == backward && by_row == rows.print && count as u64 == rows.count;
    let restored = Restored { adjacency: [outgoing, incoming], rows: rows.segments, loops };
    agree.then(|| RelTable::of(restored, count as u64, stored.row_bound))
}

/// A hash of a relationship: both halves of a product of its parts, each of them mixed with digits of pi.
#[inline]
pub(super) fn print(from: u32, to: u32, row: u32) -> u64 {
    let ends = (u64::from(from) << 32 | u64::from(to)) ^ 0x243f_6a88_85a3_08d3;
    let row = (u64::from(row) << 32 | u64::from(row)) ^ 0x1319_8a2e_0370_7344;
    let product = u128::from(ends) * u128::from(row);
    (product >> 64) as u64 ^ product as u64
}

/// The hash of a relationship as rows know it, of which those of some segments do not have the end.
pub(super) fn row_print(beside: &[bool], from: u32, to: u32, row: u32) -> u64 {
    let beside = beside.get((row / SEGMENT) as usize).is_some_and(|beside| *beside);
    print(from, if beside { u32::MAX } else { to }, row)
}

/// The rows that were stored.
pub(super) struct StoredRows {
    pub(super) segments: Vec<(u32, RowSegment)>,
    /// For each segment up to the last, whether ends stand beside the rows.
    beside: Vec<bool>,
    /// How many relationships there are.
    pub(super) count: u64,
    /// The sum of their hashes.
    pub(super) print: u64,
}

impl StoredRows {
    pub(super) fn of(mut numbers: &[u32], row_bound: u32) -> Option<StoredRows> {
        let bound = row_bound.div_ceil(SEGMENT);
        let mut stored = StoredRows { segments: Vec::new(), beside: Vec::new(), count: 0, print: 0 };
        while let Some((segment, rest)) = numbers.split_first() {
            numbers = rest;
            let rows = RowSegment::restore(&mut numbers)?;
            let next = *segment as usize >= stored.beside.len() && *segment < bound;
            let last = row_bound - segment.saturating_mul(SEGMENT).min(row_bound);
            if !next || rows.len() != last.min(SEGMENT) as usize {
                return None;
            }
            stored.beside.resize(*segment as usize, false);
            stored.beside.push(rows.ends_stand_beside());
            stored.take(*segment, &rows);
            stored.segments.push((*segment, rows));
        }
        // The segment that is being filled must be there: the next row stands in it.
        let filled = row_bound.is_multiple_of(SEGMENT) || stored.beside.len() == bound as usize;
        filled.then_some(stored)
    }

    fn take(&mut self, segment: u32, rows: &RowSegment) {
        rows.for_each(|place, from, end| {
            let to = match end {
                End::Node(to) => to,
                End::Beside => u32::MAX,
            };
            self.print = self.print.wrapping_add(print(from, to, super::join(segment, place)));
            self.count += 1;
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{NodeId, RelId};

    /// Graphs whose relationships were made in bulk and one by one, with gaps, loops and parallels.
    fn graphs() -> Vec<Version> {
        let mut bulk = Version::new();
        let rel_type = bulk.intern_rel_type("T");
        let nodes: Vec<NodeId> = (0..2500).map(|_| bulk.create_node(&[], &[]).unwrap()).collect();
        let ends: Vec<_> = (0..5000).map(|at| (nodes[at % 40 * 60], nodes[at * 7 % 2500])).collect();
        let mut single = bulk.clone();
        bulk.bulk_rels(rel_type, &ends).unwrap();
        ends.iter().for_each(|(from, to)| _ = single.create_rel(rel_type, *from, *to, &[]).unwrap());
        let mut holes = bulk.clone();
        let gone = (0..1500).chain((1500..5000).step_by(3));
        gone.for_each(|row| assert!(holes.delete_rel(RelId { rel_type, row })));
        let mut both = holes.clone();
        both.create_rel(rel_type, nodes[7], nodes[7], &[]).unwrap();
        both.create_rel(rel_type, nodes[7], nodes[7], &[]).unwrap();
        vec![bulk, single, holes, both]
    }

    fn read(stored: StoredRels<Vec<u32>>) -> StoredRels<Read> {
        let StoredRels { row_bound, adjacency, row_table } = stored;
        let adjacency = adjacency.map(|StoredAdjacency { nodes, ends, neighbours, rows }| StoredAdjacency {
            nodes: nodes.into(),
            ends: ends.into(),
            neighbours: neighbours.into(),
            rows: rows.into(),
        });
        StoredRels { row_bound, adjacency, row_table: row_table.into() }
    }

    /// A version with the same nodes and names, and no relationships.
    fn without_rels(graph: &Version) -> Version {
        let mut other = Version::new();
        other.intern_rel_type("T");
        let nodes: Vec<u32> = graph.node_ids().map(|node| node.0).collect();
        other.restore_nodes(&nodes, &[]).unwrap();
        other.settle();
        other
    }

    #[test]
    fn what_was_stored_comes_back() {
        for graph in graphs() {
            let rel_type = graph.catalog().rel_type("T").unwrap();
            let mut back = without_rels(&graph);
            back.install_stored_rels(rel_type, &read(graph.stored_rels(rel_type).unwrap())).unwrap();
            assert_eq!(back.problems(), Vec::<String>::new());
            assert!(back.rel_ids(rel_type).eq(graph.rel_ids(rel_type)));
            assert_eq!(back.rel_count(), graph.rel_count());
            for rel in graph.rel_ids(rel_type) {
                assert_eq!(back.endpoints(rel), graph.endpoints(rel));
            }
            for node in graph.node_ids() {
                assert_eq!(back.rels_of(node), graph.rels_of(node));
            }
            let next = |graph: &Version| graph.clone().create_rel(rel_type, NodeId(0), NodeId(1), &[]).unwrap();
            assert_eq!(next(&back), next(&graph));
            assert!(back.install_stored_rels(rel_type, &read(graph.stored_rels(rel_type).unwrap())).is_err(), "twice");
        }
    }

    #[test]
    fn every_single_change_of_what_was_stored_is_refused() {
        let mut graph = Version::new();
        let rel_type = graph.intern_rel_type("T");
        let nodes: Vec<NodeId> = (0..40).map(|_| graph.create_node(&[], &[]).unwrap()).collect();
        for at in 0..60 {
            graph.create_rel(rel_type, nodes[at % 7], nodes[at * 3 % 40], &[]).unwrap();
        }
        graph.delete_rel(RelId { rel_type, row: 5 });
        let empty = without_rels(&graph);
        let whole = graph.stored_rels(rel_type).unwrap();
        let mut tried = 0;
        for at in 0..9 {
            for index in 0..part_of(&mut whole.clone(), at).len() {
                for change in [1u32, 2, 0x8000_0000, 1 << 12] {
                    let mut changed = whole.clone();
                    part_of(&mut changed, at)[index] ^= change;
                    let mut version = empty.clone();
                    let refused = version.install_stored_rels(rel_type, &read(changed)).is_err();
                    // What stands at the place of a row that is gone means nothing.
                    let harmless =
                        || at == 8 && graph.rel_ids(rel_type).all(|rel| version.endpoints(rel) == graph.endpoints(rel));
                    assert!(refused || harmless(), "part {at}, number {index}, {change:#x}");
                    tried += 1;
                }
            }
        }
        assert!(tried > 1000);
        let fewer = StoredRels { row_bound: whole.row_bound + 1, ..whole };
        let mut version = empty;
        assert!(version.install_stored_rels(rel_type, &read(fewer)).is_err());
    }

    fn part_of(stored: &mut StoredRels<Vec<u32>>, part: usize) -> &mut Vec<u32> {
        if part == 8 {
            return &mut stored.row_table;
        }
        let direction = &mut stored.adjacency[part / 4];
        match part % 4 {
            0 => &mut direction.nodes,
            1 => &mut direction.ends,
            2 => &mut direction.neighbours,
            _ => &mut direction.rows,
        }
    }
}
