//! Texts of facts: told, formatted, checked, compared; names looked up; citations beside the plain question.
//!
//! Run with `cargo bench --bench facts`, or with the number of lines: `cargo bench --bench facts -- 100000`. Times are
//! medians.

#![allow(clippy::print_stdout, reason = "a benchmark reports to people")]

mod common;

use common::{Sequence, median};
use standpoint::io::facts::{self, check};
use standpoint::store::Resolution;
use standpoint::value::Value;
use standpoint::{Graph, RunOptions};
use std::hint::black_box;
use std::time::{Duration, Instant};

/// How often each thing is timed.
const RUNS: usize = 3;
/// How often a question is asked, plain and with citations in turns.
const TURNS: usize = 31;
/// Lines of the text, where the command does not say how many.
const LINES: u32 = 1_000_000;
const VERBS: [&str; 6] = ["supports", "opposes", "proposes", "calls for", "rejects", "is concerned about"];

fn main() {
    let lines = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(LINES);
    texts(lines);
    names();
    citations();
}

/// Sources, then facts about a sixteenth as many actors and a fiftieth as many issues, each with its source.
fn text(lines: u32) -> String {
    let mut sequence = Sequence::new(7);
    let mut text = String::new();
    for source in 0..1_000 {
        let date = format!("{}-{:02}-{:02}", 2020 + source % 6, 1 + source % 12, 1 + source % 28);
        let line =
            format!("[src-{source:04}] \"Report {source} of the talks\" <https://example.org/{source}> {date}\n");
        text.push_str(&line);
    }
    for _ in 0..lines {
        let (actor, issue) = (sequence.below(lines / 16 + 1), sequence.below(lines / 50 + 1));
        let (verb, source) = (VERBS[sequence.below(6) as usize], sequence.below(1_000));
        let confidence = 1 + sequence.below(9);
        text.push_str(&format!("Actor {actor} -{verb}-> issue {issue} {{0.{confidence}}} [src-{source:04}]\n"));
    }
    text
}

fn texts(lines: u32) {
    let text = text(lines);
    println!("{lines} facts, {} MB of text", text.len() >> 20);
    let told = |text: &str| {
        let graph = Graph::in_memory();
        graph.load_facts(text).expect("it goes well");
        graph
    };
    let per_second = |time: Duration| format!("{:.0} a second", f64::from(lines) / time.as_secs_f64());
    let (time, graph) = median(RUNS, || told(&text));
    println!("{:<58}{time:>12.1?}  {}", "  told into a graph in memory", per_second(time));
    let folder = tempfile::tempdir().expect("it goes well");
    let (time, ()) = median(RUNS, || {
        let path = folder.path().join("told.graph");
        let _ = std::fs::remove_file(&path);
        let graph = Graph::create(&path).expect("it goes well");
        graph.load_facts(&text).expect("it goes well");
        graph.close().expect("it goes well");
    });
    println!("{:<58}{time:>12.1?}  {}", "  told into a saved graph, which is closed", per_second(time));
    let (time, sorted) = median(RUNS, || facts::format(&text).expect("it goes well"));
    report("  formatted", time);
    report("  formatted when it is canonical", median(RUNS, || facts::format(&sorted).expect("it goes well")).0);
    let day = standpoint::value::temporal::parse::date("2026-01-01").expect("it goes well");
    let read = [check::Text { file: "x.facts", text: &text, markdown: false }];
    report("  checked", median(RUNS, || check::check(&read, None, day).len()).0);
    let other = told(&text.replacen("{0.", "{0.0", 1));
    let (time, difference) = median(RUNS, || facts::diff(&graph.snapshot(), &other.snapshot()).expect("it goes well"));
    assert_eq!(difference.lines.len(), 2);
    report("  compared with a graph in which one fact differs", time);
}

/// What a name or an alias denotes, in graphs of growing size.
fn names() {
    println!("a name, an alias and an unknown name looked up");
    for count in [10_000_u32, 100_000, 1_000_000] {
        let graph = Graph::in_memory();
        let mut session = graph.session();
        let create = "UNWIND range(1, $n) AS i CREATE ({name: 'Actor ' + i, aliases: ['A' + i]})";
        let parameters = [("n".into(), Value::Int(i64::from(count)))].into_iter().collect();
        session
            .run_with(create, &parameters, &RunOptions::default())
            .and_then(|mut answer| answer.rows())
            .expect("it goes well");
        let version = graph.snapshot();
        let mut sequence = Sequence::new(3);
        const LOOKUPS: u32 = 100_000;
        let sought: Vec<[String; 3]> = (0..LOOKUPS)
            .map(|_| {
                let number = 1 + sequence.below(count);
                [format!("Actor {number}"), format!("A{number}"), format!("Nobody {number}")]
            })
            .collect();
        let each = [0, 1, 2].map(|kind| {
            let known = kind < 2;
            median(RUNS, || {
                for texts in &sought {
                    let found = version.resolve(black_box(&texts[kind]));
                    assert_eq!(matches!(found, Resolution::One(_)), known);
                }
            })
            .0 / LOOKUPS
        });
        println!("  {count:>9} entities  {:>9.0?}  {:>9.0?}  {:>9.0?}", each[0], each[1], each[2]);
    }
}

/// Questions over two facts, without and with what they rest on.
fn citations() {
    let graph = Graph::in_memory();
    graph.load_facts(&text(200_000)).expect("it goes well");
    println!("200,000 facts, plain and with CITE");
    let questions = [
        ("who else is about the issues of one actor", "MATCH (a {name: 'Actor 5'})-->(i)<--(b) RETURN DISTINCT b.name"),
        (
            "who supports what others oppose, as rows",
            "MATCH (a)-[:SUPPORTS]->(i)<-[:OPPOSES]-(b) WHERE a.name < 'Actor 2' RETURN a.name, i.name, b.name",
        ),
        ("pairs of one actor by issue, counted", "MATCH (a {name: 'Actor 5'})-->(i)<--(b) RETURN i.name, count(b)"),
        ("all pairs by verb, counted", "MATCH (a)-[:SUPPORTS]->(i)<-[:OPPOSES]-(b) RETURN i.name, count(*)"),
    ];
    for (what, question) in questions {
        let cited = format!("CITE {question}");
        // In turns, so that a slow moment of the machine meets both.
        let mut pairs: Vec<[Duration; 2]> = Vec::new();
        let mut rows = [0; 2];
        for _ in 0..TURNS {
            let [(plain, given), (cited, same)] = [question, &cited].map(|text| timed(&graph, text));
            pairs.push([plain, cited]);
            rows = [given, same];
        }
        assert_eq!(rows[0], rows[1]);
        let middle = |mut all: Vec<f64>| {
            all.sort_by(f64::total_cmp);
            all[all.len() / 2]
        };
        let [plain, cited] = [0, 1]
            .map(|which| Duration::from_secs_f64(middle(pairs.iter().map(|pair| pair[which].as_secs_f64()).collect())));
        let ratio = middle(pairs.iter().map(|[plain, cited]| cited.as_secs_f64() / plain.as_secs_f64()).collect());
        println!("{:<58}{plain:>12.1?}{cited:>12.1?}  ×{ratio:.1}  ({} rows)", format!("  {what}"), rows[0]);
    }
}

/// How long an answer takes until its last row is read, and how many rows it has.
fn timed(graph: &Graph, question: &str) -> (Duration, u64) {
    let begun = Instant::now();
    let mut session = graph.session();
    let mut answer = session.run(question).expect("it goes well");
    let mut rows = 0;
    while answer.next_row().expect("it goes well").is_some() {
        rows += 1;
    }
    (begun.elapsed(), rows)
}

fn report(what: &str, time: Duration) {
    println!("{what:<58}{time:>12.1?}");
}
