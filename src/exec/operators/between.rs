//! Relationships of one type and direction between known ends, row after row.
//!
//! Rows of one start mostly follow each other, and so do their ends in order: then the next end stands behind the last one
//! among the neighbours, and not far.

use crate::store::{Adjacency, Adjacent, Direction, Version};
use crate::value::RelTypeId;
use std::ops::Range;

/// Finds the relationships between two nodes.
pub(super) struct Between<'g> {
    adjacency: Adjacency<'g>,
    /// The last start with its neighbours, the last end, and where it stands or would stand among them.
    last: Option<(u32, Adjacent<'g>, u32, usize)>,
}

impl<'g> Between<'g> {
    pub(super) fn new(graph: &'g Version, rel_type: RelTypeId, direction: Direction) -> Between<'g> {
        Between { adjacency: graph.adjacency(rel_type, direction), last: None }
    }

    /// The rows of the relationships from one node to another.
    pub(super) fn rows(&mut self, from: u32, to: u32) -> &[u32] {
        let (adjacent, begin) = match self.last.take() {
            Some((node, adjacent, end, place)) if node == from => (adjacent, if end <= to { place } else { 0 }),
            _ => (self.adjacency.at(from), 0),
        };
        let place = first_from(adjacent.neighbours(), begin, to);
        let (_, adjacent, _, _) = self.last.insert((from, adjacent, to, place));
        let found = adjacent.neighbours()[place..].iter().take_while(|end| **end == to).count();
        &adjacent.rows()[place..place + found]
    }
}

/// Where the first of ascending numbers stands that is not below one, looked for from a place on, in growing steps.
fn first_from(numbers: &[u32], begin: usize, least: u32) -> usize {
    let (mut low, mut step) = (begin, 1);
    while numbers.get(low + step - 1).is_some_and(|number| *number < least) {
        low += step;
        step *= 2;
    }
    let high = (low + step - 1).min(numbers.len());
    let within: Range<usize> = low..high;
    low + numbers[within].partition_point(|number| *number < least)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn steps_find_what_a_search_finds(mut numbers in prop::collection::vec(0u32..60, 0..80), least in 0u32..62, begin in 0usize..80) {
            numbers.sort_unstable();
            let wanted = numbers.partition_point(|number| *number < least);
            prop_assert_eq!(first_from(&numbers, begin.min(wanted), least), wanted);
        }
    }
}
