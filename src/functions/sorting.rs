//! Sorting that can be cancelled.

use super::Watch;
use crate::error::Result;
use std::cmp::Ordering;

/// How many items are sorted or merged between two looks at the watch.
const RUN: usize = 1 << 12;

/// The items in order; equal ones stay in the order they had.
///
/// # Errors
/// What the watch says.
pub(crate) fn sorted<T>(items: Vec<T>, order: &dyn Fn(&T, &T) -> Ordering, watch: &dyn Watch) -> Result<Vec<T>> {
    let mut runs = runs_of(items, order, watch)?;
    while runs.len() > 1 {
        let mut merged = Vec::with_capacity(runs.len().div_ceil(2));
        let mut pairs = runs.into_iter();
        while let Some(left) = pairs.next() {
            merged.push(match pairs.next() {
                Some(right) => merge(left, right, order, watch)?,
                None => left,
            });
        }
        runs = merged;
    }
    Ok(runs.pop().unwrap_or_default())
}

/// The items in sorted pieces.
fn runs_of<T>(mut items: Vec<T>, order: &dyn Fn(&T, &T) -> Ordering, watch: &dyn Watch) -> Result<Vec<Vec<T>>> {
    if items.len() <= RUN {
        items.sort_by(order);
        return Ok(vec![items]);
    }
    let mut runs = Vec::with_capacity(items.len().div_ceil(RUN));
    let mut items = items.into_iter();
    loop {
        watch.check()?;
        let mut run: Vec<T> = items.by_ref().take(RUN).collect();
        if run.is_empty() {
            return Ok(runs);
        }
        run.sort_by(order);
        runs.push(run);
    }
}

/// Both sorted pieces as one; of equal items those of the left come first.
fn merge<T>(left: Vec<T>, right: Vec<T>, order: &dyn Fn(&T, &T) -> Ordering, watch: &dyn Watch) -> Result<Vec<T>> {
    let mut out = Vec::with_capacity(left.len() + right.len());
    let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
    while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
        if out.len().is_multiple_of(RUN) {
            watch.check()?;
        }
        let next = if order(a, b).is_gt() { right.next() } else { left.next() };
        out.extend(next);
    }
    out.extend(left);
    out.extend(right);
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{Detail, Error, ErrorType};
    use crate::functions::Unwatched;
    use std::cell::Cell;

    #[test]
    fn it_sorts_stably_across_runs() {
        let items: Vec<(u64, usize)> =
            (0..5 * RUN + 7).map(|at| ((at as u64).wrapping_mul(2_654_435_761) % 97, at)).collect();
        let mut expected = items.clone();
        expected.sort_by_key(|item| item.0);
        assert_eq!(sorted(items, &|a, b| a.0.cmp(&b.0), &Unwatched).unwrap(), expected);
        assert!(sorted(Vec::<u8>::new(), &Ord::cmp, &Unwatched).unwrap().is_empty());
    }

    #[derive(Debug)]
    struct Stop(Cell<usize>);

    impl Watch for Stop {
        fn check(&self) -> Result<()> {
            let left = self.0.get().checked_sub(1);
            self.0.set(left.unwrap_or(0));
            left.map(|_| ()).ok_or_else(|| Error::runtime(ErrorType::Cancelled, Detail::Cancelled, "stop"))
        }

        fn room(&self) -> u64 {
            u64::MAX
        }
    }

    #[test]
    fn it_stops_while_sorting_and_while_merging() {
        for looks in [0, 3, 6, 9] {
            let items: Vec<u32> = (0..5 * RUN as u32).rev().collect();
            assert!(sorted(items, &Ord::cmp, &Stop(Cell::new(looks))).is_err(), "{looks}");
        }
    }
}
