//! Some of the paths between two nodes, shortest first, whatever the pattern of the path.
//!
//! The search goes breadth first over pairs of a state of the pattern and a node, which gives distances and ways back.
//! From each point where a path may end the paths are traced back by length. The distances are those of walks: they
//! guide, and the trace decides what is a path.

mod automaton;
mod reach;
mod trace;

use super::super::chunk::{Chunk, Live};
use super::super::column::Column;
use super::super::context::Context;
use super::super::eval::Row;
use super::super::eval::scalar::eval;
use super::super::memory::Held;
use super::Stage;
use super::expand::node_at;
use super::resumable::{Progress, Resumable};
use super::var_expand::rel_list;
use crate::error::{Error, Result};
use crate::plan::physical::Way;
use crate::plan::search::PathSearch;
use crate::semantic::bound::Slot;
use crate::semantic::choice::Keep;
use crate::value::{NodeId, Value, share_bytes};
use reach::{Pattern, Reach};
use trace::{Found, Trace};

/// For each row, the selected paths from a node.
pub(super) struct Search {
    progress: Progress,
    live: Live,
    pattern: Pattern,
    /// The search of the present row.
    run: Option<Run>,
    held: Held,
}

/// The search from one node.
struct Run {
    from: NodeId,
    reach: Reach,
    count: u64,
    /// The points where paths end that are still to be traced, the next one last.
    ends: Vec<u32>,
    trace: Option<Selected>,
}

/// What has been selected of the paths to one point.
struct Selected {
    point: u32,
    trace: Trace,
    /// How many paths came out, and how many of them are to come out once more after the search has gone farther.
    paths: u64,
    again: u64,
    lengths: u64,
    last: Option<u32>,
}

impl Search {
    pub(super) fn new(input: Stage, live: Live, plan: PathSearch) -> Search {
        let pattern = Pattern::new(plan);
        Search { progress: Progress::new(input), live, pattern, run: None, held: Held::default() }
    }

    fn begin(&mut self, cx: &mut Context, chunk: &Chunk, position: usize) -> Result<Option<Run>> {
        let plan = &self.pattern.plan;
        let count = self.count(cx)?;
        let Some(from) = node_at(chunk, plan.from, position)? else { return Ok(None) };
        let wanted = if plan.to_known { node_at(chunk, plan.to, position)? } else { None };
        if plan.to_known && wanted.is_none() {
            return Ok(None);
        }
        let row = Row::Chunk(chunk, position);
        let mut reach = Reach::new(cx, &mut self.held, &self.pattern, row, from)?;
        let last = self.pattern.automaton.last();
        let arrived = |reach: &Reach| wanted.is_some_and(|node| reach.find(last, node).is_some());
        while !reach.complete() && !arrived(&reach) {
            reach.grow(cx, &mut self.held, &self.pattern, row)?;
        }
        let mut ends: Vec<u32> = match wanted {
            Some(node) => reach.find(last, node).into_iter().collect(),
            None => (0..reach.points.len() as u32).filter(|at| reach.points[*at as usize].state == last).collect(),
        };
        ends.reverse();
        Ok(Some(Run { from, reach, count, ends, trace: None }))
    }

    fn count(&self, cx: &Context) -> Result<u64> {
        let count = &self.pattern.plan.count;
        let value = eval(cx, count, Row::Empty)?;
        match value.as_int().and_then(|count| u64::try_from(count).ok()).filter(|count| *count > 0) {
            Some(count) => Ok(count),
            None => {
                let message = "the number of paths to select must be an integer of at least one";
                Err(Error::type_error(message).at(count.span))
            }
        }
    }

    /// Adds the paths of one row until there are enough; whether there may be more.
    fn collect(
        &mut self,
        cx: &mut Context,
        (chunk, position): (&Chunk, usize),
        run: &mut Run,
        out: &mut Output,
    ) -> Result<bool> {
        while !cx.is_chunk(out.parents.len(), &out.held) {
            let Some(found) = run.next(cx, &mut self.held, &self.pattern, Row::Chunk(chunk, position))? else {
                return Ok(false);
            };
            out.add(cx, position, &found, &self.pattern, &self.live)?;
        }
        Ok(true)
    }
}

impl Run {
    /// The next selected path.
    fn next(&mut self, cx: &mut Context, held: &mut Held, pattern: &Pattern, row: Row<'_>) -> Result<Option<Found>> {
        loop {
            let mut selected = match self.trace.take() {
                Some(selected) => selected,
                None => match self.ends.pop() {
                    Some(point) => Selected::new(&self.reach, point, self.simple(pattern, point)),
                    None => return Ok(None),
                },
            };
            let most = if self.reach.complete() { u32::MAX } else { self.reach.depth };
            match selected.next(cx, held, (pattern, &self.reach), row, (most, self.count))? {
                Some(found) => {
                    self.trace = Some(selected);
                    return Ok(Some(found));
                }
                None if selected.done(pattern.plan.keep, self.count) || self.reach.complete() => {}
                None => {
                    self.grow(cx, held, pattern, row)?;
                    self.trace = Some(selected.again(&self.reach, self.simple(pattern, selected.point)));
                }
            }
        }
    }

    /// Searches twice as far.
    fn grow(&mut self, cx: &mut Context, held: &mut Held, pattern: &Pattern, row: Row<'_>) -> Result<()> {
        let depth = self.reach.depth.saturating_mul(2).saturating_add(1);
        while !self.reach.complete() && self.reach.depth < depth {
            self.reach.grow(cx, held, pattern, row)?;
        }
        Ok(())
    }

    /// Whether no shortest walk to a point can use a relationship twice: with one kind of hop, it would be shorter
    /// without what lies between. Only a walk that comes back undirected may turn round on a relationship.
    fn simple(&self, pattern: &Pattern, point: u32) -> bool {
        let [piece] = &pattern.plan.pieces[..] else { return false };
        let [hop] = &piece.hops[..] else { return false };
        let least = piece.rounds.is_some_and(|(min, _)| min <= 1);
        let turns = hop.way == Way::Both && self.reach.points[point as usize].node == self.from.0;
        least && !turns
    }
}

impl Selected {
    fn new(reach: &Reach, point: u32, simple: bool) -> Selected {
        Selected { point, trace: Trace::new(reach, point, simple), paths: 0, again: 0, lengths: 0, last: None }
    }

    /// The same from the beginning, without what came out already.
    fn again(&self, reach: &Reach, simple: bool) -> Selected {
        Selected { again: self.paths, ..Selected::new(reach, self.point, simple) }
    }

    fn done(&self, keep: Keep, count: u64) -> bool {
        match keep {
            Keep::Paths => self.paths >= count,
            Keep::Lengths => self.lengths >= count,
        }
    }

    fn next(
        &mut self,
        cx: &mut Context,
        held: &mut Held,
        search: (&Pattern, &Reach),
        row: Row<'_>,
        (most, count): (u32, u64),
    ) -> Result<Option<Found>> {
        let keep = search.0.plan.keep;
        while keep == Keep::Lengths || !self.done(keep, count) {
            let Some(found) = self.trace.next(cx, held, search, row, most)? else { return Ok(None) };
            if !found.holds(cx, row, search.0)? {
                continue;
            }
            self.note(found.length, count);
            if self.paths > self.again {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    fn note(&mut self, length: u32, count: u64) {
        self.paths += 1;
        if self.last.replace(length) != Some(length) {
            self.lengths += 1;
        }
        if self.lengths >= count {
            self.trace.forget_beyond(length);
        }
    }
}

/// Rows found for a chunk of output.
#[derive(Default)]
struct Output {
    parents: Vec<u32>,
    ends: Vec<u32>,
    rels: Vec<Value>,
    inner: Vec<Vec<Value>>,
    held: Held,
}

impl Output {
    fn add(&mut self, cx: &Context, position: usize, found: &Found, pattern: &Pattern, live: &Live) -> Result<()> {
        let plan = &pattern.plan;
        let mut bytes = 0;
        self.parents.push(position as u32);
        self.ends.push(found.end.0);
        if live.contains(plan.rels) {
            let rels = rel_list(&found.rels, plan.reversed);
            bytes += share_bytes(&rels, 0);
            self.rels.push(rels);
        }
        self.inner.resize(plan.outputs.len(), Vec::new());
        for ((slot, local), values) in plan.outputs.iter().zip(&mut self.inner) {
            if live.contains(*slot) {
                let element = found.element(*local, pattern);
                bytes += share_bytes(&element, 0);
                values.push(element);
            }
        }
        self.held.grow(cx, bytes)
    }

    fn chunk(self, chunk: &Chunk, plan: &PathSearch, live: &Live) -> Chunk {
        let mut out = chunk.gather(&self.parents, live);
        if !plan.to_known && live.contains(plan.to) {
            out.set(plan.to, Column::Nodes(self.ends));
        }
        if live.contains(plan.rels) {
            out.set(plan.rels, Column::Values(self.rels));
        }
        let slots = plan.outputs.iter().map(|(slot, _)| *slot);
        for (slot, values) in slots.zip(self.inner).filter(|(slot, _): &(Slot, _)| live.contains(*slot)) {
            out.set(slot, Column::from_values(values));
        }
        out
    }
}

impl Resumable for Search {
    fn progress(&mut self) -> &mut Progress {
        &mut self.progress
    }

    fn go_on(&mut self, cx: &mut Context, chunk: &Chunk) -> Result<Option<Chunk>> {
        let mut found = Output::default();
        while self.progress.row < chunk.rows() && !cx.is_chunk(found.parents.len(), &found.held) {
            let position = chunk.position(self.progress.row);
            let run = match self.run.take() {
                Some(run) => Some(run),
                None => self.begin(cx, chunk, position)?,
            };
            if let Some(mut run) = run
                && self.collect(cx, (chunk, position), &mut run, &mut found)?
            {
                self.run = Some(run);
                continue;
            }
            self.held.release();
            self.progress.row += 1;
        }
        Ok((!found.parents.is_empty()).then(|| found.chunk(chunk, &self.pattern.plan, &self.live)))
    }

    fn forget(&mut self) {
        self.run = None;
        self.held.release();
    }
}
