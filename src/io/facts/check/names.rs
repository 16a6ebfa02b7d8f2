//! Names: which lines declare them, and which are spelled almost alike.

use super::{Placed, Report};
use crate::span::Span;
use crate::store::{Resolution, Version};
use crate::syntax::facts::ast::{Body, Name};
use crate::text::fold;
use crate::text::{AlikeNames, Likeness, nearest};
use std::collections::HashMap;
use std::sync::Arc;

/// The most declared names that a name is compared with one by one.
const COMPARED: usize = 1000;

/// The names in texts, and what they denote.
pub(super) struct Names<'a> {
    known: Option<&'a Version>,
    /// Declared entities: the name of each.
    declared: Vec<Declared>,
    /// The entities by names and aliases, without regard to case.
    by_name: HashMap<String, Vec<usize>>,
    /// The first place of each name that facts use, by the name without regard to case.
    used: HashMap<String, (Arc<str>, (usize, Span))>,
    /// The names of facts in order of their first place.
    order: Vec<String>,
}

struct Declared {
    name: Arc<str>,
    place: (usize, Span),
}

impl<'a> Names<'a> {
    pub(super) fn of(entries: &[Placed], known: Option<&'a Version>) -> Names<'a> {
        let (declared, by_name, used) = (Vec::new(), HashMap::new(), HashMap::new());
        let mut names = Names { known, declared, by_name, used, order: Vec::new() };
        for (text, entry) in entries {
            match &entry.line.body {
                Body::Entity(entity) => names.declare(*text, &entity.name, &entity.aliases),
                Body::Fact(fact) => {
                    [&fact.subject, &fact.object].into_iter().for_each(|name| names.use_of(*text, name));
                }
                _ => {}
            }
        }
        names
    }

    fn declare(&mut self, text: usize, name: &Name, aliases: &[Name]) {
        let number = match self.by_name.get(&fold(&name.text)).and_then(|found| found.first()) {
            Some(known) if fold(&self.declared[*known].name) == fold(&name.text) => *known,
            _ => {
                self.declared.push(Declared { name: Arc::clone(&name.text), place: (text, name.span) });
                self.declared.len() - 1
            }
        };
        for name in std::iter::once(name).chain(aliases) {
            let entities = self.by_name.entry(fold(&name.text)).or_default();
            if !entities.contains(&number) {
                entities.push(number);
            }
        }
    }

    fn use_of(&mut self, text: usize, name: &Name) {
        let folded = fold(&name.text);
        if !self.used.contains_key(&folded) {
            self.order.push(folded.clone());
            self.used.insert(folded, (Arc::clone(&name.text), (text, name.span)));
        }
    }

    /// What stands for the entity that a name denotes.
    pub(super) fn entity(&self, name: &str) -> String {
        let folded = fold(name);
        match self.by_name.get(&folded).map(Vec::as_slice) {
            Some([one]) => fold(&self.declared[*one].name),
            _ => folded,
        }
    }

    pub(super) fn check(&self, report: &mut Report<'_>) {
        let mut index = AlikeNames::default();
        self.declared.iter().for_each(|declared| index.add(&declared.name));
        self.check_declared(&index, report);
        for folded in &self.order {
            let Some((name, place)) = self.used.get(folded) else { continue };
            match self.by_name.get(folded).map(Vec::as_slice) {
                Some([_]) => {}
                Some(several) => self.ambiguous(name, *place, several, report),
                None => self.undeclared(name, *place, &index, report),
            }
        }
        self.check_undeclared_alike(report);
    }

    /// Entities whose names are spelled almost alike; what declares two names tells them apart by more than a word.
    fn check_declared(&self, index: &AlikeNames, report: &mut Report<'_>) {
        for (number, declared) in self.declared.iter().enumerate() {
            let before = |other: usize, likeness| other < number && likeness == Likeness::Spelling;
            if let Some((other, _)) = index.most_alike(&declared.name, before) {
                let message = format!("`{}` is spelled almost like `{}`", declared.name, self.declared[other].name);
                report.tell(declared.place, "near-duplicate", message, None);
            }
        }
    }

    fn ambiguous(&self, name: &str, place: (usize, Span), several: &[usize], report: &mut Report<'_>) {
        let exact = several.iter().any(|number| &*self.declared[*number].name == name);
        if !exact {
            let names: Vec<String> =
                several.iter().map(|number| format!("`{}`", self.declared[*number].name)).collect();
            report.tell(place, "ambiguous", format!("`{name}` may be {}", names.join(" or ")), None);
        }
    }

    /// A name that no line declares, where lines declare others.
    fn undeclared(&self, name: &str, place: (usize, Span), index: &AlikeNames, report: &mut Report<'_>) {
        if self.known.is_some_and(|known| known.resolve(name) != Resolution::Unknown) {
            return;
        }
        if self.declared.is_empty() && self.known.is_none() {
            return;
        }
        let near = index.most_alike(name, |_, _| true).map(|(number, _)| self.declared[number].name.to_string());
        let names = self.declared.iter().take(COMPARED).map(|declared| &*declared.name);
        let near = near.or_else(|| nearest(name, names).map(str::to_owned));
        let near =
            near.or_else(|| self.known.and_then(|known| known.similar_names(name, 1).first().map(ToString::to_string)));
        let hint = near.map(|near| format!("did you mean `{near}`?"));
        report.tell(place, "undeclared", format!("no line declares `{name}`"), hint);
    }

    /// Where nothing is declared, names of facts that are spelled almost alike.
    fn check_undeclared_alike(&self, report: &mut Report<'_>) {
        if !self.declared.is_empty() || self.known.is_some() {
            return;
        }
        let names: Vec<&(Arc<str>, (usize, Span))> = self.order.iter().filter_map(|name| self.used.get(name)).collect();
        let mut index = AlikeNames::default();
        for (name, place) in names.iter().copied() {
            if let Some((other, _)) = index.most_alike(name, |_, likeness| likeness == Likeness::Spelling) {
                let message = format!("`{name}` is spelled almost like `{}`", names[other].0);
                report.tell(*place, "near-duplicate", message, None);
            }
            index.add(name);
        }
    }
}
