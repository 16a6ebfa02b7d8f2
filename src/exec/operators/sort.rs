//! Sorts rows.

use super::super::chunk::{Chunk, Live};
use super::super::column::Column;
use super::super::context::Context;
use super::super::eval::vector::{Rows, eval_column};
use super::super::later::{Later, discard};
use super::super::memory::Held;
use super::limit::row_count;
use super::morsels::on_threads;
use super::{Operator, Stage};
use crate::error::{Error, Result};
use crate::functions::sorting::sorted;
use crate::semantic::bound::{Expr, ExprKind, SortKey};
use crate::value::{Value, compare, share_bytes};
use std::borrow::Cow;
use std::cmp::Ordering;

/// How many rows more than are wanted are gathered before they are sorted.
const SLACK: usize = 256;

/// Of so few rows the first are found without a look at the clock.
const FEW: usize = 1 << 14;

/// Sorts stably; of many rows keeps only those that can be among the first, when only they are wanted.
pub(super) struct Sort {
    /// One for each thread.
    inputs: Vec<Stage>,
    wanted: Wanted,
    /// The rows that were read, once they were; until then nothing.
    sorted: Option<Sorted>,
    held: Held,
}

/// The order of the rows, how many of them are wanted, and what of them.
struct Wanted {
    live: Live,
    keys: Vec<SortKey>,
    limit: Option<Expr>,
}

/// All rows, and the order in which they are given.
#[derive(Default)]
struct Sorted {
    rows: Chunk,
    positions: Vec<u32>,
    /// How many were given.
    given: usize,
}

impl Sorted {
    fn next(&mut self, batch: usize, live: &Live) -> Option<Chunk> {
        let rest = self.positions.get(self.given..).unwrap_or_default();
        let positions = rest.get(..batch).unwrap_or(rest);
        self.given += positions.len();
        (!positions.is_empty()).then(|| self.rows.gather(positions, live))
    }
}

/// Rows with the values of their sort keys, one column of them for each key.
#[derive(Default)]
struct Table {
    rows: Option<Chunk>,
    keys: Vec<Vec<Value>>,
    /// For each row, where it came; empty where rows are not handed out in morsels: they come in order.
    places: Vec<u64>,
    /// How many rows there were.
    met: usize,
    /// Whether it has had as many rows as are wanted, in order: then the last of these was the greatest that counts.
    full: bool,
    /// The keys of that row.
    last: Vec<Value>,
    held: Held,
}

impl Table {
    /// Takes in rows, the next that have come.
    fn add(&mut self, cx: &Context, chunk: Chunk, keys: Vec<Vec<Value>>) {
        self.places.extend((self.met..self.met + chunk.len).filter_map(|count| cx.place(count)));
        self.met += chunk.len;
        self.append(chunk, keys);
    }

    /// Takes in the rows of another.
    fn join(&mut self, other: Table) {
        self.places.extend(other.places);
        self.held.absorb(other.held);
        if let Some(rows) = other.rows {
            self.append(rows, other.keys);
        }
    }

    fn append(&mut self, chunk: Chunk, keys: Vec<Vec<Value>>) {
        if chunk.len == 0 {
            return;
        }
        match &mut self.rows {
            Some(rows) => rows.append(chunk),
            None => self.rows = Some(chunk),
        }
        if self.keys.is_empty() {
            self.keys = keys;
        } else {
            self.keys.iter_mut().zip(keys).for_each(|(all, more)| all.extend(more));
        }
    }

    fn len(&self) -> usize {
        self.rows.as_ref().map_or(0, |rows| rows.len)
    }

    /// The positions of the rows in order; of the first `limit` of them, when there is one.
    fn order(&self, cx: &Context, order: &[SortKey], limit: Option<usize>) -> Result<Vec<u32>> {
        let place = |at: u32| self.places.get(at as usize);
        let by_keys = |left: &u32, right: &u32| {
            let ordering = compare_keys(&self.keys, order, *left as usize, *right as usize);
            ordering.then_with(|| place(*left).cmp(&place(*right)))
        };
        let mut positions: Vec<u32> = (0..self.len() as u32).collect();
        let limit = limit.unwrap_or(usize::MAX);
        if limit < positions.len() && positions.len() <= FEW {
            positions.select_nth_unstable_by(limit, |left, right| by_keys(left, right).then(left.cmp(right)));
            positions.truncate(limit);
            positions.sort_unstable();
        }
        let mut positions = sorted(positions, &by_keys, cx)?;
        positions.truncate(limit);
        Ok(positions)
    }

    /// Keeps only the first `limit` rows, in order.
    fn keep(&mut self, cx: &Context, order: &[SortKey], limit: Option<usize>) -> Result<()> {
        let positions = self.order(cx, order, limit)?;
        let Some(rows) = &self.rows else { return Ok(()) };
        let rows = rows.gather_all(&positions);
        let pick = |key: &Vec<Value>| positions.iter().map(|&at| key[at as usize].clone()).collect();
        let keys: Vec<Vec<Value>> = self.keys.iter().map(pick).collect();
        let places = positions.iter().filter_map(|&at| self.places.get(at as usize).copied()).collect();
        self.last = keys.iter().filter_map(|values| values.last().cloned()).collect();
        (self.keys, self.places, self.rows, self.full) = (keys, places, Some(rows), true);
        self.held.set(cx, self.rows.as_ref().map_or(0, Chunk::bytes) + keys_bytes(&self.keys))
    }

    /// The rows that come before the last one that counts; `None` for all.
    fn candidates(&self, order: &[SortKey], columns: &[Cow<'_, Column>], rows: usize) -> Option<Vec<u32>> {
        if !self.full || self.last.len() != columns.len() {
            return None;
        }
        let before = |row: &u32| {
            for ((column, last), key) in columns.iter().zip(&self.last).zip(order) {
                let ordering = column.compare_at(*row as usize, last);
                if ordering.is_ne() {
                    return ordering.is_lt() != key.descending;
                }
            }
            false
        };
        Some((0..rows as u32).filter(before).collect())
    }
}

impl Sort {
    pub(super) fn new(inputs: Vec<Stage>, live: Live, keys: Vec<SortKey>, limit: Option<Expr>) -> Sort {
        Sort { inputs, wanted: Wanted { live, keys, limit }, sorted: None, held: Held::default() }
    }

    fn read(&mut self, cx: &mut Context) -> Result<Sorted> {
        let wanted = &self.wanted;
        let limit = wanted.limit.as_ref().map(|expr| row_count(cx, expr, "LIMIT")).transpose()?;
        let limit = limit.map(|count| usize::try_from(count).unwrap_or(usize::MAX));
        let mut tables = on_threads(cx, &mut self.inputs, |cx, input| wanted.read(cx, input, limit))?.into_iter();
        let Some(mut table) = tables.next() else { return Err(Error::internal("nobody has read the rows")) };
        tables.for_each(|other| table.join(other.into_inner()));
        let positions = table.order(cx, &wanted.keys, limit)?;
        let rows = table.rows.take().unwrap_or_default();
        self.held = std::mem::take(&mut table.held);
        self.held.set(cx, rows.bytes() + size_of_val(positions.as_slice()) as u64)?;
        Ok(Sorted { rows, positions, given: 0 })
    }

    fn clear(&mut self) {
        discard(self.sorted.take(), self.held.bytes());
        self.held.release();
    }
}

impl Wanted {
    fn read(&self, cx: &mut Context, input: &mut Stage, limit: Option<usize>) -> Result<Later<Table>> {
        let mut room = limit.unwrap_or(usize::MAX);
        let mut table = Later::new(cx, Table::default());
        while let Some(chunk) = input.next(cx)? {
            let chunk = match self.undecided(cx, &table, &chunk)? {
                Some(undecided) => Chunk { selection: Some(undecided), ..chunk },
                None => chunk,
            };
            let columns = self.key_columns(cx, &chunk)?;
            let kept = table.candidates(&self.keys, &columns, chunk.rows());
            let keys = columns.into_iter().map(|column| key_values(column.into_owned(), &kept, chunk.rows()));
            let keys: Vec<Vec<Value>> = keys.collect();
            let chunk = match &kept {
                None => chunk.compact(&self.live),
                Some(kept) => {
                    let positions: Vec<u32> = kept.iter().map(|&row| chunk.position(row as usize) as u32).collect();
                    chunk.gather(&positions, &self.live)
                }
            };
            table.held.grow(cx, chunk.bytes() + keys_bytes(&keys))?;
            table.add(cx, chunk, keys);
            if table.len() >= room {
                table.keep(cx, &self.keys, limit)?;
                room = table.len().saturating_mul(2).saturating_add(SLACK);
            }
        }
        Ok(table)
    }

    /// The positions of rows that the first key does not exclude from those that are wanted; `None` for all. The other keys
    /// are then read of these alone, which must not be told from reading them of all.
    fn undecided(&self, cx: &Context, table: &Table, chunk: &Chunk) -> Result<Option<Vec<u32>>> {
        let [first, others @ ..] = self.keys.as_slice() else { return Ok(None) };
        let (true, Some(last)) = (table.full && cx.settings().kernels, table.last.first()) else { return Ok(None) };
        if !others.iter().any(|key| is_property(&key.expr, chunk))
            || !others.iter().all(|key| is_sure(&key.expr, chunk))
        {
            return Ok(None);
        }
        let column = eval_column(cx, &first.expr, Rows::of(chunk))?;
        let excluded = if first.descending { Ordering::Less } else { Ordering::Greater };
        let undecided = |row: &usize| column.compare_at(*row, last) != excluded;
        Ok(Some((0..chunk.rows()).filter(undecided).map(|row| chunk.position(row) as u32).collect()))
    }

    fn key_columns<'a>(&'a self, cx: &Context, chunk: &'a Chunk) -> Result<Vec<Cow<'a, Column>>> {
        let rows = Rows::of(chunk);
        self.keys.iter().map(|key| eval_column(cx, &key.expr, rows)).collect()
    }
}

/// Whether an expression is a property of the nodes or relationships in a slot.
fn is_property(expr: &Expr, chunk: &Chunk) -> bool {
    let ExprKind::Property { base, .. } = &expr.kind else { return false };
    let ExprKind::Slot(slot) = base.kind else { return false };
    matches!(chunk.column(slot), Column::Nodes(_) | Column::Rels(_))
}

/// Whether an expression can be computed of any row.
fn is_sure(expr: &Expr, chunk: &Chunk) -> bool {
    matches!(expr.kind, ExprKind::Slot(_)) || is_property(expr, chunk)
}

/// The values of a key in the rows that are kept.
fn key_values(column: Column, kept: &Option<Vec<u32>>, rows: usize) -> Vec<Value> {
    match kept {
        None => column.into_values(rows),
        Some(kept) => column.gather(kept).into_values(kept.len()),
    }
}

impl Operator for Sort {
    fn next(&mut self, cx: &mut Context) -> Result<Option<Chunk>> {
        if self.sorted.is_none() {
            self.sorted = Some(self.read(cx)?);
        }
        let chunk = self.sorted.as_mut().and_then(|sorted| sorted.next(cx.batch(), &self.wanted.live));
        if chunk.is_none() {
            self.clear();
            self.sorted = Some(Sorted::default());
        }
        Ok(chunk)
    }

    fn reset(&mut self) {
        self.inputs.iter_mut().for_each(Stage::reset);
        self.clear();
    }
}

fn keys_bytes(keys: &[Vec<Value>]) -> u64 {
    keys.iter().flatten().map(|value| share_bytes(value, 0)).sum()
}

fn compare_keys(keys: &[Vec<Value>], order: &[SortKey], left: usize, right: usize) -> Ordering {
    for (values, key) in keys.iter().zip(order) {
        let ordering = match (&values[left], &values[right]) {
            (Value::Int(left), Value::Int(right)) => left.cmp(right),
            (left, right) => compare::order(left, right),
        };
        if ordering.is_ne() {
            return if key.descending { ordering.reverse() } else { ordering };
        }
    }
    Ordering::Equal
}
