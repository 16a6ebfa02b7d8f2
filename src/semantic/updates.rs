//! `SET`, `REMOVE`, `DELETE` and `FOREACH`.

use super::Binder;
use super::bound::{BoundClause, Expr, SetItem, Slot};
use super::clauses::clause_name;
use super::names::NameKind;
use super::scope::Entry;
use super::types::{Type, mismatch};
use super::walk::is_updating;
use crate::error::{Detail, Error, Result};
use crate::functions::TypeSet;
use crate::syntax::ast::{self, Clause, Name};

/// What can be assigned to all properties of an entity.
const PROPERTIES: TypeSet = TypeSet(TypeSet::MAP.0 | TypeSet::ENTITY.0);

impl Binder<'_> {
    pub(super) fn set_items(&mut self, items: &[ast::SetItem]) -> Result<Vec<SetItem>> {
        self.without_aggregates("in `SET`", |binder| items.iter().map(|item| binder.set_item(item)).collect())
    }

    fn set_item(&mut self, item: &ast::SetItem) -> Result<SetItem> {
        match item {
            ast::SetItem::Property { target, key, value } => {
                let target = self.entity_target(target)?;
                let value = self.expr(value)?.0;
                Ok(SetItem::Property { target, key: self.new_key(key)?, value })
            }
            ast::SetItem::Element { target, key, value } => {
                let target = self.entity_target(target)?;
                let key = self.computed_key(key)?;
                Ok(SetItem::Element { target, key, value: Some(self.expr(value)?.0) })
            }
            ast::SetItem::Replace { variable, value } => {
                let target = self.target(variable, TypeSet::ENTITY)?;
                Ok(SetItem::Replace { target, value: self.all_properties(value)? })
            }
            ast::SetItem::Merge { variable, value } => {
                let target = self.target(variable, TypeSet::ENTITY)?;
                Ok(SetItem::Merge { target, value: self.all_properties(value)? })
            }
            ast::SetItem::Labels { variable, labels } => {
                let target = self.target(variable, TypeSet::NODE)?;
                let (labels, named) = self.labels_to_write(labels)?;
                Ok(SetItem::AddLabels { target, labels, named })
            }
        }
    }

    pub(super) fn remove_items(&mut self, items: &[ast::RemoveItem]) -> Result<Vec<SetItem>> {
        self.without_aggregates("in `REMOVE`", |binder| items.iter().map(|item| binder.remove_item(item)).collect())
    }

    fn remove_item(&mut self, item: &ast::RemoveItem) -> Result<SetItem> {
        match item {
            ast::RemoveItem::Property { target, key } => {
                let target = self.entity_target(target)?;
                self.note_unknown(NameKind::Key, key);
                Ok(SetItem::RemoveProperty { target, key: self.names.key(&key.text) })
            }
            ast::RemoveItem::Element { target, key } => {
                let target = self.entity_target(target)?;
                Ok(SetItem::Element { target, key: self.computed_key(key)?, value: None })
            }
            ast::RemoveItem::Labels { variable, labels } => {
                let target = self.target(variable, TypeSet::NODE)?;
                let (labels, named) = self.labels_to_write(labels)?;
                Ok(SetItem::RemoveLabels { target, labels, named })
            }
        }
    }

    /// A variable that is changed.
    fn target(&mut self, name: &Name, needs: TypeSet) -> Result<Slot> {
        let slot = self.variable(name)?;
        let ty = self.type_of(slot);
        if !ty.fits(needs) {
            return Err(mismatch(&format!("`{}`", name.text), needs, ty, name.span));
        }
        Ok(slot)
    }

    fn entity_target(&mut self, target: &ast::Expr) -> Result<Expr> {
        let (bound, ty) = self.expr(target)?;
        if !ty.fits(TypeSet::ENTITY) {
            return Err(mismatch("what has its property changed", TypeSet::ENTITY, ty, target.span));
        }
        Ok(bound)
    }

    fn computed_key(&mut self, key: &ast::Expr) -> Result<Expr> {
        let (bound, ty) = self.expr(key)?;
        if !ty.fits(TypeSet::STRING) {
            return Err(mismatch("a computed property key", TypeSet::STRING, ty, key.span));
        }
        self.introduce_any(NameKind::Key);
        Ok(bound)
    }

    fn all_properties(&mut self, value: &ast::Expr) -> Result<Expr> {
        let (bound, ty) = self.expr(value)?;
        if !ty.fits(PROPERTIES) {
            return Err(mismatch("the new properties", PROPERTIES, ty, value.span));
        }
        self.introduce_properties(value);
        Ok(bound)
    }

    pub(super) fn delete(&mut self, detach: bool, targets: &[ast::Expr]) -> Result<BoundClause> {
        let targets = self.without_aggregates("in `DELETE`", |binder| {
            targets.iter().map(|target| binder.delete_target(target)).collect::<Result<Vec<_>>>()
        })?;
        Ok(BoundClause::Delete { detach, targets })
    }

    fn delete_target(&mut self, target: &ast::Expr) -> Result<Expr> {
        if matches!(target.kind, ast::ExprKind::HasLabels { .. }) {
            let message = "`DELETE` takes away nodes and relationships, not labels";
            let error = Error::syntax(Detail::InvalidDelete, message).at(target.span);
            return Err(error.hint("`REMOVE n:Label` takes a label from a node"));
        }
        let deletable = TypeSet::ENTITY | TypeSet::PATH;
        let (bound, ty) = self.expr(target)?;
        if !ty.fits(deletable) {
            return Err(mismatch("what is deleted", deletable, ty, target.span));
        }
        Ok(bound)
    }

    pub(super) fn foreach(&mut self, variable: &Name, list: &ast::Expr, body: &[Clause]) -> Result<BoundClause> {
        let (list, ty) =
            self.without_aggregates("in `FOREACH`", |binder| binder.list(list, "the source of `FOREACH`"))?;
        self.must_be_free(variable)?;
        let scope = self.scope.clone();
        let slot = self.new_slot(Some(&variable.text), ty.elements());
        self.scope.insert(variable.text.clone(), Entry::visible(slot));
        let mut bound = Vec::with_capacity(body.len());
        for clause in body {
            if !is_updating(&clause.kind) {
                let message = format!("`FOREACH` holds updating clauses, not `{}`", clause_name(&clause.kind));
                return Err(Error::syntax(Detail::InvalidClauseComposition, message).at(clause.span));
            }
            self.clause(clause, &mut bound)?;
        }
        self.scope = scope;
        Ok(BoundClause::Foreach { slot, list, body: bound })
    }

    /// Binds an expression that must be a list.
    pub(super) fn list(&mut self, list: &ast::Expr, what: &str) -> Result<(Expr, Type)> {
        let (bound, ty) = self.expr(list)?;
        if !ty.fits(TypeSet::LIST) {
            return Err(mismatch(what, TypeSet::LIST, ty, list.span));
        }
        Ok((bound, ty))
    }
}
