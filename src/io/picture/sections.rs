//! What a page shows of a picture besides the drawing: the matrix of stances, and what was said day by day.

use super::text::{cut, escaped};
use super::{Edge, NAME, Picture, word};
use crate::io::matrix::Matrix;
use crate::text::counted;
use crate::value::NodeId;
use std::collections::{BTreeMap, HashMap};

/// The most rows and columns of a matrix.
const MOST: usize = 80;

/// Who supports and opposes what, as a table in which blocs stand side by side.
pub(super) fn matrix(picture: &Picture) -> String {
    let matrix = Matrix::of(picture.edges.iter().map(|edge| &edge.statement));
    if matrix.rows.is_empty() {
        return "<p>Nobody supports, opposes or proposes anything here.</p>".to_owned();
    }
    let rows = fullest(&matrix.rows, matrix.cells.keys().map(|(row, _)| *row));
    let columns = fullest(&matrix.columns, matrix.cells.keys().map(|(_, column)| *column));
    let names = Names::of(picture);
    let facts = facts_by_ends(picture);
    let heads: String = columns.iter().map(|column| format!("<th {}", names.head(*column))).collect();
    let mut text = format!("<table><thead><tr><td></td>{heads}</tr></thead><tbody>\n");
    for row in &rows {
        text += &format!("<tr><th {}", names.head(*row));
        for ends in columns.iter().map(|column| (*row, *column)) {
            text += &match matrix.cells.get(&ends) {
                None => "<td></td>".to_owned(),
                Some(cell) => {
                    let kind = if cell.mixed { "both" } else { word(cell.stance) };
                    let said = facts.get(&ends).map(|facts| facts.join(" · ")).unwrap_or_default();
                    format!("<td class=\"s {kind}\" title=\"{}\">{}</td>", escaped(&said), cell.mark())
                }
            };
        }
        text += "</tr>\n";
    }
    text += "</tbody></table>\n<p>★ proposes · ▲ supports · ▼ opposes · ◆ both</p>\n";
    if rows.len() < matrix.rows.len() || columns.len() < matrix.columns.len() {
        let all = (
            counted(matrix.rows.len() as u64, "row", "rows"),
            counted(matrix.columns.len() as u64, "column", "columns"),
        );
        text +=
            &format!("<p>{} of {} and {} of {} are shown, the fullest</p>", rows.len(), all.0, columns.len(), all.1);
    }
    text
}

/// All of the nodes, or of too many those that stand most often in cells, in their order.
fn fullest(nodes: &[NodeId], in_cells: impl Iterator<Item = NodeId>) -> Vec<NodeId> {
    let mut counts: HashMap<NodeId, usize> = HashMap::new();
    in_cells.for_each(|node| *counts.entry(node).or_default() += 1);
    let mut places: Vec<usize> = (0..nodes.len()).collect();
    places.sort_by_key(|place| (std::cmp::Reverse(counts.get(&nodes[*place]).copied().unwrap_or(0)), *place));
    places.truncate(MOST);
    places.sort_unstable();
    places.into_iter().map(|place| nodes[place]).collect()
}

/// What was said, by day, and how much has none.
pub(super) fn timeline(picture: &Picture) -> String {
    let mut days: BTreeMap<&str, Vec<&Edge>> = BTreeMap::new();
    for edge in &picture.edges {
        if let Some(day) = &edge.statement.day {
            days.entry(day).or_default().push(edge);
        }
    }
    let undated = picture.edges.iter().filter(|edge| edge.statement.day.is_none()).count() as u64;
    let mut text = String::new();
    for (day, edges) in days {
        text += &format!("<h3>{}</h3>\n<ul>\n", escaped(day));
        for edge in edges {
            let mark = edge.statement.stance.map_or('·', |stance| stance.mark());
            let kind = word(edge.statement.stance);
            text += &format!("<li><span class=\"s {kind}\">{mark}</span> {}</li>\n", escaped(&edge.fact));
        }
        text += "</ul>\n";
    }
    text + &format!("<p>{} without a date</p>", counted(undated, "fact", "facts"))
}

fn facts_by_ends(picture: &Picture) -> HashMap<(NodeId, NodeId), Vec<&str>> {
    let mut facts: HashMap<(NodeId, NodeId), Vec<&str>> = HashMap::new();
    for edge in picture.edges.iter().filter(|edge| edge.statement.stance.is_some()) {
        facts.entry((edge.statement.start, edge.statement.end)).or_default().push(&edge.fact);
    }
    facts
}

/// The names of nodes, and where they stand in the drawing.
struct Names<'a>(HashMap<NodeId, (usize, &'a str)>);

impl Names<'_> {
    fn of(picture: &Picture) -> Names<'_> {
        let named = picture.nodes.iter().enumerate().map(|(at, node)| (node.id, (at, node.name.as_str())));
        Names(named.collect())
    }

    /// The rest of a heading that leads to the node.
    fn head(&self, node: NodeId) -> String {
        let (at, name) = self.0.get(&node).copied().unwrap_or_default();
        format!("data-go=\"{at}\" title=\"{}\"><span>{}</span></th>", escaped(name), escaped(&cut(name, NAME)))
    }
}
