//! Parquet files: their row groups as rows of columns.
//!
//! Several threads take row groups, and each reads the columns of a group side by side, a stretch of rows at a time. What the
//! columns hold is told by `types`, which turns their values into cells. Nothing is believed of a file: what does not fit
//! its own schema is an error with the file's name.

mod types;

use super::bad::fault_of;
use super::blocks::Content;
use super::column::Reading;
use super::header::{Column, Layout, Role};
use super::kind::Kind;
use super::pass::Pass;
use super::rows::{Part, Rows, Slot};
use super::source::Source;
use super::texts::Texts;
use super::{Options, Progress, named, threads};
use crate::csv::Field;
use crate::error::{Error, Result};
use crate::store::check_storable;
use crate::value::Value;
use crate::value::format::to_text;
use parquet::column::reader::ColumnReader;
use parquet::errors::ParquetError;
use parquet::file::metadata::{ParquetMetaData, RowGroupMetaData};
use parquet::file::reader::{FileReader, RowGroupReader, SerializedFileReader};
use std::borrow::Cow;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use types::{Cell, Leaf};

/// Rows that are read at once.
const STRETCH: usize = if cfg!(test) { 7 } else { 8192 };

type Reader = SerializedFileReader<std::fs::File>;

/// An open file.
pub(super) struct File {
    name: String,
    path: PathBuf,
    /// What the file says of itself is read with this one. Each thread has a reader of its own for rows: readers of one
    /// open file share the place in it.
    reader: Reader,
    /// The names of its columns, and what is in each or why it cannot be read.
    columns: Vec<(String, std::result::Result<Leaf, String>)>,
}

impl std::fmt::Debug for File {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("File").field("name", &self.name).field("columns", &self.columns).finish_non_exhaustive()
    }
}

impl File {
    /// Opens a file and reads what it says of itself.
    pub(super) fn open(source: &Source, content: &Content) -> Result<File> {
        let name = source.name();
        if matches!(content, Content::Bytes(_)) {
            return Err(fault_of(&name, "a Parquet file is read from its end, so it cannot come through a pipe"));
        }
        let reader = open(&name, source.path())?;
        let columns = types::columns(reader.metadata().file_metadata().schema_descr());
        Ok(File { name, path: source.path().to_owned(), reader, columns })
    }

    /// The names of the columns.
    pub(super) fn names(&self) -> Vec<String> {
        self.columns.iter().map(|(name, _)| name.clone()).collect()
    }

    /// How the columns of a layout are read, which are those of the file.
    ///
    /// # Errors
    /// When one that is not ignored cannot be.
    pub(super) fn readings(&self, layout: &Layout) -> std::result::Result<Vec<Reading>, String> {
        let reading = |((name, leaf), column): (&(String, std::result::Result<Leaf, String>), &Column)| {
            let leaf = match leaf {
                _ if column.role == Role::Ignored => return Ok(Reading::Said(Kind::Text)),
                Ok(leaf) => leaf,
                Err(why) => return Err(format!("the column `{name}` {why}; `:IGNORE` behind its name leaves it out")),
            };
            if matches!(column.role, Role::Labels | Role::Type) && !leaf.is_text() {
                return Err(format!("the column `{name}` has to be one of texts"));
            }
            let is_key = matches!(column.role, Role::Key(_) | Role::Start(_) | Role::End(_));
            match column.kind.clone().or_else(|| leaf.kind()) {
                Some(kind) if !is_key || matches!(kind, Kind::Int(_) | Kind::Text) => Ok(Reading::Said(kind)),
                None if !is_key => Ok(Reading::mixed()),
                _ => Err(format!("the key `{name}` can be an integer or a text, nothing else")),
            }
        };
        self.columns.iter().zip(&layout.columns).map(reading).collect()
    }

    /// Reads all rows on several threads, up to a row group with a bad row unless such are left out.
    pub(super) fn read(&self, rows: Rows<'_>, options: &Options, progress: &Progress) -> Result<Vec<Part>> {
        let (next, pass, starts) = (AtomicUsize::new(0), Pass::new(options), self.starts());
        let outcome = threads::on_each(options.threads, || {
            let reader = open(&self.name, &self.path).inspect_err(|_| pass.stop())?;
            let mut texts = rows.texts();
            while pass.goes_on() {
                let group = next.fetch_add(1, Ordering::Relaxed);
                let Some(start) = starts.get(group) else { break };
                let part = guarded(&self.name, || self.group(&reader, (group, *start), rows, &mut texts));
                let part = part.inspect_err(|_| pass.stop())?;
                progress.advance(self.reader.metadata().row_group(group).compressed_size().unsigned_abs());
                pass.add(group, part);
            }
            Ok(())
        });
        pass.finish(outcome, &self.name)
    }

    /// The number of the first row of each row group, from 1.
    fn starts(&self) -> Vec<u64> {
        let groups = self.reader.metadata().row_groups();
        let counts = groups.iter().map(|group| group.num_rows().unsigned_abs());
        counts.scan(1, |next, count| Some(std::mem::replace(next, *next + count))).collect()
    }

    /// The rows of a group, of which the first has a number.
    fn group(
        &self,
        reader: &Reader,
        (group, start): (usize, u64),
        rows: Rows<'_>,
        texts: &mut [Texts],
    ) -> Result<Part> {
        let wrong = |error: ParquetError| fault_of(&self.name, &format!("it is damaged: {}", told(&error)));
        let reader = reader.get_row_group(group).map_err(wrong)?;
        let count = usize::try_from(reader.metadata().num_rows()).unwrap_or(0);
        let (slots, columns) = rows.slots(count.min(STRETCH));
        texts.iter_mut().for_each(Texts::begin_block);
        let mut filling = Filling { rows, slots, part: Part { columns, ..Part::default() }, texts, key: Vec::new() };
        let mut columns = self.open_columns(&*reader, rows.layout).map_err(wrong)?;
        for before in (0..count).step_by(STRETCH) {
            let length = STRETCH.min(count - before);
            let cells = columns.iter_mut().map(|column| match column {
                Some((leaf, reader)) => leaf.cells(reader, length),
                None => Ok(Vec::new()),
            });
            let cells: parquet::errors::Result<Vec<Vec<Cell>>> = cells.collect();
            filling.add(start + before as u64, length, cells.map_err(wrong)?);
        }
        Ok(filling.part)
    }

    /// The readers of the columns that are not ignored.
    fn open_columns<'a>(
        &'a self,
        group: &dyn RowGroupReader,
        layout: &Layout,
    ) -> parquet::errors::Result<Vec<Option<(&'a Leaf, ColumnReader)>>> {
        let open = |((_, leaf), column): (&'a (String, std::result::Result<Leaf, String>), &Column)| match leaf {
            Ok(leaf) if column.role != Role::Ignored => Ok(Some((leaf, group.get_column_reader(leaf.place)?))),
            _ => Ok(None),
        };
        self.columns.iter().zip(&layout.columns).map(open).collect()
    }
}

/// The rows of a group while they are read.
struct Filling<'a> {
    rows: Rows<'a>,
    slots: Vec<Slot>,
    part: Part,
    texts: &'a mut [Texts],
    /// A key as text.
    key: Vec<u8>,
}

impl Filling<'_> {
    /// Adds a stretch of rows, of which the first has a number.
    fn add(&mut self, first: u64, length: usize, mut columns: Vec<Vec<Cell>>) {
        for (at, number) in (0..length).zip(first..) {
            let row: Vec<Cell> =
                columns.iter_mut().map(|column| column.get_mut(at).map_or(Cell::Absent, std::mem::take)).collect();
            match self.row(row) {
                Ok(()) if self.rows.ends.is_none() => self.part.lines.push(number),
                Ok(()) => {}
                Err(why) => {
                    let rows = self.part.rows;
                    self.part.columns.iter_mut().for_each(|(_, column)| column.truncate(rows));
                    self.part.bad.add(number, why);
                }
            }
        }
    }

    /// Adds a row, or as much of it as comes before what is wrong.
    fn row(&mut self, row: Vec<Cell>) -> std::result::Result<(), String> {
        let rows = self.rows;
        let (mut ends, mut tag) = ([0; 2], None);
        for (position, cell) in row.into_iter().enumerate() {
            let named = |why: String| format!("{}: {why}", rows.layout.columns[position].name);
            let cell = cell.checked().map_err(named)?;
            match (self.slots[position], rows.ends) {
                (Slot::Ignored, _) | (Slot::End(_), None) => {}
                (Slot::End(end), Some(nodes)) => {
                    write_key(&cell, &mut self.key);
                    ends[end] = nodes[end].find(&self.key)?;
                }
                (Slot::Tag, Some(_)) if cell.is_empty() => return Err("the type is empty".to_owned()),
                (Slot::Tag, _) => tag = Some(named::place(&mut self.part.tag_names, &cell.into_text()?)),
                (Slot::Key(_), _) if cell.is_empty() => return Err("the key is empty".to_owned()),
                (Slot::Value(column) | Slot::Key(column), _) => {
                    self.value(column, position, cell).map_err(named)?;
                }
            }
        }
        if self.rows.ends.is_some() {
            self.part.ends.iter_mut().zip(ends).for_each(|(all, end)| all.push(end));
        }
        self.part.tags.extend(tag);
        self.part.rows += 1;
        Ok(())
    }

    /// Adds a value to a column.
    fn value(&mut self, column: usize, position: usize, cell: Cell) -> std::result::Result<(), String> {
        let row = self.part.rows;
        let builder = &mut self.part.columns[column].1;
        let said = self.rows.layout.columns[position].kind.as_ref();
        match cell {
            Cell::Text(bytes) if said.is_none_or(|kind| *kind == Kind::Text) => {
                builder.push(&Field::Quoted(Cow::Borrowed(bytes.data())), &mut self.texts[position])
            }
            cell => {
                let value = cell.value()?;
                let value = match said {
                    Some(kind) if !value.is_null() => as_said(kind, &value)?,
                    _ => value,
                };
                check_storable(&value).map_err(|error| error.message().to_owned())?;
                builder.push_value(row, value);
                Ok(())
            }
        }
    }
}

/// Opens a file and reads what it says of itself.
fn open(name: &str, path: &Path) -> Result<Reader> {
    let cannot = |error: std::io::Error| Error::io(format!("cannot read `{name}`"), &error);
    let file = std::fs::File::open(path).map_err(cannot)?;
    let length = file.metadata().map_err(cannot)?.len();
    let reader = guarded(name, || Ok(SerializedFileReader::new(file)))?;
    let reader = reader.map_err(|error| fault_of(name, &format!("it is no whole Parquet file: {}", told(&error))))?;
    if !fits(reader.metadata(), length) {
        return Err(fault_of(name, "it is damaged: a column is not where it should be"));
    }
    Ok(reader)
}

/// Whether the columns of a file are inside it.
fn fits(metadata: &ParquetMetaData, length: u64) -> bool {
    let inside = |number: i64| u64::try_from(number).is_ok_and(|number| number <= length);
    let columns = metadata.row_groups().iter().flat_map(RowGroupMetaData::columns);
    let places = columns.flat_map(|column| {
        let first = column.dictionary_page_offset().unwrap_or_default();
        [column.compressed_size(), column.data_page_offset(), first]
    });
    places.into_iter().all(inside) && metadata.row_groups().iter().all(|group| group.num_rows() >= 0)
}

/// Does something with a file. The library that reads it asserts some things that need not hold of a damaged one.
fn guarded<T>(name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
    outcome.unwrap_or_else(|_| Err(fault_of(name, "it is damaged")))
}

/// A value as the type that a header says, as if it stood in a file of texts.
fn as_said(kind: &Kind, value: &Value) -> std::result::Result<Value, String> {
    match (kind, value) {
        (Kind::List(item), Value::List(items)) => {
            let items: std::result::Result<Vec<Value>, String> =
                items.iter().map(|value| as_said(item, value)).collect();
            items.map(Value::list)
        }
        (_, Value::List(_)) => Err(format!("a list is no {kind}")),
        _ => kind.read(&to_text(value)),
    }
}

/// Puts the text of a key in place of what there was; nothing where there is no key.
fn write_key(cell: &Cell, key: &mut Vec<u8>) {
    key.clear();
    match cell {
        Cell::Text(bytes) => key.extend_from_slice(bytes.data()),
        Cell::Value(Value::Int(number)) => _ = write!(key, "{number}"),
        _ => {}
    }
}

/// What the reader says is wrong, without what kind of error it is.
fn told(error: &ParquetError) -> String {
    let text = error.to_string();
    let told = ["Parquet error: ", "NYI: ", "EOF: ", "External: "].iter().find_map(|kind| text.strip_prefix(kind));
    told.unwrap_or(&text).to_owned()
}
