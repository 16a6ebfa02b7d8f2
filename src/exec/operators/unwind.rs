//! For each row, one row for each element of a list.

use super::super::chunk::{Chunk, Live};
use super::super::column::Column;
use super::super::context::Context;
use super::super::eval::vector::{Rows, eval_column};
use super::{Operator, Stage};
use crate::error::Result;
use crate::semantic::bound::{Expr, Slot};
use crate::value::Value;
use std::sync::Arc;

/// Null gives no row, a value that is no list gives one.
pub(super) struct Unwind {
    input: Stage,
    live: Live,
    list: Expr,
    slot: Slot,
    /// The chunk under way with its lists.
    chunk: Option<(Chunk, Column)>,
    row: usize,
    /// The next element of the present row.
    element: usize,
}

impl Unwind {
    pub(super) fn new(input: Stage, live: Live, list: Expr, slot: Slot) -> Unwind {
        Unwind { input, live, list, slot, chunk: None, row: 0, element: 0 }
    }

    fn find(&mut self, chunk: &Chunk, lists: &Column, batch: usize) -> (Vec<u32>, Vec<Value>) {
        let (mut parents, mut values) = (Vec::new(), Vec::new());
        while self.row < chunk.rows() && values.len() < batch {
            let items = elements(lists.get(self.row));
            let rest = items.get(self.element..).unwrap_or_default();
            let taken = rest.len().min(batch - values.len());
            values.extend_from_slice(&rest[..taken]);
            parents.resize(values.len(), chunk.position(self.row) as u32);
            self.element += taken;
            if self.element >= items.len() {
                self.row += 1;
                self.element = 0;
            }
        }
        (parents, values)
    }

    fn next_chunk(&mut self, cx: &mut Context) -> Result<Option<(Chunk, Column)>> {
        match self.chunk.take() {
            Some(pair) if self.row < pair.0.rows() => Ok(Some(pair)),
            _ => {
                self.row = 0;
                self.element = 0;
                let Some(chunk) = self.input.next(cx)? else { return Ok(None) };
                let lists = eval_column(cx, &self.list, Rows::of(&chunk))?.into_owned();
                Ok(Some((chunk, lists)))
            }
        }
    }
}

impl Operator for Unwind {
    fn next(&mut self, cx: &mut Context) -> Result<Option<Chunk>> {
        while let Some((chunk, lists)) = self.next_chunk(cx)? {
            let (parents, values) = self.find(&chunk, &lists, cx.batch());
            let out = (!parents.is_empty()).then(|| {
                let mut out = chunk.gather(&parents, &self.live);
                if self.live.contains(self.slot) {
                    out.set(self.slot, Column::from_values(values));
                }
                out
            });
            self.chunk = Some((chunk, lists));
            if out.is_some() {
                return Ok(out);
            }
        }
        Ok(None)
    }

    fn reset(&mut self) {
        self.input.reset();
        self.chunk = None;
        self.row = 0;
        self.element = 0;
    }
}

/// The elements that a value stands for when it is unwound.
pub(super) fn elements(value: Value) -> Arc<Vec<Value>> {
    match value {
        Value::Null => Arc::default(),
        Value::List(items) => items,
        other => Arc::new(vec![other]),
    }
}
