//! Paths with a selector: `SHORTEST 2`, `ANY`, `ALL SHORTEST`, `SHORTEST 3 GROUPS`.
//!
//! The whole path becomes one relationship of the pattern between its first and last node. While it is walked its
//! elements are locals; its inner variables are slots that are filled once a path is chosen. What asks something of the
//! ends alone is a condition of the pattern: the paths are chosen for each pair of ends, so that it may be tested
//! before or after.

use super::Binder;
use super::bound::{Expr, ExprKind, Group, GroupHop, Pattern, PatternPath, PatternRel, Slot, TypeTest, VarLength};
use super::choice::{Keep, Piece, Selection};
use super::patterns::{Draft, Laid, NewVariables, clamp, equal, type_conflict};
use super::scope::Entry;
use super::types::Type;
use crate::error::{Detail, Error, Result};
use crate::functions::TypeSet;
use crate::syntax::ast::{Name, NodePattern, PathPattern, PatternDirection, RelPattern, Selector, SelectorCount};
use crate::value::Value;
use std::sync::Arc;

/// The inner variables of a path while it is laid.
#[derive(Default)]
struct Inner {
    /// The names that stand for one element or a list, each with its local.
    names: Vec<(Name, Slot)>,
    lists: Vec<(Slot, Slot)>,
    outputs: Vec<(Slot, Slot)>,
    /// Elements that must be the same.
    conditions: Vec<Expr>,
    repeatable: bool,
}

impl Binder<'_> {
    /// Adds a path with a selector to a draft.
    pub(super) fn lay_selected(&mut self, path: &PathPattern, selector: &Selector, draft: &mut Draft) -> Result<Laid> {
        let [first, middle @ .., last] = &path.nodes[..] else {
            return Err(Error::internal("a path without relationships has no selector"));
        };
        let left = self.lay_node(first, NewVariables::Allowed, draft)?;
        let right = self.lay_node(last, NewVariables::Allowed, draft)?;
        let locals: Vec<Slot> = path.nodes.iter().map(|_| self.new_local(None, Type::NODE)).collect();
        let mut inner = Inner { repeatable: draft.is_repeatable(), ..Inner::default() };
        self.name_ends([first, last], &locals, &mut inner);
        for (node, local) in middle.iter().zip(locals.iter().skip(1)) {
            self.lay_inner_node(node, *local, draft, &mut inner)?;
        }
        let mut pieces = Vec::with_capacity(path.rels.len());
        for (rel, ends) in path.rels.iter().zip(locals.windows(2)) {
            pieces.push(self.lay_piece(rel, [ends[0], ends[1]], draft, &mut inner)?);
        }
        let Inner { names, lists, outputs, conditions, .. } = inner;
        draft.note_inner(outputs.iter().map(|(slot, _)| *slot));
        let (keep, count) = self.kept(selector);
        let selection = Selection { keep, count, start: locals[0], pieces, lists, outputs };
        let slot = self.new_slot(None, Type::list_of(TypeSet::REL));
        draft.pattern.rels.push(self.selected_rel(slot, [left, right], selection, conditions, draft));
        let mut laid = Laid { nodes: vec![left, right], rels: vec![draft.pattern.rels.len() - 1], path: None, names };
        if let Some(name) = &path.variable {
            self.must_be_free(name)?;
            let steps = vec![draft.pattern.nodes[left].slot, slot, draft.pattern.nodes[right].slot];
            laid.path = Some(PatternPath { slot: self.declare(&name.text, Type::PATH), steps });
        }
        Ok(laid)
    }

    fn name_ends(&mut self, ends: [&NodePattern; 2], locals: &[Slot], inner: &mut Inner) {
        let places = [locals.first(), locals.last()];
        for (node, local) in ends.into_iter().zip(places) {
            if let (Some(name), Some(local)) = (&node.variable, local)
                && inner.local_of(name).is_none()
            {
                inner.names.push((name.clone(), *local));
            }
        }
    }

    fn lay_inner_node(&mut self, node: &NodePattern, local: Slot, draft: &Draft, inner: &mut Inner) -> Result<()> {
        let Some(name) = &node.variable else { return Ok(()) };
        match self.known_node(name, NewVariables::Allowed)? {
            None => {
                inner.outputs.push((self.declare(&name.text, Type::NODE), local));
                inner.names.push((name.clone(), local));
            }
            Some(slot) => self.join_inner(name, slot, local, draft, inner)?,
        }
        Ok(())
    }

    /// An inner element that is known already is the same one.
    fn join_inner(&mut self, name: &Name, slot: Slot, local: Slot, draft: &Draft, inner: &mut Inner) -> Result<()> {
        let here = self.slot_expr(local, name.span);
        let there = match inner.local_of(name) {
            Some(first) => self.slot_expr(first, name.span),
            None if draft.is_inner(slot) => return Err(shared(name)),
            None => {
                inner.names.push((name.clone(), local));
                self.slot_expr(slot, name.span)
            }
        };
        inner.conditions.push(equal(there, here, name.span));
        Ok(())
    }

    fn lay_piece(&mut self, rel: &RelPattern, ends: [Slot; 2], draft: &Draft, inner: &mut Inner) -> Result<Piece> {
        if let Some(group) = &rel.group {
            let mut length = VarLength::plain(0, None, self.new_local(None, Type::REL));
            self.lay_group(group, NewVariables::Allowed, &mut length)?;
            let Some(Group { start, hops, lists }) = length.group else {
                return Err(Error::internal("a group that was not laid"));
            };
            for (slot, element) in lists {
                let local = element_local(start, &hops, element);
                self.lay_list(group_name(group, element), slot, local, inner);
            }
            return Ok(Piece { start, hops, rounds: Some(rounds(rel)), end: ends[1] });
        }
        let types = self.types_of(rel);
        let (rel_local, many) = (self.new_local(None, Type::REL), rel.length.is_some());
        let node = if many { self.new_local(None, Type::NODE) } else { ends[1] };
        let start = if many { self.new_local(None, Type::NODE) } else { ends[0] };
        let hops = vec![GroupHop { direction: rel.direction, types, rel: rel_local, node }];
        match &rel.variable {
            Some(name) if many => {
                self.must_be_free(name)?;
                let slot = self.declare(&name.text, Type::list_of(TypeSet::REL));
                self.lay_list(Some(name), slot, rel_local, inner);
            }
            Some(name) => self.lay_inner_rel(name, rel_local, draft, inner)?,
            None => {}
        }
        Ok(Piece { start, hops, rounds: many.then(|| rounds(rel)), end: ends[1] })
    }

    /// A variable that stands for the list of what an element is in every round.
    fn lay_list(&mut self, name: Option<&Name>, slot: Slot, element: Slot, inner: &mut Inner) {
        let list = self.new_local(None, self.type_of(slot));
        inner.lists.push((list, element));
        inner.outputs.push((slot, element));
        inner.names.extend(name.map(|name| (name.clone(), list)));
    }

    fn lay_inner_rel(&mut self, name: &Name, local: Slot, draft: &Draft, inner: &mut Inner) -> Result<()> {
        let Some(slot) = self.lookup(name)? else {
            inner.outputs.push((self.declare(&name.text, Type::REL), local));
            inner.names.push((name.clone(), local));
            return Ok(());
        };
        let known = self.type_of(slot);
        if !known.fits(TypeSet::REL) {
            return Err(type_conflict(name, known, "a relationship"));
        }
        if inner.local_of(name).is_some() && !inner.repeatable {
            let message = format!("relationship `{}` stands twice in one pattern, which can never match", name.text);
            return Err(Error::syntax(Detail::RelationshipUniquenessViolation, message).at(name.span));
        }
        self.join_inner(name, slot, local, draft, inner)
    }

    fn selected_rel(
        &mut self,
        slot: Slot,
        [left, right]: [usize; 2],
        selection: Selection,
        conditions: Vec<Expr>,
        draft: &Draft,
    ) -> PatternRel {
        let hops = selection.pieces.iter().flat_map(|piece| &piece.hops).map(|hop| hop.direction);
        let direction = hops.reduce(|all, next| if all == next { all } else { PatternDirection::Either });
        let (min, max) = limits(&selection.pieces);
        let element = self.new_local(None, Type::REL);
        let length = VarLength {
            predicates: conditions,
            selection: Some(Box::new(selection)),
            ..VarLength::plain(min, max, element)
        };
        PatternRel {
            slot,
            bound: false,
            left,
            right,
            direction: direction.unwrap_or(PatternDirection::Either),
            types: TypeTest::Any,
            length: Some(length),
            named: true,
            repeats: draft.is_repeatable(),
        }
    }

    fn kept(&mut self, selector: &Selector) -> (Keep, Expr) {
        let count = match &selector.count {
            SelectorCount::Number(count) => ExprKind::Const(Value::count(*count)),
            SelectorCount::Parameter(name) => {
                self.needs_parameter(&name.text, name.span);
                ExprKind::Parameter(name.text.clone())
            }
        };
        (if selector.groups { Keep::Lengths } else { Keep::Paths }, Expr::new(count, selector.span))
    }

    /// Binds what is asked of the elements of a path with a selector.
    pub(super) fn selected_conditions(
        &mut self,
        path: &PathPattern,
        laid: &Laid,
        pattern: &mut Pattern,
        out: &mut Vec<Expr>,
    ) -> Result<()> {
        let Some(length) = laid.rels.first().and_then(|at| pattern.rels[*at].length.as_ref()) else { return Ok(()) };
        let Some(selection) = length.selection.clone() else { return Ok(()) };
        let mut conditions = length.predicates.clone();
        let hidden = self.enter_path(path, laid);
        self.element_conditions_of(path, &selection, &mut conditions)?;
        if let Some(predicate) = &path.predicate {
            conditions.extend(self.condition(predicate)?);
        }
        for (name, entry) in hidden.into_iter().rev() {
            self.scope.put_back(&name, entry);
        }
        let ends = Ends::new(&selection, laid.nodes.iter().map(|at| pattern.nodes[*at].slot).collect());
        let (of_ends, inner): (Vec<Expr>, Vec<Expr>) =
            conditions.into_iter().partition(|condition| ends.alone(condition));
        out.extend(of_ends.into_iter().map(|condition| ends.outside(condition)));
        if let Some(length) = laid.rels.first().and_then(|at| pattern.rels[*at].length.as_mut()) {
            length.predicates = inner;
        }
        Ok(())
    }

    /// Makes the names of a path stand for its locals, and hides the path itself, which is not there yet.
    fn enter_path(&mut self, path: &PathPattern, laid: &Laid) -> Vec<(Arc<str>, Option<Entry>)> {
        let mut hidden = Vec::new();
        for (name, local) in &laid.names {
            hidden.push((name.text.clone(), self.scope.insert(name.text.clone(), Entry::visible(*local))));
        }
        if let Some(name) = &path.variable {
            let entry = self.scope.get(&name.text);
            self.scope.put_back(&name.text, None);
            hidden.push((name.text.clone(), entry));
        }
        hidden
    }

    fn element_conditions_of(&mut self, path: &PathPattern, selection: &Selection, out: &mut Vec<Expr>) -> Result<()> {
        let last = path.nodes.len().saturating_sub(1);
        for (at, (node, local)) in path.nodes.iter().zip(selection.nodes()).enumerate() {
            let base = self.slot_expr(local, node.span);
            if at == 0 || at == last {
                self.computed_labels(node, &base, out)?;
            } else {
                self.inner_node_conditions(node, &base, out)?;
            }
            self.property_predicates(node.properties.as_ref(), &base, out)?;
            if let Some(predicate) = &node.predicate {
                out.extend(self.condition(predicate)?);
            }
        }
        for (rel, piece) in path.rels.iter().zip(&selection.pieces) {
            self.piece_conditions(rel, piece, out)?;
        }
        Ok(())
    }

    fn inner_node_conditions(&mut self, node: &NodePattern, base: &Expr, out: &mut Vec<Expr>) -> Result<()> {
        if let Some(labels) = &node.labels {
            out.push(self.labels_hold(base, labels)?);
        }
        if let Some(entity) = &node.entity {
            let entity = self.entity(entity)?;
            let span = entity.span;
            out.push(equal(base.clone(), Expr::new(ExprKind::Entity(entity), span), span));
        }
        Ok(())
    }

    fn piece_conditions(&mut self, rel: &RelPattern, piece: &Piece, out: &mut Vec<Expr>) -> Result<()> {
        if let Some(written) = &rel.group {
            let group = Group { start: piece.start, hops: piece.hops.clone(), lists: Vec::new() };
            out.extend(self.group_predicates(written, &group)?);
            return Ok(());
        }
        let [hop] = &piece.hops[..] else { return Err(Error::internal("a relationship is one hop")) };
        if piece.rounds.is_some() {
            out.extend(self.element_predicates(rel, hop.rel)?);
            return Ok(());
        }
        let base = self.slot_expr(hop.rel, rel.span);
        self.rel_predicates(rel, &base, out)
    }
}

impl Inner {
    fn local_of(&self, name: &Name) -> Option<Slot> {
        self.names.iter().find(|(known, _)| known.text == name.text).map(|(_, local)| *local)
    }
}

/// The ends of a path: as locals while it is walked, and as slots of the pattern.
struct Ends {
    locals: Vec<Slot>,
    ends: Vec<(Slot, Slot)>,
}

impl Ends {
    fn new(selection: &Selection, slots: Vec<Slot>) -> Ends {
        let ends = selection.nodes().next().into_iter().chain(selection.nodes().next_back());
        Ends { locals: selection.locals().collect(), ends: ends.zip(slots).collect() }
    }

    /// Whether a condition asks about no element but the ends.
    fn alone(&self, condition: &Expr) -> bool {
        match &condition.kind {
            ExprKind::Subquery(_) => false,
            ExprKind::Local(slot) => !self.locals.contains(slot) || self.ends.iter().any(|(local, _)| local == slot),
            _ => {
                let mut all = true;
                condition.for_each_child(&mut |child| all = all && self.alone(child));
                all
            }
        }
    }

    /// The same condition outside the path.
    fn outside(&self, mut condition: Expr) -> Expr {
        if let ExprKind::Local(local) = condition.kind
            && let Some((_, slot)) = self.ends.iter().find(|(end, _)| *end == local)
        {
            condition.kind = ExprKind::Slot(*slot);
        }
        condition.for_each_child_mut(&mut |child| *child = self.outside(child.clone()));
        condition
    }
}

fn element_local(start: Slot, hops: &[GroupHop], element: usize) -> Slot {
    let hop = element.checked_sub(1).and_then(|before| hops.get(before / 2));
    hop.map_or(start, |hop| if element % 2 == 1 { hop.rel } else { hop.node })
}

fn group_name(group: &crate::syntax::ast::GroupPattern, element: usize) -> Option<&Name> {
    let at = element / 2;
    match element % 2 {
        0 => group.path.nodes.get(at).and_then(|node| node.variable.as_ref()),
        _ => group.path.rels.get(at).and_then(|rel| rel.variable.as_ref()),
    }
}

fn rounds(rel: &RelPattern) -> (u32, Option<u32>) {
    let length = rel.length.unwrap_or(crate::syntax::ast::Length { min: Some(1), max: Some(1) });
    (clamp(length.min.unwrap_or(1)), length.max.map(clamp))
}

/// The least and the greatest number of relationships.
fn limits(pieces: &[Piece]) -> (u32, Option<u32>) {
    let mut total = (0u32, Some(0u32));
    for piece in pieces {
        let hops = u32::try_from(piece.hops.len()).unwrap_or(u32::MAX);
        let (min, max) = piece.rounds.unwrap_or((1, Some(1)));
        total.0 = total.0.saturating_add(min.saturating_mul(hops));
        total.1 = total.1.zip(max).map(|(all, max)| all.saturating_add(max.saturating_mul(hops)));
    }
    total
}

pub(super) fn shared(name: &Name) -> Error {
    let message = format!("`{}` is inside a path with a selector and cannot stand in another path too", name.text);
    let error = Error::syntax(Detail::InvalidRelationshipPattern, message).at(name.span);
    error.hint("use a second `MATCH` for the other path")
}

/// Refuses relationships beside a path with a selector.
pub(super) fn check_alone(paths: &[PathPattern]) -> Result<()> {
    let selected = |path: &&PathPattern| path.selector.is_some() && !path.rels.is_empty();
    let Some(path) = paths.iter().find(selected) else { return Ok(()) };
    if paths.iter().filter(|path| !path.rels.is_empty()).count() < 2 {
        return Ok(());
    }
    let message = "a path with a selector needs a `MATCH` of its own";
    let error = Error::syntax(Detail::InvalidRelationshipPattern, message).at(path.span);
    Err(error.hint("use several `MATCH`, or `MATCH REPEATABLE ELEMENTS`"))
}
