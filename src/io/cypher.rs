//! A graph as openCypher statements that make it anew in an empty graph.
//!
//! Nodes get a label and a number of their own, and an index on it, for as long as it takes to tie them together; all
//! three are taken away at the end. Identifiers are not kept. Running the statements takes time in proportion to the
//! graph.

use crate::store::Version;
use crate::value::format::{expression, name};
use crate::value::{KeyId, NodeId, RelId, Value};
use std::fmt::Write as _;
use std::io::{self, Write};

/// Relationships made by one statement.
const TOGETHER: usize = 200;

/// Writes the statements, each ended by `;` and a line feed.
///
/// # Errors
/// When they cannot be written.
pub fn write(graph: &Version, out: &mut dyn Write) -> io::Result<()> {
    let mark = free_name(graph);
    let tied = graph.rel_count() > 0;
    if tied {
        writeln!(out, "CREATE RANGE INDEX {mark} FOR (n:{mark}) ON (n.{mark});")?;
    }
    for node in graph.node_ids() {
        writeln!(out, "{};", create_node(graph, node, &mark))?;
    }
    for (rel_type, type_name) in graph.catalog().rel_types() {
        let rels: Vec<RelId> = graph.rel_ids(rel_type).collect();
        for together in rels.chunks(TOGETHER) {
            writeln!(out, "{};", create_rels(graph, type_name, together, &mark))?;
        }
    }
    if tied {
        writeln!(out, "DROP INDEX {mark};")?;
    }
    if graph.node_count() > 0 {
        writeln!(out, "MATCH (n:{mark}) REMOVE n:{mark}, n.{mark};")?;
    }
    for index in graph.own_indexes() {
        writeln!(out, "{};", index.statement(graph.catalog()))?;
    }
    for constraint in graph.constraints() {
        writeln!(out, "{};", constraint.statement(graph.catalog()))?;
    }
    for rule in graph.rules() {
        writeln!(out, "{};", rule.statement)?;
    }
    Ok(())
}

/// A name that no label, no property key, no index and no constraint of the graph has.
fn free_name(graph: &Version) -> String {
    let catalog = graph.catalog();
    let mut name = "exported".to_owned();
    while catalog.label(&name).is_some() || catalog.key(&name).is_some() || graph.has_schema_name(&name) {
        name.push('_');
    }
    name
}

fn create_node(graph: &Version, node: NodeId, mark: &str) -> String {
    let mut text = format!("CREATE (:{mark}");
    for label in graph.node_labels(node) {
        text += ":";
        text += &name(graph.catalog().label_name(label));
    }
    let mut properties = vec![format!("{mark}: {}", node.0)];
    properties.extend(pairs(graph, graph.node_properties(node)));
    text + &format!(" {{{}}})", properties.join(", "))
}

fn create_rels(graph: &Version, type_name: &str, rels: &[RelId], mark: &str) -> String {
    let mut rows = String::new();
    for rel in rels {
        let Some((from, to)) = graph.endpoints(*rel) else { continue };
        let properties: Vec<String> = pairs(graph, graph.rel_properties(*rel)).collect();
        let between = if rows.is_empty() { "" } else { ", " };
        // Writing to a text never fails.
        let _ = write!(rows, "{between}{{a: {}, b: {}, p: {{{}}}}}", from.0, to.0, properties.join(", "));
    }
    let find = format!("MATCH (a:{mark} {{{mark}: row.a}}) MATCH (b:{mark} {{{mark}: row.b}})");
    format!("UNWIND [{rows}] AS row {find} CREATE (a)-[r:{}]->(b) SET r = row.p", name(type_name))
}

fn pairs(graph: &Version, properties: Vec<(KeyId, Value)>) -> impl Iterator<Item = String> + '_ {
    properties
        .into_iter()
        .map(|(key, value)| format!("{}: {}", name(graph.catalog().key_name(key)), expression(&value)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Graph;

    fn exported(graph: &Graph) -> String {
        let mut out = Vec::new();
        write(&graph.snapshot(), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn everything(graph: &Graph) -> Vec<String> {
        let graph = graph.snapshot();
        let node = |node| {
            let mut labels: Vec<&str> =
                graph.node_labels(node).into_iter().map(|label| &**graph.catalog().label_name(label)).collect();
            labels.sort_unstable();
            let mut pairs: Vec<String> = pairs(&graph, graph.node_properties(node)).collect();
            pairs.sort_unstable();
            format!("{labels:?} {pairs:?}")
        };
        let mut lines: Vec<String> = graph.node_ids().map(node).collect();
        for (rel_type, name) in graph.catalog().rel_types() {
            for rel in graph.rel_ids(rel_type) {
                let (from, to) = graph.endpoints(rel).unwrap();
                let mut pairs: Vec<String> = pairs(&graph, graph.rel_properties(rel)).collect();
                pairs.sort_unstable();
                lines.push(format!("{name} {} {} {pairs:?}", node(from), node(to)));
            }
        }
        lines.extend(graph.own_indexes().map(|index| index.statement(graph.catalog())));
        lines.extend(graph.constraints().map(|constraint| constraint.statement(graph.catalog())));
        lines.extend(graph.rules().iter().map(|rule| rule.statement.to_string()));
        lines.sort_unstable();
        lines
    }

    #[test]
    fn the_statements_make_the_graph_anew() {
        let graph = Graph::in_memory();
        for statement in [
            r"CREATE (:A:`b c` {name: 'it\'s \n \\', `odd key`: -0.0, exported: 1, list: [1.5, 2.0], big: 1e300})",
            "CREATE (:exported {d: date('2025-11-21'), z: datetime('2025-11-21T10:00[Europe/Kyiv]'), l: [date('2020-01-01')]})",
            "CREATE ({t: time('10:00+01:00'), lt: localtime('10:00:00.5'), p: duration('P1M-2DT3.5S'), ok: true})",
            "CREATE ({least: -9223372036854775807 - 1, nan: 0.0 / 0.0, inf: 1.0 / 0.0, less: -1.0 / 0.0, none: []})",
            "MATCH (a), (b) CREATE (a)-[:`TYPE ONE` {w: id(a), day: date('2025-01-01')}]->(b)",
            "MATCH (a:A) CREATE (a)-[:LOOP]->(a), (a)-[:LOOP]->(a)",
            "CREATE TEXT INDEX exported_ FOR (n:`b c`) ON (n.name)",
            "CREATE INDEX `of two` FOR (n:A) ON (n.name, n.`odd key`)",
            "CREATE INDEX of_rels FOR ()-[r:`TYPE ONE`]-() ON (r.w)",
            "CREATE CONSTRAINT one FOR (n:A) REQUIRE n.name IS UNIQUE",
            "CREATE CONSTRAINT both FOR (n:exported) REQUIRE (n.d, n.z) IS NODE KEY",
            "CREATE CONSTRAINT there FOR ()-[r:`TYPE ONE`]-() REQUIRE r.w IS NOT NULL",
            "CREATE CONSTRAINT typed FOR (n:A) REQUIRE n.list IS :: LIST<FLOAT NOT NULL> | INTEGER",
            "CREATE RULE `looped twice` FOR (a)-[:`IN A LOOP`]->(b) WHEN MATCH (a)-[:LOOP]->(b) WHERE a.name = 'x; y'",
        ] {
            graph.run(statement).unwrap();
        }
        let text = exported(&graph);
        let again = Graph::in_memory();
        for statement in text.split(";\n").filter(|statement| !statement.is_empty()) {
            again.run(statement).unwrap_or_else(|error| panic!("{statement}: {error}"));
        }
        assert_eq!(everything(&again), everything(&graph));
        assert_eq!(again.snapshot().problems(), Vec::<String>::new());
        assert_eq!(exported(&Graph::in_memory()), "");
    }

    /// The ends of a relationship are looked up, not searched for: the statements of a graph that is ten times as large
    /// touch ten times as much.
    #[test]
    fn the_statements_take_time_in_proportion_to_the_graph() {
        let graph = Graph::in_memory();
        graph.run("UNWIND range(1, 300) AS i CREATE (:A {i: i})").unwrap();
        graph.run("MATCH (a:A), (b:A {i: a.i % 50 + 1}) CREATE (a)-[:R]->(b)").unwrap();
        let text = exported(&graph);
        let statements = || text.split(";\n");
        let tying = statements().find(|statement| statement.starts_with("UNWIND")).unwrap();
        let again = Graph::in_memory();
        let before = statements().take_while(|statement| *statement != tying);
        before.for_each(|statement| drop(again.run(statement).unwrap()));
        let plan = again.run(&format!("EXPLAIN {tying}")).unwrap().rows().unwrap();
        let plan = format!("{plan:?}");
        assert_eq!(plan.matches("IndexSeek").count(), 2, "{plan}");
        assert!(!plan.contains("Scan"), "{plan}");
    }
}
