use super::*;
use crate::session::Graph;
use proptest::prelude::*;
use std::collections::BTreeSet;

fn exported(graph: &Graph) -> (String, Unsaid) {
    let mut out = Vec::new();
    let unsaid = write(&graph.snapshot(), &mut out).unwrap();
    (String::from_utf8(out).unwrap(), unsaid)
}

/// What a graph says, whatever the identifiers of its parts and names are.
fn meaning(graph: &Graph) -> Vec<String> {
    meaning_of(&graph.snapshot())
}

pub(super) fn meaning_of(graph: &Version) -> Vec<String> {
    let catalog = graph.catalog();
    let pairs = |properties: Vec<(crate::value::KeyId, Value)>| {
        let pairs = properties.into_iter().map(|(key, value)| format!("{}: {value:?}", catalog.key_name(key)));
        pairs.collect::<BTreeSet<String>>()
    };
    let node = |node| {
        let labels: BTreeSet<_> = graph.node_labels(node).into_iter().map(|label| catalog.label_name(label)).collect();
        format!("{labels:?} {:?}", pairs(graph.node_properties(node)))
    };
    let mut lines: Vec<String> = graph.node_ids().map(node).collect();
    for (rel_type, name) in catalog.rel_types() {
        for rel in graph.rel_ids(rel_type) {
            let ends = graph.endpoints(rel).map(|(from, to)| (node(from), node(to)));
            lines.push(format!("{name} {ends:?} {:?}", pairs(graph.rel_properties(rel))));
        }
    }
    lines.sort_unstable();
    lines
}

pub(super) fn loaded(text: &str) -> Graph {
    let graph = Graph::in_memory();
    graph.load_facts(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    graph
}

fn made(statements: &[&str]) -> Graph {
    let graph = Graph::in_memory();
    statements.iter().for_each(|statement| drop(graph.run(statement).unwrap()));
    graph
}

const TEXT: &str = r#"Kyiv : Actor, State = Ukraine, Київ {born: 1991-08, n: 2025}
Moscow : Actor {elsewhere: [1, 2.5, "x y", 2025-01-01, true]}
concessions {}
Kyiv -opposes-> concessions {2025-11, 2025-07..2025-12, 0.25, reported, "never, \"ever\"", note: "a b"}
Kyiv -opposes-> concessions {denied} [elsewhere p. 3]
[ki-1121] "What is in the plan" <https://example.org/28> 2025-11-21 {lang: uk}
Kyiv -opposes-> concessions
Moscow -`hasPart`-> Kyiv {2025, 2025..} [ki-1121 posture 61]
[undated] "Another"
Moscow -calls for-> concessions
"#;

#[test]
fn what_facts_told_is_written_as_it_was() {
    let graph = loaded(TEXT);
    let (text, unsaid) = exported(&graph);
    assert_eq!(unsaid, Unsaid::default());
    assert_eq!(meaning(&loaded(&text)), meaning(&graph), "{text}");
    let same = |text: &str| text.lines().map(str::to_owned).collect::<BTreeSet<_>>();
    assert_eq!(same(&text), same(TEXT));
}

#[test]
fn the_shipped_graphs_come_back() {
    for entry in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/graphs")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "facts") {
            let graph = loaded(&std::fs::read_to_string(&path).unwrap());
            let (text, unsaid) = exported(&graph);
            assert_eq!((unsaid, meaning(&loaded(&text))), (Unsaid::default(), meaning(&graph)), "{}", path.display());
        }
    }
}

#[test]
fn what_cannot_be_said_is_told_and_the_rest_is_written() {
    let graph = made(&[
        "CREATE (:A {name: 'one', at: time('10:00Z'), n: 1})-[:R {confidence: 7}]->(:B {k: 1})",
        "CREATE (:A {name: 'ONE'}), (:Source {id: 's', at: localtime('10:00')}), (:Source {id: 't'}), (:Source {id: 't'})",
        "MATCH (a {name: 'one'}) CREATE (a)-[:R {modality: 'reported', n: 1}]->(a), (a)-[:`a\nb`]->(a)",
        "CREATE INDEX by_name FOR (n:A) ON (n.name)",
    ]);
    let (text, unsaid) = exported(&graph);
    assert_eq!(text, "one : A {n: 1}\none -r-> one {n: 1}\n[s]\n");
    let expected = [
        "node 1 has no name and is no source that has its `id` alone",
        "node 4 has no name and is no source that has its `id` alone",
        "node 5 has no name and is no source that has its `id` alone",
        "the entity `one`: the property `at` has a value that has no words",
        "the entity `ONE`: another has that name",
        "relationship 0 of `R`: no name stands for one of its ends alone",
        "relationship 1 of `R`: the property `modality` would bring its confidence with it, and there is none",
        "relationship 0 of `a\nb`: arrow facts are written one a line",
        "the source `s`: the property `at` has a value that has no words",
        "the index `by_name`",
    ];
    assert_eq!(unsaid.first, expected);
    assert_eq!(unsaid.count, expected.len() as u64);
}

#[test]
fn a_line_that_would_be_read_as_another_is_not_written() {
    let graph = made(&["CREATE (a:A {name: 'a'}), (b:B {name: 'b'})"]);
    let mut version = Version::clone(&graph.snapshot());
    let nameless = version.intern_rel_type("");
    version.create_rel(nameless, NodeId(0), NodeId(1), &[]).unwrap();
    let mut out = Vec::new();
    let unsaid = write(&version, &mut out).unwrap();
    assert_eq!(String::from_utf8(out).unwrap(), "a : A\nb : B\n");
    assert_eq!(unsaid.first, ["relationship 0 of ``: `-``->` is not an arrow"]);
}

#[test]
fn an_entity_whose_name_is_an_alias_of_another_comes_before_it() {
    let graph = made(&[
        "CREATE (a:A {name: 'a', aliases: ['b', 'x']}), (b:B {name: 'b', aliases: ['c']}), (c:C {name: 'c'})",
        "MATCH (a:A), (c:C) CREATE (a)-[:R]->(c)",
    ]);
    let (text, unsaid) = exported(&graph);
    assert_eq!(unsaid, Unsaid::default());
    assert_eq!(meaning(&loaded(&text)), meaning(&graph), "{text}");
}

/// Texts that the notation has to quote, and plain ones.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec![
            "a", "b c", "A", "not x", "-x->", " = ", "x, y", "[z]", "{}", "\"", "\\", "//", "?x", "2025", "true",
            "1e3", " pad ", "a\nb", "a\tb\r", "ß", "İ", "x: y", "reported", "", "`", "Source", "x & y", "%", "0.5",
            ">= 1",
        ])
        .prop_map(str::to_owned),
        "\\PC{0,6}",
        any::<String>(),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    let scalar = || {
        prop_oneof![
            any::<bool>().prop_map(Value::Bool),
            any::<i64>().prop_map(Value::Int),
            prop_oneof![any::<f64>(), Just(0.9), Just(-0.0), Just(1.0)].prop_map(Value::Float),
            text().prop_map(Value::string),
            (-800_000i64..4_000_000).prop_map(|days| Value::Date(crate::value::temporal::Date { days })),
            prop::sample::select(vec!["2025-01-01", "2025-12-31", "2025-11-01", "2025-11-30"])
                .prop_map(|day| Value::Date(crate::value::temporal::parse::date(day).unwrap())),
            Just(Value::string("month")),
            Just(Value::string("year")),
        ]
    };
    prop_oneof![4 => scalar(), 1 => prop::collection::vec(scalar(), 0..3).prop_map(Value::list)]
}

fn properties() -> impl Strategy<Value = Vec<(String, Value)>> {
    let key = prop_oneof![
        4 => prop::sample::select(vec![
            "date", "since", "until", "date_precision", "until_precision", "k", "k_precision", "confidence", "modality",
            "quote", "source", "locator", "id", "title", "url", "aliases", "name",
        ])
        .prop_map(str::to_owned),
        1 => text(),
    ];
    prop::collection::vec((key, value()), 0..5)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    /// Whatever a graph holds: when nothing is told to be unsaid, the text makes the same graph, and else the text can be
    /// loaded and makes no more than there is.
    #[test]
    fn loading_what_was_exported_gives_the_graph(
        nodes in prop::collection::vec((prop::option::of(text()), prop::collection::vec(text(), 0..3), properties(), any::<bool>()), 1..5),
        rels in prop::collection::vec((0usize..5, 0usize..5, text(), properties()), 0..5),
    ) {
        let mut version = Version::new();
        let mut made = Vec::new();
        for (name, labels, properties, source) in &nodes {
            let labels: Vec<_> = match source {
                true => vec![version.intern_label("Source")],
                false => labels.iter().map(|label| version.intern_label(label)).collect(),
            };
            let mut all: Vec<_> = properties.iter().map(|(key, value)| (version.intern_key(key), value.clone())).collect();
            let name = name.as_ref().filter(|_| !source);
            all.extend(name.map(|name| (version.intern_key("name"), Value::string(name.as_str()))));
            let node = version.create_node(&labels, &[]).unwrap();
            all.into_iter().for_each(|(key, value)| version.set_node_property(node, key, value).unwrap());
            made.push(node);
        }
        for (from, to, rel_type, properties) in &rels {
            let rel_type = version.intern_rel_type(rel_type);
            let (from, to) = (made[from % made.len()], made[to % made.len()]);
            let rel = version.create_rel(rel_type, from, to, &[]).unwrap();
            for (key, value) in properties {
                let key = version.intern_key(key);
                version.set_rel_property(rel, key, value.clone()).unwrap();
            }
        }
        let mut out = Vec::new();
        let unsaid = write(&version, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        let again = loaded(&text);
        if unsaid.count == 0 {
            prop_assert_eq!(meaning(&again), meaning_of(&version), "{}", text);
        } else {
            prop_assert!(again.snapshot().node_count() <= version.node_count(), "{}", text);
            prop_assert!(again.snapshot().rel_count() <= version.rel_count(), "{}", text);
        }
    }
}

#[test]
fn what_was_joined_comes_apart_after_a_text() {
    let text = "Kyiv : Actor, State\nUkraine : Actor = the Ukrainian side {since: 1991-08-24, say: \"it's \\\"so\\\"\"}\n\
                Ukraine -opposes-> 28-point plan {2025-11-21, 0.9} [ki 2]\nthe Ukrainian side -meets-> Kyiv\n";
    let joined = loaded(text);
    joined.session().merge_entities("28-point plan", "Ukraine").unwrap();
    joined.session().merge_entities("Kyiv", "28-point plan").unwrap();
    let (written, unsaid) = exported(&joined);
    assert_eq!(unsaid.count, 0, "{unsaid}");
    let again = loaded(&written);
    assert_eq!(meaning(&again), meaning(&joined));
    again.session().unmerge_entity("28-point plan").unwrap();
    again.session().unmerge_entity("Ukraine").unwrap();
    assert_eq!(meaning(&again), meaning(&loaded(text)));
}
