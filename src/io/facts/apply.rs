//! A patch applied to a graph: lines that are removed, each exactly, and lines that are told.

use super::named;
use super::properties::of_fact;
use crate::error::{Detail, Error, ErrorType, Phase, Result};
use crate::session::{Session, fact, stored};
use crate::store::Version;
use crate::syntax::facts::ast::{Body, Cite, Fact, Mark, Meta, Name};
use crate::syntax::facts::{self, Entry, stand_alone, stored_statements};
use crate::text::counted;
use crate::value::{NodeId, RelId, RelTypeId, compare};
use std::collections::{HashMap, HashSet};
use std::fmt;

/// What a patch did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Applied {
    /// Lines that were removed.
    pub removed: u64,
    /// Lines that were told.
    pub told: u64,
}

impl fmt::Display for Applied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} removed, {} told", counted(self.removed, "line", "lines"), self.told)
    }
}

/// Applies a patch, as a whole or not at all: a text with `+` and `-` lines, or a unified diff of such texts. First all is
/// removed that is to be removed, facts before entities and sources, then the rest is told in its order. A `-` line of a
/// fact removes one that says exactly this; where there is none, the only one that says at least this.
///
/// # Errors
/// The first line that cannot be read, or that removes what is not there, or what could be several facts.
pub fn apply(session: &mut Session, patch: &str) -> Result<Applied> {
    let entries = facts::read(patch).collect::<Result<Vec<Entry>>>()?;
    let (removals, tells): (Vec<Entry>, Vec<Entry>) =
        entries.into_iter().partition(|entry| entry.line.mark == Mark::Retract);
    let rank = |entry: &Entry| match entry.line.body {
        Body::Fact(_) => 0,
        Body::Entity(_) => 1,
        _ => 2,
    };
    let facts = removals.iter().filter(|entry| rank(entry) == 0).collect::<Vec<_>>();
    let mut others = removals.iter().filter(|entry| rank(entry) > 0).collect::<Vec<_>>();
    others.sort_by_key(|entry| rank(entry));
    session.changing(|telling| {
        for rel in Removal::of(telling.version()?, &facts)? {
            telling.remove(rel);
        }
        others.into_iter().chain(&tells).try_for_each(|entry| telling.say(entry))
    })?;
    Ok(Applied { removed: removals.len() as u64, told: tells.len() as u64 })
}

/// What joins two nodes by one type.
type Place = (NodeId, RelTypeId, NodeId);

/// One fact to be removed.
struct Wanted<'e> {
    entry: &'e Entry,
    fact: Fact,
    place: Place,
}

/// The relationships at the places of what is to be removed.
struct Removal<'v> {
    version: &'v Version,
    /// All of them, also those that are removed.
    at: HashMap<Place, Vec<RelId>>,
    /// Those that a line says whole, by what it says; what is removed already is gone from here.
    exact: HashMap<(Place, String), Vec<RelId>>,
    removed: HashSet<RelId>,
}

impl<'v> Removal<'v> {
    /// The relationships that the lines remove.
    fn of(version: &'v Version, entries: &[&Entry]) -> Result<HashSet<RelId>> {
        let mut wanted = Vec::new();
        for entry in entries {
            let Body::Fact(fact) = &entry.line.body else { continue };
            let place = place(version, fact).map_err(|error| error.at(entry.line.span))?;
            let alone = stand_alone(fact, &entry.defaults).into_iter();
            wanted.extend(alone.map(|fact| Wanted { entry, fact, place }));
        }
        let mut removal = Removal::at_places(version, &wanted);
        let inexact: Vec<&Wanted<'_>> = wanted.iter().filter(|wanted| !removal.take_exact(wanted)).collect();
        inexact.into_iter().try_for_each(|wanted| removal.take_only(wanted))?;
        Ok(removal.removed)
    }

    fn at_places(version: &'v Version, wanted: &[Wanted<'_>]) -> Removal<'v> {
        let mut at: HashMap<Place, Vec<RelId>> = wanted.iter().map(|wanted| (wanted.place, Vec::new())).collect();
        let mut types: Vec<RelTypeId> = at.keys().map(|(_, rel_type, _)| *rel_type).collect();
        types.sort_unstable();
        types.dedup();
        let mut exact: HashMap<(Place, String), Vec<RelId>> = HashMap::new();
        for rel in types.into_iter().flat_map(|rel_type| version.rel_ids(rel_type)) {
            let Some((from, to)) = version.endpoints(rel) else { continue };
            let place = (from, rel.rel_type, to);
            let Some(rels) = at.get_mut(&place) else { continue };
            rels.push(rel);
            let (meta, cite, lost) = of_fact(version, rel);
            if lost.is_empty() {
                exact.entry((place, text(meta, cite))).or_default().push(rel);
            }
        }
        Removal { version, at, exact, removed: HashSet::new() }
    }

    /// Takes one that says exactly what is wanted, if there is one.
    fn take_exact(&mut self, wanted: &Wanted<'_>) -> bool {
        let key = (wanted.place, text(wanted.fact.meta.clone(), wanted.fact.cites.first().cloned()));
        let taken = self.exact.get_mut(&key).and_then(Vec::pop);
        self.removed.extend(taken);
        taken.is_some()
    }

    /// Takes the only one that says at least what is wanted.
    fn take_only(&mut self, wanted: &Wanted<'_>) -> Result<()> {
        let rels = self.at.get(&wanted.place).into_iter().flatten();
        let left = rels.filter(|rel| !self.removed.contains(rel) && says(self.version, **rel, &wanted.fact));
        let left: Vec<RelId> = left.copied().collect();
        match left.as_slice() {
            [rel] => _ = self.removed.insert(*rel),
            [] => return Err(self.not_there(wanted)),
            several => return Err(self.several(wanted, several)),
        }
        Ok(())
    }

    fn not_there(&self, wanted: &Wanted<'_>) -> Error {
        let error = not_there(&wanted.fact).at(wanted.entry.line.span);
        let there = self.at.get(&wanted.place).into_iter().flatten().find(|rel| !self.removed.contains(rel));
        match there {
            Some(rel) => error.hint(format!("there is `{}`", fact(self.version, *rel))),
            None => error,
        }
    }

    fn several(&self, wanted: &Wanted<'_>, rels: &[RelId]) -> Error {
        const SHOWN: usize = 3;
        let message = format!("`{}` could be {} facts", facts::format::fact(&wanted.fact), rels.len());
        let error = Error::runtime(ErrorType::SemanticError, Detail::AmbiguousEntity, message);
        let error = error.at(wanted.entry.line.span);
        rels.iter().take(SHOWN).fold(error, |error, rel| error.hint(format!("`{}`", fact(self.version, *rel))))
    }
}

/// Where a fact would stand.
fn place(version: &Version, fact: &Fact) -> Result<Place> {
    let end = |name: &Name| version.entity(&name.text, Phase::Runtime).map_err(|error| error.at(name.span));
    let (from, to) = (end(&fact.subject)?, end(&fact.object)?);
    let rel_type = version.catalog().rel_type(&fact.verb.text).ok_or_else(|| not_there(fact))?;
    Ok((from, rel_type, to))
}

fn not_there(fact: &Fact) -> Error {
    let message = format!("there is no `{}` to remove", facts::format::fact(fact));
    Error::runtime(ErrorType::EntityNotFound, Detail::UnknownFact, message)
}

/// What a fact says besides its ends and verb, in canonical form.
fn text(meta: Meta, cite: Option<Cite>) -> String {
    let [subject, verb, object] = [""; 3].map(named);
    facts::format::fact(&Fact { subject, verb, object, meta, cites: cite.into_iter().collect() })
}

/// Whether a relationship has every property of a fact, and no other locator when the fact has a cite.
fn says(version: &Version, rel: RelId, fact: &Fact) -> bool {
    let defaults = facts::Defaults::default();
    let Some(mut said) = stored_statements(fact, &defaults).next() else { return false };
    let property = |key: &str| version.rel_property_named(rel, key);
    let located = fact.cites.iter().all(|cite| cite.locator.is_some() || property("locator").is_null());
    located && said.all(|(key, value)| stored(value).is_some_and(|value| compare::group_eq(&property(&key), &value)))
}
