//! Arrow facts read, written and refused.

use super::ast::{
    Arrow, Ask, AskClause, Body, Cite, ClauseKind, CompareOp, Entity, Fact, Filter, Length, Line, MODALITIES, Mark,
    Meta, Modality, Name, PartialDate, PatternDirection, Property, Source, Term, Value, Verbs, days_in,
};
use super::*;
use crate::error::{Detail, Error, ErrorType, Phase, Result};
use crate::span::{Span, line_column};
use crate::syntax::ast::Statement;
use crate::syntax::{parse_statement, unparse};
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
        "a & b", "a -b-> c", "-x", "?x", "[x", "a : b", "a = b", "x {y", "a // b", " a", "", "not x", "not", "a ?b",
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

/// Checks a text of lines `> input`, each with what `answer` makes of it; `UPDATE=1` writes it anew.
fn check(file: &str, expected: &str, answer: fn(&str) -> String) {
    let inputs = expected.lines().filter_map(|line| line.strip_prefix("> "));
    let actual: String = inputs.map(|input| format!("> {input}\n{}\n\n", answer(input))).collect();
    if std::env::var_os("UPDATE").is_some() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/syntax/facts/");
        std::fs::write(format!("{folder}{file}"), &actual).unwrap();
    } else {
        assert_eq!(actual, expected);
    }
}

#[test]
fn slips_have_their_own_messages() {
    check("slips.txt", include_str!("slips.txt"), refused);
}

#[test]
fn lines_mean_what_their_opencypher_says() {
    check("translations.txt", include_str!("translations.txt"), |text| {
        let translated = translate(&parsed(text), &Defaults::default()).unwrap().unwrap();
        let opencypher = round_trip(&translated.statement);
        match &translated.known {
            Some(known) => format!("{:?}: {opencypher}\nknown: {}", translated.kind, round_trip(known)),
            None => format!("{:?}: {opencypher}", translated.kind),
        }
    });
}

/// The statement as text, which gives the statement back.
fn round_trip(statement: &Statement) -> String {
    let text = unparse::statement(statement);
    let read = parse_statement(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
    assert_eq!(unparse::statement(&read), text);
    text
}

#[test]
fn told_facts_take_source_and_date_from_above() {
    let text =
        "A -b-> C\n[s] 2025-11\nA -b-> C\nA -b-> C {2024} [t 1]\n[t] 2023\nA -b-> C\n[s]\nA -b-> C\n- A -b-> C\n";
    let cypher: Vec<String> = read(text)
        .map(|entry| entry.unwrap())
        .filter(|entry| matches!(entry.line.body, Body::Fact(_)))
        .map(|entry| translate(&entry.line, &entry.defaults).unwrap().unwrap())
        .map(|translated| unparse::statement(&translated.statement).replace("MERGE (a@A) MERGE (b@C) CREATE ", ""))
        .collect();
    let november = "date: date('2025-11-01'), date_precision: 'month'";
    let expected = [
        "(a)-[:B]->(b)".to_owned(),
        format!("(a)-[:B {{source: 's', {november}}}]->(b)"),
        "(a)-[:B {source: 't', locator: '1', date: date('2024-01-01'), date_precision: 'year'}]->(b)".to_owned(),
        "(a)-[:B {source: 't', date: date('2023-01-01'), date_precision: 'year'}]->(b)".to_owned(),
        format!("(a)-[:B {{source: 's', {november}}}]->(b)"),
        "MATCH (@A)-[r:B]->(@C) DELETE r RETURN count(*) AS removed".to_owned(),
    ];
    assert_eq!(cypher, expected);
}

const DIFF: &str = "\
diff --git a/README.md b/README.md
index 1..2 100644
--- a/README.md
+++ b/README.md
@@ -1 +1 @@
-old -x-> words
+new
diff --git a/x.facts b/x.facts
index 3..4 100644
--- a/x.facts
+++ b/x.facts
@@ -1,4 +1,5 @@
-[s] 2024
+[s] 2025
 A : Actor
-A -b-> C
+A -b-> D
+- A -b-> C
 A -b-> E
@@ -20,2 +21,3 @@ A -b-> C
 A -x-> Y
+A -y-> Z [t 1]
+A -z-> Z
\\ No newline at end of file
";

#[test]
fn a_diff_is_a_patch() {
    let entries: Vec<Result<Entry>> = read(DIFF).collect();
    let lines: Vec<String> = entries
        .iter()
        .map(|entry| match entry {
            Ok(Entry { number, line, defaults, .. }) => {
                assert_eq!(&DIFF[line.span.start as usize..line.span.end as usize], &format::body(&line.body));
                let year = defaults.date.map_or(0, |date| date.year);
                format!("{number} {} {} {year}", format::line(line), defaults.source.as_deref().unwrap_or("-"))
            }
            Err(error) => format!("{:?} {}", line_column(DIFF, error.span().unwrap().start as usize), error.message()),
        })
        .collect();
    let expected = [
        "13 - [s] 2024 - 0".replace("- 0", "s 2024"),
        "14 + [s] 2025 s 2025".to_owned(),
        "16 - A -b-> C s 2024".to_owned(),
        "17 + A -b-> D s 2025".to_owned(),
        "(18, 2) a file of facts that is under version control has no marks of its own".to_owned(),
        "22 + A -y-> Z [t 1] - 0".to_owned(),
        "(23, 2) the diff does not show under which source this fact stands".to_owned(),
    ];
    assert_eq!(lines, expected);
    let other = "--- a/notes.txt\n+++ b/notes.txt\n@@ -1 +1 @@\n-a\n+b\n";
    assert_eq!(read(other).next().unwrap().unwrap_err().message(), "the diff is of no `.facts` file");
}

#[test]
fn the_examples_of_the_reference_are_canonical() {
    let examples = include_str!("../../../docs/facts.md").lines().filter_map(|line| line.strip_prefix("    "));
    let examples: Vec<&str> = examples.filter(|line| !line.starts_with("SUBJECT")).collect();
    assert!(examples.len() > 8);
    for example in examples {
        let marked = if example.starts_with("?who") { format!("? {example}") } else { example.to_owned() };
        assert_eq!(canonical(example), marked);
    }
}

#[test]
fn an_error_is_that_of_its_line_alone() {
    let text = "A : Actor\nB : actor\n? ?x : Actor\nC : Actor\r\n";
    let read: Vec<_> = read(text)
        .map(|entry| entry.map_err(|error| line_column(text, error.span().unwrap().start as usize)))
        .collect();
    assert_eq!(read.len(), 4);
    assert_eq!(read[1].as_ref().unwrap_err(), &(2, 5));
    assert_eq!(read[2].as_ref().unwrap_err(), &(3, 1));
    assert!(read[0].is_ok() && read[3].as_ref().is_ok_and(|entry| entry.number == 4));
}

#[test]
fn files_have_a_canonical_form() {
    let text = "\
// head

[b] 2025-02
Z -x-> Y // seen
// about A
A -x-> B
B : Place,Actor
[a] \"t\" 2025-01
D -x->  E {80%}
[b]
C -x-> E
// foot
";
    let expected = "\
// head

[a] \"t\" 2025-01
D -x-> E {0.8}

[b] 2025-02
B : Actor, Place
// about A
A -x-> B
C -x-> E
Z -x-> Y // seen

// foot
";
    let formatted = format_file(text).unwrap().sorted;
    assert_eq!(formatted, expected);
    assert_eq!(format_file(&formatted).unwrap().sorted, formatted);
    let refused = format_file("A : B\n+ A -x-> B\n").unwrap_err();
    assert_eq!(refused.message(), "a patch has no canonical form");
}

#[test]
fn an_unknown_name_may_be_a_variable() {
    let translated = translate(&parsed("? who -opposes-> Kyiv"), &Defaults::default()).unwrap().unwrap();
    let unknown =
        |span| Error::new(ErrorType::SemanticError, Phase::Compile, Detail::UnknownEntity, "no entity").at(span);
    assert_eq!(translated.explain(unknown(Span::new(2, 5))).hints(), ["did you mean the variable `?who`?"]);
    assert!(translated.explain(unknown(Span::new(17, 21))).hints().is_empty());
}

#[test]
fn a_retraction_knows_what_was_not_there() {
    let translated = translate(&parsed("- Europe -supports-> 28-point plan"), &Defaults::default()).unwrap().unwrap();
    let error = translated.not_there().unwrap();
    assert_eq!(error.message(), "there is no `Europe -supports-> 28-point plan` to retract");
    assert_eq!(error.detail(), Detail::UnknownFact);
    let told = translate(&parsed("Europe -supports-> X"), &Defaults::default()).unwrap().unwrap();
    assert!(told.not_there().is_none());
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

    #[test]
    fn formatting_a_file_keeps_what_it_tells(lines in proptest::collection::vec(file_line(), 0..12)) {
        let text = lines.join("\n");
        let formatted = format_file(&text).map(|it| it.sorted).map_err(|error| TestCaseError::fail(format!("{text}: {error}")))?;
        prop_assert_eq!(&format_file(&formatted).unwrap().sorted, &formatted, "{}", text);
        prop_assert_eq!(told(&formatted), told(&text), "{}", text);
        prop_assert_eq!(formatted.matches("//").count(), text.matches("//").count(), "{}", text);
    }
}

/// A line of a small file in which sources and names come again.
fn file_line() -> impl Strategy<Value = String> {
    let source = ("[ab]", proptest::option::of("202[1-3]"), any::<bool>()).prop_map(|(name, date, comment)| {
        let date = date.map(|date| format!(" {date}")).unwrap_or_default();
        format!("[{name}]{date}{}", if comment { " // note" } else { "" })
    });
    prop_oneof![
        source,
        "[X-Z] -v-> [X-Z]( \\{202[4-6]\\})?( \\[c\\])?( // why)?",
        "[X-Z] : [A-C](, [A-C])?",
        Just(String::new()),
        Just("// remark".to_owned()),
    ]
}

/// What a file tells of facts and entities, in no particular order.
fn told(text: &str) -> Vec<String> {
    let entries = read(text).map(Result::unwrap).filter(|entry| !matches!(entry.line.body, Body::Source(_)));
    let statements = entries.map(|entry| translate(&entry.line, &entry.defaults).unwrap().unwrap().statement);
    // labels are written in order, so that they are compared without it
    let mut told: Vec<String> = statements.map(|statement| unparse::statement(&statement)).collect();
    told.iter_mut().filter(|text| text.contains("SET n:")).for_each(|text| {
        let mut labels: Vec<&str> = text.split(':').collect();
        labels[1..].sort_unstable();
        *text = labels.join(":");
    });
    told.sort_unstable();
    told
}
