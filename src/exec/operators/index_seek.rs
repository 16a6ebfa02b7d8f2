//! Seeks in property indexes.

use super::super::chunk::{Chunk, Live};
use super::super::column::Column;
use super::super::context::Context;
use super::super::eval::scalar::{Row, eval};
use super::Stage;
use super::filter::filtered;
use super::resumable::{Progress, Resumable};
use crate::error::{Error, Result};
use crate::plan::logical::{Bound, Probe};
use crate::plan::physical::SeekTarget;
use crate::semantic::bound::Expr;
use crate::store::{IndexDefinition, SchemaTarget, Seek, Version};
use crate::value::{RelId, RelTypeId, Value};
use std::sync::Arc;

/// For each row, the nodes or relationships that an index finds.
pub(super) struct IndexSeek {
    progress: Progress,
    live: Live,
    target: SeekTarget,
    index: Arc<IndexDefinition>,
    probe: Arc<Probe>,
    /// What is to be tested of what is found where the index does not compare as the language does.
    covered: Arc<Vec<Expr>>,
    /// Whether it does for all that was looked for last.
    sure: bool,
    /// Whether every row looks for the same; known from the second row on.
    constant: Option<bool>,
    /// What was found for the present row, and how much of it was given.
    found: Option<(Vec<u32>, usize)>,
    /// What was found for the row before.
    last: Option<Vec<u32>>,
}

impl IndexSeek {
    pub(super) fn new(
        input: Stage,
        live: Live,
        target: SeekTarget,
        index: Arc<IndexDefinition>,
        (probe, covered): (Arc<Probe>, Arc<Vec<Expr>>),
    ) -> IndexSeek {
        IndexSeek {
            progress: Progress::new(input),
            live,
            target,
            index,
            probe,
            covered,
            sure: true,
            constant: None,
            found: None,
            last: None,
        }
    }

    /// What the index finds for a row; everything when what is looked for cannot be computed.
    fn find(&mut self, cx: &Context, chunk: &Chunk, position: usize) -> Result<Vec<u32>> {
        if let Some(last) = self.last.take()
            && *self.constant.get_or_insert_with(|| self.probe.expressions().into_iter().all(Expr::is_fixed))
        {
            return Ok(last);
        }
        let row = Row::Chunk(chunk, position);
        let sought = sought(cx, &self.probe, row);
        self.sure = sought.as_ref().is_some_and(Sought::is_plain);
        match sought {
            Some(sought) => sought.find(cx.graph(), &self.index),
            None => Ok(everything(cx.graph(), self.index.target)),
        }
    }

    /// Takes up to `room` of what is found for the present row; whether the row is done.
    fn take(&mut self, cx: &Context, chunk: &Chunk, position: usize, room: usize, out: &mut Vec<u32>) -> Result<bool> {
        let (found, given) = match self.found.take() {
            Some(found) => found,
            None => (self.find(cx, chunk, position)?, 0),
        };
        let end = found.len().min(given + room);
        out.extend_from_slice(&found[given..end]);
        let done = end == found.len();
        if done {
            self.last = Some(found);
        } else {
            self.found = Some((found, end));
        }
        Ok(done)
    }

    /// The rows of what was found; `tested` when the covered predicates are still to be tested.
    fn chunk(&self, cx: &Context, outer: &Chunk, parents: &[u32], found: Vec<u32>, tested: bool) -> Result<Chunk> {
        let mut out = outer.gather(parents, &self.live);
        let mut set = |slot, column| {
            if tested || self.live.contains(slot) {
                out.set(slot, column);
            }
        };
        match (self.target, self.index.target) {
            (SeekTarget::Node(slot), _) => set(slot, Column::Nodes(found)),
            (SeekTarget::Rel { rel, from, to }, SchemaTarget::RelType(rel_type)) => {
                let (starts, ends) = ends(cx.graph(), rel_type, &found)?;
                set(from, Column::Nodes(starts));
                set(to, Column::Nodes(ends));
                set(rel, Column::Rels(found.iter().map(|row| RelId { rel_type, row: *row }).collect()));
            }
            (SeekTarget::Rel { .. }, SchemaTarget::Label(_)) => {
                return Err(Error::internal("an index of nodes finds no relationships"));
            }
        }
        Ok(out)
    }
}

impl Resumable for IndexSeek {
    fn progress(&mut self) -> &mut Progress {
        &mut self.progress
    }

    fn go_on(&mut self, cx: &mut Context, chunk: &Chunk) -> Result<Option<Chunk>> {
        let (mut parents, mut found, mut sure) = (Vec::new(), Vec::new(), true);
        while self.progress.row < chunk.rows() && found.len() < cx.batch() {
            cx.tick()?;
            let position = chunk.position(self.progress.row);
            let done = self.take(cx, chunk, position, cx.batch() - found.len(), &mut found)?;
            parents.resize(found.len(), position as u32);
            sure &= self.sure;
            self.progress.row += usize::from(done);
        }
        if parents.is_empty() {
            return Ok(None);
        }
        let tested = !sure && !self.covered.is_empty();
        let rows = self.chunk(cx, chunk, &parents, found, tested)?;
        if tested { filtered(cx, &self.covered, rows) } else { Ok(Some(rows)) }
    }

    fn forget(&mut self) {
        (self.found, self.last) = (None, None);
    }
}

/// What is looked for, computed.
enum Sought {
    Equal(Vec<Value>),
    /// A list.
    In(Value),
    Range {
        lower: Option<(Value, bool)>,
        upper: Option<(Value, bool)>,
    },
    Prefix(Value),
    All,
}

/// `None` when it cannot be computed.
fn sought(cx: &Context, probe: &Probe, row: Row<'_>) -> Option<Sought> {
    let value = |expr: &Expr| eval(cx, expr, row).ok();
    let bound = |side: &Bound| match side {
        None => Some(None),
        Some((expr, within)) => value(expr).map(|value| Some((value, *within))),
    };
    Some(match probe {
        Probe::Equal(exprs) => Sought::Equal(exprs.iter().map(value).collect::<Option<_>>()?),
        Probe::In(list) => match value(list)? {
            list @ (Value::List(_) | Value::Null) => Sought::In(list),
            _ => return None,
        },
        Probe::Range { lower, upper } => Sought::Range { lower: bound(lower)?, upper: bound(upper)? },
        Probe::Prefix(text) => Sought::Prefix(value(text)?),
        Probe::All => Sought::All,
    })
}

impl Sought {
    /// Whether an index finds exactly what is equal to these values as the language compares.
    fn is_plain(&self) -> bool {
        let plain = |value: &Value| match value {
            Value::Bool(_) | Value::Int(_) | Value::String(_) => true,
            Value::Float(number) => !number.is_nan(),
            _ => false,
        };
        match self {
            Sought::Equal(values) => values.iter().all(plain),
            Sought::In(Value::List(items)) => items.iter().all(plain),
            Sought::In(_) | Sought::Range { .. } | Sought::Prefix(_) | Sought::All => false,
        }
    }

    fn find(&self, graph: &Version, index: &IndexDefinition) -> Result<Vec<u32>> {
        let seek = |seek: &Seek<'_>| {
            let missing = || Error::internal(format!("the index `{}` of the plan is gone", index.name));
            graph.seek(&index.name, seek).ok_or_else(missing)
        };
        fn side(bound: &Option<(Value, bool)>) -> Option<(&Value, bool)> {
            bound.as_ref().map(|(value, within)| (value, *within))
        }
        match self {
            Sought::Equal(values) => seek(&Seek::Equal(values)),
            Sought::Range { lower, upper } => seek(&Seek::Range { lower: side(lower), upper: side(upper) }),
            Sought::Prefix(Value::String(text)) => seek(&Seek::Prefix(text)),
            Sought::All => seek(&Seek::All),
            Sought::In(Value::List(items)) => {
                let mut found = Vec::new();
                for item in items.iter() {
                    found.extend(seek(&Seek::Equal(std::slice::from_ref(item)))?);
                }
                found.sort_unstable();
                found.dedup();
                Ok(found)
            }
            Sought::Prefix(_) | Sought::In(_) => Ok(Vec::new()),
        }
    }
}

/// Everything with the label or type, ascending.
fn everything(graph: &Version, target: SchemaTarget) -> Vec<u32> {
    match target {
        SchemaTarget::Label(label) => graph.nodes_of(Some(label)).map(|node| node.0).collect(),
        SchemaTarget::RelType(rel_type) => graph.rel_ids(rel_type).map(|rel| rel.row).collect(),
    }
}

/// Where relationships start, and where they end.
fn ends(graph: &Version, rel_type: RelTypeId, rows: &[u32]) -> Result<(Vec<u32>, Vec<u32>)> {
    let mut ends = (Vec::with_capacity(rows.len()), Vec::with_capacity(rows.len()));
    for row in rows {
        let rel = RelId { rel_type, row: *row };
        let found = graph.endpoints(rel).ok_or_else(|| Error::internal("an index has a relationship that is gone"))?;
        ends.0.push(found.0.0);
        ends.1.push(found.1.0);
    }
    Ok(ends)
}
