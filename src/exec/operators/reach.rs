//! Nodes that trails lead to, each once for a row: breadth first, without enumerating the trails.
//!
//! A node other than the start is met first at its distance, by a trail. The start itself is met again when a trail
//! comes back to it. Along arrows the shortest walk back is one. Undirected, a walk may turn round on a
//! relationship, so each node remembers with which relationship its way began: where two nodes with different
//! beginnings meet, their ways make a trail back, and the shortest such trail is found so.

use super::super::chunk::{Chunk, Live};
use super::super::column::Column;
use super::super::context::Context;
use super::super::eval::Row;
use super::super::memory::Held;
use super::Stage;
use super::expand::node_at;
use super::legs::{Cursor, Hop};
use super::resumable::{Progress, Resumable};
use super::rounds::{Hops, Step};
use crate::error::Result;
use crate::plan::physical::{VarExpand, Way};
use crate::value::{NodeId, RelId};
use hashbrown::HashMap;

/// About how many bytes a node takes that has been reached.
const REACHED_BYTES: u64 = 48;
/// About how many bytes a node takes that a plain search has reached.
const SEEN_BYTES: u64 = 12;
/// How many relationships are read at once.
const AHEAD: usize = 1024;

/// For each row, every node that some trail leads to.
pub(super) struct Reach {
    progress: Progress,
    live: Live,
    plan: VarExpand,
    hops: Hops,
    run: Option<Run>,
    /// What a plain search has met: one along arrows, without conditions, to any node.
    seen: Option<Seen>,
    held: Held,
}

/// The way to a node.
#[derive(Clone, Copy)]
struct Reached {
    depth: u32,
    /// Its first relationship and its last one; `None` at the start.
    way: Option<(RelId, RelId)>,
}

/// A search along arrows that tests no relationship: only nodes matter, of which each is met once.
#[derive(Default)]
struct Seen {
    /// By node, in words.
    bits: Vec<u64>,
    nodes: Vec<u32>,
}

impl Seen {
    /// Notes a node; whether it is new.
    fn insert(&mut self, node: u32) -> bool {
        let (word, bit) = (&mut self.bits[node as usize / 64], 1 << (node % 64));
        let new = *word & bit == 0;
        *word |= bit;
        if new {
            self.nodes.push(node);
        }
        new
    }

    /// Begins anew, for nodes below a bound.
    fn begin(&mut self, bound: u32) {
        let bits = &mut self.bits;
        self.nodes.drain(..).for_each(|node| bits[node as usize / 64] = 0);
        bits.resize((bound as usize).div_ceil(64), 0);
    }
}

/// The search from one node.
struct Run {
    start: u32,
    /// The only node that is wanted.
    target: Option<u32>,
    reached: HashMap<u32, Reached, foldhash::fast::FixedState>,
    frontier: Vec<u32>,
    depth: u32,
    /// Found and not yet given, the next one last.
    found: Vec<u32>,
    /// Whether the start has been found.
    back: bool,
}

impl Reach {
    pub(super) fn new(input: Stage, live: Live, plan: VarExpand) -> Reach {
        let hops = Hops::new(&plan);
        let plain = plan.way != Way::Both && plan.predicates.is_empty() && !plan.to_known;
        let seen = plain.then(Seen::default);
        Reach { progress: Progress::new(input), live, plan, hops, run: None, seen, held: Held::default() }
    }

    fn begin(&mut self, cx: &Context, chunk: &Chunk, position: usize) -> Result<Option<Run>> {
        let Some(NodeId(start)) = node_at(chunk, self.plan.from, position)? else { return Ok(None) };
        let target = if self.plan.to_known { node_at(chunk, self.plan.to, position)? } else { None };
        if self.plan.to_known && target.is_none() {
            return Ok(None);
        }
        let mut run = Run {
            start,
            target: target.map(|node| node.0),
            reached: HashMap::default(),
            frontier: vec![start],
            depth: 0,
            found: Vec::new(),
            back: false,
        };
        match &mut self.seen {
            Some(seen) => seen.begin(cx.graph().node_bound()),
            None => _ = run.reached.insert(start, Reached { depth: 0, way: None }),
        }
        if self.plan.min == 0 {
            run.come_back();
        }
        Ok(Some(run))
    }

    /// Reaches the nodes one step farther where nothing but the nodes matters.
    fn grow_plainly(&mut self, cx: &mut Context, run: &mut Run) -> Result<()> {
        let (Some(seen), legs) = (&mut self.seen, self.hops.legs(0)?) else { return Ok(()) };
        let mut next = Vec::new();
        for node in std::mem::take(&mut run.frontier) {
            legs.for_each_slice(cx.graph(), NodeId(node), &mut |_, ends, _| {
                for &end in ends {
                    if end == run.start {
                        run.come_back();
                    } else if seen.insert(end) {
                        next.push(end);
                    }
                }
                cx.work(ends.len() as u64)
            })?;
        }
        self.held.grow(cx, SEEN_BYTES * next.len() as u64)?;
        run.found.extend_from_slice(&next);
        run.frontier = next;
        run.depth += 1;
        Ok(())
    }

    /// Reaches the nodes one step farther.
    fn grow(&mut self, cx: &mut Context, run: &mut Run, row: Row<'_>) -> Result<()> {
        let mut next = Vec::new();
        let mut hops = Vec::new();
        for node in std::mem::take(&mut run.frontier) {
            let legs = self.hops.legs(0)?;
            let mut cursor = Cursor::new(NodeId(node), None);
            loop {
                hops.clear();
                let more = cursor.fill(cx.graph(), legs, AHEAD, &mut hops);
                let before = next.len();
                for &(to, rel) in &hops {
                    cx.tick()?;
                    let step = Step { from: NodeId(node), rel, to: NodeId(to) };
                    if self.hops.allow(cx, row, step, 0, &|_| None)? && run.note(&self.plan, node, (to, rel)) {
                        next.push(to);
                    }
                }
                self.held.grow(cx, REACHED_BYTES * (next.len() - before) as u64)?;
                if !more || run.is_over() {
                    break;
                }
            }
            if run.is_over() {
                break;
            }
        }
        run.frontier = next;
        run.depth += 1;
        Ok(())
    }

    /// The next node of a run.
    fn advance(&mut self, cx: &mut Context, run: &mut Run, row: Row<'_>) -> Result<Option<u32>> {
        loop {
            if let Some(node) = run.found.pop() {
                return Ok(Some(node));
            }
            let farther = self.plan.max.is_none_or(|max| run.depth < max);
            if !farther || run.frontier.is_empty() || run.is_over() {
                return Ok(None);
            }
            match &self.seen {
                Some(_) => self.grow_plainly(cx, run)?,
                None => self.grow(cx, run, row)?,
            }
            run.found.reverse();
        }
    }

    /// Adds nodes of one row until there are enough; whether there may be more.
    fn collect(
        &mut self,
        cx: &mut Context,
        (chunk, position): (&Chunk, usize),
        run: &mut Run,
        (parents, ends): (&mut Vec<u32>, &mut Vec<u32>),
    ) -> Result<bool> {
        while parents.len() < cx.batch() {
            let Some(node) = self.advance(cx, run, Row::Chunk(chunk, position))? else { return Ok(false) };
            parents.push(position as u32);
            ends.push(node);
        }
        Ok(true)
    }
}

impl Run {
    /// Notes a hop; whether it leads to a new node.
    fn note(&mut self, plan: &VarExpand, node: u32, (to, rel): Hop) -> bool {
        let from = self.reached.get(&node).copied().unwrap_or(Reached { depth: 0, way: None });
        let first = from.way.map_or(rel, |(first, _)| first);
        let turns = plan.way == Way::Both && from.way.is_some_and(|(_, last)| last == rel);
        if turns {
            return false;
        }
        if to == self.start {
            self.come_back();
            return false;
        }
        match self.reached.get(&to) {
            None => {
                self.reached.insert(to, Reached { depth: from.depth + 1, way: Some((first, rel)) });
                if self.target.is_none_or(|target| target == to) {
                    self.found.push(to);
                }
                true
            }
            Some(other) if plan.way == Way::Both => {
                let length = from.depth.saturating_add(other.depth).saturating_add(1);
                let meets = other.way.is_some_and(|(other, _)| other != first);
                if meets && plan.max.is_none_or(|max| length <= max) {
                    self.come_back();
                }
                false
            }
            Some(_) => false,
        }
    }

    fn come_back(&mut self) {
        if !std::mem::replace(&mut self.back, true) && self.target.is_none_or(|target| target == self.start) {
            self.found.push(self.start);
        }
    }

    /// Whether the only node that is wanted has been found.
    fn is_over(&self) -> bool {
        let known = |target: u32| if target == self.start { self.back } else { self.reached.contains_key(&target) };
        self.target.is_some_and(known)
    }
}

impl Resumable for Reach {
    fn progress(&mut self) -> &mut Progress {
        &mut self.progress
    }

    fn go_on(&mut self, cx: &mut Context, chunk: &Chunk) -> Result<Option<Chunk>> {
        let (mut parents, mut ends) = (Vec::new(), Vec::new());
        while self.progress.row < chunk.rows() && parents.len() < cx.batch() {
            let position = chunk.position(self.progress.row);
            let run = match self.run.take() {
                Some(run) => Some(run),
                None => self.begin(cx, chunk, position)?,
            };
            if let Some(mut run) = run
                && self.collect(cx, (chunk, position), &mut run, (&mut parents, &mut ends))?
            {
                self.run = Some(run);
                continue;
            }
            self.held.release();
            self.progress.row += 1;
        }
        Ok((!parents.is_empty()).then(|| {
            let mut out = chunk.gather(&parents, &self.live);
            if !self.plan.to_known && self.live.contains(self.plan.to) {
                out.set(self.plan.to, Column::Nodes(ends));
            }
            out
        }))
    }

    fn forget(&mut self) {
        self.run = None;
        self.held.release();
    }
}
