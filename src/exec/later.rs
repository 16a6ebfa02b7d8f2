//! What may hold much memory is dropped by another thread: a statement that ends early ends at once.

use super::context::Context;
use super::memory::Pool;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// From how many bytes on that the statement holds another thread is worth while.
pub(super) const LARGE: u64 = 16 << 20;

/// How many threads may be dropping values: what waits for them is memory that no budget counts any more.
const THREADS: usize = 4;
/// How many values are being dropped.
static DROPPING: AtomicUsize = AtomicUsize::new(0);

/// A value that is dropped by another thread when the statement holds much.
pub(super) struct Later<T: Default + Send + 'static> {
    value: T,
    pool: Arc<Pool>,
}

impl<T: Default + Send + 'static> Later<T> {
    pub(super) fn new(cx: &Context, value: T) -> Later<T> {
        Later { value, pool: Arc::clone(cx.pool()) }
    }

    pub(super) fn into_inner(mut self) -> T {
        std::mem::take(&mut self.value)
    }
}

impl<T: Default + Send + 'static> Deref for Later<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: Default + Send + 'static> DerefMut for Later<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.value
    }
}

impl<T: Default + Send + 'static> Drop for Later<T> {
    fn drop(&mut self) {
        discard(std::mem::take(&mut self.value), self.pool.used());
    }
}

/// Drops a value: by another thread, when it takes about as many bytes that this is worth while.
pub(super) fn discard<T: Send + 'static>(value: T, bytes: u64) {
    if bytes < LARGE {
        return;
    }
    let place = DROPPING.fetch_add(1, Ordering::Relaxed) < THREADS;
    let work = move || {
        drop(value);
        DROPPING.fetch_sub(1, Ordering::Relaxed);
    };
    if !place {
        return work();
    }
    let started = thread::Builder::new().name("standpoint-drop".to_owned()).spawn(work);
    if started.is_err() {
        // The value went with the closure.
        DROPPING.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::{Sender, channel};
    use std::thread::ThreadId;

    /// Tells which thread drops it.
    #[derive(Default)]
    struct Told(Option<Sender<ThreadId>>);

    impl Drop for Told {
        fn drop(&mut self) {
            if let Some(sender) = &self.0 {
                sender.send(thread::current().id()).unwrap();
            }
        }
    }

    fn dropped_by(bytes: u64) -> ThreadId {
        let (sender, told) = channel();
        let pool = Arc::new(Pool::new(None, 0, 0));
        pool.take(None, bytes).unwrap();
        drop(Later { value: Told(Some(sender)), pool });
        told.recv().unwrap()
    }

    #[test]
    fn only_what_is_large_is_dropped_by_another_thread() {
        assert_eq!(dropped_by(LARGE - 1), thread::current().id());
        assert_ne!(dropped_by(LARGE), thread::current().id());
    }
}
