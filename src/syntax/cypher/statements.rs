//! Statements, queries and single queries.

use super::{Builder, Parts, name, span_of};
use crate::error::{Detail, Error, Result};
use crate::span::Span;
use crate::syntax::ast::{Clause, ClauseKind, Mode, Moment, Name, Projection, Query, Recorded, SingleQuery, Statement};
use pest::iterators::Pair;
use standpoint_grammar::cypher::Rule;

/// What stands before a query.
#[derive(Default)]
struct Prefixes {
    cite: Option<Span>,
    moment: Option<Moment>,
    recorded: Option<Recorded>,
    /// Where the first of them stands.
    first: Option<Span>,
}

impl Builder<'_> {
    pub(super) fn statement(&self, pair: Pair<'_, Rule>) -> Result<Statement> {
        let mut parts = Parts::of(pair);
        let mode = parts.optional(Rule::mode).map(mode);
        let asked = self.prefixes(&mut parts)?;
        let body = parts.required()?;
        let start = mode.map(|(_, span)| span).or(asked.first).unwrap_or_else(|| span_of(&body));
        let span = start.to(span_of(&body));
        let query = match body.as_rule() {
            Rule::bare_pattern => self.bare_pattern(body)?,
            Rule::schema_command => self.schema_command(body)?,
            Rule::show_command => self.show_command(body)?,
            _ => self.query(body)?,
        };
        let Prefixes { cite, moment, recorded, .. } = asked;
        Ok(Statement { mode: mode.map_or(Mode::Run, |(mode, _)| mode), cite, moment, recorded, query, span })
    }

    /// What is asked of a query besides its rows, each at most once.
    fn prefixes(&self, parts: &mut Parts<'_>) -> Result<Prefixes> {
        let mut found = Prefixes::default();
        loop {
            let (span, twice) = if let Some(pair) = parts.optional(Rule::cite) {
                (span_of(&pair), found.cite.replace(span_of(&pair)).is_some())
            } else if let Some(pair) = parts.optional(Rule::moment) {
                (span_of(&pair), found.moment.replace(self.moment(pair)?).is_some())
            } else if let Some(pair) = parts.optional(Rule::recorded) {
                (span_of(&pair), found.recorded.replace(self.recorded(pair)?).is_some())
            } else {
                return Ok(found);
            };
            if twice {
                let message = "a query is about one moment, and says once what is asked of it";
                return Err(Error::syntax(Detail::InvalidClauseComposition, message).at(span));
            }
            found.first = found.first.or(Some(span));
        }
    }

    fn recorded(&self, pair: Pair<'_, Rule>) -> Result<Recorded> {
        let span = span_of(&pair);
        Ok(Recorded { at: self.expression(Parts::of(pair).required()?)?, span })
    }

    fn moment(&self, pair: Pair<'_, Rule>) -> Result<Moment> {
        let span = span_of(&pair);
        let mut parts = Parts::of(pair);
        let from = self.expression(parts.required()?)?;
        let to = if parts.accept(Rule::op_and) { Some(self.expression(parts.required()?)?) } else { None };
        Ok(Moment { from, to, span })
    }

    pub(super) fn query(&self, pair: Pair<'_, Rule>) -> Result<Query> {
        let mut parts = Parts::of(pair);
        let first = self.single_query(parts.required()?)?;
        let mut unions = Vec::new();
        while let Some(union) = parts.optional(Rule::union) {
            let span = span_of(&union);
            let all = Parts::of(union).accept(Rule::kw_all);
            unions.push((all, span, self.single_query(parts.required()?)?));
        }
        Ok(Query { first, unions })
    }

    /// `pattern WHERE …` as a query of one `MATCH`.
    pub(super) fn pattern_query(&self, pair: Pair<'_, Rule>) -> Result<Query> {
        let span = span_of(&pair);
        let clause = self.match_body(&mut Parts::of(pair), false)?;
        let clauses = vec![Clause { kind: clause, span }];
        Ok(Query { first: SingleQuery { clauses, span }, unions: Vec::new() })
    }

    /// `name` for each variable of a comma-separated list.
    pub(super) fn names(&self, parts: Parts<'_>) -> Result<Vec<Name>> {
        parts.map(|pair| name(&pair)).collect()
    }

    fn single_query(&self, pair: Pair<'_, Rule>) -> Result<SingleQuery> {
        let span = span_of(&pair);
        let mut clauses = Vec::new();
        for clause in Parts::of(pair) {
            if clause.as_rule() == Rule::use_clause {
                return Err(one_graph(span_of(&clause)));
            }
            clauses.push(self.clause(clause)?);
        }
        Ok(SingleQuery { clauses, span })
    }

    /// Clauses that are a whole statement.
    pub(super) fn lone(&self, clauses: Vec<Clause>, span: Span) -> Query {
        Query { first: SingleQuery { clauses, span }, unions: Vec::new() }
    }

    fn bare_pattern(&self, pair: Pair<'_, Rule>) -> Result<Query> {
        let mut query = self.pattern_query(pair)?;
        let span = query.first.span;
        query.first.clauses.push(Clause { kind: ClauseKind::Return(everything(span)), span });
        Ok(query)
    }
}

fn mode(pair: Pair<'_, Rule>) -> (Mode, Span) {
    let span = span_of(&pair);
    let mode = if Parts::of(pair).accept(Rule::kw_profile) { Mode::Profile } else { Mode::Explain };
    (mode, span)
}

fn one_graph(span: Span) -> Error {
    let message = "a statement is about the one graph that is open; `USE` cannot choose another";
    Error::syntax(Detail::UnexpectedSyntax, message).at(span).hint("open the other graph instead")
}

/// `*`
fn everything(span: Span) -> Projection {
    Projection { distinct: false, star: true, items: Vec::new(), order_by: Vec::new(), skip: None, limit: None, span }
}
