//! The command line: arguments, scripts, dot-commands, and how results and errors are shown.
//!
//! Takes arguments and files, gives results on one stream and everything else on another. The interactive shell adds
//! line editing to it and nothing else.

pub mod app;
pub mod arguments;
pub mod commands;
pub mod demo;
pub mod external;
mod files;
pub mod folders;
mod footer;
mod generated;
pub mod help;
mod history;
mod identity;
mod import;
mod line;
mod log;
pub mod main;
mod notes;
pub mod output;
mod overwrite;
mod pager;
pub mod paint;
pub mod parameters;
mod progress;
pub mod queries;
mod replace;
pub mod report;
mod results;
pub mod schema;
pub mod settings;
mod stdio;
pub mod streams;
pub mod table;
pub mod target;
pub(crate) mod terminal;
mod texts;
mod view;
pub mod views;
mod watch;
mod work;
mod wrap;
