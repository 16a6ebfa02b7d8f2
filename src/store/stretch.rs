//! A stretch of numbers in an array that others have stretches of too.
//!
//! What is read of a file at once is one array, and each segment has its part of it without a copy. The array stays as
//! long as any part of it is in use.

use std::ops::{Deref, Range};
use std::sync::Arc;

/// Numbers in a shared array.
#[derive(Clone, Debug)]
pub(crate) struct Stretch {
    array: Arc<[u32]>,
    start: usize,
    end: usize,
}

impl Stretch {
    /// A part of an array; `None` where the array ends before.
    pub(crate) fn of(array: &Arc<[u32]>, range: Range<usize>) -> Option<Stretch> {
        array.get(range.clone())?;
        Some(Stretch { array: Arc::clone(array), start: range.start, end: range.end })
    }
}

impl Deref for Stretch {
    type Target = [u32];

    #[inline]
    fn deref(&self) -> &[u32] {
        &self.array[self.start..self.end]
    }
}

impl From<Vec<u32>> for Stretch {
    fn from(numbers: Vec<u32>) -> Stretch {
        Stretch { start: 0, end: numbers.len(), array: numbers.into() }
    }
}

impl Default for Stretch {
    fn default() -> Stretch {
        Stretch::from(Vec::new())
    }
}
