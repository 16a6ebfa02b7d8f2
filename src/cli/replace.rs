//! A file replaced as a whole: whatever happens, it holds what it held or what it is to hold.

use super::external::private;
use super::target::unwritten;
use crate::error::Result;
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Puts a text into a file, which keeps its permissions; a link keeps pointing to it.
///
/// # Errors
/// When it cannot be written; then it is as it was.
pub(super) fn replace(path: &Path, text: &str) -> Result<()> {
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let before = fs::metadata(&target).ok().map(|before| before.permissions());
    put(&target, text, File::options().write(true).create_new(true), before).map_err(|error| unwritten(path, &error))
}

/// Puts a text into a file that nobody else may read.
///
/// # Errors
/// When it cannot be written; then it is as it was.
pub(super) fn replace_private(path: &Path, text: &str) -> Result<()> {
    put(path, text, &private(), None).map_err(|error| unwritten(path, &error))
}

fn put(target: &Path, text: &str, options: &OpenOptions, permissions: Option<Permissions>) -> io::Result<()> {
    let new = beside(target);
    let written = options.open(&new).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        permissions.map_or(Ok(()), |permissions| file.set_permissions(permissions))?;
        file.sync_all()?;
        fs::rename(&new, target)
    });
    if written.is_err() {
        let _ = fs::remove_file(&new);
    }
    written
}

/// A name beside the file that nobody else uses.
fn beside(target: &Path) -> PathBuf {
    let mut name = target.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.new", std::process::id()));
    target.with_file_name(name)
}
