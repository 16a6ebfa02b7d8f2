//! Values as JSON, plain or typed.
//!
//! Plain JSON has fewer types than the language: temporal values are their texts, `NaN` and the infinities are the texts
//! of their names, and a whole float looks like an integer to many readers. Typed JSON writes every value as an object
//! of its type's name and its value, as the Neo4j Query API does, so that nothing is lost. Both are written by the same
//! code straight into bytes: no tree is built between.

use crate::store::Version;
use crate::value::{KeyId, NodeId, Path, RelId, Value, format};
use std::fmt::Display;
use std::io::Write;

/// How values are written as JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// The nearest JSON has; types may be lost.
    Plain,
    /// Every value with the name of its type.
    Typed,
}

/// Appends a value as JSON.
///
/// ```
/// use standpoint::io::encode::{Encoding, value};
/// use standpoint::{Graph, Value};
///
/// let graph = Graph::in_memory().snapshot();
/// let mut bytes = Vec::new();
/// value(&mut bytes, &graph, &Value::Int(1), Encoding::Typed);
/// assert_eq!(bytes, br#"{"$type":"Integer","_value":"1"}"#);
/// ```
pub fn value(out: &mut Vec<u8>, graph: &Version, value: &Value, encoding: Encoding) {
    Encoder { out, graph, typed: encoding == Encoding::Typed }.value(value);
}

/// Appends a text as a JSON string.
pub fn text(out: &mut Vec<u8>, text: &str) {
    // Writing to bytes never fails.
    let _ = serde_json::to_writer(out, text);
}

struct Encoder<'a> {
    out: &'a mut Vec<u8>,
    graph: &'a Version,
    typed: bool,
}

impl Encoder<'_> {
    fn value(&mut self, value: &Value) {
        match value {
            Value::Null => self.tagged("Null", |encoder| encoder.raw("null")),
            Value::Bool(value) => self.tagged("Boolean", |encoder| encoder.raw(if *value { "true" } else { "false" })),
            Value::Int(value) => self.tagged("Integer", |encoder| encoder.integer(*value)),
            Value::Float(value) => self.tagged("Float", |encoder| encoder.float(*value)),
            Value::String(value) => self.tagged("String", |encoder| text(encoder.out, value)),
            Value::List(items) => self.tagged("List", |encoder| encoder.list(items.iter())),
            Value::Map(entries) => {
                self.tagged("Map", |encoder| encoder.map(entries.iter().map(|(key, value)| (&**key, value))));
            }
            Value::Node(id) => self.node(*id),
            Value::Rel(id) => self.relationship(*id),
            Value::Path(path) => self.path(path),
            Value::Date(value) => self.tagged("Date", |encoder| encoder.shown(value)),
            Value::LocalTime(value) => self.tagged("LocalTime", |encoder| encoder.shown(value)),
            Value::Time(value) => self.tagged("Time", |encoder| encoder.shown(value)),
            Value::LocalDateTime(value) => self.tagged("LocalDateTime", |encoder| encoder.shown(value)),
            Value::DateTime(value) => {
                let tag = if value.zone.is_some() { "ZonedDateTime" } else { "OffsetDateTime" };
                self.tagged(tag, |encoder| encoder.shown(value));
            }
            Value::Duration(value) => self.tagged("Duration", |encoder| encoder.shown(value)),
        }
    }

    /// What `write` writes, with the name of its type where types are asked for.
    fn tagged(&mut self, tag: &str, write: impl FnOnce(&mut Self)) {
        if !self.typed {
            return write(self);
        }
        self.raw("{\"$type\":\"");
        self.raw(tag);
        self.raw("\",\"_value\":");
        write(self);
        self.raw("}");
    }

    fn raw(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    /// A text that needs no escapes.
    fn shown(&mut self, value: &impl Display) {
        // Writing to bytes never fails.
        let _ = write!(self.out, "\"{value}\"");
    }

    fn integer(&mut self, value: i64) {
        if self.typed {
            return self.shown(&value);
        }
        let _ = write!(self.out, "{value}");
    }

    fn float(&mut self, value: f64) {
        if !self.typed && value.is_finite() {
            let _ = serde_json::to_writer(&mut *self.out, &value);
        } else {
            self.shown(&format::float(value));
        }
    }

    fn list<'v>(&mut self, items: impl Iterator<Item = &'v Value>) {
        self.raw("[");
        for (at, item) in items.enumerate() {
            self.comma(at);
            self.value(item);
        }
        self.raw("]");
    }

    fn map<'v>(&mut self, entries: impl Iterator<Item = (&'v str, &'v Value)>) {
        self.raw("{");
        for (at, (key, value)) in entries.enumerate() {
            self.comma(at);
            text(self.out, key);
            self.raw(":");
            self.value(value);
        }
        self.raw("}");
    }

    fn comma(&mut self, at: usize) {
        if at > 0 {
            self.raw(",");
        }
    }

    /// The name of a part of a node or relationship.
    fn key(&mut self, plain: &str, typed: &str) {
        self.raw("\"");
        self.raw(if self.typed { typed } else { plain });
        self.raw("\":");
    }

    /// A node that was deleted has neither labels nor properties.
    fn node(&mut self, id: NodeId) {
        self.tagged("Node", |encoder| {
            encoder.raw("{");
            encoder.key("elementId", "_element_id");
            encoder.shown(&id.0);
            encoder.raw(",");
            encoder.key("labels", "_labels");
            encoder.labels(id);
            encoder.raw(",");
            encoder.key("properties", "_properties");
            encoder.properties(encoder.graph.node_properties(id));
            encoder.raw("}");
        });
    }

    fn labels(&mut self, id: NodeId) {
        let catalog = self.graph.catalog();
        let mut labels: Vec<&str> =
            self.graph.node_labels(id).iter().map(|label| &**catalog.label_name(*label)).collect();
        labels.sort_unstable();
        self.raw("[");
        for (at, label) in labels.into_iter().enumerate() {
            self.comma(at);
            text(self.out, label);
        }
        self.raw("]");
    }

    fn properties(&mut self, properties: Vec<(KeyId, Value)>) {
        let catalog = self.graph.catalog();
        let mut named: Vec<(&str, Value)> =
            properties.into_iter().map(|(key, value)| (&**catalog.key_name(key), value)).collect();
        named.sort_unstable_by_key(|(name, _)| *name);
        self.map(named.iter().map(|(name, value)| (*name, value)));
    }

    /// The ends of a relationship that was deleted are null: nobody knows them any more.
    fn relationship(&mut self, id: RelId) {
        let ends = self.graph.endpoints(id);
        self.tagged("Relationship", |encoder| {
            encoder.raw("{");
            encoder.key("elementId", "_element_id");
            encoder.shown(&id.packed());
            encoder.raw(",");
            encoder.key("startNodeElementId", "_start_node_element_id");
            encoder.end(ends.map(|(start, _)| start));
            encoder.raw(",");
            encoder.key("endNodeElementId", "_end_node_element_id");
            encoder.end(ends.map(|(_, end)| end));
            encoder.raw(",");
            encoder.key("type", "_type");
            text(encoder.out, encoder.graph.catalog().rel_type_name(id.rel_type));
            encoder.raw(",");
            if let Some(proof) = encoder.graph.proof(id) {
                encoder.key("derivedBy", "_derived_by");
                text(encoder.out, &proof.rule.name);
                encoder.raw(",");
            }
            encoder.key("properties", "_properties");
            encoder.properties(encoder.graph.rel_properties(id));
            encoder.raw("}");
        });
    }

    fn end(&mut self, node: Option<NodeId>) {
        match node {
            Some(node) => self.shown(&node.0),
            None => self.raw("null"),
        }
    }

    /// Node, relationship, node and so on.
    fn path(&mut self, path: &Path) {
        self.tagged("Path", |encoder| {
            encoder.raw("[");
            for (at, node) in path.nodes.iter().enumerate() {
                encoder.comma(at);
                encoder.node(*node);
                if let Some(rel) = path.rels.get(at) {
                    encoder.raw(",");
                    encoder.relationship(*rel);
                }
            }
            encoder.raw("]");
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Graph;

    /// What a statement of one row and column gives.
    fn both(statement: &str) -> [String; 2] {
        let graph = Graph::in_memory();
        let mut answer = graph.run(statement).unwrap();
        let row = answer.next_row().unwrap().unwrap();
        [Encoding::Plain, Encoding::Typed].map(|encoding| {
            let mut out = Vec::new();
            value(&mut out, row.graph(), &row.values()[0], encoding);
            String::from_utf8(out).unwrap()
        })
    }

    #[test]
    fn numbers_keep_their_type_and_value() {
        assert_eq!(both("RETURN 9223372036854775807")[1], r#"{"$type":"Integer","_value":"9223372036854775807"}"#);
        assert_eq!(both("RETURN 1.0"), ["1.0", r#"{"$type":"Float","_value":"1.0"}"#]);
        assert_eq!(both("RETURN -0.0")[1], r#"{"$type":"Float","_value":"-0.0"}"#);
        assert_eq!(both("RETURN 0.1 + 0.2")[1], r#"{"$type":"Float","_value":"0.30000000000000004"}"#);
        assert_eq!(both("RETURN 0.0 / 0.0"), ["\"NaN\"", r#"{"$type":"Float","_value":"NaN"}"#]);
        assert_eq!(both("RETURN -1.0 / 0.0")[1], r#"{"$type":"Float","_value":"-Infinity"}"#);
    }

    #[test]
    fn a_map_is_told_from_a_typed_value() {
        let [plain, typed] = both("RETURN {`$type`: 'Integer', _value: '1'}");
        assert_eq!(plain, r#"{"$type":"Integer","_value":"1"}"#);
        let inner = r#"{"$type":{"$type":"String","_value":"Integer"},"_value":{"$type":"String","_value":"1"}}"#;
        assert_eq!(typed, format!(r#"{{"$type":"Map","_value":{inner}}}"#));
    }

    #[test]
    fn zones_and_offsets_are_different_types() {
        let zoned = both("RETURN datetime('1984-10-11T12:31:14.645876123[Europe/Stockholm]')");
        let text = "1984-10-11T12:31:14.645876123+01:00[Europe/Stockholm]";
        assert_eq!(zoned, [format!("\"{text}\""), format!(r#"{{"$type":"ZonedDateTime","_value":"{text}"}}"#)]);
        let offset = both("RETURN datetime('2015-07-21T21:40Z')");
        assert_eq!(offset[1], r#"{"$type":"OffsetDateTime","_value":"2015-07-21T21:40Z"}"#);
        assert_eq!(both("RETURN time('10:00+01:00')")[1], r#"{"$type":"Time","_value":"10:00+01:00"}"#);
        assert_eq!(both("RETURN duration('P1DT2.5S')")[1], r#"{"$type":"Duration","_value":"P1DT2.5S"}"#);
    }

    #[test]
    fn a_path_of_one_node_is_no_list() {
        let [plain, typed] = both("CREATE p = (:A {n: 1}) RETURN p");
        assert_eq!(plain, r#"[{"elementId":"0","labels":["A"],"properties":{"n":1}}]"#);
        assert!(
            typed.starts_with(r#"{"$type":"Path","_value":[{"$type":"Node","_value":{"_element_id":"0","#),
            "{typed}"
        );
    }

    #[test]
    fn relationships_say_where_they_start_unless_they_are_gone() {
        let [_, typed] = both("CREATE (a)<-[r:T]-(b) RETURN r");
        let ends = r#""_start_node_element_id":"1","_end_node_element_id":"0","_type":"T","_properties":{}"#;
        assert!(typed.contains(ends), "{typed}");
        let [_, typed] = both("CREATE (a)<-[r:T]-(b) WITH r DELETE r RETURN r");
        assert!(typed.contains(r#""_start_node_element_id":null,"_end_node_element_id":null"#), "{typed}");
    }
}
