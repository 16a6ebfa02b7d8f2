//! Messages within the width of a terminal.

use unicode_width::UnicodeWidthStr;

/// The least width that lines are broken for.
const LEAST: usize = 20;

/// The pieces of a line, none wider than a width unless it is one word. Lines break at blanks, which go away there; each
/// piece after the first is indented as the line is, and `indent` more.
pub(super) fn pieces(line: &str, width: usize, indent: usize) -> Vec<String> {
    let width = width.max(LEAST);
    if line.width() <= width {
        return vec![line.to_owned()];
    }
    let begun = line.len() - line.trim_start_matches(' ').len();
    let indent = " ".repeat(begun + indent);
    let mut pieces = vec![line[..begun].to_owned()];
    let mut empty = true;
    for word in line[begun..].split(' ') {
        let last = pieces.last().map_or(0, |piece| piece.width());
        if !empty && last + 1 + word.width() > width {
            pieces.push(indent.clone());
            empty = true;
        }
        if let Some(last) = pieces.last_mut() {
            if !empty {
                last.push(' ');
            }
            *last += word;
        }
        empty = false;
    }
    pieces
}

/// A text whose lines are broken where they are wider than a width.
pub(super) fn text(text: &str, width: usize) -> String {
    text.split('\n').flat_map(|line| pieces(line, width, 0)).collect::<Vec<_>>().join("\n")
}

/// A text whose lines are broken where they are wider than a width, and go on so far to the right.
pub(super) fn hanging(text: &str, width: usize, indent: usize) -> String {
    let indented = |line: &str| {
        let begun = line.len() - line.trim_start_matches(' ').len();
        pieces(line, width, indent.saturating_sub(begun)).join("\n")
    };
    text.split('\n').map(indented).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_blanks_and_keep_their_indent() {
        assert_eq!(text("one two three four five six", 20), "one two three four\nfive six");
        assert_eq!(text("  MATCH (a)-[r]->(b) RETURN a", 22), "  MATCH (a)-[r]->(b)\n  RETURN a");
        assert_eq!(
            pieces("  = did you mean `any territorial`?", 24, 2),
            ["  = did you mean `any", "    territorial`?"]
        );
        assert_eq!(text("short\n\nlines", 20), "short\n\nlines");
        let long = "x".repeat(50);
        assert_eq!(text(&format!("a {long} b"), 20), format!("a\n{long}\nb"), "a word stays whole");
        assert_eq!(
            text("北京 北京 北京 北京 北京 北京", 20),
            "北京 北京 北京 北京\n北京 北京",
            "as wide as it is shown"
        );
    }
}
