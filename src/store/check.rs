//! Whether the parts of a version agree with each other: what `verify` tells of a graph.
//!
//! Reads everything once. Every relationship is looked at from its start, from its end and by its row; counts are counted
//! again; the entity index and the property indexes are built anew and compared.

use super::bits::Bits;
use super::directory::Directory;
use super::entities::Entry;
use super::tree::Tree;
use super::{Direction, Version, split};
use crate::value::{NodeId, RelId, RelTypeId};
use std::cmp::Ordering;
use std::collections::HashMap;

/// The most problems that are told: one defect may show in millions of places.
const MOST: usize = 100;

impl Version {
    /// What is wrong with the graph, in words; nothing when all is well.
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Problems::default();
        self.check_nodes(&mut problems);
        for (rel_type, _) in self.catalog().rel_types() {
            self.check_rels(rel_type, &mut problems);
            for direction in [Direction::Outgoing, Direction::Incoming] {
                self.check_adjacency(rel_type, direction, &mut problems);
                self.check_end_labels(rel_type, direction, &mut problems);
            }
        }
        self.check_names(&mut problems);
        self.check_indexes(&mut problems);
        problems.found
    }

    fn check_nodes(&self, problems: &mut Problems) {
        let mut nodes = Vec::new();
        let mut counts = vec![0u64; self.catalog().label_count()];
        for segment in self.used_segments() {
            self.scan(segment, None, &mut nodes);
            for (label, _) in self.catalog().labels() {
                let mut with_label = Vec::new();
                self.scan(segment, Some(label), &mut with_label);
                counts[label.0 as usize] += with_label.len() as u64;
                let dead = with_label.iter().filter(|node| !self.contains_node(NodeId(**node)));
                dead.for_each(|node| problems.tell(|| format!("node {node} has a label and does not exist")));
            }
        }
        problems.equal("the number of nodes", self.node_count(), nodes.len() as u64);
        if nodes.iter().any(|node| *node >= self.node_bound()) {
            problems.tell(|| "a node has an identifier beyond the greatest".to_owned());
        }
        for (label, name) in self.catalog().labels() {
            let what = format!("the number of nodes with the label `{name}`");
            problems.equal(&what, self.label_count(label), counts[label.0 as usize]);
        }
    }

    fn check_rels(&self, rel_type: RelTypeId, problems: &mut Problems) {
        let name = self.catalog().rel_type_name(rel_type);
        let (mut count, mut loops) = (0, 0);
        for rel in self.rel_ids(rel_type) {
            count += 1;
            let ends = self.endpoints(rel);
            loops += u64::from(ends.is_some_and(|(from, to)| from == to));
            let whole = ends.is_some_and(|(from, to)| self.contains_node(from) && self.contains_node(to));
            if !whole || rel.row >= self.row_bound(rel_type) {
                problems.tell(|| format!("relationship {} of `{name}` has no start or no end", rel.row));
            }
        }
        problems.equal(&format!("the number of relationships `{name}`"), self.rel_type_count(rel_type), count);
        problems.equal(&format!("the number of self-loops `{name}`"), self.rel_type_loops(rel_type), loops);
    }

    fn check_end_labels(&self, rel_type: RelTypeId, direction: Direction, problems: &mut Problems) {
        let mut counts = vec![0u64; self.catalog().label_count()];
        for node in self.node_ids() {
            let degree = u64::from(self.degree(node, rel_type, direction));
            self.node_labels(node).into_iter().for_each(|label| counts[label.0 as usize] += degree);
        }
        for (label, name) in self.catalog().labels() {
            let what = || format!("the number of `{}` at nodes with `{name}`", self.catalog().rel_type_name(rel_type));
            problems.equal(&what(), self.rel_type_labelled(rel_type, direction, label), counts[label.0 as usize]);
        }
    }

    /// Every entry leads to a row that leads back, each row once.
    fn check_adjacency(&self, rel_type: RelTypeId, direction: Direction, problems: &mut Problems) {
        let name = self.catalog().rel_type_name(rel_type);
        let adjacency = self.adjacency(rel_type, direction);
        let mut seen: Directory<Bits> = Directory::default();
        let (mut entries, mut nodes) = (0u64, 0u64);
        for node in adjacency.nodes() {
            let adjacent = adjacency.at(node);
            let degree = adjacent.neighbours().len();
            entries += degree as u64;
            nodes += 1;
            let pairs = || adjacent.neighbours().iter().copied().zip(adjacent.rows().iter().copied());
            if !pairs().is_sorted_by(|a, b| a < b) || adjacency.degree(node) as usize != degree {
                problems.tell(|| format!("the relationships `{name}` of node {node} are out of order"));
            }
            if !self.types_in_segment(node / super::SEGMENT, direction).contains(&rel_type) {
                problems.tell(|| format!("the segment of node {node} does not know that it has `{name}`"));
            }
            for (neighbour, row) in pairs() {
                let ends = match direction {
                    Direction::Outgoing => (NodeId(node), NodeId(neighbour)),
                    Direction::Incoming => (NodeId(neighbour), NodeId(node)),
                };
                if !self.leads_back(RelId { rel_type, row }, ends) || !first_time(&mut seen, row) {
                    problems.tell(|| format!("node {node} has relationship {row} of `{name}`, which is another's"));
                }
            }
        }
        let what = |of: &str| format!("the number of {of} of `{name}` ({direction:?})");
        problems.equal(&what("relationships"), self.rel_type_count(rel_type), entries);
        problems.equal(&what("nodes"), self.rel_type_nodes(rel_type, direction), nodes);
    }

    fn leads_back(&self, rel: RelId, ends: (NodeId, NodeId)) -> bool {
        self.contains_rel(rel) && self.endpoints(rel) == Some(ends)
    }

    /// Each index has what one built anew has.
    fn check_indexes(&self, problems: &mut Problems) {
        for index in &self.schema.indexes {
            if entries(self.tree_of(index)) != entries(&self.build_tree(&index.definition)) {
                problems.tell(|| format!("the index `{}` does not have what the graph has", index.definition.name));
            }
        }
    }

    /// The index over names has what the names are.
    fn check_names(&self, problems: &mut Problems) {
        let Some(entities) = self.names.gathered() else { return };
        let mut found: HashMap<Entry, i64> = HashMap::new();
        entities.iter().for_each(|entry| *found.entry(entry).or_default() += 1);
        for node in self.node_ids() {
            self.names_of(node).into_iter().for_each(|entry| *found.entry(entry).or_default() -= 1);
        }
        for (entry, surplus) in found {
            let node = entry.node;
            match surplus.cmp(&0) {
                Ordering::Less => problems.tell(|| format!("node {node} is not found by one of its names")),
                Ordering::Greater => problems.tell(|| format!("node {node} is found by a name that it does not have")),
                Ordering::Equal => {}
            }
        }
    }
}

/// Everything in an index. Values of all types have a text form of their own here.
fn entries(tree: &Tree) -> Vec<(String, u32)> {
    let mut entries = Vec::new();
    tree.scan(&|_| Ordering::Equal, &mut |entry| {
        entries.push((format!("{:?}", entry.value), entry.id));
        true
    });
    entries
}

/// Whether the number was not in the set; then it is.
fn first_time(seen: &mut Directory<Bits>, number: u32) -> bool {
    let (segment, place) = split(number);
    seen.get_mut(segment).insert(place)
}

#[derive(Default)]
struct Problems {
    found: Vec<String>,
}

impl Problems {
    fn tell(&mut self, problem: impl FnOnce() -> String) {
        if self.found.len() < MOST {
            self.found.push(problem());
        }
    }

    fn equal(&mut self, what: &str, noted: u64, counted: u64) {
        if noted != counted {
            self.tell(|| format!("{what} is noted as {noted}, and is {counted}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::entities::Role;
    use super::*;
    use crate::value::Value;
    use std::sync::Arc;

    fn sample() -> Version {
        let mut graph = Version::new();
        let (label, rel_type) = (graph.intern_label("A"), graph.intern_rel_type("T"));
        let (name, aliases) = (graph.intern_key("name"), graph.intern_key("aliases"));
        let alias = |at: u32| Value::list(vec![Value::string(format!("alias {}", at / 2)), Value::Int(1)]);
        let nodes: Vec<NodeId> = (0..1500)
            .map(|at| {
                let properties = [(name, Value::string(format!("n{}", at % 700))), (aliases, alias(at))];
                graph.create_node(&[label], &properties).unwrap()
            })
            .collect();
        let ends: Vec<_> = (0..3000).map(|at| (nodes[at % 40], nodes[at * 7 % 1500])).collect();
        graph.bulk_rels(rel_type, &ends).unwrap();
        for at in 0..200 {
            graph.create_rel(rel_type, nodes[at], nodes[at / 3], &[]).unwrap();
            graph.delete_rel(RelId { rel_type, row: at as u32 * 3 });
        }
        let lone = graph.create_node(&[label], &[(name, Value::string("gone"))]).unwrap();
        graph.delete_node(lone).unwrap();
        graph
    }

    #[test]
    fn a_graph_that_was_only_changed_by_its_methods_is_well() {
        assert_eq!(sample().problems(), Vec::<String>::new());
        assert_eq!(Version::new().problems(), Vec::<String>::new());
    }

    #[test]
    fn what_does_not_agree_is_told() {
        let mut graph = sample();
        graph.entities();
        graph.names.change(|entities| entities.add(Entry::new("stray", 3, Role::Name)));
        graph.names.change(|entities| entities.remove(Entry::new("n5", 5, Role::Name)));
        let mut problems = graph.problems();
        problems.sort();
        assert_eq!(
            problems,
            ["node 3 is found by a name that it does not have", "node 5 is not found by one of its names"]
        );
        let mut graph = sample();
        graph.types = Default::default();
        let problems = graph.problems();
        assert_eq!(problems.len(), MOST);
        assert!(problems.iter().any(|problem| problem.contains("does not know that it has `T`")));
        let mut graph = sample();
        let other = sample();
        graph.rels = Arc::default();
        assert!(graph.problems().is_empty(), "no relationships are a graph too");
        graph.nodes = Default::default();
        graph.rels = other.rels;
        assert!(graph.problems().iter().any(|problem| problem.contains("has no start or no end")));
        assert!(graph.problems().len() <= MOST);
    }
}
