//! Arithmetic: instants and lengths of time added and subtracted, lengths multiplied and divided.
//!
//! Every function gives `None` for operands that are none of its business, so that the caller can try what else the
//! operator means.

use super::duration::{Amount, MONTH, Parts, carried};
use super::{DAY, Date, DateTime, Duration, LocalDateTime, LocalTime, SECOND, Time, Zone, out_of_range};
use crate::error::{Detail, Error, ErrorType, Result};
use crate::value::Value;

/// `left + right`: an instant and a duration in either order, or two durations.
pub fn add(left: &Value, right: &Value) -> Result<Option<Value>> {
    match (left, right) {
        (Value::Duration(a), Value::Duration(b)) => sum(a, b, 1).map(|sum| Some(sum.into())),
        (Value::Duration(duration), instant) | (instant, Value::Duration(duration)) => moved(instant, duration, 1),
        _ => Ok(None),
    }
}

/// `left - right`: an instant and a duration, or two durations.
pub fn subtract(left: &Value, right: &Value) -> Result<Option<Value>> {
    match (left, right) {
        (Value::Duration(a), Value::Duration(b)) => sum(a, b, -1).map(|sum| Some(sum.into())),
        (instant, Value::Duration(duration)) => moved(instant, duration, -1),
        _ => Ok(None),
    }
}

/// `left * right`: a duration and a number in either order.
pub fn multiply(left: &Value, right: &Value) -> Result<Option<Value>> {
    let product = match (left, right) {
        (Value::Duration(duration), Value::Int(factor)) | (Value::Int(factor), Value::Duration(duration)) => {
            times(duration, *factor)?
        }
        (Value::Duration(duration), Value::Float(factor)) | (Value::Float(factor), Value::Duration(duration)) => {
            scaled(duration, |part| part * factor)?
        }
        _ => return Ok(None),
    };
    Ok(Some(product.into()))
}

/// `left / right`: a duration by a number.
pub fn divide(left: &Value, right: &Value) -> Result<Option<Value>> {
    let quotient = match (left, right) {
        (Value::Duration(_), Value::Int(0)) => return Err(division_by_zero()),
        (Value::Duration(_), Value::Float(divisor)) if *divisor == 0.0 => return Err(division_by_zero()),
        (Value::Duration(duration), Value::Int(divisor)) => divided(duration, i128::from(*divisor))?,
        (Value::Duration(duration), Value::Float(divisor)) => scaled(duration, |part| part / divisor)?,
        _ => return Ok(None),
    };
    Ok(Some(quotient.into()))
}

/// `-value`: a duration of the same length backwards.
pub fn negate(value: &Value) -> Result<Option<Value>> {
    match value {
        Value::Duration(duration) => times(duration, -1).map(|negated| Some(negated.into())),
        _ => Ok(None),
    }
}

impl Date {
    /// The date a duration later: its months, then its days, then the whole days of its seconds. `sign` is 1 or -1.
    pub(super) fn moved(self, duration: &Duration, sign: i128) -> Option<Date> {
        let days = i128::from(duration.days) + duration.clock_nanos() / DAY;
        self.moved_by(sign * i128::from(duration.months), sign * days)
    }

    fn moved_by(self, months: i128, days: i128) -> Option<Date> {
        self.add_months(i64::try_from(months).ok()?)?.add_days(i64::try_from(days).ok()?)
    }
}

impl LocalDateTime {
    /// The date and time months and days later on the calendar.
    pub(super) fn moved_by(self, months: i128, days: i128) -> Option<LocalDateTime> {
        Some(LocalDateTime::new(self.date().moved_by(months, days)?, self.time()))
    }

    /// The date and time a duration later. `sign` is 1 or -1.
    fn moved(self, duration: &Duration, sign: i128) -> Option<LocalDateTime> {
        let moved = self.moved_by(sign * i128::from(duration.months), sign * i128::from(duration.days))?;
        LocalDateTime::from_total_nanos(moved.total_nanos() + sign * duration.clock_nanos())
    }
}

impl DateTime {
    /// The moment months and days later on the calendar of its zone.
    pub(super) fn moved_by(&self, zone: &Zone, months: i128, days: i128) -> Option<DateTime> {
        zone.resolve(self.local.moved_by(months, days)?, Some(self.offset))
    }

    /// The moment a duration later: months and days on the calendar of its zone, seconds as time that passes.
    /// `sign` is 1 or -1.
    fn moved(&self, duration: &Duration, sign: i128) -> Option<DateTime> {
        let zone = Zone::of(self);
        let (months, days) = (sign * i128::from(duration.months), sign * i128::from(duration.days));
        let moved = self.moved_by(&zone, months, days)?;
        let clock = sign * duration.clock_nanos();
        if clock == 0 { Some(moved) } else { zone.at(moved.instant_nanos() + clock) }
    }
}

fn moved(instant: &Value, duration: &Duration, sign: i128) -> Result<Option<Value>> {
    let clock = sign * duration.clock_nanos();
    let value = match instant {
        Value::Date(date) => date.moved(duration, sign).map(Value::from),
        Value::LocalTime(time) => Some(LocalTime::wrapping(i128::from(time.nanos) + clock).into()),
        Value::Time(time) => {
            let nanos = LocalTime::wrapping(i128::from(time.nanos) + clock).nanos;
            Some(Time { nanos, offset: time.offset }.into())
        }
        Value::LocalDateTime(both) => both.moved(duration, sign).map(Value::from),
        Value::DateTime(moment) => moment.moved(duration, sign).map(Value::from),
        _ => return Ok(None),
    };
    value.map(Some).ok_or_else(|| out_of_range("date"))
}

fn sum(left: &Duration, right: &Duration, sign: i128) -> Result<Duration> {
    let months = i128::from(left.months) + sign * i128::from(right.months);
    let days = i128::from(left.days) + sign * i128::from(right.days);
    let nanos = left.clock_nanos() + sign * right.clock_nanos();
    Duration::from_parts(months, days, nanos).ok_or_else(|| out_of_range("duration"))
}

fn times(duration: &Duration, factor: i64) -> Result<Duration> {
    let factor = i128::from(factor);
    let nanos = duration.clock_nanos().checked_mul(factor);
    nanos
        .and_then(|nanos| {
            Duration::from_parts(i128::from(duration.months) * factor, i128::from(duration.days) * factor, nanos)
        })
        .ok_or_else(|| out_of_range("duration"))
}

/// Division by a whole number, exact down to the nanosecond, what is left of which is dropped.
fn divided(duration: &Duration, divisor: i128) -> Result<Duration> {
    let (months, days) = (i128::from(duration.months), i128::from(duration.days));
    let carry = (months % divisor) * MONTH / divisor + (days % divisor) * DAY / divisor;
    carried(months / divisor, days / divisor, carry, duration.clock_nanos() / divisor)
}

/// A duration each part of which is changed in floating point.
fn scaled(duration: &Duration, scale: impl Fn(f64) -> f64) -> Result<Duration> {
    let seconds = Amount::float(scale(duration.seconds as f64))?;
    let nanos = Amount::float(scale(f64::from(duration.nanos)).trunc())?;
    let parts = Parts {
        months: Amount::float(scale(duration.months as f64))?,
        days: Amount::float(scale(duration.days as f64))?,
        nanos: seconds.nanos(SECOND) + nanos.nanos(1),
    };
    parts.build()
}

fn division_by_zero() -> Error {
    Error::runtime(ErrorType::ArithmeticError, Detail::DivisionByZero, "a duration cannot be divided by zero")
}
