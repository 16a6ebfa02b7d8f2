//! Which version of the graph a statement reads. Every statement that only asks gets its version here.

use super::graph::Graph;
use super::options::RunOptions;
use super::run;
use super::transaction::Transaction;
use crate::error::{Detail, Error, ErrorType, Result};
use crate::persist::history;
use crate::semantic::check_recorded;
use crate::semantic::names::ReadNames;
use crate::store::Snapshot;
use crate::syntax::ast::{Recorded, Statement};
use crate::value::temporal::{Date, LocalDateTime};
use crate::value::{Map, Value};

/// What there is to read: the graph, and the transaction that is open on it.
#[derive(Clone, Copy)]
pub(super) struct Reading<'a> {
    pub(super) graph: &'a Graph,
    pub(super) transaction: Option<&'a Transaction>,
}

impl Reading<'_> {
    /// The graph as it is now: with what the open transaction changed.
    pub(super) fn now(self) -> Snapshot {
        self.transaction.map_or_else(|| self.graph.snapshot(), Transaction::snapshot)
    }

    /// The graph as it was committed last: what was recorded of it.
    fn committed(self) -> Snapshot {
        self.transaction.map_or_else(|| self.graph.snapshot(), Transaction::base)
    }

    /// The version that a statement reads.
    ///
    /// # Errors
    /// When there is none such as the statement asks for.
    pub(super) fn version(self, statement: &Statement, parameters: &Map, options: &RunOptions) -> Result<Snapshot> {
        let Some(Recorded { at, span }) = &statement.recorded else { return Ok(self.now()) };
        let committed = self.committed();
        check_recorded(statement, &mut ReadNames(&committed), &self.graph.procedures())?;
        let values = run::values_of(self.graph, &self.now(), &[at], (parameters, options))?;
        let moment = values.into_iter().next().unwrap_or_default();
        // What options ask for stands nowhere in the text.
        let placed = |error: Error| if span.end > span.start { error.at(*span) } else { error };
        self.recorded(&committed, &moment).map_err(placed)
    }

    /// The version that options ask for, of a statement that asks for none.
    ///
    /// # Errors
    /// As [`Reading::version`].
    pub(super) fn version_for(self, options: &RunOptions) -> Result<Snapshot> {
        match &options.as_recorded {
            Some(moment) => self.recorded(&self.committed(), moment),
            None => Ok(self.now()),
        }
    }

    /// What was known at a moment.
    fn recorded(self, committed: &Snapshot, moment: &Value) -> Result<Snapshot> {
        let (first, last) = microseconds(moment)?;
        let newest = committed.history().map_or(0, |history| history.last());
        if first > history::now().max(newest) {
            let message = "what will be recorded is not known: the moment is still to come";
            return Err(Error::runtime(ErrorType::ArgumentError, Detail::NumberOutOfRange, message));
        }
        self.graph.past().as_recorded(committed, last)
    }
}

/// The first and the last microsecond since 1970 of a moment: a day, or an instant. What has no zone is in UTC, and what was
/// before 1970 counts as that.
fn microseconds(moment: &Value) -> Result<(u64, u64)> {
    const SECOND: i128 = 1_000_000;
    let local = |local: &LocalDateTime| i128::from(local.seconds) * SECOND + i128::from(local.nanos / 1000);
    let day = |date: &Date| i128::from(date.days) * 86_400 * SECOND;
    let (first, last) = match moment {
        Value::DateTime(moment) => (moment.instant_nanos().div_euclid(1000), moment.instant_nanos().div_euclid(1000)),
        Value::LocalDateTime(moment) => (local(moment), local(moment)),
        Value::Date(date) => (day(date), day(date) + 86_400 * SECOND - 1),
        other => {
            let given = other.type_name();
            let message =
                format!("the moment must be a date, a local date-time or a date-time, not a value of type {given}");
            return Err(Error::runtime(ErrorType::TypeError, Detail::InvalidArgumentType, message));
        }
    };
    let bounded = |time: i128| u64::try_from(time.max(0)).unwrap_or(u64::MAX);
    Ok((bounded(first), bounded(last)))
}
