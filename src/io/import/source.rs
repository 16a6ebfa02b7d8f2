//! What an import is told to read: files, and what stands in each.

use crate::error::{Detail, Error, Result};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A file and what it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    pub(super) content: Content,
    pub(super) path: PathBuf,
}

/// What a file holds, as far as it is said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// What its header says.
    Untold,
    /// Nodes with these labels, and those that its header adds.
    Nodes(Vec<Arc<str>>),
    /// Relationships.
    Rels(Joins),
}

/// What relationships join, as far as it is said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Joins {
    /// The label of the nodes where they start, and of those where they end.
    pub(super) ends: [Option<Arc<str>>; 2],
    /// Their type.
    pub(super) rel_type: Option<Arc<str>>,
}

/// How the records of a file are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// Values parted by a character.
    Separated(&'static str),
    /// A JSON object a line.
    JsonLines,
    /// Columns with types.
    Parquet,
}

/// The formats by the endings of files.
const ENDINGS: &[(&str, Format)] = &[
    ("csv", Format::Separated(",")),
    ("tsv", Format::Separated("\t")),
    ("jsonl", Format::JsonLines),
    ("ndjson", Format::JsonLines),
    ("parquet", Format::Parquet),
];

impl Source {
    /// Reads `Label=nodes.csv`, `Person:Author=people.csv` or `A-TYPE->B=rels.csv`; a file alone says itself in its
    /// header what it holds.
    ///
    /// ```
    /// use standpoint::io::import::Source;
    /// assert!(Source::parse("Person-KNOWS->Person=knows.csv").is_ok());
    /// assert!(Source::parse("Person-KNOWS-Person=knows.csv").is_err());
    /// ```
    ///
    /// # Errors
    /// When it is of no such form.
    pub fn parse(text: &str) -> Result<Source> {
        let (content, path) = match text.split_once('=') {
            None => (Content::Untold, text),
            Some(("", path)) => (Content::Untold, path),
            Some((what, path)) => (content(what).ok_or_else(|| unknown_form(text))?, path),
        };
        if path.is_empty() {
            return Err(unknown_form(text));
        }
        Ok(Source { content, path: PathBuf::from(path) })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn name(&self) -> String {
        self.path.display().to_string()
    }

    pub(super) fn format(&self) -> Result<Format> {
        let ending = self.path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
        let known = ENDINGS.iter().find(|(known, _)| ending.as_deref() == Some(known));
        known.map(|(_, format)| *format).ok_or_else(|| {
            let known: Vec<String> = ENDINGS.iter().map(|(ending, _)| format!("`.{ending}`")).collect();
            let message = format!("`{}` has no ending that says how it is written", self.name());
            Error::syntax(Detail::InvalidUse, message).hint(format!("the endings are {}", known.join(", ")))
        })
    }
}

fn content(what: &str) -> Option<Content> {
    let Some((left, to)) = what.split_once("->") else {
        let labels = what.split(':').map(Arc::from).collect::<Vec<Arc<str>>>();
        let right = labels.iter().all(|label| !label.is_empty() && !label.contains('-'));
        return right.then_some(Content::Nodes(labels));
    };
    let (from, rel_type) = left.split_once('-')?;
    let name = |text: &str| (!text.is_empty()).then(|| Arc::from(text));
    Some(Content::Rels(Joins { ends: [name(from), name(to)], rel_type: name(rel_type) }))
}

fn unknown_form(text: &str) -> Error {
    let message = format!("`{text}` does not say what to import");
    Error::syntax(Detail::InvalidUse, message)
        .hint("nodes are given as `Label=nodes.csv`, relationships as `Label-TYPE->Label=rels.csv`")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rels(text: &str) -> ([Option<String>; 2], Option<String>) {
        let Content::Rels(joins) = Source::parse(text).unwrap().content else { panic!("relationships") };
        (joins.ends.map(|end| end.map(|label| label.to_string())), joins.rel_type.map(|name| name.to_string()))
    }

    #[test]
    fn arguments_say_what_a_file_holds() {
        let some = |text: &str| Some(text.to_owned());
        let people = Source::parse("Person:Author=a=b.csv").unwrap();
        assert_eq!(people.content, Content::Nodes(vec!["Person".into(), "Author".into()]));
        assert_eq!(people.path(), Path::new("a=b.csv"));
        assert_eq!(rels("A-KNOWS->B=r.csv"), ([some("A"), some("B")], some("KNOWS")));
        assert_eq!(rels("A-->B=r.csv"), ([some("A"), some("B")], None));
        assert_eq!(rels("-KNOWS->=r.csv"), ([None, None], some("KNOWS")));
        assert_eq!(Source::parse("r.csv").unwrap().content, Content::Untold);
        for wrong in ["A=", "A:=r.csv", "A-KNOWS-B=r.csv", "A->B=r.csv", "="] {
            assert!(Source::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_ending_says_how_a_file_is_written() {
        let format = |path: &str| Source::parse(path).unwrap().format();
        assert_eq!(format("a.TSV").unwrap(), Format::Separated("\t"));
        assert_eq!(format("a.ndjson").unwrap(), Format::JsonLines);
        assert!(format("a.xlsx").unwrap_err().hints()[0].contains("`.csv`"));
    }
}
