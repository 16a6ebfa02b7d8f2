//! Operators that keep some rows.

use super::super::chunk::Chunk;
use super::super::column::Column;
use super::super::context::Context;
use super::super::eval::logic::label_test;
use super::super::eval::vector::{Rows, eval_truths};
use super::expand::node_at;
use super::{Operator, Stage};
use crate::error::Result;
use crate::semantic::bound::{Expr, LabelTest, Slot};
use crate::value::NodeId;
use std::sync::Arc;

/// Keeps the rows for which all predicates are true.
pub(super) struct Filter {
    input: Stage,
    predicates: Arc<Vec<Expr>>,
}

impl Filter {
    pub(super) fn new(input: Stage, predicates: Arc<Vec<Expr>>) -> Filter {
        Filter { input, predicates }
    }
}

/// The chunk with the rows selected for which all predicates are true; `None` when there are none.
pub(super) fn filtered(cx: &Context, predicates: &[Expr], chunk: Chunk) -> Result<Option<Chunk>> {
    let kept = kept(cx, predicates, &chunk)?;
    Ok(select(chunk, kept))
}

/// The positions for which all predicates are true.
fn kept(cx: &Context, predicates: &[Expr], chunk: &Chunk) -> Result<Vec<u32>> {
    let Some((first, rest)) = predicates.split_first() else { return Ok(chunk.positions()) };
    let truths = eval_truths(cx, first, Rows::of(chunk))?;
    let mut positions = match &chunk.selection {
        None => passing(0.., &truths),
        Some(selection) => passing(selection.iter().copied(), &truths),
    };
    for predicate in rest {
        if positions.is_empty() {
            break;
        }
        let truths = eval_truths(cx, predicate, Rows::at(chunk, &positions))?;
        let mut truths = truths.into_iter();
        positions.retain(|_| truths.next().unwrap_or(false));
    }
    Ok(positions)
}

/// The positions whose predicate is true. Each is written, and counts only then: which will, cannot be foreseen.
fn passing(positions: impl Iterator<Item = u32>, truths: &[bool]) -> Vec<u32> {
    let (mut kept, mut count) = (vec![0; truths.len()], 0);
    for (position, truth) in positions.zip(truths) {
        kept[count] = position;
        count += usize::from(*truth);
    }
    kept.truncate(count);
    kept
}

impl Operator for Filter {
    fn next(&mut self, cx: &mut Context) -> Result<Option<Chunk>> {
        while let Some(chunk) = self.input.next(cx)? {
            let chunk = filtered(cx, &self.predicates, chunk)?;
            if chunk.is_some() {
                return Ok(chunk);
            }
        }
        Ok(None)
    }

    fn reset(&mut self) {
        self.input.reset();
    }
}

/// Keeps the rows in which a node passes a test of its labels.
pub(super) struct LabelFilter {
    input: Stage,
    slot: Slot,
    test: LabelTest,
}

impl LabelFilter {
    pub(super) fn new(input: Stage, slot: Slot, test: LabelTest) -> LabelFilter {
        LabelFilter { input, slot, test }
    }

    fn kept(&self, cx: &Context, chunk: &Chunk) -> Result<Vec<u32>> {
        let graph = cx.graph();
        let mut positions = chunk.positions();
        if let Column::Nodes(nodes) = chunk.column(self.slot) {
            positions.retain(|&at| label_test(graph, NodeId(nodes[at as usize]), &self.test));
            return Ok(positions);
        }
        let mut kept = Vec::with_capacity(positions.len());
        for at in positions {
            if node_at(chunk, self.slot, at as usize)?.is_some_and(|node| label_test(graph, node, &self.test)) {
                kept.push(at);
            }
        }
        Ok(kept)
    }
}

impl Operator for LabelFilter {
    fn next(&mut self, cx: &mut Context) -> Result<Option<Chunk>> {
        while let Some(chunk) = self.input.next(cx)? {
            let kept = self.kept(cx, &chunk)?;
            if let Some(chunk) = select(chunk, kept) {
                return Ok(Some(chunk));
            }
        }
        Ok(None)
    }

    fn reset(&mut self) {
        self.input.reset();
    }
}

/// The chunk with these positions selected; `None` when there are none.
pub(super) fn select(mut chunk: Chunk, kept: Vec<u32>) -> Option<Chunk> {
    if kept.is_empty() {
        return None;
    }
    chunk.selection = (kept.len() < chunk.len).then_some(kept);
    Some(chunk)
}
