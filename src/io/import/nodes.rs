//! Nodes: the rows of files with their keys, and the identifiers they get.

use super::bad::Bad;
use super::built::Built;
use super::file::{Input, Whole};
use super::header::Role;
use super::keys::Keys;
use super::source::{Content, Source};
use super::{Options, Progress};
use crate::error::{Detail, Error, ErrorType, Result};
use crate::store::{PropertyColumn, SEGMENT, Version};
use crate::text::beginning;
use crate::value::LabelId;
use std::sync::Arc;

/// Sets of labels with fewer nodes share segments.
const FEW: u32 = 256;
/// The identifier of a row that is left out.
const NONE: u32 = u32::MAX;

/// The nodes of a file.
#[derive(Debug)]
pub(super) struct NodeFile {
    pub(super) name: String,
    /// The labels that all of them have.
    pub(super) labels: Vec<Arc<str>>,
    /// The group of their keys.
    pub(super) group: Option<Arc<str>>,
    /// The property that is the key, where it is one.
    pub(super) key: Option<Arc<str>>,
    pub(super) bad: Bad,
    columns: Vec<(Arc<str>, Built)>,
    keys: Keys,
    /// The texts of the keys, where those of another file have to be different.
    key_column: Built,
    lines: Vec<u64>,
    /// For each row the number of its labels; empty where no column says any.
    tags: Vec<u32>,
    tag_labels: Vec<Vec<Arc<str>>>,
    /// The identifier of each row.
    nodes: Vec<u32>,
}

impl NodeFile {
    /// Reads a file.
    pub(super) fn read(mut input: Input, options: &Options, progress: &Progress) -> Result<NodeFile> {
        let Whole { rows, mut columns, tags, tag_names, lines, bad, .. } = input.read(None, options, progress)?;
        let (group, key) = key_of(&input);
        let at = columns.iter().position(|(name, _)| *name == key);
        let key_column = at.map_or_else(Built::nothing, |at| columns[at].1.clone());
        columns.retain(|(name, _)| !name.is_empty());
        let (keys, twice) = Keys::of(&key_column.values);
        let mut file = NodeFile {
            name: input.source.name(),
            labels: labels_of(&input.source),
            group,
            key: (!key.is_empty()).then_some(key),
            bad,
            columns,
            keys,
            key_column,
            lines,
            tags,
            tag_labels: tag_names.iter().map(|names| split_labels(names)).collect(),
            nodes: vec![0; rows as usize],
        };
        for (row, first) in twice {
            let line = file.lines[first as usize];
            file.leave_out(row, |key| format!("the key `{key}` stands in line {line} already"));
        }
        file.check(options)?;
        Ok(file)
    }

    /// The node with a key, and with a label where one is asked for.
    #[inline]
    pub(super) fn find(&self, key: &[u8], label: Option<&Arc<str>>) -> Option<u32> {
        let found = self.keys.find(key)?;
        let node = if self.tags.is_empty() { found } else { self.nodes[found as usize] };
        let has = |label: &Arc<str>| self.tags.is_empty() || self.has(found, label);
        (node != NONE && label.is_none_or(has)).then_some(node)
    }

    /// Whether any of the nodes can have a label.
    pub(super) fn may_have(&self, label: &Arc<str>) -> bool {
        self.labels.contains(label) || self.tag_labels.iter().any(|labels| labels.contains(label))
    }

    /// Whether the node of a row has a label.
    pub(super) fn has(&self, row: u32, label: &Arc<str>) -> bool {
        let tagged = || self.tags.get(row as usize).map(|tag| &self.tag_labels[*tag as usize]);
        self.labels.contains(label) || tagged().is_some_and(|labels| labels.contains(label))
    }

    /// Leaves out rows whose key a node of an earlier file has that shares a label or the group of keys.
    fn leave_out_known(&mut self, earlier: &[NodeFile], options: &Options) -> Result<()> {
        let clashing: Vec<&NodeFile> = earlier.iter().filter(|other| self.may_clash(other)).collect();
        for other in clashing {
            for row in 0..self.nodes.len() as u32 {
                let key = self.key_text(row);
                let kept = |found: &u32| other.nodes[*found as usize] != NONE;
                if let Some(found) = other.keys.find(key.as_bytes()).filter(kept)
                    && (self.group.is_some() && self.group == other.group || self.share_label(row, other, found))
                {
                    let place = format!("{}:{}", other.name, other.lines[found as usize]);
                    self.leave_out(row, |key| format!("the key `{key}` stands in {place} already"));
                }
            }
        }
        self.check(options)
    }

    fn may_clash(&self, other: &NodeFile) -> bool {
        let all =
            |file: &NodeFile| file.labels.iter().chain(file.tag_labels.iter().flatten()).cloned().collect::<Vec<_>>();
        self.group.is_some() && self.group == other.group || all(self).iter().any(|label| other.may_have(label))
    }

    fn share_label(&self, row: u32, other: &NodeFile, found: u32) -> bool {
        let tagged = self.tags.get(row as usize).map_or(&[][..], |tag| &self.tag_labels[*tag as usize]);
        self.labels.iter().chain(tagged).any(|label| other.has(found, label))
    }

    fn key_text(&self, row: u32) -> Arc<str> {
        super::keys::text_of(&self.key_column.values.get(row as usize))
    }

    fn leave_out(&mut self, row: u32, why: impl FnOnce(&str) -> String) {
        if std::mem::replace(&mut self.nodes[row as usize], NONE) != NONE {
            let key = self.key_text(row);
            let mut bad = Bad::default();
            bad.add(self.lines[row as usize], why(&beginning(&key)));
            self.bad.append(bad);
        }
    }

    fn check(&self, options: &Options) -> Result<()> {
        let error = if options.skip_bad { None } else { self.bad.first_error(&self.name) };
        error.map_or(Ok(()), Err)
    }

    /// The rows that are not left out, by what their column of labels says.
    fn rows_by_tag(&self) -> Vec<Vec<u32>> {
        let mut rows = vec![Vec::new(); self.tag_labels.len().max(1)];
        for (row, node) in self.nodes.iter().enumerate() {
            if *node != NONE {
                rows[self.tags.get(row).map_or(0, |tag| *tag as usize)].push(row as u32);
            }
        }
        rows
    }

    /// The sets of labels that rows have, each with its rows.
    fn shapes(&self) -> Vec<(Vec<Arc<str>>, Vec<u32>)> {
        let none = vec![Vec::new()];
        let tagged = if self.tag_labels.is_empty() { &none } else { &self.tag_labels };
        let shape = |more: &Vec<Arc<str>>| {
            let mut labels: Vec<Arc<str>> = self.labels.iter().chain(more).cloned().collect();
            labels.sort_unstable();
            labels.dedup();
            labels
        };
        tagged.iter().map(shape).zip(self.rows_by_tag()).collect()
    }
}

/// Makes the nodes of all files in a version.
pub(super) fn build(files: &mut [NodeFile], version: &mut Version) -> Result<()> {
    let shapes: Vec<_> = files.iter().map(NodeFile::shapes).collect();
    let mut sets: Vec<(Vec<Arc<str>>, u32)> = Vec::new();
    for (labels, rows) in shapes.iter().flatten() {
        match sets.iter_mut().find(|(known, _)| known == labels) {
            Some((_, count)) => *count += rows.len() as u32,
            None => sets.push((labels.clone(), rows.len() as u32)),
        }
    }
    let mut next = first_nodes(&sets)?;
    for ((labels, count), first) in sets.iter().zip(&next) {
        let labels: Vec<LabelId> = labels.iter().map(|label| version.intern_label(label)).collect();
        version.restore_nodes(&(*first..first + count).collect::<Vec<u32>>(), &labels)?;
    }
    version.settle();
    for (file, shapes) in files.iter_mut().zip(shapes) {
        for (labels, rows) in shapes {
            let Some(set) = sets.iter().position(|(known, _)| *known == labels) else { continue };
            let nodes: Vec<u32> = (next[set]..).take(rows.len()).collect();
            next[set] += rows.len() as u32;
            rows.iter().zip(&nodes).for_each(|(row, node)| file.nodes[*row as usize] = *node);
            file.load(version, &rows, &nodes)?;
        }
        file.columns = Vec::new();
        if file.tags.is_empty() {
            // Then every node has the labels that the file's have, and no row is asked for any more.
            file.keys.replace(&file.nodes);
        }
    }
    Ok(())
}

/// The first identifier of each set of labels: small sets come first and share segments, each of the others begins
/// with a segment of its own.
fn first_nodes(sets: &[(Vec<Arc<str>>, u32)]) -> Result<Vec<u32>> {
    let mut first = vec![0; sets.len()];
    let mut next = 0u64;
    let few = |set: &usize| sets[*set].1 < FEW;
    for set in (0..sets.len()).filter(few) {
        first[set] = next as u32;
        next += u64::from(sets[set].1);
    }
    for set in (0..sets.len()).filter(|set| !few(set)) {
        next = next.next_multiple_of(SEGMENT.into());
        first[set] = u32::try_from(next).unwrap_or(u32::MAX);
        next += u64::from(sets[set].1);
    }
    if next >= u64::from(u32::MAX) {
        let message = "there are more nodes than identifiers";
        return Err(Error::runtime(ErrorType::ResourceLimit, Detail::IdsExhausted, message));
    }
    Ok(first)
}

impl NodeFile {
    /// Gives the nodes of rows their properties.
    fn load(&mut self, version: &mut Version, rows: &[u32], nodes: &[u32]) -> Result<()> {
        let all = rows.len() == self.nodes.len();
        for (name, column) in &mut self.columns {
            let column = if all { std::mem::replace(column, Built::nothing()) } else { column.chosen(rows) };
            let key = version.intern_key(name);
            let property = PropertyColumn { key, having: column.having, values: column.values };
            version.load_node_column(nodes, &property)?;
        }
        Ok(())
    }
}

/// Leaves out of each file the keys that an earlier one has.
pub(super) fn check_between(files: &mut [NodeFile], options: &Options) -> Result<()> {
    for at in 1..files.len() {
        let (earlier, rest) = files.split_at_mut(at);
        rest[0].leave_out_known(earlier, options)?;
    }
    Ok(())
}

/// The group and the name of the key.
fn key_of(input: &Input) -> (Option<Arc<str>>, Arc<str>) {
    let key = input.layout.columns.iter().find_map(|column| match &column.role {
        Role::Key(group) => Some((group.clone(), Arc::clone(&column.name))),
        _ => None,
    });
    key.unwrap_or_default()
}

fn labels_of(source: &Source) -> Vec<Arc<str>> {
    match &source.content {
        Content::Nodes(labels) => labels.clone(),
        _ => Vec::new(),
    }
}

/// The labels that a field says, between semicolons.
fn split_labels(text: &str) -> Vec<Arc<str>> {
    text.split(';').map(str::trim).filter(|label| !label.is_empty()).map(Arc::from).collect()
}
