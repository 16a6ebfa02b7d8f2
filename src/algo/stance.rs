//! Which relationship types are for their object and which against it.

/// Whether somebody is for something or against it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stance {
    /// For it.
    For,
    /// Against it.
    Against,
}

/// The types that take a stance.
pub const STANCES: &[(&str, Stance)] = &[
    ("BACKS", Stance::For),
    ("DEMANDS", Stance::For),
    ("ENDORSES", Stance::For),
    ("FAVOURS", Stance::For),
    ("PROPOSES", Stance::For),
    ("SUPPORTS", Stance::For),
    ("CONCERNED_ABOUT", Stance::Against),
    ("CONDEMNS", Stance::Against),
    ("OBJECTS_TO", Stance::Against),
    ("OPPOSES", Stance::Against),
    ("REJECTS", Stance::Against),
];

/// The stance of a type.
pub fn stance(rel_type: &str) -> Option<Stance> {
    STANCES.iter().find(|(known, _)| *known == rel_type).map(|(_, stance)| *stance)
}
