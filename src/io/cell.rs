//! One value as a short text for people: names first, numbers only where they are wanted.

use crate::session::entity::{Node, Relationship, points_forward};
use crate::store::Version;
use crate::syntax::facts::format::verb;
use crate::value::{Map, NodeId, Path, RelId, Value};
use std::fmt::Display;
use std::sync::Arc;

/// The text of a value in a table cell. Text stands as it is at the top and quoted inside lists and maps.
pub fn text(graph: &Version, value: &Value) -> String {
    Cells { graph, numbers: false }.text(value)
}

/// The name of a node, or what stands for one without.
pub fn name(graph: &Version, node: NodeId) -> String {
    Cells { graph, numbers: false }.named(node)
}

/// How values of a graph are written.
#[derive(Clone, Copy)]
pub struct Cells<'a> {
    /// What nodes and relationships are read from.
    pub graph: &'a Version,
    /// Whether they have their numbers beside them, those that `elementId` gives: `Kyiv:Actor#18`.
    pub numbers: bool,
}

impl Cells<'_> {
    /// The text of a value, as [`text`] gives it.
    pub fn text(self, value: &Value) -> String {
        match value {
            Value::String(text) => one_line(text),
            other => self.nested(other),
        }
    }

    /// The text of a value with all that a node or relationship holds.
    pub fn whole(self, value: &Value) -> String {
        let with = |text: String, properties: &Map| match properties.is_empty() {
            true => text,
            false => format!("{text} {}", self.map(properties)),
        };
        match value {
            Value::Node(id) => {
                let node = Node::read(self.graph, *id);
                let labels: String = node.labels.iter().map(|label| format!(":{label}")).collect();
                let name = node.display_name().map(|name| one_line(&name)).unwrap_or_default();
                with(format!("{name}{labels}{}", self.number(id.0)), &node.properties)
            }
            Value::Rel(id) => {
                let rel = Relationship::read(self.graph, *id);
                let end = |id| self.text(&Value::Node(id));
                let shape = format!("{} -{}-> {}", end(rel.start), verb(&rel.rel_type), end(rel.end));
                with(format!("{shape}{}", self.number(id.packed())), &rel.properties)
            }
            other => self.text(other),
        }
    }

    /// A node that has a name and labels, without the labels.
    pub fn unlabelled(self, value: &Value) -> Option<String> {
        let Value::Node(id) = value else { return None };
        let node = Node::read(self.graph, *id);
        let name = node.display_name().filter(|_| !node.labels.is_empty())?;
        Some(format!("{}{}", one_line(&name), self.number(id.0)))
    }

    fn number(self, number: impl Display) -> String {
        if self.numbers { format!("#{number}") } else { String::new() }
    }

    fn nested(self, value: &Value) -> String {
        match value {
            Value::Null => String::new(),
            Value::Bool(value) => value.to_string(),
            Value::Int(value) => value.to_string(),
            Value::Float(value) => crate::value::format::float(*value),
            Value::String(text) => one_line(&crate::value::format::quoted(text)),
            Value::List(items) => {
                let items: Vec<String> = items.iter().map(|item| self.element(item)).collect();
                format!("[{}]", items.join(", "))
            }
            Value::Map(entries) => self.map(entries),
            Value::Node(id) => self.node(*id),
            Value::Rel(id) => self.relationship(*id),
            Value::Path(path) => self.path(path),
            Value::Date(value) => value.to_string(),
            Value::LocalTime(value) => value.to_string(),
            Value::Time(value) => value.to_string(),
            Value::LocalDateTime(value) => value.to_string(),
            Value::DateTime(value) => value.to_string(),
            Value::Duration(value) => value.to_string(),
        }
    }

    fn element(self, value: &Value) -> String {
        if value.is_null() { "null".to_owned() } else { self.nested(value) }
    }

    fn map(self, entries: &Map) -> String {
        let entry = |(key, value): (&Arc<str>, &Value)| format!("{key}: {}", self.element(value));
        format!("{{{}}}", entries.iter().map(entry).collect::<Vec<_>>().join(", "))
    }

    /// `Kyiv:Actor:State`, or `(:Label {properties})` for a node without a name.
    fn node(self, id: NodeId) -> String {
        let node = Node::read(self.graph, id);
        let labels: String = node.labels.iter().map(|label| format!(":{label}")).collect();
        let labels = labels + &self.number(id.0);
        match node.display_name() {
            Some(name) => format!("{}{labels}", one_line(&name)),
            None if node.properties.is_empty() => format!("({labels})"),
            None => format!("({labels} {})", self.map(&node.properties)).replace("( ", "("),
        }
    }

    /// `-[OPPOSES 2025-11-21 0.9 ki-1121]->`: the type, then date, confidence and source where they are said, or the rule
    /// that derives it.
    fn relationship(self, id: RelId) -> String {
        let relationship = Relationship::read(self.graph, id);
        let said = ["date", "confidence", "source"].iter().filter_map(|key| relationship.properties.get(*key));
        let said: String = said.map(|value| format!(" {}", self.text(value))).collect();
        let rule = self.graph.proof(id).map(|proof| format!(" by {}", one_line(&proof.rule.name))).unwrap_or_default();
        format!("-[{}{}{said}{rule}]->", relationship.rel_type, self.number(id.packed()))
    }

    /// `Kyiv -opposes-> 28-point plan`.
    fn path(self, path: &Path) -> String {
        let mut text = path.nodes.first().map(|node| self.named(*node)).unwrap_or_default();
        for (at, rel) in path.rels.iter().enumerate() {
            let verb = verb(self.graph.catalog().rel_type_name(rel.rel_type)) + &self.number(rel.packed());
            let (left, right) = if points_forward(self.graph, path, at) { ("-", "->") } else { ("<-", "-") };
            let end = path.nodes.get(at + 1).map(|node| self.named(*node)).unwrap_or_default();
            text += &format!(" {left}{verb}{right} {end}");
        }
        text
    }

    /// The name alone, or what stands for a node without one.
    fn named(self, id: NodeId) -> String {
        match Node::read(self.graph, id).display_name() {
            Some(name) => one_line(&name) + &self.number(id.0),
            None => self.node(id),
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Graph;

    #[test]
    fn numbers_stand_beside_names_where_they_are_wanted() {
        let graph = Graph::in_memory();
        graph.run("CREATE (:Actor {name: 'Kyiv'})-[:OPPOSES {confidence: 0.9}]->()").unwrap();
        let rows = graph.run("MATCH p = (a)-[r]->(b) RETURN a, r, b, p, [a]").unwrap().rows().unwrap();
        let written = |numbers| {
            let cells = Cells { graph: rows[0].graph(), numbers };
            rows[0].values().iter().map(|value| cells.text(value)).collect::<Vec<_>>()
        };
        let plain = ["Kyiv:Actor", "-[OPPOSES 0.9]->", "()", "Kyiv -opposes-> ()", "[Kyiv:Actor]"];
        assert_eq!(written(false), plain);
        let numbered = ["Kyiv:Actor#0", "-[OPPOSES#0 0.9]->", "(#1)", "Kyiv#0 -opposes#0-> (#1)", "[Kyiv:Actor#0]"];
        assert_eq!(written(true), numbered);
        let cells = Cells { graph: rows[0].graph(), numbers: true };
        assert_eq!(cells.whole(&rows[0].values()[1]), "Kyiv:Actor#0 -opposes-> (#1)#0 {confidence: 0.9}");
    }
}
