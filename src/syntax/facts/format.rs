//! The canonical form: one way to write each line, with as few quotes as can be.
//!
//! Reading what is written here gives the same line back.

use super::ast::{
    Arrow, Ask, AskClause, Body, Cite, ClauseKind, CompareOp, Entity, Fact, Filter, Length, Line, Mark, Meta, Modality,
    Name, PartialDate, PatternDirection, Property, Source, Term, Value, Verbs,
};
use super::parse::verb_of;
use super::plain::is_plain;
use pest::Parser;
use standpoint_grammar::facts::{FactsParser, Rule};

/// A line, with its mark and comment.
pub fn line(line: &Line) -> String {
    let mark = match (line.mark, &line.body) {
        (Mark::None, Body::Ask(_)) => "? ",
        (Mark::None, _) => "",
        (Mark::Tell, _) => "+ ",
        (Mark::Retract, _) => "- ",
    };
    let comment =
        line.comment.as_ref().map(|text| if text.is_empty() { "//".to_owned() } else { format!("// {text}") });
    let said = body(&line.body);
    match comment {
        None if mark.is_empty() => said,
        None => format!("{mark}{said}"),
        Some(comment) if said.is_empty() => format!("{mark}{comment}"),
        Some(comment) => format!("{mark}{said} {comment}"),
    }
}

/// What a line says.
pub fn body(body: &Body) -> String {
    match body {
        Body::Blank => String::new(),
        Body::Source(of) => source(of),
        Body::Entity(of) => entity(of),
        Body::Fact(of) => fact(of),
        Body::Ask(of) => ask(of),
    }
}

/// `[ref] "title" <url> date {key: value}`
pub fn source(source: &Source) -> String {
    let mut parts = vec![cite(&Cite { reference: source.reference.clone(), locator: None })];
    let mut braces = Vec::new();
    parts.extend(source.title.iter().map(|title| quoted(&title.text)));
    match &source.url {
        Some(url) if is_address(&url.text) => parts.push(format!("<{}>", url.text)),
        Some(url) => braces.push(format!("url: {}", string(&url.text))),
        None => {}
    }
    parts.extend(source.date.map(date));
    braces.extend(properties(&source.properties));
    parts.extend(in_braces(&braces));
    parts.join(" ")
}

/// `name : Label, Label = alias, alias {key: value}`
pub fn entity(entity: &Entity) -> String {
    let mut text = name(&entity.name.text);
    let mut labels: Vec<String> = entity.labels.iter().map(|of| label(&of.text)).collect();
    labels.sort();
    if !labels.is_empty() {
        text.push_str(&format!(" : {}", labels.join(", ")));
    }
    if !entity.aliases.is_empty() {
        let aliases: Vec<String> = entity.aliases.iter().map(|of| alias(&of.text)).collect();
        text.push_str(&format!(" = {}", aliases.join(", ")));
    }
    match in_braces(&properties(&entity.properties)) {
        Some(braces) => format!("{text} {braces}"),
        None if labels.is_empty() && entity.aliases.is_empty() => format!("{text} {{}}"),
        None => text,
    }
}

/// `name -verb-> name {…} [cite]`
pub fn fact(fact: &Fact) -> String {
    let mut text = name(&fact.subject.text);
    text.extend([" -", &verb(&fact.verb.text), "-> ", &name(&fact.object.text)]);
    for part in in_braces(&meta(&fact.meta)).into_iter().chain(fact.cites.iter().map(cite)) {
        text.extend([" ", &part]);
    }
    text
}

fn meta(meta: &Meta) -> Vec<String> {
    let mut items: Vec<String> = meta.date.map(date).into_iter().collect();
    if meta.since.is_some() || meta.until.is_some() {
        items.push(span(meta.since, meta.until));
    }
    items.extend(meta.confidence.map(|(confidence, _)| confidence.to_string()));
    items.extend(meta.modality.as_ref().map(|word| match Modality::find(&word.text) {
        Some(known) => known.word.to_owned(),
        None => format!("modality: {}", string(&word.text)),
    }));
    items.extend(meta.quote.as_ref().map(|quote| quoted(&quote.text)));
    items.extend(properties(&meta.properties));
    items
}

/// A question, without its mark.
pub fn ask(ask: &Ask) -> String {
    ask.clauses.iter().map(clause).collect::<Vec<_>>().join(" & ")
}

fn clause(clause: &AskClause) -> String {
    let mut parts: Vec<String> = clause.negated.then(|| "not".to_owned()).into_iter().collect();
    match &clause.kind {
        ClauseKind::Labels { term: of, labels } => {
            let labels: Vec<String> = labels.iter().map(|of| label(&of.text)).collect();
            parts.extend([term(of), ":".to_owned(), labels.join(", ")]);
        }
        ClauseKind::Path { terms, arrows, filters, cites } => {
            for (at, of) in terms.iter().enumerate() {
                parts.push(term(of));
                parts.extend(arrows.get(at).map(arrow));
            }
            parts.extend(in_braces(&filters.iter().map(filter).collect::<Vec<_>>()));
            parts.extend(cites.iter().map(cite));
        }
    }
    parts.join(" ")
}

fn term(term: &Term) -> String {
    match term {
        Term::Entity(of) => name(&of.text),
        Term::Variable { name, label: None } => format!("?{}", name.text),
        Term::Variable { name, label: Some(of) } => format!("?{}:{}", name.text, label(&of.text)),
    }
}

fn arrow(arrow: &Arrow) -> String {
    let verbs = match &arrow.verbs {
        Verbs::Any => "?".to_owned(),
        Verbs::Bound(name) => format!("?{}", name.text),
        Verbs::Types(types) => types.iter().map(|of| verb(&of.text)).collect::<Vec<_>>().join("|"),
    };
    let length = arrow.length.map(length).unwrap_or_default();
    match arrow.direction {
        PatternDirection::Right => format!("-{verbs}{length}->"),
        PatternDirection::Left => format!("<-{verbs}{length}-"),
        PatternDirection::Either => format!("-{verbs}{length}-"),
    }
}

fn length(length: Length) -> String {
    match (length.min, length.max) {
        (None, None) => "*".to_owned(),
        (Some(min), Some(max)) if min == max => format!("*{min}"),
        (min, max) => {
            let number = |bound: Option<u64>| bound.map(|number| number.to_string()).unwrap_or_default();
            format!("*{}..{}", number(min), number(max))
        }
    }
}

fn filter(filter: &Filter) -> String {
    match filter {
        Filter::Stated(of, _) => date(*of),
        Filter::Overlaps { from, to, .. } => span(*from, *to),
        Filter::Quote(words) => quoted(&words.text),
        Filter::Hedge(word) => word.text.to_string(),
        Filter::Compare { key: of, op, value: wanted, .. } => compared(of, *op, wanted),
    }
}

fn compared(of: &Name, op: CompareOp, wanted: &Value) -> String {
    match (&*of.text, op, wanted) {
        ("modality", CompareOp::Equal, Value::String(word)) if Modality::find(word).is_some() => word.to_string(),
        ("confidence", CompareOp::Equal, Value::Float(number)) => number.to_string(),
        ("confidence", op, Value::Float(number)) => format!("{} {number}", op.as_str()),
        ("date", op, Value::Date(of)) if op != CompareOp::Equal => format!("{} {}", op.as_str(), date(*of)),
        (_, CompareOp::Equal, wanted) => format!("{}: {}", key(&of.text), value(wanted)),
        (_, op, wanted) => format!("{}: {} {}", key(&of.text), op.as_str(), value(wanted)),
    }
}

/// `[ref locator]`
pub fn cite(cite: &Cite) -> String {
    let part = |rule, text: &str| if is_bare(rule, text) { text.to_owned() } else { quoted(text) };
    let reference = part(Rule::bare_reference, &cite.reference.text);
    match &cite.locator {
        None => format!("[{reference}]"),
        Some(locator) if locator.text.starts_with('"') => format!("[{reference} {}]", quoted(&locator.text)),
        Some(locator) => format!("[{reference} {}]", part(Rule::bare_locator, &locator.text)),
    }
}

/// A name, in quotes only where it would not be read as itself.
pub fn name(text: &str) -> String {
    match is_bare_name(text) {
        true => text.to_owned(),
        false => quoted(text),
    }
}

/// Before what follows it, `not` would negate.
fn is_bare_name(text: &str) -> bool {
    is_bare(Rule::bare_name, text) && !text.contains(": ") && text != "not"
}

/// An alias: like a name, but a comma needs quotes as well.
pub fn alias(text: &str) -> String {
    match is_bare(Rule::bare_alias, text) && is_bare_name(text) {
        true => text.to_owned(),
        false => quoted(text),
    }
}

/// A label, in backticks where it begins with a small letter or holds what ends it.
pub fn label(text: &str) -> String {
    match is_bare(Rule::bare_label, text) && !text.starts_with(char::is_lowercase) {
        true => text.to_owned(),
        false => backticked(text),
    }
}

/// The verb of a relationship type: `CALLS_FOR` is `calls for`; a type that no verb stands for is put in backticks.
pub fn verb(relationship_type: &str) -> String {
    let words = verb_of(relationship_type).filter(|words| is_bare(Rule::bare_verb, words));
    words.unwrap_or_else(|| backticked(relationship_type))
}

fn key(text: &str) -> String {
    if is_bare(Rule::bare_key, text) { text.to_owned() } else { backticked(text) }
}

/// A value as it stands after its key.
pub fn value(value: &Value) -> String {
    match value {
        Value::Int(number) => number.to_string(),
        Value::Float(number) => format!("{number:?}"),
        Value::Bool(truth) => truth.to_string(),
        Value::Date(of) => date(*of),
        Value::String(text) => string(text),
        Value::List(items) => format!("[{}]", items.iter().map(self::value).collect::<Vec<_>>().join(", ")),
    }
}

/// A date with the precision it has.
pub fn date(date: PartialDate) -> String {
    match (date.month, date.day) {
        (Some(month), Some(day)) => format!("{:04}-{month:02}-{day:02}", date.year),
        (Some(month), None) => format!("{:04}-{month:02}", date.year),
        _ => format!("{:04}", date.year),
    }
}

fn span(from: Option<PartialDate>, to: Option<PartialDate>) -> String {
    let bound = |of: Option<PartialDate>| of.map(date).unwrap_or_default();
    format!("{}..{}", bound(from), bound(to))
}

fn properties(properties: &[Property]) -> Vec<String> {
    let mut sorted: Vec<&Property> = properties.iter().collect();
    sorted.sort_by(|left, right| left.key.text.cmp(&right.key.text));
    sorted.into_iter().map(|property| format!("{}: {}", key(&property.key.text), dated(property))).collect()
}

/// Words under a key that calls for a date stand in quotes.
fn dated(property: &Property) -> String {
    match &property.value {
        Value::String(text) if matches!(&*property.key.text, "date" | "since" | "until") => quoted(text),
        other => value(other),
    }
}

fn in_braces(items: &[String]) -> Option<String> {
    (!items.is_empty()).then(|| format!("{{{}}}", items.join(", ")))
}

fn string(text: &str) -> String {
    let word = is_bare(Rule::bare_scalar, text)
        && !text.starts_with(|first: char| first.is_ascii_digit() || first == '-' || first == '.')
        && !matches!(text, "true" | "false");
    if word { text.to_owned() } else { quoted(text) }
}

fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for letter in text.chars() {
        match letter {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

fn backticked(text: &str) -> String {
    format!("`{}`", text.replace('`', "``"))
}

/// Whether a text stands between `<` and `>`.
pub(super) fn is_address(text: &str) -> bool {
    !text.is_empty() && !text.contains(|letter: char| letter.is_whitespace() || matches!(letter, '<' | '>'))
}

/// Whether the whole text is, without quotes, what the rule says.
fn is_bare(rule: Rule, text: &str) -> bool {
    is_plain(rule, text) || is_bare_by_grammar(rule, text)
}

/// The same as the grammar knows it.
pub(super) fn is_bare_by_grammar(rule: Rule, text: &str) -> bool {
    !text.contains(['\n', '\r', '\t']) && FactsParser::parse(rule, text).is_ok()
}
