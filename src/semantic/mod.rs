//! Syntax tree to bound query.
//!
//! Takes [`crate::syntax::ast`], the function table and the names a graph knows. Gives a [`bound::BoundQuery`] in which
//! every variable is a slot and every label, type and key an identifier where one exists. All compile-time errors of
//! openCypher are found here. Knows no statistics and orders nothing.

pub mod bound;
pub mod choice;
pub mod names;
pub mod reads;
pub mod rules;
pub mod show;

mod cite;
mod clauses;
mod create;
mod expressions;
mod groups;
mod invocations;
mod moment;
mod negation;
mod operators;
mod patterns;
mod procedures;
mod projection;
mod schema;
mod scope;
mod selectors;
mod subqueries;
mod types;
mod updates;
mod walk;

#[cfg(test)]
mod tests;

use crate::algo::Registry;
use crate::error::{Result, shortened};
use crate::span::Span;
use crate::syntax::ast;
use bound::{BoundQuery, Column, Notification, Subquery};
use names::{NameKind, Names};
use scope::{Frame, Scope, SlotInfo};
use std::collections::HashSet;
use std::sync::Arc;

/// How many remarks a statement earns at most.
const MAX_REMARKS: usize = 20;

pub use moment::check_recorded;
pub use walk::{changes_schema, commits, writes};

/// Says what a statement means, or why it means nothing.
///
/// # Errors
/// The compile-time errors of openCypher, each with its place; `EntityNotFound` for `@name` in a reading clause when
/// nothing has the name.
pub fn bind(statement: &ast::Statement, names: &mut dyn Names, procedures: &Registry) -> Result<BoundQuery> {
    let mut binder = Binder::new(names, procedures);
    binder.bind_moment(statement)?;
    let (query, columns) = binder.query(&statement.query, clauses::Place::Statement)?;
    let columns = columns.into_iter().zip(&query.columns).map(|(name, slot)| Column { name, slot: *slot }).collect();
    let mut bound = BoundQuery {
        query,
        columns,
        frame: u32::try_from(binder.slots.len()).unwrap_or(u32::MAX),
        slot_names: binder.slots.into_iter().map(|slot| slot.name).collect(),
        subqueries: binder.subqueries,
        parameters: binder.parameters,
        writes: writes(statement),
        cited: false,
        names_entities: binder.names_entities,
        notifications: binder.notifications,
    };
    if let Some(span) = statement.cite {
        cite::cite(&mut bound, span)?;
    }
    Ok(bound)
}

/// The state of binding one statement. An error ends it, so nothing is put back on the way out of one.
struct Binder<'a> {
    names: &'a mut dyn Names,
    procedures: &'a Registry,
    slots: Vec<SlotInfo>,
    scope: Scope,
    /// The subqueries being bound, outermost first.
    frames: Vec<Frame>,
    subqueries: Vec<Subquery>,
    parameters: Vec<(Arc<str>, Span)>,
    seen_parameters: HashSet<Arc<str>>,
    notifications: Vec<Notification>,
    noted: HashSet<(NameKind, Arc<str>)>,
    /// Labels, types and keys that this statement brings into the graph.
    introduced: HashSet<(NameKind, Arc<str>)>,
    /// Kinds of names of which this statement may bring in any: they are computed.
    introduced_any: HashSet<NameKind>,
    /// Names of entities that this statement may create.
    created_entities: HashSet<Arc<str>>,
    /// Whether an entity was named that must be there.
    names_entities: bool,
    /// Whether a path pattern may stand here as a predicate.
    predicate_position: bool,
    aggregation: projection::Aggregation,
    /// Expressions whose value is already in a slot.
    replacements: Vec<projection::Replacement>,
    /// Whether the sort item being bound holds an aggregate.
    aggregating_sort: bool,
    /// The locals of the subjects of `CASE` whose conditions are being bound, outermost first.
    case_subjects: Vec<bound::Slot>,
    /// When relationships that are looked for must hold.
    moment: Option<moment::Moment>,
}

impl<'a> Binder<'a> {
    fn new(names: &'a mut dyn Names, procedures: &'a Registry) -> Self {
        Binder {
            names,
            procedures,
            slots: Vec::new(),
            scope: Scope::default(),
            frames: Vec::new(),
            subqueries: Vec::new(),
            parameters: Vec::new(),
            seen_parameters: HashSet::new(),
            notifications: Vec::new(),
            noted: HashSet::new(),
            introduced: HashSet::new(),
            introduced_any: HashSet::new(),
            created_entities: HashSet::new(),
            names_entities: false,
            predicate_position: false,
            aggregation: projection::Aggregation::Forbidden("here"),
            replacements: Vec::new(),
            aggregating_sort: false,
            case_subjects: Vec::new(),
            moment: None,
        }
    }

    /// Remembers that a parameter is needed.
    fn needs_parameter(&mut self, name: &Arc<str>, span: Span) {
        if self.seen_parameters.insert(name.clone()) {
            self.parameters.push((name.clone(), span));
        }
    }

    /// Remarks once that the graph does not know a name that is read; of a graph without any name that says nothing.
    fn note_unknown(&mut self, kind: NameKind, name: &ast::Name) {
        if self.notifications.len() >= MAX_REMARKS {
            return;
        }
        let entry = (kind, name.text.clone());
        let introduced = self.introduced_any.contains(&kind) || self.introduced.contains(&entry);
        if introduced || self.names.is_known(kind, &name.text) || self.names.are_none() || !self.noted.insert(entry) {
            return;
        }
        let hint = self.names.nearest(kind, &name.text);
        self.notifications.push(Notification {
            code: kind.unknown_code(),
            message: shortened(&format!("the graph has no {} `{}`", kind.noun(), name.text)).into_owned(),
            span: name.span,
            hint: hint.map(|near| format!("did you mean `{near}`?")),
        });
    }

    /// Remembers that the statement may bring any name of a kind into the graph.
    fn introduce_any(&mut self, kind: NameKind) {
        self.introduced_any.insert(kind);
    }

    /// Remembers that the statement brings all properties of an expression into the graph.
    fn introduce_properties(&mut self, properties: &ast::Expr) {
        match &properties.kind {
            ast::ExprKind::Map(items) => items.iter().for_each(|(key, _)| self.introduce(NameKind::Key, key)),
            _ => self.introduce_any(NameKind::Key),
        }
    }

    /// Remembers that the statement brings a name into the graph.
    fn introduce(&mut self, kind: NameKind, name: &ast::Name) {
        self.introduced.insert((kind, name.text.clone()));
    }
}
