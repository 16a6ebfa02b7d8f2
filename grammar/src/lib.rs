//! The grammars of Standpoint.
//!
//! `cypher.pest` is openCypher, `facts.pest` is arrow facts. This crate holds the derived parsers and nothing else, so
//! that the generated code is compiled once.

/// The parser of openCypher: `cypher.pest`.
#[allow(missing_docs)] // the rules are described in the grammar
pub mod cypher {
    /// Parses by the rules of `cypher.pest`.
    #[derive(pest_derive::Parser)]
    #[grammar = "../cypher.pest"]
    pub struct CypherParser;
}

/// The parser of arrow facts: `facts.pest`.
#[allow(missing_docs)] // the rules are described in the grammar
pub mod facts {
    /// Parses by the rules of `facts.pest`.
    #[derive(pest_derive::Parser)]
    #[grammar = "../facts.pest"]
    pub struct FactsParser;
}
