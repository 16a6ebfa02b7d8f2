//! Temporal values from maps of components and from other temporal values.
//!
//! A map names components (`{year: 2015, week: 30}`), other values to take a date or a time from
//! (`{date: d, hour: 10}`), or both; components replace what was taken. What is smaller than the smallest component
//! given is the first of its kind, and a component needs the larger ones unless they were taken from another value.

use super::duration::{Amount, Parts};
use super::{
    Date, DateTime, Duration, LocalDateTime, LocalTime, SECOND, Time, Zone, civil, invalid, out_of_range, parse,
};
use crate::error::{Error, Result};
use crate::text::nearest;
use crate::value::{Map, Value};

/// The components of a date.
pub(super) const DATE_KEYS: &[&str] =
    &["year", "month", "day", "week", "dayOfWeek", "ordinalDay", "quarter", "dayOfQuarter"];
/// The components of a time of day.
pub(super) const TIME_KEYS: &[&str] = &["hour", "minute", "second", "millisecond", "microsecond", "nanosecond"];

/// A date from components.
pub fn date(map: &Map, now: i128) -> Result<Date> {
    if let Some(moment) = current(map, now)? {
        return Ok(moment.local.date());
    }
    let fields = Fields::new(map, "date", &[DATE_KEYS, &["date", "datetime"]])?;
    fields.date(fields.taken("date", date_of)?)
}

/// A time of day from components.
pub fn local_time(map: &Map, now: i128) -> Result<LocalTime> {
    if let Some(moment) = current(map, now)? {
        return Ok(moment.local.time());
    }
    let fields = Fields::new(map, "local time", &[TIME_KEYS, &["time", "datetime"]])?;
    let base = fields.taken("time", time_of)?;
    fields.needs("hour", base.is_some())?;
    fields.time(base)
}

/// A time of day with an offset from components. A time taken from a value with an offset and given a `timezone`
/// is the same moment there. A named zone counts with its offset at the moment `now`.
pub fn time(map: &Map, now: i128) -> Result<Time> {
    if let Some(moment) = current(map, now)? {
        return Ok(Time { nanos: moment.local.time().nanos, offset: moment.offset });
    }
    let fields = Fields::new(map, "time", &[TIME_KEYS, &["time", "datetime", "timezone"]])?;
    let base = fields.taken("time", time_of)?;
    fields.needs("hour", base.is_some())?;
    let nanos = fields.time(base)?.nanos;
    let given = fields.zone()?.map(|zone| offset_now(&zone, now)).transpose()?;
    Ok(match (fields.taken_zone()?, given) {
        (Some((_, own)), Some(given)) => Time { nanos, offset: own }.at_offset(given),
        (own, given) => Time { nanos, offset: given.or(own.map(|(_, offset)| offset)).unwrap_or(0) },
    })
}

/// A date and time from components.
pub fn local_date_time(map: &Map, now: i128) -> Result<LocalDateTime> {
    if let Some(moment) = current(map, now)? {
        return Ok(moment.local);
    }
    let sources: &[&str] = &["date", "time", "datetime"];
    Fields::new(map, "local date and time", &[DATE_KEYS, TIME_KEYS, sources])?.local_date_time()
}

/// A date and time in a zone from components or from an epoch. A time taken from a value with a zone and given a
/// `timezone` is the same moment there.
pub fn date_time(map: &Map, now: i128) -> Result<DateTime> {
    if let Some(moment) = current(map, now)? {
        return Ok(moment);
    }
    if map.contains_key("epochSeconds") || map.contains_key("epochMillis") {
        return from_epoch(map);
    }
    let sources: &[&str] = &["date", "time", "datetime", "timezone"];
    let fields = Fields::new(map, "date and time", &[DATE_KEYS, TIME_KEYS, sources])?;
    let local = fields.local_date_time()?;
    let (own, given) = (fields.taken_zone()?, fields.zone()?);
    let moment = match (own, given) {
        (Some((own, offset)), Some(given)) => {
            own.resolve(local, Some(offset)).and_then(|moment| given.at(moment.instant_nanos()))
        }
        (Some((own, offset)), None) => own.resolve(local, Some(offset)),
        (None, given) => given.unwrap_or(Zone::UTC).resolve(local, None),
    };
    moment.ok_or_else(|| out_of_range("date and time"))
}

/// A duration from amounts, which may be fractions: of a month they become days and seconds, of a day seconds.
pub fn duration(map: &Map) -> Result<Duration> {
    const KEYS: &[&str] = &[
        "years",
        "quarters",
        "months",
        "weeks",
        "days",
        "hours",
        "minutes",
        "seconds",
        "milliseconds",
        "microseconds",
        "nanoseconds",
    ];
    let fields = Fields::new(map, "duration", &[KEYS])?;
    if map.is_empty() {
        return Err(invalid("a duration needs at least one component").hint(format!("they are {}", KEYS.join(", "))));
    }
    let mut parts = Parts::default();
    for (key, factor) in [("years", 12), ("quarters", 3), ("months", 1)] {
        parts.months = parts.months.plus(fields.amount(key)?.times(factor));
    }
    for (key, factor) in [("weeks", 7), ("days", 1)] {
        parts.days = parts.days.plus(fields.amount(key)?.times(factor));
    }
    for (key, unit) in [
        ("hours", 3600 * SECOND),
        ("minutes", 60 * SECOND),
        ("seconds", SECOND),
        ("milliseconds", SECOND / 1000),
        ("microseconds", 1000),
        ("nanoseconds", 1),
    ] {
        parts.nanos += fields.amount(key)?.nanos(unit);
    }
    parts.build()
}

/// The date of a value that has one.
pub fn date_of(value: &Value) -> Option<Date> {
    match value {
        Value::Date(date) => Some(*date),
        Value::LocalDateTime(both) => Some(both.date()),
        Value::DateTime(moment) => Some(moment.local.date()),
        _ => None,
    }
}

/// The time of day of a value that has one.
pub fn time_of(value: &Value) -> Option<LocalTime> {
    match value {
        Value::LocalTime(time) => Some(*time),
        Value::Time(time) => Some(time.local()),
        Value::LocalDateTime(both) => Some(both.time()),
        Value::DateTime(moment) => Some(moment.local.time()),
        _ => None,
    }
}

/// The zone of a value that has one, and its offset at the value's moment.
pub fn zone_of(value: &Value) -> Option<(Zone, i32)> {
    match value {
        Value::Time(time) => Some((Zone::fixed(time.offset)?, time.offset)),
        Value::DateTime(moment) => Some((Zone::of(moment), moment.offset)),
        _ => None,
    }
}

/// The offset of a zone at a moment, given in nanoseconds since 1970-01-01T00:00Z.
pub(super) fn offset_now(zone: &Zone, now: i128) -> Result<i32> {
    let seconds = i64::try_from(now.div_euclid(SECOND)).map_err(|_| out_of_range("moment"))?;
    zone.offset_at(seconds).ok_or_else(|| out_of_range("moment"))
}

/// For a map with nothing but a `timezone`: the current moment there.
fn current(map: &Map, now: i128) -> Result<Option<DateTime>> {
    match map.get("timezone") {
        Some(Value::String(name)) if map.len() == 1 => {
            Zone::parse(name)?.at(now).map(Some).ok_or_else(|| out_of_range("moment"))
        }
        _ => Ok(None),
    }
}

fn from_epoch(map: &Map) -> Result<DateTime> {
    let keys: &[&str] = &["epochSeconds", "epochMillis", "millisecond", "microsecond", "nanosecond", "timezone"];
    let fields = Fields::new(map, "date and time of an epoch", &[keys])?;
    let (count, unit) = match (fields.int("epochSeconds")?, fields.int("epochMillis")?) {
        (Some(seconds), None) => (seconds, SECOND),
        (None, Some(millis)) => (millis, SECOND / 1000),
        _ => return Err(fields.clash("epochSeconds", "epochMillis")),
    };
    let instant = i128::from(count) * unit + i128::from(fields.subsecond(None)?.unwrap_or(0));
    fields.zone()?.unwrap_or(Zone::UTC).at(instant).ok_or_else(|| out_of_range("date and time"))
}

/// The fraction of a second that truncation kept: components smaller than `room` nanoseconds are added to it.
#[derive(Clone, Copy)]
pub(super) struct Kept {
    pub(super) nanos: u32,
    pub(super) room: u32,
}

/// A map of components, each of whose keys is known.
pub(super) struct Fields<'a> {
    map: &'a Map,
    what: &'static str,
}

impl<'a> Fields<'a> {
    /// The fields of a map, where its keys are among those known.
    pub(super) fn new(map: &'a Map, what: &'static str, known: &[&[&str]]) -> Result<Fields<'a>> {
        for key in map.keys() {
            if !known.iter().any(|keys| keys.contains(&key.as_ref())) {
                let all: Vec<&str> = known.iter().flat_map(|keys| keys.iter().copied()).collect();
                let message = format!("`{}` is not a component of a {what}", parse::excerpt(key));
                return Err(match nearest(key, all.iter().copied()) {
                    Some(near) => invalid(message).hint(format!("did you mean `{near}`?")),
                    None => invalid(message).hint(format!("the components are {}", all.join(", "))),
                });
            }
        }
        Ok(Fields { map, what })
    }

    fn has(&self, key: &str) -> bool {
        self.map.contains_key(key)
    }

    fn int(&self, key: &str) -> Result<Option<i64>> {
        match self.map.get(key) {
            None => Ok(None),
            Some(Value::Int(number)) => Ok(Some(*number)),
            Some(other) => Err(Error::type_error(format!("`{key}` must be an Integer, not a {}", other.type_name()))),
        }
    }

    /// The component of that name, which must lie between these bounds.
    fn within(&self, key: &str, least: u32, most: u32) -> Result<Option<u32>> {
        let Some(number) = self.int(key)? else { return Ok(None) };
        match u32::try_from(number) {
            Ok(small) if (least..=most).contains(&small) => Ok(Some(small)),
            _ => Err(invalid(format!("`{key}` must be between {least} and {most}, not {number}"))),
        }
    }

    fn amount(&self, key: &str) -> Result<Amount> {
        match self.map.get(key) {
            None => Ok(Amount::default()),
            Some(Value::Int(number)) => Ok(Amount::int(*number)),
            Some(Value::Float(number)) => Amount::float(*number),
            Some(other) => Err(Error::type_error(format!("`{key}` must be a number, not a {}", other.type_name()))),
        }
    }

    /// The `timezone` given.
    pub(super) fn zone(&self) -> Result<Option<Zone>> {
        match self.map.get("timezone") {
            None => Ok(None),
            Some(Value::String(name)) => Zone::parse(name).map(Some),
            Some(other) => Err(Error::type_error(format!("`timezone` must be a String, not a {}", other.type_name()))),
        }
    }

    /// What `take` takes from the value under `key` or under `datetime`.
    fn taken<T>(&self, key: &'static str, take: fn(&Value) -> Option<T>) -> Result<Option<T>> {
        if self.has("datetime") && self.has(key) {
            return Err(self.clash("datetime", key));
        }
        let key = if self.has("datetime") { "datetime" } else { key };
        let Some(value) = self.map.get(key) else { return Ok(None) };
        match take(value) {
            Some(part) => Ok(Some(part)),
            None => Err(Error::type_error(format!("a {} cannot serve as `{key}`", value.type_name()))),
        }
    }

    /// The zone of the value that the time was taken from.
    fn taken_zone(&self) -> Result<Option<(Zone, i32)>> {
        self.taken("time", |value| Some(zone_of(value))).map(Option::flatten)
    }

    fn local_date_time(&self) -> Result<LocalDateTime> {
        let date = self.date(self.taken("date", date_of)?)?;
        let time = self.time(self.taken("time", time_of)?)?;
        Ok(LocalDateTime::new(date, time))
    }

    /// The date of the components, over one taken from another value. They belong to one way of counting: months,
    /// weeks, quarters or days of the year.
    pub(super) fn date(&self, base: Option<Date>) -> Result<Date> {
        const WAYS: [&[&str]; 4] =
            [&["month", "day"], &["week", "dayOfWeek"], &["quarter", "dayOfQuarter"], &["ordinalDay"]];
        let given = |keys: &&[&'static str]| keys.iter().copied().find(|key| self.has(key));
        let mut ways = WAYS.iter().enumerate().filter_map(|(way, keys)| given(keys).map(|key| (way, key)));
        let way = ways.next();
        if let (Some((_, first)), Some((_, second))) = (way, ways.next()) {
            return Err(self.clash(first, second));
        }
        let date = match way {
            Some((1, _)) => self.week_date(base)?,
            Some((2, _)) => self.quarter_date(base)?,
            Some((3, _)) => {
                let day = self.within("ordinalDay", 1, 366)?.unwrap_or(1);
                Date::from_ordinal(self.year(base.map(|date| date.ymd().0))?, day)
            }
            _ => self.calendar_date(base)?,
        };
        date.ok_or_else(|| invalid(format!("there is no date with {}", self.listed())))
    }

    fn calendar_date(&self, base: Option<Date>) -> Result<Option<Date>> {
        let base = base.map(Date::ymd);
        let year = self.year(base.map(|(year, ..)| year))?;
        if self.has("day") {
            self.needs("month", base.is_some())?;
        }
        let month = self.within("month", 1, 12)?.or(base.map(|(_, month, _)| month)).unwrap_or(1);
        Ok(match (self.within("day", 1, 31)?, base) {
            (Some(day), _) => Date::from_ymd(year, month, day),
            (None, Some((.., day))) => Date::from_ymd_clamped(year, month, day),
            (None, None) => Date::from_ymd(year, month, 1),
        })
    }

    fn week_date(&self, base: Option<Date>) -> Result<Option<Date>> {
        let year = self.year(base.map(|date| date.week().0))?;
        self.needs("week", base.is_some())?;
        let week = self.within("week", 1, 53)?.or(base.map(|date| date.week().1)).unwrap_or(1);
        let day = self.within("dayOfWeek", 1, 7)?.or(base.map(Date::weekday)).unwrap_or(1);
        Ok(Date::from_week(year, week, day))
    }

    fn quarter_date(&self, base: Option<Date>) -> Result<Option<Date>> {
        let year = self.year(base.map(|date| date.ymd().0))?;
        self.needs("quarter", base.is_some())?;
        let quarter = self.within("quarter", 1, 4)?.or(base.map(Date::quarter)).unwrap_or(1);
        Ok(match (self.within("dayOfQuarter", 1, 92)?, base.map(Date::ymd)) {
            (None, Some((_, month, day))) => Date::from_ymd_clamped(year, quarter * 3 - 2 + (month - 1) % 3, day),
            (day, _) => Date::from_quarter(year, quarter, day.unwrap_or(1)),
        })
    }

    fn year(&self, base: Option<i64>) -> Result<i64> {
        let year = self.int("year")?.or(base).ok_or_else(|| self.missing("year"))?;
        if (civil::MIN_YEAR..=civil::MAX_YEAR).contains(&year) {
            return Ok(year);
        }
        Err(invalid(format!("`year` must be between {} and {}, not {year}", civil::MIN_YEAR, civil::MAX_YEAR)))
    }

    /// The time of the components, over one taken from another value; midnight without any.
    pub(super) fn time(&self, base: Option<LocalTime>) -> Result<LocalTime> {
        self.time_over(base, None)
    }

    /// As [`Fields::time`], keeping the given fraction of a second under smaller components.
    pub(super) fn time_over(&self, base: Option<LocalTime>, kept: Option<Kept>) -> Result<LocalTime> {
        const LARGER: [(&str, &str); 5] = [
            ("minute", "hour"),
            ("second", "minute"),
            ("millisecond", "second"),
            ("microsecond", "second"),
            ("nanosecond", "second"),
        ];
        for (key, larger) in LARGER {
            if self.has(key) {
                self.needs(larger, base.is_some())?;
            }
        }
        let subsecond = self.subsecond(kept)?;
        let (hour, minute, second, nanos) = base.unwrap_or(LocalTime::MIDNIGHT).hms();
        let time = LocalTime::from_hms(
            self.within("hour", 0, 23)?.unwrap_or(hour),
            self.within("minute", 0, 59)?.unwrap_or(minute),
            self.within("second", 0, 59)?.unwrap_or(second),
            subsecond.unwrap_or(nanos),
        );
        time.ok_or_else(|| invalid(format!("there is no time with {}", self.listed())))
    }

    /// The fraction of a second in nanoseconds, where a component of it is given. Each component counts within the
    /// next larger one given.
    fn subsecond(&self, kept: Option<Kept>) -> Result<Option<u32>> {
        let mut total = kept.unwrap_or(Kept { nanos: 0, room: 1_000_000_000 });
        let mut found = false;
        for (key, size) in [("millisecond", 1_000_000), ("microsecond", 1000), ("nanosecond", 1)] {
            if !self.has(key) {
                continue;
            }
            if total.room <= size {
                total = Kept { nanos: 0, room: 1_000_000_000 };
            }
            let count = self.within(key, 0, total.room / size - 1)?.unwrap_or(0);
            total = Kept { nanos: total.nanos + count * size, room: size };
            found = true;
        }
        Ok(found.then_some(total.nanos))
    }

    /// An error unless the component is given or `known` otherwise.
    fn needs(&self, key: &'static str, known: bool) -> Result<()> {
        if known || self.has(key) { Ok(()) } else { Err(self.missing(key)) }
    }

    fn missing(&self, key: &str) -> Error {
        invalid(format!("a {} of these components needs `{key}`", self.what))
    }

    fn clash(&self, first: &str, second: &str) -> Error {
        invalid(format!("a {} cannot be given by both `{first}` and `{second}`", self.what))
    }

    /// The whole-number components, for messages.
    fn listed(&self) -> String {
        let numbers = self.map.iter().filter_map(|(key, value)| value.as_int().map(|number| format!("{key} {number}")));
        numbers.collect::<Vec<_>>().join(", ")
    }
}
