//! Functions of lists, and those that take lists and texts alike.

use super::arguments::{get, list, out_of_range, wrong_type};
use super::{Body, CallContext, Function, Watch};
use crate::error::{Detail, Error, ErrorType, Result};
use crate::value::Value;
use crate::value::arithmetic::{check_list_size, too_large};

/// How many elements are made between two looks at the watch.
const AT_ONCE: usize = 1 << 14;

/// The table.
pub(crate) static FUNCTIONS: &[Function] = &[
    function!(
        Scalar, "head", [list: LIST], [], ANY, Body::Strict(head),
        "The first element of a list; null of an empty list",
        ["head([1, 2])" => "1", "head([])" => "null"]
    ),
    function!(
        Scalar, "last", [list: LIST], [], ANY, Body::Strict(last),
        "The last element of a list; null of an empty list",
        ["last([1, 2])" => "2", "last([])" => "null"]
    ),
    function!(
        List, "tail", [list: LIST], [], LIST, Body::Strict(tail),
        "A list without its first element",
        ["tail([1, 2, 3])" => "[2, 3]", "tail([])" => "[]"]
    ),
    function!(
        List, "range", [start: ANY, end: ANY], [step: ANY], LIST, Body::Strict(range),
        "The integers from start to end, both included, in steps of 1 or of the given size",
        ["range(1, 3)" => "[1, 2, 3]", "range(10, 1, -4)" => "[10, 6, 2]", "range(1, 0)" => "[]"]
    ),
    function!(
        List, "reverse", [input: STRING | LIST], [], STRING | LIST, Body::Strict(reverse),
        "A list or text from back to front",
        ["reverse([1, 2])" => "[2, 1]", "reverse('abc')" => "'cba'"]
    ),
    function!(
        Scalar, "size", [input: STRING | LIST], [], INT, Body::Strict(size),
        "The number of elements of a list or of characters of a text",
        ["size([1, 2])" => "2", "size('abc')" => "3"]
    ),
];

fn head(_: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    Ok(list("head", arguments, 0)?.first().cloned().unwrap_or_default())
}

fn last(_: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    Ok(list("last", arguments, 0)?.last().cloned().unwrap_or_default())
}

fn tail(_: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    Ok(Value::list(list("tail", arguments, 0)?.iter().skip(1).cloned().collect()))
}

fn range(context: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    let (start, end) = (bound(arguments, 0)?, bound(arguments, 1)?);
    let step = if arguments.len() > 2 { bound(arguments, 2)? } else { 1 };
    if step == 0 {
        return Err(out_of_range("the step of `range()` must not be zero"));
    }
    let count = steps(start, end, step);
    let length = usize::try_from(count).map_err(|_| too_large("list", context.max_value_bytes))?;
    check_list_size(length, context.max_value_bytes)?;
    // Each number lies between start and end, so that none overflows.
    let number = |index| Value::Int((i128::from(start) + index * i128::from(step)) as i64);
    collect_watched(context.watch, length, (0..count).map(number))
}

/// A list that may be long: making it can be cancelled.
fn collect_watched(watch: &dyn Watch, length: usize, mut values: impl Iterator<Item = Value>) -> Result<Value> {
    let mut items = Vec::with_capacity(length);
    while items.len() < length {
        watch.check()?;
        items.extend(values.by_ref().take(AT_ONCE.min(length - items.len())));
    }
    Ok(Value::list(items))
}

/// How many numbers a range holds.
fn steps(start: i64, end: i64, step: i64) -> i128 {
    let way = i128::from(end) - i128::from(start);
    if way.signum() * i128::from(step.signum()) < 0 { 0 } else { way / i128::from(step) + 1 }
}

fn bound(arguments: &[Value], index: usize) -> Result<i64> {
    let value = get(arguments, index);
    value.as_int().ok_or_else(|| {
        let message = format!("`range()` needs integers, it was given a value of type {}", value.type_name());
        Error::runtime(ErrorType::ArgumentError, Detail::InvalidArgumentType, message)
    })
}

fn reverse(_: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    match get(arguments, 0) {
        Value::String(text) => Ok(Value::string(text.chars().rev().collect::<String>())),
        Value::List(items) => Ok(Value::list(items.iter().rev().cloned().collect())),
        other => Err(wrong_type("reverse", "a String or List", other)),
    }
}

fn size(_: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    match get(arguments, 0) {
        Value::String(text) => Ok(Value::Int(text.chars().count() as i64)),
        Value::List(items) => Ok(Value::Int(items.len() as i64)),
        other => Err(wrong_type("size", "a String or List", other)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_count_their_steps() {
        let cases = [
            (0, 10, 3, 4),
            (0, 0, 1, 1),
            (0, 0, -5, 1),
            (1, 0, 1, 0),
            (0, 1, -1, 0),
            (1381, -3412, -1298, 4),
            (i64::MIN, i64::MAX, 1, u64::MAX as i128 + 1),
            (i64::MAX, i64::MIN, i64::MIN, 2),
        ];
        for (start, end, step, expected) in cases {
            assert_eq!(steps(start, end, step), expected, "range({start}, {end}, {step})");
        }
    }
}
