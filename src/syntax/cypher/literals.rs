//! Numbers, strings and names: the grammar takes them whole, their insides are checked here.

use super::span_of;
use crate::error::{Detail, Error, Result};
use crate::span::Span;
use crate::syntax::ast::ExprKind;
use pest::iterators::Pair;
use standpoint_grammar::cypher::Rule;
use std::borrow::Cow;
use std::sync::Arc;

/// A number literal; a minus sign before it belongs to it.
pub(super) fn number(pair: &Pair<'_, Rule>, negative: bool) -> Result<ExprKind> {
    let (written, span) = (pair.as_str(), span_of(pair));
    let text = &without_underscores(written);
    let digits = text.get(2..).unwrap_or_default();
    match text.get(..2).map(str::to_ascii_lowercase).as_deref() {
        Some("0x") => integer(digits, 16, negative).map_err(|fault| fault.error(written, "hexadecimal", span)),
        Some("0o") => integer(digits, 8, negative).map_err(|fault| fault.error(written, "octal", span)),
        _ if text.bytes().all(|byte| byte.is_ascii_digit()) => {
            integer(text, 10, negative).map_err(|fault| fault.error(written, "decimal", span))
        }
        _ => float(text, negative).map_err(|fault| fault.error(written, "decimal", span)),
    }
}

/// The number without underscores that stand between two digits.
fn without_underscores(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let digit = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_hexdigit);
    let between = |at: usize| digit(at.checked_sub(1)) && digit(at.checked_add(1));
    if !text.contains('_') {
        return Cow::Borrowed(text);
    }
    text.char_indices().filter(|(at, c)| *c != '_' || !between(*at)).map(|(_, c)| c).collect()
}

/// A bound of a variable length.
pub(super) fn bound(pair: &Pair<'_, Rule>) -> Result<u64> {
    let text = pair.as_str();
    let parsed = magnitude(text, 10);
    parsed.map_err(|fault| fault.error(text, "decimal", span_of(pair)))
}

/// A string without its quotes and escapes.
pub(super) fn string(pair: &Pair<'_, Rule>) -> Result<ExprKind> {
    let text = pair.as_str();
    let inner = text.get(1..text.len().saturating_sub(1)).unwrap_or_default();
    Ok(ExprKind::String(unescape(inner, pair.as_span().start() + 1)?))
}

/// A name without its backticks.
pub(in crate::syntax) fn name_text(text: &str) -> Arc<str> {
    match text.strip_prefix('`').and_then(|rest| rest.strip_suffix('`')) {
        Some(inner) => inner.replace("``", "`").into(),
        None => text.into(),
    }
}

/// A dotted name, each part without its backticks.
pub(super) fn dotted_text(text: &str, span: Span) -> Result<Arc<str>> {
    if !text.contains('`') {
        return Ok(text.into());
    }
    let parts: Vec<_> = dotted_parts(text).into_iter().map(name_text).collect();
    if parts.iter().any(|part| part.is_empty()) {
        return Err(empty_name(span));
    }
    Ok(parts.join(".").into())
}

/// The error for a name without any character.
pub(super) fn empty_name(span: Span) -> Error {
    Error::syntax(Detail::UnexpectedSyntax, "a name cannot be empty").at(span)
}

/// What is wrong with a number.
#[derive(Debug, PartialEq, Eq)]
enum Fault {
    Malformed,
    IntegerTooLarge,
    FloatTooLarge,
}

impl Fault {
    fn error(self, text: &str, system: &str, span: Span) -> Error {
        let (detail, message) = match self {
            Fault::Malformed => (Detail::InvalidNumberLiteral, format!("`{text}` is not a {system} number")),
            Fault::IntegerTooLarge => (
                Detail::IntegerOverflow,
                format!("`{text}` does not fit into an integer, which goes from {} to {}", i64::MIN, i64::MAX),
            ),
            Fault::FloatTooLarge => (Detail::FloatingPointOverflow, format!("`{text}` is too large for a float")),
        };
        Error::syntax(detail, message).at(span)
    }
}

fn integer(digits: &str, radix: u32, negative: bool) -> std::result::Result<ExprKind, Fault> {
    let magnitude = magnitude(digits, radix)?;
    let value = if negative { 0_i64.checked_sub_unsigned(magnitude) } else { i64::try_from(magnitude).ok() };
    value.map(ExprKind::Int).ok_or(Fault::IntegerTooLarge)
}

fn magnitude(digits: &str, radix: u32) -> std::result::Result<u64, Fault> {
    if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(radix)) {
        return Err(Fault::Malformed);
    }
    u64::from_str_radix(digits, radix).map_err(|_| Fault::IntegerTooLarge)
}

fn float(text: &str, negative: bool) -> std::result::Result<ExprKind, Fault> {
    let value: f64 = text.parse().map_err(|_| Fault::Malformed)?;
    if value.is_infinite() {
        return Err(Fault::FloatTooLarge);
    }
    Ok(ExprKind::Float(if negative { -value } else { value }))
}

/// Resolves the escapes of a string that stands at `offset`.
fn unescape(text: &str, offset: usize) -> Result<Arc<str>> {
    if !text.contains('\\') {
        return Ok(text.into());
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let start = offset + text.len() - rest.len() + at;
        let (c, length) = escape(&rest[at..], start)?;
        out.push(c);
        rest = &rest[at + length..];
    }
    out.push_str(rest);
    Ok(out.into())
}

/// The character an escape at the start of `text` stands for, and its length.
fn escape(text: &str, start: usize) -> Result<(char, usize)> {
    let Some(letter) = text.chars().nth(1) else {
        return Err(unknown_escape("\\", start));
    };
    Ok(match letter {
        '\\' | '\'' | '"' | '`' => (letter, 2),
        'n' => ('\n', 2),
        't' => ('\t', 2),
        'r' => ('\r', 2),
        'b' => ('\u{8}', 2),
        'f' => ('\u{C}', 2),
        'u' => code_point(text, 4, start)?,
        'U' => code_point(text, 8, start)?,
        other => return Err(unknown_escape(&text[..1 + other.len_utf8()], start)),
    })
}

/// `\uXXXX` or `\UXXXXXXXX`; two of the former may be a surrogate pair.
fn code_point(text: &str, digits: usize, start: usize) -> Result<(char, usize)> {
    let length = 2 + digits;
    let Some(code) = hex(text, digits) else {
        let shown: String = text.chars().take(length).take_while(|c| *c != '\'' && *c != '"').collect();
        let message = format!("`{shown}` is no character: `\\{}` takes {digits} hexadecimal digits", &text[1..2]);
        return Err(Error::syntax(Detail::InvalidUnicodeLiteral, message).at(Span::new(start, start + shown.len())));
    };
    if let Some(c) = char::from_u32(code) {
        return Ok((c, length));
    }
    let low = text.get(length..).filter(|rest| rest.starts_with("\\u")).and_then(|rest| hex(rest, 4));
    match low.and_then(|low| surrogates(code, low)) {
        Some(c) => Ok((c, 2 * length)),
        None => {
            let message = format!("`{}` is no Unicode character", &text[..length]);
            Err(Error::syntax(Detail::InvalidUnicodeLiteral, message).at(Span::new(start, start + length)))
        }
    }
}

/// The number of the hexadecimal digits after the two characters of an escape.
fn hex(text: &str, digits: usize) -> Option<u32> {
    let digits = text.get(2..2 + digits)?;
    if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    u32::from_str_radix(digits, 16).ok()
}

fn surrogates(high: u32, low: u32) -> Option<char> {
    if !(0xD800..0xDC00).contains(&high) || !(0xDC00..0xE000).contains(&low) {
        return None;
    }
    char::from_u32(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))
}

fn unknown_escape(shown: &str, start: usize) -> Error {
    Error::syntax(Detail::UnexpectedSyntax, format!("`{shown}` is not an escape that strings know"))
        .at(Span::new(start, start + shown.len()))
        .hint("write `\\\\` for a backslash")
}

/// The parts of a dotted name; dots in backticks do not separate.
fn dotted_parts(text: &str) -> Vec<&str> {
    let (mut parts, mut start, mut quoted) = (Vec::new(), 0, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'`' => quoted = !quoted,
            b'.' if !quoted => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}
