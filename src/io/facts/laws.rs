//! The laws of comparing, applying, merging and formatting, over random texts in which names come again in every role.

use super::tests::{loaded, meaning_of};
use super::{apply, diff, format, merge};
use crate::session::Graph;
use crate::syntax::facts::format_file;
use crate::syntax::facts::samples::{braces, cites, labels, source, value};
use proptest::prelude::*;
use std::collections::BTreeSet;

fn name() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["a", "b", "B", "c d", "Київ", "28-point plan", "x = y", "not z"])
}

/// A line of a text, which a comment or an empty line may go before.
fn line() -> impl Strategy<Value = String> {
    let quoted = |name: &str| crate::syntax::facts::format::name(name);
    let alias = |name: &str| crate::syntax::facts::format::alias(name);
    let verb = prop::sample::select(vec!["says", "calls for"]);
    let before = prop::sample::select(vec!["", "", "", "\n", "// c\n", "// c\n\n", "\n// c\n"]);
    let said = prop_oneof![
        5 => (name(), verb, name(), braces(), cites())
            .prop_map(move |(a, verb, b, braces, cites)| format!("{} -{verb}-> {}{braces}{cites}", quoted(a), quoted(b))),
        2 => (name(), labels(), name(), value())
            .prop_map(move |(a, labels, other, value)| format!("{}{labels} = {}, x {{k: {value}}}", quoted(a), alias(other))),
        1 => (name(), labels(), "[a-c]").prop_map(move |(a, labels, key)| format!("{}{labels} {{{key}: 1}}", quoted(a))),
        2 => source(),
    ];
    (before, said, prop::sample::select(vec!["", "", "", " // why"]))
        .prop_map(|(before, said, after)| before.to_owned() + &said + after)
}

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(line(), 0..10).prop_map(|lines| lines.join("\n"))
}

/// A line that brings in no alias.
fn line_without_alias() -> impl Strategy<Value = String> {
    let name = || prop::sample::select(vec!["a", "b", "c d", "é", "s"]);
    let described =
        prop::sample::select(vec![" : L", " : L, M", " {k: 1}", " : M {k: 2}", " {l: 2025-11}", " : Source {id: s}"]);
    prop_oneof![
        6 => (name(), name(), braces(), cites()).prop_map(|(a, b, braces, cites)| format!("{a} -says-> {b}{braces}{cites}")),
        1 => (name(), described).prop_map(|(name, described)| format!("{name}{described}")),
        2 => source(),
        1 => Just(String::new()),
    ]
}

/// A text, and one that has lost and gained some lines.
fn two_texts() -> impl Strategy<Value = (String, String)> {
    let lines = prop::collection::vec((line(), 0..4u8), 0..10);
    (lines, text()).prop_map(|(lines, more)| {
        let one: Vec<&str> = lines.iter().filter(|(_, where_)| *where_ != 0).map(|(line, _)| line.as_str()).collect();
        let two: Vec<&str> = lines.iter().filter(|(_, where_)| *where_ != 1).map(|(line, _)| line.as_str()).collect();
        let end: Vec<&str> = more.lines().take(2).collect();
        (one.join("\n"), format!("{}\n{}", two.join("\n"), end.join("\n")))
    })
}

/// The graph of a text, where names are not ambiguous in it.
fn graph(text: &str) -> Option<Graph> {
    let graph = Graph::in_memory();
    graph.load_facts(text).ok().map(|_| graph)
}

fn meaning(graph: &Graph) -> Vec<String> {
    meaning_of(&graph.snapshot())
}

fn difference(one: &Graph, two: &Graph) -> super::Difference {
    diff(&one.snapshot(), &two.snapshot()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_difference_applied_gives_the_other((one, two) in two_texts()) {
        let (Some(one), Some(two)) = (graph(&one), graph(&two)) else { return Ok(()) };
        let patch = difference(&one, &two);
        prop_assume!(patch.unsaid.count == 0);
        prop_assert_eq!(patch.is_empty(), meaning(&one) == meaning(&two), "{}", patch);
        let expected = meaning(&two);
        if let Err(error) = apply(&mut one.session(), &patch.to_string()) {
            return Err(TestCaseError::fail(format!("{error}\n{patch}")));
        }
        prop_assert_eq!(meaning(&one), expected, "{}", patch);
        prop_assert!(difference(&one, &two).is_empty());
    }

    #[test]
    fn a_patch_that_fails_changes_nothing((one, two) in two_texts()) {
        let (Some(one), Some(two)) = (graph(&one), graph(&two)) else { return Ok(()) };
        let patch = difference(&one, &two);
        let before = meaning(&two);
        if apply(&mut two.session(), &patch.to_string()).is_err() {
            prop_assert_eq!(meaning(&two), before, "{}", patch);
        }
    }

    #[test]
    fn merging_with_what_did_not_change_gives_the_change((one, two) in two_texts()) {
        let (Some(one), Some(two)) = (graph(&one), graph(&two)) else { return Ok(()) };
        let (base, side) = (one.snapshot(), two.snapshot());
        for merged in [merge(&base, &side, &base).unwrap(), merge(&base, &base, &side).unwrap(), merge(&base, &side, &side).unwrap()] {
            prop_assume!(merged.unsaid.count == 0);
            prop_assert!(merged.conflicts.is_empty());
            prop_assert_eq!(meaning(&merged.graph), meaning(&two));
        }
    }

    #[test]
    fn a_merge_does_not_depend_on_the_side((one, two) in two_texts(), other in text()) {
        let (Some(one), Some(two), Some(other)) = (graph(&one), graph(&two), graph(&other)) else { return Ok(()) };
        let [base, left, right] = [&one, &two, &other].map(|graph| graph.snapshot());
        let (one, two) = (merge(&base, &left, &right).unwrap(), merge(&base, &right, &left).unwrap());
        prop_assume!(one.unsaid.count == 0);
        let what = |merged: &super::Merged| merged.conflicts.iter().map(|it| it.what.clone()).collect::<BTreeSet<_>>();
        prop_assert_eq!(what(&one), what(&two));
        if one.conflicts.is_empty() {
            let aliases = "MATCH (n) WHERE n.aliases IS NOT NULL SET n.aliases = coll.sort(n.aliases)";
            let sorted = |graph: &Graph| graph.run(aliases).map(|_| meaning(graph)).unwrap();
            prop_assert_eq!(sorted(&one.graph), sorted(&two.graph));
        }
    }

    #[test]
    fn formatting_keeps_what_is_said_and_is_done_once(text in text()) {
        let formatted = format(&text).map_err(|error| TestCaseError::fail(format!("{text}: {error}")))?;
        prop_assert_eq!(&format(&formatted).unwrap(), &formatted, "{}", text);
        prop_assert_eq!(formatted.matches("//").count(), text.matches("//").count(), "{}", text);
        match graph(&text) {
            Some(graph) => prop_assert_eq!(meaning(&loaded(&formatted)), meaning(&graph), "{}\n\n{}", text, formatted),
            None => prop_assert!(graph(&formatted).is_none()),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_known_to_tell_the_same_does(lines in prop::collection::vec(line_without_alias(), 0..10)) {
        let text = lines.join("\n");
        let formatted = format_file(&text).map_err(|error| TestCaseError::fail(format!("{text}: {error}")))?;
        if formatted.same {
            let told = graph(&text).map(|graph| meaning(&graph));
            prop_assert_eq!(graph(&formatted.sorted).map(|graph| meaning(&graph)), told, "{}", text);
        }
    }
}

#[test]
fn most_texts_without_aliases_are_known_to_tell_the_same() {
    let same = |text: &str| format_file(text).unwrap().same;
    assert!(same("[s] \"S\" 2025\nb -x-> a {0.5}\na : L {k: 1}\n[t]\na -x-> b\n[s]\nc {}\n"));
    for order_matters in ["a = b\n", "a -x-> b\nA -x-> b\n", "a {k: 1}\na {k: 2}\n", "[s] 2024\n[s] 2025\n"] {
        assert!(!same(order_matters), "{order_matters}");
    }
}

#[test]
fn what_a_text_tells_later_stays_later() {
    let order = "K {n: 2}\nK {n: 1}\n";
    assert_eq!(format(order).unwrap(), order);
    let alias = "b : B\na = b\n";
    assert_eq!(format(alias).unwrap(), alias);
    let paragraphs = "// head\n\nb -x-> c\na : A\n\n\n// about the rest\n\nd -x-> e // why\nb -x-> d\n";
    assert_eq!(
        format(paragraphs).unwrap(),
        "// head\n\na : A\nb -x-> c\n\n// about the rest\n\nb -x-> d\nd -x-> e // why\n"
    );
}

#[test]
fn a_line_that_is_removed_is_there_and_clear() {
    let text = "K -x-> y {0.5} [s 1]\nK -x-> y {0.6} [s 1]\nK -x-> y [s 1]\n";
    let tried = |patch: &str| {
        let graph = loaded(text);
        let applied = apply(&mut graph.session(), patch)
            .map_err(|error| (error.span().unwrap().of(patch).to_owned(), error.to_string()));
        applied.map(|applied| (applied.removed, graph.snapshot().rel_count()))
    };
    assert_eq!(tried("- K -x-> y [s 1]").unwrap(), (1, 2), "exactly this, though others say it too");
    assert_eq!(tried("- K -x-> y {0.5}").unwrap(), (1, 2), "the only one that says at least this");
    let several = tried("+ a -x-> b\n- K -x-> y").unwrap_err();
    assert_eq!(several.0, "- K -x-> y");
    assert!(several.1.starts_with("`K -x-> y` could be 3 facts (`K -x-> y {0.5} [s 1]`"), "{}", several.1);
    let absent = tried("- K -x-> y {0.7}").unwrap_err().1;
    assert!(absent.starts_with("there is no `K -x-> y {0.7}` to remove (there is `K -x-> y"), "{absent}");
    assert_eq!(tried("- Q -x-> y").unwrap_err().1, "no entity is called `Q`");
    assert_eq!(tried("- K -x-> y {0.5}\n- K -x-> y {0.5}\n").unwrap_err().0, "- K -x-> y {0.5}");
    assert_eq!(tried("- K -q-> y").unwrap_err().1, "there is no `K -q-> y` to remove");
}

#[test]
fn a_diff_of_a_file_is_a_patch() {
    let diff = "diff --git a/x.facts b/x.facts\n--- a/x.facts\n+++ b/x.facts\n@@ -1,3 +1,3 @@\n [s] 2025\n-K -x-> y {0.5}\n+K -x-> y {0.6}\n a -x-> b\n";
    let graph = loaded("[s] 2025\nK -x-> y {0.5}\na -x-> b\n");
    apply(&mut graph.session(), diff).unwrap();
    assert_eq!(meaning(&graph), meaning(&loaded("[s] 2025\nK -x-> y {0.6}\na -x-> b\n")));
}
