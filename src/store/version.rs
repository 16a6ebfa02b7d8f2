//! One state of a graph: its parts, and reading it.

use super::adjacency::{AdjSegment, Degrees};
use super::bounds::{Bounds, keep_within};
use super::column::Columns;
use super::constraints::Schema;
use super::deferred::Damage;
use super::derived::Derived;
use super::directory::Directory;
use super::gather::{ByText, TextNumbers, by_text, gather, number};
use super::history::History;
use super::names::Names;
use super::nodes::NodeTable;
use super::record::{Change, Record};
use super::relationships::RelTable;
use super::sample::Samples;
use super::{Adjacent, Catalog, Direction, Gathered, SEGMENT, split};
use crate::value::{KeyId, LabelId, NodeId, RelId, RelTypeId, Value};
use std::fmt;
use std::sync::{Arc, LazyLock};

/// One state of a graph. Cheap to clone: a clone shares everything until one of the two is changed.
#[derive(Clone, Default)]
pub struct Version {
    pub(super) sequence: u64,
    pub(super) catalog: Arc<Catalog>,
    pub(super) naming: Naming,
    pub(super) nodes: NodeTable,
    pub(super) rels: Arc<Vec<Arc<RelTable>>>,
    /// For each segment of nodes, the relationship types that any of them ever had.
    pub(super) types: Directory<SegmentTypes>,
    /// Names and aliases. Versions that share an index over them have the same names.
    pub(super) names: Names,
    pub(super) schema: Arc<Schema>,
    /// Samples of properties, taken when somebody first asks for one.
    pub(super) samples: Arc<Samples>,
    /// How the commits that led here are taken back, where the graph keeps that.
    pub(super) history: Option<Arc<History>>,
    /// What was changed, while somebody asks for it.
    pub(super) record: Option<Record>,
    /// What of it is derived; nothing in a version that is published.
    pub(super) derived: Option<Arc<Derived>>,
    /// What was found wrong with the file that parts are read from when somebody asks for them.
    pub(super) damage: Option<Arc<Damage>>,
}

impl fmt::Debug for Version {
    /// How large it is: a graph may have millions of parts.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Version");
        shown.field("sequence", &self.sequence).field("nodes", &self.node_count());
        shown.field("relationships", &self.rel_count()).finish_non_exhaustive()
    }
}

/// The keys whose values are names.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Naming {
    pub(super) name: Option<KeyId>,
    pub(super) aliases: Option<KeyId>,
}

/// Relationship types by direction, in order of identifier.
#[derive(Clone, Debug, Default)]
pub(super) struct SegmentTypes(pub(super) [Vec<RelTypeId>; 2]);

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

    /// The nodes that have relationships, in ascending order.
    pub fn nodes(self) -> impl Iterator<Item = u32> + 'a {
        let segments = self.0.into_iter().flat_map(Directory::iter);
        segments.flat_map(|(segment, adjacency)| adjacency.places().map(move |place| super::join(segment, place)))
    }

    /// Calls `visit` with the row of each relationship between a node and a neighbour, in order.
    #[inline]
    pub fn for_each_to(self, node: u32, neighbour: u32, visit: impl FnMut(u32)) {
        let (segment, place) = split(node);
        if let Some(segment) = self.0.and_then(|directory| directory.get(segment)) {
            segment.for_each_to(place, neighbour, visit);
        }
    }

    /// How many relationships a node has.
    #[inline]
    pub fn degree(self, node: u32) -> u32 {
        let (segment, place) = split(node);
        self.0.and_then(|directory| directory.get(segment)).map_or(0, |segment| segment.degree(place))
    }

    /// Adds to each number how many relationships there are at the node beside it.
    pub fn add_degrees(self, nodes: &[u32], numbers: &mut [u64]) {
        let mut numbers = numbers.iter_mut();
        for run in nodes.chunk_by(|left, right| left / SEGMENT == right / SEGMENT) {
            let segment = self.0.and_then(|directory| directory.get(run[0] / SEGMENT));
            let numbers = numbers.by_ref().take(run.len());
            let Some(segment) = segment else {
                numbers.for_each(drop);
                continue;
            };
            match segment.degrees() {
                Some(Degrees::Offsets(offsets)) => numbers.zip(run).for_each(|(number, node)| {
                    let place = (node % SEGMENT) as usize;
                    *number += u64::from(offsets[place + 1] - offsets[place]);
                }),
                Some(Degrees::Numbers(degrees)) => numbers.zip(run).for_each(|(number, node)| {
                    *number += u64::from(degrees[(node % SEGMENT) as usize]);
                }),
                None => numbers.zip(run).for_each(|(number, node)| {
                    *number += u64::from(segment.degree(split(*node).1));
                }),
            }
        }
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

    /// Takes the version out of its place, where the one that comes of it will be put.
    pub(crate) fn take(&mut self) -> Version {
        static NOTHING: LazyLock<Version> = LazyLock::new(Version::default);
        std::mem::replace(self, NOTHING.clone())
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
        if let Some(label) = self.catalog.label(name) {
            return label;
        }
        let label = Arc::make_mut(&mut self.catalog).add_label(name);
        self.note(|| Change::Label(label, Arc::from(name)));
        label
    }

    /// The identifier of a relationship type, made when there is none.
    pub fn intern_rel_type(&mut self, name: &str) -> RelTypeId {
        if let Some(rel_type) = self.catalog.rel_type(name) {
            return rel_type;
        }
        let rel_type = Arc::make_mut(&mut self.catalog).add_rel_type(name);
        self.note(|| Change::RelType(rel_type, Arc::from(name)));
        rel_type
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
        self.note(|| Change::Key(key, Arc::from(name)));
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
            bits.append_to(segment * SEGMENT, out);
        }
    }

    /// The sets of labels that nodes of a segment have, each with its nodes in ascending order.
    pub(crate) fn shapes_of(&self, segment: u32) -> Vec<(Vec<LabelId>, Vec<u32>)> {
        self.nodes.segment(segment).map_or_else(Vec::new, |nodes| nodes.shapes(segment * SEGMENT))
    }

    /// The segments that ever had a node: few of all where identifiers are far apart.
    pub(super) fn used_segments(&self) -> impl Iterator<Item = u32> + '_ {
        self.nodes.used_segments()
    }

    /// Every node in ascending order.
    pub fn node_ids(&self) -> impl Iterator<Item = NodeId> + '_ {
        self.nodes_of(None)
    }

    /// The nodes with a label, or all, in ascending order.
    pub fn nodes_of(&self, label: Option<LabelId>) -> impl Iterator<Item = NodeId> + '_ {
        self.used_segments().flat_map(move |segment| {
            let mut nodes = Vec::new();
            self.scan(segment, label, &mut nodes);
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

    /// A property of a node by its name; null when it or the node is absent.
    pub fn node_property_named(&self, node: NodeId, name: &str) -> Value {
        self.catalog().key(name).map_or(Value::Null, |key| self.node_property(node, key))
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

    /// Whether a node's text of a key has a code.
    pub(crate) fn node_has_code(&self, node: u32, key: KeyId) -> bool {
        let (segment, place) = split(node);
        let column = self.nodes.segment(segment).and_then(|segment| segment.columns.column(key));
        column.is_some_and(|column| column.code(place).is_some())
    }

    /// Whether a relationship's text of a key has a code.
    pub(crate) fn rel_has_code(&self, rel: RelId, key: KeyId) -> bool {
        let (segment, place) = split(rel.row);
        let columns = self.table(rel.rel_type).and_then(|table| table.columns(segment));
        columns.and_then(|columns| columns.column(key)).is_some_and(|column| column.code(place).is_some())
    }

    /// The number of the text that each node has for a key; `new` gives those of texts met first. `None` where texts have no
    /// codes, or when `new` gives none.
    pub(crate) fn number_nodes(
        &self,
        numbers: &mut TextNumbers,
        nodes: &[u32],
        key: KeyId,
        new: impl FnMut(usize, Option<&Arc<str>>) -> Option<u32>,
    ) -> Option<Vec<u32>> {
        number(numbers, nodes, key, |segment| self.nodes.segment(segment).map(|segment| &segment.columns), new)
    }

    /// Nodes by the text that each has for a key; `None` where that cannot be told quickly.
    pub(crate) fn nodes_by_text(&self, nodes: &[u32], key: KeyId) -> Option<ByText> {
        by_text(nodes, key, |segment| self.nodes.segment(segment).map(|segment| &segment.columns))
    }

    /// Leaves those nodes of one segment, in ascending order, whose value of a key is within bounds; `false`, and nothing
    /// is done, where that cannot be told quickly.
    pub(crate) fn keep_nodes_within(&self, key: KeyId, bounds: Bounds, nodes: &mut Vec<u32>) -> bool {
        let segment = nodes.first().and_then(|node| self.nodes.segment(node / SEGMENT));
        keep_within(segment.map(|segment| &segment.columns), key, bounds, nodes)
    }

    /// The properties of nodes by segment.
    pub(crate) fn node_columns(&self) -> impl Iterator<Item = (u32, &Columns)> {
        self.nodes.all_columns_by_segment()
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

    /// Appends where the relationships of these rows start and end; false when one does not exist.
    pub fn ends_of(&self, rel_type: RelTypeId, rows: &[u32], from: &mut Vec<u32>, to: &mut Vec<u32>) -> bool {
        rows.is_empty() || self.table(rel_type).is_some_and(|table| table.ends_of(rows, from, to))
    }

    /// Appends the rows of a stretch that have a relationship; the stretch does not go beyond a segment.
    pub fn rows_in(&self, rel_type: RelTypeId, stretch: std::ops::Range<u32>, out: &mut Vec<u32>) {
        if let Some(table) = self.table(rel_type) {
            table.rows_in(stretch, out);
        }
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

    /// A property of a relationship by its name; null when it or the relationship is absent.
    pub fn rel_property_named(&self, rel: RelId, name: &str) -> Value {
        self.catalog().key(name).map_or(Value::Null, |key| self.rel_property(rel, key))
    }

    /// The properties of a relationship in order of key identifier.
    pub fn rel_properties(&self, rel: RelId) -> Vec<(KeyId, Value)> {
        let (segment, place) = split(rel.row);
        let columns = self.table(rel.rel_type).and_then(|table| table.columns(segment));
        columns.map_or_else(Vec::new, |columns| columns.at(place))
    }

    /// The properties of relationships of one type by segment of rows.
    pub(crate) fn rel_columns(&self, rel_type: RelTypeId) -> impl Iterator<Item = (u32, &Columns)> {
        let segments = 0..self.table(rel_type).map_or(0, RelTable::row_segments);
        segments.filter_map(move |segment| Some((segment, self.table(rel_type)?.columns(segment)?)))
    }

    /// A property of many relationships of one type.
    pub fn gather_rel_property(&self, rel_type: RelTypeId, rows: &[u32], key: KeyId) -> Gathered {
        let table = self.table(rel_type);
        let segments = table.map_or(0, RelTable::row_segments);
        gather(rows, key, segments, |segment| table.and_then(|table| table.columns(segment)))
    }

    /// As [`Version::keep_nodes_within`] for the rows of relationships of a type.
    pub(crate) fn keep_rels_within(
        &self,
        rel_type: RelTypeId,
        key: KeyId,
        bounds: Bounds,
        rows: &mut Vec<u32>,
    ) -> bool {
        let columns = rows.first().and_then(|row| self.table(rel_type)?.columns(row / SEGMENT));
        keep_within(columns, key, bounds, rows)
    }

    /// As [`Version::number_nodes`] for the rows of relationships of a type.
    pub(crate) fn number_rels(
        &self,
        rel_type: RelTypeId,
        numbers: &mut TextNumbers,
        rows: &[u32],
        key: KeyId,
        new: impl FnMut(usize, Option<&Arc<str>>) -> Option<u32>,
    ) -> Option<Vec<u32>> {
        let table = self.table(rel_type);
        number(numbers, rows, key, |segment| table.and_then(|table| table.columns(segment)), new)
    }

    /// Relationships of a type by the text that each has for a key; `None` where that cannot be told quickly.
    pub(crate) fn rels_by_text(&self, rel_type: RelTypeId, rows: &[u32], key: KeyId) -> Option<ByText> {
        let table = self.table(rel_type);
        by_text(rows, key, |segment| table.and_then(|table| table.columns(segment)))
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
        let types = self.types_in_segment(node.0 / SEGMENT, direction).iter().copied();
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
            for rel_type in self.types_in_segment(node.0 / SEGMENT, direction) {
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

/// Lookups.
impl Version {
    #[inline]
    pub(super) fn table(&self, rel_type: RelTypeId) -> Option<&RelTable> {
        self.rels.get(rel_type.0 as usize).map(|table| &**table)
    }
}
