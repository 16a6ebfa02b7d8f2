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
    "CONTAINS",
    "COUNT",
    "CREATE",
    "DELETE",
    "DESC",
    "DESCENDING",
    "DETACH",
    "DISTINCT",
    "ELSE",
    "END",
    "ENDS",
    "EXISTS",
    "EXPLAIN",
    "FALSE",
    "FINISH",
    "FIRST",
    "FOREACH",
    "IN",
    "IS",
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
    "PROFILE",
    "REDUCE",
    "REMOVE",
    "RETURN",
    "SET",
    "SINGLE",
    "SKIP",
    "STARTS",
    "THEN",
    "TRUE",
    "TYPED",
    "UNION",
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
