//! A file in blocks of whole records, so that several threads can read it.
//!
//! Blocks are handed out in order, each with the line on which it begins. A line end inside a quotation does not end
//! a record.

use super::source::{Format, Source};
use crate::csv::{self, ENDLESS, MAX_FIELDS, MAX_RECORD};
use crate::error::{Error, Result};
use std::fs::File;
use std::io::{Cursor, Read};
use std::sync::Arc;

/// The bytes of a block, roughly. Tests want many blocks of few records.
const BLOCK: usize = if cfg!(test) { 1 << 8 } else { 1 << 20 };

/// Whole records of a file.
#[derive(Debug)]
pub(super) struct Block {
    /// Its number, from 0.
    pub(super) index: usize,
    /// The line on which it begins.
    pub(super) line: u64,
    pub(super) bytes: Vec<u8>,
}

/// Cuts a file into blocks.
pub(super) struct Blocks {
    name: String,
    input: Box<dyn Read + Send>,
    /// Of the format whose records may hold line ends, the delimiter.
    delimiter: Option<Vec<u8>>,
    /// What was read and not handed out.
    rest: Vec<u8>,
    ended: bool,
    line: u64,
    index: usize,
}

/// The content of a file that can be read again and again.
#[derive(Clone, Debug)]
pub(super) enum Content {
    /// A file on a disk.
    File,
    /// What came through a pipe.
    Bytes(Arc<[u8]>),
}

impl Content {
    /// The content of a file, and its length.
    pub(super) fn of(source: &Source) -> Result<(Content, u64)> {
        let cannot = |error: &std::io::Error| Error::io(format!("cannot read `{}`", source.name()), error);
        let metadata = std::fs::metadata(source.path()).map_err(|error| cannot(&error))?;
        if metadata.is_file() {
            return Ok((Content::File, metadata.len()));
        }
        let bytes = std::fs::read(source.path()).map_err(|error| cannot(&error))?;
        let length = bytes.len() as u64;
        Ok((Content::Bytes(bytes.into()), length))
    }
}

impl Blocks {
    /// The blocks of a file from its beginning on.
    pub(super) fn open(source: &Source, content: &Content, delimiter: Option<&str>) -> Result<Blocks> {
        let name = source.name();
        let input: Box<dyn Read + Send> = match content {
            Content::Bytes(bytes) => Box::new(Cursor::new(Arc::clone(bytes))),
            Content::File => {
                let opened = File::open(source.path());
                Box::new(opened.map_err(|error| Error::io(format!("cannot read `{name}`"), &error))?)
            }
        };
        let delimiter = match source.format()? {
            Format::Separated(usual) => Some(delimiter.unwrap_or(usual).as_bytes().to_vec()),
            Format::JsonLines | Format::Parquet => None,
        };
        let mut blocks = Blocks { name, input, delimiter, rest: Vec::new(), ended: false, line: 1, index: 0 };
        blocks.read_more()?;
        if blocks.rest.starts_with(b"\xEF\xBB\xBF") {
            blocks.rest.drain(..3);
        }
        Ok(blocks)
    }

    /// The first record that is no empty line, and the line on which it begins. Called before the first block.
    pub(super) fn first(&mut self, keep: bool) -> Result<Option<(u64, Vec<u8>)>> {
        loop {
            let Some(end) = self.first_end()? else { return Ok(None) };
            let record = csv::without_end(&self.rest[..end]).0.to_vec();
            let line = self.line;
            if record.is_empty() || !keep {
                self.rest.drain(..end);
                self.line += record.iter().filter(|byte| **byte == b'\n').count() as u64 + 1;
            }
            if !record.is_empty() {
                return Ok(Some((line, record)));
            }
        }
    }

    /// Where the first record of the rest ends.
    fn first_end(&mut self) -> Result<Option<usize>> {
        loop {
            let (mut end, mut open) = (0, false);
            for line in self.rest.split_inclusive(|byte| *byte == b'\n') {
                end += line.len();
                open = self.is_open_after(line, open);
                if !open && (line.ends_with(b"\n") || self.ended) {
                    return Ok(Some(end));
                }
            }
            if self.ended {
                return if open { Err(self.fault(self.line, ENDLESS)) } else { Ok(None) };
            }
            self.check_length(self.rest.len(), self.line)?;
            self.read_more()?;
        }
    }

    /// The next block.
    pub(super) fn next(&mut self) -> Result<Option<Block>> {
        loop {
            if self.rest.len() < BLOCK && !self.ended {
                self.read_more()?;
            }
            if self.rest.is_empty() {
                return Ok(None);
            }
            let (end, open_line) = self.last_end();
            if end > 0 {
                return Ok(Some(self.hand_out(end)));
            }
            if self.ended {
                return Err(self.fault(open_line, ENDLESS));
            }
            self.check_length(self.rest.len(), self.line)?;
            self.read_more()?;
        }
    }

    fn hand_out(&mut self, end: usize) -> Block {
        let rest = self.rest.split_off(end);
        let bytes = std::mem::replace(&mut self.rest, rest);
        let block = Block { index: self.index, line: self.line, bytes };
        self.index += 1;
        self.line += memchr::memchr_iter(b'\n', &block.bytes).count() as u64;
        block
    }

    /// Where the last whole record of the rest ends, and the line of what is left.
    fn last_end(&self) -> (usize, u64) {
        let whole =
            if self.ended { self.rest.len() } else { memchr::memrchr(b'\n', &self.rest).map_or(0, |at| at + 1) };
        if self.delimiter.is_none() || memchr::memchr(b'"', &self.rest[..whole]).is_none() {
            return (whole, self.line);
        }
        let (mut end, mut at, mut open) = (0, 0, false);
        let (mut line, mut open_line) = (self.line, self.line);
        for text in self.rest[..whole].split_inclusive(|byte| *byte == b'\n') {
            at += text.len();
            line += 1;
            open = self.is_open_after(text, open);
            if !open {
                (end, open_line) = (at, line);
            }
        }
        (end, open_line)
    }

    fn is_open_after(&self, line: &[u8], open: bool) -> bool {
        self.delimiter.as_ref().is_some_and(|delimiter| csv::leaves_open(csv::without_end(line).0, open, delimiter))
    }

    /// Reads as much again as there is, so that a long record is looked at few times.
    fn read_more(&mut self) -> Result<()> {
        let read = (&mut self.input).take(self.rest.len().max(BLOCK) as u64).read_to_end(&mut self.rest);
        let read =
            read.map_err(|error| Error::io(format!("cannot read `{}` after line {}", self.name, self.line), &error))?;
        self.ended = read == 0;
        Ok(())
    }

    fn check_length(&self, length: usize, line: u64) -> Result<()> {
        if length <= MAX_RECORD {
            return Ok(());
        }
        Err(self.fault(line, &format!("the record is longer than the {MAX_RECORD} bytes that are allowed")))
    }

    /// An error at a line.
    pub(super) fn fault(&self, line: u64, why: &str) -> Error {
        super::bad::fault(&self.name, line, why)
    }
}

/// The names of a header: its fields as text.
pub(super) fn names(record: &[u8], delimiter: &[u8]) -> std::result::Result<Vec<String>, String> {
    let mut names = Vec::new();
    for field in csv::Fields::of(record, delimiter) {
        let field = field.map_err(|wrong| wrong.what.to_owned())?;
        let name = std::str::from_utf8(field.bytes()).map_err(|_| "the text is not UTF-8".to_owned())?;
        names.push(name.to_owned());
        if names.len() > MAX_FIELDS {
            return Err(format!("the header names more than {MAX_FIELDS} columns"));
        }
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> Result<Vec<(u64, String)>> {
        let source = Source::parse("A=a.csv").unwrap();
        let mut blocks = Blocks::open(&source, &Content::Bytes(text.as_bytes().into()), None)?;
        let mut all = Vec::new();
        while let Some(block) = blocks.next()? {
            all.push((block.line, String::from_utf8(block.bytes).unwrap()));
        }
        Ok(all)
    }

    #[test]
    fn blocks_are_whole_records_and_make_up_the_file() {
        for record in ["a,b\n", "\"a\n\"\"\n\",b\n", "\"\n\",\n\n"] {
            let text = record.repeat(3 * BLOCK / record.len());
            let blocks = cut(&text).unwrap();
            assert!(blocks.len() >= 2);
            let lines = |text: &str| text.matches('\n').count() as u64;
            let mut line = 1;
            for (first, block) in &blocks {
                assert_eq!((*first, block.len() % record.len()), (line, 0), "{record:?}");
                line += lines(block);
            }
            assert_eq!(blocks.into_iter().map(|block| block.1).collect::<String>(), text);
        }
    }

    #[test]
    fn a_quotation_without_end_is_told_with_its_line() {
        assert_eq!(cut("a\nb\n\"c\nd\n").unwrap_err().message(), "a.csv:3: the quotation that begins here has no end");
        let line = format!("{}\n", "x".repeat(1023));
        let long = format!("a\n\"{}", line.repeat(MAX_RECORD / 1024 + 1));
        assert!(cut(&long).unwrap_err().message().starts_with("a.csv:2: the record is longer than"));
    }

    #[test]
    fn the_first_record_can_be_taken_off() {
        let source = Source::parse("A=a.csv").unwrap();
        let text = Content::Bytes(b"\xEF\xBB\xBF\n\"a\nb\",c\nd,e".to_vec().into());
        let mut blocks = Blocks::open(&source, &text, None).unwrap();
        assert_eq!(blocks.first(false).unwrap(), Some((2, b"\"a\nb\",c".to_vec())));
        assert_eq!(blocks.next().unwrap().map(|block| (block.line, block.bytes)), Some((4, b"d,e".to_vec())));
        assert!(blocks.next().unwrap().is_none());
    }
}
