//! Queries kept under a name: `.save-query`, `.run`, `.queries`, `.delete-query`.
//!
//! Each is a file of the user's, in the state folder: it is there for every graph, and any editor can change it.

use super::app::{App, Stop};
use super::commands::{Flow, need};
use super::replace::replace_private;
use super::table::padded;
use super::target::unwritten;
use super::{folders, parameters};
use crate::error::{Detail, Error, Result};
use crate::syntax::script::{self, Language};
use crate::text::{beginning, nearest};
use std::path::PathBuf;
use unicode_width::UnicodeWidthStr;

/// The ending of the files.
const ENDING: &str = "cypher";

/// `.save-query NAME [STATEMENT]`: keeps the statement, or the last one, in place of an earlier one of that name.
pub(super) fn save(app: &mut App, argument: &str) -> Result<Flow> {
    need(argument, "a name")?;
    let (name, written) = argument.split_once(char::is_whitespace).unwrap_or((argument, ""));
    let text = if written.is_empty() { app.typed.clone() } else { written.trim().to_owned() };
    if text.is_empty() {
        return Err(Error::syntax(Detail::InvalidUse, "nothing was asked yet that could be kept"));
    }
    if script::classify(&text) == Language::Command {
        return Err(Error::syntax(Detail::InvalidUse, "a statement can be kept, a command cannot"));
    }
    let path = file(name)?;
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|error| unwritten(&path, &error))?;
    }
    replace_private(&path, &format!("{text}\n"))?;
    app.say(&format!("kept: `.run {name}` asks it"));
    Ok(Flow::Continue)
}

/// `.run NAME [parameter=value …]`: runs a query with these parameters, which hold for it alone.
pub(super) fn run(app: &mut App, argument: &str) -> Result<Flow> {
    need(argument, "the name of a query")?;
    let (name, given) = argument.split_once(char::is_whitespace).unwrap_or((argument, ""));
    let text = read(name)?;
    let known = script::parameters(&text);
    let mut given = parameters::assigned(given)?;
    if let Some(unknown) = given.keys().find(|given| !known.iter().any(|known| **known == ***given)) {
        let error = Error::syntax(Detail::InvalidUse, format!("`{name}` has no parameter `${unknown}`"));
        return Err(match nearest(unknown, known.iter().map(String::as_str)) {
            Some(near) => error.hint(format!("did you mean `{near}`?")),
            None => error.hint(format!("it is: {}", beginning(text.trim()))),
        });
    }
    let before = app.parameters.clone();
    app.parameters.append(&mut given);
    let ran = app.run_nested(|app| app.run_text(&text, Some(name)));
    app.parameters = before;
    Ok(match ran {
        Ok(()) => Flow::Continue,
        Err(Stop::Quit) => Flow::Quit,
        Err(stop) => Flow::Stop(stop),
    })
}

/// `.queries`: lists them, each with how it begins.
pub(super) fn list(app: &mut App, _: &str) -> Result<Flow> {
    let names = names();
    if names.is_empty() {
        app.say("no query is kept: `.save-query NAME` keeps the last one");
        return Ok(Flow::Continue);
    }
    let widest = names.iter().map(|name| name.width()).max().unwrap_or(0);
    let line = |name: &String| {
        let text = read(name).unwrap_or_default();
        let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
        format!("{}  {}", padded(name, widest, false), beginning(first.trim()))
    };
    app.print(&names.iter().map(line).collect::<Vec<_>>().join("\n"))?;
    Ok(Flow::Continue)
}

/// `.delete-query NAME`.
pub(super) fn delete(app: &mut App, argument: &str) -> Result<Flow> {
    need(argument, "the name of a query")?;
    read(argument)?;
    let path = file(argument)?;
    std::fs::remove_file(&path).map_err(|error| Error::io(format!("cannot delete `{}`", path.display()), &error))?;
    app.say(&format!("`{argument}` is deleted"));
    Ok(Flow::Continue)
}

/// The names of all queries, in order.
pub fn names() -> Vec<String> {
    let entries = folders::state("queries").and_then(|folder| std::fs::read_dir(folder).ok());
    let paths = entries.into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path()));
    let name = |path: PathBuf| Some(path.file_stem()?.to_str()?.to_owned());
    let mut names: Vec<String> =
        paths.filter(|path| path.extension().is_some_and(|ending| ending == ENDING)).filter_map(name).collect();
    names.sort();
    names
}

/// The parameters of a query, none where there is no such query.
pub fn parameters_of(name: &str) -> Vec<String> {
    read(name).map(|text| script::parameters(&text)).unwrap_or_default()
}

/// The file of a query. Names that could lead elsewhere are none.
fn file(name: &str) -> Result<PathBuf> {
    let fits = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    if name.is_empty() || name.len() > 100 || !name.chars().all(fits) {
        let message = format!("`{}` cannot be the name of a query", beginning(name));
        return Err(Error::syntax(Detail::InvalidUse, message).hint("letters, digits, `-` and `_` can"));
    }
    let folder = folders::state("queries").ok_or_else(|| {
        Error::syntax(Detail::InvalidUse, "there is no folder to keep queries in").hint("`HOME` says where it is")
    })?;
    Ok(folder.join(format!("{name}.{ENDING}")))
}

fn read(name: &str) -> Result<String> {
    let path = file(name)?;
    if path.exists() {
        return super::app::read_text(&path);
    }
    let error = Error::syntax(Detail::InvalidUse, format!("no query is called `{name}`"));
    let names = names();
    Err(match nearest(name, names.iter().map(String::as_str)) {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None => error.hint("`.queries` lists them"),
    })
}
