//! Values of a property of some of those that may have it, from which the planner estimates what a predicate keeps.
//!
//! A sample is spread over the graph: all when there are few. Versions that follow each other share their samples; one
//! is taken anew when the graph has changed much.

use super::{IndexDefinition, SEGMENT, SchemaTarget, Seek, Version};
use crate::value::compare::{GroupKey, order};
use crate::value::{KeyId, LabelId, RelId, RelTypeId, Value};
use hashbrown::{HashMap, HashSet};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// How many are in a sample, about.
const SIZE: usize = 256;
/// From so many segments on only some of them are looked at.
const SEGMENTS: u32 = 64;
/// After so many versions a sample is taken anew, and when the number of those it stands for has changed by one part in
/// so many.
const AGE: u64 = 1000;
const CHANGE: u64 = 8;
/// How many samples are kept.
const KEPT: usize = 1024;

/// Whom a sample stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Population {
    /// The nodes, or those with a label.
    Nodes(Option<LabelId>),
    /// The relationships of a type.
    Rels(RelTypeId),
}

/// The values of a property in a sample.
#[derive(Debug, Default)]
pub struct Sample {
    /// One for each in the sample; null where there is none.
    values: Vec<Value>,
    /// How many different values the whole population has, about.
    different: f64,
    population: u64,
    /// The version it was taken from.
    sequence: u64,
}

impl Sample {
    fn new(values: Vec<Value>, population: u64, sequence: u64) -> Sample {
        let seen: HashSet<GroupKey, foldhash::fast::FixedState> =
            values.iter().filter(|value| !value.is_null()).cloned().map(GroupKey).collect();
        let (met, size) = (seen.len() as f64, values.len().max(1) as f64);
        // Where most of a sample are different, so are most of all.
        let different = if met * 2.0 > size { met / size * population as f64 } else { met };
        Sample { values, different: different.max(met), population, sequence }
    }

    /// The share for which a test holds. One that holds for none in the sample may hold for some.
    ///
    /// ```
    /// use standpoint::store::Population;
    /// use standpoint::{Graph, Value};
    ///
    /// let graph = Graph::in_memory();
    /// graph.session().run("UNWIND range(1, 100) AS x CREATE (:Day {hot: x > 75})")?;
    /// let version = graph.snapshot();
    /// let (label, key) = (version.catalog().label("Day").unwrap(), version.catalog().key("hot").unwrap());
    /// let sample = version.sample(Population::Nodes(Some(label)), key).unwrap();
    /// assert_eq!(sample.share(|value| matches!(value, Value::Bool(true))), 0.25);
    /// assert_eq!(sample.equal_share(), 0.5);
    /// # Ok::<(), standpoint::Error>(())
    /// ```
    pub fn share(&self, holds: impl Fn(&Value) -> bool) -> f64 {
        let held = self.values.iter().filter(|value| holds(value)).count();
        let least = if (self.values.len() as u64) < self.population { 0.5 } else { 0.0 };
        (held as f64).max(least) / self.values.len().max(1) as f64
    }

    /// The share that has one certain value, on average.
    pub fn equal_share(&self) -> f64 {
        self.share(|value| !value.is_null()) / self.different.max(1.0)
    }

    /// The share that has this value: as in the sample where several have it, otherwise the average.
    fn share_of(&self, value: &Value) -> f64 {
        let held = self.values.iter().filter(|other| order(other, value).is_eq()).count();
        if held > 1 { held as f64 / self.values.len() as f64 } else { self.equal_share() }
    }

    fn is_fresh(&self, population: u64, sequence: u64) -> bool {
        self.population.abs_diff(population) * CHANGE <= self.population && sequence < self.sequence + AGE
    }
}

/// The samples that versions share.
#[derive(Default)]
pub(super) struct Samples(Mutex<HashMap<(Population, KeyId), Arc<Sample>>>);

impl fmt::Debug for Samples {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Samples").finish_non_exhaustive()
    }
}

impl Version {
    /// A sample of a property; `None` where nobody could have it.
    pub fn sample(&self, population: Population, key: KeyId) -> Option<Arc<Sample>> {
        let size = match population {
            Population::Nodes(None) => self.node_count(),
            Population::Nodes(Some(label)) => self.label_count(label),
            Population::Rels(rel_type) => self.rel_type_count(rel_type),
        };
        if size == 0 {
            return None;
        }
        let mut samples = self.samples.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = samples.get(&(population, key)).filter(|sample| sample.is_fresh(size, self.sequence));
        if let Some(sample) = known {
            return Some(Arc::clone(sample));
        }
        let values = match population {
            Population::Nodes(label) => {
                self.sample_nodes(label).into_iter().map(|node| self.nodes.property(node, key)).collect()
            }
            Population::Rels(rel_type) => {
                let rows = self.sample_rows(rel_type).into_iter();
                rows.map(|row| self.rel_property(RelId { rel_type, row }, key)).collect()
            }
        };
        let sample = Arc::new(Sample::new(values, size, self.sequence));
        if samples.len() >= KEPT {
            samples.clear();
        }
        samples.insert((population, key), Arc::clone(&sample));
        Some(sample)
    }

    /// About how many of those that could be in an index are found in it.
    pub(super) fn guess_found(&self, index: &IndexDefinition, seek: &Seek<'_>) -> f64 {
        let Some(place) = seek.place() else { return 0.0 };
        let found = match seek {
            Seek::Equal(values) => self.guess(index, |at, sample| match values.get(at) {
                Some(value) => sample.share_of(value),
                None => sample.equal_share(),
            }),
            _ => self.guess(index, |_, sample| sample.share(|value| !value.is_null() && place(value).is_eq())),
        };
        let unique = matches!(seek, Seek::Equal(_)) && self.owning_constraint(&index.name).is_some();
        if unique { found.min(1.0) } else { found }
    }

    /// About how many are in an index, and how many of them have the same value on average.
    pub(super) fn guess_spread(&self, index: &IndexDefinition) -> (f64, f64) {
        let size = self.guess(index, |_, sample| sample.share(|value| !value.is_null()));
        let each = self.guess(index, |_, sample| sample.equal_share());
        let unique = self.owning_constraint(&index.name).is_some();
        (size, if unique { each.min(1.0) } else { each })
    }

    /// How many could be in an index, times a share for each of its keys.
    fn guess(&self, index: &IndexDefinition, share: impl Fn(usize, &Sample) -> f64) -> f64 {
        let population = match index.target {
            SchemaTarget::Label(label) => Population::Nodes(Some(label)),
            SchemaTarget::RelType(rel_type) => Population::Rels(rel_type),
        };
        let shares = index.keys.iter().enumerate().map(|(at, key)| {
            let sample = self.sample(population, *key);
            sample.map_or(0.0, |sample| share(at, &sample))
        });
        self.population(index.target) as f64 * shares.product::<f64>()
    }

    /// Nodes spread over the graph, or over those with a label: all when there are few.
    pub fn sample_nodes(&self, label: Option<LabelId>) -> Vec<u32> {
        let total = label.map_or(self.node_count(), |label| self.label_count(label));
        spread(total, self.segments(), |segment, out| self.scan(segment, label, out))
    }

    fn sample_rows(&self, rel_type: RelTypeId) -> Vec<u32> {
        let segments = self.row_bound(rel_type).div_ceil(SEGMENT);
        spread(self.rel_type_count(rel_type), segments, |segment, out| {
            let from = segment * SEGMENT;
            self.rows_in(rel_type, from..from.saturating_add(SEGMENT), out);
        })
    }
}

/// Some of what stands in segments: all of them are looked at when there are few, or few are expected in each.
fn spread(total: u64, segments: u32, mut scan: impl FnMut(u32, &mut Vec<u32>)) -> Vec<u32> {
    let dense = total > u64::from(segments) * SIZE as u64 / 4;
    let stride = if dense { segments.div_ceil(SEGMENTS).max(1) } else { 1 };
    let step = (total as usize).div_ceil(SIZE * stride as usize).max(1);
    let (mut sample, mut found, mut next) = (Vec::new(), Vec::new(), 0);
    for segment in (0..segments).step_by(stride as usize) {
        found.clear();
        scan(segment, &mut found);
        while next < found.len() {
            sample.push(found[next]);
            next += step;
        }
        next -= found.len();
    }
    sample
}
