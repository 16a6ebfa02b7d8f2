//! The relationships that rows and groups of rows rest on.

use super::CallContext;
use crate::error::Result;
use crate::value::arithmetic::check_list_size;
use crate::value::{RelId, RelLists, Value};
use hashbrown::HashSet;

/// How many relationships are followed between two looks at whether to go on.
const STRETCH: usize = 1024;

/// Up to so many relationships are looked through one by one.
const FEW: usize = 16;

/// Relationships in the order in which they are met, each once.
#[derive(Debug, Default)]
pub(crate) struct Found {
    rels: Vec<RelId>,
    /// The same, when they are more than a few; otherwise nothing.
    seen: HashSet<RelId, foldhash::fast::RandomState>,
}

impl Found {
    /// Adds a relationship, unless it is there.
    #[inline]
    pub(crate) fn add(&mut self, rel: RelId) {
        let new = match self.seen.is_empty() {
            true => !self.rels.contains(&rel),
            false => self.seen.insert(rel),
        };
        if !new {
            return;
        }
        self.rels.push(rel);
        if self.seen.is_empty() && self.rels.len() > FEW {
            self.seen.extend(self.rels.iter().copied());
        }
    }

    /// Adds what the derived ones among them rest on, down to what is stored.
    ///
    /// # Errors
    /// When they are more than a list may have, and what the watch says.
    pub(crate) fn add_premises(&mut self, context: &CallContext<'_>) -> Result<()> {
        let mut at = 0;
        while let (Some(rel), true) = (self.rels.get(at), context.graph.derived().is_some()) {
            let proof = context.graph.proof(*rel);
            proof.into_iter().flat_map(|proof| proof.premises).for_each(|premise| self.add(*premise));
            at += 1;
            if at.is_multiple_of(STRETCH) {
                context.watch.check()?;
                check_list_size(self.rels.len(), context.max_value_bytes)?;
            }
        }
        check_list_size(self.rels.len(), context.max_value_bytes)
    }

    /// Those that were met.
    pub(crate) fn rels(&self) -> &[RelId] {
        &self.rels
    }

    /// Forgets them.
    pub(crate) fn clear(&mut self) {
        self.rels.clear();
        self.seen.clear();
    }
}

/// How many more than were known may wait at least before those that came again are dropped.
const WAITING: usize = 4096;

/// Relationships of groups, in each group once and in order of type and row: the order in which they were met does not
/// matter.
#[derive(Clone, Debug, Default)]
pub(crate) struct Evidence {
    /// Those of each group, without those that wait.
    lists: RelLists,
    waiting: Vec<(u32, RelId)>,
}

impl Evidence {
    /// Adds the relationships of a value to a group: one, or those of a path or list.
    pub(crate) fn add(&mut self, group: u32, value: &Value) {
        each_rel(value, &mut |rel| self.push(group, rel));
    }

    /// Adds a relationship to a group.
    #[inline]
    pub(crate) fn push(&mut self, group: u32, rel: RelId) {
        if self.waiting.last() == Some(&(group, rel)) {
            return;
        }
        if self.waiting.len() >= WAITING.max(self.lists.rels().len()) {
            self.settle(0);
        }
        self.waiting.push((group, rel));
    }

    /// Adds what another has; `groups` are the groups here of those there.
    pub(crate) fn join(&mut self, other: &Evidence, groups: impl Fn(u32) -> u32) {
        for (group, list) in (0u32..).zip(other.lists.iter()) {
            list.iter().for_each(|rel| self.push(groups(group), *rel));
        }
        other.waiting.iter().for_each(|(group, rel)| self.push(groups(*group), *rel));
    }

    /// Puts what waits into the lists of at least so many groups.
    fn settle(&mut self, groups: usize) {
        let last = self.waiting.iter().map(|(group, _)| *group as usize + 1).max().unwrap_or(0);
        let groups = groups.max(last).max(self.lists.len());
        let mut starts = vec![0; groups + 1];
        self.lists.iter().zip(&mut starts[1..]).for_each(|(list, len)| *len = list.len());
        self.waiting.iter().for_each(|(group, _)| starts[*group as usize + 1] += 1);
        (0..groups).for_each(|at| starts[at + 1] += starts[at]);
        let mut all = vec![0; starts[groups]];
        let mut ends = starts.clone();
        for (list, end) in self.lists.iter().zip(&mut ends) {
            all[*end..*end + list.len()].iter_mut().zip(list).for_each(|(place, rel)| *place = rel.packed());
            *end += list.len();
        }
        for (group, rel) in self.waiting.drain(..) {
            let end = &mut ends[group as usize];
            all[*end] = rel.packed();
            *end += 1;
        }
        self.lists = RelLists::with_capacity(groups, all.len());
        for run in starts.windows(2) {
            let rels = &mut all[run[0]..run[1]];
            rels.sort();
            self.lists.push(rels.chunk_by(|left, right| left == right).map(|equal| RelId::unpacked(equal[0])));
        }
    }

    /// How many relationships there are, some of them perhaps more than once.
    pub(crate) fn len(&self) -> usize {
        self.lists.rels().len() + self.waiting.len()
    }

    /// About how many bytes it takes, while it puts into lists what waits.
    pub(crate) fn bytes(&self) -> u64 {
        2 * self.lists.bytes() + (self.waiting.capacity() * (size_of::<(u32, RelId)>() + size_of::<RelId>())) as u64
    }

    /// The list of each of so many groups.
    pub(crate) fn into_lists(mut self, groups: usize) -> RelLists {
        self.settle(groups);
        self.lists
    }
}

/// Calls `visit` with the relationships of a value: one, or those of a path or list.
pub(crate) fn each_rel(value: &Value, visit: &mut impl FnMut(RelId)) {
    match value {
        Value::Rel(rel) => visit(*rel),
        Value::Path(path) => path.rels.iter().for_each(|rel| visit(*rel)),
        Value::List(items) => items.iter().for_each(|item| each_rel(item, visit)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::RelTypeId;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn each_stands_once_in_its_group_and_in_order(
            rows in prop::collection::vec((0u32..4, prop::collection::vec((0u32..3, 0u32..900), 0..40)), 0..400),
            cut in any::<prop::sample::Index>(),
        ) {
            let rel = |(rel_type, row): &(u32, u32)| RelId { rel_type: RelTypeId(*rel_type), row: *row };
            let (mut first, mut second) = (Evidence::default(), Evidence::default());
            let cut = cut.index(rows.len() + 1);
            for (at, (group, row)) in rows.iter().enumerate() {
                let values = Value::list(row.iter().map(|each| Value::Rel(rel(each))).collect());
                if at < cut { first.add(*group, &values) } else { second.add(3 - group, &values) }
            }
            first.join(&second, |group| 3 - group);
            let lists = first.into_lists(5);
            prop_assert_eq!(lists.len(), 5);
            for (group, list) in lists.iter().enumerate() {
                let rows = rows.iter().filter(|(of, _)| *of as usize == group);
                let all: BTreeSet<RelId> = rows.flat_map(|(_, row)| row).map(rel).collect();
                prop_assert_eq!(list.to_vec(), all.into_iter().collect::<Vec<_>>());
            }
        }

        #[test]
        fn those_that_are_met_again_are_not_added(rows in prop::collection::vec(0u32..60, 0..200)) {
            let rel = |row: &u32| RelId { rel_type: RelTypeId(0), row: *row };
            let (mut found, mut seen) = (Found::default(), BTreeSet::new());
            let expected: Vec<RelId> = rows.iter().filter(|row| seen.insert(**row)).map(rel).collect();
            rows.iter().for_each(|row| found.add(rel(row)));
            prop_assert_eq!(found.rels(), expected.as_slice());
            found.clear();
            found.add(rel(&7));
            prop_assert_eq!(found.rels(), &[rel(&7)]);
        }
    }
}
