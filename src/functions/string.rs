//! Functions of texts. Characters are Unicode code points.

use super::arguments::{count, get, text, unknown_word, wrong_type};
use super::{Body, CallContext, Function};
use crate::error::Result;
use crate::value::arithmetic::check_text_size;
use crate::value::{NormalForm, Value};

/// The table.
pub(crate) static FUNCTIONS: &[Function] = &[
    function!(
        Scalar, "char_length", [input: STRING], [], INT, Body::Strict(char_length),
        "The number of characters of a text",
        ["char_length('abc')" => "3"]
    ),
    function!(
        Scalar, "character_length", [input: STRING], [], INT, Body::Strict(char_length),
        "The number of characters of a text",
        ["character_length('abc')" => "3"]
    ),
    function!(
        String, "left", [original: STRING, length: INT], [], STRING, Body::Strict(left),
        "The first characters of a text",
        ["left('hello', 3)" => "'hel'", "left('a', 5)" => "'a'"]
    ),
    function!(
        String, "right", [original: STRING, length: INT], [], STRING, Body::Strict(right),
        "The last characters of a text",
        ["right('hello', 3)" => "'llo'"]
    ),
    function!(
        String, "substring", [original: STRING, start: INT], [length: INT], STRING, Body::Strict(substring),
        "The characters of a text from a place counted from 0, all or as many as the length says",
        ["substring('hello', 1, 3)" => "'ell'", "substring('0123456789', 1)" => "'123456789'"]
    ),
    function!(
        String, "trim", [input: STRING], [characters: STRING], STRING, Body::Strict(trim),
        "A text without white space, or without the given characters, at both ends",
        ["trim('  a ')" => "'a'"]
    ),
    function!(
        String, "btrim", [input: STRING], [characters: STRING], STRING, Body::Strict(trim),
        "A text without white space, or without the given characters, at both ends",
        ["btrim('xxaxx', 'x')" => "'a'"]
    ),
    function!(
        String, "ltrim", [input: STRING], [characters: STRING], STRING, Body::Strict(ltrim),
        "A text without white space, or without the given characters, at its start",
        ["ltrim('  a ')" => "'a '"]
    ),
    function!(
        String, "rtrim", [input: STRING], [characters: STRING], STRING, Body::Strict(rtrim),
        "A text without white space, or without the given characters, at its end",
        ["rtrim('  a ')" => "'  a'"]
    ),
    function!(
        String, "toUpper", [input: STRING], [], STRING, Body::Strict(upper),
        "A text in upper case",
        ["toUpper('hello')" => "'HELLO'"]
    ),
    function!(
        String, "upper", [input: STRING], [], STRING, Body::Strict(upper),
        "A text in upper case",
        ["upper('hello')" => "'HELLO'"]
    ),
    function!(
        String, "toLower", [input: STRING], [], STRING, Body::Strict(lower),
        "A text in lower case",
        ["toLower('HELLO')" => "'hello'"]
    ),
    function!(
        String, "lower", [input: STRING], [], STRING, Body::Strict(lower),
        "A text in lower case",
        ["lower('HELLO')" => "'hello'"]
    ),
    function!(
        String, "replace", [original: STRING, search: STRING, replacement: STRING], [limit: INT], STRING, Body::Strict(replace),
        "A text with each occurrence of one text replaced by another, or with as many as the limit says",
        ["replace('hello', 'l', 'w')" => "'hewwo'", "replace('hello', 'l', 'w', 1)" => "'hewlo'"]
    ),
    function!(
        String, "split", [original: STRING, delimiter: STRING | LIST], [], LIST, Body::Strict(split),
        "The parts of a text between delimiters; an empty delimiter gives each character",
        ["split('one,two', ',')" => "['one', 'two']", "split('a-b_c', ['-', '_'])" => "['a', 'b', 'c']"]
    ),
    function!(
        String, "normalize", [input: STRING], [form: STRING], STRING, Body::Strict(normalize),
        "A text in a Unicode normal form: NFC, NFD, NFKC or NFKD; NFC when none is named",
        ["size(normalize('e\\u0301'))" => "1"]
    ),
];

fn char_length(_: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    Ok(Value::Int(text("char_length", arguments, 0)?.chars().count() as i64))
}

fn left(_: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    let original = text("left", arguments, 0)?;
    let length = count("left", "length", arguments, 1)?;
    Ok(Value::string(&original[..offset(original, length)]))
}

fn right(_: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    let original = text("right", arguments, 0)?;
    let length = count("right", "length", arguments, 1)?;
    let cut = original.chars().count().saturating_sub(length);
    Ok(Value::string(&original[offset(original, cut)..]))
}

fn substring(_: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    let original = text("substring", arguments, 0)?;
    let start = count("substring", "start", arguments, 1)?;
    let rest = &original[offset(original, start)..];
    if arguments.len() < 3 {
        return Ok(Value::string(rest));
    }
    let length = count("substring", "length", arguments, 2)?;
    Ok(Value::string(&rest[..offset(rest, length)]))
}

/// The byte offset of a character, or of the end when there are fewer.
fn offset(text: &str, index: usize) -> usize {
    text.char_indices().nth(index).map_or(text.len(), |(offset, _)| offset)
}

fn trim(_: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    let (input, stripped) = (text("trim", arguments, 0)?, stripped("trim", arguments)?);
    Ok(Value::string(input.trim_matches(|letter| stripped.contains(letter))))
}

fn ltrim(_: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    let (input, stripped) = (text("ltrim", arguments, 0)?, stripped("ltrim", arguments)?);
    Ok(Value::string(input.trim_start_matches(|letter| stripped.contains(letter))))
}

fn rtrim(_: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    let (input, stripped) = (text("rtrim", arguments, 0)?, stripped("rtrim", arguments)?);
    Ok(Value::string(input.trim_end_matches(|letter| stripped.contains(letter))))
}

/// What a trimming function takes away.
enum Stripped<'a> {
    WhiteSpace,
    Characters(&'a str),
}

impl Stripped<'_> {
    fn contains(&self, letter: char) -> bool {
        match self {
            Stripped::WhiteSpace => letter.is_whitespace(),
            Stripped::Characters(characters) => characters.contains(letter),
        }
    }
}

fn stripped<'a>(function: &str, arguments: &'a [Value]) -> Result<Stripped<'a>> {
    if arguments.len() < 2 {
        return Ok(Stripped::WhiteSpace);
    }
    text(function, arguments, 1).map(|characters| Stripped::Characters(characters))
}

fn upper(_: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    Ok(Value::string(text("toUpper", arguments, 0)?.to_uppercase()))
}

fn lower(_: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    Ok(Value::string(text("toLower", arguments, 0)?.to_lowercase()))
}

fn replace(context: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    let original = text("replace", arguments, 0)?;
    let search = text("replace", arguments, 1)?;
    let replacement = text("replace", arguments, 2)?;
    let limit = if arguments.len() < 4 { usize::MAX } else { count("replace", "limit", arguments, 3)? };
    let matches = original.matches(search.as_ref()).take(limit).count();
    let added = matches.saturating_mul(replacement.len());
    check_text_size((original.len() - matches * search.len()).saturating_add(added), context.max_value_bytes)?;
    Ok(Value::string(original.replacen(search.as_ref(), replacement, limit)))
}

fn split(context: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    let original = text("split", arguments, 0)?;
    let mut parts = Vec::new();
    let mut bytes = 0;
    let mut add = |part: &str| {
        bytes += PART_BYTES + part.len();
        check_text_size(bytes, context.max_value_bytes)?;
        if parts.len().is_multiple_of(1 << 14) {
            context.watch.check()?;
        }
        parts.push(Value::string(part));
        Ok(())
    };
    match get(arguments, 1) {
        Value::String(delimiter) => split_at(original, &[delimiter], &mut add)?,
        Value::List(items) => {
            let delimiters: Option<Vec<&str>> = items.iter().map(Value::as_str).collect();
            let Some(delimiters) = delimiters else {
                return Err(wrong_type("split", "a String or a List of Strings", get(arguments, 1)));
            };
            split_at(original, &delimiters, &mut add)?;
        }
        other => return Err(wrong_type("split", "a String or a List of Strings", other)),
    };
    Ok(Value::list(parts))
}

/// About how many bytes a part of a text takes besides its letters.
const PART_BYTES: usize = size_of::<Value>() + 16;

/// Splits at each occurrence of a delimiter; of several at one place the longest counts.
fn split_at<'a>(text: &'a str, delimiters: &[&str], add: &mut dyn FnMut(&'a str) -> Result<()>) -> Result<()> {
    if delimiters.iter().any(|delimiter| delimiter.is_empty()) {
        return characters(text, delimiters).try_for_each(add);
    }
    let (mut start, mut at) = (0, 0);
    while let Some(letter) = text[at..].chars().next() {
        match delimiter_at(&text[at..], delimiters) {
            Some(length) => {
                add(&text[start..at])?;
                at += length;
                start = at;
            }
            None => at += letter.len_utf8(),
        }
    }
    add(&text[start..])
}

fn delimiter_at(text: &str, delimiters: &[&str]) -> Option<usize> {
    delimiters.iter().filter(|delimiter| text.starts_with(**delimiter)).map(|delimiter| delimiter.len()).max()
}

/// Each character on its own, without those that are delimiters themselves.
fn characters<'a>(text: &'a str, delimiters: &[&str]) -> impl Iterator<Item = &'a str> {
    let parts = text.char_indices().map(|(at, letter)| &text[at..at + letter.len_utf8()]);
    parts.filter(|part| !delimiters.contains(part))
}

fn normalize(context: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    let input = text("normalize", arguments, 0)?;
    let name = if arguments.len() < 2 { "NFC" } else { text("normalize", arguments, 1)? };
    let unknown = || unknown_word("normalize", "form", name, &NormalForm::NAMES);
    let normal = NormalForm::named(name).ok_or_else(unknown)?.of(input);
    check_text_size(normal.len(), context.max_value_bytes)?;
    Ok(Value::string(normal))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split_at<'a>(text: &'a str, delimiters: &[&str]) -> Vec<&'a str> {
        let mut parts = Vec::new();
        let mut add = |part| {
            parts.push(part);
            Ok(())
        };
        super::split_at(text, delimiters, &mut add).unwrap();
        parts
    }

    #[test]
    fn splitting() {
        assert_eq!(split_at("one1two", &["1"]), ["one", "two"]);
        assert_eq!(split_at("", &[","]), [""]);
        assert_eq!(split_at(",a,", &[","]), ["", "a", ""]);
        assert_eq!(split_at("a--b-c", &["-", "--"]), ["a", "b", "c"]);
        assert_eq!(split_at("äb", &[""]), ["ä", "b"]);
        assert_eq!(split_at("ab", &[]), ["ab"]);
    }

    #[test]
    fn offsets_count_characters() {
        assert_eq!(offset("äöü", 1), 2);
        assert_eq!(offset("äöü", 9), 6);
    }
}
