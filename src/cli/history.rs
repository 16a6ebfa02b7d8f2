//! `.history`: what was recorded when, and for how long that is kept.

use super::app::{App, read_only};
use super::arguments;
use super::commands::Flow;
use super::report::nowhere;
use crate::error::{Detail, Error, Result};
pub(super) use crate::session::recorded_moment as moment;
use crate::session::{Retention, RunOptions, history_of};
use crate::text::counted;
use std::time::{Duration, Instant};

/// The commits, the latest first.
const COMMITS: &str = "CALL db.history() YIELD commit, recorded, nodesCreated, nodesDeleted, relationshipsCreated, \
    relationshipsDeleted, propertiesSet, labelsChanged, schemaChanged \
    RETURN commit, recorded, nodesCreated AS `+nodes`, nodesDeleted AS `-nodes`, relationshipsCreated AS `+facts`, \
    relationshipsDeleted AS `-facts`, propertiesSet AS properties, labelsChanged AS labels, schemaChanged AS schema";

/// Runs the command.
///
/// # Errors
/// When the graph keeps no history, or the argument is no retention.
pub(super) fn run(app: &mut App, argument: &str) -> Result<Flow> {
    match argument {
        "" => list(app),
        "off" => keep(app, None),
        text => {
            let wrong = |message| Error::syntax(Detail::InvalidUse, message);
            keep(app, Some(arguments::retention(text).map_err(wrong)?))
        }
    }
}

fn list(app: &mut App) -> Result<Flow> {
    history_of(&*app.session.snapshot_for(&app.options)?)?;
    let options = RunOptions { cite: false, as_of: None, ..app.options.clone() };
    let begun = Instant::now();
    let answer = app.session.aside(COMMITS, &Default::default(), &options)?;
    app.show(answer, begun, nowhere())?;
    Ok(Flow::Continue)
}

fn keep(app: &mut App, retention: Option<Retention>) -> Result<Flow> {
    if app.options.read_only {
        return Err(read_only());
    }
    if app.session.in_transaction() {
        let error = Error::syntax(Detail::InvalidUse, "a transaction is open: how history is kept is no part of it");
        return Err(error.hint("commit it or roll it back first"));
    }
    app.session.graph().keep_history(retention)?;
    app.say(&match retention {
        Some(retention) => format!("the graph keeps a history: {}", kept(retention)),
        None => "the graph keeps no history any more".to_owned(),
    });
    Ok(Flow::Continue)
}

/// A retention in words.
pub(super) fn kept(retention: Retention) -> String {
    let parts = [
        retention.age.map(age),
        retention.commits.map(|most| format!("the last {}", counted(most, "commit", "commits"))),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() { "all".to_owned() } else { parts.join(", ") }
}

/// An age in days, or in seconds where it is none of whole days.
fn age(age: Duration) -> String {
    const DAY: u64 = 86_400;
    let seconds = age.as_secs();
    match seconds % DAY {
        0 if seconds > 0 => counted(seconds / DAY, "day", "days"),
        _ => format!("{} s", age.as_secs_f64()),
    }
}
