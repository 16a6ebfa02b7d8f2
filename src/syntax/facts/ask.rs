//! Questions.

use super::ast::{Arrow, Ask, AskClause, Body, ClauseKind, Length, Name, PatternDirection, Term, Verbs};
use super::errors::wrong;
use super::items;
use super::parse::{Part, Parts, distinct, type_of};
use crate::error::{Error, Result};
use crate::span::Span;
use standpoint_grammar::facts::Rule;
use std::collections::HashSet;

/// The text after the mark of a question. A line that begins with a variable needs no mark.
pub(super) fn without_mark(text: &str) -> &str {
    let rest = text.strip_prefix('?').unwrap_or(text);
    match rest.chars().next() {
        Some(letter) if letter.is_alphanumeric() || letter == '_' => text,
        _ => rest,
    }
}

/// Clauses joined by ` & `.
pub(super) fn ask(parts: &mut Parts<'_>) -> Result<Body> {
    if parts.peek().is_none() {
        return Err(wrong("nothing is asked", parts.whole()).hint("ask like this: `? ?who -opposes-> Kyiv`"));
    }
    let mut clauses = vec![clause(parts)?];
    while parts.peek() == Some(Rule::ampersand) {
        let ampersand = parts.next().map_or(parts.whole(), |part| parts.span_of(&part));
        if parts.peek().is_none() {
            return Err(wrong("a clause is missing after ` & `", ampersand));
        }
        clauses.push(clause(parts)?);
    }
    let ask = Ask { clauses };
    check_variables(&ask)?;
    Ok(Body::Ask(ask))
}

fn clause(parts: &mut Parts<'_>) -> Result<AskClause> {
    let start = parts.place();
    let negated = parts.peek() == Some(Rule::not_word);
    if negated {
        parts.next();
    }
    let first = term(parts, None)?;
    let kind = match parts.peek() {
        Some(Rule::arrow) => path(parts, first)?,
        Some(Rule::labels) => labels(parts, first)?,
        Some(Rule::ampersand) => return Err(no_clause(parts, &first)),
        None => return Err(alone(parts, &first)),
        Some(_) => return Err(parts.unexpected_next()),
    };
    let end = parts.place();
    Ok(AskClause { negated, kind, span: Span::new(start.start as usize, end.start as usize) })
}

fn no_clause(parts: &mut Parts<'_>, first: &Term) -> Error {
    let place = parts.place();
    match first {
        Term::Entity(name) => {
            parts.next();
            parts.ampersand_after(name, place)
        }
        Term::Variable { name, .. } => alone(parts, &Term::Entity(name.clone())),
    }
}

fn alone(parts: &Parts<'_>, term: &Term) -> Error {
    let (Term::Entity(name) | Term::Variable { name, .. }) = term;
    let text = parts.text(name.span);
    let error = wrong(format!("nothing is asked of `{}`", super::errors::shown(text)), name.span);
    if parts.follows_ampersand(name.span) {
        return error.hint("a name that holds ` & ` needs quotes");
    }
    error.hint("a clause is `term -verb-> term` or `term : Label`, where a term is a name or a variable `?x`")
}

fn labels(parts: &mut Parts<'_>, term: Term) -> Result<ClauseKind> {
    let Some(part) = parts.next() else { return Err(alone(parts, &term)) };
    Ok(ClauseKind::Labels { term, labels: parts.labels(part)? })
}

fn path(parts: &mut Parts<'_>, first: Term) -> Result<ClauseKind> {
    let (mut terms, mut arrows) = (vec![first], Vec::new());
    while parts.peek() == Some(Rule::arrow) {
        let Some(part) = parts.next() else { break };
        parts.check_arrow_head(&part)?;
        let arrow = arrow(parts, part)?;
        terms.push(term(parts, Some(arrow.span))?);
        arrows.push(arrow);
    }
    let (mut filters, mut cites) = (Vec::new(), Vec::new());
    while let Some(Rule::meta | Rule::cite) = parts.peek() {
        let Some(part) = parts.next() else { break };
        match part.as_rule() {
            Rule::meta => filters.extend(items::filters(parts, part)?),
            _ => cites.push(parts.cite(part)?),
        }
    }
    if parts.peek() == Some(Rule::arrow) {
        return Err(wrong("filters and cites stand at the end of the clause", parts.place())
            .hint("they are about every arrow of the clause; ` & ` begins another clause"));
    }
    Ok(ClauseKind::Path { terms, arrows, filters, cites })
}

/// A name or variable, after an arrow or at the beginning of a clause.
fn term(parts: &mut Parts<'_>, arrow: Option<Span>) -> Result<Term> {
    if parts.peek() == Some(Rule::variable) {
        let Some(part) = parts.next() else { return Err(wrong("a name is missing", parts.whole())) };
        return variable(parts, part);
    }
    match arrow {
        Some(arrow) => parts.name_after(&format!("`{}`", parts.text(arrow))).map(Term::Entity),
        None => parts.name("a clause").map(Term::Entity),
    }
}

fn variable<'t>(parts: &Parts<'t>, part: Part<'t>) -> Result<Term> {
    let mut inner = part.into_inner();
    let name = inner.next().ok_or_else(|| wrong("a variable is missing", parts.whole()))?;
    let label = inner.next().map(|label| parts.label(&label)).transpose()?;
    Ok(Term::Variable { name: Name { text: name.as_str().into(), span: parts.span_of(&name) }, label })
}

/// An arrow of a question or of a fact.
pub(super) fn arrow<'t>(parts: &Parts<'t>, part: Part<'t>) -> Result<Arrow> {
    let span = parts.span_of(&part);
    let Some(part) = part.into_inner().next() else { return Err(wrong("an arrow is missing", span)) };
    let direction = match part.as_rule() {
        Rule::right_arrow => PatternDirection::Right,
        Rule::left_arrow => PatternDirection::Left,
        _ => PatternDirection::Either,
    };
    let mut arrow = Arrow { verbs: Verbs::Any, direction, length: None, span };
    let mut types: Vec<Name> = Vec::new();
    for inner in part.into_inner() {
        let at = parts.span_of(&inner);
        match inner.as_rule() {
            Rule::verb => {
                types.push(Name { text: type_of(inner.as_str()).into(), span: at });
            }
            Rule::verb_variable => {
                arrow.verbs = match inner.into_inner().next() {
                    Some(name) => Verbs::Bound(Name { text: name.as_str().into(), span: at }),
                    None => Verbs::Any,
                }
            }
            _ => arrow.length = Some(length(inner, at)?),
        }
    }
    if !types.is_empty() {
        arrow.verbs = Verbs::Types(distinct(types));
    }
    match (&arrow.verbs, arrow.length) {
        (Verbs::Bound(_), Some(_)) => {
            Err(wrong("a verb with a name is that of one relationship, not of several", span).hint("write `-?*1..3->`"))
        }
        _ => Ok(arrow),
    }
}

fn length(part: Part<'_>, span: Span) -> Result<Length> {
    let ranged = part.as_str().contains("..");
    let mut length = Length { min: None, max: None };
    for bound in part.into_inner() {
        let number: u64 = bound.as_str().parse().map_err(|_| wrong("the length is too large", span))?;
        match bound.as_rule() {
            Rule::at_least => length.min = Some(number),
            Rule::at_most => length.max = Some(number),
            _ => length = Length { min: Some(number), max: Some(number) },
        }
    }
    match (ranged, length.min, length.max) {
        (true, None, None) => Err(wrong("a number is missing before or after `..`", span)),
        (_, Some(min), Some(max)) if min > max => Err(wrong("the greatest length is less than the least", span)),
        _ => Ok(length),
    }
}

/// A variable stands for an entity or for a verb, not for both.
fn check_variables(ask: &Ask) -> Result<()> {
    let mut entities: HashSet<&str> = HashSet::new();
    let mut verbs: Vec<&Name> = Vec::new();
    for clause in &ask.clauses {
        let (terms, arrows) = match &clause.kind {
            ClauseKind::Path { terms, arrows, .. } => (terms.as_slice(), arrows.as_slice()),
            ClauseKind::Labels { term, .. } => (std::slice::from_ref(term), [].as_slice()),
        };
        entities.extend(terms.iter().filter_map(|term| match term {
            Term::Variable { name, .. } => Some(&*name.text),
            Term::Entity(_) => None,
        }));
        verbs.extend(arrows.iter().filter_map(|arrow| match &arrow.verbs {
            Verbs::Bound(name) => Some(name),
            _ => None,
        }));
    }
    match verbs.into_iter().find(|verb| entities.contains(&*verb.text)) {
        Some(name) => {
            Err(wrong(format!("`?{}` stands for a verb here and for an entity elsewhere", name.text), name.span))
        }
        None => Ok(()),
    }
}
