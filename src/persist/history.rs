//! The history of a graph: remembering how a commit is taken back, and going back.
//!
//! The changes of a step are encoded as in the log. What a version was at a moment is found by taking back, one after the
//! other, the commits that were recorded later; everything that they did not touch is shared with the version that one came
//! from.

use super::bytes::{Put, Take};
use super::format::{self, Problem};
use super::{changes, columns};
use crate::error::{Detail, Error, ErrorType, Result};
use crate::store::{Change, History, Record, Retention, Step, Touched, Version, WriteGuard, changes_between};
use crate::value::Value;
use crate::value::format::to_text;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Microseconds since 1970.
pub fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_micros()).unwrap_or(u64::MAX)
}

/// The time at which a change is recorded that is committed now.
pub(super) fn commit_time(before: &Version) -> u64 {
    before.history().map_or_else(now, |history| history.next_time(now()))
}

/// Adds to the history of what a writer changed how it is taken back, and gives the time at which it is recorded.
pub(super) fn remember(write: &mut WriteGuard, record: &Record) -> Result<u64> {
    let base = Arc::clone(write.base());
    let time = commit_time(&base);
    keep(write.version_mut(), &base, base.sequence() + 1, time, || Touched::by(record))?;
    Ok(time)
}

/// Adds a step to a version that came from another by the commit of that number and time.
pub(super) fn keep(
    version: &mut Version,
    before: &Version,
    sequence: u64,
    time: u64,
    touched: impl FnOnce() -> Touched,
) -> Result<()> {
    let Some(retention) = version.history().map(History::retention) else { return Ok(()) };
    let Some(history) = before.history() else {
        version.set_history(Some(History::new(retention, time)));
        return Ok(());
    };
    let back = changes_between(version, before, touched());
    let content = changes::encode(&back).ok_or_else(|| Error::internal("a change cannot be written"))?;
    let mut history = history.with_retention(retention);
    history.push(Step { sequence, time, names: before.name_counts(), content: Arc::from(content) });
    version.set_history(Some(history));
    before.unless_damaged(Ok(()))
}

/// The history of a version.
///
/// # Errors
/// `InvalidUse` when the graph keeps none.
pub fn of(version: &Version) -> Result<&History> {
    version.history().ok_or_else(|| {
        let message = "the graph keeps no history: what was known earlier is not recorded";
        let error = Error::runtime(ErrorType::Conflict, Detail::InvalidUse, message);
        error.hint("`--history all` and `.history all` keep it from now on")
    })
}

/// What a version was at a moment, in microseconds since 1970. The version is one that was committed.
///
/// # Errors
/// `InvalidUse` when the graph keeps no history, or the moment is before its beginning; `Corrupt` when the history does not
/// fit the graph.
pub fn as_recorded(version: &Version, time: u64) -> Result<Version> {
    version.unless_damaged(taken_back_to(version, time))
}

fn taken_back_to(version: &Version, time: u64) -> Result<Version> {
    let history = of(version)?;
    if time < history.since() {
        return Err(forgotten(history.since()));
    }
    let mut then = version.clone();
    let later = history.steps().rev().take_while(|step| step.time > time);
    let mut first = None;
    for step in later {
        take_back(&mut then, step)?;
        first = Some(step);
    }
    if let Some(first) = first {
        then.settle();
        then.check_constraints().map_err(|_| unfit(first))?;
        if !then.forget_names(first.names) {
            return Err(unfit(first));
        }
        then.set_sequence(first.sequence.saturating_sub(1));
        then.set_history(Some(history.until(time)));
    }
    Ok(then)
}

fn take_back(version: &mut Version, step: &Step) -> Result<()> {
    let made = changes::decode(&step.content, |change| version.apply(&change).map_err(Problem::from));
    made.map_err(|_| unfit(step))
}

/// The changes that take back a commit.
///
/// # Errors
/// `Corrupt` when they cannot be read.
pub fn changes_of(step: &Step) -> Result<Vec<Change>> {
    let mut found = Vec::new();
    let read = changes::decode(&step.content, |change| {
        found.push(change);
        Ok(())
    });
    read.map(|()| found).map_err(|_| unfit(step))
}

/// What is wrong with the history of a version, in words: it is gone back to its beginning.
pub(super) fn problems(version: &Version) -> Vec<String> {
    let Some(history) = version.history() else { return Vec::new() };
    match as_recorded(version, history.since()) {
        Ok(first) => {
            first.problems().into_iter().map(|why| format!("the graph of the earliest moment: {why}")).collect()
        }
        Err(error) => vec![error.message().to_owned()],
    }
}

fn unfit(step: &Step) -> Error {
    let message = format!("the history is damaged: commit {} cannot be taken back", step.sequence);
    Error::runtime(ErrorType::Corrupt, Detail::Damaged, message).hint("`standpoint verify` tells more")
}

fn forgotten(since: u64) -> Error {
    let message = format!("what was recorded then is not kept: the history begins at {}", text_of(since));
    let error = Error::runtime(ErrorType::ArgumentError, Detail::NumberOutOfRange, message);
    error.hint(format!("the earliest moment is `datetime('{}')`", text_of(since)))
}

/// A recorded time as a datetime is written.
fn text_of(time: u64) -> String {
    to_text(&moment(time))
}

/// A recorded time as a value.
pub fn moment(time: u64) -> Value {
    columns::datetime((time / 1_000_000) as i64, (time % 1_000_000) as u32 * 1000, 0, None).unwrap_or_default()
}

/// A history as the table of a file has it, with the bytes of its steps.
pub(super) fn to_disk(history: &History) -> (format::Retention, u64, Vec<u8>) {
    let Retention { age, commits } = history.retention();
    let age = age.map(|age| u64::try_from(age.as_micros()).unwrap_or(u64::MAX));
    let mut bytes = Vec::new();
    for step in history.steps() {
        bytes.put_number(step.sequence);
        bytes.put_number(step.time);
        step.names.iter().for_each(|count| bytes.put_number(u64::from(*count)));
        bytes.put_number(step.content.len() as u64);
        bytes.extend_from_slice(&step.content);
    }
    (format::Retention { age, commits }, history.since(), bytes)
}

/// The inverse of [`to_disk`].
pub(super) fn from_disk(retention: format::Retention, since: u64, bytes: &[u8]) -> Result<History, Problem> {
    let mut take = Take(bytes);
    let mut steps = Vec::new();
    while !take.is_empty() {
        let (sequence, time) = (take.number()?, take.number()?);
        let names = [take.narrow()?, take.narrow()?, take.narrow()?];
        let length = take.count()?;
        steps.push(Step { sequence, time, names, content: Arc::from(take.bytes(length)?) });
    }
    let retention = retention_from(retention);
    History::restored(retention, since, steps).ok_or_else(|| Problem::damaged("the history is out of order"))
}

fn retention_from(format::Retention { age, commits }: format::Retention) -> Retention {
    Retention { age: age.map(Duration::from_micros), commits }
}
