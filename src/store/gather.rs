//! Vectorised property reads: one key of many entities.

use super::column::{Cell, Column, Columns, Dictionary};
use super::{Gathered, SEGMENT, split};
use crate::value::{KeyId, Value};
use hashbrown::HashMap;
use std::sync::Arc;

/// Gathers the values of a key for entities in the given order; `columns` finds the columns of a segment.
pub(crate) fn gather<'a>(
    entities: &[u32],
    key: KeyId,
    segments: u32,
    columns: impl Fn(u32) -> Option<&'a Columns>,
) -> Gathered {
    let find = |segment| columns(segment).and_then(|columns| columns.column(key));
    if segments as usize <= entities.len() {
        let found: Vec<Option<&Column>> = (0..segments).map(find).collect();
        collect(entities, |segment| found.get(segment as usize).copied().flatten())
    } else {
        let mut last = (u32::MAX, None);
        collect(entities, move |segment| {
            if segment != last.0 {
                last = (segment, find(segment));
            }
            last.1
        })
    }
}

/// Entities by the text that each has for a key: those of one code have the same, or none of that code has any.
pub(crate) struct ByText {
    /// The code of each entity.
    pub(crate) codes: Vec<u32>,
    /// For each code, the first of the entities.
    pub(crate) firsts: Vec<u32>,
}

/// The least entities that have a text in common, on average, where texts are told apart by their codes.
const SAME: usize = 4;

/// Entities by the text that they have for a key; `None` where texts have no codes, or most are different.
pub(crate) fn by_text<'a>(
    entities: &[u32],
    key: KeyId,
    columns: impl Fn(u32) -> Option<&'a Columns>,
) -> Option<ByText> {
    let mut firsts = Vec::new();
    let new = |at: usize, _: Option<&Arc<str>>| {
        firsts.push(at as u32);
        (firsts.len() * SAME <= entities.len()).then(|| firsts.len() as u32 - 1)
    };
    let codes = number(&mut TextNumbers::default(), entities, key, columns, new)?;
    Some(ByText { codes, firsts })
}

/// The number of the text that each entity has for a key; `new` gives that of a text, or of no text, that has none yet,
/// and is told the place of the entity. `None` where texts have no codes, or when `new` gives none.
pub(crate) fn number<'a>(
    numbers: &mut TextNumbers,
    entities: &[u32],
    key: KeyId,
    columns: impl Fn(u32) -> Option<&'a Columns>,
    mut new: impl FnMut(usize, Option<&Arc<str>>) -> Option<u32>,
) -> Option<Vec<u32>> {
    let mut all = Vec::with_capacity(entities.len());
    for run in entities.chunk_by(|left, right| left / SEGMENT == right / SEGMENT) {
        let column = columns(run[0] / SEGMENT).and_then(|columns| columns.column(key));
        let dictionary = column.map_or(Some(Dictionary::default()), Column::dictionary)?;
        numbers.turn_to(dictionary);
        let start = all.len();
        let known = |code: i64| numbers.numbers.get(code as usize + 1).copied().unwrap_or(NONE);
        if !column.is_some_and(|column| column.map_codes(run, &mut all, known)) {
            all.resize(start + run.len(), NONE);
        }
        // All are looked at, so that many are at once.
        if all[start..].iter().fold(false, |any, number| any | (*number == NONE)) {
            for at in start..all.len() {
                if all[at] != NONE {
                    continue;
                }
                if at > start && entities[at] == entities[at - 1] {
                    all[at] = all[at - 1];
                    continue;
                }
                let code = column.and_then(|column| column.code(split(entities[at]).1));
                let number = numbers.number(code)?;
                if *number == NONE {
                    *number = new(at, code.and_then(|code| dictionary.text(code)))?;
                }
                all[at] = *number;
            }
        }
    }
    Some(all)
}

/// What stands for a number not given yet.
const NONE: u32 = u32::MAX;

/// The numbers of texts, by the codes that the dictionaries of columns give them: of columns that do not change.
#[derive(Debug, Default)]
pub(crate) struct TextNumbers {
    /// Those of the dictionary at hand: of no text first, then by code.
    numbers: Vec<u32>,
    /// Where that dictionary stands; `None` before the first.
    address: Option<usize>,
    /// Those of the dictionaries before.
    others: HashMap<usize, Vec<u32>, foldhash::fast::FixedState>,
}

impl TextNumbers {
    /// About how many bytes it takes.
    pub(crate) fn bytes(&self) -> u64 {
        let others: usize = self.others.values().map(Vec::len).sum();
        4 * (self.numbers.len() + others) as u64
    }

    /// Goes on with another dictionary.
    fn turn_to(&mut self, dictionary: Dictionary<'_>) {
        let address = dictionary.address();
        let Some(before) = self.address.replace(address).filter(|before| *before != address) else {
            if self.numbers.is_empty() {
                self.numbers = vec![NONE; dictionary.len() + 1];
            }
            return;
        };
        self.others.insert(before, std::mem::take(&mut self.numbers));
        self.numbers = self.others.remove(&address).unwrap_or_else(|| vec![NONE; dictionary.len() + 1]);
    }

    /// The number of a text by its code, or of no text.
    fn number(&mut self, code: Option<usize>) -> Option<&mut u32> {
        self.numbers.get_mut(code.map_or(0, |code| code + 1))
    }
}

fn collect<'a>(entities: &[u32], mut column: impl FnMut(u32) -> Option<&'a Column>) -> Gathered {
    let first = entities.first().map_or(Cell::Absent, |entity| cell(&mut column, *entity));
    let typed = match first {
        Cell::Int(_) => {
            let found = stretches(entities, &mut column, Column::ints_at);
            found.or_else(|| all(entities, &mut column, Column::int)).map(Gathered::Ints)
        }
        Cell::Float(_) => {
            let found = stretches(entities, &mut column, Column::floats_at);
            found.or_else(|| all(entities, &mut column, Column::float)).map(Gathered::Floats)
        }
        _ => None,
    };
    typed.unwrap_or_else(|| mixed(entities, &mut column))
}

/// The values of one type, when all are present and the columns are of that type.
fn all<'a, T>(
    entities: &[u32],
    mut column: impl FnMut(u32) -> Option<&'a Column>,
    value: impl Fn(&'a Column, u16) -> Option<T>,
) -> Option<Vec<T>> {
    let mut values = Vec::with_capacity(entities.len());
    for entity in entities {
        let (segment, place) = split(*entity);
        values.push(value(column(segment)?, place)?);
    }
    Some(values)
}

/// The numbers of entities that stand together in long stretches of segments; nothing when they do not, or one has none.
fn stretches<'a, T>(
    entities: &[u32],
    mut column: impl FnMut(u32) -> Option<&'a Column>,
    numbers: impl Fn(&Column, &[u32], &mut Vec<T>) -> Option<()>,
) -> Option<Vec<T>> {
    const LONG: usize = 16;
    let (first, last) = (entities.first()? / SEGMENT, entities.last()? / SEGMENT);
    let segments = last.checked_sub(first)? as usize + 1;
    if segments * LONG > entities.len() || !entities.is_sorted() {
        return None;
    }
    let mut values = Vec::with_capacity(entities.len());
    for run in entities.chunk_by(|left, right| left / SEGMENT == right / SEGMENT) {
        numbers(column(run[0] / SEGMENT)?, run, &mut values)?;
    }
    Some(values)
}

/// The values as they come: typed as long as they are of the type of the first.
fn mixed<'a>(entities: &[u32], mut column: impl FnMut(u32) -> Option<&'a Column>) -> Gathered {
    let mut gathered = Gathered::Values(Vec::new());
    for (index, entity) in entities.iter().enumerate() {
        let cell = cell(&mut column, *entity);
        if index == 0 {
            gathered = start(&cell, entities.len());
        }
        push(&mut gathered, &cell, entities.len());
    }
    gathered
}

fn cell<'a>(column: &mut impl FnMut(u32) -> Option<&'a Column>, entity: u32) -> Cell<'a> {
    let (segment, place) = split(entity);
    column(segment).map_or(Cell::Absent, |column| column.cell(place))
}

fn start(cell: &Cell<'_>, capacity: usize) -> Gathered {
    match cell {
        Cell::Int(_) | Cell::Other(Value::Int(_)) => Gathered::Ints(Vec::with_capacity(capacity)),
        Cell::Float(_) | Cell::Other(Value::Float(_)) => Gathered::Floats(Vec::with_capacity(capacity)),
        Cell::Bool(_) | Cell::Other(Value::Bool(_)) => Gathered::Bools(Vec::with_capacity(capacity)),
        _ => Gathered::Values(Vec::with_capacity(capacity)),
    }
}

#[inline]
fn push(gathered: &mut Gathered, cell: &Cell<'_>, capacity: usize) {
    match (&mut *gathered, cell) {
        (Gathered::Ints(values), Cell::Int(value) | Cell::Other(Value::Int(value))) => values.push(*value),
        (Gathered::Floats(values), Cell::Float(value) | Cell::Other(Value::Float(value))) => values.push(*value),
        (Gathered::Bools(values), Cell::Bool(value) | Cell::Other(Value::Bool(value))) => values.push(*value),
        (Gathered::Values(values), cell) => values.push(cell.to_value()),
        (_, cell) => {
            let mut values = Vec::with_capacity(capacity);
            move_values(gathered, &mut values);
            values.push(cell.to_value());
            *gathered = Gathered::Values(values);
        }
    }
}

/// Turns typed values that were gathered into plain ones, at the first that does not fit.
fn move_values(gathered: &Gathered, values: &mut Vec<Value>) {
    match gathered {
        Gathered::Ints(typed) => values.extend(typed.iter().map(|value| Value::Int(*value))),
        Gathered::Floats(typed) => values.extend(typed.iter().map(|value| Value::Float(*value))),
        Gathered::Bools(typed) => values.extend(typed.iter().map(|value| Value::Bool(*value))),
        Gathered::Values(typed) => values.extend(typed.iter().cloned()),
    }
}
