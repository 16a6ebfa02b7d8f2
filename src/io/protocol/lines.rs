//! Lines of a stream, none longer than a limit.

use super::super::decode::invalid;
use crate::error::Error;
use std::io::{self, BufRead, Read};

/// Reads lines; a line that is too long is skipped, not held.
pub(super) struct Lines<R> {
    input: R,
    longest: usize,
    buffer: Vec<u8>,
}

/// What comes next.
pub(super) enum Line<'a> {
    /// A line of text.
    Text(&'a str),
    /// A line without anything.
    Blank,
    /// A line that is no text, or too long.
    Wrong(Error),
    /// Nothing more.
    End,
}

impl<R: BufRead> Lines<R> {
    pub(super) fn new(input: R, longest: usize) -> Lines<R> {
        Lines { input, longest, buffer: Vec::new() }
    }

    pub(super) fn next(&mut self) -> io::Result<Line<'_>> {
        self.buffer.clear();
        // One byte more for the line feed.
        let limit = u64::try_from(self.longest).unwrap_or(u64::MAX).saturating_add(1);
        let read = self.input.by_ref().take(limit).read_until(b'\n', &mut self.buffer)?;
        if read == 0 {
            return Ok(Line::End);
        }
        if self.buffer.len() > self.longest && self.buffer.last() != Some(&b'\n') {
            self.input.skip_until(b'\n')?;
            let message = format!("the line is longer than {} bytes", self.longest);
            return Ok(Line::Wrong(invalid(message).hint("`--max-line` allows longer ones")));
        }
        if self.buffer.trim_ascii().is_empty() {
            return Ok(Line::Blank);
        }
        Ok(match std::str::from_utf8(&self.buffer) {
            Ok(text) => Line::Text(text),
            Err(error) => {
                let message = format!("the line is not UTF-8: byte {} is wrong", error.valid_up_to() + 1);
                Line::Wrong(invalid(message))
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shapes(bytes: &[u8], longest: usize) -> Vec<String> {
        let mut lines = Lines::new(bytes, longest);
        let mut shapes = Vec::new();
        loop {
            shapes.push(match lines.next().unwrap() {
                Line::Text(text) => text.trim_end().to_owned(),
                Line::Blank => "-".to_owned(),
                Line::Wrong(error) => error.message().to_owned(),
                Line::End => return shapes,
            });
        }
    }

    #[test]
    fn lines_end_at_line_feeds_and_at_the_end() {
        assert_eq!(shapes(b"a\r\n\n \nb", 10), ["a", "-", "-", "b"]);
        assert_eq!(shapes(b"", 10), Vec::<String>::new());
    }

    #[test]
    fn what_is_too_long_or_no_text_is_skipped_alone() {
        let long = "the line is longer than 3 bytes";
        assert_eq!(shapes(b"abc\nabcd\nab\nabcdefgh", 3), ["abc", long, "ab", long]);
        assert_eq!(shapes(b"a\xffb\nc", 10), ["the line is not UTF-8: byte 2 is wrong", "c"]);
    }
}
