//! A graph from whatever holds one: a saved graph, or a text that makes it.

use super::super::app::read_text;
use super::super::main::{located, open_graph};
use crate::error::{Detail, Error, Result};
use crate::session::{Graph, OpenOptions};
use crate::syntax::script::statements;
use std::path::Path;

/// How a text makes a graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli) enum Notation {
    /// Arrow facts, one a line.
    Facts,
    /// Blocks of arrow facts in Markdown.
    Markdown,
    /// Statements.
    Cypher,
}

impl Notation {
    /// The notation of a file, by the ending of its name.
    pub(in crate::cli) fn of(path: &Path) -> Option<Notation> {
        match path.extension()?.to_str()? {
            "facts" => Some(Notation::Facts),
            "md" | "markdown" => Some(Notation::Markdown),
            "cypher" => Some(Notation::Cypher),
            _ => None,
        }
    }

    /// The graph that a text makes, in memory.
    ///
    /// # Errors
    /// The first statement or line that is wrong, with its place.
    pub(in crate::cli) fn graph(self, path: &Path) -> Result<Graph> {
        let (graph, text) = (Graph::in_memory(), read_text(path)?);
        let mut session = graph.session();
        let made = match self {
            Notation::Facts => session.load_facts(&text).map(drop),
            Notation::Markdown => session.load_markdown(&text).map(drop),
            Notation::Cypher => statements(&text).try_for_each(|range| {
                let range = range?;
                let ran = session.run(&text[range.clone()]).and_then(|mut answer| answer.rows());
                ran.map(drop).map_err(|error| error.shifted(range.start))
            }),
        };
        made.map_err(|error| located(&error, path, &text))?;
        graph.forget_changes();
        Ok(graph)
    }
}

/// The graph of a file that is only read, all of it. One whose name says nothing may be saved, or facts.
///
/// # Errors
/// When it cannot be read, or is neither.
pub(super) fn graph(path: &Path) -> Result<Graph> {
    let options = OpenOptions { read_only: true, ..OpenOptions::default() };
    match open_graph(path, options, &mut |_| {}) {
        Err(error) if error.detail() == Detail::Foreign && Notation::of(path).is_none() => {
            Notation::Facts.graph(path).map_err(|as_text: Error| as_text.hint("the file is no saved graph either"))
        }
        opened => opened.and_then(|graph| graph.snapshot().read_all().map(|()| graph)),
    }
}
