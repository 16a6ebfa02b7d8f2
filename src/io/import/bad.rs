//! Rows that cannot be imported.

use crate::error::{Detail, Error, ErrorType};

/// How many bad rows of a block, and of an import, are kept with what is wrong.
const KEPT: usize = 20;

/// Bad rows: how many, and the first of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Bad {
    pub(super) count: u64,
    first: Vec<(u64, String)>,
}

impl Bad {
    /// Adds a row by its line.
    pub(super) fn add(&mut self, line: u64, why: String) {
        self.count += 1;
        if self.first.len() < KEPT {
            self.first.push((line, why));
        }
    }

    /// Adds those of another part.
    pub(super) fn append(&mut self, other: Bad) {
        self.count += other.count;
        self.first.extend(other.first);
        self.first.sort_by_key(|(line, _)| *line);
        self.first.truncate(KEPT);
    }

    /// What is wrong with the first rows, each with its place in the file.
    pub(super) fn messages(&self, name: &str) -> Vec<String> {
        self.first.iter().map(|(line, why)| format!("{name}:{line}: {why}")).collect()
    }

    /// The first as an error.
    pub(super) fn first_error(&self, name: &str) -> Option<Error> {
        let (line, why) = self.first.first()?;
        Some(fault(name, *line, why).hint("nothing was imported; `--skip-bad` leaves such rows out"))
    }
}

/// What is wrong at a line of a file.
pub(super) fn fault(name: &str, line: u64, why: &str) -> Error {
    fault_of(&format!("{name}:{line}"), why)
}

/// What is wrong with a file as a whole.
pub(super) fn fault_of(name: &str, why: &str) -> Error {
    Error::runtime(ErrorType::ArgumentError, Detail::UnexpectedInput, format!("{name}: {why}"))
}

/// The most messages that a summary keeps.
pub(super) fn shorten(messages: &mut Vec<String>) {
    messages.truncate(KEPT);
}
