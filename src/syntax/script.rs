//! Texts of several statements, in either language.
//!
//! Says which language a statement is in by its first character, splits a text into statements, and tells whether a
//! text typed so far is complete, or can be no more.

use super::cypher::name_text;
use super::scan::{self, Kind, Token};
use crate::error::{Detail, Error, Result};
use crate::span::Span;
use std::ops::Range;

/// The language of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Language {
    /// `+`: an arrow fact or entity to add.
    Tell,
    /// `-`: an arrow fact or entity to remove.
    Retract,
    /// `?`: a question in arrow facts.
    Ask,
    /// `[`: a source of arrow facts.
    Source,
    /// `(`: a pattern of openCypher alone.
    Pattern,
    /// `.`: a command of the shell.
    Command,
    /// Anything else: openCypher.
    Cypher,
}

impl Language {
    /// Whether a statement of this language ends with its line.
    pub fn is_one_line(self) -> bool {
        !matches!(self, Language::Pattern | Language::Cypher)
    }
}

/// The language of a statement, by its first character that is neither blank nor in a comment.
///
/// ```
/// use standpoint::syntax::script::{Language, classify};
/// assert_eq!(classify("? Kyiv -opposes-> ?what"), Language::Ask);
/// assert_eq!(classify("?who -opposes-> Kyiv"), Language::Ask);
/// assert_eq!(classify("// all\nMATCH (n) RETURN n"), Language::Cypher);
/// ```
pub fn classify(text: &str) -> Language {
    match scan::significant_from(text, 0).and_then(|token| token.text.chars().next()) {
        Some('+') => Language::Tell,
        Some('-') => Language::Retract,
        Some('?') => Language::Ask,
        Some('[') => Language::Source,
        Some('(') => Language::Pattern,
        Some('.') => Language::Command,
        _ => Language::Cypher,
    }
}

/// The byte ranges of the statements of a text, without blanks around them and without the semicolon.
///
/// A statement of openCypher ends at a semicolon outside of quotes and comments; the last one needs none. Arrow lines
/// and commands end with their line. An empty statement is left out.
///
/// ```
/// let text = "RETURN ';';\n+ Kyiv : Actor\nMATCH (n) RETURN n";
/// let pieces: Vec<&str> = standpoint::syntax::script::statements(text)
///     .map(|range| Ok(&text[range?]))
///     .collect::<standpoint::error::Result<_>>()?;
/// assert_eq!(pieces, ["RETURN ';'", "+ Kyiv : Actor", "MATCH (n) RETURN n"]);
/// # Ok::<(), standpoint::error::Error>(())
/// ```
pub fn statements(text: &str) -> Statements<'_> {
    Statements { text, at: 0 }
}

/// The iterator of [`statements`]. It gives an error, with its place in the whole text, for a quotation or comment
/// without end; nothing follows it.
#[derive(Clone, Debug)]
pub struct Statements<'t> {
    text: &'t str,
    at: usize,
}

impl Iterator for Statements<'_> {
    type Item = Result<Range<usize>>;

    fn next(&mut self) -> Option<Result<Range<usize>>> {
        loop {
            let piece = next_piece(self.text, self.at)?;
            self.at = piece.next;
            if let Some((what, at)) = piece.unclosed {
                return Some(Err(endless(what, at)));
            }
            if !piece.range.is_empty() {
                return Some(Ok(piece.range));
            }
        }
    }
}

/// Whether a text can be run as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Completeness {
    /// Every statement has its end, or there is none.
    Complete,
    /// The last statement is not yet ended by a semicolon, but nothing is open in it.
    Unended,
    /// Something is open in the last statement.
    Open {
        /// What: a bracket in backticks, `string`, `comment` or `name in backticks`.
        what: &'static str,
        /// Offset of where it begins.
        at: usize,
    },
}

/// The names of the parameters that a statement of openCypher uses, each once, in order.
///
/// ```
/// use standpoint::syntax::script::parameters;
/// assert_eq!(parameters("MATCH (n {a: $a}) WHERE n.b > $`a b` RETURN '$c', $a"), ["a", "a b"]);
/// assert!(parameters("? Kyiv -opposes-> $x").is_empty());
/// ```
pub fn parameters(text: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    if classify(text).is_one_line() {
        return names;
    }
    let mut marked = false;
    for token in scan::tokens(text) {
        let named = matches!(token.kind, Kind::Word | Kind::Number | Kind::Quoted { closed: true });
        if marked && named {
            let name = name_text(token.text).to_string();
            if !names.contains(&name) {
                names.push(name);
            }
        }
        marked = token.kind == Kind::Mark && token.text == "$";
    }
    names
}

/// Whether the text, typed so far, can be run or goes on.
pub fn is_complete(text: &str) -> Completeness {
    last_piece(text).map_or(Completeness::Complete, |piece| piece.completeness(text))
}

/// Whether no text that is added could make a statement of what is there: it goes wrong before its end.
///
/// ```
/// use standpoint::syntax::script::is_hopeless;
/// assert!(is_hopeless("MATCH (n) RETRUN n"));
/// assert!(!is_hopeless("MATCH (n"));
/// assert!(!is_hopeless("MATCH (n) RETURN 'not yet"));
/// ```
pub fn is_hopeless(text: &str) -> bool {
    let Some(piece) = last_piece(text).filter(|piece| piece.unclosed.is_none() && !piece.ended) else { return false };
    let statement = text[piece.range].trim_end();
    let error = if classify(statement) == Language::Cypher { super::parse_statement(statement).err() } else { None };
    error.and_then(|error| error.span()).is_some_and(|span| (span.start as usize) < statement.len())
}

/// A statement and how it ends.
struct Piece {
    range: Range<usize>,
    /// Where the next one begins.
    next: usize,
    /// Whether its end was found.
    ended: bool,
    /// A quotation or comment without end, and where it begins.
    unclosed: Option<(&'static str, usize)>,
}

impl Piece {
    fn completeness(&self, text: &str) -> Completeness {
        if let Some((what, at)) = self.unclosed {
            return Completeness::Open { what, at };
        }
        if self.ended || self.range.is_empty() {
            return Completeness::Complete;
        }
        match open_bracket(text, self.range.clone()) {
            Some((what, at)) => Completeness::Open { what, at },
            None => Completeness::Unended,
        }
    }
}

/// The last statement of a text.
fn last_piece(text: &str) -> Option<Piece> {
    std::iter::successors(next_piece(text, 0), |piece| next_piece(text, piece.next)).last()
}

/// The statement that begins at or after `at`; `None` at the end of the text.
fn next_piece(text: &str, at: usize) -> Option<Piece> {
    let rest = text.get(at..).filter(|rest| !rest.is_empty())?;
    if classify(rest).is_one_line() {
        let start = scan::significant_from(text, at)?.start;
        return Some(line_piece(text, start));
    }
    Some(cypher_piece(text, at))
}

fn line_piece(text: &str, start: usize) -> Piece {
    let end = text[start..].find('\n').map_or(text.len(), |length| start + length);
    let range = start..start + text[start..end].trim_end().len();
    Piece { range, next: end, ended: true, unclosed: None }
}

fn cypher_piece(text: &str, at: usize) -> Piece {
    let mut range: Option<Range<usize>> = None;
    for token in scan::tokens_from(text, at) {
        if let Some(what) = token.unclosed() {
            let start = range.map_or(token.start, |range| range.start);
            let unclosed = Some((what, token.start));
            return Piece { range: start..text.len(), next: text.len(), ended: false, unclosed };
        }
        if is_semicolon(&token) {
            return Piece { range: range.unwrap_or(at..at), next: token.end(), ended: true, unclosed: None };
        }
        if token.is_significant() {
            range = Some(range.map_or(token.start, |range| range.start)..token.end());
        }
    }
    Piece { range: range.unwrap_or(at..at), next: text.len(), ended: false, unclosed: None }
}

fn is_semicolon(token: &Token<'_>) -> bool {
    token.kind == Kind::Mark && token.text == ";"
}

/// The innermost bracket that is open at the end of a statement.
fn open_bracket(text: &str, range: Range<usize>) -> Option<(&'static str, usize)> {
    let mut open = Vec::new();
    for token in scan::tokens(text.get(range.clone())?) {
        match token.kind {
            Kind::Open => open.push(token),
            Kind::Close => {
                open.pop();
            }
            _ => {}
        }
    }
    let token = open.last()?;
    let what = match token.text {
        "(" => "`(`",
        "[" => "`[`",
        _ => "`{`",
    };
    Some((what, range.start + token.start))
}

fn endless(what: &str, at: usize) -> Error {
    Error::syntax(Detail::UnexpectedSyntax, format!("the {what} that begins here has no end")).at(Span::new(at, at + 1))
}
