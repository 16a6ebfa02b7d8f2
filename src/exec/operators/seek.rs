//! Seeks: for each row the one node of a name or an identifier, or the nodes that have names.

use super::super::chunk::{Chunk, Live};
use super::super::column::Column;
use super::super::context::Context;
use super::super::eval::scalar::{Row, eval};
use super::super::eval::vector::{Rows, eval_column};
use super::resumable::{Progress, Resumable};
use super::scan::gather;
use super::{Operator, Stage};
use crate::error::{Phase, Result};
use crate::plan::logical::Probe;
use crate::semantic::bound::{EntityRef, Expr, Slot};
use crate::store::Resolution;
use crate::value::{NodeId, Value};
use std::sync::Arc;

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
            let out = gather(&chunk, &parents, &self.live, self.slot, Column::Nodes(nodes));
            if out.is_some() {
                return Ok(out);
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

/// For each row, the nodes that have a name, or one of some names.
pub(super) struct NameSeek {
    progress: Progress,
    live: Live,
    slot: Slot,
    probe: Arc<Probe>,
    /// What was found: the same for all rows.
    found: Option<Vec<u32>>,
    /// How much of it was given for the present row.
    given: usize,
}

impl NameSeek {
    pub(super) fn new(input: Stage, live: Live, slot: Slot, probe: Arc<Probe>) -> NameSeek {
        NameSeek { progress: Progress::new(input), live, slot, probe, found: None, given: 0 }
    }
}

impl Resumable for NameSeek {
    fn progress(&mut self) -> &mut Progress {
        &mut self.progress
    }

    fn go_on(&mut self, cx: &mut Context, chunk: &Chunk) -> Result<Option<Chunk>> {
        let found = self.found.get_or_insert_with(|| named(cx, &self.probe));
        let (mut parents, mut nodes) = (Vec::new(), Vec::new());
        while self.progress.row < chunk.rows() && nodes.len() < cx.batch() {
            cx.tick()?;
            let end = found.len().min(self.given + cx.batch() - nodes.len());
            nodes.extend_from_slice(&found[self.given..end]);
            parents.resize(nodes.len(), chunk.position(self.progress.row) as u32);
            self.given = end;
            if end == found.len() {
                self.given = 0;
                self.progress.row += 1;
            }
        }
        Ok(gather(chunk, &parents, &self.live, self.slot, Column::Nodes(nodes)))
    }

    fn forget(&mut self) {
        (self.found, self.given) = (None, 0);
    }
}

/// The nodes of the names looked for; all nodes when these are no texts, or cannot be computed.
fn named(cx: &Context, probe: &Probe) -> Vec<u32> {
    let value = |expr: &Expr| eval(cx, expr, Row::Chunk(&Chunk::default(), 0)).ok();
    let found = match probe {
        Probe::Equal(values) => values.first().and_then(value).and_then(|value| of_names(cx, &[value])),
        Probe::In(list) => match value(list) {
            Some(Value::List(items)) => of_names(cx, &items),
            Some(Value::Null) => Some(Vec::new()),
            _ => None,
        },
        _ => None,
    };
    found.unwrap_or_else(|| cx.graph().node_ids().map(|node| node.0).collect())
}

/// The nodes that have one of some names; `None` when one is neither a text nor null.
fn of_names(cx: &Context, names: &[Value]) -> Option<Vec<u32>> {
    let mut texts = Vec::with_capacity(names.len());
    for name in names {
        match name {
            Value::String(text) => texts.push(Arc::clone(text)),
            Value::Null => {}
            _ => return None,
        }
    }
    Some(cx.graph().nodes_named(&texts))
}
