//! The grammars of Standpoint.
//!
//! `cypher.pest` is openCypher, `facts.pest` is arrow facts. This crate holds the derived parsers and nothing else, so
//! that the generated code is compiled once.
