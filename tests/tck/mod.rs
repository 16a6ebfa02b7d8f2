//! The openCypher Technology Compatibility Kit.
//!
//! Reads the feature files of the folder named by `OPENCYPHER_TCK`, else of `../shared/tck` beside the checkout; says
//! so plainly when there is none. Every scenario runs strictly: rows, their order where asked, column names, side
//! effects as differences of the graph, and an error's type, phase and detail. What is known to fail stands in
//! `expected_failures.txt`; a surprise either way fails the test.

pub mod feature;
mod notation;

use feature::{Scenario, Step};
use standpoint::algo::{Procedure, Signature};
use standpoint::error::{Error, Phase};
use standpoint::store::Version;
use standpoint::value::{Map, NodeId, RelId, Value};
use standpoint::{Answer, Graph, RunOptions, Session};
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

const EXPECTED_FAILURES: &str = include_str!("expected_failures.txt");

#[test]
fn scenarios_pass() {
    check(&RunOptions::default());
}

#[test]
fn scenarios_pass_with_batches_of_one_and_no_optimizer() {
    check(&RunOptions { batch_size: 1, optimize: false, kernels: false, ..RunOptions::default() });
}

#[test]
fn scenarios_pass_with_batches_of_two_and_no_kernels() {
    check(&RunOptions { batch_size: 2, kernels: false, ..RunOptions::default() });
}

/// Runs every scenario and compares the failures with the expected ones.
fn check(options: &RunOptions) {
    let Some(folder) = tck_folder() else {
        eprintln!("the openCypher TCK is not here: set OPENCYPHER_TCK to its folder to run it");
        return;
    };
    let expected: BTreeSet<&str> =
        EXPECTED_FAILURES.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    let scenarios = all_scenarios(&folder);
    assert!(scenarios.len() > 3000, "only {} scenarios were found in {}", scenarios.len(), folder.display());
    let mut failures = BTreeMap::new();
    let mut by_folder: BTreeMap<String, (u32, u32)> = BTreeMap::new();
    for scenario in &scenarios {
        let result = run_guarded(scenario, &folder, options);
        let (passed, all) = by_folder.entry(folder_of(&scenario.id)).or_default();
        *all += 1;
        match result {
            Ok(()) => *passed += 1,
            Err(why) => drop(failures.insert(scenario.id.as_str(), why)),
        }
    }
    report(&by_folder, scenarios.len(), failures.len());
    if let Ok(file) = std::env::var("TCK_FAILURES") {
        let text: String =
            failures.iter().map(|(id, why)| format!("{id}\n\t{}\n", why.replace('\n', "\n\t"))).collect();
        std::fs::write(file, text).unwrap();
    }
    let unexpected: Vec<_> = failures.iter().filter(|(id, _)| !expected.contains(*id)).collect();
    for (id, why) in &unexpected {
        eprintln!("FAILED {id}\n    {}", why.replace('\n', "\n    "));
    }
    let surprises: Vec<_> = expected.iter().filter(|id| !failures.contains_key(*id)).collect();
    for id in &surprises {
        eprintln!("PASSED, or gone, though expected to fail: {id}");
    }
    assert!(
        unexpected.is_empty() && surprises.is_empty(),
        "{} failures, {} surprises",
        unexpected.len(),
        surprises.len()
    );
}

pub fn tck_folder() -> Option<PathBuf> {
    let named = std::env::var_os("OPENCYPHER_TCK").map(PathBuf::from);
    let folder = named.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/tck"));
    folder.join("features").is_dir().then_some(folder)
}

pub fn all_scenarios(folder: &Path) -> Vec<Scenario> {
    let features = folder.join("features");
    let mut files = Vec::new();
    feature_files(&features, &mut files);
    files.sort();
    let mut scenarios = Vec::new();
    for file in files {
        let name = file.strip_prefix(&features).unwrap().with_extension("");
        let text = std::fs::read_to_string(&file).unwrap();
        scenarios.extend(feature::scenarios(&name.display().to_string(), &text));
    }
    scenarios
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

fn folder_of(id: &str) -> String {
    let file = id.split_once(' ').map_or(id, |(file, _)| file);
    file.rsplit_once('/').map_or(file, |(folder, _)| folder).to_owned()
}

fn report(by_folder: &BTreeMap<String, (u32, u32)>, all: usize, failed: usize) {
    for (folder, (passed, all)) in by_folder {
        println!("{passed:>5} of {all:>5}  {folder}");
    }
    println!("{:>5} of {all:>5}  openCypher TCK scenarios", all - failed);
}

/// Runs a scenario; a panic is a failure with its message.
fn run_guarded(scenario: &Scenario, folder: &Path, options: &RunOptions) -> Result<(), String> {
    let run = AssertUnwindSafe(|| Runner::new(folder, options).run(scenario));
    catch_unwind(run).unwrap_or_else(|panic| {
        let message = panic.downcast_ref::<String>().cloned();
        let message = message.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        Err(format!("panicked: {}", message.unwrap_or_default()))
    })
}

/// What a query gave: the columns and rows as canonical texts, or an error.
struct Outcome {
    columns: Vec<String>,
    rows: Vec<Vec<Value>>,
    graph: Arc<Version>,
}

struct Runner<'a> {
    folder: &'a Path,
    graph: Graph,
    session: Session,
    options: RunOptions,
    parameters: Map,
    outcome: Option<Result<Outcome, Error>>,
    before: Content,
}

/// What side effects are measured on.
#[derive(Clone, Default)]
struct Content {
    nodes: BTreeSet<NodeId>,
    rels: BTreeSet<RelId>,
    labels: BTreeSet<String>,
    properties: BTreeSet<(String, String, String)>,
}

impl<'a> Runner<'a> {
    fn new(folder: &'a Path, options: &RunOptions) -> Self {
        let graph = Graph::in_memory();
        let session = graph.session();
        let options = options.clone();
        Runner { folder, session, graph, options, parameters: Map::new(), outcome: None, before: Content::default() }
    }

    fn run(mut self, scenario: &Scenario) -> Result<(), String> {
        for step in &scenario.steps {
            self.step(step).map_err(|why| format!("{}: {why}", step.text))?;
        }
        Ok(())
    }

    fn step(&mut self, step: &Step) -> Result<(), String> {
        let text = step.text.trim_end_matches(':').trim();
        match text {
            "an empty graph" | "any graph" => Ok(()),
            "having executed" => self.query(step).map(drop).map_err(|error| describe(&error)),
            "parameters are" => self.set_parameters(step),
            "executing query" | "executing control query" => {
                self.before = Content::of(&self.graph.snapshot());
                self.outcome = Some(self.query(step));
                Ok(())
            }
            "the result should be empty" => self.expect_rows(&[], false, false),
            "the result should be, in any order" => self.expect_rows(&step.table, false, false),
            "the result should be, in order" => self.expect_rows(&step.table, true, false),
            "the result should be (ignoring element order for lists)" => self.expect_rows(&step.table, false, true),
            "the result should be, in order (ignoring element order for lists)" => {
                self.expect_rows(&step.table, true, true)
            }
            "no side effects" => self.expect_effects(&[]),
            "the side effects should be" => self.expect_effects(&step.table),
            _ => self.other_step(text, step),
        }
    }

    fn other_step(&mut self, text: &str, step: &Step) -> Result<(), String> {
        if let Some(name) = text.strip_prefix("the ").and_then(|rest| rest.strip_suffix(" graph")) {
            let file = self.folder.join("graphs").join(name).join(format!("{name}.cypher"));
            let query = std::fs::read_to_string(file).map_err(|error| error.to_string())?;
            return self
                .session
                .run_with(&query, &Map::new(), &self.options)
                .map(drop)
                .map_err(|error| describe(&error));
        }
        if let Some(signature) = text.strip_prefix("there exists a procedure ") {
            let signature = Signature::parse(signature).map_err(|error| describe(&error))?;
            let rows = procedure_rows(&step.table, signature.inputs.len() + signature.outputs.len());
            let procedure = Procedure::from_table(signature, rows).map_err(|error| describe(&error))?;
            self.graph.register(procedure);
            return Ok(());
        }
        if let Some((kind, rest)) = text.split_once(" should be raised at ") {
            let kind = kind.trim_start_matches("a ").trim_start_matches("an ");
            let (phase, detail) = rest.split_once(": ").ok_or("no detail")?;
            return self.expect_error(kind, phase, detail);
        }
        Err("this step is not known".to_owned())
    }

    fn query(&mut self, step: &Step) -> Result<Outcome, Error> {
        let text = step.doc.as_deref().unwrap_or("");
        let mut answer: Answer = self.session.run_with(text, &self.parameters, &self.options)?;
        let columns = answer.columns().iter().map(|name| name.to_string()).collect();
        let rows = answer.rows()?.into_iter().map(|row| row.values().to_vec()).collect();
        Ok(Outcome { columns, rows, graph: Arc::clone(answer.graph()) })
    }

    fn set_parameters(&mut self, step: &Step) -> Result<(), String> {
        for row in &step.table {
            let [name, value] = row.as_slice() else { return Err("a parameter has a name and a value".to_owned()) };
            let value = evaluate(value)?;
            self.parameters.insert(Arc::from(name.as_str()), value);
        }
        Ok(())
    }

    fn expect_rows(&mut self, table: &[Vec<String>], ordered: bool, unordered_lists: bool) -> Result<(), String> {
        let outcome = match self.outcome.take() {
            Some(Ok(outcome)) => outcome,
            Some(Err(error)) => return Err(format!("raised {}", describe(&error))),
            None => return Err("no query was run".to_owned()),
        };
        let text = |value: &Value| notation::actual(&outcome.graph, value, unordered_lists);
        let mut rows: Vec<Vec<String>> = outcome.rows.iter().map(|row| row.iter().map(text).collect()).collect();
        let Some((header, expected)) = table.split_first() else {
            return if rows.is_empty() { Ok(()) } else { Err(format!("gave {rows:?}")) };
        };
        let cell = |cell: &String| notation::expected(cell, unordered_lists);
        let mut expected: Vec<Vec<String>> = expected.iter().map(|row| row.iter().map(cell).collect()).collect();
        if !ordered {
            rows.sort();
            expected.sort();
        }
        if *header != outcome.columns {
            return Err(format!("columns {:?}, expected {header:?}", outcome.columns));
        }
        if rows != expected {
            return Err(format!("gave     {rows:?}\nexpected {expected:?}"));
        }
        Ok(())
    }

    fn expect_error(&mut self, kind: &str, phase: &str, detail: &str) -> Result<(), String> {
        let error = match self.outcome.take() {
            Some(Err(error)) => error,
            Some(Ok(_)) => return Err("raised nothing".to_owned()),
            None => return Err("no query was run".to_owned()),
        };
        let phase_fits = match phase {
            "compile time" => error.phase() == Phase::Compile,
            "runtime" => error.phase() == Phase::Runtime,
            _ => phase == "any time",
        };
        let fits =
            error.error_type().as_str() == kind && phase_fits && (detail == "*" || error.detail().as_str() == detail);
        let unchanged = Content::of(&self.graph.snapshot()).effects(&self.before).is_empty();
        match (fits, unchanged) {
            (true, true) => Ok(()),
            (true, false) => Err("the graph was changed".to_owned()),
            _ => Err(format!("raised {}", describe(&error))),
        }
    }

    fn expect_effects(&self, table: &[Vec<String>]) -> Result<(), String> {
        let effects = Content::of(&self.graph.snapshot()).effects(&self.before);
        let number = |row: &Vec<String>| (row[0].clone(), row[1].parse::<usize>().unwrap());
        let expected: BTreeMap<String, usize> = table.iter().map(number).filter(|(_, count)| *count > 0).collect();
        if effects == expected { Ok(()) } else { Err(format!("had {effects:?}, expected {expected:?}")) }
    }
}

impl Content {
    fn of(graph: &Version) -> Content {
        let mut content = Content::default();
        let mut nodes = Vec::new();
        for segment in 0..graph.segments() {
            graph.scan(segment, None, &mut nodes);
        }
        for node in nodes.into_iter().map(NodeId) {
            content.nodes.insert(node);
            let names = graph.node_labels(node);
            content.labels.extend(names.iter().map(|label| graph.catalog().label_name(*label).to_string()));
            content.add_properties(graph, &format!("{node:?}"), graph.node_properties(node));
        }
        let types: Vec<_> = graph.catalog().rel_types().map(|(id, _)| id).collect();
        for rel_type in types {
            for row in 0..graph.row_bound(rel_type) {
                let rel = RelId { rel_type, row };
                if graph.contains_rel(rel) {
                    content.rels.insert(rel);
                    content.add_properties(graph, &format!("{rel:?}"), graph.rel_properties(rel));
                }
            }
        }
        content
    }

    fn add_properties(&mut self, graph: &Version, entity: &str, properties: Vec<(standpoint::value::KeyId, Value)>) {
        for (key, value) in properties {
            let key = graph.catalog().key_name(key).to_string();
            self.properties.insert((entity.to_owned(), key, notation::actual(graph, &value, false)));
        }
    }

    /// The side effects that lead from `before` to here; those of zero are left out.
    fn effects(&self, before: &Content) -> BTreeMap<String, usize> {
        let mut effects = BTreeMap::new();
        let mut count = |name: &str, number: usize| {
            if number > 0 {
                effects.insert(name.to_owned(), number);
            }
        };
        count("+nodes", self.nodes.difference(&before.nodes).count());
        count("-nodes", before.nodes.difference(&self.nodes).count());
        count("+relationships", self.rels.difference(&before.rels).count());
        count("-relationships", before.rels.difference(&self.rels).count());
        count("+labels", self.labels.difference(&before.labels).count());
        count("-labels", before.labels.difference(&self.labels).count());
        count("+properties", self.properties.difference(&before.properties).count());
        count("-properties", before.properties.difference(&self.properties).count());
        effects
    }
}

fn describe(error: &Error) -> String {
    format!("{} at {:?}: {}: {error}", error.error_type().as_str(), error.phase(), error.detail().as_str())
}

/// The value of a literal, through the language itself.
fn evaluate(literal: &str) -> Result<Value, String> {
    let graph = Graph::in_memory();
    let mut answer = graph.run(&format!("RETURN {literal} AS value")).map_err(|error| describe(&error))?;
    let row = answer.next_row().map_err(|error| describe(&error))?.ok_or("no value")?;
    Ok(row.values()[0].clone())
}

/// The rows of a procedure's table; the header only names the columns of the signature.
fn procedure_rows(table: &[Vec<String>], width: usize) -> Vec<Vec<Value>> {
    let rows = table.iter().skip(1).filter(|row| row.len() == width);
    rows.map(|row| row.iter().map(|cell| evaluate(cell).unwrap()).collect()).collect()
}
