//! Arrow facts read, written and refused.

use super::ast::{
    Arrow, Ask, AskClause, Body, Cite, ClauseKind, CompareOp, Entity, Fact, Filter, Length, Line, MODALITIES, Mark,
    Meta, Modality, Name, PartialDate, PatternDirection, Property, Source, Term, Value, Verbs, days_in,
};
use super::*;
use crate::span::{Span, line_column};
use proptest::prelude::*;

fn parsed(text: &str) -> Line {
    match parse_line(text, 0) {
        Ok(line) => line,
        Err(error) => panic!("{text}: {error} {:?}", error.span()),
    }
}

fn fact(text: &str) -> Fact {
    match parsed(text).body {
        Body::Fact(fact) => fact,
        other => panic!("{text} is {other:?}"),
    }
}

fn entity(text: &str) -> Entity {
    match parsed(text).body {
        Body::Entity(entity) => entity,
        other => panic!("{text} is {other:?}"),
    }
}

/// The canonical form.
fn canonical(text: &str) -> String {
    format::line(&parsed(text))
}

/// Column and message of the error, with its hints.
fn refused(text: &str) -> String {
    match parse_line(text, 0) {
        Ok(line) => panic!("{text} is {line:?}"),
        Err(error) => {
            let start = error.span().map_or(usize::MAX, |span| span.start as usize);
            format!("{}: {error}", line_column(text, start).1)
        }
    }
}

#[test]
fn the_twenty_lines_are_canonical() {
    let lines = [
        r#"[ki-1121] "What is in the 28-point plan" <https://example.org/28> 2025-11-21"#,
        r#"[axios-1119] "US secretly drafting plan" 2025-11-19 {reliability: 0.8}"#,
        "Kyiv : Actor, State = Ukraine, Київ, the Ukrainian side",
        r#"Steve Witkoff : Person = Witkoff {role: "US special envoy"}"#,
        "Steve Witkoff -proposes-> 28-point plan",
        "Kirill Dmitriev -contributed to-> 28-point plan {reported}",
        "Kyiv -opposes-> territorial concessions {0.9} [posture 61]",
        "Moscow -supports-> waiting out {2025-11-20.., possible} [reuters-1120]",
        "Europe -calls for-> changes to the plan [ki-1121] [axios-1119]",
        "army cap -is part of-> 28-point plan {article: 6}",
        "+ Kyiv -opposes-> 28-point plan {2025-11-21, 0.9} [ki-1121]",
        "- Europe -supports-> 28-point plan",
        "? Kyiv -opposes-> ?what",
        "? ?who -?how-> 28-point plan {2025-11-20.., >= 0.8}",
        "? ?a -supports-> ?p & ?b -opposes-> ?p & ?p : Proposal",
        "? ?who:Person -proposes-> ?p <-opposes- Kyiv",
        "? ?who -supports-> 19-point plan & not ?who -opposes-> frozen assets",
        "? Kyiv -allied with*1..3-> ?friend",
        "? Moscow -opposes-> 28-point plan",
    ];
    for text in lines {
        assert_eq!(canonical(text), text);
    }
    assert_eq!(parsed("?who -?how-> 28-point plan"), parsed("? ?who -?how-> 28-point plan"));
}

#[test]
fn names_stop_where_they_should() {
    assert_eq!(&*fact("Washington, D.C. -is in-> A//B  // a note").object.text, "A//B");
    assert_eq!(&*fact("a - b -opposes-> 28-point plan{0.5}").subject.text, "a - b");
    assert_eq!(&*fact("the \"plan\" -opposes-> x=y[z]").object.text, "x=y");
    assert_eq!(&*entity("Friends of Peace: 6 points : Proposal").name.text, "Friends of Peace: 6 points");
    assert_eq!(&*fact(r#""A -b-> \"C\" \\" -d-> E"#).subject.text, r#"A -b-> "C" \"#);
    assert_eq!(parsed("Kyiv -opposes-> X // why").comment.as_deref(), Some("why"));
    assert_eq!(fact("\u{a0}Київ \u{a0}-виступає проти->\u{a0} Мир").verb.text, "ВИСТУПАЄ_ПРОТИ".into());
    assert_eq!(fact("A <-attacks- B"), fact("B -attacks-> A"));
    assert_eq!(&*fact("A -`Calls_for`-> B").verb.text, "Calls_for");
}

#[test]
fn names_are_quoted_only_where_needed() {
    for bare in
        ["28-point plan", "Washington, D.C.", "Київ", "a & b".replace(" & ", "&").as_str(), "O'Neill", "#1", "a/b"]
    {
        assert_eq!(format::name(bare), bare);
    }
    for quoted in [
        "a & b", "a -b-> c", "-x", "?x", "[x", "a : b", "a = b", "x {y", "a // b", " a", "", "not x", "a ?b",
        "Peace: 6",
    ] {
        assert_eq!(format::name(quoted), format!("\"{quoted}\""));
    }
    assert_eq!(format::alias("a, b"), "\"a, b\"");
    assert_eq!(format::name("a\n\"b\"\\"), r#""a\n\"b\"\\""#);
    assert_eq!(format::verb("CALLS_FOR"), "calls for");
    assert_eq!(format::verb("Calls_For"), "`Calls_For`");
    assert_eq!(format::verb("A__B"), "`A__B`");
    assert_eq!(format::label("place"), "`place`");
}

#[test]
fn meta_items() {
    let meta = fact(r#"A -b-> C {2025-11, 2025-07..2025, 80%, reported, "as said", n: 3, x: -1.5, ok: true, d: 2022-03, y: 2025, w: many}"#).meta;
    assert_eq!(meta.date.map(PartialDate::first_day).as_deref(), Some("2025-11-01"));
    assert_eq!(meta.until.map(PartialDate::last_day).as_deref(), Some("2025-12-31"));
    assert_eq!(meta.confidence.map(|(number, _)| number), Some(0.8));
    assert_eq!(meta.quote.map(|quote| quote.text), Some("as said".into()));
    let values: Vec<Value> = meta.properties.into_iter().map(|property| property.value).collect();
    let march = PartialDate { year: 2022, month: Some(3), day: None };
    let expected = [
        Value::Int(3),
        Value::Float(-1.5),
        Value::Bool(true),
        Value::Date(march),
        Value::Int(2025),
        Value::String("many".into()),
    ];
    assert_eq!(values, expected);
    assert_eq!(fact("A -b-> C {0.7, reported}"), fact("A -b-> C {reported}"));
    assert_eq!(fact("A -b-> C {since: 2025, date: 2024}"), fact("A -b-> C {2024, 2025..}"));
    assert_eq!(
        canonical("A -b-> C {k: \"true\", \"q\", .5.., 2025}".replace(".5..", "2025..").as_str()),
        "A -b-> C {2025, 2025.., \"q\", k: \"true\"}"
    );
}

#[test]
fn slips_have_their_own_messages() {
    let expected = include_str!("slips.txt");
    let mut actual = String::new();
    for line in expected.lines().filter(|line| line.starts_with("> ")) {
        let slip = line.trim_start_matches("> ");
        actual.push_str(&format!("> {slip}\n{}\n\n", refused(slip)));
    }
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/src/syntax/facts/slips.txt"), &actual).unwrap();
    } else {
        assert_eq!(actual, expected);
    }
}

#[test]
fn hostile_lines_take_bounded_time_and_stack() {
    let nested = [
        "(", "{", "[", "{a:", "{[", "\"", "\\\"", "?x -a", " -a", " <-a", "[\"", "{\"\\\"", " & ", "|", "-a|", "<",
        "{a: [1,", " : A",
    ];
    for unit in nested {
        for start in ["A", "A -b-> B ", "? ?x -b-> ", "[s] ", "A {", "A : B", "A = b "] {
            let text = format!("{start}{}", unit.repeat(100_000 / unit.len()));
            let begun = std::time::Instant::now();
            let outcome = parse_line(&text, 0).and_then(|line| translate(&line, &Defaults::default()).map(|_| ()));
            assert!(begun.elapsed().as_secs() < 20, "{start}{unit} took {:?}: {}", begun.elapsed(), outcome.is_ok());
        }
    }
    let long = "word ".repeat(200_000);
    assert_eq!(fact(&format!("{long} -is-> B")).subject.text.len(), long.trim().len());
}

fn text() -> impl Strategy<Value = std::sync::Arc<str>> {
    prop_oneof![
        "[a-zA-Zа-я0-9 ,.:'&=/?!-]{1,12}",
        "\\PC{1,8}",
        "[a-z]{1,3}( (-|<-|->|&|:|=|//|-a->|\\{|\\[|\\}|\\]|\"|`|not|\\?x) ?[a-z]{1,3}){0,3}",
        "(true|false|2025|2025-11|-3|1e5|80%|known|not a|[\\\\\n\t\r\"]{1,3})",
    ]
    .prop_map(Into::into)
}

fn name() -> impl Strategy<Value = Name> {
    text().prop_map(|text| Name { text, span: Span::default() })
}

fn word() -> impl Strategy<Value = Name> {
    "[a-z_][a-z0-9_]{0,5}".prop_map(|text| Name { text: text.into(), span: Span::default() })
}

fn partial_date() -> impl Strategy<Value = PartialDate> {
    (0_u16..=9999, proptest::option::of((1_u8..=12, proptest::option::of(1_u8..=31)))).prop_map(|(year, rest)| {
        let month = rest.map(|(month, _)| month);
        let day = rest.and_then(|(month, day)| day.map(|day| day.min(days_in(year, month))));
        PartialDate { year, month, day }
    })
}

fn value() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        any::<i64>().prop_map(Value::Int),
        any::<f64>().prop_filter("finite", |number| number.is_finite()).prop_map(Value::Float),
        any::<bool>().prop_map(Value::Bool),
        text().prop_map(Value::String),
    ];
    let month = partial_date().prop_filter("a year alone is a number", |date| date.month.is_some());
    prop_oneof![
        4 => scalar.clone(),
        1 => month.prop_map(Value::Date),
        1 => proptest::collection::vec(scalar, 0..3).prop_map(Value::List),
    ]
}

fn properties() -> impl Strategy<Value = Vec<Property>> {
    let key = prop_oneof!["k[a-z0-9_]{0,3}", "k[ a-z`:,}]{1,4}"];
    proptest::collection::btree_map(key, value(), 0..3).prop_map(|map| {
        let name = |text: String| Name { text: text.into(), span: Span::default() };
        map.into_iter().map(|(key, value)| Property { key: name(key), value, span: Span::default() }).collect()
    })
}

fn cite() -> impl Strategy<Value = Cite> {
    (name(), proptest::option::of(name())).prop_map(|(reference, locator)| Cite { reference, locator })
}

fn meta() -> impl Strategy<Value = Meta> {
    let dates = proptest::collection::vec(proptest::option::of(partial_date()), 3);
    let modality = proptest::option::of(prop_oneof![
        proptest::sample::select(MODALITIES.map(|m| m.word).to_vec()).prop_map(std::sync::Arc::from),
        text()
    ]);
    (dates, proptest::option::of(0.0..=1.0), modality, proptest::option::of(name()), properties()).prop_map(
        |(dates, confidence, modality, quote, properties)| {
            let modality = modality.map(|text| Name { text, span: Span::default() });
            let usual = modality.as_ref().and_then(|word| Modality::find(&word.text)).map(|known| known.confidence);
            let (since, until) = match (dates[1], dates[2]) {
                (Some(since), Some(until)) if since.first_day() > until.last_day() => (Some(until), Some(since)),
                other => other,
            };
            let confidence = confidence.filter(|number| Some(*number) != usual).map(|number| (number, Span::default()));
            Meta { date: dates[0], since, until, confidence, modality, quote, properties }
        },
    )
}

fn labels() -> impl Strategy<Value = Vec<Name>> {
    proptest::collection::btree_set(prop_oneof!["[A-Z][a-zA-Z]{0,4}", "[a-z` ,:é]{1,4}"], 0..3).prop_map(|labels| {
        // in the order of their canonical text
        let mut labels: Vec<String> = labels.into_iter().collect();
        labels.sort_by_key(|text| format::label(text));
        labels.into_iter().map(|text| Name { text: text.into(), span: Span::default() }).collect()
    })
}

fn verb() -> impl Strategy<Value = Name> {
    prop_oneof!["[A-Z]{1,4}(_[A-Z]{1,3}){0,2}", "\\PC{1,6}", "[a-zß_ -]{1,6}"]
        .prop_map(|text| Name { text: text.into(), span: Span::default() })
}

fn some_entity() -> impl Strategy<Value = Entity> {
    (name(), labels(), proptest::collection::btree_set(text(), 0..3), properties()).prop_map(
        |(name, labels, aliases, properties)| {
            let aliases = aliases.into_iter().map(|text| Name { text, span: Span::default() }).collect();
            Entity { name, labels, aliases, properties }
        },
    )
}

fn some_fact() -> impl Strategy<Value = Fact> {
    (name(), verb(), name(), meta(), proptest::collection::vec(cite(), 0..3))
        .prop_map(|(subject, verb, object, meta, cites)| Fact { subject, verb, object, meta, cites })
}

fn some_source() -> impl Strategy<Value = Source> {
    let address = proptest::option::of(prop_oneof!["https://[a-z/.?=&#]{1,9}".prop_map(std::sync::Arc::from), text()]);
    (name(), proptest::option::of(name()), address, proptest::option::of(partial_date()), properties()).prop_map(
        |(reference, title, url, date, properties)| {
            let url = url.map(|text| Name { text, span: Span::default() });
            Source { reference, title, url, date, properties }
        },
    )
}

fn term() -> impl Strategy<Value = Term> {
    let label = proptest::option::of("[A-Z][a-z]{0,3}")
        .prop_map(|label| label.map(|text| Name { text: text.into(), span: Span::default() }));
    prop_oneof![
        name().prop_map(Term::Entity),
        (word(), label).prop_map(|(name, label)| {
            // words that end in `t` stand for terms, so that none is a verb as well
            Term::Variable { name: Name { text: format!("{}t", name.text).into(), span: name.span }, label }
        }),
    ]
}

fn arrow() -> impl Strategy<Value = Arrow> {
    let verbs = prop_oneof![
        Just(Verbs::Any),
        word().prop_map(|name| Verbs::Bound(Name { text: format!("{}v", name.text).into(), span: name.span })),
        proptest::collection::btree_set("[A-Z]{1,4}(_[A-Z]{1,3}){0,2}", 1..3).prop_map(|types| {
            Verbs::Types(types.into_iter().map(|text| Name { text: text.into(), span: Span::default() }).collect())
        }),
    ];
    let directions = vec![PatternDirection::Left, PatternDirection::Right, PatternDirection::Either];
    let length = proptest::option::of((proptest::option::of(0_u64..5), proptest::option::of(5_u64..9)));
    (verbs, proptest::sample::select(directions), length).prop_map(|(verbs, direction, length)| {
        let length = length.map(|(min, max)| Length { min, max }).filter(|_| !matches!(verbs, Verbs::Bound(_)));
        Arrow { verbs, direction, length, span: Span::default() }
    })
}

fn filter() -> impl Strategy<Value = Filter> {
    let ops = vec![CompareOp::Equal, CompareOp::NotEqual, CompareOp::Less, CompareOp::GreaterEqual];
    let key = "k[a-z]{0,3}".prop_map(|text| Name { text: text.into(), span: Span::default() });
    prop_oneof![
        partial_date().prop_map(|date| Filter::Stated(date, Span::default())),
        partial_date().prop_map(|from| Filter::Overlaps { from: Some(from), to: None, span: Span::default() }),
        name().prop_map(Filter::Quote),
        (key, proptest::sample::select(ops), value()).prop_map(|(key, op, value)| Filter::Compare {
            key,
            op,
            value,
            span: Span::default()
        }),
    ]
}

fn clause() -> impl Strategy<Value = AskClause> {
    let labels = proptest::collection::btree_set("[A-Z][a-z]{0,3}", 1..3).prop_map(|labels| {
        labels.into_iter().map(|text| Name { text: text.into(), span: Span::default() }).collect::<Vec<_>>()
    });
    let path = (
        term(),
        proptest::collection::vec((arrow(), term()), 1..3),
        proptest::collection::vec(filter(), 0..3),
        proptest::collection::vec(cite(), 0..2),
    )
        .prop_map(|(first, rest, filters, cites)| {
            let (arrows, terms): (Vec<Arrow>, Vec<Term>) = rest.into_iter().unzip();
            ClauseKind::Path { terms: std::iter::once(first).chain(terms).collect(), arrows, filters, cites }
        });
    let kind = prop_oneof![path, (term(), labels).prop_map(|(term, labels)| ClauseKind::Labels { term, labels })];
    (any::<bool>(), kind).prop_map(|(negated, kind)| AskClause { negated, kind, span: Span::default() })
}

fn some_body() -> impl Strategy<Value = Body> {
    prop_oneof![
        some_entity().prop_map(Body::Entity),
        some_fact().prop_map(Body::Fact),
        some_source().prop_map(Body::Source),
        proptest::collection::vec(clause(), 1..3).prop_map(|clauses| Body::Ask(Ask { clauses })),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_back(body in some_body(), marked in any::<bool>()) {
        let mark = if marked && !matches!(body, Body::Ask(_)) { Mark::Tell } else { Mark::None };
        let line = Line { mark, body, comment: None, span: Span::default() };
        let text = format::line(&line);
        let read = parse_line(&text, 0).map_err(|error| TestCaseError::fail(format!("{text}: {error}")))?;
        prop_assert_eq!(&read, &line, "{}", text);
        prop_assert_eq!(format::line(&read), text);
        prop_assert!(translate(&read, &Defaults::default()).is_ok());
    }

    #[test]
    fn any_text_is_read_or_refused_in_place(text in "\\PC{0,60}") {
        if let Err(error) = parse_line(&text, 7) {
            let span = error.span().ok_or_else(|| TestCaseError::fail("no place"))?;
            prop_assert!(span.start >= 7 && span.end as usize <= text.len() + 8, "{:?} in {}", span, text);
        }
    }
}
