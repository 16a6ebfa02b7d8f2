//! The rows of several plans one after another.

use super::super::chunk::{Chunk, Live};
use super::super::column::Column;
use super::super::context::Context;
use super::{Operator, Stage};
use crate::error::Result;
use crate::semantic::bound::Slot;

/// Gives the rows of each arm, its columns moved to where the union's columns go.
pub(super) struct Union {
    live: Live,
    arms: Vec<(Stage, Vec<Slot>)>,
    columns: Vec<Slot>,
    arm: usize,
}

impl Union {
    pub(super) fn new(live: Live, arms: Vec<(Stage, Vec<Slot>)>, columns: Vec<Slot>) -> Union {
        Union { live, arms, columns, arm: 0 }
    }
}

impl Operator for Union {
    fn next(&mut self, cx: &mut Context) -> Result<Option<Chunk>> {
        while let Some((stage, slots)) = self.arms.get_mut(self.arm) {
            if let Some(chunk) = stage.next(cx)? {
                return Ok(Some(moved(chunk, slots, &self.columns).compact(&self.live)));
            }
            self.arm += 1;
        }
        Ok(None)
    }

    fn reset(&mut self) {
        self.arms.iter_mut().for_each(|(stage, _)| stage.reset());
        self.arm = 0;
    }
}

/// The chunk with its columns moved; those of one arm may be those of the union.
fn moved(mut chunk: Chunk, from: &[Slot], to: &[Slot]) -> Chunk {
    let columns: Vec<Column> = from.iter().map(|&slot| present(chunk.column(slot))).collect();
    for (&slot, column) in to.iter().zip(columns) {
        chunk.set(slot, column);
    }
    chunk
}

fn present(column: &Column) -> Column {
    if column.is_unset() { Column::Constant(crate::value::Value::Null) } else { column.clone() }
}
