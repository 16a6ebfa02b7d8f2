//! What a scan leaves out at once: entities whose property is not within bounds.
//!
//! Comparisons of a number or date with a fixed one are bounds, which whole segments are held against. Anything else,
//! and columns that hold other values, are computed as a filter would.

use super::super::chunk::Chunk;
use super::super::column::Column;
use super::super::context::Context;
use super::super::eval::scalar::{Row, eval};
use super::super::eval::vector::{Rows, eval_truths};
use super::within::bounds_of;
use crate::error::Result;
use crate::semantic::bound::{Expr, ExprKind, Slot};
use crate::store::Bounds;
use crate::value::{KeyId, RelId, RelTypeId};

/// The tests of a scan.
pub(super) struct Screen {
    slot: Slot,
    tests: Vec<Expr>,
    /// What they are for the values of this run; found out with the first entities.
    screens: Option<Vec<Test>>,
}

enum Test {
    Within(KeyId, Bounds, Expr),
    Other(Expr),
}

impl Screen {
    pub(super) fn new(slot: Slot, tests: &[Expr]) -> Screen {
        Screen { slot, tests: tests.to_vec(), screens: None }
    }

    /// Leaves those nodes of a segment that pass.
    pub(super) fn keep_nodes(&mut self, cx: &Context, nodes: &mut Vec<u32>) -> Result<()> {
        if self.tests.is_empty() {
            return Ok(());
        }
        let slot = self.slot;
        for test in self.screens(cx)? {
            if let Test::Within(key, bounds, _) = test
                && cx.graph().keep_nodes_within(*key, *bounds, nodes)
            {
                continue;
            }
            retain(cx, (slot, test.expr()), nodes, |nodes| Column::Nodes(nodes.to_vec()))?;
        }
        Ok(())
    }

    /// Leaves those rows of a segment of a relationship type that pass.
    pub(super) fn keep_rels(&mut self, cx: &Context, rel_type: RelTypeId, rows: &mut Vec<u32>) -> Result<()> {
        if self.tests.is_empty() {
            return Ok(());
        }
        let slot = self.slot;
        let rels = |rows: &[u32]| Column::Rels(rows.iter().map(|&row| RelId { rel_type, row }).collect());
        for test in self.screens(cx)? {
            if let Test::Within(key, bounds, _) = test
                && cx.graph().keep_rels_within(rel_type, *key, *bounds, rows)
            {
                continue;
            }
            retain(cx, (slot, test.expr()), rows, rels)?;
        }
        Ok(())
    }

    fn screens(&mut self, cx: &Context) -> Result<&[Test]> {
        if self.screens.is_none() {
            self.screens = Some(self.found_out(cx)?);
        }
        Ok(self.screens.as_deref().unwrap_or_default())
    }

    /// Bounds for one property are joined.
    fn found_out(&self, cx: &Context) -> Result<Vec<Test>> {
        let mut found: Vec<Test> = Vec::new();
        for expr in self.tests.iter().flat_map(parts) {
            let test = match cx.settings().kernels {
                true => bounds(cx, expr)?,
                false => None,
            };
            let Some((key, bounds)) = test else {
                found.push(Test::Other(expr.clone()));
                continue;
            };
            let same = found.iter_mut().find_map(|test| match test {
                Test::Within(other, known, all) if *other == key => Some((known.and(bounds)?, known, all)),
                _ => None,
            });
            match same {
                Some((narrower, known, all)) => {
                    *known = narrower;
                    let both = vec![std::mem::replace(all, expr.clone()), expr.clone()];
                    *all = Expr::new(ExprKind::And(both), expr.span);
                }
                None => found.push(Test::Within(key, bounds, expr.clone())),
            }
        }
        Ok(found)
    }
}

impl Test {
    fn expr(&self) -> &Expr {
        match self {
            Test::Within(_, _, expr) | Test::Other(expr) => expr,
        }
    }
}

/// The operands of a conjunction, or the expression itself.
fn parts(expr: &Expr) -> &[Expr] {
    match &expr.kind {
        ExprKind::And(parts) => parts,
        _ => std::slice::from_ref(expr),
    }
}

/// The property and the bounds that a comparison sets it, when they are numbers or dates.
fn bounds(cx: &Context, expr: &Expr) -> Result<Option<(KeyId, Bounds)>> {
    let ExprKind::Compare(op, left, right) = &expr.kind else { return Ok(None) };
    let (key, fixed, op) = match (&left.kind, &right.kind) {
        (ExprKind::Property { id: Some(key), .. }, _) if right.is_fixed() => (*key, right, *op),
        (_, ExprKind::Property { id: Some(key), .. }) if left.is_fixed() => (*key, left, op.mirrored()),
        _ => return Ok(None),
    };
    let fixed = eval(cx, fixed, Row::Chunk(&Chunk::default(), 0))?;
    Ok(bounds_of(op, &fixed).map(|bounds| (key, bounds)))
}

/// Leaves the entities for which a predicate over a slot is true.
fn retain(
    cx: &Context,
    (slot, predicate): (Slot, &Expr),
    entities: &mut Vec<u32>,
    column: impl Fn(&[u32]) -> Column,
) -> Result<()> {
    if entities.is_empty() {
        return Ok(());
    }
    let mut chunk = Chunk::new(cx.frame(), entities.len());
    chunk.set(slot, column(entities));
    let mut truths = eval_truths(cx, predicate, Rows::of(&chunk))?.into_iter();
    entities.retain(|_| truths.next().unwrap_or(false));
    Ok(())
}
