//! Operators without input.

use super::super::chunk::{Chunk, Live};
use super::super::context::Context;
use super::Operator;
use crate::error::{Error, Result};

/// One row without values.
#[derive(Default)]
pub(super) struct Unit {
    done: bool,
}

impl Operator for Unit {
    fn next(&mut self, cx: &mut Context) -> Result<Option<Chunk>> {
        let first = !std::mem::replace(&mut self.done, true);
        Ok(first.then(|| Chunk::new(cx.frame(), 1)))
    }

    fn reset(&mut self) {
        self.done = false;
    }
}

/// The rows that the enclosing operator hands in.
pub(super) struct Argument {
    live: Live,
    done: bool,
}

impl Argument {
    pub(super) fn new(live: Live) -> Argument {
        Argument { live, done: false }
    }
}

impl Operator for Argument {
    fn next(&mut self, cx: &mut Context) -> Result<Option<Chunk>> {
        if std::mem::replace(&mut self.done, true) {
            return Ok(None);
        }
        let chunk = cx.argument().ok_or_else(|| Error::internal("a plan needs an argument and has none"))?;
        let chunk = chunk.gather(&chunk.positions(), &self.live);
        Ok((!chunk.is_empty()).then_some(chunk))
    }

    fn reset(&mut self) {
        self.done = false;
    }
}

/// Stands where a plan is not well formed.
pub(super) struct Broken;

impl Operator for Broken {
    fn next(&mut self, _: &mut Context) -> Result<Option<Chunk>> {
        Err(Error::internal("a source has an input"))
    }

    fn reset(&mut self) {}
}
