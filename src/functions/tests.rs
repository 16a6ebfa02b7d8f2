//! The table as a whole, and functions called with values.

use super::*;
use crate::error::{Detail, ErrorType};
use crate::value::format::literal;
use crate::value::{NodeId, Path, RelId};
use std::collections::HashSet;
use std::sync::Arc;

/// `(:A:B {name: 'x'})-[:T {since: 1}]->()`.
struct Sample {
    graph: Version,
    from: NodeId,
    to: NodeId,
    rel: RelId,
}

fn sample() -> Result<Sample> {
    let mut graph = Version::new();
    let labels = [graph.intern_label("A"), graph.intern_label("B")];
    let (name, since) = (graph.intern_key("name"), graph.intern_key("since"));
    let from = graph.create_node(&labels, &[(name, "x".into())])?;
    let to = graph.create_node(&[], &[])?;
    let rel_type = graph.intern_rel_type("T");
    let rel = graph.create_rel(rel_type, from, to, &[(since, Value::Int(1))])?;
    Ok(Sample { graph, from, to, rel })
}

/// Calls a function as the executor does: null arguments of strict functions never reach it.
fn call(graph: &Version, name: &str, arguments: &[Value]) -> Result<Value> {
    let function = lookup(name).unwrap_or_else(|| panic!("no function {name}"));
    let context = CallContext { graph, now: 1_500_000_000_123_456_789, max_value_bytes: 1000, watch: &Unwatched };
    match function.body {
        Body::Strict(_) | Body::OfType(_) if arguments.iter().any(Value::is_null) => Ok(Value::Null),
        Body::Strict(body) | Body::OfType(body) | Body::Lenient(body) | Body::Cited(body) => body(&context, arguments),
        Body::Aggregate(_) | Body::Form(_) => panic!("{name} is not called with the values of one row"),
    }
}

#[track_caller]
fn check(name: &str, arguments: &[Value], expected: &str) {
    let graph = Version::new();
    let value = call(&graph, name, arguments).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_eq!(literal(&value, &graph), expected, "{name} of {arguments:?}");
}

#[track_caller]
fn check_error(graph: &Version, name: &str, arguments: &[Value], error_type: ErrorType, detail: Detail) {
    let error = call(graph, name, arguments).expect_err(name);
    assert_eq!((error.error_type(), error.detail()), (error_type, detail), "{name} of {arguments:?}: {error}");
}

fn ints(numbers: &[i64]) -> Vec<Value> {
    numbers.iter().map(|number| Value::Int(*number)).collect()
}

fn texts(texts: &[&str]) -> Vec<Value> {
    texts.iter().map(|text| Value::from(*text)).collect()
}

#[test]
fn the_table_is_whole() {
    let mut names = HashSet::new();
    for function in all() {
        assert!(names.insert(function.name.to_ascii_lowercase()), "{} stands twice", function.name);
        // What the current moment is, no example can tell.
        let of_now = function.arity().0 == 0 && function.name.contains('.');
        assert!(of_now || !function.examples.is_empty(), "{} has no example", function.name);
        assert!(!function.summary.is_empty() && !function.summary.ends_with('.'), "{}", function.name);
        let optional = function.parameters.iter().skip_while(|parameter| !parameter.optional);
        assert!(optional.clone().all(|parameter| parameter.optional), "{} has a gap", function.name);
        assert!(!function.variadic || !function.parameters.is_empty(), "{} repeats nothing", function.name);
    }
    assert!(names.len() > 120, "only {} functions", names.len());
}

#[test]
fn lookup_ignores_case() {
    for name in ["size", "SIZE", "Size"] {
        assert_eq!(lookup(name).map(|function| function.name), Some("size"));
    }
    assert!(lookup("nothing").is_none());
    assert_eq!(similar("colect"), Some("collect"));
}

#[test]
fn signatures() {
    let signature = |name| lookup(name).map(Function::signature).unwrap_or_default();
    assert_eq!(signature("size"), "size(input :: STRING | LIST<ANY>) :: INTEGER");
    assert_eq!(signature("coalesce"), "coalesce(input :: ANY, ...) :: ANY");
    let round = "round(value :: INTEGER | FLOAT, [precision :: INTEGER], [mode :: STRING]) :: FLOAT";
    assert_eq!(signature("round"), round);
    assert_eq!(signature("all"), "all(variable IN list WHERE predicate) :: BOOLEAN");
    let arity = |name| lookup(name).map(Function::arity);
    assert_eq!(arity("round"), Some((1, Some(3))));
    assert_eq!(arity("coalesce"), Some((1, None)));
    assert!(lookup("coalesce").is_some_and(|function| function.parameter(9).is_some()));
    assert!(lookup("size").is_some_and(|function| function.parameter(1).is_none()));
}

#[test]
fn what_differs_from_call_to_call_is_volatile() {
    let volatile: Vec<&str> = all().filter(|function| function.is_volatile()).map(|function| function.name).collect();
    assert!(volatile.contains(&"rand") && volatile.contains(&"datetime.realtime"), "{volatile:?}");
    assert!(!volatile.contains(&"timestamp") && !volatile.contains(&"datetime"), "{volatile:?}");
}

/// No argument list of up to three values makes a function panic, and what it returns is of its declared type.
#[test]
fn any_arguments_give_a_value_of_the_declared_type_or_an_error() -> Result<()> {
    let Sample { graph, from, rel, to } = sample()?;
    let path = Path { nodes: vec![from, to], rels: vec![rel] };
    let values = [
        Value::Null,
        Value::Bool(true),
        Value::Int(i64::MIN),
        Value::Int(3),
        Value::Float(f64::NAN),
        Value::Float(-2.5),
        "äbc".into(),
        "".into(),
        Value::list(ints(&[1, 2])),
        Value::map([(Arc::from("year"), Value::Int(2000))].into_iter().collect()),
        Value::Node(from),
        Value::Rel(rel),
        Value::Path(Arc::new(path)),
        Value::Duration(Arc::default()),
    ];
    for function in all().filter(|function| matches!(function.body, Body::Strict(_) | Body::Lenient(_))) {
        let check = |arguments: &[Value]| {
            let (least, most) = function.arity();
            if arguments.len() < least || most.is_some_and(|most| arguments.len() > most) {
                return;
            }
            if let Ok(value) = call(&graph, function.name, arguments) {
                let fits = value.is_null() || TypeSet::of(&value).meets(function.result);
                assert!(fits, "{} of {arguments:?} is {value:?}", function.name);
            }
        };
        check(&[]);
        for a in &values {
            check(std::slice::from_ref(a));
            for b in &values {
                check(&[a.clone(), b.clone()]);
                values.iter().for_each(|c| check(&[a.clone(), b.clone(), c.clone()]));
            }
        }
    }
    Ok(())
}

#[test]
fn texts_are_cut_and_changed() {
    let with = |text: &str, numbers: &[i64]| [texts(&[text]), ints(numbers)].concat();
    check("substring", &with("0123456789", &[1]), "'123456789'");
    check("substring", &with("hällo", &[1, 3]), "'äll'");
    check("substring", &with("abc", &[5]), "''");
    check("left", &with("hällo", &[2]), "'hä'");
    check("right", &with("hällo", &[4]), "'ällo'");
    check("right", &with("a", &[i64::MAX]), "'a'");
    check("replace", &texts(&["hello", "l", "w"]), "'hewwo'");
    check("replace", &texts(&["ab", "", "-"]), "'-a-b-'");
    check("split", &texts(&["one1two", "1"]), "['one', 'two']");
    check("btrim", &texts(&["xyaxy", "yx"]), "'a'");
    check("ltrim", &texts(&["  a "]), "'a '");
    check("toUpper", &texts(&["straße"]), "'STRASSE'");
    check("normalize", &texts(&["e\u{301}"]), "'é'");
    check("reverse", &texts(&["abc"]), "'cba'");
    check("size", &texts(&["äö"]), "2");
    let graph = Version::new();
    let out_of_range = |name, arguments: &[Value]| {
        check_error(&graph, name, arguments, ErrorType::ArgumentError, Detail::NumberOutOfRange);
    };
    out_of_range("left", &with("a", &[-1]));
    out_of_range("substring", &with("a", &[-1]));
    out_of_range("substring", &with("a", &[0, -1]));
    let long = "x".repeat(900);
    let arguments = texts(&[&long, "x", "yy"]);
    check_error(&graph, "replace", &arguments, ErrorType::ResourceLimit, Detail::MemoryLimit);
}

#[test]
fn ranges() {
    check("range", &ints(&[1, 3]), "[1, 2, 3]");
    check("range", &ints(&[1381, -3412, -1298]), "[1381, 83, -1215, -2513]");
    check("range", &ints(&[0, 1, -1]), "[]");
    check("range", &ints(&[i64::MIN, i64::MAX, i64::MAX]), &format!("[{}, -1, {}]", i64::MIN, i64::MAX - 1));
    let graph = Version::new();
    let zero = ints(&[2, 8, 0]);
    check_error(&graph, "range", &zero, ErrorType::ArgumentError, Detail::NumberOutOfRange);
    let floats = [Value::Float(0.0), Value::Int(1)];
    check_error(&graph, "range", &floats, ErrorType::ArgumentError, Detail::InvalidArgumentType);
    let long = ints(&[i64::MIN, i64::MAX]);
    check_error(&graph, "range", &long, ErrorType::ResourceLimit, Detail::MemoryLimit);
}

#[test]
fn numbers_are_rounded() {
    check("round", &[Value::Float(-1.5)], "-1.0");
    check("round", &[Value::Float(0.499_999_999_999_999_94)], "0.0");
    check("round", &[Value::Float(-1.5), Value::Int(0)], "-1.0");
    check("round", &[Value::Float(-1.55), Value::Int(1)], "-1.6");
    check("round", &[Value::Float(-1.5), Value::Int(0), "HALF_UP".into()], "-2.0");
    check("round", &[Value::Float(1.249), Value::Int(1), "UP".into()], "1.3");
    check("abs", &ints(&[-1]), "1");
    check("sqrt", &[Value::Float(12.96)], "3.6");
    check("sign", &[Value::Float(f64::NAN)], "0");
    let graph = Version::new();
    check_error(&graph, "abs", &ints(&[i64::MIN]), ErrorType::ArithmeticError, Detail::IntegerOverflow);
    let mode = [Value::Float(1.0), Value::Int(1), "x".into()];
    check_error(&graph, "round", &mode, ErrorType::ArgumentError, Detail::InvalidArgumentValue);
}

#[test]
fn types_are_told() {
    check("valueType", &[Value::Null], "'NULL'");
    check("valueType", &[Value::list(vec![])], "'LIST<NOTHING> NOT NULL'");
    let mixed = Value::list(vec![Value::Int(1), "a".into(), Value::Int(2)]);
    check("valueType", std::slice::from_ref(&mixed), "'LIST<STRING NOT NULL | INTEGER NOT NULL> NOT NULL'");
    let nullable = Value::list(vec![Value::Int(1), Value::Null]);
    check("valueType", &[nullable], "'LIST<INTEGER> NOT NULL'");
    check("timestamp", &[], "1500000000123");
    check("coalesce", &[Value::Null, Value::Int(1)], "1");
    check("nullIf", &[Value::Int(1), Value::Float(1.0)], "null");
}

#[test]
fn identifiers_are_random() -> Result<()> {
    let graph = Version::new();
    let ids: HashSet<String> =
        (0..100).map(|_| call(&graph, "randomUUID", &[]).map(|id| literal(&id, &graph))).collect::<Result<_>>()?;
    assert_eq!(ids.len(), 100);
    assert!(ids.iter().all(|id| id.len() == 38 && id.as_bytes()[15] == b'4'), "{ids:?}");
    for _ in 0..1000 {
        let Value::Float(number) = call(&graph, "rand", &[])? else { panic!("no float") };
        assert!((0.0..1.0).contains(&number));
    }
    Ok(())
}

#[test]
fn entities_tell_what_they_hold() -> Result<()> {
    let Sample { graph, from, to, rel } = sample()?;
    let is = |name, value: Value, expected: &str| {
        let result = call(&graph, name, &[value]).map(|value| literal(&value, &graph));
        assert_eq!(result.unwrap_or_else(|error| error.to_string()), expected, "{name}");
    };
    is("labels", Value::Node(from), "['A', 'B']");
    is("labels", Value::Node(to), "[]");
    is("properties", Value::Node(from), "{name: 'x'}");
    is("keys", Value::Rel(rel), "['since']");
    is("type", Value::Rel(rel), "'T'");
    is("startNode", Value::Rel(rel), "(:A:B {name: 'x'})");
    is("endNode", Value::Rel(rel), "()");
    is("id", Value::Node(to), "1");
    let path = Value::Path(Arc::new(Path { nodes: vec![from, to], rels: vec![rel] }));
    is("nodes", path.clone(), "[(:A:B {name: 'x'}), ()]");
    is("relationships", path.clone(), "[[:T {since: 1}]]");
    is("length", path, "1");
    for name in ["labels", "type", "properties", "startNode", "length"] {
        check_error(&graph, name, &ints(&[1]), ErrorType::TypeError, Detail::InvalidArgumentValue);
    }
    Ok(())
}

#[test]
fn deleted_entities_have_only_their_type() -> Result<()> {
    let Sample { mut graph, from, rel, .. } = sample()?;
    graph.delete_rel(rel);
    graph.delete_node(from)?;
    for name in ["labels", "properties", "keys"] {
        check_error(&graph, name, &[Value::Node(from)], ErrorType::EntityNotFound, Detail::DeletedEntityAccess);
    }
    for name in ["properties", "keys", "startNode", "endNode"] {
        check_error(&graph, name, &[Value::Rel(rel)], ErrorType::EntityNotFound, Detail::DeletedEntityAccess);
    }
    let kind = call(&graph, "type", &[Value::Rel(rel)])?;
    assert_eq!(literal(&kind, &graph), "'T'");
    assert!(call(&graph, "id", &[Value::Node(from)]).is_ok());
    Ok(())
}
