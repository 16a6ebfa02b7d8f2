//! Groups rows and aggregates each group.

use super::super::chunk::{Chunk, Live};
use super::super::column::Column;
use super::super::context::Context;
use super::super::eval::vector::{Rows, eval_column};
use super::super::grouping::Groups;
use super::super::later::Later;
use super::super::memory::Held;
use super::super::totals::{Input, Totals};
use super::buffer::Queue;
use super::keys::NodeKey;
use super::{Operator, Stage};
use crate::error::Result;
use crate::functions::Aggregate;
use crate::functions::aggregate::Accumulator;
use crate::semantic::bound::{AggregateCall, Expr, Slot};
use std::borrow::Cow;

/// Gives one row for each group, in order of first appearance.
pub(super) struct Aggregation {
    input: Stage,
    live: Live,
    keys: Vec<(Slot, Expr)>,
    aggregates: Vec<(Slot, AggregateCall)>,
    read: bool,
    queue: Queue,
    held: Held,
}

/// The groups under way: for each aggregate the state of each group.
#[derive(Default)]
struct Grouping {
    groups: Groups,
    /// For each key that depends on one node alone, its numbers by node.
    by_node: Vec<Option<NodeKey>>,
    totals: Vec<Totals>,
    /// How many groups the totals have room for.
    room: usize,
}

/// About how many bytes the state of one aggregate in one group takes, besides what it keeps.
const STATE_BYTES: u64 = size_of::<Accumulator>() as u64;

impl Aggregation {
    pub(super) fn new(
        input: Stage,
        live: Live,
        keys: Vec<(Slot, Expr)>,
        aggregates: Vec<(Slot, AggregateCall)>,
    ) -> Aggregation {
        Aggregation { input, live, keys, aggregates, read: false, queue: Queue::default(), held: Held::default() }
    }

    fn read(&mut self, cx: &mut Context) -> Result<()> {
        let grouping = Grouping {
            groups: Groups::default(),
            by_node: self.keys.iter().map(|(_, key)| NodeKey::new(cx, key)).collect(),
            totals: self.aggregates.iter().map(|(_, call)| Totals::new(call)).collect(),
            room: 0,
        };
        let mut grouping = Later::new(cx, grouping);
        if self.keys.is_empty() {
            grouping.groups.combine(cx, &[])?;
            self.make_room(cx, &mut grouping)?;
        }
        while let Some(chunk) = self.input.next(cx)? {
            if self.only_counts() {
                let total = chunk.total();
                grouping.totals.iter_mut().try_for_each(|totals| totals.add_rows(total))?;
            } else {
                self.add(cx, &mut grouping, &chunk)?;
            }
        }
        let rows = self.finish(cx, grouping.into_inner())?;
        self.queue.push(rows);
        Ok(())
    }

    /// Whether there is one group and its rows need only be counted.
    fn only_counts(&self) -> bool {
        self.keys.is_empty() && self.aggregates.iter().all(|(_, call)| call.aggregate == Aggregate::CountStar)
    }

    /// Gives every group a state in each aggregate.
    fn make_room(&mut self, cx: &Context, grouping: &mut Grouping) -> Result<()> {
        let groups = grouping.groups.len();
        let more = (groups - grouping.room) as u64;
        grouping.room = groups;
        for (totals, (_, call)) in grouping.totals.iter_mut().zip(&self.aggregates) {
            let each = if matches!(totals, Totals::Others(_)) { STATE_BYTES } else { size_of::<u64>() as u64 };
            self.held.grow(cx, more * each)?;
            totals.resize(call, groups, cx.value_limit());
        }
        Ok(())
    }

    fn add(&mut self, cx: &mut Context, grouping: &mut Grouping, chunk: &Chunk) -> Result<()> {
        let rows = Rows::of(chunk);
        let groups = self.groups(cx, grouping, chunk)?;
        self.make_room(cx, grouping)?;
        let times: Option<Cow<'_, [u64]>> = match (&chunk.multiplicity, &chunk.selection) {
            (None, _) => None,
            (Some(times), None) => Some(Cow::Borrowed(times)),
            (Some(times), Some(selection)) => Some(selection.iter().map(|&at| times[at as usize]).collect()),
        };
        for (totals, (_, call)) in grouping.totals.iter_mut().zip(&self.aggregates) {
            let columns = call.arguments.iter().map(|argument| eval_column(cx, argument, rows));
            let columns = columns.collect::<Result<Vec<_>>>()?;
            let columns: Vec<&Column> = columns.iter().map(AsRef::as_ref).collect();
            let input = Input { groups: &groups, times: times.as_deref(), arguments: &columns };
            totals.add(cx, call, &input, &mut self.held).map_err(|error| error.at(call.span))?;
        }
        Ok(())
    }

    /// The group of each row.
    fn groups(&self, cx: &Context, grouping: &mut Grouping, chunk: &Chunk) -> Result<Vec<u32>> {
        let rows = Rows::of(chunk);
        let mut codes: Vec<Vec<u32>> = Vec::with_capacity(self.keys.len());
        for (at, (_, key)) in self.keys.iter().enumerate() {
            let groups = &mut grouping.groups;
            let by_node = grouping.by_node[at].as_mut().map(|by_node| by_node.codes(cx, groups, at, key, chunk));
            codes.push(match by_node.transpose()?.flatten() {
                Some(codes) => codes,
                None => {
                    let column = eval_column(cx, key, rows)?;
                    codes_of(cx, groups, at, &column, rows.len())?
                }
            });
        }
        grouping.groups.combine_all(cx, &codes, rows.len())
    }

    fn finish(&self, cx: &Context, grouping: Grouping) -> Result<Chunk> {
        let mut out = Chunk::new(cx.frame(), grouping.groups.len());
        for (at, (slot, _)) in self.keys.iter().enumerate() {
            out.set(*slot, Column::from_values(grouping.groups.key_values(at, self.keys.len())));
        }
        for ((slot, call), totals) in self.aggregates.iter().zip(grouping.totals) {
            out.set(*slot, totals.finish(cx).map_err(|error| error.at(call.span))?);
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
    (0..len).map(|row| groups.code(cx, key, column, row)).collect()
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
        self.input.reset();
        self.read = false;
        self.queue.clear();
        self.held.release();
    }
}
