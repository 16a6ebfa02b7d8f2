//! Functions of facts: relationships that say since when and until when they hold.

use super::arguments::{get, wrong_type};
use super::evidence::{Found, each_rel};
use super::graph::{rel, require_rel};
use super::{Body, CallContext, Function};
use crate::error::{Detail, Error, ErrorType, Result};
use crate::value::Value;
use crate::value::temporal::LocalDateTime;
use crate::value::temporal::construct::date_of;
use crate::value::temporal::validity::Validity;
use std::cmp::Ordering;
use std::sync::Arc;

/// The table.
pub(crate) static FUNCTIONS: &[Function] = &[
    function!(
        Predicate, "holds", [relationship: REL, from: DATE | LOCAL_DATE_TIME | DATE_TIME],
        [to: DATE | LOCAL_DATE_TIME | DATE_TIME], BOOL, Body::Strict(holds),
        "Whether a relationship holds at a moment, or at some time of a span: from its `since` (or else its `date`) to its \
         `until`, both included; what is missing is open, and a number is a year",
        [
            "holds(r, date('2001-06-01'))" => "true",
            "holds(r, date('1999-01-01'), date('2000-12-31'))" => "false",
        ]
    ),
    function!(
        List, variadic "cited", [], [values: ANY], LIST, Body::Cited(cited),
        "The relationships in the values, in lists and paths of them too, each once; then those that derived ones among them \
         rest on",
        ["size(cited(r, [r], null, p))" => "1"]
    ),
    function!(
        Predicate, "isDerived", [relationship: REL], [], BOOL, Body::Strict(is_derived),
        "Whether a relationship follows from others by a rule, and is not stored",
        ["isDerived(r)" => "false"]
    ),
    function!(
        Scalar, "derivedBy", [relationship: REL], [], STRING, Body::Strict(derived_by),
        "The name of the rule that derives a relationship; null of one that is stored",
        ["derivedBy(r)" => "null"]
    ),
];

fn is_derived(context: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    Ok(Value::Bool(context.graph.proof(rel("isDerived", arguments)?).is_some()))
}

fn derived_by(context: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    let proof = context.graph.proof(rel("derivedBy", arguments)?);
    Ok(proof.map_or(Value::Null, |proof| Value::String(Arc::clone(&proof.rule.name))))
}

fn cited(context: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    let mut found = Found::default();
    arguments.iter().for_each(|value| each_rel(value, &mut |rel| found.add(rel)));
    found.add_premises(context)?;
    Ok(Value::list(found.rels().iter().copied().map(Value::Rel).collect()))
}

fn holds(context: &CallContext<'_>, arguments: &[Value]) -> Result<Value> {
    let rel = rel("holds", arguments)?;
    require_rel(context.graph, rel)?;
    let from = moment(get(arguments, 1))?;
    let to = if arguments.len() > 2 { moment(get(arguments, 2))? } else { from };
    if order(from, to) == Ordering::Greater {
        let error =
            Error::runtime(ErrorType::ArgumentError, Detail::NumberOutOfRange, "the span ends before it begins");
        return Err(error.hint("give the earlier moment first"));
    }
    let graph = context.graph;
    let valid = Validity::of(|key| graph.rel_property_named(rel, key));
    let valid = valid.map_err(|bound| bound.error(graph.catalog().rel_type_name(rel.rel_type)))?;
    let begun = valid.from.is_null() || order(&valid.from, to) != Ordering::Greater;
    let over = !valid.until.is_null() && order(&valid.until, from) == Ordering::Less;
    Ok(Value::Bool(begun && !over))
}

fn moment(value: &Value) -> Result<&Value> {
    match date_of(value) {
        Some(_) => Ok(value),
        None => Err(wrong_type("holds", "a Date, LocalDateTime or DateTime", value)),
    }
}

/// The order of two moments, as exact as both are: instants by their instants, otherwise clock times, otherwise days.
fn order(left: &Value, right: &Value) -> Ordering {
    if let (Value::DateTime(left), Value::DateTime(right)) = (left, right) {
        return left.instant_nanos().cmp(&right.instant_nanos());
    }
    match (local_of(left), local_of(right)) {
        (Some(left), Some(right)) => left.cmp(&right),
        _ => date_of(left).cmp(&date_of(right)),
    }
}

fn local_of(value: &Value) -> Option<LocalDateTime> {
    match value {
        Value::LocalDateTime(local) => Some(*local),
        Value::DateTime(moment) => Some(moment.local),
        _ => None,
    }
}
