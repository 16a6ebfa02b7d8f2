//! What a plan rests on besides the statement: the facts that rules took as given, and the sizes that estimates began with.
//!
//! On any version where the facts hold, the plan gives what the statement means; where the sizes are about the same, another
//! would hardly be better. So a plan serves the versions that follow the one it was made for, as long as its grounds hold.

use super::estimate::Counts;
use crate::store::{Direction, IndexDefinition, Population, Sample, Seek};
use crate::value::{KeyId, LabelId, RelTypeId};
use std::cell::RefCell;
use std::sync::Arc;

/// Something exact about a graph that a rule takes as given. Only statements that change nothing may rest on one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    /// Every node has the label.
    Common(LabelId),
    /// Every relationship of the type has a node with the label at its start (outgoing) or end (incoming).
    Implied(RelTypeId, Direction, LabelId),
    /// Every node with the label has the property.
    Present(LabelId, KeyId),
    /// No relationship of the type starts where it ends.
    Loopless(RelTypeId),
    /// Every node with the label is in the index, each with a value of its own.
    Unique(LabelId, Arc<str>),
}

impl Fact {
    /// Whether counts say so.
    pub fn holds(&self, counts: &dyn Counts) -> bool {
        match self {
            Fact::Common(label) => counts.labelled(*label) == counts.nodes(),
            Fact::Implied(rel_type, direction, label) => {
                counts.ends_labelled(*rel_type, *direction, *label) == counts.typed(*rel_type)
            }
            Fact::Present(label, key) => counts.present(*label, *key) == counts.labelled(*label),
            Fact::Loopless(rel_type) => counts.loops(*rel_type) == 0,
            Fact::Unique(label, index) => {
                let (size, distinct) = counts.index_size(index);
                size == distinct && size == counts.labelled(*label)
            }
        }
    }
}

/// What estimates begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Size {
    Nodes,
    Labelled(LabelId),
    Rels,
    Typed(RelTypeId),
}

impl Size {
    fn of(self, counts: &dyn Counts) -> u64 {
        match self {
            Size::Nodes => counts.nodes(),
            Size::Labelled(label) => counts.labelled(label),
            Size::Rels => counts.rels(),
            Size::Typed(rel_type) => counts.typed(rel_type),
        }
    }
}

/// What a plan rests on.
#[derive(Clone, Debug, Default)]
pub struct Grounds {
    facts: Vec<Fact>,
    sizes: Vec<(Size, u64)>,
}

impl Grounds {
    /// Whether the facts hold, and the sizes are about the same.
    pub fn hold(&self, counts: &dyn Counts) -> bool {
        self.sizes.iter().all(|(size, was)| about(*was, size.of(counts)))
            && self.facts.iter().all(|fact| fact.holds(counts))
    }
}

/// Whether two sizes are so near that a plan for one suits the other: within a factor of two, and small ones always.
fn about(one: u64, other: u64) -> bool {
    const SMALL: u64 = 64;
    let most = |size: u64| size.saturating_mul(2).saturating_add(SMALL);
    one <= most(other) && other <= most(one)
}

/// Counts that remember what a plan comes to rest on.
pub(super) struct Noted<'a> {
    counts: &'a dyn Counts,
    grounds: RefCell<Grounds>,
}

impl<'a> Noted<'a> {
    pub(super) fn new(counts: &'a dyn Counts) -> Noted<'a> {
        Noted { counts, grounds: RefCell::default() }
    }

    pub(super) fn into_grounds(self) -> Grounds {
        self.grounds.into_inner()
    }

    fn size(&self, size: Size) -> u64 {
        let is = size.of(self.counts);
        let mut grounds = self.grounds.borrow_mut();
        if !grounds.sizes.contains(&(size, is)) {
            grounds.sizes.push((size, is));
        }
        is
    }
}

impl Counts for Noted<'_> {
    fn nodes(&self) -> u64 {
        self.size(Size::Nodes)
    }
    fn labelled(&self, label: LabelId) -> u64 {
        self.size(Size::Labelled(label))
    }
    fn rels(&self) -> u64 {
        self.size(Size::Rels)
    }
    fn typed(&self, rel_type: RelTypeId) -> u64 {
        self.size(Size::Typed(rel_type))
    }
    fn ends(&self, rel_type: RelTypeId, direction: Direction) -> u64 {
        self.counts.ends(rel_type, direction)
    }
    fn ends_labelled(&self, rel_type: RelTypeId, direction: Direction, label: LabelId) -> u64 {
        self.counts.ends_labelled(rel_type, direction, label)
    }
    fn loops(&self, rel_type: RelTypeId) -> u64 {
        self.counts.loops(rel_type)
    }
    fn present(&self, label: LabelId, key: KeyId) -> u64 {
        self.counts.present(label, key)
    }
    fn indexes(&self) -> Vec<Arc<IndexDefinition>> {
        self.counts.indexes()
    }
    fn index_size(&self, index: &str) -> (u64, u64) {
        self.counts.index_size(index)
    }
    fn index_spread(&self, index: &str) -> (f64, f64) {
        self.counts.index_spread(index)
    }
    fn name_key(&self) -> Option<KeyId> {
        self.counts.name_key()
    }
    fn found(&self, index: &str, seek: &Seek<'_>) -> u64 {
        self.counts.found(index, seek)
    }
    fn sample(&self, population: Population, key: KeyId) -> Option<Arc<Sample>> {
        self.counts.sample(population, key)
    }
    fn is_so(&self, fact: Fact) -> bool {
        let holds = fact.holds(self.counts);
        let mut grounds = self.grounds.borrow_mut();
        if holds && !grounds.facts.contains(&fact) {
            grounds.facts.push(fact);
        }
        holds
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Version;
    use crate::value::{NodeId, Value};

    #[test]
    fn what_was_asked_must_stay_so() {
        let mut version = Version::new();
        let (label, rel_type, key) = (version.intern_label("L"), version.intern_rel_type("T"), version.intern_key("k"));
        let node = |version: &mut Version, at: i64| version.create_node(&[label], &[(key, Value::Int(at))]).unwrap();
        let nodes: Vec<NodeId> = (0..200).map(|at| node(&mut version, at)).collect();
        version.create_rel(rel_type, nodes[0], nodes[1], &[]).unwrap();
        let facts = [
            Fact::Common(label),
            Fact::Implied(rel_type, Direction::Outgoing, label),
            Fact::Present(label, key),
            Fact::Loopless(rel_type),
        ];
        for fact in facts {
            let noted = Noted::new(&version);
            assert!(noted.is_so(fact.clone()));
            let grounds = noted.into_grounds();
            let mut other = version.clone();
            node(&mut other, 7);
            assert!(grounds.hold(&other), "{fact:?}");
            let plain = other.create_node(&[], &[]).unwrap();
            let bare = other.create_node(&[label], &[]).unwrap();
            other.create_rel(rel_type, plain, plain, &[]).unwrap();
            other.create_rel(rel_type, bare, bare, &[]).unwrap();
            assert!(!grounds.hold(&other), "{fact:?}");
        }
    }

    #[test]
    fn sizes_may_vary_within_a_factor() {
        let mut version = Version::new();
        let noted = Noted::new(&version);
        assert_eq!(noted.nodes(), 0);
        let grounds = noted.into_grounds();
        (0..64).for_each(|_| _ = version.create_node(&[], &[]).unwrap());
        assert!(grounds.hold(&version));
        version.create_node(&[], &[]).unwrap();
        assert!(!grounds.hold(&version));
        assert!(about(1000, 2064) && !about(1000, 2065) && about(2064, 1000) && about(u64::MAX, u64::MAX));
    }
}
