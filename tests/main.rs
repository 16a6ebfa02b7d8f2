//! The integration tests: one binary, one module a file.

#![allow(clippy::unwrap_used, unreachable_pub)] // tests may panic, and nobody uses them from outside

mod grammar;
mod seed;
mod semantic;
