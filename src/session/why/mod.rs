//! Why a question gives no rows: the first part of it that leaves nothing, and what there is instead.
//!
//! Takes the tree of a statement; asks growing beginnings of it whether they give any row, clause by clause, and inside
//! the clause that leaves nothing part by part. Each such question ends with its first row.

mod instead;
mod steps;

use super::graph::Graph;
use super::options::RunOptions;
use super::run;
use super::transaction::Place;
use crate::error::{ErrorType, Result};
use crate::semantic::writes;
use crate::span::Span;
use crate::store::Snapshot;
use crate::syntax::ast::{
    Clause, ClauseKind, Expr, ExprKind, Mode, Name, Projection, ProjectionItem, Query, SingleQuery, Statement,
};
use crate::syntax::facts::build;
use crate::text::beginning;
use crate::value::{Map, Value};
use std::fmt;
use std::time::Instant;
use steps::Step;

/// Why a question gives no rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WhyEmpty {
    /// The part that leaves nothing, and how much there was before it, in words.
    pub message: String,
    /// Where the part stands.
    pub span: Span,
    /// What there is instead, and near names.
    pub hints: Vec<String>,
}

impl fmt::Display for WhyEmpty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        let before = std::iter::once(&self.message).chain(&self.hints);
        self.hints.iter().zip(before).try_for_each(|(hint, before)| {
            let separator = if before.ends_with('?') { " " } else { "; " };
            write!(f, "{separator}{hint}")
        })
    }
}

/// The most rows that are counted before the part that leaves nothing.
const COUNTED: i64 = 1000;

/// The most rows of a beginning that are looked at.
const ROWS: usize = 1000;

/// Asks beginnings of a statement.
pub(super) struct Asking<'a> {
    pub(super) graph: &'a Graph,
    pub(super) snapshot: Snapshot,
    pub(super) statement: &'a Statement,
    pub(super) text: &'a str,
    pub(super) parameters: &'a Map,
    pub(super) options: &'a RunOptions,
    pub(super) begun: Instant,
}

impl Asking<'_> {
    /// Why the statement gives no rows; `None` when it gives some, or changes the graph.
    ///
    /// # Errors
    /// What goes wrong while asking; a time limit holds for all of it together.
    pub(super) fn why(&self) -> Result<Option<WhyEmpty>> {
        let query = &self.statement.query;
        if writes(self.statement) || !matches!(self.statement.mode, Mode::Run) || !self.is_empty_query(query)? {
            return Ok(None);
        }
        if let Some(why) = self.why_moment(query)? {
            return Ok(Some(why));
        }
        let clauses = &query.first.clauses;
        for at in (0..clauses.len()).rev() {
            if self.found(&clauses[..at])? == Some(true) {
                return self.why_clause(&clauses[..at], &clauses[at]).map(Some);
            }
        }
        Ok(None)
    }

    fn is_empty_query(&self, query: &Query) -> Result<bool> {
        Ok(self.rows(query.clone(), true, 1)?.is_empty())
    }

    /// Whether there are rows that rest on what does not hold at the moment that is asked about.
    fn why_moment(&self, query: &Query) -> Result<Option<WhyEmpty>> {
        let asked = self.statement.moment.as_ref();
        if (asked.is_none() && self.options.as_of.is_none()) || self.rows(query.clone(), false, 1)?.is_empty() {
            return Ok(None);
        }
        let message = "there are rows, but they rest on what does not hold at that moment".to_owned();
        Ok(Some(WhyEmpty { message, span: asked.map(|moment| moment.span).unwrap_or_default(), hints: Vec::new() }))
    }

    fn why_clause(&self, before: &[Clause], clause: &Clause) -> Result<WhyEmpty> {
        match &clause.kind {
            ClauseKind::Match { mode, pattern, predicate, .. } => {
                self.why_step(before, &steps::of_match(*mode, pattern, predicate.as_ref(), clause.span))
            }
            ClauseKind::Filter(predicate) => self.why_step(before, &steps::of_filter(predicate, clause.span)),
            ClauseKind::With { projection, predicate: Some(predicate) } => {
                let with = ClauseKind::With { projection: projection.clone(), predicate: None };
                let mut longer = before.to_vec();
                longer.push(Clause { kind: with, span: clause.span });
                match self.any(&longer)? {
                    true => self.why_step(&longer, &steps::of_filter(predicate, clause.span)),
                    false => self.whole(before, clause.span),
                }
            }
            _ => self.whole(before, clause.span),
        }
    }

    /// The first of growing steps that leaves nothing.
    fn why_step(&self, before: &[Clause], steps: &[Step]) -> Result<WhyEmpty> {
        let mut last: Option<&Step> = None;
        for step in steps {
            let mut clauses = before.to_vec();
            clauses.extend(step.clauses.iter().cloned());
            // A beginning that fails speaks of what comes later, and is looked at together with that.
            let Some(any) = self.found(&clauses)? else { continue };
            if !any {
                let mut left = before.to_vec();
                left.extend(last.into_iter().flat_map(|last| last.clauses.iter().cloned()));
                let mut why = self.whole(&left, step.span)?;
                // What is found out in time is told without what would take longer.
                why.hints.extend(instead::hints(self, &left, step).unwrap_or_default());
                return Ok(why);
            }
            last = Some(step);
        }
        let span = steps.last().map(|step| step.span).unwrap_or_default();
        self.whole(before, span)
    }

    /// The message that the part at a place leaves nothing of what comes before it.
    fn whole(&self, before: &[Clause], span: Span) -> Result<WhyEmpty> {
        let part = beginning(&span.of(self.text).split_whitespace().collect::<Vec<_>>().join(" "));
        let rows = match self.count(before)? {
            1 => "1 row".to_owned(),
            count if count > COUNTED => format!("more than {COUNTED} rows"),
            count => format!("{count} rows"),
        };
        let message = match before.is_empty() {
            true => format!("nothing fits `{part}`"),
            false => format!("`{part}` leaves nothing of {rows}"),
        };
        Ok(WhyEmpty { message, span, hints: Vec::new() })
    }

    fn count(&self, clauses: &[Clause]) -> Result<i64> {
        let span = Span::default();
        let mut clauses = clauses.to_vec();
        let one = item(int(1), "one");
        let limited = Projection { limit: Some(int(COUNTED + 1)), ..projection(vec![one]) };
        clauses.push(Clause { kind: ClauseKind::With { projection: limited, predicate: None }, span });
        let rows = self.given(&clauses, projection(vec![item(build::expr(ExprKind::CountStar, span), "n")]))?;
        Ok(rows.first().and_then(|row| row.first()).and_then(Value::as_int).unwrap_or(0))
    }

    /// Whether clauses give any row; `None` when they fail where the whole statement did not.
    fn found(&self, clauses: &[Clause]) -> Result<Option<bool>> {
        match self.any(clauses) {
            Err(error) if !matches!(error.error_type(), ErrorType::ResourceLimit | ErrorType::Cancelled) => Ok(None),
            any => any.map(Some),
        }
    }

    /// Whether clauses give any row.
    fn any(&self, clauses: &[Clause]) -> Result<bool> {
        let ended =
            clauses.last().is_some_and(|clause| matches!(clause.kind, ClauseKind::Return(_) | ClauseKind::Finish));
        if clauses.is_empty() || ended {
            return Ok(clauses.is_empty());
        }
        let one = Projection { limit: Some(int(1)), ..projection(vec![item(int(1), "one")]) };
        Ok(!self.given(clauses, one)?.is_empty())
    }

    /// The first [`ROWS`] rows of clauses and a `RETURN`.
    fn given(&self, clauses: &[Clause], returned: Projection) -> Result<Vec<Vec<Value>>> {
        let mut clauses = clauses.to_vec();
        clauses.push(Clause { kind: ClauseKind::Return(returned), span: Span::default() });
        let first = SingleQuery { clauses, span: self.statement.span };
        self.rows(Query { first, unions: Vec::new() }, true, ROWS)
    }

    /// The first rows of a query; no more are computed.
    fn rows(&self, query: Query, at_moment: bool, most: usize) -> Result<Vec<Vec<Value>>> {
        let moment = self.statement.moment.clone().filter(|_| at_moment);
        let statement =
            Statement { mode: Mode::Run, cite: None, moment, recorded: None, query, span: self.statement.span };
        let options = RunOptions {
            cite: false,
            as_recorded: None,
            as_of: self.options.as_of.clone().filter(|_| at_moment),
            timeout: self.options.timeout.map(|timeout| timeout.saturating_sub(self.begun.elapsed())),
            ..self.options.clone()
        };
        let asked = run::as_asked(&statement, &options)?;
        let mut answer = run::read(self.graph, &self.snapshot, &asked, self.parameters, &options)?;
        let mut rows = Vec::new();
        while rows.len() < most
            && let Some(row) = answer.next_row()?
        {
            rows.push(row.values().to_vec());
        }
        Ok(rows)
    }
}

/// What the last statement of a place was, asked why it gave no rows.
pub(super) fn why_empty(
    place: &Place<'_>,
    statement: &Statement,
    text: &str,
    parameters: &Map,
    options: &RunOptions,
) -> Result<Option<WhyEmpty>> {
    let snapshot = place.reading().version(&*run::as_asked(statement, options)?, parameters, options)?;
    Asking { graph: place.graph, snapshot, statement, text, parameters, options, begun: Instant::now() }.why()
}

fn int(number: i64) -> Expr {
    build::expr(ExprKind::Int(number), Span::default())
}

fn named(text: &str) -> Name {
    build::name(text, Span::default())
}

fn item(expr: Expr, alias: &str) -> ProjectionItem {
    build::item(expr, &named(alias))
}

fn projection(items: Vec<ProjectionItem>) -> Projection {
    build::projection(items, false, Span::default())
}
