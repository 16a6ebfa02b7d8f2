//! The functions of dates, times and durations.
//!
//! `date()` and its kin read text and maps, convert other temporal values and, without an argument, tell the current
//! moment. All current moments of a statement agree; only the `realtime` variants look at the clock.

use super::{Body, CallContext, Category, Function, Parameter, Scalar, TypeSet};
use crate::error::{Detail, Error, ErrorType, Result};
use crate::value::temporal::between::{between, in_days, in_months, in_seconds};
use crate::value::temporal::truncate::{self, Unit};
use crate::value::temporal::{DateTime, LocalDateTime, LocalTime, SECOND, Time, Zone, construct, parse};
use crate::value::{Map, Value};
use std::time::{SystemTime, UNIX_EPOCH};

/// The family's table.
pub(crate) static FUNCTIONS: &[Function] = &[
    function(
        "date",
        INSTANT_INPUT,
        TypeSet::DATE,
        date,
        "The date that a text, a map of components or another value gives, or today's",
        &[
            ("date('2015-W30-2') = date('2015-07-21')", "true"),
            ("date({year: 1984, month: 10, day: 11}).ordinalDay", "285"),
            ("date({date: date('1816-12-31'), week: 2}) = date('1817-01-07')", "true"),
        ],
    ),
    current("date.transaction", TypeSet::DATE, date_current, "Today's date when the transaction began"),
    current("date.statement", TypeSet::DATE, date_current, "Today's date when the statement began"),
    current("date.realtime", TypeSet::DATE, date_realtime, "Today's date by the clock"),
    function(
        "date.truncate",
        TRUNCATE_INPUT,
        TypeSet::DATE,
        date_truncate,
        "The first date of a unit such as `month`, with components to replace",
        &[("date.truncate('month', date('1984-10-11'), {day: 2}) = date('1984-10-02')", "true")],
    ),
    function(
        "localtime",
        INSTANT_INPUT,
        TypeSet::LOCAL_TIME,
        local_time,
        "The time of day without a zone that a text, a map of components or another value gives, or the current one",
        &[("localtime('21:40:32').minute", "40"), ("localtime({hour: 12, minute: 31}) = localtime('12:31')", "true")],
    ),
    current("localtime.transaction", TypeSet::LOCAL_TIME, local_time_current, "The time when the transaction began"),
    current("localtime.statement", TypeSet::LOCAL_TIME, local_time_current, "The time when the statement began"),
    current("localtime.realtime", TypeSet::LOCAL_TIME, local_time_realtime, "The time by the clock"),
    function(
        "localtime.truncate",
        TRUNCATE_INPUT,
        TypeSet::LOCAL_TIME,
        local_time_truncate,
        "The start of a unit such as `hour`, with components to replace",
        &[("localtime.truncate('hour', localtime('12:31')) = localtime('12:00')", "true")],
    ),
    function(
        "time",
        INSTANT_INPUT,
        TypeSet::TIME,
        time,
        "The time of day with an offset that a text, a map of components or another value gives, or the current one",
        &[
            ("time('21:40-01:30').offsetMinutes", "-90"),
            ("time({time: time('12:00+01:00'), timezone: '+05:00'}) = time('16:00+05:00')", "true"),
        ],
    ),
    current("time.transaction", TypeSet::TIME, time_current, "The time with its offset when the transaction began"),
    current("time.statement", TypeSet::TIME, time_current, "The time with its offset when the statement began"),
    current("time.realtime", TypeSet::TIME, time_realtime, "The time with its offset by the clock"),
    function(
        "time.truncate",
        TRUNCATE_INPUT,
        TypeSet::TIME,
        time_truncate,
        "The start of a unit such as `hour` with its offset, with components to replace",
        &[("time.truncate('hour', time('12:31+01:00')) = time('12:00+01:00')", "true")],
    ),
    function(
        "localdatetime",
        INSTANT_INPUT,
        TypeSet::LOCAL_DATE_TIME,
        local_date_time,
        "The date and time without a zone that a text, a map of components or another value gives, or the current one",
        &[
            ("localdatetime('2015202T21').day", "21"),
            ("localdatetime({year: 1984, week: 10, hour: 12}) = localdatetime('1984-03-05T12:00')", "true"),
        ],
    ),
    current(
        "localdatetime.transaction",
        TypeSet::LOCAL_DATE_TIME,
        local_date_time_current,
        "The date and time without a zone when the transaction began",
    ),
    current(
        "localdatetime.statement",
        TypeSet::LOCAL_DATE_TIME,
        local_date_time_current,
        "The date and time without a zone when the statement began",
    ),
    current(
        "localdatetime.realtime",
        TypeSet::LOCAL_DATE_TIME,
        local_date_time_realtime,
        "The date and time without a zone by the clock",
    ),
    function(
        "localdatetime.truncate",
        TRUNCATE_INPUT,
        TypeSet::LOCAL_DATE_TIME,
        local_date_time_truncate,
        "The start of a unit such as `day`, with components to replace",
        &[("localdatetime.truncate('day', localdatetime('2017-10-11T12:31')) = localdatetime('2017-10-11')", "true")],
    ),
    function(
        "datetime",
        INSTANT_INPUT,
        TypeSet::DATE_TIME,
        date_time,
        "The date and time in a zone that a text, a map of components or another value gives, or the current one",
        &[
            ("datetime('2015-07-21T21:40[Europe/London]').offsetMinutes", "60"),
            ("datetime({year: 1984, timezone: '+01:00'}) = datetime('1984-01-01T00:00+01:00')", "true"),
        ],
    ),
    current(
        "datetime.transaction",
        TypeSet::DATE_TIME,
        date_time_current,
        "The date and time in a zone when the transaction began",
    ),
    current(
        "datetime.statement",
        TypeSet::DATE_TIME,
        date_time_current,
        "The date and time in a zone when the statement began",
    ),
    current("datetime.realtime", TypeSet::DATE_TIME, date_time_realtime, "The date and time in a zone by the clock"),
    function(
        "datetime.truncate",
        TRUNCATE_INPUT,
        TypeSet::DATE_TIME,
        date_time_truncate,
        "The start of a unit such as `day` in its zone, with components to replace",
        &[("datetime.truncate('week', datetime('1984-10-11T12:31Z')) = datetime('1984-10-08')", "true")],
    ),
    function(
        "datetime.fromEpoch",
        &[required("seconds", TypeSet::INT), required("nanoseconds", TypeSet::INT)],
        TypeSet::DATE_TIME,
        from_epoch,
        "The moment so many seconds and nanoseconds after 1970-01-01T00:00Z",
        &[("datetime.fromEpoch(416779, 999999999).nanosecond", "999999999")],
    ),
    function(
        "datetime.fromEpochMillis",
        &[required("milliseconds", TypeSet::INT)],
        TypeSet::DATE_TIME,
        from_epoch_millis,
        "The moment so many milliseconds after 1970-01-01T00:00Z",
        &[("datetime.fromEpochMillis(237821673987).year", "1977")],
    ),
    function(
        "duration",
        &[required("input", TypeSet(TypeSet::STRING.0 | TypeSet::MAP.0 | TypeSet::DURATION.0))],
        TypeSet::DURATION,
        duration,
        "The length of time that a text or a map of amounts gives",
        &[("duration('P1Y2M').months", "14"), ("duration({days: 1.5}) = duration('P1DT12H')", "true")],
    ),
    function(
        "duration.between",
        TWO_INSTANTS,
        TypeSet::DURATION,
        duration_between,
        "The months, days and seconds from one instant to another",
        &[("duration.between(date('1984-10-11'), date('2015-06-24')) = duration('P30Y8M13D')", "true")],
    ),
    function(
        "duration.inMonths",
        TWO_INSTANTS,
        TypeSet::DURATION,
        duration_in_months,
        "The whole months from one instant to another",
        &[("duration.inMonths(date('1984-10-11'), date('2015-06-24')).months", "368")],
    ),
    function(
        "duration.inDays",
        TWO_INSTANTS,
        TypeSet::DURATION,
        duration_in_days,
        "The whole days from one instant to another",
        &[("duration.inDays(date('1984-10-11'), date('2015-06-24')).days", "11213")],
    ),
    function(
        "duration.inSeconds",
        TWO_INSTANTS,
        TypeSet::DURATION,
        duration_in_seconds,
        "The seconds from one instant to another",
        &[("duration.inSeconds(localtime('14:30'), localtime('16:30')).seconds", "7200")],
    ),
];

/// Dates, times and both: every temporal type but durations.
const INSTANT: TypeSet = TypeSet(TypeSet::TEMPORAL.0 & !TypeSet::DURATION.0);

const INSTANT_INPUT: &[Parameter] = &[optional("input", TypeSet(TypeSet::STRING.0 | TypeSet::MAP.0 | INSTANT.0))];
const ZONE_INPUT: &[Parameter] = &[optional("timezone", TypeSet::STRING)];
const TRUNCATE_INPUT: &[Parameter] =
    &[required("unit", TypeSet::STRING), optional("instant", INSTANT), optional("components", TypeSet::MAP)];
const TWO_INSTANTS: &[Parameter] = &[required("from", INSTANT), required("to", INSTANT)];

const fn required(name: &'static str, accepts: TypeSet) -> Parameter {
    Parameter { name, accepts, optional: false }
}

const fn optional(name: &'static str, accepts: TypeSet) -> Parameter {
    Parameter { name, accepts, optional: true }
}

const fn function(
    name: &'static str,
    parameters: &'static [Parameter],
    result: TypeSet,
    body: Scalar,
    summary: &'static str,
    examples: &'static [(&'static str, &'static str)],
) -> Function {
    let (category, variadic, body) = (Category::Temporal, false, Body::Strict(body));
    Function { name, category, parameters, variadic, result, body, summary, examples }
}

/// A function that tells the current moment. Its value depends on the clock, so that it has no example.
const fn current(name: &'static str, result: TypeSet, body: Scalar, summary: &'static str) -> Function {
    function(name, ZONE_INPUT, result, body, summary, &[])
}

fn date(context: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    match arguments.first() {
        None => date_current(context, arguments),
        Some(Value::String(text)) => parse::date(text).map(Value::from),
        Some(Value::Map(map)) => unless_null(map, |map| construct::date(map, context.now).map(Value::from)),
        Some(other) => construct::date_of(other).map(Value::from).ok_or_else(|| unfit("date", other)),
    }
}

fn date_current(context: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    Ok(moment("date", context.now, arguments)?.local.date().into())
}

fn date_realtime(_: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    Ok(moment("date.realtime", clock(), arguments)?.local.date().into())
}

fn date_truncate(context: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    truncated(context, arguments, |unit, value, map| truncate::date(unit, value, map).map(Value::from))
}

fn local_time(context: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    match arguments.first() {
        None => local_time_current(context, arguments),
        Some(Value::String(text)) => parse::local_time(text).map(Value::from),
        Some(Value::Map(map)) => unless_null(map, |map| construct::local_time(map, context.now).map(Value::from)),
        Some(other) => construct::time_of(other).map(Value::from).ok_or_else(|| unfit("localtime", other)),
    }
}

fn local_time_current(context: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    Ok(moment("localtime", context.now, arguments)?.local.time().into())
}

fn local_time_realtime(_: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    Ok(moment("localtime.realtime", clock(), arguments)?.local.time().into())
}

fn local_time_truncate(context: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    truncated(context, arguments, |unit, value, map| truncate::local_time(unit, value, map).map(Value::from))
}

fn time(context: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    match arguments.first() {
        None => time_current(context, arguments),
        Some(Value::String(text)) => parse::time(text).map(Value::from),
        Some(Value::Map(map)) => unless_null(map, |map| construct::time(map, context.now).map(Value::from)),
        Some(other) => {
            let nanos = construct::time_of(other).ok_or_else(|| unfit("time", other))?.nanos;
            let offset = construct::zone_of(other).map_or(0, |(_, offset)| offset);
            Ok(Time { nanos, offset }.into())
        }
    }
}

fn time_current(context: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    Ok(time_at(&moment("time", context.now, arguments)?))
}

fn time_realtime(_: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    Ok(time_at(&moment("time.realtime", clock(), arguments)?))
}

fn time_truncate(context: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    truncated(context, arguments, |unit, value, map| truncate::time(unit, value, map, context.now).map(Value::from))
}

fn local_date_time(context: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    match arguments.first() {
        None => local_date_time_current(context, arguments),
        Some(Value::String(text)) => parse::local_date_time(text).map(Value::from),
        Some(Value::Map(map)) => unless_null(map, |map| construct::local_date_time(map, context.now).map(Value::from)),
        Some(other) => local_of(other).map(Value::from).ok_or_else(|| unfit("localdatetime", other)),
    }
}

fn local_date_time_current(context: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    Ok(moment("localdatetime", context.now, arguments)?.local.into())
}

fn local_date_time_realtime(_: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    Ok(moment("localdatetime.realtime", clock(), arguments)?.local.into())
}

fn local_date_time_truncate(context: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    truncated(context, arguments, |unit, value, map| truncate::local_date_time(unit, value, map).map(Value::from))
}

fn date_time(context: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    match arguments.first() {
        None => date_time_current(context, arguments),
        Some(Value::String(text)) => parse::date_time(text).map(Value::from),
        Some(Value::Map(map)) => unless_null(map, |map| construct::date_time(map, context.now).map(Value::from)),
        Some(Value::DateTime(moment)) => Ok(Value::DateTime(moment.clone())),
        Some(other) => {
            let local = local_of(other).ok_or_else(|| unfit("datetime", other))?;
            Ok(DateTime { local, offset: 0, zone: None }.into())
        }
    }
}

fn date_time_current(context: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    Ok(moment("datetime", context.now, arguments)?.into())
}

fn date_time_realtime(_: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    Ok(moment("datetime.realtime", clock(), arguments)?.into())
}

fn date_time_truncate(context: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    truncated(context, arguments, |unit, value, map| truncate::date_time(unit, value, map).map(Value::from))
}

fn from_epoch(_: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    let [Value::Int(seconds), Value::Int(nanos)] = arguments else {
        return Err(Error::type_error("`datetime.fromEpoch` needs two integers: seconds and nanoseconds"));
    };
    if !(0..1_000_000_000).contains(nanos) {
        return Err(invalid(format!("the nanoseconds must be between 0 and 999999999, not {nanos}")));
    }
    utc(i128::from(*seconds) * SECOND + i128::from(*nanos)).map(Value::from)
}

fn from_epoch_millis(_: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    let [Value::Int(millis)] = arguments else {
        return Err(Error::type_error("`datetime.fromEpochMillis` needs an integer"));
    };
    utc(i128::from(*millis) * 1_000_000).map(Value::from)
}

fn duration(_: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    match arguments {
        [Value::String(text)] => parse::duration(text).map(Value::from),
        [Value::Map(map)] => unless_null(map, |map| construct::duration(map).map(Value::from)),
        [Value::Duration(duration)] => Ok(Value::Duration(duration.clone())),
        [other] => Err(unfit("duration", other)),
        _ => Err(Error::type_error("`duration` needs one argument")),
    }
}

fn duration_between(_: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    two(arguments).and_then(|(from, to)| between(from, to)).map(Value::from)
}

fn duration_in_months(_: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    two(arguments).and_then(|(from, to)| in_months(from, to)).map(Value::from)
}

fn duration_in_days(_: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    two(arguments).and_then(|(from, to)| in_days(from, to)).map(Value::from)
}

fn duration_in_seconds(_: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    two(arguments).and_then(|(from, to)| in_seconds(from, to)).map(Value::from)
}

fn two(arguments: &[Value]) -> Result<(&Value, &Value)> {
    match arguments {
        [from, to] => Ok((from, to)),
        _ => Err(Error::type_error("a duration is measured between two instants")),
    }
}

/// Runs a truncation: of the instant given, or of the current moment, with the components given, or none.
fn truncated(
    context: &CallContext<'_>,
    arguments: &[Value],
    run: impl Fn(Unit, &Value, &Map) -> Result<Value>,
) -> Result<Value> {
    let Some(Value::String(unit)) = arguments.first() else {
        return Err(Error::type_error("truncation needs the name of a unit"));
    };
    let unit = Unit::parse(unit)?;
    let instant = match arguments.get(1) {
        Some(instant) => instant.clone(),
        None => utc(context.now)?.into(),
    };
    match arguments.get(2) {
        None => run(unit, &instant, &Map::new()),
        Some(Value::Map(map)) => unless_null(map, |map| run(unit, &instant, map)),
        Some(other) => Err(Error::type_error(format!("the components must be a Map, not a {}", other.type_name()))),
    }
}

/// The moment `now` in the zone that the first argument names, or in UTC.
fn moment(function: &str, now: i128, arguments: &[Value]) -> Result<DateTime> {
    match arguments.first() {
        None => utc(now),
        Some(Value::String(zone)) => Zone::parse(zone)?.at(now).ok_or_else(beyond),
        Some(other) => {
            Err(Error::type_error(format!("`{function}` takes the name of a time zone, not a {}", other.type_name())))
        }
    }
}

/// The clock of the machine: nanoseconds since 1970-01-01T00:00Z.
fn clock() -> i128 {
    let nanos = |length: std::time::Duration| i128::try_from(length.as_nanos()).unwrap_or(i128::MAX);
    match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => nanos(since),
        Err(before) => -nanos(before.duration()),
    }
}

fn utc(instant: i128) -> Result<DateTime> {
    Zone::UTC.at(instant).ok_or_else(beyond)
}

fn time_at(moment: &DateTime) -> Value {
    Time { nanos: moment.local.time().nanos, offset: moment.offset }.into()
}

/// The date and time on the clock of a value with a date; a date stands at midnight.
fn local_of(value: &Value) -> Option<LocalDateTime> {
    let time = construct::time_of(value).unwrap_or(LocalTime::MIDNIGHT);
    construct::date_of(value).map(|date| LocalDateTime::new(date, time))
}

/// What `run` makes of the components; null where one of them is unknown.
fn unless_null(map: &Map, run: impl FnOnce(&Map) -> Result<Value>) -> Result<Value> {
    if map.values().any(Value::is_null) { Ok(Value::Null) } else { run(map) }
}

fn unfit(function: &str, value: &Value) -> Error {
    Error::type_error(format!("`{function}` cannot take a {}", value.type_name()))
}

fn invalid(message: String) -> Error {
    Error::runtime(ErrorType::ArgumentError, Detail::InvalidArgumentValue, message)
}

fn beyond() -> Error {
    Error::runtime(ErrorType::ArithmeticError, Detail::NumberOutOfRange, "the date and time is out of range")
}

#[cfg(test)]
mod tests;
