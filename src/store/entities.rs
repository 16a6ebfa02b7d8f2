//! The entity index: which nodes may have a name or an alias.
//!
//! Takes texts and nodes; gives the nodes that were given with a text, or with one that differs from it in case. Entries
//! are hashes of folded texts, sorted, in shards of a directory, so that a change copies one shard; the number of shards
//! doubles as the index grows. It keeps no texts: different ones of the same hash are told apart by whoever has them.

use super::directory::Directory;
use crate::text::fold;
use std::hash::BuildHasher;

/// Entries for each shard, on average, at most.
const SHARD: u64 = 64;

/// What texts denote, by their hashes.
#[derive(Clone, Debug)]
pub(crate) struct Entities {
    shards: Directory<Vec<Entry>>,
    /// The number of shards: a power of two.
    width: u32,
    count: u64,
}

/// What a text is to a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Role {
    /// Its name.
    Name,
    /// One of its aliases.
    Alias,
}

/// One text of one node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Entry {
    hash: u64,
    pub(crate) node: u32,
    pub(crate) role: Role,
}

impl Entry {
    pub(crate) fn new(text: &str, node: u32, role: Role) -> Entry {
        Entry { hash: hash(text), node, role }
    }
}

impl Default for Entities {
    fn default() -> Self {
        Entities { shards: Directory::default(), width: 1, count: 0 }
    }
}

impl Entities {
    /// Adds a text of a node; as often as it is added it must be removed.
    pub(crate) fn add(&mut self, entry: Entry) {
        if self.count >= u64::from(self.width) * SHARD && self.width < 1 << 24 {
            self.grow();
        }
        self.put(entry);
        self.count += 1;
    }

    /// The index of many texts.
    pub(crate) fn of(mut entries: Vec<Entry>) -> Entities {
        let count = entries.len() as u64;
        let width = (count / SHARD).clamp(1, 1 << 24).next_power_of_two() as u32;
        let shard = |entry: &Entry| shard_of(entry.hash, width);
        entries.sort_unstable_by_key(|entry| (shard(entry), *entry));
        let mut shards = Directory::default();
        for run in entries.chunk_by(|a, b| shard(a) == shard(b)) {
            shards.insert(shard(&run[0]), run.to_vec());
        }
        Entities { shards, width, count }
    }

    /// Removes a text of a node.
    pub(crate) fn remove(&mut self, entry: Entry) {
        let shard = self.shard_of(entry.hash);
        let found = self.shards.get(shard).and_then(|entries| entries.binary_search(&entry).ok());
        if let Some(position) = found {
            self.shards.get_mut(shard).remove(position);
            self.count -= 1;
        }
    }

    /// Whose name or alias a text may be, in any case.
    pub(crate) fn candidates(&self, text: &str) -> &[Entry] {
        let hash = hash(text);
        let Some(entries) = self.shards.get(self.shard_of(hash)) else { return &[] };
        let start = entries.partition_point(|entry| entry.hash < hash);
        let length = entries[start..].partition_point(|entry| entry.hash == hash);
        &entries[start..start + length]
    }

    /// All entries, in no particular order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Entry> {
        self.shards.iter().flat_map(|(_, entries)| entries.iter().copied())
    }

    /// Bytes used.
    pub(crate) fn bytes(&self) -> usize {
        let entries = self.shards.iter().map(|(_, entries)| 24 + entries.capacity() * size_of::<Entry>());
        entries.sum::<usize>() + self.shards.own_bytes()
    }

    fn shard_of(&self, hash: u64) -> u32 {
        shard_of(hash, self.width)
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
            entries.iter().for_each(|entry| self.put(*entry));
        }
    }
}

/// The shard of a hash among so many, a power of two.
fn shard_of(hash: u64, width: u32) -> u32 {
    (hash >> 32) as u32 & (width - 1)
}

fn hash(text: &str) -> u64 {
    foldhash::quality::FixedState::with_seed(0).hash_one(fold(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(node: u32) -> Entry {
        Entry::new(&format!("Person {node}"), node, Role::Name)
    }

    fn nodes(entities: &Entities, text: &str) -> Vec<u32> {
        entities.candidates(text).iter().map(|entry| entry.node).collect()
    }

    #[test]
    fn a_text_stays_until_it_was_removed_as_often_as_added() {
        let entry = |node| Entry::new("Kyiv", node, Role::Name);
        let mut entities = Entities::of(vec![entry(1), entry(1), entry(2)]);
        entities.remove(entry(2));
        entities.remove(entry(1));
        entities.remove(entry(9));
        entities.remove(Entry::new("Kyiv", 1, Role::Alias));
        assert_eq!(nodes(&entities, "KYIV"), [1]);
        entities.remove(entry(1));
        assert!(nodes(&entities, "Kyiv").is_empty());
        assert_eq!((entities.count, entities.iter().count()), (0, 0));
    }

    #[test]
    fn nothing_is_lost_when_the_index_grows_and_a_held_clone_stays() {
        let mut entities = Entities::default();
        (0..3000).for_each(|node| entities.add(name(node)));
        let held = entities.clone();
        (0..3000).filter(|node| node % 3 == 0).for_each(|node| entities.remove(name(node)));
        for node in 0..3000 {
            assert_eq!(nodes(&held, &format!("PERSON {node}")), [node]);
            let expected: &[u32] = if node % 3 == 0 { &[] } else { &[node] };
            assert_eq!(nodes(&entities, &format!("person {node}")), expected);
        }
    }

    #[test]
    fn many_at_once_are_as_one_by_one() {
        for count in [0, 1, 63, 5000] {
            let texts = (0..count).map(|node| Entry::new(&format!("Name {}", node / 2), node, Role::Name));
            let (mut together, mut apart) = (Entities::of(texts.clone().collect()), Entities::default());
            texts.for_each(|entry| apart.add(entry));
            together.add(Entry::new("Late", 9, Role::Alias));
            apart.add(Entry::new("Late", 9, Role::Alias));
            for text in ["Name 0", "name 17", "late", "Name 2499"] {
                assert_eq!(together.candidates(text), apart.candidates(text), "{text} of {count}");
            }
            assert_eq!(together.count, apart.count);
        }
    }
}
