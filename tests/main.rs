//! The integration tests: one binary, one module a file.

#![allow(unreachable_pub)] // modules here have no users outside

mod grammar;
mod seed;
mod semantic;
