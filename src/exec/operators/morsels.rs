//! Rows handed out in morsels to several threads, each of which runs the operators above by itself.
//!
//! A morsel is taken by one thread, so that what comes of it stays in order; its number says where that stands among
//! what comes of others. What the threads have made is joined by the operator that reads all rows anyway.

use super::super::chunk::Chunk;
use super::super::context::{Context, Share};
use super::{Operator, Stage};
use crate::error::{Error, Result};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// Hands out the rows of an input; its clones share them.
#[derive(Clone)]
pub(super) struct Morsels {
    source: Arc<Mutex<Source>>,
}

struct Source {
    input: Stage,
    /// How many rows a morsel has at most.
    rows: usize,
    /// How many were handed out.
    count: u32,
    /// A chunk without a selection, and the first row that was not handed out.
    rest: Option<(Chunk, usize)>,
}

impl Morsels {
    pub(super) fn new(input: Stage, rows: usize) -> Morsels {
        Morsels { source: Arc::new(Mutex::new(Source { input, rows: rows.max(1), count: 0, rest: None })) }
    }
}

impl Source {
    fn next(&mut self, cx: &mut Context) -> Result<Option<Chunk>> {
        if let Some(share) = &mut cx.share {
            share.morsel = self.count;
        }
        self.count = self.count.checked_add(1).ok_or_else(super::super::chunk::uncountable_rows)?;
        let (chunk, from) = match self.rest.take() {
            Some(rest) => rest,
            None => match self.input.next(cx)? {
                Some(chunk) if chunk.rows() > self.rows => (chunk.dense(), 0),
                other => return Ok(other),
            },
        };
        let morsel = chunk.split(from, self.rows);
        let next = from + morsel.len;
        self.rest = (next < chunk.len).then_some((chunk, next));
        Ok(Some(morsel))
    }
}

impl Operator for Morsels {
    fn next(&mut self, cx: &mut Context) -> Result<Option<Chunk>> {
        if has_failed(cx) {
            return Ok(None);
        }
        self.source.lock().unwrap_or_else(PoisonError::into_inner).next(cx)
    }

    fn reset(&mut self) {
        let mut source = self.source.lock().unwrap_or_else(PoisonError::into_inner);
        source.input.reset();
        (source.count, source.rest) = (0, None);
    }
}

/// Passes on what a thread has taken from a scan that several share.
pub(super) struct Relay {
    input: Stage,
}

impl Relay {
    pub(super) fn new(input: Stage) -> Relay {
        Relay { input }
    }
}

impl Operator for Relay {
    fn next(&mut self, cx: &mut Context) -> Result<Option<Chunk>> {
        if has_failed(cx) {
            return Ok(None);
        }
        self.input.next(cx)
    }

    fn reset(&mut self) {
        self.input.reset();
    }
}

/// Whether another thread has failed, so that nobody needs to go on.
fn has_failed(cx: &Context) -> bool {
    cx.share.as_ref().is_some_and(|share| share.failed.load(Ordering::Relaxed))
}

/// What each thread made of the rows that came to it: one for each input, the first on the calling thread. Where a
/// thread cannot be started, the others do its work.
///
/// # Errors
/// The one that would have come first if one thread had done all: a morsel is always brought to its end.
pub(super) fn on_threads<T: Send>(
    cx: &mut Context,
    inputs: &mut [Stage],
    work: impl Fn(&mut Context, &mut Stage) -> Result<T> + Sync,
) -> Result<Vec<T>> {
    let (first, rest) = match inputs {
        [] => return Ok(Vec::new()),
        [only] => return Ok(vec![work(cx, only)?]),
        [first, rest @ ..] => (first, rest),
    };
    // The rows may come from operators that share work themselves, while this thread has a part in the work above.
    let outer = cx.share.replace(Share { morsel: 0, failed: Arc::new(AtomicBool::new(false)) });
    let mut beside: Vec<Context> = rest.iter().map(|_| cx.beside()).collect();
    let run = |cx: &mut Context, input: &mut Stage| {
        work(cx, input).map_err(|error| {
            let share = cx.share.take().unwrap_or_default();
            share.failed.store(true, Ordering::Relaxed);
            (share.morsel, error)
        })
    };
    let outcomes = thread::scope(|scope| {
        let start = |(input, cx)| {
            let name = "standpoint-work".to_owned();
            thread::Builder::new().name(name).spawn_scoped(scope, move || run(cx, input)).ok()
        };
        let started: Vec<_> = rest.iter_mut().zip(&mut beside).filter_map(start).collect();
        let own = run(cx, first);
        let others = started.into_iter().map(|thread| thread.join().unwrap_or_else(|_| Err((0, panicked()))));
        std::iter::once(own).chain(others).collect::<Vec<_>>()
    });
    cx.share = outer;
    beside.iter_mut().for_each(|beside| cx.notifications.append(&mut beside.notifications));
    let (made, failed): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
    match failed.into_iter().filter_map(Result::err).min_by_key(|(morsel, _)| *morsel) {
        Some((_, error)) => Err(error),
        None => Ok(made.into_iter().filter_map(Result::ok).collect()),
    }
}

fn panicked() -> Error {
    Error::internal("a thread that worked on the statement has panicked")
}
