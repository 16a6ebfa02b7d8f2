//! Seeks: for each row the one node of a name or an identifier.

use super::super::chunk::{Chunk, Live};
use super::super::column::Column;
use super::super::context::Context;
use super::super::eval::vector::{Rows, eval_column};
use super::{Operator, Stage};
use crate::error::{Phase, Result};
use crate::semantic::bound::{EntityRef, Expr, Slot};
use crate::store::Resolution;
use crate::value::{NodeId, Value};

/// For each row, the entity of a name or alias.
pub(super) struct EntitySeek {
    input: Stage,
    live: Live,
    slot: Slot,
    entity: EntityRef,
}

impl EntitySeek {
    pub(super) fn new(input: Stage, live: Live, slot: Slot, entity: EntityRef) -> EntitySeek {
        EntitySeek { input, live, slot, entity }
    }
}

impl Operator for EntitySeek {
    fn next(&mut self, cx: &mut Context) -> Result<Option<Chunk>> {
        while let Some(chunk) = self.input.next(cx)? {
            match cx.graph().resolve(&self.entity.name) {
                Resolution::One(node) => {
                    let mut chunk = chunk.compact(&self.live);
                    chunk.set(self.slot, Column::Nodes(vec![node.0; chunk.len]));
                    return Ok(Some(chunk));
                }
                Resolution::Unknown => {}
                Resolution::Ambiguous(nodes) => {
                    let graph = cx.graph();
                    let error = graph.ambiguous_entity(&self.entity.name, &nodes, Phase::Runtime);
                    return Err(error.at(self.entity.span));
                }
            }
        }
        Ok(None)
    }

    fn reset(&mut self) {
        self.input.reset();
    }
}

/// For each row, the node with an identifier.
pub(super) struct NodeById {
    input: Stage,
    live: Live,
    slot: Slot,
    id: Expr,
}

impl NodeById {
    pub(super) fn new(input: Stage, live: Live, slot: Slot, id: Expr) -> NodeById {
        NodeById { input, live, slot, id }
    }
}

impl Operator for NodeById {
    fn next(&mut self, cx: &mut Context) -> Result<Option<Chunk>> {
        while let Some(chunk) = self.input.next(cx)? {
            let (mut parents, mut nodes) = (Vec::new(), Vec::new());
            let ids = eval_column(cx, &self.id, Rows::of(&chunk))?;
            for row in 0..chunk.rows() {
                if let Some(node) = existing(cx, &ids.get(row)) {
                    parents.push(chunk.position(row) as u32);
                    nodes.push(node.0);
                }
            }
            if !nodes.is_empty() {
                let mut out = chunk.gather(&parents, &self.live);
                out.set(self.slot, Column::Nodes(nodes));
                return Ok(Some(out));
            }
        }
        Ok(None)
    }

    fn reset(&mut self) {
        self.input.reset();
    }
}

fn existing(cx: &Context, id: &Value) -> Option<NodeId> {
    let node = NodeId(u32::try_from(id.as_int()?).ok()?);
    cx.graph().contains_node(node).then_some(node)
}
