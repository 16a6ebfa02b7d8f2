//! An imported graph added to another: what it holds is created there, in one transaction.

use super::Imported;
use crate::error::Result;
use crate::session::entity::{Node, Relationship};
use crate::session::{RunOptions, Session};
use crate::store::Version;
use crate::value::format::name;
use crate::value::{Map, NodeId, RelId, RelTypeId, Value};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// How many nodes or relationships a statement creates.
const AT_ONCE: usize = 1_000;

/// Nodes and their new identifiers.
type Places = HashMap<NodeId, Value>;

impl Imported {
    /// Adds all nodes and relationships to the graph of a session, which keeps what it has. Keys are found among the
    /// imported files alone.
    ///
    /// # Errors
    /// When a transaction is open, a constraint is violated or a limit is reached; then nothing is added.
    pub fn add_to(&self, session: &mut Session, options: &RunOptions) -> Result<()> {
        session.begin()?;
        let added = add(&self.graph.snapshot(), session, options);
        match added {
            Ok(()) => session.commit(),
            Err(error) => {
                session.rollback()?;
                Err(error)
            }
        }
    }
}

fn add(graph: &Version, session: &mut Session, options: &RunOptions) -> Result<()> {
    let mut by_labels: BTreeMap<Vec<Arc<str>>, Vec<NodeId>> = BTreeMap::new();
    for node in graph.node_ids() {
        by_labels.entry(Node::read(graph, node).labels).or_default().push(node);
    }
    let mut places = Places::new();
    for (labels, nodes) in by_labels {
        let labels: String = labels.iter().map(|label| format!(":{}", name(label))).collect();
        let text = format!("UNWIND $rows AS row CREATE (n{labels}) SET n = row RETURN id(n)");
        for nodes in nodes.chunks(AT_ONCE) {
            let rows = nodes.iter().map(|node| Value::map(Node::read(graph, *node).properties)).collect();
            let made = run(session, &text, rows, options)?;
            places.extend(nodes.iter().copied().zip(made));
        }
    }
    let types: Vec<RelTypeId> = graph.catalog().rel_types().map(|(rel_type, _)| rel_type).collect();
    types.into_iter().try_for_each(|rel_type| add_type(graph, rel_type, &places, session, options))
}

fn add_type(
    graph: &Version,
    rel_type: RelTypeId,
    places: &Places,
    session: &mut Session,
    options: &RunOptions,
) -> Result<()> {
    let text = format!(
        "UNWIND $rows AS row MATCH (a) WHERE id(a) = row.a MATCH (b) WHERE id(b) = row.b CREATE (a)-[r:{}]->(b) SET r = row.p",
        name(graph.catalog().rel_type_name(rel_type))
    );
    let rels: Vec<RelId> = graph.rel_ids(rel_type).collect();
    rels.chunks(AT_ONCE).try_for_each(|rels| {
        let rows = rels.iter().map(|rel| row(graph, *rel, places)).collect();
        run(session, &text, rows, options).map(drop)
    })
}

/// A relationship: the new identifiers of its ends, and its properties.
fn row(graph: &Version, rel: RelId, places: &Places) -> Value {
    let rel = Relationship::read(graph, rel);
    let place = |node| places.get(&node).cloned().unwrap_or(Value::Null);
    Value::map(Map::from([
        (Arc::from("a"), place(rel.start)),
        (Arc::from("b"), place(rel.end)),
        (Arc::from("p"), Value::map(rel.properties)),
    ]))
}

/// The first column of a statement about rows.
fn run(session: &mut Session, text: &str, rows: Vec<Value>, options: &RunOptions) -> Result<Vec<Value>> {
    let parameters = Map::from([(Arc::from("rows"), Value::list(rows))]);
    let mut answer = session.run_with(text, &parameters, options)?;
    let rows = answer.rows()?;
    Ok(rows.iter().filter_map(|row| row.values().first().cloned()).collect())
}
