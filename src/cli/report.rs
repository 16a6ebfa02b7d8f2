//! Errors and remarks as people read them: what, where with a caret, and what may help.

use super::paint::{Paint, Role};
use super::wrap;
use crate::error::Error;
use crate::session::{Notification, WhyEmpty};
use crate::span::{Span, line_column};
use std::fmt::Write;
use unicode_width::UnicodeWidthStr;

/// Where a text came from, for the `-->` line.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// The file's name, where the text is a file's.
    pub file: Option<&'a str>,
    /// The whole text.
    pub text: &'a str,
    /// Where the statement begins in the text: spans count from there.
    pub offset: usize,
}

impl<'a> Source<'a> {
    /// The text from where the statement begins.
    pub fn statement(self) -> &'a str {
        self.text.get(self.offset..).unwrap_or("")
    }
}

/// The place of what no text says.
pub fn nowhere() -> Source<'static> {
    Source { file: None, text: "", offset: 0 }
}

/// The most characters of a source line that are shown.
const SHOWN: usize = 120;
/// The fewest.
const LEAST_SHOWN: usize = 16;

/// The whole message of an error, lines ended.
pub fn error(error: &Error, source: Source<'_>) -> String {
    error_within(error, source, None)
}

/// The whole message of an error, whose text is cut to a width.
pub fn error_within(error: &Error, source: Source<'_>, width: Option<usize>) -> String {
    message("error", error.message(), error.span(), error.hints(), (source, width))
}

/// The whole message of a remark, lines ended, whose text is cut to a width.
pub fn notification(notification: &Notification, source: Source<'_>, width: Option<usize>) -> String {
    let hints = notification.hint.as_slice();
    message("warning", &notification.message, Some(notification.span), hints, (source, width))
}

/// A message in colours: its kind, its place, what is marked and what may help. What it says is broken into lines of that
/// width; what it shows of a text is not.
pub fn painted(message: &str, paint: Paint, width: Option<usize>) -> String {
    message.lines().map(|line| painted_line(line, paint, width) + "\n").collect()
}

fn painted_line(line: &str, paint: Paint, width: Option<usize>) -> String {
    let pieces = |indent| width.map_or_else(|| vec![line.to_owned()], |width| wrap::pieces(line, width, indent));
    let kinds = [("error:", Role::Error), ("warning:", Role::Warning), ("no rows:", Role::Warning)];
    if let Some((kind, role)) = kinds.iter().find(|(kind, _)| line.starts_with(kind)) {
        return paint.text(*role, kind) + &pieces(2).join("\n")[kind.len()..];
    }
    let marks = line.trim_start().strip_prefix('|').is_some_and(|rest| rest.trim_start().starts_with('^'));
    match line {
        _ if marks => paint.text(Role::Error, line),
        _ if line.starts_with("  = ") => {
            let pieces: Vec<String> = pieces(2).iter().map(|piece| paint.text(Role::Hint, piece)).collect();
            pieces.join("\n")
        }
        _ if line.starts_with(" --> ") => paint.text(Role::Dim, line),
        _ => line.to_owned(),
    }
}

/// Why a question gave no rows, lines ended, whose text is cut to a width.
pub fn why_empty(why: &WhyEmpty, source: Source<'_>, width: Option<usize>) -> String {
    because("no rows", why, source, width)
}

/// The same as a remark, for one that was taken into it.
pub fn remark(why: &WhyEmpty, source: Source<'_>, width: Option<usize>) -> String {
    because("warning", why, source, width)
}

fn because(kind: &str, why: &WhyEmpty, source: Source<'_>, width: Option<usize>) -> String {
    let span = Some(why.span).filter(|span| span.start < span.end);
    message(kind, &why.message, span, &why.hints, (source, width))
}

/// Takes a remark on the part that leaves nothing, such as one on an unknown name, for the reason: it says more. Whether
/// there was one.
pub fn take_remark(why: &mut WhyEmpty, remarks: &mut Vec<Notification>) -> bool {
    let inside = |remark: &Notification| why.span.start <= remark.span.start && remark.span.end <= why.span.end;
    let Some(at) = remarks.iter().position(inside) else { return false };
    let remark = remarks.remove(at);
    why.hints.retain(|hint| Some(hint) != remark.hint.as_ref());
    why.hints.splice(0..0, remark.hint);
    (why.message, why.span) = (remark.message, remark.span);
    true
}

fn message(
    kind: &str,
    text: &str,
    span: Option<Span>,
    hints: &[String],
    (source, width): (Source<'_>, Option<usize>),
) -> String {
    let mut message = format!("{kind}: {text}\n");
    match span {
        Some(span) => message += &place(span, source, width),
        None => {
            if let Some(file) = source.file {
                let (line, column) = line_column(source.text, source.offset);
                let _ = writeln!(message, " --> {file}:{line}:{column}");
            }
        }
    }
    for hint in hints {
        let _ = writeln!(message, "  = {hint}");
    }
    message
}

/// The place, the line of text, and carets below what the span covers.
fn place(span: Span, source: Source<'_>, width: Option<usize>) -> String {
    let start = (source.offset + span.start as usize).min(source.text.len());
    let (number, column) = line_column(source.text, start);
    let file = source.file.map(|file| format!("{file}:")).unwrap_or_default();
    let line = source.text.lines().nth(number - 1).unwrap_or("");
    let margin = " ".repeat(number.to_string().len());
    // The line's number and the marks that it is cut at take some of the width.
    let room = width.map_or(SHOWN, |width| width.saturating_sub(margin.len() + 5).clamp(LEAST_SHOWN, SHOWN));
    let (line, column_shown) = window(line, column - 1, room);
    let before: String = line.chars().take(column_shown).collect();
    let covered = Span::new(start, source.offset + span.end as usize).of(source.text);
    let covered = covered.lines().next().unwrap_or("");
    let room = line.width().saturating_sub(before.width()).max(1);
    let carets = "^".repeat(covered.width().clamp(1, room));
    let indent = " ".repeat(before.width());
    format!(" --> {file}{number}:{column}\n{margin} |\n{number} | {line}\n{margin} | {indent}{carets}\n")
}

/// The part of a long line around a column, with `…` where it is cut, and the column within that part.
fn window(line: &str, column: usize, room: usize) -> (String, usize) {
    let visible = |c: char| if c.is_control() { ' ' } else { c };
    let length = line.chars().count();
    if length <= room {
        return (line.chars().map(visible).collect(), column);
    }
    let first = column.saturating_sub(room / 2).min(length - room);
    let mut part: String = line.chars().skip(first).take(room).map(visible).collect();
    let mut column = column - first;
    if first > 0 {
        part.insert(0, '…');
        column += 1;
    }
    if first + room < length {
        part.push('…');
    }
    (part, column)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Detail;

    #[test]
    fn an_error_shows_its_line_with_carets() {
        let text = "MATCH (n)\nRETURN m.name";
        let shown = error(
            &Error::syntax(Detail::UndefinedVariable, "variable `m` is not defined")
                .at(Span::new(17, 18))
                .hint("did you mean `n`?"),
            Source { file: Some("q.cypher"), text, offset: 0 },
        );
        let expected = "error: variable `m` is not defined\n --> q.cypher:2:8\n  |\n2 | RETURN m.name\n  |        ^\n  = did you mean `n`?\n";
        assert_eq!(shown, expected);
    }

    #[test]
    fn a_long_line_is_cut_around_the_place() {
        let text = format!("RETURN {}x", "1 + ".repeat(100));
        let shown = error(
            &Error::syntax(Detail::UndefinedVariable, "variable `x` is not defined").at(Span::new(407, 408)),
            Source { file: None, text: &text, offset: 0 },
        );
        let lines: Vec<&str> = shown.lines().collect();
        assert!(lines[3].starts_with("1 | …") && lines[3].ends_with("+ x"), "{shown}");
        assert_eq!(lines[4].find('^'), lines[3].chars().position(|c| c == 'x'), "{shown}");
    }

    #[test]
    fn a_message_fits_a_narrow_terminal_and_its_carets_stay_below_the_place() {
        let text = "MATCH (a:Actor)-[r:OPPOSES]->(b) RETURN a, r, missing, b";
        let error = Error::syntax(Detail::UndefinedVariable, "variable `missing` is not defined anywhere here")
            .at(Span::new(46, 53))
            .hint("did you mean `a` or `b` or `r`, which are defined?");
        let shown = error_within(&error, Source { file: None, text, offset: 0 }, Some(40));
        let shown = painted(&shown, Paint::default(), Some(40));
        let lines: Vec<&str> = shown.lines().collect();
        assert!(lines.iter().all(|line| line.width() <= 40), "{shown}");
        assert_eq!(lines[..2], ["error: variable `missing` is not defined", "  anywhere here"]);
        assert_eq!(lines[4].find("missing").map(|at| lines[4][..at].width()), lines[5].find('^'), "{shown}");
        assert_eq!(lines[6..], ["  = did you mean `a` or `b` or `r`,", "    which are defined?"]);
    }
}
