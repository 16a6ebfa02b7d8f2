//! The openCypher Technology Compatibility Kit.
//!
//! Reads the feature files of the folder named by `OPENCYPHER_TCK`, else of `../shared/tck` beside the checkout; says
//! so on standard output when there is none. Every scenario runs, those tagged `@ignore` too, strictly: rows, their
//! order where asked, column names, side effects as differences of the graph, and an error's type, phase and detail.
//! There is no list of scenarios that may fail. `TCK_FAILURES` names a file for what fails.

pub mod content;
mod engine;
pub mod feature;
pub mod notation;
mod runner;
mod stdio;

use engine::{Engine, Library};
use feature::Scenario;
use standpoint::RunOptions;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

#[test]
fn scenarios_pass() {
    check(&RunOptions::default());
}

#[test]
fn scenarios_pass_with_batches_of_one_and_neither_optimizer_nor_kernels() {
    check(&RunOptions { batch_size: 1, optimize: false, kernels: false, ..RunOptions::default() });
}

#[test]
fn scenarios_pass_with_batches_of_two() {
    check(&RunOptions { batch_size: 2, ..RunOptions::default() });
}

#[test]
fn scenarios_pass_without_kernels() {
    check(&RunOptions { kernels: false, ..RunOptions::default() });
}

/// As many scenarios are read as a count of lines that knows nothing else of the format finds.
#[test]
fn no_scenario_is_overlooked() {
    let Some(folder) = tck_folder() else { return say_absent() };
    let counted: usize = feature_texts(&folder).iter().map(|(_, text)| counted(text)).sum();
    assert_eq!(all_scenarios(&folder).len(), counted);
    assert!(counted > 3000, "only {counted} scenarios were found in {}", folder.display());
}

/// The scenarios of a file: those without examples, and the rows below the header of each table of examples.
fn counted(text: &str) -> usize {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let lines: Vec<&str> = lines.collect();
    let plain = lines.iter().filter(|line| line.starts_with("Scenario:")).count();
    let tables = lines.split(|line| line.starts_with("Examples:")).skip(1);
    let rows = |after: &[&str]| {
        let table = after.iter().take_while(|line| line.starts_with('|'));
        table.count() - 1
    };
    plain + tables.map(rows).sum::<usize>()
}

/// Runs every scenario on the library.
fn check(options: &RunOptions) {
    run_all(&mut Library::new(options));
}

/// Runs every scenario; fails with all that do not pass.
fn run_all(engine: &mut impl Engine) {
    let Some(folder) = tck_folder() else { return say_absent() };
    let scenarios = all_scenarios(&folder);
    assert!(!scenarios.is_empty(), "no scenario was found in {}", folder.display());
    let mut failures = Vec::new();
    let mut by_folder: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for scenario in &scenarios {
        let (passed, all) = by_folder.entry(folder_of(&scenario.id)).or_default();
        *all += 1;
        match runner::run(scenario, &folder, engine) {
            Ok(()) => *passed += 1,
            Err(why) => failures.push(format!("{}\n    {}", scenario.id, why.replace('\n', "\n    "))),
        }
    }
    report(&by_folder, scenarios.len(), failures.len());
    if let Ok(file) = std::env::var("TCK_FAILURES") {
        std::fs::write(file, failures.join("\n")).unwrap();
    }
    assert!(failures.is_empty(), "{} of {} fail:\n{}", failures.len(), scenarios.len(), failures.join("\n"));
}

/// Says that there is no kit here, where a test run that passes does not swallow it.
pub fn say_absent() {
    let _ = writeln!(std::io::stdout(), "the openCypher TCK is not here: OPENCYPHER_TCK may name its folder");
}

/// The folder of the kit, if it is there.
pub fn tck_folder() -> Option<PathBuf> {
    let named = std::env::var_os("OPENCYPHER_TCK").map(PathBuf::from);
    let folder = named.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/tck"));
    folder.join("features").is_dir().then_some(folder)
}

/// The scenarios of all feature files, outlines expanded.
pub fn all_scenarios(folder: &Path) -> Vec<Scenario> {
    feature_texts(folder).iter().flat_map(|(name, text)| feature::scenarios(name, text)).collect()
}

/// Each feature file's name below the features folder, without ending, and its text.
fn feature_texts(folder: &Path) -> Vec<(String, String)> {
    let features = folder.join("features");
    let mut files = Vec::new();
    feature_files(&features, &mut files);
    files.sort();
    let name = |file: &Path| file.strip_prefix(&features).unwrap().with_extension("").display().to_string();
    files.iter().map(|file| (name(file), std::fs::read_to_string(file).unwrap())).collect()
}

fn feature_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            feature_files(&path, files);
        } else if path.extension().is_some_and(|ending| ending == "feature") {
            files.push(path);
        }
    }
}

fn folder_of(id: &str) -> &str {
    let file = id.split_once(' ').map_or(id, |(file, _)| file);
    file.rsplit_once('/').map_or(file, |(folder, _)| folder)
}

fn report(by_folder: &BTreeMap<&str, (usize, usize)>, all: usize, failed: usize) {
    for (folder, (passed, all)) in by_folder {
        println!("{passed:>5} of {all:>5}  {folder}");
    }
    println!("{:>5} of {all:>5}  openCypher TCK scenarios", all - failed);
}
