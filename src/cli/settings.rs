//! What can be set: how statements are run and how their results look. One table, from which the dot-commands of these
//! names and `.set` derive.

use super::app::App;
use super::commands::Flow;
use super::output::{FORMATS, Format};
use super::{arguments, pager, parameters};
use crate::error::{Detail, Error, Result};
use crate::text::nearest;
use crate::value::format::{expression, to_text};
use std::sync::Arc;

/// Something that can be set.
struct Setting {
    name: &'static str,
    /// What it is set to.
    show: fn(&App) -> String,
    /// Sets it from a text.
    set: fn(&mut App, &str) -> Result<()>,
}

const SETTINGS: &[Setting] = &[
    Setting { name: "as-of", show: |app| app.options.as_of.as_ref().map_or("now".into(), to_text), set: as_of },
    Setting {
        name: "cite",
        show: |app| on_off(app.options.cite),
        set: |app, text| {
            app.options.cite = switched(text)?;
            Ok(())
        },
    },
    Setting {
        name: "echo",
        show: |app| on_off(app.settings.echo),
        set: |app, text| {
            app.settings.echo = switched(text)?;
            Ok(())
        },
    },
    Setting {
        name: "maxrows",
        show: |app| limit(app.settings.max_rows, "all"),
        set: |app, text| {
            app.settings.max_rows = number(text, "all")?;
            Ok(())
        },
    },
    Setting { name: "mode", show: |app| app.settings.format.name().to_owned(), set: mode },
    Setting {
        name: "null",
        show: |app| format!("\"{}\"", app.settings.null),
        set: |app, text| {
            app.settings.null = Arc::from(text.trim_matches('"'));
            Ok(())
        },
    },
    Setting { name: "pager", show: |app| app.target.pager.clone().unwrap_or("off".into()), set: pager },
    Setting {
        name: "timer",
        show: |app| on_off(app.settings.timer),
        set: |app, text| {
            app.settings.timer = switched(text)?;
            Ok(())
        },
    },
    Setting {
        name: "warnings",
        show: |app| on_off(app.settings.warnings),
        set: |app, text| {
            app.settings.warnings = switched(text)?;
            Ok(())
        },
    },
    Setting {
        name: "width",
        show: |app| limit(app.settings.width, "auto"),
        set: |app, text| {
            app.settings.width = number(text, "auto")?;
            Ok(())
        },
    },
];

/// Runs the command of a setting: without an argument it tells, otherwise it sets.
///
/// # Errors
/// When the text is none that it can be set to.
pub(super) fn run(app: &mut App, name: &str, argument: &str) -> Result<Flow> {
    let setting = find(name)?;
    if argument.is_empty() {
        let shown = (setting.show)(app);
        app.print(&shown)?;
    } else {
        (setting.set)(app, argument)?;
    }
    Ok(Flow::Continue)
}

/// `.set [NAME [VALUE]]`.
pub(super) fn set(app: &mut App, argument: &str) -> Result<Flow> {
    if !argument.is_empty() {
        let (name, value) = argument.split_once(char::is_whitespace).unwrap_or((argument, ""));
        return run(app, name, value.trim());
    }
    let lines: Vec<String> =
        SETTINGS.iter().map(|setting| format!("{:<9} {}", setting.name, (setting.show)(app))).collect();
    app.print(&lines.join("\n"))?;
    Ok(Flow::Continue)
}

/// The names of all settings.
pub fn names() -> impl Iterator<Item = &'static str> {
    SETTINGS.iter().map(|setting| setting.name)
}

fn find(name: &str) -> Result<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.name == name).ok_or_else(|| {
        let error = Error::syntax(Detail::InvalidUse, format!("there is no setting `{name}`"));
        match nearest(name, names()) {
            Some(near) => error.hint(format!("did you mean `{near}`?")),
            None => error.hint("`.set` lists them"),
        }
    })
}

fn mode(app: &mut App, text: &str) -> Result<()> {
    let names = || FORMATS.iter().map(|entry| entry.name);
    app.settings.format = Format::named(text).ok_or_else(|| {
        let known: Vec<&str> = names().collect();
        let error = Error::syntax(Detail::InvalidUse, format!("there is no mode `{text}`"));
        match nearest(text, names()) {
            Some(near) => error.hint(format!("did you mean `{near}`?")),
            None => error.hint(format!("the modes are {}", known.join(", "))),
        }
    })?;
    Ok(())
}

fn as_of(app: &mut App, text: &str) -> Result<()> {
    app.options.as_of = match text {
        "now" => None,
        text => Some(arguments::moment(text).map_err(|message| Error::syntax(Detail::InvalidUse, message))?),
    };
    Ok(())
}

fn pager(app: &mut App, text: &str) -> Result<()> {
    app.target.pager = match text {
        "off" => None,
        "on" => pager::command(),
        command => Some(command.to_owned()),
    };
    Ok(())
}

/// `.param`: all of them; `.param NAME`: one; `.param NAME VALUE` sets it.
pub(super) fn param(app: &mut App, argument: &str) -> Result<Flow> {
    let (name, value) = argument.split_once([' ', '\t', '=']).unwrap_or((argument, ""));
    let name = name.trim_start_matches('$');
    let value = value.trim().trim_start_matches('=').trim();
    if !value.is_empty() {
        app.parameters.insert(Arc::from(name), parameters::value(value)?);
        return Ok(Flow::Continue);
    }
    let shown = app.parameters.iter().filter(|(known, _)| name.is_empty() || &***known == name);
    let lines: Vec<String> = shown.map(|(name, value)| format!("${name} = {}", expression(value))).collect();
    if lines.is_empty() && !name.is_empty() {
        let error = Error::syntax(Detail::MissingParameter, format!("the parameter `${name}` has no value"));
        return Err(match nearest(name, app.parameters.keys().map(|known| &**known)) {
            Some(near) => error.hint(format!("did you mean `${near}`?")),
            None => error.hint(format!("`.param {name} VALUE` gives it one")),
        });
    }
    app.print(&lines.join("\n"))?;
    Ok(Flow::Continue)
}

fn on_off(on: bool) -> String {
    if on { "on" } else { "off" }.to_owned()
}

fn switched(text: &str) -> Result<bool> {
    match text {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => Err(Error::syntax(Detail::InvalidUse, "it is either `on` or `off`")),
    }
}

fn limit(set: Option<usize>, none: &str) -> String {
    set.map_or_else(|| none.to_owned(), |number| number.to_string())
}

/// A number, or the word that stands for no limit.
fn number(text: &str, none: &str) -> Result<Option<usize>> {
    if text == none {
        return Ok(None);
    }
    let number = text.parse().ok().filter(|number| *number > 0);
    let error = || Error::syntax(Detail::InvalidUse, format!("it is a number from 1 on, or `{none}`"));
    number.map(Some).ok_or_else(error)
}
