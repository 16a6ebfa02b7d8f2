//! From the tokens of the derived parser to the tree of [`super::ast`].
//!
//! One file for each part of the language. Every function takes the pair of one grammar rule. The grammar has already
//! decided what a text is; what is checked here are the insides of literals, how high a tree grows, and the few places
//! where the grammar is wider than the language.

mod clauses;
mod expressions;
mod literals;
mod patterns;
mod rules;
mod schema;
mod statements;
mod types;

pub(super) use literals::name_text;

use super::ast::{Expr, Name, Statement};
use super::{errors, guard};
use crate::error::{Error, Result};
use crate::span::Span;
use pest::Parser;
use pest::iterators::{Pair, Pairs};
use standpoint_grammar::cypher::{CypherParser, Rule};
use std::cell::Cell;

/// Parses one statement.
pub(super) fn statement(text: &str) -> Result<Statement> {
    Builder::new(text).statement(parse(Rule::statement, text)?)
}

/// Parses one expression.
pub(super) fn expression(text: &str) -> Result<Expr> {
    let mut parts = Parts::of(parse(Rule::lone_expression, text)?);
    Builder::new(text).expression(parts.required()?)
}

fn parse(rule: Rule, text: &str) -> Result<Pair<'_, Rule>> {
    let brackets = guard::check(text)?;
    let mut pairs = CypherParser::parse(rule, text).map_err(|error| errors::explain(text, brackets, &error))?;
    pairs.next().ok_or_else(|| Error::internal("the parser gave nothing"))
}

/// Builds the tree of one text.
struct Builder<'i> {
    text: &'i str,
    /// How high the tree is above the expression being built.
    height: Cell<usize>,
}

impl<'i> Builder<'i> {
    fn new(text: &'i str) -> Self {
        Builder { text, height: Cell::new(0) }
    }

    /// Runs `build` as `levels` further levels of the tree, if it may be that high.
    fn within<T>(&self, levels: usize, span: Span, build: impl FnOnce(&Self) -> Result<T>) -> Result<T> {
        let before = self.height.get();
        let height = before.saturating_add(levels);
        if height > guard::MAX_HEIGHT {
            return Err(guard::too_high(span));
        }
        self.height.set(height);
        let built = build(self);
        self.height.set(before);
        built
    }
}

/// The parts of a pair that carry meaning: brackets, commas and keywords left out.
struct Parts<'i> {
    pairs: Pairs<'i, Rule>,
    span: Span,
}

impl<'i> Parts<'i> {
    fn of(pair: Pair<'i, Rule>) -> Self {
        let span = span_of(&pair);
        Parts { pairs: pair.into_inner(), span }
    }

    /// The next part, which the grammar promises.
    fn required(&mut self) -> Result<Pair<'i, Rule>> {
        self.next().ok_or_else(|| Error::internal("a part of the syntax is missing").at(self.span))
    }

    /// The next part if it is of this rule.
    fn optional(&mut self, rule: Rule) -> Option<Pair<'i, Rule>> {
        while self.pairs.peek().is_some_and(|pair| is_silent(pair.as_rule())) {
            self.pairs.next();
        }
        if self.pairs.peek()?.as_rule() == rule { self.pairs.next() } else { None }
    }

    /// The next part if it is an element of a path.
    fn chain_element(&mut self) -> Option<Pair<'i, Rule>> {
        [Rule::node, Rule::relationship, Rule::group].into_iter().find_map(|rule| self.optional(rule))
    }

    /// Whether a number comes before any comma.
    fn starts_with_bound(&self) -> bool {
        let mut left = self.pairs.clone().map(|pair| pair.as_rule());
        left.find(|rule| matches!(rule, Rule::bound | Rule::comma)) == Some(Rule::bound)
    }

    /// Whether a comma is among the parts that are left.
    fn has_comma(&self) -> bool {
        self.pairs.clone().any(|pair| pair.as_rule() == Rule::comma)
    }

    /// Whether the next part is of this rule; then it is taken.
    fn accept(&mut self, rule: Rule) -> bool {
        self.optional(rule).is_some()
    }
}

impl<'i> Iterator for Parts<'i> {
    type Item = Pair<'i, Rule>;

    fn next(&mut self) -> Option<Pair<'i, Rule>> {
        self.pairs.find(|pair| !is_silent(pair.as_rule()))
    }
}

/// Whether a rule only holds a place in the text. Keywords that change the meaning are not silent.
fn is_silent(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::lparen
            | Rule::rparen
            | Rule::lbracket
            | Rule::rbracket
            | Rule::lbrace
            | Rule::rbrace
            | Rule::comma
            | Rule::colon
            | Rule::semicolon
            | Rule::bar
            | Rule::EOI
            | Rule::kw_as
            | Rule::kw_between
            | Rule::kw_by
            | Rule::kw_call
            | Rule::kw_case
            | Rule::kw_concurrent
            | Rule::kw_create
            | Rule::kw_csv
            | Rule::kw_delete
            | Rule::kw_drop
            | Rule::kw_else
            | Rule::kw_end
            | Rule::kw_ends
            | Rule::kw_exists
            | Rule::kw_error
            | Rule::kw_fail
            | Rule::kw_fieldterminator
            | Rule::kw_filter
            | Rule::kw_for
            | Rule::kw_foreach
            | Rule::all_rows
            | Rule::double_colon
            | Rule::langle
            | Rule::rangle
            | Rule::kw_normalized
            | Rule::kw_nulls
            | Rule::kw_typed
            | Rule::trim_word
            | Rule::kw_if
            | Rule::kw_insert
            | Rule::kw_is
            | Rule::kw_let
            | Rule::kw_limit
            | Rule::kw_load
            | Rule::kw_match
            | Rule::kw_merge
            | Rule::kw_nodetach
            | Rule::kw_null
            | Rule::kw_of
            | Rule::kw_offset
            | Rule::kw_on
            | Rule::kw_order
            | Rule::kw_recorded
            | Rule::kw_remove
            | Rule::kw_require
            | Rule::kw_report
            | Rule::kw_retry
            | Rule::kw_return
            | Rule::kw_rows
            | Rule::kw_seconds
            | Rule::kw_set
            | Rule::kw_show
            | Rule::kw_skip
            | Rule::kw_starts
            | Rule::kw_status
            | Rule::kw_then
            | Rule::kw_transactions
            | Rule::kw_union
            | Rule::kw_unwind
            | Rule::kw_use
            | Rule::kw_when
            | Rule::kw_where
            | Rule::kw_with
            | Rule::kw_yield
            | Rule::second_dash
            | Rule::count_word
            | Rule::reduce_name
            | Rule::schema_peek
    )
}

/// Where a pair stands. A rule that ends with something optional also covers the blanks before what is not there; its
/// last token tells the true end.
fn span_of(pair: &Pair<'_, Rule>) -> Span {
    let start = pair.as_span().start();
    let mut last = pair.clone();
    while let Some(inner) = last.clone().into_inner().next_back() {
        last = inner;
    }
    Span::new(start, last.as_span().end())
}

/// The name a pair spells.
fn name(pair: &Pair<'_, Rule>) -> Result<Name> {
    let name = key(pair);
    if name.text.is_empty() { Err(literals::empty_name(name.span)) } else { Ok(name) }
}

/// The key of a map: any name, even an empty one.
fn key(pair: &Pair<'_, Rule>) -> Name {
    let span = Span::new(pair.as_span().start(), pair.as_span().end());
    Name { text: name_text(pair.as_str()), span }
}

/// The error for a pair that the grammar does not allow in this place.
fn unforeseen(pair: &Pair<'_, Rule>) -> Error {
    Error::internal(format!("unforeseen syntax: {:?}", pair.as_rule())).at(span_of(pair))
}
