//! Which values a property can hold.

use crate::error::{Detail, Error, ErrorType, Result};
use crate::value::Value;

/// Checks that a value can be stored: a scalar, a temporal value, or a list of those.
///
/// # Errors
/// `TypeError`/`InvalidPropertyType` when it cannot.
pub fn check_storable(value: &Value) -> Result<()> {
    match value {
        Value::List(items) => items.iter().try_for_each(check_item),
        _ if is_scalar(value) || value.is_null() => Ok(()),
        _ => Err(refused(&format!("a value of type {} cannot be stored in a property", value.type_name()))),
    }
}

fn check_item(item: &Value) -> Result<()> {
    if is_scalar(item) {
        return Ok(());
    }
    let what = if item.is_null() { "null".to_owned() } else { format!("a value of type {}", item.type_name()) };
    Err(refused(&format!("a list with {what} in it cannot be stored in a property")))
}

fn is_scalar(value: &Value) -> bool {
    match value {
        Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::String(_) => true,
        Value::Date(_) | Value::LocalTime(_) | Value::Time(_) => true,
        Value::LocalDateTime(_) | Value::DateTime(_) | Value::Duration(_) => true,
        Value::Null | Value::List(_) | Value::Map(_) | Value::Node(_) | Value::Rel(_) | Value::Path(_) => false,
    }
}

fn refused(message: &str) -> Error {
    Error::runtime(ErrorType::TypeError, Detail::InvalidPropertyType, message)
        .hint("a property holds a number, text, a truth value, a temporal value, or a list of those")
}
