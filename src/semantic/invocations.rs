//! Calls of functions.

use super::Binder;
use super::bound::{Expr, ExprKind};
use super::scope::{Access, row_dependent, ungrouped};
use super::types::{Type, mismatch};
use crate::error::{Detail, Error, Result};
use crate::functions::{self, Aggregate, Body, Function, TypeSet};
use crate::span::Span;
use crate::syntax::ast::{self, ExprKind as Ast, Name};

impl Binder<'_> {
    /// Binds a call by its function's kind.
    pub(super) fn invocation(
        &mut self,
        call: &ast::Expr,
        name: &Name,
        distinct: bool,
        arguments: &[ast::Expr],
    ) -> Result<(ExprKind, Type)> {
        match (name.text.to_ascii_lowercase().as_str(), arguments) {
            ("exists", [argument]) if !distinct => return self.exists(argument),
            ("entity", [argument]) if !distinct => return self.entity_call(argument),
            ("linenumber" | "file", []) if !distinct => {
                if let Some(place) = self.record_place(name)? {
                    return Ok(place);
                }
            }
            _ => {}
        }
        let function = functions::lookup(&name.text).ok_or_else(|| unknown_function(name))?;
        if let Body::Form(form) = function.body {
            return Err(misshapen(function, form, call.span));
        }
        check_count(function, arguments.len(), call.span)?;
        match function.body {
            Body::Aggregate(aggregate) => self.aggregate(call, aggregate, distinct, |binder| {
                let (arguments, types) = binder.arguments(function, arguments)?;
                Ok((arguments, aggregate_type(aggregate, function, &types)))
            }),
            _ if distinct => {
                let message = format!("`DISTINCT` means nothing in `{}`, which is no aggregate", function.name);
                Err(Error::syntax(Detail::UnexpectedSyntax, message).at(call.span))
            }
            _ => self.scalar(function, arguments, call.span),
        }
    }

    /// `linenumber()` and `file()` where a record of `LOAD CSV` is at hand.
    fn record_place(&mut self, name: &Name) -> Result<Option<(ExprKind, Type)>> {
        let Some(csv) = self.scope.csv() else { return Ok(None) };
        match csv.access {
            Access::Visible => {}
            Access::Gone => return Ok(None),
            Access::Ungrouped => return Err(ungrouped(&format!("{}()", name.text)).at(name.span)),
            Access::RowIndependent => return Err(row_dependent(&format!("{}()", name.text)).at(name.span)),
        }
        let slot = if name.text.eq_ignore_ascii_case("file") { csv.file } else { csv.line };
        self.read(slot);
        Ok(Some((self.slot_expr(slot, name.span).kind, self.type_of(slot))))
    }

    pub(super) fn count_star(&mut self, call: &ast::Expr) -> Result<(ExprKind, Type)> {
        let bind = |_: &mut Self| Ok((Vec::new(), Type::of(TypeSet::INT)));
        self.aggregate(call, Aggregate::CountStar, false, bind)
    }

    fn scalar(&mut self, function: &'static Function, arguments: &[ast::Expr], span: Span) -> Result<(ExprKind, Type)> {
        if self.inside_aggregate() && function.is_random() {
            let message = format!("`{}` gives another value each time and cannot be aggregated", function.name);
            return Err(Error::syntax(Detail::NonConstantExpression, message).at(span));
        }
        let (arguments, types) = self.arguments(function, arguments)?;
        Ok((ExprKind::Call { function, arguments }, result_type(function, &types)))
    }

    fn arguments(&mut self, function: &Function, arguments: &[ast::Expr]) -> Result<(Vec<Expr>, Vec<Type>)> {
        let (mut bound, mut types) = (Vec::with_capacity(arguments.len()), Vec::with_capacity(arguments.len()));
        for (at, argument) in arguments.iter().enumerate() {
            let (value, ty) = self.expr(argument)?;
            if let Some(parameter) = function.parameter(at)
                && !ty.fits(parameter.accepts)
            {
                let what = format!("`{}` of `{}`", parameter.name, function.name);
                return Err(mismatch(&what, parameter.accepts, ty, argument.span));
            }
            bound.push(value);
            types.push(ty);
        }
        Ok((bound, types))
    }

    /// `exists(pattern)` and `exists(property)`.
    fn exists(&mut self, argument: &ast::Expr) -> Result<(ExprKind, Type)> {
        match &argument.kind {
            Ast::Pattern(path) if path.shortest.is_none() => self.pattern_expression(path, true, argument.span),
            Ast::Property { .. } | Ast::Index { .. } => {
                let operand = Box::new(self.expr(argument)?.0);
                Ok((ExprKind::IsNull { operand, negated: true }, Type::BOOL))
            }
            _ => {
                let message = "`exists` asks for a property or a pattern";
                Err(Error::syntax(Detail::InvalidArgumentType, message).at(argument.span))
            }
        }
    }

    /// `entity('name')`.
    fn entity_call(&mut self, argument: &ast::Expr) -> Result<(ExprKind, Type)> {
        let Ast::String(text) = &argument.kind else {
            let message = "`entity` needs its name as a literal text";
            return Err(Error::syntax(Detail::InvalidArgumentType, message).at(argument.span));
        };
        let name = Name { text: text.clone(), span: argument.span };
        Ok((ExprKind::Entity(self.entity(&name)?), Type::NODE))
    }
}

/// The error for a call of what has a syntax of its own.
fn misshapen(function: &Function, form: &str, span: Span) -> Error {
    let message = format!("`{}` is written `{form}`", function.name);
    Error::syntax(Detail::UnexpectedSyntax, message).at(span)
}

fn check_count(function: &Function, given: usize, span: Span) -> Result<()> {
    let (least, most) = function.arity();
    if given >= least && most.is_none_or(|most| given <= most) {
        return Ok(());
    }
    let names: Vec<&str> = function.parameters.iter().map(|parameter| parameter.name).collect();
    let more = if function.variadic { ", …" } else { "" };
    let message = format!("`{}({}{more})` cannot be called with {}", function.name, names.join(", "), arguments(given));
    Err(Error::syntax(Detail::InvalidNumberOfArguments, message).at(span))
}

/// A number of arguments in words.
pub(super) fn arguments(count: usize) -> String {
    match count {
        0 => "no argument".to_owned(),
        1 => "one argument".to_owned(),
        count => format!("{count} arguments"),
    }
}

fn unknown_function(name: &Name) -> Error {
    let message = format!("there is no function `{}`", name.text);
    let error = Error::syntax(Detail::UnknownFunction, message).at(name.span);
    match functions::similar(&name.text) {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None => error,
    }
}

/// The result of a function, more exactly than the table says it where the arguments decide.
fn result_type(function: &Function, arguments: &[Type]) -> Type {
    let first = arguments.first().copied().unwrap_or(Type::ANY);
    let element = if first.set == TypeSet::NONE { TypeSet::ANY } else { first.element };
    let refined = match function.name {
        "nodes" => Type::list_of(TypeSet::NODE),
        "relationships" | "rels" => Type::list_of(TypeSet::REL),
        "keys" | "labels" | "split" => Type::list_of(TypeSet::STRING),
        "range" => Type::list_of(TypeSet::INT),
        "head" | "last" => Type::of(element),
        "tail" | "coll.distinct" | "coll.remove" | "coll.sort" => Type::list_of(element),
        "coll.max" | "coll.min" => Type::of(element),
        "reverse" if first.is_within(TypeSet::LIST) => Type::list_of(element),
        "coalesce" => arguments.iter().copied().fold(Type::NULL, Type::or),
        _ => Type::of(function.result),
    };
    Type { set: refined.set & function.result, ..refined }
}

fn aggregate_type(aggregate: Aggregate, function: &Function, arguments: &[Type]) -> Type {
    let first = arguments.first().copied().unwrap_or(Type::ANY);
    match aggregate {
        Aggregate::CountStar | Aggregate::Count => Type::of(TypeSet::INT),
        Aggregate::Collect => Type::list_of(first.set),
        Aggregate::Min | Aggregate::Max => first,
        _ => Type::of(function.result),
    }
}
