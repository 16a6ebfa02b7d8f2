//! The temporal types: dates, times and lengths of time.
//!
//! Takes text, maps of components and other temporal values; gives the types, their calendar, text forms, arithmetic
//! and order. The calendar is the proleptic Gregorian one over years from -999,999,999 to 999,999,999; only named
//! zones come from a library, with the time zone database built into it, so results do not depend on the machine.
//! It deliberately knows no clock: the current moment is an argument.

pub mod arith;
pub mod between;
pub mod civil;
pub mod components;
pub mod construct;
mod duration;
mod format;
pub mod parse;
pub mod truncate;
pub mod validity;
pub mod zone;

pub use components::component;
pub use zone::Zone;

use crate::error::{Detail, Error, ErrorType};
use crate::value::Value;
use std::cmp::Ordering;
use std::sync::Arc;

/// Nanoseconds in a second.
pub const SECOND: i128 = 1_000_000_000;
/// Nanoseconds in a day of 24 hours.
pub const DAY: i128 = 86_400 * SECOND;
/// Seconds in a day of 24 hours.
pub(crate) const DAY_SECONDS: i64 = 86_400;

/// A date of the proleptic Gregorian calendar: days since 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    /// Days since 1970-01-01; years from -999,999,999 to 999,999,999.
    pub days: i64,
}

/// A time of day without a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalTime {
    /// Nanoseconds since midnight.
    pub nanos: u64,
}

/// A time of day with an offset from UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Time {
    /// Nanoseconds since local midnight.
    pub nanos: u64,
    /// Seconds east of UTC.
    pub offset: i32,
}

/// A date and time without a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalDateTime {
    /// Seconds since 1970-01-01T00:00 on the local clock.
    pub seconds: i64,
    /// Nanoseconds within the second.
    pub nanos: u32,
}

/// A date and time in a zone.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DateTime {
    /// The date and time on the local clock.
    pub local: LocalDateTime,
    /// Seconds east of UTC at that moment.
    pub offset: i32,
    /// The zone's name, e.g. `Europe/Stockholm`, where one was given.
    pub zone: Option<Arc<str>>,
}

/// A length of time. The parts are independent: a month is not a number of days, a day not a number of seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub struct Duration {
    /// Months.
    pub months: i64,
    /// Days.
    pub days: i64,
    /// Seconds.
    pub seconds: i64,
    /// Nanoseconds, 0 to 999,999,999, counted upwards from `seconds`.
    pub nanos: u32,
}

impl LocalTime {
    /// Midnight.
    pub const MIDNIGHT: LocalTime = LocalTime { nanos: 0 };

    /// The time of day of these parts, where they lie in their ranges.
    pub fn from_hms(hour: u32, minute: u32, second: u32, nanos: u32) -> Option<LocalTime> {
        if hour > 23 || minute > 59 || second > 59 || nanos > 999_999_999 {
            return None;
        }
        let seconds = u64::from(hour) * 3600 + u64::from(minute) * 60 + u64::from(second);
        Some(LocalTime { nanos: seconds * 1_000_000_000 + u64::from(nanos) })
    }

    /// Hour, minute, second and nanosecond.
    pub fn hms(self) -> (u32, u32, u32, u32) {
        let seconds = self.nanos / 1_000_000_000;
        let nanos = (self.nanos % 1_000_000_000) as u32;
        ((seconds / 3600) as u32, (seconds / 60 % 60) as u32, (seconds % 60) as u32, nanos)
    }

    /// The time of day this many nanoseconds after midnight, where that is the same day.
    pub fn from_nanos(nanos: u64) -> Option<LocalTime> {
        (i128::from(nanos) < DAY).then_some(LocalTime { nanos })
    }

    /// The time of day this many nanoseconds after midnight of some day, in either direction.
    pub fn wrapping(nanos: i128) -> LocalTime {
        LocalTime { nanos: nanos.rem_euclid(DAY) as u64 }
    }
}

impl Time {
    /// That time of day on a clock so many seconds east of UTC, at most 18 hours.
    pub fn new(local: LocalTime, offset: i32) -> Option<Time> {
        Zone::fixed(offset).map(|_| Time { nanos: local.nanos, offset })
    }

    /// The time of day on the local clock.
    pub fn local(self) -> LocalTime {
        LocalTime { nanos: self.nanos }
    }

    /// Nanoseconds from midnight UTC of the same local day; negative, or more than a day, near either end.
    pub fn utc_nanos(self) -> i128 {
        i128::from(self.nanos) - i128::from(self.offset) * SECOND
    }

    /// The same moment on a clock of another offset.
    pub fn at_offset(self, offset: i32) -> Time {
        Time { nanos: LocalTime::wrapping(self.utc_nanos() + i128::from(offset) * SECOND).nanos, offset }
    }
}

impl PartialOrd for Time {
    fn partial_cmp(&self, other: &Time) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Time {
    fn cmp(&self, other: &Time) -> Ordering {
        self.utc_nanos().cmp(&other.utc_nanos()).then(self.offset.cmp(&other.offset))
    }
}

impl LocalDateTime {
    /// That time on that date.
    pub fn new(date: Date, time: LocalTime) -> LocalDateTime {
        let seconds = date.days.saturating_mul(DAY_SECONDS).saturating_add((time.nanos / 1_000_000_000) as i64);
        LocalDateTime { seconds, nanos: (time.nanos % 1_000_000_000) as u32 }
    }

    /// The date.
    pub fn date(self) -> Date {
        Date { days: self.seconds.div_euclid(DAY_SECONDS) }
    }

    /// The time of day.
    pub fn time(self) -> LocalTime {
        LocalTime { nanos: self.seconds.rem_euclid(DAY_SECONDS) as u64 * 1_000_000_000 + u64::from(self.nanos) }
    }

    /// The moment so many seconds and nanoseconds after 1970-01-01T00:00, where both are in range.
    pub fn from_parts(seconds: i64, nanos: u32) -> Option<LocalDateTime> {
        let there = nanos < 1_000_000_000 && Date::from_days(seconds.div_euclid(DAY_SECONDS)).is_some();
        there.then_some(LocalDateTime { seconds, nanos })
    }

    /// Nanoseconds since 1970-01-01T00:00 on the local clock.
    pub fn total_nanos(self) -> i128 {
        i128::from(self.seconds) * SECOND + i128::from(self.nanos)
    }

    /// The inverse of [`LocalDateTime::total_nanos`], where the year is in range.
    pub fn from_total_nanos(nanos: i128) -> Option<LocalDateTime> {
        let seconds = i64::try_from(nanos.div_euclid(SECOND)).ok()?;
        Date::from_days(seconds.div_euclid(DAY_SECONDS))?;
        Some(LocalDateTime { seconds, nanos: nanos.rem_euclid(SECOND) as u32 })
    }
}

impl DateTime {
    /// That date and time on a clock so many seconds east of UTC, at most 18 hours, in a zone whose name can be one. The
    /// name need not be known: a later database may have it.
    pub fn from_parts(local: LocalDateTime, offset: i32, zone: Option<Arc<str>>) -> Option<DateTime> {
        let named = zone.as_deref().is_none_or(zone::can_be_name);
        Zone::fixed(offset).filter(|_| named).map(|_| DateTime { local, offset, zone })
    }

    /// Nanoseconds since 1970-01-01T00:00Z.
    pub fn instant_nanos(&self) -> i128 {
        self.local.total_nanos() - i128::from(self.offset) * SECOND
    }
}

impl PartialOrd for DateTime {
    fn partial_cmp(&self, other: &DateTime) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for DateTime {
    fn cmp(&self, other: &DateTime) -> Ordering {
        let moment = self.instant_nanos().cmp(&other.instant_nanos());
        moment.then(self.offset.cmp(&other.offset)).then_with(|| self.zone.cmp(&other.zone))
    }
}

/// The order of two values of the same temporal type: by moment, then by offset and zone. Durations have none, and
/// neither have values of different types; [`Duration::order`] serves sorting.
pub fn compare(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Date(a), Value::Date(b)) => Some(a.cmp(b)),
        (Value::LocalTime(a), Value::LocalTime(b)) => Some(a.cmp(b)),
        (Value::Time(a), Value::Time(b)) => Some(a.cmp(b)),
        (Value::LocalDateTime(a), Value::LocalDateTime(b)) => Some(a.cmp(b)),
        (Value::DateTime(a), Value::DateTime(b)) => Some(a.cmp(b)),
        _ => None,
    }
}

impl From<Date> for Value {
    fn from(value: Date) -> Self {
        Value::Date(value)
    }
}

impl From<LocalTime> for Value {
    fn from(value: LocalTime) -> Self {
        Value::LocalTime(value)
    }
}

impl From<Time> for Value {
    fn from(value: Time) -> Self {
        Value::Time(value)
    }
}

impl From<LocalDateTime> for Value {
    fn from(value: LocalDateTime) -> Self {
        Value::LocalDateTime(value)
    }
}

impl From<DateTime> for Value {
    fn from(value: DateTime) -> Self {
        Value::DateTime(Arc::new(value))
    }
}

impl From<Duration> for Value {
    fn from(value: Duration) -> Self {
        Value::Duration(Arc::new(value))
    }
}

/// An argument of the right type with a value that cannot be used.
fn invalid(message: impl Into<String>) -> Error {
    Error::runtime(ErrorType::ArgumentError, Detail::InvalidArgumentValue, message)
}

/// A result beyond the range of its type.
fn out_of_range(what: &str) -> Error {
    Error::runtime(ErrorType::ArithmeticError, Detail::NumberOutOfRange, format!("the {what} is out of range"))
}

#[cfg(test)]
mod tests;
