//! `.find TEXT`: entities by name and alias, also when nearly right.

use super::super::app::App;
use super::super::commands::{Flow, need};
use super::{fitted, title};
use crate::error::Result;
use crate::store::Version;
use crate::text::counted;
use crate::text::fold;
use crate::value::NodeId;
use std::collections::HashMap;
use std::sync::Arc;
use unicode_width::UnicodeWidthStr;

/// The most entities that the command lists.
const MOST: usize = 20;

/// An entity that fits what was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The entity.
    pub node: NodeId,
    /// Its name for people.
    pub name: String,
    /// The alias that fits, when the name does not.
    pub alias: Option<Arc<str>>,
}

/// How well a text fits, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    Same,
    Begins,
    WordBegins,
    Inside,
    Near(usize),
}

/// Entities whose name or alias fits a text: those that begin with it first, then those with a word that does, then those
/// that have it inside, then near ones. Every entity once.
pub fn entities(graph: &Version, typed: &str, limit: usize) -> Vec<Found> {
    let wanted = fold(typed.trim());
    let mut best: HashMap<NodeId, (Fit, Arc<str>)> = HashMap::new();
    for (text, node) in graph.names() {
        let Some(fit) = fit(&fold(text), &wanted) else { continue };
        keep(&mut best, node, fit, text);
    }
    if best.is_empty() && !wanted.is_empty() {
        let near = graph.similar_names(typed.trim(), limit);
        let ranks: HashMap<&Arc<str>, usize> = near.iter().zip(0..).collect();
        for (text, node) in graph.names() {
            if let Some(rank) = ranks.get(text) {
                keep(&mut best, node, Fit::Near(*rank), text);
            }
        }
    }
    let mut found: Vec<(Fit, Found)> =
        best.into_iter().map(|(node, (fit, text))| (fit, found(graph, node, text))).collect();
    found
        .sort_by(|(fit_a, a), (fit_b, b)| fit_a.cmp(fit_b).then_with(|| a.name.cmp(&b.name)).then(a.node.cmp(&b.node)));
    found.truncate(limit);
    found.into_iter().map(|(_, found)| found).collect()
}

/// Keeps the better of two texts of one entity.
fn keep(best: &mut HashMap<NodeId, (Fit, Arc<str>)>, node: NodeId, fit: Fit, text: &Arc<str>) {
    let better = best.get(&node).is_none_or(|(known, shown)| (fit, text) < (*known, shown));
    if better {
        best.insert(node, (fit, Arc::clone(text)));
    }
}

fn found(graph: &Version, node: NodeId, text: Arc<str>) -> Found {
    let name = title(graph, node);
    Found { node, alias: (*text != *name).then_some(text), name }
}

fn fit(text: &str, wanted: &str) -> Option<Fit> {
    let word_begins = || text.match_indices(wanted).any(|(at, _)| !text[..at].ends_with(char::is_alphanumeric));
    match text.find(wanted)? {
        _ if text.len() == wanted.len() => Some(Fit::Same),
        0 => Some(Fit::Begins),
        _ if word_begins() => Some(Fit::WordBegins),
        _ => Some(Fit::Inside),
    }
}

/// What there is to know of an entity in few words: `Actor, Person, 14 facts, alias Witkoff`.
pub fn about(graph: &Version, found: &Found) -> String {
    let catalog = graph.catalog();
    let mut labels: Vec<String> =
        graph.node_labels(found.node).iter().map(|id| catalog.label_name(*id).to_string()).collect();
    labels.sort();
    let facts = graph.rels_of(found.node).len() as u64;
    let mut parts = labels;
    parts.push(counted(facts, "fact", "facts"));
    parts.extend(found.alias.as_ref().map(|alias| format!("alias {alias}")));
    parts.join(", ")
}

/// Runs the command.
///
/// # Errors
/// When the argument is missing.
pub(in super::super) fn run(app: &mut App, argument: &str) -> Result<Flow> {
    need(argument, "some text of a name")?;
    let graph = app.session.snapshot_for(&app.options)?;
    graph.read_all()?;
    let mut found = entities(&graph, argument.trim_start_matches('@'), MOST + 1);
    let more = found.len() > MOST;
    found.truncate(MOST);
    if found.is_empty() {
        app.say("no name or alias is like that");
        return Ok(Flow::Continue);
    }
    let widest = found.iter().map(|found| found.name.width()).max().unwrap_or(0);
    let line = |found: &Found| format!("{}  {}", fitted(&found.name, widest), about(&graph, found));
    let lines: Vec<String> = found.iter().map(line).collect();
    app.print(&lines.join("\n"))?;
    if more {
        app.say("and more: type more of the name");
    }
    Ok(Flow::Continue)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Graph;

    #[test]
    fn beginnings_come_before_insides_and_near_names_last() {
        let graph = Graph::in_memory();
        graph
            .load_facts("Kyiv : Actor = Ukraine, Київ\nNew Kyiv : Place\nMoscow : Actor = Kremlin\nAkyiva : Place\n")
            .unwrap();
        let version = graph.snapshot();
        let names = |typed: &str| entities(&version, typed, 10).into_iter().map(|found| found.name).collect::<Vec<_>>();
        assert_eq!(names("ky"), ["Kyiv", "New Kyiv", "Akyiva"]);
        assert_eq!(names("kreml"), ["Moscow"]);
        assert_eq!(names("київ"), ["Kyiv"]);
        assert_eq!(names("Moskow"), ["Moscow"], "by likeness");
        assert!(names("xyzzy").is_empty());
        assert_eq!(about(&version, &entities(&version, "ukr", 1)[0]), "Actor, 0 facts, alias Ukraine");
    }
}
