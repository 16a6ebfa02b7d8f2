//! Checkpoints: the file brought up to a snapshot, and the log begun anew with what came since.
//!
//! The order of the steps is what makes a crash harmless. The new file is on the disk before it takes the old one's place,
//! and in place for certain before the log is touched; until then the old log reaches back to the old file, and a
//! file that is ahead of its log's first records only skips them. The new log is on the disk, with every commit since the
//! snapshot, before it takes the old one's place. Only that last step makes commits wait.

use super::disk::{NotReplaced, folder_of};
use super::file::{Durability, GraphFile, OpenOptions, Slot, State};
use super::log::Log;
use super::recover::log_path;
use crate::error::Result;
use crate::store::{Snapshot, Store, WriteGuard};
use std::io;
use std::path::Path;
use std::sync::{Arc, MutexGuard, PoisonError};

impl GraphFile {
    /// Writes the current version to the file. Commits go on meanwhile.
    ///
    /// # Errors
    /// `Io` when something cannot be written: then the file and the log are as they were, or the handle refuses
    /// further changes.
    pub fn checkpoint(&self, store: &Store) -> Result<()> {
        let one_at_a_time = self.checkpointing();
        let (graph, snapshot) = {
            let mut state = self.when_idle();
            self.check(&state)?;
            let Some(graph) = state.graph.filter(|_| state.lock.is_some()) else { return Ok(()) };
            let snapshot = store.snapshot();
            if state.saved == snapshot.sequence() {
                return Ok(());
            }
            state.tail = Some(Vec::new());
            (graph, snapshot)
        };
        let written = self.write_graph(graph, &snapshot);
        let mut state = self.when_idle();
        let tail = state.tail.take().unwrap_or_default();
        if let Err(error) = written {
            // The next try comes when the log has grown by as much again.
            state.checkpoint_at = state.log_length.saturating_mul(2);
            return Err(self.io("save", self.path(), error.error()));
        }
        state.saved = snapshot.sequence();
        self.check(&state)?;
        let rotated = match std::mem::replace(&mut state.log, Slot::Busy) {
            Slot::Open(log) => self.begin_anew(&mut state, log, graph, &snapshot, &tail, store),
            // Commits are not logged: what may be there comes from an earlier time.
            _ => {
                state.log = Slot::None;
                self.remove_log()
            }
        };
        self.turned.notify_all();
        drop(state);
        drop(one_at_a_time);
        rotated.map_err(|error| self.io("write", &log_path(&self.place), &error))
    }

    /// Replaces the log by one that goes on from the snapshot.
    fn begin_anew(
        &self,
        state: &mut State,
        old: Log,
        graph: [u8; 16],
        snapshot: &Snapshot,
        tail: &[super::log::Commit],
        store: &Store,
    ) -> io::Result<()> {
        match self.begin_log(graph, snapshot.sequence(), tail) {
            Ok(log) => {
                state.set_log(log, self.options.checkpoint_after);
                Ok(())
            }
            Err(NotReplaced::AsBefore(error)) => {
                state.log = Slot::Open(old);
                state.checkpoint_at = state.log_length.saturating_mul(2);
                Err(error)
            }
            Err(NotReplaced::Unknown(error)) => {
                self.fail(state, store, "log", &error);
                Err(error)
            }
        }
    }

    fn remove_log(&self) -> io::Result<()> {
        let log = log_path(&self.place);
        if self.disk().length(&log).is_err() {
            return Ok(());
        }
        self.disk().remove(&log)?;
        self.disk().sync_folder(folder_of(&self.place))
    }

    /// Begins a checkpoint in the background when the log has grown long.
    pub(super) fn checkpoint_if_grown(self: &Arc<Self>, store: &Store) {
        let mut worker = self.worker.lock().unwrap_or_else(PoisonError::into_inner);
        let grown = {
            let state = self.state();
            state.log_length >= state.checkpoint_at
        };
        if !grown || worker.as_ref().is_some_and(|running| !running.is_finished()) {
            return;
        }
        let (file, store) = (Arc::clone(self), store.clone());
        // A failure leaves the log as it is, and the next try or closing reports it.
        let work = move || drop(file.checkpoint(&store));
        *worker = std::thread::Builder::new().name("checkpoint".to_owned()).spawn(work).ok();
    }

    /// Brings everything into the file, removes the log and gives the lock back. Called with the right to change the graph.
    /// A later change begins as after opening.
    ///
    /// # Errors
    /// As [`GraphFile::checkpoint`]; the log then keeps what the file lacks.
    pub fn close(&self, store: &Store, write: WriteGuard) -> Result<()> {
        let worker = self.worker.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(worker) = worker {
            let _ = worker.join();
        }
        if self.state().lock.is_none() {
            return Ok(());
        }
        let saved = self.settle(store, write.base()).and_then(|()| self.checkpoint(store));
        let mut state = self.when_idle();
        state.log = Slot::None;
        let removed = match &saved {
            Ok(()) => self.remove_log().map_err(|error| self.io("remove", &log_path(&self.place), &error)),
            Err(_) => Ok(()),
        };
        state.release();
        drop(state);
        drop(write);
        saved.and(removed)
    }

    /// The right to replace the file.
    pub(super) fn checkpointing(&self) -> MutexGuard<'_, ()> {
        self.checkpointing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The state when nobody is writing the log: then the current version is the one after the log's last record.
    pub(super) fn when_idle(&self) -> MutexGuard<'_, State> {
        let mut state = self.state();
        while matches!(state.log, Slot::Busy) {
            state = self.turned.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state
    }
}

/// Writes a version to a file of its own, which nobody has open, in place of any that was there.
///
/// # Errors
/// `Io` when something cannot be written; then the file is as it was.
pub fn save(version: &crate::store::Version, path: &Path) -> Result<()> {
    let options = OpenOptions { durability: Durability::Off, ..OpenOptions::default() };
    GraphFile::replacing(path, options, version).map(drop)
}
