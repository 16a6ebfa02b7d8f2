//! The keys of the nodes of a file, and which row has which.

use crate::store::Values;
use crate::value::Value;
use hashbrown::{HashMap, HashTable};
use std::hash::BuildHasher;
use std::sync::Arc;

/// The numbers of a range are looked up by place when the range is at most so many times as long as there are keys.
const SPARSE: u64 = 8;
/// A row that is none.
const NONE: u32 = u32::MAX;

/// The rows of a file by key, or what they have become. A key is an integer or a text; as a text, an integer is what is
/// usually written for it.
#[derive(Debug)]
pub(super) enum Keys {
    /// Integers that grow by one from row to row, from the least on; the rows are as many as that, from `first` on.
    Run { least: i64, count: u32, first: u32 },
    /// Rows by the distance of the integer from the least.
    Dense { least: i64, rows: Vec<u32> },
    /// Rows by integer.
    Ints(HashMap<i64, u32, foldhash::fast::RandomState>),
    /// Rows by text.
    Texts { rows: HashTable<(u32, u32)>, texts: Vec<Arc<str>>, hasher: foldhash::fast::RandomState },
}

impl Keys {
    /// The keys of rows, one for each row, and the rows whose key an earlier row has, each with that row.
    pub(super) fn of(values: &Values) -> (Keys, Vec<(u32, u32)>) {
        match values {
            Values::Ints(numbers) => of_integers(numbers),
            Values::Texts(texts) => of_texts(texts.clone()),
            other => of_texts((0..other.len()).map(|index| text_of(&other.get(index))).collect()),
        }
    }

    /// Puts in the place of each row what it becomes.
    pub(super) fn replace(&mut self, becomes: &[u32]) {
        let replace = |row: &mut u32| *row = becomes.get(*row as usize).copied().unwrap_or(NONE);
        if let Keys::Run { least, count, first } = self {
            match run_of(becomes).filter(|_| becomes.len() == *count as usize) {
                Some(start) => return *first = start,
                None => *self = Keys::Dense { least: *least, rows: (*first..*first + *count).collect() },
            }
        }
        match self {
            Keys::Run { .. } => {}
            Keys::Dense { rows, .. } => rows.iter_mut().for_each(replace),
            Keys::Ints(rows) => rows.values_mut().for_each(replace),
            Keys::Texts { rows, .. } => rows.iter_mut().for_each(|(_, row)| replace(row)),
        }
    }

    /// The row that has a key, or what it became.
    #[inline]
    pub(super) fn find(&self, key: &[u8]) -> Option<u32> {
        match self {
            Keys::Run { least, count, first } => {
                let distance = u32::try_from(super::kind::integer(key)?.checked_sub(*least)?).ok()?;
                (distance < *count).then(|| first + distance)
            }
            Keys::Dense { least, rows } => {
                let distance = super::kind::integer(key)?.checked_sub(*least)?;
                rows.get(usize::try_from(distance).ok()?).copied().filter(|row| *row != NONE)
            }
            Keys::Ints(rows) => rows.get(&super::kind::integer(key)?).copied(),
            Keys::Texts { rows, texts, hasher } => {
                let same = |row: &(u32, u32)| texts[row.0 as usize].as_bytes() == key;
                rows.find(hasher.hash_one(key), same).map(|(_, becomes)| *becomes)
            }
        }
    }
}

/// A key as text.
pub(super) fn text_of(key: &Value) -> Arc<str> {
    match key {
        Value::String(text) => Arc::clone(text),
        Value::Int(number) => number.to_string().into(),
        _ => Arc::from(""),
    }
}

/// The first of rows that grow by one; `None` for others, and where one is none.
fn run_of(rows: &[u32]) -> Option<u32> {
    rows.first().copied().filter(|_| is_run(rows, |row| row.checked_add(1)) && rows.last() != Some(&NONE))
}

/// Whether each number is the one that comes after the one before.
fn is_run<T: Copy + PartialEq>(numbers: &[T], next: impl Fn(T) -> Option<T>) -> bool {
    numbers.windows(2).all(|pair| next(pair[0]) == Some(pair[1]))
}

fn of_integers(numbers: &[i64]) -> (Keys, Vec<(u32, u32)>) {
    if let Some(least) = numbers.first()
        && is_run(numbers, |number| number.checked_add(1))
    {
        return (Keys::Run { least: *least, count: numbers.len() as u32, first: 0 }, Vec::new());
    }
    let (least, greatest) = numbers.iter().fold((i64::MAX, i64::MIN), |(l, g), n| (l.min(*n), g.max(*n)));
    let range = if numbers.is_empty() { 0 } else { greatest.abs_diff(least) };
    let mut twice = Vec::new();
    if range > numbers.len() as u64 * SPARSE {
        let mut rows = HashMap::with_capacity_and_hasher(numbers.len(), foldhash::fast::RandomState::default());
        for (row, number) in (0..).zip(numbers) {
            let first = *rows.entry(*number).or_insert(row);
            twice.extend((first != row).then_some((row, first)));
        }
        return (Keys::Ints(rows), twice);
    }
    let mut rows = vec![NONE; range as usize + 1];
    for (row, number) in (0..).zip(numbers) {
        let place = &mut rows[number.abs_diff(least) as usize];
        if *place == NONE {
            *place = row;
        } else {
            twice.push((row, *place));
        }
    }
    (Keys::Dense { least, rows }, twice)
}

fn of_texts(texts: Vec<Arc<str>>) -> (Keys, Vec<(u32, u32)>) {
    let hasher = foldhash::fast::RandomState::default();
    let mut rows: HashTable<(u32, u32)> = HashTable::with_capacity(texts.len());
    let mut twice = Vec::new();
    let hash = |row: &(u32, u32)| hasher.hash_one(texts[row.0 as usize].as_bytes());
    for row in (0..texts.len() as u32).map(|row| (row, row)) {
        let same = |other: &(u32, u32)| texts[other.0 as usize] == texts[row.0 as usize];
        match rows.find(hash(&row), same) {
            Some((first, _)) => twice.push((row.0, *first)),
            None => {
                rows.insert_unique(hash(&row), row, hash);
            }
        }
    }
    (Keys::Texts { rows, texts, hasher }, twice)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(values: &Values, keys: &[&str]) -> Keys {
        let (found, twice) = Keys::of(values);
        assert!(twice.is_empty());
        for (row, key) in keys.iter().enumerate() {
            assert_eq!(found.find(key.as_bytes()), Some(row as u32), "{key}");
        }
        for key in ["7", "007", "", "-1", "9223372036854775807", "none"] {
            assert_eq!(found.find(key.as_bytes()), None, "{key}");
        }
        found
    }

    #[test]
    fn rows_are_found_by_key_whatever_it_is() {
        assert!(matches!(check(&Values::Ints(vec![5, 3, 4]), &["5", "3", "4"]), Keys::Dense { .. }));
        assert!(matches!(check(&Values::Ints(vec![3, 4, 5]), &["3", "4", "5"]), Keys::Run { .. }));
        let far = Values::Ints(vec![i64::MIN, 3, 1 << 40]);
        assert!(matches!(check(&far, &["-9223372036854775808", "3", "1099511627776"]), Keys::Ints(_)));
        check(&Values::Texts(vec!["a".into(), "07".into()]), &["a", "07"]);
        check(&Values::Mixed(vec![Value::Int(3), Value::string("x")]), &["3", "x"]);
        check(&Values::Ints(Vec::new()), &[]);
    }

    proptest! {
        #[test]
        fn integers_are_found_as_in_a_map(
            first in prop_oneof![Just(i64::MIN), -3..3i64, Just(i64::MAX - 5)],
            steps in prop_oneof![
                proptest::collection::vec(Just(1i64), 0..6),
                proptest::collection::vec(-1..4i64, 0..6),
                proptest::collection::vec(Just(1i64 << 40), 0..6),
            ],
            place in prop_oneof![Just(7u32), Just(0)],
            gone in proptest::option::of(0..6usize),
        ) {
            let mut numbers = vec![first];
            steps.iter().for_each(|step| numbers.push(numbers[numbers.len() - 1].saturating_add(*step)));
            let (mut keys, twice) = Keys::of(&Values::Ints(numbers.clone()));
            let mut becomes: Vec<u32> = (place..).take(numbers.len()).collect();
            if let Some(place) = gone.and_then(|row| becomes.get_mut(row)) {
                *place = NONE;
            }
            keys.replace(&becomes);
            for number in numbers.iter().flat_map(|number| [number.saturating_sub(1), *number, number.saturating_add(1)]) {
                let row = numbers.iter().position(|known| *known == number);
                let found = keys.find(number.to_string().as_bytes()).filter(|row| *row != NONE);
                prop_assert_eq!(found, row.map(|row| becomes[row]).filter(|row| *row != NONE));
            }
            let again = (0..).zip(&numbers).filter_map(|(row, number)| {
                let first = numbers.iter().position(|known| known == number)? as u32;
                (first < row).then_some((row, first))
            });
            prop_assert_eq!(twice, again.collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_key_that_stands_twice_is_told_with_both_rows() {
        let twice = |values: Values| Keys::of(&values).1;
        assert_eq!(twice(Values::Ints(vec![1, 2, 1, 1])), [(2, 0), (3, 0)]);
        assert_eq!(twice(Values::Ints(vec![1, i64::MAX, i64::MAX])), [(2, 1)]);
        assert_eq!(twice(Values::Mixed(vec![Value::Int(1), Value::string("1")])), [(1, 0)]);
    }
}
