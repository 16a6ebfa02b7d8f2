//! When a statement holds: from its `since`, or else its `date`, to its `until`, both included; what is missing is open.
//!
//! Takes the properties of a statement, by name. A number from 1000 to 9999 is a year: its first day, of `until` its last.

use super::Date;
use super::construct::date_of;
use crate::error::Error;
use crate::value::Value;
use crate::value::format::{NoGraph, literal};
use std::ops::RangeInclusive;

/// Numbers that are taken for years.
const YEARS: RangeInclusive<i64> = 1000..=9999;

/// The time in which a statement holds.
#[derive(Clone, Debug)]
pub struct Validity {
    /// The moment it begins: a date, with or without a time. Null when it is open.
    pub from: Value,
    /// The last moment. Null when it is open.
    pub until: Value,
}

/// A bound that is no date.
#[derive(Clone, Debug)]
pub struct NoDate {
    key: &'static str,
    value: Value,
}

impl Validity {
    /// The validity that properties tell; null stands for a property that is not there.
    ///
    /// # Errors
    /// When a bound is no date, no moment and no year.
    pub fn of(property: impl Fn(&str) -> Value) -> Result<Validity, NoDate> {
        let from = match bound("since", property("since"), (1, 1))? {
            Value::Null => bound("date", property("date"), (1, 1))?,
            since => since,
        };
        Ok(Validity { from, until: bound("until", property("until"), (12, 31))? })
    }

    /// The first and the last day, as days since 1970-01-01.
    pub fn days(&self) -> (i64, i64) {
        let day = |moment: &Value| date_of(moment).map(|date| date.days);
        (day(&self.from).unwrap_or(i64::MIN), day(&self.until).unwrap_or(i64::MAX))
    }

    /// Whether both hold on some day.
    pub fn overlaps(&self, other: &Validity) -> bool {
        overlap(self.days(), other.days())
    }
}

/// Whether two spans of days, each from its first to its last, have a day in common.
pub fn overlap((begins, ends): (i64, i64), (other_begins, other_ends): (i64, i64)) -> bool {
    begins.max(other_begins) <= ends.min(other_ends)
}

impl NoDate {
    /// The error that it is open when a relationship of a type holds.
    pub fn error(&self, rel_type: &str) -> Error {
        let (key, shown) = (self.key, literal(&self.value, &NoGraph));
        let message = format!("whether a relationship `{rel_type}` holds is open: its `{key}` is no date, but {shown}");
        Error::type_error(message).hint(format!("store it as a date, as in `SET r.{key} = date('2025-11-21')`"))
    }
}

/// A bound as a moment; of a year it is the given month and day.
fn bound(key: &'static str, value: Value, (month, day): (u32, u32)) -> Result<Value, NoDate> {
    if value.is_null() || date_of(&value).is_some() {
        return Ok(value);
    }
    let year = value.as_int().filter(|year| YEARS.contains(year));
    match year.and_then(|year| Date::from_ymd(year, month, day)) {
        Some(date) => Ok(Value::Date(date)),
        None => Err(NoDate { key, value }),
    }
}
