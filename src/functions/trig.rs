//! Trigonometric functions. Angles are in radians; results are floats.

use super::{Body, CallContext, Function, arguments};
use crate::error::Result;
use crate::value::Value;

/// Defines a function of one number.
macro_rules! of_one_number {
    ($($function:ident, $name:literal, $of:expr;)*) => {
        $(fn $function(_: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
            let of: fn(f64) -> f64 = $of;
            Ok(Value::Float(of(arguments::number($name, arguments, 0)?)))
        })*
    };
}

/// The table.
pub(crate) static FUNCTIONS: &[Function] = &[
    function!(
        Trigonometric, "sin", [angle: NUMBER], [], FLOAT, Body::Strict(sin),
        "The sine of an angle",
        ["sin(0)" => "0.0"]
    ),
    function!(
        Trigonometric, "cos", [angle: NUMBER], [], FLOAT, Body::Strict(cos),
        "The cosine of an angle",
        ["cos(0)" => "1.0"]
    ),
    function!(
        Trigonometric, "tan", [angle: NUMBER], [], FLOAT, Body::Strict(tan),
        "The tangent of an angle",
        ["tan(0)" => "0.0"]
    ),
    function!(
        Trigonometric, "cot", [angle: NUMBER], [], FLOAT, Body::Strict(cot),
        "The cotangent of an angle",
        ["cot(0)" => "Infinity"]
    ),
    function!(
        Trigonometric, "asin", [sine: NUMBER], [], FLOAT, Body::Strict(asin),
        "The angle with this sine; NaN beyond -1 and 1",
        ["asin(0)" => "0.0", "asin(2)" => "NaN"]
    ),
    function!(
        Trigonometric, "acos", [cosine: NUMBER], [], FLOAT, Body::Strict(acos),
        "The angle with this cosine; NaN beyond -1 and 1",
        ["acos(1)" => "0.0"]
    ),
    function!(
        Trigonometric, "atan", [tangent: NUMBER], [], FLOAT, Body::Strict(atan),
        "The angle with this tangent",
        ["atan(0)" => "0.0"]
    ),
    function!(
        Trigonometric, "atan2", [y: NUMBER, x: NUMBER], [], FLOAT, Body::Strict(atan2),
        "The angle of the point (x, y), seen from the origin",
        ["atan2(0, 1)" => "0.0", "degrees(atan2(1, 0))" => "90.0"]
    ),
    function!(
        Trigonometric, "sinh", [value: NUMBER], [], FLOAT, Body::Strict(sinh),
        "The hyperbolic sine of a number",
        ["sinh(0)" => "0.0"]
    ),
    function!(
        Trigonometric, "cosh", [value: NUMBER], [], FLOAT, Body::Strict(cosh),
        "The hyperbolic cosine of a number",
        ["cosh(0)" => "1.0"]
    ),
    function!(
        Trigonometric, "tanh", [value: NUMBER], [], FLOAT, Body::Strict(tanh),
        "The hyperbolic tangent of a number",
        ["tanh(0)" => "0.0"]
    ),
    function!(
        Trigonometric, "coth", [value: NUMBER], [], FLOAT, Body::Strict(coth),
        "The hyperbolic cotangent of a number; NaN of zero",
        ["coth(0)" => "NaN"]
    ),
    function!(
        Trigonometric, "degrees", [angle: NUMBER], [], FLOAT, Body::Strict(degrees),
        "An angle in degrees",
        ["degrees(pi())" => "180.0"]
    ),
    function!(
        Trigonometric, "radians", [degrees: NUMBER], [], FLOAT, Body::Strict(radians),
        "An angle given in degrees, in radians",
        ["radians(180) = pi()" => "true"]
    ),
    function!(
        Trigonometric, "haversin", [angle: NUMBER], [], FLOAT, Body::Strict(haversin),
        "Half of one minus the cosine of an angle, for distances on a sphere",
        ["haversin(0)" => "0.0", "haversin(pi())" => "1.0"]
    ),
];

of_one_number! {
    sin, "sin", f64::sin;
    cos, "cos", f64::cos;
    tan, "tan", f64::tan;
    cot, "cot", |angle| 1.0 / angle.tan();
    asin, "asin", f64::asin;
    acos, "acos", f64::acos;
    atan, "atan", f64::atan;
    sinh, "sinh", f64::sinh;
    cosh, "cosh", f64::cosh;
    tanh, "tanh", f64::tanh;
    coth, "coth", |value| if value == 0.0 { f64::NAN } else { 1.0 / value.tanh() };
    degrees, "degrees", f64::to_degrees;
    radians, "radians", f64::to_radians;
    haversin, "haversin", |angle| (1.0 - angle.cos()) / 2.0;
}

fn atan2(_: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    let (y, x) = (arguments::number("atan2", arguments, 0)?, arguments::number("atan2", arguments, 1)?);
    Ok(Value::Float(y.atan2(x)))
}
