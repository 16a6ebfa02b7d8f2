//! Whether the lines of a text certainly tell the same in whatever order they stand, each under its source.
//!
//! Told without telling them: where no name has two spellings and none is an alias, and nothing is described twice, no line
//! can find what it would not find elsewhere. Of a text where that is not so nothing is said.

use super::ast::{Body, Entity, Name, Source};
use crate::text::fold;
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// What lines have shown so far.
#[derive(Debug, Default)]
pub(super) struct Order {
    /// Each name as it is spelled, by its folded spelling.
    names: HashMap<String, Arc<str>>,
    /// The entities of which a line says properties.
    entities: HashSet<Arc<str>>,
    /// The sources of which a line says anything.
    sources: HashSet<Arc<str>>,
    matters: bool,
}

impl Order {
    /// Whether the order may matter.
    pub(super) fn may_matter(&self) -> bool {
        self.matters
    }

    /// Takes the next line.
    pub(super) fn add(&mut self, body: &Body) {
        if !self.matters {
            self.matters = match body {
                Body::Fact(fact) => self.is_new_spelling(&fact.subject) || self.is_new_spelling(&fact.object),
                Body::Entity(entity) => self.matters_for_entity(entity),
                Body::Source(source) => self.matters_for_source(source),
                Body::Ask(_) | Body::Blank => false,
            };
        }
    }

    /// An entity that is a source as well may be what a source line finds.
    fn matters_for_entity(&mut self, entity: &Entity) -> bool {
        let source = entity.labels.iter().any(|label| &*label.text == "Source");
        let again = !entity.properties.is_empty() && !self.entities.insert(Arc::clone(&entity.name.text));
        source || again || !entity.aliases.is_empty() || self.is_new_spelling(&entity.name)
    }

    fn matters_for_source(&mut self, source: &Source) -> bool {
        let again = !source.is_bare() && !self.sources.insert(Arc::clone(&source.reference.text));
        source.gives_names() || again
    }

    /// Whether the name was met in another spelling.
    fn is_new_spelling(&mut self, name: &Name) -> bool {
        match self.names.entry(fold(&name.text)) {
            Entry::Occupied(known) => *known.get() != name.text,
            Entry::Vacant(new) => {
                new.insert(Arc::clone(&name.text));
                false
            }
        }
    }
}
