//! From text to rows: the public way into the engine.
//!
//! One query, followed through: [`Session::run_with`] asks [`crate::syntax::script::classify`] which language a text
//! is. An arrow fact is translated by [`crate::syntax::facts::translate`] into the same tree that
//! [`crate::syntax::parse_statement`] gives for openCypher. `run::execute` binds the tree
//! ([`crate::semantic::bind`]), plans it ([`crate::plan::plan`]) against the statistics of a version, and runs the
//! plan ([`crate::exec::Execution`]). The plan is kept for the next run of the same text on the same version (`plans`). A reading statement runs on the version that `reading` finds for it; a writing one on a private
//! version that is published when all went well and dropped when not. Between [`Session::begin`] and
//! [`Session::commit`] the private version is the transaction's (`transaction`), and each statement goes on from where
//! the one before left it.

mod answer;
mod deserialize;
pub mod entity;
mod facts;
mod graph;
mod identity;
mod known;
mod near;
mod options;
mod past;
mod plans;
mod procedures;
mod profile;
mod reading;
mod rules;
mod run;
mod shown;
mod state;
mod tell;
mod transaction;
mod why;

pub use crate::exec::{Counters, Files, Meter};
pub use crate::persist::history::{moment as recorded_moment, of as history_of};
pub use crate::persist::{Durability, OpenOptions, Recovery};
pub use crate::semantic::bound::Notification;
pub use crate::store::Retention;
pub use answer::{Answer, PlanStep, Row, Summary, Work};
pub use facts::Loaded;
pub use graph::Graph;
pub use identity::{Identity, resolved, title};
pub use known::{Sources, citation, fact};
pub(crate) use known::{dated, source_nodes};
pub use options::{CancelToken, RunOptions};
pub use state::Session;
pub(crate) use tell::{day, stored};
pub use why::WhyEmpty;
