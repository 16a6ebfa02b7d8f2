//! Drops rows that are equal to an earlier one.

use super::super::chunk::Chunk;
use super::super::column::Column;
use super::super::context::Context;
use super::super::grouping::Groups;
use super::filter::select;
use super::{Operator, Stage};
use crate::error::Result;
use crate::semantic::bound::Slot;

/// Keeps the first of the rows that agree in some slots, once.
pub(super) struct Distinct {
    input: Stage,
    slots: Vec<Slot>,
    groups: Groups,
}

impl Distinct {
    pub(super) fn new(input: Stage, slots: Vec<Slot>) -> Distinct {
        Distinct { input, slots, groups: Groups::default() }
    }
}

impl Operator for Distinct {
    fn next(&mut self, cx: &mut Context) -> Result<Option<Chunk>> {
        while let Some(mut chunk) = self.input.next(cx)? {
            let columns: Vec<&Column> = self.slots.iter().map(|&slot| chunk.column(slot)).collect();
            let mut kept = Vec::new();
            for position in chunk.positions() {
                let (_, new) = self.groups.insert(cx, &columns, position as usize)?;
                if new {
                    kept.push(position);
                }
            }
            chunk.multiplicity = None;
            if let Some(chunk) = select(chunk, kept) {
                return Ok(Some(chunk));
            }
        }
        self.groups.clear();
        Ok(None)
    }

    fn reset(&mut self) {
        self.input.reset();
        self.groups.clear();
    }
}
