//! Text forms of values.
//!
//! [`to_text`] is what `toString` gives; [`literal`] is how a value is written in a query or a result. A value does
//! not know the graph, so whoever wants nodes and relationships spelled out brings an [`Entities`].

use super::{Map, NodeId, Path, RelId, Value};
use std::fmt::{self, Write};
use std::sync::Arc;

/// What there is to say about nodes and relationships.
pub trait Entities {
    /// The labels of a node.
    fn labels(&self, node: NodeId) -> Vec<Arc<str>>;
    /// The properties of a node.
    fn node_properties(&self, node: NodeId) -> Vec<(Arc<str>, Value)>;
    /// The type of a relationship.
    fn rel_type(&self, rel: RelId) -> Arc<str>;
    /// The properties of a relationship.
    fn rel_properties(&self, rel: RelId) -> Vec<(Arc<str>, Value)>;
    /// Where a relationship starts and ends; `None` when it does not exist.
    fn endpoints(&self, rel: RelId) -> Option<(NodeId, NodeId)>;
}

/// No graph at hand: nodes and relationships are shown by their numbers.
#[derive(Clone, Copy, Debug)]
pub struct NoGraph;

impl Entities for NoGraph {
    fn labels(&self, node: NodeId) -> Vec<Arc<str>> {
        vec![Arc::from(node.0.to_string())]
    }
    fn node_properties(&self, _: NodeId) -> Vec<(Arc<str>, Value)> {
        Vec::new()
    }
    fn rel_type(&self, rel: RelId) -> Arc<str> {
        Arc::from(rel.packed().to_string())
    }
    fn rel_properties(&self, _: RelId) -> Vec<(Arc<str>, Value)> {
        Vec::new()
    }
    fn endpoints(&self, _: RelId) -> Option<(NodeId, NodeId)> {
        None
    }
}

/// The plain text of a value: texts as they are, everything else as [`literal`] without a graph.
///
/// ```
/// use standpoint::value::{format::to_text, Value};
/// assert_eq!(to_text(&Value::Float(3.0)), "3.0");
/// assert_eq!(to_text(&"it's".into()), "it's");
/// ```
pub fn to_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.to_string(),
        _ => literal(value, &NoGraph),
    }
}

/// A value as it is written in a query or in an expected result: texts in single quotes, nodes as
/// `(:A {name: 'x'})`, relationships as `[:T {since: 1}]`, paths as `<(:A)-[:T]->(:B)>`.
pub fn literal(value: &Value, entities: &dyn Entities) -> String {
    let mut out = String::new();
    // Writing to a text never fails.
    let _ = write_literal(&mut out, value, entities);
    out
}

/// A value as an openCypher expression that gives it; nodes, relationships and paths have none and are written as
/// [`literal`] writes them.
///
/// ```
/// use standpoint::value::{Value, format::expression, temporal::parse};
/// assert_eq!(expression(&Value::Float(1.0)), "1.0");
/// assert_eq!(expression(&parse::date("2025-11-21")?.into()), "date('2025-11-21')");
/// # Ok::<(), standpoint::error::Error>(())
/// ```
pub fn expression(value: &Value) -> String {
    let quoted = |function: &str| format!("{function}('{}')", literal(value, &NoGraph));
    match value {
        Value::Float(number) if number.is_nan() => "(0.0 / 0.0)".to_owned(),
        Value::Float(number) if number.is_infinite() => format!("({:?} / 0.0)", number.signum()),
        Value::List(items) => format!("[{}]", items.iter().map(expression).collect::<Vec<_>>().join(", ")),
        Value::Date(_) => quoted("date"),
        Value::LocalTime(_) => quoted("localtime"),
        Value::Time(_) => quoted("time"),
        Value::LocalDateTime(_) => quoted("localdatetime"),
        Value::DateTime(_) => quoted("datetime"),
        Value::Duration(_) => quoted("duration"),
        other => literal(other, &NoGraph),
    }
}

/// Writes what [`literal`] gives.
///
/// # Errors
/// When the writer fails.
pub fn write_literal(out: &mut dyn Write, value: &Value, entities: &dyn Entities) -> fmt::Result {
    match value {
        Value::Null => out.write_str("null"),
        Value::Bool(flag) => write!(out, "{flag}"),
        Value::Int(number) => write!(out, "{number}"),
        Value::Float(number) => out.write_str(&float(*number)),
        Value::String(text) => write_quoted(out, text),
        Value::List(items) => write_list(out, items, entities),
        Value::Map(map) => write_map(out, map, entities),
        Value::Node(node) => write_node(out, *node, entities),
        Value::Rel(rel) => write_rel(out, *rel, entities),
        Value::Path(path) => write_path(out, path, entities),
        Value::Date(date) => write!(out, "{date}"),
        Value::LocalTime(time) => write!(out, "{time}"),
        Value::Time(time) => write!(out, "{time}"),
        Value::LocalDateTime(at) => write!(out, "{at}"),
        Value::DateTime(at) => write!(out, "{at}"),
        Value::Duration(duration) => write!(out, "{duration}"),
    }
}

/// A float with the fewest digits that read back to the same number, always told from an integer: plain between a
/// millionth and a thousand million million (10^15), with an exponent beyond.
///
/// ```
/// use standpoint::value::format::float;
/// assert_eq!(float(1e9), "1000000000.0");
/// assert_eq!(float(1e-305), "1e-305");
/// assert_eq!(float(f64::NEG_INFINITY), "-Infinity");
/// ```
pub fn float(number: f64) -> String {
    if number.is_nan() {
        return "NaN".to_string();
    }
    if number.is_infinite() {
        return if number > 0.0 { "Infinity" } else { "-Infinity" }.to_string();
    }
    let size = number.abs();
    if size != 0.0 && !(1e-6..1e15).contains(&size) {
        return format!("{number:e}");
    }
    let digits = number.to_string();
    if digits.contains('.') { digits } else { digits + ".0" }
}

/// A text in single quotes, with escapes.
pub fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    // Writing to a text never fails.
    let _ = write_quoted(&mut out, text);
    out
}

/// A name as it is written in a query: bare when it can be, else in backticks.
///
/// ```
/// use standpoint::value::format::name;
/// assert_eq!(name("since"), "since");
/// assert_eq!(name("first name"), "`first name`");
/// ```
pub fn name(name: &str) -> String {
    let mut letters = name.chars();
    let starts_well = letters.next().is_some_and(|first| first.is_alphabetic() || first == '_');
    if starts_well && letters.all(|letter| letter.is_alphanumeric() || letter == '_') {
        return name.to_string();
    }
    format!("`{}`", name.replace('`', "``"))
}

fn write_quoted(out: &mut dyn Write, text: &str) -> fmt::Result {
    out.write_char('\'')?;
    for letter in text.chars() {
        match letter {
            '\'' => out.write_str("\\'")?,
            '\\' => out.write_str("\\\\")?,
            '\n' => out.write_str("\\n")?,
            '\r' => out.write_str("\\r")?,
            '\t' => out.write_str("\\t")?,
            '\u{8}' => out.write_str("\\b")?,
            '\u{c}' => out.write_str("\\f")?,
            control if control.is_control() => write!(out, "\\u{:04X}", u32::from(control))?,
            plain => out.write_char(plain)?,
        }
    }
    out.write_char('\'')
}

fn write_list(out: &mut dyn Write, items: &[Value], entities: &dyn Entities) -> fmt::Result {
    out.write_char('[')?;
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.write_str(", ")?;
        }
        write_literal(out, item, entities)?;
    }
    out.write_char(']')
}

fn write_map(out: &mut dyn Write, map: &Map, entities: &dyn Entities) -> fmt::Result {
    write_entries(out, map.iter(), entities)
}

fn write_entries<'a>(
    out: &mut dyn Write,
    entries: impl Iterator<Item = (&'a Arc<str>, &'a Value)>,
    entities: &dyn Entities,
) -> fmt::Result {
    out.write_char('{')?;
    for (index, (key, value)) in entries.enumerate() {
        if index > 0 {
            out.write_str(", ")?;
        }
        write!(out, "{}: ", name(key))?;
        write_literal(out, value, entities)?;
    }
    out.write_char('}')
}

fn write_node(out: &mut dyn Write, node: NodeId, entities: &dyn Entities) -> fmt::Result {
    out.write_char('(')?;
    let labels = entities.labels(node);
    for label in &labels {
        write!(out, ":{}", name(label))?;
    }
    write_properties(out, !labels.is_empty(), &entities.node_properties(node), entities)?;
    out.write_char(')')
}

fn write_rel(out: &mut dyn Write, rel: RelId, entities: &dyn Entities) -> fmt::Result {
    write!(out, "[:{}", name(&entities.rel_type(rel)))?;
    write_properties(out, true, &entities.rel_properties(rel), entities)?;
    out.write_char(']')
}

fn write_properties(
    out: &mut dyn Write,
    spaced: bool,
    properties: &[(Arc<str>, Value)],
    entities: &dyn Entities,
) -> fmt::Result {
    if properties.is_empty() {
        return Ok(());
    }
    if spaced {
        out.write_char(' ')?;
    }
    write_entries(out, properties.iter().map(|(key, value)| (key, value)), entities)
}

/// An arrow points as the relationship does; one whose ends are unknown points along the path.
fn write_path(out: &mut dyn Write, path: &Path, entities: &dyn Entities) -> fmt::Result {
    out.write_char('<')?;
    for (index, node) in path.nodes.iter().enumerate() {
        if let Some(rel) = index.checked_sub(1).and_then(|before| path.rels.get(before)) {
            let against = entities.endpoints(*rel).is_some_and(|(from, _)| from != path.nodes[index - 1]);
            out.write_str(if against { "<-" } else { "-" })?;
            write_rel(out, *rel, entities)?;
            out.write_str(if against { "-" } else { "->" })?;
        }
        write_node(out, *node, entities)?;
    }
    out.write_char('>')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::RelTypeId;
    use proptest::prelude::*;

    /// `(0:A {name: 'x'})-[:T {since: 1}]->(1)`.
    struct Pair;

    impl Entities for Pair {
        fn labels(&self, node: NodeId) -> Vec<Arc<str>> {
            if node.0 == 0 { vec!["A".into(), "B c".into()] } else { Vec::new() }
        }
        fn node_properties(&self, _: NodeId) -> Vec<(Arc<str>, Value)> {
            vec![("name".into(), "x".into())]
        }
        fn rel_type(&self, _: RelId) -> Arc<str> {
            "T".into()
        }
        fn rel_properties(&self, _: RelId) -> Vec<(Arc<str>, Value)> {
            vec![("since".into(), Value::Int(1))]
        }
        fn endpoints(&self, _: RelId) -> Option<(NodeId, NodeId)> {
            Some((NodeId(0), NodeId(1)))
        }
    }

    const REL: RelId = RelId { rel_type: RelTypeId(0), row: 7 };

    #[test]
    fn floats() {
        let cases = [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1.0, "1.0"),
            (-1.5, "-1.5"),
            (1e9, "1000000000.0"),
            (1e-5, "0.00001"),
            (-1e-6, "-0.000001"),
            (1e-7, "1e-7"),
            (1e308, "1e308"),
            (1.234_567_89e308, "1.23456789e308"),
            (-1.263_541_865_238_126_4e305, "-1.2635418652381264e305"),
            (-1e-305, "-1e-305"),
            (0.1 + 0.2, "0.30000000000000004"),
            (f64::NAN, "NaN"),
            (f64::INFINITY, "Infinity"),
        ];
        for (number, text) in cases {
            assert_eq!(float(number), text);
        }
    }

    #[test]
    fn nested_values() {
        let map = Value::map([("a b".into(), Value::Null), ("c".into(), Value::Bool(true))].into_iter().collect());
        let list = Value::list(vec![Value::Int(1), "it's\n".into(), map]);
        assert_eq!(literal(&list, &NoGraph), r"[1, 'it\'s\n', {`a b`: null, c: true}]");
        assert_eq!(to_text(&"it's".into()), "it's");
        assert_eq!(quoted("\u{1}\\"), r"'\u0001\\'");
        assert_eq!(name("a`b"), "`a``b`");
        assert_eq!(name(""), "``");
    }

    #[test]
    fn entities_and_paths() {
        assert_eq!(literal(&Value::Node(NodeId(0)), &Pair), "(:A:`B c` {name: 'x'})");
        assert_eq!(literal(&Value::Node(NodeId(1)), &Pair), "({name: 'x'})");
        assert_eq!(literal(&Value::Rel(REL), &Pair), "[:T {since: 1}]");
        let path = |nodes: &[u32]| {
            let nodes: Vec<NodeId> = nodes.iter().copied().map(NodeId).collect();
            let rels = vec![REL; nodes.len() - 1];
            literal(&Value::Path(Arc::new(Path { nodes, rels })), &Pair)
        };
        assert_eq!(path(&[1]), "<({name: 'x'})>");
        assert_eq!(path(&[0, 1]), "<(:A:`B c` {name: 'x'})-[:T {since: 1}]->({name: 'x'})>");
        assert_eq!(path(&[1, 0]), "<({name: 'x'})<-[:T {since: 1}]-(:A:`B c` {name: 'x'})>");
    }

    proptest! {
        #[test]
        fn floats_read_back(number in any::<f64>()) {
            let read: f64 = float(number).parse().expect("a float");
            prop_assert_eq!(read.to_bits(), number.to_bits());
        }
    }
}
