//! The records of a block as rows of columns.

use super::bad::Bad;
use super::blocks::Block;
use super::column::{Builder, Reading};
use super::ends::Ends;
use super::header::{Layout, Role};
use super::kind::{self, Forms};
use super::named;
use super::texts::{Texts, utf8};
use crate::csv::{self, Field, Fields};
use crate::text::counted;
use std::sync::Arc;

/// Rows of a file whose type of values is guessed first.
const GUESSED_FROM: usize = 1000;

/// What a block holds.
#[derive(Debug, Default)]
pub(super) struct Part {
    pub(super) rows: u32,
    /// Columns by name, that of the key of nodes among them.
    pub(super) columns: Vec<(Arc<str>, Builder)>,
    /// The nodes that each relationship joins: the starts and the ends.
    pub(super) ends: [Vec<u32>; 2],
    /// For each row the number of what its column of labels or types says.
    pub(super) tags: Vec<u32>,
    /// What columns of labels or types say.
    pub(super) tag_names: Vec<Arc<str>>,
    /// The lines of the rows, for nodes.
    pub(super) lines: Vec<u64>,
    pub(super) bad: Bad,
}

/// How the records of a file become rows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rows<'a> {
    pub(super) layout: &'a Layout,
    /// How each column is read.
    pub(super) readings: &'a [Reading],
    /// Where the ends of relationships are found.
    pub(super) ends: Option<&'a [Ends<'a>; 2]>,
    pub(super) delimiter: &'a [u8],
}

/// What becomes of a column's fields.
#[derive(Clone, Copy, Debug)]
pub(super) enum Slot {
    Value(usize),
    Key(usize),
    End(usize),
    Tag,
    Ignored,
}

impl Rows<'_> {
    /// The rows of a block, of which there are about so many; the texts are those of its columns.
    pub(super) fn read(&self, block: &Block, texts: &mut [Texts], expected: usize) -> Part {
        let (slots, columns) = self.slots(expected);
        texts.iter_mut().for_each(Texts::begin_block);
        let mut part = Part { columns, ..Part::default() };
        if self.ends.is_some() {
            part.ends.iter_mut().for_each(|ends| ends.reserve(expected));
        }
        let mut fields = Vec::with_capacity(slots.len());
        let records = Records::of(block, self.delimiter);
        let separated = (self.delimiter, records.quotations);
        for (line, record) in records {
            fields.clear();
            let read = split(record, separated, slots.len(), &mut fields);
            let added = read.and_then(|()| self.row(&mut part, &slots, &fields, texts));
            match added {
                Ok(()) if self.ends.is_none() => part.lines.push(line),
                Ok(()) => {}
                Err(why) => {
                    let rows = part.rows;
                    part.columns.iter_mut().for_each(|(_, column)| column.truncate(rows));
                    part.bad.add(line, why);
                }
            }
        }
        part
    }

    /// Room for the texts of each column.
    pub(super) fn texts(&self) -> Vec<Texts> {
        self.readings.iter().map(|_| Texts::default()).collect()
    }

    /// What becomes of each column, and the columns to fill.
    pub(super) fn slots(&self, expected: usize) -> (Vec<Slot>, Vec<(Arc<str>, Builder)>) {
        let mut columns = Vec::new();
        let slots = self.layout.columns.iter().zip(self.readings).map(|(column, reading)| {
            let mut builder = || {
                columns.push((Arc::clone(&column.name), Builder::new(reading.clone(), expected)));
                columns.len() - 1
            };
            match column.role {
                Role::Property => Slot::Value(builder()),
                Role::Key(_) => Slot::Key(builder()),
                Role::Start(_) => Slot::End(0),
                Role::End(_) => Slot::End(1),
                Role::Labels | Role::Type => Slot::Tag,
                Role::Ignored => Slot::Ignored,
            }
        });
        (slots.collect(), columns)
    }

    /// Adds a row, or as much of it as comes before what is wrong.
    #[inline]
    fn row(&self, part: &mut Part, slots: &[Slot], fields: &[Field<'_>], texts: &mut [Texts]) -> Result<(), String> {
        let (mut ends, mut tag) = ([0; 2], None);
        for (position, (slot, field)) in slots.iter().zip(fields).enumerate() {
            match slot {
                Slot::Ignored => {}
                Slot::End(end) => ends[*end] = self.end(*end, field)?,
                Slot::Tag if self.ends.is_some() && field.bytes().is_empty() => {
                    return Err("the type is empty".to_owned());
                }
                Slot::Tag => tag = Some(named::place(&mut part.tag_names, utf8(field.bytes())?)),
                Slot::Key(_) if field.bytes().is_empty() => return Err("the key is empty".to_owned()),
                Slot::Value(column) | Slot::Key(column) => {
                    let pushed = part.columns[*column].1.push(field, &mut texts[position]);
                    pushed.map_err(|why| format!("{}: {why}", self.layout.columns[position].name))?;
                }
            }
        }
        if self.ends.is_some() {
            part.ends[0].push(ends[0]);
            part.ends[1].push(ends[1]);
        }
        part.tags.extend(tag);
        part.rows += 1;
        Ok(())
    }

    #[inline]
    fn end(&self, end: usize, field: &Field<'_>) -> Result<u32, String> {
        match self.ends {
            Some(ends) => ends[end].find(field.bytes()),
            None => Ok(0),
        }
    }
}

/// The fields of a record, if they are as many as there should be.
#[inline]
fn split<'a>(
    record: &'a [u8],
    (delimiter, quotations): (&'a [u8], bool),
    wanted: usize,
    fields: &mut Vec<Field<'a>>,
) -> Result<(), String> {
    if let [byte] = delimiter
        && !quotations
    {
        csv::for_each_bare(record, *byte, |field| fields.push(field));
        return if fields.len() == wanted { Ok(()) } else { Err(wrong_number(fields.len(), wanted)) };
    }
    for field in Fields::of(record, delimiter) {
        let field = field.map_err(|wrong| wrong.what.to_owned())?;
        if fields.len() < wanted {
            fields.push(field);
            continue;
        }
        let given = Fields::of(record, delimiter).count();
        return Err(wrong_number(given, wanted));
    }
    if fields.len() == wanted { Ok(()) } else { Err(wrong_number(fields.len(), wanted)) }
}

fn wrong_number(given: usize, wanted: usize) -> String {
    format!("the record has {}, but the header names {wanted}", counted(given as u64, "field", "fields"))
}

/// The forms of the values in the first rows of a block, by column.
pub(super) fn forms_of(block: &Block, delimiter: &[u8], columns: usize) -> Vec<Forms> {
    let mut forms = vec![Forms::default(); columns];
    let mut fields = Vec::new();
    for (_, record) in Records::of(block, delimiter).take(GUESSED_FROM) {
        fields.clear();
        if split(record, (delimiter, true), columns, &mut fields).is_ok() {
            let values = fields.iter().zip(&mut forms).filter(|(field, _)| !field.is_empty());
            values.for_each(|(field, forms)| forms.add(utf8(field.bytes()).map(kind::form_of).unwrap_or_default()));
        }
    }
    forms
}

/// The records of a block that are no empty lines, each with the line on which it begins.
struct Records<'a> {
    rest: &'a [u8],
    delimiter: &'a [u8],
    line: u64,
    /// Whether there are quotation marks at all.
    quotations: bool,
}

impl<'a> Records<'a> {
    fn of(block: &'a Block, delimiter: &'a [u8]) -> Records<'a> {
        let quotations = memchr::memchr(b'"', &block.bytes).is_some();
        Records { rest: &block.bytes, delimiter, line: block.line, quotations }
    }

    /// Where the first record of the rest ends, and how many lines it has.
    #[inline]
    fn end(&self) -> (usize, u64) {
        let (mut end, mut lines, mut open) = (0, 0, false);
        loop {
            let length = memchr::memchr(b'\n', &self.rest[end..]).map_or(self.rest.len() - end, |at| at + 1);
            let line = &self.rest[end..end + length];
            end += length;
            lines += 1;
            open = self.quotations && csv::leaves_open(csv::without_end(line).0, open, self.delimiter);
            if !open || end == self.rest.len() {
                return (end, lines);
            }
        }
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = (u64, &'a [u8]);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        while !self.rest.is_empty() {
            let (end, lines) = self.end();
            let (record, rest) = self.rest.split_at(end);
            let line = self.line;
            (self.rest, self.line) = (rest, self.line + lines);
            let record = csv::without_end(record).0;
            if !record.is_empty() {
                return Some((line, record));
            }
        }
        None
    }
}
