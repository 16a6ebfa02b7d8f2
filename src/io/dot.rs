//! Answers as pictures for Graphviz: the nodes and relationships that they hold, in the notation `dot`.

use super::elements::Elements;
use super::facts::Unsaid;
use super::{cell, write_error};
use crate::algo::Stance;
use crate::error::Result;
use crate::session::Answer;
use crate::store::Version;
use crate::syntax::facts::format::verb;
use std::fmt::Write as _;
use std::io::Write;

/// Writes what all rows hold as one directed graph; gives how many rows there were, and what they hold that is nothing of
/// the graph. Ends of relationships are there even where no row names them.
///
/// # Errors
/// What goes wrong while computing the rows or writing them.
pub fn write(answer: &mut Answer, out: &mut dyn Write) -> Result<(u64, Unsaid)> {
    if answer.columns().is_empty() {
        return Ok((0, Unsaid::default()));
    }
    let elements = Elements::of(answer)?;
    let text = picture(answer.graph(), &elements);
    out.write_all(text.as_bytes()).map_err(|error| write_error(&error))?;
    Ok((elements.rows, elements.unsaid()))
}

fn picture(graph: &Version, elements: &Elements) -> String {
    let mut text = String::from("digraph standpoint {\n  rankdir=LR;\n  node [shape=box, style=rounded];\n");
    for node in elements.nodes_with_ends(graph) {
        let _ = writeln!(text, "  n{} [label={}];", node.0, quoted(&cell::name(graph, node)));
    }
    for rel in &elements.rels {
        let Some((start, end)) = graph.endpoints(*rel) else { continue };
        let rel_type = graph.catalog().rel_type_name(rel.rel_type);
        let look = Stance::of(rel_type).map(look).unwrap_or_default();
        let _ = writeln!(text, "  n{} -> n{} [label={}{look}];", start.0, end.0, quoted(&verb(rel_type)));
    }
    text + "}\n"
}

/// Colour, and dashes for what is opposed: meaningful in black and white too.
fn look(stance: Stance) -> String {
    let dashes = if stance == Stance::Opposes { ", style=dashed" } else { "" };
    format!(", color=\"{}\"{dashes}", stance.colour())
}

fn quoted(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n").replace('\r', "");
    format!("\"{escaped}\"")
}
