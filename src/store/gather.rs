//! Vectorised property reads: one key of many entities.

use super::column::{Cell, Column, Columns};
use super::{Gathered, SEGMENT, split};
use crate::value::{KeyId, Value};

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

fn collect<'a>(entities: &[u32], mut column: impl FnMut(u32) -> Option<&'a Column>) -> Gathered {
    let first = entities.first().map_or(Cell::Absent, |entity| cell(&mut column, *entity));
    let typed = match first {
        Cell::Int(_) => {
            stretches(entities, &mut column).or_else(|| all(entities, &mut column, Column::int)).map(Gathered::Ints)
        }
        Cell::Float(_) => all(entities, &mut column, Column::float).map(Gathered::Floats),
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

/// The integers of entities that stand together in long stretches of segments; nothing when they do not, or one has no
/// integer.
fn stretches<'a>(entities: &[u32], mut column: impl FnMut(u32) -> Option<&'a Column>) -> Option<Vec<i64>> {
    const LONG: usize = 16;
    let (first, last) = (entities.first()? / SEGMENT, entities.last()? / SEGMENT);
    let segments = last.checked_sub(first)? as usize + 1;
    if segments * LONG > entities.len() || !entities.is_sorted() {
        return None;
    }
    let mut values = Vec::with_capacity(entities.len());
    for run in entities.chunk_by(|left, right| left / SEGMENT == right / SEGMENT) {
        column(run[0] / SEGMENT)?.ints_at(run, &mut values)?;
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
