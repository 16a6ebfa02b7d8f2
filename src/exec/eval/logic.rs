//! Three-valued logic, `CASE`, and tests of labels and types.

use super::scalar::Interpreter;
use crate::error::{Error, Result};
use crate::semantic::bound::{Expr, LabelTest, Slot, TypeTest, ValueTest};
use crate::store::Version;
use crate::value::{NodeId, Value};

impl Interpreter<'_> {
    /// A conjunction; operands after a false one are not computed.
    pub(super) fn and(&mut self, operands: &[Expr]) -> Result<Value> {
        self.fold(operands, false)
    }

    /// A disjunction; operands after a true one are not computed.
    pub(super) fn or(&mut self, operands: &[Expr]) -> Result<Value> {
        self.fold(operands, true)
    }

    fn fold(&mut self, operands: &[Expr], decisive: bool) -> Result<Value> {
        let mut unknown = false;
        for operand in operands {
            match self.truth(operand)? {
                Some(truth) if truth == decisive => return Ok(Value::Bool(decisive)),
                Some(_) => {}
                None => unknown = true,
            }
        }
        Ok(if unknown { Value::Null } else { Value::Bool(!decisive) })
    }

    pub(super) fn case(
        &mut self,
        subject: Option<&(Slot, Box<Expr>)>,
        branches: &[(Expr, Expr)],
        otherwise: Option<&Expr>,
    ) -> Result<Value> {
        let Some((local, subject)) = subject else { return self.first_true(branches, otherwise) };
        let value = self.eval(subject)?;
        self.locals.push((*local, value));
        let result = self.first_true(branches, otherwise);
        self.locals.pop();
        result
    }

    fn first_true(&mut self, branches: &[(Expr, Expr)], otherwise: Option<&Expr>) -> Result<Value> {
        for (condition, result) in branches {
            if self.truth(condition)? == Some(true) {
                return self.eval(result);
            }
        }
        otherwise.map_or(Ok(Value::Null), |expr| self.eval(expr))
    }

    /// `operand IS [NOT] :: TYPE`, `operand IS [NOT] NORMALIZED`.
    pub(super) fn test(&mut self, operand: &Expr, test: &ValueTest, negated: bool) -> Result<Value> {
        let value = self.eval(operand)?;
        let passes = match test {
            ValueTest::Type(ty) => Some(ty.holds(&value)),
            ValueTest::Normalized(form) => value.as_str().map(|text| form.has(text)),
        };
        Ok(passes.map(|passes| passes != negated).into())
    }

    pub(super) fn has_labels(&mut self, base: &Expr, test: &LabelTest) -> Result<Value> {
        match self.eval(base)? {
            Value::Null => Ok(Value::Null),
            Value::Node(node) => {
                let graph = self.cx.graph();
                let passes = label_test(graph, node, test);
                if !passes && !graph.contains_node(node) {
                    return Err(super::deleted_node());
                }
                Ok(Value::Bool(passes))
            }
            other => {
                Err(Error::type_error(format!("a label test needs a node, not a value of type {}", other.type_name())))
            }
        }
    }

    pub(super) fn has_type(&mut self, base: &Expr, test: &TypeTest) -> Result<Value> {
        match self.eval(base)? {
            Value::Null => Ok(Value::Null),
            Value::Rel(rel) => Ok(Value::Bool(test.has(rel.rel_type))),
            other => {
                let message = format!("a type test needs a relationship, not a value of type {}", other.type_name());
                Err(Error::type_error(message))
            }
        }
    }
}

/// Whether a node passes a test of its labels.
pub(crate) fn label_test(graph: &Version, node: NodeId, test: &LabelTest) -> bool {
    match test {
        LabelTest::Has(label) => graph.has_label(node, *label),
        LabelTest::Never => false,
        LabelTest::Any => !graph.node_labels(node).is_empty(),
        LabelTest::Not(inner) => !label_test(graph, node, inner),
        LabelTest::And(parts) => parts.iter().all(|part| label_test(graph, node, part)),
        LabelTest::Or(parts) => parts.iter().any(|part| label_test(graph, node, part)),
    }
}
