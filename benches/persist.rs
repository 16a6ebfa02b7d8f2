//! What durability costs: commits without and with the disk, and opening a graph.
//!
//! Run with `cargo bench --bench persist`, or with ` -- opening` for that part alone. Times are medians. Each figure stands beside the least that anybody could
//! need: appending the same bytes to a file and syncing it, reading the bytes of the file that is opened.

#![allow(clippy::print_stdout, reason = "a benchmark reports to people")]

mod common;

use common::{FEW_FOLLOWS, FEW_PERSONS, FOLLOWS, PERSONS, Sequence, follows, median, people};
use standpoint::persist::{Durability, GraphFile, OpenOptions, save};
use standpoint::store::Store;
use standpoint::value::{NodeId, RelTypeId};
use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// Commits that are measured.
const COMMITS: usize = 2001;
/// Commits that are measured where each is synced.
const SYNCED_COMMITS: usize = 501;

fn main() {
    let folder =
        tempfile::tempdir_in(std::env::var_os("BENCH_FOLDER").unwrap_or_else(|| ".".into())).expect("a folder");
    let small = folder.path().join("small.graph");
    let large = folder.path().join("large.graph");
    for (path, persons, count) in [(&small, FEW_PERSONS, FEW_FOLLOWS), (&large, PERSONS, FOLLOWS)] {
        let (version, ..) = people(persons, &follows(persons, count));
        save(&version, path).expect("saved");
    }
    if !std::env::args().any(|argument| argument == "opening") {
        for (path, persons) in [(&small, FEW_PERSONS), (&large, PERSONS)] {
            for durability in [Durability::Off, Durability::Normal] {
                commits(path, persons, durability, COMMITS);
            }
        }
        commits(&large, PERSONS, Durability::Full, SYNCED_COMMITS);
        bare(folder.path());
    }
    for path in [&small, &large] {
        opening(path);
    }
}

fn micros(what: &str, time: Duration) {
    println!("{what:<64} {:>10.2} us", time.as_secs_f64() * 1e6);
}

/// Commits of one relationship between random nodes; the median.
fn commits_of_one(path: &Path, persons: u32, durability: Durability, count: usize) -> Duration {
    let options = OpenOptions { durability, checkpoint_after: None, ..OpenOptions::default() };
    let (file, version) = GraphFile::open(path, options).expect("opened");
    let rel_type = version.catalog().rel_type("FOLLOWS").expect("made");
    let (file, store) = (Arc::new(file), Store::new(version));
    let mut sequence = Sequence::new(8);
    let (time, ()) = median(count, || commit(&file, &store, rel_type, &mut sequence, persons));
    time
}

fn commit(file: &Arc<GraphFile>, store: &Store, rel_type: RelTypeId, sequence: &mut Sequence, persons: u32) {
    let mut write = store.write(Duration::from_secs(1)).expect("no other writer");
    file.acquire(&mut write).expect("no other process");
    write.start_record();
    let (from, to) = (NodeId(sequence.below(persons)), NodeId(sequence.below(persons)));
    write.version_mut().create_rel(rel_type, from, to, &[]).expect("both ends exist");
    file.commit(store, write).expect("committed");
}

fn commits(path: &Path, persons: u32, durability: Durability, count: usize) {
    let time = commits_of_one(path, persons, durability, count);
    micros(&format!("commit one relationship, {persons} nodes, {durability:?}"), time);
    remove_log(path);
}

/// Each measurement begins without what the one before left.
fn remove_log(path: &Path) {
    for ending in ["graph-wal", "graph-lock"] {
        let _ = std::fs::remove_file(path.with_extension(ending));
    }
}

/// Appending as many bytes as such a commit has, and syncing, with nothing around it.
fn bare(folder: &Path) {
    let mut file = File::create(folder.join("bare")).expect("created");
    let record = [7u8; 45];
    let (time, ()) = median(501, || {
        file.write_all(&record).expect("written");
        file.sync_data().expect("synced");
    });
    micros("append 45 bytes and sync, nothing else", time);
}

fn opening(path: &Path) {
    let length = std::fs::metadata(path).expect("there").len();
    let (bare, bytes) = median(15, || {
        let mut bytes = Vec::with_capacity(usize::try_from(length).expect("fits"));
        File::open(path).expect("opened").read_to_end(&mut bytes).expect("read");
        bytes
    });
    assert_eq!(bytes.len() as u64, length);
    let (open, (_, version)) = median(15, || GraphFile::open(path, OpenOptions::default()).expect("opened"));
    println!(
        "open {} nodes, {} relationships: {:.1} ms; reading the {:.1} MB: {:.1} ms; {:.1} times",
        version.node_count(),
        version.rel_count(),
        open.as_secs_f64() * 1e3,
        length as f64 / 1e6,
        bare.as_secs_f64() * 1e3,
        open.as_secs_f64() / bare.as_secs_f64(),
    );
}
