//! What must be refused before anything runs, wherever it stands: every kind of variable in every place that wants one,
//! and every wrong expression in every place that takes one. The graph is empty, so only compile-time checks can find it.

use standpoint::error::{Error, Phase};
use standpoint::{Answer, Graph, RunOptions};

/// How `x` is bound, and the kind it has then.
const KINDS: &[(&str, &str)] = &[
    ("node", "MATCH (x)"),
    ("rel", "MATCH ()-[x]->()"),
    ("rels", "MATCH ()-[x*]->()"),
    ("path", "MATCH x = ()-->()"),
    ("int", "WITH 1 AS x"),
    ("int", "UNWIND [1, 2] AS x"),
    ("int", "MATCH (n) WITH count(n) AS x"),
    ("float", "WITH 1.5 AS x"),
    ("string", "WITH 'a' AS x"),
    ("bool", "WITH 1 < 2 AS x"),
    ("list", "WITH [1, 2] AS x"),
    ("list", "MATCH (n) WITH labels(n) AS x"),
    ("nodes", "MATCH (n) WITH collect(n) AS x"),
    ("map", "WITH {a: 1} AS x"),
    ("date", "WITH date('2025-11-21') AS x"),
    ("duration", "WITH duration('P1D') AS x"),
    ("node", "MATCH (n) WITH n AS x"),
    ("node", "OPTIONAL MATCH (x)"),
    ("node", "CREATE (x) WITH *"),
    ("node", "MERGE (x) WITH *"),
    ("node", "MATCH (a) CALL { MATCH (x) RETURN x }"),
    ("rel", "MERGE ()-[x:T]->() WITH *"),
    // What may be anything is refused nowhere.
    ("any", "MATCH (n) WITH n.p AS x"),
    ("any", "WITH null AS x"),
];

/// A place of `x`, the kinds that may stand there, and how others are refused.
const PLACES: &[(&str, &str, &str)] = &[
    ("MATCH (x) RETURN x", "node any", "SyntaxError VariableTypeConflict"),
    ("MATCH (x)-->() RETURN x", "node any", "SyntaxError VariableTypeConflict"),
    ("MATCH ()-->(x) RETURN x", "node any", "SyntaxError VariableTypeConflict"),
    ("MATCH (q), (x) RETURN x", "node any", "SyntaxError VariableTypeConflict"),
    ("OPTIONAL MATCH (x)-->() RETURN x", "node any", "SyntaxError VariableTypeConflict"),
    ("MATCH (q) WHERE (q)-->(x) RETURN x", "node any", "SyntaxError VariableTypeConflict"),
    ("MATCH (q) RETURN [(q)-->(x) | 1] AS l", "node any", "SyntaxError VariableTypeConflict"),
    ("MATCH (q) WHERE exists { (q)-->(x) } RETURN q", "node any", "SyntaxError VariableTypeConflict"),
    ("MATCH ()-[x]->() RETURN x", "rel any", "SyntaxError VariableTypeConflict"),
    ("MATCH ()-[x:T]-() RETURN x", "rel any", "SyntaxError VariableTypeConflict"),
    ("MATCH (q), ()-[]-()-[x]-() RETURN x", "rel any", "SyntaxError VariableTypeConflict"),
    ("OPTIONAL MATCH ()<-[x]-() RETURN x", "rel any", "SyntaxError VariableTypeConflict"),
    ("MATCH ()-[x*]->() RETURN x", "rels any", "SyntaxError VariableTypeConflict"),
    ("MATCH (q)-[x*1..2]->() RETURN x", "rels any", "SyntaxError VariableTypeConflict"),
    ("MATCH x = () RETURN x", "", "SyntaxError VariableAlreadyBound"),
    ("MATCH x = ()-->() RETURN x", "", "SyntaxError VariableAlreadyBound"),
    ("MATCH (q), x = (q)-->() RETURN x", "", "SyntaxError VariableAlreadyBound"),
    ("OPTIONAL MATCH x = () RETURN x", "", "SyntaxError VariableAlreadyBound"),
    ("CREATE (x)-[:T]->()", "node any", "SyntaxError VariableTypeConflict"),
    ("CREATE ()<-[:T]-(x)", "node any", "SyntaxError VariableTypeConflict"),
    ("CREATE ()-[x:T]->()", "", "SyntaxError VariableAlreadyBound"),
    ("CREATE x = ()-[:T]->()", "", "SyntaxError VariableAlreadyBound"),
    ("MERGE (x)-[:T]->()", "node any", "SyntaxError VariableTypeConflict"),
    ("MERGE ()-[x:T]->()", "", "SyntaxError VariableAlreadyBound"),
    ("MERGE x = ()-[:T]->()", "", "SyntaxError VariableAlreadyBound"),
    ("UNWIND [1] AS x RETURN 1", "", "SyntaxError VariableAlreadyBound"),
    ("CALL db.labels() YIELD label AS x RETURN 1", "", "SyntaxError VariableAlreadyBound"),
    ("CALL { RETURN 1 AS x } RETURN 1", "", "SyntaxError VariableAlreadyBound"),
    ("SET x.p = 1", "node rel any", "SyntaxError InvalidArgumentType"),
    ("SET x = {}", "node rel any", "SyntaxError InvalidArgumentType"),
    ("SET x += {}", "node rel any", "SyntaxError InvalidArgumentType"),
    ("SET x:L", "node any", "SyntaxError InvalidArgumentType"),
    ("REMOVE x.p", "node rel any", "SyntaxError InvalidArgumentType"),
    ("REMOVE x:L", "node any", "SyntaxError InvalidArgumentType"),
    ("DELETE x", "node rel path any", "SyntaxError InvalidArgumentType"),
    ("DETACH DELETE x", "node rel path any", "SyntaxError InvalidArgumentType"),
    ("WITH x WHERE x RETURN 1", "bool any", "SyntaxError InvalidArgumentType"),
    ("FOREACH (y IN x | CREATE ())", "list nodes rels any", "SyntaxError InvalidArgumentType"),
    ("RETURN 1 SKIP x", "", "SyntaxError NonConstantExpression"),
    ("RETURN 1 LIMIT x", "", "SyntaxError NonConstantExpression"),
];

/// An expression over `x`, the kinds that it takes, and how others are refused.
const EXPRESSIONS: &[(&str, &str, &str)] = &[
    ("NOT x", "bool any", "SyntaxError InvalidArgumentType"),
    ("x AND true", "bool any", "SyntaxError InvalidArgumentType"),
    ("false OR x", "bool any", "SyntaxError InvalidArgumentType"),
    ("x XOR null", "bool any", "SyntaxError InvalidArgumentType"),
    ("CASE WHEN x THEN 1 END", "bool any", "SyntaxError InvalidArgumentType"),
    ("-x", "int float duration any", "SyntaxError InvalidArgumentType"),
    ("x - 1", "int float any", "SyntaxError InvalidArgumentType"),
    ("x % 2", "int float any", "SyntaxError InvalidArgumentType"),
    ("2 ^ x", "int float any", "SyntaxError InvalidArgumentType"),
    ("1 IN x", "list nodes rels any", "SyntaxError InvalidArgumentType"),
    ("[1, 2][x]", "int any", "TypeError InvalidArgumentType"),
    ("[1, 2][x..]", "int any", "TypeError InvalidArgumentType"),
    ("{a: 1}[x]", "string any", "TypeError MapElementAccessByNonString"),
    ("x[0..1]", "list nodes rels any", "TypeError InvalidArgumentType"),
    ("x.p", "node rel map date duration any", "*Error InvalidArgumentType"),
    ("x:L", "node rel any", "SyntaxError InvalidArgumentType"),
    ("size(x)", "list nodes rels string any", "SyntaxError InvalidArgumentType"),
    ("length(x)", "path any", "SyntaxError InvalidArgumentType"),
    ("nodes(x)", "path any", "SyntaxError InvalidArgumentType"),
    ("relationships(x)", "path any", "SyntaxError InvalidArgumentType"),
    ("labels(x)", "node any", "SyntaxError InvalidArgumentType"),
    ("type(x)", "rel any", "SyntaxError InvalidArgumentType"),
    ("startNode(x)", "rel any", "SyntaxError InvalidArgumentType"),
    ("keys(x)", "node rel map any", "SyntaxError InvalidArgumentType"),
    ("properties(x)", "node rel map any", "SyntaxError InvalidArgumentType"),
    ("id(x)", "node rel any", "SyntaxError InvalidArgumentType"),
    ("head(x)", "list nodes rels any", "SyntaxError InvalidArgumentType"),
    ("toInteger(x)", "int float string bool any", "SyntaxError InvalidArgumentType"),
    ("toFloat(x)", "int float string any", "SyntaxError InvalidArgumentType"),
    ("toString(x)", "int float string bool date duration any", "SyntaxError InvalidArgumentType"),
    ("toUpper(x)", "string any", "SyntaxError InvalidArgumentType"),
    ("sqrt(x)", "int float any", "SyntaxError InvalidArgumentType"),
    ("sum(x)", "int float duration any", "SyntaxError InvalidArgumentType"),
    ("all(y IN x WHERE true)", "list nodes rels any", "SyntaxError InvalidArgumentType"),
    ("none(y IN x WHERE true)", "list nodes rels any", "SyntaxError InvalidArgumentType"),
    ("[y IN x | y]", "list nodes rels any", "SyntaxError InvalidArgumentType"),
    ("reduce(s = 0, y IN x | s)", "list nodes rels any", "SyntaxError InvalidArgumentType"),
    ("x {.a}", "node rel map any", "SyntaxError InvalidArgumentType"),
];

/// An expression that is wrong by itself; `n` is a node, nothing else is defined.
const WRONG: &[(&str, &str)] = &[
    ("missing", "SyntaxError UndefinedVariable"),
    ("missing.p", "SyntaxError UndefinedVariable"),
    ("missing:L", "SyntaxError UndefinedVariable"),
    ("[missing]", "SyntaxError UndefinedVariable"),
    ("{a: missing}", "SyntaxError UndefinedVariable"),
    ("n[missing]", "SyntaxError UndefinedVariable"),
    ("[1][missing..]", "SyntaxError UndefinedVariable"),
    ("1 < 2 < missing", "SyntaxError UndefinedVariable"),
    ("missing IS NULL", "SyntaxError UndefinedVariable"),
    ("size(missing)", "SyntaxError UndefinedVariable"),
    ("CASE missing WHEN 1 THEN 2 END", "SyntaxError UndefinedVariable"),
    ("CASE WHEN true THEN missing END", "SyntaxError UndefinedVariable"),
    ("CASE WHEN true THEN 1 ELSE missing END", "SyntaxError UndefinedVariable"),
    ("[y IN missing | y]", "SyntaxError UndefinedVariable"),
    ("[y IN [1] WHERE missing | y]", "SyntaxError UndefinedVariable"),
    ("[y IN [1] | missing]", "SyntaxError UndefinedVariable"),
    ("any(y IN [1] WHERE y = missing)", "SyntaxError UndefinedVariable"),
    ("[y IN [1] | y][0] + y", "SyntaxError UndefinedVariable"),
    ("reduce(s = 0, y IN [1] | s + missing)", "SyntaxError UndefinedVariable"),
    ("size([(n)-->(m {p: missing}) | 1])", "SyntaxError UndefinedVariable"),
    ("size([(n)-->(m) WHERE missing | 1])", "SyntaxError UndefinedVariable"),
    ("size([(n)-->(m) | missing])", "SyntaxError UndefinedVariable"),
    ("exists { (n)-->(m) WHERE missing.p = 1 }", "SyntaxError UndefinedVariable"),
    ("exists { MATCH (n)-->(m) RETURN missing }", "SyntaxError UndefinedVariable"),
    ("COUNT { MATCH (n)-->(m) WITH m RETURN missing }", "SyntaxError UndefinedVariable"),
    ("noSuchFunction(1)", "SyntaxError UnknownFunction"),
    ("size(noSuchFunction(n))", "SyntaxError UnknownFunction"),
    ("size()", "SyntaxError InvalidNumberOfArguments"),
    ("size([1], 2)", "SyntaxError InvalidNumberOfArguments"),
    ("9223372036854775808", "SyntaxError IntegerOverflow"),
    ("-9223372036854775809", "SyntaxError IntegerOverflow"),
    ("0x8000000000000000", "SyntaxError IntegerOverflow"),
    ("[1, 9223372036854775808]", "SyntaxError IntegerOverflow"),
    ("1.0e400", "SyntaxError FloatingPointOverflow"),
    ("12a", "SyntaxError InvalidNumberLiteral"),
    ("0xG", "SyntaxError InvalidNumberLiteral"),
    ("0o9", "SyntaxError InvalidNumberLiteral"),
    ("'\\uXYZ'", "SyntaxError InvalidUnicodeLiteral"),
    ("[(n)-->()]", "SyntaxError UnexpectedSyntax"),
    ("size((n)-->())", "SyntaxError UnexpectedSyntax"),
    ("{a: (n)-->()}", "SyntaxError UnexpectedSyntax"),
    ("1 AND true", "SyntaxError InvalidArgumentType"),
    ("NOT 'a'", "SyntaxError InvalidArgumentType"),
    ("NOT n", "SyntaxError InvalidArgumentType"),
    ("true OR (1 XOR false)", "SyntaxError InvalidArgumentType"),
    ("1 IN 'a'", "SyntaxError InvalidArgumentType"),
    ("type(n)", "SyntaxError InvalidArgumentType"),
    ("length(n)", "SyntaxError InvalidArgumentType"),
    ("size(n)", "SyntaxError InvalidArgumentType"),
    ("none(y IN ['a'] WHERE y % 2 = 0)", "SyntaxError InvalidArgumentType"),
    ("properties('a')", "SyntaxError InvalidArgumentType"),
    ("[1]['a']", "TypeError InvalidArgumentType"),
    ("{a: 1}[0]", "TypeError MapElementAccessByNonString"),
    ("n[0]", "TypeError MapElementAccessByNonString"),
    ("(1).p", "TypeError InvalidArgumentType"),
];

/// Aggregates that are wrong by themselves, where aggregates may stand.
const WRONG_AGGREGATES: &[(&str, &str)] = &[
    ("count(count(*))", "SyntaxError NestedAggregation"),
    ("1 + max([min(n.p)])", "SyntaxError NestedAggregation"),
    ("sum(rand())", "SyntaxError NonConstantExpression"),
    ("count(missing)", "SyntaxError UndefinedVariable"),
];

/// Where any expression may stand, marked by `$e`.
const POSITIONS: &[&str] = &[
    "MATCH (n) RETURN $e",
    "MATCH (n) RETURN 1, $e AS e",
    "MATCH (n) RETURN DISTINCT $e",
    "MATCH (n) RETURN [1, $e]",
    "MATCH (n) RETURN {k: $e}",
    "MATCH (n) RETURN coalesce(null, $e)",
    "MATCH (n) RETURN CASE WHEN true THEN $e END",
    "MATCH (n) RETURN CASE $e WHEN 1 THEN 2 END",
    "MATCH (n) RETURN ($e) = 1",
    "MATCH (n) RETURN ($e) IS NULL",
    "MATCH (n) RETURN [z IN [$e] | z]",
    "MATCH (n) RETURN 1 UNION MATCH (n) RETURN $e AS `1`",
    "MATCH (n) WITH $e AS e RETURN e",
    "MATCH (n) WITH n, $e AS e WHERE e = 1 RETURN n",
    "MATCH (n) CALL { WITH n RETURN $e AS e } RETURN e",
    "MATCH (n) CALL (n) { RETURN $e AS e } RETURN e",
];

/// Where expressions without aggregates may stand.
const ROW_POSITIONS: &[&str] = &[
    "MATCH (n) WHERE ($e) = 1 RETURN n",
    "MATCH (n) WHERE ($e) IS NOT NULL AND true RETURN n",
    "MATCH (n) WITH n WHERE ($e) = 1 RETURN n",
    "OPTIONAL MATCH (n) WHERE ($e) = 1 RETURN n",
    "MATCH (n) MATCH (m {p: $e}) RETURN m",
    "MATCH (n) MATCH ()-[r {p: $e}]->() RETURN r",
    "MATCH (n) MATCH ()-[r* {p: $e}]->() RETURN r",
    "MATCH (n) UNWIND [$e] AS z RETURN z",
    "MATCH (n) RETURN n.p ORDER BY $e",
    "MATCH (n) WITH n ORDER BY $e RETURN n",
    "MATCH (n) CREATE ({p: $e})",
    "MATCH (n) CREATE (n)-[:T {p: $e}]->()",
    "MATCH (n) MERGE ({p: $e})",
    "MATCH (n) MERGE (n)-[:T {p: $e}]->()",
    "MATCH (n) MERGE (m:L) ON CREATE SET m.p = $e",
    "MATCH (n) MERGE (m:L) ON MATCH SET m.p = $e",
    "MATCH (n) SET n.p = $e",
    "MATCH (n) SET n.q = 1, n.p = [$e]",
    "MATCH (n) SET n += {p: $e}",
    "MATCH (n) DELETE [n, $e][0]",
    "MATCH (n) FOREACH (z IN [$e] | CREATE ())",
    "MATCH (n) FOREACH (z IN [1] | SET n.p = $e)",
    "MATCH (n) WHERE exists { MATCH (k) WHERE ($e) = 1 } RETURN n",
    "MATCH (n) WHERE exists { MATCH (k {p: $e}) } RETURN n",
    "MATCH (n) RETURN COUNT { MATCH (k) WHERE ($e) = 1 } AS c",
    "MATCH (n) RETURN [z IN [1] WHERE ($e) = 1 | z] AS l",
    "MATCH (n) RETURN [z IN [1] | $e] AS l",
    "MATCH (n) RETURN all(z IN [1] WHERE ($e) = 1) AS l",
    "MATCH (n) RETURN [(n)-->(k) WHERE ($e) = 1 | 1] AS l",
    "MATCH (n) RETURN [(n)-->(k {p: $e}) | 1] AS l",
    "MATCH (n) RETURN [(n)-->() | $e] AS l",
    "MATCH (n) RETURN count($e) AS c",
    "MATCH (n) RETURN n.p, collect([$e]) AS c",
];

/// Aggregates, where only single rows are seen.
const AGGREGATES: &[&str] = &["count(*)", "count(n)", "1 + max(n.p)", "[sum(n.p)]", "size(collect(n)) > 1"];

/// Patterns that only a reading clause has, with what is wrong with them.
const CREATED: &[(&str, &str)] = &[
    ("()-->()", "NoSingleRelationshipType"),
    ("()-[]->()", "NoSingleRelationshipType"),
    ("()-[r]->()", "NoSingleRelationshipType"),
    ("()-[:A|B]->()", "NoSingleRelationshipType"),
    ("()-[:A|:B]->()", "NoSingleRelationshipType"),
    ("(a)-[:A]->()<-[]-()", "NoSingleRelationshipType"),
    ("()-[:A*]->()", "CreatingVarLength"),
    ("()-[:A*2]->()", "CreatingVarLength"),
    ("()-[:A*1..2]->()", "CreatingVarLength"),
];

#[test]
fn a_variable_of_the_wrong_kind_is_refused_in_every_place() {
    let mut wrong = Wrong::default();
    for (kind, binding) in KINDS {
        for (place, kinds, refusal) in PLACES {
            let refusal = (!names(kinds, kind)).then_some(*refusal);
            wrong.check(&format!("{binding} {place}"), refusal);
        }
        for (expression, kinds, refusal) in EXPRESSIONS {
            let refusal = (!names(kinds, kind)).then_some(*refusal);
            for end in ["RETURN $e AS e", "WITH $e AS e RETURN e", "WITH [$e] AS e WHERE e = 1 RETURN e"] {
                wrong.check(&format!("{binding} {}", end.replace("$e", expression)), refusal);
            }
        }
    }
    wrong.report();
}

#[test]
fn a_wrong_expression_is_refused_in_every_place() {
    let mut wrong = Wrong::default();
    for (expression, refusal) in WRONG {
        for position in POSITIONS.iter().chain(ROW_POSITIONS) {
            wrong.check(&position.replace("$e", expression), Some(refusal));
        }
    }
    for (expression, refusal) in WRONG_AGGREGATES {
        for position in POSITIONS {
            wrong.check(&position.replace("$e", expression), Some(refusal));
        }
    }
    wrong.report();
}

#[test]
fn an_aggregate_is_refused_where_single_rows_are_seen() {
    let mut wrong = Wrong::default();
    for aggregate in AGGREGATES {
        for position in ROW_POSITIONS {
            let nested = position.contains("count($e)") || position.contains("collect(");
            let refusal = if nested { "SyntaxError NestedAggregation" } else { "SyntaxError InvalidAggregation" };
            wrong.check(&position.replace("$e", aggregate), Some(refusal));
        }
    }
    wrong.report();
}

#[test]
fn what_cannot_be_created_is_refused() {
    let mut wrong = Wrong::default();
    for (pattern, detail) in CREATED {
        let refusal = format!("SyntaxError {detail}");
        for (clause, first) in [("CREATE", ""), ("MERGE", ""), ("CREATE", "MATCH (n) "), ("MERGE", "MATCH (n) ")] {
            wrong.check(&format!("{first}{clause} {pattern}"), Some(&refusal));
        }
        wrong.check(&format!("FOREACH (z IN [1] | CREATE {pattern})"), Some(&refusal));
        wrong.check(&format!("FOREACH (z IN [1] | MERGE {pattern})"), Some(&refusal));
    }
    for clause in ["MATCH (a $p) RETURN a", "MATCH ()-[r $p]->() RETURN r", "MERGE (a $p)", "MERGE ()-[:A $p]->()"] {
        wrong.check(clause, Some("SyntaxError InvalidParameterUse"));
    }
    wrong.check("CREATE (a $p)-[:A $p]->()", None);
    wrong.report();
}

fn names(kinds: &str, kind: &str) -> bool {
    kinds.split(' ').any(|name| name == kind)
}

/// The statements that were not refused as they should be.
#[derive(Default)]
struct Wrong {
    checked: usize,
    found: Vec<String>,
}

impl Wrong {
    /// A refusal is an error's type and detail, at compile time; none, that the statement is bound.
    fn check(&mut self, statement: &str, refusal: Option<&str>) {
        self.checked += 1;
        let given = compile(statement);
        let as_it_should = match (&given, refusal) {
            (None, None) => true,
            (Some(error), Some(refusal)) => {
                let class = format!("{} {}", error.error_type().as_str(), error.detail().as_str());
                class.ends_with(refusal.trim_start_matches('*')) && error.span().is_some()
            }
            _ => false,
        };
        if !as_it_should {
            let given = given.map_or("nothing".to_owned(), |error| {
                format!("{} {}: {error}", error.error_type().as_str(), error.detail().as_str())
            });
            self.found.push(format!("{statement}\n    {given}, not {}", refusal.unwrap_or("nothing")));
        }
    }

    fn report(&self) {
        assert!(self.checked > 50);
        let (found, checked) = (&self.found, self.checked);
        assert!(found.is_empty(), "{} of {checked} statements:\n{}", found.len(), found.join("\n"));
    }
}

/// The compile-time error of a statement on an empty graph, if it has one.
fn compile(statement: &str) -> Option<Error> {
    let parameters = [("p".into(), standpoint::Value::Null)].into_iter().collect();
    let run = |statement: &str| -> standpoint::error::Result<()> {
        let mut session = Graph::in_memory().session();
        let mut answer: Answer = session.run_with(statement, &parameters, &RunOptions::default())?;
        while answer.next_row()?.is_some() {}
        Ok(())
    };
    run(statement).err().filter(|error| error.phase() == Phase::Compile)
}
