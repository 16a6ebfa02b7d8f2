//! Rows and values as types of the caller's, through serde.
//!
//! A node reads as a map of its properties (with `labels` beside them where the type asks for it and no property has
//! that name), a relationship likewise (with `type`), a temporal value as its text.

use super::entity::{Node, Relationship};
use crate::store::Version;
use crate::value::{Map, Value};
use serde::de::value::{Error, MapDeserializer, SeqDeserializer};
use serde::de::{Error as _, IntoDeserializer, Visitor};
use serde::{Deserializer, forward_to_deserialize_any};
use std::sync::Arc;

pub(super) struct RowDeserializer<'a> {
    pub(super) graph: &'a Version,
    pub(super) columns: &'a [Arc<str>],
    pub(super) values: &'a [Value],
}

struct ValueDeserializer<'a> {
    graph: &'a Version,
    value: &'a Value,
}

impl<'de> Deserializer<'de> for RowDeserializer<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let graph = self.graph;
        let entries = self.columns.iter().zip(self.values);
        visitor
            .visit_map(MapDeserializer::new(entries.map(|(name, value)| (&**name, ValueDeserializer { graph, value }))))
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let graph = self.graph;
        visitor.visit_seq(SeqDeserializer::new(self.values.iter().map(|value| ValueDeserializer { graph, value })))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de> IntoDeserializer<'de, Error> for ValueDeserializer<'_> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for ValueDeserializer<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let graph = self.graph;
        match self.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Int(value) => visitor.visit_i64(*value),
            Value::Float(value) => visitor.visit_f64(*value),
            Value::String(text) => visitor.visit_str(text),
            Value::List(items) => visit_items(graph, items, visitor),
            Value::Map(entries) => visit_map(graph, entries, visitor),
            Value::Node(id) => visit_map(graph, &node_entries(graph, *id), visitor),
            Value::Rel(id) => visit_map(graph, &relationship_entries(graph, *id), visitor),
            Value::Path(path) => {
                let mut steps = Vec::new();
                for (at, node) in path.nodes.iter().enumerate() {
                    steps.push(Value::Node(*node));
                    steps.extend(path.rels.get(at).map(|rel| Value::Rel(*rel)));
                }
                visit_items(graph, &steps, visitor)
            }
            Value::Date(value) => visitor.visit_string(value.to_string()),
            Value::LocalTime(value) => visitor.visit_string(value.to_string()),
            Value::Time(value) => visitor.visit_string(value.to_string()),
            Value::LocalDateTime(value) => visitor.visit_string(value.to_string()),
            Value::DateTime(value) => visitor.visit_string(value.to_string()),
            Value::Duration(value) => visitor.visit_string(value.to_string()),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.value.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self.value {
            Value::String(text) => visitor.visit_enum(IntoDeserializer::<Error>::into_deserializer(&**text)),
            other => Err(Error::custom(format!("a {} cannot be read as a choice", other.type_name()))),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct identifier ignored_any
    }
}

fn visit_items<'de, V: Visitor<'de>>(graph: &Version, items: &[Value], visitor: V) -> Result<V::Value, Error> {
    visitor.visit_seq(SeqDeserializer::new(items.iter().map(|value| ValueDeserializer { graph, value })))
}

fn visit_map<'de, V: Visitor<'de>>(graph: &Version, entries: &Map, visitor: V) -> Result<V::Value, Error> {
    let entries = entries.iter().map(|(key, value)| (&**key, ValueDeserializer { graph, value }));
    visitor.visit_map(MapDeserializer::new(entries))
}

fn node_entries(graph: &Version, id: crate::value::NodeId) -> Map {
    let node = Node::read(graph, id);
    let mut entries = node.properties;
    let labels = node.labels.into_iter().map(Value::String).collect();
    entries.entry(Arc::from("labels")).or_insert_with(|| Value::list(labels));
    entries
}

fn relationship_entries(graph: &Version, id: crate::value::RelId) -> Map {
    let relationship = Relationship::read(graph, id);
    let mut entries = relationship.properties;
    entries.entry(Arc::from("type")).or_insert(Value::String(relationship.rel_type));
    entries
}
