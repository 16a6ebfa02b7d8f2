//! The level `normal`: a commit is soon on the disk, also when no other follows it.

use super::disk::SimulatedDisk;
use crate::difference::random::Random;
use standpoint::Graph;
use standpoint::session::{Durability, OpenOptions};
use std::sync::Arc;
use std::time::{Duration, Instant};

const PATH: &str = "/x.graph";

fn options(disk: &SimulatedDisk) -> OpenOptions {
    OpenOptions {
        durability: Durability::Normal,
        checkpoint_after: None,
        disk: Arc::new(disk.clone()),
        ..OpenOptions::default()
    }
}

/// How many nodes are there after a power cut that takes all that was not synced.
fn after_power_cut(disk: &SimulatedDisk) -> u64 {
    let mut random = Random::new(3);
    let cuts = (0..20).map(|_| {
        let disk = disk.moment().after_power_cut(&mut random);
        disk.forget_lock();
        Graph::open_with(PATH, options(&disk)).unwrap().snapshot().node_count()
    });
    cuts.min().unwrap()
}

#[test]
fn a_commit_is_on_the_disk_a_second_later() {
    let disk = SimulatedDisk::default();
    let graph = Graph::create_with(PATH, options(&disk)).unwrap();
    for _ in 0..3 {
        graph.run("CREATE (:A)").unwrap();
    }
    assert!(after_power_cut(&disk) < 3, "nothing was left for later");
    let begun = Instant::now();
    while after_power_cut(&disk) < 3 {
        assert!(begun.elapsed() < Duration::from_secs(30), "the last commits never reach the disk");
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(begun.elapsed() > Duration::from_millis(300), "every commit is synced at once");
    graph.close().unwrap();
}

#[test]
fn a_sync_that_fails_later_stops_further_commits() {
    let disk = SimulatedDisk::default();
    let graph = Graph::create_with(PATH, options(&disk)).unwrap();
    graph.run("CREATE (:A)").unwrap();
    graph.run("CREATE (:A)").unwrap();
    let failure = super::disk::Failure {
        at: disk.operations() + 1,
        kind: std::io::ErrorKind::Other,
        short: false,
        lasting: false,
    };
    disk.fail(Some(failure));
    let begun = Instant::now();
    let error = loop {
        std::thread::sleep(Duration::from_millis(50));
        if disk.operations() >= failure.at {
            break graph.run("CREATE (:A)").unwrap_err();
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "nothing was synced");
    };
    assert_eq!(error.detail(), standpoint::error::Detail::LogFailed, "{error}");
    assert_eq!(graph.snapshot().node_count(), 2, "what was seen stays");
}
