//! For each row, one row for each element of a list.

use super::super::chunk::{Chunk, Live};
use super::super::column::Column;
use super::super::context::Context;
use super::super::eval::scalar::{self, Row};
use super::super::later::discard;
use super::super::memory::Held;
use super::Stage;
use super::resumable::{Progress, Resumable};
use crate::error::Result;
use crate::semantic::bound::{Expr, Slot};
use crate::value::{Nested, Value, share_bytes};
use std::sync::Arc;

/// Null gives no row, a value that is no list gives one. One list is held at a time, and one that is the same for every
/// row is computed once.
pub(super) struct Unwind {
    progress: Progress,
    live: Live,
    list: Expr,
    slot: Slot,
    /// Whether the list is the same for every row.
    fixed: bool,
    /// The list of the present row.
    items: Option<Arc<Nested<Vec<Value>>>>,
    /// The next element of the present row.
    element: usize,
    held: Held,
}

impl Unwind {
    pub(super) fn new(input: Stage, live: Live, list: Expr, slot: Slot) -> Unwind {
        let fixed = list.is_fixed();
        Unwind {
            progress: Progress::new(input),
            live,
            list,
            slot,
            fixed,
            items: None,
            element: 0,
            held: Held::default(),
        }
    }

    /// The next batch of elements with the positions of their rows.
    fn take(&mut self, cx: &Context, chunk: &Chunk) -> Result<(Vec<u32>, Vec<Value>)> {
        let (mut parents, mut values) = (Vec::new(), Vec::new());
        while self.progress.row < chunk.rows() && values.len() < cx.batch() {
            cx.check()?;
            let position = chunk.position(self.progress.row);
            let items = self.items_at(cx, chunk, position)?;
            let rest = items.get(self.element..).unwrap_or_default();
            let taken = rest.len().min(cx.batch() - values.len());
            values.extend_from_slice(&rest[..taken]);
            parents.resize(values.len(), position as u32);
            self.element += taken;
            if self.element >= items.len() {
                self.progress.row += 1;
                self.element = 0;
            } else {
                self.items = Some(items);
            }
        }
        Ok((parents, values))
    }

    fn items_at(&mut self, cx: &Context, chunk: &Chunk, position: usize) -> Result<Arc<Nested<Vec<Value>>>> {
        if let Some(items) = if self.fixed { self.items.clone() } else { self.items.take() } {
            return Ok(items);
        }
        let list = scalar::eval(cx, &self.list, Row::Chunk(chunk, position));
        let list = list.map_err(|error| error.at(self.list.span))?;
        self.held.set(cx, share_bytes(&list, 0))?;
        let items = elements(list);
        if self.fixed {
            self.items = Some(Arc::clone(&items));
        }
        Ok(items)
    }
}

impl Resumable for Unwind {
    fn progress(&mut self) -> &mut Progress {
        &mut self.progress
    }

    fn go_on(&mut self, cx: &mut Context, chunk: &Chunk) -> Result<Option<Chunk>> {
        let (parents, values) = self.take(cx, chunk)?;
        Ok((!parents.is_empty()).then(|| {
            let mut out = chunk.gather(&parents, &self.live);
            if self.live.contains(self.slot) {
                out.set(self.slot, Column::from_values(values));
            }
            out
        }))
    }

    fn forget(&mut self) {
        discard(self.items.take(), self.held.bytes());
        self.element = 0;
        self.held.release();
    }
}

/// The elements that a value stands for when it is unwound.
pub(super) fn elements(value: Value) -> Arc<Nested<Vec<Value>>> {
    match value {
        Value::Null => Arc::default(),
        Value::List(items) => items,
        other => Arc::new(vec![other].into()),
    }
}
