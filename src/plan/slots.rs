//! Sets of slots, and which slots an expression or a change reads.
//!
//! Takes bound expressions. Knows nothing of plans.

use crate::semantic::bound::{
    AggregateCall, BoundQuery, CreateItem, Expr, ExprKind, PatternPath, SetItem, Slot, SubqueryId,
};

/// A set of slots.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SlotSet {
    words: Vec<u64>,
}

impl SlotSet {
    /// The empty set.
    pub fn new() -> SlotSet {
        SlotSet::default()
    }

    /// Adds a slot; whether it was not there.
    pub fn insert(&mut self, slot: Slot) -> bool {
        let (word, bit) = position(slot);
        if word >= self.words.len() {
            self.words.resize(word + 1, 0);
        }
        let fresh = self.words[word] & bit == 0;
        self.words[word] |= bit;
        fresh
    }

    /// Takes a slot out.
    pub fn remove(&mut self, slot: Slot) {
        let (word, bit) = position(slot);
        if let Some(bits) = self.words.get_mut(word) {
            *bits &= !bit;
        }
    }

    /// Whether the slot is in the set.
    pub fn contains(&self, slot: Slot) -> bool {
        let (word, bit) = position(slot);
        self.words.get(word).is_some_and(|bits| bits & bit != 0)
    }

    /// Adds all slots of another set.
    pub fn union_with(&mut self, other: &SlotSet) {
        if other.words.len() > self.words.len() {
            self.words.resize(other.words.len(), 0);
        }
        self.words.iter_mut().zip(&other.words).for_each(|(bits, more)| *bits |= more);
    }

    /// The slots in both sets.
    pub fn intersection(&self, other: &SlotSet) -> SlotSet {
        SlotSet { words: self.words.iter().zip(&other.words).map(|(left, right)| left & right).collect() }
    }

    /// Whether every slot of this set is in the other.
    pub fn is_subset(&self, other: &SlotSet) -> bool {
        let beyond = self.words.iter().skip(other.words.len()).all(|bits| *bits == 0);
        beyond && self.words.iter().zip(&other.words).all(|(left, right)| left & !right == 0)
    }

    /// The slots in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = Slot> + '_ {
        self.words.iter().zip(0_u32..).flat_map(|(bits, word)| {
            (0..64).filter(move |bit| bits & (1 << bit) != 0).map(move |bit| Slot(word * 64 + bit))
        })
    }
}

impl Extend<Slot> for SlotSet {
    fn extend<T: IntoIterator<Item = Slot>>(&mut self, slots: T) {
        for slot in slots {
            self.insert(slot);
        }
    }
}

impl FromIterator<Slot> for SlotSet {
    fn from_iter<T: IntoIterator<Item = Slot>>(slots: T) -> SlotSet {
        let mut set = SlotSet::new();
        set.extend(slots);
        set
    }
}

fn position(slot: Slot) -> (usize, u64) {
    ((slot.0 / 64) as usize, 1 << (slot.0 % 64))
}

/// Collects the slots that things read. Locals of comprehensions are collected too: inside a subquery the local of an
/// expression around it is a slot of the row. Who asks intersects with the slots that exist.
#[derive(Debug)]
pub struct Reads<'a> {
    query: &'a BoundQuery,
    /// What was collected.
    pub slots: SlotSet,
}

impl<'a> Reads<'a> {
    /// Nothing yet. The query says what subqueries read.
    pub fn new(query: &'a BoundQuery) -> Reads<'a> {
        Reads { query, slots: SlotSet::new() }
    }

    /// The slots that one expression reads.
    pub fn of(query: &'a BoundQuery, expr: &Expr) -> SlotSet {
        let mut reads = Reads::new(query);
        reads.expr(expr);
        reads.slots
    }

    /// Adds what an expression reads.
    pub fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Slot(slot) | ExprKind::Local(slot) => {
                self.slots.insert(*slot);
            }
            ExprKind::Path(steps) => self.slots.extend(steps.iter().copied()),
            ExprKind::Subquery(id) => self.subquery(*id),
            _ => expr.for_each_child(&mut |child| self.expr(child)),
        }
    }

    fn subquery(&mut self, id: SubqueryId) {
        if let Some(subquery) = self.query.subqueries.get(id.0 as usize) {
            self.slots.extend(subquery.imports.iter().copied());
        }
    }

    /// Adds what several expressions read.
    pub fn exprs<'e>(&mut self, exprs: impl IntoIterator<Item = &'e Expr>) {
        exprs.into_iter().for_each(|expr| self.expr(expr));
    }

    /// Adds what computed columns read.
    pub fn items(&mut self, items: &[(Slot, Expr)]) {
        self.exprs(items.iter().map(|(_, expr)| expr));
    }

    /// Adds what aggregates read.
    pub fn aggregates(&mut self, aggregates: &[(Slot, AggregateCall)]) {
        self.exprs(aggregates.iter().flat_map(|(_, call)| &call.arguments));
    }

    /// Adds what changes read.
    pub fn set_items(&mut self, items: &[SetItem]) {
        for item in items {
            self.slots.extend(item.target_slot());
            self.exprs(item.expressions());
        }
    }

    /// Adds what creating reads: also slots that it writes itself.
    pub fn creation(&mut self, items: &[CreateItem], paths: &[PatternPath]) {
        for item in items {
            if let CreateItem::Rel { from, to, .. } = item {
                self.slots.extend([*from, *to]);
            }
            self.exprs(item.expressions());
        }
        paths.iter().for_each(|path| self.slots.extend(path.steps.iter().copied()));
    }
}

/// The slots that creating writes.
pub fn created(items: &[CreateItem], paths: &[PatternPath]) -> impl Iterator<Item = Slot> {
    let items = items.iter().map(|item| match item {
        CreateItem::Node { slot, .. } | CreateItem::Rel { slot, .. } => *slot,
    });
    items.chain(paths.iter().map(|path| path.slot))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_behaves_like_a_set() {
        let mut set: SlotSet = [Slot(3), Slot(130), Slot(64)].into_iter().collect();
        assert_eq!(set.iter().collect::<Vec<_>>(), [Slot(3), Slot(64), Slot(130)]);
        assert!(!set.insert(Slot(64)) && set.insert(Slot(0)));
        set.remove(Slot(130));
        set.remove(Slot(1_000));
        assert!(!set.contains(Slot(130)) && !set.contains(Slot(1_000)));
        let small: SlotSet = [Slot(0)].into_iter().collect();
        assert!(small.is_subset(&set) && !set.is_subset(&small));
        assert_eq!(set.intersection(&small), small);
    }
}
