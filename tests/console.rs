//! What users see: commands with their output, exit codes included.
//!
//! Files in `console/`, the README and the documents hold `console` blocks: lines that begin with `$ ` are run in a shell in a
//! folder with the shipped graphs; what follows is their output, errors included. `[exit 1]` ends the output of a
//! command that fails. `cargo run --release --` stands for the program. Of other commands only those are run that write
//! a file with `printf`.

use crate::golden;
use std::path::{Path, PathBuf};
use std::process::Command;

#[test]
fn commands_print_what_they_should() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = golden::files(&root.join("tests/console"), "md");
    files.extend(golden::files(&root.join("docs"), "md"));
    files.push(root.join("README.md"));
    let wrong: Vec<String> = files.iter().filter_map(|file| golden::compare(file, &rewrite(file))).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The text of a file with the output of its console blocks as it is now.
fn rewrite(file: &Path) -> String {
    let text = std::fs::read_to_string(file).unwrap();
    let folder = tempfile::tempdir().unwrap();
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("graphs"), &folder.path().join("graphs"));
    let mut written = String::new();
    let mut in_block = false;
    let mut command: Option<String> = None;
    for line in text.lines() {
        let starts = line == "```console";
        let ends = in_block && line == "```";
        if ends || (in_block && line.starts_with("$ ")) {
            written += &command.take().map(|command| run(&command, folder.path())).unwrap_or_default();
        }
        if in_block && !ends {
            match line.strip_prefix("$ ") {
                Some(first) => command = Some(first.to_owned()),
                None if command.as_deref().is_some_and(continues) => {
                    command = command.map(|before| format!("{before}\n{line}"));
                }
                None => continue,
            }
        }
        written += line;
        written.push('\n');
        in_block = (in_block || starts) && !ends;
    }
    written
}

/// Whether a command goes on in the next line: it ends with a backslash or inside quotes.
fn continues(command: &str) -> bool {
    command.ends_with('\\') || command.matches('\'').count() % 2 == 1
}

fn run(command: &str, folder: &Path) -> String {
    if !["standpoint", "cargo run", "printf "].iter().any(|word| command.contains(word)) {
        return String::new();
    }
    let binary = PathBuf::from(env!("CARGO_BIN_EXE_standpoint"));
    let path = std::env::var("PATH").unwrap_or_default();
    let output = Command::new("sh")
        .arg("-c")
        .arg(format!("exec 2>&1\n{}", command.replace("cargo run --release --", "standpoint")))
        .current_dir(folder)
        .env("PATH", format!("{}:{path}", binary.parent().unwrap().display()))
        .env("HOME", folder)
        .env("COLUMNS", "100")
        .output()
        .unwrap();
    let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
    if let Some(code) = output.status.code().filter(|code| *code != 0) {
        text += &format!("[exit {code}]\n");
    }
    text
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, target).unwrap();
        }
    }
}
