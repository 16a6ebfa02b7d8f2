//! A line of arrow facts as a statement of openCypher.
//!
//! Purely by the text: names stay names (`@name` in a node pattern), and each piece keeps the place of the words it
//! came from, so that whatever is found wrong later points into the line.

use super::ast::{Body, Line, Mark, Name, PartialDate, Source};
use super::errors::wrong;
use super::{question, tell};
use crate::error::{Detail, Error, ErrorType, Phase, Result};
use crate::span::Span;
use crate::syntax::ast::Statement;
use std::collections::HashMap;
use std::sync::Arc;

/// The source and the date of told facts that give none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Defaults {
    /// The source.
    pub source: Option<Arc<str>>,
    /// When its statements were made.
    pub date: Option<PartialDate>,
}

/// The sources of a text, line after line.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// What holds for the next line.
    pub defaults: Defaults,
    /// The dates of the sources declared so far, so that a later bare `[ref]` brings its date back.
    declared: HashMap<Arc<str>, PartialDate>,
}

impl Sources {
    /// Makes this source the default for what follows.
    pub fn enter(&mut self, source: &Source) {
        let reference = source.reference.text.clone();
        if let Some(date) = source.date {
            self.declared.insert(reference.clone(), date);
        }
        self.defaults.date = source.date.or_else(|| self.declared.get(&reference).copied());
        self.defaults.source = Some(reference);
    }
}

/// What a line means.
#[derive(Clone, Debug)]
pub struct Translated {
    /// The statement.
    pub statement: Statement,
    /// What is to be made of its result.
    pub kind: Kind,
    /// After a yes-or-no question that is answered by no: the statement that lists what is known instead.
    pub known: Option<Statement>,
    /// The names of entities in the line, in order.
    pub names: Vec<Name>,
    /// What was to be retracted, for the message when it is not there.
    retracted: Option<(String, Span)>,
}

/// What is to be made of a statement's result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A source, entity or fact is told: there is no result.
    Tell,
    /// A source, entity or fact is retracted: one row with the count `removed`; 0 is an error, see
    /// [`Translated::not_there`].
    Retract,
    /// A question with variables: a table.
    Rows,
    /// A question without variables: one row with the truth value `answer`.
    YesNo,
}

impl Translated {
    pub(super) fn new(statement: Statement, kind: Kind, names: Vec<Name>) -> Self {
        Translated { statement, kind, known: None, names, retracted: None }
    }

    pub(super) fn retracting(statement: Statement, what: String, names: Vec<Name>) -> Self {
        let span = statement.span;
        Translated { retracted: Some((what, span)), ..Translated::new(statement, Kind::Retract, names) }
    }

    /// The error for a retraction that removed nothing; `None` for any other line.
    pub fn not_there(&self) -> Option<Error> {
        let (what, span) = self.retracted.as_ref()?;
        let message = format!("there is no `{what}` to retract");
        let error = Error::new(ErrorType::EntityNotFound, Phase::Runtime, Detail::UnknownFact, message).at(*span);
        Some(error.hint("what braces and cites say must be the same as well; without them any such fact is removed"))
    }

    /// The same error with what the line itself suggests: an unknown name that looks like a variable may be one.
    #[must_use]
    pub fn explain(&self, error: Error) -> Error {
        let asks = matches!(self.kind, Kind::Rows | Kind::YesNo);
        let (true, Detail::UnknownEntity, Some(span)) = (asks, error.detail(), error.span()) else { return error };
        let here = |name: &&Name| name.span.start <= span.start && span.start < name.span.end;
        match self.names.iter().find(here) {
            Some(name) if looks_like_a_variable(&name.text) => {
                error.hint(format!("did you mean the variable `?{}`?", name.text))
            }
            _ => error,
        }
    }
}

/// Translates a line. `None` for a blank one.
///
/// What is told takes the source and date of `defaults` where it gives none; a line without mark is told. A retraction
/// takes them as well: pass empty ones to retract whatever the source.
pub fn translate(line: &Line, defaults: &Defaults) -> Result<Option<Translated>> {
    let retract = line.mark == Mark::Retract;
    match &line.body {
        Body::Blank => Ok(None),
        Body::Source(source) if retract => Ok(Some(tell::retract_source(source, line.span))),
        Body::Source(source) => Ok(Some(tell::source(source, line.span))),
        Body::Entity(entity) if retract => Ok(Some(tell::retract_entity(entity, line.span))),
        Body::Entity(entity) => Ok(Some(tell::entity(entity, line.span))),
        Body::Fact(fact) if retract => Ok(Some(tell::retract(fact, defaults, line.span))),
        Body::Fact(fact) => Ok(Some(tell::fact(fact, defaults, line.span))),
        Body::Ask(_) if line.mark != Mark::None => Err(wrong("a question takes no mark but `?`", line.span)),
        Body::Ask(ask) => question::ask(ask, line.span).map(Some),
    }
}

fn looks_like_a_variable(name: &str) -> bool {
    name.starts_with(char::is_lowercase) && name.chars().all(|letter| letter.is_alphanumeric() || letter == '_')
}
