//! The lines of a block of JSON objects as rows of columns.
//!
//! The first member of the first object is the key of nodes, its first two are the ends of relationships; in later
//! lines they may stand anywhere. Values are those of the protocol, plain or typed; null is no value.

use super::blocks::Block;
use super::column::Builder;
use super::keys;
use super::named;
use super::rows::{Part, Rows};
use crate::csv;
use crate::io::decode;
use crate::store::check_storable;
use crate::value::Value;
use std::sync::Arc;

/// The names of the members of an object.
pub(super) fn names(line: &[u8]) -> Result<Vec<String>, String> {
    Ok(members(line)?.into_iter().map(|(name, _)| name.to_string()).collect())
}

impl Rows<'_> {
    /// The rows of a block of objects.
    pub(super) fn read_objects(&self, block: &Block) -> Part {
        let mut part = Part::default();
        // The column of the key stands first.
        let key = self.layout.columns.first().map(|column| Arc::clone(&column.name)).unwrap_or_default();
        if self.ends.is_none() {
            part.columns.push((key, Builder::mixed()));
        }
        for (line, text) in (block.line..).zip(block.bytes.split(|byte| *byte == b'\n')) {
            let text = csv::without_end(text).0.trim_ascii();
            if text.is_empty() {
                continue;
            }
            match members(text).and_then(|members| self.object(&mut part, members)) {
                Ok(()) if self.ends.is_none() => part.lines.push(line),
                Ok(()) => {}
                Err(why) => part.bad.add(line, why),
            }
        }
        part
    }

    fn object(&self, part: &mut Part, members: Vec<(Arc<str>, Value)>) -> Result<(), String> {
        let keys = &self.layout.columns[..if self.ends.is_some() { 2 } else { 1 }];
        let is_key = |name: &Arc<str>| keys.iter().position(|key| key.name == *name);
        let mut found = [const { None }; 2];
        for (name, value) in &members {
            if let Some(at) = is_key(name) {
                found[at] = Some(key_text(name, value)?);
            }
        }
        if let Some((key, _)) = keys.iter().zip(&found).find(|(_, found)| found.is_none()) {
            return Err(format!("the object has no `{}`, which is a key", key.name));
        }
        if let (Some(ends), [Some(start), Some(end)]) = (self.ends, &found) {
            let pair = [ends[0].find(start.as_bytes())?, ends[1].find(end.as_bytes())?];
            part.ends.iter_mut().zip(pair).for_each(|(ends, node)| ends.push(node));
        }
        let row = part.rows;
        for (name, value) in members {
            if self.ends.is_none() || is_key(&name).is_none() {
                named::entry(&mut part.columns, name, Builder::mixed).push_value(row, value);
            }
        }
        part.rows += 1;
        Ok(())
    }
}

fn key_text(name: &str, value: &Value) -> Result<Arc<str>, String> {
    let text = keys::text_of(value);
    match value {
        Value::Int(_) | Value::String(_) if !text.is_empty() => Ok(text),
        Value::Int(_) | Value::String(_) => Err(format!("the key `{name}` is empty")),
        _ => Err(format!("the key `{name}` can be an integer or a text, nothing else")),
    }
}

/// The members of an object, each name once, that a property can hold.
fn members(line: &[u8]) -> Result<Vec<(Arc<str>, Value)>, String> {
    let text = std::str::from_utf8(line).map_err(|_| "the text is not UTF-8".to_owned())?;
    let members = decode::members(text).map_err(|error| error.message().to_owned())?;
    for (name, value) in &members {
        check_storable(value).map_err(|error| format!("{name}: {}", error.message()))?;
    }
    Ok(members)
}
