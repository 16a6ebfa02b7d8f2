//! Runs one scenario, step by step.
//!
//! A scenario is only passed when each query it executes was judged: its rows or its error were compared, and nothing
//! that a later step did not ask for came out of it.

use super::content::Content;
use super::feature::{Scenario, Step};
use super::notation;
use standpoint::algo::{Procedure, Signature};
use standpoint::error::{Error, Phase};
use standpoint::store::Version;
use standpoint::value::{Map, Value};
use standpoint::{Answer, Graph, RunOptions, Session};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

/// Runs a scenario; a panic is a failure with its message.
pub fn run(scenario: &Scenario, folder: &Path, options: &RunOptions) -> Result<(), String> {
    let run = AssertUnwindSafe(|| Runner::new(folder, options).run(scenario));
    catch_unwind(run).unwrap_or_else(|panic| {
        let message = panic.downcast_ref::<String>().cloned();
        let message = message.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        Err(format!("panicked: {}", message.unwrap_or_default()))
    })
}

/// How the rows of a result are compared with those of a table.
#[derive(Clone, Copy, Default)]
struct Comparison {
    /// The order of the rows counts.
    ordered: bool,
    /// The order of the elements of lists does not.
    unordered_lists: bool,
}

/// What a query gave.
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
    /// What the last query gave, until a step compares it.
    outcome: Option<Result<Outcome, Error>>,
    /// What the graph held before the last query.
    before: Content,
    /// How many results were compared.
    compared: usize,
}

impl<'a> Runner<'a> {
    fn new(folder: &'a Path, options: &RunOptions) -> Self {
        let graph = Graph::in_memory();
        let session = graph.session();
        Runner {
            folder,
            session,
            graph,
            options: options.clone(),
            parameters: Map::new(),
            outcome: None,
            before: Content::default(),
            compared: 0,
        }
    }

    fn run(mut self, scenario: &Scenario) -> Result<(), String> {
        for step in &scenario.steps {
            self.step(step).map_err(|why| format!("{}: {why}", step.text))?;
        }
        self.all_compared()?;
        if self.compared == 0 { Err("the scenario compares nothing".to_owned()) } else { Ok(()) }
    }

    /// Fails when a query ran whose result nothing was compared with.
    fn all_compared(&self) -> Result<(), String> {
        match &self.outcome {
            None => Ok(()),
            Some(Ok(_)) => Err("a result was not compared".to_owned()),
            Some(Err(error)) => Err(format!("raised {}", describe(error))),
        }
    }

    fn step(&mut self, step: &Step) -> Result<(), String> {
        let text = step.text.trim_end_matches(':').trim();
        match text {
            "an empty graph" | "any graph" => Ok(()),
            "having executed" => self.query(step).map(drop).map_err(|error| describe(&error)),
            "parameters are" => self.set_parameters(step),
            "executing query" | "executing control query" => self.execute(step),
            "no side effects" => self.expect_effects(&[]),
            "the side effects should be" => self.expect_effects(&step.table),
            _ => match text.strip_prefix("the result should be") {
                Some(" empty") if step.table.is_empty() => self.expect_rows(&[], Comparison::default()),
                Some(_) if step.table.is_empty() => Err("a table is missing".to_owned()),
                Some(how) => self.expect_rows(&step.table, comparison(how)?),
                None => self.other_step(text, step),
            },
        }
    }

    fn other_step(&mut self, text: &str, step: &Step) -> Result<(), String> {
        if let Some(name) = text.strip_prefix("the ").and_then(|rest| rest.strip_suffix(" graph")) {
            return self.load(name);
        }
        if let Some(signature) = text.strip_prefix("there exists a procedure ") {
            return self.register(signature, &step.table);
        }
        if let Some((kind, rest)) = text.split_once(" should be raised at ") {
            let kind = kind.strip_prefix("an ").or_else(|| kind.strip_prefix("a ")).ok_or("no article")?;
            let (phase, detail) = rest.split_once(": ").ok_or("no detail")?;
            return self.expect_error(kind, phase, detail);
        }
        Err("this step is not known".to_owned())
    }

    /// Creates one of the kit's named graphs.
    fn load(&mut self, name: &str) -> Result<(), String> {
        let file = self.folder.join("graphs").join(name).join(format!("{name}.cypher"));
        let query = std::fs::read_to_string(file).map_err(|error| error.to_string())?;
        self.session.run_with(&query, &Map::new(), &self.options).map(drop).map_err(|error| describe(&error))
    }

    fn register(&mut self, signature: &str, table: &[Vec<String>]) -> Result<(), String> {
        let signature = Signature::parse(signature).map_err(|error| describe(&error))?;
        let rows = procedure_rows(table, signature.inputs.len() + signature.outputs.len())?;
        let procedure = Procedure::from_table(signature, rows).map_err(|error| describe(&error))?;
        self.graph.register(procedure);
        Ok(())
    }

    fn execute(&mut self, step: &Step) -> Result<(), String> {
        self.all_compared()?;
        self.before = Content::of(&self.graph.snapshot());
        self.outcome = Some(self.query(step));
        Ok(())
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

    fn expect_rows(&mut self, table: &[Vec<String>], how: Comparison) -> Result<(), String> {
        self.compared += 1;
        let outcome = match self.outcome.take() {
            Some(Ok(outcome)) => outcome,
            Some(Err(error)) => return Err(format!("raised {}", describe(&error))),
            None => return Err("no query was run".to_owned()),
        };
        let text = |value: &Value| notation::actual(&outcome.graph, value, how.unordered_lists);
        let mut rows: Vec<Vec<String>> = outcome.rows.iter().map(|row| row.iter().map(text).collect()).collect();
        let Some((header, expected)) = table.split_first() else {
            return if rows.is_empty() { Ok(()) } else { Err(format!("gave {rows:?}")) };
        };
        let cell = |cell: &String| notation::expected(cell, how.unordered_lists);
        let mut expected: Vec<Vec<String>> = expected.iter().map(|row| row.iter().map(cell).collect()).collect();
        if !how.ordered {
            rows.sort();
            expected.sort();
        }
        if *header != outcome.columns {
            return Err(format!("columns {:?}, expected {header:?}", outcome.columns));
        }
        if rows == expected { Ok(()) } else { Err(format!("gave     {rows:?}\nexpected {expected:?}")) }
    }

    /// The error has this type, phase and detail, and nothing of the statement stays.
    fn expect_error(&mut self, kind: &str, phase: &str, detail: &str) -> Result<(), String> {
        self.compared += 1;
        let error = match self.outcome.take() {
            Some(Err(error)) => error,
            Some(Ok(_)) => return Err("raised nothing".to_owned()),
            None => return Err("no query was run".to_owned()),
        };
        let phase_fits = match phase {
            "compile time" => error.phase() == Phase::Compile,
            "runtime" => error.phase() == Phase::Runtime,
            "any time" => true,
            _ => return Err(format!("no phase is called {phase}")),
        };
        let detail_fits = detail == "*" || error.detail().as_str() == detail;
        if error.error_type().as_str() != kind || !phase_fits || !detail_fits {
            return Err(format!("raised {}", describe(&error)));
        }
        self.expect_effects(&[])
    }

    fn expect_effects(&self, table: &[Vec<String>]) -> Result<(), String> {
        let effects = Content::of(&self.graph.snapshot()).effects(&self.before);
        let mut expected = BTreeMap::new();
        for row in table {
            let [name, count] = row.as_slice() else { return Err("an effect has a name and a number".to_owned()) };
            expected.insert(name.clone(), count.parse::<usize>().map_err(|error| error.to_string())?);
        }
        expected.retain(|_, count| *count > 0);
        if effects == expected { Ok(()) } else { Err(format!("had {effects:?}, expected {expected:?}")) }
    }
}

/// What stands after `the result should be`.
fn comparison(how: &str) -> Result<Comparison, String> {
    let (how, unordered_lists) = match how.strip_suffix(" (ignoring element order for lists)") {
        Some(how) => (how, true),
        None => (how, false),
    };
    match how {
        "" | ", in any order" => Ok(Comparison { ordered: false, unordered_lists }),
        ", in order" => Ok(Comparison { ordered: true, unordered_lists }),
        _ => Err("this way to compare is not known".to_owned()),
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
fn procedure_rows(table: &[Vec<String>], width: usize) -> Result<Vec<Vec<Value>>, String> {
    let row = |row: &Vec<String>| {
        let cells = if width == 0 { &[] } else { row.as_slice() };
        if cells.len() != width {
            return Err(format!("a row of {} cells, not {width}", cells.len()));
        }
        cells.iter().map(|cell| evaluate(cell)).collect()
    };
    table.iter().skip(1).map(row).collect()
}
