//! One state of a graph: reading and changing it.
//!
//! Every method checks what it is given and delegates to the part that holds the data; this is where the parts are kept
//! consistent with each other: adjacency with rows, counts with contents, the entity index with the properties.

use super::adjacency::{AdjSegment, Entry};
use super::column::Columns;
use super::directory::Directory;
use super::entities::Entities;
use super::gather::gather;
use super::nodes::NodeTable;
use super::relationships::RelTable;
use super::storable::check_storable;
use super::{Adjacent, Catalog, Direction, Gathered, Resolution, split};
use crate::error::{Detail, Error, ErrorType, Result};
use crate::value::{KeyId, LabelId, NodeId, RelId, RelTypeId, Value};
use std::sync::Arc;

/// The greatest row that is given out, so that a bound still is a `u32`.
const LAST_ROW: u32 = u32::MAX - 1;

/// One state of a graph. Cheap to clone: a clone shares everything until one of the two is changed.
#[derive(Clone, Debug, Default)]
pub struct Version {
    sequence: u64,
    catalog: Arc<Catalog>,
    naming: Naming,
    pub(super) nodes: NodeTable,
    pub(super) rels: Arc<Vec<Arc<RelTable>>>,
    /// For each segment of nodes, the relationship types that any of them ever had.
    types: Directory<SegmentTypes>,
    pub(super) entities: Entities,
}

/// The keys whose values are names.
#[derive(Clone, Copy, Debug, Default)]
struct Naming {
    name: Option<KeyId>,
    aliases: Option<KeyId>,
}

/// Relationship types by direction, in order of identifier.
#[derive(Clone, Debug, Default)]
struct SegmentTypes([Vec<RelTypeId>; 2]);

/// The adjacency of one relationship type and direction, looked up once for many nodes.
#[derive(Clone, Copy, Debug)]
pub struct Adjacency<'a>(Option<&'a Directory<AdjSegment>>);

impl<'a> Adjacency<'a> {
    /// The relationships at a node.
    #[inline]
    pub fn at(self, node: u32) -> Adjacent<'a> {
        let (segment, place) = split(node);
        match self.0.and_then(|directory| directory.get(segment)) {
            Some(segment) => segment.adjacent(place),
            None => Adjacent::Base { neighbours: &[], rows: &[] },
        }
    }

    /// How many relationships a node has.
    #[inline]
    pub fn degree(self, node: u32) -> u32 {
        let (segment, place) = split(node);
        self.0.and_then(|directory| directory.get(segment)).map_or(0, |segment| segment.degree(place))
    }

    /// Calls `visit` with the neighbour and row of each relationship at a node, in order of neighbour.
    #[inline]
    pub fn for_each(self, node: u32, visit: impl FnMut(u32, u32)) {
        let (segment, place) = split(node);
        if let Some(segment) = self.0.and_then(|directory| directory.get(segment)) {
            segment.for_each(place, visit);
        }
    }
}

/// Names and counts.
impl Version {
    /// An empty graph.
    pub fn new() -> Version {
        Version::default()
    }

    /// How many versions were published before this one.
    pub fn sequence(&self) -> u64 {
        self.sequence
    }

    /// Sets the number of versions published before, as when a graph was read from a file.
    pub fn set_sequence(&mut self, sequence: u64) {
        self.sequence = sequence;
    }

    /// The names.
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// The identifier of a label, made when there is none.
    pub fn intern_label(&mut self, name: &str) -> LabelId {
        self.catalog.label(name).unwrap_or_else(|| Arc::make_mut(&mut self.catalog).add_label(name))
    }

    /// The identifier of a relationship type, made when there is none.
    pub fn intern_rel_type(&mut self, name: &str) -> RelTypeId {
        self.catalog.rel_type(name).unwrap_or_else(|| Arc::make_mut(&mut self.catalog).add_rel_type(name))
    }

    /// The identifier of a property key, made when there is none.
    pub fn intern_key(&mut self, name: &str) -> KeyId {
        if let Some(key) = self.catalog.key(name) {
            return key;
        }
        let key = Arc::make_mut(&mut self.catalog).add_key(name);
        match name {
            "name" => self.naming.name = Some(key),
            "aliases" => self.naming.aliases = Some(key),
            _ => {}
        }
        key
    }

    /// How many nodes there are.
    pub fn node_count(&self) -> u64 {
        self.nodes.count()
    }

    /// How many nodes have the label.
    pub fn label_count(&self, label: LabelId) -> u64 {
        self.nodes.label_count(label)
    }

    /// How many relationships there are.
    pub fn rel_count(&self) -> u64 {
        self.rels.iter().map(|table| table.count()).sum()
    }

    /// How many relationships have the type.
    pub fn rel_type_count(&self, rel_type: RelTypeId) -> u64 {
        self.table(rel_type).map_or(0, RelTable::count)
    }

    /// How many distinct nodes relationships of the type have at that end.
    pub fn rel_type_nodes(&self, rel_type: RelTypeId, direction: Direction) -> u64 {
        self.table(rel_type).map_or(0, |table| table.nodes(direction))
    }
}

/// Reading nodes.
impl Version {
    /// One more than the greatest node identifier ever given out.
    pub fn node_bound(&self) -> u32 {
        self.nodes.bound()
    }

    /// The number of node segments, some of which may be empty.
    pub fn segments(&self) -> u32 {
        self.nodes.segments()
    }

    /// Appends the live nodes of a segment in ascending order: all, or those with the label.
    pub fn scan(&self, segment: u32, label: Option<LabelId>, out: &mut Vec<u32>) {
        if let Some(bits) = self.nodes.segment(segment).and_then(|nodes| nodes.set(label)) {
            bits.append_to(segment * super::SEGMENT, out);
        }
    }

    /// Every node in ascending order.
    pub fn node_ids(&self) -> impl Iterator<Item = NodeId> + '_ {
        (0..self.segments()).flat_map(|segment| {
            let mut nodes = Vec::new();
            self.scan(segment, None, &mut nodes);
            nodes.into_iter().map(NodeId)
        })
    }

    /// Whether the node exists.
    #[inline]
    pub fn contains_node(&self, node: NodeId) -> bool {
        self.nodes.contains(node.0)
    }

    /// Whether the node exists and has the label.
    pub fn has_label(&self, node: NodeId, label: LabelId) -> bool {
        self.nodes.has_label(node.0, label)
    }

    /// The labels of a node in order of identifier.
    pub fn node_labels(&self, node: NodeId) -> Vec<LabelId> {
        let (segment, place) = split(node.0);
        self.nodes.segment(segment).map_or_else(Vec::new, |segment| segment.labels_at(place).collect())
    }

    /// A property of a node; null when it or the node is absent.
    pub fn node_property(&self, node: NodeId, key: KeyId) -> Value {
        self.nodes.property(node.0, key)
    }

    /// The properties of a node in order of key identifier.
    pub fn node_properties(&self, node: NodeId) -> Vec<(KeyId, Value)> {
        let (segment, place) = split(node.0);
        self.nodes.segment(segment).map_or_else(Vec::new, |segment| segment.columns.at(place))
    }

    /// A property of many nodes.
    pub fn gather_node_property(&self, nodes: &[u32], key: KeyId) -> Gathered {
        gather(nodes, key, self.segments(), |segment| self.nodes.segment(segment).map(|segment| &segment.columns))
    }

    /// What a name or alias denotes: exactly first, then without regard to case.
    pub fn resolve(&self, name: &str) -> Resolution {
        self.entities.resolve(name)
    }

    /// Known names and aliases that are near to a text, nearest first.
    pub fn similar_names(&self, name: &str, limit: usize) -> Vec<Arc<str>> {
        self.entities.similar(name, limit)
    }

    /// Every name and alias with the node it denotes, in no particular order; one that a node has twice stands twice.
    pub fn names(&self) -> impl Iterator<Item = (&Arc<str>, NodeId)> {
        self.entities.iter()
    }
}

/// Reading relationships.
impl Version {
    /// Whether the relationship exists.
    pub fn contains_rel(&self, rel: RelId) -> bool {
        self.table(rel.rel_type).is_some_and(|table| table.contains(rel.row))
    }

    /// The nodes where the relationship starts and ends.
    pub fn endpoints(&self, rel: RelId) -> Option<(NodeId, NodeId)> {
        let (from, to) = self.table(rel.rel_type)?.endpoints(rel.row)?;
        Some((NodeId(from), NodeId(to)))
    }

    /// One more than the greatest row ever given out for the type.
    pub fn row_bound(&self, rel_type: RelTypeId) -> u32 {
        self.table(rel_type).map_or(0, RelTable::row_bound)
    }

    /// Every relationship of a type, in order of row.
    pub fn rel_ids(&self, rel_type: RelTypeId) -> impl Iterator<Item = RelId> + '_ {
        let rows = self.table(rel_type).into_iter().flat_map(RelTable::live_rows);
        rows.map(move |row| RelId { rel_type, row })
    }

    /// A property of a relationship; null when it or the relationship is absent.
    pub fn rel_property(&self, rel: RelId, key: KeyId) -> Value {
        let (segment, place) = split(rel.row);
        let columns = self.table(rel.rel_type).and_then(|table| table.columns(segment));
        columns.map_or(Value::Null, |columns| columns.get(place, key))
    }

    /// The properties of a relationship in order of key identifier.
    pub fn rel_properties(&self, rel: RelId) -> Vec<(KeyId, Value)> {
        let (segment, place) = split(rel.row);
        let columns = self.table(rel.rel_type).and_then(|table| table.columns(segment));
        columns.map_or_else(Vec::new, |columns| columns.at(place))
    }

    /// A property of many relationships of one type.
    pub fn gather_rel_property(&self, rel_type: RelTypeId, rows: &[u32], key: KeyId) -> Gathered {
        let table = self.table(rel_type);
        let segments = table.map_or(0, RelTable::row_segments);
        gather(rows, key, segments, |segment| table.and_then(|table| table.columns(segment)))
    }

    /// The adjacency of one type and direction.
    #[inline]
    pub fn adjacency(&self, rel_type: RelTypeId, direction: Direction) -> Adjacency<'_> {
        Adjacency(self.table(rel_type).map(|table| table.adjacency(direction)))
    }

    /// The relationships of one type and direction at a node.
    #[inline]
    pub fn adjacent(&self, node: NodeId, rel_type: RelTypeId, direction: Direction) -> Adjacent<'_> {
        self.adjacency(rel_type, direction).at(node.0)
    }

    /// How many relationships of one type and direction a node has.
    #[inline]
    pub fn degree(&self, node: NodeId, rel_type: RelTypeId, direction: Direction) -> u32 {
        self.adjacency(rel_type, direction).degree(node.0)
    }

    /// The types that the node may have relationships of, in order of identifier; never leaves one out.
    pub fn types_at(&self, node: NodeId, direction: Direction) -> Vec<RelTypeId> {
        let types = self.types_in_segment(node.0 / super::SEGMENT, direction).iter().copied();
        types.filter(|rel_type| self.degree(node, *rel_type, direction) > 0).collect()
    }

    /// The types that nodes of a segment may have relationships of, in order of identifier; never leaves one out.
    pub fn types_in_segment(&self, segment: u32, direction: Direction) -> &[RelTypeId] {
        self.types.get(segment).map_or(&[], |types| &types.0[direction.index()])
    }

    /// All relationships of a node in both directions; a self-loop once.
    pub fn rels_of(&self, node: NodeId) -> Vec<RelId> {
        let mut rels = Vec::new();
        for direction in [Direction::Outgoing, Direction::Incoming] {
            for rel_type in self.types_in_segment(node.0 / super::SEGMENT, direction) {
                self.adjacency(*rel_type, direction).for_each(node.0, |neighbour, row| {
                    if direction == Direction::Outgoing || neighbour != node.0 {
                        rels.push(RelId { rel_type: *rel_type, row });
                    }
                });
            }
        }
        rels
    }
}

/// Changing nodes.
impl Version {
    /// Creates a node.
    ///
    /// # Errors
    /// When the identifiers are used up, or a value cannot be stored.
    pub fn create_node(&mut self, labels: &[LabelId], properties: &[(KeyId, Value)]) -> Result<NodeId> {
        self.check_properties(properties)?;
        let labels = self.label_set(labels)?;
        let node = self.nodes.create(&labels)?;
        self.set_node_values(node, properties);
        Ok(NodeId(node))
    }

    /// Creates a node with a given identifier that is free, as when a file or log is read. After the last one call
    /// [`Version::settle`].
    ///
    /// # Errors
    /// When the identifier is not free, or a value cannot be stored.
    pub fn restore_node(&mut self, node: NodeId, labels: &[LabelId], properties: &[(KeyId, Value)]) -> Result<()> {
        self.check_properties(properties)?;
        let labels = self.label_set(labels)?;
        self.nodes.restore(node.0, &labels)?;
        self.set_node_values(node.0, properties);
        Ok(())
    }

    /// Decides where new nodes go, after nodes were restored.
    pub fn settle(&mut self) {
        self.nodes.settle();
    }

    /// Gives a node a label; whether it did not have it.
    pub fn add_label(&mut self, node: NodeId, label: LabelId) -> bool {
        (label.0 as usize) < self.catalog.label_count() && self.nodes.add_label(node.0, label)
    }

    /// Takes a label from a node; whether it had it.
    pub fn remove_label(&mut self, node: NodeId, label: LabelId) -> bool {
        self.nodes.remove_label(node.0, label)
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
        self.set_node_value(node.0, key, value);
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
        for key in [self.naming.name, self.naming.aliases].into_iter().flatten() {
            self.set_node_value(node.0, key, Value::Null);
        }
        Ok(self.nodes.delete(node.0))
    }

    fn set_node_values(&mut self, node: u32, properties: &[(KeyId, Value)]) {
        for (key, value) in properties {
            self.set_node_value(node, *key, value.clone());
        }
    }

    fn set_node_value(&mut self, node: u32, key: KeyId, value: Value) {
        if self.naming.name == Some(key) || self.naming.aliases == Some(key) {
            let old = self.nodes.property(node, key);
            each_text(&old, |text| self.entities.remove(text, node));
            each_text(&value, |text| self.entities.add(text, node));
        }
        if !value.is_null() || !self.nodes.property(node, key).is_null() {
            self.nodes.columns_mut(node).set(split(node).1, key, value);
        }
    }
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
        self.note_type(from, rel_type, Direction::Outgoing);
        self.note_type(to, rel_type, Direction::Incoming);
        let table = self.table_mut(rel_type);
        let row = table.create(from.0, to.0);
        if !properties.is_empty() {
            set_values(table.columns_mut(row), row, properties);
        }
        Ok(RelId { rel_type, row })
    }

    /// Creates a relationship with a given row that was never given out, as when a log is read.
    ///
    /// # Errors
    /// When the row was given out, and as [`Version::create_rel`].
    pub fn restore_rel(&mut self, rel: RelId, from: NodeId, to: NodeId, properties: &[(KeyId, Value)]) -> Result<()> {
        if rel.row < self.row_bound(rel.rel_type) || rel.row > LAST_ROW {
            return Err(Error::internal(format!("relationship row {} cannot be restored", rel.row)));
        }
        self.check_new_rel(rel.rel_type, from, to)?;
        self.check_properties(properties)?;
        self.table_mut(rel.rel_type).skip_to(rel.row);
        self.create_rel(rel.rel_type, from, to, properties).map(drop)
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
        if !value.is_null() || !self.rel_property(rel, key).is_null() {
            self.table_mut(rel.rel_type).columns_mut(rel.row).set(split(rel.row).1, key, value);
        }
        Ok(())
    }

    /// Deletes a relationship; whether it existed.
    pub fn delete_rel(&mut self, rel: RelId) -> bool {
        self.contains_rel(rel) && self.table_mut(rel.rel_type).delete(rel.row)
    }

    /// Loads relationships that are sorted by start, end and row.
    fn load(&mut self, rel_type: RelTypeId, forward: &[Entry]) -> Result<()> {
        self.check_rel_type(rel_type)?;
        let missing = |node: u32| !self.nodes.contains(node);
        if forward.iter().any(|entry| missing(entry.node) || missing(entry.neighbour)) {
            return Err(absent("node"));
        }
        for entry in forward {
            self.note_type(NodeId(entry.node), rel_type, Direction::Outgoing);
            self.note_type(NodeId(entry.neighbour), rel_type, Direction::Incoming);
        }
        let bound = self.node_bound();
        self.table_mut(rel_type).load(forward, bound);
        Ok(())
    }

    fn note_type(&mut self, node: NodeId, rel_type: RelTypeId, direction: Direction) {
        let segment = node.0 / super::SEGMENT;
        if let Err(position) = self.types_in_segment(segment, direction).binary_search(&rel_type) {
            self.types.get_mut(segment).0[direction.index()].insert(position, rel_type);
        }
    }
}

/// Checks and lookups.
impl Version {
    #[inline]
    pub(super) fn table(&self, rel_type: RelTypeId) -> Option<&RelTable> {
        self.rels.get(rel_type.0 as usize).map(|table| &**table)
    }

    /// The table of a type that the catalog knows.
    fn table_mut(&mut self, rel_type: RelTypeId) -> &mut RelTable {
        let tables = Arc::make_mut(&mut self.rels);
        if tables.len() <= rel_type.0 as usize {
            tables.resize_with(rel_type.0 as usize + 1, Arc::default);
        }
        Arc::make_mut(&mut tables[rel_type.0 as usize])
    }

    /// The labels sorted and without duplicates.
    fn label_set(&self, labels: &[LabelId]) -> Result<Vec<LabelId>> {
        let mut labels = labels.to_vec();
        labels.sort_unstable();
        labels.dedup();
        match labels.last() {
            Some(label) if label.0 as usize >= self.catalog.label_count() => Err(unknown("label", label.0)),
            _ => Ok(labels),
        }
    }

    fn check_properties(&self, properties: &[(KeyId, Value)]) -> Result<()> {
        properties.iter().try_for_each(|(key, value)| {
            self.check_key(*key)?;
            check_storable(value)
        })
    }

    fn check_key(&self, key: KeyId) -> Result<()> {
        let known = (key.0 as usize) < self.catalog.key_count();
        if known { Ok(()) } else { Err(unknown("property key", key.0)) }
    }

    fn check_rel_type(&self, rel_type: RelTypeId) -> Result<()> {
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
    fn check_rows(&self, rel_type: RelTypeId, count: usize) -> Result<()> {
        if count <= LAST_ROW.saturating_sub(self.row_bound(rel_type)) as usize {
            return Ok(());
        }
        let message = format!("all rows of the type `{}` are used up", self.catalog.rel_type_name(rel_type));
        Err(Error::runtime(ErrorType::ResourceLimit, Detail::IdsExhausted, message))
    }
}

fn set_values(columns: &mut Columns, id: u32, properties: &[(KeyId, Value)]) {
    for (key, value) in properties {
        columns.set(split(id).1, *key, value.clone());
    }
}

/// Calls `visit` with the texts of a name or of a list of aliases.
fn each_text(value: &Value, mut visit: impl FnMut(&Arc<str>)) {
    match value {
        Value::String(text) => visit(text),
        Value::List(items) => items.iter().for_each(|item| {
            if let Value::String(text) = item {
                visit(text);
            }
        }),
        _ => {}
    }
}

fn absent(what: &str) -> Error {
    let message = format!("the {what} does not exist, or was deleted");
    Error::runtime(ErrorType::EntityNotFound, Detail::DeletedEntityAccess, message)
}

fn unknown(what: &str, id: u32) -> Error {
    Error::internal(format!("no {what} has the identifier {id}"))
}
