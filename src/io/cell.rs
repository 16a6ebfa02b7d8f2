//! One value as a short text for people: names first, identifiers never.

use crate::session::entity::{Node, Relationship, points_forward};
use crate::store::Version;
use crate::syntax::facts::format::verb;
use crate::value::{Map, Path, Value};

/// The text of a value in a table cell. Text stands as it is at the top and quoted inside lists and maps.
pub fn text(graph: &Version, value: &Value) -> String {
    match value {
        Value::String(text) => one_line(text),
        other => nested(graph, other),
    }
}

/// The text of a value with all that a node or relationship holds.
pub fn whole(graph: &Version, value: &Value) -> String {
    let with = |text: String, properties: &Map| match properties.is_empty() {
        true => text,
        false => format!("{text} {}", map(graph, properties)),
    };
    match value {
        Value::Node(id) => {
            let node = Node::read(graph, *id);
            let labels: String = node.labels.iter().map(|label| format!(":{label}")).collect();
            let name = node.display_name().map(|name| one_line(&name)).unwrap_or_default();
            with(format!("{name}{labels}"), &node.properties)
        }
        Value::Rel(id) => {
            let rel = Relationship::read(graph, *id);
            let end = |id| text(graph, &Value::Node(id));
            let shape = format!("{} -{}-> {}", end(rel.start), verb(&rel.rel_type), end(rel.end));
            with(shape, &rel.properties)
        }
        other => text(graph, other),
    }
}

fn nested(graph: &Version, value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Float(value) => crate::value::format::float(*value),
        Value::String(text) => one_line(&crate::value::format::quoted(text)),
        Value::List(items) => {
            let items: Vec<String> = items.iter().map(|item| element(graph, item)).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Map(entries) => map(graph, entries),
        Value::Node(id) => node(graph, &Node::read(graph, *id)),
        Value::Rel(id) => relationship(graph, &Relationship::read(graph, *id)),
        Value::Path(path) => self::path(graph, path),
        Value::Date(value) => value.to_string(),
        Value::LocalTime(value) => value.to_string(),
        Value::Time(value) => value.to_string(),
        Value::LocalDateTime(value) => value.to_string(),
        Value::DateTime(value) => value.to_string(),
        Value::Duration(value) => value.to_string(),
    }
}

fn element(graph: &Version, value: &Value) -> String {
    if value.is_null() { "null".to_owned() } else { nested(graph, value) }
}

fn map(graph: &Version, entries: &Map) -> String {
    let entries: Vec<String> = entries.iter().map(|(key, value)| format!("{key}: {}", element(graph, value))).collect();
    format!("{{{}}}", entries.join(", "))
}

/// `Kyiv:Actor:State`, or `(:Label {properties})` for a node without a name.
fn node(graph: &Version, node: &Node) -> String {
    let labels: String = node.labels.iter().map(|label| format!(":{label}")).collect();
    match node.display_name() {
        Some(name) => format!("{}{labels}", one_line(&name)),
        None if node.properties.is_empty() => format!("({labels})"),
        None => format!("({labels} {})", map(graph, &node.properties)).replace("( ", "("),
    }
}

/// `-[OPPOSES 2025-11-21 0.9 ki-1121]->`: the type, then date, confidence and source where they are said.
fn relationship(graph: &Version, relationship: &Relationship) -> String {
    let said = ["date", "confidence", "source"].iter().filter_map(|key| relationship.properties.get(*key));
    let said: String = said.map(|value| format!(" {}", text(graph, value))).collect();
    format!("-[{}{said}]->", relationship.rel_type)
}

/// `Kyiv -opposes-> 28-point plan`.
fn path(graph: &Version, path: &Path) -> String {
    let name = |at: usize| {
        let node = path.nodes.get(at).map(|id| Node::read(graph, *id));
        node.map(|node| node.display_name().map_or_else(|| self::node(graph, &node), |name| one_line(&name)))
    };
    let mut text = name(0).unwrap_or_default();
    for (at, rel) in path.rels.iter().enumerate() {
        let verb = verb(graph.catalog().rel_type_name(rel.rel_type));
        let (left, right) = if points_forward(graph, path, at) { ("-", "->") } else { ("<-", "-") };
        text += &format!(" {left}{verb}{right} {}", name(at + 1).unwrap_or_default());
    }
    text
}

/// The text without line breaks and control characters, so that a cell stays one line and no text can steer a
/// terminal.
fn one_line(text: &str) -> String {
    if !text.chars().any(char::is_control) {
        return text.to_owned();
    }
    let visible = |c: char| match c {
        '\n' => "⏎".to_owned(),
        '\t' => " ".to_owned(),
        c if c.is_control() => c.escape_unicode().to_string(),
        c => c.to_string(),
    };
    text.chars().map(visible).collect()
}
