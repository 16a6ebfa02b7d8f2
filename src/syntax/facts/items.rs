//! What stands in braces: values, properties, what is said about a fact, and what a question asks of it.

use super::ast::{CompareOp, Filter, Meta, Modality, Name, PartialDate, Property, Value, days_in};
use super::errors::{not_a_date, shown, unknown_item, wrong};
use super::parse::{Part, Parts, set_once, without_backticks};
use crate::error::{Error, Result};
use crate::hedge::SCALES;
use crate::span::Span;
use standpoint_grammar::facts::Rule;
use std::collections::HashSet;

/// The keys whose values are dates even when only a year is given.
const DATE_KEYS: [&str; 3] = ["date", "since", "until"];

/// What is said about a told fact.
pub(super) fn meta<'t>(parts: &Parts<'t>, braces: Part<'t>) -> Result<Meta> {
    let mut meta = Meta::default();
    let span = parts.span_of(&braces);
    for item in items(braces) {
        said(parts, &mut meta, item)?;
    }
    settled(meta, span)
}

/// What is said, when its parts agree; `span` are the braces.
pub(super) fn settled(mut meta: Meta, span: Span) -> Result<Meta> {
    check_span(meta.since, meta.until, span)?;
    check_keys(&meta.properties, &[("date", meta.date), ("since", meta.since), ("until", meta.until)])?;
    if let (Some(modality), Some((confidence, _))) = (&meta.modality, meta.confidence)
        && Modality::find(&modality.text).is_some_and(|known| known.confidence == confidence)
    {
        meta.confidence = None;
    }
    Ok(meta)
}

fn said<'t>(parts: &Parts<'t>, meta: &mut Meta, item: Part<'t>) -> Result<()> {
    let span = parts.span_of(&item);
    match item.as_rule() {
        Rule::pair => said_by_key(parts, meta, item),
        Rule::compared => Err(comparison(span)),
        Rule::quoted => set_once(&mut meta.quote, parts.unquoted(&item)?, "quote", span),
        Rule::span => {
            let (from, to) = date_span(parts, item)?;
            from.map_or(Ok(()), |from| set_once(&mut meta.since, from, "since", span))?;
            to.map_or(Ok(()), |to| set_once(&mut meta.until, to, "until", span))
        }
        Rule::date => set_once(&mut meta.date, partial_date(item.as_str(), span)?, "date", span),
        Rule::percent | Rule::number => {
            let confidence = confidence(&number_of(item, span)?, span)?;
            set_once(&mut meta.confidence, (confidence, span), "confidence", span)
        }
        Rule::plain_word => match Modality::find(item.as_str()) {
            Some(known) => set_once(&mut meta.modality, Name { text: known.word.into(), span }, "modality", span),
            None => Err(unknown_item(item.as_str(), span)),
        },
        _ => Err(bad_item(item.as_str(), span)),
    }
}

fn said_by_key<'t>(parts: &Parts<'t>, meta: &mut Meta, pair: Part<'t>) -> Result<()> {
    let Property { key, value, span } = property(parts, pair)?;
    match (&*key.text, value) {
        ("date", Value::Date(date)) => set_once(&mut meta.date, date, "date", span),
        ("since", Value::Date(date)) => set_once(&mut meta.since, date, "since", span),
        ("until", Value::Date(date)) => set_once(&mut meta.until, date, "until", span),
        ("confidence", value) => set_once(&mut meta.confidence, (confidence(&value, span)?, span), "confidence", span),
        ("modality", Value::String(text)) => set_once(&mut meta.modality, Name { text, span }, "modality", span),
        ("quote", Value::String(text)) => set_once(&mut meta.quote, Name { text, span }, "quote", span),
        ("modality" | "quote", _) => Err(wrong(format!("`{}` takes words", key.text), span)),
        ("source" | "locator", _) => {
            Err(wrong("the source of a fact stands behind it", key.span).hint("write `[source locator]`"))
        }
        (_, value) => {
            meta.properties.push(Property { key, value, span });
            Ok(())
        }
    }
}

/// The properties of an entity.
pub(super) fn entity_properties<'t>(parts: &Parts<'t>, braces: Part<'t>) -> Result<Vec<Property>> {
    let mut properties = Vec::new();
    for item in items(braces) {
        let span = parts.span_of(&item);
        match item.as_rule() {
            Rule::pair => {
                let property = property(parts, item)?;
                check_entity_key(&property.key)?;
                properties.push(property);
            }
            Rule::bad_item | Rule::no_item => return Err(bad_item(item.as_str(), span)),
            Rule::date | Rule::span => {
                return Err(wrong(format!("of an entity, `{}` needs a key", shown(item.as_str())), span)
                    .hint(format!("write `date: {}`", shown(item.as_str()))));
            }
            _ => {
                return Err(wrong(format!("of an entity, `{}` needs a key", shown(item.as_str())), span)
                    .hint("an entity takes `key: value` only"));
            }
        }
    }
    check_keys(&properties, &[])?;
    Ok(properties)
}

fn check_entity_key(key: &Name) -> Result<()> {
    match &*key.text {
        "name" => Err(wrong("the name of an entity stands before ` : `", key.span)),
        "aliases" => Err(wrong("aliases stand after ` = `", key.span).hint("write `name : Label = alias, alias`")),
        _ => Ok(()),
    }
}

/// The filters of a question's clause.
pub(super) fn filters<'t>(parts: &Parts<'t>, braces: Part<'t>) -> Result<Vec<Filter>> {
    items(braces).map(|item| filter(parts, item)).collect()
}

fn filter<'t>(parts: &Parts<'t>, item: Part<'t>) -> Result<Filter> {
    let span = parts.span_of(&item);
    let named = |key: &str, op, value| Filter::Compare { key: Name { text: key.into(), span }, op, value, span };
    match item.as_rule() {
        Rule::pair => filter_by_key(parts, item),
        Rule::quoted => Ok(Filter::Quote(parts.unquoted(&item)?)),
        Rule::date => Ok(Filter::Stated(partial_date(item.as_str(), span)?, span)),
        Rule::span => {
            let (from, to) = date_span(parts, item)?;
            check_span(from, to, span)?;
            Ok(Filter::Overlaps { from, to, span })
        }
        Rule::percent | Rule::number => {
            Ok(named("confidence", CompareOp::Equal, Value::Float(confidence(&number_of(item, span)?, span)?)))
        }
        Rule::plain_word => match Modality::find(item.as_str()) {
            Some(known) => Ok(named("modality", CompareOp::Equal, Value::String(known.word.into()))),
            None if hedged(item.as_str()).is_some() => Ok(Filter::Hedge(Name { text: item.as_str().into(), span })),
            None => Err(unknown_item(item.as_str(), span)),
        },
        Rule::compared => {
            let (op, value) = compared(parts, item, "date")?;
            match value {
                Value::Date(_) => Ok(named("date", op, value)),
                Value::Int(_) | Value::Float(_) => Ok(named("confidence", op, Value::Float(confidence(&value, span)?))),
                _ => Err(wrong("a comparison without a key is about the confidence or the date", span)
                    .hint("write `key: >= value`")),
            }
        }
        _ => Err(bad_item(item.as_str(), span)),
    }
}

/// The confidences that a word of estimative probability is said for.
pub(super) fn hedged(word: &str) -> Option<(f64, Option<f64>)> {
    SCALES.first().and_then(|scale| scale.range(word))
}

fn filter_by_key<'t>(parts: &Parts<'t>, pair: Part<'t>) -> Result<Filter> {
    let mut inner = pair.into_inner();
    let key = key(parts, inner.next())?;
    let (op, value, span) = operator_and_value(parts, inner, &key.text)?;
    match (&*key.text, op, value) {
        ("date", CompareOp::Equal, Value::Date(date)) => Ok(Filter::Stated(date, span)),
        ("quote", CompareOp::Equal, Value::String(text)) => Ok(Filter::Quote(Name { text, span })),
        (_, op, value) => Ok(Filter::Compare { key, op, value, span }),
    }
}

/// `>= value`: the operator and the value.
fn compared<'t>(parts: &Parts<'t>, item: Part<'t>, key: &str) -> Result<(CompareOp, Value)> {
    operator_and_value(parts, item.into_inner(), key).map(|(op, value, _)| (op, value))
}

fn operator_and_value<'t>(
    parts: &Parts<'t>,
    mut inner: pest::iterators::Pairs<'t, Rule>,
    key: &str,
) -> Result<(CompareOp, Value, Span)> {
    let mut op = CompareOp::Equal;
    let mut part = inner.next().ok_or_else(missing)?;
    if part.as_rule() == Rule::compare {
        op = operator(part.as_str());
        part = inner.next().ok_or_else(missing)?;
    }
    let span = parts.span_of(&part);
    Ok((op, value(parts, part, key)?, span))
}

fn operator(text: &str) -> CompareOp {
    match text {
        ">=" => CompareOp::GreaterEqual,
        "<=" => CompareOp::LessEqual,
        ">" => CompareOp::Greater,
        "<" => CompareOp::Less,
        "<>" | "!=" => CompareOp::NotEqual,
        _ => CompareOp::Equal,
    }
}

/// `key: value` that is told.
pub(super) fn property<'t>(parts: &Parts<'t>, pair: Part<'t>) -> Result<Property> {
    let whole = parts.span_of(&pair);
    let mut inner = pair.into_inner();
    let key = key(parts, inner.next())?;
    let part = inner.next().ok_or_else(missing)?;
    if part.as_rule() == Rule::compare {
        return Err(comparison(whole));
    }
    let span = parts.span_of(&part);
    let quoted = part.as_rule() == Rule::quoted;
    let value = value(parts, part, &key.text)?;
    if DATE_KEYS.contains(&&*key.text) && !quoted && !matches!(value, Value::Date(_)) {
        return Err(wrong(format!("`{}` takes a date", key.text), span)
            .hint("a date is `2025`, `2025-11` or `2025-11-21`; anything else stands in quotes"));
    }
    Ok(Property { key, value, span })
}

fn key<'t>(parts: &Parts<'t>, part: Option<Part<'t>>) -> Result<Name> {
    let part = part.ok_or_else(missing)?;
    let text = part.as_str();
    let text = if text.starts_with('`') { without_backticks(text) } else { text.to_owned() };
    Ok(Name { text: text.into(), span: parts.span_of(&part) })
}

/// A value; a bare year is a date only under a key that calls for one.
fn value<'t>(parts: &Parts<'t>, part: Part<'t>, key: &str) -> Result<Value> {
    let span = parts.span_of(&part);
    match part.as_rule() {
        Rule::quoted => Ok(Value::String(parts.unquoted(&part)?.text)),
        Rule::plain_word if looks_like_a_date(part.as_str()) => Err(not_a_date(part.as_str(), span)),
        Rule::plain_word => Ok(Value::String(part.as_str().into())),
        Rule::boolean => Ok(Value::Bool(part.as_str() == "true")),
        Rule::percent | Rule::number => number_of(part, span),
        Rule::date if part.as_str().len() == 4 && !DATE_KEYS.contains(&key) => number(part.as_str(), span),
        Rule::date => Ok(Value::Date(partial_date(part.as_str(), span)?)),
        Rule::span => Err(wrong("a span of dates stands without a key", span)),
        Rule::list => list(parts, part, span),
        _ => Err(bad_item(part.as_str(), span)),
    }
}

fn list<'t>(parts: &Parts<'t>, part: Part<'t>, span: Span) -> Result<Value> {
    let values = part.into_inner().map(|item| value(parts, item, "")).collect::<Result<Vec<_>>>()?;
    let coarse = |value: &Value| matches!(value, Value::Date(date) if date.precision().is_some());
    match values.iter().any(coarse) {
        true => Err(wrong("a date in a list is given to the day", span)),
        false => Ok(Value::List(values)),
    }
}

/// Each key is given once, and the precision of a date is part of the date, not a property beside it. `dates` are the
/// dates that are kept apart from the properties.
pub(super) fn check_keys(properties: &[Property], dates: &[(&str, Option<PartialDate>)]) -> Result<()> {
    let coarse = |date: Option<PartialDate>| date.is_some_and(|date| date.precision().is_some());
    let mut seen: HashSet<&str> = HashSet::new();
    let mut dated: HashSet<&str> = HashSet::new();
    dated.extend(dates.iter().filter(|(_, date)| coarse(*date)).map(|(key, _)| *key));
    seen.extend(dates.iter().filter(|(_, date)| date.is_some()).map(|(key, _)| *key));
    for property in properties {
        if !seen.insert(&property.key.text) {
            return Err(wrong(format!("`{}` is given twice", property.key.text), property.key.span));
        }
        if matches!(property.value, Value::Date(date) if coarse(Some(date))) {
            dated.insert(&property.key.text);
        }
    }
    match properties.iter().find(|p| p.key.text.strip_suffix("_precision").is_some_and(|of| dated.contains(of))) {
        Some(extra) => Err(wrong(format!("`{}` follows from how the date is written", extra.key.text), extra.key.span)),
        None => Ok(()),
    }
}

fn check_span(from: Option<PartialDate>, to: Option<PartialDate>, span: Span) -> Result<()> {
    match (from, to) {
        (Some(from), Some(to)) if from.first_day() > to.last_day() => {
            Err(wrong("the span ends before it begins", span))
        }
        _ => Ok(()),
    }
}

fn date_span<'t>(parts: &Parts<'t>, item: Part<'t>) -> Result<(Option<PartialDate>, Option<PartialDate>)> {
    let (mut from, mut to) = (None, None);
    for part in item.into_inner() {
        let date = partial_date(part.as_str(), parts.span_of(&part))?;
        *(if part.as_rule() == Rule::from_date { &mut from } else { &mut to }) = Some(date);
    }
    Ok((from, to))
}

/// `2025`, `2025-11` or `2025-11-21`, when there is such a day.
pub(super) fn partial_date(text: &str, span: Span) -> Result<PartialDate> {
    let mut numbers = text.split('-').map(|part| part.parse::<u16>().ok());
    let Some(Some(year)) = numbers.next() else { return Err(not_a_date(text, span)) };
    let mut small = || numbers.next().flatten().and_then(|number| u8::try_from(number).ok());
    let (month, day) = (small(), small());
    match (month, day) {
        (Some(month), _) if !(1..=12).contains(&month) => {
            Err(wrong(format!("`{text}` is not a date: there is no month {month:02}"), span))
        }
        (Some(month), Some(day)) if !(1..=days_in(year, month)).contains(&day) => {
            Err(wrong(format!("`{text}` is not a date: there is no day {day:02} in {year:04}-{month:02}"), span))
        }
        _ => Ok(PartialDate { year, month, day }),
    }
}

fn number_of(part: Part<'_>, span: Span) -> Result<Value> {
    match part.as_rule() {
        Rule::percent => {
            let text = part.into_inner().next().map_or("", |inner| inner.as_str());
            let percentage: f64 = text.parse().map_err(|_| not_a_date(text, span))?;
            Ok(Value::Float(percentage / 100.0))
        }
        _ => number(part.as_str(), span),
    }
}

pub(super) fn number(text: &str, span: Span) -> Result<Value> {
    let too_large = || wrong(format!("the number `{}` is too large", shown(text)), span);
    if text.contains(['.', 'e', 'E']) {
        let number: f64 = text.parse().map_err(|_| not_a_date(text, span))?;
        return if number.is_finite() { Ok(Value::Float(number)) } else { Err(too_large()) };
    }
    text.parse().map(Value::Int).map_err(|_| too_large())
}

pub(super) fn confidence(value: &Value, span: Span) -> Result<f64> {
    let number = match *value {
        #[allow(clippy::cast_precision_loss)] // anything but 0 and 1 is refused
        Value::Int(number) => number as f64,
        Value::Float(number) => number,
        _ => return Err(wrong("`confidence` takes a number from 0 to 1", span)),
    };
    match (0.0..=1.0).contains(&number) {
        true => Ok(number),
        false => {
            Err(wrong("a confidence lies between 0 and 1", span).hint("any other number needs a key: `key: value`"))
        }
    }
}

/// The items between braces, each by what it is.
fn items(braces: Part<'_>) -> impl Iterator<Item = Part<'_>> {
    braces.into_inner().filter_map(|item| item.into_inner().next())
}

fn looks_like_a_date(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_digit() || "-./".contains(c))
}

fn bad_item(text: &str, span: Span) -> Error {
    let text = text.trim();
    if text.is_empty() {
        return wrong("something is missing before or after the comma", span);
    }
    if text.starts_with('[') {
        return wrong("a cite stands behind the braces", span);
    }
    if let Some((key, _)) = text.split_once(':') {
        return wrong(format!("the value of `{}` cannot be read", shown(key)), span)
            .hint("a value of several words stands in quotes, and a comma separates items");
    }
    match text.starts_with(|first: char| first.is_ascii_digit()) {
        true => not_a_date(text, span),
        false => wrong(format!("`{}` cannot be read", shown(text)), span)
            .hint("words of the source stand in quotes, anything else is `key: value`"),
    }
}

fn comparison(span: Span) -> Error {
    wrong("a comparison asks, and this line tells", span).hint("write the value itself")
}

fn missing() -> Error {
    Error::internal("a part of arrow facts is empty")
}
