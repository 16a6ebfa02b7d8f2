//! Relationships that a pattern has bound already and must not bind again.

use super::super::chunk::Chunk;
use super::super::column::Column;
use crate::semantic::bound::Slot;
use crate::value::{RelId, Value};
use std::collections::HashSet;

/// From how many relationships on a hash set is used.
const MANY: usize = 24;

/// A growing and shrinking set of relationships, in order.
#[derive(Default)]
pub(super) struct Used {
    items: Vec<RelId>,
    /// The same, once there are many.
    set: HashSet<u64, foldhash::fast::FixedState>,
}

impl Used {
    /// The relationships in these slots of a row.
    pub(super) fn of(chunk: &Chunk, position: usize, slots: &[Slot]) -> Used {
        let mut used = Used::default();
        for &slot in slots {
            match chunk.column(slot) {
                Column::Rels(rels) => rels.get(position).into_iter().for_each(|&rel| used.add_new(rel)),
                column => used.add_value(&column.get(position)),
            }
        }
        used
    }

    fn add_value(&mut self, value: &Value) {
        match value {
            Value::Rel(rel) => self.add_new(*rel),
            Value::List(items) => items.iter().for_each(|item| self.add_value(item)),
            _ => {}
        }
    }

    fn add_new(&mut self, rel: RelId) {
        if !self.contains(rel) {
            self.push(rel);
        }
    }

    pub(super) fn contains(&self, rel: RelId) -> bool {
        if self.items.len() < MANY { self.items.contains(&rel) } else { self.set.contains(&rel.packed()) }
    }

    /// Adds a relationship that is not in it.
    pub(super) fn push(&mut self, rel: RelId) {
        self.items.push(rel);
        if self.items.len() == MANY {
            self.set = self.items.iter().map(|item| item.packed()).collect();
        } else if self.items.len() > MANY {
            self.set.insert(rel.packed());
        }
    }

    /// Takes back the last one added, if there are more than `least`.
    pub(super) fn pop_beyond(&mut self, least: usize) {
        if self.items.len() <= least {
            return;
        }
        if let Some(rel) = self.items.pop() {
            self.set.remove(&rel.packed());
        }
    }

    pub(super) fn items(&self) -> &[RelId] {
        &self.items
    }
}
