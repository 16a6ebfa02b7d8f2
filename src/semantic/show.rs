//! `SHOW`: a source of rows like any other, with columns that are data.

use super::Binder;
use super::bound::{BoundClause, Shown, Slot};
use super::types::Type;
use crate::error::{Detail, Error, Result};
use crate::functions::TypeSet;
use crate::syntax::ast::{ExprKind, Name, Projection, Show, ShowKind};
use crate::text::nearest;
use std::sync::Arc;

/// A column of what can be shown.
#[derive(Clone, Copy, Debug)]
pub struct ShownColumn {
    /// Its name.
    pub name: &'static str,
    /// What values it has.
    pub values: TypeSet,
    /// Whether it is there without `YIELD`.
    pub usual: bool,
}

const fn usual(name: &'static str, values: TypeSet) -> ShownColumn {
    ShownColumn { name, values, usual: true }
}

const fn further(name: &'static str, values: TypeSet) -> ShownColumn {
    ShownColumn { name, values, usual: false }
}

/// The columns of what can be shown.
pub fn columns(kind: ShowKind) -> &'static [ShownColumn] {
    match kind {
        ShowKind::Indexes => {
            const {
                &[
                    usual("name", TypeSet::STRING),
                    usual("state", TypeSet::STRING),
                    usual("populationPercent", TypeSet::FLOAT),
                    usual("type", TypeSet::STRING),
                    usual("entityType", TypeSet::STRING),
                    usual("labelsOrTypes", TypeSet::LIST),
                    usual("properties", TypeSet::LIST),
                    usual("owningConstraint", TypeSet::STRING),
                    further("size", TypeSet::INT),
                    further("distinctValues", TypeSet::INT),
                    further("createStatement", TypeSet::STRING),
                ]
            }
        }
        ShowKind::Constraints => {
            const {
                &[
                    usual("name", TypeSet::STRING),
                    usual("type", TypeSet::STRING),
                    usual("entityType", TypeSet::STRING),
                    usual("labelsOrTypes", TypeSet::LIST),
                    usual("properties", TypeSet::LIST),
                    usual("ownedIndex", TypeSet::STRING),
                    usual("propertyType", TypeSet::STRING),
                    further("createStatement", TypeSet::STRING),
                ]
            }
        }
        ShowKind::Rules => {
            const {
                &[
                    usual("name", TypeSet::STRING),
                    usual("type", TypeSet::STRING),
                    usual("needs", TypeSet::LIST),
                    usual("excludes", TypeSet::LIST),
                    usual("recursive", TypeSet::BOOL),
                    further("createStatement", TypeSet::STRING),
                ]
            }
        }
        ShowKind::Functions => {
            const {
                &[
                    usual("name", TypeSet::STRING),
                    usual("category", TypeSet::STRING),
                    usual("description", TypeSet::STRING),
                    further("signature", TypeSet::STRING),
                    further("isBuiltIn", TypeSet::BOOL),
                    further("argumentDescription", TypeSet::LIST),
                    further("returnDescription", TypeSet::STRING),
                    further("aggregating", TypeSet::BOOL),
                ]
            }
        }
        ShowKind::Procedures => {
            const {
                &[
                    usual("name", TypeSet::STRING),
                    usual("description", TypeSet::STRING),
                    usual("mode", TypeSet::STRING),
                    further("signature", TypeSet::STRING),
                    further("argumentDescription", TypeSet::LIST),
                    further("returnDescription", TypeSet::LIST),
                ]
            }
        }
    }
}

impl Binder<'_> {
    /// Binds `SHOW`; gives the columns of a statement that has no `RETURN`.
    pub(super) fn show(&mut self, show: &Show, out: &mut Vec<BoundClause>) -> Result<Vec<(Arc<str>, Slot)>> {
        let all = columns(show.kind);
        if let Some(yields) = &show.yields {
            check_yields(yields, all)?;
        }
        let (mut yields, mut given) = (Vec::new(), Vec::new());
        for (at, column) in all.iter().enumerate().filter(|(_, column)| column.usual || show.yields.is_some()) {
            let name: Arc<str> = Arc::from(column.name);
            let slot = self.declare(&name, Type::of(column.values));
            yields.push((at, slot));
            given.push((name, slot));
        }
        out.push(BoundClause::Show { shown: Shown { kind: show.kind, filter: show.filter }, yields });
        let Some(projection) = &show.yields else {
            if let Some(predicate) = &show.predicate {
                out.push(BoundClause::Filter(self.condition(predicate)?));
            }
            return Ok(given);
        };
        let projected = self.project(projection, show.predicate.as_ref())?;
        self.scope = projected.scope;
        out.push(BoundClause::Project(projected.projection));
        out.extend(projected.filter.map(BoundClause::Filter));
        Ok(projected.columns)
    }
}

/// What is yielded must be among the columns.
fn check_yields(yields: &Projection, columns: &[ShownColumn]) -> Result<()> {
    let names = yields.items.iter().filter_map(|item| match &item.expr.kind {
        ExprKind::Variable(name) => Some(name),
        _ => None,
    });
    let unknown = |name: &&Name| columns.iter().all(|column| column.name != &*name.text);
    let Some(name) = names.into_iter().find(unknown) else { return Ok(()) };
    let message = format!("there is no column `{}` here", name.text);
    let error = Error::syntax(Detail::UndefinedVariable, message).at(name.span);
    let known: Vec<&str> = columns.iter().map(|column| column.name).collect();
    Err(match nearest(&name.text, known.iter().copied()) {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None => error.hint(format!("there are {}", known.join(", "))),
    })
}
