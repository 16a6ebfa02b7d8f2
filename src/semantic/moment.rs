//! `AS OF` and `BETWEEN`: when the relationships that a statement looks for must hold.

use super::Binder;
use super::bound::{Expr, ExprKind, Notification};
use super::types::mismatch;
use super::walk::writes;
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

impl Binder<'_> {
    /// Binds the moment of a statement, which no variable of it can change.
    pub(super) fn bind_moment(&mut self, statement: &Statement) -> Result<()> {
        let Some(written) = &statement.moment else { return Ok(()) };
        if writes(statement) {
            let message = "what changes the graph changes it as it is now: `AS OF` and `BETWEEN` only ask";
            return Err(Error::syntax(Detail::InvalidClauseComposition, message).at(written.span));
        }
        let Some(holds) = functions::lookup("holds") else {
            return Err(Error::internal("the function that says what holds is missing"));
        };
        let accepted = holds.parameter(1).map_or(TypeSet::DATE, |parameter| parameter.accepts);
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
