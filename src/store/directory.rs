//! A persistent array of shared entries: what a version's tables of segments are made of.
//!
//! Takes and gives entries by index. Two levels of shared pages make a clone one reference count, and a change copies
//! the root, one page and one entry, each only while somebody else holds it. It does not know what an entry is.

use std::sync::Arc;

/// Entries on a page.
const PAGE: usize = 128;

/// An array with holes whose clones share everything that neither has changed since.
#[derive(Debug)]
pub(crate) struct Directory<T> {
    pages: Arc<Vec<Arc<Page<T>>>>,
}

#[derive(Debug)]
struct Page<T> {
    slots: Vec<Option<Arc<T>>>,
}

impl<T> Clone for Directory<T> {
    fn clone(&self) -> Self {
        Directory { pages: Arc::clone(&self.pages) }
    }
}

impl<T> Default for Directory<T> {
    fn default() -> Self {
        Directory { pages: Arc::new(Vec::new()) }
    }
}

impl<T> Clone for Page<T> {
    fn clone(&self) -> Self {
        Page { slots: self.slots.clone() }
    }
}

impl<T> Default for Page<T> {
    fn default() -> Self {
        Page { slots: Vec::new() }
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
        let index = index as usize;
        self.pages.get(index / PAGE)?.slots.get(index % PAGE)?.as_ref()
    }

    /// The entries with their indexes, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u32, &T)> {
        self.pages.iter().enumerate().flat_map(|(page, content)| {
            content
                .slots
                .iter()
                .enumerate()
                .filter_map(move |(slot, entry)| entry.as_ref().map(|entry| ((page * PAGE + slot) as u32, &**entry)))
        })
    }

    /// Bytes of the directory itself, without the entries.
    pub(crate) fn own_bytes(&self) -> usize {
        let pages: usize = self.pages.iter().map(|page| 32 + page.slots.capacity() * size_of::<usize>()).sum();
        pages + self.pages.capacity() * size_of::<usize>()
    }

    /// The place of an entry, made where there is none.
    fn slot_mut(&mut self, index: u32) -> &mut Option<Arc<T>> {
        let (page, slot) = (index as usize / PAGE, index as usize % PAGE);
        let pages = Arc::make_mut(&mut self.pages);
        if pages.len() <= page {
            pages.resize_with(page + 1, Arc::default);
        }
        let slots = &mut Arc::make_mut(&mut pages[page]).slots;
        if slots.len() <= slot {
            slots.resize_with(slot + 1, || None);
        }
        &mut slots[slot]
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_copies_only_what_it_touches() {
        let mut first: Directory<Vec<u32>> = Directory::default();
        for index in [0, 1, 127, 128, 1000] {
            first.get_mut(index).push(index);
        }
        let held = first.clone();
        first.get_mut(1).push(7);
        assert_eq!(held.get(1), Some(&vec![1]));
        assert_eq!(first.get(1), Some(&vec![1, 7]));
        for index in [0, 127, 128, 1000] {
            let (a, b) = (first.get_shared(index).unwrap(), held.get_shared(index).unwrap());
            assert!(Arc::ptr_eq(a, b), "entry {index} was copied");
        }
        assert!(Arc::ptr_eq(&first.pages[1], &held.pages[1]));
        assert!(!Arc::ptr_eq(&first.pages[0], &held.pages[0]));
    }

    #[test]
    fn holes_are_not_entries() {
        let mut directory: Directory<u8> = Directory::default();
        directory.insert(300, 5);
        assert_eq!(directory.get(299), None);
        assert_eq!(directory.get(4_000_000), None);
        assert_eq!(directory.iter().collect::<Vec<_>>(), [(300, &5)]);
    }
}
