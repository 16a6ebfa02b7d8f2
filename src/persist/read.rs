//! A file as a version.

use super::columns::{self, numbers, restore};
use super::format::{
    Column, Encoding, Header, NodeGroup, Owner, Problem, RelGroup, Section, StoredValue, Table, decode,
};
use super::schema;
use crate::store::Version;
use crate::value::{KeyId, LabelId, NodeId, RelId, RelTypeId, Value};

/// Reads a version from the bytes of a file.
pub(super) fn read(file: &[u8]) -> Result<Version, Problem> {
    Reader::of(file, None)?.read().map(|(version, _)| version)
}

/// Reads what can be read of a damaged file: everything but the sections that are bad. Gives what is wrong with those.
pub(super) fn salvage(file: &[u8]) -> Result<(Version, Vec<String>), Problem> {
    Reader::of(file, Some(Vec::new()))?.read()
}

/// A file being read.
struct Reader<'a> {
    file: &'a [u8],
    table: Table,
    version: Version,
    /// What is wrong, where reading goes on in spite of it.
    problems: Option<Vec<String>>,
}

impl<'a> Reader<'a> {
    fn of(file: &'a [u8], problems: Option<Vec<String>>) -> Result<Reader<'a>, Problem> {
        let header = Header::from_bytes(file)?;
        let table = Table::decode(section(file, header.table, "the table")?, header.format)?;
        Ok(Reader { file, table, version: Version::new(), problems })
    }

    fn read(mut self) -> Result<(Version, Vec<String>), Problem> {
        intern(&mut self.version, &self.table)?;
        let table = std::mem::take(&mut self.table);
        for group in &table.nodes {
            let read = self.nodes(&table, group);
            self.take(read)?;
        }
        self.version.settle();
        for group in &table.rels {
            let read = self.rels(&table, group);
            self.take(read)?;
        }
        for column in &table.columns {
            let read = self.column(&table, column);
            self.take(read)?;
        }
        let read = schema::restore(&table.schema, &mut self.version);
        self.take(read)?;
        self.version.set_sequence(table.sequence);
        Ok((self.version, self.problems.unwrap_or_default()))
    }

    /// Goes on after a problem only where that is wanted.
    fn take(&mut self, outcome: Result<(), Problem>) -> Result<(), Problem> {
        match (outcome, &mut self.problems) {
            (Err(Problem::Damaged(why)), Some(problems)) => {
                problems.push(why);
                Ok(())
            }
            (outcome, _) => outcome,
        }
    }

    fn nodes(&mut self, table: &Table, group: &NodeGroup) -> Result<(), Problem> {
        let labels = group.labels.iter().map(|label| known(*label, &table.labels, "label").map(LabelId));
        let labels: Vec<LabelId> = labels.collect::<Result<_, _>>()?;
        let nodes = ids(self.file, group.ids, "a section of nodes")?;
        self.version.restore_nodes(&nodes, &labels).map_err(|error| Problem::damaged(error.message()))
    }

    fn rels(&mut self, table: &Table, group: &RelGroup) -> Result<(), Problem> {
        let rel_type = RelTypeId(known(group.rel_type, &table.rel_types, "relationship type")?);
        let what = "a section of relationships";
        let part = |place| ids(self.file, place, what);
        let (mut rows, mut from, mut to) = (part(group.rows)?, part(group.from)?, part(group.to)?);
        if self.problems.is_some() {
            self.keep_attached(&mut rows, &mut from, &mut to);
        }
        let read = self.version.restore_rel_columns(rel_type, &rows, &from, &to);
        read.map_err(|error| Problem::damaged(error.message()))
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

    fn column(&mut self, table: &Table, column: &Column) -> Result<(), Problem> {
        let key = KeyId(known(column.key, &table.keys, "property key")?);
        let owners = ids(self.file, column.ids, "a section of properties")?;
        let values = values(self.file, column)?;
        if owners.len() != values.len() {
            return Err(Problem::damaged("sections of properties differ in length"));
        }
        if self.problems.is_some() {
            return self.column_of_those_left(column.owner, key, owners, values);
        }
        self.load(column.owner, key, &owners, values)
    }

    fn load(&mut self, owner: Owner, key: KeyId, ids: &[u32], values: Vec<Value>) -> Result<(), Problem> {
        let loaded = match owner {
            Owner::Nodes => self.version.load_node_property(key, ids, values),
            Owner::Rels(rel_type) => self.version.load_rel_property(RelTypeId(rel_type), key, ids, values),
        };
        loaded.map_err(|error| Problem::damaged(error.message()))
    }

    /// Sets the values of those that were not lost; that the others were has been told.
    fn column_of_those_left(
        &mut self,
        owner: Owner,
        key: KeyId,
        ids: Vec<u32>,
        values: Vec<Value>,
    ) -> Result<(), Problem> {
        let there = |id: &u32| match owner {
            Owner::Nodes => self.version.contains_node(NodeId(*id)),
            Owner::Rels(rel_type) => self.version.contains_rel(RelId { rel_type: RelTypeId(rel_type), row: *id }),
        };
        let (ids, values): (Vec<u32>, Vec<Value>) = ids.into_iter().zip(values).filter(|(id, _)| there(id)).unzip();
        self.load(owner, key, &ids, values)
    }
}

/// The bytes of a section whose checksum is right.
fn section<'a>(file: &'a [u8], section: Section, what: &str) -> Result<&'a [u8], Problem> {
    let start = usize::try_from(section.offset).ok();
    let end = section.offset.checked_add(section.length).and_then(|end| usize::try_from(end).ok());
    let bytes = start.zip(end).and_then(|(start, end)| file.get(start..end));
    let bytes = bytes.ok_or_else(|| Problem::damaged(format!("it is cut off: {what} is missing")))?;
    if crc32fast::hash(bytes) != section.checksum {
        return Err(Problem::damaged(format!("the checksum of {what} is wrong")));
    }
    Ok(bytes)
}

fn ids(file: &[u8], place: Section, what: &str) -> Result<Vec<u32>, Problem> {
    numbers(section(file, place, what)?, u32::from_le_bytes)
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

fn values(file: &[u8], column: &Column) -> Result<Vec<Value>, Problem> {
    let what = "a section of properties";
    let bytes = section(file, column.values, what)?;
    Ok(match column.encoding {
        Encoding::Bool => bytes.iter().map(|byte| boolean(*byte)).collect::<Result<_, _>>()?,
        Encoding::Int => numbers(bytes, |number| Value::Int(i64::from_le_bytes(number)))?,
        Encoding::Float => numbers(bytes, |number| Value::Float(f64::from_le_bytes(number)))?,
        Encoding::Date => {
            let days = numbers(bytes, i64::from_le_bytes)?.into_iter().map(columns::date);
            days.collect::<Option<_>>().ok_or_else(columns::impossible)?
        }
        Encoding::Text => texts(file, column, bytes)?,
        Encoding::Other => {
            decode::<Vec<StoredValue>>(bytes, what)?.into_iter().map(restore).collect::<Result<_, _>>()?
        }
    })
}

fn boolean(byte: u8) -> Result<Value, Problem> {
    if byte < 2 { Ok(Value::Bool(byte == 1)) } else { Err(columns::impossible()) }
}

fn texts(file: &[u8], column: &Column, bytes: &[u8]) -> Result<Vec<Value>, Problem> {
    let wrong = || Problem::damaged("a section of texts cannot be read");
    let text = std::str::from_utf8(bytes).map_err(|_| wrong())?;
    let ends = section(file, column.ends.ok_or_else(wrong)?, "a section of properties")?;
    let mut start = 0;
    let mut texts = Vec::new();
    for end in numbers(ends, u64::from_le_bytes)? {
        let end = usize::try_from(end).map_err(|_| wrong())?;
        texts.push(Value::string(text.get(start..end).ok_or_else(wrong)?));
        start = end;
    }
    if start == text.len() { Ok(texts) } else { Err(wrong()) }
}
