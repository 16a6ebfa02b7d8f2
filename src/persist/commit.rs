//! Committing: from a finished change to a published version.
//!
//! A writer queues its commit and lets the next writer go on from there. Of those that then wait, one leads: it appends all
//! that are queued, brings them to the disk with one sync, and publishes the last version, which contains the others.
//! After a failure nothing more is written through this handle, because nobody knows what the disk holds.

use super::disk::NotReplaced;
use super::file::{Durability, GraphFile, SYNC_EVERY, Slot, State};
use super::log::{self, Commit, Log};
use super::{changes, history};
use crate::error::{Detail, Error, ErrorType, Result};
use crate::store::{Record, Snapshot, Store, Version, WriteGuard};
use std::io;
use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::Instant;

/// Publishes a change that is not logged. Where the graph keeps a history, it was recorded.
///
/// # Errors
/// When it cannot be remembered how to take it back; then nobody sees it.
pub fn commit_in_memory(mut write: WriteGuard) -> Result<Snapshot> {
    let record = write.take_record().unwrap_or_default();
    history::remember(&mut write, &record)?;
    Ok(write.commit())
}

impl GraphFile {
    /// Commits a change that was recorded, and publishes it when it is as durable as asked for.
    ///
    /// # Errors
    /// `Io`/`LogFailed` when it cannot be written: then nobody sees it, and the handle refuses further changes.
    /// `ResourceLimit` when it is too large for a log; then the handle goes on.
    pub fn commit(self: &Arc<Self>, store: &Store, mut write: WriteGuard) -> Result<Snapshot> {
        if self.options.durability == Durability::Off {
            return commit_in_memory(write);
        }
        let Some(record) = write.take_record() else {
            return Err(Error::internal("the change was not recorded"));
        };
        if record.is_empty() {
            // Nothing changed in the end: the state is the one that the change started from.
            let base = Arc::clone(write.base());
            drop(write);
            return self.settle(store, &base).map(|()| base);
        }
        if record.len() >= self.options.rewrite_from && is_most_of(&record, write.version()) {
            return self.commit_in_file(store, write, &record);
        }
        let content = changes::encode(&record).ok_or_else(|| Error::internal("a change cannot be written"))?;
        if content.len() > log::LARGEST {
            let message = format!("a change of {} bytes is too large for one commit", content.len());
            let error = Error::runtime(ErrorType::ResourceLimit, Detail::InputTooLarge, message);
            return Err(error.hint("make it in several transactions"));
        }
        let sequence = write.base().sequence() + 1;
        let time = history::remember(&mut write, &record)?;
        let mut state = self.state();
        self.check(&state)?;
        state.waiting.push(Commit { sequence, time, content });
        let version = write.finish();
        state.newest = Some(Arc::clone(&version));
        let state = self.wait(state, store, sequence)?;
        self.sync_soon(state, store);
        self.checkpoint_if_grown(store);
        Ok(version)
    }

    /// Commits a change by writing the file anew. Nothing else is committed meanwhile, so that the log goes on without a
    /// gap: the commits in it are older than the file, until it is begun anew.
    fn commit_in_file(&self, store: &Store, mut write: WriteGuard, record: &Record) -> Result<Snapshot> {
        history::remember(&mut write, record)?;
        self.settle(store, write.base())?;
        let one_at_a_time = self.checkpointing();
        let graph = {
            let state = self.when_idle();
            self.check(&state)?;
            state.graph.ok_or_else(|| Error::internal("a commit without a file"))?
        };
        let changed = write.version_mut().take();
        let version = write.step(changed).finish();
        let written = self.write_graph(graph, &version);
        let mut state = self.when_idle();
        if let Err(error) = written {
            match &error {
                NotReplaced::AsBefore(_) => store.retreat(),
                NotReplaced::Unknown(why) => self.fail(&mut state, store, "file", why),
            }
            return Err(self.io("save", self.path(), error.error()));
        }
        (state.saved, state.durable) = (version.sequence(), version.sequence());
        store.publish(&version);
        let begun = self.begin_log(graph, version.sequence(), &[]);
        match begun {
            Ok(log) => state.set_log(log, self.options.checkpoint_after),
            Err(error) => self.fail(&mut state, store, "log", error.error()),
        }
        drop(state);
        drop(one_at_a_time);
        Ok(version)
    }

    /// Waits until a finished version is as durable as asked for, and published.
    ///
    /// # Errors
    /// As [`GraphFile::commit`].
    pub fn settle(&self, store: &Store, version: &Snapshot) -> Result<()> {
        if version.sequence() <= store.snapshot().sequence() {
            return Ok(());
        }
        self.wait(self.state(), store, version.sequence()).map(drop)
    }

    /// Refuses when an earlier write has failed.
    pub(super) fn check(&self, state: &State) -> Result<()> {
        let Some(why) = &state.failed else { return Ok(()) };
        let message = format!("`{}` cannot be changed any more: {why}", self.path().display());
        let error = Error::runtime(ErrorType::Io, Detail::LogFailed, message);
        Err(error.hint("what was committed before is safe; open the graph again when the disk is well"))
    }

    /// Waits for a commit, leading where nobody else does.
    fn wait<'a>(
        &'a self,
        mut state: MutexGuard<'a, State>,
        store: &Store,
        sequence: u64,
    ) -> Result<MutexGuard<'a, State>> {
        loop {
            if state.durable >= sequence {
                return Ok(state);
            }
            self.check(&state)?;
            state = match std::mem::replace(&mut state.log, Slot::Busy) {
                Slot::Open(log) => self.lead(state, log, store),
                Slot::Busy => self.turned.wait(state).unwrap_or_else(PoisonError::into_inner),
                Slot::None => return Err(Error::internal("a commit without a log")),
            };
        }
    }

    /// Writes all that is queued.
    fn lead<'a>(&'a self, mut state: MutexGuard<'a, State>, mut log: Log, store: &Store) -> MutexGuard<'a, State> {
        let commits = std::mem::take(&mut state.waiting);
        let newest = state.newest.take();
        let sync = self.options.durability == Durability::Full
            || state.last_sync.is_none_or(|last| last.elapsed() >= SYNC_EVERY);
        drop(state);
        let written = log.append(&commits, sync);
        if let (Ok(()), Some(newest)) = (&written, &newest) {
            store.publish(newest);
        }
        let mut state = self.state();
        match written {
            Ok(()) => state.appended(log, commits, sync),
            Err(error) => self.fail(&mut state, store, "log", &error),
        }
        self.turned.notify_all();
        state
    }

    /// Sees to it that commits of the level `Normal` reach the disk within [`SYNC_EVERY`], also when no other follows.
    fn sync_soon(self: &Arc<Self>, mut state: MutexGuard<'_, State>, store: &Store) {
        let behind = matches!(&state.log, Slot::Open(log) if log.is_behind());
        if !behind || std::mem::replace(&mut state.sync_planned, true) {
            return;
        }
        drop(state);
        let (file, later) = (Arc::downgrade(self), store.clone());
        let work = move || {
            std::thread::sleep(SYNC_EVERY);
            // A file that nobody has any more was closed, and everything is on the disk.
            file.upgrade().into_iter().for_each(|file| file.sync_now(&later));
        };
        if std::thread::Builder::new().name("sync".to_owned()).spawn(work).is_err() {
            self.sync_now(store);
        }
    }

    /// Brings to the disk what is in the log.
    fn sync_now(&self, store: &Store) {
        let mut state = self.when_idle();
        state.sync_planned = false;
        let mut log = match std::mem::replace(&mut state.log, Slot::Busy) {
            Slot::Open(log) => log,
            other => {
                state.log = other;
                return;
            }
        };
        drop(state);
        let synced = if log.is_behind() { log.sync() } else { Ok(()) };
        let mut state = self.state();
        match synced {
            Ok(()) => {
                state.last_sync = Some(Instant::now());
                state.log = Slot::Open(log);
            }
            Err(error) => self.fail(&mut state, store, "log", &error),
        }
        self.turned.notify_all();
    }

    /// Nothing more can be written: what was queued is given up.
    pub(super) fn fail(&self, state: &mut State, store: &Store, what: &str, error: &io::Error) {
        state.failed = Some(format!("its {what} could not be written ({error})"));
        state.log = Slot::None;
        state.waiting.clear();
        state.newest = None;
        store.retreat();
        self.turned.notify_all();
    }
}

/// Whether a change made so much of a version that writing all of it is no more work than writing the change.
fn is_most_of(record: &Record, version: &Version) -> bool {
    record.len() as u64 >= (version.node_count() + version.rel_count()) / 2
}

impl State {
    fn appended(&mut self, log: Log, commits: Vec<Commit>, synced: bool) {
        if let Some(last) = commits.last() {
            self.durable = last.sequence;
        }
        if synced {
            self.last_sync = Some(Instant::now());
        }
        if let Some(tail) = &mut self.tail {
            tail.extend(commits);
        }
        self.log_length = log.length();
        self.log = Slot::Open(log);
    }
}
