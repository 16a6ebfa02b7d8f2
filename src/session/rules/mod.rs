//! Rules: which version a statement reads when some of what it looks for is derived.
//!
//! A bound statement says which types of relationships it looks for. When rules derive none of them, it reads the version
//! as it is and pays nothing. Otherwise the rules that these types rest on are evaluated ([`evaluate`]) over that version,
//! and over the same moment, and the statement reads the version with what they derive. That is kept for as long as
//! somebody holds the version it was made from, so that it is made once for each commit.

mod changes;
mod compile;
mod evaluate;
#[cfg(test)]
mod tests;

pub(super) use changes::{Stored, merge_what_is_stored};

use super::graph::Graph;
use super::options::RunOptions;
use super::run;
use crate::error::{Detail, Error, ErrorType, Result};
use crate::exec::exceeded;
use crate::functions::{self, TypeSet};
use crate::semantic::bound::BoundQuery;
use crate::semantic::reads::{Look, for_each_look};
use crate::store::{RuleDefinition, Snapshot, Version};
use crate::syntax::ast::{Expr, Moment, Statement};
use crate::syntax::{parse_expression, unparse};
use crate::value::format::expression;
use crate::value::{Map, RelTypeId};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Instant;

/// How many versions with derived relationships are kept: of one version, for several moments and types.
const KEPT: usize = 8;
/// The most relationships that rules may derive at once.
const MAX_DERIVED: u64 = 1 << 24;

/// What a statement sees of what rules derive.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    types: BTreeSet<RelTypeId>,
    moment: Option<Moment>,
}

/// What surrounds a run.
#[derive(Clone, Copy)]
pub(super) struct Run<'r> {
    pub(super) graph: &'r Graph,
    pub(super) parameters: &'r Map,
    pub(super) options: &'r RunOptions,
    /// When the statement began.
    pub(super) begun: Instant,
}

/// Versions with derived relationships, by the version that they were made from.
#[derive(Debug, Default)]
pub(super) struct Derivations {
    kept: Mutex<Vec<Kept>>,
}

#[derive(Debug)]
struct Kept {
    base: Weak<Version>,
    moment: Option<String>,
    rules: BTreeSet<usize>,
    derived: Snapshot,
}

impl Seen {
    /// What a statement sees that looks for relationships which rules of a version derive; `None` when there are none.
    pub(super) fn by(
        version: &Version,
        bound: &BoundQuery,
        (statement, options): (&Statement, &RunOptions),
    ) -> Option<Seen> {
        if version.rules().is_empty() || !options.rules {
            return None;
        }
        let mut types = BTreeSet::new();
        for_each_look(&bound.query, &bound.subqueries, &mut |look| match look {
            Look::Types(test, _) => types.extend(heads(version).filter(|head| test.has(*head))),
            Look::Procedure(name, _) if !name.starts_with("db.") => types.extend(heads(version)),
            _ => {}
        });
        (!types.is_empty()).then(|| Seen { types, moment: statement.moment.clone() })
    }

    /// Whether the same statement may see something else of the same version.
    pub(super) fn depends_on_a_moment(&self) -> bool {
        self.moment.is_some()
    }

    /// The rules that what is seen rests on, by their place.
    fn rules(&self, version: &Version) -> BTreeSet<usize> {
        let all = version.rules();
        let mut types = self.types.clone();
        let mut rules = BTreeSet::new();
        loop {
            let found = all.iter().enumerate().find(|(at, rule)| types.contains(&rule.head) && !rules.contains(at));
            let Some((at, rule)) = found else { return rules };
            rules.insert(at);
            types.extend(heads(version).filter(|head| rule.needs.contains(*head) || rule.excludes.contains(*head)));
        }
    }
}

fn heads(version: &Version) -> impl Iterator<Item = RelTypeId> + '_ {
    version.rules().iter().map(|rule| rule.head)
}

impl Run<'_> {
    /// The version that a statement reads: the given one, unless it sees what rules derive.
    ///
    /// # Errors
    /// As [`Run::view`].
    pub(super) fn view_of(&self, base: &Snapshot, seen: Option<&Seen>) -> Result<Snapshot> {
        seen.map_or_else(|| Ok(Arc::clone(base)), |seen| self.view(base, seen))
    }

    /// The version that a statement reads which sees this: `base` with what follows from its rules.
    ///
    /// # Errors
    /// When a rule cannot be evaluated, or derives more than the limits of the run allow.
    pub(super) fn view(&self, base: &Snapshot, seen: &Seen) -> Result<Snapshot> {
        let moment = match &seen.moment {
            None => None,
            Some(moment) => match self.fixed(base, moment)? {
                // The statement says itself what is wrong with its moment.
                None => return Ok(Arc::clone(base)),
                fixed => fixed,
            },
        };
        let text = moment.as_ref().map(|moment| {
            let ends = std::iter::once(&moment.from).chain(&moment.to);
            ends.map(unparse::expression).collect::<Vec<_>>().join(" ")
        });
        let rules = seen.rules(base);
        let derivations = self.graph.derivations();
        if let Some(derived) = derivations.find(base, text.as_deref(), &rules) {
            return Ok(derived);
        }
        let derived = Arc::new(evaluate::evaluate(self, base, &chosen(base, &rules), moment.as_ref())?);
        derivations.keep(Kept { base: Arc::downgrade(base), moment: text, rules, derived: Arc::clone(&derived) });
        Ok(derived)
    }

    /// The same for a statement that changes the graph: a version for itself alone.
    fn evaluated(&self, base: &Snapshot, seen: &Seen) -> Result<Version> {
        evaluate::evaluate(self, base, &chosen(base, &seen.rules(base)), None)
    }

    /// A moment with its ends computed; `None` when one is no date.
    fn fixed(&self, base: &Snapshot, moment: &Moment) -> Result<Option<Moment>> {
        let ends: Vec<&Expr> = std::iter::once(&moment.from).chain(&moment.to).collect();
        let values = run::values_of(self.graph, base, &ends, (self.parameters, self.options))?;
        let accepted = functions::lookup("holds").and_then(|holds| holds.parameter(1)).map(|it| it.accepts);
        if !values.iter().all(|value| accepted.is_some_and(|accepted| accepted.meets(TypeSet::of(value)))) {
            return Ok(None);
        }
        let mut fixed = values.iter().map(|value| parse_expression(&expression(value)));
        let from = fixed.next().transpose()?;
        let to = fixed.next().transpose()?;
        Ok(from.map(|from| Moment { from, to, span: moment.span }))
    }

    /// Fails when the statement was cancelled, its time is over, or it holds more than it may.
    fn check(&self, bytes: u64, derived: u64) -> Result<()> {
        self.options.check(self.begun)?;
        if self.options.memory.is_some_and(|limit| bytes > limit) {
            return Err(exceeded(self.options.memory));
        }
        if derived > MAX_DERIVED {
            let message = format!("rules derive more than {MAX_DERIVED} relationships");
            return Err(Error::runtime(ErrorType::ResourceLimit, Detail::RowLimit, message));
        }
        Ok(())
    }
}

fn chosen(version: &Version, rules: &BTreeSet<usize>) -> Vec<Arc<RuleDefinition>> {
    rules.iter().filter_map(|at| version.rules().get(*at)).map(Arc::clone).collect()
}

impl Derivations {
    fn find(&self, base: &Snapshot, moment: Option<&str>, rules: &BTreeSet<usize>) -> Option<Snapshot> {
        let fits = |kept: &&Kept| {
            std::ptr::eq(kept.base.as_ptr(), Arc::as_ptr(base))
                && kept.moment.as_deref() == moment
                && kept.rules.is_superset(rules)
        };
        self.kept().iter().find(fits).map(|kept| Arc::clone(&kept.derived))
    }

    /// Keeps a version in place of those whose base is gone, and of the oldest when there are too many.
    fn keep(&self, new: Kept) {
        let mut kept = self.kept();
        kept.retain(|old| old.base.strong_count() > 0);
        if kept.len() >= KEPT {
            kept.remove(0);
        }
        kept.push(new);
    }

    fn kept(&self) -> MutexGuard<'_, Vec<Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
