//! The procedures of a graph, as the executor asks for them.

use crate::algo::{ProcedureContext, Registry, Signature};
use crate::error::Result;
use crate::exec;
use crate::functions::CallContext;
use crate::value::Value;

impl exec::Procedures for Registry {
    fn call(&self, name: &str, call: &CallContext<'_>, arguments: &[Value]) -> Result<Vec<Vec<Value>>> {
        let context = ProcedureContext { version: call.graph, check: &|| call.watch.check(), room: call.watch.room() };
        self.find(name)?.call(&context, arguments)
    }

    fn signatures(&self) -> Vec<Signature> {
        self.iter().map(|procedure| procedure.signature.clone()).collect()
    }
}
