//! Creates that follow one another become one.
//!
//! `CREATE a CREATE b = CREATE a, b`, when nothing in `b` looks at the graph beyond its own row. Scripts that create
//! thousands of things clause by clause become one operator.

use super::{Action, Rule};
use crate::plan::logical::{Operator, Pipeline};
use crate::plan::slots::{SlotSet, created};
use crate::semantic::bound::{CreateItem, Creation, Expr, ExprKind, for_each_subquery};

pub(super) const RULE: Rule = Rule {
    name: "merge_creates",
    equation: "CREATE a CREATE b = CREATE a, b, when b reads nothing that a creates but by name as an end",
    action: Action::Pipeline(rewrite),
};

fn rewrite(pipeline: &mut Pipeline) {
    let mut steps: Vec<Operator> = Vec::with_capacity(pipeline.steps.len());
    for step in std::mem::take(&mut pipeline.steps) {
        match (steps.last_mut(), step) {
            (Some(Operator::Create(first)), Operator::Create(second)) if independent(first, &second) => {
                first.items.extend(second.items);
                first.paths.extend(second.paths);
            }
            (_, step) => steps.push(step),
        }
    }
    pipeline.steps = steps;
}

/// Whether the expressions of the second creation are the same before and after the first.
fn independent(first: &Creation, second: &Creation) -> bool {
    let expressions = || second.items.iter().flat_map(CreateItem::expressions);
    if expressions().next().is_none() {
        return true;
    }
    let first: SlotSet = created(&first.items, &first.paths).collect();
    expressions().all(|expr| !looks_around(expr) && !reads_any(expr, &first))
}

fn looks_around(expr: &Expr) -> bool {
    let mut found = matches!(expr.kind, ExprKind::Entity(_));
    for_each_subquery(expr, &mut |_| found = true);
    expr.for_each_child(&mut |child| found |= looks_around(child));
    found
}

fn reads_any(expr: &Expr, slots: &SlotSet) -> bool {
    let mut found = match &expr.kind {
        ExprKind::Slot(slot) => slots.contains(*slot),
        ExprKind::Path(steps) => steps.iter().any(|slot| slots.contains(*slot)),
        _ => false,
    };
    expr.for_each_child(&mut |child| found |= reads_any(child, slots));
    found
}
