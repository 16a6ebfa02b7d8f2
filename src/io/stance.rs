//! Which relationship types say that somebody is for something, against it, or its author.
//!
//! Pictures of a graph mark them by shape and colour. A type that is not listed here is a relationship like any other.

/// What a relationship says about its subject's stand on its object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stance {
    /// It comes from them.
    Proposes,
    /// They are for it.
    Supports,
    /// They are against it.
    Opposes,
}

impl Stance {
    /// Every stance.
    pub const ALL: [Stance; 3] = [Stance::Proposes, Stance::Supports, Stance::Opposes];

    /// The stance that a relationship type says.
    ///
    /// ```
    /// use standpoint::io::stance::Stance;
    /// assert_eq!(Stance::of("DISAGREES_WITH"), Some(Stance::Opposes));
    /// assert_eq!(Stance::of("LOCATED_IN"), None);
    /// ```
    pub fn of(rel_type: &str) -> Option<Stance> {
        TYPES.iter().find(|(_, types)| types.contains(&rel_type)).map(|(stance, _)| *stance)
    }

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

/// The types of each stance.
pub const TYPES: &[(Stance, &[&str])] = &[
    (Stance::Proposes, &["AUTHORED", "CALLS_FOR", "DEMANDS", "PROPOSED", "PROPOSES", "SPONSORS"]),
    (
        Stance::Supports,
        &[
            "ACCEPTS",
            "AGREES_WITH",
            "ALLIED_WITH",
            "APPROVES",
            "BACKS",
            "ENDORSES",
            "FAVORS",
            "FAVOURS",
            "FOR",
            "SUPPORTED",
            "SUPPORTS",
            "WELCOMES",
        ],
    ),
    (
        Stance::Opposes,
        &[
            "AGAINST",
            "ATTACKS",
            "CONDEMNS",
            "CRITICISES",
            "CRITICIZES",
            "DISAGREES_WITH",
            "DISTRUSTS",
            "OPPOSED",
            "OPPOSES",
            "REJECTED",
            "REJECTS",
        ],
    ),
];
