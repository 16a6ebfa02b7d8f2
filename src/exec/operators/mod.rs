//! The operators, one file for each family.
//!
//! An operator is built from a plan node and pulls chunks from its input. It gives no empty chunk, `None` at the end,
//! and can be reset to run again for another argument.

mod aggregate;
mod apply;
mod between;
mod buffer;
mod call;
mod changes;
mod create;
mod delete;
mod distinct;
mod expand;
mod expand_count;
mod filter;
mod foreach;
mod hash_join;
mod index_seek;
mod intersect;
mod keys;
mod legs;
mod limit;
mod load_csv;
mod merge;
mod morsels;
mod path_search;
mod project;
mod reach;
mod rel_tests;
mod resumable;
mod rounds;
mod row_counts;
mod scan;
mod schema;
mod screen;
mod seek;
mod set;
mod shortest;
mod show;
mod slices;
mod sort;
mod source;
mod text_keys;
mod transactions;
mod union;
mod unwind;
mod used;
mod var_expand;
pub(super) mod weigh;
mod within;

use super::chunk::{Chunk, Live};
use super::citations;
use super::context::Context;
use super::later::Later;
use super::memory::Held;
use super::program::{Program, preorder};
use crate::error::{Error, Result};
use crate::plan::physical::{Node, Op};
use buffer::Handover;
use scan::Stretches;
use std::sync::Arc;
use std::time::Instant;

/// An operator of a running plan.
pub(super) trait Operator: Send {
    /// The next rows, of which there is at least one; `None` when there are no more.
    fn next(&mut self, cx: &mut Context) -> Result<Option<Chunk>>;

    /// Makes it run from the beginning, for the context's present argument.
    fn reset(&mut self);
}

/// An operator in its place in the plan.
pub(super) struct Stage {
    operator: Box<dyn Operator>,
    /// Its number in the order of the profile; `None` for what stands in no plan.
    number: Option<usize>,
    /// The chunk it has given last.
    given: Held,
}

impl Default for Stage {
    /// What gives one empty row.
    fn default() -> Stage {
        Stage::new(Box::new(source::Unit::default()), None)
    }
}

impl Stage {
    fn new(operator: Box<dyn Operator>, number: Option<usize>) -> Stage {
        Stage { operator, number, given: Held::default() }
    }

    /// The next rows; `None` when there are no more.
    pub(super) fn next(&mut self, cx: &mut Context) -> Result<Option<Chunk>> {
        cx.check()?;
        self.given.release();
        let chunk = match self.number {
            Some(number) if cx.settings().profile => self.profiled(cx, number),
            _ => self.operator.next(cx),
        }?;
        if let Some(chunk) = &chunk {
            self.given.grow(cx, chunk.bytes())?;
            if let Some(meter) = &cx.settings().meter {
                meter.note(chunk.total(), cx.pool().used());
            }
        }
        Ok(chunk)
    }

    /// Makes it run from the beginning.
    pub(super) fn reset(&mut self) {
        self.given.release();
        self.operator.reset();
    }

    fn profiled(&mut self, cx: &mut Context, number: usize) -> Result<Option<Chunk>> {
        let start = Instant::now();
        let above = cx.operator.replace(number);
        let chunk = self.operator.next(cx)?;
        cx.operator = above;
        cx.did(number, start.elapsed(), chunk.as_ref().map_or(0, Chunk::total));
        Ok(chunk)
    }
}

/// A part of a plan that ends with an operator that changes the graph. Such an operator reads all its input before it
/// gives a row and is always run, so that the part can be run to its end before the operators above it: a statement
/// of thousands of clauses needs no deep stack.
pub(super) struct Part {
    stage: Stage,
    rows: Handover,
}

impl Part {
    /// Runs it to its end.
    pub(super) fn run(&mut self, cx: &mut Context) -> Result<()> {
        let mut held = Held::default();
        for chunk in drain(&mut self.stage, cx, None, &mut held)? {
            self.rows.push(chunk);
        }
        Ok(())
    }
}

/// The operators of a plan, numbered for the profile: parts to be run first, and what gives the rows. So many threads
/// may work on them.
pub(super) fn build_parts(program: &Program, threads: usize) -> (Vec<Part>, Stage) {
    let mut parts = Vec::new();
    let mut builder = Builder { program, next: 0, threads: threads.max(1) };
    let root = builder.stage_with(&program.plan().root, &mut Some(&mut parts));
    (parts, root)
}

/// The operators of a plan inside an expression, of which the first has the given number.
pub(super) fn build(program: &Program, root: &Node, number: usize) -> Stage {
    Builder { program, next: number, threads: 1 }.stage(root)
}

/// Whether a plan's rows may leave the order of the argument's rows.
fn reorders(node: &Node) -> bool {
    let mut nodes = Vec::new();
    preorder(node, &mut nodes);
    nodes.iter().any(|node| matches!(node.op, Op::Union { .. } | Op::Sort { .. } | Op::Aggregate { .. }))
}

/// Builds operators from nodes.
struct Builder<'p> {
    program: &'p Program,
    next: usize,
    threads: usize,
}

impl Builder<'_> {
    /// The operators of a plan: numbered from its end, put together from its source.
    fn stage(&mut self, root: &Node) -> Stage {
        self.stage_with(root, &mut None)
    }

    /// The same, with parts split off where there is a place for them.
    fn stage_with(&mut self, root: &Node, parts: &mut Option<&mut Vec<Part>>) -> Stage {
        let mut chain = Vec::new();
        for node in root.chain() {
            let number = self.number();
            let inner = self.inner(node);
            chain.push((node, number, inner));
        }
        // One for each thread that runs what is above.
        let mut below: Vec<Stage> = Vec::new();
        let mut over_unit = false;
        while let Some((node, number, inner)) = chain.pop() {
            let Some(step) = self.program.step(number) else { break };
            let changing = self.program.plan().writes;
            let node = Placed { node, number, live: &step.live, changing };
            if step.sliced {
                let sliced = |input| Stage::new(Box::new(slices::Slices::new(input)), None);
                below = below.into_iter().map(sliced).collect();
            }
            let next = chain.last().map(|(next, ..)| *next);
            let shared = over_unit && self.threads > 1 && is_scan(node.op()) && next.is_some_and(hands_out);
            over_unit = below.is_empty() && matches!(node.op(), Op::Unit);
            if shared {
                below = self.shared_scans(node);
                continue;
            }
            if hands_out(node.node) || (below.len() > 1 && !node.op().reads_all()) {
                below = self.for_threads(node, below, inner);
                continue;
            }
            let operator = match below.is_empty() {
                true => source(node, inner),
                false => with_inputs(node, &mut below, inner),
            };
            let mut stage = Stage::new(operator, Some(number));
            if let Some(parts) = parts.as_mut().filter(|_| step.ends_part) {
                let rows = Handover::default();
                parts.push(Part { stage, rows: rows.clone() });
                stage = Stage::new(Box::new(rows), None);
            }
            below.push(stage);
        }
        below.pop().unwrap_or_default()
    }

    /// The operators of the plans inside one.
    fn inner(&mut self, node: &Node) -> Vec<Stage> {
        node.op.inner_plans().map(|inner| self.stage(inner)).collect()
    }

    /// A scan for each thread, which share the stretches that there are.
    fn shared_scans(&self, node: Placed<'_>) -> Vec<Stage> {
        let stretches = Stretches::shared();
        let each = || Stage::new(scan(node, Stage::default(), stretches.clone()), Some(node.number));
        std::iter::repeat_with(each).take(self.threads).collect()
    }

    /// An operator for each thread: those that take morsels, and those above them, which have an input each.
    fn for_threads(&self, node: Placed<'_>, inputs: Vec<Stage>, inner: Vec<Stage>) -> Vec<Stage> {
        if let Op::Morsels(rows) = *node.op()
            && inputs.len() == 1
        {
            let rows = if self.threads > 1 { rows } else { usize::MAX };
            let morsels = morsels::Morsels::new(inputs.into_iter().next().unwrap_or_default(), rows);
            let each = || Stage::new(Box::new(morsels.clone()), Some(node.number));
            return std::iter::repeat_with(each).take(self.threads).collect();
        }
        let others = || Builder { program: self.program, next: node.number + 1, threads: 1 }.inner(node.node);
        let inner = std::iter::once(inner).chain(std::iter::repeat_with(others));
        let operators = inputs.into_iter().zip(inner).map(|(input, inner)| with_inputs(node, &mut vec![input], inner));
        operators.map(|operator| Stage::new(operator, Some(node.number))).collect()
    }

    fn number(&mut self) -> usize {
        self.next += 1;
        self.next - 1
    }
}

/// A node of a plan with its number and the slots that it carries on.
#[derive(Clone, Copy)]
struct Placed<'p> {
    node: &'p Node,
    number: usize,
    live: &'p Live,
    /// Whether the statement changes the graph.
    changing: bool,
}

impl<'p> Placed<'p> {
    fn op(self) -> &'p Op {
        &self.node.op
    }
}

/// The operator of a node without input; one that needs an input gets one empty row.
fn source(node: Placed<'_>, inner: Vec<Stage>) -> Box<dyn Operator> {
    match node.op() {
        Op::Unit => Box::new(source::Unit::default()),
        Op::Argument => Box::new(source::Argument::new(node.live.clone())),
        Op::StoredCounts(counts) => Box::new(source::StoredCounts::new(counts.clone())),
        Op::Union { arms, columns } => {
            let arms = inner.into_iter().zip(arms).map(|(stage, (_, slots))| (stage, slots.clone())).collect();
            Box::new(union::Union::new(node.live.clone(), arms, columns.clone()))
        }
        _ => with_inputs(node, &mut vec![Stage::default()], inner),
    }
}

/// The operator of a node with its inputs, which it takes and of which one that reads all may have several, and the stages
/// of its inner plans.
fn with_inputs(node: Placed<'_>, inputs: &mut Vec<Stage>, inner: Vec<Stage>) -> Box<dyn Operator> {
    let live = node.live.clone();
    match node.op() {
        Op::Aggregate { keys, aggregates } => {
            let cited = citations::at_nodes(node.node.input.as_deref(), aggregates);
            let aggregates = aggregates.clone();
            return Box::new(aggregate::Aggregation::new(
                std::mem::take(inputs),
                live,
                keys.clone(),
                aggregates,
                cited,
            ));
        }
        Op::Sort { keys, limit } => {
            return Box::new(sort::Sort::new(std::mem::take(inputs), live, keys.clone(), limit.clone()));
        }
        _ => {}
    }
    let input = inputs.pop().unwrap_or_default();
    let mut inner = inner.into_iter();
    let mut inner_stage = || inner.next().unwrap_or_default();
    match node.op() {
        Op::Unit | Op::Argument | Op::StoredCounts(_) | Op::Union { .. } | Op::Aggregate { .. } | Op::Sort { .. } => {
            Box::new(source::Broken)
        }
        Op::Morsels(_) => Box::new(morsels::Relay::new(input)),
        Op::NodeScan { .. } | Op::RelScan { .. } => scan(node, input, Stretches::default()),
        Op::EntitySeek { slot, entity } => Box::new(seek::EntitySeek::new(input, live, *slot, entity.clone())),
        Op::NodeById { slot, id } => Box::new(seek::NodeById::new(input, live, *slot, id.clone())),
        Op::IndexSeek { target, index, probe, covered } => {
            let sought = (Arc::clone(probe), Arc::clone(covered));
            Box::new(index_seek::IndexSeek::new(input, live, *target, Arc::clone(index), sought))
        }
        Op::NameSeek { slot, probe } => Box::new(seek::NameSeek::new(input, live, *slot, Arc::clone(probe))),
        Op::Expand(expand) => Box::new(expand::Expansion::new(input, live, expand, false)),
        Op::ExpandInto(expand) => Box::new(expand::Expansion::new(input, live, expand, true)),
        Op::ExpandBound { expand, from_known, to_known } => {
            Box::new(expand::BoundExpansion::new(input, live, expand.clone(), [*from_known, *to_known]))
        }
        Op::ExpandCount(expand) => Box::new(expand_count::Counting::new(input, &live, expand)),
        Op::Weigh { node, weight } => Box::new(weigh::Weigh::new(input, *node, weight)),
        Op::IntersectCount(arms) => Box::new(intersect::Intersection::new(input, arms)),
        Op::RowCounts(slots) => Box::new(row_counts::RowCounts::new(input, live, slots.clone())),
        Op::Reach(expand) => Box::new(reach::Reach::new(input, live, expand.clone())),
        Op::VarExpand(expand) => Box::new(var_expand::VarExpansion::new(input, live, expand.clone())),
        Op::PathSearch(plan) => Box::new(path_search::Search::new(input, live, (**plan).clone())),
        Op::ShortestPath { expand, which } => {
            Box::new(shortest::ShortestPath::new(input, live, expand.clone(), *which))
        }
        Op::Filter(predicates) => Box::new(filter::Filter::new(input, Arc::clone(predicates))),
        Op::LabelFilter { slot, test } => Box::new(filter::LabelFilter::new(input, *slot, test.clone())),
        Op::Project(items) => Box::new(project::Project::new(input, live, Arc::clone(items))),
        Op::Unwind { list, slot } => Box::new(unwind::Unwind::new(input, live, list.clone(), *slot)),
        Op::LoadCsv(load) => Box::new(load_csv::LoadCsv::new(input, live, load.clone())),
        Op::Apply { inner, mode, transactions: Some(transactions), .. } => {
            let (inner, plan) = (inner_stage(), (inner.as_ref(), mode.clone()));
            Box::new(transactions::TransactionApply::new(input, live, inner, plan, transactions.as_ref().clone()))
        }
        Op::Apply { inner, mode, row_id, transactions: None } => {
            Box::new(apply::Apply::new(input, live, inner_stage(), inner, mode.clone(), *row_id))
        }
        Op::HashJoin(join) => {
            let inner = inner_stage();
            let builds = join.keys.iter().any(|(_, inner)| inner.builds_values());
            let inner = if builds { Stage::new(Box::new(slices::Slices::new(inner)), None) } else { inner };
            Box::new(hash_join::HashJoin::new(input, live, inner, join, node.changing))
        }
        Op::Distinct(slots) => Box::new(distinct::Distinct::new(input, slots.clone())),
        Op::Skip(count) => Box::new(limit::Skip::new(input, count.clone())),
        Op::Limit { count, exhaust } => Box::new(limit::Limit::new(input, count.clone(), *exhaust)),
        Op::Eager => Box::new(buffer::Eager::new(input, live)),
        Op::ProcedureCall { procedure, arguments, yields, void, span } => Box::new(call::ProcedureCall::new(
            input,
            live,
            call::Procedure {
                name: procedure.clone(),
                arguments: arguments.clone(),
                yields: yields.clone(),
                void: *void,
                span: *span,
            },
        )),
        Op::Create { items, paths } => Box::new(create::Create::new(input, live, Arc::clone(items), Arc::clone(paths))),
        Op::Schema(change) => Box::new(schema::Schema::new(input, change.clone())),
        Op::Show { shown, yields } => Box::new(show::Show::new(input, live, *shown, yields.clone())),
        Op::Set(items) => Box::new(set::Set::new(input, live, items.clone())),
        Op::Delete { detach, targets } => Box::new(delete::Delete::new(input, live, *detach, targets.clone())),
        Op::Merge { inner: _, items, paths, on_create, on_match } => {
            let creation = create::Creation::new(Arc::new(items.clone()), Arc::new(paths.clone()), true);
            Box::new(merge::Merge::new(input, live, inner_stage(), creation, [on_create.clone(), on_match.clone()]))
        }
        Op::Foreach { slot, list, .. } => {
            Box::new(foreach::Foreach::new(input, live, inner_stage(), *slot, list.clone()))
        }
    }
}

fn hands_out(node: &Node) -> bool {
    matches!(node.op, Op::Morsels(_))
}

fn is_scan(op: &Op) -> bool {
    matches!(op, Op::NodeScan { .. } | Op::RelScan { .. })
}

/// The operator of a scan.
fn scan(node: Placed<'_>, input: Stage, stretches: Stretches) -> Box<dyn Operator> {
    let live = node.live.clone();
    match node.op() {
        Op::NodeScan { slot, label, tests } => {
            Box::new(scan::NodeScan::new(input, live, (*slot, *label), tests, stretches))
        }
        Op::RelScan { rel, from, to, types, tests } => {
            Box::new(scan::RelScan::new(input, live, [*rel, *from, *to], (types.clone(), tests), stretches))
        }
        _ => Box::new(source::Broken),
    }
}

/// Reads all rows of an input into dense chunks: of the live slots, or of all.
fn drain(input: &mut Stage, cx: &mut Context, live: Option<&Live>, held: &mut Held) -> Result<Vec<Chunk>> {
    let mut chunks = Later::new(cx, Vec::new());
    while let Some(chunk) = input.next(cx)? {
        let chunk = match live {
            Some(live) => chunk.compact(live),
            None => chunk.dense(),
        };
        held.grow(cx, chunk.bytes())?;
        chunks.push(chunk);
    }
    Ok(chunks.into_inner())
}

/// The rows of a drained chunk, each standing for itself alone.
fn flat(cx: &Context, chunk: Chunk, held: &mut Held) -> Result<Chunk> {
    if chunk.multiplicity.is_none() {
        return Ok(chunk);
    }
    let chunk = cx.flatten(chunk)?;
    held.grow(cx, chunk.bytes())?;
    Ok(chunk)
}

/// The error of a slot that holds something other than a node.
fn not_a_node(value: &crate::value::Value) -> Error {
    Error::type_error(format!("a node is needed, not a value of type {}", value.type_name()))
}
