//! Relationships that follow from others by rules, in a version that is read.
//!
//! They stand in the tables like those that are stored, at rows that no stored relationship has, and everything reads
//! them alike. Each has a proof: the rule, and the relationships that its body bound. They are neither recorded, indexed
//! nor checked, have no properties, and never reach the version that is published: what a statement changes in a version
//! that has them is done again in one that has not.

use super::adjacency::Entry;
use super::ends::Counted;
use super::record::Record;
use super::schema::RuleDefinition;
use super::{Direction, Version};
use crate::error::{Detail, Error, ErrorType, Result};
use crate::value::{NodeId, RelId, RelTypeId};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Below this part of what there is, relationships are added one by one.
const FEW: u64 = 16;

/// What was derived, and from what.
#[derive(Clone, Debug, Default)]
pub struct Derived {
    /// The rules whose relationships are there.
    rules: Vec<Arc<RuleDefinition>>,
    types: BTreeMap<RelTypeId, Proofs>,
}

/// The proofs of the relationships of one type, in order of row.
#[derive(Clone, Debug, Default)]
struct Proofs {
    /// The first row.
    first: u32,
    /// Of each the rule, and where its premises end.
    each: Vec<(u32, usize)>,
    premises: Vec<RelId>,
}

/// Why a relationship is there.
#[derive(Clone, Copy, Debug)]
pub struct Proof<'v> {
    /// The rule that derives it.
    pub rule: &'v Arc<RuleDefinition>,
    /// The relationships that the rule's body bound, stored and derived ones. None of them rests on it.
    pub premises: &'v [RelId],
}

impl Derived {
    /// Nothing yet, by these rules.
    pub fn by(rules: &[Arc<RuleDefinition>]) -> Derived {
        Derived { rules: rules.to_vec(), types: BTreeMap::new() }
    }

    /// Adds the proof of the next relationship of a type; gives its row. `first` is that of the first one.
    pub fn push(&mut self, rel_type: RelTypeId, first: u32, rule: u32, premises: impl Iterator<Item = RelId>) -> RelId {
        let proofs = self.types.entry(rel_type).or_insert_with(|| Proofs { first, ..Proofs::default() });
        let row = proofs.first.saturating_add(proofs.each.len() as u32);
        proofs.premises.extend(premises);
        proofs.each.push((rule, proofs.premises.len()));
        RelId { rel_type, row }
    }

    /// How many relationships there are.
    pub fn count(&self) -> u64 {
        self.types.values().map(|proofs| proofs.each.len() as u64).sum()
    }

    /// About how many bytes the proofs take.
    pub fn bytes(&self) -> u64 {
        let each = |proofs: &Proofs| {
            proofs.each.len() * size_of::<(u32, usize)>() + proofs.premises.len() * size_of::<RelId>()
        };
        self.types.values().map(|proofs| each(proofs) as u64).sum()
    }

    /// The proof of a relationship; `None` when it is not derived.
    pub fn proof(&self, rel: RelId) -> Option<Proof<'_>> {
        let proofs = self.types.get(&rel.rel_type)?;
        let at = rel.row.checked_sub(proofs.first)? as usize;
        let (rule, end) = proofs.each.get(at)?;
        let start = at.checked_sub(1).and_then(|before| proofs.each.get(before)).map_or(0, |(_, end)| *end);
        Some(Proof { rule: self.rules.get(*rule as usize)?, premises: proofs.premises.get(start..*end)? })
    }
}

impl Version {
    /// Adds relationships that follow from rules. The rows must be the next ones of the type.
    ///
    /// # Errors
    /// When an end does not exist, or the rows are used up.
    pub fn derive(&mut self, rel_type: RelTypeId, rels: &[(u32, NodeId, NodeId)]) -> Result<()> {
        self.check_rel_type(rel_type)?;
        self.check_rows(rel_type, rels.len())?;
        let mut forward: Vec<Entry> =
            rels.iter().map(|(row, from, to)| Entry { node: from.0, neighbour: to.0, row: *row }).collect();
        self.note_types(rel_type, &forward);
        if rels.len() as u64 * FEW < self.rel_type_count(rel_type) {
            for entry in forward {
                let row = entry.row;
                self.table_mut(rel_type).create_at(row, entry.node, entry.neighbour);
                self.count_rel_ends(RelId { rel_type, row }, (entry.node, entry.neighbour), Counted::Added);
            }
            return Ok(());
        }
        forward.sort_unstable();
        let bound = self.node_bound();
        self.table_mut(rel_type).load(&forward, bound);
        self.count_loaded_ends(rel_type, &forward);
        Ok(())
    }

    /// Says what was derived.
    pub fn set_derived(&mut self, derived: Derived) {
        self.derived = Some(Arc::new(derived));
    }

    /// What was derived in this version; `None` where only stored relationships are.
    pub fn derived(&self) -> Option<&Derived> {
        self.derived.as_deref()
    }

    /// Why a relationship is there that is derived; `None` of one that is stored.
    #[inline]
    pub fn proof(&self, rel: RelId) -> Option<Proof<'_>> {
        self.derived.as_ref()?.proof(rel)
    }

    /// Takes away the derived relationships of a node, as before it is deleted.
    pub fn forget_derived_at(&mut self, node: NodeId) {
        if self.derived.is_none() {
            return;
        }
        let derived: Vec<RelId> = self.rels_of(node).into_iter().filter(|rel| self.proof(*rel).is_some()).collect();
        let record = self.record.take();
        derived.into_iter().for_each(|rel| _ = self.delete_rel(rel));
        self.record = record;
    }

    /// Makes the changes that were recorded on a version like this one with derived relationships.
    ///
    /// # Errors
    /// When the changes do not fit this version.
    pub fn apply_all(&mut self, record: &Record) -> Result<()> {
        let done = record.try_for_each(|change| self.apply(change));
        self.settle();
        done
    }

    /// The error of changing what is derived; none of a relationship that is stored.
    pub fn check_stored(&self, rel: RelId) -> Result<()> {
        let Some(proof) = self.proof(rel) else { return Ok(()) };
        let name = self.catalog().rel_type_name(rel.rel_type);
        let message =
            format!("this relationship `{name}` is derived by the rule `{}`: it cannot be changed", proof.rule.name);
        Err(Error::runtime(ErrorType::SemanticError, Detail::DerivedRelationship, message)
            .hint("change what it follows from, or the rule; `NOT isDerived(r)` chooses those that are stored"))
    }

    /// Whether a relationship of a type leads from one node to another.
    pub fn leads_to(&self, rel_type: RelTypeId, from: NodeId, to: NodeId) -> bool {
        self.adjacent(from, rel_type, Direction::Outgoing).neighbours().binary_search(&to.0).is_ok()
    }
}
