//! Expansions by a variable number of relationships: depth first, over trails.

use super::super::chunk::{Chunk, Live};
use super::super::column::Column;
use super::super::context::Context;
use super::super::eval::Row;
use super::super::memory::Held;
use super::Stage;
use super::expand::node_at;
use super::legs::{Cursor, Hop, Legs};
use super::resumable::{Progress, Resumable};
use super::rounds::{Hops, Step};
use super::used::Used;
use crate::error::{Error, Result};
use crate::plan::physical::VarExpand;
use crate::value::{NodeId, RelId, Value};

/// How many hops a level of a walk reads ahead.
const AHEAD: usize = 32;
/// About how many bytes a level of a walk takes.
const LEVEL_BYTES: u64 = 512;

/// For each row, every trail of a length within the limits.
pub(super) struct VarExpansion {
    progress: Progress,
    live: Live,
    plan: VarExpand,
    hops: Hops,
    walk: Option<Walk>,
    held: Held,
}

/// A walk from one node, paused between two trails.
struct Walk {
    start: NodeId,
    target: Option<NodeId>,
    /// Relationships that must not be walked: those bound before, then those of the trail.
    used: Used,
    /// How many of them were bound before.
    before: usize,
    levels: Vec<Level>,
    /// The greatest number of levels so far.
    deepest: usize,
    begun: bool,
}

impl Walk {
    /// How many hops the trail has.
    fn depth(&self) -> usize {
        self.used.items().len() - self.before
    }

    /// A hop of the trail.
    fn made(&self, at: usize) -> Option<Step> {
        let (from, to) = (self.levels.get(at)?.node, self.levels.get(at + 1)?.node);
        Some(Step { from, rel: *self.used.items().get(self.before + at)?, to })
    }
}

/// The relationships still to be tried from one node of the trail.
struct Level {
    /// `None` when all have been read, or the trail may not grow.
    cursor: Option<Cursor>,
    /// Those read and not yet tried, the next one last.
    ahead: Vec<Hop>,
    node: NodeId,
}

impl Level {
    fn next(&mut self, cx: &Context, legs: &Legs) -> Option<Hop> {
        while self.ahead.is_empty() {
            let cursor = self.cursor.as_mut()?;
            if !cursor.fill(cx.graph(), legs, AHEAD, &mut self.ahead) {
                self.cursor = None;
            }
            self.ahead.reverse();
        }
        self.ahead.pop()
    }
}

/// What has been found for a chunk of output.
#[derive(Default)]
struct Found {
    parents: Vec<u32>,
    ends: Vec<u32>,
    rels: Vec<Value>,
    /// The lists of a group's variables, in their order.
    lists: Vec<Vec<Value>>,
    held: Held,
}

impl VarExpansion {
    pub(super) fn new(input: Stage, live: Live, plan: VarExpand) -> VarExpansion {
        let hops = Hops::new(&plan);
        VarExpansion { progress: Progress::new(input), live, plan, hops, walk: None, held: Held::default() }
    }

    fn begin(&self, chunk: &Chunk, position: usize) -> Result<Option<Walk>> {
        let Some(start) = node_at(chunk, self.plan.from, position)? else { return Ok(None) };
        let mut target = None;
        if self.plan.to_known {
            target = node_at(chunk, self.plan.to, position)?;
            if target.is_none() {
                return Ok(None);
            }
        }
        let used = Used::of(chunk, position, &self.plan.distinct_from);
        let before = used.items().len();
        Ok(Some(Walk { start, target, used, before, levels: Vec::new(), deepest: 0, begun: false }))
    }

    /// The node at the end of the next trail; the trail itself is then in `walk`.
    fn advance(&mut self, cx: &mut Context, walk: &mut Walk, row: Row<'_>) -> Result<Option<NodeId>> {
        if !std::mem::replace(&mut walk.begun, true) {
            self.descend(cx, walk, walk.start)?;
            if self.plan.min == 0 && walk.target.is_none_or(|target| target == walk.start) {
                return Ok(Some(walk.start));
            }
        }
        while let Some(depth) = walk.levels.len().checked_sub(1) {
            cx.tick()?;
            let legs = self.hops.legs(depth)?;
            let Some((node, rel)) = walk.levels[depth].next(cx, legs) else {
                walk.levels.pop();
                walk.used.pop_beyond(walk.before);
                continue;
            };
            let node = NodeId(node);
            if (!self.plan.repeats && walk.used.contains(rel)) || !self.passes(cx, walk, (rel, node), row)? {
                continue;
            }
            walk.used.push(rel);
            let depth = walk.depth();
            self.descend(cx, walk, node)?;
            if self.complete(depth) && walk.target.is_none_or(|target| target == node) {
                return Ok(Some(node));
            }
        }
        Ok(None)
    }

    /// Goes on from a node, unless the trail has its full length: then the level is empty.
    fn descend(&mut self, cx: &Context, walk: &mut Walk, node: NodeId) -> Result<()> {
        let depth = walk.depth();
        let more = self.plan.max.is_none_or(|max| depth / self.hops.per_round() < max as usize);
        let cursor = more.then(|| Cursor::new(node, None));
        walk.levels.push(Level { cursor, ahead: Vec::new(), node });
        if walk.levels.len() > walk.deepest {
            walk.deepest = walk.levels.len();
            self.held.grow(cx, LEVEL_BYTES)?;
        }
        Ok(())
    }

    /// Whether a trail of so many hops may end here.
    fn complete(&self, depth: usize) -> bool {
        let per_round = self.hops.per_round();
        depth.is_multiple_of(per_round) && depth / per_round >= self.plan.min as usize
    }

    /// Whether the trail may go on along a relationship to a node.
    fn passes(&self, cx: &Context, walk: &Walk, (rel, to): (RelId, NodeId), row: Row<'_>) -> Result<bool> {
        let from = walk.levels.last().map_or(walk.start, |level| level.node);
        self.hops.allow(cx, row, Step { from, rel, to }, walk.depth(), &|at| walk.made(at))
    }

    fn find(&mut self, cx: &mut Context, chunk: &Chunk) -> Result<Found> {
        let mut found = Found::default();
        while self.progress.row < chunk.rows() && !cx.is_chunk(found.parents.len(), &found.held) {
            let position = chunk.position(self.progress.row);
            if self.plan.rels_known {
                self.follow(cx, chunk, position, &mut found)?;
                self.progress.row += 1;
                continue;
            }
            let walk = match self.walk.take() {
                Some(walk) => Some(walk),
                None => self.begin(chunk, position)?,
            };
            if let Some(mut walk) = walk
                && self.collect(cx, chunk, position, &mut walk, &mut found)?
            {
                self.walk = Some(walk);
                continue;
            }
            self.held.release();
            self.progress.row += 1;
        }
        Ok(found)
    }

    /// Adds trails of one row until there are enough; whether there may be more.
    fn collect(
        &mut self,
        cx: &mut Context,
        chunk: &Chunk,
        position: usize,
        walk: &mut Walk,
        found: &mut Found,
    ) -> Result<bool> {
        while let Some(end) = self.advance(cx, walk, Row::Chunk(chunk, position))? {
            found.parents.push(position as u32);
            found.ends.push(end.0);
            if self.live.contains(self.plan.rels) {
                let trail = walk.used.items().get(walk.before..).unwrap_or_default();
                found.held.grow(cx, size_of_val(trail) as u64 + (trail.len() * size_of::<Value>()) as u64)?;
                found.rels.push(rel_list(trail, self.plan.reversed));
            }
            self.collect_lists(cx, walk, found)?;
            if cx.is_chunk(found.parents.len(), &found.held) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn collect_lists(&self, cx: &Context, walk: &Walk, found: &mut Found) -> Result<()> {
        let lists = self.hops.lists();
        if !lists.iter().any(|(slot, _)| self.live.contains(*slot)) {
            return Ok(());
        }
        found.held.grow(cx, (lists.len() * walk.levels.len() * size_of::<Value>()) as u64)?;
        let nodes: Vec<NodeId> = walk.levels.iter().map(|level| level.node).collect();
        let trail = walk.used.items().get(walk.before..).unwrap_or_default();
        found.lists.resize(lists.len(), Vec::new());
        for ((_, element), values) in lists.iter().zip(&mut found.lists) {
            values.push(self.hops.list(*element, &nodes, trail));
        }
        Ok(())
    }

    /// Follows the list of relationships given in a row.
    fn follow(&self, cx: &Context, chunk: &Chunk, position: usize, found: &mut Found) -> Result<()> {
        let Some(walk) = self.begin(chunk, position)? else { return Ok(()) };
        let Some(mut rels) = known_rels(&chunk.value(self.plan.rels, position))? else { return Ok(()) };
        if self.plan.reversed {
            rels.reverse();
        }
        let length = rels.len();
        if length < self.plan.min as usize || self.plan.max.is_some_and(|max| length > max as usize) {
            return Ok(());
        }
        let mut node = walk.start;
        let mut used = walk.used;
        for rel in rels {
            let Some(ends) = cx.graph().endpoints(rel) else { return Ok(()) };
            let legs = self.hops.legs(0)?;
            let Some(next) = legs.follow(node, ends) else { return Ok(()) };
            let fits = legs.fits_type(rel.rel_type) && (self.plan.repeats || !used.contains(rel));
            let step = Step { from: node, rel, to: next };
            if !fits || !self.hops.allow(cx, Row::Chunk(chunk, position), step, 0, &|_| None)? {
                return Ok(());
            }
            used.push(rel);
            node = next;
        }
        if walk.target.is_none_or(|target| target == node) {
            found.parents.push(position as u32);
            found.ends.push(node.0);
        }
        Ok(())
    }

    fn output(&self, chunk: &Chunk, found: Found) -> Chunk {
        let mut out = chunk.gather(&found.parents, &self.live);
        if !self.plan.to_known && self.live.contains(self.plan.to) {
            out.set(self.plan.to, Column::Nodes(found.ends));
        }
        if !self.plan.rels_known && self.live.contains(self.plan.rels) {
            out.set(self.plan.rels, Column::Values(found.rels));
        }
        for ((slot, _), values) in self.hops.lists().iter().zip(found.lists) {
            if self.live.contains(*slot) {
                out.set(*slot, Column::Values(values));
            }
        }
        out
    }
}

impl Resumable for VarExpansion {
    fn progress(&mut self) -> &mut Progress {
        &mut self.progress
    }

    fn go_on(&mut self, cx: &mut Context, chunk: &Chunk) -> Result<Option<Chunk>> {
        let found = self.find(cx, chunk)?;
        Ok((!found.parents.is_empty()).then(|| self.output(chunk, found)))
    }

    fn forget(&mut self) {
        self.walk = None;
        self.held.release();
    }
}

/// A list of relationships, reversed when the walk went against the pattern.
pub(super) fn rel_list(rels: &[RelId], reversed: bool) -> Value {
    let values = rels.iter().map(|&rel| Value::Rel(rel));
    Value::list(if reversed { values.rev().collect() } else { values.collect() })
}

fn known_rels(value: &Value) -> Result<Option<Vec<RelId>>> {
    let items = match value {
        Value::Null => return Ok(None),
        Value::List(items) => items,
        other => return Err(not_rels(other)),
    };
    let mut rels = Vec::with_capacity(items.len());
    for item in items.iter() {
        match item {
            Value::Rel(rel) => rels.push(*rel),
            Value::Null => return Ok(None),
            other => return Err(not_rels(other)),
        }
    }
    Ok(Some(rels))
}

fn not_rels(value: &Value) -> Error {
    Error::type_error(format!("a list of relationships is needed, not a value of type {}", value.type_name()))
}
