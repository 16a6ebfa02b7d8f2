//! Standpoint is an embedded knowledge graph with a query language: who supports, opposes and proposes what, since
//! when, and according to whom.
//!
//! A [`Graph`] is opened from a file or made in memory. It answers statements of two languages: arrow facts, in which
//! a fact is told and asked as `Kyiv -opposes-> territorial concessions`, and openCypher. An [`Answer`] gives
//! [`Row`]s, which read as values or, through serde, as types of your own.
//!
//! ```
//! use standpoint::Graph;
//!
//! # fn main() -> standpoint::error::Result<()> {
//! let graph = Graph::in_memory();
//! graph.run("+ Kyiv -opposes-> territorial concessions {2025-11-21, 0.9} [ki-1121]")?;
//! graph.run("+ Europe -concerned about-> territorial concessions {0.8} [ki-1121]")?;
//!
//! let stances: Vec<(String, String, f64)> = graph
//!     .run("MATCH (a)-[r]->(@`territorial concessions`) RETURN a.name, type(r), r.confidence ORDER BY a.name")?
//!     .into_typed()?;
//! assert_eq!(stances[0], ("Europe".to_owned(), "CONCERNED_ABOUT".to_owned(), 0.8));
//! # Ok(())
//! # }
//! ```
//!
//! The crate is made of layers; each may use only those before it: [`error`], [`span`], `text`, [`hedge`] and [`csv`]; [`syntax`];
//! [`value`]; [`store`]; [`persist`]; [`functions`] and [`algo`]; [`semantic`]; [`plan`]; [`exec`]; [`session`];
//! [`io`]; and, with the feature `shell`, the command line and the interactive shell.

pub mod algo;
#[cfg(feature = "shell")]
pub mod cli;
pub mod csv;
pub mod error;
pub mod exec;
pub mod functions;
pub mod hedge;
pub mod io;
pub mod persist;
pub mod plan;
pub mod semantic;
pub mod session;
#[cfg(feature = "shell")]
pub mod shell;
pub mod span;
pub mod store;
pub mod syntax;
pub mod text;
pub mod value;

#[cfg(doctest)]
#[doc = include_str!("../docs/embedding.md")]
pub struct Embedding;

pub use error::{Error, Result};
pub use session::{Answer, CancelToken, Graph, Row, RunOptions, Session};
pub use value::Value;
