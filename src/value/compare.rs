//! The three relations over values, and one for tests.
//!
//! * Comparability: [`equals`] and [`less`] and its kin are the operators `=` and `<`. They know null as "unknown".
//! * Orderability: [`order`] sorts any two values, for `ORDER BY`, `min` and `max`.
//! * Equivalence: [`GroupKey`] decides what `DISTINCT` and grouping take for the same. It agrees with `=` except that
//!   null is null and NaN is NaN.
//!
//! Numbers are compared by their exact value in all three, never by rounding an integer to a float.

use super::{Map, Value};
use std::cmp::Ordering;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// What comparing two values with `<` can find.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// They are in this order.
    Ordered(Ordering),
    /// Both are numbers and one is NaN: every comparison is false.
    Unordered,
    /// One is null, or they are of different kinds: every comparison is null.
    Unknown,
}

impl Comparison {
    /// The answer to a question about the order.
    pub fn is(self, question: impl FnOnce(Ordering) -> bool) -> Option<bool> {
        match self {
            Comparison::Ordered(ordering) => Some(question(ordering)),
            Comparison::Unordered => Some(false),
            Comparison::Unknown => None,
        }
    }
}

/// `a = b`; `None` is null.
///
/// ```
/// use standpoint::value::{compare::equals, Value};
/// assert_eq!(equals(&Value::Int(1), &Value::Float(1.0)), Some(true));
/// assert_eq!(equals(&Value::Int(1), &"1".into()), Some(false));
/// assert_eq!(equals(&Value::Null, &Value::Null), None);
/// ```
pub fn equals(a: &Value, b: &Value) -> Option<bool> {
    match (a, b) {
        (Value::Null, _) | (_, Value::Null) => None,
        (Value::List(a), Value::List(b)) => equal_lists(a, b),
        (Value::Map(a), Value::Map(b)) => equal_maps(a, b),
        _ => Some(equal_scalars(a, b)),
    }
}

/// `a < b`; `None` is null.
pub fn less(a: &Value, b: &Value) -> Option<bool> {
    compare(a, b).is(Ordering::is_lt)
}

/// `a <= b`; `None` is null.
pub fn less_or_equal(a: &Value, b: &Value) -> Option<bool> {
    compare(a, b).is(Ordering::is_le)
}

/// `a > b`; `None` is null.
pub fn greater(a: &Value, b: &Value) -> Option<bool> {
    compare(a, b).is(Ordering::is_gt)
}

/// `a >= b`; `None` is null.
pub fn greater_or_equal(a: &Value, b: &Value) -> Option<bool> {
    compare(a, b).is(Ordering::is_ge)
}

/// Compares as `<`, `<=`, `>` and `>=` do. Numbers, texts, booleans, lists and temporal values of one type have an
/// order; durations, maps, nodes, relationships and paths have none.
pub fn compare(a: &Value, b: &Value) -> Comparison {
    match (a, b) {
        (Value::Int(_) | Value::Float(_), Value::Int(_) | Value::Float(_)) => {
            compare_numbers(a, b).map_or(Comparison::Unordered, Comparison::Ordered)
        }
        (Value::String(a), Value::String(b)) => Comparison::Ordered(a.cmp(b)),
        (Value::Bool(a), Value::Bool(b)) => Comparison::Ordered(a.cmp(b)),
        (Value::List(a), Value::List(b)) => compare_lists(a, b),
        (Value::Date(a), Value::Date(b)) => Comparison::Ordered(a.cmp(b)),
        (Value::LocalTime(a), Value::LocalTime(b)) => Comparison::Ordered(a.cmp(b)),
        (Value::Time(a), Value::Time(b)) => Comparison::Ordered(a.cmp(b)),
        (Value::LocalDateTime(a), Value::LocalDateTime(b)) => Comparison::Ordered(a.cmp(b)),
        (Value::DateTime(a), Value::DateTime(b)) => Comparison::Ordered(a.cmp(b)),
        _ => Comparison::Unknown,
    }
}

/// Sorts any two values. Ascending: maps, nodes, relationships, lists, paths, date-times, local date-times, dates,
/// times, local times, durations, texts, booleans, numbers, NaN, null.
pub fn order(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Int(a), Value::Int(b)) => a.cmp(b),
        (Value::String(a), Value::String(b)) => a.cmp(b),
        (Value::Int(_) | Value::Float(_), Value::Int(_) | Value::Float(_)) => order_numbers(a, b),
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::List(a), Value::List(b)) => order_lists(a, b),
        (Value::Map(a), Value::Map(b)) => order_maps(a, b),
        (Value::Node(a), Value::Node(b)) => a.cmp(b),
        (Value::Rel(a), Value::Rel(b)) => a.cmp(b),
        (Value::Path(a), Value::Path(b)) => a.nodes.cmp(&b.nodes).then_with(|| a.rels.cmp(&b.rels)),
        (Value::Date(a), Value::Date(b)) => a.cmp(b),
        (Value::LocalTime(a), Value::LocalTime(b)) => a.cmp(b),
        (Value::Time(a), Value::Time(b)) => a.cmp(b),
        (Value::LocalDateTime(a), Value::LocalDateTime(b)) => a.cmp(b),
        (Value::DateTime(a), Value::DateTime(b)) => a.cmp(b),
        (Value::Duration(a), Value::Duration(b)) => a.order(b),
        _ => rank(a).cmp(&rank(b)),
    }
}

/// The order of the kinds of two values: values of one kind stand together in [`order`], and only those can be `<`.
pub fn kind_order(a: &Value, b: &Value) -> Ordering {
    rank(a).cmp(&rank(b))
}

/// Whether grouping and `DISTINCT` take two values for the same.
pub fn group_eq(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Null, Value::Null) => true,
        (Value::List(a), Value::List(b)) => a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| group_eq(a, b)),
        (Value::Map(a), Value::Map(b)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|((k, a), (l, b))| k == l && group_eq(a, b))
        }
        (Value::Float(a), Value::Float(b)) if a.is_nan() => b.is_nan(),
        _ => equal_scalars(a, b),
    }
}

/// Feeds a hasher so that values that are [`group_eq`] hash alike.
pub fn group_hash<H: Hasher>(value: &Value, state: &mut H) {
    match value {
        Value::Int(number) => hash_int(*number, state),
        Value::Float(number) => hash_float(*number, state),
        _ => {
            state.write_u8(rank(value));
            hash_other(value, state);
        }
    }
}

/// A value as a key of a hash table, compared with [`group_eq`].
#[derive(Clone, Debug)]
pub struct GroupKey(pub Value);

impl PartialEq for GroupKey {
    fn eq(&self, other: &GroupKey) -> bool {
        group_eq(&self.0, &other.0)
    }
}

impl Eq for GroupKey {}

impl Hash for GroupKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        group_hash(&self.0, state);
    }
}

/// Whether two values are the same in type and content: 1 is not 1.0, NaN is NaN, null is null. For tests of
/// results.
pub fn identical(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Int(_), Value::Float(_)) | (Value::Float(_), Value::Int(_)) => false,
        (Value::List(a), Value::List(b)) => a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| identical(a, b)),
        (Value::Map(a), Value::Map(b)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|((k, a), (l, b))| k == l && identical(a, b))
        }
        _ => group_eq(a, b),
    }
}

/// Compares an integer with a float by their exact values; `None` for NaN.
pub fn compare_int_float(int: i64, float: f64) -> Option<Ordering> {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    if float.is_nan() {
        return None;
    }
    if float >= LIMIT {
        return Some(Ordering::Less);
    }
    if float < -LIMIT {
        return Some(Ordering::Greater);
    }
    let whole = float.trunc();
    Some(int.cmp(&(whole as i64)).then_with(|| 0.0_f64.total_cmp(&(float - whole + 0.0))))
}

/// The integer that a float is exactly, when there is one.
pub fn exact_int(float: f64) -> Option<i64> {
    let int = float as i64;
    (compare_int_float(int, float) == Some(Ordering::Equal)).then_some(int)
}

fn equal_scalars(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Int(a), Value::Int(b)) => a == b,
        (Value::Float(a), Value::Float(b)) => a == b,
        (Value::Int(int), Value::Float(float)) | (Value::Float(float), Value::Int(int)) => {
            compare_int_float(*int, *float) == Some(Ordering::Equal)
        }
        (Value::String(a), Value::String(b)) => Arc::ptr_eq(a, b) || a == b,
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Node(a), Value::Node(b)) => a == b,
        (Value::Rel(a), Value::Rel(b)) => a == b,
        (Value::Path(a), Value::Path(b)) => a == b,
        (Value::Date(a), Value::Date(b)) => a == b,
        (Value::LocalTime(a), Value::LocalTime(b)) => a == b,
        (Value::Time(a), Value::Time(b)) => a == b,
        (Value::LocalDateTime(a), Value::LocalDateTime(b)) => a == b,
        (Value::DateTime(a), Value::DateTime(b)) => a == b,
        (Value::Duration(a), Value::Duration(b)) => a == b,
        _ => false,
    }
}

fn equal_lists(a: &[Value], b: &[Value]) -> Option<bool> {
    if a.len() != b.len() {
        return Some(false);
    }
    all_known(a.iter().zip(b).map(|(a, b)| equals(a, b)))
}

fn equal_maps(a: &Map, b: &Map) -> Option<bool> {
    if a.len() != b.len() || !a.keys().eq(b.keys()) {
        return Some(false);
    }
    all_known(a.values().zip(b.values()).map(|(a, b)| equals(a, b)))
}

/// Conjunction in three-valued logic.
fn all_known(parts: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut result = Some(true);
    for part in parts {
        match part {
            Some(false) => return Some(false),
            Some(true) => {}
            None => result = None,
        }
    }
    result
}

fn compare_numbers(a: &Value, b: &Value) -> Option<Ordering> {
    match (a, b) {
        (Value::Int(a), Value::Int(b)) => Some(a.cmp(b)),
        (Value::Float(a), Value::Float(b)) => a.partial_cmp(b),
        (Value::Int(a), Value::Float(b)) => compare_int_float(*a, *b),
        (Value::Float(a), Value::Int(b)) => compare_int_float(*b, *a).map(Ordering::reverse),
        _ => None,
    }
}

/// The first pair of elements that differs decides; when there is none the shorter list comes first.
fn compare_lists(a: &[Value], b: &[Value]) -> Comparison {
    for (a, b) in a.iter().zip(b) {
        match compare(a, b) {
            Comparison::Ordered(Ordering::Equal) => {}
            // Values without an order may still be equal, and then do not decide.
            Comparison::Unknown if equals(a, b) == Some(true) => {}
            decided => return decided,
        }
    }
    Comparison::Ordered(a.len().cmp(&b.len()))
}

fn order_numbers(a: &Value, b: &Value) -> Ordering {
    compare_numbers(a, b).unwrap_or_else(|| is_nan(a).cmp(&is_nan(b)))
}

/// As [`order`] sorts two floats.
pub fn order_floats(a: &f64, b: &f64) -> Ordering {
    a.partial_cmp(b).unwrap_or_else(|| a.is_nan().cmp(&b.is_nan()))
}

fn is_nan(value: &Value) -> bool {
    matches!(value, Value::Float(number) if number.is_nan())
}

fn order_lists(a: &[Value], b: &[Value]) -> Ordering {
    let first = a.iter().zip(b).map(|(a, b)| order(a, b)).find(|ordering| ordering.is_ne());
    first.unwrap_or_else(|| a.len().cmp(&b.len()))
}

fn order_maps(a: &Map, b: &Map) -> Ordering {
    let values = || a.values().zip(b.values()).map(|(a, b)| order(a, b)).find(|ordering| ordering.is_ne());
    a.len().cmp(&b.len()).then_with(|| a.keys().cmp(b.keys())).then_with(|| values().unwrap_or(Ordering::Equal))
}

/// The place of a value's type in the total order.
fn rank(value: &Value) -> u8 {
    match value {
        Value::Map(_) => 0,
        Value::Node(_) => 1,
        Value::Rel(_) => 2,
        Value::List(_) => 3,
        Value::Path(_) => 4,
        Value::DateTime(_) => 5,
        Value::LocalDateTime(_) => 6,
        Value::Date(_) => 7,
        Value::Time(_) => 8,
        Value::LocalTime(_) => 9,
        Value::Duration(_) => 10,
        Value::String(_) => 11,
        Value::Bool(_) => 12,
        Value::Int(_) | Value::Float(_) => 13,
        Value::Null => 14,
    }
}

fn hash_int<H: Hasher>(number: i64, state: &mut H) {
    state.write_i64(number);
}

/// A float that is a whole number hashes as that integer; all NaNs hash alike.
fn hash_float<H: Hasher>(number: f64, state: &mut H) {
    match exact_int(number) {
        Some(int) => hash_int(int, state),
        None if number.is_nan() => state.write_u64(f64::NAN.to_bits()),
        None => state.write_u64(number.to_bits()),
    }
}

fn hash_other<H: Hasher>(value: &Value, state: &mut H) {
    match value {
        Value::Null | Value::Int(_) | Value::Float(_) => {}
        Value::Bool(flag) => flag.hash(state),
        Value::String(text) => text.hash(state),
        Value::List(items) => {
            state.write_usize(items.len());
            items.iter().for_each(|item| group_hash(item, state));
        }
        Value::Map(map) => {
            state.write_usize(map.len());
            for (key, item) in map.iter() {
                key.hash(state);
                group_hash(item, state);
            }
        }
        Value::Node(node) => node.hash(state),
        Value::Rel(rel) => rel.hash(state),
        Value::Path(path) => path.hash(state),
        Value::Date(date) => date.hash(state),
        Value::LocalTime(time) => time.hash(state),
        Value::Time(time) => time.hash(state),
        Value::LocalDateTime(at) => at.hash(state),
        Value::DateTime(at) => at.hash(state),
        Value::Duration(duration) => duration.hash(state),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::temporal::{DateTime, Duration, LocalDateTime, Time};
    use crate::value::{NodeId, Path, RelId, RelTypeId};
    use proptest::prelude::*;
    use std::hash::DefaultHasher;
    use std::sync::Arc;

    fn list(items: impl IntoIterator<Item = Value>) -> Value {
        Value::list(items.into_iter().collect())
    }

    fn map(items: &[(&str, Value)]) -> Value {
        Value::map(items.iter().map(|(key, value)| (Arc::from(*key), value.clone())).collect())
    }

    fn int(number: i64) -> Value {
        Value::Int(number)
    }

    const NULL: Value = Value::Null;
    const NAN: Value = Value::Float(f64::NAN);

    #[test]
    fn equality_of_numbers_is_exact() {
        let big = 9_007_199_254_740_993; // 2^53 + 1
        assert_eq!(equals(&int(big), &Value::Float(9_007_199_254_740_992.0)), Some(false));
        assert_eq!(less(&Value::Float(9_007_199_254_740_992.0), &int(big)), Some(true));
        assert_eq!(less(&int(i64::MAX), &Value::Float(9_223_372_036_854_775_808.0)), Some(true));
        assert_eq!(equals(&int(i64::MIN), &Value::Float(-9_223_372_036_854_775_808.0)), Some(true));
        assert_eq!(greater(&int(-1), &Value::Float(-1.5)), Some(true));
        assert_eq!(less(&int(1), &Value::Float(1.5)), Some(true));
        assert_eq!(equals(&int(0), &Value::Float(-0.0)), Some(true));
        assert_eq!(equals(&NAN, &NAN), Some(false));
    }

    #[test]
    fn equality_of_lists_is_three_valued() {
        let cases = [
            (list([int(1), int(2)]), list([int(1)]), Some(false)),
            (list([NULL]), list([int(1)]), None),
            (list(["a".into()]), list([int(1)]), Some(false)),
            (list([list([int(1)])]), list([list([int(1)]), list([NULL])]), Some(false)),
            (list([list([int(1)]), list([int(2)])]), list([list([int(1)]), list([NULL])]), None),
            (list([list([int(1)]), list([int(2), int(3)])]), list([list([int(1)]), list([NULL])]), Some(false)),
            (list([NULL, int(1)]), list([NULL, int(2)]), Some(false)),
        ];
        for (a, b, expected) in cases {
            assert_eq!(equals(&a, &b), expected, "{a:?} = {b:?}");
            assert_eq!(equals(&b, &a), expected, "{b:?} = {a:?}");
        }
    }

    #[test]
    fn equality_of_maps_needs_equal_keys() {
        let cases = [
            (map(&[]), map(&[]), Some(true)),
            (map(&[("k", int(1))]), map(&[("k", Value::Float(1.0))]), Some(true)),
            (map(&[]), map(&[("k", NULL)]), Some(false)),
            (map(&[("k", NULL)]), map(&[("k", NULL)]), None),
            (map(&[("k", NULL), ("l", int(1))]), map(&[("l", int(1))]), Some(false)),
            (map(&[("k", NULL), ("l", int(1))]), map(&[("k", int(1)), ("l", int(2))]), Some(false)),
        ];
        for (a, b, expected) in cases {
            assert_eq!(equals(&a, &b), expected, "{a:?} = {b:?}");
        }
    }

    #[test]
    fn comparing_lists() {
        let cases = [
            (list([int(1), int(0)]), list([int(1)]), Some(true)),
            (list([int(1), NULL]), list([int(1)]), Some(true)),
            (list([int(1), int(2)]), list([int(1), NULL]), None),
            (list([int(1), "a".into()]), list([int(1), NULL]), None),
            (list([int(1), int(2)]), list([int(3), NULL]), Some(false)),
        ];
        for (a, b, expected) in cases {
            assert_eq!(greater_or_equal(&a, &b), expected, "{a:?} >= {b:?}");
        }
    }

    #[test]
    fn nan_is_false_and_different_kinds_are_null() {
        for operator in [less, less_or_equal, greater, greater_or_equal] {
            assert_eq!(operator(&NAN, &int(1)), Some(false));
            assert_eq!(operator(&NAN, &NAN), Some(false));
            assert_eq!(operator(&NAN, &"a".into()), None);
            assert_eq!(operator(&int(1), &"1".into()), None);
            assert_eq!(operator(&NULL, &int(1)), None);
            let duration = Value::Duration(Arc::default());
            assert_eq!(operator(&duration, &duration), None);
        }
    }

    #[test]
    fn types_are_ordered() {
        let rel = RelId { rel_type: RelTypeId(0), row: 0 };
        let path = Path { nodes: vec![NodeId(0), NodeId(1)], rels: vec![rel] };
        let ascending = [
            map(&[("a", "map".into())]),
            Value::Node(NodeId(0)),
            Value::Rel(rel),
            list(["list".into()]),
            Value::Path(Arc::new(path)),
            Value::Duration(Arc::default()),
            "text".into(),
            Value::Bool(false),
            Value::Float(1.5),
            NAN,
            NULL,
        ];
        for (i, a) in ascending.iter().enumerate() {
            for (j, b) in ascending.iter().enumerate() {
                assert_eq!(order(a, b), i.cmp(&j), "{a:?} {b:?}");
            }
        }
    }

    #[test]
    fn lists_are_ordered() {
        let s = |text: &str| Value::from(text);
        let ascending = [
            list([]),
            list([s("a")]),
            list([s("a"), int(1)]),
            list([int(1)]),
            list([int(1), s("a")]),
            list([int(1), NULL]),
            list([NULL, int(1)]),
            list([NULL, int(2)]),
        ];
        assert!(ascending.is_sorted_by(|a, b| order(a, b).is_lt()));
    }

    #[test]
    fn moments_are_compared_in_utc() {
        let at = |seconds, offset| {
            let local = LocalDateTime { seconds, nanos: 0 };
            Value::DateTime(Arc::new(DateTime { local, offset, zone: None }))
        };
        assert_eq!(less(&at(7200, 7200), &at(3600, 0)), Some(true));
        assert_eq!(equals(&at(3600, 3600), &at(0, 0)), Some(false));
        let time = |nanos, offset| Value::Time(Time { nanos, offset });
        assert_eq!(less(&time(36_000_000_000_000, 3600), &time(34_514_000_000_000, 0)), Some(true));
    }

    #[test]
    fn durations_are_ordered_by_length() {
        let duration = |months, days| Value::Duration(Arc::new(Duration { months, days, ..Duration::default() }));
        assert_eq!(order(&duration(1, 0), &duration(0, 30)), Ordering::Greater);
        assert_eq!(order(&duration(1, 0), &duration(0, 31)), Ordering::Less);
        assert_eq!(order(&duration(i64::MAX, i64::MAX), &duration(i64::MIN, 0)), Ordering::Greater);
    }

    #[test]
    fn sameness_tells_types_apart() {
        assert!(identical(&list([NAN, NULL]), &list([NAN, NULL])));
        assert!(!identical(&list([int(1)]), &list([Value::Float(1.0)])));
        assert!(identical(&map(&[("k", int(1))]), &map(&[("k", int(1))])));
    }

    fn number() -> impl Strategy<Value = Value> {
        prop_oneof![
            any::<i64>().prop_map(Value::Int),
            (-3_i64..3).prop_map(Value::Int),
            (-3_i64..3).prop_map(|n| Value::Float(n as f64)),
            any::<i64>().prop_map(|n| Value::Float(n as f64)),
            any::<f64>().prop_map(Value::Float),
            Just(NAN),
        ]
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(NULL),
            any::<bool>().prop_map(Value::Bool),
            number(),
            "[ab]{0,2}".prop_map(|t| { Value::string(t) })
        ];
        leaf.prop_recursive(3, 12, 3, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..3).prop_map(Value::list),
                prop::collection::btree_map("[ab]".prop_map(Arc::from), inner, 0..3).prop_map(Value::map),
            ]
        })
    }

    fn hash(value: &Value) -> u64 {
        let mut hasher = DefaultHasher::new();
        group_hash(value, &mut hasher);
        hasher.finish()
    }

    proptest! {
        #[test]
        fn order_is_total(a in value(), b in value(), c in value()) {
            prop_assert_eq!(order(&a, &b), order(&b, &a).reverse());
            prop_assert_eq!(order(&a, &a), Ordering::Equal);
            if order(&a, &b).is_le() && order(&b, &c).is_le() {
                prop_assert!(order(&a, &c).is_le());
            }
        }

        #[test]
        fn the_relations_agree(a in value(), b in value()) {
            if let Some(same) = equals(&a, &b) && same {
                prop_assert!(group_eq(&a, &b));
            }
            prop_assert_eq!(group_eq(&a, &b), order(&a, &b).is_eq());
            if group_eq(&a, &b) {
                prop_assert_eq!(hash(&a), hash(&b));
            }
            if let Comparison::Ordered(ordering) = compare(&a, &b) {
                prop_assert_eq!(ordering, order(&a, &b));
            }
        }

        #[test]
        fn values_equal_to_themselves_group_as_they_are_equal(a in value(), b in value()) {
            let equal = equals(&a, &b) == Some(true);
            if equals(&a, &a) == Some(true) && equals(&b, &b) == Some(true) {
                prop_assert_eq!(group_eq(&a, &b), equal);
            } else {
                prop_assert!(!equal);
            }
        }

        #[test]
        fn numbers_group_as_they_compare(a in number(), b in number()) {
            prop_assert_eq!(group_eq(&a, &b), order(&a, &b).is_eq());
            if group_eq(&a, &b) {
                prop_assert_eq!(hash(&a), hash(&b));
            }
        }
    }
}
