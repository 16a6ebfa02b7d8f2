//! The entity index: which nodes a name or an alias denotes.
//!
//! Takes texts and nodes; gives resolutions, exact first and then without regard to case. Entries are sorted by a hash of
//! the folded text in shards of a directory, so that a change copies one shard; the number of shards doubles as the
//! index grows. It does not know where the texts come from.

use super::Resolution;
use super::directory::Directory;
use super::similar::{self, Ranking};
use crate::text::fold;
use crate::value::NodeId;
use std::hash::BuildHasher;
use std::sync::Arc;

/// Entries for each shard, on average, at most.
const SHARD: u64 = 64;

/// Texts and the nodes that they denote.
#[derive(Clone, Debug)]
pub(crate) struct Entities {
    shards: Directory<Vec<Entry>>,
    /// The number of shards: a power of two.
    width: u32,
    count: u64,
}

/// What a text is to a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Role {
    /// Its name.
    Name,
    /// One of its aliases.
    Alias,
}

/// One text of one node.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    hash: u64,
    node: u32,
    text: Arc<str>,
    role: Role,
}

impl Default for Entities {
    fn default() -> Self {
        Entities { shards: Directory::default(), width: 1, count: 0 }
    }
}

impl Entities {
    /// Adds a text for a node; as often as it is added it must be removed.
    pub(crate) fn add(&mut self, text: &Arc<str>, node: u32, role: Role) {
        if self.count >= u64::from(self.width) * SHARD && self.width < 1 << 24 {
            self.grow();
        }
        self.put(Entry { hash: hash(&fold(text)), node, text: Arc::clone(text), role });
        self.count += 1;
    }

    /// The index of many texts.
    pub(crate) fn of(texts: Vec<(Arc<str>, u32, Role)>) -> Entities {
        let count = texts.len() as u64;
        let width = (count / SHARD).clamp(1, 1 << 24).next_power_of_two() as u32;
        let mut index = Entities { shards: Directory::default(), width, count };
        let entry = |(text, node, role): (Arc<str>, u32, Role)| {
            let entry = Entry { hash: hash(&fold(&text)), node, text, role };
            (index.shard_of(entry.hash), entry)
        };
        let mut entries: Vec<(u32, Entry)> = texts.into_iter().map(entry).collect();
        entries.sort_unstable();
        for run in entries.chunk_by(|a, b| a.0 == b.0) {
            index.shards.insert(run[0].0, run.iter().map(|(_, entry)| entry.clone()).collect());
        }
        index
    }

    /// Removes a text of a node.
    pub(crate) fn remove(&mut self, text: &Arc<str>, node: u32, role: Role) {
        let entry = Entry { hash: hash(&fold(text)), node, text: Arc::clone(text), role };
        let shard = self.shard_of(entry.hash);
        let found = self.shards.get(shard).and_then(|entries| entries.binary_search(&entry).ok());
        if let Some(position) = found {
            self.shards.get_mut(shard).remove(position);
            self.count -= 1;
        }
    }

    /// What a text denotes. An exact spelling comes before one that differs in case; among exact spellings, a name comes
    /// before an alias. Spellings that differ in case are no better for being names: then both are candidates.
    pub(crate) fn resolve(&self, text: &str) -> Resolution {
        let folded = fold(text);
        let candidates = self.with_hash(hash(&folded));
        let exact = |role| nodes(candidates.iter().filter(move |entry| &*entry.text == text && entry.role == role));
        let found = [exact(Role::Name), exact(Role::Alias)].into_iter().find(|nodes| !nodes.is_empty());
        let found = found.unwrap_or_else(|| nodes(candidates.iter().filter(|entry| fold(&entry.text) == folded)));
        match found[..] {
            [] => Resolution::Unknown,
            [node] => Resolution::One(node),
            _ => Resolution::Ambiguous(found),
        }
    }

    /// The nodes whose name, or one of whose names, is spelled so.
    pub(crate) fn named<'a>(&'a self, text: &'a str) -> impl Iterator<Item = u32> + 'a {
        let same = move |entry: &&Entry| entry.role == Role::Name && &*entry.text == text;
        self.with_hash(hash(&fold(text))).iter().filter(same).map(|entry| entry.node)
    }

    /// Texts near to the given one, nearest first.
    pub(crate) fn similar(&self, text: &str, limit: usize) -> Vec<Arc<str>> {
        let folded = fold(text);
        let mut ranking = Ranking::new(&folded, limit);
        for (_, entries) in self.shards.iter() {
            for entry in entries {
                if similar::may_be_near(&folded, &entry.text) {
                    ranking.offer(&fold(&entry.text), &entry.text);
                }
            }
        }
        ranking.finish()
    }

    /// Every text with its node, in no particular order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Arc<str>, NodeId)> {
        self.shards.iter().flat_map(|(_, entries)| entries.iter().map(|entry| (&entry.text, NodeId(entry.node))))
    }

    /// Bytes used without the texts.
    pub(crate) fn bytes(&self) -> usize {
        let entries = self.shards.iter().map(|(_, entries)| 24 + entries.capacity() * size_of::<Entry>());
        entries.sum::<usize>() + self.shards.own_bytes()
    }

    fn shard_of(&self, hash: u64) -> u32 {
        (hash >> 32) as u32 & (self.width - 1)
    }

    fn with_hash(&self, hash: u64) -> &[Entry] {
        let Some(entries) = self.shards.get(self.shard_of(hash)) else { return &[] };
        let start = entries.partition_point(|entry| entry.hash < hash);
        let length = entries[start..].partition_point(|entry| entry.hash == hash);
        &entries[start..start + length]
    }

    fn put(&mut self, entry: Entry) {
        let shard = self.shards.get_mut(self.shard_of(entry.hash));
        let position = shard.partition_point(|other| *other < entry);
        shard.insert(position, entry);
    }

    fn grow(&mut self) {
        let old = std::mem::take(&mut self.shards);
        self.width *= 4;
        for (_, entries) in old.iter() {
            entries.iter().for_each(|entry| self.put(entry.clone()));
        }
    }
}

fn nodes<'a>(entries: impl Iterator<Item = &'a Entry>) -> Vec<NodeId> {
    let mut nodes: Vec<NodeId> = entries.map(|entry| NodeId(entry.node)).collect();
    nodes.sort_unstable();
    nodes.dedup();
    nodes
}

fn hash(folded: &str) -> u64 {
    foldhash::quality::FixedState::with_seed(0).hash_one(folded)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index(texts: &[(&str, u32)]) -> Entities {
        let mut entities = Entities::default();
        texts.iter().for_each(|(text, node)| entities.add(&Arc::from(*text), *node, Role::Name));
        entities
    }

    #[test]
    fn exact_spelling_comes_before_case() {
        let entities = index(&[("EU", 1), ("eu", 2), ("Kyiv", 3), ("KYIV", 3)]);
        assert_eq!(entities.resolve("EU"), Resolution::One(NodeId(1)));
        assert_eq!(entities.resolve("Eu"), Resolution::Ambiguous(vec![NodeId(1), NodeId(2)]));
        assert_eq!(entities.resolve("kyiv"), Resolution::One(NodeId(3)));
        assert_eq!(entities.resolve(""), Resolution::Unknown);
    }

    #[test]
    fn a_name_comes_before_an_alias_of_the_same_spelling() {
        let mut entities = index(&[("Geneva", 1), ("Bucha", 3)]);
        entities.add(&Arc::from("Geneva"), 2, Role::Alias);
        entities.add(&Arc::from("BUCHA"), 4, Role::Alias);
        entities.add(&Arc::from("the town"), 3, Role::Alias);
        entities.add(&Arc::from("the town"), 4, Role::Alias);
        assert_eq!(entities.resolve("Geneva"), Resolution::One(NodeId(1)));
        assert_eq!(entities.resolve("geneva"), Resolution::Ambiguous(vec![NodeId(1), NodeId(2)]));
        assert_eq!(entities.resolve("BUCHA"), Resolution::One(NodeId(4)));
        assert_eq!(entities.resolve("the town"), Resolution::Ambiguous(vec![NodeId(3), NodeId(4)]));
    }

    #[test]
    fn case_is_folded_in_every_script() {
        let entities = index(&[("Київ", 1), ("Straße", 2), ("ΟΔΟΣ", 3), ("Malmo\u{308}", 4), ("ﬁle", 5)]);
        for (spelling, node) in [("КИЇВ", 1), ("STRASSE", 2), ("οδος", 3), ("οδοσ", 3), ("MALMÖ", 4), ("FILE", 5)]
        {
            assert_eq!(entities.resolve(spelling), Resolution::One(NodeId(node)), "{spelling}");
        }
    }

    #[test]
    fn a_text_stays_until_it_was_removed_as_often_as_added() {
        let mut entities = index(&[("Kyiv", 1), ("Kyiv", 1), ("Kyiv", 2)]);
        let kyiv: Arc<str> = Arc::from("Kyiv");
        entities.remove(&kyiv, 2, Role::Name);
        entities.remove(&kyiv, 1, Role::Name);
        entities.remove(&kyiv, 9, Role::Name);
        assert_eq!(entities.resolve("Kyiv"), Resolution::One(NodeId(1)));
        entities.remove(&kyiv, 1, Role::Name);
        assert_eq!(entities.resolve("Kyiv"), Resolution::Unknown);
        assert_eq!((entities.count, entities.iter().count()), (0, 0));
    }

    #[test]
    fn nothing_is_lost_when_the_index_grows_and_a_held_clone_stays() {
        let mut entities = Entities::default();
        let name = |node: u32| -> Arc<str> { Arc::from(format!("Person {node}")) };
        (0..3000).for_each(|node| entities.add(&name(node), node, Role::Name));
        let held = entities.clone();
        (0..3000).filter(|node| node % 3 == 0).for_each(|node| entities.remove(&name(node), node, Role::Name));
        for node in 0..3000 {
            let expected = Resolution::One(NodeId(node));
            assert_eq!(held.resolve(&name(node).to_uppercase()), expected);
            assert_eq!(entities.resolve(&name(node)), if node % 3 == 0 { Resolution::Unknown } else { expected });
        }
    }

    #[test]
    fn many_at_once_are_as_one_by_one() {
        let texts = |count: u32| (0..count).map(|node| (Arc::from(format!("Name {}", node / 2)), node, Role::Name));
        for count in [0, 1, 63, 5000] {
            let (mut together, mut apart) = (Entities::of(texts(count).collect()), Entities::default());
            texts(count).for_each(|(text, node, role)| apart.add(&text, node, role));
            together.add(&Arc::from("Late"), 9, Role::Alias);
            apart.add(&Arc::from("Late"), 9, Role::Alias);
            for name in ["Name 0", "name 17", "late", "Name 2499"] {
                assert_eq!(together.resolve(name), apart.resolve(name), "{name} of {count}");
            }
            assert_eq!(together.count, apart.count);
        }
    }
}
