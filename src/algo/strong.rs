//! Strongly connected components: which nodes reach each other along relationships.

use super::{BuiltIn, Compact, ProcedureContext, Projection};
use crate::error::Result;
use crate::store::Version;
use crate::value::{NodeId, Value};

/// The procedure.
pub(super) const PROCEDURE: BuiltIn = BuiltIn {
    name: "algo.strongComponents",
    inputs: &[("types", "ANY?="), ("labels", "ANY?=")],
    outputs: &[("node", "NODE"), ("component", "INTEGER")],
    summary: "Numbers the strongly connected components, by relationships of the given types between nodes of the given labels.",
    run,
};

/// Each node with the number of its component. Components are numbered from 0 in order of their least node.
pub fn strong_components(version: &Version, projection: &Projection) -> Vec<(NodeId, u32)> {
    let compact = Compact::new(version, projection);
    let mut found = petgraph::algo::kosaraju_scc(&compact);
    found.sort_unstable_by_key(|members| members.iter().min().copied());
    let mut component = vec![0; compact.nodes().len()];
    for (number, members) in found.iter().enumerate() {
        members.iter().for_each(|member| component[*member as usize] = number as u32);
    }
    compact.nodes().iter().copied().zip(component).collect()
}

/// Rows of a node and a number.
pub(super) fn rows(numbered: Vec<(NodeId, u32)>) -> Vec<Vec<Value>> {
    numbered.into_iter().map(|(node, number)| vec![Value::Node(node), Value::Int(i64::from(number))]).collect()
}

fn run(context: &ProcedureContext<'_>, arguments: &[Value]) -> Result<Vec<Vec<Value>>> {
    let projection = Projection::from_arguments(context.version, arguments)?;
    (context.check)()?;
    context.needs_whole_graph()?;
    Ok(rows(strong_components(context.version, &projection)))
}
