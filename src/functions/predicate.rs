//! Functions that answer yes or no.

use super::arguments::{get, wrong_type};
use super::{Body, CallContext, Function};
use crate::error::Result;
use crate::value::Value;

/// The table.
pub(crate) static FUNCTIONS: &[Function] = &[
    function!(
        Predicate, "isEmpty", [input: STRING | LIST | MAP], [], BOOL, Body::Strict(is_empty),
        "Whether a text, list or map holds nothing",
        ["isEmpty('')" => "true", "isEmpty([1])" => "false", "isEmpty(null)" => "null"]
    ),
    function!(
        Numeric, "isNaN", [input: NUMBER], [], BOOL, Body::Strict(is_nan),
        "Whether a number is NaN, the result of an undefined operation",
        ["isNaN(0.0 / 0.0)" => "true", "isNaN(1)" => "false"]
    ),
];

fn is_empty(_: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    match get(arguments, 0) {
        Value::String(text) => Ok(Value::Bool(text.is_empty())),
        Value::List(items) => Ok(Value::Bool(items.is_empty())),
        Value::Map(map) => Ok(Value::Bool(map.is_empty())),
        other => Err(wrong_type("isEmpty", "a String, List or Map", other)),
    }
}

fn is_nan(_: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    let number = super::arguments::number("isNaN", arguments, 0)?;
    Ok(Value::Bool(number.is_nan()))
}
