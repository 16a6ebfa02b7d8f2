//! The keys of groups that depend on one node alone: computed once for each node, when nodes are met again and again.

use super::super::chunk::Chunk;
use super::super::column::Column;
use super::super::context::Context;
use super::super::eval::vector::{Rows, eval_column};
use super::super::grouping::Groups;
use super::super::memory::Held;
use super::aggregate::codes_of;
use crate::error::Result;
use crate::semantic::bound::{Expr, ExprKind, Slot};

/// What stands for a number not given yet.
const NONE: u32 = u32::MAX;
/// What stands for a number that is being found.
const PENDING: u32 = u32::MAX - 1;
/// One node in so many must have been met before numbers are kept by node.
const PART: usize = 8;

/// The numbers of a key's values by node.
pub(super) struct NodeKey {
    slot: Slot,
    by_node: Vec<u32>,
    met: usize,
    held: Held,
}

impl NodeKey {
    /// `None` when the key does not depend on one slot alone, or is the slot itself.
    pub(super) fn new(cx: &Context, key: &Expr) -> Option<NodeKey> {
        if !cx.settings().kernels || matches!(key.kind, ExprKind::Slot(_)) || !key.is_steady() {
            return None;
        }
        let slot = only_slot(key, None)??;
        Some(NodeKey { slot, by_node: Vec::new(), met: 0, held: Held::default() })
    }

    /// The numbers of a key, one for each row; `None` when they are to be computed for each row.
    pub(super) fn codes(
        &mut self,
        cx: &Context,
        groups: &mut Groups,
        at: usize,
        key: &Expr,
        chunk: &Chunk,
    ) -> Result<Option<Vec<u32>>> {
        let Column::Nodes(nodes) = chunk.column(self.slot) else { return Ok(None) };
        self.met += chunk.rows();
        if self.by_node.is_empty() && !self.begin(cx)? {
            return Ok(None);
        }
        let codes = match &chunk.selection {
            None => self.known(nodes.iter().copied()),
            Some(selection) => self.known(selection.iter().map(|&at| nodes[at as usize])),
        };
        // All are looked at, so that many are at once.
        if !codes.iter().fold(false, |any, code| any | (*code == NONE)) {
            return Ok(Some(codes));
        }
        let mut unknown: Vec<u32> = Vec::new();
        for (row, _) in codes.iter().enumerate().filter(|(_, code)| **code == NONE) {
            let position = chunk.position(row);
            let code = &mut self.by_node[nodes[position] as usize];
            if std::mem::replace(code, PENDING) == NONE {
                unknown.push(position as u32);
            }
        }
        let column = eval_column(cx, key, Rows::at(chunk, &unknown))?;
        let found = codes_of(cx, groups, at, &column, unknown.len())?;
        unknown.iter().zip(found).for_each(|(at, code)| self.by_node[nodes[*at as usize] as usize] = code);
        let rows = codes.into_iter().enumerate();
        let filled = rows.map(|(row, code)| match code {
            NONE => self.by_node[nodes[chunk.position(row)] as usize],
            code => code,
        });
        Ok(Some(filled.collect()))
    }

    /// The numbers of nodes, as far as they are known.
    fn known(&self, nodes: impl Iterator<Item = u32>) -> Vec<u32> {
        nodes.map(|node| self.by_node[node as usize]).collect()
    }

    /// Makes the table when enough nodes were met.
    fn begin(&mut self, cx: &Context) -> Result<bool> {
        let bound = cx.graph().node_bound() as usize;
        if self.met < bound / PART || cx.counters.changed() {
            return Ok(false);
        }
        self.held.grow(cx, 4 * bound as u64)?;
        self.by_node = vec![NONE; bound];
        Ok(true)
    }
}

/// The only slot that an expression reads: nothing when it may differ for the same value of one slot, and `Some(None)`
/// while no slot was met.
fn only_slot(expr: &Expr, found: Option<Slot>) -> Option<Option<Slot>> {
    match &expr.kind {
        ExprKind::Slot(slot) if found.is_none_or(|found| found == *slot) => Some(Some(*slot)),
        ExprKind::Slot(_) | ExprKind::Local(_) | ExprKind::Path(_) => None,
        _ => {
            let mut found = Some(found);
            expr.for_each_child(&mut |child| found = found.and_then(|found| only_slot(child, found)));
            found
        }
    }
}
