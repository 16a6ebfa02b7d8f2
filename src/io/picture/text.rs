//! Text in a picture: how wide it is about, and how it stands in XML.

/// The width of a narrow character.
const NARROW: f64 = 7.2;
/// The width of a wide one.
const WIDE: f64 = 13.0;

/// About how wide a text is in the font of a picture.
pub(super) fn width(text: &str) -> f64 {
    text.chars().map(|c| if is_wide(c) { WIDE } else { NARROW }).sum()
}

/// Whether a character is as wide as it is high: those of East Asia, and pictographs.
fn is_wide(c: char) -> bool {
    matches!(u32::from(c), 0x1100..=0x115f | 0x2e80..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff | 0xfe30..=0xfe6f
        | 0xff00..=0xff60 | 0xffe0..=0xffe6 | 0x1f300..=0x1faff | 0x20000..=0x3fffd)
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
