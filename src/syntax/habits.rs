//! Habits of other languages, and clauses at the wrong place: what to write instead.

/// Words that belong to another language, or to the shell, with what says the same here.
const FOREIGN: &[(&str, &str)] = &[
    ("BEGIN", "the shell opens a transaction with `.begin`"),
    ("BETWEEN", "a range is written `1 <= x <= 2`"),
    ("COMMIT", "the shell ends a transaction with `.commit`"),
    ("EXIT", "the shell is left with `.quit`"),
    ("GROUP", "the items of `RETURN` that do not aggregate are the groups: `RETURN n.name, count(*)`"),
    ("HAVING", "aggregate in a `WITH` and follow it by `WHERE`"),
    ("HELP", "the shell helps with `.help`"),
    ("ILIKE", "texts are compared by `CONTAINS`, `STARTS WITH`, `ENDS WITH`, or `=~ '(?i)…'` without regard to case"),
    ("INTO", "a node is added by `CREATE (:Label {key: value})`"),
    ("JOIN", "a pattern joins: `(a)-[:TYPE]->(b)`"),
    ("LIKE", "texts are compared by `CONTAINS`, `STARTS WITH`, `ENDS WITH`, or `=~` and a regular expression"),
    ("QUIT", "the shell is left with `.quit`"),
    ("ROLLBACK", "the shell takes a transaction back with `.rollback`"),
    ("SELECT", "a query is written `MATCH (n:Label) WHERE n.key = value RETURN n`"),
    ("UPDATE", "a property is changed by `MATCH (n:Label) SET n.key = value`"),
];

/// Keywords that stand where they may not, with where they may.
const MISPLACED: &[(&str, &str)] = &[
    ("FROM", "a pattern says what is meant: `MATCH (n:Label)`"),
    ("IN", "it is negated as a whole: `NOT x IN list`"),
    ("LIMIT", "`LIMIT` is the last part of `RETURN` or `WITH`"),
    ("NOT", "`NOT` stands before the whole condition: `NOT x IN list`, `NOT x CONTAINS text`"),
    ("ORDER", "`ORDER BY` follows the items of `RETURN` or `WITH`, before `SKIP` and `LIMIT`"),
    ("SKIP", "`SKIP` follows the items of `RETURN` or `WITH`, after `ORDER BY` and before `LIMIT`"),
    ("UNION", "`UNION` stands between queries that end with `RETURN`"),
    ("WHERE", "`WHERE` follows `MATCH` or `WITH`, before `RETURN`"),
    ("YIELD", "`YIELD` follows the arguments of a procedure: `CALL db.labels() YIELD label`"),
];

/// What says the same as a word of another language.
pub(super) fn foreign(word: &str) -> Option<&'static str> {
    find(FOREIGN, word)
}

/// The words of other languages that have an answer.
pub(super) fn foreign_words() -> impl Iterator<Item = &'static str> {
    FOREIGN.iter().map(|(word, _)| *word)
}

/// Where a keyword may stand.
pub(super) fn misplaced(word: &str) -> Option<&'static str> {
    find(MISPLACED, word)
}

fn find(table: &'static [(&str, &str)], word: &str) -> Option<&'static str> {
    table.iter().find(|(known, _)| known.eq_ignore_ascii_case(word)).map(|(_, hint)| *hint)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::keywords::is_keyword;

    #[test]
    fn words_stand_in_order_and_in_one_table() {
        assert!(FOREIGN.is_sorted() && MISPLACED.is_sorted());
        assert!(FOREIGN.iter().all(|(word, _)| !is_keyword(word)));
        assert!(MISPLACED.iter().all(|(word, _)| is_keyword(word)));
    }
}
