//! A persistent sorted set of values with identifiers: what a property index is made of.
//!
//! A tree of shared pages. A clone is one reference count; a change copies the pages on the way to one entry, each only
//! while somebody else holds it, so that its cost follows the depth of the tree and not its size. Entries are sorted
//! by the total order of values and then by identifier. It does not know what an identifier identifies.

use crate::value::{Value, compare};
use std::cmp::Ordering;
use std::sync::Arc;

/// Entries or children that a page has at most.
const MOST: usize = 64;
/// A page with fewer is joined with a neighbour, when both fit on one.
const FEWEST: usize = MOST / 4;

/// A value and whose it is.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) value: Value,
    pub(crate) id: u32,
}

impl Entry {
    fn order(&self, other: &Entry) -> Ordering {
        compare::order(&self.value, &other.value).then(self.id.cmp(&other.id))
    }
}

/// A sorted set of entries.
#[derive(Clone, Debug)]
pub(crate) struct Tree {
    root: Arc<Page>,
    /// How many different values there are.
    distinct: u64,
}

#[derive(Clone, Debug)]
enum Page {
    Leaf(Vec<Entry>),
    Inner(Vec<Child>),
}

/// A page below another one. It is never empty.
#[derive(Clone, Debug)]
struct Child {
    /// Its least entry.
    first: Entry,
    /// How many entries are below it.
    count: u64,
    page: Arc<Page>,
}

impl Default for Tree {
    fn default() -> Tree {
        Tree { root: Arc::new(Page::Leaf(Vec::new())), distinct: 0 }
    }
}

impl Tree {
    /// A tree of entries in any order, each different from the others.
    pub(crate) fn build(mut entries: Vec<Entry>) -> Tree {
        entries.sort_unstable_by(Entry::order);
        let runs = entries.chunk_by(|a, b| compare::order(&a.value, &b.value).is_eq());
        let distinct = runs.count() as u64;
        let mut level: Vec<Child> = pages(entries).map(Page::Leaf).filter_map(Child::of).collect();
        while level.len() > 1 {
            level = pages(level).map(Page::Inner).filter_map(Child::of).collect();
        }
        match level.pop() {
            Some(root) => Tree { root: root.page, distinct },
            None => Tree::default(),
        }
    }

    /// How many entries there are.
    pub(crate) fn len(&self) -> u64 {
        self.root.count()
    }

    /// How many different values there are.
    pub(crate) fn distinct(&self) -> u64 {
        self.distinct
    }

    /// Adds an entry that is not there.
    pub(crate) fn insert(&mut self, entry: Entry) {
        self.distinct += u64::from(!self.contains_value(&entry.value));
        if let Some(right) = Arc::make_mut(&mut self.root).insert(entry) {
            let left = Child::of(std::mem::replace(Arc::make_mut(&mut self.root), Page::Leaf(Vec::new())));
            let children = left.into_iter().chain(Child::of(right)).collect();
            self.root = Arc::new(Page::Inner(children));
        }
    }

    /// Takes an entry away, if it is there.
    pub(crate) fn remove(&mut self, entry: &Entry) {
        if !Arc::make_mut(&mut self.root).remove(entry) {
            return;
        }
        while let Page::Inner(children) = &*self.root
            && let [only] = children.as_slice()
        {
            self.root = Arc::clone(&only.page);
        }
        self.distinct -= u64::from(!self.contains_value(&entry.value));
    }

    /// Whether any entry has the value.
    pub(crate) fn contains_value(&self, value: &Value) -> bool {
        let mut found = false;
        self.scan(&|other| compare::order(other, value), &mut |_| {
            found = true;
            false
        });
        found
    }

    /// Calls `visit` with the entries of a stretch, in order, until it answers `false`. `place` says for a value whether
    /// it comes before the stretch, belongs to it, or comes after it; it must ascend with the order of values.
    pub(crate) fn scan(&self, place: &dyn Fn(&Value) -> Ordering, visit: &mut dyn FnMut(&Entry) -> bool) {
        self.root.scan(place, visit);
    }

    /// How many entries a stretch has; see [`Tree::scan`].
    pub(crate) fn count(&self, place: &dyn Fn(&Value) -> Ordering) -> u64 {
        let start = self.root.count_before(&|value| place(value).is_lt());
        self.root.count_before(&|value| place(value).is_le()) - start
    }

    /// Bytes used without the text of values.
    pub(crate) fn bytes(&self) -> usize {
        self.root.bytes()
    }
}

/// Splits a level into pages with some room left.
fn pages<T>(items: Vec<T>) -> impl Iterator<Item = Vec<T>> {
    let full = MOST * 3 / 4;
    let mut items = items.into_iter().peekable();
    std::iter::from_fn(move || {
        items.peek()?;
        Some(items.by_ref().take(full).collect())
    })
}

impl Child {
    fn of(page: Page) -> Option<Child> {
        let first = page.first()?.clone();
        Some(Child { first, count: page.count(), page: Arc::new(page) })
    }
}

impl Page {
    fn first(&self) -> Option<&Entry> {
        match self {
            Page::Leaf(entries) => entries.first(),
            Page::Inner(children) => children.first().map(|child| &child.first),
        }
    }

    fn count(&self) -> u64 {
        match self {
            Page::Leaf(entries) => entries.len() as u64,
            Page::Inner(children) => children.iter().map(|child| child.count).sum(),
        }
    }

    fn len(&self) -> usize {
        match self {
            Page::Leaf(entries) => entries.len(),
            Page::Inner(children) => children.len(),
        }
    }

    /// Adds an entry; gives the right half when the page had to be split.
    fn insert(&mut self, entry: Entry) -> Option<Page> {
        match self {
            Page::Leaf(entries) => {
                let at = entries.partition_point(|other| other.order(&entry).is_lt());
                entries.insert(at, entry);
                (entries.len() > MOST).then(|| Page::Leaf(entries.split_off(entries.len() / 2)))
            }
            Page::Inner(children) => {
                let at = child_of(children, &entry);
                let child = children.get_mut(at)?;
                let right = Arc::make_mut(&mut child.page).insert(entry);
                child.refresh();
                if let Some(right) = right.and_then(Child::of) {
                    children.insert(at + 1, right);
                }
                (children.len() > MOST).then(|| Page::Inner(children.split_off(children.len() / 2)))
            }
        }
    }

    /// Takes an entry away; whether it was there.
    fn remove(&mut self, entry: &Entry) -> bool {
        match self {
            Page::Leaf(entries) => {
                let found = entries.binary_search_by(|other| other.order(entry));
                found.map(|at| entries.remove(at)).is_ok()
            }
            Page::Inner(children) => {
                let at = child_of(children, entry);
                let Some(child) = children.get_mut(at) else { return false };
                if !Arc::make_mut(&mut child.page).remove(entry) {
                    return false;
                }
                if child.page.len() == 0 {
                    children.remove(at);
                } else {
                    child.refresh();
                    join_small(children, at);
                }
                true
            }
        }
    }

    /// Whether `visit` wanted to go on to the end.
    fn scan(&self, place: &dyn Fn(&Value) -> Ordering, visit: &mut dyn FnMut(&Entry) -> bool) -> bool {
        match self {
            Page::Leaf(entries) => {
                let start = entries.partition_point(|entry| place(&entry.value).is_lt());
                entries[start..].iter().take_while(|entry| place(&entry.value).is_eq()).all(visit)
            }
            Page::Inner(children) => {
                let start = children.partition_point(|child| place(&child.first.value).is_lt()).saturating_sub(1);
                let mut inside = children[start..].iter().take_while(|child| place(&child.first.value).is_le());
                inside.all(|child| child.page.scan(place, visit))
            }
        }
    }

    /// How many entries come before a point: those for whose values `before` holds.
    fn count_before(&self, before: &dyn Fn(&Value) -> bool) -> u64 {
        match self {
            Page::Leaf(entries) => entries.partition_point(|entry| before(&entry.value)) as u64,
            Page::Inner(children) => {
                let end = children.partition_point(|child| before(&child.first.value));
                let Some((last, whole)) = children[..end].split_last() else { return 0 };
                whole.iter().map(|child| child.count).sum::<u64>() + last.page.count_before(before)
            }
        }
    }

    fn bytes(&self) -> usize {
        match self {
            Page::Leaf(entries) => size_of::<Page>() + entries.capacity() * size_of::<Entry>(),
            Page::Inner(children) => {
                let below: usize = children.iter().map(|child| child.page.bytes()).sum();
                size_of::<Page>() + children.capacity() * size_of::<Child>() + below
            }
        }
    }

    /// Takes over all of a page that comes after this one and is of the same level.
    fn append(&mut self, right: &Page) {
        match (self, right) {
            (Page::Leaf(entries), Page::Leaf(more)) => entries.extend(more.iter().cloned()),
            (Page::Inner(children), Page::Inner(more)) => children.extend(more.iter().cloned()),
            _ => {}
        }
    }
}

impl Child {
    /// Brings what is known about the page up to date.
    fn refresh(&mut self) {
        self.count = self.page.count();
        if let Some(first) = self.page.first() {
            self.first = first.clone();
        }
    }
}

/// The child where an entry is or belongs.
fn child_of(children: &[Child], entry: &Entry) -> usize {
    children.partition_point(|child| child.first.order(entry).is_le()).saturating_sub(1)
}

/// Joins a child that has become small with the one before or after it.
fn join_small(children: &mut Vec<Child>, at: usize) {
    let length = |at: usize| children.get(at).map_or(usize::MAX, |child| child.page.len());
    if length(at) >= FEWEST {
        return;
    }
    let left = if at > 0 && length(at - 1) <= MOST - length(at) { at - 1 } else { at };
    if length(left).saturating_add(length(left + 1)) > MOST {
        return;
    }
    let right = children.remove(left + 1);
    if let Some(child) = children.get_mut(left) {
        Arc::make_mut(&mut child.page).append(&right.page);
        child.refresh();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn entry(number: i64, id: u32) -> Entry {
        // The same number as an integer and as a float is one value.
        let value = if id.is_multiple_of(3) { Value::Float(number as f64) } else { Value::Int(number) };
        Entry { value, id }
    }

    fn number(value: &Value) -> i64 {
        match value {
            Value::Int(number) => *number,
            Value::Float(number) => *number as i64,
            _ => i64::MAX,
        }
    }

    fn all(tree: &Tree) -> Vec<(i64, u32)> {
        let mut found = Vec::new();
        tree.scan(&|_| Ordering::Equal, &mut |entry| {
            found.push((number(&entry.value), entry.id));
            true
        });
        found
    }

    fn within(low: i64, high: i64) -> impl Fn(&Value) -> Ordering {
        move |value| match number(value) {
            number if number < low => Ordering::Less,
            number if number > high => Ordering::Greater,
            _ => Ordering::Equal,
        }
    }

    fn check(tree: &Tree, model: &BTreeSet<(i64, u32)>) {
        assert_eq!(all(tree), model.iter().copied().collect::<Vec<_>>());
        assert_eq!(tree.len(), model.len() as u64);
        assert_eq!(tree.distinct(), model.iter().map(|pair| pair.0).collect::<BTreeSet<_>>().len() as u64);
        for (low, high) in [(0, 0), (-5, 12), (3, 2), (30, 99), (i64::MIN, i64::MAX)] {
            let expected = model.iter().filter(|pair| low <= pair.0 && pair.0 <= high).count() as u64;
            assert_eq!(tree.count(&within(low, high)), if low > high { 0 } else { expected }, "{low}..={high}");
            let mut visited = 0;
            tree.scan(&within(low, high), &mut |_| {
                visited += 1;
                true
            });
            assert_eq!(visited, expected);
        }
        shape(&tree.root);
    }

    /// All leaves are equally deep, no page is empty or too full, and what a child says of its page is true.
    fn shape(page: &Page) -> usize {
        assert!(page.len() <= MOST);
        match page {
            Page::Leaf(_) => 0,
            Page::Inner(children) => {
                assert!(!children.is_empty());
                let depths: BTreeSet<usize> = children
                    .iter()
                    .map(|child| {
                        assert!(child.page.len() > 0);
                        assert_eq!(child.count, child.page.count());
                        assert!(child.first.order(child.page.first().unwrap()).is_eq());
                        shape(&child.page)
                    })
                    .collect();
                assert_eq!(depths.len(), 1);
                depths.into_iter().next().unwrap() + 1
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn a_tree_behaves_like_a_sorted_set_and_clones_stay(
            start in proptest::collection::btree_set((-20i64..60, 0u32..100), 0..2000),
            changes in proptest::collection::vec((any::<bool>(), -20i64..60, 0u32..100), 0..1500),
        ) {
            let mut model = start.clone();
            let mut tree = Tree::build(start.iter().rev().map(|(number, id)| entry(*number, *id)).collect());
            let (held, before) = (tree.clone(), model.clone());
            for (add, number, id) in changes {
                if add && model.insert((number, id)) {
                    tree.insert(entry(number, id));
                } else if !add {
                    model.remove(&(number, id));
                    tree.remove(&entry(number, id));
                }
            }
            check(&tree, &model);
            check(&held, &before);
            for (number, id) in std::mem::take(&mut model) {
                tree.remove(&entry(number, id));
            }
            check(&tree, &model);
            check(&held, &before);
        }
    }

    #[test]
    fn a_change_of_a_large_tree_copies_one_page_of_each_level() {
        let mut tree = Tree::build((0..100_000).map(|id| entry(i64::from(id), id)).collect());
        let held = tree.clone();
        tree.insert(entry(50_000, 200_000));
        assert!(copied(&tree.root, &held.root) <= 3, "{}", copied(&tree.root, &held.root));
        assert_eq!((tree.len(), held.len()), (100_001, 100_000));
    }

    /// How many pages of one tree are not those of another.
    fn copied(page: &Arc<Page>, other: &Arc<Page>) -> usize {
        if Arc::ptr_eq(page, other) {
            return 0;
        }
        let (Page::Inner(children), Page::Inner(others)) = (&**page, &**other) else { return 1 };
        children.iter().zip(others).map(|(child, other)| copied(&child.page, &other.page)).sum::<usize>() + 1
    }
}
