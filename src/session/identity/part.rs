//! Taking apart what was joined.
//!
//! What the kept entity has from the one that leaves, it loses, unless another that is still in it has the same: then it
//! has it from that one. What was changed since stays changed.

use super::record::{Record, keep, records};
use super::{Identity, WAS, aliases, listed, remake, set, title, was};
use crate::error::{Detail, Error, ErrorType, Result};
use crate::store::Version;
use crate::value::compare::identical;
use crate::value::{KeyId, LabelId, NodeId, Value};
use std::sync::Arc;

/// Takes the entity of a name out of a node, or the last that went into it when the name is its own.
pub(super) fn part(version: &mut Version, kept: NodeId, name: &str) -> Result<Identity> {
    let mut records = records(version, kept)?;
    let folded = |record: &Record| record.name.to_lowercase() == name.to_lowercase();
    let found = records.iter().position(|record| &*record.name == name).or_else(|| records.iter().position(folded));
    let own =
        version.node_property_named(kept, "name").as_str().is_some_and(|own| own.to_lowercase() == name.to_lowercase());
    let Some(at) = found.or_else(|| records.len().checked_sub(1).filter(|_| own)) else {
        return Err(nothing_joined(version, kept, name, &records));
    };
    let record = records.remove(at);
    if let Some(next) = records.get_mut(at) {
        next.aliases = record.aliases.clone();
    }
    let other = made_again(version, &record)?;
    let moved = move_back(version, (kept, other), &record.name)?;
    take_labels(version, kept, &record, &mut records);
    take_properties(version, kept, &record, &mut records)?;
    take_aliases(version, kept, &record, &mut records)?;
    keep(version, kept, &records)?;
    Ok(Identity { kept: title(version, kept), other: title(version, other), moved })
}

fn nothing_joined(version: &Version, kept: NodeId, name: &str, records: &[Record]) -> Error {
    let title = title(version, kept);
    let message = match records {
        [] => format!("nothing was joined into `{title}`"),
        _ => format!("`{name}` was not joined into `{title}`"),
    };
    let error = Error::runtime(ErrorType::EntityNotFound, Detail::UnknownEntity, message);
    let names: Vec<String> = records.iter().map(|record| format!("`{}`", record.name)).collect();
    if names.is_empty() { error } else { error.hint(format!("joined into it: {}", names.join(", "))) }
}

/// The entity as it was.
fn made_again(version: &mut Version, record: &Record) -> Result<NodeId> {
    let labels: Vec<LabelId> = record.labels.iter().map(|label| version.intern_label(label)).collect();
    let properties: Vec<(KeyId, Value)> =
        record.properties.iter().map(|(key, value)| (version.intern_key(key), value.clone())).collect();
    version.create_node(&labels, &properties)
}

/// Moves the relationships back that were told of it.
fn move_back(version: &mut Version, (kept, other): (NodeId, NodeId), name: &str) -> Result<u64> {
    let mut moved = 0;
    for rel in version.rels_of(kept) {
        let Some((from, to)) = version.endpoints(rel) else { continue };
        let (mut ends, mut marks) = ([from, to], [None, None]);
        for at in 0..2 {
            let mut names = was(version, rel, WAS[at])?;
            if ends[at] == kept && names.last().and_then(Value::as_str) == Some(name) {
                names.pop();
                ends[at] = other;
                marks[at] = Some(names);
            }
        }
        if ends != [from, to] {
            remake(version, rel, (ends[0], ends[1]), marks)?;
            moved += 1;
        }
    }
    Ok(moved)
}

fn take_labels(version: &mut Version, kept: NodeId, record: &Record, others: &mut [Record]) {
    for label in &record.new_labels {
        if let Some(other) = others.iter_mut().find(|other| other.labels.contains(label)) {
            other.new_labels.push(Arc::clone(label));
        } else if let Some(label) = version.catalog().label(label) {
            version.remove_label(kept, label);
        }
    }
}

fn take_properties(version: &mut Version, kept: NodeId, record: &Record, others: &mut [Record]) -> Result<()> {
    for key in &record.new_properties {
        if !identical(&version.node_property_named(kept, key), &record.property(key)) {
            continue;
        }
        let mut value = Value::Null;
        if let Some(other) = others.iter_mut().find(|other| !other.property(key).is_null()) {
            value = other.property(key);
            other.new_properties.push(Arc::clone(key));
        }
        set(version, kept, key, value)?;
    }
    Ok(())
}

fn take_aliases(version: &mut Version, kept: NodeId, record: &Record, others: &mut [Record]) -> Result<()> {
    let mut all = aliases(version, kept)?;
    for alias in &record.new_aliases {
        let also = |other: &&mut Record| {
            let name = other.property("name");
            let aliases = listed(&other.property("aliases")).unwrap_or_default();
            std::iter::once(&name).chain(&aliases).any(|known| known.as_str() == Some(&**alias))
        };
        if let Some(other) = others.iter_mut().find(also) {
            other.new_aliases.push(Arc::clone(alias));
        } else if let Some(at) = all.iter().rposition(|known| known.as_str() == Some(&**alias)) {
            all.remove(at);
        }
    }
    let before = listed(&record.aliases).unwrap_or_default();
    let same = before.len() == all.len() && before.iter().zip(&all).all(|(one, other)| identical(one, other));
    let value = match all.is_empty() {
        _ if same => record.aliases.clone(),
        true => Value::Null,
        false => Value::list(all),
    };
    set(version, kept, "aliases", value)
}
