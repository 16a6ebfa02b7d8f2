//! A query never kills the process: whatever it asks for ends in an answer or an error, within its time and memory.

mod cancel;
mod memory;
mod nesting;
