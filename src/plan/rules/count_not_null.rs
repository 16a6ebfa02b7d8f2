//! Counting what is never null is counting rows.
//!
//! `count(x) = count(*)` when `x` is a node or relationship that a `MATCH` of the same pipeline bound. Rows that are
//! only counted need not hold `x` at all.

use super::{Action, Rule};
use crate::functions::Aggregate;
use crate::plan::logical::{Operator, Pipeline};
use crate::plan::slots::SlotSet;
use crate::semantic::bound::{AggregateCall, ExprKind};

pub(super) const RULE: Rule = Rule {
    name: "count_not_null",
    equation: "count(x) = count(*), when MATCH binds x",
    action: Action::Pipeline(rewrite),
};

fn rewrite(pipeline: &mut Pipeline) {
    let mut bound = SlotSet::new();
    for step in &mut pipeline.steps {
        match step {
            Operator::Match(graph) => bound.extend(graph.writes()),
            Operator::Aggregate { aggregates, .. } => {
                aggregates.iter_mut().for_each(|(_, call)| count_rows(call, &bound));
            }
            _ => {}
        }
    }
}

fn count_rows(call: &mut AggregateCall, bound: &SlotSet) {
    let plain = call.aggregate == Aggregate::Count && !call.distinct;
    let [argument] = call.arguments.as_slice() else { return };
    if plain && matches!(argument.kind, ExprKind::Slot(slot) if bound.contains(slot)) {
        call.aggregate = Aggregate::CountStar;
        call.arguments.clear();
    }
}
