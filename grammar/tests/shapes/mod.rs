//! Texts that nest or go on, at any size: where a parser that backtracks would need exponential time.

/// A text that grows by repeating a part of it.
pub(crate) struct Shape {
    pub(crate) name: &'static str,
    begin: &'static str,
    /// What is repeated before the middle.
    open: &'static str,
    middle: &'static str,
    /// What is repeated after the middle.
    close: &'static str,
    end: &'static str,
    /// The smallest size that is measured; four times it is still allowed.
    pub(crate) size: usize,
}

impl Shape {
    /// The text with so many repetitions.
    pub(crate) fn text(&self, count: usize) -> String {
        let Shape { begin, open, middle, close, end, .. } = self;
        format!("{begin}{}{middle}{}{end}", open.repeat(count), close.repeat(count))
    }
}

const fn nested(name: &'static str, begin: &'static str, parts: [&'static str; 3], end: &'static str) -> Shape {
    Shape { name, begin, open: parts[0], middle: parts[1], close: parts[2], end, size: 24 }
}

const fn long(name: &'static str, begin: &'static str, piece: &'static str, end: &'static str) -> Shape {
    Shape { name, begin, open: piece, middle: "", close: "", end, size: 100 }
}

/// All shapes.
pub(crate) const SHAPES: &[Shape] = &[
    nested("nested parentheses", "RETURN ", ["(", "1", ")"], ""),
    nested("nested lists", "RETURN ", ["[", "1", "]"], ""),
    nested("nested maps", "RETURN ", ["{a: ", "1", "}"], ""),
    nested("nested CASE", "RETURN ", ["CASE WHEN true THEN ", "1", " END"], ""),
    nested("nested CASE subjects", "RETURN ", ["CASE ", "1", " WHEN 1 THEN 2 END"], ""),
    nested("nested calls", "RETURN ", ["coalesce(", "1", ")"], ""),
    nested("nested indexes", "RETURN ", ["[1][", "0", "]"], ""),
    nested("nested list comprehensions", "RETURN ", ["[x IN ", "[1]", " WHERE x > 0 | x]"], ""),
    nested("nested list predicates", "RETURN ", ["any(x IN [1] WHERE ", "true", ")"], ""),
    nested("nested reduce", "RETURN ", ["reduce(s = 0, x IN [1] | ", "1", ")"], ""),
    nested("nested pattern comprehensions", "MATCH (a) RETURN ", ["[(a)-->() | ", "1", "]"], ""),
    nested("path in parentheses", "MATCH (a) WHERE ", ["(", "(a)-->()", ")"], " RETURN a"),
    nested("node in parentheses", "MATCH (a) WHERE ", ["(", "(a)", ")"], " RETURN a"),
    nested("label in parentheses", "MATCH (a) WHERE ", ["(", "a:A", ")"], " RETURN a"),
    nested("nested groups", "MATCH ", ["(", "(a)-->(b)", ")"], " RETURN a"),
    nested("nested properties", "MATCH (a {b: ", ["{a: ", "1", "}"], "}) RETURN a"),
    nested("nested label expressions", "MATCH (a:", ["(", "A", ")"], ") RETURN a"),
    nested("nested EXISTS", "MATCH (a) WHERE ", ["EXISTS { (a)-->() WHERE ", "true", " }"], " RETURN a"),
    nested(
        "nested EXISTS with MATCH",
        "MATCH (a) WHERE ",
        ["EXISTS { MATCH (a) WHERE ", "true", " RETURN 1 }"],
        " RETURN a",
    ),
    nested("nested CALL", "", ["CALL { ", "RETURN 1 AS x", " RETURN x }"], " RETURN x"),
    nested("nested FOREACH", "", ["FOREACH (x IN [1] | ", "CREATE ()", ")"], ""),
    nested("unclosed parentheses", "RETURN ", ["(", "1", ""], ""),
    nested("unclosed lists", "RETURN ", ["[", "1", ""], ""),
    nested("unclosed maps", "RETURN ", ["{a: ", "1", ""], ""),
    nested("unclosed nodes", "MATCH ", ["(", "a", ""], ""),
    nested("unclosed comprehensions", "RETURN ", ["[(a)-->(", "b", ""], ""),
    long("additions", "RETURN 1", " + 1", ""),
    long("comparisons", "RETURN 1", " < 1", ""),
    long("conjunctions", "RETURN true", " AND true", ""),
    long("NOT", "RETURN ", "NOT ", "true"),
    long("minus", "RETURN ", "- ", "1"),
    long("minus and plus", "RETURN ", "-+", "1"),
    long("indexes", "RETURN [1]", "[0]", ""),
    long("properties", "RETURN {a: 1}", ".a", ""),
    long("null tests", "RETURN 1", " IS NULL", ""),
    long("hops", "MATCH (a)", "-->()", " RETURN a"),
    long("hops with details", "MATCH (a)", "-[:A|B*1..2 {x: 1}]->(:C {y: 2})", " RETURN a"),
    long("hops as a predicate", "MATCH (a) WHERE (a)", "-->()", " RETURN a"),
    long("hops in a comprehension", "MATCH (a) RETURN [(a)", "-->()", " | 1]"),
    long("minus between parentheses", "RETURN (1)", "-(1)", ""),
    long("comparisons of parentheses", "RETURN (1)", "<-(1)", ""),
    long("paths", "MATCH (a)", ", (b)", " RETURN a"),
    long("list elements", "RETURN [1", ", 1", "]"),
    long("map entries", "RETURN {a: 1", ", b: 2", "}"),
    long("WHEN", "RETURN CASE", " WHEN true THEN 1", " END"),
    long("clauses", "MATCH (a)", " MATCH (a)", " RETURN a"),
    long("unions", "RETURN 1 AS x", " UNION RETURN 1 AS x", ""),
    long("labels", "MATCH (a:A", "&!B|C", ") RETURN a"),
    long("relationship types", "MATCH ()-[:A", "|B", "]->() RETURN 1"),
    long("items", "RETURN 1", ", 1", ""),
    long("blanks", "RETURN ", " \n", "1"),
    long("comments", "RETURN ", "/* x */", "1"),
];
