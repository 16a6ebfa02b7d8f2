//! Words that could stand somewhere, each with what it is.

use crate::algo::PROCEDURES;
use crate::cli::views::find::{about, entities as found};
use crate::functions;
use crate::store::{Direction, Version};
use crate::syntax::keywords::KEYWORDS;
use crate::text::counted;
use crate::value::{LabelId, NodeId, RelTypeId};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The most entities that are offered.
const ENTITIES: usize = 50;
/// The most nodes of a label that are looked at for what nodes of that label have.
const LOOKED_AT: usize = 2_000;

/// A word that could stand at the cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Word {
    /// The word, as it is inserted.
    pub(in super::super) text: Arc<str>,
    /// What it is, in few words.
    pub(in super::super) about: String,
}

pub(super) fn word(text: &str, about: &str) -> Word {
    Word { text: Arc::from(text), about: about.to_owned() }
}

pub(super) fn labels(graph: &Version) -> impl Iterator<Item = Word> {
    let used = graph.catalog().labels().map(|(id, name)| (graph.label_count(id), name));
    used.filter(|(count, _)| *count > 0)
        .map(|(count, name)| word(name, &format!("label, {}", counted(count, "node", "nodes"))))
}

/// Every relationship type, or those alone that start or end somewhere.
pub(super) fn types(graph: &Version, only: Option<BTreeSet<RelTypeId>>) -> impl Iterator<Item = Word> {
    let wanted = move |id: &RelTypeId| only.as_ref().is_none_or(|only| only.contains(id));
    let used = graph.catalog().rel_types().filter(move |(id, _)| wanted(id));
    used.filter_map(|(id, name)| match graph.rel_type_count(id) {
        0 if graph.is_derived_type(id) => Some(word(name, "type, derived")),
        0 => None,
        count => Some(word(name, &format!("type, {}", counted(count, "relationship", "relationships")))),
    })
}

/// The names of what the schema has: the indexes, the constraints or the rules.
pub(super) fn schema_names(graph: &Version, noun: &str) -> Vec<Word> {
    match noun {
        "INDEX" => graph.own_indexes().map(|index| word(&index.name, "index")).collect(),
        "CONSTRAINT" => graph.constraints().map(|constraint| word(&constraint.name, "constraint")).collect(),
        "RULE" => graph.rules().iter().map(|rule| word(&rule.name, "rule")).collect(),
        _ => Vec::new(),
    }
}

/// The types at a node, and those that rules may derive there.
pub(super) fn types_at(graph: &Version, node: NodeId, direction: Option<Direction>) -> BTreeSet<RelTypeId> {
    let both = [Direction::Outgoing, Direction::Incoming];
    let wanted = both.into_iter().filter(|each| direction.is_none_or(|direction| direction == *each));
    let derived = graph.rules().iter().map(|rule| rule.head);
    wanted.flat_map(|direction| graph.types_at(node, direction)).chain(derived).collect()
}

/// The types at the nodes of a label.
pub(super) fn types_at_label(graph: &Version, label: LabelId, direction: Option<Direction>) -> BTreeSet<RelTypeId> {
    sample(graph, label).into_iter().flat_map(|node| types_at(graph, node, direction)).collect()
}

/// The first nodes of a label.
fn sample(graph: &Version, label: LabelId) -> Vec<NodeId> {
    let mut nodes = Vec::new();
    for segment in 0..graph.segments() {
        graph.scan(segment, Some(label), &mut nodes);
        if nodes.len() >= LOOKED_AT {
            break;
        }
    }
    nodes.into_iter().take(LOOKED_AT).map(NodeId).collect()
}

/// Property keys: those of the nodes of a label where one is known, otherwise all.
pub(super) fn keys(graph: &Version, label: Option<&str>) -> Vec<Word> {
    let label = label.and_then(|label| graph.catalog().label(label).map(|id| (id, label)));
    let Some((id, label)) = label else {
        return graph.catalog().keys().map(|(_, name)| word(name, "property")).collect();
    };
    let keys: BTreeSet<_> =
        sample(graph, id).into_iter().flat_map(|node| graph.node_properties(node)).map(|(key, _)| key).collect();
    keys.into_iter().map(|key| word(graph.catalog().key_name(key), &format!("property of :{label}"))).collect()
}

/// Entities that fit what is typed, as they are written.
pub(super) fn entities(graph: &Version, typed: &str, written: impl Fn(&str) -> String) -> Vec<Word> {
    let fitting = found(graph, typed.trim_start_matches(['`', '"']), ENTITIES);
    fitting.iter().map(|found| word(&written(&found.name), &about(graph, found))).collect()
}

/// Functions whose dotted names begin with what stands before the dot, without that part.
pub(super) fn dotted_functions(prefix: &str) -> impl Iterator<Item = Word> {
    let prefix = prefix.to_lowercase();
    functions::all().filter_map(move |function| {
        let tail = function.name.to_lowercase().starts_with(&prefix).then(|| &function.name[prefix.len()..])?;
        Some(word(&format!("{tail}("), &function.signature()))
    })
}

pub(super) fn function_words() -> impl Iterator<Item = Word> {
    functions::all().map(|function| word(&format!("{}(", function.name), &function.signature()))
}

/// Functions by name alone, to read about.
pub(super) fn function_names() -> impl Iterator<Item = Word> {
    functions::all().map(|function| word(function.name, function.summary))
}

/// Keywords in the case that is typed.
pub(super) fn keywords(typed: &str) -> impl Iterator<Item = Word> {
    let lower = !typed.is_empty() && typed.chars().all(char::is_lowercase);
    KEYWORDS.iter().map(move |keyword| match lower {
        true => word(&keyword.to_lowercase(), "keyword"),
        false => word(keyword, "keyword"),
    })
}

pub(super) fn procedures() -> impl Iterator<Item = Word> {
    PROCEDURES.iter().map(|procedure| word(&format!("{}(", procedure.name), procedure.summary))
}

/// The columns that a procedure gives.
pub(super) fn yields(name: &str) -> impl Iterator<Item = Word> {
    let procedure = PROCEDURES.iter().find(|procedure| procedure.name.eq_ignore_ascii_case(name));
    procedure.into_iter().flat_map(|procedure| procedure.outputs).map(|(name, kind)| word(name, kind))
}
