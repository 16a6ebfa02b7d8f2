//! Parts of a pattern of which nothing but their number is needed are counted at the node where they hang.
//!
//! A leaf is a node with one relationship of the pattern; when neither is needed, and the predicates of each read nothing
//! else, the node at the other end counts as often as there are relationships that pass to ends that pass. A leaf may have leaves of
//! its own. Two leaves at one node whose relationships could be the same are counted in pairs of different ones:
//! `pairs = Σ left × Σ right - Σ (left × right over the relationships that fit both)`. No other relationship of the
//! pattern may be one of the leaf's.
//!
//! Where a relationship is only to be cited, its leaf counts as well, and what counts is listed beside.
//!
//! Which leaves are folded is a matter of cost: one with a selective predicate may be a better beginning.

use super::{Action, Rule};
use crate::plan::estimate::{Counts, Statistics};
use crate::plan::logical::QueryGraph;
use crate::plan::order::{cost, way};
use crate::plan::slots::{Reads, SlotSet};
use crate::plan::weight::{Branch, Weight};
use crate::semantic::bound::{BoundQuery, Expr, Slot};

pub(super) const RULE: Rule = Rule {
    name: "fold_leaves",
    equation: "MATCH (a)-[r]-(b) WHERE p(r) AND q(b) = MATCH (a); × Σ [p(r) AND q(b)] over (a)-[r]-(b), when r and b are \
               not needed",
    action: Action::Costed(rewrite),
};

/// In patterns with more nodes all leaves are folded without a look at other ways.
const SMALL: usize = 12;

fn rewrite(graph: &mut QueryGraph, needed: &SlotSet, query: &BoundQuery, counts: &dyn Counts) {
    let (clashes, used) = (Clashes::new(graph), used(graph, needed, query));
    let folded_but = |keep: Option<Slot>| {
        let mut used = used.clone();
        used.extend(keep);
        folded(graph, &clashes, &used, query)
    };
    let folded = folded_but(None);
    let leaves: Vec<Slot> = gone(graph, &folded).collect();
    if leaves.is_empty() {
        return;
    }
    let mut tried = vec![folded];
    if graph.pattern.nodes.len() <= SMALL {
        tried.push(graph.clone());
        tried.extend(leaves.into_iter().map(|keep| folded_but(Some(keep))));
    }
    let statistics = Statistics::new(counts);
    let weighed = tried.into_iter().map(|each| (cost(&each, needed, query, &statistics), each));
    if let Some((_, best)) = weighed.min_by(|left, right| left.0.total_cmp(&right.0)) {
        *graph = best;
    }
}

/// The nodes that are no longer in the pattern.
fn gone<'a>(before: &'a QueryGraph, after: &'a QueryGraph) -> impl Iterator<Item = Slot> + 'a {
    let slots = before.pattern.nodes.iter().map(|node| node.slot);
    slots.filter(|slot| after.pattern.nodes.iter().all(|node| node.slot != *slot))
}

/// The pattern with all leaves folded of which nothing is used.
fn folded(graph: &QueryGraph, clashes: &Clashes, used: &SlotSet, query: &BoundQuery) -> QueryGraph {
    let mut graph = graph.clone();
    while graph.pattern.nodes.len() > 1 {
        let leaves: Vec<Leaf> = (0..graph.pattern.rels.len()).filter_map(|rel| leaf(&graph, rel, used)).collect();
        let Some(found) = next(&graph, &leaves, clashes, query) else { break };
        fold(&mut graph, &found, query);
    }
    graph
}

/// The slots that are needed for more than a test of one node or relationship alone.
fn used(graph: &QueryGraph, needed: &SlotSet, query: &BoundQuery) -> SlotSet {
    let mut rest = graph.clone();
    let of_node = |slot: Slot| graph.pattern.nodes.iter().any(|node| node.slot == slot && !node.bound);
    let of_rel = |slot: Slot| graph.pattern.rels.iter().any(|rel| rel.slot == slot && !rel.bound);
    rest.predicates.retain(|predicate| own(predicate, query).is_none_or(|slot| !of_node(slot) && !of_rel(slot)));
    let mut used = Reads::new(query);
    used.slots = needed.clone();
    rest.reads(&mut used);
    used.slots.extend(graph.ids.iter().map(|(slot, _)| *slot));
    used.slots.extend(graph.seeks.iter().map(|seek| seek.slot));
    graph.cited.iter().for_each(|rel| used.slots.remove(rel));
    used.slots
}

/// The slot that a predicate is about, when it reads nothing else and depends on nothing else.
fn own(predicate: &Expr, query: &BoundQuery) -> Option<Slot> {
    let reads = Reads::of(query, predicate);
    let mut slots = reads.iter();
    let slot = slots.next().filter(|_| slots.next().is_none())?;
    predicate.is_steady().then_some(slot)
}

/// For each relationship of the pattern as written, those that could be the same.
struct Clashes(Vec<(Slot, Vec<Slot>)>);

impl Clashes {
    fn new(graph: &QueryGraph) -> Clashes {
        let rels = &graph.pattern.rels;
        let slots = |others: Vec<usize>| others.into_iter().map(|other| rels[other].slot).collect();
        Clashes(rels.iter().zip(graph.clashes()).map(|(rel, others)| (rel.slot, slots(others))).collect())
    }

    fn of(&self, rel: Slot) -> &[Slot] {
        self.0.iter().find(|(slot, _)| *slot == rel).map_or(&[], |(_, others)| others)
    }
}

/// A leaf: its relationship, its node and the node it hangs at, by their places.
#[derive(Clone, Copy)]
struct Leaf {
    rel: usize,
    node: usize,
    at: usize,
}

fn leaf(graph: &QueryGraph, index: usize, used: &SlotSet) -> Option<Leaf> {
    let rel = &graph.pattern.rels[index];
    if rel.bound || rel.length.is_some() || rel.left == rel.right || used.contains(rel.slot) {
        return None;
    }
    let open = |index: &usize| {
        let node = &graph.pattern.nodes[*index];
        let rels = graph.pattern.rels.iter().filter(|rel| rel.left == *index || rel.right == *index).count();
        rels == 1 && !node.bound && node.entity.is_none() && !used.contains(node.slot)
    };
    let node = [rel.left, rel.right].into_iter().find(open)?;
    let at = if rel.left == node { rel.right } else { rel.left };
    Some(Leaf { rel: index, node, at })
}

/// What can be folded: one leaf, or two that may meet in one relationship.
fn next(graph: &QueryGraph, leaves: &[Leaf], clashes: &Clashes, query: &BoundQuery) -> Option<Vec<Leaf>> {
    let tested = |rel: Slot| graph.predicates.iter().any(|predicate| own(predicate, query) == Some(rel));
    leaves.iter().find_map(|leaf| match clashes.of(graph.pattern.rels[leaf.rel].slot) {
        [] => Some(vec![*leaf]),
        [other] => {
            let slot = |leaf: &Leaf| graph.pattern.rels[leaf.rel].slot;
            if [*other, slot(leaf)].iter().any(|rel| graph.cited.contains(*rel) || tested(*rel)) {
                return None;
            }
            let partner = leaves.iter().find(|each| slot(each) == *other && each.at == leaf.at)?;
            (partner.node != leaf.node && clashes.of(*other) == [slot(leaf)]).then(|| vec![*leaf, *partner])
        }
        _ => None,
    })
}

fn fold(graph: &mut QueryGraph, leaves: &[Leaf], query: &BoundQuery) {
    let at = leaves.first().map_or(0, |leaf| leaf.at);
    let node = graph.pattern.nodes[at].slot;
    let branches: Vec<Branch> = leaves.iter().map(|leaf| branch(graph, *leaf, query)).collect();
    let weight = match <[Branch; 2]>::try_from(branches) {
        Ok(arms) => Weight::Pair(Box::new(arms)),
        Err(mut branches) => match branches.pop() {
            Some(branch) => Weight::Branch(branch),
            None => return,
        },
    };
    graph.weights.push((node, weight));
    let rels: Vec<usize> = leaves.iter().map(|leaf| leaf.rel).collect();
    let nodes: Vec<usize> = leaves.iter().map(|leaf| leaf.node).collect();
    remove(graph, &rels, &nodes);
}

/// A leaf as a branch, with its predicates and weights taken out of the graph.
fn branch(graph: &mut QueryGraph, leaf: Leaf, query: &BoundQuery) -> Branch {
    let (rel, node) = (&graph.pattern.rels[leaf.rel], &graph.pattern.nodes[leaf.node]);
    let (rel_slot, end) = (rel.slot, node.slot);
    let (types, way) = (rel.types.clone(), way(rel.direction, rel.left == leaf.at));
    let labels = graph.label_tests(node).into_iter().cloned().collect();
    let tests = take_predicates(graph, rel_slot, query);
    let predicates = take_predicates(graph, end, query);
    let (weights, rest) = std::mem::take(&mut graph.weights).into_iter().partition(|(slot, _)| *slot == end);
    graph.weights = rest;
    let weights: Vec<(Slot, Weight)> = weights;
    let weights: Vec<Weight> = weights.into_iter().map(|(_, weight)| weight).collect();
    let cited = graph.cited.contains(rel_slot);
    Branch { rel: rel_slot, cited, tests, end, types, way, labels, predicates, weights }
}

fn take_predicates(graph: &mut QueryGraph, slot: Slot, query: &BoundQuery) -> Vec<Expr> {
    let mut taken = Vec::new();
    for at in (0..graph.predicates.len()).rev() {
        if own(&graph.predicates[at], query) == Some(slot) {
            taken.push(graph.predicates.remove(at));
            let covers = graph.seeks.iter_mut().flat_map(|seek| &mut seek.covers);
            covers.filter(|covered| **covered > at).for_each(|covered| *covered -= 1);
        }
    }
    taken.reverse();
    taken
}

/// Takes relationships and nodes out of the pattern.
fn remove(graph: &mut QueryGraph, rels: &[usize], nodes: &[usize]) {
    let pattern = &mut graph.pattern;
    let mut index = 0;
    pattern.rels.retain(|_| {
        index += 1;
        !rels.contains(&(index - 1))
    });
    index = 0;
    pattern.nodes.retain(|_| {
        index += 1;
        !nodes.contains(&(index - 1))
    });
    let moved = |node: usize| node - nodes.iter().filter(|removed| **removed < node).count();
    for rel in &mut pattern.rels {
        rel.left = moved(rel.left);
        rel.right = moved(rel.right);
    }
}
