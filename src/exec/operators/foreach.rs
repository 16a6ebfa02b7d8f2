//! Runs an updating plan for each element of a list.

use super::super::chunk::{Chunk, Live};
use super::super::column::Column;
use super::super::context::Context;
use super::super::eval::scalar::{Row, eval};
use super::super::memory::Held;
use super::buffer::Queue;
use super::unwind::elements;
use super::{Operator, Stage, drain, flat};
use crate::error::Result;
use crate::semantic::bound::{Expr, Slot};

/// For each row, one after another, and each element; gives the input's rows.
pub(super) struct Foreach {
    input: Stage,
    live: Live,
    inner: Stage,
    slot: Slot,
    list: Expr,
    run: bool,
    queue: Queue,
    held: Held,
}

impl Foreach {
    pub(super) fn new(input: Stage, live: Live, inner: Stage, slot: Slot, list: Expr) -> Foreach {
        Foreach { input, live, inner, slot, list, run: false, queue: Queue::default(), held: Held::default() }
    }

    fn each(&mut self, cx: &mut Context, chunk: &Chunk, position: usize) -> Result<()> {
        let list = eval(cx, &self.list, Row::Chunk(chunk, position))?;
        for element in elements(list).iter() {
            let mut argument = chunk.split(position, 1);
            argument.set(self.slot, Column::Constant(element.clone()));
            self.inner.reset();
            cx.arguments.push(argument);
            while self.inner.next(cx)?.is_some() {}
            cx.arguments.pop();
        }
        Ok(())
    }
}

impl Operator for Foreach {
    fn next(&mut self, cx: &mut Context) -> Result<Option<Chunk>> {
        if !std::mem::replace(&mut self.run, true) {
            for chunk in drain(&mut self.input, cx, None, &mut self.held)? {
                let chunk = flat(cx, chunk, &mut self.held)?;
                for position in 0..chunk.len {
                    self.each(cx, &chunk, position)?;
                }
                self.queue.push(chunk.compact(&self.live));
            }
        }
        Ok(self.queue.pop(cx.batch()))
    }

    fn reset(&mut self) {
        self.input.reset();
        self.inner.reset();
        self.run = false;
        self.queue.clear();
        self.held.release();
    }
}
