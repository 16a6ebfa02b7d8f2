//! Subqueries that are run for one row while an expression is computed.

use super::super::chunk::Chunk;
use super::super::column::Column;
use super::super::context::Context;
use super::super::memory::Held;
use super::super::operators::{Stage, build};
use super::scalar::Interpreter;
use crate::error::{Error, Result};
use crate::semantic::bound::{SubqueryId, SubqueryResult};
use crate::value::{Value, share_bytes};

impl Interpreter<'_> {
    pub(super) fn subquery(&mut self, id: SubqueryId) -> Result<Value> {
        let index = id.0 as usize;
        let Some(Some(subplan)) = self.cx.plan().subqueries.get(index) else {
            return Err(Error::internal(format!("subquery {index} has no plan")));
        };
        let mut argument = Chunk::new(self.cx.frame(), 1);
        for &slot in &subplan.imports {
            argument.set(slot, Column::Constant(self.slot(slot)));
        }
        let mut stage = self
            .cx
            .take_subquery(index)
            .unwrap_or_else(|| build(self.cx.program(), &subplan.root, self.cx.program().first_number(index)));
        let mut child = self.cx.child(argument);
        let value = run_result(&mut stage, &mut child, subplan.result);
        stage.reset();
        self.cx.keep_subquery(index, stage);
        value
    }
}

/// Runs operators to the end, or as far as the result needs.
fn run_result(stage: &mut Stage, cx: &mut Context, result: SubqueryResult) -> Result<Value> {
    match result {
        SubqueryResult::Exists => Ok(Value::Bool(stage.next(cx)?.is_some())),
        SubqueryResult::Count => count(stage, cx),
        SubqueryResult::First(slot) => {
            let first = stage.next(cx)?;
            Ok(first.map_or(Value::Null, |chunk| chunk.value(slot, chunk.position(0))))
        }
        SubqueryResult::Collect(slot) => {
            let mut values = Vec::new();
            let mut held = Held::default();
            while let Some(chunk) = stage.next(cx)? {
                let chunk = cx.flatten(chunk)?;
                for at in 0..chunk.len {
                    let value = chunk.value(slot, at);
                    cx.tick()?;
                    held.grow(cx, share_bytes(&value, 1))?;
                    values.push(value);
                }
            }
            Ok(Value::list(values))
        }
    }
}

fn count(stage: &mut Stage, cx: &mut Context) -> Result<Value> {
    let mut total = 0u64;
    while let Some(chunk) = stage.next(cx)? {
        total = total.saturating_add(chunk.total());
    }
    Ok(Value::count(total))
}
