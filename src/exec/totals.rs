//! What aggregates have gathered for each group.
//!
//! Rows that are only counted are numbers; different nodes or integers that are counted are sets of them. Everything
//! else is an accumulator for each group. Each way gives what accumulators would give.

use super::chunk::uncountable_rows;
use super::column::Column;
use super::context::Context;
use super::memory::Held;
use super::seen::Seen;
use crate::error::{Error, Result};
use crate::functions::Aggregate;
use crate::functions::aggregate::Accumulator;
use crate::semantic::bound::AggregateCall;
use crate::value::Value;

/// The state of one aggregate in all groups.
pub(super) enum Totals {
    /// Numbers of rows, or of values that are not null.
    Counts(Vec<u64>),
    /// Numbers of different values of one simple type.
    Different { counts: Vec<u64>, seen: Seen },
    /// Anything else.
    Others(Vec<Accumulator>),
}

/// The rows of a chunk that an aggregate takes in.
pub(super) struct Input<'a> {
    /// The group of each row.
    pub(super) groups: &'a [u32],
    /// How often each row counts; `None` for once.
    pub(super) times: Option<&'a [u64]>,
    /// The arguments, one value for each row.
    pub(super) arguments: &'a [&'a Column],
}

impl Input<'_> {
    fn times(&self, row: usize) -> u64 {
        self.times.and_then(|times| times.get(row).copied()).unwrap_or(1)
    }
}

impl Totals {
    pub(super) fn new(call: &AggregateCall) -> Totals {
        match call.aggregate {
            Aggregate::CountStar => Totals::Counts(Vec::new()),
            Aggregate::Count if call.distinct => Totals::Different { counts: Vec::new(), seen: Seen::default() },
            Aggregate::Count => Totals::Counts(Vec::new()),
            _ => Totals::Others(Vec::new()),
        }
    }

    /// Makes room for so many groups.
    pub(super) fn resize(&mut self, call: &AggregateCall, groups: usize, max_value_bytes: u64) {
        match self {
            Totals::Counts(counts) | Totals::Different { counts, .. } => counts.resize(groups, 0),
            Totals::Others(all) => {
                all.resize_with(groups, || Accumulator::new(call.aggregate, call.distinct, max_value_bytes));
            }
        }
    }

    /// Takes in the rows of a chunk.
    pub(super) fn add(&mut self, cx: &Context, call: &AggregateCall, input: &Input<'_>, held: &mut Held) -> Result<()> {
        match self {
            Totals::Counts(counts) => count(cx, counts, input),
            Totals::Different { counts, seen } => {
                let [column] = input.arguments else { return Err(Error::internal("`count` has one argument")) };
                if seen.add(cx, column, input.groups, counts)? {
                    return Ok(());
                }
                self.generalise(cx, call)?;
                self.add(cx, call, input, held)
            }
            Totals::Others(all) => accumulate(cx, all, input, held),
        }
    }

    /// Goes over to accumulators.
    fn generalise(&mut self, cx: &Context, call: &AggregateCall) -> Result<()> {
        let Totals::Different { counts, seen } = self else { return Ok(()) };
        let (groups, mut seen) = (counts.len(), std::mem::take(seen));
        *self = Totals::Others(Vec::new());
        self.resize(call, groups, cx.value_limit());
        let Totals::Others(all) = self else { return Ok(()) };
        seen.for_each(|group, value| all[group as usize].add(&[value], 1))
    }

    /// Takes in so many rows of the only group.
    pub(super) fn add_rows(&mut self, rows: u64) -> Result<()> {
        if let Totals::Counts(counts) = self {
            for count in counts {
                *count = count.checked_add(rows).ok_or_else(uncountable_rows)?;
            }
        }
        Ok(())
    }

    /// The results, by group.
    pub(super) fn finish(self, cx: &Context) -> Result<Column> {
        match self {
            Totals::Counts(counts) | Totals::Different { counts, .. } => {
                let numbers = counts.into_iter().map(|count| i64::try_from(count).map_err(|_| uncountable_rows()));
                Ok(Column::Ints(numbers.collect::<Result<_>>()?))
            }
            Totals::Others(all) => {
                let values = all.into_iter().map(|each| each.finish(cx).and_then(|value| cx.admit(value)));
                Ok(Column::from_values(values.collect::<Result<_>>()?))
            }
        }
    }
}

fn count(cx: &Context, counts: &mut [u64], input: &Input<'_>) -> Result<()> {
    cx.work(input.groups.len() as u64)?;
    let counted = |row: usize| !input.arguments.iter().any(|column| column.is_null_at(row));
    let all = input.arguments.iter().all(|column| column.is_typed());
    if all && input.times.is_none() {
        return input.groups.iter().try_for_each(|&group| {
            let count = &mut counts[group as usize];
            *count = count.checked_add(1).ok_or_else(uncountable_rows)?;
            Ok(())
        });
    }
    for (row, &group) in input.groups.iter().enumerate() {
        if all || counted(row) {
            let count = &mut counts[group as usize];
            *count = count.checked_add(input.times(row)).ok_or_else(uncountable_rows)?;
        }
    }
    Ok(())
}

fn accumulate(cx: &Context, all: &mut [Accumulator], input: &Input<'_>, held: &mut Held) -> Result<()> {
    let mut arguments: Vec<Value> = Vec::with_capacity(input.arguments.len());
    for (row, &group) in input.groups.iter().enumerate() {
        cx.tick()?;
        arguments.clear();
        arguments.extend(input.arguments.iter().map(|column| column.get(row)));
        let accumulator = &mut all[group as usize];
        let before = accumulator.bytes();
        accumulator.add(&arguments, input.times(row))?;
        match accumulator.bytes() - before {
            0 => {}
            more => held.grow(cx, more)?,
        }
    }
    Ok(())
}
