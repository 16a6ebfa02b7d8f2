//! Answers as a table with lines.
//!
//! Width is counted as a terminal shows it: wide characters count two, combining ones none. When a table is wider than
//! its room, the widest columns give way and their cells are cut with `…`; where that would leave too little of each, the
//! columns in the middle are not shown. Numbers stand to the right.

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

/// The least width that a column is cut to: the greater the room, the more.
fn least(room: usize) -> usize {
    (room / 8).clamp(8, 14)
}

/// Writes the rows as a table. An answer without columns writes nothing.
///
/// # Errors
/// What goes wrong while computing the rows or writing them.
pub fn write(answer: &mut Answer, room: &Room, out: &mut dyn Write) -> Result<Written> {
    let header: Vec<String> = answer.columns().iter().map(|name| name.to_string()).collect();
    let mut shown = take_rows(answer, room)?;
    if header.is_empty() {
        return Ok(shown.written(&Layout::default()));
    }
    let mut widths = shown.widths(&header);
    if room.width.is_some_and(|room| widths.iter().map(|width| width + 3).sum::<usize>() >= room) {
        shown.leave_labels_out();
        widths = shown.widths(&header);
    }
    let layout = Layout::of(&widths, room.width);
    let text = draw(&header, &shown, &layout, room) + &notes::text(answer.graph(), &shown.notes);
    out.write_all(text.as_bytes()).map_err(|error| write_error(&error))?;
    Ok(shown.written(&layout))
}

/// The columns that are shown, each with its width, and a gap where some are not.
#[derive(Debug, Default, PartialEq)]
struct Layout {
    columns: Vec<Place>,
    /// How many columns are not shown.
    left_out: u64,
}

/// What stands beside each other in a table.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Place {
    Column { at: usize, width: usize },
    Gap,
}

impl Place {
    fn width(&self) -> usize {
        match self {
            Place::Column { width, .. } => *width,
            Place::Gap => 1,
        }
    }
}

impl Layout {
    /// Columns of these widths in a room: all, or those from the left and from the right that have room, one at least.
    fn of(widths: &[usize], room: Option<usize>) -> Layout {
        let room = room.unwrap_or(usize::MAX);
        let least = least(room);
        let gap = |kept: &[usize]| if kept.len() < widths.len() { Place::Gap.width() + 3 } else { 0 };
        let needed = |kept: &[usize]| kept.iter().map(|at| widths[*at].min(least) + 3).sum::<usize>() + 1 + gap(kept);
        let mut kept = outside_in(widths.len());
        while kept.len() > 1 && needed(&kept) > room {
            kept.pop();
        }
        kept.sort_unstable();
        let mut narrowed: Vec<usize> = kept.iter().map(|at| widths[*at]).collect();
        narrow(&mut narrowed, room.saturating_sub(gap(&kept)), least);
        let column = |(at, width): (&usize, usize)| Place::Column { at: *at, width };
        let mut columns: Vec<Place> = kept.iter().zip(narrowed).map(column).collect();
        if kept.len() < widths.len() {
            let left = kept.iter().enumerate().take_while(|(place, at)| place == *at).count();
            columns.insert(left, Place::Gap);
        }
        Layout { columns, left_out: (widths.len() - kept.len()) as u64 }
    }

    /// The columns that are shown, with their widths.
    fn shown(&self) -> impl Iterator<Item = (usize, usize)> {
        self.columns.iter().filter_map(|place| match place {
            Place::Column { at, width } => Some((*at, *width)),
            Place::Gap => None,
        })
    }

    fn widths(&self) -> impl Iterator<Item = usize> {
        self.columns.iter().map(Place::width)
    }

    /// What a row has in each place; `gap` stands for what is not shown.
    fn row<'a>(&self, row: impl Fn(usize) -> (&'a str, bool), gap: &'a str) -> String {
        let cells = self.columns.iter().map(|place| match place {
            Place::Column { at, .. } => row(*at),
            Place::Gap => (gap, false),
        });
        line(cells.zip(self.widths()))
    }
}

/// The first number, the last, the second, the last but one and so on.
fn outside_in(count: usize) -> Vec<usize> {
    (0..count).map(|place| if place % 2 == 0 { place / 2 } else { count - 1 - place / 2 }).collect()
}

struct Cell {
    text: String,
    /// The text without the labels of a node.
    name: Option<String>,
    right: bool,
}

/// The rows to show: the first, and after a gap the last.
#[derive(Default)]
struct Shown {
    head: Vec<Vec<Cell>>,
    tail: VecDeque<Vec<Cell>>,
    count: u64,
    notes: Notes,
    /// Whether nodes stand without their labels.
    unlabelled: bool,
}

impl Shown {
    /// How wide each column is.
    fn widths(&self, header: &[String]) -> Vec<usize> {
        let mut widths: Vec<usize> = header.iter().map(|name| name.width()).collect();
        for cells in self.rows() {
            widths.iter_mut().zip(cells).for_each(|(width, cell)| *width = (*width).max(cell.text.width()));
        }
        widths
    }

    /// Where there is little room, who it is matters more than what.
    fn leave_labels_out(&mut self) {
        for cell in self.head.iter_mut().chain(&mut self.tail).flatten() {
            if let Some(name) = cell.name.take() {
                cell.text = name;
                self.unlabelled = true;
            }
        }
    }

    fn rows(&self) -> impl Iterator<Item = &Vec<Cell>> {
        self.head.iter().chain(&self.tail)
    }

    /// What was written, with these columns.
    fn written(&self, layout: &Layout) -> Written {
        let cut = |row: &Vec<Cell>| layout.shown().filter(|(at, width)| row[*at].text.width() > *width).count();
        Written {
            rows: self.count,
            left_out: self.count - self.rows().count() as u64,
            columns_left_out: layout.left_out,
            unlabelled: self.unlabelled,
            cut: self.rows().map(|row| cut(row) as u64).sum(),
            ..Written::default()
        }
    }
}

fn take_rows(answer: &mut Answer, room: &Room) -> Result<Shown> {
    let mut shown = Shown::default();
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
        name: written.unlabelled(value).filter(|_| room.width.is_some()),
        right: matches!(value, Value::Int(_) | Value::Float(_)),
    };
    match (notes, row.values().split_last()) {
        (Some(notes), Some((cited, values))) => {
            let marks = Cell { text: notes::marks(notes, cited), name: None, right: false };
            values.iter().map(cell).chain([marks]).collect()
        }
        _ => row.values().iter().map(cell).collect(),
    }
}

/// Cuts the widest columns until the table fits, none below `least`.
fn narrow(widths: &mut [usize], room: usize, least: usize) {
    let lines = 3 * widths.len() + 1;
    while widths.iter().sum::<usize>() + lines > room {
        let Some(widest) = widths.iter_mut().max() else { return };
        if *widest <= least {
            return;
        }
        *widest -= 1;
    }
}

fn draw(header: &[String], shown: &Shown, layout: &Layout, room: &Room) -> String {
    let mut text = rule(layout, ['┌', '┬', '┐']);
    let name = |place: &Place| match place {
        Place::Column { at, width } => room.paint.text(Role::Heading, &padded(&header[*at], *width, false)),
        Place::Gap => "…".to_owned(),
    };
    text += &format!("│ {} │\n", layout.columns.iter().map(name).collect::<Vec<_>>().join(" │ "));
    text += &rule(layout, ['├', '┼', '┤']);
    let row = |row: &Vec<Cell>| layout.row(|at| (row[at].text.as_str(), row[at].right), "…");
    text.extend(shown.head.iter().map(row));
    if shown.count > (shown.head.len() + shown.tail.len()) as u64 {
        text += &layout.row(|_| ("·", false), "·");
    }
    text.extend(shown.tail.iter().map(row));
    text + &rule(layout, ['└', '┴', '┘'])
}

fn rule(layout: &Layout, [left, middle, right]: [char; 3]) -> String {
    let parts: Vec<String> = layout.widths().map(|width| "─".repeat(width + 2)).collect();
    format!("{left}{}{right}\n", parts.join(&middle.to_string()))
}

/// Cells with their widths, and whether they stand to the right.
fn line<'a>(cells: impl Iterator<Item = ((&'a str, bool), usize)>) -> String {
    let mut text = String::from("│");
    for ((cell, right), width) in cells {
        text += &format!(" {} │", padded(cell, width, right));
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
        let text = line([("北京", false), ("e\u{301}", false), ("7", true)].into_iter().zip([5, 3, 3]));
        assert_eq!(text, "│ 北京  │ e\u{301}   │   7 │\n");
    }

    #[test]
    fn long_cells_are_cut_and_the_widest_column_gives_way() {
        assert_eq!(fit("territorial concessions", 10), "territori…");
        assert_eq!(fit("北京北京", 5), "北京…");
        let mut widths = [40, 10, 3];
        narrow(&mut widths, 43, 8);
        assert_eq!(widths, [20, 10, 3]);
    }

    #[test]
    fn columns_without_room_are_left_out_in_the_middle() {
        let column = |at, width| Place::Column { at, width };
        let all = Layout::of(&[20, 20, 4], Some(40));
        assert_eq!((all.columns, all.left_out), (vec![column(0, 13), column(1, 13), column(2, 4)], 0));
        let some = Layout::of(&[20; 9], Some(60));
        let left = [0, 1, 2].map(|at| column(at, 8));
        let right = [7, 8].map(|at| column(at, 8));
        assert_eq!((some.columns, some.left_out), ([&left[..], &[Place::Gap], &right].concat(), 4));
        let one = Layout::of(&[20, 20], Some(12));
        assert_eq!((one.columns, one.left_out), (vec![column(0, 8), Place::Gap], 1));
        assert_eq!(Layout::of(&[500; 30], None).left_out, 0);
        for room in 30..200 {
            let widths: Vec<usize> = Layout::of(&[30; 25], Some(room)).widths().collect();
            assert!(widths.iter().map(|width| width + 3).sum::<usize>() < room, "{room}: {widths:?}");
        }
    }
}
