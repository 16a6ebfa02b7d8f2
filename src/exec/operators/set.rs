//! Changes properties and labels.

use super::super::chunk::Live;
use super::super::context::Context;
use super::super::memory::Held;
use super::buffer::Queue;
use super::changes::{apply_items, frame_of};
use super::{Operator, Stage, drain};
use crate::error::Result;
use crate::exec::chunk::Chunk;
use crate::semantic::bound::SetItem;

/// Makes the changes for each row, one after another.
pub(super) struct Set {
    input: Stage,
    live: Live,
    items: Vec<SetItem>,
    run: bool,
    queue: Queue,
    held: Held,
}

impl Set {
    pub(super) fn new(input: Stage, live: Live, items: Vec<SetItem>) -> Set {
        Set { input, live, items, run: false, queue: Queue::default(), held: Held::default() }
    }

    fn apply(&self, cx: &mut Context, chunk: &Chunk) -> Result<()> {
        for position in 0..chunk.len {
            cx.tick()?;
            let frame = frame_of(cx, chunk, position);
            // Equal rows one after another: a change may build on the one before.
            for _ in 0..chunk.times(position) {
                cx.tick()?;
                apply_items(cx, &self.items, &frame)?;
            }
        }
        Ok(())
    }
}

impl Operator for Set {
    fn next(&mut self, cx: &mut Context) -> Result<Option<Chunk>> {
        if !std::mem::replace(&mut self.run, true) {
            for chunk in drain(&mut self.input, cx, None, &mut self.held)? {
                self.apply(cx, &chunk)?;
                self.queue.push(chunk.compact(&self.live));
            }
        }
        Ok(self.queue.pop(cx.batch()))
    }

    fn reset(&mut self) {
        self.input.reset();
        self.run = false;
        self.queue.clear();
        self.held.release();
    }
}
