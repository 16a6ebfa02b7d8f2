//! Relationships that could only be the same one if it started where it ends are not compared, when there is no such
//! relationship. The count is exact, and the plan of a statement that only reads is run only where it is.
//!
//! Were `r` and `s` the same, their ends would be too. When that makes the two ends of a relationship of the pattern one
//! node, it would have to be a self-loop of one of its types.

use super::{Action, Rule};
use crate::plan::estimate::Counts;
use crate::plan::grounds::Fact;
use crate::plan::logical::{QueryGraph, may_clash};
use crate::plan::merge::{ends, groups};
use crate::semantic::bound::{BoundQuery, PatternRel, Slot, TypeTest};
use crate::syntax::ast::PatternDirection;

pub(super) const RULE: Rule = Rule {
    name: "no_loops",
    equation: "MATCH … r ≠ s … = MATCH …, when r = s needs a self-loop of a type that has none and nothing is written",
    action: Action::Counted(rewrite),
};

/// In patterns with more relationships all are compared.
const SMALL: usize = 32;

fn rewrite(graph: &mut QueryGraph, query: &BoundQuery, counts: &dyn Counts) {
    if !query.writes && graph.pattern.rels.len() <= SMALL {
        graph.apart = apart(graph, counts);
    }
}

/// The pairs of relationships that could be the same by their types, and cannot.
pub(super) fn apart(graph: &QueryGraph, counts: &dyn Counts) -> Vec<(Slot, Slot)> {
    let rels = &graph.pattern.rels;
    let all = (0..rels.len()).flat_map(|left| rels[left + 1..].iter().map(move |right| (&rels[left], right)));
    let apart = all.filter(|(left, right)| may_clash(left, right) && !may_be_one(graph, left, right, counts));
    apart.map(|(left, right)| (left.slot, right.slot)).collect()
}

fn may_be_one(graph: &QueryGraph, left: &PatternRel, right: &PatternRel, counts: &dyn Counts) -> bool {
    if left.length.is_some() || right.length.is_some() {
        return true;
    }
    let (from, to) = ends(left);
    let along = ends(right);
    let either = [left, right].iter().any(|rel| rel.direction == PatternDirection::Either);
    let ways = [(along.0, along.1), (along.1, along.0)];
    ways.iter().take(1 + usize::from(either)).any(|way| {
        let same = groups(graph.pattern.nodes.len(), [(from, way.0), (to, way.1)].into_iter());
        !needs_loop(graph, &same, counts)
    })
}

/// Whether a relationship of the pattern is a self-loop of a type that has none, when nodes are the same by groups.
pub(super) fn needs_loop(graph: &QueryGraph, same: &[usize], counts: &dyn Counts) -> bool {
    let closed = |rel: &&PatternRel| rel.length.is_none() && same[rel.left] == same[rel.right];
    let none = |types: &TypeTest| match types {
        TypeTest::Any => false,
        TypeTest::OneOf(types) => types.iter().all(|each| counts.is_so(Fact::Loopless(*each))),
    };
    graph.pattern.rels.iter().filter(closed).any(|rel| none(&rel.types))
}
