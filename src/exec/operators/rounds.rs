//! What each hop of an expansion is: the same for every one, or, with a group, one hop of a round after another.

use super::super::context::Context;
use super::super::eval::{Interpreter, Row};
use super::super::paths::other_end;
use super::legs::Legs;
use crate::error::{Error, Result};
use crate::plan::physical::{Rounds, VarExpand};
use crate::semantic::bound::{Expr, Slot};
use crate::store::Version;
use crate::value::{NodeId, RelId, Value};

/// The hops of an expansion.
pub(super) struct Hops {
    legs: Vec<Legs>,
    predicates: Vec<Expr>,
    element: Slot,
    rounds: Option<Rounds>,
    reversed: bool,
}

/// A hop about to be made.
#[derive(Clone, Copy)]
pub(super) struct Step {
    pub(super) from: NodeId,
    pub(super) rel: RelId,
    pub(super) to: NodeId,
}

impl Hops {
    pub(super) fn new(plan: &VarExpand) -> Hops {
        let legs = match &plan.rounds {
            Some(rounds) => rounds.hops.iter().map(|hop| Legs::new(&hop.types, hop.way)).collect(),
            None => vec![Legs::new(&plan.types, plan.way)],
        };
        let (predicates, element) = (plan.predicates.clone(), plan.element);
        Hops { legs, predicates, element, rounds: plan.rounds.clone(), reversed: plan.reversed }
    }

    /// How many hops a round has.
    pub(super) fn per_round(&self) -> usize {
        self.legs.len().max(1)
    }

    /// The relationships that may be walked after so many hops.
    pub(super) fn legs(&self, depth: usize) -> Result<&Legs> {
        self.legs.get(depth % self.per_round()).ok_or_else(|| Error::internal("a round without hops"))
    }

    /// Whether a hop fulfils the conditions on it. `before` gives the hops of the trail so far, in order.
    pub(super) fn allow(
        &self,
        cx: &Context,
        row: Row<'_>,
        step: Step,
        depth: usize,
        before: &dyn Fn(usize) -> Option<Step>,
    ) -> Result<bool> {
        match &self.rounds {
            None => self.allow_each(cx, row, step.rel),
            Some(rounds) => allow_in_round(rounds, cx, row, step, depth, before),
        }
    }

    fn allow_each(&self, cx: &Context, row: Row<'_>, rel: RelId) -> Result<bool> {
        if self.predicates.is_empty() {
            return Ok(true);
        }
        let mut interpreter = Interpreter::new(cx, row);
        for predicate in &self.predicates {
            if !interpreter.holds_with(predicate, self.element, Value::Rel(rel))? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The slots of a group's variables, each with the number of its element.
    pub(super) fn lists(&self) -> &[(Slot, usize)] {
        self.rounds.as_ref().map_or(&[], |rounds| &rounds.lists)
    }

    /// What the element of a group was in every round of a trail, in the order of the pattern.
    pub(super) fn list(&self, element: usize, nodes: &[NodeId], rels: &[RelId]) -> Value {
        let stride = self.per_round();
        let at = |round: usize| round * stride + element / 2;
        let rounds = rels.len() / stride;
        let values = (0..rounds).filter_map(|round| match element % 2 {
            0 => along(nodes, at(round), self.reversed).map(Value::Node),
            _ => along(rels, at(round), self.reversed).map(Value::Rel),
        });
        Value::list(values.collect())
    }
}

fn allow_in_round(
    rounds: &Rounds,
    cx: &Context,
    row: Row<'_>,
    step: Step,
    depth: usize,
    before: &dyn Fn(usize) -> Option<Step>,
) -> Result<bool> {
    let position = depth.checked_rem(rounds.hops.len()).unwrap_or_default();
    let Some(hop) = rounds.hops.get(position) else { return Err(Error::internal("a round without hops")) };
    if hop.predicates.is_empty() {
        return Ok(true);
    }
    let mut interpreter = Interpreter::new(cx, row);
    let mut start = step.from;
    for (at, hop) in rounds.hops.iter().enumerate().take(position) {
        let Some(made) = before(depth - position + at) else { return Err(Error::internal("a trail with a gap")) };
        if at == 0 {
            start = made.from;
        }
        interpreter.set(hop.rel, Value::Rel(made.rel));
        interpreter.set(hop.node, Value::Node(made.to));
    }
    interpreter.set(rounds.start, Value::Node(start));
    interpreter.set(hop.rel, Value::Rel(step.rel));
    interpreter.set(hop.node, Value::Node(step.to));
    for predicate in &hop.predicates {
        if interpreter.truth(predicate)? != Some(true) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The nodes along relationships that begin at a node.
pub(super) fn nodes_along(graph: &Version, from: NodeId, rels: &[RelId]) -> Result<Vec<NodeId>> {
    let mut nodes = vec![from];
    let mut last = from;
    for &rel in rels {
        last = other_end(graph, rel, last)?;
        nodes.push(last);
    }
    Ok(nodes)
}

/// An item counted from the beginning, or from the end.
fn along<T: Copy>(items: &[T], at: usize, reversed: bool) -> Option<T> {
    let at = if reversed { items.len().checked_sub(at + 1)? } else { at };
    items.get(at).copied()
}
