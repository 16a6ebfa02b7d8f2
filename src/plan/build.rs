//! Bound clauses as logical algebra, one operator after another in the order of the clauses.
//!
//! Takes a bound query. Gives [`Pipelines`]. Chooses nothing.

use super::logical::{Operator, Pipeline, Pipelines, QueryGraph, Source};
use super::physical::ApplyMode;
use crate::semantic::bound::{Arm, BoundClause, BoundQuery, Expr, ExprKind, Projection, Slot, Union};

/// The pipelines of a statement.
pub fn pipelines(query: &BoundQuery) -> Pipelines {
    Pipelines {
        root: union(&query.query, &Source::Unit),
        subqueries: query.subqueries.iter().map(|subquery| union(&subquery.query, &Source::Argument)).collect(),
    }
}

fn union(query: &Union, start: &Source) -> Pipeline {
    if let [arm] = query.arms.as_slice() {
        return single_arm(arm, &query.columns, start);
    }
    let arms = query.arms.iter().map(|arm| (clauses(&arm.clauses, start), arm.columns.clone())).collect();
    let source = Source::Union { arms, columns: query.columns.clone() };
    let steps = if query.all { Vec::new() } else { vec![Operator::Distinct(query.columns.clone())] };
    Pipeline { source, steps }
}

fn single_arm(arm: &Arm, columns: &[Slot], start: &Source) -> Pipeline {
    let mut pipeline = clauses(&arm.clauses, start);
    let renamed = columns.iter().zip(&arm.columns).filter(|(outer, inner)| outer != inner);
    let items: Vec<_> =
        renamed.map(|(outer, inner)| (*outer, Expr::new(ExprKind::Slot(*inner), Default::default()))).collect();
    if !items.is_empty() {
        pipeline.steps.push(Operator::Project(items));
    }
    pipeline
}

fn clauses(clauses: &[BoundClause], start: &Source) -> Pipeline {
    let mut steps = Vec::with_capacity(clauses.len());
    clauses.iter().for_each(|each| clause(each, &mut steps));
    Pipeline { source: start.clone(), steps }
}

fn clause(clause: &BoundClause, steps: &mut Vec<Operator>) {
    match clause {
        BoundClause::Match { optional, pattern, predicates } => {
            let graph =
                QueryGraph { pattern: pattern.clone(), predicates: predicates.clone(), ..QueryGraph::default() };
            steps.push(if *optional { optional_match(graph) } else { Operator::Match(graph) });
        }
        BoundClause::Unwind { list, slot } => steps.push(Operator::Unwind { list: list.clone(), slot: *slot }),
        BoundClause::Project(projection) => project(projection, steps),
        BoundClause::Filter(predicates) => steps.push(Operator::Filter(predicates.clone())),
        BoundClause::Create(creation) => steps.push(Operator::Create(creation.clone())),
        BoundClause::Merge { pattern, predicates, create, on_create, on_match } => {
            let graph =
                QueryGraph { pattern: pattern.clone(), predicates: predicates.clone(), ..QueryGraph::default() };
            let (on_create, on_match) = (on_create.clone(), on_match.clone());
            steps.push(Operator::Merge { graph, create: create.clone(), on_create, on_match });
        }
        BoundClause::Set(items) => steps.push(Operator::Set(items.clone())),
        BoundClause::Delete { detach, targets } => {
            steps.push(Operator::Delete { detach: *detach, targets: targets.clone() });
        }
        BoundClause::Foreach { slot, list, body } => {
            let inner = clauses(body, &Source::Argument);
            steps.push(Operator::Foreach { slot: *slot, list: list.clone(), inner });
        }
        BoundClause::Call { procedure, arguments, yields, void, span } => steps.push(Operator::ProcedureCall {
            procedure: procedure.clone(),
            arguments: arguments.clone(),
            yields: yields.clone(),
            void: *void,
            span: *span,
        }),
        BoundClause::LoadCsv(load) => steps.push(Operator::LoadCsv(load.clone())),
        BoundClause::Schema(change) => steps.push(Operator::Schema(change.clone())),
        BoundClause::Show { shown, yields } => {
            steps.push(Operator::Show { shown: *shown, yields: yields.clone() });
        }
        BoundClause::Subquery { optional, query, unit, transactions, .. } => {
            let mode = match (unit, optional) {
                (true, _) => ApplyMode::Unit,
                (false, false) => ApplyMode::Inner,
                (false, true) => ApplyMode::Optional(query.columns.clone()),
            };
            let (inner, transactions) = (union(query, &Source::Argument), transactions.clone());
            steps.push(Operator::Apply { inner, mode, transactions });
        }
    }
}

fn optional_match(graph: QueryGraph) -> Operator {
    let mode = ApplyMode::Optional(graph.writes().collect());
    let inner = Pipeline { source: Source::Argument, steps: vec![Operator::Match(graph)] };
    Operator::Apply { inner, mode, transactions: None }
}

fn project(projection: &Projection, steps: &mut Vec<Operator>) {
    if let Some(grouping) = &projection.grouping {
        steps.push(Operator::Aggregate { keys: grouping.keys.clone(), aggregates: grouping.aggregates.clone() });
    }
    let computed: Vec<_> = projection.items.iter().filter(|(slot, expr)| !is_slot(expr, *slot)).cloned().collect();
    if !computed.is_empty() {
        steps.push(Operator::Project(computed));
    }
    if projection.distinct {
        steps.push(Operator::Distinct(projection.items.iter().map(|(slot, _)| *slot).collect()));
    }
    if !projection.order_by.is_empty() {
        steps.push(Operator::Sort { keys: projection.order_by.clone(), limit: None });
    }
    steps.extend(projection.skip.iter().cloned().map(Operator::Skip));
    steps.extend(projection.limit.iter().cloned().map(Operator::Limit));
}

/// Whether the item keeps the value where it is.
fn is_slot(expr: &Expr, slot: Slot) -> bool {
    matches!(expr.kind, ExprKind::Slot(source) if source == slot)
}
