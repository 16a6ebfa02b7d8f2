//! Computes expressions.
//!
//! [`scalar`] is the reference: one expression, one row, one value. [`vector`] computes whole columns and must agree
//! with it; what it has no code for it leaves to the interpreter.

mod access;
mod lists;
pub(super) mod logic;
pub(super) mod names;
pub(super) mod operators;
pub(super) mod scalar;
mod subquery;
pub(super) mod vector;

pub(super) use access::{deleted_node, deleted_rel, entity_map, resolve_entity};
pub(super) use scalar::{Interpreter, Row};
