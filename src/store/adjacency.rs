//! The adjacency of one segment of nodes: for one relationship type and direction, who the neighbours are.
//!
//! The base is compressed sparse rows: one array of neighbours, sorted for each node, the relationships' rows beside
//! them, and offsets for every place of the segment, or only for the places that have any when those are few. Changes
//! go to a small sorted delta; readers merge it, and it is folded into a new base when it has grown. A reader of a node
//! that no change has touched pays one test. It does not know what a relationship is besides its row.

use super::bits::Bits;
use super::stretch::Stretch;
use super::{Adjacent, SEGMENT};
use std::ops::Range;
use std::sync::Arc;

/// A delta below this length is never folded.
const FOLD: usize = 64;

/// Offsets for every place pay when at least this part of the places has neighbours.
const SPARSE_PART: usize = 8;

/// One relationship as seen from one of its ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Entry {
    pub(crate) node: u32,
    pub(crate) neighbour: u32,
    pub(crate) row: u32,
}

/// The adjacency of one segment.
#[derive(Clone, Debug, Default)]
pub(crate) struct AdjSegment {
    base: Arc<Base>,
    delta: Option<Box<Delta>>,
}

#[derive(Debug, Default)]
struct Base {
    index: Index,
    neighbours: Stretch,
    rows: Stretch,
}

#[derive(Debug, Default)]
enum Index {
    #[default]
    Empty,
    /// Offsets by place.
    Dense(Box<[u32]>),
    /// The places that have neighbours, ascending, and offsets by position among them.
    Sparse { places: Box<[u16]>, offsets: Box<[u32]> },
}

/// What changed since the base was built. All three parts are sorted by place, neighbour and row.
#[derive(Debug, Default)]
struct Delta {
    /// The places that a change has touched.
    touched: Bits,
    /// How many relationships each place has, where the base has offsets for every place.
    degrees: Option<Box<[u32]>>,
    places: Vec<u16>,
    neighbours: Vec<u32>,
    rows: Vec<u32>,
    removed: Vec<(u16, u32, u32)>,
}

/// How many relationships each place has.
pub(crate) enum Degrees<'a> {
    /// Where those of each place begin, and where the last ones end.
    Offsets(&'a [u32; SEGMENT as usize + 1]),
    /// The numbers themselves.
    Numbers(&'a [u32; SEGMENT as usize]),
}

/// Neighbours and rows side by side.
type Slices<'a> = (&'a [u32], &'a [u32]);

impl AdjSegment {
    /// A segment of the given entries, which are sorted.
    pub(crate) fn from_sorted(entries: &[Entry]) -> AdjSegment {
        let mut joined = Joined::with_capacity(entries.len());
        let mut ends: Vec<(u16, u32)> = Vec::new();
        for run in entries.chunk_by(|one, other| one.node == other.node) {
            run.iter().for_each(|entry| joined.push(entry.neighbour, entry.row));
            ends.push(((run[0].node % SEGMENT) as u16, joined.neighbours.len() as u32));
        }
        AdjSegment::with_places(&ends, joined.neighbours.into(), joined.rows.into())
    }

    /// A segment of neighbours and rows in order, and the places that have any, each with where its neighbours end.
    pub(crate) fn with_places(ends: &[(u16, u32)], neighbours: Stretch, rows: Stretch) -> AdjSegment {
        AdjSegment { base: Arc::new(Base { index: index_of(ends), neighbours, rows }), delta: None }
    }

    /// The places that have neighbours.
    pub(crate) fn places(&self) -> impl Iterator<Item = u16> + '_ {
        let listed = match (&self.base.index, &self.delta) {
            (Index::Sparse { places, .. }, None) => Some(places),
            _ => None,
        };
        let all = if listed.is_some() { 0 } else { SEGMENT as u16 };
        let found = (0..all).filter(|place| self.degree(*place) > 0);
        listed.into_iter().flat_map(|places| places.iter().copied()).chain(found)
    }

    /// Calls `visit` with each place that has neighbours, and how many.
    pub(crate) fn for_each_degree(&self, mut visit: impl FnMut(u16, u32)) {
        if let Some(Degrees::Numbers(degrees)) = self.degrees() {
            let places = degrees.iter().enumerate().filter(|(_, degree)| **degree > 0);
            return places.for_each(|(place, degree)| visit(place as u16, *degree));
        }
        let listed: (Option<&[u16]>, &[u32]) = match (&self.base.index, &self.delta) {
            (Index::Dense(offsets), None) => (None, offsets),
            (Index::Sparse { places, offsets }, None) => (Some(places), offsets),
            (Index::Empty, None) => return,
            (_, Some(_)) => return self.places().for_each(|place| visit(place, self.degree(place))),
        };
        let degrees = listed.1.windows(2).map(|ends| ends[1] - ends[0]).enumerate().filter(|(_, degree)| *degree > 0);
        degrees.for_each(|(at, degree)| visit(listed.0.map_or(at as u16, |places| places[at]), degree));
    }

    /// The neighbours and rows of all places, in order; `None` while changes stand beside them.
    pub(crate) fn whole(&self) -> Option<(&[u32], &[u32])> {
        self.delta.is_none().then_some((&*self.base.neighbours, &*self.base.rows))
    }

    /// Whether nothing was ever put in.
    pub(crate) fn is_new(&self) -> bool {
        matches!(self.base.index, Index::Empty) && self.delta.is_none()
    }

    /// The neighbours and rows at a place.
    #[inline]
    pub(crate) fn adjacent(&self, place: u16) -> Adjacent<'_> {
        match &self.delta {
            Some(delta) if delta.touched.get(place) => self.merged(delta, place),
            _ => {
                let (neighbours, rows) = self.base.slices(place);
                Adjacent::Base { neighbours, rows }
            }
        }
    }

    /// How many relationships there are at a place.
    #[inline]
    pub(crate) fn degree(&self, place: u16) -> u32 {
        let base = || self.base.range(place).len();
        match self.delta.as_deref() {
            Some(Delta { degrees: Some(degrees), .. }) => degrees[usize::from(place)],
            Some(delta) if delta.touched.get(place) => {
                (base() + delta.added(place).0.len() - delta.removed(place).len()) as u32
            }
            _ => base() as u32,
        }
    }

    /// What tells how many relationships each place has; `None` where only few places have any.
    #[inline]
    pub(crate) fn degrees(&self) -> Option<Degrees<'_>> {
        let Index::Dense(offsets) = &self.base.index else { return None };
        Some(match &self.delta {
            None => Degrees::Offsets(offsets.as_ref().try_into().ok()?),
            Some(delta) => Degrees::Numbers(delta.degrees.as_deref()?.try_into().ok()?),
        })
    }

    /// Calls `visit` with each neighbour and row at a place, in order.
    #[inline]
    pub(crate) fn for_each(&self, place: u16, mut visit: impl FnMut(u32, u32)) {
        let base = self.base.slices(place);
        match &self.delta {
            Some(delta) if delta.touched.get(place) => {
                merge(base, delta.added(place), delta.removed(place), visit);
            }
            _ => base.0.iter().zip(base.1).for_each(|(neighbour, row)| visit(*neighbour, *row)),
        }
    }

    /// Calls `visit` with the row of each relationship between a place and a neighbour, in order.
    #[inline]
    pub(crate) fn for_each_to(&self, place: u16, neighbour: u32, mut visit: impl FnMut(u32)) {
        let base = between(self.base.slices(place), neighbour);
        match &self.delta {
            Some(delta) if delta.touched.get(place) => {
                let removed = delta.removed(place);
                let from = removed.partition_point(|other| other.1 < neighbour);
                let added = between(delta.added(place), neighbour);
                merge(base, added, &removed[from..], |_, row| visit(row));
            }
            _ => base.1.iter().for_each(|row| visit(*row)),
        }
    }

    /// The neighbour to which the relationship of the given row leads. Where rows ascend with neighbours, as after bulk
    /// loading, it is found at once or near by.
    pub(crate) fn neighbour_of_row(&self, place: u16, row: u32) -> Option<u32> {
        let adjacent = self.adjacent(place);
        let index = index_of_row(adjacent.rows(), row)?;
        adjacent.neighbours().get(index).copied()
    }

    /// Adds a relationship.
    pub(crate) fn insert(&mut self, place: u16, neighbour: u32, row: u32) {
        let delta = self.delta.get_or_insert_with(|| Delta::over(&self.base));
        delta.touch(place, 1);
        let at = delta.position(place, neighbour, row);
        delta.places.insert(at, place);
        delta.neighbours.insert(at, neighbour);
        delta.rows.insert(at, row);
        self.fold_if_grown();
    }

    /// Takes away a relationship that is there.
    pub(crate) fn remove(&mut self, place: u16, neighbour: u32, row: u32) {
        let delta = self.delta.get_or_insert_with(|| Delta::over(&self.base));
        delta.touch(place, -1);
        let at = delta.position(place, neighbour, row);
        if delta.key(at) == Some((place, neighbour, row)) {
            delta.places.remove(at);
            delta.neighbours.remove(at);
            delta.rows.remove(at);
        } else {
            let at = delta.removed.partition_point(|removed| *removed < (place, neighbour, row));
            delta.removed.insert(at, (place, neighbour, row));
        }
        self.fold_if_grown();
    }

    /// Adds many relationships, which are sorted.
    pub(crate) fn absorb(&mut self, entries: &[Entry]) {
        if self.is_new() {
            *self = AdjSegment::from_sorted(entries);
            return;
        }
        let segment = entries.first().map_or(0, |entry| entry.node - entry.node % SEGMENT);
        let mut all = Vec::with_capacity(entries.len() + self.base.neighbours.len());
        let mut new = entries.iter().copied().peekable();
        for place in 0..SEGMENT as u16 {
            let node = segment + u32::from(place);
            self.for_each(place, |neighbour, row| {
                let known = Entry { node, neighbour, row };
                all.extend(std::iter::from_fn(|| new.next_if(|entry| *entry < known)));
                all.push(known);
            });
        }
        all.extend(new);
        *self = AdjSegment::from_sorted(&all);
    }

    /// Bytes used.
    pub(crate) fn bytes(&self) -> usize {
        let index = match &self.base.index {
            Index::Empty => 0,
            Index::Dense(offsets) => offsets.len() * 4,
            Index::Sparse { places, offsets } => places.len() * 2 + offsets.len() * 4,
        };
        let delta = self.delta.as_ref().map_or(0, |delta| {
            size_of::<Delta>()
                + delta.degrees.as_ref().map_or(0, |degrees| size_of_val(&**degrees))
                + delta.places.capacity() * 2
                + delta.neighbours.capacity() * 4
                + delta.rows.capacity() * 4
                + delta.removed.capacity() * 12
        });
        size_of::<AdjSegment>() + size_of::<Base>() + index + self.base.neighbours.len() * 8 + delta
    }

    fn merged<'a>(&'a self, delta: &'a Delta, place: u16) -> Adjacent<'a> {
        let (base, added, removed) = (self.base.slices(place), delta.added(place), delta.removed(place));
        if base.0.is_empty() {
            return Adjacent::Base { neighbours: added.0, rows: added.1 };
        }
        if added.0.is_empty() && removed.is_empty() {
            return Adjacent::Base { neighbours: base.0, rows: base.1 };
        }
        let length = base.0.len() + added.0.len() - removed.len();
        let (mut neighbours, mut rows) = (Vec::with_capacity(length), Vec::with_capacity(length));
        merge(base, added, removed, |neighbour, row| {
            neighbours.push(neighbour);
            rows.push(row);
        });
        Adjacent::Merged { neighbours, rows }
    }

    /// Folds when the delta is longer than the square root of the base: then the work of folding, which follows the base,
    /// and the work of reading and inserting, which follows the delta, stay in balance.
    fn fold_if_grown(&mut self) {
        let limit = FOLD.max(self.base.neighbours.len().isqrt());
        if self.delta.as_ref().is_some_and(|delta| delta.len() >= limit) {
            self.fold();
        }
    }

    /// Makes a new base: what lies between changes is copied in stretches.
    fn fold(&mut self) {
        let Some(delta) = self.delta.take() else { return };
        let base = &self.base;
        let mut joined = Joined::with_capacity(base.neighbours.len() + delta.places.len());
        let mut offsets = vec![0; SEGMENT as usize + 1];
        // Where the base was copied up to, and where the places so far end in it.
        let (mut copied, mut at) = (0, 0);
        for place in 0..SEGMENT as u16 {
            let found = base.range(place);
            let range = if found.is_empty() { at..at } else { found };
            at = range.end;
            if delta.touched.get(place) {
                joined.copy(base, copied..range.start);
                joined.place(base, range, delta.added(place), delta.removed(place));
                copied = at;
            }
            offsets[usize::from(place) + 1] = (joined.neighbours.len() + at - copied) as u32;
        }
        joined.copy(base, copied..base.neighbours.len());
        let index = index_of_offsets(offsets);
        self.base = Arc::new(Base { index, neighbours: joined.neighbours.into(), rows: joined.rows.into() });
    }
}

impl Base {
    #[inline]
    fn range(&self, place: u16) -> Range<usize> {
        let (offsets, position) = match &self.index {
            Index::Empty => return 0..0,
            Index::Dense(offsets) => (offsets, usize::from(place)),
            Index::Sparse { places, offsets } => match places.binary_search(&place) {
                Ok(position) => (offsets, position),
                Err(_) => return 0..0,
            },
        };
        offsets[position] as usize..offsets[position + 1] as usize
    }

    #[inline]
    fn slices(&self, place: u16) -> Slices<'_> {
        let range = self.range(place);
        (&self.neighbours[range.clone()], &self.rows[range])
    }
}

impl Clone for Delta {
    /// A copy is made to be changed, so it has room for more.
    fn clone(&self) -> Delta {
        Delta {
            touched: self.touched,
            degrees: self.degrees.clone(),
            places: with_room(&self.places),
            neighbours: with_room(&self.neighbours),
            rows: with_room(&self.rows),
            removed: with_room(&self.removed),
        }
    }
}

fn with_room<T: Copy>(items: &[T]) -> Vec<T> {
    if items.is_empty() {
        return Vec::new();
    }
    let mut copy = Vec::with_capacity(items.len() + items.len() / 16 + 4);
    copy.extend_from_slice(items);
    copy
}

impl Delta {
    /// Nothing, over a base.
    fn over(base: &Base) -> Box<Delta> {
        let degrees = match &base.index {
            Index::Dense(offsets) => Some(offsets.windows(2).map(|pair| pair[1] - pair[0]).collect()),
            Index::Empty | Index::Sparse { .. } => None,
        };
        Box::new(Delta { degrees, ..Delta::default() })
    }

    /// Notes that a place has so many more relationships.
    fn touch(&mut self, place: u16, more: i32) {
        self.touched.insert(place);
        if let Some(degrees) = &mut self.degrees {
            let degree = &mut degrees[usize::from(place)];
            *degree = degree.wrapping_add_signed(more);
        }
    }

    fn len(&self) -> usize {
        self.places.len() + self.removed.len()
    }

    fn key(&self, at: usize) -> Option<(u16, u32, u32)> {
        Some((*self.places.get(at)?, *self.neighbours.get(at)?, *self.rows.get(at)?))
    }

    /// Where an added relationship stands or would stand.
    fn position(&self, place: u16, neighbour: u32, row: u32) -> usize {
        let range = self.added_range(place);
        range.start + position((&self.neighbours[range.clone()], &self.rows[range]), neighbour, row)
    }

    fn added_range(&self, place: u16) -> Range<usize> {
        let start = self.places.partition_point(|other| *other < place);
        start..start + self.places[start..].partition_point(|other| *other == place)
    }

    fn added(&self, place: u16) -> Slices<'_> {
        let range = self.added_range(place);
        (&self.neighbours[range.clone()], &self.rows[range])
    }

    fn removed(&self, place: u16) -> &[(u16, u32, u32)] {
        let start = self.removed.partition_point(|other| other.0 < place);
        let length = self.removed[start..].partition_point(|other| other.0 == place);
        &self.removed[start..start + length]
    }
}

/// Those of one place that lead to a neighbour.
fn between((neighbours, rows): Slices<'_>, neighbour: u32) -> Slices<'_> {
    let range = range_of(neighbours, neighbour);
    (&neighbours[range.clone()], &rows[range])
}

/// The places of a neighbour among those of one place, which ascend.
pub(crate) fn range_of(neighbours: &[u32], neighbour: u32) -> Range<usize> {
    let start = neighbours.partition_point(|other| *other < neighbour);
    start..start + neighbours[start..].partition_point(|other| *other == neighbour)
}

/// Where a neighbour and row stand or would stand among those of one place.
fn position((neighbours, rows): Slices<'_>, neighbour: u32, row: u32) -> usize {
    let same = range_of(neighbours, neighbour);
    same.start + rows[same].partition_point(|other| *other < row)
}

/// Neighbours and rows that are put together, in order of place.
struct Joined {
    neighbours: Vec<u32>,
    rows: Vec<u32>,
}

impl Joined {
    fn with_capacity(capacity: usize) -> Joined {
        Joined { neighbours: Vec::with_capacity(capacity), rows: Vec::with_capacity(capacity) }
    }

    fn push(&mut self, neighbour: u32, row: u32) {
        self.neighbours.push(neighbour);
        self.rows.push(row);
    }

    fn copy(&mut self, base: &Base, range: Range<usize>) {
        self.neighbours.extend_from_slice(&base.neighbours[range.clone()]);
        self.rows.extend_from_slice(&base.rows[range]);
    }

    /// Adds what a place has after its changes; the range is where it stands in the base.
    fn place(&mut self, base: &Base, range: Range<usize>, added: Slices<'_>, removed: &[(u16, u32, u32)]) {
        if !removed.is_empty() {
            let slices = (&base.neighbours[range.clone()], &base.rows[range]);
            return merge(slices, added, removed, |neighbour, row| self.push(neighbour, row));
        }
        let mut start = range.start;
        for (neighbour, row) in added.0.iter().zip(added.1) {
            let rest = (&base.neighbours[start..range.end], &base.rows[start..range.end]);
            let end = start + position(rest, *neighbour, *row);
            self.copy(base, start..end);
            self.push(*neighbour, *row);
            start = end;
        }
        self.copy(base, start..range.end);
    }
}

/// The index of the places that have neighbours, each with where they end.
fn index_of(ends: &[(u16, u32)]) -> Index {
    if ends.is_empty() {
        Index::Empty
    } else if is_sparse(ends.len()) {
        sparse(ends)
    } else {
        dense(ends)
    }
}

/// The same from where each place begins, and where the last ends.
fn index_of_offsets(offsets: Vec<u32>) -> Index {
    let places = offsets.windows(2).enumerate().filter(|(_, ends)| ends[0] < ends[1]);
    if !is_sparse(places.clone().count()) {
        return Index::Dense(offsets.into_boxed_slice());
    }
    index_of(&places.map(|(place, ends)| (place as u16, ends[1])).collect::<Vec<_>>())
}

fn is_sparse(places: usize) -> bool {
    places * SPARSE_PART < SEGMENT as usize
}

fn sparse(ends: &[(u16, u32)]) -> Index {
    let offsets = std::iter::once(0).chain(ends.iter().map(|(_, end)| *end)).collect();
    Index::Sparse { places: ends.iter().map(|(place, _)| *place).collect(), offsets }
}

fn dense(ends: &[(u16, u32)]) -> Index {
    let mut offsets = Vec::with_capacity(SEGMENT as usize + 1);
    let mut last = 0;
    for (place, end) in ends {
        offsets.resize(usize::from(*place) + 1, last);
        last = *end;
    }
    offsets.resize(SEGMENT as usize + 1, last);
    Index::Dense(offsets.into_boxed_slice())
}

/// Merges base and additions, leaving out what was removed from the base.
fn merge(base: Slices<'_>, added: Slices<'_>, removed: &[(u16, u32, u32)], mut visit: impl FnMut(u32, u32)) {
    let mut removed = removed.iter().map(|(_, neighbour, row)| (*neighbour, *row)).peekable();
    let mut kept = base.0.iter().copied().zip(base.1.iter().copied()).filter(|pair| {
        let gone = removed.peek() == Some(pair);
        if gone {
            removed.next();
        }
        !gone
    });
    let mut added = added.0.iter().copied().zip(added.1.iter().copied()).peekable();
    let mut next = kept.next();
    while let Some(pair) = next {
        while let Some((neighbour, row)) = added.next_if(|other| *other < pair) {
            visit(neighbour, row);
        }
        visit(pair.0, pair.1);
        next = kept.next();
    }
    added.for_each(|(neighbour, row)| visit(neighbour, row));
}

/// The index of a row: first where it would be if rows had no gaps, counted from the first and from the last row.
pub(crate) fn index_of_row(rows: &[u32], row: u32) -> Option<usize> {
    let (first, last) = (*rows.first()?, *rows.last()?);
    let from_first = row.saturating_sub(first) as usize;
    let from_last = (rows.len() - 1).saturating_sub(last.saturating_sub(row) as usize);
    near(rows, row, from_first)
        .or_else(|| near(rows, row, from_last))
        .or_else(|| rows.iter().position(|other| *other == row))
}

/// The index of a row within a few steps of where it is expected.
fn near(rows: &[u32], row: u32, expected: usize) -> Option<usize> {
    const STEPS: usize = 32;
    let start = expected.saturating_sub(STEPS).min(rows.len());
    let end = (expected + STEPS).min(rows.len());
    if rows.get(expected) == Some(&row) {
        return Some(expected);
    }
    rows[start..end].iter().position(|other| *other == row).map(|index| start + index)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all(segment: &AdjSegment) -> Vec<(u16, u32, u32)> {
        let mut out = Vec::new();
        for place in 0..SEGMENT as u16 {
            let adjacent = segment.adjacent(place);
            assert_eq!(adjacent.neighbours().len(), segment.degree(place) as usize);
            out.extend(adjacent.neighbours().iter().zip(adjacent.rows()).map(|(n, r)| (place, *n, *r)));
            let mut visited = Vec::new();
            segment.for_each(place, |neighbour, row| visited.push((neighbour, row)));
            assert!(visited.iter().map(|pair| pair.0).eq(adjacent.neighbours().iter().copied()));
            let at = usize::from(place);
            match segment.degrees() {
                Some(Degrees::Offsets(offsets)) => assert_eq!(offsets[at + 1] - offsets[at], segment.degree(place)),
                Some(Degrees::Numbers(degrees)) => assert_eq!(degrees[at], segment.degree(place)),
                None => {}
            }
        }
        let degrees: Vec<(u16, u32)> =
            out.chunk_by(|a, b| a.0 == b.0).map(|run| (run[0].0, run.len() as u32)).collect();
        let mut visited = Vec::new();
        segment.for_each_degree(|place, degree| visited.push((place, degree)));
        assert_eq!(visited, degrees);
        assert!(segment.places().eq(degrees.iter().map(|(place, _)| *place)));
        out
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn a_segment_behaves_like_a_sorted_set(
            places in 1u16..1024,
            loaded in proptest::collection::btree_set((0u16..1024, 0u32..40), 0..2000),
            changes in proptest::collection::vec((any::<u16>(), 0u32..40, any::<bool>()), 0..700),
        ) {
            let entry = |(place, neighbour, row): &(u16, u32, u32)| {
                Entry { node: u32::from(*place), neighbour: *neighbour, row: *row }
            };
            let mut plain: std::collections::BTreeSet<(u16, u32, u32)> =
                loaded.into_iter().zip(10_000..).map(|((place, neighbour), row)| (place, neighbour, row)).collect();
            let mut segment = AdjSegment::from_sorted(&plain.iter().map(entry).collect::<Vec<_>>());
            for (row, (place, neighbour, remove)) in changes.into_iter().enumerate() {
                let place = place % places;
                if remove && let Some(first) = plain.range((place, 0, 0)..).next().copied() {
                    plain.remove(&first);
                    segment.remove(first.0, first.1, first.2);
                } else {
                    plain.insert((place, neighbour, row as u32));
                    segment.insert(place, neighbour, row as u32);
                }
            }
            prop_assert_eq!(all(&segment), plain.iter().copied().collect::<Vec<_>>());
            for (place, neighbour, row) in &plain {
                prop_assert_eq!(segment.neighbour_of_row(*place, *row), Some(*neighbour));
                for other in [*neighbour, neighbour + 1] {
                    let mut rows = Vec::new();
                    segment.for_each_to(*place, other, |row| rows.push(row));
                    let expected = plain.range((*place, other, 0)..(*place, other + 1, 0)).map(|(.., row)| *row);
                    prop_assert_eq!(rows, expected.collect::<Vec<_>>());
                }
            }
        }
    }

    #[test]
    fn the_delta_is_folded_when_it_reaches_its_limit() {
        let mut segment = AdjSegment::default();
        for row in 0..FOLD as u32 - 1 {
            segment.insert(3, row, row);
        }
        assert_eq!(segment.delta.as_ref().map(|delta| delta.len()), Some(FOLD - 1));
        assert!(matches!(segment.adjacent(3), Adjacent::Base { .. }), "additions alone need no merge");
        segment.insert(3, 5, 900);
        assert!(segment.delta.is_none());
        assert!(matches!(segment.base.index, Index::Sparse { .. }));
        assert_eq!(segment.degree(3), FOLD as u32);
        segment.insert(3, 6, 901);
        assert!(matches!(segment.adjacent(3), Adjacent::Merged { .. }));
        assert_eq!(all(&segment).len(), FOLD + 1);
    }

    #[test]
    fn the_index_is_dense_when_many_places_have_neighbours() {
        let entries = |count: u32| -> Vec<Entry> {
            (0..count).map(|node| Entry { node: node + 1024, neighbour: node, row: node }).collect()
        };
        let limit = SEGMENT / SPARSE_PART as u32;
        let few = AdjSegment::from_sorted(&entries(limit - 1));
        assert!(matches!(few.base.index, Index::Sparse { .. }));
        let mut many = AdjSegment::from_sorted(&entries(limit));
        assert!(matches!(many.base.index, Index::Dense(_)));
        assert_eq!(many.degree(1023), 0);
        many.absorb(&[Entry { node: 1024 + 1023, neighbour: 9, row: 9000 }]);
        assert_eq!(many.degree(1023), 1);
        assert_eq!(all(&many).len(), limit as usize + 1);
    }
}
