//! JSON as values: parameters of statements, plain or typed, mixed freely.
//!
//! An object with exactly the keys `$type` and `_value` is a typed value; every other object is a map. A number without
//! fraction and exponent is an integer, any other a float. Numbers are read from their text, so that one that does not
//! fit is an error and never another number.

use crate::error::{Detail, Error, ErrorType, Phase, Result};
use crate::text::nearest;
use crate::value::temporal::parse;
use crate::value::{Map, Value};
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

/// The most objects and arrays inside each other.
const DEPTH: usize = 128;

/// A JSON value as it is written.
pub(super) type Written<'a> = &'a RawValue;

/// An object's keys and values in their order.
pub(super) struct Entries<'a>(pub(super) Vec<(Cow<'a, str>, Written<'a>)>);

/// What a type's name stands for.
enum Read {
    /// A value that is read from its `_value`, which stands so deep.
    As(fn(Written<'_>, usize) -> Result<Value>),
    /// No value that a statement could be given, and why.
    Never(&'static str),
}

/// Every type of typed JSON.
const TYPES: &[(&str, Read)] = &[
    ("Null", Read::As(|json, _| plain_of(json, "null", |value| value.is_null()))),
    ("Boolean", Read::As(|json, _| plain_of(json, "true or false", |value| matches!(value, Value::Bool(_))))),
    ("Integer", Read::As(|json, _| integer(number_text(json)?.as_ref()))),
    ("Float", Read::As(|json, _| float(number_text(json)?.as_ref()))),
    ("String", Read::As(|json, _| plain_of(json, "a string", |value| matches!(value, Value::String(_))))),
    ("List", Read::As(list_only)),
    ("Map", Read::As(map_only)),
    ("Date", Read::As(|json, _| Ok(parse::date(&string(json)?)?.into()))),
    ("LocalTime", Read::As(|json, _| Ok(parse::local_time(&string(json)?)?.into()))),
    ("Time", Read::As(|json, _| Ok(parse::time(&string(json)?)?.into()))),
    ("LocalDateTime", Read::As(|json, _| Ok(parse::local_date_time(&string(json)?)?.into()))),
    ("OffsetDateTime", Read::As(|json, _| Ok(parse::date_time(&string(json)?)?.into()))),
    ("ZonedDateTime", Read::As(|json, _| Ok(parse::date_time(&string(json)?)?.into()))),
    ("Duration", Read::As(|json, _| Ok(parse::duration(&string(json)?)?.into()))),
    ("Base64", Read::Never("there are no byte arrays")),
    ("Point", Read::Never("there are no points")),
    ("Vector", Read::Never("there are no vectors")),
    ("Node", Read::Never("pass its element id, and find it with `elementId(n) = $id`")),
    ("Relationship", Read::Never("pass its element id, and find it with `elementId(r) = $id`")),
    ("Path", Read::Never("pass the element ids of its nodes")),
    ("Unsupported", Read::Never("it has no value")),
];

/// The parameters of a statement: a JSON object whose values are typed or plain.
///
/// ```
/// let parameters = standpoint::io::decode::parameters(
///     r#"{"names": ["Kyiv", "Oslo"], "since": {"$type": "Date", "_value": "2025-11-21"}}"#,
/// )?;
/// assert_eq!(parameters["since"].type_name(), "Date");
/// # Ok::<(), standpoint::Error>(())
/// ```
///
/// # Errors
/// `InvalidRequest` when the text is not JSON, is no object, or a value of it cannot be read; the message names the
/// parameter.
pub fn parameters(text: &str) -> Result<Map> {
    named(text)
}

/// One value from JSON, typed or plain.
///
/// # Errors
/// As [`parameters`].
pub fn value(text: &str) -> Result<Value> {
    any(written(text)?, 0)
}

/// The members of a JSON object in their order, each with its value, typed or plain.
pub(super) fn members(text: &str) -> Result<Vec<(Arc<str>, Value)>> {
    let members = entries(text)?.0.into_iter();
    members.map(|(name, json)| Ok((Arc::from(name), any(json, 1)?))).collect()
}

/// A text as one JSON value.
fn written(text: &str) -> Result<Written<'_>> {
    serde_json::from_str(text).map_err(|error| not_json(&error))
}

/// An object whose values are parameters.
pub(super) fn named_values(json: Written<'_>) -> Result<Map> {
    named(json.get())
}

fn named(json: &str) -> Result<Map> {
    let mut map = Map::new();
    for (name, value) in entries(json)?.0 {
        let value = any(value, 1).map_err(|error| of_parameter(&name, &error))?;
        map.insert(Arc::from(name), value);
    }
    Ok(map)
}

/// The entries of an object; no key may stand twice.
pub(super) fn entries(json: &str) -> Result<Entries<'_>> {
    let entries: Entries<'_> = serde_json::from_str(json).map_err(|error| match written(json) {
        Ok(json) if error.is_data() => invalid(format!("{} is no object", shown(json))),
        Ok(_) => not_json(&error),
        Err(error) => error,
    })?;
    match twice(&entries.0) {
        Some(key) => Err(invalid(format!("the key `{key}` stands twice in an object"))),
        None => Ok(entries),
    }
}

/// A key that stands twice.
fn twice<'e>(entries: &'e [(Cow<'_, str>, Written<'_>)]) -> Option<&'e str> {
    const FEW: usize = 8;
    if entries.len() <= FEW {
        let before = |at: usize| entries[..at].iter().any(|(key, _)| *key == entries[at].0);
        return (1..entries.len()).find(|at| before(*at)).map(|at| &*entries[at].0);
    }
    let mut keys: Vec<&str> = entries.iter().map(|(key, _)| &**key).collect();
    keys.sort_unstable();
    keys.windows(2).find(|pair| pair[0] == pair[1]).map(|pair| pair[0])
}

/// The items of an array.
pub(super) fn items(json: Written<'_>) -> Result<Vec<Written<'_>>> {
    serde_json::from_str(json.get()).map_err(|_| invalid(format!("{} is no array", shown(json))))
}

/// A string.
pub(super) fn string(json: Written<'_>) -> Result<Cow<'_, str>> {
    let text: Text<'_> = serde_json::from_str(json.get()).map_err(|error| match error.is_data() {
        true => invalid(format!("{} is no string", shown(json))),
        false => not_json(&error),
    })?;
    Ok(text.0)
}

/// An integer without fraction and exponent.
pub(super) fn whole_number(json: Written<'_>) -> Result<i64> {
    match number(json.get()) {
        Ok(Value::Int(number)) => Ok(number),
        _ => Err(invalid(format!("{} is no integer of 64 bits", shown(json)))),
    }
}

/// True or false.
pub(super) fn flag(json: Written<'_>) -> Result<bool> {
    match json.get() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(invalid(format!("{} is neither true nor false", shown(json)))),
    }
}

/// A value of a parameter or a table that stands inside so many objects and arrays.
pub(super) fn any(json: Written<'_>, depth: usize) -> Result<Value> {
    match json.get().as_bytes().first() {
        Some(b'"') => Ok(Value::String(Arc::from(string(json)?))),
        Some(b'[') => list(json, depth),
        Some(b'{') => object(json, depth),
        Some(b'n') => Ok(Value::Null),
        Some(b't') => Ok(Value::Bool(true)),
        Some(b'f') => Ok(Value::Bool(false)),
        _ => number(json.get()),
    }
}

fn list(json: Written<'_>, depth: usize) -> Result<Value> {
    let depth = deeper(depth)?;
    let items: Result<Vec<Value>> = items(json)?.into_iter().map(|item| any(item, depth)).collect();
    Ok(Value::list(items?))
}

fn object(json: Written<'_>, depth: usize) -> Result<Value> {
    let depth = deeper(depth)?;
    let entries = entries(json.get())?;
    match entries.0.as_slice() {
        [(first, tag), (second, value)] if first == "$type" && second == "_value" => typed(tag, value, depth),
        [(first, value), (second, tag)] if first == "_value" && second == "$type" => typed(tag, value, depth),
        _ => map(entries, depth),
    }
}

fn map(entries: Entries<'_>, depth: usize) -> Result<Value> {
    let mut map = Map::new();
    for (key, value) in entries.0 {
        map.insert(Arc::from(key), any(value, depth)?);
    }
    Ok(Value::map(map))
}

fn typed(tag: Written<'_>, value: Written<'_>, depth: usize) -> Result<Value> {
    let tag = string(tag)?;
    let wrong = |why: &str| invalid(format!("{} cannot be read as {tag}: {why}", shown(value)));
    match TYPES.iter().find(|(name, _)| *name == tag) {
        Some((_, Read::As(read))) => read(value, depth).map_err(|error| match error.detail() {
            Detail::NestingTooDeep => error,
            _ => error.hints().iter().fold(wrong(error.message()), |wrong, hint| wrong.hint(hint)),
        }),
        Some((_, Read::Never(why))) => Err(invalid(format!("a {tag} cannot be a parameter")).hint(*why)),
        None => Err(unknown_type(&tag)),
    }
}

fn unknown_type(tag: &str) -> Error {
    let error = invalid(format!("there is no type `{tag}`"));
    match nearest(tag, TYPES.iter().map(|(name, _)| *name)) {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None => {
            error.hint(format!("the types are {}", TYPES.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")))
        }
    }
}

/// A plain value of which a type wants only some.
fn plain_of(json: Written<'_>, wanted: &str, fits: fn(&Value) -> bool) -> Result<Value> {
    let value = match json.get().as_bytes().first() {
        Some(b'[' | b'{') => None,
        _ => Some(any(json, 0)?),
    };
    value.filter(fits).ok_or_else(|| invalid(format!("{wanted} is expected")))
}

fn list_only(json: Written<'_>, depth: usize) -> Result<Value> {
    if json.get().starts_with('[') { list(json, depth) } else { Err(invalid("an array is expected")) }
}

/// The object is a map even when its keys are those of a typed value.
fn map_only(json: Written<'_>, depth: usize) -> Result<Value> {
    if json.get().starts_with('{') {
        map(entries(json.get())?, deeper(depth)?)
    } else {
        Err(invalid("an object is expected"))
    }
}

fn deeper(depth: usize) -> Result<usize> {
    if depth < DEPTH {
        return Ok(depth + 1);
    }
    let message = format!("objects and arrays are nested more than {DEPTH} levels deep");
    Err(Error::new(ErrorType::ArgumentError, Phase::Compile, Detail::NestingTooDeep, message))
}

/// The text of a number, which may stand in quotes.
fn number_text(json: Written<'_>) -> Result<Cow<'_, str>> {
    match json.get().as_bytes().first() {
        Some(b'"') => string(json),
        Some(b'-' | b'0'..=b'9') => Ok(Cow::Borrowed(json.get())),
        _ => Err(invalid("a number as text is expected")),
    }
}

/// A JSON number: an integer unless it has a fraction or an exponent.
fn number(text: &str) -> Result<Value> {
    if text.contains(['.', 'e', 'E']) { float(text) } else { integer(text) }
}

fn integer(text: &str) -> Result<Value> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(invalid(format!("{} is no integer", cut(text))));
    }
    let number = text.parse().map_err(|_| invalid(format!("{} does not fit an integer of 64 bits", cut(text))))?;
    Ok(Value::Int(number))
}

fn float(text: &str) -> Result<Value> {
    let named = match text {
        "NaN" => Some(f64::NAN),
        "Infinity" => Some(f64::INFINITY),
        "-Infinity" => Some(f64::NEG_INFINITY),
        _ => None,
    };
    if let Some(number) = named {
        return Ok(Value::Float(number));
    }
    let digits = |c: char| c.is_ascii_digit() || "+-.eE".contains(c);
    let number = Some(text).filter(|text| text.chars().all(digits)).and_then(|text| text.parse::<f64>().ok());
    let number = number.ok_or_else(|| invalid(format!("{} is no number", cut(text))))?;
    if number.is_finite() {
        return Ok(Value::Float(number));
    }
    Err(invalid(format!("{} is beyond the range of a float", cut(text))))
}

/// The error of a request that cannot be understood.
pub(super) fn invalid(message: impl Into<String>) -> Error {
    Error::new(ErrorType::ArgumentError, Phase::Compile, Detail::InvalidRequest, message)
}

/// The error of a text that is not JSON, with the place.
pub(super) fn not_json(error: &serde_json::Error) -> Error {
    let text = error.to_string();
    let what = text.split(" at line ").next().unwrap_or_default();
    invalid(format!("this is not valid JSON: {what} at byte {}", error.column()))
}

fn of_parameter(name: &str, error: &Error) -> Error {
    let named = Error::new(
        error.error_type(),
        error.phase(),
        error.detail(),
        format!("parameter `{}`: {}", cut(name), error.message()),
    );
    error.hints().iter().fold(named, |named, hint| named.hint(hint))
}

/// The start of a JSON value, for messages.
fn shown(json: Written<'_>) -> String {
    format!("`{}`", cut(json.get()))
}

fn cut(text: &str) -> String {
    const LONGEST: usize = 40;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// A string that is borrowed where it holds no escapes.
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de> Deserialize<'de> for Entries<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EntriesVisitor)
    }
}

struct EntriesVisitor;

impl<'de> Visitor<'de> for EntriesVisitor {
    type Value = Entries<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries<'de>, A::Error> {
        let mut entries = Vec::new();
        while let Some((Text(key), value)) = map.next_entry::<Text<'de>, Written<'de>>()? {
            entries.push((key, value));
        }
        Ok(Entries(entries))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::encode::{Encoding, value as encode};
    use crate::session::Graph;

    fn typed_text(value: &Value) -> String {
        let mut out = Vec::new();
        encode(&mut out, &Graph::in_memory().snapshot(), value, Encoding::Typed);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn every_typed_value_reads_back_as_it_was_written() {
        let values = [
            "null",
            "true",
            "-9223372036854775808",
            "9223372036854775807",
            "1.0",
            "-0.0",
            "1e308",
            "5e-324",
            "0.0/0.0",
            "1.0/0.0",
            "-1.0/0.0",
            "''",
            "'\\u0000\\n\"\\\\ Київ 🕊'",
            "[]",
            "[1, [2.5, null]]",
            "{}",
            "{`$type`: 'Integer', _value: '1'}",
            "{a: {`$type`: 1}}",
            "date('-999999999-01-01')",
            "localtime('10:00')",
            "time('21:40:32.142+01:00')",
            "localdatetime('2015-07-21T21:40:32.000000001')",
            "datetime('2015-07-21T21:40Z')",
            "datetime('1984-10-11T12:31:14.645876123[Europe/Stockholm]')",
            "duration('P1Y2M-3DT4H5.000000006S')",
            "duration('PT0S')",
        ];
        for written in values {
            let mut answer = Graph::in_memory().run(&format!("RETURN {written}")).unwrap();
            let text = typed_text(&answer.next_row().unwrap().unwrap().values()[0]);
            assert_eq!(typed_text(&value(&text).unwrap()), text, "{written}");
        }
    }

    #[test]
    fn plain_values_have_the_nearest_type() {
        let cases = [
            ("1", "Integer"),
            ("-0", "Integer"),
            ("1.0", "Float"),
            ("-0.0", "Float"),
            ("1e2", "Float"),
            ("\"a\"", "String"),
            ("null", "Null"),
            ("[1]", "List"),
            ("{\"$type\": \"Integer\"}", "Map"),
            ("{\"$type\": \"Integer\", \"_value\": \"1\", \"x\": 1}", "Map"),
            ("{\"_value\": \"1\", \"$type\": \"Integer\"}", "Integer"),
            ("{\"$type\": \"Map\", \"_value\": {\"$type\": \"Integer\", \"_value\": \"1\"}}", "Map"),
        ];
        for (text, expected) in cases {
            assert_eq!(value(text).unwrap().type_name(), expected, "{text}");
        }
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        let deep = "[".repeat(200) + &"]".repeat(200);
        let cases = [
            ("9223372036854775808", "does not fit an integer of 64 bits"),
            ("-100000000000000000000", "does not fit"),
            ("1e999", "beyond the range"),
            ("{\"$type\": \"Integer\", \"_value\": \"12x\"}", "`\"12x\"` cannot be read as Integer"),
            ("{\"$type\": \"Integer\", \"_value\": \"1.5\"}", "no integer"),
            ("{\"$type\": \"Float\", \"_value\": \"inf\"}", "no number"),
            ("{\"$type\": \"Boolean\", \"_value\": \"true\"}", "true or false is expected"),
            ("{\"$type\": \"String\", \"_value\": 1}", "a string is expected"),
            ("{\"$type\": \"List\", \"_value\": {}}", "an array is expected"),
            ("{\"$type\": \"Date\", \"_value\": \"2020-13-01\"}", "is not a date"),
            ("{\"$type\": \"Integr\", \"_value\": \"1\"}", "there is no type `Integr`"),
            ("{\"$type\": 1, \"_value\": \"1\"}", "is no string"),
            ("{\"$type\": \"Base64\", \"_value\": \"AAAA\"}", "a Base64 cannot be a parameter"),
            ("{\"a\": 1, \"a\": 2}", "stands twice"),
            ("\"\\ud800\"", "not valid JSON"),
            ("[1,]", "not valid JSON"),
            (&deep, "nested more than 128 levels deep"),
        ];
        for (text, expected) in cases {
            let error = value(text).unwrap_err();
            assert!(error.message().contains(expected), "{text}: {error}");
        }
        assert_eq!(
            value("{\"$type\": \"Integr\", \"_value\": \"1\"}").unwrap_err().hints(),
            ["did you mean `Integer`?"]
        );
        let error = parameters("{\"since\": {\"$type\": \"Date\", \"_value\": \"x\"}}").unwrap_err();
        assert!(error.message().starts_with("parameter `since`: "), "{error}");
        assert!(parameters("[]").is_err() && parameters("{").is_err() && parameters("").is_err());
    }
}
