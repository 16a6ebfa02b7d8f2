//! A persistent array of shared entries: what a version's tables of segments are made of.
//!
//! Takes and gives entries by index. Levels of shared pages, as many as there need to be, make a clone one reference count;
//! a change copies one entry and the pages that lead to it, each only while somebody else holds it. Pages are small, because
//! copying one counts a reference to each entry on it. It does not know what an entry is.

use std::sync::Arc;

/// How many bits of an index a page tells apart.
const BITS: u32 = 5;
/// Entries or pages on a page.
const PAGE: usize = 1 << BITS;

/// An array with holes whose clones share everything that neither has changed since.
#[derive(Debug)]
pub(crate) struct Directory<T> {
    root: Arc<Page<T>>,
    /// How many levels of pages stand above the entries' own.
    height: u32,
}

#[derive(Debug)]
enum Page<T> {
    Entries(Vec<Option<Arc<T>>>),
    Pages(Vec<Option<Arc<Page<T>>>>),
}

impl<T> Clone for Directory<T> {
    fn clone(&self) -> Self {
        Directory { root: Arc::clone(&self.root), height: self.height }
    }
}

impl<T> Default for Directory<T> {
    fn default() -> Self {
        Directory { root: Arc::default(), height: 0 }
    }
}

impl<T> Clone for Page<T> {
    fn clone(&self) -> Self {
        match self {
            Page::Entries(entries) => Page::Entries(entries.clone()),
            Page::Pages(pages) => Page::Pages(pages.clone()),
        }
    }
}

impl<T> Default for Page<T> {
    fn default() -> Self {
        Page::Entries(Vec::new())
    }
}

impl<T> Directory<T> {
    /// The entry, if there is one.
    #[inline]
    pub(crate) fn get(&self, index: u32) -> Option<&T> {
        self.get_shared(index).map(|entry| &**entry)
    }

    /// The entry as it is shared.
    #[inline]
    pub(crate) fn get_shared(&self, index: u32) -> Option<&Arc<T>> {
        let (mut page, mut shift) = (&*self.root, self.height * BITS);
        if u64::from(index) >> shift >= PAGE as u64 {
            return None;
        }
        loop {
            let at = (index >> shift) as usize % PAGE;
            match page {
                Page::Entries(entries) => return entries.get(at)?.as_ref(),
                Page::Pages(pages) => page = pages.get(at)?.as_ref()?,
            }
            shift = shift.saturating_sub(BITS);
        }
    }

    /// The entries with their indexes, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u32, &T)> {
        let mut leaves = Vec::new();
        self.root.leaves(0, self.height * BITS, &mut leaves);
        leaves.into_iter().flat_map(|(first, entries)| {
            let entries = (0..).zip(entries);
            entries.filter_map(move |(at, entry)| entry.as_ref().map(|entry| (first + at, &**entry)))
        })
    }

    /// Bytes of the directory itself, without the entries.
    pub(crate) fn own_bytes(&self) -> usize {
        self.root.own_bytes()
    }

    /// The place of an entry, made where there is none.
    fn slot_mut(&mut self, index: u32) -> &mut Option<Arc<T>> {
        while u64::from(index) >> (self.height * BITS) >= PAGE as u64 {
            let below = std::mem::take(&mut self.root);
            self.root = Arc::new(Page::Pages(vec![Some(below)]));
            self.height += 1;
        }
        Arc::make_mut(&mut self.root).slot_mut(index, self.height * BITS)
    }

    /// Puts an entry in its place.
    pub(crate) fn insert(&mut self, index: u32, entry: T) {
        *self.slot_mut(index) = Some(Arc::new(entry));
    }
}

impl<T: Clone + Default> Directory<T> {
    /// The entry for changing, made where there is none, copied where it is shared.
    pub(crate) fn get_mut(&mut self, index: u32) -> &mut T {
        Arc::make_mut(self.slot_mut(index).get_or_insert_with(Arc::default))
    }
}

impl<T> Page<T> {
    /// A page of entries, or of pages when there are bits left for those below.
    fn empty(shift: u32) -> Arc<Page<T>> {
        Arc::new(if shift == 0 { Page::Entries(Vec::new()) } else { Page::Pages(Vec::new()) })
    }

    fn slot_mut(&mut self, index: u32, shift: u32) -> &mut Option<Arc<T>> {
        let at = (index >> shift) as usize % PAGE;
        match self {
            Page::Entries(entries) => place(entries, at),
            Page::Pages(pages) => {
                let below = shift.saturating_sub(BITS);
                let page = place(pages, at).get_or_insert_with(|| Page::empty(below));
                Arc::make_mut(page).slot_mut(index, below)
            }
        }
    }

    /// Appends the pages of entries, each with the index of its first.
    fn leaves<'a>(&'a self, first: u32, shift: u32, out: &mut Vec<(u32, &'a [Option<Arc<T>>])>) {
        match self {
            Page::Entries(entries) => out.push((first, entries)),
            Page::Pages(pages) => {
                for (at, page) in (0..).zip(pages) {
                    let page = page.as_deref().into_iter();
                    page.for_each(|page| page.leaves(first + (at << shift), shift.saturating_sub(BITS), out));
                }
            }
        }
    }

    fn own_bytes(&self) -> usize {
        let (places, below) = match self {
            Page::Entries(entries) => (entries.capacity(), 0),
            Page::Pages(pages) => (pages.capacity(), pages.iter().flatten().map(|page| page.own_bytes()).sum()),
        };
        size_of::<Page<T>>() + places * size_of::<usize>() + below
    }
}

/// A place of a page, made where there is none.
fn place<E>(places: &mut Vec<Option<Arc<E>>>, at: usize) -> &mut Option<Arc<E>> {
    if places.len() <= at {
        places.resize_with(at + 1, || None);
    }
    &mut places[at]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    #[test]
    fn a_change_copies_only_what_it_touches() {
        let mut first: Directory<Vec<u32>> = Directory::default();
        for index in [0, 1, 31, 32, 1000, 40_000] {
            first.get_mut(index).push(index);
        }
        let held = first.clone();
        first.get_mut(1).push(7);
        assert_eq!(held.get(1), Some(&vec![1]));
        assert_eq!(first.get(1), Some(&vec![1, 7]));
        for index in [0, 31, 32, 1000, 40_000] {
            let (a, b) = (first.get_shared(index).unwrap(), held.get_shared(index).unwrap());
            assert!(Arc::ptr_eq(a, b), "entry {index} was copied");
        }
        let (Page::Pages(one), Page::Pages(other)) = (&*first.root, &*held.root) else { panic!("there are pages") };
        assert!(!Arc::ptr_eq(one[0].as_ref().unwrap(), other[0].as_ref().unwrap()));
        assert!(Arc::ptr_eq(one[1].as_ref().unwrap(), other[1].as_ref().unwrap()));
    }

    #[test]
    fn holes_are_not_entries() {
        let mut directory: Directory<u8> = Directory::default();
        assert_eq!((directory.get(0), directory.get(u32::MAX)), (None, None));
        directory.insert(300, 5);
        assert_eq!(directory.get(299), None);
        assert_eq!(directory.get(4_000_000), None);
        assert_eq!(directory.iter().collect::<Vec<_>>(), [(300, &5)]);
        directory.insert(u32::MAX, 6);
        assert_eq!(directory.iter().collect::<Vec<_>>(), [(300, &5), (u32::MAX, &6)]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]
        #[test]
        fn a_directory_behaves_like_a_map_and_clones_stay(
            changes in proptest::collection::vec(
                (prop_oneof![0u32..40, 0u32..3000, any::<u32>()], any::<u8>(), any::<bool>()), 0..200),
        ) {
            let (mut directory, mut model) = (Directory::default(), BTreeMap::new());
            let mut held = Vec::new();
            for (index, value, hold) in changes {
                if hold {
                    held.push((directory.clone(), model.clone()));
                }
                if value % 2 == 0 {
                    directory.insert(index, value);
                    model.insert(index, value);
                } else {
                    let changed: &mut u8 = directory.get_mut(index);
                    *changed = changed.wrapping_add(value);
                    let expected = model.entry(index).or_insert(0);
                    *expected = expected.wrapping_add(value);
                }
                prop_assert_eq!(directory.get(index.wrapping_add(1)), model.get(&index.wrapping_add(1)));
            }
            held.push((directory, model));
            for (directory, model) in held {
                prop_assert!(directory.iter().eq(model.iter().map(|(index, value)| (*index, value))));
                prop_assert!(model.iter().all(|(index, value)| directory.get(*index) == Some(value)));
            }
        }
    }
}
