//! A statement that changes the graph and looks for derived relationships: it works on a version that has them, and what
//! it changes is done again in the version that has not, which is the one that is kept.

use super::{Run, Seen, heads};
use crate::error::{Error, Result};
use crate::exec::Commits;
use crate::functions;
use crate::semantic::bound::{Arm, BoundClause, BoundQuery, Expr, ExprKind, TypeTest, Union};
use crate::span::Span;
use crate::store::{Snapshot, Version};
use crate::value::RelTypeId;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The version that is kept, while a statement works on another.
pub(in crate::session) struct Stored {
    version: Mutex<Version>,
    /// Where the statement commits on its way, if it does.
    commits: Option<Arc<dyn Commits>>,
}

impl Stored {
    fn version(&self) -> MutexGuard<'_, Version> {
        self.version.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where the statement commits on its way now.
    pub(in crate::session) fn commits(self: &Arc<Self>) -> Option<Arc<dyn Commits>> {
        self.commits.is_some().then(|| Arc::clone(self) as Arc<dyn Commits>)
    }

    /// The version that is kept, with all changes of the one that the statement worked on.
    pub(in crate::session) fn with_changes_of(&self, worked_on: &mut Version) -> Result<Version> {
        let mut version = self.version();
        follow(&mut version, worked_on)?;
        Ok(std::mem::take(&mut version))
    }
}

impl Commits for Stored {
    fn commit(&self, worked_on: &mut Version) -> Result<u64> {
        let commits = self.commits.as_ref().ok_or_else(|| Error::internal("a statement commits where it cannot"))?;
        let mut version = self.version();
        follow(&mut version, worked_on)?;
        commits.commit(&mut version)
    }
}

/// Makes the changes of one version in another, and begins to write down further ones.
fn follow(version: &mut Version, worked_on: &mut Version) -> Result<()> {
    if let Some(record) = worked_on.take_record() {
        version.apply_all(&record)?;
    }
    worked_on.start_record();
    Ok(())
}

impl Run<'_> {
    /// For a statement that changes `version` and sees what rules derive: the version to work on, and the one to keep.
    ///
    /// # Errors
    /// As [`Run::view`].
    pub(in crate::session) fn to_change(
        self,
        version: &mut Version,
        seen: &Seen,
        commits: Option<Arc<dyn Commits>>,
    ) -> Result<(Snapshot, Arc<Stored>)> {
        let base = Arc::new(version.take());
        let mut worked_on = self.evaluated(&base, seen)?;
        worked_on.start_record();
        let version = Mutex::new(Arc::unwrap_or_clone(base));
        Ok((Arc::new(worked_on), Arc::new(Stored { version, commits })))
    }
}

/// Lets `MERGE` find stored relationships alone, so that what is derived can be told as well.
pub(in crate::session) fn merge_what_is_stored(bound: &mut BoundQuery, version: &Version) -> Result<()> {
    let derived = functions::lookup("isDerived").ok_or_else(|| Error::internal("nothing tells what is derived"))?;
    let heads: Vec<RelTypeId> = heads(version).collect();
    let stored = |slot| {
        let of = |kind| Expr::new(kind, Span::default());
        let call = of(ExprKind::Call { function: derived, arguments: vec![of(ExprKind::Slot(slot))] });
        of(ExprKind::Not(Box::new(call)))
    };
    for_each_clause(&mut bound.query, &mut |clause| {
        let BoundClause::Merge { pattern, predicates, .. } = clause else { return };
        let may_be_derived = |types: &TypeTest| heads.iter().any(|head| types.has(*head));
        for rel in pattern.rels.iter_mut().filter(|rel| may_be_derived(&rel.types)) {
            rel.named = true;
            predicates.push(stored(rel.slot));
        }
    });
    Ok(())
}

fn for_each_clause(query: &mut Union, visit: &mut dyn FnMut(&mut BoundClause)) {
    for Arm { clauses, .. } in &mut query.arms {
        clauses.iter_mut().for_each(|clause| within(clause, visit));
    }
}

fn within(clause: &mut BoundClause, visit: &mut dyn FnMut(&mut BoundClause)) {
    visit(clause);
    match clause {
        BoundClause::Foreach { body, .. } => body.iter_mut().for_each(|clause| within(clause, visit)),
        BoundClause::Subquery { query, .. } => for_each_clause(query, visit),
        _ => {}
    }
}
