//! Random pieces of lines of facts, for tests that compare what is done with whole texts.

use proptest::prelude::*;
use proptest::sample::{Select, select};

/// What the braces of a fact may say, nothing included.
pub(crate) fn braces() -> Select<&'static str> {
    select(vec![
        "",
        "",
        " {2025}",
        " {2025-11-21, 0.5}",
        " {reported}",
        " {denied, 0.25}",
        " {2025-01..2025-06, \"q\"}",
        " {..2025-02}",
        " {k: 2025-02, l: 7}",
    ])
}

/// Cites, none included.
pub(crate) fn cites() -> Select<&'static str> {
    select(vec!["", "", " [s]", " [s p. 1]", " [s] [t 2]", " [t] [t 2]"])
}

/// A value of a property.
pub(crate) fn value() -> Select<&'static str> {
    select(vec!["1", "2.5", "true", "word", "2025-11", "2025-11-21", "[1, 2]", "[x, y]"])
}

/// Labels as they stand after a name, none included.
pub(crate) fn labels() -> Select<&'static str> {
    select(vec![" : L", " : L, M", ""])
}

/// The line of a source.
pub(crate) fn source() -> impl Strategy<Value = String> {
    let rest = select(vec!["", " 2025-11", " 2025-11-21", " \"T\" <u:v>", " k: 1", " aliases: [b, q]"]);
    (select(vec!["s", "t"]), rest).prop_map(|(source, rest)| format!("[{source}]{rest}"))
}
