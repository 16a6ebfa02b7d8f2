//! Random graphs: self-loops, parallel relationships, missing and mixed properties, several labels and types.

use super::random::Random;
use standpoint::{Graph, Value};
use std::fmt::Write;

pub const LABELS: [&str; 3] = ["A", "B", "C"];
pub const TYPES: [&str; 3] = ["R", "S", "T"];

/// A graph as plain data, for the oracle and for the statement that creates it.
#[derive(Clone, Default)]
pub struct Data {
    pub nodes: Vec<Node>,
    pub rels: Vec<Rel>,
}

/// A node; its property `id` is its place in the list.
#[derive(Clone)]
pub struct Node {
    pub labels: Vec<&'static str>,
    /// The property `k`, a small integer.
    pub k: Option<i64>,
    /// The property `v` as a literal, of any type.
    pub v: Option<&'static str>,
}

/// A relationship; its property `id` is its place in the list.
#[derive(Clone)]
pub struct Rel {
    pub rel_type: &'static str,
    pub from: usize,
    pub to: usize,
    pub k: Option<i64>,
    pub v: Option<&'static str>,
}

/// Values of every type that a property may have. No two are equal and of different types: which of them stands for
/// both in a group would be open.
const MIXED: [&str; 27] = [
    "0",
    "1",
    "2",
    "-3",
    "9007199254740993",
    "0.5",
    "1.5",
    "-0.25",
    "0.0 / 0.0",
    "1.0 / 0.0",
    "'a'",
    "'ab'",
    "'b'",
    "''",
    "'é'",
    "true",
    "false",
    "[1, 2]",
    "[]",
    "['a', 'b']",
    "[0.5]",
    "date('2025-11-21')",
    "localtime('12:30')",
    "time('12:30+01:00')",
    "localdatetime('2025-11-21T12:30')",
    "datetime('2025-11-21T12:30+01:00')",
    "duration('P1DT2H')",
];

impl Data {
    pub fn random(random: &mut Random) -> Data {
        let nodes: Vec<Node> = (0..random.between(3, 9)).map(|_| Node::random(random)).collect();
        let most = nodes.len() + 4;
        let mut rels: Vec<Rel> = Vec::new();
        for _ in 0..random.between(1, most) {
            let mut rel = Rel::random(random, nodes.len());
            if let (true, Some(last)) = (random.percent(15), rels.last()) {
                (rel.from, rel.to) = (last.from, last.to);
            }
            rels.push(rel);
        }
        Data { nodes, rels }
    }

    /// The statement that creates it.
    pub fn create(&self) -> String {
        let mut parts = Vec::new();
        for (id, node) in self.nodes.iter().enumerate() {
            let labels: String = node.labels.iter().map(|label| format!(":{label}")).collect();
            parts.push(format!("(n{id}{labels} {})", properties(id, node.k, node.v)));
        }
        for (id, rel) in self.rels.iter().enumerate() {
            let Rel { rel_type, from, to, k, v } = rel;
            parts.push(format!("(n{from})-[:{rel_type} {}]->(n{to})", properties(id, *k, *v)));
        }
        if parts.is_empty() { String::from("RETURN 1") } else { format!("CREATE {}", parts.join(", ")) }
    }

    pub fn build(&self) -> Graph {
        let graph = Graph::in_memory();
        graph.run(&self.create()).unwrap();
        graph
    }

    /// The same graph with indexes of every kind on every label and type.
    pub fn build_indexed(&self) -> Graph {
        let graph = self.build();
        let nodes = LABELS.iter().map(|label| format!("(n:{label})"));
        let rels = TYPES.iter().map(|rel_type| format!("()-[n:{rel_type}]-()"));
        for element in nodes.chain(rels) {
            for keys in ["n.k", "n.v", "n.k, n.v"] {
                graph.run(&format!("CREATE INDEX FOR {element} ON ({keys})")).unwrap();
            }
            graph.run(&format!("CREATE TEXT INDEX FOR {element} ON (n.v)")).unwrap();
        }
        graph
    }

    /// The graphs that lack one relationship or one lonely last node of this.
    pub fn smaller(&self) -> Vec<Data> {
        let mut all = Vec::new();
        for at in 0..self.rels.len() {
            let mut data = self.clone();
            data.rels.remove(at);
            all.push(data);
        }
        let last = self.nodes.len().wrapping_sub(1);
        if !self.nodes.is_empty() && self.rels.iter().all(|rel| rel.from != last && rel.to != last) {
            let mut data = self.clone();
            data.nodes.pop();
            all.push(data);
        }
        all
    }
}

impl Node {
    fn random(random: &mut Random) -> Node {
        let labels = LABELS.into_iter().filter(|_| random.percent(40)).collect();
        Node { labels, k: small(random), v: mixed(random) }
    }
}

impl Rel {
    fn random(random: &mut Random, nodes: usize) -> Rel {
        let rel_type = if random.percent(50) { TYPES[0] } else { TYPES[random.below(3)] };
        let (from, mut to) = (random.below(nodes), random.below(nodes));
        if random.percent(8) {
            to = from;
        }
        Rel { rel_type, from, to, k: small(random), v: mixed(random) }
    }
}

fn small(random: &mut Random) -> Option<i64> {
    random.percent(80).then(|| random.below(4) as i64)
}

fn mixed(random: &mut Random) -> Option<&'static str> {
    random.percent(70).then(|| MIXED[random.below(MIXED.len())])
}

fn properties(id: usize, k: Option<i64>, v: Option<&str>) -> String {
    let mut text = format!("{{id: {id}");
    let _ = k.map(|k| write!(text, ", k: {k}"));
    let _ = v.map(|v| write!(text, ", v: {v}"));
    text + "}"
}

/// What a graph holds, without identifiers: nodes and relationships by their properties, sorted.
pub fn dump(graph: &Graph) -> Vec<String> {
    let queries = [
        "MATCH (n) RETURN labels(n), properties(n)",
        "MATCH (n)-[r]->(m) RETURN labels(n), properties(n), type(r), properties(r), labels(m), properties(m)",
        "MATCH (n) RETURN 'degree', properties(n), COUNT { (n)-->() }, COUNT { (n)<--() }",
        "MATCH ()-[r]->() RETURN 'all', count(r), count(*)",
    ];
    let mut lines = Vec::new();
    for query in queries {
        for row in graph.run(query).unwrap().rows().unwrap() {
            lines.push(row.values().iter().map(normal).collect::<Vec<_>>().join(" | "));
        }
    }
    lines.sort();
    lines
}

/// A value as text in which the order of a list's elements does not show: where a query leaves an order open, lists
/// that are collected may have any.
pub fn normal(value: &Value) -> String {
    match value {
        Value::List(items) => {
            let mut items: Vec<String> = items.iter().map(normal).collect();
            items.sort();
            format!("[{}]", items.join(", "))
        }
        Value::Map(entries) => {
            let entries: Vec<String> = entries.iter().map(|(key, value)| format!("{key}: {}", normal(value))).collect();
            format!("{{{}}}", entries.join(", "))
        }
        other => format!("{other:?}"),
    }
}
