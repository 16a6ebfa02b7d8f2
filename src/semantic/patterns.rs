//! Patterns that are looked for: their graph of nodes and relationships, and the conditions written inside them.

use super::Binder;
use super::bound::{
    EntityRef, Expr, ExprKind, LabelTest, Pattern, PatternNode, PatternPath, PatternRel, Slot, TypeTest, VarLength,
};
use super::names::NameKind;
use super::selectors::{check_alone, shared};
use super::types::{Type, describe};
use super::walk::is_dynamic;
use crate::error::{Detail, Error, Result};
use crate::functions::TypeSet;
use crate::span::Span;
use crate::syntax::ast::{self, CompareOp, LabelExpr, MatchMode, Name, NodePattern, PathPattern, RelPattern};
use std::collections::HashMap;

/// Whether a pattern may introduce variables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NewVariables {
    /// It may.
    Allowed,
    /// All its variables must be bound already: a pattern used as a predicate.
    Refused,
}

/// A pattern as it grows.
#[derive(Default)]
pub(super) struct Draft {
    pub(super) pattern: Pattern,
    node_at: HashMap<Slot, usize>,
    /// Entities that a node must also be, beside the one it is already known to be.
    further_entities: Vec<(Slot, EntityRef)>,
    /// Whether relationships may be matched more than once.
    repeatable: bool,
    /// Slots of relationships that must be the same.
    same_rels: Vec<(Slot, Slot)>,
    /// The inner variables of paths with selectors.
    inner: Vec<Slot>,
}

/// Where the elements of a path ended up in a draft.
pub(super) struct Laid {
    pub(super) nodes: Vec<usize>,
    pub(super) rels: Vec<usize>,
    /// The slot of the path's variable.
    pub(super) path: Option<PatternPath>,
    /// The names inside a path with a selector, each with its local.
    pub(super) names: Vec<(Name, Slot)>,
}

impl Binder<'_> {
    /// Binds a pattern into its graph and the conditions written inside it. Its variables are declared.
    pub(super) fn match_pattern(
        &mut self,
        paths: &[PathPattern],
        mode: MatchMode,
        new: NewVariables,
    ) -> Result<(Pattern, Vec<Expr>)> {
        let mut draft = Draft { repeatable: mode == MatchMode::RepeatableElements, ..Draft::default() };
        if draft.repeatable {
            paths.iter().try_for_each(check_bounded)?;
        }
        if !draft.repeatable {
            check_alone(paths)?;
        }
        let mut all_laid = Vec::with_capacity(paths.len());
        for path in paths {
            all_laid.push(self.lay_path(path, new, &mut draft)?);
        }
        let mut predicates = Vec::new();
        for (path, laid) in paths.iter().zip(all_laid) {
            self.inner_predicates(path, &laid, &mut draft.pattern, &mut predicates)?;
            draft.pattern.paths.extend(laid.path);
        }
        for (first, again) in draft.same_rels {
            let span = Span::default();
            predicates.push(equal(self.slot_expr(first, span), self.slot_expr(again, span), span));
        }
        for (slot, entity) in draft.further_entities {
            let (left, span) = (self.slot_expr(slot, entity.span), entity.span);
            let right = Expr::new(ExprKind::Entity(entity), span);
            predicates.push(equal(left, right, span));
        }
        Ok((draft.pattern, predicates))
    }

    /// Adds a path's elements to a draft, in the order in which they are written.
    pub(super) fn lay_path(&mut self, path: &PathPattern, new: NewVariables, draft: &mut Draft) -> Result<Laid> {
        check_shortest(path)?;
        if let Some(selector) = path.selector.as_ref().filter(|_| !path.rels.is_empty()) {
            return self.lay_selected(path, selector, draft);
        }
        let Some((first, others)) = path.nodes.split_first() else {
            return Err(Error::internal("a path without nodes"));
        };
        let mut laid =
            Laid { nodes: vec![self.lay_node(first, new, draft)?], rels: Vec::new(), path: None, names: Vec::new() };
        let mut left = laid.nodes[0];
        for (rel, node) in path.rels.iter().zip(others) {
            let (slot, bound) = self.rel_slot(path, rel, new, draft)?;
            let right = self.lay_node(node, new, draft)?;
            let mut length = self.length(path, rel);
            let mut types = self.types_of(rel);
            if let (Some(group), Some(length)) = (&rel.group, &mut length) {
                types = self.lay_group(group, new, length)?;
            }
            laid.rels.push(draft.pattern.rels.len());
            laid.nodes.push(right);
            draft.pattern.rels.push(PatternRel {
                slot,
                bound,
                left,
                right,
                direction: rel.direction,
                types,
                length,
                named: rel.variable.is_some() || path.variable.is_some(),
                repeats: draft.repeatable,
            });
            left = right;
        }
        if let Some(name) = &path.variable {
            self.must_be_free(name)?;
            let steps = steps(&laid, &draft.pattern);
            laid.path = Some(PatternPath { slot: self.declare(&name.text, Type::PATH), steps });
        }
        Ok(laid)
    }

    pub(super) fn lay_node(&mut self, node: &NodePattern, new: NewVariables, draft: &mut Draft) -> Result<usize> {
        let labels = node.labels.as_ref().and_then(plain_part).map(|labels| self.label_test(&labels));
        let entity = node.entity.as_ref().map(|name| self.entity(name)).transpose()?;
        let known = match &node.variable {
            Some(name) => self.known_node(name, new)?,
            None => None,
        };
        if let (Some(slot), Some(name)) = (known, &node.variable)
            && draft.is_inner(slot)
        {
            return Err(shared(name));
        }
        if let Some(at) = known.and_then(|slot| draft.node_at.get(&slot)).copied() {
            draft.refine(at, labels, entity);
            return Ok(at);
        }
        let slot = match (known, &node.variable) {
            (Some(slot), _) => slot,
            (None, Some(name)) => self.declare(&name.text, Type::NODE),
            (None, None) => self.new_slot(None, Type::NODE),
        };
        let at = draft.pattern.nodes.len();
        draft.node_at.insert(slot, at);
        draft.pattern.nodes.push(PatternNode { slot, bound: known.is_some(), labels, entity });
        Ok(at)
    }

    /// The slot of a node's variable when it is not free.
    pub(super) fn known_node(&mut self, name: &Name, new: NewVariables) -> Result<Option<Slot>> {
        let Some(slot) = self.lookup(name)? else {
            return if new == NewVariables::Refused { Err(self.undefined(name)) } else { Ok(None) };
        };
        let ty = self.type_of(slot);
        if !ty.fits(TypeSet::NODE) {
            return Err(type_conflict(name, ty, "a node"));
        }
        Ok(Some(slot))
    }

    /// The slot of a relationship, and whether it is bound before the clause.
    fn rel_slot(
        &mut self,
        path: &PathPattern,
        rel: &RelPattern,
        new: NewVariables,
        draft: &mut Draft,
    ) -> Result<(Slot, bool)> {
        let many = rel.length.is_some() || path.shortest.is_some();
        let ty = if many { Type::list_of(TypeSet::REL) } else { Type::REL };
        let Some(name) = &rel.variable else { return Ok((self.new_slot(None, ty), false)) };
        let Some(slot) = self.lookup(name)? else {
            let refused = new == NewVariables::Refused;
            return if refused { Err(self.undefined(name)) } else { Ok((self.declare(&name.text, ty), false)) };
        };
        if draft.is_inner(slot) {
            return Err(shared(name));
        }
        let known = self.type_of(slot);
        let right_elements = !many || known.elements().fits(TypeSet::REL);
        if !known.fits(ty.set) || !right_elements {
            let wanted = if many { "a list of relationships" } else { "a relationship" };
            return Err(type_conflict(name, known, wanted));
        }
        if draft.pattern.rels.iter().any(|other| other.slot == slot) {
            if draft.repeatable {
                let again = self.new_slot(None, ty);
                draft.same_rels.push((slot, again));
                return Ok((again, false));
            }
            let message = format!("relationship `{}` stands twice in one pattern, which can never match", name.text);
            return Err(Error::syntax(Detail::RelationshipUniquenessViolation, message).at(name.span));
        }
        Ok((slot, true))
    }

    fn length(&mut self, path: &PathPattern, rel: &RelPattern) -> Option<VarLength> {
        let (min, max) = match (rel.length, path.shortest) {
            (Some(length), _) => (length.min.unwrap_or(1), length.max),
            (None, Some(_)) => (1, Some(1)),
            (None, None) => return None,
        };
        let element = self.new_local(None, Type::REL);
        Some(VarLength { shortest: path.shortest, ..VarLength::plain(clamp(min), max.map(clamp), element) })
    }

    /// Binds property maps and inner predicates of a path.
    fn inner_predicates(
        &mut self,
        path: &PathPattern,
        laid: &Laid,
        pattern: &mut Pattern,
        out: &mut Vec<Expr>,
    ) -> Result<()> {
        if path.selector.is_some() && !path.rels.is_empty() {
            return self.selected_conditions(path, laid, pattern, out);
        }
        if let Some(predicate) = &path.predicate {
            out.extend(self.condition(predicate)?);
        }
        for (node, at) in path.nodes.iter().zip(&laid.nodes) {
            let base = self.slot_expr(pattern.nodes[*at].slot, node.span);
            self.computed_labels(node, &base, out)?;
            self.property_predicates(node.properties.as_ref(), &base, out)?;
            if let Some(predicate) = &node.predicate {
                out.extend(self.condition(predicate)?);
            }
        }
        for (rel, at) in path.rels.iter().zip(&laid.rels) {
            let target = &mut pattern.rels[*at];
            match &mut target.length {
                None => {
                    let base = self.slot_expr(target.slot, rel.span);
                    self.rel_predicates(rel, &base, out)?;
                }
                Some(length) => {
                    length.predicates = match (&rel.group, &length.group) {
                        (Some(written), Some(group)) => self.group_predicates(written, group)?,
                        _ => self.element_predicates(rel, length.element)?,
                    };
                }
            }
        }
        Ok(())
    }

    /// The conditions on a node's labels whose names are computed.
    pub(super) fn computed_labels(&mut self, node: &NodePattern, base: &Expr, out: &mut Vec<Expr>) -> Result<()> {
        let parts = match &node.labels {
            Some(LabelExpr::And(parts)) => parts.as_slice(),
            Some(labels) => std::slice::from_ref(labels),
            None => &[],
        };
        for part in parts.iter().filter(|part| is_dynamic(part)) {
            out.push(self.labels_hold(base, part)?);
        }
        Ok(())
    }

    pub(super) fn rel_predicates(&mut self, rel: &RelPattern, base: &Expr, out: &mut Vec<Expr>) -> Result<()> {
        if let Some(test) = &rel.type_test
            && (self.names.all_rel_types().is_none() || is_dynamic(test))
        {
            out.push(self.has_type(base, test)?);
        }
        self.property_predicates(rel.properties.as_ref(), base, out)?;
        out.extend(self.holds(base));
        if let Some(predicate) = &rel.predicate {
            out.extend(self.condition(predicate)?);
        }
        Ok(())
    }

    /// The conditions on each relationship of a variable length; the variable stands for the one under test.
    pub(super) fn element_predicates(&mut self, rel: &RelPattern, element: Slot) -> Result<Vec<Expr>> {
        let base = self.slot_expr(element, rel.span);
        let mut predicates = Vec::new();
        match &rel.variable {
            Some(name) => {
                self.with_local(name, element, |binder| binder.rel_predicates(rel, &base, &mut predicates))?;
            }
            None => self.rel_predicates(rel, &base, &mut predicates)?,
        }
        Ok(predicates)
    }

    pub(super) fn property_predicates(
        &mut self,
        map: Option<&ast::Expr>,
        base: &Expr,
        out: &mut Vec<Expr>,
    ) -> Result<()> {
        let Some(map) = map else { return Ok(()) };
        let ast::ExprKind::Map(items) = &map.kind else {
            let message = "a pattern that is looked for needs its properties written out";
            return Err(Error::syntax(Detail::InvalidParameterUse, message).at(map.span));
        };
        for (key, value) in items {
            let (value, _) = self.without_aggregates("in a pattern", |binder| binder.expr(value))?;
            out.push(self.property_equals(base, key, value));
        }
        Ok(())
    }

    /// The condition that a property has a value.
    pub(super) fn property_equals(&mut self, base: &Expr, key: &Name, value: Expr) -> Expr {
        let id = self.names.key(&key.text);
        self.note_unknown(NameKind::Key, key);
        let property = ExprKind::Property { base: Box::new(base.clone()), key: key.text.clone(), id };
        let span = key.span.to(value.span);
        equal(Expr::new(property, key.span), value, span)
    }

    /// Binds a test of labels that is read.
    pub(super) fn label_test(&mut self, labels: &LabelExpr) -> LabelTest {
        match labels {
            LabelExpr::Label(name) => {
                let id = self.names.label(&name.text);
                self.note_unknown(NameKind::Label, name);
                id.map_or(LabelTest::Never, LabelTest::Has)
            }
            LabelExpr::Any(_) => LabelTest::Any,
            LabelExpr::Not(inner) => LabelTest::Not(Box::new(self.label_test(inner))),
            LabelExpr::And(parts) => LabelTest::And(parts.iter().map(|part| self.label_test(part)).collect()),
            LabelExpr::Or(parts) => LabelTest::Or(parts.iter().map(|part| self.label_test(part)).collect()),
            // Computed names are conditions of their own: `labels_hold`.
            LabelExpr::Dynamic { .. } => LabelTest::Never,
        }
    }

    /// Binds a choice of relationship types; `read` when the graph is expected to know them.
    pub(super) fn type_test(&mut self, types: &[Name], read: bool) -> TypeTest {
        if types.is_empty() {
            return TypeTest::Any;
        }
        let mut ids = Vec::with_capacity(types.len());
        for name in types {
            let id = self.names.rel_type(&name.text);
            if read {
                self.note_unknown(NameKind::RelType, name);
            }
            ids.extend(id.filter(|id| !ids.contains(id)));
        }
        TypeTest::OneOf(ids)
    }

    /// Binds the types of a relationship that is looked for. A test that is no plain choice is decided for each type
    /// here when all are known, and for each relationship otherwise.
    pub(super) fn types_of(&mut self, rel: &RelPattern) -> TypeTest {
        let Some(test) = &rel.type_test else { return self.type_test(&rel.types, true) };
        if is_dynamic(test) {
            return TypeTest::Any;
        }
        let Some(all) = self.names.all_rel_types() else { return TypeTest::Any };
        self.note_types(test);
        TypeTest::OneOf(all.into_iter().filter(|(_, name)| allows(test, name)).map(|(id, _)| id).collect())
    }

    fn note_types(&mut self, test: &LabelExpr) {
        match test {
            LabelExpr::Label(name) => self.note_unknown(NameKind::RelType, name),
            LabelExpr::Any(_) | LabelExpr::Dynamic { .. } => {}
            LabelExpr::Not(inner) => self.note_types(inner),
            LabelExpr::And(parts) | LabelExpr::Or(parts) => parts.iter().for_each(|part| self.note_types(part)),
        }
    }

    /// Binds `@name` where it is read: something must have the name, unless this statement makes it.
    pub(super) fn entity(&mut self, name: &Name) -> Result<EntityRef> {
        let entity = EntityRef { name: name.text.clone(), span: name.span };
        if self.created_entities.contains(&name.text) {
            return Ok(entity);
        }
        self.names_entities = true;
        self.names.entity(&name.text).map_err(|error| error.at(name.span))?;
        Ok(entity)
    }
}

impl Draft {
    /// Whether relationships may be matched more than once.
    pub(super) fn is_repeatable(&self) -> bool {
        self.repeatable
    }

    pub(super) fn note_inner(&mut self, slots: impl Iterator<Item = Slot>) {
        self.inner.extend(slots);
    }

    /// Whether a slot is an inner variable of a path with a selector.
    pub(super) fn is_inner(&self, slot: Slot) -> bool {
        self.inner.contains(&slot)
    }

    /// Adds what another occurrence of a node says about it.
    fn refine(&mut self, at: usize, labels: Option<LabelTest>, entity: Option<EntityRef>) {
        let node = &mut self.pattern.nodes[at];
        node.labels = match (node.labels.take(), labels) {
            (Some(known), Some(further)) => Some(LabelTest::And(vec![known, further])),
            (known, further) => known.or(further),
        };
        match entity {
            Some(entity) if node.entity.is_some() => self.further_entities.push((node.slot, entity)),
            Some(entity) => node.entity = Some(entity),
            None => {}
        }
    }
}

/// A bound as it is counted; greater ones are no limit in practice.
pub(super) fn clamp(bound: u64) -> u32 {
    u32::try_from(bound).unwrap_or(u32::MAX)
}

/// The slots along a path.
fn steps(laid: &Laid, pattern: &Pattern) -> Vec<Slot> {
    let mut steps = Vec::with_capacity(laid.nodes.len() + laid.rels.len());
    for (at, node) in laid.nodes.iter().enumerate() {
        steps.push(pattern.nodes[*node].slot);
        steps.extend(laid.rels.get(at).map(|rel| pattern.rels[*rel].slot));
    }
    steps
}

fn check_shortest(path: &PathPattern) -> Result<()> {
    if path.shortest.is_none() {
        return Ok(());
    }
    let refused = |message: &str| Err(Error::syntax(Detail::InvalidRelationshipPattern, message).at(path.span));
    if path.predicate.is_some() {
        return refused(
            "`WHERE` in parentheses has no place in a shortest path; use a selector as in `SHORTEST 1 (… WHERE …)`",
        );
    }
    let [rel] = &path.rels[..] else {
        return refused("a shortest path needs a pattern of exactly one relationship");
    };
    if rel.group.as_ref().is_some_and(|group| group.path.rels.len() > 1) {
        return refused("the group of a shortest path needs exactly one relationship");
    }
    if rel.length.and_then(|length| length.min).is_some_and(|min| min > 1) {
        return refused("a shortest path has a least length of zero or one");
    }
    Ok(())
}

/// The part of a test of labels that holds no computed names, which must hold in any case.
fn plain_part(labels: &LabelExpr) -> Option<LabelExpr> {
    match labels {
        _ if !is_dynamic(labels) => Some(labels.clone()),
        LabelExpr::And(parts) => {
            let plain: Vec<LabelExpr> = parts.iter().filter(|part| !is_dynamic(part)).cloned().collect();
            (!plain.is_empty()).then_some(LabelExpr::And(plain))
        }
        _ => None,
    }
}

/// Refuses a length without end where relationships may be matched again and again.
fn check_bounded(path: &PathPattern) -> Result<()> {
    let endless = |rel: &&RelPattern| rel.length.is_some_and(|length| length.max.is_none());
    match path.rels.iter().find(endless) {
        Some(rel) if path.shortest.is_none() && path.selector.is_none() => {
            let message = "a length without end would match for ever when elements may repeat";
            let error = Error::syntax(Detail::InvalidRelationshipPattern, message).at(rel.span);
            Err(error.hint("give a greatest length, as in `{1,5}`"))
        }
        _ => Ok(()),
    }
}

/// Whether a relationship of this type passes a test.
fn allows(test: &LabelExpr, rel_type: &str) -> bool {
    match test {
        LabelExpr::Label(name) => &*name.text == rel_type,
        LabelExpr::Any(_) | LabelExpr::Dynamic { .. } => true,
        LabelExpr::Not(inner) => !allows(inner, rel_type),
        LabelExpr::And(parts) => parts.iter().all(|part| allows(part, rel_type)),
        LabelExpr::Or(parts) => parts.iter().any(|part| allows(part, rel_type)),
    }
}

/// The error that a variable stands for one kind of thing and is used as another.
pub(super) fn type_conflict(name: &Name, known: Type, wanted: &str) -> Error {
    let message = format!("variable `{}` is {} and cannot stand for {wanted}", name.text, describe(known.set));
    Error::syntax(Detail::VariableTypeConflict, message).at(name.span)
}

pub(super) fn equal(left: Expr, right: Expr, span: Span) -> Expr {
    Expr::new(ExprKind::Compare(CompareOp::Equal, Box::new(left), Box::new(right)), span)
}
