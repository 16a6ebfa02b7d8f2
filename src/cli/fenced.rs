//! Facts in Markdown: a briefing that carries its own data.

/// The text of a Markdown file with everything blank that is not in a block of `facts`. Places stay what they were.
///
/// ```
/// use standpoint::cli::fenced::facts;
/// let text = "# Talks\n```facts\nKyiv : Actor\n```\n";
/// assert_eq!(facts(text).trim(), "Kyiv : Actor");
/// assert_eq!(facts(text).len(), text.len());
/// ```
pub fn facts(text: &str) -> String {
    let mut inside: Option<&str> = None;
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim();
        let kept = match inside {
            Some(fence) if trimmed == fence => {
                inside = None;
                false
            }
            Some(_) => true,
            None => {
                let fence = ["```", "~~~"].into_iter().find(|fence| {
                    trimmed.strip_prefix(fence).and_then(|info| info.split_whitespace().next()) == Some("facts")
                });
                inside = fence;
                false
            }
        };
        match kept {
            true => out.push_str(line),
            false => out.extend(line.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' })),
        }
    }
    out
}
