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

    /// The colour of pictures, as in HTML: told apart also by people who see red and green alike (Okabe and Ito, 2008).
    pub fn colour(self) -> &'static str {
        match self {
            Stance::Proposes => "#0072b2",
            Stance::Supports => "#009e73",
            Stance::Opposes => "#d55e00",
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
