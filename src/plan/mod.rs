//! Bound query to physical plan.
//!
//! Takes a [`crate::semantic::bound::BoundQuery`] and the statistics of a version. Gives a [`physical::Plan`]: a tree
//! of operators with every choice made. Runs nothing.

pub mod physical;
