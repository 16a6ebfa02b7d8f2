//! Computes values for each row.

use super::super::chunk::{Chunk, Live};
use super::super::column::Column;
use super::super::context::Context;
use super::super::eval::vector::{Rows, eval_column};
use super::{Operator, Stage};
use crate::error::Result;
use crate::semantic::bound::{Expr, Slot};
use std::sync::Arc;

/// Adds computed columns. An item sees the slots of the items before it.
pub(super) struct Project {
    input: Stage,
    live: Live,
    items: Arc<Vec<(Slot, Expr)>>,
}

impl Project {
    pub(super) fn new(input: Stage, live: Live, items: Arc<Vec<(Slot, Expr)>>) -> Project {
        Project { input, live, items }
    }
}

impl Operator for Project {
    fn next(&mut self, cx: &mut Context) -> Result<Option<Chunk>> {
        let Some(chunk) = self.input.next(cx)? else { return Ok(None) };
        let mut chunk = chunk.dense();
        for (slot, expr) in self.items.iter() {
            let column: Column = eval_column(cx, expr, Rows::of(&chunk))?.into_owned();
            chunk.set(*slot, column);
        }
        Ok(Some(chunk.compact(&self.live)))
    }

    fn reset(&mut self) {
        self.input.reset();
    }
}
