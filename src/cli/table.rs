//! Answers as a table with lines.
//!
//! Width is counted as a terminal shows it: wide characters count two, combining ones none. When a table is wider than
//! its room, the widest columns give way and their cells are cut with `…`. Numbers stand to the right.

use super::notes;
use super::output::{Room, Written};
use super::paint::Role;
use crate::error::Result;
use crate::io::cell::Cells;
use crate::io::citations::Notes;
use crate::io::write_error;
use crate::session::{Answer, Row};
use crate::value::Value;
use std::collections::VecDeque;
use std::io::Write;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// The least width a column is cut to.
const LEAST: usize = 8;

/// Writes the rows as a table. An answer without columns writes nothing.
///
/// # Errors
/// What goes wrong while computing the rows or writing them.
pub fn write(answer: &mut Answer, room: &Room, out: &mut dyn Write) -> Result<Written> {
    let header: Vec<String> = answer.columns().iter().map(|name| name.to_string()).collect();
    let shown = take_rows(answer, room)?;
    if header.is_empty() {
        return Ok(shown.written(&[]));
    }
    let mut widths: Vec<usize> = header.iter().map(|name| name.width()).collect();
    for cells in shown.rows() {
        for (width, cell) in widths.iter_mut().zip(cells) {
            *width = (*width).max(cell.text.width()).min(room.width.unwrap_or(usize::MAX));
        }
    }
    if let Some(room) = room.width {
        narrow(&mut widths, room);
    }
    let text = draw(&header, &shown, &widths, room) + &notes::text(answer.graph(), &shown.notes);
    out.write_all(text.as_bytes()).map_err(|error| write_error(&error))?;
    Ok(shown.written(&widths))
}

struct Cell {
    text: String,
    right: bool,
}

/// The rows to show: the first, and after a gap the last.
struct Shown {
    head: Vec<Vec<Cell>>,
    tail: VecDeque<Vec<Cell>>,
    count: u64,
    notes: Notes,
}

impl Shown {
    fn rows(&self) -> impl Iterator<Item = &Vec<Cell>> {
        self.head.iter().chain(&self.tail)
    }

    /// What was written, with columns of these widths.
    fn written(&self, widths: &[usize]) -> Written {
        let cut = |row: &Vec<Cell>| row.iter().zip(widths).filter(|(cell, width)| cell.text.width() > **width).count();
        Written {
            rows: self.count,
            left_out: self.count - self.rows().count() as u64,
            cut: self.rows().map(|row| cut(row) as u64).sum(),
            ..Written::default()
        }
    }
}

fn take_rows(answer: &mut Answer, room: &Room) -> Result<Shown> {
    let mut shown = Shown { head: Vec::new(), tail: VecDeque::new(), count: 0, notes: Notes::default() };
    let (head, tail) = room.rows.map_or((usize::MAX, 0), |limit| (limit - limit / 2, limit / 2));
    let cited = answer.summary().cited;
    let mut rest: VecDeque<Row> = VecDeque::new();
    while let Some(row) = answer.next_row()? {
        shown.count += 1;
        if shown.head.len() < head {
            let cells = cells(&row, room, cited.then_some(&mut shown.notes));
            answer.keep(cells.iter().map(|cell| (size_of::<Cell>() + 2 * cell.text.len()) as u64).sum())?;
            shown.head.push(cells);
        } else {
            rest.push_back(row);
            if rest.len() > tail {
                rest.pop_front();
            }
        }
    }
    shown.tail = rest.iter().map(|row| cells(row, room, cited.then_some(&mut shown.notes))).collect();
    Ok(shown)
}

/// The cells of a row; its last is what it cites, when there are notes.
fn cells(row: &Row, room: &Room, notes: Option<&mut Notes>) -> Vec<Cell> {
    let written = Cells { graph: row.graph(), numbers: room.ids };
    let cell = |value: &Value| Cell {
        text: if value.is_null() { room.null.to_string() } else { written.text(value) },
        right: matches!(value, Value::Int(_) | Value::Float(_)),
    };
    match (notes, row.values().split_last()) {
        (Some(notes), Some((cited, values))) => {
            let marks = Cell { text: notes::marks(notes, cited), right: false };
            values.iter().map(cell).chain([marks]).collect()
        }
        _ => row.values().iter().map(cell).collect(),
    }
}

/// Cuts the widest columns until the table fits, none below [`LEAST`].
fn narrow(widths: &mut [usize], room: usize) {
    let lines = 3 * widths.len() + 1;
    while widths.iter().sum::<usize>() + lines > room {
        let Some(widest) = widths.iter_mut().max() else { return };
        if *widest <= LEAST {
            return;
        }
        *widest -= 1;
    }
}

fn draw(header: &[String], shown: &Shown, widths: &[usize], room: &Room) -> String {
    let mut text = rule(widths, ['┌', '┬', '┐']);
    let names: Vec<String> = header.iter().zip(widths).map(|(name, width)| padded(name, *width, false)).collect();
    let names: Vec<String> = names.iter().map(|name| room.paint.text(Role::Heading, name)).collect();
    text += &format!("│ {} │\n", names.join(" │ "));
    text += &rule(widths, ['├', '┼', '┤']);
    for row in &shown.head {
        text += &line(row.iter().map(|cell| (cell.text.as_str(), cell.right)), widths);
    }
    if shown.count > (shown.head.len() + shown.tail.len()) as u64 {
        text += &line(widths.iter().map(|_| ("·", false)), widths);
    }
    for row in &shown.tail {
        text += &line(row.iter().map(|cell| (cell.text.as_str(), cell.right)), widths);
    }
    text + &rule(widths, ['└', '┴', '┘'])
}

fn rule(widths: &[usize], [left, middle, right]: [char; 3]) -> String {
    let parts: Vec<String> = widths.iter().map(|width| "─".repeat(width + 2)).collect();
    format!("{left}{}{right}\n", parts.join(&middle.to_string()))
}

fn line<'a>(cells: impl Iterator<Item = (&'a str, bool)>, widths: &[usize]) -> String {
    let mut text = String::from("│");
    for ((cell, right), width) in cells.zip(widths) {
        text += &format!(" {} │", padded(cell, *width, right));
    }
    text + "\n"
}

/// The text cut or filled with blanks to a width.
pub(super) fn padded(text: &str, width: usize, right: bool) -> String {
    let text = fit(text, width);
    let space = " ".repeat(width.saturating_sub(text.width()));
    if right { space + &text } else { text + &space }
}

/// The text cut to a width by whole graphemes, with `…` where something is left out.
fn fit(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let (mut fitted, mut used) = (String::new(), 0);
    for grapheme in text.graphemes(true) {
        used += grapheme.width();
        if used >= width {
            break;
        }
        fitted += grapheme;
    }
    fitted + "…"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_and_combining_characters_keep_the_lines_straight() {
        let text = line([("北京", false), ("e\u{301}", false), ("7", true)].into_iter(), &[5, 3, 3]);
        assert_eq!(text, "│ 北京  │ e\u{301}   │   7 │\n");
    }

    #[test]
    fn long_cells_are_cut_and_the_widest_column_gives_way() {
        assert_eq!(fit("territorial concessions", 10), "territori…");
        assert_eq!(fit("北京北京", 5), "北京…");
        let mut widths = [40, 10, 3];
        narrow(&mut widths, 43);
        assert_eq!(widths, [20, 10, 3]);
    }
}
