//! The log beside a graph's file: its bytes, writing at its end, and finding out where it ends.
//!
//! A header names the graph and the state that the log continues. A record holds the changes of one commit, numbered
//! without gaps. Each says how much of the log was on the disk for certain when it was written: that tells a tail that a
//! crash has torn, of which nothing was ever confirmed, from damage to what was.

use super::disk::DiskFile;
use super::format::{Problem, checked_header, graph_of, u32_at, u64_at};
use std::io;

/// The first bytes of every log.
const MAGIC: [u8; 8] = *b"STNDLG\r\n";
/// The version of the format that is written, and the greatest that is read.
pub(super) const FORMAT: u32 = 2;
/// The length of the header.
pub(super) const HEADER: usize = 64;
/// The length of what stands before the content of a record.
const RECORD: usize = 32;
/// The most bytes that a record may hold.
pub(super) const LARGEST: usize = 1 << 30;
/// The most bytes that looking for records behind a bad one may read.
const SEARCH: usize = 1 << 30;

/// The header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    /// The identifier of the graph.
    pub(super) graph: [u8; 16],
    /// The number of the commit after which the log begins.
    pub(super) base: u64,
}

impl Header {
    pub(super) fn to_bytes(self) -> [u8; HEADER] {
        let mut bytes = [0; HEADER];
        bytes[..8].copy_from_slice(&MAGIC);
        bytes[8..12].copy_from_slice(&FORMAT.to_le_bytes());
        bytes[16..32].copy_from_slice(&self.graph);
        bytes[32..40].copy_from_slice(&self.base.to_le_bytes());
        let checksum = crc32fast::hash(&bytes[..60]);
        bytes[60..].copy_from_slice(&checksum.to_le_bytes());
        bytes
    }

    pub(super) fn from_bytes(log: &[u8]) -> Result<Header, Problem> {
        let foreign = || Problem::damaged("it does not begin as a log does");
        let bytes = checked_header(log, MAGIC, FORMAT).ok_or_else(foreign)??;
        Ok(Header { graph: graph_of(bytes), base: u64_at(bytes, 32) })
    }
}

/// One commit on its way into the log.
#[derive(Clone, Debug)]
pub(super) struct Commit {
    /// Its number.
    pub(super) sequence: u64,
    /// When, in microseconds since 1970.
    pub(super) time: u64,
    /// Its changes.
    pub(super) content: Vec<u8>,
}

impl Commit {
    /// Appends the record. `synced` bytes of the log are on the disk for certain.
    pub(super) fn put(&self, out: &mut Vec<u8>, synced: u64) {
        let start = out.len();
        out.extend((self.content.len() as u32).to_le_bytes());
        out.extend([0; 4]);
        out.extend(self.sequence.to_le_bytes());
        out.extend(self.time.to_le_bytes());
        out.extend(synced.to_le_bytes());
        out.extend(&self.content);
        let checksum = checksum(&out[start..]);
        out[start + 4..start + 8].copy_from_slice(&checksum.to_le_bytes());
    }
}

/// The checksum of a record: everything but the four bytes where it stands.
fn checksum(record: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&record[..4]);
    hasher.update(&record[8..]);
    hasher.finalize()
}

/// A record that was read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry<'a> {
    /// Where it begins.
    pub(super) offset: u64,
    /// The number of the commit.
    pub(super) sequence: u64,
    /// When it was made, in microseconds since 1970.
    pub(super) time: u64,
    /// How much of the log was on the disk when it was written.
    synced: u64,
    /// The changes.
    pub(super) content: &'a [u8],
    /// Where it ends.
    pub(super) end: u64,
}

/// Reads the record at an offset; `None` when there is no whole one whose checksum is right.
fn entry_at(log: &[u8], offset: usize) -> Option<Entry<'_>> {
    let (head, entry) = head_at(log, offset)?;
    (checksum(&log[offset..entry.end as usize]) == u32_at(head, 4)).then_some(entry)
}

/// The record at an offset, before its checksum was looked at.
fn head_at(log: &[u8], offset: usize) -> Option<(&[u8; RECORD], Entry<'_>)> {
    let head = log.get(offset..)?.first_chunk::<RECORD>()?;
    let length = u32_at(head, 0) as usize;
    let start = offset + RECORD;
    let content = log.get(start..start.checked_add(length)?).filter(|content| !content.is_empty())?;
    let (sequence, time, synced) = (u64_at(head, 8), u64_at(head, 16), u64_at(head, 24));
    Some((head, Entry { offset: offset as u64, sequence, time, synced, content, end: (start + length) as u64 }))
}

/// What stands at a place of a log.
#[derive(Debug)]
pub(super) enum Found<'a> {
    /// A record.
    Entry(Entry<'a>),
    /// The end of the log.
    End,
    /// A tail that a crash has left: the log ends here.
    Torn,
    /// Damage to what was on the disk for certain.
    Damage(String),
}

/// Looks at a place of a log where the record of the given number should begin.
pub(super) fn look(log: &[u8], offset: usize, sequence: u64) -> Found<'_> {
    if offset == log.len() {
        return Found::End;
    }
    match entry_at(log, offset) {
        Some(entry) if entry.sequence == sequence => Found::Entry(entry),
        Some(entry) => Found::Damage(format!("record {} stands where {sequence} should", entry.sequence)),
        None => match later_witness(log, offset, sequence) {
            Ok(None) => Found::Torn,
            Ok(Some(later)) => Found::Damage(format!("record {sequence} is bad, but record {later} follows it")),
            Err(()) => Found::Damage(format!("record {sequence} is bad, and what follows takes too long to search")),
        },
    }
}

/// A whole record behind a bad one that says that the bad one was on the disk; its number.
fn later_witness(log: &[u8], bad: usize, sequence: u64) -> Result<Option<u64>, ()> {
    let mut budget = SEARCH;
    for offset in bad + 1..log.len().saturating_sub(RECORD) {
        let Some((head, entry)) = head_at(log, offset) else { continue };
        let fits = entry.sequence > sequence && entry.synced > bad as u64 && entry.synced <= entry.offset;
        if !fits {
            continue;
        }
        let length = entry.end as usize - offset;
        budget = budget.checked_sub(length).ok_or(())?;
        if checksum(&log[offset..entry.end as usize]) == u32_at(head, 4) {
            return Ok(Some(entry.sequence));
        }
    }
    Ok(None)
}

/// A log that is open at its end.
#[derive(Debug)]
pub(super) struct Log {
    file: Box<dyn DiskFile>,
    length: u64,
    /// How much of it is on the disk for certain.
    synced: u64,
}

impl Log {
    /// A log all of which is on the disk.
    pub(super) fn new(file: Box<dyn DiskFile>, length: u64) -> Log {
        Log { file, length, synced: length }
    }

    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// Whether something may not be on the disk.
    pub(super) fn is_behind(&self) -> bool {
        self.synced < self.length
    }

    /// Brings everything to the disk.
    pub(super) fn sync(&mut self) -> io::Result<()> {
        self.file.sync()?;
        self.synced = self.length;
        Ok(())
    }

    /// Appends commits, and brings them to the disk when asked to.
    pub(super) fn append(&mut self, commits: &[Commit], sync: bool) -> io::Result<()> {
        let mut bytes = Vec::with_capacity(commits.iter().map(|commit| RECORD + commit.content.len()).sum());
        commits.iter().for_each(|commit| commit.put(&mut bytes, self.synced));
        let written = self.file.write(self.length, &bytes).and_then(|()| match sync {
            true => self.file.sync(),
            false => Ok(()),
        });
        if let Err(error) = written {
            // Whether this succeeds does not matter: the records were not confirmed, and a torn one is dropped.
            let _ = self.file.truncate(self.length);
            return Err(error);
        }
        self.length += bytes.len() as u64;
        if sync {
            self.synced = self.length;
        }
        Ok(())
    }
}

/// The bytes of a log that is written whole and put in place only when all of it is on the disk.
pub(super) fn whole(header: Header, commits: &[Commit]) -> Vec<u8> {
    let mut bytes = header.to_bytes().to_vec();
    for commit in commits {
        let synced = bytes.len() as u64;
        commit.put(&mut bytes, synced);
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: Header = Header { graph: [7; 16], base: 4 };

    fn commit(sequence: u64) -> Commit {
        Commit { sequence, time: 1, content: vec![sequence as u8; 5 + sequence as usize] }
    }

    fn read(log: &[u8]) -> (Vec<u64>, String) {
        let (mut offset, mut sequences) = (HEADER, Vec::new());
        loop {
            match look(log, offset, HEAD.base + 1 + sequences.len() as u64) {
                Found::Entry(entry) => {
                    sequences.push(entry.sequence);
                    offset = entry.end as usize;
                }
                other => return (sequences, format!("{other:?}")),
            }
        }
    }

    #[test]
    fn headers_come_back_and_every_changed_byte_is_found() {
        let bytes = HEAD.to_bytes();
        assert_eq!(Header::from_bytes(&bytes).unwrap(), HEAD);
        for at in 0..HEADER {
            let mut changed = bytes;
            changed[at] ^= 1;
            assert!(Header::from_bytes(&changed).is_err(), "byte {at}");
        }
        let mut newer = bytes;
        newer[8] = 3;
        assert!(matches!(Header::from_bytes(&newer), Err(Problem::Newer(3))));
        assert!(Header::from_bytes(&bytes[..40]).is_err());
    }

    #[test]
    fn any_cut_leaves_the_whole_records_before_it() {
        let log = whole(HEAD, &[commit(5), commit(6), commit(7)]);
        assert_eq!(read(&log), (vec![5, 6, 7], "End".to_owned()));
        let ends: Vec<usize> = (5..8)
            .scan(HEADER, |end, at| {
                *end += RECORD + 5 + at;
                Some(*end)
            })
            .collect();
        for cut in HEADER..log.len() {
            let kept = ends.iter().filter(|end| **end <= cut).count();
            let (sequences, rest) = read(&log[..cut]);
            assert_eq!(sequences.len(), kept, "cut at {cut}");
            assert_eq!(rest, if cut == HEADER || ends.contains(&cut) { "End" } else { "Torn" });
        }
    }

    #[test]
    fn damage_before_a_record_that_vouches_for_it_is_no_torn_tail() {
        let log = whole(HEAD, &[commit(5), commit(6), commit(7)]);
        for at in HEADER..log.len() {
            let mut changed = log.clone();
            changed[at] ^= 0x10;
            let (sequences, rest) = read(&changed);
            let last = at >= log.len() - RECORD - 12;
            assert_eq!(rest == "Torn", last, "byte {at}: {rest}");
            assert!(sequences.len() < 3);
            assert!(!last || sequences.len() == 2);
        }
    }

    #[test]
    fn a_hole_in_what_was_never_confirmed_is_a_torn_tail() {
        let mut log = whole(HEAD, &[commit(5)]);
        let synced = log.len() as u64;
        commit(6).put(&mut log, synced);
        let second = log.len();
        commit(7).put(&mut log, synced);
        log[second - 3] ^= 1;
        assert_eq!(read(&log), (vec![5], "Torn".to_owned()));
    }

    #[test]
    fn zeros_and_wrong_numbers_are_no_records() {
        let mut log = whole(HEAD, &[commit(5)]);
        log.extend([0; 700]);
        assert_eq!(read(&log), (vec![5], "Torn".to_owned()));
        let log = whole(HEAD, &[commit(5), commit(7)]);
        assert!(read(&log).1.contains("record 7 stands where 6 should"));
    }
}
