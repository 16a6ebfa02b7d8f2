//! Finds or creates.

use super::super::chunk::{Chunk, Live};
use super::super::context::Context;
use super::super::memory::Held;
use super::buffer::Queue;
use super::changes::{apply_items, chunk_of, frame_of};
use super::create::Creation;
use super::{Operator, Stage, drain, flat};
use crate::error::Result;
use crate::semantic::bound::SetItem;
use crate::value::Value;

/// For each row, one after another: the matches of a pattern, or what is created for want of one.
pub(super) struct Merge {
    input: Stage,
    live: Live,
    inner: Stage,
    creation: Creation,
    on_create: Vec<SetItem>,
    on_match: Vec<SetItem>,
    run: bool,
    queue: Queue,
    held: Held,
}

impl Merge {
    pub(super) fn new(
        input: Stage,
        live: Live,
        inner: Stage,
        creation: Creation,
        [on_create, on_match]: [Vec<SetItem>; 2],
    ) -> Merge {
        let (queue, held) = (Queue::default(), Held::default());
        Merge { input, live, inner, creation, on_create, on_match, run: false, queue, held }
    }

    fn merge(&mut self, cx: &mut Context, chunk: &Chunk, position: usize) -> Result<Vec<Vec<Value>>> {
        cx.check()?;
        let frame = frame_of(cx, chunk, position);
        let mut frames = self.find(cx, chunk, position, &frame)?;
        if frames.is_empty() {
            let mut frame = frame;
            self.held.grow(cx, size_of_val(&*frame) as u64)?;
            self.creation.run(cx, &mut frame)?;
            apply_items(cx, &self.on_create, &frame)?;
            return Ok(vec![frame]);
        }
        for frame in &mut frames {
            self.creation.build_paths(cx, frame)?;
            apply_items(cx, &self.on_match, frame)?;
        }
        Ok(frames)
    }

    /// The rows that the inner plan finds for a row, joined to it.
    fn find(&mut self, cx: &mut Context, chunk: &Chunk, position: usize, frame: &[Value]) -> Result<Vec<Vec<Value>>> {
        self.inner.reset();
        cx.arguments.push(chunk.split(position, 1));
        let mut frames = Vec::new();
        while let Some(found) = self.inner.next(cx)? {
            let found = cx.flatten(found)?;
            for at in 0..found.len {
                let mut joined = frame.to_vec();
                for (value, column) in joined.iter_mut().zip(&found.columns) {
                    if !column.is_unset() {
                        *value = column.get(at);
                    }
                }
                self.held.grow(cx, size_of_val(&*joined) as u64)?;
                frames.push(joined);
            }
        }
        cx.arguments.pop();
        Ok(frames)
    }
}

impl Operator for Merge {
    fn next(&mut self, cx: &mut Context) -> Result<Option<Chunk>> {
        if !std::mem::replace(&mut self.run, true) {
            for chunk in drain(&mut self.input, cx, None, &mut self.held)? {
                let chunk = flat(cx, chunk, &mut self.held)?;
                let mut frames = Vec::with_capacity(chunk.len);
                for position in 0..chunk.len {
                    frames.extend(self.merge(cx, &chunk, position)?);
                }
                self.queue.push(chunk_of(cx, &frames, &self.live));
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
