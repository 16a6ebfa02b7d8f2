//! `.watch SECONDS [STATEMENT]`: a question asked again and again.

use super::app::{App, Asked};
use super::commands::{Flow, need};
use super::report::Source;
use crate::error::{Detail, Error, ErrorType, Result};
use crate::text::{beginning, counted};
use std::time::{Duration, Instant};

/// The longest time between two answers: a day.
const LONGEST: f64 = 86_400.0;
/// The shortest.
const SHORTEST: f64 = 0.1;
/// How soon an interrupt is seen.
const SLICE: Duration = Duration::from_millis(50);

/// Asks the statement, or the last one, every so many seconds until it is interrupted or fails. What other processes
/// commit to the graph's file in between is seen.
pub(super) fn run(app: &mut App, argument: &str) -> Result<Flow> {
    need(argument, "a number of seconds")?;
    let (number, statement) = argument.split_once(char::is_whitespace).unwrap_or((argument, ""));
    let every = seconds(number)?;
    let asked = match statement.trim() {
        "" => app.asked.clone(),
        statement => Some(app.with_parameters(statement)?),
    };
    let Some(asked) = asked else {
        return Err(Error::syntax(Detail::InvalidUse, "nothing was asked yet that could be asked again"));
    };
    // What changes the graph is not for doing again and again.
    let before = std::mem::replace(&mut app.options.read_only, true);
    let watched = watch(app, &asked, every);
    app.options.read_only = before;
    app.asked = Some(asked);
    watched
}

fn watch(app: &mut App, asked: &Asked, every: Duration) -> Result<Flow> {
    asked.text.clone_into(&mut app.typed);
    let mut times = 0;
    loop {
        let begun = Instant::now();
        match app.ask_again(asked.clone(), Source { file: None, text: &asked.text, offset: 0 }) {
            Err(error) if error.error_type() == ErrorType::Cancelled => return stopped(app, times),
            asked => asked?,
        }
        times += 1;
        while begun.elapsed() < every {
            if app.options.cancel.is_cancelled() {
                return stopped(app, times);
            }
            std::thread::sleep(SLICE.min(every.saturating_sub(begun.elapsed())));
        }
        if !app.session.in_transaction() {
            app.session.graph().refresh()?;
        }
    }
}

/// The end of it: all is well for a person who wanted it, and a script is interrupted.
fn stopped(app: &mut App, times: u64) -> Result<Flow> {
    if !app.settings.interactive {
        return Err(Error::runtime(ErrorType::Cancelled, Detail::Cancelled, "the watch was interrupted"));
    }
    // The terminal has echoed the key.
    app.say(&format!("\nasked {}", counted(times, "time", "times")));
    Ok(Flow::Continue)
}

fn seconds(text: &str) -> Result<Duration> {
    let number = text.trim_end_matches('s').parse().ok().filter(|number| (SHORTEST..=LONGEST).contains(number));
    number.map(Duration::from_secs_f64).ok_or_else(|| {
        let message = format!("`{}` is no number of seconds from {SHORTEST} to {LONGEST}", beginning(text));
        Error::syntax(Detail::InvalidUse, message)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_seconds_within_bounds() {
        assert_eq!(seconds("2").unwrap(), Duration::from_secs(2));
        assert_eq!(seconds("0.5s").unwrap(), Duration::from_millis(500));
        for wrong in ["", "0", "-1", "NaN", "inf", "1e9", "soon"] {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
    }
}
