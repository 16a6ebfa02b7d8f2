//! `.info`: the graph and its file in a few lines; `.info @X`: an entity.

use super::super::app::App;
use super::super::commands::Flow;
use super::super::history::{kept, moment};
use super::super::paint::Role;
use super::super::wrap;
use super::held::Held;
use super::{ALL, Look, Statement, span, statements, statements_at, title};
use crate::error::Result;
use crate::io::cell;
use crate::session::entity::Node;
use crate::store::Version;
use crate::text::{counted, sizes};
use crate::value::format::to_text;
use crate::value::{NodeId, Value};
use std::collections::BTreeMap;

/// The width of the names of lines.
const NAME: usize = 8;

/// Runs the command.
///
/// # Errors
/// When there is no such entity.
pub(in super::super) fn run(app: &mut App, argument: &str) -> Result<Flow> {
    let text = if argument.is_empty() { of_graph(app)? } else { of_entity(app, argument)? };
    app.print(&text)?;
    Ok(Flow::Continue)
}

fn of_graph(app: &mut App) -> Result<String> {
    let graph = Held::of(app)?;
    let handle = app.session.graph();
    let mut lines = Vec::new();
    match handle.path() {
        Some(path) => {
            let size = std::fs::metadata(&path).map_or(0, |data| data.len());
            let mode = if handle.is_read_only() { ", to be read only" } else { "" };
            lines.push(("file", format!("{} ({}{mode})", path.display(), bytes(size))));
        }
        None => lines.push(("file", "none: the graph is in memory".to_owned())),
    }
    lines.push(("holds", sizes(graph.node_count(), graph.count())));
    lines.push(("commit", graph.sequence().to_string()));
    lines.push(("history", history(&graph)));
    let used = |counts: Vec<u64>| counts.into_iter().filter(|count| *count > 0).count() as u64;
    let labels = used(graph.catalog().labels().map(|(id, _)| graph.label_count(id)).collect());
    let types = graph.types();
    lines.push((
        "schema",
        format!(
            "{}, {}, {}, {}{}",
            counted(labels, "label", "labels"),
            counted(types, "relationship type", "relationship types"),
            counted(graph.indexes().count() as u64, "index", "indexes"),
            counted(graph.constraints().count() as u64, "constraint", "constraints"),
            match graph.rules().len() as u64 {
                0 => String::new(),
                rules => format!(", {}", counted(rules, "rule", "rules")),
            },
        ),
    ));
    let sources = graph.catalog().label("Source").map_or(0, |label| graph.label_count(label));
    let (_, said) = statements(app, ALL)?;
    let dated = span(&said).map(|days| format!(", {days}")).unwrap_or_default();
    lines.push(("sources", format!("{sources}{dated}")));
    Ok(aligned(&lines, Look::of(app), app.room().width))
}

/// Since when earlier states can be asked for, and what that costs.
fn history(graph: &Version) -> String {
    let Some(history) = graph.history() else { return "none is kept".to_owned() };
    let commits = counted(history.len(), "commit", "commits");
    let (since, size) = (to_text(&moment(history.since())), bytes(history.bytes()));
    format!("{} since {since}: {commits}, {size}", kept(history.retention()))
}

fn of_entity(app: &mut App, argument: &str) -> Result<String> {
    let (node, (graph, said)) = statements_at(app, argument)?;
    let read = Node::read(&graph, node);
    let mut lines = vec![("name", title(&graph, node))];
    lines.push(("labels", read.labels.iter().map(|label| format!(":{label}")).collect()));
    if let Some(Value::List(aliases)) = read.properties.get("aliases") {
        lines.push(("aliases", aliases.iter().map(|alias| shown(&graph, alias)).collect::<Vec<_>>().join(", ")));
    }
    let others = read.properties.iter().filter(|(key, _)| !["name", "aliases"].contains(&&***key));
    let others: Vec<String> = others.map(|(key, value)| format!("{key}: {}", shown(&graph, value))).collect();
    lines.push(("holds", others.join(", ")));
    lines.push(("facts", facts(node, &said)));
    lines.extend(span(&said).map(|days| ("dates", days)));
    lines.push(("sources", sources(&said)));
    lines.retain(|(_, text)| !text.is_empty());
    Ok(aligned(&lines, Look::of(app), app.room().width))
}

fn shown(graph: &Version, value: &Value) -> String {
    if let Value::String(text) = value { text.to_string() } else { cell::text(graph, value) }
}

/// How many facts of each verb: `9 (-opposes-> 4, <-distrusts- 1)`.
fn facts(node: NodeId, said: &[Statement]) -> String {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for statement in said {
        let shape = match statement.start == node {
            true => format!("-{}->", statement.verb),
            false => format!("<-{}-", statement.verb),
        };
        *counts.entry(shape).or_default() += 1;
    }
    let mut counts: Vec<(u64, String)> = counts.into_iter().map(|(shape, count)| (count, shape)).collect();
    counts.sort_by(|(a, shape_a), (b, shape_b)| b.cmp(a).then_with(|| shape_a.cmp(shape_b)));
    let parts: Vec<String> = counts.into_iter().map(|(count, shape)| format!("{shape} {count}")).collect();
    if parts.is_empty() { "0".to_owned() } else { format!("{} ({})", said.len(), parts.join(", ")) }
}

fn sources(said: &[Statement]) -> String {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for cite in said.iter().filter_map(|statement| statement.cite.as_deref()) {
        let reference = cite.trim_matches(['[', ']']).split(' ').next().unwrap_or(cite);
        *counts.entry(reference).or_default() += 1;
    }
    counts.into_iter().map(|(source, count)| format!("{source} {count}")).collect::<Vec<_>>().join(", ")
}

fn aligned(lines: &[(&str, String)], look: Look, width: Option<usize>) -> String {
    let line = |(name, text): &(&str, String)| {
        let broken = width.map_or_else(|| text.clone(), |width| wrap::text(text, width.saturating_sub(NAME + 2)));
        let pieces = broken.replace('\n', &format!("\n{:1$}", "", NAME + 2));
        format!("{}  {pieces}\n", look.paint.text(Role::Heading, &format!("{name:<NAME$}")))
    };
    lines.iter().map(line).collect()
}

fn bytes(size: u64) -> String {
    match size {
        0..10_240 => counted(size, "byte", "bytes"),
        10_240..10_485_760 => format!("{} KB", size >> 10),
        _ => format!("{} MB", size >> 20),
    }
}
