//! Aggregate functions: from many rows one value.
//!
//! An [`Accumulator`] is fed the arguments of each row, with the number of times the row occurs, and finished once.
//! Nulls do not count. Sums and means are exact until the end, so that the order of rows does not matter to them.

use super::arguments::{get, out_of_range, wrong_type};
use super::exact::ExactSum;
use super::sorting::sorted;
use super::{Aggregate, Body, Function, Watch};
use crate::error::{Error, Result};
use crate::value::arithmetic::{as_float, check_list_size, divide, integer_overflow};
use crate::value::compare::{GroupKey, order};
use crate::value::temporal::Duration;
use crate::value::{Value, share_bytes};
use hashbrown::HashSet;

/// The table.
pub(crate) static FUNCTIONS: &[Function] = &[
    function!(
        Aggregating, "count", [input: ANY], [], INT, Body::Aggregate(Aggregate::Count),
        "The number of values that are not null; `count(*)` counts rows",
        ["count(1)" => "1", "count(null)" => "0"]
    ),
    function!(
        Aggregating, "sum", [input: NUMBER | DURATION], [], NUMBER | DURATION, Body::Aggregate(Aggregate::Sum),
        "The sum of numbers or durations; 0 of nothing",
        ["sum(2)" => "2", "sum(null)" => "0"]
    ),
    function!(
        Aggregating, "avg", [input: NUMBER | DURATION], [], FLOAT | DURATION, Body::Aggregate(Aggregate::Avg),
        "The mean of numbers or durations; null of nothing",
        ["avg(2)" => "2.0", "avg(null)" => "null"]
    ),
    function!(
        Aggregating, "min", [input: ANY], [], ANY, Body::Aggregate(Aggregate::Min),
        "The value that `ORDER BY` puts first; null of nothing",
        ["min(2)" => "2"]
    ),
    function!(
        Aggregating, "max", [input: ANY], [], ANY, Body::Aggregate(Aggregate::Max),
        "The value that `ORDER BY` puts last; null of nothing",
        ["max(2)" => "2"]
    ),
    function!(
        Aggregating, "collect", [input: ANY], [], LIST, Body::Aggregate(Aggregate::Collect),
        "The values that are not null, as a list",
        ["collect(2)" => "[2]", "collect(null)" => "[]"]
    ),
    function!(
        Aggregating, "stDev", [input: NUMBER], [], FLOAT, Body::Aggregate(Aggregate::StDev),
        "The standard deviation of a sample; 0.0 of fewer than two values",
        ["stDev(2)" => "0.0"]
    ),
    function!(
        Aggregating, "stDevP", [input: NUMBER], [], FLOAT, Body::Aggregate(Aggregate::StDevP),
        "The standard deviation of a population; 0.0 of nothing",
        ["stDevP(2)" => "0.0"]
    ),
    function!(
        Aggregating, "percentileCont", [input: NUMBER, percentile: NUMBER], [], FLOAT, Body::Aggregate(Aggregate::PercentileCont),
        "The value below which that share of the values lies, from 0.0 to 1.0, interpolated between two values",
        ["percentileCont(2, 0.5)" => "2.0"]
    ),
    function!(
        Aggregating, "percentileDisc", [input: NUMBER, percentile: NUMBER], [], NUMBER, Body::Aggregate(Aggregate::PercentileDisc),
        "The value below which that share of the values lies, from 0.0 to 1.0, one of the values themselves",
        ["percentileDisc(2, 0.5)" => "2"]
    ),
];

/// About how many bytes a value takes in a set of values met, besides itself.
const SEEN_BYTES: u64 = 16;

/// The state of one aggregate over the rows of one group.
#[derive(Clone, Debug)]
pub struct Accumulator {
    /// The values met so far, when each counts once.
    seen: Option<HashSet<GroupKey, foldhash::fast::RandomState>>,
    state: State,
    max_value_bytes: u64,
    bytes: u64,
}

#[derive(Clone, Debug)]
enum State {
    Rows(u64),
    Count(u64),
    Sum(Sum),
    Avg(Sum),
    Collect(Vec<Value>),
    Deviation { moments: Moments, sample: bool },
    Percentile(Percentile),
}

impl State {
    fn of_sum(aggregate: Aggregate, sum: Sum) -> State {
        if aggregate == Aggregate::Avg { State::Avg(sum) } else { State::Sum(sum) }
    }
}

impl Accumulator {
    /// An accumulator without rows. `distinct` lets equal values count once. No list larger than `max_value_bytes`
    /// is collected. `None` for the aggregates that are gathered for all groups together.
    pub fn new(aggregate: Aggregate, distinct: bool, max_value_bytes: u64) -> Option<Accumulator> {
        let state = match aggregate {
            Aggregate::CountStar => State::Rows(0),
            Aggregate::Count => State::Count(0),
            Aggregate::Sum => State::Sum(Sum::default()),
            Aggregate::Avg => State::Avg(Sum::default()),
            Aggregate::Collect => State::Collect(Vec::new()),
            Aggregate::StDev => State::Deviation { moments: Moments::default(), sample: true },
            Aggregate::StDevP => State::Deviation { moments: Moments::default(), sample: false },
            Aggregate::PercentileCont => State::Percentile(Percentile::new(true)),
            Aggregate::PercentileDisc => State::Percentile(Percentile::new(false)),
            Aggregate::Min | Aggregate::Max | Aggregate::Cited => return None,
        };
        let seen = distinct.then(HashSet::default);
        Some(Accumulator { seen, state, max_value_bytes, bytes: 0 })
    }

    /// Takes in a row that occurs `multiplicity` times.
    ///
    /// # Errors
    /// For a value of a wrong type, a percentile outside 0 to 1, a sum beyond all bounds, or a list that grows too
    /// large.
    pub fn add(&mut self, arguments: &[Value], multiplicity: u64) -> Result<()> {
        if multiplicity == 0 {
            return Ok(());
        }
        if let State::Rows(rows) = &mut self.state {
            *rows = rows.saturating_add(multiplicity);
            return Ok(());
        }
        let value = get(arguments, 0);
        if let State::Percentile(percentile) = &mut self.state {
            percentile.set(get(arguments, 1))?;
        }
        if value.is_null() {
            return Ok(());
        }
        match self.is_new(value) {
            Some(true) => self.add_value(value, 1),
            Some(false) => Ok(()),
            None => self.add_value(value, multiplicity),
        }
    }

    /// The result over all rows taken in.
    ///
    /// # Errors
    /// When a sum of integers or durations does not fit into its type, and what the watch says.
    pub fn finish(self, watch: &dyn Watch) -> Result<Value> {
        match self.state {
            State::Rows(count) | State::Count(count) => Ok(Value::count(count)),
            State::Sum(sum) => sum.total(),
            State::Avg(sum) => sum.mean(),
            State::Collect(items) => Ok(Value::list(items)),
            State::Deviation { moments, sample } => Ok(Value::Float(moments.deviation(sample))),
            State::Percentile(percentile) => percentile.result(watch),
        }
    }

    /// An accumulator of the sum or mean of integers that were added elsewhere.
    pub(crate) fn of_ints(aggregate: Aggregate, sum: i128, count: u64, max_value_bytes: u64) -> Accumulator {
        let sum = Sum { ints: sum, count, numbers: count > 0, ..Sum::default() };
        Accumulator { seen: None, state: State::of_sum(aggregate, sum), max_value_bytes, bytes: 0 }
    }

    /// The same of floats.
    pub(crate) fn of_floats(aggregate: Aggregate, sum: ExactSum, count: u64, max_value_bytes: u64) -> Accumulator {
        let bytes = sum.bytes();
        let sum = Sum { floats: (count > 0).then_some(sum), count, numbers: count > 0, ..Sum::default() };
        Accumulator { seen: None, state: State::of_sum(aggregate, sum), max_value_bytes, bytes }
    }

    /// Whether what two threads have of the rows of an aggregate can be joined: nothing depends on the order of the rows, or
    /// it is known where each stood. (Of equal values that are of different types the first one counts: the sum of different
    /// values depends on it.)
    pub(crate) fn merges(aggregate: Aggregate, distinct: bool) -> bool {
        match aggregate {
            Aggregate::CountStar | Aggregate::Count | Aggregate::Cited | Aggregate::Min | Aggregate::Max => true,
            Aggregate::Sum | Aggregate::Avg => !distinct,
            _ => false,
        }
    }

    /// Takes in the rows that another accumulator of the same aggregate has taken in.
    ///
    /// # Errors
    /// As [`Accumulator::add`].
    pub(crate) fn merge(&mut self, other: &Accumulator) -> Result<()> {
        if let Some(seen) = &other.seen {
            return seen.iter().try_for_each(|key| self.add(std::slice::from_ref(&key.0), 1));
        }
        match (&mut self.state, &other.state) {
            (State::Rows(count), State::Rows(more)) | (State::Count(count), State::Count(more)) => {
                *count = count.saturating_add(*more);
                Ok(())
            }
            (State::Sum(sum), State::Sum(more)) => sum.merge("sum", more),
            (State::Avg(sum), State::Avg(more)) => sum.merge("avg", more),
            _ => Err(Error::internal("rows of different aggregates are joined")),
        }
    }

    /// About how many bytes it holds on the heap, for the memory budget.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Whether the value counts, when each counts once; `None` when all count.
    fn is_new(&mut self, value: &Value) -> Option<bool> {
        let fresh = self.seen.as_mut()?.insert(GroupKey(value.clone()));
        if fresh {
            self.bytes += SEEN_BYTES + share_bytes(value, 1);
        }
        Some(fresh)
    }

    fn add_value(&mut self, value: &Value, multiplicity: u64) -> Result<()> {
        match &mut self.state {
            State::Rows(count) | State::Count(count) => *count = count.saturating_add(multiplicity),
            State::Sum(sum) => self.bytes += sum.add("sum", value, multiplicity)?,
            State::Avg(sum) => self.bytes += sum.add("avg", value, multiplicity)?,
            State::Collect(items) => {
                let more = usize::try_from(multiplicity).unwrap_or(usize::MAX);
                check_list_size(items.len().saturating_add(more), self.max_value_bytes)?;
                items.extend(std::iter::repeat_n(value, more).cloned());
                let more = (size_of::<Value>() as u64).saturating_mul(multiplicity);
                self.bytes = self.bytes.saturating_add(more).saturating_add(share_bytes(value, 1));
            }
            State::Deviation { moments, sample } => {
                let name = if *sample { "stDev" } else { "stDevP" };
                let number = as_float(value).ok_or_else(|| wrong_type(name, "numbers", value))?;
                moments.add(number, multiplicity);
            }
            State::Percentile(percentile) => {
                percentile.add(value, multiplicity)?;
                self.bytes += size_of::<(Value, u64)>() as u64;
            }
        }
        Ok(())
    }
}

/// The error of a sum of integers that is beyond all bounds.
pub(crate) fn sum_overflow(aggregate: Aggregate) -> Error {
    integer_overflow(if aggregate == Aggregate::Avg { "`avg()`" } else { "`sum()`" })
}

/// A sum of numbers, or of durations.
#[derive(Clone, Debug, Default)]
struct Sum {
    ints: i128,
    /// `None` when there was no float.
    floats: Option<ExactSum>,
    /// Months, days and nanoseconds; `None` when there was no duration.
    durations: Option<[i128; 3]>,
    /// How many values there were.
    count: u64,
    /// Whether one of them was a number.
    numbers: bool,
}

impl Sum {
    /// Takes in a value; by how many bytes it grew on the heap.
    fn add(&mut self, function: &str, value: &Value, multiplicity: u64) -> Result<u64> {
        let mut more = 0;
        self.count = self.count.saturating_add(multiplicity);
        self.numbers |= !matches!(value, Value::Duration(_));
        match value {
            Value::Int(number) => {
                let product = i128::from(*number) * i128::from(multiplicity);
                self.add_whole(function, product)?;
            }
            Value::Float(number) => {
                let floats = self.floats.get_or_insert_default();
                more = floats.add(*number, multiplicity);
            }
            Value::Duration(duration) => self.add_duration(function, duration, multiplicity)?,
            other => return Err(wrong_type(function, "numbers or Durations", other)),
        }
        self.check_kinds(function)?;
        Ok(more)
    }

    fn add_whole(&mut self, function: &str, number: i128) -> Result<()> {
        let next = self.ints.checked_add(number);
        self.ints = next.ok_or_else(|| integer_overflow(format!("`{function}()`")))?;
        Ok(())
    }

    fn add_duration(&mut self, function: &str, duration: &Duration, multiplicity: u64) -> Result<()> {
        let parts = [i128::from(duration.months), i128::from(duration.days), duration.clock_nanos()];
        let parts = parts.map(|part| part.checked_mul(i128::from(multiplicity)));
        self.add_parts(function, parts)
    }

    fn add_parts(&mut self, function: &str, parts: [Option<i128>; 3]) -> Result<()> {
        let sums = self.durations.get_or_insert([0; 3]);
        for (sum, part) in sums.iter_mut().zip(parts) {
            let next = part.and_then(|part| sum.checked_add(part));
            *sum = next.ok_or_else(|| integer_overflow(format!("`{function}()`")))?;
        }
        Ok(())
    }

    fn check_kinds(&self, function: &str) -> Result<()> {
        if self.numbers && self.durations.is_some() {
            return Err(Error::type_error(format!("`{function}()` cannot add numbers and Durations")));
        }
        Ok(())
    }

    /// Takes in what another sum has taken in.
    fn merge(&mut self, function: &str, other: &Sum) -> Result<()> {
        self.count = self.count.saturating_add(other.count);
        self.numbers |= other.numbers;
        self.add_whole(function, other.ints)?;
        if let Some(floats) = &other.floats {
            self.floats.get_or_insert_default().merge(floats);
        }
        if let Some(parts) = other.durations {
            self.add_parts(function, parts.map(Some))?;
        }
        self.check_kinds(function)
    }

    fn total(&self) -> Result<Value> {
        match (self.durations, &self.floats) {
            (Some(parts), _) => total_duration(parts),
            (None, Some(floats)) => Ok(Value::Float(floats.total() + self.ints as f64)),
            (None, None) => i64::try_from(self.ints).map(Value::Int).map_err(|_| integer_overflow("`sum()`")),
        }
    }

    /// The sum divided by the count, also where the sum is beyond the range of floats.
    fn mean(&self) -> Result<Value> {
        if self.count == 0 {
            return Ok(Value::Null);
        }
        if self.durations.is_some() {
            return divide(&self.total()?, &Value::count(self.count));
        }
        let (count, ints) = (self.count as f64, self.ints as f64);
        let Some(floats) = &self.floats else { return Ok(Value::Float(ints / count)) };
        Ok(Value::Float(mean(floats, ints, count)))
    }
}

fn mean(floats: &ExactSum, ints: f64, count: f64) -> f64 {
    let total = floats.total() + ints;
    if total.is_finite() { total / count } else { floats.divided(count) + ints / count }
}

/// The sum or mean of so many floats that were added elsewhere; `None` for no floats, and another aggregate.
pub(crate) fn of_floats(aggregate: Aggregate, sum: &ExactSum, count: u64) -> Option<f64> {
    match aggregate {
        Aggregate::Sum if count > 0 => Some(sum.total()),
        Aggregate::Avg if count > 0 => Some(mean(sum, 0.0, count as f64)),
        _ => None,
    }
}

fn total_duration([months, days, nanos]: [i128; 3]) -> Result<Value> {
    let duration = Duration::from_parts(months, days, nanos);
    duration.map(Value::from).ok_or_else(|| integer_overflow("a sum of Durations"))
}

/// Count, mean and sum of squared distances from the mean, updated row by row (Welford's method).
#[derive(Clone, Debug, Default)]
struct Moments {
    count: f64,
    mean: f64,
    squares: f64,
}

impl Moments {
    fn add(&mut self, number: f64, multiplicity: u64) {
        let weight = multiplicity as f64;
        self.count += weight;
        let distance = number - self.mean;
        // Each term is divided before it is subtracted, so that numbers at the end of the range do not overflow.
        let share = weight / self.count;
        self.mean += number * share - self.mean * share;
        self.squares += weight * distance * (number - self.mean);
    }

    fn deviation(&self, sample: bool) -> f64 {
        let degrees = if sample { self.count - 1.0 } else { self.count };
        if degrees > 0.0 { (self.squares / degrees).sqrt() } else { 0.0 }
    }
}

/// The numbers of a percentile, each with the times it occurs, and the share that is asked for.
#[derive(Clone, Debug)]
struct Percentile {
    continuous: bool,
    share: Option<f64>,
    values: Vec<(Value, u64)>,
}

impl Percentile {
    fn new(continuous: bool) -> Percentile {
        Percentile { continuous, share: None, values: Vec::new() }
    }

    fn name(&self) -> &'static str {
        if self.continuous { "percentileCont" } else { "percentileDisc" }
    }

    /// Checks the share of a row; that of the first row counts.
    fn set(&mut self, share: &Value) -> Result<()> {
        let number = as_float(share).ok_or_else(|| wrong_type(self.name(), "a number as percentile", share))?;
        if !(0.0..=1.0).contains(&number) {
            let message = format!("the percentile of `{}()` must be between 0.0 and 1.0, it is {number}", self.name());
            return Err(out_of_range(message));
        }
        self.share.get_or_insert(number);
        Ok(())
    }

    fn add(&mut self, value: &Value, multiplicity: u64) -> Result<()> {
        if as_float(value).is_none() {
            return Err(wrong_type(self.name(), "numbers", value));
        }
        self.values.push((value.clone(), multiplicity));
        Ok(())
    }

    fn result(mut self, watch: &dyn Watch) -> Result<Value> {
        self.values = sorted(self.values, &|(a, _), (b, _)| order(a, b), watch)?;
        let count: u128 = self.values.iter().map(|(_, times)| u128::from(*times)).sum();
        let Some(share) = self.share.filter(|_| count > 0) else {
            return Ok(Value::Null);
        };
        Ok(if self.continuous { self.interpolated(share, count) } else { self.nearest(share, count) })
    }

    fn interpolated(&self, share: f64, count: u128) -> Value {
        let position = share * (count - 1) as f64;
        let (below, above) = (self.float_at(position.floor() as u128), self.float_at(position.ceil() as u128));
        let part = position.fract();
        // Equal neighbours, infinities among them, need no arithmetic.
        Value::Float(if below == above || part == 0.0 { below } else { below * (1.0 - part) + above * part })
    }

    fn nearest(&self, share: f64, count: u128) -> Value {
        let position = (share * count as f64).ceil() as u128;
        self.at(position.saturating_sub(1)).clone()
    }

    fn float_at(&self, index: u128) -> f64 {
        as_float(self.at(index)).unwrap_or(f64::NAN)
    }

    /// The value at a place in the sorted sequence; the last one beyond its end.
    fn at(&self, index: u128) -> &Value {
        let mut passed = 0;
        for (value, times) in &self.values {
            passed += u128::from(*times);
            if index < passed {
                return value;
            }
        }
        self.values.last().map_or(get(&[], 0), |(value, _)| value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{Detail, ErrorType};
    use crate::value::compare::identical;
    use std::sync::Arc;

    const LIMIT: u64 = 1 << 20;

    fn try_run(aggregate: Aggregate, distinct: bool, rows: &[&[Value]]) -> Result<Value> {
        let mut accumulator = Accumulator::new(aggregate, distinct, LIMIT).expect("an accumulator");
        rows.iter().try_for_each(|row| accumulator.add(row, 1))?;
        accumulator.finish(&crate::functions::Unwatched)
    }

    #[track_caller]
    fn check(aggregate: Aggregate, values: &[Value], expected: &Value) {
        let rows: Vec<&[Value]> = values.chunks(1).collect();
        let result = try_run(aggregate, false, &rows).expect("a result");
        assert!(identical(&result, expected), "{aggregate:?} of {values:?} is {result:?}");
    }

    fn ints(numbers: &[i64]) -> Vec<Value> {
        numbers.iter().map(|number| Value::Int(*number)).collect()
    }

    fn floats(numbers: &[f64]) -> Vec<Value> {
        numbers.iter().map(|number| Value::Float(*number)).collect()
    }

    #[test]
    fn nulls_do_not_count() {
        let values = [Value::Int(33), Value::Null, Value::Int(42)];
        check(Aggregate::CountStar, &values, &Value::Int(3));
        check(Aggregate::Count, &values, &Value::Int(2));
        check(Aggregate::Sum, &values, &Value::Int(75));
        check(Aggregate::Avg, &values, &Value::Float(37.5));
        check(Aggregate::Collect, &values, &Value::list(ints(&[33, 42])));
    }

    #[test]
    fn of_nothing() {
        check(Aggregate::Sum, &[], &Value::Int(0));
        check(Aggregate::Collect, &[], &Value::list(vec![]));
        check(Aggregate::StDev, &[], &Value::Float(0.0));
        for aggregate in [Aggregate::Avg, Aggregate::PercentileCont] {
            check(aggregate, &[], &Value::Null);
        }
    }

    #[test]
    fn integer_sums_overflow_only_at_the_end() {
        check(Aggregate::Sum, &ints(&[i64::MAX, 1, -1]), &Value::Int(i64::MAX));
        let error = try_run(Aggregate::Sum, false, &[&ints(&[i64::MAX]), &ints(&[1])]).expect_err("an error");
        assert_eq!((error.error_type(), error.detail()), (ErrorType::ArithmeticError, Detail::IntegerOverflow));
        check(Aggregate::Avg, &ints(&[i64::MAX, i64::MAX]), &Value::Float(i64::MAX as f64));
    }

    #[test]
    fn float_sums_keep_what_rounding_takes() {
        check(Aggregate::Sum, &floats(&[1e100, 1.0, -1e100]), &Value::Float(1.0));
        check(Aggregate::Sum, &floats(&[0.1; 10]), &Value::Float(1.0));
        check(Aggregate::Sum, &[Value::Int(1), Value::Float(0.5)], &Value::Float(1.5));
        check(Aggregate::Sum, &floats(&[f64::INFINITY, 1.0]), &Value::Float(f64::INFINITY));
        check(Aggregate::Avg, &floats(&[f64::MAX, f64::MAX]), &Value::Float(f64::MAX));
        check(Aggregate::Avg, &floats(&[f64::NAN, 1.0]), &Value::Float(f64::NAN));
    }

    #[test]
    fn durations_are_added() {
        let duration = |days, nanos| Value::Duration(Arc::new(Duration { days, nanos, ..Duration::default() }));
        let sum = Duration { days: 3, seconds: 1, nanos: 0, months: 0 };
        let values = [duration(1, 600_000_000), duration(2, 400_000_000)];
        check(Aggregate::Sum, &values, &Value::Duration(Arc::new(sum)));
        assert!(try_run(Aggregate::Sum, false, &[&values[..1], &[Value::Int(1)]]).is_err());
        assert!(try_run(Aggregate::Sum, false, &[&["a".into()]]).is_err());
    }

    #[test]
    fn distinct_counts_equal_values_once() {
        let values = [Value::Int(1), Value::Float(1.0), Value::Int(2), Value::Null];
        let rows: Vec<&[Value]> = values.chunks(1).collect();
        let count = try_run(Aggregate::Count, true, &rows).expect("a count");
        assert!(identical(&count, &Value::Int(2)));
        let mut accumulator = Accumulator::new(Aggregate::Sum, true, LIMIT).expect("an accumulator");
        accumulator.add(&values[..1], 5).expect("added");
        assert!(accumulator.bytes() > 0);
        assert!(identical(&accumulator.finish(&crate::functions::Unwatched).expect("a sum"), &Value::Int(1)));
    }

    #[test]
    fn rows_with_a_multiplicity_count_that_often() {
        let run = |aggregate, multiplicity| {
            let mut accumulator = Accumulator::new(aggregate, false, LIMIT).expect("an accumulator");
            accumulator.add(&ints(&[7]), multiplicity)?;
            accumulator.finish(&crate::functions::Unwatched)
        };
        let is = |aggregate, multiplicity, expected: &Value| {
            identical(&run(aggregate, multiplicity).expect("a result"), expected)
        };
        assert!(is(Aggregate::Count, 3, &Value::Int(3)));
        assert!(is(Aggregate::Sum, 3, &Value::Int(21)));
        assert!(is(Aggregate::Avg, 3, &Value::Float(7.0)));
        assert!(is(Aggregate::Collect, 3, &Value::list(ints(&[7, 7, 7]))));
        assert!(is(Aggregate::Count, 0, &Value::Int(0)));
        assert_eq!(run(Aggregate::Collect, u64::MAX).expect_err("too large").detail(), Detail::MemoryLimit);
        assert_eq!(run(Aggregate::Sum, u64::MAX).expect_err("overflow").detail(), Detail::IntegerOverflow);
    }

    #[test]
    fn deviations() {
        check(Aggregate::StDev, &ints(&[1, 2, 3, 4]), &Value::Float((5.0_f64 / 3.0).sqrt()));
        check(Aggregate::StDevP, &ints(&[1, 2, 3, 4]), &Value::Float(1.25_f64.sqrt()));
        check(Aggregate::StDev, &ints(&[5]), &Value::Float(0.0));
    }

    #[test]
    fn percentiles() {
        let run = |aggregate, share: f64, values: &[Value]| {
            let rows: Vec<[Value; 2]> = values.iter().map(|value| [value.clone(), Value::Float(share)]).collect();
            let rows: Vec<&[Value]> = rows.iter().map(|row| &row[..]).collect();
            try_run(aggregate, false, &rows)
        };
        let prices = floats(&[30.0, 10.0, 20.0]);
        let cases = [(0.0, 10.0, 10.0), (0.5, 20.0, 20.0), (1.0, 30.0, 30.0), (0.25, 15.0, 10.0), (0.4, 18.0, 20.0)];
        for (share, continuous, discrete) in cases {
            let result = run(Aggregate::PercentileCont, share, &prices).expect("a percentile");
            assert!(identical(&result, &Value::Float(continuous)), "{share} {result:?}");
            let result = run(Aggregate::PercentileDisc, share, &prices).expect("a percentile");
            assert!(identical(&result, &Value::Float(discrete)), "{share} {result:?}");
        }
        for share in [-1.0, 1.1, 1000.0, f64::NAN] {
            let error = run(Aggregate::PercentileDisc, share, &prices).expect_err("out of range");
            assert_eq!((error.error_type(), error.detail()), (ErrorType::ArgumentError, Detail::NumberOutOfRange));
        }
    }
}
