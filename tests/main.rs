//! The integration tests: one binary, one module a file.

mod grammar;
mod seed;
