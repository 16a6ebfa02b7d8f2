//! Conversions between types.
//!
//! A text that does not spell a value of the wanted type gives null. A value of a type that cannot be converted is an
//! error, except in the `OrNull` forms.

use super::arguments::{get, list, wrong_type};
use super::{Body, CallContext, Function};
use crate::error::Result;
use crate::value::arithmetic::integer_overflow;
use crate::value::{Value, compare, format};

/// The table.
pub(crate) static FUNCTIONS: &[Function] = &[
    function!(
        Scalar, "toBoolean", [input: BOOL | STRING | INT], [], BOOL, Body::Strict(to_boolean),
        "A boolean from a text or an integer; 0 is false, every other integer true",
        ["toBoolean('true')" => "true", "toBoolean('maybe')" => "null", "toBoolean(0)" => "false"]
    ),
    function!(
        Scalar, "toBooleanOrNull", [input: ANY], [], BOOL, Body::Strict(to_boolean_or_null),
        "As `toBoolean`, but null for types that cannot be converted",
        ["toBooleanOrNull('false')" => "false", "toBooleanOrNull([])" => "null"]
    ),
    function!(
        List, "toBooleanList", [list: LIST], [], LIST, Body::Strict(to_boolean_list),
        "A list with each element converted by `toBooleanOrNull`",
        ["toBooleanList(['true', 'x', 1])" => "[true, null, true]"]
    ),
    function!(
        Scalar, "toFloat", [input: NUMBER | STRING], [], FLOAT, Body::Strict(to_float),
        "A float from a number or text",
        ["toFloat('3.5')" => "3.5", "toFloat(3)" => "3.0", "toFloat('x')" => "null"]
    ),
    function!(
        Scalar, "toFloatOrNull", [input: ANY], [], FLOAT, Body::Strict(to_float_or_null),
        "As `toFloat`, but null for types that cannot be converted",
        ["toFloatOrNull('3.5')" => "3.5", "toFloatOrNull(true)" => "null"]
    ),
    function!(
        List, "toFloatList", [list: LIST], [], LIST, Body::Strict(to_float_list),
        "A list with each element converted by `toFloatOrNull`",
        ["toFloatList(['1', 2, 'x'])" => "[1.0, 2.0, null]"]
    ),
    function!(
        Scalar, "toInteger", [input: NUMBER | STRING | BOOL], [], INT, Body::Strict(to_integer),
        "An integer from a number, text or boolean; the fraction is cut off",
        ["toInteger('1.7')" => "1", "toInteger(-2.9)" => "-2", "toInteger('x')" => "null"]
    ),
    function!(
        Scalar, "toIntegerOrNull", [input: ANY], [], INT, Body::Strict(to_integer_or_null),
        "As `toInteger`, but null for types that cannot be converted and numbers that do not fit",
        ["toIntegerOrNull('42')" => "42", "toIntegerOrNull([])" => "null", "toIntegerOrNull(1e30)" => "null"]
    ),
    function!(
        List, "toIntegerList", [list: LIST], [], LIST, Body::Strict(to_integer_list),
        "A list with each element converted by `toIntegerOrNull`",
        ["toIntegerList(['1', 2.5, 'x'])" => "[1, 2, null]"]
    ),
    function!(
        String, "toString", [input: NUMBER | BOOL | STRING | TEMPORAL], [], STRING, Body::Strict(to_string),
        "The text of a value",
        ["toString(1.0)" => "'1.0'", "toString(true)" => "'true'"]
    ),
    function!(
        String, "toStringOrNull", [input: ANY], [], STRING, Body::Strict(to_string_or_null),
        "As `toString`, but null for types that have no text",
        ["toStringOrNull(1)" => "'1'", "toStringOrNull([1])" => "null"]
    ),
    function!(
        List, "toStringList", [list: LIST], [], LIST, Body::Strict(to_string_list),
        "A list with each element converted by `toStringOrNull`",
        ["toStringList([1, 'a', null])" => "['1', 'a', null]"]
    ),
];

/// What a conversion comes to.
enum Converted {
    /// The value; null when a text spells none.
    To(Value),
    /// The number does not fit into an integer.
    TooLarge,
    /// Values of this type cannot be converted.
    Never,
}

fn to_boolean(_: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    strict("toBoolean", "a Boolean, String or Integer", boolean, arguments)
}

fn to_boolean_or_null(_: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    Ok(or_null(boolean, get(arguments, 0)))
}

fn to_boolean_list(_: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    each("toBooleanList", boolean, arguments)
}

fn to_float(_: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    strict("toFloat", "a number or String", float, arguments)
}

fn to_float_or_null(_: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    Ok(or_null(float, get(arguments, 0)))
}

fn to_float_list(_: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    each("toFloatList", float, arguments)
}

fn to_integer(_: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    strict("toInteger", "a number, String or Boolean", integer, arguments)
}

fn to_integer_or_null(_: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    Ok(or_null(integer, get(arguments, 0)))
}

fn to_integer_list(_: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    each("toIntegerList", integer, arguments)
}

fn to_string(_: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    strict("toString", "a String, number, Boolean or temporal value", string, arguments)
}

fn to_string_or_null(_: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    Ok(or_null(string, get(arguments, 0)))
}

fn to_string_list(_: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    each("toStringList", string, arguments)
}

type Conversion = fn(&Value) -> Converted;

fn strict(function: &str, expected: &str, conversion: Conversion, arguments: &[Value]) -> Result<Value> {
    let value = get(arguments, 0);
    match conversion(value) {
        Converted::To(value) => Ok(value),
        Converted::TooLarge => Err(integer_overflow(format!("`{function}({})`", format::to_text(value)))),
        Converted::Never => Err(wrong_type(function, expected, value)),
    }
}

fn or_null(conversion: Conversion, value: &Value) -> Value {
    match conversion(value) {
        Converted::To(value) => value,
        Converted::TooLarge | Converted::Never => Value::Null,
    }
}

fn each(function: &str, conversion: Conversion, arguments: &[Value]) -> Result<Value> {
    let items = list(function, arguments, 0)?;
    Ok(Value::list(items.iter().map(|item| or_null(conversion, item)).collect()))
}

fn boolean(value: &Value) -> Converted {
    match value {
        Value::Null => Converted::To(Value::Null),
        Value::Bool(flag) => Converted::To(Value::Bool(*flag)),
        Value::Int(number) => Converted::To(Value::Bool(*number != 0)),
        Value::String(text) => Converted::To(boolean_word(text.trim()).into()),
        _ => Converted::Never,
    }
}

fn boolean_word(text: &str) -> Option<bool> {
    let is = |word| text.eq_ignore_ascii_case(word);
    if is("true") { Some(true) } else { is("false").then_some(false) }
}

fn float(value: &Value) -> Converted {
    match value {
        Value::Null => Converted::To(Value::Null),
        Value::Int(number) => Converted::To(Value::Float(*number as f64)),
        Value::Float(number) => Converted::To(Value::Float(*number)),
        Value::String(text) => Converted::To(parse_float(text.trim()).map_or(Value::Null, Value::Float)),
        _ => Converted::Never,
    }
}

/// Digits with an optional sign, point and exponent, and the three words that [`format::float`] writes.
fn parse_float(text: &str) -> Option<f64> {
    let spelled = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.' | b'e' | b'E');
    let word = matches!(text, "NaN" | "Infinity" | "-Infinity");
    if word || text.bytes().all(spelled) { text.parse().ok() } else { None }
}

fn integer(value: &Value) -> Converted {
    match value {
        Value::Null => Converted::To(Value::Null),
        Value::Int(number) => Converted::To(Value::Int(*number)),
        Value::Float(number) => truncated(*number),
        Value::Bool(flag) => Converted::To(Value::Int(i64::from(*flag))),
        Value::String(text) => parse_integer(text.trim()),
        _ => Converted::Never,
    }
}

/// NaN is no number, and null as an integer.
fn truncated(number: f64) -> Converted {
    if number.is_nan() {
        return Converted::To(Value::Null);
    }
    compare::exact_int(number.trunc()).map_or(Converted::TooLarge, |int| Converted::To(Value::Int(int)))
}

fn parse_integer(text: &str) -> Converted {
    match text.parse() {
        Ok(number) => Converted::To(Value::Int(number)),
        Err(_) => parse_float(text).map_or(Converted::To(Value::Null), truncated),
    }
}

fn string(value: &Value) -> Converted {
    match value {
        Value::Null => Converted::To(Value::Null),
        Value::String(_) => Converted::To(value.clone()),
        Value::List(_) | Value::Map(_) | Value::Node(_) | Value::Rel(_) | Value::Path(_) => Converted::Never,
        _ => Converted::To(Value::string(format::to_text(value))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{Detail, ErrorType};
    use crate::value::compare::identical;

    fn check(conversion: Conversion, cases: &[(Value, Value)]) {
        for (from, to) in cases {
            let result = or_null(conversion, from);
            assert!(identical(&result, to), "{from:?} became {result:?}");
        }
    }

    #[test]
    fn texts_to_numbers() {
        check(
            integer,
            &[
                ("1.7".into(), Value::Int(1)),
                (" 42 ".into(), Value::Int(42)),
                ("-9223372036854775808".into(), Value::Int(i64::MIN)),
                ("1e3".into(), Value::Int(1000)),
                ("".into(), Value::Null),
                ("0x10".into(), Value::Null),
                ("NaN".into(), Value::Null),
                (82.9.into(), Value::Int(82)),
                (f64::INFINITY.into(), Value::Null),
            ],
        );
        check(
            float,
            &[
                ("5".into(), Value::Float(5.0)),
                ("foo".into(), Value::Null),
                ("".into(), Value::Null),
                ("inf".into(), Value::Null),
                ("Infinity".into(), Value::Float(f64::INFINITY)),
                (".5".into(), Value::Float(0.5)),
            ],
        );
        check(boolean, &[(" TRUE ".into(), true.into()), (" tru ".into(), Value::Null), ("".into(), Value::Null)]);
    }

    #[test]
    fn what_cannot_be_converted_is_an_error() {
        let error = strict("toFloat", "a number or String", float, &[true.into()]).expect_err("an error");
        assert_eq!((error.error_type(), error.detail()), (ErrorType::TypeError, Detail::InvalidArgumentValue));
        let error = strict("toInteger", "", integer, &[1e30.into()]).expect_err("an error");
        assert_eq!(error.detail(), Detail::IntegerOverflow);
        assert_eq!(error.message(), "the result of `toInteger(1e30)` does not fit into a 64-bit integer");
        assert!(strict("toString", "", string, &[Value::list(vec![])]).is_err());
    }
}
