//! Functions of any value.

use super::arguments::get;
use super::{Body, CallContext, Function};
use crate::error::{Error, Result};
use crate::value::Value;
use crate::value::compare::equals;
use crate::value::types::Type;

/// The table.
pub(crate) static FUNCTIONS: &[Function] = &[
    function!(
        Scalar, variadic "coalesce", [input: ANY], [], ANY, Body::Lenient(coalesce),
        "The first argument that is not null",
        ["coalesce(null, 1, 2)" => "1", "coalesce(null)" => "null"]
    ),
    function!(
        Scalar, "nullIf", [value: ANY, other: ANY], [], ANY, Body::Lenient(null_if),
        "Null when both are equal, else the first",
        ["nullIf(1, 1)" => "null", "nullIf(1, 2)" => "1"]
    ),
    function!(
        Scalar, "linenumber", [], [], INT, Body::Lenient(outside_of_records),
        "The line of its file on which the record of `LOAD CSV` begins; null without a record",
        ["linenumber()" => "null"]
    ),
    function!(
        Scalar, "file", [], [], STRING, Body::Lenient(outside_of_records),
        "The file that `LOAD CSV` reads: its path, below the folder that may be read; null without one",
        ["file()" => "null"]
    ),
    function!(
        Scalar, "timestamp", [], [], INT, Body::Lenient(timestamp),
        "The moment the statement began, in milliseconds since 1970-01-01T00:00Z",
        ["timestamp() = timestamp()" => "true"]
    ),
    function!(
        Scalar, "valueType", [input: ANY], [], STRING, Body::Lenient(value_type),
        "The type of a value",
        [
            "valueType(1)" => "'INTEGER NOT NULL'",
            "valueType(null)" => "'NULL'",
            "valueType(['a', null])" => "'LIST<STRING> NOT NULL'",
        ]
    ),
];

fn coalesce(_: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    Ok(arguments.iter().find(|value| !value.is_null()).cloned().unwrap_or_default())
}

fn null_if(_: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    let (value, other) = (get(arguments, 0), get(arguments, 1));
    Ok(if equals(value, other) == Some(true) { Value::Null } else { value.clone() })
}

/// The binder knows where the place of a record is; where this is called, there is none.
fn outside_of_records(_: &CallContext<'_>, _: &[Value]) -> Result<Value> {
    Ok(Value::Null)
}

fn timestamp(context: &CallContext<'_>, _: &[Value]) -> Result<Value> {
    let milliseconds = context.now.div_euclid(1_000_000);
    i64::try_from(milliseconds).map(Value::Int).map_err(|_| Error::internal("the clock is out of range"))
}

fn value_type(_: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    Ok(Value::string(Type::of(get(arguments, 0)).to_string()))
}
