//! The messages of arrow facts, each with what to write instead.

use super::ast::MODALITIES;
use crate::error::{Detail, Error};
use crate::span::Span;
use crate::text::nearest;

/// A syntax error at a place.
pub(super) fn wrong(message: impl Into<String>, span: Span) -> Error {
    Error::syntax(Detail::UnexpectedSyntax, message).at(span)
}

/// The start of a text, for a message.
pub(super) fn shown(text: &str) -> String {
    const LONGEST: usize = 40;
    let text = text.trim();
    match text.char_indices().nth(LONGEST) {
        None => text.to_owned(),
        Some((at, _)) => format!("{}…", text[..at].trim_end()),
    }
}

/// A bare word in braces that is nothing we know.
pub(super) fn unknown_item(text: &str, span: Span) -> Error {
    if text.starts_with(|first: char| first.is_ascii_digit()) {
        return not_a_date(text, span);
    }
    let words = MODALITIES.map(|modality| modality.word);
    let error = wrong(format!("`{}` is not a modality", shown(text)), span);
    match nearest(text, words) {
        Some(word) => error.hint(format!("did you mean `{word}`?")),
        None => error
            .hint(format!("the modalities are {}", words.join(", ")))
            .hint("words of the source stand in quotes, anything else is `key: value`"),
    }
}

/// Something that begins like a date or number and is neither.
pub(super) fn not_a_date(text: &str, span: Span) -> Error {
    wrong(format!("`{}` is neither a date nor a number", shown(text)), span)
        .hint("a date is `2025`, `2025-11` or `2025-11-21`, a span `2025-07..2025-12`")
}

/// A told line with a name alone: it says which slip of an arrow there may be.
pub(super) fn no_arrow(name: &str, span: Span) -> Error {
    let base = span.start as usize;
    if let Some((start, end, verb)) = broken_arrow(name) {
        let place = Span::new(base + start, base + end);
        return broken(&name[start..end], &verb, place);
    }
    if let Some(at) = name.find(": ").or_else(|| name.find(" :")) {
        return wrong("labels are set off by ` : `, with a space before and after the colon", {
            let colon = base + at + usize::from(name[at..].starts_with(' '));
            Span::new(colon, colon + 1)
        });
    }
    let hint = match name.starts_with('#') {
        true => "a comment begins with `//`",
        false => "a fact is `name -verb-> name`, an entity `name : Label`",
    };
    wrong(format!("`{}` is a name alone: it is neither a fact nor an entity", shown(name)), span).hint(hint)
}

/// An arrow that is written wrongly, with the verb it was meant to have.
pub(super) fn broken(text: &str, verb: &str, span: Span) -> Error {
    let error = wrong(format!("`{}` is not an arrow", shown(text)), span);
    if verb.is_empty() {
        return error.hint("an arrow is written ` -verb-> `, with a space before and after");
    }
    error.hint(format!("write ` -{}-> `, with a space before and after", shown(verb)))
}

/// An ampersand where a name stopped.
pub(super) fn ampersand(whole: Option<&str>, span: Span) -> Error {
    let error = wrong("a name stops at ` & `", span);
    match whole {
        Some(name) => error.hint(format!("a name that holds it needs quotes: `\"{}\"`", shown(name))),
        None => error.hint("a name that holds it needs quotes"),
    }
}

/// A label that begins with a small letter.
pub(super) fn lower_case_label(label: &str, span: Span) -> Error {
    let mut letters = label.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    wrong(format!("a label begins with a capital letter: `{}`", shown(label)), span)
        .hint(format!("did you mean `{}`?", shown(&format!("{first}{}", letters.as_str()))))
}

/// Where in a name something stands that was to be an arrow, and its verb.
fn broken_arrow(name: &str) -> Option<(usize, usize, String)> {
    const HEADS: [&str; 6] = ["->", "- >", "=>", "→", "–>", "—>"];
    let (at, head) = HEADS.iter().filter_map(|head| name.find(head).map(|at| (at, *head))).min()?;
    let before = &name[..at];
    let dash = |c: char| matches!(c, '-' | '–' | '—' | '=');
    let start = before.find(|c: char| dash(c) && c != '-').or_else(|| before.rfind(" -").map(|at| at + 1));
    let start = start.or_else(|| before.rfind('-')).unwrap_or(at);
    let verb = before[start..].trim_matches(|c: char| dash(c) || c.is_whitespace());
    let verb = if verb.chars().all(|c| c.is_alphanumeric() || " _-".contains(c)) { verb } else { "" };
    Some((start, at + head.len(), verb.to_owned()))
}
