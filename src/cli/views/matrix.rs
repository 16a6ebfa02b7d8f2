//! `.matrix`: who supports and opposes what. Rows and columns are ordered so that blocs stand together: by the first
//! singular pair of the matrix of signs.

use super::super::app::App;
use super::super::commands::Flow;
use super::super::paint::Role;
use super::{Look, Statement, fitted, statements, title};
use crate::algo::{STANCES, Stance};
use crate::error::{Detail, Error, Result};
use crate::store::Version;
use crate::text::counted;
use crate::value::NodeId;
use crate::value::format::name;
use std::collections::{BTreeMap, BTreeSet};
use unicode_width::UnicodeWidthStr;

/// How often the vectors are multiplied: plenty for tens of rows.
const ROUNDS: usize = 60;
/// The widest name of a row.
const NAME: usize = 28;

/// Runs the command.
///
/// # Errors
/// When the argument is not of the form `:Label -> :Label`.
pub(in super::super) fn run(app: &mut App, argument: &str) -> Result<Flow> {
    let (rows, columns) = sides(argument)?;
    let types: Vec<&str> = STANCES.iter().flat_map(|(_, types)| types.iter().copied()).collect();
    let query = format!("MATCH (a{rows})-[r:{}]->(b{columns}) RETURN r", types.join("|"));
    let (graph, statements) = statements(app, &query)?;
    if statements.is_empty() {
        app.say("nobody supports, opposes or proposes anything there");
        return Ok(Flow::Continue);
    }
    let text = draw(&Matrix::of(&statements), &graph, Look::of(app));
    app.print(&text)?;
    Ok(Flow::Continue)
}

/// The label expressions of `:A,:B -> :C`, as they stand in a pattern.
fn sides(argument: &str) -> Result<(String, String)> {
    let expression = |side: &str| {
        let labels: Vec<String> = side
            .split([',', '|'])
            .map(|label| label.trim().trim_start_matches(':').trim_matches('`'))
            .filter(|label| !label.is_empty())
            .map(name)
            .collect();
        if labels.is_empty() { String::new() } else { format!(":{}", labels.join("|")) }
    };
    match argument.split_once("->") {
        Some((rows, columns)) => Ok((expression(rows), expression(columns))),
        None if argument.is_empty() => Ok((String::new(), String::new())),
        None => {
            Err(Error::syntax(Detail::InvalidUse, "rows and columns are chosen as in `.matrix :Actor -> :Proposal`"))
        }
    }
}

/// What a cell says.
#[derive(Clone, Copy, Debug, Default)]
struct Cell {
    weight: f64,
    stance: Option<Stance>,
    /// For and against at once.
    mixed: bool,
}

#[derive(Debug)]
struct Matrix {
    rows: Vec<NodeId>,
    columns: Vec<NodeId>,
    cells: BTreeMap<(NodeId, NodeId), Cell>,
}

impl Matrix {
    fn of(statements: &[Statement]) -> Matrix {
        let mut cells: BTreeMap<(NodeId, NodeId), Cell> = BTreeMap::new();
        for statement in statements {
            let Some(stance) = statement.stance else { continue };
            let cell = cells.entry((statement.start, statement.end)).or_default();
            cell.mixed |= cell.stance.is_some_and(|before| before.is_for() != stance.is_for());
            // Of proposing and supporting the former says more.
            cell.stance = Some(cell.stance.map_or(stance, |before| before.min(stance)));
            let sure = statement.confidence.unwrap_or(1.0).clamp(0.05, 1.0);
            cell.weight += if stance.is_for() { sure } else { -sure };
        }
        let rows = cells.keys().map(|(row, _)| *row).collect::<BTreeSet<_>>().into_iter().collect();
        let columns = cells.keys().map(|(_, column)| *column).collect::<BTreeSet<_>>().into_iter().collect();
        Matrix { rows, columns, cells }.ordered()
    }

    /// Rows and columns by their part in the first singular pair. The start is fixed, so the same graph gives the same
    /// picture.
    fn ordered(mut self) -> Matrix {
        let place = |list: &[NodeId]| list.iter().enumerate().map(|(at, node)| (*node, at)).collect::<BTreeMap<_, _>>();
        let (row_at, column_at) = (place(&self.rows), place(&self.columns));
        let entries: Vec<(usize, usize, f64)> =
            self.cells.iter().map(|((row, column), cell)| (row_at[row], column_at[column], cell.weight)).collect();
        let mut right: Vec<f64> = (0..self.columns.len()).map(|at| 1.0 + at as f64 / 97.0).collect();
        let mut left = vec![0.0; self.rows.len()];
        for _ in 0..ROUNDS {
            left.fill(0.0);
            entries.iter().for_each(|(row, column, weight)| left[*row] += weight * right[*column]);
            normalise(&mut left);
            right.fill(0.0);
            entries.iter().for_each(|(row, column, weight)| right[*column] += weight * left[*row]);
            normalise(&mut right);
        }
        sort_by_weight(&mut self.rows, &left);
        sort_by_weight(&mut self.columns, &right);
        self
    }
}

fn normalise(vector: &mut [f64]) {
    let length = vector.iter().map(|x| x * x).sum::<f64>().sqrt();
    if length > 0.0 {
        vector.iter_mut().for_each(|x| *x /= length);
    }
}

fn sort_by_weight(nodes: &mut Vec<NodeId>, weights: &[f64]) {
    let mut weighed: Vec<(f64, NodeId)> = weights.iter().copied().zip(nodes.iter().copied()).collect();
    // Weights that differ by rounding alone are the same on every machine.
    weighed.sort_by(|a, b| (b.0 * 1e6).round().total_cmp(&(a.0 * 1e6).round()).then(a.1.cmp(&b.1)));
    *nodes = weighed.into_iter().map(|(_, node)| node).collect();
}

fn draw(matrix: &Matrix, graph: &Version, look: Look) -> String {
    let names: Vec<String> = matrix.rows.iter().map(|row| title(graph, *row)).collect();
    let widest = names.iter().map(|name| name.width()).max().unwrap_or(0).min(NAME).min(look.width / 2);
    // Each column takes two places, and the last name needs some room.
    let shown = matrix.columns.len().min((look.width.saturating_sub(widest + 12) / 2).max(1));
    let columns = &matrix.columns[..shown];
    let mut text = String::new();
    for (at, column) in columns.iter().enumerate() {
        let before = "│ ".repeat(at);
        let room = look.width.saturating_sub(widest + 1 + 2 * at + 2);
        let name = fitted(&title(graph, *column), room);
        text += &format!("{} {before}┌ {}\n", " ".repeat(widest), name.trim_end());
    }
    for (row, name) in matrix.rows.iter().zip(&names) {
        let cells: Vec<String> = columns.iter().map(|column| mark(matrix.cells.get(&(*row, *column)), look)).collect();
        let name = fitted(name, widest);
        let space = name.len() - name.trim_end().len();
        text += &format!("{}{} {}\n", " ".repeat(space), name.trim_end(), cells.join(" "));
    }
    text += &look.paint.text(Role::Dim, "★ proposes  ▲ supports  ▼ opposes  ◆ both");
    if shown < matrix.columns.len() {
        let all = counted(matrix.columns.len() as u64, "column", "columns");
        text += &format!("; {shown} of {all} shown: a wider terminal shows more");
    }
    text + "\n"
}

fn mark(cell: Option<&Cell>, look: Look) -> String {
    match cell {
        None => look.paint.text(Role::Dim, "·"),
        Some(cell) if cell.mixed => look.paint.text(Role::Warning, "◆"),
        Some(cell) => look.stance(cell.stance, &cell.stance.map_or('·', Stance::mark).to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Graph;

    /// Two blocs that want opposite things, told in turns.
    #[test]
    fn blocs_stand_together() {
        let graph = Graph::in_memory();
        let text = "A -supports-> P\nB -opposes-> P\nC -supports-> P\nD -opposes-> P\nA -opposes-> Q\nB -supports-> Q\n\
                    C -opposes-> Q\nD -proposes-> Q\n";
        graph.load_facts(text).unwrap();
        let version = graph.snapshot();
        let rels = version.catalog().rel_types().flat_map(|(id, _)| version.rel_ids(id)).collect::<Vec<_>>();
        let statements: Vec<Statement> = rels.into_iter().filter_map(|rel| Statement::read(&version, rel)).collect();
        let drawn = draw(&Matrix::of(&statements), &version, Look { width: 80, paint: Default::default() });
        let rows: Vec<char> = drawn.lines().skip(2).take(4).filter_map(|line| line.chars().next()).collect();
        let mut blocs = [rows[..2].to_vec(), rows[2..].to_vec()];
        blocs.iter_mut().for_each(|bloc| bloc.sort_unstable());
        blocs.sort_unstable();
        assert_eq!(blocs, [['A', 'C'], ['B', 'D']], "{drawn}");
        assert_eq!(drawn.matches('★').count(), 2, "{drawn}");
    }
}
