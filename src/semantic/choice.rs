//! A path of which only some are kept for each pair of ends: what every walk along it must be, as plain data.

use super::bound::{Expr, GroupHop, Slot};

/// What is kept of the paths between the same two nodes, and what these paths are.
#[derive(Clone, Debug)]
pub struct Selection {
    /// What `count` counts.
    pub keep: Keep,
    /// How many: a constant or a parameter.
    pub count: Expr,
    /// The local of the first node.
    pub start: Slot,
    /// The parts of the path, as written from left to right.
    pub pieces: Vec<Piece>,
    /// Locals that stand for lists in the conditions, each with the local of the element that is listed.
    pub lists: Vec<(Slot, Slot)>,
    /// The slots of the path's inner variables, each with the local of its element.
    pub outputs: Vec<(Slot, Slot)>,
}

/// What a selector counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// Paths, shortest first.
    Paths,
    /// Lengths, shortest first, each with all its paths.
    Lengths,
}

/// A part of a path between two written nodes.
#[derive(Clone, Debug)]
pub struct Piece {
    /// The local of the node where its hops begin. Of a single relationship it is the node before it.
    pub start: Slot,
    /// Its hops.
    pub hops: Vec<GroupHop>,
    /// How often the hops are walked, at least and at most; `None` for a single relationship.
    pub rounds: Option<(u32, Option<u32>)>,
    /// The local of the written node after it.
    pub end: Slot,
}

impl Selection {
    /// The locals of the written nodes.
    pub fn nodes(&self) -> impl DoubleEndedIterator<Item = Slot> + '_ {
        std::iter::once(self.start).chain(self.pieces.iter().map(|piece| piece.end))
    }

    /// All locals, those of lists included; some more than once.
    pub fn locals(&self) -> impl Iterator<Item = Slot> + '_ {
        let inner = self.pieces.iter().flat_map(|piece| {
            std::iter::once(piece.start).chain(piece.hops.iter().flat_map(|hop| [hop.rel, hop.node]))
        });
        self.nodes().chain(inner).chain(self.lists.iter().map(|(list, _)| *list))
    }

    /// The same paths walked from their other end.
    pub fn reversed(&self) -> Selection {
        let nodes: Vec<Slot> = self.nodes().collect();
        let pieces = self.pieces.iter().zip(&nodes).rev().map(|(piece, before)| piece.reversed(*before));
        let start = nodes.last().copied().unwrap_or(self.start);
        Selection { start, pieces: pieces.collect(), ..self.clone() }
    }
}

impl Piece {
    fn reversed(&self, before: Slot) -> Piece {
        let nodes: Vec<Slot> = std::iter::once(self.start).chain(self.hops.iter().map(|hop| hop.node)).collect();
        let hops = self.hops.iter().zip(&nodes).rev().map(|(hop, node)| GroupHop {
            direction: hop.direction.reversed(),
            types: hop.types.clone(),
            rel: hop.rel,
            node: *node,
        });
        let start = nodes.last().copied().unwrap_or(self.start);
        Piece { start, hops: hops.collect(), rounds: self.rounds, end: before }
    }
}
