//! A whole file in canonical form.
//!
//! Blocks stand by date, then by the name of the source; what stands before the first source comes first. Empty lines
//! part a block into paragraphs, which stay in place; in a paragraph entities come before facts, each sorted. A comment
//! stays with its line, one alone with the line after it, one with an empty line after it where it is, and those at the
//! head of the file at the head.

use super::ahead::with_lines;
use super::ast::{Body, Line, Mark, PartialDate, Source};
use super::errors::wrong;
use super::file::without_mark;
use super::format;
use super::order::Order;
use super::translate::Sources;
use crate::error::Result;
use std::sync::Arc;

/// A file with each of its lines in canonical form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Formatted {
    /// The lines in their places; of several empty lines one stays.
    pub in_place: String,
    /// The lines sorted, as a file in canonical form has them; such a file stays as it is.
    pub sorted: String,
    /// Whether both certainly tell the same. Where they do not, telling them shows whether they do.
    pub same: bool,
}

/// Writes a file canonically. Patches and questions have no such form.
///
/// # Errors
/// The first line that cannot be read or does not belong into a file of facts.
pub fn format_file(text: &str) -> Result<Formatted> {
    let told = without_mark(text);
    with_lines(told, text.len() - told.len(), |lines| {
        let mut file = File { head: Vec::new(), blocks: vec![Block::default()], foot: Vec::new() };
        let (mut places, mut sources) = (Places::default(), Sources::default());
        let (mut comments, mut order) = (Vec::new(), Order::default());
        for (_, line) in lines {
            let line = line?;
            check(&line)?;
            order.add(&line.body);
            let text = format::line(&line);
            places.add(&text);
            match (&line.body, &line.comment) {
                (Body::Blank, Some(_)) => comments.push(text),
                (Body::Blank, None) if is_head(&file) => file.head.append(&mut comments),
                (Body::Blank, None) => comments.push(String::new()),
                _ => {
                    let item = Item { comments: std::mem::take(&mut comments), text };
                    place(&mut file, &mut sources, line.body, item);
                }
            }
        }
        file.foot = comments;
        Ok(Formatted { in_place: places.text, sorted: file.sorted().text(), same: !order.may_matter() })
    })
}

/// Lines as they come.
#[derive(Default)]
struct Places {
    text: String,
    /// Whether the last line was empty.
    blank: bool,
}

impl Places {
    fn add(&mut self, line: &str) {
        if !line.is_empty() {
            let gap = if self.blank && !self.text.is_empty() { "\n" } else { "" };
            self.text.extend([gap, line, "\n"]);
        }
        self.blank = line.is_empty();
    }
}

/// A file as blocks.
struct File {
    /// The comments at its head.
    head: Vec<String>,
    blocks: Vec<Block>,
    /// The comments after its last line.
    foot: Vec<String>,
}

/// What stands under one source, or under none.
#[derive(Default)]
struct Block {
    source: Option<(Source, Item)>,
    date: Option<PartialDate>,
    paragraphs: Vec<Paragraph>,
}

/// Lines without an empty line between them.
#[derive(Default)]
struct Paragraph {
    /// Comments that belong to no line.
    comments: Vec<String>,
    entities: Vec<(Arc<str>, Item)>,
    facts: Vec<([Arc<str>; 3], Item)>,
}

/// A line with the comments before it, which may have empty lines between them.
struct Item {
    comments: Vec<String>,
    text: String,
}

impl File {
    fn sorted(mut self) -> File {
        self.blocks.sort_by(|left, right| left.sort_key().cmp(&right.sort_key()));
        self.blocks = merged(self.blocks);
        self.blocks.iter_mut().flat_map(|block| &mut block.paragraphs).for_each(Paragraph::sort);
        self
    }

    fn text(&self) -> String {
        let mut out = String::new();
        write_comments(&mut out, &self.head);
        for block in self.blocks.iter().filter(|block| !block.is_empty()) {
            separate(&mut out);
            block.write(&mut out);
        }
        if self.foot.iter().any(|comment| !comment.is_empty()) {
            separate(&mut out);
            write_comments(&mut out, trimmed(&self.foot));
        }
        out
    }
}

impl Block {
    fn is_empty(&self) -> bool {
        self.source.is_none() && self.paragraphs.is_empty()
    }

    fn sort_key(&self) -> (bool, Option<String>, &str) {
        let reference = self.source.as_ref().map_or("", |(source, _)| &*source.reference.text);
        (self.source.is_some(), self.date.map(PartialDate::first_day), reference)
    }

    fn write(&self, out: &mut String) {
        self.source.iter().for_each(|(_, item)| item.write(out));
        for (at, paragraph) in self.paragraphs.iter().enumerate() {
            if at > 0 {
                separate(out);
            }
            paragraph.write(out);
        }
    }

    /// Whether the block could stand under the source line of the other as well.
    fn continues(&self, other: &Block) -> bool {
        let (Some((source, item)), Some((declared, _))) = (&self.source, &other.source) else { return false };
        let same = source.is_bare() && source.reference == declared.reference || source == declared;
        same && self.date == other.date && item.comments.is_empty() && item.text == format::source(source)
    }

    /// Takes over the lines of a later block of the same source.
    fn absorb(&mut self, other: Block) {
        let mut paragraphs = other.paragraphs.into_iter();
        match (self.paragraphs.last_mut(), paragraphs.next()) {
            (Some(last), Some(first)) if first.comments.is_empty() && last.comments.is_empty() => {
                last.entities.extend(first.entities);
                last.facts.extend(first.facts);
            }
            (_, first) => self.paragraphs.extend(first),
        }
        self.paragraphs.extend(paragraphs);
    }

    /// The paragraph that the next line belongs to. Comments with an empty line after them are one of their own.
    fn paragraph(&mut self, comments: &mut Vec<String>) -> Option<&mut Paragraph> {
        while let Some(end) = comments.iter().position(String::is_empty) {
            let alone: Vec<String> = comments.drain(..=end).filter(|comment| !comment.is_empty()).collect();
            if !alone.is_empty() {
                self.paragraphs.push(Paragraph { comments: alone, ..Paragraph::default() });
            }
            if self.paragraphs.last().is_some_and(|last| !last.is_empty()) && !comments.contains(&String::new()) {
                self.paragraphs.push(Paragraph::default());
            }
        }
        if self.paragraphs.is_empty() {
            self.paragraphs.push(Paragraph::default());
        }
        self.paragraphs.last_mut()
    }
}

impl Paragraph {
    fn is_empty(&self) -> bool {
        self.comments.is_empty() && self.entities.is_empty() && self.facts.is_empty()
    }

    fn sort(&mut self) {
        self.entities.sort_by(|left, right| (&left.0, &left.1.text).cmp(&(&right.0, &right.1.text)));
        self.facts.sort_by(|left, right| (&left.0, &left.1.text).cmp(&(&right.0, &right.1.text)));
    }

    fn write(&self, out: &mut String) {
        write_comments(out, &self.comments);
        let entities = self.entities.iter().map(|(_, item)| item);
        entities.chain(self.facts.iter().map(|(_, item)| item)).for_each(|item| item.write(out));
    }
}

impl Item {
    fn write(&self, out: &mut String) {
        write_comments(out, &self.comments);
        out.push_str(&self.text);
        out.push('\n');
    }
}

fn check(line: &Line) -> Result<()> {
    if line.mark != Mark::None {
        return Err(wrong("a patch has no canonical form", line.span).hint("a file of facts has no marks"));
    }
    match line.body {
        Body::Ask(_) => Err(wrong("a file of facts tells, it cannot ask", line.span)),
        _ => Ok(()),
    }
}

fn is_head(file: &File) -> bool {
    file.head.is_empty() && file.blocks.iter().all(Block::is_empty)
}

fn place(file: &mut File, sources: &mut Sources, body: Body, mut item: Item) {
    if let Body::Source(source) = body {
        sources.enter(&source);
        item.comments = trimmed(&item.comments).to_vec();
        file.blocks.push(Block { source: Some((source, item)), date: sources.defaults.date, ..Block::default() });
        return;
    }
    let paragraph = file.blocks.last_mut().and_then(|block| block.paragraph(&mut item.comments));
    let Some(paragraph) = paragraph else { return };
    match body {
        Body::Entity(entity) => paragraph.entities.push((entity.name.text, item)),
        Body::Fact(fact) => {
            paragraph.facts.push(([fact.subject.text, fact.verb.text, fact.object.text], item));
        }
        Body::Source(_) | Body::Ask(_) | Body::Blank => {}
    }
}

/// Joins neighbouring blocks of one source and date, where the later line declares nothing else and has no comment.
fn merged(blocks: Vec<Block>) -> Vec<Block> {
    let mut merged: Vec<Block> = Vec::new();
    for block in blocks {
        match merged.last_mut() {
            Some(last) if block.continues(last) => last.absorb(block),
            _ => merged.push(block),
        }
    }
    merged
}

/// Comments without the empty lines around them.
fn trimmed(comments: &[String]) -> &[String] {
    let first = comments.iter().position(|comment| !comment.is_empty()).unwrap_or(comments.len());
    let last = comments.iter().rposition(|comment| !comment.is_empty()).map_or(first, |at| at + 1);
    &comments[first..last]
}

/// Comments, of several empty lines between them one.
fn write_comments(out: &mut String, comments: &[String]) {
    for (at, comment) in comments.iter().enumerate() {
        let again = comment.is_empty() && at > 0 && comments[at - 1].is_empty();
        if !again {
            out.push_str(comment);
            out.push('\n');
        }
    }
}

/// One empty line between blocks.
fn separate(out: &mut String) {
    if !out.is_empty() {
        out.push('\n');
    }
}
