//! How often a row counts, as a value.

use super::super::chunk::{Chunk, Live, uncountable_rows};
use super::super::column::Column;
use super::super::context::Context;
use super::{Operator, Stage};
use crate::error::Result;
use crate::semantic::bound::Slot;

/// Writes how often each row counts; from then on it counts once.
pub(super) struct RowCounts {
    input: Stage,
    live: Live,
    slots: Vec<Slot>,
}

impl RowCounts {
    pub(super) fn new(input: Stage, live: Live, slots: Vec<Slot>) -> RowCounts {
        RowCounts { input, live, slots }
    }
}

impl Operator for RowCounts {
    fn next(&mut self, cx: &mut Context) -> Result<Option<Chunk>> {
        let Some(chunk) = self.input.next(cx)? else { return Ok(None) };
        let mut chunk = chunk.compact(&self.live);
        let counts = match chunk.multiplicity.take() {
            None => vec![1; chunk.len],
            Some(times) => {
                let numbers = times.into_iter().map(|times| i64::try_from(times).map_err(|_| uncountable_rows()));
                numbers.collect::<Result<_>>()?
            }
        };
        for slot in self.slots.iter().skip(1).filter(|slot| self.live.contains(**slot)) {
            chunk.set(*slot, Column::Ints(counts.clone()));
        }
        if let Some(first) = self.slots.first() {
            chunk.set(*first, Column::Ints(counts));
        }
        Ok(Some(chunk))
    }

    fn reset(&mut self) {
        self.input.reset();
    }
}
