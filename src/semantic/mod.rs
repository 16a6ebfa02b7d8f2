//! Syntax tree to bound query.
//!
//! Takes [`crate::syntax::ast`], the function table and the names a graph knows. Gives a [`bound::BoundQuery`] in which
//! every variable is a slot and every label, type and key an identifier where one exists. All compile-time errors of
//! openCypher are found here. Knows no statistics and orders nothing.

pub mod bound;
