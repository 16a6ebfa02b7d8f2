//! Creates nodes and relationships.

use super::super::chunk::{Chunk, Live};
use super::super::column::Column;
use super::super::context::Context;
use super::super::eval::names::names_of;
use super::super::eval::scalar::{Row, eval};
use super::super::memory::Held;
use super::super::paths;
use super::buffer::Queue;
use super::changes::{frame_of, named_labels, property_bytes, put};
use super::{Operator, Stage, drain, flat};
use crate::error::{Detail, Error, ErrorType, Result};
use crate::semantic::bound::{CreateItem, EntityRef, Expr, NewType, PatternPath, Properties, Slot};
use crate::store::check_storable;
use crate::value::{KeyId, LabelId, NodeId, RelTypeId, Value};
use std::sync::Arc;

/// What is created for a row.
pub(super) struct Creation {
    items: Arc<Vec<CreateItem>>,
    paths: Arc<Vec<PatternPath>>,
    /// Whether a property that is null is an error, as in `MERGE`.
    merging: bool,
}

impl Creation {
    pub(super) fn new(items: Arc<Vec<CreateItem>>, paths: Arc<Vec<PatternPath>>, merging: bool) -> Creation {
        Creation { items, paths, merging }
    }

    /// Creates for a row and puts what was created into it.
    pub(super) fn run(&self, cx: &mut Context, frame: &mut Vec<Value>) -> Result<()> {
        for item in self.items.iter() {
            match item {
                CreateItem::Node { slot, labels, named, properties, entity } => {
                    let properties = self.node_properties(cx, properties, entity.as_ref(), frame)?;
                    let labels = all_labels(cx, labels, named, frame)?;
                    cx.wrote(entity_bytes(&properties))?;
                    let node = cx.graph_mut().create_node(&labels, &properties)?;
                    cx.counters.nodes_created += 1;
                    cx.counters.labels_added += labels.len() as u64;
                    cx.counters.properties_set += properties.len() as u64;
                    put(frame, *slot, Value::Node(node));
                }
                CreateItem::Rel { slot, rel_type, from, to, properties, span } => {
                    let properties = self.properties(cx, properties, frame)?;
                    let rel_type = self.rel_type(cx, rel_type, frame)?;
                    let made = create_rel(cx, rel_type, [*from, *to], &properties, frame);
                    put(frame, *slot, made.map_err(|error| error.at(*span))?);
                }
            }
        }
        self.build_paths(cx, frame)
    }

    fn rel_type(&self, cx: &mut Context, rel_type: &NewType, frame: &[Value]) -> Result<RelTypeId> {
        let expr = match rel_type {
            NewType::Known(rel_type) => return Ok(*rel_type),
            NewType::Named(expr) => expr,
        };
        let value = eval(cx, expr, Row::Frame(frame))?;
        let names = names_of(&value).map_err(|error| error.at(expr.span))?;
        match names.as_slice() {
            [name] => Ok(cx.graph_mut().intern_rel_type(name)),
            names => {
                let message = format!("a relationship has exactly one type, not {}", names.len());
                Err(Error::type_error(message).at(expr.span))
            }
        }
    }

    /// Builds the named paths that the row does not hold yet.
    pub(super) fn build_paths(&self, cx: &Context, frame: &mut Vec<Value>) -> Result<()> {
        for path in self.paths.iter() {
            let read = |slot: Slot| frame.get(slot.0 as usize).cloned().unwrap_or_default();
            if read(path.slot).is_null() {
                let built = paths::build(cx.graph(), &path.steps, &read)?;
                put(frame, path.slot, built);
            }
        }
        Ok(())
    }

    /// The slots that it writes.
    fn slots(&self) -> impl Iterator<Item = Slot> + '_ {
        let items = self.items.iter().map(|item| match item {
            CreateItem::Node { slot, .. } | CreateItem::Rel { slot, .. } => *slot,
        });
        items.chain(self.paths.iter().map(|path| path.slot))
    }

    fn node_properties(
        &self,
        cx: &mut Context,
        properties: &Properties,
        entity: Option<&EntityRef>,
        frame: &[Value],
    ) -> Result<Vec<(KeyId, Value)>> {
        let mut properties = self.properties(cx, properties, frame)?;
        if let Some(entity) = entity {
            let key = cx.graph_mut().intern_key("name");
            properties.retain(|(other, _)| *other != key);
            properties.push((key, Value::String(Arc::clone(&entity.name))));
        }
        Ok(properties)
    }

    /// The properties that are not null.
    fn properties(&self, cx: &mut Context, properties: &Properties, frame: &[Value]) -> Result<Vec<(KeyId, Value)>> {
        match properties {
            Properties::Items(items) => {
                let mut out = Vec::with_capacity(items.len());
                for (key, expr) in items {
                    match eval(cx, expr, Row::Frame(frame))? {
                        Value::Null if self.merging => return Err(null_in_merge(cx, *key, expr)),
                        Value::Null => {}
                        value => out.push((*key, storable(value, expr)?)),
                    }
                }
                Ok(out)
            }
            Properties::Map(expr) => self.mapped(cx, expr, frame),
        }
    }

    fn mapped(&self, cx: &mut Context, expr: &Expr, frame: &[Value]) -> Result<Vec<(KeyId, Value)>> {
        let map = match eval(cx, expr, Row::Frame(frame))? {
            Value::Null => return Ok(Vec::new()),
            Value::Map(map) => map,
            other => {
                let message = format!("properties must be a map, not a value of type {}", other.type_name());
                return Err(Error::type_error(message).at(expr.span));
            }
        };
        let mut out = Vec::with_capacity(map.len());
        for (name, value) in map.iter() {
            if !value.is_null() {
                out.push((cx.graph_mut().intern_key(name), storable(value.clone(), expr)?));
            } else if self.merging {
                return Err(null_property(name, expr));
            }
        }
        Ok(out)
    }
}

/// A value that a property can hold; otherwise the error says where the value comes from.
fn storable(value: Value, expr: &Expr) -> Result<Value> {
    check_storable(&value).map_err(|error| error.at(expr.span))?;
    Ok(value)
}

/// The labels written and those of computed names, each once.
fn all_labels(cx: &mut Context, labels: &[LabelId], named: &[Expr], frame: &[Value]) -> Result<Vec<LabelId>> {
    let mut all = labels.to_vec();
    for label in named_labels(cx, named, frame, true)? {
        if !all.contains(&label) {
            all.push(label);
        }
    }
    Ok(all)
}

fn create_rel(
    cx: &mut Context,
    rel_type: RelTypeId,
    ends: [Slot; 2],
    properties: &[(KeyId, Value)],
    frame: &[Value],
) -> Result<Value> {
    let [from, to] = ends;
    let (from, to) = (end_of(cx, from, frame, "start")?, end_of(cx, to, frame, "end")?);
    cx.wrote(entity_bytes(properties))?;
    let rel = cx.graph_mut().create_rel(rel_type, from, to, properties)?;
    cx.counters.rels_created += 1;
    cx.counters.properties_set += properties.len() as u64;
    Ok(Value::Rel(rel))
}

/// About how many bytes a node or relationship adds to the graph, with its share of what the graph keeps beside it.
fn entity_bytes(properties: &[(KeyId, Value)]) -> u64 {
    const ENTITY_BYTES: u64 = 96;
    ENTITY_BYTES + properties.iter().map(|(_, value)| property_bytes(value)).sum::<u64>()
}

fn end_of(cx: &Context, slot: Slot, frame: &[Value], which: &str) -> Result<NodeId> {
    match frame.get(slot.0 as usize) {
        Some(Value::Node(node)) if cx.graph().contains_node(*node) => Ok(*node),
        Some(Value::Node(_)) => Err(super::super::eval::deleted_node()),
        Some(Value::Null) | None => {
            let message = format!("a relationship cannot be created: its {which} node is null");
            Err(Error::runtime(ErrorType::SemanticError, Detail::InvalidArgumentValue, message))
        }
        Some(other) => Err(super::not_a_node(other)),
    }
}

fn null_in_merge(cx: &Context, key: KeyId, expr: &Expr) -> Error {
    null_property(cx.graph().catalog().key_name(key), expr)
}

fn null_property(name: &str, expr: &Expr) -> Error {
    let message = format!("`MERGE` cannot use a property that is null: `{name}`");
    Error::runtime(ErrorType::SemanticError, Detail::MergeReadOwnWrites, message).at(expr.span)
}

/// Creates for each row.
pub(super) struct Create {
    input: Stage,
    live: Live,
    creation: Creation,
    run: bool,
    queue: Queue,
    held: Held,
}

impl Create {
    pub(super) fn new(input: Stage, live: Live, items: Arc<Vec<CreateItem>>, paths: Arc<Vec<PatternPath>>) -> Create {
        let creation = Creation::new(items, paths, false);
        Create { input, live, creation, run: false, queue: Queue::default(), held: Held::default() }
    }

    fn create(&mut self, cx: &mut Context, chunk: Chunk) -> Result<Chunk> {
        let mut chunk = flat(cx, chunk, &mut self.held)?;
        let slots: Vec<Slot> = self.creation.slots().filter(|&slot| self.live.contains(slot)).collect();
        let mut columns: Vec<Vec<Value>> = vec![Vec::new(); slots.len()];
        for position in 0..chunk.len {
            cx.tick()?;
            let mut frame = frame_of(cx, &chunk, position);
            self.creation.run(cx, &mut frame)?;
            self.held.grow(cx, (slots.len() * size_of::<Value>()) as u64)?;
            for (column, slot) in columns.iter_mut().zip(&slots) {
                column.push(frame.get(slot.0 as usize).cloned().unwrap_or_default());
            }
        }
        for (slot, column) in slots.into_iter().zip(columns) {
            chunk.set(slot, Column::from_values(column));
        }
        Ok(chunk.compact(&self.live))
    }
}

impl Operator for Create {
    fn next(&mut self, cx: &mut Context) -> Result<Option<Chunk>> {
        if !std::mem::replace(&mut self.run, true) {
            for chunk in drain(&mut self.input, cx, None, &mut self.held)? {
                let chunk = self.create(cx, chunk)?;
                self.queue.push(chunk);
            }
        }
        Ok(self.queue.pop(cx.batch()))
    }

    fn reset(&mut self) {
        self.input.reset();
        self.run = false;
        self.queue.clear();
        self.held.release();
    }
}
