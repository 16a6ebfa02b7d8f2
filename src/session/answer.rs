//! The answer to a statement: columns, rows, what changed, what there is to know.

use super::deserialize::RowDeserializer;
use super::entity::{Node, Relationship};
use super::shown::Shown;
use crate::error::{Detail, Error, ErrorType, Result};
use crate::exec::{Counters, Execution};
use crate::semantic::bound::Notification;
use crate::span::Span;
use crate::store::Snapshot;
use crate::value::{Map, Value, share_bytes};
use serde::de::DeserializeOwned;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// The answer to one statement. A reading statement computes its rows as they are taken; a writing one has done its
/// work, and committed, before it answers.
#[derive(Debug)]
pub struct Answer {
    pub(super) columns: Arc<[Arc<str>]>,
    pub(super) rows: Rows,
    pub(super) graph: Snapshot,
    pub(super) summary: Summary,
    shown: Shown,
}

/// What there is to know about a statement besides its rows.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// What it changed.
    pub counters: Counters,
    /// Whether it could change the graph.
    pub writes: bool,
    /// Whether it changes indexes or constraints; then `writes` as well.
    pub schema: bool,
    /// Remarks, as about names the graph does not know.
    pub notifications: Vec<Notification>,
    /// What was done in words, for a fact told or retracted.
    pub told: Option<String>,
    /// Whether the last column is what each row rests on, which was asked for with `CITE`.
    pub cited: bool,
    /// For a question without variables, whose one row says yes or no: which of them.
    pub yes_no: Option<bool>,
    /// For a question that is answered with no: what is known instead, as arrow facts.
    pub known: Vec<String>,
    /// The plan of a statement that is explained or profiled: the last operator first, its input below it, the plans
    /// inside an operator one deeper; those of subqueries that stay inside expressions come last, each below a heading.
    pub plan: Vec<PlanStep>,
}

/// A line of a plan.
#[derive(Clone, Debug, PartialEq)]
pub struct PlanStep {
    /// How deep it stands.
    pub depth: usize,
    /// The operator.
    pub operator: &'static str,
    /// What it works on.
    pub details: String,
    /// How many rows it is expected to give.
    pub estimated_rows: f64,
    /// What it did, when it was profiled; the heading of a subquery does nothing.
    pub work: Option<Work>,
}

/// What an operator did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// How many rows it gave.
    pub rows: u64,
    /// How often it was asked for rows.
    pub calls: u64,
    /// How long it took, its inputs included.
    pub time: Duration,
    /// About how many bytes it held at most, its inputs not included.
    pub memory: u64,
}

#[derive(Debug)]
pub(super) enum Rows {
    Stored(std::vec::IntoIter<Vec<Value>>),
    Running(Box<Execution>),
    Copied(Box<Copied>),
}

/// Rows of which those that were taken are kept, as long as there are not too many.
#[derive(Debug)]
pub(super) struct Copied {
    rows: Rows,
    taken: Option<Vec<Vec<Value>>>,
    /// How many more rows and bytes may be kept.
    room: (usize, u64),
}

/// One row of an answer.
#[derive(Clone)]
pub struct Row {
    columns: Arc<[Arc<str>]>,
    graph: Snapshot,
    values: Vec<Value>,
}

impl Answer {
    pub(super) fn of(columns: Arc<[Arc<str>]>, rows: Rows, graph: Snapshot, summary: Summary) -> Answer {
        Answer { columns, rows, graph, summary, shown: Shown::default() }
    }

    /// The names of the columns, in order.
    pub fn columns(&self) -> &[Arc<str>] {
        &self.columns
    }

    /// The next row, or `None` after the last.
    ///
    /// # Errors
    /// What goes wrong while computing it.
    pub fn next_row(&mut self) -> Result<Option<Row>> {
        let row = self.rows.next();
        if let (Ok(Some(values)), true) = (&row, self.graph.is_in_file()) {
            self.shown.read(&self.graph, values);
        }
        let row = self.graph.unless_damaged(row)?;
        Ok(row.map(|values| Row { columns: Arc::clone(&self.columns), graph: Arc::clone(&self.graph), values }))
    }

    /// All remaining rows.
    ///
    /// # Errors
    /// What goes wrong while computing them.
    pub fn rows(&mut self) -> Result<Vec<Row>> {
        let mut rows = Vec::new();
        while let Some(row) = self.next_row()? {
            self.keep(row.bytes())?;
            rows.push(row);
        }
        Ok(rows)
    }

    /// Counts memory that the caller keeps of the rows against the statement's memory budget, while rows are left to be
    /// computed.
    ///
    /// # Errors
    /// `ResourceLimit`/`MemoryLimit` when the statement then needs more than its budget.
    pub fn keep(&mut self, bytes: u64) -> Result<()> {
        self.rows.keep(bytes)
    }

    /// Keeps a copy of each row that is taken from now on, as long as they are within that many rows and bytes.
    pub(crate) fn copying(mut self, rows: usize, bytes: u64) -> Answer {
        let copied = Copied { rows: self.rows, taken: Some(Vec::new()), room: (rows, bytes) };
        self.rows = Rows::Copied(Box::new(copied));
        self
    }

    /// The rows that were taken since [`Answer::copying`], as an answer that has no remarks and changed nothing; `None`
    /// when there were too many of them.
    pub(crate) fn copy(self) -> Option<Answer> {
        let Rows::Copied(copied) = self.rows else { return None };
        let Summary { cited, yes_no, known, .. } = self.summary;
        let summary = Summary { cited, yes_no, known, ..Summary::default() };
        Some(Answer { rows: Rows::Stored(copied.taken?.into_iter()), summary, ..self })
    }

    /// All remaining rows as values of a type of the caller's.
    ///
    /// ```
    /// #[derive(serde::Deserialize, Debug, PartialEq)]
    /// struct Stance { who: String, sure: f64 }
    ///
    /// # fn main() -> standpoint::error::Result<()> {
    /// let graph = standpoint::Graph::in_memory();
    /// graph.run("+ Kyiv -opposes-> territorial concessions {0.9}")?;
    /// let stances: Vec<Stance> =
    ///     graph.run("MATCH (a)-[r:OPPOSES]->() RETURN a.name AS who, r.confidence AS sure")?.into_typed()?;
    /// assert_eq!(stances, [Stance { who: "Kyiv".to_owned(), sure: 0.9 }]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// What goes wrong while computing them, and rows that do not fit the type.
    pub fn into_typed<T: DeserializeOwned>(mut self) -> Result<Vec<T>> {
        let mut typed = Vec::new();
        while let Some(row) = self.next_row()? {
            typed.push(row.typed()?);
        }
        Ok(typed)
    }

    /// What there is to know besides the rows. Complete once the last row is taken.
    pub fn summary(&self) -> &Summary {
        &self.summary
    }

    /// The same answer without remarks on a line as a whole: a question asks for properties that stand nowhere in its
    /// text and that a graph need not have.
    pub(super) fn without_remarks_on(mut self, line: Span) -> Answer {
        let whole = |span: Span| (span.start, span.end) == (line.start, line.end);
        self.summary.notifications.retain(|remark| !whole(remark.span));
        self
    }

    /// The same answer with other rows.
    pub(super) fn with_rows(mut self, rows: Vec<Vec<Value>>, summary: Summary) -> Answer {
        self.rows = Rows::Stored(rows.into_iter());
        self.summary = summary;
        self
    }

    /// The graph the answer is about: what its nodes and relationships are read from.
    pub fn graph(&self) -> &Snapshot {
        &self.graph
    }
}

impl Rows {
    pub(super) fn next(&mut self) -> Result<Option<Vec<Value>>> {
        match self {
            Rows::Stored(rows) => Ok(rows.next()),
            Rows::Running(execution) => execution.next_row(),
            Rows::Copied(copied) => copied.next(),
        }
    }

    fn keep(&mut self, bytes: u64) -> Result<()> {
        match self {
            Rows::Stored(_) => Ok(()),
            Rows::Running(execution) => execution.keep(bytes),
            Rows::Copied(copied) => copied.rows.keep(bytes),
        }
    }
}

impl Copied {
    fn next(&mut self) -> Result<Option<Vec<Value>>> {
        let row = self.rows.next()?;
        if let Some(row) = &row {
            self.note(row);
        }
        Ok(row)
    }

    /// Keeps a row, or gives all of them up when it does not fit.
    fn note(&mut self, row: &[Value]) {
        let rows = self.room.0.checked_sub(1);
        let bytes = self.room.1.checked_sub(bytes(row));
        match (rows, bytes, &mut self.taken) {
            (Some(rows), Some(bytes), Some(taken)) => {
                self.room = (rows, bytes);
                taken.push(row.to_vec());
            }
            _ => self.taken = None,
        }
    }
}

/// About how many bytes the values of a row take.
fn bytes(values: &[Value]) -> u64 {
    size_of::<Row>() as u64 + values.iter().map(|value| share_bytes(value, 1)).sum::<u64>()
}

impl fmt::Debug for Row {
    /// The values by column.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.columns.iter().zip(&self.values)).finish()
    }
}

impl Row {
    /// The values, in the order of the columns.
    pub fn values(&self) -> &[Value] {
        &self.values
    }

    /// About how many bytes it takes.
    fn bytes(&self) -> u64 {
        bytes(&self.values)
    }

    /// The names of the columns.
    pub fn columns(&self) -> &[Arc<str>] {
        &self.columns
    }

    /// The graph that nodes and relationships of the row are read from.
    pub fn graph(&self) -> &Snapshot {
        &self.graph
    }

    /// The value of a column.
    ///
    /// # Errors
    /// When there is no such column.
    pub fn get(&self, column: &str) -> Result<&Value> {
        let found = self.columns.iter().position(|name| &**name == column).and_then(|at| self.values.get(at));
        found.ok_or_else(|| {
            let names: Vec<&str> = self.columns.iter().map(|name| &**name).collect();
            misuse(format!("there is no column `{column}`; the columns are {}", names.join(", ")))
        })
    }

    /// The node of a column.
    ///
    /// # Errors
    /// When there is no such column or it holds something else.
    pub fn node(&self, column: &str) -> Result<Node> {
        match self.get(column)? {
            Value::Node(id) => Ok(Node::read(&self.graph, *id)),
            other => Err(misuse(format!("column `{column}` holds a {}, not a node", other.type_name()))),
        }
    }

    /// The relationship of a column.
    ///
    /// # Errors
    /// When there is no such column or it holds something else.
    pub fn relationship(&self, column: &str) -> Result<Relationship> {
        match self.get(column)? {
            Value::Rel(id) => Ok(Relationship::read(&self.graph, *id)),
            other => Err(misuse(format!("column `{column}` holds a {}, not a relationship", other.type_name()))),
        }
    }

    /// The row as a map from column to value.
    pub fn to_map(&self) -> Map {
        self.columns.iter().cloned().zip(self.values.iter().cloned()).collect()
    }

    /// The row as a value of a type of the caller's: a struct with a field for each column, or a tuple.
    ///
    /// # Errors
    /// When the row does not fit the type.
    pub fn typed<T: DeserializeOwned>(&self) -> Result<T> {
        T::deserialize(RowDeserializer { graph: &self.graph, columns: &self.columns, values: &self.values })
            .map_err(|error| misuse(error.to_string()))
    }
}

fn misuse(message: String) -> Error {
    Error::runtime(ErrorType::ArgumentError, Detail::InvalidUse, message)
}

#[cfg(test)]
mod tests {
    use crate::session::Graph;

    #[test]
    fn what_was_taken_is_given_again_unless_it_is_too_much() {
        let graph = Graph::in_memory();
        let run = || graph.run("UNWIND range(1, 5) AS x RETURN x, 'text' AS y").unwrap();
        for (rows, bytes, expected) in [(5, 10_000, Some(5)), (4, 10_000, None), (5, 100, None)] {
            let mut answer = run().copying(rows, bytes);
            let first = answer.rows().unwrap();
            let again = answer.copy().map(|mut answer| answer.rows().unwrap());
            assert_eq!(again.as_ref().map(Vec::len), expected);
            let values = |rows: &[super::Row]| format!("{:?}", rows.iter().map(super::Row::values).collect::<Vec<_>>());
            assert!(again.is_none_or(|again| values(&again) == values(&first)));
        }
        assert!(run().copy().is_none(), "nothing was kept");
    }
}
