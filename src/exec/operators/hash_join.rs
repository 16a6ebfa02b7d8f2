//! Joins rows to those of another plan by value.
//!
//! The plan is run once, when the first rows come, and its rows are kept by the values of their keys. When the rows that
//! come are few, only what they look for is kept. A value that is not equal to itself (null, NaN, a list with a null in
//! it) is equal to nothing, and its row joins none; of all other values grouping and `=` think alike.

use super::super::chunk::{Chunk, Live, multiplied, too_many_values};
use super::super::column::Column;
use super::super::context::Context;
use super::super::eval::scalar::{Row, eval};
use super::super::eval::vector::{Rows, eval_column};
use super::super::grouping::Groups;
use super::super::later::Later;
use super::super::memory::Held;
use super::used::Used;
use super::{Operator, Stage};
use crate::error::Result;
use crate::plan::physical::HashJoin as Plan;
use crate::semantic::bound::{Expr, Slot};
use crate::value::{Value, compare};
use std::borrow::Cow;
use std::collections::VecDeque;

/// Up to how many rows are read ahead to know what is looked for.
const AHEAD: usize = 4096;

/// For each row, the rows of another plan whose keys are equal to those of the row, in their order.
pub(super) struct HashJoin {
    input: Stage,
    live: Live,
    inner: Stage,
    inner_live: Live,
    keys: [Vec<Expr>; 2],
    distinct: Vec<(Slot, Slot)>,
    /// Rows read and not yet joined.
    ahead: VecDeque<Chunk>,
    held: Held,
    table: Option<Later<Table>>,
    /// Whether the statement changes the graph, so that what was found cannot be kept for another run.
    changing: bool,
    /// Whether it was reset: then it is likely to be run again and again.
    again: bool,
    present: Option<Present>,
}

/// The rows under way.
struct Present {
    chunk: Chunk,
    /// What each row looks for.
    sought: Vec<Sought>,
    row: usize,
    /// How many of those that the present row joins were given.
    given: usize,
}

/// What a row looks for.
#[derive(Clone, Copy, PartialEq)]
enum Sought {
    /// Nothing.
    Nothing,
    /// The rows of a group.
    Group(u32),
    /// Its keys cannot be computed: all rows.
    All,
}

/// The rows of the other plan.
#[derive(Default)]
struct Table {
    rows: Chunk,
    groups: Groups,
    /// The rows of each group, one group after another, and where each begins.
    members: Vec<u32>,
    starts: Vec<u32>,
    /// The rows whose keys cannot be computed.
    open: Vec<u32>,
    /// Whether rows that nobody looked for are missing.
    partial: bool,
    held: Held,
}

/// The values of the keys of some rows.
struct Keys<'a> {
    columns: Vec<Cow<'a, Column>>,
    /// For each row, whether one cannot be computed; empty when all can.
    failed: Vec<bool>,
}

impl HashJoin {
    pub(super) fn new(input: Stage, live: Live, inner: Stage, plan: &Plan, changing: bool) -> HashJoin {
        let (outer, inner_keys) = plan.keys.iter().cloned().unzip();
        HashJoin {
            input,
            live,
            inner,
            inner_live: Live::new(&plan.inner.live),
            keys: [outer, inner_keys],
            distinct: plan.distinct.clone(),
            ahead: VecDeque::new(),
            held: Held::default(),
            table: None,
            changing,
            again: false,
            present: None,
        }
    }

    /// Reads ahead; the values that all rows look for, when these are few.
    fn wanted(&mut self, cx: &mut Context) -> Result<Option<Groups>> {
        let mut rows: usize = self.ahead.iter().map(Chunk::rows).sum();
        while rows < AHEAD {
            let Some(chunk) = self.input.next(cx)? else { return self.values_ahead(cx) };
            rows += chunk.rows();
            self.held.grow(cx, chunk.bytes())?;
            self.ahead.push_back(chunk);
        }
        Ok(None)
    }

    /// The values that the rows read ahead look for, unless one of them looks for all.
    fn values_ahead(&self, cx: &Context) -> Result<Option<Groups>> {
        let mut groups = Groups::default();
        for chunk in &self.ahead {
            let keys = Keys::of(cx, &self.keys[0], chunk)?;
            for row in 0..chunk.rows() {
                if keys.failed(row) {
                    return Ok(None);
                }
                if keys.is_joinable(row) {
                    groups.insert(cx, &keys.columns(), row)?;
                }
            }
        }
        Ok(Some(groups))
    }

    fn build(&mut self, cx: &mut Context) -> Result<Later<Table>> {
        let wanted = if self.again { None } else { self.wanted(cx)? };
        let partial = wanted.is_some();
        let table = Table { groups: wanted.unwrap_or_default(), partial, ..Table::default() };
        let mut table = Later::new(cx, table);
        let mut group_of = Vec::new();
        while let Some(chunk) = self.inner.next(cx)? {
            let chunk = chunk.dense();
            let keys = Keys::of(cx, &self.keys[1], &chunk)?;
            table.add(cx, &chunk, &keys, &self.inner_live, &mut group_of)?;
        }
        table.arrange(cx, &group_of)?;
        Ok(table)
    }

    fn begin(&self, cx: &Context, table: &Table, chunk: Chunk) -> Result<Present> {
        let keys = Keys::of(cx, &self.keys[0], &chunk)?;
        let columns = keys.columns();
        let sought = |row: usize| {
            cx.tick()?;
            Ok(match keys.failed(row) {
                true => Sought::All,
                false => keys.is_joinable(row).then(|| table.groups.find(&columns, row)).flatten().into(),
            })
        };
        let sought = (0..chunk.rows()).map(sought).collect::<Result<_>>()?;
        drop(columns);
        drop(keys);
        Ok(Present { chunk, sought, row: 0, given: 0 })
    }

    /// Goes on through the present rows until there is a batch.
    fn join(&self, cx: &Context, table: &Table, present: &mut Present) -> Result<Option<Chunk>> {
        let (mut parents, mut rows) = (Vec::new(), Vec::new());
        while present.row < present.sought.len() && rows.len() < cx.batch() {
            cx.tick()?;
            let position = present.chunk.position(present.row);
            let found = table.found(present.sought[present.row]);
            let rest = &found[present.given..];
            let taken = &rest[..rest.len().min(cx.batch() - rows.len())];
            cx.work(taken.len() as u64)?;
            self.take(table, &present.chunk, position, taken, &mut rows);
            parents.resize(rows.len(), position as u32);
            present.given += taken.len();
            if taken.len() == rest.len() {
                present.row += 1;
                present.given = 0;
            }
        }
        if rows.is_empty() {
            return Ok(None);
        }
        self.output(table, &present.chunk, &parents, &rows).map(Some)
    }

    /// Takes those rows that have no relationship in common with the one they are joined to.
    fn take(&self, table: &Table, chunk: &Chunk, position: usize, found: &[u32], rows: &mut Vec<u32>) {
        if self.distinct.is_empty() {
            return rows.extend_from_slice(found);
        }
        let used: Vec<(Used, Slot)> =
            self.distinct.iter().map(|(outer, inner)| (Used::of(chunk, position, &[*outer]), *inner)).collect();
        let differs = |row: &&u32| {
            let meets = |(used, inner): &(Used, Slot)| {
                Used::of(&table.rows, **row as usize, &[*inner]).items().iter().any(|rel| used.contains(*rel))
            };
            !used.iter().any(meets)
        };
        rows.extend(found.iter().filter(differs));
    }

    fn output(&self, table: &Table, chunk: &Chunk, parents: &[u32], rows: &[u32]) -> Result<Chunk> {
        let mut out = chunk.gather(parents, &self.live);
        for slot in self.inner_live.slots().filter(|slot| self.live.contains(*slot)) {
            out.set(slot, table.rows.column(slot).gather(rows));
        }
        if table.rows.multiplicity.is_some() {
            let times = |(at, row): (usize, &u32)| multiplied(out.times(at), table.rows.times(*row as usize));
            out.multiplicity = Some(rows.iter().enumerate().map(times).collect::<Result<_>>()?);
        }
        Ok(out)
    }

    /// The next rows of the input, those read ahead first.
    fn next_input(&mut self, cx: &mut Context) -> Result<Option<Chunk>> {
        match self.ahead.pop_front() {
            Some(chunk) => Ok(Some(chunk)),
            None => {
                self.held.release();
                self.input.next(cx)
            }
        }
    }
}

impl Operator for HashJoin {
    fn next(&mut self, cx: &mut Context) -> Result<Option<Chunk>> {
        loop {
            let mut present = match self.present.take() {
                Some(present) => present,
                None => {
                    let Some(chunk) = self.next_input(cx)? else { return Ok(None) };
                    let table = match self.table.take() {
                        Some(table) => table,
                        None => {
                            // What the rows are joined to is looked for after the first of them came: by then, all
                            // changes that come before are made.
                            self.held.grow(cx, chunk.bytes())?;
                            self.ahead.push_front(chunk);
                            self.table = Some(self.build(cx)?);
                            continue;
                        }
                    };
                    let present = self.begin(cx, &table, chunk);
                    self.table = Some(table);
                    present?
                }
            };
            let Some(table) = self.table.as_ref().filter(|table| self.changing || table.rows.len > 0) else {
                return Ok(None);
            };
            let out = self.join(cx, table, &mut present)?;
            if present.row < present.sought.len() {
                self.present = Some(present);
            }
            if out.is_some() {
                return Ok(out);
            }
        }
    }

    fn reset(&mut self) {
        self.input.reset();
        self.ahead.clear();
        self.held.release();
        self.present = None;
        if self.changing || self.table.as_ref().is_none_or(|table| table.partial) {
            self.inner.reset();
            self.table = None;
        }
        self.again = !self.changing;
    }
}

impl From<Option<u32>> for Sought {
    fn from(group: Option<u32>) -> Sought {
        group.map_or(Sought::Nothing, Sought::Group)
    }
}

impl Table {
    /// Keeps those rows of a chunk that somebody may look for, and notes the group of each.
    fn add(
        &mut self,
        cx: &Context,
        chunk: &Chunk,
        keys: &Keys<'_>,
        live: &Live,
        group_of: &mut Vec<Option<u32>>,
    ) -> Result<()> {
        cx.work(chunk.len as u64)?;
        let columns = keys.columns();
        let mut kept = Vec::new();
        for row in 0..chunk.len {
            let group = match (keys.failed(row), self.partial) {
                (true, _) => None,
                (false, _) if !keys.is_joinable(row) => continue,
                (false, false) => Some(self.groups.insert(cx, &columns, row)?.0 as u32),
                (false, true) => match self.groups.find(&columns, row) {
                    Some(group) => Some(group),
                    None => continue,
                },
            };
            kept.push(row as u32);
            group_of.push(group);
        }
        let kept = chunk.gather(&kept, live);
        self.held.grow(cx, kept.bytes() + 12 * kept.len as u64)?;
        self.rows.append(kept);
        if self.rows.len > u32::MAX as usize - 1 { Err(too_many_values()) } else { Ok(()) }
    }

    /// Puts the rows of each group beside each other.
    fn arrange(&mut self, cx: &Context, group_of: &[Option<u32>]) -> Result<()> {
        self.held.grow(cx, 4 * self.groups.len() as u64)?;
        let mut starts = vec![0; self.groups.len() + 1];
        group_of.iter().flatten().for_each(|group| starts[*group as usize + 1] += 1);
        (1..starts.len()).for_each(|at| starts[at] += starts[at - 1]);
        let mut next = starts.clone();
        self.members = vec![0; group_of.iter().flatten().count()];
        for (row, group) in (0..).zip(group_of) {
            match group {
                Some(group) => {
                    let place = &mut next[*group as usize];
                    self.members[*place as usize] = row;
                    *place += 1;
                }
                None => self.open.push(row),
            }
        }
        self.starts = starts;
        Ok(())
    }

    /// The rows that one joins, in their order.
    fn found(&self, sought: Sought) -> Cow<'_, [u32]> {
        let members = match sought {
            Sought::Nothing => &[],
            Sought::All => return Cow::Owned((0..self.rows.len as u32).collect()),
            Sought::Group(group) => {
                &self.members[self.starts[group as usize] as usize..self.starts[group as usize + 1] as usize]
            }
        };
        if self.open.is_empty() {
            return Cow::Borrowed(members);
        }
        let mut all = [members, &self.open].concat();
        all.sort_unstable();
        Cow::Owned(all)
    }
}

impl<'a> Keys<'a> {
    fn of(cx: &Context, exprs: &'a [Expr], chunk: &'a Chunk) -> Result<Keys<'a>> {
        let columns = exprs.iter().map(|expr| eval_column(cx, expr, Rows::of(chunk))).collect::<Result<_>>();
        if let Ok(columns) = columns {
            return Ok(Keys { columns, failed: Vec::new() });
        }
        cx.check()?;
        let mut failed = vec![false; chunk.rows()];
        let mut column = |expr: &Expr| {
            let value = |(row, failed): (usize, &mut bool)| {
                let value = eval(cx, expr, Row::Chunk(chunk, chunk.position(row)));
                *failed |= value.is_err();
                value.unwrap_or_default()
            };
            Cow::Owned(Column::Values(failed.iter_mut().enumerate().map(value).collect()))
        };
        let columns = exprs.iter().map(&mut column).collect();
        Ok(Keys { columns, failed })
    }

    fn columns(&self) -> Vec<&Column> {
        self.columns.iter().map(AsRef::as_ref).collect()
    }

    fn failed(&self, row: usize) -> bool {
        self.failed.get(row).copied().unwrap_or(false)
    }

    /// Whether every value is equal to itself.
    fn is_joinable(&self, row: usize) -> bool {
        self.columns.iter().all(|column| match column.as_ref() {
            Column::Nodes(_) | Column::Rels(_) | Column::Ints(_) | Column::Bools(_) | Column::RelLists(_) => true,
            Column::Floats(numbers) => !numbers[row].is_nan(),
            Column::Values(values) => equals_itself(&values[row]),
            Column::Constant(value) => equals_itself(value),
            Column::Unset => false,
        })
    }
}

/// Whether a value is equal to itself. What is not, is equal to nothing.
fn equals_itself(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Float(number) => !number.is_nan(),
        Value::List(_) | Value::Map(_) => compare::equals(value, value) == Some(true),
        _ => true,
    }
}
