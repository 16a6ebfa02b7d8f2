//! The names of a version's nodes: names are looked through until somebody has asked for some; then there is an index
//! over them, which follows changes.

use super::entities::{Entities, Entry, Role};
use super::search::Searches;
use super::similar::Ranking;
use super::{Cell, Column, Resolution, SEGMENT, Version};
use crate::text::fold;
use crate::value::{KeyId, NodeId, Value};
use std::collections::HashSet;
use std::sync::{Arc, OnceLock};

/// In the order in which they count.
const ROLES: [Role; 2] = [Role::Name, Role::Alias];

/// The names of so few nodes are gathered at once.
const FEW: u64 = if cfg!(test) { 1 << 6 } else { 1 << 14 };

/// The index over names and aliases.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    gathered: Arc<OnceLock<Entities>>,
    /// How often names were looked through without it.
    searches: Searches,
}

impl Names {
    /// The index, where there is one.
    pub(super) fn gathered(&self) -> Option<&Entities> {
        self.gathered.get()
    }

    /// Changes the index, where there is one.
    pub(super) fn change(&mut self, change: impl FnOnce(&mut Entities)) {
        if self.gathered.get().is_none() {
            self.forget();
        } else if let Some(entities) = Arc::make_mut(&mut self.gathered).get_mut() {
            change(entities);
        }
    }

    /// Has the index made anew when it is needed.
    pub(super) fn forget(&mut self) {
        self.gathered = Arc::default();
    }
}

/// Keeping.
impl Version {
    /// Whether values of the key are names, and of which kind.
    pub(super) fn role_of(&self, key: KeyId) -> Option<Role> {
        ROLES.into_iter().find(|role| self.key_of_role(*role) == Some(key))
    }

    fn key_of_role(&self, role: Role) -> Option<KeyId> {
        match role {
            Role::Name => self.naming.name,
            Role::Alias => self.naming.aliases,
        }
    }

    /// Takes note of a value that a node is about to get.
    pub(super) fn rename(&mut self, node: u32, key: KeyId, value: &Value) {
        let Some(role) = self.role_of(key) else { return };
        let old = self.nodes.property(node, key);
        self.names.change(|entities| {
            texts_of(&old).for_each(|text| entities.remove(Entry::new(text, node, role)));
            texts_of(value).for_each(|text| entities.add(Entry::new(text, node, role)));
        });
    }

    /// Names and aliases.
    pub(super) fn entities(&self) -> &Entities {
        self.names.gathered.get_or_init(|| self.gather_entities())
    }

    /// The same, when they were gathered or it is time to do so. Gathering them takes as long as looking through them so
    /// many times, and is done after that.
    fn known_entities(&self) -> Option<&Entities> {
        let due = || self.names.searches.were_many() || self.node_count() < FEW;
        self.names.gathered().or_else(|| due().then(|| self.entities()))
    }

    pub(super) fn gather_entities(&self) -> Entities {
        let mut entries = Vec::new();
        for role in ROLES {
            let (mut found, mut nodes) = (Vec::new(), Vec::new());
            let take = |text: &str| {
                found.push(Entry::new(text, 0, role));
                true
            };
            self.find_texts(role, take, |node| nodes.push(node));
            found.iter_mut().zip(nodes).for_each(|(entry, node)| entry.node = node);
            entries.append(&mut found);
        }
        Entities::of(entries)
    }

    /// What the index should have of a node.
    pub(super) fn names_of(&self, node: NodeId) -> Vec<Entry> {
        let mut found = Vec::new();
        for (role, key) in ROLES.into_iter().filter_map(|role| Some((role, self.key_of_role(role)?))) {
            found.extend(texts_of(&self.node_property(node, key)).map(|text| Entry::new(text, node.0, role)));
        }
        found
    }

    /// Calls `visit` with each node that has a text as its name, or as an alias, which passes a test; once for each such
    /// text, in the same order.
    fn find_texts(&self, role: Role, mut passes: impl FnMut(&str) -> bool, mut visit: impl FnMut(u32)) {
        let Some(key) = self.key_of_role(role) else { return };
        for (segment, columns) in self.nodes.all_columns_by_segment() {
            columns.find_texts(key, &mut passes, &mut |place| visit(segment * SEGMENT + u32::from(place)));
        }
    }
}

/// Asking.
impl Version {
    /// The key whose texts are names.
    pub fn name_key(&self) -> Option<KeyId> {
        self.naming.name
    }

    /// What a text denotes. An exact spelling comes before one that differs in case; among exact spellings, a name comes
    /// before an alias. Spellings that differ in case are no better for being names: then both are candidates.
    pub fn resolve(&self, name: &str) -> Resolution {
        let exact = ROLES.into_iter().map(|role| self.nodes_with(role, &[name])).find(|nodes| !nodes.is_empty());
        let found = exact.unwrap_or_else(|| self.nodes_with_any_case_of(name));
        match found[..] {
            [] => Resolution::Unknown,
            [node] => Resolution::One(NodeId(node)),
            _ => Resolution::Ambiguous(found.into_iter().map(NodeId).collect()),
        }
    }

    /// The nodes whose name, or one of whose names, is one of these texts, in ascending order.
    pub(crate) fn nodes_named(&self, names: &[Arc<str>]) -> Vec<u32> {
        self.nodes_with(Role::Name, &names.iter().map(|name| &**name).collect::<Vec<_>>())
    }

    /// Known names and aliases that are near to a text, nearest first.
    pub fn similar_names(&self, name: &str, limit: usize) -> Vec<Arc<str>> {
        let mut ranking = Ranking::new(name, limit);
        for role in ROLES {
            let offer = |text: &str| {
                ranking.offer(text);
                false
            };
            self.find_texts(role, offer, |_| {});
        }
        ranking.finish()
    }

    /// Every name and alias with the node it denotes, in no particular order; one that a node has twice stands twice.
    pub fn names(&self) -> impl Iterator<Item = (&Arc<str>, NodeId)> {
        let keys = ROLES.into_iter().filter_map(|role| self.key_of_role(role));
        keys.flat_map(|key| {
            let columns = self.nodes.all_columns_by_segment();
            columns.flat_map(move |(segment, columns)| names_in(columns.column(key), segment))
        })
    }

    /// The nodes that have one of these texts as a name, or as an alias, in ascending order.
    fn nodes_with(&self, role: Role, texts: &[&str]) -> Vec<u32> {
        in_order(match self.known_entities() {
            Some(entities) => {
                let exact = |text: &&str| self.among(entities, text, |other| other == *text);
                texts.iter().flat_map(exact).filter(|entry| entry.role == role).map(|entry| entry.node).collect()
            }
            None => self.search_names(role, texts),
        })
    }

    fn search_names(&self, role: Role, texts: &[&str]) -> Vec<u32> {
        self.names.searches.count();
        let mut found = Vec::new();
        match texts {
            [only] => self.find_texts(role, |text| text == *only, |node| found.push(node)),
            _ => {
                let wanted: HashSet<&str> = texts.iter().copied().collect();
                self.find_texts(role, |text| wanted.contains(text), |node| found.push(node));
            }
        }
        found
    }

    /// The nodes that have a text as a name or alias, in any case, in ascending order.
    fn nodes_with_any_case_of(&self, text: &str) -> Vec<u32> {
        let folded = fold(text);
        let alike = self.among(self.entities(), text, |other| fold(other) == folded);
        in_order(alike.iter().map(|entry| entry.node).collect())
    }

    /// Those that the index has for a text of which some text is as it should be.
    fn among(&self, entities: &Entities, text: &str, is: impl Fn(&str) -> bool) -> Vec<Entry> {
        let fits = |entry: &&Entry| {
            let key = self.key_of_role(entry.role);
            key.is_some_and(|key| texts_of(&self.nodes.property(entry.node, key)).any(|text| is(text)))
        };
        entities.candidates(text).iter().filter(fits).copied().collect()
    }
}

/// Each of the nodes once, in ascending order.
fn in_order(mut nodes: Vec<u32>) -> Vec<u32> {
    nodes.sort_unstable();
    nodes.dedup();
    nodes
}

/// The texts of a column, each with its node.
fn names_in(column: Option<&Column>, segment: u32) -> Vec<(&Arc<str>, NodeId)> {
    let mut found = Vec::new();
    if let Some(column) = column {
        column.for_each(|place, cell| {
            let node = NodeId(segment * SEGMENT + u32::from(place));
            cell.texts().for_each(|text| found.push((text, node)));
        });
    }
    found
}

/// A text, or each text of a list.
fn texts_of(value: &Value) -> impl Iterator<Item = &Arc<str>> {
    Cell::of(value).texts()
}

#[cfg(test)]
mod tests {
    use super::super::search::SEARCHES;
    use super::*;

    fn by_hand(version: &Version, name: &str) -> Vec<u32> {
        let key = version.name_key().unwrap();
        let has = |node: &NodeId| match version.node_property(*node, key) {
            Value::String(text) => &*text == name,
            Value::List(items) => items.iter().any(|item| item.as_str() == Some(name)),
            _ => false,
        };
        version.node_ids().filter(has).map(|node| node.0).collect()
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
                assert_eq!(found, by_hand(version, wanted), "{wanted}");
            }
            assert_eq!(version.nodes_named(&[Arc::from("kyiv"), Arc::from("Kyiv"), Arc::from("Kyiv")])[..2], [0, 1]);
        };
        for _ in 0..SEARCHES {
            check(&version);
        }
        assert!(version.names.gathered().is_some(), "names are gathered after so many searches");
        version.set_node_property(nodes[1], name, text("Kyiv")).unwrap();
        version.set_node_property(nodes[0], name, text("Odesa")).unwrap();
        assert_eq!(version.nodes_named(&[Arc::from("Kyiv")]), [1, 2, 4]);
    }

    /// A version with an entity for each of these: its names and its aliases.
    fn called(entities: &[(&[&str], &[&str])]) -> Version {
        let mut version = Version::new();
        let (name, aliases) = (version.intern_key("name"), version.intern_key("aliases"));
        let list = |texts: &[&str]| Value::list(texts.iter().map(Value::string).collect());
        for (names, others) in entities {
            let names = if let [only] = names { Value::string(only) } else { list(names) };
            version.create_node(&[], &[(name, names), (aliases, list(others))]).unwrap();
        }
        version
    }

    /// Asks before and after the names are gathered.
    fn check(version: &Version, questions: &[(&str, &[u32])]) {
        for gathered in [false, true] {
            let version = Version { names: Names::default(), ..version.clone() };
            if gathered {
                version.entities();
            }
            for (text, nodes) in questions {
                let nodes: Vec<NodeId> = nodes.iter().map(|node| NodeId(*node)).collect();
                let expected = match nodes[..] {
                    [] => Resolution::Unknown,
                    [node] => Resolution::One(node),
                    _ => Resolution::Ambiguous(nodes),
                };
                assert_eq!(version.resolve(text), expected, "{text}, gathered: {gathered}");
            }
        }
    }

    #[test]
    fn exact_spelling_comes_before_case_and_a_name_before_an_alias() {
        let mut entities: Vec<(&[&str], &[&str])> = vec![
            (&["EU"], &[]),
            (&["eu"], &["Geneva"]),
            (&["Kyiv", "KYIV"], &["the town"]),
            (&["Geneva"], &["BUCHA", "the town"]),
            (&["Bucha"], &["Kiev"]),
        ];
        entities.resize(FEW as usize + 1, (&["filler"], &[]));
        let questions: [(&str, &[u32]); 10] = [
            ("EU", &[0]),
            ("Eu", &[0, 1]),
            ("kyiv", &[2]),
            ("Geneva", &[3]),
            ("geneva", &[1, 3]),
            ("BUCHA", &[3]),
            ("bucha", &[3, 4]),
            ("the town", &[2, 3]),
            ("KIEV", &[4]),
            ("", &[]),
        ];
        check(&called(&entities), &questions);
    }

    #[test]
    fn case_is_folded_in_every_script() {
        let names: [&[&str]; 5] = [&["Київ"], &["Straße"], &["ΟΔΟΣ"], &["Malmo\u{308}"], &["ﬁle"]];
        let entities: Vec<(&[&str], &[&str])> = names.iter().map(|name| (*name, &[][..])).collect();
        let questions: [(&str, &[u32]); 6] =
            [("КИЇВ", &[0]), ("STRASSE", &[1]), ("οδος", &[2]), ("οδοσ", &[2]), ("MALMÖ", &[3]), ("FILE", &[4])];
        check(&called(&entities), &questions);
    }
}
