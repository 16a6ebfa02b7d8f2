//! Where the history of the shell is kept: in the state folder of the XDG base directory specification, readable by
//! its owner alone. `STANDPOINT_HISTORY=off` keeps none.

use rustyline::history::FileHistory;
use rustyline::{Editor, Helper};
use std::path::{Path, PathBuf};

/// The history's file; `None` when none is wanted or there is no place for it.
pub(super) fn file() -> Option<PathBuf> {
    if std::env::var_os("STANDPOINT_HISTORY").is_some_and(|value| value == "off") {
        return None;
    }
    let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let state = absolute("XDG_STATE_HOME").or_else(|| absolute("HOME").map(|home| home.join(".local/state")))?;
    Some(state.join("standpoint").join("history"))
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
