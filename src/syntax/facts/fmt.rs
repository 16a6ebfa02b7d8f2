//! A whole file in canonical form.
//!
//! Blocks stand by date, then by the name of the source; what stands before the first source comes first. In a block
//! entities come before facts, each sorted. A comment stays with its line, one alone with the line after it, and those
//! at the head of the file, set off by an empty line, at the head.

use super::ast::{Body, Line, Mark, PartialDate, Source};
use super::errors::wrong;
use super::format;
use super::parse::parse_line;
use super::translate::Defaults;
use crate::error::Result;

/// Writes a file canonically; a file in canonical form stays as it is. Patches and questions have no such form.
pub fn format_file(text: &str) -> Result<String> {
    let file = read(text)?;
    let mut out = String::new();
    write_comments(&mut out, &file.head);
    for block in &file.blocks {
        if !block.is_empty() {
            separate(&mut out);
            block.write(&mut out);
        }
    }
    if !file.foot.is_empty() {
        separate(&mut out);
        write_comments(&mut out, &file.foot);
    }
    Ok(out)
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
    entities: Vec<(String, Item)>,
    facts: Vec<([String; 3], Item)>,
}

/// A line with the comments before it.
struct Item {
    comments: Vec<String>,
    text: String,
}

impl Block {
    fn is_empty(&self) -> bool {
        self.source.is_none() && self.entities.is_empty() && self.facts.is_empty()
    }

    fn sort_key(&self) -> (bool, Option<String>, &str) {
        let reference = self.source.as_ref().map_or("", |(source, _)| &*source.reference.text);
        (self.source.is_some(), self.date.map(PartialDate::first_day), reference)
    }

    fn write(&self, out: &mut String) {
        let source = self.source.iter().map(|(_, item)| item);
        let entities = self.entities.iter().map(|(_, item)| item);
        let facts = self.facts.iter().map(|(_, item)| item);
        for item in source.chain(entities).chain(facts) {
            write_comments(out, &item.comments);
            out.push_str(&item.text);
            out.push('\n');
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
        self.entities.extend(other.entities);
        self.facts.extend(other.facts);
    }

    fn sort(&mut self) {
        self.entities.sort_by(|left, right| (&left.0, &left.1.text).cmp(&(&right.0, &right.1.text)));
        self.facts.sort_by(|left, right| (&left.0, &left.1.text).cmp(&(&right.0, &right.1.text)));
    }
}

fn read(text: &str) -> Result<File> {
    let mut file = File { head: Vec::new(), blocks: vec![Block::default()], foot: Vec::new() };
    let mut defaults = Defaults::default();
    let mut comments = Vec::new();
    let mut offset = 0;
    for text in text.split_inclusive('\n') {
        let line = parse_line(text.trim_start_matches('\u{feff}'), offset)?;
        offset += text.len();
        check(&line)?;
        if matches!(line.body, Body::Blank) {
            match &line.comment {
                Some(_) => comments.push(format::line(&line)),
                None if is_head(&file) => file.head.append(&mut comments),
                None => {}
            }
            continue;
        }
        let item = Item { comments: std::mem::take(&mut comments), text: format::line(&line) };
        place(&mut file, &mut defaults, line.body, item);
    }
    file.foot = comments;
    file.blocks.sort_by(|left, right| left.sort_key().cmp(&right.sort_key()));
    file.blocks = merged(file.blocks);
    file.blocks.iter_mut().for_each(Block::sort);
    Ok(file)
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

fn place(file: &mut File, defaults: &mut Defaults, body: Body, item: Item) {
    if let Body::Source(source) = body {
        defaults.enter(&source);
        file.blocks.push(Block { source: Some((source, item)), date: defaults.date, ..Block::default() });
        return;
    }
    let Some(block) = file.blocks.last_mut() else { return };
    match body {
        Body::Entity(entity) => block.entities.push((entity.name.text.to_string(), item)),
        Body::Fact(fact) => {
            let key = [fact.subject.text, fact.verb.text, fact.object.text].map(|name| name.to_string());
            block.facts.push((key, item));
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

fn write_comments(out: &mut String, comments: &[String]) {
    for comment in comments {
        out.push_str(comment);
        out.push('\n');
    }
}

/// One empty line between blocks.
fn separate(out: &mut String) {
    if !out.is_empty() {
        out.push('\n');
    }
}
