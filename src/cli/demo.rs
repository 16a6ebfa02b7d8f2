//! The graph that comes with the program, for a first look without any file.

use crate::error::Result;
use crate::session::Graph;

/// The facts of the graph.
const FACTS: &str = include_str!("../../graphs/peace-talks.facts");

/// What is said before the first prompt.
pub const INTRODUCTION: &str = "\
The talks about peace in Ukraine in late 2025, as one article tells them; nothing is written.
Three things to try:
  ? ?who -opposes-> territorial concessions
  .graph @28-point plan
  MATCH (a:Actor)-[r]->(p:Proposal) RETURN a, type(r) AS stance, p, r.date ORDER BY r.date;";

/// The graph, in memory.
///
/// # Errors
/// Never, as long as the program's own facts can be read; a test reads them.
pub fn graph() -> Result<Graph> {
    let graph = Graph::in_memory();
    graph.load_facts(FACTS)?;
    graph.forget_changes();
    Ok(graph)
}
