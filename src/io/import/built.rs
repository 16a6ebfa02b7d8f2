//! The values of one column once they are read: parts joined, rows chosen.

use super::column::{Builder, append};
use crate::store::{CodedTexts, Values};
use crate::value::Value;
use hashbrown::HashMap;
use std::sync::Arc;

/// What a column has come to.
#[derive(Clone, Debug)]
pub(super) struct Built {
    /// The rows that have a value, ascending; `None` when all do.
    pub(super) having: Option<Vec<u32>>,
    pub(super) values: Values,
    pub(super) rows: u32,
}

/// Parts of a column, each with the row with which it begins.
pub(super) type Parts = Vec<(u32, Built)>;

impl Built {
    /// A column of rows without values.
    pub(super) fn nothing() -> Built {
        Built { having: None, values: Values::Mixed(Vec::new()), rows: 0 }
    }

    /// Parts one after another. Rows between them, and behind them up to a number
    /// of rows, have no value.
    pub(super) fn joined(mut parts: Parts, rows: u32) -> Built {
        if let [(0, part)] = parts.as_slice()
            && part.rows == rows
        {
            return parts.swap_remove(0).1;
        }
        let count = parts.iter().map(|(_, part)| part.values.len()).sum();
        let mut having = (count < rows as usize).then(|| Vec::with_capacity(count));
        if let Some(having) = &mut having {
            for (first, part) in &parts {
                match &part.having {
                    None => having.extend(*first..*first + part.rows),
                    Some(rows) => having.extend(rows.iter().map(|row| first + row)),
                }
            }
        }
        let values =
            joined(parts.into_iter().map(|(_, part)| part.values).filter(|values| !values.is_empty()).collect());
        Built { having, values, rows }
    }

    /// The chosen rows alone, which ascend.
    pub(super) fn chosen(&self, rows: &[u32]) -> Built {
        let mut chosen = Builder::mixed();
        let at = |row: &u32| match &self.having {
            None => Some(*row as usize),
            Some(having) => having.binary_search(row).ok(),
        };
        for (place, row) in rows.iter().enumerate() {
            let value = at(row).map_or(Value::Null, |index| self.values.get(index));
            chosen.push_value(place as u32, value);
        }
        let mut chosen = chosen.finish(rows.len() as u32);
        chosen.values = typed(chosen.values);
        chosen
    }
}

/// Mixed values as values of one type, where they are of one.
fn typed(values: Values) -> Values {
    let values = values.into_values();
    let mut typed = match values.first() {
        Some(Value::Bool(_)) => Values::Bools(Vec::new()),
        Some(Value::Int(_)) => Values::Ints(Vec::new()),
        Some(Value::Float(_)) => Values::Floats(Vec::new()),
        Some(Value::Date(_)) => Values::Dates(Vec::new()),
        Some(Value::String(_)) => Values::Texts(Vec::new()),
        _ => return Values::Mixed(values),
    };
    values.into_iter().for_each(|value| append(&mut typed, value));
    typed
}

/// Values one after another, none of them empty. They keep their type where all have the same.
fn joined(parts: Vec<Values>) -> Values {
    if !parts.is_empty() && parts.iter().all(|part| matches!(part, Values::Coded(_))) {
        return recoded(parts);
    }
    let count = parts.iter().map(Values::len).sum();
    let mut parts = parts.into_iter().map(decoded);
    let first = parts.next().unwrap_or(Values::Mixed(Vec::new()));
    parts.fold(first, |all, part| extended(all, part, count))
}

/// Values and later ones, with room for as many as there will be in all.
fn extended(all: Values, later: Values, room: usize) -> Values {
    match (all, later) {
        (Values::Bools(a), Values::Bools(b)) => Values::Bools(chained(a, b, room)),
        (Values::Ints(a), Values::Ints(b)) => Values::Ints(chained(a, b, room)),
        (Values::Floats(a), Values::Floats(b)) => Values::Floats(chained(a, b, room)),
        (Values::Dates(a), Values::Dates(b)) => Values::Dates(chained(a, b, room)),
        (Values::Texts(a), Values::Texts(b)) => Values::Texts(chained(a, b, room)),
        (a, b) => Values::Mixed(chained(a.into_values(), b.into_values(), room)),
    }
}

fn chained<T>(mut all: Vec<T>, later: Vec<T>, room: usize) -> Vec<T> {
    all.reserve_exact(room.saturating_sub(all.len()));
    all.extend(later);
    all
}

/// Texts themselves instead of codes.
fn decoded(values: Values) -> Values {
    match values {
        Values::Coded(texts) => {
            let (dictionary, codes) = texts.into_parts();
            Values::Texts(codes.into_iter().map(|code| Arc::clone(&dictionary[code as usize])).collect())
        }
        other => other,
    }
}

/// Codes into one dictionary, which has each text that stands somewhere once.
pub(super) fn recoded(parts: Vec<Values>) -> Values {
    let mut dictionary: Vec<Arc<str>> = Vec::new();
    let mut known: HashMap<Arc<str>, u32, foldhash::fast::RandomState> = HashMap::default();
    let mut codes = Vec::with_capacity(parts.iter().map(Values::len).sum());
    for part in parts {
        let Values::Coded(part) = part else { continue };
        let (texts, here) = part.into_parts();
        let mut becomes = vec![u32::MAX; texts.len()];
        codes.extend(here.into_iter().map(|code| {
            let code = code as usize;
            if becomes[code] == u32::MAX {
                becomes[code] = *known.entry_ref(&texts[code]).or_insert_with(|| {
                    dictionary.push(Arc::clone(&texts[code]));
                    dictionary.len() as u32 - 1
                });
            }
            becomes[code]
        }));
    }
    CodedTexts::of(dictionary.into(), codes).map_or(Values::Mixed(Vec::new()), Values::Coded)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Values with their text, or none: of few different texts or many, as codes or not, or integers.
    fn part() -> impl Strategy<Value = (Vec<Option<i64>>, u8)> {
        (proptest::collection::vec(proptest::option::weighted(0.8, 0..5i64), 0..6), 0..3u8)
    }

    fn built((cells, form): &(Vec<Option<i64>>, u8)) -> Built {
        let having: Vec<u32> = (0..).zip(cells).filter_map(|(row, cell)| cell.map(|_| row)).collect();
        let numbers: Vec<i64> = cells.iter().flatten().copied().collect();
        let text = |number: &i64| Arc::from(number.to_string());
        let values = match form {
            0 => Values::Ints(numbers),
            1 => Values::Texts(numbers.iter().map(text).collect()),
            _ => {
                let codes = (0..numbers.len() as u32).collect();
                recoded(vec![Values::Coded(CodedTexts::of(numbers.iter().map(text).collect(), codes).unwrap())])
            }
        };
        let rows = cells.len() as u32;
        Built { having: (having.len() < cells.len()).then_some(having), values, rows }
    }

    fn cells(built: &Built) -> Vec<Value> {
        let mut cells = vec![Value::Null; built.rows as usize];
        let rows = built.having.clone().unwrap_or_else(|| (0..built.rows).collect());
        assert_eq!(rows.len(), built.values.len());
        rows.iter().enumerate().for_each(|(at, row)| cells[*row as usize] = built.values.get(at));
        cells
    }

    proptest! {
        #[test]
        fn parts_are_joined_in_order(parts in proptest::collection::vec((part(), 0..3u32), 0..5), behind in 0..3u32) {
            let (mut expected, mut columns) = (Vec::new(), Vec::new());
            for (part, gap) in &parts {
                expected.extend((0..*gap).map(|_| Value::Null));
                columns.push((expected.len() as u32, built(part)));
                expected.extend(cells(&built(part)));
            }
            expected.extend((0..behind).map(|_| Value::Null));
            let joined = Built::joined(columns, expected.len() as u32);
            prop_assert_eq!(format!("{:?}", cells(&joined)), format!("{expected:?}"));
            if let Values::Coded(texts) = joined.values {
                let (dictionary, codes) = texts.into_parts();
                let different: std::collections::BTreeSet<_> = dictionary.iter().collect();
                prop_assert_eq!(different.len(), dictionary.len());
                prop_assert!((0..dictionary.len() as u32).all(|code| codes.contains(&code)));
            }
        }
    }

    #[test]
    fn rows_are_chosen() {
        let all = Built { having: Some(vec![0, 1, 3, 5]), values: Values::Ints(vec![1, 2, 4, 6]), rows: 6 };
        let chosen = all.chosen(&[1, 2, 5]);
        assert_eq!((chosen.having, chosen.rows), (Some(vec![0, 2]), 3));
        assert!(matches!(&chosen.values, Values::Ints(values) if *values == [2, 6]));
    }
}
