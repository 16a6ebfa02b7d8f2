//! The schema as a picture: labels as boxes, and between them the relationship types with their counts.
//!
//! Nodes with the same labels are one kind, so every relationship is counted once. A kind stands to the left with all that
//! starts at it, and each kind that this leads to stands to the right.

use super::held::Held;
use super::{Look, fitted};
use crate::algo::Stance;
use crate::cli::paint::Role;
use crate::store::Version;
use crate::text::counted;
use crate::value::{LabelId, NodeId};
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use unicode_width::UnicodeWidthStr;

/// The most kinds that are drawn to the left.
const KINDS: usize = 20;
/// The most kinds to the right of one.
const TARGETS: usize = 10;
/// The most types between two kinds.
const TYPES: usize = 6;

/// Nodes with the same labels.
type Kind = Vec<LabelId>;

/// How many relationships of each type lead to each kind.
type Targets = BTreeMap<Kind, BTreeMap<String, u64>>;

/// The picture; nothing for a graph without relationships.
pub(in super::super) fn draw(graph: &Held, look: Look) -> String {
    let mut kinds: Vec<(Kind, Targets)> = joins(graph).into_iter().collect();
    kinds.sort_by_key(|(kind, targets)| (Reverse(targets.values().map(sum).sum::<u64>()), kind.clone()));
    let held = sizes(graph, &kinds);
    let names = kinds.iter().take(KINDS).flat_map(|(_, targets)| targets.keys());
    let widest = names.map(|kind| name(graph, kind).width()).max().unwrap_or(0).min(look.width / 3);
    let mut text = String::new();
    for (kind, targets) in kinds.iter().take(KINDS) {
        let title = format!("{}  {}", name(graph, kind), held.get(kind).copied().unwrap_or(0));
        text += &opening(&title, look);
        text += &branches(graph, targets, widest, look);
    }
    if kinds.len() > KINDS {
        let more = counted((kinds.len() - KINDS) as u64, "kind", "kinds");
        text +=
            &look.paint.text(Role::Dim, &format!("and what starts at {more} of nodes more: `.types` lists all types"));
        text.push('\n');
    }
    text
}

fn joins(graph: &Held) -> BTreeMap<Kind, Targets> {
    let mut joins: BTreeMap<Kind, Targets> = BTreeMap::new();
    for (rel_type, name) in graph.catalog().rel_types() {
        let mut counts: HashMap<(Kind, Kind), u64> = HashMap::new();
        for (start, end) in graph.rels(rel_type).filter_map(|rel| graph.endpoints(rel)) {
            *counts.entry((kind_of(graph, start), kind_of(graph, end))).or_default() += 1;
        }
        for ((start, end), count) in counts {
            joins.entry(start).or_default().entry(end).or_default().insert(name.to_string(), count);
        }
    }
    joins
}

fn kind_of(graph: &Version, node: NodeId) -> Kind {
    let mut labels: Kind = graph.node_labels(node).into_iter().collect();
    labels.sort_unstable();
    labels
}

/// How many nodes of each of these kinds there are.
fn sizes(graph: &Version, kinds: &[(Kind, Targets)]) -> HashMap<Kind, u64> {
    let mut sizes: HashMap<Kind, u64> = kinds.iter().map(|(kind, _)| (kind.clone(), 0)).collect();
    for node in graph.node_ids() {
        sizes.entry(kind_of(graph, node)).and_modify(|size| *size += 1);
    }
    sizes
}

fn sum(types: &BTreeMap<String, u64>) -> u64 {
    types.values().sum()
}

fn name(graph: &Version, kind: &Kind) -> String {
    match kind.as_slice() {
        [] => "no label".to_owned(),
        labels => labels.iter().map(|label| format!(":{}", graph.catalog().label_name(*label))).collect(),
    }
}

/// The box to the left, from which the branches hang.
fn opening(title: &str, look: Look) -> String {
    let width = title.width().min(look.width.saturating_sub(4));
    let title = look.paint.text(Role::Heading, &fitted(title, width));
    let rule = "─".repeat(width + 2);
    let rest = "─".repeat(width + 1);
    format!("┌{rule}┐\n│ {title} │\n└┬{rest}┘\n")
}

/// A branch for each kind to the right, those with the most relationships first.
fn branches(graph: &Version, targets: &Targets, widest: usize, look: Look) -> String {
    let mut sorted: Vec<(&Kind, &BTreeMap<String, u64>)> = targets.iter().collect();
    sorted.sort_by_key(|(kind, types)| (Reverse(sum(types)), *kind));
    let more = sorted.split_off(sorted.len().min(TARGETS));
    let shown: Vec<(String, Vec<Said>)> =
        sorted.into_iter().map(|(kind, types)| (name(graph, kind), said(types))).collect();
    let longest =
        shown.iter().flat_map(|(_, types)| types).map(|said| said.text(usize::MAX).width()).max().unwrap_or(0);
    let room = longest.min(look.width.saturating_sub(widest + 12));
    let mut text = String::new();
    for (at, (name, types)) in shown.iter().enumerate() {
        let last = at + 1 == shown.len() && more.is_empty();
        text += &branch(&fitted(name, name.width().min(widest)), types, (room, last), look);
    }
    if !more.is_empty() {
        let rels = counted(more.iter().map(|(_, types)| sum(types)).sum(), "relationship", "relationships");
        let kinds = counted(more.len() as u64, "kind", "kinds");
        text += &format!(" └─ {}\n", fitted(&format!("and {rels} to {kinds} more"), look.width - 5).trim_end());
    }
    text
}

/// A type with how often it occurs.
struct Said {
    name: String,
    count: u64,
    stance: Option<Stance>,
}

impl Said {
    /// The name, cut where it must be, and the whole count.
    fn text(&self, room: usize) -> String {
        let count = self.count.to_string();
        let name = self.name.width().min(room.saturating_sub(count.len() + 1));
        format!("{} {count}", fitted(&self.name, name))
    }
}

fn said(types: &BTreeMap<String, u64>) -> Vec<Said> {
    let mut sorted: Vec<(&String, u64)> = types.iter().map(|(name, count)| (name, *count)).collect();
    sorted.sort_by_key(|(name, count)| (Reverse(*count), *name));
    let more = sorted.split_off(sorted.len().min(TYPES));
    let mut said: Vec<Said> =
        sorted.into_iter().map(|(name, count)| Said { name: name.clone(), count, stance: Stance::of(name) }).collect();
    if !more.is_empty() {
        let count: u64 = more.iter().map(|(_, count)| count).sum();
        said.push(Said { name: format!("{} types more", more.len()), count, stance: None });
    }
    said
}

/// One arrow with its types above, on and below it, and the box that it leads to.
fn branch(name: &str, types: &[Said], (room, last): (usize, bool), look: Look) -> String {
    let rule = "─".repeat(name.width() + 2);
    let closed = [format!("┌{rule}┐"), format!("▶│ {name} │"), format!("└{rule}┘")];
    // A single type stands on the arrow.
    let skipped = usize::from(types.len() == 1);
    let mut text = String::new();
    for line in 0..types.len().max(3) {
        let said = line.checked_sub(skipped).and_then(|at| types.get(at));
        let written = said.map(|said| said.text(room)).unwrap_or_default();
        let fill = room - written.width();
        let shown = look.stance(said.and_then(|said| said.stance), &written);
        let right = closed.get(line).map_or("", String::as_str);
        text += &match line {
            1 => {
                let fork = if last { '└' } else { '├' };
                let blank = if written.is_empty() { "─" } else { " " };
                format!(" {fork}─{blank}{shown}{blank}{}{right}", "─".repeat(fill + 1))
            }
            _ => {
                let stem = if last && line > 1 { ' ' } else { '│' };
                format!(" {stem}  {shown}{}{right}", " ".repeat(fill + 3)).trim_end().to_owned()
            }
        };
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Graph;

    fn drawn(width: usize) -> String {
        let graph = Graph::in_memory();
        let text = "A : Actor, State\nB : Actor, State\nP : Proposal\nQ : Proposal\nTurkey : Place\n\
                    A -supports-> P\nB -supports-> P\nB -opposes-> Q\nA -considered-> Q\nA -distrusts-> B\nP -part of-> Q\n\
                    A -located in-> Turkey\n";
        graph.load_facts(text).unwrap();
        draw(&Held::all(graph.snapshot()), Look { width, paint: Default::default() })
    }

    #[test]
    fn labels_are_boxes_with_counted_types_between_them() {
        let expected = "\
┌─────────────────┐
│ :Actor:State  2 │
└┬────────────────┘
 │  SUPPORTS 2     ┌───────────┐
 ├─ CONSIDERED 1 ─▶│ :Proposal │
 │  OPPOSES 1      └───────────┘
 │                 ┌──────────────┐
 ├─ DISTRUSTS 1 ──▶│ :Actor:State │
 │                 └──────────────┘
 │                 ┌────────┐
 └─ LOCATED_IN 1 ─▶│ :Place │
                   └────────┘
┌──────────────┐
│ :Proposal  2 │
└┬─────────────┘
 │              ┌───────────┐
 └─ PART_OF 1 ─▶│ :Proposal │
                └───────────┘
";
        assert_eq!(drawn(80), expected, "{}", drawn(80));
    }

    #[test]
    fn it_fits_a_narrow_terminal() {
        for width in 30..60 {
            let text = drawn(width);
            for line in text.lines() {
                assert!(line.width() <= width, "{width}: {line}\n{text}");
            }
            assert!(text.contains("SUPPORTS 2") || text.contains("… 2"), "{text}");
            assert!(text.contains(":Propos"), "{text}");
        }
    }

    #[test]
    fn what_is_left_out_is_told() {
        let graph = Graph::in_memory();
        for at in 0..12 {
            graph.run(&format!("CREATE (:A)-[:T{at}]->(:B{at}) CREATE (:C)-[:U{at}]->(:D)")).unwrap();
        }
        let text = draw(&Held::all(graph.snapshot()), Look { width: 80, paint: Default::default() });
        assert!(text.contains("└─ and 2 relationships to 2 kinds more\n"), "{text}");
        assert!(text.contains("6 types more 6"), "{text}");
        assert_eq!(draw(&Held::all(Graph::in_memory().snapshot()), Look { width: 80, paint: Default::default() }), "");
    }
}
