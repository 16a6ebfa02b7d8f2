//! The least or greatest value of each group.
//!
//! Numbers of one type are compared as they are. Of values that are equal but not the same, as 1 and 1.0 are, the one that
//! came first counts, also where several threads have met them.

use super::column::Column;
use super::context::Context;
use super::memory::Held;
use super::totals::{Input, Joined};
use crate::error::{Error, Result};
use crate::value::compare::{order, order_floats};
use crate::value::{Value, share_bytes};
use std::cmp::Ordering;

/// The least or greatest values so far.
pub(super) struct Extremes {
    /// How a value stands to the one before when it takes its place.
    keep: Ordering,
    best: Best,
    /// For each group, where its value was met; empty where rows are not handed out in morsels: they come in order.
    places: Vec<u64>,
    /// How many rows were met.
    met: usize,
}

/// A value for each group that has one.
enum Best {
    Ints(Vec<Option<i64>>),
    Floats(Vec<Option<f64>>),
    Values(Vec<Kept>),
}

#[derive(Clone, Default)]
struct Kept {
    /// Null when there is none.
    value: Value,
    /// The most bytes that the values took so far.
    most: u64,
}

impl Extremes {
    /// The least values, or the greatest.
    pub(super) fn new(keep: Ordering) -> Extremes {
        Extremes { keep, best: Best::Ints(Vec::new()), places: Vec::new(), met: 0 }
    }

    pub(super) fn resize(&mut self, groups: usize) {
        match &mut self.best {
            Best::Ints(best) => best.resize(groups, None),
            Best::Floats(best) => best.resize(groups, None),
            Best::Values(best) => best.resize(groups, Kept::default()),
        }
    }

    /// About how many bytes a group takes, besides its value.
    pub(super) fn state_bytes(&self) -> usize {
        size_of::<u64>()
            + match self.best {
                Best::Ints(_) => size_of::<Option<i64>>(),
                Best::Floats(_) => size_of::<Option<f64>>(),
                Best::Values(_) => size_of::<Kept>(),
            }
    }

    /// Takes in the rows of a chunk.
    pub(super) fn add(&mut self, cx: &Context, input: &Input<'_>, held: &mut Held) -> Result<()> {
        let [column] = input.arguments else { return Err(Error::internal("`min` and `max` have one argument")) };
        cx.work(input.groups.len() as u64)?;
        self.suit(cx, column, held)?;
        let (keep, start, groups) = (self.keep, self.met, self.best.groups());
        self.met += input.groups.len();
        let places = &mut self.places;
        let note = |row: usize, group: usize| {
            if let Some(place) = cx.place(start + row) {
                places.resize(groups, u64::MAX);
                places[group] = place;
            }
        };
        match (&mut self.best, column) {
            (Best::Ints(best), Column::Ints(numbers)) => add_numbers(best, numbers, input, (keep, i64::cmp), note),
            (Best::Floats(best), Column::Floats(numbers)) => {
                add_numbers(best, numbers, input, (keep, order_floats), note);
            }
            (Best::Values(best), column) => return add_values(cx, (best, keep), column, input, held, note),
            _ => return Err(Error::internal("values of another type are compared")),
        }
        Ok(())
    }

    /// Goes over to what can hold the values of a column.
    fn suit(&mut self, cx: &Context, column: &Column, held: &mut Held) -> Result<()> {
        match (&mut self.best, column) {
            (Best::Ints(_), Column::Ints(_)) | (Best::Floats(_), Column::Floats(_)) | (Best::Values(_), _) => Ok(()),
            (Best::Ints(best), Column::Floats(_)) if best.iter().all(Option::is_none) => {
                self.best = Best::Floats(vec![None; best.len()]);
                Ok(())
            }
            _ => self.generalise(cx, held),
        }
    }

    fn generalise(&mut self, cx: &Context, held: &mut Held) -> Result<()> {
        if matches!(self.best, Best::Values(_)) {
            return Ok(());
        }
        let (groups, before) = (self.best.groups(), self.state_bytes());
        let kept = |value| Kept { value, most: 0 };
        self.best = Best::Values((0..groups).map(|group| kept(self.best.value(group))).collect());
        held.grow(cx, (groups * self.state_bytes().saturating_sub(before)) as u64)
    }

    /// Takes in what others have found; there is room for all groups.
    pub(super) fn join(
        &mut self,
        cx: &Context,
        mut other: Extremes,
        joined: &Joined<'_>,
        held: &mut Held,
    ) -> Result<()> {
        if std::mem::discriminant(&self.best) != std::mem::discriminant(&other.best) {
            self.generalise(cx, held)?;
            other.generalise(cx, held)?;
        }
        let keep = self.keep;
        self.places.resize(self.best.groups(), u64::MAX);
        let places = &mut self.places;
        for (at, group) in joined.groups.iter().enumerate() {
            cx.tick()?;
            let (group, place) = (*group as usize, other.places.get(at).copied().unwrap_or(u64::MAX));
            let sooner = place < places[group];
            let better = |order: Ordering| order == keep || order.is_eq() && sooner;
            let taken = match (&mut self.best, &mut other.best) {
                (Best::Ints(best), Best::Ints(others)) => join_number(&mut best[group], others[at], better, i64::cmp),
                (Best::Floats(best), Best::Floats(others)) => {
                    join_number(&mut best[group], others[at], better, order_floats)
                }
                (Best::Values(best), Best::Values(others)) => {
                    let (here, there) = (&mut best[group], &mut others[at]);
                    let taken =
                        !there.value.is_null() && (here.value.is_null() || better(order(&there.value, &here.value)));
                    if taken {
                        *here = Kept { most: here.most.max(there.most), value: std::mem::take(&mut there.value) };
                    }
                    taken
                }
                _ => false,
            };
            if taken {
                places[group] = place;
            }
        }
        Ok(())
    }

    /// The values by group.
    pub(super) fn finish(self) -> Column {
        match self.best {
            Best::Ints(best) => match best.iter().copied().collect() {
                Some(numbers) => Column::Ints(numbers),
                None => Column::from_values(best.into_iter().map(Value::from).collect()),
            },
            Best::Floats(best) => match best.iter().copied().collect() {
                Some(numbers) => Column::Floats(numbers),
                None => Column::from_values(best.into_iter().map(Value::from).collect()),
            },
            Best::Values(best) => Column::from_values(best.into_iter().map(|kept| kept.value).collect()),
        }
    }
}

impl Best {
    fn groups(&self) -> usize {
        match self {
            Best::Ints(best) => best.len(),
            Best::Floats(best) => best.len(),
            Best::Values(best) => best.len(),
        }
    }

    fn value(&self, group: usize) -> Value {
        match self {
            Best::Ints(best) => best[group].into(),
            Best::Floats(best) => best[group].into(),
            Best::Values(best) => best[group].value.clone(),
        }
    }
}

fn add_numbers<T: Copy>(
    best: &mut [Option<T>],
    numbers: &[T],
    input: &Input<'_>,
    (keep, order): (Ordering, impl Fn(&T, &T) -> Ordering),
    mut note: impl FnMut(usize, usize),
) {
    for (row, (&group, number)) in input.groups.iter().zip(numbers).enumerate() {
        let best = &mut best[group as usize];
        if best.as_ref().is_none_or(|best| order(number, best) == keep) && input.times(row) > 0 {
            *best = Some(*number);
            note(row, group as usize);
        }
    }
}

fn add_values(
    cx: &Context,
    (best, keep): (&mut [Kept], Ordering),
    column: &Column,
    input: &Input<'_>,
    held: &mut Held,
    mut note: impl FnMut(usize, usize),
) -> Result<()> {
    for (row, &group) in input.groups.iter().enumerate() {
        let made;
        let value = match column.held(row) {
            Some(value) => value,
            None => {
                made = column.get(row);
                &made
            }
        };
        let Kept { value: best, most } = &mut best[group as usize];
        if value.is_null() || !(best.is_null() || order(value, best) == keep) || input.times(row) == 0 {
            continue;
        }
        let bytes = share_bytes(value, 1);
        held.grow(cx, bytes.saturating_sub(*most))?;
        *most = bytes.max(*most);
        *best = value.clone();
        note(row, group as usize);
    }
    Ok(())
}

/// Whether another number has taken the place of the one here.
fn join_number<T: Copy>(
    here: &mut Option<T>,
    there: Option<T>,
    better: impl Fn(Ordering) -> bool,
    order: impl Fn(&T, &T) -> Ordering,
) -> bool {
    let Some(number) = there else { return false };
    let taken = here.as_ref().is_none_or(|here| better(order(&number, here)));
    if taken {
        *here = there;
    }
    taken
}
