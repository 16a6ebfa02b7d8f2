//! Relationships: the rows of files by type, and the types put together on several threads.

use super::bad::Bad;
use super::built::{Built, Parts};
use super::ends::Ends;
use super::file::{Input, Whole};
use super::nodes::NodeFile;
use super::source::{Content, Joins};
use super::{Options, Progress, named, threads};
use crate::error::Result;
use crate::store::{BuiltRels, PropertyColumn, RelColumns, Version};
use crate::value::RelTypeId;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// The relationships of each type, in order of types.
#[derive(Debug, Default)]
pub(super) struct ByType(Vec<(Arc<str>, Rels)>);

/// Relationships of one type.
#[derive(Debug, Default)]
struct Rels {
    ends: [Vec<u32>; 2],
    /// The parts of columns by name.
    columns: Vec<(Arc<str>, Parts)>,
}

/// A file that was read.
#[derive(Debug)]
struct ReadFile {
    name: String,
    /// The type that its relationships have where no column says one.
    rel_type: Option<Arc<str>>,
    whole: Whole,
}

/// The rows of a file that were left out.
pub(super) type LeftOut = (String, Bad);

/// Files that are read side by side.
struct Files<'a> {
    nodes: &'a [NodeFile],
    progress: &'a Progress,
    /// What came of each.
    read: Mutex<Vec<Option<Result<ReadFile>>>>,
    /// The first one that has an error. Those behind it need not be read.
    failed: AtomicUsize,
}

/// Reads files. A great one is read by all threads, and small ones side by side, so that threads seldom wait for each other.
///
/// # Errors
/// That of the first file that has one.
pub(super) fn read(
    inputs: Vec<Input>,
    nodes: &[NodeFile],
    options: &Options,
    progress: &Progress,
) -> Result<(ByType, Vec<LeftOut>)> {
    let count = inputs.len();
    let share = inputs.iter().map(|input| input.length).sum::<u64>() / (2 * options.threads as u64);
    let (great, mut small): (Vec<_>, Vec<_>) =
        inputs.into_iter().enumerate().partition(|(_, input)| input.length > share);
    let read = Mutex::new((0..count).map(|_| None).collect());
    let files = Files { nodes, progress, read, failed: count.into() };
    great.into_iter().for_each(|(at, input)| files.read(at, input, options));
    small.sort_by_key(|(_, input)| input.length);
    let (small, alone) = (Mutex::new(small), Options { threads: 1, ..options.clone() });
    let next = || small.lock().unwrap_or_else(PoisonError::into_inner).pop();
    threads::on_each(options.threads, || {
        std::iter::from_fn(next).for_each(|(at, input)| files.read(at, input, &alone));
        Ok(())
    })?;
    let (mut by_type, mut left_out) = (ByType::default(), Vec::new());
    for file in files.read.into_inner().unwrap_or_else(PoisonError::into_inner).into_iter().flatten() {
        let file = file?;
        left_out.push((file.name.clone(), file.whole.bad.clone()));
        by_type.add(file);
    }
    Ok((by_type, left_out))
}

impl Files<'_> {
    fn read(&self, at: usize, input: Input, options: &Options) {
        if at > self.failed.load(Ordering::Relaxed) {
            return;
        }
        let read = ReadFile::read(input, self.nodes, options, self.progress);
        if read.is_err() {
            self.failed.fetch_min(at, Ordering::Relaxed);
        }
        self.read.lock().unwrap_or_else(PoisonError::into_inner)[at] = Some(read);
    }
}

impl ReadFile {
    fn read(mut input: Input, nodes: &[NodeFile], options: &Options, progress: &Progress) -> Result<ReadFile> {
        let (name, joins) = (input.source.name(), joins_of(&input));
        let ends = |end| {
            let group = input.layout.group(end);
            Ends::of(nodes, &joins, end, group.as_ref()).map_err(|why| super::bad::fault(&name, 1, &why))
        };
        let ends = [ends(0)?, ends(1)?];
        let whole = input.read(Some(&ends), options, progress)?;
        if whole.rows > 0 && whole.tags.is_empty() && joins.rel_type.is_none() {
            let why = "nothing says the type of the relationships: `A-TYPE->B=file`, or a column `:TYPE`";
            return Err(super::bad::fault(&name, 1, why));
        }
        Ok(ReadFile { name, rel_type: joins.rel_type, whole })
    }
}

impl ByType {
    fn add(&mut self, file: ReadFile) {
        match file.rel_type {
            _ if !file.whole.tags.is_empty() => self.add_tagged(&file.whole),
            Some(rel_type) => self.of(rel_type).append(file.whole.ends, file.whole.columns),
            None => {}
        }
    }

    /// Adds rows that a column gives their types.
    fn add_tagged(&mut self, whole: &Whole) {
        let mut rows = vec![Vec::new(); whole.tag_names.len()];
        whole.tags.iter().zip(0..).for_each(|(tag, row)| rows[*tag as usize].push(row));
        for (rel_type, rows) in whole.tag_names.iter().zip(rows) {
            let chosen = |ends: &Vec<u32>| rows.iter().map(|row: &u32| ends[*row as usize]).collect();
            let columns = whole.columns.iter().map(|(name, column)| (Arc::clone(name), column.chosen(&rows))).collect();
            self.of(Arc::clone(rel_type)).append(whole.ends.each_ref().map(chosen), columns);
        }
    }

    fn of(&mut self, rel_type: Arc<str>) -> &mut Rels {
        named::entry(&mut self.0, rel_type, Rels::default)
    }

    /// Makes the relationships in a version.
    pub(super) fn build(self, version: &mut Version, options: &Options) -> Result<()> {
        let mut types: Vec<(RelTypeId, RelColumns)> = Vec::new();
        for (name, rels) in self.0 {
            let rel_type = version.intern_rel_type(&name);
            types.push((rel_type, rels.into_columns(version)));
        }
        // Great types first, so that no thread is left alone with one.
        types.sort_by_key(|(_, rels)| rels.from.len());
        let (waiting, built) = (Mutex::new(types), Mutex::new(Vec::new()));
        let whole: &Version = version;
        let work = || -> Result<()> {
            loop {
                let next = waiting.lock().unwrap_or_else(PoisonError::into_inner).pop();
                let Some((rel_type, rels)) = next else { return Ok(()) };
                let rels = whole.build_rels(rels, options.threads)?;
                built.lock().unwrap_or_else(PoisonError::into_inner).push((rel_type, rels));
            }
        };
        threads::on_each(options.threads, work)?;
        let built: Vec<(RelTypeId, BuiltRels)> = built.into_inner().unwrap_or_else(PoisonError::into_inner);
        built.into_iter().try_for_each(|(rel_type, rels)| version.attach_rels(rel_type, rels))
    }
}

impl Rels {
    fn append(&mut self, ends: [Vec<u32>; 2], columns: Vec<(Arc<str>, Built)>) {
        let before = self.ends[0].len() as u32;
        for (name, column) in columns {
            named::entry(&mut self.columns, name, Vec::new).push((before, column));
        }
        self.ends.iter_mut().zip(ends).for_each(|(all, more)| match all.is_empty() {
            true => *all = more,
            false => all.extend(more),
        });
    }

    fn into_columns(self, version: &mut Version) -> RelColumns {
        let [from, to] = self.ends;
        let rows = from.len() as u32;
        let property = |(name, parts): (Arc<str>, Parts)| {
            let column = Built::joined(parts, rows);
            PropertyColumn { key: version.intern_key(&name), having: column.having, values: column.values }
        };
        RelColumns { properties: self.columns.into_iter().map(property).collect(), from, to }
    }
}

fn joins_of(input: &Input) -> Joins {
    match &input.source.content {
        Content::Rels(joins) => joins.clone(),
        _ => Joins::default(),
    }
}
