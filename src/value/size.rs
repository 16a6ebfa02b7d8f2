//! What nests: lists and maps, each with its size and depth beside its content, and how much memory a value takes.

use super::{Map, RelId, Value};
use crate::error::{Detail, Error, ErrorType, Result};
use std::ops::Deref;
use std::sync::Arc;

/// The counts in front of what is shared.
const SHARED: u64 = 16;

/// What is known of a value without looking at its parts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shape {
    /// How many lists and maps stand inside each other; 0 for a value that is neither.
    pub depth: u32,
    /// How many values it holds when every shared part is counted each time it occurs; saturates.
    pub values: u64,
    /// About how many bytes it takes on the heap when every shared part is counted each time it occurs; saturates.
    pub bytes: u64,
}

/// How many lists and maps may stand inside each other in a value that a statement makes or is given. What walks a
/// value, to compare or to write it, recurses as deep.
pub const MAX_DEPTH: u32 = 200;

/// How many values a value may hold, shared ones counted each time, so that it can be written out.
pub const MAX_VALUES: u64 = 100_000_000;

impl Shape {
    /// Refuses a value that is nested too deeply, or takes more than `max_bytes`.
    ///
    /// # Errors
    /// `ResourceLimit`: `NestingTooDeep` or `MemoryLimit`.
    pub fn check(&self, max_bytes: u64) -> Result<()> {
        let refused = |detail, what: String| Err(Error::runtime(ErrorType::ResourceLimit, detail, what));
        if self.depth > MAX_DEPTH {
            let message = format!("lists and maps are nested more than {MAX_DEPTH} levels deep");
            return refused(Detail::NestingTooDeep, message);
        }
        if self.values > MAX_VALUES {
            return refused(Detail::MemoryLimit, format!("the value holds more than {MAX_VALUES} values"));
        }
        if self.bytes > max_bytes {
            return refused(Detail::MemoryLimit, format!("a value may take no more than {max_bytes} bytes here"));
        }
        Ok(())
    }

    /// Counts a part of a list or map.
    fn add(&mut self, part: &Value, own_bytes: u64) {
        let inner = part.shape();
        self.depth = self.depth.max(inner.depth + 1);
        self.values = self.values.saturating_add(inner.values);
        self.bytes = self.bytes.saturating_add(inner.bytes).saturating_add(own_bytes);
    }
}

/// The content of a list or map value, with its shape. It cannot be changed, so the shape stays true.
///
/// ```
/// use standpoint::value::Value;
/// let inner = Value::list(vec![Value::Int(1), Value::Int(2)]);
/// let outer = Value::list(vec![inner.clone(), inner]);
/// assert_eq!((outer.shape().depth, outer.shape().values), (2, 7));
/// ```
#[derive(Clone, Debug)]
pub struct Nested<T: Content> {
    content: T,
    shape: Shape,
}

/// What a [`Nested`] can hold: the elements of a list, or the entries of a map.
pub trait Content: Default {
    /// The shape of a value with this content.
    fn shape(&self) -> Shape;

    /// Takes the parts out.
    fn take(&mut self) -> Vec<Value>;
}

impl Content for Vec<Value> {
    fn shape(&self) -> Shape {
        let mut shape = Shape { depth: 1, values: 1, bytes: SHARED };
        self.iter().for_each(|item| shape.add(item, size_of::<Value>() as u64));
        shape
    }

    fn take(&mut self) -> Vec<Value> {
        std::mem::take(self)
    }
}

impl Content for Map {
    fn shape(&self) -> Shape {
        let mut shape = Shape { depth: 1, values: 1, bytes: SHARED + map_bytes(self.len()) };
        self.iter().for_each(|(key, item)| shape.add(item, key.len() as u64));
        shape
    }

    fn take(&mut self) -> Vec<Value> {
        std::mem::take(self).into_values().collect()
    }
}

/// How many bytes the tree of a map takes: its nodes have room for eleven entries, and most are half full.
fn map_bytes(entries: usize) -> u64 {
    const NODE: u64 = 16 + 11 * (size_of::<Arc<str>>() + size_of::<Value>()) as u64;
    NODE * entries.div_ceil(6) as u64
}

impl<T: Content> From<T> for Nested<T> {
    fn from(content: T) -> Self {
        let shape = content.shape();
        Nested { content, shape }
    }
}

impl Nested<Vec<Value>> {
    /// A list of relationships, whose shape is that of any other list of so many values without parts.
    pub(super) fn of_rels(rels: &[RelId]) -> Self {
        let content: Vec<Value> = rels.iter().copied().map(Value::Rel).collect();
        let bytes = SHARED + size_of_val(content.as_slice()) as u64;
        let shape = Shape { depth: 1, values: 1 + content.len() as u64, bytes };
        debug_assert_eq!(shape, content.shape());
        Nested { content, shape }
    }
}

impl<T: Content> Default for Nested<T> {
    fn default() -> Self {
        Nested::from(T::default())
    }
}

impl<T: Content> Deref for Nested<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.content
    }
}

/// From which depth on the parts of a value are dropped by a loop instead of by recursion.
const DEEP: u32 = 100;

impl<T: Content> Drop for Nested<T> {
    fn drop(&mut self) {
        if self.shape.depth > DEEP {
            drop_all(self.content.take());
        }
    }
}

/// Drops values that may be nested more deeply than the stack allows.
fn drop_all(mut open: Vec<Value>) {
    while let Some(value) = open.pop() {
        match value {
            Value::List(items) => open.extend(Arc::into_inner(items).into_iter().flat_map(|mut it| it.content.take())),
            Value::Map(map) => open.extend(Arc::into_inner(map).into_iter().flat_map(|mut it| it.content.take())),
            _ => {}
        }
    }
}

impl Value {
    /// The value's shape; takes no time that grows with the value.
    pub fn shape(&self) -> Shape {
        match self {
            Value::List(items) => items.shape,
            Value::Map(map) => map.shape,
            other => Shape { depth: 0, values: 1, bytes: scalar_bytes(other) },
        }
    }

    /// How many hold what the value shares: 1 for a value that shares nothing.
    fn holders(&self) -> u64 {
        let holders = match self {
            Value::String(text) => Arc::strong_count(text),
            Value::List(items) => Arc::strong_count(items),
            Value::Map(map) => Arc::strong_count(map),
            Value::Path(path) => Arc::strong_count(path),
            _ => 1,
        };
        holders.max(1) as u64
    }
}

/// About how many bytes a value takes on the heap, what it shares with others included.
///
/// ```
/// use standpoint::value::{heap_bytes, Value};
/// assert_eq!(heap_bytes(&Value::Int(1)), 0);
/// assert!(heap_bytes(&Value::string("x".repeat(100))) >= 100);
/// ```
pub fn heap_bytes(value: &Value) -> u64 {
    value.shape().bytes
}

/// About how many bytes are there because of this holder of a value: itself, and its share of what several hold. The
/// sum over all holders is what they take together. `passing` of the holders will soon be gone and get no share.
///
/// ```
/// use standpoint::value::{share_bytes, Value};
/// let text = Value::string("x".repeat(1000));
/// let alone = share_bytes(&text, 0);
/// let all = vec![text; 10];
/// assert!(all.iter().map(|text| share_bytes(text, 0)).sum::<u64>() < alone + 10 * 32);
/// ```
pub fn share_bytes(value: &Value, passing: u64) -> u64 {
    let holders = value.holders().saturating_sub(passing).max(1);
    size_of::<Value>() as u64 + heap_bytes(value) / holders
}

fn scalar_bytes(value: &Value) -> u64 {
    match value {
        Value::String(text) => SHARED + text.len() as u64,
        Value::Path(path) => SHARED + 4 * path.nodes.len() as u64 + 8 * path.rels.len() as u64,
        Value::DateTime(_) | Value::Duration(_) => SHARED + 32,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_million_levels_are_dropped_without_a_million_frames() {
        let mut list = Value::Null;
        let mut map = Value::Null;
        for _ in 0..1_000_000 {
            list = Value::list(vec![list]);
            map = Value::map([(Arc::from("a"), map)].into_iter().collect());
        }
        assert_eq!((list.shape().depth, map.shape().depth), (1_000_000, 1_000_000));
        drop((list, map));
    }

    #[test]
    fn shared_parts_count_each_time_and_never_overflow() {
        let mut value = Value::Int(1);
        for _ in 0..200 {
            value = Value::list(vec![value.clone(), value]);
        }
        assert_eq!(value.shape(), Shape { depth: 200, values: u64::MAX, bytes: u64::MAX });
    }

    #[test]
    fn the_depth_of_a_map_is_that_of_its_deepest_entry() {
        let deep = Value::list(vec![Value::list(Vec::new())]);
        let map = Value::map([(Arc::from("a"), Value::Int(1)), (Arc::from("b"), deep)].into_iter().collect());
        assert_eq!(map.shape().depth, 3);
        assert_eq!(Value::map(Map::new()).shape().depth, 1);
    }
}
