//! Scans: for each row all nodes, or all relationships of some types.

use super::super::chunk::{Chunk, Live};
use super::super::column::Column;
use super::super::context::Context;
use super::Stage;
use super::resumable::{Progress, Resumable};
use crate::error::{Error, Result};
use crate::semantic::bound::{Slot, TypeTest};
use crate::store::SEGMENT;
use crate::value::{LabelId, RelId, RelTypeId};
use std::ops::Range;

/// For each row, every node or every node with a label.
pub(super) struct NodeScan {
    progress: Progress,
    live: Live,
    slot: Slot,
    label: Option<LabelId>,
    /// The next segment to read for the present row.
    segment: u32,
    /// Nodes read and not yet given.
    found: Vec<u32>,
    given: usize,
}

impl NodeScan {
    pub(super) fn new(input: Stage, live: Live, slot: Slot, label: Option<LabelId>) -> NodeScan {
        NodeScan { progress: Progress::new(input), live, slot, label, segment: 0, found: Vec::new(), given: 0 }
    }

    /// Takes up to `room` nodes for the present row; whether the row is done.
    fn take(&mut self, cx: &Context, room: usize, out: &mut Vec<u32>) -> Result<bool> {
        let end = out.len() + room;
        loop {
            let ready = self.found.get(self.given..).unwrap_or_default();
            let count = ready.len().min(end - out.len());
            out.extend_from_slice(&ready[..count]);
            self.given += count;
            if self.given < self.found.len() {
                return Ok(false);
            }
            if self.segment >= cx.graph().segments() {
                return Ok(true);
            }
            cx.check()?;
            self.found.clear();
            self.given = 0;
            cx.graph().scan(self.segment, self.label, &mut self.found);
            self.segment += 1;
        }
    }

    fn restart(&mut self) {
        self.segment = 0;
        self.given = 0;
        self.found.clear();
    }
}

impl Resumable for NodeScan {
    fn progress(&mut self) -> &mut Progress {
        &mut self.progress
    }

    fn go_on(&mut self, cx: &mut Context, chunk: &Chunk) -> Result<Option<Chunk>> {
        let (mut parents, mut nodes) = (Vec::new(), Vec::new());
        while self.progress.row < chunk.rows() && nodes.len() < cx.batch() {
            let done = self.take(cx, cx.batch() - nodes.len(), &mut nodes)?;
            parents.resize(nodes.len(), chunk.position(self.progress.row) as u32);
            if done {
                self.restart();
                self.progress.row += 1;
            }
        }
        Ok(gather(chunk, &parents, &self.live, self.slot, Column::Nodes(nodes)))
    }

    fn forget(&mut self) {
        self.restart();
    }
}

fn gather(chunk: &Chunk, parents: &[u32], live: &Live, slot: Slot, column: Column) -> Option<Chunk> {
    if parents.is_empty() {
        return None;
    }
    let mut out = chunk.gather(parents, live);
    if live.contains(slot) {
        out.set(slot, column);
    }
    Some(out)
}

/// For each row, every relationship of some types, with its ends.
pub(super) struct RelScan {
    progress: Progress,
    live: Live,
    /// Where the relationship, its start and its end go.
    slots: [Slot; 3],
    types: TypeTest,
    /// The types to go through for the present row; `None` before it is begun.
    pending: Option<Vec<RelTypeId>>,
    at_type: usize,
    at_row: u32,
    /// The rows of the stretch under way.
    rows: Vec<u32>,
}

/// Relationships found, beside the rows they were found for.
#[derive(Default)]
struct Found {
    parents: Vec<u32>,
    rels: Vec<RelId>,
    from: Vec<u32>,
    to: Vec<u32>,
}

impl RelScan {
    pub(super) fn new(input: Stage, live: Live, slots: [Slot; 3], types: TypeTest) -> RelScan {
        RelScan {
            progress: Progress::new(input),
            live,
            slots,
            types,
            pending: None,
            at_type: 0,
            at_row: 0,
            rows: Vec::new(),
        }
    }

    fn types(&self, cx: &Context) -> Vec<RelTypeId> {
        match &self.types {
            TypeTest::Any => cx.graph().catalog().rel_types().map(|(id, _)| id).collect(),
            TypeTest::OneOf(types) => {
                let mut types = types.clone();
                types.sort_unstable();
                types.dedup();
                types
            }
        }
    }

    /// Finds relationships for the present row until there are enough; whether the row is done.
    fn find(&mut self, cx: &mut Context, found: &mut Found) -> Result<bool> {
        let types = match self.pending.take() {
            Some(types) => types,
            None => self.types(cx),
        };
        while let Some(&rel_type) = types.get(self.at_type) {
            let bound = cx.graph().row_bound(rel_type);
            while self.at_row < bound {
                let room = (cx.batch() - found.rels.len()) as u32;
                if room == 0 {
                    self.pending = Some(types);
                    return Ok(false);
                }
                let segment_end = (self.at_row / SEGMENT + 1).saturating_mul(SEGMENT);
                let end = segment_end.min(bound).min(self.at_row.saturating_add(room));
                self.take(cx, rel_type, self.at_row..end, found)?;
                self.at_row = end;
            }
            self.at_type += 1;
            self.at_row = 0;
        }
        self.at_type = 0;
        Ok(true)
    }

    /// Takes the relationships of a stretch of rows, with their ends where these are wanted.
    fn take(&mut self, cx: &Context, rel_type: RelTypeId, stretch: Range<u32>, found: &mut Found) -> Result<()> {
        cx.work(u64::from(stretch.end - stretch.start))?;
        self.rows.clear();
        cx.graph().rows_in(rel_type, stretch, &mut self.rows);
        let [_, from, to] = self.slots;
        let ends = self.live.contains(from) || self.live.contains(to);
        if ends && !cx.graph().ends_of(rel_type, &self.rows, &mut found.from, &mut found.to) {
            return Err(Error::internal("a relationship has no ends"));
        }
        found.rels.extend(self.rows.iter().map(|&row| RelId { rel_type, row }));
        Ok(())
    }

    fn output(&self, chunk: &Chunk, found: Found) -> Option<Chunk> {
        if found.rels.is_empty() {
            return None;
        }
        let mut out = chunk.gather(&found.parents, &self.live);
        let columns = [Column::Rels(found.rels), Column::Nodes(found.from), Column::Nodes(found.to)];
        for (slot, column) in self.slots.into_iter().zip(columns) {
            if self.live.contains(slot) {
                out.set(slot, column);
            }
        }
        Some(out)
    }
}

impl Resumable for RelScan {
    fn progress(&mut self) -> &mut Progress {
        &mut self.progress
    }

    fn go_on(&mut self, cx: &mut Context, chunk: &Chunk) -> Result<Option<Chunk>> {
        let mut found = Found::default();
        while self.progress.row < chunk.rows() && found.rels.len() < cx.batch() {
            let parent = chunk.position(self.progress.row) as u32;
            self.progress.row += usize::from(self.find(cx, &mut found)?);
            found.parents.resize(found.rels.len(), parent);
        }
        Ok(self.output(chunk, found))
    }

    fn forget(&mut self) {
        self.pending = None;
        self.at_type = 0;
        self.at_row = 0;
    }
}
