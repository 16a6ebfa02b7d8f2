//! The names of a version's nodes: the index over them is made when somebody first asks for a name, and follows changes
//! from then on.

use super::entities::{Entities, Role};
use super::{Cell, SEGMENT, Version};
use crate::value::{KeyId, Value};
use std::sync::Arc;

impl Version {
    /// Names and aliases.
    pub(super) fn entities(&self) -> &Entities {
        self.entities.get_or_init(|| self.gather_entities())
    }

    /// Changes the index, where there is one.
    pub(super) fn change_entities(&mut self, change: impl FnOnce(&mut Entities)) {
        if self.entities.get().is_none() {
            self.forget_entities();
        } else if let Some(entities) = Arc::make_mut(&mut self.entities).get_mut() {
            change(entities);
        }
    }

    /// Has the index made anew when it is needed.
    pub(super) fn forget_entities(&mut self) {
        self.entities = Arc::default();
    }

    /// Whether values of the key are names, and of which kind.
    pub(super) fn role_of(&self, key: KeyId) -> Option<Role> {
        match Some(key) {
            key if key == self.naming.name => Some(Role::Name),
            key if key == self.naming.aliases => Some(Role::Alias),
            _ => None,
        }
    }

    /// Takes note of a value that a node is about to get.
    pub(super) fn rename(&mut self, node: u32, key: KeyId, value: &Value) {
        let Some(role) = self.role_of(key) else { return };
        let old = self.nodes.property(node, key);
        self.change_entities(|entities| {
            each_text(&old, |text| entities.remove(text, node, role));
            each_text(value, |text| entities.add(text, node, role));
        });
    }

    fn gather_entities(&self) -> Entities {
        let mut texts = Vec::new();
        for (key, role) in [(self.naming.name, Role::Name), (self.naming.aliases, Role::Alias)] {
            let Some(key) = key else { continue };
            for (segment, columns) in self.nodes.all_columns_by_segment() {
                let Some(column) = columns.column(key) else { continue };
                column.for_each(|place, cell| {
                    let mut take =
                        |text: &Arc<str>| texts.push((Arc::clone(text), segment * SEGMENT + u32::from(place), role));
                    match cell {
                        Cell::Text(text) => take(text),
                        Cell::Other(value) => each_text(value, take),
                        _ => {}
                    }
                });
            }
        }
        Entities::of(texts)
    }
}

/// Visits a text, or each text of a list.
fn each_text(value: &Value, mut visit: impl FnMut(&Arc<str>)) {
    match value {
        Value::String(text) => visit(text),
        Value::List(items) => items.iter().for_each(|item| {
            if let Value::String(text) = item {
                visit(text);
            }
        }),
        _ => {}
    }
}
