//! Facts inside Markdown: the fenced blocks whose first word is `facts`.
//!
//! Each block is a text of its own: no source of the block before holds in it. Places count in the whole document.

use super::errors::wrong;
use super::file::Reader;
use crate::error::Result;
use crate::span::Span;

/// A block of facts in a Markdown text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fence<'t> {
    /// What stands in it.
    pub text: &'t str,
    /// Where it begins in the document.
    pub offset: usize,
    /// The number of its first line in the document, from 1.
    pub number: usize,
    /// The blanks before the fence, which stand before each line of the block too.
    pub indent: &'t str,
}

impl<'t> Fence<'t> {
    /// The entries of the block, with their places in the document.
    pub fn read(&self) -> Reader<'t> {
        Reader::within(self.text, self.offset, self.number)
    }
}

/// A fence that is open.
struct Open<'t> {
    mark: char,
    length: usize,
    indent: &'t str,
    facts: bool,
    line: Span,
    /// Where the block begins, and the number of its first line.
    start: (usize, usize),
}

/// The blocks of facts, in order.
///
/// ```
/// let text = "# Notes\n```facts\nKyiv : Actor\n```\n```sh\nls\n```\n";
/// let fences = standpoint::syntax::facts::fences(text)?;
/// assert_eq!((fences.len(), fences[0].text, fences[0].number), (1, "Kyiv : Actor\n", 3));
/// # Ok::<(), standpoint::error::Error>(())
/// ```
///
/// # Errors
/// When a block of facts has no end.
pub fn fences(text: &str) -> Result<Vec<Fence<'_>>> {
    let (mut fences, mut open) = (Vec::new(), None);
    let (mut offset, mut number) = (0, 1);
    for line in text.split_inclusive('\n') {
        let after = (offset + line.len(), number + 1);
        match &open {
            None => open = opened(line, offset, after),
            Some(fence) if closes(line, fence) => {
                if fence.facts {
                    let (start, first) = fence.start;
                    fences.push(Fence {
                        text: &text[start..offset],
                        offset: start,
                        number: first,
                        indent: fence.indent,
                    });
                }
                open = None;
            }
            Some(_) => {}
        }
        (offset, number) = after;
    }
    match open {
        Some(fence) if fence.facts => Err(wrong("the block of facts that begins here has no end", fence.line)),
        _ => Ok(fences),
    }
}

/// The fence that a line opens: three or more backticks or tildes, and a word.
fn opened(line: &str, offset: usize, start: (usize, usize)) -> Option<Open<'_>> {
    let trimmed = line.trim_start();
    let indent = &line[..line.len() - trimmed.len()];
    let mark = trimmed.chars().next().filter(|mark| matches!(mark, '`' | '~'))?;
    let word = trimmed.trim_start_matches(mark);
    let length = trimmed.len() - word.len();
    if length < 3 || (mark == '`' && word.contains('`')) {
        return None;
    }
    let facts = word.split_whitespace().next() == Some("facts");
    let line = Span::new(offset + indent.len(), offset + line.trim_end().len());
    Some(Open { mark, length, indent, facts, line, start })
}

fn closes(line: &str, open: &Open<'_>) -> bool {
    let trimmed = line.trim();
    trimmed.len() >= open.length && trimmed.chars().all(|letter| letter == open.mark)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::line_column;

    #[test]
    fn only_blocks_of_facts_count_and_places_are_those_of_the_document() {
        let text = "# A\n\n  ~~~facts of today\n  Kyiv : Actor\n  ```\n  ~~~\n````text\n```facts\nno\n```\n````\n```facts\nx -y-> z\n```\n";
        let fences = fences(text).unwrap();
        let shown: Vec<_> = fences.iter().map(|fence| (fence.text, fence.number, fence.indent)).collect();
        assert_eq!(shown, [("  Kyiv : Actor\n  ```\n", 4, "  "), ("x -y-> z\n", 13, "")]);
        let entry = fences[1].read().next().unwrap().unwrap();
        assert_eq!((entry.number, entry.line.span.of(text)), (13, "x -y-> z"));
        let wrong = fences[0].read().nth(1).unwrap().unwrap_err();
        assert_eq!(line_column(text, wrong.span().unwrap().start as usize), (5, 3));
    }

    #[test]
    fn a_block_without_end_is_told() {
        let error = fences("a\n```facts\nx -y-> z\n").unwrap_err();
        assert_eq!(
            (error.span().unwrap(), error.message()),
            (Span::new(2, 10), "the block of facts that begins here has no end")
        );
        assert!(fences("a\n```sh\nx\n").unwrap().is_empty());
    }
}
