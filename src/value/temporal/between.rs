//! The duration from one instant to another.
//!
//! The two may be of different types. What one lacks it takes from the other: a time its date, a value without a
//! zone the zone; a date without a time stands at midnight.

use super::construct::{date_of, time_of, zone_of};
use super::{Date, DateTime, Duration, LocalDateTime, LocalTime, Zone, out_of_range};
use crate::error::{Error, Result};
use crate::value::Value;

/// Months, then days, then seconds from one instant to the other. Instants of which one has no date are seconds
/// apart only.
pub fn between(from: &Value, to: &Value) -> Result<Duration> {
    let pair = Pair::new(from, to)?;
    let dated = date_of(from).is_some() && date_of(to).is_some();
    let parts = if dated { pair.split() } else { Some((0, 0, pair.nanos())) };
    let duration = parts.and_then(|(months, days, nanos)| Duration::from_parts(months, days, nanos));
    duration.ok_or_else(|| out_of_range("duration"))
}

/// The whole months from one instant to the other.
pub fn in_months(from: &Value, to: &Value) -> Result<Duration> {
    let ends = Pair::new(from, to)?.calendar()?;
    let months = ends.map_or(0, |(from, to)| months_until(from, to));
    Ok(Duration { months, ..Duration::default() })
}

/// The whole days from one instant to the other.
pub fn in_days(from: &Value, to: &Value) -> Result<Duration> {
    let ends = Pair::new(from, to)?.calendar()?;
    let days = ends.map_or(0, |(from, to)| days_until(from, to));
    Ok(Duration { days, ..Duration::default() })
}

/// The seconds from one instant to the other.
pub fn in_seconds(from: &Value, to: &Value) -> Result<Duration> {
    let nanos = Pair::new(from, to)?.nanos();
    Duration::from_parts(0, 0, nanos).ok_or_else(|| out_of_range("duration"))
}

/// Two instants made alike.
enum Pair {
    /// Times of day, so many nanoseconds apart.
    Times(i128),
    Local(LocalDateTime, LocalDateTime),
    /// The zone is the first instant's.
    Zoned(Zone, DateTime, DateTime),
}

impl Pair {
    fn new(from: &Value, to: &Value) -> Result<Pair> {
        let (from_time, to_time) = (clock_of(from)?, clock_of(to)?);
        let (from_zone, to_zone) = (zone_of(from), zone_of(to));
        let Some(any_date) = date_of(from).or(date_of(to)) else {
            return Ok(Pair::Times(times_apart(from, from_time, to, to_time)));
        };
        let on = |value: &Value, time| LocalDateTime::new(date_of(value).unwrap_or(any_date), time);
        let (from_local, to_local) = (on(from, from_time), on(to, to_time));
        let Some((shared, _)) = from_zone.clone().or(to_zone.clone()) else {
            return Ok(Pair::Local(from_local, to_local));
        };
        let place = |local, own: Option<(Zone, i32)>| match own {
            Some((zone, offset)) => zone.resolve(local, Some(offset)),
            None => shared.resolve(local, None),
        };
        let placed = place(from_local, from_zone).zip(place(to_local, to_zone));
        let (from, to) = placed.ok_or_else(|| out_of_range("date and time"))?;
        Ok(Pair::Zoned(shared, from, to))
    }

    /// Both instants on the calendar of the first one's zone; nothing for times of day.
    fn calendar(&self) -> Result<Option<(LocalDateTime, LocalDateTime)>> {
        match self {
            Pair::Times(_) => Ok(None),
            Pair::Local(from, to) => Ok(Some((*from, *to))),
            Pair::Zoned(zone, from, to) => {
                let to = zone.at(to.instant_nanos()).ok_or_else(|| out_of_range("date and time"))?;
                Ok(Some((from.local, to.local)))
            }
        }
    }

    fn nanos(&self) -> i128 {
        match self {
            Pair::Times(nanos) => *nanos,
            Pair::Local(from, to) => to.total_nanos() - from.total_nanos(),
            Pair::Zoned(_, from, to) => to.instant_nanos() - from.instant_nanos(),
        }
    }

    /// Whole months, then whole days, then nanoseconds.
    fn split(&self) -> Option<(i128, i128, i128)> {
        match self {
            Pair::Times(nanos) => Some((0, 0, *nanos)),
            Pair::Local(from, to) => {
                let months = i128::from(months_until(*from, *to));
                let moved = from.moved_by(months, 0)?;
                let days = i128::from(days_until(moved, *to));
                let moved = moved.moved_by(0, days)?;
                Some((months, days, to.total_nanos() - moved.total_nanos()))
            }
            Pair::Zoned(zone, from, to) => {
                let end = zone.at(to.instant_nanos())?.local;
                let months = i128::from(months_until(from.local, end));
                let moved = from.moved_by(zone, months, 0)?;
                let days = i128::from(days_until(moved.local, end));
                let moved = moved.moved_by(zone, 0, days)?;
                Some((months, days, to.instant_nanos() - moved.instant_nanos()))
            }
        }
    }
}

/// The time of day of an instant; a date stands at midnight.
fn clock_of(value: &Value) -> Result<LocalTime> {
    let midnight = || date_of(value).map(|_| LocalTime::MIDNIGHT);
    time_of(value).or_else(midnight).ok_or_else(|| {
        Error::type_error(format!("a {} is not an instant that a duration can be measured from", value.type_name()))
    })
}

/// Times with offsets are apart by their moments, others by what the clock shows.
fn times_apart(from: &Value, from_time: LocalTime, to: &Value, to_time: LocalTime) -> i128 {
    match (from, to) {
        (Value::Time(from), Value::Time(to)) => to.utc_nanos() - from.utc_nanos(),
        _ => i128::from(to_time.nanos) - i128::from(from_time.nanos),
    }
}

fn months_until(from: LocalDateTime, to: LocalDateTime) -> i64 {
    // Months of 32 days keep a date's month and day in one number, so that the difference counts whole months.
    let packed = |date: Date| {
        let (year, month, day) = date.ymd();
        (year * 12 + i64::from(month)) * 32 + i64::from(day)
    };
    (packed(last_whole_day(from, to)) - packed(from.date())) / 32
}

fn days_until(from: LocalDateTime, to: LocalDateTime) -> i64 {
    last_whole_day(from, to).days - from.date().days
}

/// The date that is reached from `from` by whole days on the way to `to`.
fn last_whole_day(from: LocalDateTime, to: LocalDateTime) -> Date {
    let (start, end) = (from.date(), to.date());
    if end > start && to.time() < from.time() {
        Date { days: end.days - 1 }
    } else if end < start && to.time() > from.time() {
        Date { days: end.days + 1 }
    } else {
        end
    }
}
