//! The arithmetic operators.
//!
//! Null in, null out. Integers are checked: what does not fit is an `ArithmeticError`, never a wrong number. Floats
//! follow IEEE 754. What two temporal values give is decided in [`super::temporal`].

use super::{Value, format, temporal};
use crate::error::{Detail, Error, ErrorType, Result};

/// `a + b`: a sum, a concatenation of texts (a number, boolean or temporal value beside a text is written out), or a
/// list with the elements of both or with one element more. No text or list longer than `max_bytes` is made.
///
/// ```
/// use standpoint::value::{arithmetic::add, Value};
/// let sum = add(&"a".into(), &Value::Int(1), 100).unwrap();
/// assert_eq!(sum.as_str(), Some("a1"));
/// ```
///
/// # Errors
/// For types that cannot be added, an integer overflow, or a result that is too large.
pub fn add(a: &Value, b: &Value, max_bytes: u64) -> Result<Value> {
    match (a, b) {
        (Value::Null, _) | (_, Value::Null) => Ok(Value::Null),
        (Value::Int(x), Value::Int(y)) => x.checked_add(*y).map(Value::Int).ok_or_else(|| overflow("+", *x, *y)),
        (Value::List(x), Value::List(y)) => concatenate(x, y, max_bytes),
        (Value::List(x), y) => concatenate(x, std::slice::from_ref(y), max_bytes),
        (x, Value::List(y)) => concatenate(std::slice::from_ref(x), y, max_bytes),
        (Value::String(x), Value::String(y)) => join(x, y, max_bytes),
        (Value::String(x), y) if is_text_like(y) => join(x, &format::to_text(y), max_bytes),
        (x, Value::String(y)) if is_text_like(x) => join(&format::to_text(x), y, max_bytes),
        _ => match floats(a, b) {
            Some((x, y)) => Ok(Value::Float(x + y)),
            None => temporal::arith::add(a, b)?.ok_or_else(|| mismatch("add", a, "and", b)),
        },
    }
}

/// `a - b`.
///
/// # Errors
/// For types that cannot be subtracted, or an overflow.
pub fn subtract(a: &Value, b: &Value) -> Result<Value> {
    match (a, b) {
        (Value::Null, _) | (_, Value::Null) => Ok(Value::Null),
        (Value::Int(x), Value::Int(y)) => x.checked_sub(*y).map(Value::Int).ok_or_else(|| overflow("-", *x, *y)),
        _ => match floats(a, b) {
            Some((x, y)) => Ok(Value::Float(x - y)),
            None => temporal::arith::subtract(a, b)?.ok_or_else(|| mismatch("subtract", b, "from", a)),
        },
    }
}

/// `a * b`.
///
/// # Errors
/// For types that cannot be multiplied, or an overflow.
pub fn multiply(a: &Value, b: &Value) -> Result<Value> {
    match (a, b) {
        (Value::Null, _) | (_, Value::Null) => Ok(Value::Null),
        (Value::Int(x), Value::Int(y)) => x.checked_mul(*y).map(Value::Int).ok_or_else(|| overflow("*", *x, *y)),
        _ => match floats(a, b) {
            Some((x, y)) => Ok(Value::Float(x * y)),
            None => temporal::arith::multiply(a, b)?.ok_or_else(|| mismatch("multiply", a, "and", b)),
        },
    }
}

/// `a / b`: of two integers the quotient without its fraction.
///
/// # Errors
/// For types that cannot be divided, an overflow, or two integers of which the second is zero.
pub fn divide(a: &Value, b: &Value) -> Result<Value> {
    match (a, b) {
        (Value::Null, _) | (_, Value::Null) => Ok(Value::Null),
        (Value::Int(_), Value::Int(0)) => Err(division_by_zero("/")),
        (Value::Int(x), Value::Int(y)) => x.checked_div(*y).map(Value::Int).ok_or_else(|| overflow("/", *x, *y)),
        _ => match floats(a, b) {
            Some((x, y)) => Ok(Value::Float(x / y)),
            None => temporal::arith::divide(a, b)?.ok_or_else(|| mismatch("divide", a, "by", b)),
        },
    }
}

/// `a % b`: what is left of `a` after division; it has the sign of `a`.
///
/// # Errors
/// For values that are not numbers, or two integers of which the second is zero.
pub fn modulo(a: &Value, b: &Value) -> Result<Value> {
    match (a, b) {
        (Value::Null, _) | (_, Value::Null) => Ok(Value::Null),
        (Value::Int(_), Value::Int(0)) => Err(division_by_zero("%")),
        // The remainder of the one division that overflows is 0, as `wrapping_rem` has it.
        (Value::Int(x), Value::Int(y)) => Ok(Value::Int(x.wrapping_rem(*y))),
        _ => match floats(a, b) {
            Some((x, y)) => Ok(Value::Float(x % y)),
            None => Err(mismatch("take the remainder of", a, "and", b)),
        },
    }
}

/// `a ^ b`, always a float.
///
/// # Errors
/// For values that are not numbers.
pub fn power(a: &Value, b: &Value) -> Result<Value> {
    if a.is_null() || b.is_null() {
        return Ok(Value::Null);
    }
    match (as_float(a), as_float(b)) {
        (Some(x), Some(y)) => Ok(Value::Float(x.powf(y))),
        _ => Err(mismatch("raise", a, "to the power of", b)),
    }
}

/// `-a`.
///
/// # Errors
/// For a value that is neither a number nor a duration, or an overflow.
pub fn negate(a: &Value) -> Result<Value> {
    match a {
        Value::Null => Ok(Value::Null),
        Value::Int(x) => x.checked_neg().map(Value::Int).ok_or_else(|| integer_overflow(format!("`-({x})`"))),
        Value::Float(x) => Ok(Value::Float(-x)),
        _ => temporal::arith::negate(a)?.ok_or_else(|| Error::type_error(format!("cannot negate a {}", a.type_name()))),
    }
}

/// `+a`: the number itself.
///
/// # Errors
/// For a value that is neither a number nor a duration.
pub fn plus(a: &Value) -> Result<Value> {
    match a {
        Value::Null | Value::Int(_) | Value::Float(_) | Value::Duration(_) => Ok(a.clone()),
        _ => Err(Error::type_error(format!("unary `+` needs a number, not a {}", a.type_name()))),
    }
}

/// A number as a float; `None` for what is no number.
pub fn as_float(value: &Value) -> Option<f64> {
    match value {
        Value::Int(number) => Some(*number as f64),
        Value::Float(number) => Some(*number),
        _ => None,
    }
}

/// The error for an integer result that does not fit, named by the operation in backticks.
pub fn integer_overflow(operation: impl std::fmt::Display) -> Error {
    let message = format!("the result of {operation} does not fit into a 64-bit integer");
    Error::runtime(ErrorType::ArithmeticError, Detail::IntegerOverflow, message)
        .hint("use floats, for example with `toFloat()`")
}

/// The error for a value that would be larger than the limit.
pub fn too_large(what: &str, max_bytes: u64) -> Error {
    let message = format!("the {what} would take more than {max_bytes} bytes, the most that one value may take here");
    Error::runtime(ErrorType::ResourceLimit, Detail::MemoryLimit, message)
}

/// Refuses a list of `length` elements that would take more than `max_bytes`.
///
/// # Errors
/// `ResourceLimit`/`MemoryLimit` for one that is too large.
pub fn check_list_size(length: usize, max_bytes: u64) -> Result<()> {
    let bytes = (length as u64).saturating_mul(size_of::<Value>() as u64);
    if bytes > max_bytes { Err(too_large("list", max_bytes)) } else { Ok(()) }
}

/// Refuses a text of `bytes` that would take more than `max_bytes`.
///
/// # Errors
/// `ResourceLimit`/`MemoryLimit` for one that is too large.
pub fn check_text_size(bytes: usize, max_bytes: u64) -> Result<()> {
    if bytes as u64 > max_bytes { Err(too_large("text", max_bytes)) } else { Ok(()) }
}

/// Both as floats, when both are numbers.
fn floats(a: &Value, b: &Value) -> Option<(f64, f64)> {
    Some((as_float(a)?, as_float(b)?))
}

fn is_text_like(value: &Value) -> bool {
    use Value::{Bool, Date, DateTime, Duration, Float, Int, LocalDateTime, LocalTime, Time};
    matches!(
        value,
        Bool(_) | Int(_) | Float(_) | Date(_) | LocalTime(_) | Time(_) | LocalDateTime(_) | DateTime(_) | Duration(_)
    )
}

fn concatenate(a: &[Value], b: &[Value], max_bytes: u64) -> Result<Value> {
    check_list_size(a.len().saturating_add(b.len()), max_bytes)?;
    Ok(Value::list([a, b].concat()))
}

fn join(a: &str, b: &str, max_bytes: u64) -> Result<Value> {
    check_text_size(a.len().saturating_add(b.len()), max_bytes)?;
    Ok(Value::string([a, b].concat()))
}

fn overflow(operator: &str, a: i64, b: i64) -> Error {
    integer_overflow(format!("`{a} {operator} {b}`"))
}

fn division_by_zero(operator: &str) -> Error {
    let message = format!("an integer is divided by zero, by `{operator}`");
    Error::runtime(ErrorType::ArithmeticError, Detail::DivisionByZero, message)
}

fn mismatch(verb: &str, first: &Value, preposition: &str, second: &Value) -> Error {
    let (first, second) = (first.type_name(), second.type_name());
    Error::type_error(format!("cannot {verb} a value of type {first} {preposition} one of type {second}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::compare::identical;
    use proptest::prelude::*;

    const LIMIT: u64 = 1 << 20;

    fn int(number: i64) -> Value {
        Value::Int(number)
    }

    fn float(number: f64) -> Value {
        Value::Float(number)
    }

    #[track_caller]
    fn check(result: Result<Value>, expected: &Value) {
        let value = result.expect("a value");
        assert!(identical(&value, expected), "{value:?} is not {expected:?}");
    }

    #[track_caller]
    fn check_error(result: Result<Value>, error_type: ErrorType, detail: Detail) {
        let error = result.expect_err("an error");
        assert_eq!((error.error_type(), error.detail()), (error_type, detail), "{error}");
    }

    #[test]
    fn numbers() {
        check(add(&int(1), &int(2), LIMIT), &int(3));
        check(add(&int(1), &float(2.5), LIMIT), &float(3.5));
        check(subtract(&float(1.0), &int(2)), &float(-1.0));
        check(multiply(&int(3), &int(-4)), &int(-12));
        check(divide(&int(7), &int(-2)), &int(-3));
        check(divide(&int(7), &float(2.0)), &float(3.5));
        check(divide(&int(1), &float(0.0)), &float(f64::INFINITY));
        check(divide(&float(0.0), &float(0.0)), &float(f64::NAN));
        check(modulo(&int(-7), &int(3)), &int(-1));
        check(modulo(&int(i64::MIN), &int(-1)), &int(0));
        check(modulo(&float(7.5), &int(2)), &float(1.5));
        check(power(&int(2), &int(3)), &float(8.0));
        check(negate(&float(1.5)), &float(-1.5));
        check(plus(&int(4)), &int(4));
    }

    #[test]
    fn null_stays_null() {
        for operator in [subtract, multiply, divide, modulo, power] {
            check(operator(&Value::Null, &"a".into()), &Value::Null);
            check(operator(&int(0), &Value::Null), &Value::Null);
        }
        check(add(&Value::list(vec![]), &Value::Null, LIMIT), &Value::Null);
        check(negate(&Value::Null), &Value::Null);
    }

    #[test]
    fn integers_do_not_wrap() {
        let error = |result| check_error(result, ErrorType::ArithmeticError, Detail::IntegerOverflow);
        error(add(&int(i64::MAX), &int(1), LIMIT));
        error(subtract(&int(i64::MIN), &int(1)));
        error(multiply(&int(i64::MAX), &int(2)));
        error(divide(&int(i64::MIN), &int(-1)));
        error(negate(&int(i64::MIN)));
        for operator in [divide, modulo] {
            check_error(operator(&int(1), &int(0)), ErrorType::ArithmeticError, Detail::DivisionByZero);
        }
    }

    #[test]
    fn texts_and_lists_are_joined() {
        let list = |numbers: &[i64]| Value::list(numbers.iter().map(|n| int(*n)).collect());
        check(add(&"a".into(), &"b".into(), LIMIT), &"ab".into());
        check(add(&"a".into(), &float(1.0), LIMIT), &"a1.0".into());
        check(add(&int(1), &"a".into(), LIMIT), &"1a".into());
        check(add(&list(&[1]), &list(&[2, 3]), LIMIT), &list(&[1, 2, 3]));
        check(add(&list(&[1]), &int(2), LIMIT), &list(&[1, 2]));
        check(add(&int(0), &list(&[1]), LIMIT), &list(&[0, 1]));
    }

    #[test]
    fn results_have_a_limit() {
        let text = Value::string("x".repeat(60));
        check_error(add(&text, &text, 100), ErrorType::ResourceLimit, Detail::MemoryLimit);
        let list = Value::list(vec![Value::Null; 60]);
        check_error(add(&list, &list, 100), ErrorType::ResourceLimit, Detail::MemoryLimit);
    }

    #[test]
    fn wrong_types_are_named() {
        let map = Value::map(Default::default());
        let error = add(&map, &int(1), LIMIT).expect_err("an error");
        assert_eq!(error.to_string(), "cannot add a value of type Map and one of type Integer");
        for operator in [subtract, multiply, divide, modulo, power] {
            check_error(operator(&"a".into(), &int(1)), ErrorType::TypeError, Detail::InvalidArgumentType);
        }
        check_error(negate(&"a".into()), ErrorType::TypeError, Detail::InvalidArgumentType);
        check_error(plus(&true.into()), ErrorType::TypeError, Detail::InvalidArgumentType);
    }

    proptest! {
        #[test]
        fn division_and_remainder_agree(a in any::<i64>(), b in any::<i64>()) {
            prop_assume!(b != 0 && !(a == i64::MIN && b == -1));
            let quotient = divide(&int(a), &int(b)).expect("a quotient");
            let rest = modulo(&int(a), &int(b)).expect("a remainder");
            let product = multiply(&quotient, &int(b)).expect("a product");
            check(add(&product, &rest, LIMIT), &int(a));
        }
    }
}
