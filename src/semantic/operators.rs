//! The types that operators take and give.

use super::types::{Type, describe};
use crate::error::{Detail, Error, Result};
use crate::functions::TypeSet;
use crate::span::Span;
use crate::syntax::ast::BinaryOp;

/// The type that a binary operator gives, or the error that it never works.
pub(super) fn binary(op: BinaryOp, left: Type, right: Type, span: Span) -> Result<Type> {
    match op {
        BinaryOp::Xor => Ok(Type::BOOL),
        BinaryOp::StartsWith | BinaryOp::EndsWith | BinaryOp::Contains | BinaryOp::Matches => Ok(Type::BOOL),
        BinaryOp::In if right.fits(TypeSet::LIST) => Ok(Type::BOOL),
        BinaryOp::In => {
            let message = format!("the right side of `IN` must be a list, not {}", describe(right.set));
            Err(Error::syntax(Detail::InvalidArgumentType, message).at(span))
        }
        BinaryOp::Add => combined(op, left, right, sum, span),
        BinaryOp::Subtract => combined(op, left, right, difference, span),
        BinaryOp::Multiply => combined(op, left, right, product, span),
        BinaryOp::Divide => combined(op, left, right, quotient, span),
        BinaryOp::Modulo => combined(op, left, right, number, span),
        BinaryOp::Power => combined(op, left, right, power, span),
        BinaryOp::Concat => combined(op, left, right, concatenation, span),
    }
}

/// All that a rule over single types gives for any pair of the possible types.
fn combined(op: BinaryOp, left: Type, right: Type, rule: fn(TypeSet, TypeSet) -> TypeSet, span: Span) -> Result<Type> {
    if left.set == TypeSet::NONE || right.set == TypeSet::NONE {
        return Ok(Type::ANY);
    }
    let mut set = TypeSet::NONE;
    for a in singles(left.set) {
        for b in singles(right.set) {
            set = set | rule(a, b);
        }
    }
    if set == TypeSet::NONE {
        let (left, right) = (describe(left.set), describe(right.set));
        let message = format!("`{}` does not work between {left} and {right}", op.as_str());
        let error = Error::syntax(Detail::InvalidArgumentType, message).at(span);
        return Err(match op {
            BinaryOp::Concat => error.hint("`||` joins texts or lists; conditions are joined by `OR`"),
            _ => error,
        });
    }
    let parts = |side: Type| side.element | TypeSet(side.set.0 & !TypeSet::LIST.0);
    let element = if set.meets(TypeSet::LIST) { parts(left) | parts(right) } else { TypeSet::NONE };
    Ok(Type { set, element })
}

/// The types in a set, one by one.
fn singles(set: TypeSet) -> impl Iterator<Item = TypeSet> {
    (0..15).map(|bit| TypeSet(1 << bit)).filter(move |one| one.meets(set))
}

const INSTANT: TypeSet = TypeSet(TypeSet::TEMPORAL.0 & !TypeSet::DURATION.0);
const TEXTUAL: TypeSet = TypeSet(TypeSet::STRING.0 | TypeSet::NUMBER.0 | TypeSet::BOOL.0 | TypeSet::TEMPORAL.0);

fn sum(a: TypeSet, b: TypeSet) -> TypeSet {
    if a == TypeSet::LIST || b == TypeSet::LIST {
        TypeSet::LIST
    } else if (a == TypeSet::STRING && b.meets(TEXTUAL)) || (b == TypeSet::STRING && a.meets(TEXTUAL)) {
        TypeSet::STRING
    } else if a.meets(TypeSet::TEMPORAL) && b == TypeSet::DURATION {
        a
    } else if a == TypeSet::DURATION && b.meets(TypeSet::TEMPORAL) {
        b
    } else {
        number(a, b)
    }
}

fn difference(a: TypeSet, b: TypeSet) -> TypeSet {
    if a.meets(INSTANT | TypeSet::DURATION) && b == TypeSet::DURATION { a } else { number(a, b) }
}

fn product(a: TypeSet, b: TypeSet) -> TypeSet {
    let scaled =
        (a == TypeSet::DURATION && b.meets(TypeSet::NUMBER)) || (b == TypeSet::DURATION && a.meets(TypeSet::NUMBER));
    if scaled { TypeSet::DURATION } else { number(a, b) }
}

fn quotient(a: TypeSet, b: TypeSet) -> TypeSet {
    if a == TypeSet::DURATION && b.meets(TypeSet::NUMBER) { a } else { number(a, b) }
}

fn power(a: TypeSet, b: TypeSet) -> TypeSet {
    if number(a, b) == TypeSet::NONE { TypeSet::NONE } else { TypeSet::FLOAT }
}

fn concatenation(a: TypeSet, b: TypeSet) -> TypeSet {
    let alike = a == b && a.meets(TypeSet::STRING | TypeSet::LIST);
    if alike { a } else { TypeSet::NONE }
}

fn number(a: TypeSet, b: TypeSet) -> TypeSet {
    if a == TypeSet::INT && b == TypeSet::INT {
        TypeSet::INT
    } else if a.meets(TypeSet::NUMBER) && b.meets(TypeSet::NUMBER) {
        TypeSet::FLOAT
    } else {
        TypeSet::NONE
    }
}
