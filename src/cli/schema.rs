//! `.schema`: what a graph holds, counted.

use super::app::App;
use super::commands::Flow;
use crate::error::{Detail, Error, Result};
use crate::store::Version;
use crate::text::nearest;
use crate::value::{LabelId, NodeId, RelId};
use std::collections::BTreeMap;

/// Runs the command.
///
/// # Errors
/// When there is no such label.
pub fn run(app: &mut App, argument: &str) -> Result<Flow> {
    let graph = app.session.snapshot();
    let text = if argument.is_empty() { whole(&graph) } else { of_label(&graph, argument.trim_start_matches(':'))? };
    app.print(&text)?;
    Ok(Flow::Continue)
}

/// Labels, relationship types with what they join, and sizes.
fn whole(graph: &Version) -> String {
    let catalog = graph.catalog();
    let mut text = format!("{} nodes, {} relationships\n", graph.node_count(), graph.rel_count());
    let labels: Vec<_> = catalog.labels().map(|(id, name)| (graph.label_count(id), name)).collect();
    text += &counted("labels", labels.iter().map(|(count, name)| (*count, format!(":{name}"))));
    let mut types = Vec::new();
    for (id, name) in catalog.rel_types() {
        types.push((graph.rel_type_count(id), name.to_string()));
    }
    text += &counted("relationship types", types.into_iter());
    text += &counted("node properties", node_keys(graph, None).into_iter().map(|(key, count)| (count, key)));
    text += &counted("relationship properties", rel_keys(graph).into_iter().map(|(key, count)| (count, key)));
    text
}

/// A label's properties, and the relationships its nodes have.
fn of_label(graph: &Version, name: &str) -> Result<String> {
    let catalog = graph.catalog();
    let Some(label) = catalog.label(name).filter(|id| graph.label_count(*id) > 0) else {
        let error = Error::syntax(Detail::InvalidUse, format!("no node has the label `{name}`"));
        let known = catalog.labels().map(|(_, name)| &**name);
        return Err(match nearest(name, known) {
            Some(near) => error.hint(format!("did you mean `{near}`?")),
            None => error,
        });
    };
    let mut text = format!(":{name}, {} nodes\n", graph.label_count(label));
    text += &counted("properties", node_keys(graph, Some(label)).into_iter().map(|(key, count)| (count, key)));
    text += &counted("relationships", joins(graph, label).into_iter().map(|(shape, count)| (count, shape)));
    Ok(text)
}

/// A titled list, greatest counts first; nothing when every count is 0.
fn counted(title: &str, entries: impl Iterator<Item = (u64, String)>) -> String {
    let mut entries: Vec<(u64, String)> = entries.filter(|(count, _)| *count > 0).collect();
    if entries.is_empty() {
        return String::new();
    }
    entries.sort_by(|(a, name_a), (b, name_b)| b.cmp(a).then_with(|| name_a.cmp(name_b)));
    let lines: Vec<String> = entries.into_iter().map(|(count, name)| format!("  {count:>8}  {name}\n")).collect();
    format!("{title}\n{}", lines.concat())
}

fn nodes(graph: &Version, label: Option<LabelId>) -> Vec<NodeId> {
    let mut nodes = Vec::new();
    for segment in 0..graph.segments() {
        graph.scan(segment, label, &mut nodes);
    }
    nodes.into_iter().map(NodeId).collect()
}

fn node_keys(graph: &Version, label: Option<LabelId>) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for node in nodes(graph, label) {
        for (key, _) in graph.node_properties(node) {
            *counts.entry(graph.catalog().key_name(key).to_string()).or_default() += 1;
        }
    }
    counts
}

fn rel_keys(graph: &Version) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for (rel_type, _) in graph.catalog().rel_types() {
        for row in 0..graph.row_bound(rel_type) {
            for (key, _) in graph.rel_properties(RelId { rel_type, row }) {
                *counts.entry(graph.catalog().key_name(key).to_string()).or_default() += 1;
            }
        }
    }
    counts
}

/// `-[:TYPE]->(:Label)` and `<-[:TYPE]-(:Label)` with how often each occurs at nodes of a label.
fn joins(graph: &Version, label: LabelId) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for node in nodes(graph, Some(label)) {
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
