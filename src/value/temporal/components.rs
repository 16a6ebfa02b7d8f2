//! The components of temporal values: `d.year`, `t.minute`, `dur.hours`.

use super::format::Offset;
use super::{Date, DateTime, Duration, LocalTime, SECOND, invalid, out_of_range};
use crate::error::{Error, Result};
use crate::value::Value;

/// The component of that name of a temporal value; an error where its type has no such component.
pub fn component(value: &Value, key: &str) -> Result<Value> {
    let found = match value {
        Value::Date(date) => of_date(*date, key),
        Value::LocalTime(time) => of_time(*time, key),
        Value::Time(time) => of_time(time.local(), key).or_else(|| of_offset(time.offset, None, key)),
        Value::LocalDateTime(both) => of_date(both.date(), key).or_else(|| of_time(both.time(), key)),
        Value::DateTime(moment) => return of_date_time(moment, key)?.ok_or_else(|| unknown(value, key)),
        Value::Duration(duration) => return of_duration(duration, key),
        other => return Err(Error::type_error(format!("a {} has no component `{key}`", other.type_name()))),
    };
    found.ok_or_else(|| unknown(value, key))
}

fn unknown(value: &Value, key: &str) -> Error {
    invalid(format!("a {} has no component `{}`", value.type_name(), super::parse::excerpt(key)))
}

fn of_date(date: Date, key: &str) -> Option<Value> {
    let (year, month, day) = date.ymd();
    let number = match key {
        "year" => return Some(Value::Int(year)),
        "weekYear" => return Some(Value::Int(date.week().0)),
        "quarter" => date.quarter(),
        "month" => month,
        "week" => date.week().1,
        "day" => day,
        "ordinalDay" => date.ordinal_day(),
        "weekDay" | "dayOfWeek" => date.weekday(),
        "dayOfQuarter" | "quarterDay" => date.day_of_quarter(),
        _ => return None,
    };
    Some(Value::Int(i64::from(number)))
}

fn of_time(time: LocalTime, key: &str) -> Option<Value> {
    let (hour, minute, second, nanos) = time.hms();
    let number = match key {
        "hour" => hour,
        "minute" => minute,
        "second" => second,
        "millisecond" => nanos / 1_000_000,
        "microsecond" => nanos / 1000,
        "nanosecond" => nanos,
        _ => return None,
    };
    Some(Value::Int(i64::from(number)))
}

fn of_offset(offset: i32, zone: Option<&str>, key: &str) -> Option<Value> {
    match key {
        "timezone" => Some(zone.map_or_else(|| Value::string(Offset(offset).to_string()), Value::string)),
        "offset" => Some(Value::string(Offset(offset).to_string())),
        "offsetMinutes" => Some(Value::Int(i64::from(offset / 60))),
        "offsetSeconds" => Some(Value::Int(i64::from(offset))),
        _ => None,
    }
}

fn of_date_time(moment: &DateTime, key: &str) -> Result<Option<Value>> {
    let unit = match key {
        "epochSeconds" => SECOND,
        "epochMillis" => SECOND / 1000,
        _ => {
            let found = of_date(moment.local.date(), key).or_else(|| of_time(moment.local.time(), key));
            return Ok(found.or_else(|| of_offset(moment.offset, moment.zone.as_deref(), key)));
        }
    };
    let count = i64::try_from(moment.instant_nanos().div_euclid(unit));
    count.map(|count| Some(Value::Int(count))).map_err(|_| out_of_range("moment"))
}

/// Components of durations: totals of each of the three parts (`months`, `days`, `seconds` and what they are worth in
/// other units), and what is left of them beyond a larger unit (`monthsOfYear`).
fn of_duration(duration: &Duration, key: &str) -> Result<Value> {
    let Duration { months, days, seconds, nanos } = *duration;
    let fine =
        |unit: i128| i64::try_from(duration.clock_nanos().div_euclid(unit)).map_err(|_| out_of_range("component"));
    let number = match key {
        "years" => months / 12,
        "quarters" => months / 3,
        "months" => months,
        "weeks" => days / 7,
        "days" => days,
        "hours" => seconds / 3600,
        "minutes" => seconds / 60,
        "seconds" => seconds,
        "milliseconds" => fine(1_000_000)?,
        "microseconds" => fine(1000)?,
        "nanoseconds" => fine(1)?,
        "quartersOfYear" => months / 3 % 4,
        "monthsOfQuarter" => months % 3,
        "monthsOfYear" => months % 12,
        "daysOfWeek" => days % 7,
        "minutesOfHour" => seconds / 60 % 60,
        "secondsOfMinute" => seconds % 60,
        "millisecondsOfSecond" => i64::from(nanos / 1_000_000),
        "microsecondsOfSecond" => i64::from(nanos / 1000),
        "nanosecondsOfSecond" => i64::from(nanos),
        _ => return Err(invalid(format!("a Duration has no component `{}`", super::parse::excerpt(key)))),
    };
    Ok(Value::Int(number))
}
