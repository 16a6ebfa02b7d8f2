//! Lines read ahead by several threads, while the first of them are already used.
//!
//! What a line says does not depend on the lines before it, so a long text is cut into blocks of whole lines. Whoever
//! uses the lines gets them in order, and reads a block itself when none is ready; only so many blocks wait to be used.

use super::ast::Line;
use super::parse::read_line;
use super::quick::Texts;
use crate::error::{Error, Result};
use std::collections::{BTreeMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

/// About how many bytes a block has. Tests want many blocks of few lines.
const BLOCK: usize = if cfg!(test) { 1 << 6 } else { 1 << 16 };
/// How many blocks may be read ahead for each thread.
const AHEAD: usize = 4;

/// The lines of a block: where each begins, and how it was read.
type Block = VecDeque<(usize, Result<Line>)>;

/// Gives all lines of a text, in order, to what uses them; one for each item of [`split`].
pub(super) fn with_lines<'t, T>(text: &'t str, offset: usize, used: impl FnOnce(&mut Lines<'_, 't>) -> T) -> T {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let most = if text.len() > BLOCK { threads - 1 } else { 0 };
    let shared = Shared {
        work: Mutex::new(Work { rest: text, offset, cut: 0, next: 0, read: BTreeMap::new(), ended: false }),
        ahead: AHEAD * threads,
        changed: Condvar::new(),
    };
    thread::scope(|scope| {
        let read = || {
            let mut texts = Texts::default();
            while shared.read_ahead(&mut texts) {}
        };
        let start = |_| {
            let name = "standpoint-read".to_owned();
            thread::Builder::new().name(name).spawn_scoped(scope, read).is_ok()
        };
        // Where a thread cannot be started, the others do its work.
        (0..most).all(start);
        let mut lines = Lines { shared: &shared, block: Block::new(), texts: Texts::default() };
        used(&mut lines)
    })
}

/// The lines of a text without their ends, and where each begins.
fn split(text: &str, offset: usize) -> impl Iterator<Item = (&str, usize)> {
    text.split_inclusive('\n').scan(offset, |next, line| {
        let begin = *next;
        *next += line.len();
        Some((without_end(line), begin))
    })
}

/// A line without its end.
pub(super) fn without_end(line: &str) -> &str {
    line.trim_end_matches(['\n', '\r'])
}

/// The lines of a text that several threads read; see [`with_lines`].
pub(super) struct Lines<'s, 't> {
    shared: &'s Shared<'t>,
    /// What is left of the block that is used.
    block: Block,
    /// What the lines have in common that whoever uses them reads.
    texts: Texts<'t>,
}

impl Iterator for Lines<'_, '_> {
    type Item = (usize, Result<Line>);

    fn next(&mut self) -> Option<Self::Item> {
        while self.block.is_empty() {
            self.block = self.shared.take(&mut self.texts)?;
        }
        self.block.pop_front()
    }
}

impl Drop for Lines<'_, '_> {
    /// Nobody waits for room that is not needed any more.
    fn drop(&mut self) {
        self.shared.lock().ended = true;
        self.shared.changed.notify_all();
    }
}

struct Shared<'t> {
    work: Mutex<Work<'t>>,
    /// How many blocks may be cut that are not yet used.
    ahead: usize,
    changed: Condvar,
}

/// What is still to be read, and what is read.
struct Work<'t> {
    rest: &'t str,
    offset: usize,
    /// How many blocks were cut.
    cut: usize,
    /// The block that is used next.
    next: usize,
    /// The blocks that are read, by their numbers.
    read: BTreeMap<usize, Block>,
    /// Whether nobody uses the lines any more.
    ended: bool,
}

impl<'t> Shared<'t> {
    fn lock(&self) -> MutexGuard<'_, Work<'t>> {
        self.work.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'g>(&self, work: MutexGuard<'g, Work<'t>>) -> MutexGuard<'g, Work<'t>> {
        self.changed.wait(work).unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads a block when there is room for it; whether there may be more.
    fn read_ahead(&self, texts: &mut Texts<'t>) -> bool {
        let mut work = self.lock();
        while !work.ended && !work.rest.is_empty() && work.cut - work.next >= self.ahead {
            work = self.wait(work);
        }
        if work.ended {
            return false;
        }
        let Some(cut) = work.cut() else { return false };
        drop(work);
        self.read(cut, texts);
        true
    }

    /// The next block, read by this thread if nobody else reads it; `None` at the end.
    fn take(&self, texts: &mut Texts<'t>) -> Option<Block> {
        let mut work = self.lock();
        loop {
            let next = work.next;
            if let Some(block) = work.read.remove(&next) {
                work.next += 1;
                self.changed.notify_all();
                return Some(block);
            }
            let room = work.cut - next < self.ahead;
            match if room { work.cut() } else { None } {
                Some(cut) => {
                    drop(work);
                    self.read(cut, texts);
                    work = self.lock();
                }
                None if next < work.cut => work = self.wait(work),
                None => return None,
            }
        }
    }

    fn read(&self, (number, text, offset): (usize, &'t str, usize), texts: &mut Texts<'t>) {
        let read = || split(text, offset).map(|(line, offset)| (offset, read_line(line, offset, texts))).collect();
        let block = catch_unwind(AssertUnwindSafe(read));
        let gone = || Block::from([(offset, Err(Error::internal("a thread that read lines has panicked")))]);
        let block = block.unwrap_or_else(|_| gone());
        self.lock().read.insert(number, block);
        self.changed.notify_all();
    }
}

impl<'t> Work<'t> {
    /// The next block, its number and where it begins.
    fn cut(&mut self) -> Option<(usize, &'t str, usize)> {
        if self.rest.is_empty() {
            return None;
        }
        let bytes = &self.rest.as_bytes()[self.rest.len().min(BLOCK)..];
        let end = memchr::memchr(b'\n', bytes).map_or(self.rest.len(), |at| self.rest.len() - bytes.len() + at + 1);
        let (block, rest) = self.rest.split_at(end);
        let cut = (self.cut, block, self.offset);
        (self.rest, self.offset, self.cut) = (rest, self.offset + end, self.cut + 1);
        Some(cut)
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse_line;
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// The lines are those that one thread reads, in order, however many of them are used.
        #[test]
        fn lines_are_those_of_one_thread(lines in prop::collection::vec("(é -x-> b|a : L|-|\r|# .{0,30}|)", 0..60), used in 0usize..80) {
            let text = lines.join("\n");
            let one: Vec<_> = split(&text, 7).map(|(line, offset)| shown(&(offset, parse_line(line, offset)))).take(used).collect();
            let many: Vec<_> = with_lines(&text, 7, |lines| lines.take(used).map(|line| shown(&line)).collect());
            prop_assert_eq!(one, many);
        }
    }

    fn shown(line: &(usize, Result<Line>)) -> String {
        format!("{line:?}")
    }

    #[test]
    fn what_goes_wrong_while_lines_are_used_goes_on() {
        let text = "a -x-> b\n".repeat(100);
        let gone = catch_unwind(|| with_lines(&text, 0, |lines| lines.nth(3).map(|_| panic!("gone"))));
        assert!(gone.is_err());
    }
}
