//! A version as a file.

use super::disk::{DiskFile, Pour};
use super::format::{
    ALIGNMENT, AdjacencyGroup, ColumnGroup, FORMAT, HEADER, Header, History, NodeGroup, NotedEnds, NotedRels, RelGroup,
    Section, Table,
};
use super::pieces::{ColumnPiece, Give, Part, Piece, RelsPiece, pieces};
use super::{history, schema};
use crate::store::Version;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io;
use std::sync::mpsc::sync_channel;

/// From this many nodes and relationships on, a second thread pays.
const MANY: u64 = 1 << 16;
/// How many pieces may wait to be written.
const WAITING: usize = 1;

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
    write_pieces(version, &mut |piece| sections.piece(piece, &mut table))?;
    write_history(version, &mut sections, &mut table)?;
    let table = sections.section(&Part::of_bytes(table.encode()?))?;
    // What could not be read of the file that the version came from must not replace what is there.
    if let Some(error) = version.damage() {
        return Err(io::Error::other(error.message().to_owned()));
    }
    sections.0.finish(&Header { format: FORMAT, graph, table }.to_bytes())
}

/// Gives the pieces to a writer. Where there is much to write, another thread makes pieces while earlier ones are written.
fn write_pieces(version: &Version, write: Give<'_>) -> io::Result<()> {
    if version.node_count() + version.rel_count() < MANY {
        return pieces(version, write);
    }
    std::thread::scope(|scope| {
        let (sender, made) = sync_channel(WAITING);
        // Whoever waits for pieces no more has an error of its own.
        let gone = |_| io::Error::from(io::ErrorKind::BrokenPipe);
        let maker = scope.spawn(move || pieces(version, &mut |piece| sender.send(piece).map_err(gone)));
        let written = made.into_iter().try_for_each(write);
        let made = maker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        written.and(made)
    })
}

/// Writes sections one after another.
struct Sections<'a>(Pour<'a>);

impl Sections<'_> {
    fn section(&mut self, part: &Part) -> io::Result<Section> {
        let gap = (ALIGNMENT - self.0.position() % ALIGNMENT) % ALIGNMENT;
        self.0.put(&[0; ALIGNMENT as usize][..gap as usize])?;
        let bytes = part.bytes();
        let section = Section { offset: self.0.position(), length: bytes.len() as u64, checksum: part.checksum() };
        self.0.put(bytes)?;
        Ok(section)
    }

    /// Writes a piece and says in the table where it is.
    fn piece(&mut self, piece: Piece, table: &mut Table) -> io::Result<()> {
        match piece {
            Piece::Nodes { labels, ids } => table.nodes.push(NodeGroup { labels, ids: self.section(&ids)? }),
            Piece::Rels(rels) => self.rels(&rels, table)?,
            Piece::Column(column) => self.column(&column, table)?,
        }
        Ok(())
    }

    fn rels(&mut self, rels: &RelsPiece, table: &mut Table) -> io::Result<()> {
        let [starts, targets] = rels.ends.each_ref().map(|(segments, labels)| {
            Ok::<_, io::Error>(NotedEnds { segments: self.section(segments)?, labels: labels.clone() })
        });
        table.notes.get_or_insert_default().rels.push(NotedRels {
            loops: rels.loops,
            prints: rels.prints,
            ends: [starts?, targets?],
        });
        table.rels.push(RelGroup {
            rel_type: rels.rel_type,
            row_bound: rels.row_bound,
            adjacency: [self.adjacency(&rels.adjacency[0])?, self.adjacency(&rels.adjacency[1])?],
            row_table: self.section(&rels.row_table)?,
        });
        Ok(())
    }

    fn adjacency(&mut self, [nodes, ends, neighbours, rows]: &[Part; 4]) -> io::Result<AdjacencyGroup> {
        Ok(AdjacencyGroup {
            nodes: self.section(nodes)?,
            ends: self.section(ends)?,
            neighbours: self.section(neighbours)?,
            rows: self.section(rows)?,
        })
    }

    fn column(&mut self, column: &ColumnPiece, table: &mut Table) -> io::Result<()> {
        table.notes.get_or_insert_default().columns.push(self.section(&column.at)?);
        table.columns.push(ColumnGroup {
            owner: column.owner,
            key: column.key,
            segments: self.section(&column.segments)?,
            bytes: self.section(&column.bytes)?,
            dictionary: self.section(&column.dictionary)?,
            dictionary_ends: self.section(&column.dictionary_ends)?,
        });
        Ok(())
    }
}

/// Writes the history without what it need not keep any more.
fn write_history(version: &Version, sections: &mut Sections<'_>, table: &mut Table) -> io::Result<()> {
    let Some(mut kept) = version.history().cloned() else { return Ok(()) };
    kept.forget(history::now());
    let (retention, since, bytes) = history::to_disk(&kept);
    table.history = Some(History { retention, since, steps: sections.section(&Part::of_bytes(bytes))? });
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
