//! Truncation: an instant set back to the start of a unit of time, with components to replace afterwards.

use super::construct::{DATE_KEYS, Fields, Kept, TIME_KEYS, date_of, offset_now, time_of, zone_of};
use super::{Date, DateTime, LocalDateTime, LocalTime, Time, Zone, invalid, out_of_range, parse};
use crate::error::{Error, Result};
use crate::value::{Map, Value};

/// A unit to truncate to, from the largest to the smallest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)] // each is named after its unit
pub enum Unit {
    Millennium,
    Century,
    Decade,
    Year,
    WeekYear,
    Quarter,
    Month,
    Week,
    Day,
    Hour,
    Minute,
    Second,
    Millisecond,
    Microsecond,
}

const ZONE_KEYS: &[&str] = &["timezone"];

const UNITS: [(&str, Unit); 14] = [
    ("millennium", Unit::Millennium),
    ("century", Unit::Century),
    ("decade", Unit::Decade),
    ("year", Unit::Year),
    ("weekYear", Unit::WeekYear),
    ("quarter", Unit::Quarter),
    ("month", Unit::Month),
    ("week", Unit::Week),
    ("day", Unit::Day),
    ("hour", Unit::Hour),
    ("minute", Unit::Minute),
    ("second", Unit::Second),
    ("millisecond", Unit::Millisecond),
    ("microsecond", Unit::Microsecond),
];

impl Unit {
    /// The unit of that name, in any case.
    pub fn parse(name: &str) -> Result<Unit> {
        let found = UNITS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, unit)| *unit).ok_or_else(|| {
            let names: Vec<&str> = UNITS.iter().map(|(name, _)| *name).collect();
            invalid(format!("`{}` is not a unit to truncate to", parse::excerpt(name)))
                .hint(format!("the units are {}", names.join(", ")))
        })
    }

    fn name(self) -> &'static str {
        UNITS.iter().find(|(_, unit)| *unit == self).map_or("", |(name, _)| name)
    }

    /// The fraction of a second that stays in a time truncated to this unit.
    fn kept(self, time: LocalTime) -> Option<Kept> {
        let nanos = time.hms().3;
        match self {
            Unit::Millisecond => Some(Kept { nanos, room: 1_000_000 }),
            Unit::Microsecond => Some(Kept { nanos, room: 1000 }),
            _ => None,
        }
    }
}

/// The date of a value, truncated to a day or more.
pub fn date(unit: Unit, value: &Value, overrides: &Map) -> Result<Date> {
    let fields = Fields::new(overrides, "date", &[DATE_KEYS])?;
    if unit > Unit::Day {
        return Err(mismatch(value, "date", unit));
    }
    let date = date_of(value).ok_or_else(|| mismatch(value, "date", unit))?;
    fields.date(Some(start_of_date(unit, date)?))
}

/// The time of day of a value, truncated to a day or less.
pub fn local_time(unit: Unit, value: &Value, overrides: &Map) -> Result<LocalTime> {
    let fields = Fields::new(overrides, "local time", &[TIME_KEYS])?;
    clock(unit, value, &fields, "local time")
}

/// The time of day of a value with its offset, truncated to a day or less. Another `timezone` changes the offset
/// and not the clock; a named one counts with its offset at the moment `now`.
pub fn time(unit: Unit, value: &Value, overrides: &Map, now: i128) -> Result<Time> {
    let fields = Fields::new(overrides, "time", &[TIME_KEYS, ZONE_KEYS])?;
    let nanos = clock(unit, value, &fields, "time")?.nanos;
    let offset = match fields.zone()? {
        Some(zone) => offset_now(&zone, now)?,
        None => zone_of(value).map_or(0, |(_, offset)| offset),
    };
    Ok(Time { nanos, offset })
}

/// The date and time of a value, truncated.
pub fn local_date_time(unit: Unit, value: &Value, overrides: &Map) -> Result<LocalDateTime> {
    let fields = Fields::new(overrides, "local date and time", &[DATE_KEYS, TIME_KEYS])?;
    calendar_and_clock(unit, value, &fields, "local date and time")
}

/// The date and time of a value in its zone, truncated. Another `timezone` changes the zone and not the clock.
pub fn date_time(unit: Unit, value: &Value, overrides: &Map) -> Result<DateTime> {
    let fields = Fields::new(overrides, "date and time", &[DATE_KEYS, TIME_KEYS, ZONE_KEYS])?;
    let local = calendar_and_clock(unit, value, &fields, "date and time")?;
    let moment = match (fields.zone()?, zone_of(value)) {
        (Some(zone), _) => zone.resolve(local, None),
        (None, Some((zone, offset))) => zone.resolve(local, Some(offset)),
        (None, None) => Zone::UTC.resolve(local, None),
    };
    moment.ok_or_else(|| out_of_range("date and time"))
}

fn clock(unit: Unit, value: &Value, fields: &Fields<'_>, what: &str) -> Result<LocalTime> {
    if unit < Unit::Day {
        return Err(mismatch(value, what, unit));
    }
    let time = time_of(value).ok_or_else(|| mismatch(value, what, unit))?;
    let start = start_of_time(unit, time);
    fields.time_over(Some(start), unit.kept(start))
}

fn calendar_and_clock(unit: Unit, value: &Value, fields: &Fields<'_>, what: &str) -> Result<LocalDateTime> {
    let date = date_of(value).ok_or_else(|| mismatch(value, what, unit))?;
    if unit <= Unit::Day {
        let date = fields.date(Some(start_of_date(unit, date)?))?;
        return Ok(LocalDateTime::new(date, fields.time(Some(LocalTime::MIDNIGHT))?));
    }
    let start = start_of_time(unit, time_of(value).ok_or_else(|| mismatch(value, what, unit))?);
    Ok(LocalDateTime::new(fields.date(Some(date))?, fields.time_over(Some(start), unit.kept(start))?))
}

fn start_of_date(unit: Unit, date: Date) -> Result<Date> {
    let (year, month, _) = date.ymd();
    let years = |count: i64| Date::from_ymd(year.div_euclid(count) * count, 1, 1);
    let start = match unit {
        Unit::Millennium => years(1000),
        Unit::Century => years(100),
        Unit::Decade => years(10),
        Unit::Year => years(1),
        Unit::WeekYear => Date::from_week(date.week().0, 1, 1),
        Unit::Quarter => Date::from_ymd(year, date.quarter() * 3 - 2, 1),
        Unit::Month => Date::from_ymd(year, month, 1),
        Unit::Week => date.add_days(1 - i64::from(date.weekday())),
        _ => Some(date),
    };
    start.ok_or_else(|| out_of_range("date"))
}

fn start_of_time(unit: Unit, time: LocalTime) -> LocalTime {
    let size = match unit {
        Unit::Hour => 3_600_000_000_000,
        Unit::Minute => 60_000_000_000,
        Unit::Second => 1_000_000_000,
        Unit::Millisecond => 1_000_000,
        Unit::Microsecond => 1000,
        _ => return LocalTime::MIDNIGHT,
    };
    LocalTime { nanos: time.nanos - time.nanos % size }
}

fn mismatch(value: &Value, what: &str, unit: Unit) -> Error {
    invalid(format!("a {} cannot be truncated to a {what} by {}", value.type_name(), unit.name()))
}
