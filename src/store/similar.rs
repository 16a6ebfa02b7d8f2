//! Nearness of the names of entities: for "did you mean".
//!
//! Takes a text and candidates; gives those that are near, nearest first: few letters apart, as [`crate::text`] judges
//! it for all names, or sharing a whole word of some length, for these names are phrases.

use crate::text::Sought;
use std::sync::Arc;

/// Words shorter than this do not make two names near.
const WORD: usize = 4;

/// A cheap test that leaves out most candidates before they are folded.
pub(super) fn may_be_near(text: &str, candidate: &str) -> bool {
    let (shorter, longer) = (text.len().min(candidate.len()), text.len().max(candidate.len()));
    longer <= shorter.saturating_mul(2) + 4 || text.contains(' ') || candidate.contains(' ') || candidate.contains('-')
}

/// The best candidates so far.
pub(super) struct Ranking {
    sought: Sought,
    words: Vec<String>,
    limit: usize,
    found: Vec<(usize, Arc<str>)>,
}

impl Ranking {
    pub(super) fn new(text: &str, limit: usize) -> Ranking {
        Ranking { sought: Sought::new(text), words: words(text), limit, found: Vec::new() }
    }

    /// Considers a candidate: how it is compared, and how it is shown.
    pub(super) fn offer(&mut self, compared: &str, shown: &Arc<str>) {
        let Some(distance) = self.distance(compared) else { return };
        let place = self.found.partition_point(|(other, name)| (*other, name) < (distance, shown));
        let known = self.found.get(place).is_some_and(|(_, name)| name == shown);
        if place < self.limit && !known {
            self.found.insert(place, (distance, Arc::clone(shown)));
            self.found.truncate(self.limit);
        }
    }

    pub(super) fn finish(self) -> Vec<Arc<str>> {
        self.found.into_iter().map(|(_, name)| name).collect()
    }

    /// How far the candidate is, if it is near.
    fn distance(&self, candidate: &str) -> Option<usize> {
        let shares_word = || words(candidate).iter().any(|word| self.words.contains(word));
        self.sought.distance(candidate).or_else(|| shares_word().then(|| self.sought.most() + 1))
    }
}

fn words(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphanumeric());
    words.filter(|word| word.chars().count() >= WORD).map(str::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(text: &str, candidates: &[&str]) -> Vec<String> {
        let mut ranking = Ranking::new(text, 3);
        candidates.iter().for_each(|name| ranking.offer(name, &Arc::from(*name)));
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
