//! Arrow facts: the small language to tell, to ask and to read back.
//!
//! Takes lines and gives [`ast`], translates each line into the syntax tree of openCypher ([`translate()`]) and writes
//! lines in canonical form ([`mod@format`]). Knows no graph: whether a name is known is found where the translation is
//! bound.

mod ask;
pub mod ast;
pub(crate) mod build;
mod errors;
mod file;
mod fmt;
pub mod format;
mod items;
mod markdown;
mod parse;
mod question;
#[cfg(test)]
pub(crate) mod samples;
mod tell;
mod translate;

pub use file::{Entry, Reader, read};
pub use fmt::{format_file, format_lines};
pub use markdown::{Fence, fences};
pub use parse::parse_line;
pub(crate) use tell::{precision_key, stand_alone, stored_statements, stored_values};
pub use translate::{Defaults, Kind, Translated, translate};

#[cfg(test)]
mod tests;
