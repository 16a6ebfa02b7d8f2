//! Rows held back: the `Eager` operator, and the queue that the write operators give their rows from.

use super::super::chunk::{Chunk, Live};
use super::super::context::Context;
use super::super::memory::Held;
use super::{Operator, Stage, drain};
use crate::error::Result;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

/// Chunks that wait to be given; they may be larger than a batch.
#[derive(Default)]
pub(super) struct Queue {
    chunks: VecDeque<Chunk>,
    /// How many positions of the first one have been given.
    given: usize,
}

impl Queue {
    pub(super) fn push(&mut self, chunk: Chunk) {
        if !chunk.is_empty() {
            self.chunks.push_back(chunk.dense());
        }
    }

    /// The next rows, at most `batch`.
    pub(super) fn pop(&mut self, batch: usize) -> Option<Chunk> {
        let first = self.chunks.front()?;
        if self.given == 0 && first.len <= batch {
            return self.chunks.pop_front();
        }
        let part = first.split(self.given, batch);
        self.given += part.len;
        if self.given >= first.len {
            self.chunks.pop_front();
            self.given = 0;
        }
        Some(part)
    }

    pub(super) fn clear(&mut self) {
        self.chunks.clear();
        self.given = 0;
    }
}

/// Rows that one part of a plan leaves for the next.
#[derive(Clone, Default)]
pub(super) struct Handover {
    queue: Arc<Mutex<Queue>>,
}

impl Handover {
    pub(super) fn push(&self, chunk: Chunk) {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).push(chunk);
    }

    /// Drops what has not been taken.
    pub(super) fn clear(&self) {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

impl Operator for Handover {
    fn next(&mut self, cx: &mut Context) -> Result<Option<Chunk>> {
        Ok(self.queue.lock().unwrap_or_else(PoisonError::into_inner).pop(cx.batch()))
    }

    /// Its rows are given once: it stands only in the outermost chain of a plan, which is never run again.
    fn reset(&mut self) {}
}

/// Reads all input before giving any.
pub(super) struct Eager {
    input: Stage,
    live: Live,
    read: bool,
    queue: Queue,
    held: Held,
}

impl Eager {
    pub(super) fn new(input: Stage, live: Live) -> Eager {
        Eager { input, live, read: false, queue: Queue::default(), held: Held::default() }
    }
}

impl Operator for Eager {
    fn next(&mut self, cx: &mut Context) -> Result<Option<Chunk>> {
        if !std::mem::replace(&mut self.read, true) {
            for chunk in drain(&mut self.input, cx, Some(&self.live), &mut self.held)? {
                self.queue.push(chunk);
            }
        }
        let chunk = self.queue.pop(cx.batch());
        if chunk.is_none() {
            self.held.release();
        }
        Ok(chunk)
    }

    fn reset(&mut self) {
        self.input.reset();
        self.read = false;
        self.queue.clear();
        self.held.release();
    }
}
