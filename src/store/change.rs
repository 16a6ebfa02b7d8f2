//! Changing a version.
//!
//! Every method checks what it is given before it changes anything, and then keeps the parts consistent with each other:
//! adjacency with rows, counts with contents, the entity index and the property indexes with the properties.

use super::adjacency::Entry;
use super::column::Columns;
use super::constraints::Owner;
use super::ends::Counted;
use super::maintain::Touched;
use super::record::Change;
use super::relationships::RelTable;
use super::storable::check_storable;
use super::{Direction, SEGMENT, SchemaTarget, Version, split};
use crate::error::{Detail, Error, ErrorType, Result};
use crate::value::{KeyId, LabelId, NodeId, RelId, RelTypeId, Value};
use std::sync::Arc;

/// The greatest row that is given out, so that a bound still is a `u32`.
const LAST_ROW: u32 = u32::MAX - 1;

/// Changing nodes.
impl Version {
    /// Creates a node.
    ///
    /// # Errors
    /// When the identifiers are used up, or a value cannot be stored.
    pub fn create_node(&mut self, labels: &[LabelId], properties: &[(KeyId, Value)]) -> Result<NodeId> {
        self.check_properties(properties)?;
        let labels = self.label_set(labels)?;
        self.part_indexes();
        let node = NodeId(self.nodes.create(&labels)?);
        self.fill_node(node, labels, properties);
        Ok(node)
    }

    /// Creates a node with a given identifier that is free, as when a file or log is read. After the last one call
    /// [`Version::settle`].
    ///
    /// # Errors
    /// When the identifier is not free, or a value cannot be stored.
    pub fn restore_node(&mut self, node: NodeId, labels: &[LabelId], properties: &[(KeyId, Value)]) -> Result<()> {
        self.check_properties(properties)?;
        let labels = self.label_set(labels)?;
        self.part_indexes();
        self.nodes.restore(node.0, &labels)?;
        self.fill_node(node, labels, properties);
        Ok(())
    }

    /// Decides where new nodes go, after nodes were restored.
    pub fn settle(&mut self) {
        self.nodes.settle();
    }

    /// Gives a node a label; whether it did not have it.
    pub fn add_label(&mut self, node: NodeId, label: LabelId) -> bool {
        let known = (label.0 as usize) < self.catalog.label_count();
        let added =
            known && self.change_node(node.0, Touched::Label(label), |graph| graph.nodes.add_label(node.0, label));
        if added {
            self.count_label_at_ends(node, label, Counted::Added);
            self.note(|| Change::AddLabel(node, label));
        }
        added
    }

    /// Takes a label from a node; whether it had it.
    pub fn remove_label(&mut self, node: NodeId, label: LabelId) -> bool {
        let removed = self.change_node(node.0, Touched::Label(label), |graph| graph.nodes.remove_label(node.0, label));
        if removed {
            self.count_label_at_ends(node, label, Counted::Removed);
            self.note(|| Change::RemoveLabel(node, label));
        }
        removed
    }

    /// Sets a property of a node; null removes it.
    ///
    /// # Errors
    /// `TypeError`/`InvalidPropertyType` when the value cannot be stored (maps, entities, paths, and lists of them);
    /// `EntityNotFound`/`DeletedEntityAccess` when the node does not exist.
    pub fn set_node_property(&mut self, node: NodeId, key: KeyId, value: Value) -> Result<()> {
        self.check_key(key)?;
        check_storable(&value)?;
        self.check_node(node)?;
        if !value.is_null() || !self.node_property(node, key).is_null() {
            self.note(|| Change::SetNodeProperty(node, key, value.clone()));
            self.change_node(node.0, Touched::Key(key), |graph| graph.set_node_value(node.0, key, value));
        }
        Ok(())
    }

    /// Deletes a node that has no relationships; whether it existed.
    ///
    /// # Errors
    /// `ConstraintVerificationFailed`/`DeleteConnectedNode` when it has relationships.
    pub fn delete_node(&mut self, node: NodeId) -> Result<bool> {
        if !self.contains_node(node) {
            return Ok(false);
        }
        let connected = [Direction::Outgoing, Direction::Incoming]
            .into_iter()
            .any(|direction| !self.types_at(node, direction).is_empty());
        if connected {
            let message = "a node that still has relationships cannot be deleted";
            let error_type = ErrorType::ConstraintVerificationFailed;
            let error = Error::runtime(error_type, Detail::DeleteConnectedNode, message);
            return Err(error.hint("`DETACH DELETE` deletes its relationships too"));
        }
        self.note(|| Change::DeleteNode(node));
        Ok(self.change_node(node.0, Touched::All, |graph| {
            for key in [graph.naming.name, graph.naming.aliases].into_iter().flatten() {
                graph.set_node_value(node.0, key, Value::Null);
            }
            graph.nodes.delete(node.0)
        }))
    }

    /// Takes away everything that there is, names included. A history stays.
    pub fn clear(&mut self) {
        let (sequence, history, record) = (self.sequence, self.history.take(), self.record.take());
        *self = Version { sequence, history, record, ..Version::default() };
        self.note(|| Change::Clear);
    }

    /// Gives a node that was just made its properties.
    fn fill_node(&mut self, node: NodeId, labels: Vec<LabelId>, properties: &[(KeyId, Value)]) {
        self.note(|| Change::CreateNode(node, labels.into_boxed_slice(), properties.into()));
        for (key, value) in properties {
            self.set_node_value(node.0, *key, value.clone());
        }
        self.take_up(Owner::Node(node));
    }

    fn set_node_value(&mut self, node: u32, key: KeyId, value: Value) {
        self.rename(node, key, &value);
        if !value.is_null() || !self.nodes.property(node, key).is_null() {
            self.nodes.columns_mut(node).set(split(node).1, key, value);
        }
    }
}

/// A relationship to be created.
#[derive(Clone, Debug)]
pub struct NewRel {
    /// Where it starts.
    pub from: NodeId,
    /// Where it ends.
    pub to: NodeId,
    /// Its properties.
    pub properties: Vec<(KeyId, Value)>,
}

/// Changing relationships.
impl Version {
    /// Creates a relationship.
    ///
    /// # Errors
    /// When an end does not exist, the rows are used up, or a value cannot be stored.
    pub fn create_rel(
        &mut self,
        rel_type: RelTypeId,
        from: NodeId,
        to: NodeId,
        properties: &[(KeyId, Value)],
    ) -> Result<RelId> {
        self.check_new_rel(rel_type, from, to)?;
        self.check_properties(properties)?;
        self.check_rows(rel_type, 1)?;
        let rel = RelId { rel_type, row: self.row_bound(rel_type) };
        self.put_rel(rel, from, to, properties);
        Ok(rel)
    }

    /// Creates relationships of one type, with rows in the order given: what [`Version::create_rel`] does for each of
    /// them, only that the adjacency is put together for all at once.
    ///
    /// # Errors
    /// As [`Version::create_rel`]; then none was created.
    pub fn create_rels(&mut self, rel_type: RelTypeId, rels: Vec<NewRel>) -> Result<()> {
        self.check_rows(rel_type, rels.len())?;
        for rel in &rels {
            self.check_new_rel(rel_type, rel.from, rel.to)?;
            self.check_properties(&rel.properties)?;
        }
        let first = self.row_bound(rel_type);
        let rows = first..;
        let entry = |(row, rel): (u32, &NewRel)| Entry { node: rel.from.0, neighbour: rel.to.0, row };
        let mut forward: Vec<Entry> = rows.clone().zip(&rels).map(entry).collect();
        forward.sort_unstable();
        self.put_rels(rel_type, &forward);
        self.set_new_values(rel_type, first, &rels);
        for (row, NewRel { from, to, properties }) in rows.zip(rels) {
            let rel = RelId { rel_type, row };
            self.note(|| Change::CreateRel(rel, from, to, properties.into()));
            self.take_up(Owner::Rel(rel));
        }
        Ok(())
    }

    /// Sets the values of relationships that have the rows from one on, segment by segment.
    fn set_new_values(&mut self, rel_type: RelTypeId, first: u32, rels: &[NewRel]) {
        let table = self.table_mut(rel_type);
        let (mut row, mut rest) = (first, rels);
        while !rest.is_empty() {
            let (now, later) = rest.split_at(rest.len().min((SEGMENT - row % SEGMENT) as usize));
            let columns = values_by_key(split(row).1, now);
            if !columns.is_empty() {
                let segment = table.columns_mut(row);
                columns.into_iter().for_each(|(key, values)| segment.set_all(key, values));
            }
            (row, rest) = (row + now.len() as u32, later);
        }
    }

    /// Creates a relationship with a given row that none has, as when a log is read or a commit taken back.
    ///
    /// # Errors
    /// When a relationship has the row, and as [`Version::create_rel`].
    pub fn restore_rel(&mut self, rel: RelId, from: NodeId, to: NodeId, properties: &[(KeyId, Value)]) -> Result<()> {
        if self.contains_rel(rel) || rel.row > LAST_ROW {
            return Err(Error::internal(format!("relationship row {} cannot be restored", rel.row)));
        }
        self.check_new_rel(rel.rel_type, from, to)?;
        self.check_properties(properties)?;
        self.put_rel(rel, from, to, properties);
        Ok(())
    }

    /// Creates a relationship after everything was checked.
    fn put_rel(&mut self, rel: RelId, from: NodeId, to: NodeId, properties: &[(KeyId, Value)]) {
        let RelId { rel_type, row } = rel;
        self.part_indexes();
        self.note_type(from, rel_type, Direction::Outgoing);
        self.note_type(to, rel_type, Direction::Incoming);
        let table = self.table_mut(rel_type);
        table.create_at(row, from.0, to.0);
        if !properties.is_empty() {
            set_values(table.columns_mut(row), row, properties);
        }
        self.count_rel_ends(rel, (from.0, to.0), Counted::Added);
        self.note(|| Change::CreateRel(rel, from, to, properties.into()));
        self.take_up(Owner::Rel(rel));
    }

    /// Creates many relationships of one type at once; their rows, in the order given.
    ///
    /// # Errors
    /// When an end does not exist, or the rows are used up; then none was created.
    pub fn bulk_rels(&mut self, rel_type: RelTypeId, ends: &[(NodeId, NodeId)]) -> Result<Vec<u32>> {
        self.check_rows(rel_type, ends.len())?;
        let mut order: Vec<(u64, u32)> = ends
            .iter()
            .enumerate()
            .map(|(index, (from, to))| ((u64::from(from.0) << 32) | u64::from(to.0), index as u32))
            .collect();
        order.sort_unstable();
        let first = self.row_bound(rel_type);
        let mut rows = vec![0; ends.len()];
        let mut forward = Vec::with_capacity(ends.len());
        for (position, (key, index)) in order.into_iter().enumerate() {
            let row = first + position as u32;
            rows[index as usize] = row;
            forward.push(Entry { node: (key >> 32) as u32, neighbour: key as u32, row });
        }
        self.load(rel_type, &forward)?;
        Ok(rows)
    }

    /// Creates many relationships of one type with given rows that were never given out, as when a file is read.
    ///
    /// # Errors
    /// When a row was given out or stands twice, or an end does not exist; then none was created.
    pub fn restore_rels(&mut self, rel_type: RelTypeId, rels: &[(u32, NodeId, NodeId)]) -> Result<()> {
        let bound = self.row_bound(rel_type);
        let mut seen = rels.iter().map(|rel| rel.0).collect::<Vec<_>>();
        seen.sort_unstable();
        let fresh = seen.first().is_none_or(|row| *row >= bound) && seen.last().is_none_or(|row| *row <= LAST_ROW);
        if !fresh || !seen.is_sorted_by(|a, b| a < b) {
            return Err(Error::internal("relationship rows cannot be restored: given out before, or twice"));
        }
        let entry = |(row, from, to): &(u32, NodeId, NodeId)| Entry { node: from.0, neighbour: to.0, row: *row };
        let mut forward: Vec<Entry> = rels.iter().map(entry).collect();
        forward.sort_unstable();
        self.load(rel_type, &forward)
    }

    /// Sets a property of a relationship; null removes it.
    ///
    /// # Errors
    /// As [`Version::set_node_property`].
    pub fn set_rel_property(&mut self, rel: RelId, key: KeyId, value: Value) -> Result<()> {
        self.check_key(key)?;
        check_storable(&value)?;
        if !self.contains_rel(rel) {
            return Err(absent("relationship"));
        }
        self.check_stored(rel)?;
        if !value.is_null() || !self.rel_property(rel, key).is_null() {
            self.note(|| Change::SetRelProperty(rel, key, value.clone()));
            self.change_rel(rel, Touched::Key(key), |graph| {
                graph.table_mut(rel.rel_type).columns_mut(rel.row).set(split(rel.row).1, key, value);
            });
        }
        Ok(())
    }

    /// Deletes a relationship; whether it existed.
    pub fn delete_rel(&mut self, rel: RelId) -> bool {
        let Some((from, to)) = self.endpoints(rel) else { return false };
        let deleted = self.change_rel(rel, Touched::All, |graph| graph.table_mut(rel.rel_type).delete(rel.row));
        if deleted {
            self.count_rel_ends(rel, (from.0, to.0), Counted::Removed);
            self.note(|| Change::DeleteRel(rel));
        }
        deleted
    }

    /// Loads relationships that are sorted by start, end and row.
    pub(super) fn load(&mut self, rel_type: RelTypeId, forward: &[Entry]) -> Result<()> {
        self.check_rel_type(rel_type)?;
        let missing = |node: u32| !self.nodes.contains(node);
        if forward.iter().any(|entry| missing(entry.node) || missing(entry.neighbour)) {
            return Err(absent("node"));
        }
        self.put_rels(rel_type, forward);
        let rel = |entry: &Entry| (entry.row, NodeId(entry.node), NodeId(entry.neighbour));
        self.note(|| Change::CreateRels(rel_type, forward.iter().map(rel).collect()));
        if !self.schema.is_empty() {
            forward.iter().for_each(|entry| self.take_up(Owner::Rel(RelId { rel_type, row: entry.row })));
        }
        Ok(())
    }

    /// Puts in relationships that are sorted by start, end and row, after everything was checked.
    fn put_rels(&mut self, rel_type: RelTypeId, forward: &[Entry]) {
        self.finish_indexes(&[SchemaTarget::RelType(rel_type)]);
        self.note_types(rel_type, forward);
        let bound = self.node_bound();
        self.table_mut(rel_type).load(forward, bound);
        self.count_loaded_ends(rel_type, forward);
    }

    pub(super) fn note_type(&mut self, node: NodeId, rel_type: RelTypeId, direction: Direction) {
        let segment = node.0 / SEGMENT;
        if let Err(position) = self.types_in_segment(segment, direction).binary_search(&rel_type) {
            self.types.get_mut(segment).0[direction.index()].insert(position, rel_type);
        }
    }
}

/// Checks.
impl Version {
    /// The table of a type that the catalog knows.
    pub(super) fn table_mut(&mut self, rel_type: RelTypeId) -> &mut RelTable {
        let tables = Arc::make_mut(&mut self.rels);
        if tables.len() <= rel_type.0 as usize {
            tables.resize_with(rel_type.0 as usize + 1, Arc::default);
        }
        Arc::make_mut(&mut tables[rel_type.0 as usize])
    }

    /// The labels sorted and without duplicates.
    pub(super) fn label_set(&self, labels: &[LabelId]) -> Result<Vec<LabelId>> {
        let mut labels = labels.to_vec();
        labels.sort_unstable();
        labels.dedup();
        match labels.last() {
            Some(label) if label.0 as usize >= self.catalog.label_count() => Err(unknown("label", label.0)),
            _ => Ok(labels),
        }
    }

    /// Whether these can be the properties of a node or relationship.
    ///
    /// # Errors
    /// When a key is unknown or a value cannot be stored.
    pub fn check_properties(&self, properties: &[(KeyId, Value)]) -> Result<()> {
        properties.iter().try_for_each(|(key, value)| {
            self.check_key(*key)?;
            check_storable(value)
        })
    }

    pub(super) fn check_key(&self, key: KeyId) -> Result<()> {
        let known = (key.0 as usize) < self.catalog.key_count();
        if known { Ok(()) } else { Err(unknown("property key", key.0)) }
    }

    pub(super) fn check_rel_type(&self, rel_type: RelTypeId) -> Result<()> {
        let known = (rel_type.0 as usize) < self.catalog.rel_type_count();
        if known { Ok(()) } else { Err(unknown("relationship type", rel_type.0)) }
    }

    fn check_node(&self, node: NodeId) -> Result<()> {
        if self.contains_node(node) { Ok(()) } else { Err(absent("node")) }
    }

    fn check_new_rel(&self, rel_type: RelTypeId, from: NodeId, to: NodeId) -> Result<()> {
        self.check_rel_type(rel_type)?;
        self.check_node(from)?;
        self.check_node(to)
    }

    /// Whether so many more rows can be given out.
    pub(super) fn check_rows(&self, rel_type: RelTypeId, count: usize) -> Result<()> {
        if count <= LAST_ROW.saturating_sub(self.row_bound(rel_type)) as usize {
            return Ok(());
        }
        let message = format!("all rows of the type `{}` are used up", self.catalog.rel_type_name(rel_type));
        Err(Error::runtime(ErrorType::ResourceLimit, Detail::IdsExhausted, message))
    }
}

/// The values of relationships at the places from one on, by key.
fn values_by_key(first: u16, rels: &[NewRel]) -> Vec<(KeyId, Vec<(u16, Value)>)> {
    let mut all: Vec<(KeyId, Vec<(u16, Value)>)> = Vec::new();
    for (place, rel) in (first..).zip(rels) {
        for (key, value) in &rel.properties {
            let value = (place, value.clone());
            match all.iter_mut().find(|(known, _)| known == key) {
                Some((_, values)) => values.push(value),
                None => all.push((*key, vec![value])),
            }
        }
    }
    all
}

fn set_values(columns: &mut Columns, id: u32, properties: &[(KeyId, Value)]) {
    for (key, value) in properties {
        columns.set(split(id).1, *key, value.clone());
    }
}

pub(super) fn absent(what: &str) -> Error {
    let message = format!("the {what} does not exist, or was deleted");
    Error::runtime(ErrorType::EntityNotFound, Detail::DeletedEntityAccess, message)
}

fn unknown(what: &str, id: u32) -> Error {
    Error::internal(format!("no {what} has the identifier {id}"))
}
