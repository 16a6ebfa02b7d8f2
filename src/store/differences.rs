//! The changes that lead from one version of a graph to another: what going back, and remembering how to, is made of.
//!
//! They are the difference as a whole, not step by step: what was made and deleted between the two does not occur. Nodes and
//! relationships keep their identifiers.

use super::Version;
use super::record::{Change, Record};
use crate::value::compare::identical;
use crate::value::{KeyId, LabelId, NodeId, RelId, RelTypeId, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What changes touched: outside of it two versions are the same.
#[derive(Clone, Debug, Default)]
pub struct Touched {
    nodes: Vec<NodeId>,
    rels: Vec<RelId>,
    schema: bool,
    cleared: bool,
}

impl Touched {
    /// What the changes of a record touched.
    pub fn by(record: &Record) -> Touched {
        let mut touched = Touched::default();
        record.for_each(|change| touched.add(change));
        touched
    }

    /// All that is in either of two versions.
    pub fn all_of(one: &Version, other: &Version) -> Touched {
        let versions = || [one, other].into_iter();
        let rels = |version: &Version| -> Vec<RelId> {
            version.catalog().rel_types().flat_map(|(rel_type, _)| version.rel_ids(rel_type)).collect()
        };
        let nodes = versions().flat_map(Version::node_ids).collect();
        Touched { nodes, rels: versions().flat_map(rels).collect(), schema: true, cleared: false }
    }

    /// Adds what one more change touched.
    pub fn add(&mut self, change: &Change) {
        match change {
            Change::CreateNode(node, ..)
            | Change::AddLabel(node, _)
            | Change::RemoveLabel(node, _)
            | Change::SetNodeProperty(node, ..)
            | Change::DeleteNode(node) => self.nodes.push(*node),
            Change::CreateRel(rel, ..) | Change::SetRelProperty(rel, ..) | Change::DeleteRel(rel) => {
                self.rels.push(*rel);
            }
            Change::CreateRels(rel_type, rels) => {
                self.rels.extend(rels.iter().map(|(row, ..)| RelId { rel_type: *rel_type, row: *row }));
            }
            Change::Clear => self.cleared = true,
            other => self.schema |= other.is_of_schema(),
        }
    }
}

/// The changes that make the content of one version that of another, which differ in what was touched. Names that only the
/// first has are not taken away.
pub fn changes_between(from: &Version, to: &Version, mut touched: Touched) -> Record {
    if touched.cleared {
        return changes_anew(to);
    }
    touched.nodes.sort_unstable();
    touched.nodes.dedup();
    touched.rels.sort_unstable();
    touched.rels.dedup();
    let mut between = Between { from, to, changes: Record::default() };
    if touched.schema {
        between.drop_schema();
    }
    touched.rels.iter().for_each(|rel| between.delete_rel(*rel));
    touched.nodes.iter().for_each(|node| between.change_node(*node));
    touched.rels.iter().for_each(|rel| between.change_rel(*rel));
    if touched.schema {
        between.create_schema();
    }
    between.changes
}

/// The changes that make a version what it is, whatever there was before.
fn changes_anew(version: &Version) -> Record {
    let nothing = Version::new();
    let mut between = Between { from: &nothing, to: version, changes: Record::default() };
    between.push(Change::Clear);
    let catalog = version.catalog();
    catalog.labels().for_each(|(id, name)| between.push(Change::Label(id, Arc::clone(name))));
    catalog.rel_types().for_each(|(id, name)| between.push(Change::RelType(id, Arc::clone(name))));
    catalog.keys().for_each(|(id, name)| between.push(Change::Key(id, Arc::clone(name))));
    version.node_ids().for_each(|node| between.change_node(node));
    catalog.rel_types().for_each(|(rel_type, _)| between.create_rels(rel_type));
    between.create_schema();
    between.changes
}

/// Two versions, and the changes from one to the other that were found.
struct Between<'a> {
    from: &'a Version,
    to: &'a Version,
    changes: Record,
}

impl Between<'_> {
    fn push(&mut self, change: Change) {
        self.changes.push(change);
    }

    /// Deletes a relationship that is gone, or whose row another has.
    fn delete_rel(&mut self, rel: RelId) {
        let before = self.from.endpoints(rel);
        if before.is_some() && before != self.to.endpoints(rel) {
            self.push(Change::DeleteRel(rel));
        }
    }

    fn change_node(&mut self, node: NodeId) {
        match (self.from.contains_node(node), self.to.contains_node(node)) {
            (true, true) => self.alter_node(node),
            (true, false) => self.push(Change::DeleteNode(node)),
            (false, true) => {
                let (labels, properties) = (self.to.node_labels(node), self.to.node_properties(node));
                self.push(Change::CreateNode(node, labels.into(), properties.into()));
            }
            (false, false) => {}
        }
    }

    fn alter_node(&mut self, node: NodeId) {
        let (before, after): (Vec<LabelId>, Vec<LabelId>) = (self.from.node_labels(node), self.to.node_labels(node));
        for label in before.iter().filter(|label| !after.contains(label)) {
            self.push(Change::RemoveLabel(node, *label));
        }
        for label in after.iter().filter(|label| !before.contains(label)) {
            self.push(Change::AddLabel(node, *label));
        }
        for (key, value) in differing(self.from.node_properties(node), self.to.node_properties(node)) {
            self.push(Change::SetNodeProperty(node, key, value));
        }
    }

    fn change_rel(&mut self, rel: RelId) {
        let Some((start, end)) = self.to.endpoints(rel) else { return };
        let properties = self.to.rel_properties(rel);
        if self.from.endpoints(rel) != Some((start, end)) {
            self.push(Change::CreateRel(rel, start, end, properties.into()));
            return;
        }
        for (key, value) in differing(self.from.rel_properties(rel), properties) {
            self.push(Change::SetRelProperty(rel, key, value));
        }
    }

    /// Creates all relationships of a type.
    fn create_rels(&mut self, rel_type: RelTypeId) {
        let to = self.to;
        let row = |rel: RelId| to.endpoints(rel).map(|(start, end)| (rel.row, start, end));
        let rels: Box<[_]> = to.rel_ids(rel_type).filter_map(row).collect();
        if rels.is_empty() {
            return;
        }
        self.push(Change::CreateRels(rel_type, rels));
        for rel in to.rel_ids(rel_type) {
            for (key, value) in to.rel_properties(rel) {
                self.push(Change::SetRelProperty(rel, key, value));
            }
        }
    }

    /// Drops indexes, constraints and rules from the first on that differs, so that the order of creation comes back too.
    fn drop_schema(&mut self) {
        let [constraints, indexes, rules] = self.schema_kept();
        for rule in self.from.rules().iter().skip(rules).rev() {
            self.changes.push(Change::DropRule(Arc::clone(&rule.name)));
        }
        for constraint in self.from.constraints().skip(constraints) {
            self.changes.push(Change::DropConstraint(Arc::clone(&constraint.name)));
        }
        for index in self.from.own_indexes().skip(indexes) {
            self.changes.push(Change::DropIndex(Arc::clone(&index.name)));
        }
    }

    fn create_schema(&mut self) {
        let [constraints, indexes, rules] = self.schema_kept();
        for index in self.to.own_indexes().skip(indexes) {
            self.changes.push(Change::CreateIndex(Arc::clone(index)));
        }
        for constraint in self.to.constraints().skip(constraints) {
            self.changes.push(Change::CreateConstraint(Arc::clone(constraint)));
        }
        for rule in self.to.rules().iter().skip(rules) {
            self.changes.push(Change::CreateRule(Arc::clone(rule)));
        }
    }

    /// How many constraints, indexes of their own, and rules both versions begin with.
    fn schema_kept(&self) -> [usize; 3] {
        let (from, to) = (self.from, self.to);
        [
            alike(from.constraints(), to.constraints()),
            alike(from.own_indexes(), to.own_indexes()),
            alike(from.rules().iter(), to.rules().iter()),
        ]
    }
}

/// How many equal ones both begin with.
fn alike<'a, T: PartialEq + 'a>(one: impl Iterator<Item = &'a T>, other: impl Iterator<Item = &'a T>) -> usize {
    one.zip(other).take_while(|(one, other)| one == other).count()
}

/// What must be set to come from some properties to others.
fn differing(from: Vec<(KeyId, Value)>, to: Vec<(KeyId, Value)>) -> Vec<(KeyId, Value)> {
    let from: BTreeMap<KeyId, Value> = from.into_iter().collect();
    let to: BTreeMap<KeyId, Value> = to.into_iter().collect();
    let gone = from.keys().filter(|key| !to.contains_key(key)).map(|key| (*key, Value::Null));
    let other = to.iter().filter(|(key, value)| !from.get(key).is_some_and(|from| identical(from, value)));
    gone.chain(other.map(|(key, value)| (*key, value.clone()))).collect()
}
