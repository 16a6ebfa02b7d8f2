//! Two hops around a node of which nothing but their number is needed are counted in closed form.
//!
//! `MATCH (a)-[r]-(b)-[s]-(c)` with nothing asked of `a`, `r`, `s` and `c` is `MATCH (b)`, each row as often as there
//! are pairs of different relationships. Rows are multiplied, not made.

use super::{Action, Rule};
use crate::plan::logical::{Pair, QueryGraph, may_clash};
use crate::plan::order::way;
use crate::plan::physical::Way;
use crate::plan::slots::{Reads, SlotSet};
use crate::semantic::bound::{BoundQuery, PatternRel, TypeTest};

pub(super) const RULE: Rule = Rule {
    name: "pair_count",
    equation: "MATCH (a)-[r]-(b)-[s]-(c) = MATCH (b); × pairs(b), when a, r, s and c are not needed",
    action: Action::Graph(rewrite),
};

fn rewrite(graph: &mut QueryGraph, needed: &SlotSet, query: &BoundQuery) {
    let mut used = Reads::new(query);
    used.slots = needed.clone();
    graph.reads(&mut used);
    let Some((left, right)) = find(graph, &used.slots) else { return };
    let middle = middle(graph, left).unwrap_or_default();
    let pair = Pair { node: graph.pattern.nodes[middle].slot, arms: [arm(graph, left), arm(graph, right)] };
    let ends = [end(graph, left, middle), end(graph, right, middle)];
    graph.pairs.push(pair);
    remove(graph, [left, right], ends);
}

/// Two loose ends at one node that clash with each other and with nothing else.
fn find(graph: &QueryGraph, used: &SlotSet) -> Option<(usize, usize)> {
    let rels = &graph.pattern.rels;
    let loose: Vec<usize> = (0..rels.len()).filter(|rel| is_loose(graph, *rel, used)).collect();
    let [left, right] = loose.as_slice() else { return None };
    let middle = middle(graph, *left).filter(|node| [rels[*right].left, rels[*right].right].contains(node));
    let together = middle.is_some() && may_clash(&rels[*left], &rels[*right]);
    let others = rels.iter().enumerate().filter(|(index, _)| index != left && index != right);
    let clash = others.into_iter().any(|(_, other)| may_clash(other, &rels[*left]) || may_clash(other, &rels[*right]));
    (together && !clash).then_some((*left, *right))
}

/// Whether the relationship is a single unbound one to a node of which nothing is asked.
fn is_loose(graph: &QueryGraph, index: usize, used: &SlotSet) -> bool {
    let rel = &graph.pattern.rels[index];
    !rel.bound && rel.length.is_none() && !used.contains(rel.slot) && leaf(graph, rel, used).is_some()
}

/// The end of a relationship of which nothing is asked.
fn leaf(graph: &QueryGraph, rel: &PatternRel, used: &SlotSet) -> Option<usize> {
    let open = |index: usize| {
        let node = &graph.pattern.nodes[index];
        let degree = graph.pattern.rels.iter().filter(|rel| rel.left == index || rel.right == index).count();
        let plain = !node.bound && node.labels.is_none() && node.entity.is_none() && !used.contains(node.slot);
        plain && degree == 1
    };
    if rel.left == rel.right {
        return None;
    }
    [rel.left, rel.right].into_iter().find(|index| open(*index))
}

/// The end of a loose relationship at which others may be: the one with more relationships.
fn middle(graph: &QueryGraph, index: usize) -> Option<usize> {
    let rel = &graph.pattern.rels[index];
    let degree = |node: usize| graph.pattern.rels.iter().filter(|rel| rel.left == node || rel.right == node).count();
    [rel.left, rel.right].into_iter().find(|node| degree(*node) > 1)
}

fn end(graph: &QueryGraph, index: usize, middle: usize) -> usize {
    let rel = &graph.pattern.rels[index];
    if rel.left == middle { rel.right } else { rel.left }
}

fn arm(graph: &QueryGraph, index: usize) -> (TypeTest, Way) {
    let rel = &graph.pattern.rels[index];
    let from_left = middle(graph, index) == Some(rel.left);
    (rel.types.clone(), way(rel.direction, from_left))
}

/// Takes relationships and nodes out of the pattern.
fn remove(graph: &mut QueryGraph, rels: [usize; 2], nodes: [usize; 2]) {
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
