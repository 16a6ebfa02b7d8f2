//! Reading arguments. The binder has checked their number, and their types where it could know them.

use crate::error::{Detail, Error, ErrorType, Result};
use crate::value::Value;
use crate::value::arithmetic::as_float;
use std::sync::Arc;

/// The argument at `index`; null when it was left out.
pub(super) fn get(arguments: &[Value], index: usize) -> &Value {
    const MISSING: &Value = &Value::Null;
    arguments.get(index).unwrap_or(MISSING)
}

/// A text.
pub(super) fn text<'a>(function: &str, arguments: &'a [Value], index: usize) -> Result<&'a Arc<str>> {
    match get(arguments, index) {
        Value::String(text) => Ok(text),
        other => Err(wrong_type(function, "a String", other)),
    }
}

/// An integer.
pub(super) fn integer(function: &str, arguments: &[Value], index: usize) -> Result<i64> {
    match get(arguments, index) {
        Value::Int(number) => Ok(*number),
        other => Err(wrong_type(function, "an Integer", other)),
    }
}

/// A number, as a float.
pub(super) fn number(function: &str, arguments: &[Value], index: usize) -> Result<f64> {
    let value = get(arguments, index);
    as_float(value).ok_or_else(|| wrong_type(function, "a number", value))
}

/// A list.
pub(super) fn list<'a>(function: &str, arguments: &'a [Value], index: usize) -> Result<&'a [Value]> {
    match get(arguments, index) {
        Value::List(items) => Ok(items),
        other => Err(wrong_type(function, "a List", other)),
    }
}

/// An integer from 0 that counts something, as `what` says.
pub(super) fn count(function: &str, what: &str, arguments: &[Value], index: usize) -> Result<usize> {
    let number = integer(function, arguments, index)?;
    let negative = || out_of_range(format!("the {what} of `{function}()` must not be negative, it is {number}"));
    // A count beyond the address space is more than there can be of anything.
    u64::try_from(number).map(|number| usize::try_from(number).unwrap_or(usize::MAX)).map_err(|_| negative())
}

/// The error for an argument of a type that the function does not take.
pub(super) fn wrong_type(function: &str, expected: &str, given: &Value) -> Error {
    let message = format!("`{function}()` needs {expected}, it was given a value of type {}", given.type_name());
    Error::runtime(ErrorType::TypeError, Detail::InvalidArgumentValue, message)
}

/// The error for a number outside its range.
pub(super) fn out_of_range(message: impl Into<String>) -> Error {
    Error::runtime(ErrorType::ArgumentError, Detail::NumberOutOfRange, message)
}

/// The error for a text that is none of the words a function knows.
pub(super) fn unknown_word(function: &str, what: &str, given: &str, known: &[&str]) -> Error {
    let message = format!("`{given}` is no {what} of `{function}()`");
    Error::runtime(ErrorType::ArgumentError, Detail::InvalidArgumentValue, message)
        .hint(format!("it is one of {}", known.join(", ")))
}
