//! A projection with dense numbers: compressed rows in both directions, copied from a version.
//!
//! For algorithms that visit everything several times, and for those of petgraph that want nodes numbered from 0
//! without holes.

use super::procedure::Steps;
use super::view::Visited;
use super::{GraphView, ProcedureContext, Projection};
use crate::error::Result;
use crate::store::SEGMENT;
use crate::value::{NodeId, RelId};
use petgraph::Directed;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::{
    Data, EdgeCount, EdgeIndexable, EdgeRef, GraphBase, GraphProp, IntoEdgeReferences, IntoEdges, IntoEdgesDirected,
    IntoNeighbors, IntoNeighborsDirected, IntoNodeIdentifiers, NodeCompactIndexable, NodeCount, NodeIndexable,
    Visitable,
};
use std::ops::Range;

/// A projection of a version with nodes and relationships numbered from 0: nodes in order of identifier,
/// relationships in order of start.
#[derive(Clone, Debug, Default)]
pub struct Compact {
    nodes: Vec<NodeId>,
    rels: Vec<RelId>,
    sources: Vec<u32>,
    targets: Vec<u32>,
    /// Where the relationships of each start begin.
    starts: Vec<u32>,
    /// Relationships by end, and where those of each end begin.
    incoming: Vec<u32>,
    incoming_starts: Vec<u32>,
}

impl Compact {
    /// Copies the part of the graph that the projection names.
    ///
    /// # Errors
    /// When the context says to stop.
    pub fn new(context: &ProcedureContext<'_>, projection: &Projection) -> Result<Compact> {
        let view = GraphView::new(context.version, projection);
        let steps = Steps::new(context.check);
        let mut compact = Compact::default();
        for node in view.node_identifiers() {
            steps.step()?;
            compact.nodes.push(NodeId(node));
        }
        let numbers = Numbers::new(&compact.nodes);
        for edge in view.edge_references() {
            steps.step()?;
            compact.rels.push(edge.id());
            compact.sources.push(numbers.get(edge.source()));
            compact.targets.push(numbers.get(edge.target()));
        }
        compact.starts = starts(&compact.sources, compact.nodes.len(), &steps)?;
        compact.incoming_starts = starts(&compact.targets, compact.nodes.len(), &steps)?;
        compact.incoming = by_number(&compact.targets, &compact.incoming_starts, &steps)?;
        Ok(compact)
    }

    /// The node of a number; numbers are below the node count.
    pub fn node(&self, number: u32) -> NodeId {
        self.nodes[number as usize]
    }

    /// The number of a node that takes part.
    pub fn number(&self, node: NodeId) -> Option<u32> {
        self.nodes.binary_search(&node).ok().map(|number| number as u32)
    }

    /// The nodes in order of number.
    pub fn nodes(&self) -> &[NodeId] {
        &self.nodes
    }

    /// The ends of the relationships that start at a node, ascending within a type.
    pub fn successors(&self, number: u32) -> &[u32] {
        &self.targets[self.outgoing_range(number)]
    }

    /// The starts of the relationships that end at a node, ascending.
    pub fn predecessors(&self, number: u32) -> impl Iterator<Item = u32> + '_ {
        self.incoming_edges(number).iter().map(|edge| self.sources[*edge as usize])
    }

    /// A graph of petgraph's own with the same numbers, for algorithms that want one.
    pub fn to_petgraph(&self) -> DiGraph<NodeId, RelId> {
        let mut graph = DiGraph::with_capacity(self.nodes.len(), self.rels.len());
        for node in &self.nodes {
            graph.add_node(*node);
        }
        for edge in self.edge_references() {
            graph.add_edge(NodeIndex::new(edge.source as usize), NodeIndex::new(edge.target as usize), edge.rel);
        }
        graph
    }

    fn outgoing_range(&self, number: u32) -> Range<usize> {
        self.starts[number as usize] as usize..self.starts[number as usize + 1] as usize
    }

    fn incoming_edges(&self, number: u32) -> &[u32] {
        let range = self.incoming_starts[number as usize]..self.incoming_starts[number as usize + 1];
        &self.incoming[range.start as usize..range.end as usize]
    }

    fn edge(&self, edge: u32) -> CompactEdge {
        let index = edge as usize;
        CompactEdge { edge, source: self.sources[index], target: self.targets[index], rel: self.rels[index] }
    }
}

/// The numbers of nodes that take part: by segment, so that holes in the identifiers cost little.
struct Numbers<'a> {
    nodes: &'a [NodeId],
    segments: Vec<(u32, u32)>,
}

impl<'a> Numbers<'a> {
    fn new(nodes: &'a [NodeId]) -> Numbers<'a> {
        let mut segments = Vec::new();
        let mut start = 0;
        for run in nodes.chunk_by(|a, b| a.0 / SEGMENT == b.0 / SEGMENT) {
            segments.push((run[0].0 / SEGMENT, start));
            start += run.len() as u32;
        }
        Numbers { nodes, segments }
    }

    /// The number of a node that takes part.
    fn get(&self, node: u32) -> u32 {
        let index = self.segments.partition_point(|(segment, _)| *segment <= node / SEGMENT).saturating_sub(1);
        let start = self.segments.get(index).map_or(0, |(_, start)| *start as usize);
        let end = self.segments.get(index + 1).map_or(self.nodes.len(), |(_, start)| *start as usize);
        (start + self.nodes[start..end].partition_point(|other| other.0 < node)) as u32
    }
}

/// Where the entries of each number begin when entries are ordered by number.
fn starts(numbers: &[u32], bound: usize, steps: &Steps<'_>) -> Result<Vec<u32>> {
    let mut starts = vec![0; bound + 1];
    for number in numbers {
        steps.step()?;
        starts[*number as usize + 1] += 1;
    }
    for index in 0..bound {
        starts[index + 1] += starts[index];
    }
    Ok(starts)
}

/// The positions of entries in order of number.
fn by_number(numbers: &[u32], starts: &[u32], steps: &Steps<'_>) -> Result<Vec<u32>> {
    let mut next = starts.to_vec();
    let mut positions = vec![0; numbers.len()];
    for (position, number) in numbers.iter().enumerate() {
        steps.step()?;
        let place = &mut next[*number as usize];
        positions[*place as usize] = position as u32;
        *place += 1;
    }
    Ok(positions)
}

/// A relationship of a compact projection; its weight is its identifier in the graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CompactEdge {
    edge: u32,
    source: u32,
    target: u32,
    rel: RelId,
}

impl EdgeRef for CompactEdge {
    type NodeId = u32;
    type EdgeId = u32;
    type Weight = RelId;

    fn source(&self) -> u32 {
        self.source
    }

    fn target(&self) -> u32 {
        self.target
    }

    fn weight(&self) -> &RelId {
        &self.rel
    }

    fn id(&self) -> u32 {
        self.edge
    }
}

impl GraphBase for Compact {
    type NodeId = u32;
    type EdgeId = u32;
}

impl Data for Compact {
    type NodeWeight = NodeId;
    type EdgeWeight = RelId;
}

impl GraphProp for Compact {
    type EdgeType = Directed;
}

impl NodeCount for Compact {
    fn node_count(&self) -> usize {
        self.nodes.len()
    }
}

impl EdgeCount for Compact {
    fn edge_count(&self) -> usize {
        self.rels.len()
    }
}

impl NodeIndexable for Compact {
    fn node_bound(&self) -> usize {
        self.nodes.len()
    }

    fn to_index(&self, node: u32) -> usize {
        node as usize
    }

    fn from_index(&self, index: usize) -> u32 {
        index as u32
    }
}

impl NodeCompactIndexable for Compact {}

impl EdgeIndexable for Compact {
    fn edge_bound(&self) -> usize {
        self.rels.len()
    }

    fn to_index(&self, edge: u32) -> usize {
        edge as usize
    }

    fn from_index(&self, index: usize) -> u32 {
        index as u32
    }
}

impl Visitable for Compact {
    type Map = Visited;

    fn visit_map(&self) -> Visited {
        Visited::with_capacity(self.nodes.len())
    }

    fn reset_map(&self, map: &mut Visited) {
        map.clear();
        map.grow(self.nodes.len());
    }
}

impl IntoNodeIdentifiers for &Compact {
    type NodeIdentifiers = Range<u32>;

    fn node_identifiers(self) -> Range<u32> {
        0..self.nodes.len() as u32
    }
}

impl<'a> IntoNeighbors for &'a Compact {
    type Neighbors = std::iter::Copied<std::slice::Iter<'a, u32>>;

    fn neighbors(self, node: u32) -> Self::Neighbors {
        self.successors(node).iter().copied()
    }
}

impl<'a> IntoNeighborsDirected for &'a Compact {
    type NeighborsDirected = std::iter::Map<EdgesAt<'a>, fn((CompactEdge, bool)) -> u32>;

    fn neighbors_directed(self, node: u32, direction: petgraph::Direction) -> Self::NeighborsDirected {
        EdgesAt::new(self, node, direction).map(|(edge, outgoing)| if outgoing { edge.target } else { edge.source })
    }
}

/// The relationships of a node, each with whether it starts there.
#[derive(Clone, Debug)]
pub enum EdgesAt<'a> {
    /// Those that start at it.
    Outgoing(&'a Compact, Range<u32>),
    /// Those that end at it.
    Incoming(&'a Compact, std::slice::Iter<'a, u32>),
}

impl<'a> EdgesAt<'a> {
    fn new(compact: &'a Compact, node: u32, direction: petgraph::Direction) -> EdgesAt<'a> {
        match direction {
            petgraph::Direction::Outgoing => {
                EdgesAt::Outgoing(compact, compact.starts[node as usize]..compact.starts[node as usize + 1])
            }
            petgraph::Direction::Incoming => EdgesAt::Incoming(compact, compact.incoming_edges(node).iter()),
        }
    }
}

impl Iterator for EdgesAt<'_> {
    type Item = (CompactEdge, bool);

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            EdgesAt::Outgoing(compact, edges) => edges.next().map(|edge| (compact.edge(edge), true)),
            EdgesAt::Incoming(compact, edges) => edges.next().map(|edge| (compact.edge(*edge), false)),
        }
    }
}

impl<'a> IntoEdgeReferences for &'a Compact {
    type EdgeRef = CompactEdge;
    type EdgeReferences = std::iter::Map<EdgesAt<'a>, fn((CompactEdge, bool)) -> CompactEdge>;

    fn edge_references(self) -> Self::EdgeReferences {
        EdgesAt::Outgoing(self, 0..self.rels.len() as u32).map(|(edge, _)| edge)
    }
}

impl<'a> IntoEdges for &'a Compact {
    type Edges = std::iter::Map<EdgesAt<'a>, fn((CompactEdge, bool)) -> CompactEdge>;

    fn edges(self, node: u32) -> Self::Edges {
        self.edges_directed(node, petgraph::Direction::Outgoing)
    }
}

impl<'a> IntoEdgesDirected for &'a Compact {
    type EdgesDirected = std::iter::Map<EdgesAt<'a>, fn((CompactEdge, bool)) -> CompactEdge>;

    fn edges_directed(self, node: u32, direction: petgraph::Direction) -> Self::EdgesDirected {
        EdgesAt::new(self, node, direction).map(|(edge, _)| edge)
    }
}
