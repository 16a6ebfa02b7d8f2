//! A graph in a file.
//!
//! Takes a version and writes it whole to one file; reads such a file back into a version. This is the only layer below
//! the command line that touches files. It does not know queries, nor when a graph should be saved.
//!
//! # The file
//! A header of 64 bytes (`format::Header`): magic, format version, the graph's own identifier, where the table is, and
//! checksums of the table and of the header itself. Then sections, each beginning at a multiple of 64 bytes: arrays of
//! little-endian numbers, texts, and few other things. Last the table (`format::Table`): names, the definitions of
//! indexes and constraints, and for each section its place, length and checksum. Nothing is believed before its checksum was found right and its size possible.
//!
//! A file is replaced as a whole: a new one is written beside it, brought to the disk, and renamed over it; then the
//! folder is brought to the disk. A crash leaves the old file or the new one.

mod columns;
mod format;
mod read;
mod replace;
mod schema;
#[cfg(test)]
mod tests;
mod write;

use crate::error::{Error, Result};
use crate::store::Version;
use std::path::Path;

/// Writes a version to a file, replacing it as a whole.
///
/// # Errors
/// `Io` when something cannot be written; then the file is as it was.
pub fn save(version: &Version, path: &Path) -> Result<()> {
    let doing = || format!("cannot save `{}`", path.display());
    replace::replace(path, |file| write::write(version, file)).map_err(|error| Error::io(doing(), &error))
}

/// Reads a version from a file.
///
/// # Errors
/// `Io` when it cannot be read; `Corrupt` when it is no graph, of a newer format, or damaged.
pub fn open(path: &Path) -> Result<Version> {
    let name = path.display().to_string();
    let bytes = std::fs::read(path).map_err(|error| Error::io(format!("cannot open `{name}`"), &error))?;
    read::read(&bytes).map_err(|problem| problem.about(&name))
}
