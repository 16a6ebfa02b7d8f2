//! Whole texts: `.facts` files, patches, and the unified diffs of such files.
//!
//! Gives one entry for each line that says something, with the source and date that hold there. A line that cannot be
//! read is an error of its own, and reading goes on with the next.

use super::ahead::{Lines, with_lines, without_end};
use super::ast::{Body, Line, Mark};
use super::errors::wrong;
use super::parse::parse_line;
use super::translate::{Defaults, Sources};
use crate::error::{Error, Result};
use crate::span::Span;

/// A line of a text, in its place.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The number of the line in the text, from 1.
    pub number: usize,
    /// Where the line begins in the text.
    pub offset: usize,
    /// The line; its spans count from the beginning of the text.
    pub line: Line,
    /// What holds for the line when it gives no source or date.
    pub defaults: Defaults,
}

/// Reads a text. Blank lines, comments and what a diff shows unchanged are left out.
///
/// ```
/// let text = "[ki-1121] 2025-11-21\nKyiv : Actor\nKyiv -opposes-> 28-point plan\n";
/// let entries = standpoint::syntax::facts::read(text).collect::<Result<Vec<_>, _>>()?;
/// assert_eq!(entries.len(), 3);
/// assert_eq!(entries[2].defaults.source.as_deref(), Some("ki-1121"));
/// # Ok::<(), standpoint::error::Error>(())
/// ```
pub fn read(text: &str) -> Reader<'_> {
    let text_without_mark = without_mark(text);
    let diff = is_diff(text_without_mark).then(Diff::default);
    Reader { diff, ..Reader::within(text_without_mark, text.len() - text_without_mark.len(), 1) }
}

/// Reads a text as [`read`] does and gives its entries to what uses them, which several threads read ahead if it is long.
pub fn read_with<T>(text: &str, used: impl FnOnce(&mut dyn Iterator<Item = Result<Entry>>) -> T) -> T {
    let mut reader = read(text);
    if reader.diff.is_some() {
        return used(&mut reader);
    }
    with_lines(reader.rest, reader.offset, |lines| used(&mut Ahead { reader, lines }))
}

/// A text as it is after the mark that some programs put before it.
pub(super) fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

/// The entries of a text whose lines are read ahead.
struct Ahead<'a, 's, 't> {
    reader: Reader<'t>,
    lines: &'a mut Lines<'s, 't>,
}

impl Iterator for Ahead<'_, '_, '_> {
    type Item = Result<Entry>;

    fn next(&mut self) -> Option<Self::Item> {
        for (offset, line) in &mut *self.lines {
            self.reader.number += 1;
            let entry = line.and_then(|line| self.reader.entry(line, offset, None));
            if let Some(entry) = entry.transpose() {
                return Some(entry);
            }
        }
        None
    }
}

/// The entries of a text, in order. See [`read`].
pub struct Reader<'t> {
    rest: &'t str,
    offset: usize,
    number: usize,
    /// What holds for told lines.
    told: Sources,
    /// What held for the retracted lines of a diff.
    old: Sources,
    diff: Option<Diff>,
}

/// Where in a diff the reader is.
#[derive(Default)]
struct Diff {
    /// Lines of the old and new file that the hunk still holds.
    left: (u64, u64),
    /// Whether the file is one of facts.
    facts: bool,
    /// Whether any file was.
    any: bool,
    /// Whether the source that holds in the hunk can be seen: it begins the file or shows a source line.
    anchored: bool,
    /// The path of the old file, when it is one of facts.
    old_is_facts: bool,
}

impl Iterator for Reader<'_> {
    type Item = Result<Entry>;

    fn next(&mut self) -> Option<Self::Item> {
        while let Some((line, offset)) = self.take_line() {
            let entry = match self.diff.is_some() {
                true => self.diff_line(line, offset),
                false => parse_line(line, offset).and_then(|line| self.entry(line, offset, None)),
            };
            if let Some(entry) = entry.transpose() {
                return Some(entry);
            }
        }
        self.no_facts_in_diff().map(Err)
    }
}

impl<'t> Reader<'t> {
    /// Reads a text that stands at a place of a larger one and is no diff.
    pub(super) fn within(text: &'t str, offset: usize, first_line: usize) -> Reader<'t> {
        let (told, old) = (Sources::default(), Sources::default());
        Reader { rest: text, offset, number: first_line.saturating_sub(1), told, old, diff: None }
    }

    /// The next line without its end, and where it begins.
    fn take_line(&mut self) -> Option<(&'t str, usize)> {
        if self.rest.is_empty() {
            return None;
        }
        let length = self.rest.find('\n').map_or(self.rest.len(), |at| at + 1);
        let (line, rest) = self.rest.split_at(length);
        let offset = self.offset;
        (self.rest, self.offset, self.number) = (rest, offset + length, self.number + 1);
        Some((without_end(line), offset))
    }

    /// The entry of a line. In a diff, `side` is the mark that stood before it; `Mark::None` is a line of both sides.
    fn entry(&mut self, mut line: Line, offset: usize, side: Option<Mark>) -> Result<Option<Entry>> {
        if let Some(side) = side {
            if line.mark != Mark::None {
                return Err(wrong("a file of facts that is under version control has no marks of its own", line.span));
            }
            line.mark = side;
        }
        self.enter(&line, side);
        match &line.body {
            Body::Blank => return Ok(None),
            Body::Ask(_) => {
                return Err(wrong("a file of facts tells, it cannot ask", line.span)
                    .hint("a name that begins with `?` needs quotes"));
            }
            Body::Fact(fact) if fact.cites.is_empty() && side.is_some_and(|side| side != Mark::None) => {
                self.check_anchor(line.span)?;
            }
            _ => {}
        }
        if side == Some(Mark::None) {
            return Ok(None);
        }
        let defaults = match (side, line.mark) {
            (Some(_), Mark::Retract) => self.old.defaults.clone(),
            (None, Mark::Retract) => Defaults::default(),
            _ => self.told.defaults.clone(),
        };
        Ok(Some(Entry { number: self.number, offset, line, defaults }))
    }

    /// Makes a source line the default for its side.
    fn enter(&mut self, line: &Line, side: Option<Mark>) {
        let Body::Source(source) = &line.body else { return };
        if let Some(diff) = &mut self.diff {
            diff.anchored = true;
        }
        if line.mark != Mark::Retract {
            self.told.enter(source);
        }
        if matches!(side, Some(Mark::None | Mark::Retract)) {
            self.old.enter(source);
        }
    }

    fn diff_line(&mut self, line: &str, offset: usize) -> Result<Option<Entry>> {
        let Some(diff) = &mut self.diff else { return Ok(None) };
        if diff.left == (0, 0) {
            self.diff_header(line, offset)?;
            return Ok(None);
        }
        let side = match line.as_bytes().first() {
            Some(b'+') => Mark::Tell,
            Some(b'-') => Mark::Retract,
            Some(b' ') | None => Mark::None,
            Some(b'\\') => return Ok(None),
            Some(_) => {
                return Err(wrong("a line of a diff begins with `+`, `-` or a space", Span::new(offset, offset + 1)));
            }
        };
        if side != Mark::Tell {
            diff.left.0 = diff.left.0.saturating_sub(1);
        }
        if side != Mark::Retract {
            diff.left.1 = diff.left.1.saturating_sub(1);
        }
        match diff.facts {
            true => self.entry(parse_line(line.get(1..).unwrap_or(""), offset + 1)?, offset + 1, Some(side)),
            false => Ok(None),
        }
    }

    fn diff_header(&mut self, line: &str, offset: usize) -> Result<()> {
        let Some(diff) = &mut self.diff else { return Ok(()) };
        if let Some(path) = line.strip_prefix("--- ") {
            diff.old_is_facts = is_facts_path(path);
        } else if let Some(path) = line.strip_prefix("+++ ") {
            diff.facts = diff.old_is_facts || is_facts_path(path);
            diff.any |= diff.facts;
        } else if line.starts_with("@@") {
            let (start, left) = hunk(line)
                .ok_or_else(|| wrong("the head of this hunk cannot be read", Span::new(offset, offset + line.len())))?;
            (diff.left, diff.anchored) = (left, start <= 1);
            (self.told, self.old) = (Sources::default(), Sources::default());
        }
        Ok(())
    }

    /// A fact without cite stands under a source, and the diff must show which.
    fn check_anchor(&self, span: Span) -> Result<()> {
        match self.diff.as_ref().is_some_and(|diff| !diff.anchored) {
            true => Err(wrong("the diff does not show under which source this fact stands", span)
                .hint("cite the source in the line, or make the diff with more context: `git diff -U100000`")),
            false => Ok(()),
        }
    }

    fn no_facts_in_diff(&mut self) -> Option<Error> {
        let diff = self.diff.take()?;
        (!diff.any).then(|| wrong("the diff is of no `.facts` file", Span::new(0, 0)))
    }
}

/// Whether a text is a unified diff: its head comes before anything else.
fn is_diff(text: &str) -> bool {
    let mut lines = text.lines().skip_while(|line| line.trim().is_empty());
    match lines.next() {
        Some(first) if first.starts_with("diff --git ") => true,
        Some(first) => first.starts_with("--- ") && lines.next().is_some_and(|second| second.starts_with("+++ ")),
        None => false,
    }
}

/// Whether a path is of a text of facts, or of a saved graph, which a diff shows as facts where it shows it.
fn is_facts_path(path: &str) -> bool {
    let path = path.split('\t').next().unwrap_or("").trim().trim_end_matches('"');
    path.ends_with(".facts") || path.ends_with(".graph")
}

/// The first old line of a hunk, and how many lines of the old and new file it holds: `@@ -10,6 +10,7 @@`.
fn hunk(line: &str) -> Option<(u64, (u64, u64))> {
    let mut words = line.split_whitespace().skip(1);
    let (start, old) = range(words.next()?.strip_prefix('-')?)?;
    let (_, new) = range(words.next()?.strip_prefix('+')?)?;
    Some((start, (old, new)))
}

fn range(text: &str) -> Option<(u64, u64)> {
    match text.split_once(',') {
        Some((start, length)) => Some((start.parse().ok()?, length.parse().ok()?)),
        None => Some((text.parse().ok()?, 1)),
    }
}
