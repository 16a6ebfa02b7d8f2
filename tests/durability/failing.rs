//! A disk that fails: at each operation of a workload an error, a short write, or no space, once or from then on.

use super::amount;
use super::disk::{Failure, SimulatedDisk};
use super::model::{Model, Workload, check_invariants, difference};
use crate::difference::random::Random;
use standpoint::Graph;
use standpoint::error::Detail;
use standpoint::session::OpenOptions;
use std::io::ErrorKind;
use std::sync::Arc;

const PATH: &str = "/x.graph";

/// Every other workload writes the file anew in commits that make up most of the graph.
fn options(seed: u64, disk: &SimulatedDisk) -> OpenOptions {
    let rewrite_from = if seed.is_multiple_of(2) { 1 } else { usize::MAX };
    OpenOptions { checkpoint_after: None, rewrite_from, disk: Arc::new(disk.clone()), ..OpenOptions::default() }
}

/// Runs a workload on a disk that fails; gives the states that the graph may be in, and whether a commit was refused.
fn run(seed: u64, disk: &SimulatedDisk) -> (Vec<Model>, bool) {
    let mut workload = Workload::new(seed);
    let mut possible = vec![Model::default()];
    let mut refused = false;
    let Ok(graph) = Graph::create_with(PATH, options(seed, disk)) else { return (possible, true) };
    for _ in 0..12 {
        let mut session = graph.session();
        let (after, outcome) = workload.step(&mut session);
        match outcome {
            Ok(()) if after == workload.model => {}
            Ok(()) => {
                assert!(!refused, "a commit after one that was refused");
                workload.model = after.clone();
                // What failed before may or may not be on the disk; a later commit says that it is not.
                possible = vec![after];
            }
            Err(error) if error.detail() == Detail::LogFailed || error.detail() == Detail::GraphFile => {
                refused |= error.detail() == Detail::LogFailed;
                if !possible.contains(&after) && possible.len() == 1 {
                    possible.push(after);
                }
            }
            Err(error) => panic!("{error}"),
        }
        // What can be seen is what was confirmed.
        assert_eq!(difference(&graph, std::slice::from_ref(&workload.model)), None);
    }
    let _ = graph.close();
    (possible, refused)
}

fn check(seed: u64, failure: Failure, random: &mut Random) -> u64 {
    let disk = SimulatedDisk::default();
    disk.fail(Some(failure));
    let (possible, _) = run(seed, &disk);
    let reached = disk.operations();
    disk.fail(None);
    let moment = disk.moment();
    for disk in [disk, moment.after_power_cut(random)] {
        disk.forget_lock();
        match Graph::open_with(PATH, options(seed, &disk)) {
            Ok(graph) => {
                assert_eq!(difference(&graph, &possible), None, "{failure:?}");
                check_invariants(&graph.snapshot());
                graph.run("CREATE (:After)").unwrap();
                graph.close().unwrap();
            }
            // The very first operations make the file.
            Err(error) => assert!(possible == [Model::default()], "{failure:?}: {error}"),
        }
    }
    reached
}

#[test]
fn a_disk_that_fails_at_any_operation_loses_nothing() {
    let seeds = amount("STANDPOINT_FAILING_SEEDS", 2);
    let mut runs = 0;
    for seed in 0..seeds {
        let disk = SimulatedDisk::default();
        run(seed, &disk);
        let operations = disk.operations();
        let mut random = Random::new(seed);
        for at in 1..=operations {
            let kinds = [ErrorKind::StorageFull, ErrorKind::Other, ErrorKind::PermissionDenied];
            let failure =
                Failure { at, kind: *random.of(&kinds), short: random.percent(50), lasting: random.percent(50) };
            assert!(check(seed, failure, &mut random) >= at);
            runs += 1;
        }
    }
    println!("{runs} failing disks");
}

#[test]
fn a_handle_that_cannot_write_says_so_and_goes_on_reading() {
    let disk = SimulatedDisk::default();
    let graph = Graph::create_with(PATH, options(1, &disk)).unwrap();
    graph.run("CREATE (:A)").unwrap();
    disk.fail(Some(Failure { at: disk.operations() + 1, kind: ErrorKind::StorageFull, short: true, lasting: false }));
    let error = graph.run("CREATE (:B)").unwrap_err();
    assert_eq!(error.detail(), Detail::LogFailed);
    let again = graph.run("CREATE (:C)").unwrap_err();
    assert_eq!(again.detail(), Detail::LogFailed);
    assert!(again.message().contains("cannot be changed any more"), "{again}");
    assert_eq!(graph.snapshot().node_count(), 1);
    assert!(graph.close().is_err());
    let graph = Graph::open_with(PATH, options(1, &disk)).unwrap();
    assert_eq!(graph.snapshot().node_count(), 1);
    graph.run("CREATE (:B)").unwrap();
    assert_eq!(graph.snapshot().node_count(), 2);
}
