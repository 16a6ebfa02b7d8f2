//! Functions of any value.

use super::arguments::get;
use super::{Body, CallContext, Function};
use crate::error::{Error, Result};
use crate::value::Value;
use crate::value::compare::equals;
use std::collections::BTreeSet;

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

fn timestamp(context: &CallContext<'_>, _: &[Value]) -> Result<Value> {
    let milliseconds = context.now.div_euclid(1_000_000);
    i64::try_from(milliseconds).map(Value::Int).map_err(|_| Error::internal("the clock is out of range"))
}

fn value_type(_: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    Ok(Value::string(type_text(get(arguments, 0))))
}

fn type_text(value: &Value) -> String {
    match value {
        Value::Null => "NULL".to_string(),
        Value::List(items) => format!("LIST<{}> NOT NULL", element_text(items)),
        _ => format!("{} NOT NULL", type_word(value)),
    }
}

/// The types of a list's elements, each once; without `NOT NULL` when one of them is null.
fn element_text(items: &[Value]) -> String {
    let nullable = items.iter().any(Value::is_null);
    let types: BTreeSet<String> = items.iter().filter(|item| !item.is_null()).map(type_text).collect();
    if types.is_empty() {
        return if nullable { "NULL" } else { "NOTHING" }.to_string();
    }
    let types: Vec<&str> =
        types.iter().map(|text| if nullable { text.trim_end_matches(" NOT NULL") } else { text }).collect();
    types.join(" | ")
}

fn type_word(value: &Value) -> &'static str {
    match value {
        Value::Null => "NULL",
        Value::Bool(_) => "BOOLEAN",
        Value::Int(_) => "INTEGER",
        Value::Float(_) => "FLOAT",
        Value::String(_) => "STRING",
        Value::List(_) => "LIST",
        Value::Map(_) => "MAP",
        Value::Node(_) => "NODE",
        Value::Rel(_) => "RELATIONSHIP",
        Value::Path(_) => "PATH",
        Value::Date(_) => "DATE",
        Value::LocalTime(_) => "LOCAL TIME",
        Value::Time(_) => "ZONED TIME",
        Value::LocalDateTime(_) => "LOCAL DATETIME",
        Value::DateTime(_) => "ZONED DATETIME",
        Value::Duration(_) => "DURATION",
    }
}
