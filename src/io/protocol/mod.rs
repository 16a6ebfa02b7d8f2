//! The machine-readable conversation: requests and events, one JSON object a line.
//!
//! Takes a session and two streams; answers each request with events in the order of the requests. Values, event names
//! and counters are those of the Neo4j Query API in its form of JSON lines; docs/protocol.md tells all of it. Knows
//! neither files nor arguments: the command line says where the streams come from.

mod events;
mod lines;
mod request;
mod serve;
mod status;

pub use events::Events;
pub use serve::{MAX_LINE, Options, VERSION, serve};
pub use status::{Status, status};
