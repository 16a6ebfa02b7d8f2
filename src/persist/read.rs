//! A file as a version.

use super::columns::{numbers, restore};
use super::format::{Column, Encoding, Header, NodeGroup, Owner, Problem, RelGroup, Section, Stored, Table, decode};
use super::schema;
use crate::store::Version;
use crate::value::temporal::Date;
use crate::value::{KeyId, LabelId, NodeId, RelId, RelTypeId, Value};

/// Reads a version from the bytes of a file.
pub(super) fn read(file: &[u8]) -> Result<Version, Problem> {
    let header = Header::from_bytes(file)?;
    let table = Table::decode(section(file, header.table, "the table")?, header.format)?;
    let mut version = Version::new();
    intern(&mut version, &table)?;
    for group in &table.nodes {
        read_nodes(file, &table, group, &mut version)?;
    }
    version.settle();
    for group in &table.rels {
        read_rels(file, &table, group, &mut version)?;
    }
    for column in &table.columns {
        read_column(file, &table, column, &mut version)?;
    }
    schema::restore(&table.schema, &mut version)?;
    version.set_sequence(table.sequence);
    Ok(version)
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

fn read_nodes(file: &[u8], table: &Table, group: &NodeGroup, version: &mut Version) -> Result<(), Problem> {
    let labels = group.labels.iter().map(|label| known(*label, &table.labels, "label").map(LabelId));
    let labels: Vec<LabelId> = labels.collect::<Result<_, _>>()?;
    for node in ids(file, group.ids, "a section of nodes")? {
        version.restore_node(NodeId(node), &labels, &[]).map_err(|error| Problem::damaged(error.message()))?;
    }
    Ok(())
}

fn read_rels(file: &[u8], table: &Table, group: &RelGroup, version: &mut Version) -> Result<(), Problem> {
    let rel_type = RelTypeId(known(group.rel_type, &table.rel_types, "relationship type")?);
    let what = "a section of relationships";
    let (rows, from, to) = (ids(file, group.rows, what)?, ids(file, group.from, what)?, ids(file, group.to, what)?);
    if rows.len() != from.len() || rows.len() != to.len() {
        return Err(Problem::damaged("sections of relationships differ in length"));
    }
    let ends = from.into_iter().zip(to);
    let rels: Vec<_> = rows.into_iter().zip(ends).map(|(row, (from, to))| (row, NodeId(from), NodeId(to))).collect();
    version.restore_rels(rel_type, &rels).map_err(|error| Problem::damaged(error.message()))
}

fn read_column(file: &[u8], table: &Table, column: &Column, version: &mut Version) -> Result<(), Problem> {
    let key = KeyId(known(column.key, &table.keys, "property key")?);
    let owners = ids(file, column.ids, "a section of properties")?;
    let values = values(file, column)?;
    if owners.len() != values.len() {
        return Err(Problem::damaged("sections of properties differ in length"));
    }
    for (id, value) in owners.into_iter().zip(values) {
        let set = match column.owner {
            Owner::Nodes => version.set_node_property(NodeId(id), key, value),
            Owner::Rels(rel_type) => {
                version.set_rel_property(RelId { rel_type: RelTypeId(rel_type), row: id }, key, value)
            }
        };
        set.map_err(|error| Problem::damaged(error.message()))?;
    }
    Ok(())
}

fn values(file: &[u8], column: &Column) -> Result<Vec<Value>, Problem> {
    let what = "a section of properties";
    let bytes = section(file, column.values, what)?;
    Ok(match column.encoding {
        Encoding::Bool => bytes.iter().map(|byte| Value::Bool(*byte != 0)).collect(),
        Encoding::Int => numbers(bytes, |number| Value::Int(i64::from_le_bytes(number)))?,
        Encoding::Float => numbers(bytes, |number| Value::Float(f64::from_le_bytes(number)))?,
        Encoding::Date => numbers(bytes, |number| Value::Date(Date { days: i64::from_le_bytes(number) }))?,
        Encoding::Text => texts(file, column, bytes)?,
        Encoding::Other => decode::<Vec<Stored>>(bytes, what)?.into_iter().map(restore).collect(),
    })
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
