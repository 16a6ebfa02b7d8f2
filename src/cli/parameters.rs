//! Values of parameters as people write them: on the command line, in files and when asked for one.

use super::app::read_text;
use crate::error::{Detail, Error, Result};
use crate::io::decode;
use crate::session::Graph;
use crate::text::beginning;
use crate::value::{Map, Value};
use std::path::Path;
use std::sync::Arc;

/// The parameters of `--params FILE`, then those of `-p name=value`, which win.
///
/// # Errors
/// When the file cannot be read, or a text is not of that form.
pub(super) fn given(file: Option<&Path>, written: &[String]) -> Result<Map> {
    let mut parameters = match file {
        Some(path) => of_file(path)?,
        None => Map::new(),
    };
    for parameter in written {
        let Some((name, text)) = parameter.split_once('=') else {
            let message = format!("`-p {parameter}` is not of the form `-p name=value`");
            return Err(Error::syntax(Detail::InvalidUse, message));
        };
        let value = value(text).map_err(|error| within(&error, &format!("`-p {parameter}`")))?;
        parameters.insert(Arc::from(name.trim_start_matches('$')), value);
    }
    Ok(parameters)
}

/// The parameters of `name=value name=value`. A value goes on until the next name: quotes and brackets hold together
/// what is in them, and a text needs neither.
///
/// # Errors
/// When the text is not of that form.
pub(super) fn assigned(text: &str) -> Result<Map> {
    let mut parameters = Map::new();
    let begins = beginnings(text);
    let ends = begins.iter().skip(1).copied().chain([text.len()]);
    for assignment in begins.iter().zip(ends).map(|(begin, end)| text[*begin..end].trim()) {
        let Some((name, written)) = assignment.split_once('=').filter(|(name, _)| is_name(name)) else {
            let message = format!("`{}` is not of the form `name=value`", beginning(assignment));
            return Err(Error::syntax(Detail::InvalidUse, message));
        };
        let value = value(written.trim()).map_err(|error| within(&error, &format!("`{}`", beginning(assignment))))?;
        parameters.insert(Arc::from(name.trim_start_matches('$')), value);
    }
    Ok(parameters)
}

/// Where an assignment begins: at the first word, and at each that has a name and `=` outside of quotes and brackets.
fn beginnings(text: &str) -> Vec<usize> {
    let mut begins: Vec<usize> = text.find(|c: char| !c.is_whitespace()).into_iter().collect();
    let (mut quote, mut depth, mut escaped) = (None, 0usize, false);
    for (at, c) in text.char_indices() {
        let named = || text[at..].trim_start().split_once('=').is_some_and(|(name, _)| is_name(name));
        match (quote, c) {
            (Some(_), _) if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(open), close) if open == close => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') if text[..at].ends_with(['=', '[', '{', '(', ',', ':', ' ']) => quote = Some(c),
            (None, '[' | '{' | '(') => depth += 1,
            (None, ']' | '}' | ')') => depth = depth.saturating_sub(1),
            (None, c) if c.is_whitespace() && depth == 0 && named() => begins.push(at),
            (None, _) => {}
        }
    }
    begins.sort_unstable();
    begins.dedup_by(|after, before| text[*before..*after].trim().is_empty());
    begins
}

fn is_name(text: &str) -> bool {
    let name = text.strip_prefix('$').unwrap_or(text);
    !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_')
}

fn of_file(path: &Path) -> Result<Map> {
    let text = read_text(path)?;
    decode::parameters(&text).map_err(|error| within(&error, &format!("`{}`", path.display())))
}

/// The value of a text: an openCypher expression, or the text itself when it is none.
///
/// # Errors
/// When it has the form of an expression and cannot be computed, such as a number that is too large.
pub fn value(text: &str) -> Result<Value> {
    let graph = Graph::in_memory();
    let literal = graph.run(&format!("RETURN {text} AS value")).and_then(|mut answer| answer.next_row());
    match literal {
        Ok(Some(row)) => row.get("value").cloned(),
        Err(error) if !is_no_expression(&error) => Err(error),
        _ => Ok(Value::string(text)),
    }
}

fn is_no_expression(error: &Error) -> bool {
    let details =
        [Detail::UnexpectedSyntax, Detail::UnexpectedInput, Detail::UndefinedVariable, Detail::InvalidUnicodeCharacter];
    details.contains(&error.detail())
}

/// The error, about this.
fn within(error: &Error, what: &str) -> Error {
    let message = format!("{what}: {}", error.message());
    let named = Error::new(error.error_type(), error.phase(), error.detail(), message);
    error.hints().iter().fold(named, |named, hint| named.hint(hint))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_goes_on_until_the_next_name() {
        let cases: &[(&str, &[(&str, Value)])] = &[
            ("", &[]),
            ("a=1", &[("a", Value::Int(1))]),
            ("  a=1   $b=2 ", &[("a", Value::Int(1)), ("b", Value::Int(2))]),
            ("who=Steve Witkoff sure=0.5", &[("who", Value::string("Steve Witkoff")), ("sure", Value::Float(0.5))]),
            ("who='a b=c' x=1", &[("who", Value::string("a b=c")), ("x", Value::Int(1))]),
            ("who='it\\'s b=c'", &[("who", Value::string("it's b=c"))]),
            ("plan=Moscow's latest x=1", &[("plan", Value::string("Moscow's latest")), ("x", Value::Int(1))]),
            ("a=北京 会 b=é", &[("a", Value::string("北京 会")), ("b", Value::string("é"))]),
        ];
        for (text, expected) in cases {
            let expected: Map = expected.iter().map(|(name, value)| (Arc::from(*name), value.clone())).collect();
            assert_eq!(format!("{:?}", assigned(text).unwrap()), format!("{expected:?}"), "{text}");
        }
        let listed = assigned("a=[1, 2] b={c: 'd e=f'}").unwrap();
        assert_eq!(listed.len(), 2);
        for wrong in ["word", "=1", "a b=1", "a-b=1"] {
            assert!(assigned(wrong).is_err(), "{wrong}");
        }
    }
}
