//! The relationships of one type: adjacency in both directions, rows, properties and exact counts.
//!
//! Takes nodes that are known to exist and rows that are known to be free; the version above sees to that.

use super::adjacency::{AdjSegment, Entry, index_of_row};
use super::column::{Column, Columns};
use super::deferred::Deferred;
use super::directory::Directory;
use super::ends::EndLabels;
use super::restore::Restored;
use super::rows::{End, RowSegment};
use super::unread::NotedRels;
use super::{Adjacent, Direction, SEGMENT, split};
use crate::value::KeyId;

/// The relationships at a node in which rows are looked for one after another.
struct Beside<'a> {
    adjacent: Adjacent<'a>,
    /// The row found last, and where.
    last: (u32, usize),
}

impl<'a> Beside<'a> {
    fn new(adjacent: Adjacent<'a>) -> Beside<'a> {
        Beside { adjacent, last: (0, 0) }
    }

    fn neighbour(&mut self, row: u32) -> Option<u32> {
        let rows = self.adjacent.rows();
        let near = self.last.1.wrapping_add(row.wrapping_sub(self.last.0) as usize);
        let at = if rows.get(near) == Some(&row) { near } else { index_of_row(rows, row)? };
        self.last = (row, at);
        self.adjacent.neighbours().get(at).copied()
    }
}

/// The relationships of one type.
#[derive(Clone, Debug, Default)]
pub(crate) struct RelTable {
    /// By start, then by end.
    adjacency: [Deferred<Directory<AdjSegment>>; 2],
    rows: Deferred<Directory<RowSegment>>,
    /// One more than the greatest row ever given out.
    row_bound: u32,
    count: u64,
    /// Distinct nodes at the start, and at the end.
    nodes: [u64; 2],
    /// How many start where they end.
    loops: u64,
    /// The labels at the start, and at the end.
    labels: [EndLabels; 2],
}

impl RelTable {
    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    pub(crate) fn nodes(&self, direction: Direction) -> u64 {
        self.nodes[direction.index()]
    }

    pub(crate) fn loops(&self) -> u64 {
        self.loops
    }

    pub(crate) fn end_labels(&self, direction: Direction) -> &EndLabels {
        &self.labels[direction.index()]
    }

    pub(crate) fn end_labels_mut(&mut self, direction: Direction) -> &mut EndLabels {
        &mut self.labels[direction.index()]
    }

    pub(crate) fn row_bound(&self) -> u32 {
        self.row_bound
    }

    /// How many segments of rows there are.
    pub(crate) fn row_segments(&self) -> u32 {
        self.row_bound.div_ceil(SEGMENT)
    }

    #[inline]
    pub(crate) fn adjacency(&self, direction: Direction) -> &Directory<AdjSegment> {
        self.adjacency[direction.index()].get()
    }

    /// The properties of a segment of rows.
    pub(crate) fn columns(&self, segment: u32) -> Option<&Columns> {
        self.rows.get().get(segment).map(|rows| &rows.columns)
    }

    pub(crate) fn contains(&self, row: u32) -> bool {
        let (segment, place) = split(row);
        self.rows.get().get(segment).is_some_and(|rows| rows.contains(place))
    }

    /// The rows that have a relationship, ascending.
    pub(crate) fn live_rows(&self) -> impl Iterator<Item = u32> + '_ {
        let rows = self.rows.get();
        rows.iter().flat_map(|(segment, rows)| rows.places().map(move |place| segment * SEGMENT + u32::from(place)))
    }

    /// Where the relationship starts and ends.
    pub(crate) fn endpoints(&self, row: u32) -> Option<(u32, u32)> {
        let (segment, place) = split(row);
        match self.rows.get().get(segment)?.ends(place)? {
            (from, End::Node(to)) => Some((from, to)),
            (from, End::Beside) => {
                let (segment, place) = split(from);
                let to = self.adjacency(Direction::Outgoing).get(segment)?.neighbour_of_row(place, row)?;
                Some((from, to))
            }
        }
    }

    /// Appends where the relationships of these rows start and end; false when one does not exist. Rows near each other
    /// are found from one another.
    pub(crate) fn ends_of(&self, rows: &[u32], from: &mut Vec<u32>, to: &mut Vec<u32>) -> bool {
        let mut beside: Option<(u32, Beside<'_>)> = None;
        let table = self.rows.get();
        for &row in rows {
            let (segment, place) = split(row);
            let Some((start, end)) = table.get(segment).and_then(|rows| rows.ends(place)) else { return false };
            let end = match end {
                End::Node(end) => Some(end),
                End::Beside => {
                    if beside.as_ref().is_none_or(|(other, _)| *other != start) {
                        let (segment, place) = split(start);
                        let adjacency = self.adjacency(Direction::Outgoing).get(segment);
                        beside = adjacency.map(|adjacency| (start, Beside::new(adjacency.adjacent(place))));
                    }
                    beside.as_mut().and_then(|(_, beside)| beside.neighbour(row))
                }
            };
            let Some(end) = end else { return false };
            from.push(start);
            to.push(end);
        }
        true
    }

    /// Appends the rows of a stretch of one segment that have a relationship.
    pub(crate) fn rows_in(&self, stretch: std::ops::Range<u32>, out: &mut Vec<u32>) {
        if let Some(rows) = self.rows.get().get(stretch.start / SEGMENT) {
            rows.append_rows(stretch, out);
        }
    }

    pub(crate) fn degree(&self, node: u32, direction: Direction) -> u32 {
        let (segment, place) = split(node);
        self.adjacency(direction).get(segment).map_or(0, |adjacency| adjacency.degree(place))
    }

    /// The properties of a row, for changing. Only for rows that have a relationship.
    pub(crate) fn columns_mut(&mut self, row: u32) -> &mut Columns {
        &mut self.rows.get_mut().get_mut(row / SEGMENT).columns
    }

    /// Adds a relationship at a row that none has, not beyond `u32::MAX - 1`.
    pub(crate) fn create_at(&mut self, row: u32, from: u32, to: u32) {
        self.become_whole();
        if row < self.row_bound {
            self.refill(row, from, to);
        } else {
            self.skip_to(row);
            self.rows.get_mut().get_mut(row / SEGMENT).push(Some((from, to)));
            self.row_bound = row + 1;
        }
        self.count += 1;
        self.loops += u64::from(from == to);
        self.attach(Direction::Outgoing, Entry { node: from, neighbour: to, row });
        self.attach(Direction::Incoming, Entry { node: to, neighbour: from, row });
    }

    /// Gives a row that was given out before the ends of a relationship.
    fn refill(&mut self, row: u32, from: u32, to: u32) {
        let (segment, place) = split(row);
        if self.rows.get_mut().get_mut(segment).refill(place, from, to) {
            return;
        }
        // The ends of the others stand beside them only while all rows are in order.
        let rows = segment * SEGMENT..segment * SEGMENT + SEGMENT;
        let mut ends: Vec<Option<(u32, u32)>> = rows.map(|row| self.endpoints(row)).collect();
        ends[usize::from(place)] = Some((from, to));
        self.rows.get_mut().get_mut(segment).set_ends(&ends);
    }

    /// Leaves rows unused up to a row.
    pub(crate) fn skip_to(&mut self, row: u32) {
        while self.row_bound < row {
            if self.row_bound.is_multiple_of(SEGMENT) && row - self.row_bound >= SEGMENT {
                self.row_bound += SEGMENT;
            } else {
                self.rows.get_mut().get_mut(self.row_bound / SEGMENT).push(None);
                self.row_bound += 1;
            }
        }
    }

    /// Takes a relationship away; whether it was there.
    pub(crate) fn delete(&mut self, row: u32) -> bool {
        self.become_whole();
        let Some((from, to)) = self.endpoints(row) else { return false };
        let (segment, place) = split(row);
        self.rows.get_mut().get_mut(segment).remove(place);
        self.count -= 1;
        self.loops -= u64::from(from == to);
        self.detach(Direction::Outgoing, Entry { node: from, neighbour: to, row });
        self.detach(Direction::Incoming, Entry { node: to, neighbour: from, row });
        true
    }

    /// Adds many relationships whose rows are not below the row bound. `forward` is sorted by start, end and row.
    pub(crate) fn load(&mut self, forward: &[Entry], node_bound: u32) {
        self.become_whole();
        self.load_rows(forward);
        self.count += forward.len() as u64;
        self.loops += forward.iter().filter(|entry| entry.node == entry.neighbour).count() as u64;
        self.load_adjacency(Direction::Outgoing, forward);
        self.load_adjacency(Direction::Incoming, &transpose(forward, node_bound));
    }

    /// Gives segments of rows that have no values for a key a column each.
    pub(crate) fn attach_columns(&mut self, key: KeyId, columns: Vec<Option<Column>>) {
        for (segment, column) in columns.into_iter().enumerate() {
            if let Some(column) = column {
                self.rows.get_mut().get_mut(segment as u32).columns.attach(key, column);
            }
        }
    }

    /// A table of so many relationships, made at once.
    pub(crate) fn of(restored: Restored, count: u64, row_bound: u32) -> RelTable {
        let nodes = |segments: &Vec<(u32, AdjSegment)>| {
            let mut count = 0;
            segments.iter().for_each(|(_, segment)| segment.for_each_degree(|_, _| count += 1));
            count
        };
        let nodes = restored.adjacency.each_ref().map(nodes);
        let mut table = RelTable { nodes, count, row_bound, loops: restored.loops, ..RelTable::default() };
        for (directory, segments) in table.adjacency.iter_mut().zip(restored.adjacency) {
            segments.into_iter().for_each(|(at, segment)| directory.get_mut().insert(at, segment));
        }
        restored.rows.into_iter().for_each(|(at, segment)| table.rows.get_mut().insert(at, segment));
        table
    }

    /// A table of which a file notes what it has, and whose parts are read when somebody asks for them.
    pub(super) fn unread(
        noted: &NotedRels,
        adjacency: [Deferred<Directory<AdjSegment>>; 2],
        rows: Deferred<Directory<RowSegment>>,
        labels: [EndLabels; 2],
    ) -> RelTable {
        let nodes = noted.ends.each_ref().map(|ends| ends.nodes);
        let (row_bound, count, loops) = (noted.row_bound, noted.count, noted.loops);
        RelTable { adjacency, rows, row_bound, count, nodes, loops, labels }
    }

    /// Whether all parts are as they should be; reads those that were not read before.
    pub(super) fn is_whole(&self) -> bool {
        self.adjacency.iter().all(Deferred::is_whole) & self.rows.is_whole()
    }

    /// Reads what was not read before, for a change: all parts, or none of them when one is damaged, so that they agree.
    fn become_whole(&mut self) {
        if !self.is_whole() {
            self.adjacency = Default::default();
            self.rows = Deferred::default();
        }
    }

    pub(crate) fn row_segment(&self, segment: u32) -> Option<&RowSegment> {
        self.rows.get().get(segment)
    }

    /// Every segment of rows with its number.
    pub(crate) fn row_table(&self) -> impl Iterator<Item = (u32, &RowSegment)> {
        self.rows.get().iter()
    }

    /// Bytes used: adjacency, and ends by row.
    pub(crate) fn bytes(&self) -> (usize, usize) {
        let adjacency = self.adjacency.iter().map(Deferred::get).map(|directory| {
            directory.own_bytes() + directory.iter().map(|(_, segment)| segment.bytes()).sum::<usize>()
        });
        let ends = self.rows.get().iter().map(|(_, rows)| rows.ends_bytes()).sum::<usize>();
        (adjacency.sum(), ends + self.rows.get().own_bytes())
    }

    /// Every segment of properties.
    pub(crate) fn all_columns(&self) -> impl Iterator<Item = &Columns> {
        self.rows.get().iter().map(|(_, rows)| &rows.columns)
    }

    fn attach(&mut self, direction: Direction, entry: Entry) {
        let (segment, place) = split(entry.node);
        let adjacency = self.adjacency[direction.index()].get_mut().get_mut(segment);
        self.nodes[direction.index()] += u64::from(adjacency.degree(place) == 0);
        adjacency.insert(place, entry.neighbour, entry.row);
    }

    fn detach(&mut self, direction: Direction, entry: Entry) {
        let (segment, place) = split(entry.node);
        let adjacency = self.adjacency[direction.index()].get_mut().get_mut(segment);
        adjacency.remove(place, entry.neighbour, entry.row);
        self.nodes[direction.index()] -= u64::from(adjacency.degree(place) == 0);
    }

    fn load_adjacency(&mut self, direction: Direction, entries: &[Entry]) {
        for run in entries.chunk_by(|a, b| a.node == b.node) {
            self.nodes[direction.index()] += u64::from(self.degree(run[0].node, direction) == 0);
        }
        let directory = self.adjacency[direction.index()].get_mut();
        for run in entries.chunk_by(|a, b| a.node / SEGMENT == b.node / SEGMENT) {
            let segment = run[0].node / SEGMENT;
            match directory.get(segment) {
                None => directory.insert(segment, AdjSegment::from_sorted(run)),
                Some(_) => directory.get_mut(segment).absorb(run),
            }
        }
    }

    fn load_rows(&mut self, forward: &[Entry]) {
        let mut by_row: Vec<(u32, (u32, u32))> =
            forward.iter().map(|entry| (entry.row, (entry.node, entry.neighbour))).collect();
        by_row.sort_unstable();
        let mut chunks = by_row.chunk_by(|a, b| a.0 / SEGMENT == b.0 / SEGMENT).peekable();
        while let Some(chunk) = chunks.next() {
            let last = chunk.last().map_or(0, |rel| rel.0);
            let end = if chunks.peek().is_some() { last / SEGMENT * SEGMENT + (SEGMENT - 1) } else { last };
            self.skip_to(last / SEGMENT * SEGMENT);
            let mut ends = vec![None; (end - self.row_bound) as usize + 1];
            chunk.iter().for_each(|(row, pair)| ends[(row - self.row_bound) as usize] = Some(*pair));
            self.load_row_segment(&ends);
            self.row_bound = end + 1;
        }
    }

    /// Loads the rows from the row bound on, no further than the end of the segment.
    fn load_row_segment(&mut self, ends: &[Option<(u32, u32)>]) {
        let segment = self.row_bound / SEGMENT;
        if self.row_bound.is_multiple_of(SEGMENT) {
            self.rows.get_mut().insert(segment, RowSegment::load(ends, ends.iter().flatten().is_sorted()));
        } else {
            let rows = self.rows.get_mut().get_mut(segment);
            ends.iter().for_each(|pair| rows.push(*pair));
        }
    }
}

/// The same relationships by end, start and row.
fn transpose(forward: &[Entry], node_bound: u32) -> Vec<Entry> {
    let reversed = |entry: &Entry| Entry { node: entry.neighbour, neighbour: entry.node, row: entry.row };
    if node_bound as usize / 8 > forward.len() {
        let mut backward: Vec<Entry> = forward.iter().map(reversed).collect();
        backward.sort_unstable();
        return backward;
    }
    // A counting sort by end keeps the order of the rest.
    let mut next = vec![0usize; node_bound as usize + 1];
    forward.iter().for_each(|entry| next[entry.neighbour as usize + 1] += 1);
    for node in 0..node_bound as usize {
        next[node + 1] += next[node];
    }
    let mut backward = vec![Entry { node: 0, neighbour: 0, row: 0 }; forward.len()];
    for entry in forward {
        let position = &mut next[entry.neighbour as usize];
        backward[*position] = reversed(entry);
        *position += 1;
    }
    backward
}
