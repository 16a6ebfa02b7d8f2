//! A version as a file.

use super::columns::store;
use super::disk::{DiskFile, Pour};
use super::format::{
    ALIGNMENT, AdjacencyGroup, ColumnGroup, FORMAT, HEADER, Header, History, NodeGroup, NotedEnds, NotedRels, Owner,
    RelGroup, Section, StoredValue, Table, encode,
};
use super::{history, schema};
use crate::store::{self, Column, Columns, StoredAdjacency, StoredRels, Version, store_column};
use crate::value::{KeyId, LabelId, RelTypeId, Value};
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
        rules: schema::rules_of(version),
        ..Table::default()
    };
    write_nodes(version, &mut sections, &mut table)?;
    for (rel_type, _) in catalog.rel_types() {
        write_rels(version, rel_type, &mut sections, &mut table)?;
    }
    write_history(version, &mut sections, &mut table)?;
    let table = sections.section(&table.encode()?)?;
    // What could not be read of the file that the version came from must not replace what is there.
    if let Some(error) = version.damage() {
        return Err(io::Error::other(error.message().to_owned()));
    }
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

    fn noted(&mut self, ends: &store::NotedEnds) -> io::Result<NotedEnds> {
        let labels = ends.labels.iter().map(|(label, count)| (label.0, *count)).collect();
        Ok(NotedEnds { segments: self.numbers(&ends.segments)?, labels })
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
    write_columns(Owner::Nodes, version.node_columns(), sections, table)
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
    let noted = version.noted_rels(rel_type, &outgoing);
    let [starts, targets] = noted.ends.each_ref().map(|ends| sections.noted(ends));
    table.notes.get_or_insert_default().rels.push(NotedRels {
        loops: noted.loops,
        prints: noted.prints,
        ends: [starts?, targets?],
    });
    table.rels.push(RelGroup {
        rel_type: rel_type.0,
        row_bound,
        adjacency: [sections.adjacency(&outgoing)?, sections.adjacency(&incoming)?],
        row_table: sections.numbers(&row_table)?,
    });
    write_columns(Owner::Rels(rel_type.0), version.rel_columns(rel_type), sections, table)
}

/// Writes the history without what it need not keep any more.
fn write_history(version: &Version, sections: &mut Sections<'_>, table: &mut Table) -> io::Result<()> {
    let Some(mut kept) = version.history().cloned() else { return Ok(()) };
    kept.forget(history::now());
    let (retention, since, bytes) = history::to_disk(&kept);
    table.history = Some(History { retention, since, steps: sections.section(&bytes)? });
    Ok(())
}

fn write_columns<'a>(
    owner: Owner,
    segments: impl Iterator<Item = (u32, &'a Columns)>,
    sections: &mut Sections<'_>,
    table: &mut Table,
) -> io::Result<()> {
    let mut by_key: BTreeMap<KeyId, Vec<(u32, &Column)>> = BTreeMap::new();
    for (segment, columns) in segments {
        columns.iter().for_each(|(key, column)| by_key.entry(key).or_default().push((segment, column)));
    }
    for (KeyId(key), columns) in by_key {
        let at: Vec<u32> = columns.iter().map(|(segment, _)| *segment).collect();
        table.notes.get_or_insert_default().columns.push(sections.numbers(&at)?);
        let stored = store_column(&columns, &others);
        let stored = stored.ok_or_else(|| io::Error::other("a value that no property holds, or too much text"))?;
        table.columns.push(ColumnGroup {
            owner,
            key,
            segments: sections.numbers(&stored.segments)?,
            bytes: sections.section(&stored.bytes)?,
            dictionary: sections.section(&stored.dictionary)?,
            dictionary_ends: sections.numbers(&stored.dictionary_ends)?,
        });
    }
    Ok(())
}

/// The bytes of values without a form of their own.
fn others(values: &[Value]) -> Option<Vec<u8>> {
    let values: Option<Vec<StoredValue>> = values.iter().map(store).collect();
    encode(&values?).ok()
}

/// An identifier that no other graph has: 128 bits of the system's randomness.
pub(super) fn identifier() -> [u8; 16] {
    let random = || RandomState::new().build_hasher().finish().to_le_bytes();
    let mut identifier = [0; 16];
    identifier[..8].copy_from_slice(&random());
    identifier[8..].copy_from_slice(&random());
    identifier
}
