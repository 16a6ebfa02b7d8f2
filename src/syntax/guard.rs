//! What is refused before parsing: input that is too large, nested too deeply, or ends inside a quotation.
//!
//! One linear pass over the brackets. The parser recurses only at brackets, at `CASE` and at the angles of types, so what passes here cannot
//! exhaust the stack there.

use super::scan::{self, Kind, Token};
use crate::error::{Detail, Error, Result};
use crate::span::Span;

/// The largest statement in bytes: 16 MiB.
pub const MAX_INPUT: usize = 16 << 20;

/// How deep brackets and `CASE` may nest. With [`MAX_HEIGHT`] it is chosen so that a debug build on a thread of 2 MiB
/// can parse, print and drop what is allowed.
pub const MAX_NESTING: usize = 100;

/// How high the tree of an expression may grow. Operators in a row count too, except `AND` and `OR`, which make no
/// tree of their own.
pub const MAX_HEIGHT: usize = 500;

/// The first bracket that has no partner.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Brackets<'t> {
    /// The innermost bracket that is open there.
    pub(super) open: Option<Token<'t>>,
    /// The closing bracket that does not fit; `None` at the end of the text.
    pub(super) wrong: Option<Token<'t>>,
}

/// Refuses what must not reach the parser; otherwise tells which bracket has no partner, if one has none.
pub(super) fn check(text: &str) -> Result<Brackets<'_>> {
    if text.len() > MAX_INPUT {
        return Err(too_large(text.len()));
    }
    let mut nesting = Nesting::default();
    let mut before = "";
    for token in scan::tokens(text) {
        if let Some(what) = token.unclosed() {
            return Err(unclosed(what, &token));
        }
        if nesting.wrong.is_some() || !token.is_significant() {
            continue;
        }
        nesting.meet(token, before)?;
        before = token.text;
    }
    Ok(nesting.brackets())
}

/// The error for an expression whose tree would be too high.
pub(super) fn too_high(span: Span) -> Error {
    Error::syntax(Detail::NestingTooDeep, format!("this expression has more than {MAX_HEIGHT} operators in a row"))
        .at(span)
        .hint("put the values into a list or a parameter")
}

/// The brackets open at some place, and what is wrong with them.
#[derive(Default)]
struct Nesting<'t> {
    /// Each open bracket, with the number of `CASE` open inside it.
    open: Vec<(Token<'t>, usize)>,
    /// `CASE` open outside of all brackets.
    outer_cases: usize,
    /// All `CASE` that are open.
    cases: usize,
    /// `LIST<` and its kin that are open: an upper bound.
    types: usize,
    wrong: Option<Token<'t>>,
}

impl<'t> Nesting<'t> {
    fn meet(&mut self, token: Token<'t>, before: &str) -> Result<()> {
        match token.kind {
            Kind::Mark => self.mark(&token, before),
            Kind::Open => {
                self.open.push((token, 0));
                self.limit(&token)
            }
            Kind::Close => {
                self.close(token);
                Ok(())
            }
            Kind::Word if !matches!(before, "." | ":" | "|" | "&" | "!" | "$" | "@") => self.word(&token),
            _ => Ok(()),
        }
    }

    fn close(&mut self, token: Token<'t>) {
        match self.open.last() {
            Some((open, cases)) if partner(open.text) == token.text => {
                self.cases -= cases;
                self.open.pop();
            }
            _ => self.wrong = Some(token),
        }
    }

    /// Counts the angles of types. Between them stand only words and bars.
    fn mark(&mut self, token: &Token<'t>, before: &str) -> Result<()> {
        let opens = ["list", "array", "any", "value"].iter().any(|word| before.eq_ignore_ascii_case(word));
        match token.text {
            "<" if opens => {
                self.types += 1;
                return self.limit(token);
            }
            ">" => self.types = self.types.saturating_sub(1),
            "|" => {}
            _ => self.types = 0,
        }
        Ok(())
    }

    /// Counts `CASE` and `END`, which may also be names: it is an upper bound.
    fn word(&mut self, token: &Token<'t>) -> Result<()> {
        let here = self.open.last_mut().map_or(&mut self.outer_cases, |(_, cases)| cases);
        if token.text.eq_ignore_ascii_case("case") {
            *here += 1;
            self.cases += 1;
            return self.limit(token);
        }
        if token.text.eq_ignore_ascii_case("end") && *here > 0 {
            *here -= 1;
            self.cases -= 1;
        }
        Ok(())
    }

    fn limit(&self, token: &Token<'t>) -> Result<()> {
        if self.open.len() + self.cases + self.types <= MAX_NESTING {
            return Ok(());
        }
        let message = format!("brackets, types and `CASE` are nested more than {MAX_NESTING} levels deep");
        Err(Error::syntax(Detail::NestingTooDeep, message).at(Span::new(token.start, token.end())))
    }

    fn brackets(&self) -> Brackets<'t> {
        Brackets { open: self.open.last().map(|(token, _)| *token), wrong: self.wrong }
    }
}

/// The closing bracket of an opening one.
pub(super) fn partner(open: &str) -> &'static str {
    match open {
        "(" => ")",
        "[" => "]",
        _ => "}",
    }
}

fn too_large(length: usize) -> Error {
    let message = format!("the statement has {length} bytes, more than the {MAX_INPUT} that are allowed");
    Error::syntax(Detail::InputTooLarge, message).hint("pass large data as a parameter, or load it from a file")
}

fn unclosed(what: &str, token: &Token<'_>) -> Error {
    let (close, width) = match token.text.get(..1) {
        Some("/") => ("`*/`", 2),
        Some("`") => ("another backtick", 1),
        Some("'") => ("`'`", 1),
        _ => ("`\"`", 1),
    };
    let message = format!("the {what} that begins here has no end: expected {close}");
    Error::syntax(Detail::UnexpectedSyntax, message).at(Span::new(token.start, token.start + width))
}
