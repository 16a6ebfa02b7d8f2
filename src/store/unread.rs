//! A version whose relationships and property values stay in its file until somebody asks for them.
//!
//! What a plan and the counts need is noted in the file, so that opening looks at the nodes alone. Nothing that is read later
//! is believed: each part must be in order by itself, and must have what is noted of it: then the parts agree with each other,
//! too.

use super::adjacency::AdjSegment;
use super::bits::Bits;
use super::column::{Column, Columns, KeyColumns};
use super::deferred::{Damage, Deferred, Load, Pending};
use super::directory::Directory;
use super::ends::EndLabels;
use super::nodes::NodeTable;
use super::relationships::RelTable;
use super::rows::RowSegment;
use super::stored::{StoredAdjacency, StoredRows, print, row_print};
use super::stored_columns::{Decode, OpenColumn, StoredColumn};
use super::{Direction, SEGMENT, Version, split};
use crate::error::{Error, Result};
use crate::value::{KeyId, LabelId, NodeId, RelTypeId, Value};
use std::sync::{Arc, OnceLock};

/// Numbers as they were read.
type Read = Arc<[u32]>;
/// Makes values without a form of their own of bytes.
type DecodeOthers = fn(&[u8]) -> Option<Vec<Value>>;

/// What a file notes of all relationships of a type.
#[derive(Clone, Debug, Default)]
pub(crate) struct NotedRels {
    /// One more than the greatest row ever given out.
    pub(crate) row_bound: u32,
    pub(crate) count: u64,
    /// How many start where they end.
    pub(crate) loops: u64,
    /// The sums of the hashes of all relationships: with both ends, and as the rows know them.
    pub(crate) prints: [u64; 2],
    /// By start, and by end.
    pub(crate) ends: [NotedEnds; 2],
}

/// What a file notes of one direction.
#[derive(Clone, Debug, Default)]
pub(crate) struct NotedEnds {
    /// How many nodes have relationships.
    pub(crate) nodes: u64,
    /// The segments of these nodes.
    pub(crate) segments: Vec<u32>,
    /// The labels that these nodes have, each with how many relationships have it at this end.
    pub(crate) labels: Vec<(LabelId, u64)>,
}

/// Reads the relationships of a type.
pub(crate) struct UnreadRels {
    /// By start, and by end.
    pub(crate) adjacency: [Load<StoredAdjacency<Read>>; 2],
    /// The rows by segment.
    pub(crate) row_table: Load<Read>,
    /// Their properties.
    pub(crate) columns: Vec<UnreadColumn>,
}

/// Reads the values of a key.
pub(crate) struct UnreadColumn {
    pub(crate) key: KeyId,
    /// The segments that have a column.
    pub(crate) segments: Read,
    pub(crate) load: Load<StoredColumn<Read>>,
    pub(crate) decode: DecodeOthers,
}

/// The nodes of a file, by which is told what is read of it later.
#[derive(Debug)]
pub(crate) struct FileNodes {
    nodes: NodeTable,
    /// Where the bitmap of a segment is in `live`; beyond its end where there is none.
    places: Vec<u32>,
    live: Vec<Bits>,
}

impl FileNodes {
    #[inline]
    fn contains(&self, node: u32) -> bool {
        let (segment, place) = split(node);
        let at = self.places.get(segment as usize).map_or(usize::MAX, |at| *at as usize);
        self.live.get(at).is_some_and(|live| live.get(place))
    }

    fn live(&self, segment: u32) -> Option<&Bits> {
        live_of(&self.nodes, segment)
    }
}

fn live_of(nodes: &NodeTable, segment: u32) -> Option<&Bits> {
    nodes.segment(segment).and_then(|nodes| nodes.set(None))
}

/// Writing down.
impl Version {
    /// What is to be noted of the relationships of a type, beside the parts that are stored.
    pub(crate) fn noted_rels(&self, rel_type: RelTypeId, outgoing: &StoredAdjacency<Vec<u32>>) -> NotedRels {
        let Some(table) = self.table(rel_type) else { return NotedRels::default() };
        let mut beside = Vec::new();
        for (segment, rows) in table.row_table() {
            beside.resize(segment as usize, false);
            beside.push(rows.ends_stand_beside());
        }
        let both = |from, to, row| [print(from, to, row), row_print(&beside, from, to, row)];
        NotedRels {
            row_bound: table.row_bound(),
            count: table.count(),
            loops: table.loops(),
            prints: outgoing.sums(both).unwrap_or_default(),
            ends: [Direction::Outgoing, Direction::Incoming].map(|direction| NotedEnds::of(table, direction)),
        }
    }
}

impl NotedEnds {
    fn of(table: &RelTable, direction: Direction) -> NotedEnds {
        let segments = table.adjacency(direction).iter().filter(|(_, adjacency)| adjacency.places().next().is_some());
        NotedEnds {
            nodes: table.nodes(direction),
            segments: segments.map(|(segment, _)| segment).collect(),
            labels: table.end_labels(direction).iter().collect(),
        }
    }
}

/// Opening.
impl Version {
    /// Notes where what is wrong with the file is kept.
    pub(crate) fn set_damage(&mut self, damage: Option<Arc<Damage>>) {
        self.damage = damage;
    }

    /// The nodes as they are now: those of a file, when no change was made yet.
    pub(crate) fn file_nodes(&self) -> Arc<FileNodes> {
        let (mut places, mut live) = (Vec::new(), Vec::new());
        for segment in self.used_segments() {
            places.resize(segment as usize, u32::MAX);
            places.push(live.len() as u32);
            live.push(live_of(&self.nodes, segment).copied().unwrap_or_default());
        }
        Arc::new(FileNodes { nodes: self.nodes.clone(), places, live })
    }

    /// Takes up all relationships of a type that never had one. Each direction, the rows and each property are read when
    /// somebody asks for them.
    ///
    /// # Errors
    /// When what is noted cannot be.
    pub(crate) fn defer_rels(
        &mut self,
        rel_type: RelTypeId,
        noted: NotedRels,
        unread: UnreadRels,
        (nodes, damage): (&Arc<FileNodes>, &Arc<Damage>),
    ) -> Result<()> {
        self.check_rel_type(rel_type)?;
        let columns = unread.columns.iter();
        columns.map(|column| column.key).try_for_each(|key| self.check_key(key))?;
        if self.row_bound(rel_type) > 0 || !self.can_be(&noted, nodes) {
            let name = self.catalog().rel_type_name(rel_type);
            return Err(Error::internal(format!("what is noted of the relationships `{name}` cannot be")));
        }
        for (direction, ends) in [Direction::Outgoing, Direction::Incoming].into_iter().zip(&noted.ends) {
            ends.segments.iter().for_each(|segment| self.note_type(NodeId(segment * SEGMENT), rel_type, direction));
        }
        let name = Arc::clone(self.catalog().rel_type_name(rel_type));
        let file = File { name, noted: Arc::new(noted), nodes: Arc::clone(nodes), damage: Arc::clone(damage) };
        *self.table_mut(rel_type) = file.table(unread);
        Ok(())
    }

    fn can_be(&self, noted: &NotedRels, nodes: &FileNodes) -> bool {
        noted.ends.iter().all(|ends| {
            ends.segments.is_sorted_by(|a, b| a < b)
                && ends.segments.iter().all(|segment| nodes.live(*segment).is_some())
                && ends.labels.is_sorted_by(|a, b| a.0 < b.0)
                && ends
                    .labels
                    .iter()
                    .all(|(label, count)| (label.0 as usize) < self.catalog().label_count() && *count > 0)
        })
    }

    /// Takes up the values that nodes have under a key, which none had before; they are read when somebody asks for them.
    ///
    /// # Errors
    /// When a segment is noted that has no node.
    pub(crate) fn defer_node_column(
        &mut self,
        column: UnreadColumn,
        (nodes, damage): (&Arc<FileNodes>, &Arc<Damage>),
    ) -> Result<()> {
        let (key, segments) = (column.key, Arc::clone(&column.segments));
        self.check_key(key)?;
        self.names.forget();
        if segments.iter().any(|segment| nodes.live(*segment).is_none()) {
            return Err(Error::internal("values are noted where there is no node"));
        }
        let live = Arc::clone(nodes);
        let pending = column.pending(damage, move |segment| live.live(segment).copied());
        let mut places = segments.iter().zip(0..);
        places.try_for_each(|(segment, at)| self.nodes.columns_mut(segment * SEGMENT).defer(key, &pending, at))
    }

    /// Whether parts of it may be in a file yet.
    pub(crate) fn is_in_file(&self) -> bool {
        self.damage.is_some()
    }

    /// Reads all properties of nodes.
    pub(crate) fn read_nodes(&self) {
        self.nodes.all_columns().for_each(Columns::read);
    }

    /// Reads what shows relationships of a type: where each starts and ends, and their properties.
    pub(crate) fn read_rels(&self, rel_type: RelTypeId) {
        let Some(table) = self.table(rel_type) else { return };
        table.adjacency(Direction::Outgoing);
        table.all_columns().for_each(Columns::read);
    }

    /// Reads all that has not been read yet of a graph that was opened.
    ///
    /// # Errors
    /// `Corrupt` or `Io` when some of it is damaged or cannot be read.
    pub fn read_all(&self) -> Result<()> {
        self.read_nodes();
        for table in self.rels.iter().filter(|table| table.is_whole()) {
            table.all_columns().for_each(Columns::read);
        }
        self.unless_damaged(Ok(()))
    }

    /// An outcome, unless the file was found to be damaged while something of it was read: then that is the outcome.
    pub(crate) fn unless_damaged<T>(&self, outcome: Result<T>) -> Result<T> {
        self.damage().map_or(outcome, Err)
    }

    /// What was found wrong with the file of the graph since it was opened: a part of it could not be read when somebody asked
    /// for it. Then what was read of the version is not what was saved, and nothing that was made of it may be used.
    pub fn damage(&self) -> Option<Error> {
        self.damage.as_ref().and_then(|damage| damage.first().cloned())
    }
}

/// A type's relationships in a file.
#[derive(Clone)]
struct File {
    name: Arc<str>,
    noted: Arc<NotedRels>,
    nodes: Arc<FileNodes>,
    damage: Arc<Damage>,
}

impl File {
    fn table(self, unread: UnreadRels) -> RelTable {
        let UnreadRels { adjacency: [outgoing, incoming], row_table, columns } = unread;
        let adjacency = [(Direction::Outgoing, outgoing), (Direction::Incoming, incoming)].map(|(direction, load)| {
            let file = self.clone();
            let load = move || file.adjacency(direction, &load()?).ok_or_else(|| file.disagree());
            Deferred::until_asked(Pending::new(&self.damage, Box::new(load)))
        });
        let file = self.clone();
        let load = move || file.rows(&row_table()?, columns).ok_or_else(|| file.disagree());
        let rows = Deferred::until_asked(Pending::new(&self.damage, Box::new(load)));
        let labels = self.noted.ends.each_ref().map(|ends| EndLabels::of(&ends.labels));
        RelTable::unread(&self.noted, adjacency, rows, labels)
    }

    fn disagree(&self) -> Error {
        self.damage.error(format!("the parts of the relationships `{}` do not agree", self.name))
    }

    /// One direction, when it has what is noted.
    fn adjacency(&self, direction: Direction, stored: &StoredAdjacency<Read>) -> Option<Directory<AdjSegment>> {
        let noted = &self.noted.ends[direction.index()];
        let there = |node: u32| u64::from(self.nodes.contains(node));
        let [found, loops, alive] = stored.sums(|node, neighbour, row| {
            let (from, to) = match direction {
                Direction::Outgoing => (node, neighbour),
                Direction::Incoming => (neighbour, node),
            };
            [print(from, to, row), u64::from(from == to), there(neighbour)]
        })?;
        let same = [found, loops, alive] == [self.noted.prints[0], self.noted.loops, self.noted.count]
            && [stored.nodes.len(), stored.rows.len()].map(|length| length as u64) == [noted.nodes, self.noted.count]
            && stored.nodes.iter().all(|node| there(*node) == 1);
        let segments = if same { stored.segments()? } else { return None };
        let known = segments.iter().map(|(segment, _)| segment).eq(&noted.segments);
        let mut directory = Directory::default();
        segments.into_iter().for_each(|(at, segment)| directory.insert(at, segment));
        let labelled = EndLabels::met_at(&self.nodes.nodes, &directory) == EndLabels::of(&noted.labels);
        (known && labelled).then_some(directory)
    }

    /// The rows, when they are those that are noted, with properties that are read when somebody asks for them.
    fn rows(&self, row_table: &[u32], columns: Vec<UnreadColumn>) -> Option<Directory<RowSegment>> {
        let stored = StoredRows::of(row_table, self.noted.row_bound)?;
        if (stored.count, stored.print) != (self.noted.count, self.noted.prints[1]) {
            return None;
        }
        let mut rows = Directory::default();
        stored.segments.into_iter().for_each(|(at, segment)| rows.insert(at, segment));
        let bare = rows.clone();
        for column in columns {
            let (key, segments, bare) = (column.key, Arc::clone(&column.segments), bare.clone());
            if segments.iter().any(|segment| rows.get(*segment).is_none()) {
                return None;
            }
            let pending = column.pending(&self.damage, move |segment| bare.get(segment).map(RowSegment::live));
            let mut places = segments.iter().zip(0..);
            places.try_for_each(|(segment, at)| rows.get_mut(*segment).columns.defer(key, &pending, at)).ok()?;
        }
        Some(rows)
    }
}

impl UnreadColumn {
    /// The columns that are read when somebody asks for one, each of the segment that is noted; `live` are those who may have
    /// a value.
    fn pending(
        self,
        damage: &Arc<Damage>,
        live: impl Fn(u32) -> Option<Bits> + Send + Sync + 'static,
    ) -> Arc<KeyColumns> {
        let UnreadColumn { segments, load, decode, .. } = self;
        let noting = Arc::clone(damage);
        let load = move || {
            let open = load()?.open().filter(|open| open.segments().eq(segments.iter().copied()));
            let open = open.ok_or_else(|| noting.error(UNREADABLE))?;
            let columns = segments.iter().map(|_| OnceLock::new()).collect();
            Ok(UnreadColumns { columns, source: Some(Source { open, decode, live: Box::new(live), damage: noting }) })
        };
        Pending::new(damage, Box::new(load))
    }
}

const UNREADABLE: &str = "a section of properties cannot be read";

/// The columns of a key that were read as bytes, each made when somebody asks for it.
#[derive(Default)]
pub(crate) struct UnreadColumns {
    columns: Vec<OnceLock<Option<Arc<Column>>>>,
    source: Option<Source>,
}

/// What columns are made of.
struct Source {
    open: OpenColumn<Read>,
    decode: DecodeOthers,
    live: Box<dyn Fn(u32) -> Option<Bits> + Send + Sync>,
    damage: Arc<Damage>,
}

impl UnreadColumns {
    /// The column at a place; none when it is damaged.
    pub(super) fn column(&self, at: usize) -> Option<&Arc<Column>> {
        self.columns.get(at)?.get_or_init(|| self.source.as_ref()?.column(at)).as_ref()
    }

    /// The places whose texts pass a test, ascending, of a column of texts that nobody asked for yet; `None` where the column
    /// itself says it.
    pub(super) fn find_texts(&self, at: usize, passes: impl FnMut(&[u8]) -> bool) -> Option<Vec<u16>> {
        let unmade = self.columns.get(at)?.get().is_none();
        self.source.as_ref().filter(|_| unmade)?.find_texts(at, passes)
    }
}

impl Source {
    fn column(&self, at: usize) -> Option<Arc<Column>> {
        let column = self.open.column(at, &self.decode as Decode<'_>);
        let live = self.open.segments().nth(at).and_then(&self.live);
        let owned = |column: &Column| live.is_some_and(|live| column.present().common(&live) == column.len());
        let column = column.filter(owned);
        if column.is_none() {
            self.damage.note(self.damage.error(UNREADABLE));
        }
        column.map(Arc::new)
    }

    /// `None` too when the column is not as it should be.
    fn find_texts(&self, at: usize, passes: impl FnMut(&[u8]) -> bool) -> Option<Vec<u16>> {
        let (present, positions) = self.open.find_texts(at, passes)?;
        let live = self.open.segments().nth(at).and_then(&self.live)?;
        if present.common(&live) != present.count() {
            return None;
        }
        if positions.is_empty() {
            return Some(Vec::new());
        }
        let mut positions = positions.into_iter().peekable();
        let places = present.iter().enumerate();
        Some(places.filter(|(at, _)| positions.next_if_eq(at).is_some()).map(|(_, place)| place).collect())
    }
}
