//! Expressions with variables of their own: comprehensions, quantifiers, `reduce`.

use super::super::memory::Growing;
use super::scalar::Interpreter;
use crate::error::{Error, Result};
use crate::semantic::bound::{Expr, Slot};
use crate::syntax::ast::Quantifier;
use crate::value::{Nested, Value};
use std::sync::Arc;

impl Interpreter<'_> {
    pub(super) fn comprehension(
        &mut self,
        variable: Slot,
        list: &Expr,
        predicate: Option<&Expr>,
        result: Option<&Expr>,
    ) -> Result<Value> {
        let Some(items) = self.list(list)? else { return Ok(Value::Null) };
        let mut out = Growing::new(self.cx);
        for item in items.iter() {
            self.cx.tick()?;
            if let Some(value) = self.comprehend(variable, item, predicate, result)? {
                out.push(value)?;
            }
        }
        Ok(Value::list(out.into_values()))
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
        for item in items.iter() {
            self.cx.tick()?;
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
        for item in items.iter() {
            self.cx.tick()?;
            self.locals.push((accumulator, value));
            self.locals.push((variable, item.clone()));
            let next = self.eval(step);
            self.locals.truncate(self.locals.len().saturating_sub(2));
            value = next?;
        }
        Ok(value)
    }

    fn list(&mut self, list: &Expr) -> Result<Option<Arc<Nested<Vec<Value>>>>> {
        match self.eval(list)? {
            Value::Null => Ok(None),
            Value::List(items) => Ok(Some(items)),
            other => {
                let message = format!("a list is needed, not a value of type {}", other.type_name());
                Err(Error::type_error(message).at(list.span))
            }
        }
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
