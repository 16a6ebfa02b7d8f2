//! The procedures of a graph, as the binder and the executor ask for them.

use crate::algo::{Procedure, ProcedureContext, Registry, ValueType};
use crate::error::Result;
use crate::exec;
use crate::functions::{CallContext, TypeSet};
use crate::semantic::names::{self, Input, Output, Signature};
use crate::value::Value;
use std::sync::Arc;

/// The procedures that a statement may call.
#[derive(Clone, Debug)]
pub(super) struct Procedures(pub(super) Registry);

impl names::Procedures for Procedures {
    fn signature(&self, name: &str) -> Option<Signature> {
        self.0.get(name).map(signature)
    }

    fn names(&self) -> Vec<Arc<str>> {
        self.0.iter().map(|procedure| Arc::clone(&procedure.signature.name)).collect()
    }
}

impl exec::Procedures for Procedures {
    fn call(&self, name: &str, call: &CallContext<'_>, arguments: &[Value]) -> Result<Vec<Vec<Value>>> {
        self.0.find(name)?.call(&ProcedureContext::new(call.graph), arguments)
    }
}

fn signature(procedure: &Procedure) -> Signature {
    let signature = &procedure.signature;
    let inputs = signature.inputs.iter().map(|input| Input {
        name: Arc::clone(&input.name),
        accepts: types(input.value_type),
        optional: input.default.is_some(),
    });
    let outputs =
        signature.outputs.iter().map(|output| Output { name: Arc::clone(&output.name), gives: types(output.value_type) });
    Signature {
        name: Arc::clone(&signature.name),
        inputs: inputs.collect(),
        outputs: outputs.collect(),
        writes: false,
    }
}

/// The values that a type of a signature stands for; whole numbers are taken for floats.
fn types(value_type: ValueType) -> TypeSet {
    match value_type {
        ValueType::Any => TypeSet::ANY,
        ValueType::Boolean => TypeSet::BOOL,
        ValueType::Integer => TypeSet::INT,
        ValueType::Float | ValueType::Number => TypeSet::NUMBER,
        ValueType::String => TypeSet::STRING,
        ValueType::List => TypeSet::LIST,
        ValueType::Map => TypeSet::MAP,
        ValueType::Node => TypeSet::NODE,
        ValueType::Relationship => TypeSet::REL,
        ValueType::Path => TypeSet::PATH,
        ValueType::Date => TypeSet::DATE,
        ValueType::LocalTime => TypeSet::LOCAL_TIME,
        ValueType::Time => TypeSet::TIME,
        ValueType::LocalDateTime => TypeSet::LOCAL_DATE_TIME,
        ValueType::DateTime => TypeSet::DATE_TIME,
        ValueType::Duration => TypeSet::DURATION,
    }
}
