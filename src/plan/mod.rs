//! Bound query to physical plan.
//!
//! Takes a [`crate::semantic::bound::BoundQuery`] and the statistics of a version. Gives a [`physical::Plan`]: a tree
//! of operators with every choice made. Runs nothing.
//!
//! The way through: [`build`] writes the clauses as [`logical`] algebra; the logical [`rules`] rewrite it; [`lower`]
//! chooses an [`order`] for each pattern by the cardinalities of [`estimate`]; the physical rules rewrite operators;
//! [`liveness`] says which slots each operator carries on. [`grounds`] are what the outcome rests on; [`explain`] shows it.

pub mod build;
pub mod estimate;
pub mod explain;
pub mod grounds;
pub mod join;
pub mod liveness;
pub mod logical;
pub mod lower;
mod merge;
pub mod order;
mod pattern;
pub mod physical;
pub mod rules;
pub mod search;
pub mod share;
pub mod slots;
pub mod weight;

use crate::error::{Detail, Error, ErrorType, Phase, Result};
use crate::semantic::bound::BoundQuery;
use crate::store::Version;
use estimate::{Counts, Statistics};
use grounds::Noted;
use physical::{Node, Plan};
use std::collections::BTreeSet;

/// The most operators one plan may have: plans are walked by recursion when they run.
pub const MAX_OPERATORS: usize = 2_000;

/// What the planner may do.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// Whether any rule is applied. Without, patterns are matched in the order in which they are written.
    pub optimize: bool,
    /// Names of rules that are not applied; see [`rules::RULES`].
    pub disabled_rules: BTreeSet<String>,
    /// How many threads may work on a statement.
    pub threads: usize,
    /// From about how many rows on that operators give each other work is shared between threads.
    pub share_from: f64,
}

impl Default for Options {
    fn default() -> Options {
        Options { optimize: true, disabled_rules: BTreeSet::new(), threads: 1, share_from: 0.0 }
    }
}

impl Options {
    /// No rewriting at all.
    pub fn unoptimized() -> Options {
        Options { optimize: false, ..Options::default() }
    }

    /// Whether the rule of that name is applied.
    pub fn allows(&self, rule: &str) -> bool {
        self.optimize && !self.disabled_rules.contains(rule)
    }
}

/// Plans a statement for the statistics of a version.
///
/// # Errors
/// When the statement would need more than [`MAX_OPERATORS`] operators.
pub fn plan(query: &BoundQuery, version: &Version, options: &Options) -> Result<Plan> {
    plan_for(query, version, options)
}

fn plan_for(query: &BoundQuery, counts: &dyn Counts, options: &Options) -> Result<Plan> {
    let mut pipelines = build::pipelines(query);
    let noted = Noted::new(counts);
    rules::rewrite_logical(&mut pipelines, query, &noted, options);
    check_size(pipelines.size())?;
    let mut plan = lower::lower(query, &pipelines, &Statistics::new(&noted), options)?;
    plan.grounds = noted.into_grounds();
    if let Err(error) = check_size(size(&plan)) {
        dismantle(plan);
        return Err(error);
    }
    rules::rewrite_physical(&mut plan, query, options);
    liveness::fill(&mut plan, query);
    Ok(plan)
}

/// How many operators a plan has.
fn size(plan: &Plan) -> usize {
    let subplans = plan.subqueries.iter().flatten().map(|subplan| operators(&subplan.root));
    subplans.fold(operators(&plan.root), usize::saturating_add)
}

/// Drops a plan operator by operator: one that is too large must not be dropped by recursion.
fn dismantle(plan: Plan) {
    let roots = plan.subqueries.into_iter().flatten().map(|subplan| subplan.root);
    let mut open: Vec<Node> = roots.chain([plan.root]).collect();
    while let Some(root) = open.pop() {
        for mut node in root.into_chain() {
            let inner = node.op.inner_plans_mut().into_iter();
            open.extend(inner.map(|inner| std::mem::replace(inner, Node::from_chain(Vec::new()))));
        }
    }
}

fn check_size(count: usize) -> Result<()> {
    if count <= MAX_OPERATORS {
        return Ok(());
    }
    let message = format!("the statement needs {count} operators; at most {MAX_OPERATORS} are allowed");
    Err(Error::new(ErrorType::ResourceLimit, Phase::Compile, Detail::InputTooLarge, message)
        .hint("split it into several statements"))
}

/// How many operators a tree has.
fn operators(root: &Node) -> usize {
    let mut count = 0_usize;
    let mut next = Some(root);
    while let Some(node) = next {
        let inner: usize = node.op.inner_plans().map(operators).sum();
        count = count.saturating_add(1).saturating_add(inner);
        next = node.input.as_deref();
    }
    count
}

#[cfg(test)]
mod tests;
