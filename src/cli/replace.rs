//! A file replaced as a whole: whatever happens, it holds what it held or what it is to hold.

use crate::error::{Error, Result};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Puts a text into a file, which keeps its permissions; a link keeps pointing to it.
///
/// # Errors
/// When it cannot be written; then it is as it was.
pub(super) fn replace(path: &Path, text: &str) -> Result<()> {
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let new = beside(&target);
    write(&target, &new, text).map_err(|error| {
        let _ = fs::remove_file(&new);
        Error::io(format!("cannot write `{}`", path.display()), &error)
    })
}

fn write(target: &Path, new: &Path, text: &str) -> io::Result<()> {
    let mut file = File::options().write(true).create_new(true).open(new)?;
    file.write_all(text.as_bytes())?;
    if let Ok(before) = fs::metadata(target) {
        file.set_permissions(before.permissions())?;
    }
    file.sync_all()?;
    fs::rename(new, target)
}

/// A name beside the file that nobody else uses.
fn beside(target: &Path) -> PathBuf {
    let mut name = target.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.new", std::process::id()));
    target.with_file_name(name)
}
