//! The command line: arguments, scripts, dot-commands, and how results and errors are shown.
//!
//! Takes arguments and files, gives results on one stream and everything else on another. The interactive shell adds
//! line editing to it and nothing else.

pub mod app;
pub mod arguments;
pub mod commands;
mod files;
mod import;
pub mod main;
mod notes;
pub mod output;
pub mod report;
pub mod schema;
mod stdio;
pub mod streams;
pub mod table;
