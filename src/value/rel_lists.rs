//! Lists of relationships of many rows, in one piece.

use super::{Nested, RelId, Value};
use std::sync::Arc;

/// Lists of relationships, one for each of some rows, one after another in one piece of memory. In each list a
/// relationship stands once.
#[derive(Clone, Debug, Default)]
pub struct RelLists {
    /// Where each list ends.
    ends: Vec<usize>,
    rels: Vec<RelId>,
}

impl RelLists {
    /// Without lists, but with room for so many with so many relationships together.
    pub fn with_capacity(lists: usize, rels: usize) -> RelLists {
        RelLists { ends: Vec::with_capacity(lists), rels: Vec::with_capacity(rels) }
    }

    /// How many lists there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is no list.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The relationships of all lists.
    pub fn rels(&self) -> &[RelId] {
        &self.rels
    }

    /// A list; empty when there is none.
    pub fn get(&self, at: usize) -> &[RelId] {
        let Some(end) = self.ends.get(at) else { return &[] };
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.rels[start..*end]
    }

    /// All lists.
    pub fn iter(&self) -> impl Iterator<Item = &[RelId]> {
        (0..self.len()).map(|at| self.get(at))
    }

    /// Adds a list, in which each relationship must stand once.
    pub fn push(&mut self, rels: impl IntoIterator<Item = RelId>) {
        self.rels.extend(rels);
        self.ends.push(self.rels.len());
    }

    /// Adds the lists of others.
    pub fn append(&mut self, others: &RelLists) {
        let before = self.rels.len();
        self.rels.extend_from_slice(&others.rels);
        self.ends.extend(others.ends.iter().map(|end| before + end));
    }

    /// A list as a value.
    pub fn value(&self, at: usize) -> Value {
        Value::List(Arc::new(Nested::of_rels(self.get(at))))
    }

    /// How many bytes it takes.
    pub fn bytes(&self) -> u64 {
        (self.ends.capacity() * size_of::<usize>() + self.rels.capacity() * size_of::<RelId>()) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::RelTypeId;

    #[test]
    fn lists_stand_one_after_another() {
        let rel = |row| RelId { rel_type: RelTypeId(0), row };
        let mut lists = RelLists::default();
        lists.push([rel(1), rel(2)]);
        lists.push([]);
        let mut all = lists.clone();
        all.push([rel(3)]);
        all.append(&lists);
        let rows: Vec<Vec<u32>> = all.iter().map(|list| list.iter().map(|rel| rel.row).collect()).collect();
        assert_eq!(rows, [vec![1, 2], vec![], vec![3], vec![1, 2], vec![]]);
        assert!(all.get(5).is_empty());
        assert!(matches!(all.value(2), Value::List(items) if items.len() == 1));
    }
}
