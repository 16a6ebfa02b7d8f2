//! The dot-commands about results: where they go, the last one in full, and going back to before a change.

use super::app::{App, Last, read_only};
use super::commands::{Flow, need, need_no_transaction};
use super::external;
use super::footer::changed;
use super::log::Log;
use super::output::Format;
use super::overwrite::writable;
use super::report::nowhere;
use crate::error::{Detail, Error, Result};
use crate::text::counted;
use std::time::Instant;

/// `.once FILE`: the next result goes to a file.
pub(super) fn once(app: &mut App, argument: &str) -> Result<Flow> {
    let path = writable(app, "once", argument)?;
    app.target.redirect(path, true)?;
    Ok(Flow::Continue)
}

/// `.output [FILE|stdout]`: all results from now on go to a file, or no longer.
pub(super) fn output(app: &mut App, argument: &str) -> Result<Flow> {
    match argument {
        "" => {
            let file = app.target.file().map(|path| path.display().to_string());
            app.say(file.as_deref().unwrap_or("stdout"));
        }
        "stdout" => app.target.end()?,
        _ => {
            let path = writable(app, "output", argument)?;
            app.target.redirect(path, false)?;
        }
    }
    Ok(Flow::Continue)
}

/// `.last`: shows all rows and whole cells of the last answer.
pub(super) fn last(app: &mut App, _: &str) -> Result<Flow> {
    let wrong = |message| Err(Error::syntax(Detail::InvalidUse, message));
    let answer = match std::mem::replace(&mut app.last, Last::Nothing) {
        Last::Kept(answer) => *answer,
        Last::Nothing if !app.settings.interactive => {
            return wrong("answers are kept for a person on a terminal alone");
        }
        Last::Nothing => return wrong("there is no answer that could be shown again"),
        Last::TooLarge => {
            app.last = Last::TooLarge;
            let error = Error::syntax(Detail::InvalidUse, "the last answer was too large to be kept");
            return Err(error.hint("`.once FILE` writes the next one to a file, `.maxrows all` shows every row"));
        }
    };
    let before = app.settings.clone();
    app.settings.max_rows = None;
    app.settings.width = Some(usize::MAX);
    // A table that is wider than the screen needs something to scroll it.
    if app.settings.format == Format::Table && app.target.pager.is_none() {
        app.settings.format = Format::Line;
    }
    let shown = app.show(answer, Instant::now(), nowhere());
    app.settings = before;
    shown.map(|()| Flow::Continue)
}

/// `.log [FILE|off]`: what is typed and answered goes to the end of a file too, or no longer.
pub(super) fn log(app: &mut App, argument: &str) -> Result<Flow> {
    match argument {
        "" => {
            let path = app.target.log.as_ref().map(|log| log.path().display().to_string());
            app.say(path.as_deref().unwrap_or("off"));
        }
        "off" => app.target.log = None,
        path => app.target.log = Some(Log::open(path.as_ref())?),
    }
    Ok(Flow::Continue)
}

/// `.shell COMMAND`: a command of the system, for a person alone: no text that comes from elsewhere runs one.
pub(super) fn shell(app: &mut App, argument: &str) -> Result<Flow> {
    need(argument, "a command of the system")?;
    if !app.is_typed() {
        return Err(Error::syntax(Detail::InvalidUse, "a command of the system runs only where a person types it"));
    }
    let status = external::shell(argument).status();
    let status = status.map_err(|error| Error::io(format!("cannot run `{argument}`"), &error))?;
    if !status.success() {
        app.say(&format!("`{argument}` ended with {status}"));
    }
    Ok(Flow::Continue)
}

/// `.edit`: opens the last statement in the editor, and runs what comes of it.
pub(super) fn edit(app: &mut App, _: &str) -> Result<Flow> {
    let text = external::edit(&app.typed)?;
    app.say(text.trim_end());
    Ok(match app.run_text(&text, None) {
        Ok(()) => Flow::Continue,
        Err(stop) => Flow::Stop(stop),
    })
}

/// `.undo [n]`: makes the graph what it was before the last changes.
pub(super) fn undo(app: &mut App, argument: &str) -> Result<Flow> {
    need_no_transaction(app)?;
    if app.options.read_only {
        return Err(read_only());
    }
    let steps =
        match argument {
            "" => 1,
            text => text.parse::<usize>().ok().filter(|steps| *steps > 0).ok_or_else(|| {
                Error::syntax(Detail::InvalidUse, "it is the number of changes to take back, from 1 on")
            })?,
        };
    let known = app.before.len();
    let Some(at) = known.checked_sub(steps) else {
        let message = match known {
            0 => "nothing was changed here that could be taken back".to_owned(),
            _ => format!("only {} can be taken back", counted(known as u64, "change", "changes")),
        };
        return Err(Error::syntax(Detail::InvalidUse, message));
    };
    let target = app.before[at].clone();
    let counters = app.session.graph().revert(&target)?;
    app.before.truncate(at);
    let undone = counted(steps as u64, "change", "changes");
    let what = changed(&counters).unwrap_or_else(|| "nothing differed".to_owned());
    app.say(&format!("{undone} taken back: {what}"));
    Ok(Flow::Continue)
}
