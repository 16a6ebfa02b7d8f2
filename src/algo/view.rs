//! A version as a petgraph graph: petgraph's visit traits, and with them its algorithms, on the store as it is.
//!
//! Nodes are the graph's own identifiers, so indexes have holes where nodes were deleted or left out; algorithms that
//! need dense numbers take [`Compact`](super::Compact). Undirected and reversed views are petgraph's own adaptors.

use super::Projection;
use crate::store::{Adjacent, Direction, SEGMENT, Version};
use crate::value::{NodeId, RelId, RelTypeId};
use petgraph::Directed;
use petgraph::graph::DiGraph;
use petgraph::visit::{
    Data, EdgeCount, EdgeRef, GetAdjacencyMatrix, GraphBase, GraphProp, GraphRef, IntoEdgeReferences, IntoEdges,
    IntoEdgesDirected, IntoNeighbors, IntoNeighborsDirected, IntoNodeIdentifiers, IntoNodeReferences, NodeCount,
    NodeIndexable, NodeRef, Visitable,
};

/// A set of visited nodes, as petgraph's own graphs use it.
pub type Visited = <DiGraph<(), ()> as Visitable>::Map;

/// A part of a version, as petgraph sees graphs.
#[derive(Clone, Copy, Debug)]
pub struct GraphView<'a> {
    version: &'a Version,
    projection: &'a Projection,
}

impl<'a> GraphView<'a> {
    /// The part of the version that the projection names.
    pub fn new(version: &'a Version, projection: &'a Projection) -> GraphView<'a> {
        GraphView { version, projection }
    }

    /// The version.
    pub fn version(self) -> &'a Version {
        self.version
    }

    /// Which part of it.
    pub fn projection(self) -> &'a Projection {
        self.projection
    }

    /// The relationships of a node in one direction, with the nodes at their other ends.
    pub fn edges_at(self, node: u32, direction: Direction) -> Edges<'a> {
        let types = self.version.types_in_segment(node / SEGMENT, direction);
        Edges { view: self, node, direction, types: types.iter(), current: None }
    }
}

/// A relationship as petgraph sees it; its weight is its identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edge {
    source: u32,
    target: u32,
    rel: RelId,
}

impl EdgeRef for Edge {
    type NodeId = u32;
    type EdgeId = RelId;
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

    fn id(&self) -> RelId {
        self.rel
    }
}

/// A node as petgraph sees it; its weight is its identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NodeReference(NodeId);

impl NodeRef for NodeReference {
    type NodeId = u32;
    type Weight = NodeId;

    fn id(&self) -> u32 {
        self.0.0
    }

    fn weight(&self) -> &NodeId {
        &self.0
    }
}

/// The relationships of a node in one direction. The node is the source of an outgoing relationship and the target of
/// an incoming one.
#[derive(Clone, Debug)]
pub struct Edges<'a> {
    view: GraphView<'a>,
    node: u32,
    direction: Direction,
    types: std::slice::Iter<'a, RelTypeId>,
    current: Option<(RelTypeId, Adjacent<'a>, usize)>,
}

impl Iterator for Edges<'_> {
    type Item = Edge;

    fn next(&mut self) -> Option<Edge> {
        loop {
            let Some((rel_type, adjacent, next)) = &mut self.current else {
                self.next_type()?;
                continue;
            };
            let (rel_type, position) = (*rel_type, *next);
            let Some(neighbour) = adjacent.neighbours().get(position).copied() else {
                self.current = None;
                continue;
            };
            *next += 1;
            let rel = RelId { rel_type, row: adjacent.rows()[position] };
            if self.view.takes(neighbour) {
                return Some(self.edge(neighbour, rel));
            }
        }
    }
}

impl Edges<'_> {
    /// Goes on to the next type that takes part.
    fn next_type(&mut self) -> Option<()> {
        let projection = self.view.projection;
        let rel_type = *self.types.find(|rel_type| projection.has_type(**rel_type))?;
        let adjacent = self.view.version.adjacent(NodeId(self.node), rel_type, self.direction);
        self.current = Some((rel_type, adjacent, 0));
        Some(())
    }

    fn edge(&self, neighbour: u32, rel: RelId) -> Edge {
        match self.direction {
            Direction::Outgoing => Edge { source: self.node, target: neighbour, rel },
            Direction::Incoming => Edge { source: neighbour, target: self.node, rel },
        }
    }
}

/// The neighbours of a node in one direction, one for each relationship.
#[derive(Clone, Debug)]
pub struct Neighbours<'a>(Edges<'a>);

impl Iterator for Neighbours<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        let edge = self.0.next()?;
        Some(match self.0.direction {
            Direction::Outgoing => edge.target,
            Direction::Incoming => edge.source,
        })
    }
}

/// The nodes of a view in ascending order.
#[derive(Clone, Debug)]
pub struct Nodes<'a> {
    view: GraphView<'a>,
    segment: u32,
    found: std::vec::IntoIter<u32>,
}

impl Iterator for Nodes<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        loop {
            if let Some(node) = self.found.next() {
                return Some(node);
            }
            if self.segment >= self.view.version.segments() {
                return None;
            }
            let mut found = Vec::new();
            self.view.projection.scan(self.view.version, self.segment, &mut found);
            self.segment += 1;
            self.found = found.into_iter();
        }
    }
}

impl<'a> GraphView<'a> {
    fn nodes(self) -> Nodes<'a> {
        Nodes { view: self, segment: 0, found: Vec::new().into_iter() }
    }

    /// Whether a node that exists takes part.
    #[inline]
    fn takes(self, node: u32) -> bool {
        self.projection.labels.is_empty() || self.projection.has_node(self.version, NodeId(node))
    }
}

fn direction(direction: petgraph::Direction) -> Direction {
    match direction {
        petgraph::Direction::Outgoing => Direction::Outgoing,
        petgraph::Direction::Incoming => Direction::Incoming,
    }
}

impl GraphBase for GraphView<'_> {
    type NodeId = u32;
    type EdgeId = RelId;
}

impl GraphRef for GraphView<'_> {}

impl Data for GraphView<'_> {
    type NodeWeight = NodeId;
    type EdgeWeight = RelId;
}

impl GraphProp for GraphView<'_> {
    type EdgeType = Directed;
}

impl NodeCount for GraphView<'_> {
    fn node_count(&self) -> usize {
        match &self.projection.labels[..] {
            [] => self.version.node_count() as usize,
            [label] => self.version.label_count(*label) as usize,
            _ => self.nodes().count(),
        }
    }
}

impl EdgeCount for GraphView<'_> {
    fn edge_count(&self) -> usize {
        if !self.projection.labels.is_empty() {
            return self.edge_references().count();
        }
        match &self.projection.types {
            None => self.version.rel_count() as usize,
            Some(types) => types.iter().map(|rel_type| self.version.rel_type_count(*rel_type) as usize).sum(),
        }
    }
}

impl NodeIndexable for GraphView<'_> {
    fn node_bound(&self) -> usize {
        self.version.node_bound() as usize
    }

    fn to_index(&self, node: u32) -> usize {
        node as usize
    }

    fn from_index(&self, index: usize) -> u32 {
        index as u32
    }
}

impl Visitable for GraphView<'_> {
    type Map = Visited;

    fn visit_map(&self) -> Visited {
        Visited::with_capacity(self.node_bound())
    }

    fn reset_map(&self, map: &mut Visited) {
        map.clear();
        map.grow(self.node_bound());
    }
}

impl<'a> IntoNodeIdentifiers for GraphView<'a> {
    type NodeIdentifiers = Nodes<'a>;

    fn node_identifiers(self) -> Nodes<'a> {
        self.nodes()
    }
}

impl<'a> IntoNodeReferences for GraphView<'a> {
    type NodeRef = NodeReference;
    type NodeReferences = std::iter::Map<Nodes<'a>, fn(u32) -> NodeReference>;

    fn node_references(self) -> Self::NodeReferences {
        self.nodes().map(|node| NodeReference(NodeId(node)))
    }
}

impl<'a> IntoNeighbors for GraphView<'a> {
    type Neighbors = Neighbours<'a>;

    fn neighbors(self, node: u32) -> Neighbours<'a> {
        Neighbours(self.edges_at(node, Direction::Outgoing))
    }
}

impl<'a> IntoNeighborsDirected for GraphView<'a> {
    type NeighborsDirected = Neighbours<'a>;

    fn neighbors_directed(self, node: u32, way: petgraph::Direction) -> Neighbours<'a> {
        Neighbours(self.edges_at(node, direction(way)))
    }
}

impl<'a> IntoEdges for GraphView<'a> {
    type Edges = Edges<'a>;

    fn edges(self, node: u32) -> Edges<'a> {
        self.edges_at(node, Direction::Outgoing)
    }
}

impl<'a> IntoEdgesDirected for GraphView<'a> {
    type EdgesDirected = Edges<'a>;

    fn edges_directed(self, node: u32, way: petgraph::Direction) -> Edges<'a> {
        self.edges_at(node, direction(way))
    }
}

/// Every relationship of a view, in order of start.
#[derive(Clone, Debug)]
pub struct AllEdges<'a> {
    nodes: Nodes<'a>,
    edges: Option<Edges<'a>>,
}

impl Iterator for AllEdges<'_> {
    type Item = Edge;

    fn next(&mut self) -> Option<Edge> {
        loop {
            if let Some(edge) = self.edges.as_mut().and_then(Iterator::next) {
                return Some(edge);
            }
            let node = self.nodes.next()?;
            self.edges = Some(self.nodes.view.edges_at(node, Direction::Outgoing));
        }
    }
}

impl<'a> IntoEdgeReferences for GraphView<'a> {
    type EdgeRef = Edge;
    type EdgeReferences = AllEdges<'a>;

    fn edge_references(self) -> AllEdges<'a> {
        AllEdges { nodes: self.nodes(), edges: None }
    }
}

impl GetAdjacencyMatrix for GraphView<'_> {
    type AdjMatrix = ();

    fn adjacency_matrix(&self) -> Self::AdjMatrix {}

    /// Neighbours are sorted: no matrix is needed.
    fn is_adjacent(&self, _matrix: &(), a: u32, b: u32) -> bool {
        let types = self.version.types_in_segment(a / SEGMENT, Direction::Outgoing);
        self.takes(b)
            && types.iter().filter(|rel_type| self.projection.has_type(**rel_type)).any(|rel_type| {
                let adjacent = self.version.adjacent(NodeId(a), *rel_type, Direction::Outgoing);
                adjacent.neighbours().binary_search(&b).is_ok()
            })
    }
}
