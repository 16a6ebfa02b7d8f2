//! Precedence, literals, names, error texts and limits.

use super::ast::{ClauseKind, ExprKind};
use super::script::{Completeness, is_complete, statements};
use super::{MAX_HEIGHT, MAX_INPUT, MAX_NESTING, parse_expression, parse_statement, unparse};
use crate::error::{Detail, Error};
use std::time::{Duration, Instant};

/// The shape of an expression, every operator in parentheses.
fn shape(text: &str) -> String {
    fn show(kind: &ExprKind) -> String {
        match kind {
            ExprKind::And(all) => joined(all.iter().map(|e| show(&e.kind)), "and"),
            ExprKind::Or(all) => joined(all.iter().map(|e| show(&e.kind)), "or"),
            ExprKind::Unary { op, operand } => format!("({op:?} {})", show(&operand.kind)),
            ExprKind::Binary { op, left, right } => format!("({} {op:?} {})", show(&left.kind), show(&right.kind)),
            ExprKind::Comparison { first, rest } => {
                let rest = rest.iter().map(|(op, e)| format!("{op:?} {}", show(&e.kind)));
                format!("({} {})", show(&first.kind), rest.collect::<Vec<_>>().join(" "))
            }
            ExprKind::IsNull { operand, negated } => format!("({} null {negated})", show(&operand.kind)),
            ExprKind::Property { base, key } => format!("{}.{}", show(&base.kind), key.text),
            ExprKind::HasLabels { base, labels } => format!("({} is {labels:?})", show(&base.kind)),
            ExprKind::Variable(name) => name.text.to_string(),
            ExprKind::Int(value) => value.to_string(),
            other => format!("{other:?}"),
        }
    }
    fn joined(parts: impl Iterator<Item = String>, word: &str) -> String {
        format!("({})", parts.collect::<Vec<_>>().join(&format!(" {word} ")))
    }
    show(&parse_expression(text).unwrap().kind)
}

fn kind(text: &str) -> ExprKind {
    parse_expression(text).unwrap().kind
}

fn error(text: &str) -> Error {
    parse_statement(text).unwrap_err()
}

#[test]
fn operators_bind_as_opencypher_says() {
    for (text, wanted) in [
        ("a OR b XOR c AND NOT d", "(a or (b Xor (c and (Not d))))"),
        ("a AND b AND c OR d OR e", "((a and b and c) or d or e)"),
        ("NOT a = b", "(Not (a Equal b))"),
        ("NOT NOT a", "(Not (Not a))"),
        ("a = NOT b", "(a Equal (Not b))"),
        ("a = b IS NULL", "(a Equal (b null false))"),
        ("a = b IN c", "(a Equal (b In c))"),
        ("a + b IN c + d", "((a Add b) In (c Add d))"),
        ("a < b <= c <> d", "(a Less b LessEqual c NotEqual d)"),
        ("(a < b) < c", "((a Less b) Less c)"),
        ("a - b - c", "((a Subtract b) Subtract c)"),
        ("a + b * c ^ d ^ e", "(a Add (b Multiply ((c Power d) Power e)))"),
        ("-a ^ b", "((Minus a) Power b)"),
        ("-a.b", "(Minus a.b)"),
        ("a STARTS WITH b + c AND d", "((a StartsWith (b Add c)) and d)"),
        ("a || b = c", "((a Concat b) Equal c)"),
        ("a =~ b", "(a Matches b)"),
        ("1 -3", "(1 Subtract 3)"),
        ("2 - -3", "(2 Subtract -3)"),
    ] {
        assert_eq!(shape(text), wanted, "{text}");
    }
}

#[test]
fn numbers_in_every_form() {
    for (text, wanted) in [
        ("0x1F", 31),
        ("-0xff", -255),
        ("0o17", 15),
        ("9223372036854775807", i64::MAX),
        ("-9223372036854775808", i64::MIN),
        ("-0x8000000000000000", i64::MIN),
    ] {
        assert_eq!(kind(text), ExprKind::Int(wanted), "{text}");
    }
    for (text, wanted) in [(".5", 0.5), ("1e9", 1e9), ("1.5E-3", 1.5e-3), ("-.1e+2", -10.0)] {
        assert_eq!(kind(text), ExprKind::Float(wanted), "{text}");
    }
    for (text, detail) in [
        ("9223372036854775808", Detail::IntegerOverflow),
        ("-9223372036854775809", Detail::IntegerOverflow),
        ("99999999999999999999999999", Detail::IntegerOverflow),
        ("1e999", Detail::FloatingPointOverflow),
        ("0x", Detail::InvalidNumberLiteral),
        ("0o8", Detail::InvalidNumberLiteral),
        ("12ab", Detail::InvalidNumberLiteral),
        ("1e5x", Detail::InvalidNumberLiteral),
    ] {
        assert_eq!(parse_expression(text).unwrap_err().detail(), detail, "{text}");
    }
}

#[test]
fn strings_resolve_their_escapes() {
    let text = r#"'a\'\"\\\n\u00e9\U0001F34C\ud83d\ude00'"#;
    assert_eq!(kind(text), ExprKind::String("a'\"\\\né🍌😀".into()));
    for (text, detail, span) in [
        (r"'ab\uH'", Detail::InvalidUnicodeLiteral, 3..6),
        (r"'\ud83d'", Detail::InvalidUnicodeLiteral, 1..7),
        (r"'\UFFFFFFFF'", Detail::InvalidUnicodeLiteral, 1..11),
        (r"'\q'", Detail::UnexpectedSyntax, 1..3),
    ] {
        let error = parse_expression(text).unwrap_err();
        let place = error.span().unwrap();
        assert_eq!((error.detail(), place.start..place.end), (detail, span), "{text}");
    }
}

#[test]
fn keywords_are_names_where_nothing_is_ambiguous() {
    for text in [
        "MATCH (match_1:MATCH:`odd ``label`)-[:RETURN|IN]->(end) RETURN end.where AS all, {case: 1}.case",
        "MATCH (count)-->(exists) WHERE exists.x AND any.y RETURN count, count(*), count(count)",
        "MATCH (користувач:Користувач {імʼя: $імʼя}) RETURN користувач",
        "WITH 1 AS asc ORDER BY asc ASC RETURN asc",
        "RETURN $1, $name, $`a b`, $match",
        "RETURN CASE end WHEN 1 THEN 2 END, CASE WHEN (a) THEN 1 ELSE end END",
        "RETURN [x IN [1, 2] WHERE x > 1 | x], [x IN xs], [x IN xs, true], [x IN n:A | x], [a, b]",
        "RETURN all(x IN xs WHERE x), any(x IN xs), none(x IN xs WHERE x), single(x IN xs WHERE x)",
        "RETURN xs[0], xs[..1], xs[1..], xs[1..2], xs[..], xs[-1..-2][0].a:B",
        "MATCH (a) WHERE (a)-->() AND NOT (a)-[:R {x: (1)}]-(:B) AND (a.x) - (-a.y) > 0 RETURN a {.*, .x, y: 1, a}",
        "MATCH (a) WHERE EXISTS { (a)-->(b) WHERE b.x } AND COUNT { MATCH (a) RETURN a } > 1 RETURN COLLECT { WITH 1 AS x RETURN x }",
        "MATCH (a)⟨‐[:R]—(b) RETURN a",
        "RETURN x IS :: INT | ANY<LIST<FLOAT NOT NULL> | DATE>, x IS NOT TYPED STRING NOT NULL LIST, x :: ANY NOT NULL, NOT x IS NULL",
        "RETURN [y IN ys WHERE y IS :: INTEGER | y], x IS NORMALIZED AND x IS NOT NFKD NORMALIZED, [x IS :: PATH = true]",
        "RETURN CASE x WHEN 1, 2 THEN a WHEN > 1 + 2, IS NULL, STARTS WITH 'a' || 'b' THEN b WHEN IN [1] THEN c END",
        "RETURN CASE x WHEN a OR b, = c THEN 1 WHEN IS NOT :: INTEGER | FLOAT, <> (a = b), =~ '' THEN 2 ELSE 3 END, x OR y",
        "RETURN ALL all.x, all, count(ALL all), count(all) ORDER BY all NULLS FIRST, x DESC NULLS LAST, y ASC",
        "WITH both AS all, leading RETURN trim(BOTH all FROM leading), trim(FROM from), trim(leading), normalize(x, NFD)",
    ] {
        let parsed = parse_statement(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(parse_statement(&unparse::statement(&parsed)).unwrap(), parsed);
    }
}

#[test]
fn a_list_that_begins_with_in_is_a_list_when_a_comma_follows() {
    let ExprKind::List(elements) = kind("[x IN a AND b, c]") else { panic!() };
    assert_eq!(unparse::expression(&elements[0]), "x IN a AND b");
    assert!(matches!(elements[0].kind, ExprKind::And(_)));
    assert!(matches!(kind("[x IN a AND b]"), ExprKind::ListComprehension { .. }));
}

#[test]
fn a_bare_pattern_is_a_match() {
    let parsed = parse_statement("(a)-->(b) WHERE a.x = 1;").unwrap();
    assert_eq!(unparse::statement(&parsed), "MATCH (a)-->(b) WHERE a.x = 1 RETURN *");
}

#[test]
fn columns_are_named_by_their_text() {
    let parsed = parse_statement("RETURN  n . x + /* c */ 1 /* d */ , (2) , n:A /* e */ , count( * )").unwrap();
    let ClauseKind::Return(projection) = &parsed.query.first.clauses[0].kind else { panic!() };
    let names: Vec<&str> = projection.items.iter().map(|item| &*item.text).collect();
    assert_eq!(names, ["n . x + /* c */ 1", "(2)", "n:A", "count( * )"]);
}

#[test]
fn errors_say_what_was_expected_where() {
    for (text, wanted, at) in [
        ("MATCH (n) RETRUN n", "unexpected `RETRUN` (did you mean `RETURN`?)", 10),
        ("MTACH (n)", "expected a statement, found `MTACH` (did you mean `MATCH`?)", 0),
        ("MATCH (n RETURN n", "expected `)`, found `RETURN`", 9),
        ("RETURN (1 + 2", "the `(` has no `)`: found the end of the text (it was opened at line 1, column 8)", 13),
        ("RETURN [1, 2)", "the `[` has no `]`: found `)` (it was opened at line 1, column 8)", 12),
        ("RETURN 'abc", "the string that begins here has no end: expected `'`", 7),
        ("RETURN 1 /* x", "the comment that begins here has no end: expected `*/`", 9),
        ("RETURN `abc", "the name in backticks that begins here has no end: expected another backtick", 7),
        ("RETURN 1 != 2", "unexpected `!=` (did you mean `<>`?)", 9),
        ("MATCH (a)->(b) RETURN a", "expected `-` or `[`, found `>` (did you mean `-->`?)", 10),
        ("MATCH (a)-[:X]>(b) RETURN a", "expected `-`, found `>` (did you mean `->`?)", 14),
        ("MATCH (n) WHERE n.x = RETURN n", "expected an expression, found `RETURN`", 22),
        ("RETURN 42 — 41", "the character `—` (U+2014) has no meaning here (did you mean `-`?)", 10),
        ("RETURN {a 1}", "expected `:`, found `1`", 10),
        ("MATCH (n) RETURN n LIMT 1", "unexpected `LIMT` (did you mean `LIMIT`?)", 19),
        ("", "expected a statement, found the end of the text", 0),
        (
            "MATCH (a)-[:R*-2]->() RETURN a",
            "expected `]`, found `-`: a length is written `*`, `*2`, `*1..`, `*..3` or `*1..3`",
            14,
        ),
        (
            "CREATE (n) SET n",
            "this cannot be set: expected `n.key = value`, `n[key] = value`, `n = map`, `n += map` or `n:Label`",
            15,
        ),
        ("UNWIND [1] x RETURN x", "expected `AS`, found `x`", 11),
        ("RETURN f(1 2)", "expected `)` or `,`, found `2`", 11),
        ("RETURN CASE 1 WHEN 2 THE 3 END", "expected `THEN`, found `THE` (did you mean `THEN`?)", 21),
        ("FOREACH (x IN xs SET x.a = 1)", "expected `|`, found `SET`", 17),
        ("MATCH (n) WHERE n.x STRATS WITH 1 RETURN n", "unexpected `STRATS` (did you mean `STARTS`?)", 20),
    ] {
        let error = error(text);
        assert_eq!(error.span().map(|span| span.start), Some(at), "{text}");
        assert_eq!(error.to_string(), wanted, "{text}");
    }
}

#[test]
fn limits_give_errors_quickly() {
    let start = Instant::now();
    let many = 100_000;
    for open in ["(", "[", "{a: ", "f(", "({a: ", "[(", "CASE WHEN ", "EXISTS { MATCH (a) WHERE ", "all(x IN ", "x["] {
        let error = error(&format!("RETURN {}", open.repeat(many)));
        assert_eq!(error.detail(), Detail::NestingTooDeep, "{open}");
    }
    for (before, again, after) in [
        ("", "NOT ", "a"),
        ("", "- ", "a"),
        ("a", ".b", ""),
        ("a", "[0]", ""),
        ("a", " + a", ""),
        ("a", " = a", ""),
        ("a", " XOR a", ""),
        ("a:", "!", "A"),
        ("a IS :: DATE", " LIST", ""),
    ] {
        let error = error(&format!("RETURN {before}{}{after}", again.repeat(many)));
        assert_eq!(error.detail(), Detail::NestingTooDeep, "{again}");
    }
    // A few seconds on an idle machine; what is not linear takes hours.
    assert!(start.elapsed() < Duration::from_secs(600), "{:?}", start.elapsed());
}

#[test]
fn what_the_limits_allow_is_parsed_written_and_dropped() {
    let deep = MAX_NESTING;
    let high = MAX_HEIGHT - 1;
    let ors = format!("a{}", " OR a".repeat(20_000));
    let shapes = [
        ors,
        format!("a{}", " + a".repeat(high)),
        format!("{}a", "NOT ".repeat(high)),
        format!("{}a", "- ".repeat(high)),
        format!("a{}", ".b".repeat(high)),
        format!("{}1{}", "(".repeat(deep), ")".repeat(deep)),
        format!("{}{}", "[".repeat(deep), "]".repeat(deep)),
        format!("{}1{}", "{a: ".repeat(deep), "}".repeat(deep)),
        format!("{}1{}", "f(".repeat(deep), ")".repeat(deep)),
        format!("{}1{}", "CASE WHEN ".repeat(deep), " THEN 1 END".repeat(deep)),
        format!("{}1{}", "({a: ".repeat(deep / 2), "})".repeat(deep / 2)),
        format!("{}1{}", "[x IN [1] | ".repeat(deep / 2), "]".repeat(deep / 2)),
        format!("{}true{}", "EXISTS { MATCH (a) WHERE ".repeat(high / 6), " }".repeat(high / 6)),
        format!("{}true{}", "NOT NOT NOT EXISTS { MATCH (a) WHERE ".repeat(high / 9), " }".repeat(high / 9)),
        format!("{}a{}", "NOT NOT NOT [".repeat(deep), "]".repeat(deep)),
        format!("{}a{}", "- + - f(".repeat(deep), ")".repeat(deep)),
        format!("{}1{}", "[({a: ".repeat(deep / 3), "})-->() | 1]".repeat(deep / 3)),
        format!("{}1{}", "all(x IN [0] WHERE ".repeat(deep - 1), ")".repeat(deep - 1)),
        format!("a IS :: {}DATE{}", "LIST<".repeat(deep - 1), ">".repeat(deep - 1)),
        format!("a IS :: DATE{}", " LIST".repeat(deep - 10)),
    ];
    // The default of threads. A debug build needs several times as much as an optimised one.
    let small_stack = std::thread::Builder::new().stack_size(1 << 21);
    small_stack.spawn(move || shapes.iter().for_each(|text| there_and_back(text))).unwrap().join().unwrap();
}

fn there_and_back(text: &str) {
    let parsed = parse_expression(text).unwrap_or_else(|error| panic!("{}: {error}", &text[..20]));
    let again = parse_expression(&unparse::expression(&parsed)).unwrap();
    assert!(again == parsed, "{}", &text[..20]);
}

#[test]
fn errors_deep_inside_are_found_in_linear_time() {
    let deep = MAX_NESTING / 4;
    for (open, close) in [
        ("({a: ", "})"),
        ("[({a: ", "})-->() | 1]"),
        ("[x IN ", "]"),
        ("all(x IN ", ")"),
        ("reduce(a = ", ", x IN [1] | 1)"),
        ("({a: ", "})-->()"),
        ("exists { (n {a: ", "}) }"),
        ("count {a: ", "}"),
        ("f(", ")"),
        ("CASE ", " WHEN 1 THEN 1 END"),
    ] {
        let start = Instant::now();
        let text = format!("RETURN {}1 1{}", open.repeat(deep), close.repeat(deep));
        assert_eq!(error(&text).detail(), Detail::UnexpectedSyntax, "{open}");
        assert!(start.elapsed() < Duration::from_secs(5), "{open}: {:?}", start.elapsed());
    }
}

#[test]
fn input_that_is_too_large_is_refused() {
    let text = format!("RETURN '{}'", "x".repeat(MAX_INPUT));
    assert_eq!(error(&text).detail(), Detail::InputTooLarge);
}

#[test]
fn scripts_are_split_at_semicolons_and_lines() {
    let text = "// one\nRETURN 1; RETURN ';' /* ; */;;\n.help me; you\n+ Kyiv -opposes-> X {\"a;b\"}\n?who -x-> y\n\
                MATCH (n)\n- [1] RETURN `;`;\n(a)-->(b);\n- last // gone\r\n[src] 2025\nRETURN 2 // end";
    let pieces: Vec<&str> = statements(text).map(|range| &text[range.unwrap()]).collect();
    let wanted = [
        "RETURN 1",
        "RETURN ';'",
        ".help me; you",
        "+ Kyiv -opposes-> X {\"a;b\"}",
        "?who -x-> y",
        "MATCH (n)\n- [1] RETURN `;`",
        "(a)-->(b)",
        "- last // gone",
        "[src] 2025",
        "RETURN 2",
    ];
    assert_eq!(pieces, wanted);
}

#[test]
fn a_script_with_an_endless_string_says_where() {
    let mut pieces = statements("RETURN 1; RETURN 'x; RETURN 2;");
    assert_eq!(pieces.next().unwrap().unwrap(), 0..8);
    assert_eq!(pieces.next().unwrap().unwrap_err().span().unwrap().start, 17);
    assert!(pieces.next().is_none());
}

#[test]
fn completeness_tells_what_is_open() {
    let open = |what, at| Completeness::Open { what, at };
    for (text, wanted) in [
        ("", Completeness::Complete),
        ("RETURN 1;", Completeness::Complete),
        ("RETURN 1; // more\n", Completeness::Complete),
        ("+ Kyiv : Actor", Completeness::Complete),
        (".help (", Completeness::Complete),
        ("RETURN 1", Completeness::Unended),
        ("RETURN 1; RETURN (1, [", open("`[`", 21)),
        ("RETURN 'a;\n", open("string", 7)),
        ("RETURN 1; /* ", open("comment", 10)),
        ("RETURN `a", open("name in backticks", 7)),
    ] {
        assert_eq!(is_complete(text), wanted, "{text}");
    }
}
