//! A graph in a file, with a log beside it while it is being changed.
//!
//! Takes changes and brings them to the disk before anybody sees them; gives the graph back as of its last commit. This is
//! the only layer below the command line that touches files. It does not know queries. `docs/format.md` describes both
//! files byte by byte.
//!
//! # The file
//! A header of 64 bytes (`format::Header`): magic, format version, the graph's own identifier, where the table is, and
//! checksums of the table and of the header itself. Then sections, each beginning at a multiple of 64 bytes: arrays of
//! little-endian numbers, texts, and few other things. Last the table (`format::Table`): names, the definitions of
//! indexes and constraints, and for each section its place, length and checksum. Nothing is believed before its checksum was found right and its size possible.
//!
//! A file is replaced as a whole: a new one is written beside it, brought to the disk, and renamed over it; then the
//! folder is brought to the disk. A crash leaves the old file or the new one.
//!
//! # The log
//! One record for each commit (`log`), which holds what the store wrote down while it was changed (`changes`). `recover`
//! puts file and log together, `commit` appends, `checkpoint` moves what the log holds into the file, `file` holds what
//! is open and locked, `history` keeps how commits are taken back, where a graph wants that.

mod bytes;
mod changes;
mod checkpoint;
mod columns;
mod commit;
pub mod disk;
mod file;
mod format;
pub mod history;
#[cfg(test)]
mod index_tests;
mod log;
mod pieces;
mod read;
mod recover;
mod schema;
#[cfg(test)]
mod tests;
mod write;

pub use checkpoint::save;
pub use commit::commit_in_memory;
pub use file::{Durability, GraphFile, OpenOptions};
pub use recover::{Recovery, Salvaged, salvage};
