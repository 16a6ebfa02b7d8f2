//! Actors that are for and against the same thing at the same time.

use super::names::Names;
use super::{Placed, Report};
use crate::algo::Stance;
use crate::session::stored;
use crate::span::Span;
use crate::syntax::facts::ast::{Body, Fact, Mark};
use crate::syntax::facts::format::verb;
use crate::syntax::facts::stored_statements;
use crate::value::temporal::validity::Validity;
use std::collections::HashMap;

/// A stance that a fact tells.
struct Taken<'e> {
    stance: Stance,
    fact: &'e Fact,
    valid: Validity,
    place: (usize, Span),
}

pub(super) fn check(entries: &[Placed], names: &Names<'_>, report: &mut Report<'_>) {
    let mut taken: HashMap<(String, String), Vec<Taken<'_>>> = HashMap::new();
    for (text, entry) in entries.iter().filter(|(_, entry)| entry.line.mark != Mark::Retract) {
        let Body::Fact(fact) = &entry.line.body else { continue };
        let Some(stance) = Stance::of(&fact.verb.text) else { continue };
        // All that a fact stands for share what is said in braces.
        let Some(said) = stored_statements(fact, &entry.defaults).last() else { continue };
        let said: Vec<_> = said.collect();
        let property = |key: &str| {
            let value = said.iter().find(|(known, _)| known == key).and_then(|(_, value)| stored(value.clone()));
            value.unwrap_or_default()
        };
        let Ok(valid) = Validity::of(property) else { continue };
        if property("modality").as_str() != Some("denied") {
            let topic = (names.entity(&fact.subject.text), names.entity(&fact.object.text));
            let place = (*text, entry.line.span);
            taken.entry(topic).or_default().push(Taken { stance, fact, valid, place });
        }
    }
    for stances in taken.into_values() {
        contested(&stances, report);
    }
}

/// Tells of each fact that an earlier one contradicts.
fn contested(stances: &[Taken<'_>], report: &mut Report<'_>) {
    for (at, one) in stances.iter().enumerate() {
        let against =
            |other: &&Taken<'_>| other.stance.is_for() != one.stance.is_for() && one.valid.overlaps(&other.valid);
        let Some(other) = stances[..at].iter().find(against) else { continue };
        let (line, _) = report.place(other.place.0, other.place.1);
        let message = format!(
            "`{}` {} and {} `{}`",
            one.fact.subject.text,
            verb(&other.fact.verb.text),
            verb(&one.fact.verb.text),
            one.fact.object.text,
        );
        let file = if other.place.0 == one.place.0 { "" } else { report.file(other.place.0) };
        let of = if file.is_empty() { String::new() } else { format!(" of {file}") };
        let hint = format!("the other stands in line {line}{of}");
        report.tell(one.place, "for-and-against", message, Some(hint));
    }
}
