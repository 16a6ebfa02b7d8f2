//! The operators over values: one function for each meaning, shared by the interpreter and the kernels.

use super::super::context::Context;
use crate::error::{Error, Result};
use crate::syntax::ast::{BinaryOp, CompareOp};
use crate::value::{Value, arithmetic, compare as relation};

/// So many bytes of text that a regular expression looks at count as a step.
const TEXT_STEP: u64 = 128;

/// The value of a binary operator.
pub(crate) fn binary(cx: &Context, op: BinaryOp, left: &Value, right: &Value) -> Result<Value> {
    match op {
        BinaryOp::Xor => xor(left, right),
        BinaryOp::Add => cx.admit(arithmetic::add(left, right, cx.value_limit())?),
        BinaryOp::Subtract => arithmetic::subtract(left, right),
        BinaryOp::Multiply => arithmetic::multiply(left, right),
        BinaryOp::Divide => arithmetic::divide(left, right),
        BinaryOp::Modulo => arithmetic::modulo(left, right),
        BinaryOp::Power => arithmetic::power(left, right),
        BinaryOp::Concat => concat(cx, left, right),
        BinaryOp::In => contains(cx, right, left),
        BinaryOp::StartsWith => Ok(on_texts(left, right, |text, part| text.starts_with(part))),
        BinaryOp::EndsWith => Ok(on_texts(left, right, |text, part| text.ends_with(part))),
        BinaryOp::Contains => Ok(on_texts(left, right, |text, part| text.contains(part))),
        BinaryOp::Matches => matches(cx, left, right),
    }
}

/// The value of a comparison.
pub(crate) fn compare(op: CompareOp, left: &Value, right: &Value) -> Value {
    op.holds(left, right).into()
}

/// `-value`.
pub(crate) fn negate(value: &Value) -> Result<Value> {
    arithmetic::negate(value)
}

/// `+value`.
pub(crate) fn plus(value: Value) -> Result<Value> {
    match value {
        Value::Null | Value::Int(_) | Value::Float(_) => Ok(value),
        other => Err(Error::type_error(format!("`+` needs a number, not a value of type {}", other.type_name()))),
    }
}

/// The truth of a value; `None` for null.
///
/// # Errors
/// When it is neither a boolean nor null.
pub(crate) fn expect_bool(value: &Value) -> Result<Option<bool>> {
    match value {
        Value::Bool(truth) => Ok(Some(*truth)),
        Value::Null => Ok(None),
        other => Err(Error::type_error(format!("a boolean is needed, not a value of type {}", other.type_name()))),
    }
}

fn xor(left: &Value, right: &Value) -> Result<Value> {
    let (left, right) = (expect_bool(left)?, expect_bool(right)?);
    Ok(left.zip(right).map(|(left, right)| left != right).into())
}

/// `left || right`: two texts or two lists joined.
fn concat(cx: &Context, left: &Value, right: &Value) -> Result<Value> {
    match (left, right) {
        (Value::Null, _) | (_, Value::Null) => Ok(Value::Null),
        (Value::String(_), Value::String(_)) | (Value::List(_), Value::List(_)) => {
            cx.admit(arithmetic::add(left, right, cx.value_limit())?)
        }
        _ => {
            let (left, right) = (left.type_name(), right.type_name());
            Err(Error::type_error(format!(
                "`||` joins two strings or two lists, not values of type {left} and {right}"
            )))
        }
    }
}

/// Whether a list holds a value, in three-valued logic.
fn contains(cx: &Context, list: &Value, item: &Value) -> Result<Value> {
    let items = match list {
        Value::Null => return Ok(Value::Null),
        Value::List(items) => items,
        other => {
            return Err(Error::type_error(format!("`IN` needs a list, not a value of type {}", other.type_name())));
        }
    };
    cx.work(items.len() as u64)?;
    let mut unknown = false;
    for element in items.iter() {
        match relation::equals(item, element) {
            Some(true) => return Ok(Value::Bool(true)),
            Some(false) => {}
            None => unknown = true,
        }
    }
    Ok(if unknown { Value::Null } else { Value::Bool(false) })
}

/// A test of two texts; null when one of them is none.
fn on_texts(left: &Value, right: &Value, test: impl Fn(&str, &str) -> bool) -> Value {
    left.as_str().zip(right.as_str()).map(|(left, right)| test(left, right)).into()
}

fn matches(cx: &Context, text: &Value, pattern: &Value) -> Result<Value> {
    match (text, pattern) {
        (Value::String(text), Value::String(pattern)) => {
            cx.work(text.len() as u64 / TEXT_STEP)?;
            Ok(Value::Bool(cx.regex(pattern)?.is_match(text)))
        }
        _ => Ok(Value::Null),
    }
}
