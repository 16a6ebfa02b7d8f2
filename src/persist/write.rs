//! A version as a file.

use super::columns::{encoding_of, store};
use super::disk::{DiskFile, Pour};
use super::format::{
    ALIGNMENT, AdjacencyGroup, Column, Encoding, FORMAT, HEADER, Header, NodeGroup, Owner, RelGroup, Section,
    StoredValue, Table, encode,
};
use super::schema;
use crate::store::{Cell, Columns, SEGMENT, StoredAdjacency, StoredRels, Version};
use crate::value::{KeyId, LabelId, RelTypeId};
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
        if cfg!(target_endian = "little") {
            return self.section(bytemuck::cast_slice(numbers));
        }
        let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
        self.section(&bytes)
    }

    fn adjacency(&mut self, stored: &StoredAdjacency<Vec<u32>>) -> io::Result<AdjacencyGroup> {
        let StoredAdjacency { nodes, ends, neighbours, rows } = stored;
        let mut numbers = |numbers: &Vec<u32>| self.numbers(numbers);
        Ok(AdjacencyGroup {
            nodes: numbers(nodes)?,
            ends: numbers(ends)?,
            neighbours: numbers(neighbours)?,
            rows: numbers(rows)?,
        })
    }
}

/// Values of one encoding as they are written, each with whose it is.
#[derive(Default)]
struct Written {
    ids: Vec<u32>,
    bytes: Vec<u8>,
    /// For texts, where each ends: u64.
    ends: Vec<u8>,
    others: Vec<StoredValue>,
}

/// The values of nodes, or of relationships of a type, by key and encoding.
type Gathered = BTreeMap<KeyId, [Written; Encoding::ALL.len()]>;

fn gather<'a>(segments: impl Iterator<Item = (u32, &'a Columns)>) -> io::Result<Gathered> {
    let mut gathered = Gathered::new();
    for (segment, columns) in segments {
        for (key, column) in columns.iter() {
            let written = gathered.entry(key).or_default();
            let mut fit = true;
            column.for_each(|place, cell| {
                let encoding = encoding_of(&cell);
                let written = &mut written[encoding as usize];
                written.ids.push(segment * SEGMENT + u32::from(place));
                fit &= written.put(&cell);
            });
            if !fit {
                return Err(io::Error::other("a value that no property holds"));
            }
        }
    }
    Ok(gathered)
}

impl Written {
    /// Adds a value of the encoding; whether a property can hold it.
    fn put(&mut self, cell: &Cell<'_>) -> bool {
        match cell {
            Cell::Absent => return false,
            Cell::Bool(value) => self.bytes.push(u8::from(*value)),
            Cell::Int(number) | Cell::Date(number) => self.bytes.extend(number.to_le_bytes()),
            Cell::Float(number) => self.bytes.extend(number.to_le_bytes()),
            Cell::Text(text) => {
                self.bytes.extend(text.as_bytes());
                self.ends.extend((self.bytes.len() as u64).to_le_bytes());
            }
            Cell::Other(other) => match store(other) {
                Some(stored) => self.others.push(stored),
                None => return false,
            },
        }
        true
    }
}

fn write_nodes(version: &Version, sections: &mut Sections<'_>, table: &mut Table) -> io::Result<()> {
    let mut groups: BTreeMap<Vec<LabelId>, Vec<u32>> = BTreeMap::new();
    for segment in 0..version.segments() {
        for (labels, mut nodes) in version.shapes_of(segment) {
            groups.entry(labels).or_default().append(&mut nodes);
        }
    }
    for (labels, ids) in groups {
        let labels = labels.into_iter().map(|label| label.0).collect();
        table.nodes.push(NodeGroup { labels, ids: sections.numbers(&ids)? });
    }
    write_columns(Owner::Nodes, gather(version.node_columns())?, sections, table)
}

fn write_rels(
    version: &Version,
    rel_type: RelTypeId,
    sections: &mut Sections<'_>,
    table: &mut Table,
) -> io::Result<()> {
    let Some(StoredRels { row_bound, adjacency: [outgoing, incoming], row_table }) = version.stored_rels(rel_type)
    else {
        return Ok(());
    };
    table.rels.push(RelGroup {
        rel_type: rel_type.0,
        row_bound,
        adjacency: [sections.adjacency(&outgoing)?, sections.adjacency(&incoming)?],
        row_table: sections.numbers(&row_table)?,
    });
    write_columns(Owner::Rels(rel_type.0), gather(version.rel_columns(rel_type))?, sections, table)
}

fn write_columns(owner: Owner, columns: Gathered, sections: &mut Sections<'_>, table: &mut Table) -> io::Result<()> {
    for (KeyId(key), written) in columns {
        for (encoding, Written { ids, bytes, ends, others }) in Encoding::ALL.into_iter().zip(written) {
            if ids.is_empty() {
                continue;
            }
            let ids = sections.numbers(&ids)?;
            let values = match encoding {
                Encoding::Other => sections.section(&encode(&others)?)?,
                _ => sections.section(&bytes)?,
            };
            let ends = if encoding == Encoding::Text { Some(sections.section(&ends)?) } else { None };
            table.columns.push(Column { owner, key, encoding, ids, values, ends });
        }
    }
    Ok(())
}

/// An identifier that no other graph has: 128 bits of the system's randomness.
pub(super) fn identifier() -> [u8; 16] {
    let random = || RandomState::new().build_hasher().finish().to_le_bytes();
    let mut identifier = [0; 16];
    identifier[..8].copy_from_slice(&random());
    identifier[8..].copy_from_slice(&random());
    identifier
}
