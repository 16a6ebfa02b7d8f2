//! The bounds within which numbers and dates compare in some way with a fixed one.
//!
//! Integers and floats compare by their exact values, so that a number of either type sets bounds to both.

use crate::store::Bounds;
use crate::syntax::ast::CompareOp;
use crate::value::Value;
use crate::value::compare::compare_int_float;
use std::cmp::Ordering;

/// The numbers of one type around a number that may be of another.
#[derive(Clone, Copy)]
struct Around<T> {
    /// The greatest that is not beyond it, and the least that is not before it.
    to: Option<T>,
    from: Option<T>,
    /// The last before it, and the first beyond it.
    before: Option<T>,
    after: Option<T>,
}

/// Numbers of one type.
struct Range<T> {
    least: T,
    greatest: T,
    /// Bounds that nothing is within.
    nothing: (T, T),
}

const INTS: Range<i64> = Range { least: i64::MIN, greatest: i64::MAX, nothing: (1, 0) };
const FLOATS: Range<f64> = Range { least: f64::NEG_INFINITY, greatest: f64::INFINITY, nothing: (1.0, 0.0) };

/// The bounds of what compares so with a value; `None` where these are none.
pub(super) fn bounds_of(op: CompareOp, value: &Value) -> Option<Bounds> {
    if op == CompareOp::NotEqual {
        return None;
    }
    match value {
        Value::Date(date) => Some(Bounds::Days(INTS.within(op, ints_at(date.days)))),
        Value::Int(number) => Some(Bounds::Numbers {
            ints: INTS.within(op, ints_at(*number)),
            floats: FLOATS.within(op, floats_around(*number)),
        }),
        Value::Float(number) if !number.is_nan() => Some(Bounds::Numbers {
            ints: INTS.within(op, ints_around(*number)),
            floats: FLOATS.within(op, floats_at(*number)),
        }),
        _ => None,
    }
}

impl<T: Copy> Range<T> {
    /// The bounds of what compares so with a number.
    fn within(&self, op: CompareOp, around: Around<T>) -> (T, T) {
        let bounds = match op {
            CompareOp::Equal => around.from.zip(around.to),
            CompareOp::Less => around.before.map(|before| (self.least, before)),
            CompareOp::LessEqual => around.to.map(|to| (self.least, to)),
            CompareOp::Greater => around.after.map(|after| (after, self.greatest)),
            CompareOp::GreaterEqual => around.from.map(|from| (from, self.greatest)),
            CompareOp::NotEqual => Some((self.least, self.greatest)),
        };
        bounds.unwrap_or(self.nothing)
    }
}

/// A number of the type, with those beside it.
fn at<T: Copy>(number: T, before: Option<T>, after: Option<T>) -> Around<T> {
    Around { to: Some(number), from: Some(number), before, after }
}

/// A number between two of the type that follow each other.
fn between<T: Copy>(before: Option<T>, after: Option<T>) -> Around<T> {
    Around { to: before, from: after, before, after }
}

fn ints_at(number: i64) -> Around<i64> {
    at(number, number.checked_sub(1), number.checked_add(1))
}

fn floats_at(number: f64) -> Around<f64> {
    let before = (number > f64::NEG_INFINITY).then(|| number.next_down());
    at(number, before, (number < f64::INFINITY).then(|| number.next_up()))
}

fn floats_around(number: i64) -> Around<f64> {
    let nearest = number as f64;
    match compare_int_float(number, nearest) {
        Some(Ordering::Less) => between(Some(nearest.next_down()), Some(nearest)),
        Some(Ordering::Greater) => between(Some(nearest), Some(nearest.next_up())),
        _ => floats_at(nearest),
    }
}

fn ints_around(number: f64) -> Around<i64> {
    let (floor, ceiling) = (number.floor(), number.ceil());
    let int = |number: f64| number as i64;
    match (compare_int_float(i64::MIN, floor), compare_int_float(i64::MAX, ceiling)) {
        (Some(Ordering::Greater), _) => between(None, Some(i64::MIN)),
        (_, Some(Ordering::Less)) => between(Some(i64::MAX), None),
        _ if floor == ceiling => ints_at(int(floor)),
        _ => between(Some(int(floor)), Some(int(ceiling))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const OPS: [CompareOp; 6] = [
        CompareOp::Equal,
        CompareOp::NotEqual,
        CompareOp::Less,
        CompareOp::LessEqual,
        CompareOp::Greater,
        CompareOp::GreaterEqual,
    ];

    fn number() -> impl Strategy<Value = Value> {
        let edge = [i64::MIN, i64::MIN + 1, -1, 0, 1, 1 << 53, (1 << 53) + 1, i64::MAX - 1, i64::MAX];
        let float = [-1e300, -9_223_372_036_854_775_808.0, -0.5, -0.0, 0.5, 9_223_372_036_854_775_808.0, f64::INFINITY];
        prop_oneof![
            (-5i64..5).prop_map(Value::Int),
            any::<i64>().prop_map(Value::Int),
            prop::sample::select(edge.to_vec()).prop_map(Value::Int),
            (-9i32..9).prop_map(|halves| Value::Float(f64::from(halves) / 2.0)),
            any::<f64>().prop_map(Value::Float),
            any::<i64>().prop_map(|number| Value::Float(number as f64)),
            prop::sample::select(float.to_vec()).prop_map(Value::Float),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]
        #[test]
        fn what_is_within_compares_so(value in number(), fixed in number(), op in prop::sample::select(OPS.to_vec())) {
            let Some(bounds) = bounds_of(op, &fixed) else {
                prop_assert!(op == CompareOp::NotEqual || matches!(fixed, Value::Float(number) if number.is_nan()));
                return Ok(());
            };
            let Bounds::Numbers { ints, floats } = bounds else { return Err(TestCaseError::fail("no numbers")) };
            let within = match value {
                Value::Int(number) => (ints.0..=ints.1).contains(&number),
                Value::Float(number) => (floats.0..=floats.1).contains(&number),
                _ => false,
            };
            prop_assert_eq!(Some(within), op.holds(&value, &fixed), "{:?} {:?} {:?}", value, op, fixed);
        }
    }
}
