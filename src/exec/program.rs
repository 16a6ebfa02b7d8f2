//! A plan that is ready to be run: what is the same for all its runs is worked out once.
//!
//! Operators are numbered: one, then those of its inner plans, then its input; those of subqueries inside expressions come
//! last. For each there is known what it carries on, whether its input comes in slices, and whether a part of the plan ends
//! with it.

use super::MAX_DEPTH;
use super::chunk::Live;
use crate::error::{Detail, Error, ErrorType, Result};
use crate::plan::physical::{Node, Op, Plan};
use std::sync::Arc;

/// For how many operators more an operator with an inner plan counts.
const INNER: usize = 4;
/// How many operators a part of a plan has at least.
const PART: usize = 64;

/// A plan with what its runs need to know of it.
#[derive(Debug)]
pub struct Program {
    plan: Arc<Plan>,
    /// What there is to know of each operator, by its number.
    steps: Vec<Step>,
    /// The number of the first operator of each subquery inside expressions.
    subqueries: Vec<usize>,
}

/// What there is to know of an operator.
#[derive(Clone, Debug)]
pub(super) struct Step {
    /// The slots that it carries on.
    pub(super) live: Live,
    /// Whether its input comes in slices that are cut before it.
    pub(super) sliced: bool,
    /// Whether a part of the plan ends with it.
    pub(super) ends_part: bool,
}

impl Program {
    /// Makes a plan ready to be run.
    ///
    /// # Errors
    /// When too many operators stand above one another.
    pub fn new(plan: Arc<Plan>) -> Result<Program> {
        check_depth(&plan)?;
        let (mut steps, mut subqueries) = (Vec::new(), Vec::new());
        add_steps(&plan.root, PART, &mut steps);
        for subplan in &plan.subqueries {
            subqueries.push(steps.len());
            subplan.iter().for_each(|subplan| add_steps(&subplan.root, usize::MAX, &mut steps));
        }
        Ok(Program { plan, steps, subqueries })
    }

    /// The plan.
    pub fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }

    /// How many operators there are.
    pub(super) fn size(&self) -> usize {
        self.steps.len()
    }

    pub(super) fn step(&self, number: usize) -> Option<&Step> {
        self.steps.get(number)
    }

    /// The number of the first operator of a subquery.
    pub(super) fn first_number(&self, subquery: usize) -> usize {
        self.subqueries.get(subquery).copied().unwrap_or_default()
    }
}

/// Every node of a plan in order of number: a node, then its inner plans, then its input.
pub(super) fn preorder<'a>(root: &'a Node, out: &mut Vec<&'a Node>) {
    for node in root.chain() {
        out.push(node);
        node.op.inner_plans().for_each(|inner| preorder(inner, out));
    }
}

/// Adds the steps of a plan of which parts of at least so many operators that end with changes are run by themselves.
fn add_steps(root: &Node, part: usize, steps: &mut Vec<Step>) {
    let mut chain = Vec::new();
    for node in root.chain() {
        chain.push((node, steps.len()));
        steps.push(Step { live: Live::new(&node.live), sliced: false, ends_part: false });
        node.op.inner_plans().for_each(|inner| add_steps(inner, usize::MAX, steps));
    }
    let mut climb = Climb::new(part);
    while let Some((node, number)) = chain.pop() {
        let met = climb.step(&node.op, chain.is_empty());
        (steps[number].sliced, steps[number].ends_part) = (met.sliced, met.ends_part);
    }
}

/// Fails when the operators of a plan stand too high above one another to be run.
fn check_depth(plan: &Plan) -> Result<()> {
    let subplans = plan.subqueries.iter().flatten().map(|subplan| &subplan.root);
    let inner = subplans.map(|root| depth(root, usize::MAX)).sum::<usize>();
    if depth(&plan.root, PART).saturating_add(inner) <= MAX_DEPTH {
        return Ok(());
    }
    let message = "the statement has too many clauses in a row, or subqueries inside one another";
    let error = Error::runtime(ErrorType::ResourceLimit, Detail::NestingTooDeep, message);
    Err(error.hint("run it as several statements"))
}

/// The greatest number of operators that are under way at the same time, when parts of at least `part` operators that
/// end with changes are run by themselves.
fn depth(root: &Node, part: usize) -> usize {
    let mut chain: Vec<&Node> = root.chain().collect();
    let (mut deepest, mut climb) = (0, Climb::new(part));
    while let Some(node) = chain.pop() {
        let inner = node.op.inner_plans().map(|inner| INNER + depth(inner, usize::MAX)).max().unwrap_or(0);
        let step = climb.step(&node.op, chain.is_empty());
        deepest = deepest.max(step.height + inner);
    }
    deepest
}

/// The way up a plan from its source: where its input is cut into slices, and where a part of it ends.
struct Climb {
    part: usize,
    height: usize,
    slicing: Slicing,
}

/// What is met on the way up.
struct Met {
    sliced: bool,
    /// How many operators are under way at the same time up to here, what cuts slices included.
    height: usize,
    ends_part: bool,
}

impl Climb {
    /// The way up a plan of which parts of at least so many operators that end with changes are run by themselves.
    fn new(part: usize) -> Climb {
        Climb { part, height: 0, slicing: Slicing::default() }
    }

    /// Goes on to an operator, which may be the last.
    fn step(&mut self, op: &Op, last: bool) -> Met {
        let sliced = self.height > 0 && self.slicing.before(op);
        self.height += 1 + usize::from(sliced);
        let ends_part = self.height >= self.part && op.changes_graph() && !last;
        let met = Met { sliced, height: self.height, ends_part };
        if ends_part {
            // The rows of the part stand in its place.
            self.height = 1;
        }
        met
    }
}

/// Whether rows come in slices, on the way up a plan.
#[derive(Default)]
struct Slicing(bool);

impl Slicing {
    /// Goes on to an operator; whether its input must be cut into slices. What builds no more rows than it gets keeps
    /// those of the slices below it.
    fn before(&mut self, op: &Op) -> bool {
        let cut = op.builds_values() && !self.0;
        self.0 = (self.0 || cut) && (op.keeps_or_multiplies() || matches!(op, Op::Project(_)));
        cut
    }
}
