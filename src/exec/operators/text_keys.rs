//! The keys of groups that are texts with codes: looked up once for each text, not for each row.

use super::super::chunk::Chunk;
use super::super::column::Column;
use super::super::context::Context;
use super::super::eval::vector::one_type;
use super::super::grouping::Groups;
use super::super::memory::Held;
use crate::error::Result;
use crate::semantic::bound::{Expr, ExprKind, Slot};
use crate::store::TextNumbers;
use crate::value::{KeyId, Value};
use std::sync::Arc;

/// The numbers of a key's texts, by their codes.
pub(super) struct TextKey {
    slot: Slot,
    key: KeyId,
    numbers: TextNumbers,
    /// Whether all texts had codes so far.
    coded: bool,
    held: Held,
}

impl TextKey {
    /// `None` when the key is not a property of what a slot holds.
    pub(super) fn new(cx: &Context, key: &Expr) -> Option<TextKey> {
        let ExprKind::Property { base, id: Some(key), .. } = &key.kind else { return None };
        let ExprKind::Slot(slot) = base.kind else { return None };
        let numbers = TextNumbers::default();
        cx.settings().kernels.then(|| TextKey { slot, key: *key, numbers, coded: true, held: Held::default() })
    }

    /// The numbers of a key, one for each row; `None` when they are to be computed for each row.
    pub(super) fn codes(
        &mut self,
        cx: &Context,
        groups: &mut Groups,
        at: usize,
        chunk: &Chunk,
    ) -> Result<Option<Vec<u32>>> {
        // Codes stay the same as long as the graph does.
        if !self.coded || cx.counters.changed() {
            return Ok(None);
        }
        let (graph, key) = (cx.graph(), self.key);
        let mut outcome = Ok(());
        let new = |_: usize, text: Option<&Arc<str>>| {
            let value = text.map_or(Value::Null, |text| Value::String(Arc::clone(text)));
            let code = groups.code(cx, at, &Column::Constant(value), 0);
            code.map_err(|error| outcome = Err(error)).ok()
        };
        let codes = match chunk.column(self.slot) {
            Column::Nodes(nodes) => {
                let nodes = selected(chunk, nodes, |node| *node);
                graph.number_nodes(&mut self.numbers, &nodes, key, new)
            }
            Column::Rels(rels) => {
                let Some(rel_type) = one_type(rels) else { return Ok(None) };
                let rows = selected(chunk, rels, |rel| rel.row);
                graph.number_rels(rel_type, &mut self.numbers, &rows, key, new)
            }
            _ => None,
        };
        outcome?;
        self.coded = codes.is_some();
        self.held.set(cx, self.numbers.bytes())?;
        Ok(codes)
    }
}

/// What the selected rows hold.
fn selected<T>(chunk: &Chunk, items: &[T], of: impl Fn(&T) -> u32) -> Vec<u32> {
    match &chunk.selection {
        None => items.iter().map(of).collect(),
        Some(selection) => selection.iter().map(|at| of(&items[*at as usize])).collect(),
    }
}
