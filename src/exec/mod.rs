//! Runs physical plans.
//!
//! Takes a [`crate::plan::physical::Plan`] and a version of the graph, and gives chunks of rows. Operators pull from
//! each other; a chunk has columns, an optional selection and an optional multiplicity. Meets no name of a query:
//! everything is a slot or an identifier.

mod chunk;
mod citations;
mod codes;
mod column;
mod context;
mod eval;
mod extremes;
mod grouping;
mod later;
mod memory;
mod meter;
mod operators;
mod paths;
mod program;
mod records;
mod seen;
mod totals;

pub use chunk::Chunk;
pub use column::Column;
pub use context::{Commits, Context, Counters, Files, MAX_VALUE_BYTES, OperatorProfile, Procedures, Settings};

use crate::error::{Detail, Error, ErrorType, Result};
use crate::plan::physical::Plan;
use crate::semantic::bound::Notification;
use crate::store::Version;
use crate::value::{Value, share_bytes};
pub(crate) use context::{cancelled, overdue};
use later::Later;
use memory::Held;
pub(crate) use memory::exceeded;
pub use meter::Meter;
use operators::{Part, Stage};
pub use program::Program;
use std::sync::Arc;

/// How many operators may stand above one another, where an operator with an inner plan counts for five: each takes
/// part of the stack. Chosen so that a debug build on a thread of 2 MiB can run them, with an expression of the
/// greatest height on top.
pub const MAX_DEPTH: usize = 300;

/// A plan that is being run.
///
/// Rows are pulled by [`Execution::next_chunk`] or [`Execution::next_row`]. A statement that returns nothing is run to
/// its end by the first pull. The changed graph is handed back by [`Execution::finish`].
pub struct Execution {
    program: Arc<Program>,
    operators: Later<Operators>,
    cx: Context,
    given: u64,
    done: bool,
    /// What the caller keeps.
    kept: Held,
}

/// The operators of a plan and the rows they gave last.
#[derive(Default)]
struct Operators {
    /// Parts of the plan that end with changes, to be run to their end one after another before anything is given.
    parts: std::vec::IntoIter<Part>,
    root: Stage,
    current: Option<Rows>,
}

/// A chunk whose rows are given one by one.
struct Rows {
    chunk: Chunk,
    row: usize,
    /// How often the present row has been given.
    times: u64,
}

/// What a run leaves behind.
#[derive(Debug)]
pub struct Outcome {
    /// The graph, changed if the statement changes it.
    pub graph: Arc<Version>,
    /// What was changed.
    pub counters: Counters,
    /// Remarks of the run.
    pub notifications: Vec<Notification>,
    /// Whether anything was changed that was not committed on the way.
    pub uncommitted: bool,
    /// What each operator did, by its number in the [`Program`]; empty when it was not asked for.
    pub profile: Vec<OperatorProfile>,
    /// About how many bytes operators still hold.
    pub memory: u64,
    /// About how many bytes they held at most, when there is a profile.
    pub peak: u64,
}

impl Execution {
    /// Prepares a run. A statement that writes changes `graph` in place when nobody else holds it, and a copy
    /// otherwise.
    ///
    /// # Errors
    /// When a parameter is missing.
    pub fn new(program: Arc<Program>, graph: Arc<Version>, settings: Settings) -> Result<Execution> {
        let plan = program.plan();
        if let Some((name, span)) = plan.parameters.iter().find(|(name, _)| !settings.parameters.contains_key(name)) {
            return Err(context::missing_parameter(name).at(*span));
        }
        settings.parameters.values().try_for_each(|value| value.shape().check(u64::MAX))?;
        let (parts, root) = operators::build_parts(&program, settings.threads);
        let cx = Context::new(&program, graph, settings);
        let operators = Later::new(&cx, Operators { parts: parts.into_iter(), root, current: None });
        Ok(Execution { program, operators, cx, given: 0, done: false, kept: Held::default() })
    }

    /// The next rows; `None` at the end. They may have a selection and multiplicities: see [`Chunk::result_rows`].
    ///
    /// # Errors
    /// Whatever goes wrong while running.
    pub fn next_chunk(&mut self) -> Result<Option<Chunk>> {
        for mut part in self.operators.parts.by_ref() {
            part.run(&mut self.cx)?;
        }
        while !self.done {
            match self.operators.root.next(&mut self.cx)? {
                None => self.done = true,
                Some(_) if self.program.plan().columns.is_empty() => {}
                Some(chunk) => {
                    self.count(chunk.total())?;
                    return Ok(Some(chunk));
                }
            }
        }
        Ok(None)
    }

    /// The next row: the values of the result's columns.
    ///
    /// # Errors
    /// Whatever goes wrong while running.
    pub fn next_row(&mut self) -> Result<Option<Vec<Value>>> {
        loop {
            if let Some(rows) = &mut self.operators.current
                && let Some(row) = rows.next(self.program.plan())
            {
                return Ok(Some(row));
            }
            let rows = self.next_chunk()?.map(|chunk| Rows { chunk, row: 0, times: 0 });
            self.operators.current = rows;
            if self.operators.current.is_none() {
                return Ok(None);
            }
        }
    }

    /// All remaining rows, counted against the memory budget.
    ///
    /// # Errors
    /// Whatever goes wrong while running, and more rows than fit.
    pub fn remaining_rows(&mut self) -> Result<Vec<Vec<Value>>> {
        let mut rows = Vec::new();
        while let Some(row) = self.next_row()? {
            self.keep(size_of_val(&row) as u64 + row.iter().map(|value| share_bytes(value, 1)).sum::<u64>())?;
            rows.push(row);
        }
        Ok(rows)
    }

    /// Counts what the caller keeps of the rows against the memory budget, until the run ends.
    ///
    /// # Errors
    /// When the statement then holds more than it may.
    pub fn keep(&mut self, bytes: u64) -> Result<()> {
        self.kept.grow(&self.cx, bytes)
    }

    /// What has been changed so far.
    pub fn counters(&self) -> Counters {
        self.cx.counters
    }

    /// The graph as it is now.
    pub fn graph(&self) -> &Version {
        self.cx.graph()
    }

    /// Ends the run.
    pub fn finish(self) -> Outcome {
        let mut cx = self.cx;
        let (counters, memory, peak) = (cx.counters, cx.pool().used(), cx.pool().most());
        let uncommitted = cx.uncommitted();
        let profile = cx.take_profile();
        let notifications = std::mem::take(&mut cx.notifications);
        Outcome { graph: cx.into_graph(), counters, notifications, uncommitted, profile, memory, peak }
    }

    fn count(&mut self, rows: u64) -> Result<()> {
        self.given = self.given.saturating_add(rows);
        match self.cx.settings().max_rows {
            Some(limit) if self.given > limit => {
                let message = format!("the result has more than {limit} rows");
                Err(Error::runtime(ErrorType::ResourceLimit, Detail::RowLimit, message))
            }
            _ => Ok(()),
        }
    }
}

impl std::fmt::Debug for Execution {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Execution").field("given", &self.given).field("done", &self.done).finish_non_exhaustive()
    }
}

impl Rows {
    fn next(&mut self, plan: &Plan) -> Option<Vec<Value>> {
        while self.row < self.chunk.rows() {
            let position = self.chunk.position(self.row);
            if self.times < self.chunk.times(position) {
                self.times += 1;
                return Some(plan.columns.iter().map(|column| self.chunk.value(column.slot, position)).collect());
            }
            self.row += 1;
            self.times = 0;
        }
        None
    }
}

#[cfg(test)]
mod tests;
