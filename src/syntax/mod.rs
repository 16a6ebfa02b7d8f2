//! Text to syntax tree.
//!
//! Takes statement text and gives [`ast`]. pest lives here and in the grammar crate, nowhere else. Knows neither the
//! graph nor values, and resolves no name.

pub mod ast;
