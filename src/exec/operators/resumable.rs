//! Operators that may pause inside a chunk of their input: they give a batch, and go on from the same row when asked
//! again.

use super::super::chunk::Chunk;
use super::super::context::Context;
use super::{Operator, Stage};
use crate::error::Result;

/// How far an operator has come in its input.
pub(super) struct Progress {
    input: Stage,
    /// The chunk under way.
    chunk: Option<Chunk>,
    /// The present row of that chunk.
    pub(super) row: usize,
}

impl Progress {
    pub(super) fn new(input: Stage) -> Progress {
        Progress { input, chunk: None, row: 0 }
    }

    /// The chunk under way, or the next of the input from its first row.
    fn chunk(&mut self, cx: &mut Context) -> Result<Option<Chunk>> {
        match self.chunk.take() {
            Some(chunk) if self.row < chunk.rows() => Ok(Some(chunk)),
            _ => {
                self.row = 0;
                self.input.next(cx)
            }
        }
    }

    fn reset(&mut self) {
        self.input.reset();
        self.chunk = None;
        self.row = 0;
    }
}

/// An operator that goes through its input row by row, and may pause in any of them.
pub(super) trait Resumable: Send {
    /// How far it has come.
    fn progress(&mut self) -> &mut Progress;

    /// Goes on from the present row of a chunk, moving it on; what was found, or nothing when that is not a single row.
    fn go_on(&mut self, cx: &mut Context, chunk: &Chunk) -> Result<Option<Chunk>>;

    /// Forgets what it knows of the present row.
    fn forget(&mut self);
}

impl<T: Resumable> Operator for T {
    fn next(&mut self, cx: &mut Context) -> Result<Option<Chunk>> {
        while let Some(chunk) = self.progress().chunk(cx)? {
            let out = self.go_on(cx, &chunk);
            self.progress().chunk = Some(chunk);
            if !matches!(out, Ok(None)) {
                return out;
            }
        }
        Ok(None)
    }

    fn reset(&mut self) {
        self.progress().reset();
        self.forget();
    }
}
