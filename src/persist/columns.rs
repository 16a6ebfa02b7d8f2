//! Property values as they stand in a file, and back.

use super::format::{NoList, Problem, Stored, StoredValue};
use crate::value::Value;
use crate::value::temporal::{Date, DateTime, Duration, LocalDateTime, LocalTime, Time};
use std::sync::Arc;

/// A value without a form of its own; `None` for what no property holds.
pub(super) fn store(value: &Value) -> Option<StoredValue> {
    store_with(value, |items| items.iter().map(|item| store_with(item, |_| None)).collect())
}

/// `list` gives what a list is stored as.
fn store_with<L>(value: &Value, list: impl FnOnce(&[Value]) -> Option<L>) -> Option<Stored<L>> {
    Some(match value {
        Value::Bool(value) => Stored::Bool(*value),
        Value::Int(value) => Stored::Int(*value),
        Value::Float(value) => Stored::Float(*value),
        Value::String(text) => Stored::Text(text.to_string()),
        Value::Date(date) => Stored::Date(date.days),
        Value::LocalTime(time) => Stored::LocalTime(time.nanos),
        Value::Time(time) => Stored::Time { nanos: time.nanos, offset: time.offset },
        Value::LocalDateTime(local) => Stored::LocalDateTime { seconds: local.seconds, nanos: local.nanos },
        Value::DateTime(moment) => Stored::DateTime {
            seconds: moment.local.seconds,
            nanos: moment.local.nanos,
            offset: moment.offset,
            zone: moment.zone.as_ref().map(|zone| zone.to_string()),
        },
        Value::Duration(length) => {
            Stored::Duration { months: length.months, days: length.days, seconds: length.seconds, nanos: length.nanos }
        }
        Value::List(items) => Stored::List(list(items)?),
        Value::Null | Value::Map(_) | Value::Node(_) | Value::Rel(_) | Value::Path(_) => return None,
    })
}

/// The opposite of [`store`]. A value out of the range of its type is damage.
pub(super) fn restore(stored: StoredValue) -> Result<Value, Problem> {
    let item = |item| restore_with(item, |none: NoList| match none {});
    restore_with(stored, |items| items.into_iter().map(item).collect::<Result<_, _>>().map(Value::list))
}

fn restore_with<L>(stored: Stored<L>, list: impl FnOnce(L) -> Result<Value, Problem>) -> Result<Value, Problem> {
    let value = match stored {
        Stored::Bool(value) => Some(Value::Bool(value)),
        Stored::Int(value) => Some(Value::Int(value)),
        Stored::Float(value) => Some(Value::Float(value)),
        Stored::Text(text) => Some(Value::string(text)),
        Stored::Date(days) => date(days),
        Stored::LocalTime(nanos) => local_time(nanos),
        Stored::Time { nanos, offset } => time(nanos, offset),
        Stored::LocalDateTime { seconds, nanos } => local_datetime(seconds, nanos),
        Stored::DateTime { seconds, nanos, offset, zone } => datetime(seconds, nanos, offset, zone.as_deref()),
        Stored::Duration { months, days, seconds, nanos } => duration(months, days, seconds, nanos),
        Stored::List(items) => return list(items),
    };
    value.ok_or_else(impossible)
}

/// What a value that its type does not have is.
pub(super) fn impossible() -> Problem {
    Problem::damaged("a value is out of the range of its type")
}

pub(super) fn date(days: i64) -> Option<Value> {
    Date::from_days(days).map(Value::from)
}

pub(super) fn local_time(nanos: u64) -> Option<Value> {
    LocalTime::from_nanos(nanos).map(Value::from)
}

pub(super) fn time(nanos: u64, offset: i32) -> Option<Value> {
    Time::new(LocalTime::from_nanos(nanos)?, offset).map(Value::from)
}

pub(super) fn local_datetime(seconds: i64, nanos: u32) -> Option<Value> {
    LocalDateTime::from_parts(seconds, nanos).map(Value::from)
}

pub(super) fn datetime(seconds: i64, nanos: u32, offset: i32, zone: Option<&str>) -> Option<Value> {
    let local = LocalDateTime::from_parts(seconds, nanos)?;
    DateTime::from_parts(local, offset, zone.map(Arc::from)).map(Value::from)
}

pub(super) fn duration(months: i64, days: i64, seconds: i64, nanos: u32) -> Option<Value> {
    Duration::from_fields(months, days, seconds, nanos).map(Value::from)
}

/// The little-endian numbers of a section.
pub(super) fn numbers<const N: usize, T>(bytes: &[u8], read: fn([u8; N]) -> T) -> Result<Vec<T>, Problem> {
    let (chunks, rest) = bytes.as_chunks::<N>();
    if !rest.is_empty() {
        return Err(Problem::damaged("a section has an impossible length"));
    }
    Ok(chunks.iter().map(|chunk| read(*chunk)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A value in the range of its type and the nearest ones that are not.
    #[test]
    fn values_out_of_the_range_of_their_type_are_damage() {
        let year = 366 * 1_000_000_000;
        let zone = |name: &str| Some(name.to_owned());
        let moment = |seconds, nanos, offset, zone| StoredValue::DateTime { seconds, nanos, offset, zone };
        for (right, wrong) in [
            (
                StoredValue::Date(0),
                vec![StoredValue::Date(year), StoredValue::Date(-year), StoredValue::Date(i64::MIN)],
            ),
            (
                StoredValue::LocalTime(86_399_999_999_999),
                vec![StoredValue::LocalTime(86_400_000_000_000), StoredValue::LocalTime(u64::MAX)],
            ),
            (
                StoredValue::Time { nanos: 0, offset: 18 * 3600 },
                vec![
                    StoredValue::Time { nanos: 86_400_000_000_000, offset: 0 },
                    StoredValue::Time { nanos: 0, offset: 18 * 3600 + 1 },
                    StoredValue::Time { nanos: 0, offset: i32::MIN },
                ],
            ),
            (
                StoredValue::LocalDateTime { seconds: -1, nanos: 999_999_999 },
                vec![
                    StoredValue::LocalDateTime { seconds: 0, nanos: 1_000_000_000 },
                    StoredValue::LocalDateTime { seconds: i64::MAX, nanos: 0 },
                ],
            ),
            (
                moment(0, 0, -18 * 3600, zone("Europe/Kyiv")),
                vec![
                    moment(i64::MIN, 0, 0, None),
                    moment(0, 1_000_000_000, 0, None),
                    moment(0, 0, -18 * 3600 - 1, None),
                    moment(0, 0, 0, zone("")),
                    moment(0, 0, 0, zone("a b")),
                    moment(0, 0, 0, zone(&"z".repeat(65))),
                ],
            ),
            (
                StoredValue::Duration { months: i64::MIN, days: i64::MAX, seconds: 0, nanos: 999_999_999 },
                vec![StoredValue::Duration { months: 0, days: 0, seconds: 0, nanos: 1_000_000_000 }],
            ),
        ] {
            let back = restore(right.clone()).unwrap();
            assert_eq!(store(&back), Some(right.clone()));
            for wrong in wrong {
                assert!(restore(wrong.clone()).is_err(), "{wrong:?} beside {right:?}");
            }
        }
    }

    #[test]
    fn an_impossible_element_makes_its_list_impossible() {
        let list = |days| StoredValue::List(vec![Stored::Int(1), Stored::Date(days)]);
        assert!(restore(list(5)).is_ok());
        assert!(restore(list(i64::MAX)).is_err());
    }
}
