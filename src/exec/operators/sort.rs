//! Sorts rows.

use super::super::chunk::{Chunk, Live};
use super::super::column::Column;
use super::super::context::Context;
use super::super::eval::vector::{Rows, eval_column};
use super::super::later::{Later, discard};
use super::super::memory::Held;
use super::limit::row_count;
use super::{Operator, Stage};
use crate::error::Result;
use crate::functions::sorting::sorted;
use crate::semantic::bound::{Expr, SortKey};
use crate::value::{Value, compare, share_bytes};
use std::borrow::Cow;
use std::cmp::Ordering;

/// How many rows more than are wanted are gathered before they are sorted.
const SLACK: usize = 256;

/// Sorts stably; of many rows keeps only those that can be among the first, when only they are wanted.
pub(super) struct Sort {
    input: Stage,
    live: Live,
    keys: Vec<SortKey>,
    limit: Option<Expr>,
    /// The rows that were read, once they were; until then nothing.
    sorted: Option<Sorted>,
    held: Held,
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
    /// Whether it has had as many rows as are wanted, in order: then the last of these was the greatest that counts.
    full: bool,
    /// The keys of that row.
    last: Vec<Value>,
}

impl Table {
    fn add(&mut self, chunk: Chunk, keys: Vec<Vec<Value>>) {
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
        let by_keys = |left: &u32, right: &u32| compare_keys(&self.keys, order, *left as usize, *right as usize);
        let mut positions = sorted((0..self.len() as u32).collect(), &by_keys, cx)?;
        positions.truncate(limit.unwrap_or(usize::MAX));
        Ok(positions)
    }

    /// Keeps only the first `limit` rows, in order.
    fn keep(&mut self, cx: &Context, order: &[SortKey], limit: Option<usize>) -> Result<()> {
        let positions = self.order(cx, order, limit)?;
        let Some(rows) = &self.rows else { return Ok(()) };
        let rows = rows.gather_all(&positions);
        let pick = |key: &Vec<Value>| positions.iter().map(|&at| key[at as usize].clone()).collect();
        let keys: Vec<Vec<Value>> = self.keys.iter().map(pick).collect();
        let last = keys.iter().filter_map(|values| values.last().cloned()).collect();
        *self = Table { keys, rows: Some(rows), full: true, last };
        Ok(())
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
    pub(super) fn new(input: Stage, live: Live, keys: Vec<SortKey>, limit: Option<Expr>) -> Sort {
        Sort { input, live, keys, limit, sorted: None, held: Held::default() }
    }

    fn read(&mut self, cx: &mut Context) -> Result<Sorted> {
        let limit = self.limit.as_ref().map(|expr| row_count(cx, expr, "LIMIT")).transpose()?;
        let limit = limit.map(|count| usize::try_from(count).unwrap_or(usize::MAX));
        let mut room = limit.unwrap_or(usize::MAX);
        let mut table = Later::new(cx, Table::default());
        while let Some(chunk) = self.input.next(cx)? {
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
            self.held.grow(cx, chunk.bytes() + keys_bytes(&keys))?;
            table.add(chunk, keys);
            if table.len() >= room {
                table.keep(cx, &self.keys, limit)?;
                room = table.len().saturating_mul(2).saturating_add(SLACK);
                let rows = table.rows.as_ref().map_or(0, Chunk::bytes);
                self.held.set(cx, rows + keys_bytes(&table.keys))?;
            }
        }
        let positions = table.order(cx, &self.keys, limit)?;
        let rows = table.rows.take().unwrap_or_default();
        self.held.set(cx, rows.bytes() + size_of_val(positions.as_slice()) as u64)?;
        Ok(Sorted { rows, positions, given: 0 })
    }

    fn clear(&mut self) {
        discard(self.sorted.take(), self.held.bytes());
        self.held.release();
    }

    fn key_columns<'a>(&'a self, cx: &Context, chunk: &'a Chunk) -> Result<Vec<Cow<'a, Column>>> {
        let rows = Rows::of(chunk);
        self.keys.iter().map(|key| eval_column(cx, &key.expr, rows)).collect()
    }
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
        let chunk = self.sorted.as_mut().and_then(|sorted| sorted.next(cx.batch(), &self.live));
        if chunk.is_none() {
            self.clear();
            self.sorted = Some(Sorted::default());
        }
        Ok(chunk)
    }

    fn reset(&mut self) {
        self.input.reset();
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
