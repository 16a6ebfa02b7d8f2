//! The fuzzer's targets over their seeds, so that neither can rot; with `WRITE_FUZZ_SEEDS=1` the seeds and the
//! dictionaries are written for the fuzzer, into `fuzz/corpus` and `fuzz/dictionaries`.

#[path = "../fuzz/src/lib.rs"]
mod targets;

use standpoint::session::Retention;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// How many files are made for a target at most.
const MOST_FILES: usize = 60;

/// How many seeds are run for each target, spread evenly.
const MOST: usize = 250;

#[test]
fn targets_hold_on_their_seeds() {
    for (name, target) in targets::TARGETS {
        let seeds = seeds(name);
        assert!(seeds.len() > 20, "{name} has only {} seeds", seeds.len());
        if std::env::var_os("WRITE_FUZZ_SEEDS").is_some() {
            write(name, &seeds);
        }
        for seed in seeds.iter().step_by(seeds.len().div_ceil(MOST)) {
            let held = std::panic::catch_unwind(|| target(seed));
            assert!(held.is_ok(), "{name} fails on\n{}", String::from_utf8_lossy(seed));
        }
    }
}

/// What the fuzzer found once stays fixed: the files of `fuzz/regressions`, in a folder for each target.
#[test]
fn what_was_found_stays_fixed() {
    for (name, target) in targets::TARGETS {
        let Ok(entries) = std::fs::read_dir(root().join("fuzz/regressions").join(name)) else { continue };
        for entry in entries {
            let path = entry.unwrap().path();
            let data = std::fs::read(&path).unwrap();
            let held = std::panic::catch_unwind(|| target(&data));
            assert!(held.is_ok(), "{name} fails on {}", path.display());
        }
    }
}

/// Every target has its file and its entry, so that `cargo fuzz` finds it.
#[test]
fn targets_are_binaries() {
    let manifest = std::fs::read_to_string(root().join("fuzz/Cargo.toml")).unwrap();
    for (name, _) in targets::TARGETS {
        assert!(manifest.contains(&format!("name = \"{name}\"")), "{name} is missing in fuzz/Cargo.toml");
        let file = std::fs::read_to_string(root().join(format!("fuzz/fuzz_targets/{name}.rs"))).unwrap();
        assert!(file.contains(&format!("{name}(data)")), "fuzz_targets/{name}.rs calls something else");
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// What to begin with, from the tests, the manual and the shipped facts.
fn seeds(target: &str) -> BTreeSet<Vec<u8>> {
    let texts = match target {
        "facts" => facts(),
        "load" => whole_facts(),
        "protocol" => conversations(),
        "graph_file" => return graphs(),
        "log" => return logs(),
        _ => statements(),
    };
    texts.into_iter().map(String::into_bytes).collect()
}

/// Graphs that a statement of the tests makes, one with every kind of value, and one with every kind of schema.
fn graphs() -> BTreeSet<Vec<u8>> {
    let schema = "CREATE INDEX FOR (n:A) ON (n.name)";
    let made = |statements: &[&str]| targets::files::saved(statements, &["CREATE ()"]).map(|(file, _)| file);
    let mut graphs: BTreeSet<Vec<u8>> = [VALUES, SCHEMA].into_iter().map(|of| made(of).unwrap()).collect();
    let past = targets::files::saved_with(Some(Retention::default()), HISTORY, &["CREATE ()"]);
    graphs.extend(past.map(|(file, _)| file));
    let small = |file: &Vec<u8>| file.len() < 4096;
    let statements = writing().into_iter().filter_map(|statement| made(&[schema, &statement]));
    graphs.extend(statements.filter(small).take(MOST_FILES));
    graphs
}

const VALUES: &[&str] = &[
    "CREATE (:A {name: 'Kyiv', aliases: ['Ukraine'], n: 1, f: -0.5, yes: true, d: date('2025-11-21')})-[:R {w: 1}]->
    (:B:C {t: time('10:00+01:00'), l: localtime('23:59'), m: localdatetime('2025-11-21T10:00'),
    z: datetime('2025-11-21T10:00[Europe/Kyiv]'), p: duration('P1M2DT3.5S'), list: [1, 'x', date('2025-11-21')]})",
    "MATCH (a:A), (b:B) CREATE (b)-[:R {w: 'x'}]->(a), (a)-[:S]->(a), (a)-[:R]->(b)",
];
const HISTORY: &[&str] = &[
    "CREATE (:A {name: 'x'})-[:R {w: 1}]->(:B), (:A)",
    "CREATE INDEX FOR (n:A) ON (n.name)",
    "MATCH (a:A {name: 'x'}) SET a.name = null, a:C",
    "MATCH (n) DETACH DELETE n",
];
const SCHEMA: &[&str] = &[
    "CREATE (:A {name: 'x', n: 1})-[:R {w: 1}]->(:A {name: 'y', n: 2})",
    "CREATE TEXT INDEX FOR (n:A) ON (n.name)",
    "CREATE INDEX FOR ()-[r:R]-() ON (r.w)",
    "CREATE CONSTRAINT FOR (n:A) REQUIRE n.name IS UNIQUE",
    "CREATE CONSTRAINT FOR (n:A) REQUIRE (n.name, n.n) IS NODE KEY",
    "CREATE CONSTRAINT FOR ()-[r:R]-() REQUIRE r.w IS NOT NULL",
    "CREATE CONSTRAINT FOR (n:A) REQUIRE n.n IS :: INTEGER | LIST<DATE NOT NULL>",
];

fn logs() -> BTreeSet<Vec<u8>> {
    let statements: Vec<String> = writing().into_iter().collect();
    let pairs = statements.windows(2).map(|pair| [pair[0].as_str(), pair[1].as_str(), "CREATE ()"]);
    pairs.filter_map(|pair| targets::files::log_after(&pair)).filter(|log| log.len() < 2048).take(MOST_FILES).collect()
}

/// Statements of the tests that may change a graph.
fn writing() -> BTreeSet<String> {
    let writes = |statement: &String| {
        ["CREATE", "SET", "MERGE", "DELETE"].iter().any(|word| statement.starts_with(word))
            || statement.contains("CREATE (")
    };
    statements().into_iter().filter(writes).filter(|statement| statement.len() < 300).collect()
}

/// Each statement of the manual as a request, alone and within a transaction; what the protocol has besides; and the
/// values of every type.
fn conversations() -> BTreeSet<String> {
    let manual = std::fs::read_to_string(root().join("docs/cypher.md")).unwrap();
    let request = |statement: &str| serde_json::json!({"id": 1, "statement": statement}).to_string();
    let mut seeds: BTreeSet<String> = code(&manual).map(|statement| request(&statement)).collect();
    let inside = |statement: String| {
        let (begin, commit) = (r#"{"control": "begin"}"#, r#"{"control": "commit", "id": "x"}"#);
        [begin, &request(&statement), &request("MATCH (n) RETURN n LIMIT 2"), commit].join("\n")
    };
    seeds.extend(writing().into_iter().take(50).map(inside));
    let protocol = std::fs::read_to_string(root().join("docs/protocol.md")).unwrap();
    seeds.extend(code(&protocol).filter(|piece| piece.starts_with('{')));
    seeds.insert(
        serde_json::json!({"statement": "RETURN $a", "includeCounters": true, "accessMode": "Read",
        "maxRows": 3, "timeoutMs": 100, "parameters": {"a": [1, 1.5, "x", null, {"$type": "Integer", "_value": "7"},
        {"$type": "Date", "_value": "2025-11-21"}, {"$type": "Duration", "_value": "P1M2DT3.5S"},
        {"$type": "ZonedDateTime", "_value": "2025-11-21T10:00+01:00[Europe/Stockholm]"}, {"b": [true]}]}})
        .to_string(),
    );
    seeds
}

/// Texts of facts, whole and in parts.
fn whole_facts() -> BTreeSet<String> {
    let mut seeds = facts();
    for file in files("graphs", &["facts"]) {
        let text = std::fs::read_to_string(file).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        seeds.extend(lines.chunks(25).map(|lines| lines.join("\n")));
    }
    seeds
}

fn facts() -> BTreeSet<String> {
    let mut seeds = BTreeSet::new();
    for file in files("graphs", &["facts"]) {
        let text = std::fs::read_to_string(file).unwrap();
        seeds.extend(text.split("\n\n").map(str::to_owned));
        seeds.extend(text.lines().map(str::to_owned));
    }
    let manual = std::fs::read_to_string(root().join("docs/facts.md")).unwrap();
    seeds.extend(code(&manual));
    seeds
}

fn statements() -> BTreeSet<String> {
    let mut seeds = BTreeSet::new();
    for file in files("tests/cases", &["test"]).into_iter().chain(files("tests/scripts", &["test"])) {
        let text = std::fs::read_to_string(file).unwrap();
        let blocks = text.split("\n\n").filter_map(|block| block.split_once("\n----"));
        seeds.extend(blocks.map(|(statements, _)| statements.rsplit(";\n").next().unwrap_or_default().to_owned()));
    }
    let manual = std::fs::read_to_string(root().join("docs/cypher.md")).unwrap();
    seeds.extend(code(&manual));
    seeds
}

/// The pieces of code in a text.
fn code(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split('`').skip(1).step_by(2).map(|piece| piece.replace("\\|", "|")).filter(|piece| !piece.is_empty())
}

fn files(folder: &str, endings: &[&str]) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(root().join(folder)).unwrap().map(|entry| entry.unwrap().path());
    let wanted = |path: &PathBuf| path.extension().is_some_and(|ending| endings.iter().any(|wanted| ending == *wanted));
    entries.filter(wanted).collect()
}

/// Writes a target's seeds, and the dictionary of its grammar where it has one.
fn write(target: &str, seeds: &BTreeSet<Vec<u8>>) {
    let folder = root().join("fuzz/corpus").join(target);
    std::fs::create_dir_all(&folder).unwrap();
    for (at, seed) in seeds.iter().enumerate() {
        std::fs::write(folder.join(format!("seed-{at:05}")), seed).unwrap();
    }
    let grammar = match target {
        "graph_file" | "log" => return,
        "facts" | "load" => "grammar/facts.pest",
        _ => "grammar/cypher.pest",
    };
    let folder = root().join("fuzz/dictionaries");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(format!("{target}.dict")), dictionary(&root().join(grammar))).unwrap();
}

/// The words and marks between quotes in a grammar, in the fuzzer's notation.
fn dictionary(grammar: &Path) -> String {
    let text = std::fs::read_to_string(grammar).unwrap();
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    let words: BTreeSet<String> =
        lines.flat_map(|line| line.split('"').skip(1).step_by(2).map(str::to_owned)).collect();
    let plain = |word: &&String| !word.is_empty() && word.chars().all(|c| c.is_ascii_graphic() && c != '\\');
    words.iter().filter(plain).map(|word| format!("\"{word}\"\n")).collect()
}
