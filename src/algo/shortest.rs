//! The shortest path between two nodes: by number of relationships, or by the sum of a property.

use super::procedure::Steps;
use super::{BuiltIn, GraphView, ProcedureContext, Projection};
use crate::error::{Detail, Error, ErrorType, Result};
use crate::store::{Direction, Version};
use crate::value::{KeyId, NodeId, Path, RelId, Value};
use petgraph::visit::EdgeRef;
use std::cell::RefCell;
use std::sync::Arc;

/// The procedure.
pub(super) const PROCEDURE: BuiltIn = BuiltIn {
    name: "algo.shortestPath",
    inputs: &[("from", "NODE?"), ("to", "NODE?"), ("types", "ANY?="), ("weight", "STRING?=")],
    outputs: &[("path", "PATH"), ("distance", "NUMBER")],
    summary: "Gives a path with the fewest relationships, or with the least sum of a property that is a number from 0 up.",
    run,
};

/// A path with its length.
#[derive(Clone, Debug, PartialEq)]
pub struct Route {
    /// The nodes and relationships.
    pub path: Path,
    /// The sum of the weights, or the number of relationships.
    pub distance: f64,
}

/// A shortest path along the direction of relationships, if there is a path. A relationship that has no weight cannot
/// be used.
///
/// # Errors
/// When a weight that was met is not a number, or is below 0, and what `check` says now and then.
pub fn shortest_path(
    version: &Version,
    projection: &Projection,
    from: NodeId,
    to: NodeId,
    weight: Option<KeyId>,
    check: &dyn Fn() -> Result<()>,
) -> Result<Option<Route>> {
    if !projection.has_node(version, from) || !projection.has_node(version, to) {
        return Ok(None);
    }
    let view = GraphView::new(version, projection);
    let failure = RefCell::new(None);
    let steps = Steps::new(check);
    let cost = |rel: RelId| {
        steps.step().and_then(|()| cost(version, rel, weight)).unwrap_or_else(|error| {
            failure.borrow_mut().get_or_insert(error);
            f64::INFINITY
        })
    };
    // A failure ends the search as if it had arrived.
    let arrived = |node| node == to.0 || failure.borrow().is_some();
    let found = petgraph::algo::astar(view, from.0, arrived, |edge| cost(edge.id()), |_| 0.0);
    let route = found.filter(|(distance, _)| distance.is_finite()).map(|(distance, nodes)| {
        let rels = nodes.windows(2).filter_map(|pair| cheapest(view, pair[0], pair[1], &cost)).collect();
        Route { path: Path { nodes: nodes.into_iter().map(NodeId).collect(), rels }, distance }
    });
    failure.into_inner().map_or(Ok(route), Err)
}

/// What it costs to follow a relationship; infinitely much when it has no weight.
fn cost(version: &Version, rel: RelId, weight: Option<KeyId>) -> Result<f64> {
    let Some(key) = weight else { return Ok(1.0) };
    let number = match version.rel_property(rel, key) {
        Value::Null => return Ok(f64::INFINITY),
        Value::Int(number) => number as f64,
        Value::Float(number) => number,
        other => return Err(Error::type_error(format!("a weight is a number, not {}", other.type_name()))),
    };
    if number >= 0.0 {
        return Ok(number);
    }
    let message = format!("a weight is 0 or more, not {number}");
    Err(Error::runtime(ErrorType::ArgumentError, Detail::NumberOutOfRange, message))
}

/// The relationship from one node to another that costs least.
fn cheapest(view: GraphView<'_>, from: u32, to: u32, cost: &impl Fn(RelId) -> f64) -> Option<RelId> {
    let between = view.edges_at(from, Direction::Outgoing).filter(|edge| edge.target() == to);
    between.map(|edge| edge.id()).min_by(|a, b| cost(*a).total_cmp(&cost(*b)))
}

fn run(context: &ProcedureContext<'_>, arguments: &[Value]) -> Result<Vec<Vec<Value>>> {
    let [Value::Node(from), Value::Node(to), types, weight] = arguments else { return Ok(Vec::new()) };
    let projection = Projection::from_values(context.version, types, &Value::Null)?;
    let weight_key = weight.as_str().map(|name| context.version.catalog().key(name));
    if weight_key == Some(None) && from != to {
        return Ok(Vec::new());
    }
    (context.check)()?;
    context.needs_whole_graph()?;
    let route = shortest_path(context.version, &projection, *from, *to, weight_key.flatten(), context.check)?;
    Ok(route.into_iter().map(|route| row(route, weight_key.is_some())).collect())
}

fn row(route: Route, weighted: bool) -> Vec<Value> {
    let distance = if weighted { Value::Float(route.distance) } else { Value::Int(route.path.rels.len() as i64) };
    vec![Value::Path(Arc::new(route.path)), distance]
}
