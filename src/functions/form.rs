//! What looks like a function and has a syntax of its own. The entries are for help and completion: the binder knows
//! what the forms mean.

use super::{Body, Function};

/// The table.
pub(crate) static FUNCTIONS: &[Function] = &[
    function!(
        Predicate, "all", [], [], BOOL, Body::Form("all(variable IN list WHERE predicate)"),
        "Whether the predicate holds for every element of a list",
        ["all(x IN [1, 2] WHERE x > 0)" => "true", "all(x IN [] WHERE x > 0)" => "true"]
    ),
    function!(
        Predicate, "any", [], [], BOOL, Body::Form("any(variable IN list WHERE predicate)"),
        "Whether the predicate holds for some element of a list",
        ["any(x IN [1, 2] WHERE x > 1)" => "true", "any(x IN [null] WHERE x > 1)" => "null"]
    ),
    function!(
        Predicate, "none", [], [], BOOL, Body::Form("none(variable IN list WHERE predicate)"),
        "Whether the predicate holds for no element of a list",
        ["none(x IN [1, 2] WHERE x > 2)" => "true"]
    ),
    function!(
        Predicate, "single", [], [], BOOL, Body::Form("single(variable IN list WHERE predicate)"),
        "Whether the predicate holds for exactly one element of a list",
        ["single(x IN [1, 2] WHERE x > 1)" => "true"]
    ),
    function!(
        Predicate, "exists", [], [], BOOL, Body::Form("exists(pattern_or_property)"),
        "Whether a pattern is found, or a property is there",
        ["exists({a: 1}.a)" => "true", "exists({a: 1}.b)" => "false"]
    ),
    function!(
        List, "reduce", [], [], ANY, Body::Form("reduce(accumulator = initial, variable IN list | expression)"),
        "The value of an accumulator after an expression has taken in each element of a list",
        ["reduce(sum = 0, x IN [1, 2, 3] | sum + x)" => "6"]
    ),
    function!(
        Scalar, "entity", [], [], NODE, Body::Form("entity('name')"),
        "The node of that name or alias; an error when there is none or more than one",
        ["entity('Ann').name" => "'Ann'"]
    ),
    function!(
        Scalar, "shortestPath", [], [], PATH, Body::Form("shortestPath((from)-[*]-(to))"),
        "A path with the fewest relationships, null when there is none",
        ["length(shortestPath((@Ann)-[*]->(@Bob)))" => "1"]
    ),
    function!(
        List, "allShortestPaths", [], [], LIST, Body::Form("allShortestPaths((from)-[*]-(to))"),
        "Every path with the fewest relationships",
        ["size(allShortestPaths((@Ann)-[*]->(@Bob)))" => "1"]
    ),
];
