//! Pairs of queries that mean the same.

use super::patterns::{Names, Pattern, Taste};
use super::queries;
use super::random::Random;
use std::collections::BTreeSet;

/// What the rewrites of one random query are made of.
struct Parts {
    /// A pattern, and the same pattern written in another order.
    pattern: String,
    other: String,
    nodes: BTreeSet<String>,
    rels: BTreeSet<String>,
    /// A predicate over what the pattern binds.
    predicate: String,
    /// What the pattern binds, as the columns of a projection.
    columns: String,
    /// An expression over what the pattern binds.
    value: String,
}

/// Two queries that must give the same rows.
pub fn queries_of_one_meaning(random: &mut Random) -> (String, String) {
    let rewrite = *random.of(REWRITES);
    let all_named = rewrite.all_named;
    let taste = Taste { hops: 4, paths: 3, variable_length: !all_named, all_named };
    let pattern = Pattern::random(random, &taste, &[], &mut Names::default());
    let (nodes, rels) = pattern.names();
    let all: Vec<String> = nodes.iter().chain(&rels).cloned().collect();
    let columns = if all.is_empty() { "1 AS one".to_owned() } else { all.join(", ") };
    let predicate = queries::predicate_over(random, &nodes, &rels);
    let value = queries::value_over(random, &nodes, &rels);
    let (other, pattern) = (pattern.rewritten(random).text(), pattern.text());
    (rewrite.pair)(&Parts { pattern, other, nodes, rels, predicate, columns, value })
}

/// A way to write a query anew.
#[derive(Clone, Copy)]
struct Rewrite {
    /// Whether the pattern must name all its parts.
    all_named: bool,
    pair: fn(&Parts) -> (String, String),
}

const fn any(pair: fn(&Parts) -> (String, String)) -> Rewrite {
    Rewrite { all_named: false, pair }
}

const fn named(pair: fn(&Parts) -> (String, String)) -> Rewrite {
    Rewrite { all_named: true, pair }
}

/// Each equation holds for every graph.
const REWRITES: &[Rewrite] = &[
    any(partition),
    any(partition),
    any(reordered),
    any(reordered),
    named(matched_again),
    any(negated_twice),
    any(filtered_later),
    any(renamed),
    any(unwound),
    any(distinct_twice),
    any(counted),
    any(called),
    any(exists_as_count),
    any(pattern_as_exists),
    any(comprehended),
    any(collected),
    any(optional_when_there),
    any(case),
    any(grouped),
    any(nothing_added),
];

/// rows = rows where p ∪ rows where not p ∪ rows where p is null
fn partition(parts: &Parts) -> (String, String) {
    let Parts { pattern, predicate: p, columns, .. } = parts;
    let conditions = [format!("({p})"), format!("NOT ({p})"), format!("({p}) IS NULL")];
    let arms: Vec<String> =
        conditions.iter().map(|part| format!("MATCH {pattern} WHERE {part} RETURN {columns}")).collect();
    (format!("MATCH {pattern} RETURN {columns}"), arms.join(" UNION ALL "))
}

/// The paths of a pattern may come in any order and be read from either end.
fn reordered(parts: &Parts) -> (String, String) {
    let rest = format!("WHERE {} RETURN {}", parts.predicate, parts.columns);
    (format!("MATCH {} {rest}", parts.pattern), format!("MATCH {} {rest}", parts.other))
}

/// What was matched with every part named is there to be matched again, once.
fn matched_again(parts: &Parts) -> (String, String) {
    let first = format!("MATCH {} RETURN {}", parts.pattern, parts.columns);
    (first, format!("MATCH {} WITH * OPTIONAL MATCH {} RETURN {}", parts.pattern, parts.other, parts.columns))
}

/// p = not not p
fn negated_twice(parts: &Parts) -> (String, String) {
    let Parts { pattern, predicate, columns, .. } = parts;
    let with = |p: &str| format!("MATCH {pattern} WHERE {p} RETURN {columns}, {p} AS p");
    (with(&format!("({predicate})")), with(&format!("(NOT NOT ({predicate}))")))
}

/// A filter in the pattern is one after it.
fn filtered_later(parts: &Parts) -> (String, String) {
    let Parts { pattern, predicate, columns, .. } = parts;
    let last = format!("MATCH {pattern} WITH *, 1 AS added WITH * WHERE {predicate} RETURN {columns}");
    (format!("MATCH {pattern} WHERE {predicate} RETURN {columns}"), last)
}

/// Names do not matter.
fn renamed(parts: &Parts) -> (String, String) {
    let rename = |text: &str| {
        let (mut renamed, mut word) = (String::new(), String::new());
        for c in text.chars().chain([' ']) {
            if c.is_alphanumeric() || c == '_' {
                word.push(c);
                continue;
            }
            let known = parts.nodes.contains(&word) || parts.rels.contains(&word);
            renamed += &(if known { format!("zz_{word}") } else { word.clone() });
            word.clear();
            renamed.push(c);
        }
        renamed
    };
    let count = format!("MATCH {} WHERE {} RETURN {} AS v", parts.pattern, parts.predicate, parts.value);
    (count.clone(), rename(&count))
}

/// unwind [x] = x
fn unwound(parts: &Parts) -> (String, String) {
    let Parts { pattern, predicate, columns, value, .. } = parts;
    let first = format!("MATCH {pattern} WHERE {predicate} RETURN {columns}, {value} AS v");
    (first, format!("MATCH {pattern} WHERE {predicate} UNWIND [{value}] AS v RETURN {columns}, v"))
}

/// distinct distinct = distinct, and distinct is grouping by all columns
fn distinct_twice(parts: &Parts) -> (String, String) {
    let Parts { pattern, predicate, value, .. } = parts;
    let first = format!("MATCH {pattern} WHERE {predicate} RETURN DISTINCT {value} AS v");
    (first, format!("MATCH {pattern} WHERE {predicate} WITH {value} AS v, count(*) AS c RETURN DISTINCT v"))
}

/// count(*) is the number of rows
fn counted(parts: &Parts) -> (String, String) {
    let Parts { pattern, predicate, columns, .. } = parts;
    let first = format!("MATCH {pattern} WHERE {predicate} RETURN count(*) AS n");
    (first, format!("MATCH {pattern} WHERE {predicate} WITH {columns}, 1 AS added RETURN size(collect(added)) AS n"))
}

/// A query in `CALL { … }` is the query.
fn called(parts: &Parts) -> (String, String) {
    let Parts { pattern, predicate, columns, .. } = parts;
    let first = format!("MATCH {pattern} WHERE {predicate} RETURN {columns}");
    let names: Vec<&str> = columns.split(", ").map(|column| column.rsplit(' ').next().unwrap_or(column)).collect();
    (first.clone(), format!("UNWIND [1] AS outer CALL {{ {first} }} RETURN {}", names.join(", ")))
}

/// exists = the count is not 0
fn exists_as_count(parts: &Parts) -> (String, String) {
    let Parts { pattern, predicate, .. } = parts;
    let inner = format!("MATCH {pattern} WHERE {predicate} RETURN 1 AS one");
    (format!("RETURN EXISTS {{ {inner} }} AS e"), format!("RETURN COUNT {{ {inner} }} > 0 AS e"))
}

/// A path as a predicate is an `EXISTS` of it.
fn pattern_as_exists(parts: &Parts) -> (String, String) {
    let Parts { pattern, nodes, .. } = parts;
    let Some(node) = nodes.iter().next() else { return counted(parts) };
    let path = format!("({node})-[:R|S]-(:A)");
    let first = format!("MATCH {pattern} RETURN {node} AS n, {{e: EXISTS {{ {path} }}}} AS e");
    (first, format!("MATCH {pattern} RETURN {node} AS n, {{e: size([{path} | 1]) > 0}} AS e"))
}

/// A pattern comprehension collects what a subquery gives.
fn comprehended(parts: &Parts) -> (String, String) {
    let Parts { pattern, nodes, .. } = parts;
    let Some(node) = nodes.iter().next() else { return counted(parts) };
    let first = format!("MATCH {pattern} RETURN {node} AS n, [({node})-[zr]-(zm) WHERE zm.k > 0 | zm.v] AS l");
    let subquery = format!("COLLECT {{ MATCH ({node})-[zr]-(zm) WHERE zm.k > 0 RETURN zm.v AS v }}");
    (first, format!("MATCH {pattern} RETURN {node} AS n, {subquery} AS l"))
}

/// Collecting and unwinding gives all values but nulls.
fn collected(parts: &Parts) -> (String, String) {
    let Parts { pattern, value, .. } = parts;
    let first = format!("MATCH {pattern} WITH {value} AS v WHERE v IS NOT NULL RETURN v");
    (first, format!("MATCH {pattern} WITH collect({value}) AS vs UNWIND vs AS v RETURN v"))
}

/// Where something matches, `OPTIONAL` says nothing.
fn optional_when_there(parts: &Parts) -> (String, String) {
    let Parts { pattern, predicate, columns, .. } = parts;
    let first = format!("MATCH {pattern} WHERE {predicate} RETURN {columns}");
    let there = format!("EXISTS {{ MATCH {pattern} WHERE {predicate} RETURN 1 AS one }}");
    (first, format!("WITH {there} AS there WHERE there OPTIONAL MATCH {pattern} WHERE {predicate} RETURN {columns}"))
}

/// A condition is true, false or null, and nothing else.
fn case(parts: &Parts) -> (String, String) {
    let Parts { pattern, predicate: p, columns, .. } = parts;
    let case = format!("CASE WHEN {p} THEN true WHEN NOT ({p}) THEN false END");
    (format!("MATCH {pattern} RETURN {columns}, ({p}) AS p"), format!("MATCH {pattern} RETURN {columns}, {case} AS p"))
}

/// Counts by group add up, and each group is what a filter by its key finds.
fn grouped(parts: &Parts) -> (String, String) {
    let Parts { pattern, value, .. } = parts;
    let first = format!("MATCH {pattern} WITH {value} AS v, count(*) AS c RETURN sum(c) AS n, count(v) AS k");
    let keys = format!("COUNT {{ MATCH {pattern} WITH DISTINCT {value} AS v WHERE v IS NOT NULL RETURN v }}");
    (first, format!("RETURN COUNT {{ MATCH {pattern} RETURN 1 AS one }} AS n, {keys} AS k"))
}

/// An empty arm adds nothing to a union.
fn nothing_added(parts: &Parts) -> (String, String) {
    let Parts { pattern, predicate, columns, .. } = parts;
    let first = format!("MATCH {pattern} WHERE {predicate} RETURN {columns}");
    let nothing = format!("MATCH {pattern} WHERE {predicate} RETURN {columns} LIMIT 0");
    (first.clone(), format!("{nothing} UNION ALL {first}"))
}
