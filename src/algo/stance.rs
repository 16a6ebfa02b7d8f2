//! Which relationship types say that somebody is for something or against it.
//!
//! A type stands here when its verb alone says so, whatever its object is. Checks of texts, contradictions, and pictures
//! of a graph go by this one table; a type that is not listed is a relationship like any other.

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

/// The types of each stance, in order of name.
pub const STANCES: &[(Stance, &[&str])] = &[
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
            "CONCERNED_ABOUT",
            "CONDEMNS",
            "CRITICISES",
            "CRITICIZES",
            "DISAGREES_WITH",
            "DISTRUSTS",
            "OBJECTS_TO",
            "OPPOSED",
            "OPPOSES",
            "REJECTED",
            "REJECTS",
        ],
    ),
];

impl Stance {
    /// Every stance.
    pub const ALL: [Stance; 3] = [Stance::Proposes, Stance::Supports, Stance::Opposes];

    /// The stance that a relationship type says.
    ///
    /// ```
    /// use standpoint::algo::Stance;
    /// assert_eq!(Stance::of("DISAGREES_WITH"), Some(Stance::Opposes));
    /// assert_eq!(Stance::of("LOCATED_IN"), None);
    /// ```
    pub fn of(rel_type: &str) -> Option<Stance> {
        STANCES.iter().find(|(_, types)| types.contains(&rel_type)).map(|(stance, _)| *stance)
    }

    /// Whether it is for its object; otherwise it is against it.
    pub fn is_for(self) -> bool {
        self != Stance::Opposes
    }
}

/// Every type that says a stance, with it.
pub fn stance_types() -> impl Iterator<Item = (&'static str, Stance)> {
    STANCES.iter().flat_map(|(stance, types)| types.iter().map(|name| (*name, *stance)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn each_type_has_one_stance() {
        let mut seen = HashSet::new();
        assert!(stance_types().all(|(name, stance)| seen.insert(name) && Stance::of(name) == Some(stance)));
        assert!(STANCES.iter().all(|(_, types)| types.is_sorted()));
    }
}
