//! Where the user's own files stand: the folders of the XDG base directory specification. Nothing is ever written to the
//! current folder unless it was named.

use std::path::PathBuf;

/// A file of settings.
pub(super) fn config(name: &str) -> Option<PathBuf> {
    below("XDG_CONFIG_HOME", ".config", name)
}

/// A file of what the program remembers.
pub fn state(name: &str) -> Option<PathBuf> {
    below("XDG_STATE_HOME", ".local/state", name)
}

/// Names that are not absolute are passed over, as the specification asks.
fn below(variable: &str, usual: &str, name: &str) -> Option<PathBuf> {
    let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let folder = absolute(variable).or_else(|| absolute("HOME").map(|home| home.join(usual)))?;
    Some(folder.join("standpoint").join(name))
}
