//! Standpoint is an embedded knowledge graph with a query language: who supports, opposes and proposes what, since
//! when, and according to whom.

pub mod algo;
pub mod error;
pub mod exec;
pub mod functions;
pub mod plan;
pub mod semantic;
pub mod span;
pub mod store;
pub mod syntax;
pub mod text;
pub mod value;
