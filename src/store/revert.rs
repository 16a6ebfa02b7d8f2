//! Making a version what an earlier one of the same graph was, by changes like any others: they are recorded, logged and
//! published as a change of its own.

use super::Version;
use super::differences::{Touched, changes_between};
use super::record::Change;
use crate::error::{Detail, Error, ErrorType, Result};

/// What was changed to go back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reverted {
    /// Nodes that are there again.
    pub nodes_created: u64,
    /// Nodes that are gone.
    pub nodes_deleted: u64,
    /// Relationships that are there again.
    pub rels_created: u64,
    /// Relationships that are gone.
    pub rels_deleted: u64,
    /// Properties that have their value again.
    pub properties_set: u64,
    /// Labels that nodes have again.
    pub labels_added: u64,
    /// Labels that nodes lost.
    pub labels_removed: u64,
    /// Whether indexes, constraints or rules were changed.
    pub schema: bool,
}

impl Version {
    /// Gives the graph the content of an earlier version of it, with the identifiers of nodes and relationships. It takes time
    /// in proportion to the graph.
    ///
    /// # Errors
    /// When the other version is not one of the same graph.
    pub fn revert_to(&mut self, earlier: &Version) -> Result<Reverted> {
        self.check_lineage(earlier)?;
        let changes = changes_between(self, earlier, Touched::all_of(self, earlier));
        let mut done = Reverted::default();
        changes.try_for_each(|change| {
            done.count(change);
            self.apply(change)
        })?;
        self.settle();
        self.check_constraints()?;
        Ok(done)
    }

    /// All names of the earlier version mean the same here.
    fn check_lineage(&self, earlier: &Version) -> Result<()> {
        let (here, there) = (self.catalog(), earlier.catalog());
        let same = there.labels().all(|(id, name)| here.label(name) == Some(id))
            && there.rel_types().all(|(id, name)| here.rel_type(name) == Some(id))
            && there.keys().all(|(id, name)| here.key(name) == Some(id));
        let message = "the graph was emptied since: that cannot be taken back";
        if same { Ok(()) } else { Err(Error::runtime(ErrorType::Conflict, Detail::InvalidUse, message)) }
    }
}

impl Reverted {
    /// Counts a change.
    pub(crate) fn count(&mut self, change: &Change) {
        match change {
            Change::CreateNode(..) => self.nodes_created += 1,
            Change::DeleteNode(_) => self.nodes_deleted += 1,
            Change::CreateRel(..) => self.rels_created += 1,
            Change::CreateRels(_, rels) => self.rels_created += rels.len() as u64,
            Change::DeleteRel(_) => self.rels_deleted += 1,
            Change::SetNodeProperty(..) | Change::SetRelProperty(..) => self.properties_set += 1,
            Change::AddLabel(..) => self.labels_added += 1,
            Change::RemoveLabel(..) => self.labels_removed += 1,
            other => self.schema |= other.is_of_schema(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{NodeId, RelId, Value};

    /// A graph of two nodes and a relationship, recording from here on.
    fn graph() -> (Version, Version, [NodeId; 2], RelId) {
        let mut graph = Version::new();
        let (a, t, name) = (graph.intern_label("A"), graph.intern_rel_type("T"), graph.intern_key("name"));
        let x = graph.create_node(&[a], &[(name, Value::string("x"))]).unwrap();
        let y = graph.create_node(&[], &[(name, Value::Int(1))]).unwrap();
        let rel = graph.create_rel(t, x, y, &[(name, Value::Float(1.0))]).unwrap();
        let before = graph.clone();
        graph.start_record();
        (graph, before, [x, y], rel)
    }

    /// The content, as text that says all of it.
    fn content(graph: &Version) -> Vec<String> {
        let mut lines: Vec<String> = graph
            .node_ids()
            .map(|node| format!("{node:?} {:?} {:?}", graph.node_labels(node), graph.node_properties(node)))
            .collect();
        for (rel_type, _) in graph.catalog().rel_types() {
            let rel = |rel| format!("{rel:?} {:?} {:?}", graph.endpoints(rel), graph.rel_properties(rel));
            lines.extend(graph.rel_ids(rel_type).map(rel));
        }
        lines
    }

    fn check(change: impl FnOnce(&mut Version, [NodeId; 2], RelId)) -> Reverted {
        let (mut graph, before, nodes, rel) = graph();
        let start = graph.clone();
        change(&mut graph, nodes, rel);
        let done = graph.revert_to(&before).unwrap();
        assert_eq!(content(&graph), content(&before));
        assert!(graph.problems().is_empty(), "{:?}", graph.problems());
        let mut replayed = start;
        replayed.take_record();
        graph.take_record().unwrap().for_each(|change| replayed.apply(change).unwrap());
        assert_eq!(content(&replayed), content(&before), "the record leads to the same graph");
        done
    }

    #[test]
    fn what_was_made_is_gone_and_what_was_deleted_is_back() {
        let done = check(|graph, [x, y], rel| {
            graph.delete_rel(rel);
            graph.delete_node(y).unwrap();
            let z = graph.create_node(&[], &[]).unwrap();
            graph.create_rel(rel.rel_type, x, z, &[]).unwrap();
        });
        let expected =
            Reverted { nodes_created: 1, nodes_deleted: 1, rels_created: 1, rels_deleted: 1, ..Reverted::default() };
        assert_eq!(done, expected);
    }

    #[test]
    fn labels_and_properties_are_what_they_were() {
        let done = check(|graph, [x, y], rel| {
            let (b, key) = (graph.intern_label("B"), graph.intern_key("new"));
            let (a, name) = (graph.intern_label("A"), graph.intern_key("name"));
            graph.add_label(x, b);
            graph.remove_label(x, a);
            graph.set_node_property(y, name, Value::Float(1.0)).unwrap();
            graph.set_node_property(y, key, Value::Bool(true)).unwrap();
            graph.set_rel_property(rel, name, Value::Null).unwrap();
        });
        let expected = Reverted { properties_set: 3, labels_added: 1, labels_removed: 1, ..Reverted::default() };
        assert_eq!(done, expected);
    }

    #[test]
    fn a_relationship_has_its_own_row_again() {
        let done = check(|graph, [x, y], rel| {
            let properties = graph.rel_properties(rel);
            graph.delete_rel(rel);
            graph.create_rel(rel.rel_type, x, y, &properties).unwrap();
            graph.create_rel(rel.rel_type, x, y, &[]).unwrap();
        });
        assert_eq!(done, Reverted { rels_created: 1, rels_deleted: 2, ..Reverted::default() });
    }

    #[test]
    fn nothing_is_changed_where_nothing_differs() {
        assert_eq!(check(|_, _, _| ()), Reverted::default());
    }

    #[test]
    fn a_version_of_another_graph_is_refused() {
        let (mut graph, before, ..) = graph();
        graph.clear();
        graph.intern_label("Other");
        assert!(graph.revert_to(&before).is_err());
    }
}
