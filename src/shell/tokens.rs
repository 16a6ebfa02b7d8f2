//! A line as coloured pieces. This reads what is being typed, so it takes any text and never fails.

use crate::syntax::keywords::is_keyword;
use std::ops::Range;

/// What a piece of a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token {
    Keyword,
    Text,
    Number,
    Variable,
    Arrow,
    Command,
    Comment,
    /// A bracket or quote without its other half.
    Unclosed,
    Plain,
}

/// The pieces of a line, in order and without gaps.
pub(super) fn scan(line: &str) -> Vec<(Range<usize>, Token)> {
    let arrow_line = line.trim_start().starts_with(['+', '-', '?', '[']);
    let mut pieces = Vec::new();
    let mut at = 0;
    while at < line.len() {
        let (length, token) = piece(&line[at..], at == 0, arrow_line);
        pieces.push((at..at + length, token));
        at += length;
    }
    mark_unclosed(line, &mut pieces);
    pieces
}

/// The first piece of a text.
fn piece(text: &str, first: bool, arrow_line: bool) -> (usize, Token) {
    let Some(c) = text.chars().next() else { return (0, Token::Plain) };
    let while_is = |fits: fn(char) -> bool| text.find(|c: char| !fits(c)).unwrap_or(text.len());
    match c {
        '.' if first => (text.find(char::is_whitespace).unwrap_or(text.len()), Token::Command),
        '"' | '`' => quoted(text, c),
        '\'' if !arrow_line => quoted(text, c),
        '/' if text.starts_with("//") => (text.find('\n').unwrap_or(text.len()), Token::Comment),
        '?' | '$' | '@' if text[1..].starts_with(|c: char| c.is_alphabetic() || c == '_') => {
            (1 + name_length(&text[1..]), Token::Variable)
        }
        '-' | '<' if arrow_line => arrow(text).map_or((1, Token::Plain), |length| (length, Token::Arrow)),
        c if c.is_ascii_digit() => (while_is(|c| c.is_alphanumeric() || c == '.' || c == '-'), Token::Number),
        c if c.is_alphabetic() || c == '_' => {
            let length = name_length(text);
            let keyword = !arrow_line && is_keyword(&text[..length]);
            (length, if keyword { Token::Keyword } else { Token::Plain })
        }
        c => (c.len_utf8(), Token::Plain),
    }
}

fn name_length(text: &str) -> usize {
    text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len())
}

/// A quoted text to its closing quote, or an opening quote without one.
fn quoted(text: &str, quote: char) -> (usize, Token) {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' if quote != '`' => escaped = true,
            c if c == quote => return (at + 1, Token::Text),
            _ => {}
        }
    }
    (1, Token::Unclosed)
}

/// The length of `-verb->`, `<-verb-` or `-verb-` at the beginning of a text.
fn arrow(text: &str) -> Option<usize> {
    let body = text.strip_prefix("<-").or_else(|| text.strip_prefix('-'))?;
    let begun = text.len() - body.len();
    let end = body.find(['-', '{', '[', '&'])?;
    if !body[end..].starts_with('-') || body.starts_with(' ') || end == 0 {
        return None;
    }
    let close = if body[end..].starts_with("->") { 2 } else { 1 };
    Some(begun + end + close)
}

/// Marks brackets that are not closed.
fn mark_unclosed(line: &str, pieces: &mut [(Range<usize>, Token)]) {
    let mut open: Vec<(usize, char)> = Vec::new();
    for (at, (range, token)) in pieces.iter().enumerate() {
        if *token != Token::Plain {
            continue;
        }
        match &line[range.clone()] {
            "(" => open.push((at, ')')),
            "[" => open.push((at, ']')),
            "{" => open.push((at, '}')),
            close @ (")" | "]" | "}") if open.last().is_some_and(|(_, wanted)| close.starts_with(*wanted)) => {
                open.pop();
            }
            _ => {}
        }
    }
    for (at, _) in open {
        pieces[at].1 = Token::Unclosed;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(line: &str) -> Vec<(&str, Token)> {
        let pieces = scan(line).into_iter().map(|(range, token)| (&line[range], token));
        pieces.filter(|(text, token)| *token != Token::Plain || !text.trim().is_empty()).collect()
    }

    #[test]
    fn pieces_cover_the_whole_line() {
        for line in ["MATCH (n {a: 'it\\'s'}) RETURN n.x", "? ?who -opposes-> X {0.9}", ".mode csv", "'", "é(", ""] {
            let joined: String = scan(line).into_iter().map(|(range, _)| &line[range]).collect();
            assert_eq!(joined, line);
        }
    }

    #[test]
    fn openness_is_marked() {
        assert_eq!(tokens("RETURN ("), [("RETURN", Token::Keyword), ("(", Token::Unclosed)]);
        assert_eq!(tokens("'ab"), [("'", Token::Unclosed), ("ab", Token::Plain)]);
    }

    #[test]
    fn arrow_facts_have_their_own_colours() {
        let expected =
            [("?", Token::Plain), ("?who", Token::Variable), ("-calls for->", Token::Arrow), ("X", Token::Plain)];
        assert_eq!(tokens("? ?who -calls for-> X"), expected);
    }
}
