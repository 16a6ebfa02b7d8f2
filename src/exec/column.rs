//! One column of a chunk: the values of one slot for many rows.

use crate::store::Gathered;
use crate::value::{NodeId, RelId, RelLists, Value, compare, share_bytes};
use std::cmp::Ordering;

/// A position that stands for "no row": gathering it gives null.
pub(crate) const NO_ROW: u32 = u32::MAX;

/// The values of one slot. Typed columns hold no nulls.
#[derive(Clone, Debug, Default)]
pub enum Column {
    /// The slot holds nothing; reading it gives null.
    #[default]
    Unset,
    /// Nodes.
    Nodes(Vec<u32>),
    /// Relationships.
    Rels(Vec<RelId>),
    /// Integers.
    Ints(Vec<i64>),
    /// Floats.
    Floats(Vec<f64>),
    /// Booleans.
    Bools(Vec<bool>),
    /// Lists of relationships, in each of which one stands once.
    RelLists(RelLists),
    /// Anything.
    Values(Vec<Value>),
    /// The same value in every row.
    Constant(Value),
}

impl Column {
    /// Whether the slot holds nothing.
    pub fn is_unset(&self) -> bool {
        matches!(self, Column::Unset)
    }

    /// Whether it holds values of one simple type, none of them null.
    pub(crate) fn is_typed(&self) -> bool {
        !matches!(self, Column::Unset | Column::Values(_) | Column::Constant(_))
    }

    /// Whether the value at a position is null.
    pub(crate) fn is_null_at(&self, position: usize) -> bool {
        match self {
            Column::Values(items) => items.get(position).is_none_or(Value::is_null),
            Column::Constant(value) => value.is_null(),
            Column::Unset => true,
            _ => false,
        }
    }

    /// Where the value at a position stands in the total order, beside another.
    pub(crate) fn compare_at(&self, position: usize, other: &Value) -> Ordering {
        match (self, other) {
            (Column::Ints(items), Value::Int(other)) => items[position].cmp(other),
            (Column::Values(items), other) => compare::order(&items[position], other),
            (Column::Constant(value), other) => compare::order(value, other),
            _ => compare::order(&self.get(position), other),
        }
    }

    /// The value at a position, where it is held as a value.
    pub(crate) fn held(&self, position: usize) -> Option<&Value> {
        match self {
            Column::Values(values) => values.get(position),
            Column::Constant(value) => Some(value),
            _ => None,
        }
    }

    /// The value at a position; null when there is none.
    pub fn get(&self, position: usize) -> Value {
        let value = match self {
            Column::Unset => None,
            Column::Nodes(items) => items.get(position).map(|id| Value::Node(NodeId(*id))),
            Column::Rels(items) => items.get(position).map(|id| Value::Rel(*id)),
            Column::Ints(items) => items.get(position).map(|number| Value::Int(*number)),
            Column::Floats(items) => items.get(position).map(|number| Value::Float(*number)),
            Column::Bools(items) => items.get(position).map(|truth| Value::Bool(*truth)),
            Column::RelLists(lists) => (position < lists.len()).then(|| lists.value(position)),
            Column::Values(items) => items.get(position).cloned(),
            Column::Constant(value) => Some(value.clone()),
        };
        value.unwrap_or_default()
    }

    /// A column of these values, typed when they are all of one simple type.
    pub fn from_values(values: Vec<Value>) -> Column {
        match values.first() {
            Some(Value::Node(_)) => {
                typed(values, |v| if let Value::Node(n) = v { Some(n.0) } else { None }, Column::Nodes)
            }
            Some(Value::Rel(_)) => typed(values, |v| if let Value::Rel(r) = v { Some(*r) } else { None }, Column::Rels),
            Some(Value::Int(_)) => typed(values, Value::as_int, Column::Ints),
            Some(Value::Float(_)) => {
                typed(values, |v| if let Value::Float(f) = v { Some(*f) } else { None }, Column::Floats)
            }
            Some(Value::Bool(_)) => {
                typed(values, |v| if let Value::Bool(b) = v { Some(*b) } else { None }, Column::Bools)
            }
            _ => Column::Values(values),
        }
    }

    /// The column of the values at these positions; [`NO_ROW`] gives null.
    pub(crate) fn gather(&self, positions: &[u32]) -> Column {
        if !matches!(self, Column::Unset | Column::Values(_)) && positions.contains(&NO_ROW) {
            return Column::Values(positions.iter().map(|&at| self.get_or_null(at)).collect());
        }
        match self {
            Column::Unset => Column::Unset,
            Column::Nodes(items) => Column::Nodes(pick(items, positions)),
            Column::Rels(items) => Column::Rels(pick(items, positions)),
            Column::Ints(items) => Column::Ints(pick(items, positions)),
            Column::Floats(items) => Column::Floats(pick(items, positions)),
            Column::Bools(items) => Column::Bools(pick(items, positions)),
            Column::RelLists(lists) => Column::RelLists(pick_lists(lists, positions)),
            Column::Values(_) => Column::Values(positions.iter().map(|&at| self.get_or_null(at)).collect()),
            Column::Constant(value) => Column::Constant(value.clone()),
        }
    }

    fn get_or_null(&self, position: u32) -> Value {
        if position == NO_ROW { Value::Null } else { self.get(position as usize) }
    }

    /// The first `len` values as a list of values.
    pub(crate) fn into_values(self, len: usize) -> Vec<Value> {
        match self {
            Column::Values(values) => values,
            Column::Constant(value) => vec![value; len],
            Column::Unset => vec![Value::Null; len],
            other => (0..len).map(|at| other.get(at)).collect(),
        }
    }

    /// Appends a column of `added` rows to this one, which has `len`.
    pub(crate) fn append(&mut self, len: usize, other: Column, added: usize) {
        match (&mut *self, other) {
            (Column::Unset, Column::Unset) => {}
            (Column::Nodes(all), Column::Nodes(more)) => all.extend(more),
            (Column::Rels(all), Column::Rels(more)) => all.extend(more),
            (Column::Ints(all), Column::Ints(more)) => all.extend(more),
            (Column::Floats(all), Column::Floats(more)) => all.extend(more),
            (Column::Bools(all), Column::Bools(more)) => all.extend(more),
            (Column::RelLists(all), Column::RelLists(more)) => all.append(&more),
            (_, other) if len == 0 => *self = other.spread(added),
            (_, other) => {
                let mut all = std::mem::take(self).into_values(len);
                all.extend(other.into_values(added));
                *self = Column::Values(all);
            }
        }
    }

    /// The same column without `Constant`, so that it can grow.
    fn spread(self, len: usize) -> Column {
        match self {
            Column::Constant(value) => Column::from_values(vec![value; len]),
            other => other,
        }
    }

    /// About how many bytes are there because of it: of what others hold too, its share.
    pub(crate) fn bytes(&self) -> u64 {
        match self {
            Column::Unset => 0,
            Column::Nodes(items) => 4 * items.len() as u64,
            Column::Rels(items) => 8 * items.len() as u64,
            Column::Ints(items) => 8 * items.len() as u64,
            Column::Floats(items) => 8 * items.len() as u64,
            Column::Bools(items) => items.len() as u64,
            Column::RelLists(lists) => lists.bytes(),
            Column::Values(items) => items.iter().map(|value| share_bytes(value, 0)).sum(),
            Column::Constant(value) => share_bytes(value, 0),
        }
    }
}

impl From<Gathered> for Column {
    fn from(gathered: Gathered) -> Column {
        match gathered {
            Gathered::Ints(items) => Column::Ints(items),
            Gathered::Floats(items) => Column::Floats(items),
            Gathered::Bools(items) => Column::Bools(items),
            Gathered::Values(items) => Column::Values(items),
        }
    }
}

fn typed<T>(values: Vec<Value>, take: impl Fn(&Value) -> Option<T>, make: impl Fn(Vec<T>) -> Column) -> Column {
    match values.iter().map(take).collect::<Option<Vec<T>>>() {
        Some(items) => make(items),
        None => Column::Values(values),
    }
}

fn pick<T: Copy>(items: &[T], positions: &[u32]) -> Vec<T> {
    match positions.iter().max() {
        Some(&most) if (most as usize) < items.len() => positions.iter().map(|&at| items[at as usize]).collect(),
        _ => positions.iter().filter_map(|&at| items.get(at as usize).copied()).collect(),
    }
}

fn pick_lists(lists: &RelLists, positions: &[u32]) -> RelLists {
    let rels = positions.iter().map(|at| lists.get(*at as usize).len()).sum();
    let mut picked = RelLists::with_capacity(positions.len(), rels);
    positions.iter().for_each(|at| picked.push(lists.get(*at as usize).iter().copied()));
    picked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_one_type_make_a_typed_column() {
        assert!(matches!(Column::from_values(vec![Value::Int(1), Value::Int(2)]), Column::Ints(_)));
        assert!(matches!(Column::from_values(vec![Value::Int(1), Value::Null]), Column::Values(_)));
    }

    #[test]
    fn gathering_no_row_gives_null() {
        let column = Column::Ints(vec![7, 8]).gather(&[1, NO_ROW, 0]);
        assert_eq!(column.get(0).as_int(), Some(8));
        assert!(column.get(1).is_null());
        assert_eq!(column.get(2).as_int(), Some(7));
    }

    #[test]
    fn appending_other_types_keeps_all_values() {
        let mut column = Column::Ints(vec![1]);
        column.append(1, Column::Constant(Value::from("x")), 2);
        let texts: Vec<_> = column.into_values(3).iter().map(|v| v.as_str().map(str::to_owned)).collect();
        assert_eq!(texts, [None, Some("x".to_owned()), Some("x".to_owned())]);
    }
}
