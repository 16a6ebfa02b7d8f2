//! What benchmarks share: a generated graph of people who follow each other, and medians of times.
//!
//! The shape is that of a well-known comparison of graph databases: 100,000 persons, 2.4 million skewed `FOLLOWS`,
//! about 57.6 million paths of two. Numbers come from a fixed sequence, so every run sees the same graph.

#![allow(dead_code, reason = "each benchmark uses its part")]

pub(crate) mod social;
pub(crate) mod spell;

use standpoint::store::Version;
use standpoint::value::{LabelId, NodeId, RelTypeId, Value};
use std::time::{Duration, Instant};

/// Persons.
pub(crate) const PERSONS: u32 = 100_000;

/// Relationships of the type `FOLLOWS`.
pub(crate) const FOLLOWS: usize = 2_400_000;

/// Persons of the small graph: set S of the comparison.
pub(crate) const FEW_PERSONS: u32 = 10_000;

/// Relationships of the type `FOLLOWS` in the small graph.
pub(crate) const FEW_FOLLOWS: usize = 240_000;

/// A fixed sequence of numbers without visible order.
pub(crate) struct Sequence(u64);

impl Sequence {
    /// The sequence of a seed.
    pub(crate) fn new(seed: u64) -> Sequence {
        Sequence(seed)
    }

    /// The next number.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// The next number below a bound, all equally often.
    pub(crate) fn below(&mut self, bound: u32) -> u32 {
        ((u128::from(self.next()) * u128::from(bound)) >> 64) as u32
    }

    /// The next number below a bound, small ones much more often.
    pub(crate) fn skewed(&mut self, bound: u32) -> u32 {
        let part = self.next() as f64 / u64::MAX as f64;
        ((part * part * part * f64::from(bound)) as u32).min(bound - 1)
    }
}

/// Who follows whom, in no order: everybody follows about equally many, few are followed by most.
pub(crate) fn follows(persons: u32, count: usize) -> Vec<(NodeId, NodeId)> {
    let mut sequence = Sequence::new(1);
    // The most followed are spread over the identifiers: an odd factor permutes them.
    let spread = |rank: u32| ((u64::from(rank) * 48_271) % u64::from(persons)) as u32;
    (0..count).map(|_| (NodeId(sequence.below(persons)), NodeId(spread(sequence.skewed(persons))))).collect()
}

/// Persons with a name and an age, and the given relationships.
pub(crate) fn people(persons: u32, follows: &[(NodeId, NodeId)]) -> (Version, LabelId, RelTypeId) {
    let mut version = Version::new();
    let (person, rel_type) = (version.intern_label("Person"), version.intern_rel_type("FOLLOWS"));
    let (name, age) = (version.intern_key("name"), version.intern_key("age"));
    let mut sequence = Sequence::new(2);
    for id in 0..persons {
        let years = 18 + i64::from(sequence.below(60));
        let properties = [(name, Value::string(format!("Person {id}"))), (age, Value::Int(years))];
        let node = version.create_node(&[person], &properties).expect("identifiers suffice");
        assert_eq!(node.0, id, "one label set fills identifiers without holes");
    }
    version.bulk_rels(rel_type, follows).expect("both ends exist");
    (version, person, rel_type)
}

/// The median of the times of several runs, and the last result.
pub(crate) fn median<T>(runs: usize, mut run: impl FnMut() -> T) -> (Duration, T) {
    let mut times = Vec::with_capacity(runs);
    let mut result = None;
    for _ in 0..runs.max(1) {
        let start = Instant::now();
        result = Some(std::hint::black_box(run()));
        times.push(start.elapsed());
    }
    times.sort_unstable();
    (times[times.len() / 2], result.expect("at least one run"))
}
