//! Calls of procedures.

use super::super::chunk::{Chunk, Live};
use super::super::column::Column;
use super::super::context::Context;
use super::super::eval::vector::{Rows, eval_column};
use super::super::memory::Held;
use super::buffer::Queue;
use super::{Operator, Stage};
use crate::error::{Detail, Error, ErrorType, Result};
use crate::semantic::bound::{Expr, Slot};
use crate::span::Span;
use crate::value::{Value, share_bytes};
use std::sync::Arc;

/// A call in a plan.
pub(super) struct Procedure {
    pub(super) name: Arc<str>,
    pub(super) arguments: Vec<Expr>,
    /// Output columns and where they go.
    pub(super) yields: Vec<(usize, Slot)>,
    pub(super) void: bool,
    pub(super) span: Span,
}

/// Calls a procedure for each row.
pub(super) struct ProcedureCall {
    input: Stage,
    live: Live,
    procedure: Procedure,
    chunk: Option<(Chunk, Vec<Column>)>,
    row: usize,
    queue: Queue,
    held: Held,
}

impl ProcedureCall {
    pub(super) fn new(input: Stage, live: Live, procedure: Procedure) -> ProcedureCall {
        let queue = Queue::default();
        ProcedureCall { input, live, procedure, chunk: None, row: 0, queue, held: Held::default() }
    }

    fn run(&self, cx: &Context, arguments: &[Value]) -> Result<Vec<Vec<Value>>> {
        let procedures = cx.settings().procedures.as_ref().ok_or_else(|| unknown(&self.procedure.name))?;
        procedures.call(&self.procedure.name, &cx.call_context(), arguments)
    }

    /// Calls it for one row and queues the rows it gives.
    fn call(&mut self, cx: &mut Context, chunk: &Chunk, arguments: &[Column], row: usize) -> Result<()> {
        cx.check()?;
        let arguments: Vec<Value> = arguments.iter().map(|column| column.get(row)).collect();
        let rows = self.run(cx, &arguments).map_err(|error| error.at(self.procedure.span))?;
        let position = chunk.position(row) as u32;
        if self.procedure.void {
            self.queue.push(chunk.gather(&[position], &self.live));
            return Ok(());
        }
        let mut out = chunk.gather(&vec![position; rows.len()], &self.live);
        for &(index, slot) in &self.procedure.yields {
            let values: Vec<Value> = rows.iter().map(|row| row.get(index).cloned().unwrap_or_default()).collect();
            self.held.grow(cx, values.iter().map(|value| share_bytes(value, 1)).sum())?;
            values.iter().try_for_each(|value| value.shape().check(u64::MAX))?;
            if self.live.contains(slot) {
                out.set(slot, Column::from_values(values));
            }
        }
        self.queue.push(out);
        Ok(())
    }

    fn next_chunk(&mut self, cx: &mut Context) -> Result<Option<(Chunk, Vec<Column>)>> {
        match self.chunk.take() {
            Some(pair) if self.row < pair.0.rows() => Ok(Some(pair)),
            _ => {
                self.row = 0;
                let Some(chunk) = self.input.next(cx)? else { return Ok(None) };
                let arguments = self.procedure.arguments.iter();
                let columns = arguments.map(|expr| Ok(eval_column(cx, expr, Rows::of(&chunk))?.into_owned()));
                let columns = columns.collect::<Result<Vec<Column>>>()?;
                Ok(Some((chunk, columns)))
            }
        }
    }
}

impl Operator for ProcedureCall {
    fn next(&mut self, cx: &mut Context) -> Result<Option<Chunk>> {
        loop {
            if let Some(chunk) = self.queue.pop(cx.batch()) {
                return Ok(Some(chunk));
            }
            self.held.release();
            let Some((chunk, arguments)) = self.next_chunk(cx)? else { return Ok(None) };
            self.call(cx, &chunk, &arguments, self.row)?;
            self.row += 1;
            self.chunk = Some((chunk, arguments));
        }
    }

    fn reset(&mut self) {
        self.input.reset();
        self.chunk = None;
        self.row = 0;
        self.queue.clear();
        self.held.release();
    }
}

fn unknown(name: &str) -> Error {
    let message = format!("there is no procedure `{name}`");
    Error::runtime(ErrorType::ProcedureError, Detail::ProcedureNotFound, message)
}
