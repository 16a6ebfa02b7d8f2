//! Names of labels, relationship types and property keys, and their dense identifiers.

use crate::value::{KeyId, LabelId, RelTypeId};
use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

/// What an identifier that was never given out is called.
static NAMELESS: LazyLock<Arc<str>> = LazyLock::new(|| Arc::from(""));

/// The names of labels, relationship types and property keys, each with a dense identifier from 0.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    labels: Names,
    rel_types: Names,
    keys: Names,
}

impl Catalog {
    /// The identifier of a label.
    pub fn label(&self, name: &str) -> Option<LabelId> {
        self.labels.id(name).map(LabelId)
    }

    /// The name of a label; empty when there is no such label.
    pub fn label_name(&self, id: LabelId) -> &Arc<str> {
        self.labels.name(id.0)
    }

    /// The identifier of a relationship type.
    pub fn rel_type(&self, name: &str) -> Option<RelTypeId> {
        self.rel_types.id(name).map(RelTypeId)
    }

    /// The name of a relationship type; empty when there is no such type.
    pub fn rel_type_name(&self, id: RelTypeId) -> &Arc<str> {
        self.rel_types.name(id.0)
    }

    /// The identifier of a property key.
    pub fn key(&self, name: &str) -> Option<KeyId> {
        self.keys.id(name).map(KeyId)
    }

    /// The name of a property key; empty when there is no such key.
    pub fn key_name(&self, id: KeyId) -> &Arc<str> {
        self.keys.name(id.0)
    }

    /// Every label, in order of identifier.
    pub fn labels(&self) -> impl Iterator<Item = (LabelId, &Arc<str>)> {
        self.labels.iter().map(|(id, name)| (LabelId(id), name))
    }

    /// Every relationship type, in order of identifier.
    pub fn rel_types(&self) -> impl Iterator<Item = (RelTypeId, &Arc<str>)> {
        self.rel_types.iter().map(|(id, name)| (RelTypeId(id), name))
    }

    /// Every property key, in order of identifier.
    pub fn keys(&self) -> impl Iterator<Item = (KeyId, &Arc<str>)> {
        self.keys.iter().map(|(id, name)| (KeyId(id), name))
    }

    /// How many labels there are; every identifier is below.
    pub fn label_count(&self) -> usize {
        self.labels.names.len()
    }

    /// How many relationship types there are; every identifier is below.
    pub fn rel_type_count(&self) -> usize {
        self.rel_types.names.len()
    }

    /// How many property keys there are; every identifier is below.
    pub fn key_count(&self) -> usize {
        self.keys.names.len()
    }

    /// Leaves the first so many labels, relationship types and keys.
    pub(super) fn truncate(&mut self, labels: u32, rel_types: u32, keys: u32) {
        self.labels.truncate(labels);
        self.rel_types.truncate(rel_types);
        self.keys.truncate(keys);
    }

    pub(super) fn add_label(&mut self, name: &str) -> LabelId {
        LabelId(self.labels.add(name))
    }

    pub(super) fn add_rel_type(&mut self, name: &str) -> RelTypeId {
        RelTypeId(self.rel_types.add(name))
    }

    pub(super) fn add_key(&mut self, name: &str) -> KeyId {
        KeyId(self.keys.add(name))
    }
}

/// Names in order of identifier, and back.
#[derive(Clone, Debug, Default)]
struct Names {
    names: Vec<Arc<str>>,
    ids: HashMap<Arc<str>, u32, foldhash::quality::RandomState>,
}

impl Names {
    fn id(&self, name: &str) -> Option<u32> {
        self.ids.get(name).copied()
    }

    fn name(&self, id: u32) -> &Arc<str> {
        self.names.get(id as usize).unwrap_or(&NAMELESS)
    }

    fn iter(&self) -> impl Iterator<Item = (u32, &Arc<str>)> {
        self.names.iter().enumerate().map(|(id, name)| (id as u32, name))
    }

    fn truncate(&mut self, count: u32) {
        let gone = self.names.len().min(count as usize);
        for name in self.names.drain(gone..) {
            self.ids.remove(&name);
        }
    }

    fn add(&mut self, name: &str) -> u32 {
        if let Some(id) = self.id(name) {
            return id;
        }
        let (id, name) = (self.names.len() as u32, Arc::<str>::from(name));
        self.names.push(Arc::clone(&name));
        self.ids.insert(name, id);
        id
    }
}
