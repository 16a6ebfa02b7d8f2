//! The formats of results on the command line.

use super::paint::Paint;
use super::{line, table};
use crate::error::Result;
use crate::io::encode::Encoding;
use crate::io::facts::Unsaid;
use crate::io::protocol::Events;
use crate::io::{csv, dot, facts, json, markdown, picture};
use crate::session::Answer;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

/// How an answer is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A table with lines, for people.
    Table,
    /// A line for each value.
    Line,
    /// Comma-separated values with a header.
    Csv,
    /// Tab-separated values with a header.
    Tsv,
    /// One JSON array of objects.
    Json,
    /// One JSON object a row, a row a line.
    Jsonl,
    /// The events of the protocol: header, records with typed values, summary.
    TypedJsonl,
    /// A table of Markdown.
    Markdown,
    /// The nodes and relationships as arrow facts.
    Facts,
    /// The nodes and relationships as a picture for Graphviz.
    Dot,
    /// The nodes and relationships as an SVG image.
    Svg,
    /// The nodes and relationships as a page of HTML with a picture.
    Html,
    /// Not at all.
    None,
}

/// A format with what there is to know about it.
#[derive(Debug)]
pub struct Entry {
    /// Its name.
    pub name: &'static str,
    /// The format.
    pub format: Format,
    /// What it is, in few words.
    pub summary: &'static str,
    /// The ending of files of this format, where there is one.
    pub ending: Option<&'static str>,
}

/// Every format.
pub const FORMATS: &[Entry] = &[
    entry("table", Format::Table, "a table for people", None),
    entry("line", Format::Line, "a line for each value, nodes with all they hold", None),
    entry("csv", Format::Csv, "comma-separated values with a header line", Some("csv")),
    entry("tsv", Format::Tsv, "tab-separated values with a header line", Some("tsv")),
    entry("json", Format::Json, "one JSON array of objects", Some("json")),
    entry("jsonl", Format::Jsonl, "one JSON object a row, a row a line", Some("jsonl")),
    entry("typed-jsonl", Format::TypedJsonl, "events of the protocol with typed values, one a line", None),
    entry("markdown", Format::Markdown, "a table of Markdown", Some("md")),
    entry("facts", Format::Facts, "nodes and relationships as arrow facts", Some("facts")),
    entry("dot", Format::Dot, "nodes and relationships as a picture for Graphviz", Some("dot")),
    entry("svg", Format::Svg, "nodes and relationships as a picture in SVG", Some("svg")),
    entry("html", Format::Html, "nodes and relationships as a page with a picture", Some("html")),
    entry("none", Format::None, "nothing: rows are computed and counted", None),
];

const fn entry(name: &'static str, format: Format, summary: &'static str, ending: Option<&'static str>) -> Entry {
    Entry { name, format, summary, ending }
}

impl Format {
    /// The format of that name.
    pub fn named(name: &str) -> Option<Format> {
        FORMATS.iter().find(|entry| entry.name == name).map(|entry| entry.format)
    }

    /// The format that a file's ending stands for.
    pub fn of_file(path: &Path) -> Option<Format> {
        let ending = path.extension()?.to_str()?;
        FORMATS.iter().find(|entry| entry.ending == Some(ending)).map(|entry| entry.format)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        FORMATS.iter().find(|entry| entry.format == self).map_or("", |entry| entry.name)
    }
}

/// The room that a table has, and how it looks.
#[derive(Clone, Debug, Default)]
pub struct Room {
    /// The most columns of characters; `None` for no limit.
    pub width: Option<usize>,
    /// The most rows shown; of more, the first and the last are shown. `None` for all.
    pub rows: Option<usize>,
    /// What stands for null.
    pub null: Arc<str>,
    /// The colours.
    pub paint: Paint,
    /// Whether nodes and relationships have their numbers beside them.
    pub ids: bool,
}

/// What was written.
#[derive(Debug, Default)]
pub struct Written {
    /// How many rows there were.
    pub rows: u64,
    /// How many of them a table left out.
    pub left_out: u64,
    /// How many columns a table left out.
    pub columns_left_out: u64,
    /// Whether nodes stand without their labels.
    pub unlabelled: bool,
    /// How many cells a table cut.
    pub cut: u64,
    /// What the format has no words for.
    pub unsaid: Unsaid,
}

impl Written {
    fn rows(rows: u64) -> Written {
        Written { rows, ..Written::default() }
    }

    /// Rows, but for what the format could not say of them.
    fn but((rows, unsaid): (u64, Unsaid)) -> Written {
        Written { rows, unsaid, ..Written::default() }
    }
}

/// Writes all rows of an answer to a text whose run began then.
///
/// # Errors
/// What goes wrong while computing the rows or writing them.
pub fn write(
    answer: &mut Answer,
    (format, room): (Format, &Room),
    (text, begun): (&str, Instant),
    out: &mut dyn Write,
) -> Result<Written> {
    let rows = match format {
        Format::Table => return table::write(answer, room, out),
        Format::Facts => return facts::write_answer(answer, out).map(Written::but),
        Format::Svg => return picture::write(answer, picture::Kind::Svg, out).map(Written::but),
        Format::Html => return picture::write(answer, picture::Kind::Html, out).map(Written::but),
        Format::Dot => return dot::write(answer, out).map(Written::but),
        Format::Line => line::write(answer, room.ids, out),
        Format::Csv => csv::write(answer, ',', out),
        Format::Tsv => csv::write(answer, '\t', out),
        Format::Json => json::write_array(answer, out),
        Format::Jsonl => json::write_lines(answer, out),
        Format::TypedJsonl => Events::new(out, Encoding::Typed).answer(answer, text, true, begun),
        Format::Markdown => markdown::write(answer, out),
        Format::None => count(answer),
    };
    rows.map(Written::rows)
}

fn count(answer: &mut Answer) -> Result<u64> {
    let mut rows = 0;
    while answer.next_row()?.is_some() {
        rows += 1;
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_found_by_name_and_by_the_ending_of_a_file() {
        for entry in FORMATS {
            assert_eq!(Format::named(entry.name), Some(entry.format));
            assert_eq!(entry.format.name(), entry.name);
            if let Some(ending) = entry.ending {
                assert_eq!(Format::of_file(Path::new(&format!("a/b.{ending}"))), Some(entry.format));
            }
        }
        assert_eq!(Format::of_file(Path::new("a/b.txt")), None);
    }
}
