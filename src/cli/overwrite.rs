//! Files that a command writes: one that is there is replaced only where that is wanted.

use super::app::App;
use super::commands::need;
use crate::error::{Detail, Error, Result};
use std::path::Path;

/// What says that a file may be replaced.
const FLAG: &str = "--overwrite";

/// The file of `[--overwrite] FILE`, which may be written: it is not there, or replacing it is asked for, or a person who
/// typed the command says so. What is no plain file, such as a device, may always be written.
///
/// # Errors
/// When no file is named, or it is there and is to stay.
pub(super) fn writable<'a>(app: &mut App, command: &str, argument: &'a str) -> Result<&'a Path> {
    let (said, name) = match argument.strip_prefix(FLAG) {
        Some(rest) if rest.is_empty() || rest.starts_with(char::is_whitespace) => (true, rest.trim()),
        _ => (false, argument),
    };
    need(name, "a file")?;
    let path = Path::new(name);
    if said || !path.is_file() || agreed(app, name) {
        return Ok(path);
    }
    let error = Error::syntax(Detail::InvalidUse, format!("`{name}` is there already"));
    Err(error.hint(format!("`.{command} {FLAG} {name}` replaces it")))
}

/// Whether a person who is there wants to replace a file.
fn agreed(app: &mut App, name: &str) -> bool {
    let ask = app.ask.filter(|_| app.is_typed());
    let answer = ask.and_then(|ask| ask(&format!("`{name}` is there already. Replace it? [y/N] ")));
    answer.is_some_and(|answer| ["y", "yes"].contains(&answer.trim().to_lowercase().as_str()))
}
