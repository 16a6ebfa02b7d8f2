//! Graph algorithms over a version of a graph, and the procedures that `CALL` finds.
//!
//! Takes a [`Version`](crate::store::Version) and a [`Projection`], which part of it to look at. Gives two views for
//! petgraph's algorithms: [`GraphView`] reads the version as it is, [`Compact`] is a copy with dense numbers for
//! algorithms that want those or visit everything several times. Each algorithm is a file with a function and one
//! entry in [`PROCEDURES`]. It does not know queries: a procedure gets values and gives rows of values.

mod compact;
mod components;
mod contradictions;
mod history;
mod names;
mod procedure;
mod projection;
mod shortest;
mod stance;
mod strong;
mod table;
#[cfg(test)]
mod tests;
mod view;

pub use compact::{Compact, CompactEdge, EdgesAt};
pub use components::components;
pub use procedure::{BuiltIn, Parameter, Procedure, ProcedureContext, Registry, Rows, Run, Signature, ValueType};
pub use projection::Projection;
pub use shortest::{Route, shortest_path};
pub use stance::{STANCES, Stance, stance_types};
pub use strong::strong_components;
pub use view::{AllEdges, Edge, Edges, GraphView, Neighbours, NodeReference, Nodes, Visited};

/// Every procedure that comes with the engine.
pub const PROCEDURES: &[BuiltIn] = &[
    components::PROCEDURE,
    strong::PROCEDURE,
    shortest::PROCEDURE,
    contradictions::PROCEDURE,
    names::LABELS,
    names::RELATIONSHIP_TYPES,
    names::PROPERTY_KEYS,
    history::COMMITS,
];
