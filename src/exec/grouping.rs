//! Groups of rows that agree in their keys, numbered in order of first appearance.
//!
//! Each key has its values by number; a group is a combination of such numbers.

use super::codes::Codes;
use super::column::Column;
use super::context::Context;
use super::later::{LARGE, discard};
use super::memory::Held;
use crate::error::{Error, Result};
use crate::value::Value;
use hashbrown::HashMap;

/// About how many bytes a combination takes.
const ENTRY_BYTES: u64 = 24;
/// From how many pairs on those of small numbers are looked up directly.
const MANY: u32 = 64;
/// The numbers of both sides that are small.
const SIDE: u32 = 256;
/// What stands for a combination not met yet.
const NONE: u32 = u32::MAX;

/// The groups met so far.
#[derive(Default)]
pub(super) struct Groups {
    codes: Vec<Codes>,
    /// The combinations of the keys up to the second, up to the third, and so on.
    combined: Vec<Combined>,
    /// The numbers of the keys of all groups, one group after another.
    groups: Vec<u32>,
    /// For each group, where it was met first; empty where rows are not handed out in morsels.
    firsts: Vec<u64>,
    count: u32,
    /// The numbers of the present row.
    row: Vec<u32>,
    held: Held,
}

/// Pairs by number: a table of the first few numbers of both sides, and a map for the others.
#[derive(Default)]
struct Combined {
    direct: Vec<u32>,
    map: HashMap<u64, u32, foldhash::fast::FixedState>,
    count: u32,
}

impl Groups {
    /// The number of the group of a row with these keys, and whether it is new.
    pub(super) fn insert(&mut self, cx: &Context, columns: &[&Column], position: usize) -> Result<(usize, bool)> {
        let mut codes = std::mem::take(&mut self.row);
        codes.clear();
        for (key, column) in columns.iter().enumerate() {
            codes.push(self.code(cx, key, column, position)?);
        }
        let group = self.combine(cx, &codes);
        self.row = codes;
        group
    }

    /// The number of the group of a row with these keys, if there is one.
    pub(super) fn find(&self, columns: &[&Column], position: usize) -> Option<u32> {
        let mut group = None;
        for (key, column) in columns.iter().enumerate() {
            let code = self.codes.get(key)?.find(column, position)?;
            group = Some(match (key.checked_sub(1), group) {
                (Some(pair), Some(left)) => self.combined.get(pair)?.find(left, code)?,
                _ => code,
            });
        }
        group
    }

    /// The number of a value of a key, by the key's place.
    pub(super) fn code(&mut self, cx: &Context, key: usize, column: &Column, position: usize) -> Result<u32> {
        if self.codes.len() <= key {
            self.codes.resize_with(key + 1, Codes::default);
        }
        self.codes[key].code(cx, column, position)
    }

    /// The number of the group whose keys have these numbers, and whether it is new.
    pub(super) fn combine(&mut self, cx: &Context, codes: &[u32]) -> Result<(usize, bool)> {
        let Some((first, rest)) = codes.split_first() else {
            let new = self.count == 0;
            if new {
                self.firsts.extend(cx.place(0));
            }
            self.count = 1;
            return Ok((0, new));
        };
        if self.combined.len() < rest.len() {
            self.combined.resize_with(rest.len(), Combined::default);
        }
        let pairs = rest.iter().zip(&mut self.combined);
        let group = pairs.fold(*first, |left, (right, combined)| combined.number(left, *right));
        let new = group == self.count;
        if new {
            self.held.grow(cx, ENTRY_BYTES * codes.len() as u64)?;
            self.count = group.checked_add(1).ok_or_else(super::chunk::too_many_values)?;
            self.groups.extend_from_slice(codes);
            self.firsts.extend(cx.place(group as usize));
        }
        Ok((group as usize, new))
    }

    /// The groups of rows, given for each key the numbers of its values.
    pub(super) fn combine_all(&mut self, cx: &Context, mut codes: Vec<Vec<u32>>, rows: usize) -> Result<Vec<u32>> {
        match codes.as_slice() {
            [] if rows > 0 => return self.combine(cx, &[]).map(|_| vec![0; rows]),
            // All are looked at, so that many are at once.
            [only] if only.iter().fold(true, |all, group| all & (*group < self.count)) => {
                return Ok(codes.pop().unwrap_or_default());
            }
            [left, right] => {
                if let Some(groups) = self.known_pairs(left, right) {
                    return Ok(groups);
                }
            }
            _ => {}
        }
        let mut groups = Vec::with_capacity(rows);
        let mut row_codes = vec![0; codes.len()];
        for row in 0..rows {
            let known = match codes.as_slice() {
                [only] => Some(only[row]).filter(|group| *group < self.count),
                [left, right] => self.pair(left[row], right[row]),
                _ => None,
            };
            match known {
                Some(group) => groups.push(group),
                None => {
                    row_codes.iter_mut().zip(&codes).for_each(|(code, codes)| *code = codes[row]);
                    groups.push(self.combine(cx, &row_codes)?.0 as u32);
                }
            }
        }
        Ok(groups)
    }

    /// The groups of two keys, when all are known and quickly found. All are looked at, so that many are at once.
    fn known_pairs(&self, left: &[u32], right: &[u32]) -> Option<Vec<u32>> {
        let direct = &self.combined.first().filter(|combined| !combined.direct.is_empty())?.direct;
        let greatest = |codes: &[u32]| codes.iter().fold(0, |most: u32, code| most.max(*code));
        if greatest(left).max(greatest(right)) >= SIDE {
            return None;
        }
        let group = |(left, right): (&u32, &u32)| direct[(left * SIDE + right) as usize];
        let groups: Vec<u32> = left.iter().zip(right).map(group).collect();
        let unknown = groups.iter().fold(false, |any, group| any | (*group == NONE));
        (!unknown).then_some(groups)
    }

    /// The group of two keys with these numbers, when it is known and quickly found.
    #[inline]
    fn pair(&self, left: u32, right: u32) -> Option<u32> {
        let combined = self.combined.first()?;
        let small = left < SIDE && right < SIDE;
        let group = small.then(|| combined.direct.get((left * SIDE + right) as usize)).flatten()?;
        (*group != NONE).then_some(*group)
    }

    /// Takes in the groups of another that has `width` keys too; for each of them, the group that it is here.
    pub(super) fn join(&mut self, cx: &Context, other: &Groups, width: usize) -> Result<Vec<u32>> {
        if self.codes.len() < width {
            self.codes.resize_with(width, Codes::default);
        }
        let joined = self.codes.iter_mut().zip(&other.codes).map(|(codes, others)| codes.join(cx, others));
        let numbers: Vec<Vec<u32>> = joined.collect::<Result<_>>()?;
        if other.firsts.len() != other.len() {
            return Err(Error::internal("groups of another thread have no places"));
        }
        let mut groups = Vec::with_capacity(other.len());
        let mut codes = vec![0; width];
        for (at, first) in other.firsts.iter().enumerate() {
            cx.tick()?;
            let others = &other.groups[at * width..(at + 1) * width];
            codes.iter_mut().zip(others).zip(&numbers).for_each(|((code, other), by)| *code = by[*other as usize]);
            let (group, _) = self.combine(cx, &codes)?;
            self.firsts.resize(self.len(), u64::MAX);
            self.firsts[group] = self.firsts[group].min(*first);
            groups.push(group as u32);
        }
        Ok(groups)
    }

    /// The groups in order of first appearance, where joining has left another order.
    pub(super) fn in_order(&self) -> Option<Vec<u32>> {
        if self.firsts.is_sorted() {
            return None;
        }
        let mut order: Vec<u32> = (0..self.count).collect();
        order.sort_unstable_by_key(|group| self.firsts[*group as usize]);
        Some(order)
    }

    pub(super) fn len(&self) -> usize {
        self.count as usize
    }

    /// The values of a key, by its place among `width` keys, for all groups in an order, or in order of number.
    pub(super) fn key_values(&self, key: usize, width: usize, order: Option<&[u32]>) -> Vec<Value> {
        let values = self.codes.get(key).map_or(&[][..], Codes::values);
        let value = |group: u32| {
            let code = self.groups.get(group as usize * width + key);
            code.and_then(|code| values.get(*code as usize)).cloned().unwrap_or_default()
        };
        match order {
            Some(order) => order.iter().map(|group| value(*group)).collect(),
            None => (0..self.count).map(value).collect(),
        }
    }

    /// Forgets all groups.
    pub(super) fn clear(&mut self) {
        let bytes = self.held.bytes() + self.codes.iter().map(Codes::bytes).sum::<u64>();
        if bytes >= LARGE {
            self.held.release();
            self.codes.iter_mut().for_each(Codes::release);
            return discard(std::mem::take(self), bytes);
        }
        self.codes.iter_mut().for_each(Codes::clear);
        self.combined.clear();
        self.groups.clear();
        self.firsts.clear();
        self.count = 0;
        self.held.release();
    }
}

impl Combined {
    /// The number of a pair; the next one when it is new.
    fn number(&mut self, left: u32, right: u32) -> u32 {
        let next = self.count;
        let number = if left < SIDE && right < SIDE && !self.direct.is_empty() {
            let number = &mut self.direct[(left * SIDE + right) as usize];
            if *number == NONE {
                *number = next;
            }
            *number
        } else {
            *self.map.entry(u64::from(left) << 32 | u64::from(right)).or_insert(next)
        };
        if number == next {
            self.count += 1;
            self.spread();
        }
        number
    }

    /// The number of a pair, if it has one.
    fn find(&self, left: u32, right: u32) -> Option<u32> {
        if left < SIDE && right < SIDE && !self.direct.is_empty() {
            return Some(self.direct[(left * SIDE + right) as usize]).filter(|number| *number != NONE);
        }
        self.map.get(&(u64::from(left) << 32 | u64::from(right))).copied()
    }

    /// Makes the direct table once there are many pairs.
    fn spread(&mut self) {
        if self.count < MANY || !self.direct.is_empty() {
            return;
        }
        self.direct = vec![NONE; (SIDE * SIDE) as usize];
        for (pair, number) in &self.map {
            let (left, right) = ((pair >> 32) as u32, *pair as u32);
            if left < SIDE && right < SIDE {
                self.direct[(left * SIDE + right) as usize] = *number;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_numbered_in_order_of_appearance() {
        let mut combined = Combined::default();
        let pairs = [(0, 0), (700, 1), (0, 1), (700, 1), (0, 0), (1, 700)];
        let numbers: Vec<u32> = pairs.iter().map(|(left, right)| combined.number(*left, *right)).collect();
        assert_eq!(numbers, [0, 1, 2, 1, 0, 3]);
        let many: Vec<u32> = (0..300).map(|left| combined.number(left, 5)).collect();
        let again: Vec<u32> = (0..300).map(|left| combined.number(left, 5)).collect();
        assert_eq!((many.len(), many.last()), (again.len(), Some(&303)));
        let found: Vec<Option<u32>> = pairs.iter().map(|(left, right)| combined.find(*left, *right)).collect();
        assert_eq!(found, numbers.iter().copied().map(Some).collect::<Vec<_>>());
        assert_eq!((combined.find(9, 9), combined.find(700, 2)), (None, None));
        assert_eq!(many, again);
    }
}
