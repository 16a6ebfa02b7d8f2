//! Actors that are for and against the same thing at the same time.

use super::names::Names;
use super::{Placed, Report, day};
use crate::algo::{Stance, stance};
use crate::span::Span;
use crate::syntax::facts::ast::{Body, Fact, Mark};
use crate::syntax::facts::format::verb;
use std::collections::HashMap;

/// A stance that a fact tells.
struct Taken<'e> {
    stance: Stance,
    fact: &'e Fact,
    /// The first and the last day that it holds.
    days: (i64, i64),
    place: (usize, Span),
}

pub(super) fn check(entries: &[Placed], names: &Names<'_>, report: &mut Report<'_>) {
    let mut taken: HashMap<(String, String), Vec<Taken<'_>>> = HashMap::new();
    for (text, entry) in entries {
        let Body::Fact(fact) = &entry.line.body else { continue };
        let denied = fact.meta.modality.as_ref().is_some_and(|modality| &*modality.text == "denied");
        let Some(stance) = stance(&fact.verb.text).filter(|_| !denied && entry.line.mark != Mark::Retract) else {
            continue;
        };
        let begins =
            fact.meta.since.or(fact.meta.date).or(entry.defaults.date).and_then(day).map_or(i64::MIN, |day| day.days);
        let ends = fact.meta.until.and_then(|until| day(until.stored("until"))).map_or(i64::MAX, |day| day.days);
        let topic = (names.entity(&fact.subject.text), names.entity(&fact.object.text));
        let place = (*text, entry.line.span);
        taken.entry(topic).or_default().push(Taken { stance, fact, days: (begins, ends), place });
    }
    for stances in taken.into_values() {
        contested(&stances, report);
    }
}

/// Tells of each fact that an earlier one contradicts.
fn contested(stances: &[Taken<'_>], report: &mut Report<'_>) {
    for (at, one) in stances.iter().enumerate() {
        let against = |other: &&Taken<'_>| {
            other.stance != one.stance && one.days.0.max(other.days.0) <= one.days.1.min(other.days.1)
        };
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
