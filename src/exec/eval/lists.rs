//! Expressions with variables of their own: comprehensions, quantifiers, `reduce`.

use super::super::column::value_bytes;
use super::scalar::Interpreter;
use crate::error::{Detail, Error, ErrorType, Result};
use crate::semantic::bound::{Expr, Slot};
use crate::syntax::ast::Quantifier;
use crate::value::Value;
use crate::value::shape;
use std::sync::Arc;

/// The most lists and maps inside each other that `reduce` may build: values are walked by recursion.
const DEPTH: u32 = 200;
/// The most values, shared ones counted each time, that `reduce` may build.
const VALUES: u64 = 100_000_000;

/// Refuses a value that repeated steps have made too deep, or too large by holding the same parts many times.
fn check_shape(value: &Value) -> Result<()> {
    let shape = shape(value);
    let refused = |detail, what: String| Err(Error::runtime(ErrorType::ResourceLimit, detail, what));
    if shape.depth > DEPTH {
        return refused(Detail::NestingTooDeep, format!("lists and maps are nested more than {DEPTH} levels deep"));
    }
    if shape.values > VALUES {
        return refused(Detail::MemoryLimit, format!("the value holds more than {VALUES} values"));
    }
    Ok(())
}

impl Interpreter<'_> {
    pub(super) fn comprehension(
        &mut self,
        variable: Slot,
        list: &Expr,
        predicate: Option<&Expr>,
        result: Option<&Expr>,
    ) -> Result<Value> {
        let Some(items) = self.list(list)? else { return Ok(Value::Null) };
        let mut out = Vec::new();
        let mut bytes = 0u64;
        for (count, item) in items.iter().enumerate() {
            self.tick(count)?;
            if let Some(value) = self.comprehend(variable, item, predicate, result)? {
                bytes = bytes.saturating_add(value_bytes(&value));
                self.check_size(bytes)?;
                out.push(value);
            }
        }
        Ok(Value::list(out))
    }

    fn comprehend(
        &mut self,
        variable: Slot,
        item: &Value,
        predicate: Option<&Expr>,
        result: Option<&Expr>,
    ) -> Result<Option<Value>> {
        self.locals.push((variable, item.clone()));
        let value = match predicate.map(|expr| self.truth(expr)).transpose() {
            Ok(Some(Some(true)) | None) => result.map_or_else(|| Ok(item.clone()), |expr| self.eval(expr)).map(Some),
            Ok(_) => Ok(None),
            Err(error) => Err(error),
        };
        self.locals.pop();
        value
    }

    pub(super) fn quantifier(
        &mut self,
        quantifier: Quantifier,
        variable: Slot,
        list: &Expr,
        predicate: &Expr,
    ) -> Result<Value> {
        let Some(items) = self.list(list)? else { return Ok(Value::Null) };
        let mut tally = Tally::default();
        for (count, item) in items.iter().enumerate() {
            self.tick(count)?;
            self.locals.push((variable, item.clone()));
            let truth = self.truth(predicate);
            self.locals.pop();
            tally.add(truth?);
            if let Some(decided) = tally.decided(quantifier) {
                return Ok(Value::Bool(decided));
            }
        }
        Ok(tally.result(quantifier).into())
    }

    pub(super) fn reduce(
        &mut self,
        (accumulator, initial): (Slot, &Expr),
        variable: Slot,
        list: &Expr,
        step: &Expr,
    ) -> Result<Value> {
        let mut value = self.eval(initial)?;
        let Some(items) = self.list(list)? else { return Ok(Value::Null) };
        for (count, item) in items.iter().enumerate() {
            self.tick(count)?;
            self.locals.push((accumulator, value));
            self.locals.push((variable, item.clone()));
            let next = self.eval(step);
            self.locals.truncate(self.locals.len().saturating_sub(2));
            value = next?;
            check_shape(&value)?;
            if matches!(value, Value::List(_) | Value::Map(_) | Value::String(_)) && count.is_multiple_of(64) {
                self.check_size(value_bytes(&value))?;
            }
        }
        Ok(value)
    }

    fn list(&mut self, list: &Expr) -> Result<Option<Arc<Vec<Value>>>> {
        match self.eval(list)? {
            Value::Null => Ok(None),
            Value::List(items) => Ok(Some(items)),
            other => {
                let message = format!("a list is needed, not a value of type {}", other.type_name());
                Err(Error::type_error(message).at(list.span))
            }
        }
    }

    fn tick(&self, count: usize) -> Result<()> {
        if count.is_multiple_of(1024) { self.cx.check() } else { Ok(()) }
    }

    fn check_size(&self, bytes: u64) -> Result<()> {
        if bytes > self.cx.settings().max_value_bytes {
            return Err(Error::runtime(ErrorType::ResourceLimit, Detail::MemoryLimit, "the value would be too large"));
        }
        Ok(())
    }
}

/// How many elements passed, failed, or are unknown.
#[derive(Default)]
struct Tally {
    passed: usize,
    failed: usize,
    unknown: usize,
}

impl Tally {
    fn add(&mut self, truth: Option<bool>) {
        match truth {
            Some(true) => self.passed += 1,
            Some(false) => self.failed += 1,
            None => self.unknown += 1,
        }
    }

    /// The result, when no further element can change it.
    fn decided(&self, quantifier: Quantifier) -> Option<bool> {
        match quantifier {
            Quantifier::All if self.failed > 0 => Some(false),
            Quantifier::Any if self.passed > 0 => Some(true),
            Quantifier::None if self.passed > 0 => Some(false),
            Quantifier::Single if self.passed > 1 => Some(false),
            _ => None,
        }
    }

    /// The result after the last element.
    fn result(&self, quantifier: Quantifier) -> Option<bool> {
        if self.unknown > 0 {
            return None;
        }
        Some(match quantifier {
            Quantifier::All | Quantifier::None => true,
            Quantifier::Any => false,
            Quantifier::Single => self.passed == 1,
        })
    }
}
