//! Parts of a version that are read from its file when somebody first asks for them.
//!
//! A part that cannot be read counts as empty from then on, and the [`Damage`] that all parts of a file share keeps why. Who
//! gives answers away, or writes, asks for it first ([`Version::damage`](super::Version::damage)): nothing that was made of
//! such a part may be seen. A copy of a version shares the parts that nobody has changed, read or not.

use crate::error::{Error, Result};
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// What was found wrong with a file since it was opened.
pub(crate) struct Damage {
    first: OnceLock<Error>,
    /// The error for something that is wrong with the file, in words.
    error: Box<dyn Fn(String) -> Error + Send + Sync>,
}

impl Damage {
    /// Nothing yet; `error` makes an error of words about the file.
    pub(crate) fn none(error: impl Fn(String) -> Error + Send + Sync + 'static) -> Arc<Damage> {
        Arc::new(Damage { first: OnceLock::new(), error: Box::new(error) })
    }

    /// What was found first.
    pub(crate) fn first(&self) -> Option<&Error> {
        self.first.get()
    }

    /// Keeps what is wrong, if nothing was before.
    pub(super) fn note(&self, error: Error) {
        let _ = self.first.set(error);
    }

    /// The error for something that is wrong.
    pub(super) fn error(&self, what: impl Into<String>) -> Error {
        (self.error)(what.into())
    }
}

impl fmt::Debug for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Damage").field(&self.first).finish()
    }
}

/// Reads a part.
pub(crate) type Load<T> = Box<dyn FnOnce() -> Result<T> + Send>;

/// A part of a file that is read once.
pub(crate) struct Pending<T> {
    part: OnceLock<(T, bool)>,
    load: Mutex<Option<Load<T>>>,
    damage: Arc<Damage>,
}

impl<T: Default> Pending<T> {
    pub(super) fn new(damage: &Arc<Damage>, load: Load<T>) -> Arc<Pending<T>> {
        Arc::new(Pending { part: OnceLock::new(), load: Mutex::new(Some(load)), damage: Arc::clone(damage) })
    }

    /// The part, which is read now if it was not before; empty when it cannot be.
    #[inline]
    pub(super) fn get(&self) -> &T {
        match self.part.get() {
            Some((part, _)) => part,
            None => self.read(),
        }
    }

    /// Whether the part was read as it should be; reads it if it was not before.
    pub(super) fn is_whole(&self) -> bool {
        self.get();
        self.part.get().is_some_and(|(_, whole)| *whole)
    }

    #[cold]
    fn read(&self) -> &T {
        let read = || {
            let load = self.load.lock().unwrap_or_else(PoisonError::into_inner).take();
            let part = load.map_or_else(|| Err(self.damage.error("a part of it cannot be read")), |load| load());
            match part {
                Ok(part) => (part, true),
                Err(error) => {
                    self.damage.note(error);
                    (T::default(), false)
                }
            }
        };
        &self.part.get_or_init(read).0
    }
}

impl<T> fmt::Debug for Pending<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pending").field("read", &self.part.get().is_some()).finish_non_exhaustive()
    }
}

/// A part that is there, or that is read when somebody first asks for it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Deferred<T> {
    here: T,
    pending: Option<Arc<Pending<T>>>,
}

impl<T: Clone + Default> Deferred<T> {
    pub(super) fn until_asked(pending: Arc<Pending<T>>) -> Deferred<T> {
        Deferred { here: T::default(), pending: Some(pending) }
    }

    #[inline]
    pub(super) fn get(&self) -> &T {
        match &self.pending {
            None => &self.here,
            Some(pending) => pending.get(),
        }
    }

    /// The part, for changing.
    pub(super) fn get_mut(&mut self) -> &mut T {
        if let Some(pending) = self.pending.take() {
            self.here = pending.get().clone();
        }
        &mut self.here
    }

    /// Whether the part is as it should be; reads it if it was not before.
    pub(super) fn is_whole(&self) -> bool {
        self.pending.as_ref().is_none_or(|pending| pending.is_whole())
    }
}

impl<T> From<T> for Deferred<T> {
    fn from(here: T) -> Deferred<T> {
        Deferred { here, pending: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{Detail, ErrorType};
    use std::sync::atomic::{AtomicUsize, Ordering};

    fn damage() -> Arc<Damage> {
        Damage::none(|what| Error::runtime(ErrorType::Corrupt, Detail::Damaged, what))
    }

    #[test]
    fn a_part_is_read_once_by_whoever_comes_first_and_copies_share_it() {
        let read = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&read);
        let load = move || {
            counted.fetch_add(1, Ordering::Relaxed);
            Ok(vec![1, 2])
        };
        let part: Deferred<Vec<i32>> = Deferred::until_asked(Pending::new(&damage(), Box::new(load)));
        let mut changed = part.clone();
        assert_eq!(read.load(Ordering::Relaxed), 0);
        std::thread::scope(|scope| (0..4).for_each(|_| drop(scope.spawn(|| assert_eq!(part.get(), &[1, 2])))));
        changed.get_mut().push(3);
        assert_eq!((part.get().len(), changed.get().len(), read.load(Ordering::Relaxed)), (2, 3, 1));
    }

    #[test]
    fn a_part_that_cannot_be_read_is_empty_and_the_first_reason_is_kept() {
        let damage = damage();
        let failing = |what: &'static str| -> Deferred<Vec<i32>> {
            let error = damage.error(what);
            Deferred::until_asked(Pending::new(&damage, Box::new(move || Err(error))))
        };
        let (mut one, other) = (failing("one"), failing("other"));
        assert!(damage.first().is_none());
        assert!(one.get().is_empty() && !one.is_whole() && !other.is_whole());
        assert_eq!(damage.first().map(Error::message), Some("one"));
        one.get_mut().push(1);
        assert!(one.is_whole(), "it is another part now");
    }
}
