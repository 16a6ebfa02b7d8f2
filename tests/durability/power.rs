//! Power cuts: at each operation of random workloads, with what was not synced lost, torn and out of order.

use super::amount;
use super::disk::{Moment, SimulatedDisk};
use super::model::{Model, Workload, check_invariants, difference};
use crate::difference::random::Random;
use standpoint::Graph;
use standpoint::session::{Durability, OpenOptions};
use std::path::Path;
use std::sync::Arc;

const PATH: &str = "/x.graph";

fn options(disk: &SimulatedDisk, durability: Durability) -> OpenOptions {
    OpenOptions { durability, checkpoint_after: None, disk: Arc::new(disk.clone()), ..OpenOptions::default() }
}

/// Runs a workload; gives each moment of the disk, and the model after each confirmed step.
fn run(seed: u64, durability: Durability) -> (Vec<Moment>, Vec<Model>) {
    let disk = SimulatedDisk::default();
    let mut workload = Workload::new(seed);
    let mut models = vec![Model::default()];
    // Every other workload writes the file anew in commits that make up most of the graph.
    let rewrite_from = if seed.is_multiple_of(2) { 1 } else { usize::MAX };
    let options = || OpenOptions { rewrite_from, ..options(&disk, durability) };
    let mut graph = Graph::create_with(PATH, options()).unwrap();
    disk.remember_moments();
    for _ in 0..30 {
        let mut session = graph.session();
        let (after, outcome) = workload.step(&mut session);
        outcome.unwrap();
        workload.model = after.clone();
        models.push(after);
        disk.mark(models.len() as u64 - 1);
        drop(session);
        if workload.random.percent(10) {
            graph.close().unwrap();
            graph = Graph::open_with(PATH, options()).unwrap();
        }
    }
    assert_eq!(difference(&graph, &models[models.len() - 1..]), None);
    graph.close().unwrap();
    (disk.moments(), models)
}

/// Opens the graph after a power cut; it must be a state that had been confirmed, or was being written.
fn check(moment: &Moment, models: &[Model], durability: Durability, random: &mut Random) {
    let disk = moment.after_power_cut(random);
    let graph = match Graph::open_with(PATH, options(&disk, durability)) {
        Ok(graph) => graph,
        Err(error) => panic!("{durability:?}, before {}: {error}", moment.operation),
    };
    let confirmed = moment.mark as usize;
    let first = if durability == Durability::Full { confirmed } else { 0 };
    let possible = &models[first..models.len().min(confirmed + 2)];
    if let Some(difference) = difference(&graph, possible) {
        panic!("{durability:?}, before {}, {confirmed} steps confirmed: {difference}", moment.operation);
    }
    check_invariants(&graph.snapshot());
    // The graph can be written again, and nothing of the crash stands in the way.
    let before = graph.snapshot().node_count();
    graph.run("CREATE (:After)").unwrap();
    drop(graph);
    let graph = Graph::open_with(PATH, options(&disk, durability)).unwrap();
    assert_eq!(graph.snapshot().node_count(), before + 1);
    assert_eq!(disk.names(), [PATH]);
    assert!(Path::new(PATH).parent().is_some());
}

#[test]
fn a_power_cut_at_any_moment_leaves_a_committed_prefix() {
    let wanted = amount("STANDPOINT_POWER_CUTS", 400);
    let mut cuts = 0;
    let mut seed = amount("STANDPOINT_SEED", 1);
    while cuts < wanted {
        let durability = [Durability::Full, Durability::Full, Durability::Normal, Durability::Off][seed as usize % 4];
        let (moments, models) = run(seed, durability);
        let mut random = Random::new(seed ^ 0xc07);
        // A small run looks at some moments of several workloads, a large one at all of them, several times.
        let (step, times) = if wanted > 1000 { (1, 3) } else { (7, 2) };
        for moment in moments.iter().skip(seed as usize % step).step_by(step) {
            for _ in 0..times {
                check(moment, &models, durability, &mut random);
                cuts += 1;
            }
        }
        seed += 1;
    }
    println!("{cuts} power cuts, seeds up to {seed}");
}
