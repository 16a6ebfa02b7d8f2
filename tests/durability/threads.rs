//! Readers on other threads, and in other processes' place, while a writer commits: each sees one whole state.

use super::amount;
use crate::difference::random::Random;
use standpoint::Graph;
use standpoint::session::OpenOptions;
use standpoint::store::{Direction, Version};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

const ACCOUNTS: usize = 40;
const TOTAL: i64 = ACCOUNTS as i64 * 100;

/// The money of all accounts, and for each direction the degrees of all nodes.
fn sums(graph: &Version) -> (i64, u64, u64) {
    let (balance, rel_type) = (graph.catalog().key("balance").unwrap(), graph.catalog().rel_type("PAID"));
    let money = graph.node_ids().filter_map(|node| graph.node_property(node, balance).as_int()).sum();
    let degrees = |direction| {
        let degrees = graph.node_ids().map(|node| rel_type.map_or(0, |paid| graph.degree(node, paid, direction)));
        degrees.map(u64::from).sum()
    };
    (money, degrees(Direction::Outgoing), degrees(Direction::Incoming))
}

#[track_caller]
fn check(graph: &Version) {
    let (money, outgoing, incoming) = sums(graph);
    assert_eq!(money, TOTAL);
    assert_eq!((outgoing, incoming), (graph.rel_count(), graph.rel_count()));
}

#[test]
fn readers_see_whole_states_while_a_writer_commits() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bank.graph");
    let options = OpenOptions { checkpoint_after: Some(50_000), ..OpenOptions::default() };
    let graph = Graph::create_with(&path, options).unwrap();
    graph.run(&format!("UNWIND range(1, {ACCOUNTS}) AS n CREATE (:Account {{n: n, balance: 100}})")).unwrap();
    let (done, reads) = (AtomicBool::new(false), AtomicU64::new(0));
    let until = Instant::now() + Duration::from_secs(amount("STANDPOINT_THREADS_SECONDS", 2));
    let writes = std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    check(&graph.snapshot());
                    let mut answer = graph.run("MATCH (a:Account) RETURN sum(a.balance)").unwrap();
                    assert_eq!(answer.next_row().unwrap().unwrap().values()[0].as_int(), Some(TOTAL));
                    reads.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        // As another process would: through the files alone.
        scope.spawn(|| {
            let reader = Graph::open_read_only(&path).unwrap();
            let mut last = 0;
            while !done.load(Ordering::Relaxed) {
                reader.refresh().unwrap();
                let snapshot = reader.snapshot();
                assert!(snapshot.sequence() >= last, "time went back");
                last = snapshot.sequence();
                check(&snapshot);
                reads.fetch_add(1, Ordering::Relaxed);
            }
            assert!(last > 1);
        });
        let writes = transfer_until(&graph, until);
        done.store(true, Ordering::Relaxed);
        writes
    });
    graph.close().unwrap();
    let graph = Graph::open(&path).unwrap();
    check(&graph.snapshot());
    assert_eq!(graph.snapshot().problems(), Vec::<String>::new());
    assert!(writes > 10 && reads.load(Ordering::Relaxed) > 10);
    println!("{writes} transfers, {} consistent reads", reads.load(Ordering::Relaxed));
}

/// Moves money around, one way in a statement and one way in a transaction.
fn transfer_until(graph: &Graph, until: Instant) -> u64 {
    let mut random = Random::new(3);
    let mut session = graph.session();
    let mut writes = 0;
    while Instant::now() < until {
        let (from, to) = (random.between(1, ACCOUNTS), random.between(1, ACCOUNTS));
        let amount = random.below(30);
        if from == to {
            continue;
        }
        if random.percent(70) {
            let find = format!("MATCH (a:Account {{n: {from}}}), (b:Account {{n: {to}}})");
            let change = format!("SET a.balance = a.balance - {amount}, b.balance = b.balance + {amount}");
            session.run(&format!("{find} {change} CREATE (a)-[:PAID {{amount: {amount}}}]->(b)")).unwrap();
        } else {
            session.begin().unwrap();
            session.run(&format!("MATCH (a:Account {{n: {from}}}) SET a.balance = a.balance - {amount}")).unwrap();
            session.run(&format!("MATCH (a:Account {{n: {to}}}) SET a.balance = a.balance + {amount}")).unwrap();
            session.commit().unwrap();
        }
        if random.percent(20) {
            session.run("MATCH (:Account)-[r:PAID]->() WITH r LIMIT 3 DELETE r").unwrap();
        }
        writes += 1;
    }
    writes
}
