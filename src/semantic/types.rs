//! What is known of a value's type before anything runs.
//!
//! Types are only ever used to refuse what can never work: whatever may work is left to the executor.

use crate::error::{Detail, Error, Result};
use crate::functions::TypeSet;
use crate::span::Span;
use crate::syntax::ast::{TypeExpr, TypeExprKind};
use crate::value::{self, types::Kind};

/// The types that a value may have, and those that its elements may have if it is a list. Null is in every type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Type {
    pub(super) set: TypeSet,
    pub(super) element: TypeSet,
}

impl Type {
    pub(super) const ANY: Type = Type { set: TypeSet::ANY, element: TypeSet::ANY };
    pub(super) const NULL: Type = Type { set: TypeSet::NONE, element: TypeSet::NONE };
    pub(super) const BOOL: Type = Type::of(TypeSet::BOOL);
    pub(super) const NODE: Type = Type::of(TypeSet::NODE);
    pub(super) const REL: Type = Type::of(TypeSet::REL);
    pub(super) const PATH: Type = Type::of(TypeSet::PATH);

    /// A value of one of these types; nothing is known of elements.
    pub(super) const fn of(set: TypeSet) -> Type {
        let element = if set.0 & TypeSet::LIST.0 == 0 { TypeSet::NONE } else { TypeSet::ANY };
        Type { set, element }
    }

    /// A list of such elements.
    pub(super) const fn list_of(element: TypeSet) -> Type {
        Type { set: TypeSet::LIST, element }
    }

    /// One or the other.
    pub(super) fn or(self, other: Type) -> Type {
        Type { set: self.set | other.set, element: self.element | other.element }
    }

    /// Whether a value of this type may be of one of the given types; null may always.
    pub(super) fn fits(self, accepts: TypeSet) -> bool {
        self.set == TypeSet::NONE || self.set.meets(accepts)
    }

    /// Whether it is known to be one of these, or null.
    pub(super) fn is_within(self, set: TypeSet) -> bool {
        self.set != TypeSet::NONE && self.set & set == self.set
    }

    /// The type of an element of this value, when it is taken as a list.
    pub(super) fn elements(self) -> Type {
        Type::of(self.element)
    }
}

/// The type that `IS ::` asks for.
///
/// # Errors
/// When the syntax has a name of a type that values do not have: a mistake of this program.
pub(super) fn tested(written: &TypeExpr) -> Result<value::types::Type> {
    let kind = match &written.kind {
        TypeExprKind::Named(name) => Kind::named(name).ok_or_else(|| Error::internal(format!("the type {name}")))?,
        TypeExprKind::List(element) => Kind::List(Box::new(tested(element)?)),
        TypeExprKind::Union(members) => Kind::Union(members.iter().map(tested).collect::<Result<_>>()?),
    };
    Ok(value::types::Type { kind, nullable: !written.not_null })
}

/// The types in a set with an article, for messages.
pub(super) fn describe(set: TypeSet) -> String {
    const NAMES: [(TypeSet, &str); 15] = [
        (TypeSet::BOOL, "a boolean"),
        (TypeSet::INT, "an integer"),
        (TypeSet::FLOAT, "a float"),
        (TypeSet::STRING, "a string"),
        (TypeSet::LIST, "a list"),
        (TypeSet::MAP, "a map"),
        (TypeSet::NODE, "a node"),
        (TypeSet::REL, "a relationship"),
        (TypeSet::PATH, "a path"),
        (TypeSet::DATE, "a date"),
        (TypeSet::LOCAL_TIME, "a local time"),
        (TypeSet::TIME, "a time"),
        (TypeSet::LOCAL_DATE_TIME, "a local date-time"),
        (TypeSet::DATE_TIME, "a date-time"),
        (TypeSet::DURATION, "a duration"),
    ];
    if NAMES.iter().all(|(one, _)| one.meets(set)) {
        return "a value of any type".to_owned();
    }
    let names: Vec<&str> = NAMES.iter().filter(|(one, _)| one.meets(set)).map(|(_, name)| *name).collect();
    match names.split_last() {
        None => "null".to_owned(),
        Some((last, [])) => (*last).to_owned(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
    }
}

/// The error that something of one type stands where another is needed.
pub(super) fn mismatch(what: &str, needs: TypeSet, found: Type, span: Span) -> Error {
    let message = format!("{what} must be {}, not {}", describe(needs), describe(found.set));
    Error::syntax(Detail::InvalidArgumentType, message).at(span)
}
