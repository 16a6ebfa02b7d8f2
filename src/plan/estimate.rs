//! Cardinalities from statistics.
//!
//! Takes the exact counts a version keeps and gives expected numbers of rows. Counts of labels and relationship types
//! are exact; of the share of rows that a predicate keeps see [`super::share`].

use super::grounds::Fact;
use super::physical::Way;
use super::share::Populations;
use super::weight::{Branch, Weight};
use crate::semantic::bound::{LabelTest, PatternNode, TypeTest, VarLength};
use crate::store::{Direction, IndexDefinition, Population, Sample, Seek, Version};
use crate::value::{KeyId, LabelId, RelTypeId};
use std::sync::Arc;

/// No estimate is greater, so that products stay finite.
const MOST: f64 = 1e15;
/// The effort of testing a relationship while all of its type are tested in order.
const AHEAD: f64 = 0.2;
/// The effort of looking at a relationship of which it is known whether it passes.
const KNOWN: f64 = 0.4;
/// A variable length without limit is estimated up to so many relationships more than its least number.
const REACH: u32 = 4;

/// The exact counts that estimates begin with.
pub trait Counts {
    /// How many nodes there are.
    fn nodes(&self) -> u64;
    /// How many nodes have the label.
    fn labelled(&self, label: LabelId) -> u64;
    /// How many relationships there are.
    fn rels(&self) -> u64;
    /// How many relationships have the type.
    fn typed(&self, rel_type: RelTypeId) -> u64;
    /// How many distinct nodes relationships of the type have at that end.
    fn ends(&self, rel_type: RelTypeId, direction: Direction) -> u64;
    /// How many relationships of the type have a node with the label at their start (outgoing) or end (incoming).
    fn ends_labelled(&self, rel_type: RelTypeId, direction: Direction, label: LabelId) -> u64;
    /// How many relationships of the type start where they end.
    fn loops(&self, rel_type: RelTypeId) -> u64;
    /// How many nodes with the label have the property.
    fn present(&self, label: LabelId, key: KeyId) -> u64;
    /// The indexes, in order of creation.
    fn indexes(&self) -> Vec<Arc<IndexDefinition>>;
    /// How many entries an index has, and how many different values.
    fn index_size(&self, index: &str) -> (u64, u64);
    /// How many entries an index has, and how many of them have the same value on average, about.
    fn index_spread(&self, index: &str) -> (f64, f64);
    /// The key whose texts are the names of entities.
    fn name_key(&self) -> Option<KeyId>;
    /// How many an index finds, about.
    fn found(&self, index: &str, seek: &Seek<'_>) -> u64;
    /// Some values of a property.
    fn sample(&self, population: Population, key: KeyId) -> Option<Arc<Sample>>;
    /// Whether a fact holds, on which the plan may come to rest: the only way for a rule to take one as given.
    fn is_so(&self, fact: Fact) -> bool;
}

impl Counts for Version {
    fn nodes(&self) -> u64 {
        self.node_count()
    }
    fn labelled(&self, label: LabelId) -> u64 {
        self.label_count(label)
    }
    fn rels(&self) -> u64 {
        self.rel_count()
    }
    fn typed(&self, rel_type: RelTypeId) -> u64 {
        self.rel_type_count(rel_type)
    }
    fn ends(&self, rel_type: RelTypeId, direction: Direction) -> u64 {
        self.rel_type_nodes(rel_type, direction)
    }
    fn ends_labelled(&self, rel_type: RelTypeId, direction: Direction, label: LabelId) -> u64 {
        self.rel_type_labelled(rel_type, direction, label)
    }
    fn loops(&self, rel_type: RelTypeId) -> u64 {
        self.rel_type_loops(rel_type)
    }
    fn present(&self, label: LabelId, key: KeyId) -> u64 {
        self.label_key_count(label, key)
    }
    fn indexes(&self) -> Vec<Arc<IndexDefinition>> {
        Version::indexes(self).cloned().collect()
    }
    fn index_size(&self, index: &str) -> (u64, u64) {
        Version::index_size(self, index)
    }
    fn index_spread(&self, index: &str) -> (f64, f64) {
        Version::index_spread(self, index)
    }
    fn name_key(&self) -> Option<KeyId> {
        Version::name_key(self)
    }
    fn found(&self, index: &str, seek: &Seek<'_>) -> u64 {
        self.count_found(index, seek)
    }
    fn sample(&self, population: Population, key: KeyId) -> Option<Arc<Sample>> {
        Version::sample(self, population, key)
    }
    fn is_so(&self, fact: Fact) -> bool {
        fact.holds(self)
    }
}

/// Expected numbers of rows.
#[derive(Clone, Copy)]
pub struct Statistics<'a> {
    counts: &'a dyn Counts,
}

impl<'a> Statistics<'a> {
    /// The statistics over some counts.
    pub fn new(counts: &'a dyn Counts) -> Statistics<'a> {
        Statistics { counts }
    }

    /// The counts themselves.
    pub fn counts(&self) -> &'a dyn Counts {
        self.counts
    }

    /// How many nodes there are.
    pub fn nodes(&self) -> f64 {
        self.counts.nodes() as f64
    }

    /// How many nodes have the label.
    pub fn labelled(&self, label: LabelId) -> f64 {
        self.counts.labelled(label) as f64
    }

    /// How many relationships the types have.
    pub fn rels(&self, types: &TypeTest) -> f64 {
        match types {
            TypeTest::Any => self.counts.rels() as f64,
            TypeTest::OneOf(types) => types.iter().map(|each| self.counts.typed(*each) as f64).sum(),
        }
    }

    /// How many nodes have relationships of the types in that direction, at most.
    fn ends(&self, types: &TypeTest, direction: Direction) -> f64 {
        let ends = match types {
            TypeTest::Any => self.nodes(),
            TypeTest::OneOf(types) => types.iter().map(|each| self.counts.ends(*each, direction) as f64).sum(),
        };
        ends.min(self.nodes())
    }

    /// The label of the test that fewest nodes have, of those every passing node has.
    pub fn rarest_label(&self, test: Option<&LabelTest>) -> Option<LabelId> {
        let labels = conjuncts(test).into_iter().filter_map(|each| match each {
            LabelTest::Has(label) => Some(*label),
            _ => None,
        });
        labels.min_by(|left, right| self.labelled(*left).total_cmp(&self.labelled(*right)))
    }

    /// How many nodes a scan for the pattern node gives.
    pub fn scan(&self, node: &PatternNode) -> f64 {
        if node.entity.is_some() {
            return 1.0;
        }
        self.rarest_label(node.labels.as_ref()).map_or_else(|| self.nodes(), |label| self.labelled(label))
    }

    /// The share of `population` nodes that pass the test.
    pub fn label_share(&self, test: &LabelTest, population: f64) -> f64 {
        match test {
            LabelTest::Has(label) => share(self.labelled(*label), population),
            LabelTest::Never => 0.0,
            LabelTest::Any => 1.0,
            LabelTest::Not(inner) => 1.0 - self.label_share(inner, population),
            LabelTest::And(tests) => tests.iter().map(|each| self.label_share(each, population)).product(),
            LabelTest::Or(tests) => tests.iter().map(|each| self.label_share(each, population)).sum::<f64>().min(1.0),
        }
    }

    /// How many relationships of the types a node of a population has on average; a population of 0 is one that is
    /// reached by such relationships.
    pub fn degree(&self, types: &TypeTest, way: Way, population: f64) -> f64 {
        let one = |direction| {
            let nodes = self.ends(types, direction).max(population);
            if nodes > 0.0 { self.rels(types) / nodes } else { 0.0 }
        };
        match way {
            Way::Outgoing => one(Direction::Outgoing),
            Way::Incoming => one(Direction::Incoming),
            Way::Both => one(Direction::Outgoing) + one(Direction::Incoming),
        }
    }

    /// How many nodes can be at the other end of an expansion.
    pub fn far_ends(&self, types: &TypeTest, way: Way) -> f64 {
        match way {
            Way::Outgoing => self.ends(types, Direction::Incoming),
            Way::Incoming => self.ends(types, Direction::Outgoing),
            Way::Both => self.ends(types, Direction::Incoming).max(self.ends(types, Direction::Outgoing)),
        }
    }

    /// How many relationships there are between two given nodes.
    pub fn between(&self, types: &TypeTest, way: Way, population: f64) -> f64 {
        let far = self.far_ends(types, way);
        if far > 0.0 { self.degree(types, way, population) / far } else { 0.0 }
    }

    /// How many trails of a variable length begin at a node.
    pub fn trails(&self, types: &TypeTest, way: Way, length: &VarLength, population: f64) -> f64 {
        let degree = self.degree(types, way, population);
        let last = length.max.unwrap_or(u32::MAX).min(length.min.saturating_add(REACH));
        let steps = (length.min..=last).map(|step| degree.powi(i32::try_from(step).unwrap_or(i32::MAX)));
        bounded(steps.sum())
    }
}

/// What hangs at a node.
impl Statistics<'_> {
    /// How often a node counts on average.
    pub fn weight(&self, weight: &Weight) -> f64 {
        bounded(weight.branches().iter().map(|branch| self.branch(branch)).product())
    }

    fn branch(&self, branch: &Branch) -> f64 {
        let ends = self.far_ends(&branch.types, branch.way);
        let tests = branch.tests.iter().chain(&branch.predicates);
        let tested = self.share_of_all(tests, &Populations::of_branch(self, branch));
        let labels: f64 = branch.labels.iter().map(|test| self.label_share(test, ends)).product();
        let weights: f64 = branch.weights.iter().map(|weight| self.weight(weight)).product();
        self.degree(&branch.types, branch.way, 0.0) * labels * tested * weights
    }

    /// The share of far ends that pass the predicates.
    fn passing(&self, branch: &Branch) -> f64 {
        self.share_of_all(&branch.predicates, &Populations::of_branch(self, branch))
    }

    /// The share of nodes that count at all.
    pub fn weight_share(&self, weight: &Weight) -> f64 {
        self.weight(weight).min(1.0)
    }

    /// The effort of weighing so many nodes: each far end is looked at for each relationship, and weighed itself once.
    pub fn weighing(&self, weight: &Weight, nodes: f64) -> f64 {
        weight.branches().iter().map(|branch| self.branching(branch, nodes)).sum()
    }

    fn branching(&self, branch: &Branch, nodes: f64) -> f64 {
        let met = bounded(nodes * self.degree(&branch.types, branch.way, 0.0));
        if branch.is_plain() {
            return nodes;
        }
        // Those that are met are tested one by one, or all beforehand.
        let tested = met.min(met * KNOWN + self.rels(&branch.types) * AHEAD);
        if branch.is_only_tested() {
            return nodes + tested;
        }
        let met = if branch.tests.is_empty() { met } else { met + tested };
        let ends = met.min(self.far_ends(&branch.types, branch.way));
        let passing = ends * self.passing(branch);
        met + ends + branch.weights.iter().map(|weight| self.weighing(weight, passing)).sum::<f64>()
    }
}

/// A finite number of rows.
pub fn bounded(rows: f64) -> f64 {
    if rows.is_nan() { MOST } else { rows.clamp(0.0, MOST) }
}

fn share(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { (part / whole).min(1.0) } else { 1.0 }
}

/// The tests that must all hold.
pub fn conjuncts(test: Option<&LabelTest>) -> Vec<&LabelTest> {
    match test {
        None => Vec::new(),
        Some(LabelTest::And(tests)) => tests.iter().flat_map(|each| conjuncts(Some(each))).collect(),
        Some(test) => vec![test],
    }
}
