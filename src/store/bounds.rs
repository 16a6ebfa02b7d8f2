//! Entities of a segment held against bounds of a property.

use super::column::{Column, Columns, Data, Ints};
use super::split;
use crate::value::KeyId;

/// Between which numbers an integer is, or the day of a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Whether it is the day of a date, counted from 1970-01-01.
    pub dates: bool,
    /// The least number.
    pub least: i64,
    /// The greatest number; below the least nothing is within.
    pub greatest: i64,
}

impl Bounds {
    /// What is within both.
    #[must_use]
    pub fn and(self, other: Bounds) -> Bounds {
        Bounds { least: self.least.max(other.least), greatest: self.greatest.min(other.greatest), ..self }
    }

    fn has(&self, number: i64) -> bool {
        // Without a branch: which way it goes cannot be foreseen.
        (self.least <= number) & (number <= self.greatest)
    }
}

/// Leaves the entities, which ascend within one segment, whose value is within bounds; `false`, and nothing is done,
/// where the column holds other values.
pub(super) fn keep_within(columns: Option<&Columns>, key: KeyId, bounds: Bounds, entities: &mut Vec<u32>) -> bool {
    let Some(column) = columns.and_then(|columns| columns.column(key)) else {
        entities.clear();
        return true;
    };
    let numbers = match (&column.data, bounds.dates) {
        (Data::Ints(numbers), false) | (Data::Dates(numbers), true) => numbers,
        _ => return false,
    };
    match numbers {
        Ints::I8(values) => keep(column, values, bounds, entities),
        Ints::I16(values) => keep(column, values, bounds, entities),
        Ints::I32(values) => keep(column, values, bounds, entities),
        Ints::I64(values) => keep(column, values, bounds, entities),
    }
    true
}

fn keep<T: Copy + Into<i64>>(column: &Column, values: &[T], bounds: Bounds, entities: &mut Vec<u32>) {
    let (Some(&first), Some(&last)) = (entities.first(), entities.last()) else { return };
    let (from, to) = (usize::from(split(first).1), usize::from(split(last).1));
    let mut kept = 0;
    if column.present.is_dense() && to - from + 1 == entities.len() {
        let values = values.get(from..values.len().min(to + 1)).unwrap_or_default();
        for (entity, value) in (first..).zip(values) {
            entities[kept] = entity;
            kept += usize::from(bounds.has((*value).into()));
        }
    } else {
        for at in 0..entities.len() {
            let entity = entities[at];
            let value = column.present.position(split(entity).1).map(|index| values[index].into());
            entities[kept] = entity;
            kept += usize::from(value.is_some_and(|value| bounds.has(value)));
        }
    }
    entities.truncate(kept);
}

#[cfg(test)]
mod tests {
    use super::super::Version;
    use super::*;
    use crate::value::temporal::Date;
    use crate::value::{NodeId, Value};
    use proptest::prelude::*;

    fn value() -> impl Strategy<Value = Value> {
        prop_oneof![
            4 => (-300i64..300).prop_map(Value::Int),
            1 => any::<i64>().prop_map(Value::Int),
            1 => Just(Value::Null),
        ]
    }

    proptest! {
        #[test]
        fn those_within_are_left(
            values in prop::collection::vec(value(), 1..40),
            (least, greatest) in (-310i64..310, -310i64..310),
            dates in any::<bool>(),
            kept in prop::collection::vec(any::<bool>(), 40),
        ) {
            let mut version = Version::new();
            let key = version.intern_key("k");
            for value in &values {
                let value = match value {
                    Value::Int(days) if dates => Value::Date(Date { days: days % 1000 }),
                    other => other.clone(),
                };
                version.create_node(&[], &[(key, value)]).unwrap();
            }
            let mut nodes: Vec<u32> = (0..values.len() as u32).filter(|node| kept[*node as usize]).collect();
            let number = |value: Value| match value {
                Value::Int(number) => Some(number),
                Value::Date(date) => Some(date.days),
                _ => None,
            };
            let within = |node: &u32| number(version.node_property(NodeId(*node), key));
            let wanted: Vec<u32> = nodes
                .iter()
                .copied()
                .filter(|node| within(node).is_some_and(|number| least <= number && number <= greatest))
                .collect();
            let bounds = Bounds { dates, least, greatest };
            prop_assert!(version.keep_nodes_within(key, bounds, &mut nodes));
            prop_assert_eq!(nodes, wanted);
        }
    }

    #[test]
    fn other_values_are_not_looked_at() {
        let mut version = Version::new();
        let key = version.intern_key("k");
        for value in [Value::Int(1), Value::Float(2.0)] {
            version.create_node(&[], &[(key, value)]).unwrap();
        }
        let bounds = Bounds { dates: false, least: 0, greatest: 9 };
        let mut nodes = vec![0, 1];
        assert!(!version.keep_nodes_within(key, bounds, &mut nodes));
        assert_eq!(nodes, [0, 1]);
        let absent = version.intern_key("absent");
        assert!(version.keep_nodes_within(absent, bounds, &mut nodes));
        assert!(nodes.is_empty());
    }
}
