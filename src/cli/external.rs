//! Other programs: the editor of the user's choice (`VISUAL`, else `EDITOR`, else `vi`), the browser (`BROWSER`, else what
//! the system opens files with), and the system's shell.

use super::target::unwritten;
use crate::error::{Detail, Error, ErrorType, Result};
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Opens a text in the editor and gives what came of it.
///
/// # Errors
/// When the editor cannot be run or says that it failed, or its file cannot be written or read.
pub fn edit(text: &str) -> Result<String> {
    let path = std::env::temp_dir().join(format!("standpoint-{}.cypher", std::process::id()));
    // What a process of this number left behind is of no use to anybody.
    let _ = fs::remove_file(&path);
    let edited = written(&path, text).and_then(|()| run(&path)).and_then(|()| read(&path));
    let _ = fs::remove_file(&path);
    edited
}

fn written(path: &Path, text: &str) -> Result<()> {
    let file: std::io::Result<File> = private().open(path);
    let written = file.and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| unwritten(path, &error))
}

/// A new file that nobody else may read.
pub(super) fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

fn run(path: &Path) -> Result<()> {
    let set = |name: &str| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
    let editor = set("VISUAL").or_else(|| set("EDITOR")).unwrap_or_else(|| "vi".to_owned());
    // An editor may have arguments of its own: `code --wait`.
    let mut words = editor.split_whitespace();
    let program = PathBuf::from(words.next().unwrap_or("vi"));
    let status = Command::new(&program).args(words).arg(path).status();
    let status = status.map_err(|error| Error::io(format!("cannot run `{editor}`"), &error))?;
    let message = || format!("`{editor}` ended with {status}");
    if status.success() { Ok(()) } else { Err(Error::runtime(ErrorType::Io, Detail::Io, message())) }
}

/// Opens a page in the browser, which goes on by itself; whether it could be started.
pub(super) fn browse(page: &Path) -> bool {
    let set = |name: &str| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
    let system = if cfg!(target_os = "macos") {
        "open"
    } else if cfg!(windows) {
        "explorer"
    } else {
        "xdg-open"
    };
    let screen = cfg!(any(target_os = "macos", windows)) || set("DISPLAY").or_else(|| set("WAYLAND_DISPLAY")).is_some();
    let Some(browser) = set("BROWSER").or_else(|| screen.then(|| system.to_owned())) else { return false };
    let mut words = browser.split_whitespace();
    let mut command = Command::new(words.next().unwrap_or(system));
    command.args(words).arg(page).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().is_ok()
}

/// A command line of the system's shell.
pub(super) fn shell(line: &str) -> Command {
    let (shell, flag) = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
    let mut command = Command::new(shell);
    command.arg(flag).arg(line);
    command
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).map_err(|error| Error::io(format!("cannot read `{}`", path.display()), &error))
}
