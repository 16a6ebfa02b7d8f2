//! Weakly connected components: which nodes are joined by relationships of any direction.

use super::procedure::Steps;
use super::{BuiltIn, Compact, ProcedureContext, Projection};
use crate::error::Result;
use crate::value::{NodeId, Value};

/// The procedure.
pub(super) const PROCEDURE: BuiltIn = BuiltIn {
    name: "algo.components",
    inputs: &[("types", "ANY?="), ("labels", "ANY?=")],
    outputs: &[("node", "NODE"), ("component", "INTEGER")],
    summary: "Numbers the weakly connected components, by relationships of the given types between nodes of the given labels.",
    run,
};

/// Each node with the number of its component. Components are numbered from 0 in order of their least node.
///
/// # Errors
/// When the context says to stop.
pub fn components(context: &ProcedureContext<'_>, projection: &Projection) -> Result<Vec<(NodeId, u32)>> {
    context.needs_whole_graph()?;
    let steps = Steps::new(context.check);
    let compact = Compact::new(context, projection)?;
    let mut component = vec![u32::MAX; compact.nodes().len()];
    let (mut queue, mut next) = (Vec::new(), 0);
    for start in 0..component.len() as u32 {
        if component[start as usize] != u32::MAX {
            continue;
        }
        component[start as usize] = next;
        queue.push(start);
        while let Some(node) = queue.pop() {
            let successors = compact.successors(node).iter().copied();
            for neighbour in successors.chain(compact.predecessors(node)) {
                steps.step()?;
                if component[neighbour as usize] == u32::MAX {
                    component[neighbour as usize] = next;
                    queue.push(neighbour);
                }
            }
        }
        next += 1;
    }
    Ok(compact.nodes().iter().copied().zip(component).collect())
}

fn run(context: &ProcedureContext<'_>, arguments: &[Value]) -> Result<Vec<Vec<Value>>> {
    let projection = Projection::from_arguments(context.version, arguments)?;
    super::strong::rows(context, components(context, &projection)?)
}
