//! Expansions by one relationship.

use super::super::chunk::{Chunk, Live};
use super::super::column::Column;
use super::super::context::Context;
use super::between::Between;
use super::legs::{Cursor, Hop, Legs};
use super::resumable::{Progress, Resumable};
use super::used::Used;
use super::{Operator, Stage, not_a_node};
use crate::error::{Error, Result};
use crate::plan::physical::{Expand, Way};
use crate::semantic::bound::Slot;
use crate::value::{NodeId, RelId, Value};

/// For each row, every relationship from a node; or, when the other end is known, those between the two.
pub(super) struct Expansion {
    progress: Progress,
    live: Live,
    plan: Expand,
    legs: Legs,
    into: bool,
    walk: Option<Walk>,
}

/// The walk over the relationships of one row.
struct Walk {
    cursor: Cursor,
    used: Used,
}

/// What has been found for a chunk of output.
#[derive(Default)]
struct Found {
    parents: Vec<u32>,
    hops: Vec<Hop>,
    /// The other ends alone, where nothing asks for the relationships.
    ends: Vec<u32>,
}

impl Expansion {
    pub(super) fn new(input: Stage, live: Live, plan: &Expand, into: bool) -> Expansion {
        let legs = Legs::new(&plan.types, plan.way);
        Expansion { progress: Progress::new(input), live, plan: plan.clone(), legs, into, walk: None }
    }

    /// Begins a row; `None` when an end of it is null.
    fn begin(&self, chunk: &Chunk, position: usize) -> Result<Option<Walk>> {
        let Some(from) = node_at(chunk, self.plan.from, position)? else { return Ok(None) };
        let mut target = None;
        if self.into {
            target = node_at(chunk, self.plan.to, position)?;
            if target.is_none() {
                return Ok(None);
            }
        }
        Ok(Some(Walk { cursor: Cursor::new(from, target), used: Used::of(chunk, position, &self.plan.distinct_from) }))
    }

    /// Goes on through the rows of a chunk until enough is found.
    fn find(&mut self, cx: &mut Context, chunk: &Chunk) -> Result<Found> {
        let mut found = Found::default();
        let ends_only = self.plan.distinct_from.is_empty() && !self.live.contains(self.plan.rel);
        self.find_between(cx, chunk, ends_only, &mut found)?;
        while self.progress.row < chunk.rows() && found.parents.len() < cx.batch() {
            let position = chunk.position(self.progress.row);
            let walk = match self.walk.take() {
                Some(walk) => Some(walk),
                None => self.begin(chunk, position)?,
            };
            if let Some(mut walk) = walk {
                let before = found.parents.len();
                let room = cx.batch() - before;
                let more = if ends_only {
                    walk.cursor.fill_ends(cx.graph(), &self.legs, room, &mut found.ends)
                } else {
                    walk.cursor.fill(cx.graph(), &self.legs, room, &mut found.hops)
                };
                cx.work(1 + (found.hops.len() + found.ends.len() - before) as u64)?;
                drop_used(&mut found.hops, before, &walk.used);
                found.parents.resize(found.hops.len() + found.ends.len(), position as u32);
                if more {
                    self.walk = Some(walk);
                    continue;
                }
            }
            self.progress.row += 1;
        }
        Ok(found)
    }

    /// Goes on through rows between whose ends only relationships of one type and direction are looked for, up to one for
    /// which there is no room.
    fn find_between(&mut self, cx: &Context, chunk: &Chunk, ends_only: bool, found: &mut Found) -> Result<()> {
        let unused = self.into && self.walk.is_none() && self.plan.distinct_from.is_empty();
        let (true, Some((rel_type, direction))) = (unused, self.legs.single()) else { return Ok(()) };
        let (Column::Nodes(from), Column::Nodes(to)) = (chunk.column(self.plan.from), chunk.column(self.plan.to))
        else {
            return Ok(());
        };
        let mut between = Between::new(cx.graph(), rel_type, direction);
        let begun = self.progress.row;
        while self.progress.row < chunk.rows() {
            let position = chunk.position(self.progress.row);
            let end = to[position];
            let rows = between.rows(from[position], end);
            if found.parents.len() + rows.len() > cx.batch() {
                break;
            }
            found.parents.resize(found.parents.len() + rows.len(), position as u32);
            match ends_only {
                true => found.ends.resize(found.parents.len(), end),
                false => found.hops.extend(rows.iter().map(|row| (end, RelId { rel_type, row: *row }))),
            }
            self.progress.row += 1;
        }
        cx.work((self.progress.row - begun + found.parents.len()) as u64)
    }

    fn output(&self, chunk: &Chunk, found: Found) -> Chunk {
        let mut out = chunk.gather(&found.parents, &self.live);
        if !self.into && self.live.contains(self.plan.to) {
            let ends = if found.hops.is_empty() { found.ends } else { found.hops.iter().map(|hop| hop.0).collect() };
            out.set(self.plan.to, Column::Nodes(ends));
        }
        if self.live.contains(self.plan.rel) {
            out.set(self.plan.rel, Column::Rels(found.hops.iter().map(|hop| hop.1).collect()));
        }
        out
    }
}

impl Resumable for Expansion {
    fn progress(&mut self) -> &mut Progress {
        &mut self.progress
    }

    fn go_on(&mut self, cx: &mut Context, chunk: &Chunk) -> Result<Option<Chunk>> {
        let found = self.find(cx, chunk)?;
        Ok((!found.parents.is_empty()).then(|| self.output(chunk, found)))
    }

    fn forget(&mut self) {
        self.walk = None;
    }
}

fn drop_used(hops: &mut Vec<Hop>, from: usize, used: &Used) {
    if used.items().is_empty() {
        return;
    }
    let mut kept = from;
    for at in from..hops.len() {
        if !used.contains(hops[at].1) {
            hops.swap(kept, at);
            kept += 1;
        }
    }
    hops.truncate(kept);
}

/// The node in a slot of a row; `None` for null.
///
/// # Errors
/// When it is something else.
pub(super) fn node_at(chunk: &Chunk, slot: Slot, position: usize) -> Result<Option<NodeId>> {
    if let Column::Nodes(nodes) = chunk.column(slot) {
        return Ok(nodes.get(position).map(|&id| NodeId(id)));
    }
    match chunk.value(slot, position) {
        Value::Null => Ok(None),
        Value::Node(node) => Ok(Some(node)),
        other => Err(not_a_node(&other)),
    }
}

/// The relationship in a slot of a row; `None` for null.
fn rel_at(chunk: &Chunk, slot: Slot, position: usize) -> Result<Option<RelId>> {
    match chunk.value(slot, position) {
        Value::Null => Ok(None),
        Value::Rel(rel) => Ok(Some(rel)),
        other => Err(Error::type_error(format!("a relationship is needed, not a value of type {}", other.type_name()))),
    }
}

/// Follows the relationship given in each row to the ends that are not known.
pub(super) struct BoundExpansion {
    input: Stage,
    live: Live,
    plan: Expand,
    legs: Legs,
    from_known: bool,
    to_known: bool,
}

/// Ends found for a chunk of output.
#[derive(Default)]
struct Ends {
    parents: Vec<u32>,
    from: Vec<u32>,
    to: Vec<u32>,
}

impl BoundExpansion {
    pub(super) fn new(input: Stage, live: Live, plan: Expand, [from_known, to_known]: [bool; 2]) -> BoundExpansion {
        let legs = Legs::new(&plan.types, plan.way);
        BoundExpansion { input, live, plan, legs, from_known, to_known }
    }

    /// Adds the ways in which the relationship of a row fits.
    fn follow(&self, cx: &Context, chunk: &Chunk, position: usize, ends: &mut Ends) -> Result<()> {
        let Some(rel) = rel_at(chunk, self.plan.rel, position)? else { return Ok(()) };
        let Some(own) = cx.graph().endpoints(rel) else { return Ok(()) };
        if !self.legs.fits_type(rel.rel_type) || Used::of(chunk, position, &self.plan.distinct_from).contains(rel) {
            return Ok(());
        }
        let from = known_end(chunk, self.plan.from, position, self.from_known)?;
        let to = known_end(chunk, self.plan.to, position, self.to_known)?;
        for (start, end) in self.legs.orientations(own) {
            if from.admits(start) && to.admits(end) {
                ends.parents.push(position as u32);
                ends.from.push(start.0);
                ends.to.push(end.0);
            }
        }
        Ok(())
    }

    /// The same for all rows at once; false where that cannot be done.
    fn follow_all(&self, cx: &Context, chunk: &Chunk, ends: &mut Ends) -> bool {
        let Column::Rels(rels) = chunk.column(self.plan.rel) else { return false };
        let plain = self.plan.way == Way::Outgoing && !self.from_known && !self.to_known;
        let (Some(first), true) = (rels.first(), plain && self.plan.distinct_from.is_empty()) else { return false };
        if !self.legs.fits_type(first.rel_type) || rels.iter().any(|rel| rel.rel_type != first.rel_type) {
            return false;
        }
        ends.parents = chunk.positions();
        let rows: Vec<u32> = ends.parents.iter().map(|&at| rels[at as usize].row).collect();
        cx.graph().ends_of(first.rel_type, &rows, &mut ends.from, &mut ends.to)
    }

    fn output(&self, chunk: &Chunk, ends: Ends) -> Option<Chunk> {
        if ends.parents.is_empty() {
            return None;
        }
        let mut out = chunk.gather(&ends.parents, &self.live);
        if !self.from_known && self.live.contains(self.plan.from) {
            out.set(self.plan.from, Column::Nodes(ends.from));
        }
        if !self.to_known && self.live.contains(self.plan.to) {
            out.set(self.plan.to, Column::Nodes(ends.to));
        }
        Some(out)
    }
}

impl Operator for BoundExpansion {
    fn next(&mut self, cx: &mut Context) -> Result<Option<Chunk>> {
        while let Some(chunk) = self.input.next(cx)? {
            let mut ends = Ends::default();
            if !self.follow_all(cx, &chunk, &mut ends) {
                ends = Ends::default();
                for row in 0..chunk.rows() {
                    self.follow(cx, &chunk, chunk.position(row), &mut ends)?;
                }
            }
            let out = self.output(&chunk, ends);
            if out.is_some() {
                return Ok(out);
            }
        }
        Ok(None)
    }

    fn reset(&mut self) {
        self.input.reset();
    }
}

/// What is known of an end.
enum End {
    Open,
    Null,
    Node(NodeId),
}

impl End {
    fn admits(&self, node: NodeId) -> bool {
        match self {
            End::Open => true,
            End::Null => false,
            End::Node(known) => *known == node,
        }
    }
}

fn known_end(chunk: &Chunk, slot: Slot, position: usize, known: bool) -> Result<End> {
    if !known {
        return Ok(End::Open);
    }
    Ok(node_at(chunk, slot, position)?.map_or(End::Null, End::Node))
}
