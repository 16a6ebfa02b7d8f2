//! The rewrite rules, in the order in which they are applied.
//!
//! Each rule keeps the meaning of a statement: its equation says which two forms give the same rows. Each can be
//! switched off by its name; statements must give the same answer with any of them off.

mod cited_leaves;
mod common_label;
mod count_not_null;
mod expand_count;
mod fold_leaves;
mod hoist_subqueries;
mod implied_label;
mod impossible_pattern;
mod inclusion_exclusion;
mod index_seek;
mod intersect_count;
mod join_patterns;
mod label_predicates;
mod late_ends;
mod late_project;
mod merge_creates;
mod morsels;
mod name_seek;
mod needless_eager;
mod needless_sort;
mod no_loops;
mod node_by_id;
mod present_property;
mod reach;
mod row_counts;
mod scan_tests;
mod stored_counts;
mod top_k;
mod unique_key;

use super::Options;
use super::estimate::{Counts, conjuncts};
use super::logical::{Pipeline, Pipelines, QueryGraph};
use super::physical::{Node, Plan};
use super::slots::SlotSet;
use crate::semantic::bound::{BoundQuery, Expr, LabelTest, Slot, for_each_subquery};
use crate::value::LabelId;

/// The name of the rule that chooses the order of a pattern by cost.
pub const JOIN_ORDER: &str = "join_order";
/// The name of the rule that finds parts of a pattern by value.
pub const HASH_JOIN: &str = "hash_join";

/// A rule.
#[derive(Debug)]
pub struct Rule {
    /// Its name, for switching it off.
    pub name: &'static str,
    /// The two forms that give the same rows.
    pub equation: &'static str,
    action: Action,
}

/// What a rule rewrites.
#[derive(Debug)]
enum Action {
    /// A pipeline; nested ones come first.
    Pipeline(fn(&mut Pipeline)),
    /// A pipeline, with the query that it is of.
    Joined(fn(&mut Pipeline, &BoundQuery)),
    /// A pipeline, with the statistics of the version.
    CountedPipeline(fn(&mut Pipeline, &BoundQuery, &dyn Counts)),
    /// A pipeline, where an expected effort decides that the rules over query graphs are part of.
    Weighed(fn(&mut Pipeline, &BoundQuery, &dyn Counts, &Options)),
    /// A query graph, before its order is chosen, with the slots that are read after it.
    Graph(fn(&mut QueryGraph, &SlotSet, &BoundQuery)),
    /// A query graph, with the statistics of the version.
    Counted(fn(&mut QueryGraph, &BoundQuery, &dyn Counts)),
    /// A query graph, with the slots that are read after it and the statistics of the version.
    Costed(fn(&mut QueryGraph, &SlotSet, &BoundQuery, &dyn Counts)),
    /// The order of a query graph, and how its parts are joined.
    Order,
    /// The physical plan.
    Plan(fn(&mut Plan, &BoundQuery)),
    /// The physical plan, for so many threads.
    Shared(fn(&mut Plan, &Options)),
}

/// All rules.
pub const RULES: &[Rule] = &[
    merge_creates::RULE,
    join_patterns::RULE,
    label_predicates::RULE,
    top_k::RULE,
    needless_sort::RULE,
    count_not_null::RULE,
    present_property::RULE,
    unique_key::RULE,
    inclusion_exclusion::RULE,
    impossible_pattern::RULE,
    index_seek::RULE,
    name_seek::RULE,
    common_label::RULE,
    implied_label::RULE,
    node_by_id::RULE,
    no_loops::RULE,
    cited_leaves::RULE,
    fold_leaves::RULE,
    Rule {
        name: JOIN_ORDER,
        equation: "the parts of one pattern may be matched in any order: A ⋈ B = B ⋈ A, (A ⋈ B) ⋈ C = A ⋈ (B ⋈ C)",
        action: Action::Order,
    },
    Rule {
        name: HASH_JOIN,
        equation: "A × B WHERE f(A) = g(B) = A ⋈ B BY f(A) = g(B), with B matched once and found by the value of g",
        action: Action::Order,
    },
    hoist_subqueries::RULE,
    stored_counts::RULE,
    expand_count::RULE,
    intersect_count::RULE,
    late_ends::RULE,
    reach::RULE,
    row_counts::RULE,
    late_project::RULE,
    needless_eager::RULE,
    morsels::RULE,
    scan_tests::RULE,
];

/// The nodes that a pattern binds, each with the labels they are sure to have.
fn labelled(graph: &QueryGraph) -> Vec<(Slot, LabelId)> {
    let mut labelled = Vec::new();
    for node in graph.pattern.nodes.iter().filter(|node| !node.bound) {
        for test in conjuncts(node.labels.as_ref()) {
            if let LabelTest::Has(label) = test {
                labelled.push((node.slot, *label));
            }
        }
    }
    labelled
}

fn allowed(options: &Options) -> impl Iterator<Item = &'static Rule> {
    RULES.iter().filter(|rule| options.allows(rule.name))
}

/// Applies the rules over pipelines.
pub fn rewrite_logical(pipelines: &mut Pipelines, query: &BoundQuery, counts: &dyn Counts, options: &Options) {
    for rule in allowed(options) {
        let mut apply = |pipeline: &mut Pipeline| match rule.action {
            Action::Pipeline(rewrite) => rewrite(pipeline),
            Action::Joined(rewrite) => rewrite(pipeline, query),
            Action::CountedPipeline(rewrite) => rewrite(pipeline, query, counts),
            Action::Weighed(rewrite) => rewrite(pipeline, query, counts, options),
            _ => {}
        };
        if matches!(
            rule.action,
            Action::Pipeline(_) | Action::Joined(_) | Action::CountedPipeline(_) | Action::Weighed(_)
        ) {
            pipelines.root.for_each_nested(&mut apply);
            pipelines.subqueries.iter_mut().for_each(|each| each.for_each_nested(&mut apply));
        }
    }
}

/// Applies the rules over a query graph.
pub fn rewrite_graph(
    graph: &mut QueryGraph,
    needed: &SlotSet,
    query: &BoundQuery,
    counts: &dyn Counts,
    options: &Options,
) {
    for rule in allowed(options) {
        match rule.action {
            Action::Graph(rewrite) => rewrite(graph, needed, query),
            Action::Counted(rewrite) => rewrite(graph, query, counts),
            Action::Costed(rewrite) => rewrite(graph, needed, query, counts),
            _ => {}
        }
    }
}

/// Applies the rules over the physical plan, then drops the plans of subqueries that no expression refers to.
pub fn rewrite_physical(plan: &mut Plan, query: &BoundQuery, options: &Options) {
    for rule in allowed(options) {
        match rule.action {
            Action::Plan(rewrite) => rewrite(plan, query),
            Action::Shared(rewrite) => rewrite(plan, options),
            _ => {}
        }
    }
    drop_unused_subplans(plan);
}

fn drop_unused_subplans(plan: &mut Plan) {
    let mut used = vec![false; plan.subqueries.len()];
    let mut open = referenced(&plan.root);
    while let Some(id) = open.pop() {
        if used.get(id) == Some(&false) {
            used[id] = true;
            open.extend(plan.subqueries[id].iter().flat_map(|subplan| referenced(&subplan.root)));
        }
    }
    for (subplan, used) in plan.subqueries.iter_mut().zip(used) {
        if !used {
            *subplan = None;
        }
    }
}

/// The subqueries that expressions in a plan refer to.
fn referenced(root: &Node) -> Vec<usize> {
    let mut found = Vec::new();
    for node in root.chain() {
        let add = |expr: &Expr, found: &mut Vec<usize>| for_each_subquery(expr, &mut |id| found.push(id.0 as usize));
        node.op.expressions().into_iter().for_each(|expr| add(expr, &mut found));
        node.op.inner_plans().for_each(|inner| found.extend(referenced(inner)));
    }
    found
}

/// Calls `rewrite` with the chain of each plan in a tree, inner plans first.
fn for_each_chain(root: &mut Node, rewrite: &mut dyn FnMut(&mut Vec<Node>)) {
    let mut chain = std::mem::replace(root, Node::from_chain(Vec::new())).into_chain();
    for node in &mut chain {
        node.op.inner_plans_mut().into_iter().for_each(|inner| for_each_chain(inner, rewrite));
    }
    rewrite(&mut chain);
    *root = Node::from_chain(chain);
}

/// Calls `rewrite` with the chain of each plan, those of subqueries included.
fn for_each_chain_of(plan: &mut Plan, rewrite: &mut dyn FnMut(&mut Vec<Node>)) {
    for_each_chain(&mut plan.root, rewrite);
    plan.subqueries.iter_mut().flatten().for_each(|subplan| for_each_chain(&mut subplan.root, rewrite));
}
