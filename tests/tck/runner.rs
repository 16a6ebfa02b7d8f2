//! Runs one scenario, step by step.
//!
//! A scenario is only passed when each query it executes was judged: its rows or its error were compared, and nothing
//! that a later step did not ask for came out of it.

use super::content::Content;
use super::engine::{Answered, Cell, Engine, Raised};
use super::feature::{Scenario, Step};
use super::notation;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

/// Empties the engine and runs a scenario on it; a panic is a failure with its message.
pub fn run(scenario: &Scenario, folder: &Path, engine: &mut impl Engine) -> Result<(), String> {
    let run = AssertUnwindSafe(|| Runner::new(folder, engine).run(scenario));
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

struct Runner<'a, E> {
    folder: &'a Path,
    engine: &'a mut E,
    /// What the last query gave, until a step compares it.
    outcome: Option<Result<Answered, Raised>>,
    /// What the graph held before the last query.
    before: Content,
    /// How many results were compared.
    compared: usize,
}

impl<'a, E: Engine> Runner<'a, E> {
    fn new(folder: &'a Path, engine: &'a mut E) -> Self {
        engine.empty();
        Runner { folder, engine, outcome: None, before: Content::default(), compared: 0 }
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
            Some(Err(error)) => Err(format!("raised {error}")),
        }
    }

    fn step(&mut self, step: &Step) -> Result<(), String> {
        let text = step.text.trim_end_matches(':').trim();
        match text {
            "an empty graph" | "any graph" => Ok(()),
            "having executed" => self.query(step).map(drop).map_err(|error| error.to_string()),
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
        self.engine.query(&query).map(drop).map_err(|error| error.to_string())
    }

    /// The table has the columns of the signature; of a procedure without any it is empty.
    fn register(&mut self, signature: &str, table: &[Vec<String>]) -> Result<(), String> {
        let (header, rows) = table.split_first().map_or((&[] as &[String], &[] as &[_]), |(first, rest)| (first, rest));
        let header = if header.iter().all(String::is_empty) { &[] } else { header };
        if let Some(row) = rows.iter().find(|row| row.len() != header.len()) {
            return Err(format!("a row of {} cells, not {}", row.len(), header.len()));
        }
        self.engine.register(signature, header, rows)
    }

    fn execute(&mut self, step: &Step) -> Result<(), String> {
        self.all_compared()?;
        self.before = self.engine.content();
        self.outcome = Some(self.query(step));
        Ok(())
    }

    fn query(&mut self, step: &Step) -> Result<Answered, Raised> {
        self.engine.query(step.doc.as_deref().unwrap_or(""))
    }

    fn set_parameters(&mut self, step: &Step) -> Result<(), String> {
        for row in &step.table {
            let [name, value] = row.as_slice() else { return Err("a parameter has a name and a value".to_owned()) };
            self.engine.set_parameter(name, value)?;
        }
        Ok(())
    }

    fn expect_rows(&mut self, table: &[Vec<String>], how: Comparison) -> Result<(), String> {
        self.compared += 1;
        let outcome = match self.outcome.take() {
            Some(Ok(outcome)) => outcome,
            Some(Err(error)) => return Err(format!("raised {error}")),
            None => return Err("no query was run".to_owned()),
        };
        let text = |cell: Cell| if how.unordered_lists { cell.unordered } else { cell.text };
        let mut rows: Vec<Vec<String>> =
            outcome.rows.into_iter().map(|row| row.into_iter().map(text).collect()).collect();
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
            "compile time" => error.phase == "compile",
            "runtime" => error.phase == "runtime",
            "any time" => true,
            _ => return Err(format!("no phase is called {phase}")),
        };
        let detail_fits = detail == "*" || error.detail == detail;
        if error.kind != kind || !phase_fits || !detail_fits {
            return Err(format!("raised {error}"));
        }
        self.expect_effects(&[])
    }

    fn expect_effects(&mut self, table: &[Vec<String>]) -> Result<(), String> {
        let effects = self.engine.content().effects(&self.before);
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
