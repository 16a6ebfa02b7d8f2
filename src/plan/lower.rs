//! Logical pipelines to physical operators.
//!
//! Takes pipelines and statistics. Gives a plan whose `live` slots are not filled in yet.

use super::Options;
use super::estimate::{Statistics, bounded};
use super::grounds::Grounds;
use super::logical::{Operator, Pipeline, Pipelines, Source};
use super::pattern::match_graph;
use super::physical::{ApplyMode, Node, Op, Plan, Subplan};
use super::share::Populations;
use super::slots::{Reads, SlotSet};
use crate::error::{Error, Result};
use crate::semantic::bound::{BoundQuery, Expr, ExprKind, Slot, Transactions};
use crate::value::Value;
use std::sync::Arc;

/// The elements of a list whose length is not known.
const LIST_LENGTH: f64 = 10.0;
/// The records of a file.
const RECORDS: f64 = 1_000.0;
/// The rows of a procedure.
const PROCEDURE_ROWS: f64 = 10.0;

/// Lowers a statement.
///
/// # Errors
/// When the frame would be too large.
pub fn lower(
    query: &BoundQuery,
    pipelines: &Pipelines,
    statistics: &Statistics<'_>,
    options: &Options,
) -> Result<Plan> {
    let mut lowering = Lowering { query, statistics: *statistics, options, outer_rows: 1.0, frame: query.frame };
    let root = lowering.pipeline(&pipelines.root, query.columns.iter().map(|column| column.slot).collect(), 1.0);
    let mut subqueries = Vec::with_capacity(query.subqueries.len());
    if !query.writes {
        lowering.outer_rows = root.chain().map(|node| node.estimate).fold(1.0, f64::max);
    }
    for (subquery, pipeline) in query.subqueries.iter().zip(&pipelines.subqueries) {
        let root = lowering.pipeline(pipeline, subquery.kind.slot().into_iter().collect(), 1.0);
        subqueries.push(Some(Subplan { result: subquery.kind, root, imports: subquery.imports.clone() }));
    }
    if lowering.frame == u32::MAX {
        return Err(Error::internal("the frame has too many slots"));
    }
    let mut slot_names = query.slot_names.clone();
    slot_names.resize(lowering.frame as usize, None);
    Ok(Plan {
        root,
        frame: lowering.frame,
        slot_names,
        columns: query.columns.clone(),
        subqueries,
        parameters: query.parameters.clone(),
        writes: query.writes,
        notifications: query.notifications.clone(),
        grounds: Grounds::default(),
    })
}

/// An `Apply` over an inner plan, with a row id slot from `fresh` when the inner plan can serve many rows at once.
pub(super) fn apply(inner: Node, mode: ApplyMode, rows: f64, fresh: impl FnOnce() -> Slot) -> Node {
    let row_id = serves_many_rows(&inner).then(fresh);
    let estimate = applied(&mode, rows, inner.estimate);
    Node::new(Op::Apply { inner: Box::new(inner), mode, row_id, transactions: None }, estimate)
}

/// How many rows an inner plan gives that is applied to so many, with so many for each.
fn applied(mode: &ApplyMode, rows: f64, inner: f64) -> f64 {
    match mode {
        ApplyMode::Inner => bounded(rows * inner),
        ApplyMode::Optional(_) => bounded(rows * inner.max(1.0)),
        ApplyMode::Semi | ApplyMode::Anti => rows * 0.5,
        ApplyMode::Result(..) | ApplyMode::Unit => rows,
    }
}

/// Whether an inner plan may be run for many rows together: no operator in it looks at a row's results as a whole or
/// changes the graph.
fn serves_many_rows(inner: &Node) -> bool {
    inner.chain().all(|node| match &node.op {
        Op::Aggregate { .. }
        | Op::Distinct(_)
        | Op::Sort { .. }
        | Op::Skip(_)
        | Op::Limit { .. }
        | Op::Union { .. }
        | Op::Eager
        | Op::ProcedureCall { .. }
        | Op::Create { .. }
        | Op::Merge { .. }
        | Op::Set(_)
        | Op::Delete { .. }
        | Op::Foreach { .. }
        | Op::Schema(_)
        | Op::Show { .. }
        | Op::StoredCounts(_)
        | Op::Unit => false,
        Op::Apply { inner, transactions, .. } => transactions.is_none() && !inner.changes_graph(),
        _ => true,
    })
}

/// What lowering needs throughout.
pub(super) struct Lowering<'a> {
    pub(super) query: &'a BoundQuery,
    pub(super) statistics: Statistics<'a>,
    pub(super) options: &'a Options,
    /// For how many rows of the plans around the present one it is run, where it may keep what it has found for them.
    pub(super) outer_rows: f64,
    frame: u32,
}

impl Lowering<'_> {
    /// A hidden slot.
    pub(super) fn fresh_slot(&mut self) -> Slot {
        let slot = Slot(self.frame);
        self.frame = self.frame.saturating_add(1);
        slot
    }

    /// Lowers a pipeline for one outer row (or for `rows` of a source of its own). `after`: the slots read after it.
    fn pipeline(&mut self, pipeline: &Pipeline, after: SlotSet, rows: f64) -> Node {
        let query = self.query;
        let needed = pipeline.needed_after(after, |step| {
            let mut reads = Reads::new(query);
            step.reads(&mut reads);
            reads.slots
        });
        let mut chain = vec![self.source(&pipeline.source, rows)];
        let mut wrote =
            matches!(&pipeline.source, Source::Union { arms, .. } if arms.iter().any(|(arm, _)| arm.writes()));
        for (at, (step, needed)) in pipeline.steps.iter().zip(&needed).enumerate() {
            self.step((step, pipeline.steps.get(at + 1)), needed, wrote, &mut chain);
            wrote |= step.writes();
        }
        Node::from_chain(chain)
    }

    fn source(&mut self, source: &Source, rows: f64) -> Node {
        match source {
            Source::Unit => Node::new(Op::Unit, 1.0),
            Source::Argument => Node::new(Op::Argument, rows),
            Source::Union { arms, columns } => {
                let lower = |(arm, slots): &(Pipeline, Vec<Slot>)| {
                    (self.pipeline(arm, slots.iter().copied().collect(), rows), slots.clone())
                };
                let arms: Vec<_> = arms.iter().map(lower).collect();
                let estimate = bounded(arms.iter().map(|(arm, _)| arm.estimate).sum());
                Node::new(Op::Union { arms, columns: columns.clone() }, estimate)
            }
        }
    }

    fn step(
        &mut self,
        (step, next): (&Operator, Option<&Operator>),
        needed: &SlotSet,
        wrote: bool,
        chain: &mut Vec<Node>,
    ) {
        let rows = chain.last().map_or(1.0, |node| node.estimate);
        let node = match step {
            Operator::Match(graph) => return match_graph(self, chain, graph.clone().before(next), needed),
            Operator::Filter(predicates) => {
                let share = self.statistics.share_of_all(predicates, &Populations::default());
                Node::new(Op::Filter(Arc::new(predicates.clone())), rows * share)
            }
            Operator::Project(items) => Node::new(Op::Project(Arc::new(items.clone())), rows),
            Operator::Unwind { list, slot } => {
                let estimate = bounded(rows * list_length(list));
                Node::new(Op::Unwind { list: list.clone(), slot: *slot }, estimate)
            }
            Operator::Aggregate { keys, aggregates } => {
                let estimate = if keys.is_empty() { 1.0 } else { (rows * 0.5).max(rows.min(1.0)) };
                Node::new(Op::Aggregate { keys: keys.clone(), aggregates: aggregates.clone() }, estimate)
            }
            Operator::Distinct(slots) => Node::new(Op::Distinct(slots.clone()), rows),
            Operator::Sort { keys, limit } => {
                let estimate = limit.as_ref().and_then(constant).map_or(rows, |most| rows.min(most));
                Node::new(Op::Sort { keys: keys.clone(), limit: limit.clone() }, estimate)
            }
            Operator::Skip(count) => {
                Node::new(Op::Skip(count.clone()), (rows - constant(count).unwrap_or(0.0)).max(0.0))
            }
            Operator::Limit(count) => {
                let estimate = constant(count).map_or(rows, |most| rows.min(most));
                Node::new(Op::Limit { count: count.clone(), exhaust: wrote }, estimate)
            }
            Operator::LoadCsv(load) => Node::new(Op::LoadCsv(load.clone()), bounded(rows * RECORDS)),
            Operator::Apply { inner, mode, transactions: None } => {
                return self.apply_step(inner, mode, needed, chain);
            }
            Operator::Apply { inner, mode, transactions: Some(transactions) } => {
                return self.transactions_step(inner, mode, transactions, needed, chain);
            }
            Operator::ProcedureCall { procedure, arguments, yields, void, span } => {
                let op = Op::ProcedureCall {
                    procedure: procedure.clone(),
                    arguments: arguments.clone(),
                    yields: yields.clone(),
                    void: *void,
                    span: *span,
                };
                Node::new(op, if *void { rows } else { bounded(rows * PROCEDURE_ROWS) })
            }
            Operator::Show { shown, yields } => {
                Node::new(Op::Show { shown: *shown, yields: yields.clone() }, bounded(rows * PROCEDURE_ROWS))
            }
            _ => self.write_step(step, needed, rows),
        };
        chain.push(node);
    }

    fn apply_step(&mut self, inner: &Pipeline, mode: &ApplyMode, needed: &SlotSet, chain: &mut Vec<Node>) {
        let rows = chain.last().map_or(1.0, |node| node.estimate);
        let writes = inner.writes();
        let outer_rows = self.outer_rows;
        if !self.query.writes {
            self.outer_rows = bounded(outer_rows * rows.max(1.0));
        }
        let inner = self.pipeline(inner, needed.clone(), 1.0);
        self.outer_rows = outer_rows;
        if writes {
            chain.push(Node::new(Op::Eager, rows)); // what comes before must not see the inner plan's changes
        }
        let node = apply(inner, mode.clone(), rows, || self.fresh_slot());
        let rows = node.estimate;
        chain.push(node);
        if writes {
            chain.push(Node::new(Op::Eager, rows)); // what comes after must see all of them
        }
    }

    /// A subquery that commits on the way. It is fenced like one that changes the graph, even where it does not.
    fn transactions_step(
        &mut self,
        inner: &Pipeline,
        mode: &ApplyMode,
        transactions: &Transactions,
        needed: &SlotSet,
        chain: &mut Vec<Node>,
    ) {
        let rows = chain.last().map_or(1.0, |node| node.estimate);
        let inner = self.pipeline(inner, needed.clone(), 1.0);
        let estimate = applied(mode, rows, inner.estimate);
        let (inner, transactions) = (Box::new(inner), Some(Box::new(transactions.clone())));
        chain.push(Node::new(Op::Eager, rows));
        chain.push(Node::new(Op::Apply { inner, mode: mode.clone(), row_id: None, transactions }, estimate));
        chain.push(Node::new(Op::Eager, estimate));
    }

    fn write_step(&mut self, step: &Operator, needed: &SlotSet, rows: f64) -> Node {
        let op = match step {
            Operator::Create(creation) => {
                Op::Create { items: Arc::new(creation.items.clone()), paths: Arc::new(creation.paths.clone()) }
            }
            Operator::Merge { graph, create, on_create, on_match } => {
                let mut reads = Reads::new(self.query);
                reads.slots = needed.clone();
                reads.set_items(on_match);
                let mut inner = vec![Node::new(Op::Argument, 1.0)];
                match_graph(self, &mut inner, graph.clone(), &reads.slots);
                Op::Merge {
                    inner: Box::new(Node::from_chain(inner)),
                    items: create.items.clone(),
                    paths: create.paths.clone(),
                    on_create: on_create.clone(),
                    on_match: on_match.clone(),
                }
            }
            Operator::Schema(change) => Op::Schema(change.clone()),
            Operator::Set(items) => Op::Set(items.clone()),
            Operator::Delete { detach, targets } => Op::Delete { detach: *detach, targets: targets.clone() },
            Operator::Foreach { slot, list, inner } => {
                let inner = Box::new(self.pipeline(inner, SlotSet::new(), 1.0));
                Op::Foreach { slot: *slot, list: list.clone(), inner }
            }
            _ => Op::Eager,
        };
        Node::new(op, rows)
    }
}

fn list_length(list: &Expr) -> f64 {
    match &list.kind {
        ExprKind::List(items) => items.len() as f64,
        ExprKind::Const(Value::List(items)) => items.len() as f64,
        ExprKind::Const(Value::Null) => 0.0,
        _ => LIST_LENGTH,
    }
}

/// The number of rows that a constant stands for.
fn constant(count: &Expr) -> Option<f64> {
    match &count.kind {
        ExprKind::Const(Value::Int(count)) => Some((*count).max(0) as f64),
        _ => None,
    }
}
