//! `CALL` of procedures.

use super::Binder;
use super::bound::{Arm, BoundClause, Expr, ExprKind, Slot, Union};
use super::invocations::arguments;
use super::scope::Entry;
use super::types::{Type, mismatch};
use crate::algo::{Parameter, Signature, ValueType};
use crate::error::{Detail, Error, Result};
use crate::functions::TypeSet;
use crate::span::Span;
use crate::syntax::ast::{self, Name, ProcedureCall, Yield};
use crate::text::nearest;
use std::sync::Arc;

impl Binder<'_> {
    /// Binds a call; `alone` when it is a whole statement. Gives its columns.
    pub(super) fn procedure_call(
        &mut self,
        call: &ProcedureCall,
        alone: bool,
        span: Span,
        out: &mut Vec<BoundClause>,
    ) -> Result<Vec<(Arc<str>, Slot)>> {
        if call.optional {
            return self.optional_call(call, alone, span, out);
        }
        if alone { self.standalone_call(call, span, out) } else { self.call_in_query(call, span, out) }
    }

    /// `OPTIONAL CALL`: the call as a subquery without which a row stays, with nulls.
    fn optional_call(
        &mut self,
        call: &ProcedureCall,
        alone: bool,
        span: Span,
        out: &mut Vec<BoundClause>,
    ) -> Result<Vec<(Arc<str>, Slot)>> {
        let scope = self.scope.enclosed();
        let ((clauses, columns), imports) = self.in_subquery(scope, |binder| {
            let mut clauses = Vec::new();
            let call = ProcedureCall { optional: false, ..call.clone() };
            let columns = binder.procedure_call(&call, alone, span, &mut clauses)?;
            Ok((clauses, columns))
        })?;
        for (name, slot) in &columns {
            self.scope.insert(name.clone(), Entry::visible(*slot));
        }
        let slots: Vec<Slot> = columns.iter().map(|(_, slot)| *slot).collect();
        let query = Union { arms: vec![Arm { clauses, columns: slots.clone() }], all: false, columns: slots };
        let (imports, transactions) = (imports.all, None);
        out.push(BoundClause::Subquery { optional: true, query, imports, unit: false, writes: false, transactions });
        Ok(columns)
    }

    /// Binds a call that is a whole statement; all outputs are columns unless `YIELD` chooses.
    fn standalone_call(
        &mut self,
        call: &ProcedureCall,
        span: Span,
        out: &mut Vec<BoundClause>,
    ) -> Result<Vec<(Arc<str>, Slot)>> {
        let signature = &self.procedures.find(&call.name.text).map_err(|error| error.at(call.name.span))?.signature;
        let arguments = match &call.arguments {
            Some(arguments) => self.call_arguments(call, arguments, signature)?,
            None => self.implicit_arguments(signature, call.name.span),
        };
        let all = call.yields == Yield::Implicit;
        self.call(call, signature, arguments, all, span, out)
    }

    /// Binds a call among other clauses; outputs are bound only when `YIELD` names them.
    fn call_in_query(
        &mut self,
        call: &ProcedureCall,
        span: Span,
        out: &mut Vec<BoundClause>,
    ) -> Result<Vec<(Arc<str>, Slot)>> {
        let signature = &self.procedures.find(&call.name.text).map_err(|error| error.at(call.name.span))?.signature;
        let Some(arguments) = &call.arguments else {
            let message =
                format!("the arguments of `{}` must be written in parentheses inside a query", signature.name);
            return Err(Error::syntax(Detail::InvalidArgumentPassingMode, message).at(call.name.span));
        };
        if call.yields == Yield::All {
            return Err(yields_all(signature, call.name.span));
        }
        let arguments = self.call_arguments(call, arguments, signature)?;
        self.call(call, signature, arguments, false, span, out)
    }

    fn call(
        &mut self,
        call: &ProcedureCall,
        signature: &Signature,
        arguments: Vec<Expr>,
        all: bool,
        span: Span,
        out: &mut Vec<BoundClause>,
    ) -> Result<Vec<(Arc<str>, Slot)>> {
        self.note_whole_graph(&call.name);
        let (yields, columns) = self.yields(call, signature, all)?;
        let void = signature.outputs.is_empty();
        out.push(BoundClause::Call { procedure: signature.name.clone(), arguments, yields, void, span });
        if let Some(predicate) = &call.predicate {
            out.push(BoundClause::Filter(self.condition(predicate)?));
        }
        Ok(columns)
    }

    fn call_arguments(
        &mut self,
        call: &ProcedureCall,
        arguments: &[ast::Expr],
        signature: &Signature,
    ) -> Result<Vec<Expr>> {
        let (fewest, most) = signature.arity();
        if arguments.len() < fewest || arguments.len() > most {
            return Err(wrong_count(signature, arguments.len(), call.name.span));
        }
        self.without_aggregates("in the arguments of a procedure", |binder| {
            arguments
                .iter()
                .zip(&signature.inputs)
                .map(|(argument, input)| binder.call_argument(argument, input))
                .collect()
        })
    }

    fn call_argument(&mut self, argument: &ast::Expr, input: &Parameter) -> Result<Expr> {
        let (bound, ty) = self.expr(argument)?;
        let accepts = types_of(input.value_type);
        let widened = if accepts.meets(TypeSet::FLOAT) { TypeSet::NUMBER } else { accepts };
        if !ty.fits(widened) {
            return Err(mismatch(&format!("argument `{}`", input.name), accepts, ty, argument.span));
        }
        Ok(bound)
    }

    /// Arguments from parameters of the same names.
    fn implicit_arguments(&mut self, signature: &Signature, span: Span) -> Vec<Expr> {
        let needed = signature.inputs.iter().filter(|input| input.default.is_none());
        let mut arguments = Vec::with_capacity(signature.inputs.len());
        for input in needed {
            self.needs_parameter(&input.name, span);
            arguments.push(Expr::new(ExprKind::Parameter(input.name.clone()), span));
        }
        arguments
    }

    #[allow(clippy::type_complexity)] // the two halves of what a call yields
    fn yields(
        &mut self,
        call: &ProcedureCall,
        signature: &Signature,
        all: bool,
    ) -> Result<(Vec<(usize, Slot)>, Vec<(Arc<str>, Slot)>)> {
        let chosen = self.chosen_outputs(call, signature, all)?;
        let (mut yields, mut columns) = (Vec::new(), Vec::new());
        for (at, output, name) in chosen {
            self.must_be_free(&name)?;
            let slot = self.declare(&name.text, Type::of(types_of(output.value_type)));
            yields.push((at, slot));
            columns.push((name.text, slot));
        }
        Ok((yields, columns))
    }

    /// The outputs that are bound: their place in the signature, and the variable each gets.
    fn chosen_outputs<'s>(
        &self,
        call: &ProcedureCall,
        signature: &'s Signature,
        all: bool,
    ) -> Result<Vec<(usize, &'s Parameter, Name)>> {
        let items = match &call.yields {
            Yield::Implicit if !all => return Ok(Vec::new()),
            Yield::Implicit | Yield::All => {
                let named = |output: &Parameter| Name { text: output.name.clone(), span: call.name.span };
                let every = signature.outputs.iter().enumerate();
                return Ok(every.map(|(at, output)| (at, output, named(output))).collect());
            }
            Yield::Items(items) => items,
        };
        let mut chosen = Vec::with_capacity(items.len());
        for (column, alias) in items {
            let found = signature.outputs.iter().enumerate().find(|(_, output)| output.name == column.text);
            let Some((at, output)) = found else { return Err(unknown_output(signature, column)) };
            chosen.push((at, output, alias.clone().unwrap_or_else(|| column.clone())));
        }
        Ok(chosen)
    }
}

/// The static type that a signature names.
fn types_of(value_type: ValueType) -> TypeSet {
    match value_type {
        ValueType::Any => TypeSet::ANY,
        ValueType::Boolean => TypeSet::BOOL,
        ValueType::Integer => TypeSet::INT,
        ValueType::Float => TypeSet::FLOAT,
        ValueType::Number => TypeSet::NUMBER,
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

fn wrong_count(signature: &Signature, given: usize, span: Span) -> Error {
    let names: Vec<&str> = signature.inputs.iter().map(|input| &*input.name).collect();
    let message = format!("`{}({})` cannot be called with {}", signature.name, names.join(", "), arguments(given));
    Error::syntax(Detail::InvalidNumberOfArguments, message).at(span)
}

/// `YIELD *` would let a procedure's outputs decide what the names of a query mean.
fn yields_all(signature: &Signature, span: Span) -> Error {
    let outputs: Vec<&str> = signature.outputs.iter().map(|output| &*output.name).collect();
    let message = format!("`YIELD *` cannot stand inside a query: `{}` is called beside other clauses", signature.name);
    let error = Error::syntax(Detail::UnexpectedSyntax, message).at(span);
    if outputs.is_empty() { error } else { error.hint(format!("`YIELD {}`", outputs.join(", "))) }
}

fn unknown_output(signature: &Signature, column: &Name) -> Error {
    let message = format!("`{}` has no output `{}`", signature.name, column.text);
    let error = Error::syntax(Detail::UndefinedVariable, message).at(column.span);
    let known: Vec<&str> = signature.outputs.iter().map(|output| &*output.name).collect();
    match nearest(&column.text, known.iter().copied()) {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None => error.hint(format!("it has {}", known.join(", "))),
    }
}
