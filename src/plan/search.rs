//! Searches for some of the paths between two nodes.
//!
//! Takes a bound [`Selection`]; gives a [`PathSearch`] in the order in which it is walked, each condition at the smallest
//! part of the path that knows all it reads.

use super::order::way;
use super::physical::Way;
use super::slots::{Reads, SlotSet};
use crate::semantic::bound::{BoundQuery, Expr, Slot, TypeTest};
use crate::semantic::choice::{Piece, Selection};

pub use crate::semantic::choice::Keep;

/// A search from one node, for the shortest paths to another or to each that is reached.
#[derive(Clone, Debug)]
pub struct PathSearch {
    /// The node where it starts.
    pub from: Slot,
    /// Where the other end goes (or is).
    pub to: Slot,
    /// Whether `to` is known.
    pub to_known: bool,
    /// Where the list of relationships goes.
    pub rels: Slot,
    /// Whether the path as written runs from `to` to `from`.
    pub reversed: bool,
    /// Whether a relationship may be walked more than once.
    pub repeats: bool,
    /// What `count` counts.
    pub keep: Keep,
    /// How many.
    pub count: Expr,
    /// The local of the first node.
    pub start: Slot,
    /// The parts of the path in the order in which they are walked.
    pub pieces: Vec<SearchPiece>,
    /// What a whole path must fulfil.
    pub conditions: Vec<Expr>,
    /// Locals that stand for lists, each with the local of the element that is listed.
    pub lists: Vec<(Slot, Slot)>,
    /// The slots of the path's inner variables, each with the local of its element.
    pub outputs: Vec<(Slot, Slot)>,
}

/// A part of a path between two written nodes.
#[derive(Clone, Debug)]
pub struct SearchPiece {
    /// The local of the node where its hops begin.
    pub start: Slot,
    /// Its hops.
    pub hops: Vec<SearchHop>,
    /// How often the hops are walked, at least and at most; `None` for a single relationship.
    pub rounds: Option<(u32, Option<u32>)>,
    /// The local of the written node after it.
    pub end: Slot,
    /// What that node must fulfil.
    pub end_conditions: Vec<Expr>,
    /// What a whole round must fulfil, beside what its hops must.
    pub round_conditions: Vec<Expr>,
}

/// One hop: a relationship and the node it leads to.
#[derive(Clone, Debug)]
pub struct SearchHop {
    /// Which types.
    pub types: TypeTest,
    /// Which way.
    pub way: Way,
    /// The local of the node before it.
    pub from: Slot,
    /// The local of the relationship.
    pub rel: Slot,
    /// The local of the node it leads to.
    pub node: Slot,
    /// What must hold of these three.
    pub conditions: Vec<Expr>,
}

impl PathSearch {
    /// The search for a selection, which is given as it is written, between two slots in the order of walking.
    pub fn new(selection: &Selection, conditions: &[Expr], ends: Ends, query: &BoundQuery) -> PathSearch {
        let selection = if ends.reversed { selection.reversed() } else { selection.clone() };
        let mut search = PathSearch {
            from: ends.from,
            to: ends.to,
            to_known: ends.to_known,
            rels: ends.rels,
            reversed: ends.reversed,
            repeats: ends.repeats,
            keep: selection.keep,
            count: selection.count,
            start: selection.start,
            pieces: selection.pieces.iter().map(SearchPiece::new).collect(),
            conditions: Vec::new(),
            lists: selection.lists,
            outputs: selection.outputs,
        };
        let locals: SlotSet = search.locals().collect();
        for condition in conditions {
            let reads = Reads::of(query, condition).intersection(&locals);
            search.place(condition, &reads);
        }
        search
    }

    fn place(&mut self, condition: &Expr, reads: &SlotSet) {
        let part = self.pieces.iter_mut().find_map(|piece| piece.part_for(reads));
        part.unwrap_or(&mut self.conditions).push(condition.clone());
    }

    fn locals(&self) -> impl Iterator<Item = Slot> + '_ {
        let pieces = self.pieces.iter().flat_map(|piece| piece.elements().chain([piece.end]));
        std::iter::once(self.start).chain(pieces).chain(self.lists.iter().map(|(list, _)| *list))
    }

    /// All conditions.
    pub fn all_conditions(&self) -> impl Iterator<Item = &Expr> {
        let pieces = self.pieces.iter().flat_map(|piece| {
            let hops = piece.hops.iter().flat_map(|hop| &hop.conditions);
            hops.chain(&piece.end_conditions).chain(&piece.round_conditions)
        });
        pieces.chain(&self.conditions)
    }

    /// All conditions, and the number of paths.
    pub fn expressions(&self) -> impl Iterator<Item = &Expr> {
        self.all_conditions().chain([&self.count])
    }
}

/// Where a search starts and what it writes.
#[derive(Clone, Copy, Debug)]
pub struct Ends {
    /// The node where it starts.
    pub from: Slot,
    /// The other end.
    pub to: Slot,
    /// Whether that is known.
    pub to_known: bool,
    /// Where the list of relationships goes.
    pub rels: Slot,
    /// Whether it starts where the path as written ends.
    pub reversed: bool,
    /// Whether a relationship may be walked more than once.
    pub repeats: bool,
}

impl SearchPiece {
    fn new(piece: &Piece) -> SearchPiece {
        let froms = std::iter::once(piece.start).chain(piece.hops.iter().map(|hop| hop.node));
        let hops = piece.hops.iter().zip(froms).map(|(hop, from)| SearchHop {
            types: hop.types.clone(),
            way: way(hop.direction, true),
            from,
            rel: hop.rel,
            node: hop.node,
            conditions: Vec::new(),
        });
        SearchPiece {
            start: piece.start,
            hops: hops.collect(),
            rounds: piece.rounds,
            end: piece.end,
            end_conditions: Vec::new(),
            round_conditions: Vec::new(),
        }
    }

    fn elements(&self) -> impl Iterator<Item = Slot> + '_ {
        std::iter::once(self.start).chain(self.hops.iter().flat_map(|hop| [hop.rel, hop.node]))
    }

    /// The smallest part that knows all these locals, of which there must be one.
    fn part_for(&mut self, reads: &SlotSet) -> Option<&mut Vec<Expr>> {
        let within = |slots: &[Slot]| reads.is_subset(&slots.iter().copied().collect());
        if within(&[]) {
            return None;
        }
        if within(&[self.end]) {
            return Some(&mut self.end_conditions);
        }
        let whole: Vec<Slot> = self.elements().collect();
        if let Some(hop) = self.hops.iter_mut().find(|hop| within(&[hop.from, hop.rel, hop.node])) {
            return Some(&mut hop.conditions);
        }
        (self.rounds.is_some() && within(&whole)).then_some(&mut self.round_conditions)
    }
}
