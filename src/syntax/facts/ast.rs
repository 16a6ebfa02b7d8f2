//! The tree of arrow facts: what one line says, as written.
//!
//! Names are text and nothing is resolved. Slips of spelling are settled (a left arrow is a right arrow with its ends
//! swapped, `80%` is 0.8, a verb is its relationship type), so that two lines are equal when they say the same.

use super::format::date;
use crate::span::Span;
pub use crate::syntax::ast::{CompareOp, Length, Name, PatternDirection};
use std::sync::Arc;

/// One line.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// The mark it begins with.
    pub mark: Mark,
    /// What it says.
    pub body: Body,
    /// The text after `//`, trimmed.
    pub comment: Option<Arc<str>>,
    /// The whole line, without surrounding space.
    pub span: Span,
}

/// What a line begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mark {
    /// Nothing: in a file, the line is told.
    None,
    /// `+`.
    Tell,
    /// `-`.
    Retract,
}

/// What a line says.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// Nothing, or only a comment.
    Blank,
    /// `[ref] …`.
    Source(Source),
    /// `name : Label = alias {…}`.
    Entity(Entity),
    /// `name -verb-> name {…} [cite]`.
    Fact(Fact),
    /// `? …`.
    Ask(Ask),
}

/// A source of statements.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    /// What cites call it.
    pub reference: Name,
    /// `"title"`.
    pub title: Option<Name>,
    /// `<url>`.
    pub url: Option<Name>,
    /// When it was published.
    pub date: Option<PartialDate>,
    /// Everything else.
    pub properties: Vec<Property>,
}

impl Source {
    /// Whether the line gives the source names beside the one of cites, by which questions find it.
    pub(crate) fn gives_names(&self) -> bool {
        self.properties.iter().any(|property| matches!(&*property.key.text, "name" | "aliases"))
    }

    /// Whether the line only names the source and declares nothing of it.
    pub fn is_bare(&self) -> bool {
        self.title.is_none() && self.url.is_none() && self.date.is_none() && self.properties.is_empty()
    }
}

/// An entity.
#[derive(Clone, Debug, PartialEq)]
pub struct Entity {
    /// Its name.
    pub name: Name,
    /// Its labels.
    pub labels: Vec<Name>,
    /// Its other names.
    pub aliases: Vec<Name>,
    /// Its properties.
    pub properties: Vec<Property>,
}

/// A fact: one statement for each cite, one without source when there is none.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    /// Who.
    pub subject: Name,
    /// The relationship type.
    pub verb: Name,
    /// Whom or what.
    pub object: Name,
    /// What is said about it.
    pub meta: Meta,
    /// Where it is said.
    pub cites: Vec<Cite>,
}

/// What is said about a fact.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Meta {
    /// When it was stated.
    pub date: Option<PartialDate>,
    /// The first day it holds.
    pub since: Option<PartialDate>,
    /// The last day it holds.
    pub until: Option<PartialDate>,
    /// How sure it is, where that is not what the modality says.
    pub confidence: Option<(f64, Span)>,
    /// In which way it is stated.
    pub modality: Option<Name>,
    /// Words of the source.
    pub quote: Option<Name>,
    /// Everything else.
    pub properties: Vec<Property>,
}

/// A modality and the confidence it stands for unless one is given.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Modality {
    /// The word.
    pub word: &'static str,
    /// The confidence.
    pub confidence: f64,
}

/// The modalities. `denied` is a claim that the source says is false.
pub const MODALITIES: [Modality; 10] = [
    Modality { word: "known", confidence: 0.95 },
    Modality { word: "asserted", confidence: 0.9 },
    Modality { word: "attributed", confidence: 0.8 },
    Modality { word: "reported", confidence: 0.7 },
    Modality { word: "suggested", confidence: 0.5 },
    Modality { word: "conditional", confidence: 0.6 },
    Modality { word: "possible", confidence: 0.4 },
    Modality { word: "background", confidence: 0.5 },
    Modality { word: "structural", confidence: 1.0 },
    Modality { word: "denied", confidence: 0.0 },
];

impl Modality {
    /// The modality of this name.
    pub fn find(word: &str) -> Option<Modality> {
        MODALITIES.into_iter().find(|modality| modality.word == word)
    }
}

/// `[ref locator]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Cite {
    /// The source.
    pub reference: Name,
    /// The place in it.
    pub locator: Option<Name>,
}

/// `key: value`.
#[derive(Clone, Debug, PartialEq)]
pub struct Property {
    /// The key.
    pub key: Name,
    /// The value.
    pub value: Value,
    /// Where the value stands.
    pub span: Span,
}

/// A value as written.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// An integer.
    Int(i64),
    /// A number with a point or an exponent.
    Float(f64),
    /// `true` or `false`.
    Bool(bool),
    /// A date; a bare year is one only where a date is called for.
    Date(PartialDate),
    /// A quoted string or a bare word.
    String(Arc<str>),
    /// `[a, b]`.
    List(Vec<Value>),
}

/// A day, a month or a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PartialDate {
    /// 0 to 9999.
    pub year: u16,
    /// 1 to 12.
    pub month: Option<u8>,
    /// 1 to 31; only with a month.
    pub day: Option<u8>,
}

impl PartialDate {
    /// The first day, as `2025-11-01`.
    pub fn first_day(self) -> String {
        date(self.edge(false))
    }

    /// The last day, as `2025-11-30`.
    pub fn last_day(self) -> String {
        date(self.edge(true))
    }

    /// The day that it is stored as: the first, under `until` the last.
    pub(crate) fn stored(self, key: &str) -> PartialDate {
        self.edge(key == "until")
    }

    /// The first day, or the last.
    fn edge(self, last: bool) -> PartialDate {
        let month = self.month.unwrap_or(if last { 12 } else { 1 });
        let day = self.day.unwrap_or(if last { days_in(self.year, month) } else { 1 });
        PartialDate { year: self.year, month: Some(month), day: Some(day) }
    }

    /// `'month'` or `'year'`; `None` for a day.
    pub fn precision(self) -> Option<&'static str> {
        match (self.month, self.day) {
            (None, _) => Some("year"),
            (_, None) => Some("month"),
            _ => None,
        }
    }
}

/// The number of days of a month of the proleptic Gregorian calendar.
pub(crate) fn days_in(year: u16, month: u8) -> u8 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// A question: all clauses hold at once.
#[derive(Clone, Debug, PartialEq)]
pub struct Ask {
    /// The clauses.
    pub clauses: Vec<AskClause>,
}

/// A clause of a question.
#[derive(Clone, Debug, PartialEq)]
pub struct AskClause {
    /// `not`.
    pub negated: bool,
    /// What holds, or not.
    pub kind: ClauseKind,
    /// The whole clause.
    pub span: Span,
}

/// The clauses.
#[derive(Clone, Debug, PartialEq)]
pub enum ClauseKind {
    /// `term (arrow term)+ {filters} [cite]`: `terms.len() == arrows.len() + 1`.
    Path {
        /// The terms.
        terms: Vec<Term>,
        /// The arrows between them.
        arrows: Vec<Arrow>,
        /// What every relationship of the path fulfils.
        filters: Vec<Filter>,
        /// The sources, any of which fits.
        cites: Vec<Cite>,
    },
    /// `term : Label, Label`.
    Labels {
        /// The term.
        term: Term,
        /// The labels.
        labels: Vec<Name>,
    },
}

/// An end of an arrow.
#[derive(Clone, Debug, PartialEq)]
pub enum Term {
    /// A name.
    Entity(Name),
    /// `?x`, `?x:Label`.
    Variable {
        /// The name, without the question mark.
        name: Name,
        /// The label.
        label: Option<Name>,
    },
}

/// An arrow of a question.
#[derive(Clone, Debug, PartialEq)]
pub struct Arrow {
    /// Which relationship types fit.
    pub verbs: Verbs,
    /// Where it points.
    pub direction: PatternDirection,
    /// `*1..3`.
    pub length: Option<Length>,
    /// The whole arrow.
    pub span: Span,
}

/// The relationship types of an arrow.
#[derive(Clone, Debug, PartialEq)]
pub enum Verbs {
    /// `?`: any.
    Any,
    /// `?how`: any, known as `how`.
    Bound(Name),
    /// `a|b`: one of these types.
    Types(Vec<Name>),
}

/// A filter of a question.
#[derive(Clone, Debug, PartialEq)]
pub enum Filter {
    /// Stated within this day, month or year.
    Stated(PartialDate, Span),
    /// Its validity overlaps the span; a missing end is open.
    Overlaps {
        /// The first day.
        from: Option<PartialDate>,
        /// The last day.
        to: Option<PartialDate>,
        /// The span as written.
        span: Span,
    },
    /// The quotation contains these words.
    Quote(Name),
    /// `likely`: the confidence is one that the word is said for.
    Hedge(Name),
    /// `key: value`, `key: >= value`, `>= 0.8`, a modality.
    Compare {
        /// The key.
        key: Name,
        /// The comparison.
        op: CompareOp,
        /// The value.
        value: Value,
        /// Where the value stands.
        span: Span,
    },
}
