//! The `standpoint` program.
fn main() {}
