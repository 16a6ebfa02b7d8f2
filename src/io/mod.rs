//! Answers as text for programs, and values as short texts for people.
//!
//! Takes answers of the session layer and writes them as CSV, JSON, JSON lines and typed events; reads parameters from
//! JSON and answers requests in it. Knows no file, no terminal and no argument: whoever calls says where to read and
//! write.

pub mod cell;
pub mod csv;
pub mod cypher;
pub mod decode;
pub mod encode;
pub mod json;
pub mod protocol;

use crate::error::Error;

/// The error of a failed write.
pub(crate) fn write_error(error: &std::io::Error) -> Error {
    Error::io("cannot write the result", error)
}
