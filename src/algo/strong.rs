//! Strongly connected components: which nodes reach each other along relationships.

use super::procedure::{Rows, Steps};
use super::view::Visited;
use super::{BuiltIn, Compact, ProcedureContext, Projection};
use crate::error::{Error, Result};
use crate::value::{NodeId, Value};
use petgraph::Direction;
use petgraph::visit::{GraphBase, IntoNeighbors, IntoNeighborsDirected, IntoNodeIdentifiers, Visitable};
use std::cell::RefCell;
use std::ops::Range;

/// The procedure.
pub(super) const PROCEDURE: BuiltIn = BuiltIn {
    name: "algo.strongComponents",
    inputs: &[("types", "ANY?="), ("labels", "ANY?=")],
    outputs: &[("node", "NODE"), ("component", "INTEGER")],
    summary: "Numbers the strongly connected components, by relationships of the given types between nodes of the given labels.",
    run,
};

/// Each node with the number of its component. Components are numbered from 0 in order of their least node.
///
/// # Errors
/// When the context says to stop.
pub fn strong_components(context: &ProcedureContext<'_>, projection: &Projection) -> Result<Vec<(NodeId, u32)>> {
    context.needs_whole_graph()?;
    let compact = Compact::new(context, projection)?;
    let watched = Watched { compact: &compact, steps: Steps::new(context.check), stopped: RefCell::new(None) };
    let mut found = petgraph::algo::kosaraju_scc(&watched);
    if let Some(error) = watched.stopped.into_inner() {
        return Err(error);
    }
    found.sort_unstable_by_key(|members| members.iter().min().copied());
    let mut component = vec![0; compact.nodes().len()];
    for (number, members) in found.iter().enumerate() {
        members.iter().for_each(|member| component[*member as usize] = number as u32);
    }
    Ok(compact.nodes().iter().copied().zip(component).collect())
}

/// A projection that has no more relationships, and no more nodes to begin at, once it was told to stop: an algorithm
/// that cannot be stopped then soon comes to its end.
struct Watched<'a> {
    compact: &'a Compact,
    steps: Steps<'a>,
    stopped: RefCell<Option<Error>>,
}

impl Watched<'_> {
    fn goes_on(&self) -> bool {
        let mut stopped = self.stopped.borrow_mut();
        if stopped.is_none() {
            *stopped = self.steps.step().err();
        }
        stopped.is_none()
    }
}

impl GraphBase for Watched<'_> {
    type NodeId = u32;
    type EdgeId = u32;
}

impl Visitable for Watched<'_> {
    type Map = Visited;

    fn visit_map(&self) -> Visited {
        self.compact.visit_map()
    }

    fn reset_map(&self, map: &mut Visited) {
        self.compact.reset_map(map);
    }
}

impl<'a, 'w> IntoNodeIdentifiers for &'a Watched<'w> {
    type NodeIdentifiers = Going<'a, 'w, Range<u32>>;

    fn node_identifiers(self) -> Self::NodeIdentifiers {
        Going { items: self.compact.node_identifiers(), watched: self }
    }
}

impl<'a, 'w> IntoNeighbors for &'a Watched<'w> {
    type Neighbors = Going<'a, 'w, <&'w Compact as IntoNeighbors>::Neighbors>;

    fn neighbors(self, node: u32) -> Self::Neighbors {
        Going { items: self.compact.neighbors(node), watched: self }
    }
}

impl<'a, 'w> IntoNeighborsDirected for &'a Watched<'w> {
    type NeighborsDirected = Going<'a, 'w, <&'w Compact as IntoNeighborsDirected>::NeighborsDirected>;

    fn neighbors_directed(self, node: u32, direction: Direction) -> Self::NeighborsDirected {
        Going { items: self.compact.neighbors_directed(node, direction), watched: self }
    }
}

/// Items until the algorithm is told to stop.
#[derive(Clone)]
struct Going<'a, 'w, I> {
    items: I,
    watched: &'a Watched<'w>,
}

impl<I: Iterator> Iterator for Going<'_, '_, I> {
    type Item = I::Item;

    fn next(&mut self) -> Option<I::Item> {
        if self.watched.goes_on() { self.items.next() } else { None }
    }
}

/// Rows of a node and a number.
pub(super) fn rows(context: &ProcedureContext<'_>, numbered: Vec<(NodeId, u32)>) -> Result<Rows> {
    let steps = Steps::new(context.check);
    let row = |(node, number): (NodeId, u32)| vec![Value::Node(node), Value::Int(i64::from(number))];
    numbered.into_iter().map(|numbered| steps.step().map(|()| row(numbered))).collect()
}

fn run(context: &ProcedureContext<'_>, arguments: &[Value]) -> Result<Rows> {
    let projection = Projection::from_arguments(context.version, arguments)?;
    rows(context, strong_components(context, &projection)?)
}
