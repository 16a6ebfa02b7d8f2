//! A set of places within a segment, as a bitmap.

use super::SEGMENT;

const WORDS: usize = SEGMENT as usize / 64;

/// A set of numbers below [`SEGMENT`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Bits([u64; WORDS]);

impl Bits {
    /// Whether the number is in the set.
    #[inline]
    pub(crate) fn get(&self, place: u16) -> bool {
        self.0[usize::from(place / 64)] >> (place % 64) & 1 == 1
    }

    /// Adds a number; whether it was not there.
    pub(crate) fn insert(&mut self, place: u16) -> bool {
        let (word, bit) = (&mut self.0[usize::from(place / 64)], 1u64 << (place % 64));
        let new = *word & bit == 0;
        *word |= bit;
        new
    }

    /// Takes a number out; whether it was there.
    pub(crate) fn remove(&mut self, place: u16) -> bool {
        let (word, bit) = (&mut self.0[usize::from(place / 64)], 1u64 << (place % 64));
        let was = *word & bit != 0;
        *word &= !bit;
        was
    }

    /// Adds the numbers of another set.
    pub(crate) fn add(&mut self, other: &Bits) {
        self.0.iter_mut().zip(&other.0).for_each(|(word, other)| *word |= other);
    }

    /// The set of all numbers below one that is at most [`SEGMENT`].
    pub(crate) fn below(count: usize) -> Bits {
        let mut bits = Bits::default();
        for (at, word) in bits.0.iter_mut().enumerate() {
            *word = match count.saturating_sub(at * 64) {
                64.. => u64::MAX,
                some => (1 << some) - 1,
            };
        }
        bits
    }

    /// The numbers that are not in another set.
    pub(crate) fn without(&self, other: &Bits) -> Bits {
        let mut bits = *self;
        bits.0.iter_mut().zip(&other.0).for_each(|(word, other)| *word &= !other);
        bits
    }

    /// The bitmap in numbers of 32 bits, the lowest first.
    pub(crate) fn halves(&self) -> impl Iterator<Item = u32> + '_ {
        self.0.iter().flat_map(|word| [*word as u32, (*word >> 32) as u32])
    }

    /// The set of a bitmap in numbers of 32 bits; `None` when they are not as many as a bitmap has.
    pub(crate) fn from_halves(halves: &[u32]) -> Option<Bits> {
        let halves: &[u32; 2 * WORDS] = halves.try_into().ok()?;
        let mut bits = Bits::default();
        for (word, [low, high]) in bits.0.iter_mut().zip(halves.as_chunks::<2>().0) {
            *word = u64::from(*low) | u64::from(*high) << 32;
        }
        Some(bits)
    }

    /// Whether the set is empty.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    /// How many numbers there are.
    pub(crate) fn count(&self) -> u32 {
        self.0.iter().map(|word| word.count_ones()).sum()
    }

    /// How many numbers are in both sets.
    pub(crate) fn common(&self, other: &Bits) -> u32 {
        self.0.iter().zip(&other.0).map(|(left, right)| (left & right).count_ones()).sum()
    }

    /// The numbers in ascending order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = u16> + '_ {
        self.0.iter().enumerate().flat_map(|(index, word)| {
            let mut rest = *word;
            std::iter::from_fn(move || {
                let bit = (rest != 0).then(|| rest.trailing_zeros())?;
                rest &= rest - 1;
                Some((index * 64) as u16 + bit as u16)
            })
        })
    }

    /// Appends each number plus `base`, ascending.
    pub(crate) fn append_to(&self, base: u32, out: &mut Vec<u32>) {
        for (index, word) in self.0.iter().enumerate() {
            let start = base + index as u32 * 64;
            if *word == u64::MAX {
                out.extend(start..start + 64);
                continue;
            }
            let mut rest = *word;
            while rest != 0 {
                out.push(start + rest.trailing_zeros());
                rest &= rest - 1;
            }
        }
    }
}

/// A set that also tells how many of its numbers lie below a place: where the value for that place is stored in a
/// packed array.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Ranked {
    bits: Bits,
    /// For each word, the count of numbers in the words before it.
    before: [u16; WORDS],
    count: u16,
    /// Whether the set is all numbers below the count: then a number is its own position.
    dense: bool,
}

impl From<Bits> for Ranked {
    fn from(bits: Bits) -> Ranked {
        let mut ranked = Ranked { bits, ..Ranked::default() };
        for (before, word) in ranked.before.iter_mut().zip(bits.0) {
            *before = ranked.count;
            ranked.count += word.count_ones() as u16;
        }
        ranked.dense = ranked.is_prefix();
        ranked
    }
}

impl Ranked {
    /// The set of the given numbers.
    pub(crate) fn of(places: impl Iterator<Item = u16>) -> Ranked {
        let mut bits = Bits::default();
        places.for_each(|place| _ = bits.insert(place));
        Ranked::from(bits)
    }

    /// The set.
    pub(crate) fn bits(&self) -> &Bits {
        &self.bits
    }

    /// Whether a number is its own position: the set is all numbers below its count.
    pub(crate) fn is_dense(&self) -> bool {
        self.dense
    }

    /// The position of a number among those in the set, if it is there.
    #[inline]
    pub(crate) fn position(&self, place: u16) -> Option<usize> {
        if self.dense {
            return (place < self.count).then_some(usize::from(place));
        }
        let word = self.bits.0[usize::from(place / 64)];
        (word >> (place % 64) & 1 == 1).then(|| self.rank(place))
    }

    /// How many numbers of the set are below the place.
    #[inline]
    pub(crate) fn rank(&self, place: u16) -> usize {
        let word = usize::from(place / 64);
        let below = self.bits.0[word] & ((1u64 << (place % 64)) - 1);
        usize::from(self.before[word]) + below.count_ones() as usize
    }

    /// Adds a number that is not in the set.
    pub(crate) fn insert(&mut self, place: u16) {
        if self.bits.insert(place) {
            self.before[usize::from(place / 64) + 1..].iter_mut().for_each(|count| *count += 1);
            self.count += 1;
            self.dense = self.is_prefix();
        }
    }

    /// Takes out a number that is in the set.
    pub(crate) fn remove(&mut self, place: u16) {
        if self.bits.remove(place) {
            self.before[usize::from(place / 64) + 1..].iter_mut().for_each(|count| *count -= 1);
            self.count -= 1;
            self.dense = self.is_prefix();
        }
    }

    /// Whether as many numbers are below the count as there are at all.
    fn is_prefix(&self) -> bool {
        u32::from(self.count) == SEGMENT || self.rank(self.count) == usize::from(self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn ranks_follow_a_plain_set(changes in proptest::collection::vec((0u16..1024, any::<bool>()), 0..300)) {
            let (mut ranked, mut plain) = (Ranked::default(), BTreeSet::new());
            for (place, add) in changes {
                if add { ranked.insert(place); plain.insert(place); } else { ranked.remove(place); plain.remove(&place); }
            }
            prop_assert_eq!(ranked.bits().iter().collect::<Vec<_>>(), plain.iter().copied().collect::<Vec<_>>());
            for place in [0, 1, 63, 64, 511, 1023] {
                prop_assert_eq!(ranked.rank(place), plain.range(..place).count());
                let position = plain.contains(&place).then(|| plain.range(..place).count());
                prop_assert_eq!(ranked.position(place), position);
            }
            let built = Ranked::of(plain.iter().copied());
            for place in 0..1024 {
                prop_assert_eq!(built.position(place), ranked.position(place));
                prop_assert_eq!(built.rank(place), ranked.rank(place));
            }
            let mut out = Vec::new();
            ranked.bits().append_to(2048, &mut out);
            prop_assert_eq!(out, plain.iter().map(|place| u32::from(*place) + 2048).collect::<Vec<_>>());
        }
    }

    #[test]
    fn whole_sets_are_made_at_once() {
        for count in [0, 1, 63, 64, 65, 1000, 1023, 1024] {
            let bits = Bits::below(count);
            assert!(bits.iter().map(usize::from).eq(0..count), "{count}");
            assert_eq!(Bits::from_halves(&bits.halves().collect::<Vec<u32>>()), Some(bits));
            assert!(bits.without(&Bits::below(count / 2)).iter().map(usize::from).eq(count / 2..count), "{count}");
        }
        assert_eq!(Bits::from_halves(&[0; 31]), None);
    }
}
