//! Rows that are only counted need not be sorted.
//!
//! `SORT k; count = count`, when there is one group and computing the sort keys cannot fail.

use super::{Action, Rule};
use crate::functions::Aggregate;
use crate::plan::join::{cannot_fail, entities};
use crate::plan::logical::{Operator, Pipeline};
use crate::plan::slots::SlotSet;
use crate::semantic::bound::BoundQuery;

pub(super) const RULE: Rule = Rule {
    name: "needless_sort",
    equation: "SORT k; AGGREGATE count(x) = AGGREGATE count(x), when k cannot fail and nothing is written",
    action: Action::Joined(rewrite),
};

fn rewrite(pipeline: &mut Pipeline, query: &BoundQuery) {
    // A key of something deleted would be an error.
    if query.writes {
        return;
    }
    let mut known = SlotSet::default();
    let mut at = 0;
    while at + 1 < pipeline.steps.len() {
        if let Operator::Match(graph) = &pipeline.steps[at] {
            known.union_with(&entities(graph));
        }
        if is_needless(&pipeline.steps[at], &pipeline.steps[at + 1], &known) {
            pipeline.steps.remove(at);
        } else {
            at += 1;
        }
    }
}

fn is_needless(sort: &Operator, next: &Operator, known: &SlotSet) -> bool {
    let Operator::Sort { keys, limit: None } = sort else { return false };
    let Operator::Aggregate { keys: groups, aggregates } = next else { return false };
    let counts = |aggregate| matches!(aggregate, Aggregate::CountStar | Aggregate::Count);
    groups.is_empty()
        && aggregates.iter().all(|(_, call)| counts(call.aggregate))
        && keys.iter().all(|key| cannot_fail(&key.expr, known))
}
