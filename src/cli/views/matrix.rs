//! `.matrix`: who supports and opposes what, drawn with characters.

use super::super::app::App;
use super::super::commands::Flow;
use super::super::paint::Role;
use super::{Look, fitted, statements, title};
use crate::algo::STANCES;
use crate::error::{Detail, Error, Result};
use crate::io::matrix::{Cell, Matrix};
use crate::store::Version;
use crate::text::counted;
use crate::value::format::name;
use unicode_width::UnicodeWidthStr;

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
        Some(cell) if cell.mixed => look.paint.text(Role::Warning, &cell.mark().to_string()),
        Some(cell) => look.stance(cell.stance, &cell.mark().to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::statement::Statement;
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
