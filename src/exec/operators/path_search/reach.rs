//! What a search reaches: pairs of a state and a node, with their distances from the start and the ways back.

use super::super::super::context::Context;
use super::super::super::eval::{Interpreter, Row};
use super::super::super::memory::Held;
use super::super::legs::{Cursor, Hop, Legs};
use super::automaton::{Automaton, State};
use crate::error::{Error, Result};
use crate::plan::search::{PathSearch, SearchHop};
use crate::semantic::bound::{Expr, Slot};
use crate::value::{NodeId, RelId, Value};
use hashbrown::HashMap;

/// About how many bytes a point takes.
const POINT_BYTES: u64 = 96;
/// About how many bytes a way back takes.
const WAY_BYTES: u64 = 16;
/// How many relationships are read at once.
const AHEAD: usize = 1024;

/// A search's plan made ready: its states and the relationships of each hop.
pub(super) struct Pattern {
    pub(super) plan: PathSearch,
    pub(super) automaton: Automaton,
    legs: Vec<Vec<Legs>>,
}

/// A state at a node.
pub(super) struct Point {
    pub(super) state: State,
    pub(super) node: u32,
    /// The number of relationships from the start.
    pub(super) distance: u32,
    /// The points from which it is reached, by a relationship or by a free move.
    pub(super) before: Vec<(u32, Option<RelId>)>,
}

/// All points reached so far.
pub(super) struct Reach {
    places: HashMap<(State, u32), u32, foldhash::fast::FixedState>,
    pub(super) points: Vec<Point>,
    frontier: Vec<u32>,
    /// All points nearer than this have been left by every hop.
    pub(super) depth: u32,
}

impl Pattern {
    pub(super) fn new(plan: PathSearch) -> Pattern {
        let automaton = Automaton::new(&plan.pieces);
        let legs =
            plan.pieces.iter().map(|piece| piece.hops.iter().map(|hop| Legs::new(&hop.types, hop.way)).collect());
        Pattern { legs: legs.collect(), automaton, plan }
    }

    fn hop(&self, state: State) -> Option<(&SearchHop, &Legs)> {
        let (part, hop) = self.automaton.hop(state)?;
        Some((self.plan.pieces.get(part)?.hops.get(hop)?, self.legs.get(part)?.get(hop)?))
    }

    /// Whether a node may stand where a state says.
    fn admits(&self, cx: &Context, row: Row<'_>, state: State, node: u32) -> Result<bool> {
        let Some(piece) = self.automaton.part_before(state).and_then(|part| self.plan.pieces.get(part)) else {
            return Ok(true);
        };
        hold(cx, row, &piece.end_conditions, &[(piece.end, Value::Node(NodeId(node)))])
    }
}

/// Whether all conditions are true with these locals.
pub(super) fn hold(cx: &Context, row: Row<'_>, conditions: &[Expr], locals: &[(Slot, Value)]) -> Result<bool> {
    if conditions.is_empty() {
        return Ok(true);
    }
    let mut interpreter = Interpreter::new(cx, row);
    locals.iter().for_each(|(local, value)| interpreter.set(*local, value.clone()));
    for condition in conditions {
        if interpreter.truth(condition)? != Some(true) {
            return Ok(false);
        }
    }
    Ok(true)
}

impl Reach {
    pub(super) fn new(cx: &Context, held: &mut Held, pattern: &Pattern, row: Row<'_>, from: NodeId) -> Result<Reach> {
        let mut reach = Reach { places: HashMap::default(), points: Vec::new(), frontier: Vec::new(), depth: 0 };
        let mut frontier = Vec::new();
        reach.add(cx, held, pattern, row, (0, from.0, 0), None, &mut frontier)?;
        reach.frontier = frontier;
        Ok(reach)
    }

    /// Whether everything has been reached.
    pub(super) fn complete(&self) -> bool {
        self.frontier.is_empty()
    }

    /// The point of a state at a node.
    pub(super) fn find(&self, state: State, node: NodeId) -> Option<u32> {
        self.places.get(&(state, node.0)).copied()
    }

    /// Follows every hop from the points that were reached last.
    pub(super) fn grow(&mut self, cx: &mut Context, held: &mut Held, pattern: &Pattern, row: Row<'_>) -> Result<()> {
        let mut next = Vec::new();
        let mut hops = Vec::new();
        for index in std::mem::take(&mut self.frontier) {
            let Point { state, node, .. } = self.points[index as usize];
            let Some((hop, legs)) = pattern.hop(state) else { continue };
            let Some(after) = pattern.automaton.after(state) else { continue };
            let mut cursor = Cursor::new(NodeId(node), None);
            loop {
                hops.clear();
                let more = cursor.fill(cx.graph(), legs, AHEAD, &mut hops);
                for &found in &hops {
                    cx.tick()?;
                    if may_hop(cx, row, hop, node, found)? {
                        let to = (after, found.0, self.depth + 1);
                        self.add(cx, held, pattern, row, to, Some((index, Some(found.1))), &mut next)?;
                    }
                }
                if !more {
                    break;
                }
            }
        }
        self.frontier = next;
        self.depth += 1;
        Ok(())
    }

    /// Notes a way to a point, and the point itself with all that free moves reach from it when it is new.
    #[allow(clippy::too_many_arguments)] // one place of a search, and where it was reached from
    fn add(
        &mut self,
        cx: &Context,
        held: &mut Held,
        pattern: &Pattern,
        row: Row<'_>,
        (state, node, distance): (State, u32, u32),
        before: Option<(u32, Option<RelId>)>,
        frontier: &mut Vec<u32>,
    ) -> Result<()> {
        let (mut state, mut before) = (state, before);
        loop {
            held.grow(cx, WAY_BYTES)?;
            if let Some(&known) = self.places.get(&(state, node)) {
                self.points[known as usize].before.extend(before);
                return Ok(());
            }
            if !pattern.admits(cx, row, state, node)? {
                return Ok(());
            }
            held.grow(cx, POINT_BYTES)?;
            let index =
                u32::try_from(self.points.len()).map_err(|_| Error::internal("a search has too many points"))?;
            self.places.insert((state, node), index);
            self.points.push(Point { state, node, distance, before: before.into_iter().collect() });
            frontier.push(index);
            let Some(free) = pattern.automaton.free(state) else { return Ok(()) };
            (state, before) = (free, Some((index, None)));
        }
    }
}

/// Whether a hop fulfils its own conditions.
fn may_hop(cx: &Context, row: Row<'_>, hop: &SearchHop, from: u32, (to, rel): Hop) -> Result<bool> {
    if hop.conditions.is_empty() {
        return Ok(true);
    }
    let locals =
        [(hop.from, Value::Node(NodeId(from))), (hop.rel, Value::Rel(rel)), (hop.node, Value::Node(NodeId(to)))];
    hold(cx, row, &hop.conditions, &locals)
}
