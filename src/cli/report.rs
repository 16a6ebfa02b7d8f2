//! Errors and remarks as people read them: what, where with a caret, and what may help.

use super::paint::{Paint, Role};
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

/// The whole message of an error, lines ended.
pub fn error(error: &Error, source: Source<'_>) -> String {
    message("error", error.message(), error.span(), error.hints(), source)
}

/// The whole message of a remark, lines ended.
pub fn notification(notification: &Notification, source: Source<'_>) -> String {
    let hints = notification.hint.as_slice();
    message("warning", &notification.message, Some(notification.span), hints, source)
}

/// A message in colours: its kind, its place, what is marked and what may help.
pub fn painted(message: &str, paint: Paint) -> String {
    if !paint.on {
        return message.to_owned();
    }
    message.split_inclusive('\n').map(|line| painted_line(line, paint)).collect()
}

fn painted_line(line: &str, paint: Paint) -> String {
    let kinds = [("error:", Role::Error), ("warning:", Role::Warning)];
    if let Some((kind, role)) = kinds.iter().find(|(kind, _)| line.starts_with(kind)) {
        return paint.text(*role, kind) + &line[kind.len()..];
    }
    let text = line.trim_end_matches('\n');
    let end = &line[text.len()..];
    let marks = text.trim_start().strip_prefix('|').is_some_and(|rest| rest.trim_start().starts_with('^'));
    let role = match text {
        _ if marks => Role::Error,
        _ if text.starts_with("  = ") => Role::Hint,
        _ if text.starts_with(" --> ") => Role::Dim,
        _ => return line.to_owned(),
    };
    paint.text(role, text) + end
}

/// Why a question gave no rows, lines ended.
pub fn why_empty(why: &WhyEmpty, source: Source<'_>) -> String {
    let span = Some(why.span).filter(|span| span.start < span.end);
    message("no rows", &why.message, span, &why.hints, source)
}

fn message(kind: &str, text: &str, span: Option<Span>, hints: &[String], source: Source<'_>) -> String {
    let mut message = format!("{kind}: {text}\n");
    match span {
        Some(span) => message += &place(span, source),
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
fn place(span: Span, source: Source<'_>) -> String {
    let start = (source.offset + span.start as usize).min(source.text.len());
    let (number, column) = line_column(source.text, start);
    let file = source.file.map(|file| format!("{file}:")).unwrap_or_default();
    let line = source.text.lines().nth(number - 1).unwrap_or("");
    let (line, column_shown) = window(line, column - 1);
    let before: String = line.chars().take(column_shown).collect();
    let covered = Span::new(start, source.offset + span.end as usize).of(source.text);
    let covered = covered.lines().next().unwrap_or("");
    let room = line.width().saturating_sub(before.width()).max(1);
    let carets = "^".repeat(covered.width().clamp(1, room));
    let margin = " ".repeat(number.to_string().len());
    let indent = " ".repeat(before.width());
    format!(" --> {file}{number}:{column}\n{margin} |\n{number} | {line}\n{margin} | {indent}{carets}\n")
}

/// The part of a long line around a column, with `…` where it is cut, and the column within that part.
fn window(line: &str, column: usize) -> (String, usize) {
    let visible = |c: char| if c.is_control() { ' ' } else { c };
    let length = line.chars().count();
    if length <= SHOWN {
        return (line.chars().map(visible).collect(), column);
    }
    let first = column.saturating_sub(SHOWN / 2).min(length - SHOWN);
    let mut part: String = line.chars().skip(first).take(SHOWN).map(visible).collect();
    let mut column = column - first;
    if first > 0 {
        part.insert(0, '…');
        column += 1;
    }
    if first + SHOWN < length {
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
}
