//! A batch of rows: one column per slot, which rows of them count, and how often each does.

use super::column::Column;
use crate::error::{Detail, Error, ErrorType, Result};
use crate::semantic::bound::{self, Slot};
use crate::value::Value;
use std::sync::Arc;

/// Some rows. Row numbers count the selected rows; positions are places in the columns.
#[derive(Clone, Debug, Default)]
pub struct Chunk {
    /// One column per slot of the frame.
    pub columns: Vec<Column>,
    /// How many positions the columns have.
    pub len: usize,
    /// The positions that count, in ascending order; `None` for all.
    pub selection: Option<Vec<u32>>,
    /// How many equal rows stand at each position; `None` for one each.
    pub multiplicity: Option<Vec<u64>>,
}

/// The slots an operator passes on. Clones share them.
#[derive(Clone, Debug)]
pub(crate) struct Live {
    mask: Arc<[bool]>,
}

impl Live {
    pub(crate) fn new(slots: &[Slot]) -> Live {
        let size = slots.iter().map(|slot| slot.0 as usize + 1).max().unwrap_or(0);
        let mut mask = vec![false; size];
        for slot in slots {
            mask[slot.0 as usize] = true;
        }
        Live { mask: mask.into() }
    }

    pub(crate) fn contains(&self, slot: Slot) -> bool {
        self.has(slot.0 as usize)
    }

    /// The slots, in ascending order.
    pub(crate) fn slots(&self) -> impl Iterator<Item = Slot> + '_ {
        self.mask.iter().enumerate().filter(|(_, live)| **live).map(|(index, _)| Slot(index as u32))
    }

    fn has(&self, index: usize) -> bool {
        self.mask.get(index).copied().unwrap_or(false)
    }
}

impl Chunk {
    /// Rows without values.
    pub fn new(frame: usize, len: usize) -> Chunk {
        Chunk { columns: vec![Column::Unset; frame], len, selection: None, multiplicity: None }
    }

    /// How many rows are selected.
    pub fn rows(&self) -> usize {
        self.selection.as_ref().map_or(self.len, Vec::len)
    }

    /// Whether no row is selected.
    pub fn is_empty(&self) -> bool {
        self.rows() == 0
    }

    /// The position of a row.
    pub fn position(&self, row: usize) -> usize {
        match &self.selection {
            Some(selection) => selection.get(row).map_or(usize::MAX, |&at| at as usize),
            None => row,
        }
    }

    /// The positions of all rows.
    pub(crate) fn positions(&self) -> Vec<u32> {
        self.selection.clone().unwrap_or_else(|| (0..self.len as u32).collect())
    }

    /// The column of a slot.
    pub fn column(&self, slot: Slot) -> &Column {
        self.columns.get(slot.0 as usize).unwrap_or(&Column::Unset)
    }

    /// The value of a slot at a position.
    pub fn value(&self, slot: Slot, position: usize) -> Value {
        self.column(slot).get(position)
    }

    /// Puts a column in its place.
    pub(crate) fn set(&mut self, slot: Slot, column: Column) {
        let index = slot.0 as usize;
        if index >= self.columns.len() {
            self.columns.resize(index + 1, Column::Unset);
        }
        self.columns[index] = column;
    }

    /// Takes a column out of its place.
    pub(crate) fn take(&mut self, slot: Slot) -> Column {
        self.columns.get_mut(slot.0 as usize).map(std::mem::take).unwrap_or_default()
    }

    /// How often the row at a position counts.
    pub fn times(&self, position: usize) -> u64 {
        self.multiplicity.as_ref().and_then(|times| times.get(position).copied()).unwrap_or(1)
    }

    /// How many rows it stands for.
    pub fn total(&self) -> u64 {
        if self.multiplicity.is_none() {
            return self.rows() as u64;
        }
        (0..self.rows()).fold(0u64, |sum, row| sum.saturating_add(self.times(self.position(row))))
    }

    /// The rows at these positions (not row numbers), of the live slots only.
    pub(crate) fn gather(&self, positions: &[u32], live: &Live) -> Chunk {
        self.gather_of(positions, |slot| live.has(slot))
    }

    /// The rows at these positions, of every slot.
    pub(crate) fn gather_all(&self, positions: &[u32]) -> Chunk {
        self.gather_of(positions, |_| true)
    }

    fn gather_of(&self, positions: &[u32], wanted: impl Fn(usize) -> bool) -> Chunk {
        let columns = self.columns.iter().enumerate();
        let columns = columns.map(|(at, column)| if wanted(at) { column.gather(positions) } else { Column::Unset });
        let multiplicity = self.multiplicity.as_ref();
        Chunk {
            columns: columns.collect(),
            len: positions.len(),
            selection: None,
            multiplicity: multiplicity.map(|_| positions.iter().map(|&at| self.times(at as usize)).collect()),
        }
    }

    /// The same rows without a selection, with the live slots only.
    pub(crate) fn compact(mut self, live: &Live) -> Chunk {
        if let Some(selection) = self.selection.take() {
            return self.gather(&selection, live);
        }
        for (at, column) in self.columns.iter_mut().enumerate() {
            if !live.has(at) {
                *column = Column::Unset;
            }
        }
        self
    }

    /// The same rows without a selection.
    pub(crate) fn dense(mut self) -> Chunk {
        let Some(selection) = self.selection.take() else { return self };
        self.gather_all(&selection)
    }

    /// Appends rows; both must be without a selection.
    pub(crate) fn append(&mut self, other: Chunk) {
        if self.columns.len() < other.columns.len() {
            self.columns.resize(other.columns.len(), Column::Unset);
        }
        if self.multiplicity.is_some() || other.multiplicity.is_some() {
            let more = other.multiplicity.unwrap_or_else(|| vec![1; other.len]);
            self.multiplicity.get_or_insert_with(|| vec![1; self.len]).extend(more);
        }
        let mut others = other.columns.into_iter();
        for column in &mut self.columns {
            column.append(self.len, others.next().unwrap_or_default(), other.len);
        }
        self.len += other.len;
    }

    /// The same rows, each standing for itself alone.
    ///
    /// # Errors
    /// When there would be more than `limit` rows, which is what memory is left for.
    pub(crate) fn flatten(self, limit: u64) -> Result<Chunk> {
        let mut chunk = self.dense();
        let Some(times) = chunk.multiplicity.take() else { return Ok(chunk) };
        let total = times.iter().fold(0u64, |sum, &n| sum.saturating_add(n));
        if total > limit.min(u64::from(u32::MAX) - 1) {
            let message = "the statement needs more memory than is left to hold its rows one by one";
            return Err(Error::runtime(ErrorType::ResourceLimit, Detail::MemoryLimit, message));
        }
        let mut positions = Vec::with_capacity(total as usize);
        for (at, &n) in times.iter().enumerate() {
            positions.extend(std::iter::repeat_n(at as u32, n as usize));
        }
        Ok(chunk.gather_all(&positions))
    }

    /// The rows, each multiplied by its factor; one of factor 0 is dropped, and `None` is given when none is left.
    ///
    /// # Errors
    /// When a row counts too often to be counted.
    pub(crate) fn multiply(mut self, factors: Vec<u64>) -> Result<Option<Chunk>> {
        if self.selection.is_none() && self.multiplicity.is_none() && !factors.contains(&0) {
            self.multiplicity = Some(factors);
            return Ok((self.len > 0).then_some(self));
        }
        let mut positions = self.selection.take().unwrap_or_else(|| (0..self.len as u32).collect());
        let mut times = self.multiplicity.take().unwrap_or_else(|| vec![1; self.len]);
        for (&position, factor) in positions.iter().zip(factors) {
            let times = &mut times[position as usize];
            *times = multiplied(*times, factor)?;
        }
        positions.retain(|&at| times[at as usize] > 0);
        if positions.is_empty() {
            return Ok(None);
        }
        self.multiplicity = Some(times);
        self.selection = (positions.len() < self.len).then_some(positions);
        Ok(Some(self))
    }

    /// Splits off at most `count` of the leading positions; needs no selection.
    pub(crate) fn split(&self, from: usize, count: usize) -> Chunk {
        let end = from.saturating_add(count).min(self.len);
        let positions: Vec<u32> = (from as u32..end as u32).collect();
        self.gather_all(&positions)
    }

    /// About how many bytes it takes.
    pub(crate) fn bytes(&self) -> u64 {
        let columns: u64 = self.columns.iter().map(Column::bytes).sum();
        let selection = self.selection.as_ref().map_or(0, |items| 4 * items.len() as u64);
        let multiplicity = self.multiplicity.as_ref().map_or(0, |items| 8 * items.len() as u64);
        columns + selection + multiplicity + 32 * self.columns.len() as u64
    }

    /// The rows of a result's columns, equal ones repeated.
    pub fn result_rows<'a>(&'a self, columns: &'a [bound::Column]) -> impl Iterator<Item = Vec<Value>> + 'a {
        (0..self.rows()).flat_map(move |row| {
            let position = self.position(row);
            let times = usize::try_from(self.times(position)).unwrap_or(usize::MAX);
            let values: Vec<Value> = columns.iter().map(|column| self.value(column.slot, position)).collect();
            std::iter::repeat_n(values, times)
        })
    }
}

/// The error of more different values than are told apart at once.
pub(crate) fn too_many_values() -> Error {
    Error::runtime(ErrorType::ResourceLimit, Detail::RowLimit, "there are too many different values")
}

/// The error of more rows than a number can tell.
pub(crate) fn uncountable_rows() -> Error {
    Error::runtime(ErrorType::ArithmeticError, Detail::IntegerOverflow, "there are more rows than can be counted")
}

/// The product of two multiplicities.
///
/// # Errors
/// When it is too large to count.
pub(crate) fn multiplied(left: u64, right: u64) -> Result<u64> {
    left.checked_mul(right).ok_or_else(uncountable_rows)
}

/// The sum of two multiplicities.
///
/// # Errors
/// When it is too large to count.
pub(crate) fn added(left: u64, right: u64) -> Result<u64> {
    left.checked_add(right).ok_or_else(uncountable_rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ints(values: &[i64]) -> Chunk {
        let mut chunk = Chunk::new(2, values.len());
        chunk.set(Slot(1), Column::Ints(values.to_vec()));
        chunk
    }

    #[test]
    fn flattening_repeats_rows() -> Result<()> {
        let mut chunk = ints(&[5, 6, 7]);
        chunk.selection = Some(vec![0, 2]);
        chunk.multiplicity = Some(vec![2, 9, 1]);
        assert_eq!(chunk.total(), 3);
        let flat = chunk.flatten(100)?;
        let values: Vec<_> = (0..flat.len).map(|at| flat.value(Slot(1), at).as_int()).collect();
        assert_eq!(values, [Some(5), Some(5), Some(7)]);
        Ok(())
    }

    #[test]
    fn flattening_is_limited() {
        let mut chunk = ints(&[1]);
        chunk.multiplicity = Some(vec![1 << 40]);
        assert!(chunk.flatten(1000).is_err());
    }

    #[test]
    fn compaction_drops_dead_slots() {
        let mut chunk = ints(&[1, 2]);
        chunk.set(Slot(0), Column::Bools(vec![true, false]));
        chunk.selection = Some(vec![1]);
        let chunk = chunk.compact(&Live::new(&[Slot(1)]));
        assert!(chunk.column(Slot(0)).is_unset());
        assert_eq!(chunk.value(Slot(1), 0).as_int(), Some(2));
    }

    #[test]
    fn appending_joins_multiplicities() {
        let mut chunk = ints(&[1]);
        let mut other = ints(&[2]);
        other.multiplicity = Some(vec![4]);
        chunk.append(other);
        assert_eq!(chunk.multiplicity, Some(vec![1, 4]));
        assert_eq!(chunk.total(), 5);
    }
}
