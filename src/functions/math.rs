//! Functions of numbers.

use super::arguments::{count, get, number, text, wrong_type};
use super::round::{Mode, round_to};
use super::{Body, CallContext, Function};
use crate::error::Result;
use crate::value::Value;
use crate::value::arithmetic::integer_overflow;

/// The table.
pub(crate) static FUNCTIONS: &[Function] = &[
    function!(
        Numeric, "abs", [value: NUMBER], [], NUMBER, Body::Strict(abs),
        "A number without its sign",
        ["abs(-1)" => "1", "abs(-1.5)" => "1.5"]
    ),
    function!(
        Numeric, "sign", [value: NUMBER], [], INT, Body::Strict(sign),
        "The sign of a number: -1, 0 or 1",
        ["sign(-2.5)" => "-1", "sign(0)" => "0"]
    ),
    function!(
        Numeric, "ceil", [value: NUMBER], [], FLOAT, Body::Strict(ceil),
        "The least whole number that is not less",
        ["ceil(1.2)" => "2.0"]
    ),
    function!(
        Numeric, "ceiling", [value: NUMBER], [], FLOAT, Body::Strict(ceil),
        "The least whole number that is not less",
        ["ceiling(1.2)" => "2.0"]
    ),
    function!(
        Numeric, "floor", [value: NUMBER], [], FLOAT, Body::Strict(floor),
        "The greatest whole number that is not greater",
        ["floor(1.8)" => "1.0", "floor(-1.2)" => "-2.0"]
    ),
    function!(
        Numeric, "round", [value: NUMBER], [precision: INT, mode: STRING], FLOAT, Body::Strict(round),
        "The nearest whole number, or the nearest number with that many decimal places; the mode is one of UP, DOWN, \
         CEILING, FLOOR, HALF_UP, HALF_DOWN and HALF_EVEN",
        [
            "round(3.5)" => "4.0",
            "round(-1.5)" => "-1.0",
            "round(3.14159, 2)" => "3.14",
            "round(1.249, 1, 'UP')" => "1.3",
        ]
    ),
    function!(
        Logarithmic, "sqrt", [value: NUMBER], [], FLOAT, Body::Strict(sqrt),
        "The square root; NaN of a negative number",
        ["sqrt(12.96)" => "3.6"]
    ),
    function!(
        Logarithmic, "exp", [value: NUMBER], [], FLOAT, Body::Strict(exp),
        "The number e to the power of the argument",
        ["exp(0)" => "1.0"]
    ),
    function!(
        Logarithmic, "log", [value: NUMBER], [], FLOAT, Body::Strict(log),
        "The natural logarithm",
        ["log(1)" => "0.0", "log(0)" => "-Infinity"]
    ),
    function!(
        Logarithmic, "ln", [value: NUMBER], [], FLOAT, Body::Strict(log),
        "The natural logarithm",
        ["ln(1)" => "0.0"]
    ),
    function!(
        Logarithmic, "log10", [value: NUMBER], [], FLOAT, Body::Strict(log10),
        "The logarithm to base 10",
        ["log10(100)" => "2.0"]
    ),
    function!(
        Logarithmic, "e", [], [], FLOAT, Body::Lenient(e),
        "The base of the natural logarithm",
        ["round(e(), 5)" => "2.71828"]
    ),
    function!(
        Trigonometric, "pi", [], [], FLOAT, Body::Lenient(pi),
        "The circumference of a circle of diameter 1",
        ["round(pi(), 5)" => "3.14159"]
    ),
];

fn abs(_: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    match get(arguments, 0) {
        Value::Int(number) => {
            number.checked_abs().map(Value::Int).ok_or_else(|| integer_overflow(format!("`abs({number})`")))
        }
        Value::Float(number) => Ok(Value::Float(number.abs())),
        other => Err(wrong_type("abs", "a number", other)),
    }
}

/// NaN has no sign and counts as 0.
fn sign(_: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    let number = number("sign", arguments, 0)?;
    Ok(Value::Int(i64::from(number > 0.0) - i64::from(number < 0.0)))
}

fn ceil(_: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    Ok(Value::Float(number("ceil", arguments, 0)?.ceil()))
}

fn floor(_: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    Ok(Value::Float(number("floor", arguments, 0)?.floor()))
}

/// A tie between two whole numbers goes up, one between decimal places away from zero, unless a mode says otherwise.
fn round(_: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    let number = number("round", arguments, 0)?;
    let places = if arguments.len() < 2 { 0 } else { count("round", "precision", arguments, 1)? };
    if places == 0 && arguments.len() < 3 {
        let below = number.floor();
        return Ok(Value::Float(if number - below >= 0.5 { below + 1.0 } else { below }));
    }
    let mode = if arguments.len() < 3 { Mode::HalfUp } else { Mode::named(text("round", arguments, 2)?)? };
    Ok(Value::Float(round_to(number, places, mode)))
}

fn sqrt(_: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    Ok(Value::Float(number("sqrt", arguments, 0)?.sqrt()))
}

fn exp(_: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    Ok(Value::Float(number("exp", arguments, 0)?.exp()))
}

fn log(_: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    Ok(Value::Float(number("log", arguments, 0)?.ln()))
}

fn log10(_: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    Ok(Value::Float(number("log10", arguments, 0)?.log10()))
}

fn e(_: &CallContext<'_>, _: &[Value]) -> Result<Value> {
    Ok(Value::Float(std::f64::consts::E))
}

fn pi(_: &CallContext<'_>, _: &[Value]) -> Result<Value> {
    Ok(Value::Float(std::f64::consts::PI))
}
