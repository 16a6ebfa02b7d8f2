//! What the rows of a table rest on: numbers in its last column, and below it a note for each.

use crate::io::citations::Notes;
use crate::store::Version;
use crate::value::Value;

/// The most notes below a table.
const MOST: usize = 100;

/// The notes of what is cited in one place.
pub(super) fn below(graph: &Version, cited: &Value) -> String {
    let mut notes = Notes::default();
    notes.numbers(cited);
    text(graph, &notes)
}

/// The numbers of what a row cites: `1, 2`.
pub(super) fn marks(notes: &mut Notes, cited: &Value) -> String {
    notes.numbers(cited).iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// The notes, one a line: the fact, and the title of its source where that is known.
pub(super) fn text(graph: &Version, notes: &Notes) -> String {
    let mut text = String::new();
    for note in notes.texts(graph).take(MOST) {
        let title = note.remark().map(|remark| format!("  {remark}")).unwrap_or_default();
        text += &format!("[{}] {}{title}\n", note.number, note.fact);
    }
    match notes.count().saturating_sub(MOST) {
        0 => text,
        more => text + &format!("and {more} more\n"),
    }
}
