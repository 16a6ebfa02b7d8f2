//! A real process on a real disk, killed at random moments under load.

use super::amount;
use crate::difference::random::Random;
use standpoint::Graph;
use standpoint::session::OpenOptions;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Where the process that is to be killed finds its graph.
const GRAPH: &str = "STANDPOINT_KILLED_GRAPH";
const THREADS: i64 = 3;

#[test]
fn a_killed_process_loses_no_confirmed_commit() {
    if let Some(path) = std::env::var_os(GRAPH) {
        return write_until_killed(Path::new(&path));
    }
    let mut random = Random::new(amount("STANDPOINT_SEED", 1));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.graph");
    Graph::create(&path).unwrap().close().unwrap();
    let (mut commits, mut replayed, kills) = (0, 0, amount("STANDPOINT_KILLS", 20));
    for round in 0..kills {
        let confirmed = run_and_kill(&path, Duration::from_millis(random.between(20, 300) as u64));
        let graph = Graph::open(&path).unwrap();
        let snapshot = graph.snapshot();
        assert_eq!(snapshot.problems(), Vec::<String>::new());
        for (thread, confirmed) in confirmed.into_iter().enumerate() {
            let found = numbers(&graph, thread as i64);
            assert!(found.is_sorted() && found.windows(2).all(|pair| pair[1] == pair[0] + 1), "holes: {found:?}");
            let last = found.last().copied().unwrap_or(0);
            assert!(last >= confirmed, "round {round}: {confirmed} was confirmed, {last} is there");
            commits += confirmed;
        }
        replayed += graph.recovery().commits;
        // Half of the time the next process finds the log that the killed one left.
        if random.percent(50) {
            graph.run("MATCH (n:Step) DETACH DELETE n").unwrap();
            graph.close().unwrap();
        } else {
            graph.run("MATCH (n:Step) DETACH DELETE n").unwrap();
            std::mem::forget(graph);
            let _ = std::fs::remove_file(folder.path().join("x.graph-lock"));
        }
    }
    assert!(commits > 0);
    println!("{kills} kills, {commits} confirmed commits, {replayed} replayed from logs, none lost");
}

/// The numbers that a thread has written, in order.
fn numbers(graph: &Graph, thread: i64) -> Vec<i64> {
    let query = format!("MATCH (s:Step {{thread: {thread}}})-[:BY]->(:Writer) RETURN s.number ORDER BY s.number");
    let rows: Vec<(i64,)> = graph.run(&query).unwrap().into_typed().unwrap();
    rows.into_iter().map(|(number,)| number).collect()
}

/// Starts a process that writes, kills it after some time, and gives what it had confirmed of each thread.
fn run_and_kill(path: &Path, after: Duration) -> Vec<i64> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "durability::kill::a_killed_process_loses_no_confirmed_commit", "--nocapture"])
        .env(GRAPH, path)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut confirmed = vec![0; THREADS as usize];
    let mut started = None;
    while let Some(Ok(line)) = lines.next() {
        if started.is_some_and(|started: Instant| started.elapsed() >= after) {
            // On Unix this is SIGKILL.
            let _ = child.kill();
        }
        // The runner's own lines are no confirmations.
        let Some((thread, number)) = line.strip_prefix("confirmed ").and_then(|rest| rest.split_once(' ')) else {
            continue;
        };
        started.get_or_insert_with(Instant::now);
        confirmed[thread.parse::<usize>().unwrap()] = number.parse().unwrap();
    }
    let status = child.wait().unwrap();
    assert!(!status.success(), "it was to be killed: {status}");
    confirmed
}

/// Commits from several threads, with checkpoints in the background, and says which are confirmed.
fn write_until_killed(path: &Path) {
    let options = OpenOptions { checkpoint_after: Some(20_000), ..OpenOptions::default() };
    let graph = Graph::open_with(path, options).unwrap();
    let begun = Instant::now();
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let graph = &graph;
            scope.spawn(move || {
                for number in 1.. {
                    let text = format!("x{}", "y".repeat((number % 300) as usize));
                    let step = format!("(:Step {{thread: {thread}, number: {number}, text: '{text}'}})");
                    graph.run(&format!("CREATE {step}-[:BY]->(:Writer)")).unwrap();
                    let mut out = std::io::stdout().lock();
                    writeln!(out, "confirmed {thread} {number}").and_then(|()| out.flush()).unwrap();
                    assert!(begun.elapsed() < Duration::from_secs(60), "nobody has killed this process");
                }
            });
        }
    });
}
