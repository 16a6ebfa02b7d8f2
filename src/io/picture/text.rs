//! Text in a picture: how wide it is about, and how it stands in XML.

use unicode_width::UnicodeWidthChar;

/// The width of a narrow character.
const NARROW: f64 = 7.2;
/// The width of a wide one.
const WIDE: f64 = 13.0;

/// About how wide a text is in the font of a picture. Characters that join the one before take no width.
pub(super) fn width(text: &str) -> f64 {
    let wide = |c: char| match c.width() {
        Some(0) => 0.0,
        Some(2..) => WIDE,
        _ => NARROW,
    };
    text.chars().map(wide).sum()
}

/// The first characters of a text, with `…` where something is left out.
pub(super) fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
        None => text.to_owned(),
    }
}

/// A text that is nothing but text in an element or an attribute of XML and of HTML. What XML cannot say becomes the sign
/// of an unknown character.
pub(super) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            '\n' | '\t' => safe.push(' '),
            '\u{fffe}' | '\u{ffff}' => safe.push('\u{fffd}'),
            c if c.is_control() => safe.push('\u{fffd}'),
            c => safe.push(c),
        }
    }
    safe
}
