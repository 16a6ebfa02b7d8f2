//! The paths to one point, shortest first, traced back from it.
//!
//! A partial path that needs `n` relationships so far and stands at a point at distance `d` from the start makes a path
//! of at least `n + d`: that is the order in which partial paths go on, so that whole ones come out by length. A path
//! that would use a relationship twice ends there. Among equals the latest goes on first, which keeps few of them open.

use super::super::super::context::Context;
use super::super::super::eval::Row;
use super::super::super::memory::Held;
use super::reach::{Pattern, Reach, hold};
use crate::error::{Error, Result};
use crate::semantic::bound::Slot;
use crate::value::{NodeId, RelId, Value};
use std::collections::BTreeMap;

/// About how many bytes an open partial path takes.
const STEP_BYTES: u64 = 32;

/// No step.
const END: u32 = u32::MAX;

/// A partial path: a point, and the rest of the path from there.
struct Step {
    point: u32,
    /// The step after it, or `END`.
    next: u32,
    /// The relationship to the step after it; `None` for a free move.
    rel: Option<RelId>,
    length: u32,
}

/// The partial paths to one point.
pub(super) struct Trace {
    steps: Vec<Step>,
    /// The open ones by the least length of what they can become.
    open: BTreeMap<u32, Vec<u32>>,
    /// Whether a path of this length cannot use a relationship twice.
    simple: Option<u32>,
    /// What can only become longer is not followed.
    longest: u32,
    most_steps: usize,
}

/// A whole path, in the order in which it was walked.
pub(super) struct Found {
    pub(super) length: u32,
    pub(super) end: NodeId,
    pub(super) rels: Vec<RelId>,
    /// The elements along it by their locals.
    elements: Vec<(Slot, Value)>,
}

impl Trace {
    /// All paths to a point. `simple`: whether the shortest of them use no relationship twice in any case.
    pub(super) fn new(reach: &Reach, point: u32, simple: bool) -> Trace {
        let distance = reach.points[point as usize].distance;
        let step = Step { point, next: END, rel: None, length: 0 };
        let simple = simple.then_some(distance);
        Trace {
            steps: vec![step],
            open: BTreeMap::from([(distance, vec![0])]),
            simple,
            longest: u32::MAX,
            most_steps: 1,
        }
    }

    /// Forgets what can only become longer than this, now and later.
    pub(super) fn forget_beyond(&mut self, length: u32) {
        self.longest = length;
        self.open.retain(|least, _| *least <= length);
    }

    /// The next path of at most this length.
    pub(super) fn next(
        &mut self,
        cx: &mut Context,
        held: &mut Held,
        (pattern, reach): (&Pattern, &Reach),
        row: Row<'_>,
        most: u32,
    ) -> Result<Option<Found>> {
        while let Some((index, least)) = self.pop(most) {
            cx.tick()?;
            if reach.points[self.steps[index as usize].point as usize].state == 0 {
                return self.found(index, pattern, reach).map(Some);
            }
            self.go_on(cx, held, (pattern, reach), row, (index, least))?;
        }
        Ok(None)
    }

    fn pop(&mut self, most: u32) -> Option<(u32, u32)> {
        let mut bucket = self.open.first_entry()?;
        let least = *bucket.key();
        if least > most {
            return None;
        }
        let index = bucket.get_mut().pop();
        if bucket.get().is_empty() {
            bucket.remove();
        }
        let index = index?;
        // With one length open, what came after this step is part of no open path.
        if self.open.keys().all(|other| *other == least) {
            self.steps.truncate(index as usize + 1);
        }
        Some((index, least))
    }

    fn go_on(
        &mut self,
        cx: &Context,
        held: &mut Held,
        (pattern, reach): (&Pattern, &Reach),
        row: Row<'_>,
        (index, least): (u32, u32),
    ) -> Result<()> {
        let Step { point, length, .. } = self.steps[index as usize];
        for &(before, rel) in reach.points[point as usize].before.iter().rev() {
            cx.tick()?;
            let length = length + u32::from(rel.is_some());
            let becomes = length.saturating_add(reach.points[before as usize].distance);
            if becomes > self.longest {
                continue;
            }
            let unchecked = pattern.plan.repeats || self.simple == Some(becomes);
            if rel.is_some_and(|rel| !unchecked && self.holds_rel(index, rel)) {
                continue;
            }
            let step = Step { point: before, next: index, rel, length };
            if rel.is_some() && !self.round_holds(cx, (pattern, reach), row, &step)? {
                continue;
            }
            let new = u32::try_from(self.steps.len()).map_err(|_| Error::internal("a search has too many steps"))?;
            self.steps.push(step);
            self.open.entry(becomes.max(least)).or_default().push(new);
        }
        if self.steps.len() > self.most_steps {
            held.grow(cx, STEP_BYTES * (self.steps.len() - self.most_steps) as u64)?;
            self.most_steps = self.steps.len();
        }
        Ok(())
    }

    /// The steps of a path from one of them on.
    fn from(&self, index: u32) -> impl Iterator<Item = &Step> {
        let after = |step: &&Step| self.steps.get(step.next as usize);
        std::iter::successors(self.steps.get(index as usize), after)
    }

    fn holds_rel(&self, index: u32, rel: RelId) -> bool {
        self.from(index).any(|step| step.rel == Some(rel))
    }

    /// Whether the round that a new step begins, if it begins one, fulfils the conditions on rounds.
    fn round_holds(
        &self,
        cx: &Context,
        (pattern, reach): (&Pattern, &Reach),
        row: Row<'_>,
        step: &Step,
    ) -> Result<bool> {
        let point = &reach.points[step.point as usize];
        let Some((part, 0)) = pattern.automaton.hop(point.state) else { return Ok(true) };
        let piece = &pattern.plan.pieces[part];
        if piece.round_conditions.is_empty() {
            return Ok(true);
        }
        let mut locals = vec![(piece.start, Value::Node(NodeId(point.node)))];
        let mut rel = step.rel;
        for (hop, next) in piece.hops.iter().zip(self.from(step.next)) {
            locals.extend(rel.map(|rel| (hop.rel, Value::Rel(rel))));
            locals.push((hop.node, Value::Node(NodeId(reach.points[next.point as usize].node))));
            rel = next.rel;
        }
        hold(cx, row, &piece.round_conditions, &locals)
    }

    fn found(&self, index: u32, pattern: &Pattern, reach: &Reach) -> Result<Found> {
        let missing = || Error::internal("a path without steps");
        let first = self.steps.get(index as usize).ok_or_else(missing)?;
        let (mut rels, mut elements, mut end) = (Vec::new(), Vec::new(), None);
        let mut steps = self.from(index).peekable();
        while let Some(step) = steps.next() {
            let point = &reach.points[step.point as usize];
            let here = Value::Node(NodeId(point.node));
            match pattern.automaton.part_before(point.state) {
                Some(part) => elements.push((pattern.plan.pieces[part].end, here.clone())),
                None if point.state == 0 => elements.push((pattern.plan.start, here.clone())),
                None => {}
            }
            end = Some(NodeId(point.node));
            let (Some(rel), Some(next)) = (step.rel, steps.peek()) else { continue };
            rels.push(rel);
            let Some((part, hop)) = pattern.automaton.hop(point.state) else { return Err(missing()) };
            let piece = &pattern.plan.pieces[part];
            let Some(made) = piece.hops.get(hop) else { return Err(missing()) };
            elements.push((made.rel, Value::Rel(rel)));
            if piece.rounds.is_some() {
                elements.extend((hop == 0).then_some((piece.start, here)));
                elements.push((made.node, Value::Node(NodeId(reach.points[next.point as usize].node))));
            }
        }
        Ok(Found { length: first.length, end: end.ok_or_else(missing)?, rels, elements })
    }
}

impl Found {
    /// What a local is along the path: one element, or the list of all of them in the order of the pattern.
    pub(super) fn element(&self, local: Slot, pattern: &Pattern) -> Value {
        let mut all: Vec<Value> =
            self.elements.iter().filter(|(other, _)| *other == local).map(|(_, value)| value.clone()).collect();
        if !in_rounds(pattern, local) {
            return all.pop().unwrap_or_default();
        }
        if pattern.plan.reversed {
            all.reverse();
        }
        Value::list(all)
    }

    /// Whether the path fulfils the conditions on whole paths.
    pub(super) fn holds(&self, cx: &Context, row: Row<'_>, pattern: &Pattern) -> Result<bool> {
        let plan = &pattern.plan;
        if plan.conditions.is_empty() {
            return Ok(true);
        }
        let single = self.elements.iter().filter(|(local, _)| !in_rounds(pattern, *local)).cloned();
        let lists = plan.lists.iter().map(|(list, element)| (*list, self.element(*element, pattern)));
        let locals: Vec<(Slot, Value)> = single.chain(lists).collect();
        hold(cx, row, &plan.conditions, &locals)
    }
}

/// Whether an element is met once in every round of some part.
fn in_rounds(pattern: &Pattern, local: Slot) -> bool {
    let within = |hops: &[crate::plan::search::SearchHop]| hops.iter().any(|hop| hop.rel == local || hop.node == local);
    let mut parts = pattern.plan.pieces.iter().filter(|piece| piece.rounds.is_some());
    parts.any(|piece| piece.start == local || within(&piece.hops))
}
