//! The memory that a run holds, counted against its budget.
//!
//! What an operator keeps is counted by a [`Held`], what it has given last by its stage, and what is still being built
//! by a [`Growing`]. A value that several hold counts once: each holder takes its share.

use super::context::Context;
use crate::error::{Detail, Error, ErrorType, Result};
use crate::value::{Value, share_bytes};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The memory that the operators of a run and of its subqueries hold together.
#[derive(Debug)]
pub(super) struct Pool {
    limit: Option<u64>,
    /// What is used all the time: by the statement itself.
    reserved: u64,
    used: AtomicU64,
    /// The most that was used at once, when there is a profile.
    most: AtomicU64,
    /// What each operator holds, by its number in the profile; empty without one.
    operators: Vec<Usage>,
}

#[derive(Debug, Default)]
struct Usage {
    now: AtomicU64,
    peak: AtomicU64,
}

impl Pool {
    /// A pool for a budget of which a part is used from the start, and for so many operators.
    pub(super) fn new(limit: Option<u64>, reserved: u64, operators: usize) -> Pool {
        let mut usages = Vec::new();
        usages.resize_with(operators, Usage::default);
        Pool { limit, reserved, used: AtomicU64::new(0), most: AtomicU64::new(0), operators: usages }
    }

    pub(super) fn used(&self) -> u64 {
        self.used.load(Ordering::Relaxed)
    }

    /// The most bytes that were used at once; 0 without a profile.
    pub(super) fn most(&self) -> u64 {
        self.most.load(Ordering::Relaxed)
    }

    /// How many bytes are left.
    pub(super) fn room(&self) -> u64 {
        self.limit.map_or(u64::MAX, |limit| limit.saturating_sub(self.reserved).saturating_sub(self.used()))
    }

    /// The most bytes an operator has held at once.
    pub(super) fn peak(&self, operator: usize) -> u64 {
        self.operators.get(operator).map_or(0, |usage| usage.peak.load(Ordering::Relaxed))
    }

    pub(super) fn take(&self, operator: Option<usize>, bytes: u64) -> Result<()> {
        let used = self.used.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes);
        if !self.operators.is_empty() {
            self.most.fetch_max(used, Ordering::Relaxed);
        }
        if let Some(usage) = operator.and_then(|at| self.operators.get(at)) {
            let now = usage.now.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes);
            usage.peak.fetch_max(now, Ordering::Relaxed);
        }
        match self.limit {
            Some(limit) if used > limit.saturating_sub(self.reserved) => Err(self.exceeded()),
            _ => Ok(()),
        }
    }

    fn give_back(&self, operator: Option<usize>, bytes: u64) {
        self.used.fetch_sub(bytes, Ordering::Relaxed);
        if let Some(usage) = operator.and_then(|at| self.operators.get(at)) {
            usage.now.fetch_sub(bytes, Ordering::Relaxed);
        }
    }

    /// The error of a statement that needs more than its budget.
    pub(super) fn exceeded(&self) -> Error {
        exceeded(self.limit)
    }
}

/// The error of a statement that needs more than its budget.
pub(crate) fn exceeded(limit: Option<u64>) -> Error {
    let message = match limit {
        Some(limit) if limit >= 1 << 20 => format!("the statement needs more than its {} MiB of memory", limit >> 20),
        Some(limit) => format!("the statement needs more than its {limit} bytes of memory"),
        None => "the statement needs more memory than there can be".to_owned(),
    };
    Error::runtime(ErrorType::ResourceLimit, Detail::MemoryLimit, message)
}

/// About how many bytes rows may take that are handed on together, unless one alone takes more.
pub(super) const CHUNK_BYTES: u64 = 4 << 20;

/// Below so many bytes nothing is taken from the pool ahead.
const EXACT: u64 = 1 << 16;
/// The part of what is held, and of the room that is left, that is taken ahead at most.
const AHEAD: u64 = 16;

/// Memory that an operator holds; given back when dropped. One that grows in many small steps takes from the pool, which
/// threads share, a little ahead.
#[derive(Debug, Default)]
pub(super) struct Held {
    bytes: u64,
    /// How many were taken from the pool.
    taken: u64,
    /// Where it is counted, and for which operator.
    place: Option<(Arc<Pool>, Option<usize>)>,
}

impl Held {
    /// Takes more.
    ///
    /// # Errors
    /// When the statement holds more than it may.
    pub(super) fn grow(&mut self, cx: &Context, bytes: u64) -> Result<()> {
        // One holder alone cannot count beyond this; a sum of several cannot wrap.
        let bytes = bytes.min(1 << 60);
        self.bytes = self.bytes.saturating_add(bytes);
        cx.note_built(bytes);
        if self.bytes <= self.taken {
            return Ok(());
        }
        let (pool, operator) = self.place.get_or_insert_with(|| (Arc::clone(cx.pool()), cx.operator));
        let missing = self.bytes - self.taken;
        let ahead = if self.bytes < EXACT { 0 } else { self.bytes.min(pool.room().saturating_sub(missing)) / AHEAD };
        self.taken = self.bytes.saturating_add(ahead);
        pool.take(*operator, missing.saturating_add(ahead))
    }

    /// Holds this much from now on.
    ///
    /// # Errors
    /// When the statement holds more than it may.
    pub(super) fn set(&mut self, cx: &Context, bytes: u64) -> Result<()> {
        if bytes > self.bytes {
            return self.grow(cx, bytes - self.bytes);
        }
        if let Some((pool, operator)) = &self.place {
            pool.give_back(*operator, self.taken - bytes);
        }
        (self.bytes, self.taken) = (bytes, bytes);
        Ok(())
    }

    /// Holds what another held, too.
    pub(super) fn absorb(&mut self, mut other: Held) {
        if self.place.is_none() {
            return *self = other;
        }
        self.bytes = self.bytes.saturating_add(std::mem::take(&mut other.bytes));
        self.taken = self.taken.saturating_add(std::mem::take(&mut other.taken));
    }

    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Gives everything back.
    pub(super) fn release(&mut self) {
        if let Some((pool, operator)) = &self.place {
            pool.give_back(*operator, self.taken);
        }
        (self.bytes, self.taken) = (0, 0);
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.release();
    }
}

/// Values being built that no operator holds yet: they may take what memory is left, and building them can be
/// cancelled.
pub(super) struct Growing<'a> {
    cx: &'a Context,
    values: Vec<Value>,
    bytes: u64,
    room: u64,
}

impl<'a> Growing<'a> {
    pub(super) fn new(cx: &'a Context) -> Growing<'a> {
        Growing::with_capacity(cx, 0)
    }

    /// With a place for so many values, which must not be more than a batch.
    pub(super) fn with_capacity(cx: &'a Context, values: usize) -> Growing<'a> {
        Growing { cx, values: Vec::with_capacity(values), bytes: 0, room: cx.pool().room() }
    }

    /// Adds a value.
    ///
    /// # Errors
    /// When the values take more than is left, or the statement is to stop.
    pub(super) fn push(&mut self, value: Value) -> Result<()> {
        self.count(&value)?;
        self.values.push(value);
        Ok(())
    }

    /// Counts a value that is kept elsewhere.
    ///
    /// # Errors
    /// As [`Growing::push`].
    pub(super) fn count(&mut self, value: &Value) -> Result<()> {
        self.bytes = self.bytes.saturating_add(share_bytes(value, 0));
        if self.bytes > self.room {
            return Err(self.cx.pool().exceeded());
        }
        self.cx.tick()
    }

    pub(super) fn into_values(self) -> Vec<Value> {
        self.cx.note_built(self.bytes);
        self.values
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pool_counts_for_all_and_for_each_operator() {
        let pool = Pool::new(Some(1100), 1000, 2);
        assert!(pool.take(Some(0), 60).is_ok());
        pool.give_back(Some(0), 20);
        assert!(pool.take(Some(1), 50).is_ok());
        assert_eq!((pool.used(), pool.room()), (90, 10));
        assert_eq!((pool.peak(0), pool.peak(1)), (60, 50));
        assert_eq!(pool.take(None, 11).unwrap_err().detail(), Detail::MemoryLimit);
    }
}
