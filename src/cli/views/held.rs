//! The relationships of a graph that take part: those that hold at the moment that is set, or all.

use super::super::app::App;
use super::{ALL, statements};
use crate::error::Result;
use crate::store::{Snapshot, Version};
use crate::value::{NodeId, RelId, RelTypeId};
use std::collections::HashSet;

/// A graph with the relationships that take part.
pub(in super::super) struct Held {
    pub(in super::super) graph: Snapshot,
    only: Option<HashSet<RelId>>,
}

impl Held {
    /// Those that the user's own questions would find.
    pub(in super::super) fn of(app: &mut App) -> Result<Held> {
        if app.options.as_of.is_none() {
            let graph = app.session.snapshot_for(&app.options)?;
            return graph.read_all().map(|()| Held { graph, only: None });
        }
        let (graph, statements) = statements(app, ALL)?;
        graph.read_all()?;
        Ok(Held { graph, only: Some(statements.iter().map(|statement| statement.rel).collect()) })
    }

    /// All of a graph.
    #[cfg(test)]
    pub(in super::super) fn all(graph: Snapshot) -> Held {
        Held { graph, only: None }
    }

    fn takes_part(&self, rel: &RelId) -> bool {
        self.only.as_ref().is_none_or(|only| only.contains(rel))
    }

    /// Those of a type.
    pub(in super::super) fn rels(&self, rel_type: RelTypeId) -> impl Iterator<Item = RelId> {
        self.graph.rel_ids(rel_type).filter(|rel| self.takes_part(rel))
    }

    /// Those at a node.
    pub(in super::super) fn rels_of(&self, node: NodeId) -> impl Iterator<Item = RelId> {
        self.graph.rels_of(node).into_iter().filter(|rel| self.takes_part(rel))
    }

    /// How many there are.
    pub(in super::super) fn count(&self) -> u64 {
        self.only.as_ref().map_or_else(|| self.graph.rel_count(), |only| only.len() as u64)
    }

    /// The types that any of them has.
    pub(in super::super) fn types(&self) -> u64 {
        let types = self.graph.catalog().rel_types();
        types.filter(|(rel_type, _)| self.rels(*rel_type).next().is_some()).count() as u64
    }
}

impl std::ops::Deref for Held {
    type Target = Version;

    fn deref(&self) -> &Version {
        &self.graph
    }
}
