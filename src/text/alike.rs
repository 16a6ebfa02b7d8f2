//! Names that may well be of one thing: spelled a little differently, or with a word more or less.
//!
//! Case, accents and everything that is neither a letter nor a digit are passed over. Numbers must be the same: a
//! 28-point plan is no slip for a 19-point plan.

use super::{LONGEST, distance};
use std::collections::{HashMap, HashSet};
use std::hash::BuildHasher;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// In which way two names are alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Likeness {
    /// They are spelled almost the same.
    Spelling,
    /// The words of the one are most of the words of the other.
    Words,
}

/// Whether two names may be of one thing.
///
/// ```
/// use standpoint::text::{Likeness, alike};
/// assert_eq!(alike("Rüdiger  Müller", "rudiger muller"), Some(Likeness::Spelling));
/// assert_eq!(alike("Steve Witkof", "Steve Witkoff"), Some(Likeness::Spelling));
/// assert_eq!(alike("Witkoff", "Steve Witkoff"), Some(Likeness::Words));
/// assert_eq!(alike("28-point plan", "19-point plan"), None);
/// assert_eq!(alike("Iran", "Iraq"), None);
/// ```
pub fn alike(left: &str, right: &str) -> Option<Likeness> {
    Shape::of(left).likeness(&Shape::of(right))
}

/// Text without accents and case: letters and digits, everything else as a space.
fn plain(text: &str) -> String {
    let letters = text.nfd().filter(|letter| !is_combining_mark(*letter)).flat_map(char::to_lowercase);
    letters.map(|letter| if letter.is_alphanumeric() { letter } else { ' ' }).collect()
}

/// What of a name is compared.
#[derive(Clone, Debug)]
struct Shape {
    /// Its letters and digits.
    letters: String,
    digits: String,
    words: Vec<String>,
}

impl Shape {
    fn of(name: &str) -> Shape {
        let plain = plain(name);
        let letters: String = plain.split_whitespace().collect();
        let digits = letters.chars().filter(|letter| letter.is_numeric()).collect();
        let short = |word: &&str| !matches!(*word, "the" | "of" | "and" | "a" | "an" | "de" | "von" | "van");
        let words = plain.split_whitespace().filter(short).map(str::to_owned).collect();
        Shape { letters, digits, words }
    }

    fn likeness(&self, other: &Shape) -> Option<Likeness> {
        if self.digits != other.digits || self.letters.is_empty() || other.letters.is_empty() {
            return None;
        }
        if self.letters == other.letters || self.distance(other).is_some() {
            return Some(Likeness::Spelling);
        }
        self.shares_words(other).then_some(Likeness::Words)
    }

    /// How far the spellings are apart, when that is near: one change from five letters on, two from nine.
    fn distance(&self, other: &Shape) -> Option<usize> {
        let lengths = [&self.letters, &other.letters].map(|letters| letters.chars().count());
        let (shorter, longer) = (lengths[0].min(lengths[1]), lengths[0].max(lengths[1]));
        let most = if shorter >= 9 { 2 } else { usize::from(longer >= 5) };
        if longer - shorter > most || longer > LONGEST {
            return None;
        }
        Some(distance(&self.letters, &other.letters)).filter(|distance| *distance <= most)
    }

    fn shares_words(&self, other: &Shape) -> bool {
        let words = |shape: &Shape| shape.words.iter().cloned().collect::<HashSet<String>>();
        let (left, right) = (words(self), words(other));
        let (fewer, more) = if left.len() <= right.len() { (left, right) } else { (right, left) };
        let telling = fewer.iter().any(|word| word.chars().count() >= 4 && !word.chars().all(char::is_numeric));
        telling && fewer.is_subset(&more) && fewer.len() * 2 >= more.len()
    }

    /// Numbers that two alike names have one in common of, nearly always: of the letters, of the letters but one, and
    /// of each word.
    fn keys(&self) -> Vec<u64> {
        let state = foldhash::quality::FixedState::with_seed(0);
        let letters: Vec<char> = self.letters.chars().collect();
        let mut keys = vec![state.hash_one(&letters)];
        if (4..=LONGEST).contains(&letters.len()) {
            keys.extend((0..letters.len()).map(|gone| {
                let rest: Vec<char> = letters.iter().take(gone).chain(&letters[gone + 1..]).copied().collect();
                state.hash_one(&rest)
            }));
        }
        let long = self.words.iter().filter(|word| word.chars().count() >= 4);
        keys.extend(long.map(|word| state.hash_one((word, "word"))));
        keys.sort_unstable();
        keys.dedup();
        keys
    }
}

/// Many names, among which those alike are found without comparing each with each.
#[derive(Clone, Debug, Default)]
pub struct AlikeNames {
    shapes: Vec<Shape>,
    by_key: HashMap<u64, Vec<u32>>,
}

impl AlikeNames {
    /// The most names of one key that are compared: what so many names share tells little.
    const COMPARED: usize = 64;

    /// Adds a name. Its number is how many were added before it.
    pub fn add(&mut self, name: &str) {
        let (shape, number) = (Shape::of(name), self.shapes.len());
        for key in shape.keys() {
            let names = self.by_key.entry(key).or_default();
            if names.len() < AlikeNames::COMPARED {
                names.push(number as u32);
            }
        }
        self.shapes.push(shape);
    }

    /// The number of the name most like another that passes a test; of several the first.
    pub fn most_alike(&self, name: &str, passes: impl Fn(usize, Likeness) -> bool) -> Option<(usize, Likeness)> {
        let shape = Shape::of(name);
        let candidates = shape.keys().into_iter().filter_map(|key| self.by_key.get(&key)).flatten();
        let mut candidates: Vec<usize> = candidates.map(|number| *number as usize).collect();
        candidates.sort_unstable();
        candidates.dedup();
        let alike = |number: usize| {
            let other = self.shapes.get(number)?;
            let likeness = shape.likeness(other).filter(|likeness| passes(number, *likeness))?;
            Some((likeness, shape.distance(other).unwrap_or(LONGEST), number))
        };
        let (likeness, _, number) = candidates.into_iter().filter_map(alike).min()?;
        Some((number, likeness))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_in_one_or_two_letters_an_accent_or_a_word_is_alike() {
        let spelling =
            [("Kyivv", "Kyiv"), ("Moscwo", "Moscow"), ("Čapek", "Capek"), ("Kirill Dmitriev", "Kiril Dmitrijev")];
        spelling
            .iter()
            .for_each(|(one, other)| assert_eq!(alike(one, other), Some(Likeness::Spelling), "{one} {other}"));
        let words = [("the plan", "plan"), ("European Union", "Union"), ("Donald J Trump", "Donald Trump")];
        words.iter().for_each(|(one, other)| assert!(alike(one, other).is_some(), "{one} {other}"));
        let apart = [
            ("Mali", "Bali"),
            ("plan 1", "plan 2"),
            ("EU", "UN"),
            ("", ""),
            ("Geneva talks in May", "talks"),
            ("—", "…"),
        ];
        apart.iter().for_each(|(one, other)| assert_eq!(alike(one, other), None, "{one} {other}"));
    }

    #[test]
    fn an_index_finds_the_most_alike() {
        let mut names = AlikeNames::default();
        ["Kyiv", "Steve Witkoff", "Steve Witkof", "Moscow"].iter().for_each(|name| names.add(name));
        assert_eq!(names.most_alike("Kyivv", |_, _| true), Some((0, Likeness::Spelling)));
        assert_eq!(names.most_alike("Witkoff", |_, _| true), Some((1, Likeness::Words)));
        assert_eq!(names.most_alike("Witkoff", |_, likeness| likeness == Likeness::Spelling), None);
        assert_eq!(names.most_alike("Steve Witkoff", |number, _| number != 1), Some((2, Likeness::Spelling)));
        assert_eq!(names.most_alike("Washington", |_, _| true), None);
    }
}
