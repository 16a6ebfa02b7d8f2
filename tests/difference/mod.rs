//! Random queries on random graphs, run in several ways that must agree: with and without the optimizer, with batches
//! of several sizes, with and without kernels, against a search by brute force, and against queries that mean the
//! same.
//!
//! `DIFFERENCE_QUERIES` says how many queries to run, `DIFFERENCE_SEED` where the seeds begin. A long run:
//! `DIFFERENCE_QUERIES=300000 cargo test --release --test integration difference:: -- --nocapture`.

mod citations;
mod empties;
mod graphs;
mod joins;
mod moments;
mod names;
mod patterns;
mod queries;
pub(crate) mod random;
mod rewrites;
mod selectors;
mod trails;

use graphs::{Data, dump, normal};
use patterns::{Names, Pattern, Taste};
use queries::{Order, Query};
use random::Random;
use selectors::{Match, Selected};
use standpoint::error::{Detail, ErrorType, Phase};
use standpoint::plan::rules::RULES;
use standpoint::{Graph, RunOptions};
use std::num::NonZeroUsize;
use std::time::Duration;

/// What a statement gives: rows as text, or the class of its error.
#[derive(Clone, PartialEq, Debug)]
enum Given {
    Rows(Vec<String>),
    Error(ErrorType, Detail),
    /// It took too long or too much; such an answer is not compared.
    TooMuch,
}

#[test]
fn variants_agree() {
    run("variants", 700, |random, tally| {
        let data = Data::random(random);
        let graph = data.build();
        (0..10).find_map(|_| {
            let query = queries::reading(random);
            tally.add(&graph, &query.text);
            let variants = variants(random);
            let found = disagreement(&graph, &query, &variants)?;
            let smallest = failure(&data, &query.text, |data| disagreement(&data.build(), &query, &variants));
            // On a graph of its own it may not show again.
            Some(smallest.unwrap_or_else(|| format!("{};\n{};\n{found}", data.create(), query.text)))
        })
    });
}

#[test]
fn updates_agree() {
    run("updates", 300, |random, tally| {
        let data = Data::random(random);
        (0..10).find_map(|_| {
            let statement = queries::updating(random);
            tally.add(&data.build(), &statement);
            let variants = variants(random);
            failure(&data, &statement, |data| update_disagreement(data, &statement, &variants))
        })
    });
}

#[test]
fn indexes_change_no_answer() {
    run("indexes", 200, |random, tally| {
        let data = Data::random(random);
        (0..10).find_map(|_| {
            let statement = if random.percent(80) { queries::seeking(random) } else { queries::updating(random) };
            tally.add(&data.build_indexed(), &statement);
            failure(&data, &statement, |data| index_disagreement(data, &statement))
        })
    });
}

#[test]
fn matches_are_what_brute_force_finds() {
    run("oracle", 300, |random, tally| {
        let data = Data::random(random);
        let graph = data.build();
        (0..10).find_map(|_| {
            let taste = Taste { hops: 4, paths: 3, variable_length: true, all_named: false };
            let pattern = Pattern::random(random, &taste, &[], &mut Names::default());
            tally.add(&graph, &format!("MATCH {} RETURN count(*)", pattern.text()));
            failure(&data, &pattern.text(), |data| wrong_matches(data, &pattern))
        })
    });
}

#[test]
fn queries_of_the_same_meaning_agree() {
    run("rewrites", 200, |random, tally| {
        let data = Data::random(random);
        let graph = data.build();
        (0..10).find_map(|_| {
            let (first, second) = rewrites::queries_of_one_meaning(random);
            tally.add(&graph, &second);
            let differs = |data: &Data| {
                let graph = data.build();
                let (a, b) = (give_sorted(&graph, &first), give_sorted(&graph, &second));
                (a != b && !is_open(&a) && !is_open(&b)).then(|| compare(&a, &b))
            };
            failure(&data, &format!("{first}\nand\n{second}"), differs)
        })
    });
}

#[test]
fn selected_paths_are_those_of_brute_force() {
    run("selectors", 400, |random, tally| {
        let mut data = Data::random(random);
        data.rels.truncate(7);
        let graph = data.build();
        (0..10).find_map(|_| {
            let selected = Selected::random(random);
            let variants = variants(random);
            tally.add(&graph, &selected.text());
            failure(&data, &selected.text(), |data| wrong_selection(data, &selected, &variants))
        })
    });
}

/// Where the paths that are selected are not those of brute force.
fn wrong_selection(data: &Data, selected: &Selected, variants: &[RunOptions]) -> Option<String> {
    let graph = data.build();
    let all = selected.matches(data);
    for options in variants {
        let counts = (1..=5).map(|count| (format!("n{count}").into(), standpoint::Value::Int(count)));
        let answer = graph.session().run_with(&selected.text(), &counts.collect(), options);
        let rows = match answer.and_then(|mut answer| answer.rows()) {
            Ok(rows) => rows,
            Err(error) if error.error_type() == ErrorType::ResourceLimit => continue,
            Err(error) => return Some(format!("{error}\nwith {}", show(options))),
        };
        let given: Vec<Match> = rows.iter().map(selected_row).collect();
        if let Some(wrong) = selected.wrong(&all, &given) {
            return Some(format!("{wrong}\nwith {}", show(options)));
        }
    }
    None
}

fn selected_row(row: &standpoint::Row) -> Match {
    let values = row.values();
    let number = |at: usize| values[at].as_int().and_then(|number| usize::try_from(number).ok()).unwrap();
    let text = values[3..].iter().map(in_order).collect::<Vec<_>>().join(" | ");
    Match { ends: (number(0), number(1)), length: number(2), row: text }
}

/// A value as text, lists in their order.
fn in_order(value: &standpoint::Value) -> String {
    match value {
        standpoint::Value::List(items) => format!("[{}]", items.iter().map(in_order).collect::<Vec<_>>().join(", ")),
        other => format!("{other:?}"),
    }
}

/// How many statements ran, how many of them were not understood, failed, and gave rows.
#[derive(Default, Debug)]
struct Tally {
    ran: usize,
    refused: usize,
    failed: usize,
    with_rows: usize,
}

impl Tally {
    fn add(&mut self, graph: &Graph, text: &str) {
        self.ran += 1;
        let answer = graph.session().run_with(text, &Default::default(), &limits());
        match answer.and_then(|mut answer| answer.next_row()) {
            Err(error) => {
                let refused = error.phase() == Phase::Compile;
                *(if refused { &mut self.refused } else { &mut self.failed }) += 1;
                if std::env::var_os("DIFFERENCE_SHOW_ERRORS").is_some() {
                    eprintln!("{error}\n  {text}");
                }
            }
            Ok(row) => self.with_rows += usize::from(row.is_some()),
        }
    }
}

/// Runs a check for seed after seed, until it has seen a share of the queries wanted; fails with all it found.
fn run(name: &str, share: usize, check: impl Fn(&mut Random, &mut Tally) -> Option<String>) {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<usize>().ok());
    let wanted = number("DIFFERENCE_QUERIES").unwrap_or(600) * share / 1500;
    let first = number("DIFFERENCE_SEED").unwrap_or(1);
    let (mut tally, mut failures) = (Tally::default(), Vec::new());
    let mut seed = first;
    while tally.ran < wanted && failures.len() < 5 {
        let found = check(&mut Random::new(seed as u64), &mut tally);
        failures.extend(found.map(|failure| format!("seed {seed}\n{failure}")));
        seed += 1;
    }
    eprintln!("{name}: {} failures, {tally:?}", failures.len());
    assert!(failures.is_empty(), "{name}:\n{}", failures.join("\n\n"));
    assert!(tally.refused * 20 <= tally.ran, "{name}: {} of {} statements were refused", tally.refused, tally.ran);
}

/// Ways to run a statement that must agree; the first is the plainest. Some are without one rule of the optimizer.
fn variants(random: &mut Random) -> Vec<RunOptions> {
    let mut all = Vec::new();
    for (optimize, batch_size, kernels) in [
        (false, 2048, false),
        (true, 2048, true),
        (true, 1, true),
        (true, 2, false),
        (false, 2, true),
        (false, 1, false),
        (true, 2048, false),
    ] {
        all.push(RunOptions { optimize, batch_size, kernels, ..limits() });
    }
    for (threads, batch_size) in [(2, 2048), (3, 2)] {
        let threads = NonZeroUsize::new(threads);
        all.push(RunOptions { threads, batch_size, share_from: 0, ..limits() });
    }
    for _ in 0..3 {
        let rule = random.of(RULES).name.to_owned();
        all.push(RunOptions { disabled_rules: [rule].into(), share_from: 0, ..limits() });
    }
    all
}

fn limits() -> RunOptions {
    RunOptions {
        timeout: Some(Duration::from_secs(2)),
        memory: Some(256 << 20),
        max_rows: Some(20_000),
        ..RunOptions::default()
    }
}

fn give(graph: &Graph, text: &str, options: &RunOptions, order: Order) -> Given {
    given(graph, text, options, order, |row| row.values().iter().map(normal).collect())
}

/// What a statement gives, its rows as these texts.
fn given(
    graph: &Graph,
    text: &str,
    options: &RunOptions,
    order: Order,
    texts: impl Fn(&standpoint::Row) -> Vec<String>,
) -> Given {
    let answer = graph.session().run_with(text, &Default::default(), options);
    match answer.and_then(|mut answer| answer.rows()) {
        Ok(rows) => Given::Rows(determined(&rows.iter().map(texts).collect::<Vec<_>>(), order)),
        Err(error) if error.error_type() == ErrorType::ResourceLimit => Given::TooMuch,
        Err(error) => Given::Error(error.error_type(), error.detail()),
    }
}

/// What of rows is determined: the rows as texts, in their order or sorted, after them the keys they are ordered by.
fn determined(rows: &[Vec<String>], order: Order) -> Vec<String> {
    let text = |row: &Vec<String>| row.join(" | ");
    let keys = |count: usize| rows.iter().map(move |row| format!("key {}", row[..count].join(" | ")));
    let sorted = || {
        let mut texts: Vec<String> = rows.iter().map(text).collect();
        texts.sort();
        texts
    };
    match order {
        Order::Open => sorted(),
        Order::Total => rows.iter().map(text).collect(),
        Order::Keys(count) => sorted().into_iter().chain(keys(count)).collect(),
        Order::KeysAlone(count) => keys(count).collect(),
    }
}

fn give_sorted(graph: &Graph, text: &str) -> Given {
    give(graph, text, &limits(), Order::Open)
}

/// Where the variants differ in what a query gives.
fn disagreement(graph: &Graph, query: &Query, variants: &[RunOptions]) -> Option<String> {
    let mut first: Option<Given> = None;
    for options in variants {
        let given = give(graph, &query.text, options, query.order);
        if let Given::Error(ErrorType::Internal, _) = given {
            return Some(format!("an internal error with {}", show(options)));
        }
        match &first {
            _ if given == Given::TooMuch => return None,
            None => first = Some(given),
            Some(plain) if *plain != given => {
                return Some(format!("{}\nwith {}", compare(plain, &given), show(options)));
            }
            Some(_) => {}
        }
    }
    None
}

/// Where the variants differ in what a statement makes of a graph.
fn update_disagreement(data: &Data, statement: &str, variants: &[RunOptions]) -> Option<String> {
    let mut first: Option<(Given, Vec<String>)> = None;
    for options in variants {
        let graph = data.build();
        let given = give(&graph, statement, options, Order::Open);
        if given == Given::TooMuch {
            return None;
        }
        let result = (given, dump(&graph));
        match &first {
            None => first = Some(result),
            Some(plain) if *plain != result => {
                let graphs = compare(&Given::Rows(plain.1.clone()), &Given::Rows(result.1));
                let given = compare(&plain.0, &result.0);
                return Some(format!("{given}\n{graphs}\nwith {}", show(options)));
            }
            Some(_) => {}
        }
    }
    None
}

/// Where a graph with indexes differs from one without in what a statement gives and makes of it.
fn index_disagreement(data: &Data, statement: &str) -> Option<String> {
    let result = |graph: Graph, optimize: bool, batch_size: usize| {
        let given = give(&graph, statement, &RunOptions { optimize, batch_size, ..limits() }, Order::Open);
        (given, dump(&graph))
    };
    let plain = result(data.build(), false, 2048);
    for (optimize, batch_size) in [(true, 2048), (true, 1), (false, 2048)] {
        let indexed = result(data.build_indexed(), optimize, batch_size);
        if plain.0 == Given::TooMuch || indexed.0 == Given::TooMuch {
            return None;
        }
        if plain != indexed {
            let graphs = compare(&Given::Rows(plain.1), &Given::Rows(indexed.1));
            return Some(format!("{}\n{graphs}\nwith optimize: {optimize}", compare(&plain.0, &indexed.0)));
        }
    }
    None
}

/// A query about a pattern whose answer is not what brute force finds.
fn wrong_matches(data: &Data, pattern: &Pattern) -> Option<String> {
    let graph = data.build();
    let matches = pattern.matches(data);
    let (nodes, rels) = pattern.names();
    let names: Vec<&String> = nodes.iter().chain(&rels).collect();
    let count = format!("MATCH {} RETURN count(*)", pattern.text());
    let columns: Vec<String> = names.iter().map(|name| format!("{name}.id")).collect();
    let columns = if columns.is_empty() { "1".to_owned() } else { columns.join(", ") };
    let rows = format!("MATCH {} RETURN {columns}", pattern.text());
    let row = |found: &std::collections::BTreeMap<String, usize>| {
        let ids: Vec<String> = names.iter().map(|name| format!("Int({})", found[*name])).collect();
        if ids.is_empty() { "Int(1)".to_owned() } else { ids.join(" | ") }
    };
    let mut expected: Vec<String> = matches.iter().map(row).collect();
    expected.sort();
    let mut once = expected.clone();
    once.dedup();
    let distinct = format!("MATCH {} RETURN DISTINCT {columns}", pattern.text());
    let exists = format!("RETURN EXISTS {{ MATCH {} }}", pattern.text());
    let expectations = [
        (count, Given::Rows(vec![format!("Int({})", matches.len())])),
        (rows, Given::Rows(expected)),
        (distinct, Given::Rows(once)),
        (exists, Given::Rows(vec![format!("Bool({})", !matches.is_empty())])),
    ];
    for (query, expected) in expectations {
        for optimize in [true, false] {
            let given = give(&graph, &query, &RunOptions { optimize, ..limits() }, Order::Open);
            if given != Given::TooMuch && given != expected {
                return Some(format!("{query}, with optimize: {optimize}\n{}", compare(&expected, &given)));
            }
        }
    }
    None
}

/// What differs on a graph, said of the smallest part of it that shows it.
fn failure(data: &Data, query: &str, differs: impl Fn(&Data) -> Option<String>) -> Option<String> {
    let (mut data, mut difference) = (data.clone(), differs(data)?);
    while let Some((smaller, same)) =
        data.smaller().into_iter().find_map(|data| differs(&data).map(|same| (data, same)))
    {
        (data, difference) = (smaller, same);
    }
    Some(format!("{};\n{query};\n{difference}", data.create()))
}

/// Whether an answer says nothing about the rows: it took too much, or the text was not understood.
fn is_open(given: &Given) -> bool {
    matches!(given, Given::TooMuch | Given::Error(ErrorType::SyntaxError, _))
}

/// What only one of two answers has.
fn compare(first: &Given, second: &Given) -> String {
    let (Given::Rows(a), Given::Rows(b)) = (first, second) else {
        return if first == second { String::new() } else { format!("{first:.300?}\nagainst\n{second:.300?}") };
    };
    let only = |these: &[String], those: &[String]| -> Vec<String> {
        let mut those = those.to_vec();
        let missing = |row: &&String| match those.iter().position(|other| other == *row) {
            Some(at) => {
                those.remove(at);
                false
            }
            None => true,
        };
        these.iter().filter(missing).take(5).cloned().collect()
    };
    format!("{} against {} rows\nonly first: {:#?}\nonly second: {:#?}", a.len(), b.len(), only(a, b), only(b, a))
}

fn show(options: &RunOptions) -> String {
    let RunOptions { optimize, batch_size, kernels, disabled_rules, threads, share_from, .. } = options;
    format!(
        "optimize: {optimize}, batch_size: {batch_size}, kernels: {kernels}, without {disabled_rules:?}, \
         threads: {threads:?}, shared from {share_from}"
    )
}
