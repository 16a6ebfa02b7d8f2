//! Answers as text for programs, and values as short texts for people.
//!
//! Takes answers of the session layer and writes them as CSV, JSON and JSON lines. Knows no file, no terminal and no
//! argument: whoever calls says where to write.

pub mod cell;
pub mod csv;
pub mod json;

use crate::error::Error;

/// The error of a failed write.
pub(crate) fn write_error(error: &std::io::Error) -> Error {
    Error::io("cannot write the result", error)
}
