//! Texts of facts in canonical form, as far as that leaves their meaning alone.

use super::said::Said;
use crate::error::{Error, Result};
use crate::session::Graph;
use crate::store::both;
use crate::syntax::facts::{Formatted, fences, format_file};

/// Writes a text of facts canonically. Lines are sorted where a text with sorted lines tells the same; where it would
/// not, as when a later line overrides an earlier one, each stays in its place. Comments and the empty lines between
/// paragraphs are kept. What is canonical stays as it is.
///
/// ```
/// let text = "Moscow  -opposes-> the plan {80%}\nKyiv : State,Actor\n";
/// let canonical = standpoint::io::facts::format(text)?;
/// assert_eq!(canonical, "Kyiv : Actor, State\nMoscow -opposes-> the plan {0.8}\n");
/// assert_eq!(standpoint::io::facts::format(&canonical)?, canonical);
/// # Ok::<(), standpoint::error::Error>(())
/// ```
///
/// # Errors
/// The first line that cannot be read or does not belong into a file of facts.
pub fn format(text: &str) -> Result<String> {
    let Formatted { in_place, sorted, same } = format_file(text)?;
    if sorted == in_place || !same && !tells_the_same(text, &sorted)? {
        return Ok(in_place);
    }
    match kept(&sorted) == kept(&in_place) {
        true => Ok(sorted),
        false => Err(Error::internal("a line would be lost")),
    }
}

/// Writes the blocks of facts of a Markdown text canonically, each for itself, and leaves all else as it is.
///
/// # Errors
/// As [`format()`]; when a block of facts has no end.
pub fn format_markdown(text: &str) -> Result<String> {
    let (mut out, mut done) = (String::with_capacity(text.len()), 0);
    for fence in fences(text)? {
        out += &text[done..fence.offset];
        let formatted = format(fence.text).map_err(|error| error.shifted(fence.offset))?;
        for line in formatted.lines() {
            let indent = if line.is_empty() { "" } else { fence.indent };
            out += &format!("{indent}{line}\n");
        }
        done = fence.offset + fence.text.len();
    }
    Ok(out + &text[done..])
}

/// Whether two texts make the same graph. One that makes none, or one that facts cannot tell whole, is equal to none.
fn tells_the_same(text: &str, other: &str) -> Result<bool> {
    let told = |text| {
        let graph = Graph::in_memory();
        let loaded = graph.load_facts(text).is_ok();
        loaded.then(|| Said::by(&graph.snapshot())).transpose()
    };
    let (one, two) = both(text.len(), || told(text), || told(other));
    let (Some(one), Some(two)) = (one?, two?) else { return Ok(false) };
    Ok(one.unsaid.count + two.unsaid.count == 0 && one.equals(&two))
}

/// The lines of a text, sorted, without those that only go back to a source: blocks of one source become one.
fn kept(text: &str) -> Vec<&str> {
    let only_source = |line: &str| line.starts_with('[') && !line.contains("//");
    let mut lines: Vec<&str> = text.lines().filter(|line| !line.is_empty() && !only_source(line)).collect();
    lines.sort_unstable();
    lines
}
