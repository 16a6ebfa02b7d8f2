//! Walks over the relationships at a node, of some types and one or both ways.

use crate::error::Result;
use crate::plan::physical::Way;
use crate::semantic::bound::TypeTest;
use crate::store::{Direction, SEGMENT, Version, range_of};
use crate::value::{NodeId, RelId, RelTypeId};

/// So few types are looked at one after the other.
const FEW: usize = 4;

/// Which relationships at a node are meant.
#[derive(Clone, Debug)]
pub(super) struct Legs {
    /// `None` for any type.
    types: Option<Vec<RelTypeId>>,
    way: Way,
}

/// A relationship at a node and the node at its other end.
pub(super) type Hop = (u32, RelId);

/// What is called with a slice of relationships: their type, other ends, and rows.
pub(super) type VisitSlice<'a> = &'a mut dyn FnMut(RelTypeId, &[u32], &[u32]) -> Result<()>;

impl Legs {
    pub(super) fn new(types: &TypeTest, way: Way) -> Legs {
        let types = match types {
            TypeTest::Any => None,
            TypeTest::OneOf(types) => {
                let mut types = types.clone();
                types.sort_unstable();
                types.dedup();
                Some(types)
            }
        };
        Legs { types, way }
    }

    /// The same relationships seen from their other ends.
    pub(super) fn reversed(&self) -> Legs {
        Legs { types: self.types.clone(), way: self.way.reversed() }
    }

    /// Those that both this and the other mean, when both mean them for the same node; whether of these only the
    /// self-loops are meant by both.
    pub(super) fn common(&self, other: &Legs) -> (Legs, bool) {
        let types = match (&self.types, &other.types) {
            (None, types) | (types, None) => types.clone(),
            (Some(left), Some(right)) => Some(left.iter().copied().filter(|item| right.contains(item)).collect()),
        };
        let way = match (self.way, other.way) {
            (left, right) if left == right => Some(left),
            (Way::Both, way) | (way, Way::Both) => Some(way),
            _ => None,
        };
        (Legs { types, way: way.unwrap_or(Way::Outgoing) }, way.is_none())
    }

    pub(super) fn fits_type(&self, rel_type: RelTypeId) -> bool {
        self.types.as_ref().is_none_or(|types| types.contains(&rel_type))
    }

    /// Whether a relationship with these ends may be walked from `from` to `to`.
    pub(super) fn fits(&self, from: NodeId, to: NodeId, ends: (NodeId, NodeId)) -> bool {
        let along = ends == (from, to);
        let against = ends == (to, from);
        match self.way {
            Way::Outgoing => along,
            Way::Incoming => against,
            Way::Both => along || against,
        }
    }

    /// The nodes where a relationship with these ends leads from `from`; at most one.
    pub(super) fn follow(&self, from: NodeId, ends: (NodeId, NodeId)) -> Option<NodeId> {
        [ends.1, ends.0].into_iter().find(|&to| self.fits(from, to, ends))
    }

    /// From where to where a relationship with these ends may be walked.
    pub(super) fn orientations(&self, (start, end): (NodeId, NodeId)) -> Vec<(NodeId, NodeId)> {
        match self.way {
            Way::Outgoing => vec![(start, end)],
            Way::Incoming => vec![(end, start)],
            Way::Both if start == end => vec![(start, end)],
            Way::Both => vec![(start, end), (end, start)],
        }
    }

    /// The type and direction, where there is one of each.
    pub(super) fn single(&self) -> Option<(RelTypeId, Direction)> {
        match (self.types.as_deref(), self.way.directions()) {
            (Some([rel_type]), [direction]) => Some((*rel_type, *direction)),
            _ => None,
        }
    }

    /// A type and direction at a node, by its place among them.
    fn leg(&self, graph: &Version, node: NodeId, mut index: usize) -> Option<(RelTypeId, Direction)> {
        for &direction in self.way.directions() {
            let types = self.types_at(graph, node, direction);
            if let Some(&rel_type) = types.get(index) {
                return Some((rel_type, direction));
            }
            index -= types.len();
        }
        None
    }

    /// Whether there are so many types that it is worth while to find those at a node first.
    fn are_many(&self) -> bool {
        self.types.as_ref().is_none_or(|types| types.len() > FEW)
    }

    /// The types and directions of which there are relationships at a node. How many there are of each is found out for all
    /// of them first, so that no look-up waits for what comes of another.
    fn present(&self, graph: &Version, node: NodeId) -> Vec<(RelTypeId, Direction)> {
        let mut found = Vec::new();
        for &direction in self.way.directions() {
            let types = self.types_at(graph, node, direction);
            let degrees: Vec<u32> = types.iter().map(|each| graph.degree(node, *each, direction)).collect();
            let there = types.iter().zip(degrees).filter(|(_, degree)| *degree > 0);
            found.extend(there.map(|(rel_type, _)| (*rel_type, direction)));
        }
        found
    }

    /// The types to look at; some may have no relationship at the node.
    fn types_at<'a>(&'a self, graph: &'a Version, node: NodeId, direction: Direction) -> &'a [RelTypeId] {
        match &self.types {
            Some(types) => types,
            None => graph.types_in_segment(node.0 / SEGMENT, direction),
        }
    }

    /// How many relationships there are at a node; with `Both` a self-loop counts once.
    pub(super) fn count(&self, graph: &Version, node: NodeId) -> u64 {
        let mut total = 0;
        for &direction in self.way.directions() {
            for &rel_type in self.types_at(graph, node, direction) {
                total += u64::from(graph.degree(node, rel_type, direction));
            }
        }
        if self.way == Way::Both { total.saturating_sub(self.self_loops(graph, node)) } else { total }
    }

    /// How many relationships of each type are to be expected at so many nodes.
    pub(super) fn expected(&self, graph: &Version, nodes: u64) -> impl Iterator<Item = (RelTypeId, u64)> {
        let all: Vec<RelTypeId> = match &self.types {
            Some(types) => types.clone(),
            None => graph.catalog().rel_types().map(|(rel_type, _)| rel_type).collect(),
        };
        all.into_iter().map(move |rel_type| {
            let at = |direction| {
                let ends = graph.rel_type_nodes(rel_type, direction).max(1);
                graph.rel_type_count(rel_type).div_ceil(ends).saturating_mul(nodes)
            };
            (rel_type, self.way.directions().iter().map(|direction| at(*direction)).sum())
        })
    }

    /// How many relationships there are at each node, as [`Legs::count`] says.
    pub(super) fn counts(&self, graph: &Version, nodes: &[u32]) -> Vec<u64> {
        let (Some(types), Way::Outgoing | Way::Incoming) = (&self.types, self.way) else {
            return nodes.iter().map(|node| self.count(graph, NodeId(*node))).collect();
        };
        let mut counts = vec![0; nodes.len()];
        for direction in self.way.directions() {
            types.iter().for_each(|rel_type| graph.adjacency(*rel_type, *direction).add_degrees(nodes, &mut counts));
        }
        counts
    }

    /// Calls `visit` with the relationships at a node, in slices: their type, other ends, and rows. With `Both` a
    /// self-loop stands once.
    pub(super) fn for_each_slice(&self, graph: &Version, node: NodeId, visit: VisitSlice<'_>) -> Result<()> {
        for &direction in self.way.directions() {
            for &rel_type in self.types_at(graph, node, direction) {
                let adjacent = graph.adjacent(node, rel_type, direction);
                let (ends, rows) = (adjacent.neighbours(), adjacent.rows());
                if self.way == Way::Both && direction == Direction::Incoming {
                    let loops = range_of(ends, node.0);
                    visit(rel_type, &ends[..loops.start], &rows[..loops.start])?;
                    visit(rel_type, &ends[loops.end..], &rows[loops.end..])?;
                } else {
                    visit(rel_type, ends, rows)?;
                }
            }
        }
        Ok(())
    }

    /// Calls `visit` with the relationships between two nodes.
    pub(super) fn for_each_between(&self, graph: &Version, from: NodeId, to: NodeId, visit: &mut dyn FnMut(RelId)) {
        for &direction in self.way.directions() {
            if self.way == Way::Both && direction == Direction::Incoming && from == to {
                continue;
            }
            for &rel_type in self.types_at(graph, from, direction) {
                let adjacency = graph.adjacency(rel_type, direction);
                adjacency.for_each_to(from.0, to.0, |row| visit(RelId { rel_type, row }));
            }
        }
    }

    /// How many of them are self-loops.
    pub(super) fn self_loops(&self, graph: &Version, node: NodeId) -> u64 {
        let mut loops = 0;
        for &rel_type in self.types_at(graph, node, Direction::Outgoing) {
            graph.adjacency(rel_type, Direction::Outgoing).for_each_to(node.0, node.0, |_| loops += 1);
        }
        loops
    }
}

/// A place in the relationships at a node. It holds no part of the graph, so that a walk can pause.
pub(super) struct Cursor {
    node: NodeId,
    /// Only relationships to this node.
    target: Option<NodeId>,
    /// The types and directions to look at, where there are many.
    present: Option<Vec<(RelTypeId, Direction)>>,
    leg: usize,
    offset: usize,
}

impl Cursor {
    pub(super) fn new(node: NodeId, target: Option<NodeId>) -> Cursor {
        Cursor { node, target, present: None, leg: 0, offset: 0 }
    }

    /// Appends hops until there are `limit` more of them or no more; whether there may be more. The legs are the same
    /// each time.
    pub(super) fn fill(&mut self, graph: &Version, legs: &Legs, limit: usize, out: &mut Vec<Hop>) -> bool {
        self.visit(graph, legs, limit, |rel_type, ends, rows| {
            out.extend(ends.iter().zip(rows).map(|(&end, &row)| (end, RelId { rel_type, row })));
        })
    }

    /// Appends where the hops lead.
    pub(super) fn fill_ends(&mut self, graph: &Version, legs: &Legs, limit: usize, out: &mut Vec<u32>) -> bool {
        self.visit(graph, legs, limit, |_, ends, _| out.extend_from_slice(ends))
    }

    fn leg(&mut self, graph: &Version, legs: &Legs) -> Option<(RelTypeId, Direction)> {
        if !legs.are_many() {
            return legs.leg(graph, self.node, self.leg);
        }
        let present = self.present.get_or_insert_with(|| legs.present(graph, self.node));
        present.get(self.leg).copied()
    }

    /// Calls `visit` with slices of hops until there were `limit` of them or there are no more; whether there may be
    /// more.
    fn visit(
        &mut self,
        graph: &Version,
        legs: &Legs,
        limit: usize,
        mut visit: impl FnMut(RelTypeId, &[u32], &[u32]),
    ) -> bool {
        let mut room = limit;
        while let Some((rel_type, direction)) = self.leg(graph, legs) {
            if room == 0 {
                return true;
            }
            let adjacent = graph.adjacent(self.node, rel_type, direction);
            let range = self.target.map(|target| range_of(adjacent.neighbours(), target.0));
            let range = range.unwrap_or(0..adjacent.neighbours().len());
            let from = range.start.saturating_add(self.offset).min(range.end);
            let to = from.saturating_add(room).min(range.end);
            let (ends, rows) = (&adjacent.neighbours()[from..to], &adjacent.rows()[from..to]);
            if legs.way == Way::Both && direction == Direction::Incoming {
                let loops = range_of(ends, self.node.0);
                visit(rel_type, &ends[..loops.start], &rows[..loops.start]);
                visit(rel_type, &ends[loops.end..], &rows[loops.end..]);
                room -= ends.len() - loops.len();
            } else {
                visit(rel_type, ends, rows);
                room -= ends.len();
            }
            self.offset += to - from;
            if to == range.end {
                self.leg += 1;
                self.offset = 0;
            }
        }
        false
    }
}
