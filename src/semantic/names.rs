//! What the binder may ask the graph: identifiers of names, and what entities are called.

use crate::error::{Phase, Result};
use crate::store::Version;
use crate::text::nearest;
use crate::value::{KeyId, LabelId, NodeId, RelTypeId};
use std::sync::Arc;

/// The kinds of names in a graph's catalog.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NameKind {
    /// A label.
    Label,
    /// A relationship type.
    RelType,
    /// A property key.
    Key,
}

impl NameKind {
    /// The stable code of the remark that such a name is unknown.
    pub fn unknown_code(self) -> &'static str {
        match self {
            NameKind::Label => "UnknownLabel",
            NameKind::RelType => "UnknownRelationshipType",
            NameKind::Key => "UnknownPropertyKey",
        }
    }

    /// The word for it.
    pub fn noun(self) -> &'static str {
        match self {
            NameKind::Label => "label",
            NameKind::RelType => "relationship type",
            NameKind::Key => "property key",
        }
    }
}

/// The names of a graph.
pub trait Names {
    /// The identifier of a label.
    fn label(&mut self, name: &str) -> Option<LabelId>;
    /// The identifier of a relationship type.
    fn rel_type(&mut self, name: &str) -> Option<RelTypeId>;
    /// All relationship types with their names, when no type can be added while the statement runs.
    fn all_rel_types(&self) -> Option<Vec<(RelTypeId, Arc<str>)>>;
    /// The identifier of a property key.
    fn key(&mut self, name: &str) -> Option<KeyId>;
    /// Whether the graph knew the name before the statement.
    fn is_known(&self, kind: NameKind, name: &str) -> bool;
    /// Whether the graph knew no name at all before the statement.
    fn are_none(&self) -> bool;
    /// The nearest name that the graph knew before the statement.
    fn nearest(&self, kind: NameKind, name: &str) -> Option<String>;
    /// The node that a name or alias denotes.
    ///
    /// # Errors
    /// When that is not one.
    fn entity(&self, name: &str) -> Result<NodeId>;
}

/// The names of a graph that a statement only reads: what is unknown has no identifier.
#[derive(Debug)]
pub struct ReadNames<'a>(pub &'a Version);

/// The names of a graph that a statement writes: what is unknown is given an identifier.
#[derive(Debug)]
pub struct WriteNames<'a> {
    version: &'a mut Version,
    labels: usize,
    rel_types: usize,
    keys: usize,
}

impl<'a> WriteNames<'a> {
    /// The names of the version as it is now; names made later do not count as known.
    pub fn new(version: &'a mut Version) -> Self {
        let catalog = version.catalog();
        let (labels, rel_types, keys) = (catalog.labels().count(), catalog.rel_types().count(), catalog.keys().count());
        WriteNames { version, labels, rel_types, keys }
    }
}

impl Names for ReadNames<'_> {
    fn label(&mut self, name: &str) -> Option<LabelId> {
        self.0.catalog().label(name)
    }
    fn rel_type(&mut self, name: &str) -> Option<RelTypeId> {
        self.0.catalog().rel_type(name)
    }
    fn all_rel_types(&self) -> Option<Vec<(RelTypeId, Arc<str>)>> {
        Some(self.0.catalog().rel_types().map(|(id, name)| (id, name.clone())).collect())
    }
    fn key(&mut self, name: &str) -> Option<KeyId> {
        self.0.catalog().key(name)
    }
    fn is_known(&self, kind: NameKind, name: &str) -> bool {
        position(self.0, kind, name).is_some()
    }
    fn are_none(&self) -> bool {
        let catalog = self.0.catalog();
        catalog.labels().next().is_none() && catalog.rel_types().next().is_none() && catalog.keys().next().is_none()
    }
    fn nearest(&self, kind: NameKind, name: &str) -> Option<String> {
        nearest_known(self.0, kind, name, usize::MAX)
    }
    fn entity(&self, name: &str) -> Result<NodeId> {
        self.0.entity(name, Phase::Compile)
    }
}

impl Names for WriteNames<'_> {
    fn label(&mut self, name: &str) -> Option<LabelId> {
        Some(self.version.intern_label(name))
    }
    fn rel_type(&mut self, name: &str) -> Option<RelTypeId> {
        Some(self.version.intern_rel_type(name))
    }
    fn all_rel_types(&self) -> Option<Vec<(RelTypeId, Arc<str>)>> {
        None
    }
    fn key(&mut self, name: &str) -> Option<KeyId> {
        Some(self.version.intern_key(name))
    }
    fn is_known(&self, kind: NameKind, name: &str) -> bool {
        position(self.version, kind, name).is_some_and(|at| at < self.known(kind))
    }
    fn are_none(&self) -> bool {
        self.labels + self.rel_types + self.keys == 0
    }
    fn nearest(&self, kind: NameKind, name: &str) -> Option<String> {
        nearest_known(self.version, kind, name, self.known(kind))
    }
    fn entity(&self, name: &str) -> Result<NodeId> {
        self.version.entity(name, Phase::Compile)
    }
}

impl WriteNames<'_> {
    /// How many names of a kind there were before the statement.
    fn known(&self, kind: NameKind) -> usize {
        match kind {
            NameKind::Label => self.labels,
            NameKind::RelType => self.rel_types,
            NameKind::Key => self.keys,
        }
    }
}

/// Identifiers are dense and given in order, so an identifier is also a position.
fn position(version: &Version, kind: NameKind, name: &str) -> Option<usize> {
    let catalog = version.catalog();
    let id = match kind {
        NameKind::Label => catalog.label(name).map(|id| id.0),
        NameKind::RelType => catalog.rel_type(name).map(|id| id.0),
        NameKind::Key => catalog.key(name).map(|id| id.0),
    };
    id.map(|id| id as usize)
}

fn nearest_known(version: &Version, kind: NameKind, name: &str, known: usize) -> Option<String> {
    let catalog = version.catalog();
    let found = match kind {
        NameKind::Label => nearest(name, catalog.labels().take(known).map(|(_, text)| &**text)),
        NameKind::RelType => nearest(name, catalog.rel_types().take(known).map(|(_, text)| &**text)),
        NameKind::Key => nearest(name, catalog.keys().take(known).map(|(_, text)| &**text)),
    };
    found.map(str::to_owned)
}
