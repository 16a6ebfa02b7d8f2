//! A rule as a question that can be asked of a version, as a whole or of what is new in it alone.

use super::Run;
use crate::error::{Error, Result};
use crate::semantic::bind;
use crate::semantic::bound::{BoundClause, BoundQuery, ExprKind, PatternRel, TypeTest};
use crate::semantic::names::ReadNames;
use crate::semantic::reads::{Look, for_each_look};
use crate::semantic::rules::question;
use crate::store::{RuleDefinition, Version};
use crate::syntax::ast::{ClauseKind, Moment, RuleCommand, SchemaCommand};
use crate::syntax::parse_statement;
use crate::value::RelTypeId;
use std::collections::BTreeMap;

/// The types of new relationships, by the types that they are of.
pub(super) type New = BTreeMap<RelTypeId, RelTypeId>;

/// A rule whose question was bound. Its columns are where the relationship starts, where it ends, and what it rests on.
pub(super) struct Compiled {
    pub(super) rule: u32,
    pub(super) head: RelTypeId,
    pub(super) bound: BoundQuery,
}

/// The place of a relationship in the patterns of a question: its clause, and itself among those of the pattern.
type Occurrence = (usize, usize);

impl Compiled {
    pub(super) fn of(
        run: &Run<'_>,
        version: &Version,
        (at, rule): (u32, &RuleDefinition),
        moment: Option<&Moment>,
    ) -> Result<Compiled> {
        let command = command(rule)?;
        let statement = question(&command, moment.cloned());
        let bound = bind(&statement, &mut ReadNames(version), &run.graph.procedures())?;
        Ok(Compiled { rule: at, head: rule.head, bound })
    }

    /// The question asked of what is new alone: one for each place in which a new relationship may stand. The places before
    /// it take those that were there, the places after it both, so that no match is found twice. `None` when the question
    /// can only be asked as a whole.
    pub(super) fn of_new(&self, new: &New) -> Option<Vec<BoundQuery>> {
        let places = self.occurrences(new)?;
        let question = |at: usize| {
            let mut bound = self.bound.clone();
            for (place, occurrence) in places.iter().enumerate() {
                let Some(rel) = pattern_rel(&mut bound, *occurrence) else { continue };
                let TypeTest::OneOf(types) = &mut rel.types else { continue };
                let fresh = types.iter().filter_map(|rel_type| new.get(rel_type).copied());
                match place.cmp(&at) {
                    std::cmp::Ordering::Less => {}
                    std::cmp::Ordering::Equal => *types = fresh.collect(),
                    std::cmp::Ordering::Greater => types.extend(fresh.collect::<Vec<_>>()),
                }
            }
            bound
        };
        Some((0..places.len()).map(question).collect())
    }

    /// Where single relationships of the types stand; `None` when the question looks for them in any other way.
    fn occurrences(&self, new: &New) -> Option<Vec<Occurrence>> {
        let [arm] = self.bound.query.arms.as_slice() else { return None };
        let mut places = Vec::new();
        for (clause, at) in arm.clauses.iter().zip(0..) {
            let BoundClause::Match { pattern, .. } = clause else { continue };
            for (rel, number) in pattern.rels.iter().zip(0..) {
                if meets(&rel.types, new) {
                    is_single(rel).then(|| places.push((at, number)))?;
                }
            }
        }
        let (mut looks, mut told_apart) = (0, false);
        for_each_look(&self.bound.query, &self.bound.subqueries, &mut |look| match look {
            Look::Types(types, _) => looks += usize::from(meets(types, new)),
            Look::Expr(expr) => match &expr.kind {
                ExprKind::HasType { types, .. } => told_apart |= meets(types, new),
                ExprKind::HasNames { .. } => told_apart = true,
                ExprKind::Call { function, .. } => told_apart |= function.name == "type",
                _ => {}
            },
            _ => {}
        });
        (looks == places.len() && !told_apart).then_some(places)
    }
}

fn is_single(rel: &PatternRel) -> bool {
    !rel.bound && rel.length.is_none() && rel.types != TypeTest::Any
}

fn meets(types: &TypeTest, new: &New) -> bool {
    match types {
        TypeTest::Any => true,
        TypeTest::OneOf(types) => types.iter().any(|rel_type| new.contains_key(rel_type)),
    }
}

fn pattern_rel(bound: &mut BoundQuery, (clause, rel): Occurrence) -> Option<&mut PatternRel> {
    match bound.query.arms.first_mut()?.clauses.get_mut(clause)? {
        BoundClause::Match { pattern, .. } => pattern.rels.get_mut(rel),
        _ => None,
    }
}

/// The rule that a kept statement makes.
fn command(rule: &RuleDefinition) -> Result<RuleCommand> {
    let clauses = parse_statement(&rule.statement)?.query.first.clauses;
    let command = clauses.into_iter().find_map(|clause| match clause.kind {
        ClauseKind::Schema(SchemaCommand::CreateRule(command)) => Some(*command),
        _ => None,
    });
    command.ok_or_else(|| Error::internal("a rule was kept that makes none"))
}
