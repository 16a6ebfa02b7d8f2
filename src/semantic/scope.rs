//! Variables: which names are visible, which slots they have, and what subqueries read of the rows around them.

use super::Binder;
use super::bound::{Expr, ExprKind, Slot};
use super::types::Type;
use crate::error::{Detail, Error, Result};
use crate::span::Span;
use crate::syntax::ast::Name;
use crate::text::nearest;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What is known of a slot.
pub(super) struct SlotInfo {
    pub(super) name: Option<Arc<str>>,
    pub(super) ty: Type,
    /// Whether it lives only while an expression is computed.
    pub(super) local: bool,
}

/// Whether a name may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// It may.
    Visible,
    /// It is from before a projection that left it out.
    Gone,
    /// It is no grouping key, and an aggregate stands beside it.
    Ungrouped,
    /// Nothing of the row may be used.
    RowIndependent,
}

/// A visible or hidden name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) slot: Slot,
    pub(super) access: Access,
}

impl Entry {
    pub(super) fn visible(slot: Slot) -> Entry {
        Entry { slot, access: Access::Visible }
    }
}

/// The names of one place of a statement.
#[derive(Clone, Debug, Default)]
pub(super) struct Scope {
    entries: BTreeMap<Arc<str>, Entry>,
    /// The names that a subquery sees throughout, whatever it projects.
    outer: Arc<BTreeMap<Arc<str>, Entry>>,
    /// The record of the last `LOAD CSV`, for `linenumber()` and `file()`.
    csv: Option<Csv>,
    /// The same of the row around a subquery.
    outer_csv: Option<Csv>,
    /// The names that projections before have left out, for hints.
    left_out: Arc<BTreeSet<Arc<str>>>,
}

/// Where the place of a record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Csv {
    pub(super) line: Slot,
    pub(super) file: Slot,
    pub(super) access: Access,
}

impl Scope {
    /// The scope in which a subquery starts that sees all of this one throughout.
    pub(super) fn enclosed(&self) -> Scope {
        let csv = self.csv;
        Scope { outer: Arc::new(self.entries.clone()), outer_csv: csv, ..self.clone() }
    }

    /// A scope of these names alone, which stay visible throughout, as does the place of the present record.
    pub(super) fn of_imports(&self, entries: BTreeMap<Arc<str>, Entry>) -> Scope {
        let outer = Arc::new(entries.clone());
        Scope { outer, entries, csv: self.csv, outer_csv: self.csv, ..Scope::default() }
    }

    /// What remains after everything the clauses so far have bound is forgotten; the place of the record is while
    /// rows stay rows.
    pub(super) fn forgotten(&self, regrouped: bool) -> Scope {
        let csv = if regrouped { self.outer_csv } else { self.csv };
        let mut left_out = (*self.left_out).clone();
        left_out.extend(self.entries.keys().filter(|name| !self.outer.contains_key(*name)).cloned());
        let (outer, outer_csv) = (self.outer.clone(), self.outer_csv);
        Scope { entries: (*self.outer).clone(), outer, csv, outer_csv, left_out: Arc::new(left_out) }
    }

    /// Enters the records of a file.
    pub(super) fn enter_csv(&mut self, line: Slot, file: Slot) {
        self.csv = Some(Csv { line, file, access: Access::Visible });
    }

    /// Where the place of the present record is.
    pub(super) fn csv(&self) -> Option<Csv> {
        self.csv
    }

    fn limit_csv(&mut self, access: Access) {
        if let Some(csv) = &mut self.csv {
            csv.access = access;
        }
    }

    /// The same names, those that are not from outside with another access.
    pub(super) fn restricted(&self, access: Access) -> Scope {
        let mut scope = self.clone();
        for (name, entry) in &mut scope.entries {
            if entry.access == Access::Visible && self.outer.get(name) != Some(entry) {
                entry.access = access;
            }
        }
        if scope.csv != scope.outer_csv {
            scope.limit_csv(access);
        }
        scope
    }

    /// The same names, none of which may be used.
    pub(super) fn closed(&self) -> Scope {
        let mut scope = self.clone();
        scope.entries.values_mut().for_each(|entry| entry.access = Access::RowIndependent);
        scope.limit_csv(Access::RowIndependent);
        scope
    }

    pub(super) fn get(&self, name: &str) -> Option<Entry> {
        self.entries.get(name).copied()
    }

    pub(super) fn insert(&mut self, name: Arc<str>, entry: Entry) -> Option<Entry> {
        self.entries.insert(name, entry)
    }

    pub(super) fn put_back(&mut self, name: &Arc<str>, entry: Option<Entry>) {
        match entry {
            Some(entry) => self.entries.insert(name.clone(), entry),
            None => self.entries.remove(name),
        };
    }

    /// The visible names that are not from outside, in order of code points.
    pub(super) fn own(&self) -> Vec<(Arc<str>, Slot)> {
        let own = self.entries.iter().filter(|(name, entry)| {
            entry.access == Access::Visible && self.outer.get(*name).is_none_or(|outer| outer != *entry)
        });
        own.map(|(name, entry)| (name.clone(), entry.slot)).collect()
    }

    fn visible_names(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().filter(|(_, entry)| entry.access == Access::Visible).map(|(name, _)| &**name)
    }
}

/// A subquery that is being bound. All slots it makes are numbered from `first`; lower ones are from outside.
pub(super) struct Frame {
    first: u32,
    imports: BTreeSet<Slot>,
    local_imports: BTreeSet<Slot>,
}

/// What a subquery reads of the row around it.
pub(super) struct Imports {
    pub(super) all: Vec<Slot>,
    pub(super) local: Vec<Slot>,
}

impl Binder<'_> {
    pub(super) fn new_slot(&mut self, name: Option<&Arc<str>>, ty: Type) -> Slot {
        let slot = Slot(u32::try_from(self.slots.len()).unwrap_or(u32::MAX));
        self.slots.push(SlotInfo { name: name.cloned(), ty, local: false });
        slot
    }

    pub(super) fn new_local(&mut self, name: Option<&Arc<str>>, ty: Type) -> Slot {
        let slot = self.new_slot(name, ty);
        self.slots[slot.0 as usize].local = true;
        slot
    }

    /// Makes a variable visible from here on.
    pub(super) fn declare(&mut self, name: &Arc<str>, ty: Type) -> Slot {
        let slot = self.new_slot(Some(name), ty);
        self.scope.insert(name.clone(), Entry::visible(slot));
        slot
    }

    pub(super) fn type_of(&self, slot: Slot) -> Type {
        self.slots.get(slot.0 as usize).map_or(Type::ANY, |info| info.ty)
    }

    /// The slot of a name, or `None` when it is free.
    pub(super) fn lookup(&mut self, name: &Name) -> Result<Option<Slot>> {
        let Some(entry) = self.scope.get(&name.text) else { return Ok(None) };
        match entry.access {
            Access::Visible => {}
            Access::Gone => {
                return Err(undefined(name).hint("after `DISTINCT` or an aggregate only the columns are known"));
            }
            Access::Ungrouped => return Err(ungrouped(&name.text).at(name.span)),
            Access::RowIndependent => return Err(row_dependent(&name.text).at(name.span)),
        }
        self.read(entry.slot);
        Ok(Some(entry.slot))
    }

    /// The slot of a name that must be defined.
    pub(super) fn variable(&mut self, name: &Name) -> Result<Slot> {
        self.lookup(name)?.ok_or_else(|| self.undefined(name))
    }

    /// Refuses a name that is already in use.
    pub(super) fn must_be_free(&self, name: &Name) -> Result<()> {
        match self.scope.get(&name.text) {
            Some(Entry { access: Access::Visible, .. }) => Err(already_bound(name)),
            _ => Ok(()),
        }
    }

    /// Notes that a slot is read, for the subqueries on the way to it.
    pub(super) fn read(&mut self, slot: Slot) {
        let local = self.slots.get(slot.0 as usize).is_some_and(|info| info.local);
        for at in (0..self.frames.len()).rev() {
            if slot.0 >= self.frames[at].first {
                break;
            }
            let enclosing = at.checked_sub(1).map_or(0, |outer| self.frames[outer].first);
            self.frames[at].imports.insert(slot);
            if local && slot.0 >= enclosing {
                self.frames[at].local_imports.insert(slot);
            }
        }
    }

    /// The expression that reads a slot.
    pub(super) fn slot_expr(&self, slot: Slot, span: Span) -> Expr {
        let first = self.frames.last().map_or(0, |frame| frame.first);
        let local = self.slots.get(slot.0 as usize).is_some_and(|info| info.local) && slot.0 >= first;
        Expr::new(if local { ExprKind::Local(slot) } else { ExprKind::Slot(slot) }, span)
    }

    /// Binds something with one more local name, which may hide another.
    pub(super) fn with_local<T>(
        &mut self,
        name: &Name,
        slot: Slot,
        bind: impl FnOnce(&mut Self) -> Result<T>,
    ) -> Result<T> {
        let hidden = self.scope.insert(name.text.clone(), Entry::visible(slot));
        let bound = bind(self)?;
        self.scope.put_back(&name.text, hidden);
        Ok(bound)
    }

    /// Binds a subquery that starts in the given scope.
    pub(super) fn in_subquery<T>(
        &mut self,
        scope: Scope,
        bind: impl FnOnce(&mut Self) -> Result<T>,
    ) -> Result<(T, Imports)> {
        let first = u32::try_from(self.slots.len()).unwrap_or(u32::MAX);
        self.frames.push(Frame { first, imports: BTreeSet::new(), local_imports: BTreeSet::new() });
        let scope = std::mem::replace(&mut self.scope, scope);
        let bound = self.without_aggregates("here", bind)?;
        self.scope = scope;
        let frame = self.frames.pop().ok_or_else(|| Error::internal("a subquery ended that had not begun"))?;
        let imports =
            Imports { all: frame.imports.into_iter().collect(), local: frame.local_imports.into_iter().collect() };
        Ok((bound, imports))
    }

    pub(super) fn undefined(&self, name: &Name) -> Error {
        let error = undefined(name);
        if self.scope.left_out.contains(&name.text) {
            return error.hint(format!("`WITH` hands on only what it lists: add `{}` to it", name.text));
        }
        match nearest(&name.text, self.scope.visible_names()) {
            Some(near) => error.hint(format!("did you mean `{near}`?")),
            None if name.text.chars().nth(1).is_some() && name.text.starts_with(char::is_uppercase) => {
                error.hint(format!("text stands in quotes: `'{}'`", name.text))
            }
            None => error,
        }
    }
}

fn undefined(name: &Name) -> Error {
    Error::syntax(Detail::UndefinedVariable, format!("variable `{}` is not defined", name.text)).at(name.span)
}

pub(super) fn already_bound(name: &Name) -> Error {
    Error::syntax(Detail::VariableAlreadyBound, format!("variable `{}` is already bound", name.text)).at(name.span)
}

pub(super) fn ungrouped(what: &str) -> Error {
    let message = format!("`{what}` stands beside an aggregate but is no grouping key");
    Error::syntax(Detail::AmbiguousAggregationExpression, message).hint("project it as an item of its own first")
}

pub(super) fn row_dependent(what: &str) -> Error {
    let message = format!("a number that holds for all rows cannot depend on `{what}`");
    Error::syntax(Detail::NonConstantExpression, message)
}
