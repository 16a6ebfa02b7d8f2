//! The relationships that the rows of groups rest on.

use crate::value::{RelId, Value};

/// How many more than were known once may wait before those that came again are dropped.
const WAITING: usize = 4096;

/// Relationships of groups, in each group once and in order of type and row: the order in which they were met does not
/// matter.
#[derive(Clone, Debug, Default)]
pub(crate) struct Evidence {
    rels: Vec<(u32, RelId)>,
    /// How many were left when those that came again were dropped last.
    known: usize,
}

impl Evidence {
    /// Adds the relationships of a value to a group: one, or those of a path or list.
    pub(crate) fn add(&mut self, group: u32, value: &Value) {
        each_rel(value, &mut |rel| self.push(group, rel));
    }

    /// Adds a relationship to a group.
    #[inline]
    pub(crate) fn push(&mut self, group: u32, rel: RelId) {
        if self.rels.last() == Some(&(group, rel)) {
            return;
        }
        if self.rels.len() >= 2 * self.known + WAITING {
            self.settle();
        }
        self.rels.push((group, rel));
    }

    /// Adds what another has; `groups` are the groups here of those there.
    pub(crate) fn join(&mut self, other: &Evidence, groups: impl Fn(u32) -> u32) {
        other.rels.iter().for_each(|(group, rel)| self.push(groups(*group), *rel));
    }

    fn settle(&mut self) {
        self.rels.sort_unstable();
        self.rels.dedup();
        self.known = self.rels.len();
    }

    /// How many relationships there are, some of them perhaps more than once.
    pub(crate) fn len(&self) -> usize {
        self.rels.len()
    }

    /// The most bytes it has taken.
    pub(crate) fn bytes(&self) -> u64 {
        (self.rels.capacity() * size_of::<(u32, RelId)>()) as u64
    }

    /// The list of each of so many groups.
    pub(crate) fn into_lists(mut self, groups: usize) -> Vec<Value> {
        self.settle();
        let mut lists = vec![Value::list(Vec::new()); groups];
        for run in self.rels.chunk_by(|left, right| left.0 == right.0) {
            if let Some(list) = lists.get_mut(run[0].0 as usize) {
                *list = Value::list(run.iter().map(|(_, rel)| Value::Rel(*rel)).collect());
            }
        }
        lists
    }
}

/// Calls `visit` with the relationships of a value: one, or those of a path or list.
pub(super) fn each_rel(value: &Value, visit: &mut impl FnMut(RelId)) {
    match value {
        Value::Rel(rel) => visit(*rel),
        Value::Path(path) => path.rels.iter().for_each(|rel| visit(*rel)),
        Value::List(items) => items.iter().for_each(|item| each_rel(item, visit)),
        _ => {}
    }
}

/// Whether values are what [`Evidence::into_lists`] gives of a group.
pub(super) fn is_evidence(values: &[Value]) -> bool {
    let rel = |value: &Value| if let Value::Rel(rel) = value { Some(*rel) } else { None };
    values.iter().all(|value| rel(value).is_some()) && values.windows(2).all(|pair| rel(&pair[0]) < rel(&pair[1]))
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
            for (group, list) in first.into_lists(5).into_iter().enumerate() {
                let rows = rows.iter().filter(|(of, _)| *of as usize == group);
                let all: BTreeSet<RelId> = rows.flat_map(|(_, row)| row).map(rel).collect();
                let Value::List(values) = list else { return Err(TestCaseError::fail("no list")) };
                prop_assert!(is_evidence(&values));
                let found = values.iter().filter_map(|value| if let Value::Rel(rel) = value { Some(*rel) } else { None });
                prop_assert_eq!(found.collect::<Vec<_>>(), all.into_iter().collect::<Vec<_>>());
            }
        }
    }
}
