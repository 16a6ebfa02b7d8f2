//! Arrow facts: the small language to tell, to ask and to read back.
//!
//! Takes lines and gives [`ast`], translates each line into the syntax tree of openCypher ([`translate()`]) and writes
//! lines in canonical form ([`mod@format`]). Knows no graph: whether a name is known is found where the translation is
//! bound.

mod ahead;
mod ask;
pub mod ast;
pub(crate) mod build;
mod errors;
mod file;
mod fmt;
pub mod format;
mod items;
mod markdown;
mod order;
mod parse;
mod plain;
mod question;
mod quick;
#[cfg(test)]
pub(crate) mod samples;
mod tell;
mod translate;

pub use file::{Entry, Reader, read, read_with};
pub use fmt::{Formatted, format_file};
pub use markdown::{Fence, fences};
pub use parse::parse_line;
pub(crate) use plain::reads_back;
pub(crate) use tell::{precision_key, stand_alone, stored_statements, stored_values};
pub use translate::{Defaults, Kind, Sources, Translated, translate};

#[cfg(test)]
mod tests;
