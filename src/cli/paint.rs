//! Colours of a terminal, where they are wanted. Whatever is coloured says the same without.

use clap::ValueEnum;
use std::io::IsTerminal;

/// When output is coloured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum When {
    /// On a terminal, unless `NO_COLOR` is set; elsewhere with `CLICOLOR_FORCE`
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// What a piece of text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The name of a kind of error, and its place.
    Error,
    /// The name of a warning.
    Warning,
    /// What may help.
    Hint,
    /// Headings and names of columns.
    Heading,
    /// What matters less.
    Dim,
    /// Who is for something.
    Supports,
    /// Who is against.
    Opposes,
    /// Whose it is.
    Proposes,
}

/// Each role with its code: see the control sequences of ECMA-48.
const CODES: &[(Role, &str)] = &[
    (Role::Error, "1;31"),
    (Role::Warning, "1;33"),
    (Role::Hint, "36"),
    (Role::Heading, "1"),
    (Role::Dim, "2"),
    (Role::Supports, "32"),
    (Role::Opposes, "31"),
    (Role::Proposes, "34"),
];

/// Colours text, or leaves it as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Paint {
    /// Whether it colours.
    pub on: bool,
}

impl Paint {
    /// The paint for a stream.
    pub fn of(when: When, stream: &impl IsTerminal) -> Paint {
        let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        let on = match when {
            When::Always => true,
            When::Never => false,
            When::Auto if set("NO_COLOR").is_some() => false,
            When::Auto if set("CLICOLOR_FORCE").is_some_and(|value| value != "0") => true,
            When::Auto => stream.is_terminal() && set("TERM").is_none_or(|term| term != "dumb"),
        };
        Paint { on }
    }

    /// A text in the colour of its role.
    pub fn text(self, role: Role, text: &str) -> String {
        let code = CODES.iter().find(|(known, _)| *known == role).map(|(_, code)| code);
        match code {
            Some(code) if self.on && !text.is_empty() => format!("\x1b[{code}m{text}\x1b[0m"),
            _ => text.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_has_a_code_and_paint_that_is_off_changes_nothing() {
        for (role, code) in CODES {
            assert_eq!(Paint { on: true }.text(*role, "x"), format!("\x1b[{code}mx\x1b[0m"));
            assert_eq!(Paint { on: false }.text(*role, "x"), "x");
        }
        assert_eq!(Paint { on: true }.text(Role::Dim, ""), "");
    }
}
