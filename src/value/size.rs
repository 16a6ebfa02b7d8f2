//! How much memory a value takes.

use super::{Map, Value};
use std::collections::HashMap;
use std::sync::Arc;

/// About how many bytes a value takes on the heap, what it shares with others included.
///
/// ```
/// use standpoint::value::{heap_bytes, Value};
/// assert_eq!(heap_bytes(&Value::Int(1)), 0);
/// assert!(heap_bytes(&Value::string("x".repeat(100))) >= 100);
/// ```
pub fn heap_bytes(value: &Value) -> u64 {
    /// The counts in front of what is shared.
    const SHARED: u64 = 16;
    match value {
        Value::String(text) => SHARED + text.len() as u64,
        Value::List(items) => SHARED + list_bytes(items),
        Value::Map(map) => SHARED + map_bytes(map),
        Value::Path(path) => SHARED + 4 * path.nodes.len() as u64 + 8 * path.rels.len() as u64,
        Value::DateTime(_) | Value::Duration(_) => SHARED + 32,
        _ => 0,
    }
}

fn list_bytes(items: &[Value]) -> u64 {
    (size_of_val(items) as u64).saturating_add(items.iter().map(heap_bytes).sum())
}

fn map_bytes(map: &Map) -> u64 {
    let entry =
        |(key, value): (&Arc<str>, &Value)| size_of::<Value>() as u64 * 2 + key.len() as u64 + heap_bytes(value);
    map.iter().map(entry).sum()
}

/// How a value is built from others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// How many lists and maps stand inside each other; 0 for a value that is neither.
    pub depth: u32,
    /// How many values it holds when every shared part is counted each time it occurs; saturates.
    pub values: u64,
}

/// The shape of a value. A part that occurs several times is looked at once, so the time follows what is stored, not
/// what would be written out. It recurses as deep as the value: values are kept shallow where they are built.
pub fn shape(value: &Value) -> Shape {
    shape_of(value, &mut HashMap::new())
}

fn shape_of(value: &Value, seen: &mut HashMap<*const (), Shape>) -> Shape {
    let place: *const () = match value {
        Value::List(items) => Arc::as_ptr(items).cast(),
        Value::Map(entries) => Arc::as_ptr(entries).cast(),
        _ => return Shape { depth: 0, values: 1 },
    };
    if let Some(shape) = seen.get(&place) {
        return *shape;
    }
    let mut whole = Shape { depth: 0, values: 1 };
    let mut add = |part: &Value| {
        let part = shape_of(part, seen);
        whole.depth = whole.depth.max(part.depth);
        whole.values = whole.values.saturating_add(part.values);
    };
    match value {
        Value::List(items) => items.iter().for_each(&mut add),
        Value::Map(entries) => entries.values().for_each(&mut add),
        _ => {}
    }
    whole.depth += 1;
    seen.insert(place, whole);
    whole
}
