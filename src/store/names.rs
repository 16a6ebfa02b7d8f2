//! The names of a version's nodes: the index over them is made when somebody has asked for names some times, and follows
//! changes from then on.

use super::entities::{Entities, Role};
use super::search::Wanted;
use super::{Cell, SEGMENT, Version};
use crate::value::{KeyId, Value};
use std::collections::HashSet;
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

    /// The key whose texts are names.
    pub fn name_key(&self) -> Option<KeyId> {
        self.naming.name
    }

    /// The nodes whose name is one of these texts, in ascending order; those that have one of them in a list of names may
    /// be among them. Gathering all names takes as long as looking through them so many times, and is done after that.
    pub(crate) fn nodes_named(&self, names: &[Arc<str>]) -> Vec<u32> {
        if self.entities.get().is_none() && !self.name_searches.were_many() {
            self.name_searches.count();
            return self.search_names(names);
        }
        let mut found: Vec<u32> = names.iter().flat_map(|name| self.entities().named(name)).collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    fn search_names(&self, names: &[Arc<str>]) -> Vec<u32> {
        let Some(key) = self.naming.name else { return Vec::new() };
        if let [only] = names {
            return self.search_nodes(None, key, Wanted::Equal(&Value::String(Arc::clone(only))));
        }
        let wanted: HashSet<&[u8]> = names.iter().map(|name| name.as_bytes()).collect();
        self.search_nodes(None, key, Wanted::Text(&|text| wanted.contains(text)))
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

#[cfg(test)]
mod tests {
    use super::super::search::SEARCHES;
    use super::*;
    use crate::value::NodeId;

    /// The nodes that a search must find, and those that it may find besides.
    fn by_hand(version: &Version, name: &str) -> (Vec<u32>, Vec<u32>) {
        let key = version.name_key().unwrap();
        let of = |list: bool| {
            let has = |node: &NodeId| match version.node_property(*node, key) {
                Value::String(text) => !list && &*text == name,
                Value::List(items) => list && items.iter().any(|item| item.as_str() == Some(name)),
                _ => false,
            };
            version.node_ids().filter(has).map(|node| node.0).collect()
        };
        (of(false), of(true))
    }

    #[test]
    fn nodes_are_found_by_name_before_and_after_names_are_gathered() {
        let mut version = Version::new();
        let (name, aliases) = (version.intern_key("name"), version.intern_key("aliases"));
        let text = |text: &str| Value::from(text);
        let values = [
            text("Kyiv"),
            text("kyiv"),
            Value::list(vec![text("Kyiv"), text("Kiev")]),
            Value::Int(5),
            text("Kyiv"),
            text(""),
        ];
        let nodes: Vec<NodeId> =
            values.iter().map(|value| version.create_node(&[], &[(name, value.clone())]).unwrap()).collect();
        version.create_node(&[], &[(aliases, text("Kyiv"))]).unwrap();
        let check = |version: &Version| {
            for wanted in ["Kyiv", "KYIV", "kyiv", "", "Kiev", "5"] {
                let found = version.nodes_named(&[Arc::from(wanted)]);
                let (must, may) = by_hand(version, wanted);
                assert!(must.iter().all(|node| found.contains(node)), "{wanted}");
                assert!(found.iter().all(|node| must.contains(node) || may.contains(node)), "{wanted}");
                assert!(found.is_sorted());
            }
            assert_eq!(version.nodes_named(&[Arc::from("kyiv"), Arc::from("Kyiv"), Arc::from("Kyiv")])[..2], [0, 1]);
        };
        for _ in 0..SEARCHES {
            check(&version);
        }
        assert!(version.entities.get().is_some(), "names are gathered after so many searches");
        version.set_node_property(nodes[1], name, text("Kyiv")).unwrap();
        version.set_node_property(nodes[0], name, text("Odesa")).unwrap();
        assert_eq!(version.nodes_named(&[Arc::from("Kyiv")]), [1, 2, 4]);
    }
}
