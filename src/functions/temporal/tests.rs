//! The functions called with values, their results and errors as text.

use super::*;
use crate::store::Version;
use proptest::prelude::*;
use std::sync::Arc;

/// 2017-07-14T02:40:00.123456789Z.
const NOW: i128 = 1_500_000_000_123_456_789;

fn call(name: &str, arguments: &[Value]) -> Result<Value> {
    let function = FUNCTIONS.iter().find(|function| function.name == name).expect(name);
    let Body::Strict(body) = function.body else { panic!("{name} takes null") };
    body(
        &CallContext {
            graph: &Version::default(),
            now: NOW,
            max_value_bytes: 1 << 20,
            watch: &crate::functions::Unwatched,
        },
        arguments,
    )
}

fn text(result: Result<Value>) -> String {
    match result {
        Ok(Value::Null) => "null".to_owned(),
        Ok(Value::Date(value)) => value.to_string(),
        Ok(Value::LocalTime(value)) => value.to_string(),
        Ok(Value::Time(value)) => value.to_string(),
        Ok(Value::LocalDateTime(value)) => value.to_string(),
        Ok(Value::DateTime(value)) => value.to_string(),
        Ok(Value::Duration(value)) => value.to_string(),
        Ok(other) => format!("{other:?}"),
        Err(error) => format!("{}: {}", error.error_type().as_str(), error.message()),
    }
}

fn map<V: Into<Value>, const N: usize>(fields: [(&str, V); N]) -> Value {
    Value::map(fields.into_iter().map(|(key, value)| (Arc::from(key), value.into())).collect())
}

fn read(function: &str, input: &str) -> Value {
    call(function, &[Value::string(input)]).expect(input)
}

#[test]
fn components_make_dates() {
    for (fields, expected) in [
        (map([("year", 1984)]), "1984-01-01"),
        (map([("year", 1984), ("week", 10), ("dayOfWeek", 3)]), "1984-03-07"),
        (map([("year", 1818), ("week", 53)]), "1818-12-28"),
        (map([("year", 1984), ("ordinalDay", 202)]), "1984-07-20"),
        (map([("year", 1984), ("quarter", 3), ("dayOfQuarter", 45)]), "1984-08-14"),
        (
            map([("year", 2025), ("month", 2), ("day", 30)]),
            "ArgumentError: there is no date with day 30, month 2, year 2025",
        ),
        (map([("year", 2025), ("day", 1)]), "ArgumentError: a date of these components needs `month`"),
        (map([("month", 1)]), "ArgumentError: a date of these components needs `year`"),
        (
            map([("year", 2025), ("month", 1), ("week", 1)]),
            "ArgumentError: a date cannot be given by both `month` and `week`",
        ),
        (map([("year", 2025), ("hour", 1)]), "ArgumentError: `hour` is not a component of a date"),
        (map([("year", Value::Int(2025)), ("month", Value::Null)]), "null"),
        (map([("year", "2025")]), "TypeError: `year` must be an Integer, not a String"),
    ] {
        assert_eq!(text(call("date", &[fields])), expected);
    }
}

#[test]
fn components_replace_parts_of_other_values() {
    let with = |base: &Value, key: &str, number| map([("date", base.clone()), (key, Value::Int(number))]);
    let date = read("date", "1984-11-11");
    for (key, number, expected) in [
        ("year", 28, "0028-11-11"),
        ("day", 28, "1984-11-28"),
        ("week", 1, "1984-01-08"),
        ("ordinalDay", 28, "1984-01-28"),
        ("quarter", 3, "1984-08-11"),
    ] {
        assert_eq!(text(call("date", &[with(&date, key, number)])), expected);
    }
    // the last day of a month moves to the last day of a shorter one; a week belongs to its week year
    assert_eq!(text(call("date", &[with(&read("date", "2015-01-31"), "month", 2)])), "2015-02-28");
    assert_eq!(text(call("date", &[with(&read("date", "1816-12-31"), "week", 2)])), "1817-01-07");
}

#[test]
fn a_time_with_a_zone_keeps_its_moment_in_another() {
    let date = read("date", "1984-03-07");
    for (time, zone, expected) in [
        (read("localtime", "12:31"), "Pacific/Honolulu", "1984-03-28T12:31:42-10:00[Pacific/Honolulu]"),
        (read("time", "12:31+01:00"), "+05:00", "1984-03-28T16:31:42+05:00"),
        // summer time begins between 7 and 28 March: the zone counts as of the final date
        (
            read("datetime", "1984-10-11T12:00[Europe/Stockholm]"),
            "Pacific/Honolulu",
            "1984-03-28T00:00:42-10:00[Pacific/Honolulu]",
        ),
    ] {
        let fields = map([
            ("date", date.clone()),
            ("time", time),
            ("day", Value::Int(28)),
            ("second", Value::Int(42)),
            ("timezone", Value::string(zone)),
        ]);
        assert_eq!(text(call("datetime", &[fields])), expected);
    }
}

#[test]
fn durations_carry_fractions() {
    for (fields, expected) in [
        (map([("months", 0.75)]), "P22DT19H51M49.5S"),
        (map([("weeks", 2.5)]), "P17DT12H"),
        (map([("months", -0.5), ("days", 1.0)]), "P-14DT-5H-14M-33S"),
        (map([("minutes", 1.5), ("seconds", 1.0)]), "PT1M31S"),
        (map([("days", f64::NAN)]), "ArithmeticError: the duration is out of range"),
        (map([("years", 1e300)]), "ArithmeticError: the duration is out of range"),
    ] {
        assert_eq!(text(call("duration", &[fields])), expected);
    }
    let fields = map([("seconds", -60), ("milliseconds", 1)]);
    assert_eq!(text(call("duration", &[fields])), "PT-59.999S");
}

#[test]
fn truncation_keeps_what_is_larger() {
    let moment = read("datetime", "1984-10-11T12:31:14.645876123-01:00");
    let nanosecond = map([("nanosecond", 2)]);
    for (function, unit, fields, expected) in [
        ("date.truncate", "millennium", map([("day", 2)]), "1000-01-02"),
        ("date.truncate", "weekYear", map([("day", 5)]), "1984-01-05"),
        ("date.truncate", "week", map([("dayOfWeek", 2)]), "1984-10-09"),
        ("localtime.truncate", "millisecond", nanosecond.clone(), "12:31:14.645000002"),
        ("localtime.truncate", "microsecond", nanosecond.clone(), "12:31:14.645876002"),
        ("localdatetime.truncate", "day", nanosecond, "1984-10-11T00:00:00.000000002"),
        ("time.truncate", "hour", map([("timezone", "+01:00")]), "12:00+01:00"),
        (
            "datetime.truncate",
            "hour",
            map([("timezone", "Europe/Stockholm")]),
            "1984-10-11T12:00+01:00[Europe/Stockholm]",
        ),
        ("date.truncate", "hour", map([("day", 1)]), "ArgumentError: a DateTime cannot be truncated to a date by hour"),
    ] {
        let result = call(function, &[Value::string(unit), moment.clone(), fields]);
        assert_eq!(text(result), expected, "{function} {unit}");
    }
}

#[test]
fn durations_lie_between_instants_of_any_types() {
    let night = "2017-10-29T00:00[Europe/Stockholm]";
    for (function, from, to, expected) in [
        ("duration.between", read("date", "1984-10-11"), read("date", "2015-06-24"), "P30Y8M13D"),
        ("duration.between", read("localtime", "14:30"), read("date", "2015-06-24"), "PT-14H-30M"),
        ("duration.between", read("time", "14:30"), read("time", "16:30+0100"), "PT1H"),
        (
            "duration.between",
            read("datetime", "2014-07-21T21:40:36.143+0200"),
            read("date", "2015-06-24"),
            "P11M2DT2H19M23.857S",
        ),
        ("duration.between", read("date", "-999999999-01-01"), read("date", "+999999999-12-31"), "P1999999998Y11M30D"),
        ("duration.inMonths", read("date", "2018-03-11"), read("date", "2016-06-24"), "P-1Y-8M"),
        ("duration.inDays", read("localtime", "14:30"), read("date", "2015-06-24"), "PT0S"),
        ("duration.inSeconds", read("datetime", night), read("localtime", "04:00"), "PT5H"),
        ("duration.inSeconds", read("datetime", night), read("date", "2017-10-30"), "PT25H"),
    ] {
        assert_eq!(text(call(function, &[from, to])), expected);
    }
}

#[test]
fn current_moments_are_those_of_the_statement() {
    assert_eq!(text(call("datetime", &[])), "2017-07-14T02:40:00.123456789Z");
    assert_eq!(text(call("date.statement", &[Value::string("America/Los_Angeles")])), "2017-07-13");
    assert_eq!(text(call("time.transaction", &[Value::string("+03:00")])), "05:40:00.123456789+03:00");
    assert_eq!(text(call("localtime", &[map([("timezone", "Europe/London")])])), "03:40:00.123456789");
    assert_eq!(text(call("date.truncate", &[Value::string("month")])), "2017-07-01");
    let Ok(Value::DateTime(clock)) = call("datetime.realtime", &[]) else { panic!("no moment") };
    assert!(clock.instant_nanos() > NOW);
}

#[test]
fn epochs_are_counted_in_any_zone() {
    let arguments = [Value::Int(416_779), Value::Int(999_999_999)];
    assert_eq!(text(call("datetime.fromEpoch", &arguments)), "1970-01-05T19:46:19.999999999Z");
    assert_eq!(text(call("datetime.fromEpochMillis", &[Value::Int(-1)])), "1969-12-31T23:59:59.999Z");
    let fields = map([("epochMillis", Value::Int(237_821_673_987)), ("timezone", Value::string("Europe/Stockholm"))]);
    assert_eq!(text(call("datetime", &[fields])), "1977-07-15T14:34:33.987+01:00[Europe/Stockholm]");
    assert!(call("datetime.fromEpochMillis", &[Value::Int(i64::MAX)]).is_ok());
    assert!(call("datetime.fromEpoch", &[Value::Int(i64::MAX), Value::Int(0)]).is_err());
}

fn any_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<i64>().prop_map(Value::Int),
        (-5..100_i64).prop_map(Value::Int),
        any::<f64>().prop_map(Value::Float),
        prop::sample::select(vec![
            "+999999999-12-31T23:59:59.9-18:00",
            "-999999999-01-01T00:00+18:00",
            "2024-02-29T12:30[Europe/London]"
        ])
        .prop_map(|moment| read("datetime", moment)),
        prop::sample::select(vec!["+18:00", "Europe/Stockholm", "day", "week", "microsecond"]).prop_map(Value::string),
        Just(Value::from(LocalTime { nanos: 86_399_999_999_999 })),
    ]
}

fn any_map() -> impl Strategy<Value = Value> {
    let key = prop::sample::select(vec![
        "year",
        "month",
        "day",
        "week",
        "dayOfWeek",
        "ordinalDay",
        "quarter",
        "dayOfQuarter",
        "hour",
        "minute",
        "second",
        "millisecond",
        "microsecond",
        "nanosecond",
        "date",
        "time",
        "datetime",
        "timezone",
        "epochSeconds",
        "epochMillis",
        "years",
        "months",
        "weeks",
        "days",
        "hours",
        "nanoseconds",
    ]);
    prop::collection::vec((key, any_value()), 0..4)
        .prop_map(|fields| Value::map(fields.into_iter().map(|(key, value)| (Arc::from(key), value)).collect()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn no_arguments_panic(
        function in 0..FUNCTIONS.len(),
        arguments in prop::collection::vec(prop_oneof![any_value(), any_map()], 0..4),
    ) {
        // the result is either a value or an error; what is tested is that there is one
        let result = call(FUNCTIONS[function].name, &arguments);
        prop_assert!(!text(result).is_empty());
    }
}
