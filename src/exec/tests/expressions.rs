//! The interpreter, and the kernels against it on random expressions.

use super::*;
use crate::error::{Detail, ErrorType};
use crate::syntax::ast::{BinaryOp, CompareOp, Quantifier};
use std::sync::Arc;

fn value(expression: Expr) -> Result<String> {
    let ops = vec![Op::Unit, Op::Project(Arc::new(vec![(Slot(0), expression)]))];
    let rows = run_with(&plan(ops, &[0]), &Arc::new(Version::new()), Settings::default())?;
    Ok(rows.concat())
}

fn list(items: Vec<Expr>) -> Expr {
    expr(ExprKind::List(items))
}

fn null() -> Expr {
    constant(Value::Null)
}

fn binary(op: BinaryOp, left: Expr, right: Expr) -> Expr {
    expr(ExprKind::Binary(op, Box::new(left), Box::new(right)))
}

fn less(left: Expr, right: Expr) -> Expr {
    expr(ExprKind::Compare(CompareOp::Less, Box::new(left), Box::new(right)))
}

#[test]
fn conjunctions_stop_at_the_first_false_operand() {
    let failing = || less(binary(BinaryOp::Divide, constant(1), constant(0)), constant(1));
    let decided = expr(ExprKind::And(vec![null(), constant(false), failing()]));
    assert_eq!(value(decided).unwrap(), "Bool(false)");
    let open = expr(ExprKind::And(vec![null(), constant(true), failing()]));
    assert_eq!(value(open).unwrap_err().error_type(), ErrorType::ArithmeticError);
    let either = expr(ExprKind::Or(vec![constant(false), null()]));
    assert_eq!(value(either).unwrap(), "null");
}

#[test]
fn lists_are_indexed_and_sliced_from_both_ends() {
    let index = |at: i64| expr(ExprKind::Index { base: Box::new(ints(&[1, 2, 3])), index: Box::new(constant(at)) });
    assert_eq!(value(index(-1)).unwrap(), "3");
    assert_eq!(value(index(3)).unwrap(), "null");
    assert_eq!(value(index(i64::MIN)).unwrap(), "null");
    let slice = |from: i64, to: i64| {
        let (from, to) = (Some(Box::new(constant(from))), Some(Box::new(constant(to))));
        expr(ExprKind::Slice { base: Box::new(ints(&[1, 2, 3])), from, to })
    };
    assert_eq!(value(slice(-2, 9)).unwrap(), "[2,3]");
    assert_eq!(value(slice(2, 1)).unwrap(), "[]");
    let wrong = expr(ExprKind::Index { base: Box::new(ints(&[1])), index: Box::new(constant("a")) });
    assert_eq!(value(wrong).unwrap_err().detail(), Detail::ListElementAccessByNonInteger);
}

#[test]
fn membership_is_three_valued() {
    let member = |item, items| value(binary(BinaryOp::In, item, items)).unwrap();
    assert_eq!(member(constant(1), list(vec![null(), constant(1)])), "Bool(true)");
    assert_eq!(member(constant(2), list(vec![null(), constant(1)])), "null");
    assert_eq!(member(null(), list(vec![])), "Bool(false)");
    assert_eq!(member(null(), null()), "null");
}

#[test]
fn regular_expressions_match_whole_texts() {
    let matched = |pattern: &str| value(binary(BinaryOp::Matches, constant("abc"), constant(pattern)));
    assert_eq!(matched("a.c").unwrap(), "Bool(true)");
    assert_eq!(matched("b").unwrap(), "Bool(false)");
    assert_eq!(matched("a|bc").unwrap(), "Bool(false)");
    assert_eq!(matched("(").unwrap_err().detail(), Detail::InvalidArgumentValue);
    assert_eq!(matched("(a{1000}){1000}").unwrap_err().detail(), Detail::InvalidArgumentValue);
}

#[test]
fn quantifiers_know_the_unknown() {
    let over = |quantifier, items| {
        let local = || Box::new(expr(ExprKind::Local(Slot(5))));
        let predicate = Box::new(less(*local(), constant(2)));
        value(expr(ExprKind::Quantifier { quantifier, variable: Slot(5), list: Box::new(items), predicate })).unwrap()
    };
    assert_eq!(over(Quantifier::All, list(vec![constant(1), null()])), "null");
    assert_eq!(over(Quantifier::All, list(vec![constant(3), null()])), "Bool(false)");
    assert_eq!(over(Quantifier::Any, list(vec![null(), constant(1)])), "Bool(true)");
    assert_eq!(over(Quantifier::None, list(vec![])), "Bool(true)");
    assert_eq!(over(Quantifier::Single, list(vec![constant(1), constant(0), null()])), "Bool(false)");
    assert_eq!(over(Quantifier::Single, list(vec![constant(1), constant(2)])), "Bool(true)");
}

#[test]
fn reduce_and_comprehensions_see_outer_variables() {
    let local = |number| expr(ExprKind::Local(Slot(number)));
    let sum = expr(ExprKind::Reduce {
        accumulator: Slot(5),
        initial: Box::new(constant(0)),
        variable: Slot(6),
        list: Box::new(ints(&[1, 2, 3])),
        step: Box::new(binary(BinaryOp::Add, local(5), local(6))),
    });
    assert_eq!(value(sum).unwrap(), "6");
    let inner = expr(ExprKind::Comprehension {
        variable: Slot(7),
        list: Box::new(ints(&[1, 2])),
        predicate: None,
        result: Some(Box::new(binary(BinaryOp::Add, local(6), local(7)))),
    });
    let outer = expr(ExprKind::Comprehension {
        variable: Slot(6),
        list: Box::new(ints(&[10, 20, 30])),
        predicate: Some(Box::new(less(local(6), constant(25)))),
        result: Some(Box::new(inner)),
    });
    assert_eq!(value(outer).unwrap(), "[[11,12],[21,22]]");
}

#[test]
fn errors_carry_the_innermost_place() {
    let mut failing = binary(BinaryOp::Divide, constant(1), constant(0));
    failing.span = Span::new(3, 8);
    let mut whole = binary(BinaryOp::Add, constant(1), failing);
    whole.span = Span::new(0, 8);
    let span = value(whole).unwrap_err().span().unwrap();
    assert_eq!((span.start, span.end), (3, 8));
}

/// A random expression over a node in slot 0, its properties and constants.
fn random_expr(random: &mut Random, keys: &[crate::value::KeyId], depth: u32) -> Expr {
    if depth == 0 {
        return random_leaf(random, keys);
    }
    let mut next = || Box::new(random_expr(random, keys, depth - 1));
    let (left, right) = (next(), next());
    expr(match random.below(12) {
        0 => ExprKind::Binary(BinaryOp::Add, left, right),
        1 => ExprKind::Binary(BinaryOp::Subtract, left, right),
        2 => ExprKind::Binary(BinaryOp::Multiply, left, right),
        3 => ExprKind::Binary(BinaryOp::Divide, left, right),
        4 => ExprKind::Compare(CompareOp::Less, left, right),
        5 => ExprKind::Compare(CompareOp::Equal, left, right),
        6 => ExprKind::Compare(CompareOp::NotEqual, left, right),
        7 => ExprKind::And(vec![*left, *right]),
        8 => ExprKind::Or(vec![*left, *right]),
        9 => ExprKind::Not(left),
        10 => ExprKind::IsNull { operand: left, negated: false },
        _ => ExprKind::Negate(left),
    })
}

fn random_leaf(random: &mut Random, keys: &[crate::value::KeyId]) -> Expr {
    let key = keys[random.below(keys.len() as u64) as usize];
    match random.below(8) {
        0 => constant(random.below(3) as i64),
        1 => constant(0.5),
        2 => null(),
        3 => constant(random.below(2) == 0),
        4 => constant(i64::MAX),
        _ => expr(ExprKind::Property { base: Box::new(slot(0)), key: Arc::from("k"), id: Some(key) }),
    }
}

fn random_value(random: &mut Random, kind: u64) -> Value {
    match kind {
        0 => Value::Int(random.below(4) as i64),
        1 => Value::Float(random.below(4) as f64 / 2.0),
        2 => Value::Bool(random.below(2) == 0),
        3 => Value::from("x"),
        _ => Value::Null,
    }
}

#[test]
fn kernels_agree_with_the_interpreter() {
    let mut random = Random(99);
    let mut graph = Version::new();
    let keys: Vec<_> = ["i", "f", "b", "m"].iter().map(|name| graph.intern_key(name)).collect();
    for _ in 0..40 {
        let mut properties = Vec::new();
        for (kind, &key) in keys.iter().enumerate() {
            let kind = if kind == 3 { random.below(5) } else { kind as u64 };
            let value = random_value(&mut random, kind);
            if !value.is_null() {
                properties.push((key, value));
            }
        }
        graph.create_node(&[], &properties).unwrap();
    }
    let graph = Arc::new(graph);
    let mut succeeded = 0;
    for round in 0..3000 {
        let expression = random_expr(&mut random, &keys, 1 + round % 3);
        let ops = vec![Op::Unit, scan(0), Op::Project(Arc::new(vec![(Slot(1), expression)]))];
        let plan = plan(ops, &[1]);
        let rows = |kernels| run_with(&plan, &graph, Settings { kernels, ..Settings::default() });
        match (rows(true), rows(false)) {
            (Ok(fast), Ok(slow)) => {
                assert_eq!(fast, slow, "{:?}", plan.root.op);
                succeeded += 1;
            }
            (Err(_), Err(_)) => {}
            (fast, slow) => panic!("{fast:?} {slow:?} {:?}", plan.root.op),
        }
    }
    assert!(succeeded > 300, "only {succeeded} expressions had a value");
}
