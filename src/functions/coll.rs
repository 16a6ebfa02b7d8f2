//! Functions that change lists or find something in them. They compare as `=` and `ORDER BY` do.

use super::arguments::{count, get, list, out_of_range};
use super::{Body, CallContext, Function};
use crate::error::Result;
use crate::value::Value;
use crate::value::arithmetic::check_list_size;
use crate::value::compare::{GroupKey, equals, order};
use hashbrown::HashSet;
use std::cmp::Ordering;

/// The table.
pub(crate) static FUNCTIONS: &[Function] = &[
    function!(
        List, "coll.distinct", [list: LIST], [], LIST, Body::Strict(distinct),
        "The elements of a list, equal ones once, in the order in which they first stand",
        ["coll.distinct([1, 2, 1.0, null, null])" => "[1, 2, null]"]
    ),
    function!(
        List, "coll.flatten", [list: LIST], [depth: INT], LIST, Body::Strict(flatten),
        "A list with the elements of the lists in it in their place, down to the given depth, which is 1",
        ["coll.flatten([1, [2, [3]]])" => "[1, 2, [3]]", "coll.flatten([1, [2, [3]]], 2)" => "[1, 2, 3]"]
    ),
    function!(
        List, "coll.indexOf", [list: LIST, value: ANY], [], INT, Body::Strict(index_of),
        "The place of the first element that equals a value, from 0; -1 when there is none",
        ["coll.indexOf(['a', 'b'], 'b')" => "1", "coll.indexOf([1], 2)" => "-1"]
    ),
    function!(
        List, "coll.insert", [list: LIST, index: INT, value: ANY], [], LIST, Body::Lenient(insert),
        "A list with a value put in at a place, from 0 to the size of the list",
        ["coll.insert([1, 3], 1, 2)" => "[1, 2, 3]", "coll.insert([1], 1, null)" => "[1, null]"]
    ),
    function!(
        List, "coll.max", [list: LIST], [], ANY, Body::Strict(max),
        "The greatest element of a list, nulls left aside; null when there is none",
        ["coll.max([1, 3, null, 2])" => "3", "coll.max([])" => "null"]
    ),
    function!(
        List, "coll.min", [list: LIST], [], ANY, Body::Strict(min),
        "The least element of a list, nulls left aside; null when there is none",
        ["coll.min([2, 1.5, null])" => "1.5"]
    ),
    function!(
        List, "coll.remove", [list: LIST, index: INT], [], LIST, Body::Strict(remove),
        "A list without the element at a place, from 0",
        ["coll.remove(['a', 'b'], 0)" => "['b']"]
    ),
    function!(
        List, "coll.sort", [list: LIST], [], LIST, Body::Strict(sort),
        "The elements of a list in the order of `ORDER BY`, nulls last",
        ["coll.sort([2, null, 1])" => "[1, 2, null]", "coll.sort(['b', 1, 'a'])" => "['a', 'b', 1]"]
    ),
];

fn distinct(_: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    let mut seen: HashSet<GroupKey, foldhash::fast::RandomState> = HashSet::default();
    let items = list("coll.distinct", arguments, 0)?.iter();
    Ok(Value::list(items.filter(|item| seen.insert(GroupKey((*item).clone()))).cloned().collect()))
}

fn flatten(context: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    let items = list("coll.flatten", arguments, 0)?;
    let depth = if arguments.len() < 2 { 1 } else { count("coll.flatten", "depth", arguments, 1)? };
    let mut flat = Vec::new();
    flatten_into(&mut flat, items, depth, context)?;
    Ok(Value::list(flat))
}

/// Recurses as deep as the list is nested: values are kept shallow where they are built.
fn flatten_into(flat: &mut Vec<Value>, items: &[Value], depth: usize, context: &CallContext<'_>) -> Result<()> {
    context.watch.check()?;
    for item in items {
        match item {
            Value::List(inner) if depth > 0 => flatten_into(flat, inner, depth - 1, context)?,
            _ => {
                check_list_size(flat.len() + 1, context.max_value_bytes)?;
                flat.push(item.clone());
            }
        }
    }
    Ok(())
}

fn index_of(_: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    let (items, value) = (list("coll.indexOf", arguments, 0)?, get(arguments, 1));
    let place = items.iter().position(|item| equals(item, value) == Some(true));
    Ok(Value::Int(place.map_or(-1, |place| place as i64)))
}

/// Only the value may be null.
fn insert(context: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    if get(arguments, 0).is_null() || get(arguments, 1).is_null() {
        return Ok(Value::Null);
    }
    let items = list("coll.insert", arguments, 0)?;
    let place = count("coll.insert", "index", arguments, 1)?;
    if place > items.len() {
        return Err(beyond("coll.insert", place, items.len()));
    }
    check_list_size(items.len() + 1, context.max_value_bytes)?;
    let mut longer = items.to_vec();
    longer.insert(place, get(arguments, 2).clone());
    Ok(Value::list(longer))
}

fn remove(_: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    let items = list("coll.remove", arguments, 0)?;
    let place = count("coll.remove", "index", arguments, 1)?;
    if place >= items.len() {
        return Err(beyond("coll.remove", place, items.len()));
    }
    let mut shorter = items.to_vec();
    shorter.remove(place);
    Ok(Value::list(shorter))
}

fn max(_: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    extreme("coll.max", arguments, Ordering::Greater)
}

fn min(_: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    extreme("coll.min", arguments, Ordering::Less)
}

fn extreme(function: &str, arguments: &[Value], keep: Ordering) -> Result<Value> {
    let items = list(function, arguments, 0)?.iter().filter(|item| !item.is_null());
    let best = items.reduce(|best, item| if order(item, best) == keep { item } else { best });
    Ok(best.cloned().unwrap_or_default())
}

fn sort(_: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    let mut items = list("coll.sort", arguments, 0)?.to_vec();
    items.sort_by(order);
    Ok(Value::list(items))
}

fn beyond(function: &str, place: usize, size: usize) -> crate::error::Error {
    out_of_range(format!("the index {place} of `{function}()` is beyond a list of {size} elements"))
}
