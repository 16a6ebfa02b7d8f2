//! `AS OF` and `BETWEEN`: when the relationships that a statement looks for must hold. `AS RECORDED`: which version of the
//! graph it is about, which is found before it is bound.

use super::Binder;
use super::bound::{Expr, ExprKind, Notification};
use super::names::Names;
use super::types::mismatch;
use super::walk::writes;
use crate::algo::Registry;
use crate::error::{Detail, Error, Result};
use crate::functions::{self, Function, TypeSet};
use crate::span::Span;
use crate::syntax::ast::{self, Name, Statement};

/// The condition on each relationship that is looked for, without the relationship.
pub(super) struct Moment {
    holds: &'static Function,
    /// The moment, or both ends of the span.
    when: Vec<Expr>,
    span: Span,
}

/// Checks the moment of `AS RECORDED`, if a statement has one: that it only asks, and that nothing in the graph or in its
/// rows makes the moment another.
///
/// # Errors
/// When it does not.
pub fn check_recorded(statement: &Statement, names: &mut dyn Names, procedures: &Registry) -> Result<()> {
    let Some(recorded) = &statement.recorded else { return Ok(()) };
    only_asks(statement)?;
    let accepted = accepted()?.1;
    Binder::new(names, procedures).bind_end(&recorded.at, accepted).map(drop)
}

/// Refuses to change the graph as it was.
fn only_asks(statement: &Statement) -> Result<()> {
    let moment = statement.moment.as_ref().map(|moment| (moment.span, "`AS OF` and `BETWEEN` only ask"));
    let recorded = statement.recorded.as_ref().map(|recorded| (recorded.span, "`AS RECORDED` only asks"));
    let Some((span, why)) = moment.or(recorded).filter(|_| writes(statement)) else { return Ok(()) };
    let message = format!("what changes the graph changes it as it is now: {why}");
    Err(Error::syntax(Detail::InvalidClauseComposition, message).at(span))
}

/// The function that says what holds, and what it takes for a moment.
fn accepted() -> Result<(&'static Function, TypeSet)> {
    let Some(holds) = functions::lookup("holds") else {
        return Err(Error::internal("the function that says what holds is missing"));
    };
    Ok((holds, holds.parameter(1).map_or(TypeSet::DATE, |parameter| parameter.accepts)))
}

impl Binder<'_> {
    /// Binds the moment of a statement, which no variable of it can change.
    pub(super) fn bind_moment(&mut self, statement: &Statement) -> Result<()> {
        only_asks(statement)?;
        let Some(written) = &statement.moment else { return Ok(()) };
        let (holds, accepted) = accepted()?;
        let ends = std::iter::once(&written.from).chain(&written.to);
        let when = ends.map(|end| self.bind_end(end, accepted)).collect::<Result<Vec<Expr>>>()?;
        self.moment = Some(Moment { holds, when, span: written.span });
        Ok(())
    }

    fn bind_end(&mut self, end: &ast::Expr, accepted: TypeSet) -> Result<Expr> {
        let (bound, ty) = self.without_aggregates("in a moment", |binder| binder.expr(end))?;
        if !ty.fits(accepted) {
            return Err(mismatch("the moment", accepted, ty, end.span));
        }
        if !bound.is_fixed() {
            let message = "the moment must be the same for the whole statement";
            return Err(Error::syntax(Detail::NonConstantExpression, message).at(end.span));
        }
        Ok(bound)
    }

    /// The condition that a relationship holds when the statement asks.
    pub(super) fn holds(&self, rel: &Expr) -> Option<Expr> {
        let moment = self.moment.as_ref()?;
        let arguments = std::iter::once(rel.clone()).chain(moment.when.iter().cloned()).collect();
        Some(Expr::new(ExprKind::Call { function: moment.holds, arguments }, moment.span))
    }

    /// Remarks that a procedure knows nothing of the moment.
    pub(super) fn note_whole_graph(&mut self, procedure: &Name) {
        if self.moment.is_none() {
            return;
        }
        self.notifications.push(Notification {
            code: "WholeGraph",
            message: format!("`{}` sees the whole graph, whatever holds when", procedure.text),
            span: procedure.span,
            hint: None,
        });
    }
}
