//! Hands rows on in slices, as many at once as values that take much memory allow.

use super::super::chunk::Chunk;
use super::super::context::Context;
use super::super::memory::CHUNK_BYTES;
use super::{Operator, Stage};
use crate::error::Result;

/// How many rows the first slice has.
const FIRST: usize = 1;
/// How many times as many rows the next slice may have.
const GROWTH: usize = 16;

/// Stands before an operator that may build a large value for each row, so that it does not build those of a whole
/// chunk at once. How many rows a slice has follows from how much was built from the one before.
pub(super) struct Slices {
    input: Stage,
    /// How many rows the next slice has at most.
    rows: usize,
    /// The rows of the last slice, and what had been built before it.
    given: Option<(usize, u64)>,
    /// A chunk without a selection, and the first row that has not been given.
    rest: Option<(Chunk, usize)>,
}

impl Slices {
    pub(super) fn new(input: Stage) -> Slices {
        Slices { input, rows: FIRST, given: None, rest: None }
    }

    /// Chooses the size of the next slice.
    fn adapt(&mut self, built: u64) {
        let Some((rows, before)) = self.given.take() else { return };
        let each = built.saturating_sub(before).div_ceil(rows.max(1) as u64);
        let fitting = usize::try_from(CHUNK_BYTES / each.max(1)).unwrap_or(usize::MAX);
        self.rows = fitting.clamp(1, self.rows.saturating_mul(GROWTH));
    }

    fn slice(&mut self, chunk: Chunk, from: usize) -> Chunk {
        let slice = chunk.split(from, self.rows);
        let next = from + slice.len;
        self.rest = (next < chunk.len).then_some((chunk, next));
        slice
    }
}

impl Operator for Slices {
    fn next(&mut self, cx: &mut Context) -> Result<Option<Chunk>> {
        self.adapt(cx.built());
        let slice = match self.rest.take() {
            Some((chunk, from)) => self.slice(chunk, from),
            None => match self.input.next(cx)? {
                Some(chunk) if chunk.rows() > self.rows => self.slice(chunk.dense(), 0),
                Some(chunk) => chunk,
                None => return Ok(None),
            },
        };
        self.given = Some((slice.rows(), cx.built()));
        Ok(Some(slice))
    }

    fn reset(&mut self) {
        self.input.reset();
        (self.given, self.rest) = (None, None);
    }
}
