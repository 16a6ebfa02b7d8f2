//! Computes an expression for all rows of a chunk at once.
//!
//! Each function here gives what the interpreter would give row by row. What fails for one row fails for the chunk.
//! Operands that the interpreter would not compute for a row (after a decisive one in `AND` and `OR`) are not
//! computed for it here either.

use super::super::chunk::Chunk;
use super::super::column::Column;
use super::super::context::Context;
use super::super::memory::Growing;
use super::access::{deleted_node, deleted_rel, property_of};
use super::logic::label_test;
use super::operators::{binary, compare, expect_bool, negate};
use super::scalar::{Row, call, eval};
use crate::error::Result;
use crate::functions::evidence::{Found, each_rel};
use crate::functions::{Body, Function};
use crate::semantic::bound::{Expr, ExprKind, LabelTest, TypeTest};
use crate::syntax::ast::{BinaryOp, CompareOp};
use crate::value::compare::compare_int_float;
use crate::value::{KeyId, NodeId, RelId, RelLists, RelTypeId, Value};
use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::Arc;

/// The rows of a chunk to compute for.
#[derive(Clone, Copy)]
pub(crate) struct Rows<'a> {
    chunk: &'a Chunk,
    positions: Option<&'a [u32]>,
}

impl<'a> Rows<'a> {
    /// The selected rows.
    pub(crate) fn of(chunk: &'a Chunk) -> Rows<'a> {
        Rows { chunk, positions: chunk.selection.as_deref() }
    }

    /// The rows at these positions.
    pub(crate) fn at(chunk: &'a Chunk, positions: &'a [u32]) -> Rows<'a> {
        Rows { chunk, positions: Some(positions) }
    }

    pub(crate) fn len(&self) -> usize {
        self.positions.map_or(self.chunk.len, <[u32]>::len)
    }

    fn position(&self, row: usize) -> usize {
        self.positions.map_or(row, |positions| positions.get(row).map_or(usize::MAX, |&at| at as usize))
    }
}

/// The values of an expression, one for each of the rows.
pub(crate) fn eval_column<'a>(cx: &Context, expr: &'a Expr, rows: Rows<'a>) -> Result<Cow<'a, Column>> {
    if let ExprKind::Slot(slot) = &expr.kind {
        let column = rows.chunk.column(*slot);
        return Ok(match (column, rows.positions) {
            (Column::Unset, _) => Cow::Owned(Column::Constant(Value::Null)),
            (column, None) => Cow::Borrowed(column),
            (column, Some(positions)) => Cow::Owned(column.gather(positions)),
        });
    }
    let computed = match cx.settings().kernels {
        true => by_text(cx, expr, rows).unwrap_or_else(|| kernel(cx, expr, rows)),
        false => by_row(cx, expr, rows),
    };
    computed.map(Cow::Owned).map_err(|error| error.at(expr.span))
}

/// For each of the rows, whether a predicate is true.
pub(crate) fn eval_truths(cx: &Context, expr: &Expr, rows: Rows<'_>) -> Result<Vec<bool>> {
    match eval_column(cx, expr, rows)? {
        Cow::Owned(Column::Bools(truths)) => Ok(truths),
        column => truths_of(expr, column.as_ref(), rows),
    }
}

fn truths_of(expr: &Expr, column: &Column, rows: Rows<'_>) -> Result<Vec<bool>> {
    match column {
        Column::Bools(truths) => Ok(truths.clone()),
        Column::Constant(value) => {
            let truth = expect_bool(value).map_err(|error| error.at(expr.span))?;
            Ok(vec![truth == Some(true); rows.len()])
        }
        column => {
            let truths = (0..rows.len()).map(|row| Ok(expect_bool(&column.get(row))? == Some(true)));
            truths.collect::<Result<_>>().map_err(|error| error.at(expr.span))
        }
    }
}

/// From how many rows on it is looked whether many of them read the same text.
const MANY: usize = 64;

/// Computes for one row of each text, where an expression reads nothing but a text of many rows; `None` where that cannot
/// be done.
fn by_text(cx: &Context, expr: &Expr, rows: Rows<'_>) -> Option<Result<Column>> {
    let worth = matches!(expr.kind, ExprKind::Compare(..) | ExprKind::Binary(..) | ExprKind::Call { .. });
    if rows.len() < MANY || !worth || cx.counters.changed() {
        return None;
    }
    let (slot, key) = expr.only_property()?;
    let (graph, first) = (cx.graph(), rows.position(0));
    let found = match (rows.chunk.column(slot), rows.positions) {
        (Column::Nodes(nodes), _) if !graph.node_has_code(nodes[first], key) => None,
        (Column::Nodes(nodes), None) => graph.nodes_by_text(nodes, key),
        (Column::Nodes(nodes), Some(positions)) => {
            let nodes: Vec<u32> = positions.iter().map(|at| nodes[*at as usize]).collect();
            graph.nodes_by_text(&nodes, key)
        }
        (Column::Rels(rels), _) if graph.rel_has_code(rels[first], key) => {
            let rel_type = one_type(rels)?;
            let place = |row: usize| rels[rows.position(row)].row;
            let places: Vec<u32> = (0..rows.len()).map(place).collect();
            graph.rels_by_text(rel_type, &places, key)
        }
        _ => None,
    }?;
    let one_of_each: Vec<u32> = found.firsts.iter().map(|row| rows.position(*row as usize) as u32).collect();
    let results = eval_column(cx, expr, Rows::at(rows.chunk, &one_of_each));
    Some(results.map(|results| match results.as_ref() {
        Column::Constant(value) => Column::Constant(value.clone()),
        results => results.gather(&found.codes),
    }))
}

fn by_row(cx: &Context, expr: &Expr, rows: Rows<'_>) -> Result<Column> {
    map_rows(cx, rows.len(), |row| eval(cx, expr, Row::Chunk(rows.chunk, rows.position(row))))
}

// Each arm is one call, so that a level of an expression needs little of the stack.
fn kernel(cx: &Context, expr: &Expr, rows: Rows<'_>) -> Result<Column> {
    match &expr.kind {
        _ if rows.len() == 0 => Ok(Column::Values(Vec::new())),
        ExprKind::Const(value) => Ok(Column::Constant(value.clone())),
        ExprKind::Parameter(name) => cx.parameter(name).map(Column::Constant),
        ExprKind::Property { base, key, id } if matches!(base.kind, ExprKind::Slot(_)) => {
            property(cx, expr, base, (key, *id), rows)
        }
        ExprKind::Compare(op, left, right) => compared(cx, *op, [left, right], rows),
        ExprKind::Binary(op, left, right) => combined(cx, *op, [left, right], rows),
        ExprKind::Not(operand) => not(cx, operand, rows),
        ExprKind::Negate(operand) => negated(cx, operand, rows),
        ExprKind::And(operands) => fold(cx, operands, false, rows),
        ExprKind::Or(operands) => fold(cx, operands, true, rows),
        ExprKind::IsNull { operand, negated } => is_null(cx, operand, *negated, rows),
        ExprKind::HasLabels { base, labels } => has_labels(cx, expr, base, labels, rows),
        ExprKind::HasType { base, types } => has_type(cx, expr, base, types, rows),
        ExprKind::Call { function, arguments } if !arguments.is_empty() => call_columns(cx, function, arguments, rows),
        _ => by_row(cx, expr, rows),
    }
}

fn compared(cx: &Context, op: CompareOp, [left, right]: [&Expr; 2], rows: Rows<'_>) -> Result<Column> {
    let left = eval_column(cx, left, rows)?;
    let right = eval_column(cx, right, rows)?;
    Ok(compare_columns(op, &left, &right, rows.len()))
}

fn combined(cx: &Context, op: BinaryOp, [left, right]: [&Expr; 2], rows: Rows<'_>) -> Result<Column> {
    let left = eval_column(cx, left, rows)?;
    let right = eval_column(cx, right, rows)?;
    binary_columns(cx, op, &left, &right, rows.len())
}

fn negated(cx: &Context, operand: &Expr, rows: Rows<'_>) -> Result<Column> {
    let column = eval_column(cx, operand, rows)?;
    map_rows(cx, rows.len(), |row| negate(&column.get(row)))
}

fn map_rows(cx: &Context, len: usize, mut value: impl FnMut(usize) -> Result<Value>) -> Result<Column> {
    let mut values = Growing::with_capacity(cx, len);
    (0..len).try_for_each(|row| values.push(value(row)?))?;
    Ok(Column::from_values(values.into_values()))
}

/// A property of what is in a slot.
fn property(
    cx: &Context,
    expr: &Expr,
    base: &Expr,
    (key, id): (&str, Option<KeyId>),
    rows: Rows<'_>,
) -> Result<Column> {
    let column = eval_column(cx, base, rows)?;
    match column.as_ref() {
        Column::Nodes(nodes) => node_property(cx, nodes, id),
        Column::Rels(rels) => match one_type(rels) {
            Some(rel_type) => rel_property(cx, rel_type, rels, id),
            None => by_row(cx, expr, rows),
        },
        Column::Constant(base) => property_of(cx.graph(), base, key, id).map(Column::Constant),
        Column::Values(bases) => property_of_each(cx, bases, (key, id)),
        _ => by_row(cx, expr, rows),
    }
}

/// A property of each value. Rows of one map mostly follow each other: it is looked up in that map once.
fn property_of_each(cx: &Context, bases: &[Value], (key, id): (&str, Option<KeyId>)) -> Result<Column> {
    let mut last: Option<(usize, Value)> = None;
    map_rows(cx, bases.len(), |row| {
        let Value::Map(map) = &bases[row] else { return property_of(cx.graph(), &bases[row], key, id) };
        match &last {
            Some((known, value)) if *known == Arc::as_ptr(map).addr() => Ok(value.clone()),
            _ => {
                let value = property_of(cx.graph(), &bases[row], key, id)?;
                last = Some((Arc::as_ptr(map).addr(), value.clone()));
                Ok(value)
            }
        }
    })
}

fn node_property(cx: &Context, nodes: &[u32], key: Option<KeyId>) -> Result<Column> {
    let graph = cx.graph();
    if cx.counters.nodes_deleted > 0 && nodes.iter().any(|&id| !graph.contains_node(NodeId(id))) {
        return Err(deleted_node());
    }
    Ok(key.map_or(Column::Constant(Value::Null), |key| graph.gather_node_property(nodes, key).into()))
}

fn rel_property(cx: &Context, rel_type: RelTypeId, rels: &[RelId], key: Option<KeyId>) -> Result<Column> {
    let graph = cx.graph();
    if cx.counters.rels_deleted > 0 && rels.iter().any(|&rel| !graph.contains_rel(rel)) {
        return Err(deleted_rel());
    }
    let Some(key) = key else { return Ok(Column::Constant(Value::Null)) };
    let places: Vec<u32> = rels.iter().map(|rel| rel.row).collect();
    Ok(graph.gather_rel_property(rel_type, &places, key).into())
}

pub(crate) fn one_type(rels: &[RelId]) -> Option<RelTypeId> {
    let first = rels.first()?.rel_type;
    // All are looked at, so that many are at once.
    rels.iter().fold(true, |all, rel| all & (rel.rel_type == first)).then_some(first)
}

/// Numbers of a column: one for each row, or the same for all.
enum Numbers<'a, T> {
    Each(&'a [T]),
    Same(T),
}

impl<T: Copy> Numbers<'_, T> {
    fn map<V: Copy, U: Clone>(&self, other: &Numbers<'_, V>, len: usize, compute: impl Fn(T, V) -> U) -> Vec<U> {
        match (self, other) {
            (Numbers::Each(left), Numbers::Each(right)) => {
                left.iter().zip(*right).map(|(l, r)| compute(*l, *r)).collect()
            }
            (Numbers::Each(left), Numbers::Same(right)) => left.iter().map(|l| compute(*l, *right)).collect(),
            (Numbers::Same(left), Numbers::Each(right)) => right.iter().map(|r| compute(*left, *r)).collect(),
            (Numbers::Same(left), Numbers::Same(right)) => vec![compute(*left, *right); len],
        }
    }

    fn pairs(&self, other: &Numbers<'_, T>, len: usize, mut visit: impl FnMut(T, T)) {
        match (self, other) {
            (Numbers::Each(left), Numbers::Each(right)) => left.iter().zip(*right).for_each(|(l, r)| visit(*l, *r)),
            (Numbers::Each(left), Numbers::Same(right)) => left.iter().for_each(|l| visit(*l, *right)),
            (Numbers::Same(left), Numbers::Each(right)) => right.iter().for_each(|r| visit(*left, *r)),
            (Numbers::Same(left), Numbers::Same(right)) => (0..len).for_each(|_| visit(*left, *right)),
        }
    }
}

fn ints(column: &Column) -> Option<Numbers<'_, i64>> {
    match column {
        Column::Ints(items) => Some(Numbers::Each(items)),
        Column::Constant(Value::Int(number)) => Some(Numbers::Same(*number)),
        _ => None,
    }
}

fn floats(column: &Column) -> Option<Numbers<'_, f64>> {
    match column {
        Column::Floats(items) => Some(Numbers::Each(items)),
        Column::Constant(Value::Float(number)) => Some(Numbers::Same(*number)),
        _ => None,
    }
}

fn compare_columns(op: CompareOp, left: &Column, right: &Column, len: usize) -> Column {
    if let (Some(left), Some(right)) = (ints(left), ints(right)) {
        return Column::Bools(compare_numbers(op, &left, &right, len));
    }
    if let (Some(left), Some(right)) = (floats(left), floats(right)) {
        return Column::Bools(compare_numbers(op, &left, &right, len));
    }
    if let (Some(left), Some(right)) = (ints(left), floats(right)) {
        return Column::Bools(compare_mixed(op, &left, &right, len));
    }
    if let (Some(left), Some(right)) = (floats(left), ints(right)) {
        return Column::Bools(compare_mixed(op.mirrored(), &right, &left, len));
    }
    if let (Column::Nodes(left), Column::Nodes(right), Some(equal)) = (left, right, equality(op)) {
        return Column::Bools(left.iter().zip(right).map(|(l, r)| (l == r) == equal).collect());
    }
    let values = (0..len).map(|row| with_values(left, right, row, |l, r| compare(op, l, r)));
    Column::from_values(values.collect())
}

fn compare_numbers<T: Copy + PartialOrd>(
    op: CompareOp,
    left: &Numbers<'_, T>,
    right: &Numbers<'_, T>,
    len: usize,
) -> Vec<bool> {
    match op {
        CompareOp::Equal => left.map(right, len, |l, r| l == r),
        CompareOp::NotEqual => left.map(right, len, |l, r| l != r),
        CompareOp::Less => left.map(right, len, |l, r| l < r),
        CompareOp::LessEqual => left.map(right, len, |l, r| l <= r),
        CompareOp::Greater => left.map(right, len, |l, r| l > r),
        CompareOp::GreaterEqual => left.map(right, len, |l, r| l >= r),
    }
}

fn compare_mixed(op: CompareOp, left: &Numbers<'_, i64>, right: &Numbers<'_, f64>, len: usize) -> Vec<bool> {
    left.map(right, len, |int, float| {
        let order = compare_int_float(int, float);
        match op {
            CompareOp::Equal => order == Some(Ordering::Equal),
            CompareOp::NotEqual => order != Some(Ordering::Equal),
            CompareOp::Less => order == Some(Ordering::Less),
            CompareOp::LessEqual => order.is_some_and(Ordering::is_le),
            CompareOp::Greater => order == Some(Ordering::Greater),
            CompareOp::GreaterEqual => order.is_some_and(Ordering::is_ge),
        }
    })
}

/// Whether the comparison asks for equality (`true`) or its opposite (`false`).
fn equality(op: CompareOp) -> Option<bool> {
    match op {
        CompareOp::Equal => Some(true),
        CompareOp::NotEqual => Some(false),
        _ => None,
    }
}

/// Calls `f` with the values of two columns in a row, without copying those that are held as values.
fn with_values<T>(left: &Column, right: &Column, row: usize, f: impl FnOnce(&Value, &Value) -> T) -> T {
    match (left.held(row), right.held(row)) {
        (Some(left), Some(right)) => f(left, right),
        (Some(left), None) => f(left, &right.get(row)),
        (None, Some(right)) => f(&left.get(row), right),
        (None, None) => f(&left.get(row), &right.get(row)),
    }
}

fn binary_columns(cx: &Context, op: BinaryOp, left: &Column, right: &Column, len: usize) -> Result<Column> {
    let by_ints = ints(left).zip(ints(right)).and_then(|(left, right)| int_arithmetic(op, &left, &right, len));
    let by_floats =
        || floats(left).zip(floats(right)).and_then(|(left, right)| float_arithmetic(op, &left, &right, len));
    if let Some(column) = by_ints.or_else(by_floats) {
        return Ok(column);
    }
    map_rows(cx, len, |row| with_values(left, right, row, |l, r| binary(cx, op, l, r)))
}

/// Sums, differences and products; `None` when there is no kernel or one overflows: then the slow way says so.
fn int_arithmetic(op: BinaryOp, left: &Numbers<'_, i64>, right: &Numbers<'_, i64>, len: usize) -> Option<Column> {
    let compute: fn(i64, i64) -> (i64, bool) = match op {
        BinaryOp::Add => i64::overflowing_add,
        BinaryOp::Subtract => i64::overflowing_sub,
        BinaryOp::Multiply => i64::overflowing_mul,
        _ => return None,
    };
    let mut out = Vec::with_capacity(len);
    let mut overflow = false;
    left.pairs(right, len, |l, r| {
        let (value, over) = compute(l, r);
        overflow |= over;
        out.push(value);
    });
    (!overflow).then_some(Column::Ints(out))
}

fn float_arithmetic(op: BinaryOp, left: &Numbers<'_, f64>, right: &Numbers<'_, f64>, len: usize) -> Option<Column> {
    let compute: fn(f64, f64) -> f64 = match op {
        BinaryOp::Add => |l, r| l + r,
        BinaryOp::Subtract => |l, r| l - r,
        BinaryOp::Multiply => |l, r| l * r,
        _ => return None,
    };
    let mut out = Vec::with_capacity(len);
    left.pairs(right, len, |l, r| out.push(compute(l, r)));
    Some(Column::Floats(out))
}

fn not(cx: &Context, operand: &Expr, rows: Rows<'_>) -> Result<Column> {
    let column = eval_column(cx, operand, rows)?;
    if let Column::Bools(truths) = column.as_ref() {
        return Ok(Column::Bools(truths.iter().map(|truth| !truth).collect()));
    }
    let negated = |row| expect_bool(&column.get(row)).map(|truth| truth.map(|truth| !truth).into());
    map_rows(cx, rows.len(), negated).map_err(|error| error.at(operand.span))
}

fn is_null(cx: &Context, operand: &Expr, negated: bool, rows: Rows<'_>) -> Result<Column> {
    let column = eval_column(cx, operand, rows)?;
    Ok(match column.as_ref() {
        Column::Unset => Column::Constant(Value::Bool(!negated)),
        Column::Constant(value) => Column::Constant(Value::Bool(value.is_null() != negated)),
        Column::Values(values) => Column::Bools(values.iter().map(|value| value.is_null() != negated).collect()),
        _ => Column::Bools(vec![negated; rows.len()]),
    })
}

/// `AND` (decisive value false) and `OR` (true): each operand is computed for the rows still open.
fn fold(cx: &Context, operands: &[Expr], decisive: bool, rows: Rows<'_>) -> Result<Column> {
    let mut result = vec![!decisive; rows.len()];
    let mut unknown: Vec<u32> = Vec::new();
    let mut open: Option<Vec<u32>> = None;
    for operand in operands {
        let positions: Option<Vec<u32>> =
            open.as_ref().map(|open| open.iter().map(|&row| rows.position(row as usize) as u32).collect());
        let asked = positions.as_ref().map_or(rows, |positions| Rows::at(rows.chunk, positions));
        if asked.len() == 0 {
            break;
        }
        let column = eval_column(cx, operand, asked)?;
        let mut still = Vec::with_capacity(asked.len());
        let row_of = |at: usize| open.as_ref().map_or(at as u32, |open| open[at]);
        for at in 0..asked.len() {
            let row = row_of(at);
            let truth = match column.as_ref() {
                Column::Bools(truths) => Some(truths[at]),
                column => expect_bool(&column.get(at)).map_err(|error| error.at(operand.span))?,
            };
            match truth {
                Some(truth) if truth == decisive => result[row as usize] = decisive,
                Some(_) => still.push(row),
                None => {
                    unknown.push(row);
                    still.push(row);
                }
            }
        }
        open = Some(still);
    }
    unknown.retain(|row| result[*row as usize] != decisive);
    if unknown.is_empty() {
        return Ok(Column::Bools(result));
    }
    let mut values: Vec<Value> = result.into_iter().map(Value::Bool).collect();
    unknown.into_iter().for_each(|row| values[row as usize] = Value::Null);
    Ok(Column::Values(values))
}

fn has_labels(cx: &Context, expr: &Expr, base: &Expr, test: &LabelTest, rows: Rows<'_>) -> Result<Column> {
    let column = eval_column(cx, base, rows)?;
    match column.as_ref() {
        Column::Nodes(nodes) if cx.counters.nodes_deleted == 0 => {
            Ok(Column::Bools(nodes.iter().map(|&id| label_test(cx.graph(), NodeId(id), test)).collect()))
        }
        _ => by_row(cx, expr, rows),
    }
}

fn has_type(cx: &Context, expr: &Expr, base: &Expr, test: &TypeTest, rows: Rows<'_>) -> Result<Column> {
    let column = eval_column(cx, base, rows)?;
    match column.as_ref() {
        Column::Rels(rels) => Ok(Column::Bools(rels.iter().map(|rel| test.has(rel.rel_type)).collect())),
        _ => by_row(cx, expr, rows),
    }
}

fn call_columns(cx: &Context, function: &'static Function, arguments: &[Expr], rows: Rows<'_>) -> Result<Column> {
    let columns = arguments.iter().map(|argument| eval_column(cx, argument, rows)).collect::<Result<Vec<_>>>()?;
    match (&function.body, columns.first().map(AsRef::as_ref)) {
        (Body::Cited(_), _) => return cited(cx, columns, rows.len()),
        (Body::OfType(_), Some(Column::Rels(rels))) => return of_types(cx, function, rels),
        _ => {}
    }
    let mut values = Vec::with_capacity(columns.len());
    map_rows(cx, rows.len(), |row| {
        values.clear();
        values.extend(columns.iter().map(|column| column.get(row)));
        call(cx, function, &values)
    })
}

/// What a function says of each relationship's type: those of one type often follow each other.
fn of_types(cx: &Context, function: &'static Function, rels: &[RelId]) -> Result<Column> {
    let mut last: Option<(RelTypeId, Value)> = None;
    map_rows(cx, rels.len(), |row| match &last {
        Some((known, value)) if *known == rels[row].rel_type => Ok(value.clone()),
        _ => {
            let value = call(cx, function, &[Value::Rel(rels[row])])?;
            last = Some((rels[row].rel_type, value.clone()));
            Ok(value)
        }
    })
}

/// For each row, the relationships in the values, each once.
fn cited(cx: &Context, mut columns: Vec<Cow<'_, Column>>, len: usize) -> Result<Column> {
    if columns.len() == 1
        && cx.graph().derived().is_none()
        && let Some(lists) = columns.pop_if(|column| matches!(column.as_ref(), Column::RelLists(_)))
    {
        return Ok(lists.into_owned());
    }
    let mut found = Found::default();
    let mut lists = RelLists::with_capacity(len, len * columns.len());
    for row in 0..len {
        found.clear();
        for column in &columns {
            match column.as_ref() {
                Column::Rels(rels) => found.add(rels[row]),
                Column::RelLists(lists) => lists.get(row).iter().for_each(|rel| found.add(*rel)),
                column => each_rel(&column.get(row), &mut |rel| found.add(rel)),
            }
        }
        found.add_premises(&cx.call_context())?;
        lists.push(found.rels().iter().copied());
        cx.work(found.rels().len() as u64)?;
        if lists.bytes() > cx.pool().room() {
            return Err(cx.pool().exceeded());
        }
    }
    cx.note_built(lists.bytes());
    Ok(Column::RelLists(lists))
}
