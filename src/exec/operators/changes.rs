//! What the operators that change the graph have in common: rows as lists of values, and single changes.

use super::super::chunk::{Chunk, Live};
use super::super::column::Column;
use super::super::context::Context;
use super::super::eval::names::{name_of, names_of};
use super::super::eval::scalar::{Row, eval};
use super::super::eval::{deleted_node, deleted_rel, entity_map};
use crate::error::{Error, Result};
use crate::semantic::bound::{Expr, SetItem, Slot};
use crate::value::{KeyId, LabelId, NodeId, RelId, Value, share_bytes};
use std::collections::BTreeSet;

/// The values of all slots of a row.
pub(super) fn frame_of(cx: &Context, chunk: &Chunk, position: usize) -> Vec<Value> {
    let size = cx.frame().max(chunk.columns.len());
    (0..size).map(|slot| chunk.columns.get(slot).map_or(Value::Null, |column| column.get(position))).collect()
}

/// Puts a value into a row.
pub(super) fn put(frame: &mut Vec<Value>, slot: Slot, value: Value) {
    let index = slot.0 as usize;
    if index >= frame.len() {
        frame.resize(index + 1, Value::Null);
    }
    frame[index] = value;
}

/// A chunk of the live slots of these rows.
pub(super) fn chunk_of(cx: &Context, frames: &[Vec<Value>], live: &Live) -> Chunk {
    let mut chunk = Chunk::new(cx.frame(), frames.len());
    for slot in live.slots() {
        let at = slot.0 as usize;
        let values = frames.iter().map(|frame| frame.get(at).cloned().unwrap_or_default()).collect();
        chunk.set(slot, Column::from_values(values));
    }
    chunk
}

/// A node or relationship that is to be changed.
#[derive(Clone, Copy)]
enum Target {
    Node(NodeId),
    Rel(RelId),
}

/// Makes changes for a row, one after another.
pub(super) fn apply_items(cx: &mut Context, items: &[SetItem], frame: &[Value]) -> Result<()> {
    items.iter().try_for_each(|item| apply_item(cx, item, frame))
}

fn apply_item(cx: &mut Context, item: &SetItem, frame: &[Value]) -> Result<()> {
    match item {
        SetItem::Property { target, key, value } => {
            let Some(entity) = target_of(cx, target, frame)? else { return Ok(()) };
            let new = eval(cx, value, Row::Frame(frame))?;
            set_property(cx, entity, *key, new).map_err(|error| error.at(value.span))
        }
        SetItem::RemoveProperty { target, key } => {
            let Some(entity) = target_of(cx, target, frame)? else { return Ok(()) };
            key.map_or(Ok(()), |key| set_property(cx, entity, key, Value::Null))
        }
        SetItem::Replace { target, value } => set_all(cx, *target, value, frame, true),
        SetItem::Merge { target, value } => set_all(cx, *target, value, frame, false),
        SetItem::Element { target, key, value } => set_element(cx, (target, key, value.as_ref()), frame),
        SetItem::AddLabels { target, labels, named } => change_labels(cx, *target, (labels, named), frame, true),
        SetItem::RemoveLabels { target, labels, named } => change_labels(cx, *target, (labels, named), frame, false),
    }
}

fn target_of(cx: &Context, target: &Expr, frame: &[Value]) -> Result<Option<Target>> {
    entity(cx, &eval(cx, target, Row::Frame(frame))?).map_err(|error| error.at(target.span))
}

/// The entity to change; `None` for null.
fn entity(cx: &Context, value: &Value) -> Result<Option<Target>> {
    match value {
        Value::Null => Ok(None),
        Value::Node(node) if cx.graph().contains_node(*node) => Ok(Some(Target::Node(*node))),
        Value::Rel(rel) if cx.graph().contains_rel(*rel) => {
            cx.graph().check_stored(*rel)?;
            Ok(Some(Target::Rel(*rel)))
        }
        Value::Node(_) => Err(deleted_node()),
        Value::Rel(_) => Err(deleted_rel()),
        other => {
            let message = format!("a node or relationship can be changed, not a value of type {}", other.type_name());
            Err(Error::type_error(message))
        }
    }
}

/// About how many bytes a property adds to the graph.
pub(super) fn property_bytes(value: &Value) -> u64 {
    size_of::<Value>() as u64 + share_bytes(value, 0)
}

fn set_property(cx: &mut Context, target: Target, key: KeyId, value: Value) -> Result<()> {
    let present = match target {
        Target::Node(node) => !cx.graph().node_property(node, key).is_null(),
        Target::Rel(rel) => !cx.graph().rel_property(rel, key).is_null(),
    };
    if value.is_null() && !present {
        return Ok(());
    }
    if !present || matches!(value, Value::String(_) | Value::List(_)) {
        cx.wrote(property_bytes(&value))?;
    }
    match target {
        Target::Node(node) => cx.graph_mut().set_node_property(node, key, value)?,
        Target::Rel(rel) => cx.graph_mut().set_rel_property(rel, key, value)?,
    }
    cx.counters.properties_set += 1;
    Ok(())
}

/// Sets or removes the property of a computed key.
fn set_element(cx: &mut Context, (target, key, value): (&Expr, &Expr, Option<&Expr>), frame: &[Value]) -> Result<()> {
    let Some(entity) = target_of(cx, target, frame)? else { return Ok(()) };
    let name = name_of(&eval(cx, key, Row::Frame(frame))?).map_err(|error| error.at(key.span))?;
    let new = value.map_or(Ok(Value::Null), |value| eval(cx, value, Row::Frame(frame)))?;
    let id = match cx.graph().catalog().key(&name) {
        Some(id) => id,
        None if new.is_null() => return Ok(()),
        None => cx.graph_mut().intern_key(&name),
    };
    set_property(cx, entity, id, new).map_err(|error| value.map_or(error.clone(), |value| error.at(value.span)))
}

/// The labels of computed names; those that nobody knows only when they are to be made.
pub(super) fn named_labels(cx: &mut Context, named: &[Expr], frame: &[Value], make: bool) -> Result<Vec<LabelId>> {
    let mut labels = Vec::new();
    for expr in named {
        let value = eval(cx, expr, Row::Frame(frame))?;
        for name in names_of(&value).map_err(|error| error.at(expr.span))? {
            let known = cx.graph().catalog().label(&name);
            labels.extend(known.or_else(|| make.then(|| cx.graph_mut().intern_label(&name))));
        }
    }
    Ok(labels)
}

/// Sets properties from a map or an entity; the others are removed when they are to be replaced.
fn set_all(cx: &mut Context, target: Slot, value: &Expr, frame: &[Value], replace: bool) -> Result<()> {
    let held = frame.get(target.0 as usize).cloned().unwrap_or_default();
    let Some(target) = entity(cx, &held).map_err(|error| error.at(value.span))? else { return Ok(()) };
    let new = eval(cx, value, Row::Frame(frame))?;
    let map = entity_map(cx.graph(), &new).map_err(|error| error.at(value.span))?;
    let mut keys = BTreeSet::new();
    for (name, item) in map {
        let key = match cx.graph().catalog().key(&name) {
            Some(key) => key,
            None if item.is_null() => continue,
            None => cx.graph_mut().intern_key(&name),
        };
        keys.insert(key);
        set_property(cx, target, key, item).map_err(|error| error.at(value.span))?;
    }
    if replace {
        for key in property_keys(cx, target).into_iter().filter(|key| !keys.contains(key)) {
            set_property(cx, target, key, Value::Null)?;
        }
    }
    Ok(())
}

fn property_keys(cx: &Context, target: Target) -> Vec<KeyId> {
    let properties = match target {
        Target::Node(node) => cx.graph().node_properties(node),
        Target::Rel(rel) => cx.graph().rel_properties(rel),
    };
    properties.into_iter().map(|(key, _)| key).collect()
}

fn change_labels(
    cx: &mut Context,
    target: Slot,
    (labels, named): (&[LabelId], &[Expr]),
    frame: &[Value],
    add: bool,
) -> Result<()> {
    let held = frame.get(target.0 as usize).cloned().unwrap_or_default();
    let node = match entity(cx, &held)? {
        None => return Ok(()),
        Some(Target::Node(node)) => node,
        Some(Target::Rel(_)) => return Err(Error::type_error("a relationship has no labels")),
    };
    let named = named_labels(cx, named, frame, add)?;
    for &label in labels.iter().chain(&named) {
        if add {
            cx.counters.labels_added += u64::from(cx.graph_mut().add_label(node, label));
        } else {
            cx.counters.labels_removed += u64::from(cx.graph_mut().remove_label(node, label));
        }
    }
    Ok(())
}
