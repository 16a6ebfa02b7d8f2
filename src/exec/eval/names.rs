//! Names of labels, types and keys that a query computes.

use super::scalar::Interpreter;
use crate::error::{Error, Result};
use crate::semantic::bound::Expr;
use crate::value::Value;
use std::sync::Arc;

/// The greatest length of a computed name, in bytes.
const MAX_NAME: usize = 65_534;

impl Interpreter<'_> {
    /// Whether a node has the labels of these names, or a relationship the type: all of them, or any.
    pub(super) fn has_names(&mut self, base: &Expr, names: &Expr, any: bool) -> Result<Value> {
        let entity = self.eval(base)?;
        if entity.is_null() {
            return Ok(Value::Null);
        }
        let value = self.eval(names)?;
        let names = names_of(&value).map_err(|error| error.at(names.span))?;
        let has = |name: &Arc<str>| self.has_name(&entity, name);
        Ok(Value::Bool(if any { try_any(&names, has)? } else { try_all(&names, has)? }))
    }

    fn has_name(&self, entity: &Value, name: &str) -> Result<bool> {
        let graph = self.cx.graph();
        match entity {
            Value::Node(node) if !graph.contains_node(*node) => Err(super::deleted_node()),
            Value::Node(node) => Ok(graph.catalog().label(name).is_some_and(|label| graph.has_label(*node, label))),
            Value::Rel(rel) => Ok(graph.catalog().rel_type(name) == Some(rel.rel_type)),
            other => {
                let message = format!("a node or relationship is needed, not a value of type {}", other.type_name());
                Err(Error::type_error(message))
            }
        }
    }
}

/// One name or a list of names.
pub(crate) fn names_of(value: &Value) -> Result<Vec<Arc<str>>> {
    match value {
        Value::List(items) => items.iter().map(name_of).collect(),
        single => Ok(vec![name_of(single)?]),
    }
}

/// A name: a string that is not empty.
pub(crate) fn name_of(value: &Value) -> Result<Arc<str>> {
    match value {
        Value::String(name) if name.is_empty() => Err(Error::type_error("a computed name cannot be empty")),
        Value::String(name) if name.len() > MAX_NAME => {
            Err(Error::type_error(format!("a computed name has {} bytes; {MAX_NAME} is the most", name.len())))
        }
        Value::String(name) => Ok(Arc::clone(name)),
        Value::Null => Err(Error::type_error("a computed name cannot be null")),
        other => Err(Error::type_error(format!(
            "a computed name must be a string, not a value of type {}",
            other.type_name()
        ))),
    }
}

fn try_any(names: &[Arc<str>], test: impl Fn(&Arc<str>) -> Result<bool>) -> Result<bool> {
    names.iter().try_fold(false, |found, name| Ok(found || test(name)?))
}

fn try_all(names: &[Arc<str>], test: impl Fn(&Arc<str>) -> Result<bool>) -> Result<bool> {
    names.iter().try_fold(true, |all, name| Ok(all && test(name)?))
}
