//! One file from its header to its rows.
//!
//! Types that no header says are guessed from the first rows. When other rows do not fit them, all values of the column
//! decide, and the file is read once more.

use super::bad::Bad;
use super::blocks::{self, Block, Blocks, Content};
use super::built::{Built, Parts};
use super::column::Reading;
use super::ends::Ends;
use super::header::{Layout, Role};
use super::kind::{Forms, Inferred};
use super::pass::Pass;
use super::rows::{self, Part, Rows};
use super::source::{self, Format, Source};
use super::{Options, Progress, json, named, parquet, threads};
use crate::error::{Error, Result};
use std::sync::{Arc, Mutex, PoisonError};

/// A file with what its header says.
#[derive(Debug)]
pub(super) struct Input {
    pub(super) source: Source,
    pub(super) layout: Layout,
    pub(super) length: u64,
    content: Content,
    format: Format,
    delimiter: String,
    readings: Vec<Reading>,
    /// The open file, of the format Parquet.
    parquet: Option<parquet::File>,
}

/// All rows of a file.
#[derive(Debug)]
pub(super) struct Whole {
    pub(super) rows: u32,
    /// Columns by name.
    pub(super) columns: Vec<(Arc<str>, Built)>,
    /// The nodes that each relationship joins.
    pub(super) ends: [Vec<u32>; 2],
    /// For each row the number of its labels or type; empty where no column says any.
    pub(super) tags: Vec<u32>,
    pub(super) tag_names: Vec<Arc<str>>,
    pub(super) lines: Vec<u64>,
    pub(super) bad: Bad,
}

impl Input {
    /// Opens a file and reads its header.
    pub(super) fn open(source: &Source, options: &Options) -> Result<Input> {
        let format = source.format()?;
        let (content, length) = Content::of(source)?;
        let delimiter = match format {
            Format::Separated(usual) => options.delimiter.clone().unwrap_or_else(|| usual.to_owned()),
            Format::JsonLines => String::new(),
            Format::Parquet => return Input::open_parquet(source, content, length),
        };
        let mut blocks = Blocks::open(source, &content, Some(&delimiter))?;
        let (line, record) = blocks.first(format == Format::JsonLines)?.unwrap_or((1, Vec::new()));
        let layout = layout(format, &record, &delimiter, &source.content);
        let layout = layout.map_err(|why| blocks.fault(line, &why))?;
        let source = source.clone();
        let (readings, parquet) = (Vec::new(), None);
        let mut input = Input { source, layout, length, content, format, delimiter, readings, parquet };
        input.readings = input.guess(blocks.next()?);
        Ok(input)
    }

    /// Opens a file whose columns have types.
    fn open_parquet(source: &Source, content: Content, length: u64) -> Result<Input> {
        let file = parquet::File::open(source, &content)?;
        let layout = Layout::of(&file.names(), &source.content);
        let layout = layout.and_then(|layout| file.readings(&layout).map(|readings| (layout, readings)));
        let (layout, readings) = layout.map_err(|why| super::bad::fault_of(&source.name(), &why))?;
        let (source, format, parquet) = (source.clone(), Format::Parquet, Some(file));
        Ok(Input { source, layout, length, content, format, delimiter: String::new(), readings, parquet })
    }

    /// How columns are read at first.
    fn guess(&self, first: Option<Block>) -> Vec<Reading> {
        let columns = self.layout.columns.len();
        let forms = match (first, self.format) {
            (Some(first), Format::Separated(_)) => rows::forms_of(&first, self.delimiter.as_bytes(), columns),
            _ => vec![Forms::default(); columns],
        };
        let reading = |(column, forms): (&super::header::Column, Forms)| match &column.kind {
            Some(kind) => Reading::Said(kind.clone()),
            None => Reading::Guessed(inferred(&column.role, forms)),
        };
        self.layout.columns.iter().zip(forms).map(reading).collect()
    }

    /// Reads all rows.
    pub(super) fn read(
        &mut self,
        ends: Option<&[Ends<'_>; 2]>,
        options: &Options,
        progress: &Progress,
    ) -> Result<Whole> {
        loop {
            let parts = self.pass(ends, options, progress)?;
            if !self.correct(&parts) {
                return self.join(parts);
            }
            progress.take_back(self.length);
        }
    }

    /// Corrects what was guessed wrong; whether anything was.
    fn correct(&mut self, parts: &[Part]) -> bool {
        if !matches!(self.format, Format::Separated(_)) {
            return false;
        }
        let filled = |role: &Role| matches!(role, Role::Property | Role::Key(_));
        let columns = self.layout.columns.iter().zip(&mut self.readings).filter(|(column, _)| filled(&column.role));
        let mut wrong = false;
        for (at, (column, reading)) in columns.enumerate() {
            let Reading::Guessed(guessed) = reading else { continue };
            let mut forms = Forms::default();
            parts.iter().for_each(|part| forms.add(part.columns[at].1.forms()));
            let right = inferred(&column.role, forms);
            wrong |= right != *guessed;
            *guessed = right;
        }
        wrong
    }

    /// Reads all blocks on several threads, up to the first bad row unless such are left out.
    fn pass(&self, ends: Option<&[Ends<'_>; 2]>, options: &Options, progress: &Progress) -> Result<Vec<Part>> {
        let rows = Rows { layout: &self.layout, readings: &self.readings, ends, delimiter: self.delimiter.as_bytes() };
        if let Some(file) = &self.parquet {
            return file.read(rows, options, progress);
        }
        let mut blocks = Blocks::open(&self.source, &self.content, Some(&self.delimiter))?;
        if self.format != Format::JsonLines {
            blocks.first(false)?;
        }
        let (blocks, pass) = (Mutex::new(blocks), Pass::new(options));
        let outcome = threads::on_each(options.threads, || self.work(&blocks, &pass, rows, progress));
        pass.finish(outcome, &self.source.name())
    }

    /// What each thread does: reads blocks until there are no more.
    fn work(&self, blocks: &Mutex<Blocks>, pass: &Pass, rows: Rows<'_>, progress: &Progress) -> Result<()> {
        let (mut texts, mut expected) = (rows.texts(), 0);
        while pass.goes_on() {
            let next = blocks.lock().unwrap_or_else(PoisonError::into_inner).next();
            let Some(block) = next.inspect_err(|_| pass.stop())? else { break };
            let part = match self.format {
                Format::Separated(_) => rows.read(&block, &mut texts, expected),
                _ => rows.read_objects(&block),
            };
            // The next block has about as many rows.
            expected = part.rows as usize + part.rows as usize / 16;
            progress.advance(block.bytes.len() as u64);
            pass.add(block.index, part);
        }
        Ok(())
    }

    fn join(&self, parts: Vec<Part>) -> Result<Whole> {
        let rows = parts.iter().map(|part| u64::from(part.rows)).sum::<u64>();
        if rows >= u64::from(u32::MAX) {
            return Err(Error::io(
                format!("`{}` has too many rows", self.source.name()),
                &std::io::ErrorKind::FileTooLarge.into(),
            ));
        }
        let mut joining = Joining::with_room(rows as usize, &parts);
        parts.into_iter().for_each(|part| joining.append(part));
        Ok(joining.finish())
    }
}

/// Parts of a file being put together.
struct Joining {
    whole: Whole,
    /// The parts of columns by name.
    columns: Vec<(Arc<str>, Parts)>,
}

impl Joining {
    fn with_room(rows: usize, parts: &[Part]) -> Joining {
        let room = |any: bool| if any { rows } else { 0 };
        let joined = room(parts.iter().any(|part| !part.ends[0].is_empty()));
        let whole = Whole {
            rows: 0,
            columns: Vec::new(),
            ends: [(); 2].map(|()| Vec::with_capacity(joined)),
            tags: Vec::with_capacity(room(parts.iter().any(|part| !part.tags.is_empty()))),
            tag_names: Vec::new(),
            lines: Vec::with_capacity(room(parts.iter().any(|part| !part.lines.is_empty()))),
            bad: Bad::default(),
        };
        Joining { whole, columns: Vec::new() }
    }

    fn append(&mut self, part: Part) {
        let Part { rows, columns, ends, tags, tag_names, lines, bad } = part;
        let whole = &mut self.whole;
        for (name, builder) in columns {
            named::entry(&mut self.columns, name, Vec::new).push((whole.rows, builder.finish(rows)));
        }
        whole.rows += rows;
        whole.ends.iter_mut().zip(ends).for_each(|(all, more)| all.extend(more));
        let tags_here: Vec<u32> = tag_names.iter().map(|name| named::place(&mut whole.tag_names, name)).collect();
        whole.tags.extend(tags.into_iter().map(|tag| tags_here[tag as usize]));
        whole.lines.extend(lines);
        whole.bad.append(bad);
    }

    fn finish(self) -> Whole {
        let Joining { mut whole, columns } = self;
        let joined = columns.into_iter().map(|(name, parts)| (name, Built::joined(parts, whole.rows)));
        whole.columns = joined.collect();
        whole
    }
}

fn layout(format: Format, record: &[u8], delimiter: &str, content: &source::Content) -> Result<Layout, String> {
    if record.is_empty() {
        return Err("the file is empty".to_owned());
    }
    match format {
        Format::Separated(_) => Layout::of(&blocks::names(record, delimiter.as_bytes())?, content),
        _ => Layout::of_objects(&json::names(record)?, content),
    }
}

/// The type that values of these forms show; a key that is no integer is a text.
fn inferred(role: &Role, forms: Forms) -> Inferred {
    match (role, Inferred::of(forms)) {
        (Role::Key(_), Inferred::Int) => Inferred::Int,
        (Role::Key(_), _) => Inferred::Text,
        (_, inferred) => inferred,
    }
}
