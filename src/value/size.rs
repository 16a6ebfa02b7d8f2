//! How much memory a value takes.

use super::{Map, Value};

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
    let entry = |(key, value): (&std::sync::Arc<str>, &Value)| {
        size_of::<Value>() as u64 * 2 + key.len() as u64 + heap_bytes(value)
    };
    map.iter().map(entry).sum()
}
