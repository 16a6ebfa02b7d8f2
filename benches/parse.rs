//! How long parsing takes: the longest queries of the openCypher TCK, where it is at hand, and texts that nest or go on,
//! at a size, twice and four times the size.
//!
//! Run with `cargo bench --bench parse`. `OPENCYPHER_TCK` may name the folder of the kit. Linear growth shows as ratios
//! near 2 and 4.

#![allow(clippy::print_stdout, reason = "a benchmark reports to people")]

mod common;
#[path = "../grammar/tests/shapes/mod.rs"]
mod shapes;

use common::median;
use shapes::{SHAPES, Shape};
use standpoint::syntax::parse_statement;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::Duration;

fn main() {
    kit();
    for shape in SHAPES {
        growth(shape);
    }
}

/// The longest hundredth of the queries of the kit.
fn kit() {
    let Some(folder) = kit_folder() else {
        return println!("the openCypher TCK is not here: OPENCYPHER_TCK may name its folder");
    };
    let mut queries = Vec::new();
    collect(&folder.join("features"), &mut queries);
    queries.sort_by_key(|query| std::cmp::Reverse(query.len()));
    queries.truncate(queries.len().div_ceil(100));
    let mut times: Vec<(Duration, &String)> = queries.iter().map(|query| (time(query), query)).collect();
    times.sort();
    let (Some((most, slowest)), Some((middle, _))) = (times.last(), times.get(times.len() / 2)) else { return };
    println!("{} of the longest queries, {} bytes and more", times.len(), queries.last().map_or(0, String::len));
    println!("{:<32} {:>10.1?}", "median", middle);
    println!("{:<32} {:>10.1?}  {} bytes", "most", most, slowest.len());
}

fn kit_folder() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/tck");
    let folder = std::env::var_os("OPENCYPHER_TCK").map_or(beside, PathBuf::from);
    folder.join("features").is_dir().then_some(folder)
}

/// The texts between triple quotes in the feature files of a folder. An outline's marks stay in it.
fn collect(folder: &Path, queries: &mut Vec<String>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            collect(&path, queries);
        } else if let Ok(text) = std::fs::read_to_string(&path) {
            queries.extend(text.split("\"\"\"").skip(1).step_by(2).map(str::to_owned));
        }
    }
}

/// The median time to parse a text.
fn time(text: &str) -> Duration {
    median(15, || parse_statement(black_box(text)).is_ok()).0
}

fn growth(shape: &Shape) {
    let [one, two, four] = [1, 2, 4].map(|factor| time(&shape.text(shape.size * factor)));
    let ratio = |time: Duration| time.as_secs_f64() / one.as_secs_f64();
    println!("{:<32} {one:>10.1?} for {:>3}  ×{:.1}  ×{:.1}", shape.name, shape.size, ratio(two), ratio(four));
}
