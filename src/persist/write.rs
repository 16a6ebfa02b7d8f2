//! A version as a file.

use super::columns::{encoding_of, store};
use super::disk::{DiskFile, Pour};
use super::format::{
    ALIGNMENT, Column, Encoding, FORMAT, HEADER, Header, NodeGroup, Owner, RelGroup, Section, Table, encode,
};
use super::schema;
use crate::store::Version;
use crate::value::{KeyId, NodeId, RelTypeId, Value};
use std::collections::BTreeMap;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io;

/// Writes a version. The header comes last, so that a file that was not finished is not taken for one.
pub(super) fn write(version: &Version, graph: [u8; 16], file: &mut dyn DiskFile) -> io::Result<()> {
    let mut sections = Sections(Pour::into(file));
    sections.0.put(&[0; HEADER])?;
    let catalog = version.catalog();
    let mut table = Table {
        sequence: version.sequence(),
        labels: catalog.labels().map(|(_, name)| name.to_string()).collect(),
        rel_types: catalog.rel_types().map(|(_, name)| name.to_string()).collect(),
        keys: catalog.keys().map(|(_, name)| name.to_string()).collect(),
        schema: schema::of(version),
        ..Table::default()
    };
    write_nodes(version, &mut sections, &mut table)?;
    for (rel_type, _) in catalog.rel_types() {
        write_rels(version, rel_type, &mut sections, &mut table)?;
    }
    let table = sections.section(&encode(&table)?)?;
    sections.0.finish(&Header { format: FORMAT, graph, table }.to_bytes())
}

/// Writes sections one after another.
struct Sections<'a>(Pour<'a>);

impl Sections<'_> {
    fn section(&mut self, bytes: &[u8]) -> io::Result<Section> {
        let gap = (ALIGNMENT - self.0.position() % ALIGNMENT) % ALIGNMENT;
        self.0.put(&[0; ALIGNMENT as usize][..gap as usize])?;
        let section =
            Section { offset: self.0.position(), length: bytes.len() as u64, checksum: crc32fast::hash(bytes) };
        self.0.put(bytes)?;
        Ok(section)
    }

    fn numbers(&mut self, numbers: &[u32]) -> io::Result<Section> {
        let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
        self.section(&bytes)
    }
}

/// The values of a key and encoding, each with whose it is.
type Gathered = BTreeMap<(KeyId, Encoding), (Vec<u32>, Vec<Value>)>;

fn gather(columns: &mut Gathered, id: u32, properties: Vec<(KeyId, Value)>) {
    for (key, value) in properties {
        let (ids, values) = columns.entry((key, encoding_of(&value))).or_default();
        ids.push(id);
        values.push(value);
    }
}

fn write_nodes(version: &Version, sections: &mut Sections<'_>, table: &mut Table) -> io::Result<()> {
    let mut groups: BTreeMap<Vec<u32>, Vec<u32>> = BTreeMap::new();
    let mut columns = Gathered::new();
    for NodeId(node) in version.node_ids() {
        let labels = version.node_labels(NodeId(node)).iter().map(|label| label.0).collect();
        groups.entry(labels).or_default().push(node);
        gather(&mut columns, node, version.node_properties(NodeId(node)));
    }
    for (labels, ids) in groups {
        table.nodes.push(NodeGroup { labels, ids: sections.numbers(&ids)? });
    }
    write_columns(Owner::Nodes, columns, sections, table)
}

fn write_rels(
    version: &Version,
    rel_type: RelTypeId,
    sections: &mut Sections<'_>,
    table: &mut Table,
) -> io::Result<()> {
    let (mut rows, mut from, mut to) = (Vec::new(), Vec::new(), Vec::new());
    let mut columns = Gathered::new();
    for rel in version.rel_ids(rel_type) {
        let Some((start, end)) = version.endpoints(rel) else { continue };
        rows.push(rel.row);
        from.push(start.0);
        to.push(end.0);
        gather(&mut columns, rel.row, version.rel_properties(rel));
    }
    if rows.is_empty() {
        return Ok(());
    }
    table.rels.push(RelGroup {
        rel_type: rel_type.0,
        rows: sections.numbers(&rows)?,
        from: sections.numbers(&from)?,
        to: sections.numbers(&to)?,
    });
    write_columns(Owner::Rels(rel_type.0), columns, sections, table)
}

fn write_columns(owner: Owner, columns: Gathered, sections: &mut Sections<'_>, table: &mut Table) -> io::Result<()> {
    for ((KeyId(key), encoding), (ids, values)) in columns {
        let ids = sections.numbers(&ids)?;
        let (bytes, ends) = column_bytes(encoding, &values)?;
        let values = sections.section(&bytes)?;
        let ends = ends.map(|ends| sections.section(&ends)).transpose()?;
        table.columns.push(Column { owner, key, encoding, ids, values, ends });
    }
    Ok(())
}

/// The bytes of values, and for texts of where each ends.
fn column_bytes(encoding: Encoding, values: &[Value]) -> io::Result<(Vec<u8>, Option<Vec<u8>>)> {
    let mut bytes = Vec::new();
    let mut ends = Vec::new();
    let mut others = Vec::new();
    for value in values {
        match value {
            Value::Bool(value) => bytes.push(u8::from(*value)),
            Value::Int(value) => bytes.extend(value.to_le_bytes()),
            Value::Float(value) => bytes.extend(value.to_le_bytes()),
            Value::Date(date) => bytes.extend(date.days.to_le_bytes()),
            Value::String(text) => {
                bytes.extend(text.as_bytes());
                ends.extend((bytes.len() as u64).to_le_bytes());
            }
            other => others.push(store(other).ok_or_else(|| io::Error::other("a value that no property holds"))?),
        }
    }
    match encoding {
        Encoding::Text => Ok((bytes, Some(ends))),
        Encoding::Other => Ok((encode(&others)?, None)),
        _ => Ok((bytes, None)),
    }
}

/// An identifier that no other graph has: 128 bits of the system's randomness.
pub(super) fn identifier() -> [u8; 16] {
    let random = || RandomState::new().build_hasher().finish().to_le_bytes();
    let mut identifier = [0; 16];
    identifier[..8].copy_from_slice(&random());
    identifier[8..].copy_from_slice(&random());
    identifier
}
