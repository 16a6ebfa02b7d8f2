//! Groups rows and aggregates each group.

use super::super::chunk::{Chunk, Live};
use super::super::column::Column;
use super::super::context::Context;
use super::super::eval::vector::{Rows, eval_column};
use super::super::grouping::Groups;
use super::super::memory::Held;
use super::buffer::Queue;
use super::{Operator, Stage};
use crate::error::{Detail, Error, ErrorType, Result};
use crate::functions::aggregate::Accumulator;
use crate::functions::{Aggregate, Watch};
use crate::semantic::bound::{AggregateCall, Expr, Slot};
use crate::value::Value;

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
struct Grouping {
    groups: Groups,
    states: Vec<Vec<State>>,
    max_value_bytes: u64,
}

/// About how many bytes the state of one aggregate in one group takes, besides what it keeps.
const STATE_BYTES: u64 = (size_of::<State>() + size_of::<Accumulator>()) as u64;

/// The state of one aggregate in one group.
enum State {
    /// A number of rows or values.
    Count(u64),
    /// Anything else.
    Other(Box<Accumulator>),
}

impl State {
    fn new(call: &AggregateCall, max_value_bytes: u64) -> State {
        match call.aggregate {
            Aggregate::CountStar => State::Count(0),
            Aggregate::Count if !call.distinct => State::Count(0),
            aggregate => State::Other(Box::new(Accumulator::new(aggregate, call.distinct, max_value_bytes))),
        }
    }

    fn add(&mut self, arguments: &[Value], times: u64) -> Result<()> {
        match self {
            State::Count(count) if arguments.iter().any(Value::is_null) => *count += 0,
            State::Count(count) => *count = count.checked_add(times).ok_or_else(overflow)?,
            State::Other(accumulator) => accumulator.add(arguments, times)?,
        }
        Ok(())
    }

    /// About how many bytes it keeps.
    fn bytes(&self) -> u64 {
        match self {
            State::Count(_) => 0,
            State::Other(accumulator) => accumulator.bytes(),
        }
    }

    fn finish(self, watch: &dyn Watch) -> Result<Value> {
        match self {
            State::Count(count) => i64::try_from(count).map(Value::Int).map_err(|_| overflow()),
            State::Other(accumulator) => accumulator.finish(watch),
        }
    }
}

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
        let max_value_bytes = cx.value_limit();
        let mut grouping = Grouping { groups: Groups::default(), states: Vec::new(), max_value_bytes };
        grouping.states.resize_with(self.aggregates.len(), Vec::new);
        if self.keys.is_empty() {
            self.add_group(&mut grouping);
        }
        while let Some(chunk) = self.input.next(cx)? {
            if self.only_counts() {
                self.count_rows(&mut grouping, &chunk)?;
            } else {
                self.add(cx, &mut grouping, &chunk)?;
            }
        }
        let rows = self.finish(cx, grouping)?;
        self.queue.push(rows);
        Ok(())
    }

    /// Whether there is one group and its rows need only be counted.
    fn only_counts(&self) -> bool {
        self.keys.is_empty() && self.aggregates.iter().all(|(_, call)| call.aggregate == Aggregate::CountStar)
    }

    fn count_rows(&self, grouping: &mut Grouping, chunk: &Chunk) -> Result<()> {
        let total = chunk.total();
        grouping.states.iter_mut().filter_map(|states| states.first_mut()).try_for_each(|state| state.add(&[], total))
    }

    fn add_group(&self, grouping: &mut Grouping) {
        for (states, (_, call)) in grouping.states.iter_mut().zip(&self.aggregates) {
            states.push(State::new(call, grouping.max_value_bytes));
        }
    }

    fn add(&mut self, cx: &mut Context, grouping: &mut Grouping, chunk: &Chunk) -> Result<()> {
        let rows = Rows::of(chunk);
        let keys = self.keys.iter().map(|(_, key)| eval_column(cx, key, rows)).collect::<Result<Vec<_>>>()?;
        let keys: Vec<&Column> = keys.iter().map(AsRef::as_ref).collect();
        let mut groups = Vec::with_capacity(rows.len());
        for row in 0..rows.len() {
            let (group, new) = if keys.is_empty() { (0, false) } else { grouping.groups.insert(cx, &keys, row)? };
            if new {
                self.held.grow(cx, self.aggregates.len() as u64 * STATE_BYTES)?;
                self.add_group(grouping);
            }
            groups.push(group);
        }
        for (at, (_, call)) in self.aggregates.iter().enumerate() {
            let columns = call.arguments.iter().map(|argument| eval_column(cx, argument, rows));
            let columns = columns.collect::<Result<Vec<_>>>()?;
            let mut arguments: Vec<Value> = Vec::with_capacity(columns.len());
            for (row, &group) in groups.iter().enumerate() {
                cx.tick()?;
                let times = chunk.times(chunk.position(row));
                arguments.clear();
                arguments.extend(columns.iter().map(|column| column.get(row)));
                let state = &mut grouping.states[at][group];
                let before = state.bytes();
                state.add(&arguments, times).map_err(|error| error.at(call.span))?;
                match state.bytes() - before {
                    0 => {}
                    more => self.held.grow(cx, more)?,
                }
            }
        }
        Ok(())
    }

    fn finish(&self, cx: &Context, grouping: Grouping) -> Result<Chunk> {
        let width = self.keys.len();
        let len = if width == 0 { 1 } else { grouping.groups.len() };
        let mut out = Chunk::new(cx.frame(), len);
        for (at, (slot, _)) in self.keys.iter().enumerate() {
            let values = grouping.groups.keys().iter().skip(at).step_by(width).cloned().collect();
            out.set(*slot, Column::from_values(values));
        }
        for ((slot, call), states) in self.aggregates.iter().zip(grouping.states) {
            let values = states.into_iter().map(|state| state.finish(cx).and_then(|value| cx.admit(value)));
            let values = values.collect::<Result<Vec<_>>>();
            out.set(*slot, Column::from_values(values.map_err(|error| error.at(call.span))?));
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

fn overflow() -> Error {
    Error::runtime(ErrorType::ArithmeticError, Detail::IntegerOverflow, "there are more rows than can be counted")
}
