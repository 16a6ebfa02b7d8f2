//! A file as a version.
//!
//! Nodes are read at once, relationships and property values when somebody asks for them; then what is wrong with them is
//! found, too. Whoever salvages a file reads all of it, and has it checked against its constraints.

use super::columns::{self, numbers, restore};
use super::disk::{DiskReader, read_part};
use super::format::{
    self, AdjacencyGroup, ColumnByEncoding, ColumnGroup, Encoding, HEADER, Header, History, NodeGroup, Notes, Owner,
    Problem, RelGroup, RelsByRow, Section, StoredValue, Table, decode,
};
use super::{history, schema};
use crate::error::Error;
use crate::store::{
    Damage, Direction, FileNodes, JoinedTexts, Load, NotedEnds, NotedRels, StoredAdjacency, StoredColumn, StoredRels,
    UnreadColumn, UnreadRels, Values, Version, both,
};
use crate::value::{KeyId, LabelId, NodeId, RelId, RelTypeId, Value};
use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

/// What was read of a file.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) version: Version,
    /// The identifier of the graph.
    pub(super) graph: [u8; 16],
    /// What is wrong, in words.
    pub(super) problems: Vec<String>,
}

/// Reads a graph, of which errors say that name.
pub(super) fn read(file: Arc<dyn DiskReader>, name: &str) -> Result<Found, Problem> {
    Reader::of(file, name, None)?.read()
}

/// Reads what can be read of a damaged file: everything but the sections that are bad. Gives what is wrong with those.
pub(super) fn salvage(file: Arc<dyn DiskReader>) -> Result<Found, Problem> {
    Reader::of(file, "", Some(Vec::new()))?.read()
}

/// What is noted of the relationships of a type, and the nodes of the file.
type NotedOf<'a> = (&'a format::NotedRels, &'a Arc<FileNodes>);

/// A file being read.
struct Reader {
    file: Sections,
    name: Arc<str>,
    header: Header,
    table: Table,
    version: Version,
    /// What is wrong, where reading goes on in spite of it.
    problems: Option<Vec<String>>,
}

impl Reader {
    fn of(file: Arc<dyn DiskReader>, name: &str, problems: Option<Vec<String>>) -> Result<Reader, Problem> {
        let header = Header::from_bytes(&read_part(&*file, 0, HEADER as u64).map_err(unreadable)?)?;
        let file = Sections(file);
        let table = Table::decode(&file.bytes(header.table, "the table")?, header.format)?;
        Ok(Reader { file, name: Arc::from(name), header, table, version: Version::new(), problems })
    }

    fn read(mut self) -> Result<Found, Problem> {
        intern(&mut self.version, &self.table)?;
        let table = std::mem::take(&mut self.table);
        for group in &table.nodes {
            let read = self.nodes(&table, group);
            self.take(read)?;
        }
        self.version.settle();
        let deferred = table.notes.as_ref().filter(|_| self.problems.is_none());
        match deferred {
            Some(notes) => self.defer(&table, notes)?,
            None => self.rels_and_columns(&table)?,
        }
        for group in &table.rels_by_row {
            let read = self.rels_by_row(&table, group);
            self.take(read)?;
        }
        for column in &table.columns_by_encoding {
            let read = self.column(&table, column);
            self.take(read)?;
        }
        let read = schema::restore(&table.schema, &table.rules, (&mut self.version, deferred.is_none()));
        self.take(self.version.damage().map_or(read, |damage| Err(Problem::Told(damage))))?;
        self.version.set_sequence(table.sequence);
        let read = self.history(&table);
        self.take(read)?;
        Ok(Found { version: self.version, graph: self.header.graph, problems: self.problems.unwrap_or_default() })
    }

    /// Leaves relationships and property values in the file until somebody asks for them.
    fn defer(&mut self, table: &Table, notes: &Notes) -> Result<(), Problem> {
        let error = self.error();
        let damage = Damage::none(move |what| error(Problem::Damaged(what)));
        self.version.set_damage(Some(Arc::clone(&damage)));
        let from = (&self.version.file_nodes(), &damage);
        let mut of_rels: BTreeMap<u32, Vec<UnreadColumn>> = BTreeMap::new();
        for (group, segments) in table.columns.iter().zip(&notes.columns) {
            let column = self.unread_column(table, group, *segments)?;
            match group.owner {
                Owner::Nodes => self.version.defer_node_column(column, from)?,
                Owner::Rels(rel_type) => of_rels.entry(rel_type).or_default().push(column),
            }
        }
        for (group, noted) in table.rels.iter().zip(&notes.rels) {
            let rel_type = RelTypeId(known(group.rel_type, &table.rel_types, "relationship type")?);
            let columns = of_rels.remove(&group.rel_type).unwrap_or_default();
            let (noted, unread) = (self.noted(group, noted)?, self.unread_rels(group, columns)?);
            self.version.defer_rels(rel_type, noted, unread, from)?;
        }
        if of_rels.is_empty() { Ok(()) } else { Err(Problem::damaged("values belong to no relationships")) }
    }

    fn noted(&self, group: &RelGroup, noted: &format::NotedRels) -> Result<NotedRels, Problem> {
        let [starts, ends] = [0, 1].map(|at| {
            let (section, noted) = (&group.adjacency[at], &noted.ends[at]);
            let segments = self.file.numbers(noted.segments, RELS)?;
            let labels = noted.labels.iter().map(|(label, count)| (LabelId(*label), *count)).collect();
            Ok::<NotedEnds, Problem>(NotedEnds { nodes: section.nodes.length / 4, segments: segments.to_vec(), labels })
        });
        Ok(NotedRels {
            row_bound: group.row_bound,
            count: group.adjacency[0].rows.length / 4,
            loops: noted.loops,
            prints: noted.prints,
            ends: [starts?, ends?],
        })
    }

    fn unread_rels(&self, group: &RelGroup, columns: Vec<UnreadColumn>) -> Result<UnreadRels, Problem> {
        let [outgoing, incoming] = group.adjacency.each_ref().map(|direction| {
            let direction = direction.clone();
            let places = [direction.nodes, direction.ends, direction.neighbours, direction.rows];
            self.later(&places, RELS, move |file| file.adjacency(&direction))
        });
        let row_table = group.row_table;
        let row_table = self.later(&[row_table], RELS, move |file| file.numbers(row_table, RELS))?;
        Ok(UnreadRels { adjacency: [outgoing?, incoming?], row_table, columns })
    }

    fn unread_column(&self, table: &Table, group: &ColumnGroup, segments: Section) -> Result<UnreadColumn, Problem> {
        let key = KeyId(known(group.key, &table.keys, "property key")?);
        let segments = self.file.numbers(segments, PROPERTIES)?;
        let group = group.clone();
        let places = [group.segments, group.bytes, group.dictionary, group.dictionary_ends];
        let load = self.later(&places, PROPERTIES, move |file| file.column(&group))?;
        Ok(UnreadColumn { key, segments, load, decode: others })
    }

    /// What reads sections that are in the file.
    fn later<T>(
        &self,
        sections: &[Section],
        what: &str,
        read: impl FnOnce(&Sections) -> Result<T, Problem> + Send + 'static,
    ) -> Result<Load<T>, Problem> {
        sections.iter().try_for_each(|section| self.file.check_place(*section, what))?;
        let (file, error) = (self.file.clone(), self.error());
        Ok(Box::new(move || read(&file).map_err(error)))
    }

    /// How a problem becomes an error: about the file, or its words alone where they are gathered.
    fn error(&self) -> impl Fn(Problem) -> Error + Clone + Send + Sync + use<> {
        let (name, gathered) = (Arc::clone(&self.name), self.problems.is_some());
        move |problem| match problem.words().filter(|_| gathered) {
            Some(words) => Error::internal(words),
            None => problem.about(&name),
        }
    }

    /// Reads all relationships and property values.
    fn rels_and_columns(&mut self, table: &Table) -> Result<(), Problem> {
        let nodes = self.version.file_nodes();
        for (at, group) in table.rels.iter().enumerate() {
            let noted = table.notes.as_ref().and_then(|notes| notes.rels.get(at));
            let read = self.rels(table, group, noted.map(|noted| (noted, &nodes)));
            self.take(read)?;
        }
        for (at, group) in table.columns.iter().enumerate() {
            let noted = table.notes.as_ref().and_then(|notes| notes.columns.get(at));
            let read = self.columns(table, group, noted);
            self.take(read)?;
        }
        Ok(())
    }

    fn history(&mut self, table: &Table) -> Result<(), Problem> {
        let Some(History { retention, since, steps }) = table.history else { return Ok(()) };
        let bytes = self.file.bytes(steps, "the history")?;
        self.version.set_history(Some(history::from_disk(retention, since, &bytes)?));
        Ok(())
    }

    /// Goes on after a problem only where that is wanted.
    fn take(&mut self, outcome: Result<(), Problem>) -> Result<(), Problem> {
        match (outcome, &mut self.problems) {
            (Err(problem), Some(problems)) => problem.words().map(|words| problems.push(words)).ok_or(problem),
            (outcome, _) => outcome,
        }
    }

    fn nodes(&mut self, table: &Table, group: &NodeGroup) -> Result<(), Problem> {
        let labels = group.labels.iter().map(|label| known(*label, &table.labels, "label").map(LabelId));
        let labels: Vec<LabelId> = labels.collect::<Result<_, _>>()?;
        let nodes = self.file.numbers(group.ids, "a section of nodes")?;
        self.version.restore_nodes(&nodes, &labels).map_err(Problem::from)
    }

    /// Reads all relationships of a type, which must have what is noted of them, if anything is.
    fn rels(&mut self, table: &Table, group: &RelGroup, noted: Option<NotedOf<'_>>) -> Result<(), Problem> {
        let rel_type = RelTypeId(known(group.rel_type, &table.rel_types, "relationship type")?);
        let read = match noted {
            Some(noted) => self.rels_as_noted(rel_type, group, noted),
            None => {
                let rels = self.file.rels(group);
                rels.and_then(|rels| self.version.install_stored_rels(rel_type, &rels).map_err(Problem::from))
            }
        };
        if read.is_err() && self.problems.is_some() {
            self.take(read)?;
            return self.rels_of_a_part(rel_type, group);
        }
        read
    }

    fn rels_as_noted(
        &mut self,
        rel_type: RelTypeId,
        group: &RelGroup,
        (noted, nodes): NotedOf<'_>,
    ) -> Result<(), Problem> {
        let (noted, unread) = (self.noted(group, noted)?, self.unread_rels(group, Vec::new())?);
        let error = self.error();
        let damage = Damage::none(move |what| error(Problem::Damaged(what)));
        let mut version = self.version.clone();
        version.set_damage(Some(Arc::clone(&damage)));
        version.defer_rels(rel_type, noted, unread, (nodes, &damage))?;
        version.read_all()?;
        version.set_damage(None);
        self.version = version;
        Ok(())
    }

    /// Reads relationships from the first of their parts that is whole: each direction has all of them.
    fn rels_of_a_part(&mut self, rel_type: RelTypeId, group: &RelGroup) -> Result<(), Problem> {
        let directions = [Direction::Outgoing, Direction::Incoming].into_iter().zip(&group.adjacency);
        let mut read = directions.filter_map(|(direction, group)| self.file.adjacency(group).ok()?.rels(direction));
        let Some(mut rels) = read.next() else {
            let name = self.version.catalog().rel_type_name(rel_type);
            return Err(Problem::damaged(format!("the relationships `{name}` are lost")));
        };
        rels.dedup_by_key(|[row, ..]| *row);
        drop(read);
        let column = |at: usize| rels.iter().map(|rel| rel[at]).collect::<Vec<u32>>();
        self.restore_rels(rel_type, column(0), column(1), column(2))
    }

    fn rels_by_row(&mut self, table: &Table, group: &RelsByRow) -> Result<(), Problem> {
        let rel_type = RelTypeId(known(group.rel_type, &table.rel_types, "relationship type")?);
        let part = |place| self.file.numbers(place, RELS).map(|numbers| numbers.to_vec());
        let (rows, from, to) = (part(group.rows)?, part(group.from)?, part(group.to)?);
        self.restore_rels(rel_type, rows, from, to)
    }

    fn restore_rels(
        &mut self,
        rel_type: RelTypeId,
        mut rows: Vec<u32>,
        mut from: Vec<u32>,
        mut to: Vec<u32>,
    ) -> Result<(), Problem> {
        if self.problems.is_some() {
            self.keep_attached(&mut rows, &mut from, &mut to);
        }
        self.version.restore_rel_columns(rel_type, &rows, &from, &to).map_err(Problem::from)
    }

    /// Leaves out relationships whose ends were lost.
    fn keep_attached(&mut self, rows: &mut Vec<u32>, from: &mut Vec<u32>, to: &mut Vec<u32>) {
        let there = |node: u32| self.version.contains_node(NodeId(node));
        let ends = from.iter().zip(to.iter());
        let kept: Vec<(u32, u32, u32)> = rows
            .iter()
            .zip(ends)
            .filter(|(_, (from, to))| there(**from) && there(**to))
            .map(|(row, (from, to))| (*row, *from, *to))
            .collect();
        let lost = rows.len() - kept.len();
        *rows = kept.iter().map(|rel| rel.0).collect();
        *from = kept.iter().map(|rel| rel.1).collect();
        *to = kept.iter().map(|rel| rel.2).collect();
        if let (1.., Some(problems)) = (lost, &mut self.problems) {
            problems.push(format!("{lost} relationships have lost their start or their end"));
        }
    }

    fn columns(&mut self, table: &Table, group: &ColumnGroup, noted: Option<&Section>) -> Result<(), Problem> {
        let key = KeyId(known(group.key, &table.keys, "property key")?);
        let stored = self.file.column(group)?;
        let unreadable = || Problem::damaged("a section of properties cannot be read");
        let columns = stored.columns(&others).ok_or_else(unreadable)?;
        let noted = noted.map(|section| self.file.numbers(*section, PROPERTIES)).transpose()?;
        if noted.is_some_and(|noted| !columns.iter().map(|(segment, _)| segment).eq(noted.iter())) {
            return Err(unreadable());
        }
        let living = self.problems.is_some();
        match group.owner {
            Owner::Nodes => self.version.install_node_columns(key, columns, living)?,
            Owner::Rels(rel_type) => self.version.install_rel_columns(RelTypeId(rel_type), key, columns, living)?,
        }
        Ok(())
    }

    fn column(&mut self, table: &Table, column: &ColumnByEncoding) -> Result<(), Problem> {
        let key = KeyId(known(column.key, &table.keys, "property key")?);
        let owners = self.file.numbers(column.ids, PROPERTIES)?;
        let values = values(&self.file, column)?;
        if owners.len() != values.len() {
            return Err(Problem::damaged("sections of properties differ in length"));
        }
        if self.problems.is_some() {
            return self.column_of_those_left(column.owner, key, &owners, &values);
        }
        self.load(column.owner, key, &owners, &values)
    }

    fn load(&mut self, owner: Owner, key: KeyId, ids: &[u32], values: &Values) -> Result<(), Problem> {
        let loaded = match owner {
            Owner::Nodes => self.version.load_node_property(key, ids, values),
            Owner::Rels(rel_type) => self.version.load_rel_property(RelTypeId(rel_type), key, ids, values),
        };
        loaded.map_err(Problem::from)
    }

    /// Sets the values of those that were not lost; that the others were has been told.
    fn column_of_those_left(&mut self, owner: Owner, key: KeyId, ids: &[u32], values: &Values) -> Result<(), Problem> {
        let there = |id: &u32| match owner {
            Owner::Nodes => self.version.contains_node(NodeId(*id)),
            Owner::Rels(rel_type) => self.version.contains_rel(RelId { rel_type: RelTypeId(rel_type), row: *id }),
        };
        let left = ids.iter().enumerate().filter(|(_, id)| there(id));
        let (ids, values): (Vec<u32>, Vec<Value>) = left.map(|(at, id)| (*id, values.get(at))).unzip();
        self.load(owner, key, &ids, &Values::Mixed(values))
    }
}

/// What relationships and properties stand in, when they cannot be read.
const RELS: &str = "a section of relationships";
const PROPERTIES: &str = "a section of properties";

/// What the store refuses of a file is damage.
impl From<Error> for Problem {
    fn from(error: Error) -> Problem {
        Problem::damaged(error.message())
    }
}

fn unreadable(error: io::Error) -> Problem {
    Problem::Unreadable(Arc::new(error))
}

/// The sections of a file, each believed only when its checksum is right.
#[derive(Clone)]
struct Sections(Arc<dyn DiskReader>);

impl Sections {
    fn bytes(&self, section: Section, what: &str) -> Result<Vec<u8>, Problem> {
        self.check_place(section, what)?;
        let bytes = read_part(&*self.0, section.offset, section.length).map_err(unreadable)?;
        check_sum(&bytes, section, what)?;
        Ok(bytes)
    }

    /// Numbers, read to where they stay.
    fn numbers(&self, section: Section, what: &str) -> Result<Arc<[u32]>, Problem> {
        self.check_place(section, what)?;
        let count = usize::try_from(section.length / 4).unwrap_or(usize::MAX);
        if !section.length.is_multiple_of(4) {
            return Err(Problem::damaged("a section has an impossible length"));
        }
        let mut numbers: Arc<[u32]> = std::iter::repeat_n(0, count).collect();
        // Nobody else has it yet, so nothing is copied.
        let own = Arc::make_mut(&mut numbers);
        let bytes: &mut [u8] = bytemuck::cast_slice_mut(own);
        self.0.read(section.offset, bytes).map_err(unreadable)?;
        check_sum(bytes, section, what)?;
        if cfg!(target_endian = "big") {
            own.iter_mut().for_each(|number| *number = u32::from_le(*number));
        }
        Ok(numbers)
    }

    fn check_place(&self, section: Section, what: &str) -> Result<(), Problem> {
        let end = section.offset.checked_add(section.length);
        match end.is_some_and(|end| end <= self.0.length()) {
            true => Ok(()),
            false => Err(Problem::damaged(format!("it is cut off: {what} is missing"))),
        }
    }

    fn rels(&self, group: &RelGroup) -> Result<StoredRels<Arc<[u32]>>, Problem> {
        let [outgoing, incoming] = &group.adjacency;
        let count = usize::try_from(outgoing.rows.length / 4).unwrap_or(usize::MAX);
        let rest = || (self.adjacency(outgoing), self.numbers(group.row_table, RELS));
        let (incoming, (outgoing, row_table)) = both(count, || self.adjacency(incoming), rest);
        Ok(StoredRels { row_bound: group.row_bound, adjacency: [outgoing?, incoming?], row_table: row_table? })
    }

    fn adjacency(&self, group: &AdjacencyGroup) -> Result<StoredAdjacency<Arc<[u32]>>, Problem> {
        let numbers = |place| self.numbers(place, RELS);
        let count = usize::try_from(group.rows.length / 4).unwrap_or(usize::MAX);
        let rest = || (numbers(group.nodes), numbers(group.ends), numbers(group.rows));
        let (neighbours, (nodes, ends, rows)) = both(count, || numbers(group.neighbours), rest);
        Ok(StoredAdjacency { nodes: nodes?, ends: ends?, neighbours: neighbours?, rows: rows? })
    }

    fn column(&self, group: &ColumnGroup) -> Result<StoredColumn<Arc<[u32]>>, Problem> {
        Ok(StoredColumn {
            segments: self.numbers(group.segments, PROPERTIES)?,
            bytes: self.bytes(group.bytes, PROPERTIES)?,
            dictionary: self.bytes(group.dictionary, PROPERTIES)?,
            dictionary_ends: self.numbers(group.dictionary_ends, PROPERTIES)?,
        })
    }
}

fn check_sum(bytes: &[u8], section: Section, what: &str) -> Result<(), Problem> {
    match crc32fast::hash(bytes) == section.checksum {
        true => Ok(()),
        false => Err(Problem::damaged(format!("the checksum of {what} is wrong"))),
    }
}

/// Gives the names their identifiers, which must come out as they were.
fn intern(version: &mut Version, table: &Table) -> Result<(), Problem> {
    let labels = table.labels.iter().enumerate().all(|(id, name)| version.intern_label(name).0 as usize == id);
    let types = table.rel_types.iter().enumerate().all(|(id, name)| version.intern_rel_type(name).0 as usize == id);
    let keys = table.keys.iter().enumerate().all(|(id, name)| version.intern_key(name).0 as usize == id);
    if labels && types && keys { Ok(()) } else { Err(Problem::damaged("a name stands twice")) }
}

/// An identifier that the table of names knows.
fn known(id: u32, names: &[String], what: &str) -> Result<u32, Problem> {
    if (id as usize) < names.len() { Ok(id) } else { Err(Problem::damaged(format!("a {what} has no name"))) }
}

fn values(file: &Sections, column: &ColumnByEncoding) -> Result<Values, Problem> {
    let bytes = file.bytes(column.values, PROPERTIES)?;
    Ok(match column.encoding {
        Encoding::Bool => Values::Bools(bytes.iter().map(|byte| boolean(*byte)).collect::<Result<_, _>>()?),
        Encoding::Int => Values::Ints(numbers(&bytes, i64::from_le_bytes)?),
        Encoding::Float => Values::Floats(numbers(&bytes, f64::from_le_bytes)?),
        Encoding::Date => {
            let days = numbers(&bytes, i64::from_le_bytes)?;
            match days.iter().all(|days| columns::date(*days).is_some()) {
                true => Values::Dates(days),
                false => return Err(columns::impossible()),
            }
        }
        Encoding::Text => Values::Joined(texts(file, column, bytes)?),
        Encoding::Other => {
            let stored = decode::<Vec<StoredValue>>(&bytes, PROPERTIES)?;
            Values::Mixed(stored.into_iter().map(restore).collect::<Result<_, _>>()?)
        }
    })
}

/// Values without a form of their own.
fn others(bytes: &[u8]) -> Option<Vec<Value>> {
    let stored = decode::<Vec<StoredValue>>(bytes, PROPERTIES).ok()?;
    stored.into_iter().map(|value| restore(value).ok()).collect()
}

fn boolean(byte: u8) -> Result<bool, Problem> {
    if byte < 2 { Ok(byte == 1) } else { Err(columns::impossible()) }
}

fn texts(file: &Sections, column: &ColumnByEncoding, bytes: Vec<u8>) -> Result<JoinedTexts, Problem> {
    let wrong = || Problem::damaged("a section of texts cannot be read");
    let text = String::from_utf8(bytes).map_err(|_| wrong())?;
    let ends = file.bytes(column.ends.ok_or_else(wrong)?, PROPERTIES)?;
    JoinedTexts::of(text, numbers(&ends, u64::from_le_bytes)?).ok_or_else(wrong)
}
