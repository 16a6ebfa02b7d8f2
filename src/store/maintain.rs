//! Keeping indexes and constraints in step with changes.
//!
//! Every change of a node or relationship goes through [`Version::change_node`] or [`Version::change_rel`]: what those
//! indexes have of it that were gathered is compared before and after. Who violates a constraint after a change becomes a
//! suspect; whether it still does is for the end of the statement to say, so that a statement may pass through states
//! that are not allowed.

use super::Version;
use super::constraints::{Owner, Suspect};
use super::index::{Index, key_of};
use super::schema::SchemaTarget;
use super::tree::{Entry, Tree};
use crate::value::{KeyId, LabelId, NodeId, RelId, Value, compare};
use std::sync::Arc;

/// What a change may touch.
#[derive(Clone, Copy, Debug)]
pub(super) enum Touched {
    Key(KeyId),
    Label(LabelId),
    All,
}

impl Touched {
    fn concerns(self, target: SchemaTarget, keys: &[KeyId]) -> bool {
        match self {
            Touched::Key(key) => keys.contains(&key),
            Touched::Label(label) => target == SchemaTarget::Label(label),
            Touched::All => true,
        }
    }
}

/// What indexes have of one owner: the position of the index, and the value.
type Entries = Vec<(usize, Value)>;

impl Version {
    /// Changes a node and what the indexes have of it.
    pub(super) fn change_node<T>(&mut self, node: u32, touched: Touched, change: impl FnOnce(&mut Version) -> T) -> T {
        self.change(Owner::Node(NodeId(node)), touched, change)
    }

    /// Changes a relationship and what the indexes have of it.
    pub(super) fn change_rel<T>(&mut self, rel: RelId, touched: Touched, change: impl FnOnce(&mut Version) -> T) -> T {
        self.change(Owner::Rel(rel), touched, change)
    }

    /// Takes up a node or relationship that has just been created. What was to be done with indexes before a change was
    /// done before that.
    pub(super) fn take_up(&mut self, owner: Owner) {
        if !self.schema.is_empty() {
            self.replace_entries(owner, Touched::All, &Vec::new());
        }
    }

    fn change<T>(&mut self, owner: Owner, touched: Touched, change: impl FnOnce(&mut Version) -> T) -> T {
        if self.schema.is_empty() {
            return change(self);
        }
        self.part_indexes();
        let before = self.entries_of(owner, touched);
        let outcome = change(self);
        self.replace_entries(owner, touched, &before);
        outcome
    }

    /// What those indexes have of an owner that a change may touch and that were gathered.
    fn entries_of(&self, owner: Owner, touched: Touched) -> Entries {
        let entry = |(at, index): (usize, &Index)| {
            let definition = &index.definition;
            let concerned = index.tree.get().is_some() && touched.concerns(definition.target, &definition.keys);
            let value = (concerned && self.belongs(owner, definition.target))
                .then(|| key_of(definition, |key| self.property_of(owner, key)))?;
            Some((at, value?))
        };
        self.schema.indexes.iter().enumerate().filter_map(entry).collect()
    }

    fn replace_entries(&mut self, owner: Owner, touched: Touched, before: &Entries) {
        let after = self.entries_of(owner, touched);
        let id = owner.id();
        let missing = |entry: &&(usize, Value), others: &Entries| {
            !others.iter().any(|(at, value)| *at == entry.0 && compare::identical(value, &entry.1))
        };
        for (at, value) in before.iter().filter(|entry| missing(entry, &after)) {
            self.tree_at(*at).into_iter().for_each(|tree| tree.remove(&Entry { value: value.clone(), id }));
        }
        for (at, value) in after.iter().filter(|entry| missing(entry, before)) {
            self.tree_at(*at).into_iter().for_each(|tree| tree.insert(Entry { value: value.clone(), id }));
        }
        self.suspect(owner, touched);
    }

    fn tree_at(&mut self, at: usize) -> Option<&mut Tree> {
        Arc::make_mut(&mut self.schema).indexes[at].tree.get_mut()
    }

    /// Notes which of the constraints that a change may touch an owner violates now.
    fn suspect(&mut self, owner: Owner, touched: Touched) {
        let violated = |constraint: &&Arc<_>| {
            let constraint: &super::ConstraintDefinition = constraint;
            touched.concerns(constraint.target, &constraint.keys) && self.violates(constraint, owner)
        };
        let suspects: Vec<Suspect> = self
            .schema
            .constraints
            .iter()
            .filter(violated)
            .map(|constraint| Suspect { constraint: Arc::clone(constraint), owner })
            .collect();
        if !suspects.is_empty() {
            Arc::make_mut(&mut self.schema).suspects.extend(suspects);
        }
    }

    /// Whether an owner of properties exists and has the label or type.
    pub(super) fn belongs(&self, owner: Owner, target: SchemaTarget) -> bool {
        match (owner, target) {
            (Owner::Node(node), SchemaTarget::Label(label)) => self.has_label(node, label),
            (Owner::Rel(rel), SchemaTarget::RelType(rel_type)) => rel.rel_type == rel_type && self.contains_rel(rel),
            _ => false,
        }
    }

    pub(super) fn property_of(&self, owner: Owner, key: KeyId) -> Value {
        match owner {
            Owner::Node(node) => self.node_property(node, key),
            Owner::Rel(rel) => self.rel_property(rel, key),
        }
    }
}
