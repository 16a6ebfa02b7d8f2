//! A label that every relationship of the pattern's type has at that end is no condition. The count is exact, and the
//! plan of a statement that only reads is run only where it is.
//!
//! The label stays with the node, so that a search may begin at those that have it; the node is not tested again.

use super::{Action, Rule, labelled};
use crate::plan::estimate::Counts;
use crate::plan::grounds::Fact;
use crate::plan::logical::QueryGraph;
use crate::plan::order::way;
use crate::semantic::bound::{BoundQuery, PatternRel, Slot, TypeTest};
use crate::value::LabelId;

pub(super) const RULE: Rule = Rule {
    name: "implied_label",
    equation: "MATCH (n:L)-[:T]-(m) = MATCH (n)-[:T]-(m), when every T has an L at that end and nothing is written",
    action: Action::Counted(rewrite),
};

fn rewrite(graph: &mut QueryGraph, query: &BoundQuery, counts: &dyn Counts) {
    if query.writes {
        return;
    }
    let mut implied = labelled(graph);
    implied.retain(|(node, label)| graph.pattern.rels.iter().any(|rel| implies(graph, rel, *node, *label, counts)));
    graph.implied = implied;
}

/// Whether a relationship of the pattern leads only to nodes with the label at this end.
fn implies(graph: &QueryGraph, rel: &PatternRel, node: Slot, label: LabelId, counts: &dyn Counts) -> bool {
    let TypeTest::OneOf(types) = &rel.types else { return false };
    let walked = rel.length.as_ref().is_none_or(|length| {
        length.min > 0 && length.group.is_none() && length.selection.is_none() && length.shortest.is_none()
    });
    let always = |forward: bool| {
        let directions = way(rel.direction, forward).directions();
        let is_so = |each, direction| counts.is_so(Fact::Implied(each, direction, label));
        types.iter().all(|each| directions.iter().all(|direction| is_so(*each, *direction)))
    };
    let at = |end: usize| graph.pattern.nodes[end].slot == node;
    walked && !types.is_empty() && (at(rel.left) && always(true) || at(rel.right) && always(false))
}
