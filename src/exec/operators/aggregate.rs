//! Groups rows and aggregates each group.

use super::super::chunk::{Chunk, Live};
use super::super::citations::AtNode;
use super::super::column::Column;
use super::super::context::Context;
use super::super::eval::vector::{Rows, eval_column};
use super::super::grouping::Groups;
use super::super::later::Later;
use super::super::memory::Held;
use super::super::totals::{Input, Joined, Totals};
use super::buffer::Queue;
use super::keys::NodeKey;
use super::morsels::on_threads;
use super::text_keys::TextKey;
use super::{Operator, Stage};
use crate::error::{Error, Result};
use crate::functions::Aggregate;
use crate::semantic::bound::{AggregateCall, Expr, Slot};
use crate::value::Value;
use std::borrow::Cow;
use std::sync::Arc;

/// Gives one row for each group, in order of first appearance.
pub(super) struct Aggregation {
    /// One for each thread.
    inputs: Vec<Stage>,
    wanted: Wanted,
    cited: Vec<AtNode>,
    read: bool,
    queue: Queue,
    held: Held,
}

/// What rows are grouped by and what is computed for each group.
struct Wanted {
    live: Live,
    keys: Vec<(Slot, Expr)>,
    aggregates: Vec<(Slot, AggregateCall)>,
}

/// The groups under way: for each aggregate the state of each group.
#[derive(Default)]
struct Grouping {
    groups: Groups,
    /// For each key that depends on one node alone, its numbers by node.
    by_node: Vec<Option<NodeKey>>,
    /// For each key that is a property, its numbers by text.
    by_text: Vec<Option<TextKey>>,
    totals: Vec<Totals>,
    /// How many groups the totals have room for.
    room: usize,
    held: Held,
}

impl Aggregation {
    pub(super) fn new(
        inputs: Vec<Stage>,
        live: Live,
        keys: Vec<(Slot, Expr)>,
        aggregates: Vec<(Slot, AggregateCall)>,
        cited: Vec<AtNode>,
    ) -> Aggregation {
        let wanted = Wanted { live, keys, aggregates };
        Aggregation { inputs, wanted, cited, read: false, queue: Queue::default(), held: Held::default() }
    }

    fn read(&mut self, cx: &mut Context) -> Result<()> {
        let wanted = &self.wanted;
        let mut groupings = on_threads(cx, &mut self.inputs, |cx, input| wanted.read(cx, input))?.into_iter();
        let Some(mut grouping) = groupings.next() else { return Err(Error::internal("nobody has read the rows")) };
        for other in groupings {
            wanted.join(cx, &mut grouping, other.into_inner())?;
        }
        let mut grouping = grouping.into_inner();
        self.held = std::mem::take(&mut grouping.held);
        let rows = wanted.finish(cx, grouping, &mut self.cited, &mut self.held)?;
        self.queue.push(rows);
        Ok(())
    }
}

impl Wanted {
    fn read(&self, cx: &mut Context, input: &mut Stage) -> Result<Later<Grouping>> {
        let grouping = Grouping {
            by_node: self.keys.iter().map(|(_, key)| NodeKey::new(cx, key)).collect(),
            by_text: self.keys.iter().map(|(_, key)| TextKey::new(cx, key)).collect(),
            totals: self.aggregates.iter().map(|(_, call)| Totals::new(call)).collect(),
            ..Grouping::default()
        };
        let mut grouping = Later::new(cx, grouping);
        if self.keys.is_empty() {
            grouping.groups.combine(cx, &[])?;
            self.make_room(cx, &mut grouping)?;
        }
        while let Some(chunk) = input.next(cx)? {
            if self.only_counts() {
                let total = chunk.total();
                grouping.totals.iter_mut().try_for_each(|totals| totals.add_rows(total))?;
            } else {
                self.add(cx, &mut grouping, &chunk)?;
            }
        }
        Ok(grouping)
    }

    /// Takes in the groups of another thread.
    fn join(&self, cx: &Context, grouping: &mut Grouping, other: Grouping) -> Result<()> {
        let known = grouping.groups.len();
        let groups = grouping.groups.join(cx, &other.groups, self.keys.len())?;
        self.make_room(cx, grouping)?;
        let Grouping { totals, held, .. } = grouping;
        held.absorb(other.held);
        let joined = Joined { groups: &groups, known };
        for ((totals, others), (_, call)) in totals.iter_mut().zip(other.totals).zip(&self.aggregates) {
            totals.merge(cx, call, others, &joined, held).map_err(|error| error.at(call.span))?;
        }
        Ok(())
    }

    /// Whether there is one group and its rows need only be counted.
    fn only_counts(&self) -> bool {
        self.keys.is_empty() && self.aggregates.iter().all(|(_, call)| call.aggregate == Aggregate::CountStar)
    }

    /// Gives every group a state in each aggregate.
    fn make_room(&self, cx: &Context, grouping: &mut Grouping) -> Result<()> {
        let groups = grouping.groups.len();
        let more = (groups - grouping.room) as u64;
        grouping.room = groups;
        for (totals, (_, call)) in grouping.totals.iter_mut().zip(&self.aggregates) {
            grouping.held.grow(cx, more * totals.state_bytes())?;
            totals.resize(call, groups, cx.value_limit());
        }
        Ok(())
    }

    fn add(&self, cx: &mut Context, grouping: &mut Grouping, chunk: &Chunk) -> Result<()> {
        let rows = Rows::of(chunk);
        let groups = self.groups(cx, grouping, chunk)?;
        self.make_room(cx, grouping)?;
        let times: Option<Cow<'_, [u64]>> = match (&chunk.multiplicity, &chunk.selection) {
            (None, _) => None,
            (Some(times), None) => Some(Cow::Borrowed(times)),
            (Some(times), Some(selection)) => Some(selection.iter().map(|&at| times[at as usize]).collect()),
        };
        let Grouping { totals, held, .. } = grouping;
        for (totals, (_, call)) in totals.iter_mut().zip(&self.aggregates) {
            let columns = call.arguments.iter().map(|argument| eval_column(cx, argument, rows));
            let columns = columns.collect::<Result<Vec<_>>>()?;
            let columns: Vec<&Column> = columns.iter().map(AsRef::as_ref).collect();
            let input = Input { groups: &groups, times: times.as_deref(), arguments: &columns };
            totals.add(cx, call, &input, held).map_err(|error| error.at(call.span))?;
        }
        Ok(())
    }

    /// The group of each row.
    fn groups(&self, cx: &Context, grouping: &mut Grouping, chunk: &Chunk) -> Result<Vec<u32>> {
        let rows = Rows::of(chunk);
        let mut codes: Vec<Vec<u32>> = Vec::with_capacity(self.keys.len());
        for (at, (_, key)) in self.keys.iter().enumerate() {
            let groups = &mut grouping.groups;
            let by_text = grouping.by_text[at].as_mut().map(|by_text| by_text.codes(cx, groups, at, chunk));
            if let Some(known) = by_text.transpose()?.flatten() {
                codes.push(known);
                continue;
            }
            let by_node = grouping.by_node[at].as_mut().map(|by_node| by_node.codes(cx, groups, at, key, chunk));
            codes.push(match by_node.transpose()?.flatten() {
                Some(codes) => codes,
                None => {
                    let column = eval_column(cx, key, rows)?;
                    codes_of(cx, groups, at, &column, rows.len())?
                }
            });
        }
        grouping.groups.combine_all(cx, codes, rows.len())
    }

    fn finish(&self, cx: &Context, grouping: Grouping, cited: &mut [AtNode], held: &mut Held) -> Result<Chunk> {
        let order = grouping.groups.in_order();
        let mut out = Chunk::new(cx.frame(), grouping.groups.len());
        for (at, (slot, _)) in self.keys.iter().enumerate() {
            let values = grouping.groups.key_values(at, self.keys.len(), order.as_deref());
            out.set(*slot, Column::from_values(values));
        }
        for (aggregate, totals) in self.aggregates.iter().zip(grouping.totals) {
            let finished = totals.finish(cx, aggregate, cited, held);
            let finished = finished.map_err(|error| error.at(aggregate.1.span))?;
            let column = match &order {
                Some(order) => finished.gather(order),
                None => finished,
            };
            out.set(aggregate.0, column);
        }
        if let Some(argument) = cx.argument() {
            self.add_argument(argument, &mut out);
        }
        Ok(out)
    }

    /// Adds the values of the row handed in, which is the same for all groups.
    fn add_argument(&self, argument: &Chunk, out: &mut Chunk) {
        let grouped = |slot: &Slot| {
            self.keys.iter().any(|(key, _)| key == slot) || self.aggregates.iter().any(|(made, _)| made == slot)
        };
        for slot in self.live.slots().filter(|slot| !grouped(slot)) {
            out.set(slot, Column::Constant(argument.value(slot, argument.position(0))));
        }
    }
}

/// The numbers of the values of a key, one for each row.
pub(super) fn codes_of(cx: &Context, groups: &mut Groups, key: usize, column: &Column, len: usize) -> Result<Vec<u32>> {
    cx.work(len as u64)?;
    // Rows of one node, or of one text, often follow each other.
    let again = |row: usize| match column {
        Column::Nodes(nodes) => nodes[row] == nodes[row - 1],
        Column::Values(values) => match (&values[row], &values[row - 1]) {
            (Value::String(one), Value::String(other)) => Arc::ptr_eq(one, other),
            _ => false,
        },
        _ => false,
    };
    let mut codes: Vec<u32> = Vec::with_capacity(len);
    for row in 0..len {
        codes.push(if row > 0 && again(row) { codes[row - 1] } else { groups.code(cx, key, column, row)? });
    }
    Ok(codes)
}

impl Operator for Aggregation {
    fn next(&mut self, cx: &mut Context) -> Result<Option<Chunk>> {
        if !std::mem::replace(&mut self.read, true) {
            self.read(cx)?;
        }
        let chunk = self.queue.pop(cx.batch());
        if chunk.is_none() {
            self.held.release();
        }
        Ok(chunk)
    }

    fn reset(&mut self) {
        self.inputs.iter_mut().for_each(Stage::reset);
        self.cited.iter_mut().for_each(AtNode::forget);
        self.read = false;
        self.queue.clear();
        self.held.release();
    }
}
