//! What aggregates have gathered for each group.
//!
//! Rows that are only counted are numbers, and so are sums of integers; different nodes or integers that are counted
//! are sets of them. Everything else is an accumulator for each group. Each way gives what accumulators would give.

use super::chunk::{added, uncountable_rows};
use super::citations::{AtNode, Citations};
use super::column::Column;
use super::context::Context;
use super::extremes::Extremes;
use super::memory::Held;
use super::seen::Seen;
use crate::error::{Error, Result};
use crate::functions::Aggregate;
use crate::functions::aggregate::{Accumulator, of_floats, sum_overflow};
use crate::functions::exact::ExactSum;
use crate::semantic::bound::{AggregateCall, Slot};
use crate::value::Value;
use std::cmp::Ordering;

/// The state of one aggregate in all groups.
pub(super) enum Totals {
    /// Numbers of rows, or of values that are not null.
    Counts(Vec<u64>),
    /// Numbers of different values of one simple type.
    Different { counts: Vec<u64>, seen: Seen },
    /// Sums of integers, and how many they are.
    Ints { sums: Vec<i128>, counts: Vec<u64> },
    /// Sums of floats, and how many they are.
    Floats(Vec<FloatSum>),
    /// The least or greatest values.
    Extremes(Extremes),
    /// The relationships that groups rest on.
    Cited(Citations),
    /// Anything else.
    Others(Vec<Accumulator>),
}

/// Floats that were summed, and how many they are.
#[derive(Default)]
pub(super) struct FloatSum {
    sum: ExactSum,
    count: u64,
}

/// The groups that totals are joined with.
pub(super) struct Joined<'a> {
    /// For each of the other groups, the group that it is.
    pub(super) groups: &'a [u32],
    /// How many groups there were before: those from here on have nothing yet.
    pub(super) known: usize,
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
    pub(super) fn times(&self, row: usize) -> u64 {
        self.times.and_then(|times| times.get(row).copied()).unwrap_or(1)
    }
}

impl Totals {
    pub(super) fn new(call: &AggregateCall) -> Totals {
        match call.aggregate {
            Aggregate::CountStar => Totals::Counts(Vec::new()),
            Aggregate::Count if call.distinct => Totals::Different { counts: Vec::new(), seen: Seen::default() },
            Aggregate::Count => Totals::Counts(Vec::new()),
            Aggregate::Sum | Aggregate::Avg if !call.distinct => Totals::Ints { sums: Vec::new(), counts: Vec::new() },
            Aggregate::Min => Totals::Extremes(Extremes::new(Ordering::Less)),
            Aggregate::Max => Totals::Extremes(Extremes::new(Ordering::Greater)),
            Aggregate::Cited => Totals::Cited(Citations::default()),
            _ => Totals::Others(Vec::new()),
        }
    }

    /// About how many bytes the state of a group takes, besides what it keeps.
    pub(super) fn state_bytes(&self) -> u64 {
        let bytes = match self {
            Totals::Counts(_) | Totals::Different { .. } => size_of::<u64>(),
            Totals::Ints { .. } => size_of::<(i128, u64)>(),
            Totals::Floats(_) => size_of::<FloatSum>(),
            Totals::Extremes(extremes) => extremes.state_bytes(),
            Totals::Cited(_) => 0,
            Totals::Others(_) => size_of::<Accumulator>(),
        };
        bytes as u64
    }

    /// Makes room for so many groups.
    pub(super) fn resize(&mut self, call: &AggregateCall, groups: usize, max_value_bytes: u64) {
        match self {
            Totals::Counts(counts) | Totals::Different { counts, .. } => counts.resize(groups, 0),
            Totals::Ints { sums, counts } => {
                sums.resize(groups, 0);
                counts.resize(groups, 0);
            }
            Totals::Floats(sums) => sums.resize_with(groups, FloatSum::default),
            Totals::Extremes(extremes) => extremes.resize(groups),
            Totals::Cited(citations) => citations.resize(groups),
            Totals::Others(all) => {
                let first = Accumulator::new(call.aggregate, call.distinct, max_value_bytes);
                first.into_iter().for_each(|first| all.resize(groups, first));
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
                self.generalise(cx, call, held)?;
                self.add(cx, call, input, held)
            }
            Totals::Ints { sums, counts } => {
                if let [Column::Ints(numbers)] = input.arguments {
                    return add_ints(cx, call, (sums, counts), numbers, input);
                }
                if let ([Column::Floats(_)], true) = (input.arguments, counts.iter().all(|count| *count == 0)) {
                    self.turn_to_floats(cx, call, held)?;
                    return self.add(cx, call, input, held);
                }
                self.generalise(cx, call, held)?;
                self.add(cx, call, input, held)
            }
            Totals::Floats(sums) => {
                if let [Column::Floats(numbers)] = input.arguments {
                    return add_floats(cx, sums, numbers, input, held);
                }
                self.generalise(cx, call, held)?;
                self.add(cx, call, input, held)
            }
            Totals::Extremes(extremes) => extremes.add(cx, input, held),
            Totals::Cited(citations) => citations.add(cx, input.groups, input.arguments, held),
            Totals::Others(all) => accumulate(cx, all, input, held),
        }
    }

    /// Goes over to sums of floats, when no number was taken in.
    fn turn_to_floats(&mut self, cx: &Context, call: &AggregateCall, held: &mut Held) -> Result<()> {
        let (Totals::Ints { counts, .. }, bytes) = (&*self, self.state_bytes()) else { return Ok(()) };
        let groups = counts.len();
        *self = Totals::Floats(Vec::new());
        held.grow(cx, self.state_bytes().saturating_sub(bytes) * groups as u64)?;
        self.resize(call, groups, cx.value_limit());
        Ok(())
    }

    /// Goes over to accumulators.
    fn generalise(&mut self, cx: &Context, call: &AggregateCall, held: &mut Held) -> Result<()> {
        if let Totals::Extremes(_) | Totals::Cited(_) | Totals::Others(_) = self {
            return Ok(());
        }
        let before = std::mem::replace(self, Totals::Others(Vec::new()));
        let groups = match &before {
            Totals::Counts(counts) | Totals::Different { counts, .. } | Totals::Ints { counts, .. } => counts.len(),
            Totals::Floats(sums) => sums.len(),
            Totals::Extremes(_) | Totals::Cited(_) | Totals::Others(_) => 0,
        };
        let bytes = before.state_bytes();
        held.grow(cx, self.state_bytes().saturating_sub(bytes) * groups as u64)?;
        self.resize(call, groups, cx.value_limit());
        let Totals::Others(all) = self else { return Ok(()) };
        match before {
            Totals::Different { mut seen, .. } => seen.for_each(|group, value| all[group as usize].add(&[value], 1)),
            Totals::Ints { sums, counts } => {
                for ((each, sum), count) in all.iter_mut().zip(sums).zip(counts) {
                    *each = Accumulator::of_ints(call.aggregate, sum, count, cx.value_limit());
                }
                Ok(())
            }
            Totals::Floats(sums) => {
                for (each, FloatSum { sum, count }) in all.iter_mut().zip(sums) {
                    *each = Accumulator::of_floats(call.aggregate, sum, count, cx.value_limit());
                }
                Ok(())
            }
            Totals::Counts(_) | Totals::Extremes(_) | Totals::Cited(_) | Totals::Others(_) => Ok(()),
        }
    }

    /// Takes in what other totals of the same aggregate took in; there is room for all groups.
    pub(super) fn merge(
        &mut self,
        cx: &Context,
        call: &AggregateCall,
        mut other: Totals,
        joined: &Joined<'_>,
        held: &mut Held,
    ) -> Result<()> {
        cx.check()?;
        let places = joined.groups.iter().map(|group| *group as usize);
        match (&mut *self, &mut other) {
            (Totals::Counts(counts), Totals::Counts(more)) => places.zip(more).try_for_each(|(group, more)| {
                counts[group] = added(counts[group], *more)?;
                Ok(())
            }),
            (Totals::Different { counts, seen }, Totals::Different { counts: more, seen: others }) => {
                if seen.join(cx, others, joined, counts, more)? {
                    return Ok(());
                }
                self.merge_accumulators(cx, call, other, joined, held)
            }
            (Totals::Ints { sums, counts }, Totals::Ints { sums: others, counts: more }) => {
                let others = others.iter().zip(more);
                places.zip(others).try_for_each(|(group, (sum, count))| {
                    let next = sums[group].checked_add(*sum);
                    sums[group] = next.ok_or_else(|| sum_overflow(call.aggregate))?;
                    counts[group] = counts[group].saturating_add(*count);
                    Ok(())
                })
            }
            (Totals::Floats(sums), Totals::Floats(others)) => {
                for (group, other) in places.zip(others) {
                    let FloatSum { sum, count } = &mut sums[group];
                    sum.merge(&other.sum);
                    *count = count.saturating_add(other.count);
                }
                Ok(())
            }
            (Totals::Extremes(_), Totals::Extremes(_)) => {
                let Totals::Extremes(others) = other else { return Ok(()) };
                let Totals::Extremes(extremes) = self else { return Ok(()) };
                extremes.join(cx, others, joined, held)
            }
            (Totals::Cited(all), Totals::Cited(more)) => all.join(cx, more, joined.groups, held),
            _ => self.merge_accumulators(cx, call, other, joined, held),
        }
    }

    fn merge_accumulators(
        &mut self,
        cx: &Context,
        call: &AggregateCall,
        mut other: Totals,
        joined: &Joined<'_>,
        held: &mut Held,
    ) -> Result<()> {
        self.generalise(cx, call, held)?;
        let Totals::Others(all) = self else { return Ok(()) };
        if let Totals::Different { seen, .. } = &mut other {
            return seen.for_each(|group, value| all[joined.groups[group as usize] as usize].add(&[value], 1));
        }
        other.generalise(cx, call, held)?;
        let Totals::Others(others) = other else { return Ok(()) };
        for (group, more) in joined.groups.iter().zip(others) {
            cx.tick()?;
            let known = (*group as usize) < joined.known;
            match known {
                true => all[*group as usize].merge(&more)?,
                false => all[*group as usize] = more,
            }
        }
        Ok(())
    }

    /// Takes in so many rows of the only group.
    pub(super) fn add_rows(&mut self, rows: u64) -> Result<()> {
        if let Totals::Counts(counts) = self {
            for count in counts {
                *count = added(*count, rows)?;
            }
        }
        Ok(())
    }

    /// The results, by group; `at` says what is cited at nodes.
    pub(super) fn finish(
        self,
        cx: &Context,
        (slot, call): &(Slot, AggregateCall),
        at: &mut [AtNode],
        held: &mut Held,
    ) -> Result<Column> {
        match self {
            Totals::Counts(counts) | Totals::Different { counts, .. } => {
                let numbers = counts.into_iter().map(|count| i64::try_from(count).map_err(|_| uncountable_rows()));
                Ok(Column::Ints(numbers.collect::<Result<_>>()?))
            }
            Totals::Ints { sums, counts } => {
                let values = sums
                    .into_iter()
                    .zip(counts)
                    .map(|(sum, count)| Accumulator::of_ints(call.aggregate, sum, count, cx.value_limit()).finish(cx));
                Ok(Column::from_values(values.collect::<Result<_>>()?))
            }
            Totals::Floats(sums) => {
                let numbers = sums.iter().map(|FloatSum { sum, count }| of_floats(call.aggregate, sum, *count));
                if let Some(numbers) = numbers.collect() {
                    return Ok(Column::Floats(numbers));
                }
                let finished = |FloatSum { sum, count }| {
                    Accumulator::of_floats(call.aggregate, sum, count, cx.value_limit()).finish(cx)
                };
                Ok(Column::from_values(sums.into_iter().map(finished).collect::<Result<_>>()?))
            }
            Totals::Extremes(extremes) => Ok(extremes.finish()),
            Totals::Cited(citations) => citations.finish(cx, *slot, at, held),
            Totals::Others(all) => {
                let values = all.into_iter().map(|each| each.finish(cx).and_then(|value| cx.admit(value)));
                Ok(Column::from_values(values.collect::<Result<_>>()?))
            }
        }
    }
}

fn count(cx: &Context, counts: &mut [u64], input: &Input<'_>) -> Result<()> {
    cx.work(input.groups.len() as u64)?;
    let one_group = counts.len() == 1;
    let counted = |row: usize| !input.arguments.iter().any(|column| column.is_null_at(row));
    let all = input.arguments.iter().all(|column| column.is_typed());
    let mut add = |group: u32, times: u64| {
        let count = &mut counts[group as usize];
        *count = added(*count, times)?;
        Ok(())
    };
    match (all && input.times.is_none(), input.groups) {
        (true, [group, ..]) if one_group => add(*group, input.groups.len() as u64),
        (true, groups) => groups.iter().try_for_each(|group| add(*group, 1)),
        (false, groups) => {
            let mut rows = groups.iter().enumerate().filter(|(row, _)| all || counted(*row));
            rows.try_for_each(|(row, group)| add(*group, input.times(row)))
        }
    }
}

/// Adds integers to the sums.
fn add_ints(
    cx: &Context,
    call: &AggregateCall,
    (sums, counts): (&mut [i128], &mut [u64]),
    numbers: &[i64],
    input: &Input<'_>,
) -> Result<()> {
    cx.work(input.groups.len() as u64)?;
    for (row, (&group, &number)) in input.groups.iter().zip(numbers).enumerate() {
        let times = input.times(row);
        let (sum, count) = (&mut sums[group as usize], &mut counts[group as usize]);
        *sum = sum.checked_add(i128::from(number) * i128::from(times)).ok_or_else(|| sum_overflow(call.aggregate))?;
        *count = count.saturating_add(times);
    }
    Ok(())
}

/// Adds floats to the sums.
fn add_floats(cx: &Context, sums: &mut [FloatSum], numbers: &[f64], input: &Input<'_>, held: &mut Held) -> Result<()> {
    cx.work(input.groups.len() as u64)?;
    let rows = input.groups.iter().zip(numbers);
    let mut more = 0;
    if let ([FloatSum { sum, count }], None) = (&mut *sums, input.times) {
        let mut all = std::mem::take(sum);
        numbers.iter().for_each(|number| more += all.add(*number, 1));
        *sum = all;
        *count = count.saturating_add(numbers.len() as u64);
        return held.grow(cx, more);
    }
    let mut add = |group: u32, number: f64, times: u64| {
        let FloatSum { sum, count } = &mut sums[group as usize];
        more += sum.add(number, times);
        *count = count.saturating_add(times);
    };
    match input.times {
        None => rows.for_each(|(group, number)| add(*group, *number, 1)),
        Some(times) => rows.zip(times).for_each(|((group, number), times)| add(*group, *number, *times)),
    }
    held.grow(cx, more)
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
