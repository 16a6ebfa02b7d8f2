//! Reads parts of values: properties, elements, slices, map projections, entities by name.

use super::scalar::Interpreter;
use crate::error::{Detail, Error, ErrorType, Phase, Result};
use crate::semantic::bound::{EntityRef, Expr};
use crate::store::Version;
use crate::value::{KeyId, Map, NodeId, RelId, Value, temporal};
use std::sync::Arc;

impl Interpreter<'_> {
    pub(super) fn property(&mut self, base: &Expr, key: &Arc<str>, id: Option<KeyId>) -> Result<Value> {
        let base = self.eval(base)?;
        property_of(self.cx.graph(), &base, key, id)
    }

    pub(super) fn index(&mut self, base: &Expr, index: &Expr) -> Result<Value> {
        let base = self.eval(base)?;
        let index = self.eval(index)?;
        element_of(self.cx.graph(), &base, &index)
    }

    pub(super) fn slice(&mut self, base: &Expr, from: Option<&Expr>, to: Option<&Expr>) -> Result<Value> {
        let base = self.eval(base)?;
        let from = from.map_or(Ok(Value::Int(0)), |expr| self.eval(expr))?;
        let to = to.map_or(Ok(Value::Int(i64::MAX)), |expr| self.eval(expr))?;
        if base.is_null() || from.is_null() || to.is_null() {
            return Ok(Value::Null);
        }
        let (Value::List(items), Some(from), Some(to)) = (&base, from.as_int(), to.as_int()) else {
            return Err(Error::type_error(format!(
                "a slice needs a list and integers, not values of type {}, {} and {}",
                base.type_name(),
                from.type_name(),
                to.type_name()
            )));
        };
        let (from, to) = (clamped(from, items.len()), clamped(to, items.len()));
        Ok(Value::list(items.get(from..to).map_or_else(Vec::new, <[Value]>::to_vec)))
    }

    pub(super) fn map_projection(&mut self, base: &Expr, all: bool, items: &[(Arc<str>, Expr)]) -> Result<Value> {
        let base = self.eval(base)?;
        if base.is_null() {
            return Ok(Value::Null);
        }
        let mut map = entity_map(self.cx.graph(), &base)?;
        if !all {
            map.clear();
        }
        self.fill(&mut map, items)?;
        Ok(Value::map(map))
    }
}

/// `base.key`; `id` is the key in the graph.
pub(super) fn property_of(graph: &Version, base: &Value, key: &str, id: Option<KeyId>) -> Result<Value> {
    match base {
        Value::Null => Ok(Value::Null),
        Value::Node(node) => node_property(graph, *node, id),
        Value::Rel(rel) => rel_property(graph, *rel, id),
        Value::Map(map) => Ok(map.get(key).cloned().unwrap_or_default()),
        Value::Date(_)
        | Value::LocalTime(_)
        | Value::Time(_)
        | Value::LocalDateTime(_)
        | Value::DateTime(_)
        | Value::Duration(_) => temporal::component(base, key),
        other => {
            let message = format!("a value of type {} has no properties; `{key}` was asked for", other.type_name());
            Err(Error::type_error(message))
        }
    }
}

fn node_property(graph: &Version, node: NodeId, id: Option<KeyId>) -> Result<Value> {
    let value = id.map_or(Value::Null, |key| graph.node_property(node, key));
    if value.is_null() && !graph.contains_node(node) {
        return Err(deleted_node());
    }
    Ok(value)
}

fn rel_property(graph: &Version, rel: RelId, id: Option<KeyId>) -> Result<Value> {
    let value = id.map_or(Value::Null, |key| graph.rel_property(rel, key));
    if value.is_null() && !graph.contains_rel(rel) {
        return Err(deleted_rel());
    }
    Ok(value)
}

/// `base[index]`.
fn element_of(graph: &Version, base: &Value, index: &Value) -> Result<Value> {
    match (base, index) {
        (Value::Null, _) => Ok(Value::Null),
        (Value::List(_) | Value::Map(_) | Value::Node(_) | Value::Rel(_), Value::Null) => Ok(Value::Null),
        (Value::List(items), Value::Int(index)) => Ok(list_element(items, *index)),
        (Value::List(_), other) => {
            let message = format!("a list is indexed by an integer, not by a value of type {}", other.type_name());
            Err(Error::runtime(ErrorType::TypeError, Detail::ListElementAccessByNonInteger, message))
        }
        (Value::Map(_), Value::String(key)) => property_of(graph, base, key, None),
        (Value::Node(_) | Value::Rel(_), Value::String(key)) => property_of(graph, base, key, graph.catalog().key(key)),
        (Value::Map(_) | Value::Node(_) | Value::Rel(_), other) => {
            let message = format!("a map is indexed by a string, not by a value of type {}", other.type_name());
            Err(Error::runtime(ErrorType::TypeError, Detail::MapElementAccessByNonString, message))
        }
        (other, _) => Err(Error::type_error(format!("a value of type {} cannot be indexed", other.type_name()))),
    }
}

fn list_element(items: &[Value], index: i64) -> Value {
    let from_end = || i64::try_from(items.len()).ok().and_then(|len| len.checked_add(index));
    let place = if index < 0 { from_end() } else { Some(index) };
    place.and_then(|at| usize::try_from(at).ok()).and_then(|at| items.get(at).cloned()).unwrap_or_default()
}

/// A bound of a slice as a place in the list: negative ones count from the end.
fn clamped(bound: i64, len: usize) -> usize {
    let size = i64::try_from(len).unwrap_or(i64::MAX);
    let place = if bound < 0 { size.saturating_add(bound).max(0) } else { bound.min(size) };
    usize::try_from(place).unwrap_or(len)
}

/// The properties of an entity, or the entries of a map.
///
/// # Errors
/// When the value is neither, or was deleted.
pub(crate) fn entity_map(graph: &Version, value: &Value) -> Result<Map> {
    let named = |properties: Vec<(KeyId, Value)>| {
        properties.into_iter().map(|(key, value)| (Arc::clone(graph.catalog().key_name(key)), value)).collect()
    };
    match value {
        Value::Map(map) => Ok(Map::clone(map)),
        Value::Node(node) if graph.contains_node(*node) => Ok(named(graph.node_properties(*node))),
        Value::Rel(rel) if graph.contains_rel(*rel) => Ok(named(graph.rel_properties(*rel))),
        Value::Node(_) => Err(deleted_node()),
        Value::Rel(_) => Err(deleted_rel()),
        other => {
            let message = format!("a map, node or relationship is needed, not a value of type {}", other.type_name());
            Err(Error::type_error(message))
        }
    }
}

/// The node that a name or alias denotes.
///
/// # Errors
/// When there is none or more than one.
pub(crate) fn resolve_entity(graph: &Version, entity: &EntityRef) -> Result<NodeId> {
    graph.entity(&entity.name, Phase::Runtime).map_err(|error| error.at(entity.span))
}

/// The error of reading a node that the statement has deleted.
pub(crate) fn deleted_node() -> Error {
    Error::runtime(ErrorType::EntityNotFound, Detail::DeletedEntityAccess, "the node has been deleted")
}

/// The error of reading a relationship that the statement has deleted.
pub(crate) fn deleted_rel() -> Error {
    Error::runtime(ErrorType::EntityNotFound, Detail::DeletedEntityAccess, "the relationship has been deleted")
}
