//! Answers and graphs as pictures: SVG, and a page that can be searched and clicked.
//!
//! Both are one file that needs nothing else. A picture has every relationship, or says how many it leaves out.

mod layout;
mod page;
mod route;
mod sections;
mod svg;
mod text;

use super::elements::Elements;
use super::facts::Unsaid;
use super::statement::Statement;
use super::{cell, write_error};
use crate::algo::Stance;
use crate::error::Result;
use crate::session::entity::Node;
use crate::session::{Answer, fact};
use crate::store::Version;
use crate::text::counted;
use crate::value::{NodeId, RelId};
use layout::Place;
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::io::Write;

/// The most nodes of a picture.
const NODES: usize = 1_000;
/// The most relationships.
const RELS: usize = 5_000;
/// The longest name in a box, in characters.
const NAME: usize = 40;
/// How high a box is.
const HEIGHT: f64 = 26.0;

/// What a picture is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An SVG image.
    Svg,
    /// An HTML page with it.
    Html,
}

/// Writes what all rows of an answer hold as one picture; gives how many rows there were, and what it does not show.
///
/// # Errors
/// What goes wrong while computing the rows or writing them.
pub fn write(answer: &mut Answer, kind: Kind, out: &mut dyn Write) -> Result<(u64, Unsaid)> {
    if answer.columns().is_empty() {
        return Ok((0, Unsaid::default()));
    }
    let elements = Elements::of(answer)?;
    let graph = answer.graph();
    let picture = Picture::of(graph, elements.nodes_with_ends(graph), || elements.rels.iter().copied());
    out.write_all(picture.written(kind).as_bytes()).map_err(|error| write_error(&error))?;
    let mut unsaid = elements.unsaid();
    picture.left_out().into_iter().for_each(|note| unsaid.tell(|| note));
    Ok((elements.rows, unsaid))
}

/// Writes a whole graph as one picture; gives what it does not show.
///
/// # Errors
/// What goes wrong while writing it.
pub fn write_graph(graph: &Version, kind: Kind, out: &mut dyn Write) -> std::io::Result<Unsaid> {
    let rels = || graph.catalog().rel_types().flat_map(|(id, _)| graph.rel_ids(id));
    let picture = Picture::of(graph, graph.node_ids().collect(), rels);
    out.write_all(picture.written(kind).as_bytes())?;
    let mut unsaid = Unsaid::default();
    picture.left_out().into_iter().for_each(|note| unsaid.tell(|| note));
    Ok(unsaid)
}

/// A picture before it is written.
struct Picture {
    nodes: Vec<Drawn>,
    edges: Vec<Edge>,
    size: (f64, f64),
    /// How many nodes and relationships there are, with those that are not drawn.
    all: (usize, usize),
}

/// A node that is drawn.
struct Drawn {
    id: NodeId,
    name: String,
    labels: Vec<String>,
    place: Place,
}

/// A relationship that is drawn.
struct Edge {
    ends: (usize, usize),
    statement: Statement,
    fact: String,
}

impl Picture {
    /// The picture of these nodes, in order, and relationships between them.
    fn of<I: Iterator<Item = RelId>>(graph: &Version, nodes: Vec<NodeId>, rels: impl Fn() -> I) -> Picture {
        let ends = || rels().filter_map(|rel| graph.endpoints(rel).map(|(start, end)| (rel, start, end)));
        let all = (nodes.len(), ends().count());
        let shown = most_joined(nodes, ends().flat_map(|(_, start, end)| [start, end]));
        let place: HashMap<NodeId, usize> = shown.iter().enumerate().map(|(at, node)| (*node, at)).collect();
        let drawn = ends().filter_map(|(rel, start, end)| Some((rel, *place.get(&start)?, *place.get(&end)?)));
        let edge = |(rel, start, end)| Edge::of(graph, rel, (start, end));
        let edges: Vec<Edge> = drawn.take(RELS).filter_map(edge).collect();
        let nodes = shown.iter().map(|node| Drawn::of(graph, *node)).collect();
        Picture { nodes, edges, size: (0.0, 0.0), all }.placed()
    }

    fn placed(mut self) -> Picture {
        let mut places: Vec<Place> = self.nodes.iter().map(|node| node.place).collect();
        let ends: Vec<(usize, usize)> = self.edges.iter().map(|edge| edge.ends).collect();
        self.size = layout::place(&mut places, &ends);
        self.nodes.iter_mut().zip(places).for_each(|(node, place)| node.place = place);
        self
    }

    fn written(&self, kind: Kind) -> String {
        match kind {
            Kind::Svg => svg::image(self),
            Kind::Html => page::page(self),
        }
    }

    /// What is not drawn, in words; `None` when everything is.
    fn left_out(&self) -> Option<String> {
        let (nodes, rels) = (self.nodes.len(), self.edges.len());
        (self.all != (nodes, rels)).then(|| {
            let all = counted(self.all.1 as u64, "relationship", "relationships");
            let all_nodes = counted(self.all.0 as u64, "node", "nodes");
            format!("{rels} of {all} and {nodes} of {all_nodes} are drawn, those that are joined most")
        })
    }

    /// How many relationships of each stance are drawn, and how many of none.
    fn counts(&self) -> BTreeMap<Option<Stance>, usize> {
        let mut counts = BTreeMap::new();
        self.edges.iter().for_each(|edge| *counts.entry(edge.statement.stance).or_default() += 1);
        counts
    }
}

/// All nodes, or of too many those with the most relationships, in their order.
fn most_joined(mut nodes: Vec<NodeId>, ends: impl Iterator<Item = NodeId>) -> Vec<NodeId> {
    if nodes.len() <= NODES {
        return nodes;
    }
    let mut degrees: HashMap<NodeId, u64> = HashMap::new();
    ends.for_each(|node| *degrees.entry(node).or_default() += 1);
    nodes.sort_by_key(|node| (Reverse(degrees.get(node).copied().unwrap_or(0)), *node));
    nodes.truncate(NODES);
    nodes.sort_unstable();
    nodes
}

impl Drawn {
    fn of(graph: &Version, id: NodeId) -> Drawn {
        let name = cell::name(graph, id);
        let labels = Node::read(graph, id).labels.iter().map(|label| label.to_string()).collect();
        let place = Place { width: text::width(&text::cut(&name, NAME)) + 20.0, height: HEIGHT, ..Place::default() };
        Drawn { id, name, labels, place }
    }
}

impl Edge {
    fn of(graph: &Version, rel: RelId, ends: (usize, usize)) -> Option<Edge> {
        Some(Edge { ends, statement: Statement::read(graph, rel)?, fact: fact(graph, rel) })
    }
}

/// The word that a stance is called by in a picture, and what has none.
fn word(stance: Option<Stance>) -> &'static str {
    stance.map_or("other", Stance::verb)
}

/// A stance and how many relationships are of it, as a legend says it.
fn counted_as(stance: Option<Stance>, count: usize) -> String {
    let mark = stance.map(|stance| format!("{} ", stance.mark())).unwrap_or_default();
    format!("{mark}{} {count}", word(stance))
}

#[cfg(test)]
mod tests;
