//! Counting a property that every node with the label has is counting rows. The count is exact, and the plan of a
//! statement that only reads is run only where it is.
//!
//! `count(n.k) = count(*)` when a `MATCH` of the same pipeline binds `n` to nodes with a label whose nodes all have `k`.

use super::{Action, Rule};
use crate::functions::Aggregate;
use crate::plan::estimate::Counts;
use crate::plan::grounds::Fact;
use crate::plan::logical::{Operator, Pipeline};
use crate::semantic::bound::{AggregateCall, BoundQuery, ExprKind, Slot};
use crate::value::{KeyId, LabelId};

pub(super) const RULE: Rule = Rule {
    name: "present_property",
    equation: "count(n.k) = count(*), when MATCH binds n to an L, every L has k and nothing is written",
    action: Action::CountedPipeline(rewrite),
};

fn rewrite(pipeline: &mut Pipeline, query: &BoundQuery, counts: &dyn Counts) {
    if query.writes {
        return;
    }
    let mut labelled: Vec<(Slot, LabelId)> = Vec::new();
    for step in &mut pipeline.steps {
        match step {
            Operator::Match(graph) => labelled.extend(super::labelled(graph)),
            Operator::Aggregate { aggregates, .. } => {
                let always = |slot: Slot, key: KeyId| {
                    let mut labels = labelled.iter().filter(|(other, _)| *other == slot);
                    labels.any(|(_, label)| counts.is_so(Fact::Present(*label, key)))
                };
                aggregates.iter_mut().for_each(|(_, call)| count_rows(call, &always));
            }
            _ => {}
        }
    }
}

fn count_rows(call: &mut AggregateCall, always: &dyn Fn(Slot, KeyId) -> bool) {
    let plain = call.aggregate == Aggregate::Count && !call.distinct;
    let [argument] = call.arguments.as_slice() else { return };
    let ExprKind::Property { base, id: Some(key), .. } = &argument.kind else { return };
    if plain && matches!(base.kind, ExprKind::Slot(slot) if always(slot, *key)) {
        call.aggregate = Aggregate::CountStar;
        call.arguments.clear();
    }
}
