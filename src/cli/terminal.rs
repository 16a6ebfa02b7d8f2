//! What is known of the terminal without asking it anything.

/// How many characters a line has, where there is a terminal or `COLUMNS` says it.
pub(crate) fn width() -> Option<usize> {
    let told = || std::env::var("COLUMNS").ok().and_then(|text| text.parse().ok());
    terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)).filter(|width| *width > 0).or_else(told)
}

/// How many lines it has.
pub(super) fn height() -> Option<usize> {
    let told = || std::env::var("LINES").ok().and_then(|text| text.parse().ok());
    terminal_size::terminal_size().map(|(_, height)| usize::from(height.0)).filter(|height| *height > 0).or_else(told)
}
