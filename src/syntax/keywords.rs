//! The words of openCypher that are no names, for hints, colours and completion. The grammar itself decides where each
//! may stand.

/// The keywords, in order.
pub const KEYWORDS: &[&str] = &[
    "ALL",
    "AND",
    "ANY",
    "AS",
    "ASC",
    "ASCENDING",
    "BY",
    "CALL",
    "CASE",
    "COLLECT",
    "CONSTRAINT",
    "CONSTRAINTS",
    "CONTAINS",
    "COUNT",
    "CREATE",
    "DELETE",
    "DESC",
    "DESCENDING",
    "DETACH",
    "DISTINCT",
    "DROP",
    "ELSE",
    "END",
    "ENDS",
    "EXISTS",
    "EXPLAIN",
    "FALSE",
    "FINISH",
    "FIRST",
    "FOR",
    "FOREACH",
    "FUNCTIONS",
    "IF",
    "IN",
    "INDEX",
    "INDEXES",
    "IS",
    "KEY",
    "LAST",
    "LIMIT",
    "MATCH",
    "MERGE",
    "NONE",
    "NORMALIZED",
    "NOT",
    "NULL",
    "NULLS",
    "ON",
    "OPTIONAL",
    "OR",
    "ORDER",
    "PROCEDURES",
    "PROFILE",
    "RANGE",
    "REDUCE",
    "REMOVE",
    "REQUIRE",
    "RETURN",
    "SET",
    "SHOW",
    "SINGLE",
    "SKIP",
    "STARTS",
    "TEXT",
    "THEN",
    "TRUE",
    "TYPED",
    "UNION",
    "UNIQUE",
    "UNWIND",
    "WHEN",
    "WHERE",
    "WITH",
    "XOR",
    "YIELD",
];

/// Whether a word is a keyword, in any case.
///
/// ```
/// assert!(standpoint::syntax::keywords::is_keyword("match"));
/// assert!(!standpoint::syntax::keywords::is_keyword("Kyiv"));
/// ```
pub fn is_keyword(word: &str) -> bool {
    KEYWORDS.iter().any(|keyword| keyword.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    #[test]
    fn keywords_stand_in_order() {
        assert!(super::KEYWORDS.is_sorted());
    }
}
