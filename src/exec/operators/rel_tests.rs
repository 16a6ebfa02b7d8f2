//! Which relationships pass tests that read nothing else.
//!
//! The first ones that are met are tested by themselves. When many are met, or are to be expected, all of the type are
//! tested in order, which takes a small part of the time for each, and kept as bits. A test that fails for one that was
//! tested beforehand does not fail the statement: from then on only those that are met are tested.

use super::super::context::Context;
use super::super::memory::Held;
use super::screen::Screen;
use crate::error::Result;
use crate::semantic::bound::{Expr, Slot};
use crate::store::SEGMENT;
use crate::value::RelTypeId;

/// One relationship in so many must be met before all are tested.
const PART: u64 = 64;

/// The tests, with what is known of relationships.
pub(super) struct RelTests {
    screen: Screen,
    types: Vec<OfType>,
    held: Held,
}

/// What is known of the relationships of a type.
struct OfType {
    rel_type: RelTypeId,
    /// How many were met, or are expected to be.
    met: u64,
    known: Known,
}

enum Known {
    Nothing,
    /// For each row whether its relationship passes.
    All(Vec<u64>),
    /// A test has failed beforehand.
    NeverAhead,
}

impl RelTests {
    /// `None` when there is no test of what is in the slot.
    pub(super) fn new(slot: Slot, tests: &[Expr]) -> Option<RelTests> {
        let of = |tests| RelTests { screen: Screen::new(slot, tests), types: Vec::new(), held: Held::default() };
        (!tests.is_empty()).then(|| of(tests))
    }

    /// Forgets what is known: the graph may have changed.
    pub(super) fn forget(&mut self) {
        self.types.clear();
        self.held.release();
    }

    /// Says that so many relationships of a type are about to be met.
    pub(super) fn expect(&mut self, cx: &Context, rel_type: RelTypeId, rels: u64) -> Result<()> {
        let at = self.of_type(rel_type);
        let of_type = &mut self.types[at];
        of_type.met = of_type.met.saturating_add(rels);
        let bound = cx.graph().row_bound(rel_type);
        if matches!(of_type.known, Known::Nothing) && of_type.met >= u64::from(bound.max(SEGMENT)) / PART {
            self.held.grow(cx, u64::from(bound) / 8)?;
            let known = all(cx, &mut self.screen, rel_type, bound)?;
            self.types[at].known = known.map_or(Known::NeverAhead, Known::All);
        }
        Ok(())
    }

    /// How many of these relationships pass.
    pub(super) fn count(&mut self, cx: &Context, rel_type: RelTypeId, rows: &[u32]) -> Result<u64> {
        match self.known(rel_type) {
            Some(bits) => Ok(rows.iter().map(|row| bit(bits, *row)).sum()),
            None => Ok(self.tested(cx, rel_type, rows)?.len() as u64),
        }
    }

    /// Those of these relationships that pass: their ends and rows.
    pub(super) fn passing(
        &mut self,
        cx: &Context,
        rel_type: RelTypeId,
        ends: &[u32],
        rows: &[u32],
    ) -> Result<(Vec<u32>, Vec<u32>)> {
        let both = ends.iter().copied().zip(rows.iter().copied());
        match self.known(rel_type) {
            Some(bits) => Ok(both.filter(|(_, row)| bit(bits, *row) == 1).unzip()),
            None => {
                let passing = self.tested(cx, rel_type, rows)?;
                Ok(both.filter(|(_, row)| passing.binary_search(row).is_ok()).unzip())
            }
        }
    }

    fn known(&self, rel_type: RelTypeId) -> Option<&[u64]> {
        let of_type = self.types.iter().find(|of_type| of_type.rel_type == rel_type)?;
        if let Known::All(bits) = &of_type.known { Some(bits) } else { None }
    }

    /// Those of these rows that pass, in order.
    fn tested(&mut self, cx: &Context, rel_type: RelTypeId, rows: &[u32]) -> Result<Vec<u32>> {
        let mut rows = rows.to_vec();
        rows.sort_unstable();
        let mut passing = Vec::new();
        for segment in rows.chunk_by(|left, right| left / SEGMENT == right / SEGMENT) {
            let mut kept = segment.to_vec();
            self.screen.keep_rels(cx, rel_type, &mut kept)?;
            passing.append(&mut kept);
        }
        cx.work(rows.len() as u64)?;
        Ok(passing)
    }

    fn of_type(&mut self, rel_type: RelTypeId) -> usize {
        let known = self.types.iter().position(|of_type| of_type.rel_type == rel_type);
        known.unwrap_or_else(|| {
            self.types.push(OfType { rel_type, met: 0, known: Known::Nothing });
            self.types.len() - 1
        })
    }
}

/// 1 when the bit of a row is set.
#[inline]
fn bit(bits: &[u64], row: u32) -> u64 {
    bits.get(row as usize / 64).map_or(0, |word| word >> (row % 64) & 1)
}

/// For each relationship of a type whether it passes; `None` when a test fails.
fn all(cx: &Context, screen: &mut Screen, rel_type: RelTypeId, bound: u32) -> Result<Option<Vec<u64>>> {
    let mut bits = vec![0; bound.div_ceil(64) as usize];
    let mut rows = Vec::new();
    for start in (0..bound).step_by(SEGMENT as usize) {
        cx.work(u64::from(SEGMENT))?;
        rows.clear();
        cx.graph().rows_in(rel_type, start..start.saturating_add(SEGMENT), &mut rows);
        if screen.keep_rels(cx, rel_type, &mut rows).is_err() {
            cx.check()?;
            return Ok(None);
        }
        rows.iter().for_each(|row| bits[*row as usize / 64] |= 1 << (row % 64));
    }
    Ok(Some(bits))
}
