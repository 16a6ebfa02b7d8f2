//! Text with expected output: compared, or with `UPDATE_EXPECTED=1` written anew.

use std::path::{Path, PathBuf};

/// Whether expected output is to be written instead of compared.
pub fn updating() -> bool {
    std::env::var_os("UPDATE_EXPECTED").is_some_and(|value| value == "1")
}

/// The files of a folder with that ending, in order of name.
pub fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> =
        entries.filter(|path| path.extension().is_some_and(|found| found == ending)).collect();
    files.sort();
    files
}

/// Compares what a file holds with what it should hold; gives a message where they differ.
pub fn compare(file: &Path, actual: &str) -> Option<String> {
    let expected = std::fs::read_to_string(file).unwrap_or_default();
    if expected == actual {
        return None;
    }
    if updating() {
        std::fs::write(file, actual).unwrap();
        return None;
    }
    Some(format!("{} differs (UPDATE_EXPECTED=1 writes it anew):\n{}", file.display(), difference(&expected, actual)))
}

/// The first line that differs, with some lines before it.
pub fn difference(expected: &str, actual: &str) -> String {
    let (expected, actual): (Vec<&str>, Vec<&str>) = (expected.lines().collect(), actual.lines().collect());
    let same = expected.iter().zip(&actual).take_while(|(a, b)| a == b).count();
    let part = |lines: &[&str], mark: &str| {
        let from = same.saturating_sub(3);
        lines.iter().skip(from).take(12).map(|line| format!("{mark} {line}\n")).collect::<String>()
    };
    format!("{}{}", part(&expected, "-"), part(&actual, "+"))
}
