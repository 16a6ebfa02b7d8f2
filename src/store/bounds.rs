//! Entities of a segment held against bounds of a property.

use super::column::{Column, Columns, Data, Ints};
use super::split;
use crate::value::KeyId;

/// Between which numbers a value is, both included; where the first is beyond the second nothing is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Bounds {
    /// A number, by its type; what is no number is never within.
    Numbers {
        /// Between which integers.
        ints: (i64, i64),
        /// Between which floats.
        floats: (f64, f64),
    },
    /// The day of a date, counted from 1970-01-01.
    Days((i64, i64)),
}

impl Bounds {
    /// What is within both; `None` where they are of different kinds.
    pub fn and(self, other: Bounds) -> Option<Bounds> {
        match (self, other) {
            (Bounds::Days(one), Bounds::Days(other)) => Some(Bounds::Days(common(one, other))),
            (Bounds::Numbers { ints, floats }, Bounds::Numbers { ints: others, floats: (least, greatest) }) => {
                let floats = (floats.0.max(least), floats.1.min(greatest));
                Some(Bounds::Numbers { ints: common(ints, others), floats })
            }
            _ => None,
        }
    }
}

fn common((a, b): (i64, i64), (c, d): (i64, i64)) -> (i64, i64) {
    (a.max(c), b.min(d))
}

/// Leaves the entities, which ascend within one segment, whose value is within bounds; `false`, and nothing is done,
/// where the column holds other values.
pub(super) fn keep_within(columns: Option<&Columns>, key: KeyId, bounds: Bounds, entities: &mut Vec<u32>) -> bool {
    let Some(column) = columns.and_then(|columns| columns.column(key)) else {
        entities.clear();
        return true;
    };
    let (numbers, within) = match (&column.data, bounds) {
        (Data::Ints(numbers), Bounds::Numbers { ints, .. }) => (numbers, ints),
        (Data::Dates(numbers), Bounds::Days(days)) => (numbers, days),
        (Data::Floats(values), Bounds::Numbers { floats, .. }) => {
            keep(column, values, floats, entities);
            return true;
        }
        _ => return false,
    };
    match numbers {
        Ints::I8(values) => keep(column, values, within, entities),
        Ints::I16(values) => keep(column, values, within, entities),
        Ints::I32(values) => keep(column, values, within, entities),
        Ints::I64(values) => keep(column, values, within, entities),
    }
    true
}

fn keep<T: Copy + Into<N>, N: PartialOrd + Copy>(
    column: &Column,
    values: &[T],
    (least, greatest): (N, N),
    entities: &mut Vec<u32>,
) {
    // Without a branch: which way it goes cannot be foreseen.
    let has = |number: N| (least <= number) & (number <= greatest);
    let (Some(&first), Some(&last)) = (entities.first(), entities.last()) else { return };
    let (from, to) = (usize::from(split(first).1), usize::from(split(last).1));
    let mut kept = 0;
    if column.present.is_dense() && to - from + 1 == entities.len() {
        let values = values.get(from..values.len().min(to + 1)).unwrap_or_default();
        for (entity, value) in (first..).zip(values) {
            entities[kept] = entity;
            kept += usize::from(has((*value).into()));
        }
    } else {
        for at in 0..entities.len() {
            let entity = entities[at];
            let value = column.present.position(split(entity).1).map(|index| values[index].into());
            entities[kept] = entity;
            kept += usize::from(value.is_some_and(has));
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
            let bounds = match dates {
                true => Bounds::Days((least, greatest)),
                false => Bounds::Numbers { ints: (least, greatest), floats: (1.0, 0.0) },
            };
            prop_assert!(version.keep_nodes_within(key, bounds, &mut nodes));
            prop_assert_eq!(nodes, wanted);
        }
    }

    proptest! {
        #[test]
        fn floats_within_are_left(
            values in prop::collection::vec(prop_oneof![any::<f64>(), (-9i32..9).prop_map(f64::from)], 1..40),
            least in prop_oneof![any::<f64>(), Just(0.0), Just(-0.0)],
            greatest in prop_oneof![any::<f64>(), Just(f64::INFINITY)],
        ) {
            let mut version = Version::new();
            let key = version.intern_key("k");
            for value in &values {
                version.create_node(&[], &[(key, Value::Float(*value))]).unwrap();
            }
            let mut nodes: Vec<u32> = (0..values.len() as u32).collect();
            let bounds = Bounds::Numbers { ints: (1, 0), floats: (least, greatest) };
            prop_assert!(version.keep_nodes_within(key, bounds, &mut nodes));
            let within = |node: &u32| (least..=greatest).contains(&values[*node as usize]);
            prop_assert_eq!(nodes, (0..values.len() as u32).filter(within).collect::<Vec<_>>());
        }
    }

    #[test]
    fn other_values_are_not_looked_at() {
        let mut version = Version::new();
        let key = version.intern_key("k");
        for value in [Value::Int(1), Value::Float(2.0)] {
            version.create_node(&[], &[(key, value)]).unwrap();
        }
        let bounds = Bounds::Numbers { ints: (0, 9), floats: (0.0, 9.0) };
        let mut nodes = vec![0, 1];
        assert!(!version.keep_nodes_within(key, bounds, &mut nodes));
        assert_eq!(nodes, [0, 1]);
        let absent = version.intern_key("absent");
        assert!(version.keep_nodes_within(absent, bounds, &mut nodes));
        assert!(nodes.is_empty());
    }
}
