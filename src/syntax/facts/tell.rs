//! Sources, entities and facts, told and retracted.

use super::ast::{Cite, Entity, Fact, Meta, Modality, Name, PartialDate, Property, Source, Value};
use super::translate::{Defaults, Kind, Translated};
use super::{build, format};
use crate::span::Span;
use crate::syntax::ast::{
    BinaryOp, Clause, ClauseKind, CompareOp, Expr, ExprKind, LabelExpr, NodePattern, PatternDirection, RemoveItem,
    SetItem, UnaryOp,
};
use std::borrow::Cow;
use std::sync::Arc;

/// `MERGE (s:Source {id: ref}) SET s.title = …`
pub(super) fn source(source: &Source, span: Span) -> Translated {
    let variable = build::name("s", source.reference.span);
    let mut clauses = vec![build::merge(source_node(source, &variable))];
    let mut items = Vec::new();
    for (key, value) in [("title", &source.title), ("url", &source.url)] {
        items.extend(
            value.iter().map(|text| build::set(&variable, key, build::string(text.text.clone(), text.span), span)),
        );
    }
    if let Some(date) = source.date {
        items.extend(set_value(&variable, "date", &Value::Date(date), span));
    }
    items.extend(source.properties.iter().flat_map(|p| set_value(&variable, &p.key.text, &p.value, p.span)));
    clauses.extend(set_clause(items, span));
    Translated::new(build::statement(clauses, span), Kind::Tell, Vec::new())
}

/// `MATCH (s:Source {id: ref}) WHERE s.title = … DELETE s`
pub(super) fn retract_source(source: &Source, span: Span) -> Translated {
    let variable = build::name("s", source.reference.span);
    let pattern = build::path(vec![source_node(source, &variable)], Vec::new(), span);
    let mut conditions = Vec::new();
    for (key, value) in [("title", &source.title), ("url", &source.url)] {
        conditions.extend(value.iter().map(|text| {
            build::equal(build::property(&variable, key, text.span), build::string(text.text.clone(), text.span))
        }));
    }
    if let Some(date) = source.date {
        conditions.extend(same_value(&variable, "date", &Value::Date(date), span));
    }
    conditions.extend(source.properties.iter().flat_map(|p| same_value(&variable, &p.key.text, &p.value, p.span)));
    let delete = delete(&variable, span);
    let clauses = vec![build::match_(pattern, conditions), delete, return_removed(span)];
    let what = format::cite(&Cite { reference: source.reference.clone(), locator: None });
    Translated::retracting(build::statement(clauses, span), what, Vec::new())
}

fn source_node(source: &Source, variable: &Name) -> NodePattern {
    let span = source.reference.span;
    let id = (build::name("id", span), build::string(source.reference.text.clone(), span));
    NodePattern {
        labels: build::labels(&[build::name("Source", span)]),
        properties: Some(build::expr(ExprKind::Map(vec![id]), span)),
        ..build::node(Some(variable.clone()), span)
    }
}

/// `MERGE (n@name) SET n:Label, n.aliases = …, n.key = value`
pub(super) fn entity(entity: &Entity, span: Span) -> Translated {
    let variable = build::name("n", entity.name.span);
    let mut items = Vec::new();
    if !entity.labels.is_empty() {
        items.push(SetItem::Labels { variable: variable.clone(), labels: plain(&entity.labels) });
    }
    if !entity.aliases.is_empty() {
        items.push(build::set(&variable, "aliases", with_aliases(&variable, &entity.aliases, span), span));
    }
    items.extend(entity.properties.iter().flat_map(|p| set_value(&variable, &p.key.text, &p.value, p.span)));
    let mut clauses = vec![build::merge(build::entity(Some(variable), &entity.name))];
    clauses.extend(set_clause(items, span));
    Translated::new(build::statement(clauses, span), Kind::Tell, vec![entity.name.clone()])
}

/// `coalesce(n.aliases, []) + [x IN […] WHERE NOT x IN coalesce(n.aliases, [])]`
fn with_aliases(variable: &Name, aliases: &[Name], span: Span) -> Expr {
    let each = build::name("x", span);
    let known = binary(BinaryOp::In, build::variable(&each), known_aliases(variable, span), span);
    let added = ExprKind::ListComprehension {
        variable: each,
        list: Box::new(build::strings(aliases, span)),
        predicate: Some(Box::new(not(known))),
        result: None,
    };
    binary(BinaryOp::Add, known_aliases(variable, span), build::expr(added, span), span)
}

fn known_aliases(variable: &Name, span: Span) -> Expr {
    build::call("coalesce", vec![build::property(variable, "aliases", span), build::list(Vec::new(), span)], span)
}

/// Takes back what an entity line tells: its labels, aliases and properties, and the node when nothing but its name is
/// left and no relationship touches it. So a patch may change the line of an entity that facts are about.
pub(super) fn retract_entity(entity: &Entity, span: Span) -> Translated {
    let variable = build::name("n", entity.name.span);
    let node =
        NodePattern { labels: build::labels(&entity.labels), ..build::entity(Some(variable.clone()), &entity.name) };
    let mut conditions: Vec<Expr> = entity
        .aliases
        .iter()
        .map(|alias| {
            let alias = build::string(alias.text.clone(), alias.span);
            binary(BinaryOp::In, alias, known_aliases(&variable, span), span)
        })
        .collect();
    conditions.extend(entity.properties.iter().flat_map(|p| same_value(&variable, &p.key.text, &p.value, p.span)));
    let mut clauses = vec![build::match_(build::path(vec![node], Vec::new(), span), conditions)];
    let removed = removed_items(entity, &variable);
    if !removed.is_empty() {
        clauses.push(Clause { kind: ClauseKind::Remove(removed), span });
    }
    if !entity.aliases.is_empty() {
        clauses.push(without_aliases(&variable, &entity.aliases, span));
    }
    clauses.push(delete_if_bare(&variable, span));
    clauses.push(return_removed(span));
    let what = format::name(&entity.name.text);
    Translated::retracting(build::statement(clauses, span), what, vec![entity.name.clone()])
}

fn plain(labels: &[Name]) -> Vec<LabelExpr> {
    labels.iter().cloned().map(LabelExpr::Label).collect()
}

fn removed_items(entity: &Entity, variable: &Name) -> Vec<RemoveItem> {
    let mut items = Vec::new();
    if !entity.labels.is_empty() {
        items.push(RemoveItem::Labels { variable: variable.clone(), labels: plain(&entity.labels) });
    }
    let property =
        |key: &str, span| RemoveItem::Property { target: build::variable(variable), key: build::name(key, span) };
    for Property { key, value, span } in &entity.properties {
        items.push(property(&key.text, *span));
        if matches!(value, Value::Date(_)) {
            items.push(property(&precision_key(&key.text), *span));
        }
    }
    items
}

/// `SET n.aliases = CASE WHEN all(x IN n.aliases WHERE x IN […]) THEN null ELSE [x IN n.aliases WHERE NOT x IN […]] END`
fn without_aliases(variable: &Name, aliases: &[Name], span: Span) -> Clause {
    let each = build::name("x", span);
    let told = binary(BinaryOp::In, build::variable(&each), build::strings(aliases, span), span);
    let all = ExprKind::Quantifier {
        quantifier: crate::syntax::ast::Quantifier::All,
        variable: each.clone(),
        list: Box::new(build::property(variable, "aliases", span)),
        predicate: Some(Box::new(told.clone())),
    };
    let rest = ExprKind::ListComprehension {
        variable: each,
        list: Box::new(build::property(variable, "aliases", span)),
        predicate: Some(Box::new(not(told))),
        result: None,
    };
    let value = case(build::expr(all, span), build::null(span), build::expr(rest, span), span);
    Clause { kind: ClauseKind::Set(vec![build::set(variable, "aliases", value, span)]), span }
}

/// `FOREACH (x IN CASE WHEN … THEN [n] ELSE [] END | DELETE x)`
fn delete_if_bare(variable: &Name, span: Span) -> Clause {
    let length = |function: &str| {
        let of = build::call(function, vec![build::variable(variable)], span);
        build::call("size", vec![of], span)
    };
    let number = |number| build::expr(ExprKind::Int(number), span);
    let touched = build::path(
        vec![build::node(Some(variable.clone()), span), build::node(None, span)],
        vec![build::rel(None, Vec::new(), PatternDirection::Either, span)],
        span,
    );
    let conditions = vec![
        build::equal(length("labels"), number(0)),
        build::compare(length("keys"), CompareOp::LessEqual, number(1)),
        not(build::expr(ExprKind::Pattern(Box::new(touched)), span)),
    ];
    let condition = build::expr(ExprKind::And(conditions), span);
    let bare = case(condition, build::list(vec![build::variable(variable)], span), build::list(Vec::new(), span), span);
    let each = build::name("x", span);
    let body = vec![delete(&each, span)];
    Clause { kind: ClauseKind::Foreach { variable: each, list: bare, body }, span }
}

/// `MERGE (a@A) MERGE (b@B) CREATE (a)-[:VERB {…}]->(b), …`: one relationship for each cite.
pub(super) fn fact(fact: &Fact, defaults: &Defaults, span: Span) -> Translated {
    let (a, b) = (build::name("a", fact.subject.span), build::name("b", fact.object.span));
    let create = cites(fact, defaults)
        .into_iter()
        .map(|cite| {
            let mut entries = cite.map(|cite| cite_entries(&cite)).unwrap_or_default();
            entries.extend(meta_entries(&fact.meta, defaults, fact.verb.span));
            let mut rel = build::rel(None, vec![fact.verb.clone()], PatternDirection::Right, fact.verb.span);
            rel.properties = (!entries.is_empty()).then(|| build::expr(ExprKind::Map(entries), span));
            let nodes = [&a, &b].map(|end| build::node(Some(end.clone()), end.span));
            build::path(nodes.into(), vec![rel], span)
        })
        .collect();
    let clauses = vec![
        build::merge(build::entity(Some(a), &fact.subject)),
        build::merge(build::entity(Some(b), &fact.object)),
        Clause { kind: ClauseKind::Create(create), span },
    ];
    Translated::new(build::statement(clauses, span), Kind::Tell, vec![fact.subject.clone(), fact.object.clone()])
}

/// `MATCH (@A)-[r:VERB]->(@B) WHERE r.key = … DELETE r`
pub(super) fn retract(fact: &Fact, defaults: &Defaults, span: Span) -> Translated {
    let variable = build::name("r", fact.verb.span);
    let rel = build::rel(Some(variable.clone()), vec![fact.verb.clone()], PatternDirection::Right, fact.verb.span);
    let nodes = vec![build::entity(None, &fact.subject), build::entity(None, &fact.object)];
    let cited = cites(fact, defaults).into_iter().flatten().map(|cite| same_cite(&variable, &cite)).collect();
    let mut conditions: Vec<Expr> = build::any(cited).into_iter().collect();
    for (key, value, at) in meta_values(&fact.meta, defaults) {
        conditions.extend(same_value(&variable, &key, &value, at.unwrap_or(span)));
    }
    let clauses = vec![
        build::match_(build::path(nodes, vec![rel], span), conditions),
        delete(&variable, span),
        return_removed(span),
    ];
    Translated::retracting(
        build::statement(clauses, span),
        format::fact(fact),
        vec![fact.subject.clone(), fact.object.clone()],
    )
}

/// The cites of a fact, or the default source, or one `None`.
fn cites(fact: &Fact, defaults: &Defaults) -> Vec<Option<Cite>> {
    match (fact.cites.is_empty(), &defaults.source) {
        (false, _) => fact.cites.iter().cloned().map(Some).collect(),
        (true, None) => vec![None],
        (true, Some(source)) => {
            vec![Some(Cite { reference: build::name(source.clone(), fact.verb.span), locator: None })]
        }
    }
}

/// When a fact was stated: the default date, unless it says one, be it as a property.
fn stated(meta: &Meta, defaults: &Defaults) -> Option<PartialDate> {
    let told = || meta.properties.iter().any(|property| &*property.key.text == "date");
    meta.date.or_else(|| defaults.date.filter(|_| !told()))
}

/// The texts of a cite by their keys: the source, then the place in it.
fn cite_texts(cite: &Cite) -> impl Iterator<Item = (&'static str, &Name)> {
    std::iter::once(("source", &cite.reference)).chain(cite.locator.iter().map(|locator| ("locator", locator)))
}

/// A fact as it would be told with no source and date before it: one for each cite, each with its own.
pub(crate) fn stand_alone(fact: &Fact, defaults: &Defaults) -> Vec<Fact> {
    let meta = Meta { date: stated(&fact.meta, defaults), ..fact.meta.clone() };
    let alone = |cite: Option<Cite>| Fact { meta: meta.clone(), cites: cite.into_iter().collect(), ..fact.clone() };
    cites(fact, defaults).into_iter().map(alone).collect()
}

/// The properties of each relationship that a fact stands for, as they are stored.
pub(crate) fn stored_statements<'a>(
    fact: &'a Fact,
    defaults: &'a Defaults,
) -> impl Iterator<Item = impl Iterator<Item = Stored<'a>>> {
    let told = fact.cites.iter().map(|cite| (Some(&cite.reference.text), cite.locator.as_ref().map(|it| &it.text)));
    let alone = fact.cites.is_empty().then_some((defaults.source.as_ref(), None));
    told.chain(alone).map(move |(source, locator)| {
        let cited = [("source", source), ("locator", locator)].into_iter();
        let cited = cited.filter_map(|(key, text)| Some((Cow::Borrowed(key), Value::String(Arc::clone(text?)))));
        let meta = meta_values(&fact.meta, defaults);
        cited.chain(meta.flat_map(|(key, value, _)| stored_values(key, value)))
    })
}

/// A property as it is stored.
pub(crate) type Stored<'a> = (Cow<'a, str>, Value);

/// A value as it is stored under its key, a date to the day, and the precision of a date that has less.
pub(crate) fn stored_values<'a>(key: Cow<'a, str>, value: Value) -> impl Iterator<Item = Stored<'a>> {
    let (value, precision) = match value {
        Value::Date(date) => (Value::Date(date.stored(&key)), date.precision()),
        other => (other, None),
    };
    let precision = precision.map(|word| (Cow::Owned(precision_key(&key)), Value::String(word.into())));
    std::iter::once((key, value)).chain(precision)
}

fn cite_entries(cite: &Cite) -> Vec<(Name, Expr)> {
    let entry = |(key, of): (&str, &Name)| (build::name(key, of.span), build::string(of.text.clone(), of.span));
    cite_texts(cite).map(entry).collect()
}

fn same_cite(of: &Name, cite: &Cite) -> Expr {
    let property = |key: &str| build::property(of, key, cite.reference.span);
    let same = |key: &str, text: &Name| build::equal(property(key), build::string(text.text.clone(), text.span));
    let locator = match &cite.locator {
        Some(locator) => same("locator", locator),
        None => build::is_null(property("locator")),
    };
    let both = vec![same("source", &cite.reference), locator];
    build::expr(ExprKind::And(both), cite.reference.span)
}

fn meta_entries(meta: &Meta, defaults: &Defaults, span: Span) -> Vec<(Name, Expr)> {
    let mut entries = Vec::new();
    for (key, value, at) in meta_values(meta, defaults) {
        let at = at.unwrap_or(span);
        let stored = stored(&key, &value, at);
        let precision =
            precision(&value).map(|precision| (build::name(precision_key(&key), at), build::string(precision, at)));
        entries.push((build::name(key, at), stored));
        entries.extend(precision);
    }
    entries
}

/// The properties that the braces of a fact stand for, each with its place where it has one.
fn meta_values<'a>(
    meta: &'a Meta,
    defaults: &Defaults,
) -> impl Iterator<Item = (Cow<'a, str>, Value, Option<Span>)> + use<'a> {
    let dates = [("date", stated(meta, defaults)), ("since", meta.since), ("until", meta.until)];
    let dates = dates.into_iter().filter_map(|(key, date)| Some((key, Value::Date(date?), None)));
    let modality = meta.modality.as_ref();
    let confidence = meta.confidence.map(|(number, span)| (number, Some(span)));
    let usual =
        || modality.and_then(|word| Modality::find(&word.text).map(|known| (known.confidence, Some(word.span))));
    let confidence = confidence.or_else(usual).map(|(number, span)| ("confidence", Value::Float(number), span));
    let texts = [("modality", modality), ("quote", meta.quote.as_ref())].into_iter();
    let texts = texts.filter_map(|(key, text)| Some((key, Value::String(text?.text.clone()), Some(text?.span))));
    let own = dates.chain(confidence).chain(texts).map(|(key, value, span)| (Cow::Borrowed(key), value, span));
    own.chain(meta.properties.iter().map(|p| ((&*p.key.text).into(), p.value.clone(), Some(p.span))))
}

/// A value as it is stored: a date of less precision is its first day, of `until` its last.
fn stored(key: &str, value: &Value, span: Span) -> Expr {
    match value {
        Value::Date(date) if key == "until" => build::last_day(*date, span),
        other => build::value(other, span),
    }
}

fn precision(value: &Value) -> Option<&'static str> {
    match value {
        Value::Date(date) => PartialDate::precision(*date),
        _ => None,
    }
}

/// The key of the precision of the date under a key.
pub(crate) fn precision_key(key: &str) -> String {
    format!("{key}_precision")
}

/// `n.key = value`, and for a date its precision, which goes when the date is to the day.
fn set_value(of: &Name, key: &str, value: &Value, span: Span) -> Vec<SetItem> {
    let mut items = vec![build::set(of, key, stored(key, value, span), span)];
    if matches!(value, Value::Date(_)) {
        let precision = precision(value).map_or(build::null(span), |precision| build::string(precision, span));
        items.push(build::set(of, &precision_key(key), precision, span));
    }
    items
}

/// `n.key = value`, and for a date the same precision.
fn same_value(of: &Name, key: &str, value: &Value, span: Span) -> Vec<Expr> {
    let mut conditions = vec![build::equal(build::property(of, key, span), stored(key, value, span))];
    if matches!(value, Value::Date(_)) {
        let there = build::property(of, &precision_key(key), span);
        conditions.push(match precision(value) {
            Some(precision) => build::equal(there, build::string(precision, span)),
            None => build::is_null(there),
        });
    }
    conditions
}

fn set_clause(items: Vec<SetItem>, span: Span) -> Option<Clause> {
    (!items.is_empty()).then_some(Clause { kind: ClauseKind::Set(items), span })
}

fn delete(variable: &Name, span: Span) -> Clause {
    Clause { kind: ClauseKind::Delete { detach: false, targets: vec![build::variable(variable)] }, span }
}

/// `RETURN count(*) AS removed`
fn return_removed(span: Span) -> Clause {
    let count = build::expr(ExprKind::CountStar, span);
    build::return_(build::projection(vec![build::item(count, &build::name("removed", span))], false, span))
}

fn binary(op: BinaryOp, left: Expr, right: Expr, span: Span) -> Expr {
    build::expr(ExprKind::Binary { op, left: Box::new(left), right: Box::new(right) }, span)
}

fn not(operand: Expr) -> Expr {
    let span = operand.span;
    build::expr(ExprKind::Unary { op: UnaryOp::Not, operand: Box::new(operand) }, span)
}

fn case(condition: Expr, then: Expr, otherwise: Expr, span: Span) -> Expr {
    let case =
        ExprKind::Case { subject: None, branches: vec![(condition, then)], otherwise: Some(Box::new(otherwise)) };
    build::expr(case, span)
}
