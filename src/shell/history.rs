//! Where the history of the shell is kept: in the state folder of the XDG base directory specification, readable by
//! its owner alone. `STANDPOINT_HISTORY=off` keeps none, another
//! value names another file.

use crate::cli::folders;
use rustyline::history::FileHistory;
use rustyline::{Editor, Helper};
use std::path::{Path, PathBuf};

/// The history's file; `None` when none is wanted or there is no place for it.
pub(super) fn file() -> Option<PathBuf> {
    match std::env::var_os("STANDPOINT_HISTORY") {
        Some(value) if value == "off" => return None,
        Some(path) if !path.is_empty() => return Some(PathBuf::from(path)),
        _ => {}
    }
    folders::state("history")
}

/// Writes the history.
pub(super) fn save<H: Helper>(editor: &mut Editor<H, FileHistory>, file: &Path) -> rustyline::Result<()> {
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    editor.save_history(file)?;
    restrict(file)?;
    Ok(())
}

#[cfg(unix)]
fn restrict(file: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600))
}

#[cfg(not(unix))]
fn restrict(_: &Path) -> std::io::Result<()> {
    Ok(())
}
