//! What scenarios are run on: the library itself, or a program that is spoken to.

use super::content::Content;
use super::notation;
use standpoint::algo::{Procedure, Signature};
use standpoint::error::Error;
use standpoint::value::{Map, Value};
use standpoint::{Graph, RunOptions, Session};
use std::sync::Arc;

/// Something that answers queries.
pub trait Engine {
    /// Forgets the graph, the procedures and the parameters.
    fn empty(&mut self);
    /// Gives a parameter to all queries that follow; its value is a literal.
    fn set_parameter(&mut self, name: &str, literal: &str) -> Result<(), String>;
    /// Makes a procedure known whose rows are a table of literals.
    fn register(&mut self, signature: &str, header: &[String], rows: &[Vec<String>]) -> Result<(), String>;
    /// Runs a query with the parameters.
    fn query(&mut self, text: &str) -> Result<Answered, Raised>;
    /// What the graph holds.
    fn content(&mut self) -> Content;
}

/// What a query gave.
pub struct Answered {
    pub columns: Vec<String>,
    pub rows: Vec<Vec<Cell>>,
}

/// The canonical text of a value.
pub struct Cell {
    pub text: String,
    /// The same with lists as multisets.
    pub unordered: String,
}

/// How a query failed.
#[derive(Debug)]
pub struct Raised {
    pub kind: String,
    /// `compile` or `runtime`.
    pub phase: String,
    pub detail: String,
    pub message: String,
}

/// The library, in this process.
pub struct Library {
    graph: Graph,
    session: Session,
    options: RunOptions,
    parameters: Map,
}

impl Library {
    pub fn new(options: &RunOptions) -> Library {
        let graph = Graph::in_memory();
        Library { session: graph.session(), graph, options: options.clone(), parameters: Map::new() }
    }
}

impl Engine for Library {
    fn empty(&mut self) {
        *self = Library::new(&self.options);
    }

    fn set_parameter(&mut self, name: &str, literal: &str) -> Result<(), String> {
        self.parameters.insert(Arc::from(name), evaluate(literal)?);
        Ok(())
    }

    fn register(&mut self, signature: &str, _: &[String], rows: &[Vec<String>]) -> Result<(), String> {
        let signature = Signature::parse(signature).map_err(|error| error.to_string())?;
        let row = |row: &Vec<String>| row.iter().map(|cell| evaluate(cell)).collect();
        let rows: Result<Vec<Vec<Value>>, String> = rows.iter().map(row).collect();
        let procedure = Procedure::from_table(signature, rows?).map_err(|error| error.to_string())?;
        self.graph.register(procedure);
        Ok(())
    }

    fn query(&mut self, text: &str) -> Result<Answered, Raised> {
        let mut answer = self.session.run_with(text, &self.parameters, &self.options)?;
        let columns = answer.columns().iter().map(|name| name.to_string()).collect();
        let mut rows = Vec::new();
        while let Some(row) = answer.next_row()? {
            let cell = |value: &Value| Cell {
                text: notation::actual(row.graph(), value, false),
                unordered: notation::actual(row.graph(), value, true),
            };
            rows.push(row.values().iter().map(cell).collect());
        }
        Ok(Answered { columns, rows })
    }

    fn content(&mut self) -> Content {
        Content::of(&self.graph.snapshot())
    }
}

impl From<Error> for Raised {
    fn from(error: Error) -> Raised {
        Raised {
            kind: error.error_type().as_str().to_owned(),
            phase: error.phase().as_str().to_owned(),
            detail: error.detail().as_str().to_owned(),
            message: error.to_string(),
        }
    }
}

impl std::fmt::Display for Raised {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} at {}: {}: {}", self.kind, self.phase, self.detail, self.message)
    }
}

/// The value of a literal, through the language itself.
fn evaluate(literal: &str) -> Result<Value, String> {
    let mut answer =
        Graph::in_memory().run(&format!("RETURN {literal} AS value")).map_err(|error| error.to_string())?;
    let row = answer.next_row().map_err(|error| error.to_string())?.ok_or("no value")?;
    Ok(row.values()[0].clone())
}
