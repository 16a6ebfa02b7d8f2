//! What can be set: how statements are run and how their results look. One table, from which the dot-commands of these
//! names and `.set` derive.

use super::app::{App, Keys};
use super::commands::Flow;
use super::output::{FORMATS, Format};
use super::{arguments, pager, parameters};
use crate::error::{Detail, Error, Result};
use crate::session::RunOptions;
use crate::text::nearest;
use crate::value::Value;
use crate::value::format::{expression, to_text};
use std::sync::Arc;

/// Something that can be set.
struct Setting {
    name: &'static str,
    kind: Kind,
}

/// What a setting can be.
enum Kind {
    /// On or off.
    Switch(fn(&mut App) -> &mut bool),
    /// A number from 1 on, or none, for which this word stands.
    Limit(fn(&mut App) -> &mut Option<usize>, &'static str),
    /// What a text says.
    Text { show: fn(&App) -> String, set: fn(&mut App, &str) -> Result<()> },
}

const SETTINGS: &[Setting] = &[
    text("as-of", |app| app.options.as_of.as_ref().map_or("now".into(), to_text), as_of),
    text("as-recorded", |app| app.options.as_recorded.as_ref().map_or("now".into(), to_text), as_recorded),
    switch("cite", |app| &mut app.options.cite),
    switch("echo", |app| &mut app.settings.echo),
    switch("ids", |app| &mut app.settings.ids),
    text("keys", |app| app.settings.keys.name().to_owned(), keys),
    limit("maxrows", |app| &mut app.settings.max_rows, "all"),
    text("mode", |app| app.settings.format.name().to_owned(), mode),
    text("null", |app| format!("\"{}\"", app.settings.null), null),
    text("pager", |app| app.target.pager.clone().unwrap_or("off".into()), pager),
    switch("timer", |app| &mut app.settings.timer),
    switch("warnings", |app| &mut app.settings.warnings),
    limit("width", |app| &mut app.settings.width, "auto"),
];

const fn switch(name: &'static str, place: fn(&mut App) -> &mut bool) -> Setting {
    Setting { name, kind: Kind::Switch(place) }
}

const fn limit(name: &'static str, place: fn(&mut App) -> &mut Option<usize>, none: &'static str) -> Setting {
    Setting { name, kind: Kind::Limit(place, none) }
}

const fn text(name: &'static str, show: fn(&App) -> String, set: fn(&mut App, &str) -> Result<()>) -> Setting {
    Setting { name, kind: Kind::Text { show, set } }
}

impl Kind {
    /// What it is set to.
    fn show(&self, app: &mut App) -> String {
        match self {
            Kind::Switch(place) => if *place(app) { "on" } else { "off" }.to_owned(),
            Kind::Limit(place, none) => place(app).map_or_else(|| (*none).to_owned(), |number| number.to_string()),
            Kind::Text { show, .. } => show(app),
        }
    }

    /// Sets it from a text.
    fn set(&self, app: &mut App, text: &str) -> Result<()> {
        match self {
            Kind::Switch(place) => *place(app) = switched(text)?,
            Kind::Limit(place, none) => *place(app) = number(text, none)?,
            Kind::Text { set, .. } => set(app, text)?,
        }
        Ok(())
    }
}

/// Runs the command of a setting: without an argument it tells, otherwise it sets.
///
/// # Errors
/// When the text is none that it can be set to.
pub(super) fn run(app: &mut App, name: &str, argument: &str) -> Result<Flow> {
    let setting = find(name)?;
    if argument.is_empty() {
        let shown = setting.kind.show(app);
        app.print(&shown)?;
    } else {
        setting.kind.set(app, argument)?;
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
        SETTINGS.iter().map(|setting| format!("{:<11} {}", setting.name, setting.kind.show(app))).collect();
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

fn keys(app: &mut App, text: &str) -> Result<()> {
    app.settings.keys = Keys::named(text)
        .ok_or_else(|| Error::syntax(Detail::InvalidUse, "the keys are either those of `emacs` or those of `vi`"))?;
    Ok(())
}

fn null(app: &mut App, text: &str) -> Result<()> {
    app.settings.null = Arc::from(text.trim_matches('"'));
    Ok(())
}

fn as_of(app: &mut App, text: &str) -> Result<()> {
    app.options.as_of = moment(text)?;
    Ok(())
}

/// The moment must be one that is known, so that not each statement from then on fails.
fn as_recorded(app: &mut App, text: &str) -> Result<()> {
    let options = RunOptions { as_recorded: moment(text)?, ..app.options.clone() };
    app.session.snapshot_for(&options)?;
    app.options = options;
    Ok(())
}

/// A moment, or none for `now`.
fn moment(text: &str) -> Result<Option<Value>> {
    match text {
        "now" => Ok(None),
        text => arguments::moment(text).map(Some).map_err(|message| Error::syntax(Detail::InvalidUse, message)),
    }
}

fn pager(app: &mut App, text: &str) -> Result<()> {
    if !app.is_own() && !["on", "off"].contains(&text) {
        let error = Error::syntax(Detail::InvalidUse, "a file that is read does not choose the pager");
        return Err(error.hint("`STANDPOINT_PAGER`, the rc file and what is typed do"));
    }
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

fn switched(text: &str) -> Result<bool> {
    match text {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => Err(Error::syntax(Detail::InvalidUse, "it is either `on` or `off`")),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_can_be_set_again() {
        let mut app = App::silent();
        assert!(SETTINGS.is_sorted_by_key(|setting| setting.name));
        for setting in SETTINGS {
            let shown = setting.kind.show(&mut app);
            setting.kind.set(&mut app, &shown).unwrap();
            assert_eq!(setting.kind.show(&mut app), shown, "{}", setting.name);
        }
    }

    #[test]
    fn settings_take_what_they_can_be_and_nothing_else() {
        let cases: &[(&str, &[&str], &[&str])] = &[
            ("as-of", &["2025", "2025-11-21", "now"], &["someday", "2025-13-01"]),
            ("as-recorded", &["now"], &["someday", "2025-11-21", "9999-01-01"]),
            ("cite", &["on", "off"], &["yes", "ON"]),
            ("echo", &["on", "off"], &["1"]),
            ("ids", &["on", "off"], &["true"]),
            ("keys", &["vi", "emacs"], &["wordstar"]),
            ("maxrows", &["7", "all"], &["0", "-1", "many", "auto"]),
            ("mode", &["csv", "table"], &["cvs"]),
            ("null", &["\"∅\"", "\"\""], &[]),
            ("pager", &["less -R", "off"], &[]),
            ("timer", &["on", "off"], &["of"]),
            ("warnings", &["off", "on"], &["none"]),
            ("width", &["7", "auto"], &["0", "all"]),
        ];
        assert!(cases.iter().map(|(name, ..)| *name).eq(names()), "every setting has a case");
        let mut app = App::silent();
        for (name, right, wrong) in cases {
            let kind = &find(name).unwrap().kind;
            for text in *right {
                kind.set(&mut app, text).unwrap();
                assert!(kind.show(&mut app).starts_with(text), "{name} {text}: {}", kind.show(&mut app));
            }
            let before = kind.show(&mut app);
            for text in *wrong {
                assert!(kind.set(&mut app, text).is_err(), "{name} {text}");
                assert_eq!(kind.show(&mut app), before, "{name} {text}");
            }
        }
        assert_eq!(find("warning").err().unwrap().hints(), ["did you mean `warnings`?"]);
    }
}
