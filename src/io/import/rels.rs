//! Relationships: the rows of files by type, and the types put together on several threads.

use super::bad::Bad;
use super::column::Built;
use super::ends::Ends;
use super::file::{Input, Whole};
use super::nodes::NodeFile;
use super::source::{Content, Joins};
use super::{Options, Progress, named, threads};
use crate::error::Result;
use crate::store::{BuiltRels, PropertyColumn, RelColumns, Version};
use crate::value::RelTypeId;
use std::sync::{Arc, Mutex, PoisonError};

/// The relationships of each type, in order of types.
#[derive(Debug, Default)]
pub(super) struct ByType(Vec<(Arc<str>, Rels)>);

/// Relationships of one type.
#[derive(Debug, Default)]
struct Rels {
    ends: [Vec<u32>; 2],
    columns: Vec<(Arc<str>, Built)>,
}

impl ByType {
    /// Reads a file; gives the rows that were left out.
    pub(super) fn read(
        &mut self,
        mut input: Input,
        nodes: &[NodeFile],
        options: &Options,
        progress: &Progress,
    ) -> Result<Bad> {
        let (name, joins) = (input.source.name(), joins_of(&input));
        let ends = |end| {
            let group = input.layout.group(end);
            Ends::of(nodes, &joins, end, group.as_ref()).map_err(|why| super::bad::fault(&name, 1, &why))
        };
        let ends = [ends(0)?, ends(1)?];
        let whole = input.read(Some(&ends), options, progress)?;
        if !whole.tags.is_empty() {
            self.add_tagged(&whole);
            return Ok(whole.bad);
        }
        match joins.rel_type {
            Some(rel_type) => self.of(rel_type).append(whole.ends, whole.columns),
            None if whole.rows == 0 => {}
            None => {
                let why = "nothing says the type of the relationships: `A-TYPE->B=file`, or a column `:TYPE`";
                return Err(super::bad::fault(&name, 1, why));
            }
        }
        Ok(whole.bad)
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
            let all = named::entry(&mut self.columns, name, Built::nothing);
            all.append_absent_up_to(before);
            all.append(column);
        }
        self.ends.iter_mut().zip(ends).for_each(|(all, more)| all.extend(more));
    }

    fn into_columns(self, version: &mut Version) -> RelColumns {
        let [from, to] = self.ends;
        let rows = from.len() as u32;
        let property = |(name, mut column): (Arc<str>, Built)| {
            column.append_absent_up_to(rows);
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
