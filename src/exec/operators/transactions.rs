//! `CALL { … } IN TRANSACTIONS`: a plan that is run for some rows at a time, after which what it changed is committed.

use super::super::chunk::{Chunk, Live};
use super::super::column::Column;
use super::super::context::Context;
use super::super::memory::Held;
use super::apply::Apply;
use super::buffer::{Handover, Queue};
use super::limit::row_count;
use super::{Operator, Stage};
use crate::error::{Detail, Error, ErrorType, Result};
use crate::plan::physical::{ApplyMode, Node};
use crate::semantic::bound::Transactions;
use crate::syntax::ast::OnError;
use crate::value::{Map, Value};
use std::sync::Arc;

/// How many rows a transaction takes when the statement does not say.
const ROWS: u64 = 1_000;

/// Runs its inner plan for the rows of one transaction after another and commits each.
pub(super) struct TransactionApply {
    input: Stage,
    live: Live,
    plan: Transactions,
    /// The rows of the present transaction, on their way into `apply`.
    feed: Handover,
    apply: Apply,
    size: Option<usize>,
    /// Rows of the input that belong to later transactions.
    waiting: Option<Chunk>,
    /// Whether a transaction has failed after which none is run.
    broken: bool,
    queue: Queue,
    held: Held,
}

/// What became of a transaction.
enum Report {
    /// It was committed, as the version of that number where it changed anything.
    Committed(Option<u64>),
    Failed(Error),
    NotStarted,
}

impl TransactionApply {
    pub(super) fn new(
        input: Stage,
        live: Live,
        inner: Stage,
        (inner_plan, mode): (&Node, ApplyMode),
        plan: Transactions,
    ) -> TransactionApply {
        let feed = Handover::default();
        let stage = Stage::new(Box::new(feed.clone()), None);
        let apply = Apply::new(stage, live.clone(), inner, inner_plan, mode, None);
        let (queue, held) = (Queue::default(), Held::default());
        TransactionApply { input, live, plan, feed, apply, size: None, waiting: None, broken: false, queue, held }
    }

    fn size(&mut self, cx: &Context) -> Result<usize> {
        if let Some(size) = self.size {
            return Ok(size);
        }
        let size = match &self.plan.rows {
            None => ROWS,
            Some(rows) => match row_count(cx, rows, "OF … ROWS")? {
                0 => return Err(no_rows().at(rows.span)),
                size => size,
            },
        };
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        self.size = Some(size);
        Ok(size)
    }

    /// The rows of the next transaction.
    fn next_rows(&mut self, cx: &mut Context) -> Result<Vec<Chunk>> {
        let mut left = self.size(cx)?;
        let mut rows = Vec::new();
        while left > 0 {
            let chunk = match self.waiting.take() {
                Some(chunk) => chunk,
                None => match self.input.next(cx)? {
                    Some(chunk) => cx.flatten(chunk)?,
                    None => break,
                },
            };
            if chunk.len > left {
                self.waiting = Some(chunk.split(left, chunk.len - left));
            }
            let part = chunk.split(0, left);
            left -= part.len;
            self.held.grow(cx, part.bytes())?;
            rows.push(part);
        }
        Ok(rows)
    }

    /// Runs one transaction and queues its rows.
    fn run(&mut self, cx: &mut Context, rows: Vec<Chunk>) -> Result<()> {
        if self.broken {
            return self.give_up(cx, rows, &Report::NotStarted);
        }
        let savepoint = cx.savepoint();
        match self.changes(cx, &rows).and_then(|made| Ok((made, cx.commit()?))) {
            Ok((made, number)) => {
                let status = Report::Committed(number).value();
                made.into_iter().for_each(|chunk| self.give(chunk, &status));
                Ok(())
            }
            Err(error) if self.plan.on_error == OnError::Fail || ends_the_statement(&error) => Err(error),
            Err(error) => {
                cx.go_back(savepoint);
                self.feed.clear();
                self.apply.reset();
                self.broken = self.plan.on_error == OnError::Break;
                self.give_up(cx, rows, &Report::Failed(error))
            }
        }
    }

    /// Runs the inner plan for rows and gives what comes of it.
    fn changes(&mut self, cx: &mut Context, rows: &[Chunk]) -> Result<Vec<Chunk>> {
        rows.iter().for_each(|chunk| self.feed.push(chunk.clone()));
        let mut made = Vec::new();
        while let Some(chunk) = self.apply.next(cx)? {
            self.held.grow(cx, chunk.bytes())?;
            made.push(chunk.dense());
        }
        Ok(made)
    }

    /// The rows of a transaction without what its subquery would have given.
    fn give_up(&mut self, cx: &Context, rows: Vec<Chunk>, report: &Report) -> Result<()> {
        let status = report.value();
        for chunk in rows {
            cx.check()?;
            let mut out = chunk.compact(&self.live);
            let unset: Vec<_> = self.live.slots().filter(|&slot| out.column(slot).is_unset()).collect();
            unset.into_iter().for_each(|slot| out.set(slot, Column::Constant(Value::Null)));
            self.give(out, &status);
        }
        Ok(())
    }

    fn give(&mut self, mut chunk: Chunk, status: &Value) {
        if let Some(slot) = self.plan.status.filter(|&slot| self.live.contains(slot)) {
            chunk.set(slot, Column::Constant(status.clone()));
        }
        self.queue.push(chunk);
    }
}

impl Operator for TransactionApply {
    fn next(&mut self, cx: &mut Context) -> Result<Option<Chunk>> {
        loop {
            if let Some(chunk) = self.queue.pop(cx.batch()) {
                return Ok(Some(chunk));
            }
            self.held.release();
            let rows = self.next_rows(cx)?;
            if rows.is_empty() {
                return Ok(None);
            }
            self.run(cx, rows)?;
        }
    }

    fn reset(&mut self) {
        self.input.reset();
        self.feed.clear();
        self.apply.reset();
        self.size = None;
        self.waiting = None;
        self.broken = false;
        self.queue.clear();
        self.held.release();
    }
}

impl Report {
    /// The map that `REPORT STATUS AS` gives.
    fn value(&self) -> Value {
        let (started, committed, number, error) = match self {
            Report::Committed(number) => (true, true, *number, None),
            Report::Failed(error) => (true, false, None, Some(error)),
            Report::NotStarted => (false, false, None, None),
        };
        let entries = [
            ("started", Value::Bool(started)),
            ("committed", Value::Bool(committed)),
            ("transactionId", number.map_or(Value::Null, |number| Value::string(format!("version-{number}")))),
            ("errorMessage", error.map_or(Value::Null, |error| Value::string(error.to_string()))),
        ];
        Value::map(entries.into_iter().map(|(key, value)| (Arc::from(key), value)).collect::<Map>())
    }
}

/// Whether an error is about the statement as a whole, whatever is to be done about transactions.
fn ends_the_statement(error: &Error) -> bool {
    matches!(error.error_type(), ErrorType::Cancelled | ErrorType::Internal | ErrorType::Io)
        || error.detail() == Detail::Timeout
}

fn no_rows() -> Error {
    let message = "a transaction takes at least one row";
    Error::runtime(ErrorType::ArgumentError, Detail::InvalidArgumentValue, message)
}
