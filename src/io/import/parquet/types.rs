//! The types of Parquet and the values that they become.

use crate::io::import::kind::Kind;
use crate::value::Value;
use crate::value::temporal::{Date, DateTime, LocalDateTime, LocalTime, Time};
use parquet::basic::{ConvertedType, LogicalType, TimeUnit, Type as Physical};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{ByteArray, DataType, FixedLenByteArray, Int96};
use parquet::errors::ParquetError;
use parquet::schema::types::{ColumnDescriptor, SchemaDescriptor, Type};
use std::sync::Arc;

const NANOS: i64 = 1_000_000_000;
/// The day 1970-01-01 in the count of days of INT96.
const EPOCH: i64 = 2_440_588;
/// The most bytes of a decimal.
const DECIMAL: i32 = 16;

/// A column of values, or of lists of them.
#[derive(Clone, Debug)]
pub(super) struct Leaf {
    /// Its place among the columns that hold values.
    pub(super) place: usize,
    is: Is,
    list: bool,
    /// The definition level of a value, and the least of an element of a list.
    defined: i16,
    repeated: i16,
}

/// What values are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Is {
    Bool,
    Int,
    Unsigned,
    Float,
    Half,
    Text,
    Uuid,
    Date,
    /// Of so many parts of a second, since midnight.
    Time {
        parts: i64,
        zoned: bool,
    },
    /// Of so many parts of a second, since 1970.
    Moment {
        parts: i64,
        zoned: bool,
    },
    /// The same with the nanoseconds of the day and the day.
    DayAndNanos,
    /// Divided by a power of ten.
    Decimal {
        scale: i32,
    },
}

/// A value of a row as it was read.
#[derive(Clone, Debug, Default)]
pub(super) enum Cell {
    #[default]
    Absent,
    Text(ByteArray),
    Value(Value),
    /// What is wrong with it.
    Wrong(String),
}

impl Cell {
    /// The cell, unless something is wrong with it.
    pub(super) fn checked(self) -> Result<Cell, String> {
        match self {
            Cell::Wrong(why) => Err(why),
            cell => Ok(cell),
        }
    }

    /// Whether there is no value, or an empty text.
    pub(super) fn is_empty(&self) -> bool {
        match self {
            Cell::Absent => true,
            Cell::Text(bytes) => bytes.is_empty(),
            _ => false,
        }
    }

    /// The value; null for none.
    pub(super) fn value(self) -> Result<Value, String> {
        match self {
            Cell::Absent => Ok(Value::Null),
            Cell::Text(bytes) => text(&bytes),
            Cell::Value(value) => Ok(value),
            Cell::Wrong(why) => Err(why),
        }
    }

    /// The text; an empty one where there is no value.
    pub(super) fn into_text(self) -> Result<Arc<str>, String> {
        match self.value()? {
            Value::String(text) => Ok(text),
            _ => Ok(Arc::from("")),
        }
    }
}

fn text(bytes: &ByteArray) -> Result<Value, String> {
    crate::io::import::texts::utf8(bytes.data()).map(Value::string)
}

/// The names of the columns of a schema, and what is in each, or why it cannot be read.
pub(super) fn columns(schema: &SchemaDescriptor) -> Vec<(String, Result<Leaf, String>)> {
    let fields = schema.root_schema().get_fields();
    let column = |(at, field): (usize, &Arc<Type>)| {
        let mut leaves = (0..schema.num_columns()).filter(|leaf| schema.get_column_root_idx(*leaf) == at);
        let leaf = match (leaves.next(), leaves.next()) {
            (Some(place), None) => leaf(field, place, &schema.column(place)),
            _ => Err(nested(field)),
        };
        (field.name().to_owned(), leaf)
    };
    fields.iter().enumerate().map(column).collect()
}

fn leaf(field: &Type, place: usize, column: &ColumnDescriptor) -> Result<Leaf, String> {
    let (list, repeated) = match list_of(field) {
        Some(repeated) => (true, repeated),
        None if field.is_primitive() => (false, 0),
        None => return Err(nested(field)),
    };
    Ok(Leaf { place, is: is(column)?, list, defined: column.max_def_level(), repeated })
}

/// The least definition level of an element, where a field is a list of values: a value that is repeated, or a group that
/// is a list of a value or of groups of one value.
fn list_of(field: &Type) -> Option<i16> {
    let repeated = |field: &Type| field.get_basic_info().has_repetition() && is_repeated(field);
    if field.is_primitive() {
        return repeated(field).then_some(1);
    }
    let info = field.get_basic_info();
    let is_list = info.converted_type() == ConvertedType::LIST || info.logical_type_ref() == Some(&LogicalType::List);
    let [elements] = field.get_fields() else { return None };
    let of_values = elements.is_primitive()
        || matches!(elements.get_fields(), [element] if element.is_primitive() && !repeated(element));
    let fits = is_list && !repeated(field) && repeated(elements) && of_values;
    fits.then(|| 1 + i16::from(field.is_optional()))
}

fn is_repeated(field: &Type) -> bool {
    field.get_basic_info().repetition() == parquet::basic::Repetition::REPEATED
}

/// Why a field that is neither a value nor a list of values cannot be read.
fn nested(field: &Type) -> String {
    let info = field.get_basic_info();
    let what = match info.converted_type() {
        ConvertedType::MAP | ConvertedType::MAP_KEY_VALUE => "is a map",
        ConvertedType::LIST => "is a list of what is no single value",
        _ => "is a struct",
    };
    format!("{what}, which no property can hold")
}

/// What the values of a column are.
fn is(column: &ColumnDescriptor) -> Result<Is, String> {
    let logical = column.logical_type_ref();
    let is = match (column.physical_type(), column.converted_type()) {
        (Physical::BOOLEAN, _) => Some(Is::Bool),
        (Physical::FLOAT | Physical::DOUBLE, _) => Some(Is::Float),
        (Physical::INT96, _) => Some(Is::DayAndNanos),
        (Physical::INT32 | Physical::INT64, converted) => of_integers(logical, converted, column.type_scale()),
        (Physical::BYTE_ARRAY, converted) => match (logical, converted) {
            (Some(LogicalType::String | LogicalType::Enum | LogicalType::Json | LogicalType::Unknown), _) => {
                Some(Is::Text)
            }
            (Some(LogicalType::Decimal(_)), _) | (None, ConvertedType::DECIMAL) => {
                Some(Is::Decimal { scale: column.type_scale() })
            }
            (None, ConvertedType::NONE | ConvertedType::UTF8 | ConvertedType::ENUM | ConvertedType::JSON) => {
                Some(Is::Text)
            }
            _ => None,
        },
        (Physical::FIXED_LEN_BYTE_ARRAY, converted) => match (logical, converted) {
            (Some(LogicalType::Float16), _) if column.type_length() == 2 => Some(Is::Half),
            (Some(LogicalType::Uuid), _) if column.type_length() == 16 => Some(Is::Uuid),
            (Some(LogicalType::Decimal(_)), _) | (None, ConvertedType::DECIMAL) if column.type_length() <= DECIMAL => {
                Some(Is::Decimal { scale: column.type_scale() })
            }
            _ => None,
        },
    };
    is.ok_or_else(|| {
        let said = logical.map_or_else(|| column.converted_type().to_string(), |logical| format!("{logical:?}"));
        format!("has values of the type {} ({said}), for which there is no property", column.physical_type())
    })
}

/// What integers stand for.
fn of_integers(logical: Option<&LogicalType>, converted: ConvertedType, scale: i32) -> Option<Is> {
    Some(match (logical, converted) {
        (Some(LogicalType::Integer(of)), _) if of.is_signed => Is::Int,
        (Some(LogicalType::Integer(_)), _) => Is::Unsigned,
        (Some(LogicalType::Date), _) | (None, ConvertedType::DATE) => Is::Date,
        (Some(LogicalType::Time(of)), _) => Is::Time { parts: parts(of.unit), zoned: of.is_adjusted_to_u_t_c },
        (Some(LogicalType::Timestamp(of)), _) => Is::Moment { parts: parts(of.unit), zoned: of.is_adjusted_to_u_t_c },
        (Some(LogicalType::Decimal(_)), _) | (None, ConvertedType::DECIMAL) => Is::Decimal { scale },
        // What has these older types alone was written in UTC.
        (None, ConvertedType::TIME_MILLIS) => Is::Time { parts: 1000, zoned: true },
        (None, ConvertedType::TIME_MICROS) => Is::Time { parts: 1_000_000, zoned: true },
        (None, ConvertedType::TIMESTAMP_MILLIS) => Is::Moment { parts: 1000, zoned: true },
        (None, ConvertedType::TIMESTAMP_MICROS) => Is::Moment { parts: 1_000_000, zoned: true },
        (None, ConvertedType::UINT_8 | ConvertedType::UINT_16 | ConvertedType::UINT_32 | ConvertedType::UINT_64) => {
            Is::Unsigned
        }
        (None | Some(LogicalType::Unknown), _) => Is::Int,
        _ => return None,
    })
}

fn parts(unit: TimeUnit) -> i64 {
    match unit {
        TimeUnit::MILLIS => 1000,
        TimeUnit::MICROS => 1_000_000,
        TimeUnit::NANOS => NANOS,
    }
}

impl Leaf {
    /// Whether its values are texts.
    pub(super) fn is_text(&self) -> bool {
        self.is == Is::Text && !self.list
    }

    /// The type that a header would say; `None` where columns of it have no form of their own.
    pub(super) fn kind(&self) -> Option<Kind> {
        match self.is {
            _ if self.list => None,
            Is::Bool => Some(Kind::Bool),
            Is::Int | Is::Unsigned => Some(Kind::Int(64)),
            Is::Float | Is::Half | Is::Decimal { .. } => Some(Kind::Float),
            Is::Text | Is::Uuid => Some(Kind::Text),
            Is::Date => Some(Kind::Temporal(0)),
            Is::Time { .. } | Is::Moment { .. } | Is::DayAndNanos => None,
        }
    }

    /// The values of so many rows.
    pub(super) fn cells(&self, reader: &mut ColumnReader, rows: usize) -> Result<Vec<Cell>, ParquetError> {
        match reader {
            ColumnReader::BoolColumnReader(reader) => self.read(reader, rows, |value| Cell::Value(Value::Bool(value))),
            ColumnReader::Int32ColumnReader(reader) => self.read(reader, rows, |number| self.is.small(number)),
            ColumnReader::Int64ColumnReader(reader) => self.read(reader, rows, |number| self.is.number(number)),
            ColumnReader::Int96ColumnReader(reader) => self.read(reader, rows, |value| day_and_nanos(&value)),
            ColumnReader::FloatColumnReader(reader) => {
                self.read(reader, rows, |number| Cell::Value(Value::Float(number.into())))
            }
            ColumnReader::DoubleColumnReader(reader) => {
                self.read(reader, rows, |number| Cell::Value(Value::Float(number)))
            }
            ColumnReader::ByteArrayColumnReader(reader) => self.read(reader, rows, |bytes| self.is.bytes(bytes)),
            ColumnReader::FixedLenByteArrayColumnReader(reader) => {
                self.read(reader, rows, |bytes: FixedLenByteArray| self.is.bytes(bytes.into()))
            }
        }
    }

    fn read<T: DataType>(
        &self,
        reader: &mut ColumnReaderImpl<T>,
        rows: usize,
        cell: impl Fn(T::T) -> Cell,
    ) -> Result<Vec<Cell>, ParquetError> {
        let (mut values, mut defined, mut repeated) = (Vec::new(), Vec::new(), Vec::new());
        let mut read = 0;
        while read < rows {
            let left = rows - read;
            let (more, ..) = reader.read_records(left, Some(&mut defined), Some(&mut repeated), &mut values)?;
            if more == 0 {
                return Err(ParquetError::General("a column has fewer rows than it should".to_owned()));
            }
            read += more;
        }
        let mut cells = values.into_iter().map(cell);
        let cells: Option<Vec<Cell>> = match (self.list, self.defined) {
            (true, _) => self.lists(&defined, &repeated, cells),
            (false, 0) => Some(cells.collect()),
            (false, whole) => {
                let cell = |level: i16| if level == whole { cells.next() } else { Some(Cell::Absent) };
                defined.into_iter().map(cell).collect()
            }
        };
        let fits = |cells: &Vec<Cell>| cells.len() == rows;
        cells.filter(fits).ok_or_else(|| ParquetError::General("a column has not as many values as it says".to_owned()))
    }

    /// Lists by the levels of their elements; `None` when these do not fit.
    fn lists(&self, defined: &[i16], repeated: &[i16], mut cells: impl Iterator<Item = Cell>) -> Option<Vec<Cell>> {
        let mut lists = Vec::new();
        let mut levels = defined.iter().zip(repeated).peekable();
        while let Some((level, 0)) = levels.next() {
            let mut items = Ok(Vec::new());
            let mut level = *level;
            let absent = level < self.repeated - 1;
            loop {
                if level >= self.repeated {
                    let cell = if level == self.defined { cells.next()? } else { Cell::Absent };
                    items = items.and_then(|mut items: Vec<Value>| {
                        items.push(cell.value()?);
                        Ok(items)
                    });
                }
                match levels.next_if(|(_, repeated)| **repeated > 0) {
                    Some((next, _)) => level = *next,
                    None => break,
                }
            }
            lists.push(match items {
                _ if absent => Cell::Absent,
                Ok(items) => Cell::Value(Value::list(items)),
                Err(why) => Cell::Wrong(why),
            });
        }
        levels.next().is_none().then_some(lists)
    }
}

impl Is {
    fn small(self, number: i32) -> Cell {
        match self {
            Is::Unsigned => self.number(i64::from(number as u32)),
            _ => self.number(number.into()),
        }
    }

    fn number(self, number: i64) -> Cell {
        let value = match self {
            Is::Unsigned if number < 0 => {
                return Cell::Wrong(format!("`{}` is too great for an integer", number as u64));
            }
            Is::Date => Date::from_days(number).map(Value::from),
            Is::Time { parts, zoned } => time(number, parts, zoned),
            Is::Moment { parts, zoned } => moment(number, parts, zoned),
            Is::Decimal { scale } => return decimal(number.into(), scale),
            _ => Some(Value::Int(number)),
        };
        value.map_or_else(|| Cell::Wrong(format!("`{number}` is out of the range of its type")), Cell::Value)
    }

    fn bytes(self, bytes: ByteArray) -> Cell {
        match self {
            Is::Decimal { scale } => match integer(bytes.data()) {
                Some(number) => decimal(number, scale),
                None => Cell::Wrong("a decimal has more digits than are supported".to_owned()),
            },
            Is::Half => match bytes.data() {
                [low, high] => Cell::Value(Value::Float(half(u16::from_le_bytes([*low, *high])))),
                _ => Cell::Wrong("a float has another length than two bytes".to_owned()),
            },
            Is::Uuid => Cell::Value(Value::string(uuid(bytes.data()))),
            _ => Cell::Text(bytes),
        }
    }
}

fn time(number: i64, parts: i64, zoned: bool) -> Option<Value> {
    let time = LocalTime::from_nanos(u64::try_from(number.checked_mul(NANOS / parts)?).ok()?)?;
    if zoned { Time::new(time, 0).map(Value::from) } else { Some(time.into()) }
}

fn moment(number: i64, parts: i64, zoned: bool) -> Option<Value> {
    let nanos = number.rem_euclid(parts) * (NANOS / parts);
    let local = LocalDateTime::from_parts(number.div_euclid(parts), u32::try_from(nanos).ok()?)?;
    if zoned { DateTime::from_parts(local, 0, None).map(Value::from) } else { Some(local.into()) }
}

fn day_and_nanos(value: &Int96) -> Cell {
    let [low, high, day] = value.data() else { return Cell::Absent };
    let nanos = u64::from(*high) << 32 | u64::from(*low);
    let seconds = (i64::from(*day) - EPOCH) * 86_400 + (nanos / NANOS as u64) as i64;
    let local = LocalDateTime::from_parts(seconds, (nanos % NANOS as u64) as u32);
    local.map_or_else(
        || Cell::Wrong("a moment is out of the range of its type".to_owned()),
        |local| Cell::Value(local.into()),
    )
}

/// The nearest float to an integer divided by a power of ten.
fn decimal(number: i128, scale: i32) -> Cell {
    let float = format!("{number}e{}", -i64::from(scale)).parse::<f64>();
    float.map_or_else(|_| Cell::Wrong("a decimal cannot be read".to_owned()), |float| Cell::Value(Value::Float(float)))
}

/// The integer of big-endian bytes, the first of which has the sign.
fn integer(bytes: &[u8]) -> Option<i128> {
    if bytes.len() > DECIMAL as usize {
        return None;
    }
    let sign = if bytes.first().is_some_and(|byte| *byte >= 0x80) { 0xff } else { 0 };
    let mut whole = [sign; DECIMAL as usize];
    whole[DECIMAL as usize - bytes.len()..].copy_from_slice(bytes);
    Some(i128::from_be_bytes(whole))
}

/// A float of 16 bits.
fn half(bits: u16) -> f64 {
    let (sign, exponent, fraction) = (bits >> 15, bits >> 10 & 0x1f, f64::from(bits & 0x3ff));
    let size = match exponent {
        0 => fraction * 2f64.powi(-24),
        0x1f if fraction == 0.0 => f64::INFINITY,
        0x1f => f64::NAN,
        exponent => (1.0 + fraction / 1024.0) * 2f64.powi(i32::from(exponent) - 15),
    };
    if sign == 1 { -size } else { size }
}

fn uuid(bytes: &[u8]) -> String {
    let hex = |part: &[u8]| part.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let mut rest = bytes;
    let parts = [4, 2, 2, 2, 6].map(|length| {
        let (part, later) = rest.split_at(length.min(rest.len()));
        rest = later;
        hex(part)
    });
    parts.join("-")
}
