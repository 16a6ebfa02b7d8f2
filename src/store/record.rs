//! What a writer changed: logical changes in the order in which they were made.
//!
//! The methods that change a version write down what they did, so that no way to change one can be forgotten; applying
//! the changes to a version like the one they started from gives the same graph with the same identifiers. A version that
//! nobody records pays one test for each change. It does not know bytes: a log encodes changes.

use super::{ConstraintDefinition, IndexDefinition, Retention, RuleDefinition, Version};
use crate::error::{Error, Result};
use crate::value::{KeyId, LabelId, NodeId, RelId, RelTypeId, Value};
use std::sync::Arc;

/// Changes in one part of a record.
const PART: usize = 1024;

/// One change.
#[derive(Clone, Debug)]
pub enum Change {
    /// A new label.
    Label(LabelId, Arc<str>),
    /// A new relationship type.
    RelType(RelTypeId, Arc<str>),
    /// A new property key.
    Key(KeyId, Arc<str>),
    /// A new node with its labels and properties.
    CreateNode(NodeId, Box<[LabelId]>, Box<[(KeyId, Value)]>),
    /// A node got a label that it did not have.
    AddLabel(NodeId, LabelId),
    /// A node lost a label that it had.
    RemoveLabel(NodeId, LabelId),
    /// A property of a node got a value; null when it was removed.
    SetNodeProperty(NodeId, KeyId, Value),
    /// A node is gone with its labels and properties.
    DeleteNode(NodeId),
    /// A new relationship with where it starts and ends, and its properties.
    CreateRel(RelId, NodeId, NodeId, Box<[(KeyId, Value)]>),
    /// Many new relationships of one type: the row, the start and the end of each.
    CreateRels(RelTypeId, Box<[(u32, NodeId, NodeId)]>),
    /// A property of a relationship got a value; null when it was removed.
    SetRelProperty(RelId, KeyId, Value),
    /// A relationship is gone with its properties.
    DeleteRel(RelId),
    /// A new index.
    CreateIndex(Arc<IndexDefinition>),
    /// The index of that name is gone.
    DropIndex(Arc<str>),
    /// A new constraint, with its index where it has one.
    CreateConstraint(Arc<ConstraintDefinition>),
    /// The constraint of that name is gone, with its index.
    DropConstraint(Arc<str>),
    /// A new rule.
    CreateRule(Arc<RuleDefinition>),
    /// The rule of that name is gone.
    DropRule(Arc<str>),
    /// Everything is gone, names and schema included.
    Clear,
    /// From now on the graph keeps a history within the retention, or none.
    KeepHistory(Option<Retention>),
}

impl Change {
    /// Whether it is one of indexes, constraints or rules.
    pub(crate) fn is_of_schema(&self) -> bool {
        match self {
            Change::CreateIndex(_)
            | Change::DropIndex(_)
            | Change::CreateConstraint(_)
            | Change::DropConstraint(_)
            | Change::CreateRule(_)
            | Change::DropRule(_) => true,
            Change::Label(..)
            | Change::RelType(..)
            | Change::Key(..)
            | Change::CreateNode(..)
            | Change::AddLabel(..)
            | Change::RemoveLabel(..)
            | Change::SetNodeProperty(..)
            | Change::DeleteNode(_)
            | Change::CreateRel(..)
            | Change::CreateRels(..)
            | Change::SetRelProperty(..)
            | Change::DeleteRel(_)
            | Change::Clear
            | Change::KeepHistory(_) => false,
        }
    }
}

/// The changes of one writer. A clone shares them, and what either adds from then on is its own.
#[derive(Clone, Debug, Default)]
pub struct Record {
    last: Option<Arc<Part>>,
    len: usize,
}

#[derive(Debug, Default)]
struct Part {
    changes: Vec<Change>,
    before: Option<Arc<Part>>,
}

impl Record {
    /// How many changes there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether nothing was changed.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Calls `visit` with each change, in order.
    pub fn for_each(&self, visit: impl FnMut(&Change)) {
        self.changes().for_each(visit);
    }

    /// Calls `visit` with each change, in order, up to the first that fails.
    ///
    /// # Errors
    /// That of the first that fails.
    pub fn try_for_each(&self, visit: impl FnMut(&Change) -> Result<()>) -> Result<()> {
        self.changes().try_for_each(visit)
    }

    fn changes(&self) -> impl Iterator<Item = &Change> {
        let mut parts = Vec::new();
        let mut next = &self.last;
        while let Some(part) = next {
            parts.push(part);
            next = &part.before;
        }
        parts.into_iter().rev().flat_map(|part| &part.changes)
    }

    pub(super) fn push(&mut self, change: Change) {
        self.len += 1;
        let open = self.last.as_mut().and_then(Arc::get_mut).filter(|part| part.changes.len() < PART);
        match open {
            Some(part) => part.changes.push(change),
            None => self.last = Some(Arc::new(Part { changes: vec![change], before: self.last.take() })),
        }
    }
}

impl Drop for Part {
    /// Lets go of the parts before one after another: a long chain is no deep recursion.
    fn drop(&mut self) {
        let mut next = self.before.take();
        while let Some(mut part) = next.and_then(Arc::into_inner) {
            next = part.before.take();
        }
    }
}

impl Version {
    /// From now on writes down what is changed, beginning with nothing.
    pub fn start_record(&mut self) {
        self.record = Some(Record::default());
    }

    /// What was changed since [`Version::start_record`]; `None` when nobody asked. Ends the writing down.
    pub fn take_record(&mut self) -> Option<Record> {
        self.record.take()
    }

    /// Writes down a change, which is built only when somebody asked for it.
    #[inline]
    pub(super) fn note(&mut self, change: impl FnOnce() -> Change) {
        if let Some(record) = &mut self.record {
            record.push(change());
        }
    }

    /// Makes a recorded change. After the last one call [`Version::settle`].
    ///
    /// # Errors
    /// When the version is not like the one on which the change was recorded.
    pub fn apply(&mut self, change: &Change) -> Result<()> {
        match change {
            Change::Label(id, name) => as_recorded(self.intern_label(name) == *id),
            Change::RelType(id, name) => as_recorded(self.intern_rel_type(name) == *id),
            Change::Key(id, name) => as_recorded(self.intern_key(name) == *id),
            Change::CreateNode(node, labels, properties) => self.restore_node(*node, labels, properties),
            Change::AddLabel(node, label) => as_recorded(self.add_label(*node, *label)),
            Change::RemoveLabel(node, label) => as_recorded(self.remove_label(*node, *label)),
            Change::SetNodeProperty(node, key, value) => self.set_node_property(*node, *key, value.clone()),
            Change::DeleteNode(node) => self.delete_node(*node).and_then(as_recorded),
            Change::CreateRel(rel, from, to, properties) => self.restore_rel(*rel, *from, *to, properties),
            Change::CreateRels(rel_type, rels) => self.restore_rels(*rel_type, rels),
            Change::SetRelProperty(rel, key, value) => self.set_rel_property(*rel, *key, value.clone()),
            Change::DeleteRel(rel) => as_recorded(self.delete_rel(*rel)),
            Change::CreateIndex(index) => self.create_index(IndexDefinition::clone(index)),
            Change::DropIndex(name) => self.drop_index(name).and_then(as_recorded),
            Change::CreateConstraint(constraint) => self.create_constraint(ConstraintDefinition::clone(constraint)),
            Change::DropConstraint(name) => as_recorded(self.drop_constraint(name)),
            Change::CreateRule(rule) => self.create_rule(RuleDefinition::clone(rule)),
            Change::DropRule(name) => as_recorded(self.drop_rule(name)),
            Change::Clear => {
                self.clear();
                Ok(())
            }
            Change::KeepHistory(retention) => {
                self.keep_history(*retention);
                Ok(())
            }
        }
    }
}

fn as_recorded(same: bool) -> Result<()> {
    if same { Ok(()) } else { Err(Error::internal("a recorded change does not fit the graph")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Direction;

    fn recording() -> Version {
        let mut version = Version::new();
        version.start_record();
        version
    }

    fn replayed(record: &Record) -> Version {
        let mut version = Version::new();
        record.for_each(|change| version.apply(change).unwrap());
        version.settle();
        version
    }

    #[test]
    fn every_way_to_change_a_graph_is_recorded_and_comes_back() {
        let mut graph = recording();
        let (a, b) = (graph.intern_label("A"), graph.intern_label("B"));
        let (name, other) = (graph.intern_key("name"), graph.intern_key("other"));
        let t = graph.intern_rel_type("T");
        let nodes: Vec<NodeId> =
            (0..5).map(|at| graph.create_node(&[a], &[(name, Value::string(format!("n{at}")))]).unwrap()).collect();
        graph.restore_node(NodeId(4000), &[b, a], &[(other, Value::Int(1))]).unwrap();
        graph.add_label(nodes[0], b);
        graph.add_label(nodes[0], b);
        graph.remove_label(nodes[1], a);
        graph.set_node_property(nodes[2], name, Value::Null).unwrap();
        graph.set_node_property(nodes[3], other, Value::list(vec![Value::Int(7)])).unwrap();
        let rel = graph.create_rel(t, nodes[0], nodes[1], &[(other, Value::Bool(true))]).unwrap();
        let rows = graph.bulk_rels(t, &[(nodes[3], nodes[0]), (nodes[0], nodes[3]), (nodes[0], nodes[0])]).unwrap();
        graph.restore_rel(RelId { rel_type: t, row: 9 }, nodes[2], nodes[2], &[]).unwrap();
        graph.restore_rels(t, &[(40, nodes[0], nodes[2]), (41, nodes[0], nodes[2])]).unwrap();
        graph.set_rel_property(RelId { rel_type: t, row: rows[0] }, other, Value::Float(0.5)).unwrap();
        graph.set_rel_property(rel, other, Value::Null).unwrap();
        graph.delete_rel(rel);
        graph.delete_node(nodes[4]).unwrap();
        let record = graph.take_record().unwrap();
        let mut back = replayed(&record);
        assert_eq!(back.node_ids().collect::<Vec<_>>(), graph.node_ids().collect::<Vec<_>>());
        for node in graph.node_ids() {
            assert_eq!(back.node_labels(node), graph.node_labels(node));
            assert_eq!(format!("{:?}", back.node_properties(node)), format!("{:?}", graph.node_properties(node)));
            assert_eq!(back.rels_of(node), graph.rels_of(node));
        }
        assert_eq!(back.rel_ids(t).collect::<Vec<_>>(), graph.rel_ids(t).collect::<Vec<_>>());
        assert_eq!((back.row_bound(t), back.resolve("n3")), (graph.row_bound(t), graph.resolve("n3")));
        assert_eq!(back.rel_type_nodes(t, Direction::Incoming), graph.rel_type_nodes(t, Direction::Incoming));
        assert_eq!(back.create_rel(t, nodes[0], nodes[1], &[]).unwrap().row, 42);
    }

    #[test]
    fn what_changes_nothing_is_not_recorded() {
        let mut graph = recording();
        let (a, name) = (graph.intern_label("A"), graph.intern_key("name"));
        let node = graph.create_node(&[a], &[]).unwrap();
        let before = graph.record.as_ref().unwrap().len();
        graph.intern_label("A");
        graph.add_label(node, a);
        graph.set_node_property(node, name, Value::Null).unwrap();
        graph.remove_label(NodeId(77), a);
        graph.delete_rel(RelId { rel_type: RelTypeId(0), row: 0 });
        assert!(!graph.delete_node(NodeId(77)).unwrap());
        assert!(graph.set_node_property(NodeId(77), name, Value::Int(1)).is_err());
        assert_eq!(graph.record.as_ref().unwrap().len(), before);
    }

    #[test]
    fn clones_share_a_record_and_go_on_apart() {
        let mut graph = recording();
        graph.intern_label("A");
        let savepoint = graph.clone();
        for _ in 0..3 * PART {
            graph.create_node(&[], &[]).unwrap();
        }
        assert_eq!(savepoint.record.as_ref().unwrap().len(), 1);
        let mut other = savepoint;
        other.intern_label("B");
        let (one, two) = (graph.take_record().unwrap(), other.take_record().unwrap());
        assert_eq!(replayed(&one).node_count(), 3 * PART as u64);
        assert_eq!(replayed(&two).catalog().labels().count(), 2);
    }

    #[test]
    fn a_long_record_of_single_changes_is_dropped_without_deep_recursion() {
        let mut graph = recording();
        let mut held = None;
        for _ in 0..300_000 {
            drop(held.replace(graph.clone()));
            graph.create_node(&[], &[]).unwrap();
        }
        assert_eq!(graph.take_record().unwrap().len(), 300_000);
    }

    #[test]
    fn clearing_is_a_change_like_others() {
        let mut graph = recording();
        graph.intern_label("A");
        graph.create_node(&[], &[]).unwrap();
        graph.clear();
        let b = graph.intern_label("B");
        graph.create_node(&[b], &[]).unwrap();
        let back = replayed(&graph.take_record().unwrap());
        assert_eq!((back.node_count(), back.catalog().label("A"), back.catalog().label("B")), (1, None, Some(b)));
    }

    #[test]
    fn a_change_that_does_not_fit_is_an_error() {
        let mut graph = Version::new();
        assert!(graph.apply(&Change::Label(LabelId(3), Arc::from("A"))).is_err());
        assert!(graph.apply(&Change::DeleteNode(NodeId(0))).is_err());
        assert!(graph.apply(&Change::CreateNode(NodeId(0), Box::from([LabelId(8)]), Box::from([]))).is_err());
    }
}
