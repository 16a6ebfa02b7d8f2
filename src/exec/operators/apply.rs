//! Runs a plan for the rows of another and joins its rows to them.

use super::super::chunk::{Chunk, Live, multiplied};
use super::super::column::{Column, NO_ROW};
use super::super::context::Context;
use super::super::memory::Held;
use super::{Operator, Stage, reorders};
use crate::error::{Error, Result};
use crate::plan::physical::{ApplyMode, Node};
use crate::semantic::bound::{Slot, SubqueryResult};
use crate::value::{Value, share_bytes};

/// Runs its inner plan once for a chunk of rows, or once for each row, and joins the rows.
///
/// The inner plan sees each outer row once, however often it counts; the product of both numbers is what counts in
/// the result. A plan that changes the graph is run for each row that counts.
pub(super) struct Apply {
    input: Stage,
    live: Live,
    inner: Stage,
    mode: ApplyMode,
    row_id: Option<Slot>,
    inner_writes: bool,
    inner_reorders: bool,
    /// The outer rows, and the first of them that has not been run.
    outer: Option<(Chunk, u32)>,
    run: Option<Run>,
    held: Held,
}

/// A run of the inner plan for some of the outer rows.
struct Run {
    /// What is handed in; taken out while the inner plan runs.
    argument: Option<Chunk>,
    /// The first row after those that have been given.
    complete: u32,
    /// One past the last row.
    end: u32,
    /// Whether the inner plan has come to its end.
    ended: bool,
}

impl Apply {
    pub(super) fn new(
        input: Stage,
        live: Live,
        inner: Stage,
        inner_plan: &Node,
        mode: ApplyMode,
        row_id: Option<Slot>,
    ) -> Apply {
        Apply {
            input,
            live,
            inner,
            mode,
            row_id,
            inner_writes: inner_plan.changes_graph(),
            inner_reorders: reorders(inner_plan),
            outer: None,
            run: None,
            held: Held::default(),
        }
    }

    /// The next outer rows, without a selection.
    fn next_outer(&mut self, cx: &mut Context) -> Result<Option<Chunk>> {
        let Some(chunk) = self.input.next(cx)? else { return Ok(None) };
        let chunk = if self.inner_writes { cx.flatten(chunk)? } else { chunk.dense() };
        Ok(Some(chunk))
    }

    /// Begins a run for the rows from `first` on: all of them, or one.
    fn begin(&mut self, outer: &Chunk, first: u32) -> Run {
        self.inner.reset();
        let mut argument = match self.row_id {
            Some(_) => outer.clone(),
            None => outer.split(first as usize, 1),
        };
        argument.multiplicity = None;
        if let Some(slot) = self.row_id {
            argument.set(slot, Column::Ints((0..outer.len as i64).collect()));
        }
        let end = if self.row_id.is_some() { outer.len as u32 } else { first + 1 };
        Run { argument: Some(argument), complete: first, end, ended: false }
    }

    /// The next rows of the inner plan with the outer row of each.
    fn pull(&mut self, cx: &mut Context, run: &mut Run) -> Result<Option<(Chunk, Vec<u32>)>> {
        if run.ended {
            return Ok(None);
        }
        let argument = run.argument.take().ok_or_else(|| Error::internal("an inner plan has lost its argument"))?;
        cx.arguments.push(argument);
        let chunk = if self.inner_reorders && self.row_id.is_some() { self.pull_all(cx) } else { self.inner.next(cx) };
        run.argument = cx.arguments.pop();
        let chunk = chunk?;
        run.ended = chunk.is_none() || self.inner_reorders && self.row_id.is_some();
        let Some(chunk) = chunk else { return Ok(None) };
        let chunk = chunk.dense();
        let ids = match self.row_id {
            Some(slot) => row_ids(&chunk, slot)?,
            None => vec![run.end - 1; chunk.len],
        };
        Ok(Some((chunk, ids)))
    }

    /// All rows of the inner plan, sorted by outer row.
    fn pull_all(&mut self, cx: &mut Context) -> Result<Option<Chunk>> {
        let Some(slot) = self.row_id else { return Ok(None) };
        let mut all: Option<Chunk> = None;
        while let Some(chunk) = self.inner.next(cx)? {
            let chunk = chunk.dense();
            self.held.grow(cx, chunk.bytes())?;
            match &mut all {
                Some(all) => all.append(chunk),
                None => all = Some(chunk),
            }
        }
        self.held.release();
        let Some(mut all) = all else { return Ok(None) };
        let ids = row_ids(&all, slot)?;
        let mut order: Vec<u32> = (0..all.len as u32).collect();
        order.sort_by_key(|&at| ids[at as usize]);
        all.selection = Some(order);
        Ok(Some(all.dense()))
    }

    /// The next joined rows of a run; `None` at its end.
    fn join(&mut self, cx: &mut Context, outer: &Chunk, run: &mut Run) -> Result<Option<Chunk>> {
        let optional = match &self.mode {
            ApplyMode::Optional(slots) => Some(slots.clone()),
            _ => None,
        };
        if let Some((inner, ids)) = self.pull(cx, run)? {
            let (mut outer_rows, mut inner_rows) = (Vec::new(), Vec::new());
            for (at, &id) in ids.iter().enumerate() {
                if optional.is_some() {
                    unmatched(run.complete..id, &mut outer_rows, &mut inner_rows);
                }
                outer_rows.push(id);
                inner_rows.push(at as u32);
                run.complete = run.complete.max(id + 1);
            }
            return self.joined(outer, &inner, &outer_rows, &inner_rows).map(Some);
        }
        let rest = std::mem::replace(&mut run.complete, run.end)..run.end;
        let Some(slots) = optional else { return Ok(None) };
        if rest.is_empty() {
            return Ok(None);
        }
        let rows: Vec<u32> = rest.collect();
        let mut out = outer.gather(&rows, &self.live);
        for slot in slots.into_iter().filter(|&slot| self.live.contains(slot)) {
            out.set(slot, Column::Constant(Value::Null));
        }
        Ok(Some(out))
    }

    fn joined(&self, outer: &Chunk, inner: &Chunk, outer_rows: &[u32], inner_rows: &[u32]) -> Result<Chunk> {
        let mut out = outer.gather(outer_rows, &self.live);
        for slot in self.live.slots().filter(|&slot| outer.column(slot).is_unset()) {
            out.set(slot, inner.column(slot).gather(inner_rows));
        }
        if inner.multiplicity.is_some() {
            let times = inner_rows.iter().enumerate().map(|(at, &row)| {
                let times = if row == NO_ROW { 1 } else { inner.times(row as usize) };
                multiplied(out.times(at), times)
            });
            out.multiplicity = Some(times.collect::<Result<_>>()?);
        }
        Ok(out)
    }

    /// Runs the inner plan for all rows of a chunk and notes what it gives for each.
    fn tally(&mut self, cx: &mut Context, outer: Chunk) -> Result<Option<Chunk>> {
        let mut tally = Tally::new(&self.mode, outer.len);
        let mut first = 0;
        while first < outer.len as u32 {
            let mut run = self.begin(&outer, first);
            while let Some((chunk, ids)) = self.pull(cx, &mut run)? {
                tally.add(cx, &mut self.held, &chunk, &ids)?;
                if !self.inner_writes && tally.settled(run.complete..run.end) {
                    break;
                }
            }
            first = run.end;
        }
        self.held.release();
        Ok(tally.finish(outer, &self.live))
    }
}

impl Operator for Apply {
    fn next(&mut self, cx: &mut Context) -> Result<Option<Chunk>> {
        if !matches!(self.mode, ApplyMode::Inner | ApplyMode::Optional(_)) {
            while let Some(outer) = self.next_outer(cx)? {
                let out = self.tally(cx, outer)?;
                if out.is_some() {
                    return Ok(out);
                }
            }
            return Ok(None);
        }
        let mut gathered: Option<Chunk> = None;
        let mut held = Held::default();
        loop {
            let Some(part) = self.next_joined(cx)? else { return Ok(gathered) };
            held.grow(cx, part.bytes())?;
            // A chunk that came from one run is passed on; small ones of runs for single rows are put together.
            match &mut gathered {
                None if self.row_id.is_some() || part.len >= cx.batch() => return Ok(Some(part)),
                None => gathered = Some(part),
                Some(all) => all.append(part),
            }
            if gathered.as_ref().is_some_and(|all| all.len >= cx.batch()) {
                return Ok(gathered);
            }
        }
    }

    fn reset(&mut self) {
        self.input.reset();
        self.inner.reset();
        self.outer = None;
        self.run = None;
        self.held.release();
    }
}

impl Apply {
    /// The next joined rows, of whichever run.
    fn next_joined(&mut self, cx: &mut Context) -> Result<Option<Chunk>> {
        loop {
            let (outer, first) = match self.outer.take() {
                Some((outer, first)) if self.run.is_some() || first < outer.len as u32 => (outer, first),
                _ => match self.next_outer(cx)? {
                    Some(outer) => (outer, 0),
                    None => return Ok(None),
                },
            };
            let mut run = match self.run.take() {
                Some(run) => run,
                None => self.begin(&outer, first),
            };
            let out = self.join(cx, &outer, &mut run)?;
            let next = run.end;
            if out.is_some() {
                self.run = Some(run);
            }
            self.outer = Some((outer, next));
            if out.as_ref().is_some_and(|chunk| !chunk.is_empty()) {
                return Ok(out);
            }
        }
    }
}

fn unmatched(rows: std::ops::Range<u32>, outer_rows: &mut Vec<u32>, inner_rows: &mut Vec<u32>) {
    for row in rows {
        outer_rows.push(row);
        inner_rows.push(NO_ROW);
    }
}

fn row_ids(chunk: &Chunk, slot: Slot) -> Result<Vec<u32>> {
    let id = |at| chunk.value(slot, at).as_int().and_then(|id| u32::try_from(id).ok());
    (0..chunk.len).map(|at| id(at).ok_or_else(|| Error::internal("an inner plan has lost its row numbers"))).collect()
}

/// What the inner plan has given for each outer row.
enum Tally {
    /// Whether there was a row, and what is made of it.
    Found(Vec<bool>, Outcome),
    Counts(Vec<u64>, Slot),
    Lists(Vec<Vec<Value>>, Slot, Slot),
    Firsts(Vec<Option<Value>>, Slot, Slot),
    Nothing,
}

/// What becomes of whether there was an inner row.
enum Outcome {
    /// The outer row stays when it is this.
    Keep(bool),
    /// It goes into a slot.
    Store(Slot),
}

impl Tally {
    fn new(mode: &ApplyMode, len: usize) -> Tally {
        match mode {
            ApplyMode::Semi => Tally::Found(vec![false; len], Outcome::Keep(true)),
            ApplyMode::Anti => Tally::Found(vec![false; len], Outcome::Keep(false)),
            ApplyMode::Result(SubqueryResult::Exists, to) => Tally::Found(vec![false; len], Outcome::Store(*to)),
            ApplyMode::Result(SubqueryResult::Count, to) => Tally::Counts(vec![0; len], *to),
            ApplyMode::Result(SubqueryResult::Collect(from), to) => Tally::Lists(vec![Vec::new(); len], *from, *to),
            ApplyMode::Result(SubqueryResult::First(from), to) => Tally::Firsts(vec![None; len], *from, *to),
            ApplyMode::Unit | ApplyMode::Inner | ApplyMode::Optional(_) => Tally::Nothing,
        }
    }

    fn add(&mut self, cx: &Context, held: &mut Held, chunk: &Chunk, ids: &[u32]) -> Result<()> {
        for (at, &id) in ids.iter().enumerate() {
            let row = id as usize;
            match self {
                Tally::Found(found, _) => found[row] = true,
                Tally::Counts(counts, _) => counts[row] = counts[row].saturating_add(chunk.times(at)),
                Tally::Lists(lists, from, _) => {
                    let value = chunk.value(*from, at);
                    let times = chunk.times(at);
                    held.grow(cx, (24 * times).saturating_add(share_bytes(&value, 1)))?;
                    lists[row].extend(std::iter::repeat_n(value, usize::try_from(times).unwrap_or(usize::MAX)));
                }
                Tally::Firsts(firsts, from, _) => {
                    firsts[row].get_or_insert_with(|| chunk.value(*from, at));
                }
                Tally::Nothing => {}
            }
        }
        Ok(())
    }

    /// Whether no more inner rows can change anything for these outer rows.
    fn settled(&self, rows: std::ops::Range<u32>) -> bool {
        let rows = rows.start as usize..rows.end as usize;
        match self {
            Tally::Found(found, _) => found[rows].iter().all(|found| *found),
            Tally::Firsts(firsts, ..) => firsts[rows].iter().all(Option::is_some),
            _ => false,
        }
    }

    fn finish(self, outer: Chunk, live: &Live) -> Option<Chunk> {
        let mut outer = outer;
        let (slot, column) = match self {
            Tally::Nothing => return Some(outer.compact(live)),
            Tally::Found(found, Outcome::Keep(wanted)) => {
                let rows = (0..outer.len as u32).filter(|&row| found[row as usize] == wanted).collect();
                return super::filter::select(outer, rows);
            }
            Tally::Found(found, Outcome::Store(slot)) => (slot, Column::Bools(found)),
            Tally::Counts(counts, slot) => (slot, Column::Ints(counts.into_iter().map(saturated).collect())),
            Tally::Lists(lists, _, slot) => (slot, Column::Values(lists.into_iter().map(Value::list).collect())),
            Tally::Firsts(firsts, _, slot) => {
                (slot, Column::from_values(firsts.into_iter().map(Option::unwrap_or_default).collect()))
            }
        };
        outer.set(slot, column);
        Some(outer.compact(live))
    }
}

fn saturated(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
