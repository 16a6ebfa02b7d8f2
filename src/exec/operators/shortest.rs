//! Shortest paths between two known nodes: breadth first from both ends, then through the nodes found to lie between.

use super::super::chunk::{Chunk, Live};
use super::super::column::Column;
use super::super::context::Context;
use super::super::eval::Row;
use super::super::memory::Held;
use super::Stage;
use super::expand::node_at;
use super::legs::{Cursor, Hop, Legs};
use super::resumable::{Progress, Resumable};
use super::rounds::{Hops, Step, nodes_along};
use super::used::Used;
use super::var_expand::rel_list;
use crate::error::Result;
use crate::plan::physical::VarExpand;
use crate::syntax::ast::Shortest;
use crate::value::{NodeId, RelId, Value};
use hashbrown::HashMap;
use hashbrown::hash_map::Entry;

/// About how many bytes a node takes that a search has reached.
const REACHED_BYTES: u64 = 64;
/// How many relationships a search reads at once.
const AHEAD: usize = 1024;

/// For each row, one or all of the shortest paths between two nodes.
pub(super) struct ShortestPath {
    progress: Progress,
    live: Live,
    plan: VarExpand,
    which: Shortest,
    hops: Hops,
    paths: Option<Paths>,
    held: Held,
}

/// How a node was reached.
struct Reached {
    depth: u32,
    /// A hop back; `None` at the end itself.
    back: Option<Hop>,
    /// The others.
    others: Vec<Hop>,
}

impl Reached {
    fn hops(&self) -> impl Iterator<Item = Hop> + '_ {
        self.back.iter().chain(&self.others).copied()
    }
}

/// The nodes reached from one end.
struct Side {
    legs: Legs,
    /// Each with its distance and the hops back towards the end, all of them from the distance before.
    reached: HashMap<u32, Reached, foldhash::fast::FixedState>,
    frontier: Vec<u32>,
    depth: u32,
    /// Whether it is reached from where the path ends.
    backwards: bool,
}

impl Side {
    fn new(legs: Legs, end: NodeId, backwards: bool) -> Side {
        let mut reached = HashMap::default();
        reached.insert(end.0, Reached { depth: 0, back: None, others: Vec::new() });
        Side { legs, reached, frontier: vec![end.0], depth: 0, backwards }
    }

    /// How many relationships the next step reads.
    fn effort(&self, cx: &Context) -> u64 {
        self.frontier.iter().map(|&node| self.legs.count(cx.graph(), NodeId(node))).sum()
    }

    /// A hop from a node, as the path will run.
    fn step(&self, node: u32, (other, rel): Hop) -> Step {
        let (from, to) = if self.backwards { (other, node) } else { (node, other) };
        Step { from: NodeId(from), rel, to: NodeId(to) }
    }

    /// Notes a hop from `node` to `hop.0`.
    fn note(&mut self, node: u32, hop: Hop, all: bool) -> bool {
        let back = (node, hop.1);
        match self.reached.entry(hop.0) {
            Entry::Vacant(entry) => {
                entry.insert(Reached { depth: self.depth, back: Some(back), others: Vec::new() });
                true
            }
            Entry::Occupied(mut entry) => {
                let reached = entry.get_mut();
                if all && reached.depth == self.depth {
                    reached.others.push(back);
                }
                false
            }
        }
    }

    fn meets(&self, cx: &Context, other: &Side) -> Result<Vec<u32>> {
        let mut met = Vec::new();
        for node in &self.frontier {
            cx.tick()?;
            if other.reached.get(node).is_some_and(|reached| reached.depth == other.depth) {
                met.push(*node);
            }
        }
        Ok(met)
    }
}

/// From each node between the ends, the hops that lead on.
type Onward = HashMap<u32, Vec<Hop>, foldhash::fast::FixedState>;

/// The shortest paths of one row, walked one after another.
struct Paths {
    onward: Onward,
    /// For each node of the present path, how many of its hops have been tried.
    tried: Vec<(u32, usize)>,
    rels: Vec<RelId>,
    length: usize,
    single: bool,
    done: bool,
}

impl Paths {
    fn next(&mut self, cx: &mut Context) -> Result<Option<Vec<RelId>>> {
        if self.done {
            return Ok(None);
        }
        while let Some((node, tried)) = self.tried.last_mut() {
            cx.tick()?;
            if self.rels.len() == self.length {
                let path = self.rels.clone();
                self.tried.pop();
                self.rels.pop();
                self.done = self.single;
                return Ok(Some(path));
            }
            let hop = self.onward.get(node).and_then(|hops| hops.get(*tried)).copied();
            *tried += 1;
            match hop {
                Some((next, rel)) => {
                    self.tried.push((next, 0));
                    self.rels.push(rel);
                }
                None => {
                    self.tried.pop();
                    self.rels.pop();
                }
            }
        }
        self.done = true;
        Ok(None)
    }
}

impl ShortestPath {
    pub(super) fn new(input: Stage, live: Live, plan: VarExpand, which: Shortest) -> ShortestPath {
        let hops = Hops::new(&plan);
        ShortestPath { progress: Progress::new(input), live, plan, which, hops, paths: None, held: Held::default() }
    }

    /// Searches for one row. A node has no shortest path to itself but the empty one.
    fn search(&mut self, cx: &mut Context, chunk: &Chunk, position: usize) -> Result<Option<Paths>> {
        let from = node_at(chunk, self.plan.from, position)?;
        let Some((from, to)) = from.zip(node_at(chunk, self.plan.to, position)?) else { return Ok(None) };
        if from == to {
            return Ok((self.plan.min == 0).then(|| self.paths(Onward::default(), from, 0)));
        }
        let used = Used::of(chunk, position, &self.plan.distinct_from);
        let row = Row::Chunk(chunk, position);
        let legs = self.hops.legs(0)?;
        let mut sides = [Side::new(legs.clone(), from, false), Side::new(legs.reversed(), to, true)];
        loop {
            let length = sides[0].depth + sides[1].depth;
            if self.plan.max.is_some_and(|max| length >= max) || sides.iter().any(|side| side.frontier.is_empty()) {
                return Ok(None);
            }
            let [left, right] = &mut sides;
            if right.effort(cx) < left.effort(cx) {
                self.grow(cx, (right, left), &used, row)?;
            } else {
                self.grow(cx, (left, right), &used, row)?;
            }
            let meeting = sides[0].meets(cx, &sides[1])?;
            if !meeting.is_empty() {
                let length = length + 1;
                let onward = join(cx, &sides, meeting)?;
                return Ok((length >= self.plan.min).then(|| self.paths(onward, from, length as usize)));
            }
        }
    }

    /// Reaches the nodes one step farther from an end. Where one path is enough, the first node that the other side has
    /// reached ends it: both were apart before, so that no other way is shorter.
    fn grow(&mut self, cx: &mut Context, (side, other): (&mut Side, &Side), used: &Used, row: Row<'_>) -> Result<()> {
        side.depth += 1;
        let all = matches!(self.which, Shortest::All);
        let mut next = Vec::new();
        let mut hops = Vec::new();
        for node in std::mem::take(&mut side.frontier) {
            let mut cursor = Cursor::new(NodeId(node), None);
            loop {
                cx.tick()?;
                hops.clear();
                let more = cursor.fill(cx.graph(), &side.legs, AHEAD, &mut hops);
                for &hop in &hops {
                    cx.tick()?;
                    if used.contains(hop.1) {
                        continue;
                    }
                    let step = side.step(node, hop);
                    if self.hops.allow(cx, row, step, 0, &|_| None)? && side.note(node, hop, all) {
                        next.push(hop.0);
                        if !all && other.reached.contains_key(&hop.0) {
                            side.frontier = next;
                            return Ok(());
                        }
                    }
                }
                self.held.grow(cx, REACHED_BYTES * hops.len() as u64)?;
                if !more {
                    break;
                }
            }
        }
        side.frontier = next;
        Ok(())
    }

    /// Adds what a group's variables are along a path.
    fn push_lists(&self, cx: &Context, from: Option<NodeId>, rels: &[RelId], lists: &mut [Vec<Value>]) -> Result<()> {
        let Some(from) = from.filter(|_| !lists.is_empty()) else { return Ok(()) };
        let nodes = nodes_along(cx.graph(), from, rels)?;
        for ((_, element), values) in self.hops.lists().iter().zip(lists) {
            values.push(self.hops.list(*element, &nodes, rels));
        }
        Ok(())
    }

    fn paths(&self, onward: Onward, from: NodeId, length: usize) -> Paths {
        let single = matches!(self.which, Shortest::Single);
        Paths { onward, tried: vec![(from.0, 0)], rels: Vec::new(), length, single, done: false }
    }
}

impl Resumable for ShortestPath {
    fn progress(&mut self) -> &mut Progress {
        &mut self.progress
    }

    fn go_on(&mut self, cx: &mut Context, chunk: &Chunk) -> Result<Option<Chunk>> {
        let (mut parents, mut rels) = (Vec::new(), Vec::new());
        let mut lists = vec![Vec::new(); self.hops.lists().len()];
        let mut given = Held::default();
        while self.progress.row < chunk.rows() && !cx.is_chunk(parents.len(), &given) {
            let position = chunk.position(self.progress.row);
            if self.paths.is_none() {
                self.paths = self.search(cx, chunk, position)?;
            }
            let path = self.paths.as_mut().map_or(Ok(None), |paths| paths.next(cx))?;
            match path {
                Some(path) => {
                    let values = path.len() * (1 + lists.len());
                    given.grow(cx, (values * size_of::<Value>()) as u64)?;
                    parents.push(position as u32);
                    self.push_lists(cx, node_at(chunk, self.plan.from, position)?, &path, &mut lists)?;
                    rels.push(rel_list(&path, self.plan.reversed));
                }
                None => {
                    self.paths = None;
                    self.held.release();
                    self.progress.row += 1;
                }
            }
        }
        Ok((!parents.is_empty()).then(|| {
            let mut out = chunk.gather(&parents, &self.live);
            out.set(self.plan.rels, Column::Values(rels));
            for ((slot, _), values) in self.hops.lists().iter().zip(lists) {
                out.set(*slot, Column::Values(values));
            }
            out
        }))
    }

    fn forget(&mut self) {
        self.paths = None;
        self.held.release();
    }
}

/// The hops that lie on shortest paths, from each node onward: through the nodes where the two searches met.
fn join(cx: &Context, sides: &[Side; 2], meeting: Vec<u32>) -> Result<Onward> {
    let mut onward = Onward::default();
    trace(cx, &sides[0], meeting.clone(), &mut |nearer, farther, rel| {
        onward.entry(nearer).or_default().push((farther, rel));
    })?;
    trace(cx, &sides[1], meeting, &mut |nearer, farther, rel| onward.entry(farther).or_default().push((nearer, rel)))?;
    Ok(onward)
}

/// Calls `visit` with every hop between these nodes and the end of a side: the node nearer to the end, the one
/// farther, the relationship.
fn trace(cx: &Context, side: &Side, from: Vec<u32>, visit: &mut dyn FnMut(u32, u32, RelId)) -> Result<()> {
    let mut seen: hashbrown::HashSet<u32, foldhash::fast::FixedState> = from.iter().copied().collect();
    let mut open = from;
    while let Some(node) = open.pop() {
        for (nearer, rel) in side.reached.get(&node).into_iter().flat_map(Reached::hops) {
            cx.tick()?;
            visit(nearer, node, rel);
            if seen.insert(nearer) {
                open.push(nearer);
            }
        }
    }
    Ok(())
}
