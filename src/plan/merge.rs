//! Parts of a pattern that are made one.

use crate::semantic::bound::PatternRel;
use crate::syntax::ast::PatternDirection;

/// For each of so many things the first of those that pairs make the same.
pub(super) fn groups(count: usize, pairs: impl Iterator<Item = (usize, usize)>) -> Vec<usize> {
    let mut first: Vec<usize> = (0..count).collect();
    for (left, right) in pairs {
        let (kept, gone) = (first[left].min(first[right]), first[left].max(first[right]));
        first.iter_mut().filter(|each| **each == gone).for_each(|each| *each = kept);
    }
    first
}

/// The start and the end of a relationship that points one way, by their places.
pub(super) fn ends(rel: &PatternRel) -> (usize, usize) {
    if rel.direction == PatternDirection::Left { (rel.right, rel.left) } else { (rel.left, rel.right) }
}
