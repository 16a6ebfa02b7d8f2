//! Names and numbers in messages: likeness, for "did you mean" hints, beginnings, and counts of things.
//!
//! Takes texts only; knows nothing of what the names denote.

mod alike;
mod fold;

pub use alike::{AlikeNames, Likeness, alike};
pub(crate) use fold::fold;

/// Names longer than this are never suggested, and alike only when they are equal: the distance costs the product of the
/// lengths.
const LONGEST: usize = 64;

/// A name that was not found, to be compared with those there are.
#[derive(Clone, Debug)]
pub struct Sought {
    letters: Vec<char>,
    bag: Bag,
}

/// How often letters occur: those that share a place are not told apart.
type Bag = [u8; 32];

impl Sought {
    /// The name, without regard to case.
    pub fn new(name: &str) -> Sought {
        let letters = folded(name);
        Sought { bag: bag(letters.iter().copied()), letters }
    }

    /// How far a candidate is, when it is near enough to be what was meant: at most one change for up to five
    /// characters and one more for every three characters beyond.
    pub fn distance(&self, candidate: &str) -> Option<usize> {
        self.distance_within(candidate, self.most())
    }

    /// The same for another greatest distance.
    pub(crate) fn distance_within(&self, candidate: &str, bound: usize) -> Option<usize> {
        distance_within(&self.letters, &folded(candidate), bound)
    }

    /// Whether a candidate may be no farther than a distance: quick, and never wrong when it says no.
    pub(crate) fn may_be_within(&self, candidate: &str, bound: usize) -> bool {
        if !candidate.is_ascii() {
            return true;
        }
        let bag = bag(candidate.bytes().map(|letter| char::from(letter.to_ascii_lowercase())));
        let near = self.letters.len().abs_diff(candidate.len()) <= bound;
        // A change takes away one letter at most, and adds one at most.
        near && surplus(&self.bag, &bag).max(surplus(&bag, &self.bag)) <= bound
    }

    /// The greatest distance that is near.
    pub fn most(&self) -> usize {
        1 + self.letters.len().saturating_sub(3) / 3
    }

    /// How many letters a candidate begins and ends with that the name begins and ends with too.
    fn common(&self, candidate: &str) -> usize {
        let candidate = folded(candidate);
        let same = |(a, b): &(&char, &char)| a == b;
        let first = candidate.iter().zip(&self.letters).take_while(same).count();
        first + candidate.iter().rev().zip(self.letters.iter().rev()).take_while(same).count()
    }
}

/// A number of things in words.
///
/// ```
/// use standpoint::text::counted;
/// assert_eq!(counted(1, "entity", "entities"), "1 entity");
/// assert_eq!(counted(0, "entity", "entities"), "0 entities");
/// ```
pub fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// How much a graph holds, in words: `80 nodes, 111 relationships`.
pub fn sizes(nodes: u64, relationships: u64) -> String {
    format!("{}, {}", counted(nodes, "node", "nodes"), counted(relationships, "relationship", "relationships"))
}

/// A text for a message: its first 40 characters when it is longer.
pub fn beginning(text: &str) -> String {
    const LONGEST: usize = 40;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// The candidate nearest to `name`, by [`Sought::distance`], when one is near. Of equally near candidates the one that
/// begins and ends like the name wins, then the first.
///
/// ```
/// use standpoint::text::nearest;
/// assert_eq!(nearest("Persn", ["Person", "Party"]), Some("Person"));
/// assert_eq!(nearest("toUper", ["toLower", "toUpper"]), Some("toUpper"));
/// assert_eq!(nearest("WHER", ["WHEN", "WHERE"]), Some("WHERE"));
/// assert_eq!(nearest("xyz", ["Person", "Party"]), None);
/// ```
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    nearest_all(name, candidates, 1).first().copied()
}

/// Every candidate near enough to `name`, in the order of [`nearest`], at most `limit`.
pub fn nearest_all<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>, limit: usize) -> Vec<&'a str> {
    let sought = Sought::new(name);
    let mut near: Vec<(usize, &'a str)> =
        candidates.into_iter().filter_map(|candidate| Some((sought.distance(candidate)?, candidate))).collect();
    near.sort_by_key(|(distance, candidate)| (*distance, std::cmp::Reverse(sought.common(candidate))));
    near.into_iter().take(limit).map(|(_, candidate)| candidate).collect()
}

/// How many characters must be inserted, deleted, replaced or swapped with their neighbour to turn one text into the
/// other (the optimal string alignment distance).
///
/// ```
/// assert_eq!(standpoint::text::distance("mathc", "match"), 1);
/// ```
pub fn distance(left: &str, right: &str) -> usize {
    let left: Vec<char> = left.chars().collect();
    let right: Vec<char> = right.chars().collect();
    alignment(&left, &right)
}

fn bag(letters: impl Iterator<Item = char>) -> Bag {
    let mut bag = Bag::default();
    for letter in letters {
        let count = &mut bag[letter as usize % size_of::<Bag>()];
        *count = count.saturating_add(1);
    }
    bag
}

/// How many letters one has more than the other, letter by letter; never more than are there.
fn surplus(one: &Bag, other: &Bag) -> usize {
    one.iter().zip(other).map(|(one, other)| usize::from(one.saturating_sub(*other))).sum()
}

fn folded(name: &str) -> Vec<char> {
    name.chars().take(LONGEST + 1).flat_map(char::to_lowercase).collect()
}

fn distance_within(left: &[char], right: &[char], bound: usize) -> Option<usize> {
    let too_long = left.len() > LONGEST || right.len() > LONGEST;
    if too_long || left.is_empty() || left.len().abs_diff(right.len()) > bound {
        return None;
    }
    let distance = alignment(left, right);
    // A distance of the whole length replaces every character: nothing is alike.
    (distance <= bound && distance < left.len().max(right.len())).then_some(distance)
}

/// [`distance`] of texts that are already taken apart.
fn alignment(left: &[char], right: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=right.len()).collect();
    for (i, l) in left.iter().enumerate() {
        let mut row = Vec::with_capacity(right.len() + 1);
        row.push(i + 1);
        for (j, r) in right.iter().enumerate() {
            let mut least = (above[j] + usize::from(l != r)).min(above[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && left[i - 1] == *r && right[j - 1] == *l {
                least = least.min(before[j - 1] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut above, row);
    }
    above[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        let cases = [("", "", 0), ("", "abc", 3), ("kitten", "sitting", 3), ("ab", "ba", 1), ("Ärger", "Aerger", 2)];
        for (left, right, expected) in cases {
            assert_eq!(distance(left, right), expected, "{left} {right}");
            assert_eq!(distance(right, left), expected, "{right} {left}");
        }
    }

    #[test]
    fn what_is_ruled_out_at_once_is_not_near() {
        let names = ["kitten", "sitting", "Sitten", "kit ten", "", "aab", "bbbbbbbb", "KITTENS", "e0000001", "ä"];
        for (name, candidate) in names.iter().flat_map(|name| names.map(|candidate| (name, candidate))) {
            let sought = Sought::new(name);
            for bound in 0..8 {
                let near = sought.distance_within(candidate, bound).is_some();
                assert!(!near || sought.may_be_within(candidate, bound), "{name} {candidate} {bound}");
            }
        }
        assert!(!Sought::new("kitten").may_be_within("bottle", 2));
    }

    #[test]
    fn only_near_names_are_suggested() {
        assert_eq!(nearest("n", ["m"]), None);
        assert_eq!(nearest("frends", ["friends", "trends"]), Some("friends"));
        assert_eq!(nearest("PERSON", ["Person"]), Some("Person"));
        assert_eq!(nearest("", ["a"]), None);
        assert_eq!(nearest("WHER", ["WHEN", "WHERE"]), Some("WHERE"), "equally near, but it begins so");
        assert_eq!(nearest("RETRN", ["RETRY", "RETURN"]), Some("RETURN"), "equally near, but it ends so too");
        assert_eq!(nearest(&"x".repeat(10_000), ["x"]), None);
    }

    #[test]
    fn several_are_sorted_by_distance() {
        assert_eq!(nearest_all("lenght", ["height", "length", "light"], 2), ["length", "light"]);
    }
}
