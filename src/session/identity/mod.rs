//! Entities that turn out to be one: joined, and taken apart again exactly; and further names.
//!
//! What is needed to take two entities apart stands in the graph, so it is saved, exported and undone like everything
//! else: the property `merged` of the entity that stays has a record of each that went into it (see [`record`]), and a
//! relationship that was moved says in `start_was` or `end_was` of whom it was told, the last name first to be taken off.

mod join;
mod part;
mod record;

use crate::error::{Detail, Error, ErrorType, Phase, Result};
use crate::session::entity::Node;
use crate::session::transaction::Place;
use crate::store::{Resolution, Version};
use crate::text::counted;
use crate::value::{NodeId, RelId, RelTypeId, Value};
use std::fmt;
use std::sync::Arc;

/// The property that records who went into an entity.
const MERGED: &str = "merged";
/// Of whom a moved relationship was told: at its start, and at its end.
const WAS: [&str; 2] = ["start_was", "end_was"];

/// Two entities that were joined or taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The entity that stays.
    pub kept: String,
    /// The one that went into it, or is on its own again.
    pub other: String,
    /// How many relationships were moved.
    pub moved: u64,
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} moved", counted(self.moved, "relationship", "relationships"))
    }
}

/// The entity that a name denotes.
///
/// # Errors
/// When there is none, with near names, or more than one, with all of them.
pub fn resolved(graph: &Version, name: &str) -> Result<NodeId> {
    graph.entity(name, Phase::Runtime)
}

/// The name of a node for people.
pub fn title(graph: &Version, node: NodeId) -> String {
    let node = Node::read(graph, node);
    node.display_name().unwrap_or_else(|| format!("({})", node.labels.join(":")))
}

/// Joins two entities: the second goes into the first. A name given twice that several have means the first two of them.
pub(super) fn join(place: &mut Place<'_>, [kept, other]: [&str; 2]) -> Result<Identity> {
    changed(place, |version| {
        let nodes = match version.resolve(kept) {
            // Two of one name have no other way to be told apart.
            Resolution::Ambiguous(same) if kept == other && same.len() > 1 => (same[0], same[1]),
            _ => (resolved(version, kept)?, resolved(version, other)?),
        };
        if nodes.0 == nodes.1 {
            let message = format!("`{kept}` and `{other}` are one entity already");
            return Err(Error::runtime(ErrorType::ArgumentError, Detail::InvalidUse, message));
        }
        join::join(version, nodes)
    })
}

/// Takes an entity out of the one that it went into: the one of that name, or the last that went into the one of that
/// name.
pub(super) fn part(place: &mut Place<'_>, name: &str) -> Result<Identity> {
    changed(place, |version| {
        let node = resolved(version, name)?;
        part::part(version, node, name)
    })
}

/// Gives an entity another name; whether it is new.
pub(super) fn alias(place: &mut Place<'_>, [entity, alias]: [&str; 2]) -> Result<bool> {
    let (given, _) = place.change(|version| {
        let node = resolved(version, entity)?;
        let new = match version.resolve(alias) {
            Resolution::One(other) if other == node => false,
            Resolution::Unknown => true,
            Resolution::One(other) => return Err(taken(alias, &[other], version)),
            Resolution::Ambiguous(others) => return Err(taken(alias, &others, version)),
        };
        if new {
            let mut aliases = aliases(version, node)?;
            aliases.push(Value::string(alias));
            set(version, node, "aliases", Value::list(aliases))?;
            version.check_constraints()?;
        }
        Ok((new, new))
    })?;
    Ok(given)
}

fn taken(alias: &str, others: &[NodeId], version: &Version) -> Error {
    let others: Vec<String> = others.iter().map(|other| format!("`{}`", title(version, *other))).collect();
    let message = match others.as_slice() {
        [own] if *own == format!("`{alias}`") => format!("{own} is an entity of its own already"),
        _ => format!("`{alias}` denotes {} already", others.join(" and ")),
    };
    let error = Error::runtime(ErrorType::SemanticError, Detail::AmbiguousEntity, message);
    error.hint("`.merge` joins two entities that are one")
}

fn changed(place: &mut Place<'_>, work: impl FnOnce(&mut Version) -> Result<Identity>) -> Result<Identity> {
    let (identity, _) = place.change(|version| {
        let identity = work(version)?;
        version.check_constraints()?;
        Ok((identity, true))
    })?;
    Ok(identity)
}

fn set(version: &mut Version, node: NodeId, key: &str, value: Value) -> Result<()> {
    let key = version.intern_key(key);
    version.set_node_property(node, key, value)
}

/// The aliases of a node.
fn aliases(version: &Version, node: NodeId) -> Result<Vec<Value>> {
    listed(&version.node_property_named(node, "aliases")).ok_or_else(|| {
        let message = format!("`aliases` of `{}` is no list of texts", title(version, node));
        Error::runtime(ErrorType::TypeError, Detail::InvalidPropertyType, message)
    })
}

/// A list of texts; a single text is one of one, null an empty one.
fn listed(value: &Value) -> Option<Vec<Value>> {
    match value {
        Value::Null => Some(Vec::new()),
        Value::String(_) => Some(vec![value.clone()]),
        Value::List(items) if items.iter().all(|item| matches!(item, Value::String(_))) => Some(items.to_vec()),
        _ => None,
    }
}

/// Makes a relationship anew between other ends.
fn remake(version: &mut Version, rel: RelId, (from, to): (NodeId, NodeId), was: [Option<Vec<Value>>; 2]) -> Result<()> {
    let mut properties = version.rel_properties(rel);
    for (name, was) in WAS.iter().zip(was) {
        let Some(was) = was else { continue };
        let key = version.intern_key(name);
        properties.retain(|(known, _)| *known != key);
        if !was.is_empty() {
            properties.push((key, Value::list(was)));
        }
    }
    let rel_type: RelTypeId = rel.rel_type;
    version.create_rel(rel_type, from, to, &properties)?;
    version.delete_rel(rel);
    Ok(())
}

/// Of whom a relationship was told, at its start or end.
fn was(version: &Version, rel: RelId, name: &str) -> Result<Vec<Value>> {
    listed(&version.rel_property_named(rel, name)).ok_or_else(|| {
        let rel_type: &Arc<str> = version.catalog().rel_type_name(rel.rel_type);
        let message =
            format!("`{name}` of a relationship `{rel_type}` is no list of texts, as joining entities needs it");
        Error::runtime(ErrorType::TypeError, Detail::InvalidPropertyType, message)
    })
}

#[cfg(test)]
mod tests;
