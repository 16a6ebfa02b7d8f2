//! Answers as text for programs, and values as short texts for people.
//!
//! Takes answers of the session layer and writes them as CSV, JSON, JSON lines, Markdown, facts, pictures and typed
//! events; reads parameters from
//! JSON and answers requests in it: whoever calls says where to read and write. Opens the files that `LOAD CSV` names,
//! where that is allowed, and reads those that an import is given. Knows no terminal and no argument.

pub mod cell;
pub mod citations;
pub mod csv;
pub mod cypher;
pub mod decode;
pub mod dot;
pub mod encode;
pub mod facts;
pub mod import;
pub mod json;
pub mod markdown;
pub(crate) mod matrix;
pub mod picture;
pub mod proofs;
pub mod protocol;
mod stance;
pub(crate) mod statement;

mod elements;
mod files;

pub use files::LocalFiles;

use crate::error::Error;

/// The error of a failed write.
pub(crate) fn write_error(error: &std::io::Error) -> Error {
    Error::io("cannot write the result", error)
}
