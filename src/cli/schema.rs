//! `.schema`, `.labels` and `.types`: what a graph holds, counted, as cards and as what joins what.

use super::app::App;
use super::commands::Flow;
use super::paint::Role;
use super::views::held::Held;
use super::views::{Look, joins};
use super::wrap;
use crate::error::{Detail, Error, Result};
use crate::store::{RuleDefinition, Version};
use crate::text::{counted, nearest, sizes};
use crate::value::LabelId;
use std::collections::BTreeMap;
use std::sync::Arc;
use unicode_width::UnicodeWidthStr;

/// The most keys on a card.
const KEYS: usize = 8;
/// The most labels named at one end of a relationship.
const ENDS: usize = 4;
/// What stands before a name in a list.
const LISTED: usize = 10;

/// `.schema [LABEL]`: at the moment that is set.
///
/// # Errors
/// When there is no such label.
pub fn run(app: &mut App, argument: &str) -> Result<Flow> {
    let graph = Held::of(app)?;
    let label = argument.trim_start_matches(':').trim_matches('`');
    let text = if label.is_empty() { whole(&graph, Look::of(app)) } else { of_label(&graph, label)? };
    app.print(&text)?;
    Ok(Flow::Continue)
}

/// `.labels`.
///
/// # Errors
/// When they cannot be written.
pub fn labels(app: &mut App, _: &str) -> Result<Flow> {
    let graph = app.session.snapshot_for(&app.options)?;
    let labels = graph.catalog().labels().map(|(id, name)| (graph.label_count(id), format!(":{name}")));
    let text = listed(labels);
    app.print(&text)?;
    Ok(Flow::Continue)
}

/// `.types`.
///
/// # Errors
/// When they cannot be written.
pub fn types(app: &mut App, _: &str) -> Result<Flow> {
    let graph = Held::of(app)?;
    let text = listed(shapes(&graph).into_iter());
    let text = app.room().width.map_or(text.clone(), |width| wrap::hanging(&text, width, LISTED));
    app.print(&text)?;
    Ok(Flow::Continue)
}

/// Sizes, a card for each label with its keys, a picture of what the relationship types join.
fn whole(graph: &Held, look: Look) -> String {
    let mut labels: Vec<(u64, LabelId, &str)> =
        graph.catalog().labels().map(|(id, name)| (graph.label_count(id), id, &**name)).collect();
    labels.retain(|(count, ..)| *count > 0);
    labels.sort_by(|(a, _, name_a), (b, _, name_b)| b.cmp(a).then_with(|| name_a.cmp(name_b)));
    let cards: Vec<Card> = labels.iter().map(|(count, id, name)| card(graph, *id, name, *count)).collect();
    let unlabelled = graph.node_ids().filter(|node| graph.node_labels(*node).is_empty()).count();
    let mut text = format!("{}\n", sizes(graph.node_count(), graph.count()));
    text += &side_by_side(&cards, look);
    if unlabelled > 0 {
        text += &format!("{} without a label\n", counted(unlabelled as u64, "node", "nodes"));
    }
    let heading = |name: &str| look.paint.text(Role::Heading, name);
    let drawn = joins::draw(graph, look);
    if !drawn.is_empty() {
        text += &format!("{}\n{drawn}", heading("relationships"));
    }
    text += &titled(&heading("relationship properties"), rel_keys(graph).into_iter().map(|(key, count)| (count, key)));
    if !graph.rules().is_empty() {
        text += &format!("{}\n{}", heading("rules"), rules(graph));
    }
    text
}

/// A line for each rule: what it derives, and its name.
fn rules(graph: &Version) -> String {
    let line =
        |rule: &Arc<RuleDefinition>| format!("  -[:{}]->  {}\n", graph.catalog().rel_type_name(rule.head), rule.name);
    graph.rules().iter().map(line).collect()
}

/// The lines of a card, all of one width.
struct Card(Vec<String>);

fn card(graph: &Version, label: LabelId, name: &str, count: u64) -> Card {
    let mut keys: Vec<(u64, String)> =
        node_keys(graph, Some(label)).into_iter().map(|(key, count)| (count, key)).collect();
    keys.sort_by(|(a, key_a), (b, key_b)| b.cmp(a).then_with(|| key_a.cmp(key_b)));
    let more = keys.len().saturating_sub(KEYS);
    keys.truncate(KEYS);
    let mut rows: Vec<(String, String)> = keys.into_iter().map(|(count, key)| (key, count.to_string())).collect();
    if more > 0 {
        rows.push((format!("and {more} more"), String::new()));
    }
    let title = (format!(":{name}"), count.to_string());
    let width = rows.iter().chain([&title]).map(|(key, count)| key.width() + count.len() + 2).max().unwrap_or(0);
    let rule = "─".repeat(width - title.0.width() - title.1.len());
    let mut lines = vec![format!("┌ {} {rule} {} ┐", title.0, title.1)];
    let width = width + 2;
    for (key, count) in rows {
        let space = " ".repeat(width - key.width() - count.len());
        lines.push(format!("│ {key}{space}{count} │"));
    }
    lines.push(format!("└{}┘", "─".repeat(width + 2)));
    Card(lines)
}

/// Cards in rows, as many in each as fit.
fn side_by_side(cards: &[Card], look: Look) -> String {
    let mut text = String::new();
    let mut rest = cards;
    while !rest.is_empty() {
        let (mut fit, mut used) = (0, 0);
        for card in rest {
            used += card.0[0].width() + 1;
            if fit > 0 && used > look.width {
                break;
            }
            fit += 1;
        }
        let (row, after) = rest.split_at(fit);
        for line in 0..row.iter().map(|card| card.0.len()).max().unwrap_or(0) {
            let pieces: Vec<String> = row
                .iter()
                .map(|card| card.0.get(line).cloned().unwrap_or_else(|| " ".repeat(card.0[0].width())))
                .collect();
            text += pieces.join(" ").trim_end();
            text.push('\n');
        }
        rest = after;
    }
    text
}

/// A label's properties, and the relationships its nodes have.
fn of_label(graph: &Held, name: &str) -> Result<String> {
    let catalog = graph.catalog();
    let Some(label) = catalog.label(name).filter(|id| graph.label_count(*id) > 0) else {
        let error = Error::syntax(Detail::InvalidUse, format!("no node has the label `{name}`"));
        let known = catalog.labels().map(|(_, name)| &**name);
        return Err(match nearest(name, known) {
            Some(near) => error.hint(format!("did you mean `{near}`?")),
            None => error,
        });
    };
    let mut text = format!(":{name}, {}\n", counted(graph.label_count(label), "node", "nodes"));
    text += &titled("properties", node_keys(graph, Some(label)).into_iter().map(|(key, count)| (count, key)));
    text += &titled("relationships", joins(graph, label).into_iter().map(|(shape, count)| (count, shape)));
    Ok(text)
}

/// A titled list, greatest counts first; nothing when every count is 0.
fn titled(title: &str, entries: impl Iterator<Item = (u64, String)>) -> String {
    let list = listed(entries);
    if list.is_empty() { list } else { format!("{title}\n{list}") }
}

fn listed(entries: impl Iterator<Item = (u64, String)>) -> String {
    let mut entries: Vec<(u64, String)> = entries.filter(|(count, _)| *count > 0).collect();
    entries.sort_by(|(a, name_a), (b, name_b)| b.cmp(a).then_with(|| name_a.cmp(name_b)));
    entries.into_iter().map(|(count, name)| format!("  {count:>8}  {name}\n")).collect()
}

fn node_keys(graph: &Version, label: Option<LabelId>) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for node in graph.nodes_of(label) {
        for (key, _) in graph.node_properties(node) {
            *counts.entry(graph.catalog().key_name(key).to_string()).or_default() += 1;
        }
    }
    counts
}

fn rel_keys(graph: &Held) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    let rels = graph.catalog().rel_types().flat_map(|(rel_type, _)| graph.rels(rel_type));
    for (key, _) in rels.flat_map(|rel| graph.rel_properties(rel)) {
        *counts.entry(graph.catalog().key_name(key).to_string()).or_default() += 1;
    }
    counts
}

/// Each type with how often it occurs, and the labels that are most often at its ends:
/// `(:Actor, :State)-[:OPPOSES]->(:Issue)`.
fn shapes(graph: &Held) -> Vec<(u64, String)> {
    let mut shapes = Vec::new();
    for (rel_type, name) in graph.catalog().rel_types() {
        let mut ends: [BTreeMap<LabelId, u64>; 2] = Default::default();
        let mut count = 0;
        for (start, end) in graph.rels(rel_type).filter_map(|rel| graph.endpoints(rel)) {
            count += 1;
            for (counts, node) in ends.iter_mut().zip([start, end]) {
                graph.node_labels(node).into_iter().for_each(|label| *counts.entry(label).or_default() += 1);
            }
        }
        let [start, end] = ends.map(|counts| most(graph, counts));
        shapes.push((count, format!("({start})-[:{name}]->({end})")));
    }
    shapes
}

/// The labels that occur most often.
fn most(graph: &Version, counts: BTreeMap<LabelId, u64>) -> String {
    let mut counts: Vec<(LabelId, u64)> = counts.into_iter().collect();
    counts.sort_by_key(|(label, count)| (std::cmp::Reverse(*count), *label));
    let name = |label| format!(":{}", graph.catalog().label_name(label));
    let mut names: Vec<String> = counts.iter().take(ENDS).map(|(label, _)| name(*label)).collect();
    if counts.len() > ENDS {
        names.push("…".to_owned());
    }
    names.join(", ")
}

/// `-[:TYPE]->(:Label)` and `<-[:TYPE]-(:Label)` with how often each occurs at nodes of a label.
fn joins(graph: &Held, label: LabelId) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for node in graph.nodes_of(Some(label)) {
        for rel in graph.rels_of(node) {
            let Some((start, end)) = graph.endpoints(rel) else { continue };
            let name = graph.catalog().rel_type_name(rel.rel_type);
            let (other, left, right) = if start == node { (end, "-", "->") } else { (start, "<-", "-") };
            for other in graph.node_labels(other) {
                let other = graph.catalog().label_name(other);
                *counts.entry(format!("{left}[:{name}]{right}(:{other})")).or_default() += 1;
            }
        }
    }
    counts
}
