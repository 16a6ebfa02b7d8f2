//! What the rows of a table rest on: numbers in its last column, and below it a note for each.

use crate::session::{fact, source_titles};
use crate::store::Version;
use crate::value::{RelId, Value};
use std::collections::HashMap;

/// The most notes below a table.
const MOST: usize = 100;

/// The notes of what is cited in one place.
pub(super) fn below(graph: &Version, cited: &Value) -> String {
    let mut notes = Notes::default();
    notes.marks(cited);
    notes.text(graph)
}

/// Relationships in the order in which rows cite them.
#[derive(Default)]
pub(super) struct Notes {
    cited: Vec<RelId>,
    numbers: HashMap<RelId, usize>,
}

impl Notes {
    /// The numbers of what a row cites: `1, 2`.
    pub(super) fn marks(&mut self, cited: &Value) -> String {
        let Value::List(cited) = cited else { return String::new() };
        let rels = cited.iter().filter_map(|value| if let Value::Rel(rel) = value { Some(*rel) } else { None });
        rels.map(|rel| self.number(rel).to_string()).collect::<Vec<_>>().join(", ")
    }

    fn number(&mut self, rel: RelId) -> usize {
        *self.numbers.entry(rel).or_insert_with(|| {
            self.cited.push(rel);
            self.cited.len()
        })
    }

    /// The notes, one a line: the fact, and the title of its source where that is known.
    pub(super) fn text(&self, graph: &Version) -> String {
        let mut text = String::new();
        let titles = if self.cited.is_empty() { HashMap::new() } else { source_titles(graph) };
        let source = graph.catalog().key("source");
        for (at, rel) in self.cited.iter().take(MOST).enumerate() {
            let cited = source.map(|key| graph.rel_property(*rel, key));
            let title = cited.as_ref().and_then(Value::as_str).and_then(|source| titles.get(source)?.as_ref());
            let title = title.map(|title| format!("  {title}")).unwrap_or_default();
            text += &format!("[{}] {}{title}\n", at + 1, fact(graph, *rel));
        }
        match self.cited.len().saturating_sub(MOST) {
            0 => text,
            more => text + &format!("and {more} more\n"),
        }
    }
}
