//! Text forms, the calendar, zones and arithmetic together.

use super::*;
use proptest::prelude::*;

/// What a text is read as, written again.
fn again<T: std::fmt::Display>(read: fn(&str) -> crate::error::Result<T>, text: &str) -> String {
    read(text).map_or_else(|error| error.message().to_owned(), |value| value.to_string())
}

#[test]
fn dates_are_read_in_every_form() {
    for (text, expected) in [
        ("2015-07-21", "2015-07-21"),
        ("20150721", "2015-07-21"),
        ("2015-07", "2015-07-01"),
        ("201507", "2015-07-01"),
        ("2015-W30-2", "2015-07-21"),
        ("2015W302", "2015-07-21"),
        ("2015-W30", "2015-07-20"),
        ("2015W30", "2015-07-20"),
        ("2015-202", "2015-07-21"),
        ("2015202", "2015-07-21"),
        ("2015-Q2-60", "2015-05-30"),
        ("2015Q260", "2015-05-30"),
        ("2015", "2015-01-01"),
        ("-0044-03-15", "-0044-03-15"),
        ("+999999999-12-31", "+999999999-12-31"),
        ("-999999999-01-01", "-999999999-01-01"),
    ] {
        assert_eq!(again(parse::date, text), expected, "{text}");
    }
}

#[test]
fn bad_dates_are_errors() {
    for text in [
        "",
        "-",
        "+",
        "2025-02-30",
        "2025-13-01",
        "2025-00-10",
        "2025-W54",
        "2025-366",
        "2025-Q5",
        "20150",
        "2015-",
        "2015-07-",
        "2015-07-21x",
        "+9999999999-01-01",
        "2015-0721",
        "２０１５",
        "2015-W30-8",
        "é",
        "2015-07-21T10:00",
    ] {
        let error = parse::date(text).expect_err(text);
        assert_eq!(error.error_type(), ErrorType::ArgumentError);
    }
}

#[test]
fn times_are_read_in_every_form() {
    for (text, expected) in
        [("21:40:32.142", "21:40:32.142"), ("214032.142", "21:40:32.142"), ("2140", "21:40"), ("21", "21:00")]
    {
        assert_eq!(again(parse::local_time, text), expected, "{text}");
    }
    for (text, expected) in [
        ("21:40:32.142+0100", "21:40:32.142+01:00"),
        ("214032.142Z", "21:40:32.142Z"),
        ("214032-0100", "21:40:32-01:00"),
        ("21:40-01:30", "21:40-01:30"),
        ("2140-00:00", "21:40Z"),
        ("2140-02", "21:40-02:00"),
        ("22+18:00", "22:00+18:00"),
        ("22", "22:00Z"),
        ("12:00+02:05:59", "12:00+02:05:59"),
    ] {
        assert_eq!(again(parse::time, text), expected, "{text}");
    }
    for text in ["24:00", "12:60", "", "12:", "12:00:00.", "12:00:00.1234567890", "12:00+19:00", "12:00[Europe/Paris]"]
    {
        assert!(parse::time(text).is_err(), "{text}");
    }
}

#[test]
fn date_times_are_read_in_every_form() {
    for (text, expected) in [
        ("2015-W30-2T214032.142Z", "2015-07-21T21:40:32.142Z"),
        ("2015T214032-0100", "2015-01-01T21:40:32-01:00"),
        ("2015-W30T2140-02", "2015-07-20T21:40-02:00"),
        ("2015-07-21", "2015-07-21T00:00Z"),
        ("2015-07-21T21:40:32.142+0845[Australia/Eucla]", "2015-07-21T21:40:32.142+08:45[Australia/Eucla]"),
        ("2015-07-21T21:40:32.142-04[America/New_York]", "2015-07-21T21:40:32.142-04:00[America/New_York]"),
        ("2015-07-21T21:40:32.142[Europe/London]", "2015-07-21T21:40:32.142+01:00[Europe/London]"),
        ("1818-07-21T21:40:32.142[Europe/Stockholm]", "1818-07-21T21:40:32.142+00:53:28[Europe/Stockholm]"),
        ("-99999-07-21T21:40[Europe/Stockholm]", "-99999-07-21T21:40+00:53:28[Europe/Stockholm]"),
        ("+99999-07-21T21:40[Europe/Stockholm]", "+99999-07-21T21:40+02:00[Europe/Stockholm]"),
        // shown twice: the earlier moment, unless the offset says otherwise
        ("2017-10-29T02:30[Europe/Stockholm]", "2017-10-29T02:30+02:00[Europe/Stockholm]"),
        ("2017-10-29T02:30+01:00[Europe/Stockholm]", "2017-10-29T02:30+01:00[Europe/Stockholm]"),
        // skipped: as far after the gap
        ("2017-03-26T02:30[Europe/Stockholm]", "2017-03-26T03:30+02:00[Europe/Stockholm]"),
    ] {
        assert_eq!(again(parse::date_time, text), expected, "{text}");
    }
    for text in ["2015-07-21T10:00+03:00[Europe/London]", "2015-07-21T10:00[Nowhere/Land]", "2015-07-21T10:00[", "T10"]
    {
        assert!(parse::date_time(text).is_err(), "{text}");
    }
}

#[test]
fn durations_are_read_in_every_form() {
    for (text, expected) in [
        ("P14DT16H12M", "P14DT16H12M"),
        ("P5M1.5D", "P5M1DT12H"),
        ("P0.75M", "P22DT19H51M49.5S"),
        ("PT0.75M", "PT45S"),
        ("P2.5W", "P17DT12H"),
        ("P12Y5M14DT16H12M70S", "P12Y5M14DT16H13M10S"),
        ("P2012-02-02T14:37:21.545", "P2012Y2M2DT14H37M21.545S"),
        ("P20120202T143721", "P2012Y2M2DT14H37M21S"),
        ("-P1Y2M", "P-1Y-2M"),
        ("P1Y-2M", "P10M"),
        ("PT-0.001S", "PT-0.001S"),
        ("PT-1M-0.001S", "PT-1M-0.001S"),
        ("P12Y5M-14DT16H", "P12Y5M-14DT16H"),
        ("PT0S", "PT0S"),
    ] {
        assert_eq!(again(parse::duration, text), expected, "{text}");
    }
    for text in
        ["", "P", "PT", "P1", "P1S", "PT1Y", "P1D1M", "P1YT", "1Y", "P99999999999999999999Y", "P9223372036854775807Y"]
    {
        assert!(parse::duration(text).is_err(), "{text}");
    }
}

#[test]
fn durations_are_multiplied_and_divided() {
    let duration = Value::from(parse::duration("P12Y5M14DT16H13M10.000000001S").unwrap());
    let text = |value: crate::error::Result<Option<Value>>| match value.unwrap() {
        Some(Value::Duration(duration)) => duration.to_string(),
        other => panic!("{other:?}"),
    };
    let double = "P24Y10M28DT32H26M20.000000002S";
    let half = "P6Y2M22DT13H21M8S";
    assert_eq!(text(arith::multiply(&duration, &Value::Int(2))), double);
    assert_eq!(text(arith::divide(&duration, &Value::Float(0.5))), double);
    assert_eq!(text(arith::multiply(&Value::Float(0.5), &duration)), half);
    assert_eq!(text(arith::divide(&duration, &Value::Int(2))), half);
    assert!(arith::divide(&duration, &Value::Int(0)).is_err());
    assert!(arith::multiply(&duration, &Value::Float(f64::NAN)).is_err());
    assert!(arith::multiply(&duration, &Value::Int(i64::MAX)).is_err());
    assert!(arith::divide(&Value::Int(1), &duration).unwrap().is_none());
}

#[test]
fn instants_beyond_the_calendar_are_errors() {
    let day = Value::from(parse::duration("P1D").unwrap());
    let ages = Value::from(Duration { months: i64::MAX, days: i64::MAX, seconds: i64::MAX, nanos: 999_999_999 });
    for text in ["+999999999-12-31", "-999999999-01-01"] {
        let date = Value::from(parse::date(text).unwrap());
        assert!(arith::add(&date, &day).is_err() || arith::subtract(&date, &day).is_err());
        assert!(arith::add(&date, &ages).is_err() && arith::subtract(&date, &ages).is_err());
        let moment = Value::from(parse::date_time(text).unwrap());
        assert!(arith::add(&moment, &ages).is_err() && arith::subtract(&moment, &ages).is_err());
    }
}

#[test]
fn seconds_pass_and_days_follow_the_clock() {
    let before = Value::from(parse::date_time("2017-10-28T12:00[Europe/Stockholm]").unwrap());
    for (duration, expected) in
        [("P1D", "2017-10-29T12:00+01:00[Europe/Stockholm]"), ("PT24H", "2017-10-29T11:00+01:00[Europe/Stockholm]")]
    {
        let duration = Value::from(parse::duration(duration).unwrap());
        let Some(Value::DateTime(after)) = arith::add(&before, &duration).unwrap() else { panic!("not a moment") };
        assert_eq!(after.to_string(), expected);
    }
}

#[test]
fn times_are_ordered_by_moment() {
    let time = |text| parse::time(text).unwrap();
    assert!(time("10:35-08:00") > time("12:35:15+05:00"));
    assert!(time("12:30:14.645876123+01:01") < time("12:31:14.645876123+01:00"));
    assert_ne!(time("10:00+01:00"), time("09:00Z"));
    assert_ne!(time("10:00+01:00").cmp(&time("09:00Z")), Ordering::Equal);
}

/// The components of a value, as text.
fn components(value: &Value, keys: &[&str]) -> String {
    let of = |key: &&str| match component(value, key) {
        Ok(Value::Int(number)) => number.to_string(),
        Ok(Value::String(text)) => text.to_string(),
        Ok(other) => panic!("{key} is {other:?}"),
        Err(error) => error.message().to_owned(),
    };
    keys.iter().map(of).collect::<Vec<_>>().join(" ")
}

#[test]
fn instants_have_components() {
    let date = Value::from(parse::date("1984-01-01").unwrap());
    let keys = ["year", "weekYear", "week", "weekDay", "quarter", "dayOfQuarter", "ordinalDay", "month", "day"];
    assert_eq!(components(&date, &keys), "1984 1983 52 7 1 1 1 1 1");
    assert_eq!(components(&date, &["hour"]), "a Date has no component `hour`");

    let moment = Value::from(parse::date_time("1984-11-11T12:31:14.645876123[Europe/Stockholm]").unwrap());
    let keys = ["hour", "minute", "second", "millisecond", "microsecond", "nanosecond"];
    assert_eq!(components(&moment, &keys), "12 31 14 645 645876 645876123");
    let keys = ["timezone", "offset", "offsetMinutes", "offsetSeconds", "epochSeconds", "epochMillis"];
    assert_eq!(components(&moment, &keys), "Europe/Stockholm +01:00 60 3600 469020674 469020674645");

    let time = Value::from(parse::time("12:31Z").unwrap());
    assert_eq!(components(&time, &["timezone", "offsetSeconds", "year"]), "Z 0 a Time has no component `year`");
}

#[test]
fn durations_have_components() {
    let duration = Value::from(parse::duration("P1Y4M10DT1H1M1.111111111S").unwrap());
    let totals = ["years", "quarters", "months", "weeks", "days", "hours", "minutes", "seconds", "milliseconds"];
    assert_eq!(components(&duration, &totals), "1 5 16 1 10 1 61 3661 3661111");
    let parts = ["quartersOfYear", "monthsOfQuarter", "monthsOfYear", "daysOfWeek", "minutesOfHour", "secondsOfMinute"];
    assert_eq!(components(&duration, &parts), "1 1 4 3 1 1");
    let parts = ["millisecondsOfSecond", "microsecondsOfSecond", "nanosecondsOfSecond", "year"];
    assert_eq!(components(&duration, &parts), "111 111111 111111111 a Duration has no component `year`");

    let backwards = Value::from(parse::duration("PT-23H-59M-59.9S").unwrap());
    assert_eq!(components(&backwards, &["days", "seconds", "nanosecondsOfSecond"]), "0 -86400 100000000");
    let ages = Value::from(Duration { seconds: i64::MAX, ..Duration::default() });
    assert_eq!(components(&ages, &["nanoseconds"]), "the component is out of range");
}

fn any_date() -> impl Strategy<Value = Date> {
    prop_oneof![-800_000..800_000_i64, Date::MIN.days..=Date::MAX.days].prop_map(|days| Date { days })
}

fn any_local() -> impl Strategy<Value = LocalDateTime> {
    (any_date(), 0..86_400_000_000_000_u64).prop_map(|(date, nanos)| LocalDateTime::new(date, LocalTime { nanos }))
}

fn any_duration() -> impl Strategy<Value = Duration> {
    let parts = (any::<i32>(), any::<i32>(), any::<i64>(), 0..1_000_000_000_u32);
    parts.prop_map(|(months, days, seconds, nanos)| Duration {
        months: i64::from(months),
        days: i64::from(days),
        seconds: seconds / 2,
        nanos,
    })
}

proptest! {
    #[test]
    fn date_parts_round_trip(date in any_date()) {
        let (year, month, day) = date.ymd();
        prop_assert_eq!(Date::from_ymd(year, month, day), Some(date));
        prop_assert_eq!(Date::from_ordinal(year, date.ordinal_day()), Some(date));
        prop_assert_eq!(Date::from_quarter(year, date.quarter(), date.day_of_quarter()), Some(date));
        let (week_year, week) = date.week();
        if (civil::MIN_YEAR..=civil::MAX_YEAR).contains(&week_year) {
            prop_assert_eq!(Date::from_week(week_year, week, date.weekday()), Some(date));
        }
    }

    #[test]
    fn the_next_day_follows(date in any_date()) {
        prop_assume!(date < Date::MAX);
        let (before, after) = (date.ymd(), Date { days: date.days + 1 }.ymd());
        if after.2 == 1 {
            prop_assert_eq!(Some(before.2), civil::days_in_month(before.0, before.1));
        } else {
            prop_assert_eq!((before.0, before.1, before.2 + 1), after);
        }
    }

    #[test]
    fn texts_round_trip(local in any_local(), offset in -64_800..=64_800_i32, duration in any_duration()) {
        prop_assert_eq!(parse::date(&local.date().to_string()).unwrap(), local.date());
        prop_assert_eq!(parse::local_time(&local.time().to_string()).unwrap(), local.time());
        prop_assert_eq!(parse::local_date_time(&local.to_string()).unwrap(), local);
        let time = Time { nanos: local.time().nanos, offset };
        prop_assert_eq!(parse::time(&time.to_string()).unwrap(), time);
        let moment = DateTime { local, offset, zone: None };
        prop_assert_eq!(parse::date_time(&moment.to_string()).unwrap(), moment);
        prop_assert_eq!(parse::duration(&duration.to_string()).unwrap(), duration);
    }

    #[test]
    fn zoned_moments_round_trip(
        instant in -400_000_000_000_i64..400_000_000_000,
        zone in prop::sample::select(vec!["Europe/Stockholm", "America/New_York", "Australia/Lord_Howe", "UTC"]),
    ) {
        let zone = Zone::named(zone).unwrap();
        let moment = zone.at(i128::from(instant) * SECOND).unwrap();
        prop_assert_eq!(moment.instant_nanos(), i128::from(instant) * SECOND);
        prop_assert_eq!(parse::date_time(&moment.to_string()).unwrap(), moment);
    }

    #[test]
    fn adding_and_taking_away_days_cancels(date in any_date(), days in -1_000_000..1_000_000_i64) {
        prop_assume!(date.add_days(days).is_some());
        let duration = Value::from(Duration { days, ..Duration::default() });
        let there = arith::add(&date.into(), &duration).unwrap().unwrap();
        let back = arith::subtract(&there, &duration).unwrap().unwrap();
        prop_assert_eq!(compare(&back, &date.into()), Some(Ordering::Equal));
    }

    #[test]
    fn no_text_panics(text in "[-+PTWQZ0-9:.,\\[\\]a-zé]{0,24}") {
        let _ = (parse::date(&text), parse::time(&text), parse::local_date_time(&text), parse::date_time(&text));
        let _ = parse::duration(&text);
    }
}
