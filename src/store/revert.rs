//! Making a version what an earlier one of the same graph was, by changes like any others: they are recorded, logged and
//! published as a change of its own.

use super::{ConstraintDefinition, IndexDefinition, RuleDefinition, Version};
use crate::error::{Detail, Error, ErrorType, Result};
use crate::value::compare::identical;
use crate::value::{KeyId, NodeId, RelId, RelTypeId, Value};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

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
    /// Gives the graph the content of an earlier version of it. Nodes have their identifiers again; relationships that are
    /// made again get new ones, since theirs are not given out twice. It takes time in proportion to the graph.
    ///
    /// # Errors
    /// When the other version is not one of the same graph.
    pub fn revert_to(&mut self, earlier: &Version) -> Result<Reverted> {
        self.check_lineage(earlier)?;
        let mut done = Reverted::default();
        self.drop_schema(earlier, &mut done)?;
        let again = self.drop_rels(earlier, &mut done);
        self.revert_nodes(earlier, &mut done)?;
        self.restore_missing_rels(earlier, &again, &mut done)?;
        self.restore_schema(earlier, &mut done)?;
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

    fn drop_schema(&mut self, earlier: &Version, done: &mut Reverted) -> Result<()> {
        let constraints: Vec<Arc<ConstraintDefinition>> = self.constraints().cloned().collect();
        for constraint in constraints {
            if !earlier.constraints().any(|other| **other == *constraint) {
                done.schema |= self.drop_constraint(&constraint.name);
            }
        }
        for rule in self.rules().to_vec() {
            if !earlier.rules().contains(&rule) {
                done.schema |= self.drop_rule(&rule.name);
            }
        }
        let indexes: Vec<Arc<IndexDefinition>> = self.indexes().cloned().collect();
        for index in indexes {
            let owned = self.owning_constraint(&index.name).is_some();
            if !owned && !earlier.indexes().any(|other| **other == *index) {
                done.schema |= self.drop_index(&index.name)?;
            }
        }
        Ok(())
    }

    fn restore_schema(&mut self, earlier: &Version, done: &mut Reverted) -> Result<()> {
        for index in earlier.own_indexes() {
            if !self.indexes().any(|other| **other == **index) {
                self.create_index(IndexDefinition::clone(index))?;
                done.schema = true;
            }
        }
        for constraint in earlier.constraints() {
            if !self.constraints().any(|other| **other == **constraint) {
                self.create_constraint(ConstraintDefinition::clone(constraint))?;
                done.schema = true;
            }
        }
        for rule in earlier.rules() {
            if !self.rules().contains(rule) {
                self.create_rule(RuleDefinition::clone(rule))?;
                done.schema = true;
            }
        }
        Ok(())
    }

    /// Deletes the relationships that were not there. Gives those that stay because they say what one says that was there
    /// and is not: it was made again meanwhile.
    fn drop_rels(&mut self, earlier: &Version, done: &mut Reverted) -> HashSet<RelId> {
        let mut again = HashSet::new();
        let types: Vec<RelTypeId> = self.catalog().rel_types().map(|(id, _)| id).collect();
        for rel_type in types {
            let mut missing: HashMap<(NodeId, NodeId), Vec<RelId>> = HashMap::new();
            for rel in earlier.rel_ids(rel_type).filter(|rel| !self.contains_rel(*rel)) {
                earlier.endpoints(rel).into_iter().for_each(|ends| missing.entry(ends).or_default().push(rel));
            }
            let surplus: Vec<RelId> = self.rel_ids(rel_type).filter(|rel| !earlier.contains_rel(*rel)).collect();
            for rel in surplus {
                let properties = self.rel_properties(rel);
                let alike = |other: &RelId| differences(earlier.rel_properties(*other), properties.clone()).is_empty();
                let candidates = self.endpoints(rel).and_then(|ends| missing.get_mut(&ends));
                let found = candidates.and_then(|list| Some(list.swap_remove(list.iter().position(alike)?)));
                match found {
                    Some(other) => _ = again.insert(other),
                    None => done.rels_deleted += u64::from(self.delete_rel(rel)),
                }
            }
        }
        again
    }

    fn revert_nodes(&mut self, earlier: &Version, done: &mut Reverted) -> Result<()> {
        let nodes: Vec<NodeId> = self.node_ids().collect();
        for node in nodes {
            if earlier.contains_node(node) {
                self.revert_node(node, earlier, done)?;
            } else {
                done.nodes_deleted += u64::from(self.delete_node(node)?);
            }
        }
        for node in earlier.node_ids() {
            if !self.contains_node(node) {
                self.restore_node(node, &earlier.node_labels(node), &earlier.node_properties(node))?;
                done.nodes_created += 1;
            }
        }
        Ok(())
    }

    fn revert_node(&mut self, node: NodeId, earlier: &Version, done: &mut Reverted) -> Result<()> {
        let (labels, before) = (self.node_labels(node), earlier.node_labels(node));
        for label in labels.iter().filter(|label| !before.contains(label)) {
            done.labels_removed += u64::from(self.remove_label(node, *label));
        }
        for label in before.iter().filter(|label| !labels.contains(label)) {
            done.labels_added += u64::from(self.add_label(node, *label));
        }
        for (key, value) in differences(self.node_properties(node), earlier.node_properties(node)) {
            self.set_node_property(node, key, value)?;
            done.properties_set += 1;
        }
        Ok(())
    }

    fn restore_missing_rels(&mut self, earlier: &Version, again: &HashSet<RelId>, done: &mut Reverted) -> Result<()> {
        for (rel_type, _) in earlier.catalog().rel_types() {
            for rel in earlier.rel_ids(rel_type) {
                let properties = earlier.rel_properties(rel);
                if self.contains_rel(rel) {
                    for (key, value) in differences(self.rel_properties(rel), properties) {
                        self.set_rel_property(rel, key, value)?;
                        done.properties_set += 1;
                    }
                } else if let Some((from, to)) = earlier.endpoints(rel).filter(|_| !again.contains(&rel)) {
                    self.create_rel(rel_type, from, to, &properties)?;
                    done.rels_created += 1;
                }
            }
        }
        Ok(())
    }
}

/// What must be set to come from some properties to others.
fn differences(now: Vec<(KeyId, Value)>, before: Vec<(KeyId, Value)>) -> Vec<(KeyId, Value)> {
    let now: BTreeMap<KeyId, Value> = now.into_iter().collect();
    let before: BTreeMap<KeyId, Value> = before.into_iter().collect();
    let gone = now.keys().filter(|key| !before.contains_key(key)).map(|key| (*key, Value::Null));
    let other = before.iter().filter(|(key, value)| !now.get(key).is_some_and(|now| identical(now, value)));
    gone.chain(other.map(|(key, value)| (*key, value.clone()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

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
            let rel = |rel| format!("{:?} {:?}", graph.endpoints(rel), graph.rel_properties(rel));
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
    fn a_relationship_that_was_made_again_meanwhile_stays() {
        let done = check(|graph, [x, y], rel| {
            let properties = graph.rel_properties(rel);
            graph.delete_rel(rel);
            graph.create_rel(rel.rel_type, x, y, &properties).unwrap();
            graph.create_rel(rel.rel_type, x, y, &[]).unwrap();
        });
        assert_eq!(done, Reverted { rels_deleted: 1, ..Reverted::default() });
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
