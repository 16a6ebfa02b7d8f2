//! All relationships of a type at once, from columns in order of row: both directions by counting instead of sorting.
//!
//! Nothing is believed of the columns: what does not fit gives `None`. The two directions and the rows are built on
//! two threads where there is much to build.

use super::adjacency::AdjSegment;
use super::rows::RowSegment;
use super::stretch::Stretch;
use super::{SEGMENT, split};
use std::sync::Arc;

/// How many threads have something to do at the same time.
pub(super) const THREADS: usize = 2;
/// From this many relationships on, a second thread pays.
const MANY: usize = 1 << 16;

/// Relationships by column.
#[derive(Clone, Copy, Debug)]
pub(super) struct RelColumns<'a> {
    pub(super) rows: &'a [u32],
    pub(super) from: &'a [u32],
    pub(super) to: &'a [u32],
}

/// Segments with their numbers.
type Segments<T> = Vec<(u32, T)>;

/// What is made of the columns.
pub(super) struct Restored {
    /// By start, and by end.
    pub(super) adjacency: [Segments<AdjSegment>; 2],
    pub(super) rows: Segments<RowSegment>,
    /// How many start where they end.
    pub(super) loops: u64,
}

impl RelColumns<'_> {
    /// Whether they stand by start, end and row, of which rows ascend.
    pub(super) fn are_forward(self) -> bool {
        let pairs = || self.from.iter().zip(self.to);
        pairs().zip(pairs().skip(1)).all(|(a, b)| a <= b)
    }
}

/// Builds everything, on at most so many threads; `None` when an end is not below the bound. Rows ascend, and the columns
/// are equally long.
pub(super) fn build(columns: RelColumns<'_>, node_bound: u32, threads: usize) -> Option<Restored> {
    if columns.are_forward() {
        return build_forward(columns, columns, node_bound, threads);
    }
    let [from, to, rows] = in_forward_order(columns, node_bound)?;
    build_forward(columns, RelColumns { rows: &rows, from: &from, to: &to }, node_bound, threads)
}

/// Starts, ends and rows in order of start, end and row; `None` when an end is not below the bound.
pub(super) fn in_forward_order(columns: RelColumns<'_>, node_bound: u32) -> Option<[Vec<u32>; 3]> {
    let RelColumns { rows, from, to } = columns;
    if node_bound as usize / 8 > rows.len() {
        // Counting would cost more than comparing.
        let mut order: Vec<u32> = (0..rows.len() as u32).collect();
        order.sort_unstable_by_key(|at| (from[*at as usize], to[*at as usize], rows[*at as usize]));
        return Some([from, to, rows].map(|column| order.iter().map(|at| column[*at as usize]).collect()));
    }
    if to.is_sorted() {
        return counted(from, [to, rows], node_bound);
    }
    // Sorting by end and then by start keeps the order of rows between equal ones.
    let [to, from, rows] = counted(to, [from, rows], node_bound)?;
    counted(&from, [&to, &rows], node_bound)
}

/// Builds from the columns in order of row, and in forward order.
pub(super) fn build_forward(
    by_row: RelColumns<'_>,
    forward: RelColumns<'_>,
    node_bound: u32,
    threads: usize,
) -> Option<Restored> {
    let backward = || scattered(forward, node_bound);
    let rest = || (runs(forward, node_bound), row_segments(by_row));
    let (backward, (outgoing, rows)) = both_on(threads, forward.rows.len(), backward, rest);
    let loops = by_row.from.iter().zip(by_row.to).filter(|(from, to)| from == to).count() as u64;
    Some(Restored { adjacency: [outgoing?, backward?], rows, loops })
}

/// Does two things with so many relationships, or other small things, at the same time when they are many.
pub(crate) fn both<A: Send, B>(count: usize, one: impl FnOnce() -> A + Send, other: impl FnOnce() -> B) -> (A, B) {
    both_on(THREADS, count, one, other)
}

/// The same when there are so many threads.
fn both_on<A: Send, B>(
    threads: usize,
    count: usize,
    one: impl FnOnce() -> A + Send,
    other: impl FnOnce() -> B,
) -> (A, B) {
    if threads < THREADS || count < MANY {
        return (one(), other());
    }
    std::thread::scope(|scope| {
        let one = scope.spawn(one);
        let other = other();
        (one.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)), other)
    })
}

/// A column and two others beside it, in order of the first; `None` when a number of it is not below the bound.
fn counted(keys: &[u32], others: [&[u32]; 2], bound: u32) -> Option<[Vec<u32>; 3]> {
    let mut next = vec![0u32; bound as usize];
    for key in keys {
        *next.get_mut(*key as usize)? += 1;
    }
    starts(&mut next);
    let mut sorted = [(); 3].map(|()| vec![0u32; keys.len()]);
    for (at, key) in keys.iter().enumerate() {
        let place = next[*key as usize] as usize;
        next[*key as usize] += 1;
        sorted[0][place] = *key;
        sorted[1][place] = others[0][at];
        sorted[2][place] = others[1][at];
    }
    Some(sorted)
}

/// Turns counts into where each begins.
fn starts(counts: &mut [u32]) {
    counts.iter_mut().fold(0, |start, count| start + std::mem::replace(count, start));
}

/// The outgoing direction, of which the columns have the order.
fn runs(forward: RelColumns<'_>, node_bound: u32) -> Option<Segments<AdjSegment>> {
    if forward.from.last().is_some_and(|last| *last >= node_bound) {
        return None;
    }
    let (neighbours, rows): (Arc<[u32]>, Arc<[u32]>) = (forward.to.into(), forward.rows.into());
    let (mut segments, mut start) = (Vec::new(), 0);
    for run in forward.from.chunk_by(|a, b| a / SEGMENT == b / SEGMENT) {
        let (mut ends, mut end) = (Vec::new(), 0);
        for node in run.chunk_by(|a, b| a == b) {
            end += node.len() as u32;
            ends.push((split(node[0]).1, end));
        }
        let range = start..start + run.len();
        start = range.end;
        let (neighbours, rows) = (Stretch::of(&neighbours, range.clone())?, Stretch::of(&rows, range)?);
        segments.push((run[0] / SEGMENT, AdjSegment::with_places(&ends, neighbours, rows)));
    }
    Some(segments)
}

/// The incoming direction. Relationships are first told apart by the segment of their end, then sorted within each: what
/// is written at random fits the cache.
fn scattered(forward: RelColumns<'_>, node_bound: u32) -> Option<Segments<AdjSegment>> {
    let mut next = vec![0u32; node_bound.div_ceil(SEGMENT) as usize];
    for node in forward.to {
        // Places behind the bound in the last segment are refused with what does not exist.
        *next.get_mut((node / SEGMENT) as usize)? += 1;
    }
    starts(&mut next);
    let mut parts = vec![(0u16, 0u32, 0u32); forward.to.len()];
    for ((node, neighbour), row) in forward.to.iter().zip(forward.from).zip(forward.rows) {
        let (segment, place) = split(*node);
        let at = &mut next[segment as usize];
        parts[*at as usize] = (place, *neighbour, *row);
        *at += 1;
    }
    sorted_segments(&parts, &next)
}

/// Segments of relationships by place, neighbour and row, which come in order of segment, neighbour and row.
fn sorted_segments(parts: &[(u16, u32, u32)], segment_ends: &[u32]) -> Option<Segments<AdjSegment>> {
    let (mut neighbours, mut rows) = (vec![0; parts.len()], vec![0; parts.len()]);
    let (mut places, mut start) = (Vec::new(), 0);
    for end in segment_ends.iter().map(|end| *end as usize) {
        places.push(sorted(&parts[start..end], &mut neighbours[start..end], &mut rows[start..end]));
        start = end;
    }
    let (neighbours, rows): (Arc<[u32]>, Arc<[u32]>) = (neighbours.into(), rows.into());
    let (mut segments, mut start) = (Vec::new(), 0);
    for ((segment, end), ends) in (0..).zip(segment_ends).zip(places) {
        let range = start..*end as usize;
        start = range.end;
        if !range.is_empty() {
            let (neighbours, rows) = (Stretch::of(&neighbours, range.clone())?, Stretch::of(&rows, range)?);
            segments.push((segment, AdjSegment::with_places(&ends, neighbours, rows)));
        }
    }
    Some(segments)
}

/// Sorts the relationships of a segment by place; gives the places that have any, each with where its neighbours end.
fn sorted(part: &[(u16, u32, u32)], neighbours: &mut [u32], rows: &mut [u32]) -> Vec<(u16, u32)> {
    if part.is_empty() {
        return Vec::new();
    }
    let mut next = [0u32; SEGMENT as usize];
    part.iter().for_each(|(place, ..)| next[usize::from(*place)] += 1);
    starts(&mut next);
    for (place, neighbour, row) in part {
        let at = next[usize::from(*place)] as usize;
        next[usize::from(*place)] += 1;
        (neighbours[at], rows[at]) = (*neighbour, *row);
    }
    let mut start = 0;
    let there = next.iter().zip(0..).filter(|(end, _)| **end > std::mem::replace(&mut start, **end));
    there.map(|(end, place)| (place, *end)).collect()
}

/// The rows; places without a relationship are dead.
fn row_segments(columns: RelColumns<'_>) -> Segments<RowSegment> {
    let (mut segments, mut start) = (Vec::new(), 0);
    let mut runs = columns.rows.chunk_by(|a, b| a / SEGMENT == b / SEGMENT).peekable();
    while let Some(run) = runs.next() {
        let (from, to) = (&columns.from[start..start + run.len()], &columns.to[start..start + run.len()]);
        start += run.len();
        let last = runs.peek().is_none();
        let rows = match run.len() == SEGMENT as usize {
            true => RowSegment::full(from, to),
            false => RowSegment::load(&with_holes(run, from, to, last), false),
        };
        segments.push((run[0] / SEGMENT, rows));
    }
    segments
}

/// The ends by place, from the first place on: to the end of the segment, or in the last one to its last row.
fn with_holes(rows: &[u32], from: &[u32], to: &[u32], last: bool) -> Vec<Option<(u32, u32)>> {
    let length = match (last, rows.last()) {
        (true, Some(row)) => usize::from(split(*row).1) + 1,
        _ => SEGMENT as usize,
    };
    let mut ends = vec![None; length];
    for ((row, from), to) in rows.iter().zip(from).zip(to) {
        ends[usize::from(split(*row).1)] = Some((*from, *to));
    }
    ends
}

#[cfg(test)]
mod tests {
    use super::super::{Direction, Version};
    use crate::value::{NodeId, RelId};

    /// A version with so many nodes, and one that has the relationships of another, put in by columns.
    fn by_columns(nodes: u32, from: &[u32], to: &[u32], rows: &[u32]) -> crate::Result<Version> {
        let mut version = Version::new();
        let rel_type = version.intern_rel_type("T");
        let labels = [version.intern_label("A"), version.intern_label("B")];
        for node in 0..nodes {
            // Segments of one label, and mixed ones.
            let labels = if node < 1500 { &labels[..1] } else { &labels[..node as usize % 3] };
            let node = version.create_node(&[], &[]).unwrap();
            labels.iter().for_each(|label| assert!(version.add_label(node, *label)));
        }
        version.restore_rel_columns(rel_type, rows, from, to).map(|()| version)
    }

    #[test]
    fn many_relationships_in_any_order_are_as_made_one_by_one() {
        for (count, sorted) in [(70_000u32, true), (70_000, false), (9_000, true), (9_000, false)] {
            let mut pairs: Vec<(u32, u32)> =
                (0..count).map(|at| (at.wrapping_mul(2_654_435_761) % 2500, at.wrapping_mul(40_503) % 2999)).collect();
            if sorted {
                pairs.sort_unstable();
            }
            let rows: Vec<u32> = (0..count).map(|at| at + at / 5000 * 1500).collect();
            let (from, to): (Vec<u32>, Vec<u32>) = pairs.iter().copied().unzip();
            let loaded = by_columns(3000, &from, &to, &rows).unwrap();
            assert_eq!(loaded.problems(), Vec::<String>::new());
            let rel_type = loaded.catalog().rel_type("T").unwrap();
            for (row, (from, to)) in rows.iter().zip(&pairs) {
                let ends = loaded.endpoints(RelId { rel_type, row: *row });
                assert_eq!(ends, Some((NodeId(*from), NodeId(*to))));
            }
            assert_eq!(loaded.rel_count(), u64::from(count));
            assert_eq!(loaded.row_bound(rel_type), rows[rows.len() - 1] + 1);
            let ends: std::collections::HashSet<_> = from.iter().collect();
            assert_eq!(loaded.rel_type_nodes(rel_type, Direction::Outgoing), ends.len() as u64);
            let mut after = loaded.clone();
            let next = after.create_rel(rel_type, NodeId(0), NodeId(2999), &[]).unwrap();
            assert_eq!(next.row, rows[rows.len() - 1] + 1);
            assert_eq!(after.problems(), Vec::<String>::new());
        }
    }

    #[test]
    fn ends_that_do_not_exist_are_refused() {
        for (from, to) in
            [([0, 5], [1, 5]), ([0, 1], [1, 5]), ([5, 0], [1, 1]), ([0, 0], [u32::MAX, 1]), ([0, 1], [1023, 1])]
        {
            assert!(by_columns(5, &from, &to, &[0, 1]).is_err(), "{from:?} {to:?}");
        }
        assert!(by_columns(5, &[4, 0], &[0, 4], &[0, 1]).is_ok());
    }
}
