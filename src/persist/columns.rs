//! Property values as columns of a file, and back.

use super::format::{Encoding, Problem, Stored};
use crate::store::Cell;
use crate::value::Value;
use crate::value::temporal::{Date, DateTime, Duration, LocalDateTime, LocalTime, Time};
use std::sync::Arc;

/// The encoding of a cell.
pub(super) fn encoding_of(cell: &Cell<'_>) -> Encoding {
    match cell {
        Cell::Bool(_) | Cell::Other(Value::Bool(_)) => Encoding::Bool,
        Cell::Int(_) | Cell::Other(Value::Int(_)) => Encoding::Int,
        Cell::Float(_) | Cell::Other(Value::Float(_)) => Encoding::Float,
        Cell::Text(_) | Cell::Other(Value::String(_)) => Encoding::Text,
        Cell::Date(_) | Cell::Other(Value::Date(_)) => Encoding::Date,
        Cell::Absent | Cell::Other(_) => Encoding::Other,
    }
}

/// A value without a column encoding of its own; `None` for what no property holds.
pub(super) fn store(value: &Value) -> Option<Stored> {
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
        Value::List(items) => Stored::List(items.iter().map(store).collect::<Option<_>>()?),
        Value::Null | Value::Map(_) | Value::Node(_) | Value::Rel(_) | Value::Path(_) => return None,
    })
}

/// The opposite of [`store`].
pub(super) fn restore(stored: Stored) -> Value {
    match stored {
        Stored::Bool(value) => Value::Bool(value),
        Stored::Int(value) => Value::Int(value),
        Stored::Float(value) => Value::Float(value),
        Stored::Text(text) => Value::string(text),
        Stored::Date(days) => Value::Date(Date { days }),
        Stored::LocalTime(nanos) => Value::LocalTime(LocalTime { nanos }),
        Stored::Time { nanos, offset } => Value::Time(Time { nanos, offset }),
        Stored::LocalDateTime { seconds, nanos } => Value::LocalDateTime(LocalDateTime { seconds, nanos }),
        Stored::DateTime { seconds, nanos, offset, zone } => {
            let local = LocalDateTime { seconds, nanos };
            Value::DateTime(Arc::new(DateTime { local, offset, zone: zone.map(Arc::from) }))
        }
        Stored::Duration { months, days, seconds, nanos } => {
            Value::Duration(Arc::new(Duration { months, days, seconds, nanos }))
        }
        Stored::List(items) => Value::list(items.into_iter().map(restore).collect()),
    }
}

/// The little-endian numbers of a section.
pub(super) fn numbers<const N: usize, T>(bytes: &[u8], read: fn([u8; N]) -> T) -> Result<Vec<T>, Problem> {
    let (chunks, rest) = bytes.as_chunks::<N>();
    if !rest.is_empty() {
        return Err(Problem::damaged("a section has an impossible length"));
    }
    Ok(chunks.iter().map(|chunk| read(*chunk)).collect())
}
