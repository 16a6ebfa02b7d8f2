//! What may be wrong in texts of facts, beyond what cannot be read.
//!
//! Takes texts, and a graph that is known beside them if there is one; gives findings in order of place. Nothing is run:
//! names and verbs are compared as they are written, in time that grows with the texts.

mod contested;
mod names;
mod verbs;

use crate::error::Error;
use crate::session::day;
use crate::span::Span;
use crate::store::Version;
use crate::syntax::facts::ast::{Body, Mark};
use crate::syntax::facts::{Entry, fences, read_with};
use crate::value::temporal::Date;
use std::fmt;

/// A text to check.
#[derive(Clone, Copy, Debug)]
pub struct Text<'t> {
    /// The name of its file.
    pub file: &'t str,
    /// What it says.
    pub text: &'t str,
    /// Whether it is Markdown, of which the blocks of facts are checked.
    pub markdown: bool,
}

/// What is found, with what it means.
pub const KINDS: &[(&str, &str)] = &[
    ("syntax", "the line cannot be read"),
    ("span", "a span of dates ends before it begins"),
    ("undeclared", "no line declares the entity, though others are declared"),
    ("near-duplicate", "the name is spelled almost like another"),
    ("ambiguous", "the name may be several entities"),
    ("unknown-verb", "the verb is used once, and almost like a known one; or the graph that is given does not have it"),
    ("missing-source", "no source says the fact"),
    ("future-date", "the date is still to come"),
    ("for-and-against", "an actor is for and against the same thing at the same time"),
];

/// Something that may be wrong.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// Which of the texts.
    pub text: usize,
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// What it is, of [`KINDS`].
    pub kind: &'static str,
    /// What it is, in words.
    pub message: String,
    /// What may help.
    pub hint: Option<String>,
}

impl fmt::Display for Finding {
    /// `file:line:col: kind: message`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}: {}", self.file, self.line, self.column, self.kind, self.message)?;
        self.hint.iter().try_for_each(|hint| write!(f, " ({hint})"))
    }
}

/// Checks texts that belong together: what one declares, the others may use. `known` is a graph whose names and verbs
/// are declared as well.
///
/// ```
/// use standpoint::io::facts::check::{Text, check};
/// let text = "[s] \"A source\"\nKyiv : Actor\nMoscow : Actor\nKyv -opposes-> Moscow\n";
/// let today = standpoint::value::temporal::parse::date("2025-12-01")?;
/// let findings = check(&[Text { file: "x.facts", text, markdown: false }], None, today);
/// assert_eq!(findings[0].to_string(), "x.facts:4:1: undeclared: no line declares `Kyv` (did you mean `Kyiv`?)");
/// # Ok::<(), standpoint::error::Error>(())
/// ```
pub fn check(texts: &[Text<'_>], known: Option<&Version>, today: Date) -> Vec<Finding> {
    let starts = |text: &Text<'_>| {
        let after = text.text.match_indices('\n').map(|(at, _)| at + 1);
        std::iter::once(0).chain(after).collect()
    };
    let mut report = Report { texts, starts: texts.iter().map(starts).collect(), findings: Vec::new() };
    let entries = report.read();
    lines(&entries, today, &mut report);
    let names = names::Names::of(&entries, known);
    names.check(&mut report);
    verbs::check(&entries, known, &mut report);
    contested::check(&entries, &names, &mut report);
    report.findings.sort();
    report.findings.dedup();
    report.findings
}

/// An entry and the number of its text.
type Placed = (usize, Entry);

/// What was found so far.
struct Report<'t> {
    texts: &'t [Text<'t>],
    /// Where the lines of each text begin.
    starts: Vec<Vec<usize>>,
    findings: Vec<Finding>,
}

impl Report<'_> {
    fn tell(&mut self, (text, span): (usize, Span), kind: &'static str, message: String, hint: Option<String>) {
        let (line, column) = self.place(text, span);
        let file = self.file(text).to_owned();
        self.findings.push(Finding { text, file, line, column, kind, message, hint });
    }

    fn file(&self, text: usize) -> &str {
        self.texts.get(text).map(|text| text.file).unwrap_or_default()
    }

    /// The line and column of a place.
    fn place(&self, text: usize, span: Span) -> (usize, usize) {
        let (Some(text), Some(starts)) = (self.texts.get(text), self.starts.get(text)) else { return (1, 1) };
        let start = (span.start as usize).min(text.text.len());
        let line = starts.partition_point(|begin| *begin <= start).max(1);
        let begin = starts.get(line - 1).copied().unwrap_or(0);
        (line, text.text.get(begin..start).map_or(1, |before| before.chars().count() + 1))
    }

    fn wrong(&mut self, text: usize, error: &Error) {
        let kind = if error.message().starts_with("the span ends") { "span" } else { "syntax" };
        let hint = error.hints().first().cloned();
        self.tell((text, error.span().unwrap_or_default()), kind, error.message().to_owned(), hint);
    }

    fn read(&mut self) -> Vec<Placed> {
        let mut entries = Vec::new();
        for (at, text) in self.texts.iter().enumerate() {
            let all: Vec<_> = match text.markdown.then(|| fences(text.text)) {
                None => read_with(text.text, |entries| entries.collect()),
                Some(Ok(fences)) => fences.iter().flat_map(|fence| fence.read()).collect(),
                Some(Err(error)) => vec![Err(error)],
            };
            for entry in all {
                match entry {
                    Ok(entry) => entries.push((at, entry)),
                    Err(error) => self.wrong(at, &error),
                }
            }
        }
        entries
    }
}

/// What a line shows by itself.
fn lines(entries: &[Placed], today: Date, report: &mut Report<'_>) {
    for (text, entry) in entries {
        let place = (*text, entry.line.span);
        let dates = match &entry.line.body {
            Body::Fact(fact) => {
                if fact.cites.is_empty() && entry.defaults.source.is_none() && entry.line.mark != Mark::Retract {
                    let message = "no source says this".to_owned();
                    report.tell(place, "missing-source", message, Some("cite one: `[source]`".to_owned()));
                }
                [fact.meta.date, fact.meta.since]
            }
            Body::Source(source) => [source.date, None],
            _ => [None, None],
        };
        for date in dates.into_iter().flatten().filter(|date| day(*date).is_some_and(|day| day.days > today.days)) {
            let message = format!("{} is still to come", crate::syntax::facts::format::date(date));
            report.tell(place, "future-date", message, None);
        }
    }
}
