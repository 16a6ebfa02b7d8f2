//! Joining two entities.

use super::record::{Record, keep, records};
use super::{Identity, MERGED, WAS, aliases, remake, set, title, was};
use crate::error::Result;
use crate::session::entity::Node;
use crate::store::Version;
use crate::value::{NodeId, Value};
use std::sync::Arc;

/// The second goes into the first.
pub(super) fn join(version: &mut Version, (kept, other): (NodeId, NodeId)) -> Result<Identity> {
    let mut records = records(version, kept)?;
    let node = Node::read(version, other);
    let named = Identity { kept: title(version, kept), other: title(version, other), moved: 0 };
    let properties: Vec<(Arc<str>, Value)> =
        node.properties.iter().map(|(key, value)| (Arc::clone(key), value.clone())).collect();
    let mut record = Record {
        name: free_name(&named.other, &records),
        new_labels: new_labels(version, kept, &node),
        new_aliases: new_aliases(version, (kept, other))?,
        new_properties: new_properties(version, kept, &properties),
        aliases: version.node_property_named(kept, "aliases"),
        labels: node.labels,
        properties,
    };
    record.properties.sort_by(|one, next| one.0.cmp(&next.0));
    let moved = move_rels(version, (kept, other), &record.name)?;
    version.delete_node(other)?;
    give(version, kept, &record)?;
    records.push(record);
    keep(version, kept, &records)?;
    Ok(Identity { moved, ..named })
}

/// A name that no record has yet.
fn free_name(name: &str, records: &[Record]) -> Arc<str> {
    let taken = |name: &str| records.iter().any(|record| &*record.name == name);
    let numbered = (2..).map(|number| format!("{name} ({number})"));
    let free = std::iter::once(name.to_owned()).chain(numbered).find(|name| !taken(name));
    Arc::from(free.unwrap_or_default())
}

fn new_labels(version: &Version, kept: NodeId, other: &Node) -> Vec<Arc<str>> {
    let known = Node::read(version, kept).labels;
    other.labels.iter().filter(|label| !known.contains(label)).cloned().collect()
}

/// The name and aliases of the other that the kept one does not have.
fn new_aliases(version: &Version, (kept, other): (NodeId, NodeId)) -> Result<Vec<Arc<str>>> {
    let mut known = aliases(version, kept)?;
    known.push(version.node_property_named(kept, "name"));
    let names = std::iter::once(version.node_property_named(other, "name")).chain(aliases(version, other)?);
    let mut new: Vec<Arc<str>> = Vec::new();
    for name in names {
        let Value::String(name) = name else { continue };
        let there = known.iter().any(|known| known.as_str() == Some(&*name));
        if !there && !new.contains(&name) {
            new.push(name);
        }
    }
    Ok(new)
}

/// The properties that only the other has; where both have one, that of the kept one counts.
fn new_properties(version: &Version, kept: NodeId, properties: &[(Arc<str>, Value)]) -> Vec<Arc<str>> {
    let own = |key: &str| ["name", "aliases", MERGED].contains(&key);
    let keys = properties.iter().map(|(key, _)| key);
    keys.filter(|key| !own(key) && version.node_property_named(kept, key).is_null()).cloned().collect()
}

/// Moves all relationships of the other; each says of whom it was told.
fn move_rels(version: &mut Version, (kept, other): (NodeId, NodeId), name: &Arc<str>) -> Result<u64> {
    let rels = version.rels_of(other);
    for rel in &rels {
        let Some((from, to)) = version.endpoints(*rel) else { continue };
        let there = |end| if end == other { kept } else { end };
        let mut marks = [None, None];
        for at in (0..2).filter(|at| [from, to][*at] == other) {
            let mut names = was(version, *rel, WAS[at])?;
            names.push(Value::String(Arc::clone(name)));
            marks[at] = Some(names);
        }
        remake(version, *rel, (there(from), there(to)), marks)?;
    }
    Ok(rels.len() as u64)
}

/// Gives the kept one what it has from the other.
fn give(version: &mut Version, kept: NodeId, record: &Record) -> Result<()> {
    for label in &record.new_labels {
        let label = version.intern_label(label);
        version.add_label(kept, label);
    }
    for key in &record.new_properties {
        set(version, kept, key, record.property(key))?;
    }
    if !record.new_aliases.is_empty() {
        let mut all = aliases(version, kept)?;
        all.extend(record.new_aliases.iter().cloned().map(Value::String));
        set(version, kept, "aliases", Value::list(all))?;
    }
    Ok(())
}
