//! `CREATE` and `MERGE`.

use super::Binder;
use super::bound::{BoundClause, CreateItem, Creation, EntityRef, Expr, NewType, PatternPath, Properties, Slot};
use super::groups::refuse_groups;
use super::names::NameKind;
use super::patterns::{Draft, NewVariables, type_conflict};
use super::scope::already_bound;
use super::types::Type;
use super::walk::{is_dynamic, plain_labels};
use crate::error::{Detail, Error, Result};
use crate::functions::TypeSet;
use crate::span::Span;
use crate::syntax::ast::{self, LabelExpr, Name, NodePattern, PathPattern, PatternDirection, RelPattern, SetItem};
use crate::value::{KeyId, LabelId};
use std::collections::HashSet;
use std::sync::Arc;

/// Properties written out, with their values bound.
type Written<'a> = Vec<(&'a Name, Expr)>;

/// Labels, and expressions that give the names of labels.
type WrittenLabels = (Vec<LabelId>, Vec<Expr>);

/// The type of a relationship to create.
#[derive(Clone, Copy)]
enum WrittenType<'a> {
    Plain(&'a Name),
    Computed(&'a ast::Expr),
}

impl Binder<'_> {
    pub(super) fn creation(&mut self, paths: &[PathPattern]) -> Result<Creation> {
        self.without_aggregates("in `CREATE`", |binder| {
            let mut creation = Creation::default();
            for path in paths {
                binder.create_path(path, &mut creation)?;
            }
            Ok(creation)
        })
    }

    fn create_path(&mut self, path: &PathPattern, creation: &mut Creation) -> Result<()> {
        refuse_shortest(path)?;
        let mut steps = Vec::with_capacity(path.nodes.len() + path.rels.len());
        for node in &path.nodes {
            steps.push(self.create_node(node, path.rels.is_empty(), creation)?);
        }
        let mut along = Vec::with_capacity(steps.capacity());
        for (at, node) in steps.iter().enumerate() {
            along.push(*node);
            if let (Some(rel), Some(next)) = (path.rels.get(at), steps.get(at + 1)) {
                along.push(self.create_rel(rel, *node, *next, creation)?);
            }
        }
        if let Some(name) = &path.variable {
            self.must_be_free(name)?;
            let slot = self.declare(&name.text, Type::PATH);
            creation.paths.push(PatternPath { slot, steps: along });
        }
        Ok(())
    }

    fn create_node(&mut self, node: &NodePattern, alone: bool, creation: &mut Creation) -> Result<Slot> {
        if let Some(slot) = self.existing_node(node, alone)? {
            return Ok(slot);
        }
        let properties = self.properties(node.properties.as_ref())?;
        let (labels, named) = self.new_labels(node.labels.as_ref())?;
        refuse_predicate(node.predicate.as_ref())?;
        let entity = node.entity.as_ref().map(|name| self.new_entity(name));
        let slot = match &node.variable {
            Some(name) => self.declare(&name.text, Type::NODE),
            None => self.new_slot(None, Type::NODE),
        };
        creation.items.push(CreateItem::Node { slot, labels, named, properties, entity });
        Ok(slot)
    }

    /// The slot of a node that exists already; then the pattern may say nothing more about it.
    fn existing_node(&mut self, node: &NodePattern, alone: bool) -> Result<Option<Slot>> {
        let Some(name) = &node.variable else { return Ok(None) };
        let Some(slot) = self.lookup(name)? else { return Ok(None) };
        let ty = self.type_of(slot);
        if !ty.fits(TypeSet::NODE) {
            return Err(type_conflict(name, ty, "a node"));
        }
        if alone || describes(node) {
            return Err(already_bound(name));
        }
        Ok(Some(slot))
    }

    fn create_rel(&mut self, rel: &RelPattern, left: Slot, right: Slot, creation: &mut Creation) -> Result<Slot> {
        if let Some(name) = &rel.variable {
            self.must_be_free(name)?;
        }
        let written = creatable_type(rel)?;
        let (from, to) = match rel.direction {
            PatternDirection::Right => (left, right),
            PatternDirection::Left => (right, left),
            PatternDirection::Either => {
                let message = "a relationship needs exactly one direction to be created";
                return Err(Error::syntax(Detail::RequiresDirectedRelationship, message).at(rel.span));
            }
        };
        let properties = self.properties(rel.properties.as_ref())?;
        refuse_predicate(rel.predicate.as_ref())?;
        let rel_type = self.new_rel_type(written)?;
        let slot = match &rel.variable {
            Some(name) => self.declare(&name.text, Type::REL),
            None => self.new_slot(None, Type::REL),
        };
        creation.items.push(CreateItem::Rel { slot, rel_type, from, to, properties, span: rel.span });
        Ok(slot)
    }

    fn properties(&mut self, map: Option<&ast::Expr>) -> Result<Properties> {
        map.into_iter().for_each(|map| self.introduce_properties(map));
        match map {
            Some(map) if !matches!(map.kind, ast::ExprKind::Map(_)) => Ok(Properties::Map(self.expr(map)?.0)),
            _ => {
                let written = self.written(map)?;
                self.items(written).map(Properties::Items)
            }
        }
    }

    /// Binds the values of a property map that is written out.
    fn written<'p>(&mut self, map: Option<&'p ast::Expr>) -> Result<Written<'p>> {
        let Some(map) = map else { return Ok(Vec::new()) };
        let ast::ExprKind::Map(items) = &map.kind else {
            let message = "`MERGE` needs the properties written out";
            return Err(Error::syntax(Detail::InvalidParameterUse, message).at(map.span));
        };
        items.iter().map(|(key, value)| Ok((key, self.expr(value)?.0))).collect()
    }

    fn items(&mut self, written: Written<'_>) -> Result<Vec<(KeyId, Expr)>> {
        written.into_iter().map(|(key, value)| Ok((self.new_key(key)?, value))).collect()
    }

    pub(super) fn merge(
        &mut self,
        path: &PathPattern,
        on_create: &[SetItem],
        on_match: &[SetItem],
    ) -> Result<BoundClause> {
        refuse_shortest(path)?;
        self.without_aggregates("in `MERGE`", |binder| binder.merge_path(path, on_create, on_match))
    }

    fn merge_path(&mut self, path: &PathPattern, on_create: &[SetItem], on_match: &[SetItem]) -> Result<BoundClause> {
        self.check_merge(path)?;
        let node_properties = self.all_written(path.nodes.iter().map(|node| node.properties.as_ref()))?;
        let rel_properties = self.all_written(path.rels.iter().map(|rel| rel.properties.as_ref()))?;
        for name in path.nodes.iter().filter_map(|node| node.entity.as_ref()) {
            self.created_entities.insert(name.text.clone());
        }
        self.introduce_merged(path);
        let mut draft = Draft::default();
        let laid = self.lay_path(path, NewVariables::Allowed, &mut draft)?;
        let mut pattern = draft.pattern;
        let (mut predicates, mut create) = (Vec::new(), Creation::default());
        let mut made = HashSet::new();
        for ((node, at), written) in path.nodes.iter().zip(&laid.nodes).zip(node_properties) {
            let target = &pattern.nodes[*at];
            let slot = target.slot;
            self.written_predicates(slot, node.span, &written, &mut predicates);
            let base = self.slot_expr(slot, node.span);
            self.computed_labels(node, &base, &mut predicates)?;
            if !target.bound && made.insert(slot) {
                let (labels, named) = self.new_labels(node.labels.as_ref())?;
                let properties = Properties::Items(self.items(written)?);
                create.items.push(CreateItem::Node { slot, labels, named, properties, entity: target.entity.clone() });
            }
        }
        for ((rel, at), written) in path.rels.iter().zip(&laid.rels).zip(rel_properties) {
            let target = &pattern.rels[*at];
            let (left, right) = (pattern.nodes[target.left].slot, pattern.nodes[target.right].slot);
            let (from, to) = if rel.direction == PatternDirection::Left { (right, left) } else { (left, right) };
            let slot = target.slot;
            self.written_predicates(slot, rel.span, &written, &mut predicates);
            if let Some(test) = rel.type_test.as_ref().filter(|test| is_dynamic(test)) {
                let base = self.slot_expr(slot, rel.span);
                predicates.push(self.has_type(&base, test)?);
            }
            let rel_type = self.new_rel_type(creatable_type(rel)?)?;
            let properties = Properties::Items(self.items(written)?);
            create.items.push(CreateItem::Rel { slot, rel_type, from, to, properties, span: rel.span });
        }
        create.paths.extend(laid.path.clone());
        pattern.paths.extend(laid.path);
        let (on_create, on_match) = (self.set_items(on_create)?, self.set_items(on_match)?);
        Ok(BoundClause::Merge { pattern, predicates, create, on_create, on_match })
    }

    fn all_written<'p>(&mut self, maps: impl Iterator<Item = Option<&'p ast::Expr>>) -> Result<Vec<Written<'p>>> {
        maps.map(|map| self.written(map)).collect()
    }

    fn written_predicates(&mut self, slot: Slot, span: Span, written: &Written<'_>, out: &mut Vec<Expr>) {
        let base = self.slot_expr(slot, span);
        for (key, value) in written {
            out.push(self.property_equals(&base, key, value.clone()));
        }
    }

    /// Refuses what `MERGE` could not create.
    fn check_merge(&mut self, path: &PathPattern) -> Result<()> {
        let mut seen: HashSet<Arc<str>> = HashSet::new();
        for node in &path.nodes {
            self.existing_node(node, path.rels.is_empty())?;
            refuse_predicate(node.predicate.as_ref())?;
            if let Some(name) = &node.variable
                && !seen.insert(name.text.clone())
                && describes(node)
            {
                return Err(already_bound(name));
            }
        }
        for rel in &path.rels {
            if let Some(name) = &rel.variable {
                self.must_be_free(name)?;
            }
            creatable_type(rel)?;
            refuse_predicate(rel.predicate.as_ref())?;
        }
        Ok(())
    }

    /// Notes the names that a `MERGE` may bring into the graph.
    fn introduce_merged(&mut self, path: &PathPattern) {
        for name in path.nodes.iter().filter_map(|node| node.labels.as_ref()).filter_map(plain_labels).flatten() {
            self.introduce(NameKind::Label, name);
        }
        path.rels.iter().flat_map(|rel| &rel.types).for_each(|name| self.introduce(NameKind::RelType, name));
        let maps = path.nodes.iter().map(|node| &node.properties).chain(path.rels.iter().map(|rel| &rel.properties));
        for map in maps.flatten() {
            self.introduce_properties(map);
        }
    }

    fn new_entity(&mut self, name: &Name) -> EntityRef {
        self.created_entities.insert(name.text.clone());
        EntityRef { name: name.text.clone(), span: name.span }
    }

    fn new_labels(&mut self, labels: Option<&LabelExpr>) -> Result<WrittenLabels> {
        let parts = match labels {
            Some(LabelExpr::And(parts)) => parts.as_slice(),
            Some(labels) => std::slice::from_ref(labels),
            None => &[],
        };
        self.labels_to_write(parts)
    }

    /// Labels that the statement gives to nodes or takes from them: those written, and those whose names are computed.
    pub(super) fn labels_to_write(&mut self, labels: &[LabelExpr]) -> Result<WrittenLabels> {
        let (mut names, mut named) = (Vec::new(), Vec::new());
        for label in labels {
            match label {
                LabelExpr::Dynamic { any: false, names } => {
                    self.introduce_any(NameKind::Label);
                    named.push(self.computed_names(names)?);
                }
                label => names.extend(plain_labels(label).ok_or_else(|| not_plain(label))?),
            }
        }
        Ok((self.label_ids(names)?, named))
    }

    /// The identifiers of labels that the statement gives to nodes.
    fn label_ids<'n>(&mut self, names: impl IntoIterator<Item = &'n Name>) -> Result<Vec<LabelId>> {
        let mut ids = Vec::new();
        for name in names {
            self.introduce(NameKind::Label, name);
            let id = self.names.label(&name.text).ok_or_else(not_writable)?;
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        Ok(ids)
    }

    fn new_rel_type(&mut self, written: WrittenType<'_>) -> Result<NewType> {
        let name = match written {
            WrittenType::Plain(name) => name,
            WrittenType::Computed(names) => {
                self.introduce_any(NameKind::RelType);
                return self.computed_names(names).map(NewType::Named);
            }
        };
        self.introduce(NameKind::RelType, name);
        self.names.rel_type(&name.text).map(NewType::Known).ok_or_else(not_writable)
    }

    /// The identifier of a key that the statement gives to entities.
    pub(super) fn new_key(&mut self, name: &Name) -> Result<KeyId> {
        self.introduce(NameKind::Key, name);
        self.names.key(&name.text).ok_or_else(not_writable)
    }
}

/// Whether a node pattern says more than a variable.
fn describes(node: &NodePattern) -> bool {
    node.labels.is_some() || node.properties.is_some() || node.entity.is_some() || node.predicate.is_some()
}

/// The one type of a relationship that can be created.
fn creatable_type(rel: &RelPattern) -> Result<WrittenType<'_>> {
    if rel.length.is_some() {
        let message = "a relationship of variable length cannot be created";
        return Err(Error::syntax(Detail::CreatingVarLength, message).at(rel.span));
    }
    match (&rel.types[..], &rel.type_test) {
        ([name], None) => Ok(WrittenType::Plain(name)),
        ([], Some(LabelExpr::Dynamic { any: false, names })) => Ok(WrittenType::Computed(names)),
        _ => {
            let message = "a relationship needs exactly one type to be created";
            Err(Error::syntax(Detail::NoSingleRelationshipType, message).at(rel.span))
        }
    }
}

fn refuse_predicate(predicate: Option<&ast::Expr>) -> Result<()> {
    match predicate {
        Some(predicate) => {
            let message = "`WHERE` cannot stand in a pattern that is created";
            Err(Error::syntax(Detail::UnexpectedSyntax, message).at(predicate.span))
        }
        None => Ok(()),
    }
}

fn refuse_shortest(path: &PathPattern) -> Result<()> {
    refuse_groups(path)?;
    if path.shortest.is_none() && path.selector.is_none() {
        return refuse_predicate(path.predicate.as_ref());
    }
    let message = "a shortest path can be looked for, not created";
    Err(Error::syntax(Detail::UnexpectedSyntax, message).at(path.span))
}

fn not_plain(label: &LabelExpr) -> Error {
    let error = Error::syntax(Detail::UnexpectedSyntax, "a node is created with plain labels: `:A:B`");
    label_span(label).map_or(error.clone(), |span| error.at(span))
}

fn label_span(labels: &LabelExpr) -> Option<Span> {
    match labels {
        LabelExpr::Label(name) => Some(name.span),
        LabelExpr::Any(span) => Some(*span),
        LabelExpr::Not(inner) => label_span(inner),
        LabelExpr::And(parts) | LabelExpr::Or(parts) => parts.first().and_then(label_span),
        LabelExpr::Dynamic { names, .. } => Some(names.span),
    }
}

fn not_writable() -> Error {
    Error::internal("a statement that writes was bound to names that cannot grow")
}
