//! The types on disk and their bytes. This is the one module that knows bincode.
//!
//! Types here are never those the engine works with: they change only together with [`FORMAT`].

use super::disk;
use crate::error::{Detail, Error, ErrorType};
use serde::{Deserialize, Serialize};
use std::io;
use std::sync::Arc;

/// The first bytes of every file. The last two show whether the file went through a conversion of line ends.
pub(super) const MAGIC: [u8; 8] = *b"STNDPT\r\n";
/// The version of the format that is written, and the greatest that is read.
pub(super) const FORMAT: u32 = 6;
/// The version of the format whose table has no schema.
const WITHOUT_SCHEMA: u32 = 1;
/// The last version of the format that has relationships by row alone.
const BY_ROW: u32 = 2;
/// The last version of the format whose table has no rules.
const WITHOUT_RULES: u32 = 3;
/// The last version of the format that has no history.
const WITHOUT_HISTORY: u32 = 4;
/// The last version of the format that notes nothing beside the sections.
const WITHOUT_NOTES: u32 = 5;
/// The length of the header.
pub(super) const HEADER: usize = 64;
/// Sections begin at multiples of this.
pub(super) const ALIGNMENT: u64 = 64;

/// What is wrong with a file.
#[derive(Clone, Debug)]
pub(super) enum Problem {
    /// It does not begin as a graph does.
    Foreign,
    /// It was written by a later version.
    Newer(u32),
    /// It is cut off or changed; what shows it.
    Damaged(String),
    /// The disk does not give it.
    Unreadable(Arc<io::Error>),
    /// What was found when a part was read later, as an error about the file.
    Told(Error),
}

impl Problem {
    pub(super) fn damaged(what: impl Into<String>) -> Problem {
        Problem::Damaged(what.into())
    }

    /// The error for a file of that name.
    pub(super) fn about(&self, name: &str) -> Error {
        let corrupt = |detail, message| Error::runtime(ErrorType::Corrupt, detail, message);
        match self {
            Problem::Foreign => corrupt(Detail::Foreign, format!("`{name}` is not a graph of standpoint"))
                .hint("a text of facts ends with `.facts`, statements are run with `-f`"),
            Problem::Newer(format) => {
                let message = format!("`{name}` has format {format}; this program reads up to {FORMAT}");
                corrupt(Detail::NewerVersion, message).hint("a newer version of standpoint opens it")
            }
            Problem::Damaged(what) => corrupt(Detail::Damaged, format!("`{name}` is damaged: {what}"))
                .hint("nothing was changed; a copy of the file may be whole"),
            Problem::Unreadable(error) => disk::failed(format!("cannot read `{name}`"), error),
            Problem::Told(error) => error.clone(),
        }
    }

    /// What is wrong in words alone; `None` where nothing of the file can be read.
    pub(super) fn words(&self) -> Option<String> {
        match self {
            Problem::Foreign | Problem::Newer(_) => None,
            Problem::Damaged(what) => Some(what.clone()),
            Problem::Unreadable(error) => Some(format!("a section cannot be read: {error}")),
            Problem::Told(error) => Some(error.message().to_owned()),
        }
    }
}

/// The header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    /// The version of the format.
    pub(super) format: u32,
    /// The identifier of the graph; a log beside the file names it.
    pub(super) graph: [u8; 16],
    /// Where the table is.
    pub(super) table: Section,
}

/// A stretch of the file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Section {
    /// Its first byte.
    pub(super) offset: u64,
    /// Its length in bytes.
    pub(super) length: u64,
    /// The CRC-32 of its bytes.
    pub(super) checksum: u32,
}

/// The table at the end of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Table {
    /// How many versions were published before the one that was saved.
    pub(super) sequence: u64,
    /// The names of labels, by identifier.
    pub(super) labels: Vec<String>,
    /// The names of relationship types, by identifier.
    pub(super) rel_types: Vec<String>,
    /// The names of property keys, by identifier.
    pub(super) keys: Vec<String>,
    /// Nodes by the set of labels they have.
    pub(super) nodes: Vec<NodeGroup>,
    /// Relationships by type.
    pub(super) rels: Vec<RelGroup>,
    /// Property values.
    pub(super) columns: Vec<ColumnGroup>,
    /// Indexes and constraints.
    pub(super) schema: Schema,
    /// Rules, in order of creation.
    pub(super) rules: Vec<Rule>,
    /// What is noted of relationships and columns, which follows the rest of the table; nothing in earlier formats.
    #[serde(skip)]
    pub(super) notes: Option<Notes>,
    /// The history, which comes last.
    #[serde(skip)]
    pub(super) history: Option<History>,
    /// Relationships by type, in formats before the third.
    #[serde(skip)]
    pub(super) rels_by_row: Vec<RelsByRow>,
    /// Property values, in formats before the third.
    #[serde(skip)]
    pub(super) columns_by_encoding: Vec<ColumnByEncoding>,
}

/// The table of the formats before the third without the schema, which followed it from the second on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct EarlyTable {
    sequence: u64,
    labels: Vec<String>,
    rel_types: Vec<String>,
    keys: Vec<String>,
    nodes: Vec<NodeGroup>,
    rels: Vec<RelsByRow>,
    columns: Vec<ColumnByEncoding>,
}

/// The table of the third format: all but the rules.
type TableWithoutRules =
    (u64, Vec<String>, Vec<String>, Vec<String>, Vec<NodeGroup>, Vec<RelGroup>, Vec<ColumnGroup>, Schema);

impl Table {
    fn without_rules(table: TableWithoutRules) -> Table {
        let (sequence, labels, rel_types, keys, nodes, rels, columns, schema) = table;
        Table { sequence, labels, rel_types, keys, nodes, rels, columns, schema, ..Table::default() }
    }

    /// The bytes of the table.
    pub(super) fn encode(&self) -> io::Result<Vec<u8>> {
        encode(&(self, self.notes.as_ref().unwrap_or(&Notes::default()), &self.history))
    }

    /// Reads the table of a file of the given format.
    pub(super) fn decode(bytes: &[u8], format: u32) -> Result<Table, Problem> {
        let what = "the table";
        let (early, schema): (EarlyTable, Schema) = match format {
            WITHOUT_SCHEMA => (decode(bytes, what)?, Schema::default()),
            ..=BY_ROW => decode(bytes, what)?,
            WITHOUT_RULES => return decode(bytes, what).map(Table::without_rules),
            WITHOUT_HISTORY => return decode(bytes, what),
            WITHOUT_NOTES => {
                let (table, history): (Table, History) = decode(bytes, what)?;
                return Ok(Table { history: Some(history), ..table });
            }
            _ => {
                let (table, notes, history): (Table, Notes, Option<History>) = decode(bytes, what)?;
                let noted = notes.rels.len() == table.rels.len() && notes.columns.len() == table.columns.len();
                let notes =
                    if noted { Some(notes) } else { return Err(Problem::damaged("the table has wrong notes")) };
                return Ok(Table { notes, history, ..table });
            }
        };
        let EarlyTable { sequence, labels, rel_types, keys, nodes, rels, columns } = early;
        let (rels_by_row, columns_by_encoding) = (rels, columns);
        Ok(Table {
            sequence,
            labels,
            rel_types,
            keys,
            nodes,
            schema,
            rels_by_row,
            columns_by_encoding,
            ..Table::default()
        })
    }
}

/// What is known of relationships and columns without reading them, in the order in which they stand in the table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Notes {
    /// Of each type that has relationships.
    pub(super) rels: Vec<NotedRels>,
    /// The segments that have a column, ascending: u32.
    pub(super) columns: Vec<Section>,
}

/// What is known of the relationships of a type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct NotedRels {
    /// How many start where they end.
    pub(super) loops: u64,
    /// The sum of the hashes of all, and the same with the hashes that the rows have.
    pub(super) prints: [u64; 2],
    /// By start, and by end.
    pub(super) ends: [NotedEnds; 2],
}

/// What is known of one direction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct NotedEnds {
    /// The segments of nodes that have relationships, ascending: u32.
    pub(super) segments: Section,
    /// The labels of these nodes, ascending, each with how many relationships have it at this end.
    pub(super) labels: Vec<(u32, u64)>,
}

/// How earlier versions are gone back to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct History {
    /// For how long it goes back.
    pub(super) retention: Retention,
    /// Its earliest moment, in microseconds since 1970.
    pub(super) since: u64,
    /// The steps in order of time: the number and time of the commit, how many labels, types and keys there were
    /// before, the length of the changes, and the changes that take the commit back, as in the log.
    pub(super) steps: Section,
}

/// The limits of a history.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Retention {
    /// The age of what is kept in any case, in microseconds.
    pub(super) age: Option<u64>,
    /// The most commits.
    pub(super) commits: Option<u64>,
}

/// The definitions of indexes and constraints, in order of creation. What indexes contain is built when a file is
/// opened.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Schema {
    /// Indexes that belong to no constraint.
    pub(super) indexes: Vec<Index>,
    /// Constraints; those on uniqueness bring their indexes.
    pub(super) constraints: Vec<Constraint>,
}

/// The definition of a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Rule {
    pub(super) name: String,
    /// The type that it derives.
    pub(super) head: u32,
    /// The statement that makes it.
    pub(super) statement: String,
    /// Whether it needs any type, and the types that it needs.
    pub(super) needs: (bool, Vec<u32>),
    /// Whether it excludes any type, and the types that it excludes.
    pub(super) excludes: (bool, Vec<u32>),
}

/// The definition of an index.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Index {
    pub(super) name: String,
    pub(super) kind: IndexKind,
    pub(super) target: Target,
    pub(super) keys: Vec<u32>,
}

/// The definition of a constraint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Constraint {
    pub(super) name: String,
    pub(super) kind: ConstraintKind,
    pub(super) target: Target,
    pub(super) keys: Vec<u32>,
}

/// What an index or constraint is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Target {
    Label(u32),
    RelType(u32),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum IndexKind {
    Range,
    Text,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum ConstraintKind {
    Unique,
    Exists,
    Key,
    /// Scalar types; `true` for lists of them.
    Type(Vec<(ScalarType, bool)>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum ScalarType {
    Boolean,
    String,
    Integer,
    Float,
    Date,
    LocalTime,
    ZonedTime,
    LocalDateTime,
    ZonedDateTime,
    Duration,
}

/// The nodes that have one set of labels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct NodeGroup {
    /// The labels.
    pub(super) labels: Vec<u32>,
    /// Identifiers, ascending: u32.
    pub(super) ids: Section,
}

/// The relationships of one type, as they stand in memory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct RelGroup {
    /// The type.
    pub(super) rel_type: u32,
    /// One more than the greatest row ever given out.
    pub(super) row_bound: u32,
    /// By start, and by end.
    pub(super) adjacency: [AdjacencyGroup; 2],
    /// The rows by segment: u32.
    pub(super) row_table: Section,
}

/// One direction of the relationships of a type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct AdjacencyGroup {
    /// The nodes that have relationships, ascending: u32.
    pub(super) nodes: Section,
    /// Where the neighbours of each end: u32.
    pub(super) ends: Section,
    /// The neighbours: u32.
    pub(super) neighbours: Section,
    /// The rows beside them: u32.
    pub(super) rows: Section,
}

/// The relationships of one type in formats before the third.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct RelsByRow {
    /// The type.
    pub(super) rel_type: u32,
    /// Rows, ascending: u32.
    pub(super) rows: Section,
    /// Where each starts: u32.
    pub(super) from: Section,
    /// Where each ends: u32.
    pub(super) to: Section,
}

/// The values of one key, as they stand in memory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ColumnGroup {
    /// Whose values.
    pub(super) owner: Owner,
    /// The key.
    pub(super) key: u32,
    /// Columns by segment: u32.
    pub(super) segments: Section,
    /// Texts and lists of [`StoredValue`].
    pub(super) bytes: Section,
    /// Texts that columns have by number.
    pub(super) dictionary: Section,
    /// Where each of these ends: u32.
    pub(super) dictionary_ends: Section,
}

/// The values of one key and one type of value, in formats before the third.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ColumnByEncoding {
    /// Whose values.
    pub(super) owner: Owner,
    /// The key.
    pub(super) key: u32,
    /// How they are written.
    pub(super) encoding: Encoding,
    /// The nodes, or rows, that have one, ascending: u32.
    pub(super) ids: Section,
    /// The values.
    pub(super) values: Section,
    /// For texts, where each ends in the values: u64.
    pub(super) ends: Option<Section>,
}

/// Whose a property is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(super) enum Owner {
    /// Nodes.
    Nodes,
    /// Relationships of a type.
    Rels(u32),
}

/// How the values of a column are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(super) enum Encoding {
    /// A byte each, 0 or 1.
    Bool,
    /// i64.
    Int,
    /// f64, bit for bit.
    Float,
    /// UTF-8, one after another.
    Text,
    /// Days since 1970-01-01: i64.
    Date,
    /// A list of [`StoredValue`].
    Other,
}

/// A value that has no column encoding of its own. What a list of it is made of is a parameter: a list holds no lists, so
/// that no file can make reading nest deeply.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum Stored<L> {
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    Date(i64),
    LocalTime(u64),
    Time { nanos: u64, offset: i32 },
    LocalDateTime { seconds: i64, nanos: u32 },
    DateTime { seconds: i64, nanos: u32, offset: i32, zone: Option<String> },
    Duration { months: i64, days: i64, seconds: i64, nanos: u32 },
    List(L),
}

/// An element of a list.
pub(super) type StoredItem = Stored<NoList>;
/// A value of a column.
pub(super) type StoredValue = Stored<Vec<StoredItem>>;

/// The list that does not exist.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum NoList {}

/// The bytes of something for a section of its own.
pub(super) fn encode<T: Serialize>(value: &T) -> io::Result<Vec<u8>> {
    bincode::serde::encode_to_vec(value, bincode::config::legacy()).map_err(io::Error::other)
}

/// The opposite of [`encode`]. All bytes must be used.
pub(super) fn decode<T: for<'a> Deserialize<'a>>(bytes: &[u8], what: &str) -> Result<T, Problem> {
    // What decoding takes at once is bounded by what there is to decode, in a few steps: the bound is part of a type.
    let decoded = match bytes.len() {
        0..=0xffff => decode_within::<T, 0x1_0000>(bytes),
        0x1_0000..=0xff_ffff => decode_within::<T, 0x100_0000>(bytes),
        _ => decode_within::<T, 0x1_0000_0000>(bytes),
    };
    match decoded {
        Ok((value, used)) if used == bytes.len() => Ok(value),
        _ => Err(Problem::damaged(format!("{what} cannot be read"))),
    }
}

fn decode_within<T: for<'a> Deserialize<'a>, const MOST: usize>(
    bytes: &[u8],
) -> Result<(T, usize), bincode::error::DecodeError> {
    bincode::serde::decode_from_slice(bytes, bincode::config::legacy().with_limit::<MOST>())
}

impl Header {
    pub(super) fn to_bytes(self) -> [u8; HEADER] {
        let mut bytes = [0; HEADER];
        bytes[..8].copy_from_slice(&MAGIC);
        bytes[8..12].copy_from_slice(&self.format.to_le_bytes());
        bytes[16..32].copy_from_slice(&self.graph);
        bytes[32..40].copy_from_slice(&self.table.offset.to_le_bytes());
        bytes[40..48].copy_from_slice(&self.table.length.to_le_bytes());
        bytes[48..52].copy_from_slice(&self.table.checksum.to_le_bytes());
        let checksum = crc32fast::hash(&bytes[..60]);
        bytes[60..].copy_from_slice(&checksum.to_le_bytes());
        bytes
    }

    /// Reads the header of a file, checking it in the order that gives the most helpful message.
    pub(super) fn from_bytes(file: &[u8]) -> Result<Header, Problem> {
        let bytes = checked_header(file, MAGIC, FORMAT).ok_or(Problem::Foreign)??;
        let table = Section { offset: u64_at(bytes, 32), length: u64_at(bytes, 40), checksum: u32_at(bytes, 48) };
        Ok(Header { format: u32_at(bytes, 8), graph: graph_of(bytes), table })
    }
}

/// The header of a graph's file or of its log, with what both have in common checked: the format, which may not be later
/// than the given one, and the checksum. `None` when the file does not begin with the magic number.
pub(super) fn checked_header(file: &[u8], magic: [u8; 8], newest: u32) -> Option<Result<&[u8; HEADER], Problem>> {
    file.starts_with(&magic).then(|| {
        let bytes = file.first_chunk::<HEADER>().ok_or_else(|| Problem::damaged("it ends inside its header"))?;
        match u32_at(bytes, 8) {
            format if format > newest => Err(Problem::Newer(format)),
            format if crc32fast::hash(&bytes[..60]) != u32_at(bytes, 60) || format == 0 => {
                Err(Problem::damaged("the checksum of its header is wrong"))
            }
            _ => Ok(bytes),
        }
    })
}

/// The identifier of the graph in a header.
pub(super) fn graph_of(header: &[u8; HEADER]) -> [u8; 16] {
    let mut graph = [0; 16];
    graph.copy_from_slice(&header[16..32]);
    graph
}

/// The number at a place that is inside the bytes.
pub(super) fn u32_at<const N: usize>(bytes: &[u8; N], at: usize) -> u32 {
    let mut number = [0; 4];
    number.copy_from_slice(&bytes[at..at + 4]);
    u32::from_le_bytes(number)
}

/// The number at a place that is inside the bytes.
pub(super) fn u64_at<const N: usize>(bytes: &[u8; N], at: usize) -> u64 {
    let mut number = [0; 8];
    number.copy_from_slice(&bytes[at..at + 8]);
    u64::from_le_bytes(number)
}
