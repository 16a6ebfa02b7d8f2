//! Statements with the error that binding finds in them, and the shape of what it gives for others.

use super::bound::{
    BoundClause, BoundQuery, CreateItem, Expr, ExprKind, LabelTest, Projection, Slot, SubqueryResult, TypeTest,
};
use super::names::{ReadNames, WriteNames};
use super::{bind, writes};
use crate::algo::Registry;
use crate::error::{Error, Result};
use crate::store::Version;
use crate::syntax::parse_statement;

fn bound_on(version: &mut Version, query: &str) -> Result<BoundQuery> {
    let statement = parse_statement(query)?;
    let registry = Registry::default();
    if writes(&statement) {
        bind(&statement, &mut WriteNames::new(version), &registry)
    } else {
        bind(&statement, &mut ReadNames(version), &registry)
    }
}

fn bound(query: &str) -> BoundQuery {
    bound_on(&mut Version::new(), query).unwrap_or_else(|error| panic!("{query}: {error}"))
}

fn refused(query: &str) -> Error {
    bound_on(&mut Version::new(), query).map(drop).expect_err(query)
}

/// The clauses of the only arm.
fn clauses(query: &BoundQuery) -> &[BoundClause] {
    assert_eq!(query.query.arms.len(), 1);
    &query.query.arms[0].clauses
}

fn projections(query: &BoundQuery) -> Vec<&Projection> {
    let mut found = Vec::new();
    for clause in clauses(query) {
        if let BoundClause::Project(projection) = clause {
            found.push(projection);
        }
    }
    found
}

fn columns(query: &BoundQuery) -> Vec<&str> {
    query.columns.iter().map(|column| &*column.name).collect()
}

/// The conditions of a `MATCH (n)`, without places.
fn conditions(condition: &str) -> String {
    let query = bound(&format!("MATCH (n) WHERE {condition} RETURN n"));
    let [BoundClause::Match { predicates, .. }, ..] = clauses(&query) else { panic!("no MATCH: {query:?}") };
    let places = regex::Regex::new(r"span: \d+\.\.\d+").unwrap();
    places.replace_all(&format!("{predicates:?}"), "").into_owned()
}

#[test]
fn negations_that_say_nothing_are_gone() {
    let same = [
        ("NOT NOT n.a < 3", "n.a < 3"),
        ("NOT (NOT (n.a < 3 AND n:L))", "n.a < 3 AND n:L"),
        ("NOT NOT NOT n.a < 3", "NOT n.a < 3"),
        ("NOT NOT n.a", "n.a"),
        ("NOT n.a = 3", "n.a <> 3"),
        ("NOT (NOT n.a = 3 OR n.b < 2 OR NOT n.c)", "n.a = 3 AND NOT n.b < 2 AND n.c"),
        ("n.b OR NOT NOT n:L", "n.b OR n:L"),
    ];
    for (condition, plain) in same {
        assert_eq!(conditions(condition), conditions(plain), "{condition}");
    }
    assert_ne!(conditions("NOT n.a < 3"), conditions("n.a >= 3"), "NaN is neither");
    assert_ne!(conditions("n.b OR NOT NOT n.a"), conditions("n.b OR n.a"), "what is no truth value is an error");
}

/// Each line: the detail, the column at which the error stands (from 1), the statement.
const REFUSED: &str = "
UndefinedVariable 8 RETURN a
UndefinedVariable 24 MATCH (a) WITH 1 AS b, c AS d RETURN b
UndefinedVariable 32 MATCH (a) WITH a.x AS b RETURN a
UndefinedVariable 40 MATCH (a) RETURN DISTINCT a.x ORDER BY a.y
UndefinedVariable 52 MATCH (a) WITH a.x AS x, count(*) AS c WHERE a.x = a.y RETURN x
UndefinedVariable 24 MATCH (n) WHERE (n)-->(m) RETURN n
UndefinedVariable 36 UNWIND [1] AS x RETURN [y IN [1] | z]
UndefinedVariable 25 MATCH (n) CALL { RETURN n AS m } RETURN m
UndefinedVariable 35 MATCH (a) FOREACH (x IN [1] | SET b.y = x)
UndefinedVariable 14 MERGE (a {x: a.y})
VariableTypeConflict 25 MATCH ()-[r]->() MATCH (r) RETURN r
VariableTypeConflict 35 WITH 1 AS n MATCH (a) MATCH (a)--(n) RETURN a
VariableTypeConflict 42 MATCH (a) WITH collect(a) AS l MATCH ()-[l*]->() RETURN l
VariableTypeConflict 26 MATCH ()-[r]->() CREATE (r)-[:T]->()
VariableAlreadyBound 7 MATCH p = (p)-->() RETURN p
VariableAlreadyBound 19 MATCH (a) CREATE (a)
VariableAlreadyBound 28 MATCH (a) UNWIND [1, 2] AS a RETURN a
VariableAlreadyBound 29 CREATE (a)-[:T]->(b)-[:T]->(a:L)
VariableAlreadyBound 11 MATCH (a) CALL { RETURN 1 AS a } RETURN a
VariableAlreadyBound 20 MATCH (a) FOREACH (a IN [1] | CREATE ())
RelationshipUniquenessViolation 20 MATCH (a)-[r]->()-[r]->(a) RETURN r
InvalidArgumentType 12 RETURN NOT 1
InvalidArgumentType 8 RETURN 1 AND true
InvalidArgumentType 17 MATCH (n) WHERE n RETURN n
InvalidArgumentType 8 RETURN 1 IN 2
InvalidArgumentType 8 RETURN [1] - 1
InvalidArgumentType 9 RETURN -'a'
InvalidArgumentType 14 RETURN [x IN 1 | x]
InvalidArgumentType 29 RETURN any(x IN ['a'] WHERE x % 2 = 0)
InvalidArgumentType 13 RETURN size(1)
InvalidArgumentType 27 RETURN {a: 1}.a + 1 LIMIT 1.5
InvalidArgumentType 23 MATCH (n) RETURN type(n)
InvalidArgumentType 8 RETURN 1[0]
InvalidArgumentType 17 WITH 1 AS x SET x.a = 1
InvalidArgumentType 19 MATCH (n) SET n = 1
InvalidArgumentType 8 DELETE 1
InvalidNumberOfArguments 8 RETURN size()
InvalidNumberOfArguments 8 RETURN size([], [])
UnknownFunction 8 RETURN siez([1])
InvalidAggregation 17 MATCH (a) WHERE count(a) > 1 RETURN a
InvalidAggregation 23 RETURN [x IN [1, 2] | count(*)]
InvalidAggregation 8 UNWIND collect(1) AS x RETURN x
InvalidAggregation 29 MATCH (n) RETURN n ORDER BY count(*)
NestedAggregation 12 RETURN sum(count(*))
NonConstantExpression 14 RETURN count(rand())
NonConstantExpression 26 MATCH (n) RETURN n LIMIT n.x
AmbiguousAggregationExpression 18 MATCH (a) RETURN a.x + count(*)
AmbiguousAggregationExpression 29 MATCH (a) RETURN a.x + a.y, a.x + a.y + count(*)
AmbiguousAggregationExpression 38 MATCH (a) RETURN count(*) + COUNT { (a)-->() }
NegativeIntegerArgument 15 RETURN 1 SKIP -1
CreatingVarLength 10 CREATE ()-[:T*2]->()
NoSingleRelationshipType 10 CREATE ()-[]->()
RequiresDirectedRelationship 10 CREATE ()-[:T]-()
InvalidParameterUse 10 MATCH (n $p) RETURN n
InvalidDelete 18 MATCH (n) DELETE n:Person
UnexpectedSyntax 18 MATCH (n) RETURN (n)-->()
InvalidClauseComposition 1 MATCH (n)
InvalidClauseComposition 25 RETURN 1 UNION RETURN 2 UNION ALL RETURN 3
InvalidClauseComposition 18 MATCH (n) RETURN EXISTS { CREATE () RETURN 1 }
UnexpectedSyntax 31 MATCH (n) FOREACH (x IN [1] | MATCH (m))
NoVariablesInScope 17 MATCH () RETURN *
ColumnNameConflict 21 RETURN 1 AS a, 2 AS a
NoExpressionAlias 6 WITH 1 + 1 RETURN 1
DifferentColumnsInUnion 15 RETURN 1 AS a UNION RETURN 1 AS b
ProcedureNotFound 6 CALL no.such.thing()
InvalidArgumentPassingMode 16 MATCH (n) CALL db.labels YIELD label RETURN label
UnknownEntity 9 MATCH (@Nobody) RETURN 1
";

#[test]
fn errors_are_found_at_their_place() {
    let mut wrong = Vec::new();
    for line in REFUSED.lines().filter(|line| !line.is_empty()) {
        let (detail, rest) = line.split_once(' ').unwrap();
        let (column, query) = rest.split_once(' ').unwrap();
        let error = match bound_on(&mut Version::new(), query) {
            Ok(_) => {
                wrong.push(format!("bound: {line}"));
                continue;
            }
            Err(error) => error,
        };
        let start = error.span().map_or(0, |span| span.start + 1);
        if error.detail().as_str() != detail || start.to_string() != column {
            wrong.push(format!("{} {start} {query} -- {error}", error.detail().as_str()));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn names_that_are_near_are_suggested() {
    assert_eq!(refused("MATCH (person) RETURN persn").hints(), ["did you mean `person`?"]);
    assert_eq!(refused("RETURN siez([1])").hints(), ["did you mean `size`?"]);
    let mut version = Version::new();
    version.intern_label("Person");
    let query = bound_on(&mut version, "MATCH (n:Persn) RETURN n.nmae").unwrap();
    let codes: Vec<_> = query.notifications.iter().map(|note| (note.code, note.hint.as_deref())).collect();
    assert_eq!(codes, [("UnknownLabel", Some("did you mean `Person`?")), ("UnknownPropertyKey", None)]);
    let query = bound_on(&mut version, "CREATE (n:New {x: 1}) WITH n MATCH (m:New) RETURN m.x").unwrap();
    assert_eq!(query.notifications, []);
}

#[test]
fn a_variable_that_is_passed_on_keeps_its_slot() {
    let query = bound("MATCH (a)-->(b) WITH b, a AS c RETURN c, b");
    let [with, returned] = projections(&query)[..] else { panic!("two projections") };
    let [(b, Expr { kind: ExprKind::Slot(same), .. }), (c, Expr { kind: ExprKind::Slot(a), .. })] = &with.items[..]
    else {
        panic!("two variables")
    };
    assert_eq!(b, same);
    assert_ne!(c, a);
    assert_eq!(returned.items.iter().map(|(slot, _)| *slot).collect::<Vec<_>>(), [*c, *b]);
    assert_eq!(columns(&query), ["c", "b"]);
}

#[test]
fn a_star_stands_for_the_names_in_order() {
    assert_eq!(columns(&bound("MATCH (b)-[a]->(C) RETURN *, 1 AS x")), ["C", "a", "b", "x"]);
    assert_eq!(columns(&bound("RETURN  1 +  2")), ["1 +  2"]);
}

#[test]
fn aggregates_are_taken_apart() {
    let query = bound("MATCH (a) RETURN a.x, a.x + count(*) AS c, 2 * count(*) AS d ORDER BY count(*), sum(1)");
    let [projection] = projections(&query)[..] else { panic!("one projection") };
    let grouping = projection.grouping.as_ref().unwrap();
    let [(key, _)] = grouping.keys[..] else { panic!("one key") };
    assert_eq!(grouping.aggregates.len(), 2, "equal aggregates are computed once");
    let ExprKind::Binary(_, left, right) = &projection.items[1].1.kind else { panic!("a sum") };
    assert!(matches!(left.kind, ExprKind::Slot(slot) if slot == key));
    assert!(matches!(right.kind, ExprKind::Slot(slot) if slot == grouping.aggregates[0].0));
    assert!(matches!(projection.order_by[0].expr.kind, ExprKind::Slot(slot) if slot == grouping.aggregates[0].0));
}

#[test]
fn a_hidden_variable_is_no_grouping_key() {
    let query = bound("UNWIND [1] AS x RETURN x, [x IN collect(x) | x] AS l");
    let [projection] = projections(&query)[..] else { panic!("one projection") };
    let ExprKind::Comprehension { variable, result, .. } = &projection.items[1].1.kind else { panic!("a list") };
    assert!(matches!(result.as_ref().unwrap().kind, ExprKind::Local(slot) if slot == *variable));
}

#[test]
fn where_sees_what_was_before_the_projection() {
    let query = bound("MATCH (a) WITH a.x AS x WHERE a.y = x RETURN x");
    let [with, returned] = projections(&query)[..] else { panic!("two projections") };
    assert_eq!((with.visible.len(), returned.visible.len()), (2, 1));
    let query = bound("MATCH (a) WITH DISTINCT a.x AS x WHERE a.x = 1 RETURN x");
    let [BoundClause::Match { .. }, BoundClause::Project(with), BoundClause::Filter(filter), _] = clauses(&query)
    else {
        panic!("four clauses")
    };
    let ExprKind::Compare(_, left, _) = &filter[0].kind else { panic!("a comparison") };
    assert!(matches!(left.kind, ExprKind::Slot(slot) if slot == with.items[0].0));
}

#[test]
fn a_pattern_is_a_graph() {
    let mut version = Version::new();
    let label = version.intern_label("A");
    let query = bound_on(&mut version, "MATCH p = (a:A {x: 1})-[r:T*2..]->(b), (a:B)<--(b) WHERE a.y AND b.z RETURN p");
    let query = query.unwrap();
    let BoundClause::Match { pattern, predicates, .. } = &clauses(&query)[0] else { panic!("a match") };
    assert_eq!((pattern.nodes.len(), pattern.rels.len(), pattern.paths[0].steps.len()), (2, 2, 3));
    assert_eq!(pattern.nodes[0].labels, Some(LabelTest::And(vec![LabelTest::Has(label), LabelTest::Never])));
    assert_eq!(pattern.rels[0].types, TypeTest::OneOf(Vec::new()));
    let length = pattern.rels[0].length.as_ref().unwrap();
    assert_eq!((length.min, length.max), (2, None));
    assert_eq!(predicates.len(), 3);
}

#[test]
fn conditions_on_a_variable_length_hold_for_each_relationship() {
    let query = bound("MATCH ()-[r:T* {x: 1} WHERE r.y > 1]->() RETURN r");
    let BoundClause::Match { pattern, predicates, .. } = &clauses(&query)[0] else { panic!("a match") };
    assert!(predicates.is_empty());
    let length = pattern.rels[0].length.as_ref().unwrap();
    assert_eq!(length.predicates.len(), 2);
    for predicate in &length.predicates {
        let ExprKind::Compare(_, left, _) = &predicate.kind else { panic!("a comparison") };
        let ExprKind::Property { base, .. } = &left.kind else { panic!("a property") };
        assert!(matches!(base.kind, ExprKind::Local(slot) if slot == length.element));
    }
}

#[test]
fn subqueries_say_what_they_read() {
    let query = bound("MATCH (n) RETURN [x IN [1, 2] WHERE EXISTS { (n)-->(m) WHERE m.a = x } | x] AS l");
    let BoundClause::Match { pattern, .. } = &clauses(&query)[0] else { panic!("a match") };
    let [subquery] = &query.subqueries[..] else { panic!("one subquery") };
    assert_eq!(subquery.kind, SubqueryResult::Exists);
    assert_eq!((subquery.imports.len(), subquery.local_imports.len()), (2, 1));
    assert!(subquery.imports.contains(&pattern.nodes[0].slot));
    assert!(!subquery.local_imports.contains(&pattern.nodes[0].slot));
}

#[test]
fn nested_subqueries_pass_imports_through() {
    let query = bound("MATCH (n) WHERE EXISTS { MATCH (m) WHERE EXISTS { (n)-->(m) } } RETURN n");
    let imports: Vec<usize> = query.subqueries.iter().map(|subquery| subquery.imports.len()).collect();
    assert_eq!(imports, [2, 1], "the inner one reads both, the outer one only what is outside");
}

#[test]
fn an_outer_variable_is_constant_inside_a_subquery() {
    let query = bound("MATCH (n) RETURN COLLECT { MATCH (n)-->(m) RETURN n.x + count(m) } AS l");
    assert!(matches!(query.subqueries[0].kind, SubqueryResult::Collect(_)));
}

#[test]
fn call_subqueries_import_in_both_ways() {
    for query in [
        "MATCH (n) CALL { WITH n MATCH (n)-->(m) RETURN m } RETURN n, m",
        "MATCH (n) CALL (n) { MATCH (n)-->(m) RETURN m } RETURN n, m",
        "MATCH (n) CALL { WITH n RETURN n AS m UNION WITH n MATCH (n)-->(x) RETURN x AS m } RETURN n, m",
    ] {
        let query = bound(query);
        let BoundClause::Match { pattern, .. } = &clauses(&query)[0] else { panic!("a match") };
        let BoundClause::Subquery { imports, unit, writes, .. } = &clauses(&query)[1] else { panic!("a subquery") };
        assert_eq!((&imports[..], *unit, *writes), (&[pattern.nodes[0].slot][..], false, false));
    }
}

#[test]
fn union_columns_are_matched_by_name() {
    let query = bound("RETURN 1 AS a, 2 AS b UNION RETURN 3 AS b, 4 AS a");
    let value = |arm: usize, column: usize| {
        let BoundClause::Project(projection) = &query.query.arms[arm].clauses[0] else { panic!("a projection") };
        let slot: Slot = query.query.arms[arm].columns[column];
        projection.items.iter().position(|(item, _)| *item == slot)
    };
    assert_eq!([value(0, 0), value(0, 1), value(1, 0), value(1, 1)], [Some(0), Some(1), Some(1), Some(0)]);
}

#[test]
fn merge_looks_for_and_creates_the_same() {
    let query = bound("MATCH (a) MERGE (a)<-[r:T {x: 1}]-(b:B {y: 2}) ON CREATE SET r.z = 3 RETURN b");
    let BoundClause::Merge { pattern, predicates, create, on_create, .. } = &clauses(&query)[1] else {
        panic!("a merge")
    };
    assert_eq!((predicates.len(), create.items.len(), on_create.len()), (2, 2, 1));
    let [CreateItem::Node { slot, .. }, CreateItem::Rel { from, to, .. }] = &create.items[..] else {
        panic!("a node and a relationship")
    };
    assert_eq!((slot, from, *to), (&pattern.nodes[1].slot, slot, pattern.nodes[0].slot));
    assert!(pattern.nodes[0].bound && !pattern.nodes[1].bound);
}

#[test]
fn entities_that_the_statement_creates_may_be_read() {
    let query = bound("MERGE (@Kyiv) WITH 1 AS x MATCH (c @Kyiv) RETURN c");
    assert!(query.writes);
    assert_eq!(refused("RETURN entity('Kyiv')").message(), "no entity is called `Kyiv`");
}

#[test]
fn parameters_are_listed_once() {
    let query = bound("MATCH (n) WHERE n.a = $b AND n.b = $a RETURN $b LIMIT $c");
    let names: Vec<&str> = query.parameters.iter().map(|(name, _)| &**name).collect();
    assert_eq!(names, ["b", "a", "c"]);
}

#[test]
fn what_may_work_is_left_to_the_executor() {
    for query in [
        "RETURN [1] + 'a', 'a' + 1, date('2020-01-01') + duration('P1D')",
        "MATCH (n) RETURN n.a[0], n.b.c, n.d + n.e, -n.f, NOT n.g",
        "WITH [1, 'a'] AS l RETURN l[0] % 2",
        "MATCH (n) WITH collect(n) AS l UNWIND l AS m MATCH (m)-->() RETURN m",
        "MATCH (n) OPTIONAL MATCH (n)-[r]->() WITH [r] AS rs MATCH ()-[rs*]->() RETURN rs",
        "WITH null AS n MATCH (n) RETURN n",
        "MATCH (a)-[r]->(b) RETURN CASE WHEN (a)-->(b) THEN a ELSE r END AS e, a:A, r:T",
        "MATCH (a), (b) RETURN shortestPath((a)-[*]-(b)) AS p, [(a)-[r]->(c) WHERE c.x > 1 | c.x + r.y] AS l",
        "MATCH (n) RETURN n {.a, .*, b: 1, n} AS m, reduce(s = 0, x IN [1] | s + x) AS r",
        "MATCH (n) RETURN n, count(*) AS c, n.x + count(*) AS d ORDER BY n.y, c",
        "MATCH (n) WITH n.x AS x, count(*) AS c ORDER BY n.x, count(*) + 1 WHERE n.x > 1 RETURN x",
        "CREATE (a {x: 1})-[r:T {y: a.x}]->(b {z: a.x}) RETURN r",
    ] {
        bound(query);
    }
}
