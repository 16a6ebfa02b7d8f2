//! Quantified groups: paths that are walked again and again.
//!
//! Inside the parentheses a variable is what it is in one round, a local; outside it is the list over all rounds, a
//! slot of its own.

use super::Binder;
use super::bound::{Expr, ExprKind, Group, GroupHop, Slot, TypeTest, VarLength};
use super::patterns::{NewVariables, equal};
use super::scope::{Entry, already_bound};
use super::types::Type;
use crate::error::{Detail, Error, Result};
use crate::functions::TypeSet;
use crate::syntax::ast::{GroupPattern, Name};

impl Binder<'_> {
    /// Adds a group to a variable length and declares its variables. Gives the types of all its relationships.
    pub(super) fn lay_group(
        &mut self,
        written: &GroupPattern,
        new: NewVariables,
        length: &mut VarLength,
    ) -> Result<TypeTest> {
        let start = self.new_local(None, Type::NODE);
        let mut hops = Vec::with_capacity(written.path.rels.len());
        for rel in &written.path.rels {
            let types = self.types_of(rel);
            let (rel_slot, node) = (self.new_local(None, Type::REL), self.new_local(None, Type::NODE));
            hops.push(GroupHop { direction: rel.direction, types, rel: rel_slot, node });
        }
        let types = hops.iter().map(|hop| hop.types.clone()).reduce(either).unwrap_or(TypeTest::Any);
        let lists = self.group_lists(written, new)?;
        length.group = Some(Group { start, hops, lists });
        Ok(types)
    }

    /// Declares the variables of a group: each is the list of what it was in every round.
    fn group_lists(&mut self, written: &GroupPattern, new: NewVariables) -> Result<Vec<(Slot, usize)>> {
        let mut lists = Vec::new();
        let mut names: Vec<&Name> = Vec::new();
        for (element, name) in elements(written) {
            let Some(name) = name else { continue };
            if names.iter().any(|known| known.text == name.text) {
                if element % 2 == 1 {
                    return Err(already_bound(name));
                }
                continue;
            }
            self.must_be_free(name)?;
            if new == NewVariables::Refused {
                return Err(self.undefined(name));
            }
            names.push(name);
            let set = if element % 2 == 0 { TypeSet::NODE } else { TypeSet::REL };
            lists.push((self.declare(&name.text, Type::list_of(set)), element));
        }
        Ok(lists)
    }

    /// Binds what every round must fulfil: labels, property maps and inner conditions.
    pub(super) fn group_predicates(&mut self, written: &GroupPattern, group: &Group) -> Result<Vec<Expr>> {
        let locals: Vec<Slot> = group.locals().collect();
        let mut out = Vec::new();
        let mut hidden = Vec::new();
        for (element, name) in elements(written) {
            let (Some(name), Some(local)) = (name, locals.get(element)) else { continue };
            let first = hidden.iter().find(|(known, _, _): &&(&Name, _, _)| known.text == name.text);
            if let Some((_, _, first)) = first {
                let (left, right) = (self.slot_expr(*first, name.span), self.slot_expr(*local, name.span));
                out.push(equal(left, right, name.span));
                continue;
            }
            hidden.push((name, self.scope.insert(name.text.clone(), Entry::visible(*local)), *local));
        }
        self.element_conditions(written, &locals, &mut out)?;
        if let Some(predicate) = &written.predicate {
            out.extend(self.condition(predicate)?);
        }
        for (name, entry, _) in hidden {
            self.scope.put_back(&name.text, entry);
        }
        Ok(out)
    }

    fn element_conditions(&mut self, written: &GroupPattern, locals: &[Slot], out: &mut Vec<Expr>) -> Result<()> {
        for (node, local) in written.path.nodes.iter().zip(locals.iter().step_by(2)) {
            let base = self.slot_expr(*local, node.span);
            if let Some(labels) = &node.labels {
                out.push(self.labels_hold(&base, labels)?);
            }
            if let Some(entity) = &node.entity {
                let entity = self.entity(entity)?;
                let span = entity.span;
                out.push(equal(base.clone(), Expr::new(ExprKind::Entity(entity), span), span));
            }
            self.property_predicates(node.properties.as_ref(), &base, out)?;
            if let Some(predicate) = &node.predicate {
                out.extend(self.condition(predicate)?);
            }
        }
        for (rel, local) in written.path.rels.iter().zip(locals.iter().skip(1).step_by(2)) {
            let base = self.slot_expr(*local, rel.span);
            self.rel_predicates(rel, &base, out)?;
        }
        Ok(())
    }
}

/// Refuses a quantified group where something is created.
pub(super) fn refuse_groups(path: &crate::syntax::ast::PathPattern) -> Result<()> {
    match path.rels.iter().find(|rel| rel.group.is_some()) {
        Some(rel) => {
            let message = "a quantified group can be looked for, not created";
            Err(Error::syntax(Detail::CreatingVarLength, message).at(rel.span))
        }
        None => Ok(()),
    }
}

/// The elements of a group with their variables: node, relationship, node, …
fn elements(written: &GroupPattern) -> impl Iterator<Item = (usize, Option<&Name>)> {
    let nodes = written.path.nodes.iter().enumerate().map(|(at, node)| (2 * at, node.variable.as_ref()));
    let rels = written.path.rels.iter().enumerate().map(|(at, rel)| (2 * at + 1, rel.variable.as_ref()));
    let mut all: Vec<_> = nodes.chain(rels).collect();
    all.sort_by_key(|(element, _)| *element);
    all.into_iter()
}

/// The types that one or the other test allows.
fn either(left: TypeTest, right: TypeTest) -> TypeTest {
    match (left, right) {
        (TypeTest::OneOf(mut left), TypeTest::OneOf(right)) => {
            left.extend(right.into_iter().filter(|rel_type| !left.contains(rel_type)).collect::<Vec<_>>());
            TypeTest::OneOf(left)
        }
        _ => TypeTest::Any,
    }
}
