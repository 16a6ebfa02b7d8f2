//! How long the program takes from its start to its end for one small answer: what a shell loop or a hook pays.
//!
//! Run with `cargo bench --bench start`. On a busy machine the least time is the one to read.

#![allow(clippy::print_stdout, reason = "a benchmark reports to people")]

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const RUNS: usize = 40;

fn main() {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("graphs/peace-talks.graph");
    let shipped = shipped.to_string_lossy();
    report("-c 'RETURN 1'", &["-c", "RETURN 1"]);
    report("a saved graph, -c 'RETURN 1'", &[&shipped, "-c", "RETURN 1"]);
    report("demo, one question", &["demo", "-c", "? Kyiv -opposes-> ?what"]);
    report("--version", &["--version"]);
}

/// The least time and the median of many runs.
fn report(name: &str, arguments: &[&str]) {
    let mut times: Vec<Duration> = (0..RUNS).map(|_| run(arguments)).collect();
    times.sort();
    println!("{name:<32} {:>10.1?} least {:>10.1?} median", times[0], times[RUNS / 2]);
}

fn run(arguments: &[&str]) -> Duration {
    let begun = Instant::now();
    let status = Command::new(env!("CARGO_BIN_EXE_standpoint")).args(arguments).stdout(Stdio::null()).status();
    assert!(status.is_ok_and(|status| status.success()), "the program failed");
    begun.elapsed()
}
