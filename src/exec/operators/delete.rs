//! Deletes nodes and relationships.

use super::super::chunk::{Chunk, Live};
use super::super::context::Context;
use super::super::eval::vector::{Rows, eval_column};
use super::super::memory::Held;
use super::buffer::Queue;
use super::{Operator, Stage, drain};
use crate::error::{Error, Result};
use crate::semantic::bound::Expr;
use crate::span::Span;
use crate::store::Version;
use crate::value::{NodeId, RelId, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Finds out what is to be deleted for all rows, then deletes relationships, then nodes.
pub(super) struct Delete {
    input: Stage,
    live: Live,
    detach: bool,
    targets: Vec<Expr>,
    run: bool,
    queue: Queue,
    held: Held,
}

/// About how many bytes it takes to remember what is to be deleted.
const DOOMED_BYTES: u64 = 32;

/// What is to be deleted.
#[derive(Default)]
struct Doomed {
    rels: BTreeSet<RelId>,
    /// Each with the place of the expression that named it.
    nodes: BTreeMap<NodeId, Span>,
}

impl Doomed {
    fn add(&mut self, graph: &Version, value: &Value, span: Span) -> Result<()> {
        let stored = |rel: &RelId| graph.check_stored(*rel).map_err(|error| error.at(span));
        match value {
            Value::Null => {}
            Value::Node(node) => {
                self.nodes.entry(*node).or_insert(span);
            }
            Value::Rel(rel) => {
                stored(rel)?;
                self.rels.insert(*rel);
            }
            Value::Path(path) => {
                path.rels.iter().try_for_each(stored)?;
                self.rels.extend(&path.rels);
                path.nodes.iter().for_each(|node| {
                    self.nodes.entry(*node).or_insert(span);
                });
            }
            other => {
                let message = format!("a value of type {} cannot be deleted", other.type_name());
                return Err(Error::type_error(message).at(span).hint("delete nodes, relationships or paths"));
            }
        }
        Ok(())
    }
}

impl Delete {
    pub(super) fn new(input: Stage, live: Live, detach: bool, targets: Vec<Expr>) -> Delete {
        Delete { input, live, detach, targets, run: false, queue: Queue::default(), held: Held::default() }
    }

    fn collect(&mut self, cx: &mut Context, chunk: &Chunk, doomed: &mut Doomed) -> Result<()> {
        let rows = Rows::of(chunk);
        for target in &self.targets {
            let column = eval_column(cx, target, rows)?;
            for row in 0..rows.len() {
                cx.tick()?;
                doomed.add(cx.graph(), &column.get(row), target.span)?;
            }
            self.held.grow(cx, DOOMED_BYTES * rows.len() as u64)?;
        }
        Ok(())
    }

    fn delete(&mut self, cx: &mut Context, mut doomed: Doomed) -> Result<()> {
        if cx.graph().derived().is_some() {
            for &node in doomed.nodes.keys() {
                cx.tick()?;
                cx.graph_mut().forget_derived_at(node);
            }
        }
        if self.detach {
            for &node in doomed.nodes.keys() {
                cx.tick()?;
                let before = doomed.rels.len();
                doomed.rels.extend(cx.graph().rels_of(node));
                self.held.grow(cx, DOOMED_BYTES * (doomed.rels.len() - before) as u64)?;
            }
        }
        for rel in doomed.rels {
            cx.tick()?;
            cx.counters.rels_deleted += u64::from(cx.graph_mut().delete_rel(rel));
        }
        for (node, span) in doomed.nodes {
            cx.tick()?;
            let existed = cx.graph_mut().delete_node(node).map_err(|error| error.at(span))?;
            cx.counters.nodes_deleted += u64::from(existed);
        }
        Ok(())
    }
}

impl Operator for Delete {
    fn next(&mut self, cx: &mut Context) -> Result<Option<Chunk>> {
        if !std::mem::replace(&mut self.run, true) {
            let mut doomed = Doomed::default();
            for chunk in drain(&mut self.input, cx, None, &mut self.held)? {
                self.collect(cx, &chunk, &mut doomed)?;
                self.queue.push(chunk.compact(&self.live));
            }
            self.delete(cx, doomed)?;
        }
        Ok(self.queue.pop(cx.batch()))
    }

    fn reset(&mut self) {
        self.input.reset();
        self.run = false;
        self.queue.clear();
        self.held.release();
    }
}
