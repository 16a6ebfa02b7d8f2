//! What a group rests on can be gathered side by side.
//!
//! `cited` gives each relationship of the rows of a group once. So where nothing else reads a relationship of the pattern,
//! the rows need not be made one for each: rows that count, and a list of the relationships that fit, are as good.

use super::{Action, Rule};
use crate::functions::Aggregate;
use crate::plan::logical::{Operator, Pipeline};
use crate::plan::slots::{Reads, SlotSet};
use crate::semantic::bound::{AggregateCall, BoundQuery, Expr, ExprKind, Slot};

pub(super) const RULE: Rule = Rule {
    name: "cited_leaves",
    equation: "cited(r) of rows with each r = cited(list of each r), when nothing else reads r",
    action: Action::Joined(rewrite),
};

fn rewrite(pipeline: &mut Pipeline, query: &BoundQuery) {
    for at in 0..pipeline.steps.len() {
        let (before, after) = pipeline.steps.split_at_mut(at + 1);
        let Some(Operator::Match(graph)) = before.last_mut() else { continue };
        let Some(aggregate) = after.iter().position(|step| matches!(step, Operator::Aggregate { .. })) else {
            continue;
        };
        let Operator::Aggregate { keys, aggregates } = &after[aggregate] else { continue };
        let mut read = Reads::new(query);
        after[..aggregate].iter().for_each(|step| step.reads(&mut read));
        read.items(keys);
        let calls = aggregates.iter().map(|(_, call)| call);
        calls
            .clone()
            .flat_map(|call| call.arguments.iter().filter(|argument| cited(call, argument).is_none()))
            .for_each(|argument| read.expr(argument));
        graph.reads(&mut read);
        let cited = calls.flat_map(|call| call.arguments.iter().filter_map(|argument| cited(call, argument)));
        let of_graph: SlotSet =
            graph.pattern.rels.iter().filter(|rel| !rel.bound && rel.length.is_none()).map(|rel| rel.slot).collect();
        graph.cited = cited.filter(|slot| of_graph.contains(*slot) && !read.slots.contains(*slot)).collect();
    }
}

/// The slot that an argument of `cited` reads, if it is nothing more.
fn cited(call: &AggregateCall, argument: &Expr) -> Option<Slot> {
    match argument.kind {
        ExprKind::Slot(slot) if call.aggregate == Aggregate::Cited => Some(slot),
        _ => None,
    }
}
