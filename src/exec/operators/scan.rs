//! Scans: for each row all nodes, or all relationships of some types.

use super::super::chunk::{Chunk, Live};
use super::super::column::Column;
use super::super::context::Context;
use super::Stage;
use super::resumable::{Progress, Resumable};
use super::screen::Screen;
use crate::error::{Error, Result};
use crate::semantic::bound::{Expr, Slot, TypeTest};
use crate::store::SEGMENT;
use crate::value::{LabelId, RelId, RelTypeId};
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// The stretches of segments that a scan goes through for a row: all of them, or those that the scans of other threads
/// do not take.
#[derive(Clone, Default)]
pub(super) struct Stretches {
    /// The next stretch, where it is not shared.
    next: u32,
    shared: Option<Arc<AtomicU32>>,
}

/// Into about how many stretches a shared scan is divided, and the most segments of one.
const STRETCHES: u32 = 32;
const SEGMENTS: u32 = 8;

impl Stretches {
    /// Those that the scans of several threads share.
    pub(super) fn shared() -> Stretches {
        Stretches { next: 0, shared: Some(Arc::default()) }
    }

    /// The next stretch of so many segments.
    fn next(&mut self, cx: &mut Context, segments: u32) -> Option<Range<u32>> {
        let size = match self.shared {
            Some(_) => (segments / STRETCHES).clamp(1, SEGMENTS),
            None => segments.max(1),
        };
        let number = match &self.shared {
            Some(shared) => shared.fetch_add(1, Ordering::Relaxed),
            None => self.next,
        };
        self.next = number.saturating_add(1);
        if let (Some(share), Some(_)) = (&mut cx.share, &self.shared) {
            share.morsel = number;
        }
        let start = number.checked_mul(size).filter(|start| *start < segments)?;
        Some(start..start.saturating_add(size).min(segments))
    }

    /// Whether what was found must be given before the next stretch is begun: its number says where it stands.
    fn divides(&self) -> bool {
        self.shared.is_some()
    }

    /// Begins again for the next row. Where they are shared there is one row for all.
    fn next_row(&mut self) {
        self.next = 0;
    }

    fn restart(&mut self) {
        self.next = 0;
        if let Some(shared) = &self.shared {
            shared.store(0, Ordering::Relaxed);
        }
    }
}

/// For each row, every node or every node with a label, that passes some tests.
pub(super) struct NodeScan {
    progress: Progress,
    live: Live,
    slot: Slot,
    label: Option<LabelId>,
    screen: Screen,
    stretches: Stretches,
    /// The segments to read for the present row.
    segments: Range<u32>,
    /// Nodes read and not yet given.
    found: Vec<u32>,
    given: usize,
}

/// How far a row has come.
enum Way {
    /// There is more.
    On,
    /// What was found is to be given.
    Give,
    Done,
}

impl NodeScan {
    pub(super) fn new(
        input: Stage,
        live: Live,
        (slot, label): (Slot, Option<LabelId>),
        tests: &[Expr],
        stretches: Stretches,
    ) -> NodeScan {
        NodeScan {
            progress: Progress::new(input),
            live,
            slot,
            label,
            screen: Screen::new(slot, tests),
            stretches,
            segments: 0..0,
            found: Vec::new(),
            given: 0,
        }
    }

    /// Takes up to `room` nodes for the present row.
    fn take(&mut self, cx: &mut Context, room: usize, out: &mut Vec<u32>) -> Result<Way> {
        let end = out.len() + room;
        loop {
            let ready = self.found.get(self.given..).unwrap_or_default();
            let count = ready.len().min(end - out.len());
            out.extend_from_slice(&ready[..count]);
            self.given += count;
            if self.given < self.found.len() {
                return Ok(Way::On);
            }
            cx.check()?;
            let Some(segment) = self.segments.next() else {
                if self.stretches.divides() && !out.is_empty() {
                    return Ok(Way::Give);
                }
                match self.stretches.next(cx, cx.graph().segments()) {
                    Some(segments) => self.segments = segments,
                    None => return Ok(Way::Done),
                }
                continue;
            };
            self.found.clear();
            self.given = 0;
            cx.graph().scan(segment, self.label, &mut self.found);
            self.screen.keep_nodes(cx, &mut self.found)?;
        }
    }

    fn restart(&mut self) {
        self.segments = 0..0;
        self.stretches.restart();
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
            let way = self.take(cx, cx.batch() - nodes.len(), &mut nodes)?;
            parents.resize(nodes.len(), chunk.position(self.progress.row) as u32);
            match way {
                Way::On => {}
                Way::Give => break,
                Way::Done => {
                    self.stretches.next_row();
                    self.progress.row += 1;
                }
            }
        }
        Ok(gather(chunk, &parents, &self.live, self.slot, Column::Nodes(nodes)))
    }

    fn forget(&mut self) {
        self.restart();
    }
}

/// The rows that something was found for, with what was found; `None` where nothing was.
pub(super) fn gather(chunk: &Chunk, parents: &[u32], live: &Live, slot: Slot, column: Column) -> Option<Chunk> {
    if parents.is_empty() {
        return None;
    }
    let mut out = chunk.gather(parents, live);
    if live.contains(slot) {
        out.set(slot, column);
    }
    Some(out)
}

/// For each row, every relationship of some types that passes some tests, with its ends.
pub(super) struct RelScan {
    progress: Progress,
    live: Live,
    /// Where the relationship, its start and its end go.
    slots: [Slot; 3],
    types: TypeTest,
    screen: Screen,
    stretches: Stretches,
    /// The segments of all types one after another; `None` before it is begun.
    pieces: Option<Vec<(RelTypeId, u32)>>,
    /// The pieces to read for the present row.
    pending: Range<u32>,
    /// The type and the rows read and not yet given.
    ready: (RelTypeId, Vec<u32>),
    given: usize,
}

/// Relationships found, beside the rows they were found for.
#[derive(Default)]
struct Found {
    parents: Vec<u32>,
    rels: Vec<RelId>,
    from: Vec<u32>,
    to: Vec<u32>,
    count: usize,
}

impl RelScan {
    pub(super) fn new(
        input: Stage,
        live: Live,
        slots: [Slot; 3],
        (types, tests): (TypeTest, &[Expr]),
        stretches: Stretches,
    ) -> RelScan {
        RelScan {
            progress: Progress::new(input),
            live,
            slots,
            types,
            screen: Screen::new(slots[0], tests),
            stretches,
            pieces: None,
            pending: 0..0,
            ready: (RelTypeId(0), Vec::new()),
            given: 0,
        }
    }

    fn pieces(&self, cx: &Context) -> Vec<(RelTypeId, u32)> {
        let types = match &self.types {
            TypeTest::Any => cx.graph().catalog().rel_types().map(|(id, _)| id).collect(),
            TypeTest::OneOf(types) => {
                let mut types = types.clone();
                types.sort_unstable();
                types.dedup();
                types
            }
        };
        let of = |id: RelTypeId| (0..cx.graph().row_bound(id).div_ceil(SEGMENT)).map(move |segment| (id, segment));
        types.into_iter().flat_map(of).collect()
    }

    /// Finds relationships for the present row until there are enough.
    fn find(&mut self, cx: &mut Context, found: &mut Found) -> Result<Way> {
        loop {
            self.give(cx, found)?;
            if self.given < self.ready.1.len() {
                return Ok(Way::On);
            }
            let Some(piece) = self.pending.next() else {
                if self.stretches.divides() && found.count > 0 {
                    return Ok(Way::Give);
                }
                let pieces = self.pieces.take().unwrap_or_else(|| self.pieces(cx));
                let next = self.stretches.next(cx, pieces.len() as u32);
                self.pieces = Some(pieces);
                match next {
                    Some(pending) => self.pending = pending,
                    None => return Ok(Way::Done),
                }
                continue;
            };
            if let Some((rel_type, segment)) = self.pieces.as_ref().and_then(|pieces| pieces.get(piece as usize)) {
                self.read(cx, *rel_type, *segment)?;
            }
        }
    }

    /// Reads a segment of a type.
    fn read(&mut self, cx: &Context, rel_type: RelTypeId, segment: u32) -> Result<()> {
        cx.work(u64::from(SEGMENT))?;
        let (ready_type, rows) = &mut self.ready;
        *ready_type = rel_type;
        rows.clear();
        self.given = 0;
        let start = segment * SEGMENT;
        let end = start.saturating_add(SEGMENT).min(cx.graph().row_bound(rel_type));
        cx.graph().rows_in(rel_type, start..end, rows);
        self.screen.keep_rels(cx, rel_type, rows)
    }

    /// Takes what was read into what is given, with the ends where these are wanted, as far as there is room.
    fn give(&mut self, cx: &Context, found: &mut Found) -> Result<()> {
        let (rel_type, ready) = &self.ready;
        let rows = ready.get(self.given..).unwrap_or_default();
        let rows = &rows[..rows.len().min(cx.batch() - found.count)];
        let [rel, from, to] = self.slots;
        let ends = self.live.contains(from) || self.live.contains(to);
        if ends && !cx.graph().ends_of(*rel_type, rows, &mut found.from, &mut found.to) {
            return Err(Error::internal("a relationship has no ends"));
        }
        if self.live.contains(rel) {
            found.rels.extend(rows.iter().map(|&row| RelId { rel_type: *rel_type, row }));
        }
        found.count += rows.len();
        self.given += rows.len();
        Ok(())
    }

    fn restart(&mut self) {
        self.pending = 0..0;
        self.stretches.restart();
        self.ready.1.clear();
        self.given = 0;
    }

    fn output(&self, chunk: &Chunk, found: Found) -> Option<Chunk> {
        if found.count == 0 {
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
        while self.progress.row < chunk.rows() && found.count < cx.batch() {
            let parent = chunk.position(self.progress.row) as u32;
            let way = self.find(cx, &mut found)?;
            found.parents.resize(found.count, parent);
            match way {
                Way::On => {}
                Way::Give => break,
                Way::Done => {
                    self.stretches.next_row();
                    self.progress.row += 1;
                }
            }
        }
        Ok(self.output(chunk, found))
    }

    fn forget(&mut self) {
        self.pieces = None;
        self.restart();
    }
}
