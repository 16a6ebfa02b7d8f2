//! Places in a source text.
//!
//! A [`Span`] says which bytes of a text something came from. Spans never take part in equality: two syntax trees
//! or expressions are equal when they say the same thing, wherever each was written. (The binder relies on it when
//! it looks for a grouping key inside a larger expression.)

use std::fmt;
use std::hash::{Hash, Hasher};

/// A half-open range of byte offsets into a source text.
#[derive(Clone, Copy, Default)]
pub struct Span {
    /// Offset of the first byte.
    pub start: u32,
    /// Offset one past the last byte.
    pub end: u32,
}

impl Span {
    /// The range `start..end`. Offsets beyond `u32::MAX` are clamped; inputs of that size are refused earlier.
    pub fn new(start: usize, end: usize) -> Self {
        let clamp = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Span { start: clamp(start), end: clamp(end) }
    }

    /// The smallest span that covers both.
    pub fn to(self, other: Span) -> Span {
        Span { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The bytes of `text` that the span covers; empty when it does not lie inside the text.
    pub fn of(self, text: &str) -> &str {
        text.get(self.start as usize..self.end as usize).unwrap_or("")
    }
}

impl PartialEq for Span {
    fn eq(&self, _: &Span) -> bool {
        true
    }
}

impl Eq for Span {}

impl Hash for Span {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.start, self.end)
    }
}

/// Line and column of a byte offset, both counted from 1; the column counts code points.
///
/// ```
/// assert_eq!(standpoint::span::line_column("ab\ncé!", 6), (2, 3));
/// ```
pub fn line_column(text: &str, offset: usize) -> (usize, usize) {
    let before = before(text, offset);
    let line = before.bytes().filter(|b| *b == b'\n').count() + 1;
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    (line, before[line_start..].chars().count() + 1)
}

/// How many code points stand before a byte offset.
///
/// ```
/// assert_eq!(standpoint::span::code_points_before("aé!", 3), 2);
/// ```
pub fn code_points_before(text: &str, offset: usize) -> usize {
    before(text, offset).chars().count()
}

/// The text before a byte offset, without the beginning of a code point.
fn before(text: &str, offset: usize) -> &str {
    let mut end = offset.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}
