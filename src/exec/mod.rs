//! Runs physical plans.
//!
//! Takes a [`crate::plan::physical::Plan`] and a version of the graph, and gives chunks of rows. Operators pull from
//! each other; a chunk has columns, an optional selection and an optional multiplicity. Meets no name of a query:
//! everything is a slot or an identifier.
