//! Expressions.

use super::Binder;
use super::bound::{Expr, ExprKind, Slot, TypeTest, ValueTest};
use super::names::NameKind;
use super::negation::negation;
use super::types::{self, Type, describe, mismatch};
use super::walk::is_dynamic;
use super::{operators, scope::Entry};
use crate::error::{Detail, Error, ErrorType, Phase, Result};
use crate::functions::TypeSet;
use crate::span::Span;
use crate::syntax::ast::{
    self, BinaryOp, CompareOp, ExprKind as Ast, LabelExpr, MapProjectionItem, Name, Quantifier, UnaryOp,
};
use crate::value::{NormalForm, Value};
use std::sync::Arc;

type Typed = (ExprKind, Type);

/// Binds a part of a test of labels or types.
type PartTest<B> = fn(&mut B, &Expr, &LabelExpr) -> Result<Expr>;

impl Binder<'_> {
    /// Binds an expression.
    pub(super) fn expr(&mut self, expr: &ast::Expr) -> Result<(Expr, Type)> {
        let predicate = std::mem::take(&mut self.predicate_position);
        if let Some(slot) = self.replaced(expr)? {
            return Ok((self.slot_expr(slot, expr.span), self.type_of(slot)));
        }
        let (kind, ty) = self.kind(expr, predicate)?;
        Ok((Expr::new(kind, expr.span), ty))
    }

    fn boxed(&mut self, expr: &ast::Expr) -> Result<(Box<Expr>, Type)> {
        let (bound, ty) = self.expr(expr)?;
        Ok((Box::new(bound), ty))
    }

    /// Binds a condition; `pattern` says whether a path pattern may be one.
    pub(super) fn boolean(&mut self, expr: &ast::Expr, pattern: bool) -> Result<(Expr, Type)> {
        self.predicate_position = pattern;
        let (bound, ty) = self.expr(expr)?;
        if !ty.fits(TypeSet::BOOL) {
            return Err(mismatch("a condition", TypeSet::BOOL, ty, expr.span));
        }
        Ok((bound, ty))
    }

    fn kind(&mut self, expr: &ast::Expr, predicate: bool) -> Result<Typed> {
        match &expr.kind {
            Ast::Null => Ok((ExprKind::Const(Value::Null), Type::NULL)),
            Ast::Bool(value) => Ok((ExprKind::Const(Value::Bool(*value)), Type::BOOL)),
            Ast::Int(value) => Ok((ExprKind::Const(Value::Int(*value)), Type::of(TypeSet::INT))),
            Ast::Float(value) => Ok((ExprKind::Const(Value::Float(*value)), Type::of(TypeSet::FLOAT))),
            Ast::String(text) => Ok((ExprKind::Const(Value::String(text.clone())), Type::of(TypeSet::STRING))),
            Ast::Parameter(name) => {
                self.needs_parameter(&name.text, expr.span);
                Ok((ExprKind::Parameter(name.text.clone()), Type::ANY))
            }
            Ast::Variable(name) => self.variable_expr(name),
            Ast::List(items) => self.list_literal(items),
            Ast::Map(entries) => Ok((ExprKind::Map(self.entries(entries)?), Type::of(TypeSet::MAP))),
            Ast::MapProjection { base, items } => self.map_projection(base, items),
            Ast::Property { base, key } => self.property(base, key),
            Ast::Index { base, index } => self.index(base, index),
            Ast::Slice { base, from, to } => self.slice(base, from.as_deref(), to.as_deref()),
            Ast::HasLabels { base, labels } => self.has_labels(base, labels),
            Ast::Unary { op, operand } => self.unary(*op, operand, predicate),
            Ast::Binary { op, left, right } => self.binary(*op, left, right, predicate, expr.span),
            Ast::And(parts) => Ok((ExprKind::And(self.junction(parts, predicate, as_and)?), Type::BOOL)),
            Ast::Or(parts) => Ok((ExprKind::Or(self.junction(parts, predicate, as_or)?), Type::BOOL)),
            Ast::Comparison { first, rest } => self.comparison(first, rest),
            Ast::IsNull { operand, negated } => {
                let operand = self.boxed(operand)?.0;
                Ok((ExprKind::IsNull { operand, negated: *negated }, Type::BOOL))
            }
            Ast::Test { operand, test, negated } => {
                let operand = self.boxed(operand)?.0;
                Ok((ExprKind::Test { operand, test: value_test(test)?, negated: *negated }, Type::BOOL))
            }
            Ast::Subject => self.case_subject(expr.span),
            Ast::Call { name, distinct, arguments } => self.invocation(expr, name, *distinct, arguments),
            Ast::CountStar => self.count_star(expr),
            Ast::Case { subject, branches, otherwise } => self.case(subject.as_deref(), branches, otherwise.as_deref()),
            Ast::ListComprehension { variable, list, predicate, result } => {
                self.list_comprehension(variable, list, predicate.as_deref(), result.as_deref())
            }
            Ast::PatternComprehension { pattern, predicate, result } => {
                self.pattern_comprehension(pattern, predicate.as_deref(), result)
            }
            Ast::Quantifier { quantifier, variable, list, predicate } => {
                self.quantifier(*quantifier, variable, list, predicate.as_deref())
            }
            Ast::Reduce { accumulator, initial, variable, list, step } => {
                self.reduce((accumulator, initial), (variable, list), step)
            }
            Ast::Pattern(path) => self.pattern_expression(path, predicate, expr.span),
            Ast::Subquery { kind, query } => self.subquery(*kind, query, expr.span),
        }
    }

    /// A variable, or one of the numbers that are written as words, when no variable has its name.
    fn variable_expr(&mut self, name: &Name) -> Result<Typed> {
        if let Some(number) = number_word(&name.text)
            && self.lookup(name)?.is_none()
        {
            return Ok((ExprKind::Const(Value::Float(number)), Type::of(TypeSet::FLOAT)));
        }
        let slot = self.variable(name)?;
        Ok((self.slot_expr(slot, name.span).kind, self.type_of(slot)))
    }

    fn list_literal(&mut self, items: &[ast::Expr]) -> Result<Typed> {
        let mut bound = Vec::with_capacity(items.len());
        let mut element = TypeSet::NONE;
        for item in items {
            let (item, ty) = self.expr(item)?;
            element = element | ty.set;
            bound.push(item);
        }
        Ok((ExprKind::List(bound), Type::list_of(element)))
    }

    fn entries(&mut self, entries: &[(Name, ast::Expr)]) -> Result<Vec<(Arc<str>, Expr)>> {
        entries.iter().map(|(key, value)| Ok((key.text.clone(), self.expr(value)?.0))).collect()
    }

    fn map_projection(&mut self, base: &ast::Expr, items: &[MapProjectionItem]) -> Result<Typed> {
        let needs = TypeSet::ENTITY | TypeSet::MAP;
        let (bound, ty) = self.boxed(base)?;
        if !ty.fits(needs) {
            return Err(mismatch("what a map is projected from", needs, ty, base.span));
        }
        let mut all = false;
        let mut entries = Vec::with_capacity(items.len());
        for item in items {
            match item {
                MapProjectionItem::All(_) => all = true,
                MapProjectionItem::Property(key) => {
                    let kind = self.property_of((*bound).clone(), ty, key)?.0;
                    entries.push((key.text.clone(), Expr::new(kind, key.span)));
                }
                MapProjectionItem::Entry(key, value) => entries.push((key.text.clone(), self.expr(value)?.0)),
                MapProjectionItem::Variable(name) => {
                    let kind = self.variable_expr(name)?.0;
                    entries.push((name.text.clone(), Expr::new(kind, name.span)));
                }
            }
        }
        Ok((ExprKind::MapProjection { base: bound, all, items: entries }, Type::of(TypeSet::MAP)))
    }

    fn property(&mut self, base: &ast::Expr, key: &Name) -> Result<Typed> {
        let (bound, ty) = self.expr(base)?;
        self.property_of(bound, ty, key)
    }

    fn property_of(&mut self, base: Expr, ty: Type, key: &Name) -> Result<Typed> {
        if !ty.fits(TypeSet::ENTITY | TypeSet::MAP | TypeSet::TEMPORAL) {
            return Err(no_properties(ty, key));
        }
        let entity = ty.fits(TypeSet::ENTITY);
        let id = if entity { self.names.key(&key.text) } else { None };
        if ty.is_within(TypeSet::ENTITY) {
            self.note_unknown(NameKind::Key, key);
        }
        Ok((ExprKind::Property { base: Box::new(base), key: key.text.clone(), id }, Type::ANY))
    }

    fn index(&mut self, base: &ast::Expr, index: &ast::Expr) -> Result<Typed> {
        let (bound, ty) = self.boxed(base)?;
        let (position, position_ty) = self.boxed(index)?;
        check_index(ty, base.span, position_ty, index.span)?;
        let any_value = ty.set == TypeSet::NONE || ty.set.meets(TypeSet::ENTITY | TypeSet::MAP);
        let result = if any_value { Type::ANY } else { ty.elements() };
        Ok((ExprKind::Index { base: bound, index: position }, result))
    }

    fn slice(&mut self, base: &ast::Expr, from: Option<&ast::Expr>, to: Option<&ast::Expr>) -> Result<Typed> {
        let (bound, ty) = self.boxed(base)?;
        if !ty.fits(TypeSet::LIST) {
            return Err(type_error("only a list can be sliced", ty, base.span));
        }
        let (from, to) = (self.slice_end(from)?, self.slice_end(to)?);
        let element = if ty.set == TypeSet::NONE { TypeSet::ANY } else { ty.element };
        Ok((ExprKind::Slice { base: bound, from, to }, Type::list_of(element)))
    }

    fn slice_end(&mut self, end: Option<&ast::Expr>) -> Result<Option<Box<Expr>>> {
        let Some(end) = end else { return Ok(None) };
        let (bound, ty) = self.boxed(end)?;
        if !ty.fits(TypeSet::INT) {
            return Err(type_error("the ends of a slice are integers", ty, end.span));
        }
        Ok(Some(bound))
    }

    fn has_labels(&mut self, base: &ast::Expr, labels: &LabelExpr) -> Result<Typed> {
        let (bound, ty) = self.expr(base)?;
        if !ty.fits(TypeSet::ENTITY) {
            return Err(mismatch("what is asked for its labels", TypeSet::ENTITY, ty, base.span));
        }
        if ty.is_within(TypeSet::REL) {
            return Ok((self.has_type(&bound, labels)?.kind, Type::BOOL));
        }
        Ok((self.labels_hold(&bound, labels)?.kind, Type::BOOL))
    }

    /// The condition that a node's labels pass a test, computed names included.
    pub(super) fn labels_hold(&mut self, base: &Expr, labels: &LabelExpr) -> Result<Expr> {
        if !is_dynamic(labels) {
            let labels = self.label_test(labels);
            return Ok(Expr::new(ExprKind::HasLabels { base: Box::new(base.clone()), labels }, base.span));
        }
        self.test_of(base, labels, Self::labels_hold)
    }

    /// A test put together from the tests of its parts.
    fn test_of(&mut self, base: &Expr, labels: &LabelExpr, part: PartTest<Self>) -> Result<Expr> {
        let mut all = |parts: &[LabelExpr]| parts.iter().map(|each| part(self, base, each)).collect::<Result<Vec<_>>>();
        let kind = match labels {
            LabelExpr::Not(inner) => ExprKind::Not(Box::new(part(self, base, inner)?)),
            LabelExpr::And(parts) => ExprKind::And(all(parts)?),
            LabelExpr::Or(parts) => ExprKind::Or(all(parts)?),
            LabelExpr::Dynamic { any, names } => {
                let names = Box::new(self.computed_names(names)?);
                ExprKind::HasNames { base: Box::new(base.clone()), names, any: *any }
            }
            LabelExpr::Label(_) | LabelExpr::Any(_) => return Err(Error::internal("a plain label has no parts")),
        };
        Ok(Expr::new(kind, base.span))
    }

    /// An expression that gives a name or a list of names.
    pub(super) fn computed_names(&mut self, names: &ast::Expr) -> Result<Expr> {
        let (bound, ty) = self.expr(names)?;
        let needs = TypeSet::STRING | TypeSet::LIST;
        let items = Type::of(ty.elements().set);
        if !ty.fits(needs) || (ty.is_within(TypeSet::LIST) && !items.fits(TypeSet::STRING)) {
            return Err(mismatch("a computed label or type", needs, ty, names.span));
        }
        Ok(bound)
    }

    /// The test of a relationship's type, put together from tests that each allow some types.
    pub(super) fn has_type(&mut self, base: &Expr, labels: &LabelExpr) -> Result<Expr> {
        let types = match labels {
            LabelExpr::Label(name) => self.type_test(std::slice::from_ref(name), true),
            LabelExpr::Any(_) => TypeTest::Any,
            _ => return self.test_of(base, labels, Self::has_type),
        };
        Ok(Expr::new(ExprKind::HasType { base: Box::new(base.clone()), types }, base.span))
    }

    fn unary(&mut self, op: UnaryOp, operand: &ast::Expr, predicate: bool) -> Result<Typed> {
        if op == UnaryOp::Not {
            let bound = self.boolean(operand, predicate)?.0;
            return Ok((negation(bound), Type::BOOL));
        }
        let (bound, ty) = self.boxed(operand)?;
        let needs = if op == UnaryOp::Minus { TypeSet::NUMBER | TypeSet::DURATION } else { TypeSet::NUMBER };
        if !ty.fits(needs) {
            return Err(mismatch("the operand of a sign", needs, ty, operand.span));
        }
        let result = if ty.set == TypeSet::NONE { Type::NULL } else { Type::of(ty.set & needs) };
        Ok((if op == UnaryOp::Minus { negated(bound) } else { ExprKind::Plus(bound) }, result))
    }

    fn binary(
        &mut self,
        op: BinaryOp,
        left: &ast::Expr,
        right: &ast::Expr,
        predicate: bool,
        span: Span,
    ) -> Result<Typed> {
        let ((left, left_ty), (right, right_ty)) = if op == BinaryOp::Xor {
            (self.boolean(left, predicate)?, self.boolean(right, predicate)?)
        } else {
            (self.expr(left)?, self.expr(right)?)
        };
        let ty = operators::binary(op, left_ty, right_ty, span)?;
        Ok((ExprKind::Binary(op, Box::new(left), Box::new(right)), ty))
    }

    /// Binds the operands of `AND` or `OR`, those of nested ones in their place.
    fn junction(
        &mut self,
        parts: &[ast::Expr],
        predicate: bool,
        nested: fn(Expr) -> Result<Vec<Expr>, Expr>,
    ) -> Result<Vec<Expr>> {
        let mut flat = Vec::with_capacity(parts.len());
        for part in parts {
            match nested(self.boolean(part, predicate)?.0) {
                Ok(inner) => flat.extend(inner),
                Err(operand) => flat.push(operand),
            }
        }
        Ok(flat)
    }

    /// A chain is the conjunction of its comparisons.
    fn comparison(&mut self, first: &ast::Expr, rest: &[(CompareOp, ast::Expr)]) -> Result<Typed> {
        let mut left = self.expr(first)?.0;
        let mut all = Vec::with_capacity(rest.len());
        for (op, operand) in rest {
            let right = self.expr(operand)?.0;
            let span = left.span.to(right.span);
            let next = right.clone();
            all.push(Expr::new(ExprKind::Compare(*op, Box::new(left), Box::new(right)), span));
            left = next;
        }
        match (all.pop(), all.is_empty()) {
            (Some(only), true) => Ok((only.kind, Type::BOOL)),
            (Some(last), false) => {
                all.push(last);
                Ok((ExprKind::And(all), Type::BOOL))
            }
            (None, _) => Err(Error::internal("a comparison without operators")),
        }
    }

    fn case(
        &mut self,
        subject: Option<&ast::Expr>,
        branches: &[(ast::Expr, ast::Expr)],
        otherwise: Option<&ast::Expr>,
    ) -> Result<Typed> {
        let subject = match subject {
            Some(subject) => {
                let (bound, ty) = self.boxed(subject)?;
                Some((self.new_local(None, ty), bound))
            }
            None => None,
        };
        let mut ty = Type::NULL;
        let mut bound = Vec::with_capacity(branches.len());
        for (condition, result) in branches {
            self.case_subjects.extend(subject.as_ref().map(|(local, _)| *local));
            let condition = self.boolean(condition, true)?.0;
            self.case_subjects.truncate(self.case_subjects.len() - usize::from(subject.is_some()));
            let (result, result_ty) = self.expr(result)?;
            ty = ty.or(result_ty);
            bound.push((condition, result));
        }
        let otherwise = match otherwise {
            Some(otherwise) => {
                let (otherwise, otherwise_ty) = self.boxed(otherwise)?;
                ty = ty.or(otherwise_ty);
                Some(otherwise)
            }
            None => None,
        };
        Ok((ExprKind::Case { subject, branches: bound, otherwise }, ty))
    }

    fn case_subject(&mut self, span: Span) -> Result<Typed> {
        let local =
            *self.case_subjects.last().ok_or_else(|| Error::internal("a subject outside of `CASE`").at(span))?;
        Ok((self.slot_expr(local, span).kind, self.type_of(local)))
    }

    fn list_comprehension(
        &mut self,
        variable: &Name,
        list: &ast::Expr,
        predicate: Option<&ast::Expr>,
        result: Option<&ast::Expr>,
    ) -> Result<Typed> {
        let (list, ty) = self.list(list, "the source of a list comprehension")?;
        let local = self.new_local(Some(&variable.text), ty.elements());
        let (predicate, result, element) = self.body("in a list comprehension", variable, local, |binder| {
            let predicate = predicate.map(|predicate| binder.boolean(predicate, true)).transpose()?;
            let result = result.map(|result| binder.boxed(result)).transpose()?;
            let element = result.as_ref().map_or(ty.element, |(_, ty)| ty.set);
            Ok((predicate.map(|(bound, _)| Box::new(bound)), result.map(|(bound, _)| bound), element))
        })?;
        let kind = ExprKind::Comprehension { variable: local, list: Box::new(list), predicate, result };
        Ok((kind, Type::list_of(element)))
    }

    fn quantifier(
        &mut self,
        quantifier: Quantifier,
        variable: &Name,
        list: &ast::Expr,
        predicate: Option<&ast::Expr>,
    ) -> Result<Typed> {
        let (list, ty) = self.list(list, "the source of a list predicate")?;
        let local = self.new_local(Some(&variable.text), ty.elements());
        let predicate = match predicate {
            Some(predicate) => {
                self.body("in a list predicate", variable, local, |binder| binder.boolean(predicate, true))?.0
            }
            None if ty.elements().fits(TypeSet::BOOL) => self.slot_expr(local, variable.span),
            None => return Err(mismatch("an element without `WHERE`", TypeSet::BOOL, ty.elements(), variable.span)),
        };
        let (list, predicate) = (Box::new(list), Box::new(predicate));
        Ok((ExprKind::Quantifier { quantifier, variable: local, list, predicate }, Type::BOOL))
    }

    fn reduce(
        &mut self,
        (accumulator, initial): (&Name, &ast::Expr),
        (variable, list): (&Name, &ast::Expr),
        step: &ast::Expr,
    ) -> Result<Typed> {
        let initial = self.boxed(initial)?.0;
        let (list, ty) = self.list(list, "the source of `reduce`")?;
        let total = self.new_local(Some(&accumulator.text), Type::ANY);
        let local = self.new_local(Some(&variable.text), ty.elements());
        let hidden = self.scope.insert(accumulator.text.clone(), Entry::visible(total));
        let step = self.body("in `reduce`", variable, local, |binder| binder.boxed(step))?.0;
        self.scope.put_back(&accumulator.text, hidden);
        let list = Box::new(list);
        Ok((ExprKind::Reduce { accumulator: total, initial, variable: local, list, step }, Type::ANY))
    }

    /// Binds what is computed for each element of a list.
    fn body<T>(
        &mut self,
        place: &'static str,
        variable: &Name,
        local: Slot,
        bind: impl FnOnce(&mut Self) -> Result<T>,
    ) -> Result<T> {
        self.with_local(variable, local, |binder| {
            if binder.inside_aggregate() { bind(binder) } else { binder.without_aggregates(place, bind) }
        })
    }
}

fn as_and(expr: Expr) -> Result<Vec<Expr>, Expr> {
    match expr.kind {
        ExprKind::And(parts) => Ok(parts),
        kind => Err(Expr { kind, span: expr.span }),
    }
}

fn as_or(expr: Expr) -> Result<Vec<Expr>, Expr> {
    match expr.kind {
        ExprKind::Or(parts) => Ok(parts),
        kind => Err(Expr { kind, span: expr.span }),
    }
}

/// `INF`, `INFINITY` and `NAN` in any case.
fn number_word(word: &str) -> Option<f64> {
    let is = |number: &str| word.eq_ignore_ascii_case(number);
    if is("inf") || is("infinity") { Some(f64::INFINITY) } else { is("nan").then_some(f64::NAN) }
}

/// The test with its type or form resolved.
fn value_test(test: &ast::ValueTest) -> Result<ValueTest> {
    match test {
        ast::ValueTest::Type(ty) => types::tested(ty).map(ValueTest::Type),
        ast::ValueTest::Normalized(name) => {
            let form = NormalForm::named(name).ok_or_else(|| Error::internal(format!("the normal form {name}")))?;
            Ok(ValueTest::Normalized(form))
        }
    }
}

/// `-a`; a constant is negated at once.
fn negated(operand: Box<Expr>) -> ExprKind {
    match &operand.kind {
        ExprKind::Const(Value::Float(value)) => ExprKind::Const(Value::Float(-value)),
        ExprKind::Const(Value::Int(value)) if *value != i64::MIN => ExprKind::Const(Value::Int(-value)),
        _ => ExprKind::Negate(operand),
    }
}

/// Paths are refused as a `SyntaxError`, other values without properties as a `TypeError`: openCypher tells them apart.
fn no_properties(ty: Type, key: &Name) -> Error {
    if ty.is_within(TypeSet::PATH) {
        return mismatch(&format!("what has property `{}`", key.text), TypeSet::ENTITY | TypeSet::MAP, ty, key.span);
    }
    type_error(&format!("property `{}` needs a node, a relationship or a map", key.text), ty, key.span)
}

fn check_index(base: Type, base_span: Span, index: Type, index_span: Span) -> Result<()> {
    let keyed = TypeSet::MAP | TypeSet::ENTITY;
    if !base.fits(TypeSet::LIST | keyed) {
        return Err(type_error("only lists, maps and entities have elements", base, base_span));
    }
    if base.is_within(TypeSet::LIST) && !index.fits(TypeSet::INT) {
        return Err(type_error("a list is indexed by an integer", index, index_span));
    }
    if base.is_within(keyed) && !index.fits(TypeSet::STRING) {
        let message = format!("a key is a string, not {}", describe(index.set));
        let detail = Detail::MapElementAccessByNonString;
        return Err(Error::new(ErrorType::TypeError, Phase::Compile, detail, message).at(index_span));
    }
    Ok(())
}

fn type_error(rule: &str, found: Type, span: Span) -> Error {
    let message = format!("{rule}; this is {}", describe(found.set));
    Error::new(ErrorType::TypeError, Phase::Compile, Detail::InvalidArgumentType, message).at(span)
}
