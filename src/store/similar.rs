//! Nearness of the names of entities: for "did you mean".
//!
//! Takes a text and candidates; gives those that are near, nearest first: few letters apart, as [`crate::text`] judges
//! it for all names, or sharing a whole word of some length, for these names are phrases.

use crate::text::{Sought, fold};
use std::sync::Arc;

/// Words shorter than this do not make two names near.
const WORD: usize = 4;

/// The best candidates so far.
pub(super) struct Ranking {
    sought: Sought,
    words: Vec<String>,
    limit: usize,
    found: Vec<(usize, Arc<str>)>,
}

impl Ranking {
    pub(super) fn new(text: &str, limit: usize) -> Ranking {
        let folded = fold(text);
        let words = words(&folded).map(str::to_owned).collect();
        Ranking { sought: Sought::new(&folded), words, limit, found: Vec::new() }
    }

    /// Considers a candidate.
    pub(super) fn offer(&mut self, candidate: &str) {
        let Some(distance) = self.distance(candidate) else { return };
        let place = self.found.partition_point(|(other, name)| (*other, &**name) < (distance, candidate));
        let known = self.found.get(place).is_some_and(|(_, name)| &**name == candidate);
        if place < self.limit && !known {
            self.found.insert(place, (distance, Arc::from(candidate)));
            self.found.truncate(self.limit);
        }
    }

    pub(super) fn finish(self) -> Vec<Arc<str>> {
        self.found.into_iter().map(|(_, name)| name).collect()
    }

    /// How far the candidate is, if it is near, and no farther than those that there are.
    fn distance(&self, candidate: &str) -> Option<usize> {
        let (near, bound) = (self.sought.most(), self.bound());
        let words_count = near < bound && !self.words.is_empty();
        if !words_count && !self.sought.may_be_within(candidate, bound.min(near)) {
            return None;
        }
        let candidate = fold(candidate);
        let shares_word = || words(&candidate).any(|word| self.words.iter().any(|other| other == word));
        let distance = self.sought.distance_within(&candidate, bound.min(near));
        distance.or_else(|| (words_count && shares_word()).then_some(near + 1))
    }

    /// The greatest distance that is of interest.
    fn bound(&self) -> usize {
        let last = self.found.last().filter(|_| self.found.len() >= self.limit);
        last.map_or(self.sought.most() + 1, |(distance, _)| *distance)
    }
}

/// The words of a folded text that are long enough.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|c: char| !c.is_alphanumeric());
    words.filter(|word| word.chars().count() >= WORD)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(text: &str, candidates: &[&str]) -> Vec<String> {
        let mut ranking = Ranking::new(text, 3);
        candidates.iter().for_each(|name| ranking.offer(name));
        ranking.finish().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn few_letters_apart_is_near() {
        assert_eq!(near("Kiyv", &["Moscow", "Kyiv", "Kiev"]), ["Kiev", "Kyiv"]);
        assert_eq!(near("Personn", &["Persons", "Person", "Place"]), ["Person", "Persons"]);
        assert!(near("x", &["long name"]).is_empty());
    }

    #[test]
    fn a_shared_word_is_near() {
        assert_eq!(near("Witkoff", &["Steve Witkoff", "Kyiv"]), ["Steve Witkoff"]);
    }

    #[test]
    fn the_limit_keeps_the_nearest() {
        let names: Vec<String> = (0..50).map(|n| format!("name{n}")).collect();
        let candidates: Vec<&str> = names.iter().map(String::as_str).collect();
        assert_eq!(near("name1", &candidates)[0], "name1");
        assert_eq!(near("name1", &candidates).len(), 3);
        assert!(near(&"a".repeat(100_000), &[&"b".repeat(100_000)]).is_empty());
    }
}
