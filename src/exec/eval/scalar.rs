//! The reference interpreter: one expression, one row, one value.

use super::super::chunk::Chunk;
use super::super::context::Context;
use super::super::memory::Growing;
use super::super::paths;
use super::operators::{binary, compare, expect_bool, negate, plus};
use crate::error::{Error, Result};
use crate::functions::{Body, Function};
use crate::semantic::bound::{EntityRef, Expr, ExprKind, Slot};
use crate::syntax::ast::{BinaryOp, CompareOp};
use crate::value::{Map, Value, heap_bytes};
use std::sync::Arc;

/// The row an expression is computed for.
#[derive(Clone, Copy)]
pub(crate) enum Row<'a> {
    /// A position of a chunk.
    Chunk(&'a Chunk, usize),
    /// The values of all slots.
    Frame(&'a [Value]),
    /// No row: only expressions that depend on none.
    Empty,
}

impl Row<'_> {
    /// The value of a slot; null when it is unset.
    pub(crate) fn value(&self, slot: Slot) -> Value {
        match self {
            Row::Chunk(chunk, position) => chunk.value(slot, *position),
            Row::Frame(values) => values.get(slot.0 as usize).cloned().unwrap_or_default(),
            Row::Empty => Value::Null,
        }
    }
}

/// Computes expressions for one row.
pub(crate) struct Interpreter<'a> {
    pub(super) cx: &'a Context,
    pub(super) row: Row<'a>,
    /// The variables of the enclosing comprehensions; the innermost is last.
    pub(super) locals: Vec<(Slot, Value)>,
}

/// The value of an expression for a row.
pub(crate) fn eval(cx: &Context, expr: &Expr, row: Row<'_>) -> Result<Value> {
    Interpreter::new(cx, row).eval(expr)
}

impl<'a> Interpreter<'a> {
    pub(crate) fn new(cx: &'a Context, row: Row<'a>) -> Self {
        Interpreter { cx, row, locals: Vec::new() }
    }

    /// Sets a local variable for all that is evaluated from now on.
    pub(crate) fn set(&mut self, local: Slot, value: Value) {
        self.locals.push((local, value));
    }

    /// Whether a predicate is true with a local variable set.
    pub(crate) fn holds_with(&mut self, predicate: &Expr, local: Slot, value: Value) -> Result<bool> {
        self.locals.push((local, value));
        let truth = self.truth(predicate);
        self.locals.pop();
        Ok(truth? == Some(true))
    }

    /// The value of an expression.
    pub(crate) fn eval(&mut self, expr: &Expr) -> Result<Value> {
        self.eval_kind(&expr.kind).and_then(|value| self.cx.admit(value)).map_err(|error| error.at(expr.span))
    }

    /// The truth of a predicate.
    pub(crate) fn truth(&mut self, expr: &Expr) -> Result<Option<bool>> {
        let value = self.eval(expr)?;
        expect_bool(&value).map_err(|error| error.at(expr.span))
    }

    pub(super) fn slot(&self, slot: Slot) -> Value {
        let local = self.locals.iter().rev().find(|(name, _)| *name == slot);
        local.map_or_else(|| self.row.value(slot), |(_, value)| value.clone())
    }

    // Each arm is one call, so that this function, which stands on the stack for every level of an expression, needs
    // little of it.
    fn eval_kind(&mut self, kind: &ExprKind) -> Result<Value> {
        match kind {
            ExprKind::Const(value) => Ok(value.clone()),
            ExprKind::Parameter(name) => self.cx.parameter(name),
            ExprKind::Slot(slot) | ExprKind::Local(slot) => Ok(self.slot(*slot)),
            ExprKind::Property { base, key, id } => self.property(base, key, *id),
            ExprKind::Index { base, index } => self.index(base, index),
            ExprKind::Slice { base, from, to } => self.slice(base, from.as_deref(), to.as_deref()),
            ExprKind::List(items) => self.list_of(items),
            ExprKind::Map(items) => self.map(items),
            ExprKind::MapProjection { base, all, items } => self.map_projection(base, *all, items),
            ExprKind::Not(operand) => self.not(operand),
            ExprKind::Negate(operand) => self.negated(operand),
            ExprKind::Plus(operand) => self.eval(operand).and_then(plus),
            ExprKind::And(operands) => self.and(operands),
            ExprKind::Or(operands) => self.or(operands),
            ExprKind::Binary(op, left, right) => self.binary(*op, left, right),
            ExprKind::Compare(op, left, right) => self.compared(*op, left, right),
            ExprKind::IsNull { operand, negated } => self.is_null(operand, *negated),
            ExprKind::Test { operand, test, negated } => self.test(operand, test, *negated),
            ExprKind::HasLabels { base, labels } => self.has_labels(base, labels),
            ExprKind::HasType { base, types } => self.has_type(base, types),
            ExprKind::HasNames { base, names, any } => self.has_names(base, names, *any),
            ExprKind::Call { function, arguments } => self.call(function, arguments),
            ExprKind::Case { subject, branches, otherwise } => {
                self.case(subject.as_ref(), branches, otherwise.as_deref())
            }
            ExprKind::Comprehension { variable, list, predicate, result } => {
                self.comprehension(*variable, list, predicate.as_deref(), result.as_deref())
            }
            ExprKind::Quantifier { quantifier, variable, list, predicate } => {
                self.quantifier(*quantifier, *variable, list, predicate)
            }
            ExprKind::Reduce { accumulator, initial, variable, list, step } => {
                self.reduce((*accumulator, initial), *variable, list, step)
            }
            ExprKind::Path(steps) => self.path(steps),
            ExprKind::Subquery(id) => self.subquery(*id),
            ExprKind::Entity(entity) => self.entity(entity),
        }
    }

    fn list_of(&mut self, items: &[Expr]) -> Result<Value> {
        self.eval_all(items).map(Value::list)
    }

    fn not(&mut self, operand: &Expr) -> Result<Value> {
        Ok(self.truth(operand)?.map(|truth| !truth).into())
    }

    fn negated(&mut self, operand: &Expr) -> Result<Value> {
        negate(&self.eval(operand)?)
    }

    fn binary(&mut self, op: BinaryOp, left: &Expr, right: &Expr) -> Result<Value> {
        let left = self.eval(left)?;
        let right = self.eval(right)?;
        binary(self.cx, op, &left, &right)
    }

    fn compared(&mut self, op: CompareOp, left: &Expr, right: &Expr) -> Result<Value> {
        let left = self.eval(left)?;
        let right = self.eval(right)?;
        Ok(compare(op, &left, &right))
    }

    fn is_null(&mut self, operand: &Expr, negated: bool) -> Result<Value> {
        Ok(Value::Bool(self.eval(operand)?.is_null() != negated))
    }

    fn path(&self, steps: &[Slot]) -> Result<Value> {
        paths::build(self.cx.graph(), steps, &|slot| self.slot(slot))
    }

    fn entity(&self, entity: &EntityRef) -> Result<Value> {
        super::resolve_entity(self.cx.graph(), entity).map(Value::Node)
    }

    pub(super) fn eval_all(&mut self, items: &[Expr]) -> Result<Vec<Value>> {
        let mut out = Growing::new(self.cx);
        items.iter().try_for_each(|item| out.push(self.eval(item)?))?;
        Ok(out.into_values())
    }

    pub(super) fn map(&mut self, items: &[(Arc<str>, Expr)]) -> Result<Value> {
        let mut map = Map::new();
        self.fill(&mut map, items)?;
        Ok(Value::map(map))
    }

    /// Puts the values of expressions into a map.
    pub(super) fn fill(&mut self, map: &mut Map, items: &[(Arc<str>, Expr)]) -> Result<()> {
        let mut growing = Growing::new(self.cx);
        for (key, item) in items {
            let value = self.eval(item)?;
            growing.count(&value)?;
            map.insert(Arc::clone(key), value);
        }
        Ok(())
    }

    fn call(&mut self, function: &'static Function, arguments: &[Expr]) -> Result<Value> {
        let arguments = self.eval_all(arguments)?;
        call(self.cx, function, &arguments)
    }
}

/// How many steps it counts for to look at all of a value.
fn effort(value: &Value) -> u64 {
    const BYTES_A_STEP: u64 = 128;
    heap_bytes(value) / BYTES_A_STEP
}

/// The value of a function for these arguments.
pub(super) fn call(cx: &Context, function: &'static Function, arguments: &[Value]) -> Result<Value> {
    match function.body {
        Body::Strict(_) | Body::OfType(_) if arguments.iter().any(Value::is_null) => Ok(Value::Null),
        Body::Strict(body) | Body::OfType(body) | Body::Lenient(body) | Body::Cited(body) => {
            cx.work(arguments.iter().map(effort).sum())?;
            let value = body(&cx.call_context(), arguments)?;
            cx.work(effort(&value))?;
            cx.admit(value)
        }
        Body::Aggregate(_) => Err(Error::internal(format!("aggregate `{}` outside of a grouping", function.name))),
        Body::Form(_) => Err(Error::internal(format!("`{}` is no function to call", function.name))),
    }
}
