//! The integration tests: one binary, one module a file. A file in this folder that no module names fails a test.

// Tests may panic and print, and nobody uses them from outside.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr, unreachable_pub)]

mod book;
mod cases;
mod console;
mod conversation;
mod difference;
mod durability;
mod functions;
mod fuzz;
mod golden;
mod grammar;
mod hostile;
mod keys;
mod layers;
mod limits;
mod manual;
mod mistakes;
mod parquet;
mod protocol;
mod questions;
mod refusals;
mod scripts;
mod seed;
mod semantic;
mod shell;
mod shipped;
mod tck;
mod threads;
mod versioning;

/// Every file and folder of `tests/` that holds Rust code is a module above.
#[test]
fn no_test_file_is_forgotten() {
    let source = include_str!("main.rs");
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let is_module = path.join("mod.rs").exists() || path.extension().is_some_and(|ending| ending == "rs");
        if is_module && name != "main" {
            assert!(source.contains(&format!("mod {name};")), "tests/{name} is no module of tests/main.rs");
        }
    }
}
