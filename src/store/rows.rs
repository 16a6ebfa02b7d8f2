//! A segment of relationship rows of one type: where the relationships start, which rows are gone, and properties.
//!
//! A row knows its start. Its end is stored only when the rows of the segment do not stand in forward order (start,
//! then end); when they do, as after bulk loading, the start's adjacency has the end at a position that follows from the
//! row. Full segments are packed: runs of equal numbers, or distances from the least number in as few bits as they need. So a bulk-loaded
//! relationship costs 16 bytes of neighbours and rows in both directions, and a fraction of a byte for its ends.

use super::bits::Bits;
use super::column::Columns;
use super::{SEGMENT, split};
use std::ops::Range;
use std::sync::Arc;

/// The rows of one segment.
#[derive(Clone, Debug, Default)]
pub(crate) struct RowSegment {
    from: Arc<Packed>,
    to: To,
    dead: Option<Box<Bits>>,
    /// The properties by row.
    pub(crate) columns: Columns,
}

#[derive(Clone, Debug)]
enum To {
    /// The rows stand in forward order.
    Forward,
    Stored(Arc<Packed>),
}

impl Default for To {
    fn default() -> Self {
        To::Stored(Arc::default())
    }
}

/// Where a relationship ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// At this node.
    Node(u32),
    /// At the neighbour that stands beside the row in the start's adjacency.
    Beside,
}

impl RowSegment {
    /// A segment of the given rows, from place 0 on; `None` where there is no relationship. `forward` when they stand
    /// in forward order, each start with all of its rows in a stretch.
    pub(crate) fn load(ends: &[Option<(u32, u32)>], forward: bool) -> RowSegment {
        let mut dead = Bits::default();
        let (mut from, mut to) = (Vec::with_capacity(ends.len()), Vec::with_capacity(ends.len()));
        for (place, pair) in ends.iter().enumerate() {
            let (start, end) = pair.unwrap_or_else(|| {
                dead.insert(place as u16);
                (from.last().copied().unwrap_or_default(), to.last().copied().unwrap_or_default())
            });
            from.push(start);
            to.push(end);
        }
        let full = ends.len() == SEGMENT as usize;
        let pack = |numbers: Vec<u32>| Arc::new(if full { Packed::smallest(&numbers) } else { Packed::Plain(numbers) });
        let to = if full && forward { To::Forward } else { To::Stored(pack(to)) };
        RowSegment {
            from: pack(from),
            to,
            dead: (!dead.is_empty()).then(|| Box::new(dead)),
            columns: Columns::default(),
        }
    }

    /// A segment of as many rows as there are places, with their ends.
    pub(crate) fn full(from: &[u32], to: &[u32]) -> RowSegment {
        let pairs = || from.iter().zip(to);
        let forward = pairs().zip(pairs().skip(1)).all(|(a, b)| a <= b);
        let to = if forward { To::Forward } else { To::Stored(Arc::new(Packed::smallest(to))) };
        RowSegment { from: Arc::new(Packed::smallest(from)), to, dead: None, columns: Columns::default() }
    }

    /// How many places were ever used.
    pub(crate) fn len(&self) -> usize {
        self.from.len()
    }

    /// Whether there is a relationship at the place.
    #[inline]
    pub(crate) fn contains(&self, place: u16) -> bool {
        usize::from(place) < self.len() && !self.dead.as_ref().is_some_and(|dead| dead.get(place))
    }

    /// Where the relationship at the place starts and ends.
    pub(crate) fn ends(&self, place: u16) -> Option<(u32, End)> {
        if !self.contains(place) {
            return None;
        }
        let end = match &self.to {
            To::Stored(to) => End::Node(to.get(place)),
            To::Forward => End::Beside,
        };
        Some((self.from.get(place), end))
    }

    /// Calls `visit` with each place that has a relationship, and where that starts and ends.
    pub(crate) fn for_each(&self, mut visit: impl FnMut(u16, u32, End)) {
        let from = self.from.unpack();
        let to = match &self.to {
            To::Stored(to) => to.unpack(),
            To::Forward => Vec::new(),
        };
        let dead = self.dead.as_deref();
        for (place, from) in from.into_iter().enumerate() {
            if dead.is_none_or(|dead| !dead.get(place as u16)) {
                visit(place as u16, from, to.get(place).map_or(End::Beside, |to| End::Node(*to)));
            }
        }
    }

    /// Appends a relationship, or a place without one. Only while the segment is not full.
    pub(crate) fn push(&mut self, ends: Option<(u32, u32)>) {
        let place = self.len() as u16;
        Arc::make_mut(&mut self.from).push(ends.map(|(from, _)| from));
        if let To::Stored(to) = &mut self.to {
            Arc::make_mut(to).push(ends.map(|(_, to)| to));
        }
        if ends.is_none() {
            self.dead.get_or_insert_default().insert(place);
        }
    }

    /// Gives a place without a relationship the ends of one. False, and nothing done, where that does not go because ends
    /// stand beside their rows.
    pub(crate) fn refill(&mut self, place: u16, from: u32, to: u32) -> bool {
        while self.len() <= usize::from(place) {
            self.push(None);
        }
        let (same_start, forward) = (self.from.get(place) == from, matches!(self.to, To::Forward));
        if forward && !same_start {
            return false;
        }
        if let To::Stored(ends) = &mut self.to {
            Arc::make_mut(ends).set(place, to);
        }
        if !same_start {
            Arc::make_mut(&mut self.from).set(place, from);
        }
        self.dead.iter_mut().for_each(|dead| _ = dead.remove(place));
        true
    }

    /// Gives a full segment other ends; its properties stay.
    pub(crate) fn set_ends(&mut self, ends: &[Option<(u32, u32)>]) {
        let columns = std::mem::take(&mut self.columns);
        *self = RowSegment { columns, ..RowSegment::load(ends, false) };
    }

    /// Takes the relationship at a place away with its properties.
    pub(crate) fn remove(&mut self, place: u16) {
        self.dead.get_or_insert_default().insert(place);
        self.columns.clear_place(place);
    }

    /// The places that have a relationship, ascending.
    pub(crate) fn places(&self) -> impl Iterator<Item = u16> + '_ {
        (0..self.len() as u16).filter(|place| self.contains(*place))
    }

    /// Whether ends stand beside the rows in the adjacency of their starts.
    pub(crate) fn ends_stand_beside(&self) -> bool {
        matches!(self.to, To::Forward)
    }

    /// The places that have a relationship.
    pub(crate) fn live(&self) -> Bits {
        let used = Bits::below(self.len());
        self.dead.as_ref().map_or(used, |dead| used.without(dead))
    }

    /// Whether any place has a relationship.
    pub(crate) fn has_any(&self) -> bool {
        self.dead.as_ref().map_or(0, |dead| dead.count() as usize) < self.len()
    }

    /// Appends the segment without properties as numbers: how many places were used, how many words say which of them are
    /// dead, these words, the starts, and the ends where they are stored. [`RowSegment::restore`] reads them.
    pub(crate) fn append_to(&self, out: &mut Vec<u32>) {
        let dead: Vec<u32> = self.dead.as_ref().map_or_else(Vec::new, |dead| dead.halves().collect());
        out.extend([self.len() as u32, dead.len() as u32]);
        out.extend(dead);
        self.from.append_to(out);
        match &self.to {
            To::Forward => out.push(BESIDE),
            To::Stored(to) => to.append_to(out),
        }
    }

    /// Takes a segment from the numbers that [`RowSegment::append_to`] gives; `None` when they are no such numbers.
    pub(crate) fn restore(numbers: &mut &[u32]) -> Option<RowSegment> {
        let [length, dead] = *take(numbers, 2)? else { return None };
        let (length, dead) = (length as usize, take(numbers, dead as usize)?);
        if !(1..=SEGMENT as usize).contains(&length) {
            return None;
        }
        let dead = if dead.is_empty() { None } else { Some(Box::new(Bits::from_halves(dead)?)) };
        if dead.as_ref().is_some_and(|dead| dead.iter().any(|place| usize::from(place) >= length)) {
            return None;
        }
        let from = Arc::new(Packed::restore(numbers, length)?);
        let to = match numbers.split_first() {
            Some((&BESIDE, rest)) if length == SEGMENT as usize => {
                *numbers = rest;
                To::Forward
            }
            _ => To::Stored(Arc::new(Packed::restore(numbers, length)?)),
        };
        Some(RowSegment { from, to, dead, columns: Columns::default() })
    }

    /// Appends the rows of a stretch of the segment that have a relationship.
    pub(crate) fn append_rows(&self, stretch: Range<u32>, out: &mut Vec<u32>) {
        let end = stretch.end.min(stretch.start / SEGMENT * SEGMENT + self.len() as u32);
        match &self.dead {
            None => out.extend(stretch.start..end),
            Some(dead) => out.extend((stretch.start..end).filter(|row| !dead.get(split(*row).1))),
        }
    }

    /// Bytes used for the ends.
    pub(crate) fn ends_bytes(&self) -> usize {
        let to = match &self.to {
            To::Forward => 0,
            To::Stored(to) => to.bytes(),
        };
        size_of::<RowSegment>() + self.from.bytes() + to + self.dead.as_ref().map_or(0, |_| size_of::<Bits>())
    }
}

/// What stands before numbers in each form, and in place of ends that stand beside their rows.
const PLAIN: u32 = 0;
const RUNS: u32 = 1;
const DISTANCES: u32 = 2;
const BESIDE: u32 = 3;

/// The first numbers, which are taken away; `None` when there are not so many.
pub(crate) fn take<'a>(numbers: &mut &'a [u32], count: usize) -> Option<&'a [u32]> {
    let (taken, rest) = numbers.split_at_checked(count)?;
    *numbers = rest;
    Some(taken)
}

/// Numbers by place.
#[derive(Debug)]
enum Packed {
    Plain(Vec<u32>),
    /// Stretches of equal numbers: where each starts, and the number.
    Runs {
        starts: Box<[u16]>,
        numbers: Box<[u32]>,
    },
    /// Distances from the least number, each in `width` bits, one after the other; one word more than needed.
    Distances {
        least: u32,
        width: u32,
        words: Box<[u64]>,
    },
}

impl Clone for Packed {
    /// A copy of what is not full is made to add to it, so it has room for more.
    fn clone(&self) -> Packed {
        match self {
            Packed::Plain(numbers) => {
                let mut copy = Vec::with_capacity((numbers.len() + 1).next_multiple_of(64));
                copy.extend_from_slice(numbers);
                Packed::Plain(copy)
            }
            Packed::Runs { starts, numbers } => Packed::Runs { starts: starts.clone(), numbers: numbers.clone() },
            Packed::Distances { least, width, words } => {
                Packed::Distances { least: *least, width: *width, words: words.clone() }
            }
        }
    }
}

impl Default for Packed {
    fn default() -> Self {
        Packed::Plain(Vec::new())
    }
}

impl Packed {
    fn smallest(numbers: &[u32]) -> Packed {
        let runs = numbers.chunk_by(|a, b| a == b).count();
        let (least, greatest) = numbers.iter().fold((u32::MAX, 0), |(l, g), n| (l.min(*n), g.max(*n)));
        let width = u32::BITS - greatest.saturating_sub(least).leading_zeros();
        if width == 0 || runs * 48 <= numbers.len() * width as usize {
            Packed::runs(numbers)
        } else {
            Packed::distances(numbers, least, width)
        }
    }

    fn distances(numbers: &[u32], least: u32, width: u32) -> Packed {
        let mut words = vec![0u64; words_of(numbers.len(), width)];
        for (index, number) in numbers.iter().enumerate() {
            let (word, shift) = bit(index, width);
            let distance = u128::from(number - least) << shift;
            words[word] |= distance as u64;
            words[word + 1] |= (distance >> 64) as u64;
        }
        Packed::Distances { least, width, words: words.into_boxed_slice() }
    }

    fn runs(numbers: &[u32]) -> Packed {
        let (mut starts, mut distinct) = (Vec::new(), Vec::new());
        let mut place = 0;
        for run in numbers.chunk_by(|a, b| a == b) {
            starts.push(place as u16);
            distinct.push(run[0]);
            place += run.len();
        }
        Packed::Runs { starts: starts.into_boxed_slice(), numbers: distinct.into_boxed_slice() }
    }

    fn len(&self) -> usize {
        match self {
            Packed::Plain(numbers) => numbers.len(),
            Packed::Runs { .. } | Packed::Distances { .. } => SEGMENT as usize,
        }
    }

    fn get(&self, place: u16) -> u32 {
        match self {
            Packed::Plain(numbers) => numbers[usize::from(place)],
            Packed::Runs { starts, numbers } => numbers[run_at(starts, place)],
            Packed::Distances { least, width, words } => {
                let (word, shift) = bit(usize::from(place), *width);
                let both = u128::from(words[word]) | u128::from(words[word + 1]) << 64;
                least.wrapping_add(((both >> shift) as u64 & ((1u64 << width) - 1)) as u32)
            }
        }
    }

    fn set(&mut self, place: u16, number: u32) {
        if self.get(place) == number {
            return;
        }
        let mut numbers = self.unpack();
        numbers[usize::from(place)] = number;
        *self = if matches!(self, Packed::Plain(_)) { Packed::Plain(numbers) } else { Packed::smallest(&numbers) };
    }

    /// The numbers of all places.
    fn unpack(&self) -> Vec<u32> {
        match self {
            Packed::Plain(numbers) => numbers.clone(),
            Packed::Runs { starts, numbers } => {
                let ends = starts.iter().skip(1).copied().chain([SEGMENT as u16]);
                let mut all = Vec::with_capacity(SEGMENT as usize);
                ends.zip(numbers).for_each(|(end, number)| all.resize(usize::from(end), *number));
                all
            }
            Packed::Distances { .. } => (0..SEGMENT as u16).map(|place| self.get(place)).collect(),
        }
    }

    /// Appends a number, or any where there is none, and packs when the segment is full.
    fn push(&mut self, number: Option<u32>) {
        if let Packed::Plain(numbers) = self {
            numbers.push(number.or(numbers.last().copied()).unwrap_or_default());
            if numbers.len() == SEGMENT as usize {
                *self = Packed::smallest(numbers);
            }
        }
    }

    /// Appends the form and the numbers in it.
    fn append_to(&self, out: &mut Vec<u32>) {
        match self {
            Packed::Plain(numbers) => {
                out.push(PLAIN);
                out.extend(numbers);
            }
            Packed::Runs { starts, numbers } => {
                out.extend([RUNS, numbers.len() as u32]);
                out.extend(starts.iter().map(|start| u32::from(*start)));
                out.extend(numbers);
            }
            Packed::Distances { least, width, words } => {
                out.extend([DISTANCES, *least, *width]);
                out.extend(words.iter().flat_map(|word| [*word as u32, (*word >> 32) as u32]));
            }
        }
    }

    /// The opposite: so many numbers. Only a full segment is packed.
    fn restore(numbers: &mut &[u32], length: usize) -> Option<Packed> {
        let full = length == SEGMENT as usize;
        match *take(numbers, 1)? {
            [PLAIN] if !full => Some(Packed::Plain(take(numbers, length)?.to_vec())),
            [RUNS] if full => {
                let count = *take(numbers, 1)?.first()? as usize;
                let starts: Option<Box<[u16]>> =
                    take(numbers, count)?.iter().map(|start| u16::try_from(*start).ok()).collect();
                let starts = starts.filter(|starts| {
                    let last = starts.last().is_some_and(|last| usize::from(*last) < length);
                    last && starts[0] == 0 && starts.is_sorted_by(|a, b| a < b)
                })?;
                Some(Packed::Runs { starts, numbers: take(numbers, count)?.into() })
            }
            [DISTANCES] if full => {
                let [least, width] = *take(numbers, 2)? else { return None };
                let possible = (1..=u32::BITS).contains(&width);
                let halves = take(numbers, if possible { words_of(length, width) * 2 } else { return None })?;
                let words =
                    halves.as_chunks::<2>().0.iter().map(|[low, high]| u64::from(*low) | u64::from(*high) << 32);
                Some(Packed::Distances { least, width, words: words.collect() })
            }
            _ => None,
        }
    }

    fn bytes(&self) -> usize {
        size_of::<Packed>()
            + match self {
                Packed::Plain(numbers) => numbers.capacity() * 4,
                Packed::Runs { starts, numbers } => starts.len() * 2 + numbers.len() * 4,
                Packed::Distances { words, .. } => words.len() * 8,
            }
    }
}

/// How many words so many numbers of a width need, and one more.
fn words_of(count: usize, width: u32) -> usize {
    (count * width as usize).div_ceil(64) + 1
}

/// The word and the bit in it where a number of a width begins.
fn bit(index: usize, width: u32) -> (usize, u32) {
    let first = index * width as usize;
    (first / 64, (first % 64) as u32)
}

fn run_at(starts: &[u16], place: u16) -> usize {
    starts.partition_point(|start| *start <= place).saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(ends: impl Fn(u32) -> (u32, u32)) -> RowSegment {
        let mut segment = RowSegment::default();
        for row in 0..SEGMENT {
            segment.push((row % 100 != 7).then(|| ends(row)));
            assert_eq!(segment.len(), row as usize + 1);
        }
        for row in 0..SEGMENT {
            let expected = (row % 100 != 7).then(|| (ends(row).0, End::Node(ends(row).1)));
            assert_eq!(segment.ends(row as u16), expected, "row {row}");
        }
        segment
    }

    #[test]
    fn every_packing_gives_back_what_was_put_in() {
        let runs = check(|row| (row / 50, 7));
        assert!(runs.ends_bytes() < 2000);
        let distances = check(|row| (1_000_000 + row * 60, u32::MAX - row));
        assert!(matches!(*distances.from, Packed::Distances { width: 16, .. }));
        let widest = check(|row| (row.wrapping_mul(2_654_435_761), if row == 0 { u32::MAX } else { 0 }));
        assert!(matches!(*widest.from, Packed::Distances { width: 32, .. }));
        check(|row| (row, row % 3));
    }

    #[test]
    fn a_full_segment_in_forward_order_stores_no_ends() {
        let ends: Vec<_> = (0..SEGMENT).map(|row| Some((row / 24, row % 24))).collect();
        let segment = RowSegment::load(&ends, true);
        assert_eq!(segment.ends(0), Some((0, End::Beside)));
        assert_eq!(segment.ends(25), Some((1, End::Beside)));
        assert!(segment.ends_bytes() < 500, "{}", segment.ends_bytes());
        let short = RowSegment::load(&ends[..100], true);
        assert_eq!(short.ends(25), Some((1, End::Node(1))));
        assert_eq!(short.ends(100), None);
    }
}
