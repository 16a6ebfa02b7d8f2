//! Parts of a pattern that are only counted: how often a node counts because of what hangs at it.

use super::physical::{Expand, Way};
use crate::semantic::bound::{Expr, LabelTest, Slot, TypeTest};

/// What a node is multiplied with.
#[derive(Clone, Debug)]
pub enum Weight {
    /// The relationships of one branch.
    Branch(Branch),
    /// The pairs of different relationships, one of each branch; these are not tested themselves.
    Pair(Box<[Branch; 2]>),
}

/// Relationships at a node and what hangs at their far ends. Each counts as often as its far end does: not at all when
/// the end fails a test, otherwise the product of the end's own weights.
#[derive(Clone, Debug)]
pub struct Branch {
    /// The slot of the relationship. When it is cited, that of the outermost branch holds the node, at which an aggregate
    /// lists what counts, and the others hold nothing.
    pub rel: Slot,
    /// Whether the relationships that count are cited.
    pub cited: bool,
    /// The slot of the far end, held only while its predicates are computed.
    pub end: Slot,
    /// What must hold of the relationship; the tests read nothing else, and hold it only while they are computed.
    pub tests: Vec<Expr>,
    /// Which types.
    pub types: TypeTest,
    /// Which way, seen from the node.
    pub way: Way,
    /// What the labels of the far end must be.
    pub labels: Vec<LabelTest>,
    /// What must hold of the far end; the predicates read nothing else.
    pub predicates: Vec<Expr>,
    /// What the far end is multiplied with.
    pub weights: Vec<Weight>,
}

impl Weight {
    /// Its branches.
    pub fn branches(&self) -> &[Branch] {
        match self {
            Weight::Branch(branch) => std::slice::from_ref(branch),
            Weight::Pair(arms) => arms.as_slice(),
        }
    }

    /// Every relationship of an expansion once, cited.
    pub fn cited_relationships(expand: &Expand) -> Weight {
        Weight::Branch(Branch {
            rel: expand.rel,
            cited: true,
            tests: Vec::new(),
            end: expand.to,
            types: expand.types.clone(),
            way: expand.way,
            labels: Vec::new(),
            predicates: Vec::new(),
            weights: Vec::new(),
        })
    }

    /// The slots of cited relationships, the outermost first.
    pub fn cited(&self) -> Vec<Slot> {
        let of = |branch: &Branch| {
            let inner = branch.weights.iter().flat_map(Weight::cited);
            branch.cited.then_some(branch.rel).into_iter().chain(inner).collect::<Vec<_>>()
        };
        self.branches().iter().flat_map(of).collect()
    }

    /// The predicates in it.
    pub fn expressions(&self) -> Vec<&Expr> {
        let mut all = Vec::new();
        for branch in self.branches() {
            all.extend(branch.tests.iter().chain(&branch.predicates));
            all.extend(branch.weights.iter().flat_map(Weight::expressions));
        }
        all
    }
}

impl Branch {
    /// Whether every relationship counts once that passes the tests.
    pub fn is_only_tested(&self) -> bool {
        self.labels.is_empty() && self.predicates.is_empty() && self.weights.is_empty()
    }

    /// Whether every relationship counts once.
    pub fn is_plain(&self) -> bool {
        self.tests.is_empty() && self.is_only_tested()
    }
}
