//! The order in which the parts of one query graph are matched.
//!
//! Takes a query graph, what is needed of it afterwards and statistics. Gives an [`Order`] of [`Step`]s. By cost: the
//! cheapest of some orders in which the cheapest step always comes next (`greedy`); where that is much work and the
//! pattern is not large, the cheapest of all orders (`exact`). Otherwise: in the order in which the pattern is written.
//! What a step costs is said in one place, `progress`.

mod exact;
mod facts;
mod greedy;
mod progress;
#[cfg(test)]
mod tests;

use super::estimate::Statistics;
use super::join::Part;
use super::logical::QueryGraph;
use super::physical::Way;
use super::slots::SlotSet;
use crate::semantic::bound::BoundQuery;
use crate::syntax::ast::PatternDirection;
use facts::Facts;
use progress::Progress;

/// Patterns with more nodes or relationships get one beginning.
const SMALL: usize = 64;
/// The effort of finding the group of a row.
const GROUPED: f64 = 2.0;
/// The effort of gathering what a row rests on.
const GATHERED: f64 = 3.0;

/// One step of matching a query graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// A node is looked for by itself: by its name, its rarest label, or among all.
    Node(usize),
    /// A relationship and both its ends are looked for by its type.
    RelScan(usize),
    /// A relationship is followed from its left node, or from its right one.
    Rel {
        /// Which.
        rel: usize,
        /// From its left node.
        forward: bool,
    },
    /// A part is matched by itself, once for all rows, and found by value.
    Join(usize),
}

/// How a query graph is matched.
#[derive(Clone, Debug, Default)]
pub struct Order {
    /// The steps.
    pub steps: Vec<Step>,
    /// The parts that may be joined by value, each with its own steps.
    pub parts: Vec<(Part, Vec<Step>)>,
}

/// The order by expected cost. `needed` are the slots that are read after the pattern, its paths included; `rows` says for
/// how many rows the graph is matched, when its parts may be joined by value.
pub fn by_cost(
    graph: &QueryGraph,
    needed: &SlotSet,
    query: &BoundQuery,
    statistics: &Statistics<'_>,
    rows: Option<f64>,
) -> Order {
    let facts = Facts::new(graph, needed, query, statistics, rows, exact::best);
    let steps = exact::best(&facts).map(|best| best.steps).unwrap_or_default();
    let parts = facts.parts.into_iter().map(|each| (each.part, each.steps)).collect();
    Order { steps, parts }
}

/// The expected effort of a good order, and of grouping its rows where they are grouped.
pub fn cost(graph: &QueryGraph, needed: &SlotSet, query: &BoundQuery, statistics: &Statistics<'_>) -> f64 {
    let facts = Facts::new(graph, needed, query, statistics, Some(1.0), greedy::best);
    let grouping = if graph.grouped.is_none() || graph.is_grouped() { 0.0 } else { GROUPED };
    let gathering = if graph.cited.iter().next().is_none() { 0.0 } else { GATHERED };
    greedy::best(&facts).map_or(f64::MAX, |best| best.cost + (grouping + gathering) * best.rows)
}

/// The order in which the pattern is written.
pub fn as_written(graph: &QueryGraph, query: &BoundQuery, statistics: &Statistics<'_>) -> Order {
    let facts = Facts::new(graph, &SlotSet::new(), query, statistics, None, greedy::best);
    Order { steps: Progress::new(&facts).finish(&facts, greedy::first_written).steps, parts: Vec::new() }
}

/// Which way a relationship is followed from its left node, or from its right one.
pub fn way(direction: PatternDirection, forward: bool) -> Way {
    match (direction, forward) {
        (PatternDirection::Either, _) => Way::Both,
        (PatternDirection::Right, true) | (PatternDirection::Left, false) => Way::Outgoing,
        (PatternDirection::Right, false) | (PatternDirection::Left, true) => Way::Incoming,
    }
}
