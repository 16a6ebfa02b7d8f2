//! The formats of results on the command line.

use super::table;
use crate::error::Result;
use crate::io::encode::Encoding;
use crate::io::protocol::Events;
use crate::io::{csv, json};
use crate::session::Answer;
use std::io::Write;
use std::time::Instant;

/// How an answer is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A table with lines, for people.
    Table,
    /// Comma-separated values with a header.
    Csv,
    /// One JSON array of objects.
    Json,
    /// One JSON object a row, a row a line.
    Jsonl,
    /// The events of the protocol: header, records with typed values, summary.
    TypedJsonl,
}

impl Format {
    /// Every format with its name and what it is.
    pub const ALL: &'static [(&'static str, Format, &'static str)] = &[
        ("table", Format::Table, "a table for people"),
        ("csv", Format::Csv, "comma-separated values with a header line"),
        ("json", Format::Json, "one JSON array of objects"),
        ("jsonl", Format::Jsonl, "one JSON object a row, a row a line"),
        ("typed-jsonl", Format::TypedJsonl, "events of the protocol with typed values, one a line"),
    ];

    /// The format of that name.
    pub fn named(name: &str) -> Option<Format> {
        Format::ALL.iter().find(|(known, _, _)| *known == name).map(|(_, format, _)| *format)
    }
}

/// The room that a table has.
#[derive(Clone, Copy, Debug, Default)]
pub struct Room {
    /// The most columns of characters; `None` for no limit.
    pub width: Option<usize>,
    /// The most rows shown; of more, the first and the last are shown. `None` for all.
    pub rows: Option<usize>,
}

/// Writes all rows of an answer to a text whose run began then; gives how many there were.
///
/// # Errors
/// What goes wrong while computing the rows or writing them.
pub fn write(
    answer: &mut Answer,
    (format, room): (Format, Room),
    (text, begun): (&str, Instant),
    out: &mut dyn Write,
) -> Result<u64> {
    match format {
        Format::Table => table::write(answer, room, out),
        Format::Csv => csv::write(answer, out),
        Format::Json => json::write_array(answer, out),
        Format::Jsonl => json::write_lines(answer, out),
        Format::TypedJsonl => Events::new(out, Encoding::Typed).answer(answer, text, true, begun),
    }
}
