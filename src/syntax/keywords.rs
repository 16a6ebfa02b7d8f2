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
    "BREAK",
    "BY",
    "CALL",
    "CASE",
    "CITE",
    "COLLECT",
    "CONCURRENT",
    "CONSTRAINT",
    "CONSTRAINTS",
    "CONTAINS",
    "CONTINUE",
    "COUNT",
    "CREATE",
    "CSV",
    "DELETE",
    "DESC",
    "DESCENDING",
    "DETACH",
    "DISTINCT",
    "DROP",
    "ELSE",
    "END",
    "ENDS",
    "ERROR",
    "EXISTS",
    "EXPLAIN",
    "FAIL",
    "FALSE",
    "FIELDTERMINATOR",
    "FILTER",
    "FINISH",
    "FIRST",
    "FOR",
    "FOREACH",
    "FROM",
    "FUNCTIONS",
    "HEADERS",
    "IF",
    "IN",
    "INDEX",
    "INDEXES",
    "INSERT",
    "IS",
    "KEY",
    "LAST",
    "LET",
    "LIMIT",
    "LOAD",
    "MATCH",
    "MERGE",
    "NODETACH",
    "NONE",
    "NORMALIZED",
    "NOT",
    "NULL",
    "NULLS",
    "OFFSET",
    "ON",
    "OPTIONAL",
    "OR",
    "ORDER",
    "PROCEDURES",
    "PROFILE",
    "RANGE",
    "REDUCE",
    "REMOVE",
    "REPLACE",
    "REPORT",
    "REQUIRE",
    "RETRY",
    "RETURN",
    "ROWS",
    "RULE",
    "RULES",
    "SET",
    "SHOW",
    "SINGLE",
    "SKIP",
    "STARTS",
    "STATUS",
    "TEXT",
    "THEN",
    "TRANSACTIONS",
    "TRUE",
    "TYPED",
    "UNION",
    "UNIQUE",
    "UNWIND",
    "USE",
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
