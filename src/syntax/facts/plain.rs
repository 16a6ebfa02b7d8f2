//! What certainly stands without quotes, and what certainly reads back as it is written: the most of most texts, told
//! without asking the grammar. Of anything else nothing is said here.

use super::ast::{Body, Cite, Entity, Fact, Meta, Modality, Name, PartialDate, Property, Source, Value, days_in};
use super::format::is_address;
use super::parse::verb_of;
use standpoint_grammar::facts::Rule;
use std::collections::HashSet;

/// Signs that may stand inside a word, after its first letter or digit.
pub(super) const INSIDE: [char; 4] = ['-', '_', '.', '\''];
/// Keys that mean something of their own on some line.
const RESERVED: [&str; 13] = [
    "date",
    "since",
    "until",
    "confidence",
    "modality",
    "quote",
    "source",
    "locator",
    "name",
    "aliases",
    "id",
    "title",
    "url",
];

/// Whether the whole text certainly is what one of the rules `bare_…` says.
pub(super) fn is_plain(rule: Rule, text: &str) -> bool {
    match rule {
        Rule::bare_name | Rule::bare_alias => !text.starts_with("not") && are_words(text, &INSIDE),
        Rule::bare_locator => are_words(text, &INSIDE),
        Rule::bare_verb => are_words(text, &[]),
        Rule::bare_label | Rule::bare_reference => is_word(text, &INSIDE),
        Rule::bare_scalar => text.starts_with(char::is_alphabetic) && is_word(text, &INSIDE),
        Rule::bare_key => {
            text.starts_with(|first: char| first.is_ascii_alphabetic()) && text.is_ascii() && is_word(text, &['_'])
        }
        _ => false,
    }
}

/// Words with one space between each two.
fn are_words(text: &str, inside: &[char]) -> bool {
    text.split(' ').all(|word| is_word(word, inside))
}

fn is_word(text: &str, inside: &[char]) -> bool {
    !text.is_empty() && word(text, inside) == text.len()
}

/// How long the word is that a text begins with, 0 where none does: a letter or digit, then letters, digits and some
/// signs.
pub(super) fn word(text: &str, inside: &[char]) -> usize {
    let of_word = |(at, letter): &(usize, char)| letter.is_alphanumeric() || (*at > 0 && inside.contains(letter));
    text.char_indices().take_while(of_word).last().map_or(0, |(at, letter)| at + letter.len_utf8())
}

/// Whether what is said, written in its canonical form, certainly is read as the same again.
pub(crate) fn reads_back(body: &Body) -> bool {
    match body {
        Body::Fact(of) => fact(of),
        Body::Entity(of) => entity(of),
        Body::Source(of) => source(of),
        Body::Ask(_) | Body::Blank => false,
    }
}

fn fact(fact: &Fact) -> bool {
    let ends = name(&fact.subject) && name(&fact.object);
    ends && verb(&fact.verb.text) && meta(&fact.meta) && fact.cites.iter().all(cite)
}

fn entity(entity: &Entity) -> bool {
    let label = |of: &Name| is_plain(Rule::bare_label, &of.text) && !of.text.starts_with(char::is_lowercase);
    let named = name(&entity.name) && entity.aliases.iter().all(name) && entity.labels.iter().all(label);
    named && is_distinct(&entity.labels) && is_distinct(&entity.aliases) && properties(&entity.properties)
}

fn source(source: &Source) -> bool {
    let address = |of: &Name| is_address(&of.text) && of.text.chars().all(|it| it.is_ascii_graphic());
    let named = is_plain(Rule::bare_reference, &source.reference.text);
    let titled = source.title.iter().all(|title| is_quotable(&title.text)) && source.url.iter().all(address);
    named && titled && source.date.is_none_or(date) && properties(&source.properties)
}

fn name(name: &Name) -> bool {
    is_plain(Rule::bare_name, &name.text)
}

/// A type whose words, in small letters, are the verb of that type.
fn verb(relationship_type: &str) -> bool {
    verb_of(relationship_type).is_some_and(|words| is_plain(Rule::bare_verb, &words))
}

fn cite(cite: &Cite) -> bool {
    let located = |locator: &Name| is_plain(Rule::bare_locator, &locator.text);
    is_plain(Rule::bare_reference, &cite.reference.text) && cite.locator.iter().all(located)
}

fn meta(meta: &Meta) -> bool {
    let span = match (meta.since, meta.until) {
        (Some(since), Some(until)) => since.first_day() <= until.last_day(),
        _ => true,
    };
    let dates = [meta.date, meta.since, meta.until].into_iter().flatten().all(date);
    let sure = match (&meta.modality, meta.confidence) {
        (Some(modality), None) => Modality::find(&modality.text).is_some_and(|known| known.word == &*modality.text),
        (None, Some((confidence, _))) => (0.0..=1.0).contains(&confidence),
        (modality, _) => modality.is_none(),
    };
    span && dates && sure && meta.quote.iter().all(|quote| is_quotable(&quote.text)) && properties(&meta.properties)
}

fn properties(properties: &[Property]) -> bool {
    let key = |key: &str| is_plain(Rule::bare_key, key) && !RESERVED.contains(&key) && !key.ends_with("_precision");
    let plain = properties.iter().all(|property| key(&property.key.text) && value(&property.value));
    plain && is_distinct(properties.iter().map(|property| &property.key))
}

fn value(value: &Value) -> bool {
    match value {
        Value::Int(_) | Value::Bool(_) => true,
        Value::Float(number) => number.is_finite(),
        Value::Date(of) => of.precision().is_none() && date(*of),
        Value::String(text) => is_quotable(text),
        Value::List(_) => false,
    }
}

/// A day, month or year that there is.
fn date(date: PartialDate) -> bool {
    let year = (1..=9999).contains(&date.year);
    year && match (date.month, date.day) {
        (None, day) => day.is_none(),
        (Some(month), day) => {
            (1..=12).contains(&month) && day.is_none_or(|day| (1..=days_in(date.year, month)).contains(&day))
        }
    }
}

/// A text that stands between quotation marks as it is.
fn is_quotable(text: &str) -> bool {
    !text.is_empty() && !text.contains(|it: char| it.is_control() || it == '"' || it == '\\')
}

fn is_distinct<'a>(names: impl IntoIterator<Item = &'a Name>) -> bool {
    let mut seen = HashSet::new();
    names.into_iter().all(|name| seen.insert(&*name.text))
}

#[cfg(test)]
mod tests {
    use super::super::format::{is_bare_by_grammar, line};
    use super::super::parse_line;
    use super::*;
    use crate::span::Span;
    use crate::syntax::facts::ast::{Line, Mark};
    use proptest::prelude::*;

    const RULES: [Rule; 8] = [
        Rule::bare_name,
        Rule::bare_alias,
        Rule::bare_locator,
        Rule::bare_verb,
        Rule::bare_label,
        Rule::bare_reference,
        Rule::bare_scalar,
        Rule::bare_key,
    ];

    fn text() -> impl Strategy<Value = String> {
        let piece = prop::sample::select(vec![
            "a", "B", "é", "Ї", "Ⓐ", "²", "½", "1", "2025", "not", " ", "  ", "-", "_", ".", "'", "->", "e5", "true",
            ":", "/", "\u{301}", "\u{a0}", "[", "\"", "\\", "\n", "%", "", "ß", "ı",
        ]);
        prop::collection::vec(piece, 0..5).prop_map(|pieces| pieces.concat())
    }

    fn named() -> impl Strategy<Value = Name> {
        text().prop_map(|text| Name { text: text.into(), span: Span::default() })
    }

    fn day() -> impl Strategy<Value = PartialDate> {
        let (month, day) = (prop::option::of(0u8..14), prop::option::of(0u8..33));
        (prop::sample::select(vec![0u16, 1, 2024, 9999, 12000]), month, day)
            .prop_map(|(year, month, day)| PartialDate { year, month, day })
    }

    fn some_value() -> impl Strategy<Value = Value> {
        prop_oneof![
            any::<i64>().prop_map(Value::Int),
            any::<f64>().prop_map(Value::Float),
            any::<bool>().prop_map(Value::Bool),
            day().prop_map(Value::Date),
            text().prop_map(|text| Value::String(text.into())),
        ]
    }

    fn some_properties() -> impl Strategy<Value = Vec<Property>> {
        let key =
            prop_oneof![text(), prop::sample::select(RESERVED.to_vec()).prop_map(str::to_owned), Just("k".to_owned())];
        let property = (key, some_value()).prop_map(|(key, value)| {
            let key = Name { text: key.into(), span: Span::default() };
            Property { key, value, span: Span::default() }
        });
        prop::collection::vec(property, 0..3)
    }

    fn some_meta() -> impl Strategy<Value = Meta> {
        let dates = (prop::option::of(day()), prop::option::of(day()), prop::option::of(day()));
        let confidence = prop::option::of(prop::sample::select(vec![0.0, 0.25, 1.0, 1.5, -0.5, f64::NAN, 1e-7]));
        let modality = prop::option::of(prop::sample::select(vec!["denied", "reported", "Denied", "x"]));
        (dates, confidence, modality, prop::option::of(named()), some_properties()).prop_map(
            |((date, since, until), confidence, modality, quote, properties)| Meta {
                date,
                since,
                until,
                confidence: confidence.map(|it| (it, Span::default())),
                modality: modality.map(|text| Name { text: text.into(), span: Span::default() }),
                quote,
                properties,
            },
        )
    }

    fn some_body() -> impl Strategy<Value = Body> {
        let names = || prop::collection::vec(named(), 0..3);
        let cite = (named(), prop::option::of(named())).prop_map(|(reference, locator)| Cite { reference, locator });
        prop_oneof![
            (named(), named(), named(), some_meta(), prop::collection::vec(cite, 0..2)).prop_map(
                |(subject, verb, object, meta, cites)| Body::Fact(Fact { subject, verb, object, meta, cites })
            ),
            (named(), names(), names(), some_properties()).prop_map(|(name, labels, aliases, properties)| {
                Body::Entity(Entity { name, labels, aliases, properties })
            }),
            (named(), prop::option::of(named()), prop::option::of(named()), prop::option::of(day()), some_properties())
                .prop_map(|(reference, title, url, date, properties)| {
                    Body::Source(Source { reference, title, url, date, properties })
                }),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn what_is_plain_is_bare(text in text()) {
            for rule in RULES.into_iter().filter(|rule| is_plain(*rule, &text)) {
                prop_assert!(is_bare_by_grammar(rule, &text), "{rule:?} {text:?}");
            }
        }

        #[test]
        fn what_certainly_reads_back_reads_back(body in some_body()) {
            let line_of = Line { mark: Mark::None, body, comment: None, span: Span::default() };
            if reads_back(&line_of.body) {
                let text = line(&line_of);
                let read = parse_line(&text, 0).map_err(|error| TestCaseError::fail(format!("{text}: {error}")))?;
                prop_assert_eq!(std::mem::discriminant(&read.body), std::mem::discriminant(&line_of.body));
                prop_assert_eq!(line(&read), text);
            }
        }
    }

    #[test]
    fn plain_lines_are_known_to_read_back() {
        let lines = [
            "Kyiv -calls for-> the 28-point plan {2025-11, 0.9, \"a quote\", k: 1} [ki-1121 p. 3]",
            "Kyiv : Actor, State = Київ, Ukraine's side {size: 3.5, of: 2025-11-21}",
            "[ki-1121] \"What is in the plan\" <https://example.org/a?b=c> 2025-11-21 {k: word}",
        ];
        for text in lines {
            assert!(reads_back(&parse_line(text, 0).unwrap().body), "{text}");
        }
    }
}
