//! Long and deep statements on the stack of a test's thread, 2 MiB.

use super::*;
use crate::error::{Detail, ErrorType};
use crate::plan::physical::ApplyMode;
use crate::semantic::bound::{CreateItem, Properties};
use crate::syntax::ast::BinaryOp;
use std::sync::Arc;

fn add_one(operand: Expr) -> Expr {
    expr(ExprKind::Binary(BinaryOp::Add, Box::new(operand), Box::new(constant(1))))
}

#[test]
fn high_expressions_are_computed() {
    let wrap: [fn(Expr) -> Expr; 4] = [
        add_one,
        |inner| expr(ExprKind::Negate(Box::new(inner))),
        |inner| expr(ExprKind::Case { subject: None, branches: vec![(constant(true), inner)], otherwise: None }),
        |inner| {
            let list = Box::new(expr(ExprKind::List(vec![inner])));
            expr(ExprKind::Index { base: list, index: Box::new(constant(0)) })
        },
    ];
    for wrap in wrap {
        let high = (0..crate::syntax::MAX_HEIGHT).fold(slot(0), |inner, _| wrap(inner));
        let ops = vec![
            Op::Unit,
            Op::Unwind { list: ints(&[1, 2]), slot: Slot(0) },
            Op::Project(Arc::new(vec![(Slot(1), high)])),
        ];
        assert_eq!(run(&plan(ops, &[1]), &Arc::new(Version::new())).len(), 2);
    }
}

#[test]
fn many_changes_in_a_row_are_made() {
    let node = CreateItem::Node {
        slot: Slot(0),
        labels: vec![],
        named: vec![],
        properties: Properties::Items(vec![]),
        entity: None,
    };
    let mut ops = vec![Op::Unit];
    ops.extend((0..5_000).map(|_| Op::Create { items: Arc::new(vec![node.clone()]), paths: Arc::default() }));
    let (rows, outcome) = update(ops, &[0], &Arc::new(Version::new()), 2048).unwrap();
    assert_eq!((rows, outcome.graph.node_count()), (vec!["n4999".to_owned()], 5_000));
}

#[test]
fn long_chains_run_up_to_the_limit() {
    let steps = |count: usize| {
        let mut ops = vec![Op::Unit, Op::Project(Arc::new(vec![(Slot(0), constant(0))]))];
        ops.extend((2..count).map(|_| Op::Project(Arc::new(vec![(Slot(0), add_one(slot(0)))]))));
        run_with(&plan(ops, &[0]), &Arc::new(Version::new()), Settings::default())
    };
    // One more operator cuts the rows into slices.
    let most = super::super::MAX_DEPTH - 1;
    assert_eq!(steps(most).unwrap(), [(most - 2).to_string()]);
    let error = steps(most + 1).unwrap_err();
    assert_eq!((error.error_type(), error.detail()), (ErrorType::ResourceLimit, Detail::NestingTooDeep));
}

#[test]
fn deep_inner_plans_run_up_to_the_limit() {
    let nested = |levels: usize| {
        let mut inner = chain(vec![Op::Argument]);
        for _ in 0..levels {
            inner = chain(vec![
                Op::Argument,
                Op::Apply { inner: Box::new(inner), mode: ApplyMode::Inner, row_id: None, transactions: None },
            ]);
        }
        let ops = vec![
            Op::Unit,
            Op::Project(Arc::new(vec![(Slot(0), constant(1))])),
            Op::Apply { inner: Box::new(inner), mode: ApplyMode::Inner, row_id: None, transactions: None },
        ];
        run_with(&plan(ops, &[0]), &Arc::new(Version::new()), Settings::default())
    };
    assert_eq!(nested((super::super::MAX_DEPTH - 8) / 6).unwrap(), ["1"]);
    assert_eq!(nested(super::super::MAX_DEPTH).unwrap_err().detail(), Detail::NestingTooDeep);
}
