//! How pictures of a graph show stances: by a mark, a colour and a verb.

use crate::algo::Stance;

impl Stance {
    /// A mark that needs no colour.
    pub fn mark(self) -> char {
        match self {
            Stance::Proposes => '★',
            Stance::Supports => '▲',
            Stance::Opposes => '▼',
        }
    }

    /// The colour of pictures, as in HTML.
    pub fn colour(self) -> &'static str {
        match self {
            Stance::Proposes => "#2f6fde",
            Stance::Supports => "#2e9e4f",
            Stance::Opposes => "#d43a3a",
        }
    }

    /// A verb that says it.
    pub fn verb(self) -> &'static str {
        match self {
            Stance::Proposes => "proposes",
            Stance::Supports => "supports",
            Stance::Opposes => "opposes",
        }
    }
}
