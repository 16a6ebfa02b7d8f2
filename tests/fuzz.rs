//! The fuzzer's targets over their seeds, so that neither can rot; with `WRITE_FUZZ_SEEDS=1` the seeds and the
//! dictionaries are written for the fuzzer, into `fuzz/corpus` and `fuzz/dictionaries`.

#[path = "../fuzz/src/lib.rs"]
mod targets;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

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
            let held = std::panic::catch_unwind(|| target(seed.as_bytes()));
            assert!(held.is_ok(), "{name} fails on\n{seed}");
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
        assert!(file.contains(&format!("standpoint_fuzz::{name}(")), "fuzz_targets/{name}.rs calls something else");
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Texts to begin with, from the tests, the manual and the shipped facts.
fn seeds(target: &str) -> BTreeSet<String> {
    match target {
        "facts" => facts(),
        _ => statements(),
    }
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

/// Writes a target's seeds, and the dictionary of its grammar.
fn write(target: &str, seeds: &BTreeSet<String>) {
    let folder = root().join("fuzz/corpus").join(target);
    std::fs::create_dir_all(&folder).unwrap();
    for (at, seed) in seeds.iter().enumerate() {
        std::fs::write(folder.join(format!("seed-{at:05}")), seed).unwrap();
    }
    let grammar = if target == "facts" { "grammar/facts.pest" } else { "grammar/cypher.pest" };
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
