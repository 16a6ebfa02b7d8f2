//! Text to syntax tree.
//!
//! Takes a text and gives a [`Statement`](ast::Statement), or an error that says in plain words what was expected
//! where. [`script`] splits a longer text and says which language each piece is in; [`unparse`] goes the other way,
//! from tree to text.
//!
//! One statement goes like this: `guard` refuses what is too large or nested too deeply in one linear pass, the
//! derived parser of `grammar/cypher.pest` gives a flat sequence of tokens, `cypher` builds the tree from it, and
//! `errors` turns a failure into words.
//!
//! [`facts`] is the other language: it reads arrow facts line by line and gives the same trees.
//!
//! This layer knows neither graph nor value: names stay text, and whether a query makes sense is not asked here.

pub mod ast;
mod cypher;
mod errors;
pub mod facts;
mod guard;
mod habits;
pub mod keywords;
mod scan;
pub mod script;
pub mod unparse;

use crate::error::Result;

pub use guard::{MAX_HEIGHT, MAX_INPUT, MAX_NESTING};

/// Parses one openCypher statement, with or without a semicolon at its end.
///
/// A pattern alone stands for `MATCH pattern RETURN *`.
///
/// ```
/// let statement = standpoint::syntax::parse_statement("MATCH (n) RETURN n")?;
/// assert_eq!(statement.query.first.clauses.len(), 2);
/// let error = standpoint::syntax::parse_statement("MATCH (n) RETRUN n").unwrap_err();
/// assert_eq!(error.hints(), ["did you mean `RETURN`?"]);
/// # Ok::<(), standpoint::error::Error>(())
/// ```
pub fn parse_statement(text: &str) -> Result<ast::Statement> {
    cypher::statement(text)
}

/// Parses one openCypher expression.
///
/// ```
/// let expr = standpoint::syntax::parse_expression("1 + 2 * 3")?;
/// assert_eq!(standpoint::syntax::unparse::expression(&expr), "1 + 2 * 3");
/// # Ok::<(), standpoint::error::Error>(())
/// ```
pub fn parse_expression(text: &str) -> Result<ast::Expr> {
    cypher::expression(text)
}

#[cfg(test)]
mod tests;
