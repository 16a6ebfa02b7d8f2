//! The TCK's notation for expected values, brought to one canonical text, and the same text for values of a result.

use standpoint::store::Version;
use standpoint::value::{KeyId, NodeId, RelId, Value};
use std::iter::Peekable;
use std::str::Chars;

/// The canonical text of a cell of an expected table. `unordered`: lists are compared as multisets.
pub fn expected(cell: &str, unordered: bool) -> String {
    let mut reader = Reader { chars: cell.chars().peekable(), unordered };
    let text = reader.value();
    reader.space();
    assert!(reader.chars.peek().is_none(), "cannot read the expected value {cell}");
    text
}

/// The canonical text of a value of a result.
pub fn actual(graph: &Version, value: &Value, unordered: bool) -> String {
    let nested = |value: &Value| actual(graph, value, unordered);
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Float(value) => float(*value),
        Value::String(text) => quoted(text),
        Value::List(items) => list(items.iter().map(nested).collect(), unordered),
        Value::Map(entries) => map(entries.iter().map(|(key, value)| (key.to_string(), nested(value))).collect()),
        Value::Node(node) => node_text(graph, *node, unordered),
        Value::Rel(rel) => rel_text(graph, *rel, unordered),
        Value::Path(path) => {
            let mut text = format!("<{}", node_text(graph, path.nodes[0], unordered));
            for (at, rel) in path.rels.iter().enumerate() {
                let rel_text = rel_text(graph, *rel, unordered);
                let forward = graph.endpoints(*rel).is_none_or(|(from, _)| from == path.nodes[at]);
                let (left, right) = if forward { ("-", "->") } else { ("<-", "-") };
                text += &format!("{left}{rel_text}{right}{}", node_text(graph, path.nodes[at + 1], unordered));
            }
            text + ">"
        }
        Value::Date(value) => quoted(&value.to_string()),
        Value::LocalTime(value) => quoted(&value.to_string()),
        Value::Time(value) => quoted(&value.to_string()),
        Value::LocalDateTime(value) => quoted(&value.to_string()),
        Value::DateTime(value) => quoted(&value.to_string()),
        Value::Duration(value) => quoted(&value.to_string()),
    }
}

fn node_text(graph: &Version, node: NodeId, unordered: bool) -> String {
    let labels = graph.node_labels(node).iter().map(|id| graph.catalog().label_name(*id).to_string()).collect();
    node_notation(labels, properties(graph, graph.node_properties(node), unordered))
}

fn rel_text(graph: &Version, rel: RelId, unordered: bool) -> String {
    let name = graph.catalog().rel_type_name(rel.rel_type);
    relationship(name, properties(graph, graph.rel_properties(rel), unordered))
}

fn properties(graph: &Version, properties: Vec<(KeyId, Value)>, unordered: bool) -> Vec<(String, String)> {
    let name = |key| graph.catalog().key_name(key).to_string();
    properties.into_iter().map(|(key, value)| (name(key), actual(graph, &value, unordered))).collect()
}

pub fn float(value: f64) -> String {
    // Zero has one text: the kit compares numbers, and negative zero equals zero.
    if value.is_nan() { "NaN".to_owned() } else { format!("{:?}", if value == 0.0 { 0.0 } else { value }) }
}

pub fn quoted(text: &str) -> String {
    format!("{text:?}")
}

pub fn list(mut items: Vec<String>, unordered: bool) -> String {
    if unordered {
        items.sort();
    }
    format!("[{}]", items.join(", "))
}

pub fn map(mut entries: Vec<(String, String)>) -> String {
    entries.sort();
    let entries: Vec<String> = entries.into_iter().map(|(key, value)| format!("{key}: {value}")).collect();
    format!("{{{}}}", entries.join(", "))
}

pub fn node_notation(mut labels: Vec<String>, properties: Vec<(String, String)>) -> String {
    labels.sort();
    let labels: String = labels.iter().map(|label| format!(":{label}")).collect();
    format!("({labels} {})", map(properties))
}

pub fn relationship(name: &str, properties: Vec<(String, String)>) -> String {
    format!("[:{name} {}]", map(properties))
}

struct Reader<'a> {
    chars: Peekable<Chars<'a>>,
    unordered: bool,
}

impl Reader<'_> {
    fn space(&mut self) {
        while self.chars.next_if(|c| c.is_whitespace()).is_some() {}
    }

    fn eat(&mut self, wanted: char) -> bool {
        self.space();
        self.chars.next_if_eq(&wanted).is_some()
    }

    fn need(&mut self, wanted: char) {
        assert!(self.eat(wanted), "expected {wanted}, found {:?}", self.chars.clone().collect::<String>());
    }

    fn value(&mut self) -> String {
        self.space();
        match self.chars.peek().copied() {
            Some('\'') => quoted(&self.string()),
            Some('[') => self.list_or_relationship(),
            Some('{') => map(self.entries()),
            Some('(') => self.node(),
            Some('<') => self.path(),
            _ => self.scalar(),
        }
    }

    fn string(&mut self) -> String {
        self.need('\'');
        let mut text = String::new();
        while let Some(c) = self.chars.next() {
            match c {
                '\'' => return text,
                '\\' => match self.chars.next() {
                    Some('n') => text.push('\n'),
                    Some('t') => text.push('\t'),
                    Some('\'') => text.push('\''),
                    Some('\\') => text.push('\\'),
                    other => {
                        text.push('\\');
                        text.extend(other);
                    }
                },
                c => text.push(c),
            }
        }
        panic!("a string does not end");
    }

    fn list_or_relationship(&mut self) -> String {
        self.need('[');
        if self.eat(':') {
            let name = self.name();
            let properties = if self.eat('{') { self.entries_after_brace() } else { Vec::new() };
            self.need(']');
            return relationship(&name, properties);
        }
        let mut items = Vec::new();
        while !self.eat(']') {
            items.push(self.value());
            self.eat(',');
        }
        list(items, self.unordered)
    }

    fn entries(&mut self) -> Vec<(String, String)> {
        self.need('{');
        self.entries_after_brace()
    }

    fn entries_after_brace(&mut self) -> Vec<(String, String)> {
        let mut entries = Vec::new();
        while !self.eat('}') {
            let key = self.name();
            self.need(':');
            entries.push((key, self.value()));
            self.eat(',');
        }
        entries
    }

    fn node(&mut self) -> String {
        self.need('(');
        let mut labels = Vec::new();
        while self.eat(':') {
            labels.push(self.name());
        }
        let properties = if self.eat('{') { self.entries_after_brace() } else { Vec::new() };
        self.need(')');
        node_notation(labels, properties)
    }

    fn path(&mut self) -> String {
        self.need('<');
        let mut text = format!("<{}", self.node());
        while !self.eat('>') {
            let backward = self.eat('<');
            self.need('-');
            let rel = self.list_or_relationship();
            self.need('-');
            if !backward {
                self.need('>');
            }
            let (left, right) = if backward { ("<-", "-") } else { ("-", "->") };
            text += &format!("{left}{rel}{right}{}", self.node());
        }
        text + ">"
    }

    fn name(&mut self) -> String {
        self.space();
        if self.chars.next_if_eq(&'`').is_some() {
            return self.chars.by_ref().take_while(|c| *c != '`').collect();
        }
        let mut name = String::new();
        while let Some(c) = self.chars.next_if(|c| c.is_alphanumeric() || *c == '_') {
            name.push(c);
        }
        name
    }

    fn scalar(&mut self) -> String {
        let mut word = String::new();
        while let Some(c) = self.chars.next_if(|c| c.is_alphanumeric() || "+-._".contains(*c)) {
            word.push(c);
        }
        match word.as_str() {
            "null" | "true" | "false" | "NaN" => word,
            "Inf" | "Infinity" => float(f64::INFINITY),
            "-Inf" | "-Infinity" => float(f64::NEG_INFINITY),
            _ => match word.parse::<i64>() {
                Ok(int) => int.to_string(),
                Err(_) => float(word.parse().unwrap_or_else(|_| panic!("cannot read the expected value {word:?}"))),
            },
        }
    }
}

#[test]
fn one_text_for_one_value() {
    assert_eq!(expected("(:B:A {b: 1, a: 'x'})", false), r#"(:A:B {a: "x", b: 1})"#);
    assert_eq!(expected("<(:A)<-[:T {n: 1.0}]-()>", false), "<(:A {})<-[:T {n: 1.0}]-( {})>");
    assert_eq!(expected("[2, [1], 'it\\'s']", true), r#"["it's", 2, [1]]"#);
    assert_eq!(expected("-1e-305", false), "-1e-305");
}
