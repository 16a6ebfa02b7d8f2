//! The store against hand-written loops over compressed rows: building, memory, two hops, property reads, commits.
//!
//! Run with `cargo bench --bench store`. Times are medians; ratios are to the hand-written loop of the same process.

#![allow(clippy::print_stdout, reason = "a benchmark reports to people")]

mod common;

use common::{FOLLOWS, PERSONS, Sequence, follows, median, people};
use standpoint::store::{Direction, Gathered, Store, Version};
use standpoint::value::{NodeId, RelId, RelTypeId, Value};
use std::time::{Duration, Instant};

/// Compressed rows as one would write them for this one question.
struct Csr {
    offsets: Vec<u32>,
    targets: Vec<u32>,
}

impl Csr {
    fn new(nodes: u32, pairs: &[(NodeId, NodeId)]) -> Csr {
        let mut pairs: Vec<(u32, u32)> = pairs.iter().map(|(from, to)| (from.0, to.0)).collect();
        pairs.sort_unstable();
        let mut offsets = vec![0u32; nodes as usize + 1];
        pairs.iter().for_each(|(from, _)| offsets[*from as usize + 1] += 1);
        for node in 0..nodes as usize {
            offsets[node + 1] += offsets[node];
        }
        Csr { offsets, targets: pairs.into_iter().map(|pair| pair.1).collect() }
    }

    fn at(&self, node: u32) -> &[u32] {
        &self.targets[self.offsets[node as usize] as usize..self.offsets[node as usize + 1] as usize]
    }
}

fn main() {
    let pairs = follows(PERSONS, FOLLOWS);
    let (version, rel_type) = building(&pairs);
    memory(&version);
    two_hops(&version, rel_type, &pairs);
    degree_products(&version, rel_type, &pairs);
    properties(&version);
    endpoints(&version, rel_type);
    with_changes(version, rel_type);
    commits();
}

fn report(what: &str, time: Duration) {
    println!("{what:<58} {:>12.3} ms", time.as_secs_f64() * 1e3);
}

fn compare(what: &str, store: Duration, hand: Duration) {
    let ratio = store.as_secs_f64() / hand.as_secs_f64();
    println!(
        "{what:<58} {:>12.3} ms   hand {:>9.3} ms   x {ratio:.2}",
        store.as_secs_f64() * 1e3,
        hand.as_secs_f64() * 1e3
    );
}

fn building(pairs: &[(NodeId, NodeId)]) -> (Version, RelTypeId) {
    let (time, _) = median(3, || people(PERSONS, &[]));
    report("create 100k persons with name and age", time);
    let (mut version, _, rel_type) = people(PERSONS, &[]);
    let empty = version.clone();
    let (time, bulk) = median(3, || {
        let mut version = empty.clone();
        version.bulk_rels(rel_type, pairs).expect("both ends exist");
        version
    });
    report("create 2.4M relationships in bulk", time);
    let start = Instant::now();
    for (from, to) in pairs {
        version.create_rel(rel_type, *from, *to, &[]).expect("both ends exist");
    }
    report("create 2.4M relationships one by one, in no order", start.elapsed());
    println!("{:<58} {:>12.2} B", "  bytes for each relationship then", bytes_each(&version));
    (bulk, rel_type)
}

fn bytes_each(version: &Version) -> f64 {
    let used = version.memory();
    (used.adjacency + used.endpoints) as f64 / version.rel_count() as f64
}

fn memory(version: &Version) {
    println!("{:<58} {:>12.2} B", "bytes for each relationship, both directions", bytes_each(version));
    println!("{:#?}", version.memory());
}

fn two_hops(version: &Version, rel_type: RelTypeId, pairs: &[(NodeId, NodeId)]) {
    let csr = Csr::new(PERSONS, pairs);
    let (hand, expected) = median(7, || {
        let (mut paths, mut sum) = (0u64, 0u64);
        for a in 0..PERSONS {
            for b in csr.at(a) {
                for c in csr.at(*b) {
                    paths += 1;
                    sum = sum.wrapping_add(u64::from(*c));
                }
            }
        }
        (paths, sum)
    });
    let (store, found) = median(7, || {
        let adjacency = version.adjacency(rel_type, Direction::Outgoing);
        let (mut paths, mut sum) = (0u64, 0u64);
        for a in 0..PERSONS {
            for b in adjacency.at(a).neighbours() {
                for c in adjacency.at(*b).neighbours() {
                    paths += 1;
                    sum = sum.wrapping_add(u64::from(*c));
                }
            }
        }
        (paths, sum)
    });
    assert_eq!(found, expected);
    compare(&format!("enumerate {} paths of two", found.0), store, hand);
}

fn degree_products(version: &Version, rel_type: RelTypeId, pairs: &[(NodeId, NodeId)]) {
    let outgoing = Csr::new(PERSONS, pairs);
    let incoming = Csr::new(PERSONS, &pairs.iter().map(|(from, to)| (*to, *from)).collect::<Vec<_>>());
    let (hand, expected) = median(21, || {
        (0..PERSONS).map(|node| incoming.at(node).len() as u64 * outgoing.at(node).len() as u64).sum::<u64>()
    });
    let (store, found) = median(21, || {
        let outgoing = version.adjacency(rel_type, Direction::Outgoing);
        let incoming = version.adjacency(rel_type, Direction::Incoming);
        (0..PERSONS).map(|node| u64::from(incoming.degree(node)) * u64::from(outgoing.degree(node))).sum::<u64>()
    });
    assert_eq!(found, expected);
    compare("count paths of two by degrees", store, hand);
}

fn properties(version: &Version) {
    let (age, name) = (version.catalog().key("age").expect("set"), version.catalog().key("name").expect("set"));
    let ages: Vec<i64> = (0..PERSONS).filter_map(|node| version.node_property(NodeId(node), age).as_int()).collect();
    let mut sequence = Sequence::new(3);
    let nodes: Vec<u32> = (0..1_000_000).map(|_| sequence.below(PERSONS)).collect();
    let (hand, expected) = median(7, || nodes.iter().map(|node| ages[*node as usize]).collect::<Vec<_>>());
    let (store, found) = median(7, || gather_ints(version, &nodes, age));
    assert_eq!(found, expected);
    compare("gather an integer of 1M random nodes, 2,048 at a time", store, hand);
    let (time, count) = median(7, || match version.gather_node_property(&nodes, name) {
        Gathered::Values(values) => values.len(),
        _ => 0,
    });
    assert_eq!(count, nodes.len());
    report("gather a text of 1M random nodes", time);
}

fn gather_ints(version: &Version, nodes: &[u32], key: standpoint::value::KeyId) -> Vec<i64> {
    let mut all = Vec::with_capacity(nodes.len());
    for chunk in nodes.chunks(2048) {
        if let Gathered::Ints(values) = version.gather_node_property(chunk, key) {
            all.extend(values);
        }
    }
    all
}

fn endpoints(version: &Version, rel_type: RelTypeId) {
    let mut sequence = Sequence::new(4);
    let rows: Vec<u32> = (0..1_000_000).map(|_| sequence.below(version.row_bound(rel_type))).collect();
    let (time, _) = median(5, || {
        let ends = rows.iter().filter_map(|row| version.endpoints(RelId { rel_type, row: *row }));
        ends.fold(0u64, |sum, (from, to)| sum + u64::from(from.0 ^ to.0))
    });
    report("ends of 1M random relationships", time);
}

/// Two hops again, with a part of the relationships in deltas.
fn with_changes(mut version: Version, rel_type: RelTypeId) {
    let mut sequence = Sequence::new(5);
    let snapshot = version.clone();
    for _ in 0..FOLLOWS / 1000 {
        let (from, to) = (NodeId(sequence.below(PERSONS)), NodeId(sequence.below(PERSONS)));
        version.create_rel(rel_type, from, to, &[]).expect("both ends exist");
    }
    let count = |version: &Version| {
        let adjacency = version.adjacency(rel_type, Direction::Outgoing);
        let mut sum = 0u64;
        for a in 0..PERSONS {
            for b in adjacency.at(a).neighbours() {
                sum += adjacency.at(*b).neighbours().iter().map(|c| u64::from(*c)).sum::<u64>();
            }
        }
        sum
    };
    let (base, _) = median(5, || count(&snapshot));
    let (changed, _) = median(5, || count(&version));
    compare("enumerate paths of two, 0.1 % in deltas (hand: none)", changed, base);
}

fn commits() {
    let persons = 1_000_000;
    let (version, _, rel_type) = people(persons, &follows(persons, 5_000_000));
    let age = version.catalog().key("age").expect("set");
    let store = Store::new(version);
    let mut sequence = Sequence::new(6);
    let wait = Duration::from_secs(1);
    let held = store.snapshot();
    let (time, _) = median(2001, || {
        let mut guard = store.write(wait).expect("no other writer");
        let node = NodeId(sequence.below(persons));
        guard.version_mut().set_node_property(node, age, Value::Int(7)).expect("stored");
        guard.commit()
    });
    println!("{:<58} {:>12.2} us", "commit one property, 1M nodes, beside a reader", time.as_secs_f64() * 1e6);
    let mut sequence = Sequence::new(7);
    let (time, _) = median(2001, || {
        let mut guard = store.write(wait).expect("no other writer");
        let (from, to) = (NodeId(sequence.below(persons)), NodeId(sequence.below(persons)));
        guard.version_mut().create_rel(rel_type, from, to, &[]).expect("stored");
        guard.commit()
    });
    println!("{:<58} {:>12.2} us", "commit one relationship, 5M there, beside a reader", time.as_secs_f64() * 1e6);
    assert_eq!(held.rel_count() + 2001, store.snapshot().rel_count());
}
